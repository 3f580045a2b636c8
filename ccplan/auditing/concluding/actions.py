"""Findings become actions with an owner and a day; the next audit asks what became of them.

The file `actions.csv` belongs to people: owner, due, status and note that they wrote are kept whatever is run again.
"""

import csv
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from io import StringIO
from pathlib import Path

import pandas as pd

from ...data.files import as_written, harmless, write_csv
from ...data.locks import locked
from ..findings import AREAS, SEVERITIES, Finding  # noqa: F401 — for the examples
from ..quarter import Quarter

FILE = "actions.csv"
COLUMNS = (
    "key",
    "quarter",
    "area",
    "severity",
    "says",
    "evidence",
    "cost",
    "cost_basis",
    "action",
    "owner",
    "due",
    "status",
    "note",
)
EDITED = ("owner", "due", "status", "note")  # what people write
STATUSES = ("open", "in progress", "done", "dropped")
DUE_DAYS = {"red": 30, "amber": 60}  # after the quarter's end
OWNERS = {  # area → words that tell a department that answers for it, then who does where none is known
    "customers": (("operation", "service", "customer"), "operations"),
    "people": (("people", "human", "personnel", "operation"), "people"),
    "money": (("financ", "account", "control"), "finance"),
    "improvements": (("planning", "operation", "management"), "management"),
}
MUCH = Decimal("1.25")  # times as dear: worse
BECAME = ("back", "worse", "still there", "better", "gone")


@dataclass(frozen=True)
class Actions:
    """What an audit's file of actions holds: `frame` (columns COLUMNS; cost a Decimal or None, due a day or NaT)
    and `faults` in words.
    """

    frame: pd.DataFrame = field(repr=False)
    faults: tuple = ()


def actions_of(findings, quarter, *, departments=(), edited=None):
    """The findings of a quarter as a frame of actions, a row each.

    Owner and day come from the finding, else from its area (`departments` are the centre's own) and its severity
    (30 days after the quarter's end if red, 60 if amber). `edited`, the frame of this quarter's file, keeps what
    people wrote there, by key; its rows of findings that are not found any more stay where somebody has touched
    them.

    >>> one = Finding(key="k", area="money", severity="red", says="Rent doubled", evidence="why", action="ask why")
    >>> actions_of([one], "2026Q3").loc[0, ["owner", "due", "status"]].tolist()
    ['finance', Timestamp('2026-10-31 00:00:00'), 'open']
    """
    quarter = Quarter.of(quarter)
    fresh = _frame([_row(finding, quarter, departments) for finding in findings])
    return fresh if edited is None else _merged(fresh, edited)


def _row(finding, quarter, departments):
    due = finding.due if finding.due is not None else quarter.end + pd.Timedelta(days=DUE_DAYS[finding.severity])
    values = {
        name: getattr(finding, name)
        for name in ("key", "area", "severity", "says", "evidence", "cost", "cost_basis", "action")
    }
    return values | {
        "quarter": str(quarter),
        "owner": finding.owner or default_owner(finding.area, departments),
        "due": due,
        "status": "open",
        "note": "",
    }


def default_owner(area, departments=()):
    """Who answers for an area: the centre's own department where one of that name is known.

    >>> default_owner("money", ["Finance and law", "people"]), default_owner("people")
    ('Finance and law', 'people')
    """
    words, usual = OWNERS[area]
    told = [str(name) for name in departments if str(name).strip() and not pd.isna(name)]
    return next((name for word in words for name in told if word in name.lower()), usual)


def _frame(rows):
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.assign(cost=frame["cost"].astype(object), due=pd.to_datetime(frame["due"]).astype("datetime64[s]"))


def _merged(fresh, edited):
    kept = edited.drop_duplicates("key").set_index("key")
    rows = fresh.to_dict("records")
    for row in rows:
        if row["key"] in kept.index:
            old = kept.loc[row["key"]]
            row.update({name: old[name] for name in EDITED if not pd.isna(old[name]) and old[name] != ""})
    lost = kept[~kept.index.isin(fresh["key"])]
    touched = lost[(lost["status"] != "open") | (lost["note"] != "")]
    return _frame(rows + touched.reset_index()[list(COLUMNS)].to_dict("records"))


# ------------------------------------------------------------------------------------------ the file


def read_actions(file):
    """The Actions of a file as people have edited it; a row that cannot be used is left out and told in `faults`.

    `file` is a CSV (comma or semicolon), or a folder that holds actions.csv. Days are 2026-10-31 or 31.10.2026. Raises
    ValueError in words where the file is not there or is no file of actions.
    """
    file = Path(file) / FILE if Path(file).is_dir() else Path(file)
    try:
        text = file.read_text(encoding="utf-8-sig", errors="replace").replace("\0", "")
    except OSError:
        raise ValueError(f"{file} cannot be read: name the actions.csv of the last audit, or leave it out") from None
    head = text.split("\n", 1)[0]
    lines = csv.reader(StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",")
    try:
        rows = list(lines)
    except csv.Error as problem:
        raise ValueError(f"{file} cannot be read as CSV, row {lines.line_num}: {problem}") from None
    names = [name.strip().lower() for name in rows[0]] if rows else []
    missing = [name for name in ("key", "area", "severity", "says", "status") if name not in names]
    if missing:
        raise ValueError(
            f"{file} is no file of actions: its first line must name {', '.join(COLUMNS)}; missing: {', '.join(missing)}"
        )
    return _read_rows(names, rows[1:])


