"""Sample paths from calls to money, some at a time: nothing but sums by month is ever kept of a path."""

import zlib
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ..budget import plan_budget
from ..forecasting.long_range import straying
from ..headcount import plan_headcount
from ..people.requirement import with_fte
from .staircase import Staircase, staircase
from .uncertain import applied

# Paths that are worked on together; their chance numbers belong to the block, so any number of processes agree.
BLOCK = 25
REACH, NODES = 4.8, 129  # normal scores of the table of rates
YEAR = 12


@dataclass(frozen=True)
class QueuePaths:
    """One queue's forecast as the compiled loop takes it: cells of days × slots, and the months they belong to."""

    name: str
    mean: np.ndarray  # contacts a row
    rows: np.ndarray  # rows of the frame in the cell: 0 closed, 2 where the clock repeats an hour
    log_aht: np.ndarray
    month: np.ndarray  # of each day, −1 outside the plan
    together: np.ndarray
    factors: np.ndarray
    neighbours: float
    days: tuple
    steps: Staircase
    hours_a_load_hour: np.ndarray  # of the plan, by month, for work that may wait; empty for live queues


@dataclass(frozen=True)
class Work:
    """All that a block of paths needs: the plan, what is decided, and what is drawn."""

    centre: object
    needed: pd.DataFrame  # the plan's requirement, whose rows are made anew on each path
    months: pd.DatetimeIndex
    queues: tuple
    teams: dict  # {queue: team}
    volume: dict  # {queue: paths × months}: level that strays
    values: pd.DataFrame  # assumptions, a row a path
    decided: dict  # people, hires, moves of plan_headcount
    priced: dict  # further arguments of plan_budget
    seed: int


def queue_paths(one, centre, months, volume, values, planned):
    """A QueuePaths from a QueueForecast: `volume` paths × months and `values` say how high its staircase must reach."""
    frame, days = one.frame, one.ahead.days
    row, slot = one.ahead.cells(frame["start"])
    shape = (len(days), len(one.ahead.slots))
    rows, mean, aht = np.zeros(shape, np.int64), np.zeros(shape), np.ones(shape)
    np.add.at(rows, (row, slot), 1)
    np.add.at(mean, (row, slot), frame["offered"].to_numpy(float))
    mean = mean / np.maximum(rows, 1)
    aht[row, slot] = np.maximum(frame["aht_s"].to_numpy(float), 1e-3)
    month = pd.DatetimeIndex(months).get_indexer(days.to_period("M").to_timestamp())
    factors = one.spread.rates(one.ahead.special, np.linspace(-REACH, REACH, NODES))
    longer = values["handle time"] if "handle time" in values else pd.Series([1.0])
    used = aht[rows > 0]
    most = (mean * aht).max() * factors.max() * volume.max() * longer.max() / centre.interval_s
    span = (used.min() * longer.min() * (1 - 1e-9), used.max() * longer.max() * (1 + 1e-9))
    queue = centre.queue(one.queue)
    at_once = replace(queue, deadline_s=np.inf, worked=None)  # where it may wait, its hours follow the load, not steps
    return QueuePaths(
        name=one.queue, mean=mean, rows=rows, log_aht=np.log(aht), month=month.astype(np.int64),
        together=one.spread.together_of_rates(one.ahead.special), factors=factors, neighbours=float(one.spread.neighbours),
        days=one.spread.days, steps=staircase(at_once, span, most, interval_s=centre.interval_s),
        hours_a_load_hour=planned if queue.deferred else np.empty(0),
    )  # fmt: skip


def levels(names, months, paths, drift, seed):
    """{queue: paths × months}: how a queue's level strays from its forecast, the walk of `monthly_volumes`."""
    return {name: straying(range(months), paths, drift, [seed, zlib.crc32(name.encode())]).T for name in names}


def growth(values, months, paths):
    """Paths × months: contacts ÷ those of the forecast, by the growth a year that was drawn."""
    yearly = values["growth"].to_numpy() if "growth" in values else np.zeros(paths)
    return (1 + yearly[:, None]) ** (np.arange(months) / YEAR)


