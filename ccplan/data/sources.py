"""Read a folder or a file into tables. What was found by looking is told; no file is changed."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from .centre import Centre
from .centre_file import FILE_NAME, read_centre
from .gaps import missing_intervals
from .headers import HELPERS, can_be_intervals, known_headers, make_sums, map_headers
from .numbers import decimal_mark, to_numbers
from .stamps import SHOWN, Stamps, join_date_and_time, read_stamps, to_zone
from .tables import INTERVALS, TableError, as_faults, faults_in
from .text_files import SEPARATORS, SourceError, read_text_table

TEXT_ENDINGS = (".csv", ".csv.gz", ".tsv", ".tsv.gz")
ENDINGS = (*TEXT_ENDINGS, ".parquet")
DEFAULT_QUEUE = "all"
WITH_MIXED_STEPS = 12  # rows of a day from which its step is held against the file's


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A table as it was read: the `frame`, and everything that was found or decided on the way.

    `columns` maps our names to the file's; `target_s` is the target time that a header names;
    `missing` counts open intervals that are not there between a queue's first and last; `left_aside`
    says which files were not read and why; `faults` is empty unless faulty rows are left out;
    `rows` holds the row of the file for each row of the frame.
    """

    table: str
    file: Path
    frame: pd.DataFrame
    interval_s: int
    time_zone: str
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

    def about(self):
        """How the file was read, as a DataFrame of thing and found."""
        found = {
            "file": self.file.name, "rows": f"{len(self.frame):,}", "interval": f"{self.interval_s} s",
            "time zone": self.time_zone, "encoding": self.encoding or "binary",
            "separator": SEPARATORS.get(self.separator, "none"), "decimal mark": self.decimal,
            "dates": self.date_format,
            "columns": ", ".join(a if a == b else f"{b} → {a}" for a, b in self.columns.items()),
            "missing intervals": f"{self.missing:,}",
        }
        return pd.DataFrame({"thing": found.keys(), "found": found.values()})


@dataclass(frozen=True, kw_only=True)
class _Raw:
    """Cells of a file before they are understood; the index holds row numbers of the file."""

    file: Path
    cells: pd.DataFrame
    encoding: str = ""
    separator: str = ""


def load_intervals(folder, centre=None, *, decimal=None, dates=None, faulty="refuse"):
    """The intervals of a centre's folder (or of one file), as a Reading.

    `centre` gives the time zone; without it the folder's `centre.toml` does, else UTC is assumed.
    `decimal` ("." or ",") and `dates` ("ymd", "dmy", "mdy") override what is found. `faulty`:
    "refuse" raises on the first report of faults, "leave out" keeps the good rows and notes it.
    Raises SourceError or TableError (both ValueError) that name file, column, row and value.
    """
    if faulty not in ("refuse", "leave out"):
        raise ValueError(f"faulty must be one of refuse, leave out, got {faulty!r}")
    path = Path(folder)
    raw, aside = (_open(path), ()) if path.is_file() else find_intervals(path)
    centre, notes = _centre(path, centre)
    return _read(raw, centre, decimal, dates, faulty, notes, aside)


def find_intervals(folder):
    """The file of a folder that holds intervals, opened, and why the others were left aside.

    A file called `intervals` comes first, else the one with most columns that mean something.
    Raises SourceError (a ValueError) where the folder holds none.
    """
    files = _files(Path(folder))
    opened, aside = _open_all(files)
    usable = {file: raw for file, raw in opened.items() if can_be_intervals(_columns(raw))}
    aside |= {file: _why_not(raw) for file, raw in opened.items() if file not in usable}
    if not usable:
        raise SourceError(f"{folder} holds no table of intervals (columns start and offered are needed): "
                          + ("; ".join(_say(aside)) or "no file ends in " + ", ".join(ENDINGS)))
    best = max(usable, key=lambda file: (_stem(file) == "intervals", len(_columns(usable[file])), len(usable[file].cells)))
    aside |= {file: f"{best.name} says more" for file in usable if file != best}
    return usable[best], tuple(_say(aside))


def _files(folder):
    if not folder.exists():
        raise SourceError(f"{folder} does not exist: name a folder with tables")
    try:
        found = sorted(folder.iterdir())
    except OSError as problem:
        raise SourceError(f"{folder} cannot be read: {problem.strerror}") from None
    return [file for file in found if file.is_file() and file.name.lower().endswith(ENDINGS)]


def _open_all(files):
    opened, aside = {}, {}
    for file in files:
        try:
            opened[file] = _open(file)
        except SourceError as problem:
            if _stem(file) == "intervals":  # the user meant this one: say what is wrong with it
                raise
            aside[file] = str(problem).removeprefix(f"{file} ")
    return opened, aside


