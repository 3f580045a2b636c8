"""Every broken rule of a table, all in one report: pandera checks the columns, keys are checked here."""

import importlib
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from .shapes import YEARS

SHOWN = 5  # examples of one fault that a message shows; the frame of faults holds all
FAULT_COLUMNS = ["row", "column", "value", "rule"]


class TableError(ValueError):
    """A table that cannot be used; the message counts every kind of fault, `faults` lists each row.

    `faults` is a DataFrame with file, row (as in the file, the header is row 1), column, value, rule.
    """

    def __init__(self, file, faults):
        self.file = Path(file)
        self.faults = faults.assign(file=str(file))[["file", *FAULT_COLUMNS]]
        super().__init__("\n".join(_report(self.file, faults)))


class SettingsError(ValueError):
    """A file of settings that cannot be used; the message lists every fault, `faults` holds them."""

    def __init__(self, file, faults):
        self.file, self.faults = Path(file), tuple(faults)
        super().__init__("\n".join([f"{self.file}: {_counted(self.faults)}", *(f"  {fault}" for fault in self.faults)]))


def faults_in(frame, table):
    """Every broken rule of a table's frame, as a DataFrame of row, column, value, rule.

    The frame's index holds row numbers as the user sees them in the file. Columns that are not
    there are not checked. The rules run in pandera, all at once, over the rows that break one.
    """
    suspects = frame[_suspect(frame, table)]
    return as_faults((_judged(suspects, table) if len(suspects) else []) + _twice(frame, table))


def faults_of(found, table):
    """(cells that could not be understood, the rows without them, the faults of those rows) of an Understood."""
    known = as_faults(found.faults)
    checked = without(found.frame, known)
    return known, checked, faults_in(checked, table) if len(checked) else known.head(0)


def without(frame, faults):
    """The rows without a fault; the frame itself where there is none, for copying it takes its time."""
    return frame[~frame.index.isin(faults["row"])] if len(faults) else frame


def none_usable(file, counts):
    """The words on a table without a usable row; `counts` is {(column, rule): rows}, empty where it has no rows.

    >>> none_usable("calls.csv", {("outcome", "must be one of answered, abandoned"): 50})
    'calls.csv has no row that can be used: outcome must be one of answered, abandoned (50 rows)'
    """
    why = "; ".join(f"{said(*fault)} ({rows:,} row{'s' * (rows != 1)})" for fault, rows in counts.items())
    return f"{file} has no row that can be used" + f": {why}" * bool(why)


def said(column, rule):
    """A rule with the column that it is about, named once: rules between columns name them themselves."""
    return rule if rule.startswith(column) else f"{column} {rule}"


def _judged(frame, table):
    """Every broken rule of single rows, by pandera."""
    wanted = schema(table, tuple(name for name in table.names if name in frame))
    try:
        with warnings.catch_warnings():
            _without_spark_warning()
            wanted.validate(frame, lazy=True)
        return []
    except _pandera("errors").SchemaErrors as problem:
        return _cases(problem.failure_cases, table, frame)


def _pandera(module):
    """A module of pandera, loaded where it is used: half a second."""
    with warnings.catch_warnings():
        _without_spark_warning()
        return importlib.import_module(f"pandera.{module}")


def _without_spark_warning():
    """pandera loads PySpark where that is installed, which warns of pandas 3; no Spark is used here."""
    warnings.filterwarnings("ignore", "PySpark", FutureWarning)


def _suspect(frame, table):
    """Rows that break any rule, as a mask: few or none in most tables, and only these are reported on."""
    there = [column for column in table.columns if column.name in frame]
    sound = [
        holds(frame[column.name]) | frame[column.name].isna() for column in there for _, holds in column_rules(column)
    ]
    sound += [rule.holds(frame) for rule in table.rules if set(rule.columns) <= set(frame)]
    sound += [frame[column.name].notna() for column in there if column.required]
    return (
        ~np.logical_and.reduce([mask.fillna(False).to_numpy(bool) for mask in sound])
        if sound
        else np.zeros(len(frame), bool)
    )


