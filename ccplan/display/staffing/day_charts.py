"""What the formula promises and what the day gives, interval by interval; what certainty and service cost.

The formula takes each interval by itself; the day is solved as a whole, or played call by call.
"""

import altair as alt
import numpy as np
import pandas as pd

from .. import charts, theme
from ..tables import Words
from ..theme import ACCENT, ALARM, INK, QUIET

NOTABLE = 0.02  # points of service by which promised and given may differ before it is said
PROMISED, BAND = "#8C959F", "#CFE3F1"
SERVICE = {  # column: label, colour, width, dash
    "promised": ("promised: each interval by itself", PROMISED, 2.0, ()),
    "given": ("given: the day as a whole", ACCENT, 2.5, ()),
    "target": ("service target", INK, 1.0, (2, 3)),
}


def service_rows(day, target, simulated=None):
    """Rows for `service_chart`: hour, end, stretch, promised, given, target, gap (1 where given is notably less),
    and low, high.

    `day` has start, offered, promised and given (shares); `simulated`, if given, is the `intervals` of
    `simulate_day` for the same intervals, or {"low": …, "high": …} of a band. An interval without calls has no service.
    """
    some = day["offered"].to_numpy(float) > 0
    rows = pd.DataFrame({"start": day["start"].to_numpy() if day["start"].dt.tz is None else day["start"].array})
    for name in ("promised", "given"):
        rows[name] = np.where(some, day[name].to_numpy(float), np.nan)
    if simulated is not None:
        rows["low"], rows["high"] = (np.where(some, end, np.nan) for end in _band(simulated))
    rows = charts.day_rows(rows).assign(target=np.nan if target is None else float(target))
    less = (rows["promised"] - rows["given"] > NOTABLE) & (rows["end"] > rows["hour"])
    return rows.assign(gap=less.astype(int))


def _band(simulated):
    """The ends of the band: as they are given, or the 95 % interval of the simulated mean."""
    if "low" in simulated:
        return simulated["low"], simulated["high"]
    level, half = simulated["service_level"].to_numpy(), simulated["service_level_ci95"].to_numpy()
    return level - half, level + half


def service_layers(data, band=False):
    """The layers of the service chart over `data`, a frame of `service_rows` or a named Vega data set."""
    lines = [_line(data, name, *SERIES) for name, (_, *SERIES) in SERVICE.items()]
    gap = alt.Chart(data).mark_rect(color=ALARM, opacity=0.25).transform_filter("datum.gap == 1")
    gap = gap.encode(x=charts._x(), x2="end:Q", y=_share("promised"), y2="given:Q")
    behind = alt.Chart(data).mark_area(interpolate="step-after", color=BAND, line=False)
    behind = [behind.encode(x=charts._x(), y=_share("low"), y2="high:Q", detail="stretch:N")] if band else []
    return alt.layer(*behind, gap, *lines)


def _share(name):
    return alt.Y(f"{name}:Q", title=None, axis=alt.Axis(format="%"), scale=alt.Scale(zero=False, nice=True))


def _line(data, name, colour, width, dash):
    mark = {"interpolate": "step-after", "strokeWidth": width, "color": colour, "strokeDash": list(dash)}
    return alt.Chart(data).mark_line(**mark).encode(x=charts._x(), y=_share(name), detail="stretch:N")


def service_chart(day, target, simulated=None, days=None):
    """The promised service of each interval and what the day gives, over the band of simulated days.

    `day` is one queue and day with start, offered, promised and given; `target` the service target (share);
    `simulated` the `intervals` of `simulate_day`, `days` how many days they are of.
    """
    rows = service_rows(day, target, simulated)
    layers = service_layers(rows, band=simulated is not None)
    subtitle = f"{charts._what(day)}share of calls answered in time"
    if simulated is not None:
        subtitle += f"; pale: {days:,} simulated days, 95 % interval of their mean"
    labels = {name: SERVICE[name][:2] for name in SERVICE if rows[name].notna().any()}
    title = alt.TitleParams(service_finding(rows), subtitle=subtitle)
    return alt.layer(layers, _names(rows, labels)).properties(title=title)


def _names(rows, labels):
    """Each line's name at its right end, moved apart where two would overlap."""
    last = rows.iloc[-1].where(rows.iloc[-1].notna(), rows.ffill().iloc[-1])
    frame = pd.DataFrame(
        [
            {"hour": last["hour"], "at": last[name], "label": label, "colour": colour}
            for name, (label, colour) in labels.items()
        ]
    ).sort_values("at")
    drawn = rows[[name for name in ("promised", "given", "target", "low", "high") if name in rows]]
    frame["at"] = charts._apart(frame["at"].to_numpy(), 0.075 * float(np.nanmax(drawn) - np.nanmin(drawn)))
    text = alt.Chart(frame).mark_text(align="left", dx=8, baseline="middle")
    return text.encode(x=charts._x(), y=_share("at"), text="label:N", color=alt.Color("colour:N", scale=None))


