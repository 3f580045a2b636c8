"""A small centre as the panels of hiring, audit and validation see it: four months of two queues, made in a second."""

from functools import cache

import pandas as pd

from ccplan.planning import HeadcountCase, service_curves, staff
from ccplan.planning.people.requirement import monthly_requirement
from tests.test_budget_panel import CENTRE, FRAME

PEOPLE = pd.DataFrame({"queue": ["front", "back"], "started": pd.Timestamp("2025-01-01"), "heads": [38.0, 24.0], "fte": [38.0, 24.0]})


@cache
def small_case():
    """The HeadcountCase of the small centre; never change its frames."""
    staffed = staff(FRAME, CENTRE)
    return HeadcountCase(centre=CENTRE, staffed=staffed, requirement=monthly_requirement(staffed, CENTRE), people=PEOPLE,
                         curves=service_curves(staffed, CENTRE), teams={}, at=pd.Timestamp("2026-12-01"))
