"""Charts of how far the numbers can be trusted: promised against delivered, predicted against actual.

Frames come from `ccplan.planning.validating`.
"""

import altair as alt
import numpy as np
import pandas as pd

from .. import theme
from ..charts import _clock_axis, clock
from ..forecast.charts import _title, settled
from ..theme import ACCENT, ALARM, CONTEXT, INK, QUIET

BAND = "#BCD7EA"
HALF, TALL = 345, 230  # of one of two panels, pixels
SQUARE = 330
RULE_WORDS = {
    "stationary": "Each interval by itself (stationary)",
    "lagged": "A handle time later (lagged)",
    "offered load": "By the load in hand (offered load)",
    "through the day": "Through the day",
}


def _percent(field, low=0.0, title=None, **more):
    axis = alt.Axis(format="%", tickCount=5)
    return alt.Y(f"{field}:Q", title=title, axis=axis, scale=alt.Scale(domain=[low, 1], clamp=True), **more)


# ------------------------------------------------------------------------- promised against delivered


def promise_chart(kept, target, name, rules=("stationary", "through the day")):
    """Each rule's promise as a line over the band that simulated days gave, side by side.

    `kept` is a frame of `planning.promised_and_delivered`, `target` the service target (a share), `name` the day's.
    """
    low = max(np.floor(10 * min(kept["low"].min(), kept["promised"].min(), target)) / 10, 0.0)
    mine = [rule for rule in rules if (kept["rule"] == rule).any()]
    panels = [
        _promise_panel(kept[(kept["rule"] == rule) & (kept["offered"] > 0)], target, low, rule, first=rule == mine[0])
        for rule in mine
    ]
    subtitle = (
        f"{name}: service by interval; line: promised by the rule, band: delivered on simulated days (95 % confidence)"
    )
    chart = alt.hconcat(*panels, spacing=26)
    return chart.properties(title=_title(promise_finding(kept, mine), subtitle)).configure(aria=False)


def _promise_panel(plan, target, low, rule, first):
    rows = settled(plan[["hour", "promised", "delivered", "low", "high"]])
    base = alt.Chart(rows).encode(x=alt.X("hour:Q", axis=_clock_axis(), scale=alt.Scale(zero=False, nice=False)))
    short = base.mark_area(color=ALARM, opacity=0.18).encode(y=_percent("lower", low), y2="target:Q")
    short = short.transform_calculate(lower=f"min(datum.delivered, {target})", target=f"{target}")
    band = base.mark_area(color=BAND, opacity=0.9).encode(y=_percent("low", low), y2="high:Q")
    middle = base.mark_line(color=ACCENT, strokeWidth=1.5).encode(y=_percent("delivered", low))
    promised = base.mark_line(color=INK, strokeWidth=1.75).encode(y=_percent("promised", low))
    goal = (
        alt.Chart(pd.DataFrame({"target": [target]}))
        .mark_rule(color=INK, strokeDash=[2, 3])
        .encode(y=_percent("target", low))
    )
    words = _promise_words(rows, target, low) if first else []
    return alt.layer(short, band, middle, goal, promised, *words).properties(
        width=HALF,
        height=TALL,
        title=alt.TitleParams(RULE_WORDS[rule], fontSize=13, fontWeight="normal", anchor="start", offset=6),
    )


def _promise_words(rows, target, low):
    """The names of line, band and target: promised above its last value, delivered under its lowest, target on its
    line.
    """
    lowest, last, step = rows.loc[rows["delivered"].idxmin()], rows["hour"].max(), (1 - low) * 0.085
    words = pd.DataFrame({
        "hour": [last, lowest["hour"], rows["hour"].min()],
        "at": [min(1 - step / 2, rows["promised"].iloc[-3:].max() + step), max(lowest["low"] - step, low + step / 3), target - step / 2],
        "words": ["promised", "delivered", f"target {target:.0%}"], "colour": [INK, ACCENT, QUIET], "bold": [600, 600, 400],
        "align": ["right", "right" if lowest["hour"] > rows["hour"].mean() else "left", "left"]})  # fmt: skip
    parts = [(part.round(4), side, bold) for (side, bold), part in words.groupby(["align", "bold"])]
    return [
        alt.Chart(part)
        .mark_text(align=side, fontWeight=int(bold))
        .encode(x="hour:Q", y=_percent("at", low), text="words:N", color=alt.Color("colour:N", scale=None))
        for part, side, bold in parts
    ]


def promise_finding(kept, rules):
    """What the first rule promised and gave, and whether the last one kept its word, in a sentence."""
    worst = {rule: _worst(kept[(kept["rule"] == rule) & (kept["offered"] > 0)]) for rule in rules}
    first, last = worst[rules[0]], worst[rules[-1]]
    words = f"Promised {first['promised']:.0%}, delivered {first['delivered']:.0%} at {clock(first['hour'])}"
    return words + (f"; planned {rules[-1]}, {last['delivered']:.0%} at worst" if len(rules) > 1 else "")


def _worst(plan):
    return plan.loc[plan["delivered"].idxmin()]


# ------------------------------------------------------------------------------ predicted against actual


