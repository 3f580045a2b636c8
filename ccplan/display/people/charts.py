"""Charts of a headcount plan: who is needed and who is there, what makes net FTE gross, and by when to decide."""

from textwrap import wrap

import altair as alt
import numpy as np
import pandas as pd

from ..charts import _apart, show
from ..forecast.charts import settled
from ..tables import Words
from ..theme import ACCENT, ALARM, CONTEXT, INK, PAPER, RULE

WIDE, TALL, LOW = 700, 190, 120  # of the largest queue's panel and of the others
GAP = 0.05  # FTE from which a gap is drawn
FLEX = "#9CCBE8"  # overtime and outsourcing: the accent, lighter
OUTSIDE = ("#5E6A75", "#838E98", "#A9B2BA", "#CBD2D8", "#E1E6EA")  # causes away from the building: greys
INSIDE = ("#C77F00", "#E69F00", "#F0BC4D", "#F6D48C", "#FAE6BD")  # causes in the building: one warm hue
SMALLEST = 0.012  # share of paid time below which a cause is drawn with the others
LETTERS = 72


def _title(finding, subtitle):
    return alt.TitleParams(wrap(finding, LETTERS), subtitle=wrap(subtitle, 105), frame="bounds")


def _month(ends=None, field="month", **axis):
    scale = {"scale": alt.Scale(domain=ends)} if ends else {}
    axis = alt.Axis(format="%b %y", tickCount="month", labelOverlap=True, **axis)
    return alt.X(f"{field}:T", title=None, axis=axis, **scale)


# ------------------------------------------------------------------------ required and available


def headcount_chart(headcount, hires):
    """Required and available FTE by month, a panel a queue: gaps shaded, hires marked where they start.

    `headcount` is a frame of `plan_headcount`, `hires` the classes of the plan.
    """
    order = headcount.groupby("queue")["required_fte"].mean().sort_values(ascending=False).index
    panels = [
        _queue_panel(
            headcount[headcount["queue"] == name],
            hires[hires["queue"] == name],
            name,
            TALL if i == 0 else LOW,
            i == len(order) - 1,
        )
        for i, name in enumerate(order)
    ]
    subtitle = (
        "FTE by month. Black: required; grey: own people, trained and up to speed; blue: overtime and outsourcing on top; "
        "red: missing. Marks: people who start"
    )
    return (
        alt.vconcat(*panels, spacing=14)
        .properties(title=_title(headcount_finding(headcount, hires), subtitle))
        .configure(aria=False)
    )


def headcount_finding(headcount, hires):
    """How many people start, and whether any month misses some, in a sentence."""
    people = int(hires["heads"].sum()) if len(hires) else 0
    start = (
        f"{people} {'person starts' if people == 1 else 'people start'} in these months"
        if people
        else "Nobody is hired in these months"
    )
    short = headcount[headcount["gap_fte"] < -GAP]
    if short.empty:
        return f"{start}, and the requirement is kept in every month"
    worst = short.loc[short["gap_fte"].idxmin()]
    return (
        f"{start}; {len(short)} of {len(headcount)} queue-months miss people, most {worst['queue']} in "
        f"{worst['month']:%B %Y}: {-worst['gap_fte']:.1f} FTE"
    )


def _queue_panel(rows, hires, name, height, last):
    """One queue: bars of people, a stepped line of what is required."""
    data = settled(
        rows.assign(
            end=rows["month"] + pd.offsets.MonthBegin(1),
            middle=rows["month"] + pd.Timedelta(days=15),
            own=rows["productive_fte"],
            all=rows["available_fte"],
            zero=0.0,
            missing=np.where(rows["gap_fte"] < -GAP, rows["required_fte"], rows["available_fte"]),
        )[["month", "end", "middle", "own", "all", "zero", "missing", "required_fte"]]
    )
    top = float(max(data["required_fte"].max(), data["all"].max(), 1.0))
    scale = alt.Scale(domain=[0, top * 1.18], nice=False)
    ends = [_stamp(data["month"].min()), _stamp(data["end"].max())]
    axis = {"labels": last, "ticks": last}
    base = alt.Chart(data).encode(x=_month(ends, **axis), x2="end:T")

    def between(low, high, colour):
        mark = base.mark_rect(color=colour, stroke=PAPER, strokeWidth=1)
        return mark.encode(
            y=alt.Y(f"{low}:Q", title=None, scale=scale, axis=alt.Axis(tickCount=4 if height > LOW else 3)),
            y2=f"{high}:Q",
        )

    layers = [between("zero", "own", CONTEXT), between("own", "all", FLEX), between("all", "missing", ALARM)]
    layers.append(base.mark_rule(color=INK, strokeWidth=2).encode(y=alt.Y("required_fte:Q", scale=scale)))
    layers += _marks(hires, data, scale, ends, axis)
    return alt.layer(*layers).properties(
        width=WIDE, height=height, title=alt.TitleParams(name, fontSize=12, fontWeight=600, offset=2)
    )


