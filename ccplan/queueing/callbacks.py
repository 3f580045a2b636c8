"""Callbacks: callers who would wait long may hang up now and be called back, by a promised time.

A caller who finds every agent busy is told the expected wait, (callers waiting + 1) × AHT ÷ agents. Beyond a
threshold a share of them takes the offer; they keep their promise in a second queue. Free agents call back when nobody
waits and more than a reserve of them is free; a callback whose promise is nearly due goes before the callers. A
customer who does not answer costs the attempt and is tried again later. There is no formula for all of this at
once: the day is simulated call by call, compiled.

Source: Armony & Maglaras (2004), "Contact centers with a call-back option", for the threshold policy.
"""

from dataclasses import dataclass, fields, replace

import numpy as np

from .inputs import SHARE_HINT, floats, one_number, ratio, whole_number
from .targets import Infeasible, Targets, refuse_other, required_agents

URGENT = 0.8  # of the promised time; from then on a callback goes before the callers
_MOST_DAYS = 10_000_000


@dataclass(frozen=True, kw_only=True)
class Callbacks:
    """When a callback is offered, who takes it, and how it is made good.

    `threshold_s` is the expected wait beyond which it is offered, `accept` the share that takes it; called back
    within `promise_s` while more than `reserve` agents are free. A customer answers an attempt with chance
    `reached`; else it costs `attempt_s` of an agent and is tried again `retry_s` later, `attempts` times in all.
    Raises ValueError in words.

    >>> Callbacks(threshold_s=120, accept=0.4).promise_s
    7200.0
    """

    threshold_s: float = 120.0
    accept: float = 0.5
    promise_s: float = 7200.0
    reserve: int = 1
    reached: float = 0.8
    attempts: int = 3
    attempt_s: float = 40.0
    retry_s: float = 900.0

    def __post_init__(self):
        for f in fields(self):
            bounds: dict = {"low": 1 if f.name == "attempts" else 0, "high": 1e9}
            if f.name in ("accept", "reached"):
                bounds = {"high": 1.0, "hint": SHARE_HINT}
            check = whole_number if f.type is int else one_number
            object.__setattr__(self, f.name, check(f.name, getattr(self, f.name), **bounds))
        if not self.promise_s:
            raise ValueError("promise_s must be above 0, got 0 — a callback comes later by its nature")


@dataclass(frozen=True)
class CallbackDays:
    """What many simulated days with callbacks came to, as DataFrames.

    `intervals`: a row an interval of arrival: start_s, offered, agents, service_level (answered within the
    threshold ÷ callers who stayed), promise_kept ((answered in time + called back in time) ÷ offered), asa_s,
    abandonment (÷ offered), callbacks (share that took one), callbacks_kept (of those, called back and reached by
    the promise), callback_s (mean time to the callback), called (callbacks made in this interval, a day). `day`:
    the same in one row, with occupancy and the 95 % half-widths service_level_ci95, promise_kept_ci95,
    abandonment_ci95.
    """

    intervals: object
    day: object


def simulate_callbacks(
    calls, aht_s, agents, callbacks, *, interval_s=1800, patience_s=np.inf, target_s=20, days=500, seed=0
):
    """`days` independent days of one queue with callbacks, call by call: a `CallbackDays`.

    `calls` (evenly within an interval) and `agents` (whole) by interval, `aht_s` and mean `patience_s` in seconds
    (exponential), `callbacks` a `Callbacks`. Who leaves finishes the call in hand; the last interval's staff stays
    until both queues are empty. The same `seed` gives the same days. Raises ValueError in words.

    >>> offer = Callbacks(threshold_s=20, accept=0.6)
    >>> day = simulate_callbacks([60, 110, 60, 40], 300, [13, 17, 15, 13], offer, patience_s=240, seed=1).day
    >>> day[["service_level", "promise_kept", "callbacks"]].round(1).iloc[0].tolist()
    [0.9, 0.9, 0.1]
    """
    from .callback_days import COUNTS, run_days

    _refuse_other_offer(callbacks)
    calls, agents = _by_interval("calls", calls, 1e6), _by_interval("agents", agents, 1e5)
    if agents.shape != calls.shape:
        raise ValueError(f"agents must be one an interval, got {agents.size} for {calls.size} intervals of calls")
    if (agents % 1).any():
        raise ValueError(f"agents must be whole, got {agents[agents % 1 != 0][0]:g}")
    aht_s = one_number("aht_s", aht_s, high=1e9, open_low=True)
    interval_s = one_number("interval_s", interval_s, high=1e9, open_low=True)
    patience_s = one_number("patience_s", patience_s, open_low=True)
    target_s = one_number("target_s", target_s, high=1e9)
    days, seed = whole_number("days", days, low=1, high=_MOST_DAYS), whole_number("seed", seed, high=2**31 - 1)
    if calls.sum() and not agents[-1] and (agents.sum() or np.isinf(patience_s)):
        raise ValueError("agents of the last interval must be at least 1, got 0: they answer what is left at the end")
    policy = np.array([float(getattr(callbacks, f.name)) for f in fields(callbacks)])
    agents, sums, daily = agents.astype(np.int64), np.zeros((calls.size, len(COUNTS))), np.zeros((days, len(COUNTS)))
    run_days(seed, days, calls, aht_s, agents, interval_s, patience_s, target_s, policy, URGENT, sums, daily)
    return _frames(sums, daily, agents, interval_s)


