"""The fewest agents: reference cases, the traps of other programs, and the laws of the search."""

import json
from math import inf, nan
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccplan.queueing import (
    DEFINITIONS,
    Infeasible,
    Targets,
    line_load,
    max_calls,
    performance,
    required_agents,
    required_lines,
)

from .effort import examples
from .reference import fewest_for_erlang_c

CASES = json.loads((Path(__file__).parent / "truth/erlang_cases.json").read_text(encoding="utf-8"))["cases"]
DEFINITION = {
    "sl_offered": "offered",
    "sl_answered": "answered",
    "sl_excl_ab_le_T": "without_short_abandons",
    "sl_ab_le_T_ok": "abandons_count",
    "sl_virtual": "virtual",
}


def targets_of(inputs):
    """The targets of a reference case; a cap on the probability of waiting is service within 0 seconds."""

    def value(key):
        return float(inputs[key]) if key in inputs else None

    level, target_s = value("sl"), float(inputs.get("threshold_s", 20))
    definition = DEFINITION[inputs.get("sl_definition", "sl_offered")]
    if "max_p_wait" in inputs:
        level, target_s, definition = 1 - value("max_p_wait"), 0, "virtual"
    return Targets(
        service_level=level,
        target_s=target_s,
        definition=definition,
        max_occupancy=value("max_occupancy"),
        max_asa_s=value("asa_s") or value("asa_served_s"),
        max_abandonment=value("max_abandon"),
    )


@pytest.mark.parametrize(
    "case", [c for c in CASES if c["model"] in ("erlang_c_required", "erlang_a_required")], ids=lambda c: c["id"]
)
def test_every_required_case(case):
    i = case["inputs"]
    got = required_agents(
        float(i["calls"]),
        float(i["aht_s"]),
        targets_of(i),
        interval_s=float(i["interval_s"]),
        patience_s=float(i.get("patience_s", inf)),
    )
    assert got == case["outputs"]["agents"]


@pytest.mark.parametrize("case", [c for c in CASES if c["model"] == "erlang_b_required"], ids=lambda c: c["id"])
def test_every_required_lines_case(case):
    assert (
        required_lines(float(case["inputs"]["load"]), float(case["inputs"]["max_blocking"]))
        == case["outputs"]["servers"]
    )


@pytest.mark.parametrize("case", [c for c in CASES if c["model"] == "erlang_b_max_load"], ids=lambda c: c["id"])
def test_every_load_that_lines_can_take(case):
    lines, blocking = int(case["inputs"]["servers"]), float(case["inputs"]["blocking"])
    got = max_calls(lines, 1, Targets(service_level=None, max_blocking=blocking), interval_s=1, lines=lines)
    assert got == pytest.approx(float(case["outputs"]["max_load"]), rel=1e-9)


class TestTraps:
    """truth/README.md of the reference: what other programs get wrong."""

    def test_occupancy_cap_in_floating_point(self):
        """Trap 1: 255 calls × 297 s ÷ 900 s ÷ 0.85 is exactly 99."""
        cap = Targets(service_level=None, max_occupancy=0.85)
        assert required_agents(255, 297, cap, interval_s=900) == 99

    def test_search_starts_at_the_least_stable_number(self):
        """Trap 2: 106 calls of 180 s, 60-minute threshold: 11, not 12."""
        assert required_agents(106, 180, Targets(target_s=3600)) == 11
        assert required_agents(212, 90, Targets(service_level=0.1, target_s=600)) == 11
        assert required_agents(100, 180, Targets(service_level=0)) == 11

    def test_search_goes_below_the_load_with_patience(self):
        """Trap 2: 195 agents for 200 Erlang."""
        assert required_agents(1200, 300, Targets(), patience_s=180) == 195

    @pytest.mark.parametrize("patience_s", [inf, 120])
    def test_a_target_of_all_calls_is_refused(self, patience_s):
        """Trap 3."""
        with pytest.raises(Infeasible, match=r"service_level = 1 cannot be met .* less than 100 %"):
            required_agents(100, 180, Targets(service_level=1), patience_s=patience_s)

    def test_nearly_all_calls_is_not_rounded_to_all(self):
        """Trap 3: at 45 agents floating point says 1.0; the search still tells 1 - 1e-15 from 1."""
        few, many = (required_agents(100, 180, Targets(service_level=s)) for s in (1 - 1e-9, 1 - 1e-15))
        assert 14 < few < many < 60

    def test_full_occupancy_is_the_least_stable_number(self):
        assert required_agents(100, 180, Targets(service_level=None, max_occupancy=1)) == 11


