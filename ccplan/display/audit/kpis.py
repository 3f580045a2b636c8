"""The audit's KPIs as people see them: the board of KPIs, signal or noise, the hours of the day, and whether the
data can be trusted.
"""

from textwrap import wrap

import altair as alt
import numpy as np
import pandas as pd

from ...auditing.measuring.kpi import said
from ...auditing.kpis import KPIS
from ...auditing.standing.findings import with_quarters
from ...auditing.standing.standing import missed_by_much
from ...data.checks.findings import counted
from ..forecast.charts import settled
from ..data.sheet import NIL, Sheet
from ..tables import Words, plain
from ..theme import ACCENT, ALARM, CONTEXT, INK, PAPER, PALETTE, QUIET

NAMED = 2  # promises that a sentence or a title names; of more it gives the number
ROW, TOP = 30, 2  # height of a row of the board in pixels; rows that the head takes
BETTER = PALETTE["green"]
COLOURS = {"better": BETTER, "worse": ALARM, "changed": ACCENT, "noise": QUIET, "": QUIET}
STATUS = {
    "met": ("● met", BETTER),
    "missed": ("▲ missed", ALARM),
    "too close to tell": ("◆ too close", "#8A5A00"),
    "no target": ("", QUIET),
    "not measured": ("not measured", QUIET),
}
CELL, WIDE = 232, 760  # width of a small chart; of a whole one


def _title(finding, subtitle=""):
    return alt.TitleParams(wrap(finding, 80), subtitle=wrap(subtitle, 118) if subtitle else [], frame="bounds")


# ------------------------------------------------------------------------------------------- in words


def standing_answer(standing):
    """Which promises were kept and what is news, in a paragraph."""
    return Words(" ".join([_kept(standing), _newly(standing), _gaps(standing)]).strip())


def _kept(standing):
    table = standing.table[standing.table["target"].notna()]
    if standing.table.empty:
        return f"**No KPI has a value in {standing.quarter}: there were no contacts.**"
    if table.empty:
        return "**Nothing is promised: the centre's file names no target.**"
    missed = table[table["status"] == "missed"]
    counts = {
        word: int((table["status"] == status).sum())
        for status, word in (
            ("met", "kept"),
            ("missed", "missed"),
            ("too close to tell", "too close to tell from noise"),
        )
    }
    told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return f"**{counted(len(table), 'promise')}: {told}.** " + (
        _missed(missed) if len(missed) <= NAMED else "The table below names those that were missed."
    )


def _missed(missed):
    told = [
        f"{KPIS[row.kpi].name.lower()}{_of(row.queue)} was {_said(row.kpi, row.value)} where {_said(row.kpi, row.target)} is promised"
        for row in missed.itertuples()
    ]
    return _sentence("; ".join(told))


def _newly(standing):
    news = with_quarters(standing.news, standing.table)
    looked = standing.news.table["chance"].notna().sum()
    if news.empty:
        return f"Of {looked} charts none shows news: what moved is within what chance moves, or too little to matter."
    lead = news.iloc[0]
    return (
        f"Of {looked} charts {len(news)} show news, in {counted(news['queue'].nunique(), 'queue')}; first of all {KPIS[lead['kpi']].name.lower()}"
        f"{_of(lead['queue'])}: {_said(lead['kpi'], lead['was'])} was usual, now it is {_said(lead['kpi'], lead['now'])}."
    )


def _gaps(standing):
    names = standing.table.loc[standing.table["touched"], "kpi"].map(lambda key: KPIS[key].name.lower()).unique()
    return f"A gap in the data touches {', '.join(names)}; they are marked †." if len(names) else ""


def quarter_trust_answer(trust):
    """Whether the quarter's data can be trusted, in a paragraph."""
    head, _, rest = trust.verdict.partition(": ")
    return Words(f"**{plain(head)}:** {plain(rest)}")


def _said(kpi, value):
    return said(KPIS[kpi], value, "").strip().removesuffix(" a year")


