"""The ground of the budget panel: one plan that answers at once for other assumptions, and what rests on many such
plans.
"""

from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .words import CHANGES, LABELS

if TYPE_CHECKING:
    from ...data.centre import Centre
    from ...planning.scenarios import PointPlan
    from ...planning.uncertainty.quick_plan import QuickPlan

PRICE = "price of "  # an override of a budget line: price of rent
MOST_STEPS = 6  # drivers that a waterfall tells apart: 64 plans
REST = "all others"


@dataclass
class BudgetGround:
    """A forecast laid ready for other assumptions: see `budget_ground`.

    `centre` has the open items of the checklist among its budget lines, `hires` are the classes of the plan as it is.
    """

    centre: "Centre"
    frame: pd.DataFrame
    people: pd.DataFrame
    quick: "QuickPlan"
    hires: pd.DataFrame = None
    kept: dict = field(default_factory=dict, repr=False)

    def plan(self, overrides=None, hires=None):
        """The PointPlan with some assumptions changed; `hires` left out: planned anew, else the classes as given.

        `overrides` {assumption, or "price of LINE": value}. Raises ValueError in words.
        """
        from ...planning.scenarios import point_plan

        moved, prices = parted(overrides or {})
        centre = with_prices(self.centre, prices)
        return point_plan(self.frame, centre, overrides=moved, people=self.people, hires=hires, requirement=self.quick)

    def replanned(self, overrides):
        """(PointPlan, classes) with the cheapest hires for the overrides, kept once found."""
        key = tuple(sorted(overrides.items()))
        if key not in self.kept:
            if len(self.kept) > 400:
                self.kept.clear()
            self.kept[key] = self._replanned(overrides)
        return self.kept[key]

    def _replanned(self, overrides):
        """Each stage is gone through once: the search for the hires has the headcount that they give already."""
        from ...planning.budget import plan_budget
        from ...planning.people.hiring import cheapest_hires
        from ...planning.scenarios import PointPlan, checked_overrides, quick_requirement

        moved, prices = parted(overrides)
        needed, centre = quick_requirement(self.quick, with_prices(self.centre, prices), checked_overrides(moved))
        found = cheapest_hires(needed, centre, people=self.people)
        needed = needed[needed["month"].isin(found.headcount["month"])].reset_index(drop=True)
        return Replanned(
            PointPlan(needed, found.headcount, plan_budget(found.headcount, centre, contacts=needed)), found.hires
        )

    def changed(self, overrides):
        """The centre with the overrides."""
        from ...planning.scenarios import ASSUMPTIONS

        moved, prices = parted(overrides)
        centre, few = with_prices(self.centre, prices), self.frame.head(1)
        for name, value in moved.items():
            _, centre = ASSUMPTIONS[name].changed(few, centre, value)
        return centre

    def now(self, name):
        """The value of an assumption, or of a line's price, as it is."""
        from ...planning.scenarios import ASSUMPTIONS

        if name.startswith(PRICE):
            return next(line.price for line in self.centre.budget if PRICE + line.name == name)
        return ASSUMPTIONS[name].now(self.centre)


@dataclass(frozen=True)
class Replanned:
    """A plan and the classes that it hires."""

    plan: "PointPlan"
    hires: pd.DataFrame


def budget_ground(staffed, centre, *, people, teams=None, checklist=None, hires=None):
    """The BudgetGround of staffed intervals (a frame of `staff`, or of `forecast`) of whole months.

    `people` are those who are here, `teams` {team: queues} and `checklist` that table, whose open items become lines of
    the budget; `hires` the classes of the plan as it is, the cheapest if left out. Raises ValueError in words.
    """
    from ...planning.uncertainty.quick_plan import quick_plan

    if checklist is not None:
        from ...planning.money.checklist_costs import checklist_lines

        first = staffed["start"].min().tz_localize(None).to_period("M").to_timestamp()
        own = {line.name for line in centre.budget}
        centre = replace(
            centre,
            budget=(*centre.budget, *(line for line in checklist_lines(checklist, first) if line.name not in own)),
        )
    frame = staffed[["queue", "start", "offered", "aht_s"]].reset_index(drop=True)
    ground = BudgetGround(centre, frame, people, quick_plan(staffed, centre, teams=teams))
    ground.hires = ground.replanned({}).hires if hires is None else hires
    return ground


def parted(overrides):
    """Overrides as (those of assumptions, those of prices {line: price})."""
    prices = {name.removeprefix(PRICE): value for name, value in overrides.items() if name.startswith(PRICE)}
    return {name: value for name, value in overrides.items() if not name.startswith(PRICE)}, prices


