"""A day whose calls come and go: predicted, staffed, and beside truth from 8,000 simulated days and more; SimPy
does the same.

What each staffing rule would really give is read from 1,000 fresh simulated days.
"""

import json
from functools import partial
from pathlib import Path

import numpy as np

from ccplan.queueing import (
    Targets, lagged_agents, offered_load_agents, performance, predict_day, required_day, simulate_day, stationary_agents,
)  # fmt: skip

from .measuring import Row, alone, best_of, missing, say

TRUTH = Path(__file__).parents[1] / "tests" / "truth" / "time_varying_cases.json"
INTERVALS, PEAK, AHT_S, PATIENCE_S = 48, 200, 300, 180
PEERS_DAYS = 20
RULES = {
    "stationary": stationary_agents, "lagged": lagged_agents, "offered load": offered_load_agents,
    "through the day, every interval": required_day, "through the day, 95 % of intervals": partial(required_day, meet=0.95),
    "through the day, the day as a whole": partial(required_day, meet="day"),
}  # fmt: skip


def rows():
    """The rows of the table."""
    simulate_day([1, 1], 1, 1, days=1), predict_day([1, 1], 1, [2, 1])  # compiled before, or read from the disk
    for make in (_times, _errors, _rules):
        yield from make()


def a_day():
    """Calls by half-hour: two humps, quiet nights."""
    hour = np.arange(INTERVALS) / 2 + 0.25
    shape = np.exp(-(((hour - 11) / 3.2) ** 2)) + 0.8 * np.exp(-(((hour - 16) / 3) ** 2)) + 0.01
    return PEAK * shape / shape.max() * 1800 / AHT_S


def _times():
    calls = a_day()
    _, formula = best_of(5, lambda: performance(calls, AHT_S, 210, patience_s=PATIENCE_S))
    for name, patience_s in (("patience 180 s", PATIENCE_S), ("nobody hangs up", np.inf)):
        agents = required_day(calls, AHT_S, Targets(), patience_s=patience_s)
        _, predicted = best_of(5, lambda: predict_day(calls, AHT_S, agents, patience_s=patience_s))
        yield Row(
            f"a day of 48 half-hours, 200 Erlang at its peak, {name}, predicted",
            predicted,
            peer="ccplan, Erlang A by the half-hour",
            theirs=formula,
            promise="≤ 150 ms",
            kept=predicted <= 0.150,
        )
        for what, meet in (
            ("every interval at 80/20", "every"),
            ("95 % of intervals", 0.95),
            ("the day as a whole", "day"),
        ):
            _, staffed = best_of(3, lambda: required_day(calls, AHT_S, Targets(), patience_s=patience_s, meet=meet))
            yield Row(
                f"the same staffed, {what}, {name}",
                staffed,
                peer="ccplan, predicted once",
                theirs=predicted,
                promise="≤ 2 s",
                kept=staffed <= 2,
            )


def _errors():
    """Service by interval beside truth, on rosters that were not made for it: predicted, and by some days of SimPy."""
    for case in json.loads(TRUTH.read_text(encoding="utf-8"))["cases"]:
        how = dict(
            interval_s=case["interval_s"],
            target_s=case["T"],
            patience_s=case["patience_s"] or np.inf,
            rate=(case["rate_knots_t_s"], case["rate_knots_per_s"]),
        )
        day, ours = best_of(3, lambda case=case, how=how: predict_day(None, case["aht_s"], case["agents"], **how))
        apart, formula = np.abs(day["service_level"] - case["interval_sl"]), case["errors"]["stationary"]
        words, theirs, their_error = missing("simpy"), None, ""
        if not words:
            say(f"SimPy plays {PEERS_DAYS} days, AHT {case['aht_s']} s ...")
            found, theirs = best_of(1, lambda case=case: simpy(case, PEERS_DAYS))
            their_error = _points(np.abs(found - case["interval_sl"]))
        yield Row(
            f"service of 24 half-hours, AHT {case['aht_s']} s, {_patience(case)}",
            ours,
            peer=f"SimPy, {PEERS_DAYS} days",
            theirs=theirs,
            error=_points(apart),
            peer_error=their_error,
            promise="mean ≤ 0.5, max ≤ 2 points",
            kept=apart.mean() <= 0.005 and apart.max() <= 0.02,
            note=words
            or f"Erlang by the interval is mean {100 * formula['mean_abs']:.1f}, max {100 * formula['max_abs']:.1f} points off; "
            f"the truth is known to {100 * np.mean(case['interval_sl_ci95']):.1f}",
            headline=case["aht_s"] == 480,
        )


