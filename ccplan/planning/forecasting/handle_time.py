"""Handle time to come: the level of the last weeks, its usual course through the day."""

import numpy as np
import pandas as pd

from ..staffing import WORK
from .horizon import day_and_seconds

HALF_LIFE = 28  # days
LENT = 200.0  # answered contacts of the whole day that a slot of the day borrows


def expected_aht(rows, slots, first_s, interval_s):
    """Handle time (s) for each slot of the day from one queue's rows of intervals; nan where the table has none.

    Σ work ÷ Σ answered with weights that halve every 28 days; a slot's own course is joined with 200
    contacts of the whole day, so that a slot with three calls does not tell tales.
    """
    seconds, answered = _work(rows)
    known = (answered > 0) & np.isfinite(seconds) & (seconds > 0)
    if not known.any():
        return np.full(slots, np.nan)
    day, passed = day_and_seconds(rows["start"])
    slot = ((passed - first_s) // interval_s).astype(int)
    age = ((day.max() - day) / pd.Timedelta(days=1)).to_numpy()
    fading = np.where(known, 0.5 ** (age / HALF_LIFE), 0.0)
    level = (fading * np.where(known, seconds, 0)).sum() / (fading * answered).sum()
    work, number = [
        np.bincount(np.clip(slot, 0, slots - 1), known * np.where(known, x, 0.0), slots) for x in (seconds, answered)
    ]
    usual = work.sum() / number.sum()
    return level / usual * (work + LENT * usual) / (number + LENT)


def _work(rows):
    """Seconds of work and answered contacts of each row."""
    counted = "answered" if "answered" in rows else "offered"
    answered = rows[counted].to_numpy(float, na_value=0.0)
    if "aht_s" in rows:
        return rows["aht_s"].to_numpy(float, na_value=np.nan) * answered, answered
    parts = [rows[name].to_numpy(float, na_value=np.nan) for name in WORK if name in rows]
    if not parts:
        return np.full(len(rows), np.nan), answered
    return np.where(np.isnan(parts).all(axis=0), np.nan, np.nansum(parts, axis=0)), answered
