"""The ground of the headcount panel: a hiring plan that answers at once for other assumptions."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from ...planning.people.headcount_case import HeadcountCase
    from ...planning.uncertainty.quick_plan import QuickPlan

NEAR, SECONDS = 1e-3, 5.0  # share of the cost within which a plan counts as the cheapest, and how long it is looked for
OWN = {  # what a hiring plan has beside the assumptions of `planning.scenarios`: settings of the centre's hiring
    "lead_time_weeks": lambda hiring, value: replace(hiring, lead_time_weeks=value),
    "class_size": lambda hiring, value: replace(
        hiring, class_size=int(value), smallest_class=min(hiring.smallest_class, int(value))
    ),
    "first_month": lambda hiring, value: replace(hiring, ramp=ramp_from(hiring.ramp, value)),
}


def ramp_from(ramp, first):
    """The shares of the ramp with another first one: the other months keep their part of what is missing.

    >>> ramp_from((0.6, 0.8), 0.8), ramp_from((), 0.5)
    ((0.8, 0.9), (0.5,))
    """
    if not ramp or ramp[0] >= 1:
        return (first, *ramp[1:])
    return tuple(round(1 - (1 - share) * (1 - first) / (1 - ramp[0]), 10) for share in ramp)


@dataclass
class HeadcountGround:
    """A HeadcountCase laid ready for other assumptions; `quick` is the QuickPlan of its intervals, `plan` the
    cheapest hires as it is.
    """

    case: "HeadcountCase"
    quick: "QuickPlan"
    kept: dict = field(default_factory=dict, repr=False)

    @property
    def centre(self):
        """The centre of the case."""
        return self.case.centre

    def now(self, name):
        """The value of an assumption as it is."""
        from ...planning.scenarios import ASSUMPTIONS

        hiring = self.centre.hiring
        if name == "first_month":
            return hiring.ramp[0] if hiring.ramp else 1.0
        return float(getattr(hiring, name)) if name in OWN else ASSUMPTIONS[name].now(self.centre)

    def asked(self, overrides):
        """(monthly requirement, centre) with the overrides."""
        from ...planning.scenarios import checked_overrides, quick_requirement

        centre, moved = self.centre, {}
        for name, value in overrides.items():
            if name in OWN:
                centre = replace(centre, hiring=OWN[name](centre.hiring, value))
            else:
                moved[name] = value
        return quick_requirement(self.quick, centre, checked_overrides(moved))

    def headcount(self, overrides, hires):
        """(headcount, centre) with the overrides and the classes as given: a frame of `plan_headcount`."""
        from ...planning import plan_headcount

        needed, centre = self.asked(overrides)
        case, hires = self.case, startable(hires, centre, self.case.at)
        found = plan_headcount(needed, centre, people=case.people, hires=hires, at=case.at, curves=case.curves)
        return found, centre

    def replanned(self, overrides):
        """The HiringPlan for the overrides, kept once found."""
        from ...planning import cheapest_hires

        key = tuple(sorted(overrides.items()))
        if key not in self.kept:
            if len(self.kept) > 200:
                self.kept.clear()
            needed, centre = self.asked(overrides)
            self.kept[key] = cheapest_hires(
                needed,
                centre,
                people=self.case.people,
                at=self.case.at,
                curves=self.case.curves,
                within=NEAR,
                time_limit=SECONDS,
            )
        return self.kept[key]


def headcount_ground(case):
    """The HeadcountGround of a HeadcountCase."""
    from ...planning.uncertainty.quick_plan import quick_plan

    return HeadcountGround(case, quick_plan(case.staffed, case.centre, teams=case.teams))


def startable(hires, centre, at):
    """The classes, those that would start before the lead time has passed put off to the first month that it leaves."""
    ready = pd.Timestamp(at) + pd.Timedelta(weeks=centre.hiring.lead_time_weeks)
    first = ready.normalize() if ready.day == 1 else ready.to_period("M").to_timestamp() + pd.DateOffset(months=1)
    return hires.assign(month=hires["month"].clip(lower=first))
