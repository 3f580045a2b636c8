"""Chats held together: Erlang's own cases, a simulation agent by agent, the laws, bad input."""

import heapq
from dataclasses import fields
from math import inf

import numpy as np
import pytest

from ccplan.queueing import Infeasible, Targets, performance, required_agents
from ccplan.queueing.chat import chat_performance, chat_worth, max_chats, required_chat_agents

from .effort import DEEP


@pytest.mark.parametrize("patience_s", [inf, 240.0, 5.0, 0.0])
@pytest.mark.parametrize("agents", [0, 9, 10, 11, 14, 40])
def test_one_at_a_time_is_the_queue_itself(agents, patience_s):
    ours = chat_performance([100, 90, 0], 180, agents, patience_s=patience_s)
    theirs = performance([100, 90, 0], 180, agents, patience_s=patience_s)
    for f in fields(theirs):
        assert getattr(ours, f.name) == pytest.approx(getattr(theirs, f.name), rel=1e-9, nan_ok=True), f.name


@pytest.mark.parametrize("patience_s", [inf, 120.0])
@pytest.mark.parametrize("at_once", [2, 5])
def test_without_slowdown_every_place_is_a_server(at_once, patience_s):
    ours = chat_performance(100, 600, 21, at_once=at_once, patience_s=patience_s, target_s=60)
    theirs = performance(100, 600, 21 * at_once, patience_s=patience_s, target_s=60)
    for name in ("service_level", "asa_s", "wait_s", "abandonment", "wait_probability", "queue_length"):
        assert getattr(ours, name) == pytest.approx(getattr(theirs, name), rel=1e-8, abs=1e-15), name
    assert ours.handle_s == pytest.approx(600, rel=1e-9), "nobody is slower"


def test_one_agent_two_chats_by_hand():
    """One agent, two places, nobody waits: three states, rates λ = 1, 1, and 1 ÷ 1.5 × 2 a handle time."""
    p = chat_performance(1, 1.0, 1, at_once=2, slowdown=0.5, interval_s=1.0, patience_s=0.0)
    states = np.array([1, 1, 1 / (2 / 1.5)])
    states /= states.sum()
    assert p.abandonment == pytest.approx(states[2])
    assert p.occupancy == pytest.approx(1 - states[0])
    assert p.concurrency == pytest.approx((states[1] + 2 * states[2]) / (states[1] + states[2]))
    assert p.handle_s == pytest.approx((states[1] + 2 * states[2]) / (1 - states[2])), "Little's law"


# ------------------------------------------------------------------------- agent by agent


def simulate_chats(rng, chats, rate, aht_s, agents, at_once, slowdown, patience_s, target_s):
    """Every agent with the work left of each chat; the least busy takes the next. (share in time, lost, mean held)."""
    arrive = np.cumsum(rng.exponential(1 / rate, chats)).tolist()
    work, patience = rng.exponential(aht_s, chats).tolist(), rng.exponential(patience_s, chats).tolist()
    hands = [dict() for _ in range(agents)]  # chat → work left
    since, waiting = [0.0] * agents, []
    wait, ends, stamp = {}, [], [0] * agents
    held_time = busy_time = 0.0

    def pace(agent):
        return 1 / (1 + slowdown * (len(hands[agent]) - 1))

    def settle(agent, now):
        nonlocal held_time, busy_time
        if hands[agent]:
            done = (now - since[agent]) * pace(agent)
            hands[agent] = {chat: left - done for chat, left in hands[agent].items()}
            held_time += (now - since[agent]) * len(hands[agent])
            busy_time += now - since[agent]
        since[agent] = now

    def next_end(agent):
        stamp[agent] += 1
        if hands[agent]:
            chat = min(hands[agent], key=hands[agent].get)
            heapq.heappush(ends, (since[agent] + hands[agent][chat] / pace(agent), agent, stamp[agent], chat))

    def take(agent, chat, now):
        settle(agent, now)
        hands[agent][chat] = work[chat]
        wait[chat] = now - arrive[chat]
        next_end(agent)

    def finish(until):
        while ends and ends[0][0] <= until:
            now, agent, number, chat = heapq.heappop(ends)
            if number != stamp[agent]:
                continue
            settle(agent, now)
            del hands[agent][chat]
            next_end(agent)
            while waiting:
                first = waiting.pop(0)
                if arrive[first] + patience[first] > now:
                    take(agent, first, now)
                    break

    for chat, now in enumerate(arrive):
        finish(now)
        free = min(range(agents), key=lambda agent: len(hands[agent]))
        if len(hands[free]) < at_once:
            take(free, chat, now)
        else:
            waiting.append(chat)
    finish(inf)
    waits = np.array([wait.get(chat, np.nan) for chat in range(chats)])
    return np.mean(waits <= target_s), np.isnan(waits).mean(), np.nanmean(waits), held_time / busy_time


