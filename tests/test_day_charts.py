"""Charts of promised and given service: their rows and words against hand calculation, and played days behind them."""

import numpy as np
import pandas as pd
import pytest

from ccplan.data import Centre, Queue
from ccplan.display.staffing import day_charts
from ccplan.display import show
from ccplan.planning import one_more_agent, play_day, service_frontier, staff
from ccplan.queueing import Targets

CENTRE = Centre(name="x", queues=(Queue(name="q", patience_s=240.0),), currency="EUR")
START = pd.date_range("2026-03-02 08:00", periods=4, freq="30min")


def day(promised=(0.84, 0.82, 0.83, 0.9), given=(0.83, 0.79, 0.85, 0.6), offered=(10, 20, 30, 0)):
    return pd.DataFrame({"queue": "q", "start": START, "offered": offered, "promised": promised, "given": given})


def test_the_gap_is_where_more_than_two_points_are_missing_and_calls_come():
    rows = day_charts.service_rows(day(), 0.8)
    assert rows["gap"].tolist() == [0, 1, 0, 0, 0] and rows["given"].iloc[:3].tolist() == [0.83, 0.79, 0.85]
    assert rows["given"].iloc[3:].isna().all()
    assert (
        day_charts.service_finding(rows)
        == "Promised 82% at 08:30, given 79%: more than 2 points less in 1 of 3 half-hours"
    )


def test_a_day_that_keeps_its_promise_says_so():
    rows = day_charts.service_rows(day(given=(0.83, 0.81, 0.85, 1.0)), 0.8)
    assert day_charts.service_finding(rows).startswith("The day gives what is promised: within 2 points in all 3")
    assert day_charts.kept_finding(rows) == "The day gives 81% or more in every one of the 3 half-hours"


def test_what_is_not_known_is_said():
    rows = day_charts.service_rows(day(given=np.nan), 0.8)
    assert day_charts.service_finding(rows) == day_charts.kept_finding(rows) == "What the day gives is not known"


@pytest.fixture(scope="module")
def staffed():
    frame = pd.DataFrame({"queue": "q", "start": START, "offered": [20.0, 45, 30, 10], "aht_s": 1200.0})
    plan = staff(frame, CENTRE)
    given = staff(frame, CENTRE, rule="through the day", agents=plan["agents"].to_numpy())["service_level"]
    return plan.assign(promised=plan["service_level"], given=given)


def test_the_chart_shows_the_band_of_the_played_days(staffed):
    played = play_day(staffed, CENTRE, days=500)
    chart = day_charts.service_chart(staffed, 0.8, played.intervals, 500)
    rows = day_charts.service_rows(staffed, 0.8, played.intervals)
    middle = (rows["low"] + rows["high"])[:4] / 2
    assert middle.to_numpy() == pytest.approx(played.intervals["service_level"].to_numpy())
    assert "500 simulated days" in chart.title.subtitle and "<svg" in show(chart).svg


def test_the_verdict_counts_the_good_days(staffed):
    played = play_day(staffed, CENTRE, days=400)
    words = str(day_charts.day_verdict(staffed, played, CENTRE.queues[0].targets))
    good = (played.days["answered_in_target"] >= 0.8 * played.days["offered"]).mean()
    promised = (staffed["promised"] * staffed["offered"]).sum() / staffed["offered"].sum()
    assert (
        f"with a chance of {good:.0%}" in words
        and f"promises that {promised:.1%} of" in words
        and "400 played days" in words
    )
    assert "chance" not in str(day_charts.day_verdict(staffed, played, Targets(service_level=None, max_asa_s=30)))


def test_the_price_of_a_point_is_that_of_the_table(staffed):
    table = service_frontier(staffed[["queue", "start", "offered", "aht_s"]], CENTRE, (0.7, 0.8, 0.9))
    assert f"EUR {table['cost_per_point'].iloc[2]:,.0f} on the way to 90%" in day_charts.price_finding(table, "EUR")
    assert "<svg" in show(day_charts.price_chart(table, "EUR")).svg
    assert "costs nothing more" in day_charts.price_finding(table.assign(cost_per_point=np.nan), "EUR")


def test_the_best_places_are_those_with_the_largest_gain(staffed):
    more = one_more_agent(staffed, CENTRE, rule="through the day")
    best = day_charts.best_places(more, 2)
    assert sorted(best["service gain, points"]) == pytest.approx(sorted(100 * more["service_gain"])[-2:])
    assert best["start"].is_monotonic_increasing


def test_only_one_day_of_one_queue_is_played(staffed):
    with pytest.raises(ValueError, match="one queue and day, got 1 queues and 2 days"):
        play_day(pd.concat([staffed, staffed.assign(start=START + pd.Timedelta(days=1))]), CENTRE)
    limited = Centre(name="x", queues=(Queue(name="q", lines=40.0),))
    with pytest.raises(ValueError, match="unlimited lines"):
        play_day(staffed, limited)
