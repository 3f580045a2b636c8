"""Worked examples that the field has published, and those it has published wrong."""

import math

import pytest

from ccplan.planning import published_examples, scheduled_agents
from ccplan.planning.validating.published import AGREES, CUT, DIFFERS, verdict
from ccplan.queueing import Targets, erlang_b, line_load, max_calls, performance, required_agents, required_lines

from .reference import by_sums

HOUR = {"interval_s": 3600}


@pytest.mark.parametrize(
    "agents, asa_s, level, occupancy",
    [(21, 137, 0.356, 0.95), (22, 51, 0.59, 0.91), (23, 25, 0.75, 0.87), (24, 13, 0.85, 0.83)],
)
def test_staff_more_lose_less(agents, asa_s, level, occupancy):
    """SWPP On Target, winter 2018 (Klenke): 200 calls of 180 s in half an hour, within 30 s."""
    p = performance(200, 180, agents, target_s=30)
    assert round(p.asa_s) == asa_s and p.service_level == pytest.approx(level, abs=0.005)
    assert p.occupancy == pytest.approx(occupancy, abs=0.005)


@pytest.mark.parametrize(
    "agents, asa_s, level", [(30, 298, 24), (31, 107, 46), (32, 54, 62), (33, 30, 74), (35, 11, 88)]
)
def test_lean_and_mean(agents, asa_s, level):
    """The Call Center School: 350 calls of 300 s an hour, within 30 s."""
    p = performance(350, 300, agents, target_s=30, **HOUR)
    assert (round(p.asa_s), round(100 * p.service_level)) == (asa_s, level)


@pytest.mark.parametrize(
    "agents, on_lines", [(30, 54.0), (31, 35.4), (32, 30.2), (33, 28.0), (34, 26.8), (35, 26.1), (36, 25.7)]
)
def test_lines_carry_queue_and_talk_but_no_after_call_work(agents, on_lines):
    """Trap 8. Cleveland, Call Center Management on Fast Forward: 250 calls, talk 180 s, after-call work 30 s."""
    p = performance(250, 210, agents)
    assert line_load(250, talk_s=180, wait_s=p.wait_s) == pytest.approx(on_lines, abs=0.05)


def test_after_call_work_is_no_reason_for_lines():
    assert required_lines(line_load(100, 120, 8), 0.01) < required_lines(line_load(100, 180, 8), 0.01)


@pytest.mark.parametrize(
    "agents, aht_s, target_s, calls",
    [
        (5, 60, 30, 186),
        (5, 60, 40, 197),
        (5, 60, 45, 202),
        (6, 60, 30, 238),
        (6, 60, 45, 257),
        (8, 90, 30, 217),
        (8, 90, 40, 226),
        (8, 90, 45, 231),
    ],
)
def test_calls_that_agents_can_take(agents, aht_s, target_s, calls):
    """Avaya BCMS Operations, p. 111: calls an hour at 90 % within a delay."""
    assert round(max_calls(agents, aht_s, Targets(service_level=0.9, target_s=target_s), **HOUR)) == calls


@pytest.mark.parametrize("target_s, published, exact", [(30, 194, 181.93), (40, 201, 190.51), (45, 205, 194.39)])
def test_one_row_of_that_table_is_wrong(target_s, published, exact):
    """The same table for 7 agents of 90 s: what it promises gives less than 90 %."""
    assert max_calls(7, 90, Targets(service_level=0.9, target_s=target_s), **HOUR) == pytest.approx(exact, abs=0.01)
    assert performance(published, 90, 7, target_s=target_s, **HOUR).service_level < 0.88


@pytest.mark.parametrize("lines, blocking", [(1, 0.01), (10, 0.05), (15, 0.01), (50, 0.10)])
def test_lines_take_offered_load_not_carried(lines, blocking):
    """Trap 12: the Avaya trunk table is in carried load, whatever it says; ours is what is offered."""
    offered = max_calls(lines, 1, Targets(service_level=None, max_blocking=blocking), interval_s=1, lines=lines)
    assert erlang_b(offered, lines) == pytest.approx(blocking, rel=1e-9)
    assert erlang_b(offered * (1 - blocking), lines) < blocking * 0.995


