"""The rest of today, given this morning: what was seen tells how the whole day is running, and its band narrows.

The forecast's own distribution is conditioned on what came. In `spread.paths` the normal scores of a day's
counts are correlated: √(TᵢTⱼ) by the day that they share, √((1 − Tᵢ)(1 − Tⱼ)) ρ^|i − j| by their neighbours. The
scores of the intervals to come, given those seen, are therefore normal again with the known mean and variance:
μ = C(C + N)⁻¹ z. N is what a whole number leaves unsaid of its score: much for 0 or 1 call, next to nothing for 100.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import gammainc, ndtr, ndtri

from ...data.given import given_table
from .checking import checked_actuals
from .history import CERTAIN
from .horizon import local, same_clock
from .scaling import path_columns, quantile_columns, with_before, with_paths
from .spread import EVEN, LEAST, NORMAL_80, Spread, whole

FARTHEST = 3.0  # standard deviations: what lies beyond is a fault of the switch rather than the day's demand
POINTS = np.linspace(0.005, 0.995, 100)  # levels over which a mean is taken
SMALL = 25.0  # contacts below which a count is looked at as the whole number it is


@dataclass(frozen=True, kw_only=True)
class Day:
    """One queue's forecast of one day: `rows` of its frame, `cells` of each in `mean` (slots), and the day's Spread."""

    rows: pd.DataFrame
    cells: np.ndarray
    mean: np.ndarray
    special: np.ndarray
    spread: Spread
    interval_s: float


def reforecast(forecast, actuals, now, *, samples=0, seed=0):
    """The rest of today by what came until `now`: the rows of the forecast that are not over, mean and band updated.

    `forecast` is a QueueForecast of `forecast_queues`, several of them, or the frame of `forecast` (its spread is then
    read from its P10 and P90, half of it taken as shared by the day). `actuals` is a frame with queue, start and
    offered; only whole intervals of today before `now` are looked at. A missing interval between the first and the
    last is empty where fewer than three contacts were expected, else unknown. Returns the columns of the forecast
    with `offered_before`, and `samples` joint paths of whole contacts. Raises ValueError in words.
    """
    found = [_rest(*each, now=now, samples=samples, seed=seed) for each in _days(forecast, actuals, now)]
    return pd.concat(found, ignore_index=True)


def replay_day(forecast, actuals, day, *, every="1h"):
    """How a past day looked from hour to hour: a row for each `now` and interval.

    Columns now, queue, start, seen, actual, offered_before (this morning), offered and its quantiles as of `now`; a
    seen interval keeps the morning's. `forecast` and `actuals` as for `reforecast`.
    """
    first = local(day, _frames(forecast)[0]["start"], "day").normalize()
    moments = pd.date_range(first, first + pd.Timedelta(days=1), freq=every, inclusive="left")
    found = [_as_of(parts, seen, now) for now in moments for parts, seen in _days(forecast, actuals, now)]
    replayed = pd.concat(found, ignore_index=True)
    running = replayed.groupby(["now", "queue"], sort=False)["seen"].transform("mean")
    return replayed[(running < 1) & ((running > 0) | (replayed["now"] == first))].reset_index(drop=True)


def replay_errors(replayed):
    """What the morning's forecast and the updated one missed of the rest of the day, a row a queue and `now`.

    WAPE of both over the intervals to come, and the share of them in the updated band of the outermost quantiles.
    """
    told = ["seen", "actual", "offered", "offered_before"]
    given_table(replayed, "replayed", keys=["queue", "now"], numbers=told, perhaps=quantile_columns(replayed))
    rows = replayed[~replayed["seen"].astype(bool) & replayed["actual"].notna()]
    groups = rows.groupby(["queue", "now"], sort=False)
    return pd.DataFrame([{"queue": queue, "now": now, **_errors(each)} for (queue, now), each in groups])


def _errors(rows):
    came, total = rows["actual"].to_numpy(float), rows["actual"].sum()
    wape = {
        name: np.abs(rows[column] - came).sum() / total if total else np.nan
        for name, column in (("wape_before", "offered_before"), ("wape", "offered"))
    }
    band = quantile_columns(rows)
    inside = (came >= rows[band[0]]) & (came <= rows[band[-1]]) if len(band) > 1 else pd.Series(np.nan, rows.index)
    return {"to_come": total, **wape, "in_band": inside.mean()}


def _as_of(today, seen, now):
    """All rows of a day, those to come updated."""
    rows = today.rows
    over = _is_over(today, now)
    at = rows.assign(offered_before=rows["offered"], now=now, seen=over, actual=_actual(today, seen))
    fresh = _rest(today, seen, now, 0, 0)
    names = ["offered", *quantile_columns(rows)]
    at.loc[~over, names] = fresh[names].to_numpy()
    return at[["now", "queue", "start", "seen", "actual", "offered_before", *names]]


def _frames(forecast):
    if isinstance(forecast, pd.DataFrame):
        band = [name for name in forecast if str(name).startswith("offered_")]
        given_table(forecast, "forecast", keys=["queue"], times=["start"], numbers=["offered", *band])
        return [rows for _, rows in forecast.groupby("queue", sort=False, observed=True)]
    return [one.frame for one in _queues(forecast)]


def _queues(forecast):
    """The QueueForecasts of one or several."""
    return [forecast] if hasattr(forecast, "frame") else forecast


def _days(forecast, actuals, now):
    """(Day, actuals by their starts) of each queue's forecast of the day of `now`."""
    checked_actuals(actuals, "actuals")
    if isinstance(forecast, pd.DataFrame):
        days = [_implied(rows, local(now, rows["start"], "now").normalize()) for rows in _frames(forecast)]
    else:
        days = [_known(one, local(now, one.frame["start"], "now").normalize()) for one in _queues(forecast)]
    return [(day, _by_start(actuals, day)) for day in days]


