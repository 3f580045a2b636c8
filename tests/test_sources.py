"""Files as people have them: every encoding, mark and date is found, every fault is told in words."""

import gzip
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccplan.data import Centre, SourceError, TableError, load_intervals
from ccplan.data.reading.headers import map_headers
from ccplan.data.reading.numbers import decimal_mark, to_numbers, to_seconds
from ccplan.data.reading.stamps import read_stamps
from ccplan.data.sources import load_table
from tests.effort import examples

HELSINKI = Centre(name="x", time_zone="Europe/Helsinki")
PLAIN = "queue,start,offered,answered,talk_s\na,2026-01-05 08:00,10,9,2700\na,2026-01-05 08:30,12,12,3600\n"


def put(folder, text, name="intervals.csv", encoding="utf-8"):
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return file


def read(folder, text, name="intervals.csv", encoding="utf-8", centre=HELSINKI, **options):
    return load_intervals(put(folder, text, name, encoding).parent, centre, **options)


def half_hours(*starts, offered=1):
    return "start,offered\n" + "".join(f"{start},{offered}\n" for start in starts)


def refused(folder, text, **options):
    with pytest.raises(ValueError) as caught:
        read(folder, text, **options)
    return str(caught.value)


def test_a_plain_file(tmp_path):
    reading = read(tmp_path, PLAIN)
    assert reading.frame["offered"].tolist() == [10, 12] and reading.frame["offered"].dtype == "int64"
    assert str(reading.frame["start"].dtype) == "datetime64[us, Europe/Helsinki]"
    assert str(reading.frame["start"][0]) == "2026-01-05 08:00:00+02:00"
    assert (reading.interval_s, reading.encoding, reading.separator, reading.decimal) == (1800, "utf-8", ",", ".")
    assert (
        reading.notes == ("abandoned = offered − answered",) and "year-month-day" in reading.about()["found"].tolist()
    )


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_every_separator_and_encoding(tmp_path, separator, encoding):
    text = PLAIN.replace("\na,", "\nÄäni,").replace(",", separator)
    reading = read(tmp_path, text, encoding=encoding)
    assert reading.frame["queue"].tolist() == ["Ääni", "Ääni"] and reading.frame["talk_s"].sum() == 6300
    assert (reading.separator, reading.encoding) == (separator, encoding)


def test_decimal_comma_and_thousands(tmp_path):
    reading = read(tmp_path, "start;offered;talk_s\n05.01.2026 08:00;1.234;1.234.567,5\n05.01.2026 08:30;10;12,25\n")
    assert reading.frame["offered"].tolist() == [1234, 10]
    assert reading.frame["talk_s"].tolist() == [1234567.5, 12.25]
    assert reading.decimal == "," and reading.date_format == "day.month.year"


def test_numbers_that_cannot_be_told_are_refused(tmp_path):
    text = "start;offered;talk_s\n2026-01-05 08:00;1;1,234\n2026-01-05 08:30;1;2,345\n"
    assert "can be a thousand or a decimal" in refused(tmp_path, text)
    assert read(tmp_path, text, decimal=",").frame["talk_s"].tolist() == [1.234, 2.345]
    assert read(tmp_path, text, decimal=".").frame["talk_s"].tolist() == [1234, 2345]
    assert "written in two ways" in refused(tmp_path, text.replace("1,234", "1,2").replace("2,345", "2.5"))


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["1.5", "2"], "."),
        (["1,5", "2"], ","),
        (["1,234.5"], "."),
        (["1.234,5"], ","),
        (["0,125"], ","),
        (["12", "7"], "."),
        (["1234,567"], ","),
        (["1 234,5"], ","),
        (["1'234.50"], "."),
        (["12.345"], "."),
    ],
)
def test_the_decimal_mark_is_found(cells, mark):
    assert decimal_mark(pd.DataFrame({"talk_s": cells})) == mark


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("1,234,567.25", ".", 1234567.25),
        ("1.234.567,25", ",", 1234567.25),
        ("1 234", ".", 1234),
        ("1\u00a0234,5", ",", 1234.5),
        ("0:02:10", ".", 130),
        ("1:00:00.5", ".", 3600.5),
        ("-", ".", np.nan),
        ("N/A", ".", np.nan),
        ("1e3", ".", 1000),
        ("-3", ".", -3),
    ],
)
def test_numbers_as_people_write_them(text, decimal, value):
    values, bad = to_numbers(pd.Series([text]), decimal)
    assert not bad.any() and np.allclose(values, value, equal_nan=True)


