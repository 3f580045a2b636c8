"""Charts of the channels beside the voice: mail that waits, chats that are held together."""

import altair as alt
import numpy as np
import pandas as pd

from .. import theme
from ..charts import long_date
from ..theme import ACCENT, ALARM, CONTEXT, INK, QUIET

# ------------------------------------------------------------------------------- work that may wait


def backlog_chart(plan):
    """A week or so of work that waits: what comes and is done an hour, what is left, and what is answered late.

    `plan` is a `planning.DeferredPlan` of up to some weeks; the hours of `plan.intervals` are drawn by the wall clock.
    """
    rows = backlog_rows(plan.intervals)
    title = alt.TitleParams(
        backlog_finding(plan), subtitle=f"{plan.intervals['queue'].iloc[0]}, {_span(rows)}; grey: nobody is at work"
    )
    names = {"came": ("coming", QUIET), "done": ("answered", ACCENT)}
    flows = alt.layer(
        _nights(rows), _flow(rows, "came", QUIET, 1.5), _flow(rows, "done", ACCENT, 2.25), _labels(rows, names)
    )
    left = alt.layer(_nights(rows), _left(rows), _late(rows))
    flows = flows.properties(height=150, width=theme.WIDTH, title=_heading("contacts an hour"))
    left = left.properties(
        height=150,
        width=theme.WIDTH,
        title=_heading("contacts left to answer; red: when the contacts come that will be answered late"),
    )
    return alt.vconcat(flows, left, spacing=22).resolve_scale(x="shared").properties(title=title)


def backlog_finding(plan):
    """What the plan comes to, in a sentence."""
    most = plan.intervals.loc[plan.intervals["backlog"].idxmax()]
    peak = f"{most['backlog']:,.0f} lie there at most, on {most['start']:%A}"
    if plan.kept:
        return f"Every day keeps its promise of {plan.target:.0%} by the deadline; {peak}"
    when = "" if pd.isna(plan.breaks_at) else f" from {plan.breaks_at:%A %H:%M}"
    return f"Only {plan.service_level:.0%} are answered by the deadline, not {plan.target:.0%}: late{when}; {peak}"


def backlog_rows(intervals):
    """Rows for the chart: wall-clock start and end, contacts an hour coming and done, backlog, 1 where some will be
    late.
    """
    start = intervals["start"].dt.tz_localize(None)
    step = intervals["start"].diff().dropna().min()
    hours = step.total_seconds() / 3600
    late = (intervals["service_level"] < 1 - 1e-6) & (intervals["offered"] > 0)
    rows = pd.DataFrame(
        {
            "start": start,
            "end": start + step,
            "came": intervals["offered"] / hours,
            "done": intervals["done"] / hours,
            "backlog": intervals["backlog"],
            "late": np.where(late, intervals["backlog"], np.nan),
            "worked": intervals["worked"],
        }
    )
    return rows.reset_index(drop=True)


def _x(field="start"):
    axis = alt.Axis(title=None, format="%a %d", tickCount="day", labelAlign="left", labelOffset=2)
    return alt.X(f"{field}:T", axis=axis, scale=alt.Scale(nice=False))


def _nights(rows):
    """Grey behind the stretches in which nobody is at work."""
    change = (rows["worked"] != rows["worked"].shift()).cumsum()
    spans = rows.groupby(change).agg(start=("start", "first"), end=("end", "last"), worked=("worked", "first"))
    return alt.Chart(spans[~spans["worked"]]).mark_rect(color=CONTEXT, opacity=0.45).encode(x=_x(), x2="end:T")


def _flow(rows, column, colour, width):
    line = alt.Chart(rows[["start", column]]).mark_line(interpolate="step-after", strokeWidth=width, color=colour)
    return line.encode(x=_x(), y=alt.Y(f"{column}:Q", title=None))


def _labels(rows, series):
    """Names at the highest point of each line."""
    free, frame = rows, []
    for name, (label, colour) in series.items():  # each on a day of its own, so that no two meet
        top = free.loc[free[name].idxmax()]
        frame.append({"start": top["start"], "at": top[name], "label": label, "colour": colour})
        rest = free[free["start"].dt.normalize() != top["start"].normalize()]
        free = rest if len(rest) else free
    frame = pd.DataFrame(frame)
    base = alt.Chart(frame).encode(x=_x(), y="at:Q", text="label:N")
    halo = base.mark_text(align="left", dx=4, dy=-9, fontWeight=600, stroke=theme.PAPER, strokeWidth=4)
    return halo + base.mark_text(align="left", dx=4, dy=-9, fontWeight=600).encode(
        color=alt.Color("colour:N", scale=None)
    )


