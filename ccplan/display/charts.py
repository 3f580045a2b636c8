"""Charts: a frame goes in, an Altair chart comes out; a chart knows neither model nor panel.

Every title states the finding. `show` turns a chart into a static picture that needs no network and
no script and comes out as the same bytes every time. The x axis of a day is the clock on the wall.
"""

from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

import altair as alt
import numpy as np
import pandas as pd

from . import theme
from .tables import Words
from .theme import ACCENT, ALARM, CONTEXT, INK, QUIET

# ------------------------------------------------------------------------------------ pictures


@dataclass(frozen=True)
class Picture:
    """A chart as a static SVG with a text for those who cannot see it."""

    svg: str
    alt: str

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"image/svg+xml": self.svg, "text/plain": self.alt}


def show(chart, alt_text=None):
    """The chart as a Picture: SVG drawn by vl-convert, offline, the same bytes on every run.

    `alt_text` is what a screen reader says; without it, the chart's title and subtitle. Words that stand where there
    is nothing to draw stay as they are.
    """
    if isinstance(chart, Words):
        return chart
    import vl_convert

    words = alt_text or _title_words(chart)
    version = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    svg = vl_convert.vegalite_to_svg(theme.themed(chart), vl_version=version)
    named = f'<svg role="img" aria-label={quoteattr(words)} '
    head, tail = svg.replace("<svg ", named, 1).split(">", 1)
    return Picture(f"{head}><title>{escape(words)}</title>{tail}", words)


def _title_words(chart):
    title = chart.title
    if isinstance(title, alt.TitleParams):
        parts = [part for part in (title.text, title.subtitle) if part is not alt.Undefined]
        return ". ".join(" ".join(part) if isinstance(part, list) else str(part) for part in parts)
    return "Chart" if title is alt.Undefined else str(title)


# ------------------------------------------------------------------------------- a day, step by step


def day_rows(day, rostered=None):
    """Rows for the day charts: `hour` to `end` on the wall clock beside the day's own numbers.

    `day` has `start` (timestamps, any time zone) and number columns such as load, agents, scheduled.
    `rostered`, if given, is the net agents really rostered, in the same order. Where the clock goes
    back, the two passes of an hour share a place and the larger number is shown. Raises ValueError for no rows.

    >>> start = pd.date_range("2026-03-02 08:00", periods=2, freq="30min", tz="Europe/Helsinki")
    >>> day_rows(pd.DataFrame({"start": start, "agents": [3, 5]}), [4, 4])["short"].tolist()
    [0.0, 1.0, 0.0]
    """
    if not len(day):
        raise ValueError("day must have an interval or more, got none")
    columns = {name: day[name].to_numpy(float) for name in day.select_dtypes("number")}
    if rostered is not None:
        columns["rostered"] = np.asarray(rostered, dtype=float)
    rows = pd.DataFrame({"hour": clock_hours(day["start"]).to_numpy()} | columns)
    if not (rows["hour"].is_unique and rows["hour"].is_monotonic_increasing):
        rows = rows.groupby("hour", as_index=False).max()
    return _short(_closed(rows))


def clock_hours(start):
    """Hours since midnight on the wall clock, a Series of floats."""
    return start.dt.hour + start.dt.minute / 60


def clock(hour):
    """An hour of the day as people write it.

    >>> clock(9.5)
    '09:30'
    """
    return f"{int(hour):02d}:{round(hour % 1 * 60):02d}"


def _step(hours):
    return float(np.diff(hours).min()) if len(hours) > 1 else 0.5


def _closed(rows):
    """Each unbroken stretch gets a last row at its end, so that its last step has a width."""
    hour = rows["hour"].to_numpy()
    end = hour + _step(hour)
    last = np.append(np.abs(end[:-1] - hour[1:]) > 1e-6, True)
    place = np.repeat(np.arange(len(hour)), 1 + last)  # the rows at an end stand twice
    again = np.append(False, place[1:] == place[:-1])
    stretch = np.append(0, np.cumsum(last)[:-1])[place]
    columns = {name: rows[name].to_numpy()[place] for name in rows}
    return pd.DataFrame(
        columns | {"hour": np.where(again, end[place], hour[place]), "end": end[place], "stretch": stretch}
    )


def _short(rows):
    if "rostered" not in rows:
        return rows
    gap = np.clip(rows["agents"].to_numpy() - rows["rostered"].to_numpy(), 0, None)
    return rows.assign(short=np.where(rows["end"] > rows["hour"], gap, 0.0))


def _clock_axis(title=None):
    return alt.Axis(
        title=title,
        labelExpr="format(datum.value % 24, '02') + ':00'",
        tickMinStep=1,
        labelOverlap=True,
        labelFlush=False,
    )


def _x(field="hour"):
    return alt.X(f"{field}:Q", axis=_clock_axis(), scale=alt.Scale(zero=False, nice=False))


