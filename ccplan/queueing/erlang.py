"""The stationary queue M/M/n/K+M: Poisson calls, exponential handle time, n agents, K lines, patience.

Erlang B (K = n), Erlang C (no patience, no limit) and Erlang A (patience, no limit) are its special
cases. Everything takes numbers or arrays and broadcasts like a NumPy ufunc; durations are in
seconds, load in Erlang, shares in [0, 1].

With μ = 1/AHT, patience ratio c = patience ÷ AHT, a = n c and x = load · c, a caller who finds all
agents busy waits longer than t with the density exp(-a u + x (1 - e^-u)), u = t ÷ patience.

Source: Zeltyn & Mandelbaum (2005), "Call centers with impatient customers"; Palm (1957);
Cooper (1981), "Introduction to queueing theory", for finite lines.
"""

from dataclasses import dataclass, fields
from functools import partial

import numpy as np
import scipy  # its special functions load where they are first used: a quarter of a second

from . import gamma
from .inputs import broadcast, floats, one_of, ratio

DEFINITIONS = {
    "offered": "answered within the threshold ÷ offered",
    "answered": "answered within the threshold ÷ answered",
    "without_short_abandons": "answered within the threshold ÷ (offered − abandoned within it)",
    "abandons_count": "(answered + abandoned within the threshold) ÷ offered",
    "virtual": "share of calls whose wait would not pass the threshold if nobody hung up",
}
_WALK = 200_000  # places in the queue that are added up one by one; some seconds
_BLOCK = 4096  # rows worked on at a time: the memory stays small and in the processor's cache


@dataclass(frozen=True)
class Performance:
    """How a queue serves its calls; each field is a float, or an array shaped like the input.

    `load` Erlang offered, `wait_probability` share of the offered who must wait, `service_level` share
    by the chosen definition, `asa_s` mean wait of the answered (s), `wait_s` mean wait of all offered
    (s), `abandonment` and `blocking` shares of the offered, `occupancy` share of the agents' time in
    handling, `queue_length` mean number waiting.
    """

    load: float | np.ndarray
    wait_probability: float | np.ndarray
    service_level: float | np.ndarray
    asa_s: float | np.ndarray
    wait_s: float | np.ndarray
    abandonment: float | np.ndarray
    blocking: float | np.ndarray
    occupancy: float | np.ndarray
    queue_length: float | np.ndarray

    def frame(self):
        """The same as a DataFrame, one row an element, one column a field."""
        import pandas as pd

        return pd.DataFrame({f.name: np.ravel(getattr(self, f.name)) for f in fields(self)})


@dataclass(frozen=True)
class Inputs:
    """Checked queues, one an element of equally long float arrays; `patience_s`, `lines` may be inf."""

    calls: np.ndarray
    aht_s: np.ndarray
    agents: np.ndarray
    interval_s: np.ndarray
    patience_s: np.ndarray
    lines: np.ndarray
    target_s: np.ndarray

    @property
    def load(self):
        """Erlang offered: calls × AHT ÷ interval."""
        # The product first: 100 calls × 180 s ÷ 1800 s is then exactly 10 Erlang.
        return self.calls * self.aht_s / self.interval_s

    def take(self, rows, **changes):
        """The queues of the given rows, with some fields replaced by arrays of that length."""
        return Inputs(**{f.name: changes.get(f.name, getattr(self, f.name)[rows]) for f in fields(self)})


