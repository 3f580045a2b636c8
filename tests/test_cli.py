"""The command line as people run it: a real folder, real files, every command in a process of its own at least once."""

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pandas as pd
import pytest

from ccplan.data import sample_centre
from tests.commands import CCPLAN, own_process, refused, run


@pytest.fixture
def centre(tmp_path):
    """A small centre's folder with one table and nothing else: two days, written by hand."""
    starts = [f"2026-09-0{day} {hour:02}:{minute:02}" for day in (1, 2) for hour in range(8, 18) for minute in (0, 30)]
    lines = ["start;offered;answered;aht_s", *(f"{s};100;95;180" for s in starts)]
    (tmp_path / "intervals.csv").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def test_help_shows_examples():
    for words in ([], ["init"], ["check"], ["suggest"], ["plan"], ["key"], ["lab"]):
        result = run(*words, "--help")
        assert result.returncode == 0 and "ccplan " in result.stdout
        assert not words or "Example" in result.stdout


def test_init_then_plan(centre):
    first = own_process("init", centre, "--time-zone", "Europe/Helsinki", "--country", "FI")
    assert first.returncode == 0, first.stderr
    text = (centre / "centre.toml").read_text(encoding="utf-8")
    assert 'time_zone = "Europe/Helsinki"' in text
    assert "is there already" in refused("init", centre, how=own_process)
    assert (centre / "centre.toml").read_text(encoding="utf-8") == text

    before = (centre / "intervals.csv").read_bytes()
    result = own_process("plan", centre)
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


def test_plan_through_the_day_keeps_its_promise_in_every_interval(centre, tmp_path):
    run("plan", centre, "--rule", "through the day", "--out", tmp_path / "out")
    kept = pd.read_csv(tmp_path / "out" / "requirement.csv")
    assert (kept["service_level"] >= 0.8 - 1e-6).all() and kept["agents"].min() > 0
    assert "rule must be one of" in refused("plan", centre, "--rule", "best", quiet=False)
    assert "write 95 % as 0.95" in refused("plan", centre, "--rule", "through the day", "--meet", "95", quiet=False)
    assert "meet goes with rule" in refused("plan", centre, "--meet", "day", quiet=False)


def test_plan_of_some_days_and_queues_elsewhere(centre, tmp_path):
    out = tmp_path / "results" / "september"
    result = run("plan", centre, "--from", "2026-09-02", "--to", "2026-09-02", "--queue", "all", "--out", out)
    assert result.returncode == 0, result.stderr
    assert len(pd.read_csv(out / "days.csv")) == 1 and not (centre / "plan").exists()


def test_the_bundled_centre_needs_no_folder(tmp_path):
    result = run("plan", "--from", "2026-09-21", "--out", tmp_path)
    assert result.returncode == 0, result.stderr
    assert "synthetic" in result.stdout and (tmp_path / "days.csv").exists()


def test_the_bundled_centre_is_planned_through_the_day_with_chat_and_mail(tmp_path):
    """Calls by the day's equations; chats and mail by their own models, as the stationary rule has them."""
    days = ("plan", "--from", "2026-09-23", "--to", "2026-09-24")
    for rule, out in (("through the day", "day"), ("stationary", "each")):
        result = run(*days, "--rule", rule, "--out", tmp_path / out)
        assert result.returncode == 0, result.stderr
        assert all(queue in result.stdout for queue in ("service", "outage", "chat", "email"))
    through, alone = (
        pd.read_csv(tmp_path / out / "requirement.csv").set_index(["queue", "start"]) for out in ("day", "each")
    )
    pd.testing.assert_frame_equal(through.loc[["chat", "email"]], alone.loc[["chat", "email"]])
    assert (through.loc[["service", "outage"], "service_level"] >= 0.8 - 1e-6).all()
    assert (through.loc["service", "agents"] != alone.loc["service", "agents"]).any()


def test_check_reports_and_writes_findings(centre, tmp_path):
    result = own_process("check", centre, "--csv", tmp_path / "findings.csv")
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
    folder = table(
        tmp_path / "weekday", [d.date() for d in pd.date_range("2026-03-02", "2026-03-29") if d.weekday() < 5]
    )
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
    home = os.environ | {
        "HOME": str(tmp_path),
        "JUPYTER_CONFIG_DIR": str(tmp_path),
        "JUPYTER_RUNTIME_DIR": str(tmp_path),
    }
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


