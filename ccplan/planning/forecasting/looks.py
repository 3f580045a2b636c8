"""A forecast as frames to be looked at: days with their repairs, days by their parts, the week's shape,
errors by days ahead and by hour, calibration, totals with their band.

Everything is measured on the queue's own history; errors and calibration on days that were held out.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from .backtest import held_out_bands
from .calendar import closed_holidays, features, ordinary_level
from .checking import checked_history
from .events import KNOWN, LEARNED, checked_calendar, for_queue
from .history import by_day
from .horizon import local
from .scaling import path_columns
from .season import yearly
from .spread import LEAST, learn_spread
from .training import prepare

NAIVE = "same weekday last week"
LEVELS = tuple(round(0.05 * i, 2) for i in range(1, 20))
PARTS = ("day", "offered", "level", "weekday", "calendar", "season", "remainder")
YEAR_DAYS = 365


def history_days(rows, centre, *, at=None, **calendar):
    """A row a day of one queue: day, offered (nan: no row), taken_as, why, holiday, event, open.

    `taken_as` (contacts, freed of the calendar) and `why` are of the days that the models do not learn from
    as they are: missing, unusually many, unusually few. `calendar` is as in `forecast`.
    """
    history, table, names = _laid_out(rows, centre, at, calendar)
    repairs = prepare(history, table).repairs.set_index("day")
    days = pd.DataFrame({"day": history.days, "offered": _offered(history)})
    days["taken_as"] = days["day"].map(repairs["taken_as"]).astype(float)
    days["why"] = days["day"].map(repairs["why"]).fillna("").astype(str)
    days["holiday"] = [names.get(day, "") for day in history.days]
    days["event"] = _first_event(table)
    return days.assign(open=history.open_slots.any(axis=1)[history.weekdays] & ~history.closed)


def repaired_days(rows, centre, *, at=None, **calendar):
    """Every queue's days that are not learned from as they are: queue, day, offered, taken_as, why."""
    found = []
    for _, mine in rows.groupby("queue", sort=False, observed=True):
        history, table, _ = _laid_out(mine, centre, at, calendar)
        found.append(prepare(history, table).repairs)
    return pd.concat(found, ignore_index=True)


def days_by_part(rows, centre, *, at=None, **calendar):
    """A row a day of one queue: offered = level × weekday × calendar × season × remainder.

    `level` is contacts a day, an ordinary day's mean over its week; the other parts are factors around 1.
    The yearly season is 1 where the history holds less than 400 days. nan on closed and missing days.
    """
    history, table, _ = _laid_out(rows, centre, at, calendar)
    plain = prepare(history, table)
    flat = ordinary_level(plain.totals, history.weekdays)
    season = yearly(plain.totals, flat, history.days)
    season = season - season[-YEAR_DAYS:].mean()
    shut = ~history.open_slots.any(axis=1)[history.weekdays]
    ordinary = np.where(shut, np.nan, ordinary_level(plain.totals / np.exp(season), history.weekdays))
    weekday = _weekday_factors(ordinary, history.weekdays)[history.weekdays]
    level = pd.Series(ordinary / weekday).rolling(7, center=True, min_periods=1).mean().to_numpy()
    offered = np.where(history.closed, np.nan, _offered(history))
    parts = pd.DataFrame(
        {
            "day": history.days,
            "offered": offered,
            "level": level,
            "weekday": weekday,
            "calendar": np.exp(plain.effects[: len(offered)]),
            "season": np.exp(season),
        }
    )
    expected = parts[list(PARTS[2:6])].prod(axis=1, skipna=False)
    return parts.assign(remainder=parts["offered"] / expected.where(expected > 0))[list(PARTS)]


def week_shape(rows, centre, *, at=None, **calendar):
    """An ordinary week: weekday (0 is Monday), hour (of the slot's start), contacts in the interval.

    Only open slots are there. The level is that of the last eight weeks, the shape that of the weekday.
    """
    history, table, _ = _laid_out(rows, centre, at, calendar)
    training = prepare(history, table)
    level = [_mean(training.totals[(history.weekdays == k) & ~history.closed][-8:]) for k in range(7)]
    contacts = np.array(level)[:, None] * training.shape
    weekday, slot = np.nonzero(history.open_slots)
    return pd.DataFrame({"weekday": weekday, "hour": history.slots[slot] / 3600, "contacts": contacts[weekday, slot]})


# ---------------------------------------------------------------------------------- held-out days


