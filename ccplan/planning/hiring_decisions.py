"""When a decision is due: the last day on which a class can be decided without harm, and the price of a month's delay.

Each class is put off by a month, by two months, …, while the other classes stay as planned; overtime and the outsourcer
fill what they can. It is safe as long as no month misses more than the plan itself does, and the class still finds a
trainer and a place.
"""

import numpy as np
import pandas as pd

from .headcount import plan_headcount
from .hiring import SHORT, plan_cost
from .labour_prices import headcount_costs
from .training_room import room_faults

COLUMNS = ("queue", "heads", "contract_months", "start", "decide_by", "last_safe_start", "last_safe_date", "waiting_cost", "waiting_missing_fte",
           "worst_month", "waiting_service", "waiting_calls_late")
MORE = 1e-3  # FTE that a month may miss more before a delay harms
POSTPONED = 18  # months that are looked at


def hiring_decisions(plan):
    """Every class of a HiringPlan with its dates and what it costs to wait a month: a row a class.

    Returns queue, heads, contract_months, start, decide_by (start − lead time), last_safe_start and last_safe_date (the
    latest start that harms no month, and its last day of decision; NaT where the plan's months end before it harms), and
    of starting one month later: waiting_cost (currency, often below 0: wages are saved), waiting_missing_fte (FTE-months
    missing more), worst_month (where most is missing), and, where the plan has curves, waiting_service (change of that month's service
    level, a share) and waiting_calls_late (calls of all months that are not answered in time).
    """
    lead = pd.Timedelta(weeks=plan.case["centre"].hiring.lead_time_weeks)
    rows = [_decision(plan, number, lead) for number in range(len(plan.hires))]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"worst_month": "datetime64[ns]"} if rows else {})


def delayed(plan, number, months):
    """The headcount where class `number` of the plan starts some months later, and the hires that make it."""
    hires = plan.hires.copy()
    hires.loc[number, "month"] += pd.DateOffset(months=months)
    case = plan.case
    return hires, plan_headcount(case["requirement"], case["centre"], people=case["people"], hires=hires, moves=case["moves"],
                                 at=case["at"], allowed_gap=case["allowed_gap"], curves=case["curves"])


def _decision(plan, number, lead):
    row = plan.hires.loc[number]
    hires, later = delayed(plan, number, 1)
    missing = _missing_more(plan, later)
    safe = row["month"] + pd.DateOffset(months=_safe_months(plan, number))
    safe = pd.NaT if safe > plan.headcount["month"].max() else safe
    worst = later.loc[int(np.argmax(missing))] if missing.max() > MORE else None
    return (row["queue"], row["heads"], row["contract_months"], row["month"], row["month"] - lead, safe, safe - lead,
            _cost(plan, later) - _cost(plan, plan.headcount), float(missing.sum()), pd.NaT if worst is None else worst["month"],
            *_service(plan, later, worst))


def _safe_months(plan, number):
    """Months by which the class can be put off without harm, one after the other."""
    last = plan.headcount["month"].max()
    for months in range(1, POSTPONED + 1):
        if plan.hires.loc[number, "month"] + pd.DateOffset(months=months - 1) > last:
            return months
        hires, later = delayed(plan, number, months)
        if _missing_more(plan, later).max() > MORE or room_faults(hires, later, plan.case["centre"]):
            return months - 1
    return POSTPONED


def _missing_more(plan, later):
    """FTE that each queue-month misses beyond what the plan itself misses there."""
    return np.maximum(_short(plan, later) - _short(plan, plan.headcount), 0.0)


def _short(plan, headcount):
    """FTE that are missing below what is wanted; what is allowed to be missing does not count."""
    return np.maximum(plan.wanted - headcount["available_fte"].to_numpy(), SHORT)


def _cost(plan, headcount):
    return plan_cost(headcount_costs(headcount, plan.case["centre"]), plan.base_costs)


def _service(plan, later, worst):
    if "service_level" not in later:
        return np.nan, np.nan
    change = later["service_level"] - plan.headcount["service_level"]
    curves = plan.case["curves"].drop_duplicates(["queue", "month"]).set_index(["queue", "month"])["offered"]
    offered = curves.reindex(pd.MultiIndex.from_frame(later[["queue", "month"]])).to_numpy()
    at = change.idxmin() if worst is None else worst.name
    return float(change[at]), float(-(offered * change).sum())
