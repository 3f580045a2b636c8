"""From goal to critical success factor to KPI to target, with the risk that the KPI pulls away from the goal.

Goals lie in the centre's folder as `goals.csv`; their targets are written into `[kpi_targets]` of centre.toml,
which the audit measures. What can go wrong with a KPI, and which other KPI would show it, is told as data.
"""

import io
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path

import pandas as pd

from ...data.centre_file import FILE_NAME as CENTRE, read_centre_text
from ...data.evidence.suggestions import set_value
from ...data.files import as_written, harmless, write_together
from ...data.locks import locked
from ..kpis import KPIS, kpi_of

FILE_NAME = "goals.csv"
RISKS = {  # KPI → (how one can look good on it without doing good, the KPI that would show it)
    "aht_s": ("calls are cut short, the customer calls again", "fcr"),
    "service_level": ("more people than the calls need; callers cut off to serve the next", "cost_per_contact"),
    "cost_per_contact": ("fewer people, longer waits, calls that come twice", "service_level"),
    "fcr": ("cases are called solved that are not; calls become long", "repeat_rate"),
    "csat": ("only the content are asked", "repeat_rate"),
    "nps": ("only the content are asked; gifts instead of help", "repeat_rate"),
    "occupancy": ("people burn out", "absenteeism"),
    "adherence": ("people hang up at the minute their shift ends", "csat"),
    "calls_per_agent": ("easy calls are taken, hard ones handed on", "transfer"),
    "abandonment": ("busy tones in place of queues", "blocked"),
    "asa_s": ("callers are answered and put on hold", "hold_s"),
    "transfer": ("cases are kept that others would solve", "fcr"),
    "absenteeism": ("people come ill", "attrition"),
    "attrition": ("nobody is told to leave", "qa_score"),
    "qa_score": ("easy calls are chosen, evaluators grow mild", "csat"),
}
LIKELY = ("low", "medium", "high")


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A goal and the number it is followed by.

    `goal` in a sentence, `factor` the critical success factor with its time frame `until`, `kpi` a key of KPIS,
    `target` in the KPI's own unit (shares 0–1), `likely` that the KPI pulls away from the goal (low, medium, high),
    and the `plan` for that. Raises ValueError in words.

    >>> Goal(goal="keep customers", factor="matters are solved at once", until="2027-06-30", kpi="fcr", target=0.75).partner
    'repeat_rate'
    """

    goal: str
    factor: str
    until: str
    kpi: str
    target: float
    likely: str = "medium"
    plan: str = ""

    def __post_init__(self):
        for name in ("goal", "factor"):
            if not str(getattr(self, name)).strip():
                raise ValueError(f"{name} must not be empty")
        known = kpi_of(self.kpi)
        if (
            isinstance(self.target, bool)
            or not isinstance(self.target, int | float)
            or not isfinite(self.target)
            or not known.low <= self.target <= known.high
        ):
            hint = " — write 75 % as 0.75" if known.unit.startswith("share") else ""
            raise ValueError(
                f"target of {self.kpi} must be from {known.low:g} to {known.high:g} ({known.unit}), got {self.target!r}{hint}"
            )
        if self.likely not in LIKELY:
            raise ValueError(f"likely must be one of {', '.join(LIKELY)}, got {self.likely!r}")
        if pd.isna(pd.to_datetime(self.until, errors="coerce")):
            raise ValueError(f"until must be a day such as 2027-06-30, got {self.until!r}")

    @property
    def risk(self):
        """How one could look good on the KPI without serving the goal; "" where none is known."""
        return RISKS.get(self.kpi, ("", ""))[0]

    @property
    def partner(self):
        """The KPI that would show it."""
        return RISKS.get(self.kpi, ("", ""))[1]


def goals_table(goals):
    """A row a goal: goal, factor, until, KPI by name, target, what can go wrong, the KPI that shows it, likely,
    plan.
    """
    return pd.DataFrame(
        [
            {
                "goal": one.goal,
                "factor": one.factor,
                "until": one.until,
                "kpi": KPIS[one.kpi].name,
                "target": one.target,
                "risk": one.risk,
                "shown by": KPIS[one.partner].name if one.partner else "",
                "likely": one.likely,
                "plan": one.plan,
            }
            for one in goals
        ]
    )


def read_goals(folder):
    """The Goals of a centre's folder, a tuple; empty where there is no goals.csv. Raises ValueError naming the row
    that cannot be read.
    """
    file = Path(folder) / FILE_NAME
    if not file.exists():
        return ()
    try:
        frame = pd.read_csv(file, dtype=str, keep_default_na=False)
    except (ValueError, OSError) as problem:
        raise ValueError(f"{file} cannot be read as CSV: {str(problem)[:100]}") from None
    found = []
    for number, row in enumerate(frame.to_dict("records"), start=2):
        try:
            fields = {name: as_written(row.get(name, "")) for name in ("goal", "factor", "until", "kpi", "plan")}
            found.append(Goal(**fields, target=_number(row.get("target", "")), likely=row.get("likely") or "medium"))
        except ValueError as problem:
            raise ValueError(f"{file}, row {number}: {problem}") from None
    return tuple(found)


def _number(text):
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"target must be a number, got {text!r}") from None


def save_goals(folder, goals):
    """Write the goals into goals.csv and their targets into centre.toml, comments staying: the Path of centre.toml.

    Both files are written whole or not at all. Raises ValueError where two goals aim at one KPI with different
    targets, centre.toml is not there or would refuse what is asked; then nothing is written.
    """
    folder, wanted = Path(folder), {}
    for one in goals:
        if wanted.setdefault(one.kpi, one.target) != one.target:
            raise ValueError(
                f"two goals aim at {one.kpi}, with {wanted[one.kpi]:g} and {one.target:g}: agree on one target"
            )
    file = folder / CENTRE
    with locked(file):
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            raise ValueError(f"{file} cannot be read: {problem} — the goals' targets are kept in it") from None
        for kpi, target in wanted.items():
            text = set_value(text, ("kpi_targets", kpi), float(target))
        read_centre_text(text, file)
        out = io.StringIO()
        harmless(pd.DataFrame([asdict(one) for one in goals], columns=list(Goal.__dataclass_fields__))).to_csv(
            out, index=False, lineterminator="\n"
        )
        write_together({folder / FILE_NAME: out.getvalue(), file: text})
        return file
