"""The budget panel: the plain function behind the dials held against the long way, then the real thing in a real
browser.
"""

import base64
import io
import json
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from ccplan.auditing.bridge import bridge
from ccplan.data import BudgetLine
from ccplan.display.money import plans as budget_plans
from ccplan.display.money.entries import rows_of
from ccplan.display.money.panel import BudgetDesk, budget_view
from ccplan.display.panels import saying
from ccplan.display.panels.tools import Tools
from ccplan.display.panels.words import AS_IT_IS, NO_FOLDER
from ccplan.planning import cheapest_hires, plan_budget, plan_headcount, staff
from ccplan.planning.people.requirement import monthly_requirement
from ccplan.planning.scenarios import load_scenarios, save_scenario
from tests.small_case import CENTRE as SMALL
from tests.small_case import forecast

CENTRE = replace(
    SMALL,
    budget=(*SMALL.budget, BudgetLine(name="=cmd|' /C calc'!A0", category="technology", driver="call", price=0.05)),
)
FRAME = forecast()
PEOPLE = pd.DataFrame(
    {"queue": ["front", "back"], "started": pd.Timestamp("2025-01-01"), "heads": [26.0, 14.0], "fte": [26.0, 14.0]}
)


@pytest.fixture(scope="module")
def ground():
    return budget_plans.budget_ground(FRAME, CENTRE, people=PEOPLE)


@pytest.fixture
def desk(ground, tmp_path):
    return BudgetDesk(ground, tmp_path)


def tiles(view, pinned=None):
    """The tiles of a view, with the changes against the totals of another."""
    return saying.tiles(view.totals, pinned, view.currency)


def the_long_way(frame, centre, hires=None):
    """Every interval staffed, months added up, people, money: no table of steps, nothing kept."""
    needed = monthly_requirement(staff(frame, centre), centre)
    hires = cheapest_hires(needed, centre, people=PEOPLE).hires if hires is None else hires
    heads = plan_headcount(needed, centre, people=PEOPLE, hires=hires)
    return plan_budget(heads, centre, contacts=needed), heads


def message(desk, action=None, cells=None, told=None, **dials):
    now = desk.settings()
    return {
        "seq": 1,
        "dials": now["dials"] | dials,
        "switches": {},
        "pickers": now["pickers"],
        "cells": now["cells"] | (cells or {}),
        "action": action,
        "tools": told or {},
    }


def rested(desk, **turned):
    answer = desk.answer(message(desk, **turned))
    for _ in range(200):
        if not answer["unsettled"]:
            return answer
        answer = desk.answer(message(desk, "rest"))
    raise AssertionError("the work at rest has no end")


# --------------------------------------------------------------------------------- the plain function


@pytest.mark.parametrize("overrides, frame, centre", [
    ({}, FRAME, CENTRE),
    ({"volume": 0.2}, FRAME.assign(offered=FRAME["offered"] * 1.2), CENTRE),
    ({"aht": -0.1}, FRAME.assign(aht_s=FRAME["aht_s"] * 0.9), CENTRE),
    ({"hourly_wage": 18.0}, FRAME, replace(CENTRE, costs=replace(CENTRE.costs, hourly_wage=18.0))),
    ({"attrition_per_year": 0.6}, FRAME, replace(CENTRE, hiring=replace(CENTRE.hiring, attrition_per_year=0.6))),
    ({"price of rent": 12_000.0}, FRAME, replace(CENTRE, budget=(replace(CENTRE.budget[0], price=12_000.0), CENTRE.budget[1]))),
])  # fmt: skip
def test_a_view_is_the_plan_of_the_long_way(ground, overrides, frame, centre):
    """Classes come whole, so a person more or less may part the two ways: with the same classes they agree closely."""
    view = budget_view(ground, overrides)
    budget, heads = the_long_way(frame, centre, view.hires)
    assert view.totals.cost == pytest.approx(float(budget.total), rel=0.004)
    assert view.totals.fte == pytest.approx(heads.groupby("month")["required_fte"].sum().mean(), rel=0.004)
    assert view.totals.starters == heads["starters"].sum()
    assert "The plan costs EUR" in repr(view.answer())


