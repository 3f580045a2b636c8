"""A live panel of shifts: turn demand, people or a price and see which shifts cover the week, what stays open, what
callers find.

`schedule_view` is the plain function behind the dials. While a dial moves people come in parts, as the linear
programme has them: no plan of whole people is better. When it rests the week is solved in whole people, day by day.
"""

import time
from dataclasses import replace
from math import inf

import altair as alt
import pandas as pd

from .. import theme
from ..language import Filled, Term, chosen
from ..panels.desk import Desk
from ..panels.dials import Dial, State
from ..panels.saying import live
from ..theme import ACCENT, ALARM, INK
from . import cover_charts
from .view import AIMS, Asked, ScheduleGround, ScheduleTotals, joined, schedule_view

REST_MS, SLICE_S = 300, 0.25  # after which a hand rests; how long the kernel works before it listens again
NO_LIMIT = 200  # people: what the dials of limits show where there is none
IN_PARTS = (
    "While a dial moves people come in parts, which no plan of whole people can better; "
    "whole people follow when it rests."
)

DIALS = (
    Dial(
        name="volume",
        label="Volume, change",
        unit="%",
        low=-30,
        high=50,
        step=1,
        group="demand",
        scale=100,
        least=-90,
        most=900,
        says="contacts of every interval against the forecast",
    ),
    Dial(
        name="off_desk",
        label="Off the desk beside breaks, change",
        unit="points",
        low=-10,
        high=20,
        step=1,
        group="people",
        scale=100,
        least=-50,
        most=60,
        says="share of people on shift who are ill, in training or in meetings; breaks are in the shifts, leave is in the roster",
    ),
    Dial(
        name="people",
        label="People at most a day",
        unit="people",
        low=0,
        high=NO_LIMIT,
        step=1,
        group="people",
        least=0,
        most=10_000,
        whole=True,
        says="nobody beyond them is put on a shift; what they cannot cover stays open",
    ),
    Dial(
        name="short_most",
        label="Short shifts a day, at most",
        unit="people",
        low=0,
        high=NO_LIMIT,
        step=1,
        group="shifts",
        least=0,
        most=10_000,
        whole=True,
        says="those shorter than three quarters of the longest: as many as there are people for them",
    ),
    Dial(
        name="extra_h",
        label="One more length of shift",
        unit="hours",
        low=0,
        high=10,
        step=0.5,
        group="shifts",
        least=0,
        most=12,
        says="tried beside the centre's own, at every half-hour, with a paid break of a quarter-hour; 0 for none, else at least 1",
    ),
    Dial(
        name="missing_hour",
        label="Price of a missing hour",
        unit="",
        low=0,
        high=200,
        step=5,
        group="price",
        least=0,
        most=100_000,
        says="of one person, in the centre's currency: the higher, the fewer are missing",
    ),
)


def schedule_panel(folder, centre=None, *, queue="", weeks=4, case=None, language=None):
    """A live panel of shifts, the widget of a `schedule_desk`. Raises ValueError in words where the folder cannot
    be used.
    """
    return schedule_desk(folder, centre, queue=queue, weeks=weeks, case=case, language=language).panel()


def schedule_desk(folder, centre=None, *, queue="", weeks=4, case=None, language=None):
    """What is behind the panel: dials, tiles, charts, scenarios.

    `folder` is a centre's folder, in which scenarios are kept (None: they last as long as the page); `queue` the
    one shown first (the largest if left out), `weeks` the whole weeks to plan; `case` a ScheduleCase of it that is
    there already. `language` is a code such as "fi".
    """
    from ...planning import shifts_of_queue
    from .case import schedule_case

    case = case or schedule_case(folder, centre, queue=queue, weeks=weeks)
    centre = case.centre
    queues = [
        case.queue,
        *(
            one.name
            for one in centre.queues
            if not one.deferred and one.name != case.queue and shifts_of_queue(centre, one.name)
        ),
    ]

    def load(name):
        mine = case if name == case.queue else schedule_case(case.folder, centre, queue=name, weeks=weeks)
        return mine.requirement[["start", "offered", "aht_s"]], 0 if mine.people is None else len(mine.people)

    short = min((one.most for one in case.shifts), default=inf)
    return ScheduleDesk(
        ScheduleGround(centre, tuple(queues), load), short_most=short, folder=folder, language=chosen(language, centre)
    )


