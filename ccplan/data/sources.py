"""Read a folder, a file or a database into tables. What was found by looking is told; no file is changed."""

import functools
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from .centre import Centre
from .centre_file import FILE_NAME, read_centre
from .logs.engine import is_large
from .checks.gaps import missing_intervals
from .reading.headers import can_be_calls, can_be_intervals, map_headers
from .reading.opening import ENDINGS, is_parquet, open_file, peek_file
from .faults import TableError, as_faults, faults_of, none_usable, without
from .tables import DAY_S, INTERVALS, TABLES
from .reading.text_files import SEPARATORS, SourceError
from .reading.understand import FileMapping, bad_cells, refuse_units, understand

NO_ZONE = "time zone UTC is assumed: no centre.toml names one"
SHOWN_IN_UTC = (
    "time zone UTC is assumed: the times carry offsets from UTC, so the moments are right, but days and hours "
    "are shown in UTC — "
    "name the centre's zone with ccplan init FOLDER --time-zone Europe/Helsinki, or time_zone in centre.toml"
)
WITH_MIXED_STEPS = 12  # rows of a day from which its step is held against the file's
FAULTY = ("refuse", "leave out")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A table as it was read: the `frame`, and everything that was found or decided on the way.

    `columns` maps our names to the file's; `kind` says what the source was recognised as; `target_s`
    is the target time that a header names; `interval_s` is None but for intervals; `missing` counts
    open intervals that are not there between a queue's first and last; `left_aside` says which files
    were not read and why; `faults` is empty unless faulty rows are left out; `rows` holds the row of
    the file for each row of the frame; `counts` {(column, rule): rows} where `faults` holds only the first.
    """

    table: str
    file: Path
    frame: pd.DataFrame
    interval_s: int | None = None
    time_zone: str
    kind: str = "text"
    language: str = ""
    encoding: str = ""
    separator: str = ""
    decimal: str = "."
    date_format: str = ""
    columns: dict
    target_s: float | None = None
    missing: int = 0
    notes: tuple = ()
    left_aside: tuple = ()
    faults: pd.DataFrame
    rows: np.ndarray
    counts: dict | None = None

    def about(self):
        """How the file was read, as a DataFrame of thing and found."""
        found = {
            "file": self.file.name,
            "read as": self.kind,
            "table": self.table,
            "rows": f"{len(self.frame):,}",
            "interval": f"{self.interval_s} s",
            "time zone": self.time_zone,
            "encoding": self.encoding or "binary",
            "separator": SEPARATORS.get(self.separator, "none"),
            "decimal mark": self.decimal,
            "dates": self.date_format,
            "header language": self.language or "none",
            "columns": ", ".join(a if a == b else f"{b} → {a}" for a, b in self.columns.items()),
            "missing intervals": f"{self.missing:,}",
        }
        only_intervals = ("interval", "missing intervals") if self.table != "intervals" else ()
        found = {thing: words for thing, words in found.items() if thing not in only_intervals}
        return pd.DataFrame({"thing": found.keys(), "found": found.values()})


@dataclass(frozen=True, kw_only=True)
class Tables:
    """What a folder holds: `readings` {table: Reading}, `absent` {table: why} and `broken` {table: exception}."""

    folder: Path
    readings: dict
    absent: dict = field(default_factory=dict)
    broken: dict = field(default_factory=dict)

    def frame(self, table):
        """The frame of a table; SourceError (a ValueError) saying why where it is not there."""
        if table in self.broken:
            raise self.broken[table]
        if table not in self.readings:
            raise SourceError(f"{self.folder} has no table {table}: {self.absent.get(table, 'no such table is known')}")
        return self.readings[table].frame

    def about(self):
        """A row a table: table, file, rows, state."""
        rows = [
            (name, self.readings[name].file.name, len(self.readings[name].frame), "read")
            if name in self.readings
            else (name, "", 0, str(self.broken.get(name, self.absent.get(name, ""))).split("\n")[0])
            for name in TABLES
        ]
        return pd.DataFrame(rows, columns=["table", "file", "rows", "state"])


def load_intervals(folder, centre=None, *, decimal=None, dates=None, faulty="refuse", **asked):
    """The intervals of a centre's folder (or of one file, or of a database's address), as a Reading.

    `centre` gives the time zone; without it the folder's `centre.toml` does, else UTC is assumed.
    `decimal` ("." or ",") and `dates` ("ymd", "dmy", "mdy") override what is found, and so do the
    other settings of `load_table`. `faulty`: "refuse" raises on the first report of faults, "leave
    out" keeps the good rows and notes it. A folder with calls but no intervals gives the intervals
    made from the calls, and a note. Raises SourceError or TableError (both ValueError) that name
    file, column, row and value.
    """
    return load_table(folder, "intervals", centre, decimal=decimal, dates=dates, faulty=faulty, **asked)


def load_table(source, table, centre=None, *, faulty="refuse", source_table=None, **asked):
    """One table of a folder, a file or a database's address, as a Reading.

    `table` is our name of it. `source` is a folder (its file of that name, or the one that looks like
    it), a file, or an address such as `duckdb:///folder/file.duckdb` or `postgres://user:password@host/db`
    with `source_table` for the table's name there (default: ours). `centre`, `faulty` as for
    `load_intervals`. `asked` overrides what is found or what `mapping.toml` says: columns, units, words,
    constants, decimal, dates, time_zone, sheet, kind, encoding, separator (see FileMapping).
    Raises SourceError or TableError (both ValueError) that name file, column, row and value.
    """
    if table not in TABLES:
        raise ValueError(f"table must be one of {', '.join(TABLES)}, got {table!r}")
    if faulty not in FAULTY:
        raise ValueError(f"faulty must be one of {', '.join(FAULTY)}, got {faulty!r}")
    return _load(source, table, centre, faulty, source_table, _asked(asked))


ENTERED = {"evaluations": "evaluations.entered.csv"}  # what was entered by hand, beside the table's own file


def _load(source, table, centre, faulty, source_table, asked, from_calls=True):
    """`load_table`; intervals are made from calls, where there are none, unless `from_calls` is False."""
    entered = Path(str(source)) / ENTERED.get(table, "")
    if table not in ENTERED or "://" in str(source) or not entered.is_file():
        return _load_one(source, table, centre, faulty, source_table, asked, from_calls)
    own = _load_one(entered, table, centre or _centre(Path(source), None)[0], faulty, None, FileMapping())
    try:
        first = _load_one(source, table, centre, faulty, source_table, asked)
    except NoTable:
        return own
    return _with_entered(first, own)


def _with_entered(first, own):
    """A table's own Reading and, after it, the rows that were entered by hand; their rows are numbered on."""
    key = list(TABLES[first.table].key)
    if len(twice := own.frame[key].merge(first.frame[key])):
        raise SourceError(
            f"{own.file} and {first.file.name} both hold {' '.join(map(str, twice.iloc[0]))}: take it out of one of them"
        )
    last = int(first.rows.max(initial=0))
    frame = pd.concat([first.frame, own.frame], ignore_index=True)
    said = (
        f"{len(own.frame):,} rows entered by hand, from {own.file.name}, stand after those of {first.file.name} "
        f"as row {last + int(own.rows.min())} and on"
    )
    return replace(
        first,
        frame=frame,
        rows=np.append(first.rows, own.rows + last),
        notes=(*first.notes, said),
        faults=_all_faults(first.faults, own.faults, last),
    )


