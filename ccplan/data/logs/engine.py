"""The embedded database that large tables run through: within bounded memory, leaving nothing behind."""

import contextlib
import shutil
import tempfile
from pathlib import Path

import numpy as np

from ..reading.headers import map_headers
from ..reading.opening import TEXT_ENDINGS, parquet_files
from ..reading.text_files import SourceError

MEMORY = "1GB"
QUOTE = "'"
LARGE_ROWS = 2_000_000  # a longer log is worked through where it lies


@contextlib.contextmanager
def engine(memory=MEMORY):
    """An Ibis connection to an embedded DuckDB; what does not fit in memory goes to a temporary folder."""
    import ibis  # loads where it is used

    spill = tempfile.mkdtemp(prefix="ccplan-")
    try:
        connection = ibis.duckdb.connect(
            memory_limit=memory,
            temp_directory=spill,
            autoinstall_known_extensions=False,
            autoload_known_extensions=False,
            preserve_insertion_order=False,
        )
        connection.raw_sql("SET enable_progress_bar = false")
        try:
            yield connection
        finally:
            connection.disconnect()
    finally:
        shutil.rmtree(spill, ignore_errors=True)


def parquet_table(connection, file, table):
    """A Parquet file as an Ibis table with our names, unread; `row` numbers its rows from 1.

    Raises SourceError (a ValueError) where the file is damaged.
    """
    found = read_parquet(connection, file)
    return _selected(found, table, row=found["file_row_number"] + 1)


def with_our_names(found, table):
    """An Ibis table with our names for the columns whose headers mean something to us; the others are left out."""
    return _selected(found, table)


def _selected(found, table, **more):
    columns = map_headers([name for name in found.columns if name != "file_row_number"], table.name).columns
    return found.select(**more, **{name: found[theirs] for name, theirs in columns.items() if name in table.names})


def read_parquet(connection, source):
    """A Parquet file, or a folder of Parquet parts, as an Ibis table; file_row_number numbers its rows from 0,
    through all parts.

    Raises SourceError (a ValueError) where a file is damaged.
    """
    import duckdb

    files = parquet_files(source)
    try:
        if len(files) == 1:
            return connection.read_parquet(_literally(files[0]), file_row_number=True)
        name = _quoted(f"parts of {source}", '"')
        connection.raw_sql(f"CREATE OR REPLACE TEMP VIEW {name} AS {_numbered_through(files)}")
        return connection.table(f"parts of {source}")
    except (duckdb.Error, OSError, ValueError) as problem:
        raise SourceError(f"{source} is not a Parquet file that can be read: {str(problem)[:100]}") from None


def _numbered_through(files):
    """SQL of the rows of all parts: columns meet by name, rows are numbered on from part to part."""
    import pyarrow.parquet

    before = np.cumsum([0, *(pyarrow.parquet.read_metadata(file).num_rows for file in files)])
    shift = " ".join(f"WHEN {i} THEN {n}" for i, n in enumerate(before[:-1]))
    names = ", ".join(_quoted(_literally(file), QUOTE) for file in files)
    number = f"file_row_number + CASE file_index {shift} END AS file_row_number"
    parts = f"read_parquet([{names}], union_by_name = true, file_row_number = true)"  # every name is quoted
    return f"FROM {parts} SELECT * EXCLUDE (file_row_number), {number}"


def is_large(source):
    """True for Parquet (a file, or a folder of parts) or text of more rows than a frame should hold; False for what
    cannot be read.
    """
    from ..reading.text_files import has_more_lines

    name = str(source).lower()
    if Path(source).is_dir() or name.endswith(".parquet"):
        return _parquet_rows(source) > LARGE_ROWS
    return name.endswith(TEXT_ENDINGS) and has_more_lines(source, LARGE_ROWS)


def _parquet_rows(source):
    import pyarrow as pa
    import pyarrow.parquet

    try:
        return sum(pa.parquet.read_metadata(file).num_rows for file in parquet_files(source))
    except (pa.ArrowException, OSError):
        return 0


def whole_seconds(column):
    """Seconds since 1970 of a column of times, floored; on DuckDB without the detour over local time, which is slow."""
    import ibis

    @ibis.udf.scalar.builtin(name="epoch_us")
    def microseconds(at: column.type()) -> int: ...

    return microseconds(column) // 1_000_000


def fast_hash(text):
    """A hash of 63 bits of a column of text; on DuckDB its own, for Ibis's takes a slow way round."""
    import ibis
    import ibis.expr.datatypes as dt

    @ibis.udf.scalar.builtin(name="hash")
    def own(words: str) -> dt.uint64: ...

    return (own(text) >> 1).cast("int64")  # a bit less, so that it fits the numbers of every client


def _quoted(text, mark):
    return mark + text.replace(mark, mark + mark) + mark


def _literally(file):
    """The path with its signs meaning themselves: DuckDB reads * and ? and [ as patterns."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(file))
