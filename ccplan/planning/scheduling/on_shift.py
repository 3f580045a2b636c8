"""From people at their desks to people on shift: what shifts and rosters hold themselves is not counted a second time.

Shrinkage turns net people into paid ones, but breaks stand in the shifts and leave in the roster. What neither knows,
such as sickness, training and meetings, is put on the requirement.
"""

from math import inf

import pandas as pd

from ...data.given import given_table
from ...queueing.inputs import SHARE_HINT, one_number

IN_SHIFTS = ("break", "lunch", "meal", "pause")
IN_ROSTERS = ("leave", "holiday", "vacation")
MINUTES = 24 * 60


def shrinkage_held(centre, shifts=None, *, causes=None):
    """Where each cause of shrinkage is kept, a row a cause: cause, share (of paid time), held ("shifts", "roster",
    "requirement").

    Causes named after breaks are in the shifts where these have paid breaks, those named after leave and holidays
    in the roster, which knows who is away; the others raise the requirement. `shifts` are those of the centre if
    left out; `causes` {cause: where} says otherwise. Raises ValueError for a cause or place that is not known.

    >>> from ccplan.data import Centre, Queue
    >>> from ccplan.data.centre import Shrinkage
    >>> centre = Centre(name="x", queues=(Queue(name="q"),), shrinkage=Shrinkage(external={"annual leave": 0.1, "sickness": 0.05}, internal={"training": 0.05}))
    >>> shrinkage_held(centre)["held"].tolist()
    ['roster', 'requirement', 'requirement']
    """
    shifts = centre.shifts if shifts is None else shifts
    known, given = centre.shrinkage.in_month(), dict(causes or {})
    for cause, where in given.items():
        if cause not in known or where not in ("shifts", "roster", "requirement"):
            raise ValueError(
                f'causes must be {{cause: "shifts", "roster" or "requirement"}} of {", ".join(known)}, got {cause!r}: {where!r}'
            )
    pauses = any(one.paid for shift in shifts for one in shift.breaks)
    held = [given.get(cause) or _held(cause, pauses) for cause in known]
    return pd.DataFrame({"cause": list(known), "share": list(known.values()), "held": held}).astype(
        {"cause": object, "held": object}
    )


def _held(cause, pauses):
    if pauses and any(word in cause.lower() for word in IN_SHIFTS):
        return "shifts"
    return "roster" if any(word in cause.lower() for word in IN_ROSTERS) else "requirement"


def at_desk_share(centre, shifts=None, *, causes=None):
    """Of people on shift and not on a break, the share at their desks: (1 − all shrinkage) ÷ (1 − what shifts and
    roster hold).

    Arguments as for `shrinkage_held`.

    >>> from ccplan.data import Centre, Queue
    >>> from ccplan.data.centre import Shrinkage
    >>> centre = Centre(name="x", queues=(Queue(name="q"),), shrinkage=Shrinkage(external={"annual leave": 0.2}, internal={"training": 0.2}))
    >>> round(at_desk_share(centre), 3)   # 60 of 100 paid hours are at the desk, 80 of them on shift
    0.75
    """
    table = shrinkage_held(centre, shifts, causes=causes)
    return float((1 - table["share"].sum()) / (1 - table.loc[table["held"] != "requirement", "share"].sum()))


def desk_requirement(staffed, centre, shifts=None, *, causes=None, at_desk=None):
    """The requirement that shifts must cover: queue, start, agents (on shift, breaks apart), net (at desks),
    offered, aht_s.

    `staffed` is a frame of `staff`; `at_desk` is that of `at_desk_share` if left out. Parts of people stay parts.
    Raises ValueError in words.
    """
    given_table(staffed, "staffed", times=["start"], numbers=["agents"])
    share = at_desk_share(centre, shifts, causes=causes) if at_desk is None else at_desk
    one_number("at_desk", share, high=1.0, open_low=True, hint=SHARE_HINT)
    kept = [name for name in ("queue", "start", "offered", "aht_s") if name in staffed]
    found = staffed[kept].assign(net=staffed["agents"].astype(float), agents=staffed["agents"] / share)
    return found[[*kept[:2], "agents", "net", *kept[2:]]].reset_index(drop=True)


def shifts_of_queue(centre, queue):
    """The shifts of the centre that are worked for a queue: those that lie in its opening hours, and in no narrower
    queue's.

    A shift lies in the hours if each of its starts does, breaks included, on a day on which both are known. Queues
    of work that may wait take none away. Where none lies in them, all that start while the queue is open. A list of
    `Shift`.
    """
    wide = {one.name: one.hours.minutes_per_week() for one in centre.queues if not one.deferred or one.name == queue}
    homes = {
        shift.name: min((name for name in wide if _lies(shift, centre.queue(name).hours)), key=wide.get, default=None)
        for shift in centre.shifts
    }
    own = [shift for shift in centre.shifts if homes[shift.name] == queue]
    hours = centre.queue(queue).hours
    return (
        own
        or [shift for shift in centre.shifts if _lies(shift, hours)]
        or [shift for shift in centre.shifts if _lies(shift, hours, length=0)]
    )


def _lies(shift, hours, length=inf):
    """Whether the shift, or so many seconds of it, lies in the hours on each of its days on which the queue is open."""
    minutes = min(shift.length_s, length) / 60
    open_days = [day for day in shift.days if hours.week[day] or any(end > MINUTES for _, end in hours.week[day - 1])]
    return bool(open_days) and all(
        _inside(hours, day, start / 60, minutes) for day in open_days for start in shift.start_s
    )


def _inside(hours, day, start, minutes):
    """Whether a stretch that begins so many minutes after a day's midnight lies in spans that follow one another."""
    spans = sorted(
        (first + MINUTES * at, last + MINUTES * at)
        for at in (-1, 0, 1, 2)
        for first, last in hours.week[(day + at) % 7]
    )
    reach = start
    for first, last in spans:
        if first <= reach < last or (first <= reach == last and not minutes):
            reach = last
    return reach > start - 1e-9 and reach >= start + minutes and any(first <= start < last for first, last in spans)
