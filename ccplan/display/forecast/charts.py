"""Charts of a forecast: the history it rests on, its parts, how wrong it has been, how sure it is.

Frames come from `ccplan.planning.forecasting.looks`. What is drawn is rounded to what the eye can see,
so that the last digits of an optimiser do not change a picture.
"""

from textwrap import wrap

import altair as alt
import numpy as np
import pandas as pd

from ...planning.forecasting import looks
from .. import theme
from ..charts import _apart, clock, long_date, show
from ..data.charts import DAYS
from ..tables import Words, round_contacts as _round
from ..theme import ACCENT, ALARM, CONTEXT, INK, QUIET

DOT, BAND, CORE, MEAN = "#8C959F", "#BCD7EA", "#6BA9D3", "#0B4F80"  # grey for days; one hue for band, middle, mean
PART_WORDS = {
    "level": "Level, contacts a day",
    "weekday": "Weekday",
    "calendar": "Holidays, month ends, events",
    "season": "Time of the year",
    "remainder": "What is left unexplained",
}
SHOWN_DAYS = 400  # of the parts: a year and a month
ACTUAL_DAYS = 28  # before a fan
WIDE = 760
SMALL = 76  # height of one part, pixels
TITLE_LETTERS, SUBTITLE_LETTERS = 38, 58  # of a line, some 350 pixels


def settled(frame):
    """The frame with number columns rounded to four digits of their largest value: finer than a pixel."""
    numbers = frame.select_dtypes("float")
    return frame.assign(**{name: numbers[name].round(_digits(numbers[name])) for name in numbers})


def _digits(values):
    top = values.abs().max()
    return 0 if not top > 0 else int(3 - np.floor(np.log10(top)))


def _time(field="day", months=False, utc=False, **axis):
    axis |= {"format": "%b %Y", "tickCount": "month"} if months else {"format": "%-d %b"}
    return alt.X(
        f"{field}:T",
        title=None,
        axis=alt.Axis(labelOverlap=True, **axis),
        **({"scale": alt.Scale(type="utc")} if utc else {}),
    )


def _y(field, form=",d", title=None, **more):
    return alt.Y(f"{field}:Q", title=title, axis=alt.Axis(format=form, tickCount=4), **more)