def _all_faults(first, own, last):
    own = own.assign(row=own["row"] + last)
    return own if first.empty else first if own.empty else pd.concat([first, own], ignore_index=True)


def _load_one(source, table, centre, faulty, source_table, asked, from_calls=True):
    """One table of one source."""
    if "://" in str(source):
        return _from_database(str(source), table, centre, faulty, source_table or table, asked)
    path = Path(source)
    refuse_unreadable(path)
    known, notes = _centre(path, centre)
    try:
        raw, aside, asked = (
            _file(path, table, asked) if path.is_file() or _is_parts(path, table) else _find(path, table, asked)
        )
    except NoTable as problem:
        problem = NoTable("; ".join([str(problem), *_say(_not_read(path, table))]))
        if table != "intervals" or not path.is_dir() or not from_calls:
            raise problem from None
        return _from_calls(path, known, centre, faulty, notes, problem)
    aside = (*aside, *_say(_not_read(path, table)))
    return read_cells(raw, TABLES[table], known, asked, faulty, notes, aside)


def load_tables(folder, centre=None, *, faulty="refuse"):
    """Every table that a centre's folder holds, as Tables; what is missing or broken is said, not raised.

    `centre` and `faulty` as for `load_intervals`. A log of calls that no frame should hold is said to be
    absent: its intervals are made, `check_folder` works through it, `load_table` would read it.
    Raises SourceError (a ValueError) only where the folder itself cannot be read.
    """
    path = Path(folder)
    large = find_large(path)
    tables = load_small(path, centre, faulty, without=("calls",) if large else (), from_calls=True)
    if not large:
        return tables
    why = f"{large[0].name} has more rows than a frame should hold: check_folder works through it, load_table would read it"
    return replace(tables, absent=tables.absent | {"calls": why})


