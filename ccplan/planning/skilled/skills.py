"""Many skills: the agents of each group with which every queue keeps its promise, found and certified by simulation.

No formula holds for several queues and groups with priorities: two queues that share their agents need fewer than
each alone, by how much depends on who can take what. So the staff is searched for on simulated days (`skill_search`)
and judged on fresh ones, by the other simulation of the house (`queueing.simulate_day`) and another seed.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...data.groups import Group, group_faults
from ...data.settings import exact, number
from ...queueing import Infeasible, simulate_day
from ...queueing.inputs import floats, one_of
from ..service.days import local_days
from .skill_search import Problem, days_for, mend_day, search_day
from ..staffing import checked_intervals, refuse_deferred, scheduled_agents, staff

_CERTIFYING = 1_200_000  # simulated calls of the judgement
_MENDINGS = 2  # times that a plan is mended where fresh days show it to be short
CERTIFIED, ON_AVERAGE, OPEN, MISSED = "certified", "met on average", "not certain", "missed"


@dataclass(frozen=True, kw_only=True)
class StaffedGroups:
    """Agents by group, and the service that fresh simulated days show, as DataFrames.

    `groups`: a row a group and interval with group, start, agents (net), scheduled (gross, heads), fte, occupancy,
    occupancy_ci95 and cost. `intervals`: a row a queue and interval with queue, start, offered, aht_s, load,
    service_level, service_level_ci95 (95 % half-width), asa_s, abandonment, occupancy (of all who take it), target
    (None: no such promise), certified (the lower end of the interval of confidence keeps every promise) and verdict
    in words. `day`: the same for whole days, a row a queue and day; `meet` says which of them was asked for.
    `totals`: a row a group with agents_peak, agent_hours, scheduled_hours, fte and cost.
    """

    groups: pd.DataFrame
    intervals: pd.DataFrame
    day: pd.DataFrame
    totals: pd.DataFrame
    meet: str

    @property
    def certified(self):
        """True where every interval, or every queue's day, whichever was asked for, is certified."""
        return bool((self.intervals if self.meet == "every" else self.day)["certified"].all())


def staff_groups(intervals, centre, *, groups=None, days=None, seed=0, meet="every", hold_s=None, progress=None):
    """The cheapest agents by group with which every queue meets its targets, certified on fresh simulated days.

    `intervals` as for `staff` (queue, start, offered, aht_s or what it is made from), `centre` a `Centre`; `groups`
    stand in for the centre's (a tuple of `Group`; without any, each queue has agents of its own). `meet`: "every"
    interval keeps the promise, or the "day" of each queue as a whole. `hold_s` seconds keep the staff constant over
    longer blocks, such as 7200 for two hours. `days` are simulated at every look of the search and in the judgement
    (default: as many as make some hundred thousand calls); the same `seed` gives the same plan.
    `progress(done, number)` is called after each step; a True from it stops the work: InterruptedError.

    Handle times and patience are exponential; of contacts that are held together (chats), each takes its part of
    the agent. A group's `most` heads are most × (1 − shrinkage) on the phones. A queue's `max_occupancy` holds for
    all who take it together: specialists, who come first, are busier. Each local day begins empty; agents who leave
    finish the call in hand; the last interval's stay until the queues are empty. A search: no proof that no plan is
    cheaper. Raises Infeasible naming the queue that the groups' heads cannot serve; ValueError in words for bad
    input, a queue that no group takes, or limited lines.

    >>> from ccplan.data import Centre, Queue
    >>> day = pd.DataFrame({"queue": ["a", "b"], "start": pd.Timestamp("2026-09-01 09:00"), "offered": 60, "aht_s": 300})
    >>> centre = Centre(name="x", queues=tuple(Queue(name=q, patience_s=180) for q in "ab"))
    >>> found = staff_groups(day, centre, groups=(Group(name="both", skills=[("a", "b")]),))
    >>> found.groups["agents"].tolist(), found.day["certified"].tolist()
    ([21], [True, True])
    """
    one_of("meet", meet, ("every", "day"))
    seed = number(high=2**62, whole=True)("seed", seed)
    days = None if days is None else number(low=2, high=1_000_000, whole=True)("days", days)
    frame, groups = _door(intervals, centre, groups)
    parts = [rows for _, rows in frame.groupby(local_days(frame["start"]), sort=True)]
    steps = _Steps(progress, 2 * len(parts))
    done = [_staff_day(rows, centre, groups, meet, hold_s, days, seed, steps) for rows in parts]
    tables = [pd.concat(table, ignore_index=True) for table in zip(*done)] if done else _nothing()
    return _together(tables, groups, centre, meet)


