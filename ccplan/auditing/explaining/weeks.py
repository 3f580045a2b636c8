"""Is a change more than the weeks' own ups and downs? A ratio of sums with the standard error that its weeks give
it.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

SURE = 3.0  # standard errors: one false alarm in some 370 looks, as on a process-behaviour chart
FEWEST = 4  # weeks, below which nothing can be said of chance


@dataclass(frozen=True)
class Ratio:
    """Σ top ÷ Σ bottom, with the standard error that follows from how the `weeks` differ; nan where it cannot be
    told.
    """

    value: float
    error: float
    weeks: int


def ratio_of_weeks(top, bottom, times):
    """The Ratio of two Series of one index by the weeks (Monday to Sunday) of their times.

    The weeks count as the sampled units, so that what moves whole days together is not taken for certainty. Source:
    Cochran (1977), Sampling Techniques, 2.11: the variance of a ratio estimate.

    >>> times = pd.Series(pd.to_datetime(["2026-01-05", "2026-01-06", "2026-01-12", "2026-01-19", "2026-01-26"]))
    >>> found = ratio_of_weeks(pd.Series([4, 4, 9, 7, 8]), pd.Series([5, 5, 10, 10, 10]), times)
    >>> found.value, round(found.error, 4), found.weeks
    (0.8, 0.0408, 4)
    """
    local = times.dt.tz_localize(None) if getattr(times.dt, "tz", None) is not None else times
    week = (local - pd.to_timedelta(local.dt.dayofweek, unit="D")).dt.normalize()
    sums = (
        pd.DataFrame({"top": np.asarray(top, float), "bottom": np.asarray(bottom, float)})
        .groupby(week.to_numpy())
        .sum()
    )
    sums = sums[sums["bottom"] > 0]
    whole, count = sums["bottom"].sum(), len(sums)
    value = sums["top"].sum() / whole if whole else np.nan
    strays = ((sums["top"] - value * sums["bottom"]) ** 2).sum()
    error = float(np.sqrt(strays * count / (count - 1)) / whole) if count >= FEWEST else np.nan
    return Ratio(float(value), error, count)


def beyond_chance(one, other, sure=SURE):
    """Whether two Ratios differ by more than so many standard errors of their difference; never where an error is
    not known.
    """
    error = float(np.hypot(one.error, other.error))
    return bool(abs(other.value - one.value) > sure * error) if error == error else False