def _name(row, currency):
    """A KPI's name, with the unit that its values leave out and the mark of a gap."""
    kpi = KPIS[row.kpi]
    unit = {"share a year": " a year", "currency": f" ({currency})"}.get(kpi.unit, "")
    return kpi.name + unit + (" †" if row.touched else "")


def _of(queue):
    return f" of {plain(queue)}" if queue else ""


def _sentence(words):
    return words[:1].upper() + words[1:] + "." if words else ""


# ------------------------------------------------------------------------------------------- tables


def standing_table(standing, queue=None):
    """Every KPI as people read it: value, 95 % interval, target, the quarter before and the year before, with what
    changed.

    `queue`: one queue's, "" the whole centre's; None: all. † marks a KPI that a gap in the data touches.
    """
    rows = standing.table if queue is None else standing.table[standing.table["queue"] == queue]
    told = pd.DataFrame([_row(row, standing.quarter, standing.currency) for row in rows.itertuples()])
    return (
        Sheet(
            told,
            counted(len(rows), "value") + f" of {rows['kpi'].nunique()} KPIs",
            tuple(told.columns[[2, 3, 4, 6, 7, 8, 9]]),
        )
        if len(told)
        else Words(f"No KPI has a value in {standing.quarter}.")
    )


def missed_table(standing):
    """The promises that were missed, those that matter first, then the furthest from the target: value, interval,
    target, and what was before.
    """
    rows = standing.table[standing.table["status"] == "missed"]
    if rows.empty:
        return Words("No promise was missed by more than noise.")
    far = ((rows["value"] - rows["target"]) / rows["target"].abs()).abs()
    rows = rows.assign(much=[missed_by_much(row) for row in rows.itertuples()], far=far).sort_values(
        ["much", "far"], ascending=False, kind="stable"
    )
    told = pd.DataFrame([_row(row, standing.quarter, standing.currency) for row in rows.itertuples()])
    told = told.assign(matters=["yes" if much else "too little" for much in rows["much"]]).drop(
        columns=["status", *told.columns[8:10]]
    )
    return Sheet(
        told,
        f"{counted(len(rows), 'promise')} missed, {rows['much'].sum() or 'none'} by as much as matters",
        tuple(told.columns[2:7]),
    )


def _row(row, quarter, currency):
    kpi = row.kpi
    interval = "" if np.isnan(row.low) else f"{_said(kpi, row.low)} to {_said(kpi, row.high)}"
    return {
        "KPI": _name(row, currency),
        "queue": row.queue or "all",
        str(quarter): _said(kpi, row.value),
        "95 %": interval,
        "target": "" if np.isnan(row.target) else _said(kpi, row.target),
        "status": row.status,
        str(quarter.previous): _then(kpi, row.previous),
        "since then": _change(row, "previous"),
        str(quarter.year_ago): _then(kpi, row.year_ago),
        "in a year": _change(row, "year_ago"),
    }


def _then(kpi, value):
    return "" if np.isnan(value) else _said(kpi, value)


def _change(row, name):
    """A change with its sign and what it is; shares in points."""
    change, told = getattr(row, f"{name}_change"), getattr(row, f"{name}_told")
    return "" if np.isnan(change) else f"{step_words(row.kpi, change)}{f' ({told})' if told else ''}"


def step_words(kpi, change):
    """A step of a KPI with its sign: shares in points.

    >>> step_words("service_level", -0.065), step_words("aht_s", 51.8)
    ('−6.5 pts', '+52 s')
    """
    size = (
        f"{100 * abs(change):.1f} pts"
        if KPIS[kpi].unit.startswith("share")
        else _said(kpi, abs(change)).removesuffix(" points")
    )
    if KPIS[kpi].unit == "s" and abs(change) >= 10:
        size = f"{abs(change):,.0f} s"
    zero = not any(digit in size for digit in "123456789")
    return ("±" if zero else "+" if change > 0 else "−") + size


