"""Staffing and service through the day: calls in hand and callers in the queue carry over from interval to interval.

The stationary formulas treat each interval as if it had always been so. They promise too much when calls are
long or the rate falls or rises fast; `predict_day` says what the day will really give. See `queueing.time_varying`.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...data.centre import Queue
from ...queueing import (
    Infeasible, lagged_agents, offered_load_agents, predict_day, required_day, simulate_day, stationary_agents,
    warm_up,
)  # fmt: skip
from ...queueing.arrival_rate import rate_from_counts
from ...queueing.inputs import one_of
from .days import local_days
from ..forecasting.many import each_queue
from ..staffing import agents_by_row, fresh_labels, given_intervals, given_staffed, refuse_deferred, staff

RULES = {
    "stationary": stationary_agents,
    "lagged": lagged_agents,
    "offered load": offered_load_agents,
    "through the day": required_day,
}
PREDICTED = ("service_level", "asa_s", "abandonment", "occupancy")
MANY_DAYS = 60  # different days from which starting helpers costs less than it saves


def staff_through_day(
    intervals, centre, *, rule="through the day", meet="every", agents=None, jobs=None, progress=None
):
    """The staffed frame of `staff`, with agents by a rule and the service that the day as a whole will give.

    `intervals` and `centre` as for `staff`. `rule`: "through the day" (the fewest with which the queue's own
    equations meet the targets: `meet` "every" interval, the "day", or a share of the intervals such as 0.95),
    "stationary", "lagged" (by a handle time) or "offered load". `agents`, an array as long as the frame, asks for
    the service of a given staff instead. service_level, asa_s (s), abandonment and occupancy are those of
    `predict_day`: of the calls that arrive in the interval. A day that follows another without a gap begins as if
    its first interval had lasted; agents who leave finish the call in hand. Days that are alike are solved once,
    many of them on all cores (`jobs` processes); `progress(done, number)` is called after each.
    Queues whose contacts are held together (chat) or may wait (a deadline) keep their own models, as in `staff`.
    Raises ValueError in words, also for queues with limited lines, which the equations do not know.

    >>> from ccplan.data import Centre, Queue
    >>> day = pd.DataFrame({"queue": "q", "start": pd.date_range("2026-09-01 08:00", periods=3, freq="30min"),
    ...                     "offered": [60, 100, 80], "aht_s": 300})
    >>> staff_through_day(day, Centre(name="x", queues=(Queue(name="q", patience_s=180),)))["agents"].tolist()
    [12, 19, 17]
    """
    one_of("rule", rule, tuple(RULES))
    given_intervals(intervals)
    held = _own_models(intervals, centre)
    if held.any():
        given = None if agents is None else agents_by_row(agents, intervals).to_numpy()
        calls, others = (rows.reset_index(drop=True) for rows in (intervals[~held], intervals[held]))
        how = dict(rule=rule, meet=meet, jobs=jobs, progress=progress, agents=None if given is None else given[~held])
        through = staff_through_day(calls, centre, **how) if len(calls) else None
        return _in_place(intervals, held, through, staff(others, centre, agents=None if given is None else given[held]))
    base = staff(intervals, centre, agents=np.zeros(len(intervals), dtype=int) if agents is None else agents)
    given = None if agents is None else agents_by_row(agents, base).to_numpy()
    days = list(_days(base.reset_index(drop=True), centre, rule, meet, given))
    needed, service = np.zeros(len(base), dtype=np.int64), np.full((len(base), len(PREDICTED)), np.nan)
    for day, (asked, told) in zip(days, _each_once(days, jobs, progress), strict=True):
        needed[day.rows] = asked
        if told is not None:
            service[day.rows] = told
    _carry_over(days, needed, service)
    return staff(intervals, centre, agents=needed).assign(**dict(zip(PREDICTED, service.T, strict=True)))


def compare_rules(intervals, centre, *, rules=tuple(RULES)):
    """What each rule asks for and what the day then gives: a row a queue and rule.

    Returns agent_hours (net), service_level (Σ in time ÷ Σ offered), worst_interval and under_target (share of
    intervals with calls below the service target), all as `predict_day` sees them, and cost.
    """
    return pd.concat(
        [_judged(staff_through_day(intervals, centre, rule=rule), centre, rule) for rule in rules], ignore_index=True
    )


def play_day(staffed, centre, *, days=1000, seed=0):
    """A staffed day played call by call, `days` times with new random callers: `SimulatedDays`.

    `staffed` is one queue and day of `staff`, in order. Calls come at random around the day's numbers, handle times
    and patience are exponential; chats held together last as if every agent always held `at_once` of them. Raises
    ValueError for several queues or days, where lines are limited, and for work that may wait.

    >>> from ccplan.data import Centre, Queue
    >>> day = pd.DataFrame({"queue": "q", "start": pd.date_range("2026-09-01 08:00", periods=3, freq="30min"),
    ...                     "offered": [60, 100, 80], "aht_s": 300})
    >>> centre = Centre(name="x", queues=(Queue(name="q", patience_s=180),))
    >>> play_day(staff(day, centre), centre, days=2000).day["service_level"].round(2).item()
    0.82
    """
    given_staffed(staffed, "aht_s")
    names, dates = staffed["queue"].unique(), local_days(staffed["start"]).unique()
    if len(names) != 1 or len(dates) != 1:
        raise ValueError(f"staffed must be one queue and day, got {len(names)} queues and {len(dates)} days")
    queue = unlimited(centre.queue(names[0]))
    refuse_deferred(queue, "a day played call by call")
    calls, aht_s, agents = staffed[["offered", "aht_s", "agents"]].to_numpy(float).T
    aht_s = aht_s * (1 + queue.slowdown * (queue.at_once - 1))
    return simulate_day(
        calls,
        aht_s,
        agents,
        interval_s=centre.interval_s,
        patience_s=queue.patience_s,
        target_s=queue.targets.target_s,
        definition=queue.targets.definition,
        days=days,
        seed=seed,
        at_once=queue.at_once,
    )


def _own_models(intervals, centre):
    """Which rows belong to queues that the equations of the day do not know: chats, and work that may wait."""
    queues = [centre.queue(name) for name in intervals["queue"].dropna().unique()]
    return intervals["queue"].isin([queue.name for queue in queues if queue.deferred or queue.at_once > 1]).to_numpy()


def _in_place(intervals, held, through, others):
    """Both parts of a staffed frame in the order of the intervals; hours of work without a row of the table follow."""
    count = int(held.sum())
    parts = [] if through is None else [through.set_axis(np.flatnonzero(~held))]
    done = (
        pd.concat([*parts, others.iloc[:count].set_axis(np.flatnonzero(held))]).sort_index().set_axis(intervals.index)
    )
    extra = others.iloc[count:]
    return pd.concat([done, extra.set_axis(fresh_labels(intervals.index, len(extra)))]) if len(extra) else done


@dataclass(frozen=True)
class _Day:
    """One queue's local day: where its rows stand, what comes, and what is asked."""

    rows: np.ndarray
    queue: Queue
    calls: np.ndarray
    aht_s: np.ndarray
    interval_s: float
    start: str
    rule: str
    meet: object
    given: np.ndarray | None

    @property
    def how(self):
        return dict(interval_s=self.interval_s, patience_s=self.queue.patience_s, start=self.start)

    @property
    def key(self):
        """Days with the same key have the same answer."""
        given = None if self.given is None else self.given.tobytes()
        return self.queue.name, self.start, self.calls.tobytes(), self.aht_s.tobytes(), given


