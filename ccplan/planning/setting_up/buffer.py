"""Buffer time: how much slack a day needs so that it is enough with a stated chance, from the plan's own
uncertainty.
"""

import numpy as np
import pandas as pd

from ...queueing.inputs import share
from ..service.certainty import days_on_paths
from ..staffing import agents_of, given_intervals

CHANCES = (0.5, 0.8, 0.9, 0.95)


def buffer_time(intervals, centre, chances=CHANCES):
    """Agent hours that each day needs beyond the plan for its mean, with each chance: a row a queue, day and chance.

    `intervals` is a frame of `forecast(..., samples=N)`: queue, start, offered, aht_s (s) and path_1, … . On each
    path the day asks for its own hours; the buffer is the quantile of these less the plan's. Columns: queue, day,
    chance, planned (agent hours), needed, buffer (0 where the plan is enough), share (buffer ÷ planned). Work with
    a deadline is its own buffer and left out. Raises ValueError where there are no paths, or a chance is not in (0,
    1).

    >>> from ccplan.data import Centre, Queue
    >>> start = pd.date_range("2026-09-01 09:00", periods=4, freq="30min")
    >>> paths = {f"path_{k}": 100.0 + 5 * (k % 9 - 4) for k in range(1, 91)}
    >>> day = pd.DataFrame({"queue": "q", "start": start, "offered": 100.0, "aht_s": 180.0, **paths})
    >>> buffer_time(day, Centre(name="A", queues=(Queue(name="q"),)), (0.5, 0.9))[["planned", "needed", "buffer"]].values.tolist()
    [[28.0, 28.0, 0.0], [28.0, 32.0, 4.0]]
    """
    for chance in chances:
        if not 0 < share("chance", chance).item() < 1:
            raise ValueError(f"a chance must be in (0, 1) such as 0.90, got {chance!r}")
    live = [name for name in given_intervals(intervals)["queue"].unique() if not centre.queue(name).deferred]
    rows = []
    for day in days_on_paths(intervals[intervals["queue"].isin(live)], centre):
        planned, needed = _hours(day, centre.interval_s)
        for chance, hours in zip(chances, np.quantile(needed, chances, method="inverted_cdf"), strict=True):
            extra = max(hours - planned, 0.0)
            rows.append(
                (day.queue.name, day.day, chance, planned, hours, extra, extra / planned if planned else np.nan)
            )
    return pd.DataFrame(rows, columns=["queue", "day", "chance", "planned", "needed", "buffer", "share"])


def _hours(day, interval_s):
    """Agent hours that the mean asks for, and those of each path."""
    mean = agents_of(day.queue, day.offered, day.aht_s, interval_s).sum()
    each = np.array([agents_of(day.queue, calls, day.aht_s, interval_s).sum() for calls in day.paths.T])
    return float(mean) * interval_s / 3600, each * interval_s / 3600
