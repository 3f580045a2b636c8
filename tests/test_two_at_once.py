"""Two processes on one folder: nothing of either is lost, and at no moment is a file met that is not whole."""

import csv
import io
import json
import subprocess
import sys
import threading
import time
import tomllib

import pandas as pd
import pytest

from ccplan.auditing.setting_up.checklist_store import ChecklistStore
from ccplan.data import FileMapping, load_tables, read_mapping, write_mapping
from ccplan.data.evidence.suggestions import accept, suggest
from ccplan.data.locks import locked
from ccplan.display.panels.shelf import Shelf
from ccplan.planning import overrides_of
from ccplan.planning.scenarios import load_scenarios
from tests.commands import CCPLAN, run
from tests.test_killed import INTERVALS

DEEDS = 8
NAMES = ("Ann", "Bo")
READ = {".json": json.loads, ".toml": tomllib.loads}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "intervals.csv").write_text(INTERVALS)
    ChecklistStore(tmp_path, who="Ann").begin()
    return tmp_path


def whole(file):
    """Read a file as what it is: half of it cannot be."""
    text = file.read_text(encoding="utf-8")
    if file.suffix in READ:
        return READ[file.suffix](text)
    rows = list(csv.reader(io.StringIO(text)))
    assert text.endswith("\n") and len({len(row) for row in rows}) == 1, file.name


def test_all_that_two_save_at_once_is_there_and_every_file_is_whole_at_any_moment(folder):
    two = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.together", name, str(folder), str(DEEDS)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in NAMES
    ]
    assert [one.stdout.readline() for one in two] == ["ready\n"] * 2
    (folder / "go").touch()
    planners = [
        subprocess.Popen([*CCPLAN, "plan", str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for _ in NAMES
    ]
    looked = 0
    while any(one.poll() is None for one in (*two, *planners)):
        for file in [
            *folder.glob("*.json"),
            *folder.glob("*.toml"),
            folder / "checklist.csv",
            *folder.glob("plan/*.csv"),
            *folder.glob("overrides.csv"),
        ]:
            whole(file)
            looked += 1
        time.sleep(0.02)
    for one in (*two, *planners):
        said = one.communicate()[1]
        assert one.returncode == 0, said[-1500:]
    assert looked > 20
    both = {f"{name} {number}" for name in NAMES for number in range(DEEDS)}
    assert (
        set(load_scenarios(folder))
        == both
        == set(Shelf(folder, "staffing").all())
        == {name.removesuffix(".csv") for name in read_mapping(folder)}
    )
    overrides = overrides_of(folder)
    assert set(overrides["who"] + overrides["why"].str.removeprefix("reason")) == both and len(overrides) == 2 * DEEDS
    assert both <= set(ChecklistStore(folder, who="Ann").table()["owner"])
    assert len(ChecklistStore(folder, who="Ann").journal()) == 2 * DEEDS
    assert sorted(file.name for file in (folder / "plan").glob("[!.]*")) == ["day.svg", "days.csv", "requirement.csv"]
    requirement, days = (pd.read_csv(folder / "plan" / name) for name in ("requirement.csv", "days.csv"))
    assert len(requirement) == 200 and requirement["offered"].sum() == pytest.approx(days["offered"].sum())
    assert len(load_tables(folder).frame("intervals")) == 200 and not list(folder.rglob("*.tmp"))


def waits(file, work):
    """True where `work` does nothing as long as somebody else holds the file's lock, and is done once it is free."""
    failed = []

    def tried():
        try:
            work()
        except BaseException as problem:
            failed.append(problem)

    with locked(file):
        before = file.read_bytes() if file.exists() else None
        other = threading.Thread(target=tried)
        other.start()
        other.join(1.5)
        waited = other.is_alive() and (file.read_bytes() if file.exists() else None) == before
    other.join(30)
    assert not failed, failed
    return waited


def test_a_plan_a_mapping_and_a_suggestion_wait_for_whoever_writes_the_same_file(folder):
    (folder / "centre.toml").write_text('name = "x"\n[queues.sales]\n[costs]\nhourly_wage = 12\n')
    (folder / "agents.csv").write_text("agent,hourly_wage\n" + "".join(f"a{number},15\n" for number in range(20)))
    first = next(one for one in suggest(folder) if one.name == "costs.hourly_wage")
    assert run("plan", folder).returncode == 0  # loaded
    assert waits(folder / "plan" / "requirement.csv", lambda: run("plan", folder))
    assert waits(folder / "mapping.toml", lambda: write_mapping(folder / "a.csv", FileMapping(table="calls")))
    assert waits(folder / "centre.toml", lambda: accept(folder, first))
