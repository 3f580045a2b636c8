"""One person's line of days, compiled: whether it keeps the rules, and what it costs.

A locked day or a day of history may break a rule; a free day may not take part in it. Imported only where it runs.
"""

import numpy as np

from ...queueing.compiled import compiled

PARTS = (
    "contract hours",
    "single days off",
    "nights and weekends",
    "wishes",
    "moved starts",
)  # causes of a line's price
EPSILON = 1e-9


@compiled
def line_price(R, a, line, parts):
    """The price of a line of agent `a`, inf where it breaks a rule; `parts` receives it by cause."""
    n, first = line.size, R.first
    run, nights, last_free = 0, 0, -1
    week = R.week[first]
    hours, ended = R.week_base[a, week], R.end_base[a, week]
    bits = 4 * R.end_base[a, week - 3] + 2 * R.end_base[a, week - 2] + 1 * R.end_base[a, week - 1]
    low, high, low_free, high_free = np.inf, -np.inf, np.inf, -np.inf
    seen_week = -1
    total, total_nights, total_days, single, moved, wishes = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for d in range(R.begin, n):
        k = line[d]
        if R.week[d] != seen_week:
            seen_week = R.week[d]
            low, high, low_free, high_free = np.inf, -np.inf, np.inf, -np.inf
        if d >= first and R.week[d] != week:
            if hours > R.week_cap[a, week] + EPSILON:
                return np.inf
            bits = ((bits << 1) | ended) & 15
            if _ones(bits) > R.end_cap[a, week - 3]:
                return np.inf
            week, hours, ended = R.week[d], 0.0, False
        if d >= first:
            wishes += R.wish[a, d, k]
        if k == 0:
            run, nights = 0, 0
            continue
        free = not R.fixed[a, d]
        if free:
            last_free = d
            if not R.allowed[a, d, k]:
                return np.inf
        run += 1
        nights = nights + 1 if R.night[d, k] else 0
        if run > R.most_days and last_free >= d - R.most_days:
            return np.inf
        if nights > R.most_nights and last_free >= d - R.most_nights:
            return np.inf
        for lag in range(1, R.lags + 1):
            before = line[d - lag]
            if before > 0 and R.clash[lag - 1, d, before, k] and (free or not R.fixed[a, d - lag]):
                return np.inf
        if R.apart < 24.0:
            low, high = min(low, R.clock[k]), max(high, R.clock[k])
            if free:
                low_free, high_free = min(low_free, R.clock[k]), max(high_free, R.clock[k])
            if high - low_free > R.apart + EPSILON or high_free - low > R.apart + EPSILON:
                return np.inf
        if d < first:
            continue
        total += R.paid[d, k]
        hours += R.paid[d, k]
        ended = ended or R.touch[d, k]
        total_nights += R.night[d, k]
        total_days += R.weekend[d]
        if line[d - 1] > 0:
            moved += abs(R.clock[k] - R.clock[line[d - 1]])
        elif line[d - 2] > 0 and not R.own_free[a, d - 1]:
            single += 1.0
    if hours > R.week_cap[a, week] + EPSILON or _ones(((bits << 1) | ended) & 15) > R.end_cap[a, week - 3]:
        return np.inf
    parts[0] = R.hour_price * abs(total - R.target[a])
    parts[1] = R.single_price * single
    parts[2] = R.uneven_price * (max(0.0, total_nights - R.fair_nights[a]) + max(0.0, total_days - R.fair_days[a]))
    parts[3] = wishes
    parts[4] = R.moved_price * moved
    return parts[0] + parts[1] + parts[2] + parts[3] + parts[4]


@compiled
def _ones(bits):
    return (bits & 1) + ((bits >> 1) & 1) + ((bits >> 2) & 1) + ((bits >> 3) & 1)


@compiled
def cover_price(R, d, k, people):
    """What it costs that `people` do kind k on day d: those missing, those too many."""
    off = R.demand[d, k] - people
    return R.miss[d, k] * off if off > 0 else -R.idle[d, k] * off


@compiled
def covered(R, lines):
    """People of each kind on each day: an array (days, kinds)."""
    cover = np.zeros(R.demand.shape)
    for a in range(lines.shape[0]):
        for d in range(R.first, lines.shape[1]):
            cover[d, lines[a, d]] += 1
    return cover


@compiled
def cover_total(R, cover):
    """(price of all who are missing, price of all who are too many)."""
    missing, idle = 0.0, 0.0
    for d in range(R.first, cover.shape[0]):
        for k in range(1, cover.shape[1]):
            price = cover_price(R, d, k, cover[d, k])
            if cover[d, k] < R.demand[d, k]:
                missing += price
            else:
                idle += price
    return missing, idle


@compiled
def line_prices(R, lines):
    """(price of each line, its parts): inf where a line breaks a rule."""
    prices, parts = np.zeros(lines.shape[0]), np.zeros((lines.shape[0], 5))
    for a in range(lines.shape[0]):
        prices[a] = line_price(R, a, lines[a], parts[a])
    return prices, parts
