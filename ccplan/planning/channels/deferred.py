"""Staffing work that may wait: the fewest agent-hours that answer e-mail and back office by their deadline.

The plan is an integer programme over the cumulative curves of `queueing.backlog`: work done by each deadline ≥ work
that was due, never more than has come. A long table is planned a week at a time, each with what the week before
left over and a look ahead far enough for every deadline; then agents whom the promise does not need are taken away.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...queueing import Infeasible
from ...queueing.backlog import Flow
from ...queueing.inputs import one_of
from ..service.days import local_days
from ..service.quiet import quiet
from ..staffing import agents_by_row, checked_intervals, handle_times, scheduled_agents

SHAPES = ("level day", "level week", "following")
SECONDS_A_WEEK = 2  # for the integer programme; then the best plan found so far is taken
DAY_S = 86_400


@dataclass(frozen=True)
class DeferredPlan:
    """Who works off what, when, and whether the promise is kept.

    `intervals`: a row for every interval of the clock, nights included: queue, start, offered, aht_s, load, worked
    (bool), agents (net), scheduled (gross, heads), fte, service_level (share of the contacts that came then
    answered by their deadline), asa_s, abandonment (0), occupancy, done (contacts), backlog (contacts left at the
    end), backlog_h (hours of work), oldest_s, cost. `days`: a row a day of arrival with queue, day, offered, done,
    agent_hours, backlog, service_level, cost. `service_level` of all, `target` the share promised of each day,
    `kept` whether every day is; `breaks_at` the arrival of the first contact answered late, NaT if none;
    `agent_hours` (net) and `cost` in all.
    """

    intervals: pd.DataFrame
    days: pd.DataFrame
    service_level: float
    target: float
    kept: bool
    breaks_at: pd.Timestamp
    agent_hours: float
    cost: float


def plan_deferred(intervals, centre, *, shape="level day", backlog=0.0, whole=True, agents=None):
    """The fewest agent-hours that answer each day's contacts of one queue by its deadline: a `DeferredPlan`.

    `intervals` has queue (one, with a `deadline_s` in the centre), start, offered and handle times as for `staff`;
    hours that are missing are worked if the queue is, as far as the last deadline. The share promised is the
    service_level of the queue's targets (1 where none is set), and max_occupancy caps the time at work. `shape`:
    agents are level through the worked hours of a day ("level day") or week ("level week"), or change with every
    interval ("following"); `whole` agents or fractions. `backlog` contacts lie there at the start, as if they came
    then. `agents`, an array as long as the frame, asks what a given staff would do. Raises Infeasible where
    deadlines end before anybody works, ValueError in words.

    >>> from ccplan.data import Centre, OpeningHours, Queue
    >>> mail = Queue(name="mail", channel="email", deadline_s=14_400, worked=OpeningHours.of(weekdays="09:00-17:00"))
    >>> start = pd.date_range("2026-09-01 09:00", periods=8, freq="30min")
    >>> day = pd.DataFrame({"queue": "mail", "start": start, "offered": 24, "aht_s": 300.0})
    >>> plan = plan_deferred(day, Centre(name="x", queues=(mail,)))
    >>> int(plan.intervals["agents"].max()), plan.agent_hours, plan.kept
    (2, 16.0, True)
    """
    one_of("shape", shape, SHAPES)
    frame = checked_intervals(intervals, centre)
    names = frame["queue"].unique()
    if len(names) != 1:
        raise ValueError(f"intervals must be of one queue, got {', '.join(map(str, names)) or 'no rows'}")
    given = None if agents is None else agents_by_row(agents, frame)
    return _planned(frame, centre.queue(names[0]), centre, shape, backlog, whole, given)


def staff_deferred(rows, queue, centre, given=None):
    """The rows of a queue that may wait as `staff` gives them, with backlog and oldest_s; worked hours that the
    table has no rows for come after them, numbered -1."""
    plan = _planned(rows, queue, centre, "level day", 0.0, True, given)
    told = plan.intervals
    known = told["row"] >= 0
    extra = ~known & (told["agents"] > 0)
    done = pd.concat([told[known], told[extra]])
    return done.set_index(pd.Index(np.where(done["row"] >= 0, done["row"], -1)))


def _planned(rows, queue, centre, shape, backlog, whole, agents):
    _refuse_other(queue)
    clock = clock_of(rows.sort_values("start"), queue, centre, agents)
    clock = clock[: _needed(clock, queue, centre, backlog)]
    target = 1.0 if queue.targets.service_level is None else queue.targets.service_level
    flow = flow_of(clock, queue, centre, backlog)
    if agents is None:
        _refuse_hopeless(flow, clock, queue, target)
        clock["agents"] = _fewest(flow, clock, queue, centre, shape, target, whole)
    return _told(flow, clock, queue, centre, target)


# --------------------------------------------------------------------- the clock, hour by hour


def clock_of(rows, queue, centre, agents):
    """Every interval of the clock from the first row to well past the last deadline.

    `rows` in the order of their starts; `agents`, a Series with the labels of `rows`, or None.
    """
    step = pd.Timedelta(seconds=centre.interval_s)
    first, last = rows["start"].iloc[0], rows["start"].iloc[-1]
    week_s = max(queue.working_hours.minutes_per_week() * 60, 1)
    by_clock = queue.deadline_counts == "by the clock"
    waits = queue.deadline_s if by_clock else queue.deadline_s / week_s * 7 * DAY_S + 14 * DAY_S
    size = int(((last - first).total_seconds() + waits) // centre.interval_s) + 2
    if size > 2_000_000:
        raise ValueError(
            f"queue {queue.name}: the table and its deadlines span {size:,} intervals — plan fewer years, or mend the dates"
        )
    start = first + step * np.arange(size)
    place = ((rows["start"] - first).dt.total_seconds() / centre.interval_s).to_numpy()
    if (place % 1 > 1e-6).any():
        raise ValueError(
            f"queue {queue.name}: starts must be whole intervals of {centre.interval_s:g} s apart, "
            f"got {rows['start'].iloc[np.argmax(place % 1 > 1e-6)]} after {first}"
        )
    place = place.astype(int)
    aht_s = handle_times(rows).fillna(queue.aht_s)
    clock = pd.DataFrame(
        {
            "queue": queue.name,
            "start": start,
            "offered": 0.0,
            "aht_s": np.nan,
            "row": -1,
            "worked": centre.is_worked(queue.name, start),
            "agents": 0.0,
        }
    )
    clock.loc[place, "offered"], clock.loc[place, "aht_s"] = rows["offered"].to_numpy(float), aht_s.to_numpy(float)
    clock.loc[place, "row"] = rows.index.to_numpy()
    clock["aht_s"] = clock["aht_s"].ffill().where(clock["row"] < 0, clock["aht_s"])
    if agents is not None:
        clock.loc[place, "agents"] = agents[rows.index].to_numpy(float)
        idle = clock[(clock["agents"] > 0) & ~clock["worked"]]
        if len(idle):
            raise ValueError(
                f"queue {queue.name}: agents must be 0 outside its worked hours, got {idle['agents'].iloc[0]:g} at "
                f"{idle['start'].iloc[0]} — widen `worked` in centre.toml"
            )
    return clock


def flow_of(clock, queue, centre, backlog=0.0):
    """What arrives and when it is due, of a clock of `clock_of`."""
    return Flow(
        clock["offered"].to_numpy(),
        clock["aht_s"].to_numpy(),
        deadline_s=queue.deadline_s,
        interval_s=centre.interval_s,
        worked=clock["worked"].to_numpy(),
        counts=queue.deadline_counts,
        backlog=backlog,
    )


def _needed(clock, queue, centre, backlog):
    """Intervals up to the last deadline, and to the end of the table."""
    flow = flow_of(clock, queue, centre, backlog)
    last_row = np.flatnonzero(clock["row"].to_numpy() >= 0)[-1] + 1
    due = flow.due_s[np.isfinite(flow.due_s)].max(initial=0.0)
    return max(int(np.ceil(due / centre.interval_s - 1e-9)), last_row)


# ------------------------------------------------------------------------------ the fewest agents


def _fewest(flow, clock, queue, centre, shape, target, whole):
    """Agents by interval: each week by a programme that looks past its end, then what nobody needs is taken away."""
    group = _groups(clock, shape)
    day = np.unique(local_days(clock["start"]), return_inverse=True)[1]
    cap = queue.targets.max_occupancy or 1.0
    agents = np.zeros(len(clock))
    for first, last, end in _windows(flow, day, group):
        window = _Window(flow, first, end, day, group, agents, cap)
        found = window.solve(target, whole)
        agents[first:end] = np.where(flow.worked[first:end], found, 0.0)
        if whole:
            agents[first:end] = window.trim(agents, target)
        agents[last:] = 0.0
    return agents


def _groups(clock, shape):
    """The number of the stretch in which an interval's agents are alike."""
    if shape == "following":
        return np.arange(len(clock))
    days = local_days(clock["start"])
    return pd.factorize(days if shape == "level day" else days - pd.to_timedelta(days.dt.day_of_week, unit="D"))[0]


