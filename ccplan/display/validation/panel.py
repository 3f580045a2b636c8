"""A live panel of trust: one day, one number of people, and three answers to what service that gives.

The formula takes each interval by itself, the prediction follows callers and calls in hand through the day, and the
simulation plays the day call by call. `validation_view` is the plain function behind the dials.
"""

from dataclasses import dataclass, replace

import altair as alt
import numpy as np
import pandas as pd

from .. import theme
from ..charts import _clock_axis, clock
from ..language import Filled, Term, chosen
from ..panels.desk import Desk
from ..panels.dials import Dial, State, total
from ..panels.saying import frame_of, live
from ..staffing.day_charts import PROMISED
from ..tables import Words
from ..theme import ACCENT, ALARM, INK
from .charts import BAND

DAYS, DRAGGED, SEED = 500, 100, 2026  # simulated days, and while a dial moves
REST_MS = 300
APART = 0.02  # points of service by which answers may differ before it is said

DIALS = (
    Dial(
        name="volume",
        label="Volume, change",
        unit="%",
        low=-30,
        high=50,
        step=1,
        group="demand",
        scale=100,
        least=-90,
        most=200,
    ),
    Dial(
        name="aht_s",
        label="Handle time, mean",
        unit="s",
        low=60,
        high=1200,
        step=5,
        group="demand",
        least=5,
        most=7200,
        says="of every interval alike; the day is staffed anew for it",
    ),
    Dial(
        name="patience_s",
        label="Patience, mean",
        unit="s",
        low=15,
        high=600,
        step=5,
        group="demand",
        least=1,
        most=86_400,
        switch="callers hang up (Erlang A); off: Erlang C",
        says="how long a caller would wait before hanging up",
    ),
    Dial(
        name="people",
        label="People, more or fewer",
        unit="agents",
        low=-5,
        high=5,
        step=1,
        group="people",
        least=-50,
        most=50,
        whole=True,
        says="in every interval, against what the formula asks for",
    ),
)


@dataclass(frozen=True, kw_only=True)
class TrustTotals:
    """What three ways of reckoning say of one day and one number of people, as the tiles say it."""

    promised: float = total(
        "Promised by the formula", "Σ answered in time ÷ Σ offered, each interval by itself", "share"
    )
    predicted: float = total(
        "Predicted through the day", "the same, callers and calls in hand carried from interval to interval", "share"
    )
    simulated: float = total("Simulated call by call", "mean of days played call by call", "share")
    off: float = total("Formula − simulated, points", "points of service of the whole day", "number")
    off_predicted: float = total("Predicted − simulated, points", "points of service of the whole day", "number")
    worst: float = total("Worst interval, simulated", "lowest service of an interval with calls", "share", 1)
    apart: float = total(
        "Formula off in an interval, points",
        "mean distance of formula and simulation over the intervals with calls",
        "number",
        -1,
    )
    met: float = total(
        "Days that meet the target", "share of simulated days whose service as a whole reaches the target", "share", 1
    )
    hours: float = total("Agent-hours (net)", "Σ agents on the phones × interval", "number", -1)


@dataclass(frozen=True)
class TrustView:
    """What the panel shows: `rows` (an interval each: hour, offered, agents, promised, predicted, simulated, low,
    high), `totals`, `days`, `warnings`.
    """

    day: object
    rows: pd.DataFrame
    totals: TrustTotals
    days: int
    warnings: tuple

    def answer(self):
        """What to believe of this day, in a sentence or two."""
        told = self.totals
        return Words(
            f"**The formula promises {told.promised:.0%}, the prediction through the day {told.predicted:.0%}, and {self.days:,} days played call by "
            f"call give {told.simulated:.0%}.** An interval of the formula is off by {told.apart:.1f} points on average; the worst one gives {told.worst:.0%}."
        )

    def frame(self):
        """The tiles as a table."""
        return frame_of(self.totals)


