"""Can the data be trusted: every planted fault is found, with its row and value."""

import numpy as np
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
    """A steady office: 16 and 24 contacts in turn every open half hour, 320 a day, Finnish holidays closed."""
    starts = pd.date_range(first, last + " 23:59", freq=freq)
    starts = starts[(starts.hour >= 8) & (starts.hour < 16) & (starts.day_of_week < 5)]
    starts = starts[~starts.normalize().isin(pd.to_datetime(["2026-04-03", "2026-04-06", "2026-05-01", "2026-05-14"]))]
    offered = 20 + 4 * (np.arange(len(starts)) % 2 * 2 - 1)
    return pd.DataFrame({"queue": "service", "start": starts, "offered": offered, "answered": 15, "talk_s": 4500})


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
    assert list(report.findings.columns) == [
        "table",
        "file",
        "row",
        "queue",
        "start",
        "column",
        "value",
        "rule",
        "severity",
        "rows",
        "message",
    ]


def test_missing_intervals_are_told_as_stretches(tmp_path):
    frame = intervals()
    day = frame["start"].dt.normalize()
    gone = (day == "2026-03-10") | (day == "2026-03-11") | (frame["start"] == "2026-03-16 09:00")
    report = check(tmp_path, frame[~gone])
    assert told(report, "warning") == [
        "32 intervals missing: Tue 2026-03-10 08:00 to 2026-03-11 15:30",
        "1 interval missing: Mon 2026-03-16 09:00",
    ]
    assert report.findings["value"].tolist()[:2] == [32, 1]


def test_faulty_rows_are_findings_with_row_and_value(tmp_path):
    frame = intervals().astype({"offered": object})
    frame.loc[0, "offered"], frame.loc[5, "answered"], frame.loc[7, "talk_s"] = "many", 25, -3
    report = check(tmp_path, pd.concat([frame, frame.iloc[[10]]]))
    errors = report.findings[report.findings["severity"] == "error"]
    assert not report.usable
    assert errors[["row", "column", "value"]].to_numpy().tolist() == [
        [2, "offered", "many"],
        [7, "answered", "answered 25, offered 24"],
        [9, "talk_s", -3.0],
        [len(frame) + 2, "start", "service 2026-02-02 13:00:00+02:00"],
    ]
    assert "must be mended" in report.verdicts["verdict"].iloc[1]


def test_an_extraordinary_day_is_found_and_a_busy_week_is_not(tmp_path):
    frame = intervals()
    rise = 1 + 0.002 * (frame["start"] - frame["start"][0]).dt.days  # a trend is nothing extraordinary
    frame["offered"] = (frame["offered"] * rise).round().astype(int)
    frame.loc[frame["start"].dt.normalize() == "2026-03-18", "offered"] *= 2
    assert told(check(tmp_path, frame), "warning") == ["Wed 2026-03-18: 688 contacts, usual is about 360"]


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
    frame.loc[3, "talk_s"], frame.loc[4, "agents"], frame.loc[6, "answered"] = 15 * 8000, 0, 0
    report = check(tmp_path, frame)
    strange = report.findings[report.findings["rule"] == "must be believable"]
    assert strange[["row", "column"]].to_numpy().tolist() == [[5, "talk_s"], [8, "talk_s"], [6, "agents"]]


def test_the_table_and_the_centre_must_agree(tmp_path):
    frame = pd.concat([intervals(), intervals().assign(queue="sales")])
    report = check(tmp_path, frame, CENTRE + "[queues.ghost]\n")
    assert {"queue sales is not in centre.toml", "queue ghost has no row in intervals.csv"} <= set(
        told(report, "warning")
    )


def test_contacts_outside_opening_hours(tmp_path):
    report = check(tmp_path, intervals(), CENTRE.replace("08:00-16:00", "10:00-16:00"))
    assert any("contacts (25.0%) in 324 intervals outside opening hours" in words for words in told(report, "warning"))


def test_what_can_and_cannot_be_answered(tmp_path):
    able = check(tmp_path, intervals()).abilities.set_index("question")["possible"]
    assert able["How many agents are needed?"] and able["What comes in the next two weeks?"]
    assert not able["How patient are callers?"] and not able["Which season has the year?"]


@pytest.mark.parametrize(
    ("file", "content"), [("intervals.csv", b""), ("intervals.csv", b"\0\1\2"), ("x.csv", b"a,b\n1,2\n")]
)
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


# ------------------------------------------------------------------------------------ all the tables


