"""The sheets that are read first and last: the summary with its charts, lines by month, and the change log."""

import numpy as np
import pandas as pd

from ...data.budget_lines import CATEGORIES
from ...planning.money.unit_costs import labour_share
from ..theme import ACCENT, CONTEXT, INK, QUIET, RULE
from .book import COLOURS, HEAD_ROW, Column, alarm

LOG = ("date", "who", "what", "from", "to")
_CLOSING = {"SUM": "ROUND(SUM({}),2)", "TOTAL": "SUM({})", "AVERAGE": "AVERAGE({})"}  # money is summed to the cent
EMPTY_ROWS = 30  # of the change log, for people


def write_summary(book, case, calendar, headcount, requirement, ledger):
    """Key figures, cost by category and month, people, and two charts."""
    budget, months = case.plan.budget, case.months
    there = [name for name in CATEGORIES if name in {line.category for line in budget.lines}]
    width, sheet = len(months), book.sheets["Summary"]
    book.entitle(
        "Summary",
        f"Budget of {case.centre.name}",
        f"{months[0]:%B %Y} to {months[-1]:%B %Y}, {budget.currency}. Every figure is a formula: "
        "change a number on blue ground in Assumptions, Lines, Requirement or Hires.",
        across=1 + (width - 1) // 18,
        down=1,
    )  # no chart is cut by the foot of a page
    top = HEAD_ROW + 10
    table = _Months(book, case, calendar, sheet, top)
    table.head("Cost by category")
    numbers, amounts = ledger.all("month_no"), ledger.all("amount")
    by = _sums(budget, ["category", "month"])
    for name in there:
        table.row(
            name,
            [by.get((name, month), 0.0) for month in months],
            [f"SUMIFS({amounts},{ledger.all('category')},$A{table.next + 1},{numbers},{n})" for n in table.numbers],
            share=True,
        )
    first, last = top + 2, table.next
    per_month = np.array([float(_sums(budget, ["month"]).get(month, 0.0)) for month in months])
    table.row(
        "Total",
        per_month,
        [f"ROUND(SUM({c}{first}:{c}{last}),2)" if there else "0" for c in table.letters],
        share=True,
        bold=True,
    )
    total_row = table.next
    table.next += 1
    table.head("People", kind="tenth", closing="mean")
    plan = case.plan.headcount.groupby("month")
    for label, key, name in (
        ("Required FTE", "required", "required_fte"),
        ("Available FTE", "available", "available_fte"),
        ("Gap, FTE", "gap", "gap_fte"),
        ("People at the month's end", "end", "heads_end"),
        ("Starters", "starters", "starters"),
    ):
        table.row(
            label,
            plan[name].sum().to_numpy(float),
            [f"SUMIFS({headcount.all(key)},{headcount.all('number')},{n})" for n in table.numbers],
            closing="TOTAL" if key == "starters" else "AVERAGE",
        )
    people = table.next
    offered = case.plan.requirement.groupby("month")["offered"].sum().to_numpy(float)
    table.row(
        "Contacts offered",
        offered,
        [f"SUMIFS({requirement.all('offered')},{requirement.all('number')},{n})" for n in table.numbers],
        kind="round",
        closing="TOTAL",
    )
    _figures(book, case, sheet, table, total_row, people, ledger, headcount, calendar)
    _charts(book, case, sheet, table, top, there, people)
    sheet.set_column(0, 0, 27)
    sheet.set_column(1, width, 10.5)
    sheet.set_column(width + 1, width + 1, 13)
    sheet.set_column(width + 2, width + 2, 8)
    sheet.repeat_columns(0)
    sheet.activate()


