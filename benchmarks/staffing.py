"""A year of 35,040 quarter-hours staffed by ccplan and by pyworkforce, against an exact walk.

AHT 180–420 s, load 1–160 Erlang, 80 % within 20 s, occupancy cap 0.85, shrinkage 0.30.
"""

import tracemalloc
from fractions import Fraction
from math import ceil

import numpy as np

from ccplan.planning import scheduled_agents
from ccplan.queueing import Targets, required_agents
from tests.reference import fewest_for_erlang_c

from .measuring import Row, alone, best_of, say

QUARTER, YEAR, SHRINKAGE = 900, 35_040, 0.30
TARGETS = Targets(service_level=0.80, target_s=20, max_occupancy=0.85)


def rows():
    """The rows of the table."""
    load, aht_s = a_year(seed=2026)
    net, ours = best_of(5, lambda: ccplan(load, aht_s))
    say("pyworkforce takes some seconds a turn ...")
    theirs_net, theirs = best_of(2, lambda: pyworkforce(load, aht_s))
    _, ours_again = best_of(5, lambda: ccplan(load, aht_s))  # in turn: before and after the peer
    ours = min(ours, ours_again)
    say("the exact walk, in extended precision ...")
    exact, margin = fewest_for_erlang_c(load, aht_s, 0.80, 20, 0.85)
    ours_wrong, theirs_wrong = wrong(net, exact), wrong(theirs_net, exact)
    yield Row(
        "a year of 35,040 quarter-hours, Erlang C, 80 % in 20 s, occupancy ≤ 0.85",
        ours,
        peer="pyworkforce",
        theirs=theirs,
        error=f"{ours_wrong} answers wrong",
        peer_error=f"{theirs_wrong:,} answers one agent off",
        note=f"against an exact walk in 64-bit mantissas; its nearest decision is {margin:.1e} from the target",
        promise="≥ 60x, none wrong",
        kept=theirs / ours >= 60 and not ours_wrong,
        headline=True,
    )
    _, hundredfold = best_of(5, lambda: ccplan(100 * load, aht_s))
    yield Row(
        "the same at 100 times the load",
        hundredfold,
        peer="ccplan, load as it is",
        theirs=ours,
        promise="< 3x the time",
        kept=hundredfold / ours < 3,
    )
    peak = memory_of_a_million()
    yield Row(
        "a million intervals, Erlang A: memory at the most", peak / 2**20, "MiB", promise="< 1 GiB", kept=peak < 2**30
    )


def a_year(seed):
    rng = np.random.default_rng(seed)
    return rng.uniform(1, 160, YEAR), rng.uniform(180, 420, YEAR)


def ccplan(load, aht_s, targets=TARGETS, **how):
    """(net, gross) of every interval."""
    net = required_agents(load * QUARTER / aht_s, aht_s, targets, interval_s=QUARTER, **how)
    return net, scheduled_agents(net, SHRINKAGE)


def pyworkforce(load, aht_s, max_occupancy=0.85):
    from pyworkforce.queuing import ErlangC

    answers = [
        ErlangC(
            transactions=a * QUARTER / t, aht=t / 60, asa=20 / 60, interval=QUARTER / 60, shrinkage=SHRINKAGE
        ).required_positions(service_level=0.80, max_occupancy=max_occupancy)
        for a, t in zip(load, aht_s)
    ]
    return np.array([a["raw_positions"] for a in answers]), np.array([a["positions"] for a in answers])


def wrong(answer, exact):
    """Intervals in which net or gross differs from the exact numbers; gross by rational arithmetic."""
    net, gross = answer
    keep = 1 - Fraction(str(SHRINKAGE))
    exact_gross = np.array([ceil(Fraction(int(n)) / keep) for n in exact])
    return int(((net != exact) | (gross != exact_gross)).sum())


def memory_of_a_million():
    rng = np.random.default_rng(1)
    calls = rng.uniform(0, 400, 1_000_000)
    tracemalloc.start()
    required_agents(calls, 240, TARGETS, patience_s=180)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


if __name__ == "__main__":
    alone(rows())