@dataclass
class _Steps:
    """What is told while the work goes on, and the way to stop it."""

    progress: object
    number: int
    done: int = 0

    def step(self):
        """One step more is done."""
        self.done += 1
        self.tick()

    def tick(self):
        """A look at a plan: nothing is done yet, but the work may be stopped."""
        if self.progress and self.progress(self.done, self.number):
            raise InterruptedError(f"staffing was stopped after {self.done} of {self.number} steps")


def _door(intervals, centre, groups):
    """The checked frame with a handle time in each row, and the groups of its queues."""
    names = list(dict.fromkeys(checked_intervals(intervals, centre)["queue"]))
    for name in names:
        refuse_unsimulated(centre.queue(name))
    frame = staff(intervals, centre, agents=np.zeros(len(intervals), dtype=int))[
        ["queue", "start", "offered", "aht_s", "load"]
    ]
    frame = frame.reset_index(drop=True)
    groups = tuple(centre.groups if groups is None else groups) or tuple(
        Group(name=name, skills=(name,)) for name in names
    )
    if faults := group_faults(groups, [queue.name for queue in centre.queues], needed=names):
        raise ValueError("; ".join(faults))
    return frame, tuple(group for group in groups if set(group.queues) & set(names))


def refuse_unsimulated(queue):
    """What the simulation does not know, and promises that nobody keeps."""
    refuse_deferred(queue, "staffing by groups")
    if np.isfinite(queue.lines):
        raise ValueError(
            f"queue {queue.name}: groups are staffed for unlimited lines only, got lines = {queue.lines:g} — leave lines out"
        )
    if queue.targets.definition == "virtual":
        raise ValueError(
            f'queue {queue.name}: definition "virtual" cannot be counted call by call — choose another, such as "offered"'
        )
    for name, limit in queue.targets.limits.items():
        if limit <= 0 and name != "max_blocking" and not (name == "max_abandonment" and np.isinf(queue.patience_s)):
            raise Infeasible(
                f"queue {queue.name}: {name} = {getattr(queue.targets, name):g} cannot be met by any number of agents "
                "— a few callers always wait; allow a little more"
            )


def _staff_day(rows, centre, groups, meet, hold_s, days, seed, steps):
    """(groups, intervals, day) of one local day."""
    starts, problem = _problem(rows, centre, groups, meet, hold_s)
    try:
        agents = search_day(problem, days=days, seed=seed, tick=steps.tick)
    except Infeasible as nobody:
        raise Infeasible(f"{rows['start'].min():%Y-%m-%d}: {nobody}") from None
    steps.step()
    judged = _mended(problem, agents, days, seed, starts, centre, steps)
    steps.step()
    return judged


def _mended(problem, agents, days, seed, starts, centre, steps):
    """The judgement of fresh days, after a few agents more where they show the plan to be short and there are heads."""
    for turn in range(_MENDINGS + 1):
        judged = _judge(problem, agents, days, seed + 1_000_003 * (turn + 1), starts, centre)
        short = _short(problem, judged)
        if turn == _MENDINGS or not short.any():
            return judged
        try:
            agents = mend_day(problem, agents, short, seed=seed + 7_000_003 * (turn + 1), tick=steps.tick)
        except Infeasible:  # kept on the days of the search, a hair short on others: the verdict says so
            return judged
    return judged


