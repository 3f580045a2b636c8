"""The planner's own small tables in the centre's folder: events, school holidays, overrides, growth drivers.

They are defined as the tables of `ccplan.data` are, and read by the same code: separator, encoding,
decimal mark and the order of dates are found by looking, faults are told all at once with file and row.
"""

import re
from pathlib import Path

import pandas as pd

from ...data import SourceError, TableError
from ...data.files import as_written
from ...data.faults import as_faults, faults_in
from ...data.given import given_table
from ...data.reading.text_files import read_text_table
from ...data.reading.understand import Cells, FileMapping, understand
from ...data.shapes import Column, Table, not_before

LARGEST_CHANGE = 10.0  # a share beyond it was meant as a percentage

EVENTS = Table(
    name="events",
    row="an event of the centre",
    key=("event", "start", "queue"),
    columns=(
        Column(name="event", kind="text", required=True, says="its name; the same name teaches from earlier times"),
        Column(name="start", kind="date", unit="date", required=True, says="first day"),
        Column(name="end", kind="date", unit="date", says="last day; empty: the first"),
        Column(name="queue", kind="text", says="the queue it touches; empty: every queue"),
        Column(
            name="uplift",
            kind="text",
            unit="share",
            says="change that is known in advance, 0.12 or +12 %; empty: learned",
        ),
        Column(
            name="decay_days",
            kind="number",
            unit="days",
            high=366,
            says="days after the end in which it halves; empty: none",
        ),
    ),
    rules=(not_before("end", "start"),),
)
SCHOOL = Table(
    name="school_holidays",
    row="a span of school holidays",
    key=("start",),
    columns=(
        Column(name="start", kind="date", unit="date", required=True, says="first day"),
        Column(name="end", kind="date", unit="date", required=True, says="last day"),
        Column(name="name", kind="text", says="what they are called"),
    ),
    rules=(not_before("end", "start"),),
)
OVERRIDES = Table(
    name="overrides",
    row="a planner's change to the forecast",
    key=("made_on", "who", "queue", "start", "end", "why"),
    columns=(
        Column(name="made_on", kind="date", unit="date", required=True, says="day on which it was made"),
        Column(name="who", kind="text", required=True, says="who made it"),
        Column(name="why", kind="text", required=True, says="the reason"),
        Column(name="queue", kind="text", required=True, says="the queue it changes"),
        Column(name="start", kind="date", unit="date", required=True, says="first day it changes"),
        Column(name="end", kind="date", unit="date", required=True, says="last day it changes"),
        Column(
            name="factor",
            kind="text",
            unit="ratio",
            says="contacts after ÷ before, 1.12 or +12 %; empty where contacts are added",
        ),
        Column(
            name="contacts_per_day",
            kind="number",
            unit="contacts a day",
            low=-1e9,
            high=1e9,
            says="contacts to add to each day; empty where a factor is given",
        ),
    ),
    rules=(not_before("end", "start"),),
)
DRIVERS = Table(
    name="drivers",
    row="a month's drivers of a queue",
    key=("month", "queue"),
    columns=(
        Column(name="month", kind="date", unit="first day of the month", required=True, says="the month"),
        Column(name="queue", kind="text", required=True, says="the queue"),
        Column(name="customers", kind="number", unit="customers", required=True, says="customers in the month"),
        Column(
            name="contact_rate",
            kind="number",
            unit="contacts a customer and month",
            required=True,
            high=1000.0,
            says="contacts that a customer wants in a month",
        ),
        Column(
            name="self_service",
            kind="number",
            unit="share",
            required=True,
            high=1.0,
            says="share of them that customers settle by themselves",
        ),
    ),
)


def read_own(file, table, judge=lambda frame: []):
    """The frame of a planner's table, None where there is no such file.

    Columns of the table that the file lacks are there, empty; others are left out. `judge(frame)` gives
    further faults (row, column, value, rule), told in the same report. Raises SourceError
    or TableError (both ValueError) that name file, column, row and value.
    """
    file = Path(file)
    if not file.exists():
        return None
    raw = _cells(file, table)
    columns = _columns(raw, table)
    lacks = [name for name in table.required if name not in columns.values()]
    if lacks:
        there = ", ".join(map(str, raw.cells.columns[:12]))
        raise SourceError(f"{file} has no column {' and '.join(lacks)} (has {there})")
    if not len(raw.cells):
        return empty(table)
    try:
        found = understand(raw, table, FileMapping(columns=columns), "UTC")
    except SourceError as problem:
        raise SourceError(str(problem) if str(file) in str(problem) else f"{file}: {problem}") from None
    frame, faults = found.frame, list(found.faults)
    good = frame[~frame.index.isin([row for row, *_ in faults])]
    faults += list(faults_in(good, table).itertuples(index=False))
    whole = frame.reindex(columns=list(table.names)).assign(**_text(frame, table))
    told = {(row, column) for row, column, *_ in faults}
    faults += [fault for fault in judge(whole) if fault[:2] not in told]
    if faults:
        raise TableError(file, as_faults(faults))
    return whole


