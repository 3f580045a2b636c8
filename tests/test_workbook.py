"""The workbook against LibreOffice: it works every formula out anew, and comes to Python's cents, before and after
a change.
"""

import zipfile
from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest

from ccplan.data import Centre, Costs, Flex, Hiring, Queue, Shrinkage
from ccplan.data.budget_lines import BudgetLine
from ccplan.display.workbook import budget_workbook, workbook_bytes
from ccplan.planning.budget import plan_budget
from ccplan.planning.headcount import plan_headcount
from ccplan.planning.people.requirement import with_fte
from ccplan.planning.scenarios import PointPlan

from .spreadsheet import cells, recalculated, table

EVIL = "=cmd|' /C calc'!A0"
MONTHS = pd.date_range("2026-11-01", periods=7, freq="MS")
SEASON = (0.5,) * 6 + (2.0,) * 3 + (1.0,) * 3
LINES = (
    BudgetLine(name=EVIL, category="marketing", price=321.455, source="+SUM(A1:A9)"),
    BudgetLine(
        name="licences",
        category="technology",
        driver="agent",
        price=41.37,
        currency="USD",
        inflation=0.04,
        rises_in=2,
        as_of="2025-06",
    ),
    BudgetLine(
        name="minutes",
        category="technology",
        driver="minute",
        steps=((0, 0.031), (20_000, 0.023), (90_000, 0.017)),
        inflation=0.1,
    ),
    BudgetLine(name="rent*", category="facilities", price=1_900, start="2026-12", every=3),
    BudgetLine(name="desks", category="equipment", driver="hire", price=777.77, life_months=5),
    BudgetLine(
        name="server", category="equipment", driver="once", start="2026-08", price=10_000, life_months=7, set_up=True
    ),
    BudgetLine(name="renewal", category="equipment", price=500.01, start="2026-09", every=2, life_months=3),
    BudgetLine(name="opening", category="marketing", driver="once", start="2027-01", price=999, set_up=True),
    BudgetLine(name="bonus", category="labour", driver="wages", price=0.035, end="2027-02"),
    BudgetLine(name="course", category="training", driver="training hour", price=3.5),
)
CENTRE = Centre(
    name='Nord & Süd "GmbH"',
    queues=(Queue(name="calls"), Queue(name=EVIL)),
    currency="EUR",
    exchange={"USD": 0.9173},
    budget=LINES,
    shrinkage=Shrinkage(
        external={"leave": 0.11, "Krankheit ü": 0.05},
        internal={"breaks": 0.08, "@coaching": 0.03},
        by_month={"leave": SEASON},
    ),
    hiring=Hiring(
        attrition_per_year=0.31,
        attrition_by_tenure=((3, 0.9), (11.5, 0.5)),
        training_weeks=5.5,
        ramp=(0.55, 0.8),
        class_size=4,
        class_cost=1234.5,
    ),
    flex=Flex(overtime=0.04, outsourced_fte=2.5, outsourced_notice_weeks=7, part_time=0.4, part_time_hours=22),
    costs=Costs(
        hourly_wage=15.37,
        on_costs=0.273,
        wage_rise=0.025,
        wages_rise_in=4,
        overtime_double=0.3,
        per_hire=1_777,
        seat_per_month=99.99,
    ),
)
PEOPLE = pd.DataFrame(
    {
        "queue": ["calls", "calls", EVIL],
        "started": pd.to_datetime(["2019-05-01", "2026-09-01", "2026-02-01"]),
        "heads": [14.0, 3.0, 9.0],
        "fte": [12.9, 2.2, 8.1],
    }
)
HIRES = pd.DataFrame(
    {
        "queue": ["calls", EVIL, "calls"],
        "month": MONTHS[[1, 0, 3]],
        "heads": [6.0, 2.0, 5.0],
        "contract_months": [0, 0, 3],
    }
)
MOVES = pd.DataFrame(
    {"queue": ["calls"], "to": [EVIL], "month": [MONTHS[2]], "heads": [2.0], "retraining_weeks": [6.0]}
)


def needed(centre=CENTRE):
    """What each month asks for, given rather than forecast: the workbook takes it as it is."""
    rows = [
        {
            "queue": queue,
            "month": month,
            "offered": base * 100.0 + 37 * i,
            "load_hours": 6.0 * base + 11.3 * i,
            "agent_hours": 71.3 * base + 60 * i,
        }
        for queue, base in (("calls", 18), (EVIL, 12))
        for i, month in enumerate(MONTHS)
    ]
    return with_fte(pd.DataFrame(rows), centre).sort_values(["queue", "month"], ignore_index=True)


