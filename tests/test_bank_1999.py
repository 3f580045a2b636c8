"""A real bank's call centre of 1999 staffed from its half-hour table, beside the service it really gave."""

import subprocess
import sys

import pandas as pd
import pytest

from ccplan.data import load_centre, load_intervals
from ccplan.planning import actual_service, staff
from ccplan.planning.service.days import day_table

from .reference import by_sums
from .shared import copy_of


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    folder = copy_of("technion_1999", tmp_path_factory.mktemp("real") / "bank")
    for words in (["init", str(folder), "--time-zone", "Asia/Jerusalem", "--country", "IL"], ["plan", str(folder)]):
        done = subprocess.run([sys.executable, "-m", "ccplan.cli", *words], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def plan(bank):
    centre = load_centre(bank)
    intervals = load_intervals(bank, centre).frame
    return centre, intervals, staff(intervals, centre)


def test_patience_is_waiting_time_per_abandonment(bank, plan):
    """Exponential patience with censored waits: total wait ÷ abandonments, from the file itself."""
    table = pd.read_csv(bank / "intervals_halfhour.csv")
    waited = (table["asa_s"] * table["answered"]).sum() + (table["wait_to_abandon_s"] * table["abandoned"]).sum()
    assert plan[0].queues[0].patience_s == pytest.approx(waited / table["abandoned"].sum(), rel=0.005)


@pytest.mark.parametrize("quarter, given", [(1, 0.450), (2, 0.416), (3, 0.474), (4, 0.714)])
def test_the_service_really_given_by_quarter(plan, quarter, given):
    rows = plan[1][plan[1]["start"].dt.quarter == quarter]
    assert actual_service(rows) == pytest.approx(given, abs=0.0006)


def test_every_half_hour_is_staffed_to_80_in_20(plan):
    _, intervals, staffed = plan
    busy = staffed[staffed["offered"] > 0]
    assert len(staffed) == len(intervals) == 7284
    assert (busy["service_level"] >= 0.80).all() and (busy["agents"] >= 1).all()


def test_the_numbers_of_single_half_hours_equal_the_sum_over_states(plan):
    centre, _, staffed = plan
    patience = centre.queues[0].patience_s
    for row in staffed[staffed["load"].between(1, 9)].sample(6, random_state=3).itertuples():
        exact = by_sums(row.offered, row.aht_s, row.agents, patience_s=patience)
        assert row.service_level == pytest.approx(float(exact["in_time"]), rel=1e-9)
        fewer = by_sums(row.offered, row.aht_s, row.agents - 1, patience_s=patience)["in_time"] if row.agents > 1 else 0
        assert fewer < 0.80 <= exact["in_time"]


def test_the_results_stand_beside_the_service_given(bank, plan):
    written = pd.read_csv(bank / "plan/requirement.csv")
    assert {"agents", "scheduled", "service_level", "service_given"} <= set(written.columns)
    raw = pd.read_csv(bank / "intervals_halfhour.csv").query("offered > 0")
    assert (written["service_given"].dropna() * written["offered"]).sum() == pytest.approx(
        raw["answered_20s"].sum(), rel=1e-6
    )
    assert written["agents"].tolist() == plan[2]["agents"].tolist()


def test_more_people_would_have_been_needed(plan):
    """Agents seen busy are a lower bound of those at work; the days of poor service needed more than that."""
    centre, intervals, staffed = plan
    days = day_table(staffed, intervals, centre)
    assert (days["service_given"] < days["service_level"]).mean() > 0.9