class _Months:
    """A table with a column a month, written row by row."""

    def __init__(self, book, case, calendar, sheet, top):
        from xlsxwriter.utility import xl_col_to_name

        self.book, self.case, self.sheet, self.next = book, case, sheet, top
        self.count = len(case.months)
        self.letters = [xl_col_to_name(j + 1) for j in range(self.count)]
        self.numbers = [calendar.at("number", j) for j in range(self.count)]
        self.stamps = [calendar.at("month", j) for j in range(self.count)]
        self.kind = "round"

    def head(self, words, kind="round", closing="total"):
        """A head of months, with what the last columns are."""
        line = {"bold": True, "bottom": 1, "bottom_color": RULE, "valign": "bottom"}
        self.kind = kind
        self.sheet.write_string(self.next, 0, words, self.book.form("text", **line))
        for j, (month, cell) in enumerate(zip(self.case.months, self.stamps, strict=True)):
            self.book.put(self.sheet, self.next, j + 1, month, self.book.form("month", **line), cell)
        ends = (closing, "share") if closing == "total" else (f"{closing} or total", "")
        for j, word in enumerate(ends):
            self.sheet.write_string(
                self.next, self.count + 1 + j, word, self.book.form("text", **line | {"align": "right"})
            )
        self.next += 1

    def row(self, label, values, formulas, *, kind="", closing="SUM", share=False, bold=False):
        """One row, its months and what they come to."""
        more = {"bold": True, "top": 1, "top_color": RULE} if bold else {}
        form = self.book.form(kind or self.kind, **more)
        self.sheet.write_string(self.next, 0, label, self.book.form("text", **more))
        for j, (value, formula) in enumerate(zip(values, formulas, strict=True)):
            self.book.put(self.sheet, self.next, j + 1, value, form, formula)
        here, whole = self.next + 1, float(np.mean(values) if closing == "AVERAGE" else np.sum(values))
        span = f"{self.letters[0]}{here}:{self.letters[-1]}{here}"
        self.book.put(
            self.sheet,
            self.next,
            self.count + 1,
            whole,
            self.book.form(kind or self.kind, **more | {"bold": True}),
            _CLOSING[closing].format(span),
        )
        if share:
            total = float(self.case.plan.budget.total)
            self.book.put(
                self.sheet,
                self.next,
                self.count + 2,
                whole / total if total else 0.0,
                self.book.form("share", **more),
                f"IF(ledger_total=0,0,{self.total(self.next)}/ledger_total)",
            )
        self.next += 1

    def total(self, row):
        """The cell of a row's total."""
        from xlsxwriter.utility import xl_col_to_name

        return f"{xl_col_to_name(self.count + 1)}{row + 1}"


def _figures(book, case, sheet, table, total_row, people, ledger, headcount, calendar):
    """The key figures above the table, each with what it is."""
    budget, plan = case.plan.budget, case.plan.headcount
    count, total, set_up = len(case.months), float(budget.total), float(budget.set_up)
    running = float(budget.running)
    offered = float(case.plan.requirement["offered"].sum())
    amounts, kinds, categories = ledger.all("amount"), ledger.all("set_up"), ledger.all("category")
    span = f"{table.letters[0]}{{0}}:{table.letters[-1]}{{0}}"
    gap = span.format(people - 2)
    worst = float(min(0.0, plan.groupby("month")["gap_fte"].sum().min()))
    differ = table.total(total_row - 1)
    check = (
        f'IF(ABS({differ}-ledger_total)>0.004,"the months do not add up to the ledger",'
        f'IF(MAX({calendar.all("off")})>=0.99,"shrinkage leaves nobody on the phones",'
        f'IF(MIN({headcount.all("here")})<-0.000001,"more people move than are there","ok")))'
    )
    rows = (
        ("Total cost", total, "money", "ledger_total", "of all months"),
        ("of it to set up", set_up, "money", f'ROUND(SUMIFS({amounts},{kinds},"set-up"),2)', "once, not every year"),
        ("A month to run", running / count, "money", f"(B4-B5)/{count}", "mean, without setting up"),
        (
            "Labour share",
            labour_share(budget).share if running else 0.0,
            "share",
            f'IF(B4-B5=0,0,SUMIFS({amounts},{categories},"labour",{kinds},"running")/(B4-B5))',
            "of running cost; guides of the sector quote 60 to 75 % (indicative)",
        ),
        (
            "Cost of a contact",
            total / offered if offered else 0.0,
            "money",
            f"IF({table.total(people)}=0,0,ledger_total/{table.total(people)})",
            "total cost ÷ contacts offered",
        ),
        (
            "Required FTE",
            float(plan.groupby("month")["required_fte"].sum().mean()),
            "tenth",
            f"{table.total(people - 5)}",
            "mean of the months",
        ),
        ("Lowest gap, FTE", worst, "tenth", f"MIN(0,{gap})", "worst month; below 0 people are missing"),
        ("Check", "ok", "text", check, "totals against the ledger, shrinkage, moves"),
    )
    for i, (label, value, kind, formula, words) in enumerate(rows):
        at, strong = HEAD_ROW + i, {"bold": True, "font_size": 11} if i == 0 else {}
        sheet.write_string(at, 0, label, book.form("text", indent=0, **strong))
        book.put(
            sheet, at, 1, value, book.form(kind, **strong | ({"align": "right"} if kind == "text" else {})), formula
        )
        sheet.write_string(at, 2, words, book.form("text", font_color=QUIET, indent=1))
    sheet.conditional_format(
        HEAD_ROW + len(rows) - 1,
        1,
        HEAD_ROW + len(rows) - 1,
        1,
        {"type": "cell", "criteria": "!=", "value": '"ok"', "format": book.workbook.add_format(alarm())},
    )


