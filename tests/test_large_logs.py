"""A log too large for a frame: the same findings as a small one's, word for word, in bounded memory."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from ccplan.data import check_folder, load_intervals, load_tables
from ccplan.data.logs import engine
from ccplan.data.reading import opening
from ccplan.data.reading.text_files import SourceError
from tests.effort import DEEP

CENTRE = """name = "x"
time_zone = "Europe/Helsinki"
country = "FI"
[queues.sales]
[queues.care]
"""
MAPPING = """[files."calls.parquet".words.outcome]
beantwortet = "answered"
"""


def log(rows=4000, day="2026-10-23"):
    """Calls of five days with every fault that the checks know, some in the repeated hour of 25 October; times
    naive.
    """
    chance = np.random.default_rng(5)
    second = np.sort(chance.integers(0, 5 * 86400, rows))
    frame = pd.DataFrame(
        {
            "call_id": [f"c{i}" for i in range(rows)],
            "queue": chance.choice(["sales", "care"], rows),
            "channel": "voice",
            "arrived": pd.Timestamp(day) + pd.to_timedelta(second, unit="s"),
            "wait_s": chance.exponential(30, rows).round(1),
            "outcome": chance.choice(["answered", "abandoned"], rows, p=[0.9, 0.1]),
            "talk_s": chance.integers(20, 400, rows).astype(float),
            "hold_s": 0.0,
            "agent": chance.choice([f"Agent {i}" for i in range(8)], rows),
            "customer": chance.integers(10_000, 99_999, rows).astype(str),
            "transferred": chance.choice(["yes", "no"], rows),
            "csat": np.where(chance.random(rows) < 0.2, 4.0, np.nan),
            "device": chance.integers(100, 900, rows),
        }
    )
    lost = frame["outcome"] == "abandoned"
    frame.loc[lost, "talk_s"], frame.loc[lost, "agent"] = 0.0, None
    return frame


def faulty(frame):
    """The same with planted faults, many of one kind and few of others, in all parts."""
    frame = frame.copy()
    frame.loc[range(50, 3500, 100), "wait_s"] = -5.0
    frame.loc[range(70, 3900, 90), "outcome"] = "phantom"
    frame.loc[[400, 3401, 3402], "call_id"] = "c3"
    frame.loc[[405, 406], "call_id"] = "  "
    frame.loc[500, "wait_s"], frame.loc[[600, 2600], "queue"], frame.loc[[700, 701], "queue"] = 90_000.0, None, "Care "
    frame.loc[[800, 3800], ["outcome", "talk_s"]] = ["abandoned", 7.0]
    frame.loc[900, "csat"], frame.loc[1000, "csat"] = 9.0, 4.5
    frame.loc[range(1100, 1400, 20), "wait_s"] = 15_000.0
    frame.loc[1500, "talk_s"], frame.loc[[1600, 1601], "agent"], frame.loc[1700, "agent"] = 8_000.0, None, "Agent 3X"
    frame.loc[range(1800, 2300), "customer"] = "0"
    frame.loc[2400, "device"], frame.loc[[2500, 2501], "device"], frame.loc[3900, "transferred"] = 99_999, -1, "perhaps"
    return frame


def plain(folder, frame):
    """Moments with a zone, typed columns: one Parquet file."""
    zoned = frame["arrived"].dt.tz_localize("UTC").dt.tz_convert("Europe/Helsinki")
    frame.assign(arrived=zoned).to_parquet(folder / "calls.parquet")


def parts(folder, frame):
    """Three Parquet files, of which the second lacks a column and has whole numbers in another."""
    (folder / "calls").mkdir()
    frame.iloc[:1500].to_parquet(folder / "calls" / "a.parquet")
    frame.iloc[1500:1501].drop(columns="customer").assign(csat=5).to_parquet(folder / "calls" / "b.parquet")
    frame.iloc[1501:].to_parquet(folder / "calls" / "c.parquet")


def words(folder, frame):
    """All columns text, outcomes in other words, explained by mapping.toml."""
    frame.assign(outcome=frame["outcome"].replace("answered", "beantwortet")).astype("str").to_parquet(
        folder / "calls.parquet"
    )
    (folder / "mapping.toml").write_text(MAPPING)


def text(folder, frame):
    """A German CSV: day first with slashes (only the last rows tell so), decimal commas, an unreadable time, a
    blank line.
    """
    late = frame["arrived"] + pd.Timedelta(days=17)  # from the 9th to the 13th of November: 13 is no month
    told = frame.assign(arrived=late.dt.strftime("%d/%m/%Y %H:%M:%S"))
    told.loc[2000, "arrived"], told.loc[2100, "talk_s"] = "soon", np.nan
    said = told.to_csv(index=False, sep=";", decimal=",", lineterminator="\n")
    (folder / "calls.csv").write_text(said.replace("\nc100;", "\n\nc100;"), encoding="cp1252")


def other_tables(folder):
    agents = pd.DataFrame(
        {"agent": [f"Agent {i}" for i in range(7)], "hired": "2025-01-01", "left": ["2026-10-24", *[""] * 6]}
    )
    agents.to_csv(folder / "agents.csv", index=False)
    scores = pd.DataFrame(
        {
            "evaluation": ["e1", "e2", "e3"],
            "call_id": ["c20", "c999999", "c21"],
            "agent": ["Agent 1", "Agent 1", "nobody"],
            "evaluator": "Q",
            "date": "2026-10-26",
            "step": "greeting",
            "points": 3,
            "possible": 5,
        }
    )
    scores.to_csv(folder / "evaluations.csv", index=False)


def both(folder, monkeypatch, part_rows=700):
    """(the report by frames, the report part by part) of a folder."""
    small = check_folder(folder)
    assert "calls" in small.readings
    monkeypatch.setattr(engine, "LARGE_ROWS", 1000)
    monkeypatch.setattr(opening, "PART_ROWS", part_rows)
    large = check_folder(folder)
    assert "calls" not in large.readings, "the large log went the way of the small"
    return small, large


def same(small, large):
    """Every finding alike, in every column and in order, and so the verdicts and what the data can answer."""
    told, told_large = (report.findings.astype({"value": "str", "severity": "str"}) for report in (small, large))
    pd.testing.assert_frame_equal(told_large, told)
    pd.testing.assert_frame_equal(large.verdicts, small.verdicts)
    pd.testing.assert_frame_equal(large.abilities, small.abilities)


def clean(frame):
    return frame


@pytest.mark.parametrize(
    "spoil, write",
    [
        (spoil, write)
        for spoil in (clean, faulty)
        for write in (plain, parts, words, text)
        if DEEP or spoil is faulty or write is plain  # every way of writing with every fault, and one without any
    ],
)
def test_a_large_log_has_the_findings_of_a_small_one(tmp_path, monkeypatch, spoil, write):
    (tmp_path / "centre.toml").write_text(CENTRE)
    write(tmp_path, spoil(log()))
    other_tables(tmp_path)
    small, large = both(tmp_path, monkeypatch)
    same(small, large)
    pd.testing.assert_frame_equal(large.frame("intervals"), small.frame("intervals"), rtol=1e-12)
    if spoil is faulty:
        found = large.findings[large.findings["table"] == "calls"].set_index("message")["rows"]
        assert (
            found["outcome must be one of answered, abandoned, blocked: 23 rows more"] == 23
        )  # 43 rows, 20 one by one
        assert found["wait_s must be 0 or more: 15 rows more"] == 15  # 35 rows


def test_beside_a_table_of_intervals(tmp_path, monkeypatch):
    (tmp_path / "centre.toml").write_text(CENTRE)
    plain(tmp_path, log())
    table = load_intervals(tmp_path).frame
    table.loc[30:90, "offered"] += 40
    table[["queue", "start", "offered"]].assign(start=table["start"].dt.strftime("%Y-%m-%d %H:%M:%S%z")).to_csv(
        tmp_path / "intervals.csv", index=False
    )
    small, large = both(tmp_path, monkeypatch)
    same(small, large)
    assert small.findings["message"].str.contains("offered in the intervals").any()


@pytest.mark.parametrize("name", ["export.csv", "export.parquet"])
def test_a_large_log_that_is_found_by_its_columns(tmp_path, monkeypatch, name):
    (tmp_path / "centre.toml").write_text(CENTRE)
    (tmp_path / "other.csv").write_text("colour,size\nred,3\n")
    frame = log().drop(columns="device")
    frame.to_csv(tmp_path / name, index=False) if name.endswith(".csv") else frame.to_parquet(tmp_path / name)
    monkeypatch.setattr(opening, "LONG_BYTES", 1000)
    small, large = both(tmp_path, monkeypatch)
    same(small, large)
    assert large.verdicts["table"].tolist() == ["centre", "intervals", "calls"]


@pytest.mark.parametrize("part_rows", [1, 2, 3, 1000])
def test_the_repeated_hour_goes_on_from_part_to_part(tmp_path, monkeypatch, part_rows):
    """Three calls in summer time, two in winter time, by the file's order, wherever it is cut."""
    (tmp_path / "centre.toml").write_text(CENTRE)
    clock = ["02:50", "03:10", "03:40", "03:55", "03:05", "03:30", "04:10"]
    frame = (
        log(1001)
        .iloc[:7]
        .assign(arrived=pd.to_datetime([f"2026-10-25 {time}" for time in clock]), outcome="answered", talk_s=10.0)
    )
    frame.to_parquet(tmp_path / "calls.parquet")
    small = check_folder(tmp_path)
    monkeypatch.setattr(engine, "LARGE_ROWS", 1)
    monkeypatch.setattr(opening, "PART_ROWS", part_rows)
    large = check_folder(tmp_path)
    same(small, large)
    told = [words for words in large.findings["message"] if "repeated hour" in words]
    assert told and all(words.startswith("5 times") and "winter time (2)" in words for words in told)


