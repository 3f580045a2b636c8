"""The ground on which breaks are placed: slots of time, the people on duty in each, and what each break may do.

All times are real seconds cut into slots, so that an hour that the clock leaps over or repeats is as long as it is.
A slot is the largest step that fits the requirement, the duties and their breaks: 15 minutes where it can be.
"""

from dataclasses import dataclass
from math import gcd

import numpy as np

from ...queueing.inputs import one_number
from ..forecasting.horizon import same_clock
from .duty_tables import by_name, checked_duties, checked_requirement, seconds_of

EVERY_S = 900
FINEST_S = 60


@dataclass(frozen=True)
class Ground:
    """Duties cut into slots of `slot_s` from `origin_s` on.

    `first` and `last` are the slots of each duty (the last is not in it); `required` people by slot (nan: nothing is
    asked there). A break is a row of `duty`, `place` (in order), `length`, `early`, `late` (slots, all that its window,
    its neighbours and the duty leave it), and stands in the order of duties and places.
    """

    duties: object
    origin_s: int
    slot_s: int
    required: np.ndarray
    first: np.ndarray
    last: np.ndarray
    duty: np.ndarray
    place: np.ndarray
    length: np.ndarray
    early: np.ndarray
    late: np.ndarray
    paid: np.ndarray

    @property
    def on_duty(self):
        """People on duty by slot, on a break or not."""
        edge = np.zeros(self.required.size + 1, dtype=np.int64)
        np.add.at(edge, self.first, 1)
        np.add.at(edge, self.last, -1)
        return edge.cumsum()[:-1]

    def cover(self, at):
        """People at their desks by slot with the breaks starting in slots `at`."""
        edge = np.zeros(self.required.size + 1, dtype=np.int64)
        np.add.at(edge, at, -1)
        np.add.at(edge, at + self.length, 1)
        return self.on_duty + edge.cumsum()[:-1]


def ground_of(duties, requirement, shifts, every_s=EVERY_S):
    """The Ground of duties, a requirement and their shifts; ValueError in words for what does not fit together."""
    duties, known = checked_duties(duties), by_name(shifts)
    unknown = sorted(set(duties["shift"]) - set(known))
    if unknown:
        raise ValueError(f"duties: shift {unknown[0]!r} is none of the shifts: {', '.join(map(str, known))}")
    start_s, step_s, agents = checked_requirement(requirement)
    same_clock(duties["start"], requirement["start"], "duties and requirement")
    starts, ends = seconds_of(duties["start"]), seconds_of(duties["end"])
    slot_s = _slot(every_s, step_s, starts - start_s, ends - starts, known)
    origin = min(start_s, int(starts.min(initial=start_s)))
    size = (max(start_s + step_s * agents.size, int(ends.max(initial=start_s))) - origin) // slot_s
    required = np.full(size, np.nan)
    within = (start_s - origin) // slot_s
    required[within : within + agents.size * (step_s // slot_s)] = np.repeat(agents, step_s // slot_s)
    first, last = (starts - origin) // slot_s, (ends - origin) // slot_s
    rows = [
        _windows(known[name], one, other, slot_s) for name, one, other in zip(duties["shift"], first, last, strict=True)
    ]
    counts = [len(row) for row in rows]
    flat = np.array([each for row in rows for each in row], dtype=np.int64).reshape(-1, 5).T.copy()  # rows in one piece
    return Ground(
        duties=duties,
        origin_s=origin,
        slot_s=slot_s,
        required=required,
        first=first,
        last=last,
        duty=np.repeat(np.arange(len(rows)), counts),
        place=flat[0],
        length=flat[1],
        early=flat[2],
        late=flat[3],
        paid=flat[4].astype(bool),
    )


def _slot(every_s, step_s, offsets, lengths, known):
    """The largest step that everything is a multiple of."""
    if one_number("every_s", every_s, low=FINEST_S, high=4 * 3600) % 1:
        raise ValueError(f"every_s must be whole seconds, got {every_s!r}")
    said = [
        one
        for shift in known.values()
        for each in shift.breaks
        for one in (each.length_s, each.earliest_s, each.latest_s)
    ]
    slot = gcd(
        int(every_s),
        int(step_s),
        *(int(one) for one in said),
        *(int(one) for one in np.unique(offsets)),
        *(int(one) for one in np.unique(lengths)),
    )
    if slot < FINEST_S:
        raise ValueError(
            f"requirement, duties and breaks must start and last whole minutes, got a step of {slot} seconds between them"
        )
    return slot


def _windows(shift, first, last, slot_s):
    """(place, length, earliest, latest, paid) of a duty's breaks, in slots, narrowed by their neighbours.

    A duty that is shorter than its shift (cut or begun late) keeps the breaks that still fit into it.
    """
    fit = [
        one
        for one in sorted(shift.breaks, key=lambda one: (one.earliest_s, one.latest_s))
        if first + (one.earliest_s + one.length_s) // slot_s <= last
    ]
    length = [int(one.length_s) // slot_s for one in fit]
    early = [first + int(one.earliest_s) // slot_s for one in fit]
    late = [min(first + int(one.latest_s) // slot_s, last - size) for one, size in zip(fit, length, strict=True)]
    for k in range(1, len(fit)):
        early[k] = max(early[k], early[k - 1] + length[k - 1])
    for k in range(len(fit) - 2, -1, -1):
        late[k] = min(late[k], late[k + 1] - length[k])
    if any(one > other for one, other in zip(early, late, strict=True)):
        raise ValueError(
            f"shift {shift.name}: its breaks do not fit one after another — widen the windows of {', '.join(one.name for one in fit)}"
        )
    return [(k, length[k], early[k], late[k], fit[k].paid) for k in range(len(fit))]


def in_the_middle(ground):
    """The slot in which each break starts if nobody thinks about it: in the middle of what is left to it."""
    at = np.empty(ground.duty.size, dtype=np.int64)
    for k in range(at.size):
        least = at[k - 1] + ground.length[k - 1] if ground.place[k] else ground.early[k]
        at[k] = max((ground.early[k] + ground.late[k]) // 2, least)
    return at


def key_of(ground, at, slots=slice(None)):
    """What is made least, in order: (worst shortage, agent-slots missing, Σ surplus²) over the slots in which
    anything is asked.
    """
    gap = (ground.required - ground.cover(at))[slots]
    gap = gap[~np.isnan(gap)]
    short, spare = np.maximum(gap, 0.0), np.maximum(-gap, 0.0)
    return tuple(round(float(value), 6) for value in (short.max(initial=0.0), short.sum(), (spare**2).sum()))


def pieces(ground):
    """Numbers of the duties by pieces that have no moment in common, an array as long as the duties."""
    order = np.argsort(ground.first, kind="stable")
    reach = np.maximum.accumulate(ground.last[order])
    fresh = np.concatenate([[False], ground.first[order][1:] >= reach[:-1]]) if order.size else np.zeros(0, dtype=bool)
    number = np.empty(order.size, dtype=np.int64)
    number[order] = fresh.cumsum()
    return number
