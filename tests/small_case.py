"""A small centre as the panels of hiring, audit and trust see it: made in a second, small enough for a browser's
kernel.
"""

from functools import cache
from types import SimpleNamespace

import numpy as np
import pandas as pd

from ccplan.auditing.quarter import Quarter
from ccplan.data import BudgetLine, Centre, Costs, Hiring, Queue
from ccplan.planning import HeadcountCase, service_curves, staff
from ccplan.planning.people.requirement import monthly_requirement
from ccplan.queueing import Targets

TARGETS = Targets(service_level=0.8, target_s=20)
CENTRE = Centre(
    name="Small", currency="EUR", queues=(Queue(name="front", patience_s=180.0, targets=TARGETS), Queue(name="back", targets=TARGETS)),
    costs=Costs(hourly_wage=15.0, on_costs=0.3), hiring=Hiring(attrition_per_year=0.3, lead_time_weeks=2),
    budget=(BudgetLine(name="rent", category="facilities", driver="month", price=9000.0, source="lease"),),
)  # fmt: skip
PEOPLE = pd.DataFrame(
    {"queue": ["front", "back"], "started": pd.Timestamp("2025-01-01"), "heads": [38.0, 24.0], "fte": [38.0, 24.0]}
)
QUARTER = "2026Q2"


def opening_hours(first, last):
    """Half-hours from nine to five."""
    start = pd.date_range(first, last, freq="30min", inclusive="left", tz="Europe/Helsinki")
    return start[(start.hour >= 9) & (start.hour < 17)]


@cache
def forecast():
    """Four months of two queues, nine to five, busier in the second half; never change it."""
    start = opening_hours("2027-01-01", "2027-05-01")
    grown = np.where(start.month > 2, 1.2, 1.0)
    return pd.concat(
        [
            pd.DataFrame({"queue": name, "start": start, "offered": calls * grown, "aht_s": aht_s})
            for name, calls, aht_s in (("front", 80.0, 300.0), ("back", 30.0, 400.0))
        ],
        ignore_index=True,
    )


@cache
def small_case():
    """The HeadcountCase of the small centre; never change its frames."""
    staffed = staff(forecast(), CENTRE)
    return HeadcountCase(
        centre=CENTRE,
        staffed=staffed,
        requirement=monthly_requirement(staffed, CENTRE),
        people=PEOPLE,
        curves=service_curves(staffed, CENTRE),
        teams={},
        at=pd.Timestamp("2026-12-01"),
    )


@cache
def small_calls():
    """Calls of six quarters: 8 a weekday and queue at nine, eleven and three; one in ten waits 30 s, in the last
    quarter three in ten at eleven.
    """
    days = pd.bdate_range("2025-01-01", "2026-06-30")
    rows = [
        (queue, day + pd.Timedelta(hours=hour, minutes=5 * i), i)
        for day in days
        for queue in ("front", "back")
        for hour in (9, 11, 15)
        for i in range(8)
    ]
    calls = pd.DataFrame(rows, columns=["queue", "arrived", "i"])
    late = (np.arange(len(calls)) % 10 == 0) | (
        (calls["arrived"] >= "2026-04-01")
        & (calls["arrived"].dt.hour == 11)
        & (calls["i"] < 3)
        & (calls["queue"] == "front")
    )
    gone = np.arange(len(calls)) % 17 == 0
    return pd.DataFrame(
        {
            "queue": calls["queue"],
            "arrived": calls["arrived"].dt.tz_localize("Europe/Helsinki"),
            "wait_s": np.where(late, 30.0, 4.0),
            "outcome": np.where(gone, "abandoned", "answered"),
            "talk_s": 200.0 + 10 * calls["i"],
            "hold_s": 0.0,
            "acw_s": 20.0,
            "agent": "A1",
        }
    )


def small_evidence():
    """What the panel of an audit needs of an Evidence: tables, quarter, centre."""
    return SimpleNamespace(tables={"calls": small_calls()}, quarter=Quarter.of(QUARTER), centre=CENTRE)


@cache
def small_intervals():
    """Nine weeks of two queues by half-hour for typical days; Saturdays and Sundays are closed."""
    start = opening_hours("2026-01-05", "2026-03-09")
    start = start[start.dayofweek < 5]
    shape = 60 + 30 * np.sin((start.hour + start.minute / 60 - 9) / 8 * np.pi) + 2 * start.dayofweek
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "queue": name,
                    "start": start,
                    "offered": np.round(shape * part),
                    "talk_s": np.round(shape * part) * aht_s,
                    "answered": np.round(shape * part),
                    "aht_s": aht_s,
                }
            )
            for name, part, aht_s in (("front", 1.0, 300.0), ("back", 0.3, 400.0))
        ],
        ignore_index=True,
    )
