"""The audit's section on quality: what the evaluations of the quarter say, how far they carry, and what they go
with.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from .evaluating.call_scores import call_scores, group_scores, scored_steps, step_scores
from .evaluating.calibration import agreement_of_calls, agreement_of_pairs, agreement_of_steps, leniency
from .findings import Finding
from .evaluating.quality_links import holm, outcomes_of, score_links, step_links
from .evaluating.sampling import adequacy, margin_of, needed_calls
from .evaluating.scorecard import load_scorecard

NEWS = 0.01  # Holm-corrected p below which a change is beyond noise
MATERIAL = {
    "points": 0.03,
    "critical_accuracy": 0.05,
    "step": 0.05,
    "evaluator": 0.05,
}  # smaller changes are no finding
RED = 2  # so many times the material change is red
NAMED = {"points": "the share of points of a call", "critical_accuracy": "critical error accuracy"}
ALIKE = 0.667  # Krippendorff: below it, no conclusion should rest on the scores; from 0.8 on they can be relied on


@dataclass(frozen=True, kw_only=True)
class Quality:
    """What a quarter's evaluations come to; every frame's shares are 0–1.

    `scores` a row an evaluation (`call_scores`); `total`, `before` one row of `group_scores` for the quarter and the
    one before
    (empty where that has none); `steps` (`step_scores` with before, change, p, news, why, how, agreement, alpha);
    `teams`, `agents`,
    `evaluators`, `months` (`group_scores`; empty where the column is missing); `sampling` (`adequacy` by agent),
    `team_sampling`;
    `leniency` (with before, changed), `agreement`, `pairs`; `links`, `step_links`; `changes` what was tested against
    the quarter
    before; `notes` sentences on what could not be told; `findings` only what is beyond noise and material.
    """

    quarter: object
    scores: pd.DataFrame = field(repr=False)
    total: pd.DataFrame = field(repr=False)
    before: pd.DataFrame = field(repr=False)
    steps: pd.DataFrame = field(repr=False)
    teams: pd.DataFrame = field(repr=False)
    agents: pd.DataFrame = field(repr=False)
    evaluators: pd.DataFrame = field(repr=False)
    months: pd.DataFrame = field(repr=False)
    sampling: pd.DataFrame = field(repr=False)
    team_sampling: pd.DataFrame = field(repr=False)
    leniency: pd.DataFrame = field(repr=False)
    agreement: pd.DataFrame = field(repr=False)
    pairs: pd.DataFrame = field(repr=False)
    links: pd.DataFrame = field(repr=False)
    step_links: pd.DataFrame = field(repr=False)
    changes: pd.DataFrame = field(repr=False)
    notes: tuple = ()
    findings: tuple = ()

    @property
    def observations(self):
        """What is so but is no news, a sentence each: evaluators who are milder or stricter than the others, and
        have not changed.
        """
        rows = self.leniency[self.leniency["apart"] & ~self.leniency["changed"]]
        return tuple(
            f"Calibration: evaluator {row.evaluator} is {abs(row.difference) * 100:.1f} points {'milder' if row.difference > 0 else 'stricter'} "
            f"than the others on the same {row.together} calls."
            for row in rows.itertuples()
        )


def quality(evidence, weights=None):
    """The Quality of the audited quarter.

    `weights` {step: weight} stands in for the possible points. Raises ValueError in words where the table of
    evaluations is
    missing, has none of the quarter, or lacks a column without which nothing can be scored.
    """
    rows = evidence.of("evaluations")
    if rows.empty:
        raise ValueError(
            f"the table evaluations has none of {evidence.quarter}: no call was scored, or the table ends before"
        )
    earlier = evidence.of("evaluations", evidence.quarter.previous)
    teams = _teams(evidence)
    scores = call_scores(rows, weights, teams)
    if scores.empty:
        raise ValueError(f"no evaluation of {evidence.quarter} has a step that applied: every cell of points is empty")
    former = call_scores(earlier, weights, teams)
    marks, total, before = scored_steps(rows, weights), group_scores(scores), group_scores(former)
    steps = _steps(rows, earlier, weights, marks, load_scorecard(evidence.folder))
    changes = _changes(total, before, steps)
    people = _leniency(scores, former)
    joined = (
        outcomes_of(scores, evidence.frame("calls")) if "calls" in evidence.tables else pd.DataFrame(columns=["points"])
    )
    sampling = _sampling(scores, evidence, "agent")
    return Quality(
        quarter=evidence.quarter,
        scores=scores,
        total=total,
        before=before,
        steps=_with_news(steps, changes),
        sampling=sampling,
        team_sampling=_sampling(scores, evidence, "team", teams),
        leniency=people,
        agreement=agreement_of_calls(scores),
        pairs=agreement_of_pairs(marks),
        links=score_links(joined),
        step_links=step_links(marks, joined),
        changes=changes,
        notes=tuple(_notes(evidence, scores, before)),
        findings=tuple([*_changed(changes, evidence.quarter), *_drifted(people, evidence.quarter)]),
        **{
            f"{name}s": group_scores(scores, name) if name in scores else pd.DataFrame()
            for name in ("team", "agent", "evaluator", "month")
        },
    )


def _teams(evidence):
    agents = evidence.tables.get("agents")
    if agents is None or "team" not in agents:
        return None
    return agents.drop_duplicates("agent").set_index("agent")["team"].to_dict()


def _steps(rows, earlier, weights, marks, card):
    """The steps beside the quarter before, what the scorecard says of them, and how alike they are marked."""
    now, then = step_scores(rows, weights), step_scores(earlier, weights).set_index("step")
    made = now.assign(before=now["step"].map(then["share"]), before_error=now["step"].map(then["error"]))
    told = card.frame().set_index("step")
    made = made.assign(why=made["step"].map(told["why"]).fillna(""), how=made["step"].map(told["how"]).fillna(""))
    alike = agreement_of_steps(marks).set_index("step")
    return made.assign(
        change=made["share"] - made["before"],
        agreement=made["step"].map(alike["agreement"]).astype(float),
        alpha=made["step"].map(alike["alpha"]).astype(float),
        heard_together=made["step"].map(alike["calls"]).fillna(0).astype(int),
    )


def _changes(total, before, steps):
    """What is held against the quarter before: what, now, before, change, p (Holm over all), material."""
    rows = []
    if len(before):
        for name in NAMED:
            error = np.hypot(_error(total, name), _error(before, name))
            rows.append((name, NAMED[name], total[name].iloc[0], before[name].iloc[0], error, MATERIAL[name]))
    there = steps.dropna(subset=["before"])
    rows += [
        ("step", one.step, one.share, one.before, np.hypot(one.error, one.before_error), MATERIAL["step"])
        for one in there.itertuples()
    ]
    made = pd.DataFrame(rows, columns=["kind", "what", "now", "before", "error", "material"])
    made["change"] = made["now"] - made["before"]
    made["p"] = holm(_p(made["change"], made["error"]))
    return made.assign(news=(made["p"] < NEWS) & (made["change"].abs() >= made["material"]))


def _error(total, name):
    """Standard error of a mean of calls; of an accuracy that of a share, never 0 (Agresti and Coull's two calls
    more each way).
    """
    one = total.iloc[0]
    if name == "critical_accuracy":
        n, good = one["calls"] + 4, one["critical_accuracy"] * one["calls"] + 2
        return np.sqrt(good / n * (1 - good / n) / n)
    from scipy.stats import t

    return (one["points_high"] - one["points_low"]) / 2 / t.ppf(0.975, one["calls"] - 1) if one["calls"] > 1 else np.nan


def _p(change, error):
    """Two-sided p of a normal change; blank where its error is not known."""
    from scipy.stats import norm

    error = error.astype(float).where(lambda one: one > 0)
    return pd.Series(2 * norm.sf((change.astype(float) / error).abs()), index=change.index)


def _with_news(steps, changes):
    told = changes[changes["kind"] == "step"].set_index("what")
    return steps.assign(p=steps["step"].map(told["p"]).astype(float), news=steps["step"].map(told["news"]).eq(True))


def _leniency(scores, former):
    """Who is milder, beside the quarter before: `before`, `changed` (a drift beyond noise and material)."""
    now, then = leniency(scores), leniency(former).set_index("evaluator")
    made = now.assign(
        before=now["evaluator"].map(then["difference"]).astype(float),
        before_error=now["evaluator"].map(then["error"]).astype(float),
    )
    change = made["difference"] - made["before"]
    p = holm(_p(change, np.hypot(made["error"].astype(float), made["before_error"])))
    return made.assign(changed=(p < NEWS) & (change.abs() >= MATERIAL["evaluator"]))


def _sampling(scores, evidence, by, teams=None):
    if by not in scores or scores[by].isna().all():
        return pd.DataFrame()
    return adequacy(scores.dropna(subset=[by]), _answered(evidence, by, teams), by)


def _answered(evidence, by, teams):
    """{agent or team: contacts answered in the quarter}; None where no table tells."""
    calls = evidence.tables.get("calls")
    if calls is None or "agent" not in calls:
        return None
    mine = evidence.of("calls")
    counts = mine.loc[mine["outcome"] == "answered", "agent"].value_counts()
    return (counts if by == "agent" else counts.groupby(counts.index.map(teams or {})).sum()).to_dict()


def _notes(evidence, scores, before):
    """What could not be told, a sentence each."""
    for name, lost in (
        ("agent", "scores by agent and team"),
        ("evaluator", "the evaluators' calibration"),
        ("call_id", "calls heard by several"),
    ):
        if name not in evidence.of("evaluations"):
            yield f"The table evaluations has no column {name}: {lost} cannot be told."
    if "calls" not in evidence.tables:
        yield f"What quality goes with cannot be told: {evidence.absent.get('calls', 'there is no table of calls')}."
    if before.empty:
        yield f"There is no evaluation of {evidence.quarter.previous}: nothing is held against the quarter before."
    if "date" in scores and (last := scores["date"].max()) < evidence.quarter.months[-1]:
        yield f"The last evaluation is of {last:%Y-%m-%d}: the quarter is not whole."


def _changed(changes, quarter):
    """Findings on what got worse since the quarter before."""
    for one in changes[changes["news"] & (changes["change"] < 0)].itertuples():
        what = f'the step "{one.what}"' if one.kind == "step" else one.what
        fall = -one.change
        yield Finding(
            key=f"quality {one.what if one.kind == 'step' else one.kind}",
            area="customers",
            evidence="quality",
            severity="red" if fall >= RED * one.material else "amber",
            says=f"Quality: {what} fell from {one.before:.1%} in {quarter.previous} to {one.now:.1%}, {fall * 100:.1f} points, more than chance explains.",
            action=f"Hear ten calls in which {what} was missed, agree on what full points are, coach it, and look again in six weeks.",
        )


def _drifted(people, quarter):
    """Findings on evaluators whose scale moved since the quarter before; one who was always milder is an
    observation.
    """
    for one in people[people["changed"]].itertuples():
        way = "milder" if one.difference > one.before else "stricter"
        yield Finding(
            key=f"calibration {one.evaluator}",
            area="people",
            evidence="quality",
            severity="amber",
            says=f"Calibration: evaluator {one.evaluator} became {way}: from {one.before * 100:+.1f} points against the others in {quarter.previous} "
            f"to {one.difference * 100:+.1f}.",
            action="Score three calls together, step by step, before more scores are given; until then compare agents only within an evaluator.",
        )


def spread_of(found, measure="points"):
    """The standard deviation of a call's score within agents, a share; nan where nothing tells."""
    from .evaluating.sampling import spread_within

    if "agent" not in found.scores:
        return np.nan
    return spread_within(found.scores.groupby(["agent", "call_id"], observed=True)[measure].mean())


def two_a_month(found, months=1):
    """± what two calls a month say of a person's mean after `months`, a share; and how many ± 5 points take: a
    Series margin, needed.
    """
    spread = spread_of(found)
    return pd.Series(
        {"margin": margin_of(spread, 2 * months), "needed": needed_calls(spread) if spread >= 0 else np.nan}
    )
