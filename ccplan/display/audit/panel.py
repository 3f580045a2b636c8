"""A live panel of an audit: choose a KPI, a queue, a grain, a definition and what to hold it against, and read the
findings by area.

`audit_view` is the plain function behind the pickers. Every number is of `measure`, kept once measured.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import altair as alt
import numpy as np
import pandas as pd

from ...auditing.findings import AREAS
from ...auditing.kpis import KPIS
from ...auditing.measuring.kpi import said
from .. import theme
from ..language import Filled, Term, chosen
from ..panels.desk import Desk
from ..panels.dials import State, total
from ..panels.saying import frame_of, live
from ..tables import Words
from ..theme import ACCENT, ALARM, CONTEXT, INK, PAPER
from .kpis import step_words

if TYPE_CHECKING:
    from ...auditing.standing.cuts import Cut

ALL = Term("all queues")
GRAINS = (Term("week"), Term("day"), Term("hour"))
AGAINST = {"target": Term("the target"), "then": Term("the quarter before"), "year_ago": Term("the quarter a year ago")}
EVERY = Term("all areas")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NOON = pd.Timedelta(hours=12)
SOON_MS = 20  # after which the hours follow
FEW = 30  # contacts below which an hour says little


@dataclass(frozen=True, kw_only=True)
class AuditTotals:
    """What a KPI is in the quarter, as the tiles say it."""

    value: str = total("In the quarter", "Σ top ÷ Σ bottom", "text")
    interval: str = total("95 % interval", "true values with which the number behind it is compatible", "text")
    contacts: str = total("Rests on", "what the bottom counts, or the rows that count", "text")
    against: str = total("Held against", "the target, or the KPI in another quarter", "text")
    change: str = total("Difference", "shares in points", "text")
    verdict: str = total(
        "Which is",
        "of a target: met, missed or too close to tell; of a quarter: better or worse than the weeks' own ups and downs, or noise",
        "text",
    )


@dataclass(frozen=True)
class AuditView:
    """What the panel shows: the `cut` (a Cut of `auditing.standing.cuts`), its `totals`, `findings` of the area in
    words, `warnings`.
    """

    cut: "Cut"
    totals: AuditTotals
    findings: tuple
    warnings: tuple

    def answer(self):
        """The KPI in a sentence."""
        told, cut = self.totals, self.cut
        held = f"; {told.change} against {told.against}: {told.verdict}" if told.change != "–" else ""
        return Words(
            f"**{cut.kpi.name}{f' of {cut.queue}' if cut.queue else ''} was {told.value}** ({told.interval}){held}."
        )

    def frame(self):
        """The tiles as a table."""
        return frame_of(self.totals)


def audit_view(
    cuts, kpi="service_level", *, queue="", grain="week", against="target", area="", findings=(), hours=True
):
    """A KPI of `cuts` (a Cuts of an Evidence) cut as asked: an AuditView, the plain function behind the pickers.

    `kpi` is a key, or a KPI with options chosen; `grain` week, day or hour; `against` target, then (the quarter
    before) or year_ago; `area` one of AREAS, "" for all, of the `findings`. `hours=False` leaves out what is told
    by the hour. Raises ValueError in words.
    """
    if grain not in GRAINS or against not in AGAINST:
        raise ValueError(
            f"grain must be one of {', '.join(GRAINS)} and against one of {', '.join(AGAINST)}, got {grain!r} and {against!r}"
        )
    cut = cuts.cut(kpi, queue=queue, grain="week" if grain == "hour" else grain, hours=hours)
    told = tuple(one for one in findings if not area or one.area == area)
    return AuditView(
        cut, _totals(cut, against, cuts.evidence.centre.currency), told, tuple(_warnings(cut, grain, against))
    )


def _totals(cut, against, currency):
    now, money = cut.now, currency
    interval = (
        "–" if np.isnan(now["low"]) else f"{said(cut.kpi, now['low'], money)} – {said(cut.kpi, now['high'], money)}"
    )
    if against == "target":
        then, verdict = now["target"], now["status"] if not np.isnan(now["target"]) else "no target"
        step = now["value"] - then
    else:
        row = getattr(cut, against)
        then, step, verdict = row["then"], row["then_change"], row["then_told"] or "not known"
    return AuditTotals(
        value=said(cut.kpi, now["value"], money),
        interval=interval,
        contacts=f"{now['n']:,.0f}",
        against=said(cut.kpi, then, money),
        change="–" if np.isnan(step) else _step(cut.kpi, step, money),
        verdict=verdict,
    )


def _step(kpi, step, currency):
    """A difference with its sign, in the unit of the variant."""
    if kpi.unit == KPIS[kpi.key].unit:
        return step_words(kpi.key, step).strip()
    return ("+" if step > 0 else "−" if step < 0 else "±") + said(kpi, abs(step), currency)


def _warnings(cut, grain, against):
    if grain in ("week", "day") and cut.grain != grain:
        yield f"{cut.kpi.name} rests on a table that is told by the {cut.grain}: so is its course."
    if grain == "hour" and cut.day_hours is not None and cut.day_hours.empty:
        yield f"{cut.kpi.name} is not known by the hour: its table has no hours."
    if against == "target" and np.isnan(cut.now["target"]):
        yield "The centre's file names no target for it: hold it against a quarter instead."


# --------------------------------------------------------------------------------------- the panel


def audit_panel(told, quarter=None, *, language=None):
    """A live panel of an audit, the widget of an `audit_desk`. Raises ValueError in words where the folder cannot
    be audited.
    """
    return audit_desk(told, quarter, language=language).panel()


def audit_desk(told, quarter=None, *, language=None):
    """What is behind the panel: pickers, tiles, charts, findings.

    `told` is an Audit of `auditing.audit`, an Evidence of `evidence_of` (then there are no findings), or a centre's
    folder, which is audited for the `quarter`. Scenarios are kept in the folder that was audited. `language` is a
    code such as "fi" (left out: CCPLAN_LANGUAGE, then centre.toml).
    """
    from ...auditing import audit
    from ...auditing.standing.cuts import Cuts

    if not hasattr(told, "quarter"):
        told = audit(told, quarter)
    evidence = getattr(told, "evidence", told)
    return AuditDesk(
        Cuts(evidence),
        getattr(told, "findings", ()),
        folder=getattr(evidence, "folder", None),
        language=chosen(language, evidence.centre),
    )


class AuditDesk(Desk):
    """A desk without dials: six pickers."""

    kind, totals, as_it_is, a_pin = "audit", AuditTotals, "how the panel opens", "what was pinned"

    def __init__(self, cuts, findings=(), *, folder=None, language=None):
        from ...auditing.standing.cuts import variants_of

        self.cuts, self.findings, self.held = cuts, tuple(findings), {}
        centre, self.currency = cuts.evidence.centre, cuts.evidence.centre.currency
        self.title = Filled("{centre}, {quarter}: what do the KPIs say?", centre=centre.name, quarter=cuts.quarter)
        self.kpis = {Term(KPIS[key].name): key for key in cuts.known()}
        self.variants = {
            key: {Term(words): kpi for words, kpi in variants_of(key).items()} for key in self.kpis.values()
        }
        self.queues = [ALL, *(queue.name for queue in centre.queues)]
        self.areas = {EVERY: ""} | {Term(words.capitalize()): area for area, words in AREAS.items()}
        self.notes = "Findings" if self.findings else None
        first = KPIS["service_level" if "service_level" in self.kpis.values() else next(iter(self.kpis.values()))]
        super().__init__(
            (),
            State(
                {},
                {},
                {"kpi": first.name, "variant": "as usual", "queue": ALL, "grain": "week", "against": AGAINST["target"]}
                | ({"area": EVERY} if self.findings else {}),
            ),
            folder=folder,
            language=language,
        )

    def options(self, state):
        key = self.kpis[state.places["kpi"]]
        return {
            "kpi": list(self.kpis),
            "variant": list(self.variants[key]),
            "queue": self.queues,
            "grain": list(GRAINS),
            "against": list(AGAINST.values()),
            **({"area": list(self.areas)} if self.findings else {}),
        }

    def labels(self):
        return {
            "kpi": "KPI",
            "variant": "Counted",
            "queue": "Queue",
            "grain": "By",
            "against": "Against",
            "area": "Findings of",
        }

    def at(self, places):
        """The State at other choices; another KPI is counted as usual."""
        usual = State({}, {}, places | {"variant": "as usual"})
        for name, choices in self.options(usual if places["kpi"] in self.kpis else self.state).items():
            if name != "variant" and places[name] not in choices:
                raise ValueError(
                    f"{self.labels()[name].lower()} must be one of {', '.join(choices)}, got {places[name]!r}"
                )
        if places["variant"] not in self.variants[self.kpis[places["kpi"]]]:
            places = places | {"variant": "as usual"}
        return State({}, {}, places)

    def view(self, state=None, hours=True):
        """The AuditView of a state (of where the panel stands), kept once found; `hours=False`: without what is
        told by the hour.
        """
        places = (state or self.state).places
        key = (*places.values(), hours)
        if key not in self.held:
            if len(self.held) > 200:
                self.held.clear()
            kpi, queue = self._asked(places)
            against = next(name for name, words in AGAINST.items() if words == places["against"])
            self.held[key] = audit_view(
                self.cuts,
                kpi,
                queue=queue,
                grain=places["grain"],
                against=against,
                area=self.areas[places.get("area", EVERY)],
                findings=self.findings,
                hours=hours,
            )
        return self.held[key]

    def _asked(self, places):
        """(KPI, queue) that the pickers name."""
        variants = self.variants[self.kpis[places["kpi"]]]
        return variants[places["variant"]], "" if places["queue"] == ALL else places["queue"]

    def show(self, rest):
        by_hour = self.state.places["grain"] == "hour"
        # where the hours are not known yet they follow, so that the numbers need not wait for them
        hours = rest or self.cuts.hours_known(*self._asked(self.state.places))
        view = self.view(hours=hours)
        what = [self.pinned.places[name] for name in ("kpi", "variant", "queue")]
        charts = {"course": live(course_rows(view.cut), course_finding(view.cut))}
        if hours:
            charts |= {
                "day": live(day_rows(view.cut), day_finding(view.cut)),
                "hours": live(hour_rows(view.cut), hours_finding(view.cut)),
            }
        unasked = "course" if by_hour else "day"
        charts[unasked] = charts.get(unasked, {"waiting": True}) | {"hidden": True}
        return {
            "tiles": self.tiles(view.totals),
            "warnings": list(view.warnings),
            "unsettled": 0 if hours else SOON_MS,
            "charts": charts,
            "notes": [_note(one) for one in view.findings],
            "against": f"{view.cut.kpi.name}: {view.cut.variant}."
            + (f" Pinned: {', '.join(what)}." if self.pinned != self.state else ""),
        }

    def charts(self):
        return chart_places()

    def totals_at(self, state):
        return self.view(state, hours=False).totals

    def frames(self):
        """The course of the KPI, its hours of the day, its hours of the week."""
        cut = self.view().cut
        return {"course": cut.course, "by hour": cut.day_hours, "by weekday and hour": cut.hours}


def _note(finding):
    """A finding as the panel says it."""
    due = f" {finding.owner}, by {finding.due:%Y-%m-%d}." if finding.owner and finding.due is not None else ""
    return {
        "text": f"{AREAS[finding.area].capitalize()}, {finding.severity}: {finding.says.rstrip('.')}. {finding.action.rstrip('.')}.{due}",
        "tone": finding.severity,
    }


# ---------------------------------------------------------------------------------------- charts


def _scaled(cut):
    """(factor, form): shares are drawn in percent."""
    return (100.0, "%") if cut.kpi.unit.startswith("share") else (1.0, cut.kpi.unit)


def course_rows(cut):
    """A row a point of time: time, end of the natural limits, value, whether a rule is broken, its words."""
    factor, _ = _scaled(cut)
    rows = cut.course
    told = pd.DataFrame(
        {
            "time": rows["time"] + NOON,
            "now": rows["now"].astype(int),
            "broken": (rows["rules"] != "").astype(int),
            "words": [
                f"{time:%-d %b %Y}: {said(cut.kpi, value)}{f' ({rules})' if rules else ''}"
                for time, value, rules in zip(rows["time"], rows["value"], rows["rules"], strict=True)
            ],
        }
    )
    numbers = {name: (factor * rows[name].astype(float)).round(3) for name in ("value", "centre", "lower", "upper")}
    return told.assign(**numbers)


def course_finding(cut):
    """What the chart calls out of the usual in the quarter, in a sentence."""
    now, unit = cut.course[cut.course["now"]], cut.grain
    who = f"{cut.kpi.name}{f' of {cut.queue}' if cut.queue else ''}"
    if cut.course["centre"].isna().all():
        return f"{who}, by the {unit}: too few before the quarter to tell what is usual"
    broken = now[now["rules"] != ""]
    usual = said(cut.kpi, float(now["centre"].mean()))
    if broken.empty:
        return f"{who}: no {unit} of the quarter is out of the usual, {usual}"
    return f"{who}: {len(broken)} of {len(now)} {unit}s of the quarter break a rule; {usual} was usual"


def day_rows(cut):
    """A row an hour of the day: hour, value, low, high, whether few contacts are behind it."""
    factor, _ = _scaled(cut)
    rows = cut.day_hours[cut.day_hours["value"].notna()]
    return pd.DataFrame(
        {"hour": [f"{int(hour):02d}" for hour in rows["hour"]], "few": (rows["n"] < FEW).astype(int).to_numpy()}
        | {name: (factor * rows[name].astype(float)).round(3).to_numpy() for name in ("value", "low", "high")}
    )


def day_finding(cut):
    """The hour of the day that is furthest on the wrong side, in a sentence."""
    rows = cut.day_hours[(cut.day_hours["n"] >= FEW) & cut.day_hours["value"].notna()]
    if rows.empty:
        return f"{cut.kpi.name} is not known by the hour"
    worst = rows.loc[rows["value"].idxmin() if cut.kpi.better == "higher" else rows["value"].idxmax()]
    word = {"higher": "lowest", "lower": "highest"}.get(cut.kpi.better, "highest")
    return f"{cut.kpi.name} is {word} from {int(worst['hour']):02d} to {(int(worst['hour']) + 1) % 24:02d}: {said(cut.kpi, worst['value'])}"


def hour_rows(cut):
    """A row a weekday and hour: its value in words and how far it lies from the quarter's, above 0 where it is
    better (-1 to 1).
    """
    factor, _ = _scaled(cut)
    rows = cut.hours[cut.hours["value"].notna()]
    far = (rows["value"] - cut.now["value"]) * (-1 if cut.kpi.better == "lower" else 1)
    sure = far[rows["n"] >= FEW].abs().max()
    return pd.DataFrame(
        {
            "weekday": [WEEKDAYS[int(day)] for day in rows["weekday"]],
            "hour": [f"{int(hour):02d}" for hour in rows["hour"]],
            "far": (far / (sure if sure > 0 else 1)).clip(-1, 1).round(3).to_numpy(),
            "few": (rows["n"] < FEW).astype(int).to_numpy(),
            "words": [
                f"{factor * value:,.1f}" if abs(factor * value) < 10 and factor == 1 else f"{factor * value:,.0f}"
                for value in rows["value"]
            ],
        }
    )


def hours_finding(cut):
    """The weekday's hour that is worst, in a sentence."""
    rows = cut.hours[(cut.hours["n"] >= FEW) & cut.hours["value"].notna()]
    if rows.empty:
        return f"{cut.kpi.name} is not known by weekday and hour, or from too few contacts"
    worst = rows.loc[rows["value"].idxmin() if cut.kpi.better == "higher" else rows["value"].idxmax()]
    return f"{cut.kpi.name} by weekday and hour: {said(cut.kpi, worst['value'])} on {WEEKDAYS[int(worst['weekday'])]} from {int(worst['hour']):02d}"


