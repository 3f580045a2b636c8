"""The audit's section on people as pictures, tables and sentences: grey for everybody, colour only for what stands
out.
"""

from textwrap import wrap

import altair as alt
import numpy as np
import pandas as pd

from ...auditing.people.coaching import MEASURES, percent
from ..data.sheet import NIL, Sheet
from ..money.words import money
from ..tables import Words, plain
from ..theme import ACCENT, ALARM, CONTEXT, INK, QUIET

WIDE, TALL = 600, 280
POINT, FAINT = "#9AA5B0", "#C4CBD2"
STEPS = 60  # points of a limit's line
GAP = 0.065  # of the height, between labels
NAMED = {one.key: one for one in MEASURES}


def _title(finding, subtitle):
    return alt.TitleParams(wrap(finding, 72), subtitle=wrap(subtitle, 100), frame="bounds")


# ------------------------------------------------------------------------------------------ funnels


def funnel_chart(people, measure="aht_s", by="agents"):
    """A measure of each agent (or by="teams") against the number of contacts, with corrected limits; raises
    ValueError where it is not told.
    """
    found = getattr(people, by)
    if measure not in found:
        raise ValueError(
            f"there is no funnel of {measure} by {by}; there is {', '.join(found) or 'none'}: "
            f"{'; '.join(people.missing.values()) or 'the tables do not tell it'}"
        )
    one, named = found[measure], NAMED[measure]
    layers = [*_limit_layers(one), *_point_layers(one)] if by == "agents" else _team_layers(one)
    title = _title(funnel_finding(one, named.name, by), _funnel_words(one, named, by))
    height = TALL if by == "agents" else alt.Step(30)
    return (
        alt.layer(*layers)
        .properties(width=WIDE if by == "agents" else WIDE - 100, height=height, title=title)
        .configure(aria=False)
    )


def funnel_finding(one, name, by="agents"):
    """Who stands apart in a measure, in a sentence."""
    who, count = one.outside["who"].astype(str).tolist(), len(one.outside)
    if not one.tested:
        return f"In {name} nobody can be judged: too few contacts of the same kind as others'"
    if not count:
        return f"In {name} none of {one.tested} {by} stands apart: luck and the usual spread explain every difference"
    verb = "stands" if count == 1 else "stand"
    return f"In {name} {count} of {one.tested} {by} {verb} apart by more than luck and the usual spread: {', '.join(who[:4])}{' …' if count > 4 else ''}"


def _funnel_words(one, named, by):
    unit = "seconds" if named.unit == "s" else "share"
    spread = f" and people's usual spread (standard deviation {_spread(one, named)})" if one.tau > 0 else ""
    limits = ", by number of contacts; lines" if by == "agents" else " (how many in brackets); bars"
    return (
        f"{unit} for the same mix of contacts{limits}: what chance{spread} makes; beyond by chance in 1 centre of {round(1 / one.alpha):,d} at most; "
        "hollow: not judged"
    )


def _spread(one, named):
    return f"{one.tau:,.0f} s" if named.unit == "s" else f"{100 * one.tau:.1f} points"


def _limit_layers(one):
    largest = max(float(one.rows["n"].max()), 2.0)
    at = np.unique(np.geomspace(min(30.0, largest / 2), largest * 1.03, STEPS).round())
    limits = one.limits(at)
    rows = pd.concat(
        [limits[["n", side]].rename(columns={side: "value"}).assign(side=side) for side in ("low", "high")]
    )
    rows = rows[rows["value"].between(*_window(one))]
    lines = (
        alt.Chart(rows.round(5))
        .mark_line(color=QUIET, strokeWidth=1.25)
        .encode(x=_across(one), y=_up(one), detail="side:N")
    )
    middle = (
        alt.Chart(pd.DataFrame({"value": [one.overall]})).mark_rule(color=CONTEXT, strokeWidth=1.5).encode(y=_up(one))
    )
    return [middle, lines]