@pytest.mark.parametrize("text", ["12x", "1,2,3", "1.2.3", "12:30", "--", "=1+1", "1,23"])
def test_what_is_no_number_is_said_to_be_none(text):
    assert to_numbers(pd.Series([text]), ".")[1].all()


@pytest.mark.parametrize(
    ("written", "order"),
    [
        (("2026-01-31 08:00", "2026-01-31 08:30"), "year-month-day"),
        (("2026-01-31T08:00:00", "2026-01-31T08:30:00"), "year-month-day"),
        (("2026/01/31 08:00", "2026/01/31 08:30"), "year-month-day"),
        (("31.1.2026 8:00", "31.1.2026 8:30"), "day.month.year"),
        (("31.1.2026 8.00", "31.1.2026 8.30"), "day.month.year"),
        (("31/01/2026 08:00", "31/01/2026 08:30"), "day.month.year"),
        (("01/31/2026 8:00 AM", "01/31/2026 8:30 am"), "month/day/year"),
    ],
)
def test_every_date_format(tmp_path, written, order):
    reading = read(tmp_path, half_hours(*written))
    assert reading.frame["start"].dt.strftime("%F %R").tolist() == ["2026-01-31 08:00", "2026-01-31 08:30"]
    assert reading.date_format == order


def test_noon_and_midnight_in_twelve_hours(tmp_path):
    reading = read(tmp_path, half_hours("1/31/2026 12:00 AM", "1/31/2026 12:30 PM"))
    assert reading.frame["start"].dt.hour.tolist() == [0, 12]


def test_dates_that_cannot_be_told_are_refused_unless_the_calendar_tells(tmp_path):
    unsure = half_hours("01/02/2026 08:00", "01/02/2026 08:30")
    assert "day or month first" in refused(tmp_path, unsure)
    assert read(tmp_path, unsure, dates="dmy").frame["start"].dt.month.tolist() == [2, 2]
    sure = half_hours(*(f"{day:02d}/02/2026 {hour}" for day in range(1, 8) for hour in ("08:00", "08:30")))
    reading = read(tmp_path, sure)
    assert (reading.frame["start"].dt.month == 2).all() and any("days follow" in note for note in reading.notes)
    assert "two ways" in refused(tmp_path, half_hours("31/01/2026 08:00", "01/31/2026 08:30"))


def test_date_and_time_in_two_columns(tmp_path):
    reading = read(tmp_path, "Date,Time,Calls Offered\n31.01.2026,08:00-08:30,3\n31.01.2026,08:30-09:00,4\n")
    assert reading.frame["start"].dt.strftime("%F %R").tolist() == ["2026-01-31 08:00", "2026-01-31 08:30"]


def test_other_peoples_headers(tmp_path):
    reading = read(
        tmp_path,
        "Interval Start,Skill,Calls,answered_60s,answered_20s,Calls Answered,asa_s,aht_s,colour\n"
        "2026-01-05 08:00,sales,10,9,8,9,4.5,300,red\n2026-01-05 08:30,sales,4,0,0,0,,,red\n",
    )
    frame = reading.frame
    assert reading.target_s == 20 and frame["answered_in_target"].tolist() == [8, 0]
    assert frame["talk_s"].tolist() == [2700, 0] and frame["wait_answered_s"].tolist() == [40.5, 0]
    assert frame["abandoned"].tolist() == [1, 4] and frame["acw_s"].tolist() == [0, 0]
    told = "; ".join(reading.notes)
    assert "talk_s = aht_s × answered" in told and "column colour is not used" in told
    assert "abandoned = offered − answered" in told


def test_our_own_name_wins_over_a_synonym():
    assert map_headers(["calls", "offered", "start"]).columns["offered"] == "offered"
    assert map_headers(["answered_60s", "answered_in_target"]).target_s is None


def test_steps_of_six_minutes_an_hour_and_a_day(tmp_path):
    for freq, seconds in (("6min", 360), ("15min", 900), ("1h", 3600), ("1D", 86400)):
        starts = pd.date_range("2026-01-05", periods=40, freq=freq).strftime("%Y-%m-%d %H:%M")
        assert read(tmp_path, half_hours(*starts)).interval_s == seconds