def _open(file):
    if file.name.lower().endswith(".parquet"):
        return _Raw(file=file, cells=_parquet(file))
    if not file.name.lower().endswith((*TEXT_ENDINGS, ".txt")):
        raise SourceError(f"{file} is of no kind that is read here: {', '.join(ENDINGS)}")
    text = read_text_table(file, known_headers)
    return _Raw(file=file, cells=text.cells, encoding=text.encoding, separator=text.separator)


def _parquet(file):
    import pyarrow as pa  # loads where it is used
    import pyarrow.parquet

    try:
        cells = pa.parquet.read_table(file).to_pandas()
    except (pa.ArrowException, OSError, ValueError) as problem:
        raise SourceError(f"{file} is not a Parquet file that can be read: {str(problem)[:100]}") from None
    return cells.set_axis(pd.RangeIndex(1, len(cells) + 1), axis=0)


def _columns(raw):
    return map_headers(raw.cells.columns).columns


def _why_not(raw):
    columns = _columns(raw)
    lacks = [name for name in ("start", "offered") if name not in columns]
    shown = ", ".join(map(str, raw.cells.columns[:6])) + (", …" if raw.cells.shape[1] > 6 else "")
    return f"no column for {' and '.join(lacks)} (has {shown})"


def _say(aside):
    return [f"{file.name} left aside: {why}" for file, why in sorted(aside.items())]


def _stem(file):
    return file.name.lower().split(".")[0]


def _centre(path, centre):
    """The centre that tells zone and hours, and a note where nobody does."""
    file = (path if path.is_dir() else path.parent) / FILE_NAME
    if centre is None and file.exists():
        centre = read_centre(file)
    if centre is not None:
        return centre, ()
    return Centre(name="unknown"), ("time zone UTC is assumed: no centre.toml names one",)


def _read(raw, centre, decimal, dates, faulty, notes, aside):
    mapping = map_headers(raw.cells.columns)
    if not can_be_intervals(mapping.columns):
        raise SourceError(f"{raw.file} is no table of intervals: {_why_not(raw)}")
    if not len(raw.cells):
        raise SourceError(f"{raw.file} has a header but no rows")
    try:
        found = _understand(raw, mapping, centre.time_zone, decimal, dates)
    except SourceError as problem:
        raise SourceError(f"{raw.file}: {problem}") from None
    frame, faults, extra = _judge(raw, found, faulty)
    interval_s, more = _steps(raw.file, frame)
    missing = _count_missing(raw.file, frame, interval_s, centre)
    return Reading(
        table="intervals", file=raw.file, frame=frame.reset_index(drop=True), interval_s=interval_s,
        time_zone=centre.time_zone, encoding=raw.encoding, separator=raw.separator, decimal=found.decimal,
        date_format=found.date_format, columns=mapping.columns, target_s=mapping.target_s, missing=missing,
        notes=(*notes, *mapping.notes, *found.notes, *extra, *more, *_gap_note(missing, centre)), left_aside=aside, faults=faults,
        rows=frame.index.to_numpy())


@dataclass(frozen=True, kw_only=True)
class _Understood:
    """Typed columns (index = rows of the file) and the faults and notes of typing them."""

    frame: pd.DataFrame
    faults: list
    notes: list
    decimal: str
    date_format: str


def _understand(raw, mapping, zone, decimal, dates):
    ours = raw.cells.rename(columns={theirs: name for name, theirs in mapping.columns.items()})[list(mapping.columns)]
    numbers, faults, decimal = _numbers(ours, decimal)
    stamps = _stamps(ours, dates)
    blank = numbers.isna().all(axis=1) & ~numbers.index.isin([row for row, *_ in faults])
    queue = _queues(ours)
    local, drop, gone, notes = to_zone(stamps, queue, zone, empty=numbers["offered"].fillna(0) == 0)
    texts = ours.get("start", ours.get("date")).astype(str)
    faults += _bad(texts, stamps.values.isna() & ~blank, "start", "must be a date and time such as 2026-01-31 08:30")
    faults += _bad(texts, gone, "start", f"must exist in {zone}: the clocks went forward (or the file is in another zone)")
    frame, sums = make_sums(numbers.assign(queue=queue, start=local))
    frame = frame[[name for name in INTERVALS.names if name in frame]]
    notes = [note for note in (stamps.note, _blank_note(blank), *notes, *sums) if note]
    return _Understood(frame=frame[~(drop | blank)], faults=faults, notes=notes, decimal=decimal,
                       date_format=SHOWN.get(stamps.order, "typed"))


def _blank_note(blank):
    return f"{int(blank.sum()):,} rows without any number are left out" if blank.any() else ""


