"""Work that may wait: e-mail and back office, first come first served, with an answer promised within hours.

Contacts arrive at any hour, evenly within an interval, and are worked off in worked intervals only, evenly too;
what is left is carried over from interval to interval and day to day. Where answers are promised in hours, the
luck of single contacts evens out, so that contacts are counted as a flow: the plan that keeps every promise in
the flow leaves, in truth, the last few contacts before a deadline to chance.

With A(t) the seconds of work that have arrived by t and W(t) those worked off, W = C + min(0, min (A − C)) over
the past, C being the capacity so far; a contact that arrives at t is in time if W(due(t)) ≥ A(t).
Source: Newell (1982), "Applications of queueing theory", chapter 2 (cumulative curves); Harrison (1985) for W.
"""

from dataclasses import dataclass

import numpy as np

from .inputs import broadcast, floats, one_number, one_of, ratio

COUNTS = ("by the clock", "in worked hours")  # how a deadline runs
_POINTS = 16  # of a slice at which the wait is taken: it jumps where the night comes between


@dataclass(frozen=True)
class Backlog:
    """What becomes of work that waits; arrays, an element an interval.

    `done` contacts worked off, `backlog` contacts and `backlog_s` seconds of work left at the interval's end,
    `oldest_s` age of the oldest of them, `in_time` share of the contacts that arrive in the interval answered by their
    deadline (1 where none do), `asa_s` their mean time to the answer (inf where it is not in the plan),
    `occupancy` share of the agents' time at work (nan without agents). `breaks_s` is the second of arrival of
    the first contact that is answered late (0 for one that lay there at the start), nan where every promise is kept.
    """

    done: np.ndarray
    backlog: np.ndarray
    backlog_s: np.ndarray
    oldest_s: np.ndarray
    in_time: np.ndarray
    asa_s: np.ndarray
    occupancy: np.ndarray
    breaks_s: float


def work_off(
    offered,
    aht_s,
    agents,
    *,
    deadline_s,
    interval_s=1800,
    worked=True,
    counts="by the clock",
    backlog=0.0,
    max_occupancy=1.0,
):
    """How `agents` work off what arrives, interval by interval: a `Backlog`.

    `offered` contacts an interval, `aht_s` seconds each, `agents` (fractions are fine) and `worked` (bool) arrays
    that broadcast; `deadline_s` seconds that run "by the clock" or "in worked hours". `backlog` contacts lie there
    at the start, due as if they had come just then; in_time and asa_s leave them out. Agents work at most
    `max_occupancy` of their time. What is not answered by the last interval's end counts as late: append intervals
    without contacts. Raises ValueError in words.

    >>> mail = work_off([0, 40, 20, 0, 0, 0], 300, [0, 3, 3, 3, 3, 0], deadline_s=3600)
    >>> mail.backlog.round(1).tolist(), mail.in_time.round(2).tolist()
    ([0.0, 22.0, 24.0, 6.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    """
    agents = np.atleast_1d(floats("agents", agents, high=1e12))
    offered, worked, agents = broadcast(offered=floats("offered", offered, high=1e12), worked=worked, agents=agents)
    flow = Flow(
        offered, aht_s, deadline_s=deadline_s, interval_s=interval_s, worked=worked, counts=counts, backlog=backlog
    )
    agents, _ = broadcast(agents=agents, offered=flow.offered)  # aht_s may be the longest
    if (agents[~flow.worked] > 0).any():
        raise ValueError("agents must be 0 outside the worked hours, got agents in an interval that is not worked")
    return flow.follow(agents, one_number("max_occupancy", max_occupancy, high=1, open_low=True))


@dataclass(frozen=True)
class Path:
    """Seconds of `work` done by `times` (s), linear between: the edges of intervals and a bend in each."""

    times: np.ndarray
    work: np.ndarray