def test_mixed_steps_are_refused(tmp_path):
    early = pd.date_range("2026-01-05", periods=48, freq="30min").strftime("%F %R")
    late = pd.date_range("2026-01-06", periods=192, freq="15min").strftime("%F %R")
    assert "mixes interval lengths" in refused(tmp_path, half_hours(*early, *late))
    clocks = ("07:30", "08:00", "08:10", "08:30", "09:00", "09:30")
    assert "got '2026-01-05 08:10:00' in row 4" in refused(tmp_path, half_hours(*(f"2026-01-05 {at}" for at in clocks)))


def test_gaps_are_counted_and_left(tmp_path):
    reading = read(tmp_path, half_hours("2026-01-05 08:00", "2026-01-05 08:30", "2026-01-05 10:00"))
    assert reading.missing == 2 and len(reading.frame) == 3
    assert any("2 intervals between first and last rows not in the file" in note for note in reading.notes)


def test_a_gap_without_end_is_refused(tmp_path):
    starts = [*pd.date_range("1970-01-05", periods=5, freq="1min"), pd.Timestamp("2099-01-01")]
    assert "look at the first and last dates" in refused(tmp_path, half_hours(*(f"{at:%F %R}" for at in starts)))


def test_an_unsorted_file_is_sorted_and_told(tmp_path):
    reading = read(tmp_path, half_hours("2026-01-05 09:00", "2026-01-05 08:00", "2026-01-05 08:30"))
    assert reading.frame["start"].is_monotonic_increasing and "rows were not in order of time: sorted" in reading.notes
    assert reading.rows.tolist() == [3, 4, 2]


def test_the_hour_that_stands_twice(tmp_path):
    """Clocks in Finland went back on 25 October 2026 at 04:00 summer time."""
    starts = ["02:30", "03:00", "03:30", "03:00", "03:30", "04:00"]
    reading = read(tmp_path, half_hours(*(f"2026-10-25 {clock}" for clock in starts)))
    assert np.diff(reading.frame["start"].astype("int64")).tolist() == [1_800_000_000] * 5
    assert reading.frame["start"].dt.strftime("%z").tolist() == ["+0300"] * 3 + ["+0200"] * 3
    pairs = ["02:30", "03:00", "03:00", "03:30", "03:30", "04:00"]
    again = read(tmp_path, half_hours(*(f"2026-10-25 {clock}" for clock in pairs)))
    assert again.frame["start"].tolist() == reading.frame["start"].tolist()


def test_a_third_time_is_a_duplicate(tmp_path):
    assert "must stand once" in refused(tmp_path, half_hours(*["2026-10-25 03:00"] * 3, "2026-10-25 03:30"))


def test_the_hour_that_does_not_exist(tmp_path):
    """Clocks in Finland went forward on 29 March 2026 at 03:00."""
    words = refused(tmp_path, half_hours("2026-03-29 02:30", "2026-03-29 03:30", "2026-03-29 04:00"))
    assert "clocks went forward" in words and "'2026-03-29 03:30' in row 3" in words
    reading = read(
        tmp_path, "start,offered\n2026-03-29 02:30,1\n2026-03-29 03:00,0\n2026-03-29 03:30,0\n2026-03-29 04:00,2\n"
    )
    assert reading.missing == 0 and any("2 empty rows stand in hours that" in note for note in reading.notes)


def test_offsets_are_taken_as_they_are(tmp_path):
    reading = read(tmp_path, half_hours("2026-10-25T03:30+03:00", "2026-10-25T03:00+02:00", "2026-10-25T01:30:00Z"))
    assert reading.frame["start"].dt.tz_convert("UTC").dt.strftime("%R").tolist() == ["00:30", "01:00", "01:30"]
    assert "offset in all rows or in none" in refused(
        tmp_path, half_hours("2026-10-25T03:30+03:00", "2026-10-25T03:00")
    )


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("a,2026-01-05 09:00,ten,9,1", "offered must be a number, got 'ten' in row 4"),
        ("a,2026-01-05 09:00,-1,0,1", "offered must be 0 or more, got -1 in row 4"),
        ("a,2026-01-05 09:00,5,9,1", "answered must be no more than offered, got 'answered 9, offered 5' in row 4"),
        ("a,2026-01-05 09:00,,9,1", "offered must not be empty"),
        ("a,2026-01-05 09:00,1.5,1,1", "offered must be a whole number, got 1.5 in row 4"),
        ("a,2026-01-05 08:00,5,5,1", "must stand once"),
        (
            "a,2026-02-30 08:00,5,5,1",
            "start must be a date and time such as 2026-01-31 08:30, got '2026-02-30 08:00' in row 4",
        ),
        ("a,yesterday,5,5,1", "got 'yesterday' in row 4"),
        ("a,,5,5,1", "start must be a date and time"),
        (",2026-01-05 09:00,5,5,1", "queue must not be empty"),
        ("a,2026-01-05 09:00,inf,5,1", "offered must be a number, got 'inf'"),
        ("a,2026-01-05 09:00," + "9" * 30 + ",5,1", "offered must be at most 1e+12"),
        ("a,1026-01-05 09:00,5,5,1", "start must lie in the years 1970 to 2100"),
    ],
)
def test_a_faulty_row_is_named(tmp_path, row, words):
    told = refused(tmp_path, PLAIN + row + "\n")
    assert words in told and "intervals.csv" in told


