"""The door: every number that comes in is checked here once, and refused in words.

A message names the thing, the rule, the value and what to do:
`shrinkage must be in [0, 1), got 30 — write 30 % as 0.30`.
"""

import numpy as np

SHARE_HINT = "write {percent:g} % as {share}"  # filled with the value that was given
TINY, HUGE = 1e-140, 1e30  # beyond them squares and quotients leave the numbers that a computer has


def floats(name, value, *, low=0.0, high=np.inf, open_low=False, open_high=False, hint="", nan=False):
    """The value as a float array within its bounds; `high` is reached unless `open_high`.

    Raises ValueError naming the thing, the rule and the first value that breaks it.

    >>> floats("aht_s", [300, 240])
    array([300., 240.])
    >>> floats("aht_s", -1)
    Traceback (most recent call last):
    ValueError: aht_s must be in [0, inf], got -1
    """
    try:
        array = np.asarray(value)
        if array.dtype.kind in "mMUSc":  # dates, text and complex numbers would turn into other numbers
            raise TypeError
        array = np.asarray(array, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a number or an array of numbers, got {value!r}") from None
    bad = ~((array > low if open_low else array >= low) & (array < high if open_high else array <= high))
    if nan:
        bad &= ~np.isnan(array)
    if bad.any():
        raise ValueError(_refusal(name, array[bad].flat[0], low, high, open_low, open_high, hint))
    size = np.abs(array)
    divides = open_low and low == 0  # what must be above 0 is divided by
    beyond = (size < TINY) & divides | (size > HUGE) & (size < np.inf)
    if beyond.any():
        raise ValueError(
            f"{name} must be {f'between {TINY:g} and' if divides else 'at most'} {HUGE:g} in size, got {array[beyond].flat[0]:g} — look at its unit"
        )
    return array


def one_number(name, value, **bounds):
    """The value as one float; a ValueError as of `floats`, and for an array.

    >>> one_number("interval_s", [900, 1800])
    Traceback (most recent call last):
    ValueError: interval_s must be one number, got [900, 1800]
    """
    if np.ndim(value):
        raise ValueError(f"{name} must be one number, got {value!r}")
    return floats(name, value, **bounds).item()


def whole_number(name, value, **bounds):
    """The value as one int; a ValueError as of `one_number`, and for a fraction.

    >>> whole_number("days", 1.5)
    Traceback (most recent call last):
    ValueError: days must be a whole number, got 1.5
    """
    number = one_number(name, value, **{"high": 1e12} | bounds)
    if number % 1:
        raise ValueError(f"{name} must be a whole number, got {number:g}")
    return int(number)


def ratio(top, bottom, empty=np.nan):
    """top ÷ bottom as an array, `empty` where the bottom is not above 0.

    >>> ratio([1, 2], [4, 0], empty=1.0)
    array([0.25, 1.  ])
    """
    top, bottom = np.broadcast_arrays(np.asarray(top, float), np.asarray(bottom, float))
    return np.divide(top, bottom, out=np.full(top.shape, float(empty)), where=bottom > 0)


def share(name, value, *, open_low=False, open_high=False):
    """A share as a float array in [0, 1]; a percent written as 30 is refused.

    >>> share("shrinkage", 30, open_high=True)
    Traceback (most recent call last):
    ValueError: shrinkage must be in [0, 1), got 30 — write 30 % as 0.30
    """
    return floats(name, value, high=1.0, open_low=open_low, open_high=open_high, hint=SHARE_HINT)


def one_of(name, value, choices):
    """The value if it is one of the choices, else a ValueError that lists them.

    >>> one_of("definition", "ofered", ("offered", "answered"))
    Traceback (most recent call last):
    ValueError: definition must be one of offered, answered, got 'ofered'
    """
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, got {value!r}")
    return value


def broadcast(**arrays):
    """The named arrays at one common shape; lengths that do not match are named in the error."""
    try:
        return np.broadcast_arrays(*arrays.values())
    except ValueError:
        shapes = ", ".join(f"{name} {np.shape(array)}" for name, array in arrays.items() if np.ndim(array))
        raise ValueError(f"lengths must match or be single numbers, got {shapes}") from None


def _refusal(name, value, low, high, open_low, open_high, hint):
    if np.isnan(value):
        return f"{name} must be a number, got nan — fill or drop the missing value first"
    left, right = "(" if open_low else "[", ")" if open_high else "]"
    rule = f"{name} must be in {left}{low:g}, {high:g}{right}, got {value:g}"
    if not hint or not 1 < value < np.inf:
        return rule
    return f"{rule} — {hint.format(percent=value, share=f'{value / 100:.2f}' if value % 1 == 0 else value / 100)}"
