"""A week's cover for other assumptions: the plain function behind the dials of the schedule panel."""

from dataclasses import dataclass, field, replace
from math import inf
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..panels.dials import total
from ..panels.saying import frame_of, shown
from ..tables import Words
from .tables import required_hours, worst_of

if TYPE_CHECKING:
    from ...planning.schedule import Cover

AIMS = {"least cost": "cost", "fewest hours": "hours", "least difference": "difference"}
NEAR = 0.02  # share of the best within which a plan of whole people is searched
SECONDS = 4.0  # how long the search for a day may take
WEEK = pd.Timedelta(days=7)
EXTRA = "extra"
KEPT = 200  # covers that are kept once found


@dataclass(frozen=True, kw_only=True)
class ScheduleTotals:
    """What a week's cover comes to, as its tiles say it."""

    shifts: float = total("Shifts worked", "Σ people on a shift, all days of the week", "count", -1)
    people: float = total(
        "People needed", "so many that nobody works more than five days; at least those of the busiest day", "count", -1
    )
    hours: float = total("Paid hours", "of the week; unpaid breaks left out", "number", -1)
    cost: float = total("Cost of the week", "wages with on-costs, and what is paid on top for the shift", "money", -1)
    missing: float = total("Hours missing", "hours in which one person is missing", "number", -1)
    surplus: float = total("Hours too many", "hours in which one person is too many", "number", -1)
    service: float = total(
        "Service of the cover",
        "calls answered in time ÷ calls offered, by the queueing model, with those who are at their desks",
        "share",
        1,
    )
    worst: float = total("Worst interval", "the lowest service level of any interval", "share", 1)


@dataclass(frozen=True)
class ScheduleView:
    """What the panel shows: the `cover`, its `totals`, `warnings` in words; `proven` is False where people come in
    parts.
    """

    cover: "Cover"
    totals: ScheduleTotals
    warnings: tuple
    currency: str = ""

    @property
    def proven(self):
        """Whether people are whole."""
        return self.cover.status != "in parts"

    def answer(self):
        """The week in a paragraph."""
        told = self.totals
        service = f" Callers find {told.service:.1%} answered in time." if np.isfinite(told.service) else ""
        return Words(
            f"**{told.shifts:,.0f} shifts cover the week; {told.people:,.0f} people can work them.** {told.missing:,.1f} hours stay open, "
            f"{told.surplus:,.1f} are too many, and the week costs {shown(told.cost, 'money', self.currency)}.{service}"
        )

    def frame(self):
        """The tiles as a table: a row a number, in words as shown."""
        return frame_of(self.totals, self.currency)