class Flow:
    """What arrives and when it is due, apart from who works it off: arrays of edges (T + 1) and of slices.

    A slice is a stretch of arrivals in which the promise is linear: it is in time as a whole if its first and its
    last contact are. `slice_of` is its interval, `arrived` and `due_s` have two columns: its first and last contact.
    """

    def __init__(self, offered, aht_s, *, deadline_s, interval_s, worked=True, counts="by the clock", backlog=0.0):
        self.interval_s = one_number("interval_s", interval_s, high=1e12, open_low=True)
        self.offered, self.aht_s, worked = (
            np.atleast_1d(a)
            for a in broadcast(
                offered=floats("offered", offered, high=1e12),
                aht_s=floats("aht_s", aht_s, high=1e12, open_low=True),
                worked=worked,
            )
        )
        if self.offered.ndim > 1:
            raise ValueError(f"offered must be a number an interval, got shape {self.offered.shape}")
        if worked.dtype != bool:
            raise ValueError(f"worked must be True or False by interval, got {worked.dtype}")
        self.deadline_s = one_number("deadline_s", deadline_s, high=1e12, open_low=True)
        if self.deadline_s < self.interval_s:
            raise ValueError(
                f"deadline_s must be at least an interval of {self.interval_s:g} s, got {self.deadline_s:g} "
                "— work promised so soon is a queue: leave deadline_s out and set target_s"
            )
        self.worked, self.counts = worked, one_of("counts", counts, COUNTS)
        self.start = one_number("backlog", backlog, high=1e12)
        self.edges = np.arange(self.offered.size + 1) * self.interval_s
        self.contacts = self.start + np.concatenate([[0.0], np.cumsum(self.offered)])
        first = self.aht_s[0] if self.aht_s.size else 0.0
        self.work = self.start * first + np.concatenate([[0.0], np.cumsum(self.offered * self.aht_s)])
        self._cut()

    def due(self, at_s):
        """When a contact that arrives at a second is due, in seconds; the earliest, where a deadline ends with a
        shift.
        """
        if self.counts == "by the clock":
            return at_s + self.deadline_s
        return self._when(np.interp(at_s, self.edges, self._worked_s) + self.deadline_s)

    @property
    def _worked_s(self):
        return np.concatenate([[0.0], np.cumsum(self.worked * self.interval_s)])

    def _when(self, worked_s):
        """The first second by which so many seconds were worked; inf beyond the plan."""
        sums = self._worked_s
        place = np.searchsorted(sums, worked_s - 1e-6, side="left")
        inside = np.minimum(place, sums.size - 1)
        return np.where(place < sums.size, self.edges[inside] - (sums[inside] - worked_s), np.inf)

    def _cut(self):
        """Slices between the edges of intervals and the moments whose deadlines are edges."""
        if self.counts == "by the clock":
            due_at_edges, moves = self.edges - self.deadline_s, True
        else:
            due_at_edges, moves = self._when(np.maximum(self._worked_s - self.deadline_s, 0)), False
        cuts = np.concatenate([self.edges, due_at_edges[(due_at_edges > 0) & (due_at_edges < self.edges[-1])]])
        cuts = np.unique(np.round(cuts, 6))
        middle, half = (cuts[1:] + cuts[:-1]) / 2, np.diff(cuts) / 2
        interval = np.minimum((middle // self.interval_s).astype(int), max(self.offered.size - 1, 0))
        keep = (self.offered[interval] > 0) & (half > 1e-6) if interval.size else np.zeros(0, bool)
        self.slice_of, middle, half = interval[keep], middle[keep], half[keep]
        ends = np.stack([middle - half, middle + half], axis=1)
        slope = 1.0 if moves else self.worked[self.slice_of][:, None]
        self.arrives_s, self.arrived = ends, np.interp(ends, self.edges, self.work)
        self.due_s = self.due(middle)[:, None] + slope * (ends - middle[:, None])

    def follow(self, agents, max_occupancy=1.0):
        """The Backlog that agents by interval leave."""
        path = self.path(agents * max_occupancy)
        share, worked_off = self.slice_shares(path), path.work[::2]
        weight = np.diff(self.arrived, axis=1)[:, 0]
        size = self.offered.size
        total = np.bincount(self.slice_of, weight, size)
        late = np.flatnonzero(share < 1 - 1e-9)
        in_time = ratio(np.bincount(self.slice_of, weight * share, size), total, empty=1.0)
        done_by = np.interp(worked_off, np.append(0.0, self.work), np.append(0.0, self.contacts))
        seconds = np.diff(worked_off)
        room = agents * self.interval_s
        return Backlog(
            done=np.diff(done_by),
            backlog=np.maximum(self.contacts - done_by, 0)[1:],
            backlog_s=np.maximum(self.work - worked_off, 0)[1:],
            oldest_s=self._oldest(worked_off),
            in_time=in_time,
            asa_s=self._waits(path, weight, total),
            occupancy=ratio(seconds, room),
            breaks_s=self._breaks(path, late, share),
        )

    def path(self, agents):
        """The work done by agents who are at work whenever there is some: a `Path`."""
        pace = np.where(self.worked, agents, 0.0)
        capacity = np.concatenate([[0.0], np.cumsum(pace * self.interval_s)])
        spare = np.minimum(np.minimum.accumulate(self.work - capacity), 0)
        done = np.minimum(capacity + spare, self.work)  # rounding
        # Where a backlog is worked off within an interval, the pace falls to that of the arrivals.
        waiting, faster = self.work[:-1] - done[:-1], pace - self.offered * self.aht_s / self.interval_s
        ends = np.divide(waiting, faster, out=np.full(waiting.size, self.interval_s), where=faster > 0)
        ends = np.where((ends > 0) & (ends < self.interval_s), ends, self.interval_s / 2)
        bend = np.minimum(done[:-1] + pace * ends, self.work[:-1] + self.offered * self.aht_s * ends / self.interval_s)
        times, work = np.empty(2 * pace.size + 1), np.empty(2 * pace.size + 1)
        times[::2], times[1::2], work[::2], work[1::2] = self.edges, self.edges[:-1] + ends, done, bend
        return Path(times, work)

    def slice_shares(self, path):
        """Share of each slice that is answered by its deadline."""
        ahead = self._ahead(path, self.due_s, self.arrived)
        shares = (ahead >= 0).all(axis=1).astype(float)  # in between too: work done only bends downwards
        late = np.flatnonzero(shares == 0)
        parts = np.linspace(0, 1, _POINTS + 1)
        due_s, arrived = (ends[late, :1] + parts * np.diff(ends[late], axis=1) for ends in (self.due_s, self.arrived))
        shares[late] = _above(self._ahead(path, due_s, arrived)).mean(axis=1)
        return shares

    def _ahead(self, path, due_s, arrived):
        """Seconds of work done by the due moment beyond what arrived before; rounding forgiven."""
        return np.interp(due_s, path.times, path.work) - arrived + 1e-9 * (1 + self.work[-1])

    def _breaks(self, path, late, share):
        if self._ahead(path, self.due(0.0), self.work[0]) < 0:  # what lay there at the start
            return 0.0
        if not late.size:
            return np.nan
        k = late[0]
        first, last = self.arrives_s[k]
        return float(first + share[k] * (last - first))

    def _oldest(self, worked_off):
        done = worked_off[1:]
        place = np.searchsorted(self.work, done * (1 + 1e-12) + 1e-9, side="right")
        before, after = np.maximum(place - 1, 0), np.minimum(place, self.work.size - 1)
        step = np.maximum(self.work[after] - self.work[before], 1e-300)
        came = self.edges[before] + np.clip((done - self.work[before]) / step, 0, 1) * self.interval_s
        return np.where(self.work[1:] - done > 1e-6, self.edges[1:] - np.where(place == 0, 0.0, came), 0.0)

    def _waits(self, path, weight, total):
        """Mean seconds from arrival to answer by interval of arrival."""
        place_in = (np.arange(_POINTS) + 0.5) / _POINTS
        arrived, arrives_s = (ends[:, :1] + place_in * np.diff(ends, axis=1) for ends in (self.arrived, self.arrives_s))
        place = np.searchsorted(path.work, arrived * (1 - 1e-12) - 1e-9, side="left")
        after = np.minimum(place, path.work.size - 1)
        before = np.maximum(after - 1, 0)
        step = np.maximum(path.work[after] - path.work[before], 1e-300)
        part = np.clip((arrived - path.work[before]) / step, 0, 1)
        answered = path.times[before] + part * (path.times[after] - path.times[before])
        wait = np.where(place < path.work.size, np.maximum(answered - arrives_s, 0), np.inf).mean(axis=1)
        return ratio(np.bincount(self.slice_of, weight * wait, self.offered.size), total, empty=0.0)


def _above(values):
    """Share of each step between neighbours of a row in which the line between them is not negative."""
    first, last = values[:, :-1], values[:, 1:]
    up, down = np.maximum(first, 0) + np.maximum(last, 0), np.maximum(-first, 0) + np.maximum(-last, 0)
    return np.where(down == 0, 1.0, up / np.where(up + down > 0, up + down, 1.0))
