"""What no roster can be cheaper than: prices instead of what ties people to each other (Lagrangian relaxation).

Every cell of the demand gets a price, every person prices for hours, nights, weekend days, weeks and weekends; then
each person's cheapest line is a shortest path through the days (states: kind, days in a row, nights in a row,
weekend worked), and the sum is a lower bound for any prices (Geoffrion 1974, Mathematical Programming Study 2).
Subgradient steps with Polyak's length raise it. Imported only where it runs.
"""

import numpy as np

from ...queueing.compiled import compiled
from .roster_problem import LONGEST_ROW

PATIENCE = 8  # rounds without a better bound after which steps are halved


@compiled(nogil=True)
def raise_bound(R, lines, pi, mu, low, high, upper, rounds):
    """The best lower bound found in `rounds`, on the way to `upper`, a price that a roster has.

    `lines` hold what is locked; `low` and `high` (A) are paid hours next below and above each target that duties
    can add up to. `pi` (N, K) and `mu` (A) are the prices to begin with; they are left at those of the best bound.
    """
    agents, n = lines.shape
    weeks = R.week_cap.shape[1]
    nu, omega = np.zeros(agents), np.zeros(agents)
    sigma, rho = np.zeros((agents, weeks)), np.zeros((agents, R.end_cap.shape[1]))
    best, best_pi, best_mu, step, stale = -np.inf, pi.copy(), mu.copy(), 1.0, 0
    cover, line = np.zeros(R.demand.shape), np.zeros(n, np.int64)
    hours, ends = np.zeros((agents, weeks)), np.zeros((agents, weeks), np.bool_)
    g_mu, g_nu, g_omega = np.zeros(agents), np.zeros(agents), np.zeros(agents)
    for _ in range(rounds):
        value = -(pi[R.first :] * R.demand[R.first :]).sum()
        cover[:] = 0.0
        norm = 0.0
        for a in range(agents):
            line[:] = lines[a]
            value += _cheapest(R, a, line, pi, mu[a], nu[a], omega[a], sigma[a], rho[a])
            at_low = R.hour_price * abs(R.target[a] - low[a]) - mu[a] * low[a]
            at_high = R.hour_price * (high[a] - R.target[a]) - mu[a] * high[a] if high[a] < np.inf else np.inf
            value += min(at_low, at_high) - nu[a] * R.fair_nights[a] - omega[a] * R.fair_days[a]
            worked, nights, days = _count(R, a, line, cover, hours[a], ends[a])
            g_mu[a] = worked - (low[a] if at_low <= at_high else high[a])
            g_nu[a], g_omega[a] = nights - R.fair_nights[a], days - R.fair_days[a]
            norm += g_mu[a] ** 2 + g_nu[a] ** 2 + g_omega[a] ** 2
            for w in range(weeks):
                if sigma[a, w] > 0 or hours[a, w] > R.week_cap[a, w]:
                    norm += (hours[a, w] - R.week_cap[a, w]) ** 2
                value -= sigma[a, w] * (R.week_cap[a, w] - R.week_base[a, w])
            for w in range(rho.shape[1]):
                value -= rho[a, w] * (R.end_cap[a, w] - R.end_base[a, w : w + 4].sum())
                over = ends[a, w : w + 4].sum() - R.end_cap[a, w]
                if rho[a, w] > 0 or over > 0:
                    norm += over**2
        if best == -np.inf or value > best + 1e-6 * abs(best):
            best, stale = value, 0
            best_pi[:], best_mu[:] = pi, mu
        else:
            stale += 1
            if stale >= PATIENCE:
                step, stale = step / 2, 0
        for d in range(R.first, n):
            for k in range(1, pi.shape[1]):
                norm += (cover[d, k] - R.demand[d, k]) ** 2
        if norm == 0 or upper - best <= 1e-7 * abs(upper) or step < 1e-3:
            break
        t = step * max(upper - value, 1e-9) / norm
        for d in range(R.first, n):
            for k in range(1, pi.shape[1]):
                pi[d, k] = min(max(pi[d, k] + t * (cover[d, k] - R.demand[d, k]), -R.miss[d, k]), R.idle[d, k])
        for a in range(agents):
            mu[a] = min(max(mu[a] + t * g_mu[a], -R.hour_price), R.hour_price)
            nu[a] = min(max(nu[a] + t * g_nu[a], 0.0), R.uneven_price)
            omega[a] = min(max(omega[a] + t * g_omega[a], 0.0), R.uneven_price)
            for w in range(weeks):
                sigma[a, w] = max(sigma[a, w] + t * (hours[a, w] - R.week_cap[a, w]), 0.0)
            for w in range(rho.shape[1]):
                rho[a, w] = max(rho[a, w] + t * (ends[a, w : w + 4].sum() - R.end_cap[a, w]), 0.0)
    pi[:], mu[:] = best_pi, best_mu
    return best


