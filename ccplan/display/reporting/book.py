"""The tables of a report as a workbook: a sheet a section, formats from units, text that is never a formula."""

import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd

from ...data.files import write_csv, write_whole
from ..data.sheet import Sheet
from ..tables import MONEY, SHARES

TOO_LONG = 32_000  # characters; a cell of a workbook takes 32,767
UNITS = {"share": "share", "s": "tenth", "currency": "money", "contacts": "whole"}  # unit of a KPI → kind of cell
WIDE, NARROW, PAGE = 44, 9, 150  # characters: of a column at most and at least, and across a printed page
LINE = 12.5  # points
BOOK = "audit.xlsx"
WHOLE = ("carried over",)  # sheets whose name is more than a part and what it holds


def sheets_workbook(file, sheets, *, title, made):
    """Write frames {name of the sheet: DataFrame} as an XLSX to `file`: its path; the same frames give the same bytes.

    A column's format follows from `frame.attrs["units"]` {column: unit}, else from its name (service_level a share,
    cost money, aht_s seconds); where the frame has a column `unit`, each row's numbers follow that. `made` is the
    date that the file's properties bear. Raises ValueError in words for a name that does not end in .xlsx, and for
    no sheets.
    """
    if Path(file).suffix.lower() != ".xlsx":
        raise ValueError(f"file must be an .xlsx workbook, got {Path(file).name!r}")
    return write_whole(file, sheets_bytes(sheets, title=title, made=made))


def sheets_bytes(sheets, *, title, made):
    """The bytes of `sheets_workbook`."""
    from ..workbook.book import Book

    if not sheets:
        raise ValueError("a workbook needs at least one sheet, got none")
    book = Book(title, pd.Timestamp(made))
    for name, (words, frame) in zip(sheet_names(sheets), sheets.items(), strict=True):
        book.add(name)
        book.entitle(name, str(words), title, locked=False)
        _write(book, book.sheets[name], _flat(frame))
    return book.bytes()


def sheet_names(names):
    """Names that a workbook takes: at most 31 characters, none of []:*?/\\, no two alike.

    >>> sheet_names(["Signal or noise?", "signal or noise"])
    ['Signal or noise', 'signal or noise 2']
    """
    made = []
    for name in names:
        short = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", str(name)).strip(" '")[:31].strip(" '") or "Sheet"
        taken, number, tried = {one.lower() for one in made} | {"history"}, 2, short
        while tried.lower() in taken:
            tried, number = f"{short[:27]} {number}", number + 1
        made.append(tried)
    return made


def _flat(frame):
    frame = frame.reset_index() if not isinstance(frame.index, pd.RangeIndex) else frame
    return frame.set_axis(
        [" ".join(map(str, name)).strip() if isinstance(name, tuple) else str(name) for name in frame.columns], axis=1
    )


def _write(book, sheet, frame):
    from ..workbook.book import HEAD_ROW, TOP

    lines = [1] * len(frame)
    widths = [_write_column(book, sheet, frame, place, lines) for place in range(frame.shape[1])]
    for row, count in enumerate(lines):
        sheet.set_row(TOP + row, LINE * min(count, 30))
    sheet.fit_to_pages(max(round(sum(widths) / PAGE), 1), 0)
    sheet.freeze_panes(TOP, 0)
    sheet.repeat_rows(HEAD_ROW)
    if len(frame):
        sheet.autofilter(HEAD_ROW, 0, TOP + len(frame) - 1, max(frame.shape[1] - 1, 0))
    else:
        sheet.write_string(TOP, 0, "no rows", book.form())


def _write_column(book, sheet, frame, place, lines):
    """Write a column and its head: its width; `lines` is told how many lines each row takes."""
    from ..workbook.book import HEAD_ROW, TOP

    name, column = frame.columns[place], frame.iloc[:, place]
    cells = [_cell(value) for value in column]
    units = (
        frame["unit"].map(str) if "unit" in frame and not pd.api.types.is_integer_dtype(column) else [None] * len(frame)
    )
    usual = (
        _by_unit(str(frame.attrs["units"][name])) if name in frame.attrs.get("units", {}) else _by_name(name, column)
    )
    side = {"align": "right"} if cells and not any(isinstance(value, str) for value in cells) else {"indent": 1}
    sheet.write_string(HEAD_ROW, place, name, book.form(bold=True, text_wrap=True, bottom=1, valign="bottom", **side))
    for row, (value, unit) in enumerate(zip(cells, units, strict=True)):
        kind = _kind(value, usual if unit is None else _by_unit(unit))
        book.put(sheet, TOP + row, place, value, book.form(kind, valign="top"))
        lines[row] = max(lines[row], len(value) // WIDE + 1 if kind == "words" else 1)
    width = _width(name, cells)
    sheet.set_column(place, place, width)
    return width


def _cell(value):
    """A value as a cell takes it: blank for what is missing, words for what is no number, date or text."""
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (int, float, np.integer, np.floating, Decimal)):
        return None if np.isnan(float(value)) else float(value) if np.isfinite(float(value)) else "no limit"
    if isinstance(value, pd.Timestamp):
        return value.tz_localize(None) if value.tzinfo else value
    if hasattr(value, "isoformat"):
        return pd.Timestamp(value) if not hasattr(value, "utcoffset") else str(value)
    text = str(value)
    return text if len(text) <= TOO_LONG else f"{text[:TOO_LONG]} … (cut)"