def _stamp(day):
    return alt.DateTime(year=day.year, month=day.month, date=day.day)


def _marks(hires, data, scale, ends, axis):
    """An arrowhead and a number above the month in which people start."""
    if hires.empty:
        return []
    at = hires.groupby("month", as_index=False)["heads"].sum().merge(data, on="month")
    at = at.assign(words=[f"+{n:.0f}" for n in at["heads"]], top=at[["all", "required_fte", "missing"]].max(axis=1))
    base = alt.Chart(at[["middle", "top", "words"]]).encode(
        x=_month(ends, "middle", **axis), y=alt.Y("top:Q", scale=scale)
    )
    arrow = base.mark_point(shape="triangle-up", filled=True, size=60, color=ACCENT, opacity=1, yOffset=-8)
    return [arrow, base.mark_text(dy=-21, color=ACCENT, fontWeight=600).encode(text="words:N")]


# ------------------------------------------------------------------------------- net to gross


def shrinkage_chart(requirement, centre, queue):
    """From net to gross FTE by month, one queue: what each cause of shrinkage takes.

    `requirement` is a frame of `monthly_requirement`.
    """
    rows = requirement[requirement["queue"] == queue]
    parts = net_to_gross(rows, centre)
    names = parts.drop_duplicates("part")
    colours = alt.Color("part:N", scale=alt.Scale(domain=names["part"].tolist(), range=names["colour"].tolist()))
    bars = (
        alt.Chart(settled(parts[["month", "end", "part", "low", "high"]]))
        .mark_rect(stroke=PAPER, strokeWidth=1)
        .encode(
            x=_month(), x2="end:T", y=alt.Y("low:Q", title=None, axis=alt.Axis(tickCount=5)), y2="high:Q", color=colours
        )
    )
    last = parts[parts["month"] == parts["month"].max()].sort_values("low")
    place = _apart(((last["low"] + last["high"]) / 2).to_numpy(), 0.052 * parts["high"].max())
    words = (
        alt.Chart(last.assign(at=place)[["end", "at", "words"]])
        .mark_text(align="left", dx=6, color=INK)
        .encode(x="end:T", y="at:Q", text="words:N")
    )
    subtitle = (
        f"{queue}: FTE by month, from those on the phones (net) to those who are paid (gross); orange: in the building, "
        "grey: away from it; shares are of paid time in the last month"
    )
    return (
        (bars + words)
        .properties(width=WIDE - 130, height=300, title=_title(shrinkage_finding(rows), subtitle))
        .configure(aria=False)
    )


def shrinkage_finding(rows):
    """Between which bounds the paid shrinkage moves, in a sentence."""
    low, high = rows.loc[rows["shrinkage_paid"].idxmin()], rows.loc[rows["shrinkage_paid"].idxmax()]
    if high["shrinkage_paid"] - low["shrinkage_paid"] < 0.005:
        return f"{low['shrinkage_paid']:.0%} of paid time is off the phones, in every month"
    return (
        f"{low['shrinkage_paid']:.0%} of paid time is off the phones in {low['month']:%B}, "
        f"{high['shrinkage_paid']:.0%} in {high['month']:%B}: "
        f"one agent on the phones takes {1 / (1 - low['shrinkage_paid']):.2f} paid people, or {1 / (1 - high['shrinkage_paid']):.2f}"
    )


