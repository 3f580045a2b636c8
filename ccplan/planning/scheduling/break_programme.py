"""Breaks placed to proven optimum: a whole-number programme over people who are alike.

People with the same shift, start and windows are counted together: y[k, t] of them start break k in slot t. Their
breaks lie in order if, up to every slot, no more have started break k + 1 than have ended break k: the earliest to
end the one is then the earliest to start the other. Three programmes in a row: the worst shortage least; with that
kept, the fewest agent-slots missing; with both kept, the surplus as even as can be (its square, exact at whole
numbers of people).
"""

from dataclasses import dataclass

import numpy as np

TOLERANCE = 1e-7


@dataclass(frozen=True)
class Alike:
    """People who are alike: their duties, and the (length, earliest, latest) of their breaks in slots."""

    duties: tuple
    breaks: tuple


def classes_of(ground, duties, low, high):
    """The duties (numbers) gathered by what their breaks may do."""
    counts = np.bincount(ground.duty, minlength=ground.first.size)
    first = np.concatenate([[0], counts.cumsum()])
    found = {}
    for duty in duties:
        rows = range(first[duty], first[duty + 1])
        found.setdefault(tuple((int(ground.length[k]), int(low[k]), int(high[k])) for k in rows), []).append(int(duty))
    return [Alike(tuple(members), breaks) for breaks, members in found.items() if breaks]


def size_of(classes):
    """How many whole numbers the programme would have."""
    return sum(late - early + 1 for one in classes for _, early, late in one.breaks)


def proven(ground, duties, low, high, worst, seconds=20.0):
    """{(duty, place): slot} of the breaks of these duties at proven optimum, None where `seconds` did not suffice.

    `worst` is a shortage that can be kept, as a placement that is known shows.
    """
    classes = classes_of(ground, duties, low, high)
    if not classes:
        return {}
    slots = np.arange(min(ground.first[d] for d in duties), max(ground.last[d] for d in duties))
    slots = slots[~np.isnan(ground.required[slots])]
    columns = [
        (c, k, t)
        for c, one in enumerate(classes)
        for k, (_, early, late) in enumerate(one.breaks)
        for t in range(early, late + 1)
    ]
    programme = _Programme(ground.required[slots], ground.on_duty[slots], slots, columns, classes, seconds)
    counts = programme.solved(worst)
    return None if counts is None else _given_out(classes, columns, counts)