def _kind(value, usual):
    """The kind of a cell: `usual` for a number of its column, else by what it holds."""
    if isinstance(value, str) or value is None:
        return "words" if isinstance(value, str) and len(value) > WIDE else "text"
    if isinstance(value, pd.Timestamp):
        return "day" if value == value.normalize() else "stamp"
    return usual


def _by_unit(unit):
    return "share" if unit.startswith("share") else UNITS.get(unit, "number")


def _by_name(name, column):
    bare = str(name).lower().replace(" ", "_")
    if bare in SHARES or bare.startswith("share") or bare.endswith(("_share", "_rate", "adherence", "shrinkage")):
        return "share"
    if (
        bare in MONEY
        or any(isinstance(value, Decimal) for value in column)
        or bare.endswith(("_cost", "amount", "_eur"))
    ):
        return "money"
    if bare.endswith("_s"):
        return "tenth"
    if bare == "year":
        return "plain"
    return "whole" if pd.api.types.is_integer_dtype(column) else "number"


def _width(name, cells):
    longest = max(
        (len(value) if isinstance(value, str) else 12 if isinstance(value, pd.Timestamp) else 10 for value in cells),
        default=0,
    )
    return min(max(longest, len(name) * 0.8, NARROW) + 2, WIDE)


# ------------------------------------------------------------------------------------------- an audit's


def audit_sheets(audit, out=""):
    """What an audit puts beside its notebook, a Sheet of the workbook's parts with their sheets and rows; meant for
    its last cell.

    With `out`, the folder of the report that is being made, it is written there: `audit.xlsx` with `audit.sheets()`
    {name: frame}, `findings.csv`, `actions.csv` (what people wrote into that of an earlier run of the same audit
    stays) and `verdict.txt`, the verdict's sentence. Of the audit it takes `sheets()`, `findings`, `verdict`,
    `quarter` and `evidence.centre.name`. The words shown are the same with and without.
    """
    sheets = audit.sheets()
    if out:
        _write_audit(audit, sheets, Path(out))
    parts = pd.DataFrame(
        {
            "part": [name.split(" ")[0] if name not in WHOLE else name for name in sheets],
            "rows": [len(frame) for frame in sheets.values()],
        }
    )
    rows = (
        parts.groupby("part", sort=False)["rows"]
        .agg(["size", "sum"])
        .reset_index()
        .set_axis(["part", "sheets", "rows"], axis=1)
    )
    return Sheet(
        rows.assign(rows=rows["rows"].map("{:,}".format), sheets=rows["sheets"].map(str)),
        f"The workbook {BOOK} has {len(sheets)} sheets",
        ("sheets",),
    )


def _write_audit(audit, sheets, out):
    from ...auditing.concluding.actions import FILE as ACTIONS, keep_actions

    title = f"Audit of {audit.evidence.centre.name}, {audit.quarter}"
    sheets_workbook(out / BOOK, sheets, title=title, made=audit.quarter.end)
    write_csv(out / "findings.csv", findings_frame(audit.findings))
    keep_actions(out / ACTIONS, audit.findings, audit.quarter)
    write_whole(out / "verdict.txt", verdict_sentence(audit.verdict) + "\n")


def verdict_sentence(verdict):
    """A verdict as plain text: its `sentence`, else its own words, without the marks of markdown."""
    said = str(getattr(verdict, "sentence", verdict))
    return " ".join(re.sub(r"\*\*|\\(?=[\\`*_\[\]$|#])", "", said).split())


def findings_frame(findings):
    """Findings as a DataFrame, a row each, with the fields of Finding as columns; `also` the keys of those that are
    told with it.
    """
    from ...auditing.findings import Finding

    names = list(Finding.__dataclass_fields__)
    frame = pd.DataFrame([[getattr(one, name) for name in names] for one in findings], columns=names)
    return frame.assign(also=["; ".join(other.key for other in one.also) for one in findings])
