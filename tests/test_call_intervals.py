"""Intervals from calls: by hand, against pandas, over clock changes, and straight from a file."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccplan.data import Centre, OpeningHours, Queue, SourceError, TableError, load_intervals
from ccplan.data.logs.call_intervals import intervals_from_calls
from ccplan.data.logs.large import faults_in_large
from ccplan.data.sources import load_table
from ccplan.data.faults import faults_in
from ccplan.data.tables import CALLS, TABLES
from ccplan.queueing import Targets
from tests.effort import examples

DAY = OpeningHours.of(every_day="08:00-10:00")
CENTRE = Centre(
    name="x",
    time_zone="Europe/Helsinki",
    queues=(
        Queue(name="sales", hours=DAY, targets=Targets(target_s=20)),
        Queue(name="care", hours=DAY, targets=Targets(target_s=60)),
    ),
)
ALWAYS = Centre(name="x", time_zone="Europe/Helsinki", queues=(Queue(name="sales"),))


def calls(*rows, zone="Europe/Helsinki"):
    """Calls from (queue, local time, wait, outcome, talk)."""
    frame = pd.DataFrame(rows, columns=["queue", "arrived", "wait_s", "outcome", "talk_s"])
    times = pd.to_datetime(frame["arrived"]).astype("datetime64[us]")
    return frame.assign(
        arrived=times.dt.tz_localize(zone) if zone else times, call_id=[str(i) for i in range(len(frame))]
    )


MONDAY = calls(
    ("sales", "2026-01-05 08:29:59", 20, "answered", 100),
    ("sales", "2026-01-05 08:30:00", 21, "answered", 200),
    ("sales", "2026-01-05 08:31:00", 90, "abandoned", 0),
    ("care", "2026-01-05 08:31:00", 60, "answered", 300),
    ("sales", "2026-01-05 09:45:00", 0, "blocked", 0),
)


def test_by_hand():
    frame = intervals_from_calls(MONDAY, CENTRE, 1800)
    sales = frame[frame["queue"] == "sales"]
    assert sales["start"].dt.strftime("%R").tolist() == ["08:00", "08:30", "09:00", "09:30"]
    assert sales["offered"].tolist() == [1, 2, 0, 1] and sales["answered"].tolist() == [1, 1, 0, 0]
    assert sales["abandoned"].tolist() == [0, 1, 0, 0] and sales["blocked"].tolist() == [0, 0, 0, 1]
    assert sales["answered_in_target"].tolist() == [1, 0, 0, 0]  # 20 s is within 20 s, 21 s is not
    assert sales["talk_s"].tolist() == [100, 200, 0, 0] and sales["wait_answered_s"].tolist() == [20, 21, 0, 0]
    assert sales["wait_abandoned_s"].tolist() == [0, 90, 0, 0]
    care = frame[frame["queue"] == "care"]
    assert care["answered_in_target"].sum() == 1 and care["offered"].tolist() == [
        0,
        1,
        0,
        0,
    ]  # its own 60 s; open, so zeros
    assert len(faults_in(frame.set_axis(range(len(frame)), axis=0), TABLES["intervals"])) == 0
    assert frame["offered"].dtype == "int64" and str(frame["start"].dtype) == "datetime64[us, Europe/Helsinki]"


@pytest.mark.parametrize(("interval_s", "offered"), [(900, [0, 1, 2, 0, 0, 0, 0, 1]), (3600, [3, 1])])
def test_quarters_and_hours(interval_s, offered):
    frame = intervals_from_calls(MONDAY, CENTRE, interval_s)
    expected = offered[1:] if interval_s == 900 else offered  # the log begins at 08:15
    assert frame.loc[frame["queue"] == "sales", "offered"].tolist() == expected
    with pytest.raises(ValueError, match="interval_s must be one of 900, 1800, 3600, got 600"):
        intervals_from_calls(MONDAY, CENTRE, 600)


def test_a_day_without_any_call_stays_missing():
    gap = pd.concat(
        [
            MONDAY,
            calls(("sales", "2026-01-07 08:00", 1, "answered", 10), ("sales", "2026-01-07 09:59", 1, "answered", 10)),
        ]
    )
    days = intervals_from_calls(gap, CENTRE)["start"].dt.date.astype(str)
    assert set(days) == {"2026-01-05", "2026-01-07"}


def test_an_unknown_queue_is_filled_between_its_calls_only():
    frame = intervals_from_calls(
        calls(
            ("x", "2026-01-05 08:00", 1, "answered", 10),
            ("x", "2026-01-05 09:10", 1, "answered", 10),
            ("x", "2026-01-06 22:10", 1, "answered", 10),
        )
    )
    assert frame["offered"].tolist() == [1, 0, 1, 1]


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_days_of_23_and_25_hours(day, hours):
    midnight = pd.Timestamp(day, tz="Europe/Helsinki")
    arrived = pd.date_range(midnight, midnight + pd.DateOffset(days=1), freq="10min", inclusive="left")
    frame = pd.DataFrame({"queue": "sales", "arrived": arrived, "outcome": "answered", "wait_s": 1.0})
    found = intervals_from_calls(frame, ALWAYS)
    assert len(found) == 2 * hours and (found["offered"] == 3).all()
    assert (found["start"].diff().dropna() == pd.Timedelta(minutes=30)).all() and found["start"].iloc[0] == midnight


def test_hours_begin_where_the_zone_s_hours_begin():
    india = calls(
        ("x", "2026-01-05 08:10", 1, "answered", 1), ("x", "2026-01-05 08:50", 1, "answered", 1), zone="Asia/Kolkata"
    )
    frame = intervals_from_calls(india, Centre(name="x", time_zone="Asia/Kolkata"), 3600)
    assert frame["start"].dt.strftime("%R").tolist() == ["08:00"] and frame["offered"].tolist() == [2]


def test_local_times_without_a_zone():
    plain = calls(
        ("sales", "2026-10-25 03:10", 1, "answered", 1),
        ("sales", "2026-10-25 03:40", 1, "answered", 1),
        ("sales", "2026-10-25 05:10", 1, "answered", 1),
        zone=None,
    )
    frame = intervals_from_calls(plain, ALWAYS)
    assert frame["start"].dt.strftime("%R%z").tolist()[:2] == ["03:00+0300", "03:30+0300"]
    assert frame["offered"].tolist() == [1, 1, 0, 0, 1]  # the second 03:00 and 03:30 cannot be told from the first


def by_pandas(frame, interval_s):
    """The same intervals by other means: floor in UTC, group."""
    target = {queue.name: queue.targets.target_s for queue in CENTRE.queues}
    answered = frame["outcome"] == "answered"
    rows = pd.DataFrame(
        {
            "queue": frame["queue"],
            "start": frame["arrived"].dt.tz_convert("UTC").dt.floor(f"{interval_s}s").dt.tz_convert("Europe/Helsinki"),
            "offered": 1,
            "answered": answered,
            "abandoned": frame["outcome"] == "abandoned",
            "blocked": frame["outcome"] == "blocked",
            "answered_in_target": answered & (frame["wait_s"] <= frame["queue"].map(target)),
            "talk_s": frame["talk_s"].where(answered, 0),
            "wait_answered_s": frame["wait_s"].where(answered, 0),
            "wait_abandoned_s": frame["wait_s"].where(frame["outcome"] == "abandoned", 0),
        }
    )
    return rows.groupby(["queue", "start"]).sum().astype(float)


CALL = st.tuples(
    st.sampled_from(["sales", "care"]),
    st.integers(0, 3 * 86400),
    st.integers(0, 100),
    st.sampled_from(["answered", "abandoned", "blocked"]),
    st.integers(0, 500),
)


@examples(20)
@given(
    st.lists(CALL, min_size=1, max_size=60),
    st.sampled_from(["2026-03-28", "2026-10-24"]),
    st.sampled_from([900, 1800, 3600]),
)
def test_as_pandas_would(rows, day, interval_s):
    frame = pd.DataFrame(rows, columns=["queue", "second", "wait_s", "outcome", "talk_s"]).astype(
        {"wait_s": float, "talk_s": float}
    )
    frame["arrived"] = pd.Timestamp(day, tz="Europe/Helsinki").as_unit("us") + pd.to_timedelta(
        frame["second"], unit="s"
    )
    found = intervals_from_calls(frame, CENTRE, interval_s).set_index(["queue", "start"])
    expected = by_pandas(frame, interval_s)
    there = found.loc[expected.index].astype(float)
    pd.testing.assert_frame_equal(there, expected[there.columns], check_dtype=False, check_index_type=False)
    assert (found.drop(expected.index)[["offered", "answered", "talk_s"]] == 0).all(axis=None)


def big_log(file, faults=True):
    rng = np.random.default_rng(7)
    n = 20_000
    frame = pd.DataFrame(
        {
            "call_id": [f"c{i}" for i in range(n)],
            "queue": rng.choice(["sales", "care"], n),
            "arrived": pd.Timestamp("2026-03-01", tz="UTC").as_unit("us")
            + pd.to_timedelta(np.sort(rng.uniform(0, 40 * 86400, n)), unit="s").as_unit("us"),
            "wait_s": rng.exponential(30, n).round(1),
            "outcome": rng.choice(["answered", "abandoned"], n, p=[0.9, 0.1]),
            "talk_s": 100.0,
            "csat": np.where(rng.random(n) < 0.2, 5.0, np.nan),
            "channel": "voice",
            "agent": "a",
        }
    )
    frame.loc[frame["outcome"] == "abandoned", "talk_s"] = 0.0
    if faults:
        frame.loc[100, "wait_s"], frame.loc[200, "outcome"], frame.loc[300, "csat"] = -5.0, "eaten", 9.0
        frame.loc[[400, 401], "call_id"], frame.loc[500, "wait_s"], frame.loc[600, "queue"], frame.loc[700, "queue"] = (
            "c3",
            90_000.0,
            None,
            "  ",
        )
        frame.loc[800, ["outcome", "talk_s"]] = ["abandoned", 7.0]
        frame.loc[900, "wait_s"], frame.loc[1000, "csat"] = np.inf, 4.5
    frame.to_parquet(file)
    return frame


def test_a_parquet_file_is_summed_where_it_lies(tmp_path):
    frame = big_log(tmp_path / "calls.parquet", faults=False)
    found = intervals_from_calls(tmp_path / "calls.parquet", CENTRE)
    pd.testing.assert_frame_equal(found, intervals_from_calls(frame, CENTRE), rtol=1e-12)
    assert found["offered"].sum() == 20_000 and [f.name for f in tmp_path.iterdir()] == ["calls.parquet"]


def test_faults_of_a_large_log_are_those_of_the_frame(tmp_path):
    frame = big_log(tmp_path / "calls.parquet")
    check = faults_in_large(tmp_path / "calls.parquet")
    small = faults_in(frame.set_axis(range(1, len(frame) + 1), axis=0), CALLS)
    large = check.examples.sort_values(["row", "rule"])[["row", "column", "rule"]].to_records(index=False).tolist()
    expected = small.sort_values(["row", "rule"])[["row", "column", "rule"]].to_records(index=False).tolist()
    # An infinite wait breaks two rules where the frame's report tells both as well.
    assert set(large) == set(expected) and check.rows == 20_000 and check.faulty == len(expected)
    assert (101, "wait_s", "must be 0 or more") in large and (
        401,
        "call_id",
        "must stand once: the same call_id as in an earlier row",
    ) in large
    assert faults_in_large(tmp_path / "calls.parquet").counts["rows"].sum() == 12


def test_a_folder_with_calls_only(tmp_path):
    MONDAY.assign(arrived=MONDAY["arrived"].dt.strftime("%Y-%m-%d %H:%M:%S")).to_csv(
        tmp_path / "calls.csv", index=False
    )
    reading = load_intervals(tmp_path, CENTRE)
    assert reading.frame["offered"].sum() == 5 and reading.interval_s == 1800 and reading.missing == 0
    assert any(note.startswith("made from calls.csv") for note in reading.notes)
    pd.testing.assert_frame_equal(intervals_from_calls(tmp_path / "calls.csv", CENTRE), reading.frame)
    pd.testing.assert_frame_equal(intervals_from_calls(load_table(tmp_path, "calls", CENTRE), CENTRE), reading.frame)


def test_what_is_no_log_is_refused(tmp_path):
    (tmp_path / "x.parquet").write_bytes(b"PAR1nothing")
    for work in (intervals_from_calls, faults_in_large):
        with pytest.raises(SourceError, match="x.parquet is not a Parquet file"):
            work(tmp_path / "x.parquet")
    with pytest.raises(SourceError, match="calls must have arrived, queue, outcome; outcome is not there"):
        intervals_from_calls(MONDAY.drop(columns="outcome"))


def test_a_large_log_in_a_folder_never_becomes_a_frame(tmp_path, monkeypatch):
    from ccplan.data.logs import engine
    from ccplan.data.reading import opening

    frame = big_log(tmp_path / "calls.parquet", faults=False)
    small = load_intervals(tmp_path, CENTRE)
    monkeypatch.setattr(engine, "LARGE_ROWS", 1000)
    monkeypatch.setattr(opening, "_parquet", None)  # reading it all would fail
    large = load_intervals(tmp_path, CENTRE)
    pd.testing.assert_frame_equal(large.frame, small.frame, rtol=1e-12)
    big_log(tmp_path / "calls.parquet")
    with pytest.raises(TableError, match="wait_s must be 0 or more, got -5 in row 101"):
        load_intervals(tmp_path, CENTRE)
    left = load_intervals(tmp_path, CENTRE, faulty="leave out")
    assert left.frame["offered"].sum() == 20_000 - 9 and any(
        "1 rows: wait_s must be 0 or more" in note for note in left.notes
    )
    frame.rename(columns={"wait_s": "wait"}).astype({"wait": str}).to_parquet(tmp_path / "calls.parquet")
    with pytest.raises(SourceError, match="wait_s must be numbers in a log that is checked where it lies, got string"):
        load_intervals(tmp_path, CENTRE)


def test_the_benchmark_compares_like_with_like(tmp_path):
    from benchmarks import call_log

    call_log.make_log(tmp_path / "calls.parquet", 1_100_000)
    ours, theirs = (
        call_log.measure("ours", tmp_path / "calls.parquet"),
        call_log.measure("pandas", tmp_path / "calls.parquet"),
    )
    assert ours["faults"] == theirs["faults"] == 2  # the wait of row 500,000 and the number of row 999,999
    assert [ours[name] for name in ("offered", "in_target", "intervals")] == [
        theirs[name] for name in ("offered", "in_target", "intervals")
    ]
