"""Callbacks: against the queue without them, against processes written in simpy, their laws, bad input."""

from dataclasses import replace

import numpy as np
import pytest

from ccplan.queueing import Callbacks, Targets, required_with_callbacks, simulate_callbacks, simulate_day
from ccplan.queueing.callbacks import URGENT

from .effort import DEEP

CALLS, AGENTS = [60, 110, 60, 40], [13, 17, 15, 13]
OFFER = Callbacks(threshold_s=40, accept=0.6, promise_s=3600)


def test_without_takers_it_is_the_day_itself():
    ours = simulate_callbacks(CALLS, 300, AGENTS, replace(OFFER, accept=0.0), patience_s=240, days=2000, seed=1)
    edges = np.repeat(np.arange(5) * 1800.0, 2)[1:-1]  # level within an interval, as here
    steps = (edges, np.repeat(CALLS, 2) / 1800)
    theirs = simulate_day(None, 300, AGENTS, patience_s=240, rate=steps, days=2000, seed=2)
    for name in ("service_level", "abandonment"):
        assert ours.intervals[name].to_numpy() == pytest.approx(theirs.intervals[name].to_numpy(), abs=0.02), name
    assert ours.day["abandonment"].item() == pytest.approx(theirs.day["abandonment"].item(), abs=0.004)
    assert (ours.intervals["callbacks"] == 0).all() and ours.day["promise_kept"].item() == ours.day[
        "service_level"
    ].item()


@pytest.mark.parametrize(
    ("calls", "agents"), [([200], [10]), ([100, 100, 30], [30, 6, 3])], ids=["overload at the end", "many leave"]
)
def test_occupancy_is_of_the_time_that_people_are_there(calls, agents):
    """Work after closing is not the day's, and who finishes a call in hand is there: as the other simulation has it."""
    nobody = replace(OFFER, accept=0.0)
    ours = simulate_callbacks(calls, 300, agents, nobody, patience_s=240, days=2000, seed=1).day["occupancy"].item()
    edges = np.repeat(np.arange(len(calls) + 1) * 1800.0, 2)[1:-1]
    steps = (edges, np.repeat(calls, 2) / 1800)
    theirs = simulate_day(None, 300, agents, patience_s=240, rate=steps, days=2000, seed=2).day.iloc[0]
    assert ours == pytest.approx(theirs["occupancy"], abs=2 * theirs["occupancy_ci95"]) and ours <= 1


