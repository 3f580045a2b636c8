"""Charts of money: the finding in the title, the frames' numbers in the marks, the same bytes every time."""

from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from ccplan.auditing.bridge import bridge
from ccplan.display import show
from ccplan.display.money import charts, tables
from ccplan.display.theme import themed
from ccplan.planning import hour_sources
from ccplan.planning.budget import Budget
from tests.test_budget_panel import CENTRE

MONTHS = pd.date_range("2027-01-01", periods=3, freq="MS")


def a_budget(labour=(100, 120, 90), rent=(10, 10, 10)):
    rows = [
        (month, category, Decimal(amount) * 1000)
        for category, amounts in (("labour", labour), ("facilities", rent))
        for month, amount in zip(MONTHS, amounts, strict=True)
    ]
    ledger = pd.DataFrame(rows, columns=["month", "category", "amount"]).assign(set_up=False)
    return Budget(ledger, "EUR", None, ())


def spoken(words):
    return words.replace("\N{NO-BREAK SPACE}", " ")


def test_months_are_stacked_and_the_dearest_is_named():
    rows = charts.monthly_rows(a_budget(), pd.Series([Decimal(105_000)] * 3, index=MONTHS))
    tops = rows[rows["part"] == "facilities"]
    assert tops["low"].tolist() == [100, 120, 90] and tops["high"].tolist() == [110, 130, 100]
    assert rows.loc[rows["part"] == "limit", "low"].tolist() == [105.0] * 3
    assert (
        spoken(charts.monthly_finding(a_budget()))
        == "EUR 340,000 in 3 months; the dearest is February 2027 with EUR 130,000"
    )
    assert themed(charts.monthly_cost_chart(a_budget())) == themed(charts.monthly_cost_chart(a_budget()))
    assert charts.monthly_finding(a_budget((0, 0, 0), (0, 0, 0))) == "Nothing is budgeted in these months"


def a_tornado():
    table = pd.DataFrame(
        {
            "name": ["volume", "hourly_wage", "seat_per_month"],
            "low": [-0.1, 14.0, 1.0],
            "high": [0.1, 16.0, 2.0],
            "at_low": [90e3, 95e3, 100e3],
            "at_high": [112e3, 104e3, 100e3],
            "base": 100e3,
        }
    )
    return table.assign(swing=[22e3, 9e3, 0.0])


def test_a_tornado_has_both_ends_and_leaves_out_what_does_nothing():
    rows = charts.tornado_rows(a_tornado())
    assert rows["words"].tolist() == ["−10.0", "+12.0", "−5.0", "+4.0"]
    assert rows["label"].unique().tolist() == ["volume: −10 % to +10 %", "hourly wage: 14.00 to 16.00"]
    assert (
        spoken(charts.tornado_finding(a_tornado(), "EUR"))
        == "Volume matters most: between its low and its high lie EUR 22,000"
    )
    assert (
        charts.tornado_finding(a_tornado().assign(swing=0.0), "EUR") == "No assumption moves the plan within its range"
    )
    assert themed(charts.tornado_chart(a_tornado(), "EUR"))


def test_a_waterfall_s_steps_hang_together():
    steps = bridge(lambda calls, wage: calls * wage, {"calls": 1000, "wage": 100.0}, {"calls": 1200, "wage": 90.0})
    rows = charts.waterfall_rows(steps, ("plan", "actual"))
    assert rows["label"].tolist() == ["plan", "calls", "wage", "actual"]
    assert rows["high"].iloc[0] == 100 and rows["high"].iloc[3] == 108
    assert rows["high"].iloc[1] - rows["low"].iloc[1] == pytest.approx(19.0), "200 × 95, the mean of both wages"
    assert (
        spoken(charts.waterfall_finding(steps, "EUR", ("plan", "actual")))
        == "Actual costs EUR 8,000 more than plan; the largest step is calls (+19.0 thousand)"
    )
    same = bridge(lambda calls: calls, {"calls": 5}, {"calls": 5})
    assert (
        charts.waterfall_finding(same, "EUR") == "After costs what before does"
        and len(charts.waterfall_rows(same)) == 2
    )


def test_scenarios_and_grid_say_how_far_they_lie_apart():
    compared = pd.DataFrame(
        {
            "as planned": {"cost": 1e6, "starters": 4.0},
            "more": {"cost": 1.1e6, "starters": 9.0},
            "more − as planned": {"cost": 1e5, "starters": 5.0},
        }
    )
    assert (
        spoken(charts.scenarios_finding(compared, "EUR"))
        == "From EUR 1.00 million (as planned) to EUR 1.10 million (more): 10 % apart"
    )
    assert themed(charts.scenarios_chart(compared, "EUR"))
    grid = pd.DataFrame(
        [[0.9e6, 1e6], [1e6, 1.2e6]],
        index=pd.Index([-0.1, 0.0], name="volume"),
        columns=pd.Index([-0.1, 0.0], name="aht"),
    )
    rows = charts.grid_rows(grid)
    assert rows["delta"].tolist() == ["−25.0%", "−16.7%", "−16.7%", "as planned"] and rows["across"].tolist()[:2] == [
        "−10 %",
        "as planned",
    ]
    assert themed(charts.grid_chart(grid, "EUR"))


def test_the_cheapest_hour_is_named_by_how_long_it_is_needed():
    sources = hour_sources(CENTRE, (1, 12, 36))
    assert charts.sources_finding(sources).startswith("A hire is the cheapest hour once it is needed for 36 months")
    told = sources.assign(cheapest=["overtime", "hire", "hire"])
    assert (
        charts.sources_finding(told)
        == "A hire is the cheapest hour once it is needed for 12 months; before that overtime is"
    )
    assert charts.sources_finding(told.assign(cheapest="hire")) == "A hire is the cheapest hour from the first month on"
    assert charts.sources_finding(told.assign(cheapest="outsourcing")).startswith(
        "A hire does not pay within 36 months: an outsourcer"
    )
    spec = themed(charts.hour_sources_chart(sources.replace(np.inf, 5.0), "EUR"))
    assert spec["title"]["text"]


def test_a_quarter_that_cannot_be_told_is_said_in_words_where_its_chart_would_stand():
    case = SimpleNamespace(tables={"agents": pd.DataFrame()})
    past = tables.quarter_bridge(case, "folder", "2026Q3")
    assert "the folder has no table `ledger`" in str(past)
    assert show(charts.waterfall_chart(past, "EUR", ("the plan of 2026Q3", "2026Q3"))) is past


def test_what_costs_the_same_by_steps_that_cancel_is_not_told_as_dearer():
    steps = pd.DataFrame(
        {
            "label": ["before", "wages", "volume", "after"],
            "effect": [0, 500.0, -500.0, 0],
            "total": [1e6, 1e6 + 500, 1e6, 1e6],
        }
    )
    assert charts.waterfall_finding(steps, "EUR").startswith("After costs what before does; the largest step is wages")
