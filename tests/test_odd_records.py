"""Tables of calls, people, forecasts and money with odd cells, columns and indexes, given to every other public function
that takes one: an answer that can be, or a refusal in words.
"""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from ccplan import auditing, data, planning
from ccplan.data import Centre, Queue, Rostering
from ccplan.planning.forecasting.events import checked_events
from ccplan.queueing import Targets
from tests.odd_tables import refused
from tests.small_centre import CENTRE, tables
from tests.test_odd_tables import DAY, SALES, SHIFTS, activities, agents, duties, intervals, months, team, wanted

MAIL = Queue(name="sales", channel="email", deadline_s=14_400)
TWO = Centre(name="x", time_zone="Europe/Helsinki", queues=(Queue(name="sales"), Queue(name="care")))
RULES = Rostering()
KEY = bytes(32)


@cache
def small():
    return tables(400)


def calls():
    return small()["calls"]


def both():
    """A day of two queues."""
    return pd.concat([intervals(), intervals().assign(queue="care")], ignore_index=True)


def measured():
    """A day as it really was."""
    return intervals().assign(
        answered=18.0, abandoned=2.0, answered_in_target=15.0, agents=5.0, wait_answered_s=200.0, wait_abandoned_s=30.0
    )


def short_day():
    return intervals().head(6)


@cache
def history():
    """Eight weeks of half days."""
    start = pd.date_range("2026-06-01", periods=112, freq="12h", tz="Europe/Helsinki")
    return pd.DataFrame({"queue": "sales", "start": start, "offered": [100.0, 20.0] * 56, "aht_s": 300.0})


HALF_DAYS = Centre(name="x", time_zone="Europe/Helsinki", interval_s=43_200, queues=(Queue(name="sales"),))


@cache
def predicted():
    return planning.forecast(history(), HALF_DAYS, "2d", samples=60)


@cache
def long_predicted():
    return planning.forecast(history(), HALF_DAYS, "8w", samples=60)


def seen():
    return predicted()[["queue", "start"]].head(1).assign(offered=90.0)


def staffed():
    return planning.staff(intervals(), SALES)


def open_shifts():
    return wanted().head(1).assign(people=1)


def bids():
    return pd.DataFrame({"agent": ["Ann", "Bo"], "day": DAY, "shift": "early", "rank": [1, 2]})


def ledger():
    month = pd.to_datetime(["2026-08-01", "2026-09-01", "2026-10-01"])
    return pd.DataFrame({"month": month, "category": "facilities", "line": "rent", "planned": 90.0, "actual": 100.0})


def drivers():
    return pd.DataFrame(
        {
            "month": ["2026-09", "2027-09"],
            "queue": "sales",
            "customers": [1000, 1200],
            "contact_rate": 0.5,
            "self_service": [0.0, 0.25],
        }
    )


def checklist():
    return pd.DataFrame(
        {
            "checklist": "set-up",
            "step": "goals",
            "item": ["agree goals", "draw a map"],
            "due": pd.Timestamp("2026-11-01"),
            "status": "open",
            "done_on": [None, "2026-10-01"],
            "cost": [100.0, 50.0],
        }
    )


def events():
    return pd.DataFrame(
        {
            "event": "fair",
            "start": ["2026-06-10"],
            "end": ["2026-06-11"],
            "queue": "sales",
            "uplift": 0.1,
            "decay_days": 0,
        }
    )


@cache
def budget():
    return planning.plan_budget(headcount(), SALES)


@cache
def headcount():
    return planning.plan_headcount(months(), SALES)


@cache
def hires():
    return planning.cheapest_hires(months(), SALES)


def expected():
    """The day as it was expected this morning."""
    return intervals().assign(offered_p10=lambda f: f["offered"] - 6, offered_p90=lambda f: f["offered"] + 6)


def curves():
    return planning.service_curves(staffed(), SALES, shares=(0.8, 0.9, 1.0))


def replayed():
    return planning.replay_day(predicted(), seen(), seen()["start"].iloc[0], every="6h")


@cache
def duty_roster():
    return planning.roster(team(), wanted(), RULES, effort=0.02)


def two_months():
    return pd.concat([measured(), measured().assign(start=measured()["start"] + pd.Timedelta(days=31))])


def drawn():
    return pd.DataFrame(np.random.default_rng(1).normal(size=(60, 3)), columns=list("abc"))


def today(frame):
    return planning.intraday(frame, expected(), intervals().head(4), SALES, DAY + pd.Timedelta("9h"))


