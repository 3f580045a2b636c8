"""Onboarding and training: stages with hours, milestones and end skills; their hours are the headcount plan's
training weeks.
"""

from dataclasses import dataclass, replace

import pandas as pd

from ...data.settings import number, setting, settle
from ...queueing.inputs import one_number

KINDS = ("classroom", "e_learning", "on_the_job")


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A stage of onboarding: hours of each kind, the milestone at its end, and what a new hire can do then.

    `on_phones` says that the new hire takes own calls from this stage on: its hours are work that is learnt, not
    weeks before the first call.

    >>> Stage(name="welcome", classroom=8).hours
    8.0
    """

    name: str
    classroom: float = setting(0.0, says="hours in class", unit="hours", check=number(high=2000))
    e_learning: float = setting(0.0, says="hours alone at the screen", unit="hours", check=number(high=2000))
    on_the_job: float = setting(
        0.0, says="hours beside a colleague, or with one beside", unit="hours", check=number(high=2000)
    )
    milestone: str = ""
    can_do: str = ""
    on_phones: bool = False

    def __post_init__(self):
        settle(self)

    @property
    def hours(self):
        """All hours of the stage."""
        return float(sum(getattr(self, kind) for kind in KINDS))


USUAL = (
    Stage(
        name="welcome",
        classroom=12,
        e_learning=3,
        milestone="house rules signed, systems open",
        can_do="finds people, rooms and systems; knows what is expected",
    ),
    Stage(
        name="products and policies",
        classroom=30,
        e_learning=15,
        milestone="test of products and policies passed",
        can_do="answers the twenty commonest questions from the knowledge base",
    ),
    Stage(
        name="procedures and systems",
        classroom=20,
        e_learning=10,
        on_the_job=7.5,
        milestone="ten practice cases closed without help",
        can_do="verifies a caller, opens, documents and closes a case",
    ),
    Stage(
        name="beside a mentor",
        classroom=5,
        on_the_job=47.5,
        milestone="five calls scored, none failed",
        can_do="takes calls with a mentor listening, hands on what must be handed on",
    ),
    Stage(
        name="first month on the phones",
        classroom=6,
        e_learning=2,
        on_the_job=4,
        on_phones=True,
        milestone="review with the team leader",
        can_do="works alone on the main reasons",
    ),
)


def stages_table(stages=USUAL):
    """A row a stage: name, hours by kind, hours, until (Σ hours at its end), on_phones, milestone, can_do."""
    columns = ["stage", *KINDS, "hours", "on_phones", "milestone", "can_do"]
    rows = [
        (one.name, one.classroom, one.e_learning, one.on_the_job, one.hours, one.on_phones, one.milestone, one.can_do)
        for one in stages
    ]
    frame = pd.DataFrame(rows, columns=columns)
    frame.insert(frame.columns.get_loc("hours") + 1, "until", frame["hours"].cumsum())
    return frame


def training_weeks(stages, weekly_hours):
    """Weeks from the first day to the first call: Σ hours of the stages before it ÷ weekly hours.

    >>> training_weeks(USUAL, 37.5)
    4.0
    """
    weekly_hours = one_number("weekly_hours", weekly_hours, open_low=True)
    return sum(one.hours for one in stages if not one.on_phones) / weekly_hours


def with_training(centre, stages=USUAL, *, refresher_hours=None):
    """The centre with the stages' training weeks in its hiring; with `refresher_hours` a year, the training share
    of its shrinkage too.

    >>> from ccplan.data import Centre, Queue
    >>> with_training(Centre(name="A", queues=(Queue(name="q"),))).hiring.training_weeks
    4.0
    """
    weeks = training_weeks(stages, centre.costs.weekly_hours)
    changed = replace(centre, hiring=replace(centre.hiring, training_weeks=weeks))
    if refresher_hours is None:
        return changed
    year = 52 * centre.costs.weekly_hours
    share = one_number("refresher_hours", refresher_hours, high=year, open_high=True) / year
    return replace(
        changed, shrinkage=replace(changed.shrinkage, internal={**changed.shrinkage.internal, "training": share})
    )
