"""Funnel plots: who stands apart from the others by more than luck, for the volume and the mix of work that each
had.
"""

from dataclasses import dataclass, field
from math import nan

import numpy as np
import pandas as pd

from ...data.given import given_table

LEAST = 30  # contacts, beside those of others of the same kind, below which nobody is judged
ALPHA = 0.05  # share of centres without any true difference in which somebody would be named
EDGE = 0.10  # winsorised at either end before the spread is taken
ENOUGH = 5  # people from whom a spread between people can be told
COLUMNS = (
    "who",
    "n",
    "value",
    "expected",
    "difference",
    "adjusted",
    "luck",
    "z",
    "p",
    "p_chance",
    "low",
    "high",
    "likely",
    "state",
    "outside",
)


@dataclass(frozen=True, kw_only=True)
class Funnel:
    """A measure by person or team against its volume.

    `rows` has a row each: who, n (contacts), value, expected (of all who took contacts of the same kinds, in the
    mix that this one took), difference, adjusted (overall + difference), luck (standard error of chance alone), z,
    p (two-sided), p_chance (were there no true differences), low and high (its own limits for `adjusted`), likely
    (the difference drawn towards 0 by its reliability), state ("judged" or why not), outside ("high", "low" or "").
    `overall` is the centre's value, `tested` how many were judged, `phi` the spread of z against chance's (1),
    `tau` the standard deviation of true differences between people, `critical` the |z| at which the limits lie,
    `alpha` the promise: in at most that share of centres without any true difference is anybody outside. `share`:
    True for a share 0–1.
    """

    rows: pd.DataFrame = field(repr=False)
    overall: float
    share: bool
    tested: int
    phi: float
    tau: float
    critical: float
    alpha: float
    spread: float
    skew: float

    @property
    def outside(self):
        """The rows outside their limits, farthest first."""
        rows = self.rows[self.rows["outside"] != ""]
        return rows.loc[rows["z"].abs().sort_values(ascending=False).index]

    def limits(self, n):
        """Limits at the volumes n, for the centre's usual mix and for a person: a frame n, low, high."""
        n = np.asarray(n, dtype=float)
        luck = self.spread / np.sqrt(n)
        low, high = _limits(self.critical, self.overall, n, luck, self.tau, self.skew / np.sqrt(n), self.share)
        return pd.DataFrame({"n": n, "low": low, "high": high})


def funnel(frame, top, bottom=None, *, by="agent", mix=(), within=None, least=LEAST, alpha=ALPHA, spared=()):
    """The Funnel of Σ top ÷ Σ bottom by `by`, a frame with a row a contact.

    `top` names a column of numbers (seconds, or 0 and 1: a share), `bottom` one that is 1 where the contact counts
    (None: wherever `top` is known). What is expected of each follows from the means of the cells that the columns
    `mix` make (indirect standardisation), and chance from the spread within them, less what each took of a cell.
    Tails are those of the binomial for shares and of Pearson's type III, with the skewness of the cells, for
    others. True differences between people (Spiegelhalter, Qual Saf Health Care 2005;14:347: φ of winsorised z,
    additive τ²) widen the limits: whoever lies within the usual spread of the colleagues is not outside; for a team
    they follow from the people `within` it. Limits are corrected for all who are judged (Benjamini and Hochberg
    1995, at `alpha`). Those with less than `least` contacts that others could be held against, and the `spared`
    {who: why}, are shown but not judged. Raises ValueError where a column is missing or no contact counts.

    >>> calls = pd.DataFrame({"agent": ["a"] * 400 + ["b"] * 400 + ["c"] * 3, "settled": [1, 1, 1, 0] * 100 + [1, 1, 0, 0] * 100 + [0] * 3})
    >>> funnel(calls, "settled").rows[["who", "n", "value", "state", "outside"]].values.tolist()
    [['a', 400, 0.75, 'judged', 'high'], ['b', 400, 0.5, 'judged', 'low'], ['c', 3, 0.0, 'few contacts', '']]
    """
    rows, spread = _rows(frame, top, bottom, by, tuple(mix))
    share = spread.pop("share")
    rows["state"] = _states(rows, least, dict(spared))
    judged = rows["state"].eq("judged").to_numpy()
    phi, tau = between(rows["difference"].to_numpy()[judged], rows["luck"].to_numpy()[judged])
    apart = np.full(len(rows), tau)
    if within is not None:
        phi, tau, apart = _of_members(frame, top, bottom, by, mix, within, least, rows)
    rows["p"], rows["z"] = _tails(rows, apart, share)
    rows["p_chance"] = _tails(rows, 0.0, share)[0]
    rows.loc[~judged, ["p", "z", "p_chance"]] = nan
    critical, named = corrected(rows["p"].to_numpy(), alpha)
    rows["outside"] = np.where(named, np.where(rows["difference"] > 0, "high", "low"), "")
    low, high = _limits(
        critical,
        rows["expected"].to_numpy(),
        rows["n"].to_numpy(float),
        rows["luck"].to_numpy(),
        apart,
        rows["skew"].to_numpy(),
        share,
    )
    move = spread["overall"] - rows["expected"]
    with np.errstate(invalid="ignore", divide="ignore"):
        likely = rows["difference"] * np.where(apart > 0, apart**2 / (apart**2 + rows["luck"] ** 2), 0.0)
    rows = rows.assign(
        adjusted=spread["overall"] + rows["difference"], low=low + move, high=high + move, likely=likely.fillna(0.0)
    )
    return Funnel(
        rows=rows[list(COLUMNS)],
        share=share,
        tested=int(judged.sum()),
        phi=phi,
        tau=tau,
        critical=critical,
        alpha=alpha,
        **spread,
    )


