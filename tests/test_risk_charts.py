"""Charts of risk: the finding in the title, the numbers of the frames in the marks, the same bytes every time."""

import numpy as np
import pandas as pd
import pytest

from ccplan.display.money.risk_charts import _money, cost_fan_chart, overrun_finding, risk_sources_chart
from ccplan.display.theme import themed
from ccplan.planning import Risk

MONTHS = pd.date_range("2027-01-01", periods=12, freq="MS")


def a_risk(chance=0.3, over=120_000.0):
    """A risk written by hand: 100,000 a month, 1.2 million in all, one path in ten at 1.2 million + `over`."""
    monthly = pd.DataFrame(
        {
            "queue": "",
            "month": MONTHS,
            "measure": "cost",
            "plan": 1e5,
            "mean": 1.01e5,
            "p10": 0.9e5,
            "p50": 1e5,
            "p90": 1.1e5,
        }
    )
    overrun = pd.DataFrame(
        {
            "month": MONTHS,
            "budget": 1e5,
            "chance": 0.4,
            "budget_so_far": 1e5 * np.arange(1, 13),
            "chance_so_far": chance,
        }
    )
    sources = pd.DataFrame(
        {
            "source": ["wage", "attrition", "growth", "inflation", "together"],
            "share": [0.6, 0.3, 0.003, 0.001, 0.096],
            "swing": [250_000.0, -90_000.0, 900.0, 20.0, np.nan],
        }
    )
    paths = pd.DataFrame({"cost": np.linspace(1.2e6 - over / 0.8, 1.2e6 + over / 0.8, 1001) + 0.0})
    return Risk(
        monthly=monthly,
        yearly=monthly[:0],
        overrun=overrun,
        misses=monthly[:0],
        sources=sources,
        paths=paths,
        currency="EUR",
        sampled="all intervals",
        assumptions=(),
    )


def texts(chart):
    spec = themed(chart)
    return spec, [row for rows in spec["datasets"].values() for row in rows]


def test_the_title_says_chance_and_size():
    assert overrun_finding(a_risk()).replace("\N{NO-BREAK SPACE}", " ") == (
        "The plan has a chance of 30 % of costing more than its budget of EUR 1.20 million; one time in ten by more than EUR 120,000"
    )
    assert "an even chance" in overrun_finding(a_risk(chance=0.46)) and "over 99 %" in overrun_finding(
        a_risk(chance=0.999)
    )
    assert "a chance of 0 %" in overrun_finding(a_risk(chance=0.0))


def test_the_fan_holds_the_frame_s_numbers():
    spec, rows = texts(cost_fan_chart(a_risk()))
    fan = [row for row in rows if "p90" in row]
    assert {row["p90"] for row in fan} == {110.0} and {row["budget"] for row in fan} == {100.0}
    ends = sorted(
        row["at"]
        for row in rows
        if row.get("words") in ("budget", "middle of the paths", "one in ten is above", "one in ten is below")
    )
    assert min(np.diff(ends)) > 1.4, "names at the end stand apart"
    assert spec == themed(cost_fan_chart(a_risk()))


def test_bars_tell_the_large_sources_and_sum_the_small():
    spec, rows = texts(risk_sources_chart(a_risk(), {"wage": "the wage agreement"}))
    bars = {row["source"]: row["share"] for row in rows}
    assert bars == pytest.approx(
        {"the wage agreement": 0.6, "attrition": 0.3, "2 others": 0.004, "no single one": 0.096}
    )
    assert spec["title"]["text"] == ["The wage agreement makes 60 % of the uncertainty of cost"]
    assert "paid for in service" in " ".join(spec["title"]["subtitle"])


def test_where_nothing_moves_the_chart_says_so():
    still = a_risk()
    still.sources["share"] = 0.0
    assert texts(risk_sources_chart(still))[0]["title"]["text"] == ["Nothing that was drawn moves the cost"]


@pytest.mark.parametrize(
    "amount, words",
    [
        (999.7, "EUR 1,000"),
        (62_499, "EUR 62,000"),
        (999_600, "EUR 1.00 million"),
        (999_996_000, "EUR 1.00 bn"),
        (3_549_999, "EUR 3.55 million"),
    ],
)
def test_an_amount_just_below_the_next_size_is_told_as_that(amount, words):
    assert _money(amount, "EUR").replace("\N{NO-BREAK SPACE}", " ") == words
