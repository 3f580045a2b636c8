"""Cells as they stand in a source, understood as a table of ours: times, numbers, words, yes and no."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from . import header_words
from .headers import HELPERS, make_sums, map_headers, plain, unit_in
from .numbers import NOTHING, UNITS, decimal_mark, to_numbers, to_seconds
from .stamps import (
    SHOWN,
    RepeatedHours,
    Stamps,
    join_date_and_time,
    moments_to_zone,
    one_of_each_date,
    read_stamps,
    to_zone,
)
from ..tables import CALLS
from .text_files import SourceError

DEFAULT_QUEUE = "all"
CLOCKS = ("hh:mm:ss", "mm:ss", "hh:mm")


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Cells of a source before they are understood; the index holds row numbers of the file.

    `kind` says what the source was recognised as, `units` {their column: unit} what that kind
    implies, `notes` what its reader did. Of a part of a file `before` are the RepeatedHours of the parts before it.
    """

    file: Path
    cells: pd.DataFrame
    kind: str
    encoding: str = ""
    separator: str = ""
    units: dict = field(default_factory=dict)
    notes: tuple = ()
    before: RepeatedHours | None = None


@dataclass(frozen=True, kw_only=True)
class FileMapping:
    """What a user says about one file, so that it need not be guessed; all may be left empty.

    `table` is ours; `columns` {theirs: ours ("" leaves it out)}; `units` {ours: one of s, ms, min, h,
    hh:mm:ss, mm:ss, hh:mm}; `words` {ours: {their word: our word}}; `constants` {ours: value for every
    row}; `decimal` "." or ","; `dates` "ymd", "dmy" or "mdy"; `time_zone` the zone in which the file's
    times are written; `sheet` of a workbook; `kind` of ready reader; `encoding`, `separator` of text.
    """

    table: str = ""
    columns: dict = field(default_factory=dict)
    units: dict = field(default_factory=dict)
    words: dict = field(default_factory=dict)
    constants: dict = field(default_factory=dict)
    decimal: str = ""
    dates: str = ""
    time_zone: str = ""
    sheet: str = ""
    kind: str = ""
    encoding: str = ""
    separator: str = ""


@dataclass(frozen=True, kw_only=True)
class Understood:
    """Typed columns (index = rows of the file), and the faults and notes of typing them."""

    frame: pd.DataFrame
    faults: list
    notes: list
    decimal: str
    date_format: str
    columns: dict
    target_s: float | None = None
    language: str = ""


def map_columns(raw, table, asked):
    """The Mapping of a source's columns: as asked, the others by their names."""
    there = [str(name) for name in raw.cells.columns]
    said = {ours: theirs for theirs, ours in asked.columns.items() if ours}
    for theirs in asked.columns:
        if theirs not in there:
            raise SourceError(
                f"{raw.file} has no column {theirs!r}, which the mapping names (has {', '.join(there[:12])})"
            )
    found = map_headers([name for name in there if name not in asked.columns], table.name)
    rest = {ours: theirs for ours, theirs in found.columns.items() if ours not in said and ours not in asked.constants}
    told = {
        ours: unit_in(theirs)
        for ours, theirs in said.items()
        if ours.endswith("_s") and unit_in(theirs) not in ("", "s")
    }
    units = (
        told
        | {ours: raw.units[theirs] for ours, theirs in rest.items() if theirs in raw.units}
        | found.units
        | asked.units
    )
    return replace(found, columns=said | rest, units=units)


def understand(raw, table, asked, zone):
    """The cells of a source as columns of a table in a time zone (IANA), as Understood.

    Raises SourceError (a ValueError) for what no row can mend: marks, dates or columns that cannot be told.
    """
    mapping, ours = _named(raw, table, asked)
    _refuse_lacking(raw, table, ours.columns)
    if table.name == "intervals":
        return _intervals(ours, table, mapping, asked, zone)
    return _rows(ours, table, mapping, asked, zone, raw.before)


def _named(raw, table, asked):
    """(Mapping, the cells under our names) of a source."""
    mapping = map_columns(raw, table, asked)
    theirs = raw.cells.set_axis([str(name) for name in raw.cells.columns], axis=1)[list(mapping.columns.values())]
    ours = theirs.set_axis(list(mapping.columns), axis=1)
    return mapping, ours.assign(**{name: str(value) for name, value in asked.constants.items()})


