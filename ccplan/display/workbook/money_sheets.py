"""Sheets of money: budget lines, quantities of their drivers, what is written off, and the ledger."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ...data.budget_lines import CATEGORIES
from ...planning.budget import ON_COSTS, OVERTIME, WAGES, driver_quantities, standard_lines
from .book import TOP, Book, Column
from .people_sheets import OVERTIME_PRICE, _number

if TYPE_CHECKING:
    from ...data.budget_lines import BudgetLine
    from .case import Case

STANDARD = {  # line → the formula of its price
    WAGES: "hourly_wage", ON_COSTS: "on_costs", OVERTIME: OVERTIME_PRICE, "outsourcing": "outsourced_hourly",
    "seats": "seat_per_month",
    "adverts and selection": "per_hire", "trainers and material": "class_cost",
}  # fmt: skip
RISING = (WAGES, OVERTIME)
FIXED = ("month", "once")
LEDGER = ("number", "category", "line", "queue", "month", "driver", "quantity", "price", "amount", "set_up", "month_no")
WRITE_OFFS = ("line", "queue", "month", "month_no", "quantity", "price", "amount", "life")  # the months follow
MOST = 9e15  # where the last step ends
DRIVERS = {  # driver → formula of its quantity before it is rounded
    "agent": "({here}+{starters}+{moved}+{end})/2", "seat": "{here}+{starters}+MAX({moved},0)", "hire": "{starters}",
    "class": "{classes}",
    "paid hour": "{paid}*{hours}", "overtime hour": "{over}*{over_hours}",
    "outsourced hour": "{bought}*{phone}/outsourced_output",
    "training hour": "{trainees}*(1-part_time*(1-part_time_hours/weekly_hours))*{hours}", "call": "{offered}*(1-{lost})",
    "minute": "{work}*60*(1-{lost})",
}  # fmt: skip


@dataclass(frozen=True)
class Priced:
    """One thing that has a price: a budget line, or one step of it that reaches from `low` to `high` units."""

    number: int  # of the line, from 1
    line: "BudgetLine"
    step: int
    price: float
    low: float = 0.0
    high: float = MOST

    @property
    def bought_before(self):
        """Whether it may be bought in months before the plan: then its months stand firm."""
        return bool(self.line.life_months) and self.line.driver == "month"


@dataclass(frozen=True)
class PricedLines:
    """All that is priced, in order of category and name, with what is needed to price it."""

    case: "Case"

    @cached_property
    def rows(self):
        lines = sorted(self.case.plan.budget.lines, key=lambda line: (CATEGORIES.index(line.category), line.name))
        made = []
        for number, line in enumerate(lines, 1):
            steps = line.steps or ((0.0, line.price),)
            ends = [at for at, _ in steps[1:]] + [MOST]
            made += [
                Priced(number, line, i, price, low, high)
                for i, ((low, price), high) in enumerate(zip(steps, ends, strict=True))
            ]
        return made

    @cached_property
    def first(self):
        return int(_number(self.case.months)[0])

    @cached_property
    def last(self):
        return int(_number(self.case.months)[-1])

    def start(self, line):
        return _month_number(line.start) if line.start else self.first

    def end(self, line):
        return _month_number(line.end) if line.end else self.last

    def due(self, line, number):
        """Whether a line is paid in a month."""
        if line.driver == "once":
            return number == self.start(line)
        return self.start(line) <= number <= self.end(line) and (number - self.start(line)) % int(line.every) == 0

    def price(self, one, number, queue=""):
        """Price of a month in the centre's currency, rounded to a millionth as the ledger rounds it."""
        line, centre = one.line, self.case.centre
        wage = self.case.plan.budget.wages.get(queue) if line.name == WAGES else None
        rate = 1.0 if line.currency in ("", centre.currency) or wage is not None else centre.exchange[line.currency]
        as_of, since = _month_number(line.as_of) if line.as_of else self.first, int(line.rises_in) - 1
        rises = (number - since) // 12 - (as_of - since) // 12
        price = one.price if wage is None else wage
        grown = (
            Decimal(repr(float(price)))
            * Decimal(repr(float(rate)))
            * (1 + Decimal(repr(float(line.inflation)))) ** rises
        )
        return float(grown.quantize(Decimal("0.000001"), ROUND_HALF_UP))


