"""The audit's section *Why*: bridges of service, what each reason did, the worst intervals, the ledger against its
plan.
"""

from textwrap import wrap

import altair as alt
import numpy as np
import pandas as pd

from ..money.charts import DEARER, SAVED, waterfall_chart, waterfall_layers
from ..forecast.charts import settled
from ..data.sheet import Sheet
from ..tables import Words, plain
from ..theme import INK, QUIET

WIDE, ROW, SHOWN = 540, 26, 9
NAMED = 3  # changes that are told one by one; more are told by their cause
ENDS = "#8C96A0"
MEASURE_WORDS = {
    "aht_s": ("handle time", "s", 1.0),
    "resolved": ("resolution", "points", 100.0),
    "transferred": ("transfers", "points", 100.0),
}
WORSE_UP = {"aht_s": True, "resolved": False, "transferred": True}


def _titled(chart, finding, subtitle):
    title = alt.TitleParams(wrap(finding, 72), subtitle=wrap(subtitle, 100), frame="bounds")
    return chart.properties(title=title).configure(aria=False)


def _signed(value, digits=1):
    words = f"{abs(value):,.{digits}f}"
    return "0" if not words.strip("0.,") else ("+" if value > 0 else "−") + words


# ---------------------------------------------------------------------------------------- service


def service_bridge_chart(why, queue):
    """From one quarter's service level of a queue to another's, a step a driver: of a `Why`; ValueError where it
    has no such bridge.
    """
    one = _bridge(why, queue)
    rows = service_rows(one.table, str(why.other), str(why.quarter))
    subtitle = (
        "service level, %; each step is a driver's fair share of the difference (Shapley) by the queueing model; "
        "they add up to what was measured; the grey ends are cut off"
    )
    chart = alt.layer(*waterfall_layers(settled(rows))).properties(width=WIDE, height=alt.Step(ROW))
    return _titled(chart, service_finding(why, queue), subtitle)


def service_rows(table, before, after):
    """A row a step of a service bridge, the ends first and last: label, low, high (points), words, colour, rank."""
    totals = table["total"].astype(float).to_numpy()
    foot = max(0.0, totals.min() - 0.35 * (np.ptp(totals) or 5.0))
    rows = [(before, foot, totals[0], f"{totals[0]:.1f} %", ENDS)]
    for label, effect, total in zip(
        table["label"][1:-1], table["effect"][1:-1].astype(float), totals[1:-1], strict=True
    ):
        low, high = sorted((total - effect, total))
        colour = ENDS if label == "what the model does not explain" else SAVED if effect > 0 else DEARER
        rows.append((label, low, high, _signed(effect), colour))
    rows.append((after, foot, totals[-1], f"{totals[-1]:.1f} %", ENDS))
    frame = pd.DataFrame(rows, columns=["label", "low", "high", "words", "colour"]).round({"low": 3, "high": 3})
    return frame.assign(rank=range(len(frame)))


def service_finding(why, queue):
    """How far service went and mostly why, in a sentence."""
    one = _bridge(why, queue)
    change = 100 * (one.after.value - one.before.value)
    steps = one.table.iloc[1:-1]
    verb = "stayed" if abs(change) < 0.05 else "rose" if change > 0 else "fell"
    start = (
        f"Service level of {queue} {verb}"
        + ("" if verb == "stayed" else f" by {abs(change):.1f} points")
        + f" to {100 * one.after.value:.1f} %"
    )
    if steps.empty:
        return start
    sizes = steps["effect"].astype(float)
    parts = [
        f"{steps.loc[place, 'label']} {_signed(sizes[place])}"
        for place in dict.fromkeys((sizes.idxmin(), sizes.idxmax()))
    ]
    return f"{start}: {', '.join(parts)}"


