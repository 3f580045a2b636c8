"""A live panel of a forecast: another horizon, a planner's uplift, a wider or narrower band.

The forecast is made once a queue, with joint paths and many quantiles; a move only scales and selects.
`forecast_view` is the plain function behind the dials.
"""

from dataclasses import dataclass, fields

import altair as alt
import numpy as np
import pandas as pd

from ...data.files import harmless
from ...data.settings import number, settle
from . import charts as forecast_charts
from .. import theme
from ..charts import clock, clock_hours, long_date
from .charts import ACTUAL_DAYS, BAND, CORE
from ..staffing.panel import _date, _plain, _sentence, dial, read_dial, shown, total
from ..language import Filled, chosen
from ..rows import records
from ..tables import cornered

HORIZONS = {"1 week": 7, "2 weeks": 14, "4 weeks": 28, "8 weeks": 56}
LEVELS = (0.01, 0.025, 0.05, 0.075, 0.1, 0.125, 0.15, 0.175, 0.2, 0.225, 0.25, 0.375, 0.5)
LEVELS += tuple(round(1 - level, 3) for level in LEVELS[-2::-1])
PATHS = 400
NOON_MS = 43_200_000


@dataclass(frozen=True, kw_only=True)
class ForecastInputs:
    """What a planner can turn: shares 0–1; the metadata makes and checks the dials.

    >>> ForecastInputs().band
    0.8
    """

    uplift: float = dial(
        0.0,
        "Volume, the planner's uplift",
        "%",
        -0.5,
        1.0,
        0.01,
        scale=100,
        group="override",
        check=number(low=-1, open_low=True),
        says="contacts against the model's, on every day of the horizon",
    )
    band: float = dial(
        0.8,
        "Band, share of cases that it holds",
        "%",
        0.5,
        0.95,
        0.01,
        scale=100,
        group="how sure",
        check=number(low=0, high=1, open_low=True, open_high=True),
        says="80 % is from P10 to P90: one case in ten lies above, one below",
    )

    def __post_init__(self):
        settle(self)


@dataclass(frozen=True, kw_only=True)
class ForecastTotals:
    """What the horizon comes to: contacts with their band, handle time, the peak."""

    contacts: float = total("Contacts in the horizon (mean)", "Σ mean contacts of the intervals", "count")
    low: float = total("Lower end of the band", "quantile of the horizon's total over joint paths", "count")
    high: float = total("Upper end of the band", "quantile of the horizon's total over joint paths", "count")
    aht_s: float = total("AHT, mean", "Σ contacts × handle time ÷ Σ contacts", "seconds")
    peak: float = total("Peak interval (mean)", "most contacts in one interval", "count")


@dataclass(frozen=True)
class ForecastView:
    """What the forecast panel shows for its inputs.

    `days` and `intervals` (of one day) hold the mean, its band (low, high), the middle half and the model's own mean;
    `totals` the tiles, `peak_at` when the peak is.
    """

    days: pd.DataFrame
    intervals: pd.DataFrame
    totals: ForecastTotals
    peak_at: pd.Timestamp


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A queue's forecast laid out for quick answers: `frame` a row an interval without paths, `day` its row of `days`,
    `sums` days × paths, `quantiles` levels × intervals."""

    queue: str
    frame: pd.DataFrame
    days: pd.DatetimeIndex
    day: np.ndarray
    sums: np.ndarray
    quantiles: np.ndarray
    seen: pd.DataFrame


def ready(found, rows):
    """A QueueForecast (with the LEVELS and paths) and its history's rows, laid out for `forecast_view`."""
    from ...planning.forecasting.looks import day_totals

    frame = found.frame
    paths = [name for name in frame if name.startswith("path_")]
    stamps = frame["start"].dt.tz_localize(None).dt.normalize()
    days, day = np.unique(stamps.to_numpy(), return_inverse=True)
    sums = frame[paths].groupby(day).sum().to_numpy()
    quantiles = frame[[f"offered_p{100 * level:g}" for level in LEVELS]].to_numpy(float).T
    seen = day_totals(rows).tail(ACTUAL_DAYS)
    return Ready(
        queue=found.queue,
        frame=frame[["queue", "start", "offered", "aht_s"]],
        days=pd.DatetimeIndex(days),
        day=day,
        sums=sums,
        quantiles=quantiles,
        seen=seen[seen["day"] < days[0]],
    )