def news_table(standing):
    """What is news, as people read it: KPI, queue, usual, now, change, the rules broken, the first week, the
    corrected chance.
    """
    rows = with_quarters(standing.news, standing.table)
    if rows.empty:
        return Words(f"None of the {standing.news.table['chance'].notna().sum()} charts shows news.")
    told = pd.DataFrame(
        [
            {
                "KPI": KPIS[row.kpi].name,
                "queue": row.queue or "all",
                "usual": _said(row.kpi, row.was),
                "now": _said(row.kpi, row.now),
                "change": step_words(row.kpi, row.now - row.was),
                "since the week of": f"{row.first:%Y-%m-%d}",
                "rules broken": row.rules,
                "chance": _chance(row.corrected),
            }
            for row in rows.itertuples()
        ]
    )
    return Sheet(told, f"{len(told)} of the charts show news", ("usual", "now", "change", "chance"))


def _chance(value):
    return "below 0.1 %" if value < 0.001 else f"{100 * value:.1f} %"


def coverage_table(trust):
    """What the tables hold of the quarter, as people read it."""
    rows = trust.coverage
    told = pd.DataFrame(
        {"table": rows["table"], "rows": rows["rows"].map("{:,}".format), f"of {trust.quarter}": rows["says"]}
    )
    return Sheet(told, f"What {counted(len(told), 'table')} hold{'s' * (len(told) == 1)} of {trust.quarter}")


def checks_table(trust):
    """What the checks found in the quarter: table, rule, rows behind it, an example."""
    rows = trust.checks
    if rows.empty:
        return Words(f"Nothing was found by the checks in the rows of {trust.quarter}.")
    told = pd.DataFrame(
        {
            "table": rows["table"],
            "rule": rows["rule"],
            "rows": rows["rows"].map("{:,}".format),
            "for example": rows["message"],
        }
    )
    return Sheet(told, f"{counted(len(told), 'rule')} of the checks found something in {trust.quarter}")


# ------------------------------------------------------------------------------------------- the board of KPIs

COLUMNS = {
    "KPI": 0,
    "weeks": 188,
    "value": 400,
    "interval": 412,
    "target": 556,
    "status": 566,
    "change": 720,
    "year": 800,
}  # x in pixels
BOARD = 812


def kpi_board(standing, queue=""):
    """The KPIs of a queue ("" the whole centre) as a board: weeks, value, interval, target, change since the
    quarter before and in a year.
    """
    rows = standing.table[standing.table["queue"] == queue].reset_index(drop=True)
    words = _board_words(rows, standing)
    lines = _sparks(standing, rows)
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, BOARD], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[len(rows) + 0.6, -TOP + 0.6], nice=False))
    colour = alt.Color("colour:N", scale=None)
    text = [
        alt.Chart(part)
        .mark_text(align=align, baseline="middle", fontSize=12, fontWeight=weight)
        .encode(x=x, y=y, text="text:N", color=colour)
        for (align, weight), part in words.groupby(["align", "weight"])
    ]
    rules = (
        alt.Chart(pd.DataFrame({"x": 0, "x2": BOARD, "y": np.arange(len(rows) + 1) - 0.5}))
        .mark_rule(color="#EEF1F4")
        .encode(x=x, x2="x2:Q", y=y)
    )
    spark = alt.Chart(lines).mark_line(strokeWidth=1.4).encode(x=x, y=y, detail="line:N", color=colour, order="x:Q")
    ends = alt.Chart(lines[lines["last"]]).mark_circle(size=22, opacity=1).encode(x=x, y=y, color=colour)
    what = f"{queue}, " if queue else "whole centre, "
    chart = alt.layer(rules, spark, ends, *text)
    subtitle = f"{what}{standing.quarter}; lines: weeks of five quarters, this quarter in colour; green better, orange worse, blue changed, grey noise"
    subtitle += "; †: a gap in the data touches it" if rows["touched"].any() else ""
    return chart.properties(
        width=BOARD, height=ROW * (len(rows) + TOP - 0.6), title=_title(board_finding(rows, queue), subtitle)
    ).configure(aria=False)


