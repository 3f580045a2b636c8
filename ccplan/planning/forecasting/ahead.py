"""The days to come as a forecast sees them, before rows are made of them: means by day and slot, special days."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .horizon import day_and_seconds


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """`mean` contacts, days × slots; `special` a day; `days` local dates; `slots` seconds since local midnight."""

    days: pd.DatetimeIndex
    slots: np.ndarray
    interval_s: float
    mean: np.ndarray
    special: np.ndarray

    def cells(self, starts):
        """(row of day, column of slot) of interval starts (Series, zone or none); a repeated hour shares its cells."""
        day, seconds = day_and_seconds(starts)
        row = ((day - self.days[0]) // pd.Timedelta(days=1)).to_numpy()
        return row, np.clip((seconds - self.slots[0]) // self.interval_s, 0, len(self.slots) - 1).astype(int)
