"""The table `ledger`: wages from the diary to the cent, all else from the seats, the hires and the list.

Wage cost of a month is Σ paid hours × hourly wage, and on-costs on top. Paid is every scheduled minute but
lunch, and work beyond the schedule. The plan was made from contracts, seats and last year's calendar.
"""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd

from .clock import LAST, RECORDS_FROM, generator
from .people import FULL_TIME, PART_TIME, TEAMS
from .stories import OVERRUN

ON_COSTS = Decimal("0.27")  # as in centre.toml
PER_HIRE = Decimal(2100)
PLATFORM = 9_800  # a month, telephone platform
MIGRATION = ("2026-08-01", 58_000)
FIXED = (  # category, line, a month, noise of the actual
    ("labour", "team leaders and planners", 37_400, 0.0),
    ("equipment", "screens and computers", 2_150, 0.25),
    ("miscellaneous", "office supplies", 640, 0.20),
    ("miscellaneous", "insurance and travel", 1_180, 0.15),
    ("marketing", "energy fairs", 900, 0.30),
    ("marketing", "customer letters", 1_350, 0.12),
    ("technology", "customer register", 6_200, 0.01),
    ("technology", "recording and quality", 2_300, 0.02),
    ("facilities", "rent", 11_400, 0.0),
    ("facilities", "cleaning and power", 2_650, 0.06),
)


def ledger_table(people, activities, equipment):
    """Month, category, line, planned and actual, in the centre's currency."""
    months = pd.date_range(RECORDS_FROM, LAST, freq="MS")
    rows = [
        *_wages(people, activities, months),
        *_fixed(months),
        *_platform(months),
        *_hires(people, months),
        *_repairs(equipment, months),
    ]
    table = pd.DataFrame(rows, columns=["month", "category", "line", "planned", "actual"])
    return table.sort_values(["month", "category", "line"], ignore_index=True)


def paid_hours(activities):
    """Paid hours by month and agent, exact to the minute."""
    paid = activities[activities["scheduled"].fillna("work").ne("lunch")]
    minutes = (paid["end"] - paid["start"]) // pd.Timedelta(minutes=1)
    month = paid["start"].dt.tz_localize(None).dt.to_period("M").dt.to_timestamp()
    return minutes.groupby([month, paid["agent"]]).sum()


def _wages(people, activities, months):
    wage = {person.name: Decimal(str(person.hourly_wage)) for person in people}
    minutes = paid_hours(activities)
    for month in months:
        cost = sum((int(m) * wage[name] for name, m in minutes[month].items()), Decimal(0)) / 60
        planned = _contract_wages(wage, month)
        yield month, "labour", "agents' wages", planned, _cents(cost)
        yield month, "labour", "on-costs of wages", _cents(planned * ON_COSTS), _cents(_cents(cost) * ON_COSTS)


# Paid ÷ contract hours by month, January first, as finance knows them from earlier years: seats stand
# empty, part-timers are called in as needed, and more of them while others are on paid leave.
PAID_OF_CONTRACT = tuple(
    map(
        Decimal,
        ("0.885", "0.875", "0.865", "0.88", "0.885", "0.915", "0.92", "0.925", "0.815", "0.83", "0.865", "0.88"),
    )
)


def _contract_wages(wage, month):
    """What the seats' contracts come to in a month with its working days, at the mean wage."""
    hours = sum(Decimal(str(FULL_TIME)) * full + Decimal(str(PART_TIME)) * part for _, full, part in TEAMS.values())
    workdays = int(np.busday_count(month.date(), (month + pd.offsets.MonthBegin()).date()))
    mean = sum(wage.values()) / len(wage)
    return (hours * workdays / 5 * mean * PAID_OF_CONTRACT[month.month - 1] / 100).quantize(
        Decimal(1), ROUND_HALF_UP
    ) * 100


def _fixed(months):
    rng = generator(80)
    for category, line, planned, noise in FIXED:
        for month in months:
            yield month, category, line, Decimal(planned), _cents(planned * (1 + noise * float(rng.uniform(-1, 1))))


def _platform(months):
    """The story of the overrun: a dearer platform, and a migration that nobody had planned."""
    for month in months:
        renewed = pd.Timestamp(OVERRUN.first) <= month
        yield (
            month,
            "technology",
            "telephone platform",
            Decimal(PLATFORM),
            _cents(PLATFORM * (1 + OVERRUN.size * renewed)),
        )
    yield pd.Timestamp(MIGRATION[0]), "technology", "platform migration", Decimal(0), Decimal(MIGRATION[1])


def _hires(people, months):
    """Planned: two hires a month; actual: those who came, and a class of next month in part."""
    first = pd.Timestamp("2024-10-01")
    hired = pd.Series([first + pd.Timedelta(days=p.hired) for p in people]).dt.to_period("M").value_counts()
    for month in months:
        number = int(hired.get(month.to_period("M"), 0))
        yield month, "recruitment", "adverts and selection", PER_HIRE * 2, PER_HIRE * number


def _repairs(equipment, months):
    month = equipment["checked_on"].dt.to_period("M").dt.to_timestamp()
    spent = equipment["cost"].groupby(month).sum()
    for month in months:
        yield month, "equipment", "repairs and replacements", Decimal(300), _cents(float(spent.get(month, 0.0)))


def _cents(amount):
    return Decimal(str(amount) if isinstance(amount, float) else amount).quantize(Decimal("0.01"), ROUND_HALF_UP)
