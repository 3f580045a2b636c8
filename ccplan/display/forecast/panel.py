"""A live panel of a forecast: another horizon, a planner's uplift, a wider or narrower band."""

from dataclasses import fields

import numpy as np
import pandas as pd

from ..language import Filled, chosen
from ..panels.desk import Desk
from ..panels.dials import dials_of, inputs_of, state_of
from ..panels.saying import date_of
from ..tables import cornered
from .live_charts import chart_data, chart_places
from .view import (
    HORIZONS,
    LEVELS,
    ForecastInputs,
    ForecastTotals,
    ForecastView,
    ends_of,
    forecast_view,
    intervals_of,
    quantiles_at,
    ready,
)

__all__ = [
    "ForecastInputs",
    "ForecastView",
    "forecast_desk",
    "forecast_panel",
    "forecast_view",
]  # the room's public names

PATHS = 400
AGAINST = "Changes are against the model's own forecast. The band is that of the model, moved along with the uplift."


def forecast_panel(
    folder_or_intervals, centre=None, *, queue=None, horizon="4 weeks", day=None, folder=None, language=None, **calendar
):
    """A live forecast panel, the widget of a `forecast_desk`.

    Raises ValueError where folder, queue or day cannot be used.
    """
    return forecast_desk(
        folder_or_intervals, centre, queue=queue, horizon=horizon, day=day, folder=folder, language=language, **calendar
    ).panel()


def forecast_desk(
    folder_or_intervals, centre=None, *, queue=None, horizon="4 weeks", day=None, folder=None, language=None, **calendar
):
    """What is behind the panel: queue, horizon, uplift and band; bars by day, one day by interval, tiles,
    scenarios, files.

    `folder_or_intervals` is a centre's folder or an `intervals` table (then `centre` is needed); `calendar` as in
    `forecast`. `folder` is where scenarios are kept (left out: the centre's folder, or the page alone for a table);
    `language` a code such as "fi" (left out: CCPLAN_LANGUAGE, then centre.toml, then English). Each queue is
    forecast once, when it is first looked at, and kept by content. `panel()` is its widget, `frame()` its tiles as
    a table. Raises ValueError where folder, queue or day cannot be used.
    """
    if not isinstance(folder_or_intervals, pd.DataFrame):
        from ...data import load_centre, load_intervals

        folder = folder or folder_or_intervals
        centre = centre or load_centre(folder_or_intervals)
        folder_or_intervals = load_intervals(folder_or_intervals, centre).frame
    desk = _ForecastDesk(folder_or_intervals, centre, calendar, folder=folder, language=chosen(language, centre))
    desk.go(queue or next(iter(desk.queues), ""), horizon, day)
    return desk