def load_small(path, centre, faulty, without, from_calls):
    """`load_tables` without some tables; intervals are made from calls only if `from_calls`."""
    _files(path)
    readings, absent, broken = {}, {}, {}
    for table in (name for name in TABLES if name not in without):
        try:
            readings[table] = _load(path, table, centre, faulty, None, FileMapping(), from_calls)
        except NoTable as problem:
            absent[table] = str(problem).removeprefix(f"{path} ")
        except ValueError as problem:
            broken[table] = problem
    return Tables(folder=path, readings=readings, absent=absent, broken=broken)


class NoTable(SourceError):
    """The folder has no file for the table; nothing is wrong with what it has."""


def _asked(settings):
    settings = {name: value for name, value in settings.items() if value is not None}
    unknown = set(settings) - set(FileMapping.__dataclass_fields__)
    if unknown:
        raise ValueError(
            f"{', '.join(sorted(unknown))} is no setting of a source: known are {', '.join(FileMapping.__dataclass_fields__)}"
        )
    refuse_units(settings.get("units", {}))
    return FileMapping(**settings)


def _told(file, asked):
    """What `mapping.toml` beside the file says of it, under what the caller asks."""
    from .reading.mapping import mapping_of  # needs this room's readers

    said = mapping_of(file)
    if said is None:
        return asked
    given = {name: getattr(asked, name) for name in FileMapping.__dataclass_fields__ if getattr(asked, name)}
    given = {name: getattr(said, name) | value if isinstance(value, dict) else value for name, value in given.items()}
    return replace(said, **given)


def _file(file, table, asked):
    asked = _told(file, asked)
    if asked.table and asked.table != table:
        raise SourceError(f"{file} is {asked.table} by mapping.toml, not {table}")
    return open_file(file, table, asked), (), asked


def _find(folder, table, asked):
    """(cells, why others were left aside, what is asked) of the folder's file for a table."""
    files = _files(folder)
    told = {file: _told(file, asked) for file in files}
    meant = [f for f in _meant(files, table, told) if f.name != ENTERED.get(table)]
    if meant:
        best = meant[0]
        aside = {file: f"{best.name} is {table} too" for file in meant[1:]}
        more = _others(files, best, meant, table, told)
        return open_file(best, table, told[best]), tuple(_say(aside | more)), told[best]
    if table not in LOOKS:
        raise NoTable(
            f"{folder} has no file named {table} ({', '.join(f'{table}{ending}' for ending in ENDINGS[:5])}, …)"
        )
    seen, aside = _peek_all(_unnamed(files, told), table, told)
    return _best(folder, table, seen, aside, told)