def service_bridge_table(why):
    """Every queue's bridge side by side: points by driver, the ends first and last."""
    columns = {queue: one.table.set_index("label")["effect"].map(float) for queue, one in why.bridges.items()}
    frame = pd.DataFrame(columns)
    order = list(dict.fromkeys(label for one in why.bridges.values() for label in one.table["label"]))
    order = sorted(
        order, key=lambda label: (label != "before", label == "after", label == "what the model does not explain")
    )
    frame = frame.reindex(order).rename(index={"before": str(why.other), "after": str(why.quarter)})
    words = pd.DataFrame(
        {queue: [_cell(label, value, why) for label, value in column.items()] for queue, column in frame.items()},
        index=frame.index,
    )
    if words.empty:
        return Words("There is no bridge to put into a table.")
    return Sheet(
        words.rename_axis("service level, points").reset_index(),
        f"From {why.other} to {why.quarter}, queue by queue: points of service level by driver",
        tuple(words.columns),
    )


def _cell(label, value, why):
    if pd.isna(value):
        return ""
    return f"{value:.1f} %" if label in (str(why.other), str(why.quarter)) else _signed(value)


def _bridge(why, queue):
    if queue not in why.bridges:
        raise ValueError(
            f"there is no service bridge of {queue!r}; there is one of {', '.join(why.bridges) or 'no queue'}: {'; '.join(why.notes)}"
        )
    return why.bridges[queue]


def service_answer(why):
    """What became of service, queue by queue, and mostly why: Words."""
    if not why.bridges:
        return Words("No service bridge could be made. " + " ".join(plain(note) + "." for note in why.notes))
    return Words("\n".join(f"- {plain(service_finding(why, queue))}." for queue in why.bridges))


# ---------------------------------------------------------------------- handle time and resolution


def reasons_chart(why, queue, measure="aht_s"):
    """What each group did to the change of a measure of a queue, largest first; ValueError where the audit has no
    such explanation.
    """
    one = _explanation(why, queue, measure)
    rows = reason_rows(one)
    label, unit, _ = MEASURE_WORDS[measure]
    subtitle = (
        f"{'seconds' if unit == 's' else unit} of {label} that each {one.dimension} added or took from {why.other} to {why.quarter}; they add up; "
        f"at the right, before and after: its share of contacts, and its own {label}{'' if unit == 's' else ', %'}"
    )
    axis = alt.Axis(tickCount=4, grid=True)
    return _titled(_told_bars(rows, "effect", axis, names=260, padding=40, own=130), reason_finding(one), subtitle)


def _told_bars(rows, field, axis, *, names, padding, own):
    """A bar a row from nought to `field` with its words at its end; `own` pixels from the right, what the row says
    of itself. `names` are the pixels of the labels, `padding` those beside the bars.
    """
    labels = alt.Axis(labelLimit=names, labelColor=INK, domain=False, ticks=False)
    y = alt.Y("label:N", sort=alt.EncodingSortField("rank", op="min"), title=None, axis=labels)
    base = alt.Chart(settled(rows)).encode(y=y)
    ends = {"domainMin": min(0.0, rows[field].min()), "domainMax": max(0.0, rows[field].max())}
    scale = alt.Scale(nice=False, padding=padding, **ends)
    x, colour = alt.X("zero:Q", title=None, scale=scale, axis=axis), alt.Color("colour:N", scale=None)
    bars = base.mark_bar(size=16).encode(x=x, x2=f"{field}:Q", color=colour)
    words = [
        base.transform_filter(f"{'' if right else '!'}datum.right")
        .mark_text(align="left" if right else "right", dx=5 if right else -5, color=INK)
        .encode(x=alt.X(f"{field}:Q", scale=scale), text="words:N")
        for right in (True, False)
    ]
    told = base.mark_text(align="left", color=QUIET).encode(x=alt.value(WIDE - own), text="own:N")
    return alt.layer(bars, *words, told).properties(width=WIDE - own - 10, height=alt.Step(ROW))


