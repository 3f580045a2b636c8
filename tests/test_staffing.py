"""Staffing a table: the numbers by hand, the gross-up exactly, bad tables in words."""

from dataclasses import replace
from fractions import Fraction
from math import ceil, inf

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccplan.data import Centre, Costs, Queue, Shrinkage
from ccplan.planning import actual_service, scheduled_agents, staff, totals, with_patience
from ccplan.planning.service.days import busiest_day, day_table, week_table
from ccplan.queueing import Infeasible, Targets, performance
from tests.effort import examples

CENTRE = Centre(
    name="Example",
    interval_s=1800,
    queues=(Queue(name="a"), Queue(name="b", patience_s=120, targets=Targets(target_s=30))),
    shrinkage=Shrinkage(external={"leave": 0.1}, internal={"breaks": 0.2}),
    costs=Costs(hourly_wage=20, on_costs=0.25, weekly_hours=40),
)


def table(queue="a", offered=(100, 0, 40), **columns):
    start = pd.date_range("2026-09-01 08:00", periods=len(offered), freq="30min", tz="Europe/Helsinki")
    return pd.DataFrame({"queue": queue, "start": start, "offered": offered, **columns})


@pytest.mark.parametrize(
    "agents, shrinkage, gross",
    [
        (21, 0.30, 30),
        (17, 0.32, 25),
        (70, 0.30, 100),
        (14, 0.30, 20),
        (99, 0.34, 150),
        (0, 0.5, 0),
        (1, 0.0, 1),
        (7, 0.3, 10),
    ],
)
def test_gross_up_loses_no_agent_to_floating_point(agents, shrinkage, gross):
    """Traps 1 and 9: 21 ÷ 0.70 is 30, never 31; 70 at 30 % is 100, never 91."""
    assert scheduled_agents(agents, shrinkage) == gross


@examples(100)
@given(st.integers(0, 10**6), st.integers(0, 999))
def test_gross_up_equals_rational_arithmetic(agents, permille):
    exact = ceil(Fraction(agents) / (1 - Fraction(permille, 1000)))
    assert scheduled_agents(agents, permille / 1000) == exact


def test_gross_up_of_arrays_and_fractions():
    assert scheduled_agents([21, 22], [0.3, 0.0]).tolist() == [30, 22]
    assert scheduled_agents(7, 0.5, whole=False) == 14.0
    assert isinstance(scheduled_agents(21, 0.3), int)


@pytest.mark.parametrize(
    "agents, shrinkage, words",
    [
        (10, 30, r"shrinkage must be in \[0, 1\), got 30 — write 30 % as 0.30"),
        (10, 1.0, r"shrinkage must be in \[0, 1\), got 1"),
        (10, -0.1, "shrinkage must be"),
        (-1, 0.3, "agents must be"),
        (float("nan"), 0.3, "agents must be a number"),
        ([1, 2, 3], [0.1, 0.2], "lengths must match"),
    ],
)
def test_gross_up_refuses_in_words(agents, shrinkage, words):
    with pytest.raises(ValueError, match=words):
        scheduled_agents(agents, shrinkage)


def test_a_table_by_hand():
    """100 calls of 180 s: 10 Erlang, 14 net, 20 gross at 30 %, ten paid hours a half-hour at 25 an hour."""
    first, empty, last = staff(table(aht_s=180.0), CENTRE).itertuples()
    assert (first.load, first.agents, first.scheduled) == (10, 14, 20)
    assert first.service_level == pytest.approx(0.8883500191794669, rel=1e-12)
    assert first.cost == pytest.approx(20 * 0.5 * 25) and first.fte == pytest.approx(20 * 0.5 / 40)
    assert (empty.agents, empty.scheduled, empty.cost, empty.service_level) == (0, 0, 0, 1)
    assert last.load == 4


def test_hours_and_cost_keep_the_fraction_heads_do_not():
    one = staff(table(offered=[50], aht_s=180.0), CENTRE).iloc[0]
    assert one["scheduled"] == ceil(one["agents"] / 0.7) != one["agents"] / 0.7
    assert one["cost"] == pytest.approx(one["agents"] / 0.7 * 0.5 * 25)


def test_handle_time_from_work_and_the_queue_mean_where_nobody_was_answered():
    rows = table(
        offered=[10, 5, 20], answered=[8, 0, 20], talk_s=[1600, 0, 5000], hold_s=[0, 0, 600], acw_s=[400, 0, 400]
    )
    assert staff(rows, CENTRE)["aht_s"].tolist() == [250, 8000 / 28, 300]
    bare = staff(table(), CENTRE)
    assert bare["aht_s"].tolist() == [300] * 3, "the queue's own handle time where the table has none"