@pytest.mark.parametrize(
    "targets, message",
    [
        (dict(service_level=80), r"service_level must be in \[0, 1\], got 80 — write 80 % as 0.80"),
        (dict(service_level=-0.1), r"service_level must be in \[0, 1\], got -0.1"),
        (dict(service_level=nan), "service_level must be a number, got nan"),
        (dict(target_s=-1), "target_s must be in"),
        (dict(target_s="soon"), "target_s must be a number"),
        (dict(service_level=None), "at least one target must be set"),
        (dict(definition="best"), "definition must be one of"),
        (dict(max_asa_s=-5), "max_asa_s must be in"),
        (dict(max_occupancy=85), r"max_occupancy must be in \[0, 1\], got 85 — write 85 % as 0.85"),
        (dict(max_abandonment=[0.1, 0.2]), "max_abandonment must be one number"),
    ],
)
def test_bad_targets_are_refused_in_words(targets, message):
    with pytest.raises(ValueError, match=message):
        Targets(**targets)


def test_targets_must_be_targets():
    with pytest.raises(ValueError, match=r"targets must be a Targets, got 0\.8"):
        required_agents(100, 180, 0.8)


@pytest.mark.parametrize("name, value", [("max_asa_s", 0), ("max_abandonment", 0), ("max_occupancy", 0)])
def test_what_nobody_can_meet_names_its_target(name, value):
    with pytest.raises(Infeasible, match=f"{name} = 0 cannot be met"):
        required_agents(100, 180, Targets(service_level=None, **{name: value}), patience_s=100)


def test_too_few_lines_say_what_they_reach():
    with pytest.raises(
        Infeasible, match=r"max_blocking = 0\.01 cannot be met with 10 lines at 10 Erlang: .* reaches 0\.2146"
    ):
        required_agents(100, 180, Targets(service_level=None, max_blocking=0.01), lines=10)
    with pytest.raises(Infeasible, match=r"service_level = 0\.8 cannot be met with 10 lines .* reaches 0\.7854"):
        required_agents([5, 100], 180, Targets(), lines=10)


def test_all_targets_hold_at_once_and_one_fewer_breaks_one():
    targets = Targets(
        service_level=0.85, target_s=15, max_asa_s=12, max_abandonment=0.03, max_occupancy=0.9, max_blocking=0.02
    )
    calls = np.array([20, 60, 150, 400, 1000])
    agents = required_agents(calls, 240, targets, patience_s=150, lines=[9, 18, 34, 80, 190])
    for n, expected in ((agents, True), (agents - 1, False)):
        p = performance(calls, 240, n, patience_s=150, lines=[9, 18, 34, 80, 190], target_s=15)
        met = (
            (p.service_level >= 0.85)
            & (p.asa_s <= 12)
            & (p.abandonment <= 0.03)
            & (p.occupancy <= 0.9)
            & (p.blocking <= 0.02)
        )
        assert met.tolist() == [expected] * 5


def test_a_year_equals_the_exact_walk():
    rng = np.random.default_rng(5)
    load, aht_s = rng.uniform(0.01, 160, 3000), rng.uniform(180, 420, 3000)
    for cap in (None, 0.85):
        exact, margin = fewest_for_erlang_c(load, aht_s, 0.8, 20, cap)
        assert margin > 1e-14
        got = required_agents(load * 900 / aht_s, aht_s, Targets(max_occupancy=cap), interval_s=900)
        assert np.array_equal(got, exact)


queue = dict(
    calls=st.floats(0.01, 3000),
    aht_s=st.floats(5, 1500),
    patience_s=st.one_of(st.just(inf), st.floats(1, 3000)),
    lines=st.one_of(st.just(inf), st.integers(1, 2000)),
)
goals = st.builds(
    Targets,
    service_level=st.floats(0.05, 0.995),
    target_s=st.sampled_from([0, 10, 20, 300]),
    definition=st.sampled_from(sorted(DEFINITIONS)),
    max_asa_s=st.one_of(st.none(), st.floats(0.5, 200)),
    max_abandonment=st.one_of(st.none(), st.floats(0.001, 0.5)),
    max_occupancy=st.one_of(st.none(), st.floats(0.3, 0.99)),
    max_blocking=st.one_of(st.none(), st.floats(0.001, 0.5)),
)


