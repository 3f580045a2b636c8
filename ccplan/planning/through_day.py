"""Staffing and service through the day: calls in hand and callers in the queue carry over from interval to interval.

The stationary formulas treat each interval as if it had always been so. They promise too much when calls are
long or the rate falls or rises fast; `predict_day` says what the day will really give. See `queueing.time_varying`.
"""

import numpy as np
import pandas as pd

from ..queueing import lagged_agents, offered_load_agents, predict_day, required_day, stationary_agents
from ..queueing.inputs import one_of
from .days import local_days
from .staffing import refuse_deferred, staff

RULES = {"stationary": stationary_agents, "lagged": lagged_agents, "offered load": offered_load_agents, "through the day": required_day}
PREDICTED = ("service_level", "asa_s", "abandonment", "occupancy")


def staff_through_day(intervals, centre, *, rule="through the day", meet="every", agents=None):
    """The staffed frame of `staff`, with agents by a rule and the service that the day as a whole will give.

    `intervals` and `centre` as for `staff`. `rule`: "through the day" (the fewest with which the queue's own
    equations meet the targets: `meet` "every" interval, the "day", or a share of the intervals such as 0.95),
    "stationary", "lagged" (by a handle time) or "offered load". `agents`, an array as long as the frame, asks for
    the service of a given staff instead. service_level, asa_s (s), abandonment and occupancy are those of
    `predict_day`: of the calls that arrive in the interval. A day that follows another without a gap begins as if
    its first interval had lasted; agents who leave finish the call in hand.
    Raises ValueError in words, also for queues with limited lines, which the equations do not know.

    >>> from ccplan.data import Centre, Queue
    >>> day = pd.DataFrame({"queue": "q", "start": pd.date_range("2026-09-01 08:00", periods=3, freq="30min"),
    ...                     "offered": [60, 100, 80], "aht_s": 300})
    >>> staff_through_day(day, Centre(name="x", queues=(Queue(name="q", patience_s=180),)))["agents"].tolist()
    [12, 19, 17]
    """
    one_of("rule", rule, tuple(RULES))
    for name in pd.unique(intervals["queue"]) if "queue" in intervals else ():
        _refuse_channel(centre.queue(name), rule)
    base = staff(intervals, centre, agents=np.zeros(len(intervals), dtype=int) if agents is None else agents)
    needed, service = pd.Series(0, index=base.index), pd.DataFrame(np.nan, index=base.index, columns=list(PREDICTED))
    given = None if agents is None else pd.Series(np.broadcast_to(np.asarray(agents), len(base)), index=base.index)
    for queue, rows, start in _days(base, centre):
        day = dict(interval_s=centre.interval_s, patience_s=queue.patience_s, start=start)
        calls, aht_s = rows["offered"].to_numpy(float), rows["aht_s"].to_numpy(float)
        needed[rows.index] = given[rows.index] if given is not None else _by_rule(rule, meet, calls, aht_s, queue.targets, day)
        told = predict_day(calls, aht_s, needed[rows.index].to_numpy(), target_s=queue.targets.target_s, definition=queue.targets.definition, **day)
        service.loc[rows.index] = told[list(PREDICTED)].to_numpy()
    return staff(intervals, centre, agents=needed.to_numpy()).assign(**{name: service[name] for name in PREDICTED})


def compare_rules(intervals, centre, *, rules=tuple(RULES)):
    """What each rule asks for and what the day then gives: a row a queue and rule.

    Returns agent_hours (net), service_level (Σ in time ÷ Σ offered), worst_interval and under_target (share of
    intervals with calls below the service target), all as `predict_day` sees them, and cost.
    """
    return pd.concat([_judged(staff_through_day(intervals, centre, rule=rule), centre, rule) for rule in rules], ignore_index=True)


def _refuse_channel(queue, rule):
    """The equations of the day know calls held one at a time."""
    refuse_deferred(queue, f'rule "{rule}" through the day')
    if queue.at_once > 1:
        raise ValueError(f'queue {queue.name}: rule "{rule}" through the day is known for contacts held one at a time, got at_once = '
                         f'{queue.at_once} — staff it by rule "stationary" with `staff`')


def _by_rule(rule, meet, calls, aht_s, targets, day):
    if rule == "through the day":
        return required_day(calls, aht_s, targets, meet=meet, **day)
    known = day if rule != "stationary" else {name: value for name, value in day.items() if name != "start"}
    return RULES[rule](calls, aht_s, targets, **known)


def _days(frame, centre):
    """(Queue, rows in order, start) of each queue's local days; "steady" where a day goes on from the one before."""
    for name, mine in frame.groupby("queue", sort=False, observed=True):
        queue = centre.queue(name)
        if np.isfinite(queue.lines):
            raise ValueError(f"queue {name}: service through the day is known for unlimited lines only, got lines = {queue.lines:g} "
                             '— leave lines out, or staff by rule "stationary" with `staff`')
        ordered = mine.sort_values("start")
        goes_on = ordered["start"].diff().dt.total_seconds() == centre.interval_s
        for _, rows in ordered.groupby(local_days(ordered["start"]), sort=False):
            yield queue, rows, "steady" if goes_on[rows.index[0]] else "empty"


def _judged(staffed, centre, rule):
    parts = []
    for name, rows in staffed.groupby("queue", sort=False, observed=True):
        target, calls = centre.queue(name).targets.service_level, rows["offered"]
        busy = rows[calls > 0]
        parts.append({
            "queue": name, "rule": rule, "agent_hours": rows["agents"].sum() * centre.interval_s / 3600,
            "service_level": (rows["service_level"] * calls).sum() / calls.sum() if calls.sum() else 1.0,
            "worst_interval": busy["service_level"].min() if len(busy) else 1.0,
            "under_target": (busy["service_level"] < (target or 0) - 1e-6).mean() if len(busy) else 0.0, "cost": rows["cost"].sum(),
        })  # fmt: skip
    return pd.DataFrame(parts)
