"""The queue through a day: against simulated truth, dense matrices, stationary formulas, and by hand."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccplan.queueing import (
    DEFINITIONS, Infeasible, Targets, lagged_agents, offered_load_agents, performance, predict_day, required_agents,
    required_day, simulate_day, stationary_agents, whole_day,
)  # fmt: skip
from ccplan.queueing.arrival_rate import calls_of, rate_from_counts
from ccplan.queueing.day_staffing import offered_load
from ccplan.queueing.time_varying import day_door

from .brute_day import Brute
from .effort import examples

CASES = json.loads((Path(__file__).parent / "truth" / "time_varying_cases.json").read_text(encoding="utf-8"))["cases"]
DAY = dict(calls=[60, 100, 80, 30], aht_s=300, agents=[14, 22, 18, 9], patience_s=180)


@pytest.mark.parametrize("from_counts", [False, True])
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['aht_s']}-{case['patience_s']}")
def test_against_simulated_truth(case, from_counts):
    rate = None if from_counts else (case["rate_knots_t_s"], case["rate_knots_per_s"])
    day = predict_day(
        case["expected_calls"],
        case["aht_s"],
        case["agents"],
        interval_s=case["interval_s"],
        patience_s=case["patience_s"] or np.inf,
        target_s=case["T"],
        rate=rate,
    )
    apart = np.abs(day["service_level"] - case["interval_sl"])
    assert apart.mean() <= 0.005 and apart.max() <= 0.02
    assert np.abs(day["abandonment"] - case["interval_abandon"]).max() <= 0.002
    whole = whole_day(day).iloc[0]
    assert abs(whole["service_level"] - case["day_sl"]) <= 1.5 * case["day_sl_ci95"]
    assert abs(whole["wait_s"] - case["wait_all_s"]) <= 0.01 * case["wait_all_s"]


# Rates a second by interval, AHT, agents (who come, leave, and are none), interval, patience, target, places to wait.
SMALL = [
    ([0.01, 0.02, 0.012], 180, [1, 2, 1], 600, 120, 20, 16),
    ([0.015, 0.02, 0.004], 300, [3, 1, 2], 400, 100, 60, 14),
    ([0.01, 0.005, 0.01], 200, [2, 0, 1], 300, 60, 30, 12),
]


@pytest.mark.parametrize(("rates", "aht_s", "agents", "interval_s", "patience_s", "target_s", "most"), SMALL)
def test_against_dense_matrices(rates, aht_s, agents, interval_s, patience_s, target_s, most):
    exact = Brute(rates, aht_s, agents, interval_s, patience_s, target_s, most).run()
    times = np.repeat(np.arange(4) * interval_s, 2)[1:-1]  # the rate jumps from interval to interval
    day = predict_day(
        None,
        aht_s,
        agents,
        interval_s=interval_s,
        patience_s=patience_s,
        target_s=target_s,
        rate=(times, np.repeat(rates, 2)),
    )
    ours = day[["service_level", "abandonment", "asa_s", "queue_length", "occupancy"]].to_numpy()
    assert np.abs(ours - exact)[:, [0, 1, 3, 4]].max() < 1e-4
    assert np.abs(ours / exact - 1)[:, 2].max() < 1e-3


@pytest.mark.parametrize("definition", DEFINITIONS)
@pytest.mark.parametrize(
    ("load", "agents", "patience_s", "target_s"),
    [
        (10, 12, np.inf, 20),
        (10, 9, 180, 20),
        (3, 5, 60, 0),
        (200, 205, 120, 30),
        (50, 45, 30, 10),
        (0.3, 2, 600, 60),
        (5, 5, 0, 20),
    ],
)
def test_a_steady_day_is_the_stationary_queue(load, agents, patience_s, target_s, definition):
    calls = load * 1800 / 300
    exact = performance(calls, 300, agents, patience_s=patience_s, target_s=target_s, definition=definition)
    day = predict_day(
        [calls] * 3, 300, agents, patience_s=patience_s, target_s=target_s, start="steady", definition=definition
    )
    for name in ("service_level", "abandonment", "occupancy", "wait_probability"):
        assert np.abs(day[name] - getattr(exact, name)).max() < 2e-5, name
    for name in ("asa_s", "wait_s", "queue_length"):
        assert np.abs(day[name] - getattr(exact, name)).max() < 1e-4 * (1 + getattr(exact, name)), name


def test_a_long_day_forgets_how_it_began():
    calls = 10 * 1800 / 180
    exact = performance(calls, 180, 12, patience_s=120)
    for start in ("empty", 30, np.full(11, 1 / 11)):
        last = predict_day([calls] * 8, 180, 12, patience_s=120, start=start).iloc[-1]
        assert abs(last["service_level"] - exact.service_level) < 1e-5


def test_agents_who_leave_finish_the_call_in_hand():
    """Five calls in hand when everybody leaves: they end at the rate 1/AHT each, and nobody is idle at work."""
    rows = predict_day([0, 0], 300, [5, 0], start=[0, 0, 0, 0, 0, 1], interval_s=600)
    left = 5 * np.exp(-2.0)
    busy = 300 * (left - 5 * np.exp(-4.0))
    assert rows["busy_s"][1] == pytest.approx(busy, rel=1e-6) and rows["present_s"][1] == pytest.approx(busy, rel=1e-6)
    assert rows["occupancy"].tolist() == pytest.approx([300 * 5 * (1 - np.exp(-2.0)) / 3000, 1.0], rel=1e-6)


@pytest.mark.parametrize("mean_s", [300, 1200])
@pytest.mark.parametrize(
    "aht_of", [lambda rng: np.linspace(0.7, 1.4, 20), lambda rng: np.exp(rng.normal(0, 0.2, 20))], ids=["ramp", "noise"]
)
def test_calls_keep_the_handle_time_of_the_interval_they_came_in(mean_s, aht_of):
    """As days played call by call do it; were all calls in hand to go on at the new pace, intervals would be 13 to
    20 points off.
    """
    rng = np.random.default_rng(0)
    aht_s, calls = mean_s * aht_of(rng), rng.uniform(0.6, 1.0, 20) * 30 * 1800 / mean_s
    agents = required_agents(calls, aht_s, Targets(), patience_s=240)
    predicted = predict_day(calls, aht_s, agents, patience_s=240)["service_level"]
    played = simulate_day(calls, aht_s, agents, patience_s=240, days=600, seed=8).intervals["service_level"]
    error = np.abs(predicted - played)
    assert error.mean() < 0.02 and error.max() < 0.07


def test_overload_grows_as_arithmetic_says():
    """Twice the calls that can be served: the queue grows by half of them, the wait by half the interval."""
    day = predict_day([1200] * 4, 300, 100)
    assert np.diff(day["queue_length"])[1:] == pytest.approx([600, 600], rel=1e-4)
    assert np.diff(day["asa_s"])[1:] == pytest.approx([1800, 1800], rel=1e-4)
    assert day["service_level"][1:].max() < 1e-9 and day["occupancy"][1:].min() > 1 - 1e-9


def test_nobody_at_work():
    day = predict_day([50, 0, 50], 300, 0)
    assert day["service_level"].tolist() == [0, 1, 0] and day["occupancy"].isna().all()
    assert day["asa_s"].isna().tolist() == [True, False, True] and day["wait_s"].tolist() == [np.inf, 0, np.inf]
    impatient = predict_day([50, 0, 50], 300, 0, patience_s=90)
    assert impatient["abandonment"].tolist() == pytest.approx([1, 0, 1]) and impatient["wait_s"][0] == pytest.approx(90)


def test_no_calls_at_all():
    day = predict_day([0, 0], 300, [3, 0])
    assert day["service_level"].tolist() == [1, 1] and day["asa_s"].tolist() == [0, 0] and day["occupancy"][0] == 0
    assert required_day([0, 0], 300, Targets()).tolist() == [0, 0]


def test_callers_wait_for_those_who_come():
    """Nobody for ten minutes, then plenty: all who came are answered when they come, within the target or not."""
    day = predict_day([10, 0], 60, [0, 1000], interval_s=600, target_s=150)
    assert day["answered"][0] == pytest.approx(10) and day["asa_s"][0] == pytest.approx(300, rel=1e-6)
    assert day["service_level"][0] == pytest.approx(0.25, rel=1e-4)


def test_very_large_centres():
    steady = performance(600_000, 300, 100_300, patience_s=200)
    day = predict_day([600_000] * 2, 300, 100_300, patience_s=200, start="steady")
    assert np.abs(day["service_level"] - steady.service_level).max() < 1e-4
    down = predict_day([12_000] * 2, 300, [2_000, 1_900], patience_s=200)  # followed in crews or one by one
    crews = predict_day([12_000] * 2, 300, [2_001, 1_900], patience_s=200)
    assert abs(down["service_level"][1] - crews["service_level"][1]) < 2e-3


@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=30))
@examples(60)
def test_counts_become_a_rate_that_keeps_their_totals(calls):
    rate = rate_from_counts(calls, 900.0)
    assert rate[:, 2].min() >= 0 and (rate[:, 2] + rate[:, 3] * 450).min() >= -1e-9 * max(calls)
    assert calls_of(rate, np.arange(len(calls) + 1) * 900.0) == pytest.approx(calls, abs=1e-9 * max(1, max(calls)))


def test_definitions_add_up_over_a_day():
    day = predict_day(**DAY)
    assert whole_day(day)["service_level"].item() == pytest.approx(
        day["answered_in_target"].sum() / day["offered"].sum()
    )
    assert (day["answered"] + day["abandoned"]).tolist() == pytest.approx(day["offered"].tolist())
    assert day["offered"].tolist() == pytest.approx(DAY["calls"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"agents": [1, 2]}, "lengths must match"),
        ({"agents": [1.5, 2, 3, 4]}, "agents must be whole, got 1.5"),
        ({"agents": [-1, 2, 3, 4]}, "agents must be in"),
        ({"calls": [1, float("nan"), 3, 4]}, "calls must be a number, got nan"),
        ({"calls": None}, "calls must be given"),
        ({"aht_s": "x"}, "aht_s must be a number"),
        ({"patience_s": [1, 2, 3, 4]}, "patience_s must be one number"),
        ({"patience_s": -1}, "patience_s must be in"),
        ({"interval_s": 0}, "interval_s must be in"),
        ({"target_s": float("inf")}, "target_s must be in"),
        ({"start": "full"}, "start must be one of empty, steady"),
        ({"start": 1.5}, "start must be a whole number"),
        ({"start": [0.5, 0.4]}, "add up to 1"),
        ({"start": "steady", "agents": 2, "patience_s": np.inf}, "more agents than load"),
        ({"definition": "ofered"}, "definition must be one of"),
        ({"rate": 5}, "rate must be"),
        ({"rate": ([0, 100], [1, 1])}, "must cover the day"),
        ({"rate": ([0, 7200], [1, -1])}, "calls_per_s must be in"),
        ({"rate": ([0, 8000, 7200], [1, 1, 1])}, "must ascend"),
        ({"calls": [[1, 2], [3, 4]], "agents": 3}, "one day"),
    ],
)
def test_bad_input_is_refused_in_words(change, words):
    with pytest.raises(ValueError, match=words):
        predict_day(**(DAY | change))


# ------------------------------------------------------------------- staffing


@pytest.mark.parametrize("patience_s", [np.inf, 120])
def test_every_interval_meets_its_targets_and_no_agent_is_idle_talk(patience_s):
    calls, targets = [20, 60, 110, 90, 40, 10], Targets(service_level=0.8, max_occupancy=0.9)
    agents = required_day(calls, 400, targets, patience_s=patience_s)
    day = predict_day(calls, 400, agents, patience_s=patience_s)
    assert day["service_level"].min() >= 0.8 - 2e-6 and day["occupancy"].max() <= 0.9 + 2e-6
    for k in range(len(calls)):  # one fewer anywhere, and some interval misses
        fewer = predict_day(calls, 400, agents - (np.arange(len(calls)) == k), patience_s=patience_s)
        assert (fewer["service_level"].min() < 0.8) or (fewer["occupancy"].max() > 0.9)


@pytest.mark.parametrize(("calls", "aht_s", "patience_s"), [([6, 10, 5], 300, 60), ([4, 9, 7], 900, np.inf)])
def test_the_fewest_of_all_plans(calls, aht_s, patience_s):
    agents = required_day(calls, aht_s, Targets(), patience_s=patience_s)
    near = [range(max(n - 2, 0), n + 3) for n in agents]
    plans = [plan for plan in itertools.product(*near) if sum(plan) < agents.sum()]
    met = [
        plan for plan in plans if predict_day(calls, aht_s, plan, patience_s=patience_s)["service_level"].min() >= 0.8
    ]
    assert met == []


def test_the_day_and_a_share_of_intervals_take_fewer():
    calls = np.array([20, 60, 110, 130, 120, 90, 100, 110, 80, 40, 20, 10])
    how = {"patience_s": 150}
    every, most, day = (required_day(calls, 300, Targets(), meet=meet, **how) for meet in ("every", 0.9, "day"))
    assert day.sum() < every.sum() and most.sum() <= every.sum() and day.min() >= 1
    assert whole_day(predict_day(calls, 300, day, **how))["service_level"].item() >= 0.8 - 2e-6
    level = predict_day(calls, 300, most, **how)["service_level"]
    assert (level >= 0.8 - 2e-6).sum() >= 11 and level.min() >= 0.6 - 2e-6
    assert required_day(calls, 300, Targets(), least=30, **how).min() == 30


def test_simpler_rules():
    calls, targets = np.array([60, 100, 80]), Targets()
    assert stationary_agents(calls, 300, targets).tolist() == required_agents(calls, 300, targets).tolist()
    for rule in (lagged_agents, offered_load_agents):  # a day that never changes
        assert rule([100] * 4, 300, targets, start="steady").tolist() == [required_agents(100, 300, targets)] * 4
    day, _ = day_door([100, 100], 600, 0, 1800, np.inf, 20, None)
    share = 1 - (600 / 1800) * (1 - np.exp(-3.0))  # of the full load, when it fills from nothing
    assert offered_load(day)[0] == pytest.approx(100 * 600 / 1800 * share)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"targets": 0.8}, "targets must be a Targets"),
        ({"targets": [Targets()]}, "one an interval"),
        ({"meet": "all"}, "meet must be"),
        ({"meet": 95}, "write 95 % as 0.95"),
        ({"least": 1.5}, "agents must be whole"),
    ],
)
def test_staffing_refuses_in_words(change, words):
    with pytest.raises(ValueError, match=words):
        required_day(**({"calls": [10, 20], "aht_s": 300, "targets": Targets()} | change))


def test_a_target_of_nothing_is_infeasible():
    with pytest.raises(Infeasible, match="service_level = 1 cannot be met"):
        required_day([10, 20], 300, Targets(service_level=1.0))
