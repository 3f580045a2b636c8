"""Open a file by looking at it: a ready reader's export, text, Parquet or a workbook. No file is changed."""

import contextlib
from dataclasses import replace
from pathlib import Path

import pandas as pd

from .headers import known_headers
from .text_files import MAX_COLUMNS, SourceError, count_lines, read_text_parts, read_text_table
from .understand import Cells, FileMapping

TEXT_ENDINGS = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".txt.gz")
BOOK_ENDINGS = (".xlsx", ".xlsm")
EXPORT_ENDINGS = (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz", ".log", ".log.gz")
NOT_READ = {  # endings of files that may hold tables and cannot be read, and what to do
    **dict.fromkeys((".xls", ".xlsb", ".ods", ".numbers"), "save it as .xlsx or CSV"),
    **dict.fromkeys((".zip", ".7z", ".rar", ".tar", ".tgz"), "unpack it"),
    **dict.fromkeys((".pdf", ".htm", ".html", ".xml", ".doc", ".docx"), "export its tables as CSV"),
    **dict.fromkeys(
        (".db", ".sqlite", ".sqlite3", ".duckdb", ".mdb", ".accdb"),
        "read it by its address, or export its tables as CSV",
    ),
}
ENDINGS = (*TEXT_ENDINGS, ".parquet", *BOOK_ENDINGS, *EXPORT_ENDINGS)
LONG_BYTES = 2**26  # of text, packed or not, that are not read only to look at the columns
PART_ROWS = 500_000  # of a long file that are looked at at once
NO_TABLES = ("mapping.toml", "centre.toml")


def open_file(file, table="intervals", asked=FileMapping()):
    """The Cells of a file for one of our tables; `asked` (a FileMapping) overrides what is found.

    Raises SourceError (a ValueError) in words for a file that is missing, of no kind that is read,
    damaged or too large.
    """
    file = Path(file)
    if file.is_dir():
        return Cells(file=file, cells=_cells([_parquet(part) for part in parquet_files(file)]), kind="Parquet in parts")
    ready = _ready(file, table, asked)
    if ready is not None:
        return ready
    name = file.name.lower()
    if name.endswith(".parquet"):
        return Cells(file=file, cells=_cells([_parquet(file)]), kind="Parquet")
    if name.endswith(BOOK_ENDINGS):
        return _book(file, table, asked)
    if name.endswith(".xls"):
        raise SourceError(f"{file} is an old Excel workbook: save it as .xlsx or CSV")
    if not name.endswith(TEXT_ENDINGS):
        raise SourceError(f"{file} is of no kind that is read here: {', '.join(ENDINGS)}")
    return _text(file, table, asked)


def peek_file(file, table="intervals", asked=FileMapping()):
    """(Cells, how many rows) of a file as `open_file` gives them; of Parquet and long texts only the columns,
    without rows.
    """
    file = Path(file)
    long = file.name.lower().endswith(TEXT_ENDINGS) and file.stat().st_size > LONG_BYTES
    if long and _ready(file, table, asked) is None:
        return _peek_text(file, table, asked)
    if not is_parquet(file) or (not file.is_dir() and _ready(file, table, asked) is not None):
        raw = open_file(file, table, asked)
        return raw, len(raw.cells)
    parts = [_metadata(part) for part in parquet_files(file)]
    columns = [schema.empty_table().to_pandas().columns for schema, _ in parts]
    names = dict.fromkeys(name for part in columns for name in part)
    return Cells(file=file, cells=pd.DataFrame(columns=list(names)), kind="Parquet"), sum(rows for _, rows in parts)


def _peek_text(file, table, asked):
    """The same of a long text file: its columns, and its lines."""
    with contextlib.closing(read_parts(file, table, asked, rows=1000)) as parts:
        raw = next(parts)
    return replace(raw, cells=raw.cells.head(0)), count_lines(file)


def is_parquet(file):
    """True for a Parquet file, and for a folder of Parquet parts."""
    file = Path(file)
    return file.is_dir() or file.name.lower().endswith(".parquet")


def parquet_files(source):
    """The Parquet files of a table: the file itself, or the parts in its folder, in order of their names."""
    source = Path(source)
    return sorted(source.glob("*.parquet")) if source.is_dir() else [source]


def read_parts(file, table="intervals", asked=FileMapping(), rows=None):
    """The Cells of a Parquet file, a folder of Parquet parts or a text file, part by part: of a file that no frame
    should hold.

    Every part has all columns, and rows are numbered through. Raises SourceError (a ValueError) as `open_file` does.
    """
    file, rows = Path(file), rows or PART_ROWS
    if is_parquet(file):
        yield from _parquet_parts(file, rows)
        return
    for text in read_text_parts(
        file, _knows(table, asked), encoding=asked.encoding, separator=asked.separator, rows=rows
    ):
        yield Cells(file=file, cells=text.cells, kind="text", encoding=text.encoding, separator=text.separator)


def _parquet_parts(file, rows):
    import pyarrow as pa  # loads where it is used
    import pyarrow.parquet

    names, done = peek_file(file)[0].cells.columns, 0
    for part in parquet_files(file):
        with _whole(part), pyarrow.parquet.ParquetFile(part) as source:
            batches = source.iter_batches(batch_size=rows)
            while (batch := _next(part, batches)) is not None:
                cells = _cells([pa.Table.from_batches([batch])], done)
                done += len(cells)
                kind = "Parquet in parts" if file.is_dir() else "Parquet"
                yield Cells(file=file, cells=cells.reindex(columns=names), kind=kind)


def _next(file, batches):
    with _whole(file):
        return next(batches, None)


def _ready(file, table, asked):
    """What a ready reader makes of the file, None where none knows it (or a plain table is asked for)."""
    from ..readers import find_reader, reader_of_kind  # they import this room's other files

    reader = reader_of_kind(asked.kind) if asked.kind else find_reader(file)
    if reader is None or (table not in reader.tables and not asked.kind):
        return None
    if table not in reader.tables:
        raise SourceError(f"{file} read as {reader.kind} holds {' and '.join(reader.tables)}, not {table}")
    return reader.read(file, table)


def _text(file, table, asked):
    text = read_text_table(file, _knows(table, asked), encoding=asked.encoding, separator=asked.separator)
    return Cells(file=file, cells=text.cells, kind="text", encoding=text.encoding, separator=text.separator)


def _knows(table, asked):
    """How many cells of a header mean something."""
    return lambda header: known_headers(header, table) + sum(str(name) in asked.columns for name in header)


def _book(file, table, asked):
    from .workbooks import read_workbook

    cells, sheet, notes = read_workbook(file, asked.sheet, _knows(table, asked))
    return Cells(file=file, cells=cells, kind=f"workbook, sheet {sheet}", notes=notes)


def _cells(tables, done=0):
    """Arrow tables, one after the other, as cells whose rows are numbered on from those that are done."""
    import pyarrow as pa  # loads where it is used

    try:
        tables = [pa.concat_tables(tables, promote_options="permissive")]
    except pa.ArrowException:  # a column is text in one part, numbers in another: only pandas mixes them
        pass
    parts = [table.to_pandas(types_mapper={pa.bool_(): pd.BooleanDtype()}.get) for table in tables]
    cells = parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)
    return cells.set_axis(pd.RangeIndex(done + 1, done + len(cells) + 1), axis=0)


def _parquet(file):
    """A Parquet file as an Arrow table; SourceError (a ValueError) where it is damaged or too wide."""
    import pyarrow.parquet

    _metadata(file)
    with _whole(file):
        return pyarrow.parquet.read_table(file)


def _metadata(file):
    """(schema, how many rows) of a Parquet file."""
    import pyarrow.parquet

    with _whole(file):
        found = pyarrow.parquet.read_metadata(file)
        schema = found.schema.to_arrow_schema()
    if len(schema.names) > MAX_COLUMNS:
        raise SourceError(f"{file} has {len(schema.names):,} columns, at most {MAX_COLUMNS:,} can be read")
    return schema, found.num_rows


@contextlib.contextmanager
def _whole(file):
    """What Arrow raises for a damaged file, in words."""
    import pyarrow as pa  # loads where it is used

    try:
        yield
    except (pa.ArrowException, OSError, ValueError) as problem:
        raise SourceError(f"{file} is not a Parquet file that can be read: {str(problem)[:100]}") from None
