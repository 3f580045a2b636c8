"""A roster mended after people fall ill: the fewest changes that the missing duties are worth."""

import time
from dataclasses import replace

import numpy as np

from ...queueing.inputs import one_number
from .roster_input import checked_leave
from .roster_problem import limits, refusals
from .rostering import Roster, checked_effort, solve, told

CHANGED = 200.0  # price of a duty that is changed: more than a wish or a day off the contract, less than a duty that nobody does


def repair(roster, sick, *, changed=CHANGED, limit_s=30.0, effort=1.0, progress=None, seed=0):
    """The roster after `sick` agents fall out, with as few changes as are worth it: a Roster with `changes`.

    `sick`: agent and day, or agent, start, end (first and last day). Sick days are off and count the hours of the duty
    that falls away; days before the first of them and locked days of the others stay. Every changed agent and day costs
    `changed` (currency), beside the prices of `roster`, so that a duty is left open only where covering it would cost
    more. Raises ValueError in words.
    """
    began = time.perf_counter()
    checked_effort(limit_s, effort, seed)
    one_number("changed", changed, open_high=True)
    if not isinstance(roster, Roster):
        raise ValueError(f"roster must be a Roster, as roster() and repair() give it, got {type(roster).__name__}")
    problem, was = roster.case["problem"], roster.case["lines"]
    ill = _ill(problem, sick)
    mended = _without(problem, was, ill, changed)
    lines = np.where(ill, 0, was)
    lines, bound, status = solve(
        mended,
        lines,
        limit_s=limit_s,
        effort=effort,
        progress=progress,
        seed=seed,
        began=began,
        hot=max(changed / 6, 1.0),
    )
    return told(mended, lines, bound, status, began, was=was, changed=changed)


def _ill(problem, sick):
    """A, N: sick on that day of the roster."""
    ill = np.zeros(problem.lines.shape, bool)
    for row in checked_leave(sick, problem.people["agent"], "sick").itertuples():
        inside = (
            (problem.days >= row.start) & (problem.days <= row.end) & (np.arange(len(problem.days)) >= problem.first)
        )
        if not inside.any():
            raise ValueError(
                f"sick: {row.start:%Y-%m-%d} is no day of the roster ({problem.days[problem.first]:%Y-%m-%d} to {problem.days[-1]:%Y-%m-%d})"
            )
        ill[row.agent] |= inside
    if not ill.any():
        raise ValueError("sick must name at least one agent and day, got none")
    return ill


def _without(problem, was, ill, changed):
    """The question of the repair: sick days off, the days before locked, every change priced."""
    rules, day = problem.rules, np.arange(was.shape[1])
    first_ill = int(np.flatnonzero(ill.any(axis=0))[0])
    locked = (problem.locked | ill) | ((day >= problem.first) & (day < first_ill))[None, :]
    reach = problem.times["wall_end"] > (problem.times["wall_start"] // 86400 + 1) * 86400
    before_ill = np.roll(ill, -1, axis=1)
    before_ill[:, -1] = False
    allowed = rules.allowed & ~(before_ill[:, :, None] & reach[None] & (np.arange(reach.shape[1]) > 0))
    lines = np.where(locked | (day < problem.first), np.where(ill, 0, was), 0)
    wishes = refusals(problem.wishes, problem.kinds, was.shape, problem.prices.refused_wish)
    cost = wishes + np.where(
        (np.arange(reach.shape[1])[None, None, :] != was[:, :, None])
        & ~ill[:, :, None]
        & (day >= problem.first)[None, :, None],
        changed,
        0.0,
    )
    lost = np.where(ill & (was > 0), rules.paid[day[None, :], was], 0.0).sum(axis=1)
    fallen = (ill & (was > 0))[:, :, None]
    cost = np.where(fallen, cost + changed, cost)  # the same in every repair: it counts as one change
    fixed = locked | (day < problem.first)[None, :]
    fresh = rules._replace(
        fixed=fixed,
        allowed=allowed,
        wish=cost,
        target=np.maximum(rules.target - lost, 0.0),
        own_free=rules.own_free | ill,
        **limits(lines, fixed, rules, problem.prices),
    )
    return replace(problem, rules=fresh, lines=lines, locked=locked, leave=problem.leave | ill)
