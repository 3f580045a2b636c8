"""The cheapest agents by group whose queues keep their promise of the whole day: what a small change is worth,
block by block.

Of each block of constant staffing every small change of its agents (one fewer here, two fewer there and one more of
others) is tried on the same callers: what it saves, and what each queue's day then misses. One change a block is chosen
by an integer program, a knapsack with many choices; a look at the whole plan decides whether it is kept. From there it
goes on, until no plan that saves anything is found to keep its promise. A single agent taken away after another ends in
plans with much to spare: those who could go are needed once their neighbours have left.

Source: Cezik & L'Ecuyer (2008), "Staffing multiskill call centers via linear programming and simulation", whose cuts
are such differences; Kellerer, Pferschy & Pisinger (2004), Knapsack Problems, chapter 11 (multiple choice).
"""

from copy import copy
from dataclasses import replace
from itertools import product

import numpy as np

from ..service.quiet import quiet

_ROUND = 2_500_000  # simulated calls of all looks at small changes of one plan: half a second
_FEWEST_DAYS = 12  # of such a look
_ROUNDS, _FIRST_ROUNDS = 16, 3  # rounds from the better start, and from each start before the better one is known
_TURNS = 4  # plans of one round that are looked at
_RADIUS = 3  # agents that change in one block at once
_NODES = 300  # of the integer program: a bound on its work that, unlike seconds, is the same everywhere
_FINE = 1e-12


def cheapest_day(search, starts):
    """The cheapest plan found from `starts` ([group, interval]) that keeps each queue's day, or None if none does.

    `search` looks at plans as in `skill_search`: `see`, `near`, `spread`, `begins`, its problem `p` and `calls`.
    """
    work = _Exchange(search, _RADIUS)
    plans = [work.improved(agents, _FIRST_ROUNDS) for agents in starts]
    plan = work.improved(min(plans, key=lambda plan: plan.rank).agents, _ROUNDS)
    return plan.agents if plan.kept else None


class _Plan:
    """A plan that was looked at: its agents, its cost, and the calls by which each promise of the day is missed."""

    def __init__(self, search, agents):
        self.agents, self.lost = agents, search.see(agents)[0].sum(axis=1)
        self.cost = float(agents.sum(axis=1) @ search.p.cost)

    @property
    def kept(self):
        """True where every queue's day keeps its promises."""
        return bool((self.lost <= _FINE).all())

    @property
    def rank(self):
        """Order of preference: kept, then cheap; not kept: what is missed."""
        return (0, self.cost) if self.kept else (1, float(np.maximum(self.lost, 0.0).sum()))


class _Exchange:
    """Small changes, of at most `radius` agents a block, and the looks that value them."""

    def __init__(self, search, radius):
        self.search, self.p = search, search.p
        blocks, groups = search.begins.size, len(search.p.groups)
        self.parts = min(blocks, 3)  # what one does is felt in its block and on either side only
        self.changes = _changes(groups, radius)
        self.rough = _with_fewer_days(search, _ROUND / (len(self.changes) * self.parts))
        self.saves = -np.outer(self.changes @ self.p.cost, search.ends - search.begins)  # [change, block]
        self.comes = np.maximum.reduceat(self.p.offered, search.begins, axis=1) > 0

    def improved(self, agents, rounds):
        """The plan after so many rounds, or fewer if nothing better is found."""
        plan = _Plan(self.search, agents)
        for _ in range(rounds):
            better = self._better(plan)
            if better is None:
                return plan
            plan = better
        return plan

    def _better(self, plan):
        """A better plan by one change a block, or None: boldly first, then the saving that is likeliest to do."""
        there = plan.agents[:, self.search.begins]
        allowed, more = self._allowed(there), self._table(plan.agents)
        rows = np.flatnonzero(plan.lost > -1e5)  # promises that are made
        margin, choice = np.zeros(rows.size), None
        for turn in range(2 * _TURNS):
            bold = turn < _TURNS
            choice = _choose(self.saves, more[rows], plan.lost[rows], allowed, margin, bold, plan.kept)
            if choice is None:
                if not bold:
                    return None
                continue
            blocks = np.arange(choice.size)
            trial = _Plan(self.search, self.search.spread(there + self.changes[choice].T))
            if trial.rank < (plan.rank[0], plan.rank[1] - 1e-9):
                return trial
            told = plan.lost[rows] + more[rows][:, choice, blocks].sum(axis=1)
            margin = margin + np.maximum(trial.lost[rows] - np.minimum(told, 0.0), 0.0) * (trial.lost[rows] > 0)
            if not bold:  # not this one again: of its changes the one that saves most is no longer allowed
                worst = int(np.argmax(self.saves[choice, blocks]))
                allowed[choice[worst], worst] = False
        return None

    def _allowed(self, there):
        """Changes that leave nobody below zero, none above its heads, and somebody for every queue with calls."""
        after = there[None] + self.changes[:, :, None]  # [change, group, block]
        fits = (after >= 0).all(axis=1) & (after <= self.p.limit[None, :, None]).all(axis=1)
        takers = np.einsum("gq,cgb->cqb", self.p.can, after)
        now = self.p.can.T @ there
        return fits & ((takers >= 1) | ~self.comes | (takers >= now)).all(axis=1)

    def _table(self, agents):
        """What each change in each block adds to what the day misses: [promise, change, block]."""
        look, blocks = self.rough, np.arange(self.search.begins.size)
        before = look.see(agents)[0]
        added = np.zeros((len(before), len(self.changes), blocks.size))
        there = agents[:, look.begins]
        for c, change in enumerate(self.changes):
            for part in range(self.parts if change.any() else 0):
                mine = blocks % self.parts == part
                after = np.clip(there + np.where(mine, change[:, None], 0), 0, np.maximum(self.p.limit, 0)[:, None])
                then = look.see(look.spread(after.astype(np.int64)))[0] - before
                added[:, c, mine] = np.array([look.near(row) for row in then])[:, mine]
        return added


