"""From when to when a forecast reaches, and which intervals lie in between."""

import re

import numpy as np
import pandas as pd

UNITS = {"d": "days", "w": "weeks", "m": "months", "y": "years"}  # by their first letter
WRITTEN = r"\s*(\d{1,5})\s*(d|w|m|y|days?|weeks?|months?|years?)\s*"
LONGEST_DAYS = 1100


def reach(horizon, start):
    """The end (exclusive) of a horizon such as "14d", "8w", "6 months", 14 (days) or a Timedelta, from a start.

    Raises ValueError in words where it cannot be read, is not ahead, or is beyond three years.

    >>> reach("2w", pd.Timestamp("2026-08-01"))
    Timestamp('2026-08-15 00:00:00')
    """
    end = _end(horizon, start)
    if not start < end <= start + pd.Timedelta(days=LONGEST_DAYS):
        raise ValueError(f"horizon must be more than nothing and at most three years, got {horizon!r}")
    return end


def _end(horizon, start):
    try:
        if isinstance(horizon, str):
            number, unit = re.fullmatch(WRITTEN, horizon.lower()).groups()
            return start + pd.DateOffset(**{UNITS[unit[0]]: int(number)})
        if isinstance(horizon, (int, float, np.number)):
            if isinstance(horizon, bool) or horizon % 1 != 0:
                raise ValueError
            return start + pd.DateOffset(days=int(horizon))
        return start + pd.Timedelta(horizon)
    except (AttributeError, ValueError, TypeError, OverflowError):
        raise ValueError(
            f'horizon must be a time such as "14d", "8w", "6 months" or days as a whole number, got {horizon!r}'
        ) from None


def local(moment, like, what="at"):
    """A timestamp by the clock on the wall, without a zone, of a date or time given in any form."""
    try:
        stamp = pd.Timestamp(moment)
    except (ValueError, TypeError, OverflowError):
        raise ValueError(f"{what} must be a date such as 2026-08-01, got {moment!r}") from None
    if stamp is pd.NaT:
        raise ValueError(f"{what} must be a date such as 2026-08-01, got {moment!r}")
    if stamp.tzinfo is not None and like.dt.tz is not None:
        stamp = stamp.tz_convert(like.dt.tz)
    return stamp.tz_localize(None)


def same_clock(one, other, words):
    """ValueError where one Series of timestamps has a zone and the other none: their hours are not the same."""
    if len(one) and len(other) and (one.dt.tz is None) != (other.dt.tz is None):
        raise ValueError(f"{words} must both have a time zone, or both none")


def day_and_seconds(stamps):
    """(local day, a Series; seconds since its midnight, an array) of timestamps, by the clock on the wall."""
    wall = stamps.dt.tz_localize(None)
    day = wall.dt.normalize()
    return day, (wall - day).dt.total_seconds().to_numpy()


def starts(days, slots, zone):
    """(interval starts, row of day, column of slot) of days × slots (s since midnight) in a zone or none.

    An hour that the clock leaps over has no interval, an hour that comes twice has two.

    >>> len(starts(pd.DatetimeIndex(["2026-10-25"]), np.arange(24) * 3600.0, "Europe/Helsinki")[0])
    25
    """
    day, slot = [each.ravel() for each in np.meshgrid(np.arange(len(days)), np.arange(len(slots)), indexing="ij")]
    wall = days[day] + pd.to_timedelta(slots[slot], unit="s")
    if zone is None:
        return wall, day, slot
    first = wall.tz_localize(zone, ambiguous=np.ones(len(wall), bool), nonexistent="NaT")
    second = wall.tz_localize(zone, ambiguous=np.zeros(len(wall), bool), nonexistent="NaT")
    again = np.flatnonzero((first != second) & first.notna())
    stamps = first.append(second[again])
    where = np.concatenate([np.arange(len(wall)), again])
    there = stamps.notna()
    order = np.flatnonzero(there)[np.argsort(stamps[there].asi8, kind="stable")]
    return stamps[order], day[where[order]], slot[where[order]]
