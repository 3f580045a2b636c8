"""A live panel of hiring: turn an assumption and see who is needed, who will be there, and by when to decide.

`headcount_view` is the plain function behind the dials. While a dial moves the classes stay as hired; when it rests
hiring is planned anew, and the last safe days, which take a plan for each month of waiting, follow.
"""

import time
from dataclasses import dataclass, replace

import altair as alt
import numpy as np
import pandas as pd

from .. import theme
from ..language import Filled, chosen
from ..panels.desk import Desk
from ..panels.dials import Dial, State, total
from ..panels.saying import frame_of, live, shown
from ..tables import Words
from ..theme import ACCENT, ALARM, CONTEXT, INK, PAPER, QUIET
from .charts import FLEX, GAP, _decision_rows, _people, decisions_finding
from .plans import headcount_ground

REST_MS, SLICE_S = 400, 0.25  # after which a hand rests; how long the kernel works before it listens again
NOON = pd.Timedelta(hours=12)  # the first noon of a month lies in that month wherever the browser is

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
        most=900,
        says="contacts of every month against the forecast",
    ),
    Dial(
        name="attrition_per_year",
        label="Attrition a year",
        unit="%",
        low=0,
        high=100,
        step=1,
        group="people",
        scale=100,
        least=0,
        most=500,
        says="leavers ÷ average headcount; every tenure moves alike",
    ),
    Dial(
        name="shrinkage",
        label="Shrinkage, all causes",
        unit="%",
        low=5,
        high=60,
        step=1,
        group="people",
        scale=100,
        least=0,
        most=95,
        says="share of paid time off the phones; all causes and months move alike",
    ),
    Dial(
        name="overtime",
        label="Overtime, at most",
        unit="%",
        low=0,
        high=20,
        step=0.5,
        group="people",
        scale=100,
        least=0,
        most=100,
        says="of the contract hours; worked only where people are missing",
    ),
    Dial(
        name="lead_time_weeks",
        label="Lead time",
        unit="weeks",
        low=0,
        high=26,
        step=1,
        group="hiring",
        least=0,
        most=104,
        says="from the decision to the first day",
    ),
    Dial(
        name="training_weeks",
        label="Training",
        unit="weeks",
        low=0,
        high=16,
        step=1,
        group="hiring",
        least=0,
        most=104,
        says="from the first day to the first call",
    ),
    Dial(
        name="first_month",
        label="Newcomers' output, first month",
        unit="%",
        low=30,
        high=100,
        step=1,
        group="hiring",
        scale=100,
        least=1,
        most=100,
        says="of a full agent's, on the phones; the months after keep their part of what is missing",
    ),
    Dial(
        name="class_size",
        label="Class, at most",
        unit="people",
        low=1,
        high=30,
        step=1,
        group="hiring",
        least=1,
        most=500,
        whole=True,
        says="the largest class of starters",
    ),
)


@dataclass(frozen=True, kw_only=True)
class HeadcountTotals:
    """What a hiring plan comes to, as its tiles say it."""

    required: float = total(
        "FTE required, mean", "paid FTE that the forecast asks for, all queues, mean of the months", "number", -1
    )
    available: float = total(
        "FTE available, mean",
        "trained and up to speed, with overtime and outsourcing, all queues, mean of the months",
        "number",
    )
    gap: float = total(
        "Worst gap, FTE", "available less required in the worst queue and month; 0 where nobody is missing", "number", 1
    )
    starters: float = total("People to hire", "Σ starters of the classes", "count")
    safe: pd.Timestamp = total(
        "Last safe day to decide",
        "the first day after which a class would come too late; a day counts as harm "
        "once a month misses more than 1 % of its FTE",
        "date",
    )
    service: float = total(
        "Service in the worst month",
        "lowest service level of a queue and month, by the plan's curves of service",
        "share",
        1,
    )
    cost: float = total(
        "Cost of these people",
        "Σ wages, overtime, outsourcing, seats, recruiting and classes of the months",
        "money",
        -1,
    )


