"""What too few people do to a month's service: one curve a queue and month, over staff there ÷ staff needed.

A short month is short in every interval alike: with a staffing of 0.9, an interval that needs 10 agents has 9, one
that needs 15 has 13 for half of the time and 14 for the other half. The curve is measured on some intervals of the
month, drawn so that each stands for as many contacts, and is straight between its points. Work that may wait is
followed through all of them.
"""

import numpy as np
import pandas as pd

from ..staffing import service_of
from ..people.requirement import month_of
from ..people.waiting_service import waiting_months

RATIOS = np.array(
    [0.0, 0.4, 0.55, 0.65, 0.72, 0.78, 0.84, 0.88, 0.92, 0.95, 0.975, 1.0, 1.03, 1.07, 1.12, 1.2, 1.35, 1.6, 2.0]
)
SHARES_OF_CONTACTS = 40  # intervals of a month that stand for all


def service_curves(staffed, centre, months, *, number=SHARES_OF_CONTACTS):
    """Service level over RATIOS of staff there ÷ staff needed: array (queues, months, ratios), queues in the order
    they stand.

    `staffed` is a frame of `staff`, `months` first days of months. A month without contacts has service 1 at any
    staffing.
    """
    at = pd.DatetimeIndex(months).get_indexer(month_of(staffed["start"]))
    names = staffed["queue"].astype(str)
    curves = np.ones((names.nunique(), len(months), len(RATIOS)))
    for i, (name, rows) in enumerate(staffed.groupby(names, sort=False)):
        if centre.queue(name).deferred:
            curves[i] = _waiting(rows, centre.queue(name), centre, months)
            continue
        chosen = [
            (m, _chosen(mine, number)) for m, mine in rows.groupby(at[staffed.index.get_indexer(rows.index)]) if m >= 0
        ]
        there = [(m, mine) for m, mine in chosen if len(mine)]
        if there:
            served = _curve(pd.concat([mine for _, mine in there]), centre.queue(name), centre)
            curves[i, [m for m, _ in there]] = served.reshape(len(there), number, -1).mean(axis=1)
    return curves


def service_at(curves, ratios):
    """The service level at ratios (…, queues, months) by curves (queues, months, RATIOS); beyond the last as at the
    last.
    """
    ratios = np.clip(ratios, RATIOS[0], RATIOS[-1])
    at = np.clip(np.searchsorted(RATIOS, ratios, side="right") - 1, 0, len(RATIOS) - 2)
    part = (ratios - RATIOS[at]) / (RATIOS[at + 1] - RATIOS[at])
    queue, month = np.indices(ratios.shape)[-2:]
    return curves[queue, month, at] * (1 - part) + curves[queue, month, at + 1] * part


def _chosen(rows, number):
    """`number` rows, by size of load, that each stand for as many contacts; none where there are no contacts."""
    rows = rows.sort_values("load", kind="stable")
    below = rows["offered"].cumsum().to_numpy()
    if not len(below) or below[-1] <= 0:
        return rows[:0]
    return rows.iloc[np.searchsorted(below, (np.arange(number) + 0.5) / number * below[-1])]


def _curve(rows, queue, centre):
    """Service of each row at each ratio: whole agents, the fraction as time with one more."""
    there = rows["agents"].to_numpy(float)[:, None] * RATIOS
    fewer = np.floor(there + 1e-9)
    found = [_served(queue, rows, fewer + more, centre) for more in (0, 1)]
    return found[0] + (there - fewer).clip(0) * (found[1] - found[0])


def _served(queue, rows, agents, centre):
    """The service level of a queue that is answered as it comes."""
    calls, aht_s = (rows[name].to_numpy(float)[:, None] for name in ("offered", "aht_s"))
    return service_of(queue, calls, aht_s, agents, centre.interval_s).service_level


def _waiting(rows, queue, centre, months):
    """Share answered by its deadline, months × RATIOS: all intervals, each month by itself (see `waiting_service`)."""
    found = waiting_months(rows, queue, centre, RATIOS)
    level = (found["in_time"] / found["offered"]).where(found["offered"] > 0, 1.0).to_numpy().reshape(-1, len(RATIOS))
    at = pd.DatetimeIndex(found["month"].unique()).get_indexer(pd.DatetimeIndex(months))
    return np.where(at[:, None] >= 0, level[at], 1.0)