def _steps(data, column, colour, width=2.0, dash=()):
    mark = {"interpolate": "step-after", "strokeWidth": width, "color": colour, "strokeDash": list(dash)}
    y = alt.Y(f"{column}:Q", title=None)
    return alt.Chart(data).mark_line(**mark).encode(x=_x(), y=y, detail="stretch:N")


def _load_area(data):
    mark = alt.Chart(data).mark_area(interpolate="step-after", color=CONTEXT, line=False)
    return mark.encode(x=_x(), y=alt.Y("load:Q", title=None), detail="stretch:N")


def _shortage(data):
    bars = alt.Chart(data).mark_rect(color=ALARM, opacity=0.30)
    bars = bars.transform_filter("datum.short > 0")
    return bars.encode(x=_x(), x2="end:Q", y=alt.Y("rostered:Q", title=None), y2="agents:Q")


# -------------------------------------------------------------------- requirement against the roster

SERIES = {  # column: label, colour, width, dash
    "scheduled": ("to schedule, incl. shrinkage (gross)", ACCENT, 1.25, (4, 3)),
    "agents": ("needed on the phones (net)", ACCENT, 2.5, ()),
    "rostered": ("rostered on the phones (net)", INK, 1.5, ()),
}
LOAD_LABEL = "calls in hand (load, Erlang)"


def requirement_layers(data, columns=tuple(SERIES)):
    """The layers of the requirement chart over `data`, a frame of `day_rows` or a named Vega data set."""
    lines = [_steps(data, name, *SERIES[name][1:]) for name in columns]
    shortage = [_shortage(data)] if "rostered" in columns else []
    return alt.layer(_load_area(data), *shortage, *lines)


def requirement_chart(day, rostered=None):
    """The day's requirement, net and gross, over its load, against the agents that were rostered.

    `day` is one queue and day of `planning.staff`; `rostered` the net agents of the roster in the same
    order, or None. Shortages are filled.
    """
    rows = day_rows(day, rostered)
    columns = [name for name in SERIES if name in rows]
    labels = {name: (SERIES[name][0], SERIES[name][1]) for name in columns} | {"load": (LOAD_LABEL, QUIET)}
    chart = requirement_layers(rows, columns) + _end_labels(rows, labels)
    return chart.properties(title=requirement_title(rows, _what(day)))


def requirement_title(rows, what=""):
    """What the day's rows show, in a sentence, with a line on what is drawn."""
    return alt.TitleParams(requirement_finding(rows), subtitle=f"{what}agents per {span_word(rows)[:-1]}")


def requirement_finding(rows):
    """The finding of a day of `day_rows` in a sentence.

    >>> start = pd.Series(pd.date_range("2026-03-02 08:00", periods=2, freq="30min"))
    >>> day = pd.DataFrame({"start": start, "agents": [3, 5], "scheduled": [5, 8]})
    >>> requirement_finding(day_rows(day, [4, 4]))
    'Short in 1 of 2 half-hours, by 1 agent at 08:30 at worst'
    """
    wide = rows[rows["end"] > rows["hour"]]
    if "rostered" not in wide:
        return _peak_finding(wide)
    short = wide[wide["short"] > 0]
    if short.empty:
        return f"The roster covers every one of the {len(wide)} {span_word(rows)}"
    worst = short.loc[short["short"].idxmax()]
    size = f"{worst['short']:.0f} agent" + "s" * (round(worst["short"]) != 1)
    return f"Short in {len(short)} of {len(wide)} {span_word(rows)}, by {size} at {clock(worst['hour'])} at worst"


def _peak_finding(wide):
    top = wide.loc[wide["agents"].idxmax()]
    return f"{top['agents']:.0f} on the phones at {clock(top['hour'])}, {top['scheduled']:.0f} to be scheduled"


def span_word(rows):
    """What an interval of the rows is called: half-hours, quarter-hours, hours or intervals."""
    minutes = round(_step(np.unique(rows["hour"])) * 60)
    return {15: "quarter-hours", 30: "half-hours", 60: "hours"}.get(minutes, "intervals")


def _what(day):
    queue = f"{day['queue'].iloc[0]}, " if "queue" in day else ""
    return f"{queue}{long_date(day['start'].iloc[0])}; "


def long_date(stamp):
    """A date in words.

    >>> long_date(pd.Timestamp("2026-03-02"))
    'Monday 2 March 2026'
    """
    return f"{stamp:%A} {stamp.day} {stamp:%B %Y}"


def _end_labels(rows, labels):
    """Each series' name beside its last value, moved apart where two would overlap."""
    last = rows.iloc[-1]
    frame = pd.DataFrame(
        [
            {"hour": last["hour"], "at": last[name], "label": label, "colour": colour}
            for name, (label, colour) in labels.items()
        ]
    ).sort_values("at")
    frame["at"] = _apart(frame["at"].to_numpy(), 0.065 * rows[list(labels)].max().max())
    text = alt.Chart(frame).mark_text(align="left", dx=8, baseline="middle")
    return text.encode(x=_x(), y="at:Q", text="label:N", color=alt.Color("colour:N", scale=None))