def planned(centre=CENTRE, *, hires=HIRES, gap=0.01, wage=17.654321):
    need = needed(centre)
    headcount = plan_headcount(need, centre, people=PEOPLE, hires=hires, moves=MOVES, allowed_gap=gap)
    return PointPlan(
        need,
        headcount,
        plan_budget(headcount, centre, contacts=need, wages=pd.DataFrame({"queue": [EVIL], "hourly_wage": [wage]})),
    )


def made(file, centre=CENTRE, *, cached=True, hires=HIRES, gap=0.01):
    file.write_bytes(
        workbook_bytes(
            planned(centre, hires=hires, gap=gap),
            centre,
            people=PEOPLE,
            hires=hires,
            moves=MOVES,
            allowed_gap=gap,
            cached=cached,
        )
    )
    return file


KEYS = {"Assumptions": "name", "Hires": "class", "Lines": "line"}  # sheet → the column that tells its rows apart


def typed(source, file, changes):
    """A copy of a workbook in which somebody has typed: {(sheet, row, head of the column): value}."""
    from openpyxl import load_workbook

    book = load_workbook(source)
    for (name, wanted, head), value in changes.items():
        sheet = book[name]
        heads = {cell.value: cell.column for cell in sheet[4]}
        row = next(r for r in range(5, sheet.max_row + 1) if sheet.cell(r, heads[KEYS[name]]).value == wanted)
        cell = sheet.cell(row, heads[head])
        assert not cell.protection.locked, f"{name} {cell.coordinate} is not meant to be changed"
        cell.value = value
    book.save(file)
    return file


def first_class(heads, month):
    """The hires with another first class."""
    return HIRES.assign(heads=[heads, *HIRES["heads"][1:]], month=[month, *HIRES["month"][1:]])


def lines(**changes):
    """The centre with some lines changed: name → what is changed."""
    return replace(CENTRE, budget=tuple(replace(line, **changes.get(line.name, {})) for line in LINES))


OTHER_PRICES = {
    "rent*": dict(price=2_111.11, every=2),
    "server": dict(price=12_345.67, life_months=11),
    "opening": dict(start="2027-04"),
    "desks": dict(life_months=2),
}
CHANGES = {  # what is typed into which sheets, and the plan that Python makes of the same
    "wage": ({("Assumptions", "hourly_wage", "value"): 16.21},
             dict(centre=replace(CENTRE, costs=replace(CENTRE.costs, hourly_wage=16.21)))),
    "attrition": ({("Assumptions", "attrition_per_year", "value"): 0.47,
                   ("Assumptions", "tenure_1_attrition", "value"): 1.4, ("Assumptions", "training_weeks", "value"): 9,
                   ("Assumptions", "ramp_1", "value"): 0.4, ("Assumptions", "class_size", "value"): 3},
                  dict(centre=replace(CENTRE,
                                      hiring=replace(CENTRE.hiring, attrition_per_year=0.47,
                                                     attrition_by_tenure=((3, 1.4), (11.5, 0.5)), training_weeks=9,
                                                             ramp=(0.4, 0.8), class_size=3)))),
    "all at once": (
        {("Assumptions", "shrinkage_leave", "value"): 0.14, ("Assumptions", "overtime_limit", "value"): 0.1,
         ("Assumptions", "outsourced_hourly", "value"): 12.5,
         ("Assumptions", "rate_USD", "value"): 1.05, ("Assumptions", "wage_1", "value"): 18.0,
         ("Assumptions", "wage_rise", "value"): 0.06,
         ("Hires", 4, "people"): 9, ("Hires", 4, "from"): MONTHS[2].to_pydatetime(),
         ("Lines", "rent*", "price"): 2_111.11, ("Lines", "rent*", "every … months"): 2,
         ("Lines", "server", "written off over months"): 11, ("Lines", "server", "price"): 12_345.67,
         ("Lines", "opening", "from month"): MONTHS[5].to_pydatetime(),
         ("Lines", "desks", "written off over months"): 2},
        dict(centre=replace(lines(**OTHER_PRICES),
                            shrinkage=replace(CENTRE.shrinkage, external=CENTRE.shrinkage.external | {"leave": 0.14}),
                            exchange={"USD": 1.05},
                            flex=replace(CENTRE.flex, overtime=0.1, outsourced_hourly=12.5),
                            costs=replace(CENTRE.costs, wage_rise=0.06)),
             wage=18.0, hires=first_class(9.0, MONTHS[2]))),
}  # fmt: skip


