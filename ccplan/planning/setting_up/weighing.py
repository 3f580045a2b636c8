"""Weighing options (tools, sites, candidates for a post) by criteria whose weights were agreed before, and how sure
the winner is.

The score of an option is Σ weight × score ÷ Σ weight, the weighted mean of its scores.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ...data.given import given_table

DRAWS = 20_000
STRAY = 0.5  # of the weights in the draws: each lies between a half less and a half more, mostly


@dataclass(frozen=True)
class Weighing:
    """`ranking`: a row an option, the best first (name, score, rank, behind, wins: share of moved weights with
    which it wins, and a column a criterion). `tipping`: a row a criterion: weight (share), and the nearest share
    below and above at which another wins (`other`); NaN where the winner stays. `winner`, `sure` (its wins), `ties`
    other names with the same score."""

    name: str
    ranking: pd.DataFrame = field(repr=False)
    tipping: pd.DataFrame = field(repr=False)
    winner: str
    sure: float
    ties: tuple = ()

    @property
    def says(self):
        """The result in a sentence."""
        if self.ties:
            return f"{self.name}: {self.winner} and {', '.join(self.ties)} score alike ({self.ranking['score'].iloc[0]:.2f})."
        if len(self.ranking) == 1:
            return f"{self.name}: {self.winner} is the only option."
        return (
            f"{self.name}: {self.winner} wins with {self.ranking['score'].iloc[0]:.2f}, {self.ranking['behind'].iloc[1]:.2f} ahead of "
            f"{self.ranking['name'].iloc[1]}; it wins with {self.sure:.0%} of weights that are moved by up to a half."
        )


def weigh(candidates, list_name, *, seed=1):
    """The Weighing of one list of the table `candidates` (list, name, criterion, weight, score).

    Raises ValueError in words where an option lacks a criterion, a weight differs between options or is negative, or
    all weights are 0.

    >>> rows = [("phone", "A", "price", 3, 8), ("phone", "A", "sound", 1, 4), ("phone", "B", "price", 3, 6), ("phone", "B", "sound", 1, 9)]
    >>> told = weigh(pd.DataFrame(rows, columns=["list", "name", "criterion", "weight", "score"]), "phone")
    >>> told.winner, told.ranking["score"].tolist(), told.tipping.set_index("criterion")["above"].round(3)["sound"].item()
    ('A', [7.0, 6.75], 0.286)
    """
    scores, weights = _grid(candidates, list_name)
    shares = weights / weights.sum()
    means = scores.to_numpy() @ shares.to_numpy()
    wins = _wins(scores.to_numpy(), shares.to_numpy(), seed)
    order = np.lexsort((scores.index.to_numpy(), -np.round(means, 12)))
    ranking = (
        pd.DataFrame({"name": scores.index, "score": means, "wins": wins})
        .join(scores.reset_index(drop=True))
        .iloc[order]
        .reset_index(drop=True)
    )
    ranking.insert(2, "rank", ranking["score"].round(12).rank(ascending=False, method="min").astype(int))
    ranking.insert(3, "behind", ranking["score"].iloc[0] - ranking["score"])
    best = ranking["name"].iloc[0]
    return Weighing(
        name=list_name,
        ranking=ranking,
        tipping=_tipping(scores, shares, best),
        winner=best,
        sure=float(ranking["wins"].iloc[0]),
        ties=tuple(ranking.loc[ranking["rank"].eq(1), "name"].iloc[1:]),
    )


def _grid(candidates, list_name):
    """(scores option × criterion, weights by criterion), checked."""
    given_table(candidates, "candidates", keys=["list", "name", "criterion"], numbers=["weight", "score"])
    mine = candidates[candidates["list"].eq(list_name)]
    if mine.empty:
        known = ", ".join(map(str, candidates["list"].unique()))
        raise ValueError(f"list must be one of {known or 'none'}, got {list_name!r}")
    unlike = mine.groupby("criterion")["weight"].nunique(dropna=False)
    if (unlike > 1).any():
        raise ValueError(
            f"{list_name}: the weight of {unlike.index[unlike > 1][0]!r} must be the same for every option"
        )
    twice = mine.duplicated(["name", "criterion"])
    if twice.any():
        raise ValueError(
            f"{list_name}: {mine.loc[twice, 'name'].iloc[0]} has {mine.loc[twice, 'criterion'].iloc[0]!r} twice"
        )
    scores = mine.pivot(index="name", columns="criterion", values="score")[list(mine["criterion"].unique())]
    if scores.isna().any(axis=None):
        name = scores.index[scores.isna().any(axis=1)][0]
        raise ValueError(
            f"{list_name}: {name} has no score for {scores.columns[scores.loc[name].isna()][0]!r} — every option needs every criterion"
        )
    weights = mine.drop_duplicates("criterion").set_index("criterion")["weight"].astype(float)
    if weights.isna().any() or (weights < 0).any() or not weights.sum() > 0:
        raise ValueError(
            f"{list_name}: weights must be 0 or more and not all 0, got {', '.join(f'{value:g}' for value in weights)}"
        )
    return scores.astype(float).rename_axis(index=None, columns=None), weights


def _wins(scores, shares, seed):
    """Share of moved weights with which each option scores most; who ties shares the win."""
    moved = shares * np.random.default_rng(seed).uniform(1 - STRAY, 1 + STRAY, (DRAWS, len(shares)))
    means = np.round(moved @ scores.T / moved.sum(axis=1, keepdims=True), 12)
    best = means == means.max(axis=1, keepdims=True)
    return (best / best.sum(axis=1, keepdims=True)).mean(axis=0)


def _tipping(scores, shares, winner):
    """For each criterion the nearest shares at which another option catches the winner, the other weights keeping
    their proportions.
    """
    rows = []
    for criterion, share in shares.items():
        rest = shares.drop(criterion)
        others = (scores[rest.index] @ (rest / rest.sum())) if rest.sum() > 0 else pd.Series(0.0, index=scores.index)
        caught = sorted(
            (at, name)
            for name in scores.index.drop(winner)
            if 0 <= (at := _meet(scores[criterion], others, winner, name)) <= 1
        )
        below = [one for one in caught if one[0] < share - 1e-12]
        above = [one for one in caught if one[0] > share + 1e-12]
        rows.append(
            (
                criterion,
                share,
                below[-1][0] if below else np.nan,
                below[-1][1] if below else "",
                above[0][0] if above else np.nan,
                above[0][1] if above else "",
            )
        )
    return pd.DataFrame(rows, columns=["criterion", "weight", "below", "other_below", "above", "other_above"])


def _meet(score, rest, winner, name):
    """The share of a criterion's weight at which two options score alike; NaN where they never do."""
    slope = (score[winner] - rest[winner]) - (score[name] - rest[name])
    return (rest[name] - rest[winner]) / slope if abs(slope) > 1e-12 else np.nan
