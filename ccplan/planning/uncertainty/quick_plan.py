"""The requirement of a whole plan within the time of a slider's move: every interval of it, by staircases.

The steps for a queue's targets are found once and kept; a move of the volume or of the handle time then climbs them for
every interval (some 10 ns each). Nothing is left out; tests measure the distance to `monthly_requirement` of `staff`.
Of work that may wait (`deadline_s`), the hours follow the load: twice the mail takes twice the hours of the plan. That
is close where several people share it; with one or two, whole people make steps that the straight line does not have.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd

from ...data.centre import Centre
from ...data.settings import number
from ...queueing import Targets
from ..people.requirement import month_of, monthly_requirement, team_of, with_fte
from ..staffing import refuse_deferred, service_of, staff
from .staircase import staircase

WIDEST = 1.35  # × and ÷ the plan's handle times: the span of steps that are kept ready
MARKS = np.array([0.0, 0.2, 0.4, 0.6, 0.75, 0.85, 0.92, 0.97, 1.0])
times = number(open_low=True, high=10)
yearly = number(low=-0.5, high=1)


@dataclass(frozen=True)
class QuickQueue:
    """One queue's intervals, laid ready: rate, Erlangs, logarithm of the handle time, month (number of the table's
    row).
    """

    name: str
    rate: np.ndarray
    load: np.ndarray
    log_aht: np.ndarray
    row: np.ndarray
    largest: float  # Erlang
    span: tuple  # of handle times, s


@dataclass(frozen=True)
class WaitingQueue:
    """A queue whose work may wait: contacts, Erlangs, agents and contacts in time of the plan, summed by row of the
    table.
    """

    name: str
    sums: np.ndarray


@dataclass(frozen=True)
class QuickPlan:
    """A plan that answers at once: see `quick_plan`."""

    centre: Centre
    queues: tuple
    table: pd.DataFrame

    def at(self, *, volume=1.0, aht=1.0, growth=0.0, targets=None, centre=None):
        """The frame of `monthly_requirement` for volumes and handle times × `volume` and `aht`.

        Each is a number from above 0 to 10, or {queue: number}; `growth` is the contacts' rise a year on top, from
        the first month on. `targets` {queue: Targets} replaces service targets, and `centre` the centre: its
        shrinkage, contract hours, targets and patience count; hours, deadlines and the like stay as planned. Raises
        ValueError naming queue and value, or a queue whose work may wait where it is given targets; Infeasible
        naming queue and target.

        >>> from ccplan.data import Centre, Queue
        >>> start = pd.date_range("2026-06-01", "2026-07-01", freq="30min", inclusive="left")
        >>> june = pd.DataFrame({"queue": "q", "start": start, "offered": 100, "aht_s": 180})
        >>> plan = quick_plan(june, Centre(name="x", queues=(Queue(name="q"),)))
        >>> (plan.at(volume=1.3)["agent_hours"] / 720).tolist()     # 130 calls take 17 agents, 24 hours of 30 days
        [17.0]
        """
        sums, grown = np.zeros((4, len(self.table))), self._grown(growth)
        for queue in self.queues:
            known = self._known(queue, centre or self.centre, (targets or {}).get(queue.name))
            sums += self._sums(queue, known, _of(volume, queue.name, "volume") * grown, _of(aht, queue.name, "aht"))
        _refuse_strange(self.queues, volume=volume, aht=aht, targets=targets)
        offered, load, agents, in_time = sums
        hours = self.centre.interval_s / 3600
        service = np.where(offered > 0, in_time / np.where(offered > 0, offered, 1.0), 1.0)
        told = self.table.assign(
            offered=offered, load_hours=load * hours, agent_hours=agents * hours, service_level=service
        )
        return with_fte(told, centre or self.centre)

    def _grown(self, growth):
        """Contacts ÷ those of the forecast by a growth a year, for each row of the table."""
        month = self.table["month"].to_numpy("datetime64[M]").astype(np.int64)
        return (1 + float(yearly("growth", growth))) ** ((month - month.min()) / 12)

    def _known(self, queue, centre, targets):
        """The queue of the centre, with other targets where they are given."""
        known = centre.queue(queue.name)
        other = known.targets if targets is None else _targets(queue.name, targets)
        if isinstance(queue, WaitingQueue) and other != self.centre.queue(queue.name).targets:
            refuse_deferred(known, "a quick answer to other targets")
        return replace(known, targets=other)

    def _sums(self, queue, known, volume, aht):
        """Contacts, Erlangs, agents and contacts in time by row of the table; `volume` is told by row."""
        if isinstance(queue, WaitingQueue):
            return queue.sums * np.stack([volume, volume * aht, volume * aht, volume])
        from .staircase_steps import month_sums  # compiled where it is used

        wide = max(WIDEST, aht * 1.01, 1.01 / aht)
        span, most = (queue.span[0] / wide, queue.span[1] * wide), queue.largest * max(2.0, volume.max() * aht)
        steps = staircase(known, span, most, interval_s=self.centre.interval_s)
        return month_sums(
            queue.rate,
            queue.load,
            queue.log_aht,
            queue.row,
            volume,
            aht,
            *steps.scale,
            steps.erlangs,
            steps.begin,
            _levels(known, _ById(steps)),
            MARKS,
        )


def quick_plan(forecast, centre, *, teams=None):
    """A `QuickPlan` of a frame of `forecast` (queue, start, offered, aht_s): what `staff` and `monthly_requirement`
    make of it, at once.

    A frame of `staff` is taken as it is, which spares the work. `teams` as in `monthly_requirement`. Raises
    ValueError in words.
    """
    forecast = forecast.reset_index(drop=True)
    staffed = forecast if {"agents", "load", "service_level"} <= set(forecast) else staff(forecast, centre)
    table = monthly_requirement(staffed, centre, teams=teams)
    team, month = team_of(staffed, teams), month_of(staffed["start"])
    rows = pd.MultiIndex.from_frame(table[["queue", "month"]])
    queues = []
    for name, mine in staffed.groupby(staffed["queue"].astype(str), sort=False):
        at = rows.get_indexer(pd.MultiIndex.from_arrays([[team[name]] * len(mine), month[mine.index]]))
        queues.append((_waiting if centre.queue(name).deferred else _live)(name, mine, at, len(table)))
    kept = ["queue", "month", "days", "whole", "offered", "load_hours", "agent_hours", "service_level"]
    return QuickPlan(centre, tuple(queues), table[kept])


def _live(name, mine, row, _):
    aht, load = mine["aht_s"].to_numpy(float), mine["load"].to_numpy(float)
    known = aht[aht > 0] if (aht > 0).any() else np.ones(1)
    aht = np.where(aht > 0, aht, known[0])  # contacts of no length are no load, whatever the steps
    return QuickQueue(name, mine["offered"].to_numpy(float), load, np.log(aht), row, load.max(), (aht.min(), aht.max()))


def _waiting(name, mine, row, rows):
    in_time = mine["offered"] * mine["service_level"]
    return WaitingQueue(
        name,
        np.array(
            [np.bincount(row, values, rows) for values in (mine["offered"], mine["load"], mine["agents"], in_time)]
        ),
    )


@lru_cache(maxsize=64)
def _levels(queue, steps):
    """Service level of each step and handle time, at MARKS of the way from its foot to its edge."""
    high, low = steps.value.erlangs[1:], steps.value.erlangs[:-1]
    agents = np.arange(1, len(high) + 1)[:, None, None]
    load = low[:, :, None] * (1 + 1e-9) + (high - low)[:, :, None] * MARKS
    aht, seconds = steps.value.aht_s[None, :, None], steps.value.interval_s
    found = service_of(queue, load * seconds / aht, aht, agents, seconds).service_level
    return np.concatenate([np.ones((1, *found.shape[1:])), np.nan_to_num(found, nan=1.0)])


class _ById:
    """A staircase as a key: the same one, not an equal one."""

    def __init__(self, value):
        self.value = value

    def __hash__(self):
        return id(self.value)

    def __eq__(self, other):
        return self.value is other.value


def _of(given, name, what):
    value = given.get(name, 1.0) if isinstance(given, dict) else given
    return float(times(f"{what} of {name}", value))


def _targets(name, targets):
    if not isinstance(targets, Targets):
        raise ValueError(
            f"targets of {name} must be Targets, got {targets!r} — write Targets(service_level=0.8, target_s=20)"
        )
    return targets


def _refuse_strange(queues, **given):
    names = [queue.name for queue in queues]
    for what, value in given.items():
        strange = sorted(set(value) - set(names)) if isinstance(value, dict) else []
        if strange:
            raise ValueError(
                f"{what} names the queue {strange[0]!r}, which the plan has not (it has {', '.join(names)})"
            )
