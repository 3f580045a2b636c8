"""From people to money: a tidy ledger of months and lines, each a quantity of its driver × a price, exact to the cent.

Quantities are rounded to 1e-6 of a unit and prices to 1e-6 of the currency (half up) before they are multiplied; an
amount is their product, rounded half up to the cent, row by row, and only then added. So every total is the sum of
the amounts that are shown, however they are grouped. What is written off is cut into months so that they add up to
what was paid. All this is done in whole numbers (`planning.cents`) and handed out as Decimals.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

import numpy as np
import pandas as pd

from ..data.budget_lines import CATEGORIES, ITEMS, BudgetLine
from ..data.given import given_table
from .money.budget_rows import FIXED, ledger_of
from .money.checklist_costs import checklist_lines
from .people.people_tables import contract
from .people.phone_hours import overtime_hours, phone_hours
from .people.requirement import month_hours

WAGES, ON_COSTS, OVERTIME = "agents' wages", "on-costs of wages", "overtime"
NEEDED = (
    "queue",
    "month",
    "heads_start",
    "starters",
    "moved",
    "heads_end",
    "paid_fte",
    "trainees",
    "overtime_fte",
    "outsourced_fte",
)


@dataclass(frozen=True)
class Budget:
    """A budget: its `ledger` (a row a month, line and queue; amounts exact Decimals), currency, and what it was
    made from.

    `quantities` has the drivers by month and queue, `lines` the BudgetLines that were priced, `notes` says in words
    what a reader should know: lines without an amount, categories without a line, what calls were counted as.
    """

    ledger: pd.DataFrame
    currency: str
    quantities: pd.DataFrame
    lines: tuple = field(repr=False)
    centre: object = field(default=None, repr=False)
    notes: tuple = field(default=(), repr=False)
    wages: dict = field(default_factory=dict, repr=False)  # queue → hourly wage in place of costs.hourly_wage

    @property
    def total(self):
        """Sum of all amounts, a Decimal."""
        return sum(self.ledger["amount"], Decimal(0))

    @property
    def set_up(self):
        """Sum of the amounts that set the centre up, a Decimal."""
        return sum(self.ledger.loc[self.ledger["set_up"].astype(bool), "amount"], Decimal(0))

    @property
    def running(self):
        """Sum of the amounts that keep the centre running: the total less setting up, a Decimal."""
        return self.total - self.set_up

    def by(self, *columns):
        """Amounts added up by columns of the ledger, such as by("category") or by("month", "category")."""
        if not columns or set(columns) - set(self.ledger):
            got = ", ".join(map(repr, columns)) or "none"
            raise ValueError(f"by must name columns of the ledger ({', '.join(self.ledger)}), got {got}")
        groups = self.ledger.groupby(list(columns), sort=False)
        sums = [Decimal(0)] * groups.ngroups
        for group, amount in zip(groups.ngroup().to_list(), self.ledger["amount"].to_list(), strict=True):
            sums[group] += amount
        return pd.Series(sums, index=groups.size().index, name="amount", dtype=object)

    @cached_property
    def assumptions(self):
        """Every number that the budget rests on: name, value, unit, source, low, high (see
        `assumptions.assumptions_of`).
        """
        from .uncertainty.assumptions import assumptions_of  # it names what this module makes

        return assumptions_of(self.centre, self.lines, self.wages)


def plan_budget(headcount, centre, months=None, *, contacts=None, lines=None, wages=None, checklist=None):
    """The budget of a headcount plan: a `Budget` with a tidy ledger (month, category, line, queue, driver, quantity,
    price, amount, set_up).

    `headcount` is a frame of `plan_headcount`, `months` how many of its months (all if left out), `contacts`
    (queue, month, offered, load_hours: a frame of `monthly_requirement`) what calls and minutes are counted from,
    `lines` the BudgetLines beside those of the centre's own `[costs]` (the centre's `[budget]` if left out); one
    with the name of a standard line or of an open item takes its place, at a price of 0 it takes it away. `wages`
    (queue, hourly_wage: see `mean_wages`) are used in place of `costs.hourly_wage`; `checklist`, the table of that
    name, adds what its open items cost. Raises ValueError in words.

    >>> from ccplan.data import Centre, Costs
    >>> month = {"queue": "q", "month": pd.Timestamp("2027-02-01"), "heads_start": 2, "heads_end": 2, "paid_fte": 2.0}
    >>> plan = pd.DataFrame([month | dict.fromkeys(["starters", "moved", "trainees", "overtime_fte", "outsourced_fte"], 0.0)])
    >>> budget = plan_budget(plan, Centre(name="x", costs=Costs(hourly_wage=20, on_costs=0.3)))   # 2 × 150 h × 20.00
    >>> budget.by("line").to_dict()
    {"agents' wages": Decimal('6000.00'), 'on-costs of wages': Decimal('1800.00'), 'outsourcing': Decimal('0.00'), 'overtime': Decimal('0.00')}
    """
    chosen = _chosen(headcount, months)
    quantities = driver_quantities(chosen, centre, contacts)
    every = _lines(centre, lines, checklist, chosen["month"].min())
    _refuse_unknown(every, quantities, centre)
    paid = _wages_by_queue(wages, quantities)
    ledger = ledger_of(every, quantities, centre, paid, WAGES)
    quantities = quantities.assign(wages=_wages_paid(ledger, quantities))
    notes = _notes(every, ledger, quantities, paid, "abandonment" in chosen)
    return Budget(ledger, centre.currency, quantities, every, centre, notes, paid)


def standard_lines(centre):
    """The lines that `[costs]`, `[hiring]` and `[flex]` of centre.toml already tell."""
    return tuple(line for line in _every_standard_line(centre) if line.price)


def _every_standard_line(centre):
    """The standard lines, also those without a price."""
    costs, hiring, flex = centre.costs, centre.hiring, centre.flex
    rise = {"inflation": costs.wage_rise, "rises_in": costs.wages_rise_in}
    return (
        BudgetLine(
            name=WAGES,
            category="labour",
            driver="paid hour",
            price=costs.hourly_wage,
            source="costs.hourly_wage",
            **rise,
        ),
        BudgetLine(name=ON_COSTS, category="labour", driver="wages", price=costs.on_costs, source="costs.on_costs"),
        BudgetLine(
            name=OVERTIME,
            category="labour",
            driver="overtime hour",
            price=costs.overtime_hourly_cost,
            source="costs.hourly_wage × (1 + on_costs) × overtime_factor (overtime_double of it × overtime_double_factor)",
            **rise,
        ),
        BudgetLine(
            name="outsourcing",
            category="labour",
            driver="outsourced hour",
            price=flex.outsourced_hourly,
            source="flex.outsourced_hourly",
        ),
        BudgetLine(
            name="seats", category="equipment", driver="seat", price=costs.seat_per_month, source="costs.seat_per_month"
        ),
        BudgetLine(
            name="adverts and selection",
            category="recruitment",
            driver="hire",
            price=costs.per_hire,
            source="costs.per_hire",
        ),
        BudgetLine(
            name="trainers and material",
            category="training",
            driver="class",
            price=hiring.class_cost,
            source="hiring.class_cost",
        ),
    )


def driver_quantities(headcount, centre, contacts=None):
    """How much of each driver there is: a row a queue and month, a column a driver (see `data.budget_lines.DRIVERS`).

    Paid hours are paid FTE × the month's contract hours. Overtime and outsourced hours are those that do the work of
    the FTE they stand for: nobody is on leave or ill in overtime, so of an hour of it more is spent on the phones.
    """
    told = {name: headcount[name].to_numpy(float) for name in NEEDED[2:]}
    hours = month_hours(headcount["month"], centre).to_numpy(float)
    heads = told["heads_start"] + told["starters"] + told["moved"]
    work = phone_hours(headcount["month"], centre)  # of one FTE
    drivers = {
        "agent": (heads + told["heads_end"]) / 2, "seat": heads - np.minimum(told["moved"], 0), "hire": told["starters"],
        "class": headcount["classes"].to_numpy(float) if "classes" in headcount else np.ceil(told["starters"] / centre.hiring.class_size),
        "paid hour": told["paid_fte"] * hours, "overtime hour": told["overtime_fte"] * overtime_hours(headcount["month"], centre),
        "outsourced hour": told["outsourced_fte"] * work / centre.flex.outsourced_output,
        "training hour": told["trainees"] * contract(centre) * hours,
    }  # fmt: skip
    if contacts is not None:
        drivers["call"], drivers["minute"] = _answered(headcount, contacts)
    keys = {"queue": headcount["queue"].astype(str).to_numpy(), "month": headcount["month"].to_numpy()}
    return pd.DataFrame(keys | {name: np.round(values, 6) for name, values in drivers.items()})


def _chosen(headcount, months):
    missing = [name for name in NEEDED if name not in headcount]
    if missing:
        raise ValueError(f"headcount must be a frame of plan_headcount; missing: {', '.join(missing)}")
    if not len(headcount):
        raise ValueError("headcount has no month: plan at least one")
    perhaps = ("classes", "abandonment")
    given_table(headcount, "headcount", keys=["queue"], times=["month"], numbers=NEEDED[2:], perhaps=perhaps)
    _refuse_holes(headcount["month"])
    there = np.sort(headcount["month"].unique())
    if months is not None and not (isinstance(months, (int, np.integer)) and 1 <= months <= len(there)):
        raise ValueError(
            f"months must be a whole number from 1 to {len(there)}, the months of the headcount plan, got {months!r}"
        )
    _refuse_twice("headcount", headcount)
    chosen = headcount if months is None else headcount[headcount["month"] <= there[months - 1]]
    for name in NEEDED[2:]:
        wrong = ~np.isfinite(chosen[name].to_numpy(float)) | (
            (chosen[name].to_numpy(float) < -1e-6) & (name != "moved")
        )
        if wrong.any():
            row = chosen[wrong].iloc[0]
            raise ValueError(
                f"headcount: {name} must be a number from 0 on, got {row[name]} for {row['queue']} in {row['month']:%Y-%m}"
            )
    return chosen.reset_index(drop=True)


def _refuse_twice(what, frame):
    twice = frame[frame.duplicated(["queue", "month"])]
    if len(twice):
        raise ValueError(f"{what}: {twice['queue'].iloc[0]} has the month {twice['month'].iloc[0]:%Y-%m} twice")


def _refuse_holes(months):
    """A month that is not there would have no rent: refuse it rather than leave it out."""
    stamps = pd.to_datetime(months, errors="coerce")
    wrong = stamps.isna() | (stamps.dt.day != 1)
    if wrong.any():
        raise ValueError(f"headcount: month must be the first day of a month, got {months[wrong].iloc[0]}")
    hole = pd.date_range(stamps.min(), stamps.max(), freq="MS").difference(stamps.unique())
    if len(hole):
        raise ValueError(
            f"headcount has no row for {hole[0]:%Y-%m}: a budget needs every month from its first to its last"
        )


def _lines(centre, lines, checklist, first):
    """All lines to be priced: the standard ones, the centre's or those given, what is open on the checklist."""
    own = tuple(centre.budget if lines is None else lines)
    names = [line.name for line in own]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"a budget line must stand once, got {', '.join(twice)} twice")
    standard = _every_standard_line(centre)
    taken_away = {line.name for line in own if not line.price and not line.steps} & {line.name for line in standard}
    open_items = () if checklist is None else checklist_lines(checklist, first)
    return (
        *(line for line in standard if line.price and line.name not in names),
        *(line for line in own if line.name not in taken_away),
        *(line for line in open_items if line.name not in names),
    )


