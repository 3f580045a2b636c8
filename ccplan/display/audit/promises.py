"""Forecast and plan of an audited quarter against what came: charts, tables, sentences."""

from textwrap import wrap

import altair as alt
import numpy as np
import pandas as pd

from ...auditing.promising import findings as promise_findings
from ...auditing.concluding.improvements import GRACE_DAYS
from ...auditing.promising.promises import NEAR
from ..data.sheet import NIL, Sheet
from ..forecast.charts import settled
from ..tables import Words, plain
from ..theme import ACCENT, ALARM, INK, QUIET

WIDE, TALL = 620, 190
ROOM = 150  # for the names of the lines at their ends


# ------------------------------------------------------------------------------------------- words


def promises_answer(told):
    """How good the forecast and the plan were, in a paragraph, of a Promises."""
    return Words(" ".join(_answer(told)))


def _answer(told):
    one = _largest(told.queues)
    yield (
        f"**{plain(one['queue'])}: {came_against(one)}; "
        f"an interval was off by {one['wape']:.0%} of its contacts, of which chance alone makes {one['wape_chance']:.0%}.**"
    )
    fit = told.fit[told.fit["queue"] == one["queue"]]
    for row in fit.to_dict("records"):
        yield (
            f"{row['hours_there']:,.0f} agent-hours were there where the calls needed {row['hours_needed']:,.0f}, and yet {row['under_share']:.0%} of "
            f"the intervals had too few: {row['under_hours']:,.0f} hours were missing in some while {row['over_hours']:,.0f} were not needed in others."
        )
    for row in told.kept_queues[told.kept_queues["queue"] == one["queue"]].dropna(subset=["came"]).to_dict("records"):
        yield f"The plan promised {row['promised']:.0%} answered in time; {row['came']:.0%} were."
    yield f"Expected is {plain(told.source)}."
    yield from (f"{plain(note[:1].upper() + note[1:])}." for note in told.notes)


def _largest(table):
    return table.loc[table["offered"].idxmax()].to_dict()


def _signed(share):
    """A share with its sign, in percent.

    >>> _signed(-0.1501), _signed(0.0001), _signed(float("nan"))
    ('−15.0%', '0.0%', '–')
    """
    if not np.isfinite(share):
        return NIL
    words = f"{share:+.1%}"
    return words.replace("-", "−") if words[1:] != "0.0%" else words[1:]


def _percent(share):
    return f"{share:.1%}" if np.isfinite(share) else NIL


def _number(value):
    return f"{value:,.0f}" if np.isfinite(value) else NIL


# ------------------------------------------------------------------------------------------ tables


def accuracy_table(told):
    """How far the forecast of each queue was off, of a Promises."""
    rows = told.queues
    shown = pd.DataFrame(
        {
            "queue": rows["queue"],
            "expected": rows["forecast"].map(_number),
            "came": rows["offered"].map(_number),
            "bias": rows["bias"].map(_signed),
            "WAPE, intervals": rows["wape"].map(_percent),
            "of it chance": rows["wape_chance"].map(_percent),
            "WAPE, days": rows["wape_days"].map(_percent),
            "within ±5%": rows["within_5"].map(_percent),
            "80% band held": rows["coverage"].map(_percent),
            "AHT expected, s": rows["aht_expected"].map(_number),
            "AHT came, s": rows["aht_came"].map(_number),
            "AHT bias": rows["aht_bias"].map(_signed),
        }
    )
    one = _largest(rows)
    return Sheet(shown, f"{one['queue']}: {came_against(one)}", tuple(shown.columns[1:]))


def fit_table(told):
    """How well the agents who were there fitted the calls that came, of a Promises."""
    rows = told.fit
    if rows.empty:
        return Words(
            " ".join(f"{plain(note[:1].upper() + note[1:])}." for note in told.notes)
            or "No live queue tells how many agents were there."
        )
    shown = pd.DataFrame(
        {
            "queue": rows["queue"],
            "hours there": rows["hours_there"].map(_number),
            "needed": rows["hours_needed"].map(_number),
            "planned": rows["hours_planned"].map(_number),
            "too few, hours": rows["under_hours"].map(_number),
            "too many, hours": rows["over_hours"].map(_number),
            "intervals with too few": rows["under_share"].map(_percent),
            "under the plan": rows["under_planned"].map(_percent),
            "correlation": [
                f"{value:.2f}".replace("-", "−") if np.isfinite(value) else NIL for value in rows["correlation"]
            ],
        }
    )
    worst = rows.loc[rows["under_share"].idxmax()]
    return Sheet(
        shown,
        f"{worst['queue']} had too few agents in {worst['under_share']:.0%} of its intervals",
        tuple(shown.columns[1:]),
    )


