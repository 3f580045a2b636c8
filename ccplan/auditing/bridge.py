"""Why a number changed: the difference between two states, shared fairly among the drivers that changed.

A driver's part is its Shapley value: the mean, over every order in which the drivers could have changed one after
another, of what its change did. So nothing hangs on the order, what several drivers do together is shared evenly
between them, and the parts add up to the whole difference, after rounding too.

Source: Shapley (1953), A value for n-person games; Shorrocks (2013), Decomposition procedures for distributional
analysis, Journal of Economic Inequality 11.
"""

from decimal import ROUND_HALF_UP, Decimal
from math import comb

import numpy as np
import pandas as pd

MOST_DRIVERS = 14  # 2^14 states are 16,384 evaluations
CENT = Decimal("0.01")
LARGEST = Decimal("1e20")  # beyond it a Decimal of the usual 28 digits no longer tells cents apart


def bridge(value, before, after, *, labels=None):
    """From one state to another: a row a driver that changed, with its part of the difference in value, exact to
    the cent.

    `value(**drivers)` is a number (a Decimal or float, such as a cost) of a whole state; `before` and `after` are
    states with the same drivers {name: anything}; `labels` {name: words}. Returns driver, label, before, after (the
    drivers' own values), effect (Decimal, to the cent) and total (value before plus the effects so far): the first row
    is the value before, the last the value after. Raises ValueError where the states do not name the same drivers, a
    value is not finite, or more than 14 drivers changed.

    >>> steps = bridge(lambda calls, price: calls * price, {"calls": 100, "price": 2.0}, {"calls": 110, "price": 2.5})
    >>> steps[["driver", "effect"]].values.tolist()      # 10 × 2.25 and 0.5 × 105: together 275 − 200
    [['before', Decimal('200.00')], ['calls', Decimal('22.50')], ['price', Decimal('52.50')], ['after', Decimal('275.00')]]
    """
    changed = _changed(before, after)
    worth = _worth(value, before, after, changed)
    first, last = _cents(worth[0]), _cents(worth[-1])
    effects = _to_the_cent(_shapley(worth, len(changed)), last - first)
    rows = [
        (name, (labels or {}).get(name, name), before[name], after[name], effect)
        for name, effect in zip(changed, effects, strict=True)
    ]
    table = pd.DataFrame(
        [("before", "before", None, None, first), *rows, ("after", "after", None, None, last)],
        columns=["driver", "label", "before", "after", "effect"],
    )
    table["total"] = [first + sum(effects[:i], Decimal(0)) for i in range(len(effects) + 1)] + [last]
    return table


def _changed(before, after):
    """Names of the drivers that differ, in the order of `before`."""
    if set(before) != set(after):
        odd = sorted(set(before) ^ set(after))
        raise ValueError(f"before and after must name the same drivers; only one of them has {', '.join(odd)}")
    changed = [name for name in before if not _same(before[name], after[name])]
    if len(changed) > MOST_DRIVERS:
        raise ValueError(
            f"at most {MOST_DRIVERS} drivers can be told apart, got {len(changed)} that changed — join some into one"
        )
    return changed


def _same(one, other):
    """Whether a driver stayed as it was; a driver may be a number, a table or a mapping."""
    if isinstance(one, pd.DataFrame | pd.Series):
        return one.equals(other)
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return np.array_equal(one, other)
    return bool(np.all(np.asarray(one == other)))


def _worth(value, before, after, changed):
    """The value of every state, by the bits of its number: bit i set where driver i has changed."""
    return [
        _finite(value(**before | {name: after[name] for i, name in enumerate(changed) if bits >> i & 1}), bits)
        for bits in range(1 << len(changed))
    ]


def _finite(number, bits):
    number = number if isinstance(number, Decimal) else Decimal(repr(float(number)))
    if not (number.is_finite() and abs(number) < LARGEST):
        raise ValueError(
            f"value must be a finite number below {LARGEST:.0e} of every state between before and after, "
            f"got {number} — of state {bits:b}"
        )
    return number


def _shapley(worth, count):
    """Exact Shapley values of the states' worth."""

    def weight(size):
        return Decimal(1) / (count * comb(count - 1, size))

    return [
        sum(
            (
                weight(bits.bit_count()) * (worth[bits | 1 << i] - worth[bits])
                for bits in range(1 << count)
                if not bits >> i & 1
            ),
            Decimal(0),
        )
        for i in range(count)
    ]


def _to_the_cent(parts, whole):
    """Parts rounded so that they add up to the whole: the cents that are left go to those cut most."""
    rounded = [_cents(part) for part in parts]
    left = int((whole - sum(rounded, Decimal(0))) / CENT)
    order = sorted(range(len(parts)), key=lambda i: parts[i] - rounded[i], reverse=left > 0)
    for i in order[: abs(left)]:
        rounded[i] += CENT if left > 0 else -CENT
    return rounded


def _cents(number):
    return number.quantize(CENT, ROUND_HALF_UP)