def errors_ahead(tested):
    """A row a day ahead: days_ahead, wape of the chosen model, naive (same weekday last week) and chance.

    WAPE over intervals, Σ |error| ÷ Σ contacts; `chance` is what it would be if the mean were known and
    contacts came by pure chance. `naive` is nan where that model was not tested.
    """
    return _errors(tested, (0, 2)).assign(days_ahead=np.arange(1, tested.actual.shape[1] + 1))


def errors_by_hour(tested, slots):
    """A row an hour of the day: hour, wape, naive, chance, contacts (share of all); `slots` seconds since midnight."""
    by_slot = _errors(tested, (0, 1), sums=True).assign(hour=np.floor(np.asarray(slots) / 3600))
    hours = by_slot.groupby("hour").sum().reset_index()
    hours = hours[hours["contacts"] > 0]
    rates = hours[["wape", "naive", "chance"]].div(hours["contacts"], axis=0)
    share = hours["contacts"] / hours["contacts"].sum()
    return pd.concat([hours["hour"], rates, share.rename("contacts")], axis=1).reset_index(drop=True)


def coverage(tested, share=0.8):
    """Share of held-out open intervals inside the chosen model's band of `share`, learned from the other origins."""
    tested = _of_open_slots(tested)
    low, high = held_out_bands(tested, tested.chosen, (0.5 - share / 2, 0.5 + share / 2))
    known = np.isfinite(tested.actual) & ((tested.means[tested.chosen] > 0) | (tested.actual > 0))
    return float(((tested.actual >= low) & (tested.actual <= high))[known].mean())


def chance_error(mean):
    """Mean absolute deviation of a Poisson count from its mean, contacts.

    2 mᵏ⁺¹ e⁻ᵐ ÷ k! with k = ⌊m⌋ (Johnson, Kemp and Kotz, Univariate Discrete Distributions, 4.2.3).

    >>> chance_error(np.array([0.5, 100.0])).round(3).tolist()
    [0.607, 7.972]
    """
    from scipy.special import gammaln  # loads where it is used

    mean = np.maximum(np.asarray(mean, dtype=float), 1e-12)
    whole = np.floor(mean)
    return 2 * np.exp((whole + 1) * np.log(mean) - mean - gammaln(whole + 1))


def calibration(tested, levels=LEVELS, number=60, seed=0):
    """Share of held-out counts at or below each quantile: level, intervals, days, and how many of each were held out.

    Well calibrated is a share that equals the level. Every origin's distribution is learned from the
    other origins only; days come from `number` joint paths.
    """
    tested = _of_open_slots(tested)
    mean, actual = tested.means[tested.chosen], tested.actual
    known = np.isfinite(actual) & (mean > LEAST)
    bands = held_out_bands(tested, tested.chosen, levels)
    below = [np.mean((actual <= band)[known]) for band in bands]
    ranks = _day_ranks(tested, number, np.random.default_rng(seed))
    return pd.DataFrame(
        {
            "level": levels,
            "intervals": below,
            "days": [np.mean(ranks <= level) for level in levels],
            "held_out_intervals": int(known.sum()),
            "held_out_days": len(ranks),
        }
    )


# --------------------------------------------------------------------------------------- totals


def with_band(frame, by=None, levels=(0.1, 0.5, 0.9)):
    """Totals of a forecast with `samples`, by local day or by any key: key, offered, offered_p10, …

    `by` is None for days, or a Series aligned with `frame`. Quantiles are those of the paths' totals, so
    they know that intervals and days move together. Raises ValueError where the forecast has no paths.

    >>> start = pd.date_range("2026-03-02 08:00", periods=2, freq="30min")
    >>> frame = pd.DataFrame({"start": start, "offered": [3.0, 5.0], "path_1": [2.0, 4.0], "path_2": [4.0, 6.0]})
    >>> with_band(frame, levels=(0.5,)).iloc[0, 1:].astype(float).tolist()
    [8.0, 8.0]
    """
    paths = path_columns(frame)
    if not paths:
        raise ValueError("the forecast must hold sample paths: ask for some with samples=1000")
    key = frame["start"].dt.tz_localize(None).dt.normalize().rename("day") if by is None else by
    sums = frame[["offered", *paths]].groupby(key, sort=True).sum()
    bands = np.quantile(sums[paths].to_numpy(), levels, axis=1)
    names = [f"offered_p{100 * level:g}" for level in levels]
    return sums[["offered"]].assign(**dict(zip(names, bands, strict=True))).reset_index()