def _queues(ours):
    if "queue" not in ours:
        return pd.Series(DEFAULT_QUEUE, ours.index)
    return ours["queue"].astype(str).where(ours["queue"].notna(), "")


def _numbers(ours, decimal):
    """Measured columns as floats, the cells that are no numbers, the decimal mark."""
    measured = [name for name in ours if name in HELPERS or name in _measured()]
    texts = ours[[name for name in measured if not _typed(ours[name])]].astype(str)
    whole = [name for name in measured if name in _measured() and "count" in INTERVALS.column(name).kind]
    decimal = decimal or decimal_mark(texts, whole)
    columns, faults = {}, []
    for name in measured:
        if _typed(ours[name]):
            columns[name] = pd.to_numeric(ours[name]).astype(float)
            continue
        columns[name], bad = to_numbers(texts[name], decimal)
        faults += _bad(texts[name], bad, name, "must be a number")
    return pd.DataFrame(columns, index=ours.index), faults, decimal


def _measured():
    return {column.name for column in INTERVALS.columns if column.measured}


def _typed(column):
    return pd.api.types.is_numeric_dtype(column.dtype)


def _stamps(ours, dates):
    if "start" in ours and pd.api.types.is_datetime64_any_dtype(ours["start"].dtype):
        values = ours["start"].dt.as_unit("us")
        utc = values.dt.tz is not None
        return Stamps(values=values.dt.tz_convert("UTC").dt.tz_localize(None) if utc else values, order="", utc=utc)
    texts = ours.get("start", ours.get("date")).astype(str)
    if "time" in ours and not texts.str.contains(":").any():
        texts = join_date_and_time(texts, ours["time"].astype(str))
    return read_stamps(texts, dates)


def _bad(texts, mask, column, rule):
    return [(row, column, value, rule) for row, value in texts[mask].items()]


def _judge(raw, found, faulty):
    """Good rows in order; faults raise unless they are to be left out."""
    frame = found.frame
    known = as_faults(found.faults)
    checked = frame[~frame.index.isin(known["row"])]
    broken = faults_in(checked, INTERVALS) if len(checked) else known.head(0)
    faults = as_faults([*known.itertuples(index=False), *broken.itertuples(index=False)])
    if len(faults) and faulty == "refuse":
        raise TableError(raw.file, faults)
    frame = frame[~frame.index.isin(faults["row"])]
    if not len(frame):
        raise SourceError(f"{raw.file} has no row that can be used")
    return _ordered(frame, faults)


def _ordered(frame, faults):
    left_out = faults["row"].nunique()
    notes = [f"{left_out:,} faulty row{'s' * (left_out != 1)} left out"] if left_out else []
    ordered = frame.assign(offered=frame["offered"].astype("int64")).sort_values(["queue", "start"], kind="stable")
    by_time = frame.groupby("queue", sort=False)["start"].is_monotonic_increasing.all()
    return ordered, faults, notes + ([] if by_time else ["rows were not in order of time: sorted"])


def _steps(file, frame):
    """Interval length in seconds, and a note where it is assumed; refuses a mix of lengths."""
    same = frame["queue"].eq(frame["queue"].shift())
    step = frame["start"].diff().dt.total_seconds().where(same)
    inside = step[(step > 0) & (step <= 86400)]
    interval = int(inside.mode().iloc[0]) if len(inside) else 1800
    notes = [] if len(inside) else ["one row a queue does not tell the interval: 1800 s is assumed"]
    _refuse_mix(file, frame, step, interval)
    return interval, notes


def _count_missing(file, frame, interval_s, centre):
    try:
        return len(missing_intervals(frame, interval_s, centre))
    except SourceError as problem:
        raise SourceError(f"{file}: {problem}") from None


def _gap_note(missing, centre):
    where = "in opening hours" if centre.queues else "closed hours may be among them"
    return (f"{missing:,} interval{'s' * (missing != 1)} between first and last rows not in the file ({where}): "
            "left missing, not filled",) if missing else ()


def _refuse_mix(file, frame, step, interval):
    """Every start lies on the grid of the interval, and no full day has a longer step of its own."""
    wall = frame["start"].dt.tz_localize(None)
    seconds = (wall - wall.dt.normalize()).dt.total_seconds()
    off = seconds % interval != seconds.mode().iloc[0] % interval
    by_day = step.groupby([frame["queue"], wall.dt.normalize()])
    rows, low = by_day.transform("count"), by_day.transform("min")
    long = (rows >= WITH_MIXED_STEPS) & (low > interval) & (by_day.transform("median") == low)
    bad = (off & (interval < 86400)) | long
    if bad.any():
        rule = f"must be {interval / 60:g} minutes after the one before: the file mixes interval lengths"
        raise TableError(file, as_faults(_bad(wall.astype(str), bad, "start", rule)))
