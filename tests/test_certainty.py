"""Staffing to a chance, against hand calculation and against fresh days drawn and played call by call."""

import numpy as np
import pandas as pd
import pytest

from ccplan.data import Centre, Queue
from ccplan.planning import staff
from ccplan.planning.service.certainty import chance_of_target, frontier
from ccplan.queueing import Targets, required_agents
from ccplan.queueing.simulation import simulate_calls

START = pd.date_range("2026-09-01 09:00", periods=6, freq="30min")


def centre(**targets):
    return Centre(name="x", queues=(Queue(name="q", targets=Targets(**targets)),))


def uncertain(factors, level=100.0):
    """A day of six half hours whose volume is `level` × a factor, one path a factor."""
    paths = pd.DataFrame({f"path_{k}": np.full(6, level * factor) for k, factor in enumerate(factors, 1)})
    return pd.concat(
        [pd.DataFrame({"queue": "q", "start": START, "offered": level * np.mean(factors), "aht_s": 180.0}), paths],
        axis=1,
    )


def test_without_uncertainty_the_chance_asks_for_no_more_than_the_plain_plan():
    day = uncertain([1.0] * 20)
    assert staff(day, centre(), confidence=0.9)["agents"].tolist() == staff(day, centre())["agents"].tolist()


def test_nine_days_of_ten_are_served_when_one_of_ten_is_out_of_reach():
    """Ten equally likely days, 91 to 100 and 300 calls: at 90 % the plan is that of the largest of the nine."""
    day = uncertain([0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 1.0, 3.0])
    staffed = staff(day, centre(), confidence=0.9)
    assert set(staffed["agents"]) == {required_agents(100, 180, Targets())}
    assert set(staffed["chance"]) == {0.9}


def test_every_target_counts_not_the_service_level_alone():
    day = uncertain(np.linspace(0.8, 1.2, 50))
    capped = staff(day, centre(max_occupancy=0.7), confidence=0.9)
    table = chance_of_target(day, centre(max_occupancy=0.7), capped["agents"])
    assert table["chance"].item() == capped["chance"].iloc[0] >= 0.9
    worst = 100 * 1.16 * 180 / 1800  # 45 of the 50 paths lie at or below a factor of 1.16
    assert (worst / capped["agents"]).max() <= 0.7 + 1e-9


def test_the_chance_is_that_of_days_played_call_by_call():
    """Fresh days with a random level, each call simulated: the share that meets 80/20 is the chance that was said."""
    generator = np.random.default_rng(3)
    day = uncertain(np.exp(generator.normal(0, 0.12, 400)), level=120.0)
    known = Centre(name="x", queues=(Queue(name="q", patience_s=180.0),))
    staffed = staff(day, known, confidence=0.8)
    agents = int(staffed["agents"].iloc[0])
    service = [
        _played(120 * factor, agents, seed)
        for seed, factor in enumerate(np.exp(np.random.default_rng(9).normal(0, 0.12, 100)))
    ]
    met = np.mean(np.array(service) >= 0.8)
    assert abs(met - staffed["chance"].iloc[0]) < 2.6 * np.sqrt(0.8 * 0.2 / 100)


def _played(calls, agents, seed):
    """Service in 20 s of 15,000 calls that come at `calls` a half hour, each played."""
    generator, number = np.random.default_rng(seed), 15_000
    arrived = np.cumsum(generator.exponential(1800 / calls, number))
    out = simulate_calls(arrived, generator.exponential(180, number), generator.exponential(180, number), [agents])
    return np.mean(out.answered & (out.wait_s <= 20))


def test_certainty_has_its_price():
    table = frontier(uncertain(np.exp(np.random.default_rng(1).normal(0, 0.1, 200)), 900.0), centre(), (0.5, 0.7, 0.9))
    assert (
        table["cost"].is_monotonic_increasing and table["cost_per_point"].iloc[2] > table["cost_per_point"].iloc[1] > 0
    )
    assert table["agent_hours"].iloc[0] * 60 % 30 == 0


@pytest.mark.parametrize("confidence", [0, 1, 1.5, 90, "high", float("nan")])
def test_a_chance_that_is_none_is_refused_in_words(confidence):
    with pytest.raises(ValueError, match="confidence"):
        staff(uncertain([1.0, 1.1]), centre(), confidence=confidence)


def test_a_forecast_without_paths_is_refused_in_words():
    with pytest.raises(ValueError, match="samples=200"):
        staff(uncertain([1.0]).drop(columns="path_1"), centre(), confidence=0.9)


def test_queues_put_together_without_new_labels_stay_apart():
    large, small = uncertain([0.9, 1.0, 1.1] * 10), uncertain([0.9, 1.0, 1.1] * 10, level=10.0).assign(queue="other")
    both = Centre(name="x", queues=(*centre().queues, Queue(name="other")))
    found = staff(pd.concat([large, small]), both, confidence=0.9)
    apart = staff(pd.concat([large, small], ignore_index=True), both, confidence=0.9)
    assert found["agents"].tolist() == apart["agents"].tolist() and found.index.tolist() == [*large.index, *small.index]
    told = chance_of_target(pd.concat([large, small]), both, found["agents"])
    assert told["queue"].tolist() == ["q", "other"]


def test_a_table_that_is_none_is_refused_in_words_by_every_rule():
    for how in ({"confidence": 0.9}, {"rule": "lagged"}):
        with pytest.raises(ValueError, match="intervals must be a table"):
            staff([1], centre(), **how)
        with pytest.raises(ValueError, match="missing: start"):
            staff(uncertain([1.0]).drop(columns="start"), centre(), **how)
