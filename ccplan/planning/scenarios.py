"""What if: named sets of overrides on one base plan, compared number by number, and kept in the centre's folder.

An assumption is data: its name, meaning, unit, usual range, and what it changes. A scenario is {assumption: value}.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from ..data.files import write_whole
from ..data.locks import locked
from ..queueing.inputs import floats
from .budget import Budget, plan_budget
from .headcount import plan_headcount
from .requirement import monthly_requirement
from .staffing import staff

FILE_NAME = "scenarios.json"


@dataclass(frozen=True, kw_only=True)
class Assumption:
    """One thing that may be otherwise: `now(centre)` is its value today, `changed(frame, centre, value)` the plan's ground with another.

    `low` and `high` bound what is allowed; `spread` is how far it usually strays, a share of its value (of 1 where the
    value is a change).
    """

    name: str
    says: str
    unit: str
    low: float
    high: float
    spread: float
    now: Callable = field(repr=False)
    changed: Callable = field(repr=False)


def _of(section, name):
    """(now, changed) of one setting of a section of the centre."""
    return (lambda centre: getattr(getattr(centre, section), name),
            lambda frame, centre, value: (frame, replace(centre, **{section: replace(getattr(centre, section), **{name: value})})))


def _times(column):
    """(now, changed) of a change of a column of the forecast, as a share: 0.1 is 10 % more."""
    return lambda centre: 0.0, lambda frame, centre, value: (frame.assign(**{column: frame[column] * (1 + value)}), centre)


def _promised(name):
    """(now, changed) of one target of every queue that has it."""
    def now(centre):
        return next((getattr(q.targets, name) for q in centre.queues if getattr(q.targets, name) is not None), np.nan)

    def changed(frame, centre, value):
        queues = tuple(q if getattr(q.targets, name) is None else replace(q, targets=replace(q.targets, **{name: value})) for q in centre.queues)
        return frame, replace(centre, queues=queues)
    return now, changed


def _patience():
    def changed(frame, centre, value):
        return frame, replace(centre, queues=tuple(replace(q, patience_s=q.patience_s * (1 + value)) for q in centre.queues))
    return lambda centre: 0.0, changed


def _shrinkage():
    """All causes grow or fall alike."""
    def changed(frame, centre, value):
        off = centre.shrinkage
        part = value / off.total if off.total else 0.0
        if off.combine == "multiplicative":  # causes that stack: their logarithms grow alike
            part = np.log1p(-value) / np.log1p(-off.total) if off.total else 0.0
            scaled = [{cause: float(-np.expm1(part * np.log1p(-share))) for cause, share in causes.items()} for causes in (off.external, off.internal)]
        else:
            scaled = [{cause: share * part for cause, share in causes.items()} for causes in (off.external, off.internal)]
        return frame, replace(centre, shrinkage=replace(off, external=scaled[0], internal=scaled[1]))
    return lambda centre: centre.shrinkage.total, changed


def _made(name, says, unit, low, high, spread, how):
    return Assumption(name=name, says=says, unit=unit, low=low, high=high, spread=spread, now=how[0], changed=how[1])


ASSUMPTIONS = {one.name: one for one in (
    _made("volume", "contacts, change", "share", -0.9, 10.0, 0.10, _times("offered")),
    _made("aht", "handle time, change", "share", -0.9, 10.0, 0.05, _times("aht_s")),
    _made("patience", "patience of callers, change", "share", -0.99, 10.0, 0.25, _patience()),
    _made("service_level", "service target", "share", 0.01, 0.999, 0.05, _promised("service_level")),
    _made("max_occupancy", "occupancy cap", "share", 0.3, 1.0, 0.05, _promised("max_occupancy")),
    _made("shrinkage", "shrinkage, all causes together", "share", 0.0, 0.95, 0.10, _shrinkage()),
    _made("attrition_per_year", "leavers ÷ average headcount", "share per year", 0.0, 5.0, 0.25, _of("hiring", "attrition_per_year")),
    _made("training_weeks", "first day to first call", "weeks", 0.0, 104.0, 0.25, _of("hiring", "training_weeks")),
    _made("hourly_wage", "gross wage", "currency per paid hour", 0.0, 1e6, 0.03, _of("costs", "hourly_wage")),
    _made("on_costs", "employer's contributions ÷ wage", "share", 0.0, 3.0, 0.05, _of("costs", "on_costs")),
    _made("overtime_factor", "wage of an overtime hour ÷ wage", "ratio", 1.0, 5.0, 0.20, _of("costs", "overtime_factor")),
    _made("seat_per_month", "a seat", "currency per month", 0.0, 1e9, 0.10, _of("costs", "seat_per_month")),
    _made("per_hire", "advertising and selection", "currency per hire", 0.0, 1e9, 0.25, _of("costs", "per_hire")),
    _made("outsourced_hourly", "an outsourcer's hour", "currency per hour", 0.0, 1e6, 0.10, _of("flex", "outsourced_hourly")),
)}  # fmt: skip


@dataclass(frozen=True)
class PointPlan:
    """One plan from the requirement to the budget: the frames of its three stages, and `measures`, its numbers in short."""

    requirement: pd.DataFrame
    headcount: pd.DataFrame
    budget: Budget

    @property
    def measures(self):
        """offered, fte (mean, required), heads_end (last month), starters, gap_fte (worst month), cost, cost_per_contact: a Series."""
        monthly = self.headcount.groupby("month")
        cost, offered = float(self.budget.total), float(self.requirement["offered"].sum())
        return pd.Series({
            "offered": offered, "fte": monthly["required_fte"].sum().mean(), "heads_end": monthly["heads_end"].sum().iloc[-1],
            "starters": self.headcount["starters"].sum(), "gap_fte": min(0.0, monthly["gap_fte"].sum().min()), "cost": cost,
            "cost_per_contact": cost / offered if offered else np.nan,
        })  # fmt: skip


def point_plan(frame, centre, months=None, *, overrides=None, people=None, hires=None, teams=None, requirement=None):
    """The plan of a forecast with some assumptions changed: a `PointPlan`.

    `frame` is a forecast (queue, start, offered, aht_s) of whole months, `overrides` {name of ASSUMPTIONS: value};
    `people`, `hires` and `teams` as in `plan_headcount` (hires left out: planned anew), `requirement(frame, centre)` a
    faster way to the monthly requirement. Raises ValueError in words for an unknown assumption or a value out of range.
    """
    for name, value in checked_overrides(overrides or {}).items():
        frame, centre = ASSUMPTIONS[name].changed(frame, centre, value)
    needed = requirement(frame, centre) if requirement else monthly_requirement(staff(frame, centre), centre, teams=teams)
    headcount = plan_headcount(needed, centre, months, people=people, hires=hires)
    needed = needed[needed["month"].isin(headcount["month"])].reset_index(drop=True)
    return PointPlan(needed, headcount, plan_budget(headcount, centre, contacts=needed))


def checked_overrides(overrides):
    """The overrides as numbers within their range; ValueError in words."""
    good = {}
    for name, value in overrides.items():
        if name not in ASSUMPTIONS:
            raise ValueError(f"{name} is no assumption of a plan: known are {', '.join(ASSUMPTIONS)}")
        one = ASSUMPTIONS[name]
        if isinstance(value, bool) or not isinstance(value, int | float | np.number):
            raise ValueError(f"{name} must be a number, got {value!r}")
        good[name] = float(floats(name, value, low=one.low, high=one.high))
    return good


def compare_scenarios(plans):
    """Named PointPlans side by side: a row a measure, a column a scenario, and the difference of each to the first.

    `plans` {name: PointPlan}; the first is the base. Columns "name" and "name − base".
    """
    table = pd.DataFrame({name: plan.measures for name, plan in plans.items()})
    base = table.columns[0]
    for name in table.columns[1:]:
        table[f"{name} − {base}"] = table[name] - table[base]
    return table.rename_axis("measure")


def save_scenario(folder, name, overrides, *, note=""):
    """Keep a scenario in the centre's folder under a name: the path of its file.

    Two who save at once lose nothing; the file is whole at any moment. Raises ValueError for a bad name or assumption.
    """
    if not isinstance(name, str) or not name.strip() or len(name) > 80:
        raise ValueError(f"name must be 1 to 80 letters, got {name!r}")
    good, file = checked_overrides(overrides), Path(folder) / FILE_NAME
    with locked(file):
        kept = load_scenarios(folder)
        kept[name.strip()] = {"overrides": good, "note": str(note)}
        return write_whole(file, json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def load_scenarios(folder):
    """The scenarios of a centre's folder: {name: {"overrides": {…}, "note": …}}, none where no file is.

    Raises ValueError naming the file where it cannot be read.
    """
    file = Path(folder) / FILE_NAME
    try:
        kept = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (ValueError, OSError) as problem:
        raise ValueError(f"{file}: cannot be read as scenarios ({problem}) — mend it, or move it away") from None
    if not isinstance(kept, dict) or not all(isinstance(one, dict) and isinstance(one.get("overrides"), dict) for one in kept.values()):
        raise ValueError(f'{file}: must hold {{name: {{"overrides": {{…}}}}}} — mend it, or move it away')
    return {name: {"overrides": checked_overrides(one["overrides"]), "note": str(one.get("note", ""))} for name, one in kept.items()}