class Evidence:
    """What the parts of a file tell of how its numbers and dates are written, gathered part by part.

    `settled(asked)` are the asked FileMapping with the decimal mark and the order of dates that all parts
    together tell, and a note; SourceError (a ValueError) where they contradict one another, or no part tells.
    """

    def __init__(self, table):
        self.table, self.marked, self.dates, self.name, self.whole = table, {}, {}, "", []

    def add(self, raw, asked):
        """Look at one part (Cells)."""
        mapping, ours = _named(raw, self.table, asked)
        ours, _ = _made(ours, self.table)
        texts, self.whole = _number_texts(ours, self.table, mapping.units)
        for name in texts:
            unique = pd.Series(texts[name].unique(), dtype="str")
            self.marked.setdefault(name, {}).update(dict.fromkeys(unique[unique.str.contains(r"[.,]", regex=True)]))
        for kind in ("time", "date"):
            columns = [c.name for c in self.table.columns if c.kind == kind and c.name in ours]
            for column in (name for name in columns if not _moments(ours[name])):
                self.name = self.name or column
                self.dates.update(dict.fromkeys(one_of_each_date(ours[column].astype("str").str.strip().fillna(""))))

    def settled(self, asked):
        """(FileMapping, note) that hold for every part."""
        columns = {name: pd.Series(list(words), dtype="str") for name, words in self.marked.items()}
        decimal = asked.decimal or decimal_mark(pd.DataFrame(columns).fillna(""), self.whole)
        if not self.dates:
            return replace(asked, decimal=decimal), ""
        found = read_stamps(pd.Series(list(self.dates), dtype="str"), asked.dates or None, name=self.name)
        told = "" if found.order == "ymd" else found.order  # asked for, ymd would read six digits as well
        dates = asked.dates or told
        return replace(asked, decimal=decimal, dates=dates), found.note


def _refuse_lacking(raw, table, columns):
    """SourceError where a mapping leaves out what no row can do without."""
    there = set(columns)
    lacks = {
        "intervals": [
            *(["start"] if not {"start", "date"} & there else []),
            *(["offered"] if "offered" not in there and not {"answered", "abandoned"} <= there else []),
        ],
        "calls": ["arrived"] if not {"arrived", "date"} & there else [],
    }.get(table.name, [])
    if lacks:
        raise SourceError(f"{raw.file} has no column for {' and '.join(lacks)}: name one under columns in mapping.toml")


def bad_cells(texts, mask, column, rule):
    """Faults (row, column, value, rule) of the cells in a mask."""
    return [(row, column, value, rule) for row, value in texts[mask].items()]


def _intervals(ours, table, mapping, asked, zone):
    """Intervals: a repeated hour stands twice, empty rows of a skipped hour go, sums are made."""
    numbers, faults, decimal = _numbers(ours, table, mapping.units, asked.decimal)
    stamps = _main_stamps(ours, "start", asked.dates)
    blank = numbers.isna().all(axis=1) & ~numbers.index.isin([row for row, *_ in faults])
    queue = _queues(ours)
    offered = numbers["offered"] if "offered" in numbers else numbers["answered"] + numbers["abandoned"]
    written_in = asked.time_zone or zone
    local, drop, gone, notes = to_zone(stamps, queue, written_in, empty=offered.fillna(0) == 0)
    texts = ours.get("start", ours.get("date")).astype(str)
    faults += bad_cells(
        texts, stamps.values.isna() & ~blank, "start", "must be a date and time such as 2026-01-31 08:30"
    )
    faults += bad_cells(
        texts, gone, "start", f"must exist in {written_in}: the clocks went forward (or the file is in another zone)"
    )
    frame, sums = make_sums(numbers.assign(queue=queue, start=local.dt.tz_convert(zone)))
    frame = frame[[name for name in table.names if name in frame]]
    notes = [note for note in (stamps.note, _blank_note(blank), *notes, *sums) if note]
    return _result(frame[~(drop | blank)], faults, notes, decimal, stamps.order, mapping)


def _rows(ours, table, mapping, asked, zone, before):
    """Any other table: each column by its kind; what is missing and can be told is made, and noted."""
    ours, notes = _made(ours, table)
    faults, columns = [], {}
    numbers, bad, decimal = _numbers(ours, table, mapping.units, asked.decimal)
    stamps, order, said = _all_stamps(ours, table, asked.dates)
    for column in (column for column in table.columns if column.name in ours):
        values, more, note = _column(column, ours[column.name], numbers, stamps, asked, zone, before)
        columns[column.name], faults, notes = values, faults + more, notes + note
    frame = pd.DataFrame(columns, index=ours.index)
    return _result(frame, bad + faults, [*said, *notes], decimal, order, mapping)


def _result(frame, faults, notes, decimal, order, mapping):
    return Understood(
        frame=frame,
        faults=faults,
        notes=notes,
        decimal=decimal,
        date_format=SHOWN.get(order, "typed"),
        columns=mapping.columns,
        target_s=mapping.target_s,
        language=mapping.language,
    )


