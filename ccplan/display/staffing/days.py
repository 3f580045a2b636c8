"""One day of one queue, as the staffing panel takes it from the intervals."""

import numpy as np
import pandas as pd

from ..charts import long_date


def queue_day(intervals, queue="", date="", *, centre=None):
    """The rows of one queue on one local date as queue, start, offered, aht_s and, where known, agents.

    `intervals` is the table of that name, or a forecast with aht_s; an interval in which nobody was answered takes
    the day's mean handle time. Without a queue it is the largest (with a `centre`, of those that may not wait),
    without a date the busiest of its last four weeks. Where the table has no handle times, `centre` gives the
    queue's own. Raises ValueError where there are no rows.
    """
    from ...planning.service.days import busiest_day

    if queue and queue not in set(intervals["queue"]):
        raise ValueError(f"queue must be one of {', '.join(map(str, intervals['queue'].unique()))}, got {queue!r}")
    if not (queue and date):
        live = [one.name for one in centre.queues if not one.deferred] if centre else intervals["queue"].unique()
        mine = intervals[intervals["queue"].isin(live)]
        top = busiest_day(intervals if queue or mine.empty else mine, queue)
        queue, date = top["queue"], date or top["day"]
    mine = intervals[(intervals["queue"] == queue)]
    return tidy_day(mine[mine["start"].dt.date == pd.Timestamp(date).date()], queue, date, centre)


def tidy_day(rows, queue, date, centre=None):
    """The rows of one queue and date as of `queue_day`; ValueError where there are none."""
    if rows.empty:
        raise ValueError(
            f"{queue} has no intervals on {long_date(pd.Timestamp(date))}: the queue is closed or the data has a gap"
        )
    from ...planning.staffing import handle_times

    rows = rows.sort_values("start", ignore_index=True)
    day = rows[["queue", "start", "offered"]].assign(aht_s=handle_times(rows))
    if centre is not None:
        day["aht_s"] = day["aht_s"].fillna(centre.queue(queue).aht_s)
    return day.join(rows[[name for name in ("agents",) if name in rows and rows[name].notna().all()]])


def mean_aht(day):
    """The day's mean handle time, seconds: each interval weighs as many calls as it was offered, all alike on a day
    without calls.
    """
    return float(np.average(day["aht_s"], weights=day["offered"] if day["offered"].sum() > 0 else None))


def last_day(days):
    """The last of {date: rows} with calls; the last of all, where none has any."""
    return max((date for date, rows in days.items() if rows["offered"].sum() > 0), default=max(days))
