"""What service costs: the price of one more point of it, and what one more agent is worth and where.

An agent is worth most where calls are about to wait: through the day that may be an interval before the one
in which they do, since who waits now waits on in the next.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from ...queueing import predict_day
from ...queueing.inputs import one_of, share
from .days import local_days
from .through_day import unlimited
from ..staffing import given_staffed, refuse_deferred, service_of, staff

LEVELS = (0.70, 0.75, 0.80, 0.85, 0.90, 0.95)


def service_frontier(intervals, centre, levels=LEVELS, *, rule="through the day", meet="every"):
    """What each level of service costs: a row a queue and level, every other target kept.

    `intervals` and `centre` as for `staff`, `levels` rising service targets (shares), `rule` and `meet` as there.
    Returns queue, target, agent_hours (net), fte, cost (currency), service_level (Σ in time ÷ Σ offered, as the
    rule tells it) and cost_per_point: what the step to this level costs for each point (1 %) that the service
    really rises; nan at the first level and where it does not rise. Raises ValueError for levels that do
    not rise or are no shares, Infeasible for a level nobody can give.

    >>> from ccplan.data import Centre, Queue
    >>> start = pd.date_range("2026-09-01 09:00", periods=4, freq="30min")
    >>> day = pd.DataFrame({"queue": "q", "start": start, "offered": 100.0, "aht_s": 180.0})
    >>> service_frontier(day, Centre(name="x", queues=(Queue(name="q"),)), (0.7, 0.8, 0.9))["agent_hours"].tolist()
    [25.5, 27.0, 29.5]
    """
    levels = np.atleast_1d(share("levels", levels, open_high=True))
    if levels.ndim > 1 or (np.diff(levels) <= 0).any():
        raise ValueError(f"levels must rise, such as 0.7, 0.8, 0.9, got {levels.tolist()}")
    table = pd.concat([_at_level(intervals, centre, level, rule, meet) for level in levels], ignore_index=True)
    steps = table.groupby("queue", sort=False, observed=True)[["cost", "service_level"]].diff()
    rise = steps["service_level"].where(steps["service_level"] > 1e-9)
    table = table.assign(cost_per_point=steps["cost"] / (100 * rise))
    return table.sort_values(
        "queue",
        kind="stable",
        key=lambda names: names.map({q: i for i, q in enumerate(names.unique())}),
        ignore_index=True,
    )


def _at_level(intervals, centre, level, rule, meet):
    asked = replace(
        centre,
        queues=tuple(
            replace(queue, targets=replace(queue.targets, service_level=float(level))) for queue in centre.queues
        ),
    )
    staffed = staff(intervals, asked, rule=rule, meet=meet)
    sums = (
        staffed.assign(in_time=staffed["service_level"] * staffed["offered"])
        .groupby("queue", sort=False, observed=True)[["agents", "fte", "cost", "in_time", "offered"]]
        .sum()
    )
    return pd.DataFrame({
        "queue": sums.index, "target": float(level), "agent_hours": sums["agents"] * centre.interval_s / 3600,
        "fte": sums["fte"], "cost": sums["cost"], "service_level": sums["in_time"] / sums["offered"].where(sums["offered"] > 0),
    }).reset_index(drop=True)  # fmt: skip


def one_more_agent(staffed, centre, *, rule="stationary"):
    """What one more agent in an interval does: staffed with service_gain (of the day's service, a share) and cost.

    `staffed` is a frame of `staff`. service_gain is the rise of Σ in time ÷ Σ offered of the queue's day,
    cost_of_one what the agent costs for the interval (gross, currency), cost_per_point one ÷ the other. By `rule`
    "stationary" an agent serves its own interval; "through the day" also those who would wait on into the
    next (a day solved once for each interval: seconds for a day, minutes for a month). Raises ValueError for work that
    may wait and, "through the day", for limited lines.
    """
    one_of("rule", rule, ("stationary", "through the day"))
    given_staffed(staffed, "aht_s")
    gain = pd.Series(np.nan, index=range(len(staffed)))
    frame = staffed.reset_index(drop=True)
    for name in frame["queue"].unique():
        refuse_deferred(centre.queue(name), "one agent more by interval")
    for (name, _), rows in frame.groupby(["queue", local_days(frame["start"])], sort=False, observed=True):
        rows = rows.sort_values("start")
        offered = rows["offered"].to_numpy(float)
        if offered.sum() > 0:
            queue = centre.queue(name)
            through = rule == "through the day" and queue.at_once == 1
            calls = (_worth_through_day if through else _worth_alone)(queue, centre.interval_s, offered, rows)
            gain[rows.index] = calls / offered.sum()
    gain = gain.set_axis(staffed.index)
    cost = centre.interval_s / 3600 / (1 - centre.shrinkage.total) * centre.costs.loaded_hourly_cost
    return staffed.assign(service_gain=gain, cost_of_one=cost, cost_per_point=cost / (100 * gain.where(gain > 1e-9)))


def _worth_alone(queue, interval_s, offered, rows):
    """Calls more in time by one agent more in each interval, each interval by itself."""
    agents = rows["agents"].to_numpy()
    now, more = (service_of(queue, offered, rows["aht_s"].to_numpy(float), n, interval_s) for n in (agents, agents + 1))
    return (more.service_level - now.service_level) * offered


def _worth_through_day(queue, interval_s, offered, rows):
    """The same over the whole day, which is solved again for each interval."""
    unlimited(queue)
    aht_s, agents = rows["aht_s"].to_numpy(float), rows["agents"].to_numpy()

    def in_time(staff_of_day):
        told = predict_day(
            offered,
            aht_s,
            staff_of_day,
            interval_s=interval_s,
            patience_s=queue.patience_s,
            target_s=queue.targets.target_s,
            definition=queue.targets.definition,
        )
        return (told["service_level"] * offered).sum()

    now = in_time(agents)
    return np.array([in_time(agents + (np.arange(agents.size) == k)) - now for k in range(agents.size)])
