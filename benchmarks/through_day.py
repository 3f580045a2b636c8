"""A day of 48 half-hours at up to 200 Erlang predicted and staffed; the error against simulated truth; calls a second.

Ciw and SimPy simulate the same queue: 20 Erlang, AHT 300 s, patience 180 s, 21 agents, from empty. What each
staffing rule would really give is read from 1,000 fresh simulated days.
"""

import json
import time
from functools import partial
from pathlib import Path

import numpy as np

from ccplan.queueing import (
    Targets, lagged_agents, offered_load_agents, performance, predict_day, required_day, simulate_day, stationary_agents,
    whole_day,
)  # fmt: skip

from .staffing import _kept, _say, best_of

TRUTH = Path(__file__).parents[1] / "tests" / "truth" / "time_varying_cases.json"
INTERVALS, PEAK, AHT_S, PATIENCE_S, AGENTS = 48, 200, 300, 180, 21
RULES = {
    "stationary": stationary_agents, "lagged": lagged_agents, "offered load": offered_load_agents,
    "through the day, every interval": required_day, "through the day, 95 % of intervals": partial(required_day, meet=0.95),
    "through the day, the day as a whole": partial(required_day, meet="day"),
}  # fmt: skip


def rows():
    """The table's rows: what, ccplan, peer, ratio, wrong answers, promise."""
    simulate_day([1, 1], 1, 1, days=1), predict_day([1, 1], 1, [2, 1])  # compiled before, or read from the disk
    return [*_times(), *_errors(), *_simulations(), *_rules()]


def a_day():
    """Calls by half-hour: two humps, quiet nights."""
    hour = np.arange(INTERVALS) / 2 + 0.25
    shape = np.exp(-(((hour - 11) / 3.2) ** 2)) + 0.8 * np.exp(-(((hour - 16) / 3) ** 2)) + 0.01
    return PEAK * shape / shape.max() * 1800 / AHT_S


def _times():
    calls, rows = a_day(), []
    _, formula = best_of(5, lambda: performance(calls, AHT_S, 210, patience_s=PATIENCE_S))
    for name, patience_s in (("patience 180 s", PATIENCE_S), ("nobody hangs up", np.inf)):
        agents = required_day(calls, AHT_S, Targets(), patience_s=patience_s)
        _, predicted = best_of(5, lambda: predict_day(calls, AHT_S, agents, patience_s=patience_s))
        rows.append((f"a day of 48 intervals, 200 Erlang, {name}; beside the formula", f"{predicted * 1e3:.0f} ms", f"{formula * 1e3:.1f} ms",
                     f"{predicted / formula:.0f}x time", "", _kept(predicted <= 0.150, "≤ 150 ms, better 50")))
        for what, meet in (("every interval at 80/20", "every"), ("95 % of intervals", 0.95), ("the day as a whole", "day")):
            _, staffed = best_of(3, lambda: required_day(calls, AHT_S, Targets(), patience_s=patience_s, meet=meet))
            rows.append((f"the same staffed, {what}, {name}", f"{staffed:.2f} s", f"{predicted:.3f} s (predicted once)",
                         f"{staffed / predicted:.0f}x time", "", _kept(staffed <= 2, "≤ 2 s")))
    return rows


def _errors():
    rows = []
    for case in json.loads(TRUTH.read_text(encoding="utf-8"))["cases"]:
        day = predict_day(None, case["aht_s"], case["agents"], interval_s=case["interval_s"], target_s=case["T"],
                          patience_s=case["patience_s"] or np.inf, rate=(case["rate_knots_t_s"], case["rate_knots_per_s"]))
        apart, naive = np.abs(day["service_level"] - case["interval_sl"]), case["errors"]["stationary"]
        rows.append((f"error in points, AHT {case['aht_s']}, patience {case['patience_s']}; peer the stationary formula",
                     f"mean {100 * apart.mean():.2f}, max {100 * apart.max():.2f}",
                     f"mean {100 * naive['mean_abs']:.2f}, max {100 * naive['max_abs']:.2f}",
                     f"{naive['mean_abs'] / apart.mean():.0f}x nearer", f"truth is known to {100 * np.mean(case['interval_sl_ci95']):.2f}",
                     _kept(apart.mean() <= 0.005 and apart.max() <= 0.02, "mean ≤ 0.5, max ≤ 2")))
    return rows