def own_columns(file, table):
    """Names of the columns in a planner's file that the table does not know."""
    file = Path(file)
    return [name for name, ours in _columns(_cells(file, table), table).items() if not ours] if file.exists() else []


def empty(table):
    """A frame of the table without rows."""
    return pd.DataFrame({column.name: pd.Series(dtype=column.dtype) for column in table.columns})


def needed(frame, table, what):
    """The frame's columns as the table has them, absent ones empty; ValueError where a required one is absent.

    Rows keep their labels; where these do not tell them apart they are numbered anew.
    """
    if not isinstance(frame, pd.DataFrame):
        raise ValueError(f"{what} must be a DataFrame with {', '.join(table.names)}, got {type(frame).__name__}")
    given_table(frame, what, keys=table.required)
    given_table(frame, what, keys=[name for name in table.names if name in frame])
    frame = frame if frame.index.is_unique else frame.reset_index(drop=True)
    return frame.reindex(columns=[*table.names, *(name for name in frame if name not in table.names)])


def told(what, faults):
    """Faults (row, column, value, rule) of a frame in one sentence."""
    return f"{what}: " + "; ".join(
        f"{column} {rule}, got {value!r} in row {row}" for row, column, value, rule in faults
    )


def days_of(values, what):
    """Dates in any form as local days without a zone; ValueError naming the row and value that is none."""
    found = []
    for row, value in zip(values.index, values, strict=True):
        try:
            stamp = pd.Timestamp(value)
        except (ValueError, TypeError, OverflowError):
            raise ValueError(f"{what} must be a date such as 2026-08-01, got {value!r} in row {row}") from None
        found.append(stamp if stamp is pd.NaT else stamp.tz_localize(None).normalize())
    return pd.Series(found, index=values.index, dtype="datetime64[us]")


def written_share(value):
    """A change as a share, written 0.12, "+12 %" or "-5%"; None where nothing is written.

    Raises ValueError in words for what is neither, and for 12 where 12 % is meant.

    >>> written_share("+12 %"), written_share("-0,05"), written_share("")
    (0.12, -0.05, None)
    """
    text = _words(value)
    if not text:
        return None
    number = _number(text.removesuffix("%"), value)
    share = number / 100 if text.endswith("%") else number
    if not -1 <= share <= LARGEST_CHANGE:
        raise ValueError(
            f"must be a share such as 0.12 or +12 %, from -100 % to +{100 * LARGEST_CHANGE:g} %, got {value!r}"
        )
    return share


def written_factor(value):
    """A factor, written 1.12, "+12 %" (the change) or "112 %" (the whole); None where nothing is written.

    Raises ValueError in words for what is none, and for a change of −100 % or less.

    >>> written_factor("+12 %"), written_factor("112%"), written_factor(0.9), written_factor("−5 %")
    (1.12, 1.12, 0.9, 0.95)
    """
    text = _words(value)
    if not text:
        return None
    number = _number(text.removesuffix("%"), value)
    change = text.startswith(("+", "-"))
    factor = (1 + number / 100 if change else number / 100) if text.endswith("%") else number
    if change and not text.endswith("%"):
        raise ValueError(f"must be a factor such as 1.12, or a change such as +12 %, got {value!r}")
    if not 0 < factor <= 100:
        raise ValueError(
            f"must be a factor above 0 and at most 100, such as 1.12 or +12 % (so no -100 % or less), got {value!r}"
        )
    return round(factor, 12)


def _words(value):
    if value is None or value is pd.NA or value != value:
        return ""
    return re.sub(r"\s", "", str(value)).removeprefix("'").replace("−", "-")


def _number(text, value):
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        raise ValueError(f"must be a number or a percentage such as +12 %, got {value!r}") from None
    if number - number != 0:  # inf, nan
        raise ValueError(f"must be a finite number, got {value!r}")
    return number


def _cells(file, table):
    text = read_text_table(file, lambda header: sum(_plain(name) in table.names for name in header))
    return Cells(file=file, cells=text.cells, kind="text", encoding=text.encoding, separator=text.separator)


def _plain(name):
    return str(name).strip().lower().replace(" ", "_")


def _columns(raw, table):
    """{theirs: ours, or "" for what is no column of the table}, the first of two alike."""
    found = {}
    for name in map(str, raw.cells.columns):
        ours = _plain(name)
        found[name] = ours if ours in table.names and ours not in found.values() else ""
    return found


def _text(frame, table):
    """Text columns with an empty string for nothing; an apostrophe that keeps a spreadsheet from running it goes."""
    kept = {}
    for column in table.columns:
        if column.kind == "text":
            cells = frame[column.name].fillna("").astype(str) if column.name in frame else ""
            kept[column.name] = cells if isinstance(cells, str) else cells.map(as_written)
    return kept
