"""A workbook as tables of columns: values beside the formulas that make them, text that never becomes a formula."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO

import numpy as np
import pandas as pd

from ...data.budget_lines import CATEGORIES
from ..theme import ACCENT, ALARM, CONTEXT, INK, PALETTE, QUIET, RULE

TITLE_ROW, NOTE_ROW, HEAD_ROW, TOP = 0, 1, 3, 4  # from 0; tables begin at TOP
ENTRY = "#EAF4FB"  # the ground of a cell that is meant to be changed
KINDS = {
    "text": "@", "words": "@", "whole": "#,##0", "tenth": '#,##0.0;-#,##0.0;"–"', "number": "#,##0.######",
    "share": "0.0%", "curve": "0.0000", "plain": "0", "factor": "0.000",
    "money": "#,##0.00", "round": '#,##0;-#,##0;"–"', "price": "#,##0.00####", "month": "mmm yyyy", "day": "yyyy-mm-dd",
    "quantity": "#,##0.######", "stamp": "yyyy-mm-dd hh:mm",
}  # fmt: skip
COLOURS = dict(
    zip(
        CATEGORIES,
        (
            ACCENT,
            PALETTE["sky"],
            CONTEXT,
            PALETTE["purple"],
            PALETTE["green"],
            PALETTE["orange"],
            PALETTE["yellow"],
            QUIET,
        ),
        strict=True,
    )
)


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table: `values` by row, and the `formula` that makes them, where one does.

    A formula is a template for all rows, or a list of one for each row ("" for none): {key} is the cell of that
    column in the same row, {key:above} the one above it, {key:all} the whole column; `also` has more words to fill
    in, each a list by row or one for all. `entry` says which cells are meant to be changed; columns `aside` stand
    last and are not printed; `bounds` are the least and the most that may be typed in.
    """

    key: str
    head: str
    values: object
    kind: str = "number"
    formula: object = ""
    also: dict = field(default_factory=dict)
    entry: object = False
    width: float = 11
    aside: bool = False
    bounds: tuple = (0, 1e9)


@dataclass(frozen=True)
class _Cell:
    """A reference that a template fills in."""

    letters: str
    row: int
    span: str

    def __format__(self, what):
        return {"": f"{self.letters}{self.row}", "above": f"{self.letters}{self.row - 1}", "all": self.span}[what]


@dataclass(frozen=True)
class Place:
    """Where a table stands: its cells and columns as references from anywhere."""

    sheet: str
    letters: dict  # key → letters of the column
    top: int  # from 0
    rows: int

    def at(self, key, i):
        """The cell of row `i`, counted from 0."""
        return f"{self.sheet}!${self.letters[key]}${self.top + i + 1}"

    def each(self, key):
        """The cells of a column, a list."""
        return [self.at(key, i) for i in range(self.rows)]

    def all(self, key):
        """The whole column."""
        return f"{self.sheet}!{self.span(key)}"

    def span(self, key):
        """The whole column, for formulas of its own sheet."""
        letters = self.letters[key]
        return f"${letters}${self.top + 1}:${letters}${self.top + max(self.rows, 1)}"