def _charts(book, case, sheet, table, top, there, people):
    """Cost by category as stacked columns; required and available FTE as two lines."""
    name, last = "Summary", table.count
    font = {"name": "Arial", "size": 9, "color": QUIET}
    stacked = book.workbook.add_chart({"type": "column", "subtype": "stacked"})
    for i, category in enumerate(there):
        row = top + 1 + i
        stacked.add_series(
            {
                "name": [name, row, 0],
                "categories": [name, top, 1, top, last],
                "values": [name, row, 1, row, last],
                "fill": {"color": COLOURS[category]},
                "border": {"none": True},
                "gap": 40,
            }
        )
    lines = book.workbook.add_chart({"type": "line"})
    for row, colour, wide in ((people - 5, QUIET, 1.5), (people - 4, ACCENT, 2.25)):
        lines.add_series(
            {
                "name": [name, row, 0],
                "categories": [name, top, 1, top, last],
                "values": [name, row, 1, row, last],
                "line": {"color": colour, "width": wide},
            }
        )
    for chart, title in (
        (stacked, f"Cost by month and category, {case.plan.budget.currency}"),
        (lines, "Required and available FTE by month"),
    ):
        chart.set_title(
            {
                "name": title,
                "name_font": {"name": "Arial", "size": 11, "bold": True, "color": INK},
                "overlay": False,
                "layout": {"x": 0.02, "y": 0.02},
            }
        )
        chart.set_legend({"position": "bottom", "font": font})
        chart.set_x_axis(
            {
                "num_font": font,
                "num_format": "mmm yy",
                "line": {"color": RULE},
                "major_tick_mark": "none",
                "text_axis": True,
            }
        )
        chart.set_y_axis(
            {
                "num_font": font,
                "num_format": "#,##0",
                "line": {"none": True},
                "major_gridlines": {"visible": True, "line": {"color": CONTEXT, "width": 0.5}},
                **({"min": 0} if chart is lines else {}),
            }
        )
        chart.set_chartarea({"border": {"none": True}})
    whole = max(350 + 79 * table.count, 1000)  # pixels: the table's width
    left, right = min(int(0.52 * whole), 760), min(int(0.46 * whole), 640)
    stacked.set_size({"width": left, "height": 310})
    lines.set_size({"width": right, "height": 310})
    sheet.insert_chart(table.next + 1, 0, stacked)
    sheet.insert_chart(table.next + 1, 0, lines, {"x_offset": left + 20})


