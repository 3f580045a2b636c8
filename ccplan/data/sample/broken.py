"""The broken week: what the recorder lost and garbled, while the switch went on counting."""

import numpy as np
import pandas as pd

from .clock import ZONE, generator
from .stories import BROKEN_WEEK

DOWN_DAYS = 2  # from the first day of the week: nothing was recorded
GARBLED = ("2025-11-20 09:00", "2025-11-20 12:00")
STUCK_EVERY, STUCK_S = 12, 35_999  # calls whose clock did not stop, and what it shows
DOUBLED_EVERY = 10  # calls that were written twice, under another number


def break_week(calls):
    """The table `calls` with the broken week in it."""
    first, end, up, start, stop = (
        pd.Timestamp(day, tz=ZONE)
        for day in (
            BROKEN_WEEK.first,
            pd.Timestamp(BROKEN_WEEK.last) + pd.Timedelta(days=1),
            pd.Timestamp(BROKEN_WEEK.first) + pd.Timedelta(days=DOWN_DAYS),
            *GARBLED,
        )
    )
    arrived = calls["arrived"]
    down = (arrived >= first) & (arrived < up)
    holes = (arrived >= up) & (arrived < end) & (generator(60).random(len(calls)) < BROKEN_WEEK.size)
    kept = calls[~(down | holes)]
    garbled = (kept["arrived"] >= start) & (kept["arrived"] < stop) & (kept["queue"] == "service")
    return _garble(kept, garbled & (kept["outcome"] == "answered"))


def _garble(calls, garbled):
    """One agent on every call, clocks that did not stop, calls written twice."""
    rows = np.flatnonzero(garbled)
    calls = calls.reset_index(drop=True)
    calls.loc[rows, "agent"] = calls.loc[rows[0], "agent"]
    calls.loc[rows[::STUCK_EVERY], "talk_s"] = STUCK_S
    doubled = calls.loc[rows[::DOUBLED_EVERY]]
    calls = pd.concat([calls, doubled.assign(call_id=doubled["call_id"] + "-2")])
    return calls.sort_values(["arrived", "call_id"], kind="stable", ignore_index=True)
