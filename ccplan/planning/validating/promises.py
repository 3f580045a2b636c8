"""Promised against delivered: what a plan says of itself, beside what days played call by call give.

Each staffing rule promises every interval a service. Fresh simulated days, of which no rule knows anything, say
what callers would have got; and what they get when the world is not as the formulas assume: a busy day,
handle times of another shape, callers of another temper, colleagues who are not there.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...queueing import Lognormal, Sample, performance, predict_day, simulate_day
from ...queueing.arrival_rate import calls_of
from ...queueing.day_staffing import offered_load
from ...queueing.inputs import floats, one_of
from ...queueing.targets import Targets
from ...queueing.time_varying import day_door
from ..service.days import local_days
from ..service.through_day import RULES
from ..staffing import given_intervals, handle_times

HOURS, FIRST_HOUR = 12, 8
LEVELS = 20  # of a day's own volume, each equally likely
NEAR = 0.005  # under the target by less is not told from chance


@dataclass(frozen=True, kw_only=True)
class PlannedDay:
    """One queue's day as a planner has it: calls by interval, aht_s (by interval), patience_s, targets, interval_s,
    first hour.
    """

    name: str
    calls: np.ndarray
    aht_s: np.ndarray
    patience_s: float
    targets: object
    interval_s: float = 1800.0
    first_hour: float = 8.0

    @property
    def how(self):
        """What every function of a day takes."""
        return {"interval_s": self.interval_s, "patience_s": self.patience_s}


def typical_day(intervals, centre, queue="", weeks=8):
    """A mean day of one queue: the calls and handle times by interval of its busiest weekday, over its last weeks.

    `intervals` is a table of intervals; without a `queue` its largest voice queue. Calls are the median of the
    weekday's counts, so that one strange day does not count; the handle time is one mean. Raises ValueError where
    there are no calls, or too few to be typical.
    """
    given_intervals(intervals)
    voice = [one.name for one in centre.queues if one.channel == "voice"]
    sums = (
        intervals[intervals["queue"].isin([queue] if queue else voice)].groupby("queue", observed=True)["offered"].sum()
    )
    if not sums.sum() > 0:
        raise ValueError(
            f"queue must be a voice queue with calls ({', '.join(voice) or 'there is none'}), got {queue or 'none'}"
        )
    queue = sums.idxmax()
    rows = intervals[intervals["queue"] == queue]
    rows = rows.assign(day=local_days(rows["start"]), weekday=rows["start"].dt.day_of_week, aht_s=handle_times(rows))
    rows = rows[rows["day"] > rows["day"].max() - pd.Timedelta(weeks=weeks)]
    rows = rows[rows["weekday"] == rows.groupby("weekday")["offered"].sum().idxmax()]
    clock = (rows["start"].dt.tz_localize(None) - rows["day"]).dt.total_seconds()
    calls = rows.groupby(clock)["offered"].median()
    busy = calls.index[calls > 0]
    if not len(busy):
        raise ValueError(
            f"queue {queue}: no interval of its busiest weekday has a call on most days, so no day is typical"
        )
    # Hours without rows, such as a closed noon, are hours without calls.
    calls = calls.reindex(np.arange(busy[0], busy[-1] + 1, centre.interval_s), fill_value=0.0)
    aht_s = (rows["aht_s"] * rows["offered"]).sum() / rows["offered"].sum()
    known = centre.queue(queue)
    return PlannedDay(
        name=f"{queue}, a typical {rows['start'].iloc[0]:%A}",
        calls=calls.to_numpy(float),
        targets=known.targets,
        aht_s=np.full(len(calls), aht_s if aht_s > 0 else known.aht_s),
        patience_s=known.patience_s,
        interval_s=centre.interval_s,
        first_hour=float(busy[0]) / 3600,
    )


def hard_day(load=15.0):
    """A day that is hard on formulas: calls of 20 minutes, nobody hangs up, a steep morning and a falling evening.

    `load` is the mean load of the day in Erlang.

    >>> float(hard_day().calls.sum().round())
    540.0
    """
    hour = FIRST_HOUR + 0.25 + np.arange(2 * HOURS) / 2
    shape = np.exp(-(((hour - 10.5) / 2.2) ** 2)) + 0.75 * np.exp(-(((hour - 15) / 2.4) ** 2)) + 0.04
    calls = float(floats("load", load, open_low=True, open_high=True)) * shape / shape.mean() * 1800 / 1200
    return PlannedDay(
        name="20-minute calls",
        calls=calls,
        aht_s=np.full(len(calls), 1200.0),
        patience_s=np.inf,
        targets=Targets(),
        first_hour=FIRST_HOUR,
    )


def promise(day, rule):
    """What a rule's own formula says of its own plan: a row an interval with hour, offered, agents and promised."""
    one_of("rule", rule, tuple(RULES))
    agents = RULES[rule](day.calls, day.aht_s, day.targets, **day.how)
    if rule == "through the day":
        told = predict_day(day.calls, day.aht_s, agents, target_s=day.targets.target_s, **day.how)[
            "service_level"
        ].to_numpy()
    else:
        told = performance(
            _calls_seen(day, rule), day.aht_s, agents, target_s=day.targets.target_s, **day.how
        ).service_level
    hour = day.first_hour + np.arange(len(day.calls)) * day.interval_s / 3600
    return pd.DataFrame({"hour": hour, "offered": day.calls, "agents": agents, "promised": told})