def test_each_queue_by_its_own_targets_and_patience_in_the_order_given():
    rows = pd.concat([table("b", aht_s=240.0), table("a", aht_s=240.0)]).sample(frac=1, random_state=1)
    result = staff(rows, CENTRE)
    assert result["queue"].tolist() == rows["queue"].tolist() and result.index.tolist() == rows.index.tolist()
    b = result[(result["queue"] == "b") & (result["offered"] == 100)].iloc[0]
    assert b["service_level"] == performance(100, 240, b["agents"], patience_s=120, target_s=30).service_level
    assert b["abandonment"] > 0 and result[result["queue"] == "a"]["abandonment"].max() == 0


def test_the_service_that_a_given_staff_gives():
    asked = staff(table(aht_s=180.0), CENTRE, agents=[13, 0, 9])
    assert asked["agents"].tolist() == [13, 0, 9]
    assert asked["service_level"].iloc[0] == pytest.approx(performance(100, 180, 13).service_level)


def test_erlang_c_asks_for_more_than_erlang_a():
    rows = table("b", offered=[400, 500], aht_s=240.0)
    assert (staff(rows, with_patience(CENTRE, inf))["agents"] > staff(rows, CENTRE)["agents"]).all()


def test_totals_are_ratios_of_sums():
    """Trap 7: a mean of interval service levels is not the day's service level."""
    rows = table(offered=[300, 0, 10], aht_s=180.0)
    staffed = staff(rows, CENTRE, agents=[31, 0, 4])
    total = totals(staffed).loc["a"]
    levels = performance([300, 10], 180, [31, 4]).service_level
    assert total["service_level"] == pytest.approx((300 * levels[0] + 10 * levels[1]) / 310)
    assert total["occupancy"] == pytest.approx(31 / 35) and total["cost"] == pytest.approx(staffed["cost"].sum())


def test_actual_service_counts_only_rows_that_were_counted():
    rows = table(offered=[300, 50, 10], answered_in_target=[150, np.nan, 10])
    assert actual_service(rows) == pytest.approx(160 / 310)
    assert np.isnan(actual_service(table()))
    assert actual_service(rows, ["queue"])["a"] == pytest.approx(160 / 310)


def test_days_beside_what_was_there():
    rows = pd.concat(
        [
            table(aht_s=180.0, agents=12.0, answered_in_target=[50, 0, 40]),
            table("b", aht_s=180.0, agents=6.0, answered_in_target=0),
        ]
    )
    days = day_table(staff(rows, CENTRE), rows, CENTRE)
    a = days[days["queue"] == "a"].iloc[0]
    assert (a["agents_peak"], a["scheduled_peak"], a["hours_given"]) == (14, 20, 18)
    assert a["service_given"] == pytest.approx(90 / 140) and a["cost"] == pytest.approx(a["scheduled_hours"] * 25)
    assert busiest_day(rows).tolist() == ["a", pd.Timestamp("2026-09-01"), 140]
    assert week_table(days).loc["a", "cost"] == pytest.approx(a["cost"]), "one day of a week is one day"


class TestBadTables:
    def refused(self, rows, words, centre=CENTRE, kind=ValueError):
        with pytest.raises(kind, match=words):
            staff(rows, centre)

    def test_missing_columns(self):
        self.refused(table().drop(columns=["offered", "queue"]), "missing: queue, offered")

    def test_unknown_queue(self):
        self.refused(table("c"), "queue must be one of a, b, got 'c'")

    @pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
    def test_impossible_counts(self, value):
        self.refused(table(offered=[10.0, value]), "offered must be")

    def test_doubled_rows(self):
        self.refused(pd.concat([table(), table()]), "one row a queue and start, got a at 2026-09-01 08:00:00.* twice")

    def test_an_interval_other_than_the_centres(self):
        """Half-hour calls read as quarter-hours would double the load without a word."""
        self.refused(table(), "900 s apart .* got 1800 s", replace(CENTRE, interval_s=900))

    def test_text_for_timestamps(self):
        self.refused(table().assign(start="monday"), "start must be a column of timestamps")

    def test_a_target_nobody_meets_names_its_queue(self):
        queue = Queue(name="a", targets=Targets(service_level=None, max_asa_s=0))
        self.refused(
            table(aht_s=100.0), "queue a: max_asa_s = 0 cannot be met", replace(CENTRE, queues=(queue,)), Infeasible
        )

    def test_an_empty_table_is_an_empty_answer(self):
        assert staff(table(offered=[]), CENTRE).empty

    @pytest.mark.parametrize("day, hours", [("2026-03-29", 23), ("2026-10-25", 25)])
    def test_days_of_23_and_25_hours(self, day, hours):
        start = pd.date_range(day, periods=hours * 2, freq="30min", tz="Europe/Helsinki")
        assert start[-1].date() == start[0].date()
        rows = pd.DataFrame({"queue": "a", "start": start, "offered": 10.0, "aht_s": 180.0})
        done = day_table(staff(rows, CENTRE), rows, CENTRE)
        assert len(done) == 1 and done["offered"].iloc[0] == 20 * hours