def test_all_faults_are_told_in_one_go(tmp_path):
    with pytest.raises(TableError) as caught:
        read(tmp_path, PLAIN + "a,2026-01-05 09:00,x,1,1\na,never,1,1,1\na,2026-01-05 10:00,1,2,-1\n")
    assert caught.value.faults[["row", "column"]].to_records(index=False).tolist() == [
        (4, "offered"),
        (5, "start"),
        (6, "answered"),
        (6, "talk_s"),
    ]


def test_faulty_rows_can_be_left_out(tmp_path):
    reading = read(tmp_path, PLAIN + "a,2026-01-05 09:00,x,1,1\n", faulty="leave out")
    assert len(reading.frame) == 2 and reading.faults["row"].tolist() == [4]
    assert "1 faulty row left out" in reading.notes
    with pytest.raises(ValueError, match="faulty must be one of"):
        read(tmp_path, PLAIN, faulty="ignore")


def test_rows_with_nothing_are_left_out(tmp_path):
    reading = read(tmp_path, PLAIN + ",,,,\n\na,2026-01-05 09:00,,,\n")
    assert len(reading.frame) == 2 and any("without any number" in note for note in reading.notes)


def test_title_lines_above_the_header(tmp_path):
    reading = read(tmp_path, "Interval report\nPrinted 5 January 2026\n\n" + PLAIN)
    assert len(reading.frame) == 2 and reading.rows.tolist() == [5, 6]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n\n  \n", "is empty"),
        (b"\x00\x01\x02\xff" * 50, "is not a text file"),
        (b"PK\x03\x04" + bytes(range(256)), "is not a text file"),
        (b"\x1f\x8bxxxxxxx", "damaged gzip"),
        (b"start,offered\n", "has a header but no rows"),
        (b"start,offered\n2026-01-05 08:00,1,2,3\n", "rows of unequal length"),
        (b"colour,shape\nred,round\n", "no column for start and offered"),
        (b"start\n2026-01-05\n", "no column for offered"),
        (b'start,offered\n"2026-01-05 08:00,1\n', "intervals.csv"),
    ],
)
def test_a_file_that_is_no_table(tmp_path, content, words):
    assert words in refused(tmp_path, content)


def test_too_many_columns_are_refused(tmp_path):
    header = ",".join(["start", "offered", *(f"c{i}" for i in range(100_000))])
    assert "columns, at most" in refused(tmp_path, header + "\n" + "1," * 100_001 + "1\n")


def test_a_folder_without_tables(tmp_path):
    with pytest.raises(SourceError, match="no table of intervals"):
        load_intervals(tmp_path, HELSINKI)
    with pytest.raises(SourceError, match="does not exist"):
        load_intervals(tmp_path / "nowhere", HELSINKI)
    with pytest.raises(SourceError, match="of no kind that is read here"):
        load_intervals(put(tmp_path, "x", "notes.pdf"), HELSINKI)


def test_the_file_that_says_most_is_taken(tmp_path):
    put(tmp_path, half_hours("2026-01-05 08:00", "2026-01-05 08:30"), "a.csv")
    put(tmp_path, PLAIN, "b.csv")
    put(tmp_path, "colour\nred\n", "c.csv")
    reading = load_intervals(tmp_path, HELSINKI)
    assert reading.file.name == "b.csv"
    assert reading.left_aside[0] == "a.csv left aside: b.csv says more"
    assert "c.csv left aside: no column for start and offered" in reading.left_aside[1]
    put(tmp_path, half_hours("2026-01-05 08:00", "2026-01-05 08:30"), "intervals.csv")
    assert load_intervals(tmp_path, HELSINKI).file.name == "intervals.csv"


