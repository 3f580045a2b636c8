"""What a past period was planned to cost and did cost, from the centre's own tables: the two ends of a bridge."""

from dataclasses import dataclass, replace
from decimal import Decimal
from math import inf

import numpy as np
import pandas as pd

from ...planning.people.past_people import past_headcount
from ...planning.people.requirement import month_hours
from ...planning.staffing import staff
from .cost_bridge import CostState
from .ledger_lines import months_of, refuse_lacking

AS_A_QUEUE = "work with a deadline is staffed here as a queue"
PAID_BY_HOURS = (
    "wages",
    "paid hour",
    "overtime hour",
    "outsourced hour",
    "agent",
)  # drivers of budget lines that go with people's hours


@dataclass(frozen=True)
class LedgerCosts:
    """A period as it was planned and as it went: two CostStates, and `notes` on what was assumed."""

    planned: CostState
    actual: CostState
    notes: tuple = ()


def ledger_costs(expected, intervals, centre, ledger, agents):
    """The LedgerCosts of the months that `expected` covers.

    `expected` is the forecast that was made before them (queue, start, offered, aht_s), `intervals` what came, with
    the net `agents` who were there; `ledger` and `agents` are the tables of those names. Planned hours are those
    that the forecast asks for, grossed up by the centre's shrinkage; actual paid hours are those of the people who
    were employed. Work with a deadline is staffed as a queue, so that its hours follow its load. Raises ValueError
    in words.
    """
    months = pd.DatetimeIndex(
        sorted(expected["start"].dt.tz_localize(None).dt.to_period("M").dt.to_timestamp().unique())
    )
    mine, centre = _ledger_of(ledger, months), _all_live(centre)
    came = _came(intervals, months)
    expected = expected[expected["queue"].astype(str).isin(came["queue"].astype(str).unique())]
    hours = {"planned": _hours(staff(expected, centre), centre), "actual": _hours(came, centre)}
    paid = {
        "planned": sum(hours["planned"].values()) / (1 - centre.shrinkage.total),
        "actual": _employed_hours(agents, centre, months),
    }
    states = {
        side: CostState(
            intervals=rows[["queue", "start", "offered", "aht_s"]].reset_index(drop=True),
            centre=centre,
            agent_hours=hours[side],
            paid_hours=paid[side],
            **_money(mine, side, centre),
        )
        for side, rows in (("planned", expected), ("actual", came))
    }
    return LedgerCosts(states["planned"], states["actual"], (AS_A_QUEUE,))


def spent(intervals, centre, ledger, agents, months):
    """The CostState of months (first days) as they went: what came, who was there, and the ledger's actual amounts.

    The other end of a bridge between two periods that have been; arguments as for `ledger_costs`. Raises ValueError in
    words where the ledger or the intervals tell nothing of the months.
    """
    mine, centre = _ledger_of(ledger, months), _all_live(centre)
    came = _came(intervals, months)
    return CostState(
        intervals=came[["queue", "start", "offered", "aht_s"]].reset_index(drop=True),
        centre=centre,
        agent_hours=_hours(came, centre),
        paid_hours=_employed_hours(agents, centre, months),
        **_money(mine, "actual", centre),
    )


def _ledger_of(ledger, months):
    """The ledger's rows of the months; ValueError where none has an actual amount."""
    refuse_lacking(ledger)
    mine = ledger[months_of(ledger).isin(months)]
    if mine["actual"].isna().all() or not len(mine):
        raise ValueError(f"ledger has no actual amounts from {months[0]:%Y-%m} to {months[-1]:%Y-%m}")
    return mine


def _all_live(centre):
    """The centre with work of a deadline as queues."""
    return replace(
        centre,
        queues=tuple(
            replace(queue, deadline_s=inf, worked=None, deadline_counts="by the clock") if queue.deferred else queue
            for queue in centre.queues
        ),
    )


def _came(intervals, months):
    """What came in the months, with the mean handle time of the queue where nobody was answered."""
    from ...planning.staffing import handle_times

    month = intervals["start"].dt.tz_localize(None).dt.to_period("M").dt.to_timestamp()
    if "agents" not in intervals:
        raise ValueError("intervals do not tell agents, the people on the phones, so that their hours are not known")
    rows = intervals[month.isin(months) & intervals["agents"].notna()]
    if rows.empty:
        raise ValueError(f"intervals tell nobody on the phones from {months[0]:%Y-%m} to {months[-1]:%Y-%m}")
    parts = [one.assign(aht_s=handle_times(one)) for _, one in rows.groupby("queue", sort=False, observed=True)]
    return pd.concat(parts)[["queue", "start", "offered", "aht_s", "agents"]]


def _hours(rows, centre):
    """Agent hours on the phones by queue."""
    sums = rows["agents"].groupby(rows["queue"].astype(str), sort=False).sum() * centre.interval_s / 3600
    return {queue: float(value) for queue, value in sums.items()}


def _employed_hours(agents, centre, months):
    """Paid hours of those who were employed."""
    people = past_headcount(agents, centre, months)
    return float(np.dot(people["paid_fte"], month_hours(people["month"], centre)))


def _money(rows, side, centre):
    """labour, one_offs and other lines of a side of the ledger, Decimals."""
    people, once = _of_people(rows, centre), _once(rows, centre)
    kinds = {"labour": people & ~once, "one_offs": once, "other": ~people & ~once}
    return {
        name: sum((Decimal(str(round(value, 2))) for value in rows.loc[which, side].dropna()), Decimal(0))
        for name, which in kinds.items()
    }


def _of_people(rows, centre):
    """Lines that are paid hours × wage: labour, but for what the centre's budget pays by the month or otherwise."""
    fixed = {line.ledger_name.casefold() for line in centre.budget if line.driver not in PAID_BY_HOURS}
    return rows["category"].str.casefold().eq("labour") & ~rows["line"].astype(str).str.casefold().isin(fixed)


def _once(rows, centre):
    """Lines that come once: so the centre's budget says, or no month of the period had a plan for them."""
    once = {line.ledger_name.casefold() for line in centre.budget if line.driver == "once"}
    planned = rows["planned"].fillna(0.0).abs().groupby(rows["line"]).transform("sum")
    return rows["line"].astype(str).str.casefold().isin(once) | planned.eq(0)