def _today(frame, day):
    if not len(frame):
        raise ValueError("forecast must have rows, got a queue with none: it is not open within the horizon")
    rows = frame[frame["start"].dt.tz_localize(None).dt.normalize() == day]
    if not len(rows):
        first, last = frame["start"].min(), frame["start"].max()
        raise ValueError(
            f"now must lie on a day of the forecast, which runs from {first:%Y-%m-%d} to {last:%Y-%m-%d}, "
            f"and on which {frame['queue'].iloc[0]} is open, got {day:%Y-%m-%d}"
        )
    return rows.reset_index(drop=True)


def _known(one, day):
    rows, ahead = _today(one.frame, day), one.ahead
    number, cells = ahead.cells(rows["start"])
    row = int(number[0])
    return Day(
        rows=rows,
        cells=cells,
        mean=ahead.mean[row],
        special=ahead.special[row : row + 1],
        interval_s=ahead.interval_s,
        spread=_of_day(one.spread, row + 1),
    )


def _of_day(spread, ahead):
    """The spread as it is `ahead` days on, for a day by itself."""
    shares = {
        name: (getattr(spread, name)[0] + getattr(spread, name)[1] * ahead, 0.0) for name in ("share", "day_share")
    }
    return replace(spread, **shares)


def _implied(frame, day):
    """A day from a frame alone: its error's share from P10 and P90, half of it shared by the whole day."""
    rows = _today(frame, day)
    if not {"offered_p10", "offered_p90"} <= set(rows):
        raise ValueError(
            "a forecast's frame must have offered_p10 and offered_p90 to be updated, "
            "or pass the QueueForecast of forecast_queues"
        )
    mean = rows["offered"].to_numpy(float)
    deviation = ((rows["offered_p90"] - rows["offered_p10"]) / (2 * NORMAL_80)).to_numpy(float)
    share = max(float((deviation**2 - mean).sum() / max((mean**2).sum(), 1e-9)), 1e-4)
    step = rows["start"].diff().min()
    return Day(
        rows=rows,
        cells=np.arange(len(rows)),
        mean=mean,
        special=np.zeros(1, bool),
        interval_s=step.total_seconds() if pd.notna(step) else 86_400.0,
        spread=Spread(share=(share, 0.0), day_share=(share / 2, 0.0), special=np.sqrt(share)),
    )


def _by_start(actuals, today):
    """The queue's actuals, by interval start in the forecast's zone."""
    mine = actuals[actuals["queue"].astype(str) == str(today.rows["queue"].iloc[0])]
    same_clock(actuals["start"], today.rows["start"], "actuals and the forecast")
    zone = today.rows["start"].dt.tz
    start = mine["start"] if zone is None else mine["start"].dt.tz_convert(zone)
    return pd.Series(mine["offered"].to_numpy(float, na_value=np.nan), index=pd.DatetimeIndex(start))


def _actual(today, seen):
    return seen.reindex(pd.DatetimeIndex(today.rows["start"])).to_numpy()


def _is_over(today, now):
    """Rows of the day whose interval has ended by `now` (the clock on the wall, or a moment with its zone)."""
    start = today.rows["start"]
    moment = pd.Timestamp(now)
    if moment.tzinfo is not None and start.dt.tz is not None:
        return (start + pd.Timedelta(seconds=today.interval_s) <= moment).to_numpy()
    return (start.dt.tz_localize(None) + pd.Timedelta(seconds=today.interval_s) <= local(now, start, "now")).to_numpy()


def _rest(today, seen, now, samples, seed):
    """The rows that are not over by `now`, updated."""
    over = _is_over(today, now)
    counts = np.where(over, _actual(today, seen), np.nan)
    there = np.flatnonzero(~np.isnan(counts))
    if len(there):
        between = (np.arange(len(counts)) >= there[0]) & (np.arange(len(counts)) <= there[-1])
        counts[over & between & np.isnan(counts) & (today.mean[today.cells] < CERTAIN)] = 0.0
    shift, scores = _conditioned(today, counts, ~over)
    return _updated(today, ~over, shift, scores, samples, seed)