def net_to_gross(rows, centre):
    """Layers of a stack, a row a month and part: month, end, part, low, high, colour, words; small causes together."""
    paid = rows["fte"].to_numpy()
    layers = [("on the phones (net)", rows["fte_net"].to_numpy(), ACCENT)]
    for causes, hues, rest in (
        (centre.shrinkage.internal, INSIDE, "other, inside"),
        (centre.shrinkage.external, OUTSIDE, "other, away"),
    ):
        amount = {cause: rows[f"fte_{cause}"].to_numpy() for cause in causes}
        whole = {cause: taken.sum() for cause, taken in amount.items()}
        large = sorted((c for c in whole if whole[c] >= SMALLEST * paid.sum()), key=whole.get, reverse=True)
        large = large[: len(hues) - 1]
        small = sum((amount[c] for c in amount if c not in large), np.zeros(len(rows)))
        layers += [(cause, amount[cause], hue) for cause, hue in zip(large, hues, strict=False)]
        layers += [(rest, small, hues[-1])] if small.sum() > 0 else []
    low, parts = np.zeros(len(rows)), []
    for name, amount, colour in layers:
        words = [f"{name} {share:.0%}" for share in np.divide(amount, paid, out=np.zeros(len(rows)), where=paid > 0)]
        parts.append(
            pd.DataFrame(
                {
                    "month": rows["month"].to_numpy(),
                    "end": (rows["month"] + pd.offsets.MonthBegin(1)).to_numpy(),
                    "part": name,
                    "low": low,
                    "high": low + amount,
                    "colour": colour,
                    "words": words,
                }
            )
        )
        low = low + amount
    return pd.concat(parts, ignore_index=True)


# ---------------------------------------------------------------------------------- decisions


def decisions_chart(decisions, at):
    """A line a class: from the last safe day of decision over the lead time to the last safe start, and the plan's
    own dates.

    `decisions` is a frame of `hiring_decisions`, `at` today.
    """
    rows = _decision_rows(decisions)
    names, last = rows["name"].tolist(), rows[["start", "safe_start"]].max().max() + pd.Timedelta(days=45)
    ends = [_stamp(pd.Timestamp(at)), _stamp(last)]
    x = _month(ends, "decide_by")
    label = alt.Axis(labelLimit=240, labelColor=INK, domain=False, ticks=False)
    base = alt.Chart(rows).encode(y=alt.Y("name:N", sort=names, title=None, axis=label), x=x)
    wait = base.mark_rule(color=RULE, strokeWidth=7).encode(x2="safe_date:T")
    lead = base.mark_rule(color=ACCENT, strokeWidth=2).encode(x2="start:T")
    decide = base.mark_point(filled=True, size=90, color=ACCENT, opacity=1)
    start = base.mark_point(filled=True, size=70, shape="triangle-right", color=ACCENT, opacity=1).encode(x="start:T")
    safe = (
        base.transform_filter("isValid(datum.safe_date)")
        .mark_tick(color=ALARM, thickness=3, size=20)
        .encode(x="safe_date:T")
    )
    words = (
        base.transform_filter("isValid(datum.safe_date)")
        .mark_text(align="center", dy=-15, color=ALARM)
        .encode(x="safe_date:T", text="last:N")
    )
    subtitle = "Blue: from the planned day of decision (dot) to the first day (arrow). Red: the last day on which the decision is still safe"
    chart = alt.layer(wait, lead, decide, start, safe, words)
    return chart.properties(
        width=WIDE - 170, height=alt.Step(44), title=_title(decisions_finding(decisions), subtitle)
    ).configure(aria=False)


def decisions_picture(decisions, at):
    """The same as a Picture, or a sentence where there is no class to decide on."""
    if decisions.empty:
        return Words("There is no class to decide on, so no date to miss.")
    return show(decisions_chart(decisions, at))


def _decision_rows(decisions):
    rows = decisions.sort_values(["decide_by", "queue"], kind="stable")
    names = [f"{row.queue}: {_people(row.heads)}, {row.start:%b %Y}" for row in rows.itertuples()]
    again = pd.Series(names).groupby(names).cumcount()
    names = [name + f" ({n + 1})" * (n > 0) for name, n in zip(names, again, strict=True)]
    last = [f"{day.day} {day:%b}" if pd.notna(day) else "" for day in rows["last_safe_date"]]
    return pd.DataFrame(
        {
            "name": names,
            "decide_by": rows["decide_by"].to_numpy(),
            "start": rows["start"].to_numpy(),
            "safe_date": rows["last_safe_date"].to_numpy(),
            "safe_start": rows["last_safe_start"].to_numpy(),
            "last": last,
        }
    )


def _people(number):
    return f"{number} {'person' if number == 1 else 'people'}"


def decisions_finding(decisions):
    """The first decision that cannot wait any longer, in a sentence."""
    due = decisions.dropna(subset="last_safe_date").sort_values("last_safe_date", kind="stable")
    if due.empty:
        return "No decision is due: every class can wait beyond these months"
    row = due.iloc[0]
    day = row["last_safe_date"]
    return f"First decision that cannot wait: {row['queue']}, {_people(row['heads'])}, by {day.day} {day:%B %Y}"