def kept_table(told):
    """Service promised and given of each queue, of a Promises."""
    rows = told.kept_queues
    if rows.empty:
        return Words("No queue has a plan that promises service by interval.")
    shown = pd.DataFrame(
        {
            "queue": rows["queue"],
            "target": rows["target"].map(_percent),
            "promised by the plan": rows["promised"].map(_percent),
            "with the agents there": rows["rostered"].map(_percent),
            "came": rows["came"].map(_percent),
            "came − promised, points": [
                f"{100 * gap:+.1f}".replace("-", "−") if np.isfinite(gap) else NIL
                for gap in rows["came"] - rows["promised"]
            ],
        }
    )
    under = rows[rows["came"] < rows["target"]]["queue"]
    finding = f"Under the target: {', '.join(under)}" if len(under) else "Every queue kept its target"
    return Sheet(shown, finding, tuple(shown.columns[1:]))


DEFINITIONS = (  # term, formula, unit: of this section
    ("WAPE", "Σ |expected − contacts| ÷ Σ contacts, over intervals or days", "share of contacts"),
    (
        "of it chance",
        "the same for a forecast that knows the true mean, if contacts come as a Poisson process: Σ E|X − m| ÷ Σ m",
        "share of contacts",
    ),
    ("bias", "Σ expected ÷ Σ contacts − 1; above nought: too much was expected", "share"),
    (
        "within ±5%",
        "intervals with |expected − contacts| ≤ 0.05 × contacts ÷ intervals with contacts",
        "share of intervals",
    ),
    ("80% band held", "intervals whose contacts lie between P10 and P90 ÷ intervals with a band", "share of intervals"),
    (
        "needed",
        "the fewest agents who meet the queue's targets with the contacts and handle time that came",
        "net agents",
    ),
    ("planned", "the same by the forecast", "net agents"),
    (
        "too few, too many",
        "Σ of needed − there where above nought, Σ of there − needed where above nought, × hours of an interval",
        "agent-hours",
    ),
    ("promised", "Σ service of the planned agents × expected contacts ÷ Σ expected contacts", "share"),
    ("with the agents there", "the same with the agents who were there, by the forecast's contacts", "share"),
)


def promise_definitions():
    """The terms of this section, with formula and unit."""
    return Sheet(pd.DataFrame(DEFINITIONS, columns=["term", "formula", "unit"]))


def assumptions_table(told):
    """What an Audit assumes where it judges: a row an assumption with its value and what it does."""
    centre, expected = told.evidence.centre, told.sections.get("promises")
    rows = [
        (
            "quarter",
            f"{told.quarter}: {told.quarter.first:%Y-%m-%d} to {told.quarter.end - pd.Timedelta(days=1):%Y-%m-%d}",
            "what is audited",
        ),
        ("people", "names" if told.evidence.names else "codes", "a code is the same from report to report"),
        (
            "expected",
            expected.source if expected else NIL,
            "the forecast that contacts and handle time are held against",
        ),
        (
            "paid hour",
            f"{centre.costs.loaded_hourly_cost:,.2f} {centre.currency}",
            "wage × (1 + on-costs): prices agent-hours",
        ),
        ("shrinkage", f"{centre.shrinkage.total:.0%}", "hours on the phones ÷ (1 − shrinkage) = paid hours"),
        (
            "contacts, handle time",
            f"±{promise_findings.OFF:.0%}",
            "smaller misses of a quarter's forecast are no finding",
        ),
        (
            "service",
            f"{100 * promise_findings.SHORT:.0f} points",
            "so far under target and promise it is a finding; red from "
            f"{100 * promise_findings.RED:.0f} points under the target",
        ),
        (
            "agents",
            f"{100 * promise_findings.OFTENER:.0f} points",
            "more of the intervals short than in the quarter before is a finding",
        ),
        (
            "chance",
            f"{promise_findings.CHANCE:.0%}",
            "of one false finding among all queues of one question (t test on weeks, Bonferroni)",
        ),
        ("near", f"±{NEAR:.0%}", "an interval forecast as well as the field asks"),
        ("checklist", f"{GRACE_DAYS} days", "an item overdue for longer is a finding"),
    ]
    return Sheet(pd.DataFrame(rows, columns=["assumption", "set to", "what it does"]))


