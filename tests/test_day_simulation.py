"""Simulated days: against the equations of the same queue, against formulas of others, and by hand."""

import numpy as np
import pytest

from ccplan.queueing import (
    Constant, Exponential, Lognormal, Sample, each_day, performance, predict_day, simulate_day, whole_day,
)  # fmt: skip

MEASURES = ("service_level", "asa_s", "wait_s", "abandonment", "wait_probability", "occupancy", "queue_length")


def plans(number, seed):
    """Small days of all kinds: short and long calls, patient and impatient callers, some overloaded."""
    rng = np.random.default_rng(seed)
    for _ in range(number):
        aht_s, interval_s = float(rng.choice([120, 300, 1200])), float(rng.choice([900, 1800]))
        load = rng.uniform(1, 8) * rng.uniform(0.4, 1, 4)
        agents = np.maximum(np.round(load + rng.uniform(0, 1.2) * np.sqrt(load) + rng.integers(-1, 2, 4)), 1)
        yield (
            load * interval_s / aht_s,
            aht_s,
            agents,
            dict(
                interval_s=interval_s,
                patience_s=float(rng.choice([60, 200, np.inf])),
                target_s=float(rng.choice([0, 20, 60])),
            ),
        )


def test_agrees_with_the_equations(capsys):
    """The share of quantities whose predicted value lies in the simulation's 95 % interval.

    Many plans, since the quantities of one hang together.
    """
    inside = []
    for seed, (calls, aht_s, agents, how) in enumerate(plans(150, seed=2026)):
        exact = predict_day(calls, aht_s, agents, **how)
        found = simulate_day(calls, aht_s, agents, **how, days=3000, seed=seed).intervals
        for name in MEASURES:
            if name != "abandonment" or np.isfinite(how["patience_s"]):
                inside += (np.abs(found[name] - exact[name]) <= found[f"{name}_ci95"]).tolist()
    with capsys.disabled():
        print(f"\nwithin the 95 % interval: {sum(inside)} of {len(inside)} quantities, {np.mean(inside):.1%}")
    assert len(inside) >= 100 and np.mean(inside) >= 0.94


@pytest.mark.parametrize("definition", ["offered", "answered", "abandons_count", "without_short_abandons"])
def test_days_one_by_one_are_the_days_summed_up(definition):
    """The same seed: the same days; and the mean of an interval over its days is near the ratio of sums."""
    for calls, aht_s, agents, how in plans(8, seed=7):
        each = list(each_day(calls, aht_s, agents, **how, days=400, seed=3, definition=definition))
        summed = simulate_day(calls, aht_s, agents, **how, days=400, seed=3, definition=definition)
        assert [day for _, day in each] == summed.days["service_level"].tolist()
        mean = np.nanmean([by_interval for by_interval, _ in each], axis=0)
        assert mean == pytest.approx(summed.intervals["service_level"].to_numpy(), abs=0.12)
    by_interval, _ = next(each_day([0, 20], 300, [1, 5], definition=definition))
    assert np.isnan(by_interval[0]) and 0 <= by_interval[1] <= 1
    with pytest.raises(ValueError, match="definition"):
        next(each_day([1], 300, [1], definition="virtual"))


def test_the_general_engine_is_the_same_queue():
    calls, agents, aht_s, patience_s = [60, 100, 80, 30], [14, 22, 18, 9], 300, 180
    exact = predict_day(calls, aht_s, agents, patience_s=patience_s)
    found = simulate_day(
        {"q": calls}, aht_s, {"g": agents}, skills={"g": "q"}, patience_s=patience_s, days=8000, seed=3
    )
    for name in ("service_level", "asa_s", "abandonment", "queue_length"):
        assert (np.abs(found.intervals[name] - exact[name]) <= 1.6 * found.intervals[f"{name}_ci95"]).all(), name
    assert (np.abs(found.groups["occupancy"] - exact["occupancy"]) <= 1.6 * found.groups["occupancy_ci95"]).all()


LONG = dict(interval_s=2_000_000, target_s=20, days=40)  # one interval so long that its begin does not matter


def near(found, name, exact, row=0, width=1.8):
    return abs(found.day[name][row] - exact) <= width * found.day[f"{name}_ci95"][row]


