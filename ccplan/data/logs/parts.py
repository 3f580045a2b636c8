"""A log too large for a frame, understood part by part by the rules of a small one, then worked through where it lies.

Whatever the file is - Parquet, a folder of parts, text; typed or not, in our words or others' - each part is
read, typed and judged by the same functions as a small table, and what is understood goes to a temporary
Parquet file. So a large log has the same faults, in the same words, as if a frame had held it.
"""

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from .engine import engine, read_parquet
from .large import again_in, repeated_rows
from ..faults import TableError, as_faults, faults_of, none_usable
from ..reading.opening import is_parquet, peek_file, read_parts
from ..reading.stamps import RepeatedHours, since_1970_s, wall_clock
from ..reading.text_files import SourceError
from ..reading.understand import Evidence, FileMapping
from ..sources import Reading, left_out, read_cells
from ..tables import CALLS

EXAMPLES = 21  # of each fault that are kept: one more than is listed
ROW, THEIRS = "row", "column "
ALIKE = (
    "table",
    "file",
    "time_zone",
    "kind",
    "language",
    "encoding",
    "separator",
    "decimal",
    "date_format",
    "columns",
    "target_s",
    "left_aside",
)  # of every part


@dataclass(frozen=True, kw_only=True)
class LargeReading(Reading):
    """A log as it was understood, without a frame: `log` is an Ibis table of its good rows, with `row` of the file,
    `arrived`, `wall` (the same without a zone) and `at_s` (seconds since 1970).

    `size` counts the good rows; `faults` holds the first of each, `counts` all; `found` is an Ibis table of
    the file as it was found. `frame` is an outline only: the lowest and highest value of each column, and
    everybody who answered. All end with `large_reading`.
    """

    log: object = field(repr=False)
    found: object = field(repr=False)
    size: int


@contextmanager
def large_reading(file, table, centre, asked=FileMapping(), notes=(), aside=()):
    """A LargeReading of a Parquet file, a folder of Parquet parts or a text file, as long as the context lasts.

    `table` is one of TABLES (calls); `asked` a FileMapping; `notes` and `aside` go before those of the reading.
    Raises SourceError (a ValueError) where the file cannot be read, or no row can be used.
    """
    with tempfile.TemporaryDirectory(prefix="ccplan-") as spill, engine() as connection:
        yield _Parts(Path(file), table, asked, Path(spill)).reading(connection, centre, notes, aside)


def reading_from_parts(file, centre, faulty, notes=(), asked=FileMapping()):
    """A Reading of intervals made from a large log of any kind.

    Raises TableError (a ValueError) with the first of each fault, unless faulty rows are left out.
    """
    from .call_intervals import reading_from_log  # it reads logs of every kind

    with large_reading(file, CALLS, centre, asked) as log:
        if len(log.faults) and faulty == "refuse":
            raise TableError(file, log.faults)
        return reading_from_log(log, centre, notes)


