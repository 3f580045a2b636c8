"""What a workbook is made from, checked: a plan, its centre, and the people, hires and moves behind it."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ...planning.headcount import allowed, classes_of, plan_headcount
from ...planning.people.people_tables import opening
from ...planning.people.requirement import with_fte

if TYPE_CHECKING:
    from ...data.centre import Centre
    from ...planning.scenarios import PointPlan

NEAR = 1e-7  # FTE: how far the plan's own headcount may be from the one that its people make


@dataclass(frozen=True, kw_only=True)
class Case:
    """A PointPlan with its centre, everybody as `classes`, and the day of the decision `at`; `gap` is what each row
    may miss.
    """

    plan: "PointPlan"
    centre: "Centre"
    classes: pd.DataFrame
    at: pd.Timestamp
    gap: np.ndarray

    @cached_property
    def months(self):
        """Every month once, in order."""
        return pd.DatetimeIndex(self.plan.headcount["month"].unique())

    @cached_property
    def queues(self):
        """Every queue once, in the plan's order."""
        return list(self.plan.headcount["queue"].astype(str).unique())

    @cached_property
    def where(self):
        """For each row of the plan: the number of its queue and of its month, both from 0."""
        frame = self.plan.headcount
        return pd.Index(self.queues).get_indexer(frame["queue"].astype(str)), self.months.get_indexer(
            pd.DatetimeIndex(frame["month"])
        )


def case_of(plan, centre, people, hires, moves, at, allowed_gap):
    """The Case of a plan; ValueError in words where plan, centre and people do not belong together."""
    if hires is None:
        raise ValueError(
            "hires must be the classes that the plan was made with, an empty table for none: a workbook cannot look for them"
        )
    needed = plan.requirement
    people = opening(needed, centre) if people is None else people
    again = plan_headcount(needed, centre, people=people, hires=hires, moves=moves, at=at, allowed_gap=allowed_gap)
    _refuse_other_plan(plan, centre, again)
    first = again["month"].min()
    classes = classes_of(needed, people, hires, moves, centre)
    classes = classes.assign(age=np.minimum(classes["age"], _settled_after(centre.hiring)))
    return Case(
        plan=plan,
        centre=centre,
        classes=classes,
        gap=allowed(needed, allowed_gap),
        at=first if at is None else pd.Timestamp(at),
    )


def _settled_after(hiring):
    """Months after which all who are here are alike: trained, through any ramp, with one attrition; the curves go
    no further.
    """
    steps = max((months for months, _ in hiring.attrition_by_tenure), default=0)
    return max(120, int(np.ceil(steps)), 24 + len(hiring.ramp))


def _refuse_other_plan(plan, centre, again):
    told = plan.headcount
    rows = [
        list(zip(frame["queue"].astype(str), frame["month"], strict=True)) for frame in (told, again, plan.requirement)
    ]
    if not rows[0] == rows[1] == rows[2]:
        raise ValueError(
            "plan: requirement and headcount must have the same queues and months, in order of queue and month"
        )
    if not np.allclose(plan.requirement["fte"], with_fte(plan.requirement, centre)["fte"], rtol=1e-9, atol=NEAR):
        raise ValueError(
            "plan: the required FTE is not what this centre's shrinkage and hours make of it — give the centre of the plan"
        )
    for name in ("heads_start", "starters", "paid_fte", "productive_fte", "overtime_fte", "outsourced_fte"):
        off = np.abs(told[name].to_numpy(float) - again[name].to_numpy(float))
        if off.max(initial=0) > NEAR:
            row = told.iloc[int(off.argmax())]
            raise ValueError(
                f"plan: {name} of {row['queue']} in {row['month']:%Y-%m} is {row[name]:.6g}, these people and hires make "
                f"{again[name].iloc[int(off.argmax())]:.6g} — give the people, hires, moves and allowed_gap of the plan"
            )
    if plan.budget.currency != centre.currency:
        raise ValueError(f"plan: the budget is in {plan.budget.currency}, the centre's currency is {centre.currency}")
