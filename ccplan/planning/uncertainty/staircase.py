"""The fewest agents as a staircase: each number of agents takes so many Erlangs and no more.

`required_agents` searches anew for every interval. Over years and a thousand paths the same few steps are climbed again
and again, so they are found once (`max_calls` of 1, 2, 3, … agents) and looked up. At one handle time the answer is
that of `required_agents` exactly. Over a span of handle times the steps are found at a few of them and taken as
straight in between, on the logarithm of the handle time; tests measure what that costs (some agents in 100,000).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...queueing import Infeasible, max_calls, max_chats
from ..staffing import refuse_deferred

APART = 1.2  # one handle time ÷ the one before it
# Agents up to which every step is found; above, every twentieth part, with the rest from a smooth curve between.
EVERY = 32
THIN = 1.05
_EXACT, _CLOSE = 1e-13, 1e-9  # relative, of a step's height
SPARE = 1.3  # room above the most Erlangs that were asked for, so that a larger question finds its steps ready


@dataclass(frozen=True)
class Staircase:
    """Steps: `erlangs[n, j]` is the most load that n agents take at handle time `aht_s[j]` (s, equal ratios apart)."""

    aht_s: np.ndarray
    erlangs: np.ndarray
    begin: np.ndarray
    interval_s: float

    @property
    def scale(self):
        """First handle time and distance to the next, in logarithms: as the compiled loops take them."""
        log = np.log(self.aht_s)
        return log[0], max(log[1] - log[0], 1e-300)

    def agents(self, calls, aht_s):
        """Fewest agents of arrays of calls an interval and handle times (s) within the steps' span; ints of that
        shape.
        """
        from .staircase_steps import climb  # compiled where it is used

        calls, aht_s = np.broadcast_arrays(np.asarray(calls, float), np.asarray(aht_s, float))
        load = calls * aht_s / self.interval_s
        if load.size and load.max() > self.erlangs[-1].min():
            raise ValueError(
                f"the staircase ends at {self.erlangs[-1].min():.4g} Erlang, got {load.max():.4g} "
                "— ask for a higher one (most=)"
            )
        return climb(load.ravel(), np.log(aht_s).ravel(), *self.scale, self.erlangs, self.begin).reshape(load.shape)


def staircase(queue, aht_s, most, *, interval_s=1800, exact=False):
    """The `Staircase` of a queue of the centre: its targets, patience and lines, up to `most` Erlang.

    `aht_s` is a handle time or (shortest, longest), in seconds; `exact` finds every step by itself, else those above
    {EVERY} agents come from a smooth curve. Built once for the same question. Raises
    Infeasible naming queue and target, ValueError for work that may wait.

    >>> from ccplan.data import Queue
    >>> staircase(Queue(name="q"), 180, 40, exact=True).agents([100, 0, 108.7], 180).tolist()
    [14, 0, 15]
    """
    refuse_deferred(queue, "a staircase of agents")
    low, high = (aht_s, aht_s) if np.ndim(aht_s) == 0 else aht_s
    highest = max(most, 1.0) * (1 if exact else SPARE)
    top = int(np.ceil(np.log(highest) / np.log(1.25)))  # few sizes, so that they are met again
    how = (queue.targets, queue.patience_s, queue.lines, queue.at_once, queue.slowdown)
    try:
        return _built(how, float(low), float(high), 1.25**top, float(interval_s), exact)
    except Infeasible as problem:
        raise Infeasible(f"queue {queue.name}: {problem}") from None


staircase.__doc__ = staircase.__doc__.replace("{EVERY}", str(EVERY))


@lru_cache(maxsize=128)
def _built(how, low, high, most, interval_s, exact):
    from .staircase_steps import marks

    columns = 2 if high == low else max(int(np.ceil(np.log(high / low) / np.log(APART))) + 1, 2)
    aht_s = np.geomspace(low, high, columns)
    found = aht_s[:1] if high == low else aht_s
    erlangs = _steps(how, found, most, interval_s, exact)
    erlangs = np.ascontiguousarray(np.broadcast_to(erlangs, (len(erlangs), columns)))
    return Staircase(aht_s, erlangs, marks(erlangs), interval_s)


def _steps(how, aht_s, most, interval_s, exact):
    """Steps × handle times of capacity in Erlang, up to the first step that takes `most` at every handle time."""
    count = int(np.ceil(most + 3 * np.sqrt(most) + 8))
    while True:
        some = np.arange(1, count + 1) if exact else _some(count)
        capacity = (
            _capacity(how, some[:, None], aht_s[None, :], interval_s, _EXACT if exact else _CLOSE) * aht_s / interval_s
        )
        if capacity[-1].min() >= most:
            break
        count = int(count * 1.25) + 1
    every = np.arange(1, count + 1)
    slack = (some[:, None] - capacity) / np.sqrt(some)[:, None]  # agents beyond the load, in square roots: smooth
    filled = [every - np.sqrt(every) * np.interp(np.sqrt(every), np.sqrt(some), column) for column in slack.T]
    filled = capacity if len(some) == len(every) else np.column_stack(filled)
    return np.maximum.accumulate(np.vstack([np.zeros(len(aht_s)), filled]), axis=0)


def _some(count):
    """1, 2, 3, … and then each 5 % above the one before."""
    far = EVERY * THIN ** np.arange(1, max(int(np.ceil(np.log(count / EVERY) / np.log(THIN))), 0) + 1)
    return np.unique(
        np.concatenate([np.arange(1, min(EVERY, count) + 1), np.round(far).astype(int), [count]]).clip(max=count)
    )


def _capacity(how, agents, aht_s, interval_s, within):
    """The most contacts that `agents` take: as the queue M/M/n+M, or with several in hand."""
    targets, patience_s, lines, at_once, slowdown = how
    if at_once > 1:
        return max_chats(
            agents,
            aht_s,
            targets,
            at_once=at_once,
            slowdown=slowdown,
            interval_s=interval_s,
            patience_s=patience_s,
            within=within,
        )
    return max_calls(agents, aht_s, targets, interval_s=interval_s, patience_s=patience_s, lines=lines, within=within)