@compiled
def _count(R, a, line, cover, hours, ends):
    """(paid hours, nights, weekend days) of a line; adds it to `cover`, writes hours and worked weekends by week."""
    total, nights, days = 0.0, 0, 0
    hours[:], ends[:] = R.week_base[a], R.end_base[a]
    for d in range(R.first, line.size):
        k = line[d]
        if k > 0:
            cover[d, k] += 1
            total += R.paid[d, k]
            nights += R.night[d, k]
            days += R.weekend[d]
            hours[R.week[d]] += R.paid[d, k]
            ends[R.week[d]] = ends[R.week[d]] or R.touch[d, k]
    return total, nights, days


@compiled
def _state(k, c, n, bit, rows, nights):
    """Number of a state: kind k > 0 after c days and n nights in a row; k 0: c is 1 on the first day off, 2 later."""
    return bit + 2 * (n + (nights + 1) * (c + (rows + 1) * k))


@compiled
def _begin(R, line, rows, nights):
    """State of the day before the first, from history."""
    first = R.first
    k, c, n = line[first - 1], 0, 0
    if k == 0:
        return _state(0, 1 if line[first - 2] > 0 else 2, 0, 0, rows, nights)
    d = first - 1
    while d >= first - LONGEST_ROW and line[d] > 0:
        c, d = c + 1, d - 1
    d = first - 1
    while d >= first - LONGEST_ROW and line[d] > 0 and R.night[d, line[d]]:
        n, d = n + 1, d - 1
    return _state(k, min(c, R.most_days), min(n, R.most_nights), 0, rows, nights)


