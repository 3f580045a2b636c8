"""The audit's section on quality as it is seen: steps, evaluators, what a score goes with, and all of it in words."""

import altair as alt
import numpy as np
import pandas as pd

from ...auditing.quality import ALIKE, NEWS, two_a_month
from ...auditing.evaluating.quality_links import OUTCOMES
from ...data.checks.findings import counted
from ..charts import show
from ..data.sheet import Sheet
from ..tables import Words, plain
from ..theme import ACCENT, ALARM, CONTEXT, INK, QUIET, RULE

ROW = 22
WIDE = 330  # pixels of names


def quality_answer(found):
    """The quarter's quality in a paragraph of Words: score, failed calls, what changed, how far it carries."""
    return Words(" ".join(_answer(found)))


def _answer(found):
    one = found.total.iloc[0]
    yield (
        f"**{_many(one['calls'], 'call')} heard in {found.quarter} got {one['points']:.1%} of their points"
        f"{_span(one, 'points')}; {one['failed']:.1%} failed on a critical step, so that the score with the auto-fail is {one['score']:.1%}.**"
    )
    yield (
        f"Critical error accuracy (calls without a critical error ÷ calls heard) is {one['critical_accuracy']:.1%}"
        f"{_span(one, 'accuracy')}; the steps that are not critical were met to {one['other']:.1%}."
    )
    if len(found.before):
        yield _compared(found)
    weak = found.steps[found.steps["calls"] >= 30].nsmallest(1, "share")
    if len(weak):
        yield f"The weakest step is “{plain(weak['step'].iloc[0])}”: {weak['share'].iloc[0]:.0%} of its points."
    yield from map(plain, found.notes)


def _compared(found):
    news = found.changes[found.changes["news"]]
    if news.empty:
        total = found.changes.iloc[0]
        return (
            f"Against {found.quarter.previous} ({total['before']:.1%} of the points) nothing changed beyond chance: {len(found.changes)} comparisons were made, "
            f"and only a change too large for chance in all of them together ({NEWS:.0%}) would count."
        )
    told = [
        f"{plain(row.what)} {'rose' if row.change > 0 else 'fell'} from {row.before:.0%} to {row.now:.0%}"
        for row in news.itertuples()
    ]
    return f"Against {found.quarter.previous}: {'; '.join(told)}."


def sampling_answer(found):
    """How far the number of calls heard carries, in Words: for a person, for a team."""
    return Words(" ".join(_sampling(found)))


def _sampling(found):
    people, teams = found.sampling, found.team_sampling
    if people.empty or people["spread"].isna().all():
        yield "Nobody had two calls heard, so it cannot be told how much a score says."
        return
    told, quarter = two_a_month(found), two_a_month(found, months=3)
    yield (
        f"**Two calls a month say little about a person: ± {told['margin'] * 100:.0f} points; after a quarter still ± {quarter['margin'] * 100:.0f}.** "
        f"A call's points spread by {people['spread'].iloc[0] * 100:.1f} around the agent's own mean (standard deviation), so ± 5 points at 95 % take "
        f"{told['needed']:.0f} calls of each; {people['enough'].sum()} of {_many(len(people), 'agent')} have them in {found.quarter}."
    )
    if len(teams):
        yield f"For a team the same calls go far: ± {teams['margin'].max() * 100:.1f} points at most."
    failed = found.total.iloc[0]["failed"]
    yield (
        f"Whether a person fails calls can hardly be told from a sample: {failed:.1%} of all calls fail, so most agents show none "
        "and a few show one, by chance."
        if failed > 0
        else "No call failed."
    )


def sampling_table(found, most=12):
    """Who was heard least, as a Sheet: agent, calls heard, calls answered, ± points, calls needed."""
    if found.sampling.empty:
        return Words("The table evaluations names no agents.")
    few = found.sampling.sort_values(["margin", "agent"], ascending=[False, True]).head(most)
    shown = pd.DataFrame(
        {
            "agent": few["agent"].astype(str),
            "heard": few["heard"].map("{:,}".format),
            "answered": few["calls"].map(_number),
            "± points": (few["margin"] * 100).map(lambda one: "–" if np.isnan(one) else f"{one:.1f}"),
            "needed for ± 5": few["needed"].map(_number),
        }
    )
    return Sheet(
        shown,
        f"The {len(few)} agents whose scores say least",
        right=("heard", "answered", "± points", "needed for ± 5"),
    )


# ------------------------------------------------------------------------------------------- steps


