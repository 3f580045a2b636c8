"""The queue M/M/n+M as a chain solved directly with scipy, as one would by hand: a peer, and a reference elsewhere.

States are counts of callers; the wait of a caller who finds k waiting is the time of k + 1 departures. Neither shares a
line or a formula with `ccplan.queueing`.
"""

import numpy as np
from scipy.linalg import solve_banded
from scipy.sparse import diags
from scipy.sparse.linalg import expm_multiply, splu


def steady(calls, aht_s, agents, interval_s, patience_s, target_s):
    """(service level of the offered, abandonment, mean wait of all callers) in the long run."""
    rate, size = calls / interval_s, states(calls * aht_s / interval_s, aht_s, agents, patience_s)
    shares = _stationary(rate, _departures(size, aht_s, agents, patience_s))
    queue = np.maximum(np.arange(size + 1) - agents, 0) @ shares
    in_time = _within(size - agents, aht_s, agents, patience_s, target_s, shares[agents:])
    return shares[:agents].sum() + in_time, queue / patience_s / rate, queue / rate


def from_empty(calls, aht_s, agents, interval_s, patience_s, target_s):
    """(service level of the offered, abandonment) of those who call in one interval that begins with an empty queue.

    The mean time in each state is that of the chain up to the interval's end, by trapezes of a hundredth of a call's
    length with Richardson's correction; callers find the states in proportion to it.
    """
    rate, size = calls / interval_s, states(calls * aht_s / interval_s, aht_s, agents, patience_s)
    coarse, fine = (_occupied(rate, size, aht_s, agents, patience_s, interval_s, steps) for steps in (2000, 4000))
    shares = (4 * fine - coarse) / 3
    waiting, next_one = shares[agents:], agents / aht_s + np.arange(size - agents + 1) / patience_s
    answered = waiting @ np.cumprod(next_one / (next_one + 1 / patience_s))  # every departure before hanging up
    in_time = _within(size - agents, aht_s, agents, patience_s, target_s, waiting)
    return shares[:agents].sum() + in_time, waiting.sum() - answered


def states(load, aht_s, agents, patience_s):
    """So many callers at once that more do not count: far above agents, load, and what hanging up leaves of a queue."""
    top = max(agents, load, agents + max(load - agents, 0) * patience_s / aht_s)
    return int(top + 12 * np.sqrt(load * max(1.0, patience_s / aht_s)) + 60)


def _departures(size, aht_s, agents, patience_s):
    count = np.arange(size + 1)
    return np.minimum(count, agents) / aht_s + np.maximum(count - agents, 0) / patience_s


def _stationary(rate, departures):
    """Shares of time: the balance equations, one of them replaced by a state near the mode that is set to 1."""
    size = departures.size - 1
    mode = int(np.clip(np.searchsorted(departures, rate), 0, size))
    bands = np.zeros((3, size + 1))
    bands[0, 1:], bands[2, :-1] = departures[1:], rate
    bands[1] = -(departures + np.where(np.arange(size + 1) < size, rate, 0.0))
    right = np.zeros(size + 1)
    right[mode], bands[1, mode] = 1.0, 1.0
    if mode < size:
        bands[0, mode + 1] = 0.0
    if mode > 0:
        bands[2, mode - 1] = 0.0
    shares = solve_banded((1, 1), bands, right)
    return shares / shares.sum()


def _within(longest, aht_s, agents, patience_s, target_s, shares):
    """The share of all callers who wait and are answered in time; `shares` of those who find 0, 1, … waiting."""
    if target_s == 0:
        return 0.0
    ahead = np.arange(longest + 1)
    next_one = agents / aht_s + ahead / patience_s  # a call ends, or one of those ahead hangs up
    # the first state is "answered": it stays; the others flow to the next place, or are lost to hanging up
    chain = diags([np.r_[0.0, -(next_one + 1 / patience_s)], next_one], [0, -1], format="csr")
    return shares @ expm_multiply(chain * target_s, np.eye(1, longest + 2)[0])[1:]


def _occupied(rate, size, aht_s, agents, patience_s, interval_s, steps):
    """The mean share of time in each state from empty, by steps of the trapezoidal rule."""
    departures = _departures(size, aht_s, agents, patience_s)
    arrivals = np.where(np.arange(size + 1) < size, rate, 0.0)
    flow = diags([-(arrivals + departures), departures[1:], arrivals[:-1]], [0, 1, -1], format="csc")
    step, one = interval_s / steps, diags([np.ones(size + 1)], [0], format="csc")
    solve, ahead = splu(one - step / 2 * flow), one + step / 2 * flow
    now, total = np.eye(1, size + 1)[0], np.zeros(size + 1)
    for _ in range(steps):
        then = solve.solve(ahead @ now)
        total += (now + then) / 2
        now = then
    return total / steps