def between(difference, luck):
    """(φ, τ): the spread of differences against chance's, and the standard deviation of what is not chance.

    φ is the mean square of z winsorised at the 10th and 90th percentile ÷ what it is for a normal z (0.679), so
    that it is 1 without true differences; τ² = (Iφ − (I − 1)) ÷ (Σw − Σw² ÷ Σw), w = 1 ÷ luck², not below 0
    (DerSimonian and Laird's moment estimator with Spiegelhalter's φ). nan and 0 for fewer than five.
    """
    from scipy.stats import norm

    z = difference / luck
    if len(z) < ENOUGH:
        return nan, 0.0
    edge = norm.isf(EDGE)
    usual = 1 - 2 * EDGE - 2 * edge * norm.pdf(edge) + 2 * EDGE * edge**2
    phi = float(np.mean(np.clip(z, *np.quantile(z, [EDGE, 1 - EDGE])) ** 2) / usual)
    w = luck**-2.0
    tau2 = (len(z) * phi - (len(z) - 1)) / (w.sum() - (w**2).sum() / w.sum())
    return phi, float(np.sqrt(max(tau2, 0.0)))


# ------------------------------------------------------------------------------- what is expected of each


def _rows(frame, top, bottom, by, mix):
    """who, n, value, expected, difference, luck, skew, beside (contacts that others could be held against), and the
    centre's own.
    """
    given_table(frame, "the frame", keys=[by, *mix], numbers=[top, *filter(None, [bottom])])
    y = pd.to_numeric(frame[top]).to_numpy(dtype=float, na_value=nan)
    counts = np.isfinite(y) & frame[by].notna().to_numpy()
    if bottom is not None:
        counts &= pd.to_numeric(frame[bottom]).to_numpy(dtype=float, na_value=0.0) > 0
    if not counts.any():
        raise ValueError(f"no contact has both {by} and {top}: there is nothing to compare")
    y, (who, names) = y[counts], pd.factorize(frame[by][counts], sort=True)
    cell = np.zeros(len(y), dtype=np.int64)
    for name in mix:
        codes, values = pd.factorize(frame[name][counts])
        cell = pd.factorize(cell * (len(values) + 1) + codes)[0]
    return _standardised(y, who, np.asarray(names), cell)


def _standardised(y, who, names, cell):
    moments = _moments(y, cell)
    pair = who * (cell.max() + 1) + cell
    met, n = np.unique(pair, return_counts=True)
    at, of = met // (cell.max() + 1), met % (cell.max() + 1)
    part = n / moments["n"][of]  # of the cell that is this one's own
    sums = {
        name: np.bincount(at, values, minlength=len(names))
        for name, values in {
            "n": n,
            "expected": n * moments["mean"][of],
            "beside": n * (1 - part),
            "variance": n * (1 - part) * moments["variance"][of],
            "third": n * (1 - part) * (1 - 2 * part) * moments["third"][of],
        }.items()
    }
    value = np.bincount(who, y, minlength=len(names)) / sums["n"]
    expected = sums["expected"] / sums["n"]
    with np.errstate(invalid="ignore", divide="ignore"):
        skew = np.nan_to_num(sums["third"] / sums["variance"] ** 1.5)
    rows = pd.DataFrame(
        {
            "who": names,
            "n": sums["n"].astype(int),
            "value": value,
            "expected": expected,
            "difference": value - expected,
            "luck": np.sqrt(sums["variance"]) / sums["n"],
            "skew": skew,
            "beside": sums["beside"],
        }
    )
    whole = float(moments["variance"] @ moments["n"] / len(y))
    third = float(moments["third"] @ moments["n"] / len(y))
    return rows, {
        "overall": float(y.mean()),
        "share": bool(np.isin(y, (0.0, 1.0)).all()),
        "spread": whole**0.5,
        "skew": third / whole**1.5 if whole > 0 else 0.0,
    }


