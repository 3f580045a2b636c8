"""Do the evaluators score alike? Calls that several of them heard tell; who is milder or stricter is found beyond
chance.
"""

import itertools

import numpy as np
import pandas as pd

from .agreement import alpha_interval, cohen_kappa, fleiss_kappa, krippendorff_alpha

CONFIDENCE = 0.95
FEWEST = 5  # calls heard together from which somebody is compared


def heard_together(scores, measure="points"):
    """A row a call, a column an evaluator: the `measure` of calls that two or more scored; nan where he did not
    hear it.
    """
    if "evaluator" not in scores:
        return pd.DataFrame()
    table = scores.dropna(subset=["evaluator"]).pivot_table(
        index="call_id", columns="evaluator", values=measure, aggfunc="mean", observed=True
    )
    return table[table.notna().sum(axis=1) > 1].dropna(axis=1, how="all")


def leniency(scores, measure="points", confidence=CONFIDENCE):
    """A row an evaluator: evaluator, heard (evaluations), together, difference, low, high, p, apart; + is milder.

    `difference` is the mean of an evaluator's score less the mean of the others on the same calls; who is found apart
    no longer counts
    among the others, or he would make them look apart the other way. Intervals and p are of Student's t, corrected for
    as many comparisons as there are evaluators (Holm's for `apart`, Bonferroni's for the interval).
    """
    table = heard_together(scores, measure)
    heard = scores["evaluator"].value_counts() if "evaluator" in scores else pd.Series(dtype=int)
    out = []
    while len(table.columns) - len(out) > 1:
        found = _against(table, out, confidence)
        rest = found[~found["evaluator"].isin(out)]
        best = rest.loc[rest["p"].idxmin()] if rest["p"].notna().any() else None
        if best is None or best["p"] * len(rest) > 1 - confidence or len(table.columns) == 2:
            break
        out.append(best["evaluator"])
    return _told(table, out, confidence, heard)


def _against(table, out, confidence):
    """Each evaluator against the others that are not `out`."""
    rows = [
        (name, *_compared(table, name, [other for other in table if other != name and other not in out], confidence))
        for name in table
    ]
    return pd.DataFrame(rows, columns=["evaluator", "together", "difference", "error", "low", "high", "p"])


def _compared(table, name, others, confidence):
    from scipy.stats import t

    apart = (table[name] - table[others].mean(axis=1)).dropna() if others else pd.Series(dtype=float)
    n = len(apart)
    if n < FEWEST:
        return n, apart.mean() if n else np.nan, np.nan, np.nan, np.nan, np.nan
    error = apart.std() / np.sqrt(n)
    half = t.ppf(1 - (1 - confidence) / 2 / len(table.columns), n - 1) * error
    p = 2 * t.sf(abs(apart.mean()) / error, n - 1) if error > 0 else float(apart.mean() == 0)
    return n, apart.mean(), error, apart.mean() - half, apart.mean() + half, p


def _told(table, out, confidence, heard):
    made = (
        _against(table, out, confidence)
        if len(table.columns)
        else pd.DataFrame(columns=["evaluator", "together", "difference", "error", "low", "high", "p"])
    )
    made.insert(1, "heard", made["evaluator"].map(heard).astype("Int64"))
    return made.assign(apart=made["evaluator"].isin(out)).sort_values("difference", ascending=False, ignore_index=True)


def agreement_of_calls(scores):
    """How alike the same call is scored, a row a measure: measure, calls, evaluators, agreement, alpha, low, high,
    kappa.

    "points" (before the auto-fail) and "score" by alpha for differences; "failed" by alpha for words and Fleiss' kappa,
    for
    which `agreement` is the share of pairs that say the same.
    """
    rows = []
    for measure, level in (("points", "interval"), ("score", "interval"), ("failed", "nominal")):
        table = heard_together(scores.assign(failed=scores["failed"].astype(float)), measure)
        low, high = alpha_interval(table, level) if len(table) else (np.nan, np.nan)
        same = _same(table) if measure == "failed" else np.nan
        kappa = fleiss_kappa(table) if measure == "failed" and len(table) else np.nan
        alpha = krippendorff_alpha(table, level) if len(table) else np.nan
        rows.append((measure, len(table), len(table.columns), same, alpha, low, high, kappa))
    return pd.DataFrame(rows, columns=["measure", "calls", "evaluators", "agreement", "alpha", "low", "high", "kappa"])


def agreement_of_steps(steps):
    """How alike each step is marked, a row a step: step, calls, agreement (share of pairs with the same mark),
    alpha (ordinal).

    `steps` are `scored_steps`. A step that everybody always gave full points has no alpha: there is nothing to agree
    about.
    """
    if not {"call_id", "evaluator"} <= set(steps):
        return pd.DataFrame(columns=["step", "calls", "agreement", "alpha"])
    rows = []
    for step, marks in steps.groupby("step", sort=False):
        table = heard_together(marks, "share")
        rows.append((step, len(table), _same(table), krippendorff_alpha(table, "ordinal") if len(table) else np.nan))
    return pd.DataFrame(rows, columns=["step", "calls", "agreement", "alpha"])


def agreement_of_pairs(steps):
    """Each two evaluators on the marks of the steps they both scored: first, second, marks, agreement, kappa
    (Cohen's).
    """
    columns = ["first", "second", "marks", "agreement", "kappa"]
    if not {"call_id", "evaluator"} <= set(steps):
        return pd.DataFrame(columns=columns)
    table = steps.dropna(subset=["evaluator"]).pivot_table(
        index=["call_id", "step"], columns="evaluator", values="share", aggfunc="mean", observed=True
    )
    rows = []
    for one, other in itertools.combinations(table, 2):
        both = table[[one, other]].dropna()
        rows.append(
            (
                one,
                other,
                len(both),
                (both[one] == both[other]).mean() if len(both) else np.nan,
                cohen_kappa(both[one], both[other]),
            )
        )
    return pd.DataFrame(rows, columns=columns)


def _same(table):
    """Share of the pairs on the same unit that are equal; nan without a pair."""
    pairs = [(table[a] == table[b])[table[a].notna() & table[b].notna()] for a, b in itertools.combinations(table, 2)]
    pairs = pd.concat(pairs) if pairs else pd.Series(dtype=bool)
    return float(pairs.mean()) if len(pairs) else np.nan