def forecast_view(prepared, inputs, days, date):
    """A queue's forecast (`ready`) for the inputs: the first `days` calendar days, and one local `date` by interval.

    Raises ValueError where the queue is closed on that date or the date lies beyond the forecast.
    """
    end = prepared.days[0] + pd.Timedelta(days=days)
    inside = np.asarray(prepared.days < end)
    rows = inside[prepared.day]
    lift, ends = 1 + inputs.uplift, _ends(inputs.band)
    frame = prepared.frame[rows]
    offered = frame["offered"].to_numpy() * lift
    top = int(offered.argmax())
    low, high = np.quantile(prepared.sums[inside].sum(axis=0), ends) * lift
    work = (offered * frame["aht_s"].to_numpy()).sum() / offered.sum() if offered.sum() > 0 else np.nan
    totals = ForecastTotals(
        contacts=float(offered.sum()), low=float(low), high=float(high), aht_s=float(work), peak=float(offered[top])
    )
    return ForecastView(
        _days(prepared, inside, lift, ends), _intervals(prepared, date, lift, ends), totals, frame["start"].iloc[top]
    )


def _ends(band):
    return round((1 - band) / 2, 6), round((1 + band) / 2, 6)


def _days(prepared, inside, lift, ends):
    sums = prepared.sums[inside] * lift
    low, first, third, high = np.quantile(sums, [ends[0], 0.25, 0.75, ends[1]], axis=1)
    model = np.bincount(prepared.day, prepared.frame["offered"])[inside]
    return pd.DataFrame(
        {
            "day": prepared.days[inside],
            "model": model,
            "offered": model * lift,
            "low": low,
            "first": first,
            "third": third,
            "high": high,
        }
    )


def _intervals(prepared, date, lift, ends):
    where = np.flatnonzero(prepared.days[prepared.day] == pd.Timestamp(date))
    if not len(where):
        raise ValueError(
            f"{prepared.queue} has no open interval on {long_date(pd.Timestamp(date))} within the forecast, which runs "
            "from "
            f"{long_date(prepared.days[0])} to {long_date(prepared.days[-1])}"
        )
    rows = prepared.frame.iloc[where].reset_index(drop=True)
    bands = _quantiles(prepared.quantiles[:, where], (ends[0], 0.25, 0.75, ends[1])) * lift
    model = rows["offered"].to_numpy()
    return pd.DataFrame(
        {
            "start": rows["start"],
            "model": model,
            "offered": model * lift,
            **dict(zip(("low", "first", "third", "high"), bands, strict=True)),
            "aht_s": rows["aht_s"],
        }
    )


def _quantiles(known, levels):
    """Quantiles between those that are known, straight from one to the next: levels × intervals."""
    place = np.interp(levels, LEVELS, np.arange(len(LEVELS)))
    low = np.minimum(place.astype(int), len(LEVELS) - 2)
    return known[low] + (known[low + 1] - known[low]) * (place - low)[:, None]


# --------------------------------------------------------------------------------------- the panel


def forecast_panel(folder_or_intervals, centre=None, *, queue=None, horizon="4 weeks", day=None, language=None, **calendar):
    """A live forecast panel, the widget of a `forecast_desk`.

    Raises ValueError where folder, queue or day cannot be used.
    """
    return forecast_desk(folder_or_intervals, centre, queue=queue, horizon=horizon, day=day, language=language, **calendar).panel()


def forecast_desk(folder_or_intervals, centre=None, *, queue=None, horizon="4 weeks", day=None, language=None, **calendar):
    """What is behind the panel: queue, horizon, uplift and band; bars by day, one day by interval, tiles, CSV.

    `folder_or_intervals` is a centre's folder or an `intervals` table (then `centre` is needed); `calendar`
    as in `forecast`; `language` a code such as "fi" (left out: CCPLAN_LANGUAGE, then centre.toml, then English). Each queue is forecast once, when it is first looked at, and kept by content.
    `panel()` is its widget, `frame()` its tiles as a table. Raises ValueError where folder, queue or day cannot be
    used.
    """
    if not isinstance(folder_or_intervals, pd.DataFrame):
        from ...data import load_centre, load_intervals

        centre = centre or load_centre(folder_or_intervals)
        folder_or_intervals = load_intervals(folder_or_intervals, centre).frame
    desk = _ForecastDesk(folder_or_intervals, centre, calendar, chosen(language, centre))
    desk.go(queue or desk.queues[0], horizon, day)
    return desk


