"""Tables from real centres, with real faults: they load, and the known faults are found.

The data may not be copied into the repo: it is read where it lies beside it, or the test is skipped.
Truths are those of the data's own README.
"""

import shutil

import pandas as pd
import pytest

from ccplan.data import Centre, check_folder, init_centre, load_centre, load_intervals
from tests.shared import SHARED, copy_of

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"no tables of real centres beside the repo ({SHARED.name})"
)


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    """A copy of the bank of 1999, with a starter centre.toml."""
    folder = copy_of("technion_1999", tmp_path_factory.mktemp("real") / "technion_1999")
    init_centre(folder, time_zone="Asia/Jerusalem")
    return folder


@pytest.fixture(scope="module")
def bank_report(bank):
    return check_folder(bank)


def warnings_of(report):
    return report.findings.loc[report.findings["severity"] == "warning", "message"].tolist()


def test_the_bank_loads(bank):
    reading = load_intervals(bank)
    assert reading.file.name == "intervals_halfhour.csv" and len(reading.frame) == 7284
    assert reading.interval_s == 1800 and reading.target_s == 20 and reading.time_zone == "Asia/Jerusalem"
    assert [words.split(" left aside")[0] for words in reading.left_aside] == [
        "calls_as_found.parquet",
        "volume_6min.csv.gz",
    ]


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
    folder = copy_of("seattle_fire", tmp_path_factory.mktemp("real") / "seattle_fire")
    init_centre(folder, time_zone="America/Los_Angeles")
    reading = load_intervals(folder)
    assert reading.interval_s == 3600 and len(reading.frame) == 51_851 and reading.missing == 65
    assert load_centre(folder).queue("all").hours.words() == {"every_day": "00:00-24:00"}
    report = check_folder(folder)
    assert report.usable
    gaps = [int(words.split()[0]) for words in warnings_of(report) if "missing: " in words]
    assert sum(gaps) == 65 and len(gaps) == len([words for words in warnings_of(report) if " missing" in words])
    assert (
        sum("2021-11-07 has 25 hours: 25 intervals expected, 24 found" in words for words in warnings_of(report)) == 1
    )


def test_nothing_of_the_user_is_changed(bank):
    for file in SHARED.glob("technion_1999/*"):
        assert file.read_bytes() == (bank / file.name).read_bytes()


# -------------------------------------------------------------------- the calls as they were found

MAPPING = """[files."calls_as_found.parquet"]
table = "calls"
dates = "ymd"

[files."calls_as_found.parquet".columns]
type = "queue"
date = "date"
vru_entry = "time"
q_time = "wait_s"
ser_time = "talk_s"
outcome = "outcome"
server = "agent"
customer_id = "customer"
vru_line = ""
call_id = ""
priority = ""
vru_exit = ""
vru_time = ""
q_start = ""
q_exit = ""
ser_start = ""
ser_exit = ""

[files."calls_as_found.parquet".words.outcome]
AGENT = "answered"
HANG = "abandoned"
"""