@pytest.mark.parametrize(
    ("handle", "second_moment"),
    [(Constant(60), 1.0), (Lognormal(60, 0.7), 1.49), (Exponential(60), 2.0), (Sample([30, 90]), 1.25)],
)
def test_one_agent_and_any_handle_time(handle, second_moment):
    """Pollaczek and Khinchine: the mean wait is λ E(S²) ÷ 2 (1 − ρ)."""
    found = simulate_day(2_000_000 * 0.7 / 60, handle, 1, **LONG, seed=5)
    assert near(found, "wait_s", 0.7 / 60 * second_moment * 3600 / (2 * 0.3))
    assert near(found, "occupancy", 0.7)


def test_patience_that_is_always_the_same():
    """M/M/1+D with load 1 and patience of one handle time: 1/3 hang up (Baccelli & Hebuterne, 1981)."""
    found = simulate_day(2_000_000 / 60, 60, 1, patience_s=Constant(60), **LONG, seed=6)
    assert near(found, "abandonment", 1 / 3)
    assert near(found, "wait_probability", 2 / 3)


def test_pooled_queues_are_one():
    """Two queues of 10 Erlang, everybody takes both: the service of one queue of 20."""
    calls = 10 * 2_000_000 / 300
    found = simulate_day({"a": calls, "b": calls}, 300, {"all": 24}, skills={"all": [("a", "b")]}, **LONG, seed=7)
    exact = performance(2 * calls, 300, 24, interval_s=2_000_000)
    for row in range(2):
        assert near(found, "service_level", exact.service_level, row) and near(found, "asa_s", exact.asa_s, row)


def test_priorities():
    """Cobham (1954): who comes first in the order waits C ÷ n μ (1 − ρ₁), the other that ÷ (1 − ρ)."""
    one, other, agents, aht_s = 3.0, 5.0, 10, 300
    calls = {"first": one * 2_000_000 / aht_s, "second": other * 2_000_000 / aht_s}
    found = simulate_day(calls, aht_s, {"g": agents}, skills={"g": ("first", "second")}, **LONG, seed=8)
    waiting = performance(sum(calls.values()), aht_s, agents, interval_s=2_000_000).wait_probability
    first = waiting * aht_s / agents / (1 - one / agents)
    assert near(found, "asa_s", first, 0) and near(found, "asa_s", first / (1 - (one + other) / agents), 1)


def test_specialists_come_before_all_rounders():
    """Nobody ever waits for a specialist here, so that who can do all stays idle."""
    found = simulate_day(
        {"a": [5], "b": [5]},
        60,
        {"both": [3], "a": [30], "b": [30]},
        skills={"both": ("a", "b"), "a": "a", "b": "b"},
        days=50,
    )
    assert found.groups.set_index("group")["occupancy"]["both"] == 0 and (found.day["service_level"] == 1).all()


def test_chats_held_together():
    """Four agents with three chats each are twelve seats."""
    calls = 9 * 2_000_000 / 600
    found = simulate_day({"chat": calls}, 600, {"g": 4}, skills={"g": "chat"}, at_once={"g": 3}, **LONG, seed=9)
    alone = simulate_day(calls, 600, 4, at_once=3, **LONG, seed=10)
    exact = performance(calls, 600, 12, interval_s=2_000_000)
    assert near(found, "service_level", exact.service_level) and near(alone, "service_level", exact.service_level)
    assert alone.day["occupancy"].item() == pytest.approx(0.75, abs=0.01) and alone.intervals["agents"].item() == 4
    assert found.groups["occupancy"].item() == pytest.approx(0.75, abs=0.01)


@pytest.mark.parametrize("several", [False, True])
def test_by_hand_with_calls_that_all_last_as_long(several):
    """Two agents until the half hour, nobody after: those on a call finish it, nobody is answered any more."""
    calls, agents, how = [400, 400], [2, 0], dict(interval_s=1800, days=30, seed=1)
    if several:
        found = simulate_day({"q": calls}, Constant(700), {"g": agents}, skills={"g": "q"}, **how)
        present = found.groups["occupancy"][1]
    else:
        found = simulate_day(calls, Constant(700), agents, **how)
        present = found.intervals["occupancy"][1]
    assert (found.days["answered"] == 6).all()  # three each: at once, after 700 s and after 1400 s
    assert present == 1.0 and (found.days["abandoned"] == 0).all()


