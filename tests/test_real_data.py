"""Tables from real centres, with real faults: they load, and the known faults are found.

The data may not be copied into the repo: it is read where it lies beside it, or the test is skipped.
Truths are those of the data's own README.
"""

import shutil
from pathlib import Path

import pytest

from ccplan.data import Centre, check_folder, init_centre, load_centre, load_intervals

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no tables of real centres beside the repo ({SHARED.name})")


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    """A copy of the bank of 1999, with a starter centre.toml."""
    folder = copy("technion_1999", tmp_path_factory)
    init_centre(folder, time_zone="Asia/Jerusalem")
    return folder


@pytest.fixture(scope="module")
def bank_report(bank):
    return check_folder(bank)


def copy(name, tmp_path_factory):
    folder = tmp_path_factory.mktemp("real") / name
    shutil.copytree(SHARED / name, folder, copy_function=shutil.copyfile)
    return folder


def warnings_of(report):
    return report.findings.loc[report.findings["severity"] == "warning", "message"].tolist()


def test_the_bank_loads(bank):
    reading = load_intervals(bank)
    assert reading.file.name == "intervals_halfhour.csv" and len(reading.frame) == 7284
    assert reading.interval_s == 1800 and reading.target_s == 20 and reading.time_zone == "Asia/Jerusalem"
    assert [words.split(" left aside")[0] for words in reading.left_aside] == ["calls_as_found.parquet", "volume_6min.csv.gz"]


def test_the_banks_service_by_quarter(bank):
    """Abandonment 16.1 / 17.2 / 14.3 / 6.4 %, service in 20 s 45.0 / 41.6 / 47.4 / 71.4 % of offered."""
    frame = load_intervals(bank).frame
    sums = frame.groupby(frame["start"].dt.quarter)[["offered", "abandoned", "answered_in_target", "answered"]].sum()
    assert (100 * sums["abandoned"] / sums["offered"]).round(1).tolist() == [16.1, 17.2, 14.3, 6.4]
    assert (100 * sums["answered_in_target"] / sums["offered"]).round(1).tolist() == [45.0, 41.6, 47.4, 71.4]
    assert (100 * sums["answered_in_target"] / sums["answered"]).round(1).tolist() == [53.6, 50.3, 55.3, 76.3]


def test_the_banks_hours_are_found(bank):
    """The week runs Sunday to Thursday with short Fridays; staffed 07:00 to 24:00 on weekdays."""
    centre = load_centre(bank)
    words = centre.queue("all").hours.words()
    assert {words[day] for day in ("sunday", "monday", "tuesday", "wednesday", "thursday")} == {"07:00-24:00"}
    assert words["friday"].startswith("07:00-1") and words["saturday"].endswith("-24:00")
    assert centre.country == "IL" and centre.interval_s == 1800
    assert 300 < centre.queue("all").patience_s < 500 and 170 < centre.queue("all").aht_s < 210


def test_the_banks_known_faults_are_found(bank_report):
    told = warnings_of(bank_report)
    assert any(words.endswith("Mon 1999-01-11 07:00 to 1999-01-12 23:30") for words in told)
    # 3,064 calls in the records, 2,754 in the half-hour table, which leaves the PHANTOM ones out
    assert any(words.startswith("Sun 1999-05-23: 2,754 contacts") for words in told)
    assert "no rows in August 1999" in told
    notes = bank_report.findings["message"].tolist()
    assert "no rows from November 1999 to December 1999, after the data ends" in notes
    assert bank_report.usable and "can be used with care" in bank_report.verdicts["verdict"].iloc[1]


def test_the_bank_lacks_what_it_lacks(bank_report):
    possible = bank_report.abilities.set_index("question")["possible"]
    assert possible["How many agents are needed?"] and possible["How patient are callers?"]
    assert not possible["Were enough agents on the phones?"] and not possible["How many got a busy tone?"]


def test_the_banks_six_minutes():
    """87,600 rows; the ten six-minute steps that 2 April skipped hold no call and are left out."""
    file = SHARED / "technion_1999" / "volume_6min.csv.gz"
    reading = load_intervals(file, Centre(name="x", time_zone="Asia/Jerusalem"))
    assert reading.interval_s == 360 and len(reading.frame) == 87_590


def test_the_fire_brigades_hours(tmp_path_factory):
    folder = copy("seattle_fire", tmp_path_factory)
    init_centre(folder, time_zone="America/Los_Angeles")
    reading = load_intervals(folder)
    assert reading.interval_s == 3600 and len(reading.frame) == 51_851 and reading.missing == 65
    assert load_centre(folder).queue("all").hours.words() == {"every_day": "00:00-24:00"}
    report = check_folder(folder)
    assert report.usable
    assert sum("2021-11-07 has 25 hours: 25 intervals expected, 24 found" in words for words in warnings_of(report)) == 1


def test_nothing_of_the_user_is_changed(bank):
    for file in SHARED.glob("technion_1999/*"):
        assert file.read_bytes() == (bank / file.name).read_bytes()
