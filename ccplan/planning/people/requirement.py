"""From intervals to months: how many people each month's requirement takes, before anybody is hired.

Net FTE are people who are always on the phones; scheduled FTE have internal shrinkage (breaks, training) on top,
paid FTE external shrinkage (leave, sickness) too. The month's FTE come from every interval staffed by itself, never
from a mean day: an average hides the peaks.
"""

import numpy as np
import pandas as pd

from ...data.given import given_table

WEEK_DAYS = 7


def monthly_requirement(staffed, centre, *, teams=None):
    """Month by month what each queue's plan needs: a row a queue (or team) and month.

    `staffed` is a frame of `staff` over whole months, `teams` {name: queues} joins queues whose people take turns.
    Returns queue, month (its first day), days (with open hours), whole (no part of the month is missing), offered,
    load_hours (Σ load), agent_hours (net), fte_net, fte_scheduled and fte (paid; FTE of the month: hours ÷ the
    hours of a full-time contract in it), fte_<cause> of each cause of shrinkage (they add up from fte_net to fte,
    by the causes' shares of that month), shrinkage_paid, shrinkage_scheduled, and service_level (Σ in time ÷ Σ
    offered). A month in which a queue is closed needs nobody. Raises ValueError without rows, naming an unknown
    queue or a queue in two teams.

    >>> from ccplan.data import Centre, Queue
    >>> from ccplan.planning import staff
    >>> centre = Centre(name="Example", queues=(Queue(name="q"),))
    >>> start = pd.date_range("2026-06-01", "2026-07-01", freq="30min", inclusive="left")
    >>> month = monthly_requirement(staff(pd.DataFrame({"queue": "q", "start": start, "offered": 100, "aht_s": 180}), centre), centre)
    >>> round(month["fte_net"].item(), 2), round(month["fte"].item(), 2)   # 14 × 168 h ÷ 37.5 h, and ÷ 0.7
    (62.72, 89.6)
    """
    given_table(
        staffed, "staffed", names=["queue"], times=["start"], numbers=["offered", "load", "agents", "service_level"]
    )
    if not len(staffed):
        raise ValueError("staffed must hold intervals: without one there is no month to plan")
    wall = staffed["start"].dt.tz_localize(None)
    hours = centre.interval_s / 3600
    rows = pd.DataFrame({
        "queue": staffed["queue"].astype(str).map(team_of(staffed, teams)), "month": month_of(staffed["start"]),
        "day": wall.dt.normalize(), "offered": staffed["offered"], "load_hours": staffed["load"] * hours,
        "agent_hours": staffed["agents"] * hours, "in_time": staffed["service_level"] * staffed["offered"],
    })  # fmt: skip
    groups = rows.groupby(["queue", "month"], sort=True)
    sums = groups[["offered", "load_hours", "agent_hours", "in_time"]].sum()
    sums.insert(0, "days", groups["day"].nunique())
    every = pd.date_range(rows["month"].min(), rows["month"].max(), freq="MS")
    names = sorted(rows["queue"].unique())
    table = sums.reindex(
        pd.MultiIndex.from_product([names, every], names=["queue", "month"]), fill_value=0
    ).reset_index()
    table.insert(3, "whole", _whole(table["month"], wall))
    table["service_level"] = (table.pop("in_time") / table["offered"].where(table["offered"] > 0)).fillna(1.0)
    return with_fte(table, centre)


def with_fte(table, centre):
    """A table with month and agent_hours (net), with its FTE: fte_net, fte_scheduled, fte (paid) and fte_<cause>.

    Each month has its own shrinkage, `shrinkage_paid` = 1 − net ÷ paid and `shrinkage_scheduled` = 1 − net ÷ scheduled.
    """
    net = table["agent_hours"].to_numpy(float) / month_hours(table["month"], centre).to_numpy()
    parts = shrinkage_by_cause(table["month"], centre)
    off, inside = parts.sum(axis=1), parts[:, len(centre.shrinkage.external) :].sum(axis=1)
    paid = net / (1 - off)
    columns = {
        "fte_net": net,
        "fte_scheduled": net + paid * inside,
        "fte": paid,
        "shrinkage_paid": off,
        "shrinkage_scheduled": inside / (1 - off + inside),
    }
    by_cause = {f"fte_{cause}": paid * parts[:, i] for i, cause in enumerate(centre.shrinkage.causes)}
    return pd.DataFrame({name: table[name] for name in table} | columns | by_cause, index=table.index)


def month_shrinkage(months, centre):
    """Shares of paid time by cause, a row a month of the Series `months`, a column a cause.

    >>> from ccplan.data import Centre
    >>> month_shrinkage(pd.Series(pd.to_datetime(["2027-02-01"])), Centre(name="x")).sum(axis=1).round(3).tolist()
    [0.3]
    """
    return pd.DataFrame(shrinkage_by_cause(months, centre), index=months.index, columns=list(centre.shrinkage.causes))


def shrinkage_by_cause(months, centre):
    """The numbers of `month_shrinkage` as an array months × causes, external causes first."""
    number = months.to_numpy("datetime64[M]").astype(np.int64) % 12
    year = np.array([list(centre.shrinkage.in_month(month).values()) for month in range(1, 13)]).reshape(12, -1)
    return year[number]


def month_hours(months, centre):
    """Paid hours of a full-time contract in each month: weekly hours × days ÷ 7.

    >>> from ccplan.data import Centre
    >>> month_hours(pd.Series(pd.to_datetime(["2027-02-01"])), Centre(name="x")).tolist()
    [150.0]
    """
    first = months.to_numpy("datetime64[M]")
    days = ((first + 1).astype("datetime64[D]") - first.astype("datetime64[D]")).astype(float)
    return pd.Series(days / WEEK_DAYS * centre.costs.weekly_hours, months.index, name=months.name)


def month_of(starts):
    """First day of the month of each timestamp, by the clock on the wall."""
    return starts.dt.tz_localize(None).dt.to_period("M").dt.to_timestamp()


def team_of(staffed, teams):
    """{queue: team}, a queue without a team is its own."""
    there = list(map(str, staffed["queue"].unique()))
    found = {name: name for name in there}
    for team, queues in (teams or {}).items():
        for queue in queues:
            if queue not in found:
                raise ValueError(
                    f"teams: {team} names the queue {queue!r}, which the plan has not (it has {', '.join(there)})"
                )
            if found[queue] != queue:
                raise ValueError(f"teams: the queue {queue} must stand in one team, got {found[queue]} and {team}")
            found[queue] = team
    return found


def _whole(months, wall):
    """Whether the plan covers the month from its first day to its last."""
    first, last = wall.min().normalize(), wall.max().normalize()
    return ((months >= first) | (first - months < pd.Timedelta(days=4))) & (
        months + pd.offsets.MonthEnd(0) - last < pd.Timedelta(days=4)
    )
