"""From intervals to months: how many people each month's requirement takes, before anybody is hired.

Net FTE are people who are always on the phones; scheduled FTE have internal shrinkage (breaks, training) on top,
paid FTE external shrinkage (leave, sickness) too. The month's FTE come from every interval staffed by itself, never
from a mean day: an average hides the peaks.
"""

import numpy as np
import pandas as pd

from ..data.centre import Shrinkage

WEEK_DAYS = 7


def monthly_requirement(staffed, centre, *, teams=None):
    """Month by month what each queue's plan needs: a row a queue (or team) and month.

    `staffed` is a frame of `staff` over whole months, `teams` {name: queues} joins queues whose people take turns.
    Returns queue, month (its first day), days (with open hours), whole (no part of the month is missing), offered,
    load_hours (Σ load), agent_hours (net), fte_net, fte_scheduled and fte (paid; FTE of the month: hours ÷ the hours
    of a full-time contract in it), fte_<cause> of each cause of shrinkage (they add up from fte_net to fte), and
    service_level (Σ in time ÷ Σ offered). Raises ValueError naming an unknown queue, or a queue in two teams.

    >>> from ccplan.data import Centre, Queue
    >>> from ccplan.planning import staff
    >>> centre = Centre(name="Example", queues=(Queue(name="q"),))
    >>> start = pd.date_range("2026-06-01", "2026-07-01", freq="30min", inclusive="left")
    >>> month = monthly_requirement(staff(pd.DataFrame({"queue": "q", "start": start, "offered": 100, "aht_s": 180}), centre), centre)
    >>> round(month["fte_net"].item(), 2), round(month["fte"].item(), 2)   # 14 × 168 h ÷ 37.5 h, and ÷ 0.7
    (62.72, 89.6)
    """
    wall = staffed["start"].dt.tz_localize(None)
    hours = centre.interval_s / 3600
    rows = pd.DataFrame({
        "queue": staffed["queue"].astype(str).map(_team_of(staffed, teams)), "month": wall.dt.to_period("M").dt.to_timestamp(),
        "day": wall.dt.normalize(), "offered": staffed["offered"], "load_hours": staffed["load"] * hours,
        "agent_hours": staffed["agents"] * hours, "in_time": staffed["service_level"] * staffed["offered"],
    })  # fmt: skip
    groups = rows.groupby(["queue", "month"], sort=False)
    table = groups[["offered", "load_hours", "agent_hours", "in_time"]].sum().reset_index()
    table.insert(2, "days", groups["day"].nunique().to_numpy())
    table.insert(3, "whole", _whole(table["month"], wall))
    table["service_level"] = (table.pop("in_time") / table["offered"].where(table["offered"] > 0)).fillna(1.0)
    return with_fte(table, centre)


def with_fte(table, centre):
    """A table with month and agent_hours (net), with its FTE: fte_net, fte_scheduled, fte (paid) and fte_<cause>."""
    net = table["agent_hours"] / month_hours(table["month"], centre)
    parts = _by_cause(centre.shrinkage)
    paid = net / (1 - centre.shrinkage.total)
    causes = {f"fte_{cause}": paid * part for cause, part in parts.items()}
    inside = sum((paid * parts[cause] for cause in centre.shrinkage.internal), net * 0)
    return table.assign(fte_net=net, fte_scheduled=net + inside, fte=paid, **causes)


def month_hours(months, centre):
    """Paid hours of a full-time contract in each month: weekly hours × days ÷ 7.

    >>> from ccplan.data import Centre
    >>> month_hours(pd.Series(pd.to_datetime(["2027-02-01"])), Centre(name="x")).tolist()
    [150.0]
    """
    return months.dt.days_in_month / WEEK_DAYS * centre.costs.weekly_hours


def _by_cause(shrinkage: Shrinkage):
    """{cause: share of paid time}, adding up to the total: multiplicative causes act one after another, external first."""
    if shrinkage.combine == "additive":
        return dict(shrinkage.causes)
    left, parts = 1.0, {}
    for cause, share in shrinkage.causes.items():
        parts[cause], left = left * share, left * (1 - share)
    return parts


def _team_of(staffed, teams):
    """{queue: team}, a queue without a team is its own."""
    there = list(map(str, staffed["queue"].unique()))
    found = {name: name for name in there}
    for team, queues in (teams or {}).items():
        for queue in queues:
            if queue not in found:
                raise ValueError(f"teams: {team} names the queue {queue!r}, which the plan has not (it has {', '.join(there)})")
            if found[queue] != queue:
                raise ValueError(f"teams: the queue {queue} must stand in one team, got {found[queue]} and {team}")
            found[queue] = team
    return found


def _whole(months, wall):
    """Whether the plan covers the month from its first day to its last."""
    first, last = wall.min().normalize(), wall.max().normalize()
    return ((months >= first) | (first - months < pd.Timedelta(days=4))) & (months + pd.offsets.MonthEnd(0) - last < pd.Timedelta(days=4))
