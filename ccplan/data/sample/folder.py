"""All tables of the bundled centre, in order of their making, into one folder."""

from importlib import resources
from pathlib import Path

import pandas as pd

from ..centre_file import FILE_NAME, read_centre
from .broken import break_week
from .cases import calls_table
from .contacts import make_contacts
from .days import make_days
from .diary import activities_table
from .files import write_csv, write_parquet
from .furniture import equipment_table
from .lists import candidates_table, checklist_table
from .money import ledger_table
from .people import agents_table, make_people
from .quality import evaluations_table
from .rosters import make_shifts, need_by_day
from .traffic import count_intervals, serve
from .volumes import SHAPES, make_grid, required

FEW = {  # columns with few different values
    "calls": ("queue", "channel", "outcome", "agent", "transferred", "reason", "resolved", "csat", "nps", "effort"),
    "activities": ("agent", "scheduled", "actual"),
    "evaluations": ("evaluation", "call_id", "agent", "evaluator", "date", "step", "points", "possible", "critical"),
}


def write_sample(folder):
    """Write the synthetic centre into a folder (made if need be); returns its Path.

    The bytes are the same every time. Files of its names are written over.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for text in (resources.files("ccplan.data") / "sample_texts").iterdir():
        (folder / text.name).write_bytes(text.read_bytes())
    for name, table in make_tables(read_centre(folder / FILE_NAME)).items():
        _write(folder, name, table)
    return folder


def make_tables(centre):
    """{name: table} of the whole centre, as they are written."""
    people, days, served, intervals = _operate(centre)
    calls = break_week(calls_table(served, people))
    activities, equipment = activities_table(people, days), equipment_table()
    return {
        "intervals": intervals,
        "calls": calls,
        "agents": agents_table(people),
        "activities": activities,
        "evaluations": evaluations_table(calls, people),
        "ledger": ledger_table(people, activities, equipment),
        "checklist": checklist_table(),
        "equipment": equipment,
        "candidates": candidates_table(),
    }


def _operate(centre):
    """Two years of the centre: its people, their days, the contacts they served, the intervals."""
    people, grids = make_people(), {name: make_grid(centre, name) for name in SHAPES}
    needs = {name: need_by_day(grid, required(grid, name)) for name, grid in grids.items()}
    days = make_days(people, make_shifts(people, needs))
    served = [serve(name, grid, make_contacts(grid, name), people, days) for name, grid in grids.items()]
    counted = [count_intervals(name, grids[name], contacts, days) for name, contacts in zip(grids, served, strict=True)]
    return people, days, served, pd.concat(counted, ignore_index=True)


def _write(folder, name, table):
    """Large tables as Parquet, the calls a file a quarter so that none grows too large; the rest as CSV."""
    if name == "calls":
        quarter = table["arrived"].dt.tz_localize(None).dt.to_period("Q")
        for label, rows in table.groupby(quarter):
            write_parquet(folder / name / f"{label}.parquet", rows, FEW[name])
    elif name in FEW:
        write_parquet(folder / f"{name}.parquet", table, FEW[name])
    else:
        write_csv(folder / f"{name}.csv", table)
