"""The queue through a day: M_t/M/n_t+M, solved from its Kolmogorov equations, nothing stationary assumed.

Calls come as a Poisson stream whose rate changes, handle time and patience are exponential, agents
change from interval to interval. *An agent who leaves finishes the call in hand*: idle agents go first, and
while more are on calls than the roster has, nobody takes a new call. Who is at work then is counted in the
occupancy, so that it never exceeds 1. The staff of the last interval stays until the queue is empty.

Source: Kolmogorov (1931) for the equations; Green, Kolesar & Whitt (2007), "Coping with time-varying demand
when setting staffing requirements for a service system", for what they are good for.
"""

from dataclasses import dataclass, replace

import numpy as np

from .arrival_rate import calls_of, rate_from_counts, rate_from_knots
from .erlang import DEFINITIONS
from .inputs import broadcast, floats, one_number, one_of, ratio, whole_number

COLUMNS = (
    "start_s", "offered", "agents", "service_level", "asa_s", "wait_s", "abandonment", "occupancy", "queue_length",
    "wait_probability", "answered", "abandoned", "answered_in_target", "abandoned_in_target", "virtual_in_target",
    "wait_answered_s", "wait_abandoned_s", "busy_s", "present_s",
)  # fmt: skip
_COUNTS = COLUMNS[10:]
_LEAST = 1e-7  # patience and handle time, of each other and of the interval, that still count as more than none
_LAYERS = 100  # of agents who leave at once, followed one by one
_MOST_BUSY = 10_000_000  # agents that are followed one by one


@dataclass(frozen=True)
class Day:
    """A checked day: `rate` (see `arrival_rate`), `aht_s` by interval, `patience_s`, `interval_s`, `target_s`.

    Agents who leave are followed in crews of `crew`, 1 unless very many leave at once.
    """

    rate: np.ndarray
    aht_s: np.ndarray
    patience_s: float
    interval_s: float
    target_s: float
    crew: int = 1

    @property
    def size(self):
        """How many intervals."""
        return self.aht_s.size

    @property
    def edges(self):
        """The intervals' boundaries in seconds."""
        return np.arange(self.size + 1) * self.interval_s

    @property
    def offered(self):
        """Calls by interval."""
        return calls_of(self.rate, self.edges)


def predict_day(
    calls,
    aht_s,
    agents,
    *,
    interval_s=1800,
    patience_s=np.inf,
    target_s=20,
    rate=None,
    start="empty",
    definition="offered",
):
    """The service of a day, interval by interval, from the time-varying queue itself: a DataFrame.

    `calls` and `agents` (whole) an interval of `interval_s` seconds; mean `aht_s` (one number, or one an interval
    of arrival; calls in hand end at their mixed pace, `mixed`), mean `patience_s` (inf: nobody hangs up) and
    `target_s` in seconds. Counts become a rate that keeps each interval's total, never negative, linear from each
    boundary to the middle and on to the next (`arrival_rate.rate_from_counts`); `rate=(times_s, calls_per_s)`,
    linear between its knots, takes their place (`calls` may then be None). `start`: "empty", "steady" (as if the
    day had always been as it is at its begin), the number of calls in the system, or the probabilities of 0, 1, 2,
    … of them.

    A row an interval: start_s, offered, agents; of the calls that **arrive** in it service_level (by
    `definition`, as in `performance`), asa_s (mean wait of the answered), wait_s (of all), abandonment,
    wait_probability; of its time occupancy and queue_length (mean number waiting); and the sums that these are made
    of, for totals of days and weeks (`whole_day`). Without calls service level is 1 and waits are 0. An agent who
    leaves finishes the call in hand. Callers whom nobody will ever answer, since nobody is left at work and they
    do not hang up, are neither answered nor abandoned, and the wait of all is infinite.
    Raises ValueError in words for lengths that differ, fractional agents and all other bad input.

    >>> day = predict_day([60, 100, 80], 300, [14, 22, 18], patience_s=180)
    >>> day[["service_level", "abandonment", "occupancy"]].round(3).values.tolist()
    [[0.926, 0.021, 0.557], [0.937, 0.017, 0.714], [0.887, 0.031, 0.753]]
    """
    one_of("definition", definition, tuple(DEFINITIONS))
    day, agents = day_door(calls, aht_s, agents, interval_s, patience_s, target_s, rate)
    day = mixed(day, start)
    return service_frame(day_flows(day, agents, begin(day, agents[0], start)), day, agents, definition)


