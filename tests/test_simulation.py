"""The referee itself: against exact values of Erlang C and A, and by hand."""

import numpy as np
import pytest

from ccplan.queueing.simulation import simulate_calls

# id, load, aht_s, patience_s, agents, and the exact share answered in target_s, mean wait of the
# answered, share abandoned: from 60-digit sums over the states (tests/truth/erlang_cases.json).
CASES = [
    ("erlang_c-003", 10, 180, np.inf, 12, 20, 0.6401580403, 40.444940186, 0.0),
    ("erlang_c-035", 20, 300, np.inf, 26, 30, 0.9213004506, 7.1699964224, 0.0),
    ("erlang_c-046", 10, 180, np.inf, 13, 60, 0.8950548651, 17.116227182, 0.0),
    ("erlang_a-006", 10, 180, 180, 9, 20, 0.4554695949, 30.550991418, 0.1793170642),
    ("erlang_a-045", 20, 300, 120, 16, 20, 0.4252666900, 27.084926050, 0.2382209208),
    ("erlang_a-080", 8, 480, 240, 8, 30, 0.6038348440, 32.424659160, 0.1627380462),
]


def simulate(load, aht_s, patience_s, agents, calls=60_000, seed=0):
    rng = np.random.default_rng(seed)
    arrived = np.cumsum(rng.exponential(aht_s / load, calls))
    handle = rng.exponential(aht_s, calls)
    patience = rng.exponential(patience_s, calls) if np.isfinite(patience_s) else np.full(calls, np.inf)
    return simulate_calls(arrived, handle, patience, [agents])


def batch_interval(values, batches=30):
    """Mean and half width of a 99.9 % interval from batch means: waits of neighbours hang together."""
    means = np.array([part.mean() for part in np.array_split(values, batches)])
    return values.mean(), 3.66 * means.std(ddof=1) / np.sqrt(batches)


@pytest.mark.parametrize(
    ("case", "load", "aht_s", "patience_s", "agents", "target_s", "level", "asa_s", "abandonment"),
    CASES,
    ids=[case[0] for case in CASES],
)
def test_against_exact_values(case, load, aht_s, patience_s, agents, target_s, level, asa_s, abandonment):
    out = simulate(load, aht_s, patience_s, agents)
    in_time = (out.answered & (out.wait_s <= target_s)).astype(float)
    for values, exact in ((in_time, level), (out.wait_s[out.answered], asa_s), (1.0 - out.answered, abandonment)):
        mean, half = batch_interval(values)
        assert abs(mean - exact) <= half + 1e-12, (case, mean, exact, half)


def test_agents_who_leave_finish_the_call_in_hand():
    """Two agents until 50 s, then one: the third call waits for the first end after that, at 100 s."""
    out = simulate_calls([0, 0, 60], [100, 200, 10], [np.inf] * 3, agents=[2, 1], changed_s=[0, 50])
    assert out.wait_s.tolist() == [0, 0, 140] and out.answered.all()


def test_nobody_before_the_first_change():
    out = simulate_calls([0, 5], [10, 10], [3, np.inf], agents=[1], changed_s=[20])
    assert out.wait_s.tolist() == [3, 15] and out.answered.tolist() == [False, True]


def test_who_is_never_served_waits_for_ever_or_hangs_up():
    out = simulate_calls([0, 5], [10, 10], [np.inf, 7], agents=[0])
    assert out.wait_s.tolist() == [np.inf, 7] and not out.answered.any()


def test_no_calls():
    out = simulate_calls([], [], [], agents=[3])
    assert out.wait_s.tolist() == [] and out.answered.tolist() == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([5, 0], [1, 1], [1, 1], [1]), "arrived_s must be in ascending order"),
        (([0], [1, 1], [1], [1]), "must have one length"),
        (([0], [-1], [1], [1]), "handle_s must be in"),
        (([0], [1], [float("nan")], [1]), "patience_s must be a number"),
        (([0], [1], [1], [1.5]), "agents must be whole"),
        (([0], [1], [1], [1, 2]), "changed_s and agents must have one length"),
        (([0], ["x"], [1], [1]), "handle_s must be a number"),
        (([0], [float("inf")], [1], [1]), "handle_s must be in"),
    ],
)
def test_bad_input_is_refused_in_words(arguments, words):
    with pytest.raises(ValueError, match=words):
        simulate_calls(*arguments)
