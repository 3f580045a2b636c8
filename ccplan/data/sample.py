"""The bundled centre: fictional, synthetic, and the same bytes from the same seed.

Volume → a planner's forecast → shifts → sickness → calls one by one through the queue → intervals.
Times are rounded to milliseconds before they meet, so that the last bit of a logarithm on another
machine cannot change a row.
"""

import sys
from dataclasses import dataclass
from importlib import resources
from math import cos, exp, pi
from pathlib import Path

import numpy as np
import pandas as pd

from ..queueing.simulation import simulate_calls
from ..queueing.targets import Targets, required_agents
from .centre import public_holidays
from .centre_file import FILE_NAME, read_centre

SEED = 20241001
FIRST, LAST = "2024-10-01", "2026-09-30"
INTERVAL_S = 1800
SLOTS = 48                 # half hours of a day
FORECAST_WEEKS = (2, 3, 4, 5)  # the roster is published two weeks ahead
LINGER_S = 900             # people stay until the last caller of the day is served
HANDLE_CV = 0.8            # of a lognormal handle time
MONDAY_TO_SUNDAY = {
    "service": (1.22, 1.05, 0.98, 0.96, 0.93, 0.42, 0.0),
    "outage": (1.05, 1.0, 1.0, 1.0, 1.05, 0.95, 0.95),
}


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How a queue behaves: `per_slot` mean contacts, peaks (hour, width, height), noise, handle time."""

    per_slot: float
    floor: float           # of the intraday shape
    peaks: tuple
    day_noise: float       # coefficient of variation from day to day
    slot_noise: float      # and from half hour to half hour
    trend: float           # growth per year
    season: float          # half the swing of the year, highest in mid-January
    aht_s: float
    patience_s: float
    target_s: float
    absence: float         # share of a shift's people who call in sick on the day
    thrift: float          # share of the required agents that the planner dares to roster


SHAPES = {
    "service": Shape(per_slot=78, floor=0.35, peaks=((10.3, 1.7, 1.0), (14.2, 2.0, 0.75)), day_noise=0.07,
                     slot_noise=0.08, trend=0.04, season=0.10, aht_s=300, patience_s=180, target_s=20,
                     absence=0.06, thrift=0.94),
    "outage": Shape(per_slot=6.5, floor=0.30, peaks=((9.0, 3.0, 0.5), (17.5, 3.2, 0.7)), day_noise=0.35,
                    slot_noise=0.15, trend=-0.02, season=0.15, aht_s=240, patience_s=240, target_s=30,
                    absence=0.06, thrift=1.0),
}


def write_sample(folder):
    """Write the synthetic centre into a folder (made if need be); returns its Path.

    The bytes are the same every time. Files of these three names are written over.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for text in (resources.files("ccplan.data") / "sample_texts").iterdir():
        (folder / text.name).write_bytes(text.read_bytes())
    centre = read_centre(folder / FILE_NAME)
    table = pd.concat([make_queue(centre, name) for name in SHAPES], ignore_index=True)
    table.to_csv(folder / "intervals.csv", index=False, lineterminator="\n")
    return folder


def make_queue(centre, name):
    """Two years of intervals of one queue, as a DataFrame of the columns of `intervals`."""
    # A generator for each queue: a change to one leaves the other as it was.
    rng, shape = np.random.default_rng([SEED, list(SHAPES).index(name)]), SHAPES[name]
    grid = _grid(centre, name)
    grid["expected"] = _expected(grid, name, shape)
    grid["offered"] = rng.poisson(grid["expected"] * _noise(rng, grid, shape))
    grid["aht_s"] = shape.aht_s * grid["hour"].map(_aht_factor)
    required = _required(grid, shape)
    rostered = _shifts(grid, required) if name == "service" else _round_the_clock(grid, required)
    grid["agents"] = rostered - _absent(rng, grid, rostered, shape)
    return _measure(grid, _calls(rng, grid, shape), shape, name)


