"""The cheapest agents by group and interval that keep every queue's promise, found by simulation.

A promise of the whole day with few blocks is left to `skill_exchange`; else one day at a time, from two starts: a
covering problem, in which whoever can take a set of queues must together be as many as the set would need if it
were one queue; and each queue by itself. From there agents are added where the simulated day misses a promise, and
taken away, or exchanged for cheaper ones, as long as it is kept. All plans serve the same callers
(`queueing.given_calls`). What an agent does in one interval is seen in that interval and its neighbours only: so a
third of the intervals is tried at a time. A search, not a proof that no plan is cheaper.

Source: Wallace & Whitt (2005), "A staffing algorithm for call centers with skill-based routing"; Cezik & L'Ecuyer
(2008), "Staffing multiskill call centers via linear programming and simulation"; Garnett, Mandelbaum & Reiman (2002).
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ...queueing import Infeasible, required_agents
from ...queueing.arrival_rate import rate_from_counts
from ...queueing.day_simulation import ranks_of, routes_of
from ...queueing.day_staffing import offered_load
from ...queueing.given_calls import ABANDONED, ANSWERED, IN_TARGET, OFFERED, SHORT, WAIT_S, draw_calls, serve_calls
from ...queueing.time_varying import day_door
from ..service.quiet import quiet
from .skill_exchange import cheapest_day

_CALLS = 300_000  # simulated calls of one look at a plan: less than a tenth of a second
_MENDING = 700_000  # of one look when fresh days have shown a plan to be short
_FEWEST_DAYS, _MOST_DAYS = 40, 4000
_SUBSETS = 6  # queues up to which every set of them is covered at the start
_EXCHANGED = 9  # groups × blocks up to which a promise of the day is kept by exchanges; beyond, they take too long
_NO_CAP = 1e6  # of occupancy, and of calls that may miss a promise that is not made
_TURNS, _LOOKS = 60, 900  # rounds of additions, and looks at plans, after which the search gives up


@dataclass(frozen=True)
class Problem:
    """One day: `offered` and `aht_s` [queue, interval]; `queues` and `groups` as records of a centre.

    `limit` holds the most agents of each group at once (inf), `cost` what one costs an hour, `block` the number of the
    block of constant staffing that each interval belongs to; the first interval begins `opens_s` after midnight.
    """

    queues: tuple
    groups: tuple
    offered: np.ndarray
    aht_s: np.ndarray
    interval_s: float
    limit: np.ndarray
    cost: np.ndarray
    block: np.ndarray
    meet: str = "every"
    opens_s: float = 0.0

    @property
    def can(self):
        """Which group can take which queue: bool [group, queue]."""
        return np.array([[queue.name in group.queues for queue in self.queues] for group in self.groups])

    @property
    def skills(self):
        """{group: skills}, as the simulation reads them: only queues of this day."""
        names = {queue.name for queue in self.queues}
        return {group.name: _only(group.skills, names) for group in self.groups}


def days_for(offered, calls=_CALLS):
    """How many days make about `calls` calls."""
    return int(np.clip(calls / max(offered.sum(), 1.0), _FEWEST_DAYS, _MOST_DAYS))


def search_day(problem, *, days=None, seed=0, tick=None):
    """The agents by group and interval of one day: an array of ints [group, interval].

    `days` simulated a look (default: as many as make some hundred thousand calls); `tick()` is called at every look.
    Raises Infeasible naming the queue where the groups' heads do not suffice, or no plan is found.
    """
    if not problem.offered.sum():
        return np.zeros((len(problem.groups), problem.offered.shape[1]), dtype=np.int64)
    search = _Search(problem, days or days_for(problem.offered), seed, tick)
    raw = (search.start(), search.silos())
    few = len(problem.groups) * search.begins.size <= _EXCHANGED
    if problem.meet == "day" and few and (found := cheapest_day(search, raw)) is not None:
        return search.thin(found)
    starts = [search.add(start) for start in raw]
    agents = search.take_away(min(starts, key=lambda plan: plan.sum(axis=1) @ problem.cost))
    return search.thin(agents) if problem.meet == "day" else agents


def mend_day(problem, agents, where, *, seed, tick=None):
    """More agents for the queues and intervals `where` (bool) that fresh days have shown to be short.

    A new and larger sample of days decides, so that the luck of the first one is not trusted twice.
    """
    search = _Search(problem, days_for(problem.offered, _MENDING), seed, tick)
    search.only = where
    return search.add(agents) if problem.meet == "every" else search.add_to_day(agents)


class _Search:
    """A day's calls, and what a plan for them misses."""

    def __init__(self, problem, days, seed, tick):
        self.p, self.tick, self.looks = problem, tick or (lambda: None), 0
        names = [queue.name for queue in problem.queues]
        self.ranks = ranks_of(names, [group.name for group in problem.groups], problem.skills)
        self.routes = routes_of(self.ranks)
        self.target_s = np.array([queue.targets.target_s for queue in problem.queues], float)
        rates = [rate_from_counts(calls, problem.interval_s) for calls in problem.offered]
        self.calls = draw_calls(
            rates, problem.aht_s, [queue.patience_s for queue in problem.queues], problem.interval_s, days, seed
        )
        self.only = None  # queues and intervals that are looked at; None: all
        self.known = {}  # what plans were seen to miss: about half of the looks are at one that was seen before
        self.caps = np.array([queue.targets.limits.get("max_occupancy", _NO_CAP) for queue in problem.queues])
        # Where each block of constant staffing begins, and where its effects are looked for.
        self.begins = np.flatnonzero(np.diff(problem.block, prepend=-1))
        self.ends = np.append(self.begins[1:], problem.block.size)

    # ------------------------------------------------------------------ what a plan misses

    def see(self, agents):
        """(missed, waits): what is missed of the promises [promise and queue, interval], seconds waited [interval].

        For each of the promises, calls that miss it by queue; last, agents that are missing for each queue's occupancy.
        """
        self.looks += 1
        self.tick()
        key = np.asarray(agents, dtype=np.int64).tobytes()
        if key not in self.known:
            self.known[key] = self._seen(agents)
        return self.known[key]

    def _seen(self, agents):
        """What `see` returns, simulated."""
        served = serve_calls(self.calls, agents, self.ranks, self.routes, self.target_s, self.p.interval_s)
        counts = served.counts / self.calls.days
        queues = np.stack([counted_misses(queue.targets, counts[q]) for q, queue in enumerate(self.p.queues)], axis=1)
        if self.only is not None:
            queues = np.where(self.only, queues, 0.0)
        busy, present = (self.p.can.T @ seconds for seconds in (served.busy_s, served.present_s))  # of all who take it
        over = busy - self.caps[:, None] * present
        missed = np.concatenate([*queues, over / self.p.interval_s / self.calls.days])
        return missed, counts[:, :, WAIT_S].sum(axis=0)

    def near(self, by_interval):
        """Sums over each block and the interval on either side: where an agent of the block is felt."""
        total = np.concatenate([[0.0], np.cumsum(by_interval)])
        return total[np.minimum(self.ends + 1, by_interval.size)] - total[np.maximum(self.begins - 1, 0)]

    def spread(self, by_block):
        """[group, block] as [group, interval]."""
        return np.repeat(by_block, self.ends - self.begins, axis=1)

    # -------------------------------------------------------------------------- the start

    def start(self):
        """Fewest agents such that each set of queues finds as many as it would need as one queue; [group, block]."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        sets, need = self._sets()
        can = np.array([[self.p.can[g, list(one)].any() for g in range(len(self.p.groups))] for one in sets])
        found = np.zeros((len(self.p.groups), self.begins.size), dtype=np.int64)
        for b, (begin, end) in enumerate(zip(self.begins, self.ends)):
            least = need[:, begin:end].max(axis=1)
            if least.any():
                # A set whose groups have too few heads takes them all: whether that suffices is seen in the simulation.
                least = np.minimum(least, np.where(can, self.p.limit, 0.0).sum(axis=1))
                with quiet():
                    solved = milp(
                        self.p.cost,
                        integrality=np.ones(len(can[0])),
                        bounds=Bounds(0, self.p.limit),
                        constraints=LinearConstraint(can.astype(float), least, np.inf),
                    )
                found[:, b] = np.round(solved.x)
        return self.spread(found)

    def silos(self):
        """Each queue's agents as if it were alone, in the group with the fewest skills that has room; [group,
        block].
        """
        found = np.zeros((len(self.p.groups), self.begins.size))
        limit = np.where(np.isinf(self.p.limit), _NO_CAP, self.p.limit)
        order = sorted(range(len(self.p.groups)), key=lambda g: (self.p.can[g].sum(), self.p.cost[g], g))
        for q in range(len(self.p.queues)):
            left = np.maximum.reduceat(self._alone(q, _load(self.p, q)), self.begins).astype(float)
            for g in (g for g in order if self.p.can[g, q]):
                taken = np.minimum(left, limit[g] - found[g])
                found[g] += taken
                left -= taken
        return self.spread(found.astype(np.int64))

    def _sets(self):
        """Sets of queues, and the agents that each would need by interval if it were one queue."""
        many = range(len(self.p.queues))
        sizes = range(1, len(self.p.queues) + 1) if len(self.p.queues) <= _SUBSETS else (1, 2, len(self.p.queues))
        sets = [one for size in sizes for one in combinations(many, size)]
        load = np.array([_load(self.p, q) for q in many])
        return sets, np.array(
            [np.min([self._alone(q, load[list(one)].sum(axis=0)) for q in one], axis=0) for one in sets]
        )

    def _alone(self, q, load):
        queue, aht_s = self.p.queues[q], np.maximum(self.p.aht_s[q], 1e-6)
        return required_agents(
            load * self.p.interval_s / aht_s,
            aht_s,
            queue.targets,
            interval_s=self.p.interval_s,
            patience_s=queue.patience_s,
        )

    # -------------------------------------------------------------------------- one more

    def add(self, agents):
        """Agents added, group by group where they help most for their cost, until nothing is missed."""
        step = np.ones(self.begins.size, dtype=np.int64)
        for turn in range(_TURNS):
            missed, waits = self.see(agents)
            short = self._short(missed)
            if not short.any():
                return agents
            gain, more = self._gains(agents, missed, waits, short, step)
            best = gain.argmax(axis=0)
            self._refuse_stuck(agents, missed, short, gain)
            chosen = short & (gain.max(axis=0) > 0)
            if turn % 2:  # where neighbours are short too, one of them may be enough for both
                chosen &= ~np.concatenate([[False], chosen[:-1]])
            extra = np.zeros((len(self.p.groups), self.begins.size), dtype=np.int64)
            extra[best[chosen], np.flatnonzero(chosen)] = more[best[chosen], np.flatnonzero(chosen)]
            agents = agents + self.spread(extra)
            step = np.where(short, np.where(turn % 4 == 3, step * 2, step), 1)
        raise Infeasible(
            f"no plan was found that keeps the promise of {self._worst(missed)} — relax it, or add a group"
        )

    def _short(self, missed):
        """Blocks in which something is missed."""
        by_interval = np.maximum(missed, 0.0).sum(axis=0)
        return np.array([by_interval[begin:end].sum() > 1e-12 for begin, end in zip(self.begins, self.ends)])

    def _gains(self, agents, missed, waits, short, step):
        """What `step` more agents of each group would save per cost, [group, block], −inf where there are no more."""
        groups = len(self.p.groups)
        gain, more = np.full((groups, short.size), -np.inf), np.zeros((groups, short.size), dtype=np.int64)
        now, waited = self.near(np.maximum(missed, 0.0).sum(axis=0)), self.near(waits)
        for g in range(groups):
            room = np.minimum(self.p.limit[g] - agents[g, self.begins], step)
            more[g] = np.where(short & (room > 0), room, 0)
            for part in range(2):
                mine = (more[g] > 0) & (np.arange(short.size) % 2 == part)
                if mine.any():
                    extra = np.zeros((groups, short.size), dtype=np.int64)
                    extra[g, mine] = more[g, mine]
                    then, wait = self.see(agents + self.spread(extra))
                    saved = now - self.near(np.maximum(then, 0.0).sum(axis=0)) + 1e-4 * (waited - self.near(wait)) / 60
                    gain[g, mine] = (saved / self.p.cost[g] / np.maximum(more[g], 1))[mine]
        return gain, more

    def _refuse_stuck(self, agents, missed, short, gain):
        """A block that is short and where nobody is left who could help."""
        stuck = np.flatnonzero(short & ~(gain > 0).any(axis=0))
        for b in stuck:
            there = agents[:, self.begins[b]] >= self.p.limit
            queue = int(missed[:, self.begins[b] : self.ends[b]].max(axis=1).argmax()) % len(self.p.queues)
            mine = self.p.can[:, queue]
            if there[mine].all():
                raise Infeasible(_no_heads(self.p, queue, self.begins[b], mine))

    def _worst(self, missed):
        queue = int(np.maximum(missed, 0.0).sum(axis=1).argmax()) % len(self.p.queues)
        return f"queue {self.p.queues[queue].name}"

    # -------------------------------------------------------------------------- one fewer

    def take_away(self, agents):
        """Agents taken away or exchanged for cheaper ones, as long as everything is kept."""
        agents = agents.copy()
        refused = {}  # move → blocks in which it failed: with still fewer agents it would fail again
        for _ in range(_TURNS):
            moved = False
            for move in _moves(self.p.cost):
                for part in range(3):
                    moved |= self._try(move, part, agents, refused)
            if not moved or self.looks > _LOOKS:
                return agents
        return agents

    def _try(self, move, part, agents, refused):
        """Make a move in every third block at once and keep it where nothing is missed; True if it was kept
        anywhere.
        """
        change, blocks = np.array(move), np.arange(self.begins.size)
        tried = refused.setdefault(move, np.zeros(self.begins.size, dtype=bool))
        after = agents[:, self.begins] + change[:, None]
        mine = (blocks % 3 == part) & ~tried & (after >= 0).all(axis=0) & (after <= self.p.limit[:, None]).all(axis=0)
        while mine.any() and self.looks <= _LOOKS:
            trial = agents + self.spread(np.where(mine, change[:, None], 0))
            missed = self.near(np.maximum(self.see(trial)[0], 0.0).sum(axis=0))
            bad = mine & (missed > 1e-12)
            if not bad.any() and not (missed > 1e-12).any():
                agents[:] = trial
                return True
            # What is missed far from any move came by a queue that was carried on: its blocks are refused as well.
            bad = bad if bad.any() else mine & _beside(missed > 1e-12)
            bad = bad if bad.any() else mine
            tried |= bad
            mine = mine & ~bad
        return False

    # ---------------------------------------------------------------- the day as a whole

    def thin(self, agents):
        """Agents taken away where they are missed least, as long as each queue's day keeps its promise as a whole.

        While calls of a queue come, somebody who can take them stays. Each round takes what uses half of what the
        day has to spare, until no single agent fits in.
        """
        refused = np.zeros((len(self.p.groups), self.begins.size), dtype=bool)
        for _ in range(_TURNS):
            missed, _ = self.see(agents)
            slack = -missed.sum(axis=1)
            chosen = self._within(*self._uses(agents, missed, slack, refused), slack=slack)
            if not chosen or self.looks > _LOOKS:
                return agents
            while chosen:
                trial = self._without(agents, chosen)
                if (self.see(trial)[0].sum(axis=1) <= 1e-12).all():
                    agents = trial
                    break
                refused[tuple(np.transpose(chosen[-1:]))] = True
                chosen = chosen[: len(chosen) // 2]
        return agents

    def add_to_day(self, agents):
        """Agents added where they help most for their cost, until each queue's day keeps its promise as a whole."""
        for _ in range(_TURNS):
            missed, _ = self.see(agents)
            lost = missed.sum(axis=1)
            if (lost <= 1e-12).all():
                return agents
            gain = self._day_gains(agents, missed, lost > 1e-12)
            order = np.argsort(-gain / self.p.cost[:, None], axis=None, kind="stable")
            enough = 1 + np.searchsorted(np.cumsum(gain.ravel()[order]), lost[lost > 0].sum() / 2)
            chosen = [place for place in order[:enough] if gain.ravel()[place] > 0]
            if not chosen:
                break
            extra = np.zeros(gain.size, dtype=np.int64)
            extra[chosen] = 1
            agents = agents + self.spread(extra.reshape(gain.shape))
        raise Infeasible(
            f"no plan was found that keeps the promise of {self._worst(missed)} — relax it, or add a group"
        )

    def _day_gains(self, agents, missed, rows):
        """What one agent more of each group in each block takes off the promises `rows` that the day misses."""
        blocks = np.arange(self.begins.size)
        gain = np.zeros((len(self.p.groups), blocks.size))
        for g in range(len(gain)):
            for part in range(3):
                mine = (blocks % 3 == part) & (agents[g, self.begins] < self.p.limit[g])
                extra = np.zeros(gain.shape, dtype=np.int64)
                extra[g, mine] = 1
                less = (missed - self.see(agents + self.spread(extra))[0])[rows].sum(axis=0)
                gain[g, mine] = np.maximum(self.near(less)[mine], 0.0)
        return gain

    def _uses(self, agents, missed, slack, refused):
        """(what a removal uses of the day's slack per cost [group, block], the same by queue and group)."""
        groups, blocks = refused.shape
        use, parts = np.full((groups, blocks), np.inf), np.zeros((groups, blocks, slack.size))
        room = np.where(slack > 1e-9, slack, 1e-9)
        for g in range(groups):
            for part in range(3):
                mine = (np.arange(blocks) % 3 == part) & ~refused[g] & self._may_go(agents, g)
                if mine.any():
                    trial = self._without(agents, [(g, b) for b in np.flatnonzero(mine)])
                    more = np.array([self.near(row) for row in self.see(trial)[0] - missed]).T
                    parts[g, mine] = more[mine]
                    use[g, mine] = (np.maximum(more / room, 0.0).max(axis=1) / self.p.cost[g])[mine]
        return use, parts

    def _may_go(self, agents, g):
        """Blocks in which one of group g can go while somebody stays for every queue that has calls."""
        there = agents[:, self.begins]
        can = self.p.can
        left = there - (np.arange(len(there)) == g)[:, None]
        comes = np.maximum.reduceat(self.p.offered, self.begins, axis=1) > 0
        kept = np.array([(left[mine].sum(axis=0) >= 1) | ~busy for mine, busy in zip(can.T, comes)]).all(axis=0)
        return (left[g] >= 0) & kept

    def _within(self, use, parts, slack):
        """The cheapest removals, one a block, that together use no more than half of the slack; or the cheapest
        alone.
        """
        fits = ((parts <= slack) | (parts <= 0)).all(axis=2) & np.isfinite(use)
        order = [np.unravel_index(place, use.shape) for place in np.argsort(use, axis=None, kind="stable")]
        left, chosen, taken = slack / 2, [], set()
        for g, b in ((int(g), int(b)) for g, b in order if fits[g, b]):
            if b not in taken and ((parts[g, b] <= left) | (parts[g, b] <= 0)).all():
                left, taken = left - np.maximum(parts[g, b], 0.0), taken | {b}
                chosen.append((g, b))
        return chosen or [(int(g), int(b)) for g, b in order if fits[g, b]][:1]

    def _without(self, agents, chosen):
        fewer = np.zeros((len(self.p.groups), self.begins.size), dtype=np.int64)
        for g, b in chosen:
            fewer[g, b] = 1
        return agents - self.spread(fewer)