class _ForecastDesk:
    """What the panel remembers: the data, the forecasts made so far, where it stands."""

    def __init__(self, intervals, centre, calendar, language=None):
        self.centre, self.calendar, self.made, self.before, self.language = centre, calendar, {}, {}, language
        self.rows = {str(name): rows for name, rows in intervals.groupby("queue", sort=False, observed=True)}
        self.queues = [queue.name for queue in centre.queues if queue.name in self.rows]
        self.inputs = ForecastInputs()

    def go(self, queue, horizon, day=None):
        """Open a queue, a horizon and a day (else the busiest of the horizon)."""
        if queue not in self.queues:
            raise ValueError(f"queue must be one of {', '.join(self.queues) or 'none'}, got {queue!r}")
        if horizon not in HORIZONS:
            raise ValueError(f"horizon must be one of {', '.join(HORIZONS)}, got {horizon!r}")
        prepared = self.prepared(queue)
        date = _date(day) if day else _busiest(prepared, HORIZONS[horizon])
        _intervals(prepared, date, 1.0, _ends(0.8))
        self.queue, self.horizon, self.date = queue, horizon, pd.Timestamp(date)

    def prepared(self, queue):
        """The queue's forecast, made when it is first asked for."""
        if queue not in self.made:
            from ...planning import forecast_queues

            (found,) = forecast_queues(
                self.rows[queue],
                self.centre,
                f"{max(HORIZONS.values())}d",
                levels=LEVELS,
                samples=PATHS,
                cache=True,
                **self.calendar,
            )
            if found.frame.empty:
                raise ValueError(f"{queue} has no open interval to come")
            self.made[queue] = ready(found, self.rows[queue])
        return self.made[queue]

    def answer(self, message):
        """What to show for a message of the browser, as plain JSON values."""
        settings, faults, words = {}, {}, []
        try:
            settings, faults = self._take(message)
            now = self._show()
        except ValueError as problem:
            words, now = [_sentence(problem)], {}
        if faults or not now:
            now = {**self.before, "charts": None, "warnings": words or list(faults.values())}
        else:
            self.before = now
        download = self._csv() if message.get("action") == "csv" and not faults and not words else None
        return {
            "seq": message["seq"],
            "now": self._settings(),
            "settings": settings or None,
            "faults": faults,
            "download": download,
            **now,
        }

    def panel(self):
        """The live widget, with undo and redo, and what is on screen as files."""
        from ..panels.tools import equipped

        return equipped(self, stem="forecast", language=self.language)

    def remembered(self):
        """The state that undo comes back to: queue, horizon, date, inputs."""
        return self.queue, self.horizon, self.date, self.inputs

    def recall(self, state):
        """Stand where the desk stood."""
        self.queue, self.horizon, self.date, self.inputs = state

    def frame(self):
        """The tiles as a table: a row a number, in words as shown, and when or against what."""
        shown_now = tiles(self.view(), self.inputs)
        rows = [
            (f.metadata["label"], shown_now[f.name]["value"], shown_now[f.name]["delta"])
            for f in fields(ForecastTotals)
        ]
        return cornered(pd.DataFrame(rows, columns=["number", "value", ""]).set_index("number"))

    def layout(self):
        """What is drawn once."""
        groups = {}
        for field in fields(ForecastInputs):
            groups.setdefault(field.metadata["group"], []).append(_dial(field))
        return {
            "title": Filled("{centre}: how many contacts will come, and how sure is that?", centre=self.centre.name),
            "groups": [{"label": name.capitalize(), "dials": dials} for name, dials in groups.items()],
            "pickers": self._pickers(),
            "actions": ACTIONS,
            "charts": chart_places(),
            "tiles": [
                {"name": f.name, "label": f.metadata["label"], "says": f.metadata["says"]}
                for f in fields(ForecastTotals)
            ],
        }

    def _pickers(self):
        days = self.prepared(self.queue).days
        return [
            {"name": "queue", "label": "Queue", "options": self.queues},
            {"name": "horizon", "label": "Horizon", "options": list(HORIZONS), "words": list(HORIZONS)},
            {"name": "day", "label": "Day", "low": days[0].date().isoformat(), "high": days[-1].date().isoformat()},
        ]

    def _take(self, message):
        if "dials" not in message:
            return self._settings(), {}
        if message["pickers"] != self._settings()["pickers"]:
            asked = message["pickers"]
            same = asked["day"] == self.date.date().isoformat()
            self.go(asked["queue"], asked["horizon"], None if same and asked["queue"] != self.queue else asked["day"])
            return self._settings(), {}
        if message["action"] == "reset":
            self.inputs = ForecastInputs()
            return self._settings(), {}
        values, faults = {}, {}
        for field in fields(ForecastInputs):
            try:
                values[field.name] = read_dial(message["dials"][field.name], field, _range(field))
            except ValueError as problem:
                faults[field.name] = str(problem)
        if not faults:
            self.inputs = ForecastInputs(**values)
        return {}, faults

    def _settings(self):
        dials = {
            f.name: _plain(round(getattr(self.inputs, f.name) * f.metadata["scale"], 1)) for f in fields(ForecastInputs)
        }
        return {
            "dials": dials,
            "switches": {},
            "pickers": {"queue": self.queue, "horizon": self.horizon, "day": self.date.date().isoformat()},
        }

    def view(self):
        """The ForecastView where the panel stands."""
        return forecast_view(self.prepared(self.queue), self.inputs, HORIZONS[self.horizon], self.date)

    def _show(self):
        view = self.view()
        return {
            "tiles": tiles(view, self.inputs),
            "against": AGAINST,
            "warnings": [],
            "charts": chart_data(view, self.prepared(self.queue), self.inputs),
        }

    def _csv(self):
        prepared, lift, ends = self.prepared(self.queue), 1 + self.inputs.uplift, _ends(self.inputs.band)
        rows = np.asarray(prepared.days < prepared.days[0] + pd.Timedelta(days=HORIZONS[self.horizon]))[prepared.day]
        low, high = _quantiles(prepared.quantiles[:, rows], ends) * lift
        frame = prepared.frame[rows]
        wall = frame["start"].dt.tz_localize(None).dt.strftime("%Y-%m-%d %H:%M")
        table = pd.DataFrame(
            {
                "queue": frame["queue"].astype(str),
                "start": wall,
                "offered_before": frame["offered"],
                "offered": frame["offered"] * lift,
                f"offered_p{100 * ends[0]:g}": low,
                f"offered_p{100 * ends[1]:g}": high,
                "aht_s": frame["aht_s"],
            }
        )
        return {"name": "forecast.csv", "text": harmless(table.round(3)).to_csv(index=False, lineterminator="\n")}


