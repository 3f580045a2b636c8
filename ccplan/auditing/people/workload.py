"""Workload: how busy the people of each queue and team were week by week, and where it went on for too long."""

from math import nan

import numpy as np
import pandas as pd

from ...data.evidence.estimates import WORK

USUAL_CAP = 0.85  # where a queue names none: above it the sector sees burn-out (Call Centre Helper)
SUSTAINED = 4  # weeks in a row
WEEK = "datetime64[us]"


def occupancy_by_queue(intervals, centre):
    """Occupancy of each live queue and week: handle time ÷ staffed time, from the table `intervals`.

    Columns who (the queue), kind ("queue"), week (its Monday), busy_h, staffed_h, occupancy, cap (the queue's
    max_occupancy, else 0.85), above (its share of staffed time in intervals above the cap). Handle time counts to
    the interval in which the contact came; a chat that is held beside others counts its part. Work with a deadline
    has no idle time to be told and is left out, as are intervals without agents. Raises ValueError where intervals
    have neither agents nor handle time.
    """
    if "agents" not in intervals or intervals["agents"].isna().all() or "talk_s" not in intervals:
        raise ValueError("occupancy needs the columns agents and talk_s of the table intervals")
    live = {queue.name: queue for queue in centre.queues if not queue.deferred}
    rows = intervals[intervals["queue"].isin(list(live)) & (intervals["agents"] > 0)]
    queue = rows["queue"].astype(str)
    handle = sum(rows[name].fillna(0.0) for name in ("talk_s", "hold_s", "acw_s") if name in rows)
    busy = handle / 3600 / queue.map({name: one.at_once for name, one in live.items()}).to_numpy(float)
    staffed = rows["agents"].astype(float) * centre.interval_s / 3600
    cap = queue.map({name: one.targets.max_occupancy or USUAL_CAP for name, one in live.items()}).to_numpy(float)
    table = pd.DataFrame(
        {
            "who": queue,
            "kind": "queue",
            "week": monday(rows["start"]),
            "busy_h": busy,
            "staffed_h": staffed,
            "cap": cap,
            "above": staffed.where(busy > cap * staffed, 0.0),
        }
    )
    return _summed(table)


def occupancy_by_team(contacts, activities, teams, centre):
    """Occupancy of each team and week: handle time of its contacts ÷ hours that its people worked; columns as by
    queue, `above` blank.

    `contacts` has agent, queue, arrived and handle_s; the cap is that of the queue that gave the team most of its work.
    Raises ValueError where activities do not say what was done.
    """
    if "actual" not in activities:
        raise ValueError("occupancy of teams needs the column actual of the table activities")
    work = activities[activities["actual"].isin(WORK)]
    hours = (
        ((work["end"] - work["start"]).dt.total_seconds() / 3600)
        .groupby([work["agent"].map(teams), monday(work["start"])])
        .sum()
    )
    queue = contacts["queue"].astype(str)
    known = {one.name: one for one in centre.queues}
    at_once = queue.map({name: one.at_once for name, one in known.items()}).fillna(1).to_numpy(float)
    team, busy = contacts["agent"].map(teams), contacts["handle_s"] / 3600 / at_once
    main = busy.groupby([team, queue]).sum().unstack(fill_value=0.0).idxmax(axis=1)
    caps = {
        name: (known[one].targets.max_occupancy if one in known else None) or USUAL_CAP for name, one in main.items()
    }
    rows = pd.DataFrame(
        {"busy_h": busy.groupby([team, monday(contacts["arrived"])]).sum(), "staffed_h": hours}
    ).dropna()
    rows = rows.rename_axis(["who", "week"]).reset_index()
    rows = rows.assign(kind="team", cap=rows["who"].map(caps), above=nan)
    return rows.assign(occupancy=_ratio(rows["busy_h"], rows["staffed_h"]))[list(WEEKS)]


WEEKS = ("who", "kind", "week", "busy_h", "staffed_h", "occupancy", "cap", "above")


def monday(times):
    """The Monday of each time's week, without a zone."""
    local = times.dt.tz_localize(None)
    return (local.dt.normalize() - pd.to_timedelta(local.dt.dayofweek, unit="D")).astype(WEEK)


def _summed(table):
    sums = table.groupby(["who", "kind", "week"], as_index=False).agg(
        {"busy_h": "sum", "staffed_h": "sum", "cap": "first", "above": "sum"}
    )
    sums = sums.assign(
        above=_ratio(sums["above"], sums["staffed_h"]), occupancy=_ratio(sums["busy_h"], sums["staffed_h"])
    )
    return sums[list(WEEKS)]


def _ratio(top, bottom):
    return top / bottom.where(bottom > 0)


def strain(weeks):
    """A row for each queue and team of the weeks: who, kind, occupancy (of all weeks), cap, weeks, over (weeks
    above the cap), run (the longest row of such weeks), worst_week, above (share of staffed time in intervals above
    the cap), sustained (a run of four or more)."""
    return pd.DataFrame(
        [
            _strain(who, kind, rows.sort_values("week"))
            for (kind, who), rows in weeks.groupby(["kind", "who"], sort=True)
        ],
        columns=["who", "kind", "occupancy", "cap", "weeks", "over", "run", "worst_week", "above", "sustained"],
    )


def _strain(who, kind, rows):
    over = (rows["occupancy"] > rows["cap"]).to_numpy()
    run = longest_run(over, rows["week"].to_numpy())
    whole = rows["staffed_h"].sum()
    worst = rows.loc[rows["occupancy"].idxmax(), "week"] if rows["occupancy"].notna().any() else pd.NaT
    above = (rows["above"] * rows["staffed_h"]).sum(min_count=1) / whole if whole else nan
    return (
        who,
        kind,
        rows["busy_h"].sum() / whole if whole else nan,
        rows["cap"].iloc[0],
        len(rows),
        int(over.sum()),
        run,
        worst,
        above,
        run >= SUSTAINED,
    )


def longest_run(over, weeks):
    """The most weeks in a row that are True; a missing week ends a row.

    >>> longest_run(np.array([True, True, True]), np.array(["2026-07-06", "2026-07-13", "2026-07-27"], "datetime64[D]"))
    2
    """
    best = now = 0
    for i, one in enumerate(over):
        joined = i > 0 and over[i - 1] and weeks[i] - weeks[i - 1] == np.timedelta64(7, "D")
        now = (now + 1 if joined else 1) if one else 0
        best = max(best, now)
    return best
