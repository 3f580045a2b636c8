"""A second simulation of queues and groups, written the other way round: agents are people, one list each, no arrays.

Slow and plain; the referee of `planning.skills` in the tests.
"""

import heapq
import random


def simulate(calls, aht_s, patience_s, agents, skills, interval_s, target_s, days, seed):
    """{queue: (service level, its standard error)} of whole days that begin empty; Poisson calls at a level rate.

    `calls` {queue: calls in each interval}, `agents` {group: how many}, constant through the day; `skills` {group:
    [levels of queues]}. After the last call everybody stays until all are served or gone.
    """
    rng = random.Random(seed)
    days_of = [_one_day(rng, calls, aht_s, patience_s, agents, skills, interval_s, target_s) for _ in range(days)]
    return {queue: _ratio([day[queue] for day in days_of]) for queue in calls}


def _one_day(rng, calls, aht_s, patience_s, agents, skills, interval_s, target_s):
    rank = {
        group: {queue: place for place, level in enumerate(levels) for queue in level}
        for group, levels in skills.items()
    }
    people = [group for group, number in agents.items() for _ in range(number)]
    free, waiting, events, met, came = set(range(len(people))), [], [], dict.fromkeys(calls, 0), dict.fromkeys(calls, 0)
    for queue, counts in calls.items():
        now, end = 0.0, interval_s * len(counts)
        while (now := now + rng.expovariate(counts[0] / interval_s)) < end:
            heapq.heappush(events, (now, rng.random(), "call", queue))
    while events:
        now, _, what, about = heapq.heappop(events)
        if what == "call":
            came[about] += 1
            waiting.append((now, about, now + rng.expovariate(1 / patience_s)))
            able = [a for a in free if about in rank[people[a]]]
            # The agent in whose order the call stands highest; of those the one with the fewest skills.
            able.sort(key=lambda a: (rank[people[a]][about], len(rank[people[a]]), list(agents).index(people[a])))
            takers = able[:1]
        else:
            free.add(about)
            takers = [about]
        for agent in takers:
            waiting = [one for one in waiting if one[2] > now]
            mine = [one for one in waiting if one[1] in rank[people[agent]]]
            if mine:
                first = min(mine, key=lambda one: (rank[people[agent]][one[1]], one[0]))
                waiting.remove(first)
                free.discard(agent)
                met[first[1]] += now - first[0] <= target_s
                heapq.heappush(events, (now + rng.expovariate(1 / aht_s), rng.random(), "end", agent))
    return {queue: (met[queue], came[queue]) for queue in calls}


def _ratio(pairs):
    met, came = (sum(column) for column in zip(*pairs))
    share = met / came
    spread = sum((top - share * below) ** 2 for top, below in pairs)
    return share, spread**0.5 * (len(pairs) / (len(pairs) - 1)) ** 0.5 / came
