"""Charts of money: what a plan costs by month, what moves it, why it changed, scenarios and means side by side."""

from textwrap import wrap

import altair as alt
import numpy as np
import pandas as pd

from ..forecast.charts import settled
from ..tables import Words
from ..theme import ACCENT, CONTEXT, INK, PAPER, QUIET
from .words import LABELS, assumption_words, money, percent, signed, value_words

WIDE, TALL, ROW = 640, 270, 26
SAVED = "#009E73"  # what makes it cheaper; dearer is the accent's opposite
DEARER = "#D55E00"
LOWER, HIGHER = "#8FB8D4", ACCENT
CATEGORIES = {  # from the ground up: what is largest and steadiest stands on the axis
    "labour": ACCENT, "technology": "#E69F00", "facilities": "#8C96A0", "recruitment": "#009E73", "training": "#7FC8B0",
    "equipment": "#CC79A7", "marketing": "#56B4E9", "miscellaneous": "#C4CBD2",
}  # fmt: skip
OTHER = "#5E6A75"
SHOWN = 9  # bars of a tornado


def _title(finding, subtitle):
    return alt.TitleParams(wrap(finding, 72), subtitle=wrap(subtitle, 100), frame="bounds")


# ------------------------------------------------------------------------------- cost by month


def monthly_cost_chart(budget, limit=None):
    """Cost by month, stacked by category, named at the right; `limit` (a Series by month, such as a pinned budget)
    as a line.
    """
    rows = monthly_rows(budget, limit)
    words = _end_words(rows[rows["part"] != "limit"])
    chart = alt.layer(*monthly_layers(rows), _text(words, "end", "at"))
    subtitle = f"{budget.currency} thousand a month, by category" + (
        "; black: the budget that it is held against" if limit is not None else ""
    )
    return chart.properties(width=WIDE - 150, height=TALL, title=_title(monthly_finding(budget), subtitle)).configure(
        aria=False
    )


def monthly_rows(budget, limit=None):
    """A row a month and category: month, end, part, low, high (thousands, stacked), colour; the limit's rows have
    part "limit".
    """
    months, month = np.unique(budget.ledger["month"].to_numpy(), return_inverse=True)
    names, kind = np.unique(budget.ledger["category"].to_numpy(str), return_inverse=True)
    sums = np.zeros((len(names), len(months)))  # plain arrays: frames of frames would cost as much as the plan itself
    np.add.at(sums, (kind, month), budget.ledger["amount"].to_numpy(float) / 1000)
    known = list(CATEGORIES)
    order = sorted(range(len(names)), key=lambda i: known.index(names[i]) if names[i] in known else len(known))
    tops = sums[order].cumsum(axis=0)
    lows, parts, colours = tops - sums[order], list(names[order]), [CATEGORIES.get(names[i], OTHER) for i in order]
    if limit is not None:
        held = limit.reindex(months).to_numpy(float)[None] / 1000
        lows, tops = np.vstack([lows, held]), np.vstack([tops, held])
        parts, colours = [*parts, "limit"], [*colours, INK]
    ends = (pd.DatetimeIndex(months) + pd.offsets.MonthBegin(1)).to_numpy()
    return pd.DataFrame(
        {
            "month": np.tile(months, len(parts)),
            "end": np.tile(ends, len(parts)),
            "part": np.repeat(parts, len(months)),
            "low": lows.ravel().round(3),
            "high": tops.ravel().round(3),
            "colour": np.repeat(colours, len(months)),
        }
    )


def monthly_layers(data):
    """The layers of the monthly chart over rows of `monthly_rows` or a named Vega data set."""
    data = settled(data) if isinstance(data, pd.DataFrame) else data
    axis = alt.Axis(format="%b %y", tickCount="month", labelOverlap=True)
    base = alt.Chart(data).encode(x=alt.X("month:T", title=None, axis=axis), x2="end:T")
    y = alt.Y("low:Q", title=None, axis=alt.Axis(tickCount=5, format=",.0f"))
    bars = base.transform_filter("datum.part != 'limit'").mark_rect(stroke=PAPER, strokeWidth=1)
    limit = base.transform_filter("datum.part == 'limit'").mark_rule(color=INK, strokeWidth=2)
    return [bars.encode(y=y, y2="high:Q", color=alt.Color("colour:N", scale=None)), limit.encode(y=y)]