def test_contradictions_between_parts_are_refused_in_the_same_words(tmp_path, monkeypatch):
    (tmp_path / "centre.toml").write_text(CENTRE)
    frame = log()
    frame = frame.assign(talk_s=frame["talk_s"].astype(int).astype(str), wait_s=1, csat=4)
    frame = frame.drop(columns="hold_s")
    frame.loc[10, "talk_s"], frame.loc[3990, "talk_s"] = "1,5", "2.5"
    frame.to_csv(tmp_path / "calls.csv", index=False)
    small = check_folder(tmp_path)
    monkeypatch.setattr(engine, "LARGE_ROWS", 1000)
    monkeypatch.setattr(opening, "PART_ROWS", 700)
    same(small, check_folder(tmp_path))
    assert "numbers are written in two ways, got '2.5' and '1,5'" in small.findings["message"].iloc[0]


def test_a_large_log_without_a_good_row_or_damaged(tmp_path, monkeypatch):
    log(50).assign(outcome="phantom").to_csv(tmp_path / "calls.csv", index=False)
    small = check_folder(tmp_path)
    assert "no row that can be used: outcome must be one of answered, " in small.findings["message"].iloc[0]
    assert small.findings["message"].iloc[0].endswith(" (50 rows)")
    monkeypatch.setattr(engine, "LARGE_ROWS", 10)
    same(small, check_folder(tmp_path))
    with open(tmp_path / "calls.csv", "a") as file:
        file.write("a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q\n")
    assert "calls.csv has rows of unequal length: " in check_folder(tmp_path).findings["message"].iloc[0]