def validation_view(day, *, volume=0.0, aht_s=None, patience_s=None, people=0, days=DAYS, seed=SEED):
    """One day of a `PlannedDay`, staffed interval by interval with `people` more or fewer, reckoned in three ways:
    a TrustView.

    `volume` changes its calls by a share; `aht_s` (of every interval) and `patience_s` (inf: nobody hangs up), in
    seconds, replace its own where they are given. Raises Infeasible where no number of agents meets the targets,
    ValueError in words.
    """
    from ...planning.validating.promises import promise
    from ...queueing import performance, predict_day, simulate_day

    day = asked_day(day, volume, aht_s, patience_s)
    agents = np.maximum(promise(day, "stationary")["agents"].to_numpy() + int(people), 0) * (day.calls > 0)
    target_s, how = day.targets.target_s, day.how
    formula = performance(day.calls, day.aht_s, agents, target_s=target_s, **how).service_level
    through = predict_day(day.calls, day.aht_s, agents, target_s=target_s, **how)["service_level"].to_numpy()
    played = simulate_day(day.calls, tuple(day.aht_s), agents, target_s=target_s, days=days, seed=seed, **how)
    rows = _rows(day, agents, formula, through, played.intervals)
    return TrustView(day, rows, _totals(day, rows, played), days, tuple(_warnings(rows)))


def asked_day(day, volume=0.0, aht_s=None, patience_s=None):
    """The day with other calls, handle time or patience."""
    known = {"calls": day.calls * (1 + volume)}
    if aht_s is not None:
        known["aht_s"] = np.full(len(day.calls), float(aht_s))
    if patience_s is not None:
        known["patience_s"] = float(patience_s)
    return replace(day, **known)


def _rows(day, agents, formula, through, played):
    some = day.calls > 0
    level, half = played["service_level"].to_numpy(float), played["service_level_ci95"].fillna(0).to_numpy(float)
    told = {
        "promised": formula,
        "predicted": through,
        "simulated": level,
        "low": np.clip(level - half, 0, 1),
        "high": np.clip(level + half, 0, 1),
    }
    hour = day.first_hour + np.arange(len(day.calls)) * day.interval_s / 3600
    return pd.DataFrame(
        {"hour": hour, "offered": day.calls, "agents": agents}
        | {name: np.where(some, values, np.nan) for name, values in told.items()}
    )


def _totals(day, rows, played):
    """Ratios of sums: the days' own for the simulation, weighted by calls for the formulas."""
    calls, busy = rows["offered"] / rows["offered"].sum(), rows[rows["offered"] > 0]
    promised, predicted = (float((calls * rows[name]).sum()) for name in ("promised", "predicted"))
    simulated = float(played.days["answered_in_target"].sum() / played.days["offered"].sum())
    goal = day.targets.service_level
    met = np.nan if goal is None else float((played.days["service_level"] >= goal).mean())
    return TrustTotals(
        promised=promised,
        predicted=predicted,
        simulated=simulated,
        off=100 * (promised - simulated),
        off_predicted=100 * (predicted - simulated),
        worst=float(busy["simulated"].min()),
        apart=float(100 * (busy["promised"] - busy["simulated"]).abs().mean()),
        met=met,
        hours=float(rows["agents"].sum() * day.interval_s / 3600),
    )


def _warnings(rows):
    gap = (rows["promised"] - rows["simulated"]).where(rows["offered"] > 0)
    if gap.max() > APART:
        worst = rows.loc[gap.idxmax()]
        yield (
            f"In {(gap > APART).sum()} of {gap.notna().sum()} intervals the formula promises over {100 * APART:g} points too much: at {clock(worst['hour'])} "
            f"{worst['promised']:.0%}, where callers get {worst['simulated']:.0%} and {worst['predicted']:.0%} is predicted through the day."
        )


# --------------------------------------------------------------------------------------- the panel


def validation_panel(folder, centre=None, *, queue="", intervals=None, language=None):
    """A live panel of trust, the widget of a `validation_desk`. Raises ValueError in words where the folder cannot
    be used.
    """
    return validation_desk(folder, centre, queue=queue, intervals=intervals, language=language).panel()


