"""The compiled days of `callbacks`: one queue of callers, one of callbacks, agents by interval."""

import numpy as np

from .compiled import compiled

# What is counted; CALLED, BUSY and PRESENT by the interval of service, the others by that of arrival.
COUNTS = (
    "offered", "answered", "in_target", "abandoned", "asked", "reached", "kept", "given_up",
    "wait_answered_s", "wait_called_s", "called", "busy_s", "present_s",
)  # fmt: skip
OFFERED, ANSWERED, IN_TARGET, ABANDONED, ASKED, REACHED, KEPT, GIVEN_UP = range(8)
WAIT, WAIT_CALLED, CALLED, BUSY, PRESENT = range(8, 13)


@compiled
def run_days(seed, days, calls, aht_s, agents, interval_s, patience_s, target_s, policy, urgent, sums, daily):
    """Add every day's COUNTS to `sums` (interval, count) and `daily` (day, count)."""
    np.random.seed(seed)
    for day in range(days):
        number = np.zeros(calls.size, np.int64)
        for i in range(calls.size):
            number[i] = np.random.poisson(calls[i])
        arrived, k = np.empty(number.sum()), 0
        for i in range(calls.size):
            for _ in range(number[i]):
                arrived[k] = (i + np.random.random()) * interval_s
                k += 1
        counts = np.zeros(sums.shape)
        _one_day(np.sort(arrived), aht_s, agents, interval_s, patience_s, target_s, policy, urgent, counts)
        sums += counts
        for column in range(counts.shape[1]):
            daily[day, column] = counts[:, column].sum()


@compiled
def _one_day(arrived, aht_s, agents, interval_s, patience_s, target_s, policy, urgent, counts):
    threshold_s, accept, promise_s, reserve = policy[0], policy[1], policy[2], policy[3]
    reached, attempts, attempt_s, retry_s = policy[4], policy[5], policy[6], policy[7]
    last, size = agents.size - 1, arrived.size
    closing = interval_s * agents.size
    counts[:, PRESENT] = agents * interval_s
    ends = np.full(agents.max() + 1, np.inf)  # of the calls in hand, packed to the left; grows never beyond
    busy, now, coming = 0, 0.0, 0
    queue, gives_up = np.empty(size), np.empty(size)
    head, tail = 0, 0
    asked, ready, tried = np.empty(size), np.empty(size), np.zeros(size, np.int64)  # callbacks; ready = inf: done with
    first, many, interval = 0, 0, 0
    while True:
        while interval < last and (interval + 1) * interval_s <= now:
            interval += 1
        crew = agents[interval]
        # Serve: callbacks that are nearly due, then callers, then callbacks while enough agents are free.
        while busy < crew:
            while head < tail and gives_up[head] <= now:
                counts[min(int(queue[head] / interval_s), last), ABANDONED] += 1
                head += 1
            best, due = -1, np.inf
            while first < many and ready[first] == np.inf:
                first += 1
            for c in range(first, many):
                if ready[c] <= now and asked[c] < due:
                    best, due = c, asked[c]
                    break
            hurry = best >= 0 and now - asked[best] >= urgent * promise_s - 1e-6
            if head < tail and not hurry:
                place = min(int(queue[head] / interval_s), last)
                wait = now - queue[head]
                counts[place, ANSWERED] += 1
                counts[place, WAIT] += wait
                counts[place, IN_TARGET] += wait <= target_s
                head += 1
                lasts = np.random.exponential(aht_s)
            elif best >= 0 and (hurry or crew - busy > reserve):
                place = min(int(asked[best] / interval_s), last)
                tried[best] += 1
                counts[interval, CALLED] += 1
                if np.random.random() < reached:
                    lasts = np.random.exponential(aht_s)
                    counts[place, REACHED] += 1
                    counts[place, WAIT_CALLED] += now - asked[best]
                    counts[place, KEPT] += now - asked[best] <= promise_s
                    ready[best] = np.inf
                else:
                    lasts = attempt_s
                    ready[best] = now + attempt_s + retry_s
                    if tried[best] >= attempts:
                        ready[best] = np.inf
                        counts[place, GIVEN_UP] += 1
            else:
                break
            counts[interval, BUSY] += max(min(now + lasts, closing) - now, 0.0)
            ends[busy] = now + lasts
            busy += 1
        # The next thing that happens.
        soonest, which = np.inf, -1
        for b in range(busy):
            if ends[b] < soonest:
                soonest, which = ends[b], b
        next_time = soonest
        if coming < size:
            next_time = min(next_time, arrived[coming])
        if interval < last:
            next_time = min(next_time, (interval + 1) * interval_s)
        for c in range(first, many):
            if ready[c] < np.inf:
                if ready[c] > now:
                    next_time = min(next_time, ready[c])
                elif asked[c] + urgent * promise_s > now:
                    next_time = min(next_time, asked[c] + urgent * promise_s)
        if next_time == np.inf or (crew == 0 and interval == last and coming >= size and busy == 0):
            break
        if busy > crew:  # those who should have left but finish a call
            counts[interval, PRESENT] += (busy - crew) * (min(next_time, closing) - min(now, closing))
        now = next_time
        if soonest <= now:
            busy -= 1
            ends[which] = ends[busy]
            continue
        if coming < size and arrived[coming] <= now:
            while interval < last and (interval + 1) * interval_s <= now:
                interval += 1
            counts[interval, OFFERED] += 1
            waiting = 0
            for q in range(head, tail):
                waiting += gives_up[q] > now
            crew = agents[interval]
            expected = (waiting + 1) * aht_s / crew if crew > 0 else np.inf
            if busy >= crew and expected > threshold_s and np.random.random() < accept:
                asked[many], ready[many] = now, now
                counts[interval, ASKED] += 1
                many += 1
            else:
                queue[tail] = now
                gives_up[tail] = now + np.random.exponential(patience_s) if patience_s < np.inf else np.inf
                tail += 1
            coming += 1
    for q in range(head, tail):
        counts[min(int(queue[q] / interval_s), last), ABANDONED] += 1