# ------------------------------------------------------------------------------------------- charts


def _mine(told, queue, table=None):
    """The queue that is shown: the one named, else the largest; ValueError for one that is not there."""
    table = told.queues if table is None else table
    if table.empty:
        raise ValueError("no queue can be shown: none has a plan")
    queue = queue or _largest(table)["queue"]
    if queue not in set(table["queue"]):
        raise ValueError(f"queue must be one of {', '.join(table['queue'])}, got {queue!r}")
    return queue


def _titled(chart, finding, subtitle):
    title = alt.TitleParams(wrap(finding, 84), subtitle=wrap(subtitle, 110), frame="bounds")
    return chart.properties(title=title).configure(aria=False)


def _ends(rows, x, y, lowest=0.07):
    """The names of lines at their right ends, moved apart where they would touch."""
    from ..charts import _apart

    last = rows.dropna(subset=[y]).sort_values(x).groupby("line", sort=False).tail(1).sort_values(y)
    span = rows[y].max() - min(rows[y].min(), rows[y].max() * 0.9)
    last = last.assign(**{x: last[x].max(), y: _apart(last[y].to_numpy(float), lowest * (span or 1.0))})
    words = alt.Chart(settled(last)).mark_text(align="left", dx=8, baseline="middle")
    return words.encode(x=f"{x}:T", y=f"{y}:Q", text="line:N", color=alt.Color("colour:N", scale=None))


def _lines(rows, x, y, title, *, zero, form=",.0f", height=TALL, dots=()):
    """Lines by name, or dots for those in `dots`, with their names at the right."""
    scale = alt.Scale(zero=zero, nice=True)
    base = alt.Chart(settled(rows)).encode(
        x=alt.X(f"{x}:T", title=None, axis=alt.Axis(format="%-d %b", tickCount=7, labelOverlap=True)),
        y=alt.Y(f"{y}:Q", title=None, scale=scale, axis=alt.Axis(format=form, tickCount=5)),
        color=alt.Color("colour:N", scale=None),
        detail="line:N",
    )
    told = alt.FieldOneOfPredicate(field="line", oneOf=list(dots))
    points = base.transform_filter(told).mark_point(filled=True, size=22, opacity=0.9)
    dash = alt.StrokeDash("dash:N", scale=alt.Scale(domain=["no", "yes"], range=[[1, 0], [5, 4]]), legend=None)
    lines = (
        base.transform_filter(alt.LogicalNotPredicate(**{"not": told}))
        .mark_line(strokeWidth=1.75)
        .encode(strokeDash=dash)
    )
    drawn = [lines, points] if dots else [lines]
    head = alt.TitleParams(title, fontSize=12, fontWeight="normal", color=QUIET, offset=6)
    return alt.layer(*drawn, _ends(rows, x, y)).properties(width=WIDE - ROOM, height=height, title=head)


def forecast_against_chart(told, queue=""):
    """Expected against came: contacts by day, handle time by week, of one queue of a Promises (the largest if none
    is named).
    """
    queue = _mine(told, queue)
    days, weeks = (table[table["queue"] == queue] for table in (told.days, told.weeks))
    one = told.queues[told.queues["queue"] == queue].iloc[0]
    calls = pd.concat(
        [_series(days, "day", "forecast", "expected", ACCENT), _series(days, "day", "offered", "came", INK)]
    )
    calls.loc[calls["value"] == 0, "value"] = np.nan  # closed days are no days without callers
    work = weeks[weeks["offered"] > 0.2 * weeks["offered"].median()]
    aht = pd.concat(
        [
            _series(work, "week", "aht_expected", "expected", ACCENT, "yes"),
            _series(work, "week", "aht_came", "came", INK),
        ]
    )
    chart = alt.vconcat(
        _lines(calls.dropna(subset=["value"]), "at", "value", "contacts a day", zero=True, dots=["came"]),
        _lines(aht.dropna(subset=["value"]), "at", "value", "handle time, seconds, by week", zero=False, height=120),
        spacing=22,
    )
    finding = f"{queue}: {came_against(one)}"
    subtitle = (
        f"a day was off by {_percent(one['wape_days'])} of its contacts, an interval by {_percent(one['wape'])} "
        f"({_percent(one['wape_chance'])} is chance)"
    )
    return _titled(chart, finding, subtitle)


