"""Which model to trust: every model forecasts the queue's own past from rolling origins, and is held against what
came.
"""

import time
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .models import MODELS
from .spread import learn_spread

ORIGINS = 16  # forecasts of the past
LEAST_TRAINING = 28  # days
MAIN = 14  # days ahead that are scored for short horizons
LONGEST = 60
BY_CALENDAR = ("calendar regression", "ETS", "ARIMA", "MSTL")
CLOSE = 1.10  # a model within 10 % of the best takes part in the combination
PREFER = 1.01  # the combination is taken unless a single model is 1 % better
LEAGUE = ("model", "wape", "mase", "bias", "pinball", "coverage_80", "seconds", "chosen")


@dataclass(frozen=True, kw_only=True)
class Backtest:
    """Held-out counts and every model's forecasts of them: origins × days ahead × slots, in `means` by model.

    `special` origins × days ahead tells days with a strong calendar effect, `scale` the in-sample error of
    the same weekday a week before, `seconds` what a model took, `weights` the combination's parts.
    """

    actual: np.ndarray
    means: dict
    special: np.ndarray
    first_days: pd.DatetimeIndex
    scale: float
    seconds: dict
    weights: dict
    chosen: str


def backtest(history, prepared, horizon_days, method="auto"):
    """Backtest of a History; None where it is too short for one. `prepared(number, ahead)` gives the Training of
    the first days.
    """
    origins, ahead = rolling_origins(len(history.days), horizon_days)
    if not len(origins):
        return None
    names = list(MODELS) if method in ("auto", "combination") else [method]
    params, means, seconds = {}, {name: [] for name in names}, dict.fromkeys(names, 0.0)
    special = []
    for origin in origins:
        training = prepared(origin, ahead)
        special.append(training.special)
        for name in names:
            begun = time.perf_counter()
            if name not in params:
                params[name] = MODELS[name].fit(training)
            means[name].append(MODELS[name].predict(training, params[name]))
            seconds[name] += time.perf_counter() - begun
    counts = np.where(history.closed[:, None], np.nan, history.counts)  # nobody could call: nothing to be right about
    actual = np.array([counts[origin : origin + ahead] for origin in origins])
    means = {name: np.array(each) for name, each in means.items()}
    weights = combination_weights(actual, means)
    if weights:
        means["combination"], seconds["combination"] = combined(means, weights), sum(seconds[name] for name in weights)
    return Backtest(
        actual=actual,
        means=means,
        special=np.array(special),
        first_days=history.days[origins],
        scale=_scale(history),
        seconds=seconds,
        weights=weights,
        chosen=_chosen(actual, means, method),
    )


def rolling_origins(number, horizon_days):
    """(days of training of each origin, days ahead that are scored) for a history of `number` days; none if too short.

    >>> rolling_origins(91, 14)[1], len(rolling_origins(91, 14)[0]), rolling_origins(30, 14)[0].tolist()
    (14, 16, [])
    """
    ahead = int(min(max(horizon_days, MAIN), LONGEST, max((number - LEAST_TRAINING) // 3, 7)))
    last = number - ahead
    if last < LEAST_TRAINING:
        return np.array([], int), ahead
    stride = min(max((last - LEAST_TRAINING) // (ORIGINS - 1), 1), 11)
    stride -= stride == 7  # every weekday is to come first
    return np.arange(last, LEAST_TRAINING - 1, -stride)[:ORIGINS][::-1], ahead


def combination_weights(actual, means):
    """{model: share} of the calendar models near the best, by the inverse square of their error; {} where there are
    none.
    """
    errors = {name: wape(actual, means[name]) for name in BY_CALENDAR if name in means}
    best = min(errors.values(), default=0.0)
    near = {name: error**-2.0 for name, error in errors.items() if 0 < error <= CLOSE * best}
    return {name: weight / sum(near.values()) for name, weight in near.items()} if len(near) > 1 else {}


def combined(means, weights):
    """The weighted mean of models' forecasts."""
    return sum(weight * means[name] for name, weight in weights.items())


def wape(actual, mean):
    """Σ |error| ÷ Σ contacts over what is known; nan without contacts.

    >>> wape(np.array([10.0, 20.0, np.nan]), np.array([12.0, 19.0, 5.0]))
    0.1
    """
    known = np.isfinite(actual)
    contacts = actual[known].sum()
    return float(np.abs(actual - mean)[known].sum() / contacts) if contacts > 0 else np.nan


def spread_of(tested):
    """Spread of the chosen model, from all its held-out errors."""
    return learn_spread(tested.actual, tested.means[tested.chosen], tested.special)


def league_table(tested):
    """A row a model, best first: WAPE, MASE, bias, pinball loss (contacts), coverage of the 80 % band, seconds.

    Each origin's band is learned from the other origins only, so that coverage is measured, not assumed.
    """
    rows = [_league_row(name, tested) for name in tested.means]
    return pd.DataFrame(rows, columns=list(LEAGUE)).sort_values("wape", kind="stable", ignore_index=True)


def held_out_bands(tested, name, levels):
    """Quantiles of each origin's forecast, learned from the other origins: levels × origins × days × slots."""
    mean, bands = tested.means[name], []
    for origin in range(len(mean)):
        others = np.arange(len(mean)) != origin
        known = learn_spread(tested.actual[others], mean[others], tested.special[others])
        bands.append([known.quantile(mean[origin], tested.special[origin], level) for level in levels])
    return np.array(bands).swapaxes(0, 1)


def _league_row(name, tested):
    actual, mean = tested.actual, tested.means[name]
    known = np.isfinite(actual)
    low, middle, high = held_out_bands(tested, name, (0.1, 0.5, 0.9))
    pinball = np.mean([_pinball(actual[known], band[known], p) for band, p in ((low, 0.1), (middle, 0.5), (high, 0.9))])
    inside = (actual >= low) & (actual <= high)
    open_slot = known & ((mean > 0) | (actual > 0))
    error, contacts = np.abs(actual - mean)[known], actual[known].sum()
    return (
        name,
        wape(actual, mean),
        error.mean() / tested.scale if tested.scale else np.nan,
        (mean[known].sum() - contacts) / contacts if contacts else np.nan,
        pinball,
        inside[open_slot].mean() if open_slot.any() else np.nan,
        tested.seconds.get(name, 0.0),
        name == tested.chosen,
    )


def _pinball(actual, quantile, p):
    return np.mean(np.maximum(p * (actual - quantile), (p - 1) * (actual - quantile)))


def _scale(history):
    """Mean absolute difference to the same slot a week before."""
    step = np.abs(history.counts[7:] - history.counts[:-7])
    return float(np.nanmean(step)) if np.isfinite(step).any() else np.nan


def _chosen(actual, means, method):
    if method != "auto":
        return method
    errors = {name: wape(actual, mean) for name, mean in means.items()}
    best = min(errors, key=lambda name: np.nan_to_num(errors[name], nan=np.inf))
    return "combination" if errors.get("combination", np.inf) <= PREFER * errors[best] else best
