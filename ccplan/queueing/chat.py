"""Chat: an agent holds several contacts at a time, and each takes longer the more are held.

A chat held alone takes `aht_s` seconds; one of k that an agent holds takes aht_s × (1 + slowdown × (k − 1)), so
that k chats at a time are worth k ÷ (1 + slowdown × (k − 1)) chats held alone. With j chats in hand the chain of
births and deaths spreads them evenly over the n agents, which is how an agent is chosen where the least busy
comes first; once all hold `at_once`, chats wait as calls do in Erlang A, with the worth of the agents as their
number. Chats are never handed over, so that at times one agent holds two while another holds none: the even
spread is the best case, about a point of service level above a simulation agent by agent (see its test). Where
there is no slowdown it is exact.

Source: Luo & Zhang (2013), "Staffing and control of instant messaging contact centers"; Tezcan & Zhang (2014).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .erlang import DEFINITIONS, Performance, door, shaped, shares_above
from .inputs import SHARE_HINT, floats, one_number, one_of, ratio
from .targets import Infeasible, refuse_no_time, refuse_other

_CELLS = 2_000_000  # states × queues worked on at a time: some 16 MB an array
_MOST_HELD = 1_000_000  # chats in hand at a time; beyond, the sum over states takes minutes
_FEW_HELD = 4096  # chats in hand up to which the rates of their ends are kept


@dataclass(frozen=True)
class ChatPerformance(Performance):
    """How chats are served: `Performance`, and how many are held.

    `occupancy` is the share of the agents' time with at least one chat, `concurrency` the mean number that a busy
    agent holds (nan where nobody is busy), `handle_s` the mean seconds of a chat from its answer to its end.
    """

    concurrency: float | np.ndarray
    handle_s: float | np.ndarray


def chat_worth(held, slowdown=0.0):
    """How many chats held alone `held` chats at a time are worth: held ÷ (1 + slowdown × (held − 1)).

    Numbers or arrays. It never passes 1 ÷ slowdown, and from a slowdown of 1 on a second chat gains nothing.
    Raises ValueError for negative or missing input.

    >>> [round(chat_worth(k, slowdown=0.4), 2) for k in (1, 2, 3, 4)]
    [1.0, 1.43, 1.67, 1.82]
    """
    held, slowdown = np.broadcast_arrays(floats("held", held, open_high=True), floats("slowdown", slowdown, high=100))
    worth = np.where(held >= 1, held / (1 + slowdown * np.maximum(held - 1, 0)), held)
    return worth if worth.ndim else worth.item()


def chat_performance(
    chats,
    aht_s,
    agents,
    *,
    at_once=1,
    slowdown=0.0,
    interval_s=1800,
    patience_s=np.inf,
    target_s=20,
    definition="offered",
):
    """The stationary service that `agents` people give to `chats` an interval: a `ChatPerformance`.

    `chats`, `aht_s` (seconds, of a chat held alone), `agents` (whole), `patience_s` and `target_s` are numbers or
    arrays that broadcast; `at_once` (whole) and `slowdown` one number each. `load` is in Erlang of chats held alone.
    at_once=1 is `performance`. Raises ValueError in words.

    >>> p = chat_performance(20, 600, 5, at_once=2, slowdown=0.4, patience_s=240, target_s=60)
    >>> round(p.service_level, 3), round(p.concurrency, 2), round(p.handle_s)
    (0.788, 1.57, 756)
    """
    one_of("definition", definition, tuple(DEFINITIONS))
    at_once, slowdown = _crew(at_once, slowdown)
    queue, shape = door(chats, aht_s, agents, interval_s, patience_s, np.inf, target_s)
    _whole(queue.agents)
    held = _Held(queue, at_once, slowdown)
    s = held.shares
    length = np.where(queue.calls > 0, queue.calls / queue.interval_s * s.wait_s, 0.0)
    told = dict(
        load=queue.load, wait_probability=s.waiting, service_level=s.service_level(definition), asa_s=s.asa_s,
        wait_s=s.wait_s, abandonment=s.abandoned, blocking=s.blocked, occupancy=held.occupancy, queue_length=length,
        concurrency=held.concurrency, handle_s=held.handle_s,
    )  # fmt: skip
    return ChatPerformance(**{name: shaped(np.asarray(one, float), shape) for name, one in told.items()})


def required_chat_agents(chats, aht_s, targets, *, at_once=1, slowdown=0.0, interval_s=1800, patience_s=np.inf):
    """The fewest people that meet every target at once for chats: an int, or an array shaped like the input.

    As `required_agents`, with `at_once` and `slowdown` as in `chat_performance`. max_occupancy caps the share of time
    with at least one chat. Raises Infeasible naming the target that nobody can meet, ValueError for bad input.

    >>> from ccplan.queueing.targets import Targets
    >>> required_chat_agents([20, 0], 600, Targets(target_s=60), at_once=2, slowdown=0.4, patience_s=240).tolist()
    [6, 0]
    """
    refuse_other(targets)
    at_once, slowdown = _crew(at_once, slowdown)
    queue, shape = door(chats, aht_s, 0, interval_s, patience_s, np.inf, targets.target_s)
    _refuse_impossible(queue, targets)
    agents = np.zeros(queue.calls.size, dtype=np.int64)
    busy = np.flatnonzero(queue.load > 0)
    if busy.size:
        # Equal intervals are searched once.
        keys = np.stack([queue.calls, queue.aht_s, queue.interval_s, queue.patience_s])[:, busy]
        _, first, place = np.unique(keys, axis=1, return_index=True, return_inverse=True)
        agents[busy] = _fewest(queue.take(busy[first]), targets, at_once, slowdown)[place.ravel()]
    return agents.reshape(shape) if shape else int(agents[0])


def max_chats(agents, aht_s, targets, *, at_once=1, slowdown=0.0, interval_s=1800, patience_s=np.inf, within=1e-10):
    """The most chats an interval that `agents` people take within all targets: the turning round of
    `required_chat_agents`.

    `agents` (whole) and `aht_s` (seconds) are numbers or arrays that broadcast; `within` is the relative width at which
    the search stops. Raises Infeasible naming a target that nobody can meet, ValueError for bad input.

    >>> from ccplan.queueing.targets import Targets
    >>> most = max_chats(6, 600, Targets(target_s=60), at_once=2, slowdown=0.4, patience_s=240)
    >>> [required_chat_agents(most * part, 600, Targets(target_s=60), at_once=2, slowdown=0.4, patience_s=240) for part in (0.999, 1.001)]
    [6, 7]
    """
    refuse_other(targets)
    at_once, slowdown = _crew(at_once, slowdown)
    queue, shape = door(1.0, aht_s, agents, interval_s, patience_s, np.inf, targets.target_s)
    _whole(queue.agents)
    _refuse_impossible(queue, targets)
    refuse_no_time(queue)
    # Erlang of chats held alone.
    low, high = np.zeros(queue.agents.size), queue.agents * chat_worth(at_once, slowdown) + 1.0
    rows = np.arange(low.size)

    def kept(load, rows):
        chats = load * queue.interval_s[rows] / queue.aht_s[rows]
        return _meets(queue.take(rows, calls=chats), targets, at_once, slowdown)

    # Where customers hang up, the load may be more than the work.
    while (more := kept(high, rows) & (queue.agents > 0)).any():
        low, high = np.where(more, high, low), np.where(more, high * 2, high)
        if (high > 1e9).any():
            raise Infeasible(
                f"no number of chats is too many for {', '.join(targets.limits)}: the targets set no limit"
            )
    high = np.where(queue.agents > 0, high, 0.0)
    while (wide := np.flatnonzero(high - low > within * high + 1e-13)).size:
        middle = (low[wide] + high[wide]) / 2
        met = kept(middle, wide)
        low[wide], high[wide] = np.where(met, middle, low[wide]), np.where(met, high[wide], middle)
    return shaped(low * queue.interval_s / queue.aht_s, shape)


def _fewest(queue, targets, at_once, slowdown):
    """Doubling until the targets are met, then halving; each number of agents asked once for all rows at it."""
    worth = chat_worth(at_once, slowdown)
    low = np.where(np.isinf(queue.patience_s), np.floor(queue.load / worth * (1 - 1e-12)), 0.0)
    high = np.ceil(queue.load / worth + np.sqrt(queue.load)) + 1
    low = np.minimum(low, high - 1)
    while (short := ~_meets(queue.take(np.arange(high.size), agents=high), targets, at_once, slowdown)).any():
        if (high[short] * at_once > _MOST_HELD / 2).any():
            _refuse_unmet(queue, targets, high, short)
        low, high = np.where(short, high, low), np.where(short, np.ceil(high * 1.3) + 1, high)
    while (wide := high - low > 1).any():
        middle = np.floor((low + high) / 2)
        rows = np.flatnonzero(wide)
        met = _meets(queue.take(rows, agents=middle[rows]), targets, at_once, slowdown)
        high[rows], low[rows] = np.where(met, middle[rows], high[rows]), np.where(met, low[rows], middle[rows])
    return high


def _meets(queue, targets, at_once, slowdown):
    held = _Held(queue, at_once, slowdown)
    s = held.shares
    measured = {
        "service_level": s.missed(targets.definition),
        "max_asa_s": s.asa_s,
        "max_abandonment": s.abandoned,
        "max_occupancy": held.occupancy,
        "max_blocking": s.blocked,
    }
    # nan where nobody is answered: no target of theirs is met.
    return np.all([measured[name] <= limit * (1 + 1e-12) + 1e-300 for name, limit in targets.limits.items()], axis=0)


class _Held:
    """What a crew holds in the stationary chain: arrays, an element a queue."""

    def __init__(self, queue, at_once, slowdown):
        worth = chat_worth(at_once, slowdown)
        below, busy, held = (np.empty(queue.calls.size) for _ in range(3))
        for n in np.unique(queue.agents):
            rows = np.flatnonzero(queue.agents == n)
            step = max(int(_CELLS // max(n * at_once, 1)), 1)
            for part in (rows[i : i + step] for i in range(0, rows.size, step)):
                below[part], busy[part], held[part] = _states(queue.load[part], int(n), at_once, slowdown)
        self.shares = shares_above(queue.take(np.arange(queue.calls.size), agents=queue.agents * worth), below)
        full = np.where(np.isinf(self.shares.wait_s) & (queue.load > 0), 1.0, self.shares.waiting)
        full = np.where(queue.agents > 0, full, 0.0)
        busy, held = (1 - full) * busy + full * queue.agents, (1 - full) * held + full * queue.agents * at_once
        answered = ratio(queue.load * self.shares.answered, queue.aht_s)  # a second; none where a chat takes no time
        endless = np.isinf(self.shares.wait_s)
        answered = np.where(endless, ratio(queue.agents * worth, queue.aht_s), answered)
        self.occupancy = np.where(queue.load > 0, ratio(busy, queue.agents), 0.0)
        self.concurrency = np.where(queue.load > 0, ratio(held, busy), np.nan)
        self.handle_s = np.where(queue.load > 0, ratio(held, answered), np.nan)


def _states(load, agents, at_once, slowdown):
    """(states below and at *all hold at_once*, relative to that one; busy agents and chats held below it), by load.

    Death rates are in handle times held alone; logarithms, for a state may be 1e-300 of the next.
    """
    if agents * at_once > _MOST_HELD:
        raise ValueError(
            f"agents × at_once must be at most {_MOST_HELD:,}, got {agents:,} × {at_once} — plan by smaller teams"
        )
    if agents == 0:
        return np.ones(load.size), np.zeros(load.size), np.zeros(load.size)
    held = np.arange(agents * at_once)  # chats in hand below the full state
    ends = _log_ends(agents, at_once, slowdown) if held.size <= _FEW_HELD else np.log(_rate(held + 1, agents, slowdown))
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        up = np.cumsum((ends - np.log(np.maximum(load, 1e-300))[:, None])[:, ::-1], axis=1)[:, ::-1]
        top = up.max(axis=1, keepdims=True)
        weight = np.exp(up - top)
        total = weight.sum(axis=1)
        below = 1 + np.exp(top[:, 0]) * total
    return below, weight @ np.minimum(held, agents) / total, weight @ held / total


@lru_cache(maxsize=2048)
def _log_ends(agents, at_once, slowdown):
    """Logarithms of the rates at which chats end with 1, 2, … in hand: a search asks for them at every load that it
    tries.
    """
    ends = np.log(_rate(np.arange(1, agents * at_once + 1), agents, slowdown))
    ends.setflags(write=False)
    return ends


def _rate(chats, agents, slowdown):
    """Chats that end in a handle time when `chats` are spread evenly over the agents."""
    each, more = np.divmod(chats, agents)
    return (agents - more) * chat_worth(each, slowdown) + more * chat_worth(each + 1, slowdown)


def _crew(at_once, slowdown):
    held = one_number("at_once", at_once, low=1, high=1000)
    if held % 1:
        raise ValueError(f"at_once must be a whole number of chats, got {held:g}")
    return int(held), one_number("slowdown", slowdown, high=100, hint=SHARE_HINT)


def _whole(agents):
    if (agents % 1 != 0).any():
        raise ValueError(f"agents must be whole where they hold chats, got {agents[agents % 1 != 0][0]:g}")


def _refuse_impossible(queue, targets):
    for name, limit in targets.limits.items():
        free = name == "max_blocking" or (name == "max_abandonment" and np.isinf(queue.patience_s).all())
        if limit <= 0 and not free:
            raise Infeasible(
                f"{name} = {getattr(targets, name):g} cannot be met by any number of agents — "
                "a few customers always wait: relax it a little, such as 0.99"
            )


def _refuse_unmet(queue, targets, high, short):
    row = np.flatnonzero(short)[0]
    raise Infeasible(
        f"{', '.join(targets.limits)} cannot be met by {high[row]:,.0f} agents at {queue.load[row]:.4g} Erlang "
        "— relax the targets"
    )