def _window(one):
    """The heights that are shown: every point, and the limits of those who were judged."""
    rows = one.rows
    judged = rows[rows["state"] == "judged"]
    ends = pd.concat([rows["adjusted"], judged["low"], judged["high"]]) if len(judged) else rows["adjusted"]
    low, high = (judged if len(judged) else rows)["adjusted"].min(), (judged if len(judged) else rows)["adjusted"].max()
    wide = max(high - low, abs(one.overall) * 0.05, 1e-9)
    low, high = max(ends.min(), low - 1.2 * wide), min(ends.max(), high + 1.2 * wide)
    low, high = low - 0.04 * (high - low), high + 0.04 * (high - low)
    return (max(low, 0.0), min(high, 1.0)) if one.share else (max(low, 0.0), high)


def _across(one):
    scale = alt.Scale(domain=[0, float(one.rows["n"].max()) * 1.03], nice=False)
    return alt.X("n:Q", title="contacts", scale=scale, axis=alt.Axis(tickCount=6, format=",.0f"))


def _up(one):
    scale = alt.Scale(domain=list(_window(one)), nice=False, zero=False)
    return alt.Y("value:Q", title=None, scale=scale, axis=alt.Axis(tickCount=6, format=".0%" if one.share else ",.0f"))


def _point_layers(one):
    low, high = _window(one)
    rows = one.rows.assign(
        value=one.rows["adjusted"].clip(low, high), label=one.rows["who"].astype(str), shown=one.rows["outside"].ne("")
    )
    rows = rows[["n", "value", "label", "shown", "state"]].round({"value": 5})
    parts = {
        "hollow": rows[rows["state"] != "judged"],
        "grey": rows[(rows["state"] == "judged") & ~rows["shown"]],
        "out": rows[rows["shown"]],
    }
    marks = {
        "hollow": {"filled": False, "color": FAINT, "strokeWidth": 1.2},
        "grey": {"filled": True, "color": POINT},
        "out": {"filled": True, "color": ACCENT},
    }
    layers = [
        alt.Chart(part)
        .mark_point(size=34 if kind != "out" else 60, opacity=0.9, **marks[kind])
        .encode(x=_across(one), y=_up(one))
        for kind, part in parts.items()
        if len(part)
    ]
    return layers + ([_names(one, parts["out"])] if len(parts["out"]) else [])


def _team_layers(one):
    """A bar from limit to limit for each team and its value on it; teams that nobody can be held against are hollow
    and have no bar.
    """
    rows = one.rows.assign(
        value=one.rows["adjusted"],
        shown=one.rows["outside"].ne(""),
        label=[f"{row.who} ({row.n:,d})" for row in one.rows.itertuples()],
    )
    rows = rows[["value", "low", "high", "label", "shown", "state"]].round({"value": 5, "low": 5, "high": 5})
    judged = rows[rows["state"] == "judged"]
    across = alt.X(
        "value:Q",
        title=None,
        scale=alt.Scale(domain=list(_window(one)), nice=False, zero=False),
        axis=alt.Axis(tickCount=6, format=".0%" if one.share else ",.0f", grid=True),
    )
    down = alt.Y("label:N", sort=rows["label"].tolist(), title=None, axis=alt.Axis(labelColor=INK, labelLimit=260))
    bars = (
        alt.Chart(judged.assign(value=judged["low"]))
        .mark_bar(color=CONTEXT, size=12)
        .encode(x=across, x2="high:Q", y=down)
    )
    middle = alt.Chart(pd.DataFrame({"value": [one.overall]})).mark_rule(color=QUIET, strokeWidth=1).encode(x=across)
    tone = alt.condition("datum.shown", alt.value(ACCENT), alt.value("#6E7A86"))
    points = [
        alt.Chart(part).mark_point(size=70, opacity=1, filled=filled).encode(x=across, y=down, color=tone)
        for part, filled in ((judged, True), (rows[rows["state"] != "judged"], False))
        if len(part)
    ]
    return [*([bars] if len(judged) else []), middle, *points]


