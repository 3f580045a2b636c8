"""Queues through many days, call by call, compiled: the inner loops of `day_simulation`.

One queue: first come, first served lets calls be followed one by one; the next call starts no earlier than the
one before it, when fewer agents are busy than are on the roster. Several queues and groups of agents with skills: a
call goes to the first group on its route with an agent free, else it waits; an agent who becomes free takes, from
the queues of the best rank in the group's order, the call that has waited longest.

Imported only where it runs; what is compiled is kept on disk, by the date of this file: so all of it is in one.
"""

import numpy as np

from .compiled import compiled

NO_SKILL = 1_000_000  # the rank of a queue that a group does not take
EXPONENTIAL, LOGNORMAL, CONSTANT, SAMPLE = range(4)
# What is counted of every interval of arrival; seconds of busy, waiting and presence in the interval they pass in.
MEASURES = (
    "offered", "answered", "abandoned", "answered_in_target", "abandoned_in_target", "waited",
    "wait_answered_s", "wait_abandoned_s", "busy_s", "waiting_s", "present_s", "time_s",
)  # fmt: skip
OFFERED, ANSWERED, ABANDONED, IN_TARGET, SHORT, WAITED = range(6)
WAIT_ANSWERED, WAIT_ABANDONED, BUSY, WAITING, PRESENT, TIME = range(6, 12)


@compiled
def one_queue(rng, days, rate, interval_s, agents, handle, patience, target_s, sums, products, totals):
    """Add up what happens on `days` days: `sums`, `products` (interval, measure, …), `totals` (day, measure)."""
    intervals = agents.size
    ends = np.empty(agents.max() + 1)
    for day in range(days):
        counts = np.zeros((intervals, sums.shape[1]))
        _one_day(rng, rate, interval_s, agents, handle, patience, target_s, counts, ends)
        add_day(counts, sums, products, totals[day])


@compiled
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


@compiled
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


@compiled
def count_answer(counts, k, wait_s, target_s):
    counts[k, ANSWERED] += 1
    counts[k, WAIT_ANSWERED] += wait_s
    if wait_s > 0:
        counts[k, WAITED] += 1
    if wait_s <= target_s:
        counts[k, IN_TARGET] += 1


@compiled
def count_loss(counts, k, wait_s, target_s):
    """A caller who hung up; one who would wait for ever is neither answered nor abandoned."""
    counts[k, WAITED] += 1
    if wait_s < np.inf:
        counts[k, ABANDONED] += 1
        counts[k, WAIT_ABANDONED] += wait_s
        if wait_s <= target_s:
            counts[k, SHORT] += 1


@compiled
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


@compiled
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


@compiled
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


@compiled
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


@compiled
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


@compiled
def many_queues(
    rng, days, rates, interval_s, seats, at_once, ranks, routes, handle, patience, target_s, sums, products, totals
):
    """Add up `days` days. Rows of `sums`, `products`, `totals[day]`: the queues, then the groups.

    `rates[queue]` as in `arrival_rate`, `seats[group, interval]` calls that a group can hold, `ranks[group,
    queue]` its order (NO_SKILL: not at all), `routes[queue]` groups in order, then −1. `handle`, `patience`:
    (kinds, shapes, scales, values, where each queue's values begin and end).
    """
    queues, (groups, intervals) = rates.shape[0], seats.shape
    for day in range(days):
        counts = np.zeros((queues + groups, intervals, sums.shape[2]))
        _day_of_many(rng, rates, interval_s, seats, at_once, ranks, routes, handle, patience, target_s, counts)
        for row in range(queues + groups):
            add_day(counts[row], sums[row], products[row], totals[day, row])


@compiled
def _day_of_many(rng, rates, interval_s, seats, at_once, ranks, routes, handle, patience, target_s, counts):
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
            size = _pop_tagged(ends, whose, size)
            busy[g] -= 1
            size = _take(
                rng, g, now, interval_s, on, busy, ranks, handle, target_s, counts, ends, whose, size, first, last,
                arrived, deadline, behind,
            )  # fmt: skip
        elif now == change:
            k_now += 1
            on = seats[:, k_now].copy()
            for g in range(groups):
                before = -1
                while size > before and busy[g] < on[g]:
                    before = size
                    if size + 1 >= ends.size:
                        ends, whose = _longer(ends), _longer(whose)
                    size = _take(
                        rng, g, now, interval_s, on, busy, ranks, handle, target_s, counts, ends, whose, size, first,
                        last, arrived, deadline, behind,
                    )  # fmt: skip
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


@compiled
def _take(
    rng, g, now, interval_s, on, busy, ranks, handle, target_s, counts, ends, whose, size, first, last, arrived,
    deadline, behind,
):  # fmt: skip
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
        if (
            best < 0
            or ranks[g, q] < ranks[g, best]
            or (ranks[g, q] == ranks[g, best] and arrived[first[q]] < arrived[first[best]])
        ):
            best = q
    if best < 0:
        return size
    call = first[best]
    first[best] = behind[call]
    return _answer(rng, best, g, arrived[call], now, interval_s, busy, handle, target_s, counts, ends, whose, size)


@compiled
def _answer(rng, q, g, came, now, interval_s, busy, handle, target_s, counts, ends, whose, size):
    k = min(int(came / interval_s), counts.shape[1] - 1)
    until = now + _draw(rng, handle, q, k)
    count_answer(counts[q], k, now - came, target_s[q])
    add_span(counts[q], WAITING, came, now, interval_s)
    add_span(counts[q], BUSY, now, until, interval_s)
    add_span(counts[counts.shape[0] - busy.size + g], BUSY, now, until, interval_s)
    busy[g] += 1
    return _push_tagged(ends, whose, size, until, g)


@compiled
def _lose(q, interval_s, target_s, counts, first, arrived, deadline, behind):
    """The first of queue q has hung up."""
    call = first[q]
    k = min(int(arrived[call] / interval_s), counts.shape[1] - 1)
    count_loss(counts[q], k, deadline[call] - arrived[call], target_s[q])
    add_span(counts[q], WAITING, arrived[call], deadline[call], interval_s)
    first[q] = behind[call]


@compiled
def _draw(rng, coded, q, k):
    kinds, shapes, scales, values, begins = coded
    return draw(rng, (kinds[q], shapes[q], scales[q], values[begins[q] : begins[q + 1]]), k)


@compiled
def _longer(array):
    more = np.empty(2 * array.size, array.dtype)
    more[: array.size] = array
    return more


@compiled
def _push_tagged(heap, tags, size, value, tag):
    place = size
    while place > 0:
        parent = (place - 1) // 2
        if heap[parent] <= value:
            break
        heap[place], tags[place] = heap[parent], tags[parent]
        place = parent
    heap[place], tags[place] = value, tag
    return size + 1


@compiled
def _pop_tagged(heap, tags, size):
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