def steps_chart(found):
    """Share of the points by step, weakest first, with its interval; critical steps marked, the quarter before as a
    tick.
    """
    rows = found.steps[found.steps["calls"] > 0].sort_values("share", kind="stable")
    rows = rows.assign(
        name=[_short(f"{row.step}{'  ●' if row.critical else ''}") for row in rows.itertuples()],
        said=[_step_words(row) for row in rows.itertuples()],
        colour=np.where(rows["news"], ALARM, ACCENT),
    )
    rows["order"] = np.arange(len(rows))
    least = min(rows["low"].fillna(rows["share"]).min(), rows["before"].fillna(1).min())
    low = max(0, np.floor(least * 10) / 10)
    x = alt.X(
        "share:Q",
        title=None,
        scale=alt.Scale(domain=[low, 1], nice=False),
        axis=alt.Axis(format=".0%", grid=True, tickCount=6),
    )
    base = alt.Chart(rows).encode(y=_names())
    span = base.mark_rule(strokeWidth=5, color=CONTEXT).encode(x=x, x2="high:Q").transform_calculate(share="datum.low")
    tick = base.mark_tick(thickness=2, size=13, color=QUIET).encode(x=alt.X("before:Q"))
    dot = base.mark_point(filled=True, size=70, opacity=1).encode(x=x, color=alt.Color("colour:N", scale=None))
    text = base.mark_text(align="left", dx=0, color=QUIET).encode(x=alt.value(448), text="said:N")
    return alt.layer(span, tick, dot, text).properties(
        width=440, height=alt.Step(ROW), title=_steps_title(found, rows, low)
    )


def _names():
    """The names at the left, in the order of the rows."""
    axis = alt.Axis(labelLimit=WIDE, labelColor=INK, grid=False, ticks=False, domain=False)
    return alt.Y("name:N", sort=alt.SortField("order"), title=None, axis=axis)


def _steps_title(found, rows, low):
    news = rows[rows["news"]]
    weak = rows.iloc[0] if len(rows) else None
    finding = (
        f"{_many(len(news), 'step')} changed beyond chance since {found.quarter.previous}"
        if len(news)
        else ""
        if weak is None
        else f"Weakest: {weak['step']}, {weak['share']:.0%} of its points"
    )
    before = f" · tick: {found.quarter.previous}" if rows["before"].notna().any() else ""
    return alt.TitleParams(
        _short(finding, 78),
        subtitle=[
            f"Share of the points by step in {found.quarter}, weakest first · grey bar: 95 % interval{before} · ● critical",
            f"Right: points now, change in points, calls · the axis starts at {low:.0%}",
        ],
    )


def _step_words(row):
    change = "" if pd.isna(row.change) else f"  {_signed(row.change)}"
    return f"{row.share:.0%}{change}  ({row.calls:,})"


def steps_picture(found):
    """`steps_chart` as a Picture."""
    return show(steps_chart(found))


def steps_table(found):
    """The steps as a Sheet: step, weight, share of the points, before, critical, how alike it is marked, why it
    counts.
    """
    rows = found.steps
    shown = pd.DataFrame(
        {
            "step": rows["step"],
            "weight": rows["weight"].map(lambda one: "–" if pd.isna(one) else f"{one:g}"),
            "critical": rows["critical"].map({True: "●", False: ""}),
            "of the points": rows["share"].map(_percent),
            "before": rows["before"].map(_percent),
            "applies": rows["applies"].map(_percent),
            "same mark": rows["agreement"].map(_percent),
            "alpha": rows["alpha"].map(lambda one: "–" if pd.isna(one) else f"{one:.2f}"),
            "why it counts": rows["why"],
        }
    )
    return Sheet(
        shown.astype(str),
        f"{len(rows)} steps; ● a critical one fails the call when it is missed",
        right=("weight", "of the points", "before", "applies", "same mark", "alpha"),
    )


# -------------------------------------------------------------------------------------- calibration


def leniency_chart(found):
    """Evaluators against the others on the same calls, in points, with intervals corrected for as many; who is
    apart in the accent.
    """
    rows = found.leniency[found.leniency["difference"].notna()]
    if rows.empty:
        raise ValueError(
            "no call was scored by two evaluators, so nothing can be compared: let two hear some calls each month"
        )
    rows = rows.assign(
        points=rows["difference"] * 100,
        least=rows["low"] * 100,
        most=rows["high"] * 100,
        past=rows["before"] * 100,
        colour=np.where(rows["apart"], ALARM, ACCENT),
        order=np.arange(len(rows)),
        name=rows["evaluator"].astype(str).map(_short),
        said=[f"{_signed(row.difference)}    ({row.together} together)" for row in rows.itertuples()],
    )
    far = np.ceil(np.nanmax(np.abs(rows[["points", "least", "most", "past"]].to_numpy(float))) + 1)
    scale = alt.Scale(domain=[-far, far], nice=False)
    base = alt.Chart(rows).encode(y=_names())
    zero = (
        alt.Chart(pd.DataFrame({"x": [0]}))
        .mark_rule(color=RULE)
        .encode(x=alt.X("x:Q", scale=scale, title="points of a call, − stricter, + milder than the others"))
    )
    span = base.mark_rule(strokeWidth=5, color=CONTEXT).encode(x=alt.X("least:Q", scale=scale), x2="most:Q")
    tick = base.mark_tick(thickness=2, size=13, color=QUIET).encode(x="past:Q")
    dot = base.mark_point(filled=True, size=80, opacity=1).encode(x="points:Q", color=alt.Color("colour:N", scale=None))
    text = base.mark_text(align="left", color=QUIET).encode(x=alt.value(448), text="said:N")
    return alt.layer(zero, span, tick, dot, text).properties(
        width=440, height=alt.Step(30), title=_leniency_title(found, rows)
    )


