"""Calls a second of one queue, simulated by ccplan, Ciw and SimPy; what they find beside the chain solved exactly.

20 Erlang, AHT 300 s, patience 180 s, 21 agents, ten hours from empty. Calls that come before closing are judged.
"""

import numpy as np

from ccplan.queueing import simulate_day

from . import exact_chain
from .measuring import Row, alone, best_of, missing, say

AHT_S, PATIENCE_S, AGENTS, CLOSING_S = 300, 180, 21, 36_000
AFTER_S = 3600  # Ciw and SimPy go on for so long: no call that is judged is cut off
CALLS = 20 * CLOSING_S / AHT_S
DAYS, PEERS_DAYS = 2_000, 10


def rows(days=DAYS, peers_days=PEERS_DAYS):
    """The rows of the table."""
    simulate_day([1, 1], 1, 1, days=1)  # compiled before, or read from the disk
    exact, lost = exact_chain.from_empty(CALLS, AHT_S, AGENTS, CLOSING_S, PATIENCE_S, 20)
    how = dict(interval_s=CLOSING_S, patience_s=PATIENCE_S, seed=1)
    found, ours = best_of(3, lambda: simulate_day(CALLS, AHT_S, AGENTS, days=days, **how))
    ours = days * CALLS / ours
    chance = found.day["service_level_ci95"].item()
    error = _off(found.day["service_level"].item(), exact, found.day["abandonment"].item(), lost, chance)
    for name, library, peer in (("Ciw", "ciw", ciw), ("SimPy", "simpy", simpy)):
        words = missing(library)
        what = f"one queue of 20 Erlang with patience, {days:,} days (peer {peers_days})"
        if words:
            yield Row(what, ours, "calls/s", peer=name, error=error, note=words, more_is_better=True)
            continue
        say(f"{name} simulates {CLOSING_S / 3600:g} hours, {peers_days} times ...")
        (came, waits, answered), seconds = best_of(1, lambda peer=peer: peer(peers_days))
        before = came < CLOSING_S
        level, left = np.mean(answered[before] & (waits[before] <= 20)), np.mean(~answered[before])
        wider = chance * np.sqrt(days / peers_days)
        yield Row(
            what,
            ours,
            "calls/s",
            peer=name,
            theirs=waits.size / seconds,
            error=error,
            peer_error=_off(level, exact, left, lost, wider),
            note="against the chain solved with scipy",
            promise="≥ 1 million calls/s",
            kept=ours >= 1e6,
            more_is_better=True,
            headline=name == "SimPy",
        )
    skilled = dict(skills={"g": "q"}, days=days, **how)
    several, general = best_of(3, lambda: simulate_day({"q": CALLS}, AHT_S, {"g": AGENTS}, **skilled))
    yield Row(
        "the same by the engine for many queues",
        days * CALLS / general,
        "calls/s",
        peer="ccplan, one queue",
        theirs=ours,
        more_is_better=True,
        error=_off(several.day["service_level"].item(), exact, several.day["abandonment"].item(), lost, chance),
    )


def _off(level, exact, left, lost, chance):
    service = f"service {100 * (level - exact):+.2f} (chance ± {100 * chance:.2f})"
    return f"{service}, abandonment {100 * (left - lost):+.2f} points"


def ciw(days):
    """(came, waits, answered) of the calls of some days, by Ciw."""
    import ciw

    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(CALLS / CLOSING_S)],
        number_of_servers=[AGENTS],
        service_distributions=[ciw.dists.Exponential(1 / AHT_S)],
        reneging_time_distributions=[ciw.dists.Exponential(1 / PATIENCE_S)],
    )
    calls = []
    for day in range(days):
        ciw.seed(day)
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(CLOSING_S + AFTER_S)
        calls += [
            (one.arrival_date, one.waiting_time, one.record_type == "service")
            for one in simulation.get_all_records(only=["service", "renege"])
        ]
    return tuple(map(np.array, zip(*calls, strict=True)))


def simpy(days):
    """The same by SimPy."""
    import simpy

    calls = []

    def caller(world, agents, rng):
        came = world.now
        with agents.request() as turn:
            got = yield turn | world.timeout(rng.exponential(PATIENCE_S))
            calls.append((came, world.now - came, turn in got))
            if turn in got:
                yield world.timeout(rng.exponential(AHT_S))

    def callers(world, agents, rng):
        while True:
            yield world.timeout(rng.exponential(CLOSING_S / CALLS))
            world.process(caller(world, agents, rng))

    for day in range(days):
        world = simpy.Environment()
        world.process(callers(world, simpy.Resource(world, AGENTS), np.random.default_rng(day)))
        world.run(until=CLOSING_S + AFTER_S)
    return tuple(map(np.array, zip(*calls, strict=True)))


if __name__ == "__main__":
    alone(rows())
