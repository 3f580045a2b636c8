"""`ccplan budget` as people run it: a small centre, real files, totals added up again from what was written."""

import shutil
from decimal import Decimal

import pandas as pd
import pytest

from .commands import own_process, refused, run

TOML = """
name = "Small"
currency = "EUR"
time_zone = "Europe/Helsinki"
country = "FI"
[queues.service]
[queues.service.hours]
weekdays = "09:00-17:00"
[hiring]
class_cost = 500
[costs]
hourly_wage = 16
per_hire = 1500
[budget."=cmd|' /C calc'!A0"]
category = "marketing"
price = 10
[budget.platform]
category = "technology"
driver = "call"
steps = [[0, 0.10], [1000, 0.05]]
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    starts = [
        t for t in pd.date_range("2026-06-01", "2026-08-31 23:30", freq="30min") if t.weekday() < 5 and 9 <= t.hour < 17
    ]
    rows = [
        "start;queue;offered;answered;aht_s",
        *(f"{t:%Y-%m-%d %H:%M};service;{20 + 5 * t.weekday()};19;240" for t in starts),
    ]
    (folder / "intervals.csv").write_text("\n".join(rows), encoding="utf-8")
    (folder / "centre.toml").write_text(TOML, encoding="utf-8")
    (folder / "ledger.csv").write_text(
        "month,category,line,planned,actual\n2026-07-01,technology,platform,900,950.5\n"
        "2025-10-01,technology,platform,800,812.25\n",
        encoding="utf-8",
    )
    (folder / "checklist.csv").write_text(
        "checklist,step,item,due,status,cost\nset-up,training,course,2026-10-15,open,700\n", encoding="utf-8"
    )
    return folder


def test_the_budget_is_printed_and_written(small, tmp_path):
    result = own_process("budget", small, "--months", 2, "--out", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    ledger = pd.read_csv(tmp_path / "out/ledger.csv", dtype=str, keep_default_na=False)
    total = sum(map(Decimal, ledger["amount"]), Decimal(0))
    assert f"{total:,.2f} EUR  in all, of it 700.00 to set up" in result.stdout
    assert set(ledger["month"]) == {"2026-09-01", "2026-10-01"} and "'=cmd|' /C calc'!A0" in set(ledger["line"])
    for row in ledger.itertuples():
        assert abs(Decimal(row.quantity) * Decimal(row.price) - Decimal(row.amount)) <= Decimal("0.005")
    platform = ledger[ledger["line"] == "platform"]
    assert set(platform["price"]) == {"0.100000", "0.050000"}
    beside = pd.read_csv(tmp_path / "out/against_ledger.csv")
    october = beside[(beside["line"] == "platform") & (beside["month"] == "2026-10-01")].iloc[0]
    assert october["ledger_month"] == "2025-10-01" and october["actual"] == 812.25
    assert {"headcount.csv", "requirement.csv", "unit_costs.csv", "hour_sources.csv", "assumptions.csv"} <= {
        f.name for f in (tmp_path / "out").iterdir()
    }
    assert "labour is" in result.stderr and "nothing is budgeted for" in result.stderr


def test_the_workbook_holds_the_total_that_is_printed(small, tmp_path):
    from openpyxl import load_workbook

    result = run("budget", small, "--months", 2, "--out", tmp_path / "out", "--workbook", tmp_path / "plan.xlsx")
    assert result.returncode == 0, result.stderr
    told = load_workbook(tmp_path / "plan.xlsx", data_only=True)["Summary"]["B4"].value
    assert f"{told:,.2f} EUR  in all" in result.stdout and "plan.xlsx" in result.stdout
    assert "--workbook must name an .xlsx file" in refused("budget", small, "--workbook", tmp_path / "plan.xls")


def test_help_shows_an_example():
    result = run("budget", "--help")
    assert result.returncode == 0 and "Example" in result.stdout and "--months" in result.stdout


def test_a_budget_that_cannot_be_is_refused_in_words(small, tmp_path):
    assert "must not be the centre's folder" in refused("budget", small, "--out", small)
    assert run("budget", small, "--months", 0).returncode == 2
    other = tmp_path / "bad"
    other.mkdir()
    (other / "intervals.csv").write_bytes((small / "intervals.csv").read_bytes())
    (other / "centre.toml").write_text(
        TOML + '[budget.rent]\nprice = -3\ncurrency = "USD"\ndriver = "moon"\nstart = "2027-05"\nend = "2027-01"\n',
        encoding="utf-8",
    )
    said = refused("budget", other)
    assert "budget.rent.price" in said and "got -3" in said and "budget.rent.driver must be one of" in said
    (other / "centre.toml").write_text(TOML + '[budget.rent]\nprice = 3\ncurrency = "USD"\n', encoding="utf-8")
    assert "whose rate is not given" in refused("budget", other)
    (other / "centre.toml").write_text(TOML + "[budget.rent]\nprise = 3\n", encoding="utf-8")
    assert "did you mean price?" in refused("budget", other)


@pytest.mark.parametrize(("name", "text"), [("ledger", "foo;bar\n1;2\n"), ("agents", "agent,team,hired\nx,,soon\n")])
def test_a_table_that_is_there_and_cannot_be_read_is_told(small, tmp_path, name, text):
    """It was taken for one that is not there: the mean wage of centre.toml, and no ledger beside the plan."""
    shutil.copytree(small, tmp_path / "centre")
    (tmp_path / "centre" / f"{name}.csv").write_text(text, encoding="utf-8")
    assert f"{name}.csv" in refused("budget", tmp_path / "centre", "--months", 2, "--out", tmp_path / "out")
