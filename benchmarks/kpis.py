"""KPIs of millions of call records in Parquet, by queue and quarter of an hour: `measure`, SQL written by hand, pandas.

`CCPLAN_BENCH_CALLS` says how many millions of records the largest log has (10; the promise is made for 100: some
minutes, 1.6 GB of disk, 19 GB of memory for pandas). Each runs in a process of its own, so that its peak memory can
be read. Where other programs take more than a tenth of the processors, times of the clock say nothing and those of
the processors are compared.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from .measuring import Others, Row, alone, best_runs, in_a_process, peak_bytes, say

MILLIONS = float(os.environ.get("CCPLAN_BENCH_CALLS", "10"))
WANTED = ("service_level", "abandonment", "asa_s", "aht_s", "transfer", "fcr", "csat")
STEP_S, TARGET_S = 900, 20
TURNS = 3
Z = 1.959963984540054
BUSY = 0.1  # of the processors, by other programs


def rows(millions=MILLIONS):
    """The rows of the table."""
    with tempfile.TemporaryDirectory(prefix="ccplan-bench-") as folder:
        small, file = Path(folder) / "small.parquet", Path(folder) / "calls.parquet"
        say(f"logs of {millions / 10:g} and {millions:g} million calls are made ...")
        make_log(small, int(millions * 1e5))
        make_log(file, int(millions * 1e6))
        others = Others()
        asked = (("ours", small), ("ours", file), ("sql", file))
        turns = [[in_a_process("kpis", *one) for one in asked] for _ in range(TURNS)]
        tenth, ours, sql = best_runs(turns, ("seconds", "cpu"))
        theirs = in_a_process("kpis", "pandas", file)
        busy = others.share
    if busy > BUSY:
        tenth, ours, sql, theirs = (told | {"seconds": told["cpu"]} for told in (tenth, ours, sql, theirs))
    clock = f"times of the {'processors' if busy > BUSY else 'clock'}: other programs took {busy:.0%}"
    yield from _speed(millions, ours, sql, theirs, clock)
    yield _growth(millions, tenth, ours)


def _speed(millions, ours, sql, theirs, clock):
    slower, faster = ours["seconds"] / sql["seconds"], theirs["seconds"] / ours["seconds"]
    leaner = theirs["peak"] / ours["peak"]
    lean = leaner >= 10 or millions < 100  # of a small log both hold little beside their libraries
    right = ours["error"] <= 1e-12
    yield Row(
        f"7 KPIs with intervals of {millions:g} million calls by queue and quarter-hour",
        ours["seconds"],
        peer="SQL by hand",
        theirs=sql["seconds"],
        error=_off(ours),
        peer_error=_off(sql),
        note=f"{_same(ours, sql)}; {clock}",
        promise="≤ 1.2x the time, same",
        headline=True,
        kept=slower <= 1.2 and _equal(ours, sql) and right,
    )
    yield Row(
        f"7 KPIs with intervals of {millions:g} million calls, beside pandas",
        ours["seconds"],
        peer="pandas",
        theirs=theirs["seconds"],
        error=_off(ours),
        peer_error=_off(theirs),
        note=_same(ours, theirs),
        promise="≥ 3x, same",
        kept=faster >= 3 and _equal(ours, theirs),
        headline=True,
    )
    yield Row(
        "the same, memory of the process at the most",
        ours["peak"] / 2**20,
        "MiB",
        peer="pandas",
        theirs=theirs["peak"] / 2**20,
        promise="≤ 2 GiB" + (", a tenth" if millions >= 100 else ""),
        kept=lean and ours["peak"] <= 2 * 2**30,
    )


def _growth(millions, tenth, ours):
    times = (ours["seconds"] / tenth["seconds"]) / 10
    return Row(
        f"KPIs of {millions:g} million calls, beside ten times the time of a tenth",
        ours["seconds"],
        peer="ccplan, ten times",
        theirs=10 * tenth["seconds"],
        promise="linear: ≤ 1.2x the time",
        kept=times <= 1.2,
    )


def _off(told):
    return f"at most {told['error']:.0e} (relative)"


def _equal(one, other):
    return one["rows"] == other["rows"] and np.allclose(one["sums"], other["sums"], rtol=1e-9)


def _same(one, other):
    return f"{'the same' if _equal(one, other) else 'OTHER'} {one['rows']:,} values"


def make_log(file, count):
    """Two years of calls of three queues, in order of time."""
    import duckdb

    duckdb.connect(config={"memory_limit": "1GB"}).execute(f"""
        SET enable_progress_bar = false;
        COPY (SELECT i AS call_id, ['sales', 'service', 'support'][1 + (hash(i) % 3)::INT] AS queue,
                     TIMESTAMP '2024-01-01' + to_microseconds((i * (63072000e6 / {count}))::BIGINT) AS arrived,
                     (hash(i + 1) % 900)::DOUBLE / 10 AS wait_s,
                     CASE WHEN hash(i + 2) % 20 = 0 THEN 'abandoned' ELSE 'answered' END AS outcome,
                     CASE WHEN hash(i + 2) % 20 = 0 THEN NULL ELSE (60 + hash(i + 3) % 540)::DOUBLE END AS talk_s,
                     CASE WHEN hash(i + 2) % 20 = 0 THEN NULL ELSE (hash(i + 4) % 30)::DOUBLE END AS hold_s,
                     CASE WHEN hash(i + 2) % 20 = 0 THEN NULL ELSE (hash(i + 5) % 60)::DOUBLE END AS acw_s,
                     CASE WHEN hash(i + 2) % 20 = 0 THEN NULL ELSE hash(i + 6) % 18 = 0 END AS transferred,
                     CASE WHEN hash(i + 2) % 20 = 0 THEN NULL ELSE hash(i + 7) % 4 > 0 END AS resolved,
                     CASE WHEN hash(i + 2) % 20 = 0 OR hash(i + 8) % 8 > 0 THEN NULL ELSE (1 + hash(i + 9) % 5)::DOUBLE END AS csat
              FROM range({count}) t(i)) TO '{file}' (FORMAT parquet)""")


def ours(file):
    """The KPIs by `measure`, of the file where it lies."""
    from ccplan.auditing import KPIS, measure

    kpis = [KPIS[key].with_(target_s=TARGET_S) if key == "service_level" else key for key in WANTED]
    return measure({"calls": file}, kpis, ["queue", "interval"], interval_s=STEP_S)


SUMS = f"""
    SELECT queue, time_bucket(INTERVAL {STEP_S} SECONDS, arrived) AS interval,
           count(*) FILTER (outcome IN ('answered', 'abandoned')) AS reached, count(*) FILTER (outcome = 'answered') AS answered,
           count(*) FILTER (outcome = 'abandoned') AS abandoned, count(*) FILTER (outcome = 'answered' AND wait_s <= {TARGET_S}) AS in_time,
           sum(wait_s) FILTER (outcome = 'answered') AS wait, sum(wait_s * wait_s) FILTER (outcome = 'answered') AS wait2,
           sum(talk_s + hold_s + acw_s) FILTER (outcome = 'answered') AS handle, sum((talk_s + hold_s + acw_s) ** 2) FILTER (outcome = 'answered') AS handle2,
           count(*) FILTER (outcome = 'answered' AND transferred) AS transferred, count(*) FILTER (outcome = 'answered' AND resolved) AS resolved,
           count(*) FILTER (csat BETWEEN 4 AND 5) AS happy, count(*) FILTER (csat BETWEEN 1 AND 5) AS said
    FROM read_parquet('{{file}}') GROUP BY ALL"""
PARTS = {
    "service_level": ("in_time", "reached", None),
    "abandonment": ("abandoned", "reached", None),
    "asa_s": ("wait", "answered", "wait2"),
    "aht_s": ("handle", "answered", "handle2"),
    "transfer": ("transferred", "answered", None),
    "fcr": ("resolved", "answered", None),
    "csat": ("happy", "said", None),
}
WILSON = f"({{t}} / {{b}} + {Z**2 / 2!r} / {{b}} {{sign}} {Z!r} * sqrt({{t}} / {{b}} * (1 - {{t}} / {{b}}) / {{b}} + {Z**2 / 4!r} / ({{b}} * {{b}}))) / (1 + {Z**2!r} / {{b}})"
DELTA = f"{{t}} / {{b}} {{sign}} {Z!r} * sqrt(greatest({{x}} - {{t}} * {{t}} / {{b}}, 0) * {{b}} / nullif({{b}} - 1, 0)) / {{b}}"


def sql(file):
    """The same numbers by SQL as one would write it by hand."""
    import duckdb

    told = " UNION ALL ".join(
        f"SELECT '{key}' AS kpi, queue, interval, {t} / {b} AS value, {t} AS top, {b} AS bottom, {b} AS n, "
        + ", ".join(
            f"{(DELTA if x else WILSON).format(t=t, b=b, x=x, sign=sign)} AS {name}"
            for name, sign in (("low", "-"), ("high", "+"))
        )
        + " FROM sums"
        for key, (t, b, x) in PARTS.items()
    )
    connection = duckdb.connect(config={"memory_limit": "1GB"})
    connection.execute("SET enable_progress_bar = false; SET preserve_insertion_order = false")
    connection.execute(f"CREATE TEMP TABLE sums AS {SUMS.format(file=file)}")
    return connection.execute(f"{told} ORDER BY kpi, queue, interval").df()


def pandas(file):
    """The same numbers by pandas: only the columns that are needed."""
    import pandas as pd

    columns = ["queue", "arrived", "wait_s", "outcome", "talk_s", "hold_s", "acw_s", "transferred", "resolved", "csat"]
    calls = pd.read_parquet(file, columns=columns)
    answered = calls["outcome"] == "answered"
    wait, handle = calls["wait_s"].where(answered), (calls["talk_s"] + calls["hold_s"] + calls["acw_s"]).where(answered)
    frame = calls[["queue"]].assign(
        interval=calls["arrived"].dt.floor(f"{STEP_S}s"),
        reached=calls["outcome"].isin(["answered", "abandoned"]),
        answered=answered,
        abandoned=calls["outcome"] == "abandoned",
        in_time=answered & (calls["wait_s"] <= TARGET_S),
        wait=wait,
        wait2=wait**2,
        handle=handle,
        handle2=handle**2,
        transferred=answered & calls["transferred"].eq(True),
        resolved=answered & calls["resolved"].eq(True),
        happy=calls["csat"].between(4, 5),
        said=calls["csat"].between(1, 5),
    )
    sums = frame.groupby(["queue", "interval"], as_index=False, observed=True).sum()
    return pd.concat([_pandas_kpi(sums, key, *parts) for key, parts in PARTS.items()], ignore_index=True)


def _pandas_kpi(sums, key, t, b, x):
    top, n = sums[t].astype(float), sums[b].astype(float)
    value = top / n
    if x:
        middle, half = value, Z * np.sqrt((sums[x] - top**2 / n).clip(lower=0) * n / (n - 1)) / n
    else:
        w = Z**2 / n
        middle, half = (value + w / 2) / (1 + w), Z / (1 + w) * np.sqrt(value * (1 - value) / n + w / (4 * n))
    return sums[["queue", "interval"]].assign(
        kpi=key, value=value, top=top, bottom=n, n=n, low=middle - half, high=middle + half
    )


def measured(who, file):
    """Seconds and peak memory (bytes) of this process, and what was found."""
    work = {"ours": ours, "sql": sql, "pandas": pandas}[who]
    warm = Path(file).with_name("warm.parquet")
    if not warm.exists():
        make_log(warm, 1000)
    work(warm)  # what is loaded once in a session does not count, for nobody
    start, cpu = time.perf_counter(), time.process_time()
    frame = work(file)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = peak_bytes()  # before the reference
    return {
        "seconds": seconds,
        "cpu": cpu,
        "peak": peak,
        "rows": len(frame),
        "sums": _weighed(frame),
        "error": _error(frame, file),
    }


def exact(file):
    """Every value ÷ of whole numbers: waits in tenths of a second, the rest in seconds, added up as integers; a row
    a queue and interval.
    """
    import duckdb

    connection = duckdb.connect(config={"memory_limit": "1GB"})
    connection.execute("SET enable_progress_bar = false")
    return connection.execute(f"""
        SELECT queue, time_bucket(INTERVAL {STEP_S} SECONDS, arrived) AS interval, count(*) FILTER (outcome = 'answered') AS answered,
               count(*) FILTER (outcome = 'abandoned') AS abandoned, count(*) FILTER (outcome = 'answered' AND round(wait_s * 10)::BIGINT <= {TARGET_S * 10}) AS in_time,
               sum(round(wait_s * 10)::BIGINT) FILTER (outcome = 'answered')::BIGINT AS wait,
               sum(talk_s::BIGINT + hold_s::BIGINT + acw_s::BIGINT) FILTER (outcome = 'answered')::BIGINT AS handle,
               count(*) FILTER (outcome = 'answered' AND transferred) AS transferred, count(*) FILTER (outcome = 'answered' AND resolved) AS resolved,
               count(*) FILTER (csat IN (4, 5)) AS happy, count(csat) AS said
        FROM read_parquet('{file}') GROUP BY ALL""").df()


def _error(frame, file):
    """The largest relative error of a value beside whole numbers divided in extended precision."""
    sums = exact(file)
    reached, answered = sums["answered"] + sums["abandoned"], sums["answered"]
    parts = {
        "service_level": (sums["in_time"], reached),
        "abandonment": (sums["abandoned"], reached),
        "asa_s": (sums["wait"], 10 * answered),
        "aht_s": (sums["handle"], answered),
        "transfer": (sums["transferred"], answered),
        "fcr": (sums["resolved"], answered),
        "csat": (sums["happy"], sums["said"]),
    }
    worst = 0.0
    for key, (top, bottom) in parts.items():
        theirs = frame.loc[frame["kpi"] == key, ["queue", "interval", "value"]]
        both = sums[["queue", "interval"]].assign(top=top, bottom=bottom)
        both = both.merge(theirs.astype({"queue": object}), on=["queue", "interval"], how="left")
        some = both[both["bottom"] > 0]
        true = some["top"].to_numpy(np.longdouble) / some["bottom"].to_numpy(np.longdouble)
        off = np.abs(some["value"].to_numpy(float) - true) / np.where(true > 0, true, 1)
        off = np.where(np.isnan(off), np.inf, off)  # a value that is missing is wrong
        worst = max(worst, float(off.max(initial=0)))
    return worst


def _weighed(frame):
    """Sums of the numbers by KPI, each cell with a weight of its own, so that two that change places are seen."""
    frame = frame.sort_values(["kpi", "queue", "interval"], kind="stable")
    numbers = frame[["value", "top", "bottom", "n", "low", "high"]].astype(float).fillna(0.0)
    numbers = numbers.mul(1 + np.arange(len(frame)) % 997, axis=0)
    return numbers.groupby(frame["kpi"]).sum().loc[list(WANTED)].to_numpy().ravel().tolist()


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(measured(sys.argv[1], sys.argv[2])))
    else:
        alone(rows())