def _read_rows(names, rows):
    good, faults, seen = [], [], set()
    for number, cells in enumerate(rows, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        try:
            row = _read_row(dict(zip(names, map(as_written, cells))))
            if (row["key"], row["quarter"]) in seen:
                raise ValueError(f"key {row['key']!r} stands there twice")
        except ValueError as problem:
            faults.append(f"row {number}: {problem}")
            continue
        seen.add((row["key"], row["quarter"]))
        good.append(row)
    return Actions(_frame(good), tuple(faults))


def _read_row(cells):
    row = {name: cells.get(name, "").strip() for name in COLUMNS}
    for name, known in (("area", tuple(AREAS)), ("severity", SEVERITIES), ("status", STATUSES)):
        row[name] = row[name].lower() or ("open" if name == "status" else "")
        if row[name] not in known:
            raise ValueError(f"{name} must be one of {', '.join(known)}, got {row[name][:60]!r}")
    if not row["key"]:
        raise ValueError("key must not be empty")
    row["quarter"] = str(Quarter.of(row["quarter"])) if row["quarter"] else ""
    return row | {"cost": _cost(row["cost"]), "due": _day(row["due"])}


def _cost(words):
    if not words:
        return None
    try:
        cost = Decimal(words.replace("\u00a0", "").replace(" ", "").replace(",", "."))
    except InvalidOperation:
        cost = None
    if cost is None or not cost.is_finite():
        raise ValueError(f"cost must be a number such as 1200.50, got {words[:60]!r}")
    return cost


def _day(words):
    if not words:
        return pd.NaT
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return pd.to_datetime(words, format=form)
        except ValueError:
            pass
    raise ValueError(f"due must be a day such as 2026-10-31, got {words[:60]!r}")


def keep_actions(file, findings, quarter, *, departments=()):
    """Write the actions of an audit to its file, all at once, and return their frame: what people wrote there
    before stays.

    Rows of other quarters stay as they are. Raises ValueError in words, and writes nothing, where the file has rows
    that cannot be read.
    """
    file, quarter = Path(file), Quarter.of(quarter)
    with locked(file):
        there = read_actions(file) if file.exists() else Actions(_frame([]))
        if there.faults:
            raise ValueError(
                f"{file} has rows that cannot be read, and stays as it is: {'; '.join(there.faults)} — mend them first"
            )
        mine = there.frame["quarter"] == str(quarter)
        frame = actions_of(findings, quarter, departments=departments, edited=there.frame[mine])
        write_csv(file, written(pd.concat([there.frame[~mine], frame]) if (~mine).any() else frame))
    return frame


def written(frame):
    """The frame of actions as text, as the file has it; nothing in it runs as a formula."""
    cost = ["" if value is None or pd.isna(value) else str(value) for value in frame["cost"]]
    due = ["" if pd.isna(day) else f"{day:%Y-%m-%d}" for day in frame["due"]]
    return harmless(frame.assign(cost=cost, due=due).fillna("").astype(str))


# --------------------------------------------------------------------------------------- carried over


def carried(previous, findings, quarter):
    """What became of the last audit's findings, a row each, the worst first.

    `previous` is a frame of `read_actions`; `findings` those of `quarter`. Returns key, quarter (when it was
    found), area, severity and cost then, severity_now and cost_now, says (now, else then), action, owner, due,
    status, note, became (back: done, but found again; worse or better: in severity, or by a quarter in cost; still
    there; gone) and overdue (found again, not done, and due before the quarter's end). What was dropped and is
    still there is still there.
    """
    quarter, now = Quarter.of(quarter), {}
    for finding in reversed(findings):  # the first that has a key tells of it
        now |= {one.key: finding for one in finding.also} | {finding.key: finding}
    before = previous[
        previous["quarter"].ne(str(quarter))
        & previous["quarter"].map(lambda name: not name or Quarter.of(name) < quarter)
    ]
    before = before.sort_values("quarter", kind="stable").drop_duplicates("key", keep="last")
    rows = [_carried(row, now.get(row["key"]), quarter) for row in before.to_dict("records")]
    columns = [
        "key",
        "quarter",
        "area",
        "severity",
        "severity_now",
        "cost",
        "cost_now",
        "says",
        "action",
        "owner",
        "due",
        "status",
        "note",
        "became",
        "overdue",
    ]
    rows.sort(key=lambda row: (BECAME.index(row["became"]), not row["overdue"]))
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(overdue=frame["overdue"].astype(bool), due=pd.to_datetime(frame["due"]).astype("datetime64[s]"))


def _carried(row, found, quarter):
    late = (
        found is not None
        and row["status"] in ("open", "in progress")
        and not pd.isna(row["due"])
        and row["due"] < quarter.end
    )
    more = {
        "severity_now": found.severity if found else "",
        "cost_now": found.cost if found else None,
        "says": found.says if found else row["says"],
    }
    return row | more | {"became": _became(row, found), "overdue": bool(late)}


def _became(row, found):
    if found is None:
        return "gone"
    if row["status"] == "done":
        return "back"
    if found.severity != row["severity"]:
        return "worse" if found.severity == "red" else "better"
    then, now = row["cost"], found.cost
    if then is None or now is None or pd.isna(then) or then <= 0 or now <= 0:
        return "still there"
    return "worse" if now > MUCH * then else "better" if now * MUCH < then else "still there"