def _points(apart):
    return f"mean {100 * np.mean(apart):.2f}, max {100 * np.max(apart):.2f} points"


def _patience(case):
    return f"patience {case['patience_s']} s" if case["patience_s"] else "nobody hangs up"


def simpy(case, days):
    """Service level by interval of arrival of some days, by SimPy: who leaves finishes the call in hand."""
    import simpy

    step, target, most = case["interval_s"], case["T"], max(case["agents"])
    times, rates = case["rate_knots_t_s"], case["rate_knots_per_s"]
    offered, in_time = np.zeros(len(case["agents"])), np.zeros(len(case["agents"]))

    def caller(world, desks, rng):
        came = world.now
        with desks.request(priority=1) as turn:
            got = yield turn | world.timeout(rng.exponential(case["patience_s"])) if case["patience_s"] else turn
            answered = not case["patience_s"] or turn in got
            offered[int(came // step)] += 1
            in_time[int(came // step)] += answered and world.now - came <= target
            if answered:
                yield world.timeout(rng.exponential(case["aht_s"]))

    def callers(world, desks, rng):  # Poisson at the highest rate, thinned out to the rate of the moment
        while True:
            yield world.timeout(rng.exponential(1 / max(rates)))
            if world.now >= step * len(offered):
                return
            if rng.random() * max(rates) < np.interp(world.now, times, rates):
                world.process(caller(world, desks, rng))

    def roster(world, desks):  # an empty desk is a request that goes before all callers
        empty = []
        for agents in case["agents"]:
            while len(empty) < most - agents:
                empty.append(desks.request(priority=0))
            while len(empty) > most - agents:
                back = empty.pop()
                desks.release(back) if back.triggered else back.cancel()
            yield world.timeout(step)

    for day in range(days):
        world, rng = simpy.Environment(), np.random.default_rng(day)
        desks = simpy.PriorityResource(world, most)
        world.process(roster(world, desks))
        world.process(callers(world, desks, rng))
        world.run()
    return in_time / offered


def _rules():
    """What each staffing rule gives on 1,000 fresh simulated days, for calls of five minutes and of twenty."""
    return [row for aht_s, patience_s in ((300, PATIENCE_S), (1200, np.inf)) for row in _judged(aht_s, patience_s)]


def _judged(aht_s, patience_s):
    calls, base = a_day() * AHT_S / aht_s / 4, None
    for name, rule in RULES.items():
        agents = rule(calls, aht_s, Targets(), patience_s=patience_s)
        found = simulate_day(calls, aht_s, agents, patience_s=patience_s, days=1000, seed=2026)
        hours, level, day = agents.sum() / 2, found.intervals["service_level"], found.day.iloc[0]
        base = base or hours
        yield Row(
            f"AHT {aht_s / 60:.0f} min, staffed by {name}",
            hours,
            "agent-hours",
            peer="stationary",
            theirs=base,
            error=f"day {day['service_level']:.1%} ± {day['service_level_ci95']:.1%}, worst interval {level.min():.1%}",
            note=f"{np.mean(level < 0.8):.0%} of intervals under the 80 % asked for, on 1,000 simulated days",
        )


if __name__ == "__main__":
    alone(rows())
