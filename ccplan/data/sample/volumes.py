"""How many contacts come, when, and how many agents the planner asks for.

A yearly, weekly and intraday shape, a trend, busy days after a holiday and at the turn of a month;
gamma noise by day and by half hour, so that volume varies more than chance alone would.
"""

from dataclasses import dataclass
from math import cos, exp, inf, pi

import numpy as np
import pandas as pd

from ...queueing.targets import Targets, required_agents
from .clock import FIRST, LAST, RECORDS_FROM, ZERO, ZONE, generator, holidays_of_finland
from .stories import PLANNERS_AHT

FORECAST_WEEKS = (2, 3, 4, 5)  # the roster is published two weeks ahead


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How a queue behaves: `per_slot` mean contacts, peaks (hour, width, height), noise, handle time."""

    per_slot: float
    floor: float  # of the intraday shape
    peaks: tuple
    week: tuple  # Monday to Sunday
    day_noise: float  # coefficient of variation from day to day
    slot_noise: float  # and from half hour to half hour
    trend: float  # growth per year
    season: float  # half the swing of the year, highest in mid-January
    aht_s: float
    patience_s: float
    target_s: float
    channel: str = "voice"
    first: str = FIRST  # chat and e-mail came with the recording of calls
    at_once: int = 1  # contacts that one agent serves at a time


SHAPES = {
    "service": Shape(
        per_slot=78,
        floor=0.35,
        peaks=((10.3, 1.7, 1.0), (14.2, 2.0, 0.75)),
        week=(1.22, 1.05, 0.98, 0.96, 0.93, 0.42, 0.0),
        day_noise=0.07,
        slot_noise=0.08,
        trend=0.04,
        season=0.10,
        aht_s=300,
        patience_s=180,
        target_s=20,
    ),
    "outage": Shape(
        per_slot=6.5,
        floor=0.30,
        peaks=((9.0, 3.0, 0.5), (17.5, 3.2, 0.7)),
        week=(1.05, 1.0, 1.0, 1.0, 1.05, 0.95, 0.95),
        day_noise=0.35,
        slot_noise=0.15,
        trend=-0.02,
        season=0.15,
        aht_s=240,
        patience_s=240,
        target_s=30,
    ),
    "chat": Shape(
        per_slot=9,
        floor=0.6,
        peaks=((11.5, 1.5, 0.5), (14.5, 1.5, 0.4)),
        week=(1.15, 1.05, 0.97, 0.95, 0.90, 0.0, 0.0),
        day_noise=0.10,
        slot_noise=0.10,
        trend=0.08,
        season=0.08,
        aht_s=620,
        patience_s=240,
        target_s=60,
        channel="chat",
        first=RECORDS_FROM,
        at_once=2,
    ),
    "email": Shape(
        per_slot=8,
        floor=0.8,
        peaks=((10.0, 2.0, 0.4),),
        week=(1.25, 1.05, 0.95, 0.92, 0.88, 0.0, 0.0),
        day_noise=0.12,
        slot_noise=0.10,
        trend=0.02,
        season=0.08,
        aht_s=390,
        patience_s=inf,
        target_s=14_400,
        channel="email",
        first=RECORDS_FROM,
    ),
}


def make_grid(centre, name):
    """Every open interval of a queue: start, second, date, hour, slot, weekday, expected, offered."""
    shape, rng = SHAPES[name], generator(list(SHAPES).index(name))
    grid = _open_intervals(centre, name, shape)
    grid["expected"] = _expected(grid, name, shape)
    grid["offered"] = rng.poisson(grid["expected"] * _noise(rng, grid, shape))
    return grid


def _open_intervals(centre, name, shape):
    starts = pd.date_range(
        shape.first, pd.Timestamp(LAST) + pd.Timedelta(days=1), freq="30min", tz=ZONE, inclusive="left"
    )
    starts = starts[centre.is_open(name, starts)]
    wall = starts.tz_localize(None)
    return pd.DataFrame(
        {
            "start": starts,
            "second": (starts - ZERO) // pd.Timedelta(seconds=1),
            "date": wall.normalize(),
            "hour": wall.hour + wall.minute / 60,
            "slot": wall.hour * 2 + wall.minute // 30,
            "weekday": wall.day_of_week,
        }
    )


def _expected(grid, name, shape):
    """Mean contacts of each interval, before noise."""
    by_day = {date: _day_factor(date, shape) for date in grid["date"].unique()}
    by_hour = {hour: _intraday(hour, shape) for hour in grid["hour"].unique()}
    factors = grid["date"].map(by_day) * grid["hour"].map(by_hour)
    return shape.per_slot * factors * (1.0 if name == "outage" else _rush(grid["date"]))


def _day_factor(date, shape):
    """Weekday × year × trend."""
    years = (date - pd.Timestamp(FIRST)).days / 365.25
    season = 1 + shape.season * cos(2 * pi * (date.day_of_year - 15) / 365.25)
    return shape.week[date.weekday()] * season * (1 + shape.trend * years)


def _intraday(hour, shape):
    return shape.floor + sum(high * exp(-0.5 * ((hour - at) / wide) ** 2) for at, wide, high in shape.peaks)


def _rush(dates):
    """Busy days: the first three working days of a month (bills), the day after a holiday."""
    open_days = pd.Series(pd.DatetimeIndex(dates.unique()))
    bills = open_days.groupby([open_days.dt.year, open_days.dt.month]).cumcount() < 3
    after = open_days.map(lambda day: day - pd.Timedelta(days=1) in holidays_of_finland())
    return dates.map(dict(zip(open_days, 1 + 0.10 * bills + 0.20 * after, strict=True)))


def _noise(rng, grid, shape):
    """Gamma noise by day and by interval, of mean 1: more than Poisson, as real volume has."""
    dates = grid["date"].unique()
    by_day = dict(zip(dates, gamma_noise(rng, shape.day_noise, len(dates)), strict=True))
    return grid["date"].map(by_day).to_numpy() * gamma_noise(rng, shape.slot_noise, len(grid))


def gamma_noise(rng, cv, size):
    """Draws of mean 1 and the given coefficient of variation."""
    return rng.gamma(1 / cv**2, cv**2, size)


def required(grid, name):
    """Agents that the planner asks for: Erlang C on the mean of the same half hour of earlier weeks.

    The planner knows handle times late: after the launch only once the reports have shown it.
    """
    shape = SHAPES[name]
    earlier = grid.groupby(["weekday", "slot"])["offered"]
    known = pd.concat([earlier.shift(weeks) for weeks in FORECAST_WEEKS], axis=1)
    forecast = known.sum(axis=1) / known.notna().sum(axis=1).clip(lower=1)
    forecast = forecast.where(known.notna().any(axis=1), grid["expected"].round())
    targets = Targets(service_level=0.80, target_s=shape.target_s)
    return required_agents(forecast, shape.aht_s / shape.at_once * _seen_aht(grid, name), targets)


def _seen_aht(grid, name):
    """How much longer than usual the planner takes calls to be."""
    seen = np.ones(len(grid))
    for since, times in PLANNERS_AHT if name != "outage" else ():
        seen[(grid["date"] >= pd.Timestamp(since)).to_numpy()] = times
    return seen
