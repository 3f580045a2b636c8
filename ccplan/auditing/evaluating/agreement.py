"""Do several people who judge the same thing agree more than chance would have it? Krippendorff's alpha, and kappa."""

import numpy as np
import pandas as pd

LEVELS = ("nominal", "ordinal", "interval", "ratio")
DRAWS, SEED = 1000, 20


def krippendorff_alpha(ratings, level="interval"):
    """Krippendorff's alpha of ratings, a float: 1 perfect agreement, 0 as by chance; nan where nothing can be compared.

    `ratings` is a frame or an array of numbers, a row a unit (a call), a column a rater, nan where he did not rate.
    `level`: how far
    apart two values are: "nominal" the same or not, "ordinal" by ranks, "interval" by difference, "ratio" by
    proportion.
    α = 1 − observed ÷ expected disagreement (K. Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011). Raises
    ValueError for another level, and for values below 0 at level "ratio".

    >>> krippendorff_alpha([[1, 1], [2, 2], [3, 3]]), round(krippendorff_alpha([[1, 1], [2, 3], [3, 3]], "nominal"), 3)
    (1.0, 0.545)
    """
    counts, values = _counts(ratings)
    return _alpha(counts, _apart(values, level))


def alpha_interval(ratings, level="interval", draws=DRAWS, seed=SEED):
    """(low, high) of alpha as a Series: the middle 95 % when units are drawn anew with replacement; nan for fewer
    than 5 units.
    """
    counts, values = _counts(ratings)
    if len(counts) < 5:
        return pd.Series({"low": np.nan, "high": np.nan})
    often = np.random.default_rng(seed).multinomial(len(counts), np.full(len(counts), 1 / len(counts)), size=draws)
    many = (
        _alphas(often, counts, values)
        if level == "interval"
        else np.array([_drawn(counts, how, _apart(values, level)) for how in often])
    )
    many = many[np.isfinite(many)]
    low, high = np.quantile(many, [0.025, 0.975]) if len(many) else (np.nan, np.nan)
    return pd.Series({"low": low, "high": high})


def _drawn(counts, how, apart):
    """Alpha with each unit as often as it was drawn."""
    return _alpha(np.repeat(counts, how, axis=0), apart)


def _alphas(often, counts, values):
    """The same for differences and all draws at once: squared differences are sums and sums of squares, which add
    up over units.
    """
    n, total, squares = counts.sum(axis=1), counts @ values, counts @ values**2
    within = 2 * (n * squares - total**2) / (n - 1)
    n, total, squares, within = (often @ one for one in (n, total, squares, within))
    expected = 2 * (n * squares - total**2)
    return 1 - (n - 1) * within / np.where(expected > 1e-12, expected, np.nan)


def _counts(ratings):
    """(how often each unit got each value, the values); units that fewer than two rated are left out."""
    table = np.asarray(ratings, dtype=float)
    table = np.round(table.reshape(len(table), -1), 9)
    table = table[np.isfinite(table).sum(axis=1) > 1]
    values = np.unique(table[np.isfinite(table)])
    counts = np.zeros((len(table), len(values)))
    unit, _ = there = np.nonzero(np.isfinite(table))
    np.add.at(counts, (unit, np.searchsorted(values, table[there])), 1)
    return counts, values


def _apart(values, level):
    """The squared distance of each pair of values, as a function of how often each came."""
    if level not in LEVELS:
        raise ValueError(f"level must be one of {', '.join(LEVELS)}, got {level!r}")
    if level == "ratio" and (values < 0).any():
        raise ValueError(f"values must be 0 or more at level ratio, got {values.min():g}")
    one, other = values[:, None], values[None, :]
    if level == "nominal":
        return lambda n: (one != other).astype(float)
    if level == "interval":
        return lambda n: (one - other) ** 2
    if level == "ratio":
        whole = np.where(one + other == 0, 1, one + other)
        return lambda n: ((one - other) / whole) ** 2
    return _ranks_apart


def _ranks_apart(n):
    """Values between two, themselves counted half: their distance in ranks."""
    middle = np.cumsum(n) - n / 2
    return (middle[:, None] - middle[None, :]) ** 2


def _alpha(counts, apart):
    raters = counts.sum(axis=1)
    n = counts.sum(axis=0)  # all values that can be paired
    if n.sum() < 2:
        return np.nan
    pairs = counts.T @ (counts / (raters - 1)[:, None]) - np.diag((counts / (raters - 1)[:, None]).sum(axis=0))
    distance = apart(n)
    expected = (np.outer(n, n) * distance).sum()
    return float(1 - (n.sum() - 1) * (pairs * distance).sum() / expected) if expected > 0 else np.nan


def cohen_kappa(first, second):
    """Cohen's kappa of two raters' marks for the same things, a float; nan where neither ever differs from one mark.

    κ = (observed − expected agreement) ÷ (1 − expected), both from their own shares (J. Cohen, 1960). Pairs with a
    blank
    are left out.

    >>> round(cohen_kappa([1] * 25 + [0] * 25, [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15), 2)
    0.4
    """
    from statsmodels.stats.inter_rater import cohens_kappa

    both = pd.DataFrame({"a": np.asarray(first, dtype=float), "b": np.asarray(second, dtype=float)}).dropna()
    marks = np.unique(both.to_numpy())
    if len(marks) < 2:
        return np.nan
    table = pd.crosstab(both["a"], both["b"]).reindex(index=marks, columns=marks, fill_value=0)
    return float(cohens_kappa(table.to_numpy(), return_results=False))


def fleiss_kappa(ratings):
    """Fleiss' kappa of several raters who all rated every unit, a float; units with a blank are left out, nan where
    none is left.

    `ratings` a row a unit, a column a rater (J. L. Fleiss, 1971).
    """
    from statsmodels.stats.inter_rater import aggregate_raters
    from statsmodels.stats.inter_rater import fleiss_kappa as kappa

    whole = pd.DataFrame(ratings).dropna().to_numpy(float)
    if whole.shape[0] == 0 or whole.shape[1] < 2 or len(np.unique(whole)) < 2:
        return np.nan
    return float(kappa(aggregate_raters(whole)[0]))