def _names(one, rows):
    from ..charts import _apart

    low, high = _window(one)
    left = rows["n"] > 0.8 * one.rows["n"].max()
    parts = [rows[side].sort_values("value") for side in (~left, left)]
    parts = [part.assign(value=_apart(part["value"].to_numpy(), GAP * (high - low)).round(5)) for part in parts]
    texts = [
        alt.Chart(part).mark_text(align=side, dx=shift, color=INK).encode(x=_across(one), y=_up(one), text="label:N")
        for part, side, shift in zip(parts, ("left", "right"), (9, -9), strict=True)
        if len(part)
    ]
    return alt.layer(*texts)


# ---------------------------------------------------------------------------------------- sickness


def sickness_chart(people):
    """The share of scheduled time lost to sickness by team and month; a team where it rises in colour. ValueError
    where it is not told.
    """
    if not len(people.absence):
        raise ValueError(
            f"sickness is not told: {people.missing.get('attendance') or people.missing.get('absence', 'no activities')}"
        )
    rows = people.absence.assign(share=people.absence["value"].round(5), team=people.absence["team"].astype(str))
    rows = rows[rows["month"] >= people.quarter.first - pd.DateOffset(months=12)]
    risen = _risen(people)
    rows = rows.assign(
        colour=[ALARM if team in risen else FAINT for team in rows["team"]], rises=rows["team"].isin(risen)
    )
    chart = alt.layer(_quarter_band(people, rows), *_month_lines(rows), _team_words(rows))
    subtitle = (
        f"share of scheduled time (leave and public holidays left out), by team and month; shaded: {people.quarter}; in colour: more than chance, "
        "corrected for the number of teams"
    )
    return chart.properties(width=WIDE - 70, height=TALL, title=_title(sickness_finding(people), subtitle)).configure(
        aria=False
    )


def sickness_finding(people):
    """Where sickness rises, in a sentence."""
    table = people.rising
    rows = table[table["team"].isin(_risen(people))].sort_values("share", ascending=False) if len(table) else table
    if not len(rows):
        return "Sickness rises in no team by more than chance"
    said = [
        f"{row.team} ({percent(row.share, 0)} of scheduled time, the others {percent(row.others, 0)})"
        for row in rows.itertuples()
    ]
    return f"Sickness rises in {' and '.join(said)}"


def _risen(people):
    keys = {finding.key for finding in people.findings}
    return [team for team in (people.rising["team"] if len(people.rising) else ()) if f"sickness {team}" in keys]


def _month_axis():
    return alt.X("month:T", title=None, axis=alt.Axis(format="%b %y", labelOverlap=True, tickCount="month"))


def _share_axis():
    return alt.Y("share:Q", title=None, axis=alt.Axis(format=".0%", tickCount=5), scale=alt.Scale(zero=True))


def _quarter_band(people, rows):
    ends = pd.DataFrame(
        {
            "month": [people.quarter.first],
            "end": [rows["month"].max()],
            "share": [0.0],
            "top": [float(rows["share"].max()) * 1.04],
        }
    )
    return alt.Chart(ends).mark_rect(color="#F3F5F7").encode(x=_month_axis(), x2="end:T", y=_share_axis(), y2="top:Q")


def _month_lines(rows):
    base = alt.Chart(rows[["team", "month", "share", "colour", "rises"]]).encode(
        x=_month_axis(), y=_share_axis(), detail="team:N", color=alt.Color("colour:N", scale=None)
    )
    return [
        base.transform_filter("!datum.rises").mark_line(strokeWidth=1.5),
        base.transform_filter("datum.rises").mark_line(strokeWidth=3),
    ]