@pytest.fixture(scope="module")
def worked_out(tmp_path_factory):
    """Workbooks as LibreOffice works them out: as made, with changes, and another centre's.

    They are made with no value behind any formula, so that nothing but working them out can give the plan; "cached"
    has the values that ccplan itself puts behind its formulas.
    """
    folder = tmp_path_factory.mktemp("workbooks")
    files = {"as made": made(folder / "bare.xlsx", cached=False)}
    files |= {name: typed(files["as made"], folder / f"{name}.xlsx", changes) for name, (changes, _) in CHANGES.items()}
    files["other centre"] = made(folder / "other.xlsx", other_centre(), cached=False, gap=0.0)
    told = recalculated(list(files.values()), folder)
    return {name: cells(file) for name, file in zip(files, told, strict=True)} | {
        "cached": cells(made(folder / "made.xlsx"))
    }


def other_centre():
    """Causes of shrinkage that stack, no seasons, no ramp, no outsourcer."""
    return replace(
        CENTRE,
        shrinkage=Shrinkage(external={"leave": 0.1}, internal={"breaks": 0.1, "talks": 0.05}, combine="multiplicative"),
        hiring=Hiring(ramp=(), training_weeks=0),
        flex=Flex(),
    )


def assert_same(told, plan):
    """Every amount, every total and every cell of the headcount as in Python: money to the cent."""
    ledger = {}
    for row in table(told, "Ledger"):
        key = (row["line"], row.get("queue", ""), row["month"])
        ledger[key] = ledger.get(key, Decimal(0)) + _cents(row["amount, EUR"])
    ours = {}
    for row in plan.budget.ledger.itertuples():
        key = (row.line, row.queue, row.month)
        ours[key] = ours.get(key, Decimal(0)) + row.amount
    assert {key: amount for key, amount in ledger.items() if amount} == {
        key: amount for key, amount in ours.items() if amount
    }
    assert _cents(told["Ledger"]["I3"]) == plan.budget.total == _cents(told["Summary"]["B4"])
    assert _cents(told["Summary"]["B5"]) == plan.budget.set_up
    assert_people(told, plan)
    assert_sums(told, plan)


def _cents(value):
    return Decimal(repr(round(value, 2))).quantize(Decimal("0.01"))


def assert_people(told, plan):
    names = {"required FTE": "required_fte", "people at start": "heads_start", "starters": "starters", "moved": "moved",
             "leavers": "leavers", "people at end": "heads_end",
             "of them contracts ended": "contracts_ended", "paid FTE": "paid_fte", "in training": "trainees",
             "in their ramp": "ramping",
             "productive FTE": "productive_fte", "overtime FTE": "overtime_fte", "outsourced FTE": "outsourced_fte",
             "available FTE": "available_fte", "gap, FTE": "gap_fte",
             "classes that start": "classes"}  # fmt: skip
    rows = table(told, "Headcount")
    assert len(rows) == len(plan.headcount)
    for row, ours in zip(rows, plan.headcount.to_dict("records"), strict=True):
        assert (row["queue"], row["month"]) == (ours["queue"], ours["month"])
        for head, name in names.items():
            assert row[head] == pytest.approx(ours[name], abs=1e-9), (head, ours["queue"], ours["month"])


def assert_sums(told, plan):
    """The summary's table by category and the lines by month."""
    summary, by = told["Summary"], plan.budget.by("category", "month")
    labels = {value: int(cell[1:]) for cell, value in summary.items() if cell[0] == "A" and cell[1:].isdigit()}
    for (category, month), amount in by.items():
        column = "BCDEFGHIJ"[MONTHS.get_loc(month)]
        assert _cents(summary[f"{column}{labels[category]}"]) == amount
    sheet = told["Lines by month"]
    rows = {value: int(cell[1:]) for cell, value in sheet.items() if cell[0] == "A" and cell[1:].isdigit()}
    for (line, month), amount in plan.budget.by("line", "month").items():
        assert _cents(sheet[f"{'BCDEFGHIJ'[MONTHS.get_loc(month)]}{rows[line]}"]) == amount
    assert _cents(sheet[f"I{rows['Total']}"]) == plan.budget.total


