"""Many days, call by call: the referee of plans, for any handle time and patience, several queues and skills.

Agents follow the staffing of their interval; who leaves finishes the call in hand, as in `time_varying`.
The staff of the last interval stays until the queues are empty. Service belongs to the interval of
arrival. Intervals of confidence are those of ratios of sums over independent days.

Source: Law, Simulation Modeling and Analysis, chapters 1 and 9; Cochran, Sampling Techniques, chapter 6,
for the variance of a ratio.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from .arrival_rate import rate_from_counts, rate_from_knots
from .durations import coded
from .erlang import DEFINITIONS
from .inputs import floats, one_number, one_of, ratio, whole_number
from .time_varying import whole_agents

SIMULATED = tuple(name for name in DEFINITIONS if name != "virtual")  # a caller who hangs up has no virtual wait
_MEASURES = ("service_level", "asa_s", "wait_s", "abandonment", "wait_probability", "occupancy", "queue_length")
_MOST_DAYS = 10_000_000


@dataclass(frozen=True, kw_only=True)
class SimulatedDays:
    """What many simulated days came to, as DataFrames.

    `intervals`: a row an interval (of each queue) with start_s, offered (mean of a day), and service_level, asa_s,
    wait_s, abandonment, wait_probability, queue_length and, with one queue, agents and occupancy; beside
    each measure its 95 % half-width, named `…_ci95`. `day`: the same for whole days, a row a queue.
    `days`: a row a day (and queue), offered, answered, abandoned, answered_in_target, service_level.
    `groups`: a row a group and interval with agents and occupancy, of several queues only, else None.
    """

    intervals: object
    day: object
    days: object
    groups: object = None


def simulate_day(
    calls,
    aht_s,
    agents,
    *,
    interval_s=1800,
    patience_s=np.inf,
    target_s=20,
    rate=None,
    days=1000,
    seed=0,
    definition="offered",
    skills=None,
    at_once=1,
):
    """`days` independent days of the given plan, call by call: `SimulatedDays` with 95 % intervals.

    One queue: `calls` and `agents` (whole) by interval of `interval_s` seconds; `aht_s` and `patience_s` a mean in
    seconds (exponential; one number, or one an interval of arrival) or any of `Exponential`, `Lognormal`,
    `Constant`, `Sample`; `rate` as in `predict_day`. The same `seed` gives the same days.

    Several queues: `calls` is a mapping from queue to counts; `aht_s`, `patience_s`, `target_s`, `rate` and
    `definition` are mappings too, or one for all. `agents` is a mapping from group to agents by interval, `skills`
    from group to its queues in order of priority; queues of the same priority stand in a tuple of their own, and
    the call that has waited longest comes first. A call takes the free group in whose order it stands highest, of
    those the one with the fewest skills. `at_once`: calls that an agent holds at a time (chat), one number or by
    group; handle times are then those of calls held together.

    Raises ValueError in words for lengths that differ, unknown names, fractional agents and other bad input.

    >>> plan = simulate_day([60, 100, 80], 300, [14, 22, 18], patience_s=180, days=2000, seed=1)
    >>> plan.intervals["service_level"].round(2).tolist(), plan.day["service_level_ci95"].item() < 0.01
    ([0.92, 0.94, 0.89], True)
    >>> skills = {"all": [("sales", "service")]}
    >>> plan = simulate_day({"sales": [60], "service": [60]}, 300, {"all": [23]}, skills=skills)
    >>> plan.day["queue"].tolist()
    ['sales', 'service']
    """
    interval_s, days, rng = _door(interval_s, days, seed)
    if isinstance(calls, Mapping) or isinstance(agents, Mapping) or isinstance(rate, Mapping):
        for one in definition.values() if isinstance(definition, Mapping) else (definition,):
            one_of("definition", one, SIMULATED)
        plan = _several(calls, aht_s, agents, interval_s, patience_s, target_s, rate, skills, at_once)
        return _run_several(rng, days, interval_s, plan, definition)
    one_of("definition", definition, SIMULATED)
    if skills is not None:
        raise ValueError("skills are of several queues: write calls={queue: counts} and agents={group: counts}")
    at_once = whole_number("at_once", at_once, low=1, high=1000)
    seats = np.atleast_1d(whole_agents(agents)) * at_once
    play = _one_queue(rng, interval_s, calls, aht_s, seats, patience_s, target_s, rate)
    return _told_of_one(play(days), days, interval_s, seats, definition, at_once)


def each_day(
    calls,
    aht_s,
    agents,
    *,
    interval_s=1800,
    patience_s=np.inf,
    target_s=20,
    rate=None,
    days=200,
    seed=0,
    definition="offered",
):
    """The days of `simulate_day` one by one: (service level of each interval, nan where none arrived; that of the
    whole day), a generator.

    Taken with the same `seed`, they are the very days that `simulate_day` sums up. Raises ValueError in words as
    that does.

    >>> plan, seen = ([60, 100, 80], 300, [14, 22, 18]), {"patience_s": 180, "days": 3, "seed": 1}
    >>> [day for _, day in each_day(*plan, **seen)] == simulate_day(*plan, **seen).days["service_level"].tolist()
    True
    """
    one_of("definition", definition, SIMULATED)
    interval_s, days, rng = _door(interval_s, days, seed)
    play = _one_queue(rng, interval_s, calls, aht_s, np.atleast_1d(whole_agents(agents)), patience_s, target_s, rate)
    for _ in range(days):
        sums, _, totals = play(1)
        yield _level(sums, definition, np.nan), float(_level(totals, definition)[0])


def _door(interval_s, days, seed):
    """The checked interval and days, and the random numbers of the seed."""
    interval_s = one_number("interval_s", interval_s, low=1e-9, high=1e12)
    days = whole_number("days", days, low=1, high=_MOST_DAYS)
    return interval_s, days, np.random.default_rng(whole_number("seed", seed, high=2**63))


def _told_of_one(played, days, interval_s, seats, definition, at_once):
    """What the days of one queue came to: `SimulatedDays`."""
    sums, products, totals = played
    intervals = _interval_frame(sums, products, days, interval_s, definition, {})
    intervals.insert(2, "agents", _days_long("agents", seats, len(sums)) // at_once)
    return SimulatedDays(
        intervals=intervals, day=_day_frame(totals, days, definition, {}), days=_days_frame(totals, definition, {})
    )


def _one_queue(rng, interval_s, calls, aht_s, seats, patience_s, target_s, rate):
    """The checked plan of one queue as a function of days: their sums by interval, sums of products, and totals a
    day.
    """
    from .call_by_call import MEASURES, one_queue

    size, width = max(seats.size, 1 if calls is None else np.size(calls)), len(MEASURES)
    _refuse_empty(size)
    rows, seats = _rate("calls", calls, rate, size, interval_s), _days_long("agents", seats, size)
    handle, patience = _duration("aht_s", aht_s, size), coded("patience_s", patience_s, size)
    target_s = one_number("target_s", target_s, high=1e12)

    def play(days):
        sums, products, totals = np.zeros((size, width)), np.zeros((size, width, width)), np.zeros((days, width))
        one_queue(rng, days, rows, interval_s, seats, handle, patience, target_s, sums, products, totals)
        return sums, products, totals

    return play


@dataclass(frozen=True)
class _Plan:
    """Several queues, checked: names, and the arrays that the compiled simulation reads."""

    queues: list
    groups: list
    rates: np.ndarray
    agents: np.ndarray
    at_once: np.ndarray
    ranks: np.ndarray
    routes: np.ndarray
    handle: tuple
    patience: tuple
    target_s: np.ndarray


def _run_several(rng, days, interval_s, plan, definition):
    import pandas as pd

    from .call_by_call import MEASURES, many_queues

    rows, size, width = len(plan.queues) + len(plan.groups), plan.agents.shape[1], len(MEASURES)
    sums, products = np.zeros((rows, size, width)), np.zeros((rows, size, width, width))
    totals, seats = np.zeros((days, rows, width)), plan.agents * plan.at_once[:, None]
    many_queues(
        rng, days, plan.rates, interval_s, seats, plan.at_once, plan.ranks, plan.routes, plan.handle, plan.patience,
        plan.target_s, sums, products, totals,
    )  # fmt: skip
    columns = [(i, _named("definition", definition, name), {"queue": name}) for i, name in enumerate(plan.queues)]
    # A queue has no agents of its own.
    intervals = pd.concat(
        [_interval_frame(sums[i], products[i], days, interval_s, how, name) for i, how, name in columns]
    )
    day = pd.concat([_day_frame(totals[:, i], days, how, name) for i, how, name in columns])
    each = pd.concat([_days_frame(totals[:, i], how, name) for i, how, name in columns])
    without = ["occupancy", "occupancy_ci95"]
    return SimulatedDays(
        intervals=intervals.drop(columns=without).reset_index(drop=True),
        day=day.drop(columns=without).reset_index(drop=True),
        days=each.reset_index(drop=True),
        groups=_group_frame(sums, products, days, interval_s, plan),
    )


def _group_frame(sums, products, days, interval_s, plan):
    import pandas as pd

    frames = []
    for g, name in enumerate(plan.groups):
        row = len(plan.queues) + g
        occupancy = _terms("offered")["occupancy"]
        value, half = _estimate(sums[row], products[row], days, *occupancy, at_once=plan.at_once[g])
        start_s, agents = np.arange(value.size) * interval_s, plan.agents[g]
        told = {"group": name, "start_s": start_s, "agents": agents, "occupancy": value, "occupancy_ci95": half}
        frames.append(pd.DataFrame(told))
    return pd.concat(frames, ignore_index=True)


def _terms(definition):
    """Each measure as (what is added up on top, what below, its value if there is nothing below)."""
    below = {
        "offered": {"offered": 1},
        "answered": {"answered": 1},
        "abandons_count": {"offered": 1},
        "without_short_abandons": {"offered": 1, "abandoned_in_target": -1},
    }[definition]
    met = {"answered_in_target": 1} | ({"abandoned_in_target": 1} if definition == "abandons_count" else {})
    return {
        "service_level": (met, below, 1.0),
        "asa_s": ({"wait_answered_s": 1}, {"answered": 1}, 0.0),
        "wait_s": ({"wait_answered_s": 1, "wait_abandoned_s": 1}, {"offered": 1}, 0.0),
        "abandonment": ({"abandoned": 1}, {"offered": 1}, 0.0),
        "wait_probability": ({"waited": 1}, {"offered": 1}, 0.0),
        "occupancy": ({"busy_s": 1}, {"present_s": 1}, np.nan),
        "queue_length": ({"waiting_s": 1}, {"time_s": 1}, 0.0),
    }  # fmt: skip


def _estimate(sums, products, days, top, below, empty, at_once=1):
    """(value, 95 % half-width) of Σ top ÷ Σ below, for rows of sums over days and of sums of products."""
    from scipy.special import stdtrit

    from .call_by_call import MEASURES

    a, b = (np.array([weights.get(name, 0) for name in MEASURES], float) for weights in (top, below))
    value = ratio(sums @ a, sums @ b, empty)
    rest = a - np.where(np.isnan(value), 0.0, value)[:, None] * b
    spread = np.einsum("ki,kij,kj->k", rest, products, rest)
    some = (sums @ b > 0) & (days > 1)
    half = np.full(value.size, np.nan)
    bound = stdtrit(days - 1, 0.975) if days > 1 else np.nan
    half[some] = bound * np.sqrt(np.maximum(spread[some], 0.0) * days / (days - 1)) / (sums @ b)[some]
    return value / at_once, half / at_once


def _interval_frame(sums, products, days, interval_s, definition, name):
    import pandas as pd

    columns = {**name, "start_s": np.arange(len(sums)) * interval_s, "offered": sums[:, 0] / days}
    for measure, terms in _terms(definition).items():
        columns[measure], columns[f"{measure}_ci95"] = _estimate(sums, products, days, *terms)
    return pd.DataFrame(columns)


def _day_frame(totals, days, definition, name):
    """The same for whole days, from each day's totals."""
    frame = _interval_frame(totals.sum(axis=0)[None], (totals.T @ totals)[None], days, 0.0, definition, name)
    return frame.drop(columns="start_s")


