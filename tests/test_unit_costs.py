"""Unit costs by hand, and a hire's cost and hours against people who are followed one by one."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccplan.data import Centre, Costs, Flex, Hiring, Queue, Shrinkage
from ccplan.data.budget_lines import BudgetLine
from ccplan.planning.budget import plan_budget
from ccplan.planning.money.unit_costs import (
    allocated,
    first_contact_resolution,
    hour_sources,
    labour_share,
    shared_out,
    unit_costs,
)

from .effort import examples
from .test_budget import people

MONTH = pd.Timestamp("2027-02-01")  # 28 days: four weeks
QUARTER = Shrinkage(external={"leave": 0.15}, internal={"breaks": 0.1})


def centre(**more):
    costs = more.pop("costs", Costs(hourly_wage=20, on_costs=0.25, weekly_hours=35))
    return Centre(name="x", queues=(Queue(name="a"), Queue(name="b")), costs=costs, shrinkage=QUARTER, **more)


def two_queues(**more):
    plan = people(1, "2027-02-01", queues=("a", "b"), **more)
    plan.loc[plan["queue"] == "b", ["paid_fte", "productive_fte"]] = [5.0, 4.0]
    return plan, pd.DataFrame(
        {"queue": ["a", "b"], "month": MONTH, "offered": [5000.0, 1000.0], "load_hours": [900.0, 300.0]}
    )


def test_an_hour_a_contact_and_a_solved_contact_by_hand():
    """a: 10 × 140 h × 25 = 35,000; b: half. 6,000 of rent by paid hours: 4,000 and 2,000. Productive: 10 × 140 ×
    0.75, 4 × 140 × 0.75.
    """
    plan, contacts = two_queues()
    rent = (
        BudgetLine(name="rent", category="facilities", price=6000),
        BudgetLine(name="move", driver="once", start="2027-02", price=999, set_up=True),
    )
    budget = plan_budget(plan, centre(), contacts=contacts, lines=rent)
    table = unit_costs(budget, plan, centre(), contacts, resolution={"a": 0.8, "b": 0.5}).set_index("queue")
    assert (
        table["cost"].map(str).tolist() == ["39000.00", "19500.00", "58500.00"]
        and table.loc["all", "cost"] == budget.running
    )
    assert table["paid_hours"].tolist() == [1400, 700, 2100] and table["productive_hours"].tolist() == [1050, 420, 1470]
    a, b, both = table.loc["a"], table.loc["b"], table.loc["all"]
    assert a["labour_per_paid_hour"] == 25 and a["cost_per_paid_hour"] == pytest.approx(39000 / 1400)
    assert b["cost_per_productive_hour"] == pytest.approx(19500 / 420) and a["cost_per_contact"] == pytest.approx(7.8)
    assert a["cost_per_resolution"] == pytest.approx(7.8 / 0.8) and both["cost_per_contact"] == pytest.approx(
        58500 / 6000
    )
    assert both["resolution"] == pytest.approx(4500 / 6000) and both["cost_per_resolution"] == pytest.approx(
        58500 / 4500
    )
    assert both["labour_share"] == pytest.approx(52500 / 58500)


def test_what_an_outsourcer_is_paid_is_no_cost_of_a_paid_hour():
    """1 FTE bought: 140 × 0.75 ÷ 1 h at 40.00 = 4,200 beside 35,000 of wages for 1,400 hours; 1,050 + 105 hours on
    the phones.
    """
    where, plan = (
        centre(flex=Flex(outsourced_hourly=40, outsourced_output=1.0)),
        people(1, "2027-02-01", outsourced_fte=1.0),
    )
    row = unit_costs(plan_budget(plan, where), plan, where).set_index("queue").loc["all"]
    assert row["cost_per_paid_hour"] == row["labour_per_paid_hour"] == 25 and row["labour"] == Decimal("39200.00")
    assert row["cost_per_productive_hour"] == pytest.approx(39200 / 1155)


def test_the_key_says_how_common_costs_are_shared():
    plan, contacts = two_queues()
    budget = plan_budget(
        plan, centre(), contacts=contacts, lines=(BudgetLine(name="rent", category="facilities", price=6000),)
    )
    by_call = allocated(budget, "call")
    assert by_call["cost"].map(str).tolist() == ["40000.00", "18500.00"] and by_call["labour"].map(str).tolist() == [
        "35000.00",
        "17500.00",
    ]
    with pytest.raises(ValueError, match="key must be a driver of the budget .*agent.*got 'moon'"):
        allocated(budget, "moon")


def test_nothing_to_divide_by_is_no_number():
    plan = people(1, "2027-02-01", paid_fte=0.0, productive_fte=0.0)
    table = unit_costs(
        plan_budget(plan, centre(), lines=(BudgetLine(name="rent", price=5),)), plan, centre()
    ).set_index("queue")
    assert (
        table.loc["a", "cost"] == 5
        and np.isnan(table.loc["a", "cost_per_paid_hour"])
        and np.isnan(table.loc["all", "cost_per_contact"])
    )
    with pytest.raises(ValueError, match=r"resolution must be in \[0, 1\], got 70"):
        unit_costs(plan_budget(plan, centre()), plan, centre(), resolution=70)


@examples(100)
@given(st.integers(-(10**9), 10**9), st.lists(st.floats(0, 1e6), min_size=1, max_size=6))
def test_shared_cents_add_up_and_nobody_is_off_by_a_cent(cents, weights):
    weights = pd.Series(weights, index=list("abcdef")[: len(weights)])
    parts = shared_out(Decimal(cents).scaleb(-2), weights, weights)
    assert sum(parts.values()) == Decimal(cents).scaleb(-2)
    fair = weights / weights.sum() if weights.sum() > 0 else weights * 0 + 1 / len(weights)
    assert all(abs(float(part) - cents / 100 * fair[name]) <= 0.01 + 1e-6 for name, part in parts.items())


def test_an_odd_cent_goes_to_the_largest_remainder():
    weights = pd.Series({"c": 1.0, "b": 3.0, "a": 5.0})  # 11.11, 33.33, 55.56 of 100 cents
    assert {name: str(part) for name, part in shared_out(Decimal("1.00"), weights, weights).items()} == {
        "c": "0.11",
        "b": "0.33",
        "a": "0.56",
    }


def test_resolution_is_counted_over_what_was_answered_and_told():
    calls = pd.DataFrame(
        {
            "queue": list("aaaab"),
            "outcome": ["answered"] * 3 + ["abandoned", "answered"],
            "resolved": [True, False, None, True, True],
        }
    )
    assert first_contact_resolution(calls) == {"a": 0.5, "b": 1.0}
    assert first_contact_resolution(calls.drop(columns="resolved")) == {}


def test_the_labour_share_is_told_beside_the_sectors_band():
    def told(rent):
        plan = people(1, "2027-02-01")  # 35,000 of labour
        return labour_share(
            plan_budget(plan, centre(), lines=(BudgetLine(name="rent", category="facilities", price=rent),))
        )

    assert (
        told(15_000).share == pytest.approx(0.7)
        and "70% of the running cost, within the 60% to 75%" in told(15_000).says
    )
    assert "above the 60% to 75%" in told(0).says and "below the 60% to 75%" in told(35_000).says
    assert "no verified standard" in told(0).says
    assert "no running cost" in labour_share(plan_budget(people(1, paid_fte=0.0), centre())).says


def one_by_one(where, horizon, number=40_000, seed=4):
    """Mean cost and hours on the phones of starters who are followed one by one, leaving in mid-month by chance."""
    rng = np.random.default_rng(seed)
    monthly = where.hiring.attrition_per_year / 12
    leave = monthly / (1 + monthly / 2)
    hours = 365.25 / 12 / 7 * where.costs.weekly_hours
    cost, given = (
        np.full(number, where.costs.per_hire + where.hiring.class_cost / where.hiring.class_size),
        np.zeros(number),
    )
    here = np.ones(number, bool)
    for month in range(horizon):
        gone = here & (rng.random(number) < leave)
        there = np.where(here, np.where(gone, 0.5, 1.0), 0.0)
        cost += there * (hours * where.costs.hourly_wage * (1 + where.costs.on_costs) + where.costs.seat_per_month)
        given += (
            there
            * hours
            * (1 - where.shrinkage.total)
            * (where.hiring.ramp[month] if month < len(where.hiring.ramp) else 1.0)
        )
        here &= ~gone
    return cost.mean(), given.mean()


def test_a_hires_cost_and_hours_are_those_of_people_followed_one_by_one():
    where = centre(
        hiring=Hiring(attrition_per_year=0.6, training_weeks=0, ramp=(0.5, 0.8), class_cost=1200, class_size=6),
        costs=Costs(hourly_wage=20, on_costs=0.25, weekly_hours=35, per_hire=1000, seat_per_month=100),
    )
    table = hour_sources(where, (3, 12)).set_index("horizon")
    for horizon in (3, 12):
        cost, given = one_by_one(where, horizon)
        assert table.loc[horizon, "hire_cost"] == pytest.approx(cost, rel=0.01) and table.loc[
            horizon, "hire_hours"
        ] == pytest.approx(given, rel=0.01)


def test_a_seat_that_the_budget_tells_otherwise_is_no_cost_of_one_more_hire():
    plain = Costs(hourly_wage=20, seat_per_month=100)
    dear, flat = (
        hour_sources(centre(costs=plain, hiring=Hiring(attrition_per_year=0), budget=some), (10,))["hire_cost"].item()
        for some in ((), (BudgetLine(name="seats", price=0),))
    )
    assert dear - flat == pytest.approx(1000)


def test_the_means_of_an_hour_and_their_break_even_by_hand():
    """Nobody leaves, nobody learns: a hire works 152.1875 h a month at 25.00, three quarters of them on the phones."""
    where = centre(
        hiring=Hiring(attrition_per_year=0, training_weeks=0, ramp=()),
        flex=Flex(outsourced_hourly=45, outsourced_output=0.9),
    )
    row = hour_sources(where, (6,)).iloc[0]
    assert row["hire"] == pytest.approx(25 / 0.75) and row["outsourcing"] == 50
    assert row["overtime"] == pytest.approx(25 * 1.5 / (0.75 / 0.85)) and row["cheapest"] == "hire"
    missing = row["beats_outsourcing"]  # at so many hours a month, both cost the same
    assert missing * 50 * 6 == pytest.approx(row["hire_cost"]) and missing == pytest.approx(152.1875 * 25 / 50)
    assert row["beats_overtime"] * row["overtime"] == pytest.approx(152.1875 * 25)
    dear = hour_sources(centre(hiring=Hiring(ramp=(0.1,)), flex=Flex(outsourced_hourly=20)), (1,)).iloc[0]
    assert dear["beats_outsourcing"] == np.inf and dear["cheapest"] == "outsourcing"
    with pytest.raises(ValueError, match="horizons must be whole months from 1 to 600, got 0"):
        hour_sources(where, (0,))


def test_a_queue_that_opens_later_takes_no_share_of_the_months_before():
    """1,000 a month of rent by paid hours: January is a's alone, February is shared 10 to 5."""
    plan = people(2, "2027-01-01", queues=("a", "b"), paid_fte=10.0)
    plan.loc[plan["queue"] == "b", ["paid_fte", "productive_fte"]] = 5.0
    plan = plan[(plan["queue"] == "a") | (plan["month"] > "2027-01-31")].reset_index(drop=True)
    where = centre(costs=Costs(hourly_wage=0, weekly_hours=35))
    budget = plan_budget(plan, where, lines=(BudgetLine(name="rent", category="facilities", price=1000),))
    assert allocated(budget)["cost"].map(str).to_dict() == {"a": "1666.67", "b": "333.33"}
    assert unit_costs(budget, plan, where).set_index("queue").loc["all", "cost"] == Decimal("2000.00")


def test_contacts_are_those_of_the_budgets_months():
    """Two months of four: 2 × 1,000 contacts stand beside two months of cost."""
    plan = people(4, "2027-01-01")
    contacts = plan[["queue", "month"]].assign(offered=1000.0, load_hours=100.0)
    budget = plan_budget(plan, centre(), 2, contacts=contacts)
    row = unit_costs(budget, plan, centre(), contacts).set_index("queue").loc["a"]
    assert row["contacts"] == 2000 and row["cost_per_contact"] == pytest.approx(float(budget.running) / 2000)


def test_a_queue_that_does_not_tell_what_it_solves_is_left_out_of_both_sums():
    """Only a tells: 80 % of its contacts, each solved one at a's cost, not at that of both queues."""
    plan, contacts = two_queues()
    budget = plan_budget(plan, centre(), contacts=contacts)
    table = unit_costs(budget, plan, centre(), contacts, resolution={"a": 0.8}).set_index("queue")
    assert table.loc["all", "resolution"] == pytest.approx(0.8)
    assert table.loc["all", "cost_per_resolution"] == pytest.approx(35000 / 4000) and np.isnan(
        table.loc["b", "resolution"]
    )
