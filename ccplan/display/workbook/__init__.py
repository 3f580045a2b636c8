"""The plan as a workbook of live formulas: from the assumptions over people and quantities to every amount and the
total.

Names and formulas are those of `planning`: change a wage, an attrition rate, a class, and the workbook comes to what
Python comes to, to the cent. What the queueing models make (the agents' hours of each month) stands in it as numbers.
"""

from pathlib import Path

import pandas as pd

from ...data.files import write_whole
from .assumptions_sheet import name_assumptions, write_assumptions, write_seasons
from .book import Book
from .case import case_of
from .front_sheets import write_by_line, write_log, write_summary
from .money_sheets import Ledger, write_drivers, write_ledger, write_lines, write_write_offs
from .people_sheets import write_calendar, write_classes, write_curves, write_headcount, write_hires, write_requirement

SHEETS = (
    "Summary",
    "Lines by month",
    "Assumptions",
    "Lines",
    "Requirement",
    "Hires",
    "Headcount",
    "Ledger",
    "Drivers",
    "Write-offs",
    "Classes",
    "Curves",
    "Calendar",
    "Seasons",
    "Change log",
)


def budget_workbook(file, plan, centre, *, people=None, hires, moves=None, at=None, allowed_gap=0.0, made=None, log=()):
    """Write a PointPlan as an XLSX of live formulas to `file`: the path of the file.

    `centre`, `people`, `hires`, `moves`, `at` and `allowed_gap` are those that the plan was made with (people left
    out: those whom its first month needs, as in `plan_headcount`). `made` is the date of the first row of the
    change log (left out: the day of the decision), `log` more rows of it, each {date, who, what, from, to}. The
    same plan gives the same bytes. Text of the data is never a formula. Raises ValueError in words where plan,
    centre and people do not belong together, or the file's name does not end in .xlsx.
    """
    if Path(file).suffix.lower() != ".xlsx":
        raise ValueError(f"file must be an .xlsx workbook, got {Path(file).name!r}")
    return write_whole(
        file,
        workbook_bytes(
            plan, centre, people=people, hires=hires, moves=moves, at=at, allowed_gap=allowed_gap, made=made, log=log
        ),
    )


def workbook_bytes(
    plan, centre, *, people=None, hires, moves=None, at=None, allowed_gap=0.0, made=None, log=(), cached=True
):
    """The bytes of `budget_workbook`; with `cached` False every formula is left for the spreadsheet to work out."""
    case = case_of(plan, centre, people, hires, moves, at, allowed_gap)
    made = case.at if made is None else pd.Timestamp(made)
    book = Book(f"Budget of {centre.name}", made, cached=cached)
    bought = any(line.life_months for line in plan.budget.lines)
    idle = {"Write-offs": not bought, "Seasons": not centre.shrinkage.by_month}
    book.add(*(name for name in SHEETS if not idle.get(name)))
    name_assumptions(book, case)
    _write(book, case, bought)
    write_log(book, case, made, log)
    write_assumptions(book, case)
    return book.bytes()


def _write(book, case, bought):
    """All sheets between the assumptions and the summary, in the order in which they rest on each other."""
    seasons = write_seasons(book, case) if case.centre.shrinkage.by_month else None
    calendar = write_calendar(book, case, seasons)
    requirement = write_requirement(book, case, calendar)
    hires = write_hires(book, case)
    curves = write_curves(book, case)
    classes = write_classes(book, case, calendar, hires, curves)
    headcount = write_headcount(book, case, calendar, requirement, classes)
    priced, lines = write_lines(book, case, calendar)
    ledger = Ledger(case, priced)
    drivers = write_drivers(book, case, calendar, requirement, headcount, ledger.wage_cells())
    offs = write_write_offs(book, ledger, lines, drivers, calendar) if bought else None
    rows = write_ledger(book, ledger, lines, drivers, calendar, offs)
    write_by_line(book, case, calendar, lines, rows, priced)
    write_summary(book, case, calendar, headcount, requirement, rows)
