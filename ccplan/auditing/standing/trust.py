"""Can the data of the quarter be trusted: what is there, what is missing, and which KPIs rest on what is left.

Contacts are counted twice, by the switch (intervals) and by the recorder (calls): a day on which the two differ by more
than one in a hundred is a gap in one of them. What the checks of the folder found in the quarter stands beside it.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ..evidence import TIMES
from ..findings import Finding

SLACK, SLACK_SHARE = 2, 0.01  # contacts by which two counts of a day may differ
TELLING, GRAVE = 0.01, 0.10  # share of the quarter's contacts without a record: a finding, and a red one
WHOLE = 0.95  # share of the open days that a table of every day must hold
DAILY = ("intervals", "calls", "activities")
ORDINARY = "far from the same weekdays around"  # an unusual day is no fault of the data


@dataclass(frozen=True, kw_only=True)
class Trust:
    """Whether the quarter's data can be trusted.

    `coverage`: a row a table (table, rows, first, last, days, of, share, says), where days are those with a row and
    `of` the open ones (months of a ledger). `hours`: a row a queue (queue, hours, of, share): open intervals with a
    row, in hours. `days`: a row a day and queue (day, queue, intervals, calls, lost, extra, gap), empty where one
    of the two tables is not there. `checks`: what the checks found in the quarter (table, rule, found, rows, first,
    message). `gaps`: a row a stretch of days (table, first, last, lost, of, days). `touched`: the tables that a gap
    makes incomplete. `verdict`: a sentence. `findings`: Findings.
    """

    quarter: object
    coverage: pd.DataFrame = field(repr=False)
    hours: pd.DataFrame = field(repr=False)
    days: pd.DataFrame = field(repr=False)
    checks: pd.DataFrame = field(repr=False)
    gaps: pd.DataFrame = field(repr=False)
    touched: tuple
    verdict: str
    findings: tuple

    def holed(self, table, starts):
        """Which of the days (a Series of dates) lie in a gap of a table, a boolean Series."""
        mask = pd.Series(False, index=starts.index)
        for gap in self.gaps[self.gaps["table"] == table].itertuples():
            mask |= starts.between(gap.first, gap.last)
        return mask


def trust(evidence):
    """The Trust that an Evidence's quarter deserves; raises nothing for bad data, for that is what it tells."""
    days = contacts_by_day(evidence)
    mine = days[evidence.quarter.holds(days["day"])].reset_index(drop=True)
    gaps = gaps_of(mine)
    coverage, hours = _coverage(evidence), _hours(evidence)
    broken = [row.table for row in coverage.itertuples() if row.table in DAILY and not row.share >= WHOLE]
    touched = tuple(dict.fromkeys([*gaps["table"], *broken]))
    findings = (*_gap_findings(evidence, gaps, mine), *_half_findings(evidence, coverage))
    return Trust(
        quarter=evidence.quarter,
        coverage=coverage,
        hours=hours,
        days=mine,
        checks=_checks(evidence),
        gaps=gaps,
        touched=touched,
        verdict=_verdict(evidence, coverage, gaps, mine),
        findings=findings,
    )


# ------------------------------------------------------------------------------------------- two counts of a day


def contacts_by_day(evidence):
    """Contacts of every day and queue by both counts, over the days that both tables reach.

    Returns day, queue, intervals, calls, lost (in the intervals only), extra (in the calls only) and gap: the table
    that lacks them, "" where the counts agree. Empty where a table is not there; tables that name no queue alike
    are compared whole.
    """
    columns = ["day", "queue", "intervals", "calls", "lost", "extra", "gap"]
    if not {"intervals", "calls"} <= set(evidence.tables) or _one_file(evidence):
        return pd.DataFrame(columns=columns).astype({"day": "datetime64[us]"})
    counts = [_per_day(evidence.frame("intervals"), "start", "offered"), _per_day(evidence.frame("calls"), "arrived")]
    if not set(counts[0]["queue"]) & set(counts[1]["queue"]):
        counts = [one.assign(queue="all queues") for one in counts]
    return _held_together(*(one.groupby(["day", "queue"])["contacts"].sum() for one in counts))[columns]


def _one_file(evidence):
    """Whether the intervals were made from the calls: then they cannot but agree."""
    files = {
        name: evidence.check.readings[name].file for name in ("intervals", "calls") if name in evidence.check.readings
    }
    return len(files) == 2 and len(set(files.values())) == 1


def _per_day(frame, when, column=None):
    day = frame[when].dt.tz_localize(None).dt.normalize().rename("day")
    queue = frame["queue"].astype(str) if "queue" in frame else pd.Series("all queues", index=frame.index, name="queue")
    many = frame[column].astype(float) if column else pd.Series(1.0, index=frame.index)
    return many.groupby([day, queue]).sum().rename("contacts").reset_index()