def _days(frame, centre, rule, meet, given):
    """Each queue's local days in order; "steady" where a day goes on from the one before."""
    for name, mine in frame.groupby("queue", sort=False, observed=True):
        queue = unlimited(centre.queue(name))
        ordered = mine.sort_values("start")
        goes_on = ordered["start"].diff().dt.total_seconds() == centre.interval_s
        for _, rows in ordered.groupby(local_days(ordered["start"]), sort=False):
            place = rows.index.to_numpy()
            yield _Day(
                rows=place,
                queue=queue,
                calls=rows["offered"].to_numpy(float),
                aht_s=rows["aht_s"].to_numpy(float),
                interval_s=centre.interval_s,
                start="steady" if goes_on[rows.index[0]] else "empty",
                rule=rule,
                meet=meet,
                given=None if given is None else given[place],
            )


def unlimited(queue):
    """The queue itself; a ValueError in words where its lines are limited, which the day's equations do not know."""
    if np.isfinite(queue.lines):
        raise ValueError(
            f"queue {queue.name}: service through the day is known for unlimited lines only, got lines = {queue.lines:g} "
            '— leave lines out, or staff by rule "stationary" with `staff`'
        )
    return queue


def _each_once(days, jobs, progress):
    """(agents, service or None) of each day; those that are alike are solved once."""
    first = {}
    for day in days:
        first.setdefault(day.key, day)
    jobs = jobs if jobs is not None else (-1 if len(first) >= MANY_DAYS else 1)
    if jobs != 1:
        warm_up()  # once, here, rather than in every process
    solved = each_queue(_solved, list(first.values()), jobs=jobs, progress=progress)
    answers = dict(zip(first, solved, strict=True))
    return [answers[day.key] for day in days]


def _solved(day):
    try:
        agents = _by_rule(day) if day.given is None else day.given
    except Infeasible as problem:
        raise Infeasible(f"queue {day.queue.name}: {problem}") from None
    return agents, None if _fills_for_ever(day, agents) else _served(day.queue, day.calls, day.aht_s, agents, **day.how)


def _by_rule(day):
    if day.rule == "through the day":
        return required_day(day.calls, day.aht_s, day.queue.targets, meet=day.meet, **day.how)
    how = {name: value for name, value in day.how.items() if name != "start" or day.rule != "stationary"}
    return RULES[day.rule](day.calls, day.aht_s, day.queue.targets, **how)


def _served(queue, calls, aht_s, agents, **how):
    """What callers meet in each interval: an array, a column for each of PREDICTED."""
    told = predict_day(
        calls, aht_s, agents, target_s=queue.targets.target_s, definition=queue.targets.definition, **how
    )
    return told[list(PREDICTED)].to_numpy()


def _fills_for_ever(day, agents):
    """Whether the first interval, had it lasted, would have no steady state: more load than agents, and nobody
    hangs up.
    """
    if day.start == "empty" or np.isfinite(day.queue.patience_s):
        return False
    return rate_from_counts(day.calls, day.interval_s)[0, 2] * day.aht_s[0] >= agents[0]


def _carry_over(days, needed, service):
    """Days that begin overloaded take their queue from the days before: predicted again, together with them."""
    for last, day in enumerate(days):
        if np.isnan(service[day.rows]).all() and _fills_for_ever(day, needed[day.rows]):
            first = last
            while _fills_for_ever(days[first], needed[days[first].rows]):
                first -= 1
            together = days[first : last + 1]
            rows, calls, aht_s = (
                np.concatenate([getattr(one, name) for one in together]) for name in ("rows", "calls", "aht_s")
            )
            told = _served(day.queue, calls, aht_s, needed[rows], **{**day.how, "start": days[first].start})
            service[day.rows] = told[-day.rows.size :]


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
