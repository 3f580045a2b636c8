"""The door of the forecast: what is asked and what is given is checked here once, and refused in words."""

import numpy as np
import pandas as pd

from ...data.given import given_table
from ...queueing.inputs import floats, share
from ..staffing import WORK

LARGEST = 1e12  # contacts of an interval: beyond it a cell is broken
MOST_SAMPLES = 100_000


def checked_history(history, centre):
    """The history if it can be forecast from: columns, kinds, bounds, known queues. Times in UTC become the centre's.

    Raises ValueError in words. Whether an interval stands twice is checked queue by queue (`checked_queue`).
    """
    given_table(
        history, "history", keys=["queue"], times=["start"], numbers=["offered"], perhaps=("aht_s", "answered", *WORK)
    )
    if not len(history):
        raise ValueError("history must have at least one row, got none")
    if pd.api.types.is_bool_dtype(history["offered"]):
        raise ValueError("history: offered must be a column of numbers, got bool")
    if history["start"].isna().any():
        row = history.index[history["start"].isna()][0]
        raise ValueError(f"start must not be empty, got an empty one in row {row}")
    floats("offered", history["offered"].dropna().to_numpy(float), high=LARGEST)
    for name in history["queue"].unique():
        centre.queue(name)
    return _in_zone(history, centre.time_zone)


def checked_queue(rows, centre):
    """One queue's rows in order of time; ValueError in words where an interval stands twice or no count is known.

    Times without a zone may show the hour that the centre's clock repeats twice.
    """
    name = rows["queue"].iloc[0]
    if rows["offered"].isna().all():
        raise ValueError(
            f"queue {name} has no counts to forecast from: leave its rows out, or lend it a history with "
            f'borrow={{"{name}": (queue it is like, factor)}}'
        )
    rows = rows.sort_values("start", kind="stable")
    again = rows["start"].duplicated()
    if again.any() and rows["start"].dt.tz is None:
        repeated = rows["start"].dt.tz_localize(centre.time_zone, ambiguous="NaT", nonexistent="shift_forward").isna()
        again &= ~repeated | (rows.groupby("start").cumcount() > 1)
    if again.any():
        raise ValueError(
            f"history must hold an interval once, got {name} {rows.loc[again, 'start'].iloc[0]} twice: "
            "add the two up, or leave one out"
        )
    return rows


def checked_actuals(actuals, name):
    """What came: queue, start and offered, no count below 0, each interval once; else a ValueError in words."""
    given_table(actuals, name, keys=["queue"], times=["start"], numbers=["offered"])
    counts = actuals["offered"].dropna()
    if not (counts.to_numpy(float) >= 0).all():
        raise ValueError(f"{name}: offered must be 0 or more, got {counts.min():g}")
    again = actuals.duplicated(["queue", "start"])
    if again.any():
        row = actuals[again].iloc[0]
        raise ValueError(f"{name} must hold an interval once, got {row['queue']} {row['start']} twice")
    return actuals


def checked_levels(levels):
    """Quantile levels as a tuple of shares between 0 and 1, both left out."""
    return tuple(np.atleast_1d(share("levels", list(np.atleast_1d(levels)), open_low=True, open_high=True)).tolist())


def checked_samples(samples):
    """The number of sample paths, a whole number."""
    whole = isinstance(samples, (int, np.integer)) and not isinstance(samples, bool)
    if not whole or not 0 <= samples <= MOST_SAMPLES:
        raise ValueError(f"samples must be a whole number from 0 to {MOST_SAMPLES}, got {samples!r}")
    return int(samples)


def _in_zone(history, zone):
    """Nobody opens by UTC unless the centre says so: times in UTC are the same moments by the centre's clock."""
    tz = history["start"].dt.tz
    if tz is None or str(tz) not in ("UTC", "UTC+00:00", "Etc/UTC", "tzutc()") or zone == "UTC":
        return history
    return history.assign(start=history["start"].dt.tz_convert(zone))