def came_against(one):
    """What came against what was expected, of a row of the accuracy: contacts, and how long one took.

    >>> came_against({"bias": -0.5, "aht_bias": 0.25})
    '100.0% more contacts came than expected, and one took 20.0% less time'
    >>> came_against({"bias": 0.0, "aht_bias": float("nan")})
    'as many contacts came as expected'
    """
    more, longer = (1 / (1 + one[name]) - 1 if one[name] > -1 else np.nan for name in ("bias", "aht_bias"))
    if not np.isfinite(more):
        return "nothing was expected"
    calls = (
        f"{abs(more):.1%} {'more' if more > 0 else 'fewer'} contacts came than expected"
        if abs(more) >= 0.0005
        else "as many contacts came as expected"
    )
    if not np.isfinite(longer):
        return calls
    if abs(longer) < 0.0005:
        return f"{calls}, and took the time that was expected"
    return f"{calls}, and one took {abs(longer):.1%} {'more' if longer > 0 else 'less'} time"


def _series(rows, x, y, line, colour, dash="no"):
    return pd.DataFrame(
        {"at": rows[x], "value": rows[y].astype(float).round(6), "line": line, "colour": colour, "dash": dash}
    )


def promise_kept_chart(told, queue=""):
    """Service promised by the plan and given, week by week, against the target, of one queue of a Promises."""
    queue = _mine(told, queue, told.kept_queues.dropna(subset=["came"]))
    weeks = told.kept[(told.kept["queue"] == queue) & (told.kept["offered"] > 0)]
    one = told.kept_queues[told.kept_queues["queue"] == queue].iloc[0]
    lines = [
        _series(weeks, "week", "promised", "promised by the plan", ACCENT, "yes"),
        _series(weeks, "week", "came", "came", INK),
    ]
    rows = pd.concat(lines).dropna(subset=["value"])
    under = settled(
        weeks[weeks["came"] < weeks["target"]].rename(columns={"week": "at", "came": "value"})[["at", "value"]]
    )
    dots = alt.Chart(under).mark_point(filled=True, size=70, color=ALARM, opacity=1).encode(x="at:T", y="value:Q")
    target = weeks["target"].dropna().head(1)
    rule = (
        alt.Chart(settled(pd.DataFrame({"value": target})))
        .mark_rule(color=QUIET, strokeDash=[2, 3])
        .encode(y="value:Q")
    )
    chart = alt.layer(
        rule,
        _lines(rows, "at", "value", "share of contacts answered in time, by week", zero=False, form=".0%", height=230),
        dots,
    )
    chart = chart.properties(width=WIDE - ROOM, height=230)
    missed = f"; under the target of {one['target']:.0%} in {len(under)} of {len(weeks)} weeks" if len(target) else ""
    return _titled(
        chart,
        f"{queue}: {one['promised']:.0%} were promised, {one['came']:.0%} came{missed}",
        "share of contacts answered in time, by week; dots: under the target (dotted line)",
    )


def schedule_fit_chart(told, queue=""):
    """Agents needed, planned and there by the time of day, mean over the quarter's weekdays, of one queue of a
    Promises.
    """
    queue = _mine(told, queue, told.kept_queues[told.kept_queues["queue"].isin(told.fit["queue"])])
    mine = told.intervals[(told.intervals["queue"] == queue) & (told.intervals["day"].dt.day_of_week < 5)].dropna(
        subset=["there", "needed"]
    )
    wall = mine["start"].dt.tz_localize(None)
    names = {
        "needed": ("needed for what came", INK, "no"),
        "planned": ("planned by the forecast", ACCENT, "yes"),
        "there": ("there", ALARM, "no"),
    }
    means = (
        mine.groupby(pd.Timestamp("2001-01-01") + (wall - wall.dt.normalize()))[list(names)]
        .mean()
        .rename_axis("at")
        .reset_index()
    )
    rows = pd.concat([_series(means, "at", name, *looks) for name, looks in names.items()])
    chart = _lines(rows, "at", "value", "net agents, mean of the quarter's weekdays", zero=True, height=230)
    chart.layer[0].encoding.x.axis = alt.Axis(format="%H:%M", tickCount=8, labelOverlap=True)
    one = told.fit[told.fit["queue"] == queue].iloc[0]
    finding = (
        f"{queue}: too few agents in {one['under_share']:.0%} of the intervals, {one['under_hours']:,.0f} hours missing while "
        f"{one['over_hours']:,.0f} were not needed"
    )
    return _titled(chart, finding, f"correlation of agents there with agents needed: {one['correlation']:.2f}")