def by_processes(seed, calls, aht_s, agents, offer, patience_s, days, target_s=20):
    """The same policy as processes: every customer a generator, a clerk who is woken whenever anything changes."""
    import simpy

    rng = np.random.default_rng(seed)
    told = {name: 0.0 for name in ("offered", "in_target", "abandoned", "asked", "reached", "kept", "attempts")}
    for _ in range(days):
        env = simpy.Environment()
        callers, backs, state = [], [], {"busy": 0}

        def crew(env=env):
            return agents[min(int(env.now // 1800), len(agents) - 1)]

        def work(seconds, env=env, state=state):
            state["busy"] += 1
            yield env.timeout(seconds)
            state["busy"] -= 1
            serve()

        def again(item, env=env, backs=backs):
            yield env.timeout(offer.attempt_s + offer.retry_s)
            backs.append(item)
            backs.sort(key=lambda one: one["asked"])
            serve()

        def remind(env=env):
            yield env.timeout(URGENT * offer.promise_s)
            serve()

        def call_back(env=env, backs=backs):
            item = backs.pop(0)
            item["tries"] += 1
            told["attempts"] += 1
            if rng.random() < offer.reached:
                told["reached"] += 1
                told["kept"] += env.now - item["asked"] <= offer.promise_s
                env.process(work(rng.exponential(aht_s)))
                return
            if item["tries"] < offer.attempts:
                env.process(again(item))
            env.process(work(offer.attempt_s))

        def serve(env=env, callers=callers, backs=backs, state=state):
            started = 0  # a process that is started counts as busy only from its first step
            while state["busy"] + started < crew():
                if backs and env.now - backs[0]["asked"] >= URGENT * offer.promise_s - 1e-6:
                    call_back()
                elif callers:
                    caller = callers.pop(0)
                    told["in_target"] += env.now - caller["came"] <= target_s
                    caller["gone"] = True
                    env.process(work(rng.exponential(aht_s)))
                elif backs and crew() - state["busy"] - started > offer.reserve:
                    call_back()
                else:
                    break
                started += 1

        def customer(at, env=env, callers=callers, backs=backs, state=state):
            yield env.timeout(at)
            told["offered"] += 1
            expected = (len(callers) + 1) * aht_s / crew()
            if state["busy"] >= crew() and expected > offer.threshold_s and rng.random() < offer.accept:
                told["asked"] += 1
                backs.append({"asked": env.now, "tries": 0})
                env.process(remind())
                serve()
                return
            mine = {"came": env.now, "gone": False}
            callers.append(mine)
            serve()
            yield env.timeout(rng.exponential(patience_s))
            if not mine["gone"]:
                callers.remove(mine)
                told["abandoned"] += 1

        def shifts(env=env):
            for _ in agents[1:]:
                yield env.timeout(1800)
                yield env.timeout(0)
                serve()

        env.process(shifts())
        for i, mean in enumerate(calls):
            for at in (i + rng.random(rng.poisson(mean))) * 1800:
                env.process(customer(at))
        env.run()
    return told


@pytest.mark.parametrize(
    "offer",
    [OFFER, Callbacks(threshold_s=20, accept=0.9, promise_s=900, reserve=3, reached=0.5, attempts=2, retry_s=300)],
    ids=["long promise", "short promise"],
)
def test_against_processes(offer):
    days = 1500 if DEEP else 120
    told = by_processes(3, CALLS, 300, AGENTS, offer, 240, days)
    day = simulate_callbacks(CALLS, 300, AGENTS, offer, patience_s=240, days=3000, seed=5).day.iloc[0]
    spread = (3000 / days) ** 0.5 * 1.6  # the referee's own interval is wider by the root of its fewer days
    stayed = told["offered"] - told["asked"]
    assert told["in_target"] / stayed == pytest.approx(day["service_level"], abs=day["service_level_ci95"] * spread)
    kept = (told["in_target"] + told["kept"]) / told["offered"]
    assert kept == pytest.approx(day["promise_kept"], abs=day["promise_kept_ci95"] * spread)
    assert told["abandoned"] / told["offered"] == pytest.approx(
        day["abandonment"], abs=day["abandonment_ci95"] * spread
    )
    assert told["asked"] / told["offered"] == pytest.approx(day["callbacks"], rel=0.12)
    assert told["kept"] / told["asked"] == pytest.approx(day["callbacks_kept"], abs=0.03)
    assert told["attempts"] / days == pytest.approx(day["called"], rel=0.12)


def test_attempts_by_hand():
    """A customer who answers half the attempts, three at most: 7 in 8 are reached, with 1.75 attempts in the mean."""
    offer = replace(OFFER, reached=0.5, attempts=3, promise_s=1e6, accept=1.0, threshold_s=0.0)
    day = simulate_callbacks([200] * 8, 300, [25] * 8, offer, days=200, seed=2).day.iloc[0]
    assert day["callbacks_kept"] == pytest.approx(7 / 8, abs=0.01)
    assert day["called"] / (day["callbacks"] * day["offered"]) == pytest.approx(1.75, abs=0.03)


def test_callbacks_help_callers():
    none = simulate_callbacks(CALLS, 300, AGENTS, replace(OFFER, accept=0.0), patience_s=240, seed=1).day.iloc[0]
    some = simulate_callbacks(CALLS, 300, AGENTS, OFFER, patience_s=240, seed=1).day.iloc[0]
    assert some["abandonment"] < none["abandonment"] and some["service_level"] > none["service_level"]
    assert some["asa_s"] < none["asa_s"] and some["occupancy"] > none["occupancy"], "the work is moved, not gone"


def test_fewer_agents_with_callbacks_keep_the_promise():
    calls = [40, 80, 110, 80, 40]
    plan = required_with_callbacks(calls, 300, Targets(), OFFER, patience_s=240, days=200)
    assert plan["agents"].sum() < plan["agents_without"].sum() and (plan["agents"] <= plan["agents_without"]).all()
    for seed, column, offer in ((9, "agents", OFFER), (9, "agents_without", replace(OFFER, accept=0.0))):
        fresh = simulate_callbacks(calls, 300, plan[column], offer, patience_s=240, days=1500, seed=seed)
        assert (fresh.intervals["promise_kept"] > 0.80 - 0.03).all(), column


def test_nobody_there_and_nobody_calling():
    quiet = simulate_callbacks([0, 0], 300, [0, 0], OFFER).day.iloc[0]
    assert (quiet["promise_kept"], quiet["abandonment"], quiet["offered"]) == (1, 0, 0)
    closed = simulate_callbacks([30, 30], 300, [0, 0], replace(OFFER, accept=0.0), patience_s=60, days=50).day.iloc[0]
    assert (closed["promise_kept"], closed["abandonment"]) == (0, 1)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: Callbacks(accept=40), "write 40 % as 0.40"),
        (lambda: Callbacks(attempts=0), "attempts must be"),
        (lambda: Callbacks(reserve=1.5), "reserve must be a whole number, got 1.5"),
        (lambda: Callbacks(promise_s=0), "promise_s must be above 0"),
        (lambda: simulate_callbacks([60], 300, [10, 10], OFFER), "one an interval, got 2 for 1"),
        (lambda: simulate_callbacks([60], 300, [10.5], OFFER), "agents must be whole, got 10.5"),
        (lambda: simulate_callbacks([60], [300], [10], OFFER), "aht_s must be one number"),
        (lambda: simulate_callbacks([60], 300, [10], 0.4), "callbacks must be a Callbacks"),
        (lambda: simulate_callbacks([60, 60], 300, [10, 0], OFFER), "agents of the last interval"),
        (lambda: simulate_callbacks([60], 300, [10], OFFER, days=0), "days must be in \\[1"),
        (lambda: simulate_callbacks([60], 300, [10], OFFER, days=1.5), "days must be a whole number, got 1.5"),
        (lambda: simulate_callbacks([], 300, [], OFFER), "calls must be a number an interval"),
        (lambda: simulate_callbacks([[60]], 300, [[10]], OFFER), "calls must be a number an interval"),
        (lambda: required_with_callbacks([[60]], 300, Targets(), OFFER), "calls must be a number an interval"),
        (lambda: required_with_callbacks([60], 300, Targets(), 0.4), "callbacks must be a Callbacks"),
        (lambda: required_with_callbacks([60], 300, 0.8, OFFER), "targets must be a Targets"),
        (
            lambda: required_with_callbacks([60], 300, Targets(service_level=None, max_asa_s=3), OFFER),
            "with a service_level",
        ),
    ],
)
def test_bad_input_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()
