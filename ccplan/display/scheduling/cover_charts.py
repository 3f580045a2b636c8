"""Charts of a cover: what is required, what shifts give, what is missing; a day large, a week in small panels."""

import altair as alt
import pandas as pd

from ..charts import _closed, _end_labels, _x, clock, clock_hours, long_date
from ..theme import ACCENT, ALARM, CONTEXT, INK, PAPER, QUIET, RULE

LABELS = {"cover": ("on shift, breaks taken out", INK), "required": ("required", ACCENT)}
NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SMALL = 0.05  # of a person, from which a gap is drawn


def cover_rows(intervals):
    """Rows for the charts of one day: hour, end, stretch, required, cover, short (how far cover stays below), from
    a Cover's `intervals`.
    """
    rows = pd.DataFrame(
        {
            "hour": clock_hours(intervals["start"]).to_numpy(),
            "required": intervals["required"].to_numpy(float),
            "cover": intervals["cover"].to_numpy(float),
        }
    )
    if not (rows["hour"].is_unique and rows["hour"].is_monotonic_increasing):  # the hour that comes twice
        rows = rows.groupby("hour", as_index=False).max()
    rows = _closed(rows)
    gap = (rows["required"] - rows["cover"]).clip(lower=0).where(rows["end"] > rows["hour"], 0.0)
    return rows.assign(short=gap.where(gap > SMALL, 0.0))


def cover_layers(data, top=None, labels=True):
    """The layers over `data`, a frame of `cover_rows` or a named Vega data set; `top` fixes the scale."""
    scale = alt.Scale(domain=[0, top], nice=False) if top else alt.Undefined
    axis = alt.Axis(tickCount=5) if labels else None

    def y(name):
        return alt.Y(f"{name}:Q", title=None, scale=scale, axis=axis)

    base = alt.Chart(data)
    area = base.mark_area(interpolate="step-after", color=CONTEXT, line=False).encode(
        x=_x(), y=y("cover"), detail="stretch:N"
    )
    short = (
        base.transform_filter("datum.short > 0")
        .mark_rect(color=ALARM, opacity=0.75)
        .encode(x=_x(), x2="end:Q", y=y("cover"), y2="required:Q")
    )
    lines = [
        base.mark_line(interpolate="step-after", strokeWidth=width, color=colour).encode(
            x=_x(), y=y(name), detail="stretch:N"
        )
        for name, colour, width in (("cover", INK, 1.25), ("required", ACCENT, 2.5))
    ]
    return alt.layer(area, short, *lines)


def cover_chart(cover, day=None):
    """One day's requirement against what the shifts give; `day` is a date, the first of the cover if left out."""
    mine = day_of(cover.intervals, day)
    rows = cover_rows(mine)
    chart = cover_layers(rows) + _end_labels(rows, LABELS)
    title = alt.TitleParams(
        cover_finding(rows),
        subtitle=f"{long_date(mine['start'].iloc[0])}; people by interval, parts of breaks as parts of people; red: missing",
    )
    return chart.properties(title=title).configure(aria=False)


def day_of(intervals, day=None):
    """The rows of one local day, the first if left out."""
    local = intervals["start"].dt.tz_localize(None).dt.normalize()
    return intervals[local == (local.iloc[0] if day is None else pd.Timestamp(day))].reset_index(drop=True)


def cover_finding(rows):
    """What a day's cover leaves open, in a sentence.

    >>> start = pd.Series(pd.date_range("2026-03-02 08:00", periods=2, freq="30min"))
    >>> cover_finding(cover_rows(pd.DataFrame({"start": start, "required": [3.0, 5.0], "cover": [4.0, 3.5]})))
    'Missing in 1 of 2 intervals, 1.5 people at 08:30 at worst; 0.5 person-hours too many elsewhere'
    """
    wide = rows[rows["end"] > rows["hour"]]
    over = ((wide["cover"] - wide["required"]).clip(lower=0) * (wide["end"] - wide["hour"])).sum()
    more = f"{over:.1f} person-hours too many elsewhere"
    short = wide[wide["short"] > 0]
    if short.empty:
        return f"Nobody is missing all day; {more.replace(' elsewhere', '')}"
    worst = short.loc[short["short"].idxmax()]
    people = f"{worst['short']:.1f} {'person' if abs(worst['short'] - 1) < 0.05 else 'people'}"
    return f"Missing in {len(short)} of {len(wide)} intervals, {people} at {clock(worst['hour'])} at worst; {more}"


# ------------------------------------------------------------------------------------------- a week


def week_cover_chart(cover, width=700, height=130):
    """A panel a day of the cover's first seven days, all to one scale."""
    local = cover.intervals["start"].dt.tz_localize(None).dt.normalize()
    days = [day for day in sorted(local.unique()) if day < local.min() + pd.Timedelta(days=7)]
    top = float(cover.intervals[["required", "cover"]].max().max()) * 1.06
    panels = [
        _day_panel(cover.intervals[local == day], day, top, width / len(days) - 12, height, day == days[0])
        for day in days
    ]
    title = alt.TitleParams(
        week_finding(cover.intervals[local.isin(days)], cover.interval_s),
        subtitle="People by interval. Black: on shift, breaks taken out; blue: required; red: missing",
    )
    return alt.hconcat(*panels, spacing=12).properties(title=title).configure(aria=False)


def _day_panel(intervals, day, top, width, height, first):
    name = alt.TitleParams(f"{NAMES[day.dayofweek]} {day.day} {day:%b}", fontSize=12, fontWeight=600, offset=2)
    return cover_layers(cover_rows(intervals), top, first).properties(width=width, height=height, title=name)


def week_finding(intervals, interval_s):
    """What a week's cover leaves open and has over, in a sentence."""
    short, over = (float(intervals[name].sum()) * interval_s / 3600 for name in ("shortage", "surplus"))
    asked = float(intervals["required"].sum()) * interval_s / 3600
    return (
        f"Of {asked:,.0f} person-hours required {short:,.1f} are missing; {over:,.1f} are there that nobody asked for"
    )


# ------------------------------------------------------------------------------------ starts of shifts


def start_rows(shifts):
    """People by shift and start: shift, hour, people, words; summed over the days."""
    hour = clock_hours(shifts["start"])
    rows = shifts.assign(hour=hour).groupby(["shift", "hour"], as_index=False)["people"].sum()
    return rows.assign(
        at=[clock(one) for one in rows["hour"]], words=[f"{n:,.0f}" if n >= 0.5 else "" for n in rows["people"]]
    )


def start_layers(data):
    """Circles by shift (rows) and start (clock), the people in them."""
    clock_x = _x()
    clock_x.scale = alt.Scale(zero=False, nice=False, padding=24)
    base = alt.Chart(data).encode(
        x=clock_x,
        y=alt.Y(
            "shift:N",
            title=None,
            sort=None,
            axis=alt.Axis(labelColor=INK, labelLimit=240, domain=False, ticks=False, grid=True, gridColor=RULE),
        ),
    )
    dots = base.mark_point(filled=True, opacity=1, color=ACCENT, stroke=PAPER).encode(
        size=alt.Size("people:Q", legend=None, scale=alt.Scale(range=[20, 700], zero=True))
    )
    return alt.layer(dots, base.mark_text(dy=-19, fontSize=11, color=QUIET).encode(text="words:N"))


def starts_finding(rows):
    """Which start has the most people, in a sentence."""
    if rows.empty:
        return "Nobody is on a shift"
    top = rows.loc[rows["people"].idxmax()]
    return f"{rows['people'].sum():,.0f} shifts; most start as {top['shift']} at {top['at']}: {top['people']:,.0f}"
