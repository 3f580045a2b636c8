"""The live charts of the forecast panel: the horizon by day, one day by interval; drawn once, then pushed rows."""

import altair as alt
import pandas as pd

from .. import theme
from ..charts import _closed, _x, clock, clock_hours, long_date
from ..panels.saying import live
from . import charts as forecast_charts
from .charts import BAND, CORE, MEAN

NOON_MS = 43_200_000  # the noon of a day lies in that day wherever the browser is


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
    {"label": "mean", "colour": MEAN, "shape": "line"},
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
        base.mark_rule(color=MEAN, strokeWidth=2).encode(y=y("offered")),
        *forecast_charts._seen_layers(data, "came", utc=True),
    ]


def _day_layers(data):
    base, y, step = alt.Chart(data).encode(x=_x(), detail="stretch:N"), forecast_charts._y, "step-after"
    return [
        base.mark_area(color=BAND, interpolate=step, line=False).encode(y=y("low"), y2="high:Q"),
        base.mark_area(color=CORE, interpolate=step, line=False).encode(y=y("first"), y2="third:Q"),
        base.mark_line(color=theme.INK, interpolate=step, strokeDash=[3, 3], strokeWidth=1).encode(y=y("model")),
        base.mark_line(color=MEAN, interpolate=step, strokeWidth=2).encode(y=y("offered")),
    ]


def chart_data(view, prepared, inputs):
    """What the live charts are pushed: rows, finding and words for a screen reader, by chart."""
    seen = prepared.seen.rename(columns={"offered": "came"})
    days = pd.concat([seen, view.days], ignore_index=True)
    noon = days["day"].to_numpy().astype("datetime64[ms]").astype("int64") + NOON_MS
    fan = days.drop(columns="day").assign(noon=noon, dawn=noon - 0.75 * NOON_MS, dusk=noon + 0.75 * NOON_MS)
    hours = _clock_rows(view.intervals)
    return {"fan": live(fan.round(2), fan_words(view, inputs)), "day": live(hours.round(3), day_words(view, inputs))}


def _clock_rows(intervals):
    """Rows by the clock on the wall; each unbroken stretch ends with a row of its own, so that no step runs on
    while the queue is closed.
    """
    rows = intervals.drop(columns=["start", "aht_s"]).assign(hour=clock_hours(intervals["start"]).to_numpy())
    return _closed(rows.groupby("hour", as_index=False).mean())


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