def test_gzip_tsv_and_parquet(tmp_path):
    put(tmp_path, gzip.compress(PLAIN.encode()), "intervals.csv.gz")
    assert load_intervals(tmp_path, HELSINKI).frame["offered"].sum() == 22
    frame = pd.DataFrame(
        {"start": pd.date_range("2026-01-05 06:00", periods=2, freq="30min", tz="UTC"), "offered": [10, 12]}
    )
    frame.to_parquet(tmp_path / "x.parquet")
    reading = load_intervals(tmp_path / "x.parquet", HELSINKI)
    assert str(reading.frame["start"][0]) == "2026-01-05 08:00:00+02:00" and reading.frame["queue"].tolist() == [
        "all",
        "all",
    ]
    frame.assign(start=frame["start"].dt.as_unit("ns").dt.tz_localize(None)).to_parquet(tmp_path / "x.parquet")
    assert (
        str(load_intervals(tmp_path / "x.parquet", HELSINKI).frame["start"].dtype) == "datetime64[us, Europe/Helsinki]"
    )
    put(tmp_path, b"PAR1 not really", "y.parquet")
    with pytest.raises(SourceError, match="not a Parquet file"):
        load_intervals(tmp_path / "y.parquet", HELSINKI)


def test_without_a_centre_the_zone_is_assumed_and_told(tmp_path):
    reading = read(tmp_path, PLAIN, centre=None)
    assert reading.time_zone == "UTC" and "time zone UTC is assumed: no centre.toml names one" in reading.notes


def test_reading_changes_nothing(tmp_path):
    file = put(tmp_path, PLAIN)
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    load_intervals(tmp_path, HELSINKI)
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before and len(list(tmp_path.iterdir())) == 1


CELLS = st.one_of(
    st.sampled_from(["", "3", "-1", "1,5", "2026-01-05 08:00", "31/12/2026", "=1+1", "../x", "nan", "9" * 30]),
    st.text(max_size=8),
)


@settings(examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), max_size=6), st.sampled_from(",;\t|"))
def test_fuzzed_rows_are_read_or_refused_in_words(tmp_path, rows, separator):
    text = separator.join(["start", "offered", "answered"]) + "\n" + "\n".join(separator.join(row) for row in rows)
    _read_or_refuse(put(tmp_path, text.encode("utf-8", "replace")))


@settings(examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.integers(0, len(PLAIN)))
def test_fuzzed_bytes_are_read_or_refused_in_words(tmp_path, noise, at):
    _read_or_refuse(put(tmp_path, PLAIN[:at].encode() + noise))


def _read_or_refuse(file):
    try:
        frame = load_intervals(file, HELSINKI).frame
    except ValueError as problem:
        assert str(file) in str(problem)
    else:
        assert (frame["offered"] >= 0).all() and frame["start"].notna().all()


def book(folder, sheets, name="intervals.xlsx"):
    from openpyxl import Workbook

    made = Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    made.save(folder / name)
    return folder / name


def test_a_workbook_with_real_cells(tmp_path):
    rows = [
        ["Half-hours of January"],
        [],
        ["start", "queue", "calls", "talk time (min)", "Avg ACW time"],
        [datetime(2026, 1, 5, 8), 7, 10, 45.5, timedelta(minutes=1)],
        [],
        [datetime(2026, 1, 5, 8, 30), 7.0, 4, 20, timedelta(seconds=30)],
    ]
    file = book(tmp_path, {"notes": [["hello"]], "data": rows})
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    reading = load_intervals(tmp_path, HELSINKI)
    assert (
        reading.kind == "workbook, sheet data"
        and reading.rows.tolist() == [4, 6]
        and "sheet data is read; not notes" in reading.notes
    )
    assert reading.frame["talk_s"].tolist() == [2730, 1200] and reading.frame["queue"].tolist() == ["7", "7"]
    assert (
        str(reading.frame["start"][0]) == "2026-01-05 08:00:00+02:00"
        and (file.read_bytes(), file.stat().st_mtime_ns) == before
    )


