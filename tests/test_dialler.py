"""Dialling: hand calculation, an event simulation, and a linear programme that knows the best pacing there is."""

import math

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import lil_array

from ccplan.queueing import dialling

from .effort import DEEP
from .simulated_outbound import dial_hours, mean_and_half_width

RATE, HANDLE_S = 0.3, 222.0
RING_S = 0.3 * 12 + 0.7 * 25
RUNS, HOURS = (10, 600) if DEEP else (10, 60)


def test_preview_and_progressive_are_cycles_by_hand():
    # A dial takes 25 s of looking, 0.3 × 12 + 0.7 × 25 = 21.1 s of ringing and 0.3 × 222 = 66.6 s of contact.
    preview = dialling(7, "preview", contact_rate=RATE, handle_s=HANDLE_S)
    assert preview.dials == pytest.approx(3600 / 112.7) and preview.contacts == pytest.approx(0.3 * 3600 / 112.7)
    assert preview.occupancy == pytest.approx(66.6 / 112.7) and preview.dialling == pytest.approx(46.1 / 112.7)
    progressive = dialling(7, "progressive", contact_rate=RATE, handle_s=HANDLE_S)
    assert progressive.occupancy == pytest.approx(66.6 / 87.7) and progressive.abandonment == 0
    assert progressive.lines == pytest.approx(7)


def test_a_line_for_each_free_agent_is_progressive():
    chain = dialling(6, "power", contact_rate=RATE, handle_s=HANDLE_S, lines_per_agent=1)
    cycle = dialling(6, "progressive", contact_rate=RATE, handle_s=HANDLE_S)
    assert chain.occupancy == pytest.approx(cycle.occupancy, rel=1e-9) and chain.dials == pytest.approx(
        cycle.dials, rel=1e-9
    )
    assert chain.abandonment == pytest.approx(0, abs=1e-12)


def test_a_cap_of_nothing_leaves_predictive_at_progressive():
    chain = dialling(4, "predictive", contact_rate=RATE, handle_s=HANDLE_S, max_abandonment=0)
    assert chain.occupancy == pytest.approx(66.6 / 87.7, rel=1e-3) and chain.abandonment < 1e-4


def test_one_agent_and_two_lines_by_hand():
    # One agent, two lines while free, nobody waits; states: (free, 2 ringing), (busy, 0, 1 or 2 ringing).
    p, ring, handle = 0.5, 10.0, 40.0
    found = dialling(
        1,
        "power",
        contact_rate=p,
        handle_s=handle,
        answer_s=ring,
        no_answer_s=ring,
        lines_per_agent=2,
        abandon_after_s=0,
    )
    # Free, 2 ring: an answer each 1 / (2 p / ring) = 10 s, the other still rings then (a miss is dialled anew).
    # Busy: the other line ends before the agent with (1/10) ÷ (1/10 + 1/40) = 0.8, and is answered, so dropped,
    # with 0.5. A cycle: 10 s free, 40 s busy; answered 1 + 0.8 × 0.5.
    assert found.occupancy == pytest.approx(0.8) and found.abandonment == pytest.approx(0.4 / 1.4)
    # Dials = answers ÷ p in the long run.
    assert found.dials == pytest.approx(3600 / 50 * 1.4 / 0.5)


def policy(found):
    soon = RING_S / (HANDLE_S + RING_S)
    return lambda free, busy: max(free, found.pacing * (free + found.look_ahead * busy * soon) / RATE)


@pytest.mark.parametrize("agents", [3, 15])
def test_predictive_agrees_with_an_event_simulation(agents):
    found = dialling(agents, "predictive", contact_rate=RATE, handle_s=HANDLE_S)
    runs = [
        dial_hours(
            policy(found),
            agents=agents,
            contact_rate=RATE,
            handle=lambda rng: rng.expovariate(1 / HANDLE_S),
            ring=lambda rng, hit: rng.expovariate(1 / RING_S),
            patience_s=2.0,
            hours=HOURS,
            seed=seed,
        )
        for seed in range(RUNS)
    ]
    for told, seen in zip((found.occupancy, found.abandonment, found.dials), zip(*runs, strict=True), strict=True):
        middle, half = mean_and_half_width(seen)
        assert abs(told - middle) <= half


def test_power_agrees_with_an_event_simulation():
    found = dialling(10, "power", contact_rate=RATE, handle_s=HANDLE_S, lines_per_agent=1.5)
    runs = [
        dial_hours(
            lambda free, busy: 1.5 * free,
            agents=10,
            contact_rate=RATE,
            handle=lambda rng: rng.expovariate(1 / HANDLE_S),
            ring=lambda rng, hit: rng.expovariate(1 / RING_S),
            patience_s=2.0,
            hours=HOURS,
            seed=seed,
        )
        for seed in range(RUNS)
    ]
    for told, seen in zip((found.occupancy, found.abandonment, found.dials), zip(*runs, strict=True), strict=True):
        middle, half = mean_and_half_width(seen)
        assert abs(told - middle) <= half


