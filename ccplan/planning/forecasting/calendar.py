"""What the calendar does to a day: holidays, the days around them, month ends, pay days, school holidays, events.

Effects are differences of logarithms to an ordinary day of the same weekday. They are estimated by ridge
regression from the queue's own history, each kind starting from what is usual in the field and moving
with the evidence: a first holiday is expected to be like the quietest weekday, the tenth like the nine before.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...data import public_holidays
from .events import KNOWN, event_columns

WINDOW = 6  # same weekdays on either side that tell what is ordinary
DEEPEST = -4.0  # of an effect: e^-4 is 2 %, and next to nothing
NOISE = 0.10  # least day-to-day noise that is believed, as a share


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of day: how far its effect may lie from the usual (`spread`), and the usual as a share of the
    way from its weekday to the quietest weekday (`quiet`)."""

    name: str
    spread: float
    quiet: float = 0.0


HOLIDAY = Kind(name="public holiday", spread=0.5, quiet=1.0)
EVE = Kind(name="day before a holiday", spread=0.4, quiet=0.3)
AFTER = Kind(name="day after a holiday", spread=0.2)
MONTH_START = Kind(name="first working days of a month", spread=0.05)
MONTH_END = Kind(name="last working days of a month", spread=0.05)
PAY_DAY = Kind(name="pay day", spread=0.10)
SCHOOL = Kind(name="school holidays", spread=0.10)
NAMED_SPREAD, EVENT_SPREAD = 0.3, 0.4
CERTAIN = 1e-6  # spread of an effect that was given


def features(days, country, *, events=None, school=None, pay_days=()):
    """Kinds of day as columns, 0 or 1 (a fading event between): frame indexed by local date.

    `country` two letters or "" for no public holidays; `events` a frame with event, start, end and
    decay_days, uplift where known; `school` a frame with start and end; `pay_days` days of the month such as (15, 25);
    one that a month lacks is its last day.
    """
    around = public_holidays(country, days[0] - pd.Timedelta(days=2), days[-1] + pd.Timedelta(days=2))
    dates, one = pd.DatetimeIndex([pd.Timestamp(day) for day in around]), pd.Timedelta(days=1)
    free = days.isin(dates)
    table = {HOLIDAY.name: free, EVE.name: days.isin(dates - one) & ~free, AFTER.name: days.isin(dates + one) & ~free}
    table |= (
        _named(days, around)
        | _month(days)
        | _pay_days(days, pay_days)
        | _school(days, school)
        | event_columns(days, events)
    )
    return pd.DataFrame(table, index=days).astype(float)


def closed_holidays(centre, name, rows, end):
    """Public holidays up to `end` on which the queue's hours close: a day without rows is then no missing day."""
    if centre.queue(name).hours.holidays is None:
        return ()
    return tuple(pd.Timestamp(day) for day in centre.public_holidays(rows["start"].min(), end))


def ordinary_level(totals, weekdays):
    """What each day would bring by its weekday alone: the median of 13 same weekdays around it; nan where unknown."""
    level = np.full(len(totals), np.nan)
    for k in range(7):
        where = np.flatnonzero(weekdays == k)
        known = where[~np.isnan(totals[where])]
        if len(known):
            level[where] = np.interp(where, known, _running_median(totals[known]))
    return level


def effects(totals, level, weekdays, table, train):
    """Log effect of the calendar on each row of `table` (train days first, then days to come).

    `totals` and `level` of the first `train` days, `weekdays` of all rows. Rows of closed or unknown days
    do not teach. Ridge regression: minimise Σ (r − Xb)²/σ² + Σ (b − usual)²/spread².
    """
    columns = list(table)
    if not columns:
        return np.zeros(len(table))
    quiet = _way_to_quiet(level, weekdays, train)
    design, usual, spread = _design(table, columns, quiet)
    useful = ~np.isnan(totals) & (level > 0.5)
    ratio = np.zeros(train)
    ratio[useful] = np.clip(np.log((totals[useful] + 0.5) / (level[useful] + 0.5)), DEEPEST, -DEEPEST)
    plain = useful & (table.to_numpy()[:train] == 0).all(axis=1)
    noise = max(1.4826 * np.median(np.abs(ratio[plain])), NOISE) if plain.any() else 0.2
    taught = design[:train][useful]
    normal = taught.T @ taught / noise**2 + np.diag(spread**-2.0)
    wanted = taught.T @ (ratio[useful] - taught @ usual) / noise**2
    return np.clip(design @ (usual + np.linalg.solve(normal, wanted)), DEEPEST, -DEEPEST)


def _running_median(values):
    width = min(2 * WINDOW + 1, len(values))
    windows = np.lib.stride_tricks.sliding_window_view(values, width)
    return np.median(windows, axis=1)[np.clip(np.arange(len(values)) - width // 2, 0, len(windows) - 1)]


def _way_to_quiet(level, weekdays, train):
    """Log of the quietest open weekday ÷ a day's own weekday, from the latest levels."""
    latest = np.array([_last(level, weekdays[:train], k) for k in range(7)])
    is_open = latest > 0.02 * np.nanmax(latest, initial=0.0)
    low = latest[is_open].min() if is_open.any() else 1.0
    way = np.where(is_open, np.log((low + 0.5) / (np.nan_to_num(latest) + 0.5)), 0.0)
    return way[weekdays]


def _last(level, weekdays, k):
    mine = level[(weekdays == k) & ~np.isnan(level)]
    return mine[-1] if len(mine) else 0.0


def _design(table, columns, quiet):
    """Columns of the regression with the usual coefficient and the spread of each."""
    known = {kind.name: kind for kind in (HOLIDAY, EVE, AFTER, MONTH_START, MONTH_END, PAY_DAY, SCHOOL)}
    parts, usual, spread = [], [], []
    for name in columns:
        kind = known.get(name) or Kind(name=name, spread=NAMED_SPREAD if name.startswith("holiday:") else EVENT_SPREAD)
        parts.append(table[name].to_numpy())
        usual.append(1.0 if name.startswith(KNOWN) else 0.0)
        spread.append(CERTAIN if name.startswith(KNOWN) else kind.spread)
        if kind.quiet:
            parts.append(table[name].to_numpy() * quiet)
            usual.append(kind.quiet)
            spread.append(0.4)
    return np.column_stack(parts), np.array(usual), np.array(spread)


def _named(days, around):
    """A column for each holiday that comes more than once, so that Christmas may differ from May Day."""
    names = {}
    for day, name in around.items():
        names.setdefault(name.removesuffix(" (observed)"), []).append(pd.Timestamp(day))
    return {f"holiday: {name}": days.isin(dates) for name, dates in names.items() if days.isin(dates).sum() > 1}


def _month(days):
    """The first two and the last two working days (Monday to Friday) of each month."""
    date = days.to_numpy().astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    first, following = month.astype("datetime64[D]"), (month + 1).astype("datetime64[D]")
    work = np.asarray(days.day_of_week < 5)
    return {
        MONTH_START.name: work & (np.busday_count(first, date) < 2),
        MONTH_END.name: work & (np.busday_count(date, following) <= 2),
    }


def _pay_days(days, pay_days):
    paid = [days.day == np.minimum(day, days.days_in_month) for day in pay_days]
    return {PAY_DAY.name: np.any(paid, axis=0)} if paid else {}


def _school(days, school):
    if school is None or not len(school):
        return {}
    spans = [(days >= pd.Timestamp(row.start)) & (days <= pd.Timestamp(row.end)) for row in school.itertuples()]
    return {SCHOOL.name: np.any(spans, axis=0)}