def _days_frame(totals, definition, name):
    import pandas as pd

    from .call_by_call import MEASURES

    counted = dict(zip(MEASURES, totals.T))
    shown = {key: counted[key] for key in ("offered", "answered", "abandoned", "answered_in_target")}
    return pd.DataFrame({"day": np.arange(len(totals)), **name, **shown, "service_level": _level(totals, definition)})


def _level(sums, definition, empty=1.0):
    """The service level of each row of sums; `empty` where it has no calls."""
    from .call_by_call import MEASURES

    counted = dict(zip(MEASURES, sums.T))
    top, below, _ = _terms(definition)["service_level"]
    return ratio(*(sum(weight * counted[key] for key, weight in part.items()) for part in (top, below)), empty=empty)


def _several(calls, aht_s, agents, interval_s, patience_s, target_s, rate, skills, at_once):
    source = calls if calls is not None else rate
    for name, value in (("calls", source), ("agents", agents), ("skills", skills)):
        if not isinstance(value, Mapping) or not value:
            raise ValueError(f"{name} must be a mapping with several queues, got {value!r} — write {_MAPPING[name]}")
    queues, groups = list(source), list(agents)
    size = max([np.size(v) for v in (calls or {}).values()] + [np.size(v) for v in agents.values()])
    _refuse_empty(size)
    seats = np.stack([_days_long(f"agents of {g}", np.atleast_1d(whole_agents(agents[g])), size) for g in groups])
    rows = [_rate(f"calls of {q}", (calls or {}).get(q), _of(rate, q), size, interval_s) for q in queues]
    ranks = ranks_of(queues, groups, skills)
    held = np.array(
        [whole_number(f"at_once of {g}", _of(at_once, g), low=1, high=1000) for g in groups], dtype=np.int64
    )
    return _Plan(
        queues=queues, groups=groups, rates=_padded(rows), agents=seats, at_once=held, ranks=ranks,
        routes=routes_of(ranks),
        handle=_stacked([_duration(f"aht_s of {q}", _named("aht_s", aht_s, q), size) for q in queues]),
        patience=_stacked([coded(f"patience_s of {q}", _named("patience_s", patience_s, q), size) for q in queues]),
        target_s=np.array([one_number(f"target_s of {q}", _named("target_s", target_s, q), high=1e12) for q in queues]),
    )  # fmt: skip


