"""Referees for outbound and blended work: event by event, agent by agent, written apart from the chains."""

import heapq
import random
from math import floor, sqrt
from statistics import mean, stdev


def mean_and_half_width(values):
    """Mean of independent runs and the half-width of its 99 % confidence interval (10 runs or so: t of 9)."""
    return mean(values), 3.25 * stdev(values) / sqrt(len(values))


def dial_hours(wanted, *, agents, contact_rate, handle, ring, patience_s, hours, seed):
    """A team with a dialler for some hours: (occupancy, dropped ÷ answered, dials per agent-hour).

    `wanted(free, busy)` lines should ring; `handle(rng)` and `ring(rng, answered)` draw seconds. Answered calls wait
    in line and are dropped after patience_s.
    """
    rng, end, now, warm = random.Random(seed), hours * 3600.0, 0.0, 3600.0
    busy, ringing, queue, events, serial = 0, 0, [], [], 0
    busy_s, dials, answered, dropped = 0.0, 0, 0, 0

    def later(delay, kind):
        nonlocal serial
        serial += 1
        heapq.heappush(events, (now + delay, serial, kind))
        return serial

    while now < end:
        goal = wanted(agents - busy, busy)
        if queue:
            goal = wanted(0, agents)
        goal = floor(goal) + (rng.random() < goal - floor(goal))
        while ringing < goal:
            ringing += 1
            dials += now > warm
            hit = rng.random() < contact_rate
            later(ring(rng, hit), "answer" if hit else "nothing")
        at, number, kind = heapq.heappop(events)
        busy_s += busy * (min(at, end) - max(now, warm)) if at > warm else 0.0
        now = at
        if kind == "nothing":
            ringing -= 1
        elif kind == "answer":
            ringing -= 1
            answered += now > warm
            if busy < agents:
                busy += 1
                later(handle(rng), "done")
            elif patience_s:
                queue.append(later(patience_s, "drop"))
            else:
                dropped += now > warm
        elif kind == "done":
            if queue:
                queue.pop(0)
                later(handle(rng), "done")
            else:
                busy -= 1
        elif number in queue:
            queue.remove(number)
            dropped += now > warm
    span = end - warm
    return busy_s / span / agents, dropped / max(answered, 1), dials / agents / span * 3600


def blended_hours(*, rate, aht_s, agents, work_s, reserve, patience_s, target_s, hours, seed):
    """Calls and other work in the same hands: (service level, abandonment, mean wait of the answered, pieces an
    hour).
    """
    rng, end, now, warm = random.Random(seed), hours * 3600.0, 0.0, 1800.0
    free, line, events, serial, gone = agents, [], [], 0, set()
    offered, in_time, left, waits, pieces = 0, 0, 0, [], 0

    def later(delay, kind, who=None):
        nonlocal serial
        serial += 1
        heapq.heappush(events, (now + delay, serial, kind, who))

    later(rng.expovariate(rate), "call")
    while now < end:
        while free > reserve and not line:
            free -= 1
            later(rng.expovariate(1 / work_s), "piece")
        now, number, kind, who = heapq.heappop(events)
        if kind == "call":
            later(rng.expovariate(rate), "call")
            offered += now > warm
            if free:
                free -= 1
                in_time += now > warm
                if now > warm:
                    waits.append(0.0)
                later(rng.expovariate(1 / aht_s), "call done")
            else:
                line.append((number, now))
                later(rng.expovariate(1 / patience_s), "gives up", number)
            continue
        if kind == "gives up":
            if who not in gone:
                line = [one for one in line if one[0] != who]
                left += now > warm
            continue
        pieces += kind == "piece" and now > warm
        if line:
            first, came = line.pop(0)
            gone.add(first)
            if came > warm:
                waits.append(now - came)
                in_time += now - came <= target_s
            later(rng.expovariate(1 / aht_s), "call done")
        else:
            free += 1
    return in_time / offered, left / offered, mean(waits), pieces / (end - warm) * 3600
