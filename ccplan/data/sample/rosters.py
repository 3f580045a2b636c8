"""Who is rostered when: each day the planner covers what is required with the people who are there.

Full-timers of the voice teams work Monday to Friday and get the start that helps most; part-timers
fill what is left, and the Saturdays, within their week's hours. The outage team keeps three shifts
round the clock. Leave is whole weeks, known in advance.
"""

from dataclasses import dataclass

import numpy as np

from .clock import RECORDS_FROM, day_number, days, generator, holidays_of_finland, passed, weeks
from .people import FULL_TIME, PART_TIME

SLOTS = 48
ON_PHONES = 0.76  # share of a full shift that the planner counts on; the rest is breaks, lunch, sickness, …
PART_ON_PHONES = 0.84
THRIFT = 0.92  # share of the required agents that the planner dares to roster
FULL_STARTS = (480, 510, 540, 600, 660, 720)  # minutes of the day: eight hours, lunch included
PART_STARTS = tuple(range(480, 961, 60))  # four hours
PART_MINUTES = 240
SATURDAY = (600, 960)
NIGHT, MORNING, EVENING = (1320, 1800), (360, 840), (840, 1320)
REST_S = 11 * 3600
OUTAGE_ON_PHONES = 0.80
LEAVE_WEEKS = 5  # a year
CHAT_HOURS = (600, 900)  # chat is open from 10 to 15


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """A day's duty of one person: minutes of the day `first` to `last` (past 1440: next morning).

    `kind` is work, leave, holiday or training; `slack` marks a shift that the day could do without
    for a while, so that training is put there. `place` staggers breaks among those of one day.
    """

    person: int
    day: int
    queue: str
    first: int
    last: int
    kind: str = "work"
    slack: bool = False
    place: int = 0

    @property
    def start_s(self):
        """Start in seconds passed."""
        return passed(self.day, self.first)

    @property
    def end_s(self):
        """End in seconds passed."""
        return passed(self.day, self.last)


def make_shifts(people, needs):
    """Every shift of the two years. `needs` holds {queue: {day number: agents required by slot (48)}}."""
    away = _leave(people)
    return [
        *_service(people, away, needs["service"]),
        *_outage(people, away, needs["outage"]),
        *_digital(people, away, needs["chat"]),
        *_absences(people, away),
    ]


def need_by_day(grid, required):
    """{day number: agents required in each of the 48 half hours}; the repeated hour counts once."""
    table = {}
    for day, slot, agents in zip((grid["date"] - days()[0]).dt.days, grid["slot"], required, strict=True):
        table.setdefault(day, np.zeros(SLOTS))[slot] = agents
    return table


def _leave(people):
    """Which weeks each person is away: two in summer, the others through the year; (person, week)."""
    week, rng = weeks(), generator(20)
    month = np.array([days()[np.searchsorted(week, w)].month for w in range(week[-1] + 1)])
    away = np.zeros((len(people), week[-1] + 1), dtype=bool)
    for number in range(len(people)):
        for first in range(0, week[-1] + 1, 52):
            year = np.arange(first, min(first + 52, week[-1] + 1))
            summer = [w for w in year if 6 <= month[w] <= 8]
            if len(summer) > 2:
                start = summer[int(rng.integers(0, len(summer) - 1))]
                away[number, start : start + 2] = True
            some = round((LEAVE_WEEKS - 2) * len(year) / 52)
            away[number, rng.choice(year, some, replace=False)] = True
    return away


def _there(people, away, queue, day, hours=None):
    """Numbers of the people of a queue who can take calls on a day."""
    week = weeks()[day]
    return [
        n
        for n, p in enumerate(people)
        if p.queue == queue and p.first_call <= day <= p.left and not away[n, week] and hours in (None, p.weekly_hours)
    ]


def _options(starts, minutes, weight):
    """Cover of the 48 slots by each possible start."""
    slot = np.arange(SLOTS) * 30
    return np.array([weight * ((slot >= s) & (slot < s + minutes)) for s in starts])


FULL_OPTIONS = _options(FULL_STARTS, 480, ON_PHONES)
PART_OPTIONS = _options(PART_STARTS, PART_MINUTES, PART_ON_PHONES)


