"""The audit of a quarter: every section made from the same evidence, and what follows from all of them together."""

import re
from dataclasses import dataclass, field, fields, is_dataclass, replace
from importlib import import_module

import pandas as pd

from .concluding.actions import actions_of, carried, read_actions
from .evidence import Evidence, evidence_of
from .concluding.gathering import gathered
from .findings import AREAS
from .quarter import Quarter
from .concluding.verdict import cannot_be_judged, ranked, verdict

SHEET_NAME = 31  # letters of a worksheet's name
LONGEST = 5_000  # rows of a sheet: what has a row an interval can be had from the tables themselves


@dataclass(frozen=True, kw_only=True)
class Section:
    """A section of the audit: its `key` (the anchor of its cell), number and `title`, and the function
    `home`:`make` that makes it.

    `uses_forecast` where the function takes the forecast that was expected of the quarter.
    """

    key: str
    number: int
    title: str
    home: str
    make: str
    uses_forecast: bool = False


SECTIONS = (  # in the order in which they are made: what others use comes first
    Section(key="trust", number=2, title="Can the data be trusted?", home="standing.trust", make="trust"),
    Section(
        key="standing", number=3, title="KPIs against target and the past", home="standing.standing", make="standing"
    ),
    Section(
        key="promises",
        number=8,
        title="Forecast and plan",
        home="promising.promises",
        make="promises",
        uses_forecast=True,
    ),
    Section(key="why", number=5, title="Why", home="explaining.why", make="why", uses_forecast=True),
    Section(key="people", number=6, title="People", home="people.people", make="people"),
    Section(key="quality", number=7, title="Quality", home="quality", make="quality"),
    Section(
        key="improvements", number=9, title="Findings and actions", home="concluding.improvements", make="improvements"
    ),
)
TITLES = {  # anchor of a place in the report → its number and title
    "verdict": "1 Verdict",
    "trust": "2 Can the data be trusted?",
    "kpis": "3 KPIs",
    "standing": "3 KPIs",
    "signals": "4 Signal or noise",
    "why": "5 Why",
    "people": "6 People",
    "quality": "7 Quality",
    "promises": "8 Forecast and plan",
    "findings": "9 Findings and actions",
    "improvements": "9 Findings and actions",
    "sign-off": "10 Assumptions, definitions, sign-off",
}


@dataclass(frozen=True, kw_only=True)
class Audit:
    """The audit of a quarter.

    `sections` {key: what its function made}, `missing` {key: why it could not be made, in words}; `findings` of all
    sections, the gravest first, each with owner and day, those of one cause as one; `verdict`; `actions` and
    `carried` (frames, see `actions`); `notes` in words.
    """

    evidence: Evidence = field(repr=False)
    sections: dict = field(repr=False)
    missing: dict
    findings: tuple
    verdict: object
    actions: pd.DataFrame = field(repr=False)
    carried: pd.DataFrame = field(repr=False)
    notes: tuple = ()

    @property
    def quarter(self):
        """The Quarter that is audited."""
        return self.evidence.quarter

    def __getitem__(self, key):
        """What a section's function made; ValueError saying why where it could not be made."""
        if key in self.sections:
            return self.sections[key]
        raise ValueError(self.missing.get(key, f"the audit has no section {key!r}; it has {', '.join(self.sections)}"))

    def sheets(self):
        """{name of a worksheet: frame} of what the audit holds, times without a zone, text as it is (it must be
        written as text).

        The first sheet, "verdict", tells how the quarter went and what matters; the second, "contents", what each
        of the others holds, and which frames were too long for one.
        """
        told = {
            "verdict": _verdict_frame(self.verdict, self.quarter),
            "contents": None,
            "findings": _findings_frame(self.findings),
            "actions": self.actions,
            "carried over": self.carried,
            "missing": pd.DataFrame({"section": list(self.missing), "why": list(self.missing.values())}),
        }
        contents = [(name, "", len(frame)) for name, frame in told.items() if frame is not None]
        for section in sorted((one for one in SECTIONS if one.key in self.sections), key=lambda one: one.number):
            for name, frame in frames_of(self.sections[section.key]).items():
                sheet = "left out: too long"
                if len(frame) <= LONGEST:
                    sheet = _free(f"{section.key} {name}", told)
                    told[sheet] = frame
                contents.append((sheet, f"{section.number} {section.title}: {name}".replace("_", " "), len(frame)))
        told["contents"] = pd.DataFrame(contents, columns=["sheet", "holds", "rows"])
        return {name: _without_zone(frame) for name, frame in told.items()}


def audit(folder, quarter, *, names=False, key=None, previous=None, expected=None, progress=None, sections=SECTIONS):
    """The Audit of a centre's folder for a quarter ("2026Q3").

    People are codes unless `names` are asked for (`key`: 32 bytes, as for `evidence_of`). `previous` is the last
    audit's actions.csv, or the folder that holds it; `expected` the forecast that was made before the quarter, if
    one is known. A section whose table is missing says so in `missing`, and the rest is made all the same.
    `progress(title, i, n)` is called before each step. Raises ValueError in words where the quarter, or the folder,
    cannot be audited at all.
    """
    quarter, steps = Quarter.of(quarter), len(sections) + 1
    tell = progress or (lambda title, i, n: None)
    before = read_actions(previous) if previous is not None else None
    tell("Reading and checking the tables", 0, steps)
    return audit_of(
        evidence_of(folder, quarter, names=names, key=key),
        before=before,
        expected=expected,
        progress=tell,
        sections=sections,
    )


