"""What service costs, against formulas worked out beside it and days played call by call."""

import numpy as np
import pandas as pd
import pytest

from ccplan.data import Centre, Queue
from ccplan.planning import one_more_agent, service_frontier, staff
from ccplan.queueing import Targets, performance, required_agents, simulate_day

START = pd.date_range("2026-09-01 09:00", periods=6, freq="30min")


def centre(*names, **targets):
    return Centre(
        name="x", queues=tuple(Queue(name=name, patience_s=240.0, targets=Targets(**targets)) for name in names or "q")
    )


def day(calls=(60, 100, 140, 120, 90, 40), aht_s=180.0, queue="q"):
    return pd.DataFrame({"queue": queue, "start": START, "offered": np.asarray(calls, float), "aht_s": aht_s})


def test_each_level_costs_what_its_own_staff_costs():
    table = service_frontier(day(), centre(), (0.7, 0.8, 0.9), rule="stationary")
    for row, level in zip(table.itertuples(), (0.7, 0.8, 0.9), strict=True):
        agents = required_agents(day()["offered"].to_numpy(), 180.0, Targets(service_level=level), patience_s=240.0)
        service = performance(day()["offered"].to_numpy(), 180.0, agents, patience_s=240.0).service_level
        assert row.agent_hours == agents.sum() / 2
        assert row.cost == pytest.approx(agents.sum() / 2 / 0.7 * 19.5)
        assert row.service_level == pytest.approx(np.average(service, weights=day()["offered"]))
    step, points = table["cost"].diff().iloc[1:], 100 * table["service_level"].diff().iloc[1:]
    assert table["cost_per_point"].iloc[1:].tolist() == pytest.approx((step / points).tolist()) and np.isnan(
        table["cost_per_point"].iloc[0]
    )


def test_through_the_day_the_levels_are_kept_on_days_played_call_by_call():
    table = service_frontier(day(aht_s=1200.0), centre(), (0.7, 0.9))
    for level, told in zip((0.7, 0.9), table["service_level"], strict=True):
        agents = staff(day(aht_s=1200.0), centre(service_level=level), rule="through the day")["agents"].to_numpy()
        came = simulate_day(day()["offered"].to_numpy(), 1200.0, agents, patience_s=240.0, days=2000, seed=3).day
        assert abs(came["service_level"].item() - told) < came["service_level_ci95"].item() + 0.004 and told >= level


def test_queues_stay_apart_in_the_order_of_the_table():
    both = pd.concat([day(queue="late"), day([6] * 6, queue="early")], ignore_index=True)
    table = service_frontier(both, centre("early", "late"), (0.7, 0.9), rule="stationary")
    assert table["queue"].tolist() == ["late", "late", "early", "early"]
    alone = service_frontier(day([6] * 6, queue="early"), centre("early"), (0.7, 0.9), rule="stationary")
    assert table["cost_per_point"].iloc[3] == pytest.approx(alone["cost_per_point"].iloc[1])


def test_a_level_that_costs_nothing_more_has_no_price():
    table = service_frontier(day(), centre(max_occupancy=0.3), (0.7, 0.8), rule="stationary")
    assert table["cost"].nunique() == 1 and table["cost_per_point"].isna().all()


@pytest.mark.parametrize("levels", [(0.9, 0.8), (0.8, 0.8), (70, 80), (0.5, float("nan")), (0.8, 1.0)])
def test_levels_that_are_none_are_refused_in_words(levels):
    with pytest.raises(ValueError, match="levels"):
        service_frontier(day(), centre(), levels)


def test_one_more_agent_is_worth_what_the_formula_says():
    staffed = staff(day([100] * 6), centre())
    more = one_more_agent(staffed, centre())
    agents = int(staffed["agents"].iloc[0])
    gain = (
        performance(100, 180, agents + 1, patience_s=240.0).service_level
        - performance(100, 180, agents, patience_s=240.0).service_level
    )
    assert more["service_gain"].iloc[0] == pytest.approx(gain / 6)
    assert more["cost_of_one"].iloc[0] == pytest.approx(0.5 / 0.7 * 19.5)


def test_a_plan_told_through_the_day_does_not_change_what_the_formula_says_of_one_more():
    plain = staff(day(), centre())
    told = staff(day(), centre(), rule="through the day", agents=plain["agents"].to_numpy())
    assert (
        one_more_agent(told, centre())["service_gain"] - one_more_agent(plain, centre())["service_gain"]
    ).abs().max() < 1e-12


def test_through_the_day_one_more_agent_helps_those_who_wait_on():
    """A day short of people from 09:30 to 10:30: the gain of each interval is that of days played call by call."""
    frame, agents = day([15, 25, 35, 30, 22, 10], aht_s=1200.0), np.array([8, 13, 18, 20, 18, 12])
    staffed = staff(frame, centre(), agents=agents)
    gain = one_more_agent(staffed, centre(), rule="through the day")["service_gain"].to_numpy()
    how = dict(patience_s=240.0, days=20_000)
    for k in (1, 2):
        more = agents + (np.arange(6) == k)
        now, then = (
            simulate_day(frame["offered"].to_numpy(), 1200.0, n, seed=seed, **how).day
            for seed, n in ((1, agents), (2, more))
        )
        noise = np.hypot(now["service_level_ci95"].item(), then["service_level_ci95"].item())
        assert abs(then["service_level"].item() - now["service_level"].item() - gain[k]) < 1.3 * noise
        assert gain[k] > 3 * noise


def test_a_rule_without_a_value_of_an_agent_is_refused_in_words():
    with pytest.raises(ValueError, match="rule must be one of stationary, through the day"):
        one_more_agent(staff(day(), centre()), centre(), rule="lagged")


def test_through_the_day_limited_lines_are_refused_not_left_out():
    limited = Centre(name="x", queues=(Queue(name="q", patience_s=180, lines=40),))
    staffed = staff(day(), limited)
    assert len(one_more_agent(staffed, limited)) == 6
    with pytest.raises(ValueError, match="unlimited lines only, got lines = 40"):
        one_more_agent(staffed, limited, rule="through the day")
