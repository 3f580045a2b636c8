"""The sheet of assumptions: every number that the formulas rest on, named, with its unit and where it comes from."""

import dataclasses
import re
from math import isfinite

import pandas as pd

from .book import TOP, Book, Column, allowed

SETTINGS = {  # section of centre.toml → settings that formulas of the workbook rest on
    "costs": (
        "hourly_wage",
        "on_costs",
        "wage_rise",
        "wages_rise_in",
        "weekly_hours",
        "overtime_factor",
        "overtime_double",
        "overtime_double_factor",
        "seat_per_month",
        "per_hire",
    ),
    "hiring": ("attrition_per_year", "training_weeks", "class_size", "class_cost"),
    "flex": (
        "overtime",
        "outsourced_fte",
        "outsourced_notice_weeks",
        "outsourced_hourly",
        "outsourced_output",
        "part_time",
        "part_time_hours",
    ),
}
NAMES = {"overtime": "overtime_limit"}
ABOVE_ZERO = ("class_size", "part_time_hours", "weekly_hours", "outsourced_output", "wages_rise_in")  # divisors
ENDLESS = 1e9  # what stands for a limit that is none
IDLE = "no formula of this plan rests on it"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Assumed:
    """One assumption: the workbook's name for it, what it means, value, unit, source, and the key of centre.toml."""

    name: str
    says: str
    value: object
    unit: str
    source: str
    kind: str = "number"


def assumed(case):
    """Every assumption of the plan, in order."""
    centre, sources = case.centre, _sources(case.plan.budget)
    every = [
        *_settings(centre, sources, bool(case.plan.budget.wages)),
        *_ramp(centre.hiring, sources),
        *_tenure(centre.hiring, sources),
        *_shrinkage(centre, sources),
    ]
    every += [
        Assumed(
            name=f"wage_{i + 1}",
            says=f"gross wage of {queue}, in place of hourly_wage",
            value=wage,
            unit=f"{centre.currency} per paid hour",
            source=sources.get(f"wages.{queue}", "mean of the people who are here"),
        )
        for i, (queue, wage) in enumerate(case.plan.budget.wages.items())
    ]
    every += [
        Assumed(
            name=f"rate_{code}",
            says=f"what one {code} costs",
            value=rate,
            unit=centre.currency,
            source=sources.get(f"exchange.{code}", "centre.toml"),
        )
        for code, rate in centre.exchange.items()
    ]
    every.append(
        Assumed(
            name="decision_day",
            says="day on which hires and the outsourcer are decided",
            value=case.at,
            unit="date",
            source="the plan",
            kind="day",
        )
    )
    return every


def cause_names(shrinkage):
    """{cause: the workbook's name for it}, names of letters and digits.

    >>> from ccplan.data import Shrinkage
    >>> cause_names(Shrinkage(external={"annual leave": 0.1}, internal={"=cmd|": 0.1, "Ü": 0.05}))
    {'annual leave': 'shrinkage_annual_leave', '=cmd|': 'shrinkage_cmd', 'Ü': 'shrinkage_3'}
    """
    names = {}
    for i, cause in enumerate(shrinkage.causes):
        plain = re.sub(r"[^a-z0-9]+", "_", cause.lower()).strip("_") if cause.isascii() else ""
        plain = f"shrinkage_{plain or i + 1}"[:60]
        names[cause] = plain if plain not in names.values() else f"{plain}_{i + 1}"
    return names


def place_of(case):
    """Where the assumptions stand."""
    return Book.place("Assumptions", ["name", "says", "value", "unit", "source"], len(assumed(case)))


def name_assumptions(book, case):
    """Give the value of every assumption its name in the workbook."""
    place = place_of(case)
    for i, one in enumerate(assumed(case)):
        book.name(one.name, place.at("value", i))


def write_assumptions(book, case):
    """Write the sheet; what no formula has used is said to be idle. To be called when all other sheets stand."""
    every, sheet = assumed(case), "Assumptions"
    live = [one.name in book.used for one in every]
    book.entitle(
        sheet,
        "What the plan assumes",
        "Change a number on blue ground and everything that rests on it moves. Shares: 30 % is 0.30 or 30%.",
        portrait=True,
    )
    book.table(
        sheet,
        [
            Column(key="name", head="name", values=[one.name for one in every], kind="text", width=27),
            Column(key="says", head="meaning", values=[one.says for one in every], kind="words", width=40),
            Column(key="value", head="value", values=[one.value for one in every], width=12),
            Column(key="unit", head="unit", values=[one.unit for one in every], kind="words", width=22),
            Column(
                key="source",
                head="where it comes from",
                values=[one.source if used else f"{one.source}; {IDLE}" for one, used in zip(every, live, strict=True)],
                kind="words",
                width=52,
            ),
        ],
        frozen=1,
    )
    for i, (one, used) in enumerate(zip(every, live, strict=True)):
        book.put(book.sheets[sheet], TOP + i, 2, one.value, book.form(_kind(one), used))
        if used:
            rule = Column(key="value", head=one.name, values=(), kind=_kind(one), bounds=_bounds(one))
            book.sheets[sheet].data_validation(TOP + i, 2, TOP + i, 2, allowed(rule))
    _settled(book, case, TOP + len(every) + 3)


