"""The seven live panels of a small centre on one page, and what the tiles of each must say by the library's plain
functions.
"""

import os
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import numpy as np

from ccplan.auditing.kpis import KPIS
from ccplan.auditing.standing.cuts import Cuts, variants_of
from ccplan.display import staffing_panel
from ccplan.display.audit.panel import AGAINST, AuditDesk, audit_view
from ccplan.display.forecast.panel import LEVELS, PATHS, forecast_desk
from ccplan.display.money.panel import BudgetDesk, budget_view
from ccplan.display.money.plans import budget_ground
from ccplan.display.panels.saying import tiles
from ccplan.display.people.panel import HeadcountDesk, headcount_view
from ccplan.display.people.plans import headcount_ground
from ccplan.display.scheduling.panel import ScheduleDesk
from ccplan.display.scheduling.view import Asked, schedule_view
from ccplan.display.validation.panel import DRAGGED, TrustDesk, day_types, validation_view
from ccplan.display.words.source import sketch_schedule
from ccplan.planning import forecast_queues, typical_day
from tests.panel_actions import words
from tests.small_case import CENTRE, PEOPLE, forecast, small_case, small_evidence, small_intervals

SLOW = {
    "aht_s",
    "patience_s",
    "target_s",
    "lead_time_weeks",
    "training_weeks",
    "class_size",
    "hourly_wage",
    "overtime_factor",
    "per_hire",
    "people",
    "missing_hour",
    "short_most",
    "extra_h",
}  # shown as they are: no percent
DAY = "2026-02-25"  # a Wednesday
PANELS = {  # what a cell of the notebook shows; saved scenarios lie in the notebook's folder
    "staffing": lambda: staffing_panel(small_intervals(), CENTRE, queue="front", day=DAY, folder="."),
    "forecast": lambda: forecast_desk(small_intervals(), CENTRE, queue="front", folder=".").panel(),
    "headcount": lambda: HeadcountDesk(headcount_ground(small_case()), folder=".").panel(),
    "budget": lambda: BudgetDesk(money(), ".").panel(),
    "audit": lambda: AuditDesk(Cuts(small_evidence()), folder=".").panel(),
    "validation": lambda: TrustDesk(day_types(small_intervals(), CENTRE), folder=".").panel(),
    "schedule": lambda: ScheduleDesk(sketch_schedule(), folder=".").panel(),
}
NOTEBOOK = tuple(f"from tests.small_panels import PANELS\nPANELS[{name!r}]()" for name in PANELS)
ON_PATH = {"PYTHONPATH": os.pathsep.join(filter(None, [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH")]))}


@cache
def money():
    """What a budget of the small centre stands on."""
    return budget_ground(forecast(), CENTRE, people=PEOPLE)


def own(name, shown):
    """A dial's number as the library takes it."""
    return shown if name in SLOW else round(shown / 100, 10)


# --------------------------------------------------------------- the tiles after one dial is turned


@cache
def _staffing_start():
    from ccplan.display.staffing import panel

    day = panel.queue_day(small_intervals(), "front", DAY)
    return day, panel.start_inputs(day, CENTRE)


@cache
def staffing(name, shown):
    """Straight through `planning.staff`."""
    from tests.test_panels import expected_tiles

    day, start = _staffing_start()
    return expected_tiles(day, start if name is None else replace(start, **{name: own(name, shown)}), CENTRE)


@cache
def found():
    """The forecast of front, made without the panel."""
    rows = small_intervals()
    return forecast_queues(rows[rows["queue"] == "front"], CENTRE, "56d", levels=LEVELS, samples=PATHS, cache=True)[0]


@cache
def forecasting(name, shown):
    """Sums and quantiles of the forecast's own frame."""
    from tests.test_forecast_panel import by_the_library

    asked = {"uplift": 0.0, "band": 0.8} | ({} if name is None else {name: own(name, shown)})
    return by_the_library(found(), 28, **asked)


@cache
def _people():
    ground = headcount_ground(small_case())
    return ground, ground.replanned({}).hires


@cache
def headcount(name, shown, rests=False):
    """The classes as they are, or planned anew where the hand rests."""
    ground, hires = _people()
    asked = {} if name is None else {name: own(name, shown)}
    return words(
        tiles(headcount_view(ground, asked, hires=None if rests or name is None else hires).totals, None, "EUR")
    )


@cache
def budget(name, shown, rests=False):
    """The same for money."""
    asked = {} if name is None else {name: own(name, shown)}
    return words(
        tiles(budget_view(money(), asked, hires=None if rests or name is None else money().hires).totals, None, "EUR")
    )


@cache
def validation(name, shown, rests=False):
    """The three answers for the typical day, from few simulated days while a dial moves."""
    day = typical_day(small_intervals(), CENTRE, "")
    asked = {"aht_s": float(np.average(day.aht_s, weights=day.calls)), "patience_s": float(day.patience_s)}
    asked |= {} if name is None else {name: own(name, shown)}
    return words(
        tiles(validation_view(day, **asked, **({} if rests or name is None else {"days": DRAGGED})).totals, None)
    )


@cache
def _shifts():
    return sketch_schedule()


@cache
def schedule(name, shown, rests=False):
    """The cover of the week: people in parts while a dial moves, in whole people at rest."""
    ground = _shifts()
    asked = Asked(
        queue="front", week=ground.weeks("front")[0], people=30, missing_hour=ground.centre.rostering.missing_hour
    )
    asked = asked if name is None else replace(asked, **{name: own(name, shown)})
    return words(
        tiles(
            schedule_view(ground, asked, None if rests else ground.cover(asked, whole=False)).totals,
            None,
            ground.centre.currency,
        )
    )


@cache
def _cuts():
    return Cuts(small_evidence())


@cache
def auditing(picker, choice):
    """A KPI cut as one picker asks, the others as they were."""
    asked = {
        "kpi": KPIS["service_level"].name,
        "variant": "as usual",
        "queue": "all queues",
        "grain": "week",
        "against": AGAINST["target"],
        picker: choice,
    }
    key = next(key for key, kpi in KPIS.items() if kpi.name == asked["kpi"])
    against = next(name for name, said in AGAINST.items() if said == asked["against"])
    view = audit_view(
        _cuts(),
        variants_of(key)[asked["variant"]],
        queue=asked["queue"].replace("all queues", ""),
        grain=asked["grain"],
        against=against,
    )
    return words(tiles(view.totals, None))


MOVED = {
    "staffing": staffing,
    "forecast": forecasting,
    "headcount": headcount,
    "budget": budget,
    "validation": validation,
    "schedule": schedule,
}
RESTED = {name: partial(MOVED[name], rests=True) for name in ("headcount", "budget", "validation", "schedule")} | {
    name: MOVED[name] for name in ("staffing", "forecast")
}
