"""The bank of 1999: the committed summary comes out again where its calls are, and agrees with what is known of it."""

import numpy as np
import pandas as pd
import pytest

from benchmarks import real_centres
from ccplan.planning import bank_figures
from ccplan.planning.validating import comparing

from .effort import DEEP
from .shared import SHARED

HERE = (SHARED / "technion_1999").is_dir()
here = pytest.mark.skipif(
    not HERE, reason="the calls of technion_1999 are not on this machine (shared/data beside the repository)"
)


@pytest.fixture(scope="module")
def bank():
    calls, centre = real_centres.bank(SHARED / "technion_1999")
    return calls, centre, real_centres.measured(calls, centre)


def figure(measure, group="half-hours", model="through the day", cut="all"):
    rows = bank_figures()
    (row,) = rows[
        (rows["cut"] == cut) & (rows["group"] == group) & (rows["model"] == model) & (rows["measure"] == measure)
    ].to_dict("records")
    return row


@here
def test_the_committed_figures_come_out_again(bank):
    """By Erlang A half-hour by half-hour; the whole file to the byte when tests are deep."""
    calls, centre, rows = bank
    found = comparing.out_of_sample(rows, centre, models=("Erlang A",))
    for group, table in (("half-hours", found.errors()), ("days", found.day_errors())):
        for row in table.itertuples():
            told = figure(row.measure, group, "Erlang A")
            assert [told[name] for name in ("n", "bias", "mae", "rmse")] == pytest.approx(
                [row.n, row.bias, row.mae, row.rmse], abs=2e-5
            )
    if DEEP:
        assert real_centres.written(real_centres.figures(calls, centre)) == real_centres.SUMMARY.read_text(
            encoding="utf-8"
        )


@here
def test_what_was_agrees_with_the_banks_own_half_hours(bank):
    """The half-hour file was made from the same calls by others, internet support and all: within two points."""
    table = pd.read_csv(SHARED / "technion_1999" / "intervals_halfhour.csv", parse_dates=["interval_start"])
    mine = bank[2]
    for month in (2, 6, 10):
        theirs, ours = table[table["interval_start"].dt.month == month], mine[mine["start"].dt.month == month]
        level = theirs["answered_20s"].sum() / theirs["offered"].sum()
        assert ours["answered_in_target"].sum() / ours["offered"].sum() == pytest.approx(level, abs=0.02)


@here
def test_nobody_is_at_work_who_is_not_seen_and_few_are_missed(bank):
    """Busy agents are a lower bound of those at work; those seen in the half-hour are an upper one, but for who
    came between two calls.
    """
    calls, _, rows = bank
    table = pd.read_csv(SHARED / "technion_1999" / "intervals_halfhour.csv", parse_dates=["interval_start"]).set_index(
        "interval_start"
    )
    wall = rows["start"].dt.tz_localize(None)
    busy = table["mean_busy"].reindex(wall).to_numpy()
    seen = table["servers_seen"].reindex(wall).to_numpy()
    agents = rows["agents"].to_numpy()
    known = ~np.isnan(busy) & (rows["start"].dt.month < 7).to_numpy()
    assert (agents[known] >= busy[known] * 0.85).mean() > 0.95
    assert (agents[known] <= seen[known] + 1).mean() > 0.97


def test_what_the_figures_say():
    """The claims of the notebook: the model with patience is near on average, Erlang C is not, and a day is surer
    than a half-hour.
    """
    level, naive, day = (
        figure("service_level"),
        figure("service_level", model="Erlang C"),
        figure("service_level", "days"),
    )
    assert abs(level["bias"]) < 0.06 < 0.15 < -naive["bias"] and level["correlation"] > 0.7
    assert day["mae"] < 0.6 * level["mae"] and day["correlation"] > 0.85
    blind = figure("service_level", "pauses longer than 10 minutes left out", "Erlang A", "who was at work")
    assert abs(blind["bias"]) < 0.04, "nor does it hang on a look at the queue"
    assert figure("service_level", "pauses taken for work", "Erlang A", "who was at work")["bias"] > 0.15


def test_no_row_of_a_call_is_in_the_summary():
    text = real_centres.SUMMARY.read_text(encoding="utf-8")
    assert text.startswith("# A bank's call centre, Israel") and len(text) < 30_000
    counts = bank_figures()
    assert counts.loc[counts["measure"] == "service_level", "n"].min() > 30


def test_without_the_folder_it_says_so(tmp_path, capsys):
    with pytest.raises(SystemExit, match="name the folder technion_1999"):
        real_centres.main([str(tmp_path)])