def reason_rows(one):
    """A row a group of an Explanation: label, effect, words, own (share and value), colour, right, rank; beyond
    nine the last are one row.
    """
    _, _, factor = MEASURE_WORDS[one.measure]
    table = one.table
    if len(table) > SHOWN:
        rest = table.iloc[SHOWN - 1 :]
        last = pd.DataFrame(
            [
                {
                    "group": f"{len(rest)} others",
                    "kind": "stayed",
                    "effect": rest["effect"].sum(),
                    **{name: rest[name].sum() for name in ("share_before", "share_after")},
                    "value_before": np.nan,
                    "value_after": np.nan,
                }
            ]
        )
        table = pd.concat([table.head(SHOWN - 1), last], ignore_index=True)
    rows = []
    for rank, row in enumerate(table.itertuples()):
        effect = float(row.effect) * factor
        worse = (effect > 0) == WORSE_UP[one.measure]
        colour = (DEARER if worse else SAVED) if rank == 0 and one.cause else ENDS
        rows.append(
            (
                f"{row.group}{' (new)' if row.kind == 'new' else ' (gone)' if row.kind == 'gone' else ''}",
                0.0,
                round(effect, 4),
                _signed(effect),
                _own(row, factor),
                colour,
                effect >= 0,
                rank,
            )
        )
    return pd.DataFrame(rows, columns=["label", "zero", "effect", "words", "own", "colour", "right", "rank"])


def _own(row, factor):
    """A group's share and value, before and after."""
    share = f"{100 * row.share_before:.0f} → {100 * row.share_after:.0f} %"
    values = [f"{factor * value:,.0f}" if value == value else "none" for value in (row.value_before, row.value_after)]
    return share if values == ["none", "none"] else f"{share}, {' → '.join(values)}"


def reason_finding(one):
    """How a measure changed and which group did it, in a sentence."""
    label, unit, factor = MEASURE_WORDS[one.measure]
    start = (
        f"{label.capitalize()} of {one.queue} went from {factor * one.before.value:,.0f} to {factor * one.after.value:,.0f} "
        f"{'s' if unit == 's' else '%'}"
    )
    if one.cause:
        new = "the new " if one.cause.kind == "new" else ""
        return (
            f"{start}: {new}{one.dimension} '{one.cause.group}' explains {100 * min(one.cause.explains, 1):.0f} % of it"
        )
    return f"{start}, " + (
        "and no one group explains it" if one.beyond else "no more than weeks differ by chance or than matters"
    )


def reasons_table(why):
    """Handle time, resolution and transfers of every queue, before and after, and the cause where there is one."""
    rows = [
        {
            "queue": one.queue,
            "measure": MEASURE_WORDS[one.measure][0],
            str(why.other): _measured(one.measure, one.before.value),
            str(why.quarter): _measured(one.measure, one.after.value),
            "news": "●" if one.news else "",
            "cause": f"{one.dimension} {one.cause.group}" if one.cause else "",
            "explains": f"{100 * min(one.cause.explains, 1):.0f} %" if one.cause else "",
        }
        for one in why.explanations
    ]
    if not rows:
        return Words("There is no queue whose contacts can be compared.")
    news = sum(one.news for one in why.explanations)
    return Sheet(
        pd.DataFrame(rows),
        f"{news or 'None'} of {len(rows)} measures {'is' if news == 1 else 'are'} news for the worse since {why.other} (●)",
        (str(why.other), str(why.quarter), "explains"),
    )


def _measured(measure, value):
    return f"{value:,.0f} s" if measure == "aht_s" else f"{100 * value:.1f} %"


def reasons_answer(why):
    """Why handle time, resolution and transfers changed: Words."""
    news = [one for one in why.explanations if one.news]
    if not why.explanations:
        return Words(
            "The tables do not tell why handle time and resolution changed. "
            + " ".join(plain(note) + "." for note in why.notes)
        )
    if not news:
        return Words(
            f"Handle time, resolution and transfers did not become worse since {why.other} by more than chance and by as much as matters."
        )
    if len(news) <= NAMED:
        return Words("\n".join(f"- {plain(reason_finding(one))}." for one in news))
    return Words(" ".join(plain(words) for words in _news_by_cause(why, news)))


