"""The tables of a centre as data: columns, units, rules. The checks come from here.

To add a table, write a `Table` and put it into TABLES: the pandera schema, the fault report and
`data/README.md` (made by `dictionary.py`) follow.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

KINDS = {  # kind of column → what the frame holds
    "text": "str", "time": "datetime64[us, zone of the centre]", "whole count": "int64",
    "count": "float64", "seconds": "float64", "number": "float64",
}
LARGEST = 1e12  # of any measured number: beyond it a cell is broken, and integers overflow
YEARS = (1970, 2100)  # of any time: beyond them a date is mistyped, and the gaps would have no end
SHOWN = 5  # examples of one fault that a message shows; the frame of faults holds all
FAULT_COLUMNS = ["row", "column", "value", "rule"]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: name, kind (see KINDS), unit, meaning, and whether the table needs it."""

    name: str
    kind: str
    unit: str
    says: str
    required: bool = False

    @property
    def dtype(self):
        """What the frame holds."""
        return KINDS[self.kind]

    @property
    def measured(self):
        """True for a number that a device counts or times."""
        return self.kind not in ("text", "time")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule between columns: `holds(frame)` is a Series of bool; it counts if all columns are there.

    `about` is the column that is named when the rule is broken.
    """

    says: str
    about: str
    columns: tuple
    holds: Callable


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table: what a row is, its columns, its rules, and the columns that make a row unique."""

    name: str
    row: str
    columns: tuple
    key: tuple
    rules: tuple = ()

    def column(self, name):
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self):
        """Names of all columns, in order."""
        return tuple(column.name for column in self.columns)


def no_more_than(parts, whole, slack=0.0):
    """The rule that the parts together are no more than the whole; nothing counts as 0."""
    def holds(frame):
        return ~(frame[list(parts)].sum(axis=1) > frame[whole].clip(lower=0) + slack)
    return Rule(says=f"{' + '.join(parts)} must be no more than {whole}", about=parts[0],
                columns=(*parts, whole), holds=holds)


INTERVALS = Table(
    name="intervals", row="a queue in an interval", key=("queue", "start"),
    columns=(
        Column(name="queue", kind="text", unit="", required=True,
               says='name of the queue; "all" where the file has no such column'),
        Column(name="start", kind="time", unit="local time", required=True,
               says="start of the interval; a contact belongs to the interval in which it arrived"),
        Column(name="offered", kind="whole count", unit="contacts", required=True,
               says="contacts that arrived: answered, abandoned and blocked"),
        Column(name="answered", kind="count", unit="contacts", says="contacts that an agent answered"),
        Column(name="abandoned", kind="count", unit="contacts", says="contacts that hung up while waiting"),
        Column(name="blocked", kind="count", unit="contacts", says="contacts that got a busy tone: no free line"),
        Column(name="answered_in_target", kind="count", unit="contacts",
               says="contacts answered within the target time of the queue"),
        Column(name="talk_s", kind="seconds", unit="seconds", says="talk time, sum over the answered"),
        Column(name="hold_s", kind="seconds", unit="seconds", says="time on hold, sum over the answered"),
        Column(name="acw_s", kind="seconds", unit="seconds", says="after-call work, sum over the answered"),
        Column(name="wait_answered_s", kind="seconds", unit="seconds", says="wait, sum over the answered"),
        Column(name="wait_abandoned_s", kind="seconds", unit="seconds", says="wait, sum over the abandoned"),
        Column(name="agents", kind="number", unit="agents",
               says="agents on the phones, mean over the interval, if the switch reports it"),
    ),
    rules=(
        no_more_than(("answered",), "offered"),
        no_more_than(("answered", "abandoned"), "offered"),
        no_more_than(("answered", "abandoned", "blocked"), "offered"),
        no_more_than(("answered_in_target",), "answered"),
    ),
)
TABLES = {table.name: table for table in (INTERVALS,)}


class TableError(ValueError):
    """A table that cannot be used; the message counts every kind of fault, `faults` lists each row.

    `faults` is a DataFrame with file, row (as in the file, the header is row 1), column, value, rule.
    """

    def __init__(self, file, faults):
        self.file = Path(file)
        self.faults = faults.assign(file=str(file))[["file", *FAULT_COLUMNS]]
        super().__init__("\n".join(_report(self.file, faults)))


def faults_in(frame, table):
    """Every broken rule of a table's frame, as a DataFrame of row, column, value, rule.

    The frame's index holds row numbers as the user sees them in the file. Columns that are not
    there are not checked. The column rules run in pandera, all at once.
    """
    import pandera.errors  # loads where it is used: half a second

    try:
        schema(table, tuple(name for name in table.names if name in frame)).validate(frame, lazy=True)
        cases = []
    except pandera.errors.SchemaErrors as problem:
        cases = _cases(problem.failure_cases, table, frame)
    return as_faults(cases + _twice(frame, table))