def _windows(flow, day, group):
    """(first, last, end) of each week: its intervals, and where its look ahead ends."""
    longest = (flow.due_s - flow.arrives_s).max(initial=0.0)
    ahead = int(np.ceil(longest / flow.interval_s)) + int(np.ceil(3 * DAY_S / flow.interval_s))
    size, first = flow.offered.size, 0
    while first < size:
        later = np.flatnonzero(day >= day[first] + 7)
        last = later[0] if later.size else size
        while last < size and group[last] == group[last - 1]:  # a week is never cut
            last += 1
        yield first, last, min(last + ahead, size) if last < size else size
        first = last


class _Window:
    """A stretch of the plan as an integer programme, after the agents who are planned before it."""

    def __init__(self, flow, first, end, day, group, agents, cap):
        self.flow, self.first, self.end, self.cap = flow, first, end, cap
        path = flow.path(agents * cap)
        self.done = done = path.work[::2][first]
        self.size, self.step = end - first, flow.interval_s
        self.worked = flow.worked[first:end]
        self.group = pd.factorize(np.where(self.worked, group[first:end], -1))[0]
        self.names = np.unique(np.where(self.worked, group[first:end], -1))
        self.most_done = flow.path(_unlimited(flow)).work[-1]
        inside = flow.due_s[:, 1] <= end * self.step + 1e-6
        still_open = inside & (flow.arrived[:, 1] > done * (1 + 1e-12)) & (flow.due_s[:, 1] > first * self.step + 1e-6)
        self.slices = np.flatnonzero(still_open)
        # A day that began before the window is judged with what is known of it.
        days = day[flow.slice_of]
        self.judged = np.flatnonzero(inside & np.isin(days, days[self.slices]))
        self.weight = np.diff(flow.arrived[self.judged], axis=1)[:, 0]
        self.place = np.unique(days[self.judged], return_inverse=True)[1]
        self.total = np.bincount(self.place, self.weight)
        known = np.where(still_open, 0.0, flow.slice_shares(path))[self.judged]
        self.known = np.bincount(self.place, known * self.weight) / np.maximum(self.total, 1e-300)

    def solve(self, target, whole):
        """Agents by interval of the window; level groups, at the least cost (level hours cost alike)."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        n, groups, binary = self.size, self.group.max(initial=-1) + 1, target < 1 - 1e-12
        slices = self.slices.size if binary else 0
        hours = np.bincount(self.group[self.worked], minlength=groups).astype(float) if groups else np.zeros(0)
        most = np.ceil(self.flow.work[-1] / self.step / self.cap) + 1
        # Variables: agents of a group, work done at each edge but the first (agent-intervals), slices in time.
        scale = self.step
        cost = np.concatenate([hours, np.full(n, -1e-7), np.zeros(slices)])
        kinds = np.concatenate([np.full(groups, int(whole)), np.zeros(n), np.ones(slices)])
        ceiling = (self.flow.work[self.first + 1 : self.end + 1] - self.done) / scale
        floor = np.zeros(cost.size)
        if n and self.end == self.flow.offered.size:  # nothing that can be done is left lying at the end
            floor[groups + n - 1] = max((self.most_done - self.done) / scale - 1e-9, 0)
        bounds = Bounds(floor, np.concatenate([np.full(groups, most), np.maximum(ceiling, 0), np.ones(slices)]))
        rows = [self._pace(groups, cost.size), *self._promises(groups, cost.size, scale, target, binary)]
        with quiet():
            found = milp(
                cost,
                integrality=kinds,
                bounds=bounds,
                constraints=[LinearConstraint(*row) for row in rows],
                options={"time_limit": SECONDS_A_WEEK, "mip_rel_gap": 5e-3 if groups > 50 else 1e-6},
            )
        if found.x is None:
            return np.where(self.worked, most, 0.0)  # taken away again, one by one
        level = np.round(found.x[:groups]) if whole else np.maximum(found.x[:groups], 0)
        return np.where(self.worked, level[self.group], 0.0) if groups else np.zeros(n)

    def _pace(self, groups, width):
        """Work done in an interval: from nothing to what its agents can do."""
        from scipy.sparse import coo_array

        n = self.size
        place = np.arange(n)
        row = [place, place[1:], place[self.worked]]
        column = [groups + place, groups + place[:-1], self.group[self.worked]]
        value = [np.ones(n), -np.ones(max(n - 1, 0)), np.full(self.worked.sum(), -self.cap)]
        # Up: done − before − cap × agents ≤ 0; down: done − before ≥ 0, in rows of their own.
        up = coo_array((np.concatenate(value), (np.concatenate(row), np.concatenate(column))), shape=(n, width)).tocsr()
        down = coo_array(
            (np.concatenate(value[:2]), (np.concatenate(row[:2]), np.concatenate(column[:2]))), shape=(n, width)
        ).tocsr()
        from scipy.sparse import vstack

        both = vstack([up, down]).tocsr()
        low = np.concatenate([np.full(n, -np.inf), np.zeros(n)])
        high = np.concatenate([np.zeros(n), np.full(n, np.inf)])
        return both, low, high

    def _promises(self, groups, width, scale, target, binary):
        """Done by the due moment ≥ arrived, at both ends of each slice; of each day's work the share `target`."""
        from scipy.sparse import coo_array

        flow, k = self.flow, self.slices.size
        if not k:
            return []
        due = flow.due_s[self.slices].ravel() / self.step - self.first
        need = (flow.arrived[self.slices].ravel() - self.done) / scale
        edge = np.clip(np.floor(due + 1e-9), 0, self.size - 1).astype(int)
        part = np.clip(due - edge, 0, 1)
        row = np.arange(2 * k)
        below = edge > 0  # edge 0 is the start of the window, where nothing is done yet
        rows, columns = [row, row[below]], [groups + edge, groups + edge[below] - 1]
        values = [part, 1 - part[below]]
        low = np.where(need > 0, need, -np.inf)
        if binary:
            rows.append(row)
            columns.append(groups + self.size + row // 2)
            values.append(-np.maximum(need, 0))
            low = np.zeros(2 * k)
        shape = (2 * k, width)
        kept = (
            coo_array((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape).tocsr(),
            low,
            np.inf,
        )
        return [kept, self._daily(groups, width, target)] if binary else [kept]

    def _daily(self, groups, width, target):
        from scipy.sparse import coo_array

        mine = np.isin(self.judged, self.slices)
        place, column = self.place[mine], groups + self.size + np.arange(self.slices.size)
        shares = coo_array(
            (self.weight[mine] / self.total[place], (place, column)), shape=(self.total.size, width)
        ).tocsr()
        return shares, target - 1e-9 - self.known, np.inf

    def trim(self, agents, target):
        """The window's agents after each is taken away whom the promise can do without, largest groups first."""
        agents = agents.copy()
        mine = np.arange(self.first, self.end)
        members = [mine[(self.group == g) & self.worked] for g in range(self.group.max(initial=-1) + 1)]
        members = sorted((m for m in members if m.size), key=lambda m: -m.size)
        for rows in members:
            low, high = 0, int(agents[rows[0]])
            if high and not self._good(agents, rows, high - 1, target):
                continue  # the usual case: nobody too many
            while low < high:
                middle = (low + high) // 2
                low, high = (low, middle) if self._good(agents, rows, middle, target) else (middle + 1, high)
            agents[rows] = high
        return agents[self.first : self.end]

    def _good(self, agents, rows, number, target):
        trial = agents.copy()
        trial[rows] = number
        path = self.flow.path(trial * self.cap)
        share = self.flow.slice_shares(path)[self.judged]
        kept = np.bincount(self.place, self.weight * share) >= (target - 1e-9) * self.total
        done = self.end < self.flow.offered.size or path.work[-1] >= self.most_done * (1 - 1e-9)
        return bool(kept.all() and done)


# --------------------------------------------------------------------------- what a plan comes to


def _told(flow, clock, queue, centre, target):
    agents = clock["agents"].to_numpy()
    there = flow.follow(agents, queue.targets.max_occupancy or 1.0)
    hours = scheduled_agents(agents, centre.shrinkage.total, whole=False) * centre.interval_s / 3600
    whole = not (agents % 1).any()
    table = clock.assign(
        load=clock["offered"] * clock["aht_s"] / centre.interval_s,
        agents=agents.astype(int) if whole else agents,
        scheduled=scheduled_agents(agents, centre.shrinkage.total),
        fte=hours / centre.costs.weekly_hours,
        service_level=there.in_time,
        asa_s=there.asa_s,
        abandonment=0.0,
        occupancy=np.where(agents > 0, there.occupancy, np.where(flow.offered > 0, np.nan, 0.0)),
        done=there.done,
        backlog=there.backlog,
        backlog_h=there.backlog_s / 3600,
        oldest_s=there.oldest_s,
        cost=hours * centre.costs.loaded_hourly_cost,
    )
    days = _days(table, centre)
    came = table["offered"].sum()
    breaks = (
        pd.NaT if np.isnan(there.breaks_s) else clock["start"].iloc[0] + pd.Timedelta(seconds=round(there.breaks_s))
    )
    return DeferredPlan(
        intervals=table,
        days=days,
        service_level=float((there.in_time * flow.offered).sum() / came) if came else 1.0,
        target=target,
        kept=bool((days["service_level"].fillna(1.0) >= target - 1e-6).all()),
        breaks_at=breaks,
        agent_hours=float(agents.sum() * centre.interval_s / 3600),
        cost=float(table["cost"].sum()),
    )


def _days(table, centre):
    rows = table.assign(
        day=local_days(table["start"]),
        in_time=table["service_level"] * table["offered"],
        agent_hours=table["agents"] * centre.interval_s / 3600,
    )
    groups = rows.groupby(["queue", "day"], sort=False)
    days = groups[["offered", "done", "agent_hours", "cost", "in_time"]].sum()
    days["service_level"] = days["in_time"] / days["offered"].where(days["offered"] > 0)
    days["backlog"] = groups["backlog"].last()
    return days.reset_index()[["queue", "day", "offered", "done", "agent_hours", "backlog", "service_level", "cost"]]


def _refuse_other(queue):
    if not queue.deferred:
        raise ValueError(
            f"queue {queue.name}: work that may wait needs a deadline_s in centre.toml, got none — staff it as a queue"
        )
    if queue.targets.max_asa_s is not None:
        raise ValueError(
            f"queue {queue.name}: max_asa_s is a promise of live contacts, got {queue.targets.max_asa_s:g} s for work with a "
            "deadline — leave it out and set deadline_s"
        )
    if not queue.working_hours.minutes_per_week():
        raise ValueError(f"queue {queue.name}: worked must hold some hours of the week, got none")


def _unlimited(flow):
    """Agents who leave nothing lying."""
    return np.full(flow.offered.size, 1000 * (1 + flow.work[-1] / flow.interval_s))


def _refuse_hopeless(flow, clock, queue, target):
    """Nobody keeps a deadline that ends before the doors open."""
    share = flow.slice_shares(flow.path(_unlimited(flow)))
    weight = np.diff(flow.arrived, axis=1)[:, 0]
    days = local_days(clock["start"]).to_numpy()[flow.slice_of]
    names, place = np.unique(days, return_inverse=True)
    best = np.bincount(place, weight * share) / np.bincount(place, weight) if names.size else np.ones(0)
    if (best < target - 1e-9).any():
        day = np.argmin(best)
        raise Infeasible(
            f"queue {queue.name}: service_level = {target:g} within deadline_s = {queue.deadline_s:g} cannot be met by any number of agents: "
            f"of what came on {pd.Timestamp(names[day]):%Y-%m-%d} at most {best[day]:.0%} is due when somebody works — widen `worked`, lengthen "
            'deadline_s, or let it run "in worked hours"'
        )
