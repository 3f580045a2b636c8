"""Predicted against actual service at a real centre: `python -m benchmarks.real_centres FOLDER`.

The folder is that of the bank's call centre of 1999 (`technion_1999`: every call of nine months; data of the
Service Enterprise Engineering lab, Technion, by courtesy of Avishai Mandelbaum's group). Nobody wrote down
who was at work, so that is inferred from who answered which call. Patience and handle times come from the month
before, calls and agents from the month itself. Prints the table, and writes the figures that
`notebooks/09_validation.ipynb` shows to `data/validation/bank_1999.csv` with `--write`: no row of a call is in them.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from ccplan.data import init_centre, load_centre, load_table
from ccplan.data.reading.mapping import write_mapping
from ccplan.data.reading.understand import FileMapping
from ccplan.planning.validating import at_work, comparing, presence

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "technion_1999"
SUMMARY = Path(__file__).parents[1] / "data" / "validation" / "bank_1999.csv"
HEADING = (
    "# A bank's call centre, Israel, January to October 1999 (August missing): call records of the Service Enterprise Engineering lab,\n"
    "# Technion, free for use with acknowledgement to Avishai Mandelbaum's group. Derived figures only, by benchmarks/real_centres.py.\n"
    "# cut: what a group is; bias, mae, rmse in shares (service_level, abandonment) or seconds (asa_s), weighted by calls.\n"
)
OWN_DESK = "IN"  # internet support, at a desk of its own from July
DOUBLED = "1999-05-23"  # a day whose calls stand twice
FIRST_HOUR, LAST_HOUR = 7, 24
UNUSED = (
    "customer_id", "vru_line", "call_id", "priority", "vru_entry", "vru_time", "q_start", "q_exit", "ser_start", "ser_exit",
)  # fmt: skip
MAPPING = FileMapping(
    table="calls",
    dates="ymd",
    columns={
        "type": "queue",
        "date": "date",
        "vru_exit": "time",
        "q_time": "wait_s",
        "ser_time": "talk_s",
        "outcome": "outcome",
        "server": "agent",
        **dict.fromkeys(UNUSED, ""),
    },
    words={"outcome": {"AGENT": "answered", "HANG": "abandoned"}},
)


def bank(folder=FOLDER):
    """(calls, centre) of the bank: one queue of all types but internet support.

    Faulty rows are left out, and so are callers who hung up in the voice menu, before they queued.
    """
    with tempfile.TemporaryDirectory() as place:
        copy = shutil.copytree(folder, Path(place) / "bank", copy_function=shutil.copyfile)
        init_centre(copy, time_zone="Asia/Jerusalem", country="IL")
        write_mapping(copy / "calls_as_found.parquet", MAPPING)
        centre = load_centre(copy)
        calls = load_table(copy, "calls", centre, faulty="leave out").frame
    day = calls["arrived"].dt.strftime("%Y-%m-%d")
    queued = (calls["outcome"] == "answered") | (calls["wait_s"] > 0)
    ours = (calls["queue"].str.strip() != OWN_DESK) & (day != DOUBLED) & queued
    calls = calls[ours].assign(queue=centre.queues[0].name)
    named = ~calls["agent"].astype("str").str.contains("NO_SERVER|ANO_SERV", na=True)
    return calls.assign(agent=calls["agent"].where(named)), centre


def measured(calls, centre):
    """The bank's half-hours in its staffed hours, with the agents inferred."""
    rows = presence.from_calls(calls, centre).intervals
    return rows[rows["start"].dt.hour.between(FIRST_HOUR, LAST_HOUR - 1)].reset_index(drop=True)


def figures(calls, centre):
    """Every figure of the summary: cut, group, model, measure, n, actual, predicted, bias, mae, rmse, correlation,
    p10, p90.
    """
    rows = measured(calls, centre)
    found = comparing.out_of_sample(rows, centre).predicted
    best = found[found["model"] == "through the day"]
    there = pd.cut(best["agents"], [0, 3, 5, 7, 9, 99], labels=["under 3", "3 to 5", "5 to 7", "7 to 9", "over 9"])
    parts = [
        _cut(found, "all", "half-hours"),
        _cut(comparing.days_of(found), "all", "days"),
        _cut(best, "month", best["start"].dt.strftime("%B")),
        _cut(best, "hour", best["start"].dt.hour.map("{:02d}:00".format)),
        _cut(best, "agents at work", there.astype(str)),
        *_sensitivity(calls, centre, rows),
        _steps(best),
        _chance(rows, centre),
    ]
    return pd.concat(parts, ignore_index=True)


def _cut(predicted, cut, group):
    table = comparing.errors(predicted.assign(group=group), ("group", "model"))
    table.insert(0, "cut", cut)
    return table


def _sensitivity(calls, centre, rows):
    """The same by other ways to tell who was at work, and with the month's own patience and handle times."""
    own = at_work.spans_of_calls(calls, grace_s=np.inf, passed_over=np.inf)
    for words, kept in (
        ("pauses taken for work", own),
        (
            "pauses longer than 10 minutes left out",
            at_work.spans_of_calls(calls, gap_s=600.0, grace_s=np.inf, passed_over=np.inf),
        ),
    ):
        there = rows.assign(agents=at_work.agents_at_work(kept, rows["start"], centre.interval_s))
        yield _cut(comparing.out_of_sample(there, centre, models=("Erlang A",)).predicted, "who was at work", words)
    yield _cut(
        comparing.out_of_sample(rows, centre, models=("Erlang A",)).predicted, "who was at work", "as in this notebook"
    )
    known = comparing.validate(*comparing.learned(rows, centre, rows), models=("Erlang A",)).predicted
    yield _cut(known, "learned from", "the same months")


def _steps(predicted):
    steps = comparing.calibration(predicted)
    group = [f"{low:.1f}" for low in steps["low"]]
    return pd.DataFrame(
        {
            "cut": "predicted service",
            "group": group,
            "model": "through the day",
            "measure": "service_level",
            "n": steps["n"],
            "actual": steps["actual"],
            "predicted": steps["service_level"],
            "p10": steps["p10"],
            "p90": steps["p90"],
        }
    )


def _chance(rows, centre):
    centre = comparing.learned(rows, centre, rows)[1]
    few = rows[rows["start"].dt.month == 3]
    told = {"cut": "chance", "group": "half-hours of March", "model": "simulated", "measure": "service_level"}
    return pd.DataFrame([told | {"n": len(few), "mae": comparing.chance_error(few, centre)}])


def written(table):
    """The text of the summary file."""
    return HEADING + table.round(5).to_csv(index=False, lineterminator="\n")


def main(arguments=None):
    """Print the table; `--write` keeps it for the notebook."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("folder", nargs="?", default=FOLDER, type=Path, help="the bank's folder")
    ask.add_argument("--write", action="store_true", help=f"write {SUMMARY.name}")
    asked = ask.parse_args(arguments)
    if not (asked.folder / "calls_as_found.parquet").is_file():
        sys.exit(f"the bank's calls are not in {asked.folder}: name the folder technion_1999")
    table = figures(*bank(asked.folder))
    print(table.round(3).to_string(index=False))
    if asked.write:
        SUMMARY.parent.mkdir(parents=True, exist_ok=True)
        SUMMARY.write_text(written(table), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