def _moves(cost):
    """Changes of the agents by group that save money, the largest saving first."""
    groups = range(len(cost))
    unit = np.eye(len(cost), dtype=int)
    moves = [-unit[g] for g in groups]
    moves += [unit[h] - unit[g] for g in groups for h in groups if cost[h] < cost[g] - 1e-9]
    moves += (
        [
            unit[f] - unit[g] - unit[h]
            for g in groups
            for h in groups
            if g <= h
            for f in groups
            if f not in (g, h) and cost[f] < cost[g] + cost[h] - 1e-9
        ]
        if len(cost) <= _SUBSETS
        else []
    )
    return [
        tuple(int(n) for n in move)
        for move in sorted(moves, key=lambda move: (move.sum() >= 0, move @ cost, tuple(move)))
    ]


def counted_misses(targets, counts):
    """What one queue misses by promise and interval, in calls; negative where there is something to spare.

    Rows: service level, abandonment, ASA; a promise that is not made has much to spare. `counts` as in `given_calls`.
    """
    limits, offered = targets.limits, counts[:, OFFERED]
    found = np.full((3, offered.size), -_NO_CAP)
    if "service_level" in limits:
        top = counts[:, IN_TARGET] + (counts[:, SHORT] if targets.definition == "abandons_count" else 0.0)
        below = {"answered": counts[:, ANSWERED], "without_short_abandons": offered - counts[:, SHORT]}.get(
            targets.definition, offered
        )
        found[0] = targets.service_level * below - top
    if "max_abandonment" in limits:
        found[1] = counts[:, ABANDONED] - limits["max_abandonment"] * offered
    if "max_asa_s" in limits:
        served = offered - counts[:, ABANDONED]
        found[2] = (counts[:, WAIT_S] - limits["max_asa_s"] * served) / max(limits["max_asa_s"], 1.0)
    return found