@dataclass(frozen=True)
class HeadcountView:
    """What the panel shows for some overrides: `headcount` and `hires` (frames), `totals`, `decisions` (None: not
    looked for), `warnings` in words.
    """

    overrides: dict
    headcount: pd.DataFrame
    hires: pd.DataFrame
    totals: HeadcountTotals
    decisions: pd.DataFrame | None
    warnings: tuple
    currency: str = ""

    def answer(self):
        """The plan in a paragraph."""
        told, safe = self.totals, self.totals.safe
        due = f" The first decision that cannot wait is due by {safe.day} {safe:%B %Y}." if pd.notna(safe) else ""
        return Words(
            f"**{told.starters:,.0f} people have to start; {told.available:,.1f} FTE stand beside {told.required:,.1f} required.**{due} The worst month "
            f"answers {told.service:.0%} in time, and all these people cost {shown(told.cost, 'money', self.currency)}."
        )

    def frame(self):
        """The tiles as a table: a row a number, in words as shown."""
        return frame_of(self.totals, self.currency)


def headcount_view(ground, overrides=None, *, hires=None, decisions=None):
    """The hiring plan of a `headcount_ground` with some assumptions changed: a HeadcountView, the plain function
    behind the dials.

    `overrides` {name of `planning.scenarios.ASSUMPTIONS`, or lead_time_weeks, class_size, first_month (output of
    newcomers in their first month on the phones)}: value. `hires` are the classes as they are: left out, the
    cheapest for these assumptions, with their `decisions` (a frame of `hiring_decisions`; False: not looked for).
    Raises ValueError in words.
    """
    from ...planning import hiring_decisions

    overrides, late = dict(overrides or {}), ""
    if hires is None:
        plan = ground.replanned(overrides)
        headcount, hires, centre = plan.headcount, plan.hires, plan.case["centre"]
        decisions = hiring_decisions(plan) if decisions is None else decisions
        if not plan.proven:
            late = f"The search was ended: these hires cost {plan.gap:.1%} more than the cheapest at most."
    else:
        headcount, centre = ground.headcount(overrides, hires)
    known = decisions if isinstance(decisions, pd.DataFrame) else None
    return HeadcountView(
        overrides,
        headcount,
        hires,
        _totals(headcount, centre, known),
        known,
        (*_warnings(headcount), *([late] if late else [])),
        centre.currency,
    )


def _totals(headcount, centre, decisions):
    from ...planning.money.labour_prices import headcount_costs

    months = headcount["month"].nunique()
    return HeadcountTotals(
        required=float(headcount["required_fte"].sum() / months),
        available=float(headcount["available_fte"].sum() / months),
        gap=min(0.0, float(headcount["gap_fte"].min())),
        starters=float(headcount["starters"].sum()),
        safe=pd.NaT if decisions is None else decisions["last_safe_date"].min(),
        service=float(headcount["service_level"].min()),
        cost=float(headcount_costs(headcount, centre)["cost"].sum()),
    )


def _warnings(headcount):
    short = headcount[headcount["gap_fte"] < -GAP]
    if len(short):
        worst = short.loc[short["gap_fte"].idxmin()]
        yield (
            f"{len(short)} of {len(headcount)} queue-months miss people, most {worst['queue']} in {worst['month']:%B %Y}: {-worst['gap_fte']:.1f} of "
            f"{worst['required_fte']:.1f} FTE; {worst['service_level']:.0%} of its calls would be answered in time."
        )


# --------------------------------------------------------------------------------------- the panel


def headcount_panel(folder, centre=None, *, months=12, case=None, language=None):
    """A live panel of hiring, the widget of a `headcount_desk`. Raises ValueError in words where the folder cannot
    be used.
    """
    return headcount_desk(folder, centre, months=months, case=case, language=language).panel()


def headcount_desk(folder, centre=None, *, months=12, case=None, language=None):
    """What is behind the panel: dials, tiles, charts, scenarios.

    `folder` is a centre's folder, in which scenarios are kept (None: they last as long as the page), `months` are
    the whole months to plan; `case` a HeadcountCase that is there already. `language` is a code such as "fi" (left
    out: CCPLAN_LANGUAGE, then centre.toml).
    """
    if case is None:
        from ...data import load_centre
        from ...planning import headcount_case

        case = headcount_case(folder, centre or load_centre(folder), months=months)
    return HeadcountDesk(headcount_ground(case), folder=folder, language=chosen(language, case.centre))