def validation_desk(folder, centre=None, *, queue="", intervals=None, language=None):
    """What is behind the panel: the centre's typical days of a voice queue (the largest if left out), and one that
    is hard on formulas.

    Scenarios are kept in the `folder` (None: they last as long as the page). `language` is a code such as "fi"
    (left out: CCPLAN_LANGUAGE, then centre.toml).
    """
    from ...data import load_centre, load_intervals

    if intervals is None or centre is None:
        centre = centre or load_centre(folder)
        intervals = load_intervals(folder, centre, faulty="leave out").frame if intervals is None else intervals
    return TrustDesk(day_types(intervals, centre, queue), folder=folder, language=chosen(language, centre))


def day_types(intervals, centre, queue=""):
    """{name: PlannedDay}: the typical busiest weekday first, the other weekdays with calls, then a day that is hard
    on formulas.
    """
    from ...planning import hard_day, typical_day

    first = typical_day(intervals, centre, queue)
    name = first.name.split(", a typical")[0]
    mine, found = intervals[intervals["queue"] == name], {_called(first, name): first}
    for weekday in range(7):
        rows = mine[mine["start"].dt.day_of_week == weekday]
        try:
            day = typical_day(rows, centre, name)
        except ValueError:  # closed on that weekday
            continue
        found.setdefault(_called(day, name), day)
    return found | {Term("20-minute calls, a falling evening"): hard_day()}


def _called(day, queue):
    """The name of a typical day as a picker offers it."""
    return Filled("{queue}, a typical {weekday}", queue=queue, weekday=Term(day.name.rpartition(" ")[2]))


class TrustDesk(Desk):
    """A desk that plays few days while a dial moves and many when it rests."""

    kind, totals, title, a_pin = "validation", TrustTotals, "How far can the formula be trusted?", "the pinned day"

    def __init__(self, days, *, folder=None, language=None):
        self.days, self.held = days, {}
        super().__init__(self._dials(days), self._at(next(iter(days))), folder=folder, language=language)

    def _dials(self, days):
        """The dials, widened to hold what every day has."""
        found = list(DIALS)
        for values in (self._at(name).values for name in days):
            found = [dial.holding(values[dial.name]) for dial in found]
        return found

    def _at(self, name):
        """The State of a day as it is."""
        day = self.days[name]
        patient = np.isinf(day.patience_s)
        weighed = float(np.average(day.aht_s, weights=day.calls))
        return State(
            {"volume": 0.0, "aht_s": weighed, "patience_s": 120.0 if patient else float(day.patience_s), "people": 0.0},
            {"patience_s": not patient},
            {"day": name},
        )

    def options(self, state):
        return {"day": list(self.days)}

    def labels(self):
        return {"day": "Day"}

    def at(self, places):
        """A day as it is."""
        return self._at(super().at(places).places["day"])

    def moved(self, places):
        """Another day begins as it is; the change of volume and the people more or fewer stay."""
        state = self.at(places)
        return replace(state, values=state.values | {name: self.state.values[name] for name in ("people", "volume")})

    def asked(self, state):
        """What a state asks of `validation_view`: the day and the keywords."""
        values = state.values
        return self.days[state.places["day"]], {
            "volume": values["volume"],
            "aht_s": values["aht_s"],
            "people": int(values["people"]),
            "patience_s": values["patience_s"] if state.on["patience_s"] else np.inf,
        }

    def view(self, state=None, days=DAYS):
        """The TrustView of a state (of where the panel stands), kept once found."""
        day, asked = self.asked(state or self.state)
        key = self._key(state or self.state, days)
        if key not in self.held:
            if len(self.held) > 200:
                self.held.clear()
            self.held[key] = validation_view(day, days=days, **asked)
        return self.held[key]

    def _key(self, state, days):
        day, asked = self.asked(state)
        return (day.name, *asked.values(), days)

    def show(self, rest):
        days = DAYS if rest or self.state == self.start or self._key(self.state, DAYS) in self.held else DRAGGED
        view = self.view(days=days)
        words = self.turned_words(self.pinned)
        return {
            "tiles": self.tiles(view.totals),
            "warnings": list(view.warnings),
            "unsettled": 0 if days == DAYS else REST_MS,
            "charts": _live(view),
            "against": f"{days:,} simulated days{'' if days == DAYS else ' while a dial moves'}. Changes are against {self.pinned.places['day']}"
            f"{f' ({words})' if words and self.pinned != self.start else ' as it is'}.",
        }

    def totals_at(self, state):
        return self.view(state).totals

    def frames(self):
        """The three answers by interval."""
        return {"by interval": self.view().rows}

    def charts(self):
        return chart_places()