def _news_by_cause(why, news):
    """How many measures are news for the worse, then a sentence a cause: what it explains and where."""
    yield f"{len(news)} of {len(why.explanations)} measures became worse since {why.other} by more than chance and by as much as matters."
    for name in dict.fromkeys(_cause_name(one) for one in news):
        mine = [one for one in news if _cause_name(one) == name]
        where = f"{', '.join(dict.fromkeys(MEASURE_WORDS[one.measure][0] for one in mine))} in {', '.join(dict.fromkeys(one.queue for one in mine))}"
        least = min((one.cause.explains for one in mine if one.cause), default=0.0)
        yield (
            f"{name[:1].upper() + name[1:]} explains at least {100 * min(least, 1):.0f} % of each change: {where}."
            if name
            else f"No one group explains {where}."
        )


def _cause_name(one):
    return f"{'the new ' if one.cause.kind == 'new' else ''}{one.dimension} '{one.cause.group}'" if one.cause else ""


def _explanation(why, queue, measure):
    for one in why.explanations:
        if (one.queue, one.measure) == (queue, measure):
            return one
    raise ValueError(
        f"the audit does not explain {measure!r} of {queue!r}; it has "
        f"{', '.join(f'{one.measure} of {one.queue}' for one in why.explanations) or 'nothing'}"
    )


def most_changed(why, measure="aht_s"):
    """The queue whose measure changed most for the worse, for `reasons_chart`; "" where none is explained."""
    sign = 1 if WORSE_UP[measure] else -1
    mine = [one for one in why.explanations if one.measure == measure]
    return max(mine, key=lambda one: (one.news, sign * one.change * one.table["n_after"].sum())).queue if mine else ""


# ------------------------------------------------------------------------------- worst intervals


def worst_table(why):
    """The worst intervals as they are read: when, how many waited too long, and what was unlike the usual."""
    rows = [
        {
            "when": f"{row.start:%a %-d %b %H:%M}",
            "queue": row.queue,
            "too late": f"{row.late:,.0f} of {row.offered:,.0f}",
            "usual contacts": _plain_number(row.usual_offered),
            "handle time, s": _pair(row.aht_s, row.usual_aht_s),
            "people": _pair(row.agents, row.usual_agents),
            "needed": _plain_number(row.required),
            "what happened": "; ".join(filter(None, (row.cause, row.calendar))),
        }
        for row in why.worst.itertuples()
    ]
    if not rows:
        return Words("There is no such interval to list.")
    return Sheet(
        pd.DataFrame(rows),
        f"The {len(rows)} worst intervals of {why.quarter}",
        ("too late", "usual contacts", "handle time, s", "people", "needed"),
    )


def _plain_number(value):
    return "" if pd.isna(value) else f"{value:,.0f}"


def _pair(value, usual):
    """A value, and the usual one in brackets."""
    return "" if pd.isna(value) else f"{value:,.0f} ({_plain_number(usual)})"


def worst_answer(why):
    """How much of the customers' waiting the worst intervals hold, and what they have in common: Words."""
    if why.worst.empty:
        return Words("No interval of the quarter kept customers beyond the target, or the tables do not tell it.")
    first = why.worst.iloc[0]
    causes = why.worst["cause"].value_counts()
    return Words(
        f"The worst interval was that of {plain(first['queue'])} on {first['start']:%A} {first['start'].day} {first['start']:%B} at {first['start']:%H:%M}: "
        f"{first['late']:,.0f} of {first['offered']:,.0f} customers waited longer than promised or gave up ({plain(first['cause'])}). "
        f"What stands behind the {len(why.worst)} worst most often: {plain(causes.index[0])} ({causes.iloc[0]})."
    )


# --------------------------------------------------------------------------------------- the ledger