class HeadcountDesk(Desk):
    """A desk whose hiring is planned anew when the hand rests."""

    kind, totals, follows = "headcount", HeadcountTotals, True

    def __init__(self, ground, *, folder=None, language=None):
        self.ground, self.title = ground, Filled("{centre}: whom to hire, and by when?", centre=ground.centre.name)
        self.currency = ground.centre.currency
        order = ground.case.requirement.groupby("queue")["fte"].sum().sort_values(ascending=False).index
        self.queues = list(map(str, order))
        dials = _dials(ground)
        super().__init__(
            dials,
            State({dial.name: ground.now(dial.name) for dial in dials}, {}, {"queue": self.queues[0]}),
            folder=folder,
            language=language,
        )
        self.hires, self.settled, self.work, self.held = ground.replanned({}).hires, {}, None, {}

    def options(self, state):
        return {"queue": self.queues}

    def labels(self):
        return {"queue": "Queue drawn"}

    def frames(self):
        """The months of every queue, the classes and, once known, their last safe days."""
        view = self.view()
        known = {} if view.decisions is None else {"decisions": view.decisions}
        return {"by month": view.headcount, "classes": view.hires} | known

    def frame(self):
        """The tiles as a table."""
        return headcount_view(self.ground, self.overrides).frame()

    @property
    def overrides(self):
        """What is turned: {assumption: value}."""
        return self.turned(self.state)

    def view(self):
        """The HeadcountView where the panel stands, with the last safe days as far as they are known."""
        if self.settled != self.overrides:
            return headcount_view(self.ground, self.overrides, hires=self.hires)
        return headcount_view(self.ground, self.overrides, decisions=self._found() if self.work is None else False)

    def _found(self):
        return self.held.get(tuple(sorted(self.overrides.items())), False)

    def show(self, rest):
        waiting = self._rested(rest)
        view = self.view()
        hired = (
            "Hiring is the cheapest for what is set."
            if self.settled == self.overrides
            else "While a dial moves hiring stays as it was; it is planned anew when it rests."
        )
        return {
            "tiles": self.tiles(view.totals),
            "warnings": list(view.warnings),
            "unsettled": waiting,
            "charts": self._charts(view),
            "against": f"Changes are against {self.pinned_words()}. {hired}",
        }

    def _rested(self, rest):
        """Milliseconds after which the browser is to ask again, 0 when all is known; hiring and the last safe days
        when it rests.
        """
        key = tuple(sorted(self.overrides.items()))
        if self.settled == self.overrides and key in self.held:
            self.work = None
            return 0
        if not rest:
            self.work = None
            if self.settled != self.overrides and key in self.ground.kept:  # planned before: nothing to wait for
                self.hires, self.settled = self.ground.kept[key].hires, self.overrides
            return REST_MS
        if self.settled != self.overrides:
            self.hires, self.settled, self.work = self.ground.replanned(self.overrides).hires, self.overrides, None
            return 20
        return self._sliced(key)

    def _sliced(self, key):
        """The last safe day of one class after another, for as long as a slice takes."""
        from ...planning import hiring_decisions

        plan, end = self.ground.replanned(self.overrides), time.perf_counter() + SLICE_S
        self.work = self.work or []
        for number in range(len(self.work), len(plan.hires)):
            self.work.append(hiring_decisions(plan, classes=[number]))
            if time.perf_counter() > end and number + 1 < len(plan.hires):
                return 20
        self.held[key] = pd.concat(self.work, ignore_index=True) if self.work else hiring_decisions(plan)
        self.work = None
        return 0

    def key(self, state):
        key = tuple(sorted(self.turned(state).items()))
        return key, key in self.held

    def totals_at(self, state):
        """The totals of a state with its cheapest hires, its last safe day as far as it is known."""
        key, known = self.key(state)
        return headcount_view(self.ground, dict(key), decisions=self.held[key] if known else False).totals

    def _charts(self, view):
        queue = self.state.places["queue"]
        rows = month_rows(view.headcount[view.headcount["queue"] == queue])
        found = {
            "months": live(rows, months_finding(view.headcount, queue)),
            "gaps": live(gap_rows(view.headcount), gaps_finding(view.headcount)),
        }
        if view.decisions is not None:
            found["decisions"] = live(decision_rows(view.decisions), decisions_finding(view.decisions))
        return found

    def charts(self):
        return chart_places()


