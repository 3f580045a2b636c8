"""Open a file by looking at it: a ready reader's export, text, Parquet or a workbook. No file is changed."""

from pathlib import Path

import pandas as pd

from .headers import known_headers
from .text_files import MAX_COLUMNS, SourceError, read_text_table
from .understand import Cells, FileMapping

TEXT_ENDINGS = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".txt.gz")
BOOK_ENDINGS = (".xlsx", ".xlsm")
EXPORT_ENDINGS = (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz", ".log", ".log.gz")
NOT_READ = {  # endings of files that may hold tables and cannot be read, and what to do
    **dict.fromkeys((".xls", ".xlsb", ".ods", ".numbers"), "save it as .xlsx or CSV"),
    **dict.fromkeys((".zip", ".7z", ".rar", ".tar", ".tgz"), "unpack it"),
    **dict.fromkeys((".pdf", ".htm", ".html", ".xml", ".doc", ".docx"), "export its tables as CSV"),
    **dict.fromkeys((".db", ".sqlite", ".sqlite3", ".duckdb", ".mdb", ".accdb"), "read it by its address, or export its tables as CSV"),
}
ENDINGS = (*TEXT_ENDINGS, ".parquet", *BOOK_ENDINGS, *EXPORT_ENDINGS)
NO_TABLES = ("mapping.toml", "centre.toml")


def open_file(file, table="intervals", asked=FileMapping()):
    """The Cells of a file for one of our tables; `asked` (a FileMapping) overrides what is found.

    Raises SourceError (a ValueError) in words for a file that is missing, of no kind that is read,
    damaged or too large.
    """
    file = Path(file)
    if file.is_dir():
        return Cells(file=file, cells=_parts(file), kind="Parquet in parts")
    ready = _ready(file, table, asked)
    if ready is not None:
        return ready
    name = file.name.lower()
    if name.endswith(".parquet"):
        return Cells(file=file, cells=_parquet(file), kind="Parquet")
    if name.endswith(BOOK_ENDINGS):
        return _book(file, table, asked)
    if name.endswith(".xls"):
        raise SourceError(f"{file} is an old Excel workbook: save it as .xlsx or CSV")
    if not name.endswith(TEXT_ENDINGS):
        raise SourceError(f"{file} is of no kind that is read here: {', '.join(ENDINGS)}")
    return _text(file, table, asked)


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
    text = read_text_table(file, lambda header: known_headers(header, table) + sum(name in asked.columns for name in header),
                           encoding=asked.encoding, separator=asked.separator)
    return Cells(file=file, cells=text.cells, kind="text", encoding=text.encoding, separator=text.separator)


def _book(file, table, asked):
    from .workbooks import read_workbook

    cells, sheet, notes = read_workbook(file, asked.sheet, lambda header: known_headers(header, table)
                                        + sum(str(name) in asked.columns for name in header))
    return Cells(file=file, cells=cells, kind=f"workbook, sheet {sheet}", notes=notes)


def _parts(folder):
    """The parts of one table, in order of their names; rows are numbered through."""
    cells = pd.concat([_parquet(file) for file in sorted(folder.glob("*.parquet"))], ignore_index=True)
    return cells.set_axis(pd.RangeIndex(1, len(cells) + 1), axis=0)


def _parquet(file):
    import pyarrow as pa  # loads where it is used
    import pyarrow.parquet

    try:
        width = len(pa.parquet.read_schema(file).names)
        if width > MAX_COLUMNS:
            raise SourceError(f"{file} has {width:,} columns, at most {MAX_COLUMNS:,} can be read")
        cells = pa.parquet.read_table(file).to_pandas()
    except SourceError:
        raise
    except (pa.ArrowException, OSError, ValueError) as problem:
        raise SourceError(f"{file} is not a Parquet file that can be read: {str(problem)[:100]}") from None
    return cells.set_axis(pd.RangeIndex(1, len(cells) + 1), axis=0)