def test_sheets_can_be_named(tmp_path):
    rows = [["start", "offered"], ["2026-01-05 08:00", 1], ["2026-01-05 08:30", "2"]]
    file = book(tmp_path, {"old": rows, "new": [rows[0], ["2026-02-05 08:00", 5], ["2026-02-05 08:30", 6]]})
    assert load_intervals(file, HELSINKI).frame["offered"].tolist() == [1, 2]
    assert load_intervals(file, HELSINKI, sheet="new").frame["offered"].tolist() == [5, 6]
    with pytest.raises(SourceError, match="has no sheet 'other' \\(has 'old', 'new'\\)"):
        load_intervals(file, HELSINKI, sheet="other")
    with pytest.raises(SourceError, match="has no sheet with a table"):
        load_intervals(book(tmp_path, {"empty": []}, "empty.xlsx"), HELSINKI)
    with pytest.raises(SourceError, match="old Excel workbook"):
        load_intervals(put(tmp_path, b"\xd0\xcf\x11\xe0", "old.xls"), HELSINKI)


def test_encoding_and_separator_can_be_named(tmp_path):
    file = put(tmp_path, "start;queue;offered\n2026-01-05 08:00;Kö;1\n2026-01-05 08:30;Kö;2\n", encoding="cp437")
    assert load_intervals(file, HELSINKI, encoding="cp437").frame["queue"].unique().tolist() == ["Kö"]
    with pytest.raises(SourceError, match="encoding must be one that Python knows"):
        load_intervals(file, HELSINKI, encoding="latin-99")
    text = put(tmp_path, "start;offered|x\n2026-01-05 08:00;1|2\n", "odd.csv")
    with pytest.raises(SourceError, match="no table of intervals"):
        load_intervals(text, HELSINKI, separator="|")


def test_handle_time_is_not_counted_twice(tmp_path):
    """AHT 300 s over 10 calls is 3,000 s; 600 of them are after-call work that stands in its own column."""
    reading = read(
        tmp_path, "start,offered,answered,aht,acw_s\n2026-01-05 08:00,10,10,300,600\n2026-01-05 08:30,4,4,100,50\n"
    )
    assert reading.frame["talk_s"].tolist() == [2400, 350] and reading.frame["acw_s"].tolist() == [600, 50]
    assert any(note.startswith("talk_s = aht_s × answered − acw_s") for note in reading.notes)


def test_times_of_calls_in_the_repeated_hour(tmp_path):
    """The file runs through 03:00–04:00 twice on 25 October 2026: after the step back it is winter time."""
    clocks = ("02:50", "03:10", "03:50", "03:05", "03:40", "04:10")
    put(
        tmp_path,
        "call_id,arrived,outcome\n" + "".join(f"{i},2026-10-25 {at}:00,answered\n" for i, at in enumerate(clocks)),
        "calls.csv",
    )
    reading = load_table(tmp_path, "calls", HELSINKI)
    assert (
        reading.frame["arrived"].is_monotonic_increasing
        and reading.frame["arrived"].dt.strftime("%z").tolist() == ["+0300"] * 3 + ["+0200"] * 3
    )
    assert any("4 times stand in a repeated hour" in note for note in reading.notes)
    put(tmp_path, "call_id,arrived,outcome\n1,2026-03-29 03:30:00,answered\n", "calls.csv")
    with pytest.raises(TableError, match="must exist in Europe/Helsinki"):
        load_table(tmp_path, "calls", HELSINKI)


@pytest.mark.parametrize(
    ("cells", "unit", "seconds"),
    [
        (["1.5", "90"], "min", [90, 5400]),
        (["1500"], "ms", [1.5]),
        (["2"], "h", [7200]),
        (["1:30", ":05", "1:00:00", "0"], "mm:ss", [90, 5, 3600, 0]),
        (["00:01:30", "2:03"], "hh:mm:ss", [90, 123]),
        (["1:30"], "hh:mm", [5400]),
        (["0:01:30"], "min", [90]),
    ],
)
def test_units_of_durations(cells, unit, seconds):
    values, bad = to_seconds(pd.Series(cells), unit)
    assert not bad.any() and values.tolist() == seconds