def _meant(files, table, told):
    """The files that are a table by `mapping.toml`, or by their name."""
    return [f for f in files if told[f].table == table or (not told[f].table and _stem(f) == table)]


def _unnamed(files, told):
    """The files of which neither `mapping.toml` nor their name tells which table they are."""
    return [f for f in files if not told[f].table and _stem(f) not in TABLES]


def find_large(folder, table="calls"):
    """(file, what is asked, why others were left aside) of a folder's log if it is too large for a frame, else None."""
    try:
        files = _files(folder)
        told = {file: _told(file, FileMapping()) for file in files}
    except ValueError:  # told where the table is read
        return None
    meant = _meant(files, table, told)
    large = [f for f in meant[:1] or files if is_large(f)]
    if not large:
        return None
    if meant:
        aside = {file: f"{large[0].name} is {table} too" for file in meant[1:]}
        aside |= _others(files, large[0], meant, table, told)
        return large[0], told[large[0]], tuple(_say(aside))
    seen, aside = _peek_all(_unnamed(files, told), table, told)
    usable, aside = _usable(seen, aside, table)
    best = max(usable, key=usable.get, default=None)
    aside |= {file: f"{best.name} says more" for file in usable if file != best}
    return (best, told[best], tuple(_say(aside))) if best in large else None


def _is_parts(path, table):
    """True for a folder that is one table in Parquet parts: calls/2026-01.parquet, …"""
    return path.is_dir() and path.name.lower() == table and any(path.glob("*.parquet"))


LOOKS = {"intervals": can_be_intervals, "calls": can_be_calls}  # tables that are found by their columns
NEEDS = {"intervals": ("start", "offered"), "calls": ("arrived", "outcome")}  # the columns that they are found by
OF_ONE_CALL = {"call_id", "outcome", "agent"}  # columns that no table of intervals has


def _looks_like(raw, table):
    """True where a file's columns can be the table; counts by date and time are intervals, and no log of calls."""
    columns = _columns(raw, table)
    counts = table == "calls" and can_be_intervals(_columns(raw, "intervals")) and not OF_ONE_CALL & set(columns)
    return LOOKS[table](columns) and not counts


def _others(files, best, meant, table, told):
    """Files beside the one that is read, that would do too: said, so that nobody wonders."""
    if table not in LOOKS:
        return {}
    seen, aside = _peek_all([f for f in _unnamed(files, told) if f not in meant], table, told)
    return aside | {
        file: f"{best.name} says more" if _looks_like(raw, table) else _why_not(raw, table)
        for file, (raw, _) in seen.items()
    }


def _best(folder, table, seen, aside, told):
    """(cells, why others were left aside, what is asked) of the file that says most; damaged ones are left aside."""
    usable, aside = _usable(seen, aside, table)
    while usable:
        best = max(usable, key=usable.get)
        try:
            raw = open_file(best, table, told[best]) if not len(seen[best][0].cells) else seen[best][0]
        except SourceError as problem:
            aside[best] = _without_name(best, problem)
            usable.pop(best)
            continue
        aside |= {file: f"{best.name} says more" for file in usable if file != best}
        return raw, tuple(_say(aside)), told[best]
    raise NoTable(
        f"{folder} holds no table of {table} (columns {' and '.join(NEEDS[table])} are needed): "
        + ("; ".join(_say(aside)) or "no file ends in " + ", ".join(ENDINGS))
    )


def _usable(seen, aside, table):
    """({file: how much it says}, {file: why it was left aside}) of the files that were looked at."""
    usable = {file: (len(_columns(raw, table)), rows) for file, (raw, rows) in seen.items() if _looks_like(raw, table)}
    return usable, aside | {file: _why_not(raw, table) for file, (raw, _) in seen.items() if file not in usable}


