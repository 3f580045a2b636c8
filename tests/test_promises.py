"""Promised against delivered: each rule's promise is its own formula, and what is delivered is known by other means."""

import numpy as np
import pandas as pd
import pytest

from ccplan.data import Centre, Queue
from ccplan.planning import (
    assumptions_tested,
    foresight_table,
    hard_day,
    promise_table,
    promised_and_delivered,
    typical_day,
)
from ccplan.planning.validating.foresight import planned_from_forecast
from ccplan.planning.validating.promises import RULES, PlannedDay, _calls_seen, _missing, _two_tempers, promise
from ccplan.queueing import Targets, performance, predict_day, required_agents

DAY = PlannedDay(
    name="a day",
    calls=np.array([20.0, 60, 110, 130, 90, 60, 30]),
    aht_s=np.full(7, 600.0),
    patience_s=200.0,
    targets=Targets(),
)


@pytest.fixture(scope="module")
def kept():
    return promised_and_delivered(hard_day(), days=1000, seed=3)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "through the day"])
def test_the_promise_is_the_rules_own_formula(rule):
    """The fewest agents that meet the target for the calls that the rule sees are the rule's agents."""
    plan = promise(DAY, rule)
    seen = _calls_seen(DAY, rule)
    assert plan["agents"].tolist() == required_agents(seen, DAY.aht_s, DAY.targets, patience_s=200).tolist()
    fewer = performance(seen, DAY.aht_s, np.maximum(plan["agents"] - 1, 0), patience_s=200).service_level
    assert (plan["promised"] >= 0.8).all() and (fewer < 0.8).all()


def test_on_a_hard_day_the_stationary_plan_breaks_its_promise(kept):
    """What is delivered is what the time-varying queue says of the same agents, within the simulation's interval."""
    table = promise_table(kept, 0.8).set_index("rule")
    assert table.loc["stationary", "promised"] > 0.82 and table.loc["stationary", "worst_interval"] < 0.6
    assert table.loc["stationary", "under_target"] > 0.3 and table.loc["through the day", "under_target"] == 0
    day = hard_day()
    for rule, plan in kept.groupby("rule"):
        exact = predict_day(day.calls, 1200, plan["agents"].to_numpy())["service_level"].to_numpy()
        inside = (plan["low"] - 0.004 <= exact) & (exact <= plan["high"] + 0.004)
        assert inside.mean() > 0.85, rule


def test_the_table_is_sums_over_the_day():
    rows = pd.DataFrame(
        {
            "rule": "r",
            "hour": [8.0, 8.5, 9.0],
            "offered": [30.0, 10.0, 0.0],
            "agents": [5, 3, 1],
            "promised": [0.8, 0.9, 1.0],
            "delivered": [0.7, 0.9, 1.0],
            "low": [0.68, 0.88, 1.0],
            "high": [0.72, 0.92, 1.0],
        }
    )
    row = promise_table(rows, 0.8).iloc[0]
    assert (
        row["agent_hours"] == 4 and row["promised"] == pytest.approx(0.825) and row["delivered"] == pytest.approx(0.75)
    )
    assert (row["worst_interval"], row["under_target"], row["mean_error"]) == (0.7, 0.5, pytest.approx(0.05))


def test_worlds_that_differ():
    agents = promise(DAY, "through the day")["agents"].to_numpy()
    table = assumptions_tested(DAY, agents, days=800, seed=1).set_index("world")
    exact = predict_day(DAY.calls, 600, agents, patience_s=200)
    level = (exact["service_level"] * exact["offered"]).sum() / exact["offered"].sum()
    assert table["delivered"].iloc[0] == pytest.approx(level, abs=0.01) and table["change"].iloc[0] == 0
    for world in (
        "days vary by 10 % in volume",
        "handle times 5 % longer",
        "nobody hangs up at once (lognormal, CV 0.5)",
        "one agent in twenty is not there",
    ):
        assert table.loc[world, "change"] < -0.005, world
    assert table.loc["one caller in three hangs up at once, the rest wait", "change"] > 0.01
    assert table.loc["days vary by 10 % in volume", "chance"] < table["chance"].iloc[0]
    longer = predict_day(DAY.calls, 630, agents, patience_s=200)
    expected = (longer["service_level"] * longer["offered"]).sum() / longer["offered"].sum()
    assert table.loc["handle times 5 % longer", "delivered"] == pytest.approx(expected, abs=0.01)


