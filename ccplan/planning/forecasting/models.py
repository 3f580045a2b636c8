"""The models that compete: data with a name, one or two functions each.

A model by day gives ordinary totals of the days to come, `Training.project` gives them their calendar and
their shape. A model by slot repeats counts as they were. Statsmodels' fits take their parameters once a
queue; in the backtest they are run again with those on each shorter history.
"""

import warnings
from dataclasses import dataclass
from typing import Callable

import numpy as np

HALF_LIFE = 56  # days
TRACKING = 0.1  # of a day's surprise goes into the running level ...
FORGETTING = 0.9  # ... which fades by this factor a day ahead
WEEKS_FOR_FIT = 5
OPEN_DAYS = 400  # the last open days that statsmodels' models look at: older ones have little to say, and cost time


@dataclass(frozen=True, kw_only=True)
class Model:
    """A competitor: `predict(training, params)` gives days to come × slots; `fit(training)` its parameters."""

    name: str
    predict: Callable
    fit: Callable = lambda training: None
    says: str = ""


def same_weekday_last_week(training, params=None):
    """The last week that is known, again and again."""
    return training.raw[_same_weekdays(training, 1)].mean(axis=1)


def mean_of_weekdays(training, params=None):
    """Mean of the last four same weekdays."""
    return training.raw[_same_weekdays(training, 4)].mean(axis=1)


def calendar_regression(training, params=None):
    """A fading mean of each weekday, a running level, the calendar's effects, the weekday's shape."""
    totals, weekdays, weights = training.totals, training.weekdays, training.weights
    train = len(totals)
    fading = weights * 0.5 ** (np.arange(train)[::-1] / HALF_LIFE)
    level = np.array([_weighted(totals[weekdays[:train] == k], fading[weekdays[:train] == k]) for k in range(7)])
    surprise = np.where(weights > 0, np.log((totals + 0.5) / (level[weekdays[:train]] + 0.5)), np.nan)
    ahead = np.arange(1, training.to_come + 1)
    return training.project(level[weekdays[train:]] * np.exp(_running(surprise) * FORGETTING**ahead))


def ets(training, params):
    """Exponential smoothing with a week's season (statsmodels ETS) on the root of ordinary totals."""
    return _by_statsmodels(training, params, _ets_model)


def arima(training, params):
    """Seasonal ARIMA (1,0,1)(0,1,1) of a week (statsmodels) on the root of ordinary totals."""
    return _by_statsmodels(training, params, _arima_model)


def mstl(training, params=None):
    """Trend and week taken apart by loess (statsmodels MSTL); the level goes on, smoothed, with the last week's
    season.
    """
    return _by_statsmodels(training, params, None)


def _same_weekdays(training, number):
    """Rows of the last `number` same weekdays for each day to come (days to come × number)."""
    train = len(training.totals)
    ahead = np.arange(training.to_come) % 7
    rows = train - 7 * np.arange(1, number + 1)[None, :] + ahead[:, None]
    return np.where(rows >= 0, rows, np.maximum(train - 7 + ahead, 0)[:, None])


def _weighted(values, weights):
    if not len(values):
        return 0.0
    return float(np.average(values, weights=weights) if weights.sum() > 0 else np.mean(values))


def _running(surprise):
    """How far the last days lie from the mean surprise (a logarithm's mean lies below 0 by chance alone)."""
    known, level = surprise[~np.isnan(surprise)], 0.0
    for each in known[-60:] - (known.mean() if len(known) else 0.0):
        level += TRACKING * (each - level)
    return level


def _open_days(training):
    """Which rows (history, then to come) lie on weekdays that bring anything, and how many such weekdays there are."""
    train = len(training.totals)
    busy = np.array([training.totals[training.weekdays[:train] == k].sum() > 0 for k in range(7)])
    return busy[training.weekdays], int(busy.sum())


