"""What a budget comes to, in sentences and tables as finance reads them, and the cases that the notebook opens."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from ..data.sheet import NIL, Sheet
from ..panels.saying import shown
from ..tables import Words, plain
from .plans import budget_ground
from .words import money, percent

if TYPE_CHECKING:
    from ...planning.scenarios import PointPlan
    from .plans import BudgetGround


@dataclass(frozen=True)
class BudgetCase:
    """A centre's budget and what it rests on: `ground` (see `budget_ground`), the `plan` as it is, the folder's
    tables.
    """

    ground: "BudgetGround"
    plan: "PointPlan"
    hires: pd.DataFrame
    forecasts: tuple = field(repr=False)
    teams: dict
    tables: dict = field(repr=False)
    notes: tuple = ()

    @property
    def centre(self):
        """The centre, with the open items of its checklist among the lines of its budget."""
        return self.ground.centre

    @property
    def units(self):
        """Loaded cost of hours, contacts and solved contacts by queue: a frame of `planning.unit_costs`."""
        from ...planning import first_contact_resolution, unit_costs

        calls = self.tables.get("calls")
        solved = first_contact_resolution(calls) if calls is not None else {}
        return unit_costs(
            self.plan.budget,
            self.plan.headcount,
            self.centre,
            self.plan.requirement,
            resolution=_by_team(solved, self.teams, self.forecasts),
        )

    def risk(self, paths=200, seed=0):
        """The plan on sample paths: a Risk, with hires as decided."""
        from ...planning import plan_risk

        count = self.plan.headcount["month"].nunique()
        return plan_risk(
            self.forecasts,
            self.centre,
            count,
            paths=paths,
            seed=seed,
            people=self.ground.people,
            hires=self.hires,
            teams=self.teams,
            jobs=1,
        )


def budget_case(folder, centre, *, months=12):
    """The BudgetCase of a centre's folder for its next whole months; raises ValueError in words."""
    from ...planning import headcount_case
    from ...planning.people.headcount_case import optional_table

    case = headcount_case(folder, centre, months=months)
    tables = {
        name: frame
        for name in ("checklist", "ledger", "agents", "calls")
        if (frame := optional_table(folder, name, centre)) is not None
    }
    ground = budget_ground(
        case.staffed, case.centre, people=case.people, teams=case.teams, checklist=tables.get("checklist")
    )
    made = ground.replanned({})
    return BudgetCase(ground, made.plan, made.hires, case.forecasts, case.teams, tables, case.notes)


def _by_team(solved, teams, forecasts):
    """Share solved by the plan's queues: a team's is the mean of its queues' by contacts."""
    offered = {one.queue: float(one.frame["offered"].sum()) for one in forecasts}
    found = dict(solved)
    for team, members in teams.items():
        told = [name for name in members if name in solved]
        whole = sum(offered.get(name, 0.0) for name in told)
        if whole:
            found[team] = sum(solved[name] * offered.get(name, 0.0) for name in told) / whole
    return found


# ------------------------------------------------------------------------------------ in words


def budget_answer(case, risk=None):
    """What it will cost, what it could cost, and what most of it is, in a paragraph."""
    return Words(" ".join(_answer(case, risk)))


def _answer(case, risk):
    budget, told, currency = case.plan.budget, case.plan.measures, case.centre.currency
    months = budget.ledger["month"]
    yield (
        f"**From {months.min():%B %Y} to {months.max():%B %Y} {plain(case.centre.name)} will cost {money(budget.total, currency)}: "
        f"{money(float(budget.total) / months.nunique(), currency)} a month, {shown(told['cost_per_contact'], 'coins', currency)} a contact.**"
    )
    yield f"That is {told['fte']:,.1f} FTE required on average and {told['starters']:,.0f} people hired on the way."
    if risk is not None:
        yield (
            f"In eight cases of ten it will lie between {money(risk.total['p10'], currency)} and {money(risk.total['p90'], currency)}."
        )
    top = budget.by("category").astype(float)
    yield f"{percent(top.max() / top.sum()).replace(' ', chr(160))} of it is {top.idxmax()}."


def categories_table(budget):
    """The budget by category: to set up, to run, in all, and its share."""
    ledger, currency = budget.ledger, budget.currency
    once = ledger["set_up"].astype(bool)
    rows = []
    for name in budget.by("category").sort_values(key=lambda sums: sums.astype(float), ascending=False).index:
        mine = ledger["category"] == name
        rows.append((name, _sum(ledger[mine & once]), _sum(ledger[mine & ~once])))
    rows.append(("total", budget.set_up, budget.running))
    frame = pd.DataFrame(
        [
            (
                name,
                _amount(up),
                _amount(run),
                _amount(up + run),
                percent(float((up + run) / budget.total)) if budget.total else NIL,
            )
            for name, up, run in rows
        ],
        columns=["category", "set-up", "running", "in all", "share"],
    )
    return _sheet(frame, f"{currency} by category, exact to the cent")


