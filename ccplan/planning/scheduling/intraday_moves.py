"""What could be done with the people of today: every move of a break, a training, an end or a start that a duty allows.

A move is data: its kind, the agent, the stretch it takes (old) and gives (new) in real seconds, and the word of the
activity.
"""

from dataclasses import dataclass

import numpy as np

from ...data.evidence.estimates import WORK
from .breaks import PAUSES
from .duty_tables import seconds_of

MOVABLE = ("training", "meeting", "coaching")
KINDS = ("move break", "move activity", "postpone activity", "overtime", "time off")


@dataclass(frozen=True, kw_only=True)
class Move:
    """One move: `old` and `new` are (start, end) in real seconds or None, `change` people at their desks by slot,
    `cost` in currency.
    """

    kind: str
    agent: str
    word: str
    old: tuple | None
    new: tuple | None
    change: np.ndarray
    cost: float
    paid_s: float
    duty: int


@dataclass(frozen=True)
class Turn:
    """A duty of today that is not over: its row, its activities' (start, end, word), its wage, and its shift where
    it is known.
    """

    number: int
    agent: str
    start: int
    end: int
    parts: tuple
    wage: float
    shift: object


@dataclass(frozen=True)
class Slots:
    """The slots of the day: `starts` (real seconds), `size_s`, the `gap` by slot (people at work − required; nan:
    nothing asked) and the share `kept` of scheduled work."""

    starts: np.ndarray
    size_s: int
    gap: np.ndarray
    kept: np.ndarray

    def part(self, span):
        """The share of each slot that a stretch takes."""
        start, end = span
        return (
            np.clip(np.minimum(end, self.starts + self.size_s) - np.maximum(start, self.starts), 0, None) / self.size_s
        )

    def hours(self, change):
        """(hours missing, hours idle) that a change of people by slot would take away."""
        then = self.gap + change * self.kept
        missing = np.nansum(np.maximum(-self.gap, 0.0) - np.maximum(-then, 0.0))
        idle = np.nansum(np.maximum(self.gap, 0.0) - np.maximum(then, 0.0))
        return missing * self.size_s / 3600, idle * self.size_s / 3600


def turns_of(activities, duties, people, shifts, now_s, centre):
    """The Turns of the day: duties that still go on or come, with their activities."""
    start, end = seconds_of(activities["start"]), seconds_of(activities["end"])
    mine = activities.groupby("agent").indices
    wage = (
        people.drop_duplicates("agent").set_index("agent")["hourly_wage"].to_dict() if "hourly_wage" in people else {}
    )
    found = []
    for number, (duty, first, last) in enumerate(
        zip(duties.itertuples(), seconds_of(duties["start"]), seconds_of(duties["end"]), strict=True)
    ):
        rows = [k for k in mine.get(duty.agent, ()) if start[k] < last and end[k] > first]
        words = activities["scheduled"]
        parts = tuple((int(start[k]), int(end[k]), words.iloc[k]) for k in rows if isinstance(words.iloc[k], str))
        if last > now_s and parts and max(part[1] for part in parts) > now_s:
            pay = wage.get(duty.agent)
            pay = centre.costs.hourly_wage if pay is None or np.isnan(pay) else float(pay)
            found.append(
                Turn(
                    number,
                    duty.agent,
                    int(first),
                    int(last),
                    joined(parts),
                    pay * (1 + centre.costs.on_costs),
                    shifts.get(duty.shift),
                )
            )
    return found


def joined(parts):
    """Stretches of one word that follow one another, as one."""
    found = []
    for start, end, word in sorted(parts):
        if found and found[-1][2] == word and found[-1][1] == start:
            found[-1] = (found[-1][0], end, word)
        else:
            found.append((start, end, word))
    return tuple(found)


def _at_work(turn):
    return [(start, end) for start, end, word in turn.parts if word in WORK]


def _fits(turn, span, old):
    """Whether a stretch lies wholly in work, or in what it leaves."""
    free = sorted([*_at_work(turn), old])
    reach = span[0]
    for start, end in free:
        if start <= reach < end:
            reach = end
    return reach >= span[1]


def _starts(slots, first, last):
    """Starts on the slots from `first` to `last`."""
    at = slots.starts
    return at[(at >= first) & (at <= last)]