def block(work, number):
    """What becomes of the paths of a block: {measure: array}, paths first."""
    at = work.values.index[number * BLOCK : (number + 1) * BLOCK]
    sums = {queue.name: _sums(queue, work, at, number) for queue in work.queues}
    made = [_path(work, {name: each[:, i] for name, each in sums.items()}, path) for i, path in enumerate(at)]
    grown = growth(work.values.loc[at], len(work.months), len(at))
    calls = {name: (each[0] / grown).sum(axis=1) for name, each in sums.items()}  # by the forecast alone
    return {
        "path": np.asarray(at),
        "forecast": np.column_stack(list(calls.values())),
        "offered": np.stack([each[0] for each in sums.values()], axis=1),
        **{name: np.stack([one[name] for one in made]) for name in made[0]},
    }


def _sums(queue, work, at, number):
    """(calls, load hours, agent hours) × paths × months of one queue."""
    from .staircase_steps import paths_by_month  # compiled where it is used

    rng = np.random.default_rng([work.seed, zlib.crc32(queue.name.encode()), number])
    values = work.values.loc[at]
    volume = work.volume[queue.name][at] * growth(values, len(work.months), len(at))
    longer = values["handle time"].to_numpy() if "handle time" in values else np.ones(len(at))
    steps = queue.steps
    sums = paths_by_month(
        rng,
        queue.mean,
        queue.rows,
        queue.log_aht,
        queue.month,
        queue.together,
        queue.factors,
        REACH,
        queue.neighbours,
        scores(rng, queue.days, len(at), len(queue.month)),
        np.ascontiguousarray(volume),
        np.log(longer),
        steps.interval_s,
        *steps.scale,
        steps.erlangs,
        steps.begin,
    )
    sums[1:] *= steps.interval_s / 3600
    if len(queue.hours_a_load_hour):
        sums[2] = sums[1] * queue.hours_a_load_hour
    return sums


def scores(rng, days, paths, number):
    """Normal scores of whole days, paths × days: some of the error common to all days, some handed from day to day."""
    common, following = days
    noise = rng.standard_normal((paths, number))
    for day in range(1, number):
        noise[:, day] = following * noise[:, day - 1] + np.sqrt(1 - following**2) * noise[:, day]
    return np.sqrt(common) * rng.standard_normal((paths, 1)) + np.sqrt(1 - common) * noise


def _path(work, sums, path):
    """One path from hours to money: the requirement made anew, the people as decided, the budget of both."""
    centre = applied(work.centre, work.values.loc[path].to_dict())
    needed = with_fte(_needed(work, sums), centre)
    heads = plan_headcount(needed, centre, **work.decided)
    budget = plan_budget(heads, centre, contacts=needed, **_priced(work.priced, work.values.loc[path]))
    cost = budget.by("month").astype(float).reindex(work.months, fill_value=0.0).to_numpy()
    table = heads.set_index(["queue", "month"])[["required_fte", "available_fte", "gap_fte", "heads_end"]].astype(float)
    teams = list(dict.fromkeys(work.teams.values()))
    every = table.reindex(pd.MultiIndex.from_product([teams, work.months]), fill_value=0.0)
    return {"cost": cost, **{name: every[name].to_numpy().reshape(len(teams), -1) for name in table}}


def _priced(given, values):
    """The further arguments of plan_budget, the wages of the agents' table moved with the wage."""
    if given.get("wages") is None or "wage" not in values:
        return given
    return given | {"wages": given["wages"].assign(hourly_wage=given["wages"]["hourly_wage"] * values["wage"])}


def _needed(work, sums):
    """The plan's requirement with the calls, load hours and agent hours of a path."""
    base = work.needed
    rows = pd.MultiIndex.from_frame(base[["queue", "month"]])
    totals = np.zeros((3, len(base)))
    for name, each in sums.items():
        at = rows.get_indexer(pd.MultiIndex.from_product([[work.teams[name]], work.months]))
        np.add.at(totals, (slice(None), at[at >= 0]), each[:, at >= 0])
    return base.assign(offered=totals[0], load_hours=totals[1], agent_hours=totals[2])