def schema(table, names=None):
    """The pandera DataFrameSchema of a table, for the columns named (default: all).

    >>> list(schema(INTERVALS, ("queue", "offered")).columns)
    ['queue', 'offered']
    """
    import pandera.pandas as pa  # loads where it is used: half a second

    names = table.names if names is None else names
    columns = {c.name: pa.Column(checks=_column_checks(pa, c), nullable=not c.required, description=c.says,
                                 metadata={"unit": c.unit}, coerce=False)
               for c in table.columns if c.name in names}
    rules = [pa.Check(rule.holds, error=rule.says, name=str(i))
             for i, rule in enumerate(table.rules) if set(rule.columns) <= set(names)]
    return pa.DataFrameSchema(columns, checks=rules)


def as_faults(rows=()):
    """Faults as a DataFrame from (row, column, value, rule), ordered as in the file."""
    frame = pd.DataFrame(list(rows), columns=FAULT_COLUMNS).astype({"value": object})
    return frame.sort_values("row", kind="stable", ignore_index=True)


def _column_checks(pa, column):
    if column.kind == "text":
        return [pa.Check(lambda s: s.str.strip() != "", error="must not be empty")]
    if column.kind == "time":
        years = f"must lie in the years {YEARS[0]} to {YEARS[1]}"
        return [pa.Check(lambda s: s.dt.year.between(*YEARS), error=years)]
    checks = [pa.Check(lambda s: s >= 0, error="must be 0 or more"),
              pa.Check(lambda s: np.isfinite(s.astype(float)), error="must be a finite number")]
    checks.append(pa.Check(lambda s: ~(s > LARGEST) | np.isinf(s.astype(float)), error=f"must be at most {LARGEST:g}"))
    whole = pa.Check(lambda s: ~(s.astype(float) % 1 > 0), error="must be a whole number")
    return [*checks, whole] if "count" in column.kind else checks


def _cases(failures, table, frame):
    """pandera's failure cases as (row, column, value, rule); a broken rule between columns once a row."""
    between = {rule.says: rule for rule in table.rules}
    cases = {}
    for case in failures.itertuples():
        rule = "must not be empty" if case.check == "not_nullable" else case.check
        column = between[rule].about if rule in between else case.column
        names = between[rule].columns if rule in between else ()
        cases[case.index, column, rule] = _values(frame, case.index, names) or frame.at[case.index, column]
    return [(row, column, value, rule) for (row, column, rule), value in cases.items()
            if not _follows(cases, row, column, rule)]


def _values(frame, row, names):
    """The numbers that break a rule between columns, in words."""
    return ", ".join(f"{name} {frame.at[row, name]:g}" for name in names)


def _follows(cases, row, column, rule):
    """True where a longer sum breaks only because a shorter one does: one fault is told once."""
    return any((row, column, other) in cases for other in _shorter(rule))


def _shorter(rule):
    parts, _, rest = rule.partition(" must be no more than ")
    names = parts.split(" + ")
    return [" + ".join(names[:n]) + " must be no more than " + rest for n in range(1, len(names))] if rest else []


def _twice(frame, table):
    """Rows whose key stands in an earlier row too."""
    if not set(table.key) <= set(frame):
        return []
    again = frame.duplicated(list(table.key)) & frame[list(table.key)].notna().all(axis=1)
    rule = f"must stand once: the same {' and '.join(table.key)} as in an earlier row"
    keys = frame.loc[again, list(table.key)].astype(str)
    return [(row, table.key[-1], " ".join(key), rule)
            for row, *key in keys.itertuples(name=None)]


def _report(file, faults):
    count = f"{len(faults):,} faults" if len(faults) > 1 else "1 fault"
    lines = [f"{file}: {count}"]
    for (column, rule), group in faults.groupby(["column", "rule"], sort=False):
        shown = ", ".join(_shown(row, value) for row, value in
                          group[["row", "value"]].head(SHOWN).itertuples(index=False))
        more = f" and {len(group) - SHOWN:,} more" if len(group) > SHOWN else ""
        said = rule if rule.startswith(column) else f"{column} {rule}"
        lines.append(f"  {said}, got {shown}{more}")
    return lines


def _shown(row, value):
    """A value as in the file, cut where it is long, and its row."""
    plain = f"{value:g}" if isinstance(value, (int, float, np.number)) else repr(str(value))
    return f"{plain[:60] + '…' if len(plain) > 60 else plain} in row {row}"