def chart_places():
    """The panel's charts as drawn once: an empty live specification, a note, a key of direct words."""
    fit = {"width": "container", "autosize": alt.AutoSizeParams(type="fit-x", contains="padding")}
    places = (
        (
            _course(),
            "course",
            240,
            "shares in percent; natural limits are told by the time before the quarter, days by the same weekday's",
            COURSE_KEY,
        ),
        (_day(), "day", 220, "by hour of the day, whole quarter; shares in percent; lines: 95 % intervals", []),
        (
            _hours(),
            "hours",
            alt.Step(26),
            f"whole quarter; shares in percent; pale: fewer than {FEW} contacts",
            HOURS_KEY,
        ),
    )
    return [
        {"name": name, "spec": theme.themed(chart.properties(height=height, **fit)), "note": note, "key": key}
        for chart, name, height, note, key in places
    ]


COURSE_KEY = [
    {"label": "the quarter", "colour": ACCENT, "shape": "dot"},
    {"label": "before it", "colour": INK, "shape": "dot"},
    {"label": "a rule is broken", "colour": ALARM, "shape": "dot"},
    {"label": "natural limits", "colour": CONTEXT, "shape": "area"},
]
HOURS_KEY = [
    {"label": "worse than the quarter", "colour": "#E08A5A", "shape": "area"},
    {"label": "better", "colour": "#6FA8CF", "shape": "area"},
]


