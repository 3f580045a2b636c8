"""Service targets, the fewest agents that meet them, and the calls that given agents can take."""

from dataclasses import dataclass

import numpy as np

from .erlang import DEFINITIONS, door, occupancy, shaped, shares
from .inputs import SHARE_HINT, broadcast, floats, one_number, one_of

_TOLERANCE = 1e-12  # a target met to rounding is met: 255 calls × 297 s at a cap of 0.85 need 99, not 100
_MOST = 1e12  # agents; a target that asks for more is refused
_BLOCK = 16_384  # rows searched at a time, so that a million intervals stay within a few dozen MB
_NO_TIME_S = 1e-9  # a call this short takes an agent no time


class Infeasible(ValueError):
    """No number of agents meets the target; the message says which target and why."""


@dataclass(frozen=True, kw_only=True)
class Targets:
    """What service is promised; a target that is None is not asked for, at least one is.

    `service_level` is the share of calls served within `target_s` seconds by `definition`; `max_asa_s` in
    seconds, of the answered; `max_abandonment`, `max_occupancy`, `max_blocking` shares.
    Raises ValueError where a value is out of its range or no target is set.

    >>> Targets(service_level=0.9, target_s=15).max_occupancy is None
    True
    >>> Targets(service_level=80)
    Traceback (most recent call last):
    ValueError: service_level must be in [0, 1], got 80 — write 80 % as 0.80
    """

    service_level: float | None = 0.80
    target_s: float = 20.0
    definition: str = "offered"
    max_asa_s: float | None = None
    max_abandonment: float | None = None
    max_occupancy: float | None = None
    max_blocking: float | None = None

    def __post_init__(self):
        one_of("definition", self.definition, tuple(DEFINITIONS))
        one_number("target_s", self.target_s, high=1e12)
        given = [name for name in _MEASURES if getattr(self, name) is not None]
        if not given:
            raise ValueError(f"at least one target must be set: {', '.join(_MEASURES)} are all None")
        for name in given:
            bounds = {"high": 1e12} if name == "max_asa_s" else {"high": 1.0, "hint": SHARE_HINT}
            one_number(name, getattr(self, name), **bounds)

    @property
    def limits(self):
        """The targets that are set, as name → the most that may be missed."""
        given = {name: getattr(self, name) for name in _MEASURES if getattr(self, name) is not None}
        return {name: _limit(name, value) for name, value in given.items()}


# What each target holds down.
_MEASURES = {
    "max_occupancy": lambda queue, s, targets: occupancy(queue, s),
    "service_level": lambda queue, s, targets: s.missed(targets.definition),
    "max_asa_s": lambda queue, s, targets: s.asa_s,
    "max_abandonment": lambda queue, s, targets: s.abandoned,
    "max_blocking": lambda queue, s, targets: s.blocked,
}


def required_agents(calls, aht_s, targets, *, interval_s=1800, patience_s=np.inf, lines=np.inf):
    """The fewest agents that meet every target at once: an int, or an array of ints shaped like the input.

    `calls` an interval of `interval_s` seconds, `aht_s` and mean `patience_s` in seconds; numbers or
    arrays. No calls need no agents. With impatient callers the answer may lie below the load; without
    patience or a limit of lines it lies above it, however low the target.
    Raises Infeasible naming the target that nobody can meet, ValueError for bad input.

    >>> required_agents(100, 180, Targets(service_level=0.8, target_s=20))
    14
    >>> required_agents([1200, 1300], 300, Targets(), patience_s=180).tolist()
    [195, 211]
    """
    refuse_other(targets)
    queue, shape = door(calls, aht_s, 0, interval_s, patience_s, lines, targets.target_s)
    agents = np.zeros(queue.calls.size, dtype=np.int64)
    rows = np.flatnonzero(queue.load > 0)
    for start in range(0, rows.size, _BLOCK):
        block = rows[start : start + _BLOCK]
        agents[block] = _fewest(queue.take(block), targets)
    return agents.reshape(shape) if shape else int(agents[0])


def max_calls(agents, aht_s, targets, *, interval_s=1800, patience_s=np.inf, lines=np.inf, within=_TOLERANCE / 10):
    """The most calls an interval that `agents` agents can take within every target, to 1e-12 relative (or `within`).

    Units as in `required_agents`; floats, an array shaped like the input. 0 where nobody is at work, or
    where even the rarest call would miss a target. Raises Infeasible where no number of calls is too
    many, or a target is out of reach for any staff, ValueError for bad input.

    >>> round(max_calls(14, 180, Targets(service_level=0.8, target_s=20)), 2)
    108.68
    """
    refuse_other(targets)
    queue, shape = door(1.0, aht_s, agents, interval_s, patience_s, lines, targets.target_s)
    _refuse_impossible(queue, targets)
    refuse_no_time(queue)
    low, high = np.zeros(queue.calls.size), queue.agents * queue.interval_s / queue.aht_s
    while (grow := (high > 0) & _meets(queue, high, targets)).any():
        low, high = np.where(grow, high, low), np.where(grow, 2 * high, high)
        if (high * queue.aht_s / queue.interval_s > 1e9).any():
            raise Infeasible(
                f"no number of calls is too many for {', '.join(targets.limits)}: the targets set no limit"
            )
    return shaped(_narrowed(queue, low, high, targets, within), shape)


