"""A staffed table day by day: what was needed beside what was there, and both in a few words."""

import numpy as np
import pandas as pd

from ...data.given import given_table
from ..staffing import actual_service, totals

RECENT_DAYS = 28  # four weeks hold every weekday often enough to be typical


def day_table(staffed, intervals, centre):
    """One row a queue and day: the plan's sums and peaks beside the day that really was.

    `staffed` comes from `staff`, `intervals` is the table it was made from, in the same order. Returns
    queue, day, offered, agents_peak (net), scheduled_peak (gross), agent_hours (net), scheduled_hours
    (gross, before rounding to heads), fte (of a week), service_level, abandonment, occupancy, cost, and
    where the table tells them service_given and hours_given (net). Service is Σ in time ÷ Σ offered.
    """
    given_table(staffed, "staffed", names=["queue"], times=["start"], numbers=["agents", "scheduled"])
    rows = staffed.assign(day=local_days(staffed["start"]))
    keys, hours = ["queue", "day"], centre.interval_s / 3600
    groups = rows.groupby(keys, sort=False, observed=True)
    table = totals(rows, keys)
    table.insert(1, "agents_peak", groups["agents"].max())
    table.insert(2, "scheduled_peak", groups["scheduled"].max())
    table.insert(3, "agent_hours", groups["agents"].sum() * hours)
    table.insert(4, "scheduled_hours", table["fte"] * centre.costs.weekly_hours)
    given = intervals.assign(day=local_days(intervals["start"]))
    if "answered_in_target" in given:
        table["service_given"] = actual_service(given, keys)
    if "agents" in given:
        table["hours_given"] = given.groupby(keys, sort=False, observed=True)["agents"].sum(min_count=1) * hours
    return table.reset_index()


def beside_given(staffed, intervals):
    """The staffed intervals with what was really there beside them, where the table tells it.

    Adds service_given (Σ answered in target ÷ Σ offered) and agents_given (net) to a frame of `staff`;
    `intervals` in the same order.
    """
    given = {}
    if "answered_in_target" in intervals:
        given["service_given"] = intervals["answered_in_target"] / intervals["offered"].where(intervals["offered"] > 0)
    if "agents" in intervals:
        given["agents_given"] = intervals["agents"]
    more = len(staffed) - len(intervals)  # hours of work that the table has no rows for come after it
    if not more:
        return staffed.assign(**given)
    return staffed.assign(
        **{name: np.append(column.to_numpy(float), np.full(more, np.nan)) for name, column in given.items()}
    )


def busiest_day(intervals, queue=None):
    """The local day with most calls among the last four weeks, of the largest queue or of `queue`.

    `intervals` is any frame with queue, start and offered. Returns a Series with queue, day and offered.
    """
    given_table(intervals, "intervals", keys=["queue"], times=["start"], numbers=["offered"])
    calls = intervals.groupby(["queue", local_days(intervals["start"])], observed=True)["offered"].sum()
    days = calls.rename_axis(["queue", "day"]).reset_index()
    if not len(days) or queue and queue not in set(days["queue"]):
        raise ValueError(f"queue must be one with intervals, got {queue or 'no interval at all'}")
    queue = queue or days.groupby("queue")["offered"].sum().idxmax()
    mine = recent(days[days["queue"] == queue])
    return mine.loc[mine["offered"].idxmax()]


def recent(days):
    """The rows of the last four weeks of a day table."""
    return days[days["day"] > days["day"].max() - pd.Timedelta(days=RECENT_DAYS)]


def local_days(starts):
    """The local calendar day of each timestamp, without a time zone."""
    return starts.dt.tz_localize(None).dt.normalize()


def span_days(days):
    """Calendar days from the first to the last of the recent rows of a day table, closed ones included."""
    last = recent(days)["day"]
    return (last.max() - last.min()).days + 1


def week_table(days):
    """One row a queue: a mean week of the last four, planned beside given, as numbers.

    Each weekday counts with its mean, so that weekends that are closed, days that are missing and less
    than a week of data are all right. Returns offered, fte and cost, agents_peak (net),
    scheduled_peak (gross), service_level, and service_given where known.
    """
    last = recent(days)
    weekday = last["day"].dt.day_of_week
    dates = last["day"].groupby(weekday).nunique()  # how often each weekday is in the data
    in_time = last.assign(
        planned=last["service_level"] * last["offered"], given=last.get("service_given", np.nan) * last["offered"]
    )
    by_queue = in_time.groupby("queue", sort=False, observed=True)
    sums = by_queue[["offered", "planned", "given"]].sum(min_count=1)
    a_week = (
        last[["offered", "fte", "cost"]]
        .div(weekday.map(dates), axis=0)
        .groupby(last["queue"], sort=False, observed=True)
        .sum()
    )
    return a_week.join(by_queue[["agents_peak", "scheduled_peak"]].max()).assign(
        service_level=sums["planned"] / sums["offered"], service_given=sums["given"] / sums["offered"]
    )
