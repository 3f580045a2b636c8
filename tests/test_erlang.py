"""The stationary queue against 60-digit references, a second implementation, and its own laws."""

import json
import time
from math import inf, isnan, nan
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccplan.queueing import DEFINITIONS, Targets, erlang_a, erlang_b, erlang_c, performance, required_agents

from .effort import examples
from .reference import by_sums

CASES = json.loads((Path(__file__).parent / "truth/erlang_cases.json").read_text(encoding="utf-8"))["cases"]
FIELDS = {
    "load": "load",
    "p_wait": "wait_probability",
    "p_wait_offered": "wait_probability",
    "asa": "asa_s",
    "asa_served": "asa_s",
    "asa_answered": "asa_s",
    "wait_all": "wait_s",
    "occupancy": "occupancy",
    "queue_len": "queue_length",
    "p_abandon": "abandonment",
    "p_abandon_offered": "abandonment",
    "p_block": "blocking",
}
LEVELS = {
    "sl": "offered",
    "sl_offered": "offered",
    "sl_offered_incl_blocked": "offered",
    "sl_answered": "answered",
    "sl_excl_ab_le_T": "without_short_abandons",
    "sl_ab_le_T_ok": "abandons_count",
    "sl_virtual": "virtual",
}


def close(got, want):
    """The promise: 1e-9 relative, 1e-12 absolute below 1e-9."""
    return abs(got - want) <= (1e-9 * abs(want) if abs(want) >= 1e-9 else 1e-12)


def inputs_of(case):
    given_ = {k: float(v) for k, v in case["inputs"].items() if v is not None}
    names = {"capacity_K": "lines", "threshold_s": "target_s"}
    return {names.get(k, k): v for k, v in given_.items() if k != "short_abandon_s"}


@pytest.mark.parametrize(
    "case", [c for c in CASES if c["model"] in ("erlang_c", "erlang_a", "mmnk", "mmnk_m")], ids=lambda c: c["id"]
)
def test_every_reference_case(case):
    inputs = inputs_of(case)
    answer = performance(**inputs)
    outputs = {k: float(v) for k, v in case["outputs"].items()}
    compared = 0
    for key in outputs.keys() & FIELDS.keys():
        assert close(getattr(answer, FIELDS[key]), outputs[key]), key
        compared += 1
    for key in outputs.keys() & LEVELS.keys():
        assert close(performance(**inputs, definition=LEVELS[key]).service_level, outputs[key]), key
        compared += 1
    assert compared >= 5


@pytest.mark.parametrize("case", [c for c in CASES if c["model"] == "erlang_b"], ids=lambda c: c["id"])
def test_every_blocking_case(case):
    inputs = inputs_of(case)
    assert close(erlang_b(inputs["load"], inputs["servers"]), float(case["outputs"]["blocking"]))


def test_reference_cases_in_one_array_call_equal_the_single_calls():
    cases = [inputs_of(c) for c in CASES if c["model"] in ("erlang_c", "erlang_a", "mmnk", "mmnk_m")]
    columns = {
        k: [c.get(k, inf) for c in cases]
        for k in ("calls", "aht_s", "agents", "interval_s", "patience_s", "lines", "target_s")
    }
    together = performance(**columns).frame()
    for i, case in enumerate(cases):
        single = performance(**case).frame().iloc[0]
        np.testing.assert_allclose(together.iloc[i], single, rtol=1e-12)


queues = st.fixed_dictionaries(
    {
        "calls": st.floats(0.5, 120),
        "aht_s": st.floats(20, 700),
        "agents": st.integers(1, 12),
        "patience_s": st.one_of(st.just(inf), st.floats(5, 2000)),
        "target_s": st.sampled_from([0, 5, 20, 90]),
    }
)


@examples(40)
@given(queues, st.integers(0, 12))
def test_finite_lines_equal_the_sum_over_states(queue, places):
    lines = queue["agents"] + places
    exact = by_sums(**queue, lines=lines)
    levels = exact_levels(exact)
    answer = performance(**queue, lines=lines)
    assert close(answer.blocking, float(exact["blocked"]))
    compare(answer, exact)
    for definition, level in levels.items():
        assert close(performance(**queue, lines=lines, definition=definition).service_level, float(level)), definition


@examples(25)
@given(queues)
def test_endless_lines_equal_the_sum_over_states(queue):
    load = queue["calls"] * queue["aht_s"] / 1800
    queue["agents"] = max(queue["agents"], int(load / 0.8) + 1)  # the sum must be short enough to take
    exact = by_sums(**queue)
    compare(performance(**queue), exact)
    for definition, level in exact_levels(exact).items():
        assert close(performance(**queue, definition=definition).service_level, float(level)), definition


