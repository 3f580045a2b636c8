"""How many contacts will come, how long they will take, and how sure that is.

Each queue's history is laid out by day and slot, freed of the calendar, forecast by the model that did
best on its own past, and given back its calendar and shape. See `forecasting/` for each part.
"""

import zlib
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from .forecasting.ahead import Ahead
from .forecasting.backtest import Backtest, backtest, combined, spread_of
from .forecasting.borrowing import borrowed, checked_borrow
from .forecasting.cache import kept_forecast
from .forecasting.calendar import closed_holidays, features
from .forecasting.checking import checked_history, checked_levels, checked_queue, checked_samples
from .forecasting.events import checked_calendar, for_queue
from .forecasting.handle_time import expected_aht
from .forecasting.history import by_day
from .forecasting.horizon import local, reach, starts
from .forecasting.many import each_queue
from .forecasting.models import MODELS
from .forecasting.scaling import with_paths
from .forecasting.spread import Spread
from .forecasting.training import prepare
from .staffing import WORK

METHODS = ("auto", "combination", *MODELS)
NEEDED = ("queue", "start", "offered", "answered", "aht_s", *WORK)
SHORT = "calendar regression"  # where nothing can be held out


@dataclass(frozen=True, kw_only=True)
class QueueForecast:
    """What a forecast of one queue rests on: its `frame`, the Backtest (None: too short), repairs, Spread, method,
    and the days to come (`ahead`) as the spread sees them."""

    queue: str
    frame: pd.DataFrame
    tested: Backtest | None
    repairs: pd.DataFrame
    spread: Spread
    method: str
    seasonal: bool
    ahead: Ahead


def forecast(
    history,
    centre,
    horizon,
    *,
    levels=(0.1, 0.5, 0.9),
    samples=0,
    method="auto",
    at=None,
    events=None,
    school=None,
    pay_days=(),
    borrow=None,
    seed=0,
):
    """Contacts and handle time of every queue and interval to come, with how sure they are.

    `history` is a frame with queue, start and offered (contacts), and seconds of work where known; `centre`
    a `Centre`; `horizon` such as "14d", "8w", "6 months". `at` forecasts as of that date and looks at
    nothing from it on; without it the forecast begins where the history ends. `levels` are the quantiles,
    `samples` the number of paths (columns path_1, …: whole contacts, days and intervals moving together).
    `method` is "auto" (best in a backtest on the queue's own past), "combination" or a model's name.
    `events` (event, start, end, queue, uplift, decay_days), `school` (start, end) and `pay_days` teach the calendar.
    `borrow` {new queue: (queue it is like, factor)} lends a history to queues that have none; others are left out.
    Returns queue, start, offered (mean), offered_p10, … and aht_s (s), a row an open interval.
    Raises ValueError in words for what cannot be used.

    >>> from ccplan.data import Centre, Queue
    >>> days = pd.date_range("2026-06-01", periods=56 * 2, freq="12h")
    >>> week = pd.DataFrame({"queue": "q", "start": days, "offered": [100, 20] * 56})
    >>> centre = Centre(name="Example", interval_s=43200, queues=(Queue(name="q"),))
    >>> forecast(week, centre, "1d")["offered"].round().tolist()
    [100.0, 20.0]
    """
    each = forecast_queues(
        history,
        centre,
        horizon,
        levels=levels,
        samples=samples,
        method=method,
        at=at,
        events=events,
        school=school,
        pay_days=pay_days,
        borrow=borrow,
        seed=seed,
    )
    return pd.concat([one.frame for one in each], ignore_index=True)


def forecast_queues(
    history,
    centre,
    horizon,
    *,
    levels=(0.1, 0.5, 0.9),
    samples=0,
    method="auto",
    at=None,
    borrow=None,
    seed=0,
    jobs=None,
    progress=None,
    cache=False,
    **calendar,
):
    """The same as `forecast`, a QueueForecast for each queue: with league, repairs and spread.

    `jobs` processes (-1: all cores, or the whole of a Dask cluster), by default all cores from eight queues
    on; `progress(done, number)` is called after each queue; `cache` keeps results by content for the next time.
    """
    rows = checked_history(history, centre)
    rows = rows[[name for name in NEEDED if name in rows]]
    levels, samples = checked_levels(levels), checked_samples(samples)
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    if at is not None:
        rows = rows[rows["start"].dt.tz_localize(None) < local(at, rows["start"])]
        if not len(rows):
            raise ValueError(f"at must lie after some history, got {at}: there is no row before it")
    how = dict(
        levels=levels, samples=samples, method=method, at=at, seed=seed, calendar=checked_calendar(calendar, centre)
    )
    borrow = checked_borrow(borrow, [str(name) for name in rows["queue"].unique()], centre)
    work = partial(_kept_queue if cache else _forecast_queue, centre=centre, horizon=horizon, **how)
    parts = [mine for _, mine in rows.groupby("queue", sort=False, observed=True)]
    found = each_queue(work, parts, jobs=jobs, progress=progress)
    return found + borrowed(found, borrow, centre, levels, partial(_paths, samples=samples, seed=seed))


def _kept_queue(rows, *, centre, horizon, **how):
    """The queue's forecast from the cache, where the same was asked before."""
    return kept_forecast(rows, centre, horizon, how, make=lambda: _forecast_queue(rows, centre, horizon, **how))