def _grid(centre, name):
    """Every open interval of the queue: start, seconds since the first, date, hour, slot, day type."""
    starts = pd.date_range(FIRST, pd.Timestamp(LAST) + pd.Timedelta(days=1), freq="30min",
                           tz=centre.time_zone, inclusive="left")
    starts = starts[centre.is_open(name, starts)]
    wall = starts.tz_localize(None)
    return pd.DataFrame({
        "start": starts, "second": (starts - starts[0]).total_seconds(), "date": wall.normalize(),
        "hour": wall.hour + wall.minute / 60, "slot": wall.hour * 2 + wall.minute // 30,
        "weekday": wall.day_of_week})


def _expected(grid, name, shape):
    """Mean contacts of each interval, before noise."""
    by_day = {date: _day_factor(date, name, shape) for date in grid["date"].unique()}
    by_hour = {hour: _intraday(hour, shape) for hour in grid["hour"].unique()}
    factors = grid["date"].map(by_day) * grid["hour"].map(by_hour)
    return shape.per_slot * factors * (_rush(grid["date"]) if name == "service" else 1.0)


def _day_factor(date, name, shape):
    """Weekday × year × trend."""
    years = (date - pd.Timestamp(FIRST)).days / 365.25
    season = 1 + shape.season * cos(2 * pi * (date.day_of_year - 15) / 365.25)
    return MONDAY_TO_SUNDAY[name][date.weekday()] * season * (1 + shape.trend * years)


def _intraday(hour, shape):
    return shape.floor + sum(high * exp(-0.5 * ((hour - at) / wide) ** 2) for at, wide, high in shape.peaks)


def _rush(dates):
    """Busy days: the first three working days of a month (bills), the day after a holiday."""
    open_days = pd.Series(pd.DatetimeIndex(dates.unique()))
    free = pd.DatetimeIndex(list(public_holidays("FI", FIRST, LAST)))
    bills = open_days.groupby([open_days.dt.year, open_days.dt.month]).cumcount() < 3
    after = open_days.map(lambda day: day - pd.Timedelta(days=1) in free)
    return dates.map(dict(zip(open_days, 1 + 0.10 * bills + 0.20 * after, strict=True)))


def _aht_factor(hour):
    """Longer in the evening, when the hard cases call; shortest late in the morning."""
    return 0.96 + 0.004 * max(hour - 10, 0) ** 1.5 if hour >= 8 else 1.05


def _noise(rng, grid, shape):
    """Gamma noise by day and by interval, of mean 1: more than Poisson, as real volume has."""
    dates = grid["date"].unique()
    by_day = dict(zip(dates, _gamma(rng, shape.day_noise, len(dates)), strict=True))
    return grid["date"].map(by_day).to_numpy() * _gamma(rng, shape.slot_noise, len(grid))


def _gamma(rng, cv, size):
    return rng.gamma(1 / cv**2, cv**2, size)


def _required(grid, shape):
    """Agents that the planner asks for: Erlang C on the mean of the same half hour of earlier weeks."""
    earlier = grid.groupby(["weekday", "slot"])["offered"]
    known = pd.concat([earlier.shift(weeks) for weeks in FORECAST_WEEKS], axis=1)
    forecast = known.sum(axis=1) / known.notna().sum(axis=1).clip(lower=1)
    forecast = forecast.where(known.notna().any(axis=1), grid["expected"].round())
    return required_agents(forecast, shape.aht_s, Targets(service_level=0.80, target_s=shape.target_s))


def _shifts(grid, required):
    """Whole shifts: eight hours for the base of each end of the day, four hours for the rest."""
    thrifty = np.floor(SHAPES["service"].thrift * required + 0.5)
    days = [_one_day(need.to_numpy()) for _, need in pd.Series(thrifty).groupby(grid["date"].to_numpy())]
    return np.concatenate(days).astype(int)


def _one_day(need):
    on = np.zeros(len(need))
    if len(need) > 16:  # shorter days are covered by part-timers alone
        on[:16] += int(0.8 * need[1:16].min())
        on[8:] += max(int(0.8 * (need[9:] - on[9:]).min()), 0)
    last = max(len(need) - 8, 0)
    for slot in range(len(need)):
        short = need[slot] - on[slot]
        if short > 0:
            first = min(slot, last)
            on[first:first + 8] += short
    return np.maximum(on, 2)


