"""The tables of scheduling at the door: duties, activities and a requirement, their moments as whole real seconds."""

import warnings

import numpy as np
import pandas as pd

from ...data.given import given_table

DUTIES = ("agent", "day", "shift", "start", "end")
ACTIVITIES = ("agent", "start", "end", "scheduled")
DAY_S = 86_400


def seconds_of(stamps):
    """Real seconds since 1970 of timestamps, an int array: in UTC where they have a zone, else as the clock shows them.

    Differences of moments with a zone are therefore real on the days on which the clock changes.

    >>> night = pd.Series(pd.to_datetime(["2026-10-25 00:00", "2026-10-25 06:00"])).dt.tz_localize("Europe/Helsinki")
    >>> np.diff(seconds_of(night)).tolist()
    [25200]
    """
    stamps = pd.Series(stamps)
    if stamps.dt.tz is not None:
        stamps = stamps.dt.tz_convert("UTC").dt.tz_localize(None)
    return stamps.to_numpy("datetime64[s]").astype(np.int64)


def wall_seconds_of(stamps):
    """Seconds since 1970 of what the clock on the wall shows, an int array."""
    stamps = pd.Series(stamps)
    return stamps.dt.tz_localize(None).to_numpy("datetime64[s]").astype(np.int64)


def stamps_of(seconds, like):
    """Timestamps of real seconds, in the zone of the Series `like` (none where it has none)."""
    stamps = pd.Series(np.asarray(seconds, dtype=np.int64).astype("datetime64[s]"))
    return stamps.dt.tz_localize("UTC").dt.tz_convert(like.dt.tz) if like.dt.tz is not None else stamps


def moments_of(column, name):
    """A column as timestamps, a Series with its index; ValueError in words for what is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that no one form was found: each is read by itself
            warnings.simplefilter("error", RuntimeWarning)  # a number too large for a date
            return pd.to_datetime(pd.Series(column))
    except (TypeError, ValueError, RuntimeWarning) as problem:
        raise ValueError(f"{name} must be dates such as 2026-10-05: {problem}") from None


def days_of(days, name="day"):
    """Days as timestamps at midnight without a zone, a Series with the index of `days`."""
    stamps = moments_of(days, name)
    if stamps.dt.tz is not None:
        stamps = stamps.dt.tz_localize(None)
    return stamps.dt.normalize()


def moment_of(when, like, name="now"):
    """A moment in the zone of the timestamps `like`: a time that the clock skips is moved forward, of one that it shows
    twice it is the first. ValueError in words for what is no moment.

    >>> night = pd.Series(pd.date_range("2026-10-25", periods=2, freq="6h", tz="Europe/Helsinki"))
    >>> moment_of("2026-10-25 03:30", night)
    Timestamp('2026-10-25 03:30:00+0300', tz='Europe/Helsinki')
    """
    try:
        moment = pd.Timestamp(when)
    except (TypeError, ValueError, OverflowError):
        moment = pd.NaT
    if moment is pd.NaT:
        raise ValueError(f"{name} must be a moment such as 2026-10-05 11:00, got {when!r}")
    if like.dt.tz is None:
        return moment.tz_localize(None)
    if moment.tzinfo is None:
        return moment.tz_localize(like.dt.tz, ambiguous=True, nonexistent="shift_forward")
    return moment.tz_convert(like.dt.tz)


def day_numbers(days):
    """Days since 1970 as ints: differences tell days, and (number + 3) % 7 is the weekday, Monday 0."""
    return pd.Series(days).to_numpy("datetime64[D]").astype(np.int64)


def checked(frame, columns, name):
    """A copy of the frame with a plain index; ValueError in words for missing columns, blanks, and ends before
    starts.
    """
    given_table(frame, name, keys=columns)
    names = [column for column in ("agent", "shift") if column in columns and len(frame)]
    given_table(frame, name, names=names, perhaps=["paid_s", "people"] if len(frame) else ())
    blank = [column for column in columns if column != "scheduled" and frame[column].isna().any()]
    if blank:
        row = int(np.flatnonzero(frame[blank[0]].isna())[0])
        raise ValueError(
            f"{name} must have no blanks, {blank[0]} is blank in row {row + 1} — fill it or leave the row out"
        )
    return _ends_after_starts(frame.reset_index(drop=True), name)


def _ends_after_starts(frame, name):
    for column in {"start", "end"} & set(frame):
        if not isinstance(frame[column].dtype, pd.DatetimeTZDtype) and frame[column].dtype.kind != "M":
            if len(frame):
                raise ValueError(f"{name}: {column} must be timestamps of one zone, got {frame[column].iloc[0]!r}")
            frame = frame.assign(**{column: pd.to_datetime(frame[column])})
    if {"start", "end"} <= set(frame) and len(frame):
        if (frame["start"].dt.tz is None) != (frame["end"].dt.tz is None):
            raise ValueError(f"{name}: start and end must both have a time zone, or both none")
        wrong = frame[(frame["end"] <= frame["start"]).to_numpy()]
        if len(wrong):
            row = wrong.iloc[0]
            whose = f" of {row['agent']}" if "agent" in frame else ""
            raise ValueError(f"{name}: end must come after start, got {row['start']} to {row['end']}{whose}")
    return frame


def checked_duties(duties, name="duties"):
    """Duties with plain index and days at midnight; ValueError in words."""
    frame = checked(duties, DUTIES, name)
    return frame.assign(day=days_of(frame["day"], f"{name}: day"))


def checked_requirement(requirement):
    """(first second, step in seconds, agents by step; nan where the table has no row) of a requirement."""
    frame = checked(requirement, ("start", "agents"), "requirement").sort_values("start")
    if not len(frame):
        raise ValueError("requirement must have rows, got none — staff an open day first")
    given_table(frame, "requirement", numbers=["agents"])
    agents = frame["agents"].to_numpy(float)
    if (agents < 0).any() or not np.isfinite(agents).all():
        raise ValueError(f"requirement: agents must be 0 or more, got {agents[~(agents >= 0) | np.isinf(agents)][0]:g}")
    at = seconds_of(frame["start"])
    steps = np.diff(at)
    if (steps <= 0).any():
        raise ValueError(f"requirement must hold a start once, got {frame['start'].iloc[int(np.argmin(steps))]} twice")
    step = int(steps.min()) if steps.size else 1800
    if (steps % step).any():
        raise ValueError(f"requirement must have equal steps, got {step} and {int(steps[steps % step > 0][0])} seconds")
    row = np.full((at[-1] - at[0]) // step + 1, np.nan)
    row[(at - at[0]) // step] = agents
    return int(at[0]), step, row


def skills_of(cell):
    """The skills in a cell of the table of agents: a text with semicolons, or a list; none where it is blank.

    >>> sorted(skills_of("outage; service")), sorted(skills_of(None))
    (['outage', 'service'], [])
    """
    if isinstance(cell, str):
        return frozenset(word.strip() for word in cell.split(";") if word.strip())
    return frozenset(map(str, cell)) if isinstance(cell, (list, tuple, set, frozenset)) else frozenset()


def by_name(shifts):
    """The shifts by their name; ValueError for what is no shift."""
    if not hasattr(shifts, "__iter__"):
        raise ValueError(f"shifts must be a list of Shift, as centre.shifts has them, got {shifts!r}")
    odd = [one for one in shifts if not hasattr(one, "start_s")]
    if odd:
        raise ValueError(f"shifts must be Shift, as centre.shifts has them, got {odd[0]!r}")
    return {one.name: one for one in shifts}
