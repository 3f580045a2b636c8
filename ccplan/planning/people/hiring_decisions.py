"""When a decision is due: the last day on which a class can be decided without harm, and the price of a month's delay.

Each class is put off by a month, by two months, …, while the other classes stay as planned; overtime and the
outsourcer fill what they can. It is safe as long as no month misses more of its requirement than the plan does by a
tolerated share, and the class still finds a trainer and a place.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .hiring import SHORT, headcount_of, plan_cost
from ..money.labour_prices import headcount_costs
from .training_room import room_faults

COLUMNS = (
    "queue",
    "heads",
    "contract_months",
    "start",
    "decide_by",
    "last_safe_start",
    "last_safe_date",
    "harm",
    "waiting_cost",
    "waiting_missing_fte",
    "worst_month",
    "waiting_service",
    "waiting_calls_late",
)
TOLERATED = 0.01  # of a month's required FTE: about a point of service
LEAST = 1e-3  # FTE, where nothing is required
POSTPONED = 18  # months that are looked at


def hiring_decisions(plan, tolerated=TOLERATED, classes=None):
    """Every class of a HiringPlan with its dates and what it costs to wait a month: a row a class; `classes`
    numbers of those to look at (all).

    `tolerated` is the share of a month's required FTE that may go missing, beyond what the plan misses, before a
    delay does harm. Returns queue, heads, contract_months, start, decide_by (start − lead time), last_safe_start
    and last_safe_date (the latest start that harms no month, and its last day of decision; NaT where the plan's
    months end before it harms), harm (in words, what goes wrong after that), and of starting one month later:
    waiting_cost (currency, often below 0: wages are saved), waiting_missing_fte (FTE-months missing more),
    worst_month (where most is missing), and, where the plan has curves, waiting_service (change of that month's
    service level, a share) and waiting_calls_late (calls of all months that are not answered in time).
    """
    if not (np.isscalar(tolerated) and not isinstance(tolerated, str) and 0 <= tolerated < 1):
        raise ValueError(
            f"tolerated must be a share of the required FTE in [0, 1), got {tolerated!r} — write 1 % as 0.01"
        )
    lead = pd.Timedelta(weeks=plan.case["centre"].hiring.lead_time_weeks)
    limit = np.maximum(tolerated * plan.headcount["required_fte"].to_numpy(), LEAST)
    rows = [_decision(plan, number, lead, limit) for number in (range(len(plan.hires)) if classes is None else classes)]
    dates = ("start", "decide_by", "last_safe_start", "last_safe_date", "worst_month")
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype(
        {name: "datetime64[ns]" for name in dates} | {"queue": "str"}
    )
    return table.astype(
        {name: float for name in COLUMNS if name.startswith("waiting")} | {"heads": int, "contract_months": int}
    )


def delayed(plan, number, months):
    """The headcount where class `number` of the plan starts some months later, and the hires that make it."""
    hires = plan.hires.copy()
    hires.loc[number, "month"] += pd.DateOffset(months=months)
    return hires, headcount_of(plan.case, hires)


def _decision(plan, number, lead, limit):
    row = plan.hires.loc[number]
    hires, later = delayed(plan, number, 1)
    missing = _missing_more(plan, later)
    latest = _latest(plan, number, limit)
    safe = row["month"] + pd.DateOffset(months=latest.months)
    safe = pd.NaT if safe > plan.headcount["month"].max() else safe
    worst = later.loc[int(np.argmax(missing))] if missing.max() > LEAST else None
    return (
        row["queue"],
        row["heads"],
        row["contract_months"],
        row["month"],
        row["month"] - lead,
        safe,
        safe - lead,
        latest.harm,
        _cost(plan, later) - _cost(plan, plan.headcount),
        float(missing.sum()),
        pd.NaT if worst is None else worst["month"],
        *_service(plan, later, worst),
    )


@dataclass(frozen=True, kw_only=True)
class _Latest:
    """By how many months a class can be put off, and what goes wrong a month later."""

    months: int
    harm: str


def _latest(plan, number, limit):
    last = plan.headcount["month"].max()
    for months in range(1, POSTPONED + 1):
        if plan.hires.loc[number, "month"] + pd.DateOffset(months=months - 1) > last:
            return _Latest(months=months, harm="")
        hires, later = delayed(plan, number, months)
        harm = _harm(plan, hires, later, limit)
        if harm:
            return _Latest(months=months - 1, harm=harm)
    return _Latest(months=POSTPONED, harm="")


def _harm(plan, hires, later, limit):
    """What goes wrong, in words; empty where nothing does."""
    over = _missing_more(plan, later) - limit
    if over.max() > 0:
        row = later.loc[int(np.argmax(over))]
        return f"{row['queue']} lacks {-row['gap_fte']:.1f} of {row['required_fte']:.1f} FTE in {row['month']:%B %Y}"
    return "; ".join(room_faults(hires, later, plan.case["centre"])[:1])


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