def _held_together(intervals, calls):
    days = [one.index.get_level_values("day") for one in (intervals, calls)]
    both = pd.concat({"intervals": intervals, "calls": calls}, axis=1).fillna(0.0).sort_index().reset_index()
    both = both[both["day"].between(max(one.min() for one in days), min(one.max() for one in days))]
    apart = both["intervals"] - both["calls"]
    odd = apart.abs() > np.maximum(SLACK, SLACK_SHARE * both["intervals"])
    return both.assign(
        lost=apart.clip(lower=0),
        extra=(-apart).clip(lower=0),
        gap=np.where(~odd, "", np.where(apart > 0, "calls", "intervals")),
    )


def gaps_of(days, apart=3):
    """Days with a gap as stretches: table, first, last, lost, of (contacts by the fuller count) and days with a gap.

    `days` is of `contacts_by_day`; days at most `apart` from each other are one stretch, for a weekend may be closed.
    """
    rows = []
    for table, mine in days[days["gap"] != ""].groupby("gap"):
        for _, one in mine.groupby((mine["day"].diff().dt.days > apart).cumsum()):
            fuller = one[["intervals", "calls"]].max(axis=1)
            rows.append(
                (
                    table,
                    one["day"].min(),
                    one["day"].max(),
                    float((fuller - one[table]).sum()),
                    float(fuller.sum()),
                    one["day"].nunique(),
                )
            )
    return pd.DataFrame(rows, columns=["table", "first", "last", "lost", "of", "days"]).sort_values(
        "first", ignore_index=True
    )


# ------------------------------------------------------------------------------------------- what is there


def _open_days(evidence):
    """The days of the quarter on which any queue is open."""
    days = pd.date_range(evidence.quarter.first, evidence.quarter.end, inclusive="left")
    centre = evidence.centre
    if centre is None or not centre.queues:
        return days
    open_hours = pd.date_range(days[0], evidence.quarter.end, freq="30min", inclusive="left")
    is_open = np.logical_or.reduce([centre.is_open(queue.name, open_hours) for queue in centre.queues])
    return open_hours[is_open].normalize().unique()


def _coverage(evidence):
    quarter, open_days = evidence.quarter, _open_days(evidence)
    return pd.DataFrame(
        [_covered(evidence.of(table), table, quarter, open_days) for table in TIMES if table in evidence.tables],
        columns=["table", "rows", "first", "last", "days", "of", "share", "says"],
    )


def _covered(rows, table, quarter, open_days):
    local = rows[TIMES[table]].dt.tz_localize(None).dt.normalize()
    months = table == "ledger"
    of = len(quarter.months) if months else len(open_days)
    days = local.nunique() if months else int(open_days.isin(local).sum())
    share = days / of if of else np.nan
    return (table, len(rows), local.min(), local.max(), days, of, share, _extent(table, local, days, of, open_days))


def _extent(table, local, days, of, open_days):
    if not len(local):
        return "no row in the quarter"
    unit = "months" if table == "ledger" else "open days"
    if table not in (*DAILY, "ledger"):
        return f"from {_day(local.min())} to {_day(local.max())}"
    if days == of:
        return f"every one of the {of} {unit}"
    late = table in DAILY and len(open_days) and local.min() > open_days[0]
    early = table in DAILY and len(open_days) and local.max() < open_days[-1]
    ends = [f"begins on {_day(local.min())}"] * bool(late) + [f"ends on {_day(local.max())}"] * bool(early)
    return f"{days} of {of} {unit}" + (f": {' and '.join(ends)}" if ends else "")


def _hours(evidence):
    """Of each queue's opening hours, how many have a row."""
    columns = ["queue", "hours", "of", "share"]
    if "intervals" not in evidence.tables or evidence.centre is None:
        return pd.DataFrame(columns=columns)
    step = evidence.check.reading.interval_s if evidence.check.reading is not None else evidence.centre.interval_s
    step = step or evidence.centre.interval_s
    starts = evidence.of("intervals")
    grid = pd.date_range(
        evidence.quarter.first, evidence.quarter.end, freq=f"{step}s", inclusive="left", tz=starts["start"].dt.tz
    )
    rows = []
    for queue in evidence.centre.queues:
        due = grid[evidence.centre.is_open(queue.name, grid)]
        found = due.isin(starts.loc[starts["queue"] == queue.name, "start"]).sum()
        rows.append((queue.name, found * step / 3600, len(due) * step / 3600, found / len(due) if len(due) else np.nan))
    return pd.DataFrame(rows, columns=columns)


# ------------------------------------------------------------------------------------------- what the checks found


def _checks(evidence):
    """The checks' errors and warnings of the quarter, a row a table and rule."""
    found = evidence.check.findings
    found = found[found["severity"].isin(["error", "warning"]) & (found["rule"] != ORDINARY)]
    when = pd.to_datetime(
        pd.Series([_when(evidence, one) for one in found.itertuples()], index=found.index, dtype=object)
    )
    mine = (
        found.assign(when=when)[evidence.quarter.holds(when).to_numpy(bool)] if len(found) else found.assign(when=when)
    )
    rows = [
        (table, rule, len(part), int(part["rows"].sum()), part["when"].min(), str(part["message"].iloc[0]))
        for (table, rule), part in mine.groupby(["table", "rule"], sort=False)
    ]
    return pd.DataFrame(rows, columns=["table", "rule", "found", "rows", "first", "message"])