def _course():
    x = alt.X("time:T", title=None, axis=alt.Axis(format="%b %y", tickCount="month", labelOverlap=True))
    y = alt.Y("value:Q", title=None, axis=alt.Axis(tickCount=5), scale=alt.Scale(zero=False, nice=True))
    base = alt.Chart(alt.NamedData("course")).encode(x=x)
    colour = alt.ColorValue(
        INK, condition=[{"test": "datum.broken == 1", "value": ALARM}, {"test": "datum.now == 1", "value": ACCENT}]
    )
    points = base.transform_filter("isValid(datum.value)")
    return alt.layer(
        base.mark_area(color=CONTEXT, opacity=0.75, interpolate="step").encode(
            y=alt.Y("lower:Q", title=None, scale=alt.Scale(zero=False)), y2="upper:Q"
        ),
        base.mark_line(color=PAPER, strokeWidth=1.5, interpolate="step").encode(y="centre:Q"),
        points.mark_line(color="#8C959F", strokeWidth=1).encode(y=y),
        points.mark_circle(size=30, opacity=1).encode(y=y, color=colour, tooltip="words:N"),
    )


def _day():
    base = alt.Chart(alt.NamedData("day")).encode(
        x=alt.X("hour:O", title="hour of the day", axis=alt.Axis(labelAngle=0))
    )
    bars = base.mark_bar(color="#8FB8D4").encode(
        y=alt.Y("value:Q", title=None, axis=alt.Axis(tickCount=5)),
        opacity=alt.condition("datum.few == 1", alt.value(0.4), alt.value(1.0)),
    )
    return alt.layer(
        bars,
        base.transform_filter("isValid(datum.low)")
        .mark_rule(color=INK, strokeWidth=1.5)
        .encode(y="low:Q", y2="high:Q"),
    )


def _hours():
    base = alt.Chart(alt.NamedData("hours")).encode(
        x=alt.X("hour:O", title="hour of the day", axis=alt.Axis(labelAngle=0, domain=False, ticks=False)),
        y=alt.Y("weekday:N", title=None, sort=list(WEEKDAYS), axis=alt.Axis(labelColor=INK, domain=False, ticks=False)),
    )
    colour = alt.condition("datum.far < 0", alt.value("#E08A5A"), alt.value("#6FA8CF"))
    depth = alt.FillOpacity("depth:Q", scale=alt.Scale(domain=[0, 1], range=[0.05, 1], clamp=True), legend=None)
    cells = base.transform_calculate(depth="abs(datum.far) * (datum.few == 1 ? 0.35 : 1)").mark_rect(
        stroke=PAPER, strokeWidth=2
    )
    return alt.layer(
        cells.encode(fill=colour, fillOpacity=depth), base.mark_text(fontSize=10, color=INK).encode(text="words:N")
    )
