"""Blended agents: calls that must not wait, and work that may (outbound, e-mail), in the same hands.

Calls are an M/M/n(/K)+M queue. Whenever more than `reserve` agents are free, those beyond it start a piece of
work, of which there is always more; a piece that is begun is finished, and a call that comes meanwhile takes a
free agent or waits. Handle times of both are exponential, each with its own mean. The chain of calls in the
system and pieces in hand is solved on a window that holds all but `left_out` of the chances.

With all agents in reserve it is the plain queue; with none every agent is always at work. Source: threshold
policies of Bhulai & Koole (2003), "A queueing model for call blending in call centers"; balance equations.
"""

from dataclasses import dataclass

import numpy as np

from .chains import long_run, rates
from .erlang import DEFINITIONS, performance
from .inputs import one_number, one_of, whole_number
from .targets import Infeasible, refuse_other, required_agents

MOST_STATES = 250_000  # of a chain: some seconds
_SHORTEST = 1e-3  # piece ÷ call: shorter ones would take the chain millions of steps
_LEFT_OUT = 1e-9  # chance that may lie at the edges of the window
_SURE = 1e-12  # a target met to rounding is met


@dataclass(frozen=True)
class Blended:
    """What blended agents do for calls and for the other work.

    Of the calls: `load` Erlang, `wait_probability`, `service_level`, `abandonment` and `blocking` shares of the
    offered, `asa_s` mean wait of the answered, `wait_s` of all (s), `occupancy` share of the agents' time in
    calls. Of the work: `work` pieces an interval, `work_occupancy` share of the agents' time in it, `idle` what
    is left. `left_out` is the chance at the edges of the window that was solved.
    """

    agents: int
    reserve: int
    load: float
    wait_probability: float
    service_level: float
    asa_s: float
    wait_s: float
    abandonment: float
    blocking: float
    occupancy: float
    work: float
    work_occupancy: float
    idle: float
    left_out: float = 0.0


@dataclass(frozen=True)
class BlendingGain:
    """Blended agents beside separated ones who do the same: `inbound_agents` + `work_agents` = `separated`."""

    blended: Blended
    inbound_agents: int
    work_agents: int

    @property
    def separated(self):
        """Agents when each does one kind of work only."""
        return self.inbound_agents + self.work_agents

    @property
    def saved(self):
        """Agents that blending saves, or costs where it is below 0."""
        return self.separated - self.blended.agents


@dataclass(frozen=True)
class _Team:
    """The checked numbers of one blended queue; rates a second."""

    rate: float
    aht_s: float
    agents: int
    work_s: float
    reserve: int
    patience_s: float
    lines: float

    @property
    def load(self):
        return self.rate * self.aht_s

    @property
    def hang_up(self):
        return 1 / max(self.patience_s, 1e-6 * self.aht_s)  # a patience of 0 is next to none: rates stay finite

    @property
    def at_work(self):
        """Most pieces in hand: all agents but the reserve."""
        return self.agents - self.reserve


def blended_service(
    calls,
    aht_s,
    agents,
    work_s,
    reserve,
    *,
    interval_s=1800,
    patience_s=np.inf,
    lines=np.inf,
    target_s=20,
    definition="offered",
):
    """The service of `agents` who keep `reserve` of them free for calls and start work with the others.

    Single numbers: `calls` an interval of `interval_s` seconds, `aht_s` and `work_s` mean seconds of a call and
    of a piece of work, `patience_s` the callers' mean patience, `lines` and `definition` as in `performance`.
    A piece is never broken off. Work is unlimited; where calls grow without end none is done.
    Raises ValueError for bad input, or where the queue is too near overload to be solved.

    >>> alone, shared = (blended_service(100, 180, 16, 300, reserve, patience_s=180) for reserve in (16, 2))
    >>> round(alone.service_level, 3), round(shared.service_level, 3), round(shared.work, 1)
    (0.978, 0.744, 34.8)
    """
    one_of("definition", definition, tuple(DEFINITIONS))
    team = _team(calls, aht_s, agents, work_s, reserve, interval_s, patience_s, lines)
    target_s = one_number("target_s", target_s, high=1e9)
    endless = np.isinf(lines) and np.isinf(patience_s) and team.load >= team.agents
    if team.at_work == 0 or team.rate == 0 or endless:
        return _plain(team, interval_s, target_s, definition)
    calls_in, at_work, chance = _solved(team)
    return _told(team, calls_in, at_work, chance, interval_s, target_s, definition)


