"""What the models learn from: totals by day, freed of the calendar and of the year, with unlikely and missing days
repaired.

Repairs are made in the training data only, and each is listed. The future's calendar and season come back in `project`.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .calendar import HOLIDAY, NOISE, effects, ordinary_level
from .events import marked
from .season import yearly
from .shape import shapes

UNLIKELY = 3.5  # robust standard deviations from an ordinary day beyond which a day is drawn back to that limit
AROUND, MOST = 11, 7  # so many of the open days around on the same side are a new level
STRONG = 0.4  # a calendar effect beyond which a day does not teach the ordinary week
QUIET = -0.7  # an effect below which a public holiday has the shape of the quietest weekday
REPAIRS = ("queue", "day", "offered", "taken_as", "why")


@dataclass(frozen=True, kw_only=True)
class Training:
    """Totals to learn from, and what turns a forecast of ordinary totals into counts by slot.

    `totals` (days), `weights` 0 or 1 (days), `weekdays`, `effects` and `holiday` (days, then days to come), `shape`
    (7 × slots), `open_slots` (7 × slots), `raw` (days × slots, unknown cells filled), `repairs` a frame.
    """

    totals: np.ndarray
    weights: np.ndarray
    weekdays: np.ndarray
    effects: np.ndarray
    holiday: np.ndarray
    shape: np.ndarray
    raw: np.ndarray
    repairs: pd.DataFrame

    @property
    def to_come(self):
        """Days that are to be forecast."""
        return len(self.weekdays) - len(self.totals)

    @property
    def special(self):
        """Which of the days that are to be forecast lie under a strong effect of calendar or season."""
        return np.abs(self.effects[len(self.totals) :]) > STRONG

    def project(self, ordinary):
        """Counts by slot (days to come × slots) from ordinary totals of the days to come."""
        train = len(self.totals)
        ahead, weekdays = self.effects[train:], self.weekdays[train:]
        mine = [self.totals[self.weekdays[:train] == k][-8:] for k in range(7)]
        levels = np.array([totals.mean() if len(totals) else 0 for totals in mine])
        quiet = int(np.argmin(np.where(levels > 0.02 * levels.max(initial=0.0), levels, np.inf))) if levels.any() else 0
        like = np.where(self.holiday[train:] & (ahead < QUIET), quiet, weekdays)
        return np.maximum(ordinary, 0.0)[:, None] * np.exp(ahead)[:, None] * self.shape[like]


def prepare(history, table, *, seasonal=False):
    """Training of a History for the days of `table`: history's own days, then those to come without a gap.

    `table` comes from `calendar.features`; `seasonal` takes the yearly season and the trend out of the
    totals and gives them back to the days to come.
    """
    train, days = len(history.days), table.index
    weekdays = days.day_of_week.to_numpy()
    shape = shapes(history.counts, weekdays[:train], np.ones(train), history.open_slots)
    totals = np.where(_shut(history), np.nan, _totals(history.counts, shape[weekdays[:train]]))
    odd = marked(table, train, weekdays, np.isnan(totals))
    level = ordinary_level(np.where(odd, np.nan, totals), weekdays[:train])
    effect = effects(totals, level, weekdays, table, train)
    plain, repairs = _repaired(history, totals, level, effect[:train])
    listed = _listed(history, totals, plain * np.exp(effect[:train]), repairs)
    if seasonal:
        season = yearly(plain, level, days)
        plain, effect = plain / np.exp(season[:train]), effect + season
    else:
        season = 0.0
    weights = np.where((np.abs((effect - season)[:train]) > STRONG) | odd, 0.0, 1.0)
    shape = shapes(history.counts, weekdays[:train], weights * ~repairs, history.open_slots)
    return Training(
        totals=plain,
        weights=weights,
        weekdays=weekdays,
        effects=effect,
        shape=shape,
        holiday=table[HOLIDAY.name].to_numpy() > 0,
        raw=_filled(history.counts, level, shape[weekdays[:train]]),
        repairs=listed,
    )


def _shut(history):
    """Closed days of weekdays that are open as a rule: nobody called, and nothing is learned of them."""
    return history.closed & history.open_slots.any(axis=1)[history.weekdays]


def _totals(counts, share):
    """Contacts a day; a day with some unknown slots counts with what its known half or more says, else nan."""
    known = ~np.isnan(counts)
    there = (known * share).sum(axis=1)
    return np.where(there >= 0.5, np.nan_to_num(counts).sum(axis=1) / np.maximum(there, 0.5), np.nan)


def _repaired(history, totals, level, effect):
    """Totals freed of the calendar, unknown days ordinary, unlikely ones drawn to the limit; and which were."""
    level = np.nan_to_num(level)
    plain = np.where(np.isnan(totals), level, totals / np.exp(effect))
    ratio = np.log((plain + 0.5) / (level + 0.5))
    lively = level > 0.5
    noise = max(1.4826 * np.median(np.abs(ratio[lively])), NOISE) if lively.any() else NOISE
    limit = UNLIKELY * np.sqrt(noise**2 + 1 / (level + 0.5))
    unlikely = lively & (np.abs(ratio) > limit)
    unlikely &= ~_lasting(np.where(unlikely, np.sign(ratio), 0.0), lively)
    drawn = (level + 0.5) * np.exp(np.clip(ratio, -limit, limit)) - 0.5
    return np.maximum(np.where(unlikely, drawn, plain), 0.0), unlikely | np.isnan(totals)


def _lasting(sides, lively):
    """Days on a new level rather than unlikely ones: most of the eleven open days around lie on the same side."""
    days = np.flatnonzero(lively)
    lasting = np.zeros(len(sides), bool)
    if len(days) < AROUND:
        return lasting
    windows = np.lib.stride_tricks.sliding_window_view(sides[days], AROUND)
    around = windows[np.clip(np.arange(len(days)) - AROUND // 2, 0, len(windows) - 1)]
    lasting[days] = (around == sides[days][:, None]).sum(axis=1) >= MOST
    return lasting & (sides != 0)


def _filled(counts, level, share):
    return np.where(np.isnan(counts), np.nan_to_num(level)[:, None] * share, counts)


def _listed(history, totals, taken, repaired):
    """The repaired days in contacts, the calendar in them: what was there and what it was `taken` as."""
    where = np.flatnonzero(repaired & ~history.closed)
    why = np.where(
        np.isnan(totals[where]), "missing", np.where(totals[where] > taken[where], "unusually many", "unusually few")
    )
    return pd.DataFrame(
        {
            "queue": history.queue,
            "day": history.days[where],
            "offered": totals[where],
            "taken_as": taken[where].round(1),
            "why": why,
        },
        columns=list(REPAIRS),
    )