def whole_day(predicted, definition="offered"):
    """One row that sums up a frame of `predict_day` (or several of them, concatenated): ratios of sums.

    A DataFrame with offered, service_level, asa_s, wait_s, abandonment, occupancy. Never a mean of ratios.

    >>> round(whole_day(predict_day([100, 100], 300, [16, 22]))["service_level"].item(), 3)
    0.689
    """
    import pandas as pd

    one_of("definition", definition, tuple(DEFINITIONS))
    sums = {name: np.atleast_1d(predicted[name].sum()) for name in ("offered", *_COUNTS)}
    ratios = service_ratios(sums, definition)
    return pd.DataFrame({"offered": sums["offered"], **{name: ratios[name] for name in COLUMNS[3:8]}})


def day_door(calls, aht_s, agents, interval_s, patience_s, target_s, rate):
    """The checked day and its agents (ints by interval)."""
    interval_s = one_number("interval_s", interval_s, high=1e12, open_low=True)
    target_s = one_number("target_s", target_s, high=1e12)
    agents = whole_agents(agents)
    given = {"aht_s": floats("aht_s", aht_s, high=1e12), "agents": agents}
    patience_s = one_number("patience_s", patience_s)
    if calls is None and rate is None:
        raise ValueError("calls must be given, one number an interval — or rate=(times_s, calls_per_s)")
    if calls is not None:
        given["calls"] = floats("calls", calls, high=1e12)
    arrays = broadcast(**{name: np.atleast_1d(value) for name, value in given.items()})
    flat = {name: array.copy() for name, array in zip(given, arrays)}
    if flat["aht_s"].ndim != 1 or not flat["aht_s"].size:
        raise ValueError(f"calls and agents must be one day, a number an interval, got shape {flat['aht_s'].shape}")
    closing = flat["aht_s"].size * interval_s
    rows = rate_from_counts(flat["calls"], interval_s) if rate is None else rate_from_knots(rate, closing)
    least = _LEAST * interval_s
    aht_s = np.maximum(flat["aht_s"], least)
    patience_s = np.maximum(patience_s, np.minimum(_LEAST * aht_s, least).min())
    return Day(
        rate=rows,
        aht_s=aht_s,
        patience_s=patience_s,
        interval_s=interval_s,
        target_s=target_s,
        crew=crew_of(flat["agents"]),
    ), flat["agents"]


def mixed(day, start):
    """The day with the handle time of the calls in hand in each interval, which is not that of the calls that come
    in it.

    Calls that came before keep their own handle time: those in hand are weighed by how long each interval's calls
    would be held if nobody waited (M/G/∞), and end at the mean of their rates.
    """
    if (day.aht_s == day.aht_s[0]).all():
        return day
    length, aht_s = day.interval_s, day.aht_s
    stay = np.exp(-length / aht_s)
    left = day.offered / length * aht_s * (1 - stay)  # of each interval's calls, still in hand at its end
    held = np.diag((day.offered - left) * aht_s)  # [came in, held in]: seconds
    if isinstance(start, str) and start == "steady":  # and those of before the day
        aht_s, stay = np.append(aht_s, aht_s[0]), np.append(stay, stay[0])
        left, held = np.append(left, day.rate[0, 2] * aht_s[0]), np.vstack([held, np.zeros(day.size)])
    came = np.append(np.arange(day.size), -1)[: aht_s.size]
    for k in range(day.size):
        before = came < k
        held[before, k] = left[before] * aht_s[before] * (1 - stay[before])
        left[before] *= stay[before]
    ended = (held / aht_s[:, None]).sum(axis=0)
    pace = np.divide(held.sum(axis=0), ended, out=day.aht_s.copy(), where=ended > 0)
    return replace(day, aht_s=pace)


