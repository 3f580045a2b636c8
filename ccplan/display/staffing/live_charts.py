"""The live charts of the staffing panel: drawn once, then pushed rows; what one more person does, in words."""

import altair as alt
import numpy as np

from .. import charts, theme
from ..panels.saying import live, shown
from . import day_charts, week_charts
from .inputs import ALONE


def chart_places():
    """The panel's charts as drawn once: an empty live specification, a note, a key of direct words."""
    frame = {"width": "container", "autosize": alt.AutoSizeParams(type="fit-x", contains="padding")}
    day = charts.requirement_layers(alt.NamedData("day")).properties(height=260, **frame)
    curve = charts.curve_layers(alt.NamedData("curve")).properties(height=220, **frame)
    service = day_charts.service_layers(alt.NamedData("service"), band=True).properties(height=220, **frame)
    week = week_charts.week_layers(alt.NamedData("week")).properties(height=alt.Step(18), **frame)
    return [
        {"name": "day", "spec": theme.themed(day), "note": "agents through the day", "key": DAY_KEY},
        {
            "name": "service",
            "spec": theme.themed(service),
            "note": "share of calls answered in time",
            "key": SERVICE_KEY,
        },
        {
            "name": "curve",
            "spec": theme.themed(curve),
            "key": CURVE_KEY,
            "note": "service level in the busiest interval by itself, with more or fewer agents on the phones (net)",
        },
        {
            "name": "week",
            "spec": theme.themed(week),
            "note": "agents on the phones (net), the most of each hour, the whole week staffed as the dials say; "
            "comes when the dial rests",
            "key": week_charts.WEEK_KEY,
        },
    ]


def _lines(series):
    """The entries of a key for lines of {column: label, colour, width, dash}."""
    return [
        {"label": label, "colour": colour, "shape": "dashed" if dash else "line" if width > 2 else "thin"}
        for label, colour, width, dash in series.values()
    ]


DAY_KEY = [
    *_lines(charts.SERIES),
    {"label": "short of agents", "colour": "#F2C5AB", "shape": "area"},
    {"label": charts.LOAD_LABEL, "colour": theme.CONTEXT, "shape": "area"},
]
SERVICE_KEY = [
    *_lines(day_charts.SERVICE),
    {"label": "eight of ten played days (P10–P90), when the dial rests", "colour": day_charts.BAND, "shape": "area"},
    {"label": "given more than 2 points less than promised", "colour": "#F2C5AB", "shape": "area"},
]
CURVE_KEY = [
    {"label": "the requirement", "colour": theme.ACCENT, "shape": "dot"},
    {"label": "service target", "colour": theme.INK, "shape": "dashed"},
]


def one_more(view):
    """What one more person does in the busiest interval, and one fewer, in sentences."""
    curve, money = view.curve, view.currency
    here = curve[curve["chosen"]].iloc[0]
    more, fewer = (curve[curve["agents"] == here["agents"] + step] for step in (1, -1))
    if len(more):
        after = more.iloc[0]
        yield (
            f"One more person on the phones at {here['at']:%H:%M} lifts the service of that interval from {here['service_level']:.1%} to "
            f"{after['service_level']:.1%} and cuts the mean wait from {shown(here['asa_s'], 'seconds')} to {shown(after['asa_s'], 'seconds')}, "
            f"for {shown(after['cost'] - here['cost'], 'coins', money)} an interval"
            + (f"; one fewer leaves {fewer['service_level'].iloc[0]:.1%}." if len(fewer) else ".")
        )


def chart_data(view, rested=None, date=None):
    """What the live charts are pushed: rows, finding and words for a screen reader, by chart; `rested` is what an
    AtRest has ready.
    """
    played, week = (None, None) if rested is None else (rested.played, rested.week)
    band = {"low": np.nan, "high": np.nan} if played is None else {"low": played.low, "high": played.high}
    service = day_charts.service_rows(view.day, view.inputs.service_level, band)
    if view.inputs.rule != ALONE:  # such a plan promises what the day gives
        service["gap"] = 0
    told = day_charts.service_finding(service) if view.inputs.rule == ALONE else day_charts.kept_finding(service)
    rows = charts.day_rows(view.day.drop(columns="rostered", errors="ignore"), view.day.get("rostered"))
    if "rostered" not in rows:
        rows = rows.assign(rostered=np.nan, short=0.0)
    finding = charts.requirement_finding(rows.dropna(axis=1, how="all"))
    curve = charts.curve_rows(view.curve, view.inputs.service_level)
    at = f"At {view.curve['at'].iloc[0]:%H:%M}, {charts.curve_finding(view.curve, view.inputs.service_level)}"
    keep = ["hour", "end", "stretch", "load", "agents", "scheduled", "rostered", "short"]
    found = {
        "day": live(rows[keep], finding, "Step chart"),
        "service": live(service, told, "Step chart"),
        "curve": live(curve, at, "Curve"),
    }
    if week is not None:
        cells = week_charts.week_rows(week, date)
        found["week"] = live(cells, week_charts.week_finding(cells, week["fte"].sum()), "Map of heat")
    return found