@pytest.mark.parametrize(
    ("written", "order", "day"),
    [
        ("990131", "ymd", "1999-01-31"),
        ("20260131", None, "2026-01-31"),
        ("31.1.26", None, "2026-01-31"),
        ("1/31/99", None, "1999-01-31"),
        ("2026-01", None, "2026-01-01"),
    ],
)
def test_short_dates(written, order, day):
    assert str(read_stamps(pd.Series([written]), order).values[0].date()) == day


def test_a_column_that_is_passed_over_leaves_its_name_to_another(tmp_path):
    file = put(tmp_path, "start,offered,talk_s,Dauer\n2026-01-05 08:00,5,1,100\n2026-01-05 08:30,5,1,130\n")
    for columns in ({"Dauer": "talk_s"}, {"Dauer": "talk_s", "talk_s": ""}):
        assert load_table(file, "intervals", HELSINKI, columns=columns).frame["talk_s"].tolist() == [100, 130]


def test_a_month_that_begins_with_an_offset_stays_its_month(tmp_path):
    """Midnight of 1 January in Finland is 22:00 of 31 December in UTC."""
    ledger = "month,category,line,planned,actual\n2026-01-01T00:00:00+02:00,labour,wages,1,2\n"
    typed = pd.DataFrame({"category": ["labour"], "line": ["wages"], "planned": [1.0]})
    typed["month"] = pd.to_datetime(["2025-12-31 22:00"], utc=True)
    typed.to_parquet(tmp_path / "ledger.parquet")
    for file in (put(tmp_path, ledger, "ledger.csv"), tmp_path / "ledger.parquet"):
        assert load_table(file, "ledger", HELSINKI).frame["month"].tolist() == [pd.Timestamp("2026-01-01")]


def test_a_mean_handle_time_is_that_of_the_answered_though_the_file_counts_the_lost(tmp_path):
    """Ten came, two hung up, 300 s each: eight times 300 s of work, and eight answers after 20 s."""
    reading = read(tmp_path, "start,offered,abandoned,aht_s,asa_s\n2026-01-05 08:00,10,2,300,20\n")
    assert reading.frame[["answered", "talk_s", "wait_answered_s"]].iloc[0].tolist() == [8, 2400, 160]


def test_what_lies_a_week_apart_is_no_interval(tmp_path):
    weeks = pd.date_range("2026-01-05", periods=4, freq="7D").strftime("%F")
    assert "7 days apart, an interval is a day at most" in refused(tmp_path, half_hours(*weeks))


def test_days_are_counted_by_the_calendar_where_clocks_change(tmp_path):
    for first in ("2026-03-20", "2026-10-20"):
        reading = read(tmp_path, half_hours(*pd.date_range(first, periods=20, freq="D").strftime("%F")))
        assert (reading.interval_s, reading.missing) == (86400, 0)
    two = read(tmp_path, half_hours("2026-03-29", "2026-03-30"))  # 23 hours apart
    assert (two.interval_s, two.missing) == (86400, 0)
    gap = read(tmp_path, half_hours("2026-03-27", "2026-03-28", "2026-03-30", "2026-03-31"))
    assert gap.missing == 1


def test_a_day_without_midnight_is_a_day(tmp_path):
    """Clocks in Chile go from 24:00 of 5 September 2026 to 01:00 of the 6th."""
    chile = Centre(name="x", time_zone="America/Santiago")
    reading = read(tmp_path, half_hours(*pd.date_range("2026-09-03", periods=6, freq="D").strftime("%F")), centre=chile)
    assert reading.missing == 0 and str(reading.frame["start"][3]) == "2026-09-06 01:00:00-03:00"
    words = refused(tmp_path, half_hours("2026-09-05 23:30", "2026-09-06 00:30", "2026-09-06 01:00"), centre=chile)
    assert "must exist in America/Santiago" in words


def test_a_skipped_hour_is_told_in_the_files_own_zone(tmp_path):
    words = refused(tmp_path, half_hours("2026-03-29 01:30", "2026-03-29 02:30"), time_zone="Europe/Berlin")
    assert "must exist in Europe/Berlin" in words


def test_seconds_beyond_sixty_are_no_time():
    times = pd.Series(["2026-01-31 08:00:59", "2026-01-31 08:00:75"])
    assert read_stamps(times).values.isna().tolist() == [False, True]


def test_typed_durations_keep_their_point_whatever_the_mark_of_the_text():
    values, bad = to_seconds(pd.Series([45.0, 130.125]), "mm:ss", ",")
    assert values.tolist() == [45, 130.125] and not bad.any()