def _when(evidence, found):
    """When a finding of the checks was: its own time, else that of its first row, else none.

    A faulty row is left out of its table, and its own time may be what is wrong: the time of the row kept before it
    stands for it.
    """
    if pd.notna(found.start):
        return pd.Timestamp(found.start).tz_localize(None)
    reading = evidence.check.readings.get(found.table)
    if reading is None or pd.isna(found.row) or found.table not in TIMES:
        return pd.NaT
    kept = np.asarray(reading.rows)
    at = np.flatnonzero(kept == found.row) if found.severity == "warning" else np.flatnonzero(kept <= found.row)[-1:]
    return (
        reading.frame[TIMES[found.table]].iloc[at[0]].tz_localize(None)
        if len(at) and at[0] < len(reading.frame)
        else pd.NaT
    )


# ------------------------------------------------------------------------------------------- in words


def _gap_findings(evidence, gaps, days):
    """A finding a table, of all its gaps, where they are worth telling."""
    whole = days[["intervals", "calls"]].max(axis=1).sum()  # a gap has a day, so there are contacts
    for table, mine in gaps.groupby("table"):
        share = mine["lost"].sum() / whole
        if share < TELLING:
            continue
        yield Finding(
            key=f"gap {table}",
            area="improvements",
            severity="red" if share >= GRAVE else "amber",
            evidence="trust",
            says=f"{_upper(_stretches(mine))} the table {table} lacks {mine['lost'].sum():,.0f} of {mine['of'].sum():,.0f} contacts, {share:.0%} of "
            f"the quarter's, which the {_other(table)} have: what is measured from {table} alone rests on the records that are left.",
            brief=f"The table {table} lacks {mine['lost'].sum():,.0f} contacts, {share:.0%} of the quarter's",
            action=f"Ask whoever runs the {'recorder' if table == 'calls' else 'switch'} what failed, whether the records can be had again, "
            "and set an alarm on the daily count of both.",
            owner="technology",
            due=evidence.quarter.end + pd.Timedelta(days=30),
        )


def _half_findings(evidence, coverage):
    """A finding where the tables of contacts do not hold the whole quarter."""
    for row in coverage[coverage["table"].isin(("intervals", "calls"))].itertuples():
        if not row.share >= WHOLE:
            yield Finding(
                key=f"coverage {row.table}",
                area="improvements",
                severity="red" if not row.share >= 0.5 else "amber",
                evidence="trust",
                says=f"The table {row.table} does not hold the whole of {evidence.quarter}: {row.says}. Sums are of those days only.",
                action=f"Export the rest of {row.table} and run the audit again.",
                owner="planning",
                due=evidence.quarter.end + pd.Timedelta(days=30),
            )


def _verdict(evidence, coverage, gaps, days):
    """One sentence: whether the quarter is whole, what is missing, and what stands in spite of it."""
    holed, short = (
        set(gaps["table"]),
        coverage[coverage["table"].isin((*DAILY, "ledger")) & (coverage["days"] < coverage["of"])],
    )
    told = [
        f"{_stretches(mine)} {table} lack {mine['lost'].sum():,.0f} of {mine['of'].sum():,.0f} contacts"
        + _stands(table, holed)
        for table, mine in gaps.groupby("table")
    ]
    told += [f"{row.table}: {row.says}" for row in short.itertuples() if row.table not in holed or row.share < WHOLE]
    told += _counted(evidence, days) if not len(gaps) else []
    care = len(gaps) or any(not share >= WHOLE for share in coverage.loc[coverage["table"].isin(DAILY), "share"])
    return f"The data can be trusted{' with care' if care else ''}: {'; '.join(told)}."


def _stands(table, holed):
    return f", while the {_other(table)} are whole" if _other(table) not in holed else ""


def _counted(evidence, days):
    """How the contacts were counted, where no gap was found."""
    if len(days):
        return [f"intervals and calls count the same contacts on each of {days['day'].nunique()} days"]
    return ["contacts are counted by one table only, so that a gap in it would show by its dates alone"]


def _stretches(gaps):
    """The stretches in words: from 17 to 23 November 2025."""
    words = [_span(one.first, one.last) for one in gaps.itertuples()]
    return ", ".join(words[:3] + ([f"and in {len(words) - 3} more stretches"] if len(words) > 3 else []))


def _span(first, last):
    if first == last:
        return f"on {_day(first)}"
    return f"from {first.day if (first.year, first.month) == (last.year, last.month) else _day(first)} to {_day(last)}"


def _other(table):
    return {"calls": "intervals", "intervals": "calls"}[table]


def _day(stamp):
    return f"{stamp.day} {stamp:%B %Y}"


def _upper(words):
    return words[:1].upper() + words[1:]
