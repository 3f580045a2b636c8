"""The long-run chances of a Markov chain with a few thousand states, from its sparse rates."""

import numpy as np

_LIKELY = 1e-3  # of the likeliest state's chance: less, and a pinned state costs digits


def long_run(flow, start):
    """The chance of each state in the long run, an array that sums to 1.

    `flow` is a square sparse array of rates from state to state, `start` a state that is visited again and
    again. Its equation is replaced by a chance of 1, and all are scaled; where `start` turns out to be
    unlikely, the likeliest state takes its place, so that no digits are lost. States that cannot be reached
    get 0. Source: balance equations.

    >>> from scipy.sparse import csr_array
    >>> long_run(csr_array([[0.0, 1.0], [3.0, 0.0]]), 0).tolist()
    [0.75, 0.25]
    """
    from scipy.sparse.csgraph import breadth_first_order

    reached = np.sort(breadth_first_order(flow, start, return_predecessors=False))
    part = flow[reached][:, reached]
    pinned = int(np.searchsorted(reached, start))
    for _ in range(5):
        found = _pinned(part, pinned)
        if found[pinned] > _LIKELY * found.max():
            break
        pinned = int(found.argmax())
    chance = np.zeros(flow.shape[0])
    chance[reached] = found / found.sum()
    return chance


def rates(moves, size):
    """The sparse rates of (rate, from, to) arrays; moves to the state itself and rates of 0 are left out."""
    from scipy.sparse import coo_array

    rate, here, there = (np.concatenate(part) for part in zip(*moves, strict=True))
    keep = (rate > 0) & (here != there)
    return coo_array((rate[keep], (here[keep], there[keep])), shape=(size, size)).tocsr()


def _pinned(flow, pinned):
    """Chances relative to that of the pinned state."""
    from scipy.sparse import diags_array
    from scipy.sparse.linalg import spsolve

    balance = (flow.T - diags_array(np.asarray(flow.sum(axis=1)).ravel())).tocsc()
    others = np.delete(np.arange(flow.shape[0]), pinned)
    chance = np.ones(flow.shape[0])
    if others.size:
        chance[others] = spsolve(balance[others][:, others], -balance[others][:, [pinned]].toarray().ravel())
    return np.clip(chance, 0.0, None)
