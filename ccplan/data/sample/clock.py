"""Time and chance of the bundled centre: its days, its clock in whole seconds, its generators.

The clock counts seconds that have passed since the first midnight, so that a change to or from
summer time makes a day of 23 or 25 hours and never a call of negative length.
"""

from functools import cache

import numpy as np
import pandas as pd

SEED = 20241001
ZONE = "Europe/Helsinki"
FIRST, LAST = "2024-10-01", "2026-09-30"  # of the intervals
RECORDS_FROM = "2025-07-01"  # of all that is recorded call by call and person by person
INTERVAL_S = 1800
ZERO = pd.Timestamp(FIRST, tz=ZONE)


def generator(*what):
    """A random generator of its own for each purpose: a change to one leaves the others as they were."""
    return np.random.default_rng([SEED, *what])


@cache
def days():
    """Every day, as a DatetimeIndex without a zone."""
    return pd.date_range(FIRST, LAST, freq="D")


@cache
def holidays_of_finland():
    """The public holidays, as a set of Timestamps."""
    from ..centre import public_holidays

    return frozenset(map(pd.Timestamp, public_holidays("FI", FIRST, LAST)))


@cache
def _anchors():
    """Seconds passed at midnight and at noon of each day: clocks change between the two."""
    index = days().append(days()[-1:] + pd.Timedelta(days=1))
    walls = (index, index + pd.Timedelta(hours=12))
    return [(wall.tz_localize(ZONE) - ZERO) // pd.Timedelta(seconds=1) for wall in walls]


def passed(day, minute):
    """Seconds passed when the wall clock of day number `day` shows `minute` (not between 3 and 4 at night)."""
    midnight, noon = _anchors()
    day, minute = (day + 1, minute - 1440) if minute >= 1440 else (day, minute)
    return int(midnight[day] + minute * 60) if minute < 180 else int(noon[day] + (minute - 720) * 60)


def day_number(text):
    """Number of a day, 0 for the first."""
    return (pd.Timestamp(text) - pd.Timestamp(FIRST)).days


def stamps(seconds):
    """Timestamps in the centre's zone for seconds passed."""
    return (ZERO.tz_convert("UTC") + pd.to_timedelta(np.asarray(seconds), unit="s")).tz_convert(ZONE)


@cache
def weeks():
    """Number of the week (Monday to Sunday) of each day, 0 for the first."""
    first = pd.Timestamp(FIRST).day_of_week
    return (np.arange(len(days())) + first) // 7