def write_seasons(book, case):
    """A row a cause of shrinkage, a column a calendar month: the cause's share in it ÷ its share of the year."""
    off = case.centre.shrinkage
    book.entitle(
        "Seasons",
        "When people are away",
        "Each cause's share of a calendar month ÷ its share of the year; twelve factors average 1.",
    )
    return book.table(
        "Seasons",
        [
            Column(key="cause", head="cause", values=list(off.by_month), kind="text", width=26),
            *(
                Column(
                    key=f"month{m}",
                    head=pd.Timestamp(2027, m, 1).strftime("%B"),
                    values=[off.by_month[cause][m - 1] for cause in off.by_month],
                    kind="factor",
                    entry=True,
                )
                for m in range(1, 13)
            ),
            Column(
                key="mean",
                head="mean",
                values=[sum(told) / 12 for told in off.by_month.values()],
                kind="factor",
                formula="AVERAGE({month1}:{month12})",
            ),
        ],
        frozen=1,
    )


def _kind(one):
    if one.unit.startswith("share"):
        return "share"
    return "price" if one.unit[:3].isupper() and one.unit != "FTE" else one.kind


def _bounds(one):
    """The least and the most that may be typed in."""
    if one.name.startswith("shrinkage_"):
        return 0, 0.99
    if one.unit.startswith("share"):
        return (-0.5 if one.name == "wage_rise" else 0), 5
    above = one.name in ABOVE_ZERO or one.name.startswith("rate_")
    return (1e-4 if above else 0), 12 if one.name == "wages_rise_in" else ENDLESS


def _settled(book, case, top):
    """What was decided before: service targets and the like have made the agents' hours, and take a new plan."""
    hiring, rows = case.centre.hiring, []
    for queue in case.centre.queues:
        goal = queue.targets
        told = [
            f"{goal.service_level:.0%} within {goal.target_s:g} s" if goal.service_level is not None else "",
            f"abandonment ≤ {goal.max_abandonment:.0%}" if goal.max_abandonment is not None else "",
            f"occupancy ≤ {goal.max_occupancy:.0%}" if goal.max_occupancy is not None else "",
        ]
        rows.append(
            (
                f"service target of {queue.name}",
                ", ".join(filter(None, told)) or "none",
                "agents' hours of sheet Requirement",
            )
        )
    rows.append(("lead time of a hire", f"{hiring.lead_time_weeks:g} weeks", "months of sheet Hires"))
    rows += [
        (words, f"{value:g}", "classes of sheet Hires")
        for words, value in (
            ("classes in training at once, at most", hiring.trainers),
            ("trainees at once, at most", hiring.training_seats),
            ("people the centre has room for", hiring.seats),
        )
        if isfinite(value)
    ]
    book.table(
        "Assumptions",
        [
            Column(key="what", head="settled before", values=[row[0] for row in rows], kind="words", width=27),
            Column(key="how", head="as", values=[row[1] for row in rows], kind="words", width=40),
            Column(key="blank", head="", values=[""] * len(rows), kind="text", width=12),
            Column(key="blank2", head="", values=[""] * len(rows), kind="text", width=22),
            Column(
                key="seen",
                head="has made; another takes a new plan from ccplan",
                values=[row[2] for row in rows],
                kind="words",
                width=52,
            ),
        ],
        top=top,
    )
    book.sheets["Assumptions"].print_area(0, 0, top + len(rows), 4)


def _sources(budget):
    """{name of an assumption: where its number comes from}, as the budget tells it."""
    table = budget.assumptions if budget.centre is not None else pd.DataFrame()
    return dict(zip(table["name"], table["source"], strict=True)) if {"name", "source"} <= set(table) else {}


def _settings(centre, sources, own):
    for section, names in SETTINGS.items():
        record = getattr(centre, section)
        told = {one.name: one.metadata for one in dataclasses.fields(record)}
        for name in names:
            value = float(getattr(record, name))
            says = told[name]["says"] + (
                ", of queues without one of their own below" if name == "hourly_wage" and own else ""
            )
            yield Assumed(
                name=NAMES.get(name, name),
                says=says,
                value=value if isfinite(value) else ENDLESS,
                unit=told[name].get("unit", "").replace("currency", centre.currency),
                source=_plain(sources.get(f"{section}.{name}", "centre.toml")),
            )


def _plain(source):
    """Where a number comes from, without what it means: that has a column of its own."""
    return source.split(":")[0]


def _ramp(hiring, sources):
    for i, share in enumerate(hiring.ramp):
        yield Assumed(
            name=f"ramp_{i + 1}",
            says=f"output in month {i + 1} on the phones ÷ that of a full agent",
            value=share,
            unit="share",
            source=sources.get(f"hiring.ramp[{i}]", "centre.toml"),
        )


def _tenure(hiring, sources):
    for i, (months, share) in enumerate(hiring.attrition_by_tenure):
        source = sources.get(f"hiring.attrition_by_tenure[{i}]", "centre.toml")
        yield Assumed(
            name=f"tenure_{i + 1}_months",
            says="the next rate holds for those not longer here than this",
            value=months,
            unit="months",
            source=source,
        )
        yield Assumed(
            name=f"tenure_{i + 1}_attrition",
            says="leavers ÷ average headcount, in those months",
            value=share,
            unit="share per year",
            source=source,
        )


def _shrinkage(centre, sources):
    off = centre.shrinkage
    for cause, name in cause_names(off).items():
        side = "external" if cause in off.external else "internal"
        words = "away from the building" if side == "external" else "in the building, not on the phones"
        yield Assumed(
            name=name,
            says=f"{cause} ({words})",
            value=off.causes[cause],
            unit="share of paid time",
            source=sources.get(f"shrinkage.{side}.{cause}", "centre.toml"),
        )
