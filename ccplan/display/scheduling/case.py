"""What a schedule is made from: the coming weeks of a queue, its shifts, its people, their leave and wishes; laid
ready from a folder.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property, wraps
from pathlib import Path

import numpy as np
import pandas as pd

from ..tables import Words

YEAR = pd.Timedelta(weeks=52)  # keeps the weekdays
PART = 0.75  # of the longest contract: who has less is part-time, and so is a shift of which five days give less
NEAR = 0.03  # share of the best within which a cover is searched
LONG_S = 600.0  # seconds that are never needed for it


@dataclass(frozen=True)
class ScheduleCase:
    """A queue of a centre and the weeks to plan: `requirement` (start, agents on shift, net, offered, aht_s),
    `shifts`, `at_desk`, `people`, `leave`, `wishes` (None where there is no table that tells them), `activities`
    (None likewise) and the calls so far, `intervals`."""

    folder: Path
    centre: object
    queue: str
    first: pd.Timestamp
    requirement: pd.DataFrame = field(repr=False)
    shifts: tuple = field(repr=False)
    at_desk: float
    people: pd.DataFrame | None = field(repr=False)
    leave: pd.DataFrame | None = field(repr=False)
    wishes: pd.DataFrame | None = field(repr=False)
    activities: pd.DataFrame | None = field(repr=False)
    intervals: pd.DataFrame = field(repr=False)
    calendar: dict = field(repr=False)
    people_then: pd.DataFrame | None = field(repr=False, default=None)  # also those who have left since

    @property
    def days(self):
        """The local midnight of each interval, without zone."""
        return self.requirement["start"].dt.tz_localize(None).dt.normalize()

    @property
    def busiest(self):
        """The requirement of the first week's busiest day."""
        week = self.days < self.first + pd.Timedelta(days=7)
        day = self.requirement[week].groupby(self.days[week])["agents"].sum().idxmax()
        return self.requirement[self.days == day].reset_index(drop=True)

    @property
    def round_the_clock(self):
        """Whether a shift passes midnight: the last night then reaches into the first morning, as weeks follow one
        another.
        """
        return any(max(one.start_s) + one.length_s > 86_400 for one in self.shifts)

    @cached_property
    def cover(self):
        """The cheapest `Cover` of all weeks, within 3 % of the best."""
        return self.covered(self.requirement)

    @cached_property
    def roster(self):
        """The `Roster` of all weeks: who works which shift."""
        from ...planning import roster

        weeks = (self.days.max() - self.first).days // 7 + 1
        return roster(
            self.people,
            self.cover.shifts,
            self.centre,
            start=self.first,
            weeks=weeks,
            wishes=self.wishes,
            leave=self.leave,
            limit_s=LONG_S,
            effort=0.5,
        )

    def covered(self, requirement, objective="cost", **more):
        """A `Cover` of some of the requirement."""
        from ...planning import cover_shifts

        how = {
            "within": NEAR,
            "limit_s": LONG_S,
            "at_desk": self.at_desk,
            "cyclic": self.round_the_clock and len(requirement) == len(self.requirement),
        } | more
        return cover_shifts(requirement, self.shifts, objective=objective, centre=self.centre, queue=self.queue, **how)


MISSING = {
    "people": "There is no table `agents` with people of this queue: who works which shift cannot be told.",
    "activities": "There is no table `activities`: how the day itself ran cannot be told.",
}
MISSING["people_then"] = MISSING["people"]


def needs(*tables):
    """A decorator: a sentence in place of what is told of a case, where a table that it is told from is not there."""

    def told(function):
        @wraps(function)
        def asked(case, *more, **named):
            missing = next((name for name in tables if getattr(case, name) is None), None)
            return function(case, *more, **named) if missing is None else Words(f"*{MISSING[missing]}*")

        return asked

    return told


def schedule_case(folder, centre=None, *, queue="", weeks=4):
    """A `ScheduleCase` of the whole weeks after the tables' end.

    The requirement is that of the mean forecast, staffed interval by interval, plus what neither shifts nor roster
    Leave is in `leave.csv` and wishes in `wishes.csv` of the folder, where there are such files; else leave
    is taken as in the same weeks a year before, and wishes are invented (see `invented_wishes`). Raises ValueError
    in words, for a centre without shifts too.
    """
    from ...data import load_centre, load_intervals
    from ...planning import at_desk_share, desk_requirement, shifts_of_queue, staff
    from ..forecast.tables import calendar_of, forecast_rows

    folder, centre = Path(folder), centre or load_centre(folder)
    _refuse(centre, weeks)
    rows = forecast_rows(load_intervals(folder, centre).frame, queue)
    queue = str(rows["queue"].iloc[0])
    end = rows["start"].max().tz_localize(None).normalize()
    first = end + pd.Timedelta(days=7 - end.dayofweek)
    calendar = calendar_of(folder, centre)
    coming = _forecast_of(rows, centre, first, weeks, calendar)
    people, activities = _people(folder, centre, queue, first), _table(folder, "activities", centre)
    then = _people(folder, centre, queue, pd.Timestamp(0))
    if activities is not None and then is not None:
        activities = activities[activities["agent"].isin(then["agent"])].reset_index(drop=True)
    shifts = tuple(_for_part_timers(shifts_of_queue(centre, queue), people))
    last = first + pd.Timedelta(days=7 * weeks - 1)
    return ScheduleCase(
        folder=folder,
        centre=centre,
        queue=queue,
        first=first,
        requirement=desk_requirement(staff(coming, centre), centre, shifts),
        shifts=shifts,
        at_desk=at_desk_share(centre, shifts),
        people=people,
        activities=activities,
        intervals=rows,
        calendar=calendar,
        people_then=then,
        leave=_leave(folder, activities, people, first, last),
        wishes=_wishes(folder, people, first, weeks),
    )