@dataclass
class ScheduleGround:
    """Weeks laid ready for other assumptions: `calls` {queue: rows of start, offered, aht_s} and `heads` {queue:
    its people}, a queue's asked for when it is first looked at."""

    centre: object
    queues: tuple
    load: object  # queue → (calls, people)
    kept: dict = field(default_factory=dict, repr=False)
    ready: dict = field(default_factory=dict, repr=False)

    def of(self, queue):
        """(calls, number of people) of a queue."""
        if queue not in self.ready:
            calls, heads = self.load(queue)
            self.ready[queue] = calls.assign(queue=queue), heads
        return self.ready[queue]

    def weeks(self, queue):
        """The Mondays of a queue's weeks."""
        local = self.of(queue)[0]["start"].dt.tz_localize(None).dt.normalize()
        return sorted((local - pd.to_timedelta(local.dt.dayofweek, unit="D")).unique())

    def shifts(self, queue, short_most=inf, extra_h=0.0):
        """The queue's shifts, short ones bounded, and one of another length beside them."""
        from ...planning import shifts_of_queue

        if ("shifts", queue) not in self.ready:
            self.ready["shifts", queue] = shifts_of_queue(self.centre, queue)
        found = self.ready["shifts", queue]
        longest = max(one.length_s for one in found)
        found = [
            replace(one, most=min(one.most, int(short_most)))
            if one.length_s < 0.75 * longest and len(one.days) > 2 and np.isfinite(short_most)
            else one
            for one in found
        ]
        return found + ([extra_shift(max(found, key=lambda one: one.length_s), extra_h)] if extra_h else [])

    def requirement(self, queue, week, volume=0.0, off_desk=0.0):
        """(what a week's shifts must cover, the share of people on shift who are at their desks)."""
        from ...planning import at_desk_share, desk_requirement, staff

        calls, _ = self.of(queue)
        local = calls["start"].dt.tz_localize(None)
        mine = calls[(local >= week) & (local < week + WEEK)]
        key = ("staffed", queue, week, volume)
        if key not in self.kept:
            self._room()
            self.kept[key] = staff(mine.assign(offered=mine["offered"] * (1 + volume)), self.centre)
        if ("share", queue) not in self.ready:
            self.ready["share", queue] = at_desk_share(self.centre, self.shifts(queue))
        share = min(max(self.ready["share", queue] - off_desk, 0.05), 1.0)
        return desk_requirement(self.kept[key], self.centre, at_desk=share), share

    def _room(self):
        if len(self.kept) > KEPT:
            self.kept.clear()

    def parts(self, asked):
        """The stretches of a week that are solved by themselves: its days, or all of it where a shift passes
        midnight.
        """
        rows, _ = self.requirement(asked.queue, asked.week, asked.volume, asked.off_desk)
        days = rows["start"].dt.tz_localize(None).dt.normalize()
        over = self.over_midnight(asked)
        return (
            [rows.reset_index(drop=True)]
            if over
            else [rows[days == day].reset_index(drop=True) for day in sorted(days.unique())]
        )

    def over_midnight(self, asked):
        """Whether a shift passes midnight: the week's last night then reaches into its first morning."""
        return any(
            max(one.start_s) + one.length_s > 86_400
            for one in self.shifts(asked.queue, asked.short_most, asked.extra_h)
        )

    def cover(self, asked, rows=None, whole=True):
        """The Cover of a week, or some rows of it, for an Asked; kept once found."""
        from ...planning import cover_shifts

        key = (asked, whole, None if rows is None else rows["start"].iloc[0])
        if key not in self.kept:
            self._room()
            need, share = self.requirement(asked.queue, asked.week, asked.volume, asked.off_desk)
            self.kept[key] = cover_shifts(
                need if rows is None else rows,
                self.shifts(asked.queue, asked.short_most, asked.extra_h),
                objective=AIMS[asked.aim],
                centre=self.centre,
                queue=asked.queue,
                people=asked.people,
                days_a_week=7,
                missing_hour=asked.missing_hour,
                at_desk=share,
                whole=whole,
                cyclic=self.over_midnight(asked),
                within=NEAR,
                limit_s=SECONDS,
            )
        return self.kept[key]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a week's cover is asked for: changes of demand and of time off the desk (shares), limits, the price of a
    missing hour.
    """

    queue: str
    week: pd.Timestamp
    aim: str = "least cost"
    volume: float = 0.0
    off_desk: float = 0.0
    missing_hour: float = 60.0
    people: float = inf
    short_most: float = inf
    extra_h: float = 0.0


def extra_shift(like, hours):
    """A shift of so many hours that starts every half-hour while another lasts, a paid break of a quarter-hour in
    its middle third.
    """
    from ...data.shifts import Break, Shift, clock_words

    length = hours * 3600
    first, last = min(like.start_s), max(like.start_s) + like.length_s - length
    starts = clock_words(first) if last <= first else f"{clock_words(first)}-{clock_words(min(last, 86_400 - 1800))}"
    pause = Break(
        name="break",
        length_s=900,
        earliest_s=length // 3 // 900 * 900,
        latest_s=length * 2 // 3 // 900 * 900,
        paid=True,
    )
    return Shift(name=EXTRA, starts=starts, length_s=length, every_s=1800, breaks=(pause,), days=like.days)


def joined(covers):
    """The covers of days one after the other as one."""
    if len(covers) == 1:
        return covers[0]
    frames = {
        name: pd.concat([getattr(one, name) for one in covers], ignore_index=True)
        for name in ("shifts", "breaks", "intervals")
    }
    sums = {
        name: sum(getattr(one, name) for one in covers)
        for name in ("cost", "prices", "hours", "objective", "bound", "seconds", "blocks")
    }
    apart = abs(sums["objective"] - sums["bound"])
    late = [one.status for one in covers if one.status not in ("optimal", "in parts")]
    return replace(
        covers[0],
        **frames,
        **sums,
        gap=apart / abs(sums["objective"]) if sums["objective"] and apart > 1e-7 else 0.0,
        status=late[0] if late else covers[0].status,
    )


def schedule_view(ground, asked, cover=None):
    """A week's cover of a `ScheduleGround` for an `Asked`: a ScheduleView, the plain function behind the dials.

    `cover`: one that is there already. Raises ValueError in words.
    """
    cover = joined([ground.cover(asked, rows) for rows in ground.parts(asked)]) if cover is None else cover
    five = replace(cover, days_a_week=5).weeks
    people = five["people"] if cover.status != "in parts" else np.maximum(five["day_shifts"] / 5, five["busiest_day"])
    totals = ScheduleTotals(
        shifts=float(cover.shifts["people"].sum()),
        people=float(people.max()) if len(five) else 0.0,
        hours=cover.hours,
        cost=cover.cost,
        missing=cover.shortage_hours,
        surplus=cover.surplus_hours,
        service=cover.service_level,
        worst=worst_of(cover),
    )
    return ScheduleView(cover, totals, tuple(_warnings(ground, asked, cover)), ground.centre.currency)


def _warnings(ground, asked, cover):
    promise = ground.centre.queue(asked.queue).targets.service_level
    if promise is not None and cover.service_level < promise - 0.0005:
        yield f"The cover answers {cover.service_level:.1%} in time, below the promised {promise:.0%}."
    if cover.shortage_hours > 0.05 * max(required_hours(cover), 1e-9):
        worst = cover.intervals.loc[cover.intervals["shortage"].idxmax()]
        yield f"{cover.shortage_hours / required_hours(cover):.0%} of the requirement stays open, most on {worst['start']:%A at %H:%M}: {worst['shortage']:.1f} people."
    if cover.status not in ("optimal", "in parts"):
        yield f"The search was ended after {SECONDS:g} s a day: another plan may be up to {cover.gap:.0%} better."