def _round_the_clock(grid, required):
    """Three shifts a day, each as strong as its third busiest half hour needs, two people at least."""
    shift = ((grid["slot"] + 4) // 16) % 3  # night from 22, morning from 6, evening from 14
    by_shift = pd.Series(required).groupby([grid["date"], shift])
    return by_shift.transform(lambda need: max(np.sort(need)[-3], 2)).to_numpy().astype(int)


def _absent(rng, grid, rostered, shape):
    """Who calls in sick, drawn for each half of a day; a bad day takes more than one."""
    half = (grid["slot"] // 24).to_numpy()
    groups = pd.Series(range(len(grid))).groupby([grid["date"], half]).ngroup().to_numpy()
    share = np.minimum(_gamma(rng, 0.6, groups.max() + 1) * shape.absence, 0.5)[groups]
    luck = rng.random(groups.max() + 1)[groups]
    return np.minimum(np.floor(rostered * share + luck), rostered - 1).astype(int)


def _calls(rng, grid, shape):
    """Every call: its interval, arrival, handle time and patience, in order of arrival."""
    interval = np.repeat(np.arange(len(grid)), grid["offered"])
    arrived = grid["second"].to_numpy()[interval] + rng.random(len(interval)) * INTERVAL_S
    spread = np.log(1 + HANDLE_CV**2)
    handle = rng.lognormal(-spread / 2, np.sqrt(spread), len(interval)) * grid["aht_s"].to_numpy()[interval]
    calls = pd.DataFrame({"interval": interval, "arrived_s": arrived, "handle_s": np.maximum(handle, 5),
                          "patience_s": rng.exponential(shape.patience_s, len(interval))}).round(3)
    return calls.sort_values(["interval", "arrived_s"], kind="stable", ignore_index=True)


def _measure(grid, calls, shape, name):
    """Pass the calls through the queue and count what happened, by interval of arrival."""
    changed, agents = _roster(grid)
    out = simulate_calls(calls["arrived_s"], calls["handle_s"], calls["patience_s"], agents, changed)
    answered = calls.assign(wait_s=out.wait_s)[out.answered]
    lost = calls.assign(wait_s=out.wait_s)[~out.answered]
    handle = _sum(answered, "handle_s", grid)
    hold, acw = (0.04 * handle).round(), (0.17 * handle).round()
    return pd.DataFrame({
        "queue": name, "start": grid["start"].dt.strftime("%Y-%m-%d %H:%M"), "offered": grid["offered"],
        "answered": _count(answered, grid), "abandoned": _count(lost, grid), "blocked": 0,
        "answered_in_target": _count(answered[answered["wait_s"] <= shape.target_s], grid),
        "talk_s": handle - hold - acw, "hold_s": hold, "acw_s": acw,
        "wait_answered_s": _sum(answered, "wait_s", grid), "wait_abandoned_s": _sum(lost, "wait_s", grid),
        "agents": grid["agents"],
    }).astype({column: "int64" for column in ("talk_s", "hold_s", "acw_s", "wait_answered_s", "wait_abandoned_s")})


def _roster(grid):
    """Agents at each change: each interval's start, and the last people out after closing."""
    second = grid["second"].to_numpy()
    ends = np.append(second[1:] - second[:-1] > INTERVAL_S, True)
    closing = second[ends] + INTERVAL_S
    changed = np.concatenate([second, closing, closing + LINGER_S])
    agents = np.concatenate([grid["agents"], grid["agents"].to_numpy()[ends], np.zeros(ends.sum())])
    order = np.argsort(changed, kind="stable")
    return changed[order], agents[order]


def _count(calls, grid):
    return np.bincount(calls["interval"], minlength=len(grid))


def _sum(calls, column, grid):
    return np.round(np.bincount(calls["interval"], weights=calls[column], minlength=len(grid)))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("name one folder: python -m ccplan.data.sample FOLDER")
    write_sample(sys.argv[1])