_MAPPING = {
    "calls": "calls={'sales': [60, 80]}",
    "agents": "agents={'all': [12, 14]}",
    "skills": "skills={'all': ('sales',)}",
}


def _of(value, name):
    return value.get(name) if isinstance(value, Mapping) else value


def _named(what, value, name):
    if isinstance(value, Mapping) and name not in value:
        raise ValueError(f"{what} must be given for every queue, got none for {name!r}")
    return _of(value, name)


def ranks_of(queues, groups, skills):
    """The rank of each queue in each group's order, NO_SKILL where the group does not take it."""
    from .call_by_call import NO_SKILL

    unknown = [name for name in skills if name not in groups] + [g for g in groups if g not in skills]
    if unknown:
        raise ValueError(f"skills must name every group of agents and no other, got {unknown[0]!r} on one side only")
    ranks = np.full((len(groups), len(queues)), NO_SKILL)
    for g, group in enumerate(groups):
        for rank, level in enumerate(_several_of(skills[group], queues)):
            for queue in _several_of(level, queues):
                if queue not in queues:
                    raise ValueError(f"skills of {group} must be queues ({', '.join(map(str, queues))}), got {queue!r}")
                if ranks[g, queues.index(queue)] != NO_SKILL:
                    raise ValueError(f"skills of {group} must name a queue once, got {queue!r} again")
                ranks[g, queues.index(queue)] = rank
    alone = np.flatnonzero((ranks == NO_SKILL).all(axis=0))
    if alone.size:
        raise ValueError(f"skills must let somebody take every queue, got nobody for {queues[alone[0]]!r}")
    return ranks