def with_prices(centre, prices):
    """The centre with other prices of its budget lines; ValueError in words for a line that is not there."""
    if not prices:
        return centre
    strange = set(prices) - {line.name for line in centre.budget}
    if strange:
        raise ValueError(f"the budget has no line {min(strange)!r}")
    return replace(
        centre, budget=tuple(replace(line, price=prices.get(line.name, line.price)) for line in centre.budget)
    )


# ------------------------------------------------------------------- what rests on many plans


def tornado_cases(ground, overrides):
    """The ranges around where the plan stands, and the overrides of each end: (frame of usual_ranges, [{…}, …])."""
    from ...planning.uncertainty.sensitivity import usual_ranges

    ranges = usual_ranges(ground.changed(overrides))
    for name in set(CHANGES) & set(overrides):  # changes of the forecast: around the change that is set
        set_to, row = overrides[name], ranges["name"] == name
        for end in ("now", "low", "high"):
            ranges.loc[row, end] = (1 + ranges.loc[row, end]) * (1 + set_to) - 1
    ends = [overrides | {one["name"]: float(one[end])} for one in ranges.to_dict("records") for end in ("low", "high")]
    return ranges, ends


def tornado_of(ground, overrides, ranges, ends):
    """A frame as of `planning.sensitivity.tornado`, hiring planned anew at every end."""
    base = ground.replanned(overrides).plan.measures["cost"]
    found = [ground.replanned(one).plan.measures["cost"] for one in ends]
    table = ranges.assign(at_low=found[0::2], at_high=found[1::2], base=base)
    three = table[["at_low", "at_high", "base"]]
    return table.assign(swing=three.max(axis=1) - three.min(axis=1)).sort_values(
        "swing", ascending=False, kind="stable", ignore_index=True
    )


def grid_of(ground, rows=("volume", (-0.2, -0.1, 0.0, 0.1, 0.2)), columns=("aht", (-0.1, 0.0, 0.1)), measure="cost"):
    """A frame as of `planning.sensitivity.two_way_grid`, hiring planned anew in every cell."""
    found = [
        [ground.replanned({rows[0]: down, columns[0]: across}).plan.measures[measure] for across in columns[1]]
        for down in rows[1]
    ]
    return pd.DataFrame(found, index=pd.Index(rows[1], name=rows[0]), columns=pd.Index(columns[1], name=columns[0]))


def tornado(ground, overrides=None):
    """What each assumption alone does to the cost, hiring planned anew at every end: a frame as of
    `planning.sensitivity.tornado`.
    """
    overrides = dict(overrides or {})
    return tornado_of(ground, overrides, *tornado_cases(ground, overrides))


def scenarios_of(ground, named):
    """Scenarios {name: overrides} beside the plan as it is: a frame of `compare_scenarios`, hiring planned anew in
    each.
    """
    from ...planning.scenarios import compare_scenarios

    return compare_scenarios(
        {"as planned": ground.replanned({}).plan}
        | {name: ground.replanned(moved).plan for name, moved in named.items()}
    )


def steps_between(ground, before, after):
    """The drivers from one set of overrides to another: {label: ({name: value} before, after)}; beyond six, the
    last are told as one.
    """
    names = [
        name
        for name in dict.fromkeys([*after, *before])
        if before.get(name, ground.now(name)) != after.get(name, ground.now(name))
    ]
    single, rest = (names, []) if len(names) <= MOST_STEPS else (names[: MOST_STEPS - 1], names[MOST_STEPS - 1 :])
    groups = {LABELS.get(name, name): [name] for name in single} | ({REST: rest} if rest else {})
    return {
        label: tuple({name: side.get(name, ground.now(name)) for name in group} for side in (before, after))
        for label, group in groups.items()
    }


def states_between(ground, before, after):
    """The overrides of every state of the bridge between two sets of overrides."""
    steps = steps_between(ground, before, after)
    return [
        _state(ground, {label: sides[label in chosen] for label, sides in steps.items()}, before)
        for count in range(len(steps) + 1)
        for chosen in combinations(steps, count)
    ]


def bridge_of(ground, before, after):
    """The bridge from one plan to another, hiring planned anew in every state: a frame of `auditing.bridge.bridge`."""
    from ...auditing.bridge import bridge

    steps = steps_between(ground, before, after)
    sides = [{label: both[side] for label, both in steps.items()} for side in (0, 1)]

    def value(**drivers):
        return ground.replanned(_state(ground, drivers, before)).plan.budget.total

    return bridge(value, *sides)


def _state(ground, drivers, before):
    """One set of overrides from the drivers' values; a value as it is stands nowhere."""
    values = dict(before)
    for group in drivers.values():
        values |= group
    return {name: value for name, value in values.items() if value != ground.now(name)}


def labour_part(plan):
    """Labour ÷ running cost of a plan, nan where it costs nothing."""
    from ...planning.money.unit_costs import labour_share

    return labour_share(plan.budget).share if plan.budget.running else np.nan