def audit_of(evidence, *, before=None, expected=None, progress=None, sections=SECTIONS):
    """The same from an Evidence that is there already; `before` the Actions of the last audit."""
    tell = progress or (lambda title, i, n: None)
    made, missing = {}, {}
    for i, section in enumerate(sections, start=1):
        tell(section.title, i, len(sections) + 1)
        try:
            made[section.key] = _made(section, evidence, expected)
        except ValueError as problem:  # SourceError and Infeasible, too: words for people; all else is a fault of ours
            missing[section.key] = str(problem)
        if section.key == "promises":  # the forecast as it was read; none, where it could not be used
            expected = made["promises"].expected if "promises" in made else None
    tell("Verdict", len(sections) + 1, len(sections) + 1)
    return _together(evidence, made, missing, before)


def _made(section, evidence, expected):
    make = getattr(import_module(f"{__package__}.{section.home}"), section.make)
    return make(evidence, expected) if section.uses_forecast else make(evidence)


def _together(evidence, made, missing, before):
    departments = _departments(evidence)
    found = [one for result in made.values() for one in getattr(result, "findings", ())]
    findings = tuple(_owned(one, departments, evidence.quarter) for one in gathered(_once(found)))
    old = before.frame if before else actions_of((), evidence.quarter)
    mine = old[old["quarter"] == str(evidence.quarter)]
    return Audit(
        evidence=evidence,
        sections=made,
        missing=missing,
        findings=findings,
        verdict=verdict(findings, evidence.quarter, missing=_unjudged(evidence, missing)),
        actions=actions_of(findings, evidence.quarter, departments=departments, edited=mine),
        carried=carried(old, findings, evidence.quarter),
        notes=before.faults if before else (),
    )


JUDGES = {"customers": ("standing", "why", "promises"), "people": ("people",), "money": ("why",), "improvements": ()}


def _unjudged(evidence, missing):
    """{area: why} of what cannot be judged: its tables, or all of the sections that judge it, are missing."""
    found = cannot_be_judged(evidence)
    for area, keys in JUDGES.items():
        if keys and all(key in missing for key in keys):
            found.setdefault(area, missing[keys[0]])
    return found


def _once(findings):
    """One finding a key: the gravest of those that several sections made."""
    seen = {}
    for one in ranked(findings):
        seen.setdefault(one.key, one)
    return list(seen.values())


def _owned(finding, departments, quarter):
    row = actions_of([finding], quarter, departments=departments).iloc[0]
    told = ("says", "action", "cost_basis")
    words = {name: str(getattr(finding, name)).strip().rstrip(".") for name in told}  # pages set the stops
    return replace(finding, owner=row["owner"], due=row["due"], **words)


def _departments(evidence):
    """The departments of the centre's own checklist, in their order."""
    if "checklist" not in evidence.tables or "department" not in evidence.frame("checklist"):
        return ()
    return tuple(evidence.frame("checklist")["department"].dropna().astype(str).unique())


# ------------------------------------------------------------------------------------------- sheets


def frames_of(result, depth=3):
    """{name: frame} of the tables in a section's dataclass: its fields, and what its mappings and dataclasses hold."""
    if is_dataclass(result):
        result = {one.name: getattr(result, one.name) for one in fields(result)}
    if not isinstance(result, dict) or not depth:
        return {}
    found = {}
    for name, value in result.items():
        if isinstance(value, pd.DataFrame):
            found[str(name)] = value
        else:
            found |= {f"{name} {inner}": frame for inner, frame in frames_of(value, depth - 1).items()}
    return found


def _free(name, taken):
    """A worksheet's name that is short enough, of letters that may stand in one, and not taken (Excel: whatever the
    case).
    """
    whole = name = re.sub(r"[^\w .,-]+", " ", name.replace("_", " "))[:SHEET_NAME].strip()
    taken = {one.lower() for one in taken}
    number = 2
    while name.lower() in taken:
        name, number = f"{whole[: SHEET_NAME - 3].strip()} {number}", number + 1
    return name


def _without_zone(frame):
    zoned = [name for name, column in frame.items() if getattr(column.dtype, "tz", None) is not None]
    return frame.assign(**{name: frame[name].dt.tz_localize(None) for name in zoned})


def _verdict_frame(told, quarter):
    """The verdict as a page: the quarter, its four areas, and the findings that matter with what to do, who and by
    when.
    """
    rows = [(str(quarter), told.colour, told.sentence, "", "", None, None)]
    rows += [(area.name, area.colour, f"{area.word}: {area.reason}", "", "", None, None) for area in told.areas]
    for place, one in enumerate((matter.finding for matter in told.matters), start=1):
        rows.append((f"matter {place}", one.severity, one.says, one.action, one.owner, one.due, one.cost))
    frame = pd.DataFrame(rows, columns=["what", "colour", "in words", "what to do", "owner", "due", "cost"])
    return frame.assign(due=pd.to_datetime(frame["due"]))


def _findings_frame(findings):
    names = (
        "key",
        "told with",
        "area",
        "severity",
        "brief",
        "says",
        "evidence",
        "cost",
        "cost_basis",
        "action",
        "owner",
        "due",
    )
    rows = [
        (
            one.key,
            found.key if one.key != found.key else "",
            AREAS[one.area],
            one.severity,
            one.short,
            *(getattr(one, name) for name in names[5:]),
        )
        for found in findings
        for one in found.each
    ]
    return pd.DataFrame(rows, columns=list(names))
