"""The panels that the benchmark serves: the floor, and five of the suite over the bundled centre or a year of two
queues.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from tests.small_case import CENTRE, PEOPLE, opening_hours, small_evidence, small_intervals

YEAR = ("2027-01-01", "2028-01-01")


class Shown:
    """A desk by its layout and its answers."""

    def __init__(self, layout, answer):
        self.layout, self.answer = layout, answer

    def panel(self):
        """The live widget."""
        from ccplan.display import frontend

        return frontend.wire(self.layout, self.answer)


def year():
    """Two queues by half-hour, nine to five, a year with its seasons."""
    start = opening_hours(*YEAR)
    season = 1 + 0.15 * np.sin(start.dayofyear / 365 * 2 * np.pi)
    return pd.concat(
        [
            pd.DataFrame({"queue": name, "start": start, "offered": calls * season, "aht_s": aht_s})
            for name, calls, aht_s in (("front", 80.0, 300.0), ("back", 30.0, 400.0))
        ],
        ignore_index=True,
    )


def staffing():
    """The staffing panel on the busiest day of the bundled centre."""
    from ccplan.data import load_centre, load_intervals, sample_centre
    from ccplan.display.staffing import panel

    centre = load_centre(sample_centre())
    desk = panel._Desk(load_intervals(sample_centre(), centre).frame, centre)
    desk.go("service", "2026-09-21")
    return Shown(desk.layout(), desk.answer)


def floor():
    """The staffing panel's picture, told again whatever is set."""
    desk = staffing()
    first = desk.answer({"seq": 0})
    return Shown(
        desk.layout,
        lambda message: {**first, "seq": message["seq"], "settings": None if message["seq"] else first["settings"]},
    )


def budget():
    """The budget of a year."""
    from ccplan.display.money.panel import BudgetDesk
    from ccplan.display.money.plans import budget_ground

    return BudgetDesk(budget_ground(year(), CENTRE, people=PEOPLE))


def headcount():
    """Hiring of a year."""
    from ccplan.display import headcount_desk
    from ccplan.planning import service_curves, staff
    from ccplan.planning.people.requirement import monthly_requirement
    from tests.small_case import small_case

    staffed = staff(year(), CENTRE)
    return headcount_desk(
        None,
        case=replace(
            small_case(),
            staffed=staffed,
            requirement=monthly_requirement(staffed, CENTRE),
            curves=service_curves(staffed, CENTRE),
        ),
    )


def validation():
    """A typical day of the small centre in three ways."""
    from ccplan.display import validation_desk

    return validation_desk(None, CENTRE, intervals=small_intervals())


def audit():
    """A quarter of the small centre's calls."""
    from ccplan.display import audit_desk

    return audit_desk(small_evidence())


def forecast():
    """The forecast of the bundled centre, four weeks ahead."""
    from ccplan.data import sample_centre
    from ccplan.display import forecast_desk

    return forecast_desk(sample_centre(), queue="service")


def schedule():
    """A week of the bundled centre in shifts: moves answer with people in parts."""
    from ccplan.data import sample_centre
    from ccplan.display.scheduling.panel import schedule_desk

    return schedule_desk(sample_centre(), queue="service")


def bundled_headcount():
    """Hiring of the bundled centre, a year of its queues by half-hour."""
    from ccplan.data import sample_centre
    from ccplan.display import headcount_desk

    return headcount_desk(sample_centre())


def bundled_budget():
    """The budget of the bundled centre."""
    from ccplan.data import sample_centre
    from ccplan.display import budget_desk

    return budget_desk(sample_centre())


def bundled_audit():
    """A quarter of the bundled centre, its findings left out."""
    from ccplan.auditing import evidence_of
    from ccplan.data import sample_centre
    from ccplan.display import audit_desk

    return audit_desk(evidence_of(sample_centre(), "2026Q3"))


DESKS = {
    one.__name__: one
    for one in (
        floor,
        staffing,
        forecast,
        budget,
        headcount,
        validation,
        audit,
        schedule,
        bundled_headcount,
        bundled_budget,
        bundled_audit,
    )
}
