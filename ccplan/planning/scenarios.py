"""What if: named sets of overrides on one base plan, compared number by number, and kept in the centre's folder.

A scenario is {assumption: value}; what can be assumed is told by `assumption_list`.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from ..data.centre import Costs, Flex, Hiring, Shrinkage
from ..data.files import write_whole
from ..data.locks import locked
from ..queueing.inputs import floats
from .uncertainty.assumption_list import ASSUMPTIONS
from .budget import Budget, plan_budget
from .headcount import plan_headcount
from .uncertainty.quick_plan import QuickPlan, quick_plan

KEPT = 4  # quick plans that are kept ready
FILE_NAME = "scenarios.json"


@dataclass(frozen=True)
class PointPlan:
    """One plan from the requirement to the budget: the frames of its three stages, and `measures`, its numbers in
    short.
    """

    requirement: pd.DataFrame
    headcount: pd.DataFrame
    budget: Budget

    @property
    def measures(self):
        """offered, fte (mean, required), heads_end (last month), starters, gap_fte (worst month), cost,
        cost_per_contact: a Series.
        """
        monthly = self.headcount.groupby("month")
        cost, offered = float(self.budget.total), float(self.requirement["offered"].sum())
        return pd.Series({
            "offered": offered, "fte": monthly["required_fte"].sum().mean(), "heads_end": monthly["heads_end"].sum().iloc[-1],
            "starters": self.headcount["starters"].sum(), "gap_fte": min(0.0, monthly["gap_fte"].sum().min()), "cost": cost,
            "cost_per_contact": cost / offered if offered else np.nan,
        })  # fmt: skip


def point_plan(frame, centre, months=None, *, overrides=None, people=None, hires=None, teams=None, requirement=None):
    """The plan of a forecast with some assumptions changed: a `PointPlan`.

    `frame` is a forecast (queue, start, offered, aht_s) of whole months, or one of `staff`; `overrides` {name of
    ASSUMPTIONS: value}; `people`, `hires` and `teams` as in `plan_headcount` (hires left out: planned anew).
    `requirement` is where the monthly requirement comes from: a `QuickPlan` of the frame (left out: one that is
    made of it and kept, so that the next move takes milliseconds), or a function (frame, centre) of the changed
    ones, such as the full chain `lambda frame, centre: monthly_requirement(staff(frame, centre), centre)`. Raises
    ValueError in words for an unknown assumption or a value out of range.
    """
    values = checked_overrides(overrides or {})
    if not callable(requirement):
        quick = _kept_plan(frame, centre, teams) if requirement is None else requirement
        needed, centre = quick_requirement(quick, centre, values)
    else:
        for name, value in values.items():
            frame, centre = ASSUMPTIONS[name].changed(frame, centre, value)
        needed = requirement(frame, centre)
    headcount = plan_headcount(needed, centre, months, people=people, hires=hires)
    needed = needed[needed["month"].isin(headcount["month"])].reset_index(drop=True)
    return PointPlan(needed, headcount, plan_budget(headcount, centre, contacts=needed))


def quick_requirement(quick, centre, values):
    """(monthly requirement, centre) with the assumptions' `values`, by a `QuickPlan`."""
    if not isinstance(quick, QuickPlan):
        raise ValueError(
            f"requirement must be a QuickPlan or a function of frame and centre, got {type(quick).__name__}"
        )
    moves = {
        "volume": 1 + values.get("volume", 0.0),
        "aht": 1 + values.get("aht", 0.0),
        "growth": values.get("growth", 0.0),
    }
    for name, value in values.items():
        if name not in moves:
            _, centre = ASSUMPTIONS[name].changed(None, centre, value)
    return quick.at(**moves, centre=centre), centre


_plans = []  # (what it was made of, QuickPlan), the latest last


def _kept_plan(frame, centre, teams):
    """The quick plan of a forecast: made once for the same numbers, queues and opening hours."""
    made_of = (
        _fingerprint(frame),
        _without_people(centre),
        {team: tuple(names) for team, names in (teams or {}).items()},
    )
    for known, plan in _plans:
        if known == made_of:
            return plan
    plan = quick_plan(frame, centre, teams=teams)
    _plans.append((made_of, plan))
    del _plans[:-KEPT]
    return plan


def _fingerprint(frame):
    return len(frame), tuple(frame), int(pd.util.hash_pandas_object(frame, index=False).sum())


def _without_people(centre):
    """The centre but for what comes after the requirement of agents."""
    return replace(centre, shrinkage=Shrinkage(), hiring=Hiring(), flex=Flex(), costs=Costs(), budget=(), exchange={})


def checked_overrides(overrides):
    """The overrides as numbers within their range; ValueError in words."""
    good = {}
    for name, value in overrides.items():
        if name not in ASSUMPTIONS:
            raise ValueError(f"{name} is no assumption of a plan: known are {', '.join(ASSUMPTIONS)}")
        one = ASSUMPTIONS[name]
        if isinstance(value, bool) or not isinstance(value, int | float | np.number):
            raise ValueError(f"{name} must be a number, got {value!r}")
        good[name] = float(floats(name, value, low=one.low, high=one.high))
    return good


def compare_scenarios(plans):
    """Named PointPlans side by side: a row a measure, a column a scenario, and the difference of each to the first.

    `plans` {name: PointPlan}, one at least; the first is the base. Columns "name" and "name − base".
    """
    if not plans:
        raise ValueError("plans must hold one plan at least, got none")
    table = pd.DataFrame({name: plan.measures for name, plan in plans.items()})
    base = table.columns[0]
    for name in table.columns[1:]:
        table[f"{name} − {base}"] = table[name] - table[base]
    return table.rename_axis("measure")


def save_scenario(folder, name, overrides, *, note=""):
    """Keep a scenario in the centre's folder under a name: the path of its file.

    Two who save at once lose nothing; the file is whole at any moment. Raises ValueError for a bad name or assumption.
    """
    if not isinstance(name, str) or not name.strip() or len(name) > 80:
        raise ValueError(f"name must be 1 to 80 letters, got {name!r}")
    good, file = checked_overrides(overrides), Path(folder) / FILE_NAME
    with locked(file):
        kept = load_scenarios(folder)
        kept[name.strip()] = {"overrides": good, "note": str(note)}
        return write_whole(file, json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def load_scenarios(folder):
    """The scenarios of a centre's folder: {name: {"overrides": {…}, "note": …}}, none where no file is.

    Raises ValueError naming the file where it cannot be read.
    """
    file = Path(folder) / FILE_NAME
    try:
        kept = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (ValueError, OSError) as problem:
        raise ValueError(f"{file}: cannot be read as scenarios ({problem}) — mend it, or move it away") from None
    if not isinstance(kept, dict) or not all(
        isinstance(one, dict) and isinstance(one.get("overrides"), dict) for one in kept.values()
    ):
        raise ValueError(f'{file}: must hold {{name: {{"overrides": {{…}}}}}} — mend it, or move it away')
    return {name: _read_scenario(file, name, one) for name, one in kept.items()}


def _read_scenario(file, name, one):
    try:
        return {"overrides": checked_overrides(one["overrides"]), "note": str(one.get("note", ""))}
    except ValueError as problem:
        raise ValueError(f"{file}: scenario {name}: {problem} — mend it, or move the file away") from None
