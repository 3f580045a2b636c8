"""A call log of ten million rows (Parquet) checked and turned into half-hours, by ccplan and by pandas.

Each runs in a process of its own, so that its peak memory can be read; the log is made in a
temporary folder. Both apply the same rules and must find the same faults and the same intervals.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from .measuring import Row, alone, best_runs, in_a_process, peak_bytes, say

ROWS = 10_000_000
ZONE, QUEUES, TARGETS = "Europe/Helsinki", ("sales", "service", "support"), {"sales": 20, "service": 30, "support": 60}
INTERVAL_S = 1800
TURNS = 2
WORDS = {"outcome": ["answered", "abandoned", "blocked"], "channel": ["voice", "chat", "email"]}
DURATIONS = ("wait_s", "talk_s", "hold_s", "acw_s")


def rows(count=ROWS):
    """The rows of the table."""
    with tempfile.TemporaryDirectory(prefix="ccplan-bench-") as folder:
        file = Path(folder) / "calls.parquet"
        say(f"a call log of {count:,} rows is made ...")
        make_log(file, count)
        ours, theirs = best_runs(
            [in_a_process("call_log", who, file) for who in ("ours", "pandas")] for _ in range(TURNS)
        )
    faster, leaner = theirs["seconds"] / ours["seconds"], theirs["peak"] / ours["peak"]
    same = all(ours[name] == theirs[name] for name in ("faults", "offered", "in_target"))
    made = 2 * (count // 1_000_000)  # faults that were put into the log
    yield Row(
        f"{count / 1e6:g} million calls checked and cut into half-hours",
        ours["seconds"],
        peer="pandas",
        theirs=theirs["seconds"],
        error=f"{ours['faults']:,} of {made:,} faults found",
        peer_error=f"{theirs['faults']:,} of {made:,} faults found",
        note=f"{'the same' if same else 'OTHER'} sums of {ours['intervals']:,} intervals",
        promise="≥ 3x, same answers",
        headline=True,
        kept=faster >= 3 and same and ours["faults"] == made,
    )
    yield Row(
        "the same, memory of the process at the most",
        ours["peak"] / 2**20,
        "MiB",
        peer="pandas",
        theirs=theirs["peak"] / 2**20,
        promise="≤ a fifth, < 4 GiB",
        kept=leaner >= 5 and ours["peak"] < 4 * 2**30,
    )


def make_log(file, count):
    """Two years of calls in order of time, one in a million with a wait below zero and one with an id that stands
    twice.
    """
    import duckdb

    queue = "['" + "','".join(QUEUES) + "'][1 + (hash(i) % 3)::INT]"
    duckdb.connect(config={"memory_limit": "1GB"}).execute(f"""
        SET enable_progress_bar = false;
        COPY (SELECT 'C' || (CASE WHEN i % 1000000 = 999999 THEN i - 1 ELSE i END)::VARCHAR AS call_id, {queue} AS queue, 'voice' AS channel,
                     to_timestamp(1704060000 + i * (63072000.0 / {count})) AS arrived,
                     CASE WHEN i % 1000000 = 500000 THEN -1.0 ELSE (hash(i + 1) % 900)::DOUBLE / 10 END AS wait_s,
                     CASE WHEN hash(i + 2) % 20 = 0 THEN 'abandoned' WHEN hash(i + 2) % 500 = 1 THEN 'blocked' ELSE 'answered' END AS outcome,
                     CASE WHEN hash(i + 2) % 20 = 0 OR hash(i + 2) % 500 = 1 THEN 0.0 ELSE (60 + hash(i + 3) % 540)::DOUBLE END AS talk_s,
                     CASE WHEN hash(i + 2) % 20 = 0 OR hash(i + 2) % 500 = 1 THEN 0.0 ELSE (hash(i + 4) % 30)::DOUBLE END AS hold_s,
                     (hash(i + 5) % 60)::DOUBLE AS acw_s, 'agent ' || (hash(i + 6) % 400)::VARCHAR AS agent
              FROM range({count}) t(i)) TO '{file}' (FORMAT parquet)""")


def ours(file):
    """(faults, intervals) by ccplan, straight from the file."""
    from ccplan.data.logs.call_intervals import intervals_from_calls
    from ccplan.data.logs.large import faults_in_large

    return faults_in_large(file).faulty, intervals_from_calls(file, centre(), INTERVAL_S)


def centre():
    from ccplan.data import Centre, Queue
    from ccplan.queueing import Targets

    return Centre(
        name="x",
        time_zone=ZONE,
        queues=tuple(Queue(name=name, targets=Targets(target_s=seconds)) for name, seconds in TARGETS.items()),
    )


def pandas(file):
    """(faults, intervals) by pandas: the same rules, the same sums, only the columns that are needed."""
    import pandas as pd

    calls = pd.read_parquet(file, columns=["call_id", "queue", "arrived", *WORDS, *DURATIONS])
    return _pandas_faults(calls), _pandas_intervals(calls)


def _pandas_faults(calls):
    faults = sum(int(calls[name].isna().sum()) for name in ("call_id", "queue", "arrived", "outcome"))
    faults += sum(int((calls[name].notna() & ~calls[name].isin(words)).sum()) for name, words in WORDS.items())
    faults += sum(int((calls[name].str.strip() == "").sum()) for name in ("call_id", "queue", "outcome"))
    faults += int((~calls["arrived"].dt.year.between(1970, 2100)).sum()) + int(calls["call_id"].duplicated().sum())
    live, lost = calls["channel"].isin(["voice", "chat"]), calls["outcome"].isin(["abandoned", "blocked"])
    for name in DURATIONS:
        wrong = ((calls[name] < 0), (calls[name] > 1e12), (calls[name] > 86400) & live)
        faults += sum(int(one.sum()) for one in wrong)
    return faults + sum(int(((calls[name] > 0) & lost).sum()) for name in ("talk_s", "hold_s"))


def _pandas_intervals(calls):
    answered, abandoned = calls["outcome"] == "answered", calls["outcome"] == "abandoned"
    frame = calls[["queue"]].assign(
        start=calls["arrived"].dt.floor(f"{INTERVAL_S}s"),
        offered=1,
        answered=answered,
        abandoned=abandoned,
        blocked=calls["outcome"] == "blocked",
        answered_in_target=answered & (calls["wait_s"] <= calls["queue"].map(TARGETS).astype(float)),
        wait_answered_s=calls["wait_s"].where(answered, 0.0),
        wait_abandoned_s=calls["wait_s"].where(abandoned, 0.0),
        **{name: calls[name].where(answered, 0.0) for name in ("talk_s", "hold_s", "acw_s")},
    )
    sums = frame.groupby(["queue", "start"], as_index=False, observed=True).sum()
    return sums.assign(start=sums["start"].dt.tz_convert(ZONE))


def measure(who, file):
    """Seconds and peak memory (bytes) of this process, and what was found."""
    start = time.perf_counter()
    faults, frame = {"ours": ours, "pandas": pandas}[who](file)
    seconds = time.perf_counter() - start
    return {
        "seconds": seconds,
        "peak": peak_bytes(),
        "faults": faults,
        "intervals": len(frame),
        "offered": int(frame["offered"].sum()),
        "in_target": int(frame["answered_in_target"].sum()),
    }


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(measure(sys.argv[1], sys.argv[2])))
    else:
        alone(rows())