class _Programme:
    """The three programmes; variables are y, then s (missing by slot) and q (surplus² by slot)."""

    def __init__(self, required, cover, slots, columns, classes, seconds):
        from scipy import sparse

        self.required, self.cover, self.seconds = required, cover.astype(float), seconds
        self.y, self.n = len(columns), len(slots)
        place = {slot: i for i, slot in enumerate(slots)}
        away = [
            (place[s], j)
            for j, (c, k, t) in enumerate(columns)
            for s in range(t, t + classes[c].breaks[k][0])
            if s in place
        ]
        rows, cols = zip(*away, strict=True) if away else ((), ())
        self.away = sparse.csr_array((np.ones(len(rows)), (rows, cols)), shape=(self.n, self.y))
        self.most = np.array([len(classes[c].duties) for c, _, _ in columns], dtype=float)
        self.fixed = self._orders(columns, classes)

    def _orders(self, columns, classes):
        """Rows that say: everybody has each break once, and in order."""
        number = {column: j for j, column in enumerate(columns)}
        rows, low, high = [], [], []
        for c, one in enumerate(classes):
            for k, (length, early, late) in enumerate(one.breaks):
                rows.append({number[c, k, t]: 1.0 for t in range(early, late + 1)})
                low.append(len(one.duties)), high.append(len(one.duties))
                if k + 1 < len(one.breaks):
                    _, then, last = one.breaks[k + 1]
                    for t in range(then, last):
                        row = {number[c, k + 1, p]: 1.0 for p in range(then, t + 1)}
                        row |= {number[c, k, p]: -1.0 for p in range(early, min(late, t - length) + 1)}
                        rows.append(row), low.append(-np.inf), high.append(0.0)
        return rows, low, high

    def solved(self, worst):
        """The number of people who start each break in each slot; None where time ran out. `worst` can be reached."""
        worst = self._least_worst(worst)
        if worst is None:
            return None
        bounds = [np.zeros(self.y + 2 * self.n), np.concatenate([self.most, np.full(2 * self.n, np.inf)])]
        cost = np.zeros(self.y + 2 * self.n)
        cost[self.y : self.y + self.n] = 1.0
        best = self._milp(cost, bounds, self._spare(worst))
        if best is None:
            return None
        self._keep(cost, float(cost @ best))
        even = self._milp(np.roll(cost, self.n), bounds, self._spare(worst), curved=True)
        return np.round((best if even is None else even)[: self.y]).astype(int)

    def _least_worst(self, worst):
        """The least worst shortage: the only values it can take are required − whole people, halved until one is left.

        With it fixed, each slot can spare a whole number of people, and the programme is next to a network's: quick.
        """
        people = np.arange(int(self.cover.max(initial=0)) + 2)
        values = np.unique(np.round(np.subtract.outer(self.required, people), 9))
        values = np.append(0.0, values[values > 0])
        low, high = 0, int(np.searchsorted(values, worst + 1e-6, side="right")) - 1
        bounds = [np.zeros(self.y + 2 * self.n), np.concatenate([self.most, np.full(2 * self.n, np.inf)])]
        while low < high:
            middle = (low + high) // 2
            found = self._milp(np.zeros(self.y + 2 * self.n), bounds, self._spare(values[middle]), feasible=True)
            if found is None:
                return None
            low, high = (low, middle) if found else (middle + 1, high)
        return values[high]

    def _spare(self, worst):
        """How many may be on a break in each slot at once."""
        return self.cover - np.ceil(self.required - worst - 1e-6)

    def _keep(self, cost, value):
        rows, low, high = self.fixed
        (
            rows.append({int(j): 1.0 for j in np.flatnonzero(cost)}),
            low.append(-np.inf),
            high.append(value + TOLERANCE * max(1.0, value)),
        )

    def _milp(self, cost, bounds, spare, curved=False, feasible=False):
        """The best values, None where time ran out; whether there are any, where `feasible` asks only that."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        if (spare < -1e-9).any():
            return False if feasible else None
        matrix, low, high = self._rows(spare, curved)
        whole = np.concatenate([np.ones(self.y), np.zeros(2 * self.n)])
        found = milp(
            cost,
            constraints=LinearConstraint(matrix, low, high),
            integrality=whole,
            bounds=Bounds(*bounds),
            options={"mip_rel_gap": 0.0, "time_limit": self.seconds},
        )
        if feasible:
            return None if found.status == 1 else found.status == 0
        return found.x if found.status == 0 else None

    def _rows(self, spare, curved):
        """All rows: orders, away ≤ spare, s ≥ required − cover + away, and q above the chords of surplus²."""
        from scipy import sparse

        given, low, high = self.fixed
        width = self.y + 2 * self.n
        entries = [(i, j, value) for i, row in enumerate(given) for j, value in row.items()]
        i, j, value = (np.array(each) for each in zip(*entries, strict=True))
        own, none = sparse.eye_array(self.n, format="csr"), sparse.csr_array((self.n, self.n))
        parts = [
            sparse.csr_array((value, (i, j)), shape=(len(given), width)),
            sparse.hstack([self.away, none, none]),
            sparse.hstack([self.away, -own, none]),
        ]
        low, high = [*low, *[-np.inf] * (2 * self.n)], [*high, *spare, *(self.cover - self.required)]
        if curved:
            matrix, limit = self._chords()
            parts.append(matrix)
            low, high = [*low, *[-np.inf] * len(limit)], [*high, *limit]
        return sparse.vstack(parts, format="csr"), np.array(low, float), np.array(high, float)

    def _chords(self):
        """slope × (people at their desks) − q ≤ …, one row for each whole number of people that a slot may have."""
        from scipy import sparse

        fewest = np.maximum(self.cover - self.away @ self.most, 0)
        rows, limit = [], []
        for i in range(self.n):
            for m in range(int(max(fewest[i], np.floor(self.required[i]))), int(self.cover[i])):
                here, then = (max(m + d - self.required[i], 0.0) ** 2 for d in (0, 1))
                slope = then - here
                rows.append((i, slope))
                limit.append(slope * m - here - slope * self.cover[i])
        at, slope = (np.array(each) for each in zip(*rows, strict=True)) if rows else (np.zeros(0, int), np.zeros(0))
        desks = -sparse.diags_array(slope).tocsr() @ self.away[at] if rows else sparse.csr_array((0, self.y))
        q = sparse.csr_array((-np.ones(at.size), (np.arange(at.size), at)), shape=(at.size, self.n))
        return sparse.hstack([desks, sparse.csr_array((at.size, self.n)), q]), limit


def _given_out(classes, columns, counts):
    """Who starts which break when: the earliest of each break go to the same person."""
    found, starts = {}, {}
    for (c, k, t), count in zip(columns, counts, strict=True):
        starts.setdefault((c, k), []).extend([t] * int(count))
    for (c, k), slots in starts.items():
        found |= {(duty, k): slot for duty, slot in zip(classes[c].duties, slots, strict=True)}
    return found