def _refuse_unknown(lines, quantities, centre):
    for line in lines:
        if line.driver in ("call", "minute") and line.driver not in quantities:
            raise ValueError(
                f"budget.{line.name}: {line.driver}s are not known — give plan_budget contacts=, a frame of "
                "monthly_requirement"
            )
        if line.currency not in ("", centre.currency, *centre.exchange):
            raise ValueError(
                f"budget.{line.name}: the price is in {line.currency}, whose rate is not given — write it into [exchange], "
                f"such as {line.currency} = 0.92 (what one {line.currency} costs in {centre.currency})"
            )
        if line.driver == "wages" and line.currency not in ("", centre.currency):
            raise ValueError(f"budget.{line.name}: a share of wages has no currency, got {line.currency}")
    shares = [line.name for line in lines if line.driver == "wages"]
    whole = any(line.name == WAGES and (line.driver in FIXED or line.steps) for line in lines)
    if shares and whole:
        raise ValueError(
            f"budget.{WAGES}: wages by month or by steps belong to no queue, and {', '.join(shares)} would be a share of "
            "nothing — give the wages a price of a paid hour, or those lines a driver and price of their own"
        )


def _answered(headcount, contacts):
    """Contacts answered and minutes of handling them, in the rows of `headcount`."""
    missing = [name for name in ("queue", "month", "offered", "load_hours") if name not in contacts]
    if missing:
        raise ValueError(f"contacts must be a frame of monthly_requirement; missing: {', '.join(missing)}")
    given_table(contacts, "contacts", keys=["queue"], times=["month"], numbers=["offered", "load_hours"])
    _refuse_twice("contacts", contacts)
    rows = {key: i for i, key in enumerate(_keys(contacts))}
    at = [rows.get(key, -1) for key in _keys(headcount)]
    told = contacts[["offered", "load_hours"]].reset_index(drop=True).reindex(at).to_numpy(float)  # nan where it is not
    wrong = np.isnan(told).any(axis=1)
    if wrong.any():
        queue, month = _keys(headcount)[int(np.argmax(wrong))]
        raise ValueError(
            f"contacts has no row for {queue} in {month:%Y-%m}: give the requirement that the headcount was planned from"
        )
    stay = 1 - headcount["abandonment"].fillna(0.0).to_numpy(float) if "abandonment" in headcount else 1.0
    return told[:, 0] * stay, told[:, 1] * 60 * stay