def test_countries_may_be_written_small(centre):
    assert run("init", centre, "--country", "fi").returncode == 0
    text = (centre / "centre.toml").read_text(encoding="utf-8")
    assert 'country = "FI"' in text and 'time_zone = "Europe/Helsinki"' in text


def test_a_queue_that_the_centre_does_not_have(centre):
    run("init", centre)
    text = (
        (centre / "intervals.csv")
        .read_text(encoding="utf-8")
        .replace("start;", "start;queue;")
        .replace(";100;", ";new sales;100;")
    )
    (centre / "intervals.csv").write_text(text, encoding="utf-8")
    said = refused("plan", centre)
    assert (
        f"{centre / 'centre.toml'} has no queue 'new sales', which intervals.csv holds" in said
        and '[queues."new sales"]' in said
    )


def test_times_with_offsets_and_no_centre_are_said_to_be_in_utc(centre):
    text = (centre / "intervals.csv").read_text(encoding="utf-8")
    (centre / "intervals.csv").write_text(re.sub(r"(:[03]0);", r"\1:00+03:00;", text), encoding="utf-8")
    told = run("plan", centre).stderr
    assert "the times carry offsets from UTC" in told and "--time-zone Europe/Helsinki" in told
    assert run("check", centre, "--csv", centre / "out" / "f.csv").returncode == 0
    assert "shown in UTC" in (centre / "out" / "f.csv").read_text(encoding="utf-8")
    run("init", centre, "--time-zone", "Europe/Helsinki")
    assert "offsets from UTC" not in run("plan", centre).stderr


def test_a_rule_between_columns_names_its_column_once(centre):
    text = (centre / "intervals.csv").read_text(encoding="utf-8")
    (centre / "intervals.csv").write_text(text.replace(";100;95;", ";100;105;", 1), encoding="utf-8")
    result = run("check", centre)
    assert "row 2: answered must be no more than offered" in result.stdout and "answered answered" not in result.stdout


def test_an_array_of_queues_is_told_how_to_write_it(centre):
    (centre / "centre.toml").write_text('name = "x"\n[[queues]]\nname = "all"\n', encoding="utf-8")
    assert "write [queues.all] in place of [[queues]]" in refused("plan", centre)
    (centre / "centre.toml").write_text('name = "x"\n[[queues]]\nlabel = 3\n', encoding="utf-8")
    assert "write [queues.NAME] in place of [[queues]]" in refused("plan", centre)


@pytest.mark.skipif(os.name != "posix", reason="permissions of files are those of POSIX")
def test_a_folder_without_the_right_to_read_it(centre):
    """As another user, for the superuser may read everything; in a process of its own."""
    code = """if True:
        import os, sys
        from ccplan.data import check_folder, init_centre, load_centre, load_intervals, load_tables, sample_centre
        check_folder(sample_centre().parent / "none")  # libraries are loaded while they may be
        first = os.geteuid()
        for mode in (0o000, 0o444, 0o311):
            os.chmod(sys.argv[1], mode)
            if first == 0:
                os.setegid(65534); os.seteuid(65534)
            print("MODE")
            for work in (load_centre, init_centre, load_intervals, load_tables):
                try:
                    work(sys.argv[1])
                except ValueError as problem:
                    print(problem)
            print(*check_folder(sys.argv[1]).findings["message"])
            os.seteuid(first)
    """
    os.chmod(centre.parent, 0o755)
    result = subprocess.run([sys.executable, "-c", code, str(centre)], capture_output=True, text=True, timeout=120)
    os.chmod(centre, 0o755)
    assert result.returncode == 0, result.stderr
    told = result.stdout.split("MODE\n")[1:]
    assert [one.count("cannot be read: permission denied") for one in told] == [5, 5, 5]
    assert all("ask its owner" in one for one in told)


