"""Scenarios: what one override does, by hand; files that two people write; the tornado and the grid against single
plans.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ccplan.data import Centre, Costs, Hiring, Queue
from ccplan.data.budget_lines import BudgetLine
from ccplan.planning import monthly_requirement, staff
from ccplan.planning.uncertainty.assumption_list import DRAWN, SPREAD
from ccplan.planning.uncertainty.assumptions import assumptions_of
from ccplan.planning.scenarios import (
    ASSUMPTIONS,
    PointPlan,
    checked_overrides,
    compare_scenarios,
    load_scenarios,
    point_plan,
    save_scenario,
)
from ccplan.planning.uncertainty.sensitivity import tornado, two_way_grid, usual_ranges
from ccplan.planning.uncertainty.uncertain import USUAL, applied

CENTRE = Centre(name="x", costs=Costs(hourly_wage=20.0, on_costs=0.25), queues=(Queue(name="q", patience_s=120),))
START = pd.date_range("2027-01-01", "2027-04-01", freq="30min", inclusive="left")
FRAME = pd.DataFrame({"queue": "q", "start": START, "offered": 60.0, "aht_s": 300.0})
HIRES = pd.DataFrame({"queue": ["q"], "month": [pd.Timestamp("2027-02-01")], "heads": [4.0], "fte": [4.0]})


def planned(**overrides):
    return point_plan(FRAME, CENTRE, overrides=overrides, hires=HIRES)


def test_a_wage_moves_labour_alone_and_by_as_much():
    base, dear = planned(), planned(hourly_wage=22.0)
    labour = [plan.budget.by("category")["labour"] for plan in (base, dear)]
    assert float(labour[1]) == pytest.approx(1.1 * float(labour[0]), abs=0.05)  # cents, line by line
    assert (base.headcount["required_fte"] == dear.headcount["required_fte"]).all()


def test_shrinkage_moves_required_fte_by_its_gross_up():
    base, more = planned(), planned(shrinkage=0.40)
    assert more.headcount["required_fte"].sum() == pytest.approx(base.headcount["required_fte"].sum() * 0.70 / 0.60)
    stacked = replace(CENTRE, shrinkage=replace(CENTRE.shrinkage, combine="multiplicative"))
    changed = ASSUMPTIONS["shrinkage"].changed(FRAME, stacked, 0.4)[1]
    assert changed.shrinkage.total == pytest.approx(0.4, abs=1e-9)


def test_every_assumption_is_told_today_and_can_be_changed():
    bought = replace(CENTRE, budget=(BudgetLine(name="rent", category="facilities", price=900.0),))
    for name, one in ASSUMPTIONS.items():
        now = one.now(bought)
        if pd.isna(now):
            continue
        value = now + (0.05 if one.unit.startswith("share") else 1.0)
        frame, centre = one.changed(FRAME, bought, value)
        moved = not frame.equals(FRAME) or centre != bought
        assert moved, name
        again = one.now(centre)
        assert again == pytest.approx(value) or now == 0.0, name


def test_one_list_serves_scenarios_tornado_risk_and_budget():
    """The same wage may stray as far in each of them."""
    wage = ASSUMPTIONS["hourly_wage"]
    ends = 20.0 * wage.less, 20.0 * wage.more
    assert usual_ranges(CENTRE).set_index("name").loc["hourly_wage", ["low", "high"]].tolist() == pytest.approx(ends)
    assert assumptions_of(CENTRE).set_index("name").loc["costs.hourly_wage", ["low", "high"]].tolist() == pytest.approx(
        ends
    )
    drawn = next(one for one in USUAL if one.name == "wage")
    assert (20.0 * drawn.low, 20.0 * drawn.high) == pytest.approx(ends) and DRAWN["wage"] is wage
    assert SPREAD["costs.hourly_wage"] == (wage.less, wage.more)


def test_leavers_of_every_tenure_move_alike():
    young = replace(CENTRE, hiring=Hiring(attrition_per_year=0.2, attrition_by_tenure=((6, 0.6),)))
    hiring = ASSUMPTIONS["attrition_per_year"].changed(FRAME, young, 0.3)[1].hiring
    assert hiring.attrition_per_year == pytest.approx(0.3) and hiring.attrition_by_tenure == ((6, pytest.approx(0.9)),)
    settled = replace(CENTRE, hiring=Hiring(attrition_per_year=0.0, attrition_by_tenure=((6, 0.6),)))
    hiring = applied(settled, {"attrition": 1.5}).hiring
    assert hiring.attrition_per_year == 0 and hiring.attrition_by_tenure == ((6, pytest.approx(0.9)),)


@pytest.mark.parametrize(
    "overrides",
    [
        {},
        {"volume": -0.2},
        {"aht": 0.1, "growth": 0.2},
        {"service_level": 0.9, "patience": 0.5},
        {"shrinkage": 0.4, "volume": 0.2},
    ],
    ids=str,
)
def test_the_quick_way_is_the_full_chain(overrides):
    waves = FRAME.assign(
        offered=60 + 30 * np.sin(np.arange(len(FRAME)) / 48 * 2 * np.pi),
        aht_s=280 + 40 * np.cos(np.arange(len(FRAME)) / 300),
    )
    quick = point_plan(waves, CENTRE, overrides=overrides, hires=HIRES)
    full = point_plan(
        waves,
        CENTRE,
        overrides=overrides,
        hires=HIRES,
        requirement=lambda frame, centre: monthly_requirement(staff(frame, centre), centre),
    )
    assert np.allclose(quick.requirement["fte"], full.requirement["fte"], rtol=1e-3)
    assert np.allclose(quick.requirement["offered"], full.requirement["offered"], rtol=1e-9)
    assert float(quick.budget.total) == pytest.approx(float(full.budget.total), rel=1e-3)


def test_a_forecast_that_was_changed_is_planned_anew():
    frame = FRAME.copy()
    before = point_plan(frame, CENTRE, hires=HIRES).measures["fte"]
    frame.loc[0, "offered"] = 1e4
    assert point_plan(frame, CENTRE, hires=HIRES).measures["fte"] > before
    with pytest.raises(ValueError, match="requirement must be a QuickPlan or a function"):
        point_plan(frame, CENTRE, requirement=frame)


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"volum": 0.1}, "volum is no assumption"),
        ({"shrinkage": 30}, r"shrinkage must be in \[0, 0.95\]"),
        ({"volume": "10%"}, "volume must be a number"),
        ({"volume": float("nan")}, "volume"),
        ({"volume": True}, "volume must be a number"),
    ],
)
def test_bad_overrides_are_told_in_words(overrides, words):
    with pytest.raises(ValueError, match=words):
        checked_overrides(overrides)


def test_scenarios_stand_side_by_side_with_their_difference():
    table = compare_scenarios({"base": planned(), "dear": planned(hourly_wage=22.0)})
    assert table.loc["cost", "dear − base"] == pytest.approx(table.loc["cost", "dear"] - table.loc["cost", "base"])
    assert table.loc["cost", "dear − base"] > 0 == table.loc["starters", "dear − base"]


def test_the_tornado_is_single_plans_in_order():
    ranges = usual_ranges(CENTRE)
    table = tornado(
        FRAME, CENTRE, hires=HIRES, ranges=ranges[ranges["name"].isin(["volume", "hourly_wage", "per_hire"])]
    )
    assert table["swing"].is_monotonic_decreasing
    wage = table.set_index("name").loc["hourly_wage"]
    assert wage["at_high"] == pytest.approx(float(planned(hourly_wage=wage["high"]).budget.total))
    assert wage["base"] == pytest.approx(float(planned().budget.total))
    assert "per_hire" not in set(ranges["name"])  # nothing is paid for a hire: it cannot stray


def test_the_grid_is_single_plans_in_their_places():
    grid = two_way_grid(
        FRAME, CENTRE, hires=HIRES, rows=("volume", (0.0, 0.2)), columns=("aht", (0.0, 0.1)), measure="fte"
    )
    assert grid.loc[0.2, 0.1] == pytest.approx(planned(volume=0.2, aht=0.1).measures["fte"])
    assert grid.loc[0.0, 0.0] < grid.loc[0.0, 0.1] < grid.loc[0.2, 0.1]
    with pytest.raises(ValueError, match="two assumptions"):
        two_way_grid(FRAME, CENTRE, hires=HIRES, rows=("aht", (0,)), columns=("aht", (0,)))
    with pytest.raises(ValueError, match="measure must be one of"):
        two_way_grid(FRAME, CENTRE, hires=HIRES, rows=("aht", (0,)), columns=("volume", (0,)), measure="coffee")


def test_a_scenario_is_saved_and_read_again(tmp_path):
    save_scenario(tmp_path, "a busy spring", {"volume": 0.15, "shrinkage": 0.33}, note="from the campaign plan")
    assert load_scenarios(tmp_path) == {
        "a busy spring": {"overrides": {"volume": 0.15, "shrinkage": 0.33}, "note": "from the campaign plan"}
    }
    assert load_scenarios(tmp_path / "nowhere") == {}


def _save_ten(folder, who):
    for i in range(10):
        save_scenario(folder, f"{who} {i}", {"volume": i / 100})


def test_two_who_save_at_once_lose_nothing(tmp_path):
    with ThreadPoolExecutor(2) as both:  # test_two_at_once does it with processes
        list(both.map(_save_ten, [tmp_path] * 2, ["Ann", "Bo"]))
    assert len(load_scenarios(tmp_path)) == 20


@pytest.mark.parametrize("text", ["{", "[1]", json.dumps({"a": {"overrides": {"volum": 1}}}), json.dumps({"a": 1})])
def test_a_broken_file_is_told_in_words(tmp_path, text):
    (tmp_path / "scenarios.json").write_text(text)
    with pytest.raises(ValueError, match="scenario|volum"):
        load_scenarios(tmp_path)


def test_a_name_must_be_a_name(tmp_path):
    with pytest.raises(ValueError, match="1 to 80"):
        save_scenario(tmp_path, " ", {})
    assert isinstance(planned(), PointPlan)


def test_a_scenario_of_an_assumption_that_is_gone_names_file_and_scenario(tmp_path):
    (tmp_path / "scenarios.json").write_text('{"lean": {"overrides": {"moon": 1}}}')
    with pytest.raises(ValueError, match=r"scenarios.json: scenario lean: moon is no assumption"):
        load_scenarios(tmp_path)


def test_no_plan_to_compare_is_told_in_words():
    with pytest.raises(ValueError, match="one plan at least"):
        compare_scenarios({})