@dataclass(frozen=True)
class Shares:
    """What becomes of the offered calls, as arrays of shares of the offered; waits in seconds a call.

    `answered` come `in_time` or `late`, within or after the threshold; `waiting_late` are still waiting
    when it passes; `virtual` get in and would wait at most the threshold if nobody hung up, `virtual_late`
    longer; `answered_wait_s` counts only answered calls' seconds, spread over all offered.
    """

    waiting: np.ndarray
    answered: np.ndarray
    in_time: np.ndarray
    virtual: np.ndarray
    late: np.ndarray
    waiting_late: np.ndarray
    virtual_late: np.ndarray
    abandoned: np.ndarray
    blocked: np.ndarray
    answered_wait_s: np.ndarray
    wait_s: np.ndarray

    def missed(self, definition):
        """1 − service level without cancellation: targets such as 99.9999 % keep their digits."""
        if definition == "offered":
            return self.late + self.abandoned + self.blocked
        if definition == "answered":
            return ratio(self.late, self.answered, empty=1.0)
        if definition == "virtual":
            return self.virtual_late + self.blocked
        kept = 1 - self._short_abandons if definition == "without_short_abandons" else 1.0
        return ratio(self.waiting_late + self.blocked, kept, empty=1.0)

    def service_level(self, definition):
        """The service level by one of DEFINITIONS; nan where its denominator is zero."""
        if definition == "abandons_count":
            return self.in_time + self._short_abandons
        if definition == "virtual":
            return self.virtual
        kept = {"offered": 1.0, "answered": self.answered, "without_short_abandons": 1 - self._short_abandons}
        return ratio(self.in_time, kept[definition])

    @property
    def asa_s(self):
        """Mean wait of the answered in seconds; nan where nobody is answered."""
        return ratio(self.answered_wait_s, self.answered)

    @property
    def _short_abandons(self):
        return self.abandoned - (self.waiting_late - self.late)


def performance(
    calls, aht_s, agents, *, interval_s=1800, patience_s=np.inf, lines=np.inf, target_s=20, definition="offered"
):
    """The stationary service of `agents` agents for `calls` calls an interval of `aht_s` seconds each.

    Numbers or arrays that broadcast; `interval_s`, `patience_s` (mean) and `target_s` in seconds;
    `lines` counts everybody in the system, talking or waiting, and a call that finds them all taken is
    blocked, which counts as offered and unanswered. More agents than lines leaves the rest idle.
    With no calls nobody waits: service level 1, waits 0. With at most as many agents as load, no patience
    and no limit of lines the queue grows without end: wait certain, service level 0, waits infinite,
    occupancy 1. With no agents nobody is answered: asa_s and occupancy are nan.
    Raises ValueError for negative, missing or non-numeric input, and for fractional agents with lines.

    >>> p = performance(100, 180, 14)
    >>> round(p.service_level, 4), round(p.asa_s, 2), round(p.occupancy, 3)
    (0.8884, 7.84, 0.714)
    >>> performance(100, 180, [13, 14, 15], patience_s=120).frame()["service_level"].round(3).tolist()
    [0.889, 0.933, 0.962]
    """
    one_of("definition", definition, tuple(DEFINITIONS))
    queue, shape = door(calls, aht_s, agents, interval_s, patience_s, lines, target_s)
    rows = np.arange(queue.calls.size)
    blocks = [_measure(queue.take(rows[i : i + _BLOCK]), definition) for i in range(0, max(rows.size, 1), _BLOCK)]
    return Performance(*(shaped(np.concatenate(parts), shape) for parts in zip(*blocks)))


def erlang_b(load, servers):
    """Erlang B: the share of calls blocked when `load` Erlang meet `servers` servers and no queue.

    Numbers or arrays; fractional servers follow the analytic continuation. No load: nothing is blocked.
    Raises ValueError for negative or missing input. Source: Jagerman (1974).

    >>> round(erlang_b(10, 14), 6)
    0.056819
    """
    load, servers = broadcast(load=_finite("load", load), servers=_finite("servers", servers))
    return performance(load, 1.0, servers, interval_s=1.0, patience_s=0.0).abandonment


def erlang_c(load, agents):
    """Erlang C: the probability of waiting when nobody hangs up; 1 where agents do not exceed the load.

    Numbers or arrays; fractional agents are accepted. Raises ValueError for negative or missing input.

    >>> round(erlang_c(10, 14), 6)
    0.174132
    """
    load, agents = broadcast(load=_finite("load", load), agents=_finite("agents", agents))
    return performance(load, 1.0, agents, interval_s=1.0).wait_probability


def erlang_a(load, agents, patience_ratio):
    """Erlang A: the share of callers who hang up, with `patience_ratio` = mean patience ÷ AHT.

    Numbers or arrays; a ratio of 0 is Erlang B, an infinite one Erlang C (nobody hangs up).
    Raises ValueError for negative or missing input. Source: Palm (1957).

    >>> round(erlang_a(10, 10, 1.0), 6)
    0.12511
    """
    patience = floats("patience_ratio", patience_ratio)
    load, agents, patience = broadcast(
        load=_finite("load", load), agents=_finite("agents", agents), patience_ratio=patience
    )
    return performance(load, 1.0, agents, interval_s=1.0, patience_s=patience).abandonment


