"""Where the spread of a result comes from: the share of its variance that each uncertain input explains by itself."""

import numpy as np
import pandas as pd

from ...data.given import given_table


def variance_shares(inputs, outcome):
    """What each input has to do with the outcome over sample paths: source, share, swing, a row an input, largest
    first.

    `inputs` is a frame, a row a path and a column an independent input; `outcome` a value a path. share is the
    first-order index Var(E[outcome | input]) ÷ Var(outcome) by a least-squares parabola of all inputs at once, less
    what chance alone would explain; swing the mean outcome in the highest tenth of the input less that in the
    lowest. The last row, "together", is what no input explains by itself. Source: Saltelli et al. (2008), "Global
    sensitivity analysis", section 1.2.5.

    >>> rng = np.random.default_rng(1)
    >>> table = pd.DataFrame({"a": rng.standard_normal(5000), "b": rng.standard_normal(5000)})
    >>> variance_shares(table, 2 * table["a"] + table["b"])["share"].round(1).tolist()   # 4 : 1
    [0.8, 0.2, 0.0]
    """
    given_table(inputs, "inputs", numbers=list(inputs))
    if not np.isfinite(inputs.to_numpy(float, na_value=np.nan)).all():
        raise ValueError("inputs must be finite numbers on every path")
    y = np.asarray(outcome, float)
    moving = [name for name in inputs if inputs[name].std() > 1e-12 * max(abs(inputs[name].mean()), 1e-300)]
    if len(y) < 3 * (2 * len(moving) + 1):
        raise ValueError(
            f"shares of {len(moving)} inputs need at least {3 * (2 * len(moving) + 1)} paths, got {len(y)}"
        )
    shares = (
        _shares(inputs[moving].to_numpy(float), y)
        if moving and y.std() > 1e-9 * max(abs(y.mean()), 1e-9)
        else np.zeros(len(moving))
    )
    table = pd.DataFrame(
        {"source": moving, "share": shares, "swing": [_swing(inputs[name].to_numpy(float), y) for name in moving]}
    )
    table = pd.concat([table, _still(inputs, moving)]).sort_values("share", ascending=False, kind="stable")
    rest = pd.DataFrame(
        {"source": ["together"], "share": [max(1 - shares.sum(), 0.0) if shares.any() else 0.0], "swing": [np.nan]}
    )
    return pd.concat([table, rest], ignore_index=True)


def _still(inputs, moving):
    """Inputs that never change explain nothing."""
    return pd.DataFrame({"source": [name for name in inputs if name not in moving]}, dtype=object).assign(
        share=0.0, swing=0.0
    )


def _shares(x, y):
    """First-order shares: the variance of each input's own part of the regression, made smaller by what noise would
    give it.
    """
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    bent = z**2 - 1
    bent = bent - z * (z * bent).mean(axis=0)  # the bend beside the slope
    parts = np.stack([z, bent], axis=2)
    design = np.column_stack([np.ones(len(y)), parts.reshape(len(y), -1)])
    found, *_ = np.linalg.lstsq(design, y, rcond=None)
    left = y - design @ found
    each = (parts * found[1:].reshape(-1, 2)).sum(axis=2)
    # Each input's covariance with the outcome, so that the shares add up to what is explained.
    shared = ((each - each.mean(axis=0)) * (y - y.mean())[:, None]).mean(axis=0)
    # Two coefficients, each with the variance of noise ÷ paths.
    chance = 2 * left.var() / max(len(y) - design.shape[1], 1)
    return np.clip((shared - chance) / y.var(), 0.0, 1.0)


def _swing(x, y):
    low, high = np.quantile(x, [0.1, 0.9])
    return y[x >= high].mean() - y[x <= low].mean()