def _column(column, cells, numbers, stamps, asked, zone, before):
    """(values, faults, notes) of one column by its kind."""
    name, words = column.name, asked.words.get(column.name, {})
    if column.measured:
        return numbers[name], [], []
    if column.kind == "time":
        written_in = asked.time_zone or zone
        local, gone, notes = moments_to_zone(stamps[name], written_in, before)
        return local.dt.tz_convert(zone), _time_faults(column, cells, stamps[name], gone, written_in), notes
    if column.kind == "date":
        values = _local_days(stamps[name], zone)
        return values, _time_faults(column, cells, stamps[name], values.isna() & False, zone), []
    if column.kind == "yes or no":
        return _yes_or_no(column, cells, words)
    return _words(column, _text(cells, column.required), words), [], []


def _local_days(stamps, zone):
    """The days of moments, as the zone has them: midnight in Helsinki is the evening before in UTC."""
    moments = stamps.values
    local = moments.dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None) if stamps.utc else moments
    return local.dt.normalize()


def _time_faults(column, cells, stamps, gone, zone):
    """Only cells without a time are looked at as text: writing millions of good times out again is slow."""
    rule = (
        "must be a date and time such as 2026-01-31 08:30"
        if column.kind == "time"
        else "must be a date such as 2026-01-31"
    )
    texts = cells[stamps.values.isna()].astype(str)
    empty = texts.isna() | texts.str.strip().str.lower().isin((*NOTHING, "nat"))
    skipped = f"must exist in {zone}: the clocks went forward (or the file is in another zone)"
    return bad_cells(texts, ~empty | column.required, column.name, rule) + bad_cells(
        cells[gone].astype(str), gone[gone], column.name, skipped
    )


def _yes_or_no(column, cells, words):
    if pd.api.types.is_bool_dtype(cells.dtype):
        return cells.astype("boolean"), [], []
    texts = _text(cells, False)
    known = {**dict.fromkeys(header_words.YES, True), **dict.fromkeys(header_words.NO, False)}
    known |= {str(theirs).strip().lower(): _truth(ours) for theirs, ours in words.items()}
    values = texts.str.lower().map(known, na_action="ignore").astype("boolean")
    return values, bad_cells(texts, values.isna() & texts.notna(), column.name, "must be yes or no"), []


def _truth(word):
    return word if isinstance(word, bool) else str(word).strip().lower() in header_words.YES


def _words(column, texts, words):
    """Their words as ours; a word that nobody knows stays, and the table's rules judge it."""
    if not words and not column.words:
        return texts
    known = {
        plain(theirs): ours
        for ours, others in header_words.CELL_WORDS.get(column.name, {}).items()
        for theirs in others
    }
    known |= {plain(word): word for word in column.words} | {plain(theirs): str(ours) for theirs, ours in words.items()}
    codes, unique = pd.factorize(texts)
    ours = pd.array([known.get(plain(text), text) for text in unique], dtype="str")
    return pd.Series(ours.take(codes, allow_fill=True), texts.index, name=texts.name)


def _text(cells, required):
    """A column as text; numbers without a fraction lose their point; empty is missing unless required."""
    if pd.api.types.is_float_dtype(cells.dtype) and ((cells % 1 == 0) | cells.isna()).all():
        cells = cells.astype("Int64")
    texts = cells.astype("str").str.strip()
    return texts.fillna("") if required else texts.where(texts != "")


def _made(ours, table):
    """Columns that the source lacks and that can be told from others, with a note on each."""
    notes = []
    ours = _joined_time(ours, table)
    if table.name == "calls":
        ours, notes = _made_calls(ours)
    for column in table.columns:
        if column.otherwise and column.name not in ours:
            ours = ours.assign(**{column.name: column.otherwise})
            notes.append(f"{column.name} = {column.otherwise}: the source has no such column")
    lacks = [name for name in table.required if name not in ours]
    if lacks:
        raise SourceError(f"no column for {' and '.join(lacks)} (has {', '.join(map(str, ours.columns[:12]))})")
    return ours, notes


def _joined_time(ours, table):
    when = {"calls": "arrived"}.get(table.name)
    if when and when not in ours and {"date", "time"} <= set(ours):
        ours = ours.assign(**{when: _date_texts(ours["date"]) + " " + ours["time"].astype("str").str.strip()})
    return ours


def _date_texts(cells):
    typed = pd.api.types.is_datetime64_any_dtype(cells.dtype)
    return cells.dt.strftime("%Y-%m-%d") if typed else cells.astype("str").str.strip()


def _made_calls(ours):
    notes = []
    if "call_id" not in ours:
        ours = ours.assign(call_id=[f"row {row}" for row in ours.index])
        notes.append("call_id = row of the file: it has no such column")
    if "outcome" not in ours:
        ours, note = _outcome(ours)
        notes.append(note)
    if "handle_s" in ours and "talk_s" not in ours:
        ours = ours.rename(columns={"handle_s": "talk_s"})
        notes.append("talk_s = handle_s (hold and after-call work within it)")
    return ours, notes


