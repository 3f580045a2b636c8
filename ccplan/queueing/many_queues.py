"""Several queues and groups of agents with skills, call by call, compiled: the inner loop of `day_simulation`.

A call goes to the first group on its route with an agent free, else it waits. An agent who becomes free takes
from the queues of the best rank in the group's order the call that has waited longest. Imported only where it
runs; what is compiled is kept on disk.
"""

import numpy as np
from numba import njit

from .call_by_call import (
    BUSY, OFFERED, PRESENT, TIME, WAITING, add_day, add_span, count_answer, count_loss, draw, next_arrival,
)  # fmt: skip

NO_SKILL = 1_000_000


@njit(cache=True)
def many_queues(rng, days, rates, interval_s, seats, at_once, ranks, routes, handle, patience, target_s, sums, products, totals):
    """Add up `days` days. Rows of `sums`, `products`, `totals[day]`: the queues, then the groups.

    `rates[queue]` as in `arrival_rate`, `seats[group, interval]` calls that a group can hold, `ranks[group,
    queue]` its order (NO_SKILL: not at all), `routes[queue]` groups in order, then −1. `handle`, `patience`:
    (kinds, shapes, scales, values, where each queue's values begin and end).
    """
    queues, (groups, intervals) = rates.shape[0], seats.shape
    for day in range(days):
        counts = np.zeros((queues + groups, intervals, sums.shape[2]))
        _one_day(rng, rates, interval_s, seats, at_once, ranks, routes, handle, patience, target_s, counts)
        for row in range(queues + groups):
            add_day(counts[row], sums[row], products[row], totals[day, row])


@njit(cache=True)
def _one_day(rng, rates, interval_s, seats, at_once, ranks, routes, handle, patience, target_s, counts):
    queues, (groups, intervals) = rates.shape[0], seats.shape
    closing, k_now, now = interval_s * intervals, 0, 0.0
    coming, segments = np.empty(queues), np.zeros(queues, np.int64)
    for q in range(queues):
        coming[q], segments[q] = next_arrival(rng, rates[q], 0.0, 0)
    on, busy = seats[:, 0].copy(), np.zeros(groups, np.int64)
    ends, whose, size = np.empty(64), np.empty(64, np.int64), 0  # a heap of calls in hand
    # Waiting calls of all queues in one list, linked to the next of their queue.
    first, last = np.full(queues, -1), np.full(queues, -1)
    arrived, deadline, behind, used = np.empty(1024), np.empty(1024), np.empty(1024, np.int64), 0
    for row in range(queues + groups):
        for k in range(intervals):
            counts[row, k, TIME] = interval_s
            if row >= queues:
                counts[row, k, PRESENT] = seats[row - queues, k] / at_once[row - queues] * interval_s
    while True:
        q = int(np.argmin(coming))
        change = interval_s * (k_now + 1) if k_now < intervals - 1 else np.inf
        end = ends[0] if size > 0 else np.inf
        moment = min(coming[q], end, change)
        if now < closing:  # those who should have left but finish a call
            for g in range(groups):
                if busy[g] > on[g]:
                    counts[queues + g, k_now, PRESENT] += (busy[g] - on[g]) / at_once[g] * (min(moment, closing) - now)
        if moment == np.inf:
            break
        now = moment
        if size + 1 >= ends.size:
            ends, whose = _longer(ends), _longer(whose)
        if now == end:
            g = whose[0]
            size = _pop(ends, whose, size)
            busy[g] -= 1
            size = _take(rng, g, now, interval_s, on, busy, ranks, handle, target_s, counts, ends, whose, size,
                         first, last, arrived, deadline, behind)
        elif now == change:
            k_now += 1
            on = seats[:, k_now].copy()
            for g in range(groups):
                before = -1
                while size > before and busy[g] < on[g]:
                    before = size
                    if size + 1 >= ends.size:
                        ends, whose = _longer(ends), _longer(whose)
                    size = _take(rng, g, now, interval_s, on, busy, ranks, handle, target_s, counts, ends, whose, size,
                                 first, last, arrived, deadline, behind)
        else:
            k = min(int(now / interval_s), intervals - 1)
            counts[q, k, OFFERED] += 1
            coming[q], segments[q] = next_arrival(rng, rates[q], now, segments[q])
            taken = False
            for i in range(groups):
                g = routes[q, i]
                if g < 0:
                    break
                if busy[g] < on[g]:
                    size = _answer(rng, q, g, now, now, interval_s, busy, handle, target_s, counts, ends, whose, size)
                    taken = True
                    break
            limit = now + _draw(rng, patience, q, k)
            if not taken:
                if used == arrived.size:
                    arrived, deadline, behind = _longer(arrived), _longer(deadline), _longer(behind)
                arrived[used], deadline[used], behind[used] = now, limit, -1
                if first[q] < 0:
                    first[q] = used
                else:
                    behind[last[q]] = used
                last[q] = used
                used += 1
    for q in range(queues):  # whom nobody came to answer
        while first[q] >= 0:
            _lose(q, interval_s, target_s, counts, first, arrived, deadline, behind)


