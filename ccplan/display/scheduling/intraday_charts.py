"""A chart of the day as it runs: planned, needed, there; what has been and what is to come."""

import altair as alt
import numpy as np
import pandas as pd

from ..charts import _closed, _end_labels, _x, clock_hours, long_date
from ..theme import ACCENT, ALARM, CONTEXT, INK, QUIET

LABELS = {
    "planned": ("planned this morning", QUIET),
    "required": ("needed for the calls that come", ACCENT),
    "there": ("there, and expected", INK),
}


def intraday_rows(state, activities, centre):
    """Rows of the day of an `Intraday`: hour, end, stretch, planned, there (until now as it was), required (for the
    calls of now), short.
    """
    from ...planning import desk_cover, staff

    day, seconds = state.day.rows, state.day.interval_s
    over = (day["start"] < state.now).to_numpy()
    planned = desk_cover(activities, day["start"], seconds)
    was = (
        desk_cover(activities.assign(scheduled=activities["actual"]), day["start"], seconds)
        if "actual" in activities
        else planned
    )
    will = state.rest.set_index("start")["there"].reindex(day["start"]).to_numpy(float)
    rows = pd.DataFrame(
        {
            "hour": clock_hours(day["start"]).to_numpy(),
            "planned": planned,
            "there": np.where(over | np.isnan(will), was, will),
            "required": staff(day, centre, rule="through the day")["agents"].to_numpy(float),
        }
    )
    rows = _closed(rows.groupby("hour", as_index=False).max())
    gap = (rows["required"] - rows["there"]).clip(lower=0).where(rows["end"] > rows["hour"], 0.0)
    return rows.assign(short=gap.where(gap > 0.05, 0.0))


def intraday_chart(state, activities, centre):
    """The day of an `Intraday`; `activities` are those it was made from, planned and actual."""
    rows = intraday_rows(state, activities, centre)
    now = state.now.hour + state.now.minute / 60
    base = alt.Chart(rows)

    def steps(name, colour, width, dash=()):
        return base.mark_line(interpolate="step-after", color=colour, strokeWidth=width, strokeDash=list(dash)).encode(
            x=_x(), y=alt.Y(f"{name}:Q", title=None), detail="stretch:N"
        )

    area = base.mark_area(interpolate="step-after", color=CONTEXT, line=False).encode(
        x=_x(), y=alt.Y("there:Q", title=None), detail="stretch:N"
    )
    short = (
        base.transform_filter("datum.short > 0")
        .mark_rect(color=ALARM, opacity=0.55)
        .encode(x=_x(), x2="end:Q", y=alt.Y("there:Q", title=None), y2="required:Q")
    )
    moment = alt.Chart(pd.DataFrame({"hour": [now], "words": [f"{state.now:%H:%M}"]}))
    line = moment.mark_rule(color=INK, strokeWidth=1).encode(x=_x())
    words = moment.mark_text(align="left", dx=5, y=4, baseline="top", fontWeight=600, color=INK).encode(
        x=_x(), text="words:N"
    )
    layers = [
        area,
        short,
        steps("planned", QUIET, 1.25, (4, 3)),
        steps("there", INK, 1.5),
        steps("required", ACCENT, 2.5),
        line,
        words,
    ]
    title = alt.TitleParams(
        intraday_finding(state),
        subtitle=f"{state.queue}, {long_date(state.now)}; people at their desks; red: fewer than needed. Right of the line: as it is expected to go on",
    )
    return alt.layer(*layers, _end_labels(rows, LABELS)).properties(title=title).configure(aria=False)


def intraday_finding(state):
    """What has become of the plan, in a sentence."""
    planned, now = state.totals["service_level"]
    people = f"{len(state.away)} {'person is' if len(state.away) == 1 else 'people are'} away"
    if not np.isfinite(now):
        return people
    return f"{people}: the rest of the day answers {now:.0%} in time, where the plan would have {planned:.0%}"