def test_a_large_text_file_becomes_intervals(tmp_path, monkeypatch):
    text(tmp_path, log())
    (tmp_path / "centre.toml").write_text(CENTRE)
    small = load_intervals(tmp_path, faulty="leave out")
    monkeypatch.setattr(engine, "LARGE_ROWS", 1000)
    monkeypatch.setattr(opening, "PART_ROWS", 700)
    large = load_intervals(tmp_path, faulty="leave out")
    pd.testing.assert_frame_equal(large.frame, small.frame, rtol=1e-12)
    assert large.notes == small.notes and large.kind == small.kind and large.decimal == small.decimal == ","
    with pytest.raises(
        ValueError, match="arrived must be a date and time such as 2026-01-31 08:30, got 'soon' in row 2003"
    ):
        load_intervals(tmp_path)


def test_a_folder_of_parts_becomes_intervals_where_it_lies(tmp_path, monkeypatch):
    (tmp_path / "centre.toml").write_text(CENTRE)
    frame = log()
    frame = frame.assign(arrived=frame["arrived"].dt.tz_localize("UTC")).drop(columns="transferred")
    (tmp_path / "calls").mkdir()
    frame.iloc[:1500].to_parquet(tmp_path / "calls" / "a.parquet")
    frame.iloc[1500:].to_parquet(tmp_path / "calls" / "b.parquet")
    small = load_intervals(tmp_path)
    monkeypatch.setattr(engine, "LARGE_ROWS", 1000)
    monkeypatch.setattr(opening, "_parquet", None)  # reading it all would fail
    pd.testing.assert_frame_equal(load_intervals(tmp_path).frame, small.frame, rtol=1e-12)
    tables = load_tables(tmp_path)
    assert tables.readings["intervals"].frame["offered"].sum() == 4000
    with pytest.raises(
        SourceError, match="calls has more rows than a frame should hold: check_folder works through it"
    ):
        tables.frame("calls")


PEAK = """import json, resource, sys
from ccplan.data import check_folder
report = check_folder(sys.argv[1])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps({"peak": peak, "rows": int(report.verdicts.set_index("table").loc["calls", "rows"]), "errors": report.count("error")}))
"""


@pytest.mark.skipif(not DEEP, reason="ten million rows take a minute: CCPLAN_DEEP=1")
def test_ten_million_rows_are_checked_within_4_gib(tmp_path):
    from benchmarks.call_log import make_log

    make_log(tmp_path / "calls.parquet", 10_000_000)
    (tmp_path / "centre.toml").write_text(CENTRE)
    told = subprocess.run([sys.executable, "-c", PEAK, str(tmp_path)], capture_output=True, text=True, check=True)
    found = json.loads(told.stdout)
    assert found["peak"] < 4 * 2**30 and found["rows"] == 10_000_000 - 20 and found["errors"] == 40, (
        "ten waits below 0, ten numbers twice"
    )
