"""Charts of outbound and blended work: how far a list is reached, what each way of dialling costs, what a reserve
buys.
"""

from textwrap import wrap

import altair as alt
import numpy as np
import pandas as pd

from ..theme import ACCENT, ALARM, CONTEXT, INK, QUIET

TITLE_LETTERS, SUBTITLE_LETTERS = 62, 95  # of a line, in charts 620 pixels wide
WIDTH = 560


def _title(finding, subtitle):
    return alt.TitleParams(wrap(finding, TITLE_LETTERS), subtitle=wrap(subtitle, SUBTITLE_LETTERS), frame="bounds")


def _percent_axis(**how):
    return alt.Axis(format="%", tickCount=5, **how)


# ------------------------------------------------------------------------------------ how far the list is reached


def penetration_chart(plan):
    """The share of the list reached, day by day, with the moment that each attempt is through.

    `plan` is a CampaignPlan of `planning.plan_campaign`. Raises ValueError where nobody is called.
    """
    rows, through = penetration_rows(plan), attempts_through(plan)
    x = alt.X(
        "at:T",
        title=None,
        axis=alt.Axis(format="%-d %b", tickCount={"interval": "day", "step": _every(rows)}, labelOverlap=True),
    )
    top = min(max(rows["penetration"].max() * 1.18, 0.05), 1.08)
    y = alt.Y("penetration:Q", title=None, axis=_percent_axis(), scale=alt.Scale(domain=[0, top]))
    line = alt.Chart(rows).mark_line(color=ACCENT, strokeWidth=2.5).encode(x=x, y=y)
    marks = alt.Chart(through)
    points = marks.mark_point(filled=True, color=ACCENT, size=70, opacity=1).encode(x=x, y=y)
    words = marks.mark_text(align="right", dx=-8, dy=-11, color=INK).encode(x=x, y=y, text="words:N")
    subtitle = f"{plan.campaign.name}: right parties spoken to ÷ {plan.campaign.records:,} records; {_staff(plan)}"
    return alt.layer(line, points, words).properties(
        title=_title(penetration_finding(plan), subtitle), width=WIDTH, height=260
    )


def penetration_rows(plan):
    """Penetration at the start and the end of each calling day: at (timestamp), hours (agent-hours so far),
    penetration.

    Between a day's end and the next day's start nothing happens, so that weekends lie flat.
    """
    days = plan.days
    if days.empty:
        raise ValueError(f"{plan.campaign.name}: nobody is called in this plan, so there is nothing to draw")
    hours, reached = days["agent_hours"].cumsum(), days["penetration"]
    opened = pd.DataFrame(
        {"at": days["day"], "hours": hours.shift(fill_value=0.0), "penetration": reached.shift(fill_value=0.0)}
    )
    closed = pd.DataFrame({"at": days["day"] + pd.Timedelta(days=1), "hours": hours, "penetration": reached})
    return pd.concat([opened, closed]).sort_values(["at", "hours"], kind="stable").reset_index(drop=True)


def attempts_through(plan):
    """The moment that each attempt is through, where the plan gets so far: at, penetration, words."""
    rows, passes = penetration_rows(plan), plan.attempts
    marks = passes["agent_hours"].cumsum().to_numpy()
    seconds = np.interp(marks * (1 - 1e-9), rows["hours"], (rows["at"] - rows["at"].iloc[0]).dt.total_seconds())
    frame = pd.DataFrame(
        {"at": rows["at"].iloc[0] + pd.to_timedelta(seconds, unit="s"), "penetration": passes["penetration"]}
    )
    frame["words"] = [
        f"{_ordinal(number)} attempt {share:.0%}"
        for number, share in zip(passes["attempt"], passes["penetration"], strict=True)
    ]
    return frame[marks <= rows["hours"].iloc[-1] * (1 + 1e-9)]


def penetration_finding(plan):
    """How much of the list is reached, by when, and what the last attempt still brought."""
    if plan.done < 1:
        return f"{plan.agents} agents do {plan.done:.0%} of the calling in the time there is"
    last = plan.attempts.iloc[-1]
    words = f"{plan.penetration:.0%} of the list is reached by {plan.ends.day} {plan.ends:%B}"
    if len(plan.attempts) == 1:
        return words
    share = last["right_parties"] / plan.right_parties if plan.right_parties else 0.0
    return f"{words}; the last attempt takes {last['agent_hours'] / plan.agent_hours:.0%} of the hours for {share:.0%} of them"


def _staff(plan):
    return f"{plan.agents} agents on the phones in calling hours, {plan.campaign.mode} dialling"


def _every(rows):
    return max(1, round((rows["at"].iloc[-1] - rows["at"].iloc[0]).days / 8))


def _ordinal(number):
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


# --------------------------------------------------------------------------------------------- ways of dialling


def modes_chart(modes, currency="", cap=None):
    """The ways of dialling side by side: right parties by agent-hour, cost of one, dropped calls.

    `modes` is a frame of `planning.compare_modes`; `cap` the share that may be dropped, drawn as a rule. A mode that
    breaks it is drawn in the colour of alarm.
    """
    frame = modes.assign(colour=[_mode_colour(row, modes) for row in modes.itertuples()])
    parts = [
        _bars(frame, "right_parties", "right parties by agent-hour", ".1f"),
        _bars(
            frame,
            "cost_per_right_party",
            f"cost of a right party{', ' + currency if currency else ''}",
            ".2f",
            axis=None,
        ),
        _bars(frame, "abandonment", "answered calls dropped", ".1%", axis=None, rule=cap),
    ]
    subtitle = "agents on the phones (net) by hour; cost with shrinkage" + (
        f"; dashed: the cap of {cap:.0%}" if cap is not None else ""
    )
    return alt.hconcat(*parts, spacing=26).properties(title=_title(modes_finding(modes), subtitle))


