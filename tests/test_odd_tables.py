"""Tables with odd cells, columns and indexes given to planning, scheduling and auditing: an answer that can be, or
a refusal in words.

Deeper: `make test-deep`, fifty times as many and new ones.
"""

import numpy as np
import pandas as pd
import pytest

from ccplan.auditing import KPIS, measure
from ccplan.data import Centre, Queue, Rostering
from ccplan.data.shifts import Shift
from ccplan.planning import (
    adherence, apply_overrides, blend_day, cover_shifts, mean_wages, monthly_requirement, one_more_agent, service_curves, past_headcount, place_breaks, plan_budget, plan_headcount, roster, rule_faults, spans_of_activities,
    staff, totals, typical_day,
)  # fmt: skip
from ccplan.planning.forecasting.overrides import checked_overrides
from ccplan.display.scheduling.exports import duties_to_ics, roster_grid, roster_table
from tests.odd_tables import refused
from tests.small_centre import CENTRE, tables

SALES = Centre(name="x", time_zone="Europe/Helsinki", queues=(Queue(name="sales"),))
DAY = pd.Timestamp("2026-10-05", tz="Europe/Helsinki")
KPIS_ASKED = [KPIS[key] for key in ("service_level", "abandonment", "aht_s", "asa_s")]


def intervals():
    start = pd.date_range(DAY, periods=24, freq="30min")
    return pd.DataFrame({"queue": "sales", "start": start, "offered": 20.0 + np.arange(24), "aht_s": 300.0})


def duties():
    return pd.DataFrame(
        {
            "agent": ["Ann", "Bo", "Cy"],
            "day": DAY,
            "shift": "early",
            "start": DAY + pd.Timedelta("8h"),
            "end": DAY + pd.Timedelta("16h"),
        }
    )


def activities():
    start = [DAY + pd.Timedelta(hours=hour) for hour in (8, 10, 12, 8, 12)]
    return pd.DataFrame(
        {
            "agent": ["Ann"] * 3 + ["Bo"] * 2,
            "start": start,
            "end": [one + pd.Timedelta("2h") for one in start],
            "scheduled": "work",
            "actual": ["work", "break", "work", "work", "sickness"],
        }
    )


def overrides():
    return pd.DataFrame(
        {
            "made_on": "2026-07-20",
            "who": "Ann",
            "why": ["fair", "rain"],
            "queue": "sales",
            "start": "2026-10-05",
            "end": "2026-10-06",
            "factor": [1.1, 0.9],
        }
    )


def agents():
    return pd.DataFrame(
        {
            "agent": ["Ann", "Bo"],
            "team": "A",
            "hired": pd.to_datetime(["2025-01-01", "2026-01-15"]),
            "left": pd.to_datetime([None, "2026-03-01"]),
            "weekly_hours": 37.5,
            "skills": "sales",
        }
    )


def calls():
    return tables(60)["calls"]


def needs():
    """People needed at their desks on a day."""
    return pd.DataFrame(
        {"start": pd.date_range(DAY + pd.Timedelta("8h"), periods=16, freq="30min"), "agents": 2.0 + np.arange(16) % 3}
    )


def team():
    return pd.DataFrame({"agent": ["Ann", "Bo", "Cy"], "weekly_hours": [37.5, 20.0, 37.5], "skills": "sales"})


def wanted():
    start = [DAY + pd.Timedelta(days=day, hours=8) for day in range(3)]
    return pd.DataFrame(
        {
            "day": [one.normalize() for one in start],
            "shift": "early",
            "start": start,
            "end": [one + pd.Timedelta("8h") for one in start],
            "people": 2,
            "paid_s": 27_000.0,
        }
    )


def months():
    """A requirement of three months."""
    return monthly_requirement(
        staff(
            pd.concat(
                [intervals().assign(start=intervals()["start"] + pd.Timedelta(days=31 * month)) for month in range(3)]
            ),
            SALES,
        ),
        SALES,
    )


def staffed():
    return staff(intervals().iloc[16:], SALES)


SHIFTS = (
    Shift(
        name="early",
        starts="08:00",
        length_s=28_800,
        breaks=[{"length_s": 1800, "earliest_s": 10_800, "latest_s": 14_400}],
    ),
)
FUNCTIONS = {  # name → (the good table, what is done with it, how often)
    "staff": (intervals, lambda frame: staff(frame, SALES, jobs=1), 40),
    "totals": (lambda: staff(intervals(), SALES), totals, 40),
    "monthly_requirement": (lambda: staff(intervals(), SALES), lambda frame: monthly_requirement(frame, SALES), 40),
    "typical_day": (intervals, lambda frame: typical_day(frame, SALES), 40),
    "adherence": (activities, adherence, 40),
    "spans_of_activities": (activities, spans_of_activities, 40),
    "overrides": (overrides, lambda frame: checked_overrides(frame, ["sales"]), 40),
    "apply_overrides": (
        intervals,
        lambda frame: apply_overrides(frame, checked_overrides(overrides()), centre=SALES),
        40,
    ),
    "past_headcount": (
        agents,
        lambda frame: past_headcount(frame, SALES, pd.date_range("2026-01-01", periods=3, freq="MS")),
        40,
    ),
    "roster_table": (duties, roster_table, 40),
    "roster_grid": (duties, roster_grid, 40),
    "calendar": (duties, duties_to_ics, 40),
    "cover_shifts": (needs, lambda frame: cover_shifts(frame, SHIFTS, centre=SALES), 25),
    "place_breaks": (duties, lambda frame: place_breaks(frame, needs(), SHIFTS), 25),
    "rule_faults": (duties, lambda frame: rule_faults(frame, team(), Rostering()), 40),
    "roster of people": (team, lambda frame: roster(frame, wanted(), Rostering(), effort=0.02), 25),
    "roster of duties wanted": (wanted, lambda frame: roster(team(), frame, Rostering(), effort=0.02), 25),
    "plan_headcount": (months, lambda frame: plan_headcount(frame, SALES), 40),
    "plan_budget": (lambda: plan_headcount(months(), SALES), lambda frame: plan_budget(frame, SALES), 40),
    "service_curves": (staffed, lambda frame: service_curves(frame, SALES, shares=(0, 0.5, 1)), 25),
    "blend_day": (staffed, lambda frame: blend_day(frame, SALES, 240), 10),
    "one_more_agent": (staffed, lambda frame: one_more_agent(frame, SALES), 15),
    "confidence": (
        lambda: intervals().iloc[16:].assign(path_1=20.0, path_2=24.0),
        lambda frame: staff(frame, SALES, confidence=0.5),
        15,
    ),
    "mean_wages": (lambda: agents().assign(hourly_wage=20.0), lambda frame: mean_wages(frame, SALES, "2026-02-01"), 15),
    "contacts": (months, lambda frame: plan_budget(plan_headcount(months(), SALES), SALES, contacts=frame), 10),
    "measure": (calls, lambda frame: measure({"calls": frame}, KPIS_ASKED, centre=CENTRE), 8),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_answer_or_words(name):
    make, work, number = FUNCTIONS[name]
    assert refused(name, make, work, number) > number / 20