def _changes(groups, radius):
    """Small changes of the agents by group, [change, group]: at most `radius` agents in all, fewer where that is
    too much.

    >>> _changes(1, 2).ravel().tolist(), len(_changes(3, 2)), len(_changes(8, 2))
    ([0, -1, 1, -2, 2], 25, 17)
    """
    if groups > 5:
        unit = np.eye(groups, dtype=np.int64)
        return np.concatenate([np.zeros((1, groups), np.int64), -unit, unit])
    ball = [one for one in product(range(-radius, radius + 1), repeat=groups) if sum(map(abs, one)) <= radius]
    return np.array(sorted(ball, key=lambda one: (sum(map(abs, one)), one)), dtype=np.int64)


def _with_fewer_days(search, calls):
    """The same search on its first days, so many that they hold about `calls` calls."""
    begins = search.calls.begins
    days = int(np.clip(np.searchsorted(begins, calls), min(_FEWEST_DAYS, begins.size - 1), begins.size - 1))
    few, last = copy(search), begins[days]
    few.known = {}  # other days, other misses
    few.calls = replace(
        search.calls,
        begins=begins[: days + 1],
        **{name: getattr(search.calls, name)[:last] for name in ("arrived", "queue", "handle", "patience")},
    )
    return few


def _choose(saves, more, lost, allowed, margin, bold, kept):
    """The change of each block [block], or None: `bold`, what saves most; else what is likeliest to keep the promises.

    `more` [promise, change, block] is added to what is `lost` of each promise; `margin` is kept for what the sum of the
    parts does not tell. Where the plan is not `kept`, keeping it comes first.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    changes, blocks = saves.shape
    size, rows = changes * blocks, len(lost)
    unit = max(float(np.abs(saves).max()), 1e-9)
    one_each = np.hstack([np.tile(np.eye(blocks), changes), np.zeros((blocks, 1))])
    missed = np.hstack([more.reshape(rows, size), -np.ones((rows, 1))])  # the last variable: by how much at most
    limits = [LinearConstraint(one_each, 1, 1), LinearConstraint(missed, -np.inf, -lost - margin)]
    objective = np.append(-saves.ravel() / unit, 1e3)
    if not bold:
        if not kept:
            return None
        limits.append(LinearConstraint(np.append(saves.ravel() / unit, 0.0)[None], 1e-6, np.inf))
        objective = np.append(-1e-3 * saves.ravel() / unit, 1.0)
    low = 0.0 if bold else -np.inf
    with quiet():
        solved = milp(
            objective,
            integrality=np.append(np.ones(size), 0),
            constraints=limits,
            bounds=Bounds(np.append(np.zeros(size), low), np.append(allowed.ravel().astype(float), np.inf)),
            options={"node_limit": _NODES, "mip_rel_gap": 1e-3},
        )
    if solved.x is None:
        return None
    choice = solved.x[:size].reshape(changes, blocks).argmax(axis=0)
    return choice if choice.any() else None
