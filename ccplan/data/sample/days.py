"""A shift from minute to minute: what was scheduled, and what was done.

Stretches are lists [start, end, what] in seconds passed, one after the other without a gap.
"""

from dataclasses import dataclass, field

import pandas as pd

from .clock import days, generator, passed
from .people import TEAMS
from .rosters import CHAT_HOURS
from .stories import SICK_TEAM, SICKNESS

LATE_SHARE, LATE_S = 0.22, 300
LONG_BREAK_S = 170  # mean overrun of a break
SYSTEMS_DOWN_SHARE, SYSTEMS_DOWN_S = 0.12, 1500
SICK_DAY_SHARE = 0.055
SPELL = 1.6  # mean length in shifts
CLOSING_S = 900  # after the last minute of a queue, its waiting callers are still served
MINUTE = 60


@dataclass(kw_only=True)
class Day:
    """A shift with its stretches. `calls` are the [queue, start, end] in which contacts are taken."""

    shift: object
    scheduled: list
    actual: list
    calls: list = field(default_factory=list)


def make_days(people, shifts):
    """A Day for each shift, in the order of the shifts."""
    rng = generator(30)
    sick = _sick_days(people, shifts)
    luck, size = rng.random((len(shifts), 6)), rng.exponential(1.0, (len(shifts), 6))
    rows = zip(shifts, sick, luck.tolist(), size.tolist(), strict=True)
    return [_day(shift, people[shift.person], *draws) for shift, *draws in rows]


def _sick_days(people, shifts):
    """Which shifts fall to sickness: spells of some shifts, more of them where a story says so."""
    rng = generator(37)
    sick, spell = [False] * len(shifts), {}
    luck, length = rng.random(len(shifts)), rng.geometric(1 / SPELL, len(shifts))
    for i in sorted(range(len(shifts)), key=lambda i: (shifts[i].day, i)):
        n = shifts[i].person
        if shifts[i].kind not in ("work", "training"):
            continue
        if spell.get(n, 0) == 0 and luck[i] < _sick_share(people[n], shifts[i].day) / SPELL:
            spell[n] = int(length[i])
        if spell.get(n, 0):
            sick[i], spell[n] = True, spell[n] - 1
    return sick


def _sick_share(person, day):
    months = (days()[day] - pd.Timestamp(SICKNESS.first)).days / 30.4
    rising = person.team == SICK_TEAM and 0 <= months
    return SICK_DAY_SHARE + (SICKNESS.size * (months + 0.5) if rising else 0)


def _day(shift, person, sick, luck, size):
    start, end = shift.start_s, shift.end_s
    if shift.kind in ("leave", "holiday"):
        return Day(shift=shift, scheduled=[[start, end, shift.kind]], actual=[[start, end, shift.kind]])
    scheduled = _stretches(start, end, _schedule(shift, person, end - start, luck))
    actual = [[start, end, "sickness"]] if sick else _done(scheduled, luck, size)
    calls = [] if sick else _taking_calls(shift, actual)
    return Day(shift=shift, scheduled=scheduled, actual=actual, calls=calls)


def _schedule(shift, person, seconds, luck):
    """[(minute from the start, minutes, what)] of all that is not work, in order."""
    full = seconds >= 7 * 3600
    shift_by = 15 * (shift.place % 5) - 30 if full else 15 * (shift.place % 4)
    pauses = [(120, 15, "break"), (225, 30, "lunch"), (390, 15, "break")] if full else [(120, 15, "break")]
    plan = [(at + shift_by, minutes, what) for at, minutes, what in pauses]
    if shift.kind == "training":
        return list(_training_day(plan, seconds // 60))
    extra = _extra(shift, person, luck[0])
    if extra:
        plan.append(((275 if full else 15) + shift_by, *extra))
    return sorted(plan)


def _training_day(plan, minutes):
    """Training wherever there is no pause."""
    at = 0
    for start, long, what in plan:
        yield at, start - at, "training"
        yield start, long, what
        at = start + long
    yield at, minutes - at, "training"


def _extra(shift, person, luck):
    """A team's weekly meeting, coaching, or training where the day can spare it; one a shift at most."""
    if shift.slack and luck < 0.6:
        return 90, "training"
    team_day = list(TEAMS).index(person.team) % 5
    if days()[shift.day].day_of_week == team_day:
        return 45, "meeting"
    if luck < 0.07:
        return 45, "coaching"
    return (90, "training") if luck > 0.90 else None


def _stretches(start, end, plan):
    """The whole shift: work wherever nothing else is planned."""
    out, at = [], start
    for minute, minutes, what in plan:
        first = start + minute * MINUTE
        if first > at:
            out.append([at, first, "work"])
        out.append([first, first + minutes * MINUTE, what])
        at = first + minutes * MINUTE
    return out + ([[at, end, "work"]] if at < end else [])


def _done(scheduled, luck, size):
    """What was done: late starts, breaks that last longer, a system that is down."""
    actual = [list(stretch) for stretch in scheduled]
    for k in range(len(actual) - 1):
        if actual[k][2] in ("break", "lunch"):
            _move(actual, k, int(size[k % 4] * LONG_BREAK_S))
    if luck[1] < LATE_SHARE:
        late = _minutes(min(size[4] * LATE_S, 2400))
        if actual[0][2] == "work" and actual[0][1] - actual[0][0] > late > 0:
            actual[0:1] = [[actual[0][0], actual[0][0] + late, "other"], [actual[0][0] + late, *actual[0][1:]]]
    if luck[2] < SYSTEMS_DOWN_SHARE:
        _systems_down(actual, luck[3], size[5])
    return actual


def _move(actual, k, seconds):
    """A stretch ends later, at the cost of the next, which keeps five minutes at least."""
    end = min(actual[k][1] + _minutes(seconds), actual[k + 1][1] - 5 * MINUTE)
    if end > actual[k][1]:
        actual[k][1] = actual[k + 1][0] = end


def _systems_down(actual, luck, size):
    """In the longest stretch of work."""
    k = max(range(len(actual)), key=lambda k: (actual[k][1] - actual[k][0]) * (actual[k][2] == "work"))
    start, end, what = actual[k]
    long = _minutes(min(SYSTEMS_DOWN_S * (0.5 + 0.5 * size), (end - start) / 2))
    if what == "work" and long:
        first = start + _minutes((end - start - long) * luck)
        pieces = [[start, first, "work"], [first, first + long, "systems down"], [first + long, end, "work"]]
        actual[k : k + 1] = [piece for piece in pieces if piece[0] < piece[1]]


def _minutes(seconds):
    """Whole minutes, in seconds."""
    return int(seconds // MINUTE) * MINUTE


def _taking_calls(shift, actual):
    """[queue, start, end] of each stretch of work."""
    spans = [[shift.queue, start, end] for start, end, what in actual if what == "work"]
    if shift.queue == "chat":
        spans = [part for span in spans for part in _chat_and_mail(shift, span)]
    return spans


def _chat_and_mail(shift, span):
    """Before chat opens and after it closes, its people answer mail."""
    opens, closes = (passed(shift.day, minute) for minute in CHAT_HOURS)
    _, start, end = span
    cuts = [
        ["email", start, min(end, opens)],
        ["chat", max(start, opens), min(end, closes)],
        ["email", max(start, closes + CLOSING_S), end],
    ]
    return [cut for cut in cuts if cut[1] < cut[2]]
