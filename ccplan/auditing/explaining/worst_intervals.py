"""The worst intervals of a quarter, and what was unlike itself in each: calls, handle time, people, the calendar."""

import numpy as np
import pandas as pd

from ...planning.staffing import agents_of
from ...queueing.targets import Infeasible

MOST = 10
MUCH_MORE, FEWER, LONGER = 1.25, 0.85, 1.15  # against the usual of the weekday and time: what is called unusual
BAD = 0.5  # share of contacts late: neighbours so bad belong to the same stretch
COLUMNS = (
    "queue",
    "start",
    "until",
    "late",
    "late_of_stretch",
    "abandoned",
    "offered",
    "usual_offered",
    "aht_s",
    "usual_aht_s",
    "agents",
    "usual_agents",
    "required",
    "calendar",
    "cause",
)


def worst_intervals(intervals, centre, quarter, most=MOST):
    """The intervals of a quarter that kept most customers beyond the target, a row each, worst first; one row a bad
    stretch.

    `late` contacts were not answered within their queue's target (abandoned ones among them); neighbours in which
    half were late make one stretch, to `until`, with late_of_stretch. Usual values are the medians of the weekday
    and time in this quarter and the one before. `required` people by the queue's targets for what came; nan where
    it is not known. `calendar` names a public holiday on or beside the day; `cause` is in words. Queues with a
    deadline are left out. Raises ValueError where the intervals do not tell who was answered in target.
    """
    lacking = [name for name in ("offered", "answered_in_target") if name not in intervals]
    if lacking:
        raise ValueError(f"intervals do not tell {', '.join(lacking)}, so the worst of them cannot be found")
    live = [queue for queue in centre.queues if not queue.deferred]
    parts = [
        _of_queue(intervals[intervals["queue"].astype(str).eq(queue.name)], queue, centre, quarter, most)
        for queue in live
    ]
    parts = [part for part in parts if len(part)]
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    table = (
        pd.concat(parts, ignore_index=True)
        .sort_values(["late", "start"], ascending=[False, True], kind="stable")
        .head(most)
    )
    days = centre.public_holidays(quarter.first - pd.Timedelta(days=2), quarter.end + pd.Timedelta(days=2))
    table["calendar"] = [_calendar(start, days) for start in table["start"]]
    table["cause"] = [_cause(row) for row in table.to_dict("records")]
    return table[list(COLUMNS)].reset_index(drop=True)


def _of_queue(rows, queue, centre, quarter, most):
    """The worst of a queue, at most so many."""
    rows = rows[quarter.holds(rows["start"]) | quarter.previous.holds(rows["start"])].sort_values("start")
    rows = _told(rows)
    usual = rows.groupby(_slot(rows))[["offered", "aht_s", "agents"]].transform("median").add_prefix("usual_")
    rows = pd.concat([rows, usual], axis=1)[quarter.holds(rows["start"])]
    rows = rows[rows["late"] > 0]
    if rows.empty:
        return rows
    rows = _stretches(rows, pd.Timedelta(seconds=centre.interval_s))
    rows = (
        rows.sort_values(["late", "start"], ascending=[False, True], kind="stable")
        .drop_duplicates("stretch")
        .head(most)
    )
    return rows.assign(
        queue=queue.name,
        required=[_required(queue, row.offered, row.aht_s, centre.interval_s) for row in rows.itertuples()],
    )


def _told(rows):
    """Columns that may be missing as nan; handle time and contacts late."""
    work = [name for name in ("talk_s", "hold_s", "acw_s") if name in rows]
    answered = rows["answered"].astype(float) if "answered" in rows else pd.Series(np.nan, rows.index)
    seconds = rows[work].sum(axis=1) if work else pd.Series(np.nan, rows.index)
    column = {
        name: rows[name].astype(float) if name in rows else pd.Series(np.nan, rows.index)
        for name in ("agents", "abandoned", "offered", "answered_in_target")
    }
    late = (column["offered"] - column["answered_in_target"]).clip(lower=0).fillna(0.0)
    return pd.DataFrame(
        {"start": rows["start"], **column, "aht_s": seconds / answered.where(answered > 0), "late": late}
    )


def _slot(rows):
    local = rows["start"].dt.tz_localize(None)
    return local.dt.dayofweek * 1440 + local.dt.hour * 60 + local.dt.minute


def _stretches(rows, interval):
    """Rows with the stretch that they belong to, when it ends and how many were late in it."""
    bad = rows["late"] > BAD * rows["offered"]
    joined = bad & bad.shift(fill_value=False) & rows["start"].diff().eq(interval)
    stretch = (~joined).cumsum()
    grouped = rows.groupby(stretch)
    return rows.assign(
        stretch=stretch,
        until=grouped["start"].transform("max") + interval,
        late_of_stretch=grouped["late"].transform("sum"),
    )


def _required(queue, calls, aht_s, interval_s):
    """People whom the targets ask for; nan where it cannot be known."""
    try:
        return float(agents_of(queue, calls, aht_s, interval_s)) if calls > 0 and aht_s > 0 else np.nan
    except (Infeasible, ValueError):
        return np.nan


def _calendar(start, days):
    """The public holiday on the day, the day after or the day before, in words; empty for an ordinary day."""
    day = start.tz_localize(None).normalize() if start.tzinfo else start.normalize()
    for off, words in ((0, ""), (1, "day before "), (-1, "day after ")):
        name = days.get((day + pd.Timedelta(days=off)).date())
        if name:
            return words + str(name)
    return ""


def _cause(row):
    """What was unusual, in words; the largest first."""
    found = [
        (_ratio(row["offered"], row["usual_offered"]) / MUCH_MORE, "more contacts than usual"),
        (_ratio(row["aht_s"], row["usual_aht_s"]) / LONGER, "longer contacts than usual"),
        (FEWER / _ratio(row["agents"], row["usual_agents"], 1.0), "fewer people than usual"),
    ]
    if row["agents"] == 0:
        return "nobody was there"
    words = [what for size, what in sorted(found, key=lambda one: -one[0]) if size >= 1 and np.isfinite(size)]
    if not words and row["agents"] < row["required"]:
        words = ["the usual roster, which is too thin for this time"]
    return " and ".join(words) or "nothing unusual: chance"


def _ratio(value, usual, otherwise=0.0):
    return value / usual if usual and usual == usual and value == value and value > 0 else otherwise
