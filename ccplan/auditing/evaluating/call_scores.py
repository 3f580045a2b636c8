"""What evaluations come to: a score for each evaluated call, and means of them by step, team, agent, evaluator, month.

A step that did not apply counts neither above nor below the line. A missed critical step fails the call: its score is
0.
So that one missed sentence does not hide how the rest was, critical and other errors are also counted apart.
"""

import numpy as np
import pandas as pd

from ..measuring.intervals import wilson

NEEDED = ("evaluation", "step", "points", "possible")
CONFIDENCE = 0.95


def scored_steps(evaluations, weights=None):
    """The rows of evaluations that apply, with `share` of their points (0–1), `weight` and `missed` (a critical error).

    `weights` {step: weight}; without it a step weighs its possible points. A critical step is met in full or missed.
    Raises ValueError where a column is missing that no score can do without, or a weight is missing or not above 0.
    """
    if lacking := [name for name in NEEDED if name not in evaluations]:
        raise ValueError(
            f"evaluations cannot be scored without {' and '.join(lacking)}: map the columns with mapping.toml"
        )
    rows = evaluations[evaluations["points"].notna() & (evaluations["possible"] > 0)]
    share = (rows["points"] / rows["possible"]).astype(float)
    critical = rows["critical"].fillna(False).astype(bool) if "critical" in rows else pd.Series(False, index=rows.index)
    return rows.assign(share=share, critical=critical, missed=critical & (share < 1), weight=_weights(rows, weights))


def _weights(rows, weights):
    if weights is None:
        return rows["possible"].astype(float)
    for step in rows["step"].unique():
        if not weights.get(step, 0) > 0:
            raise ValueError(
                f"weights must hold a number above 0 for every step, got {weights.get(step)!r} for {step!r}"
            )
    return rows["step"].map(weights).astype(float)


def call_scores(evaluations, weights=None, teams=None):
    """A row an evaluation: `points` (Σ weight × share ÷ Σ weight), `failed` (a critical step was missed), `score`.

    The score is `points`, but 0 where the call failed. `other` is the share of the steps that are not critical alone.
    Beside them evaluation, call_id, agent, team, evaluator, date and month as far as they are known; where no call is
    named
    each evaluation is a call of its own. `teams` {agent: team}.

    >>> rows = pd.DataFrame({"evaluation": ["E1"] * 3 + ["E2"] * 3, "step": list("abc") * 2, "points": [4, 3, None, 4, 6, 2],
    ...                      "possible": [4, 6, 2] * 2, "critical": [True, False, False] * 2})
    >>> call_scores(rows)[["points", "other", "failed", "score"]].round(2).values.tolist()
    [[0.7, 0.5, False, 0.7], [1.0, 1.0, False, 1.0]]
    """
    rows = scored_steps(evaluations, weights)
    told = [name for name in ("call_id", "agent", "evaluator", "date") if name in rows]
    got = rows["weight"] * rows["share"]
    plain = ~rows["critical"]
    sums = rows.assign(_got=got, _other=got.where(plain), _of=rows["weight"].where(plain)).groupby(
        "evaluation", sort=True
    )
    made = sums[told].first()
    made["points"] = sums["_got"].sum() / sums["weight"].sum()
    made["other"] = sums["_other"].sum() / sums["_of"].sum().replace(0, np.nan)
    made["failed"] = sums["missed"].any()
    made["score"] = made["points"].where(~made["failed"], 0.0)
    made = made.reset_index()
    made["call_id"] = made.get("call_id", made["evaluation"]).fillna(made["evaluation"])
    if "date" in made:
        made["month"] = made["date"].dt.to_period("M").dt.to_timestamp()
    if teams is not None and "agent" in made:
        made["team"] = made["agent"].map(teams)
    return made


def group_scores(scores, by=None):
    """Means of `call_scores` by a column (None: of all): calls, points, other, failed, score, critical_accuracy,
    with intervals.

    A call that several people heard counts once: their mean. `score_low` to `score_high` and `points_low` to
    `points_high`
    are the 95 % interval of the mean (Student's t; blank of fewer than two calls), `accuracy_low` to `accuracy_high`
    Wilson's of critical error accuracy = calls without a critical error ÷ calls.
    """
    column = by or "_all"
    scores = scores.assign(_all="all") if by is None else scores
    names = ["points", "other", "failed", "score"]
    once = (
        scores.assign(failed=scores["failed"].astype(float)).groupby([column, "call_id"], observed=True)[names].mean()
    )
    each = once.groupby(level=0, observed=True)
    made = each.mean().assign(calls=each.size())
    for name in ("points", "score"):
        half = _t(made["calls"]) * each[name].std() / np.sqrt(made["calls"])
        made[f"{name}_low"], made[f"{name}_high"] = (made[name] - half).clip(lower=0), (made[name] + half).clip(upper=1)
    made["critical_accuracy"] = 1 - made["failed"]
    made["accuracy_low"], made["accuracy_high"] = wilson(made["critical_accuracy"] * made["calls"], made["calls"])
    return made.reset_index().rename(columns={"_all": "group"})


def step_scores(evaluations, weights=None):
    """A row a step in the order of the table: step, calls, weight, critical, share, low, high, full, half, none,
    applies.

    `share` is Σ points ÷ Σ possible, its 95 % interval from the spread between calls; `full`, `half` and `none` say how
    the marks divide, `applies` the share of evaluations in which the step applied.
    """
    rows = scored_steps(evaluations, weights)
    if "call_id" not in rows:
        rows = rows.assign(call_id=rows["evaluation"])
    order = list(dict.fromkeys(evaluations["step"]))
    heard = evaluations.groupby("step")["evaluation"].nunique()
    once = rows.groupby(["step", rows["call_id"].fillna(rows["evaluation"])])[["points", "possible"]].mean()
    made = _ratios(once).reindex(order)
    each = rows.groupby("step")
    made["weight"], made["critical"] = each["weight"].mean(), each["critical"].any()
    made["full"] = (rows["share"] >= 1).groupby(rows["step"]).mean()
    made["none"] = (rows["share"] <= 0).groupby(rows["step"]).mean()
    made["half"] = 1 - made["full"] - made["none"]
    made["applies"] = each["evaluation"].nunique().reindex(order).fillna(0) / heard
    return (
        made.assign(critical=made["critical"].eq(True), calls=made["calls"].fillna(0).astype(int))
        .rename_axis("step")
        .reset_index()
    )


def _ratios(once):
    """Ratio of sums and its interval (delta method: the calls are what was drawn) of each step."""
    each = once.groupby(level=0)
    made = pd.DataFrame({"calls": each.size(), "share": each["points"].sum() / each["possible"].sum()})
    rest = once["points"] - once["possible"] * made["share"].reindex(once.index, level=0)
    n = made["calls"]
    made["error"] = np.sqrt((rest**2).groupby(level=0).sum() / n / (n - 1).replace(0, np.nan)) / each["possible"].mean()
    half = _t(n) * made["error"]
    return made.assign(low=(made["share"] - half).clip(lower=0), high=(made["share"] + half).clip(upper=1))


def _t(n):
    """Student's 97.5 % point for n calls; blank for fewer than two."""
    from scipy.stats import t

    return pd.Series(t.ppf(0.5 + CONFIDENCE / 2, (n - 1).where(n > 1)), index=n.index)