def _leniency_title(found, rows):
    apart = rows[rows["apart"]]
    told = " and ".join(
        f"{name} is {abs(points):.1f} points {'milder' if points > 0 else 'stricter'} than the others"
        for name, points in zip(apart["name"], apart["points"], strict=True)
    )
    tick = f" · tick: {found.quarter.previous}" if rows["before"].notna().any() else ""
    return alt.TitleParams(
        _short(told or "No evaluator scores apart from the others beyond chance", 90),
        subtitle=f"Same calls, heard together in {found.quarter} · grey bar: 95 % interval, corrected for {_many(len(rows), 'evaluator')}{tick}",
    )


def leniency_picture(found):
    """`leniency_chart` as a Picture, or Words where no call was heard by two."""
    try:
        return show(leniency_chart(found))
    except ValueError as problem:
        return Words(f"Calibration cannot be shown: {plain(problem)}.")


def calibration_answer(found):
    """How alike the evaluators score, in Words: agreement, alpha, who is apart."""
    return Words(" ".join(_calibration(found)))


def _calibration(found):
    told = found.agreement.set_index("measure")
    if found.leniency.empty or not told.loc["points", "calls"]:
        yield "No call was heard by two evaluators, so nobody can tell whether they score alike: let all of them hear the same few calls each month."
        return
    one, verdict = told.loc["points"], told.loc["failed"]
    yield (
        f"**{_many(one['calls'], 'call')} were heard by several of {_many(one['evaluators'], 'evaluator')}: Krippendorff's alpha of the points is "
        f"{_value(one['alpha'])}{_between(one)}** (1: they always agree; 0: as if they threw dice; below {ALIKE:.2f} no conclusion about a person should rest on it)."
    )
    yield f"On whether a call failed {_percent(verdict['agreement'])} of the pairs say the same (Fleiss' kappa {_value(verdict['kappa'])})."
    for row in found.leniency[found.leniency["apart"]].itertuples():
        yield (
            f"Calibration: {plain(row.evaluator)} gives {abs(row.difference) * 100:.1f} points {'more' if row.difference > 0 else 'less'} than the others on the same calls "
            f"({_signed(row.low)} to {_signed(row.high)}), beyond chance{_then(found, row)}; {row.heard:,} evaluations carry this."
        )
    if not found.leniency["apart"].any():
        yield (
            "Nobody is milder or stricter beyond chance."
            if found.leniency["p"].notna().any()
            else "Too few calls were heard together to tell who is milder."
        )


def _then(found, row):
    """Beside the quarter before."""
    if pd.isna(row.before):
        return ""
    past = f"{found.quarter.previous} ({_signed(row.before)})"
    return f", and otherwise than in {past}" if row.changed else f", as in {past}"


# ---------------------------------------------------------------------------------------------- links


def links_chart(found):
    """By step, how much more often the matter was settled where the step was met in full, in points, with its
    interval.
    """
    rows = found.step_links[found.step_links["difference"].notna()] if len(found.step_links) else found.step_links
    if rows.empty:
        raise ValueError("no evaluated call has a row in calls that says whether the matter was settled")
    rows = rows.assign(
        points=rows["difference"] * 100,
        least=rows["low"] * 100,
        most=rows["high"] * 100,
        order=np.arange(len(rows)),
        colour=np.where(rows["beyond_chance"], ACCENT, RULE),
        name=rows["step"].astype(str).map(_short),
        said=[
            f"{row.resolved_with:.0%} against {row.resolved_without:.0%}  ({row.without:,} without)"
            for row in rows.itertuples()
        ],
    )
    base = alt.Chart(rows).encode(y=_names())
    x = alt.X("points:Q", title="points of resolution, with the step less without it")
    zero = alt.Chart(pd.DataFrame({"x": [0]})).mark_rule(color=RULE).encode(x="x:Q")
    span = base.mark_rule(strokeWidth=5, color=CONTEXT).encode(x=alt.X("least:Q"), x2="most:Q")
    dot = base.mark_point(filled=True, size=70, opacity=1).encode(x=x, color=alt.Color("colour:N", scale=None))
    text = base.mark_text(align="left", color=QUIET).encode(x=alt.value(448), text="said:N")
    some = int(rows["beyond_chance"].sum())
    title = (
        f"{_many(some, 'step')} {'goes' if some == 1 else 'go'} with settled matters beyond chance"
        if some
        else "No step goes with settled matters beyond chance"
    )
    return alt.layer(zero, span, dot, text).properties(
        width=440,
        height=alt.Step(ROW),
        title=alt.TitleParams(
            title,
            subtitle=[
                f"Share of matters settled in {found.quarter} where the step was met in full, less where it was not",
                f"Grey bar: 95 % interval · blue: beyond chance, corrected for {_many(len(rows), 'step')}",
            ],
        ),
    )