def day_totals(rows):
    """Contacts by local day of one queue's rows: day, offered."""
    day = rows["start"].dt.tz_localize(None).dt.normalize().rename("day")
    return rows["offered"].groupby(day).sum(min_count=1).reset_index()


# ------------------------------------------------------------------------------------- smaller parts


def _laid_out(rows, centre, at, calendar):
    """(History up to `at`, its calendar table, names of the public holidays)."""
    rows = checked_history(rows, centre)
    if at is not None:
        rows = rows[rows["start"].dt.tz_localize(None) < local(at, rows["start"])]
    if not len(rows):
        raise ValueError(f"at must lie after some history, got {at}: there is no row before it")
    name, last = str(rows["queue"].iloc[0]), rows["start"].max()
    history = by_day(rows, centre.interval_s, closed_days=closed_holidays(centre, name, rows, last))
    names = {pd.Timestamp(day): words for day, words in centre.public_holidays(rows["start"].min(), last).items()}
    known = for_queue(checked_calendar(calendar, centre), name)
    return history, features(history.days, centre.country, **known), names


def _offered(history):
    counts = np.nansum(history.counts, axis=1)
    return np.where(history.active | history.closed, counts, np.nan)


def _first_event(table):
    """The name of the event that each day lies under, "" where there is none."""
    columns = [name for name in table if name.startswith((LEARNED, KNOWN))]
    if not columns:
        return ""
    there = table[columns].to_numpy() != 0
    names = np.array([name.removeprefix(LEARNED).removeprefix(KNOWN) for name in columns])
    return np.where(there.any(axis=1), names[there.argmax(axis=1)], "")


def _weekday_factors(ordinary, weekdays):
    """Each weekday's ordinary day ÷ the mean of the week around it; nan for weekdays that are closed."""
    week = pd.Series(ordinary).rolling(7, center=True, min_periods=1).mean().to_numpy()
    ratio = ordinary / np.where(week > 0, week, np.nan)
    inner = np.arange(len(ratio))
    whole = (inner >= 3) & (inner < len(ratio) - 3) | (len(ratio) < 14)
    return np.array([_median(ratio[(weekdays == k) & whole]) for k in range(7)])


def _median(values):
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else np.nan


def _mean(values):
    return float(values.mean()) if len(values) else 0.0


def _errors(tested, axes, sums=False):
    """Σ |error| of the chosen and the naive model and of chance, over `axes`, as shares of contacts or as sums."""
    known = np.isfinite(tested.actual)
    means = {"wape": tested.means[tested.chosen], "naive": tested.means.get(NAIVE, np.full(known.shape, np.nan))}
    tops = {name: np.where(known, np.abs(tested.actual - mean), 0.0) for name, mean in means.items()}
    tops["chance"] = np.where(known, chance_error(means["wape"]), 0.0)
    frame = pd.DataFrame({name: top.sum(axis=axes) for name, top in tops.items()})
    contacts = np.where(known, tested.actual, 0.0).sum(axis=axes)
    return frame.assign(contacts=contacts) if sums else frame.div(np.where(contacts > 0, contacts, np.nan), axis=0)


def _of_open_slots(tested):
    """The chosen model's test without the slots in which nothing is ever expected."""
    mean = tested.means[tested.chosen]
    there = (mean > LEAST).any(axis=(0, 1))
    return replace(tested, actual=tested.actual[:, :, there], means={tested.chosen: mean[:, :, there]})


def _day_ranks(tested, number, generator):
    """Where each held-out day's total lies among its paths: shares 0–1, ties and the ends shared by chance."""
    mean, ranks = tested.means[tested.chosen], []
    for origin in range(len(mean)):
        others = np.arange(len(mean)) != origin
        spread = learn_spread(tested.actual[others], mean[others], tested.special[others])
        paths = spread.paths(mean[origin], tested.special[origin], number, generator)
        known = np.isfinite(tested.actual[origin])
        total, sums = np.where(known, tested.actual[origin], 0).sum(axis=1), (paths * known).sum(axis=2)
        use = (known & (mean[origin] > LEAST)).any(axis=1)
        below, same = (sums < total).sum(axis=0), (sums == total).sum(axis=0)
        ranks.append(((below + generator.random(len(total)) * (same + 1)) / (number + 1))[use])
    return np.concatenate(ranks) if ranks else np.array([])
