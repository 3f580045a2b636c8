"""A budget line is data: what it is for, what drives it, and its price; `[budget."NAME"]` sections of centre.toml."""

from dataclasses import dataclass
from math import inf

import pandas as pd

from ..queueing.inputs import SHARE_HINT
from .centre import currency_code
from .settings import number, pairs, setting, settle, text, yes_or_no

ITEMS = {  # category → what the field budgets under it
    "labour": "wages, benefits, bonuses, overtime",
    "equipment": "phones, headsets, computers, other devices",
    "miscellaneous": "office supplies, insurance, travel, other",
    "marketing": "advertising, industry events",
    "technology": "telephony, licences, software, integrations",
    "recruitment": "adverts, selection, credentials",
    "training": "trainers, courses, material",
    "facilities": "rent or mortgage, cleaning, power",
}
CATEGORIES = tuple(ITEMS)
DRIVERS = {  # what a line's price is a price of → what one unit is
    "month": "a month",
    "once": "once, in the month `start`",
    "agent": "a person on the payroll, a month",
    "seat": "a workplace that is needed, a month",
    "hire": "a person who starts",
    "class": "a class that starts",
    "call": "a contact that is answered",
    "minute": "a minute of handling contacts",
    "paid hour": "an hour paid to agents",
    "overtime hour": "an hour of overtime",
    "outsourced hour": "an hour bought on the phones",
    "training hour": "an hour paid to people in training",
    "wages": "a unit of currency of agents' wages (so the price is a share: 0.27)",
}


def price_steps(name, value):
    """A check for [[from quantity, price], ...]: each unit of a month costs the price of the step it lies in."""
    steps = pairs(
        name, value, "[[0, 0.05], [10000, 0.04]]", ("from quantity", number()), ("price", number(open_high=True))
    )
    if steps and (steps[0][0] != 0 or any(b[0] <= a[0] for a, b in zip(steps, steps[1:], strict=False))):
        raise ValueError(f"{name} must begin at 0 and rise, got {', '.join(f'{at:g}' for at, _ in steps)}")
    return steps


def month_name(name, value):
    """A check for a month such as "2027-01", empty for none."""
    if value == "":
        return value
    try:
        if not isinstance(value, str):
            raise ValueError
        return f"{pd.Timestamp(pd.to_datetime(value, format='%Y-%m')):%Y-%m}"
    except ValueError:
        raise ValueError(f'{name} must be a month such as "2027-01", got {value!r}') from None


def a_currency(name, value):
    """A check for a currency such as EUR, empty for the centre's own."""
    return value if value == "" else currency_code(name, value)


def words_or_none(name, value):
    """A check for words that may be left out."""
    if not isinstance(value, str):
        raise ValueError(f"{name} must be words in quotes, got {value!r}")
    return value


@dataclass(frozen=True, kw_only=True)
class BudgetLine:
    """One line of a budget: quantity of its driver × price, from `start` to `end`, growing by `inflation` a year.

    `price` is in `currency` (the centre's where empty) and that of the month `as_of` (the plan's first where
    empty): it rises by `inflation` on the first day of every calendar month `rises_in` (1 is January) after that
    month. `steps` replace the price where it depends on the whole centre's quantity of a month: each unit costs the
    price of the step it lies in. `life_months` above 0 spreads what is bought over that many months, the month of
    buying included (straight-line depreciation); `start` and `end` then bound the buying, not the writing-off.
    `low` and `high` are what the price might be instead. Raises ValueError with all that is wrong.

    >>> BudgetLine(name="rent", category="facilities", price=11400).driver
    'month'
    """

    name: str = setting(says="of the line", check=text())
    category: str = setting("miscellaneous", says="which part of the budget", check=text(CATEGORIES))
    driver: str = setting("month", says="what the price is a price of", check=text(tuple(DRIVERS)))
    price: float = setting(0.0, says="price of a unit of the driver", unit="currency", check=number(open_high=True))
    steps: tuple = setting(
        (), says="[[from quantity, price], ...]: a price that depends on the month's quantity", check=price_steps
    )
    currency: str = setting("", says="of the price; empty: the centre's", check=a_currency)
    start: str = setting("", says="first month; empty: from the beginning", check=month_name)
    end: str = setting("", says="last month; empty: to the end", check=month_name)
    every: float = setting(
        1, says="months from one payment to the next", unit="months", check=number(low=1, whole=True, open_high=True)
    )
    inflation: float = setting(
        0.0, says="rise of the price in a year", unit="share", check=number(low=-0.5, high=5, hint=SHARE_HINT)
    )
    as_of: str = setting("", says="month whose price it is; empty: the plan's first", check=month_name)
    rises_in: float = setting(
        1, says="calendar month of the rise, 1 January", unit="month", check=number(low=1, high=12, whole=True)
    )
    life_months: float = setting(
        0,
        says="months over which it is written off; 0: paid as it comes",
        unit="months",
        check=number(whole=True, open_high=True),
    )
    set_up: bool = setting(False, says="a cost of setting up, not of running", check=yes_or_no())
    low: float = setting(inf, says="the price at best; inf: as it is", unit="currency", check=number())
    high: float = setting(inf, says="the price at worst; inf: as it is", unit="currency", check=number())
    ledger: str = setting("", says="name of the line in the table ledger; empty: the same", check=words_or_none)
    source: str = setting("", says="where the number comes from", check=words_or_none)

    def __post_init__(self):
        settle(self, where=f"{self.name}: ")
        problems = []
        if self.driver == "once" and not self.start:
            problems.append(
                f'{self.name}: a line that comes once needs the month it comes in — write start = "2027-01"'
            )
        if self.start and self.end and self.start > self.end:
            problems.append(f"{self.name}: start must not be after end, got {self.start} and {self.end}")
        if self.steps and self.life_months:
            problems.append(
                f"{self.name}: steps and life_months cannot both be given — write what is bought as a line of its own"
            )
        if self.steps and self.price:
            problems.append(
                f"{self.name}: price and steps cannot both be given, for steps replace the price — leave price out"
            )
        if self.low != inf and self.low > self.price or self.high < self.price:
            problems.append(
                f"{self.name}: low and high must lie around the price, got {self.low:g}, {self.price:g} and {self.high:g}"
            )
        if problems:
            raise ValueError("; ".join(problems))

    @property
    def ledger_name(self):
        """Name of the line in the table `ledger`."""
        return self.ledger or self.name
