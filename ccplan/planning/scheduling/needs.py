"""The requirement at the door: equal intervals of one pool of people, read once, refused in words."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ...queueing.inputs import one_number
from .patterns import DAY


@dataclass(frozen=True, kw_only=True, eq=False)
class Grid:
    """The intervals of a requirement: `step` in seconds, the `days` they touch (naive midnights) and where each
    lies: `place` in steps of real time since the first midnight.

    Equal grids have equal intervals, whatever is required in them: what hangs on them alone is worked out once.
    """

    step: int
    zone: object
    days: pd.DatetimeIndex
    place: np.ndarray

    @property
    def whole_days(self):
        """Steps from the first midnight to the one after the last day."""
        return round(
            (self.moments(self.days[-1:] + pd.Timedelta(days=1))[0] - self._midnight).total_seconds() / self.step
        )

    def moments(self, clock):
        """Wall-clock times as moments: a time that a clock change skips is moved forward, of one that comes twice
        the first.
        """
        clock = pd.DatetimeIndex(clock)
        return (
            clock
            if self.zone is None
            else clock.tz_localize(self.zone, ambiguous=np.ones(len(clock), bool), nonexistent="shift_forward")
        )

    def steps_to(self, moments):
        """Steps of real time from the first midnight; fractions where a moment lies within an interval."""
        return np.asarray((moments - self._midnight).total_seconds()) / self.step

    @property
    def _midnight(self):
        return self.moments(self.days[:1])[0]

    @property
    def _key(self):
        return self.step, str(self.zone), self.days[0], self.days[-1], self.days.unit, self.place.tobytes()

    def __eq__(self, other):
        return isinstance(other, Grid) and self._key == other._key

    def __hash__(self):
        return hash(self._key)


@dataclass(frozen=True, kw_only=True)
class Needs:
    """A checked requirement: `frame` in rising order, `agents` wanted in the intervals of a `grid`."""

    frame: pd.DataFrame
    agents: np.ndarray
    grid: Grid

    @property
    def step(self):
        """Seconds of an interval."""
        return self.grid.step

    @property
    def hours(self):
        """Hours of an interval."""
        return self.grid.step / 3600


def checked_needs(requirement, interval_s=None):
    """The `Needs` of a frame with start and agents; ValueError in words for what is wrong with it."""
    if not isinstance(requirement, pd.DataFrame):
        raise ValueError(f"requirement must be a frame with columns start and agents, got {type(requirement).__name__}")
    missing = [name for name in ("start", "agents") if name not in requirement]
    if missing:
        raise ValueError(
            f"requirement must have columns start and agents, {missing[0]} is missing — it has "
            f"{', '.join(map(str, requirement.columns))}"
        )
    if requirement.empty:
        raise ValueError("requirement must have at least one interval, got an empty frame")
    frame = requirement.reset_index(drop=True)
    _one_pool(frame)
    start, agents = _starts(frame["start"]), _agents(frame)
    step, zone = _step(start, interval_s), start.tz
    clock = start.tz_localize(None)
    days = pd.date_range(clock[0].normalize(), clock[-1].normalize(), freq="D")
    grid = Grid(step=step, zone=zone, days=days, place=np.zeros(0, int))
    place = grid.steps_to(start)
    if np.abs(place - np.rint(place)).max() > 1e-9:
        odd = int(np.argmax(np.abs(place - np.rint(place)) > 1e-9))
        raise ValueError(
            f"requirement must start at multiples of its step of {step} s since midnight, got {start[odd]} in row {odd}"
        )
    return Needs(
        frame=frame.assign(start=start, agents=agents),
        agents=agents,
        grid=replace(grid, place=np.rint(place).astype(int)),
    )


def _one_pool(frame):
    if "queue" in frame and frame["queue"].nunique() > 1:
        names = frame["queue"].unique()
        raise ValueError(
            f"requirement must be that of one pool of people, got queues {', '.join(map(str, names[:4]))} — choose one of "
            "them, or add up those that the same people answer"
        )


def _starts(column):
    if column.isna().any():
        raise ValueError(
            f"start must be a time in every row, got none in row {int(np.argmax(column.isna()))} of the requirement"
        )
    if not isinstance(column.dtype, pd.DatetimeTZDtype) and column.dtype.kind != "M":
        raise ValueError(
            f"start must be timestamps of one time zone, got {column.iloc[0]!r} — read them with pandas.to_datetime and tz_convert"
        )
    start = pd.DatetimeIndex(column)
    back = np.flatnonzero(start[1:] <= start[:-1])
    if len(back):
        row = int(back[0]) + 1
        raise ValueError(
            f"start must rise from row to row, each interval once, got {start[row]} after {start[row - 1]} in row {row} — sort "
            "the requirement by start"
        )
    return start


def _agents(frame):
    values = pd.to_numeric(frame["agents"], errors="coerce").to_numpy(float, na_value=np.nan)
    bad = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if len(bad):
        raise ValueError(
            "agents must be a number, 0 or above, in every row of the requirement, got "
            f"{frame['agents'].iloc[bad[0]]!r} in row {bad[0]}"
        )
    if values.max() > 1e6:
        raise ValueError(f"agents must be below a million in an interval, got {values.max():g}")
    return values


def _step(start, interval_s):
    """The length of an interval: the shortest step, which all others are multiples of."""
    apart = np.asarray((start[1:] - start[:-1]).total_seconds())
    if interval_s is None and not len(apart):
        raise ValueError("requirement has one interval only: say how long it is with interval_s, such as 1800")
    step = apart.min() if interval_s is None else one_number("interval_s", interval_s, open_low=True)
    if not (step > 0 and float(step).is_integer() and DAY % int(step) == 0):
        raise ValueError(
            f"intervals must be whole seconds that a day is a multiple of, such as 900 or 1800, got {step:g} s"
        )
    odd = np.flatnonzero(np.abs(apart / step - np.rint(apart / step)) > 1e-9)
    if len(odd):
        raise ValueError(
            f"intervals must be equal, {step:g} s as the shortest, got {apart[odd[0]]:g} s from {start[odd[0]]} to {start[odd[0] + 1]}"
        )
    return int(step)