def test_tempers_keep_the_mean_and_missing_agents_the_share():
    values = np.array(_two_tempers(180.0).values)
    assert values.mean() == pytest.approx(180, rel=0.01) and (values < 15).mean() == pytest.approx(1 / 3, abs=0.06)
    gone = _missing(np.array([3, 3, 4, 10, 20, 20]), 0.05)
    assert gone.sum() == 3 and (gone >= 0).all()


def test_a_typical_day_is_the_median_of_the_busiest_weekday():
    starts = pd.date_range("2026-06-01 08:00", periods=56 * 48, freq="30min")
    rows = pd.DataFrame({"queue": "q", "start": starts, "offered": 0, "aht_s": 240.0})
    rows.loc[rows["start"].dt.hour.between(8, 15), "offered"] = 10
    rows.loc[(rows["start"].dt.hour.between(8, 15)) & (rows["start"].dt.day_of_week == 1), "offered"] = 30
    rows.loc[rows["start"].dt.date == pd.Timestamp("2026-07-07").date(), "offered"] = 500
    day = typical_day(rows, Centre(name="x", queues=(Queue(name="q"),)))
    assert day.name == "q, a typical Tuesday" and day.calls.tolist() == [30.0] * 16 and day.first_hour == 8
    with pytest.raises(ValueError, match="queue must be a voice queue with calls"):
        typical_day(rows, Centre(name="x", queues=(Queue(name="q"),)), "other")


def test_a_plan_from_a_forecast_of_the_past_looks_at_nothing_after_it():
    stamps = pd.date_range("2026-06-01", periods=24 * 70, freq="h")
    mean = 12 + 30 * np.exp(-(((stamps.hour - 12) / 4.0) ** 2)) * np.where(stamps.day_of_week < 5, 1.0, 0.4)
    rows = pd.DataFrame(
        {"queue": "q", "start": stamps, "offered": np.random.default_rng(4).poisson(mean), "aht_s": 300.0}
    )
    centre = Centre(name="x", interval_s=3600, queues=(Queue(name="q", patience_s=200),))
    how = {"method": "calendar regression"}
    plan = planned_from_forecast(rows, centre, "2026-08-01", "1w", **how)
    seven = rows.assign(offered=rows["offered"].where(rows["start"] < "2026-08-01", 7))
    other = planned_from_forecast(seven, centre, "2026-08-01", "1w", **how)
    assert plan["forecast"].tolist() == other["forecast"].tolist() and (other["offered"] == 7).all()
    row = foresight_table(plan, 0.8)
    came = plan["offered"]
    assert row["days"] == 7 and row["calls_error"] == pytest.approx((plan["forecast"] - came).abs().sum() / came.sum())
    assert row["service_level"] == pytest.approx((plan["service_level"] * came).sum() / came.sum())
    assert row["agents_error"] == (plan["planned"] - plan["needed"]).abs().mean()
    assert plan["needed"].tolist() == required_agents(came, 300, Targets(), interval_s=3600, patience_s=200).tolist()
    with pytest.raises(ValueError, match="nothing to hold the forecast against"):
        planned_from_forecast(rows[rows["start"] < "2026-08-01"], centre, "2026-08-01", "1w", **how)


def test_an_unknown_rule_is_refused():
    with pytest.raises(ValueError, match="rule must be one of stationary"):
        promise(DAY, "best")
    with pytest.raises(ValueError, match="load must be in"):
        hard_day(load=-1)


def test_a_closed_noon_is_an_hour_without_calls_not_an_earlier_afternoon():
    at = [
        pd.Timestamp("2026-06-01") + pd.Timedelta(weeks=week, minutes=30 * slot)
        for week in range(8)
        for slot in range(16, 34)
    ]
    table = pd.DataFrame({"queue": "q", "start": at, "offered": 10.0, "aht_s": 300.0})
    open_ = table[~table["start"].dt.hour.eq(12)]
    found = typical_day(open_, Centre(name="x", queues=(Queue(name="q"),)))
    assert found.calls.tolist() == [10.0] * 8 + [0.0] * 2 + [10.0] * 8 and found.first_hour == 8
    rare = table.assign(offered=(table.index == 0) * 1.0)
    with pytest.raises(ValueError, match="no day is typical"):
        typical_day(rare, Centre(name="x", queues=(Queue(name="q"),)))


def test_a_day_without_contacts_meets_and_breaks_no_promise():
    days = pd.DataFrame({"start": pd.date_range("2026-06-01", periods=4), "forecast": 10.0, "offered": [10.0, 0.0, 10.0, 10.0],
                         "planned": 3, "needed": 3, "promised": 0.9, "service_level": [0.9, np.nan, 0.9, 0.5]})  # fmt: skip
    assert foresight_table(days, 0.8)["days_met"] == pytest.approx(2 / 3)