def exact_levels(exact):
    return {
        "offered": exact["in_time"],
        "answered": exact["in_time"] / exact["answered"],
        "without_short_abandons": exact["in_time"] / (1 - exact["short_abandons"]),
        "abandons_count": exact["in_time"] + exact["short_abandons"],
        "virtual": exact["virtual"],
    }


def compare(answer, exact):
    assert close(answer.abandonment, float(exact["abandoned"]))
    for field in ("wait_probability", "asa_s", "wait_s", "occupancy", "queue_length"):
        assert close(getattr(answer, field), float(exact[field])), field


@pytest.mark.parametrize("load", [1e-3, 0.3, 7.0, 160.0, 2.5e4, 1e6])
@pytest.mark.parametrize("deviations", [-40, -15.1, -14.9, -4.1, -3.9, 0, 1, 4, 12])
def test_both_sides_of_every_switch_of_method_agree_with_the_recursion(load, deviations):
    """Σ states of n+1 agents = 1 + (n+1)/load · Σ states of n: an identity that no method uses."""
    n = max(0.0, np.floor(load + deviations * np.sqrt(load)))
    below, above = erlang_b(load, [n, n + 1])
    if below > 1e-290:
        assert close(1 / above, 1 + (n + 1) / load / below)


@pytest.mark.parametrize("ratio", [0.01, 0.5, 1, 6, 40])
@pytest.mark.parametrize("load", [0.2, 9.0, 150.0, 4e4])
@pytest.mark.parametrize("agents_share", [0.4, 0.97, 1.0, 1.1, 1.6])
def test_flow_balance_with_patience(load, ratio, agents_share):
    """What comes in is handled or hangs up: an identity between numbers computed on different ways."""
    agents = max(1, round(load * agents_share))
    p = performance(load, 1, agents, interval_s=1, patience_s=ratio)
    assert close(p.occupancy * agents, load * (1 - p.abandonment))
    assert close(p.queue_length, p.abandonment * load * ratio)
    whole = performance(load, 1, agents, interval_s=1, patience_s=ratio, target_s=1e9)
    assert close(whole.service_level, 1 - p.abandonment)


def test_ratio_of_waits_by_trapezium():
    """ASA under impatience has no closed form; a fine trapezium over the density gives the same."""
    n, load, ratio = 95, 100.0, 0.8
    a, x = n * ratio, load * ratio
    u = np.linspace(0, 3, 3_000_001)
    served = np.exp(-(a + 1) * u - x * np.expm1(-u))
    p = performance(load, 1, n, interval_s=1, patience_s=ratio)
    waited_and_served = p.wait_probability - p.abandonment
    mean = np.trapezoid(u * served, u) / np.trapezoid(served, u) * ratio
    assert p.asa_s == pytest.approx(mean * waited_and_served / (1 - p.abandonment), rel=1e-9)


def test_handle_time_matters_at_the_same_load():
    """Trap 11: both are 20 Erlang."""
    short, long = performance([200, 120], [180, 300], 24).asa_s
    assert long / short == pytest.approx(300 / 180)


def test_long_thresholds_do_not_underflow():
    """Trap 5: exp(-λt) alone underflows; 300 Erlang, 301 agents, patience 1800 s, threshold 1200 s."""
    p = performance(1800, 300, 301, patience_s=1800, target_s=1200)
    assert p.service_level == pytest.approx(0.988, abs=5e-4)


def test_occupancy_with_abandonment_and_three_waits():
    """Trap 6: carried load ÷ agents, and three different numbers of seconds."""
    p = performance(100, 180, 9, patience_s=120)
    assert p.occupancy == pytest.approx(10 * (1 - p.abandonment) / 9)
    assert p.occupancy < 1 and p.asa_s != pytest.approx(p.wait_s, rel=0.01)


def test_few_lines_flatter_those_who_get_in():
    """Trap 10: the service of the answered rises as lines are taken away, and blocking shows why."""
    many, few = performance(100, 180, 10, lines=[40, 12], definition="answered", target_s=20).frame().itertuples()
    assert few.service_level > many.service_level and few.blocking > 0.1 > many.blocking


