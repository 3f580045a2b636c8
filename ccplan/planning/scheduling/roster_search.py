"""The search of a roster, compiled: small changes that keep every rule, the dearer ones less and less often taken.

Simulated annealing (Kirkpatrick, Gelatt & Vecchi 1983, Science 220) over the changes that people make by hand: another
duty or a day off, two people swap days, one person swaps two days, a row of the same duty. Imported only where it runs.
"""

import numpy as np

from ...queueing.compiled import compiled
from .roster_lines import cover_price, covered, line_price, line_prices

LONGEST_SWAP = 10


@compiled(nogil=True)
def anneal(R, lines, free, options, counts, moves, hot, cold, seed):
    """Changes `lines` in place over `moves` tries, from temperature `hot` to `cold` (currency)."""
    np.random.seed(seed)
    n = lines.shape[1]
    prices, _ = line_prices(R, lines)
    cover, parts = covered(R, lines), np.zeros(5)
    who, when, was = np.zeros(4 * n, np.int64), np.zeros(4 * n, np.int64), np.zeros(4 * n, np.int64)
    heat = hot
    for move in range(moves):
        if move % 1024 == 0:
            heat = hot * (cold / hot) ** (move / moves)
        a, b, changed = _propose(R, lines, free, options, counts, who, when, was)
        if changed == 0:
            continue
        new_a = line_price(R, a, lines[a], parts)
        new_b = line_price(R, b, lines[b], parts) if b >= 0 and new_a < np.inf else 0.0
        if new_a == np.inf or new_b == np.inf:
            _undo(lines, who, when, was, changed)
            continue
        delta = (
            new_a
            - prices[a]
            + (new_b - prices[b] if b >= 0 else 0.0)
            + _recover(R, cover, lines, who, when, was, changed, 1)
        )
        if delta <= 0 or np.random.random() < np.exp(-delta / heat):
            prices[a] = new_a
            if b >= 0:
                prices[b] = new_b
        else:
            _recover(R, cover, lines, who, when, was, changed, -1)
            _undo(lines, who, when, was, changed)
    return prices.sum()


@compiled
def _recover(R, cover, lines, who, when, was, changed, sign):
    """Counts the changed cells anew (sign 1) or back (−1); what that costs."""
    delta = 0.0
    for i in range(changed):
        d, old, new = when[i], was[i], lines[who[i], when[i]]
        if old > 0:
            delta -= cover_price(R, d, old, cover[d, old])
            cover[d, old] -= sign
            delta += cover_price(R, d, old, cover[d, old])
        if new > 0:
            delta -= cover_price(R, d, new, cover[d, new])
            cover[d, new] += sign
            delta += cover_price(R, d, new, cover[d, new])
    return delta


@compiled
def _undo(lines, who, when, was, changed):
    for i in range(changed - 1, -1, -1):
        lines[who[i], when[i]] = was[i]


@compiled
def _put(lines, who, when, was, changed, a, d, kind):
    who[changed], when[changed], was[changed] = a, d, lines[a, d]
    lines[a, d] = kind
    return changed + 1


@compiled
def _propose(R, lines, free, options, counts, who, when, was):
    """(first agent, second or −1, cells changed): a random change, already made in `lines`."""
    agents, n = lines.shape
    pick = np.random.random()
    cell = np.random.randint(free.shape[0])
    a, d = free[cell, 0], free[cell, 1]
    if pick < 0.30:
        kind = options[d, np.random.randint(counts[d])]
        if kind == lines[a, d] or not R.allowed[a, d, kind]:
            return a, -1, 0
        return a, -1, _put(lines, who, when, was, 0, a, d, kind)
    if pick < 0.70:
        return _swap_people(
            R, lines, who, when, was, a, np.random.randint(agents), d, 1 + np.random.randint(LONGEST_SWAP)
        )
    if pick < 0.85:
        return a, -1, _swap_days(R, lines, who, when, was, a, d, R.first + np.random.randint(n - R.first))
    return (
        a,
        -1,
        _row(R, lines, who, when, was, a, d, 2 + np.random.randint(4), options[d, np.random.randint(counts[d])]),
    )


@compiled
def _swap_people(R, lines, who, when, was, a, b, d, length):
    changed = 0
    if a == b:
        return a, b, 0
    for at in range(d, min(d + length, lines.shape[1])):
        one, other = lines[a, at], lines[b, at]
        if one == other:
            continue
        if R.fixed[a, at] or R.fixed[b, at] or not R.allowed[a, at, other] or not R.allowed[b, at, one]:
            break
        changed = _put(lines, who, when, was, changed, a, at, other)
        changed = _put(lines, who, when, was, changed, b, at, one)
    return a, b, changed


@compiled
def _swap_days(R, lines, who, when, was, a, d, e):
    one, other = lines[a, d], lines[a, e]
    if one == other or R.fixed[a, e] or not R.allowed[a, d, other] or not R.allowed[a, e, one]:
        return 0
    changed = _put(lines, who, when, was, 0, a, d, other)
    return _put(lines, who, when, was, changed, a, e, one)


@compiled
def _row(R, lines, who, when, was, a, d, length, kind):
    changed = 0
    for at in range(d, min(d + length, lines.shape[1])):
        if R.fixed[a, at] or not R.allowed[a, at, kind]:
            break
        if lines[a, at] != kind:
            changed = _put(lines, who, when, was, changed, a, at, kind)
    return changed


@compiled(nogil=True)
def polish(R, lines, free, options, counts, rounds):
    """Changes `lines` in place until no single change and no swap of one day lowers the price, at most `rounds`
    times round.
    """
    prices, _ = line_prices(R, lines)
    cover, parts = covered(R, lines), np.zeros(5)
    who, when, was = np.zeros(4, np.int64), np.zeros(4, np.int64), np.zeros(4, np.int64)
    for _ in range(rounds):
        better = False
        for cell in range(free.shape[0]):
            a, d = free[cell, 0], free[cell, 1]
            for o in range(counts[d] + lines.shape[0]):
                if o < counts[d]:
                    kind, b = options[d, o], -1
                    if kind == lines[a, d] or not R.allowed[a, d, kind]:
                        continue
                    changed = _put(lines, who, when, was, 0, a, d, kind)
                else:
                    b = o - counts[d]
                    if b <= a:
                        continue
                    _, _, changed = _swap_people(R, lines, who, when, was, a, b, d, 1)
                if changed == 0:
                    continue
                better |= _kept(R, lines, cover, prices, parts, who, when, was, changed, a, b)
        if not better:
            break


@compiled
def _kept(R, lines, cover, prices, parts, who, when, was, changed, a, b):
    """Whether the change lowers the price; undone where it does not."""
    new_a = line_price(R, a, lines[a], parts)
    new_b = line_price(R, b, lines[b], parts) if b >= 0 and new_a < np.inf else 0.0
    if new_a < np.inf and new_b < np.inf:
        delta = (
            new_a
            - prices[a]
            + (new_b - prices[b] if b >= 0 else 0.0)
            + _recover(R, cover, lines, who, when, was, changed, 1)
        )
        if delta < -1e-7:
            prices[a] = new_a
            if b >= 0:
                prices[b] = new_b
            return True
        _recover(R, cover, lines, who, when, was, changed, -1)
    _undo(lines, who, when, was, changed)
    return False