def _apart(values, gap):
    """Sorted values moved up as little as keeps them `gap` apart."""
    out = np.array(values, dtype=float)
    for i in range(1, len(out)):
        out[i] = max(out[i], out[i - 1] + gap)
    return out


# --------------------------------------------------------------------- one agent more, one agent fewer


def curve_layers(data):
    """The layers of the service curve over `data`: agents, service_level, target, chosen (0 or 1), label."""
    x = alt.X("agents:Q", title="agents on the phones (net)", axis=alt.Axis(tickMinStep=1, format="d"))
    x.scale = alt.Scale(zero=False, padding=24)
    y = alt.Y("service_level:Q", title=None, axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1.08]))
    base = alt.Chart(data).encode(x=x, y=y)
    colour = alt.condition("datum.chosen == 1", alt.value(ACCENT), alt.value("#8C959F"))
    points = base.mark_point(filled=True, opacity=1).encode(
        color=colour, size=alt.condition("datum.chosen == 1", alt.value(170), alt.value(60))
    )
    words = base.mark_text(dy=-15, fontWeight=600).encode(
        text="label:N", color=alt.condition("datum.chosen == 1", alt.value(ACCENT), alt.value(QUIET))
    )
    halo = base.mark_text(dy=-15, fontWeight=600, stroke=theme.PAPER, strokeWidth=4).encode(text="label:N")
    return alt.layer(_target_rule(data), base.mark_line(color=theme.RULE), points, halo, words)


def _target_rule(data):
    rule = alt.Chart(data).mark_rule(color=INK, strokeDash=[2, 3], strokeWidth=1)
    return rule.encode(y=alt.Y("target:Q", aggregate="max", title=None))


def service_curve_chart(curve, target):
    """Service at the requirement and at a few agents more and fewer; `target` is the promised share.

    `curve` is a frame of `planning.around_requirement`: agents, service_level, chosen.
    """
    rows = curve_rows(curve, target)
    last = rows[rows["agents"] == rows["agents"].max()].assign(words=f"target {target:.0%}")
    words = alt.Chart(last).mark_text(align="right", dx=24, dy=11)  # the curve is above it there
    words = words.encode(x="agents:Q", y="target:Q", text="words:N")
    title = alt.TitleParams(curve_finding(curve, target), subtitle="share of calls answered within the threshold")
    return (curve_layers(rows) + words).properties(title=title, width=520, height=260)


def curve_rows(curve, target):
    """The curve's frame with what its chart needs: the target, 0/1 for the chosen n, a label in percent."""
    return pd.DataFrame(
        {
            "agents": curve["agents"].astype(float),
            "service_level": curve["service_level"].astype(float),
            "target": float(target),
            "chosen": curve["chosen"].astype(int),
            "label": [f"{share:.0%}" for share in curve["service_level"]],
        }
    )


def curve_finding(curve, target):
    """What one agent fewer does, in a sentence; says so where another promise asks for the last agent."""
    chosen = curve[curve["chosen"]].iloc[0]
    fewer = curve[curve["agents"] == chosen["agents"] - 1]
    words = f"{chosen['agents']:.0f} agents give {chosen['service_level']:.0%}"
    if fewer.empty:
        return words
    less = fewer["service_level"].iloc[0]
    words += f"; one fewer gives {less:.0%}"
    return words + (", but breaks another promise, such as the occupancy cap" if less >= target else "")


# ------------------------------------------------------------------------------- Erlang C and Erlang A


def erlang_chart(day):
    """The requirement of Erlang C (nobody hangs up) against Erlang A (callers have patience).

    `day` has start, load, erlang_c and erlang_a (net agents), as `planning.compare_erlang` gives.
    """
    rows = day_rows(day)
    lines = _steps(rows, "erlang_c", theme.INK, 1.5) + _steps(rows, "erlang_a", ACCENT, 2.5)
    labels = {
        "erlang_c": ("Erlang C: nobody hangs up (net)", INK),
        "erlang_a": ("Erlang A: callers hang up (net)", ACCENT),
        "load": (LOAD_LABEL, QUIET),
    }
    title = alt.TitleParams(_erlang_finding(rows), subtitle=f"{_what(day)}agents on the phones (net)")
    return (_load_area(rows) + lines + _end_labels(rows, labels)).properties(title=title)


def _erlang_finding(rows):
    wide = rows[rows["end"] > rows["hour"]]
    gap = wide["erlang_c"] - wide["erlang_a"]
    if not gap.any():
        return "Erlang C and Erlang A ask for the same agents all day"
    hours = gap.sum() * (wide["end"] - wide["hour"]).iloc[0]
    return f"Erlang C asks for {hours:.1f} more agent-hours than Erlang A, up to {gap.max():.0f} agents at once"