def _refuse(centre, weeks):
    if isinstance(weeks, bool) or not isinstance(weeks, int) or weeks < 1:
        raise ValueError(f"weeks must be a whole number of 1 or more, got {weeks!r}")
    if not centre.shifts:
        raise ValueError(
            "the centre has no shifts: add a [shifts.NAME] to centre.toml, "
            'such as starts = "08:00-12:00" and length_s = 28800'
        )


def _forecast_of(rows, centre, first, weeks, calendar):
    """The mean forecast of whole weeks from a Monday on."""
    from ...planning import forecast_queues

    last = first + pd.Timedelta(weeks=weeks)
    days = (last - rows["start"].max().tz_localize(None).normalize()).days
    found = forecast_queues(rows, centre, f"{days}d", samples=200, cache=True, **calendar)[0].frame
    local = found["start"].dt.tz_localize(None)
    return found[(local >= first) & (local < last)].reset_index(drop=True)


def _for_part_timers(shifts, people):
    """The shifts, short ones no more a day than there are people on part-time contracts: a full-timer's week does
    not fill with them.
    """
    if people is None or not len(people):
        return shifts
    full = people["weekly_hours"].max()
    few = int((people["weekly_hours"] < PART * full).sum())
    short = {shift.name for shift in shifts if 5 * shift.paid_s / 3600 < PART * full and len(shift.days) > 2}
    return [replace(shift, most=min(shift.most, few)) if few and shift.name in short else shift for shift in shifts]


def _table(folder, name, centre):
    from ...data import load_table
    from ...data.sources import NoTable

    try:
        return load_table(folder, name, centre).frame
    except NoTable:
        return None


def _people(folder, centre, queue, first):
    """The agents whose first skill is the queue and who are there on the first day; all where no skill is told.
    None where there is nobody.
    """
    agents = _table(folder, "agents", centre)
    if agents is None:
        return None
    there = agents[agents["left"].isna() | (agents["left"] >= first)] if "left" in agents else agents
    if "skills" in there and there["skills"].notna().any():
        there = there[there["skills"].fillna("").str.split(";").str[0].str.strip() == queue]
    return there.reset_index(drop=True) if len(there) else None


def _own_file(folder, name, columns, people):
    file = folder / f"{name}.csv"
    if not file.exists() or people is None:
        return None
    try:
        found = pd.read_csv(file, dtype={"agent": "str"})  # as the table agents has them, 007 and 12 too
    except ValueError as problem:
        raise ValueError(f"{file.name} cannot be read as CSV: {problem}") from None
    missing = [column for column in columns if column not in found]
    if missing:
        raise ValueError(f"{file.name} must have the columns {', '.join(columns)}; missing: {', '.join(missing)}")
    return found[found["agent"].isin(people["agent"])].reset_index(drop=True)


def _leave(folder, activities, people, first, last):
    """agent, start, end: days of the roster, both in it."""
    told = _own_file(folder, "leave", ("agent", "start", "end"), people)
    if told is not None or activities is None or people is None:
        return told
    rows = activities[(activities["scheduled"] == "leave") & activities["agent"].isin(people["agent"])]
    day = rows["start"].dt.tz_localize(None).dt.normalize() + YEAR
    rows = pd.DataFrame({"agent": rows["agent"], "start": day, "end": day}).drop_duplicates()
    return rows[rows["start"].between(first, last)].sort_values(["agent", "start"]).reset_index(drop=True)


def _wishes(folder, people, first, weeks):
    told = _own_file(folder, "wishes", ("agent", "day", "wish"), people)
    return told if told is not None or people is None else invented_wishes(people, first, weeks)


def invented_wishes(people, first, weeks, *, seed=1):
    """Wishes for want of a table of them: everybody asks for one day off every two weeks, mostly a Friday, a
    Saturday or a Monday.

    A frame agent, day, wish, weight, drawn by `seed`: the same every time.
    """
    rng = np.random.default_rng(seed)
    odds = np.array([4, 1, 1, 1, 6, 4, 0]) / 17
    rows = [
        (agent, first + pd.Timedelta(days=int(14 * part + 7 * rng.integers(2) + rng.choice(7, p=odds))), "off", 1.0)
        for agent in people["agent"]
        for part in range(max(weeks // 2, 1))
    ]
    frame = pd.DataFrame(rows, columns=["agent", "day", "wish", "weight"])
    return frame[frame["day"] < first + pd.Timedelta(weeks=weeks)].reset_index(drop=True)