def _forecast_queue(rows, centre, horizon, *, levels, samples, method, at, seed, calendar):
    """One queue: history, backtest, model, spread, frame."""
    rows = checked_queue(rows, centre)
    name, zone = str(rows["queue"].iloc[0]), rows["start"].dt.tz
    begin = _begin(rows, centre.interval_s) if at is None else local(at, rows["start"])
    end = reach(horizon, begin)
    past = rows[rows["start"].dt.tz_localize(None) < begin.normalize()]
    history = by_day(
        past if len(past) else rows, centre.interval_s, closed_days=closed_holidays(centre, name, rows, begin)
    )
    days = pd.date_range(
        history.days[0],
        max((end - pd.Timedelta(seconds=1)).normalize(), history.days[-1] + pd.Timedelta(days=1)),
        freq="D",
    )
    training, mean, tested, seasonal = _model(
        history, features(days, centre.country, **for_queue(calendar, name)), method
    )
    spread = spread_of(tested) if tested else Spread()
    frame = _frame(history, days[len(history.days) :], zone, centre, name, begin, end)
    special = training.special
    where = frame.pop("day").to_numpy(), frame.pop("slot").to_numpy()
    frame["offered"] = mean[where]
    for level in levels:
        frame[f"offered_p{100 * level:g}"] = spread.quantile(mean, special, level)[where]
    aht = expected_aht(past if len(past) else rows, len(history.slots), history.slots[0], centre.interval_s)
    frame["aht_s"] = np.where(np.isfinite(aht), aht, centre.queue(name).aht_s)[where[1]]
    frame = with_paths(frame, [path[where] for path in _paths(spread, mean, special, name, samples, seed)])
    return QueueForecast(
        queue=name,
        frame=frame,
        tested=tested,
        repairs=training.repairs,
        spread=spread,
        method=tested.chosen if tested else method,
        seasonal=seasonal,
        ahead=Ahead(
            days=days[len(history.days) :],
            slots=history.slots,
            interval_s=history.interval_s,
            mean=mean,
            special=special,
        ),
    )


def _paths(spread, mean, special, name, samples, seed):
    """Sample paths of one queue, the same for the same seed whatever other queues there are."""
    if not samples:
        return ()
    return spread.paths(mean, special, samples, np.random.default_rng([seed, zlib.crc32(name.encode())]))


def _model(history, table, method):
    """(Training, mean by day and slot, Backtest, with a yearly season) of the method that is asked for or does best."""
    ahead = len(table) - len(history.days)
    seasons = (False, True) if len(history.days) >= 430 else (False,)
    best = None
    for seasonal in seasons:

        def prepared(number, more, seasonal=seasonal):
            return prepare(history.before(number), table[: number + more], seasonal=seasonal)

        tested = backtest(history, prepared, ahead, SHORT if len(seasons) > 1 else method)
        best = best if best and _error(best[1]) <= _error(tested) else (seasonal, tested, prepared)
    seasonal, tested, prepared = best
    if len(seasons) > 1 and method != SHORT:
        tested = backtest(history, prepared, ahead, method)
    training = prepared(len(history.days), ahead)
    chosen = tested.chosen if tested else (method if method in MODELS else SHORT)
    names = tested.weights if chosen == "combination" and tested else (chosen,)
    means = {name: MODELS[name].predict(training, MODELS[name].fit(training)) for name in names}
    return training, combined(means, tested.weights) if chosen == "combination" else means[chosen], tested, seasonal


def _error(tested):
    return np.inf if tested is None else np.nanmean(np.abs(tested.actual - tested.means[tested.chosen]))


def _begin(rows, interval_s):
    """Where the history ends: the midnight after its last day where that day is whole, else after its last interval."""
    wall = rows["start"].dt.tz_localize(None)
    last = wall.max()
    ends = wall.groupby(wall.dt.normalize()).max()
    usual = (ends - ends.index).where(ends.index.day_of_week == last.day_of_week).median()
    whole = last - last.normalize() >= usual - pd.Timedelta(hours=1)
    return last.normalize() + pd.Timedelta(days=1) if whole else last + pd.Timedelta(seconds=interval_s)


def _frame(history, days, zone, centre, name, begin, end):
    """queue, start, day (row), slot (column) of each open interval from begin to end."""
    stamps, day, slot = starts(days, history.slots, zone)
    wall = stamps.tz_localize(None)
    is_open = history.open_slots[days.day_of_week.to_numpy()[day], slot]
    if not _assumed_hours(centre, name):
        said = _said_open(centre, name, history)[days.day_of_week.to_numpy()[day], slot]
        is_open &= centre.is_open(name, stamps) | ~said
    keep = is_open & (wall >= begin) & (wall < end)
    return pd.DataFrame({"queue": name, "start": stamps[keep], "day": day[keep], "slot": slot[keep]})


def _assumed_hours(centre, name):
    return any(said.startswith(f"queue {name}: hours") for said in centre.assumed)


def _said_open(centre, name, history):
    """Slots of the week that the opening hours name: where they are shut on a date, that is a holiday's doing."""
    week = pd.date_range("2001-01-01", periods=7, freq="D")  # a Monday
    stamps = pd.DatetimeIndex(np.repeat(week, len(history.slots))) + pd.to_timedelta(
        np.tile(history.slots, 7), unit="s"
    )
    return centre.queue(name).hours.is_open(stamps).reshape(7, -1)
