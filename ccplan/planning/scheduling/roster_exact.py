"""The roster as a mixed-integer programme, for small questions whose cheapest roster can be proven (scipy's HiGHS)."""

import numpy as np

from .roster_problem import LONGEST_ROW

SMALL = 600  # duties that may be chosen, over all agents and days, up to which the programme is solved


def choices(problem):
    """How many duties the roster chooses among, over all agents and free days."""
    rules = problem.rules
    return int(rules.allowed[~rules.fixed][:, 1:].sum())


def proven(problem, limit_s):
    """(lines or None, bound, whether proven) of the cheapest roster."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    model = Model()
    cells = [_line(model, problem, a) for a in range(len(problem.lines))]
    _demand(model, problem, cells)
    matrix, low, high = model.matrix()
    found = milp(
        np.array(model.cost),
        integrality=np.array(model.whole),
        bounds=Bounds(np.array(model.low), np.array(model.high)),
        constraints=LinearConstraint(matrix, low, high),
        options={"mip_rel_gap": 1e-9, "time_limit": max(float(limit_s), 0.1)},
    )
    bound = float(found.mip_dual_bound) if found.mip_dual_bound is not None else -np.inf
    if found.x is None:
        return None, bound, False
    lines = problem.lines.copy()
    for a, cell in enumerate(cells):
        for (d, k), at in cell.items():
            if d >= problem.first and found.x[at] > 0.5:
                lines[a, d] = k
    return lines, bound, found.status == 0


class Model:
    """Variables and rows of a programme, gathered one by one."""

    def __init__(self):
        self.cost, self.low, self.high, self.whole, self.rows = [], [], [], [], []

    def add(self, cost=0.0, low=0.0, high=np.inf, whole=0):
        for into, value in ((self.cost, cost), (self.low, low), (self.high, high), (self.whole, whole)):
            into.append(value)
        return len(self.cost) - 1

    def row(self, terms, low, high):
        """low ≤ Σ factor × variable ≤ high, `terms` of (variable, factor)."""
        self.rows.append((terms, low, high))

    def matrix(self):
        from scipy.sparse import csr_array

        i, j, values = zip(
            *((i, at, factor) for i, (terms, _, _) in enumerate(self.rows) for at, factor in terms), strict=True
        )
        table = csr_array((values, (i, j)), shape=(len(self.rows), len(self.cost)))
        return table, np.array([row[1] for row in self.rows], float), np.array([row[2] for row in self.rows], float)


def _line(model, problem, a):
    """Variables (day, kind) of one agent and the rules of the line."""
    rules, line = problem.rules, problem.lines[a]
    days, cell = range(problem.first - LONGEST_ROW, line.size), {}
    for d in days:
        can = [line[d]] if rules.fixed[a, d] else np.flatnonzero(rules.allowed[a, d])
        for k in can:
            cell[d, int(k)] = model.add(rules.wish[a, d, k] if d >= problem.first else 0.0, high=1.0, whole=1)
        model.row([(cell[d, int(k)], 1.0) for k in can], 1.0, 1.0)
    _rows(model, problem, a, cell, rules.most_days, lambda d, k: k > 0)
    _rows(model, problem, a, cell, rules.most_nights, lambda d, k: k > 0 and rules.night[d, k])
    _pairs(model, problem, a, cell)
    _weeks(model, problem, a, cell)
    _prices(model, problem, a, cell)
    return cell


def _rows(model, problem, a, cell, most, counts):
    rules = problem.rules
    for d in range(problem.first, problem.lines.shape[1]):
        window = range(d - most, d + 1)
        if window[0] >= problem.first - LONGEST_ROW and not rules.fixed[a, list(window)].all():
            model.row(
                [(at, 1.0) for (e, k), at in cell.items() if e in window and counts(e, k)]
                or [(next(iter(cell.values())), 0.0)],
                -np.inf,
                most,
            )


def _pairs(model, problem, a, cell):
    """Two duties that cannot both be: too little rest, or starts too far apart in a week."""
    rules = problem.rules
    duties = [(d, k, at) for (d, k), at in cell.items() if k > 0]
    for d, k, at in duties:
        for e, l, other in duties:
            if e <= d or (rules.fixed[a, d] and rules.fixed[a, e]):
                continue
            short = e - d <= rules.lags and rules.clash[e - d - 1, e, k, l]
            apart = (
                rules.apart < 24
                and rules.week[d] == rules.week[e]
                and abs(rules.clock[k] - rules.clock[l]) > rules.apart + 1e-9
            )
            if short or apart:
                model.row([(at, 1.0), (other, 1.0)], -np.inf, 1.0)


def _weeks(model, problem, a, cell):
    rules, first = problem.rules, problem.first
    here = [(d, k, at) for (d, k), at in cell.items() if k > 0 and d >= first]
    worked = {}
    for w in range(rules.week[first], rules.week[-1] + 1):
        terms = [(at, rules.paid[d, k]) for d, k, at in here if rules.week[d] == w]
        if terms:
            model.row(terms, -np.inf, rules.week_cap[a, w] - rules.week_base[a, w] + 1e-9)
        worked[w] = model.add(low=float(rules.end_base[a, w]), high=1.0)
        for d, k, at in here:
            if rules.week[d] == w and rules.touch[d, k]:
                model.row([(worked[w], 1.0), (at, -1.0)], 0.0, np.inf)
        before = sum(rules.end_base[a, v] for v in range(w - 3, w) if v not in worked)
        model.row(
            [(worked[v], 1.0) for v in range(w - 3, w + 1) if v in worked], -np.inf, rules.end_cap[a, w - 3] - before
        )


def _prices(model, problem, a, cell):
    rules, first, n = problem.rules, problem.first, problem.lines.shape[1]
    here = [(d, k, at) for (d, k), at in cell.items() if k > 0 and d >= first]
    under, over = model.add(rules.hour_price), model.add(rules.hour_price)
    model.row(
        [(at, rules.paid[d, k]) for d, k, at in here] + [(under, 1.0), (over, -1.0)], rules.target[a], rules.target[a]
    )
    for counts, fair in (
        (lambda d, k: rules.night[d, k], rules.fair_nights[a]),
        (lambda d, k: rules.weekend[d], rules.fair_days[a]),
    ):
        more = model.add(rules.uneven_price)
        model.row([(at, 1.0) for d, k, at in here if counts(d, k)] + [(more, -1.0)], -np.inf, fair)
    for d in range(first, n):
        day = {e: [(k, at) for (f, k), at in cell.items() if f == e and k > 0] for e in (d - 2, d - 1, d)}
        if not rules.own_free[a, d - 1]:
            alone = model.add(rules.single_price)
            model.row(
                [(alone, -1.0)]
                + [(at, 1.0) for e in (d - 2, d) for _, at in day[e]]
                + [(at, -1.0) for _, at in day[d - 1]],
                -np.inf,
                1.0,
            )
        moved = model.add(rules.moved_price)
        for k, at in day[d - 1]:
            for l, other in day[d]:
                if apart := abs(rules.clock[k] - rules.clock[l]):
                    model.row([(moved, 1.0), (at, -apart), (other, -apart)], -apart, np.inf)


def _demand(model, problem, cells):
    rules, by_duty = problem.rules, {}
    for cell in cells:
        for (d, k), at in cell.items():
            if k > 0 and d >= problem.first:
                by_duty.setdefault((d, k), []).append((at, 1.0))
    for d, k in zip(*np.nonzero(rules.demand), strict=True):
        by_duty.setdefault((int(d), int(k)), [])
    for (d, k), terms in by_duty.items():
        missing, idle = model.add(rules.miss[d, k]), model.add(rules.idle[d, k])
        model.row([*terms, (missing, 1.0), (idle, -1.0)], rules.demand[d, k], rules.demand[d, k])
