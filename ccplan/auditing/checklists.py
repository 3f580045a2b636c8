"""The field's checklists as data, and how far a centre is with its own: what is done, late, blocked, by step and
department.

The lists ship as files in `setting_up/lists/`; a centre's own state lies in its folder as the table `checklist`, a
CSV that people edit.
"""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import numpy as np
import pandas as pd

from ..data.tables import CHECKLIST

LISTS = Path(__file__).parent / "setting_up" / "lists"
PHASES = ("before", "during", "after")
SETTLED = ("done", "not needed")  # nothing is left to do
USUAL_DAYS = 5  # working days of an item of the centre's own, which no list describes


@dataclass(frozen=True, kw_only=True)
class Item:
    """An item of a checklist: `item` its name, `how`, `department`, `days` (working days), `after` (names of items
    that come first).

    `phase` is before, during or after the opening; `kpi` a key of KPIS it touches, `budget` the category that pays.
    Raises ValueError in words for what cannot be.
    """

    item: str
    step: str
    how: str
    department: str
    days: float
    after: tuple = ()
    phase: str = "before"
    kpi: str = ""
    budget: str = ""

    def __post_init__(self):
        if self.phase not in PHASES:
            raise ValueError(f"phase of {self.item!r} must be one of {', '.join(PHASES)}, got {self.phase!r}")
        if isinstance(self.days, bool) or not isinstance(self.days, int | float) or not 0 <= self.days <= 1000:
            raise ValueError(f"days of {self.item!r} must be working days from 0 to 1000, got {self.days!r}")


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step: its `name`, `why` it is taken, `tools`, and its `items`."""

    name: str
    why: str
    tools: str = ""
    items: tuple = ()


@dataclass(frozen=True, kw_only=True)
class Checklist:
    """A checklist: `name`, what it `says`, and its `steps` in order. Raises ValueError where an item stands twice
    or waits for itself.
    """

    name: str
    says: str
    steps: tuple = field(repr=False)

    def __post_init__(self):
        names = [one.item for one in self.items]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"an item must stand once on the list {self.name}, got {', '.join(twice)} twice")
        lost = sorted({name for one in self.items for name in one.after} - set(names))
        if lost:
            raise ValueError(f"after must name items of the list {self.name}, got {', '.join(lost)}")
        in_order({one.item: one.after for one in self.items})

    @property
    def items(self):
        """All Items, in order."""
        return tuple(one for step in self.steps for one in step.items)

    def item(self, name):
        """The Item of a name; ValueError for one that is not on the list."""
        for one in self.items:
            if one.item == name:
                return one
        raise ValueError(f"item must stand on the list {self.name}, got {name!r}")


@cache
def checklists():
    """{name: Checklist} of those that ship: set-up, requirements, choosing KPIs, security, compliance, equipment care.

    >>> [len(checklists()["set-up"].steps), checklists()["set-up"].item("open the centre").after]
    [17, ('rehearse the opening day',)]
    """
    found = [_read(file) for file in sorted(LISTS.glob("*.toml"))]
    return {one.name: one for one in sorted(found, key=lambda one: one.name != "set-up")}


def _read(file):
    told = tomllib.loads(file.read_text(encoding="utf-8"))
    steps = tuple(
        Step(
            name=step["name"],
            why=step["why"],
            tools=step.get("tools", ""),
            items=tuple(
                Item(**{**item, "step": step["name"], "after": tuple(item.get("after", ()))}) for item in step["items"]
            ),
        )
        for step in told["steps"]
    )
    return Checklist(name=told["name"], says=told["says"], steps=steps)


def in_order(after):
    """The names of {name: names that come first} so that none stands before what it waits for; ValueError where
    some wait for one another.

    >>> in_order({"b": ("a",), "a": ()})
    ('a', 'b')
    """
    try:
        return tuple(TopologicalSorter(after).static_order())
    except CycleError as problem:
        raise ValueError(
            f"items wait for one another in a circle: {' → '.join(problem.args[1])} — leave one of them out of after"
        ) from None


def starter(names=None):
    """A table `checklist` in which nothing is done yet: a row an item of the lists of these names (all of them if
    left out).

    >>> starter(["security"])[["step", "status"]].drop_duplicates().iloc[0].tolist()
    ['access', 'open']
    """
    known = checklists()
    unknown = [name for name in names or () if name not in known]
    if unknown:
        raise ValueError(f"names must be of {', '.join(known)}, got {', '.join(unknown)}")
    rows = [
        {
            "checklist": one.name,
            "step": item.step,
            "item": item.item,
            "department": item.department,
            "status": "open",
            "cost": 0.0,
        }
        for one in known.values()
        if not names or one.name in names
        for item in one.items
    ]
    return pd.DataFrame(rows).reindex(columns=CHECKLIST.names)


def described(table):
    """The table with what the lists know of each item: how, why, days, after (a tuple), phase, kpi, budget; usual
    values for others.
    """
    table = _whole(table)
    known = {
        (one.name, item.item): (item, step)
        for one in checklists().values()
        for step in one.steps
        for item in step.items
    }
    found = [known.get((str(row.checklist), str(row.item))) for row in table.itertuples()]
    return table.assign(
        how=[one[0].how if one else "" for one in found],
        why=[one[1].why if one else "" for one in found],
        days=[one[0].days if one else USUAL_DAYS for one in found],
        after=[one[0].after if one else () for one in found],
        phase=[one[0].phase if one else "before" for one in found],
        kpi=[one[0].kpi if one else "" for one in found],
        budget=[one[0].budget if one else "" for one in found],
    )


def progress(table, at, by="step"):
    """How far a list is on the day `at`: a row a checklist and step (or department), with the last row of each
    checklist for all of it.

    Columns: checklist, `by`, items, done, not_needed, late (open and due before `at`), share (done ÷ items that are
    needed; NaN where none is), cost_open (what the open ones still cost).
    """
    if by not in ("step", "department"):
        raise ValueError(f"by must be step or department, got {by!r}")
    rows = _with_state(table, at)
    return pd.concat(
        [_counted(rows, ["checklist", by]), _counted(rows, ["checklist"]).assign(**{by: "all"})], ignore_index=True
    )


def _whole(table):
    """The table with every column of a checklist, empty where it has none."""
    return table.reindex(columns=[*table.columns, *(name for name in CHECKLIST.names if name not in table)])


def _with_state(table, at):
    table = _whole(table)
    status, due = table["status"].fillna("open"), pd.to_datetime(table["due"])
    opened = ~status.isin(SETTLED)
    return table.assign(
        **{name: table[name].astype("object").fillna("nobody") for name in ("department", "owner")},
        status=status,
        open=opened,
        due=due,
        late=opened & (due < pd.Timestamp(at)),
        cost_open=np.where(opened, table["cost"].fillna(0), 0.0),
    )


def _counted(rows, keys):
    told = rows.assign(done=rows["status"].eq("done"), not_needed=rows["status"].eq("not needed"), items=1)
    sums = told.groupby(keys, sort=False, as_index=False)[["items", "done", "not_needed", "late", "cost_open"]].sum()
    needed = sums["items"] - sums["not_needed"]
    return sums.assign(share=sums["done"] / needed.where(needed > 0))


def late_items(table, at):
    """The open items that were due before the day `at`: with days_late and how many open items wait for each, the
    most waited for first.
    """
    rows = _with_state(table, at)
    waits = waiting_for(table)
    late = rows[rows["late"]].assign(days_late=lambda frame: (pd.Timestamp(at) - frame["due"]).dt.days)
    late["waiting"] = [waits.get((row.checklist, row.item), 0) for row in late.itertuples()]
    return late.sort_values(["waiting", "days_late"], ascending=False)[
        ["checklist", "step", "item", "department", "owner", "due", "days_late", "waiting", "cost_open"]
    ]


def waiting_for(table):
    """{(checklist, item): open items that cannot begin, or end, before it}, of those that are open themselves and
    hold something up.
    """
    rows = described(table)
    opened = rows[~rows["status"].fillna("open").isin(SETTLED)]
    counts = {}
    for name, mine in opened.groupby("checklist", sort=False):
        after = dict(zip(mine["item"], mine["after"], strict=True))
        for item in after:
            for one in _before(item, after):
                counts[name, one] = counts.get((name, one), 0) + 1
    return counts


def _before(item, after):
    """All open items that must be done before one, directly or through others."""
    seen, ahead = set(), list(after.get(item, ()))
    while ahead:
        one = ahead.pop()
        if one in after and one not in seen:
            seen.add(one)
            ahead += after[one]
    return seen
