"""The live staffing panel: a plain function of numbers → what to show (`staffing_view`), and the desk that stands
around it.
"""

import threading
from dataclasses import replace

import pandas as pd

from ...queueing import is_compiled, warm_up
from ...queueing.compiled import SECONDS
from ..language import Filled, chosen
from ..panels.desk import Desk
from ..panels.dials import dials_of, inputs_of, state_of
from ..panels.saying import date_of
from ..panels.turns import STILL
from .at_rest import AtRest, played_days, staffed_week
from .days import last_day, mean_aht, queue_day, tidy_day
from .inputs import ALONE, RULES, StaffingInputs, centre_asked, start_inputs
from .live_charts import chart_data, chart_places, one_more
from .view import DayTotals, StaffingView, staffing_view
from .week_charts import week_of

__all__ = [
    "StaffingInputs",
    "StaffingView",
    "queue_day",
    "staffing_panel",
    "staffing_view",
    "start_inputs",
]  # the room's public names

FEW_WEEKS = 8  # of data, below which a weekday has been seen too seldom to be told from chance
REST_MS, WAIT_MS = 350, 1500  # after which a hand rests; while something is compiled
KEPT = 6  # settings whose week and played days are kept


def staffing_panel(folder_or_intervals, centre=None, *, queue=None, day=None, folder=None, language=None):
    """A live staffing panel: turn demand, service target or people and see what it does.

    `folder_or_intervals` is a centre's folder or an `intervals` table (then `centre` is needed); `queue` and `day`
    (local date) are where it opens, else the first queue and its last day with calls. `folder` is where scenarios
    are opened and saved (left out: the centre's folder, or the page alone for a table). `language` is a code such
    as "fi" (left out: CCPLAN_LANGUAGE, then what centre.toml says, then English). Returns a widget. Raises
    ValueError where the folder, queue or day cannot be used.
    """
    if not isinstance(folder_or_intervals, pd.DataFrame):
        from ...data import load_centre, load_intervals

        folder = folder or folder_or_intervals
        centre = centre or load_centre(folder_or_intervals)
        folder_or_intervals = load_intervals(folder_or_intervals, centre).frame
    desk = _Desk(folder_or_intervals, centre, folder=folder, language=chosen(language, centre))
    desk.go(queue or next(iter(desk.days), ""), day)
    return desk.panel()


