"""A plan made from a forecast of the past, held against what then came: what the formula and the forecast each cost.

The past is forecast again as of a date, the plan is made from it, and the days that followed are put through
the time-varying queue with the planned agents. So the error of the forecast shows in agents and in service.
"""

import numpy as np
import pandas as pd

from ...data.given import given_table
from ...queueing import predict_day
from ..service.days import local_days
from ..forecast import forecast_queues
from ..staffing import given_intervals, handle_times, staff


def planned_from_forecast(history, centre, at, horizon="4w", **calendar):
    """One queue's plan from its forecast as of `at`, beside what came: a row an interval.

    `history` is one queue's table of intervals that reaches past `at`; `horizon` and `calendar` as for `forecast`.
    Returns queue, start, forecast and offered (contacts), planned and needed (net agents: by the forecast, and had the
    calls been known), promised (service of the plan) and service_level (what the calls that came get from the planned
    agents, through the day). Raises ValueError for several queues, and where nothing of what came is in the table.
    """
    names = given_intervals(history)["queue"].unique()
    if len(names) != 1:
        raise ValueError(f"history must be of one queue, got {', '.join(map(str, names)) or 'no rows'}")
    frame = forecast_queues(history, centre, horizon, at=at, **calendar)[0].frame
    came = history.assign(aht_came=handle_times(history))[["start", "offered", "aht_came"]]
    both = frame.rename(columns={"offered": "forecast"})[["queue", "start", "forecast", "aht_s"]].merge(
        came, on="start", how="inner"
    )
    if both.empty:
        raise ValueError(
            f"history must reach past {pd.Timestamp(at):%Y-%m-%d}, or there is nothing to hold the forecast against"
        )
    plan = staff(both.drop(columns="offered").rename(columns={"forecast": "offered"}), centre)
    known = both[["queue", "start", "offered"]].assign(aht_s=both["aht_came"].fillna(both["aht_s"]))
    return both[["queue", "start", "forecast", "offered"]].assign(
        planned=plan["agents"],
        needed=staff(known, centre)["agents"],
        promised=plan["service_level"],
        service_level=_given(known, plan["agents"], centre),
    )


def foresight_table(plan, target):
    """What a frame of `planned_from_forecast` comes to, as a Series.

    days; calls_error (WAPE of the intervals) and calls_bias; agents_error (mean |planned − needed|), hours_bias
    (planned ÷ needed − 1); promised and service_level (Σ in time ÷ Σ offered); day_error (mean of the days'
    |service − promised|); days_met (share of the days with contacts at `target` or above).
    """
    numbers = ["forecast", "offered", "planned", "needed", "promised", "service_level"]
    given_table(plan, "plan", times=["start"], numbers=numbers)
    calls, day = plan["offered"], local_days(plan["start"])
    in_time = (
        plan.assign(told=plan["promised"] * plan["forecast"], came=plan["service_level"] * calls)
        .groupby(day)[["told", "came", "forecast", "offered"]]
        .sum()
    )
    told, came = (
        in_time["told"] / in_time["forecast"],
        in_time["came"] / in_time["offered"].where(in_time["offered"] > 0),
    )
    return pd.Series({
        "days": day.nunique(), "calls_error": (plan["forecast"] - calls).abs().sum() / calls.sum(),
        "calls_bias": plan["forecast"].sum() / calls.sum() - 1, "agents_error": (plan["planned"] - plan["needed"]).abs().mean(),
        "hours_bias": plan["planned"].sum() / plan["needed"].sum() - 1, "promised": in_time["told"].sum() / in_time["forecast"].sum(),
        "service_level": in_time["came"].sum() / in_time["offered"].sum(), "day_error": (came - told).abs().mean(),
        "days_met": (came.dropna() >= target).mean()})  # fmt: skip


def _given(known, agents, centre):
    """Service through each day of the calls that came, with these agents."""
    level = pd.Series(np.nan, index=known.index)
    queue = centre.queue(known["queue"].iloc[0])
    for _, rows in known.groupby(local_days(known["start"]), sort=False):
        told = predict_day(
            rows["offered"].to_numpy(float),
            rows["aht_s"].to_numpy(float),
            agents[rows.index].to_numpy(),
            interval_s=centre.interval_s,
            patience_s=queue.patience_s,
            target_s=queue.targets.target_s,
        )
        level[rows.index] = told["service_level"].to_numpy()
    return level