def board_finding(rows, queue=""):
    """What a board shows, in a sentence."""
    missed = rows[rows["status"] == "missed"]
    who = f"{queue}: " if queue else "The whole centre: "
    if len(missed) > NAMED:
        return f"{who}{len(missed)} of {counted(int(rows['target'].notna().sum()), 'promise')} missed"
    if len(missed):
        return who + "; ".join(
            f"{KPIS[row.kpi].name.lower()} {_said(row.kpi, row.value)}, promised {_said(row.kpi, row.target)}"
            for row in missed.itertuples()
        )
    worse = rows[rows["previous_told"] == "worse"]
    if worse.empty:
        return who + "nothing is worse than in the quarter before by more than noise"
    if len(worse) > NAMED:
        return f"{who}{len(worse)} KPIs are worse than in the quarter before"
    return (
        who
        + "worse than in the quarter before "
        + ("is " if len(worse) == 1 else "are ")
        + " and ".join(KPIS[key].name.lower() for key in worse["kpi"])
    )


def _board_words(rows, standing):
    quarter = standing.quarter
    heads = [
        ("KPI", "KPI", "left"),
        ("weeks", "week by week", "left"),
        ("value", str(quarter), "right"),
        ("interval", "95 % interval", "left"),
        ("target", "target", "right"),
        ("change", f"since {quarter.previous}", "right"),
        ("year", "in a year", "right"),
    ]
    words = [(COLUMNS[where], -1, text, align, QUIET, 400) for where, text, align in heads]
    for i, row in enumerate(rows.itertuples()):
        words += [
            (COLUMNS[where], i, text, align, colour, weight)
            for where, text, align, colour, weight in _cells(row, standing.currency)
            if text
        ]
    return pd.DataFrame(words, columns=["x", "y", "text", "align", "colour", "weight"])


def _cells(row, currency):
    interval = "" if np.isnan(row.low) else f"{_said(row.kpi, row.low)} – {_said(row.kpi, row.high)}"
    status, colour = STATUS[row.status]
    yield "KPI", _name(row, currency), "left", INK, 400
    yield "value", _said(row.kpi, row.value), "right", INK, 700
    yield "interval", interval, "left", QUIET, 400
    yield "target", "" if np.isnan(row.target) else _said(row.kpi, row.target), "right", INK, 400
    yield "status", status, "left", colour, 400
    for where, name in (("change", "previous"), ("year", "year_ago")):
        change, told = getattr(row, f"{name}_change"), getattr(row, f"{name}_told")
        yield (
            where,
            "" if np.isnan(change) else step_words(row.kpi, change),
            "right",
            COLOURS[told],
            700 if told in ("worse", "changed", "better") else 400,
        )


def _sparks(standing, rows):
    """Points of the sparklines, each in its own row: x and y of the board, colour, and whether it is the last."""
    from ...auditing.standing.news import quarter_of

    parts = []
    for i, row in enumerate(rows.itertuples()):
        mine = standing.weeks[
            (standing.weeks["kpi"] == row.kpi) & (standing.weeks["queue"] == row.queue) & ~standing.weeks["touched"]
        ].sort_values("week")
        if len(mine) < 3:
            continue
        low, high = mine["value"].min(), mine["value"].max()
        at = i + 0.36 - 0.72 * ((mine["value"] - low) / (high - low) if high > low else 0.5 + 0 * mine["value"])
        days = (mine["week"] - standing.weeks["week"].min()).dt.days / max(
            (standing.weeks["week"].max() - standing.weeks["week"].min()).days, 1
        )
        now = quarter_of(mine["week"], standing.quarter).to_numpy()
        points = pd.DataFrame(
            {"x": COLUMNS["weeks"] + 130 * days.to_numpy(), "y": at.to_numpy(), "now": now, "last": False}
        )
        points.loc[points.index[-1], "last"] = True
        joined = points[points["now"] | points["now"].shift(-1, fill_value=False)]
        parts += [
            points.assign(line=f"{i} all", colour="#B6BEC6", last=False),
            joined.assign(line=f"{i} now", colour=ACCENT),
        ]
    columns = ["x", "y", "now", "last", "line", "colour"]
    return (
        settled(pd.concat(parts, ignore_index=True)[columns])
        if parts
        else pd.DataFrame(columns=columns).astype({"last": bool})
    )