class ScheduleDesk(Desk):
    """A desk whose cover is solved in whole people when the hand rests."""

    kind, totals = "schedule", ScheduleTotals

    def __init__(self, ground, *, short_most=inf, folder=None, language=None):
        self.ground, self.title = ground, Filled("{centre}: which shifts cover it?", centre=ground.centre.name)
        self.currency = ground.centre.currency
        first = ground.queues[0]
        values = {
            "volume": 0.0,
            "off_desk": 0.0,
            "people": self._people_of(first),
            "short_most": float(min(short_most, NO_LIMIT)),
            "extra_h": 0.0,
            "missing_hour": float(ground.centre.rostering.missing_hour),
        }
        dials = tuple(dial.holding(values[dial.name]) for dial in DIALS)
        weeks = self._weeks(first)
        places = {"queue": first, "week": weeks[0], "aim": next(iter(AIMS)), "day": str(self._days(first, weeks[0])[0])}
        super().__init__(dials, State(values, {}, places), folder=folder, language=language)
        self.whole, self.work = {}, {}

    def _weeks(self, queue):
        return [f"{week:%Y-%m-%d}" for week in self.ground.weeks(queue)]

    def _days(self, queue, week):
        calls, _ = self.ground.of(queue)
        local = calls["start"].dt.tz_localize(None).dt.normalize()
        return [
            Term(f"{day:%A}")
            for day in sorted(local[(local >= week) & (local < pd.Timestamp(week) + pd.Timedelta(days=7))].unique())
        ]

    def options(self, state):
        queue = state.places["queue"] if state.places["queue"] in self.ground.queues else self.ground.queues[0]
        weeks = self._weeks(queue)
        week = state.places["week"] if state.places["week"] in weeks else weeks[0]
        return {
            "queue": list(self.ground.queues),
            "week": weeks,
            "aim": [Term(aim) for aim in AIMS],
            "day": self._days(queue, week),
        }

    def labels(self):
        return {"queue": "Queue", "week": "Week from", "aim": "What is made best", "day": "Day drawn"}

    def moved(self, places):
        """After another queue or week, the first one that it has where it does not have the old; a limit of people
        that nobody has turned is that of the queue.
        """
        places = dict(places)
        for name in ("week", "day"):
            choices = self.options(replace(self.state, places=places))[name]
            places[name] = places[name] if places[name] in choices else choices[0]
        state = super().moved(places)
        if state.values["people"] != self._people_of(self.state.places["queue"]):
            return state
        return replace(state, values=state.values | {"people": self._people_of(places["queue"])})

    def _people_of(self, queue):
        """Where the dial of people stands for a queue: its people, NO_LIMIT where no table tells them."""
        return float(self.ground.of(queue)[1] or NO_LIMIT)

    def asked(self, state):
        """The Asked of a state; ValueError in words."""
        values = state.values
        if 0 < values["extra_h"] < 1:
            raise ValueError(f"one more length of shift must be 0 or from 1 to 12 hours, got {values['extra_h']:g}")
        queue = state.places["queue"]
        unlimited = values["people"] == NO_LIMIT and not self.ground.of(queue)[1]
        return Asked(
            queue=queue,
            week=pd.Timestamp(state.places["week"]),
            aim=state.places["aim"],
            volume=values["volume"],
            off_desk=values["off_desk"],
            missing_hour=values["missing_hour"],
            people=inf if unlimited else values["people"],
            short_most=inf if values["short_most"] == NO_LIMIT else values["short_most"],
            extra_h=values["extra_h"],
        )

    def view(self):
        """The ScheduleView where the panel stands: in whole people once they are worked out."""
        asked = self.asked(self.state)
        return schedule_view(self.ground, asked, self.whole.get(asked) or self.ground.cover(asked, whole=False))

    def frame(self):
        """The tiles as a table, of whole people."""
        return schedule_view(self.ground, self.asked(self.state)).frame()

    def frames(self):
        """The intervals and the shifts of the week."""
        cover = self.view().cover
        wall = {"start": cover.intervals["start"].dt.tz_localize(None)}
        shifts = cover.shifts.assign(**{name: cover.shifts[name].dt.tz_localize(None) for name in ("start", "end")})
        return {"by interval": cover.intervals.assign(**wall), "shifts": shifts}

    def show(self, rest):
        waiting = self._rested(rest)
        view = self.view()
        told = f"Whole people, proven to within {view.cover.gap:.1%} of the best." if view.proven else IN_PARTS
        return {
            "tiles": self.tiles(view.totals),
            "warnings": list(view.warnings),
            "unsettled": waiting,
            "charts": self._charts(view),
            "against": f"Changes are against {self.pinned_words()}. {told}",
        }

    def _rested(self, rest):
        """Milliseconds after which the browser is to ask again, 0 when the week is solved in whole people."""
        asked = self.asked(self.state)
        if asked in self.whole:
            return 0
        if not rest:
            return REST_MS
        end, parts = time.perf_counter() + SLICE_S, self.ground.parts(asked)
        done = self.work.setdefault(asked, [])
        while len(done) < len(parts):
            done.append(self.ground.cover(asked, parts[len(done)]))
            if time.perf_counter() > end and len(done) < len(parts):
                return 20
        self.whole[asked] = joined(done)
        self.work.clear()
        return 0

    def key(self, state):
        """What the totals of a state depend on: what is asked for, and whether people are whole in what is shown."""
        asked = self.asked(state)
        return asked, self._is_whole()

    def _is_whole(self):
        return self.asked(self.state) in self.whole

    def totals_at(self, state):
        """The totals of a state, in whole people where what is shown is."""
        asked = self.asked(state)
        if not self._is_whole():
            return schedule_view(self.ground, asked, self.ground.cover(asked, whole=False)).totals
        if asked not in self.whole:
            self.whole[asked] = joined([self.ground.cover(asked, rows) for rows in self.ground.parts(asked)])
        return schedule_view(self.ground, asked, self.whole[asked]).totals

    def _charts(self, view):
        places, cover = self.state.places, view.cover
        day = cover.intervals["start"].dt.strftime("%A") == places["day"]
        rows = cover_charts.cover_rows(cover.intervals[day])
        starts = cover_charts.start_rows(cover.shifts)
        return {
            "day": live(rows, f"{places['day']}: {cover_charts.cover_finding(rows)}", "Step chart"),
            "starts": live(starts, cover_charts.starts_finding(starts), "Dots"),
        }

    def charts(self):
        return chart_places()


def chart_places():
    """The panel's charts as drawn once: an empty live specification, a note, a key of direct words."""
    fit = {"width": "container", "autosize": alt.AutoSizeParams(type="fit-x", contains="padding")}
    day = cover_charts.cover_layers(alt.NamedData("day")).properties(height=260, **fit)
    starts = cover_charts.start_layers(alt.NamedData("starts")).properties(height=alt.Step(58), **fit)
    return [
        {
            "name": "day",
            "spec": theme.themed(day),
            "note": "people by interval of the day that is drawn",
            "key": DAY_KEY,
        },
        {
            "name": "starts",
            "spec": theme.themed(starts),
            "note": "people of the week by shift and start",
            "key": STARTS_KEY,
        },
    ]


DAY_KEY = [
    {"label": "required", "colour": ACCENT, "shape": "line"},
    {"label": "on shift, breaks taken out", "colour": INK, "shape": "line"},
    {"label": "missing", "colour": ALARM, "shape": "area"},
]
STARTS_KEY = [{"label": "people who start then, the larger the more", "colour": ACCENT, "shape": "area"}]