def _team_words(rows):
    from ..charts import _apart

    last = rows[rows["month"] == rows["month"].max()].sort_values("share")
    at = _apart(last["share"].to_numpy(), 0.062 * max(float(rows["share"].max()), 1e-9))
    words = [f"{team} {percent(share)}" for team, share in zip(last["team"], last["share"], strict=True)]
    tones = [ALARM if rises else QUIET for rises in last["rises"]]
    frame = pd.DataFrame({"month": last["month"].to_numpy(), "share": at, "words": words, "tone": tones})
    return (
        alt.Chart(frame)
        .mark_text(align="left", dx=8)
        .encode(x=_month_axis(), y=_share_axis(), text="words:N", color=alt.Color("tone:N", scale=None))
    )


# ------------------------------------------------------------------------------------------ tables


def coaching_table(people):
    """Whom to coach: person, team, why, and the other results."""
    return _list(people.coaching, "Coaching: %s whose results are worse by more than luck", people)


def recognition_table(people):
    """Whom to recognise: person, team, why, and the other results."""
    return _list(people.recognition, "Recognition: %s whose results are better by more than luck", people)


def _list(frame, caption, people):
    if not people.agents:
        return Sheet(pd.DataFrame({"not told": [people.missing.get("comparison", NIL)]}), "Nobody can be compared")
    count = frame["agent"].nunique() if len(frame) else 0
    rows = (
        pd.DataFrame(
            {
                "who": frame["agent"].astype(str),
                "team": frame["team"].astype(str),
                "why": frame["says"],
                "other results": frame["also"],
            }
        )
        if count
        else pd.DataFrame(
            {
                "who": [NIL],
                "team": [NIL],
                "why": ["nobody differs by more than luck and by enough to matter"],
                "other results": [NIL],
            }
        )
    )
    return Sheet(rows, caption % ("nobody" if not count else "one person" if count == 1 else f"{count} people"))


def attendance_table(people):
    """Sickness, adherence and time worked beyond the schedule by team, this quarter beside the one before."""
    if not len(people.adherence):
        return Sheet(pd.DataFrame({"not told": [people.missing.get("attendance", NIL)]}), "Attendance is not told")
    now, before = str(people.quarter), str(people.quarter.previous)
    kept, beyond = (frame.set_index(["team", "quarter"]) for frame in (people.adherence, people.overtime))
    sick = people.rising.set_index("team") if len(people.rising) else pd.DataFrame(columns=["share", "before"])
    teams = sorted({team for team, quarter in kept.index if quarter == now} | set(sick.index))
    if not teams:
        return Sheet(pd.DataFrame({"not told": [f"the activities hold nothing of {now}"]}), "Attendance is not told")
    rows = [
        {
            "team": str(team),
            "sickness": _cell(sick, team, "share"),
            "months before": _cell(sick, team, "before"),
            "adherence": _cell(kept, (team, now), "value"),
            "95 % interval": _interval(kept, (team, now)),
            before: _cell(kept, (team, before), "value"),
            "beyond schedule": _cell(beyond, (team, now), "value"),
        }
        for team in teams
    ]
    return Sheet(pd.DataFrame(rows), f"Attendance by team in {now}, shares of scheduled time", right=tuple(rows[0])[1:])


def _cell(frame, key, name):
    value = frame.loc[key, name] if key in frame.index else float("nan")
    return percent(value) if value == value else NIL


def _interval(frame, key):
    if key not in frame.index or not frame.loc[key, "low"] == frame.loc[key, "low"]:
        return NIL
    return f"{100 * frame.loc[key, 'low']:.1f}–{100 * frame.loc[key, 'high']:.1f} %"