def door(calls, aht_s, agents, interval_s, patience_s, lines, target_s):
    """The inputs, checked once and broadcast, as flat `Inputs` and the shape to give back."""
    inputs = dict(
        calls=_finite("calls", calls),
        aht_s=_finite("aht_s", aht_s),
        agents=_finite("agents", agents),
        interval_s=floats("interval_s", interval_s, high=1e12, open_low=True),
        patience_s=floats("patience_s", patience_s),
        lines=floats("lines", lines),
        target_s=floats("target_s", target_s, high=1e12),
    )
    arrays = broadcast(**inputs)
    queue = Inputs(*(np.ravel(a) for a in arrays))
    _whole_with_lines(queue)
    _within_reach(queue)
    return queue, arrays[0].shape


def shares(queue, with_asa=True):
    """What becomes of the calls of each queue (flat arrays), by the model that fits each row.

    The wait of the answered costs as much as all the rest where callers hang up; without `with_asa` it
    is nan there.
    """
    load, n = queue.load, queue.agents
    endless, hasty = np.isinf(queue.patience_s), queue.patience_s < 1e-12 * queue.aht_s
    limited = np.isfinite(queue.lines) & (queue.lines > n) & ~hasty & (load >= 1e-300)
    cases = {  # the first that fits
        _no_calls: load < 1e-300,
        _shut: limited & endless & (n == 0),
        _loss: queue.lines <= n,
        _impatient_at_once: hasty,  # floating point ends here
        _unlimited: _where(limited, _never_full, queue),
        _crowded: _where(limited & endless, _many_places, queue),
        _limited: limited,
        _nobody: n == 0,
        _patient: endless,
        partial(_impatient, with_asa=with_asa): np.ones(load.size, bool),
    }
    return _by_model(queue, cases, lambda model, rows: model(queue if rows.size == load.size else queue.take(rows)))


def shares_above(queue, below):
    """`shares` of a queue without limit of lines whose states below *all busy, nobody waits* are not Erlang's.

    `below` is the sum of those states and that one, relative to that one; the agents, who may be a fraction,
    stand for the rate at which calls end while all are busy (see `chat`).
    """
    empty, endless = queue.load < 1e-300, np.isinf(queue.patience_s)
    hasty = queue.patience_s < 1e-12 * queue.aht_s
    cases = {  # the first that fits
        _no_calls: empty,
        _impatient_at_once: hasty,
        _nobody: queue.agents == 0,
        _patient: endless,
        partial(_impatient, with_asa=True): np.ones(empty.size, bool),
    }

    def told(model, rows):
        known = {} if model in (_no_calls, _nobody) else {"below": below[rows]}
        return model(queue.take(rows), **known)

    return _by_model(queue, cases, told)


def _by_model(queue, cases, told):
    """The shares of each row by the first of some models that fits it: `told(model, rows)`."""
    result, todo = np.empty((len(fields(Shares)), queue.calls.size)), np.ones(queue.calls.size, bool)
    for model, fits in cases.items():
        rows = np.flatnonzero(todo & fits)
        todo &= ~fits
        if rows.size:
            part = told(model, rows)
            for i, f in enumerate(fields(Shares)):
                result[i, rows] = getattr(part, f.name)
    return Shares(*result)


def _measure(queue, definition):
    """One row a field of Performance for each queue."""
    s, load = shares(queue), queue.load
    rate = queue.calls / queue.interval_s
    queue_length = np.where(rate > 0, rate * s.wait_s, 0.0)
    level, occupied = s.service_level(definition), occupancy(queue, s)
    return load, s.waiting, level, s.asa_s, s.wait_s, s.abandoned, s.blocked, occupied, queue_length


def occupancy(queue, s):
    """Carried load ÷ agents; 1 where the queue grows without end, nan where there are no agents."""
    carried = np.where(np.isinf(s.wait_s), queue.agents, queue.load * s.answered)
    return np.where(queue.load > 0, ratio(carried, queue.agents), 0.0)


def _of(q, **given):
    """Shares of the queues, 0 where not given."""
    return Shares(**{f.name: np.broadcast_to(given.get(f.name, 0.0), q.calls.shape) for f in fields(Shares)})