def _moments(y, cell):
    """n, mean, variance (n − 1 below) and third central moment of each cell."""
    n = np.bincount(cell).astype(float)
    mean = np.bincount(cell, y) / n
    rest = y - mean[cell]
    return {
        "n": n,
        "mean": mean,
        "variance": np.bincount(cell, rest**2) / np.maximum(n - 1, 1),
        "third": np.bincount(cell, rest**3) / n,
    }


def _states(rows, least, spared):
    state = np.where(
        rows["beside"] >= least, "judged", np.where(rows["n"] >= least, "nobody to compare with", "few contacts")
    )
    state = np.where((rows["luck"] > 0) | (state != "judged"), state, "all alike")
    return [spared.get(who, one) if one == "judged" else one for who, one in zip(rows["who"], state, strict=True)]


def _of_members(frame, top, bottom, by, mix, within, least, rows):
    """φ and τ of the people within the groups, and what their differences alone would make of each group."""
    people, _ = _rows(frame, top, bottom, within, tuple(mix))
    enough = people[(people["beside"] >= least) & (people["luck"] > 0)]
    phi, tau = between(enough["difference"].to_numpy(), enough["luck"].to_numpy())
    counts = frame.loc[frame[top].notna()].groupby([by, within], observed=True).size()
    squares = (counts**2).groupby(level=0).sum().reindex(rows["who"]).to_numpy(float)
    total = counts.groupby(level=0).sum().reindex(rows["who"]).to_numpy(float)
    return phi, tau, tau * np.sqrt(squares * rows["beside"].to_numpy() / rows["n"].to_numpy()) / total


# ---------------------------------------------------------------------------------- tails and limits


def _tails(rows, apart, share):
    """Two-sided p and signed z of each row for chance and true differences of standard deviation `apart`.

    Shares: the binomial's exact tail as a normal z, drawn in by what true differences add. Others: Pearson's type
    III for the sum of both, whose skewness is that of chance alone, thinned by what is normal.
    """
    from scipy.stats import binom, norm, pearson3

    luck, n = np.maximum(rows["luck"].to_numpy(), 1e-300), rows["n"].to_numpy(float)
    thin = luck / np.hypot(luck, apart)
    if share:
        hits, p = np.rint(rows["value"].to_numpy() * n), np.clip(rows["expected"].to_numpy(), 0, 1)
        upper, lower = binom.sf(hits - 1, n, p), binom.cdf(hits, n, p)
        thin = thin * np.sqrt(p * (1 - p) / n) / luck  # a mix of cells, and a part of them, vary less than one binomial
    else:
        z, skew = rows["difference"].to_numpy() / luck * thin, rows["skew"].to_numpy() * thin**3
        upper, lower, thin = pearson3.sf(z, skew), pearson3.cdf(z, skew), 1.0
    size = norm.isf(np.clip(np.minimum(upper, lower), 1e-300, 0.5)) * thin
    return 2 * norm.sf(size), size * np.where(upper < lower, 1, -1)


def _limits(critical, expected, n, luck, apart, skew, share):
    """The values at which z would reach the critical one, below and above what is expected."""
    from scipy.stats import binom, norm, pearson3

    luck = np.maximum(luck, 1e-300)
    whole = np.hypot(luck, apart)
    if not share:
        tail, skew = norm.sf(critical), skew * (luck / whole) ** 3
        return expected + whole * pearson3.ppf(tail, skew), expected + whole * pearson3.isf(tail, skew)
    p = np.clip(expected, 0, 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        tail = norm.sf(critical * whole / np.sqrt(p * (1 - p) / n))
    return np.maximum(binom.ppf(tail, n, p), 0) / n, np.minimum(
        n - binom.ppf(tail, n, 1 - p), n
    ) / n  # the upper from below: 1 − tail is 1


def corrected(p, alpha):
    """The |z| from which on a row is named, and which are, of two-sided p (nan: not judged): Benjamini and
    Hochberg's step-up rule.
    """
    from scipy.stats import false_discovery_control, norm

    judged = np.isfinite(p)
    named = np.zeros(len(p), dtype=bool)
    if judged.any():
        named[judged] = false_discovery_control(p[judged]) <= alpha
    return float(norm.isf(alpha * max(named.sum(), 1) / max(judged.sum(), 1) / 2)), named