def ledger_chart(why):
    """Actual against planned by category of the quarter's ledger: what was over, what under; ValueError where there
    is no ledger.
    """
    if why.categories.empty:
        raise ValueError(f"there is no ledger of {why.quarter}: {'; '.join(why.notes)}")
    rows = ledger_rows(why)
    subtitle = f"{why.currency} thousand over (right) or under (left) plan, by category; grey: too little to matter, or the line's own noise"
    axis = alt.Axis(tickCount=4, format="+,.0f", grid=True)
    chart = _told_bars(rows, "difference", axis, names=200, padding=46, own=110)
    return _titled(chart, ledger_finding(why), subtitle)


def ledger_rows(why):
    """A row a category: label, difference (thousands), words, own (its plan), colour, right, rank."""
    rows = [
        (
            row.category,
            0.0,
            float(row.difference) / 1000,
            _signed(float(row.difference) / 1000),
            f"of {float(row.planned) / 1000:,.1f} planned",
            DEARER if row.over else ENDS,
            row.difference >= 0,
            rank,
        )
        for rank, row in enumerate(why.categories.itertuples())
    ]
    return pd.DataFrame(rows, columns=["label", "zero", "difference", "words", "own", "colour", "right", "rank"]).round(
        {"difference": 3}
    )


def ledger_finding(why):
    """Whether the quarter kept to its plan and what did not, in a sentence."""
    planned, actual = (float(sum(map(float, why.categories[name]))) for name in ("planned", "actual"))
    change = f"{why.currency} {actual:,.0f} were spent" + (
        f", {100 * (actual / planned - 1):+.1f} % against plan".replace("-", "−") if planned else ""
    )
    over = why.categories[why.categories["over"].astype(bool)]
    if over.empty:
        return f"{change}; no category is over its plan by more than matters"
    return f"{change}; over plan: {', '.join(f'{row.category} ({_signed(float(row.difference) / 1000)} thousand)' for row in over.itertuples())}"


def ledger_lines_table(why, most=8):
    """The lines furthest over and under plan: planned, actual, difference, and what the line strays by chance."""
    lines = why.lines.loc[
        why.lines["difference"].astype(float).abs().sort_values(ascending=False, kind="stable").index
    ].head(most)
    if lines.empty:
        return Words(f"The ledger has no line of {why.quarter}.")
    frame = pd.DataFrame(
        {
            "line": lines["line"],
            "category": lines["category"],
            "planned": lines["planned"].map("{:,.2f}".format),
            "actual": lines["actual"].map("{:,.2f}".format),
            "difference": [_signed(float(value), 2) for value in lines["difference"]],
            "usual stray": ["" if pd.isna(value) else f"±{value:,.0f}" for value in lines["noise"]],
        }
    )
    return Sheet(
        frame,
        f"The {len(frame)} lines furthest from their plan, {why.currency}",
        ("planned", "actual", "difference", "usual stray"),
    )


def ledger_answer(why):
    """Whether the quarter kept to its budget: Words."""
    if why.categories.empty:
        return Words(
            "The ledger tells nothing of the quarter. "
            + " ".join(plain(note) + "." for note in why.notes if "ledger" in note)
        )
    return Words(plain(ledger_finding(why)) + ".")


def why_notes(why):
    """What was left out of the section and why, a point each: Words."""
    return Words("\n".join(f"- {plain(note)}." for note in why.notes) or "- Nothing was left out.")


# ---------------------------------------------------------------------------------- for a page of the audit


def most_changed_chart(why, measure="aht_s"):
    """What each reason did to the queue whose `measure` changed most; ValueError where no queue can be compared."""
    queue = most_changed(why, measure)
    if not queue:
        raise ValueError("no queue has contacts with a reason in both quarters, so that nothing can be split by reason")
    return reasons_chart(why, queue, measure)


def cost_steps_chart(why):
    """From the last quarter's cost to this one's, driver by driver; ValueError where the two cannot be compared."""
    if why.cost_against_other is None:
        raise ValueError(
            "the cost of the quarter before cannot be split into drivers: see the notes at the end of this section"
        )
    return waterfall_chart(why.cost_against_other, why.currency, (str(why.other), str(why.quarter)))