def schema(table, names=None):
    """The pandera DataFrameSchema of a table, for the columns named (default: all).

    >>> from ccplan.data.tables import INTERVALS
    >>> list(schema(INTERVALS, ("queue", "offered")).columns)
    ['queue', 'offered']
    """
    pa = _pandera("pandas")
    names = table.names if names is None else names
    columns = {
        c.name: pa.Column(
            checks=[pa.Check(holds, error=says) for says, holds in column_rules(c)],
            nullable=not c.required,
            description=c.says,
            metadata={"unit": c.unit},
            coerce=False,
        )
        for c in table.columns
        if c.name in names
    }
    rules = [
        pa.Check(rule.holds, error=rule.says, name=str(i))
        for i, rule in enumerate(table.rules)
        if set(rule.columns) <= set(names)
    ]
    return pa.DataFrameSchema(columns, checks=rules)


def as_faults(rows=()):
    """Faults as a DataFrame from (row, column, value, rule), ordered as in the file."""
    frame = pd.DataFrame(list(rows), columns=FAULT_COLUMNS).astype({"value": object})
    return frame.sort_values("row", kind="stable", ignore_index=True)


def column_rules(column):
    """The rules of one column by itself, as (what it says, test of a column of values) pairs."""
    if column.kind in ("time", "date"):
        return [(f"must lie in the years {YEARS[0]} to {YEARS[1]}", lambda s: s.dt.year.between(*YEARS))]
    if column.words:
        return [(f"must be one of {', '.join(column.words)}", lambda s: s.isna() | s.isin(column.words))]
    if not column.measured:
        return [("must not be empty", lambda s: s.isna() | (s.str.strip() != ""))] if column.kind == "text" else []
    rules = [
        (f"must be {column.low:g} or more", lambda s: ~(s < column.low)),
        ("must be a finite number", lambda s: np.isfinite(s.astype(float))),
        (f"must be at most {column.high:g}", lambda s: ~(s > column.high) | np.isinf(s.astype(float))),
    ]
    whole = ("must be a whole number", lambda s: ~(s.astype(float) % 1 > 0))
    return [*rules, whole] if column.whole else rules


def _cases(failures, table, frame):
    """pandera's failure cases as (row, column, value, rule); a broken rule between columns once a row."""
    between = {rule.says: rule for rule in table.rules}
    cases = {}
    for case in failures.itertuples():
        rule = "must not be empty" if case.check == "not_nullable" else case.check
        column = between[rule].about if rule in between else case.column
        names = between[rule].columns if rule in between else ()
        if (case.index, column, rule) not in cases:  # a rule between columns is reported once for each of the frame's
            cases[case.index, column, rule] = _values(frame, case.index, names) or frame.at[case.index, column]
    return [
        (row, column, value, rule)
        for (row, column, rule), value in cases.items()
        if not _follows(cases, row, column, rule)
    ]


def _values(frame, row, names):
    """The values that break a rule between columns, in words."""
    return ", ".join(f"{name} {_plain(frame.at[row, name])}" for name in names)


def _plain(value):
    return f"{value:g}" if isinstance(value, (int, float, np.number)) else str(value)


def _follows(cases, row, column, rule):
    """True where a longer sum breaks only because a shorter one does: one fault is told once."""
    return any((row, column, other) in cases for other in _shorter(rule))


def _shorter(rule):
    parts, _, rest = rule.partition(" must be no more than ")
    names = parts.split(" + ")
    return [" + ".join(names[:n]) + " must be no more than " + rest for n in range(1, len(names))] if rest else []


def _twice(frame, table):
    """Rows whose key stands in an earlier row too."""
    if not table.key or not set(table.key) <= set(frame):
        return []
    again = frame.duplicated(list(table.key)) & frame[list(table.key)].notna().all(axis=1)
    rule = f"must stand once: the same {' and '.join(table.key)} as in an earlier row"
    keys = frame.loc[again, list(table.key)].astype(str)
    return [(row, table.key[-1], " ".join(key), rule) for row, *key in keys.itertuples(name=None)]


def _report(file, faults):
    lines = [f"{file}: {_counted(faults)}"]
    for (column, rule), group in faults.groupby(["column", "rule"], sort=False):
        shown = ", ".join(
            _shown(row, value) for row, value in group[["row", "value"]].head(SHOWN).itertuples(index=False)
        )
        more = f" and {len(group) - SHOWN:,} more" if len(group) > SHOWN else ""
        lines.append(f"  {said(column, rule)}, got {shown}{more}")
    return lines


def _counted(faults):
    return f"{len(faults):,} faults" if len(faults) > 1 else "1 fault"


def _shown(row, value):
    """A value as in the file, cut where it is long, and its row."""
    plain = f"{value:g}" if isinstance(value, (int, float, np.number)) else repr(str(value))
    return f"{plain[:60] + '…' if len(plain) > 60 else plain} in row {row}"
