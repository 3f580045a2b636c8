"""What is still open on the centre's checklist, as lines of a budget."""

from dataclasses import replace

import pandas as pd

from ...data.budget_lines import BudgetLine
from ...data.given import given_table

STEPS = {  # category → words in the name of a step
    "training": ("training", "onboarding"),
    "technology": ("technology", "tool", "integration", "access", "encrypt", "network", "card", "back-up"),
    "equipment": ("equipment",),
    "facilities": ("floor",),
    "recruitment": ("manager",),
}


def checklist_lines(checklist, first):
    """What the open items of the table `checklist` still cost, as BudgetLines of the month in which they are due.

    `first` is the plan's first month: what is overdue is paid in it. Items of a list whose name holds "set-up" set the
    centre up; the others run it.
    """
    given_table(checklist, "checklist", keys=["checklist", "step", "item", "status"], perhaps=["cost"])
    if "due" in checklist:
        given_table(checklist, "checklist", times=["due"])
    first, lines = pd.Timestamp(first).to_period("M"), []
    cost = checklist["cost"].fillna(0) if "cost" in checklist else pd.Series(0.0, checklist.index)
    rows = checklist[checklist["status"].ne("done") & (cost != 0)]
    told = ["checklist", "step", "item", "cost", "due"]
    for row in rows[[name for name in told if name in rows]].to_dict("records"):
        due = row.get("due")
        due = None if due is None or pd.isna(due) else due
        month = first if due is None else max(first, pd.Timestamp(due).to_period("M"))
        when = (
            "no date is set"
            if due is None
            else f"due {due:%Y-%m-%d}{', overdue' if month > pd.Timestamp(due).to_period('M') else ''}"
        )
        lines.append(
            BudgetLine(
                name=f"{row['checklist']}: {row['item']}",
                category=_category_of(str(row["step"])),
                driver="once",
                start=str(month),
                price=float(row["cost"]),
                set_up="set-up" in str(row["checklist"]).lower(),
                source=f"checklist, {row['step']}: {when}",
            )
        )
    return tuple(_once_each(lines))


def _category_of(step):
    """The category of a step by the words in its name."""
    return next(
        (category for category, some in STEPS.items() if any(word in step.lower() for word in some)), "miscellaneous"
    )


def _once_each(lines):
    """Items of one name become lines of two names."""
    seen = {}
    for line in lines:
        seen[line.name] = seen.get(line.name, 0) + 1
        yield line if seen[line.name] == 1 else replace(line, name=f"{line.name} ({seen[line.name]})")
