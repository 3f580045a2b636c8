"""Blended agents: the plain queue as a limit, hand calculation, a dense second chain, and an event simulation."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ccplan.queueing as queueing
from ccplan.queueing import (
    DEFINITIONS,
    Infeasible,
    Targets,
    best_reserve,
    blended_service,
    performance,
    required_agents,
    required_blended,
)

from .effort import DEEP, examples
from .simulated_outbound import blended_hours, mean_and_half_width

RUNS, HOURS = 10, 1500 if DEEP else 60
SHARED = ("load", "wait_probability", "service_level", "asa_s", "wait_s", "abandonment", "blocking", "occupancy")


@pytest.mark.parametrize("definition", DEFINITIONS)
@pytest.mark.parametrize("queue", [
    dict(calls=100, aht_s=180, agents=12, patience_s=120.0), dict(calls=100, aht_s=180, agents=12),
    dict(calls=100, aht_s=180, agents=8, patience_s=60.0, lines=11), dict(calls=400, aht_s=300, agents=60, patience_s=200.0),
])  # fmt: skip
def test_work_that_takes_no_time_leaves_the_plain_queue(queue, definition):
    # Pieces of a thousandth of a call end at once: the chain is solved in full, and calls notice next to nothing.
    shared = blended_service(**queue, work_s=1e-3 * queue["aht_s"], reserve=queue["agents"] - 1, definition=definition)
    alone = performance(**queue, definition=definition)
    for name in SHARED:
        assert getattr(shared, name) == pytest.approx(getattr(alone, name), rel=2e-3, abs=1e-6), name


def test_all_in_reserve_is_the_plain_queue():
    shared, alone = blended_service(100, 180, 12, 300, 12, patience_s=90), performance(100, 180, 12, patience_s=90)
    assert all(getattr(shared, name) == getattr(alone, name) for name in SHARED) and shared.work == 0


@given(
    calls=st.floats(1, 40),
    aht=st.floats(30, 600),
    agents=st.integers(1, 5),
    work=st.floats(20, 900),
    patience=st.floats(20, 400),
    data=st.data(),
)
@examples(25)
def test_against_a_dense_chain_of_calls_and_pieces(calls, aht, agents, work, patience, data):
    reserve = data.draw(st.integers(0, agents))
    found = blended_service(calls, aht, agents, work, reserve, patience_s=patience)
    told = dense(calls / 1800, aht, agents, work, reserve, patience)
    for name in ("abandonment", "wait_s", "work", "occupancy", "idle"):
        assert getattr(found, name) == pytest.approx(told[name], rel=1e-6, abs=1e-8), name


def dense(rate, aht, agents, work, reserve, patience):
    """Another way to the long run: states (in calls, in work, waiting), a dense matrix."""
    places = agents + int(rate * patience + 12 * np.sqrt(rate * patience) + 25)
    index, todo, moves = {}, [(0, agents - reserve, 0)], []

    def number(talking, working, waiting):
        free = agents - talking - working
        while waiting and free:
            talking, waiting, free = talking + 1, waiting - 1, free - 1
        working += max(0, free - reserve)
        state = (talking, working, waiting)
        if state not in index:
            index[state] = len(index)
            todo.append(state)
        return index[state]

    number(*todo.pop())
    while todo:
        talking, working, waiting = state = todo.pop()
        if waiting < places:
            moves.append((index[state], number(talking, working, waiting + 1), rate))
        if talking:
            moves.append((index[state], number(talking - 1, working, waiting), talking / aht))
        if working:
            moves.append((index[state], number(talking, working - 1, waiting), working / work))
        if waiting:
            moves.append((index[state], number(talking, working, waiting - 1), waiting / patience))
    flow = np.zeros((len(index), len(index)))
    for here, there, speed in moves:
        flow[here, there] += speed
        flow[here, here] -= speed
    system, right = np.vstack([flow.T[1:], np.ones(len(index))]), np.append(np.zeros(len(index) - 1), 1.0)
    chance = np.linalg.solve(system, right)
    talking, working, waiting = (chance @ np.array(part) for part in zip(*index, strict=True))
    return {
        "abandonment": waiting / patience / rate,
        "wait_s": waiting / rate,
        "work": working / work * 1800,
        "occupancy": talking / agents,
        "idle": 1 - (talking + working) / agents,
    }


@pytest.mark.parametrize("team", [
    dict(agents=16, work_s=300, reserve=3, patience_s=180), dict(agents=13, work_s=600, reserve=1, patience_s=90),
    dict(agents=16, work_s=60, reserve=0, patience_s=180),
])  # fmt: skip
def test_against_an_event_simulation(team):
    found = blended_service(100, 180, target_s=20, **team)
    runs = [
        blended_hours(rate=100 / 1800, aht_s=180, target_s=20, hours=HOURS, seed=seed, **team) for seed in range(RUNS)
    ]
    told = (found.service_level, found.abandonment, found.asa_s, 2 * found.work)
    for value, seen in zip(told, zip(*runs, strict=True), strict=True):
        middle, half = mean_and_half_width(seen)
        assert abs(value - middle) <= half


def test_one_agent_who_always_works_by_hand():
    # One agent, no reserve: never idle. With nobody patient at all, no call is ever answered.
    shared = blended_service(30, 120, 1, 60, 0, patience_s=0)
    assert shared.abandonment == pytest.approx(1, abs=1e-4) and shared.work == pytest.approx(30, rel=1e-4)
    # Endless patience: calls take their share (0.5), work what is left of the time: 900 s of 60 s pieces.
    patient = blended_service(7.5, 120, 1, 60, 0)
    assert patient.occupancy == pytest.approx(0.5) and patient.work == pytest.approx(15) and patient.idle < 1e-9
    # Its mean wait: M/M/1's 120 s ÷ (1 − 0.5) × 0.5 plus, as for a server with vacations, the rest of a piece: 60 s.
    assert patient.wait_s == pytest.approx(120 + 60)


def test_no_calls_leave_all_but_the_reserve_to_work():
    shared = blended_service(0, 180, 10, 300, 2)
    assert (
        shared.work == pytest.approx(8 * 1800 / 300) and shared.service_level == 1 and shared.idle == pytest.approx(0.2)
    )


def test_overload_is_an_answer_and_leaves_no_work():
    shared = blended_service(200, 180, 16, 300, 0)
    assert shared.service_level == 0 and shared.asa_s == np.inf and shared.work == 0
    assert blended_service(200, 180, 16, 300, 0, patience_s=120).abandonment > 0.2


def test_the_best_reserve_keeps_the_promise_and_one_less_does_not():
    targets = Targets(service_level=0.8, max_abandonment=0.04)
    best = best_reserve(200, 240, 33, 300, targets, patience_s=180)
    less = blended_service(200, 240, 33, 300, best.reserve - 1, patience_s=180)
    assert best.service_level >= 0.8 and best.abandonment <= 0.04 and 0 < best.reserve < 33
    assert (less.service_level < 0.8 or less.abandonment > 0.04) and less.work > best.work


def test_the_fewest_blended_agents_by_trying_all():
    targets, work = Targets(), 25
    gain = required_blended(100, 180, work, 300, targets, patience_s=180)
    enough = [
        n
        for n in range(1, 30)
        if any(
            (told := blended_service(100, 180, n, 300, reserve, patience_s=180)).service_level >= 0.8
            and told.work >= work
            for reserve in range(n + 1)
        )
    ]
    assert gain.blended.agents == enough[0]
    assert gain.inbound_agents == required_agents(100, 180, targets, patience_s=180) and gain.work_agents == 5
    assert gain.saved == gain.separated - enough[0] > 0


def test_no_work_wanted_is_the_plain_requirement_and_no_calls_only_work():
    assert required_blended(100, 180, 0, 300, Targets()).blended.agents == required_agents(100, 180, Targets())
    assert required_blended(0, 180, 12, 300, Targets()).blended.agents == 2


@pytest.mark.parametrize("call, words", [
    (lambda: blended_service(100, 180, 12.5, 300, 1), "agents must be a whole number"),
    (lambda: blended_service(100, 180, 12, 300, 13), "reserve must be at most the agents"),
    (lambda: blended_service(100, 180, 12, 0.1, 1), "at least a thousandth of aht_s"),
    (lambda: blended_service(100, 180, 12, 0, 1), r"work_s must be in \(0"),
    (lambda: blended_service([100, 90], 180, 12, 300, 1), "calls must be one number"),
    (lambda: blended_service(100, 180, 12, 300, 1, definition="ofered"), "definition must be one of"),
    (lambda: blended_service(99.9999, 1800, 100, 300, 1), "too near overload"),
    (lambda: best_reserve(100, 180, 12, 300, 0.8), "targets must be a Targets"),
])  # fmt: skip
def test_wrong_input_is_refused_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_promise_that_nobody_can_keep_names_the_target():
    with pytest.raises(
        Infeasible, match=r"service_level = 0.8 cannot be met by 8 agents even with no other work: it takes 12"
    ):
        best_reserve(100, 180, 8, 300, Targets(), patience_s=180)


def test_the_fields_are_told_in_the_documentation():
    words = queueing.Blended.__doc__
    assert all(
        f"`{field.name}`" in words for field in fields(queueing.Blended) if field.name not in ("agents", "reserve")
    )