def _dials(ground):
    """The dials, widened to hold what the centre has; a class is never larger than the training room."""
    found, seats = [], ground.centre.hiring.training_seats
    for dial in DIALS:
        if dial.name == "class_size" and np.isfinite(seats):
            dial = replace(dial, high=min(dial.high, int(seats)), most=int(seats))
        if dial.name == "shrinkage" and not ground.centre.shrinkage.total:
            continue  # no cause is known, so none can grow
        found.append(dial.holding(ground.now(dial.name)))
    return found


# ---------------------------------------------------------------------------------------- charts


def month_rows(rows):
    """A row a month of one queue: month, end, middle, own, all, missing, required (FTE), starters in words and
    where they stand.
    """
    starters = rows["starters"].round().astype(int)
    return pd.DataFrame(
        {
            "month": rows["month"] + NOON,
            "end": rows["month"] + pd.offsets.MonthBegin(1) + NOON,
            "middle": rows["month"] + pd.Timedelta(days=15),
            "own": rows["productive_fte"].round(3),
            "all": rows["available_fte"].round(3),
            "required": rows["required_fte"].round(3),
            "missing": np.where(rows["gap_fte"] < -GAP, rows["required_fte"], rows["available_fte"]).round(3),
            "top": rows[["available_fte", "required_fte"]].max(axis=1).round(3),
            "words": [f"+{number}" if number else "" for number in starters],
        }
    )


def months_finding(headcount, queue):
    """Whether one queue's requirement is kept, in a sentence."""
    rows = headcount[headcount["queue"] == queue]
    people = int(rows["starters"].sum())
    start = (
        f"{queue}: {_people(people)} {'starts' if people == 1 else 'start'}" if people else f"{queue}: nobody starts"
    )
    short = rows[rows["gap_fte"] < -GAP]
    if short.empty:
        return f"{start}, and no month misses anybody"
    worst = short.loc[short["gap_fte"].idxmin()]
    return f"{start}, and {len(short)} of {len(rows)} months miss people, {worst['month']:%B %Y} {-worst['gap_fte']:.1f} FTE"


def gap_rows(headcount):
    """A row a queue and month: what is over or missing, in FTE and as a share of what is required."""
    share = headcount["gap_fte"] / headcount["required_fte"].where(headcount["required_fte"] > 0)
    return pd.DataFrame(
        {
            "queue": headcount["queue"].astype(str),
            "month": headcount["month"].dt.strftime("%Y-%m"),
            "share": share.clip(-0.3, 0.3).fillna(0.0).round(3),
            "words": [
                f"{0.0 if abs(gap) < GAP else gap:+.0f}".replace("-", "−").replace("+0", "0").replace("−0", "0")
                for gap in headcount["gap_fte"]
            ],
        }
    )


def gaps_finding(headcount):
    """In how many queue-months people are missing or over, in a sentence."""
    short, over = headcount["gap_fte"] < -GAP, headcount["gap_fte"] > 0.1 * headcount["required_fte"]
    return f"{int(short.sum())} of {len(headcount)} queue-months miss people, {int(over.sum())} have over a tenth more than they need"


def decision_rows(decisions):
    """A row a class: its name, the day of decision, the first day, the last safe day, its words."""
    rows = _decision_rows(decisions)
    return rows[["name", "decide_by", "start", "safe_date", "last"]].assign(
        **{name: rows[name] + NOON for name in ("decide_by", "start", "safe_date")}
    )


def chart_places():
    """The panel's charts as drawn once: an empty live specification, a note, a key of direct words."""
    fit = {"width": "container", "autosize": alt.AutoSizeParams(type="fit-x", contains="padding")}
    places = (
        (_months(), "months", 250, "FTE by month of the queue that is drawn; marks: people who start", MONTHS_KEY),
        (_gaps(), "gaps", alt.Step(26), "FTE over (+) or missing (−), every queue and month", GAPS_KEY),
        (_decisions(), "decisions", alt.Step(34), "a line a class; comes when the dial rests", DECISIONS_KEY),
    )
    return [
        {"name": name, "spec": theme.themed(chart.properties(height=height, **fit)), "note": note, "key": key}
        for chart, name, height, note, key in places
    ]


