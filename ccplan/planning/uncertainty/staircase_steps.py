"""The staircase climbed many million times, compiled: agents and month sums of a forecast's paths.

Imported only where it runs; what is compiled is kept on disk, by the date of this file.
"""

import numpy as np

from ...queueing.compiled import compiled

FINER = 4.0  # marks per Erlang from which the climb starts


@compiled
def marks(erlangs):
    """Where to begin the climb: for each quarter of an Erlang, the fewest agents at the shortest handle time."""
    begin = np.zeros(int(erlangs[-1, 0] * FINER) + 2, np.int64)
    n = 0
    for k in range(begin.size):
        while n < erlangs.shape[0] - 1 and erlangs[n, 0] < k / FINER:
            n += 1
        begin[k] = n
    return begin


@compiled
def fewest(load, column, part, erlangs, begin):
    """The first step that is high enough for `load`; the step's height lies `part` of the way between two columns."""
    if load <= 0.0:
        return 0
    n = begin[min(int(load * FINER), begin.size - 1)]
    while n > 0 and erlangs[n - 1, column] * (1.0 - part) + erlangs[n - 1, column + 1] * part >= load:
        n -= 1
    while n < erlangs.shape[0] - 1 and erlangs[n, column] * (1.0 - part) + erlangs[n, column + 1] * part < load:
        n += 1
    return n


@compiled
def position(log_aht, first, step, columns):
    """(column, part) of a handle time between the staircase's own."""
    at = min(max((log_aht - first) / step, 0.0), columns - 1.0)
    column = min(int(at), columns - 2)
    return column, at - column


@compiled
def climb(load, log_aht, first, step, erlangs, begin):
    """Fewest agents of each load and handle time (flat arrays)."""
    agents = np.empty(load.size, np.int64)
    for i in range(load.size):
        column, part = position(log_aht[i], first, step, erlangs.shape[1])
        agents[i] = fewest(load[i], column, part, erlangs, begin)
    return agents


@compiled
def month_sums(rate, load_of, log_aht, month, times, longer, first, step, erlangs, begin, service, marks):
    """Calls, Erlangs, agents and calls in time, added up by month: (4, months), for volumes × `times` (by month)
    and handle times × `longer`.

    `rate` calls and `load_of` Erlangs as planned; `service` (steps, columns, len(marks)) is the service level at
    `marks` (0–1) of the way from the step below to the step's edge.
    """
    sums, log_longer = np.zeros((4, times.size)), np.log(longer)
    for i in range(rate.size):
        calls = rate[i] * times[month[i]]
        load = load_of[i] * times[month[i]] * longer
        column, part = position(log_aht[i] + log_longer, first, step, erlangs.shape[1])
        n = fewest(load, column, part, erlangs, begin)
        near = column if part < 0.5 else column + 1
        level = 1.0
        if n > 0:
            low = erlangs[n - 1, column] * (1.0 - part) + erlangs[n - 1, column + 1] * part
            high = erlangs[n, column] * (1.0 - part) + erlangs[n, column + 1] * part
            x = min((load - low) / (high - low), 1.0) if high > low else 1.0
            k = 0
            while k < marks.size - 2 and x > marks[k + 1]:
                k += 1
            y = (x - marks[k]) / (marks[k + 1] - marks[k])
            level = service[n, near, k] * (1.0 - y) + service[n, near, k + 1] * y
        sums[0, month[i]] += calls
        sums[1, month[i]] += load
        sums[2, month[i]] += n
        sums[3, month[i]] += calls * level
    return sums


@compiled
def paths_by_month(
    rng,
    mean,
    rows,
    log_aht,
    month,
    together,
    factors,
    reach,
    neighbours,
    scores,
    volume,
    log_longer,
    interval_s,
    first,
    step,
    erlangs,
    begin,
):
    """(3, paths, months): calls, Erlangs and agents of sample paths, summed over the rows of each month.

    `mean`, `rows`, `log_aht` days × slots (rows 0: closed), `month` of each day (−1: none), `together` the share of an
    interval's variance that its day has in common, `factors` days × nodes: rate ÷ mean at normal scores from −reach to
    reach; `scores` paths × days, `volume` paths × months, `log_longer` a path.
    """
    paths, slots, nodes = scores.shape[0], mean.shape[1], factors.shape[1]
    sums = np.zeros((3, paths, volume.shape[1]))
    kept = np.sqrt(1.0 - neighbours * neighbours)
    dense = (nodes - 1) / (2.0 * reach)
    for p in range(paths):
        for d in range(mean.shape[0]):
            m = month[d]
            if m < 0:
                continue
            whole, own = np.sqrt(together[d]) * scores[p, d], np.sqrt(1.0 - together[d])
            noise = rng.standard_normal()
            for s in range(slots):
                if rows[d, s] == 0:
                    continue
                z = min(max(whole + own * noise, -reach), reach)
                noise = neighbours * noise + kept * rng.standard_normal()
                at = (z + reach) * dense
                node = min(int(at), nodes - 2)
                factor = factors[d, node] + (at - node) * (factors[d, node + 1] - factors[d, node])
                calls = mean[d, s] * factor * volume[p, m]
                longer = log_aht[d, s] + log_longer[p]
                load = calls * np.exp(longer) / interval_s
                column, part = position(longer, first, step, erlangs.shape[1])
                sums[0, p, m] += rows[d, s] * calls
                sums[1, p, m] += rows[d, s] * load
                sums[2, p, m] += rows[d, s] * fewest(load, column, part, erlangs, begin)
    return sums