def test_other_times_than_exponential_change_little_in_a_small_team():
    found = dialling(15, "predictive", contact_rate=RATE, handle_s=HANDLE_S)
    runs = [
        dial_hours(
            policy(found),
            agents=15,
            contact_rate=RATE,
            handle=lambda rng: rng.lognormvariate(0, 0.7) * HANDLE_S / math.exp(0.245),
            ring=lambda rng, hit: rng.uniform(4, 20) if hit else 25.0,
            patience_s=2.0,
            hours=HOURS,
            seed=seed,
        )
        for seed in range(RUNS)
    ]
    occupancy, dropped, _ = (mean_and_half_width(seen)[0] for seen in zip(*runs, strict=True))
    assert abs(found.occupancy - occupancy) < 0.01 and abs(found.abandonment - dropped) < 0.01


def best_possible(agents, cap, lines, places=12):
    """The most occupancy any pacing can reach within the cap: a linear programme over states and dials."""
    most = agents + places
    size, flow_free = (most + 1) * (lines + 1), lambda calls, ringing: calls * (lines + 1) + ringing
    flow, gain, over = lil_array((size + 1, 2 * size)), np.zeros(2 * size), np.zeros(2 * size)
    for calls in range(most + 1):
        mean = agents / HANDLE_S * 2.0
        ahead = calls - agents
        caught = (
            1.0
            if ahead < 0
            else 0.0
            if calls == most
            else 1 - sum(math.exp(-mean) * mean**j / math.factorial(j) for j in range(ahead + 1))
        )
        for ringing in range(lines + 1):
            state, ends = flow_free(calls, ringing), ringing / RING_S
            moves = [(flow_free(calls - 1, ringing), min(calls, agents) / HANDLE_S)] if calls else []
            if ringing:
                moves += [(flow_free(calls, ringing - 1), ends * (1 - RATE * caught))]
                moves += [(flow_free(calls + 1, ringing - 1), ends * RATE * caught)] if caught else []
            for there, rate in moves:
                flow[there, state] += rate
                flow[state, state] -= rate
            gain[state] = min(calls, agents) / agents
            over[state] = ends * RATE * (1 - caught - cap)
            if ringing < lines:  # a dial at once, as often a second as the programme likes
                flow[state, size + state] -= 1
                flow[flow_free(calls, ringing + 1), size + state] += 1
            flow[size, state] = 1
    right = np.zeros(size + 1)
    right[size] = 1
    solved = linprog(-gain, A_ub=over[None, :], b_ub=[0], A_eq=flow.tocsr(), b_eq=right, method="highs")
    assert solved.status == 0
    return -solved.fun


@pytest.mark.parametrize("agents, lines", [(1, 12), (3, 18), (8, 36)])
def test_predictive_comes_near_the_best_that_any_pacing_can_do(agents, lines):
    best, found = (
        best_possible(agents, 0.03, lines),
        dialling(agents, "predictive", contact_rate=RATE, handle_s=HANDLE_S),
    )
    assert 0.97 * best <= found.occupancy <= best + 1e-6
    assert found.abandonment <= 0.03


def test_a_large_team_gains_most_from_predictive_dialling():
    occupancy = [dialling(n, "predictive", contact_rate=RATE, handle_s=HANDLE_S).occupancy for n in (1, 4, 12, 30)]
    assert occupancy == sorted(occupancy) and occupancy[0] < 66.6 / 87.7 + 0.02 and occupancy[-1] > 0.90
    forty, more = (dialling(n, "predictive", contact_rate=RATE, handle_s=60.0) for n in (40, 60))
    assert more.occupancy == forty.occupancy and more.lines == pytest.approx(1.5 * forty.lines)


def test_nobody_dials_nothing():
    assert dialling(0, "predictive", contact_rate=RATE, handle_s=HANDLE_S).dials == 0


@pytest.mark.parametrize("wrong, words", [
    (dict(mode="auto"), "mode must be one of preview"), (dict(contact_rate=30), "write 30 % as 0.30"),
    (dict(contact_rate=0), r"contact_rate must be in \(0, 1\]"), (dict(agents=2.5), "whole number"), (dict(agents=-1), "agents must be in"),
    (dict(handle_s=0), "above 0 s"), (dict(handle_s="x"), "must be a number"), (dict(lines_per_agent=0.5), "lines_per_agent must be in"),
    (dict(max_abandonment=3), "write 3 % as 0.03"), (dict(agents=[1, 2]), "one number"), (dict(answer_s=0, no_answer_s=0), "of ringing"),
])  # fmt: skip
def test_wrong_input_is_refused_in_words(wrong, words):
    given = dict(agents=3, mode="power", contact_rate=RATE, handle_s=HANDLE_S) | wrong
    with pytest.raises(ValueError, match=words):
        dialling(given.pop("agents"), given.pop("mode"), **given)