def test_libreoffice_comes_to_pythons_cents(worked_out):
    assert_same(worked_out["as made"], planned())


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_in_the_workbook_is_the_same_change_in_python(worked_out, name):
    plan = planned(**CHANGES[name][1])
    assert plan.budget.total != planned().budget.total
    assert_same(worked_out[name], plan)


def test_a_centre_with_stacked_shrinkage_and_no_ramp(worked_out):
    assert_same(worked_out["other centre"], planned(other_centre(), gap=0.0))


def test_every_cell_holds_the_value_that_its_formula_makes(worked_out):
    """Who opens it where formulas are not worked out sees the same numbers."""
    for sheet, theirs in worked_out["as made"].items():
        ours = worked_out["cached"][sheet]
        for cell, value in theirs.items():
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                assert ours[cell] == pytest.approx(value, rel=1e-9, abs=1e-9), (sheet, cell)
            else:
                assert ours.get(cell, "") == value, (sheet, cell)


def test_no_cell_is_an_error(worked_out):
    for name, told in worked_out.items():
        wrong = [
            (sheet, cell, value)
            for sheet, values in told.items()
            for cell, value in values.items()
            if isinstance(value, str) and value.startswith("#")
        ]
        assert not wrong, (name, wrong[:5])
        assert told["Summary"]["B11"] == "ok"


def test_text_is_never_a_formula(tmp_path):
    """Queue, line, source, cause, note: each begins as a formula would, and stays text."""
    from openpyxl import load_workbook

    log = [{"date": "2026-10-05", "who": "@SUM(1)", "what": EVIL, "from": "-1", "to": "+2"}]
    file = budget_workbook(
        tmp_path / "b.xlsx", planned(), CENTRE, people=PEOPLE, hires=HIRES, moves=MOVES, allowed_gap=0.01, log=log
    )
    book = load_workbook(file)
    there = [cell for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    texts = [cell for cell in there if cell.value in (EVIL, "+SUM(A1:A9)", "@SUM(1)", "-1", "+2", "@coaching")]
    assert len(texts) > 20 and {cell.data_type for cell in texts} == {"s"}
    with zipfile.ZipFile(file) as parts:
        for name in parts.namelist():
            for formula in parts.read(name).decode("utf-8", "replace").split("<f>")[1:]:
                body = formula.split("</f>")[0]
                assert "cmd" not in body and "@" not in body and "Krankheit" not in body, (name, body)


def test_the_same_plan_gives_the_same_bytes(tmp_path):
    one, two = made(tmp_path / "a.xlsx").read_bytes(), made(tmp_path / "b.xlsx").read_bytes()
    assert one == two


def test_only_numbers_that_move_something_are_meant_to_be_changed(tmp_path):
    """A seat that no line pays for is told as idle, and locked."""
    from openpyxl import load_workbook

    centre = replace(CENTRE, budget=(*LINES, BudgetLine(name="seats", price=0)))
    sheet = load_workbook(made(tmp_path / "a.xlsx", centre))["Assumptions"]
    rows = {sheet.cell(r, 1).value: r for r in range(5, sheet.max_row + 1)}
    assert (
        sheet.cell(rows["seat_per_month"], 3).protection.locked
        and "no formula" in sheet.cell(rows["seat_per_month"], 5).value
    )
    assert not sheet.cell(rows["hourly_wage"], 3).protection.locked and sheet.cell(rows["hourly_wage"], 5).value


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (dict(hires=None), "hires must be the classes"),
        (dict(hires=HIRES.assign(heads=9.0)), "give the people, hires"),
        (dict(allowed_gap=0.2), "give the people, hires"),
        (dict(file="b.csv"), "must be an .xlsx workbook"),
        (dict(centre=replace(CENTRE, shrinkage=Shrinkage())), "give the centre of the plan"),
        (dict(centre=replace(CENTRE, currency="GBP", budget=())), "the centre's currency is GBP"),
        (dict(log=[{"when": "now"}]), "log: a row has date, who, what, from, to, got when"),
        (dict(log=[{"date": "soon"}]), "log: date must be a day such as 2027-01-31, got 'soon'"),
    ],
)
def test_what_does_not_belong_together_is_refused_in_words(tmp_path, more, words):
    usual = dict(centre=CENTRE, people=PEOPLE, hires=HIRES, moves=MOVES, allowed_gap=0.01) | more
    with pytest.raises(ValueError, match=words):
        budget_workbook(tmp_path / usual.pop("file", "b.xlsx"), planned(), usual.pop("centre"), **usual)
    assert not list(tmp_path.iterdir())