def test_single_examples():
    assert required_agents(250, 330, Targets(target_s=30), **HOUR) == 28  # jonesthenet.com
    assert required_agents(1000, 120, Targets(max_occupancy=0.85), **HOUR) == 40  # call_center_tools
    assert scheduled_agents(40, 0.30) == 58
    assert performance(360, 240, 55, target_s=15).service_level == pytest.approx(0.8459, abs=5e-5)  # mitan.co.uk
    assert max_calls(15, 1, Targets(service_level=None, max_blocking=0.01), interval_s=1, lines=15) == pytest.approx(
        8.108, abs=5e-4
    )
    assert scheduled_agents(9, 0.291, whole=False) == pytest.approx(12.69, abs=0.005)
    assert erlang_b(10, 17) == pytest.approx(0.0129, abs=5e-5), "pyworkforce's guide prints 0.0183"


def test_with_and_without_abandonment():
    """Mandelbaum and Zeltyn 2005: 50 agents, 48 calls a minute of one minute, patience two minutes."""
    c, a = (performance(48, 60, 50, interval_s=60, patience_s=p) for p in (float("inf"), 120))
    assert (round(c.wait_s, 1), round(c.queue_length), round(c.occupancy, 2)) == (20.8, 17, 0.96)
    assert (round(100 * a.abandonment, 1), round(a.wait_s, 1), round(a.queue_length), round(a.occupancy, 2)) == (
        3.1,
        3.7,
        3,
        0.93,
    )
    thinned = performance(48 * (1 - a.abandonment), 60, 50, interval_s=60)
    assert thinned.wait_s == pytest.approx(8.8, abs=0.05), "thinning the calls is not the same as patience"


def test_the_wait_that_pyworkforce_calls_asa_is_that_of_all_callers():
    """pyworkforce 0.5.x, 100 calls of 180 s, 14 agents, patience 300 s."""
    p = performance(100, 180, 14, patience_s=300)
    assert p.wait_probability == pytest.approx(0.14526, abs=5e-6) and p.abandonment == pytest.approx(0.013984, abs=5e-7)
    assert p.occupancy == pytest.approx(0.704297, abs=5e-7) and p.service_level == pytest.approx(0.916792, abs=5e-7)
    assert p.wait_s / 60 == pytest.approx(0.069919, abs=5e-7) and p.asa_s < p.wait_s


# -------------------------------------------------------------------------------- the examples that are shipped


@pytest.fixture(scope="module")
def examples():
    return published_examples()


def test_all_agree_but_those_that_are_known_to_err(examples):
    differ = examples[examples["verdict"] == DIFFERS]
    assert differ["published"].tolist() == ["194", "201", "205", "0.0183", "0.937"] and (differ["note"] != "").all()
    assert (examples["verdict"] == CUT).sum() == 3 and len(examples) == 110


def test_the_values_are_those_of_the_formulas(examples):
    """Erlang A and C by summing states, in other arithmetic, for one figure of each measure."""

    def ours(what, measure):
        return examples[(examples["what"] == what) & (examples["measure"] == measure)]["ours"].iloc[0]

    exact = by_sums(48, 60, 50, interval_s=60, patience_s=120)
    for name, measure in (
        ("abandoned", "abandonment"),
        ("wait_s", "wait_s"),
        ("queue_length", "queue_length"),
        ("occupancy", "occupancy"),
    ):
        assert ours("48 calls of 60 s a minute, 50 agents, patience 120 s", measure) == pytest.approx(
            float(exact[name]), rel=1e-9
        )
    assert ours("load 10, 17 lines", "blocking") == pytest.approx(
        10**17 / math.factorial(17) / sum(10**k / math.factorial(k) for k in range(18))
    )
    assert ours("load 10, 17 lines", "trunk_occupancy") == pytest.approx(
        10 * (1 - ours("load 10, 17 lines", "blocking")) / 17
    )
    assert ours("9 agents, shrinkage 29.1 %, not rounded", "gross") == pytest.approx(9 / 0.709)


@pytest.mark.parametrize(
    ("printed", "value", "words"),
    [
        ("0.8884", 0.88835, AGREES),
        ("35", 35.61, CUT),
        ("0.35", 0.3561, CUT),
        ("7", 7.53, CUT),
        ("194", 181.93, DIFFERS),
        ("20", 20.0, AGREES),
        ("0.0183", 0.0129, DIFFERS),
        ("8.0", 7.96, AGREES),
        ("8.0", 7.9, CUT),
        ("8.0", 7.89, DIFFERS),
    ],
)
def test_a_verdict_is_about_the_last_digit(printed, value, words):
    assert verdict(printed, value) == words