def write_lines(book, case, calendar):
    """A row a budget line, or a step of one: what drives it, its price, when it is due, how it rises."""
    priced = PricedLines(case)
    standard = standard_lines(case.centre)
    known = [one.line in standard for one in priced.rows]
    lines = [one.line for one in priced.rows]
    price = [STANDARD[line.name] if told else "" for line, told in zip(lines, known, strict=True)]
    rises = [told and line.name in RISING for line, told in zip(lines, known, strict=True)]
    own = [line.currency in ("", case.centre.currency) for line in lines]
    months = {
        name: [pd.Timestamp(told) if (told := getattr(line, name)) else None for line in lines]
        for name in ("start", "end", "as_of")
    }
    first, last = calendar.at("number", 0), calendar.at("number", len(case.months) - 1)
    movable = [not one.bought_before for one in priced.rows]
    lasting = [one.line.life_months > 0 for one in priced.rows]
    book.entitle(
        "Lines",
        "What is paid for, and at what price",
        "An amount is quantity × price. A price rises on the first day of the calendar month told, "
        "every year after the month whose price it is.",
    )
    return priced, book.table(
        "Lines",
        [
            Column(
                key="number", head="line's number", values=[one.number for one in priced.rows], kind="plain", width=7
            ),
            Column(key="category", head="category", values=[line.category for line in lines], kind="text", width=13),
            Column(key="line", head="line", values=[line.name for line in lines], kind="words", width=32),
            Column(key="driver", head="price of a", values=[line.driver for line in lines], kind="text", width=14),
            Column(
                key="low",
                head="from unit",
                values=[one.low for one in priced.rows],
                kind="quantity",
                entry=[one.step > 0 for one in priced.rows],
                width=9,
            ),
            Column(
                key="high",
                head="to unit",
                values=[one.high if one.high < MOST else None for one in priced.rows],
                kind="quantity",
                width=9,
                formula=["" if one.high == MOST else "{next}" for one in priced.rows],
                also={"next": _next_cells(priced)},
            ),
            Column(
                key="price",
                head="price",
                values=[one.price for one in priced.rows],
                kind="price",
                formula=price,
                entry=[not told for told in known],
            ),
            Column(
                key="currency",
                head="currency",
                values=[line.currency or case.centre.currency for line in lines],
                kind="text",
                width=9,
            ),
            Column(
                key="rate",
                head="exchange rate",
                values=[
                    1.0 if mine else case.centre.exchange[line.currency] for mine, line in zip(own, lines, strict=True)
                ],
                kind="price",
                formula=["" if mine else f"rate_{line.currency}" for mine, line in zip(own, lines, strict=True)],
                width=9,
            ),
            Column(key="start", head="from month", values=months["start"], kind="month", entry=movable, width=10),
            Column(
                key="end",
                head="to month",
                values=months["end"],
                kind="month",
                entry=[free and line.driver != "once" for free, line in zip(movable, lines, strict=True)],
                width=10,
            ),
            Column(
                key="every",
                head="every … months",
                bounds=(1, 1200),
                values=[line.every for line in lines],
                kind="whole",
                entry=[free and line.driver != "once" for free, line in zip(movable, lines, strict=True)],
                width=9,
            ),
            Column(
                key="inflation",
                head="rise in a year",
                bounds=(-0.5, 5),
                values=[line.inflation for line in lines],
                kind="share",
                formula=["wage_rise" if told else "" for told in rises],
                entry=[not told for told in rises],
                width=9,
            ),
            Column(
                key="rises_in",
                head="rises in month",
                bounds=(1, 12),
                values=[line.rises_in for line in lines],
                kind="whole",
                formula=["wages_rise_in" if told else "" for told in rises],
                entry=[not told for told in rises],
                width=9,
            ),
            Column(key="as_of", head="price of month", values=months["as_of"], kind="month", entry=True, width=10),
            Column(
                key="life",
                head="written off over months",
                bounds=(1, 1200),
                values=[line.life_months for line in lines],
                kind="whole",
                entry=lasting,
                width=9,
            ),
            Column(
                key="set_up",
                head="set-up or running",
                values=["set-up" if line.set_up else "running" for line in lines],
                kind="text",
                width=10,
            ),
            Column(
                key="source", head="where it comes from", values=[line.source for line in lines], kind="words", width=36
            ),
            Column(
                key="from_no",
                head="from",
                values=[priced.start(line) for line in lines],
                kind="plain",
                aside=True,
                formula=_number_of("start", first),
                width=8,
            ),
            Column(
                key="to_no",
                head="to",
                values=[priced.end(line) for line in lines],
                kind="plain",
                aside=True,
                formula=_number_of("end", last),
                width=8,
            ),
            Column(
                key="as_of_no",
                head="as of",
                values=[_month_number(line.as_of) if line.as_of else priced.first for line in lines],
                kind="plain",
                aside=True,
                formula=_number_of("as_of", first),
                width=8,
            ),
        ],
        frozen=3,
    )


