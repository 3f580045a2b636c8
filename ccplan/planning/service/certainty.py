"""How likely a day meets its promise, and what more certainty costs: staffing under an uncertain forecast.

A plan made for the mean of the forecast meets its promise on little more than half of the days. Here a
day is staffed as if its volume were at a higher quantile of the forecast's sample paths, the lowest with
which the day as a whole (Σ in time ÷ Σ offered, and the other targets alike) is met on the share of paths
that is asked for.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...data.centre import Queue
from ...data.given import given_table
from ...queueing.inputs import share
from .days import local_days
from ..staffing import agents_by_row, agents_of, checked_intervals, handle_times, refuse_deferred, service_of, staff

FINEST = 0.005  # of the quantile that a day is staffed to
HIGHEST = 0.999
CHANCES = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95)


def staff_to_chance(intervals, centre, confidence):
    """A staffed frame whose days meet their targets with chance `confidence` (share), by the forecast's paths.

    `intervals` is a frame of `forecast(..., samples=N)`: queue, start, offered, aht_s (s) and path_1, …
    (contacts); a hundred paths or more make sense. Returns the columns of `staff` for the mean forecast,
    with quantile (that the day's intervals are staffed to) and chance (share of paths on which the day
    meets its targets). Raises ValueError where there are no paths, or the chance is not in (0, 1).

    >>> from ccplan.data import Centre, Queue
    >>> start = pd.date_range("2026-09-01 09:00", periods=4, freq="30min")
    >>> paths = {f"path_{k}": 100.0 + 5 * (k % 9 - 4) for k in range(1, 91)}
    >>> day = pd.DataFrame({"queue": "q", "start": start, "offered": 100.0, "aht_s": 180.0, **paths})
    >>> centre = Centre(name="Example", queues=(Queue(name="q"),))
    >>> staff_to_chance(day, centre, 0.9)[["agents", "chance"]].iloc[0].tolist()
    [16.0, 1.0]
    >>> int(staff(day, centre)["agents"].iloc[0])
    14
    """
    confidence = _open_share(confidence)
    plain = intervals[[name for name in intervals if not str(name).startswith("path_")]]
    agents, quantile, chance = np.full((3, len(intervals)), np.nan)
    for day in days_on_paths(intervals, centre):
        level, needed, kept = _lowest_quantile(day.queue, day.paths, day.aht_s, centre, confidence)
        agents[day.rows], quantile[day.rows], chance[day.rows] = needed, level, kept
    return staff(plain, centre, agents=agents.astype(int)).assign(quantile=quantile, chance=chance)


def chance_of_target(intervals, centre, agents):
    """Share of the forecast's paths on which each day meets its targets with these agents: a row a queue and day.

    `agents` an array as long as the frame. Returns queue, day, chance, and service_p10, service_p50,
    service_p90 of the day (shares).
    """
    agents, found = agents_by_row(agents, intervals).to_numpy(), []
    for day in days_on_paths(intervals, centre):
        service, met = _service_on_paths(day.queue, day.paths, day.aht_s, agents[day.rows], centre)
        low, middle, high = np.quantile(service, [0.1, 0.5, 0.9])
        found.append((day.queue.name, day.day, met.mean(), low, middle, high))
    return pd.DataFrame(found, columns=["queue", "day", "chance", "service_p10", "service_p50", "service_p90"])


def frontier(intervals, centre, chances=CHANCES):
    """What certainty costs: a row a chance, with agent_hours (net), fte, cost and cost_per_point of the step to it.

    `intervals` as for `staff_to_chance`, `chances` rising shares. cost_per_point is the cost of one more
    point (1 %) of the chance that a day meets its promise.
    """
    found = []
    for chance in chances:
        staffed = staff_to_chance(intervals, centre, chance)
        found.append(
            (chance, staffed["agents"].sum() * centre.interval_s / 3600, staffed["fte"].sum(), staffed["cost"].sum())
        )
    table = pd.DataFrame(found, columns=["chance", "agent_hours", "fte", "cost"])
    return table.assign(cost_per_point=table["cost"].diff() / (100 * table["chance"].diff()))


def _open_share(confidence):
    value = share("confidence", confidence).item() if np.ndim(confidence) == 0 else None
    if value is None or not 0 < value < 1:
        raise ValueError(f"confidence must be one share in (0, 1) such as 0.90, got {confidence!r}")
    return value


@dataclass(frozen=True)
class DayOnPaths:
    """A queue's local day in a forecast: `rows` by their place in its frame, `offered` (contacts), `aht_s` (s) by row,
    `paths` rows × paths (contacts).
    """

    queue: Queue
    day: pd.Timestamp
    rows: np.ndarray
    offered: np.ndarray
    aht_s: np.ndarray
    paths: np.ndarray


def days_on_paths(intervals, centre):
    """The days of a forecast with sample paths, DayOnPaths one by one; refused in words where it has none."""
    names = [name for name in intervals if str(name).startswith("path_")]
    if not names:
        raise ValueError("intervals must have sample paths (columns path_1, …): forecast with samples=200 or more")
    frame = given_table(checked_intervals(intervals, centre), "intervals", numbers=names)
    for (name, day), rows in frame.groupby(["queue", local_days(frame["start"])], sort=False, observed=True):
        queue = centre.queue(name)
        refuse_deferred(queue, "the chance of a day's target")
        yield DayOnPaths(
            queue=queue,
            day=day,
            rows=rows.index.to_numpy(),
            offered=rows["offered"].to_numpy(float),
            aht_s=handle_times(rows).fillna(queue.aht_s).to_numpy(float),
            paths=rows[names].to_numpy(float),
        )


def _lowest_quantile(queue, paths, aht_s, centre, confidence):
    """(quantile, agents, chance): the lowest quantile of the paths with which enough days meet their targets."""

    def tried(level):
        agents = agents_of(queue, np.quantile(paths, level, axis=1), aht_s, centre.interval_s)
        return agents, _service_on_paths(queue, paths, aht_s, agents, centre)[1].mean()

    low, high = 0.0, HIGHEST
    best = (high, *tried(high))
    while high - low > FINEST:
        middle = (low + high) / 2
        agents, chance = tried(middle)
        low, high, best = (low, middle, (middle, agents, chance)) if chance >= confidence else (middle, high, best)
    return best


def _service_on_paths(queue, paths, aht_s, agents, centre):
    """(service level, all targets met) of the day on each path: sums over the day, never means of ratios."""
    there = service_of(queue, paths, aht_s[:, None], np.asarray(agents)[:, None], centre.interval_s)
    calls = np.maximum(paths.sum(axis=0), 1e-9)
    service = np.where(paths.sum(axis=0) > 0, (there.service_level * paths).sum(axis=0) / calls, 1.0)
    abandoned = (there.abandonment * paths).sum(axis=0)
    answered = paths * (1 - there.abandonment - there.blocking)
    busy = (np.nan_to_num(there.occupancy) * np.asarray(agents)[:, None]).sum(axis=0)
    measured = {
        "service_level": 1 - service,
        "max_abandonment": abandoned / calls,
        "max_blocking": (there.blocking * paths).sum(axis=0) / calls,
        "max_asa_s": np.nansum(np.where(answered > 0, there.asa_s, 0.0) * answered, axis=0)
        / np.maximum(answered.sum(axis=0), 1e-9),
        "max_occupancy": busy / max(np.sum(agents), 1),
    }
    met = np.all([measured[name] <= limit + 1e-9 for name, limit in queue.targets.limits.items()], axis=0)
    return service, met