# ------------------------------------------------------------------------------------------- signal or noise


def signals_chart(standing, most=9):
    """Process-behaviour charts: those that are news first, then those of what is promised, up to `most`, three in a
    row.
    """
    keys = _most_telling(standing, most)
    if not keys:
        raise ValueError("no chart can be drawn: no KPI has weeks enough")
    small = [_one_chart(standing, key) for key in keys]
    subtitle = (
        "weekly values; grey band: natural limits, mean of the weeks before ± 2.66 mean moving ranges; white line: their mean; "
        "orange: a rule is broken; shaded: the quarter audited"
    )
    return (
        alt.concat(*small, columns=3, spacing={"row": 74, "column": 56}, bounds="flush")
        .properties(title=_title(signals_finding(standing), subtitle))
        .configure(aria=False)
    )


def signals_finding(standing):
    """How many of the charts show news, in a sentence."""
    table = standing.news.table
    looked, found = int(table["chance"].notna().sum()), int(table["news"].astype(bool).sum())
    alarms = int((table["rules"] != "").sum())
    if not found:
        return f"No news: {alarms} of {looked} charts have a point out of line, as chance alone would have it, or too little to matter"
    return f"{found} of {looked} charts show news: more than chance, and enough to matter"


def _most_telling(standing, most):
    """Keys (kpi, queue) of the charts to show: news, each KPI once before a second queue's, then promises."""
    news = with_quarters(standing.news, standing.table)
    news = news.assign(again=news.groupby("kpi").cumcount()).sort_values(["again", "order"], kind="stable")
    known = standing.news.table[standing.news.table["chance"].notna()]
    promised = standing.table[standing.table["target"].notna()]
    wanted = [
        *zip(news["kpi"], news["queue"], strict=True),
        *zip(promised["kpi"], promised["queue"], strict=True),
        *zip(known["kpi"], known["queue"], strict=True),
    ]
    there = set(zip(known["kpi"], known["queue"], strict=True))
    return [key for key in dict.fromkeys(wanted) if key in there][:most]


def _one_chart(standing, key):
    from ...auditing.standing.news import quarter_of

    weeks = standing.news.weeks
    rows = weeks[(weeks["kpi"] == key[0]) & (weeks["queue"] == key[1])].sort_values("week")
    rows = rows[rows["now"] | rows["usual"] | quarter_of(rows["week"], standing.quarter.previous)]
    rows = rows.assign(value=rows["value"].where(~rows["touched"]), week_end=rows["week"] + pd.Timedelta(days=7))
    share = KPIS[key[0]].unit.startswith("share")
    x = alt.X("week:T", title=None, axis=alt.Axis(format="%b", tickCount=5, labelFontSize=10))
    domain = [float(rows[["value", "lower"]].min().min()), float(rows[["value", "upper"]].max().max())]
    scale = alt.Scale(domain=domain, zero=False)
    y = alt.Y(
        "value:Q",
        title=None,
        axis=alt.Axis(
            format=".0%" if share else ",.0f", tickCount=3, labelFontSize=10, grid=False, minExtent=30, maxExtent=30
        ),
        scale=scale,
    )
    shade = (
        alt.Chart(rows[rows["now"]].agg({"week": "min", "week_end": "max"}).to_frame().T.infer_objects())
        .mark_rect(color="#EAF2F8")
        .encode(x=x, x2="week_end:T")
    )
    band = (
        alt.Chart(settled(rows))
        .mark_area(color=CONTEXT, opacity=0.75)
        .encode(x=x, y=alt.Y("lower:Q", scale=scale), y2="upper:Q")
    )
    mean = (
        alt.Chart(settled(rows)).mark_line(color=PAPER, strokeWidth=1.5).encode(x=x, y=alt.Y("centre:Q", scale=scale))
    )
    line = alt.Chart(settled(rows)).mark_line(color=INK, strokeWidth=1).encode(x=x, y=y)
    broken = settled(rows[(rows["rules"] != "") & rows["value"].notna()])
    dots = alt.Chart(settled(rows)).mark_circle(color=INK, size=9, opacity=1).encode(x=x, y=y)
    alarms = alt.Chart(broken).mark_circle(color=ALARM, size=34, opacity=1).encode(x=x, y=y)
    return alt.layer(shade, band, mean, line, dots, alarms).properties(
        width=CELL,
        height=112,
        title=alt.TitleParams(
            _chart_title(standing, key),
            subtitle=_chart_subtitle(standing, key),
            fontSize=12,
            subtitleFontSize=11,
            offset=6,
            anchor="start",
            frame="group",
        ),
    )