def _live(view):
    rows = view.rows[view.rows["offered"] > 0].drop(columns="offered").assign(goal=view.day.targets.service_level)
    rows = rows.assign(
        end=rows["hour"] + view.day.interval_s / 3600,
        apart=rows["promised"] - rows["simulated"],
        day_apart=rows["predicted"] - rows["simulated"],
    ).round(5)
    return {"service": live(rows, service_finding(view)), "apart": live(rows, apart_finding(view))}


def service_finding(view):
    """Which of the three is how far off, in a sentence."""
    told = view.totals
    return f"Promised {told.promised:.0%}, predicted {told.predicted:.0%}, simulated {told.simulated:.0%}"


def apart_finding(view):
    """The interval in which formula and simulation part most, in a sentence."""
    rows = view.rows[view.rows["offered"] > 0]
    gap = rows["promised"] - rows["simulated"]
    far = gap.abs().idxmax()
    side = "too much" if gap[far] > 0 else "too little"
    return f"The formula is furthest off at {clock(rows.loc[far, 'hour'])}: {100 * abs(gap[far]):.0f} points {side}"


def chart_places():
    """The panel's charts as drawn once: an empty live specification, a note, a key of direct words."""
    fit = {"width": "container", "autosize": alt.AutoSizeParams(type="fit-x", contains="padding")}
    return [
        {
            "name": "service",
            "spec": theme.themed(_service().properties(height=260, **fit)),
            "note": "share of calls answered in time, by interval",
            "key": SERVICE_KEY,
        },
        {
            "name": "apart",
            "spec": theme.themed(_apart().properties(height=170, **fit)),
            "note": "points of service more than simulated days give",
            "key": APART_KEY,
        },
    ]


SERVICE_KEY = [
    {"label": "promised by the formula", "colour": PROMISED, "shape": "line"},
    {"label": "predicted through the day", "colour": ACCENT, "shape": "line"},
    {"label": "simulated, 95 % confidence", "colour": BAND, "shape": "area"},
    {"label": "service target", "colour": INK, "shape": "dashed"},
]
APART_KEY = [
    {"label": "formula promises too much", "colour": ALARM, "shape": "area"},
    {"label": "formula promises too little", "colour": "#8FB8D4", "shape": "area"},
    {"label": "predicted through the day", "colour": ACCENT, "shape": "line"},
]


def _hours():
    return alt.X("hour:Q", axis=_clock_axis(), scale=alt.Scale(zero=False, nice=False))


def _service():
    def share(name):
        return alt.Y(
            f"{name}:Q", title=None, axis=alt.Axis(format="%", tickCount=5), scale=alt.Scale(zero=False, nice=True)
        )

    base = alt.Chart(alt.NamedData("service")).encode(x=_hours())
    return alt.layer(
        base.mark_area(color=BAND, opacity=0.9).encode(y=share("low"), y2="high:Q"),
        base.mark_line(color=INK, strokeDash=[2, 3], strokeWidth=1).encode(y=share("goal")),
        base.mark_line(color=PROMISED, strokeWidth=2).encode(y=share("promised")),
        base.mark_line(color=ACCENT, strokeWidth=2.5).encode(y=share("predicted")),
    )


def _apart():
    axis = alt.Axis(
        labelExpr="(datum.value > 0 ? '+' : datum.value < 0 ? '−' : '') + format(abs(datum.value * 100), '.0f')",
        tickCount=5,
    )
    base = alt.Chart(alt.NamedData("apart")).encode(x=_hours())
    bars = base.mark_rect(stroke=theme.PAPER, strokeWidth=1).encode(
        x2="end:Q",
        y=alt.Y("apart:Q", title=None, axis=axis),
        y2=alt.datum(0),
        color=alt.condition("datum.apart > 0", alt.value(ALARM), alt.value("#8FB8D4")),
    )
    return alt.layer(bars, base.mark_line(color=ACCENT, strokeWidth=2).encode(y="day_apart:Q"))