def links_picture(found):
    """`links_chart` as a Picture, or Words where the calls do not tell."""
    try:
        return show(links_chart(found))
    except ValueError as problem:
        return Words(f"What quality goes with cannot be shown: {plain(problem)}.")


def links_answer(found):
    """Whether a high score goes with settled matters and satisfaction, in Words; honest where nothing shows."""
    return Words(
        " ".join(_links(found))
        or "No evaluated call has an outcome in the table calls, so quality cannot be held against it."
    )


def _links(found):
    for row in found.links.itertuples():
        what = OUTCOMES[row.outcome]
        if pd.isna(row.correlation):
            yield f"Score and {what}: only {_many(row.calls, 'call')} with both, too few to tell."
            continue
        sure = (
            "they go together"
            if row.beyond_chance and row.correlation > 0
            else "they go against each other"
            if row.beyond_chance
            else "no link shows beyond chance"
        )
        yield f"Score and {what}: {sure} (rank correlation {row.correlation:+.2f}, {row.low:+.2f} to {row.high:+.2f}, {row.calls:,} calls).".replace(
            "-", "−"
        )
    sure = found.step_links[found.step_links["beyond_chance"]] if len(found.step_links) else found.step_links
    if len(sure):
        named = ", ".join(f"“{plain(step)}”" for step in sure.loc[sure["difference"] > 0, "step"])
        if named:
            yield f"Of the steps, {named} go with settled matters; that is no proof of cause: a call that cannot be settled is also harder to do well."


# ------------------------------------------------------------------------------------------- groups


def groups_table(found, by="teams"):
    """Scores by `by` (teams, evaluators, months or agents) as a Sheet: calls, points and interval, failed, critical
    accuracy, score.
    """
    rows = getattr(found, by)
    if rows.empty:
        return Words(f"The tables name no {by}.")
    name = by[:-1]
    label = rows[name].dt.strftime("%B %Y") if name == "month" else rows[name].astype(str)
    shown = pd.DataFrame(
        {
            name: label,
            "calls heard": rows["calls"].map("{:,}".format),
            "of the points": rows["points"].map(_percent1),
            "95 %": [_range(a, b) for a, b in zip(rows["points_low"], rows["points_high"], strict=True)],
            "failed": rows["failed"].map(_percent1),
            "without critical error, 95 %": [
                _range(a, b) for a, b in zip(rows["accuracy_low"], rows["accuracy_high"], strict=True)
            ],
            "score": rows["score"].map(_percent1),
        }
    )
    return Sheet(
        shown,
        f"Quality by {name}: points before the auto-fail, failed calls, and the score with it",
        right=tuple(shown.columns[1:]),
    )


def _range(low, high):
    return "–" if pd.isna(low) else f"{low:.0%} to {high:.0%}"


def _span(one, name):
    low, high = one[f"{name}_low"], one[f"{name}_high"]
    return "" if pd.isna(low) else f" ({low:.1%} to {high:.1%} at 95 %)"


def _between(one):
    return "" if pd.isna(one["low"]) else f" ({one['low']:.2f} to {one['high']:.2f})".replace("-", "−")


def _signed(share):
    """A difference of shares in points, with its sign."""
    return f"{share * 100:+.1f}".replace("-", "−")


def _value(number):
    return "not known" if pd.isna(number) else f"{number:.2f}".replace("-", "−")


def _percent(share):
    return "–" if pd.isna(share) else f"{share:.0%}"


def _percent1(share):
    return "–" if pd.isna(share) else f"{share:.1%}"


def _number(value):
    return "–" if pd.isna(value) else f"{value:,.0f}"


def _many(number, noun):
    return counted(int(number), noun)


def _short(text, letters=54):
    text = str(text)
    return text if len(text) <= letters else text[: letters - 1] + "…"