def required_with_callbacks(calls, aht_s, targets, callbacks, *, interval_s=1800, patience_s=np.inf, days=300, seed=0):
    """The fewest agents by interval that keep the promise with callbacks, beside those without: a DataFrame.

    The promise is `targets.service_level`: a call counts if it is answered within target_s, or called back and
    reached within `callbacks.promise_s`; it holds for the calls of every interval. Those who still wait at the end
    are answered by the last interval's staff, in time that is not counted here. Agents are searched downwards by
    simulation, alike for both: returns start_s, offered, agents, agents_without, promise_kept, service_level,
    abandonment, callbacks, called. Found by a search from one simulation, not proven least. Raises Infeasible where
    no staff keeps the promise, ValueError in words.
    """
    refuse_other(targets)
    _refuse_other_offer(callbacks)
    if targets.service_level is None:
        raise ValueError(f"targets must be a Targets with a service_level, got {targets!r}")
    how = dict(interval_s=interval_s, patience_s=patience_s, target_s=targets.target_s, days=days, seed=seed)
    calls = _by_interval("calls", calls, 1e6)
    level = Targets(service_level=targets.service_level, target_s=targets.target_s)
    start = np.maximum(required_agents(calls, aht_s, level, interval_s=interval_s, patience_s=patience_s), 1)
    without, _ = _search(calls, aht_s, start, replace(callbacks, accept=0.0), targets.service_level, how)
    agents, found = _search(calls, aht_s, without, callbacks, targets.service_level, how)
    names = ["start_s", "offered", "agents", "promise_kept", "service_level", "abandonment", "callbacks", "called"]
    table = found.intervals[names].assign(offered=calls)
    table.insert(3, "agents_without", without)
    return table


def _search(calls, aht_s, agents, callbacks, target, how):
    """Fewer agents wherever the promise has room, one at a time; who breaks it is put back for good."""

    def kept(crew):
        return simulate_callbacks(calls, aht_s, crew, callbacks, **how)

    def short_of(found):
        return ((found.intervals["promise_kept"] < target) & (calls > 0)).to_numpy()

    crew = np.asarray(agents, int).copy()
    crew, found = _raised(crew, kept, short_of)
    loose = np.ones(crew.size, bool)
    while (trial := np.where(loose & (crew > 1), crew - 1, crew)).sum() < crew.sum():
        tried = kept(trial)
        bad = short_of(tried)
        if not bad.any():
            crew, found = trial, tried
            continue
        # What is short comes from its own agents, or from those just before.
        near = bad | np.append(bad[1:], False)
        blamed = near & (trial < crew)
        loose &= ~blamed if blamed.any() else False
    return crew, found


def _raised(crew, kept, short_of):
    for _ in range(60):
        found = kept(crew)
        short = short_of(found)
        if not short.any():
            return crew, found
        crew = crew + short
    raise Infeasible(
        f"service_level cannot be kept by {crew.max():,} agents an interval with these callbacks — relax the target"
    )


def _refuse_other_offer(callbacks):
    if not isinstance(callbacks, Callbacks):
        raise ValueError(f"callbacks must be a Callbacks, got {callbacks!r}")


def _by_interval(name, value, most):
    array = np.atleast_1d(floats(name, value, high=most))
    if array.ndim > 1 or not array.size:
        raise ValueError(f"{name} must be a number an interval, got shape {array.shape}")
    return array


def _frames(sums, daily, agents, interval_s):
    import pandas as pd

    from .callback_days import COUNTS

    days = len(daily)
    counts = pd.DataFrame(sums, columns=COUNTS) / days
    table = _measures(counts)
    table.insert(0, "start_s", np.arange(len(sums)) * interval_s)
    table.insert(2, "agents", agents)
    each = pd.DataFrame(daily, columns=COUNTS)
    day = _measures(counts.sum().to_frame().T)
    day["occupancy"] = ratio(counts["busy_s"].sum(), counts["present_s"].sum())
    stayed = each["offered"] - each["asked"]
    for name, top, bottom in (
        ("service_level", each["in_target"], stayed),
        ("promise_kept", each["in_target"] + each["kept"], each["offered"]),
        ("abandonment", each["abandoned"], each["offered"]),
    ):
        spread = (top - day[name].item() * bottom).std(ddof=1) if days > 1 else np.inf
        day[f"{name}_ci95"] = 1.96 * spread / np.sqrt(days) / max(bottom.mean(), 1e-9)
    return CallbackDays(intervals=table, day=day)


def _measures(counts):
    import pandas as pd

    def of(top, bottom, empty=np.nan):
        return (top / bottom.where(bottom > 0)).fillna(empty)

    stayed = counts["offered"] - counts["asked"]
    return pd.DataFrame(
        {
            "offered": counts["offered"],
            "service_level": of(counts["in_target"], stayed, 1.0),
            "promise_kept": of(counts["in_target"] + counts["kept"], counts["offered"], 1.0),
            "asa_s": of(counts["wait_answered_s"], counts["answered"]),
            "abandonment": of(counts["abandoned"], counts["offered"], 0.0),
            "callbacks": of(counts["asked"], counts["offered"], 0.0),
            "callbacks_kept": of(counts["kept"], counts["asked"]),
            "callback_s": of(counts["wait_called_s"], counts["reached"]),
            "called": counts["called"],
        }
    )