def test_the_same_seed_gives_the_same_days():
    one, same, other = (simulate_day([50, 60], 300, [10, 11], days=20, seed=seed).days for seed in (1, 1, 2))
    assert one.equals(same) and not one.equals(other)


def test_days_intervals_and_definitions_hang_together():
    how = dict(patience_s=90, target_s=20, days=400, seed=4)
    found = simulate_day([50, 60], 300, [8, 9], **how)
    assert found.days["offered"].mean() == pytest.approx(found.intervals["offered"].sum())
    total = found.days[["answered_in_target", "offered"]].sum()
    assert found.day["service_level"].item() == pytest.approx(total["answered_in_target"] / total["offered"])
    assert found.days["offered"].mean() == pytest.approx(110, abs=2)
    for definition in ("answered", "without_short_abandons", "abandons_count"):
        exact = whole_day(predict_day([50, 60], 300, [8, 9], patience_s=90), definition)["service_level"].item()
        level = simulate_day([50, 60], 300, [8, 9], **how, definition=definition).day
        assert abs(level["service_level"].item() - exact) <= 1.6 * level["service_level_ci95"].item()


def test_no_calls_and_one_day():
    found = simulate_day([0, 0], 300, [0, 2], days=1)
    assert found.intervals["service_level"].tolist() == [1, 1] and found.intervals["asa_s"].tolist() == [0, 0]
    assert found.day["offered"].item() == 0 and found.intervals["service_level_ci95"].isna().all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"agents": [1, 2, 3]}, "one number an interval"),
        ({"agents": [1.5, 2]}, "agents must be whole"),
        ({"aht_s": float("inf")}, "aht_s must be finite"),
        ({"aht_s": [1, 2, 3]}, "aht_s must be one number"),
        ({"aht_s": "long"}, "aht_s must be a number"),
        ({"days": 0}, "days must be in"),
        ({"days": 1.5}, "days must be a whole number"),
        ({"seed": -1}, "seed must be in"),
        ({"definition": "virtual"}, "definition must be one of"),
        ({"definition": {"q": "offered"}}, "definition must be one of"),
        ({"calls": [], "agents": []}, "of one interval at least, got none"),
        ({"aht_s": [[300], [300]]}, "aht_s must be one number, or one an interval"),
        ({"calls": None}, "calls must be given"),
        ({"skills": {"g": "q"}}, "several queues"),
        ({"calls": {"q": [1, 2]}}, "agents must be a mapping"),
        ({"calls": {"q": [1, 2]}, "agents": {"g": [1, 2]}}, "skills must be a mapping"),
        ({"calls": {"q": [1, 2]}, "agents": {"g": [1, 2]}, "skills": {"h": "q"}}, "skills must name every group"),
        ({"calls": {"q": [1, 2]}, "agents": {"g": [1, 2]}, "skills": {"g": "r"}}, "skills of g must be queues"),
        ({"calls": {"q": [1, 2], "r": [1]}, "agents": {"g": [1, 2]}, "skills": {"g": "q"}}, "nobody for 'r'"),
        ({"calls": {"q": [1, 2]}, "agents": {"g": [1, 2]}, "skills": {"g": 5}}, "skills of g must be queues"),
        ({"calls": {"q": [1, 2]}, "agents": {"g": [1, 2]}, "skills": {"g": ("q", 5)}}, "skills of g must be queues"),
        ({"calls": {"q": [1]}, "agents": {"g": [1]}, "skills": {"g": ("q", ("q",))}}, "name a queue once, got 'q'"),
        (
            {"calls": {"q": [1, 2]}, "aht_s": {}, "agents": {"g": [1, 2]}, "skills": {"g": "q"}},
            "aht_s must be given for every",
        ),
    ],
)
def test_bad_input_is_refused_in_words(change, words):
    with pytest.raises(ValueError, match=words):
        simulate_day(**({"calls": [10, 20], "aht_s": 300, "agents": [3, 4]} | change))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Lognormal(300, -1), "cv must be in"),
        (lambda: Lognormal(float("inf"), 1), "mean_s must be in"),
        (lambda: Sample([]), "one value at least"),
        (lambda: Sample([1, float("nan")]), "must be a number, got nan"),
        (lambda: Constant(-1), "mean_s must be in"),
    ],
)
def test_distributions_refuse_in_words(make, words):
    with pytest.raises(ValueError, match=words):
        make()