def _no_calls(q):
    return _of(q, answered=1.0, in_time=1.0, virtual=1.0)


def _nobody(q):
    """No agents: callers wait until they hang up, or without end where they never do."""
    endless = np.isinf(q.patience_s)
    return _of(
        q,
        waiting=1.0,
        answered=endless.astype(float),  # as any queue that grows without end: answered, but never
        late=endless.astype(float),
        waiting_late=np.exp(-q.target_s / q.patience_s),
        virtual_late=1.0,
        abandoned=np.where(endless, 0.0, 1.0),
        answered_wait_s=np.where(endless, np.inf, 0.0),
        wait_s=q.patience_s,
    )


def _impatient_at_once(q, below=None):
    """Patience 0 is the loss system: whoever would have to wait hangs up (Erlang B)."""
    below = gamma.states_below(q.agents, q.load) if below is None else below
    lost = np.where(q.agents > 0, 1 / below, 1.0)
    longer = lost * np.exp(-q.agents * q.target_s / q.aht_s)
    kept = 1 - lost
    return _of(q, waiting=lost, answered=kept, in_time=kept, virtual=1 - longer, virtual_late=longer, abandoned=lost)


def _loss(q):
    """No place to wait, the lines are no more than the agents: Erlang B on the lines."""
    lost = np.where(q.lines > 0, 1 / gamma.states_below(q.lines, q.load), 1.0)
    return _of(q, answered=1 - lost, in_time=1 - lost, virtual=1 - lost, blocked=lost)


def _shut(q):
    """No agents and nobody hangs up: the lines fill once, and every later call is blocked."""
    return _of(q, blocked=1.0)


def _patient(q, below=None):
    """Erlang C; without end where the agents do not exceed the load."""
    spare = q.agents - q.load
    stable = spare > 0
    safe = np.where(stable, spare, 1.0)
    below = gamma.states_below(q.agents, q.load) if below is None else below
    with np.errstate(invalid="ignore"):
        waiting = np.where(stable, 1 / (1 + safe / q.agents * (below - 1)), 1.0)
    late = np.where(stable, waiting * np.exp(-safe * q.target_s / q.aht_s), 1.0)
    wait_s = np.where(stable, waiting * q.aht_s / safe, np.inf)
    return _of(
        q,
        waiting=waiting,
        answered=1.0,
        in_time=1 - late,
        virtual=1 - late,
        late=late,
        waiting_late=late,
        virtual_late=late,
        answered_wait_s=wait_s,
        wait_s=wait_s,
    )


def _impatient(q, with_asa, below=None):
    """Erlang A: the states above n, and how long they make callers wait, by the integrals of `gamma`."""
    below = gamma.states_below(q.agents, q.load) if below is None else below
    patience = q.patience_s / q.aht_s  # in handle times
    a, x, u = q.agents * patience, q.load * patience, q.target_s / q.patience_s
    log_above = gamma.log_lower(a + 1, x)
    inverse = np.exp(-log_above)  # 0 with many more callers than agents
    waiting = 1 / (1 + (below - 1) * (inverse / (inverse + x)))
    served = a / (x + inverse)  # of those who wait, the share that is answered
    later = gamma.share_past(a + 1, x, u)
    unfinished = np.exp(gamma.log_density(a + 1, x, u) + u - np.log(x + inverse))
    abandoned = waiting * _lost_of_waiting(a, x, inverse)
    late = waiting * served * later
    mean_u = gamma.mean_lower(a + 1, x) if with_asa else np.nan
    virtual_late = waiting * (unfinished + x / (x + inverse) * later)
    return _of(
        q,
        waiting=waiting,
        answered=(1 - waiting) + waiting * served,
        in_time=(1 - waiting) + waiting * served * (1 - later),
        virtual=1 - virtual_late,
        late=late,
        waiting_late=np.exp(-u) * virtual_late,
        virtual_late=virtual_late,
        abandoned=abandoned,
        answered_wait_s=waiting * served * mean_u * q.patience_s,
        wait_s=abandoned * q.patience_s,
    )


def _lost_of_waiting(a, x, inverse):
    """Of those who must wait, the share that hangs up; summed term by term where it would cancel."""
    lost = (inverse - (a - x)) / (inverse + x)
    rows = a - x > 2 + 2 * np.sqrt(a)
    if rows.any():
        weight = gamma.weighted_lower(a[rows] + 1, x[rows])
        lost[rows] = a[rows] * weight * inverse[rows] / (inverse[rows] + x[rows])
    return lost