def _conditioned(today, counts, to_come):
    """Mean and covariance of the normal scores of the rows to come, given the counts seen (nan: not seen)."""
    mean = today.mean[today.cells]
    known = ~np.isnan(counts) & (mean > LEAST)
    join = _correlation(today)
    ahead = join[np.ix_(to_come, to_come)]
    if not known.any():
        return np.zeros(to_come.sum()), ahead
    score, reliable = _scores(today, counts, known)
    noise = np.diag(1 / reliable - 1)
    gain = np.linalg.solve(
        join[np.ix_(known, known)] + noise + 1e-9 * np.eye(known.sum()), join[np.ix_(known, to_come)]
    ).T
    return gain @ (score / reliable), ahead - gain @ join[np.ix_(known, to_come)]


def _correlation(today):
    """Correlation of the normal scores of the day's rows, as `Spread.paths` draws them."""
    together = today.spread.together(today.mean[None], today.special)[0][today.cells]
    apart = np.abs(np.subtract.outer(today.cells, today.cells))
    near = np.where(apart > 0, float(today.spread.neighbours) ** np.maximum(apart, 1), 1.0)
    join = np.sqrt(np.outer(together, together)) + np.sqrt(np.outer(1 - together, 1 - together)) * near
    np.fill_diagonal(join, 1.0)
    return join


def _scores(today, counts, known):
    """Normal scores of the counts seen, and how much of the score a whole number tells (0–1)."""
    mean = today.mean[today.cells][known]
    variance = today.spread.variance(today.mean[None], today.special)[0][today.cells][known]
    score = _expected_score(today, mean, variance, counts[known])
    return np.clip(score, -FARTHEST, FARTHEST), _reliability(today, mean, variance)


def _expected_score(today, mean, variance, counts):
    """Mean normal score of a count y, which stands for all values from y − ½ to y + ½ (0: below ½)."""
    low = np.where(counts < 0.5, -np.inf, ndtri(_chance(today, mean, variance, counts - 0.5)))
    high = ndtri(_chance(today, mean, variance, counts + 0.5))
    width = ndtr(high) - ndtr(low)
    inside = np.where(np.isfinite(low), (np.where(np.isfinite(low), low, 0) + high) / 2, high)
    middle = np.clip(inside, -FARTHEST, FARTHEST)
    return np.where(width > 1e-6, (_density(low) - _density(high)) / np.maximum(width, 1e-6), middle)


def _chance(today, mean, variance, value):
    """Chance of no more than `value`, by the distribution whose quantiles the forecast shows."""
    level = gammainc(mean**2 / variance, np.maximum(value, 0) * mean / variance)
    form = today.spread.form
    if form is not None:
        level = np.interp(level, form[1], EVEN)
    return np.clip(level, 1e-6, 1 - 1e-6)


def _density(score):
    return np.exp(-(np.where(np.isfinite(score), score, 0) ** 2) / 2) / np.sqrt(2 * np.pi) * np.isfinite(score)


def _reliability(today, mean, variance):
    """Variance of the expected score over the counts that may come: 1 for many contacts, less for few."""
    found = 1 / (1 + 1 / (12 * np.maximum(variance, 1e-9)))
    for at in np.flatnonzero(mean < SMALL):
        counts = np.arange(int(mean[at] + 8 * np.sqrt(variance[at])) + 3.0)
        edge = _chance(today, mean[at], variance[at], counts + 0.5)
        chance = np.diff(edge, prepend=0.0)
        found[at] = (chance * _expected_score(today, mean[at], variance[at], counts) ** 2).sum()
    return np.clip(found, 0.02, 1 - 1e-6)


def _updated(today, to_come, shift, scores, samples, seed):
    """Rows to come with mean, quantiles and paths of their conditional distribution."""
    rows = today.rows[to_come]
    spread = np.sqrt(np.clip(np.diag(scores), 0, None))
    value = _values(today, to_come)
    plain = np.mean([value(np.full(len(rows), ndtri(p))) for p in POINTS], axis=0)
    fresh = np.mean([value(shift + spread * ndtri(p)) for p in POINTS], axis=0)
    before = rows["offered"].to_numpy(float)
    columns = {"offered": before * np.where(plain > 0, fresh / np.where(plain > 0, plain, 1), 1)}
    columns |= {
        name: value(shift + spread * ndtri(float(name.removeprefix("offered_p")) / 100))
        for name in quantile_columns(rows)
    }
    rows = with_before(rows.drop(columns=path_columns(rows)).assign(**columns), before)
    return _drawn(rows, value, shift, scores, samples, seed) if samples else rows


def _drawn(rows, value, shift, scores, samples, seed):
    root = np.linalg.cholesky(scores + 1e-6 * np.eye(len(scores)))
    drawn = shift + np.random.default_rng(seed).standard_normal((samples, len(rows))) @ root.T
    return with_paths(rows, list(whole(np.array([value(each) for each in drawn]), rows["offered"].to_numpy(float))))


def _values(today, to_come):
    """A function from normal scores of the rows to come to contacts."""
    cells, slots = today.cells[to_come], len(today.mean)

    def value(score):
        level = np.full((1, slots), 0.5)
        level[0, cells] = today.spread.level(ndtr(score))
        return today.spread.contacts_at(today.mean[None], today.special, level)[0, cells]

    return value