def calls(days=20):
    """Sixteen half-hours a day, twenty calls each, taken by ten agents in turn; the wait is 5 s, the talk 200 s."""
    starts = pd.date_range("2026-02-02", periods=days, freq="D").repeat(320)
    second = np.tile(np.arange(320) * 90, days)
    arrived = starts + pd.Timedelta(hours=8) + pd.to_timedelta(second, unit="s")
    return pd.DataFrame(
        {
            "call_id": [f"c{i}" for i in range(len(starts))],
            "queue": "service",
            "channel": "voice",
            "arrived": arrived,
            "wait_s": 5,
            "outcome": "answered",
            "talk_s": 200,
            "acw_s": 30,
            "customer": [f"k{i % 3000}" for i in range(len(starts))],
            "agent": [f"A{i % 10}" for i in range(len(starts))],
        }
    )


def agents():
    return pd.DataFrame(
        {
            "agent": [f"A{i}" for i in range(10)],
            "team": "red",
            "hired": "2025-01-01",
            "left": "",
            "weekly_hours": 37.5,
            "hourly_wage": 15.0,
        }
    )


def check_calls(folder, frame, centre=CENTRE, **tables):
    for name, table in ({"calls": frame} | tables).items():
        table.to_csv(folder / f"{name}.csv", index=False, date_format="%Y-%m-%d %H:%M:%S")
    (folder / "centre.toml").write_text(centre)
    return check_folder(folder)


def about(report, table):
    rows = report.findings[(report.findings["table"] == table) & (report.findings["severity"] != "note")]
    return rows["message"].tolist()


WEEK = CENTRE.replace('weekdays = "08:00-16:00"', 'every_day = "08:00-16:00"')


def test_a_clean_log_of_calls_is_said_to_be_clean(tmp_path):
    report = check_calls(tmp_path, calls(), WEEK, agents=agents())
    assert about(report, "calls") == [] and about(report, "agents") == []
    verdicts = report.verdicts.set_index("table")["verdict"]
    assert verdicts["calls"] == "can be used: 0 errors, 0 warnings; 6,400 rows, 2026-02-02 to 2026-02-21"
    assert list(verdicts.index) == ["centre", "intervals", "calls", "agents"]


def test_calls_that_are_hard_to_believe(tmp_path):
    frame = calls()
    frame.loc[10, "wait_s"], frame.loc[20, "talk_s"], frame.loc[319, "talk_s"] = 15_000, 7_500, 7_000
    frame.loc[30:32, "agent"] = None
    report = check_calls(tmp_path, frame, WEEK)
    assert "1 row: a wait above 14,400 s (four hours) (row 12)" in about(report, "calls")
    assert "1 row: a handle time above two hours (row 22)" in about(report, "calls")
    assert "3 rows: answered, but no agent is named (rows 32, 33, 34)" in about(report, "calls")
    rows = report.findings.set_index("message")["rows"]
    assert rows["3 rows: answered, but no agent is named (rows 32, 33, 34)"] == 3
    assert report.verdicts.set_index("table").loc["calls", "doubtful_rows"] >= 5


def test_an_agent_on_two_calls_at_once(tmp_path):
    """Call 15 of A5 begins at 08:22:30; stretched to 1,000 s it runs into A5's next, 900 s later (row 27); not into
    the one after.
    """
    frame = calls()
    frame.loc[15, "talk_s"] = 1000
    report = check_calls(tmp_path, frame, WEEK)
    assert about(report, "calls") == ["1 row: the agent was still on another call (row 27)"]
    chat = check_calls(tmp_path, frame.assign(channel="chat"), WEEK)
    assert about(chat, "calls") == [], "several chats at once are usual"


def test_clocks_that_go_back_make_no_overlap(tmp_path):
    """03:10 summer time and 03:05 winter time, 55 minutes apart, on 25 October 2026 in Helsinki."""
    frame = pd.DataFrame(
        {
            "call_id": ["a", "b"],
            "arrived": ["2026-10-25 03:10:00+0300", "2026-10-25 03:05:00+0200"],
            "wait_s": 0,
            "outcome": "answered",
            "talk_s": 600,
            "agent": "A",
        }
    )
    report = check_calls(tmp_path, frame, 'name = "x"\ntime_zone = "Europe/Helsinki"\n[queues.all]\n')
    assert not [words for words in about(report, "calls") if "another call" in words]


def test_names_that_are_garbled_unknown_or_placeholders(tmp_path):
    frame = calls()
    frame["agent"] = frame["agent"].replace({"A1": "Anneli"})
    frame.loc[11, "agent"], frame.loc[21, "queue"], frame.loc[100:900, "customer"] = "AnneliXX", "Service ", "0"
    report = check_calls(tmp_path, frame, WEEK, agents=agents().replace({"A1": "Anneli"}))
    told_of = about(report, "calls")
    assert "1 row: agent 'AnneliXX' looks like 'Anneli', garbled (row 13)" in told_of
    assert "1 row: agent 'AnneliXX' is not in the table agents (row 13)" in told_of
    assert any(words.startswith("801 rows: customer '0' stands for nobody") for words in told_of)
    assert any(
        "queue 'Service" in words and "'service' with blanks or other capitals (row 23)" in words for words in told_of
    )