class Book:
    """A workbook in memory: sheets with a title and tables, named cells, one set of formats."""

    def __init__(self, title, made, *, cached=True):
        import xlsxwriter  # loads where it is used: only a workbook needs it

        self.content, self.used, self.cached, self.sheets = BytesIO(), set(), cached, {}
        self.workbook = xlsxwriter.Workbook(self.content, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
        self.workbook.set_properties({"title": title, "created": datetime(made.year, made.month, made.day)})
        self.workbook.set_calc_mode("auto")
        self.title, self._formats = title, {}

    def add(self, *names):
        """Sheets of these names, in order."""
        for name in names:
            self.sheets[name] = self.workbook.add_worksheet(name)
            self.sheets[name].hide_gridlines(2)

    def bytes(self):
        """The whole file."""
        self.workbook.close()
        return self.content.getvalue()

    def form(self, kind="text", entry=False, **more):
        """A cell's format, made once."""
        key = (kind, entry, *sorted(more.items()))
        if key not in self._formats:
            look = {
                "font_name": "Arial",
                "font_size": 9,
                "font_color": INK,
                "num_format": KINDS[kind],
                "valign": "vcenter",
                "locked": not entry,
            }
            look |= {"font_color": ACCENT, "bg_color": ENTRY, "border": 1, "border_color": "#FFFFFF"} if entry else {}
            look |= (
                {"align": "left", "indent": 0 if "bold" in more else 1}
                if kind in ("text", "words")
                else {"align": "right"}
            )
            look |= {"text_wrap": True} if kind == "words" else {}
            self._formats[key] = self.workbook.add_format(look | more)
        return self._formats[key]

    def name(self, name, place):
        """Give a cell a name of the workbook."""
        self.workbook.define_name(name, "=" + place)

    def entitle(self, name, title, note, *, across=1, down=0, portrait=False, locked=True):
        """Title and note of a sheet, and how it is printed: `across` pages wide and `down` tall (0: as many as it
        takes).
        """
        sheet = self.sheets[name]
        sheet.write_string(TITLE_ROW, 0, title, self.form(font_size=14, bold=True))
        sheet.set_row(TITLE_ROW, 22)
        sheet.write_string(NOTE_ROW, 0, note, self.form(font_color=QUIET, indent=0))
        sheet.set_portrait() if portrait else sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
        sheet.fit_to_pages(across, down)
        words = (self.title if len(self.title) <= 120 else self.title[:119] + "…").replace("&", "&&")
        sheet.set_header(f"&L&8{words} &R&8&A")
        sheet.set_footer("&R&8page &P of &N")
        if locked:
            sheet.protect(
                "",
                {
                    "format_columns": True,
                    "format_rows": True,
                    "autofilter": True,
                    "sort": True,
                    "objects": True,
                    "scenarios": True,
                },
            )

    def table(self, name, columns, *, top=TOP, frozen=0, filtered=False):
        """Write a table with its heads in the row above `top`: the Place where it stands. `frozen` columns stay in
        view.
        """
        sheet, rows = self.sheets[name], len(columns[0].values)
        place = self.place(name, [column.key for column in columns], rows, top)
        sheet.set_row(top - 1, 36)
        for j, column in enumerate(columns):
            side = {"indent": 1} if column.kind in ("text", "words") else {"align": "right"}
            side |= {"font_color": QUIET, "bold": False} if column.aside else {"bold": True}
            sheet.write_string(
                top - 1, j, column.head, self.form(text_wrap=True, bottom=1, bottom_color=RULE, valign="bottom", **side)
            )
            sheet.set_column(j, j, column.width)
            self._fill(sheet, column, j, place)
            if np.any(column.entry):
                sheet.data_validation(top, j, top + rows - 1, j, allowed(column))
        if top == TOP:
            sheet.freeze_panes(top, frozen)
            sheet.repeat_rows(top - 1)
            sheet.print_area(0, 0, top + max(rows, 1) - 1, sum(not column.aside for column in columns) - 1)
        if filtered:
            sheet.autofilter(top - 1, 0, top + max(rows, 1) - 1, len(columns) - 1)
        return place

    @staticmethod
    def place(name, keys, rows, top=TOP):
        """Where a table of these columns stands.

        >>> Book.place("Lines", ["name", "price"], 3).at("price", 0)
        'Lines!$B$5'
        """
        from xlsxwriter.utility import xl_col_to_name

        quoted = name if name.isalpha() else f"'{name}'"
        return Place(quoted, {key: xl_col_to_name(j) for j, key in enumerate(keys)}, top, rows)

    def _fill(self, sheet, column, j, place):
        entries = _by_row(column.entry, place.rows)
        forms = {entry: self.form(column.kind, entry) for entry in set(entries)}
        formulas = _by_row(column.formula, place.rows)
        also = {word: _by_row(told, place.rows) for word, told in column.also.items()}
        for i, (value, formula) in enumerate(zip(list(column.values), formulas, strict=True)):
            if formula:
                words = {
                    key: _Cell(letters, place.top + i + 1, place.span(key))
                    for key, letters in place.letters.items()
                    if "{" + key in formula
                }
                formula = formula.format(**words, **{word: told[i] for word, told in also.items()})
            self.put(sheet, place.top + i, j, value, forms[entries[i]], formula)

    def put(self, sheet, row, column, value, form, formula=""):
        """One cell: a formula with the value that it comes to, or the value alone; text is always text."""
        if formula:
            self.used.update(re.findall(r"(?<![!'$A-Za-z_])[a-z][A-Za-z0-9_]*(?![A-Za-z0-9_(!'])", formula))
            sheet.write_formula(row, column, "=" + formula, form, self._cached(value))
        elif value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
            sheet.write_blank(row, column, None, form)
        elif isinstance(value, str):
            sheet.write_string(row, column, value, form)
        elif isinstance(value, (pd.Timestamp, datetime)):
            sheet.write_datetime(row, column, value, form)
        else:
            sheet.write_number(row, column, float(value), form)

    def _cached(self, value):
        if not self.cached:
            return 0
        if isinstance(value, pd.Timestamp):
            return (value - pd.Timestamp("1899-12-30")).days
        return value if isinstance(value, str) else float(value)


def allowed(column):
    """What may be typed into a column, as a rule of the spreadsheet with its message."""
    if column.kind in ("month", "day"):
        return {
            "validate": "date",
            "criteria": ">=",
            "value": datetime(2000, 1, 1),
            "error_message": "A date, such as 2027-01-01.",
        }
    if column.kind in ("text", "words"):
        return {"validate": "any"}
    low, high = column.bounds
    words = f"A number from {low:g} to {high:g}" + (": 30 % is 0.30." if column.kind == "share" else ".")
    return {
        "validate": "decimal",
        "criteria": "between",
        "minimum": low,
        "maximum": high,
        "error_title": column.head[:32],
        "error_message": words,
    }


def _by_row(told, rows):
    return list(told) if isinstance(told, (list, tuple, np.ndarray)) else [told] * rows


def alarm():
    """The look of a cell that should be looked at."""
    return {"font_color": ALARM, "bold": True}
