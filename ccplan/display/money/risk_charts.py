"""Charts of risk: what the plan may cost month by month, how likely it overruns its budget, and where that comes
from.
"""

from textwrap import wrap

import altair as alt
import numpy as np
import pandas as pd

from ..theme import ACCENT, ALARM, CONTEXT, INK, QUIET

BAND = "#BCD7EA"
WIDE, HIGH, ROW = 640, 260, 24
TITLE_LETTERS, SUBTITLE_LETTERS = 70, 92
EVEN_CHANCE = (0.45, 0.55)
SHOWN = 8  # sources that have a bar of their own
NEVER = "\N{NO-BREAK SPACE}"  # between a number and what it counts
SMALL = 0.005  # of the variance: less is no bar


def cost_fan_chart(risk):
    """Monthly cost: the band that holds 80 % of the paths, their middle, the budget as steps, and below the chance
    of overrun so far.

    `risk` is a `Risk` of `plan_risk`.
    """
    rows = risk.monthly[risk.monthly["measure"] == "cost"].merge(risk.overrun, on="month")
    rows = rows.assign(**{name: (rows[name] / 1000).round(2) for name in ("plan", "p10", "p50", "p90", "budget")})
    both = alt.vconcat(_fan(rows), _chances(rows), spacing=14)
    return both.properties(title=_title(overrun_finding(risk), _fan_words(risk))).configure(aria=False)


def risk_sources_chart(risk, said=None):
    """Where the spread of the total cost comes from: a bar a source, its share of the variance, and what its
    extremes do to cost.

    `said` {source: words} replaces names. Sources below half a per cent are told as one.
    """
    rows = _told_sources(risk.sources, said or {}, risk.currency)
    axis = alt.Axis(domain=False, ticks=False, labelColor=INK, labelLimit=230)
    at = alt.Y("source:N", sort=rows["source"].tolist(), title=None, axis=axis)
    base = alt.Chart(rows).encode(y=at)
    width = alt.X("share:Q", title=None, axis=None, scale=alt.Scale(domain=[0, max(rows["share"].max(), 0.01)]))
    bars = base.mark_bar(size=14, cornerRadiusEnd=2).encode(x=width, color=alt.Color("colour:N", scale=None))
    names = base.mark_text(align="left", dx=6).encode(x=width, text="words:N")
    title = _title(sources_finding(rows), _source_words(risk))
    return alt.layer(bars, names).properties(title=title, width=360, height=ROW * len(rows)).configure(aria=False)


def overrun_finding(risk):
    """The chance of overrun in a sentence: the title of the fan.

    A chance between 45 and 55 % is told as even: sample paths cannot tell it from a coin.
    """
    chance, budget = risk.chance_over, float(risk.overrun["budget_so_far"].iloc[-1])
    over = risk.total["p90"] - budget
    odds = "an even chance" if EVEN_CHANCE[0] <= chance <= EVEN_CHANCE[1] else f"a chance of {_percent(chance)}"
    end = f"; one time in ten by more than {_money(over, risk.currency)}" if over > 0 else "; not even one time in ten"
    return f"The plan has {odds} of costing more than its budget of {_money(budget, risk.currency)}{end}"


def sources_finding(rows):
    """The greatest source in a sentence: the title of the bars."""
    named = rows[rows["named"]]
    if not len(named):
        return "Nothing that was drawn moves the cost"
    first = named.iloc[0]
    return (
        f"{first['source'][0].upper()}{first['source'][1:]} makes {_percent(first['share'])} of the uncertainty of cost"
    )


def _fan(rows):
    x = alt.X("month:T", title=None, axis=alt.Axis(format="%b %Y", tickCount=8, labelOverlap=True))
    low, high = min(rows["p10"].min(), rows["budget"].min()), max(rows["p90"].max(), rows["budget"].max())
    room = 0.12 * (high - low) + 1e-9
    scale = alt.Scale(domain=[low - room, high + room], zero=False, nice=True)
    y = alt.Y("p10:Q", title=None, axis=alt.Axis(tickCount=4, format=",.0f"), scale=scale)
    base = alt.Chart(rows).encode(x=x)
    band = base.mark_area(color=BAND).encode(y=y, y2="p90:Q")
    middle = base.mark_line(color=ACCENT, strokeWidth=2).encode(y="p50:Q")
    budget = base.mark_line(color=INK, strokeWidth=1.5, interpolate="step", strokeDash=[4, 3]).encode(y="budget:Q")
    words = (
        alt.Chart(_end_words(rows))
        .mark_text(align="left", dx=8)
        .encode(x="month:T", y="at:Q", text="words:N", color=alt.Color("colour:N", scale=None))
    )
    return alt.layer(band, middle, budget, words).properties(width=WIDE, height=HIGH)