def test_unknown_outcomes_and_negative_times_are_errors_with_their_rows(tmp_path):
    frame = calls().astype({"talk_s": object})
    frame.loc[5:54, "outcome"], frame.loc[60, "talk_s"] = "phantom", -4
    report = check_calls(tmp_path, frame, WEEK)
    errors = report.findings[(report.findings["severity"] == "error") & (report.findings["table"] == "calls")]
    assert (
        errors["rows"].tolist() == [1] * 20 + [30] + [1] and errors["row"].iloc[0] == 7 and errors["row"].iloc[20] == 27
    )
    assert errors["message"].iloc[20] == "outcome must be one of answered, abandoned, blocked: 30 rows more"
    assert errors.iloc[-1][["row", "column", "value"]].tolist() == [62, "talk_s", -4.0]
    assert report.verdicts.set_index("table").loc["calls", "faulty_rows"] == 51


def test_calls_outside_employment_and_of_nobody(tmp_path):
    people = agents()
    people.loc[3, "hired"], people.loc[4, "left"] = "2026-02-03", "2026-02-20"
    people = people[people["agent"] != "A9"]
    report = check_calls(tmp_path, calls(), WEEK, agents=people)
    assert "64 rows: the agent was not employed on that day (rows 5, 15, 25, 35, 45, …)" in about(report, "calls")
    assert any(words.startswith("640 rows: agent 'A9' is not in the table agents") for words in about(report, "calls"))


def test_evaluations_of_calls_that_do_not_exist(tmp_path):
    scored = pd.DataFrame(
        {
            "evaluation": ["e1", "e2", "e3"],
            "call_id": ["c0", "c99999", "c1"],
            "agent": ["A0", "A0", "A7"],
            "evaluator": ["Q", "Q", "A7"],
            "date": "2026-02-10",
            "step": "greeting",
            "points": 3,
            "possible": 5,
        }
    )
    report = check_calls(tmp_path, calls(), WEEK, agents=agents(), evaluations=scored)
    rows = (
        report.findings[report.findings["table"] == "evaluations"]
        .query("severity == 'warning'")
        .set_index("message")[["row", "value"]]
    )
    assert rows.loc["1 row: the evaluated call is not in calls (row 3)"].tolist() == [3, "c99999"]
    assert rows.loc["1 row: somebody else took the evaluated call (row 4)"].tolist() == [4, "A7"]
    assert rows.loc["1 row: the agent evaluated himself (row 4)"].tolist() == [4, "A7"]


def test_activities_that_overlap(tmp_path):
    day = pd.DataFrame(
        {
            "agent": ["A1", "A1", "A1", "A2", "ghost"],
            "start": [
                "2026-02-02 08:00",
                "2026-02-02 11:30",
                "2026-02-02 12:00",
                "2026-02-02 08:00",
                "2026-02-02 08:00",
            ],
            "end": ["2026-02-02 12:00", "2026-02-02 12:00", "2026-02-02 16:00", "2026-02-03 02:00", "2026-02-02 16:00"],
            "scheduled": "work",
            "actual": "work",
        }
    )
    report = check_calls(tmp_path, calls(), WEEK, agents=agents(), activities=day)
    assert about(report, "activities") == [
        "1 row: an earlier stretch of the same agent has not ended yet (row 3)",
        "1 row: a stretch at work of more than 16 hours (row 5)",
        "1 row: agent 'ghost' is not in the table agents (row 6)",
    ]
    idle = report.findings[report.findings["table"] == "agents"]["message"].iloc[-1]
    assert idle.startswith("8 rows: employed, but without an activity (rows 2, 5, 6,")


def test_months_that_the_ledger_lacks(tmp_path):
    months = ["2025-09-01", "2025-10-01", "2025-12-01", "2026-01-01"]
    ledger = pd.DataFrame(
        {
            "month": months * 2,
            "category": "labour",
            "line": ["wages"] * 4 + ["training"] * 4,
            "planned": 100,
            "actual": [90, "", 90, "", 1, 1, 1, 1],
        }
    )
    ledger = ledger.drop(index=6)
    report = check_calls(tmp_path, calls(), WEEK, ledger=ledger)
    assert set(about(report, "ledger")) == {
        "labour, wages: 1 month missing: November 2025",
        "labour, training: 2 months missing: November 2025, December 2025",
        "no line at all in November 2025",
        "1 row: what was spent is not known, two months later (row 3)",
    }