def _several_of(given, queues):
    """The queues, or levels of them, that are given; one alone as a tuple of it."""
    alone = isinstance(given, str) or not isinstance(given, Iterable) or given in queues
    return (given,) if alone else given


def routes_of(ranks):
    """For each queue the groups that take it: where it ranks highest, then those with the fewest skills."""
    from .call_by_call import NO_SKILL

    skilled = (ranks != NO_SKILL).sum(axis=1)
    routes = np.full((ranks.shape[1], ranks.shape[0]), -1)
    for q in range(ranks.shape[1]):
        able = [g for g in range(ranks.shape[0]) if ranks[g, q] != NO_SKILL]
        order = sorted(able, key=lambda g: (ranks[g, q], skilled[g], g))
        routes[q, : len(order)] = order
    return routes


def _padded(rows):
    """Rates of several queues as one array; empty segments at the end bring no calls."""
    length = max(len(r) for r in rows)
    return np.stack([np.concatenate([r, np.tile([r[-1, 1], r[-1, 1], 0.0, 0.0], (length - len(r), 1))]) for r in rows])


def _stacked(parts):
    """Coded distributions of several queues as arrays over the queues."""
    kinds, shapes, scales, values = zip(*parts)
    begins = np.concatenate([[0], np.cumsum([v.size for v in values])])
    return np.array(kinds, np.int64), np.array(shapes, float), np.stack(scales), np.concatenate(values), begins


def _rate(name, calls, rate, size, interval_s):
    if rate is not None:
        return rate_from_knots(rate, size * interval_s)
    if calls is None:
        raise ValueError(f"{name} must be given, one number an interval — or rate=(times_s, calls_per_s)")
    return rate_from_counts(_days_long(name, np.atleast_1d(floats(name, calls, high=1e12)), size), interval_s)


def _days_long(name, array, size):
    if array.ndim != 1 or array.size not in (1, size):
        raise ValueError(
            f"{name} must be one number an interval of one day, got shape {array.shape} for {size} intervals"
        )
    return np.broadcast_to(array, size).copy()


def _refuse_empty(intervals):
    if not intervals:
        raise ValueError("calls and agents must be of one interval at least, got none")


def _duration(name, duration, size):
    """A handle time, which must end."""
    code = coded(name, duration, size)
    if not np.isfinite(code[2]).all() or (code[2] >= 1e300).any():
        raise ValueError(f"{name} must be finite, got inf")
    return code