MONTHS_KEY = [
    {"label": "required", "colour": INK, "shape": "line"},
    {"label": "own people, trained", "colour": CONTEXT, "shape": "area"},
    {"label": "overtime, outsourcing", "colour": FLEX, "shape": "area"},
    {"label": "missing", "colour": ALARM, "shape": "area"},
]
GAPS_KEY = [
    {"label": "missing", "colour": "#E08A5A", "shape": "area"},
    {"label": "over", "colour": "#74C2A8", "shape": "area"},
]
DECISIONS_KEY = [
    {"label": "decision and first day, as planned", "colour": ACCENT, "shape": "line"},
    {"label": "last safe day to decide", "colour": ALARM, "shape": "line"},
]


def _months():
    data = alt.NamedData("months")
    axis = alt.Axis(format="%b %y", tickCount="month", labelOverlap=True)
    base = alt.Chart(data).encode(x=alt.X("month:T", title=None, axis=axis), x2="end:T")

    def between(low, high, colour):
        low = alt.Y(f"{low}:Q", title=None, axis=alt.Axis(tickCount=5)) if low else alt.Y("zero:Q", title=None)
        return (
            base.transform_calculate(zero="0")
            .mark_rect(color=colour, stroke=PAPER, strokeWidth=1)
            .encode(y=low, y2=f"{high}:Q")
        )

    middle = (
        alt.Chart(data)
        .transform_filter("datum.words != ''")
        .encode(x=alt.X("middle:T", title=None, axis=axis), y="top:Q")
    )
    return alt.layer(
        between("", "own", CONTEXT),
        between("own", "all", FLEX),
        between("all", "missing", ALARM),
        base.mark_rule(color=INK, strokeWidth=2).encode(y="required:Q"),
        middle.mark_point(shape="triangle-up", filled=True, size=55, color=ACCENT, opacity=1, yOffset=-8),
        middle.mark_text(dy=-19, color=ACCENT, fontWeight=600).encode(text="words:N"),
    )


def _gaps():
    base = alt.Chart(alt.NamedData("gaps")).encode(
        x=alt.X(
            "month:O",
            title=None,
            axis=alt.Axis(
                labelAngle=0,
                labelOverlap=True,
                labelExpr="timeFormat(toDate(datum.value + '-01T12:00'), '%b')",
                domain=False,
                ticks=False,
            ),
        ),
        y=alt.Y(
            "queue:N", title=None, sort=None, axis=alt.Axis(labelColor=INK, domain=False, ticks=False, labelLimit=150)
        ),
    )
    colour = alt.condition("datum.share < 0", alt.value("#E08A5A"), alt.value("#74C2A8"))
    depth = alt.FillOpacity("far:Q", scale=alt.Scale(domain=[0, 0.3], range=[0.05, 1], clamp=True), legend=None)
    cells = (
        base.transform_calculate(far="abs(datum.share)")
        .mark_rect(stroke=PAPER, strokeWidth=2)
        .encode(fill=colour, fillOpacity=depth)
    )
    return alt.layer(cells, base.mark_text(color=INK, fontSize=11).encode(text="words:N"))


def _decisions():
    x = alt.X("decide_by:T", title=None, axis=alt.Axis(format="%b %y", tickCount="month", labelOverlap=True))
    label = alt.Axis(labelLimit=220, labelColor=INK, domain=False, ticks=False)
    base = alt.Chart(alt.NamedData("decisions")).encode(y=alt.Y("name:N", sort=None, title=None, axis=label), x=x)
    known = base.transform_filter("isValid(datum.safe_date)")
    return alt.layer(
        known.mark_rule(color=QUIET, strokeWidth=1, strokeDash=[2, 2]).encode(x2="safe_date:T"),
        base.mark_rule(color=ACCENT, strokeWidth=2).encode(x2="start:T"),
        base.mark_point(filled=True, size=70, color=ACCENT, opacity=1),
        base.mark_point(filled=True, size=60, shape="triangle-right", color=ACCENT, opacity=1).encode(x="start:T"),
        known.mark_tick(color=ALARM, thickness=3, size=18).encode(x="safe_date:T"),
        known.mark_text(align="center", dy=-13, fontSize=11, color="#A33C00").encode(x="safe_date:T", text="last:N"),
    )