def crew_of(agents):
    """How many leave as one, so that no more than some dozens of layers are needed."""
    most = int((np.maximum.accumulate(agents) - agents).max())
    return max(-(-most // _LAYERS), 1) if _drops(agents) > _LAYERS else 1


def _drops(agents):
    """The most agents that leave at one change."""
    return int(np.maximum(-np.diff(agents), 0).max(initial=0))


def whole_agents(agents):
    """Agents as an int array; raises ValueError for fractions, negatives, and numbers beyond reach."""
    array = floats("agents", agents, high=_MOST_BUSY)
    if (array % 1 != 0).any():
        raise ValueError(f"agents must be whole, got {array[array % 1 != 0].flat[0]:g} — round up")
    return array.astype(np.int64)


def begin(day, agents, start):
    """The state in which the day begins: (line, low, layers, first) of `forward_equations`."""
    if isinstance(start, str):
        one_of("start", start, ("empty", "steady"))
        line, low = (np.ones(1), 0) if start == "empty" else _steady(day, int(agents))
    elif np.ndim(start) == 0:
        line, low = np.ones(1), whole_number("start", start, high=1e7)
    else:
        line, low = floats("start", start, high=1.0), 0
        if line.ndim != 1 or abs(line.sum() - 1) > 1e-6:
            raise ValueError(f"start must be probabilities that add up to 1, got a sum of {line.sum():g}")
        line = line / line.sum()
    return line, low, np.zeros((0, 1)), 0


def _steady(day, n):
    """The stationary probabilities at the rate with which the day begins."""
    rate, mu, theta = day.rate[0, 2], 1 / day.aht_s[0], 1 / day.patience_s
    load = rate / mu
    if rate == 0:
        return np.ones(1), 0
    if load >= n and theta == 0:
        raise ValueError(
            f'start="steady" needs more agents than load where nobody hangs up, got {n} agents for '
            f'{load:.4g} Erlang — use "empty" or a number of calls'
        )
    middle = load if load < n else n + (rate - n * mu) / theta
    spread = 12 * np.sqrt(load + middle + 1) + 60
    tail = 0.0 if theta > 0 or load == 0 else 60 / max(1 - load / n, 1e-4)  # the queue of Erlang C falls geometrically
    low, high = int(max(min(load, middle) - spread, 0)), int(max(load, middle, n) + spread + tail)
    x = np.arange(low, high + 1)
    down = np.minimum(x, n) * mu + np.maximum(x - n, 0) * theta
    with np.errstate(divide="ignore"):
        weight = np.concatenate([[0.0], np.cumsum(np.log(rate) - np.log(down[1:]))])
    line = np.exp(weight - weight.max())
    return line / line.sum(), low


def day_flows(day, agents, state):
    """What is added up of each interval, an array (interval, flow of `forward_equations.FLOWS`)."""
    from .forward_equations import closing

    passed = []
    for k in range(day.size):
        if k and agents[k] != agents[k - 1]:
            state = changed(state, agents[k - 1], agents[k], day.crew)
        state, seen = through(day, agents, k, state)
        passed.append(seen)
    last = passed[-1].shape[-1]
    value, seconds = closing(agents[-1], 1 / day.aht_s[-1], 1 / day.patience_s, int(last[2]), int(last[1]), day.crew)
    flows = np.empty((day.size, 10))
    for k in range(day.size - 1, -1, -1):
        flows[k], value, seconds = back(day, agents, k, passed[k], value, seconds)
        if k and agents[k] != agents[k - 1]:
            value, seconds = unchanged(value, seconds, agents[k - 1], agents[k], passed[k - 1], day.crew)
    return flows


@dataclass(frozen=True)
class Passed:
    """What the way through an interval leaves for the way back."""

    times: np.ndarray
    steps: np.ndarray
    weights: np.ndarray
    until: float
    moments: np.ndarray
    shape: np.ndarray
    waiting: np.ndarray


def changed(state, before, after, crew):
    """The state just after the agents change."""
    from .forward_equations import change_staff

    return change_staff(*state, before, after, crew)


def unchanged(value, seconds, before, after, passed, crew):
    """What awaits callers just before the agents change."""
    from .forward_equations import staff_before

    deep, most = (int(size) - 1 for size in value.shape)
    return staff_before(
        value, seconds, deep, most, before, after, int(passed.shape[-1, 2]), int(passed.shape[-1, 1]), crew
    )


def through(day, agents, k, state, fine=1.0):
    """Forward through interval k: (state at its end, what the way back needs)."""
    from .forward_equations import forward

    until = _next_change(day, agents, k)
    times, steps, rates, weights = _mesh(day, k, until, k == 0 or agents[k] != agents[k - 1], fine)
    mu, theta = 1 / day.aht_s[k], 1 / day.patience_s
    *state, moments, shape, waiting = forward(*state, agents[k], mu, theta, steps, rates, day.crew)
    return tuple(state), Passed(times, steps, weights, until, moments, shape, waiting)


def back(day, agents, k, passed, value, seconds, both=True):
    """Back through interval k: (flows, chance of an answer, seconds until it) at its begin."""
    from .forward_equations import backward

    deep, most = (int(size) - 1 for size in value.shape)
    mu, theta = 1 / day.aht_s, 1 / day.patience_s
    return backward(
        value, seconds, deep, most, k, passed.times, passed.steps, passed.weights, passed.moments, passed.shape,
        passed.waiting, day.target_s, passed.until, day.edges[1:-1], agents, mu, theta, np.exp(-day.target_s * theta),
        both and theta > 0, day.crew,
    )  # fmt: skip


def _next_change(day, agents, k):
    """When agents or handle time change next after the begin of interval k; inf if never."""
    for i in range(k + 1, day.size):
        if agents[i] != agents[k] or day.aht_s[i] != day.aht_s[k]:
            return float(i * day.interval_s)
    return np.inf


def _mesh(day, k, until, fresh, fine):
    """The nodes of interval k, with marks at knots of the rate, and where a change comes within the target."""
    from .forward_equations import mesh

    begin, end = k * day.interval_s, (k + 1) * day.interval_s
    longest = min(max(day.aht_s[k] / 8, day.interval_s / 80), day.interval_s / 20) * fine
    edges, knots = day.edges[k + 1 : -1] - day.target_s, day.rate[:, 0]
    inner = np.concatenate([knots[(knots > begin) & (knots < end)], edges[(edges > begin) & (edges < end)]])
    marks = np.unique(np.concatenate([[begin], inner, [end]]))
    marks = marks[np.concatenate([[True], np.diff(marks) > 1e-9 * day.interval_s])]
    marks[-1] = end
    return mesh(marks, day.rate, longest, fresh, until)


def service_frame(flows, day, agents, definition):
    """The DataFrame of `predict_day` from the flows."""
    import pandas as pd

    counts = service_counts(flows, day.offered, day, agents)
    counts |= service_ratios(counts, definition) | {"start_s": day.edges[:-1], "agents": agents}
    return pd.DataFrame({name: counts[name] for name in COLUMNS})


def service_counts(flows, offered, day, agents):
    """What is counted of intervals, by name, from their flows (interval, flow), calls and agents; arrays."""
    from .forward_equations import FLOWS

    flow = dict(zip(FLOWS, np.maximum(flows, 0.0).T))
    scale = np.divide(offered, flow["offered"], out=np.zeros(offered.size), where=flow["offered"] > 0)
    at_once = np.minimum(flow["at_once"] * scale, offered)
    answered = np.minimum(at_once + flow["answered"] * scale, offered)
    abandoned = offered - answered if np.isfinite(day.patience_s) else np.zeros(offered.size)
    answered_s = flow["wait_answered_s"] * scale
    # All callers together wait as long as those who hang up × patience, since patience is exponential.
    all_s = abandoned * day.patience_s if np.isfinite(day.patience_s) else answered_s
    return {
        "offered": offered, "answered": answered, "abandoned": abandoned,
        "answered_in_target": np.minimum(at_once + flow["in_target"] * scale, answered),
        "abandoned_in_target": np.minimum(flow["short"] * scale, abandoned),
        "virtual_in_target": np.minimum(at_once + flow["virtual"] * scale, offered),
        "wait_answered_s": answered_s, "wait_abandoned_s": np.maximum(all_s - answered_s, 0.0),
        "busy_s": flow["busy_s"], "present_s": agents * day.interval_s + flow["beyond_s"],
        "queue_length": flow["waiting_s"] / day.interval_s,
        "wait_probability": np.where(offered > 0, 1 - ratio(at_once, offered, 1.0), 0.0),
    }  # fmt: skip


def service_ratios(c, definition):
    """Service level, waits, abandonment, occupancy from counts; without calls as nobody waits."""
    tops = {
        "offered": (c["answered_in_target"], c["offered"]),
        "answered": (c["answered_in_target"], c["answered"]),
        "without_short_abandons": (c["answered_in_target"], c["offered"] - c["abandoned_in_target"]),
        "abandons_count": (c["answered_in_target"] + c["abandoned_in_target"], c["offered"]),
        "virtual": (c["virtual_in_target"], c["offered"]),
    }
    some = c["offered"] > 0
    never = c["offered"] - c["answered"] - c["abandoned"] > 1e-9 * np.maximum(c["offered"], 1.0)
    all_s = np.where(never, np.inf, c["wait_answered_s"] + c["wait_abandoned_s"])
    return {
        "service_level": np.where(some, ratio(*tops[definition], np.nan), 1.0),
        "asa_s": np.where(some, ratio(c["wait_answered_s"], c["answered"], np.nan), 0.0),
        "wait_s": np.where(some, ratio(all_s, c["offered"], 0.0), 0.0),
        "abandonment": np.where(some, ratio(c["abandoned"], c["offered"], 0.0), 0.0),
        "occupancy": ratio(c["busy_s"], c["present_s"], np.nan),
    }