def test_calls_against_intervals(tmp_path):
    """320 calls a day in both; the table of one day lost some, one day is in the calls only, one in the intervals
    only.
    """
    table = intervals("2026-02-02", "2026-02-21")
    table["answered"] = table["offered"]
    table.loc[table["start"].dt.strftime("%Y-%m-%d") == "2026-02-04", ["offered", "answered"]] //= 2
    table = table[table["start"].dt.strftime("%Y-%m-%d") != "2026-02-10"]
    log = calls()
    log = log[(log["arrived"].dt.day_of_week < 5) & (log["arrived"].dt.strftime("%Y-%m-%d") != "2026-02-12")]
    report = check_calls(tmp_path, log, CENTRE, intervals=table)
    told_of = about(report, "intervals") + about(report, "calls")
    assert "Wed 2026-02-04, service: 160 offered in the intervals, 320 in the calls" in told_of
    assert "Wed 2026-02-04, service: 160 answered in the intervals, 320 in the calls" in told_of
    assert "Tue 2026-02-10, service: no row here, 320 contacts in the calls" in told_of
    assert "Thu 2026-02-12, service: no row here, 320 contacts in the intervals" in told_of
    assert sum("in the calls" in words or "in the intervals" in words for words in told_of) == 4


def test_made_up_counts_are_found(tmp_path):
    """One day's counts follow a smooth curve, all others vary by chance (seeded Poisson)."""
    frame = intervals()
    frame["offered"] = np.random.default_rng(8).poisson(40, len(frame))
    day = frame["start"].dt.strftime("%Y-%m-%d") == "2026-04-15"
    frame.loc[day, "offered"] = 40 + np.arange(day.sum()) // 4
    frame["answered"] = frame["offered"]
    made_up = [words for words in about(check(tmp_path, frame), "intervals") if "smoother" in words]
    assert len(made_up) == 1 and made_up[0].startswith(
        "Wed 2026-04-15, 664 contacts: counts more than a hundred times smoother"
    )


def test_poisson_counts_are_not_called_made_up():
    from ccplan.data.checks.intervals import _smoothest, smoothness

    chance = np.random.default_rng(3)
    ratios = np.array(
        [smoothness(chance.poisson(rate, 32).astype(float))[0] for rate in np.repeat([1, 5, 20, 200], 2500)]
    )
    assert ratios.mean() == pytest.approx(1, abs=0.02) and (ratios < _smoothest(32)).sum() == 0


def test_what_other_tables_answer(tmp_path):
    able = check_calls(tmp_path, calls(), WEEK, agents=agents().drop(columns="hourly_wage")).abilities.set_index(
        "question"
    )
    assert (
        able.loc["How do waits and handle times scatter?", "possible"]
        and able.loc["How many contacts come, and when?", "possible"]
    )
    assert able.loc["What does an hour cost?", "why"] == "not measured: hourly_wage"
    assert able.loc["Was the budget kept?", "why"] == "there is no table ledger that can be read"


def test_findings_export_as_a_table(tmp_path):
    from ccplan.data.files import write_csv

    frame = calls()
    frame.loc[10, "wait_s"] = 15_000
    report = check_calls(tmp_path, frame, WEEK)
    exported = pd.read_csv(write_csv(tmp_path / "out" / "findings.csv", report.findings))
    assert len(exported) == len(report.findings) and exported["rows"].sum() == report.findings["rows"].sum()


def test_a_day_on_which_clocks_skip_midnight_can_be_told(tmp_path):
    """Chile, 6 September 2026: the day begins at 01:00; ten times the usual contacts come on it."""
    starts = pd.date_range("2026-08-01", "2026-10-10", freq="30min", inclusive="left", tz="America/Santiago")
    odd = starts.strftime("%F") == "2026-09-06"
    frame = pd.DataFrame({"queue": "all", "start": starts.tz_localize(None)})
    frame["offered"] = np.random.default_rng(1).poisson(np.where(odd, 200, 20))
    report = check(tmp_path, frame, 'name = "x"\ntime_zone = "America/Santiago"\n[queues.all]\n')
    days = report.findings.loc[report.findings["rule"] == "far from the same weekdays around", "start"]
    assert days.tolist() == [pd.Timestamp("2026-09-06 01:00", tz="America/Santiago")]


def test_a_queue_in_other_capitals_is_held_against_the_one_that_is_known(tmp_path):
    spelled = ["Service", "SERVICE", "sErvice", "seRvice", "serVice", "servIce"]
    frame = calls()
    frame.loc[range(6), "queue"] = spelled
    report = check_calls(tmp_path, frame, WEEK)
    told_ones = report.findings.loc[report.findings["rule"] == "must stand in centre.toml", "message"]
    twins = told_ones[told_ones.str.contains("capitals")]
    assert len(twins) == 6 and twins.str.contains("is 'service' with blanks or other capitals").all()