def _problem(rows, centre, groups, meet, hold_s):
    """The day's intervals without gaps, and the day as the search knows it."""
    names = list(dict.fromkeys(rows["queue"]))
    step = pd.Timedelta(seconds=centre.interval_s)
    starts = pd.date_range(rows["start"].min(), rows["start"].max(), freq=step)
    wide = {
        name: rows.pivot(index="start", columns="queue", values=name).reindex(starts)[names]
        for name in ("offered", "aht_s")
    }
    if wide["offered"].notna().to_numpy().sum() < len(rows):  # a row that falls between them would be lost
        raise ValueError(
            f"starts must be whole intervals of {centre.interval_s:g} s apart on {rows['start'].min():%Y-%m-%d}"
        )
    aht_s = wide["aht_s"].bfill().ffill().to_numpy().T * np.array([[attention(centre.queue(name))] for name in names])
    held = (
        centre.interval_s if hold_s is None else float(floats("hold_s", hold_s, low=centre.interval_s, open_high=True))
    )
    return starts, Problem(
        queues=tuple(centre.queue(name) for name in names),
        groups=groups,
        offered=wide["offered"].fillna(0.0).to_numpy().T,
        aht_s=aht_s,
        interval_s=float(centre.interval_s),
        meet=meet,
        opens_s=(starts[0] - starts[0].normalize()).total_seconds(),
        limit=np.array([_on_the_phones(group, centre) for group in groups]),
        cost=np.array([hourly_cost(group, centre) for group in groups]),
        block=np.arange(len(starts)) * centre.interval_s // held,
    )


def attention(queue):
    """The share of an agent that one contact takes: of chats held together, each has its part."""
    held = queue.at_once
    return (1 + queue.slowdown * (held - 1)) / held


def _on_the_phones(group, centre):
    """The most agents of a group at once: its heads less shrinkage."""
    return np.floor(group.most * (1 - centre.shrinkage.total) + 1e-9)


def hourly_cost(group, centre):
    """What a paid hour of a group costs: its wage, or the centre's, × (1 + on-costs).

    >>> from ccplan.data import Centre, Costs
    >>> hourly_cost(Group(name="a", skills=["q"], hourly_wage=20), Centre(name="x", costs=Costs(on_costs=0.25)))
    25.0
    """
    wage = centre.costs.hourly_wage if group.hourly_wage is None else group.hourly_wage
    return float(exact(wage) * (1 + exact(centre.costs.on_costs)))


def _judge(problem, agents, days, seed, starts, centre):
    """(groups, intervals, day) as fresh days show them."""
    names = [queue.name for queue in problem.queues]
    each = dict(
        patience_s=[q.patience_s for q in problem.queues],
        target_s=[q.targets.target_s for q in problem.queues],
        definition=[q.targets.definition for q in problem.queues],
    )
    staffed = {group.name: mine for group, mine in zip(problem.groups, agents)}
    seen = simulate_day(
        dict(zip(names, problem.offered)),
        dict(zip(names, problem.aht_s)),
        staffed,
        interval_s=problem.interval_s,
        skills=problem.skills,
        seed=seed,
        days=days or days_for(problem.offered, _CERTIFYING),
        **{name: dict(zip(names, values)) for name, values in each.items()},
    )
    offered, aht_s = problem.offered.ravel(), problem.aht_s.ravel()
    busy, half, there = _busy(seen.groups, problem)
    frame = seen.intervals.assign(
        occupancy=_ratio(busy, there).ravel(),
        occupancy_ci95=_ratio(half, there).ravel(),
        start=np.tile(starts, len(names)),
        offered=offered,
        load=offered * aht_s / problem.interval_s,
    )
    frame["aht_s"] = aht_s / np.repeat([attention(queue) for queue in problem.queues], len(starts))
    load = (problem.offered * problem.aht_s).sum(axis=1) / problem.interval_s
    whole = [values.sum(axis=1) for values in (busy, half, there)]
    day = seen.day.assign(
        occupancy=_ratio(whole[0], whole[2]),
        occupancy_ci95=_ratio(whole[1], whole[2]),
        start=local_days(pd.Series(starts))[0],
        offered=problem.offered.sum(axis=1),
        load=load,
        aht_s=np.nan,
    )
    return (
        _costed(seen.groups.assign(start=np.tile(starts, len(staffed))), problem, centre),
        _judged(frame, problem),
        _judged(day, problem).rename(columns={"start": "day"}).drop(columns=["aht_s", "load"]),
    )