def turnover_table(people):
    """Leavers a year ÷ average headcount, with the interval that chance leaves open."""
    if not len(people.turnover):
        return Sheet(pd.DataFrame({"not told": [people.missing.get("turnover", NIL)]}), "Turnover is not told")
    rows = [
        {
            "of": row.of,
            "leavers": f"{row.leavers:,d}",
            "people on average": f"{row.heads:,.1f}",
            "a year": percent(row.rate, 0) if row.rate == row.rate else NIL,
            "95 % interval": f"{100 * row.low:.0f}–{100 * row.high:.0f} %" if row.low == row.low else NIL,
            "planned": percent(row.plan, 0) if row.plan == row.plan else NIL,
        }
        for row in people.turnover.itertuples()
    ]
    return Sheet(pd.DataFrame(rows), turnover_finding(people), right=tuple(rows[0])[1:])


def turnover_finding(people):
    """The quarter's turnover against the plan, in a sentence."""
    row = people.turnover.iloc[0]
    beside = (
        ""
        if row["plan"] != row["plan"]
        else f", {'within' if row['low'] <= row['plan'] <= row['high'] else 'outside'} what chance makes of the planned {percent(row['plan'], 0)}"
    )
    return f"Turnover: {row['leavers']} left in {people.quarter}, {percent(row['rate'], 0)} a year{beside}"


def strain_table(people):
    """How busy queues and teams were, against the cap, and for how many weeks in a row they were above it."""
    if not len(people.strain):
        return Sheet(pd.DataFrame({"not told": [people.missing.get("occupancy", NIL)]}), "Occupancy is not told")
    rows = [
        {
            "who": f"{row.kind} {row.who}",
            "occupancy": percent(row.occupancy, 0),
            "cap": percent(row.cap, 0),
            "weeks": f"{row.weeks}",
            "above the cap": f"{row.over}",
            "in a row": f"{row.run}",
            "time in intervals above": percent(row.above, 0) if row.above == row.above else NIL,
        }
        for row in people.strain.itertuples()
    ]
    return Sheet(pd.DataFrame(rows), strain_finding(people), right=tuple(rows[0])[1:])


def strain_finding(people):
    """Where people were too busy for too long, in a sentence."""
    worn = people.strain[people.strain["sustained"]]
    if len(worn):
        return f"Too busy for weeks: {', '.join(f'{row.kind} {row.who} ({row.run} in a row)' for row in worn.itertuples())}"
    top = people.strain.loc[(people.strain["occupancy"] - people.strain["cap"]).idxmax()]
    return f"Nobody was above the cap for four weeks in a row; nearest is {top['kind']} {top['who']}: {percent(top['occupancy'], 0)} of {percent(top['cap'], 0)}"


# ---------------------------------------------------------------------------------------- in words


def people_answer(people):
    """What the quarter says of its people, in a paragraph."""
    return Words(" ".join(_answer(people)))


def _answer(people):
    findings = people.findings
    yield (
        f"**{plain(findings[0].says)}**"
        if findings
        else f"**Nothing about people in {people.quarter} is beyond chance and large enough to act on.**"
    )
    for finding in findings:
        if finding.cost is not None:
            yield f"That cost {money(finding.cost, people.currency)}: {plain(finding.cost_basis)}."
    if people.agents:
        yield _compared_words(people)
    if len(people.strain):
        yield f"{plain(strain_finding(people))}."
    if len(people.turnover):
        yield f"{plain(turnover_finding(people))}."
    yield from (f"Not told: {plain(name)} ({plain(why)})." for name, why in people.missing.items())


def _compared_words(people):
    judged = max(one.tested for one in people.agents.values())
    apart = {who for one in people.agents.values() for who in one.outside["who"]}
    listed = [frame["agent"].nunique() if len(frame) else 0 for frame in (people.coaching, people.recognition)]
    return (
        f"Of {judged:,d} people who took enough contacts to be judged, {len(apart) or 'none'} {'stands' if len(apart) == 1 else 'stand'} apart from the usual spread; "
        f"{listed[0] or 'nobody'} for coaching and {listed[1] or 'nobody'} for recognition differ by more than luck."
    )