ACTIONS = [
    {"name": "csv", "label": "CSV", "says": "the horizon by interval, with the override and the band, as a file"},
    {"name": "reset", "label": "Reset", "says": "back to the model's own forecast and a band of 80 %"},
]
AGAINST = "Changes are against the model's own forecast. The band is that of the model, moved along with the uplift."


def _busiest(prepared, days):
    first = prepared.days < prepared.days[0] + pd.Timedelta(days=days)
    model = np.bincount(prepared.day, prepared.frame["offered"])
    return prepared.days[int(np.where(first, model, -1).argmax())]


def _dial(field):
    known, (low, high) = field.metadata, _range(field)
    return {
        "name": field.name,
        "label": known["label"],
        "unit": known["unit"],
        "says": known["says"],
        "low": low,
        "high": high,
        "step": _plain(known["step"] * known["scale"]),
        "switch": None,
    }


def _range(field):
    return tuple(_plain(end * field.metadata["scale"]) for end in field.metadata["slider"])


def tiles(view, inputs):
    """The tiles' words by name: value and, below it, the change against the model or when it is."""
    more = {
        "contacts": "" if inputs.uplift == 0 else f"{inputs.uplift:+.0%} on the model".replace("-", "−"),
        "low": f"P{100 * _ends(inputs.band)[0]:.3g}",
        "high": f"P{100 * _ends(inputs.band)[1]:.3g}",
        "peak": f"{view.peak_at:%a} {view.peak_at.day} {view.peak_at:%b}, {view.peak_at:%H:%M}",
    }
    return {
        f.name: {
            "value": shown(getattr(view.totals, f.name), f.metadata["form"]),
            "delta": more.get(f.name, ""),
            "tone": "same",
        }
        for f in fields(ForecastTotals)
    }