def _chart_title(standing, key):
    return KPIS[key[0]].name + (f", {key[1]}" if key[1] else "")


def _chart_subtitle(standing, key):
    table = standing.news.table
    row = table[(table["kpi"] == key[0]) & (table["queue"] == key[1])].iloc[0]
    if not row["news"]:
        return "noise: " + row["why"] if row["why"].startswith("within") else row["why"].replace("a signal, but ", "")
    return f"news: usual {_said(key[0], row['usual'])}, now {_said(key[0], row['now'])}"


# ------------------------------------------------------------------------------------------- by the hour


def kpi_hours_chart(standing, kpi="service_level"):
    """A KPI by queue and hour of the day, as a heat map whose cells say the value; cells with few contacts are
    paler.
    """
    rows = standing.hours[(standing.hours["kpi"] == kpi) & (standing.hours["n"] > 0)].copy()
    if rows.empty:
        raise ValueError(f"{KPIS[kpi].name} is not known by the hour in {standing.quarter}")
    rows["far"] = _far(rows, standing, kpi)
    share = KPIS[kpi].unit.startswith("share")
    rows["text"] = [f"{100 * value:.0f}" if share else f"{value:,.0f}" for value in rows["value"]]
    rows["weak"] = rows["n"] < 30
    limit = max(float(rows["far"].abs().max()), 1e-9)
    x = alt.X("hour:O", title="hour of the day", axis=alt.Axis(labelAngle=0, labelExpr="format(datum.value, '02')"))
    y = alt.Y("queue:N", title=None, sort=list(dict.fromkeys(standing.table["queue"])))
    colour = alt.Color(
        "far:Q", scale=alt.Scale(domain=[-limit, 0, limit], range=["#D98A5B", "#F6F7F8", "#6FA8CF"], interpolate="rgb")
    )
    cells = (
        alt.Chart(settled(rows))
        .mark_rect(stroke=PAPER, strokeWidth=2)
        .encode(x=x, y=y, color=colour, opacity=alt.condition("datum.weak", alt.value(0.35), alt.value(1.0)))
    )
    text = alt.Chart(settled(rows)).mark_text(fontSize=11, color=INK).encode(x=x, y=y, text="text:N")
    unit = "%" if share else KPIS[kpi].unit
    subtitle = f"{KPIS[kpi].name.lower()} in {unit}, {standing.quarter}; orange: worse than the {_held_to(standing, kpi)}, blue: better; pale: fewer than 30 contacts"
    return (
        (cells + text)
        .properties(
            width=WIDE - 120, height=34 * rows["queue"].nunique(), title=_title(hours_finding(rows, kpi), subtitle)
        )
        .configure(aria=False)
    )