def _limited(q):
    """Finite lines, with or without patience: a sum over the places in the queue, one by one.

    Rows of `sums` are relative to the state *all agents busy, nobody waiting*: the states below it,
    the state at hand, and of the callers who find a place: all, answered in time, answered late, lost, those
    within and those past the threshold if nobody hung up, the queue's length, seconds of the answered.
    """
    impatience = q.aht_s / q.patience_s  # 0 where nobody hangs up
    sums, clock = np.zeros((10, q.calls.size)), np.zeros(q.calls.size)
    below, term, waiting, early, late, lost, virtual, longer, queue, seconds = sums
    below += np.where(q.agents > 0, gamma.states_below(q.agents, q.load) - 1, 0.0)
    term += 1.0
    most = int((q.lines - q.agents).max())
    if most > _WALK:
        raise ValueError(
            f"lines must be at most {_WALK:,} more than the agents where the load is so near to them, got {most:,} "
            "more — leave lines out (inf) if they never fill"
        )
    for place in range(1, most + 1):
        here = np.where(place <= q.lines - q.agents, term, 0.0)
        if not here.any():
            break
        rate = q.agents + place * impatience
        clock += q.aht_s / rate
        in_time, too_late, unhurried, unfinished = _departures(place, q, impatience)
        served = here * q.agents / rate
        waiting += here
        early += served * in_time
        late += served * too_late
        lost += here * place * impatience / rate
        virtual += here * unhurried
        longer += here * unfinished
        seconds += served * clock
        term[:] = np.where(here > 0, here * q.load / rate, term)
        queue += np.where(here > 0, place * term, 0.0)
        sums *= np.where(term > 1e100, 1e-100, 1.0)  # more load than agents: keep clear of overflow
        # A term this small in a falling sequence no longer changes any sum.
        term[(term < 1e-25 * (below + waiting)) & (q.load < rate)] = 0.0
    return _limited_shares(q, *sums)


def _limited_shares(q, below, term, waiting, early, late, lost, virtual, longer, queue, seconds):
    """The sums over the queue's places as shares of the offered."""
    total = below + waiting + term
    with np.errstate(invalid="ignore"):
        at_once = np.where(np.isinf(below), 1.0, below / total)
    return _of(
        q,
        waiting=waiting / total,
        answered=at_once + (early + late) / total,
        in_time=at_once + early / total,
        virtual=at_once + virtual / total,
        late=late / total,
        waiting_late=np.exp(-q.target_s / q.patience_s) * longer / total,
        virtual_late=longer / total,
        abandoned=lost / total,
        blocked=term / total,
        answered_wait_s=seconds / total,
        wait_s=queue / total * q.interval_s / q.calls,
    )


def _departures(place, q, impatience):
    """Chances that `place` departures come in time or too late: for the answered, and for the unhurried.

    They come at the rates n/AHT + i/patience, i = 1..place, so w = exp(-wait ÷ patience) has a Beta
    distribution; without patience the wait has a gamma distribution. Each tail is computed by itself.
    """
    mean = q.agents * q.target_s / q.aht_s
    in_time, too_late = scipy.special.gammainc(place, mean), scipy.special.gammaincc(place, mean)
    chances = np.array([in_time, too_late, in_time, too_late])
    rows = np.flatnonzero(impatience > 0)
    if rows.size:
        a, u = q.agents[rows] / impatience[rows], q.target_s[rows] / q.patience_s[rows]
        w, z, some = np.exp(-u), -np.expm1(-u), np.maximum(a, 1e-300)
        tail = np.where(u < 700, scipy.special.betainc(some, place, w), _far_tail(some, place, u))
        within = np.where(u < 30, scipy.special.betainc(place, some, z), 1 - tail)  # z rounds to 1 beyond
        chances[:, rows] = scipy.special.betainc(place, a + 1, z), scipy.special.betainc(a + 1, place, w), within, tail
    return chances


def _far_tail(a, place, u):
    """The Beta tail where w = e^-u underflows: w^a Γ(a + place) / (Γ(a + 1) Γ(place))."""
    log_tail = -a * u + scipy.special.gammaln(a + place) - scipy.special.gammaln(a + 1) - scipy.special.gammaln(place)
    return np.exp(np.minimum(log_tail, 0.0))


