"""A full disk, a folder that is closed, a column that ends halfway, odd days of the calendar: words, and nothing
lost.
"""

import contextlib
import resource
import shutil
import subprocess
import sys

import pandas as pd
import pytest

from ccplan.data import Centre, Queue, load_intervals
from ccplan.data.files import write_whole
from ccplan.planning import forecast, staff
from tests.commands import refused, run
from tests.test_killed import INTERVALS

SMALL = 2000  # bytes, fewer than any result


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "centre"
    folder.mkdir()
    (folder / "intervals.csv").write_text(INTERVALS)
    return folder


@contextlib.contextmanager
def full_disk():
    """The system refuses to make a file longer than SMALL, as a full disk does, but for this process alone."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def files_of(folder):
    return {
        file.relative_to(folder): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and not file.name.endswith(".lock")
    }


@pytest.mark.parametrize(
    "words", [["plan"], ["forecast", "--horizon", "2d", "--out", "there.csv"], ["init"]], ids=lambda words: words[0]
)
def test_a_full_disk_leaves_what_was_there_and_says_so(folder, words, monkeypatch):
    monkeypatch.chdir(folder)
    command, rest = words[0], words[1:]
    if command != "init":
        assert run(command, folder, *rest).returncode == 0
    before = files_of(folder)
    with full_disk():
        said = refused(command, folder, *rest)
    assert (
        "file too large" in said
        and "make room" in said
        and any(name in said for name in ("requirement.csv", "there.csv", "centre.toml"))
    )
    assert files_of(folder) == before
    assert run(command, folder, *rest).returncode == 0


def test_a_full_disk_between_two_files_leaves_both_as_they_were(tmp_path):
    from ccplan.data.files import write_together

    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    write_together({one: "1", two: "2"})
    with full_disk(), pytest.raises(OSError, match=r"two\.txt"):
        write_together({one: "other", two: "x" * 3 * SMALL})
    assert (one.read_text(), two.read_text()) == ("1", "2") and len(list(tmp_path.iterdir())) == 2


CLOSED = """\
import contextlib, os, sys
from ccplan.cli import main
command, peaceful, closed = sys.argv[1:]
with contextlib.suppress(SystemExit):
    sys.argv = ["ccplan", command, peaceful]
    main()  # in peace, so that everything is loaded
if os.geteuid() == 0:  # the system lets its first user write everywhere
    os.setegid(65534); os.seteuid(65534)
sys.argv = ["ccplan", command, closed]
print("NOW", file=sys.stderr)
main()
"""


@pytest.mark.parametrize("words", ["plan", "init"])
def test_a_folder_that_is_closed_is_told_in_words(folder, words, tmp_path):
    closed = tmp_path / "closed"
    shutil.copytree(folder, closed)
    for place in (tmp_path, *tmp_path.parents):
        if any(part.startswith("pytest-of-") for part in place.parts):  # the folders of this run are closed to others
            place.chmod(0o755)
    closed.chmod(0o555)
    done = subprocess.run(
        [sys.executable, "-c", CLOSED, words, str(folder), str(closed)], capture_output=True, text=True, timeout=100
    )
    closed.chmod(0o755)
    said = done.stderr.split("NOW")[-1]
    assert done.returncode == 1 and "Traceback" not in said, said[-1500:]
    assert "permission denied" in said.lower() and "name another" in said
    assert [file.name for file in closed.iterdir()] == ["intervals.csv"]


def test_a_column_that_ends_halfway_names_file_row_and_column(folder):
    lines = INTERVALS.splitlines()
    (folder / "intervals.csv").write_text(
        "\n".join(lines[:100] + [line.rsplit(";", 2)[0] for line in lines[100:]]) + "\n"
    )
    said = refused("plan", folder)
    assert (
        "intervals.csv" in said and "column answered ends at row 100: the rows from 101 to 201 have fewer cells" in said
    )


def test_the_leap_day_and_the_changed_clocks_are_days_like_others():
    centre = Centre(name="x", time_zone="Europe/Helsinki", queues=(Queue(name="q"),))
    for day, hours in (("2028-02-29", 24), ("2027-03-28", 23), ("2027-10-31", 25)):
        start = pd.date_range(
            day, pd.Timestamp(day) + pd.Timedelta(days=1), freq="30min", inclusive="left", tz="Europe/Helsinki"
        )
        assert len(start) == 2 * hours
        staffed = staff(pd.DataFrame({"queue": "q", "start": start, "offered": 60.0, "aht_s": 300.0}), centre)
        assert staffed["agents"].nunique() == 1 and staffed["cost"].sum() == pytest.approx(
            2 * hours * staffed["cost"].iloc[0]
        )


def test_a_forecast_runs_over_leap_day_and_clock_change():
    centre = Centre(name="x", time_zone="Europe/Helsinki", queues=(Queue(name="q"),))
    start = pd.date_range("2027-12-27", "2028-02-21", freq="1h", inclusive="left", tz="Europe/Helsinki")
    hour = start.hour
    past = pd.DataFrame({"queue": "q", "start": start, "offered": (10 + 5 * (hour > 8)).astype(float), "aht_s": 300.0})
    ahead = forecast(
        past, Centre(name="x", time_zone="Europe/Helsinki", interval_s=3600, queues=centre.queues), "42d", samples=20
    )
    days = ahead.groupby(ahead["start"].dt.date)["offered"]
    assert (
        len(days) == 42
        and days.size()[pd.Timestamp("2028-02-29").date()] == 24
        and days.size()[pd.Timestamp("2028-03-26").date()] == 23
    )
    assert ahead["offered"].between(5, 25).all()


def test_what_was_written_before_a_refusal_is_still_read(folder):
    with full_disk(), pytest.raises(OSError):
        write_whole(folder / "intervals.csv", "x" * 3 * SMALL)
    assert len(load_intervals(folder).frame) == 200