FUNCTIONS = {
    # data: what calls, intervals, activities and people say
    "handle_time": (calls, data.handle_time, 40),
    "patience": (calls, data.patience, 40),
    "median_patience": (calls, data.median_patience, 40),
    "still_waiting": (calls, data.still_waiting, 40),
    "short_abandons": (calls, data.short_abandons, 40),
    "patience_from_sums": (measured, data.patience_from_sums, 40),
    "overdispersion": (
        lambda: pd.concat([measured(), measured().assign(start=lambda f: f["start"] + pd.Timedelta(days=7))]),
        data.overdispersion,
        40,
    ),
    "attrition": (agents, lambda frame: data.attrition(frame, "2026-01-01", "2026-06-30"), 40),
    "shrinkage_by_cause": (activities, data.shrinkage_by_cause, 40),
    "intervals_from_calls": (calls, lambda frame: data.intervals_from_calls(frame, CENTRE), 20),
    "estimates_of": (calls, lambda frame: data.estimates_of({"calls": frame}, "sales"), 30),
    "pool_small_groups": (agents, lambda frame: data.pool_small_groups(frame, "team", "agent", least=2), 40),
    "one_by_one": (agents, lambda frame: data.one_by_one(frame, "agent", least=2), 40),
    "blank_small_groups": (
        lambda: pd.DataFrame({"team": ["A", "B"], "people": [9, 6], "aht_s": [300.0, 280.0]}),
        lambda frame: data.blank_small_groups(frame, "people"),
        40,
    ),
    "pseudonymise": (calls, lambda frame: data.pseudonymise(frame, "calls", KEY), 20),
    "groups_of": (agents, data.groups_of, 40),
    # planning: staffing
    "actual_service": (measured, planning.actual_service, 40),
    "chance_of_target": (
        long_predicted,
        lambda frame: planning.chance_of_target(frame, HALF_DAYS, np.full(len(frame), 12)),
        20,
    ),
    "one_more_agent": (staffed, lambda frame: planning.one_more_agent(frame, SALES), 30),
    "play_day": (staffed, lambda frame: planning.play_day(frame, SALES, days=5), 30),
    "validate": (measured, lambda frame: planning.validate(frame, SALES), 30),
    "plan_deferred": (
        intervals,
        lambda frame: planning.plan_deferred(frame, Centre(name="x", time_zone="Europe/Helsinki", queues=(MAIL,))),
        30,
    ),
    "service_curves": (staffed, lambda frame: planning.service_curves(frame, SALES, shares=(0.8, 1.0)), 30),
    "desk_requirement": (staffed, lambda frame: planning.desk_requirement(frame, SALES, SHIFTS), 40),
    "quick_plan": (intervals, lambda frame: planning.quick_plan(frame, SALES), 20),
    "compare_erlang": (intervals, lambda frame: planning.compare_erlang(frame, SALES), 20),
    "compare_pyworkforce": (short_day, lambda frame: planning.compare_pyworkforce(frame, Targets(), 0.3), 10),
    "compare_rules": (short_day, lambda frame: planning.compare_rules(frame, SALES), 10),
    "service_frontier": (
        short_day,
        lambda frame: planning.service_frontier(frame, SALES, levels=(0.8,), rule="stationary"),
        10,
    ),
    "staff_groups": (lambda: both().iloc[[0, 1, 24, 25]], lambda frame: planning.staff_groups(frame, TWO, days=20), 6),
    "pooling_gain": (lambda: both().iloc[[0, 1, 24, 25]], lambda frame: planning.pooling_gain(frame, TWO, days=20), 4),
    "blend_day": (staffed, lambda frame: planning.blend_day(frame, SALES, 300.0), 10),
    "staff_blended": (short_day, lambda frame: planning.staff_blended(frame, SALES, 300.0, 5), 6),
    "spans_of_calls": (calls, planning.spans_of_calls, 20),
    "agents_at_work": (
        lambda: duties()[["agent", "start", "end"]],
        lambda frame: planning.agents_at_work(frame, intervals()["start"]),
        40,
    ),
    "hidden_work": (calls, planning.hidden_work, 30),
    "pools_of": (calls, planning.pools_of, 30),
    "first_contact_resolution": (calls, planning.first_contact_resolution, 30),
    "desk_cover": (activities, lambda frame: planning.desk_cover(frame, intervals()["start"], 1800), 40),
    # planning: forecasts
    "forecast": (history, lambda frame: planning.forecast(frame, HALF_DAYS, "2d"), 20),
    "events": (events, checked_events, 40),
    "reforecast": (
        predicted,
        lambda frame: planning.reforecast(frame, seen(), seen()["start"].iloc[0] + pd.Timedelta("13h")),
        30,
    ),
    "reforecast by actuals": (
        seen,
        lambda frame: planning.reforecast(predicted(), frame, seen()["start"].iloc[0] + pd.Timedelta("13h")),
        30,
    ),
    "override_effect": (
        seen,
        lambda frame: planning.override_effect(
            predicted().assign(offered_before=predicted()["offered"], overrides=""), frame
        ),
        30,
    ),
    "growth_drivers": (drivers, lambda frame: planning.growth_drivers(frame, "2026-09", ["2027-01"]), 40),
    "apply_drivers": (
        drivers,
        lambda frame: planning.apply_drivers(
            long_predicted().assign(start=long_predicted()["start"] + pd.Timedelta(days=60)), frame, "2026-09"
        ),
        30,
    ),
    "monthly_volumes": (long_predicted, planning.monthly_volumes, 20),
    "events_seen": (events, lambda frame: planning.events_seen(frame, history()), 30),
    # planning: people and money
    "cheapest_hires": (months, lambda frame: planning.cheapest_hires(frame, SALES, time_limit=2.0), 20),
    "mean_wages": (
        lambda: pd.concat([agents()] * 4, ignore_index=True).assign(agent=list("abcdefgh"), hourly_wage=15.0),
        lambda frame: planning.mean_wages(frame, SALES, "2026-02-01"),
        40,
    ),
    "against_ledger": (ledger, lambda frame: planning.against_ledger(budget(), frame), 40),
    "unit_costs": (lambda: headcount(), lambda frame: planning.unit_costs(budget(), frame, SALES), 30),
    "checklist_lines": (checklist, lambda frame: planning.checklist_lines(frame, pd.Timestamp("2026-10-01")), 40),
    # planning: shifts of a day
    "award_bids": (bids, lambda frame: planning.award_bids(open_shifts(), frame, duties(), team(), RULES), 30),
    "award_bids of open shifts": (
        open_shifts,
        lambda frame: planning.award_bids(frame, bids(), duties(), team(), RULES),
        30,
    ),
    "check_swap": (
        duties,
        lambda frame: planning.check_swap(frame, team(), RULES, ("Ann", "2026-10-05"), ("Bo", "2026-10-05")),
        30,
    ),
    "check_swap of people": (
        team,
        lambda frame: planning.check_swap(duties(), frame, RULES, ("Ann", "2026-10-05"), ("Bo", "2026-10-05")),
        30,
    ),
    "intraday": (activities, today, 20),
    "intraday by actuals": (
        lambda: intervals().head(4),
        lambda frame: planning.intraday(activities(), expected(), frame, SALES, DAY + pd.Timedelta("9h")),
        20,
    ),
    "intraday by forecast": (
        expected,
        lambda frame: planning.intraday(activities(), frame, intervals().head(4), SALES, DAY + pd.Timedelta("9h")),
        20,
    ),
    "intraday_options": (
        duties,
        lambda frame: planning.intraday_options(today(activities()), frame, team(), RULES, SHIFTS, SALES),
        10,
    ),
    # what other functions made
    "gap_for_service": (curves, lambda frame: planning.gap_for_service(frame, 0.7), 30),
    "erlang_bill": (
        lambda: planning.compare_erlang(intervals(), SALES),
        lambda frame: planning.erlang_bill(frame, SALES),
        30,
    ),
    "blending_gain": (short_day, lambda frame: planning.blending_gain(frame, SALES, 300.0, 5), 6),
    "replay_day": (
        predicted,
        lambda frame: planning.replay_day(frame, seen(), seen()["start"].iloc[0], every="6h"),
        15,
    ),
    "replay_errors": (replayed, planning.replay_errors, 30),
    "repair": (
        lambda: pd.DataFrame({"agent": ["Ann"], "day": [DAY]}),
        lambda frame: planning.repair(duty_roster(), frame, effort=0.02),
        20,
    ),
    "against_actual": (
        lambda: activities().drop(columns="actual"),
        lambda frame: planning.against_actual(frame, activities().drop(columns="scheduled")),
        30,
    ),
    "variance_shares": (drawn, lambda frame: planning.variance_shares(frame, np.arange(60.0)), 30),
    "out_of_sample": (two_months, lambda frame: planning.out_of_sample(frame, SALES, models=("Erlang C",)), 20),
    "suggest": (calls, lambda frame: data.suggest(data.sample_centre(), {"calls": frame}), 6),
    # auditing
    "change_by": (calls, lambda frame: auditing.change_by(frame, calls().sample(200, random_state=1)), 30),
    "funnel": (calls, lambda frame: auditing.funnel(frame, "talk_s"), 20),
    "measure intervals": (
        lambda: small()["intervals"],
        lambda frame: auditing.measure({"intervals": frame}, ["service_level"], centre=CENTRE),
        10,
    ),
    "measure activities": (
        lambda: small()["activities"],
        lambda frame: auditing.measure({"activities": frame}, ["shrinkage", "adherence"], centre=CENTRE),
        10,
    ),
    "measure evaluations": (
        lambda: small()["evaluations"],
        lambda frame: auditing.measure({"evaluations": frame}, ["qa_score"], centre=CENTRE),
        10,
    ),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_answer_or_words(name):
    make, work, number = FUNCTIONS[name]
    assert refused(name, make, work, number), "nothing that was spoiled was refused"