def test_hires_as_given_stay_and_what_is_missing_is_told(ground):
    view = budget_view(ground, {"volume": 0.5}, hires=ground.hires)
    assert view.totals.starters == ground.hires["heads"].sum()
    assert view.totals.gap_fte < -5 and "lack people, most front in" in view.warnings[0]
    again = budget_view(ground, {"volume": 0.5})
    assert again.totals.starters > view.totals.starters and again.totals.cost > view.totals.cost


def test_an_unknown_line_or_assumption_is_told_in_words(ground):
    with pytest.raises(ValueError, match="the budget has no line 'tent'"):
        budget_view(ground, {"price of tent": 1.0})
    with pytest.raises(ValueError, match="weather is no assumption of a plan"):
        budget_view(ground, {"weather": 1.0})


def test_the_waterfall_is_the_bridge_of_a_hand_written_value(ground):
    after = {"volume": 0.1, "hourly_wage": 16.5}
    steps = budget_plans.bridge_of(ground, {}, after)

    def cost(volume, wage):
        return budget_view(
            ground, {name: v for name, v in (("volume", volume), ("hourly_wage", wage)) if v != ground.now(name)}
        ).plan.budget.total

    by_hand = bridge(cost, {"volume": 0.0, "wage": 15.0}, {"volume": 0.1, "wage": 16.5})
    assert steps["effect"].tolist() == by_hand["effect"].tolist()
    assert sum(steps["effect"].iloc[:-1]) == steps["effect"].iloc[-1]


def test_beyond_six_drivers_the_others_are_one_step(ground):
    many = {
        "volume": 0.1,
        "aht": 0.1,
        "hourly_wage": 16.0,
        "on_costs": 0.35,
        "per_hire": 900.0,
        "overtime_factor": 1.7,
        "price of rent": 1.0,
    }
    steps = budget_plans.steps_between(ground, {}, many)
    assert len(steps) == budget_plans.MOST_STEPS and len(steps[budget_plans.REST][1]) == 2


# ---------------------------------------------------------------------------------------- the desk


def test_a_move_keeps_the_classes_and_a_rest_plans_anew(desk, ground):
    answer = desk.answer(message(desk, volume="30"))
    assert answer["unsettled"] and "hiring stays as it was" in answer["against"]
    held = budget_view(ground, {"volume": 0.3}, hires=ground.hires)
    assert answer["tiles"] == tiles(held, budget_view(ground).totals) and "tornado" not in answer["charts"]
    answer = rested(desk)
    assert answer["tiles"] == tiles(budget_view(ground, {"volume": 0.3}), budget_view(ground).totals)
    assert {"monthly", "waterfall", "tornado"} == set(answer["charts"])
    assert answer["charts"]["waterfall"]["rows"][1]["label"] == "volume"
    json.dumps(answer, allow_nan=False)


@pytest.mark.parametrize(
    "dial",
    ["volume", "aht", "service_level", "shrinkage", "attrition_per_year", "training_weeks", "hourly_wage", "on_costs"],
)
def test_each_dial_at_both_ends_and_the_middle_gives_the_librarys_numbers(desk, ground, dial):
    told = next(one for one in desk.dials if one.name == dial)
    for value in (told.low, told.high, round((told.low + told.high) / 2)):
        answer = desk.answer(message(desk, **{dial: str(value)}))
        assert not answer["faults"] and answer["charts"], answer["warnings"]
        moved = {} if value / told.scale == ground.now(dial) else {dial: round(value / told.scale, 10)}
        hires = None if not moved else desk.hires
        assert answer["tiles"]["cost"]["value"] == tiles(budget_view(ground, moved, hires=hires))["cost"]["value"]


def test_a_bad_entry_is_told_beside_its_field(desk):
    answer = desk.answer(message(desk, volume="5000", cells={"price of rent": "dear"}))
    assert answer["faults"] == {
        "volume": "Volume must be between -90 and 900 %, got 5000.",
        "price of rent": "rent must be a number, in EUR, month.",
    }
    assert answer["charts"] is None


@pytest.mark.parametrize("text", ["", "nan", "inf", "-1", "1e99", "=1+1"])
def test_no_strange_price_is_taken(ground, text):
    row = next(row for row in rows_of(ground) if row.name == "price of rent")
    with pytest.raises(ValueError, match="rent must be"):
        row.read(text)


