"""Adherence so far: what people were scheduled to do, held against what they did, by agent, interval and cause.

The definition is that of the KPI: time in the scheduled state ÷ scheduled time, all states, absence left out. Time
for which either side is blank, that was scheduled away (leave), or in which somebody was absent (sickness) counts
in neither.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ...data.evidence.estimates import EXTERNAL_CAUSES
from ...data.given import given_table
from ...queueing.inputs import one_number
from ..forecasting.horizon import same_clock
from .duty_tables import ACTIVITIES, DAY_S, checked, moment_of, seconds_of, stamps_of

AWAY = ("leave", "holiday", *EXTERNAL_CAUSES, "unpaid leave")  # nobody is at work in them, planned or not


@dataclass(frozen=True, kw_only=True)
class Adherence:
    """`share` kept of the scheduled time (blank where nothing counts), `intervals` (agent, start, scheduled_s,
    kept_s, out_s, away_s, cause: what took most of what was not kept), and `causes` (cause, seconds, agents,
    counts: whether it is adherence or absence), the longest first.
    """

    share: float
    intervals: pd.DataFrame = field(repr=False)
    causes: pd.DataFrame = field(repr=False)


def adherence(activities, *, until=None, interval_s=1800):
    """How the schedule was kept, up to a moment `until` (None: all): an `Adherence`.

    `activities` is a frame agent, start, end, scheduled, actual (see `against_actual` where the two come from different
    systems). Raises ValueError in words.

    >>> at = pd.Timestamp("2026-10-05 08:00")
    >>> rows = pd.DataFrame({"agent": "A", "start": [at, at + pd.Timedelta("50min")], "end": [at + pd.Timedelta("50min"), at + pd.Timedelta("1h")],
    ...                      "scheduled": "work", "actual": ["work", "break"]})
    >>> found = adherence(rows)
    >>> round(found.share, 3), found.causes[["cause", "seconds"]].values.tolist()
    (0.833, [['break instead of work', 600.0]])
    """
    step = int(one_number("interval_s", interval_s, low=1, high=DAY_S))
    given = checked(activities, ACTIVITIES, "activities")
    if "actual" not in given:
        raise ValueError("activities must have the column actual to be held against the schedule — see against_actual")
    if len(given):
        given_table(given, "activities", names=["scheduled", "actual"])
    pieces = _by_interval(_judged(_until(given, until)), step)
    counted = pieces["seconds"].where(pieces["counts"], 0.0)
    frame = pieces.assign(
        scheduled_s=counted,
        kept_s=counted.where(pieces["kept"], 0.0),
        away_s=pieces["seconds"].where(pieces["absent"], 0.0),
    )
    sums = frame.groupby(["agent", "slot"], sort=True)[["scheduled_s", "kept_s", "away_s"]].sum()
    sums = sums.assign(
        out_s=sums["scheduled_s"] - sums["kept_s"], cause=_main_cause(pieces).reindex(sums.index)
    ).reset_index()
    sums.insert(1, "start", stamps_of(sums.pop("slot"), given["start"]))
    total = float(sums["scheduled_s"].sum())
    return Adherence(
        share=float(sums["kept_s"].sum()) / total if total > 0 else np.nan,
        causes=_causes(pieces),
        intervals=sums[["agent", "start", "scheduled_s", "kept_s", "out_s", "away_s", "cause"]],
    )


def against_actual(planned, actual):
    """The schedule (agent, start, end, scheduled) and what people did (agent, start, end, actual) as one table of
    stretches.

    Each stretch has one scheduled and one actual state; either is blank where its table says nothing.

    >>> at = pd.Timestamp("2026-10-05 08:00")
    >>> planned = pd.DataFrame({"agent": ["A"], "start": [at], "end": [at + pd.Timedelta("1h")], "scheduled": ["work"]})
    >>> did = pd.DataFrame({"agent": ["A"], "start": [at + pd.Timedelta("5min")], "end": [at + pd.Timedelta("1h")], "actual": ["work"]})
    >>> against_actual(planned, did)["actual"].isna().tolist()
    [True, False]
    """
    planned = checked(planned, ACTIVITIES, "planned")
    actual = checked(actual, ("agent", "start", "end", "actual"), "actual")
    same_clock(planned["start"], actual["start"], "planned and actual")
    edges = pd.concat(
        [
            pd.DataFrame({"agent": table["agent"], "at": seconds_of(table[end])})
            for table in (planned, actual)
            for end in ("start", "end")
        ]
    )
    edges = edges.drop_duplicates().sort_values(["agent", "at"], kind="stable").reset_index(drop=True)
    spans = edges.assign(end=edges["at"].shift(-1))[(edges["agent"] == edges["agent"].shift(-1)).to_numpy()]
    for name, table in (("scheduled", planned), ("actual", actual)):
        spans = spans.assign(**{name: _state_at(spans, table, name)})
    spans = spans[spans["scheduled"].notna() | spans["actual"].notna()]
    return pd.DataFrame(
        {
            "agent": spans["agent"].to_numpy(),
            "start": stamps_of(spans["at"], planned["start"]),
            "end": stamps_of(spans["end"], planned["start"]),
            "scheduled": spans["scheduled"].to_numpy(),
            "actual": spans["actual"].to_numpy(),
        }
    )


def _state_at(spans, table, name):
    """The state of each span's agent at its start, blank where the table has none."""
    said = pd.DataFrame(
        {"agent": table["agent"], "from": seconds_of(table["start"]), "to": seconds_of(table["end"]), name: table[name]}
    )
    said = said.sort_values(["agent", "from"], kind="stable")
    over = (said["agent"] == said["agent"].shift()) & (said["from"] < said["to"].shift())
    if over.any():
        raise ValueError(
            f"{'planned' if name == 'scheduled' else 'actual'}: {said[over]['agent'].iloc[0]} has two states at once — mend the overlap"
        )
    found = pd.merge_asof(
        spans.reset_index().sort_values("at", kind="stable"),
        said.sort_values("from", kind="stable"),
        left_on="at",
        right_on="from",
        by="agent",
    ).set_index("index")
    return found[name].where(found["at"] < found["to"]).reindex(spans.index)