def _end_words(rows):
    """Names of band, middle and budget at the right end, moved apart where they would touch."""
    last = rows.iloc[-1]
    low, high = rows["p10"].min(), rows["p90"].max()
    marks = [
        (last["p90"], "one in ten is above", QUIET),
        (last["p50"], "middle of the paths", ACCENT),
        (last["budget"], "budget", INK),
        (last["p10"], "one in ten is below", QUIET),
    ]
    marks.sort(key=lambda mark: -mark[0])
    gap, at = 0.075 * (high - low), []
    for value, *_ in marks:
        at.append(value if not at else min(value, at[-1] - gap))
    shift = (sum(value for value, *_ in marks) - sum(at)) / len(at)
    return pd.DataFrame(
        {
            "month": last["month"],
            "at": np.array(at) + shift,
            "words": [words for _, words, _ in marks],
            "colour": [colour for *_, colour in marks],
        }
    )


def _chances(rows):
    x = alt.X("month:T", title=None, axis=None)
    shown = rows.assign(words=rows["chance_so_far"].map(_percent)).iloc[[-1]]
    y = alt.Y(
        "chance_so_far:Q",
        title=None,
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(values=[0, 0.5, 1], labelExpr="100 * datum.value + ' %'"),
    )
    line = alt.Chart(rows).mark_line(color=ALARM, strokeWidth=2).encode(x=x, y=y)
    end = alt.Chart(shown).mark_text(align="left", dx=8, color=ALARM).encode(x=x, y=y, text="words:N")
    said = "chance that the months up to here cost more than their budget"
    name = alt.Chart(rows.iloc[[0]]).mark_text(align="left", color=QUIET, text=said).encode(x=x, y=alt.value(-6))
    return alt.layer(line, end, name).properties(width=WIDE, height=70)


def _told_sources(sources, said, currency):
    """Rows of the bars, largest first: small ones told as one, what is together last."""
    own = sources[(sources["source"] != "together")]
    large = own[own["share"] >= SMALL].head(SHOWN)
    rest = own.drop(large.index)
    words = [
        f"{_percent(share)} of it, {_swing(swing, currency)}"
        for share, swing in zip(large["share"], large["swing"], strict=True)
    ]
    rows = pd.DataFrame(
        {
            "source": [said.get(name, name) for name in large["source"]],
            "share": large["share"],
            "words": words,
            "colour": ACCENT,
            "named": True,
        }
    )
    extra = []
    if len(rest):
        extra.append((f"{len(rest)} others", rest["share"].sum()))
    together = sources.loc[sources["source"] == "together", "share"].sum()
    if together >= SMALL:
        extra.append(("no single one", together))
    more = pd.DataFrame(
        [
            {"source": name, "share": share, "words": _percent(share), "colour": CONTEXT, "named": False}
            for name, share in extra
        ]
    )
    return pd.concat([rows, more], ignore_index=True)


def _fan_words(risk):
    return f"Cost a month, thousands of {risk.currency}; the band holds 80 % of the paths. Drawn: {risk.sampled}"


def _source_words(risk):
    return (
        "Share of the variance of the total cost that each explains by itself; beside it, cost in the highest tenth of its values "
        f"less cost in the lowest. {len(risk.paths):,} sample paths, hiring as decided today"
        + ("; cost that falls as people leave is paid for in service" if _falls(risk.sources) else "")
    )


def _falls(sources):
    return (sources.loc[sources["source"] == "attrition", "swing"] < 0).any()


def _title(finding, subtitle):
    return alt.TitleParams(wrap(finding, TITLE_LETTERS), subtitle=wrap(subtitle, SUBTITLE_LETTERS), frame="bounds")


def _swing(value, currency):
    return f"{'−' if value < 0 else '+'}{_money(abs(value), currency)}"


def _percent(share):
    if 0 < share < 0.005:
        return "under 1 %"
    return "over 99 %" if 0.995 <= share < 1 else f"{100 * share:.0f} %"


def _money(amount, currency):
    """An amount to three digits, in words."""
    amount = float(amount)
    size = abs(amount)
    if size >= 999_995_000:  # from here on as many millions would be told as 1,000
        return f"{currency}{NEVER}{amount / 1e9:.2f}{NEVER}bn"
    if size >= 999_500:
        return f"{currency}{NEVER}{amount / 1e6:.2f}{NEVER}million"
    return f"{currency}{NEVER}{round(amount, -3) if size >= 1000 else amount:,.0f}"
