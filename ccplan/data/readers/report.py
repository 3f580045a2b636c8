"""Printed reports as files: title lines above the header, totals below, averages in the cells."""

import csv
import re

import pandas as pd

from ..reading.headers import plain
from ..reading.text_files import LOOK, MAX_COLUMNS, SEPARATORS, SourceError, read_text

TOTALS = re.compile(r"(grand_)?(totals?|summary|average)(_|$)")


def read_report(file, is_header, widen=lambda header, row: header):
    """(cells, {title word: value}, encoding, separator) of a report; totals and blank rows are left out.

    `is_header(plain names)` knows the header's row; `widen(header, first row)` may name cells that have no
    name of their own. Raises SourceError (a ValueError) where there is no header, or rows are wider than it.
    """
    text, encoding = read_text(file)
    lines = text.splitlines()
    for separator in sorted(SEPARATORS, key=lambda sign: -text.count(sign)):
        rows = _split(lines[:LOOK], separator)
        at = next((i for i, row in enumerate(rows) if is_header([plain(cell) for cell in row])), None)
        if at is not None and len(rows[at]) <= MAX_COLUMNS:
            return _body(file, _split(lines, separator), at, widen), _titles(rows[:at]), encoding, separator
    raise SourceError(f"{file} has no header line that this kind of report has")


def _split(lines, separator):
    try:
        return [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=separator)]
    except csv.Error:
        return []


def _body(file, rows, at, widen):
    """Rows under the header by their line in the file; a total sums up rows that are there already."""
    kept = {
        number: row
        for number, row in enumerate(rows, start=1)
        if number > at + 1 and any(row) and not TOTALS.match(plain(next(cell for cell in row if cell)))
    }
    if not kept:
        raise SourceError(f"{file} has a header but no rows")
    header = widen(rows[at], next(iter(kept.values())))
    for number, row in kept.items():
        if any(row[len(header) :]):  # cells would stand under the wrong name
            raise SourceError(
                f"{file} has {len(row)} cells in row {number}, its header only {len(header)}: export it again"
            )
    kept = {number: (row + [""] * len(header))[: len(header)] for number, row in kept.items()}
    return pd.DataFrame.from_dict(kept, orient="index", columns=list(_names(header)), dtype="str")


def _names(header):
    """Column names, each once."""
    seen = {}
    for name in header:
        seen[name] = seen.get(name, 0) + 1
        yield name if seen[name] == 1 else f"{name}.{seen[name]}"


def _titles(rows):
    """What the lines above the header say: "Date: 1/5/2026" or two cells side by side."""
    words = {}
    for row in rows:
        cells = [cell for cell in row if cell]
        if len(cells) == 1 and ":" in cells[0]:
            cells = [part.strip() for part in cells[0].split(":", 1)]
        for name, value in zip(cells[::2], cells[1::2], strict=False):
            words.setdefault(plain(name), value)
    return words
