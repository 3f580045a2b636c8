"""A live panel of a budget: turn an assumption and see what it does to people and money.

While a dial moves the classes stay as hired; when it rests hiring is planned anew, and the tornado and the
waterfall, which take dozens of plans, follow.
"""

import base64
import time

from ..language import Filled, chosen
from ..panels.desk import Desk
from ..panels.dials import State
from .entries import as_saved, dials_of, from_saved, rows_of
from .live_charts import chart_data, chart_places
from .plans import PRICE, bridge_of, states_between, tornado_cases, tornado_of
from .view import BudgetTotals, BudgetView, budget_view
from .words import LABELS, value_words

__all__ = ["BudgetView", "budget_desk", "budget_panel", "budget_view"]  # the room's public names

REST_MS, SLICE_S = 400, 0.25  # after which a hand rests; how long the kernel works before it listens again
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def budget_panel(folder, centre=None, *, months=12, ground=None, language=None):
    """A live budget panel, the widget of a `budget_desk`. Raises ValueError in words where the folder cannot be
    used.
    """
    return budget_desk(folder, centre, months=months, ground=ground, language=language).panel()


def budget_desk(folder, centre=None, *, months=12, ground=None, language=None):
    """What is behind the panel: dials, table of assumptions and lines, tiles, charts, scenarios, files.

    `folder` is a centre's folder, whose scenarios are opened and saved there (None: they last as long as the page),
    `months` the whole months to plan; `ground` a BudgetGround that is laid ready already. `language` a code such as
    "fi" (left out: CCPLAN_LANGUAGE, then centre.toml, then English). `panel()` is its widget, `frame()` its tiles.
    """
    if ground is None:
        from ...data import load_centre
        from .tables import budget_case

        ground = budget_case(folder, centre or load_centre(folder), months=months).ground
    return BudgetDesk(ground, folder, language)


class BudgetDesk(Desk):
    """A desk of assumptions: dials, a table, and the work that waits for a rest."""

    kind, totals, reset_says = "budget", BudgetTotals, "back to the plan as it is"

    def __init__(self, ground, folder=None, language=None):
        dials, self.rows = dials_of(ground), rows_of(ground)
        self.table = {
            "label": "All assumptions and budget lines, to be typed over",
            "columns": ["assumption or line", "value", "unit", "source"],
        }
        state = State({entry.name: ground.now(entry.name) for entry in (*dials, *self.rows)}, {}, {})
        super().__init__(dials, state, folder=folder, language=chosen(language, ground.centre))
        self.ground, self.hires, self.currency = ground, ground.hires, ground.centre.currency
        self.title = Filled("{centre}: what will it cost, and what if?", centre=ground.centre.name)
        self.resting, self.worked, self.settled, self.held = None, None, None, None

    @property
    def overrides(self):
        """What is turned: {assumption, or "price of LINE": value}."""
        return self.turned(self.state)

    def view(self):
        """The BudgetView where the panel stands."""
        return budget_view(self.ground, self.overrides, hires=None if self.settled == self.overrides else self.hires)

    def totals_at(self, state):
        return budget_view(self.ground, self.turned(state)).totals

    # --------------------------------------------------------------------------- scenarios kept

    def scenario(self):
        """What is turned, as `planning.scenarios` keeps it in the folder."""
        return as_saved(self.overrides)

    def read(self, scenario):
        """The State of a scenario, this panel's or `planning.scenarios`' own."""
        found = from_saved(scenario, {entry.name: entry for entry in self.dials_at(self.start)})
        return State(self.start.values | found, {}, {})

    def turned_words(self, state):
        return ", ".join(
            f"{LABELS.get(name, name)} {value_words(name, value)}" for name, value in self.turned(state).items()
        )

    # ------------------------------------------------------------------------------ what is shown

    def show(self, rest):
        overrides = self.overrides
        if rest or not overrides:
            self._hire(overrides)
        view, waiting = self.view(), self._work(rest, overrides)
        hired = (
            "Hiring is the cheapest for what is set."
            if self.settled == overrides
            else "While a dial moves hiring stays as it was; it is planned anew when the dial rests."
        )
        names = (self.called(self.pinned), "now")
        return {
            "tiles": self.tiles(view.totals),
            "against": f"Changes are against {self.pinned_words()}. {hired}",
            "unsettled": waiting,
            "warnings": list(view.warnings),
            "charts": chart_data(view, self._limit(), self.bridge, names, self.tornado),
        }

    def _limit(self):
        """The cost by month of the pinned plan, worked out once for each pin; None where that is what is shown."""
        if self.pinned == self.state:
            return None
        if self.held is None or self.held[0] != self.pinned:
            self.held = (self.pinned, self.ground.replanned(self.turned(self.pinned)).plan.budget.by("month"))
        return self.held[1]

    def _hire(self, overrides):
        """Hiring as it would be planned for what is set."""
        if self.settled != overrides:
            self.hires, self.settled = self.ground.replanned(overrides).hires, overrides

    def _work(self, rest, overrides):
        """Milliseconds after which the browser is to ask again, 0 when all is done; a slice of the work when it
        rests.
        """
        if self.worked != (self.pinned, self.state):
            self.worked, self.resting = (self.pinned, self.state), self._plans(self.turned(self.pinned), overrides)
            self.tornado = self.bridge = None
        if not rest:
            return REST_MS
        end = time.perf_counter() + SLICE_S
        for _ in self.resting:
            if time.perf_counter() > end:
                return 20
        return 0

    def _plans(self, pinned, overrides):
        """The plans behind waterfall and tornado, one at a time."""
        for state in states_between(self.ground, pinned, overrides):
            yield self.ground.replanned(state)
        self.bridge = bridge_of(self.ground, pinned, overrides)
        yield
        ranges, ends = tornado_cases(self.ground, overrides)
        for one in ends:
            yield self.ground.replanned(one)
        self.tornado = tornado_of(self.ground, overrides, ranges, ends)

    def charts(self):
        return chart_places(self.ground)

    def told_rows(self):
        """The rows of the table; a line's name and source are the centre's own words."""
        return [row | {"own": row["name"].startswith(PRICE)} for row in super().told_rows()]

    # -------------------------------------------------------------------------------------- files

    def frames(self):
        """The ledger of what is set."""
        return {"ledger": self.view().plan.budget.ledger}

    def files(self):
        return {"xlsx": ("a workbook of live formulas of what is set", self._workbook)}

    def _workbook(self):
        from ..workbook import workbook_bytes  # loads xlsxwriter

        self._hire(self.overrides)
        view = self.view()
        book = workbook_bytes(
            view.plan, self.ground.changed(view.overrides), people=self.ground.people, hires=view.hires
        )
        return {"name": "budget.xlsx", "base64": base64.b64encode(book).decode(), "type": XLSX}
