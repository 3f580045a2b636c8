"""Breaks moved one by one to where they are missed least, until none moves: fast, good, not proven.

A slot that lacks g people counts g^6, so that a worst slot outweighs many small ones, and g beside it; spare people
count their square a thousandth, so that they lie evenly. Each break moves to the slot of its window that counts
least. Where none moves any more, all are shaken (simulated annealing, after Kirkpatrick, Gelatt & Vecchi, 1983) and
descend again.
"""

import numpy as np

from ...queueing.compiled import compiled

ROUNDS, SWEEPS = 60, 200
STEEP, SPARE = 6.0, 1e-3


@compiled
def descend(required, cover, at, length, low, high, first_of, count_of, order, rounds, steep):
    """Move breaks until none moves: changes `at` and `cover` in place; returns the rounds that it took."""
    for turn in range(rounds):
        moved = False
        for duty in order:
            first = first_of[duty]
            for k in range(first, first + count_of[duty]):
                least = low[k] if k == first else max(low[k], at[k - 1] + length[k - 1])
                most = high[k] if k == first + count_of[duty] - 1 else min(high[k], at[k + 1] - length[k])
                for s in range(at[k], at[k] + length[k]):
                    cover[s] += 1
                best, best_price, here = at[k], 1e300, 0.0
                price = np.empty(most - least + length[k])
                for i in range(price.size):
                    s = least + i
                    price[i] = 0.0
                    if not np.isnan(required[s]):
                        gap, then = required[s] - cover[s], required[s] - cover[s] + 1.0
                        before = gap**steep + gap if gap > 0 else SPARE * gap * gap
                        after = then**steep + then if then > 0 else SPARE * then * then
                        price[i] = after - before
                for p in range(least, most + 1):
                    total = 0.0
                    for i in range(p - least, p - least + length[k]):
                        total += price[i]
                    if p == at[k]:
                        here = total
                    if total < best_price - 1e-9:
                        best, best_price = p, total
                if best_price > here - 1e-9:
                    best = at[k]
                if best != at[k]:
                    moved = True
                    at[k] = best
                for s in range(at[k], at[k] + length[k]):
                    cover[s] -= 1
        if not moved:
            return turn
    return rounds


@compiled
def anneal(required, cover, at, length, low, high, duty, draws, chances, heats, worst):
    """Move breaks at random, worse ones too while it is hot: changes `at` and `cover` in place.

    `draws` and `chances` are random shares, a row a sweep and a column a break; a slot that lacks g counts (g ÷
    worst)^10.
    """
    for sweep in range(heats.size):
        for k in range(at.size):
            least, most = low[k], high[k]
            if k > 0 and duty[k - 1] == duty[k]:
                least = max(least, at[k - 1] + length[k - 1])
            if k + 1 < at.size and duty[k + 1] == duty[k]:
                most = min(most, at[k + 1] - length[k])
            to = least + int(draws[sweep, k] * (most - least + 1))
            if to == at[k]:
                continue
            change = 0.0
            for s in range(min(to, at[k]), max(to, at[k]) + length[k]):
                step = (1 if at[k] <= s < at[k] + length[k] else 0) - (1 if to <= s < to + length[k] else 0)
                if step != 0 and not np.isnan(required[s]):
                    before, after = (required[s] - cover[s]) / worst, (required[s] - cover[s] - step) / worst
                    change += after**10 + 0.01 * after if after > 0 else 1e-4 * after * after
                    change -= before**10 + 0.01 * before if before > 0 else 1e-4 * before * before
            if change <= 0 or chances[sweep, k] < np.exp(-change / heats[sweep]):
                for s in range(length[k]):
                    cover[at[k] + s] += 1
                for s in range(length[k]):
                    cover[to + s] -= 1
                at[k] = to


def descended(ground, at, low, high):
    """The slots of the breaks after the descent from `at`, within `low` and `high`: an array."""
    best = at.copy()
    counts = np.bincount(ground.duty, minlength=ground.first.size)
    first_of = np.concatenate([[0], counts.cumsum()[:-1]]).astype(np.int64) if counts.size else counts
    order = np.argsort(ground.first, kind="stable")
    for steep in (STEEP, 2 * STEEP, STEEP):  # the steeper slope leads out of places where the gentler one is content
        trial = best.copy()
        if steep > STEEP:
            _annealed(ground, trial, low, high)
        descend(
            ground.required,
            ground.cover(trial),
            trial,
            ground.length,
            low,
            high,
            first_of,
            counts.astype(np.int64),
            order,
            ROUNDS,
            steep,
        )
        best = _better_by_piece(ground, best, trial)
    return best


def _annealed(ground, at, low, high):
    """Breaks shaken from where the descent was content: the same every time, as the shares are drawn from a fixed
    seed.
    """
    cover = ground.cover(at)
    worst = np.nanmax(ground.required - cover, initial=0.0)
    if worst > 0 and at.size:
        draws, chances = np.random.default_rng(0).random((2, SWEEPS, at.size))
        anneal(
            ground.required,
            cover,
            at,
            ground.length,
            low,
            high,
            ground.duty,
            draws,
            chances,
            np.geomspace(1.0, 1e-3, SWEEPS),
            worst,
        )


def _better_by_piece(ground, at, trial):
    """Of two placements, the better one of each piece of the duties that have no moment in common."""
    from .break_ground import key_of, pieces

    number = pieces(ground)
    best = at.copy()
    for piece in range(number.max(initial=-1) + 1):
        mine = number == piece
        slots = slice(ground.first[mine].min(), ground.last[mine].max())
        breaks = mine[ground.duty]
        if key_of(ground, trial, slots) < key_of(ground, at, slots):
            best[breaks] = trial[breaks]
    return best
