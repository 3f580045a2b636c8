"""What the set-up notebook stands on: the centre's checklists, devices and people as of a day, and a start-up
planned from its numbers.
"""

from dataclasses import dataclass, field

import pandas as pd

from ...auditing.checklists import progress
from ...auditing.setting_up.equipment_care import check_rota, repeat_offenders, replacement_costs, replacements
from ...auditing.setting_up.goals import Goal, read_goals
from ...auditing.setting_up.reviews import reviews_due
from ...auditing.setting_up.startup import plan_startup
from ...data import load_centre, load_intervals, load_table
from ...data.privacy import pseudonymise
from ...planning.forecast import forecast
from ...planning.setting_up.buffer import buffer_time
from ...planning.setting_up.floor_plan import Room, floor_plan
from ...planning.setting_up.weighing import weigh

EXAMPLE_GOALS = (  # of the notebook, where the folder has no goals.csv
    Goal(
        goal="customers stay",
        factor="matters are settled at the first contact, within a year",
        until="2027-12-31",
        kpi="fcr",
        target=0.75,
        plan="hear ten calls a week that were called settled",
    ),
    Goal(
        goal="help while it is needed",
        factor="enough people at the peaks, from the first month",
        until="2027-09-30",
        kpi="service_level",
        target=0.80,
        likely="low",
        plan="look at the cost of a contact beside it",
    ),
    Goal(
        goal="support pays its way",
        factor="fewer contacts that come twice, within a year",
        until="2027-12-31",
        kpi="cost_per_contact",
        target=5.80,
        likely="high",
        plan="never without service beside it",
    ),
)
ROOMS = (
    Room(name="north hall", width=17, depth=12, stations=30),
    Room(name="south hall", width=17, depth=9, stations=20, y=12),
    Room(name="quiet room", width=6, depth=5, x=17),
    Room(name="training", width=6, depth=9, x=17, y=5),
    Room(name="manager", width=6, depth=7, x=17, y=14),
)


@dataclass(frozen=True)
class SetupCase:
    """`table` (the centre's checklist), `at` (the day after the tables end), `startup`, `goals`, and the folder's
    other tables (empty where absent).
    """

    folder: object
    centre: object = field(repr=False)
    intervals: pd.DataFrame = field(repr=False)
    table: pd.DataFrame = field(repr=False)
    at: pd.Timestamp
    startup: object = field(repr=False)
    goals: tuple = field(repr=False)

    def progress(self, by="step"):
        """How far each step (or department) is on the day."""
        return progress(self.table, self.at, by)

    def frame(self, table):
        """A table of the folder; ValueError in words where it is not there."""
        return load_table(self.folder, table, self.centre, faulty="leave out").frame

    def weighing(self, name):
        """The Weighing of one list of candidates."""
        return weigh(self.frame("candidates"), name)

    def stations(self, rooms=ROOMS):
        """Where the stations stand, numbered as in the table equipment."""
        return floor_plan(rooms, known=sorted(self.frame("equipment")["station"].dropna().unique()))

    def buffer(self, queue, days=7, samples=200):
        """Buffer time of the next days of a queue, from the forecast's own paths."""
        mine = self.intervals[self.intervals["queue"].astype(str) == queue]
        return buffer_time(forecast(mine, self.centre, f"{days}d", samples=samples), self.centre)

    def rota(self):
        """Which stations are checked in which week."""
        return check_rota(self.frame("equipment"), self.at)

    def offenders(self):
        """Devices that fail again and again."""
        return repeat_offenders(self.frame("equipment"), self.at)

    def replacement_costs(self, months=36):
        """What the replacements of the months ahead cost."""
        return replacement_costs(replacements(self.frame("equipment"), self.at, months=months))

    def reviews(self, names=False):
        """Who is due for a review; people are codes unless names are asked for."""
        from ...auditing.evidence import own_key

        tables = {name: self.frame(name) for name in ("agents", "evaluations")}
        if not names:
            key = own_key(tables)
            tables = {name: pseudonymise(frame, name, key) for name, frame in tables.items()}
        return reviews_due(tables["agents"], self.at, evaluations=tables["evaluations"])


def setup_case(folder, *, start, volume=1.0, queue="", people_per_seat=1.3):
    """The SetupCase of a centre's folder, with a start-up begun on `start` for `volume` × the contacts of a queue
    (the busiest if left out).
    """
    centre = load_centre(folder)
    intervals = load_intervals(folder, centre, faulty="leave out").frame
    live = [one.name for one in centre.queues if not one.deferred]
    queue = queue or str(
        intervals[intervals["queue"].isin(live)].groupby("queue", observed=True)["offered"].sum().idxmax()
    )
    goals = read_goals(folder) or EXAMPLE_GOALS
    at = intervals["start"].max().tz_localize(None).normalize() + pd.Timedelta(days=1)
    startup = plan_startup(intervals, centre, queue, start, goals=goals, volume=volume, people_per_seat=people_per_seat)
    return SetupCase(
        folder, centre, intervals, load_table(folder, "checklist", centre, faulty="leave out").frame, at, startup, goals
    )