def test_a_line_s_price_is_typed_over(desk, ground):
    before = budget_view(ground).totals.cost
    answer = rested(desk, cells={"price of rent": "10000"})
    assert desk.overrides == {"price of rent": 10_000.0}
    assert answer["tiles"]["cost"]["delta"] == "+4,000", "four months, a thousand more each"
    assert desk.view().totals.cost == pytest.approx(before + 4000)


def test_pin_compare_save_and_open_again(desk, ground, tmp_path):
    tools = Tools(desk)
    rested(desk, volume="10", cells={"price of rent": "9500"})
    answer = tools.answer(message(desk, "keep", told={"name": "a busy spring"}))
    assert answer["tools"]["kept"] == [AS_IT_IS, "a busy spring"]
    assert load_scenarios(tmp_path)["a busy spring"]["overrides"] == {"volume": 0.1}, "the library opens it too"
    desk.answer(message(desk, "pin"))
    answer = rested(desk, hourly_wage="16")
    assert "a busy spring (volume +10 %, price of rent 9,500)" in answer["against"]
    other = Tools(BudgetDesk(ground, tmp_path))
    answer = other.answer(message(other.desk, "open", told={"open": "a busy spring"}))
    assert (
        other.desk.overrides == {"volume": 0.1, "price of rent": 9500.0} and answer["settings"]["dials"]["volume"] == 10
    )
    answer = other.answer(message(other.desk, "reset"))
    assert other.desk.overrides == {} and answer["tools"]["open"] == AS_IT_IS


def test_what_the_library_saved_is_opened_and_what_fits_no_plan_is_refused(desk, tmp_path):
    save_scenario(tmp_path, "from a script", {"volume": 0.15, "shrinkage": 0.33}, note="from the campaign plan")
    tools = Tools(desk)
    tools.answer(message(desk, "open", told={"open": "from a script"}))
    assert desk.overrides == {"volume": 0.15, "shrinkage": 0.33}
    for scenario, said in (
        ({"overrides": {"weather": 1.0}}, "weather is no assumption"),
        ({"overrides": {"volume": 99.0}}, "volume must be"),
        ({}, "must hold overrides"),
        ({"overrides": {}, "note": '{"prices": {"rent": NaN}}'}, "rent must be between"),
    ):
        with pytest.raises(ValueError, match=said):
            desk.take(scenario)
    assert desk.overrides == {"volume": 0.15, "shrinkage": 0.33}, "nothing has moved"


def test_a_folder_of_broken_scenarios_is_said_and_the_panel_opens(ground, tmp_path):
    (tmp_path / "scenarios.json").write_text("{not json", "utf-8")
    answer = Tools(BudgetDesk(ground, tmp_path)).answer({"seq": 0})
    assert "cannot be read as scenarios" in answer["tools"]["notice"] and answer["charts"]


def test_without_a_folder_a_scenario_lasts_as_long_as_the_page(ground):
    tools = Tools(BudgetDesk(ground))
    answer = tools.answer(message(tools.desk, "keep", told={"name": "x"}))
    assert answer["tools"]["notice"] == NO_FOLDER.format(name="x") and "x" in answer["tools"]["kept"]


def test_the_files_hold_what_is_seen(desk):
    rested(desk, volume="10")
    tools = Tools(desk)
    file = tools.answer(message(desk, "csv"))["download"]
    table = pd.read_csv(io.StringIO(file["text"]))
    assert table["amount"].sum() == pytest.approx(desk.view().totals.cost)
    assert not table["line"].str.startswith("=").any(), "a name never becomes a formula"
    assert tools.answer(message(desk, "svg"))["download"]["text"].startswith("<svg")
    assert tools.answer(message(desk, "png"))["download"]["base64"].startswith("iVBOR")
    assert tools.answer(message(desk))["download"] is None


def test_the_workbook_of_what_is_set_holds_the_plan_on_screen(desk):
    desk.answer(message(desk, volume="5"))
    file = desk.answer(message(desk, "xlsx"))["download"]
    book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(file["base64"])), data_only=True)
    total = desk.view().plan.budget.total
    assert any(
        cell.value == pytest.approx(float(total), abs=0.005)
        for row in book["Summary"].iter_rows()
        for cell in row
        if isinstance(cell.value, float | int)
    )
