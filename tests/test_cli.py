"""The command line as people run it: a real process, a real folder, real files."""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pandas as pd
import pytest

from ccplan.data import sample_centre

CCPLAN = [sys.executable, "-m", "ccplan.cli"]


def run(*words, **env):
    return subprocess.run([*CCPLAN, *map(str, words)], capture_output=True, text=True, env=os.environ | env, timeout=120)


def refused(*words, quiet=True):
    """What the command says on stderr when it refuses: words, exit code 1, no traceback."""
    result = run(*words)
    assert result.returncode == 1 and "Traceback" not in result.stderr and not (quiet and result.stdout)
    assert any(line.startswith("ccplan: ") for line in result.stderr.splitlines())
    return result.stderr


@pytest.fixture
def centre(tmp_path):
    """A small centre's folder with one table and nothing else: two days, written by hand."""
    starts = [f"2026-09-0{day} {hour:02}:{minute:02}" for day in (1, 2) for hour in range(8, 18) for minute in (0, 30)]
    lines = ["start;offered;answered;aht_s", *(f"{s};100;95;180" for s in starts)]
    (tmp_path / "intervals.csv").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def test_help_shows_examples():
    for words in ([], ["init"], ["check"], ["plan"], ["lab"]):
        result = run(*words, "--help")
        assert result.returncode == 0 and "ccplan " in result.stdout
        assert not words or "Example" in result.stdout


def test_init_then_plan(centre):
    first = run("init", centre, "--time-zone", "Europe/Helsinki", "--country", "FI")
    assert first.returncode == 0, first.stderr
    text = (centre / "centre.toml").read_text(encoding="utf-8")
    assert 'time_zone = "Europe/Helsinki"' in text
    assert "is there already" in refused("init", centre)
    assert (centre / "centre.toml").read_text(encoding="utf-8") == text

    before = (centre / "intervals.csv").read_bytes()
    result = run("plan", centre)
    assert result.returncode == 0, result.stderr
    assert f"Results in {centre / 'plan'}" in result.stdout
    rows = pd.read_csv(centre / "plan/requirement.csv")
    assert len(rows) == 40 and set(rows["load"]) == {10.0}
    days = pd.read_csv(centre / "plan/days.csv")
    assert days["offered"].tolist() == [2000, 2000]
    assert (centre / "plan/day.svg").read_text(encoding="utf-8").startswith("<svg")
    assert (centre / "intervals.csv").read_bytes() == before, "reading never changes a user's file"
    assert {f.name for f in centre.iterdir()} == {"centre.toml", "intervals.csv", "plan"}


def test_plan_says_what_it_assumed_without_a_centre_file(centre):
    result = run("plan", centre)
    assert result.returncode == 0
    assert "time zone" in result.stderr and "80 % answered in 20 s" in result.stderr
    assert not (centre / "centre.toml").exists()


def test_plan_of_some_days_and_queues_elsewhere(centre, tmp_path):
    out = tmp_path / "results" / "september"
    result = run("plan", centre, "--from", "2026-09-02", "--to", "2026-09-02", "--queue", "all", "--out", out)
    assert result.returncode == 0, result.stderr
    assert len(pd.read_csv(out / "days.csv")) == 1 and not (centre / "plan").exists()


def test_the_bundled_centre_needs_no_folder(tmp_path):
    result = run("plan", "--from", "2026-09-21", "--out", tmp_path)
    assert result.returncode == 0, result.stderr
    assert "synthetic" in result.stdout and (tmp_path / "days.csv").exists()


def test_check_reports_and_writes_findings(centre, tmp_path):
    result = run("check", centre, "--csv", tmp_path / "findings.csv")
    assert result.returncode == 0, result.stderr
    assert "intervals" in result.stdout and (tmp_path / "findings.csv").exists()


@pytest.mark.parametrize("command", ["init", "check", "plan", "lab"])
def test_a_folder_that_is_not_there(command, tmp_path):
    assert "does not exist" in refused(command, tmp_path / "nowhere")


def test_refusals_in_words(centre, tmp_path):
    assert "--queue must be one of all, got 'sales'" in refused("plan", centre, "--queue", "sales")
    assert "--from must be a day such as 2026-09-01, got '1.9.2026'" in refused("plan", centre, "--from", "1.9.2026")
    assert "the table runs from 2026-09-01 to 2026-09-02" in refused("plan", centre, "--from", "2027-01-01")
    (centre / "centre.toml").write_text('name = "x"\n[shrinkage.external]\nleave = 30\n', encoding="utf-8")
    assert "got 30 — write 30 % as 0.30" in refused("plan", centre)
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "holds no table of intervals" in refused("plan", empty)