@pytest.fixture(scope="module")
def calls_report(tmp_path_factory):
    """The bank with its half-hours and, through a mapping.toml, its calls."""
    folder = copy_of("technion_1999", tmp_path_factory.mktemp("real") / "technion_1999")
    init_centre(folder, time_zone="Asia/Jerusalem")
    (folder / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    return check_folder(folder)


def behind(report, *words):
    """(rows behind, value) of the one finding about calls whose message holds all the words."""
    rows = report.findings[report.findings["table"] == "calls"]
    rows = rows[[all(word in message for word in words) for message in rows["message"]]]
    assert len(rows) == 1, (words, rows["message"].tolist())
    return int(rows["rows"].iloc[0]), rows["value"].iloc[0]


def test_the_banks_calls_load(calls_report):
    reading = calls_report.readings["calls"]
    assert (
        reading.file.name == "calls_as_found.parquet"
        and len(reading.frame) + reading.faults["row"].nunique() == 318_286
    )
    assert reading.frame["arrived"].min().strftime("%Y-%m-%d %z") == "1999-01-01 +0200"


@pytest.mark.parametrize(
    ("words", "rows", "value"),
    [
        (("type ' TT' is 'TT' with blanks",), 6, " TT"),
        (("type 'AA' is not among the usual words",), 5, "AA"),
        (("server 'NO_SERVERAMA' looks like 'NO_SERVER'",), 883, "NO_SERVERAMA"),
        (("server 'ANO_SERVERT' looks like 'NO_SERVER'",), 338, "ANO_SERVERT"),
        (("answered, but no agent is named",), 4119, "NO_SERVER"),
        (("vru_time is below 0, down to -348",), 291, -348),
        (("q_time is far above all others: up to 28,693",), 3, None),
        (("customer '0' stands for nobody",), None, "0"),
    ],
)
def test_the_faults_of_the_banks_calls_are_found(calls_report, words, rows, value):
    """Counts of the README: blank TT and AA, garbled servers, 4,119 without one, 291 negative, three waits above
    25,000 s, customer 0.
    """
    found, shown = behind(calls_report, *words)
    assert rows in (None, found) and value in (None, shown)


def test_phantom_records_are_errors_of_their_own(calls_report):
    errors = calls_report.findings[
        (calls_report.findings["column"] == "outcome") & (calls_report.findings["severity"] == "error")
    ]
    assert errors["rows"].sum() == 2658 and errors["value"].unique().tolist() == ["PHANTOM"]


def test_handle_times_above_two_hours(calls_report):
    """15 in the file, the largest 61,437 s; those of calls that nobody answered are errors by themselves."""
    cells = pd.read_parquet(SHARED / "technion_1999" / "calls_as_found.parquet", columns=["ser_time", "outcome"])
    long = cells[pd.to_numeric(cells["ser_time"]) > 7200]
    assert len(long) == 15
    assert behind(calls_report, "a handle time above two hours")[0] == (long["outcome"] == "AGENT").sum() == 13
    impossible = calls_report.readings["calls"].faults["row"]
    assert set(long.index[long["outcome"] != "AGENT"] + 1) <= set(impossible)
    assert behind(calls_report, "ser_time is far above all others: up to 61,437")[0] >= 10


def test_calls_that_run_past_midnight(calls_report):
    """By hand: the clock of the last event is before that of the first; at most the queued and served ones do."""
    cells = pd.read_parquet(
        SHARED / "technion_1999" / "calls_as_found.parquet", columns=["vru_entry", "ser_exit", "outcome"]
    )
    wrapped = (
        (cells["ser_exit"].str.zfill(8) < cells["vru_entry"].str.zfill(8))
        & (cells["outcome"] == "AGENT")
        & (cells["ser_exit"] != "0:00:00")
    )
    found, _ = behind(calls_report, "the call runs past midnight")
    assert found == pytest.approx(int(wrapped.sum()), rel=0.15) and found > 100


def test_days_without_calls_and_the_missing_months(calls_report):
    told = calls_report.findings["message"].tolist()
    assert any(words.endswith("Mon 1999-01-11 07:00 to 1999-01-12 23:30") for words in told)
    assert any(words.startswith("Sun 1999-05-23: 2,754 contacts") for words in told)
    assert (
        "no rows in August 1999" in told and "no rows from November 1999 to December 1999, after the data ends" in told
    )


def test_made_up_days_of_the_six_minutes_are_found(tmp_path):
    """11 and 12 January were filled in with smooth counts in the other laboratory's copy; no other day is called so."""
    shutil.copyfile(SHARED / "technion_1999" / "volume_6min.csv.gz", tmp_path / "volume_6min.csv.gz")
    init_centre(tmp_path, time_zone="Asia/Jerusalem")
    told = check_folder(tmp_path).findings
    smooth = told[told["rule"] == "counts must vary by chance"]
    assert [words[:14] for words in smooth["message"]] == ["Mon 1999-01-11", "Tue 1999-01-12"]
    assert told["message"].str.startswith("Sun 1999-05-23: 865 contacts").sum() == 1


def test_made_up_days_are_not_seen_where_there_are_none(bank_report):
    assert not (bank_report.findings["rule"] == "counts must vary by chance").any()


def test_the_banks_patience(calls_report):
    """Σ waits ÷ hang-ups, straight from the file's own columns; the naive mean is several times too short."""
    from ccplan.data.evidence import estimates

    cells = pd.read_parquet(
        SHARED / "technion_1999" / "calls_as_found.parquet", columns=["q_time", "ser_time", "outcome"]
    )
    waits, served, hung_up = (
        pd.to_numeric(cells["q_time"]),
        pd.to_numeric(cells["ser_time"]) > 0,
        cells["outcome"] == "HANG",
    )
    used = (cells["outcome"] == "AGENT") | (hung_up & ~served)
    calls = calls_report.frame("calls")
    single = estimates.patience(calls)
    assert single.estimate == pytest.approx(waits[used].sum() / (hung_up & used).sum()) and single.n == used.sum()
    assert estimates.naive_patience(calls).estimate < single.estimate / 4