def _weeks(days):
    """Mondays to put on a time axis, at most eleven; the first day, where none is a Monday."""
    mondays = pd.date_range(days.min(), days.max(), freq="W-MON")
    marked = mondays[:: -(-len(mondays) // 11)] if len(mondays) else [days.min()]
    return [alt.DateTime(year=day.year, month=day.month, date=day.day) for day in marked]


def _title(finding, subtitle):
    """A title that begins where the prose above it does, in lines that a telephone shows whole."""
    return alt.TitleParams(wrap(finding, TITLE_LETTERS), subtitle=wrap(subtitle, SUBTITLE_LETTERS), frame="bounds")


# -------------------------------------------------------------------------------- history, with repairs


def history_chart(days, queue):
    """Contacts of every day, repaired days ringed with what they were taken as, events shaded, closed holidays ticked.

    `days` is a frame of `looks.history_days`.
    """
    rows = settled(days.assign(month=_running_mean(days)))
    there = alt.Chart(rows[rows["offered"].notna() & (rows["open"] | (rows["offered"] > 0))])
    dots = there.mark_circle(size=9, color=DOT, opacity=0.9).encode(x=_time(months=True), y=_y("offered"))
    mean = (
        alt.Chart(rows[["day", "month"]].dropna())
        .mark_line(color=INK, strokeWidth=1.5)
        .encode(x=_time(months=True), y=_y("month"))
    )
    layers = [*_event_layers(rows), dots, mean, *_repair_layers(rows), *_holiday_layers(rows), _history_names(rows)]
    subtitle = f"{queue}: contacts a day; the line is the mean over four weeks"
    return (
        alt.layer(*layers).properties(title=_title(history_finding(days), subtitle), height=260).configure(aria=False)
    )


def _running_mean(days):
    """Mean of the open days of four weeks around each day; nan near the ends."""
    known = days["offered"].where(days["open"])
    return known.rolling(28, center=True, min_periods=1).mean().where(days.index.isin(days.index[14:-13]))


def _event_layers(rows):
    if not (rows["event"] != "").any():
        return []
    run = (rows["event"] != rows["event"].shift()).cumsum()
    spans = (
        rows[rows["event"] != ""].groupby(run).agg(day=("day", "first"), end=("day", "last"), event=("event", "first"))
    )
    spans = spans.assign(end=spans["end"] + pd.Timedelta(days=1))
    base = alt.Chart(spans).encode(x=_time(months=True))
    shade = base.mark_rect(color="#FBE9C6", opacity=0.9).encode(x2="end:T", y=alt.value(0), y2=alt.value(260))
    return [
        shade,
        base.mark_text(align="left", dx=2, dy=8, fontSize=11, color=QUIET).encode(text="event:N", y=alt.value(0)),
    ]


def _repair_layers(rows):
    odd = rows[rows["taken_as"].notna()].assign(shown=rows["offered"].fillna(rows["taken_as"]))
    if odd.empty:
        return []
    base = alt.Chart(odd)
    ring = base.mark_point(size=70, color=ALARM, strokeWidth=2).encode(x=_time(months=True), y=_y("shown"))
    stem = base.mark_rule(color=ALARM).encode(x=_time(months=True), y=_y("shown"), y2="taken_as:Q")
    mark = base.mark_tick(color=ALARM, thickness=2, width=9, orient="horizontal").encode(
        x=_time(months=True), y=_y("taken_as")
    )
    return [stem, mark, ring]


def _holiday_layers(rows):
    """Ticks at the foot of the chart for public holidays."""
    free = rows[rows["holiday"] != ""]
    tick = (
        alt.Chart(free)
        .mark_rule(color=QUIET, strokeWidth=1)
        .encode(x=_time(months=True), y=alt.value(252), y2=alt.value(260))
    )
    return [] if free.empty else [tick]


def _history_names(rows):
    """Words for the line's end and the marks, at the right."""
    line, end = rows.dropna(subset="month").iloc[-1:], rows["day"].max()
    words = pd.DataFrame({"day": end, "at": line["month"], "words": "mean of four weeks"})
    if (rows["holiday"] != "").any():
        words = pd.concat([words, pd.DataFrame({"day": [end], "at": [0.0], "words": ["public holidays"]})])
    return alt.Chart(words).mark_text(align="left", dx=7).encode(x=_time(months=True), y=_y("at"), text="words:N")


def history_finding(days):
    """How many days the models do not learn from as they are, in a sentence."""
    known, odd = int((days["open"] | (days["offered"] > 0)).sum()), days[days["why"] != ""]
    if odd.empty:
        return f"All {known:,} open days can be learned from as they are"
    counts = odd["why"].value_counts()
    words = ", ".join(f"{number} {why}" for why, number in counts.items())
    learned = "is not learned from as it is" if len(odd) == 1 else "are not learned from as they are"
    return f"{len(odd)} of {known:,} days {learned}: {words}"


# -------------------------------------------------------------------------------------- the week's shape


def week_chart(shape, queue):
    """An ordinary week: a small chart for each weekday, its contacts an interval against the mean of the open days.

    `shape` is a frame of `looks.week_shape`.
    """
    rows = settled(shape.assign(day=[DAYS[k] for k in shape["weekday"]]))
    usual = (
        rows.groupby("hour", as_index=False)["contacts"]
        .sum()
        .assign(contacts=lambda f: f["contacts"] / rows["weekday"].nunique())
    )
    each = rows.merge(settled(usual).rename(columns={"contacts": "usual"}), on="hour")
    step = _step_hours(each["hour"])
    closed = each.loc[each.groupby("day")["hour"].idxmax()].assign(hour=lambda f: f["hour"] + step)
    each = pd.concat([each, closed]).sort_values(["weekday", "hour"])
    days = [name for name in DAYS if name in set(each["day"])]
    x = alt.X(
        "hour:Q",
        title=None,
        scale=alt.Scale(zero=False, nice=False),
        axis=alt.Axis(labelExpr="format(datum.value % 24, '02')", values=_hour_ticks(each["hour"]), labelFlush=False),
    )
    area = alt.Chart().mark_area(interpolate="step-after", color=CONTEXT).encode(x=x, y=_y("usual"))
    line = alt.Chart().mark_line(interpolate="step-after", color=ACCENT, strokeWidth=1.75).encode(x=x, y=_y("contacts"))
    width = (WIDE - 30 - 12 * (len(days) - 1)) / len(days)
    header = alt.Header(
        title=None, labelFontSize=12, labelColor=INK, labelAnchor="start", labelFontWeight=600, labelPadding=4
    )
    chart = (
        alt.layer(area, line, data=each)
        .properties(width=width, height=170)
        .facet(column=alt.Column("day:N", sort=days, header=header), spacing=12)
    )
    subtitle = f"{queue}: contacts per {_interval_word(step)} by the hour of the day; grey: the mean of all open days"
    return chart.properties(title=_title(week_finding(shape), subtitle)).configure(aria=False)


def _step_hours(hours):
    return float(np.diff(np.unique(hours)).min()) if hours.nunique() > 1 else 1.0


def _hour_ticks(hours):
    low, high = np.floor(hours.min()), np.ceil(hours.max())
    by = 4 if high - low <= 14 else 8
    return [float(h) for h in np.arange(np.ceil(low / by) * by, high - 1, by)]


def _interval_word(hours):
    return {0.25: "quarter-hour", 0.5: "half-hour", 1.0: "hour"}.get(round(hours, 4), "interval")


def week_finding(shape):
    """The busiest and the quietest open weekday and the busiest time, in a sentence."""
    days = shape.groupby("weekday")["contacts"].sum()
    top = shape.loc[shape["contacts"].idxmax()]
    busiest, peak = DAYS[int(days.idxmax())], clock(top["hour"])
    if len(days) < 2 or not days.min() > 0:
        return f"{busiest}s bring {days.max():,.0f} contacts, most at {peak} on {DAYS[int(top['weekday'])]}s"
    times, quietest = f"{days.max() / days.min():.1f}", DAYS[int(days.idxmin())]
    return f"{busiest}s bring {times} × as many contacts as {quietest}s; the peak is at {peak}"


# ------------------------------------------------------------------------------------------ its parts


def parts_chart(parts, queue):
    """The days of a history by their parts, one above the other: level, weekday, calendar, season, remainder.

    `parts` is a frame of `looks.days_by_part`; the last SHOWN_DAYS are drawn. Factors are shown in percent
    more or less, all on one scale but the level.
    """
    rows = parts.tail(SHOWN_DAYS)
    names = [name for name in PART_WORDS if name == "level" or (rows[name].dropna() - 1).abs().max() > 0.002]
    ends = _part_range(rows, [name for name in names if name != "level"])
    charts = [_part(rows, name, ends, last=name == names[-1]) for name in names]
    subtitle = f"{queue}: contacts of a day = level × weekday × calendar × time of the year × what is left"
    return (
        alt.vconcat(*charts, spacing=6)
        .resolve_scale(x="shared")
        .properties(title=_title(parts_finding(rows), subtitle))
        .configure(aria=False)
    )


def _part_range(rows, names):
    """One range for all factors, wide enough for all but the wildest days, percent."""
    values = np.concatenate([rows[name].dropna().to_numpy() for name in names])
    low, high = np.quantile(values, [0.004, 0.996]) - 1 if len(values) else (-0.1, 0.1)
    return [float(np.floor(min(low, -0.05) * 20) / 20), float(np.ceil(max(high, 0.05) * 20) / 20)]


def _part(rows, name, ends, last):
    x = _time(months=True, labels=last, ticks=last)
    title = alt.TitleParams(PART_WORDS[name], fontSize=12, fontWeight=600, offset=2)
    if name == "level":
        data = settled(pd.DataFrame({"day": rows["day"], "value": rows["level"], "offered": rows["offered"]}))
        dots = (
            alt.Chart(data.dropna(subset="offered"))
            .mark_circle(size=7, color=DOT)
            .encode(x=x, y=_y("offered", scale=alt.Scale(nice=False)))
        )
        line = alt.Chart(data).mark_line(color=ACCENT, strokeWidth=2).encode(x=x, y=_y("value"))
        return (dots + line).properties(title=title, height=1.5 * SMALL, width=WIDE)
    data = pd.DataFrame({"day": rows["day"], "value": (rows[name] - 1).clip(*ends).round(3)}).dropna()
    y = alt.Y(
        "value:Q",
        title=None,
        scale=alt.Scale(domain=ends, nice=False),
        axis=alt.Axis(tickCount=3, labelExpr="datum.value == 0 ? 'usual' : format(datum.value, '+.0%')"),
    )
    zero = alt.Chart(pd.DataFrame({"zero": [0.0]})).mark_rule(color=theme.RULE).encode(y=alt.Y("zero:Q", title=None))
    base = alt.Chart(data).encode(x=x, y=y)
    if name == "season":
        return (zero + base.mark_line(color=ACCENT, strokeWidth=2)).properties(title=title, height=SMALL, width=WIDE)
    if name == "remainder":
        return (zero + base.mark_circle(size=9, color=DOT, opacity=1)).properties(title=title, height=SMALL, width=WIDE)
    stems = base.mark_rule(color=CORE, strokeWidth=1.2).encode(y2=alt.datum(0))
    return (zero + stems).properties(title=title, height=SMALL, width=WIDE)


def parts_finding(parts):
    """What moves a day most and what is left, in a sentence."""
    reach = {
        "the weekday": _reach(parts["weekday"]),
        "the time of the year": _reach(parts["season"]),
        "the calendar": _reach(parts["calendar"]),
    }
    top = max(reach, key=reach.get)
    left = (parts["remainder"].dropna() - 1).abs()
    words = f"{top[0].upper()}{top[1:]} moves a day most"
    return words + (f"; half of all days end within {left.median():.0%} of what the parts explain" if len(left) else "")


def _reach(factor):
    known = np.log(factor.dropna())
    return float(known.abs().mean()) if len(known) else 0.0


# ------------------------------------------------------------------------------------- held-out errors

ERROR_LINES = {
    "naive": ("same weekday last week", QUIET, 1.5, ()),
    "wape": ("this forecast", ACCENT, 2.5, ()),
    "chance": ("chance alone: no forecast can do better", INK, 1.25, (3, 3)),
}


def errors_chart(ahead, hours, queue):
    """The backtest's errors by days ahead and by hour of the day, against last week's repeat and against chance.

    `ahead` is a frame of `looks.errors_ahead`, `hours` one of `looks.errors_by_hour`.
    """
    names = [name for name in ERROR_LINES if ahead[name].notna().any()]
    top = float(np.nanquantile(pd.concat([ahead[names], hours[names]]).to_numpy(), 0.97)) * 1.12
    scale = alt.Scale(domain=[0, round(top, 2)], nice=False, clamp=True)
    left = _error_panel(ahead, "days_ahead", names, scale, alt.Axis(title="days ahead", tickMinStep=1, format="d"), 300)
    axis = alt.Axis(title="hour of the day", labelExpr="format(datum.value % 24, '02') + ':00'", labelOverlap=True)
    right = _error_panel(hours, "hour", names, scale, axis, 300)
    title = _title(errors_finding(ahead), f"{queue}: WAPE of intervals on days held out, Σ |error| ÷ Σ contacts")
    return (
        alt.hconcat(left, right + _error_names(hours, names, top), spacing=28)
        .properties(title=title)
        .configure(aria=False)
    )


def _error_panel(rows, field, names, scale, axis, width):
    rows = settled(rows[[field, *names]])
    x = alt.X(f"{field}:Q", scale=alt.Scale(zero=False, nice=False, padding=6), axis=axis)
    lines = []
    for name in names:
        _, colour, stroke, dash = ERROR_LINES[name]
        mark = {"color": colour, "strokeWidth": stroke, "strokeDash": list(dash), "interpolate": "linear"}
        point = {"point": alt.OverlayMarkDef(color=colour, size=22)} if name == "wape" else {}
        lines.append(alt.Chart(rows).mark_line(**mark, **point).encode(x=x, y=_y(name, "%", scale=scale)))
    return alt.layer(*lines).properties(width=width, height=230)


def _error_names(hours, names, top):
    last = hours.iloc[-1]
    rows = pd.DataFrame(
        {
            "hour": float(last["hour"]),
            "at": [min(float(last[name]), top) for name in names],
            "words": [ERROR_LINES[name][0] for name in names],
            "colour": [ERROR_LINES[name][1] for name in names],
        }
    ).sort_values("at")
    rows["at"] = _apart(rows["at"].to_numpy(), 0.075 * top).round(3)
    words = rows["words"].str.split(": ").str[0]
    text = alt.Chart(rows.assign(words=words)).mark_text(align="left", dx=9)
    return text.encode(x="hour:Q", y=alt.Y("at:Q"), text="words:N", color=alt.Color("colour:N", scale=None))


def errors_finding(ahead):
    """How wrong the forecast is, against the naive one, in a sentence."""
    near, far = ahead["wape"].iloc[:7].mean(), ahead["wape"].iloc[7:].mean()
    words = f"Off by {near:.0%} of contacts in the first week"
    if np.isfinite(far):
        same = f"{near:.0%}" == f"{far:.0%}"
        words += " and later alike" if same else f", {far:.0%} later"
    chance, naive = ahead["chance"].mean(), ahead["naive"].mean()
    return words + (f"; last week's repeat {naive:.0%}" if np.isfinite(naive) else "") + f", chance alone {chance:.0%}"


# ---------------------------------------------------------------------------------------- how sure it is


def fan_chart(actual, days, queue):
    """The last weeks as they were, then every day's band of 80 %, its middle half and its mean.

    `actual` holds day and offered (contacts); `days` is a frame of `looks.with_band` with the levels
    0.1, 0.25, 0.75, 0.9.
    """
    seen = settled(actual[actual["day"] < days["day"].min()].tail(ACTUAL_DAYS))
    seen, rows = _mid(seen), _mid(settled(days))
    ticks = _weeks(pd.concat([seen["day"], rows["day"]]))
    layers = [*fan_layers(rows, values=ticks), *_seen_layers(seen, values=ticks)]
    subtitle = f"{queue}: contacts a day; dots: what came; bars: P10 to P90, darker P25 to P75, line: mean"
    chart = alt.layer(*layers, _fan_names(rows, ticks))
    return chart.properties(title=_title(fan_finding(days), subtitle), height=280).configure(aria=False)


def _mid(rows):
    """Days with their own morning and evening, so that a bar stands in the middle of its day."""
    wide = pd.Timedelta(hours=9)
    noon = rows["day"] + pd.Timedelta(hours=12)
    return rows.assign(noon=noon, dawn=noon - wide, dusk=noon + wide)


def fan_layers(data, **axis):
    """Layers of the bands over `data`, days of `_mid`."""
    base = alt.Chart(data).encode(x=_time("dawn", **axis), x2="dusk:T")
    outer = base.mark_rect(color=BAND).encode(y=_y("offered_p10", scale=alt.Scale(zero=True)), y2="offered_p90:Q")
    inner = base.mark_rect(color=CORE).encode(y=_y("offered_p25"), y2="offered_p75:Q")
    mean = base.mark_rule(color=MEAN, strokeWidth=2).encode(y=_y("offered"))
    return [outer, inner, mean]


def _seen_layers(seen, column="offered", **axis):
    base = alt.Chart(seen).encode(x=_time("noon", **axis), y=_y(column))
    return [base.mark_line(color=CONTEXT, strokeWidth=1.25), base.mark_circle(color=INK, size=26, opacity=1)]


def _fan_names(rows, ticks):
    """P90, mean and P10 beside the last day's bar, moved apart."""
    last, top = rows.iloc[-1], rows["offered_p90"].max()
    words = pd.DataFrame(
        {
            "dusk": last["dusk"],
            "at": [last["offered_p10"], last["offered"], last["offered_p90"]],
            "words": ["P10", "mean", "P90"],
        }
    )
    words["at"] = _apart(words["at"].to_numpy(float), 0.05 * top)
    return (
        alt.Chart(words)
        .mark_text(align="left", dx=5, fontSize=11)
        .encode(x=_time("dusk", values=ticks), y=_y("at"), text="words:N")
    )


def fan_finding(days):
    """The day with most contacts to come, and how sure that is, in a sentence."""
    top = days.loc[days["offered"].idxmax()]
    band = f"{_round(top['offered_p10'])} to {_round(top['offered_p90'])}"
    return f"{long_date(top['day'])} will be the busiest day: {band} contacts"


# ------------------------------------------------------------------------------------------- calibration


def calibration_chart(found, queue):
    """Share of held-out counts at or below each quantile: on the diagonal the band means what it says.

    `found` is a frame of `looks.calibration`.
    """
    rows = found.round(3)
    x = alt.X(
        "level:Q",
        title="quantile of the forecast",
        axis=alt.Axis(format="%", values=[0, 0.1, 0.5, 0.9, 1]),
        scale=alt.Scale(domain=[0, 1]),
    )

    def y(name):
        axis = alt.Axis(format="%", values=[0, 0.1, 0.5, 0.9, 1], grid=True)
        return alt.Y(f"{name}:Q", title="held-out counts at or below it", axis=axis, scale=alt.Scale(domain=[0, 1]))

    ideal = (
        alt.Chart(pd.DataFrame({"level": [0.0, 1.0], "ideal": [0.0, 1.0]}))
        .mark_line(color=theme.RULE)
        .encode(x=x, y=y("ideal"))
    )
    days = alt.Chart(rows).mark_point(color=INK, size=46, strokeWidth=1.5).encode(x=x, y=y("days"))
    intervals = alt.Chart(rows).mark_circle(color=ACCENT, size=34, opacity=1).encode(x=x, y=y("intervals"))
    words = pd.DataFrame(
        {
            "level": [0.62, 0.62],
            "at": [0.20, 0.12],
            "colour": [ACCENT, INK],
            "words": [
                f"● {rows['held_out_intervals'].iloc[0]:,} intervals",
                f"○ {rows['held_out_days'].iloc[0]:,} whole days",
            ],
        }
    )
    names = (
        alt.Chart(words)
        .mark_text(align="left")
        .encode(x=x, y=y("at"), text="words:N", color=alt.Color("colour:N", scale=None))
    )
    title = _title(calibration_finding(found), f"{queue}: on the line, a quantile means what it says")
    return (ideal + days + intervals + names).properties(title=title, width=330, height=330).configure(aria=False)


def calibration_finding(found):
    """What the 80 % band held, in a sentence."""
    held = found.set_index("level")
    inside = held.loc[0.9] - held.loc[0.1]
    intervals, days = f"{inside['intervals']:.0%} of the intervals", f"{inside['days']:.0%} of the days"
    return f"The 80 % band held {intervals} and {days} that were held out"


# ------------------------------------------------------------------------------------ the planner's say


def override_chart(frame, actual, queue):
    """Every day as the model had it, with the planner's overrides, and as it came.

    `frame` comes from `apply_overrides`, `actual` holds queue, start and offered (nothing of the days: a look ahead).
    """
    rows = _mid(settled(override_days(frame, actual)))
    ticks = {"values": _weeks(rows["day"])}
    touched, base = alt.Chart(rows[rows["touched"]]), alt.Chart(rows)
    spans = touched.mark_rect(color="#F1F4F7").encode(
        x=_time("dawn", **ticks), x2="dusk:T", y=alt.value(0), y2=alt.value(250)
    )
    move = touched.mark_rule(color=CORE, strokeWidth=2).encode(
        x=_time("noon", **ticks), y=_y("offered_before"), y2="offered:Q"
    )
    model = base.mark_rule(color=DOT, strokeWidth=2).encode(
        x=_time("dawn", **ticks), x2="dusk:T", y=_y("offered_before")
    )
    after = touched.mark_rule(color=ACCENT, strokeWidth=3).encode(
        x=_time("dawn", **ticks), x2="dusk:T", y=_y("offered")
    )
    came = (
        alt.Chart(rows.dropna(subset="came"))
        .mark_circle(color=INK, size=30, opacity=1)
        .encode(x=_time("noon", **ticks), y=_y("came"))
    )
    subtitle = f"{queue}: contacts a day; grey: the model, blue: with the override, dots: what came"
    title = _title(override_finding(frame, actual), subtitle)
    return alt.layer(spans, move, model, after, came).properties(title=title, height=250).configure(aria=False)


def override_days(frame, actual):
    """A row a day: offered_before, offered, came (nan where unknown), touched."""
    came = actual[["queue", "start", "offered"]].rename(columns={"offered": "came"}).astype({"queue": "str"})
    both = frame.astype({"queue": "str"}).merge(came, on=["queue", "start"], how="left")
    groups = both.groupby(both["start"].dt.tz_localize(None).dt.normalize().rename("day"))
    sums = groups[["offered_before", "offered"]].sum().join(groups["came"].sum(min_count=1))
    return sums.assign(touched=groups["overrides"].agg(lambda names: (names != "").any())).reset_index()


def override_finding(frame, actual):
    """What the overrides changed, and whether that was right, in a sentence."""
    from ...planning import override_effect

    change = frame["offered"].sum() / frame["offered_before"].sum() - 1
    try:
        effect = override_effect(frame[frame["overrides"] != ""], actual).iloc[0]
    except ValueError:
        return f"The overrides change the contacts to come by {change:+.1%}".replace("-", "−")
    words = "right: off by" if effect["helped"] else "wrong: off by"
    return f"The override was {words} {effect['wape']:.0%} of contacts with it, {effect['wape_before']:.0%} without"


# ------------------------------------------------------------------------- where a history is too short


def errors_picture(found):
    """`errors_chart` of a QueueForecast as a Picture, or a sentence where no day could be held out."""
    if found.tested is None:
        return Words("The history is too short to hold days out, so nothing can be said of errors.")
    return show(
        errors_chart(
            looks.errors_ahead(found.tested), looks.errors_by_hour(found.tested, found.ahead.slots), found.queue
        )
    )


def calibration_picture(found):
    """`calibration_chart` of a QueueForecast as a Picture, or a sentence where no day could be held out."""
    if found.tested is None:
        return Words(
            "The history is too short to hold days out, so the band has not been tested: "
            "it is as wide as is usual in the field."
        )
    return show(calibration_chart(looks.calibration(found.tested), found.queue))
