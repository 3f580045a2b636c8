"""The year's season and the trend, where the history holds them: regression on harmonics of the year."""

import numpy as np

LONG = 400  # days of history below which a season cannot be told from a trend
HARMONICS = 5
YEAR = 365.25
SEASON_SPREAD, TREND_SPREAD, NOISE = 0.20, 0.15, 0.15
TOGETHER = 7  # days that move together, so that a year is not 365 independent witnesses
DAMPING_DAYS = 365  # after a year a trend has done two thirds of what it will ever do


def yearly(totals, level, days):
    """Log effect of season and of the trend to come on each of `days` (history first), 0 around the last weeks.

    Ridge regression of log totals, weekday by weekday, on a line and five harmonics of the year; zeros
    where the history is shorter than 400 days. A trend fades: it is damped with a scale of one year.
    """
    train = len(totals)
    if train < LONG:
        return np.zeros(len(days))
    weekdays, year = days.day_of_week.to_numpy(), np.arange(len(days)) / YEAR
    useful = np.nan_to_num(level) > 0.5
    if useful.sum() < LONG / 2:
        return np.zeros(len(days))
    waves = np.column_stack([f(2 * np.pi * k * _turn(days)) for k in range(1, HARMONICS + 1) for f in (np.sin, np.cos)])
    design = np.column_stack([np.eye(7)[weekdays], year - year[train - 1], waves])
    spread = np.concatenate(
        [np.full(7, 10.0), [TREND_SPREAD], np.repeat(SEASON_SPREAD / np.arange(1, HARMONICS + 1), 2)]
    )
    seen, wanted = design[:train][useful], np.log(totals[useful] + 0.5)
    found = np.linalg.solve(
        seen.T @ seen / (TOGETHER * NOISE**2) + np.diag(spread**-2.0), seen.T @ wanted / (TOGETHER * NOISE**2)
    )
    season = waves @ found[8:]
    return season - season[train - 28 : train].mean() + _trend(found[7], len(days), train)


def _turn(days):
    """Share of the year that is past."""
    return (days.day_of_year.to_numpy() - 1) / np.where(days.is_leap_year, 366, 365)


def _trend(a_year, number, train):
    ahead = np.maximum(np.arange(number) - train + 1, 0)
    return a_year * DAMPING_DAYS / YEAR * (1 - np.exp(-ahead / DAMPING_DAYS))