def best_reserve(calls, aht_s, agents, work_s, targets, *, interval_s=1800, patience_s=np.inf, lines=np.inf):
    """The blended service with the smallest reserve that keeps the calls' targets: the most work for them.

    Arguments as in `blended_service`, `targets` a Targets; its max_occupancy is held to the time in calls alone, since
    people pace the other work themselves. Raises Infeasible where even all agents in reserve miss a target.

    >>> from ccplan.queueing.targets import Targets
    >>> best_reserve(100, 180, 16, 300, Targets(), patience_s=180).reserve
    3
    """
    refuse_other(targets)
    queue = dict(interval_s=interval_s, patience_s=patience_s, lines=lines)
    how = queue | dict(target_s=targets.target_s, definition=targets.definition)
    low, step, high = -1, 3, whole_number("agents", agents, high=1e6)
    best = blended_service(calls, aht_s, agents, work_s, high, **how)
    missed = missed_target(best, targets)
    if missed:
        least = required_agents(calls, aht_s, targets, **queue)
        raise Infeasible(f"{missed} cannot be met by {agents:g} agents even with no other work: it takes {least}")
    while high - low > 1:
        middle = min(low + step, (low + high) // 2)  # a small reserve is often enough: look there first
        step *= 2
        found = blended_service(calls, aht_s, agents, work_s, middle, **how)
        low, high, best = (low, middle, found) if not missed_target(found, targets) else (middle, high, best)
    return best


def required_blended(calls, aht_s, work, work_s, targets, *, interval_s=1800, patience_s=np.inf, lines=np.inf):
    """The fewest blended agents that keep the calls' targets and do `work` pieces an interval; a BlendingGain.

    Arguments as in `best_reserve`. Beside them stand the agents of two separated teams: `required_agents` for
    the calls, and as many as the pieces' seconds fill for the work. Raises Infeasible naming the target.

    >>> from ccplan.queueing.targets import Targets
    >>> gain = required_blended(100, 180, 20, 300, Targets(), patience_s=180)
    >>> gain.blended.agents, gain.separated
    (15, 16)
    """
    work, interval_s = one_number("work", work, high=1e9), one_number("interval_s", interval_s, open_low=True)
    how = dict(interval_s=interval_s, patience_s=patience_s, lines=lines)
    least = required_agents(calls, aht_s, targets, **how)
    apart = int(np.ceil(work * one_number("work_s", work_s, high=1e9, open_low=True) / interval_s * (1 - _SURE)))
    low, high, found = least - 1, least, best_reserve(calls, aht_s, least, work_s, targets, **how)
    while found.work < work * (1 - _SURE):
        low, high = high, high + max(1, (high - least) or apart)
        found = best_reserve(calls, aht_s, high, work_s, targets, **how)
    while high - low > 1:
        middle = (low + high) // 2
        trial = best_reserve(calls, aht_s, middle, work_s, targets, **how)
        low, high, found = (middle, high, found) if trial.work < work * (1 - _SURE) else (low, middle, trial)
    return BlendingGain(found, least, apart)


def missed_target(service, targets):
    """The first target that a Blended (or other) service misses, in words such as `service_level = 0.8`; "" if none."""
    for name in targets.limits:
        value, limit = getattr(service, name.removeprefix("max_")), getattr(targets, name)
        met = value >= limit - _SURE if name == "service_level" else value <= limit * (1 + _SURE) + 1e-15
        if not met and service.load > 0:
            return f"{name} = {limit:g}"
    return ""


# -------------------------------------------------------------------------------------------- the door


def _team(calls, aht_s, agents, work_s, reserve, interval_s, patience_s, lines):
    interval_s = one_number("interval_s", interval_s, high=1e12, open_low=True)
    team = _Team(
        rate=one_number("calls", calls, high=1e12) / interval_s,
        aht_s=one_number("aht_s", aht_s, high=1e9, open_low=True),
        agents=whole_number("agents", agents, high=1e6),
        work_s=one_number("work_s", work_s, high=1e9, open_low=True),
        reserve=whole_number("reserve", reserve, high=1e6),
        patience_s=one_number("patience_s", patience_s),
        lines=np.floor(one_number("lines", lines)),  # a part of a line takes no call
    )
    if team.reserve > team.agents:
        raise ValueError(f"reserve must be at most the agents, got {team.reserve} of {team.agents}")
    if team.work_s < _SHORTEST * team.aht_s:
        raise ValueError(
            f"work_s must be at least a thousandth of aht_s, got {team.work_s:g} s beside {team.aht_s:g} s — "
            "count a longer piece, such as a batch"
        )
    return team


def _plain(team, interval_s, target_s, definition):
    """No work is done in the way of calls, or no call comes: the plain queue tells the calls' part."""
    p = performance(
        team.rate * interval_s,
        team.aht_s,
        team.agents,
        interval_s=interval_s,
        patience_s=team.patience_s,
        lines=team.lines,
        target_s=target_s,
        definition=definition,
    )
    at_work = team.at_work if team.rate == 0 else 0
    share = at_work / team.agents if team.agents else 0.0
    busy = p.occupancy if team.agents else 0.0
    return Blended(
        agents=team.agents, reserve=team.reserve, load=p.load, wait_probability=p.wait_probability,
        service_level=p.service_level, asa_s=p.asa_s, wait_s=p.wait_s, abandonment=p.abandonment, blocking=p.blocking,
        occupancy=p.occupancy, work=at_work / team.work_s * interval_s, work_occupancy=share, idle=1 - busy - share,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------- the chain


def _solved(team):
    """Calls in the system, pieces in hand and chances, on a window widened until its edges hold next to nothing."""
    spread = 6 * np.sqrt(team.load) + 8
    low, high = max(0.0, team.load - spread), max(team.agents, team.load) + spread
    while True:
        top = int(min(np.ceil(high), team.lines))
        calls_in, at_work, chance = _window(team, min(int(low), top), top)
        below = chance[calls_in == calls_in.min()].sum() if low >= 1 else 0.0
        above = chance[calls_in == top].sum() if top < team.lines else 0.0
        if below <= _LEFT_OUT and above <= _LEFT_OUT:
            return calls_in, at_work, chance
        low = low if below <= _LEFT_OUT else max(0.0, low - spread)
        high = high if above <= _LEFT_OUT else high + max(spread, (high - team.agents) / 2)


def _window(team, low, top):
    """The chain with `low` to `top` calls; the pieces in hand follow from them."""
    least, most = max(0, team.at_work - top), max(team.at_work - low, 0)
    if (top - low + 1) * (most - least + 1) > MOST_STATES:
        raise ValueError(
            f"{team.load:.4g} Erlang of calls for {team.agents} agents are too many, or too near overload, to be "
            "solved with other work beside them — add agents, or tell a patience_s or lines"
        )
    calls_in, at_work = (part.ravel() for part in np.mgrid[low : top + 1, least : most + 1])
    here, width = np.arange(calls_in.size), most - least + 1

    def place(calls, pieces):
        calls = np.clip(calls, low, top)
        # Agents free beyond the reserve start a piece at once.
        return (calls - low) * width + np.clip(np.maximum(pieces, team.at_work - calls), least, most) - least

    on_calls = np.minimum(calls_in, team.agents - at_work)
    comes = np.where(calls_in < top, team.rate, 0.0)
    goes = np.where(calls_in > low, on_calls / team.aht_s + (calls_in - on_calls) * team.hang_up, 0.0)
    moves = [
        (comes, here, place(calls_in + 1, at_work)),
        (goes, here, place(calls_in - 1, at_work)),
        (at_work / team.work_s, here, place(calls_in, at_work - 1)),
    ]
    flow = rates(moves, here.size)
    usual = int(np.clip(team.load, low, top))
    return calls_in, at_work, long_run(flow, int(place(np.array(usual), np.array(0))))


def _told(team, calls_in, at_work, chance, interval_s, target_s, definition):
    """The figures of the long run; a call sees the chances of all moments (Poisson arrivals)."""
    on_calls = np.minimum(calls_in, team.agents - at_work)
    blocked = calls_in >= team.lines
    waits = (calls_in >= team.agents - at_work) & ~blocked
    ahead = calls_in[waits] - (team.agents - at_work[waits])
    wait = _Wait(team, int(ahead.max(initial=-1)) + 1)
    seen, cells = chance[waits], (ahead, at_work[waits])
    at_once, lost = chance[~waits & ~blocked].sum(), chance[blocked].sum()
    served, waited = wait.served()
    answered = at_once + seen @ served[cells]
    level = wait.service_level(definition, target_s, at_once, lost, answered, seen, cells)
    busy, working = chance @ on_calls / team.agents, chance @ at_work / team.agents
    edge = chance[calls_in == calls_in.max()].sum() if calls_in.max() < team.lines else 0.0
    return Blended(
        agents=team.agents, reserve=team.reserve, load=team.load, wait_probability=float(seen.sum()),
        service_level=float(level), asa_s=float(seen @ waited[cells] / answered) if answered > 0 else np.nan,
        wait_s=float(chance @ (calls_in - on_calls) / team.rate), abandonment=float(max(0.0, 1 - answered - lost)),
        blocking=float(lost), occupancy=float(busy), work=float(chance @ at_work / team.work_s * interval_s),
        work_occupancy=float(working), idle=float(max(0.0, 1 - busy - working)), left_out=float(edge),
    )  # fmt: skip


class _Wait:
    """A waiting call's way to an agent: arrays of [calls ahead of it, pieces of work in hand].

    An agent comes free from a call or from a piece, which is not replaced while calls wait; callers ahead hang up.
    """

    def __init__(self, team, places):
        pieces = np.arange(team.at_work + 1.0)
        ahead = np.arange(float(places))[:, None]
        self.team, self.places = team, places
        # Rates at which there is one ahead less: with pieces as they were, and with one of them less.
        self.same = np.maximum(team.agents - pieces, 0) / team.aht_s + ahead * team.hang_up
        self.fewer = pieces / team.work_s + 0 * ahead

    def served(self):
        """P(served) and E[wait; served] of each place, from the front of the queue to its end."""
        out = self.same + self.fewer + self.team.hang_up
        chance, waited = np.ones(out.shape[1]), np.zeros(out.shape[1])
        chances, waits = np.empty(out.shape), np.empty(out.shape)
        for k in range(self.places):
            chance = (self.same[k] * chance + self.fewer[k] * _one_less(chance)) / out[k]
            waited = (chance + self.same[k] * waited + self.fewer[k] * _one_less(waited)) / out[k]
            chances[k], waits[k] = chance, waited
        return chances, waits

    def within(self, target_s, hang_up, count_hang_ups=False):
        """P(served within target_s), or P(hung up within it), of each place, by uniformisation.

        `hang_up` is the rate of the call itself: 0 asks for its virtual wait.
        """
        from scipy.special import gammaincc

        out = self.same + self.fewer + hang_up
        pace = out.max() if out.size else 1.0
        value, total, served = np.zeros(out.shape), np.zeros(out.shape), 0.0 if count_hang_ups else 1.0
        gain = hang_up / pace if count_hang_ups else 0.0
        mean, jumps, step = pace * target_s, 0, 1.0
        while step > 1e-15 and jumps < mean + 12 * np.sqrt(mean) + 20:
            before = np.vstack([np.full((1, out.shape[1]), served), value[:-1]])
            after = value + gain + (self.same * before + self.fewer * _one_less(before) - out * value) / pace
            jumps += 1
            # P(at least this many jumps within the time) weighs what this jump adds.
            total += (after - value) * (1 - gammaincc(jumps, mean) if mean else 0.0)
            step, value = np.abs(after - value).max(initial=0.0) if jumps > self.places else 1.0, after
        return total

    def service_level(self, definition, target_s, at_once, lost, answered, seen, cells):
        hang_up = self.team.hang_up
        if definition == "virtual":
            return at_once + seen @ self.within(target_s, 0.0)[cells]
        in_time = at_once + seen @ self.within(target_s, hang_up)[cells]
        if definition == "offered":
            return in_time
        if definition == "answered":
            return in_time / answered if answered > 0 else np.nan
        short = seen @ self.within(target_s, hang_up, count_hang_ups=True)[cells]
        return in_time + short if definition == "abandons_count" else in_time / (1 - short)


def _one_less(rows):
    """The values at one piece of work less; at none there is nothing to finish."""
    return np.concatenate([rows[..., :1], rows[..., :-1]], axis=-1)