def _simulations():
    hours, calls = 10, 20 * 36_000 / AHT_S
    how = dict(interval_s=36_000, patience_s=PATIENCE_S, seed=1)
    days = 2_000
    found, ours = best_of(3, lambda: simulate_day(calls, AHT_S, AGENTS, days=days, **how))
    ours = days * calls / ours
    several, general = best_of(3, lambda: simulate_day({"q": calls}, AHT_S, {"g": AGENTS}, skills={"g": "q"}, days=days, **how))
    general = days * calls / general
    exact = whole_day(predict_day(calls, AHT_S, AGENTS, interval_s=36_000, patience_s=PATIENCE_S))["service_level"].item()
    rows = [("calls a second of one queue", f"{ours:,.0f}", "", "", f"service {found.day['service_level'].item():.4f}, exact {exact:.4f}",
             _kept(ours >= 1e6, "≥ 1 million")),
            ("the same by the engine for many queues", f"{general:,.0f}", f"{ours:,.0f} (one queue)", f"{ours / general:.1f}x time",
             f"service {several.day['service_level'].item():.4f}", "")]
    for name, peer in (("ciw", ciw), ("SimPy", simpy)):
        _say(f"{name} simulates {hours} hours, ten times ...")
        begin = time.perf_counter()
        waits, answered = peer(10, hours * 3600)
        seconds = time.perf_counter() - begin
        level = np.mean(answered & (waits <= 20))
        rows.append((f"the same queue in {name}", f"{ours:,.0f}", f"{waits.size / seconds:,.0f}", f"{ours * seconds / waits.size:,.0f}x faster",
                     f"service {level:.3f}, {'same' if abs(level - exact) < 0.05 else 'OTHER'}",
                     _kept(abs(level - exact) < 0.05, "same service")))
    return rows


def ciw(days, closing_s):
    """(waits, answered) of the calls of some days, by Ciw."""
    import ciw

    network = ciw.create_network(arrival_distributions=[ciw.dists.Exponential(20 / AHT_S)], number_of_servers=[AGENTS],
                                 service_distributions=[ciw.dists.Exponential(1 / AHT_S)],
                                 reneging_time_distributions=[ciw.dists.Exponential(1 / PATIENCE_S)])
    waits, answered = [], []
    for day in range(days):
        ciw.seed(day)
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(closing_s)
        for record in simulation.get_all_records(only=["service", "renege"]):
            waits.append(record.waiting_time)
            answered.append(record.record_type == "service")
    return np.array(waits), np.array(answered)


def simpy(days, closing_s):
    """The same by SimPy."""
    import simpy

    waits, answered = [], []

    def caller(world, agents, rng):
        came = world.now
        with agents.request() as turn:
            got = yield turn | world.timeout(rng.exponential(PATIENCE_S))
            waits.append(world.now - came)
            answered.append(turn in got)
            if turn in got:
                yield world.timeout(rng.exponential(AHT_S))

    def callers(world, agents, rng):
        while True:
            yield world.timeout(rng.exponential(AHT_S / 20))
            world.process(caller(world, agents, rng))

    for day in range(days):
        world = simpy.Environment()
        world.process(callers(world, simpy.Resource(world, AGENTS), np.random.default_rng(day)))
        world.run(until=closing_s)
    return np.array(waits), np.array(answered)


def _rules():
    """What each staffing rule gives on 1,000 fresh simulated days, for calls of five minutes and of twenty."""
    return [row for aht_s, patience_s in ((300, PATIENCE_S), (1200, np.inf)) for row in _judged(aht_s, patience_s)]


def _judged(aht_s, patience_s):
    calls, rows, base = a_day() * AHT_S / aht_s / 4, [], None
    for name, rule in RULES.items():
        agents = rule(calls, aht_s, Targets(), patience_s=patience_s)
        found = simulate_day(calls, aht_s, agents, patience_s=patience_s, days=1000, seed=2026)
        hours, level, day = agents.sum() / 2, found.intervals["service_level"], found.day.iloc[0]
        base = base or hours
        rows.append((f"1,000 days, AHT {aht_s / 60:.0f} min, staffed by {name}", f"{hours:.1f} agent-hours", f"{base:.1f} (stationary)",
                     f"{hours / base:.3f}x hours", f"day {day['service_level']:.1%} ± {day['service_level_ci95']:.1%}, worst interval "
                     f"{level.min():.1%}, {np.mean(level < 0.8):.0%} of intervals under 80 %", ""))
    return rows