def required_lines(load, max_blocking):
    """The fewest lines that block at most `max_blocking` of `load` Erlang, when nobody queues (Erlang B).

    A number or an array of Erlangs, one share; ints. Lines carry talk and queue time, not after-call
    work: see `line_load`. Raises Infeasible for a blocking of 0, ValueError for bad input.

    >>> required_lines(10, 0.02)
    17
    """
    if one_number("max_blocking", max_blocking, high=1.0, hint=SHARE_HINT) == 0:
        raise Infeasible("max_blocking = 0 cannot be met by any number of lines — allow a small share, such as 0.01")
    targets = Targets(service_level=None, max_abandonment=max_blocking)
    return required_agents(load, 1.0, targets, interval_s=1.0, patience_s=0.0)


def line_load(calls, talk_s, wait_s, *, interval_s=1800):
    """Erlang that calls put on the telephone lines: talk and queue time, never after-call work.

    Numbers or arrays; seconds a call, calls an interval of `interval_s` seconds. After-call work keeps
    an agent but frees the line; so `lines` of `performance`, which counts calls in hand as one, is on
    the safe side where it is long. Raises ValueError for negative or missing input.

    >>> from ccplan.queueing import performance
    >>> round(line_load(250, talk_s=180, wait_s=performance(250, 210, 30).wait_s), 1)
    54.0
    """
    per_call = {"calls": calls, "talk_s": talk_s, "wait_s": wait_s}
    given = {name: floats(name, value, high=1e12) for name, value in per_call.items()}
    interval_s = floats("interval_s", interval_s, high=1e12, open_low=True)
    calls, talk_s, wait_s, interval_s = broadcast(**given, interval_s=interval_s)
    return shaped(np.ravel(calls * (talk_s + wait_s) / interval_s), calls.shape)


def refuse_other(targets):
    """ValueError for anything but a `Targets`."""
    if not isinstance(targets, Targets):
        raise ValueError(f"targets must be a Targets, got {targets!r} — write Targets(service_level=0.8)")


def refuse_no_time(queue):
    """Infeasible where calls take no time: no number of them is the most."""
    if (queue.aht_s < _NO_TIME_S).any():
        raise Infeasible(
            "no number of calls is too many where aht_s is 0: calls that take no time set no limit — write how long they take"
        )


def _limit(name, value):
    return 1.0 - value if name == "service_level" else value


def _fewest(queue, targets):
    """The fewest agents of each queue (load > 0).

    Blocking comes last: where callers give up sooner than they are served, an agent more can block more
    calls, so that the fewest agents for the other targets are the best for blocking too.
    """
    _refuse_impossible(queue, targets)
    least, trial = _start(queue, targets.limits)
    others = [name for name in targets.limits if name != "max_blocking"]
    agents = _search(queue, targets, others, least, trial) if others else least
    if "max_blocking" in targets.limits and np.isfinite(queue.lines).any():
        agents = _search(queue, targets, ["max_blocking"], agents, agents if others else trial)
    return agents


def _search(queue, targets, names, least, trial):
    """The fewest agents ≥ `least` that hold the named targets, each of which falls as agents are added.

    A secant on the logarithm of what is most over its limit, kept between the last failure `low` and
    the last success `high`: every answer has been seen to succeed, and the number below it to fail.
    """
    low, high = least - 1, np.where(np.isinf(queue.lines), _MOST, queue.lines) + 1
    trial = np.clip(trial, least, high - 1)
    before, over_before = np.full((2, low.size), np.nan)
    active, turn = np.arange(low.size), 0
    while active.size:
        part = queue.take(active, agents=trial[active])
        over = _over(part, targets, names)
        met = over <= _TOLERANCE
        low[active] = np.where(met, low[active], part.agents)
        high[active] = np.where(met, part.agents, high[active])
        turn += 1
        guess = _secant(part, over, before[active], over_before[active], turn)
        before[active], over_before[active] = part.agents, over
        if turn % 6 == 0:  # a bent curve can hold the secant back; halving always ends
            guess = np.where(high[active] < _MOST, (low[active] + high[active]) / 2, guess)
        trial[active] = np.clip(np.ceil(guess), low[active] + 1, high[active] - 1)
        active = active[high[active] - low[active] > 1]
    _refuse_unmet(queue, targets, names, low)
    return high


