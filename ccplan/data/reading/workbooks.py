"""Excel workbooks (.xlsx): any sheet, values only. A workbook is looked at as a packed file before it is opened."""

import datetime as dt
import warnings
import zipfile

import pandas as pd

from .text_files import LOOK, MAX_COLUMNS, SourceError

MAX_UNPACKED = 2**30  # bytes of all parts together
MAX_RATIO = 200  # unpacked ÷ packed of a part; real sheets stay below 50
SMALL_PART = 2**20  # a part this small may have any ratio
MAX_PARTS = 10_000
MAX_ROWS = 1_048_576  # of a sheet, by the format


def read_workbook(file, sheet="", knows=lambda header: 0):
    """(cells, name of the sheet, notes) of a workbook; the sheet is the one whose header means most.

    Formulas are never run: the value that was saved with them counts. `knows(header)` counts header
    cells that mean something. Raises SourceError (a ValueError) in words for a damaged, locked or
    harmful file, or a sheet that is not there.
    """
    _refuse_bomb(file)
    book = _open(file)
    try:
        names = [name for name in book.sheetnames if book[name].__class__.__name__ != "Chartsheet"]
        if sheet and sheet not in names:
            raise SourceError(f"{file} has no sheet {sheet!r} (has {', '.join(map(repr, names))})")
        found = [_sheet(file, book[name], knows) for name in ([sheet] if sheet else names)]
        best = max(range(len(found)), key=lambda i: (found[i][0], -i), default=None)
        if best is None or found[best][1] is None:
            raise SourceError(f"{file} has no sheet with a table")
        chosen = sheet or names[best]
        others = [name for name in names if name != chosen]
        notes = (f"sheet {chosen} is read; not {', '.join(others)}",) if others else ()
        return found[best][1], chosen, notes
    except SourceError:
        raise
    except Exception as problem:  # the library lets many kinds through for files that are not as they say
        raise SourceError(f"{file} is a damaged workbook: {_plain(problem)}") from None
    finally:
        book.close()


def _refuse_bomb(file):
    """A few kilobytes can unpack to fill a disk: sizes are read from the list of parts, before any is unpacked."""
    try:
        with zipfile.ZipFile(file) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as problem:
        raise SourceError(
            f"{file} is not a workbook that can be read (locked, old or damaged): {_plain(problem)}"
        ) from None
    total = sum(part.file_size for part in parts)
    worst = max(
        (part.file_size / max(part.compress_size, 1) for part in parts if part.file_size > SMALL_PART), default=0
    )
    if total > MAX_UNPACKED or worst > MAX_RATIO or len(parts) > MAX_PARTS:
        raise SourceError(
            f"{file} unpacks to {total:,} bytes in {len(parts):,} parts, up to {worst:,.0f} times its size: it is refused"
        )


def _open(file):
    from openpyxl import load_workbook  # loads where it is used

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and validation, which are not read
            return load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except Exception as problem:  # damaged parts raise whatever they run into
        raise SourceError(f"{file} is a damaged workbook: {_plain(problem)}") from None


def _sheet(file, sheet, knows):
    """(score of the header, cells or None) of a sheet."""
    if hasattr(sheet, "reset_dimensions"):
        sheet.reset_dimensions()  # what a sheet says of its size may be wrong, or a trap
    rows = list(_rows(file, sheet))
    looks = [(knows([str(cell) for cell in row if cell is not None]), -i) for i, row in enumerate(rows[:LOOK])]
    if not looks or not any(cell is not None for row in rows for cell in row):
        return -1, None
    score, at = max(looks)
    return score, _cells(rows, -at if score else 0)


def _rows(file, sheet):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            if number > MAX_ROWS:
                raise SourceError(f"{file} has more than {MAX_ROWS:,} rows in sheet {sheet.title}")
            if len(row) > MAX_COLUMNS:
                raise SourceError(f"{file} has {len(row):,} columns, at most {MAX_COLUMNS:,} can be read")
            yield row


def _cells(rows, at):
    """A frame of the rows under the header; its index holds the sheet's row numbers."""
    header = [str(cell).strip() if cell is not None else "" for cell in rows[at]]
    used = [i for i, name in enumerate(header) if name]
    body = {
        number: [row[i] if i < len(row) else None for i in used]
        for number, row in enumerate(rows[at + 1 :], start=at + 2)
        if any(cell is not None and cell != "" for cell in row)
    }
    names = pd.Index([header[i] for i in used])
    names = [
        f"{name}.{n}" if n else name for name, n in zip(names, pd.Series(names).groupby(names).cumcount(), strict=True)
    ]
    return pd.DataFrame(
        {
            name: _typed(pd.Series([row[i] for row in body.values()], index=list(body), dtype=object))
            for i, name in enumerate(names)
        },
        index=list(body),
    )


def _typed(cells):
    """A column with one type where all its cells have one: times, numbers, yes and no; else text."""
    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds and kinds <= {dt.datetime, dt.date}:
        return pd.to_datetime(cells, errors="coerce").astype("datetime64[us]")
    if kinds and kinds <= {int, float}:
        return pd.to_numeric(cells)
    if kinds == {bool}:
        return cells.astype("boolean")
    if kinds and kinds <= {dt.timedelta, dt.time, int, float}:
        return (
            cells.map(_seconds, na_action="ignore").astype(float)
            if dt.timedelta in kinds
            else cells.map(_text).astype("str")
        )
    return cells.map(_text).astype("str")


def _seconds(cell):
    if isinstance(cell, dt.time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second
    return cell.total_seconds() if isinstance(cell, dt.timedelta) else cell


def _text(cell):
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def _plain(problem):
    return " ".join(str(problem).split())[:100] or type(problem).__name__
