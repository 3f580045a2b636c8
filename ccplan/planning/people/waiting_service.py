"""What too few people do to work that may wait: the share answered by its deadline, month by month.

Every interval of the month has the same share of its planned agents (fractions are fine: the work is a flow), and
what is left lies there until somebody comes to it. Each month begins with nothing lying there, and its last
contacts are followed for a week past their deadlines at the pace of the month. So a long shortage is told month by
month, not piled up over years.
"""

import numpy as np
import pandas as pd

from ...queueing.backlog import Flow
from ..channels.deferred import DAY_S, clock_of, flow_of
from .requirement import month_of


def waiting_months(rows, queue, centre, shares):
    """A frame, a row a month and share of the agents: month, share, offered, in_time, answered, lost (contacts),
    waited_s, busy and agents.

    `rows` are those of `staff` of one queue with a deadline; `waited_s` is inf where some work is never done. By
    hand: four hours of work come in an hour, so that with one agent of two what comes u hours after nine is
    answered 4 u after nine, in time while 3 u ≤ 4: a third of the four hours' 192 contacts.

    >>> from ccplan.data import Centre, OpeningHours, Queue
    >>> mail = Queue(name="mail", channel="email", deadline_s=14_400, worked=OpeningHours.of(weekdays="09:00-17:00"))
    >>> start = pd.date_range("2026-09-01 09:00", periods=8, freq="30min")
    >>> day = pd.DataFrame({"queue": "mail", "start": start, "offered": 24, "aht_s": 300.0})
    >>> from ccplan.planning import staff
    >>> centre = Centre(name="x", queues=(mail,))
    >>> waiting_months(staff(day, centre), mail, centre, (0.0, 0.5, 1.0))["in_time"].round(3).tolist()
    [0.0, 64.0, 192.0]
    """
    rows = rows.sort_values("start")
    clock = clock_of(rows, queue, centre, rows["agents"])
    flow = flow_of(clock, queue, centre)
    week = int(np.ceil(7 * DAY_S / centre.interval_s))
    ahead = int(np.ceil((flow.due_s - flow.arrives_s).max(initial=0.0) / centre.interval_s)) + week
    month = month_of(clock["start"]).to_numpy()
    cap, parts = queue.targets.max_occupancy or 1.0, []
    for one in np.unique(month_of(rows["start"])):
        mine = np.flatnonzero(month == one)
        parts += _month(clock.iloc[mine[0] : mine[-1] + 1 + ahead], len(mine), queue, centre, cap, shares, one)
    return pd.DataFrame(parts)


def _month(clock, inside, queue, centre, cap, shares, month):
    """The rows of one month; `clock` goes on past its end, where nothing more comes in."""
    offered, agents = clock["offered"].to_numpy(float).copy(), clock["agents"].to_numpy(float)
    offered[inside:] = 0.0
    agents = np.where(np.arange(len(agents)) < inside, agents, np.where(clock["worked"], _pace(clock[:inside]), 0.0))
    flow = Flow(
        offered,
        clock["aht_s"].to_numpy(float),
        deadline_s=queue.deadline_s,
        interval_s=centre.interval_s,
        worked=clock["worked"].to_numpy(),
        counts=queue.deadline_counts,
    )
    for share in shares:
        there = flow.follow(agents * share, cap)
        done = np.minimum(there.done.sum(), offered.sum())
        waited = np.where(offered > 0, offered * np.where(offered > 0, there.asa_s, 0.0), 0.0).sum()
        in_time = (there.in_time * offered).sum() if share * agents.max(initial=0.0) > 0 else 0.0
        yield {
            "month": month,
            "share": share,
            "offered": offered.sum(),
            "in_time": in_time,
            "answered": done,
            "lost": 0.0,
            "waited_s": waited,
            "busy": (np.nan_to_num(there.occupancy) * agents * share)[:inside].sum(),
            "agents": (agents * share)[:inside].sum(),
        }


def _pace(clock):
    """Mean agents in the worked hours of the month."""
    worked = clock["worked"].to_numpy()
    return clock["agents"].to_numpy(float)[worked].mean() if worked.any() else 0.0