def write_drivers(book, case, calendar, requirement, headcount, wages):
    """A row a queue and month: how much there is of what lines are priced by; `wages` are the ledger's cells of the
    wages.
    """
    plan, (_, month) = case.plan, case.where
    made = driver_quantities(plan.headcount, case.centre, plan.requirement)
    of = {
        key: [calendar.at(of, i) for i in month]
        for key, of in (("hours", "hours"), ("over_hours", "over"), ("phone", "phone"), ("of_number", "number"))
    }
    of |= {
        key: headcount.each(key)
        for key in ("here", "starters", "moved", "end", "paid", "over", "bought", "trainees", "classes")
    }
    of |= {key: requirement.each(key) for key in ("offered", "lost", "work")} | {"of_month": headcount.each("month")}
    book.entitle(
        "Drivers",
        "How much there is of what is paid for",
        "Rounded to a millionth of a unit before it is multiplied by a price.",
    )
    return book.table(
        "Drivers",
        [
            Column(key="queue", head="queue", values=list(plan.headcount["queue"].astype(str)), kind="text", width=22),
            Column(
                key="month",
                head="month",
                values=list(plan.headcount["month"]),
                kind="month",
                formula="{of_month}",
                also={"of_month": of["of_month"]},
            ),
            *(
                Column(
                    key=name.replace(" ", "_"),
                    head=_plural(name),
                    values=made[name],
                    kind="tenth",
                    formula=f"ROUND({formula},6)",
                    also={word: told for word, told in of.items() if "{" + word + "}" in formula},
                )
                for name, formula in DRIVERS.items()
            ),
            Column(
                key="wages",
                head=f"wages, {case.centre.currency}",
                values=[float(told) for told in plan.budget.quantities["wages"]],
                kind="money",
                formula=wages,
                width=13,
            ),
            Column(
                key="number",
                head="year × 12 + month − 1",
                values=_number(plan.headcount["month"]),
                kind="plain",
                aside=True,
                formula="{of_number}",
                also={"of_number": of["of_number"]},
            ),
        ],
        frozen=2,
    )


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row of the ledger: what is priced, its place in Lines, queue (number from 1; 0: the centre), month (0:
    the line's own).
    """

    one: Priced
    at: int
    queue: int
    month: int


class Ledger:
    """The rows of the ledger and of what is written off, laid out before anything is written."""

    def __init__(self, case, priced):
        self.case, self.priced = case, priced
        self.rows = [
            Entry(one=one, at=at, queue=queue, month=month)
            for at, one in enumerate(priced.rows)
            for queue in self._queues(one)
            for month in self._months(one)
        ]
        self.bought = [
            Entry(one=one, at=at, queue=queue, month=month)
            for at, one in enumerate(priced.rows)
            if one.line.life_months
            for queue in self._queues(one)
            for month in self._buying(one)
        ]
        quantities = driver_quantities(case.plan.headcount, case.centre, case.plan.requirement)
        self.drivers = quantities.assign(wages=[float(told) for told in case.plan.budget.quantities["wages"]])
        queue, month = case.where
        self.row_of = {
            (int(q) + 1, int(m)): i for i, (q, m) in enumerate(zip(queue, _number(case.months)[month], strict=True))
        }
        self.told = {}
        for row in case.plan.budget.ledger.itertuples():
            self.told.setdefault((row.line, row.queue, _month_number(row.month)), []).append(row)
        self.place = Book.place("Ledger", LEDGER, len(self.rows))
        self.off = Book.place("Write-offs", WRITE_OFFS, len(self.bought))

    def _queues(self, one):
        return (0,) if one.line.driver in FIXED or one.line.steps else tuple(range(1, len(self.case.queues) + 1))

    def _months(self, one):
        plan = _number(self.case.months).tolist()
        return (0,) if one.line.driver == "once" and not one.line.life_months else plan

    def _buying(self, one):
        if one.line.driver == "once":
            return (0,)
        first = min(self.priced.start(one.line), self.priced.first) if one.line.driver == "month" else self.priced.first
        return range(first, self.priced.last + 1)

    def month_of(self, entry):
        return entry.month or self.priced.start(entry.one.line)

    def name_of(self, queue):
        return self.case.queues[queue - 1] if queue else ""

    def bought_quantity(self, entry):
        """How many units of its driver a row takes, as Python counts them; those bought in the month for what is
        written off.
        """
        one, month = entry.one, self.month_of(entry)
        inside = bool(entry.one.line.life_months) or self.priced.first <= month <= self.priced.last
        if not (inside and self.priced.due(one.line, month)):
            return 0.0
        if one.line.driver in FIXED:
            whole = 1.0
        elif entry.queue:
            whole = self.drivers.at[self.row_of[entry.queue, month], one.line.driver]
        else:
            whole = sum(self.drivers.at[row, one.line.driver] for (_, m), row in self.row_of.items() if m == month)
        return round(max(0.0, min(whole, one.high) - one.low), 6) if one.line.steps else float(whole)

    def quantity_formula(self, entry, lines, drivers, calendar, place, i):
        """The same as a formula: due, as the line says, and then one, or the driver's quantity."""
        line, month = entry.one.line, place.at("month_no", i).split("!")[1]
        cell = {key: lines.at(key, entry.at) for key in ("from_no", "to_no", "every", "low", "high")}
        key = line.driver.replace(" ", "_")
        if line.driver in FIXED:
            whole = "1"
        elif entry.queue:
            whole = drivers.at(key, self.row_of[entry.queue, entry.month])
        else:
            whole = f"SUMIFS({drivers.all(key)},{drivers.all('number')},{month})"
        if line.steps:
            top = whole if entry.one.high == MOST else f"MIN({whole},{cell['high']})"
            whole = f"ROUND(MAX(0,{top}-{cell['low']}),6)"
        if line.driver == "once":
            last = calendar.at("number", len(self.case.months) - 1)
            return (
                whole if line.life_months else f"IF(AND({month}>={calendar.at('number', 0)},{month}<={last}),{whole},0)"
            )
        return f"IF(AND({month}>={cell['from_no']},{month}<={cell['to_no']},MOD({month}-{cell['from_no']},{cell['every']})=0),{whole},0)"

    def price_formula(self, entry, lines, place, i):
        """Price × rate × (1 + rise) as often as it has risen."""
        cell = {key: lines.at(key, entry.at) for key in ("price", "rate", "inflation", "rises_in", "as_of_no")}
        month, base = place.at("month_no", i).split("!")[1], f"{cell['price']}*{cell['rate']}"
        wages = list(self.case.plan.budget.wages)
        if entry.one.line.name == WAGES and self.name_of(entry.queue) in wages:
            base = f"wage_{wages.index(self.name_of(entry.queue)) + 1}"
        rises = f"INT(({month}-{cell['rises_in']}+1)/12)-INT(({cell['as_of_no']}-{cell['rises_in']}+1)/12)"
        return f"ROUND({base}*(1+{cell['inflation']})^({rises}),6)"

    def wage_cells(self):
        """For each row of the drivers, the ledger's amount of its wages; 0 where no line pays them."""
        cells = {
            (entry.queue, entry.month): self.place.at("amount", i)
            for i, entry in enumerate(self.rows)
            if entry.one.line.name == WAGES and entry.queue
        }
        return [cells.get(key, "0") for key in self.row_of]

    def values(self, entry):
        """Quantity, price and amount of a row, as Python's ledger has them; 0 where it has no such row."""
        one, month = entry.one, self.month_of(entry)
        rows = self.told.get((one.line.name, self.name_of(entry.queue), month), [])
        if one.step < len(rows) and self.priced.first <= month <= self.priced.last:
            return tuple(float(part) for part in (rows[one.step].quantity, rows[one.step].price, rows[one.step].amount))
        return (0.0, 0.0 if one.line.life_months else self.priced.price(one, month, self.name_of(entry.queue)), 0.0)


def write_write_offs(book, ledger, lines, drivers, calendar):
    """A row a purchase: what it costs, and how that is written off month by month."""
    case, place, rows = ledger.case, ledger.off, ledger.bought
    quantity = np.array([ledger.bought_quantity(entry) for entry in rows])
    price = np.array(
        [ledger.priced.price(entry.one, ledger.month_of(entry), ledger.name_of(entry.queue)) for entry in rows]
    )
    amount = np.array([_cents(q, p) for q, p in zip(quantity, price, strict=True)])
    life = np.array([int(entry.one.line.life_months) for entry in rows])
    bought = np.array([ledger.month_of(entry) for entry in rows])
    book.entitle(
        "Write-offs",
        "What is bought once and written off over its life",
        "In equal parts from the month of buying on; what is written off by a "
        "month's end is rounded to the cent, so that the months add up to the price.",
    )
    columns = [
        Column(key="line", head="line", values=[entry.one.line.name for entry in rows], kind="words", width=28),
        Column(
            key="queue", head="queue", values=[ledger.name_of(entry.queue) for entry in rows], kind="text", width=14
        ),
        Column(
            key="month",
            head="bought in",
            values=[_stamp(number) for number in bought],
            kind="month",
            formula=_month_cells(rows, lines),
        ),
        Column(
            key="month_no",
            head="year × 12 + month − 1",
            values=bought,
            kind="plain",
            formula="YEAR({month})*12+MONTH({month})-1",
        ),
        Column(
            key="quantity",
            head="units",
            values=quantity,
            kind="number",
            formula=[
                ledger.quantity_formula(entry, lines, drivers, calendar, place, i) for i, entry in enumerate(rows)
            ],
        ),
        Column(
            key="price",
            head="price",
            values=price,
            kind="price",
            formula=[ledger.price_formula(entry, lines, place, i) for i, entry in enumerate(rows)],
        ),
        Column(key="amount", head="paid", values=amount, kind="money", formula="ROUND({quantity}*{price},2)"),
        Column(
            key="life",
            head="months of life",
            values=life,
            kind="whole",
            formula=[lines.at("life", entry.at) for entry in rows],
        ),
    ]
    for j, number in enumerate(_number(case.months)):
        age = number - bought
        off = [_off(a, d + 1, n) - _off(a, d, n) for a, d, n in zip(amount, age, life, strict=True)]
        since = f"{calendar.at('number', j)}-{{month_no}}"
        columns.append(
            Column(
                key=f"off{j}",
                head=f"{case.months[j]:%b %Y}",
                values=off,
                kind="money",
                formula=f"ROUND({{amount}}*MAX(0,MIN({{life}},{since}+1))/{{life}},2)"
                f"-ROUND({{amount}}*MAX(0,MIN({{life}},{since}))/{{life}},2)",
            )
        )
    return book.table("Write-offs", columns, frozen=1)


def write_ledger(book, ledger, lines, drivers, calendar, offs):
    """A row a line, queue and month: quantity × price = amount, each rounded as the note says."""
    rows = ledger.rows
    told = [ledger.values(entry) for entry in rows]
    formulas = [_ledger_formulas(ledger, entry, i, lines, drivers, calendar, offs) for i, entry in enumerate(rows)]
    months = [_stamp(ledger.month_of(entry)) for entry in rows]
    fixed = [
        calendar.at("month", entry.month - ledger.priced.first) if entry.month else lines.at("start", entry.at)
        for entry in rows
    ]
    book.entitle(
        "Ledger",
        "Every amount of the plan",
        "Amount = quantity × price, rounded half up to the cent in every row; totals are sums of these amounts. "
        "Rows of 0 are months in which nothing is due.",
    )
    columns = [
        Column(key="number", head="line's number", values=[entry.one.number for entry in rows], kind="plain", width=7),
        Column(
            key="category", head="category", values=[entry.one.line.category for entry in rows], kind="text", width=14
        ),
        Column(key="line", head="line", values=[entry.one.line.name for entry in rows], kind="text", width=34),
        Column(
            key="queue", head="queue", values=[ledger.name_of(entry.queue) for entry in rows], kind="text", width=22
        ),
        Column(key="month", head="month", values=months, kind="month", formula=fixed),
        Column(
            key="driver", head="price of a", values=[entry.one.line.driver for entry in rows], kind="text", width=14
        ),
        Column(
            key="quantity",
            head="quantity",
            values=[row[0] for row in told],
            kind="quantity",
            formula=[f["quantity"] for f in formulas],
            width=15,
        ),
        Column(
            key="price",
            head="price",
            values=[row[1] for row in told],
            kind="price",
            formula=[f["price"] for f in formulas],
            width=13,
        ),
        Column(
            key="amount",
            head=f"amount, {ledger.case.centre.currency}",
            values=[row[2] for row in told],
            kind="money",
            formula=[f["amount"] for f in formulas],
            width=14,
        ),
        Column(
            key="set_up",
            head="set-up or running",
            values=["set-up" if entry.one.line.set_up else "running" for entry in rows],
            kind="text",
            width=10,
        ),
        Column(
            key="month_no",
            head="year × 12 + month − 1",
            values=[ledger.month_of(entry) for entry in rows],
            kind="plain",
            aside=True,
            formula="YEAR({month})*12+MONTH({month})-1",
        ),
    ]
    made = book.table("Ledger", columns, frozen=3, filtered=True)
    sheet = book.sheets["Ledger"]
    sheet.write_string(2, 7, "total", book.form(bold=True, align="right"))
    book.put(
        sheet,
        2,
        8,
        float(ledger.case.plan.budget.total),
        book.form("money", bold=True),
        f"ROUND(SUM({made.span('amount')}),2)",
    )
    book.name("ledger_total", "Ledger!$I$3")
    return made


def _ledger_formulas(ledger, entry, i, lines, drivers, calendar, offs):
    if not entry.one.line.life_months:
        return {
            "quantity": ledger.quantity_formula(entry, lines, drivers, calendar, ledger.place, i),
            "price": ledger.price_formula(entry, lines, ledger.place, i),
            "amount": "ROUND({quantity}*{price},2)",
        }
    mine = [k for k, one in enumerate(ledger.bought) if one.at == entry.at and one.queue == entry.queue]
    month, place = "{month_no}", offs

    def span(key):
        return f"{place.at(key, mine[0])}:{place.at(key, mine[-1]).split('!')[1]}"

    inside = f"({month}>={span('month_no')})*({month}-{span('month_no')}<{span('life')})"
    return {
        "quantity": f"ROUND(SUMPRODUCT({inside}*{span('quantity')}),6)",
        "price": "IF({quantity}>0,ROUND({amount}/{quantity},6),0)",
        "amount": f"ROUND(SUM({span(f'off{entry.month - ledger.priced.first}')}),2)",
    }


def _month_cells(rows, lines):
    """Formulas of the month of buying: a single payment's is the line's own."""
    return [lines.at("start", entry.at) if not entry.month else "" for entry in rows]


def _next_cells(priced):
    """For each step, the cell in which the next begins."""
    return [f"E{TOP + i + 2}" for i in range(len(priced.rows))]  # "from unit" is the fifth column


def _number_of(key, otherwise):
    return f'IF({{{key}}}="",{otherwise},YEAR({{{key}}})*12+MONTH({{{key}}})-1)'


def _month_number(month):
    stamp = pd.Timestamp(month)
    return stamp.year * 12 + stamp.month - 1


def _stamp(number):
    return pd.Timestamp(int(number) // 12, int(number) % 12 + 1, 1)


def _cents(quantity, price):
    """Quantity × price, both as decimals of six places, half up to the cent."""
    exact = Decimal(f"{quantity:.6f}") * Decimal(f"{price:.6f}")
    return float(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


def _off(amount, months, life):
    """What is written off after some months, to the cent."""
    done = Decimal(f"{amount:.2f}") * min(max(int(months), 0), int(life)) / int(life)
    return float(done.quantize(Decimal("0.01"), ROUND_HALF_UP))


def _plural(driver):
    return {
        "class": "classes that start",
        "call": "contacts answered",
        "minute": "minutes of handling",
        "hire": "starters",
    }.get(driver, driver + "s")