@compiled
def _cheapest(R, a, line, pi, mu, nu, omega, sigma, rho):
    """The price of the cheapest line of agent `a` at these prices, written into `line`: a shortest path.

    What is locked may exceed a row (it then counts as just full), and rest over more than one day is left out: both
    only lower the bound.
    """
    n_days, kinds = line.size, R.demand.shape[1]
    rows, nights = max(R.most_days, 2), R.most_nights
    states = 2 * (nights + 1) * (rows + 1) * kinds
    first = R.first
    now, after = np.full(states, np.inf), np.full(states, np.inf)
    came = np.full((n_days - first, states), -1, np.int32)
    live, next_live = np.zeros(states, np.int64), np.zeros(states, np.int64)
    live_count = 1
    live[0] = _begin(R, line, rows, nights)
    if R.end_base[a, R.week[first]] and R.week[first - 1] == R.week[first]:
        live[0] += 1
    now[live[0]] = 0.0
    cost, can = np.zeros(kinds), np.zeros(kinds, np.bool_)
    for d in range(first, n_days):
        week = R.week[d]
        for k in range(kinds):
            can[k] = line[d] == k if R.fixed[a, d] else R.allowed[a, d, k]
            cost[k] = R.wish[a, d, k]
            if k > 0:
                cost[k] += pi[d, k] + (mu + sigma[week]) * R.paid[d, k] + nu * R.night[d, k] + omega * R.weekend[d]
        charge = 0.0
        for w in range(max(week - 3, 0), min(week, rho.size - 1) + 1):
            charge += rho[w]
        single = 0.0 if R.own_free[a, d - 1] else R.single_price
        next_count = 0
        for i in range(live_count):
            s = live[i]
            value = now[s]
            now[s] = np.inf
            bit = s % 2 if d == first or R.week[d - 1] == week else 0
            rest = s // 2
            n = rest % (nights + 1)
            c = rest // (nights + 1) % (rows + 1)
            k = rest // (nights + 1) // (rows + 1)
            for l in range(kinds):
                if not can[l]:
                    continue
                if l == 0:
                    to, price = _state(0, 1 if k > 0 else 2, 0, bit, rows, nights), value + cost[0]
                else:
                    run = c + 1 if k > 0 else 1
                    dark = (n + 1 if k > 0 else 1) if R.night[d, l] else 0
                    if R.fixed[a, d]:
                        run, dark = min(run, R.most_days), min(dark, nights)
                    both = R.fixed[a, d] and R.fixed[a, d - 1]
                    if run > R.most_days or dark > nights or (k > 0 and not both and R.clash[0, d, k, l]):
                        continue
                    ended = 1 if R.touch[d, l] else bit
                    to = _state(l, run, dark, ended, rows, nights)
                    price = value + cost[l] + (charge if ended > bit else 0.0)
                    if k > 0:
                        price += R.moved_price * abs(R.clock[l] - R.clock[k])
                    elif c == 1:
                        price += single
                if price < after[to]:
                    if after[to] == np.inf:
                        next_live[next_count] = to
                        next_count += 1
                    after[to] = price
                    came[d - first, to] = s
        now, after, live, next_live, live_count = after, now, next_live, live, next_count
    best, at = np.inf, -1
    for i in range(live_count):
        if now[live[i]] < best:
            best, at = now[live[i]], live[i]
    for d in range(n_days - 1, first - 1, -1):
        line[d] = at // 2 // (nights + 1) // (rows + 1)
        at = came[d - first, at]
    return best


def reachable(R, lines):
    """(low, high): paid hours next below and next above each target that duties can add up to, beside what is
    locked.
    """
    low, high = np.zeros(len(lines)), np.full(len(lines), np.inf)
    day = np.arange(lines.shape[1])
    for a, line in enumerate(lines):
        given = R.fixed[a] & (day >= R.first)
        locked = R.paid[day[given], line[given]].sum()
        free = ~R.fixed[a]
        coins = np.unique(np.round(R.paid[free][R.allowed[a][free] & (R.demand[free] > -1)] * 3600).astype(int))
        coins = tuple(int(coin) for coin in coins if coin > 0)
        need = round(max(R.target[a] - locked, 0.0) * 3600, 3)
        below, above = _sums(coins, need) if need else (0.0, 0.0)
        low[a], high[a] = locked + below / 3600, locked + above / 3600
    return low, high


def _sums(coins, need, memo={}):
    """Sums of coins next at most and next at least `need`; infinity where none is as large, as without coins."""
    if (coins, need) not in memo:
        if len(memo) > 10_000:
            memo.clear()
        unit = int(np.gcd.reduce(coins)) if coins else 1
        size = int(need // unit) + max(coins, default=0) // unit + 2
        can = np.zeros(size, bool)
        can[0] = True
        for coin in coins:
            for s in range(coin // unit, size):
                can[s] |= can[s - coin // unit]
        sums = np.flatnonzero(can) * unit
        below = sums[sums <= need + 1e-6]
        above = sums[sums >= need - 1e-6]
        memo[coins, need] = (float(below[-1]), float(above[0]) if above.size else np.inf)
    return memo[coins, need]