def _held_to(standing, kpi):
    return "target" if standing.table.loc[standing.table["kpi"] == kpi, "target"].notna().any() else "queue's own mean"


def _far(rows, standing, kpi):
    """How far each cell is from its queue's target (or else its mean), above 0 where it is better."""
    table = standing.table[standing.table["kpi"] == kpi].set_index("queue")
    aim = table["target"].fillna(table["value"])
    return (rows["value"] - rows["queue"].map(aim)) * (1 if KPIS[kpi].better == "higher" else -1)


def hours_finding(rows, kpi):
    """Which hour is the worst, in a sentence; of cells of `kpi_hours_chart` with enough contacts."""
    sure = rows[~rows["weak"]] if (~rows["weak"]).any() else rows
    worst = sure.loc[sure["far"].idxmin()]
    return f"{KPIS[kpi].name} is weakest in {worst['queue']} from {worst['hour']:02d} to {(worst['hour'] + 1) % 24:02d}: {_said(kpi, worst['value'])}"


# ------------------------------------------------------------------------------------------- trust


def trust_chart(trust):
    """Contacts a day by both counts: the intervals as an area, the calls as a line; what one of them lacks is
    filled.
    """
    days = trust.days.groupby("day")[["intervals", "calls", "lost", "extra"]].sum().reset_index()
    if days.empty:
        raise ValueError("contacts were counted once only: there is nothing to hold them against")
    days = days.assign(
        gap=trust.days.assign(gap=trust.days["gap"] != "").groupby("day")["gap"].any().to_numpy(),
        end=days["day"] + pd.Timedelta(days=1),
    )
    x = alt.X("day:T", title=None, axis=alt.Axis(format="%-d %b", tickCount=8))
    y = alt.Y("intervals:Q", title="contacts a day", axis=alt.Axis(tickCount=4, format=",.0f"))
    bars = alt.Chart(days).mark_rect(color=CONTEXT).encode(x=x, x2="end:T", y=y, y2=alt.datum(0))
    short = (
        alt.Chart(days[days["gap"]])
        .mark_rect(color=ALARM, opacity=0.75)
        .encode(x=x, x2="end:T", y=alt.Y("calls:Q"), y2="intervals:Q")
    )
    closed = pd.concat([days, days.tail(1).assign(day=days["end"].iloc[-1])])  # the last step has a width
    line = alt.Chart(closed).mark_line(color=ACCENT, strokeWidth=1.6, interpolate="step-after").encode(x=x, y="calls:Q")
    subtitle = f"{trust.quarter}, all queues; grey: counted by the switch (intervals); blue: recorded (calls); orange: in one of them only"
    return (
        alt.layer(bars, short, line)
        .properties(width=WIDE - 60, height=200, title=_title(trust_finding(trust), subtitle))
        .configure(aria=False)
    )


def trust_finding(trust):
    """Whether both counts agree, in a sentence."""
    if not len(trust.gaps):
        return f"Both counts agree on every one of {trust.days['day'].nunique()} days"
    lost, days = trust.gaps["lost"].sum(), trust.days.loc[trust.days["gap"] != "", "day"].nunique()
    return f"On {counted(days, 'day')} the counts part: {lost:,.0f} contacts are in one table only"


def kpi_definitions(standing):
    """Every KPI that was measured, as defined here: formula, the variant that was taken, which way is better, what
    is usual.
    """
    taken = standing.table.drop_duplicates("kpi").set_index("kpi")["variant"]
    rows = [
        {
            "KPI": kpi.name,
            "formula": kpi.formula,
            "taken as": "" if taken[key] == kpi.formula else taken[key],
            "better": kpi.better,
            "usual": kpi.typical or NIL,
            "source": kpi.source,
        }
        for key, kpi in KPIS.items()
        if key in taken.index
    ]
    return Sheet(pd.DataFrame(rows), f"{counted(len(rows), 'KPI')} as they are defined here")