def _start(queue, limits):
    """The least number that can work, and the first to try: half a standard deviation above the load.

    Under an occupancy cap, load ÷ cap agents hold it for sure, and without abandonment no fewer do.
    """
    endless = np.isinf(queue.patience_s) & np.isinf(queue.lines)
    least = np.where(endless, np.floor(queue.load) + 1, 0.0)
    trial = np.round(queue.load + 0.5 * np.sqrt(queue.load))
    if "max_occupancy" in limits:
        cap = np.ceil(queue.load / max(limits["max_occupancy"], 1e-300) * (1 - _TOLERANCE))
        least, trial = np.where(endless, np.maximum(least, cap), least), np.maximum(trial, cap)
    return least, trial


def _secant(part, over, before, over_before, turn):
    """Where the line through the last two trials meets the limit; from the first trial, a rough slope."""
    step = part.agents - before
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = (over_before - over) / step
    rough = 1 / (1 + np.sqrt(part.load)) + part.target_s / part.aht_s * np.isinf(part.patience_s)
    slope = np.where(slope > 0, slope, rough / turn)
    reach = 4 * np.abs(np.nan_to_num(step, nan=np.inf)) + 2**turn  # never leap far on a flat curve
    return part.agents + np.clip(over / slope, -reach, reach)


def _over(queue, targets, names):
    """ln(measure ÷ limit) of the named target that is missed by most; met where it is at most 0."""
    s = shares(queue, with_asa="max_asa_s" in names)
    ratios = [
        np.log(np.clip(_MEASURES[name](queue, s, targets), 1e-300, 1e300) / max(targets.limits[name], 1e-300))
        for name in names
    ]
    return np.nan_to_num(np.max(ratios, axis=0), nan=700.0)  # nobody answered: no target of theirs is met


def _narrowed(queue, low, high, targets, within):
    """The most calls that meet the targets, between `low` that do and `high` that do not (by Chandrupatla's method)."""
    from scipy.optimize import elementwise  # loads where it is used

    rows = np.flatnonzero(high - low > 0)

    def over(calls, row):
        return np.clip(_over(queue.take(row.astype(int), calls=calls), targets, targets.limits) - _TOLERANCE, -3.0, 3.0)

    found = elementwise.find_root(
        over,
        (low[rows], high[rows]),
        args=(rows,),
        maxiter=200,
        tolerances={"xrtol": within, "xatol": 1e-13, "fatol": 0.0, "frtol": 0.0},
    )
    ends, values = np.array(found.bracket), np.array(found.f_bracket)
    kept = np.where(values <= 0, ends, 0.0).max(axis=0)  # of the two ends that are left, the one that meets them
    low = low.copy()
    low[rows] = np.where(kept <= 2e-12, 0.0, kept)
    return low


def _meets(queue, calls, targets):
    return _over(queue.take(np.arange(calls.size), calls=calls), targets, targets.limits) <= _TOLERANCE


def _refuse_impossible(queue, targets):
    """A share of exactly nothing is only reached in the limit of infinitely many agents."""
    for name, limit in targets.limits.items():
        trivial = name == "max_blocking" or (name == "max_abandonment" and np.isinf(queue.patience_s).all())
        if limit <= 0 and not trivial and np.isinf(queue.lines).any():
            value = getattr(targets, name)
            raise Infeasible(f"{name} = {value:g} cannot be met by any number of agents — {_ADVICE[name]}")


def _refuse_unmet(queue, targets, names, low):
    """Name the target that even an agent on every line misses, or that asks for too many agents to count."""
    stuck = np.flatnonzero(low >= np.minimum(queue.lines, _MOST))
    if not stuck.size:
        return
    best = queue.take(stuck[:1], agents=low[stuck[:1]])
    reached = {name: _MEASURES[name](best, shares(best), targets)[0] for name in names}
    name = next((n for n in names if not reached[n] <= targets.limits[n] * (1 + _TOLERANCE)), names[0])
    value = 1 - reached[name] if name == "service_level" else reached[name]
    where = f"with {best.lines[0]:g} lines" if np.isfinite(best.lines[0]) else f"by {_MOST:g} agents"
    raise Infeasible(
        f"{name} = {getattr(targets, name):g} cannot be met {where} at {best.load[0]:.4g} Erlang: even an agent "
        f"on every line reaches {value:.4g} — add lines or relax the target"
    )


_ADVICE = {
    "service_level": "a few callers always wait; ask for less than 100 %, such as 0.99",
    "max_asa_s": "a few callers always wait; allow a second or so",
    "max_abandonment": "a few impatient callers always hang up; allow a small share, such as 0.01",
    "max_occupancy": "agents with calls are busy some of the time; allow a share such as 0.85",
}