class TestEdges:
    """Each line of truth/edge_cases.json, with the behaviour that `performance` documents."""

    @pytest.mark.parametrize("agents", [10, 9, 0])
    def test_overload_is_an_answer(self, agents):
        p = performance(100, 180, agents)
        assert (p.wait_probability, p.service_level) == (1, 0)
        assert p.asa_s == p.wait_s == p.queue_length == inf
        assert p.occupancy == 1 or (agents == 0 and isnan(p.occupancy))

    def test_no_calls(self):
        p = performance(0, 180, [0, 5])
        assert p.service_level.tolist() == [1, 1] and p.wait_s.tolist() == p.occupancy.tolist() == [0, 0]
        assert required_agents(0, 180, Targets()) == 0
        assert erlang_b(0, 0) == 0

    def test_no_handle_time_is_no_load(self):
        assert performance(100, 0, 1).load == 0 and required_agents(100, 0, Targets()) == 0

    def test_threshold_zero(self):
        p = performance(100, 180, 14, target_s=0)
        assert p.service_level == pytest.approx(1 - erlang_c(10, 14), rel=1e-12)

    def test_infinite_patience_is_erlang_c_and_none_is_erlang_b(self):
        endless, long, none = performance(100, 180, 14, patience_s=[inf, 1e13, 0]).frame().itertuples()
        assert long.service_level == pytest.approx(endless.service_level, rel=1e-9)
        assert none.abandonment == pytest.approx(erlang_b(10, 14)) and none.service_level == 1 - none.abandonment
        assert erlang_a(10, 14, 0) == erlang_b(10, 14) and erlang_a(10, 14, inf) == 0

    def test_nobody_at_work(self):
        p = performance(100, 180, 0, patience_s=90)
        assert (p.abandonment, p.service_level, p.wait_s) == (1, 0, 90)
        assert isnan(p.asa_s) and isnan(p.occupancy)
        assert performance(100, 180, 0, lines=5).blocking == 1
        assert isnan(performance(0.5, 887, 0, patience_s=1, lines=2, definition="answered").service_level)
        assert performance(100, 180, 0, lines=5, patience_s=90).blocking == pytest.approx(erlang_b(5, 5))

    def test_more_agents_than_lines_leaves_the_rest_idle(self):
        p = performance(100, 180, [14, 20], lines=14)
        assert p.blocking[0] == p.blocking[1] == pytest.approx(erlang_b(10, 14))
        assert p.occupancy[1] == pytest.approx(p.occupancy[0] * 14 / 20)

    @pytest.mark.parametrize("definition", DEFINITIONS)
    def test_one_definition_without_abandonment(self, definition):
        assert performance(100, 180, 14, definition=definition).service_level == pytest.approx(0.8883500191794669)

    def test_fractional_agents(self):
        low, mid, high = performance(100, 180, [13, 13.5, 14]).service_level
        assert low < mid < high
        with pytest.raises(ValueError, match=r"agents must be a whole number where lines are limited, got 13\.5"):
            performance(100, 180, 13.5, lines=20)

    @pytest.mark.parametrize("name", ["calls", "aht_s", "agents", "patience_s", "target_s", "lines", "interval_s"])
    @pytest.mark.parametrize("value", [-1, nan, "many", None, [1, -2], [[1, "x"]]])
    def test_bad_numbers_are_refused_by_name(self, name, value):
        inputs = {"calls": 100, "aht_s": 180, "agents": 14} | {name: value}
        with pytest.raises(ValueError, match=f"^{name} must be"):
            performance(**inputs)

    @pytest.mark.parametrize("name", ["calls", "aht_s", "agents", "target_s", "interval_s"])
    def test_infinity_is_refused_where_it_means_nothing(self, name):
        with pytest.raises(ValueError, match=name):
            performance(**{"calls": 100, "aht_s": 180, "agents": 14} | {name: inf})

    def test_lengths_that_do_not_match(self):
        with pytest.raises(
            ValueError, match=r"lengths must match or be single numbers, got calls \(3,\), agents \(2,\)"
        ):
            performance([1, 2, 3], 180, [1, 2])

    def test_empty_arrays_give_empty_answers(self):
        assert performance([], 180, 3).service_level.shape == (0,)
        assert required_agents([], 180, Targets()).shape == (0,)
        assert len(performance([], [], []).frame()) == 0

    def test_unknown_definition(self):
        with pytest.raises(ValueError, match="definition must be one of offered, answered"):
            performance(100, 180, 14, definition="best")


@examples(200)
@given(
    st.floats(0.01, 5000),
    st.floats(1, 3000),
    st.integers(0, 400),
    st.one_of(st.just(inf), st.floats(0, 5000)),
    st.one_of(st.just(inf), st.integers(0, 300)),
    st.floats(0, 600),
    st.sampled_from(sorted(DEFINITIONS)),
)
def test_laws_of_every_queue(calls, aht_s, agents, patience_s, lines, target_s, definition):
    q = dict(aht_s=aht_s, patience_s=patience_s, lines=lines, target_s=target_s, definition=definition)
    fewer, more = performance(calls, agents=[agents, agents + 1], **q).frame().itertuples()
    # With limited lines one more agent takes away a place to wait, and callers who would have hung up
    # early, which two definitions forgive, are blocked instead, which none forgives.
    if lines == inf or definition in ("offered", "answered", "virtual"):
        assert not more.service_level < fewer.service_level - 1e-9, "one more agent never lowers service"
    for p in (fewer, more):
        for share in (p.wait_probability, p.service_level, p.abandonment, p.blocking, p.occupancy):
            assert isnan(share) or -1e-12 <= share <= 1 + 1e-12
        assert not (p.wait_s < 0 or p.asa_s < -1e-9 or p.queue_length < 0)