def chart_places():
    """The panel's charts as drawn once: an empty live specification, a note, a key of direct words."""
    frame = {"width": "container", "autosize": alt.AutoSizeParams(type="fit-x", contains="padding")}
    fan = alt.layer(*_fan_layers(alt.NamedData("fan"))).properties(height=240, **frame)
    day = alt.layer(*_day_layers(alt.NamedData("day"))).properties(height=220, **frame)
    return [
        {
            "name": "fan",
            "spec": theme.themed(fan),
            "note": "contacts a day: what came, then the forecast",
            "key": FAN_KEY,
        },
        {
            "name": "day",
            "spec": theme.themed(day),
            "note": "contacts an interval through the chosen day",
            "key": DAY_KEY,
        },
    ]


FAN_KEY = [
    {"label": "came", "colour": theme.INK, "shape": "dot"},
    {"label": "mean", "colour": "#0B4F80", "shape": "line"},
    {"label": "middle half", "colour": CORE, "shape": "area"},
    {"label": "band", "colour": BAND, "shape": "area"},
    {"label": "the model's own", "colour": theme.INK, "shape": "dashed"},
]
DAY_KEY = FAN_KEY[1:]


def _fan_layers(data):
    base = alt.Chart(data).encode(x=forecast_charts._time("dawn", utc=True), x2="dusk:T")
    y = forecast_charts._y
    return [
        base.mark_rect(color=BAND).encode(y=y("low"), y2="high:Q"),
        base.mark_rect(color=CORE).encode(y=y("first"), y2="third:Q"),
        base.mark_rule(color=theme.INK, strokeDash=[2, 2]).encode(y=y("model")),
        base.mark_rule(color="#0B4F80", strokeWidth=2).encode(y=y("offered")),
        *forecast_charts._seen_layers(data, "came", utc=True),
    ]


def _day_layers(data):
    from ..charts import _x

    base, y = alt.Chart(data), forecast_charts._y
    area = {"interpolate": "step-after", "line": False}
    line = {"interpolate": "step-after", "strokeWidth": 2}
    return [
        base.mark_area(color=BAND, **area).encode(x=_x(), y=y("low"), y2="high:Q"),
        base.mark_area(color=CORE, **area).encode(x=_x(), y=y("first"), y2="third:Q"),
        base.mark_line(color=theme.INK, strokeDash=[3, 3], interpolate="step-after", strokeWidth=1).encode(
            x=_x(), y=y("model")
        ),
        base.mark_line(color="#0B4F80", **line).encode(x=_x(), y=y("offered")),
    ]


def chart_data(view, prepared, inputs):
    """What the live charts are pushed: rows, finding and words for a screen reader, by chart."""
    seen = prepared.seen.rename(columns={"offered": "came"})
    days = pd.concat([seen, view.days], ignore_index=True)
    noon = days["day"].to_numpy().astype("datetime64[ms]").astype("int64") + NOON_MS
    fan = days.drop(columns="day").assign(noon=noon, dawn=noon - 0.75 * NOON_MS, dusk=noon + 0.75 * NOON_MS)
    hours = _clock_rows(view.intervals)
    words = {"fan": fan_words(view, inputs), "day": day_words(view, inputs)}
    rows = {"fan": records(fan.round(2)), "day": records(hours.round(3))}
    return {name: {"rows": rows[name], "finding": words[name], "alt": f"Chart. {words[name]}."} for name in rows}


def _clock_rows(intervals):
    """Rows by the clock on the wall, the last one repeated at its end so that its step has a width."""
    rows = intervals.drop(columns=["start", "aht_s"]).assign(hour=clock_hours(intervals["start"]).to_numpy())
    rows = rows.groupby("hour", as_index=False).mean()
    step = float(np.diff(rows["hour"]).min()) if len(rows) > 1 else 0.5
    return pd.concat([rows, rows.iloc[-1:].assign(hour=rows["hour"].iloc[-1] + step)], ignore_index=True)


def fan_words(view, inputs):
    """The horizon in a sentence."""
    totals = view.totals
    return f"{totals.contacts:,.0f} contacts, in {inputs.band:.0%} of cases {totals.low:,.0f} to {totals.high:,.0f}"


def day_words(view, inputs):
    """The chosen day's peak in a sentence."""
    top = view.intervals.loc[view.intervals["offered"].idxmax()]
    when = clock(top["start"].hour + top["start"].minute / 60)
    band = f"in {inputs.band:.0%} of cases {top['low']:,.0f} to {top['high']:,.0f}"
    return f"{long_date(top['start'])}: {top['offered']:,.0f} contacts at {when}, {band}"