def _left(rows):
    mark = alt.Chart(rows[["end", "backlog"]]).mark_area(
        color=ACCENT, opacity=0.22, line={"color": ACCENT, "strokeWidth": 1.75}
    )
    return mark.encode(x=_x("end"), y=alt.Y("backlog:Q", title=None))


def _late(rows):
    mark = alt.Chart(rows[["end", "late"]]).mark_area(color=ALARM, opacity=0.75, invalid="break-paths-filter-domains")
    return mark.encode(x=_x("end"), y="late:Q")


def _heading(words):
    return alt.TitleParams(words, fontSize=theme.SUBTITLE, fontWeight="normal", color=INK, offset=6)


def _span(rows):
    return f"{long_date(rows['start'].iloc[0])} to {long_date(rows['start'].iloc[-1])}"


# ------------------------------------------------------------------------------ chats held together


def concurrency_rows(chats, aht_s, queue, *, interval_s=1800, most=6):
    """People needed with 1, 2, … `most` chats at a time: a row a number held, with agents, handle_s, worth and
    slowdown.

    `chats` an interval of `aht_s` seconds held alone; `queue` gives targets, patience and slowdown. handle_s is the
    mean time of a chat, worth what the chats held at a time by one agent are worth when held alone.
    """
    from ...queueing import chat_performance, chat_worth, required_chat_agents

    rows = []
    for held in range(1, most + 1):
        how = dict(at_once=held, slowdown=queue.slowdown, interval_s=interval_s, patience_s=queue.patience_s)
        agents = required_chat_agents(chats, aht_s, queue.targets, **how)
        told = chat_performance(chats, aht_s, agents, target_s=queue.targets.target_s, **how)
        rows.append(
            {
                "at_once": held,
                "agents": agents,
                "handle_s": told.handle_s,
                "concurrency": told.concurrency,
                "worth": chat_worth(held, queue.slowdown),
                "in_use": held == queue.at_once,
                "slowdown": queue.slowdown,
            }
        )
    return pd.DataFrame(rows)


def concurrency_chart(rows):
    """People needed against the chats that each may hold, beside how long a chat then takes: where concurrency
    stops helping.

    `rows` is a frame of `concurrency_rows`.
    """
    title = alt.TitleParams(
        concurrency_finding(rows),
        subtitle=f"each further chat held makes all of them {rows['slowdown'].iloc[0]:.0%} longer; "
        "the same chats, promise and patience",
    )
    people = _points(rows, "agents", ".0f", ACCENT, "people needed (net)")
    minutes = _points(
        rows.assign(minutes=rows["handle_s"] / 60), "minutes", ".1f", INK, "minutes that a chat takes in the mean"
    )
    return alt.hconcat(people, minutes, spacing=48).properties(title=title)


def concurrency_finding(rows):
    """The last further chat that saves anybody, in a sentence."""
    alone = rows["agents"].iloc[0]
    best = rows.loc[rows["agents"].idxmin()]
    if best["agents"] == alone:
        return f"Chats at a time save nobody: {alone:.0f} people are needed either way"
    longer = best["handle_s"] / rows["handle_s"].iloc[0] - 1
    longer = f", each chat {longer:.0%} longer" if longer > 0.005 else ""
    words = f"{best['at_once']:.0f} at a time need {best['agents']:.0f} people in place of {alone:.0f}{longer}"
    return words + ("; more save nobody" if best["at_once"] < rows["at_once"].max() else "")


def _points(rows, column, form, colour, words):
    x = alt.X(
        "at_once:Q",
        title="chats that an agent may hold",
        axis=alt.Axis(tickMinStep=1, format="d", values=rows["at_once"].tolist()),
        scale=alt.Scale(padding=18, zero=False),
    )
    base = alt.Chart(rows[["at_once", column, "in_use"]]).encode(
        x=x, y=alt.Y(f"{column}:Q", title=None, scale=alt.Scale(domain=[0, 1.15 * rows[column].max()]))
    )
    size = alt.condition("datum.in_use", alt.value(150), alt.value(60))
    text = base.mark_text(dy=-13, color=colour, fontWeight=600).encode(text=alt.Text(f"{column}:Q", format=form))
    layers = (
        base.mark_line(color=theme.RULE),
        base.mark_point(filled=True, opacity=1, color=colour).encode(size=size),
        text,
    )
    return alt.layer(*layers).properties(width=340, height=230, title=_heading(words))