def _from_calls(folder, known, centre, faulty, notes, problem):
    """Intervals made from the folder's calls, and a note that says so; the problem itself where it has none."""
    from .logs.call_intervals import reading_from_calls, reading_from_large
    from .logs.parts import reading_from_parts

    said = "the folder has no table of intervals"
    large = find_large(folder)
    if large:
        make = reading_from_large if is_parquet(large[0]) else functools.partial(reading_from_parts, asked=large[1])
        return make(large[0], known, faulty=faulty, notes=(*notes, f"made from {large[0].name}: {said}"))
    try:
        calls = load_table(folder, "calls", centre, faulty=faulty)
    except NoTable:
        raise problem from None
    notes = () if notes and notes[0] in calls.notes else notes
    return reading_from_calls(calls, known, notes=(*notes, f"made from {calls.file.name}: {said}"))


def _from_database(address, table, centre, faulty, source_table, asked):
    from .reading.databases import read_database_table

    raw = read_database_table(address, source_table)
    known = centre or Centre(name="unknown")
    notes = () if centre else ("time zone UTC is assumed: no centre names one",)
    return read_cells(raw, TABLES[table], known, asked, faulty, notes, ())


def refuse_unreadable(path):
    """SourceError in words for a path, or a folder of it, that this user has no right to read; else nothing."""
    try:
        if path.is_dir():
            next(path.iterdir(), None)
            (path / FILE_NAME).exists()
    except OSError as problem:
        why = (problem.strerror or str(problem)).lower()
        raise SourceError(f"{path} cannot be read: {why} — ask its owner for the right to read it") from None


def _files(folder):
    refuse_unreadable(folder)
    if not folder.exists():
        raise SourceError(f"{folder} does not exist: name a folder with tables")
    try:
        found = sorted(folder.iterdir())
    except OSError as problem:
        raise SourceError(f"{folder} cannot be read: {problem.strerror}") from None
    parts = [each for each in found if each.is_dir() and each.name.lower() in TABLES and any(each.glob("*.parquet"))]
    return parts + [
        file
        for file in found
        if file.is_file()
        and (file.name.lower().endswith(ENDINGS) or file.name.lower().startswith("queue_log"))
        and not file.name.startswith(("~$", "."))
    ]


def input_files(folder):
    """Every file of a centre's folder that reading looks at, sorted by path: tables, parts of tables, settings.

    What lies in other folders within (results, audits) is none of them. Raises SourceError as `load_tables` does.
    """
    found = _files(Path(folder))
    parts = [file for each in found if each.is_dir() for file in each.glob("*.parquet")]
    settings = [file for name in (FILE_NAME, "mapping.toml") if (file := Path(folder) / name).is_file()]
    return sorted([*(file for file in found if file.is_file()), *parts, *settings])


def _peek_all(files, table, told):
    """({file: (Cells, how many rows)}, {file: why it cannot be read}); Parquet is not read for its columns."""
    seen, aside = {}, {}
    for file in files:
        try:
            seen[file] = peek_file(file, table, told[file])
        except SourceError as problem:
            aside[file] = _without_name(file, problem)
    return seen, aside


def _without_name(file, problem):
    return str(problem).removeprefix(f"{file} ")


def _columns(raw, table):
    return map_headers([str(name) for name in raw.cells.columns], table).columns


def _why_not(raw, table):
    columns = _columns(raw, table)
    lacks = [name for name in NEEDS[table] if name not in columns]
    shown = ", ".join(str(name)[:40] for name in raw.cells.columns[:6]) + (", …" if raw.cells.shape[1] > 6 else "")
    return f"no column for {' and '.join(lacks)} (has {shown})"


def _say(aside):
    return [f"{file.name} left aside: {why}" for file, why in sorted(aside.items())]


