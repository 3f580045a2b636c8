"""`budget_view`, the plain function behind the dials of the budget panel: a plan with some assumptions changed."""

from dataclasses import dataclass

import pandas as pd

from ..panels.dials import total
from ..panels.saying import frame_of, shown
from ..tables import Words
from .plans import labour_part


@dataclass(frozen=True, kw_only=True)
class BudgetTotals:
    """What a plan comes to, as its tiles say it."""

    cost: float = total("Cost of the plan", "Σ all amounts of the ledger", "money", -1)
    cost_per_month: float = total("Cost a month, mean", "cost ÷ months", "money", -1)
    cost_per_contact: float = total("Cost of a contact offered", "cost ÷ Σ contacts offered", "coins", -1)
    labour: float = total("Labour's share", "labour ÷ running cost; guides of the sector quote 60–75 %", "share")
    fte: float = total("FTE required, mean", "paid FTE that the forecast asks for, mean of the months", "number", -1)
    heads_end: float = total("People at the end", "expected heads on the last day of the plan", "number")
    starters: float = total("People hired", "Σ starters of the classes", "count")
    gap_fte: float = total(
        "Worst gap, FTE", "available less required in the worst month, overtime and outsourcing counted", "number", 1
    )


@dataclass(frozen=True)
class BudgetView:
    """What the panel shows for some overrides: the `plan` (a PointPlan), its `totals`, the classes `hires`,
    `warnings` in words.
    """

    overrides: dict
    plan: object
    totals: BudgetTotals
    hires: pd.DataFrame
    warnings: tuple
    currency: str = ""

    def answer(self):
        """The plan in a paragraph."""
        told, money = self.totals, self.currency
        return Words(
            f"**The plan costs {shown(told.cost, 'money', money)}: {shown(told.cost_per_month, 'money', money)} a month, "
            f"{shown(told.cost_per_contact, 'coins', money)} a contact.** It asks for {told.fte:,.1f} FTE on average and hires {told.starters:,.0f} people; "
            f"labour is {told.labour:.0%} of the running cost."
        )

    def frame(self):
        """The tiles as a table: a row a number, in words as shown."""
        return frame_of(self.totals, self.currency)


def budget_view(ground, overrides=None, *, hires=None):
    """The plan of a `budget_ground` with some assumptions changed: a BudgetView, the plain function behind the dials.

    `overrides` {name of `planning.scenarios.ASSUMPTIONS`, or "price of LINE": value}; `hires` the classes as they are
    (left out: the cheapest for these assumptions). Raises ValueError in words.
    """
    overrides = dict(overrides or {})
    if hires is None:
        made = ground.replanned(overrides)
        plan, hires = made.plan, made.hires
    else:
        plan = ground.plan(overrides, hires=hires)
    return BudgetView(overrides, plan, totals_of(plan), hires, tuple(_warnings(plan)), plan.budget.currency)


def totals_of(plan):
    """The BudgetTotals of a PointPlan."""
    told, months = plan.measures, plan.headcount["month"].nunique()
    return BudgetTotals(
        cost=told["cost"],
        cost_per_month=told["cost"] / months,
        cost_per_contact=told["cost_per_contact"],
        labour=labour_part(plan),
        fte=told["fte"],
        heads_end=told["heads_end"],
        starters=told["starters"],
        gap_fte=told["gap_fte"],
    )


def _warnings(plan):
    gaps = plan.headcount[plan.headcount["gap_fte"] < -0.05]
    if len(gaps):
        worst = gaps.loc[gaps["gap_fte"].idxmin()]
        yield (
            f"{len(gaps)} months of queues lack people, most {worst['queue']} in {worst['month']:%B %Y}: {-worst['gap_fte']:.1f} FTE. "
            "What is not paid to them is not in the cost: it is paid for in service."
        )
