"""How many calls must be heard before a score says something about a person."""

from math import ceil, inf, isfinite, nan

import numpy as np
import pandas as pd

MARGIN, CONFIDENCE = 0.05, 0.95


def needed_calls(spread, margin=MARGIN, calls=inf, confidence=CONFIDENCE):
    """How many calls to hear so that the mean score is known to ± `margin`, an int.

    `spread` is the standard deviation of a call's score (a share 0–1), `calls` how many there were: of few calls fewer
    must be
    heard. n = n₀ ÷ (1 + (n₀ − 1) ÷ N) with n₀ = (z s ÷ margin)² (Cochran, Sampling Techniques, 1977, ch. 4). Raises
    ValueError for a margin or a confidence outside 0–1, or a spread below 0.

    >>> needed_calls(0.5), needed_calls(0.5, calls=1000), needed_calls(0.5, calls=20)
    (385, 278, 20)
    """
    for name, value in (("margin", margin), ("confidence", confidence)):
        if not 0 < value < 1:
            raise ValueError(f"{name} must be between 0 and 1, got {value!r}")
    if not (spread >= 0 and isfinite(spread)):
        raise ValueError(f"spread must be a number of 0 or more, got {spread!r}")
    first = (_z(confidence) * spread / margin) ** 2
    some = first if calls == inf else first / (1 + (first - 1) / calls) if calls > 0 and first > 0 else 0
    return int(min(ceil(round(some, 9)), calls)) if calls > 0 else 0


def margin_of(spread, heard, calls=inf, confidence=CONFIDENCE):
    """± how much the mean score of `heard` calls out of `calls` says, a share; nan where none was heard.

    >>> round(margin_of(0.5, 385), 3), margin_of(0.5, 20, calls=20)
    (0.05, 0.0)
    """
    if not heard > 0 or not spread >= 0:
        return nan
    missing = 1.0 if calls == inf else max(calls - heard, 0) / max(calls - 1, 1)
    return float(_z(confidence) * spread * np.sqrt(missing / heard))


def _z(confidence):
    from scipy.stats import norm

    return norm.ppf(0.5 + confidence / 2)


def adequacy(scores, answered=None, by="agent", measure="points", margin=MARGIN):
    """A row an agent (or a team): by, heard, calls, margin, needed, enough; how far the calls that were heard carry.

    `scores` are `call_scores`; `answered` {agent or team: calls answered}; without it as many as one likes (`calls` is
    blank). The spread of a call's
    `measure` is taken from all within their groups, for of one person's few calls nobody can tell it; it is in
    `spread`.
    """
    once = scores.groupby([by, "call_id"], observed=True)[measure].mean()
    heard, spread = once.groupby(level=0).size(), spread_within(once)
    calls = [max((answered or {}).get(name, inf), n) for name, n in heard.items()]
    rows = [
        (
            name,
            n,
            of,
            spread,
            margin_of(spread, n, of) if spread >= 0 else nan,
            needed_calls(spread, margin, of) if spread >= 0 else nan,
        )
        for (name, n), of in zip(heard.items(), calls, strict=True)
    ]
    made = pd.DataFrame(rows, columns=[by, "heard", "calls", "spread", "margin", "needed"]).replace(
        {"calls": {inf: nan}}
    )
    return made.assign(needed=made["needed"].astype("Int64"), enough=made["heard"] >= made["needed"])


def spread_within(once):
    """Standard deviation of a Series around the mean of its group (first level), pooled; nan where no group has two."""
    n = once.groupby(level=0).transform("size")
    rest = once - once.groupby(level=0).transform("mean")
    free = len(once) - once.groupby(level=0).ngroups
    return float(np.sqrt((rest[n > 1] ** 2).sum() / free)) if free > 0 else nan
