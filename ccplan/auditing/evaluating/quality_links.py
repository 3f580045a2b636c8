"""Does a high score go with satisfied customers and settled matters, and which steps do? Association, not cause."""

import numpy as np
import pandas as pd

OUTCOMES = {"resolved": "matters settled", "csat": "satisfaction", "nps": "recommendation", "effort": "ease"}
FEWEST, CONFIDENCE = 20, 0.95


def outcomes_of(scores, calls):
    """One evaluation of each call, the first, beside what became of the call: the columns of OUTCOMES that `calls`
    has, as floats.
    """
    known = [name for name in OUTCOMES if name in calls]
    once = scores.sort_values([name for name in ("date", "evaluation") if name in scores]).drop_duplicates("call_id")
    there = calls.loc[calls["call_id"].isin(set(once["call_id"])), ["call_id", *known]]
    return once.merge(there.astype({name: float for name in known}), on="call_id", how="inner")


def score_links(joined, measure="points"):
    """A row an outcome: outcome, calls, correlation, low, high, p, beyond_chance; Spearman's, between a call's
    points and its outcome.

    The interval is Fisher's on ranks; `p` is Holm's for as many outcomes. Blank where fewer than 20 calls have both, or
    one never varies.
    """
    rows = [(name, *_correlated(joined[[measure, name]].dropna())) for name in OUTCOMES if name in joined]
    made = pd.DataFrame(rows, columns=["outcome", "calls", "correlation", "low", "high", "p"])
    made["p"] = holm(made["p"])
    return made.assign(beyond_chance=made["p"] < 1 - CONFIDENCE)


def _correlated(both):
    from scipy.stats import pearsonr

    if len(both) < FEWEST or (both.nunique() < 2).any():
        return len(both), np.nan, np.nan, np.nan, np.nan
    ranks = both.rank()
    found = pearsonr(ranks.iloc[:, 0], ranks.iloc[:, 1])
    low, high = found.confidence_interval(CONFIDENCE)
    return len(both), float(found.statistic), float(low), float(high), float(found.pvalue)


def step_links(steps, joined):
    """A row a step: step, with_step, without, resolved_with, resolved_without, difference, low, high, p, beyond_chance.

    Share of matters settled in calls where the step got full points, less that where it did not; Newcombe's interval,
    Fisher's
    exact test, `p` by Holm for as many steps. `steps` are `scored_steps`, `joined` what `outcomes_of` gives.
    """
    columns = ["step", "with_step", "without", "resolved_with", "resolved_without", "difference", "low", "high", "p"]
    if "resolved" not in joined:
        return pd.DataFrame(columns=[*columns, "beyond_chance"])
    settled = joined.dropna(subset=["resolved"]).set_index("evaluation")["resolved"]
    marks = steps[steps["evaluation"].isin(settled.index)]
    marks = marks.assign(resolved=marks["evaluation"].map(settled), met=marks["share"] >= 1)
    rows = [
        (step, *_difference(one.loc[one["met"], "resolved"], one.loc[~one["met"], "resolved"]))
        for step, one in marks.groupby("step", sort=False)
    ]
    made = pd.DataFrame(rows, columns=columns)
    made["p"] = holm(made["p"])
    return made.assign(beyond_chance=made["p"] < 1 - CONFIDENCE).sort_values(
        "difference", ascending=False, ignore_index=True
    )


def _difference(met, missed):
    from scipy.stats import fisher_exact
    from statsmodels.stats.proportion import confint_proportions_2indep

    n, m, a, b = len(met), len(missed), int(met.sum()), int(missed.sum())
    if min(n, m) < 5:
        return n, m, met.mean() if n else np.nan, missed.mean() if m else np.nan, np.nan, np.nan, np.nan, np.nan
    low, high = confint_proportions_2indep(a, n, b, m, method="newcomb", compare="diff")
    return n, m, a / n, b / m, a / n - b / m, low, high, float(fisher_exact([[a, n - a], [b, m - b]]).pvalue)


def holm(p):
    """Holm's correction of a Series of p for as many comparisons as are not blank."""
    from statsmodels.stats.multitest import multipletests

    there = p.dropna()
    return (
        pd.Series(multipletests(there, method="holm")[1], index=there.index).reindex(p.index)
        if len(there)
        else p.astype(float)
    )
