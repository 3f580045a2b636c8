"""A queue's history laid out by local day and slot of the day, with what is missing told from what is zero.

A slot is an interval by the clock on the wall: a day of 23 hours lacks some, the hour that a day of 25
hours has twice counts with the mean of both. Days are calendar days, so a night shift is split at midnight.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from .horizon import day_and_seconds, starts

CERTAIN = 3.0  # calls expected in a slot: with so many, a slot without a row is missing rather than empty
HALF = 0.5  # share of a weekday's days with rows above which the weekday is open
SEEN = 0.1  # share of a weekday's active days with a row above which a slot belongs to the weekday
WHOLE_DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class History:
    """Days × slots of one queue: `counts` (nan where unknown), `active` (days with rows), `closed` (days),
    `open_slots` (7 × slots).

    `days` are local dates without a gap, `slots` seconds since local midnight, `interval_s` their length.
    """

    queue: str
    days: pd.DatetimeIndex
    slots: np.ndarray
    interval_s: float
    counts: np.ndarray
    active: np.ndarray
    closed: np.ndarray
    open_slots: np.ndarray

    @property
    def weekdays(self):
        """Day of the week of each day, Monday is 0."""
        return self.days.day_of_week.to_numpy()

    def before(self, number):
        """The first `number` days."""
        return replace(
            self,
            days=self.days[:number],
            counts=self.counts[:number],
            active=self.active[:number],
            closed=self.closed[:number],
        )


def by_day(rows, interval_s, *, closed_days=()):
    """History of one queue's rows (queue, start, offered): which slots are zero, unknown or closed is told here.

    A slot without a row is empty where few calls were to be expected in it, unknown where at least three were; a
    day without rows is closed on weekdays that mostly have none (as Wednesdays here) and on `closed_days`, else
    unknown.

    >>> rows = pd.DataFrame({"queue": "q", "start": pd.to_datetime(["2026-09-01 08:00", "2026-09-03 08:00"]), "offered": [4, 6]})
    >>> by_day(rows, 1800).counts[:, 16].tolist()
    [4.0, 0.0, 6.0]
    """
    day, seconds = day_and_seconds(rows["start"])
    first_s = float(pd.Series(seconds % interval_s).mode().iloc[0])
    number = max(int(round(WHOLE_DAY / interval_s)), 1)
    slot = np.clip(((seconds - first_s) // interval_s).astype(int), 0, number - 1)
    days = pd.date_range(day.min(), day.max(), freq="D")
    where = ((day - days[0]) // pd.Timedelta(days=1)).to_numpy()
    counts = _means(where, slot, rows["offered"].to_numpy(float, na_value=np.nan), (len(days), number))
    active = np.isin(np.arange(len(days)), where)
    known = History(
        queue=str(rows["queue"].iloc[0]),
        days=days,
        slots=first_s + interval_s * np.arange(number),
        interval_s=interval_s,
        counts=counts,
        active=active,
        closed=~active,
        open_slots=_seen(counts, active, days.day_of_week),
    )
    known = replace(known, closed=_closed(known, closed_days))
    return replace(known, counts=_without_skipped(_told_apart(known), known, rows["start"].dt.tz))


def _means(where, slot, values, shape):
    """Mean of the values that share a day and slot; nan where there is none."""
    flat, good = where * shape[1] + slot, ~np.isnan(values)
    size = shape[0] * shape[1]
    sums = np.bincount(flat[good], values[good], size)
    rows = np.bincount(flat[good], minlength=size)
    return np.where(rows, sums / np.maximum(rows, 1), np.nan).reshape(shape)


def _seen(counts, active, weekdays):
    """Which slots belong to each weekday: those with a row on at least a tenth of its active days."""
    weekdays = np.asarray(weekdays)
    there = [~np.isnan(counts[active & (weekdays == k)]) for k in range(7)]
    return np.array([rows.mean(axis=0) >= SEEN if len(rows) else np.zeros(counts.shape[1], bool) for rows in there])


def _closed(history, closed_days):
    """Days on which nobody was to be expected."""
    weekdays = history.weekdays
    rare = np.array([history.active[weekdays == k].mean() < HALF if (weekdays == k).any() else True for k in range(7)])
    return ~history.active & (rare[weekdays] | history.days.isin(pd.DatetimeIndex(list(closed_days))))


def _told_apart(history):
    """Counts with 0 for empty and closed slots, nan for unknown ones."""
    counts, weekdays = history.counts.copy(), history.weekdays
    usual = np.array([_mean(counts[(weekdays == k) & history.active]) for k in range(7)])
    empty = np.isnan(counts) & (usual[weekdays] < CERTAIN) & history.active[:, None]
    shut = ~history.open_slots[weekdays] & np.isnan(counts)
    counts[empty | shut & history.active[:, None] | history.closed[:, None]] = 0.0
    return counts


def _without_skipped(counts, history, zone):
    """Counts with nan in the hour that the clock leapt over: there was no such hour, and nothing to be empty."""
    if zone is None:
        return counts
    there = np.zeros(counts.shape, bool)
    _, day, slot = starts(history.days, history.slots, zone)
    there[day, slot] = True
    return np.where(there | ~history.open_slots[history.weekdays], counts, np.nan)


def _mean(counts):
    """Mean of each slot over days, a slot without a row counting as none."""
    return np.nan_to_num(counts).mean(axis=0) if len(counts) else np.zeros(counts.shape[1])
