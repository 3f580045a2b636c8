"""The embedded database that large tables run through: within bounded memory, leaving nothing behind."""

import contextlib
import shutil
import tempfile
from pathlib import Path

from ..reading.headers import map_headers
from ..reading.text_files import SourceError

MEMORY = "1GB"
LARGE_ROWS = 2_000_000  # a longer log is worked through where it lies


@contextlib.contextmanager
def engine(memory=MEMORY):
    """An Ibis connection to an embedded DuckDB; what does not fit in memory goes to a temporary folder."""
    import ibis  # loads where it is used

    spill = tempfile.mkdtemp(prefix="ccplan-")
    try:
        connection = ibis.duckdb.connect(memory_limit=memory, temp_directory=spill, autoinstall_known_extensions=False,
                                         autoload_known_extensions=False, preserve_insertion_order=False)
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


def read_parquet(connection, file):
    """A Parquet file as it is, as an Ibis table with file_row_number; SourceError (a ValueError) where it is damaged."""
    import duckdb

    try:
        return connection.read_parquet(str(_literally(Path(file))), file_row_number=True)
    except duckdb.Error as problem:
        raise SourceError(f"{file} is not a Parquet file that can be read: {str(problem)[:100]}") from None


def is_large(file):
    """True for a Parquet file of more rows than a frame should hold; False for any other file, damaged ones too."""
    import pyarrow as pa
    import pyarrow.parquet

    if not str(file).lower().endswith(".parquet"):
        return False
    try:
        return pa.parquet.read_metadata(file).num_rows > LARGE_ROWS
    except (pa.ArrowException, OSError):
        return False


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


def _literally(file):
    """The path with its signs meaning themselves: DuckDB reads * and ? and [ as patterns."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(file))