class _ForecastDesk(Desk):
    """A desk that keeps the forecasts made so far; its pickers choose what is drawn, the dials stay."""

    kind, totals, follows = "forecast", ForecastTotals, True
    as_it_is, a_pin, reset_says = (
        "the model's own forecast",
        "the pinned forecast",
        "back to the model's own forecast and a band of 80 %",
    )

    def __init__(self, intervals, centre, calendar, *, folder=None, language=None):
        super().__init__(dials_of(ForecastInputs()), folder=folder, language=language)
        self.centre, self.calendar, self.made = centre, calendar, {}
        self.title = Filled("{centre}: how many contacts will come, and how sure is that?", centre=centre.name)
        self.rows_of = {str(name): rows for name, rows in intervals.groupby("queue", sort=False, observed=True)}
        self.queues = [queue.name for queue in centre.queues if queue.name in self.rows_of]

    def go(self, queue, horizon, day=None):
        """Open a queue, a horizon and a day (else the busiest of the horizon)."""
        self.start = self.state = self.pinned = self.at({"queue": queue, "horizon": horizon, "day": day})

    def at(self, places):
        """The model's own forecast at a queue, a horizon and a day."""
        queue, horizon, day = (places[name] for name in ("queue", "horizon", "day"))
        if queue not in self.queues:
            raise ValueError(f"queue must be one of {', '.join(self.queues) or 'none'}, got {queue!r}")
        if horizon not in HORIZONS:
            raise ValueError(f"horizon must be one of {', '.join(HORIZONS)}, got {horizon!r}")
        prepared = self.prepared(queue)
        date = date_of(day) if day else _busiest(prepared, HORIZONS[horizon]).date()
        intervals_of(prepared, date, 1.0, ends_of(0.8))
        return state_of(ForecastInputs(), {"queue": queue, "horizon": horizon, "day": date.isoformat()})

    def moved(self, places):
        """Another queue opens on its own busiest day, unless a day was chosen with it."""
        now = self.state.places
        other = places["queue"] != now["queue"] and places["day"] == now["day"]
        return super().moved(places | ({"day": None} if other else {}))

    def prepared(self, queue):
        """The queue's forecast, made when it is first asked for."""
        if queue not in self.made:
            from ...planning import forecast_queues

            (found,) = forecast_queues(
                self.rows_of[queue],
                self.centre,
                f"{max(HORIZONS.values())}d",
                levels=LEVELS,
                samples=PATHS,
                cache=True,
                **self.calendar,
            )
            if found.frame.empty:
                raise ValueError(f"{queue} has no open interval to come")
            self.made[queue] = ready(found, self.rows_of[queue])
        return self.made[queue]

    def view(self, state=None):
        """The ForecastView of a state, of where the panel stands if left out."""
        state = state or self.state
        return forecast_view(
            self.prepared(state.places["queue"]),
            inputs_of(ForecastInputs, state),
            HORIZONS[state.places["horizon"]],
            state.places["day"],
        )

    def frame(self):
        """The tiles as a table: a row a number, in words as shown, and when or against what."""
        told = self.tiles(self.view())
        rows = [(f.metadata["label"], told[f.name]["value"], told[f.name]["delta"]) for f in fields(ForecastTotals)]
        return cornered(pd.DataFrame(rows, columns=["number", "value", ""]).set_index("number"))

    def labels(self):
        return {"queue": "Queue", "horizon": "Horizon", "day": "Day"}

    def pickers(self):
        """Queue, horizon and day."""
        days = self.prepared(self.state.places["queue"]).days
        return [
            {"name": "queue", "label": "Queue", "options": self.queues},
            {"name": "horizon", "label": "Horizon", "options": list(HORIZONS), "words": list(HORIZONS)},
            {"name": "day", "label": "Day", "low": days[0].date().isoformat(), "high": days[-1].date().isoformat()},
        ]

    def charts(self):
        return chart_places()

    def show(self, rest):
        view = self.view()
        against = AGAINST if self.pinned == self.start else AGAINST.replace(self.as_it_is, self.pinned_words())
        charts = chart_data(view, self.prepared(self.state.places["queue"]), inputs_of(ForecastInputs, self.state))
        return {"tiles": self.tiles(view), "against": against, "warnings": [], "charts": charts, "unsettled": 0}

    def tiles(self, view):
        """The tiles' words: what changes against a pin; without one, below each value the change against the model
        or when it is.
        """
        told = super().tiles(view.totals)
        if self.pinned in (self.start, self.state):
            for name, words in more_words(view, inputs_of(ForecastInputs, self.state)).items():
                told[name] = told[name] | {"delta": words, "tone": "same"}
        return told

    def pinned_totals(self):
        """What is pinned comes to; the model's own forecast needs no pin."""
        return None if self.pinned == self.start else super().pinned_totals()

    def totals_at(self, state):
        return self.view(state).totals

    def frames(self):
        """The horizon by interval with the override and the band, then by day."""
        return {"by interval": self._by_interval(), "by day": self.view().days}

    def _by_interval(self):
        prepared, inputs = self.prepared(self.state.places["queue"]), inputs_of(ForecastInputs, self.state)
        lift, ends = 1 + inputs.uplift, ends_of(inputs.band)
        rows = prepared.within(HORIZONS[self.state.places["horizon"]])[prepared.day]
        low, high = quantiles_at(prepared.quantiles[:, rows], ends) * lift
        frame = prepared.frame[rows]
        numbers = {
            "offered_before": frame["offered"],
            "offered": frame["offered"] * lift,
            f"offered_p{100 * ends[0]:g}": low,
            f"offered_p{100 * ends[1]:g}": high,
            "aht_s": frame["aht_s"],
        }
        return pd.concat(
            [frame["queue"].astype(str), frame["start"].dt.tz_localize(None), pd.DataFrame(numbers).round(3)], axis=1
        )


def _busiest(prepared, days):
    model = np.bincount(prepared.day, prepared.frame["offered"])
    return prepared.days[int(np.where(prepared.within(days), model, -1).argmax())]


def more_words(view, inputs):
    """What stands below the tiles where nothing is pinned: the change against the model, the band's ends, when the
    peak is.
    """
    low, high = ends_of(inputs.band)
    return {
        "contacts": "" if inputs.uplift == 0 else f"{inputs.uplift:+.0%} on the model".replace("-", "−"),
        "low": f"P{100 * low:.3g}",
        "high": f"P{100 * high:.3g}",
        "peak": f"{view.peak_at:%a} {view.peak_at.day} {view.peak_at:%b}, {view.peak_at:%H:%M}",
        "aht_s": "",
    }