def calibration_picture_of(steps, name):
    """Actual service where the formulas predicted so much: on the diagonal they are right on average.

    `steps` is a frame of `validation.calibration`: n, service_level (predicted), actual, p10, p90.
    """
    rows = settled(steps[["n", "service_level", "actual", "p10", "p90"]])
    axis = alt.Axis(format="%", tickCount=5)
    x = alt.X("service_level:Q", title="service predicted", axis=axis, scale=alt.Scale(domain=[0, 1]))

    def y(field):
        axis = alt.Axis(format="%", values=[0, 0.2, 0.4, 0.6, 0.8, 1])
        return alt.Y(f"{field}:Q", title="service that was", axis=axis, scale=alt.Scale(domain=[-0.12, 1], nice=False))

    ideal = (
        alt.Chart(pd.DataFrame({"service_level": [0.0, 1.0], "actual": [0.0, 1.0]}))
        .mark_line(color=theme.RULE)
        .encode(x=x, y=y("actual"))
    )
    spread = alt.Chart(rows).mark_rule(color=BAND, strokeWidth=9, opacity=0.9).encode(x=x, y=y("p10"), y2="p90:Q")
    points = (
        alt.Chart(rows)
        .mark_circle(color=ACCENT, opacity=1)
        .encode(x=x, y=y("actual"), size=alt.Size("n:Q", scale=alt.Scale(type="sqrt", range=[20, 220]), legend=None))
    )
    names = (
        alt.Chart(rows.assign(at=-0.075))
        .mark_text(fontSize=10, color=QUIET)
        .encode(x=x, y=y("at"), text=alt.Text("n:Q", format=",d"))
    )
    subtitle = (
        f"{name}: dots: mean of the intervals predicted alike; bars: four of five calls; below: how many intervals"
    )
    return (
        (spread + ideal + points + names)
        .properties(title=_title(calibration_words(steps), subtitle), width=SQUARE + 60, height=SQUARE)
        .configure(aria=False)
    )


def calibration_words(steps):
    """How far the dots stray from the diagonal, in a sentence.

    >>> calibration_words(pd.DataFrame({"n": [10, 30], "service_level": [0.5, 0.9], "actual": [0.56, 0.88]}))
    'Intervals predicted alike came out within 3 points on average, 6 at most'
    """
    apart = 100 * (steps["actual"] - steps["service_level"]).abs()
    mean = (apart * steps["n"]).sum() / steps["n"].sum()
    return f"Intervals predicted alike came out within {mean:.0f} points on average, {apart.max():.0f} at most"


def hours_chart(errors, name):
    """Bias of the predicted service by hour of the day: above zero too much was promised.

    `errors` has group (such as 08:00), actual, predicted and bias (shares), n, as `validation.errors` gives.
    """
    rows = settled(errors[["group", "bias", "mae", "n"]])
    top = max(0.10, float(np.ceil(20 * rows["bias"].abs().max()) / 20))
    axis = alt.Axis(
        labelExpr="(datum.value > 0 ? '+' : datum.value < 0 ? '−' : '') + format(abs(datum.value * 100), 'd')",
        tickCount=5,
    )
    y = alt.Y("bias:Q", title=None, axis=axis, scale=alt.Scale(domain=[-top, top]))
    x = alt.X("group:O", title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True, grid=False))
    bars = (
        alt.Chart(rows)
        .mark_bar(size=18)
        .encode(x=x, y=y, color=alt.condition("datum.bias > 0", alt.value(ALARM), alt.value(ACCENT)))
    )
    zero = alt.Chart(pd.DataFrame({"bias": [0.0]})).mark_rule(color=INK).encode(y=y)
    subtitle = f"{name}: predicted − actual service in points, by hour; orange: too much promised"
    return (
        (bars + zero)
        .properties(title=_title(hours_words(errors), subtitle), width=640, height=190)
        .configure(aria=False)
    )


def hours_words(errors):
    """The hour in which the prediction is furthest off, in a sentence."""
    far = errors.loc[errors["bias"].abs().idxmax()]
    side = "too much" if far["bias"] > 0 else "too little"
    return f"Furthest off at {far['group']}: {100 * abs(far['bias']):.0f} points {side} promised"


def days_chart(days, name):
    """Predicted against actual service of whole days, a dot a day.

    `days` is a frame of `validation.days_of` of one model.
    """
    rows = settled(days[["service_level", "service_level_actual", "offered"]].dropna())
    low = float(np.floor(10 * min(rows["service_level"].min(), rows["service_level_actual"].min())) / 10)
    scale, axis = alt.Scale(domain=[low, 1]), alt.Axis(format="%", tickCount=5)
    x = alt.X("service_level:Q", title="service predicted", axis=axis, scale=scale)
    y = alt.Y("service_level_actual:Q", title="service that was", axis=axis, scale=scale)
    ends = pd.DataFrame({"service_level": [low, 1.0], "service_level_actual": [low, 1.0]})
    ideal = alt.Chart(ends).mark_line(color=CONTEXT, strokeWidth=2).encode(x=x, y=y)
    dots = alt.Chart(rows).mark_circle(color=ACCENT, size=38, opacity=0.75).encode(x=x, y=y)
    within = ((rows["service_level"] - rows["service_level_actual"]).abs() <= 0.05).mean()
    return (
        (ideal + dots)
        .properties(
            title=_title(
                f"{within:.0%} of {len(rows)} days came within 5 points of what was predicted",
                f"{name}: service of whole days",
            ),
            width=SQUARE,
            height=SQUARE,
        )
        .configure(aria=False)
    )