def monthly_finding(budget):
    """What the months cost in all and which is the dearest, in a sentence."""
    months = budget.by("month")
    if not budget.total:
        return "Nothing is budgeted in these months"
    top = months.astype(float).idxmax()
    return f"{money(budget.total, budget.currency)} in {len(months)} months; the dearest is {top:%B %Y} with {money(months[top], budget.currency)}"


def _end_words(rows):
    """Names of the categories at the right end, moved apart where they would touch."""
    from ..charts import _apart

    last = rows[rows["month"] == rows["month"].max()].sort_values("low")
    mean = rows.assign(width=rows["high"] - rows["low"]).groupby("part")["width"].mean()
    whole = mean.sum() or 1.0
    at = _apart(((last["low"] + last["high"]) / 2).to_numpy(), 0.062 * rows["high"].max())
    words = [f"{part} {percent(mean[part] / whole)}" for part in last["part"]]
    return last.assign(at=at, words=words)[["end", "at", "words"]]


def _text(rows, x, y):
    return (
        alt.Chart(settled(rows)).mark_text(align="left", dx=8, color=INK).encode(x=f"{x}:T", y=f"{y}:Q", text="words:N")
    )


# ------------------------------------------------------------------------------------- tornado


def tornado_chart(table, currency, measure="cost"):
    """What each assumption alone does to a measure, largest first: a frame of `planning.sensitivity.tornado`."""
    rows = tornado_rows(table)
    subtitle = (
        f"{measure.replace('_', ' ')} of the plan, {currency} thousand; each assumption at its own low (light) and high (blue), "
        f"all others as planned; line: the plan, {money(table['base'].iloc[0], currency)}"
    )
    chart = alt.layer(*tornado_layers(rows))
    return chart.properties(
        width=WIDE - 190, height=alt.Step(ROW), title=_title(tornado_finding(table, currency), subtitle)
    ).configure(aria=False)


def tornado_rows(table):
    """Two rows an assumption: label (with both values), side, from_, to (thousands), words (the difference),
    colour, base.
    """
    shown, rows = table[table["swing"] > 0].head(SHOWN), []
    for rank, one in enumerate(shown.to_dict("records")):
        label = f"{LABELS.get(one['name'], one['name'])}: {assumption_words(one)}"
        base = one["base"] / 1000
        for side, colour in (("low", LOWER), ("high", HIGHER)):
            end = one[f"at_{side}"] / 1000
            other = one["at_high" if side == "low" else "at_low"] / 1000 - base
            inside = (end - base) * other > 0 and abs(end - base) < abs(other)  # of the other end's bar: no room
            words = "" if inside else _step(one[f"at_{side}"] - one["base"])
            rows.append((label, side, base, end, words, colour, end >= base, rank))
    columns = ["label", "side", "base", "end", "words", "colour", "right", "rank"]
    return pd.DataFrame(rows, columns=columns).round({"base": 3, "end": 3})


def _step(amount):
    """A difference as a bar's end says it; nothing where there is no bar."""
    return "" if signed(amount) == "0" else signed(amount)


def tornado_layers(data):
    """The layers of a tornado over rows of `tornado_rows` or a named Vega data set."""
    base = alt.Chart(data).encode(y=_label())
    scale = alt.Scale(zero=False, nice=False, padding=58)
    x = alt.X("base:Q", title=None, scale=scale, axis=alt.Axis(tickCount=4, format=",.0f", grid=True))
    bars = base.mark_bar(size=15).encode(x=x, x2="end:Q", color=alt.Color("colour:N", scale=None))
    rule = alt.Chart(data).mark_rule(color=INK).encode(x=alt.X("base:Q", scale=scale))
    end = alt.X("end:Q", scale=scale)
    return [bars, rule, _ends(base, end, "datum.right", True), _ends(base, end, "!datum.right", False)]


def _label(limit=300):
    order = alt.EncodingSortField("rank", op="min")  # not that of the data: a live view keeps the order of old rows
    return alt.Y(
        "label:N", sort=order, title=None, axis=alt.Axis(labelLimit=limit, labelColor=INK, domain=False, ticks=False)
    )