def service_finding(rows):
    """What promised and given service of a day come to, in a sentence.

    >>> day = pd.DataFrame({"start": pd.date_range("2026-03-02 08:00", periods=2, freq="30min"), "offered": [10, 10]})
    >>> service_finding(service_rows(day.assign(promised=[0.83, 0.84], given=[0.82, 0.71]), 0.8))
    'Promised 84% at 08:30, given 71%: more than 2 points less in 1 of 2 half-hours'
    """
    wide = rows[(rows["end"] > rows["hour"]) & rows["promised"].notna()]
    if wide.empty or wide["given"].isna().all():
        return "What the day gives is not known"
    less = wide[wide["gap"] == 1]
    if less.empty:
        return f"The day gives what is promised: within {100 * NOTABLE:g} points in all {len(wide)} {charts.span_word(rows)}, or better"
    worst = less.loc[(less["promised"] - less["given"]).idxmax()]
    return (
        f"Promised {worst['promised']:.0%} at {charts.clock(worst['hour'])}, given {worst['given']:.0%}: more than "
        f"{100 * NOTABLE:g} points less in {len(less)} of {len(wide)} {charts.span_word(rows)}"
    )


def kept_finding(rows):
    """Whether a day keeps its service target, in a sentence.

    >>> day = pd.DataFrame({"start": pd.date_range("2026-03-02 08:00", periods=2, freq="30min"), "offered": [10, 10]})
    >>> kept_finding(service_rows(day.assign(promised=0.8, given=[0.82, 0.71]), 0.8))
    'The day gives less than 80% in 1 of 2 half-hours, 71% at 08:30 at worst'
    """
    wide = rows[(rows["end"] > rows["hour"]) & rows["given"].notna()]
    if wide.empty:
        return "What the day gives is not known"
    less, worst = wide[wide["given"] < wide["target"] - 1e-6], wide.loc[wide["given"].idxmin()]
    if less.empty:
        return f"The day gives {worst['given']:.0%} or more in every one of the {len(wide)} {charts.span_word(rows)}"
    return (
        f"The day gives less than {worst['target']:.0%} in {len(less)} of {len(wide)} {charts.span_word(rows)}, "
        f"{worst['given']:.0%} at {charts.clock(worst['hour'])} at worst"
    )


def day_verdict(day, played, targets):
    """What the played days say of a plan, in a paragraph: service promised and given, the chance of a good day.

    `day` as for `service_chart`, `played` as `planning.play_day` gives, `targets` of the queue.
    """
    calls, whole = day["offered"].to_numpy(float), played.day.iloc[0]
    promised = np.average(day["promised"], weights=calls)
    level, half = whole["service_level"], whole["service_level_ci95"]
    apart = np.abs(played.intervals["service_level"] - day["given"])[calls > 0]
    words = (
        f"**The formula promises that {promised:.1%} of the day's calls are answered within {targets.target_s:g} seconds; "
        f"on {len(played.days):,} played days it is {level:.1%}, give or take {100 * half:.1f} points.**"
    )
    if targets.service_level is not None:
        good = (played.days["service_level"] >= targets.service_level).mean()
        words += (
            f" Even where the forecast is right, callers come when they like: such a day reaches {targets.service_level:.0%} with a "
            f"chance of {good:.0%}."
        )
    return Words(
        words
        + f" The equations behind the blue line and the played days part by {100 * apart.mean():.1f} points in a mean interval, "
        f"{100 * apart.max():.1f} at most."
    )


# --------------------------------------------------------------------------------- what service costs


def price_chart(table, currency=""):
    """What each level of service costs: `table` as `planning.service_frontier` gives, of one queue.

    Each dot is a target; the words beside it what one more point of service cost to get there.
    """
    rows = table.assign(
        label=[f"{target:.0%}" for target in table["target"]],
        price=["" if not np.isfinite(p) else f"{p:,.0f} a point" for p in table["cost_per_point"]],
    )
    rows = rows[["service_level", "cost", "label", "price"]]
    base = alt.Chart(rows).encode(
        x=alt.X(
            "service_level:Q",
            title="service that the day gives",
            axis=alt.Axis(format="%", tickCount=6),
            scale=alt.Scale(zero=False, padding=30),
        ),
        y=alt.Y("cost:Q", title=None, axis=alt.Axis(format=",.0f"), scale=alt.Scale(zero=False, padding=30)),
    )
    names = base.mark_text(dy=-14, dx=-4, align="right", color=ACCENT, fontWeight=600).encode(text="label:N")
    prices = base.mark_text(dy=14, dx=4, align="left", color=QUIET).encode(text="price:N")
    title = alt.TitleParams(
        price_finding(table, currency),
        subtitle=f"cost of the day{f', {currency}' if currency else ''}, "
        "by service target; grey: what each point of the last step cost",
    )
    return alt.layer(
        base.mark_line(color=theme.RULE), base.mark_point(filled=True, size=110, opacity=1, color=ACCENT), names, prices
    ).properties(title=title, height=260)


def price_finding(table, currency=""):
    """What a point of service costs at the lowest and at the highest step, in a sentence."""
    known = table[np.isfinite(table["cost_per_point"])]
    if known.empty:
        return "More service costs nothing more here: other promises ask for these people anyway"
    unit = f"{currency} " if currency else ""
    first, last = known.iloc[0], known.iloc[-1]
    if len(known) == 1:
        return (
            f"A point of service costs {unit}{first['cost_per_point']:,.0f} a day, on the way to {first['target']:.0%}"
        )
    return (
        f"A point of service costs {unit}{first['cost_per_point']:,.0f} a day on the way to {first['target']:.0%}, "
        f"{unit}{last['cost_per_point']:,.0f} on the way to {last['target']:.0%}"
    )


def best_places(more, number=5):
    """The intervals of `planning.one_more_agent` where another agent does most for the day, as a table to show."""
    top = more.nlargest(number, "service_gain").sort_values("start")
    gain = {"service gain, points": 100 * top["service_gain"]}
    return top[["start", "load", "agents", "service_level"]].assign(**gain, cost_per_point=top["cost_per_point"])
