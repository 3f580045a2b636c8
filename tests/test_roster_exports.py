"""Rosters in files: the calendar read back line by line as RFC 5545 says, the table and the workbook by other
libraries.
"""

import csv
import re

import openpyxl
import pandas as pd
import pytest

from ccplan.display import duties_to_ics, roster_grid, roster_to_csv, roster_to_xlsx

NASTY = 'Änne O\'Neil; "night", \\n=SUM(A1)\nsecond line 🌙🌙🌙🌙🌙🌙🌙🌙🌙🌙🌙🌙🌙🌙🌙🌙'
MADE = pd.Timestamp("2026-10-01 12:00", tz="UTC")


def duties_of(rows, zone="Europe/Helsinki"):
    frame = pd.DataFrame(rows, columns=["agent", "shift", "start", "end"])
    start, end = (pd.to_datetime(frame[name]).dt.tz_localize(zone) for name in ("start", "end"))
    return frame.assign(day=pd.to_datetime(frame["start"]).dt.normalize(), start=start, end=end)


DUTIES = duties_of(
    [
        ("Ann", "night", "2026-10-24 22:00", "2026-10-25 06:00"),
        ("Ann", "early", "2026-10-27 06:00", "2026-10-27 14:00"),
        (NASTY, NASTY, "2026-03-28 22:00", "2026-03-29 06:00"),
        ("=cmd|x", "+early", "2026-10-27 06:00", "2026-10-27 14:00"),
    ]
)


def lines_of(text):
    """The content lines of a calendar, unfolded; every physical line is looked at."""
    assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode("utf-8")) <= 75 for line in text.split("\r\n"))
    return re.sub(r"\r\n[ \t]", "", text).split("\r\n")[:-1]


def events_of(text):
    """{property: value} of each event, values unescaped."""
    events, lines = [], lines_of(text)
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR") and "VERSION:2.0" in lines
    for line in lines:
        if line == "BEGIN:VEVENT":
            events.append({})
        elif events and ":" in line and line != "END:VEVENT":
            name, value = line.split(":", 1)
            events[-1][name] = re.sub(r"\\([\\;,nN])", lambda hit: "\n" if hit[1] in "nN" else hit[1], value)
    return events


def test_times_are_right_in_the_nights_in_which_the_clock_changes():
    found = duties_to_ics(DUTIES, made=MADE).set_index("agent")["text"]
    night, early = events_of(found["Ann"])
    assert (night["DTSTART"], night["DTEND"]) == ("20261024T190000Z", "20261025T040000Z"), (
        "nine hours: the clock goes back"
    )
    assert (early["DTSTART"], early["DTEND"]) == ("20261027T040000Z", "20261027T120000Z")
    spring = events_of(found[NASTY])[0]
    assert (spring["DTSTART"], spring["DTEND"]) == ("20260328T200000Z", "20260329T030000Z"), "seven hours"


def test_text_comes_back_as_it_was_and_lines_are_short():
    event = events_of(duties_to_ics(DUTIES, made=MADE).set_index("agent")["text"][NASTY])[0]
    assert event["SUMMARY"] == NASTY
    assert event["DTSTAMP"] == "20261001T120000Z"


def test_a_later_calendar_replaces_the_earlier_one():
    first = events_of(duties_to_ics(DUTIES, made=MADE)["text"].iloc[1])
    moved = DUTIES.assign(start=DUTIES["start"] + pd.Timedelta("1h"), shift="late")
    again = events_of(duties_to_ics(moved, made=MADE + pd.Timedelta("1h"))["text"].iloc[1])
    assert [one["UID"] for one in first] == [one["UID"] for one in again] and len({one["UID"] for one in first}) == 2
    assert all(int(new["SEQUENCE"]) > int(old["SEQUENCE"]) for new, old in zip(again, first, strict=True))
    uids = [one["UID"] for text in duties_to_ics(DUTIES)["text"] for one in events_of(text)]
    assert len(set(uids)) == len(DUTIES)


def test_breaks_stand_in_the_notes():
    at = DUTIES["start"].iloc[1]
    rows = pd.DataFrame(
        {
            "agent": "Ann",
            "start": [at, at + pd.Timedelta("4h")],
            "end": [at + pd.Timedelta("4h"), at + pd.Timedelta("270min")],
            "scheduled": ["work", "lunch"],
        }
    )
    assert events_of(duties_to_ics(DUTIES, activities=rows)["text"].iloc[1])[1]["DESCRIPTION"] == "lunch 10:00–10:30"


def test_times_without_a_zone_take_the_one_that_is_named(tmp_path):
    bare = DUTIES.assign(start=DUTIES["start"].dt.tz_localize(None), end=DUTIES["end"].dt.tz_localize(None))
    with pytest.raises(ValueError, match="name the centre's"):
        duties_to_ics(bare)
    with pytest.raises(ValueError, match="IANA"):
        duties_to_ics(bare, zone="Helsinki")
    named = duties_to_ics(bare, zone="Europe/Helsinki", made=MADE)
    pd.testing.assert_frame_equal(named, duties_to_ics(DUTIES, made=MADE))


def test_each_agent_has_a_file_of_a_harmless_name(tmp_path):
    twins = pd.concat([DUTIES.head(1).assign(agent=name) for name in ("../x", "x", "X", "a/b", "")], ignore_index=True)
    found = duties_to_ics(twins, tmp_path, made=MADE)
    assert (
        sorted(file.name for file in tmp_path.iterdir()) == sorted(found["file"])
        and found["file"].str.lower().is_unique
    )
    assert (tmp_path / found["file"].iloc[0]).read_bytes().decode() == found["text"].iloc[0]


def test_the_table_is_read_back_and_runs_nothing(tmp_path):
    file = roster_to_csv(DUTIES.assign(paid_s=27000.0), tmp_path / "roster.csv")
    with open(file, encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert [row["start"] for row in rows] == [
        "2026-03-28 22:00:00",
        "2026-10-24 22:00:00",
        "2026-10-27 06:00:00",
        "2026-10-27 06:00:00",
    ]
    assert {row["paid_h"] for row in rows} == {"7.5"}
    assert rows[2]["agent"] == "'=cmd|x" and rows[2]["shift"] == "'+early"


def test_the_workbook_is_read_back_and_runs_nothing(tmp_path):
    autumn = DUTIES[DUTIES["day"] > "2026-06-01"]
    file = roster_to_xlsx(autumn, tmp_path / "roster.xlsx")
    book = openpyxl.load_workbook(file)
    assert book.sheetnames == ["Roster", "Shifts"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "f" not in {cell.data_type for cell in cells}
    values = [[cell.value for cell in row] for row in book["Roster"].iter_rows()]
    assert ["agent", "Sat 24.10.", "Sun 25.10.", "Mon 26.10.", "Tue 27.10."] in values
    assert any(row[0] == "Ann" and row[1] == "night 22:00" and row[4] == "early 06:00" for row in values)
    assert file.read_bytes() == roster_to_xlsx(autumn, tmp_path / "again.xlsx").read_bytes()


def test_an_empty_roster_makes_empty_files(tmp_path):
    none = DUTIES.head(0)
    assert len(duties_to_ics(none)) == 0 and len(roster_grid(none)) == 0
    assert roster_to_csv(none, tmp_path / "none.csv").read_text().strip() == "agent,day,shift,start,end,paid_h"
    assert openpyxl.load_workbook(roster_to_xlsx(none, tmp_path / "none.xlsx")).sheetnames == ["Roster", "Shifts"]
