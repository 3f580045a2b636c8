"""What could be better: promises to oneself that are overdue, and what each lever would bring in money."""

from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import pandas as pd

from ..checklists import SETTLED
from ..findings import Finding

GRACE_DAYS = 30  # an item a few weeks late is on its way
LEVERS = (  # name, unit in words, factor on contacts, on handle time, points of shrinkage less
    ("handle time 5% shorter", 1.0, 0.95, 0.0),
    ("5% of the contacts not needed", 0.95, 1.0, 0.0),
    ("one point of shrinkage less", 1.0, 1.0, 0.01),
)


@dataclass(frozen=True, kw_only=True)
class Improvements:
    """What could be better.

    `overdue` a row an item of the checklist that was due and open at the quarter's end: checklist, item,
    department, due, days, cost; `worth` a row a queue and lever: hours (paid, in the quarter), money (currency, in
    the quarter); `notes`, `findings`.
    """

    overdue: pd.DataFrame = field(repr=False)
    worth: pd.DataFrame = field(repr=False)
    notes: tuple = ()
    findings: tuple = ()


def improvements(evidence):
    """The Improvements of an audit's quarter; a table that is missing leaves its part empty, with a note in words."""
    late, notes = _late(evidence)
    worth = _worth(evidence, notes)
    return Improvements(overdue=late, worth=worth, notes=tuple(notes), findings=_findings(late, evidence))


def _late(evidence):
    if "checklist" not in evidence.tables:
        return open_items(pd.DataFrame(), evidence.quarter), [
            f"no checklist is kept here: {evidence.absent.get('checklist', 'the table is missing')}"
        ]
    return open_items(evidence.frame("checklist"), evidence.quarter), []


def open_items(checklist, quarter):
    """The items of a checklist that were due before the quarter's end and not done by then, the longest overdue first.

    An item without a day of doing counts as its status says; what is not needed is not overdue. Returns checklist, item, department, due, days
    (overdue at the quarter's end), cost.
    """
    columns = ["checklist", "item", "department", "due", "days", "cost"]
    if not {"item", "due"} <= set(checklist):
        return pd.DataFrame(columns=columns)
    rows = checklist.reindex(columns=[*dict.fromkeys([*checklist, *columns, "done_on", "status"])])
    done_on, due = pd.to_datetime(rows["done_on"]), pd.to_datetime(rows["due"])
    settled = rows["status"].astype(str).str.lower().isin(SETTLED) & ~(done_on >= quarter.end)
    late = rows[(due < quarter.end) & ~settled & ~(done_on < quarter.end)]
    late = late.assign(
        due=due[late.index], days=(quarter.end - due[late.index]).dt.days, cost=pd.to_numeric(late["cost"]).fillna(0.0)
    )
    return late.sort_values("days", ascending=False, kind="stable")[columns].reset_index(drop=True)


def _findings(late, evidence):
    """One finding for all that is overdue for long."""
    long = late[late["days"] > GRACE_DAYS]
    if long.empty:
        return ()
    first, number = long.iloc[0], len(long)
    items = "1 item of the checklist is" if number == 1 else f"{number} items of the checklist are"
    paid = f"; doing them costs {long['cost'].sum():,.0f} {evidence.centre.currency}" if long["cost"].sum() else ""
    return (
        Finding(
            key="checklist overdue",
            area="improvements",
            severity="amber",
            evidence="improvements",
            says=f"{items} overdue by more than {GRACE_DAYS} days, the longest by {first['days']}: {first['item']}{paid}",
            action="Do them, give them a new day, or strike them out",
            brief=f"{items} overdue by more than {GRACE_DAYS} days",
            owner=_most(long["department"]),
            cost=None,
            cost_basis="",
        ),
    )


def _most(departments):
    """The department that most of the items wait for."""
    told = departments.dropna().astype(str)
    return told.mode().iloc[0] if len(told) else ""


def _worth(evidence, notes):
    """What each lever would save in hours and money, had it been in force in the quarter."""
    rows = []
    came = evidence.of("intervals") if "intervals" in evidence.tables else pd.DataFrame(columns=["queue"])
    for name, mine in came.groupby("queue", observed=True, sort=True):
        try:
            rows += _levers(str(name), mine, evidence.centre)
        except ValueError as problem:
            notes.append(f"{name}: what a lever is worth cannot be reckoned: {problem}")
    return pd.DataFrame(rows, columns=["queue", "lever", "hours", "money"])


def _levers(name, mine, centre):
    from ...planning.staffing import handle_times, staff

    queue, lost = centre.queue(name), centre.shrinkage.total
    if queue.deferred:
        return []
    known = pd.DataFrame(
        {
            "queue": name,
            "start": mine["start"],
            "offered": mine["offered"].fillna(0),
            "aht_s": handle_times(mine).fillna(queue.aht_s),
        }
    )

    def paid(calls=1.0, aht=1.0, points=0.0):
        net = staff(known.assign(offered=known["offered"] * calls, aht_s=known["aht_s"] * aht), centre)["agents"].sum()
        return net * centre.interval_s / 3600 / (1 - max(lost - points, 0.0))

    base = paid()
    saved = [
        (lever, base - paid(calls, aht, points)) for lever, calls, aht, points in LEVERS if not points or lost >= points
    ]
    return [
        (name, lever, float(np.round(hours, 6)), Decimal(f"{hours * centre.costs.loaded_hourly_cost:.2f}"))
        for lever, hours in saved
    ]
