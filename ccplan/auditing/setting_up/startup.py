"""A start-up planned in one run: goals, lines, seats, equipment, training, buffer, opening date, headcount and
budget, joined.

The contacts are those of a queue that is known (a mean week, scaled); every later step takes what the one before gives.
"""

from dataclasses import dataclass, field, replace

import pandas as pd

from ...data.budget_lines import BudgetLine
from ...planning.budget import Budget, plan_budget
from ...planning.headcount import plan_headcount
from ...planning.people.requirement import monthly_requirement
from ...planning.setting_up.centre_types import compare_types
from ...planning.setting_up.lines_and_seats import equipment_lines, equipment_list, lines_of, seats_of
from ...planning.setting_up.onboarding import USUAL as STAGES, with_training
from ...planning.staffing import staff, handle_times
from ..checklists import starter
from .implementation import ImplementationPlan, implementation_plan

WEEKS = 13  # of the past whose mean week is taken
MONTHS = 12


@dataclass(frozen=True)
class Startup:
    """What a start-up comes to: `goals`, the `centre` with their targets and its own training, `week` (the staffed
    mean week), `lines`, `seats`, `equipment`, `types` side by side, the implementation `plan` with its opening,
    `headcount` and `budget` of a year."""

    goals: tuple
    centre: object = field(repr=False)
    week: pd.DataFrame = field(repr=False)
    lines: tuple
    seats: object
    equipment: pd.DataFrame = field(repr=False)
    types: pd.DataFrame = field(repr=False)
    plan: ImplementationPlan = field(repr=False)
    headcount: pd.DataFrame = field(repr=False)
    budget: Budget = field(repr=False)


def plan_startup(
    intervals,
    centre,
    queue,
    start,
    *,
    goals=(),
    volume=1.0,
    checklist=None,
    stages=STAGES,
    people_per_seat=1.0,
    remote=0.0,
    prices=None,
):
    """The Startup of a centre for one `queue`, begun on the day `start`, with `volume` × the contacts of that
    queue's mean week.

    `checklist` is the table of that name (left out: the shipped set-up list, with the equipment's price on its
    item). Raises ValueError in words, Infeasible where a target cannot be met.
    """
    centre = _aimed(
        with_training(replace(centre, queues=(centre.queue(queue),), groups=(), campaigns=(), budget=()), stages), goals
    )
    table = starter(["set-up"]) if checklist is None else checklist
    plan = implementation_plan(
        table, start, holidays=centre.public_holidays(start, pd.Timestamp(start) + pd.DateOffset(years=3))
    )
    opening = plan.opening if plan.opening is not None else plan.finish
    week, year = _calls(intervals, centre, queue, volume, opening)
    headcount, needed = _people(year, centre)
    seats = seats_of(
        week,
        round(headcount["heads_start"].max()),
        people_per_seat=people_per_seat,
        remote=remote,
        in_house=sum(centre.shrinkage.internal.values()) if centre.shrinkage.combine == "additive" else 0.0,
    )
    listed = equipment_list(seats.seats, prices)
    minutes = float((year["offered"] * year["aht_s"]).sum() / 60)
    lines = lines_of(week, centre)
    return Startup(
        goals=tuple(goals),
        centre=centre,
        week=week,
        lines=lines,
        seats=seats,
        equipment=listed,
        plan=plan,
        headcount=headcount,
        types=compare_types(seats.seats, sum(one.lines for one in lines), minutes),
        budget=plan_budget(
            headcount, centre, contacts=needed, lines=_lines(listed, headcount, centre), checklist=table
        ),
    )


def _aimed(centre, goals):
    """The centre with the goals' targets among its own."""
    return replace(centre, kpi_targets={**centre.kpi_targets, **{one.kpi: one.target for one in goals}})


def _calls(intervals, centre, queue, volume, opening):
    """(a staffed mean week, a staffed year from the opening's month), by weekday and time of the last weeks."""
    mine = intervals[intervals["queue"].astype(str) == queue]
    local = mine["start"].dt.tz_localize(None)
    recent = mine[local >= local.max().normalize() - pd.Timedelta(weeks=WEEKS)]
    rows = recent.assign(
        aht_s=handle_times(recent), weekday=recent["start"].dt.weekday, time=recent["start"].dt.strftime("%H:%M")
    )
    rows = rows.assign(seconds=rows["aht_s"].fillna(0) * rows["offered"])
    sums = rows.groupby(["weekday", "time"], as_index=False)[["offered", "seconds"]].agg(
        {"offered": ["mean", "sum"], "seconds": "sum"}
    )
    sums.columns = ["weekday", "time", "offered", "all", "seconds"]
    shape = sums.assign(
        offered=sums["offered"] * volume,
        aht_s=(sums["seconds"] / sums["all"]).where(sums["all"] > 0, centre.queue(queue).aht_s),
    )
    first = pd.Timestamp(opening).to_period("M").to_timestamp() + pd.DateOffset(
        months=1 if pd.Timestamp(opening).day > 1 else 0
    )
    day = pd.date_range(first, first + pd.DateOffset(months=MONTHS), freq=f"{centre.interval_s:g}s", inclusive="left")
    starts = pd.Series(day.tz_localize(centre.time_zone, ambiguous=True, nonexistent="shift_forward")).drop_duplicates()
    year = pd.DataFrame(
        {"queue": queue, "start": starts, "weekday": starts.dt.weekday, "time": starts.dt.strftime("%H:%M")}
    ).merge(shape[["weekday", "time", "offered", "aht_s"]], on=["weekday", "time"])
    year = year[centre.is_open(queue, year["start"])].sort_values("start", ignore_index=True)[
        ["queue", "start", "offered", "aht_s"]
    ]
    staffed = staff(year, centre)
    week = staffed[staffed["start"] < staffed["start"].min() + pd.Timedelta(days=7)]
    return week.reset_index(drop=True), staffed


def _people(year, centre):
    needed = monthly_requirement(year, centre)
    needed = needed[needed["whole"]].reset_index(drop=True)
    return plan_headcount(needed, centre), needed


def _lines(listed, headcount, centre):
    """Lines of setting up: the equipment, and the first agents' adverts and weeks of training before the opening."""
    month = headcount["month"].min()
    heads = float(headcount.loc[headcount["month"].eq(month), "heads_start"].sum())
    weeks = centre.hiring.training_weeks
    paid = heads * weeks * centre.costs.weekly_hours * centre.costs.hourly_wage * (1 + centre.costs.on_costs)
    first = (
        BudgetLine(
            name="set-up: hiring the first agents",
            category="recruitment",
            driver="once",
            start=f"{month:%Y-%m}",
            set_up=True,
            price=round(heads * centre.costs.per_hire, 2),
            source=f"{heads:.0f} people at costs.per_hire",
        ),
        BudgetLine(
            name="set-up: training the first agents",
            category="training",
            driver="once",
            start=f"{month:%Y-%m}",
            set_up=True,
            price=round(paid, 2),
            source=f"{heads:.0f} people, {weeks:g} weeks before the first call",
        ),
    )
    return (*equipment_lines(listed, f"{month:%Y-%m}"), *(one for one in first if one.price))
