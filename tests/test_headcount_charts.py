"""Charts and tables of a headcount plan: what is drawn is what is in the plan, and titles say what it shows."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from ccplan import display
from ccplan.data import Centre, Costs, Flex, Hiring, Queue
from ccplan.display.people import charts as headcount_charts
from ccplan.display import theme
from ccplan.display.people.tables import decisions_table, gap_prices, people_table, shrinkage_months, without_hires
from ccplan.planning import cheapest_hires, monthly_requirement, service_curves, staff

HIRING = Hiring(attrition_per_year=0.3, lead_time_weeks=4, training_weeks=4, ramp=(0.7,), class_size=6)


@pytest.fixture(scope="module")
def case():
    """Five months of one queue that grows, with one agent too few for it."""
    centre = Centre(
        name="Small",
        queues=(Queue(name="a", patience_s=120.0),),
        hiring=HIRING,
        flex=Flex(overtime=0),
        costs=Costs(per_hire=1000),
    )
    start = pd.date_range("2027-01-01", "2027-06-01", freq="30min", inclusive="left")
    staffed = staff(
        pd.DataFrame({"queue": "a", "start": start, "offered": 20.0 + start.month * 2, "aht_s": 180.0}), centre
    )
    needed, curves = monthly_requirement(staffed, centre), service_curves(staffed, centre)
    people = pd.DataFrame({"queue": ["a"], "started": [pd.Timestamp("2020-01-01")], "heads": [30.0], "fte": [30.0]})
    return SimpleNamespace(
        centre=centre,
        requirement=needed,
        curves=curves,
        people=people,
        at=pd.Timestamp("2027-01-01"),
        plan=lambda **asked: cheapest_hires(needed, asked.pop("centre", centre), people=people, curves=curves, **asked),
    )


@pytest.fixture(scope="module")
def plan(case):
    return case.plan()


def values_of(chart):
    """Every row of data that the chart draws."""
    return [row for rows in theme.themed(chart)["datasets"].values() for row in rows]


def test_the_chart_draws_the_plan_and_its_title_counts_the_people(plan):
    chart = headcount_charts.headcount_chart(plan.headcount, plan.hires)
    drawn = sorted(row["required_fte"] for row in values_of(chart) if "required_fte" in row)
    assert drawn == pytest.approx(sorted(plan.headcount["required_fte"]), rel=1e-3)
    marks = [row["words"] for row in values_of(chart) if "words" in row]
    assert sum(map(int, marks)) == plan.hires["heads"].sum() > 0
    assert f"{plan.hires['heads'].sum()} people start" in headcount_charts.headcount_finding(plan.headcount, plan.hires)
    assert 'role="img"' in display.show(chart).svg


def test_a_gap_is_drawn_and_named(case):
    short = case.plan(centre=replace(case.centre, hiring=replace(HIRING, lead_time_weeks=60)))
    gaps = [
        row["missing"] - row["all"]
        for row in values_of(headcount_charts.headcount_chart(short.headcount, short.hires))
        if "missing" in row
    ]
    assert max(gaps) == pytest.approx(-short.headcount["gap_fte"].min(), rel=1e-2)
    worst = short.headcount["gap_fte"].min()
    assert headcount_charts.headcount_finding(short.headcount, short.hires).endswith(
        f"most a in May 2027: {-worst:.1f} FTE"
    )
    assert "no date to miss" in repr(display.decisions_picture(short.decisions, case.at))
    assert "no class to decide" in repr(decisions_table(short.decisions, "EUR"))
    assert "nobody can be hired so that it helps" in repr(display.headcount_answer(short))


def test_net_and_causes_stack_up_to_gross(case):
    parts = headcount_charts.net_to_gross(case.requirement, case.centre)
    tops = parts.groupby("month")["high"].max()
    assert tops.to_numpy() == pytest.approx(case.requirement["fte"].to_numpy())
    assert parts[parts["part"] == "on the phones (net)"]["high"].to_numpy() == pytest.approx(
        case.requirement["fte_net"].to_numpy()
    )
    below = parts.sort_values(["month", "low"]).groupby("month")
    assert all(np.allclose(rows["low"].to_numpy()[1:], rows["high"].to_numpy()[:-1]) for _, rows in below)
    assert (
        "30% of paid time is off the phones, in every month"
        in display.show(headcount_charts.shrinkage_chart(case.requirement, case.centre, "a")).alt
    )


def test_the_title_of_the_decisions_is_the_first_that_cannot_wait(plan, case):
    first = plan.decisions["last_safe_date"].min()
    words = display.decisions_picture(plan.decisions, case.at).alt
    assert f"by {first.day} {first:%B %Y}" in words and f"by {first.day} {first:%B %Y}" in repr(
        display.headcount_answer(plan)
    )


def test_tables_say_what_the_plan_says(plan, case):
    people = people_table(plan.headcount, "a")
    assert people["required FTE"].tolist() == [f"{fte:,.1f}" for fte in plan.headcount["required_fte"]]
    months = shrinkage_months(case.requirement, case.centre, "a")
    assert set(months["shrinkage, paid"]) == {"30%"} and set(months["shrinkage, scheduled"]) == {"18%"}  # 0.15 ÷ 0.85
    alone = without_hires(case).frame.iloc[0]
    assert alone["months short"] != "0" and alone["worst month"] == "May 2027"
    prices = gap_prices(case, (0.0, 0.05)).frame
    assert int(prices["people to hire"].iloc[0]) >= int(prices["people to hire"].iloc[1])
    assert len(decisions_table(plan.decisions, "EUR").frame) == len(plan.hires)