def _keys(frame):
    """(queue, month) of each row."""
    return list(zip(frame["queue"].astype(str).to_list(), frame["month"].to_list(), strict=True))


def _wages_by_queue(wages, quantities):
    """{queue: hourly wage} for every queue of the plan, empty where costs.hourly_wage holds."""
    if wages is None or not len(wages):
        return {}
    given_table(wages, "wages", keys=["queue"], numbers=["hourly_wage"])
    if wages["queue"].duplicated().any():
        raise ValueError(
            f"wages: {wages.loc[wages['queue'].duplicated(), 'queue'].iloc[0]} must stand once, got it twice"
        )
    told = dict(zip(wages["queue"].astype(str), wages["hourly_wage"].astype(float), strict=True))
    wrong = {queue: wage for queue, wage in told.items() if not (np.isfinite(wage) and wage >= 0)}
    if wrong:
        raise ValueError(
            f"wages: hourly_wage must be a number from 0 on, got {next(iter(wrong.values()))} for {next(iter(wrong))}"
        )
    return {queue: told[queue] for queue in quantities["queue"].unique() if queue in told}


def _wages_paid(ledger, quantities):
    """What the line of wages comes to in each row of the quantities."""
    paid = ledger[ledger["line"].eq(WAGES)]
    keys = zip(paid["queue"].to_list(), paid["month"].to_list(), strict=True)
    sums = dict(zip(keys, paid["amount"].to_list(), strict=True))
    return [
        sums.get(key, Decimal("0.00"))
        for key in zip(quantities["queue"].to_list(), quantities["month"].to_list(), strict=True)
    ]


def _notes(lines, ledger, quantities, paid, known):
    """What a reader should know, in sentences; `known`: the headcount says how many callers hang up."""
    notes, last = [], quantities["month"].max()
    there, categories = set(ledger["line"].unique()), set(ledger["category"].unique())
    late = [line.name for line in lines if line.start and pd.Timestamp(line.start) > last]
    begin = "it begins" if len(late) == 1 else "they begin"
    notes += [f"{', '.join(late)}: not in this budget, for {begin} after {last:%Y-%m}"] if late else []
    over = [line.name for line in lines if line.name not in there and line.name not in late]
    notes += [f"{', '.join(over)}: over before the budget begins, or never due in it"] if over else []
    empty = [category for category in CATEGORIES if category not in categories]
    notes += [f"nothing is budgeted for {'; '.join(f'{name} ({ITEMS[name]})' for name in empty)}"] if empty else []
    if not known and any(line.driver in ("call", "minute") for line in lines):
        notes.append("calls and minutes are counted in full, for the headcount does not say how many callers hang up")
    if paid:
        notes.append(
            f"wages of {', '.join(paid)} are the mean of the people who are here; costs.hourly_wage holds for any other"
        )
    return tuple(notes)