class _Parts:
    """The parts of one file on their way into a typed copy."""

    def __init__(self, file, table, asked, spill):
        self.file, self.table, self.asked, self.spill = file, table, asked, spill
        self.faults, self.rows = Faults(), 0

    def reading(self, connection, centre, notes, aside):
        """The LargeReading of all parts."""
        asked, said = self._settled()
        head, told = self._understood(asked, centre, notes, aside)
        checked = read_parquet(connection, self.spill / "typed").drop("file_row_number")
        log, again = self._good(checked)
        size = int(log.count().execute())
        if not size:
            raise SourceError(none_usable(self.file, self.faults.counts))
        told = [note for note in told if note not in notes]
        notes = (*notes, *([said] if said else []), *told, *left_out(self.rows - size))
        return LargeReading(
            **{name: getattr(head, name) for name in ALIKE},
            notes=notes,
            faults=self.faults.first(again),
            counts=self.faults.counts,
            frame=_outline(log, head),
            rows=np.array([], "int64"),
            log=log,
            found=self._found(connection),
            size=size,
        )

    def _settled(self):
        """(what is asked, a note): how numbers and dates are written is told by all parts together."""
        if is_parquet(self.file) and not any(_is_text(kind) for kind in self._kinds()):
            return self.asked, ""
        evidence = Evidence(self.table)
        for i, raw in enumerate(read_parts(self.file, self.table.name, self.asked)):
            evidence.add(raw, self.asked)
            if not is_parquet(self.file):
                self._keep(raw, i)
        try:
            return evidence.settled(self.asked)
        except SourceError as problem:
            raise SourceError(f"{self.file}: {problem}") from None

    def _kinds(self):
        raw, _ = peek_file(self.file, self.table.name, self.asked)
        first = next(read_parts(self.file, self.table.name, self.asked, rows=1000), raw)
        return first.cells.dtypes

    def _keep(self, raw, i):
        """Cells of a text file go to Parquet as they are, to be read again quickly."""
        cells = raw.cells.rename(columns=lambda name: f"{THEIRS}{name}").rename_axis(ROW).reset_index()
        _write(cells, self.spill / "found", i)
        self.kept = raw

    def _cells(self):
        if is_parquet(self.file):
            yield from read_parts(self.file, self.table.name, self.asked)
            return
        for raw in read_parts(self.spill / "found", self.table.name, self.asked):
            cells = raw.cells.set_index(ROW).rename_axis(None).rename(columns=lambda name: name.removeprefix(THEIRS))
            yield replace(self.kept, cells=cells)

    def _understood(self, asked, centre, notes, aside):
        """(the Reading of the last part, the notes of all); rows that were understood go to a typed file, broken
        ones marked.
        """
        before, told, reading, table = RepeatedHours(), {}, None, replace(self.table, key=())
        for i, raw in enumerate(self._cells()):
            self.rows += len(raw.cells)
            reading = read_cells(
                replace(raw, before=before), table, centre, asked, "leave out", notes, aside, self._judge
            )
            told |= {_without_digits(note): note for note in reading.notes}  # counts go on: the last is of all parts
            _write(_typed(reading, self.broken), self.spill / "typed", i)
        if reading is None:
            raise SourceError(f"{self.file} has a header but no rows")
        return reading, list(told.values())

    def _judge(self, raw, table, found, faulty):
        """The rows that could be understood; those that break a rule stay: a key may stand in them first."""
        known, checked, broken = faults_of(found, table)
        self.faults.add(known, broken)
        self.broken = checked.index.isin(broken["row"])
        return checked, as_faults(), []

    def _good(self, checked):
        """(the rows without any fault, the examples of keys that stand twice)."""
        import ibis

        good = checked.filter(~checked["broken"]).drop("broken")
        again = repeated_rows(checked, self.table)
        counts, examples = again_in(again, self.table, EXAMPLES, numbered=True)
        if counts:
            self.faults.counts |= {(column, rule): n for column, rule, n in counts}
            good = good.anti_join(ibis.memtable(again.select(ROW).to_pyarrow()), ROW)
        return good, examples

    def _found(self, connection):
        from ..checks.as_found import as_found_table  # which imports what reads this room's logs

        found = read_parquet(connection, self.file if is_parquet(self.file) else self.spill / "found")
        if not is_parquet(self.file):
            return found.drop("file_row_number")
        return as_found_table(found)


class Faults:
    """The faults of all parts: `counts` {(column, rule): rows}, and the first of each in the order of a small
    table's.
    """

    def __init__(self):
        self.counts, self.kept = {}, ([], [])

    def add(self, *kinds):
        """Faults of one part: cells that could not be understood, then rules that are broken."""
        for kept, faults in zip(self.kept, kinds, strict=True):
            for fault, rows in faults.groupby(["column", "rule"], sort=False):
                free = max(EXAMPLES - self.counts.get(fault, 0), 0)
                self.counts[fault] = self.counts.get(fault, 0) + len(rows)
                kept += rows.head(free).itertuples(index=False)

    def first(self, again):
        """The first rows of each fault as a DataFrame; `again` are the keys that stand twice."""
        known, broken = self.kept
        broken = as_faults(broken)
        return as_faults([*as_faults(known).itertuples(index=False), *broken.itertuples(index=False), *again])


def _typed(reading, broken):
    """A part's rows as the engine should see them."""
    frame = reading.frame.assign(**{ROW: reading.rows, "broken": broken})
    if "arrived" not in frame:
        return frame
    return frame.assign(wall=wall_clock(frame["arrived"]), at_s=since_1970_s(frame["arrived"]))


def _write(frame, folder, i):
    import pyarrow as pa  # loads where it is used
    import pyarrow.parquet

    folder.mkdir(exist_ok=True)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    pyarrow.parquet.write_table(table, folder / f"{i:06}.parquet", compression="lz4")


def _outline(log, reading):
    """The lowest and the highest value of each column as a frame, and everybody who answered: enough for what is
    asked of a whole.
    """
    names = [name for name in reading.frame.columns if name in log.columns]
    plain = {name: log[name].cast("int8") if log[name].type().is_boolean() else log[name] for name in names}
    edges = log.aggregate(
        **{f"{edge} {name}": getattr(plain[name], edge)() for name in names for edge in ("min", "max")}
    )
    found = edges.execute().iloc[0]
    columns = {name: pd.Series([found[f"min {name}"], found[f"max {name}"]]) for name in names}
    if "arrived" in columns:
        columns["arrived"] = pd.to_datetime(columns["arrived"], utc=True).dt.tz_convert(reading.time_zone)
    if "agent" in columns:
        columns["agent"] = log.select("agent").distinct().execute()["agent"].dropna().reset_index(drop=True)
    return pd.DataFrame(columns)


def _is_text(kind):
    return isinstance(kind, pd.StringDtype) or kind == object


def _without_digits(words):
    return "".join(sign for sign in words if not sign.isdigit() and sign != ",")
