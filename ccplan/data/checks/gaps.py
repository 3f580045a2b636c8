"""Intervals that should be there and are not: what the opening hours expect, less what is found."""

import numpy as np
import pandas as pd

from ..reading.text_files import SourceError
from ..tables import DAY_S

MOST = 5_000_000  # open or not, from first to last: 9 years of minutes


def expected_starts(centre, queue, first, last, interval_s):
    """Every start of an open interval of a queue from first to last (zoned Timestamps), both included.

    Steps are of real time, so a day of 23 or 25 hours has as many intervals as it has; where an interval is
    a day, they are of the calendar. Raises SourceError (a ValueError) for more intervals than can be planned.
    """
    count = (last - first).total_seconds() / interval_s
    if count > MOST:
        raise SourceError(
            f"{first:%Y-%m-%d} to {last:%Y-%m-%d} holds {count:,.0f} intervals of {interval_s} s, at most "
            f"{MOST:,} can be planned: look at the first and last dates"
        )
    starts = _every(first, last, interval_s)
    known = any(known.name == queue for known in centre.queues)
    return starts[centre.is_open(queue, starts)] if known else starts


def _every(first, last, interval_s):
    if interval_s < DAY_S:
        return pd.date_range(first, last, freq=pd.Timedelta(seconds=interval_s))
    days = pd.date_range(first.tz_localize(None), last.tz_localize(None), freq="D")
    return days.tz_localize(first.tz, ambiguous=np.ones(len(days), bool), nonexistent="shift_forward")


def missing_intervals(frame, interval_s, centre):
    """Open intervals between a queue's first and last row that have no row: queue, start, run.

    `run` counts stretches without a row in between (closed hours do not end one). Queues that the
    centre does not know are taken as open at all times.
    """
    parts = [_of_queue(queue, rows["start"], interval_s, centre) for queue, rows in frame.groupby("queue")]
    return pd.concat(parts, ignore_index=True)


def _of_queue(queue, starts, interval_s, centre):
    expected = expected_starts(centre, queue, starts.min(), starts.max(), interval_s)
    there = expected.isin(pd.DatetimeIndex(starts))
    run = np.cumsum(there)  # the same number until the next row that is there
    return pd.DataFrame({"queue": queue, "start": expected[~there], "run": run[~there]})
