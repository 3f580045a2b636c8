"""The rate of calls through a day: from interval counts, or from knots that somebody gives.

A rate is an array with a row a segment: begin and end (s), calls a second at the begin, and how much that
grows a second. It may jump between segments.
"""

import numpy as np

from .inputs import floats

_ROUNDING = 1e-9  # of a day's length: knots this near to its ends are at its ends


def rate_from_counts(calls, interval_s):
    """A rate that keeps each interval's total: linear from the boundary to the middle and on to the next one.

    `calls` per interval of `interval_s` seconds. At a boundary the rate is the mean of its neighbours' (at most
    twice the smaller, so that it never falls below zero); beside an interval without calls, and at
    the ends of the day, the neighbours' trend goes on: lines open and close at once.

    >>> rate_from_counts([60, 120], 60)[:, 2].tolist()
    [0.5, 1.0, 1.5, 2.0]
    """
    mean = np.asarray(calls, dtype=float) / interval_s
    before, after = _neighbours(mean)
    left = np.minimum((mean + before) / 2, 2 * np.minimum(mean, before))
    right = np.minimum((mean + after) / 2, 2 * np.minimum(mean, after))
    # An interval beside the night takes the trend of its other side.
    left = np.where(np.isnan(before), np.clip(np.where(np.isnan(after), mean, 2 * mean - right), 0, 2 * mean), left)
    right = np.where(np.isnan(after), np.clip(np.where(np.isnan(before), mean, 2 * mean - left), 0, 2 * mean), right)
    middle = 2 * mean - (left + right) / 2
    begin = np.arange(mean.size) * float(interval_s)
    half = interval_s / 2
    first = np.column_stack([begin, begin + half, left, (middle - left) / half])
    second = np.column_stack([begin + half, begin + interval_s, middle, (right - middle) / half])
    return np.stack([first, second], axis=1).reshape(-1, 4)


def _neighbours(mean):
    """The means before and after each interval; nan beside the day's ends and intervals without calls."""
    padded = np.concatenate([[np.nan], np.where(mean > 0, mean, np.nan), [np.nan]])
    return padded[:-2], padded[2:]


def rate_from_knots(rate, closing_s):
    """The segments of `rate=(times_s, calls_per_s)`, linear between knots; a time given twice is a jump.

    Raises ValueError unless times ascend and cover the day from 0 to `closing_s`.

    >>> rate_from_knots(([0, 60], [1.0, 4.0]), 60).tolist()
    [[0.0, 60.0, 1.0, 0.05]]
    """
    try:
        times, values = rate
    except (TypeError, ValueError):
        raise ValueError(f"rate must be (times_s, calls_per_s), got {rate!r}") from None
    times = np.atleast_1d(floats("rate times_s", times, low=-np.inf, open_low=True, open_high=True))
    values = np.atleast_1d(floats("rate calls_per_s", values, high=1e9))
    if times.ndim > 1 or times.shape != values.shape or times.size < 2:
        raise ValueError(
            "rate must be two lists of one length, times_s and calls_per_s, with two knots at least, "
            f"got {times.size} and {values.size}"
        )
    if (np.diff(times) < 0).any():
        raise ValueError(f"rate times_s must ascend, got {times[1:][np.diff(times) < 0][0]:g} too late")
    slack = _ROUNDING * closing_s
    if times[0] > slack or times[-1] < closing_s - slack:
        raise ValueError(f"rate times_s must cover the day from 0 to {closing_s:g}, got {times[0]:g} to {times[-1]:g}")
    length = np.diff(times)
    rows = np.column_stack([times[:-1], times[1:], values[:-1], np.diff(values) / np.maximum(length, 1e-300)])
    return _cut(rows[length > 0], closing_s)


def _cut(rows, closing_s):
    """The rows within the day, the first from 0 and the last to its end."""
    rows = rows[(rows[:, 1] > _ROUNDING * closing_s) & (rows[:, 0] < closing_s * (1 - _ROUNDING))].copy()
    rows[0, 2] -= rows[0, 3] * rows[0, 0]
    rows[0, 0], rows[-1, 1] = 0.0, closing_s
    return rows


def calls_of(rate, edges):
    """The calls that a rate brings between neighbouring `edges` (s).

    >>> calls_of(rate_from_counts([60, 120], 60), np.array([0, 60, 120])).tolist()
    [60.0, 120.0]
    """
    begin, end, first, slope = rate.T
    length = np.clip(np.asarray(edges, float)[:, None] - begin, 0.0, end - begin)
    return np.diff((length * (first + slope * length / 2)).sum(axis=1))