def _moved(turn, slots, part, first, last, kind):
    """The moves of one stretch to the starts from `first` to `last`."""
    start, end, word = part
    length, back = end - start, slots.part((start, end))
    return [
        Move(
            kind=kind,
            agent=turn.agent,
            word=word,
            old=(start, end),
            new=(int(at), int(at + length)),
            change=back - slots.part((at, at + length)),
            cost=0.0,
            paid_s=0.0,
            duty=turn.number,
        )
        for at in _starts(slots, first, last)
        if at != start and _fits(turn, (int(at), int(at + length)), (start, end))
    ]


def moved_breaks(turn, slots, now_s, notice_s):
    """Breaks that have not begun, moved within their windows and in order; a list of lists, one a break."""
    breaks = [part for part in turn.parts if part[2] in PAUSES]
    if turn.shift is None or len(breaks) != len(turn.shift.breaks):
        return []
    windows = sorted(turn.shift.breaks, key=lambda one: (one.earliest_s, one.latest_s))
    found = []
    for k, (part, window) in enumerate(zip(breaks, windows, strict=True)):
        if part[0] < now_s + notice_s:
            continue
        first = max(turn.start + int(window.earliest_s), now_s + notice_s, breaks[k - 1][1] if k else 0)
        last = turn.start + int(window.latest_s)
        if k + 1 < len(breaks):
            last = min(last, breaks[k + 1][0] - (part[1] - part[0]))
        found.append(_moved(turn, slots, part, first, last, "move break"))
    return found


def moved_activities(turn, slots, now_s, notice_s):
    """Trainings, meetings and coaching that have not begun: to another time of the duty, or to another day."""
    found = []
    for part in turn.parts:
        if part[2] in MOVABLE and part[0] >= now_s + notice_s:
            found.append(
                _moved(
                    turn,
                    slots,
                    part,
                    max(turn.start, now_s + notice_s),
                    turn.end - (part[1] - part[0]),
                    "move activity",
                )
            )
            hours = (part[1] - part[0]) / 3600
            found.append(
                [
                    Move(
                        kind="postpone activity",
                        agent=turn.agent,
                        word=part[2],
                        old=part[:2],
                        new=None,
                        change=slots.part(part[:2]),
                        cost=hours * turn.wage,
                        paid_s=0.0,
                        duty=turn.number,
                    )
                ]
            )
    return found


def overtime(turn, slots, now_s, notice_s, longest_s, step_s, factor):
    """Longer at the end, or earlier at the start, in steps of `step_s`; the wage of overtime is `factor` times the
    usual.
    """
    lengths = range(int(step_s), int(longest_s) + 1, int(step_s))
    spans = [
        [(turn.end, turn.end + length) for length in lengths if turn.end >= now_s],
        [(turn.start - length, turn.start) for length in lengths if turn.start - length >= now_s + notice_s],
    ]
    return [
        [
            Move(
                kind="overtime",
                agent=turn.agent,
                word="work",
                old=None,
                new=span,
                change=slots.part(span),
                paid_s=float(span[1] - span[0]),
                cost=(span[1] - span[0]) / 3600 * turn.wage * factor,
                duty=turn.number,
            )
            for span in side
        ]
        for side in spans
        if side
    ]


def time_off(turn, slots, now_s, notice_s, step_s):
    """The longest stretch to the duty's end in which nobody is missed at any moment, if it is `step_s` long."""
    earliest = max(turn.start, now_s + notice_s)
    work = sum((slots.part(span) for span in _at_work(turn)), np.zeros(slots.starts.size))
    needed = (work > 0) & (slots.gap < work * slots.kept - 1e-9) & (slots.starts + slots.size_s > earliest)
    start = max(earliest, int(slots.starts[needed].max()) + slots.size_s) if needed.any() else earliest
    start = turn.end - (turn.end - start) // int(step_s) * int(step_s)
    if turn.end - start < step_s or any(first < start < last for first, last, word in turn.parts if word not in WORK):
        return []
    ahead = [(max(first, start), last, word) for first, last, word in turn.parts if last > start]
    paid = sum(last - first for first, last, word in ahead if word != "lunch")
    change = -sum((slots.part(part[:2]) for part in ahead if part[2] in WORK), np.zeros(slots.starts.size))
    return [
        [
            Move(
                kind="time off",
                agent=turn.agent,
                word="work",
                old=(start, turn.end),
                new=None,
                change=change,
                paid_s=-float(paid),
                cost=-paid / 3600 * turn.wage,
                duty=turn.number,
            )
        ]
    ]
