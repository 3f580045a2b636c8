"""A second, slow and independent implementation of the queue through a day, for small centres.

States are pairs (agents on a call, callers waiting) and the generator is a dense matrix; every probability
is its exponential, added up term by term, a caller is marked and followed through the staffing to come, and
integrals over time are Gauss–Legendre sums. Shares no formula, state space, step or quadrature with `ccplan.queueing`.
"""

import numpy as np

NODES, WEIGHTS = np.polynomial.legendre.leggauss(6)


def grown(a, time, values):
    """exp(a × time) @ values, by the series of exp(-q t) Σ (q t)^i ÷ i! (1 + a ÷ q)^i (Jensen, 1953)."""
    q = max(-a.diagonal().min(), 1e-9)
    step, weight = np.eye(len(a)) + a / q, np.exp(-q * time)
    total = weight * values
    for i in range(1, int(q * time + 12 * np.sqrt(q * time)) + 30):
        values = np.einsum("ij,j->i", step, values)  # never by threads, which wait for each other on a busy machine
        weight *= q * time / i
        total = total + weight * values
    return total


def settle(busy, waiting, agents):
    """Calls that wait are answered while agents are free; those on a call stay."""
    while waiting and busy < agents:
        busy, waiting = busy + 1, waiting - 1
    return busy, waiting


class Brute:
    """A day of few agents: at most `most` callers wait; `rates` calls a second by interval."""

    def __init__(self, rates, aht_s, agents, interval_s, patience_s, target_s, most=40):
        self.rates, self.agents, self.interval_s, self.target_s = rates, agents, interval_s, target_s
        self.mu, self.theta, self.most = 1 / aht_s, 1 / patience_s, most
        top = max(agents)
        self.states = [(b, q) for b in range(top + 1) for q in range(most + 1)]
        self.index = {state: i for i, state in enumerate(self.states)}

    def generator(self, k):
        """Of the whole queue in interval k; arrivals beyond the last place are lost (it must not matter)."""
        n, a = self.agents[k], np.zeros((len(self.states),) * 2)
        for (b, q), i in self.index.items():
            moves = [(self.rates[k], (b, q + 1)), (b * self.mu, (b - 1, q)), (q * self.theta, (b, q - 1))]
            for rate, (b2, q2) in moves:
                if rate > 0 and q2 <= self.most:
                    j = self.index[settle(b2, q2, n)]
                    a[i, j] += rate
                    a[i, i] -= rate
        return a

    def caller(self, k):
        """Of a marked caller: state (busy, ahead) or answered, the last; who hangs up leaves the matrix."""
        n, size = self.agents[k], len(self.states)
        a = np.zeros((size + 1, size + 1))
        for (b, q), i in self.index.items():
            for rate, b2, q2 in [(b * self.mu, b - 1, q), (q * self.theta, b, q - 1)]:
                if rate > 0:
                    a[i, self.follow(b2, q2, n)] += rate
            a[i, i] -= b * self.mu + (q + 1) * self.theta
        return a

    def follow(self, busy, ahead, agents):
        """Where the marked caller is once calls ahead, and then his own, are taken by free agents."""
        while busy < agents:
            if ahead == 0:
                return len(self.states)
            busy, ahead = busy + 1, ahead - 1
        return self.index[busy, ahead]

    def jump(self, k):
        """Of the marked caller, at the change of agents before interval k."""
        size = len(self.states)
        a = np.zeros((size + 1, size + 1))
        a[size, size] = 1.0
        for (b, q), i in self.index.items():
            a[i, self.follow(b, q, self.agents[k])] = 1.0
        return a

    def start(self, k, before):
        """The probabilities of states just after the change of agents at the begin of interval k."""
        p = np.zeros(len(self.states))
        for i, value in enumerate(before):
            p[self.index[settle(*self.states[i], self.agents[k])]] += value
        return p

    def chance(self, t, k):
        """Of an answer by t + target, for each (busy, ahead) at t in interval k."""
        value = np.zeros(len(self.states) + 1)
        value[-1] = 1.0
        end = t + self.target_s
        last = min(max(k, int(np.ceil(end / self.interval_s - 1e-9)) - 1), len(self.agents) - 1)
        for i in range(last, k - 1, -1):
            begin, stop = max(t, i * self.interval_s), min(end, (i + 1) * self.interval_s) if i < last else end
            value = grown(self.caller(i), stop - begin, value)
            if i > k:
                value = self.jump(i) @ value
        return value[:-1]

    def answers(self):
        """By interval: (chance of an answer at its end, as a vector over states and answered; seconds until it)."""
        size, last = len(self.states), len(self.agents) - 1
        a = self.caller(last)[:size, :]
        chance = np.linalg.solve(a[:, :size], -a[:, size])
        seconds = np.linalg.solve(a[:, :size], -chance)
        ends = {last: (np.append(chance, 1.0), np.append(seconds, 0.0))}
        for k in range(last, 0, -1):
            chance, seconds = self.earlier(k, *ends[k], self.interval_s)
            jump = self.jump(k)
            ends[k - 1] = jump @ chance, jump @ seconds
        return ends

    def earlier(self, k, chance, seconds, time):
        """The same some seconds before the end of interval k; both at once, as one matrix."""
        size = len(self.states) + 1
        a = self.caller(k)
        source = np.eye(size)
        source[-1, -1] = 0.0
        both = np.block([[a, np.zeros((size, size))], [source, a]])
        value = grown(both, time, np.concatenate([chance, seconds]))
        return value[:size], value[size:]

    def run(self):
        """Rows of (service level, abandonment, ASA, mean waiting, busy ÷ present) by interval."""
        p = np.zeros(len(self.states))
        p[0] = 1.0
        ends, rows = self.answers(), []
        busy = np.array([b for b, _ in self.states], float)
        waiting = np.array([q for _, q in self.states], float)
        for k, n in enumerate(self.agents):
            p = self.start(k, p)
            length, a = self.interval_s, self.generator(k)
            cuts = [0, 0.01, 0.03, 0.08, 0.2, 0.4, 0.7, 1 - self.target_s / length, 1 - self.target_s / length / 4, 1]
            sums = np.zeros(7)
            for left, right in zip(cuts[:-1], cuts[1:]):
                for node, weight in zip(NODES, WEIGHTS):
                    at = length * ((left + right) / 2 + node * (right - left) / 2)
                    part = weight * length * (right - left) / 2
                    now = grown(a.T, at, p)
                    free = busy < n
                    early = self.chance(k * length + at, k)
                    chance, seconds = self.earlier(k, *ends[k], length - at)
                    sums += part * np.array(
                        [
                            1.0,
                            now @ np.where(free, 1, early),
                            now @ np.where(free, 1, chance[:-1]),
                            now @ np.where(free, 0, seconds[:-1]),
                            now @ waiting,
                            now @ busy,
                            now @ np.maximum(busy, n),
                        ]
                    )
            time, early, answered, wait, queue, worked, present = sums
            rows.append((early / time, 1 - answered / time, wait / answered, queue / time, worked / present))
            p = grown(a.T, length, p)
        return np.array(rows)