def promised_and_delivered(day, *, rules=tuple(RULES), days=1000, seed=0):
    """Each rule's promise beside what fresh simulated days give: a row an interval and rule.

    Returns rule, hour, offered, agents, promised, delivered, low, high (95 % interval of the mean, shares).
    """
    parts = []
    for rule in rules:
        plan = promise(day, rule)
        found = _played(day, plan["agents"], days=days, seed=seed).intervals
        half = found["service_level_ci95"].fillna(0)
        parts.append(
            plan.assign(
                rule=rule,
                delivered=found["service_level"],
                low=(found["service_level"] - half).clip(0, 1),
                high=(found["service_level"] + half).clip(0, 1),
            )
        )
    return pd.concat(parts, ignore_index=True)[
        ["rule", "hour", "offered", "agents", "promised", "delivered", "low", "high"]
    ]


def promise_table(kept, target, interval_s=1800):
    """A row a rule of `promised_and_delivered`: what was promised of the day and what came, in sums.

    Returns rule, agent_hours, promised, delivered (Σ in time ÷ Σ offered), worst_interval (delivered), under_target
    (share of intervals with calls that fall below `target`, by more than chance), mean_error (points of an interval).
    """
    rows = []
    for rule, plan in kept.groupby("rule", sort=False):
        plan = plan[plan["offered"] > 0]
        calls = plan["offered"] / plan["offered"].sum()
        rows.append(
            {
                "rule": rule,
                "agent_hours": plan["agents"].sum() * interval_s / 3600,
                "promised": calls @ plan["promised"],
                "delivered": calls @ plan["delivered"],
                "worst_interval": plan["delivered"].min(),
                "under_target": (plan["high"] < target - NEAR).mean(),
                "mean_error": (plan["promised"] - plan["delivered"]).abs().mean(),
            }
        )
    return pd.DataFrame(rows)


def assumptions_tested(day, agents, *, days=1000, seed=0, handle_cv=0.8):
    """The same plan in worlds that differ from the formulas' in one thing: a row a world.

    `agents` is the plan. Returns world, delivered (the day's service), change (against the first row, where all is as
    assumed), worst_interval, under_target, and chance: the share of days that meet the service target as a whole.
    Means of handle time and patience are the same in all worlds, but where the world says otherwise.
    """
    agents = np.asarray(agents)
    known = {"days": days, "seed": seed}
    worlds = {"as the formulas assume": _played(day, agents, **known)}
    worlds["days vary by 10 % in volume"] = _varied(day, agents, 0.10, **known)
    worlds[f"handle times lognormal, CV {handle_cv:g}"] = _played(
        day, agents, aht_s=Lognormal(tuple(day.aht_s), cv=handle_cv), **known
    )
    worlds["handle times lognormal, CV 1.5"] = _played(day, agents, aht_s=Lognormal(tuple(day.aht_s), cv=1.5), **known)
    worlds["handle times 5 % longer"] = _played(day, agents, aht_s=tuple(day.aht_s * 1.05), **known)
    if np.isfinite(day.patience_s):
        worlds["nobody hangs up at once (lognormal, CV 0.5)"] = _played(
            day, agents, patience_s=Lognormal(day.patience_s, cv=0.5), **known
        )
        worlds["one caller in three hangs up at once, the rest wait"] = _played(
            day, agents, patience_s=_two_tempers(day.patience_s), **known
        )
    worlds["one agent in twenty is not there"] = _played(day, agents - _missing(agents, 0.05), **known)
    table = pd.DataFrame([{"world": name} | _came(found, day.targets.service_level) for name, found in worlds.items()])
    table.insert(2, "change", table["delivered"] - table["delivered"].iloc[0])
    return table