def _until(rows, until):
    """What lies before a moment; all where it is None."""
    if until is None:
        return rows
    moment = moment_of(until, rows["start"], "until")
    rows = rows[(rows["start"] < moment).to_numpy()]
    return rows.assign(end=rows["end"].where(rows["end"] <= moment, moment))


def _judged(rows):
    """The rows with what they count for: `counts` in adherence, `kept`, or `absent`, and the cause in words."""
    there = rows["scheduled"].notna() & ~rows["scheduled"].isin(AWAY) & rows["actual"].notna()
    absent = there & rows["actual"].isin(AWAY)
    counts = there & ~absent
    kept = counts & (rows["scheduled"] == rows["actual"])
    words = (
        rows["actual"]
        .astype(object)
        .where(absent, rows["actual"].astype(object) + " instead of " + rows["scheduled"].astype(object))
    )
    return rows.assign(counts=counts, kept=kept, absent=absent, reason=words.where(absent | (counts & ~kept)))


def _by_interval(rows, step):
    """The rows cut at the intervals' boundaries, with their seconds; intervals are counted from the first day's
    midnight.
    """
    columns = ["agent", "slot", "seconds", "counts", "kept", "absent", "reason"]
    if not len(rows):
        return pd.DataFrame(columns=columns).astype(
            {"seconds": float, "slot": np.int64, "counts": bool, "kept": bool, "absent": bool}
        )
    start, end = seconds_of(rows["start"]), seconds_of(rows["end"])
    origin = int(seconds_of(pd.Series([rows["start"].min().normalize()]))[0])
    first, last = (start - origin) // step, -((origin - end) // step)
    count = last - first
    again = np.repeat(np.arange(len(rows)), count)
    slot = origin + (first[again] + np.arange(again.size) - np.repeat(count.cumsum() - count, count)) * step
    seconds = np.minimum(end[again], slot + step) - np.maximum(start[again], slot)
    return rows.iloc[again].assign(slot=slot, seconds=seconds.astype(float))[columns].reset_index(drop=True)


def _main_cause(pieces):
    """What took most of an agent's interval that was not kept."""
    lost = (
        pieces[pieces["reason"].notna()].groupby(["agent", "slot", "reason"], sort=True)["seconds"].sum().reset_index()
    )
    return (
        lost.sort_values("seconds", kind="stable")
        .drop_duplicates(["agent", "slot"], keep="last")
        .set_index(["agent", "slot"])["reason"]
    )


def _causes(pieces):
    lost = pieces[pieces["reason"].notna()].rename(columns={"reason": "cause"})
    sums = (
        lost.groupby("cause", sort=True)
        .agg(seconds=("seconds", "sum"), agents=("agent", "nunique"), counts=("counts", "first"))
        .reset_index()
    )
    return sums.sort_values("seconds", ascending=False, kind="stable").reset_index(drop=True)
