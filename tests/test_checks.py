"""Can the data be trusted: every planted fault is found, with its row and value."""

import pandas as pd
import pytest

from ccplan.data import check_folder, init_centre, load_centre

CENTRE = """name = "x"
time_zone = "Europe/Helsinki"
country = "FI"
[queues.service.hours]
weekdays = "08:00-16:00"
holidays = "closed"
"""


def intervals(first="2026-02-02", last="2026-05-31", freq="30min"):
    """A steady office: 20 contacts every open half hour, Finnish holidays closed."""
    starts = pd.date_range(first, last + " 23:59", freq=freq)
    starts = starts[(starts.hour >= 8) & (starts.hour < 16) & (starts.day_of_week < 5)]
    starts = starts[~starts.normalize().isin(pd.to_datetime(["2026-04-03", "2026-04-06", "2026-05-01", "2026-05-14"]))]
    return pd.DataFrame({"queue": "service", "start": starts, "offered": 20, "answered": 19, "talk_s": 5700})


def check(folder, frame, centre=CENTRE):
    frame.to_csv(folder / "intervals.csv", index=False, date_format="%Y-%m-%d %H:%M")
    if centre:
        (folder / "centre.toml").write_text(centre)
    return check_folder(folder)


def told(report, severity):
    return report.findings.loc[report.findings["severity"] == severity, "message"].tolist()


def test_a_clean_folder_is_said_to_be_clean(tmp_path):
    report = check(tmp_path, intervals())
    assert report.usable and told(report, "error") == [] and told(report, "warning") == []
    verdict = report.verdicts.set_index("table").loc["intervals", "verdict"]
    assert verdict.startswith("can be used: 0 errors, 0 warnings; 1,296 intervals of 30 minutes, 1 queue")
    assert list(report.findings.columns) == ["table", "file", "row", "queue", "start", "column", "value", "rule",
                                             "severity", "message"]


def test_missing_intervals_are_told_as_stretches(tmp_path):
    frame = intervals()
    day = frame["start"].dt.normalize()
    gone = (day == "2026-03-10") | (day == "2026-03-11") | (frame["start"] == "2026-03-16 09:00")
    report = check(tmp_path, frame[~gone])
    assert told(report, "warning") == ["32 intervals missing: Tue 2026-03-10 08:00 to 2026-03-11 15:30",
                                       "1 interval missing: Mon 2026-03-16 09:00"]
    assert report.findings["value"].tolist()[:2] == [32, 1]


def test_faulty_rows_are_findings_with_row_and_value(tmp_path):
    frame = intervals().astype({"offered": object})
    frame.loc[0, "offered"], frame.loc[5, "answered"], frame.loc[7, "talk_s"] = "many", 25, -3
    report = check(tmp_path, pd.concat([frame, frame.iloc[[10]]]))
    errors = report.findings[report.findings["severity"] == "error"]
    assert not report.usable
    assert errors[["row", "column", "value"]].to_numpy().tolist() == [
        [2, "offered", "many"], [7, "answered", "answered 25, offered 20"], [9, "talk_s", -3.0],
        [len(frame) + 2, "start", "service 2026-02-02 13:00:00+02:00"]]
    assert "must be mended" in report.verdicts["verdict"].iloc[1]


def test_an_extraordinary_day_is_found_and_a_busy_week_is_not(tmp_path):
    frame = intervals()
    rise = 1 + 0.002 * (frame["start"] - frame["start"][0]).dt.days  # a trend is nothing extraordinary
    frame["offered"] = (20 * rise).round().astype(int)
    frame.loc[frame["start"].dt.normalize() == "2026-03-18", "offered"] *= 2
    assert told(check(tmp_path, frame), "warning") == ["Wed 2026-03-18: 704 contacts, usual is about 352"]


def test_clock_changes_are_told(tmp_path):
    starts = pd.date_range("2026-03-27", "2026-03-31", freq="30min", tz="Europe/Helsinki", inclusive="left")
    frame = pd.DataFrame({"queue": "night", "start": starts.strftime("%Y-%m-%d %H:%M"), "offered": 3})
    report = check(tmp_path, frame, 'name = "x"\ntime_zone = "Europe/Helsinki"\n[queues.night]\n')
    assert "2026-03-29 has 23 hours: 46 intervals expected, 46 found" in told(report, "note")
    gone = frame[frame["start"] != "2026-03-29 04:00"]
    report = check(tmp_path, gone, 'name = "x"\ntime_zone = "Europe/Helsinki"\n[queues.night]\n')
    assert "2026-03-29 has 23 hours: 46 intervals expected, 45 found" in told(report, "warning")


def test_months_without_rows(tmp_path):
    frame = intervals("2026-02-02", "2026-02-27")
    later = intervals("2026-05-04", "2026-05-29")
    words = told(check(tmp_path, pd.concat([frame, later])), "warning")
    assert "no rows from March 2026 to April 2026" in words
    notes = told(check(tmp_path, frame), "note")
    assert "no rows in January 2026, before the data begins" in notes
    assert "no rows from March 2026 to December 2026, after the data ends" in notes