class _Desk(Desk):
    """A desk whose dials stand, at the start, at what its queue and day really are."""

    kind, totals, a_pin = "staffing", DayTotals, "the pinned scenario"
    queue: str
    as_it_is, reset_says = (
        "the day as it is, staffed to the centre's own targets",
        "back to the day and the centre as they are",
    )

    def __init__(self, intervals, centre, *, folder=None, language=None):
        super().__init__(folder=folder, language=language)
        self.centre, self.currency = centre, centre.currency
        self.title = Filled("{centre}: how many people, and what each choice does", centre=centre.name)
        known = [
            queue.name for queue in centre.queues if not queue.deferred and (intervals["queue"] == queue.name).any()
        ]
        by_queue = {name: intervals[intervals["queue"] == name] for name in known}
        self.days = {name: dict(list(rows.groupby(rows["start"].dt.date))) for name, rows in by_queue.items()}
        self.compiler, self.rests, self.viewed, self.date = None, {}, (None, None), None

    # ---------------------------------------------------------------------------- where it stands

    def go(self, queue, day=None):
        """Open a queue and a day, the last one with calls if left out."""
        date = date_of(day) if day else last_day(self._days_of(queue))
        self.start = self.state = self.pinned = self.at({"queue": queue, "day": date.isoformat(), "rule": ALONE})
        self._arrive()

    def _days_of(self, queue):
        if queue not in self.days:
            waits = any(one.name == queue and one.deferred for one in self.centre.queues)
            raise ValueError(
                f"queue must be one of {', '.join(self.days) or 'none'}, got {queue!r}"
                + (" — work that may wait is no matter of one day: plan it with plan_deferred" if waits else "")
            )
        return self.days[queue]

    def day_at(self, places):
        """The rows of a queue and a day; ValueError in words where there are none."""
        date = date_of(places["day"])
        return tidy_day(self._days_of(places["queue"]).get(date, pd.DataFrame()), places["queue"], date, self.centre)

    def at(self, places):
        """A day as it and the centre really are."""
        inputs = start_inputs(self.day_at(places), self.centre)
        return state_of(inputs, places | {"day": date_of(places["day"]).isoformat()})

    def dials_at(self, state):
        return dials_of(self.inputs_at(state))

    def inputs_at(self, state):
        """The StaffingInputs of a state."""
        return inputs_of(StaffingInputs, state, rule=state.places["rule"])

    def moved(self, places):
        """Another queue begins as it is; on another day of the same queue what the user chose stays chosen."""
        if places["queue"] == self.queue:
            return self._carried(self.state, self.at(places), places)
        return self.at(places | {"rule": ALONE})

    def _carried(self, state, start, places):
        """A state on another day: the handle time follows the day unless the user had turned it."""
        follows = {"aht_s": start.values["aht_s"]} if state.values["aht_s"] == self.start.values["aht_s"] else {}
        return replace(state, values=state.values | follows, places=start.places | {"rule": places["rule"]})

    def stand(self, state):
        """Go where a state is: how it is there is what changes are told against, unless the pin can be carried
        along.
        """
        self.inputs_at(state)  # a rule that is none is refused before anything has changed
        place, here = ((one.places["queue"], one.places["day"]) for one in (state, self.start))
        if place != here:
            start = self.at(state.places | {"rule": ALONE})
            self.pinned = self._carried(self.pinned, start, self.pinned.places) if place[0] == here[0] else start
            self.start = start
        self.state = state
        self._arrive()

    def _arrive(self):
        """What follows from where it stands."""
        queue, date = self.start.places["queue"], date_of(self.start.places["day"])
        if self.date is None or (queue, date) != (self.queue, self.date):
            day, dials = self.day_at(self.start.places), self.dials_at(self.start)
            self.queue, self.date, self.day, self.dials = queue, date, day, dials
        self.inputs = self.inputs_at(self.state)

    # ------------------------------------------------------------------------------ what is drawn

    def pickers(self):
        """Queue, day and rule."""
        dates = [date for days in self.days.values() for date in days]
        return [
            {"name": "queue", "label": "Queue", "options": list(self.days)},
            {"name": "day", "label": "Day", "low": min(dates).isoformat(), "high": max(dates).isoformat()},
            {"name": "rule", "label": "Staffed", "options": list(RULES), "words": list(RULES)},
        ]

    def charts(self):
        return chart_places()

    # ------------------------------------------------------------------------------ what is shown

    def answer(self, message):
        """What to show for a message; a slice of the work at rest has nothing new to paint."""
        if message.get("action") == "rest" and not self._compiling() and not self._rested().go_on():
            return STILL | {"seq": message["seq"]}
        return super().answer(message)

    def view(self):
        """The StaffingView where the panel stands; the last one is kept, for what follows when the hand rests."""
        key = (self.queue, self.date, self.inputs, is_compiled())
        if self.viewed[0] != key:
            self.viewed = key, staffing_view(self.day, self.inputs, self.centre, through=not self._compiling())
        return self.viewed[1]

    def show(self, rest):
        compiling = self._compiling()
        if compiling and self.inputs.rule != ALONE:
            raise ValueError(compiling)
        view, rested = self.view(), self._rested()
        return {
            "tiles": self.tiles(view.totals),
            "against": f"Changes are against {self.pinned_words()}.{also_promised(self.centre.queue(self.queue).targets)}",
            "warnings": [*view.warnings, *self._short_history(), *([compiling] if compiling else [])],
            "says": [*one_more(view), *([rested.played.words(self.inputs.service_level)] if rested.played else [])],
            "charts": chart_data(view, rested, self.date),
            "unsettled": WAIT_MS if compiling else 0 if rested.done else REST_MS,
        }

    def _rested(self):
        """What is worked out when the hand rests, for what is set; the latest few are kept, for undo."""
        key = (self.queue, self.date, self.inputs)
        if key not in self.rests:
            self.rests = dict(list(self.rests.items())[-KEPT:]) | {key: AtRest(self._week(), self._played())}
        return self.rests[key]

    def settle(self):
        """Work out at once what would follow when the hand rests."""
        while not self._compiling() and not self._rested().go_on():
            pass

    def _week(self):
        """The staffed days of the week, one at a time, moved as the dials move the day."""
        from ...planning.staffing import staff

        inputs, (rule, meet) = self.inputs, RULES[self.inputs.rule]
        asked = centre_asked(self.centre, self.queue, inputs)
        factor = inputs.aht_s / mean_aht(self.day)
        rows = (
            tidy_day(self.days[self.queue][date], self.queue, date, self.centre)
            for date in week_of(self.date)
            if date in self.days[self.queue]
        )
        moved = (
            day[["queue", "start"]].assign(offered=day["offered"] * (1 + inputs.volume), aht_s=day["aht_s"] * factor)
            for day in rows
        )
        return staffed_week(moved, lambda day: staff(day, asked, rule=rule, meet=meet))

    def _played(self):
        asked = centre_asked(self.centre, self.queue, self.inputs)
        yield from played_days(self.view().day, asked.queues[0], asked.interval_s)

    def _short_history(self):
        """A warning where the data of the queue is too short to know its weeks."""
        dates = list(self.days[self.queue])
        weeks = ((max(dates) - min(dates)).days + 1) / 7
        if weeks < FEW_WEEKS:
            yield (
                f"History is too short: the data of {self.queue} spans {weeks:.0f} weeks, and with fewer than {FEW_WEEKS} one odd day "
                "looks like a pattern. Take what is shown as one day, not as a usual one."
            )

    def _compiling(self):
        """What to say while the equations of the day are compiled, beside the panel; nothing once they are."""
        if is_compiled():
            return ""
        if self.compiler is None:
            self.compiler = threading.Thread(target=warm_up, daemon=True)
            self.compiler.start()
        return (
            f"The equations of the day are being compiled, once, which takes about {SECONDS} seconds; what the day as a whole "
            "gives is shown from the next move of a dial after that."
        )

    # ---------------------------------------------------------------------- what is compared and kept

    def key(self, state):
        return (*super().key(state), is_compiled())

    def totals_at(self, state):
        return staffing_view(
            self.day_at(state.places), self.inputs_at(state), self.centre, through=is_compiled()
        ).totals

    def place_of(self, state):
        return f"{state.places['queue']} {date_of(state.places['day']):%d %b %Y}"

    def labels(self):
        return {"rule": "Staffed"}

    def turned_words(self, state):
        rule = state.places["rule"]
        return ", ".join(
            filter(None, (super().turned_words(state), "" if rule == self.start.places["rule"] else f"staffed {rule}"))
        )

    def frames(self):
        """The day by interval, the service of a few agents more and fewer and, once known, the week."""
        view, rested = self.view(), self._rested()
        frames = {"by interval": view.day, "one more, one fewer": view.curve}
        return frames | ({"week": rested.week} if rested.week is not None else {})


def also_promised(targets):
    """The promises of a queue that have no dial and stay in force, in words.

    >>> from ccplan.queueing import Targets
    >>> also_promised(Targets(max_abandonment=0.05))
    ' Kept besides, as the centre promises: abandonment at most 5%.'
    """
    kept = {
        "mean wait of the answered at most": (targets.max_asa_s, " s"),
        "abandonment at most": (targets.max_abandonment, "%"),
        "blocking at most": (targets.max_blocking, "%"),
    }
    words = [
        f"{name} {limit * (100 if unit == '%' else 1):g}{unit}"
        for name, (limit, unit) in kept.items()
        if limit is not None
    ]
    return f" Kept besides, as the centre promises: {', '.join(words)}." if words else ""