CASES = [  # chats an hour, AHT, agents, at once, slowdown
    (40, 600, 5, 2, 0.4),
    (40, 600, 4, 3, 0.25),
    (120, 300, 8, 2, 0.2),
    (60, 500, 4, 4, 0.6),
    (12, 620, 2, 2, 0.35),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_agent_by_agent(case):
    """The even spread is the best case: the simulation is never better, and worse by a point or so."""
    hourly, aht_s, agents, at_once, slowdown = case
    chats = 400_000 if DEEP else 24_000
    rng = np.random.default_rng(CASES.index(case))
    in_time, lost, asa_s, held = simulate_chats(rng, chats, hourly / 3600, aht_s, agents, at_once, slowdown, 240, 60)
    p = chat_performance(
        hourly, aht_s, agents, at_once=at_once, slowdown=slowdown, interval_s=3600, patience_s=240, target_s=60
    )
    noise = 0.004 if DEEP else 0.012  # calls of a busy hour share their fate
    assert -noise - 0.013 < in_time - p.service_level < noise, (in_time, p.service_level)
    assert -noise < lost - p.abandonment < noise + 0.008, (lost, p.abandonment)
    assert -0.01 < held / p.concurrency - 1 < 0.07, (held, p.concurrency)


def test_worth_of_concurrency():
    """By hand: 3 at a time with 40 % each are worth 3 ÷ 1.8; from a slowdown of 1 on a second gains nothing."""
    assert chat_worth(3, 0.4) == pytest.approx(3 / 1.8)
    assert chat_worth([1, 2, 5], 1.0).tolist() == [1, 1, 1]
    assert (np.diff(chat_worth(np.arange(1, 9), 0.3), n=2) < 0).all(), "each further chat gains less"


# ------------------------------------------------------------------------------- fewest people


@pytest.mark.parametrize("patience_s", [inf, 100.0])
def test_fewest_for_one_at_a_time_is_erlangs(patience_s):
    chats = np.linspace(0, 300, 41)
    targets = Targets(max_occupancy=0.9, max_abandonment=0.05)
    ours = required_chat_agents(chats, 180, targets, patience_s=patience_s)
    assert ours.tolist() == required_agents(chats, 180, targets, patience_s=patience_s).tolist()


@pytest.mark.parametrize("at_once, slowdown", [(2, 0.0), (2, 0.4), (4, 0.3), (3, 1.5)])
def test_the_fewest_meet_and_one_fewer_does_not(at_once, slowdown):
    chats = np.array([1.0, 7, 20, 55, 160])
    how = dict(at_once=at_once, slowdown=slowdown, patience_s=240)
    agents = required_chat_agents(chats, 620, Targets(target_s=60), **how)
    assert (chat_performance(chats, 620, agents, target_s=60, **how).service_level >= 0.8).all()
    assert (chat_performance(chats, 620, agents - 1, target_s=60, **how).service_level < 0.8).all()


def test_more_at_a_time_need_fewer_people_and_slowdown_more():
    def need(at_once, slowdown):
        return required_chat_agents(60, 620, Targets(target_s=60), at_once=at_once, slowdown=slowdown, patience_s=240)

    assert need(1, 0) > need(2, 0.4) > need(3, 0.4) > need(3, 0.0)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: chat_performance(10, 600, 2, at_once=0), r"at_once must be in \[1, 1000\], got 0"),
        (lambda: chat_performance(10, 600, 2, at_once=1.5), "at_once must be a whole number of chats, got 1.5"),
        (lambda: chat_performance(10, 600, 2, at_once=[1, 2]), "at_once must be one number"),
        (lambda: chat_performance(10, 600, 2, at_once=2, slowdown=-0.1), "slowdown must be"),
        (lambda: chat_performance(10, 600, 2.5, at_once=2), "agents must be whole where they hold chats, got 2.5"),
        (lambda: chat_performance(10, 600, 1e6, at_once=2), "at most 1,000,000"),
        (lambda: chat_performance(-1, 600, 2), "calls must be"),
        (lambda: chat_worth(-1), "held must be"),
        (lambda: required_chat_agents(10, 600, 0.8, at_once=2), "targets must be a Targets"),
        (lambda: max_chats(6, 600, 0.8), "targets must be a Targets"),
        (lambda: max_chats(6, 0, Targets(), at_once=2), "no number of calls is too many where aht_s is 0"),
    ],
)
def test_bad_input_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_what_nobody_can_meet():
    with pytest.raises(Infeasible, match="service_level = 1 cannot be met"):
        required_chat_agents(10, 600, Targets(service_level=1.0), at_once=2)


def test_overload_is_an_answer():
    p = chat_performance(100, 600, 10, at_once=2, slowdown=0.5)
    assert (p.service_level, p.occupancy, p.concurrency) == (0, 1, 2) and p.asa_s == inf
    assert p.handle_s == pytest.approx(900), "all chats are held in pairs"
