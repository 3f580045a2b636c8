"""One queue through many days, call by call, compiled: the inner loop of `day_simulation`.

Imported only where it runs, so that nothing else pays for the compiler; what is compiled is kept on disk.
First come, first served lets calls be followed one by one: the next call starts no earlier than the one
before it, when fewer agents are busy than are on the roster.
"""

import numpy as np
from numba import njit

EXPONENTIAL, LOGNORMAL, CONSTANT, SAMPLE = range(4)
# What is counted of every interval of arrival; seconds of busy, waiting and presence in the interval they pass in.
MEASURES = (
    "offered", "answered", "abandoned", "answered_in_target", "abandoned_in_target", "waited",
    "wait_answered_s", "wait_abandoned_s", "busy_s", "waiting_s", "present_s", "time_s",
)  # fmt: skip
OFFERED, ANSWERED, ABANDONED, IN_TARGET, SHORT, WAITED, WAIT_ANSWERED, WAIT_ABANDONED, BUSY, WAITING, PRESENT, TIME = range(12)


@njit(cache=True)
def one_queue(rng, days, rate, interval_s, agents, handle, patience, target_s, sums, products, totals):
    """Add up what happens on `days` days into `sums`, `products` (interval, measure, …) and `totals` (day, measure)."""
    intervals = agents.size
    ends = np.empty(agents.max() + 1)
    for day in range(days):
        counts = np.zeros((intervals, sums.shape[1]))
        _one_day(rng, rate, interval_s, agents, handle, patience, target_s, counts, ends)
        add_day(counts, sums, products, totals[day])


@njit(cache=True)
def add_day(counts, sums, products, total):
    """One day's counts into the sums over days, and into the sums of products that intervals are made from."""
    for k in range(counts.shape[0]):
        for i in range(counts.shape[1]):
            value = counts[k, i]
            total[i] += value
            sums[k, i] += value
            if value != 0.0:
                for j in range(counts.shape[1]):
                    products[k, i, j] += value * counts[k, j]


@njit(cache=True)
def _one_day(rng, rate, interval_s, agents, handle, patience, target_s, counts, ends):
    last = agents.size - 1
    busy, k_now, now, arrived, segment = 0, 0, 0.0, 0.0, 0
    on = agents[0]
    change = interval_s if last > 0 else np.inf
    closing = interval_s * (last + 1)
    for k in range(last + 1):
        counts[k, PRESENT] += agents[k] * interval_s
        counts[k, TIME] += interval_s
    while True:
        arrived, segment = next_arrival(rng, rate, arrived, segment)
        until = min(arrived, closing)
        deadline = -1.0
        if arrived < np.inf:
            k = min(int(arrived / interval_s), last)
            counts[k, OFFERED] += 1
            deadline = arrived + draw(rng, patience, k)
        # All that happens before this call, then all that must happen before it can be answered.
        while True:
            end = ends[0] if busy > 0 else np.inf
            moment = min(end, change)
            if moment > until and (busy < on or moment >= deadline or moment == np.inf):
                break
            if busy > on:  # agents who should have left but finish a call
                counts[k_now, PRESENT] += (busy - on) * (min(moment, closing) - min(now, closing))
            now = max(now, moment)
            if end <= change:
                busy = pop(ends, busy)
            else:
                k_now += 1
                on = agents[k_now]
                change = interval_s * (k_now + 1) if k_now < last else np.inf
        if arrived == np.inf:
            if busy > on:
                counts[k_now, PRESENT] += (busy - on) * (closing - min(now, closing))
            return
        if busy > on and arrived > now:
            counts[k_now, PRESENT] += (busy - on) * (arrived - now)
        now = max(now, arrived)
        if busy < on and (now < deadline or now == arrived):
            seconds = draw(rng, handle, k)
            count_answer(counts, k, now - arrived, target_s)
            add_span(counts, BUSY, now, now + seconds, interval_s)
            add_span(counts, WAITING, arrived, now, interval_s)
            busy = push(ends, busy, now + seconds)
        else:
            count_loss(counts, k, deadline - arrived, target_s)
            add_span(counts, WAITING, arrived, deadline, interval_s)


@njit(cache=True)
def count_answer(counts, k, wait_s, target_s):
    counts[k, ANSWERED] += 1
    counts[k, WAIT_ANSWERED] += wait_s
    if wait_s > 0:
        counts[k, WAITED] += 1
    if wait_s <= target_s:
        counts[k, IN_TARGET] += 1


@njit(cache=True)
def count_loss(counts, k, wait_s, target_s):
    """A caller who hung up; one who would wait for ever is neither answered nor abandoned."""
    counts[k, WAITED] += 1
    if wait_s < np.inf:
        counts[k, ABANDONED] += 1
        counts[k, WAIT_ABANDONED] += wait_s
        if wait_s <= target_s:
            counts[k, SHORT] += 1


@njit(cache=True)
def add_span(counts, column, begin, end, interval_s):
    """The seconds from begin to end, each to the interval in which it passes; none after the last."""
    if end <= begin:
        return
    k = int(begin / interval_s)
    while k < counts.shape[0] and begin < end:
        here = min(end, interval_s * (k + 1))
        counts[k, column] += max(here - begin, 0.0)
        begin = here
        k += 1


@njit(cache=True)
def next_arrival(rng, rate, moment, segment):
    """The next call after `moment` of a Poisson stream with a rate that is linear in each segment, or inf.

    Rows of `rate`: begin, end, calls a second at the begin, and how much it grows a second. The area under
    the rate to the next call is exponential with mean 1.
    """
    area = rng.standard_exponential()
    while segment < rate.shape[0]:
        begin, end, first, slope = rate[segment, 0], rate[segment, 1], rate[segment, 2], rate[segment, 3]
        moment = max(moment, begin)
        left = end - moment
        level = max(first + slope * (moment - begin), 0.0)
        here = max(level + 0.5 * slope * left, 0.0) * left
        if area < here:
            root = np.sqrt(max(level * level + 2.0 * slope * area, 0.0))
            return min(moment + 2.0 * area / (level + root), end), segment
        area -= here
        segment += 1
    return np.inf, segment


@njit(cache=True)
def draw(rng, duration, k):
    """Seconds drawn from a coded distribution: kind, shape, scale by interval, values of a sample."""
    kind, shape, scale, values = duration
    if kind == EXPONENTIAL:
        return scale[k] * rng.standard_exponential()
    if kind == LOGNORMAL:
        return scale[k] * np.exp(shape * rng.standard_normal() - 0.5 * shape * shape)
    if kind == SAMPLE:
        return scale[k] * values[int(rng.random() * values.size)]
    return scale[k]


@njit(cache=True)
def push(heap, size, value):
    """Add a moment to a heap whose first is the earliest; the new size."""
    place = size
    while place > 0:
        parent = (place - 1) // 2
        if heap[parent] <= value:
            break
        heap[place] = heap[parent]
        place = parent
    heap[place] = value
    return size + 1


@njit(cache=True)
def pop(heap, size):
    """Take the earliest moment off a heap; the new size."""
    size -= 1
    value, place = heap[size], 0
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= value:
            break
        heap[place] = heap[child]
        place = child
    heap[place] = value
    return size