def _by_statsmodels(training, params, model):
    """Ordinary totals by a model of statsmodels on open days only, projected; the regression where there is too
    little.
    """
    is_open, season, values = _roots(training)
    to_come = is_open[len(training.totals) :]
    steps = int(to_come.sum())
    if not steps or _too_few(values, season):
        return calendar_regression(training)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fit that has not quite converged is judged by the backtest
        if model is None:
            roots, errors = _mstl_ahead(values, season, steps)
        else:
            known_season, known = params or (season, None)
            result = _run(model(values, season), known if known_season == season else None)
            roots, errors = np.asarray(result.forecast(steps)), np.asarray(result.resid)
    roots = np.clip(np.nan_to_num(roots, nan=values[-season:].mean()), 0, 3 * values.max())
    ordinary = np.zeros(training.to_come)
    # the mean of a square is the square of the mean, and the variance
    ordinary[to_come] = roots**2 + np.nanvar(errors[2 * season :])
    return training.project(ordinary)


def _fit(training, model):
    """(season, parameters) of a statsmodels model, which fit no other season; None where there is too little to fit."""
    _, season, values = _roots(training)
    if _too_few(values, season):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return season, np.asarray(model(values, season).fit(disp=False).params)


def _roots(training):
    """(open rows, history then to come; open weekdays; roots of the last open days' totals, whose noise is even)."""
    is_open, season = _open_days(training)
    return is_open, season, np.sqrt(training.totals[is_open[: len(training.totals)]])[-OPEN_DAYS:]


def _too_few(values, season):
    """Whether there are too few open days for a season, or all of them are alike."""
    return len(values) < WEEKS_FOR_FIT * max(season, 1) or np.ptp(values) == 0


def _run(model, params):
    """The model run over its data with known parameters; fitted where there are none."""
    if params is None:
        return model.fit(disp=False)
    return model.filter(params) if hasattr(model, "filter") else model.smooth(params)  # ETS has no filter of its own


def _ets_model(values, season):
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # loads where it is used

    weekly = dict(seasonal="add", seasonal_periods=season, initialization_method="heuristic") if season > 1 else {}
    return ETSModel(values, error="add", **weekly)


def _arima_model(values, season):
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    return SARIMAX(
        values,
        order=(1, 0, 1) if season > 1 else (0, 1, 1),
        seasonal_order=(0, 1, 1, season) if season > 1 else (0, 0, 0, 0),
        simple_differencing=False,
        initialization="approximate_diffuse",
    )


def _mstl_ahead(values, season, steps):
    from statsmodels.tsa.seasonal import MSTL

    if season < 2:
        level, errors = _smoothed(values)
        return np.full(steps, level), errors
    parts = MSTL(values, periods=season).fit()
    last = parts.seasonal[-season:]
    level, errors = _smoothed(values - parts.seasonal)
    return level + last[np.arange(steps) % season], errors


def _smoothed(values):
    """(the level to come, errors one step ahead) by simple exponential smoothing."""
    from statsmodels.tsa.holtwinters import SimpleExpSmoothing

    fitted = SimpleExpSmoothing(values, initialization_method="estimated").fit()
    return float(fitted.forecast(1)[0]), np.asarray(fitted.resid)


MODELS = {
    model.name: model
    for model in (
        Model(name="same weekday last week", predict=same_weekday_last_week, says="the last known week again"),
        Model(name="mean of weekdays", predict=mean_of_weekdays, says="mean of the last four same weekdays"),
        Model(
            name="calendar regression",
            predict=calendar_regression,
            says="fading weekday means, calendar effects, running level",
        ),
        Model(
            name="ETS",
            predict=ets,
            fit=lambda training: _fit(training, _ets_model),
            says="exponential smoothing of days with a week's season",
        ),
        Model(
            name="ARIMA",
            predict=arima,
            fit=lambda training: _fit(training, _arima_model),
            says="ARIMA (1,0,1)(0,1,1) of days",
        ),
        Model(name="MSTL", predict=mstl, says="seasons taken apart by loess, level smoothed"),
    )
}
