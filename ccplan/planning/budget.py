"""From people to money: a tidy ledger of months and lines, each a quantity of its driver × a price, exact to the cent.

Quantities are rounded to 1e-6 and prices to 1e-6 of a unit before they are multiplied; amounts are rounded half up to
the cent, line by line and month by month, and only then added. So every total is the sum of the amounts that are shown.
"""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd

from ..data.budget_lines import BudgetLine
from .requirement import month_hours

LEDGER = ("month", "category", "line", "queue", "driver", "quantity", "price", "amount", "set_up")
CENT, FINEST = Decimal("0.01"), Decimal("0.000001")


@dataclass(frozen=True)
class Budget:
    """A budget: its `ledger` (a row a month, line and queue; amounts exact Decimals), currency, and what it was made from.

    `quantities` has the drivers by month and queue, `lines` the BudgetLines that were priced.
    """

    ledger: pd.DataFrame
    currency: str
    quantities: pd.DataFrame
    lines: tuple = field(repr=False)

    @property
    def total(self):
        """Sum of all amounts, a Decimal."""
        return sum(self.ledger["amount"], Decimal(0))

    def by(self, *columns):
        """Amounts added up by columns of the ledger, such as by("category") or by("month", "category")."""
        return self.ledger.groupby(list(columns), sort=False)["amount"].agg(lambda amounts: sum(amounts, Decimal(0)))


def plan_budget(headcount, centre, months=None, *, contacts=None, lines=None):
    """The budget of a headcount plan: a `Budget` with a tidy ledger.

    `headcount` is a frame of `plan_headcount`, `contacts` (queue, month, offered, aht_s …: a frame of
    `monthly_requirement`) what calls and minutes are counted from, `lines` the BudgetLines beside those of the
    centre's own `[costs]` (the centre's `[budget]` if left out). Raises ValueError in words.
    """
    chosen = headcount if months is None else headcount[headcount["month"] < headcount["month"].min() + pd.DateOffset(months=months)]
    quantities = driver_quantities(chosen, centre, contacts)
    every = (*standard_lines(centre), *(centre.budget if lines is None else lines))
    ledger = pd.concat([_ledger_of(line, quantities, centre) for line in every], ignore_index=True)
    ledger = ledger.sort_values(["month", "category", "line", "queue"], kind="stable", ignore_index=True)
    return Budget(ledger[list(LEDGER)], centre.currency, quantities, every)


def standard_lines(centre):
    """The lines that `[costs]`, `[hiring]` and `[flex]` of centre.toml already tell."""
    costs, hiring, flex = centre.costs, centre.hiring, centre.flex
    lines = (
        BudgetLine(name="agents' wages", category="labour", driver="paid hour", price=costs.hourly_wage, source="costs.hourly_wage"),
        BudgetLine(name="on-costs of wages", category="labour", driver="wages", price=costs.on_costs, source="costs.on_costs"),
        BudgetLine(name="overtime", category="labour", driver="overtime hour", price=costs.overtime_hourly_cost,
                   source="costs.hourly_wage × (1 + on_costs) × overtime_factor"),
        BudgetLine(name="outsourcing", category="labour", driver="outsourced hour", price=flex.outsourced_hourly, source="flex.outsourced_hourly"),
        BudgetLine(name="seats", category="equipment", driver="seat", price=costs.seat_per_month, source="costs.seat_per_month"),
        BudgetLine(name="adverts and selection", category="recruitment", driver="hire", price=costs.per_hire, source="costs.per_hire"),
        BudgetLine(name="trainers and material", category="training", driver="class", price=hiring.class_cost, source="hiring.class_cost"),
    )
    return tuple(line for line in lines if line.price)


def driver_quantities(headcount, centre, contacts=None):
    """How much of each driver there is: a row a queue and month, a column a driver (see `data.budget_lines.DRIVERS`)."""
    hours = month_hours(headcount["month"], centre)
    off = centre.shrinkage.total
    table = pd.DataFrame({
        "queue": headcount["queue"], "month": headcount["month"], "agent": (headcount["heads_start"] + headcount["starters"] + headcount["heads_end"]) / 2,
        "seat": headcount["heads_start"] + headcount["starters"] + headcount["moved"].clip(lower=0), "hire": headcount["starters"],
        "class": np.ceil(headcount["starters"] / centre.hiring.class_size), "paid hour": headcount["paid_fte"] * hours,
        "overtime hour": headcount["overtime_fte"] * hours,
        "outsourced hour": headcount["outsourced_fte"] * hours * (1 - off) / centre.flex.outsourced_output,
        "training hour": headcount["trainees"] * hours,
    })  # fmt: skip
    table["wages"] = table["paid hour"].map(_exact) * _exact(centre.costs.hourly_wage)
    if contacts is not None:
        told = contacts.set_index(["queue", "month"])[["offered", "load_hours"]].reindex(pd.MultiIndex.from_frame(table[["queue", "month"]]))
        table["call"], table["minute"] = told["offered"].to_numpy(), told["load_hours"].to_numpy() * 60
    return table


def _ledger_of(line, quantities, centre):
    months = quantities["month"].drop_duplicates()
    if line.driver in ("month", "once"):
        rows = pd.DataFrame({"month": months, "queue": "", "quantity": 1.0})
    elif line.driver in quantities:
        rows = quantities[["month", "queue"]].assign(quantity=quantities[line.driver])
    else:
        raise ValueError(f"budget.{line.name}: {line.driver}s are not known — give plan_budget contacts=, a frame of monthly_requirement")
    rows = rows[_due(line, rows["month"])]
    price = [_price(line, month, centre) for month in rows["month"]]
    quantity = rows["quantity"].map(_exact)
    amount = [(q * p).quantize(CENT, ROUND_HALF_UP) for q, p in zip(quantity, price, strict=True)]
    return rows.assign(category=line.category, line=line.name, driver=line.driver, quantity=quantity, price=price, amount=amount, set_up=line.set_up)


def _due(line, months):
    first = pd.Timestamp(line.start) if line.start else months.min()
    last = pd.Timestamp(line.end) if line.end else months.max()
    if line.driver == "once":
        return months == first
    since = (months.dt.year - first.year) * 12 + months.dt.month - first.month
    return (since >= 0) & (months <= last) & (since % int(line.every) == 0)


def _price(line, month, centre):
    base = pd.Timestamp(line.start) if line.start else month
    rate = Decimal(1) if line.currency in ("", centre.currency) else Decimal(repr(centre.exchange[line.currency]))
    return (Decimal(repr(float(line.price))) * rate * (1 + Decimal(repr(line.inflation))) ** (month.year - base.year)).quantize(FINEST)


def _exact(number):
    return number if isinstance(number, Decimal) else Decimal(repr(float(number))).quantize(FINEST)
