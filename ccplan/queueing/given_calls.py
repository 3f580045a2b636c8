"""The same calls under any staffing: days drawn once, then passed through queues and groups again and again.

Two plans that serve the very same callers (common random numbers) differ by their agents alone, so that a search
sees the effect of one agent in a few days where fresh days would drown it. The rules are those of `simulate_day`,
the code is another: the one can be checked by the other.

Source: Law, Simulation Modeling and Analysis, chapter 11, on common random numbers.
"""

from dataclasses import dataclass

import numpy as np

OFFERED, ANSWERED, ABANDONED, IN_TARGET, SHORT, WAIT_S = range(6)  # what is counted of each queue and interval


@dataclass(frozen=True)
class Calls:
    """Drawn calls: day d's are `begins[d]` to `begins[d + 1]`, in order of arrival; seconds, and each call's queue."""

    begins: np.ndarray
    arrived: np.ndarray
    queue: np.ndarray
    handle: np.ndarray
    patience: np.ndarray

    @property
    def days(self):
        """How many days there are."""
        return self.begins.size - 1


@dataclass(frozen=True)
class Served:
    """What became of the calls: `counts[queue, interval, measure]` by interval of arrival, and seconds by group.

    Measures are OFFERED … WAIT_S of this module, all summed over the days; WAIT_S holds the waits of those who were
    answered, and of those whom nobody came to answer until the day's end. `busy_s` and `present_s` are [group,
    interval].
    """

    counts: np.ndarray
    busy_s: np.ndarray
    present_s: np.ndarray


def draw_calls(rates, aht_s, patience_s, interval_s, days, seed):
    """`days` days of Poisson calls: a rate a queue (rows as in `arrival_rate`), exponential handle times and patience.

    `aht_s[queue, interval]` and `patience_s[queue]` are means in seconds (inf: never hangs up). The same `seed` gives
    the same calls, each queue from a stream of its own.
    """
    parts = [
        _draw_queue(q, rate, np.asarray(aht_s[q], float), patience_s[q], interval_s, days, seed)
        for q, rate in enumerate(rates)
    ]
    day, arrived, queue, handle, patience = (np.concatenate(column) for column in zip(*parts))
    order = np.lexsort((arrived, day))
    begins = np.concatenate([[0], np.cumsum(np.bincount(day, minlength=days))])
    return Calls(begins, arrived[order], queue[order], handle[order], patience[order])


def _draw_queue(q, rate, aht_s, patience_s, interval_s, days, seed):
    rng = np.random.default_rng([seed, q])
    begin, end, first, slope = rate.T
    area = np.maximum((end - begin) * (first + slope * (end - begin) / 2), 0.0)
    number = rng.poisson(area, (days, area.size))
    day, segment = (np.repeat(index, number.ravel()) for index in np.divmod(np.arange(number.size), area.size))
    under = rng.random(day.size) * area[segment]  # where under the rate's line the call falls
    root = np.sqrt(np.maximum(first[segment] ** 2 + 2 * slope[segment] * under, 0.0))
    arrived = np.minimum(begin[segment] + 2 * under / np.maximum(first[segment] + root, 1e-300), end[segment])
    k = np.minimum((arrived / interval_s).astype(np.int64), aht_s.size - 1)
    handle = aht_s[k] * rng.standard_exponential(day.size)
    patience = rng.standard_exponential(day.size) * patience_s if np.isfinite(patience_s) else np.full(day.size, np.inf)
    return day, arrived, np.full(day.size, q), handle, patience


def serve_calls(calls, agents, ranks, routes, target_s, interval_s):
    """The calls served by `agents[group, interval]` (whole): `Served`.

    `ranks[group, queue]` is a group's order (NO_SKILL of `call_by_call`: not at all), `routes[queue]` the groups that a
    call tries in order, then −1, `target_s[queue]` seconds. Agents who leave finish the call in hand; the staff of the
    last interval stays until the queues are empty.
    """
    from .compiled_calls import serve_days

    agents = np.ascontiguousarray(agents, dtype=np.int64)
    groups, intervals = agents.shape
    counts = np.zeros((ranks.shape[1], intervals, 6))
    busy, present = np.zeros((groups, intervals)), agents * (float(interval_s) * calls.days)
    serve_days(
        calls.begins, calls.arrived, calls.queue, calls.handle, calls.patience, float(interval_s), agents, ranks,
        routes, np.asarray(target_s, float), counts, busy, present,
    )  # fmt: skip
    return Served(counts, busy, present)
