"""Erlang A: answers beside a reference of 20 digits and a chain solved with scipy, searches, and a year.

pyworkforce knows no patience: what its Erlang C asks for is counted beside what callers who hang up need.
"""

import json
import time
from pathlib import Path

import numpy as np

from ccplan.queueing import Targets, performance, required_agents

from . import exact_chain
from .measuring import Row, alone, best_of, say
from .staffing import TARGETS, a_year, ccplan, pyworkforce

TRUTH = Path(__file__).parents[1] / "tests" / "truth" / "erlang_cases.json"
LARGEST, LONGEST_S = 2_000, 3600  # Erlang, patience: the chains of more callers at once take too long
FIELDS = {"sl_offered": "service_level", "p_abandon": "abandonment", "wait_all": "wait_s"}


def rows():
    """The rows of the table."""
    yield from _answers(list(cases("erlang_a", lambda given: True)))
    yield _searches(cases("erlang_a_required", lambda given: given.get("sl_definition") == "sl_offered"))
    yield from _year()


def cases(model, wanted):
    """(inputs, outputs) of the reference's cases of a model, numbers as floats."""
    for case in json.loads(TRUTH.read_text(encoding="utf-8"))["cases"]:
        given = {
            name: value if name == "sl_definition" else float(value)
            for name, value in case["inputs"].items()
            if value is not None
        }
        if case["model"] == model and wanted(given):
            yield given, {name: float(value) for name, value in case["outputs"].items()}


def _queue(given):
    return {name: given[name] for name in ("calls", "aht_s", "interval_s", "patience_s")}


def _staffed(given):
    return _queue(given) | {"agents": int(given["agents"]), "target_s": given["threshold_s"]}


def _load(given):
    return given["calls"] * given["aht_s"] / given["interval_s"]


def _answers(found):
    small = [one for one in found if _load(one[0]) <= LARGEST and one[0]["patience_s"] <= LONGEST_S]
    asked = [_staffed(given) for given, _ in small]
    ours, off = _ours(small)
    say("the chains of these queues are solved ...")
    solved, theirs = best_of(3, lambda: [exact_chain.steady(**one) for one in asked])
    exact = [[outputs[name] for name in FIELDS] for _, outputs in small]
    yield Row(
        f"{len(small)} queues of up to {LARGEST:,} Erlang, one by one: service, abandonment, wait",
        ours,
        peer="chain solved with scipy",
        theirs=theirs,
        error=f"at most {off:.0e} (relative)",
        peer_error=f"at most {_apart(solved, exact):.0e} (relative)",
        note="against 60-digit arithmetic",
        promise="≤ 1e-9",
        kept=off <= 1e-9,
        headline=True,
    )
    ours, off = _ours(found)
    yield Row(
        f"{len(found)} queues, up to a million Erlang and callers who wait for years",
        ours,
        error=f"at most {off:.0e} (relative)",
        note="against 60-digit arithmetic; too large for the chain",
        promise="≤ 1e-9",
        kept=off <= 1e-9,
    )


def _ours(found):
    """(seconds, largest error) of ccplan for some cases of the reference."""
    asked = [_staffed(given) for given, _ in found]
    told, seconds = best_of(5, lambda: [performance(**one) for one in asked])
    mine = [[float(getattr(answer, name)) for name in FIELDS.values()] for answer in told]
    return seconds, _apart(mine, [[outputs[name] for name in FIELDS] for _, outputs in found])


def _apart(answers, exact):
    """The largest relative difference, absolute below a thousand-millionth."""
    answers, exact = np.array(answers), np.array(exact)
    return float((np.abs(answers - exact) / np.where(exact > 1e-9, exact, 1.0)).max())


def _searches(found):
    found = list(found)
    told, ours = best_of(5, lambda: [required_agents(targets=_targets(given), **_queue(given)) for given, _ in found])
    say("the same searches by chains ...")
    walked, theirs = best_of(1, lambda: [_walk(given) for given, _ in found])
    exact = [int(outputs["agents"]) for _, outputs in found]
    wrong, theirs_wrong = (sum(int(a) != b for a, b in zip(answers, exact, strict=True)) for answers in (told, walked))
    return Row(
        f"{len(found)} searches for the fewest agents",
        ours,
        peer="chain solved with scipy",
        theirs=theirs,
        error=f"{wrong} wrong",
        peer_error=f"{theirs_wrong} wrong",
        note="against 60-digit arithmetic",
        promise="none wrong",
        kept=not wrong,
    )


def _targets(given):
    return Targets(service_level=given["sl"], target_s=given["threshold_s"])


def _walk(given):
    """The fewest agents by halving: service rises with every agent."""
    low, high = 0, int(_load(given) * 2 + 20)
    while high - low > 1:
        middle = (low + high) // 2
        level = exact_chain.steady(**_queue(given), agents=middle, target_s=given["threshold_s"])[0]
        low, high = (low, middle) if level >= given["sl"] else (middle, high)
    return high


def _year():
    load, aht_s = a_year(seed=2026)
    for words, targets in (("occupancy ≤ 0.85", TARGETS), ("no cap", Targets())):
        _, plain = best_of(5, lambda: ccplan(load, aht_s, targets))
        _, impatient = best_of(5, lambda: ccplan(load, aht_s, targets, patience_s=180))
        yield Row(
            f"a year of 35,040 quarter-hours, 80 % in 20 s, {words}, patience 180 s",
            impatient,
            peer="ccplan, Erlang C",
            theirs=plain,
            promise="≤ 10x the time",
            kept=impatient / plain <= 10,
        )
    month = slice(0, 2976)
    begin = time.perf_counter()
    theirs, _ = pyworkforce(load[month], aht_s[month], max_occupancy=1.0)
    took = time.perf_counter() - begin
    (net, _), ours = best_of(5, lambda: ccplan(load[month], aht_s[month], Targets(), patience_s=180))
    more = theirs.sum() / net.sum() - 1
    yield Row(
        "a month of it, no cap",
        ours,
        peer="pyworkforce, Erlang C",
        theirs=took,
        peer_error=f"{more:.1%} more agents than are needed",
        note="pyworkforce knows no patience",
    )


if __name__ == "__main__":
    alone(rows())