def modes_finding(modes):
    """Which way of dialling that keeps the cap reaches most, and by how much more than preview."""
    kept = modes[modes["within_cap"]]
    best = kept.loc[kept["right_parties"].idxmax()]
    least = modes.loc[modes["right_parties"].idxmin()]
    more = best["right_parties"] / least["right_parties"] - 1
    if best["mode"] == least["mode"]:
        return f"{best['mode'].capitalize()} dialling is the only way that keeps the cap on dropped calls"
    return f"{best['mode'].capitalize()} dialling reaches {more:.0%} more people by agent-hour than {least['mode']}, within the cap on dropped calls"


def _mode_colour(row, modes):
    best = modes.loc[modes[modes["within_cap"]]["right_parties"].idxmax(), "mode"]
    return ALARM if not row.within_cap else ACCENT if row.mode == best else "#9AA4AE"


def _bars(frame, column, title, words, axis=alt.Undefined, rule=None):
    top = max(frame[column].max(), rule or 0.0, 1e-9) * 1.35
    y = alt.Y(
        "mode:N",
        sort=list(frame["mode"]),
        title=None,
        axis=None if axis is None else alt.Axis(domain=False, ticks=False, labelColor=INK),
    )
    x = alt.X(f"{column}:Q", axis=None, scale=alt.Scale(domain=[0, top]))
    base = alt.Chart(frame).encode(x=x, y=y)
    layers = [
        base.mark_bar(height=18).encode(color=alt.Color("colour:N", scale=None)),
        base.mark_text(align="left", dx=5).encode(text=alt.Text(f"{column}:Q", format=words)),
    ]
    if rule is not None:
        layers.append(alt.Chart(pd.DataFrame({column: [rule]})).mark_rule(color=INK, strokeDash=[2, 3]).encode(x=x))
    head = alt.TitleParams(title, fontSize=12, fontWeight="normal", color=QUIET, offset=6, frame="group")
    return alt.layer(*layers).properties(width=170, height=alt.Step(30), title=head)


# --------------------------------------------------------------------------------------------- blended agents


def reserve_chart(curve, target):
    """The calls' service against the work done, as the reserve moves: a point a reserve.

    `curve` is a frame of `planning.reserve_curve`, `target` the promised service level (share).
    """
    rows = reserve_rows(curve)
    x = alt.X(
        "hourly:Q",
        title="pieces of other work done in an interval",
        scale=alt.Scale(domain=[0, max(rows["hourly"].max(), 1) * 1.12]),
    )
    y = alt.Y("service_level:Q", title=None, axis=_percent_axis(), scale=alt.Scale(domain=[0, 1.05]))
    base = alt.Chart(rows).encode(x=x, y=y)
    colour = alt.condition("datum.chosen", alt.value(ACCENT), alt.value("#8C959F"))
    points = base.mark_point(filled=True, opacity=1).encode(
        color=colour, size=alt.condition("datum.chosen", alt.value(170), alt.value(45))
    )
    words = base.mark_text(dx=9, dy=-10, align="left").encode(
        text="words:N", color=alt.condition("datum.chosen", alt.value(ACCENT), alt.value(QUIET))
    )
    promise = alt.Chart(pd.DataFrame({"service_level": [target], "hourly": [0.0], "words": [f"promise {target:.0%}"]}))
    rule = promise.mark_rule(color=INK, strokeDash=[2, 3]).encode(y=y)
    said = promise.mark_text(align="left", dx=2, dy=11, color=INK).encode(x=x, y=y, text="words:N")
    top = curve.iloc[0]
    subtitle = (
        f"share of calls answered in time, {top['agents']:.0f} agents for {top['load']:.1f} Erlang of calls; "
        "a point for each number of agents kept free for calls"
    )
    layers = alt.layer(
        base.mark_line(color=CONTEXT, strokeWidth=2).encode(order="reserve:Q"), rule, said, points, words
    )
    return layers.properties(title=_title(reserve_finding(curve), subtitle), width=WIDTH, height=280)


def reserve_rows(curve):
    """The curve's rows as drawn: reserve, hourly (pieces), service_level, chosen, words at the ends and the choice."""
    kept = curve[curve["kept"]]
    best = kept["reserve"].min() if len(kept) else np.nan
    chosen = curve["reserve"] == best
    named = chosen | (curve["reserve"] == 0)
    words = [f"{r or 'none'} kept free" if name else "" for r, name in zip(curve["reserve"], named, strict=True)]
    return pd.DataFrame(
        {
            "reserve": curve["reserve"],
            "hourly": curve["work"],
            "service_level": curve["service_level"],
            "chosen": chosen,
            "words": words,
        }
    )


def reserve_finding(curve):
    """The reserve that keeps the promise, and the work that it leaves room for."""
    kept = curve[curve["kept"]]
    if kept.empty:
        return "These agents cannot keep the promise even with no other work"
    best = kept.loc[kept["reserve"].idxmin()]
    work = f"{best['work']:.0f} pieces of other work" if best["work"] >= 0.5 else "next to no other work"
    if best["reserve"] == 0:
        return f"No agent need be kept free: the promise holds, with {work} done in the interval"
    return f"Keeping {best['reserve']:.0f} agents free holds the promise and leaves room for {work} in the interval"