def _ends(base, x, which, right):
    mark = base.transform_filter(which).mark_text(
        align="left" if right else "right", dx=5 if right else -5, color=QUIET
    )
    return mark.encode(x=x, text="words:N")


def tornado_finding(table, currency):
    """Which assumption moves the plan most, in a sentence."""
    moved = table[table["swing"] > 0]
    if moved.empty:
        return "No assumption moves the plan within its range"
    top = moved.iloc[0]
    name = LABELS.get(top["name"], top["name"])
    return f"{name[0].upper()}{name[1:]} matters most: between its low and its high lie {money(top['swing'], currency)}"


# ----------------------------------------------------------------------------------- waterfall


def waterfall_chart(table, currency, names=("before", "after")):
    """From one cost to another, step by step: a frame of `auditing.bridge.bridge`; `names` are those of its two
    ends. Words in its place, as of `quarter_bridge`, stay as they are.
    """
    if isinstance(table, Words):
        return table
    rows = waterfall_rows(table, names)
    chart = alt.layer(*waterfall_layers(rows))
    subtitle = f"{currency} thousand; each step is a driver's fair share of the difference (Shapley), and they add up to the cent; the grey ends are cut off"
    title = _title(waterfall_finding(table, currency, names), subtitle)
    return chart.properties(width=WIDE - 150, height=alt.Step(ROW), title=title).configure(aria=False)


def waterfall_rows(table, names=("before", "after")):
    """A row a step, the ends first and last: label, low, high (thousands), words, colour, foot (from which the axis
    starts).
    """
    rows, totals = [], [float(total) / 1000 for total in table["total"]]
    before = totals[0]
    steps = table.iloc[1:-1]
    inside = [before, *totals]
    foot = min(inside) - 0.35 * (max(inside) - min(inside) or abs(before) * 0.05 or 1.0)
    rows.append((names[0], foot, before, f"{before:,.0f}", "#8C96A0"))
    for label, effect, total in zip(steps["label"], steps["effect"], totals[1:-1], strict=True):
        change = float(effect) / 1000
        low, high = sorted((total - change, total))
        rows.append((label, low, high, signed(float(effect)), DEARER if change > 0 else SAVED))
    rows.append((names[1], foot, totals[-1], f"{totals[-1]:,.0f}", "#8C96A0"))
    table = pd.DataFrame(rows, columns=["label", "low", "high", "words", "colour"]).round({"low": 3, "high": 3})
    return table.assign(rank=range(len(table)))


def waterfall_layers(data):
    """The layers of a waterfall over rows of `waterfall_rows` or a named Vega data set."""
    base = alt.Chart(data).encode(y=_label(220))
    scale = alt.Scale(zero=False, nice=False, padding=46)
    x = alt.X("low:Q", title=None, scale=scale, axis=alt.Axis(tickCount=4, format=",.0f", grid=True))
    bars = base.mark_bar(size=16).encode(x=x, x2="high:Q", color=alt.Color("colour:N", scale=None))
    words = base.mark_text(align="left", dx=5, color=INK).encode(x=alt.X("high:Q", scale=scale), text="words:N")
    return [bars, words]


def waterfall_finding(table, currency, names=("before", "after")):
    """By how much it changed and mostly why, in a sentence."""
    first, last = float(table["total"].iloc[0]), float(table["total"].iloc[-1])
    steps = table.iloc[1:-1]
    more = f"{money(abs(last - first), currency)} {'more' if last > first else 'less'} than {names[0]}"
    start = f"{names[1][0].upper()}{names[1][1:]} costs {f'what {names[0]} does' if first == last else more}"
    if steps.empty:
        return start
    top = steps.loc[steps["effect"].map(abs).astype(float).idxmax()]
    return f"{start}; the largest step is {top['label']} ({signed(float(top['effect']))} thousand)"


# ----------------------------------------------------------------------------------- scenarios


MEASURES = {
    "cost": "cost, million",
    "cost_per_contact": "cost of a contact",
    "fte": "FTE required",
    "heads_end": "people at the end",
    "starters": "people hired",
    "gap_fte": "worst gap, FTE",
}


