"""Given calls through queues and groups, compiled: the inner loop of `given_calls`.

A call goes to the first group on its route with an agent free, else it waits; an agent who becomes free takes, from the
queues of the best rank in the group's order, the call that has waited longest. Imported only where it runs; what is
compiled is kept on disk, by the date of this file: so all of it is in one.
"""

import numpy as np

from .compiled import compiled

NO_SKILL = 1_000_000  # as in `call_by_call`
OFFERED, ANSWERED, ABANDONED, IN_TARGET, SHORT, WAIT_S = range(6)  # as in `given_calls`


@compiled
def serve_days(
    begins, arrived, queue, handle, patience, interval_s, agents, ranks, routes, target_s, counts, busy_s, present_s
):
    """Add up what happens to the calls of each day: `counts[queue, interval, measure]`, seconds [group, interval]."""
    groups, queues = agents.shape[0], ranks.shape[1]
    most = 0
    for day in range(begins.size - 1):
        most = max(most, begins[day + 1] - begins[day])
    ends = np.empty((groups, agents.max() + 1))
    busy, behind = np.empty(groups, np.int64), np.empty(most + 1, np.int64)
    first, last = np.empty(queues, np.int64), np.empty(queues, np.int64)
    for day in range(begins.size - 1):
        one = slice(begins[day], begins[day + 1])
        _serve_day(
            arrived[one], queue[one], handle[one], patience[one], interval_s, agents, ranks, routes, target_s, counts,
            busy_s, present_s, ends, busy, behind, first, last,
        )  # fmt: skip


@compiled
def _serve_day(
    arrived, queue, handle, patience, interval_s, agents, ranks, routes, target_s, counts, busy_s, present_s, ends,
    busy, behind, first, last,
):  # fmt: skip
    groups, intervals = agents.shape
    busy[:], first[:], last[:] = 0, -1, -1
    closing, k_now, call, now = interval_s * intervals, 0, 0, 0.0
    while True:
        coming = arrived[call] if call < arrived.size else np.inf
        change = interval_s * (k_now + 1) if k_now < intervals - 1 else np.inf
        end, g_end = np.inf, -1
        for g in range(groups):
            if busy[g] > 0 and ends[g, 0] < end:
                end, g_end = ends[g, 0], g
        moment = min(coming, end, change)
        if now < closing:  # those who should have left but finish a call
            for g in range(groups):
                if busy[g] > agents[g, k_now]:
                    present_s[g, k_now] += (busy[g] - agents[g, k_now]) * (min(moment, closing) - now)
        if moment == np.inf:
            break
        now = moment
        if now == end:
            _pop(ends[g_end], busy[g_end])
            busy[g_end] -= 1
            _take(
                g_end, k_now, now, arrived, handle, patience, interval_s, agents, ranks, target_s, counts, busy_s, ends,
                busy, behind, first,
            )  # fmt: skip
        elif now == change:
            k_now += 1
            for g in range(groups):
                more = True
                while more:
                    more = _take(
                        g, k_now, now, arrived, handle, patience, interval_s, agents, ranks, target_s, counts, busy_s,
                        ends, busy, behind, first,
                    )  # fmt: skip
        else:
            q, taken = queue[call], False
            counts[q, min(int(now / interval_s), intervals - 1), OFFERED] += 1
            for i in range(groups):
                g = routes[q, i]
                if g < 0:
                    break
                if busy[g] < agents[g, k_now]:
                    _answer(call, q, g, now, arrived, handle, interval_s, target_s, counts, busy_s, ends, busy)
                    taken = True
                    break
            if not taken:
                behind[call] = -1
                if first[q] < 0:
                    first[q] = call
                else:
                    behind[last[q]] = call
                last[q] = call
            call += 1
    for q in range(first.size):  # whom nobody came to answer
        while first[q] >= 0:
            _lose(q, arrived, patience, interval_s, closing, target_s, counts, behind, first)


@compiled
def _take(
    g, k_now, now, arrived, handle, patience, interval_s, agents, ranks, target_s, counts, busy_s, ends, busy, behind,
    first,
):  # fmt: skip
    """A free agent of group g takes the next call; whether one waited and an agent was free."""
    if busy[g] >= agents[g, k_now]:
        return False
    best = -1
    for q in range(ranks.shape[1]):
        if ranks[g, q] == NO_SKILL:
            continue
        while first[q] >= 0 and arrived[first[q]] + patience[first[q]] <= now:  # hung up before, seen only now
            _lose(q, arrived, patience, interval_s, np.inf, target_s, counts, behind, first)
        if first[q] >= 0 and (
            best < 0 or ranks[g, q] < ranks[g, best] or (ranks[g, q] == ranks[g, best] and first[q] < first[best])
        ):
            best = q
    if best < 0:
        return False
    call = first[best]
    first[best] = behind[call]
    _answer(call, best, g, now, arrived, handle, interval_s, target_s, counts, busy_s, ends, busy)
    return True


@compiled
def _answer(call, q, g, now, arrived, handle, interval_s, target_s, counts, busy_s, ends, busy):
    intervals = counts.shape[1]
    k, wait = min(int(arrived[call] / interval_s), intervals - 1), now - arrived[call]
    counts[q, k, ANSWERED] += 1
    counts[q, k, WAIT_S] += wait
    if wait <= target_s[q]:
        counts[q, k, IN_TARGET] += 1
    _push(ends[g], busy[g], now + handle[call])
    busy[g] += 1
    begin, until, k = now, now + handle[call], int(now / interval_s)
    while k < intervals and begin < until:
        here = min(until, interval_s * (k + 1))
        busy_s[g, k] += max(here - begin, 0.0)
        begin = here
        k += 1


@compiled
def _lose(q, arrived, patience, interval_s, closing, target_s, counts, behind, first):
    """The first of queue q has hung up, or waits for ever: then until the day's end."""
    call = first[q]
    k = min(int(arrived[call] / interval_s), counts.shape[1] - 1)
    if patience[call] < np.inf:
        counts[q, k, ABANDONED] += 1
        if patience[call] <= target_s[q]:
            counts[q, k, SHORT] += 1
    else:
        counts[q, k, WAIT_S] += max(closing - arrived[call], 0.0)
    first[q] = behind[call]


@compiled
def _push(heap, size, value):
    place = size
    while place > 0:
        parent = (place - 1) // 2
        if heap[parent] <= value:
            break
        heap[place] = heap[parent]
        place = parent
    heap[place] = value


@compiled
def _pop(heap, size):
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