def _where(rows, holds, queue):
    """Rows of a mask for which a condition on the queues holds as well."""
    result = rows.copy()
    if rows.any():
        result[rows] = holds(queue.take(np.flatnonzero(rows)))
    return result


def _never_full(q):
    """Lines so many that the queue never reaches them: the states there weigh less than e^-60."""
    places, endless = q.lines - q.agents, np.isinf(q.patience_s)
    patience = np.where(endless, 1.0, q.patience_s / q.aht_s)  # in handle times
    a, x = q.agents * patience, q.load * patience
    top = gamma.log_poisson(a + places, x) - gamma.log_poisson(np.maximum(a, x), x)
    falls = np.where(endless, places * _log(q.load / np.maximum(q.agents, 1e-300)), np.where(a + places > x, top, 0.0))
    return (places > 0) & (falls < -60)


def _many_places(q):
    """Places worth a closed form, and load equal to the agents or far enough from them not to cancel."""
    places, apart = q.lines - q.agents, np.abs(q.load - q.agents)
    return (places > 200) & ((apart == 0) | (apart * places > 0.01 * q.agents))


def _unlimited(q):
    """The same queues without their limit of lines."""
    return shares(q.take(np.arange(q.calls.size), lines=np.full(q.calls.size, np.inf)))


def _crowded(q):
    """Finite lines without patience, load and agents apart: the sums over the places in closed form.

    All relative to the full state when load exceeds the agents, to the state *all busy, nobody waiting*
    otherwise, so that nothing overflows however many the lines.
    """
    rho, places = q.load / q.agents, q.lines - q.agents
    log_rho, mean = np.log(rho), q.agents * q.target_s / q.aht_s
    shift = np.maximum(places * log_rho, 0.0)
    first, full = np.exp(-shift), np.exp(places * log_rho - shift)  # weights of nobody and of all waiting
    with np.errstate(over="ignore", invalid="ignore"):
        below = np.where(first > 0, (gamma.states_below(q.agents, q.load) - 1) * first, 0.0)
    even = rho == 1  # load and agents alike: every state weighs the same
    gap = np.where(even, 1.0, 1 - rho)
    waiting = np.where(even, places, (first - full) / gap)
    # Σ ρ^j P(Poisson(mean) ≤ j) over the places: callers who need more departures than come in time.
    cut = np.exp(-mean * (1 - rho) - shift + _log(scipy.special.gammaincc(places, rho * mean)))
    in_places, in_fewer = scipy.special.gammaincc(places, mean), scipy.special.gammaincc(places - 1, mean)
    late = np.where(even, places * in_places - mean * in_fewer, (cut - full * in_places) / gap)
    late = np.clip(late, 0.0, waiting)
    early = waiting - late
    queue = np.where(even, places * (places + 1) / 2, rho * (waiting - places * full) / gap)
    seconds = queue / rho * q.aht_s / q.agents
    return _limited_shares(q, below, full, waiting, early, late, 0.0, early, late, queue, seconds)


def _log(value):
    with np.errstate(divide="ignore"):
        return np.log(value)


def _whole_with_lines(queue):
    """The sum over lines needs whole numbers; elsewhere fractional agents are sound mathematics."""
    for name in ("agents", "lines"):
        value = getattr(queue, name)
        bad = np.isfinite(queue.lines) & (value != np.floor(value))
        if bad.any():
            raise ValueError(f"{name} must be a whole number where lines are limited, got {value[bad][0]:g}")


def _within_reach(queue):
    """Beyond these sizes floating point has too few digits for the answer that is promised."""
    for name, value, most in (("calls × aht_s ÷ interval_s", queue.load, 1e9), ("patience_s", queue.patience_s, 1e15)):
        bad = np.isfinite(value) & (value > most)
        if bad.any():
            raise ValueError(f"{name} must be at most {most:g} (patience may be inf), got {value[bad][0]:g}")


def _finite(name, value):
    return floats(name, value, high=1e12)


def shaped(flat, shape):
    """The flat answers in the shape of the question: an array, or a float for single numbers."""
    return flat.reshape(shape) if shape else float(flat[0])
