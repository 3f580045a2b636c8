"""The live charts of the budget panel: months, the bridge from the pin, what each assumption does; drawn once, then
pushed rows.
"""

import functools

import altair as alt

from .. import theme
from ..language import Filled
from ..panels.saying import live
from . import charts as budget_charts

NOON_MS = 43_200_000  # the first noon of a month lies in that month wherever the browser is


def chart_places(ground):
    """The panel's charts as drawn once: an empty live specification, a note, a key of direct words."""
    frame = {"width": "container", "autosize": alt.AutoSizeParams(type="fit-x", contains="padding")}
    charts, told = budget_charts, functools.partial(Filled, money=ground.centre.currency)
    monthly = alt.layer(*charts.monthly_layers(alt.NamedData("monthly"))).properties(height=240, **frame)
    waterfall = alt.layer(*charts.waterfall_layers(alt.NamedData("waterfall"))).properties(height=alt.Step(26), **frame)
    tornado = alt.layer(*charts.tornado_layers(alt.NamedData("tornado"))).properties(height=alt.Step(26), **frame)
    used = {line.category for line in ground.replanned({}).plan.budget.lines}
    key = [
        {"label": name, "colour": colour, "shape": "area"} for name, colour in charts.CATEGORIES.items() if name in used
    ]
    return [
        {
            "name": "monthly",
            "spec": theme.themed(monthly),
            "note": told("{money} thousand a month"),
            "key": [*key, {"label": "pinned", "colour": theme.INK, "shape": "line"}],
        },
        {
            "name": "waterfall",
            "spec": theme.themed(waterfall),
            "key": [
                {"label": "dearer", "colour": charts.DEARER, "shape": "area"},
                {"label": "cheaper", "colour": charts.SAVED, "shape": "area"},
            ],
            "note": told(
                "{money} thousand; from the pinned plan to this one, each step a fair share (Shapley), hiring planned anew at each; comes when the dial rests"
            ),
        },
        {
            "name": "tornado",
            "spec": theme.themed(tornado),
            "key": [
                {"label": "at its low", "colour": charts.LOWER, "shape": "area"},
                {"label": "at its high", "colour": charts.HIGHER, "shape": "area"},
            ],
            "note": told(
                "{money} thousand; each assumption alone at its low and its high around what is set, hiring planned anew; comes when the dial rests"
            ),
        },
    ]


def chart_data(view, limit, bridge, names, tornado):
    """What the live charts are pushed, by chart; `limit` is the pinned cost by month, bridge and tornado None until
    they are known.
    """
    rows = budget_charts.monthly_rows(view.plan.budget, limit)
    rows = rows.assign(
        **{name: rows[name].to_numpy().astype("datetime64[ms]").astype("int64") + NOON_MS for name in ("month", "end")}
    )
    found = {"monthly": live(rows, budget_charts.monthly_finding(view.plan.budget))}
    if bridge is not None:
        found["waterfall"] = live(
            budget_charts.waterfall_rows(bridge, names), budget_charts.waterfall_finding(bridge, view.currency, names)
        )
    if tornado is not None:
        found["tornado"] = live(
            budget_charts.tornado_rows(tornado), budget_charts.tornado_finding(tornado, view.currency)
        )
    return found