def test_what_is_hard_to_believe_is_a_warning(tmp_path):
    frame = intervals().assign(agents=10)
    frame.loc[3, "talk_s"], frame.loc[4, "agents"], frame.loc[6, "answered"] = 19 * 8000, 0, 0
    report = check(tmp_path, frame)
    strange = report.findings[report.findings["rule"] == "must be believable"]
    assert strange[["row", "column"]].to_numpy().tolist() == [[5, "talk_s"], [8, "talk_s"], [6, "agents"]]


def test_the_table_and_the_centre_must_agree(tmp_path):
    frame = pd.concat([intervals(), intervals().assign(queue="sales")])
    report = check(tmp_path, frame, CENTRE + "[queues.ghost]\n")
    assert {"queue sales is not in centre.toml", "queue ghost has no row in intervals.csv"} <= set(told(report, "warning"))


def test_contacts_outside_opening_hours(tmp_path):
    report = check(tmp_path, intervals(), CENTRE.replace("08:00-16:00", "10:00-16:00"))
    assert any("contacts (25.0%) in 324 intervals outside opening hours" in words for words in told(report, "warning"))


def test_what_can_and_cannot_be_answered(tmp_path):
    able = check(tmp_path, intervals()).abilities.set_index("question")["possible"]
    assert able["How many agents are needed?"] and able["What comes in the next two weeks?"]
    assert not able["How patient are callers?"] and not able["Which season has the year?"]


@pytest.mark.parametrize(("file", "content"), [("intervals.csv", b""), ("intervals.csv", b"\0\1\2"), ("x.csv", b"a,b\n1,2\n")])
def test_a_folder_that_cannot_be_read_is_a_verdict(tmp_path, file, content):
    (tmp_path / file).write_bytes(content)
    report = check_folder(tmp_path)
    assert not report.usable and report.reading is None
    assert report.verdicts["verdict"].iloc[1] == "cannot be read: mend the errors first"
    assert not report.abilities["possible"].any()


def test_a_missing_folder_and_a_faulty_centre_are_findings(tmp_path):
    assert "does not exist" in told(check_folder(tmp_path / "nowhere"), "error")[0]
    report = check(tmp_path, intervals(), 'name = "x"\ncurency = "EUR"\n[queues.service]\naht_s = -1\n')
    assert report.count("error") == 2 and report.reading is not None


def test_without_a_centre_the_assumptions_are_notes(tmp_path):
    report = check(tmp_path, intervals(), centre=None)
    assert any("assumed: time zone UTC" in note for note in told(report, "note"))
    assert report.centre.queue("service").hours.words()["monday"] == "08:00-16:00"


def test_checking_writes_nothing(tmp_path):
    check(tmp_path, intervals())
    before = {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in tmp_path.iterdir()}
    check_folder(tmp_path)
    assert before == {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in tmp_path.iterdir()}


def test_init_finds_hours_handle_time_and_patience(tmp_path):
    """Patience by hand: (19 × 10 s + 1 × 50 s) ÷ 1 abandon = 240 s; handle time 5700 ÷ 19 = 300 s."""
    frame = intervals().assign(abandoned=1, wait_answered_s=190, wait_abandoned_s=50)
    frame.to_csv(tmp_path / "intervals.csv", index=False)
    file = init_centre(tmp_path, time_zone="Europe/Helsinki")
    queue = load_centre(tmp_path).queue("service")
    assert queue.patience_s == 240 and queue.aht_s == 300
    hours = queue.hours.words()
    assert hours["friday"] == "08:00-16:00" and hours["sunday"] == "closed" and hours["holidays"] == "closed"
    text = file.read_text(encoding="utf-8")
    assert 'country = "FI"' in text and "# CHANGE" in text and "ASSUMED" in text
    assert check_folder(tmp_path).usable


def test_init_guesses_a_night_queue_as_always_open(tmp_path):
    starts = pd.date_range("2026-02-02", periods=48 * 28, freq="30min")
    busy = pd.Series(starts.hour).between(8, 18).map({True: 12, False: 2})
    pd.DataFrame({"start": starts, "offered": busy}).to_csv(tmp_path / "intervals.csv", index=False)
    init_centre(tmp_path, country="FI")
    centre = load_centre(tmp_path)
    assert centre.time_zone == "Europe/Helsinki"  # the only zone of the country
    assert centre.queue("all").hours.words() == {"every_day": "00:00-24:00"}


def test_init_refuses_a_wrong_zone(tmp_path):
    intervals().to_csv(tmp_path / "intervals.csv", index=False)
    with pytest.raises(ValueError, match="IANA"):
        init_centre(tmp_path, time_zone="Helsinki")
    assert not (tmp_path / "centre.toml").exists()