def _service(people, away, need):
    """Shifts of the voice teams."""
    quota = {}
    for day, wanted in need.items():
        short, weekday = THRIFT * wanted, days()[day].day_of_week
        part = _there(people, away, "service", day, PART_TIME)
        part.sort(key=lambda n: (_used(quota, n, day), (n * 7 + day) % 31))
        if weekday == 5:
            yield from _saturday(quota, part, day, short)
            continue
        full = _there(people, away, "service", day, FULL_TIME)
        turn = weeks()[day] % max(len(full), 1)
        yield from _fill(full[turn:] + full[:turn], day, short, FULL_STARTS, 480, FULL_OPTIONS, quota, 0.0)
        yield from _fill(part, day, short, PART_STARTS, PART_MINUTES, PART_OPTIONS, quota, 0.8)


def _fill(people, day, short, starts, minutes, options, quota, least):
    """Give each person the start that helps most, while it helps by at least `least` agent-hours."""
    for place, n in enumerate(people):
        if minutes == PART_MINUTES and _used(quota, n, day) > PART_TIME * 60 - minutes:
            continue
        # Rounded, for machines add up in different orders.
        gains = np.round(np.minimum(options, np.maximum(short, 0)).sum(axis=1) / 2, 6)
        best = int(np.argmax(gains))
        if gains[best] < least:
            break
        short -= options[best]
        _use(quota, n, day, minutes)
        yield Shift(
            person=n,
            day=day,
            queue="service",
            first=starts[best],
            last=starts[best] + minutes,
            slack=bool(gains[best] < 1.5),
            place=place,
        )


def _saturday(quota, people, day, short):
    heads = int(np.ceil(np.sort(short)[-4] / PART_ON_PHONES))
    for place, n in enumerate(people[:heads]):
        _use(quota, n, day, 360)
        yield Shift(person=n, day=day, queue="service", first=SATURDAY[0], last=SATURDAY[1], place=place)


def _used(quota, n, day):
    """Minutes of the week so far."""
    return quota.get((n, weeks()[day]), 0)


def _use(quota, n, day, minutes):
    quota[n, weeks()[day]] = _used(quota, n, day) + minutes


def _outage(people, away, need):
    """Three shifts a day, each as strong as its third busiest half hour needs."""
    last_end, worked, rng = {}, {}, generator(21)
    for day in range(len(days())):
        there, week = _there(people, away, "outage", day), weeks()[day]
        for first, last in (MORNING, EVENING, NIGHT):
            start = passed(day, first)
            fit = [n for n in there if last_end.get(n, -REST_S) + REST_S <= start and worked.get((n, week), 0) < 5]
            luck = rng.random(len(people))
            fit.sort(key=lambda n: (worked.get((n, week), 0) + worked.get((n, week - 1), 0), luck[n]))
            for place, n in enumerate(fit[: _heads(need, day, first, last)]):
                last_end[n] = passed(day, last)
                worked[n, week] = worked.get((n, week), 0) + 1
                yield Shift(person=n, day=day, queue="outage", first=first, last=last, place=place)


def _heads(need, day, first, last):
    wanted = np.concatenate([need[day], need.get(day + 1, need[day])])[first // 30 : last // 30]
    return int(np.ceil(max(np.sort(wanted)[-3], 2) / OUTAGE_ON_PHONES))


def _digital(people, away, need):
    """Chat and e-mail, 9 to 17: as many on chat as it needs, the others on mail; it began with the records."""
    for day, wanted in need.items():
        team = _there(people, away, "digital", day)
        chat = min(int(np.ceil(np.sort(wanted)[-3] / 0.78)), max(len(team) - 2, 1))
        turn = weeks()[day] % max(len(team), 1)
        for place, n in enumerate(team[turn:] + team[:turn]):
            yield Shift(person=n, day=day, queue="chat" if place < chat else "email", first=540, last=1020, place=place)


def _absences(people, away):
    """Leave, public holidays and training days of those who would work: paid, not on the phones."""
    since = day_number(RECORDS_FROM) - 7
    for n, person in enumerate(people):
        for day in range(max(person.hired, since), min(person.left, len(days()) - 1) + 1):
            if days()[day].day_of_week > 4:
                continue
            kind = _why_not(person, away[n, weeks()[day]], day)
            if kind:
                minutes = 480 if person.weekly_hours == FULL_TIME else 300
                yield Shift(person=n, day=day, queue=person.queue, first=540, last=540 + minutes, kind=kind)


def _why_not(person, on_leave, day):
    if day < person.first_call:
        return "training"
    if days()[day] in holidays_of_finland():
        return "holiday" if person.queue != "outage" else None
    return "leave" if on_leave else None