def scenarios_chart(compared, currency):
    """Scenarios side by side, a small panel a measure: a frame of `planning.scenarios.compare_scenarios`."""
    names = [name for name in compared if " − " not in name]
    panels = [
        _scenario_panel(compared.loc[measure, names], label, measure, i == 0)
        for i, (measure, label) in enumerate(MEASURES.items())
        if measure in compared.index
    ]
    subtitle = f"{currency}; black mark: {names[0]}, against which the others are held"
    return (
        alt.hconcat(*panels, spacing=18)
        .properties(title=_title(scenarios_finding(compared, currency), subtitle))
        .configure(aria=False)
    )


def _scenario_panel(values, label, measure, first):
    shown = values.astype(float) / (1e6 if measure == "cost" else 1)
    form = {"cost": ",.2f", "cost_per_contact": ",.2f", "starters": ",.0f", "heads_end": ",.0f"}.get(measure, ",.1f")
    rows = pd.DataFrame(
        {
            "name": shown.index,
            "value": shown.round(4).to_numpy(),
            "words": [f"{value + 0:{form}}".replace("-", "−") for value in shown.round(2)],
            "base": shown.iloc[0].round(4),
            "colour": [CONTEXT, *["#9CCBE8"] * (len(shown) - 1)],
        }
    )
    axis = alt.Axis(labelLimit=190, labelColor=INK, domain=False, ticks=False) if first else None
    ends = min(0.0, float(shown.min())), max(0.0, float(shown.max())) or 1.0
    scale = alt.Scale(domain=ends, nice=False)
    base = alt.Chart(rows).encode(y=alt.Y("name:N", sort=None, title=None, axis=axis))
    bars = base.mark_bar(size=18).encode(
        x=alt.X("value:Q", axis=None, scale=scale), color=alt.Color("colour:N", scale=None)
    )
    rule = base.mark_tick(color=INK, thickness=1.5, size=24).encode(x=alt.X("base:Q", scale=scale))
    words = base.mark_text(align="left", dx=4, color=INK).encode(
        x=alt.datum(max(0.0, ends[0]), scale=scale), text="words:N"
    )
    return alt.layer(bars, rule, words).properties(
        width=78,
        height=alt.Step(30),
        title=alt.TitleParams(label, fontSize=12, fontWeight="normal", color=QUIET, offset=4),
    )


def scenarios_finding(compared, currency):
    """The dearest and the cheapest scenario, in a sentence."""
    cost = compared.loc["cost", [name for name in compared if " − " not in name]].astype(float)
    if len(cost) < 2 or cost.max() == cost.min():
        return f"{cost.index[0]}: {money(cost.iloc[0], currency)}"
    return (
        f"From {money(cost.min(), currency)} ({cost.idxmin()}) to {money(cost.max(), currency)} ({cost.idxmax()}): "
        f"{percent(cost.max() / cost.min() - 1)} apart"
    )


# ---------------------------------------------------------------------------------------- grid


def grid_chart(grid, currency):
    """A measure over two assumptions, as numbers on shades: a frame of `planning.sensitivity.two_way_grid`."""
    rows = grid_rows(grid)
    down, across = (LABELS.get(axis.name, axis.name) for axis in (grid.index, grid.columns))
    base = alt.Chart(rows).encode(
        x=alt.X(
            "across:N", sort=None, title=across, axis=alt.Axis(orient="top", labelAngle=0, domain=False, ticks=False)
        ),
        y=alt.Y("down:N", sort=None, title=down, axis=alt.Axis(domain=False, ticks=False)),
    )
    ends = [float(rows["change"].min()), 0.0, float(rows["change"].max())]
    colour = alt.Color(
        "change:Q", scale=alt.Scale(domain=ends, range=["#7FC8B0", "#F7F8F9", "#EFA37C"], interpolate="rgb")
    )
    boxes = base.mark_rect(stroke=PAPER, strokeWidth=2).encode(color=colour)
    words = [
        base.mark_text(dy=dy, color=tone, fontSize=size).encode(text=f"{name}:N")
        for name, dy, tone, size in (("words", -6, INK, 13), ("delta", 10, QUIET, 11))
    ]
    subtitle = f"cost of the plan, {currency} million, hiring planned anew for each; below it the change against the plan; green: cheaper, orange: dearer"
    chart = alt.layer(boxes, *words).properties(
        width=alt.Step(110), height=alt.Step(46), title=_title(grid_finding(grid, currency), subtitle)
    )
    return chart.configure(aria=False)