def _missing(agents, share):
    """Whole agents who are not there, spread over the day, so that in all the share of the agent-hours is missing."""
    return np.diff(np.floor(np.cumsum(np.append(0.0, agents * share)) + 1e-9)).astype(int)


def _calls_seen(day, rule):
    """The calls by which the rule staffs: those of the interval, of a handle time earlier, or of the load in hand."""
    if rule == "stationary":
        return day.calls
    known, _ = day_door(day.calls, day.aht_s, 0, day.interval_s, day.patience_s, 0.0, None)
    if rule == "offered load":
        return offered_load(known) * day.interval_s / day.aht_s
    early = (np.maximum(side - day.aht_s, 0.0) for side in (known.edges[:-1], known.edges[1:]))
    return np.array([calls_of(known.rate, np.array(span))[0] for span in zip(*early)])


def _played(day, agents, *, days, seed, aht_s=None, patience_s=None, calls=None):
    return simulate_day(
        day.calls if calls is None else calls,
        tuple(day.aht_s) if aht_s is None else aht_s,
        np.asarray(agents),
        interval_s=day.interval_s,
        patience_s=day.patience_s if patience_s is None else patience_s,
        target_s=day.targets.target_s,
        days=days,
        seed=seed,
    )


def _varied(day, agents, cv, *, days, seed):
    """Days each of a volume of its own (gamma, mean 1, this CV): several simulations put together."""
    from scipy.special import gammaincinv  # loads where it is used

    factors = gammaincinv(1 / cv**2, (np.arange(LEVELS) + 0.5) / LEVELS) * cv**2
    factors = factors / factors.mean()
    each = [
        _played(day, agents, calls=day.calls * factor, days=max(days // LEVELS, 2), seed=seed + 1 + k)
        for k, factor in enumerate(factors)
    ]
    return _Together(pd.concat([one.days for one in each]), _mean_intervals([one.intervals for one in each]))


@dataclass(frozen=True)
class _Together:
    days: pd.DataFrame
    intervals: pd.DataFrame


def _mean_intervals(each):
    calls = np.stack([one["offered"] for one in each])
    level, half = (np.stack([one[name].fillna(0) for one in each]) for name in ("service_level", "service_level_ci95"))
    below = np.maximum(calls.sum(axis=0), 1e-12)
    return pd.DataFrame(
        {
            "offered": calls.mean(axis=0),
            "service_level": (level * calls).sum(axis=0) / below,
            "service_level_ci95": np.sqrt(((half * calls) ** 2).sum(axis=0)) / below,
        }
    )


def _two_tempers(mean_s):
    """A third of callers who leave after five seconds on average, the rest later, with the same mean in all."""
    ranks = (np.arange(3000) + 0.5) / 3000
    quick, slow = -np.log1p(-ranks[::2]) * 5.0, -np.log1p(-ranks) * max((mean_s - 5.0 / 3) * 1.5, 1.0)
    return Sample(tuple(np.concatenate([quick, slow])))


def _came(found, target):
    busy = found.intervals[found.intervals["offered"] > 0]
    high = busy["service_level"] + busy["service_level_ci95"].fillna(0)
    return {
        "delivered": found.days["answered_in_target"].sum() / found.days["offered"].sum(),
        "worst_interval": busy["service_level"].min(),
        "under_target": (high < target - NEAR).mean(),
        "chance": (found.days["service_level"] >= target).mean(),
    }
