"""From people rostered to people on the phones: what leave, sickness, time off the phones and adherence leave of
the hours.
"""

from dataclasses import dataclass, fields

from ...data.evidence.estimates import CAUSES, EXTERNAL_CAUSES, UNPAID, WORK

SICK = "sickness"
NOT_ROSTERED = tuple(word for word in UNPAID if word != "lunch")  # lunch is part of a rostered day


@dataclass(frozen=True)
class Presence:
    """Shares that take rostered hours to hours worked, one after another: their product is worked ÷ rostered.

    `leave` share kept after leave and holidays, `sickness` share of the rest that was not sick, `off_phones` share of
    those present that was scheduled for work (breaks, training and meetings are not), `adherence` hours worked ÷ hours
    scheduled for work of those present; `hours` rostered.
    """

    leave: float
    sickness: float
    off_phones: float
    adherence: float
    hours: float

    @property
    def kept(self):
        """Worked ÷ rostered hours."""
        return self.leave * self.sickness * self.off_phones * self.adherence


SHARES = tuple(one.name for one in fields(Presence) if one.name != "hours")


def presence(activities):
    """The Presence of the people and times of a frame of the table `activities`; None where it tells too little.

    >>> import pandas as pd
    >>> day = pd.date_range("2026-01-05 08:00", periods=4, freq="2h")
    >>> frame = pd.DataFrame({"start": day, "end": day + pd.Timedelta(hours=2),
    ...     "scheduled": ["leave", "work", "work", "break"], "actual": ["leave", "sickness", "work", "break"]})
    >>> found = presence(frame)
    >>> found.leave, round(found.sickness, 3), found.off_phones, found.adherence, found.kept
    (0.75, 0.667, 0.5, 1.0, 0.25)
    """
    if not {"start", "end", "scheduled", "actual"} <= set(activities):
        return None
    hours = (activities["end"] - activities["start"]).dt.total_seconds() / 3600
    told = (
        activities["actual"].notna()
        & (hours > 0)
        & ~(activities["actual"].isin(NOT_ROSTERED) & activities["scheduled"].isin(NOT_ROSTERED))
    )
    hours, was, planned = hours[told], activities["actual"][told], activities["scheduled"][told]
    cause = was.replace(CAUSES)
    sick = cause.eq(SICK)
    away = cause.isin(EXTERNAL_CAUSES) & ~sick
    rostered, left = hours.sum(), hours[~away].sum()
    present = hours[~away & ~sick].sum()
    to_work, worked = hours[~away & ~sick & planned.isin(WORK)].sum(), hours[was.isin(WORK)].sum()
    if not min(rostered, left, present, to_work, worked) > 0:
        return None
    return Presence(*map(float, (left / rostered, present / left, to_work / present, worked / to_work, rostered)))


def people_of(agents, queue, others):
    """Codes of the people whose first skill is the queue (`others`: names of all queues), a set; empty where it is
    not told.
    """
    if not {"agent", "skills"} <= set(agents):
        return set()
    known = set(others)
    first = (
        agents["skills"]
        .fillna("")
        .astype(str)
        .map(lambda words: next((word for word in words.split(";") if word in known), None))
    )
    return set(agents.loc[first.eq(queue), "agent"].dropna())
