"""From calls to people: net agents on the phones, gross agents scheduled, hours, FTE and cost.

Net agents are on the phones. Gross agents are net ÷ (1 − shrinkage): those who must be paid or
scheduled (whichever the shrinkage's base names) so that the net ones are there. Hours, FTE and cost
count the unrounded gross figure, since shrinkage is an average over days; only heads are whole.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from ..data.given import given_table
from ..queueing import Infeasible, chat_performance, performance, required_agents, required_chat_agents
from ..queueing.inputs import broadcast, floats, share

WORK = ("talk_s", "hold_s", "acw_s")
COLUMNS = (
    "queue", "start", "offered", "aht_s", "load", "agents", "scheduled", "fte",
    "service_level", "asa_s", "abandonment", "occupancy", "cost",
)  # fmt: skip
CHANNEL_COLUMNS = ("concurrency", "backlog", "oldest_s")  # shown where a queue has them


def scheduled_agents(agents, shrinkage, whole=True):
    """Gross agents for `agents` net ones: agents ÷ (1 − shrinkage), rounded up to heads if `whole`.

    Numbers or arrays; `shrinkage` a share in [0, 1). Rounding up forgives floating point, so that 21 ÷
    (1 − 0.30) is 30. Never × (1 + shrinkage): 70 at 30 % is 100, not 91.
    Raises ValueError for negative or missing agents, or a shrinkage such as 30 or 1.

    >>> scheduled_agents(21, 0.30)
    30
    >>> scheduled_agents([17, 70], 0.30, whole=False).round(2).tolist()
    [24.29, 100.0]
    """
    if not isinstance(whole, (bool, np.bool_)):
        raise ValueError(f"whole must be True or False, got {whole!r}")
    agents = floats("agents", agents, high=1e12)
    agents, lost = broadcast(agents=agents, shrinkage=share("shrinkage", shrinkage, open_high=True))
    gross = agents / (1 - lost)
    if whole:
        gross = np.ceil(gross * (1 - 1e-12)).astype(np.int64)  # a hair above 30 is 30
    return gross if gross.ndim else gross.item()


def staff(
    intervals, centre, *, agents=None, confidence=None, rule="stationary", meet="every", jobs=None, progress=None
):
    """The fewest agents that meet each queue's targets in each interval, with service, hours and cost.

    `intervals` is a frame with queue, start, offered and either aht_s (seconds, as a forecast has) or the seconds
    of work and calls answered of an `intervals` table; `centre` a `Centre`. `agents`, an array as long as the
    frame, asks instead for the service that a given staff would give. `confidence`, a share, staffs each day so
    that it meets its targets with that chance, by the sample paths of a forecast (see `certainty.staff_to_chance`).
    `rule` "stationary" takes each interval by itself; "lagged", "offered load" and "through the day" (with `meet`)
    follow calls and callers from interval to interval, and tell the service that the day then gives (see
    `through_day.staff_through_day`, also for `jobs` and `progress`). Returns a frame in the same order: queue,
    start, offered, aht_s (s), load (Erlang), agents (net, on the phones), scheduled (gross, heads), fte (of a week:
    scheduled hours ÷ weekly hours, so that a week's rows add up to its FTE), service_level, asa_s (s), abandonment,
    occupancy, cost (currency). Agents are people: where a queue lets them hold several contacts (`at_once`),
    concurrency is the mean number a busy one holds; occupancy is then their time with at least one. A queue with a
    `deadline_s` is staffed level through each day's worked hours (see `deferred.plan_deferred`): service_level is
    then the share answered by the deadline, and backlog (contacts) and oldest_s tell what lies there at the end of
    the interval; worked intervals that the table has no rows for follow after it. Either is staffed so by whatever
    rule. An interval in which nobody was answered takes its queue's mean handle time, a table without any the
    `aht_s` of the centre's queue. Raises ValueError naming the missing column or value, Infeasible naming queue and
    target.

    >>> from ccplan.data import Centre, Queue
    >>> day = pd.DataFrame({"queue": "service", "start": pd.Timestamp("2026-09-01"), "offered": [100], "aht_s": 180})
    >>> staff(day, Centre(name="Example", queues=(Queue(name="service"),)))[["agents", "scheduled"]]
       agents  scheduled
    0      14         20
    """
    if meet != "every" and rule != "through the day":
        raise ValueError(f'meet goes with rule "through the day" only, got meet {meet!r} with rule {rule!r}')
    if confidence is not None or rule != "stationary":
        given_intervals(intervals)
    if confidence is not None:
        from .service.certainty import staff_to_chance  # it stands on this module

        if agents is not None:
            raise ValueError("agents and confidence cannot both be given: the one is the staff, the other asks for it")
        if rule != "stationary":
            raise ValueError(
                f"confidence goes with the stationary rule only, got rule {rule!r}: each path of the forecast "
                "would have to be solved through the day — leave one of the two out"
            )
        return staff_to_chance(intervals, centre, confidence)
    if rule != "stationary":
        from .service.through_day import staff_through_day

        return staff_through_day(intervals, centre, rule=rule, meet=meet, agents=agents, jobs=jobs, progress=progress)
    frame = checked_intervals(intervals, centre)
    columns = _columns(frame, centre)
    given = None if agents is None else agents_by_row(agents, frame)
    parts = [
        _staff_queue(rows, centre.queue(name), centre, None if given is None else given[rows.index])
        for name, rows in frame.groupby("queue", sort=False, observed=True)
    ]
    if not parts:
        return frame.reindex(columns=columns).set_index(intervals.index)
    done = pd.concat(parts)
    known = done[done.index >= 0].reindex(frame.index)[columns].set_index(intervals.index)
    extra = done.loc[done.index < 0, columns]  # hours of work without a row of the table
    if extra.empty:
        return known
    return pd.concat([known, extra.set_index(fresh_labels(intervals.index, len(extra)))])


SUMMED = ("offered", "service_level", "abandonment", "occupancy", "agents", "fte", "cost")


def totals(staffed, by=("queue",)):
    """Sums and ratios of sums of a staffed frame, a row a group: what a day, a week or a queue comes to.

    `by` names columns of `staffed`. Returns offered, service_level, abandonment (both Σ ÷ Σ offered),
    occupancy (Σ carried ÷ Σ agents), fte and cost. Never a mean of interval ratios.

    >>> day = pd.DataFrame({"queue": "q", "offered": [300, 10], "service_level": [0.7, 1.0], "abandonment": 0.0,
    ...     "load": [30.0, 1.0], "agents": [31, 3], "occupancy": [30 / 31, 1 / 3], "fte": [1.0, 0.1], "cost": [9, 1]})
    >>> totals(day)["service_level"].round(4).tolist()
    [0.7097]
    """
    given_table(staffed, "staffed", keys=by, numbers=SUMMED)
    weighted = staffed.assign(
        in_time=staffed["service_level"] * staffed["offered"],
        lost=staffed["abandonment"] * staffed["offered"],
        busy=(staffed["occupancy"] * staffed["agents"]).fillna(0.0),
    )
    sums = weighted.groupby(list(by), sort=False, observed=True)[
        ["offered", "in_time", "lost", "busy", "agents", "fte", "cost"]
    ].sum()
    return pd.DataFrame(
        {
            "offered": sums["offered"],
            "service_level": _share_of(sums["in_time"], sums["offered"]),
            "abandonment": _share_of(sums["lost"], sums["offered"]),
            "occupancy": _share_of(sums["busy"], sums["agents"]),
            "fte": sums["fte"],
            "cost": sums["cost"],
        }
    )


def handle_times(intervals):
    """Handle time of each interval in seconds: aht_s if given, else seconds of work ÷ calls answered.

    A frame of intervals of one queue; an interval in which nobody was answered, or no work was counted,
    takes the mean of all (Σ work ÷ Σ answered). nan where the frame tells no handle time at all.
    """
    if "aht_s" in intervals:
        return intervals["aht_s"].astype(float)
    work = [name for name in WORK if name in intervals]
    if not work:
        return pd.Series(np.nan, index=intervals.index)
    counted = "answered" if "answered" in intervals else "offered"  # a mean handle time was read as × offered
    seconds, answered = intervals[work].sum(axis=1).astype(float), intervals[counted].fillna(0).astype(float)
    mean = seconds.sum() / answered.sum() if answered.sum() else np.nan
    return (seconds.where(seconds > 0) / answered.where(answered > 0)).fillna(mean)


def actual_service(intervals, by=()):
    """The service that was really given: Σ answered in target ÷ Σ offered, in all or by columns.

    Returns nan (or a Series of nan) where the table does not count the calls answered in target.
    """
    if "answered_in_target" not in intervals:
        return np.nan
    given_table(intervals, "intervals", keys=by, numbers=["answered_in_target", "offered"])
    counted = intervals[intervals["answered_in_target"].notna()]
    columns = counted[["answered_in_target", "offered"]]
    sums = columns.groupby([counted[c] for c in by]).sum() if by else columns.sum()
    return _share_of(sums["answered_in_target"], sums["offered"])


def with_patience(centre, patience_s):
    """The same centre with every queue's mean patience (s) replaced; inf for Erlang C."""
    return replace(centre, queues=tuple(replace(queue, patience_s=patience_s) for queue in centre.queues))


def agents_of(queue, calls, aht_s, interval_s):
    """The fewest people of a live queue, by its targets and settings; numbers or arrays as for `required_agents`."""
    how = dict(interval_s=interval_s, patience_s=queue.patience_s)
    if queue.at_once > 1:
        _refuse_lines(queue)
        return required_chat_agents(calls, aht_s, queue.targets, at_once=queue.at_once, slowdown=queue.slowdown, **how)
    return required_agents(calls, aht_s, queue.targets, lines=queue.lines, **how)


def service_of(queue, calls, aht_s, agents, interval_s):
    """The stationary service of a live queue, a `Performance`; numbers or arrays as for `performance`."""
    how = dict(
        interval_s=interval_s,
        patience_s=queue.patience_s,
        target_s=queue.targets.target_s,
        definition=queue.targets.definition,
    )
    if queue.at_once > 1:
        _refuse_lines(queue)
        return chat_performance(calls, aht_s, agents, at_once=queue.at_once, slowdown=queue.slowdown, **how)
    return performance(calls, aht_s, agents, lines=queue.lines, **how)


def refuse_deferred(queue, what):
    """Work that may wait has no service by interval alone: a ValueError in words."""
    if queue.deferred:
        raise ValueError(
            f"queue {queue.name}: {what} is known for live queues only, got deadline_s = {queue.deadline_s:g} — plan it with "
            '`staff` or `plan_deferred`, by rule "stationary" and without confidence'
        )


def _refuse_lines(queue):
    if np.isfinite(queue.lines):
        raise ValueError(
            f"queue {queue.name}: lines = {queue.lines:g} and at_once = {queue.at_once} cannot both be set — leave lines out "
            "(inf) where agents hold several contacts"
        )


def _columns(frame, centre):
    """The columns of a staffed frame: those of every queue, and what some of its queues have besides."""
    queues = [centre.queue(name) for name in frame["queue"].unique()]
    has = {"concurrency": any(q.at_once > 1 for q in queues)} | dict.fromkeys(
        ("backlog", "oldest_s"), any(q.deferred for q in queues)
    )
    return [*COLUMNS, *(name for name in CHANNEL_COLUMNS if has[name])]


def fresh_labels(index, size):
    """Labels for rows that come after an index: its numbering goes on, where it has one."""
    numbers = pd.api.types.is_integer_dtype(index.dtype)
    first = int(index.max()) + 1 if numbers and len(index) else len(index)
    return pd.RangeIndex(first, first + size)


def given_intervals(intervals):
    """The frame itself, if it has queue, start and offered, and all that tells a handle time in numbers; refused in
    words otherwise.
    """
    told = ("aht_s", "answered", *WORK)
    return given_table(intervals, "intervals", names=["queue"], times=["start"], numbers=["offered"], perhaps=told)


def given_staffed(staffed, *numbers):
    """The frame itself, if it has queue, start, offered and agents as `staff` gives them, and these `numbers`."""
    return given_table(
        staffed, "staffed", names=["queue"], times=["start"], numbers=["offered", "agents", *numbers], perhaps=["aht_s"]
    )


def checked_intervals(intervals, centre):
    """The frame with its own numbered rows and a handle time in each; refused in words if unusable."""
    frame = given_intervals(intervals).reset_index(drop=True)
    _one_row_an_interval(frame, centre.interval_s)
    floats("offered", frame["offered"].to_numpy(dtype=float, na_value=np.nan), high=1e12)
    for name in frame["queue"].unique():
        centre.queue(name)
    return frame


def agents_by_row(agents, frame, *, nan=False):
    """The agents that are given, by the rows of the frame, whatever labels of their own they have: a Series.

    One number is that of every row; with `nan` some may be unknown. Raises ValueError for what is no number from 0 on,
    or for another count.
    """
    floats("agents", agents, high=1e12, nan=nan)
    if np.ndim(agents) and np.shape(agents) != (len(frame),):
        raise ValueError(f"agents must be one number or one a row, got {len(agents)} for {len(frame)} rows")
    return pd.Series(np.broadcast_to(np.asarray(agents), len(frame)), index=frame.index)


def _one_row_an_interval(frame, interval_s):
    """Refuse doubled rows, and a table cut to another interval than the centre's: its load would be wrong."""
    if frame["start"].isna().any() or frame["queue"].isna().any():
        raise ValueError("queue and start must be in every row: fill or drop the rows where they are missing first")
    steps = _steps_s(frame)
    if (steps == 0).any():
        row = frame[frame.duplicated(["queue", "start"])].iloc[0]
        raise ValueError(f"intervals must have one row a queue and start, got {row.queue} at {row.start} twice")
    known, times = np.unique(steps, return_counts=True)
    usual = known[[times.argmax()]] if len(known) else known
    if len(usual) and usual[0] < 86_400 and usual[0] != interval_s:
        raise ValueError(
            f"intervals must be {interval_s:g} s apart as the centre's interval_s says, got {usual[0]:g} s "
            "— set interval_s in centre.toml to the table's interval"
        )


def _steps_s(frame):
    """Seconds from each row of a queue to its next, an array; by plain arrays, for a panel asks this at every move."""
    queue, _ = pd.factorize(frame["queue"])
    moments = pd.DatetimeIndex(frame["start"]).as_unit("ns").asi8
    order = np.lexsort((moments, queue))
    return np.diff(moments[order])[np.diff(queue[order]) == 0] / 1e9


def _staff_queue(rows, queue, centre, given):
    """One queue's intervals staffed."""
    if queue.deferred:
        from .channels.deferred import staff_deferred

        return staff_deferred(rows, queue, centre, given)
    aht_s = handle_times(rows).fillna(queue.aht_s).to_numpy(float)
    calls = rows["offered"].to_numpy(float)
    try:
        agents = agents_of(queue, calls, aht_s, centre.interval_s) if given is None else given.to_numpy()
    except Infeasible as problem:
        raise Infeasible(f"queue {queue.name}: {problem}") from None
    service = service_of(queue, calls, aht_s, agents, centre.interval_s)
    more = {"concurrency": service.concurrency} if queue.at_once > 1 else {}
    hours = scheduled_agents(agents, centre.shrinkage.total, whole=False) * centre.interval_s / 3600
    return rows[["queue", "start", "offered"]].assign(
        aht_s=aht_s,
        load=service.load,
        agents=agents,
        scheduled=scheduled_agents(agents, centre.shrinkage.total),
        fte=hours / centre.costs.weekly_hours,
        service_level=service.service_level,
        asa_s=service.asa_s,
        abandonment=service.abandonment,
        occupancy=service.occupancy,
        cost=hours * centre.costs.loaded_hourly_cost,
        **more,
    )


def _share_of(top, bottom):
    return top / bottom if np.ndim(top) == 0 else top.div(bottom.where(bottom > 0))