def _busy(groups, problem):
    """Busy agents, half their 95 % width (at most) and agents, of all who take each queue: [queue, interval]."""
    agents = groups["agents"].to_numpy(float)
    values = [(agents * groups[name].fillna(0.0).to_numpy()) for name in ("occupancy", "occupancy_ci95")] + [agents]
    return [problem.can.T @ value.reshape(len(problem.groups), -1) for value in values]


def _ratio(top, bottom):
    return np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)


_SHOWN = ("queue", "start", "offered", "aht_s", "load", "service_level", "service_level_ci95", "asa_s", "abandonment",
          "occupancy", "target", "certified", "verdict")  # fmt: skip
_PROMISES = {
    "service_level": ("service_level", -1),
    "max_asa_s": ("asa_s", 1),
    "max_abandonment": ("abandonment", 1),
    "max_occupancy": ("occupancy", 1),
}


def _judged(frame, problem):
    """The frame with its targets and what can be said of them: promises kept with certainty, on average, or not."""
    targets = {queue.name: queue.targets for queue in problem.queues}
    spare = pd.DataFrame({name: _spare(frame, name, targets) for name in _PROMISES})
    half = pd.DataFrame({name: frame[f"{measure}_ci95"].fillna(0.0) for name, (measure, _) in _PROMISES.items()})
    quiet = frame["offered"] == 0
    sure, met, lost = ((spare - half).min(axis=1) >= 0) | quiet, spare.min(axis=1) >= 0, (spare + half).min(axis=1) < 0
    verdict = np.select([sure, met, ~lost], [CERTIFIED, ON_AVERAGE, OPEN], MISSED)
    target = frame["queue"].map({name: one.service_level for name, one in targets.items()})
    return frame.assign(target=target.astype(float), certified=sure, verdict=verdict)[list(_SHOWN)]


def _spare(frame, name, targets):
    """How much better than its promise a measure is; inf where nothing is promised."""
    measure, sign = _PROMISES[name]
    promise = frame["queue"].map({queue: getattr(one, name) for queue, one in targets.items()}).astype(float)
    return ((promise - frame[measure]) * sign).fillna(np.inf)


def _short(problem, judged):
    """Queues and intervals [queue, interval] that fresh days show to be short on average."""
    _, intervals, day = judged
    if problem.meet == "every":
        return intervals["verdict"].isin((OPEN, MISSED)).to_numpy().reshape(problem.offered.shape)
    short = day["verdict"].isin((OPEN, MISSED)).to_numpy()[:, None]
    return short & (problem.offered > 0)


def _costed(groups, problem, centre):
    """The groups' agents with heads, hours and cost."""
    lost, hours = centre.shrinkage.total, problem.interval_s / 3600
    gross = scheduled_agents(groups["agents"], lost, whole=False) * hours
    cost = groups["group"].map({group.name: cost for group, cost in zip(problem.groups, problem.cost)})
    return groups.assign(
        scheduled=scheduled_agents(groups["agents"], lost), fte=gross / centre.costs.weekly_hours, cost=gross * cost
    )[["group", "start", "agents", "scheduled", "fte", "occupancy", "occupancy_ci95", "cost"]]


def _together(tables, groups, centre, meet):
    staffed, intervals, day = tables
    hours = centre.interval_s / 3600
    by = staffed.groupby("group", sort=False)
    totals = pd.DataFrame({
        "agents_peak": by["agents"].max(), "agent_hours": by["agents"].sum() * hours,
        "scheduled_hours": by["fte"].sum() * centre.costs.weekly_hours, "fte": by["fte"].sum(), "cost": by["cost"].sum(),
    }).reset_index()  # fmt: skip
    return StaffedGroups(groups=staffed, intervals=intervals, day=day, totals=totals, meet=meet)


def _nothing():
    columns = ["group", "start", "agents", "scheduled", "fte", "occupancy", "occupancy_ci95", "cost"]
    day = [name for name in _SHOWN if name not in ("start", "aht_s", "load")]
    return [
        pd.DataFrame(columns=columns),
        pd.DataFrame(columns=list(_SHOWN)),
        pd.DataFrame(columns=["queue", "day", *day[1:]]),
    ]