@njit(cache=True)
def _take(rng, g, now, interval_s, on, busy, ranks, handle, target_s, counts, ends, whose, size,
          first, last, arrived, deadline, behind):
    """A free agent of group g takes the next call, if one waits; the new size of the heap."""
    if busy[g] >= on[g]:
        return size
    best = -1
    for q in range(ranks.shape[1]):
        if ranks[g, q] == NO_SKILL:
            continue
        while first[q] >= 0 and deadline[first[q]] <= now:  # hung up before, seen only now
            _lose(q, interval_s, target_s, counts, first, arrived, deadline, behind)
        if first[q] < 0:
            continue
        if best < 0 or ranks[g, q] < ranks[g, best] or (
            ranks[g, q] == ranks[g, best] and arrived[first[q]] < arrived[first[best]]
        ):
            best = q
    if best < 0:
        return size
    call = first[best]
    first[best] = behind[call]
    return _answer(rng, best, g, arrived[call], now, interval_s, busy, handle, target_s, counts, ends, whose, size)


@njit(cache=True)
def _answer(rng, q, g, came, now, interval_s, busy, handle, target_s, counts, ends, whose, size):
    k = min(int(came / interval_s), counts.shape[1] - 1)
    until = now + _draw(rng, handle, q, k)
    count_answer(counts[q], k, now - came, target_s[q])
    add_span(counts[q], WAITING, came, now, interval_s)
    add_span(counts[q], BUSY, now, until, interval_s)
    add_span(counts[counts.shape[0] - busy.size + g], BUSY, now, until, interval_s)
    busy[g] += 1
    return _push(ends, whose, size, until, g)


@njit(cache=True)
def _lose(q, interval_s, target_s, counts, first, arrived, deadline, behind):
    """The first of queue q has hung up."""
    call = first[q]
    k = min(int(arrived[call] / interval_s), counts.shape[1] - 1)
    count_loss(counts[q], k, deadline[call] - arrived[call], target_s[q])
    add_span(counts[q], WAITING, arrived[call], deadline[call], interval_s)
    first[q] = behind[call]


@njit(cache=True)
def _draw(rng, coded, q, k):
    kinds, shapes, scales, values, begins = coded
    return draw(rng, (kinds[q], shapes[q], scales[q], values[begins[q] : begins[q + 1]]), k)


@njit(cache=True)
def _longer(array):
    more = np.empty(2 * array.size, array.dtype)
    more[: array.size] = array
    return more


@njit(cache=True)
def _push(heap, tags, size, value, tag):
    place = size
    while place > 0:
        parent = (place - 1) // 2
        if heap[parent] <= value:
            break
        heap[place], tags[place] = heap[parent], tags[parent]
        place = parent
    heap[place], tags[place] = value, tag
    return size + 1


@njit(cache=True)
def _pop(heap, tags, size):
    size -= 1
    value, tag, place = heap[size], tags[size], 0
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= value:
            break
        heap[place], tags[place] = heap[child], tags[child]
        place = child
    heap[place], tags[place] = value, tag
    return size
