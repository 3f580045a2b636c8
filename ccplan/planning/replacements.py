"""Hires that keep a queue staffed without an optimiser: each class starts when its people are needed, none for a mere dip."""

import numpy as np
import pandas as pd

from .cohorts import WEEKS_A_MONTH
from .headcount import checked_requirement, class_months, classes_of, contract, opening


def replacements(requirement, centre, *, people=None):
    """Classes that replace leavers and follow growth: queue, month, heads, fte.

    Month by month, a class starts that many months ahead as its training takes (rounded up), just large enough that the
    full agents of that later month, with everybody in the class counted as if fully trained, meet its requirement.
    Nobody starts before the first month. Plain and greedy: it minds neither cost nor class sizes.
    """
    needed = checked_requirement(requirement)
    people = opening(needed, centre) if people is None else people
    ahead = int(np.ceil(centre.hiring.training_weeks / WEEKS_A_MONTH))
    parts = [_of_queue(rows, people[people["queue"] == name], ahead, centre) for name, rows in needed.groupby("queue", sort=False)]
    return pd.concat(parts, ignore_index=True)


def _of_queue(rows, people, ahead, centre):
    months, required, fte = pd.DatetimeIndex(rows["month"]), rows["fte"].to_numpy(float), contract(centre)
    able = _able(classes_of(months[0], people), months, centre) if len(people) else np.zeros(len(months))
    hires = []
    for start in range(len(months)):
        wanted = required[min(start + ahead, len(months) - 1)] - able[min(start + ahead, len(months) - 1)]
        heads = float(np.ceil(wanted / fte - 1e-9))
        if heads > 0:
            hires.append({"queue": rows["queue"].iloc[0], "month": months[start], "heads": heads, "fte": heads * fte})
            mine = pd.DataFrame(hires[-1:]).assign(kind="starter", entered=months[start], age=0)
            able = able + _able(mine, months, centre)
    return pd.DataFrame(hires, columns=["queue", "month", "heads", "fte"])


def _able(classes, months, centre):
    """FTE by month, newcomers counted in full."""
    lives = class_months(classes, months, centre.hiring)
    return (lives["average"] * (classes["fte"] / classes["heads"]).to_numpy()[:, None]).sum(axis=0)