def test_suggestions_are_shown_and_taken_over_one_by_one(centre):
    """Two weeks and a day, calls from 8 to 18 on every day: without hours in the file those are suggested; AHT is
    180 s in the table.
    """
    starts = pd.date_range("2026-09-01", periods=22 * 48, freq="30min")
    open_ = (starts.hour >= 8) & (starts.hour < 18)
    pd.DataFrame({"start": starts, "offered": open_ * 100, "answered": open_ * 95, "aht_s": 180}).to_csv(
        centre / "intervals.csv", index=False
    )
    pd.DataFrame({"agent": range(8), "weekly_hours": 30, "hourly_wage": 20.0}).to_csv(
        centre / "agents.csv", index=False
    )
    before = 'name = "x"  # our name\n[queues.all]  # the only one\n[costs]\nhourly_wage = 15.0  # gross\n'
    (centre / "centre.toml").write_text(before, encoding="utf-8")
    shown = own_process("suggest", centre)
    assert shown.returncode == 0, shown.stderr
    assert (
        "1. costs.hourly_wage: 15 -> 20" in shown.stdout
        and "queues.all.hours: not there -> every_day 08:00-18:00" in shown.stdout
    )
    assert (
        "8 of 8 agents have 30 hours a week" in shown.stdout
        and "variance_to_mean" in shown.stdout
        and "Nothing is changed" in shown.stdout
    )
    assert (centre / "centre.toml").read_text(encoding="utf-8") == before
    assert "must be a number from 1 to 3, got 4; nothing was changed" in refused(
        "suggest", centre, "--accept", 1, "--accept", 4, quiet=False
    )
    assert "choose one" in refused("suggest", centre, "--accept", 1, "--all")
    assert (centre / "centre.toml").read_text(encoding="utf-8") == before
    assert "costs.hourly_wage = 20" in run("suggest", centre, "--accept", 1).stdout
    once = (centre / "centre.toml").read_text(encoding="utf-8")
    assert once == before.replace("15.0  # gross", "20.0  # gross")
    assert run("suggest", centre, "--all").returncode == 0
    text = (centre / "centre.toml").read_text(encoding="utf-8")
    assert text.count("#") == 3 and 'every_day = "08:00-18:00"' in text and "weekly_hours = 30.0" in text
    assert "nothing is suggested" in run("suggest", centre).stdout
    assert "ccplan init" in refused("suggest", table(centre.parent / "bare", ["2026-03-02"]))


# ------------------------------------------------------------------------------------------ headcount


@pytest.fixture(scope="module")
def half_a_year(tmp_path_factory):
    """A folder with half a year of one queue whose name a spreadsheet would run, two agents and no activities."""
    folder = tmp_path_factory.mktemp("half") / "centre"
    folder.mkdir()
    starts = [t for t in pd.date_range("2026-03-01", "2026-08-31 23:30", freq="30min") if 8 <= t.hour < 18]
    pd.DataFrame({"queue": "=cmd|x", "start": starts, "offered": 40, "answered": 38, "aht_s": 180}).to_csv(
        folder / "intervals.csv", index=False
    )
    (folder / "agents.csv").write_text(
        "agent,team,hired,left,weekly_hours,hourly_wage,skills\nAnn,A,2020-01-01,,37.5,15,=cmd|x\n"
        "Bo,A,2021-01-01,,37.5,15,=cmd|x\n",
        encoding="utf-8",
    )
    (folder / "centre.toml").write_text(
        'name = "Small"\n[queues."=cmd|x".hours]\nevery_day = "08:00-18:00"\n', encoding="utf-8"
    )
    return folder


def test_headcount_writes_months_hires_and_decisions_and_no_formula(half_a_year, tmp_path):
    result = own_process("headcount", half_a_year, "--months", 5, "--out", tmp_path / "out", CCPLAN_CACHE="off")
    assert result.returncode == 0, result.stderr
    for name in ("headcount", "requirement", "hires", "decisions"):
        text = (tmp_path / "out" / f"{name}.csv").read_text(encoding="utf-8")
        assert all(not line.startswith("=") and ",=" not in line for line in text.splitlines())
    table = pd.read_csv(tmp_path / "out" / "headcount.csv")
    assert len(table) == 5 and (table["queue"] == "'=cmd|x").all() and table["heads_start"].iloc[0] == 2
    assert "decide by" in result.stdout and "2026-09" in result.stdout
    assert "shrinkage is taken as the same in every month" in result.stderr


def test_headcount_refuses_in_words(half_a_year, tmp_path):
    assert "--allowed-gap must be a share" in refused(
        "headcount", half_a_year, "--allowed-gap", 5, "--out", tmp_path, "--months", 1
    )
    assert "--out must not be the centre's folder" in refused("headcount", half_a_year, "--out", half_a_year)