def write_by_line(book, case, calendar, lines, ledger, priced):
    """Every line by month under its category."""
    budget, sheet = case.plan.budget, book.sheets["Lines by month"]
    book.entitle(
        "Lines by month",
        "Every line, month by month",
        f"{budget.currency}, summed from the ledger.",
        across=1 + (len(case.months) - 1) // 18,
    )
    table, heads = _Months(book, case, calendar, sheet, HEAD_ROW), []
    by, whole, sums = (_sums(budget, columns) for columns in (["line", "month"], ["category", "month"], ["month"]))
    numbers, amounts = ledger.all("month_no"), ledger.all("amount")
    table.head("Line")
    first = {one.number: at for at, one in reversed(list(enumerate(priced.rows)))}
    for category in dict.fromkeys(one.line.category for one in priced.rows):
        mine = {number: at for number, at in sorted(first.items()) if priced.rows[at].line.category == category}
        heads.append(table.next + 1)
        table.row(
            category,
            [whole.get((category, month), 0.0) for month in case.months],
            [f"SUM({c}{table.next + 2}:{c}{table.next + 1 + len(mine)})" for c in table.letters],
            share=True,
            bold=True,
        )
        for at in mine.values():
            name = priced.rows[at].line.name
            table.row(
                name,
                [by.get((name, month), 0.0) for month in case.months],
                [
                    f"SUMIFS({amounts},{ledger.all('number')},{lines.at('number', at)},{numbers},{n})"
                    for n in table.numbers
                ],
                share=True,
            )
    table.next += 1
    table.row(
        "Total",
        [sums.get(month, 0.0) for month in case.months],
        ["ROUND(" + "+".join(f"{c}{row}" for row in heads) + ",2)" if heads else "0" for c in table.letters],
        share=True,
        bold=True,
    )
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, table.count, 10.5)
    sheet.set_column(table.count + 1, table.count + 1, 13)
    sheet.set_column(table.count + 2, table.count + 2, 8)
    sheet.freeze_panes(HEAD_ROW + 1, 1)
    sheet.repeat_rows(HEAD_ROW)
    sheet.repeat_columns(0)


def write_log(book, case, made, log):
    """What was changed, by whom: the plan itself first, what is told, then room for people."""
    budget = case.plan.budget
    first = {
        "date": made,
        "who": "ccplan",
        "what": f"made from the plan of {case.centre.name}, {case.months[0]:%Y-%m} to {case.months[-1]:%Y-%m}",
        "from": "",
        "to": f"total {budget.total:,.2f} {budget.currency}",
    }
    rows = [_logged(row) for row in (first, *log)] + [dict.fromkeys(LOG)] * EMPTY_ROWS
    free = [False] + [True] * (len(rows) - 1)
    book.entitle(
        "Change log",
        "Who changed what",
        "Write down every change of an assumption: it is the only way to know later why a budget moved.",
    )
    book.table(
        "Change log",
        [
            Column(key=key, head=key, values=[row[key] for row in rows], kind=kind, entry=free, width=width)
            for key, kind, width in (
                ("date", "day", 12),
                ("who", "text", 18),
                ("what", "words", 60),
                ("from", "words", 22),
                ("to", "words", 28),
            )
        ],
    )


def _logged(row):
    """A row of the log with every key: a day, or words, or nothing; ValueError in words for what is none."""
    row = dict(row)
    unknown = [str(key) for key in row if key not in LOG]
    if unknown:
        raise ValueError(f"log: a row has {', '.join(LOG)}, got {unknown[0]}")
    told = {key: None if pd.isna(row.get(key)) else str(row[key]) for key in LOG}
    if told["date"] is None:
        return told
    day = pd.to_datetime(row["date"], errors="coerce")
    if pd.isna(day):
        raise ValueError(f"log: date must be a day such as 2027-01-31, got {row['date']!r}")
    return told | {"date": day.tz_localize(None)}


def _sums(budget, columns):
    """Sums of the ledger as floats by a key or a tuple of keys."""
    return {key: float(amount) for key, amount in budget.by(*columns).items()}