def lines_table(budget, months=None):
    """The ledger by line: what drives it, how much of that, the mean price, the amount."""
    ledger = budget.ledger
    rows = []
    for (category, line, driver), mine in ledger.groupby(["category", "line", "driver"], sort=False):
        quantity, amount = float(mine["quantity"].astype(float).sum()), _sum(mine)
        rows.append(
            (
                category,
                line,
                driver,
                f"{quantity:,.0f}",
                f"{float(amount) / quantity:,.2f}" if quantity else NIL,
                _amount(amount),
            )
        )
    frame = pd.DataFrame(rows, columns=["category", "line", "driver", "quantity", "price", "amount"])
    return _sheet(frame, f"{len(rows)} lines make {_amount(budget.total)} {budget.currency}")


def unit_table(units, currency):
    """Loaded cost of an hour, a productive hour, a contact and a solved contact by queue."""
    names = {
        "cost_per_paid_hour": "paid hour",
        "cost_per_productive_hour": "hour on the phones",
        "cost_per_contact": "contact",
        "cost_per_resolution": "contact solved",
    }
    frame = pd.DataFrame(
        {"queue": units["queue"]} | {label: [_coins(value) for value in units[name]] for name, label in names.items()}
    )
    frame["labour share"] = [NIL if pd.isna(value) else percent(float(value)) for value in units["labour_share"]]
    whole = units.set_index("queue").loc["all"]
    return _sheet(
        frame,
        f"An hour on the phones costs {currency} {whole['cost_per_productive_hour']:,.2f}, all running costs counted",
    )


def means_table(sources, currency):
    """A productive hour by hire, overtime and outsourcer by horizon, with the hours a month from which a hire pays."""

    def hours(value):
        return "never" if value == float("inf") else f"{value:,.0f}"

    frame = pd.DataFrame(
        {
            "months": [str(value) for value in sources["horizon"]],
            "hire": [_coins(value) for value in sources["hire"]],
            "overtime": [_coins(value) for value in sources["overtime"]],
            "outsourcer": [_coins(value) for value in sources["outsourcing"]],
            "beats overtime from, hours a month": [hours(value) for value in sources["beats_overtime"]],
            "beats the outsourcer from": [hours(value) for value in sources["beats_outsourcing"]],
        }
    )
    return _sheet(frame, f"{currency} for an hour on the phones, by how many months it is needed")


def beside_last_year(case):
    """The budget by category beside what the same months before cost, or a sentence where the folder has no ledger."""
    from ...planning import against_ledger
    from ...planning.money.against_ledger import by_category

    if "ledger" not in case.tables:
        return Words("The folder has no table `ledger`, so there is no last year to stand beside.")
    table = by_category(against_ledger(case.plan.budget, case.tables["ledger"]))
    frame = pd.DataFrame(
        {
            "category": table["category"],
            "budget": map(_amount, table["budget"]),
            "spent before": map(_amount, table["actual"]),
            "difference": map(_difference, table["difference"]),
            "change": [NIL if value != value else _change(value) for value in table["change"]],
        }
    )
    last = table.iloc[-1]
    return _sheet(
        frame, f"{_difference(last['difference'])} {case.centre.currency} against the same months of the year before"
    )


def quarter_bridge(case, folder, quarter):
    """Why a past quarter cost more or less than planned: the frame of a bridge, or words where a table is missing.

    The plan is the ledger's, with the forecast that could have been made on the quarter's first day.
    """
    from ...auditing.explaining.cost_bridge import cost_bridge
    from ...auditing.explaining.ledger_costs import ledger_costs
    from ...data import load_intervals
    from ...planning import forecast_queues

    missing = [name for name in ("ledger", "agents") if name not in case.tables]
    if missing:
        tables = " and ".join(f"`{name}`" for name in missing)
        return Words(f"Why {quarter} cost what it did cannot be told: the folder has no table {tables}.")
    period = pd.Period(quarter, "Q")
    rows = load_intervals(folder, case.centre, faulty="leave out").frame
    days = (period.end_time.normalize() - period.start_time).days + 1
    found = forecast_queues(rows, case.centre, f"{days} d", at=f"{period.start_time:%Y-%m-%d}", cache=True)
    expected = pd.concat([one.frame[["queue", "start", "offered", "aht_s"]] for one in found], ignore_index=True)
    states = ledger_costs(expected, rows, case.centre, case.tables["ledger"], case.tables["agents"])
    return cost_bridge(states.planned, states.actual)


def budget_notes(budget):
    """What a reader of the budget should know besides, a point each."""
    return Words(
        "\n".join(f"- {plain(note)}" for note in budget.notes) or "- Nothing: every line has its price and its months."
    )


def _sum(rows):
    return sum(rows["amount"], Decimal(0))


def _amount(value):
    return f"{value:,.2f}".replace("-", "−")


def _difference(value):
    return f"{value:+,.0f}".replace("-", "−")


def _change(share):
    words = f"{abs(100 * share):.0f} %"
    return words if words == "0 %" else ("+" if share > 0 else "−") + words


def _coins(value):
    return NIL if pd.isna(value) else ("no end" if value == float("inf") else f"{value:,.2f}")


def _sheet(frame, finding):
    """A sheet whose columns of numbers stand to the right."""
    text = {"category", "line", "driver", "queue"}
    return Sheet(frame, finding, tuple(name for name in frame if name not in text))
