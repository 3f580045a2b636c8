"""What it is worth that agents can take more than one queue: silos against groups against everybody for everything.

Source: Smith & Whitt (1981), "Resource sharing for efficiency in traffic systems"; Wallace & Whitt (2005), who show
that a little flexibility buys nearly all of the gain.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ...data.groups import Group
from ...queueing import required_agents, simulate_day
from ...queueing.day_simulation import ranks_of, routes_of
from ...queueing.given_calls import Calls, draw_calls, serve_calls
from ...queueing.inputs import floats, share
from .skill_search import counted_misses
from .skills import CERTIFIED, ON_AVERAGE, attention, refuse_unsimulated, staff_groups
from ..staffing import given_intervals, staff

SILOED, AS_IT_IS, EVERYBODY = "siloed", "as it is", "all cross-trained"
SHARES = tuple(round(0.1 * tenth, 1) for tenth in range(11))
_CALLS, _STRETCHES = 300_000, 20  # of the long stretches at one rate that the curve is made from
_SPLITS = 5  # ways to divide the specialists that are tried for one number of agents


def pooling_gain(intervals, centre, *, groups=None, premium=0.0, progress=None, **how):
    """Siloed queues beside the groups as they are and beside everybody cross-trained: a row an arrangement.

    Input as for `staff_groups`, which staffs each of them (`how`: meet, hold_s, days, seed); without groups the
    middle row is left out. `premium` is what the wage of agents who take every queue is above the centre's, a
    share. The heads that exist (`most`) do not bind here. Returns arrangement, agent_hours (net), scheduled_hours
    (gross), cost, service_level (Σ in time ÷ Σ offered of all queues), service_level_ci95 (at most), lowest_service
    (of a queue's day), kept (share of the intervals, or days, whose promise is kept on average), saved_hours (net)
    and saved (share of the siloed hours).
    """
    premium = float(floats("premium", premium, high=10))
    names = list(given_intervals(intervals)["queue"].unique())
    arrangements = _arrangements(names, tuple(centre.groups if groups is None else groups), centre, premium)
    rows = []
    for number, (name, arrangement) in enumerate(arrangements.items()):
        told = _part_of(progress, number, len(arrangements))
        rows.append(
            {"arrangement": name, **_summed(staff_groups(intervals, centre, groups=arrangement, progress=told, **how))}
        )
    table = pd.DataFrame(rows)
    saved = table["agent_hours"].iloc[0] - table["agent_hours"] if len(table) else []
    return table.assign(saved_hours=saved, saved=saved / table["agent_hours"].iloc[0])


def cross_training(intervals, centre, *, at=None, shares=SHARES, seed=0):
    """How many cross-trained agents are enough: the agents that one interval needs by the share who take every queue.

    `intervals` as for `staff`; `at` is the start of the interval (default: the one with most work in hand), taken
    as if it lasted. The other agents are specialists of one queue, divided so that all promises are kept. Returns
    share (asked for), agents, cross_trained, specialists, service_level (the queue that has least to spare),
    service_level_ci95, target (of that queue), and gain: the part of what full cross-training saves. Raises
    ValueError for fewer than two queues with calls, and for those that `staff_groups` does not take.

    >>> from ccplan.data import Centre, Queue
    >>> half_hour = pd.DataFrame({"queue": ["a", "b"], "start": pd.Timestamp("2026-09-01 09:00"), "offered": 60, "aht_s": 300})
    >>> centre = Centre(name="x", queues=(Queue(name="a"), Queue(name="b")))
    >>> cross_training(half_hour, centre, shares=(0, 0.2, 1))["agents"].tolist()
    [28, 26, 25]
    """
    shares = np.sort(np.atleast_1d(share("shares", shares)))
    if not shares.size:
        raise ValueError("shares must hold one share at least, such as 0.2, got none")
    now = _busiest(intervals, centre, at)
    stretch = _stretch(now, centre, seed)
    rows, most = [], stretch.alone.sum()
    for one in shares.tolist():
        agents, split = stretch.fewest(one, int(most))
        most = agents
        rows.append(
            {
                "share": one,
                "agents": agents,
                "cross_trained": agents - int(split.sum()),
                "specialists": int(split.sum()),
                **stretch.judge(agents, split),
            }
        )
    table = pd.DataFrame(rows)
    whole = stretch.alone.sum() - stretch.fewest(1.0, int(most))[0]
    gain = (stretch.alone.sum() - table["agents"]) / whole if whole else np.ones(len(table))
    return table.assign(gain=gain)


def _arrangements(names, groups, centre, premium):
    """{name: groups}; heads do not bind."""
    silos = tuple(Group(name=name, skills=(name,)) for name in names)
    everybody = Group(name="everybody", skills=(tuple(names),), hourly_wage=centre.costs.hourly_wage * (1 + premium))
    free = tuple(replace(group, most=np.inf) for group in groups if set(group.queues) & set(names))
    return {SILOED: silos} | ({AS_IT_IS: free} if free else {}) | {EVERYBODY: (everybody,)}


def _part_of(progress, number, parts):
    """Progress of one arrangement as part of the whole."""
    return progress and (lambda done, steps: progress(number * steps + done, parts * steps))


def _summed(staffed):
    day, judged = staffed.day, staffed.intervals if staffed.meet == "every" else staffed.day
    weight = day["offered"] / max(day["offered"].sum(), 1e-300)
    busy = day[day["offered"] > 0]
    return {
        "agent_hours": staffed.totals["agent_hours"].sum(), "scheduled_hours": staffed.totals["scheduled_hours"].sum(),
        "cost": staffed.totals["cost"].sum(), "service_level": (day["service_level"] * weight).sum(),
        "service_level_ci95": (day["service_level_ci95"].fillna(0) * weight).sum(),  # as if all erred the same way: at most
        "lowest_service": busy["service_level"].min() if len(busy) else 1.0,
        "kept": judged.loc[judged["offered"] > 0, "verdict"].isin((CERTIFIED, ON_AVERAGE)).mean(),
    }  # fmt: skip


def _busiest(intervals, centre, at):
    """The rows with calls of one interval."""
    for name in given_intervals(intervals)["queue"].unique():
        refuse_unsimulated(centre.queue(name))
    if not len(intervals):
        raise ValueError("intervals must hold two queues with calls at least, got no row")
    frame = staff(intervals, centre, agents=np.zeros(len(intervals), dtype=int))
    load = frame.groupby("start")["load"].sum()
    start = load.idxmax() if at is None else at
    now = frame[(frame["start"] == start) & (frame["offered"] > 0)]
    if len(now) < 2:
        raise ValueError(f"cross-training needs two queues with calls at least, got {len(now)} at {start}")
    return now


def _stretch(now, centre, seed):
    queues = [centre.queue(name) for name in now["queue"]]
    calls_per_s = now["offered"].to_numpy(float) / centre.interval_s
    aht_s = now["aht_s"].to_numpy(float) * [attention(queue) for queue in queues]
    alone = np.array(
        [
            required_agents(rate * 1e6, aht, queue.targets, interval_s=1e6, patience_s=queue.patience_s)
            for rate, aht, queue in zip(calls_per_s, aht_s, queues)
        ]
    )
    length = max(_CALLS / _STRETCHES / calls_per_s.sum(), 100 * aht_s.max())  # so long that its empty begin is nothing
    rates = [np.array([[0.0, length, rate, 0.0]]) for rate in calls_per_s]
    calls = draw_calls(rates, aht_s[:, None], [queue.patience_s for queue in queues], length, _STRETCHES, seed)
    return _Stretch(queues, calls_per_s, aht_s, alone, length, calls, seed)


@dataclass(frozen=True)
class _Stretch:
    """One interval as if it lasted, and the fewest agents for it by the share who are cross-trained."""

    queues: list
    calls_per_s: np.ndarray
    aht_s: np.ndarray
    alone: np.ndarray
    length: float
    calls: Calls
    seed: int

    @property
    def skills(self):
        """{group: skills}: specialists by queue, and those who take all."""
        names = [queue.name for queue in self.queues]
        return {f"only {name}": (name,) for name in names} | {"all": (tuple(names),)}

    def fewest(self, part, most):
        """(agents, specialists by queue): the fewest of which `part` are cross-trained; `most` are known to do."""
        agents, split = most, self._split(part, most)
        while agents > 1 and (fewer := self._split(part, agents - 1)) is not None:
            agents, split = agents - 1, fewer
        return agents, split if split is not None else self.alone

    def _split(self, part, agents):
        """Specialists by queue with which the promises are kept, or None."""
        special = agents - int(np.floor(part * agents + 1e-9))
        split = _largest_remainder(self.alone, special)
        for _ in range(_SPLITS):
            missed = self._missed(agents, split)
            if (missed <= 0).all():
                return split
            poor, rich = int(missed.argmax()), int(np.where(split > 0, missed, np.inf).argmin())
            if poor == rich or not split[rich]:
                return None
            split = split + (np.arange(split.size) == poor) - (np.arange(split.size) == rich)
        return None

    def _agents(self, agents, split):
        return np.append(split, agents - split.sum())

    def _missed(self, agents, split):
        """Calls of each queue that miss a promise beyond what it allows; at most 0 where it is kept."""
        names = [queue.name for queue in self.queues]
        ranks = ranks_of(names, list(self.skills), self.skills)
        served = serve_calls(
            self.calls,
            self._agents(agents, split)[:, None],
            ranks,
            routes_of(ranks),
            [queue.targets.target_s for queue in self.queues],
            self.length,
        )
        return np.array(
            [counted_misses(queue.targets, counts).max() for queue, counts in zip(self.queues, served.counts)]
        )

    def judge(self, agents, split):
        """Service of the queue with least to spare on fresh stretches, with its interval of confidence."""
        names = [queue.name for queue in self.queues]
        each = {
            name: dict(zip(names, values))
            for name, values in {
                "aht_s": self.aht_s,
                "patience_s": [q.patience_s for q in self.queues],
                "target_s": [q.targets.target_s for q in self.queues],
                "definition": [q.targets.definition for q in self.queues],
            }.items()
        }
        staffed = {group: [n] for group, n in zip(self.skills, self._agents(agents, np.asarray(split)))}
        day = simulate_day(
            {name: [rate * self.length] for name, rate in zip(names, self.calls_per_s)},
            each.pop("aht_s"),
            staffed,
            interval_s=self.length,
            skills=self.skills,
            days=2 * _STRETCHES,
            seed=self.seed + 1_000_003,
            **each,
        ).day
        target = np.array([q.targets.service_level or 0.0 for q in self.queues])
        least = int((day["service_level"].to_numpy() - target).argmin())
        return {
            "service_level": day["service_level"][least],
            "service_level_ci95": day["service_level_ci95"][least],
            "target": target[least],
        }


def _largest_remainder(weights, total):
    """`total` divided in whole numbers by the weights.

    >>> _largest_remainder(np.array([14, 14, 3]), 10).tolist()
    [5, 4, 1]
    """
    exact = weights * total / max(weights.sum(), 1e-300)
    split = np.floor(exact).astype(np.int64)
    split[np.argsort(split - exact, kind="stable")[: total - split.sum()]] += 1
    return split