def met(targets, agents, **q):
    p = performance(agents=agents, target_s=targets.target_s, definition=targets.definition, **q)
    limits = targets.limits
    pairs = {
        "service_level": 1 - p.service_level,
        "max_asa_s": p.asa_s,
        "max_abandonment": p.abandonment,
        "max_occupancy": p.occupancy,
        "max_blocking": p.blocking,
    }
    stable = q["patience_s"] < inf or q["lines"] < inf or agents > p.load
    return stable and all(pairs[name] <= limit * (1 + 1e-9) + 1e-12 for name, limit in limits.items())


@examples(150)
@given(targets=goals, **queue)
def test_the_answer_meets_the_targets_and_one_fewer_does_not(targets, **q):
    try:
        n = required_agents(targets=targets, **q)
    except Infeasible:
        assert not met(targets, int(q["lines"]), **q)
        return
    assert met(targets, n, **q)
    if n > 0:
        p = performance(agents=n - 1, target_s=targets.target_s, definition=targets.definition, **q)
        close = any(abs(v - limit) < 1e-9 for v, limit in [(1 - p.service_level, targets.limits["service_level"])])
        assert close or not met(targets, n - 1, **q)


@examples(30)
@given(st.lists(st.tuples(st.floats(0, 500), st.floats(1, 900)), min_size=1, max_size=20), goals)
def test_arrays_equal_scalars(rows, targets):
    calls, aht_s = zip(*rows)
    together = required_agents(calls, aht_s, targets, patience_s=200)
    assert together.tolist() == [required_agents(c, a, targets, patience_s=200) for c, a in rows]


@examples(40)
@given(st.integers(1, 120), st.floats(30, 600), st.one_of(st.just(inf), st.floats(20, 900)))
def test_the_calls_that_a_staff_can_take(agents, aht_s, patience_s):
    most = max_calls(agents, aht_s, Targets(), patience_s=patience_s)
    level = performance(most, aht_s, agents, patience_s=patience_s).service_level
    assert level == pytest.approx(0.8, abs=1e-9)
    assert required_agents(most * 0.999, aht_s, Targets(), patience_s=patience_s) <= agents
    assert required_agents(most * 1.001, aht_s, Targets(), patience_s=patience_s) > agents


def test_calls_for_nobody_and_for_an_array():
    assert max_calls(0, 180, Targets()) == 0
    assert max_calls([5, 14], 180, Targets())[1] == pytest.approx(max_calls(14, 180, Targets()))


def test_a_million_intervals_stay_small_in_memory():
    import tracemalloc

    rng = np.random.default_rng(1)
    calls = rng.uniform(0, 400, 1_000_000)
    tracemalloc.start()
    required_agents(calls, 240, Targets())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 400e6


def test_blocking_that_rises_with_agents_is_not_taken_for_impossible():
    """Callers who give up sooner than they are served free lines faster than agents do."""
    targets = Targets(service_level=0.8, definition="virtual", target_s=5, max_abandonment=0.02, max_blocking=0.001)
    assert required_agents(3.468629243592606, 300, targets, patience_s=15, lines=4) == 3


def test_one_row_does_not_spoil_the_digits_of_another():
    one = max_calls(14, 180, Targets())
    assert max_calls([1e-3, 14], 180, Targets())[1] == pytest.approx(one, rel=1e-12)
    assert max_calls([14, 14], 180, Targets(), lines=[0, inf]).tolist() == [0, pytest.approx(one, rel=1e-12)]


@pytest.mark.parametrize(
    "ask, words",
    [
        (
            lambda: required_agents(100, 180, Targets(service_level=None, max_occupancy=1e-18)),
            "max_occupancy = 1e-18 cannot be met by",
        ),
        (lambda: Targets(service_level="80"), "service_level must be a number"),
        (lambda: Targets(service_level=[0.8, 0.9]), "service_level must be one number"),
        (lambda: Targets(max_asa_s=inf), "max_asa_s must be in"),
        (lambda: max_calls(14, 180, 80), "targets must be a Targets"),
        (lambda: required_lines(10, 0), "max_blocking = 0 cannot be met"),
        (lambda: required_lines([10, 20], [0.02, 0.01]), "max_blocking must be one number"),
        (lambda: line_load(100, 180, 10, interval_s=0), r"interval_s must be in \(0"),
        (lambda: line_load(100, 180, 10, interval_s="x"), "interval_s must be a number"),
    ],
)
def test_more_refusals_in_words(ask, words):
    with pytest.raises(ValueError, match=words):
        ask()


def test_load_on_the_lines_of_arrays():
    assert line_load(100, 180, 20, interval_s=[1000, 2000]).tolist() == [20, 10]
    assert required_lines([5, 10], 0.02).tolist() == [10, 17]
