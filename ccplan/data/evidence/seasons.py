"""What the records say about the months of shrinkage: people are on leave in summer and in training when it is quiet.

A cause gets a season only where the months differ by more than the weeks of one month do; the rest is chance.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from ..centre import MONTHS
from .estimates import CAUSES, UNPAID, weekly_hours

SURE = 0.01  # a season is believed where chance alone would make one in a hundred cases
ENOUGH_WEEKS = 2


def shrinkage_by_month(activities, unpaid=UNPAID, causes=None):
    """Shares of paid time by cause and calendar month: cause, month (1–12), share, factor, seasonal; a row each.

    `activities` has agent, start, end, actual (or scheduled). `factor` is the month's share ÷ the mean of the twelve,
    `seasonal` whether the months differ beyond chance (F test of the weeks' shares, p < SURE). Raises ValueError in
    words where a month of the year is not in the records. Source of the test: Fisher, Statistical Methods, 1925.
    """
    weekly = weekly_hours(activities, unpaid, CAUSES if causes is None else causes)
    paid = weekly.sum(axis=1)
    month = pd.Index(weekly.index.start_time + pd.Timedelta(days=3)).month  # a week counts to the month of its Thursday
    counts = (
        pd.Series(paid.to_numpy() > 0.5 * paid.median())
        .groupby(month)
        .sum()
        .reindex(range(1, MONTHS + 1), fill_value=0)
    )
    few = counts.index[counts < ENOUGH_WEEKS]
    if len(few):
        raise ValueError(
            "the months of shrinkage cannot be told: the activities hold too few weeks of month "
            f"{', '.join(map(str, few))} — twelve months of records are needed"
        )
    parts = [_cause(cause, weekly[cause] / paid, weekly[cause], paid, month) for cause in weekly]
    return pd.concat(parts, ignore_index=True)


def _cause(cause, shares, hours, paid, month):
    from scipy.stats import f_oneway  # loads where it is used

    share = (hours.groupby(month).sum() / paid.groupby(month).sum()).to_numpy()
    groups = [each.to_numpy() for _, each in shares.groupby(month)]
    varies = np.ptp(share) > 0
    seasonal = varies and f_oneway(*groups).pvalue < SURE
    factor = share / share.mean() if varies else np.ones(MONTHS)
    return pd.DataFrame(
        {"cause": cause, "month": range(1, MONTHS + 1), "share": share, "factor": factor, "seasonal": bool(seasonal)}
    )


def with_months(centre, activities):
    """The centre with the seasons of shrinkage that its records show; one that names months already keeps its own.

    Only causes that the centre has are taken, and only those whose months differ beyond chance; the year's shares stay.
    Raises ValueError as `shrinkage_by_month`.
    """
    if centre.shrinkage.by_month:
        return centre
    found = shrinkage_by_month(activities)
    mine = found[found["seasonal"] & found["cause"].isin(list(centre.shrinkage.causes))]
    factors = {cause: tuple(rows["factor"].round(3)) for cause, rows in mine.groupby("cause", sort=False)}
    return replace(centre, shrinkage=replace(centre.shrinkage, by_month=factors))