@examples(60)
@given(st.floats(1, 2000), st.floats(10, 900), st.integers(1, 200), st.floats(1, 3000), st.floats(0.1, 3600))
def test_time_units_do_not_matter(calls, aht_s, agents, patience_s, unit):
    seconds = performance(calls, aht_s, agents, patience_s=patience_s)
    other = performance(
        calls, aht_s / unit, agents, interval_s=1800 / unit, patience_s=patience_s / unit, target_s=20 / unit
    )
    np.testing.assert_allclose(other.service_level, seconds.service_level, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(other.asa_s * unit, seconds.asa_s, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize(
    "queue, level",
    [
        (dict(calls=5, aht_s=1800, agents=1, patience_s=15, lines=10, target_s=900), 0.4909507913484912),
        (dict(calls=10, aht_s=1200, agents=1, patience_s=15, lines=5, target_s=600), 0.46655),
    ],
)
def test_long_thresholds_with_short_patience_and_few_lines(queue, level):
    exact = by_sums(**queue)["virtual"]
    answer = performance(**queue, definition="virtual").service_level
    assert close(answer, float(exact)) and answer == pytest.approx(level, rel=1e-4)


@pytest.mark.parametrize("patience_s", [3e3, 1e6, 1e8, 1e12])
def test_long_patience_in_an_overloaded_queue_keeps_its_digits(patience_s):
    """Agents never rest then: of a virtual wait near ln(load ÷ agents) × patience none is in time."""
    p = performance(100, 180, 9, patience_s=patience_s)
    assert p.abandonment == pytest.approx(0.1, rel=0.2 if patience_s < 1e6 else 1e-3)
    assert p.asa_s == pytest.approx(np.log(10 / 9) * patience_s, rel=0.3 if patience_s < 1e6 else 2e-3)


def test_digits_at_a_hundred_thousand_erlang():
    p = performance(600_000, 300, 99_000, patience_s=3000, target_s=20)
    assert p.service_level == pytest.approx(0.0003748758292368673, rel=1e-9)


@pytest.mark.parametrize("agents, load", [(20, 12.0), (20, 20.0), (20, 20.1), (20, 31.0), (400, 380.0), (400, 401.0)])
def test_many_lines_in_closed_form_equal_the_walk_over_places(agents, load):
    """Two ways in the same room: the closed form begins above 200 places, the walk ends there."""
    from ccplan.queueing import erlang

    queue, _ = erlang.door(load, 1.0, agents, 1.0, inf, agents + 260, 1.5)
    closed, walked = erlang._crowded(queue), erlang._limited(queue)
    for name in ("waiting", "answered", "in_time", "late", "blocked", "answered_wait_s", "wait_s"):
        assert close(getattr(closed, name)[0], getattr(walked, name)[0]), name


@pytest.mark.parametrize(
    "queue",
    [
        dict(calls=1000, aht_s=1800, agents=500, lines=1e6), dict(calls=100, aht_s=180, agents=10, lines=1e9),
        dict(calls=100, aht_s=180, agents=9, lines=1e9, patience_s=1e9), dict(calls=1e6, aht_s=1800, agents=10**6, lines=1.1e6),
    ],
)  # fmt: skip
def test_however_many_lines_the_answer_comes_at_once(queue):
    started = time.perf_counter()
    p = performance(**queue)
    assert 0 <= p.blocking <= 1 and time.perf_counter() - started < 2


@pytest.mark.parametrize(
    "inputs, words",
    [
        (dict(calls=1e12, aht_s=1e12), r"must be at most 1e\+09"), (dict(patience_s=1e50), "patience_s must be at most"),
        (dict(calls="100"), "calls must be a number"), (dict(aht_s=np.array([180], "timedelta64[s]")), "aht_s must be a number"),
    ],
)  # fmt: skip
def test_what_floating_point_cannot_hold_is_refused(inputs, words):
    with pytest.raises(ValueError, match=words):
        performance(**{"calls": 100, "aht_s": 180, "agents": 14} | inputs)


def test_nobody_on_no_lines():
    p = performance([3, 10], 180, 5, lines=0, definition="answered")
    assert p.blocking.tolist() == [1, 1] and np.isnan(p.service_level).all() and np.isnan(p.asa_s).all()