def _outcome(ours):
    """How the wait ended, from a yes/no column, or from whether an agent is named."""
    for name, yes, no in (("answered", "answered", "abandoned"), ("abandoned", "abandoned", "answered")):
        if name in ours:
            truth, *_ = _yes_or_no(CALLS.column("resolved"), ours[name], {})
            words = truth.map({True: yes, False: no}).astype("str")
            return ours.assign(outcome=words), f"outcome = {yes} where {name} is yes, else {no}"
    if "agent" not in ours:
        raise SourceError("no column for outcome: nothing tells answered from abandoned")
    outcome = _text(ours["agent"], False).notna().map({True: "answered", False: "abandoned"})
    return ours.assign(outcome=outcome), "outcome = answered where an agent is named, else abandoned"


def _blank_note(blank):
    return f"{int(blank.sum()):,} rows without any number are left out" if blank.any() else ""


def _queues(ours):
    if "queue" not in ours:
        return pd.Series(DEFAULT_QUEUE, ours.index)
    return _text(ours["queue"], True)


def _numbers(ours, table, units, decimal):
    """Measured columns as floats, the cells that are no numbers, the decimal mark."""
    texts, whole = _number_texts(ours, table, {})
    decimal = decimal or decimal_mark(texts[[name for name in texts if units.get(name) not in CLOCKS]], whole)
    columns, faults = {}, []
    for name in _measured_names(ours, table):
        cells = ours[name] if _typed(ours[name]) else texts[name]
        columns[name], bad = _measured(cells, units.get(name, ""), decimal)
        faults += bad_cells(cells, bad, name, "must be a number")
    return pd.DataFrame(columns, index=ours.index), faults, decimal


def _measured_names(ours, table):
    kinds = {column.name for column in table.columns if column.measured}
    return [name for name in ours if name in HELPERS or name in kinds]


def _number_texts(ours, table, units):
    """(measured columns that are written as text, but for clock times; the names of those of whole counts)."""
    texts = [name for name in _measured_names(ours, table) if not _typed(ours[name]) and units.get(name) not in CLOCKS]
    whole = {column.name for column in table.columns if column.measured and column.whole}
    return ours[texts].astype("str").fillna(""), [name for name in _measured_names(ours, table) if name in whole]


def _measured(cells, unit, decimal):
    if unit:
        return to_seconds(cells, unit, decimal)
    if _typed(cells):
        return pd.to_numeric(cells).astype(float), pd.Series(False, cells.index)
    return to_numbers(cells, decimal)


def _typed(column):
    return pd.api.types.is_numeric_dtype(column.dtype)


def _all_stamps(ours, table, dates):
    """{column: Stamps} of all times and dates, the order of their parts, notes: all are written alike."""
    names = {kind: [c.name for c in table.columns if c.kind == kind and c.name in ours] for kind in ("time", "date")}
    found, order, notes = {}, dates or "", []
    for kind in ("time", "date"):
        texts = {name: ours[name].astype("str").str.strip() for name in names[kind] if not _moments(ours[name])}
        found |= {name: _typed_stamps(ours[name]) for name in names[kind] if name not in texts}
        if texts:
            read = read_stamps(
                pd.concat(list(texts.values()), ignore_index=True).fillna(""), order or None, name=next(iter(texts))
            )
            order, notes = read.order, notes + ([read.note] if read.note else [])
            found |= _cut(read, texts)
    return found, order, notes


def _cut(read, texts):
    """Stamps of several columns that were read as one."""
    size = len(next(iter(texts.values())))
    return {
        name: Stamps(
            values=read.values.iloc[i * size : (i + 1) * size].set_axis(cells.index), order=read.order, utc=read.utc
        )
        for i, (name, cells) in enumerate(texts.items())
    }


def _moments(column):
    return pd.api.types.is_datetime64_any_dtype(column.dtype)


def _typed_stamps(column):
    values = column.dt.as_unit("us")
    utc = values.dt.tz is not None
    return Stamps(values=values.dt.tz_convert("UTC").dt.tz_localize(None) if utc else values, order="", utc=utc)


def _main_stamps(ours, name, dates):
    if name in ours and _moments(ours[name]):
        return _typed_stamps(ours[name])
    texts = ours[name].astype(str) if name in ours else _date_texts(ours["date"]).astype(str)
    if "time" in ours and not texts.str.contains(":").any():
        texts = join_date_and_time(texts, ours["time"].astype(str))
    return read_stamps(texts, dates or None)


def refuse_units(units):
    """ValueError where a unit is not one that is read."""
    for name, unit in units.items():
        if unit not in UNITS:
            raise ValueError(f"unit of {name} must be one of {', '.join(UNITS)}, got {unit!r}")
