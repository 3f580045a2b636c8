"""Calls routed to agents by name: against the referee without names, and by hand."""

import numpy as np
import pytest

from ccplan.queueing.routing import route_calls
from ccplan.queueing.simulation import simulate_calls


def calls(size=3000, seed=1):
    rng = np.random.default_rng(seed)
    arrived = np.cumsum(np.rint(rng.exponential(12, size)) + 1)
    return arrived, np.rint(rng.exponential(110, size)) + 1, np.rint(rng.exponential(90, size)) + 1


def test_waits_are_those_of_the_queue_without_names():
    arrived, handle, patience = calls()
    ten = dict(agent=range(10), start_s=[0] * 10, end_s=[1e9] * 10)
    named, plain = route_calls(arrived, handle, patience, **ten), simulate_calls(arrived, handle, patience, [10])
    assert (named.wait_s == plain.wait_s).all() and ((named.span >= 0) == plain.answered).all()
    assert (named.handle_s == handle * plain.answered).all()


def test_nobody_has_two_calls_at_once_and_nobody_works_outside_the_span():
    arrived, handle, patience = calls()
    start, end = np.arange(0, 30_000, 500), np.arange(0, 30_000, 500) + 1500
    out = route_calls(arrived, handle, patience, agent=np.arange(60) % 12, start_s=start, end_s=end)
    took = np.flatnonzero(out.span >= 0)
    answered = arrived[took] + out.wait_s[took]
    assert (answered >= start[out.span[took]]).all() and (answered < end[out.span[took]]).all()
    for agent in range(12):
        mine = took[out.span[took] % 12 == agent]
        order = np.argsort(arrived[mine] + out.wait_s[mine])
        begins = (arrived[mine] + out.wait_s[mine])[order]
        assert (begins[1:] >= (begins + out.handle_s[mine][order])[:-1]).all()


def test_the_longest_idle_takes_the_call():
    out = route_calls([0, 10, 50, 60], [20, 20, 5, 5], [9] * 4, agent=[1, 2], start_s=[0, 0], end_s=[99, 99])
    assert out.span.tolist() == [0, 1, 0, 1]


def test_two_chats_at_once_but_first_to_who_has_none():
    out = route_calls([0, 1, 2, 3, 4], [50] * 5, [60] * 5, agent=[1, 2], start_s=[0, 0], end_s=[99, 99], at_once=2)
    assert sorted(out.span[:2]) == [0, 1] and out.wait_s.tolist() == [0, 0, 0, 0, 46]


def test_pace_multiplies_handle_times_and_the_last_call_is_finished():
    out = route_calls([0], [100], [9], agent=[1], start_s=[0], end_s=[10], pace=[1.25])
    assert out.handle_s.tolist() == [125] and out.ended_s.tolist() == [125]


def test_no_calls_and_no_agents():
    assert route_calls([], [], [], agent=[1], start_s=[0], end_s=[5]).wait_s.tolist() == []
    assert route_calls([1], [2], [3], agent=[], start_s=[], end_s=[]).wait_s.tolist() == [3]


@pytest.mark.parametrize(
    ("calls", "spans", "words"),
    [
        (([5, 0], [1, 1], [1, 1]), ([1], [0], [9]), "ascending"),
        (([0], [1, 1], [1]), ([1], [0], [9]), "one length"),
        (([0], [1], [1]), ([1], [9], [0]), "no end before"),
        (([0], [1], [1]), ([1, 2], [0], [9]), "one length"),
    ],
)
def test_bad_input_is_refused_in_words(calls, spans, words):
    with pytest.raises(ValueError, match=words):
        route_calls(*calls, agent=spans[0], start_s=spans[1], end_s=spans[2])
