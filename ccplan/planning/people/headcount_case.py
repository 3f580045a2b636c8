"""From a centre's folder to the question of whom to hire: forecast, staffing, months, people, seasons, service."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ...data.evidence.seasons import with_months
from ...data.sources import NoTable, load_intervals, load_table
from .cohorts import employed, people_here, teams_of
from ..forecast import forecast_queues
from ..forecasting.events import events_of, school_of
from .gap_service import service_curves
from .hiring import cheapest_hires
from .people_tables import checked_requirement, opening
from .requirement import month_of, monthly_requirement
from ..kept import code_of, kept_frame, key_of
from ..staffing import staff

SPARE_DAYS = 31  # a plan of whole months begins up to a month after the tables end


@dataclass(frozen=True, kw_only=True)
class HeadcountCase:
    """What a hiring plan rests on: `centre` (with its seasons of shrinkage), `staffed` intervals, monthly
    `requirement`, `people` at the start, service `curves`, `teams` of queues, the day of decision `at`, `notes` on
    what was assumed, and the `forecasts` of the queues."""

    centre: object
    staffed: pd.DataFrame
    requirement: pd.DataFrame
    people: pd.DataFrame
    curves: pd.DataFrame
    teams: dict
    at: pd.Timestamp
    notes: tuple = ()
    forecasts: tuple = ()

    def plan(self, **asked):
        """The cheapest hires: a HiringPlan; takes what `cheapest_hires` takes, such as allowed_gap or at."""
        known = {"people": self.people, "at": self.at, "curves": self.curves}
        return cheapest_hires(self.requirement, self.centre, **known | asked)


def headcount_case(folder, centre, intervals=None, *, agents=None, activities=None, months=12, progress=None):
    """The HeadcountCase of a centre: its intervals forecast, staffed and added up for `months` whole months.

    `folder` may hold events and school holidays; `intervals`, `agents` and `activities` are its tables, read from it
    where they are not given. `agents` says who is here (without it, the
    people whom the first month needs), `activities` which months people are away in (without it, each month alike).
    Overrides of a forecast belong to weeks, and are not taken in. Raises ValueError in words.
    """
    if not (isinstance(months, (int, np.integer)) and 1 <= months <= 24):
        raise ValueError(f"months must be a whole number from 1 to 24, got {months!r}")
    intervals = load_intervals(folder, centre, faulty="leave out").frame if intervals is None else intervals
    agents, activities = (
        optional_table(folder, name, centre) if frame is None else frame
        for name, frame in (("agents", agents), ("activities", activities))
    )
    centre, season_note = _seasons(centre, activities)
    found = forecast_queues(
        intervals,
        centre,
        f"{months * 31 + SPARE_DAYS} d",
        cache=True,
        progress=progress,
        events=events_of(folder, centre),
        school=school_of(folder),
    )
    staffed = _staffed(pd.concat([one.frame for one in found], ignore_index=True), centre)
    teams = {} if agents is None else teams_of(agents, centre)
    teams = {
        name: kept for name, queues in teams.items() if (kept := tuple(q for q in queues if q in set(staffed["queue"])))
    }
    needed = monthly_requirement(staffed, centre, teams=teams)
    needed = checked_requirement(needed, min(months, needed.loc[needed["whole"], "month"].nunique()))
    staffed = staffed[month_of(staffed["start"]).isin(needed["month"])].reset_index(drop=True)
    people, people_note = _people(agents, centre, needed, teams)
    return HeadcountCase(
        centre=centre,
        staffed=staffed,
        requirement=needed,
        people=people,
        teams=teams,
        at=_first_day(intervals),
        curves=service_curves(staffed, centre, teams=teams),
        notes=tuple(filter(None, (season_note, people_note))),
        forecasts=tuple(found),
    )


def _staffed(forecast, centre):
    """The agents of every interval, kept by content: a year of work that may wait takes seconds to plan."""
    house = Path(__file__).parents[2]
    files = [file for room in ("data", "planning", "queueing") for file in (house / room).rglob("*.py")]
    code = code_of(files, ("numpy", "pandas", "scipy", "holidays"))  # hours and holidays are told by data
    return kept_frame("staffed", key_of(forecast, centre, code=code), lambda: staff(forecast, centre))


def optional_table(folder, name, centre):
    """A table of the folder, None where it has none."""
    try:
        return load_table(folder, name, centre, faulty="leave out").frame
    except NoTable:
        return None


def _first_day(intervals):
    """The day after the tables end: the day on which everything can still be decided."""
    return intervals["start"].max().tz_localize(None).normalize() + pd.Timedelta(days=1)


def _seasons(centre, activities):
    if centre.shrinkage.by_month:
        return centre, ""
    if activities is None or not len(activities):
        return centre, "no activities: shrinkage is taken as the same in every month"
    try:
        return with_months(centre, activities), ""
    except ValueError as problem:
        return centre, f"{problem}; shrinkage is taken as the same in every month"


def _people(agents, centre, needed, teams):
    first = needed["month"].min()
    if agents is None or not len(agents):
        return opening(needed, centre), "no agents table: the plan begins with the people whom its first month needs"
    people = people_here(agents, centre, first, teams=teams)
    people = people[people["queue"].isin(needed["queue"])].reset_index(drop=True)
    everybody, placed = len(employed(agents, first)), int(people["heads"].sum())
    note = f"{everybody - placed} of {everybody} people who are here have no skill that is a queue with a forecast, and are left out"
    return people, note if placed < everybody else ""