def table(folder, days, columns="start,offered,aht_s", cells="10,200"):
    starts = [f"{day} {hour:02}:{minute:02}" for day in days for hour in range(8, 18) for minute in (0, 30)]
    folder.mkdir()
    (folder / "intervals.csv").write_text("\n".join([columns, *(f"{s},{cells}" for s in starts)]), encoding="utf-8")
    return folder


def test_a_week_has_seven_days_also_where_weekends_are_closed(tmp_path):
    """10 calls in each of 20 half-hours, Monday to Friday: 1,000 calls a week."""
    folder = table(tmp_path / "weekday", [d.date() for d in pd.date_range("2026-03-02", "2026-03-29") if d.weekday() < 5])
    result = run("plan", folder)
    assert "a mean week of the last 26 days" in result.stdout and " 1,000 " in result.stdout
    one = run("plan", folder, "--from", "2026-03-02", "--to", "2026-03-02", "--out", tmp_path / "one")
    assert "1 day (2026-03-02 to 2026-03-02)" in one.stdout and " 200 " in one.stdout


def test_a_mean_handle_time_counts_also_without_answered_calls(tmp_path):
    folder = table(tmp_path / "aht", ["2026-03-02", "2026-03-03"])
    assert run("plan", folder).returncode == 0
    rows = pd.read_csv(folder / "plan/requirement.csv")
    assert set(rows["aht_s"]) == {200.0} and rows["load"].tolist() == pytest.approx([10 * 200 / 1800] * 40)


def test_a_table_of_the_users_is_never_replaced(tmp_path):
    folder = table(tmp_path / "mine", ["2026-03-02"])
    before = (folder / "intervals.csv").read_bytes()
    assert "is no earlier result" in refused("check", folder, "--csv", folder / "intervals.csv", quiet=False)
    assert "must not be the centre's folder" in refused("plan", folder, "--out", folder)
    (folder / "plan").mkdir()
    (folder / "plan/days.csv").write_text("my,own\n1,2\n", encoding="utf-8")
    assert "is no earlier result" in refused("plan", folder)
    assert (folder / "intervals.csv").read_bytes() == before
    assert (folder / "plan/days.csv").read_text(encoding="utf-8") == "my,own\n1,2\n"


def test_other_tables_left_aside_are_named(tmp_path):
    folder = table(tmp_path / "two", ["2026-03-02"])
    shutil.copy(folder / "intervals.csv", folder / "more.csv")
    assert "more.csv left aside" in run("plan", folder).stderr


def test_what_plan_refuses_check_says_so(tmp_path):
    folder = table(tmp_path / "twice", ["2026-03-02", "2026-03-02"])
    assert "until the" in run("check", folder).stdout
    refused("plan", folder)


def test_results_that_cannot_be_written(centre):
    (centre / "plan").write_text("in the way", encoding="utf-8")
    assert "plan" in refused("plan", centre)


def test_lab_opens_on_this_machine_only_without_news(centre, tmp_path):
    run("init", centre)
    home = os.environ | {"HOME": str(tmp_path), "JUPYTER_CONFIG_DIR": str(tmp_path), "JUPYTER_RUNTIME_DIR": str(tmp_path)}
    lab = subprocess.Popen([*CCPLAN, "lab", str(centre), "--no-browser"], stderr=subprocess.PIPE, text=True, env=home)
    try:
        address = next(line.split()[-1] for line in lab.stderr if "/lab?token=" in line)
        assert address.startswith(("http://localhost:", "http://127.0.0.1:"))
        page = _fetch(address)
        assert "JupyterLab" in page and '"news": {"disabled": true}' in page
    finally:
        lab.terminate()
        lab.wait(timeout=20)
        lab.stderr.close()


def _fetch(address):
    for _ in range(50):
        try:
            with urllib.request.urlopen(address, timeout=10) as page:
                return page.read().decode()
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server did not answer")


def test_the_entry_point_is_installed():
    program = shutil.which("ccplan", path=str(Path(sys.executable).parent))
    assert subprocess.run([program, "--help"], capture_output=True).returncode == 0


def test_the_bundled_folder_has_its_tables():
    assert {"centre.toml", "intervals.csv"} <= {f.name for f in sample_centre().iterdir()}