def _load(problem, q):
    """Erlang by interval of queue q: calls in hand if nobody waited."""
    day, _ = day_door(problem.offered[q], np.maximum(problem.aht_s[q], 1e-6), 0, problem.interval_s, np.inf, 0.0, None)
    return offered_load(day)


def _beside(blocks):
    """The blocks given and their neighbours."""
    return blocks | np.append(blocks[1:], False) | np.append(False, blocks[:-1])


def _only(skills, names):
    """The skills that are queues of this day, in their order."""
    levels = [
        tuple(queue for queue in ((level,) if isinstance(level, str) else level) if queue in names) for level in skills
    ]
    return tuple(level for level in levels if level)


def _no_heads(problem, queue, k, mine):
    names = ", ".join(
        f"{group.name} ({most:g})" for group, most, can in zip(problem.groups, problem.limit, mine) if can
    )
    targets = problem.queues[queue].targets
    promise = ", ".join(f"{name} = {getattr(targets, name):g}" for name in targets.limits)
    hours, minutes = divmod(int(problem.opens_s + k * problem.interval_s) // 60, 60)
    return (
        f"queue {problem.queues[queue].name}: {promise} cannot be met at {hours:02d}:{minutes:02d} though all who can take it are on "
        f"the phones: {names}, which is heads less shrinkage — raise `most`, teach another group, or relax the target"
    )
