"""Intervals from calls, by Ibis: the same expression on an embedded DuckDB, PostgreSQL or a cluster.

A call belongs to the interval in which it arrived. Intervals are cut by whole seconds since 1970
(`epoch_seconds() // interval_s`), so days of 23 and 25 hours have as many as they have, and every
backend cuts alike.
"""

from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

from ...queueing.targets import Targets
from ..centre import Centre
from ..given import given_table
from ..reading.databases import database_table, without_password
from .engine import engine, parquet_table, whole_seconds, with_our_names
from ..checks.gaps import MOST, missing_intervals
from .large import faults_in_large, without_faults
from ..sources import Reading, load_table
from ..faults import TableError
from ..tables import CALLS, INTERVALS, OUTCOMES
from ..reading.text_files import SourceError

LENGTHS = (900, 1800, 3600)
SUMS = {"talk_s": "answered", "hold_s": "answered", "acw_s": "answered"}
NEEDED = ("arrived", "queue", "outcome")


def intervals_from_calls(calls, centre=None, interval_s=1800):
    """The table of intervals that a table of calls makes, as a DataFrame; columns as far as the calls have them.

    `calls` is a Reading, a DataFrame, an Ibis table (of any backend) with our columns, or a file: a
    Parquet file, or the table `calls` of a database's address, is worked through where it lies, in
    bounded memory. `centre` (a Centre, or an iterable
    of its queues) gives the zone, and each queue's own target time for answered_in_target (20 s where
    it names none). `interval_s` is 900, 1800 or 3600. Open intervals without calls are rows of zeros,
    on days on which the log has any call: for queues of the centre in their opening hours, for others
    between the day's first and last call. Raises SourceError or TableError (ValueError).
    """
    if interval_s not in LENGTHS:
        raise ValueError(f"interval_s must be one of {', '.join(map(str, LENGTHS))}, got {interval_s!r}")
    centre = centre if isinstance(centre, Centre) else Centre(name="unknown", queues=tuple(centre or ()))
    with _table(calls, centre) as rows:
        counted, zoned = _counted(rows, centre, interval_s)
    frame = _in_zone(counted, centre.time_zone, interval_s, zoned)
    return _with_zeros(frame, centre, interval_s, zoned)


