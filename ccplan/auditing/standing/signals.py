"""Signal or noise: process-behaviour charts (individuals and moving ranges, XmR), and the rules that tell a signal.

    natural limits = mean ± 2.660 × mean moving range        (or median of moving ranges × 3.145)
    upper limit of a moving range = 3.267 × mean moving range (or median × 3.865)

2.660 is 3 ÷ 1.128 and 3.145 is 3 ÷ 0.954: a mean and a median range of two normal values, in standard deviations.

Source: Shewhart (1931), Economic Control of Quality; Wheeler (1993), Understanding Variation; Western Electric (1956),
Statistical Quality Control Handbook.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

SCALES = {"mean": (3 / 1.128, 3.267), "median": (3 / 0.954, 3.865)}  # how ranges are summed up → (limits, upper range)


@dataclass(frozen=True)
class Rule:
    """A detection rule: at least `hits` of `window` points in a row lie more than `sigmas` from the centre, all on
    one side.
    """

    key: str
    hits: int
    window: int
    sigmas: float
    says: str


OUTSIDE = Rule("outside", 1, 1, 3.0, "a point outside the natural limits")
NEAR = Rule("near the limit", 3, 4, 1.5, "3 of 4 points nearer to a limit than to the centre line")
ONE_SIDE = Rule("one side", 8, 8, 0.0, "8 points in a row on one side of the centre line")
TWO_SIGMA = Rule("two of three", 2, 3, 2.0, "2 of 3 points beyond two sigma on one side")
ONE_SIGMA = Rule("four of five", 4, 5, 1.0, "4 of 5 points beyond one sigma on one side")
RULES = {"Wheeler": (OUTSIDE, NEAR, ONE_SIDE), "Western Electric": (OUTSIDE, TWO_SIGMA, ONE_SIGMA, ONE_SIDE)}


def xmr(values, baseline=None, *, rules="Wheeler", ranges="mean", possible=(-np.inf, np.inf)):
    """The process-behaviour chart of a series: a row a point, in order.

    `values` is a Series (NaN: no value); `baseline` a mask of the points that tell what is usual (default: all);
    `rules` a name of RULES or Rules; `ranges` mean or median, which a few wild points do not move; `possible` the
    least and the most that a value can be, to which limits are cut. Returns value, centre, lower, upper,
    moving_range, range_limit and rules: the keys of those that the point completes, "" for none. A moving range is
    that of neighbours which are both there; rules count the points that are there. Raises ValueError with fewer
    than 2 neighbours in the baseline.

    >>> chart = xmr(pd.Series([10.0, 12, 11, 13, 11, 12, 30]), baseline=[True] * 6 + [False])
    >>> chart["upper"].iloc[0].round(3), chart["rules"].iloc[-1]      # 11.5 + 3 ÷ 1.128 × 1.6
    (np.float64(15.755), 'outside')
    """
    values = pd.Series(values, dtype=float)
    moving = values.diff().abs()
    centre, range_limit, sigma = _usual(values, moving, baseline, ranges)
    lower, upper = np.clip((centre - 3 * sigma, centre + 3 * sigma), *possible)
    chosen = RULES[_known("rules", rules, RULES)] if isinstance(rules, str) else tuple(rules)
    return pd.DataFrame(
        {
            "value": values,
            "centre": centre,
            "lower": lower,
            "upper": upper,
            "moving_range": moving,
            "range_limit": range_limit,
            "rules": broken(values, centre, sigma, chosen),
        }
    )


def _usual(values, moving, baseline, ranges):
    """Centre line, upper limit of the moving range and sigma of the baseline's points."""
    to_limits, to_range = SCALES[_known("ranges", ranges, SCALES)]
    mask = pd.Series(True if baseline is None else np.asarray(baseline, bool), index=values.index)
    within = moving[mask & mask.shift(fill_value=False)].dropna()  # both neighbours are the baseline's
    if len(within) < 2:
        raise ValueError(
            f"baseline must hold at least 2 pairs of neighbouring values, got {len(within)} — wait for more weeks"
        )
    typical = float(getattr(within, ranges)())
    return float(values[mask].mean()), to_range * typical, to_limits * typical / 3


def broken(values, centre, sigma, rules):
    """The keys of the rules that each point completes, joined by commas, "" for none: an array of text.

    `values` are numbers in order; where one is missing (NaN), the next stands beside the one before.
    """
    values = np.asarray(values, dtype=float)
    told, there = np.full(len(values), "", dtype=object), np.flatnonzero(~np.isnan(values))
    for rule in rules:
        for point in there[_completes(values[there] - centre, rule.sigmas * sigma, rule)]:
            told[point] += (", " if told[point] else "") + rule.key
    return told


def _completes(away, limit, rule):
    """Points that lie beyond the limit, on a side where enough of the last `window` do."""
    hit, window = np.zeros(len(away), bool), np.ones(rule.window, int)
    for beyond in (away > limit, -away > limit):
        if beyond.sum() >= rule.hits:
            hit |= beyond & (np.convolve(beyond, window)[: len(away)] >= rule.hits)
    return hit


def _known(name, value, known):
    if value not in known:
        raise ValueError(f"{name} must be one of {', '.join(known)}, got {value!r}")
    return value