def grid_rows(grid):
    """A row a cell: down, across (words), words (million), change (to the plan), delta."""
    base = _grid_base(grid)
    rows = []
    for down, line in grid.iterrows():
        for across, value in line.items():
            names = value_words(grid.index.name, down), value_words(grid.columns.name, across)
            change = value / base - 1
            delta = f"{'+' if change >= 0 else '−'}{abs(change):.1%}" if down or across else "as planned"
            rows.append((*names, f"{value / 1e6:,.2f}", change, delta))
    return pd.DataFrame(rows, columns=["down", "across", "words", "change", "delta"]).round({"change": 6})


def _grid_base(grid):
    try:
        return float(grid.loc[0.0, 0.0])
    except KeyError:
        return float(np.median(grid.to_numpy()))


def grid_finding(grid, currency):
    """The corners of the grid in a sentence."""
    low, high = float(grid.to_numpy().min()), float(grid.to_numpy().max())
    names = " and ".join(LABELS.get(axis.name, axis.name) for axis in (grid.index, grid.columns))
    return f"{names[0].upper()}{names[1:]} together: from {money(low, currency)} to {money(high, currency)}"


# ------------------------------------------------------------------- overtime, hire, outsourcing


MEANS = {"hire": ("a hire", ACCENT), "overtime": ("overtime", "#B34700"), "outsourcing": ("an outsourcer", INK)}


def hour_sources_chart(sources, currency):
    """What a productive hour costs by a hire, by overtime and by an outsourcer, by how long it is needed: a frame
    of `hour_sources`.
    """
    rows = sources.melt("horizon", list(MEANS), "means", "cost").replace(np.inf, np.nan).dropna()
    rows = rows.assign(colour=[MEANS[name][1] for name in rows["means"]]).round({"cost": 4})
    top = 2.2 * float(rows.loc[rows["means"] != "hire", "cost"].max())  # the first months of a hire are off any scale
    x = alt.X(
        "horizon:Q",
        title="months in which the hour is missing",
        axis=alt.Axis(values=sources["horizon"].tolist()),
        scale=alt.Scale(nice=False),
    )
    y = alt.Y("cost:Q", title=None, scale=alt.Scale(domain=[0, top], nice=False), axis=alt.Axis(tickCount=5))
    base = alt.Chart(rows).encode(color=alt.Color("colour:N", scale=None), y=y, x=x)
    lines = base.mark_line(strokeWidth=2, clip=True).encode(detail="means:N")
    dots = base.transform_filter("datum.means == 'hire'").mark_point(filled=True, size=40, opacity=1, clip=True)
    return (
        alt.layer(lines, dots, _means_words(rows, top))
        .properties(
            width=WIDE - 130,
            height=TALL - 20,
            title=_title(
                sources_finding(sources),
                f"{currency} for an hour on the phones; training, shrinkage and the chance of leaving are in it",
            ),
        )
        .configure(aria=False)
    )


def _means_words(rows, top):
    from ..charts import _apart

    last = rows[rows["horizon"] == rows["horizon"].max()].sort_values("cost")
    words = [f"{MEANS[row.means][0]} {row.cost:,.2f}" for row in last.itertuples()]
    last = last.assign(at=_apart(last["cost"].to_numpy(), 0.06 * top), words=words)
    return (
        alt.Chart(last)
        .mark_text(align="left", dx=8)
        .encode(x="horizon:Q", y="at:Q", text="words:N", color=alt.Color("colour:N", scale=None))
    )


def sources_finding(sources):
    """From which horizon on a hire is the cheapest hour, in a sentence."""
    first, best = sources.iloc[0], sources[sources["cheapest"] == "hire"]
    if best.empty:
        return f"A hire does not pay within {sources['horizon'].max()} months: {MEANS[sources['cheapest'].iloc[-1]][0]} is cheaper"
    since = int(best["horizon"].iloc[0])
    if since == first["horizon"]:
        return "A hire is the cheapest hour from the first month on"
    return f"A hire is the cheapest hour once it is needed for {since} months; before that {MEANS[first['cheapest']][0]} is"