def interval_expression(calls, targets, interval_s, shift_s=0):
    """The Ibis expression of the intervals of an Ibis table of calls: queue, slot and the sums of each.

    `targets` is {queue: target_s}; `slot` is the number of the interval since 1970, `shift_s` seconds
    later where the zone's hours do not begin with those of UTC; a column epoch_s saves working it out.
    """
    calls = calls.filter(*(calls[name].notnull() for name in NEEDED))
    seconds = calls.epoch_s if "epoch_s" in calls.columns else calls.arrived.epoch_seconds()
    return _by_interval(_by_outcome(calls.mutate(slot=(seconds + shift_s) // interval_s), targets))


def _by_outcome(calls, targets):
    """Sums of each queue, slot and outcome: plain sums are twice as fast as sums under conditions."""
    sums = {name: calls[name].sum() for name in ("wait_s", *SUMS) if name in calls.columns}
    if "wait_s" in calls.columns:
        sums["in_target"] = calls.count(where=calls.wait_s <= _target(calls, targets))
    return calls.group_by(["queue", "slot", "outcome"]).aggregate(n=calls.count(), **sums)


def _by_interval(parts):
    """The columns of intervals from the sums of each outcome."""
    is_ = {word: parts.outcome == word for word in OUTCOMES}
    n = parts.n.cast("float64")  # whole numbers still: a sum of integers would come back as 128 bits, which is slow
    sums = {"offered": n.sum(), **{word: n.sum(where=mask).fill_null(0) for word, mask in is_.items()}}
    if "wait_s" in parts.columns:
        sums["answered_in_target"] = parts.in_target.cast("float64").sum(where=is_["answered"]).fill_null(0)
    if "wait_s" in parts.columns:
        sums |= {f"wait_{word}_s": parts.wait_s.sum(where=is_[word]) for word in ("answered", "abandoned")}
    sums |= {name: parts[name].sum(where=is_[of]) for name, of in SUMS.items() if name in parts.columns}
    return parts.group_by(["queue", "slot"]).aggregate(**sums)


def reading_from_calls(calls, centre, notes=()):
    """A Reading of intervals made from a Reading of calls; the centre's interval where it is one of 15, 30, 60
    minutes.
    """
    return _made_from(calls, intervals_from_calls(calls, centre, _length(centre)), centre, notes)


def reading_from_log(log, centre, notes=()):
    """The same from a LargeReading of calls, which no frame has to hold."""
    rows = log.log.mutate(epoch_s=log.log.at_s.floor().cast("int64"))
    return _made_from(log, intervals_from_calls(rows, centre, _length(centre)), centre, notes)


def _made_from(calls, frame, centre, notes):
    return _as_reading(
        frame,
        centre,
        file=calls.file,
        time_zone=centre.time_zone,
        kind=calls.kind,
        language=calls.language,
        encoding=calls.encoding,
        separator=calls.separator,
        decimal=calls.decimal,
        date_format=calls.date_format,
        columns=calls.columns,
        notes=(*notes, *calls.notes, *_target_notes(frame, centre)),
        left_aside=calls.left_aside,
        faults=calls.faults,
        counts=calls.counts,
    )


def reading_from_large(file, centre, faulty, notes=()):
    """A Reading of intervals made straight from a large Parquet file of calls, which no frame has to hold.

    Raises TableError (a ValueError) with examples of each fault, unless faulty rows are left out.
    """
    check = faults_in_large(file)
    if check.faulty and faulty == "refuse":
        raise TableError(file, check.examples)
    with engine() as connection:
        rows = without_faults(parquet_table(connection, file, CALLS), CALLS)
        if not _ready(rows):
            raise SourceError(
                f"{file} has {check.rows:,} rows: its columns must be ours and typed, its outcomes {', '.join(OUTCOMES)}"
            )
        rows = _with_queue(rows).mutate(epoch_s=whole_seconds(rows.arrived))
        frame = intervals_from_calls(rows, centre, _length(centre))
    left = [f"{n:,} rows: {column} {rule}" for column, rule, n in check.counts.itertuples(index=False)]
    return _as_reading(
        frame,
        centre,
        file=Path(file),
        kind="Parquet",
        columns={},
        time_zone=centre.time_zone,
        faults=check.examples,
        notes=(*notes, *left, *_target_notes(frame, centre)),
    )


def _length(centre):
    return centre.interval_s if centre.interval_s in LENGTHS else 1800


def _as_reading(frame, centre, **more):
    interval_s = _length(centre)
    return Reading(
        table="intervals",
        frame=frame,
        interval_s=interval_s,
        missing=len(missing_intervals(frame, interval_s, centre)),
        rows=np.arange(1, len(frame) + 1),
        **more,
    )


def _target_notes(frame, centre):
    unknown = sorted(set(frame["queue"]) - {queue.name for queue in centre.queues})
    return (
        (f"answered_in_target of {', '.join(unknown)}: within {Targets().target_s:g} s, for no target is named",)
        if unknown
        else ()
    )


@contextmanager
def _table(calls, centre):
    """Calls as an Ibis table of our columns, wherever they are."""
    if hasattr(calls, "epoch_seconds") or hasattr(calls, "group_by") and hasattr(calls, "to_pandas"):
        yield calls
        return
    if "://" in str(calls):
        with database_table(str(calls), "calls") as found:
            rows = with_our_names(found, CALLS)
            if not _ready(rows):
                raise SourceError(
                    f"{without_password(str(calls))}, table calls, must have our columns and words to be summed "
                    "there: use load_table"
                )
            yield _with_queue(rows)
        return
    with engine() as connection:
        if isinstance(calls, (str, Path)) and _is_log(Path(calls)):
            rows = parquet_table(connection, calls, CALLS)
            if _ready(rows):
                yield _with_queue(rows).mutate(epoch_s=whole_seconds(rows.arrived))
                return
        yield _in_memory(_frame(calls, centre))


def _is_log(path):
    """True for a Parquet file, and for a folder of its parts; a centre's folder may hold Parquet files of many
    tables.
    """
    parts = path.is_dir() and path.name.lower() == "calls" and any(path.glob("*.parquet"))
    return path.name.endswith(".parquet") or parts


def _ready(rows):
    """True where a file's columns can be summed as they are; if not, it is read cell by cell."""
    import ibis.expr.datatypes as dt

    typed = all(rows[name].type().is_numeric() for name in ("wait_s", *SUMS) if name in rows.columns)
    there = {"arrived", "outcome"} <= set(rows.columns) and isinstance(rows.arrived.type(), dt.Timestamp)
    return typed and there and set(rows.select("outcome").distinct().outcome.to_pandas().dropna()) <= set(OUTCOMES)


def _with_queue(rows):
    import ibis

    return rows if "queue" in rows.columns else rows.mutate(queue=ibis.literal("all"))


def _frame(calls, centre):
    if isinstance(calls, Reading):
        return calls.frame
    return load_table(calls, "calls", centre).frame if isinstance(calls, (str, Path)) else calls


def _in_memory(frame):
    import ibis

    lacks = [name for name in NEEDED if name not in frame]
    if lacks:
        raise SourceError(
            f"calls must have {', '.join(NEEDED)}; {', '.join(lacks)} {'is' if len(lacks) == 1 else 'are'} not there"
        )
    given_table(frame, "calls", names=["queue", "outcome"], times=["arrived"], perhaps=["wait_s", *SUMS])
    wanted = [name for name in (*NEEDED, "wait_s", *SUMS) if name in frame]
    return ibis.memtable(frame[wanted])


def _target(calls, targets):
    """Each queue's own target time, as an expression."""
    import ibis

    usual = ibis.literal(float(Targets().target_s))
    cases = [(calls.queue == name, float(target_s)) for name, target_s in targets.items()]
    return ibis.cases(*cases, else_=usual) if cases else usual


def _counted(rows, centre, interval_s):
    """(frame of queue, slot and sums, whether the times carry a zone)."""
    zoned = rows.arrived.type().timezone is not None
    targets = {queue.name: queue.targets.target_s for queue in centre.queues if queue.targets.target_s is not None}
    shift_s = _shift_s(rows, centre.time_zone, interval_s) if zoned else 0
    frame = interval_expression(rows, targets, interval_s, shift_s).to_pandas()
    if not len(frame):
        raise SourceError("there is no call with a queue, a time of arrival and an outcome")
    return frame.assign(slot=frame["slot"].astype("int64") * interval_s - shift_s), zoned


def _shift_s(rows, zone, interval_s):
    """Seconds by which the zone's hours begin apart from those of UTC: 1800 in India for whole hours."""
    first = rows.aggregate(s=rows.arrived.min().epoch_seconds()).to_pandas()["s"].iloc[0]
    if pd.isna(first):
        return 0
    offset = pd.Timestamp(int(first), unit="s", tz="UTC").tz_convert(zone).utcoffset()
    return int(offset.total_seconds()) % interval_s


def _in_zone(counted, zone, interval_s, zoned):
    """Slots as times of the zone. Times without a zone are local: a repeated hour counts as summer time."""
    start = pd.to_datetime(counted["slot"], unit="s").astype("datetime64[us]")
    local = (
        start.dt.tz_localize("UTC").dt.tz_convert(zone)
        if zoned
        else start.dt.tz_localize(zone, ambiguous=np.ones(len(start), bool), nonexistent="shift_forward").dt.floor(
            f"{interval_s}s", ambiguous=np.ones(len(start), bool)
        )
    )
    frame = counted.drop(columns="slot").assign(
        start=local.astype(f"datetime64[us, {zone}]"), queue=counted["queue"].astype("str")
    )
    return frame.groupby(["queue", "start"], as_index=False).sum(min_count=1)


def _with_zeros(frame, centre, interval_s, zoned):
    """Rows of zeros where a queue was open and nobody called; nothing where the whole log is silent for a day."""
    quiet = [
        _quiet(queue, rows["start"], frame["start"], centre, interval_s, zoned)
        for queue, rows in frame.groupby("queue")
    ]
    whole = pd.concat([frame, *(part for part in quiet if len(part))], ignore_index=True)
    waits = {"wait_answered_s": "answered", "wait_abandoned_s": "abandoned"}
    nobody = {name: whole[of].fillna(0) == 0 for name, of in (SUMS | waits).items()}
    counts = [name for name in ("offered", *OUTCOMES, "answered_in_target") if name in whole]
    whole[counts] = whole[counts].fillna(0).astype(float)
    for name in (name for name in nobody if name in whole):
        whole[name] = whole[name].astype(float).mask(nobody[name], 0.0)
    whole = whole.assign(offered=whole["offered"].astype("int64")).sort_values(["queue", "start"], ignore_index=True)
    return whole[[name for name in INTERVALS.names if name in whole]]


def _quiet(queue, own, all_starts, centre, interval_s, zoned):
    """Starts of a queue that should have a row and have none."""
    first, last = all_starts.min(), all_starts.max()
    if (last - first).total_seconds() / interval_s > MOST:
        raise SourceError(f"calls run from {first:%Y-%m-%d} to {last:%Y-%m-%d}: look at the first and last dates")
    starts = pd.date_range(first, last, freq=pd.Timedelta(seconds=interval_s)).as_unit("us")
    days = starts.tz_localize(None).normalize()
    starts = starts[days.isin(all_starts.dt.tz_localize(None).dt.normalize().unique())]
    known = any(known.name == queue for known in centre.queues)
    starts = starts[centre.is_open(queue, starts)] if known else _between(starts, own)
    starts = (
        starts
        if zoned
        else starts[
            starts.tz_localize(None).tz_localize(centre.time_zone, ambiguous=np.ones(len(starts), bool)) == starts
        ]
    )
    return pd.DataFrame({"queue": queue, "start": starts[~starts.isin(own)]}).astype({"queue": "str"})


def _between(starts, own):
    """Starts between the first and the last call of their day."""
    day = own.dt.tz_localize(None).dt.normalize()
    edges = own.groupby(day).agg(["min", "max"])
    days = starts.tz_localize(None).normalize()
    low, high = (pd.DatetimeIndex(days.map(edges[name])) for name in ("min", "max"))
    return starts[(starts >= low) & (starts <= high)]