def _not_read(folder, table):
    """{file: why} of a folder's files in kinds that are not read; none for tables that are found by name only."""
    from .reading.opening import NOT_READ

    if table not in LOOKS or not folder.is_dir():
        return {}
    return {
        file: f"its kind is not read here: {NOT_READ[file.suffix.lower()]}"
        for file in sorted(folder.iterdir())
        if file.is_file() and file.suffix.lower() in NOT_READ and not file.name.startswith((".", "~$"))
    }


def _stem(file):
    return file.name.lower().split(".")[0]


def _centre(path, centre):
    """The centre that tells zone and hours, and a note where nobody does."""
    file = (path if path.is_dir() else path.parent) / FILE_NAME
    if centre is None and file.exists():
        centre = read_centre(file)
    if centre is not None:
        return centre, ()
    return Centre(name="unknown"), (NO_ZONE,)


def read_cells(raw, table, centre, asked, faulty, notes=(), aside=(), judge=None):
    """Cells as a Reading of a table; `judge(raw, table, found, faulty)` gives the good rows, the faults and notes.

    For a part of a file another `judge` keeps the faults of all parts together.
    """
    if (
        table.name == "intervals"
        and not (asked.columns or asked.constants)
        and not can_be_intervals(_columns(raw, "intervals"))
    ):
        raise SourceError(f"{raw.file} is no table of intervals: {_why_not(raw, 'intervals')}")
    if not len(raw.cells):
        raise SourceError(f"{raw.file} has a header but no rows")
    try:
        found = understand(raw, table, asked, centre.time_zone)
    except SourceError as problem:
        raise SourceError(str(problem) if str(raw.file) in str(problem) else f"{raw.file}: {problem}") from None
    unnamed = NO_ZONE in notes or any(words.startswith("time zone UTC") for words in centre.assumed)
    if unnamed and _with_offsets(raw, table, found):
        notes = (*(note for note in notes if note != NO_ZONE), SHOWN_IN_UTC)
    frame, faults, extra = (judge or _judge)(raw, table, found, faulty)
    notes = (*notes, *raw.notes, *_not_used(raw, table, found), *found.notes, *extra)
    if table.name == "intervals":
        return _intervals_reading(raw, frame, faults, found, centre, notes, aside)
    return _reading(raw, table, frame, faults, found, centre, notes, aside)


def _not_used(raw, table, found):
    """Notes on the columns of a file that nothing is taken from."""
    names = [str(name) for name in raw.cells.columns]
    unused = [name for name in names if name not in found.columns.values()]
    notes = map_headers(names, table.name).notes
    return [note for note in notes if any(note.startswith(f"column {name} is") for name in unused)]


def _with_offsets(raw, table, found):
    """True where the first time of a source is a moment: typed with a zone, or written with Z or an offset."""
    times = [column.name for column in table.columns if column.kind == "time" and column.name in found.columns]
    name = found.columns[times[0]] if times else None
    cells = raw.cells[name].dropna() if name in raw.cells else []
    if not len(cells):
        return False
    written = re.search(r":\d\d\S*(Z|[+-]\d\d:?\d\d)$", str(cells.iloc[0]).strip())
    return getattr(cells.dtype, "tz", None) is not None or bool(written)


def _reading(raw, table, frame, faults, found, centre, notes, aside, **more):
    return Reading(
        table=table.name,
        file=raw.file,
        frame=frame.reset_index(drop=True),
        time_zone=centre.time_zone,
        kind=raw.kind,
        language=found.language,
        encoding=raw.encoding,
        separator=raw.separator,
        decimal=found.decimal,
        date_format=found.date_format,
        columns=found.columns,
        target_s=found.target_s,
        notes=tuple(notes),
        left_aside=aside,
        faults=faults,
        rows=frame.index.to_numpy(),
        **more,
    )


