"""A second, slow and independent implementation of the queue, for tests and benchmarks.

`by_sums` adds up the states of M/M/n/K+M one by one in high precision, with waits from partial fractions
of sums of exponentials. `fewest_for_erlang_c` walks up from one agent with the textbook recursion in
extended precision. Neither shares a line or a formula with `ccplan.queueing`.
"""

import numpy as np
from mpmath import exp, inf, mp, mpf


def by_sums(calls, aht_s, agents, *, interval_s=1800, patience_s=inf, lines=inf, target_s=20, digits=120):
    """Exact shares of one small queue as a dict of mpf: blocked, abandoned, in_time, asa_s, wait_s, ..."""
    with mp.workdps(digits):
        lam, mu = mpf(calls) / mpf(interval_s), 1 / mpf(aht_s)
        theta = mpf(0) if patience_s == inf else 1 / mpf(patience_s)
        weights = _state_weights(lam, mu, theta, agents, lines)
        total = sum(weights)
        states = [w / total for w in weights]
        waiting = states[agents:-1] if lines != inf else states[agents:]
        result = dict.fromkeys(("in_time", "answered", "short_abandons", "answered_wait", "virtual"), mpf(0))
        result["in_time"] = result["answered"] = result["virtual"] = sum(states[:agents])
        for ahead, probability in enumerate(waiting):
            _add_waiting_caller(result, probability, ahead, agents * mu, theta, mpf(target_s))
        queue = sum(max(i - agents, 0) * p for i, p in enumerate(states))
        blocked = states[-1] if lines != inf else mpf(0)
        return result | {
            "blocked": blocked,
            "abandoned": theta * queue / lam,
            "wait_probability": sum(waiting),
            "queue_length": queue,
            "asa_s": result["answered_wait"] / result["answered"],
            "wait_s": queue / lam,
            "occupancy": sum(min(i, agents) * p for i, p in enumerate(states)) / agents,
        }


def _state_weights(lam, mu, theta, agents, lines):
    weights, state = [mpf(1)], 0
    while state < lines and (state < agents + 5 or weights[-1] > mpf(10) ** -25 * sum(weights)):
        state += 1
        weights.append(weights[-1] * lam / (min(state, agents) * mu + max(state - agents, 0) * theta))
    return weights


def _add_waiting_caller(result, probability, ahead, service_rate, theta, target):
    """A caller who finds `ahead` waiting needs ahead + 1 departures and must not hang up first."""
    if theta == 0:  # equal rates: the gamma distribution, term by term
        terms = [exp(-service_rate * target) * (service_rate * target) ** i / mp.factorial(i) for i in range(ahead + 1)]
        in_time = 1 - sum(terms)
        result["in_time"] += probability * in_time
        result["virtual"] += probability * in_time
        result["answered"] += probability
        result["answered_wait"] += probability * (ahead + 1) / service_rate
        return
    rates = [service_rate + i * theta for i in range(ahead + 1)]
    parts = [_partial_fraction(rates, i) for i in range(ahead + 1)]
    passed = sum(c * exp(-r * target) for c, r in zip(parts, rates))  # P(departures take longer)
    within = sum(c * r / (r + theta) * (1 - exp(-(r + theta) * target)) for c, r in zip(parts, rates))
    answered = sum(c * r / (r + theta) for c, r in zip(parts, rates))
    result["in_time"] += probability * within
    result["virtual"] += probability * (1 - passed)
    result["answered"] += probability * answered
    result["answered_wait"] += probability * sum(c * r / (r + theta) ** 2 for c, r in zip(parts, rates))
    result["short_abandons"] += probability * (1 - exp(-theta * target) * passed - within)


def _partial_fraction(rates, i):
    product = mpf(1)
    for j, rate in enumerate(rates):
        if j != i:
            product *= rate / (rate - rates[i])
    return product


def fewest_for_erlang_c(load, aht_s, service_level, target_s, max_occupancy=None):
    """The fewest agents for arrays of load and AHT: one step of the recursion for one more agent.

    Returns the numbers and the smallest distance of any decision from its target; a distance far above
    1e-18 (the precision here) means that no decision could fall otherwise.
    """
    load, aht_s = np.asarray(load, np.longdouble), np.asarray(aht_s, np.longdouble)
    answer, margin = np.zeros(load.size, int), np.inf
    inverse_b = np.ones(load.size, np.longdouble)
    todo, n = np.arange(load.size), 0
    while todo.size:
        n += 1
        inverse_b[todo] = 1 + inverse_b[todo] * n / load[todo]
        stable = todo[load[todo] < n]
        a, spare = load[stable], n - load[stable]
        waiting = 1 / (1 + spare / n * (inverse_b[stable] - 1))
        slack = 1 - waiting * np.exp(-spare * target_s / aht_s[stable]) - np.longdouble(service_level)
        met = slack >= 0
        margin = min(margin, np.abs(slack).min(initial=1))
        if max_occupancy is not None:
            met &= a <= np.longdouble(max_occupancy) * n * (1 + 1e-12)
        answer[stable[met]] = n
        todo = np.setdiff1d(todo, stable[met], assume_unique=True)
    return answer, float(margin)