def _intervals_reading(raw, frame, faults, found, centre, notes, aside):
    interval_s, more = _steps(raw.file, frame)
    missing = _count_missing(raw.file, frame, interval_s, centre)
    return _reading(
        raw,
        INTERVALS,
        frame,
        faults,
        found,
        centre,
        (*notes, *more, *_gap_note(missing, centre)),
        aside,
        interval_s=interval_s,
        missing=missing,
    )


def _judge(raw, table, found, faulty):
    """Good rows, the faults, notes; faults raise unless they are to be left out."""
    known, _, broken = faults_of(found, table)
    faults = as_faults([*known.itertuples(index=False), *broken.itertuples(index=False)])
    if len(faults) and faulty == "refuse":
        raise TableError(raw.file, faults)
    frame = without(found.frame, faults)
    if not len(frame):
        raise SourceError(none_usable(raw.file, faults.groupby(["column", "rule"], sort=False).size().to_dict()))
    notes = left_out(faults["row"].nunique())
    return _ordered(frame, faults, notes) if table.name == "intervals" else (frame, faults, notes)


def left_out(rows):
    """The note on faulty rows that were left out, none where there were none."""
    return [f"{rows:,} faulty row{'s' * (rows != 1)} left out"] if rows else []


def _ordered(frame, faults, notes):
    ordered = frame.assign(offered=frame["offered"].astype("int64")).sort_values(["queue", "start"], kind="stable")
    by_time = frame.groupby("queue", sort=False)["start"].is_monotonic_increasing.all()
    return ordered, faults, notes + ([] if by_time else ["rows were not in order of time: sorted"])


def _steps(file, frame):
    """Interval length in seconds, and a note where it is assumed; refuses a mix of lengths, and more than a day."""
    step = _from_row_to_row(frame)
    inside = step[(step > 0) & (step <= DAY_S)]
    if not len(inside) and (step > DAY_S).sum() > 1:
        days = step.mode().iloc[0] / DAY_S
        raise SourceError(
            f"{file}: the rows of a queue lie {days:g} days apart, an interval is a day at most: export it by day or finer"
        )
    interval = int(inside.mode().iloc[0]) if len(inside) else 1800
    notes = [] if len(inside) else ["one row a queue does not tell the interval: 1800 s is assumed"]
    _refuse_mix(file, frame, step, interval)
    return interval, notes


def _from_row_to_row(frame):
    """Seconds from the row before of the same queue; the same time of the next day is a day, of 23 or 25 hours too."""
    same = frame["queue"].eq(frame["queue"].shift())
    real = frame["start"].diff().dt.total_seconds()
    by_clock = frame["start"].dt.tz_localize(None).diff().dt.total_seconds()
    return real.mask(by_clock == DAY_S, DAY_S).where(same)


def _count_missing(file, frame, interval_s, centre):
    try:
        return len(missing_intervals(frame, interval_s, centre))
    except SourceError as problem:
        raise SourceError(f"{file}: {problem}") from None


def _gap_note(missing, centre):
    if not missing:
        return ()
    where = "in opening hours" if centre.queues else "closed hours may be among them"
    count = f"{missing:,} interval{'s' * (missing != 1)}"
    return (f"{count} between first and last rows not in the file ({where}): left missing, not filled",)


def _refuse_mix(file, frame, step, interval):
    """Every start lies on the grid of the interval, and no full day has a longer step of its own."""
    wall = frame["start"].dt.tz_localize(None)
    seconds = (wall - wall.dt.normalize()).dt.total_seconds()
    off = seconds % interval != seconds.mode().iloc[0] % interval
    by_day = step.groupby([frame["queue"], wall.dt.normalize()])
    rows, low = by_day.transform("count"), by_day.transform("min")
    long = (rows >= WITH_MIXED_STEPS) & (low > interval) & (by_day.transform("median") == low)
    bad = (off & (interval < DAY_S)) | long
    if bad.any():
        rule = f"must be {interval / 60:g} minutes after the one before: the file mixes interval lengths"
        raise TableError(file, as_faults(bad_cells(wall.astype(str), bad, "start", rule)))
