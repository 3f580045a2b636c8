"""Can this data be trusted? Every finding with file, row and value, and a verdict in a sentence."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from .centre import Centre
from .centre_file import FILE_NAME, CentreError, read_centre
from .gaps import expected_starts, missing_intervals
from .guesses import assume_centre
from .sources import Reading, load_intervals
from .tables import TableError

COLUMNS = ["table", "file", "row", "queue", "start", "column", "value", "rule", "severity", "message"]
SEVERITIES = ("error", "warning", "note")
EXTRAORDINARY = 3.0   # robust standard deviations from the usual day of the week ...
AT_LEAST = 0.35       # ... and as a log ratio: 40 % more or 30 % less
NEARBY_WEEKS = 17     # same weekdays around a day that make its usual
MAX_PLAUSIBLE_AHT_S = 7200
QUESTIONS = (  # what a planner asks of the data, and the columns that answer it
    ("How many contacts come, and when?", ("offered",)),
    ("How many agents are needed?", ("offered", "answered", "talk_s")),
    ("Which service was given?", ("answered_in_target",)),
    ("How long did callers wait?", ("answered", "wait_answered_s")),
    ("How many hung up?", ("abandoned",)),
    ("How patient are callers?", ("abandoned", "wait_answered_s", "wait_abandoned_s")),
    ("How many got a busy tone?", ("blocked",)),
    ("Were enough agents on the phones?", ("agents",)),
)
WEEKS_FOR_FORECAST, WEEKS_FOR_SEASON = 8, 56


@dataclass(frozen=True, kw_only=True)
class CheckReport:
    """What was found in a centre's folder.

    `findings`: DataFrame, a row a finding (table, file, row, queue, start, column, value, rule,
    severity, message). `verdicts`: a row a table. `abilities`: question, possible, why.
    `reading` is the table as read without its faulty rows, None where it cannot be read.
    """

    folder: Path
    findings: pd.DataFrame
    verdicts: pd.DataFrame
    abilities: pd.DataFrame
    reading: Reading | None = field(default=None, repr=False)
    centre: Centre | None = field(default=None, repr=False)

    @property
    def usable(self):
        """True where no error was found."""
        return not (self.findings["severity"] == "error").any()

    def count(self, severity):
        """How many findings are of that severity: error, warning or note."""
        return int((self.findings["severity"] == severity).sum())


def check_folder(folder):
    """Check a centre's folder: `centre.toml` and the table of intervals, as a CheckReport.

    Nothing raises for bad data: it is a finding. Nothing is written. Missing intervals and unusual
    days are told as stretches and days, faults row by row.
    """
    path = Path(folder)
    centre, findings = _centre(path)
    reading, more = _reading(path, centre)
    findings += more
    if reading is not None:
        findings += [_note(reading, words) for words in (*reading.notes, *reading.left_aside)]
        centre, assumed = _complete(centre, reading)
        findings += assumed + [found for check in CHECKS for found in check(reading, centre)]
    frame = _frame(findings)
    return CheckReport(folder=path, findings=frame, verdicts=_verdicts(frame, reading), reading=reading,
                       abilities=_abilities(reading), centre=centre)


def robust_scores(values, usual):
    """How far values lie from their usual, in robust standard deviations of the log ratio.

    Source: median absolute deviation × 1.4826; Hampel, The influence curve and its role in robust
    estimation, JASA 1974. One wild day moves it little, unlike a standard deviation.

    >>> robust_scores(np.array([100, 110, 90, 300]), np.array([100, 100, 100, 100])).round(1).tolist()
    [0.0, 0.6, -0.7, 7.4]
    """
    ratio = np.log((np.asarray(values) + 1) / (np.asarray(usual) + 1))
    spread = 1.4826 * np.median(np.abs(ratio - np.median(ratio)))
    # Counts vary by chance at least as much as Poisson: a tiny spread must not make news of nothing.
    return ratio / max(spread, 1 / np.sqrt(np.median(usual) + 1), 1e-9)


def _centre(path):
    file = path / FILE_NAME
    if not file.is_file():
        return None, []
    try:
        return read_centre(file), []
    except CentreError as problem:
        return None, [_finding("centre", FILE_NAME, "error", fault, rule="must be as the starter file says")
                      for fault in problem.faults]


def _reading(path, centre):
    """The table without its faulty rows; the faults as findings, in place of an exception."""
    assumed = centre or Centre(name="unknown")
    try:
        reading = load_intervals(path, assumed, faulty="leave out")
        return reading, _faults(reading.file.name, reading.faults)
    except TableError as problem:
        return None, _faults(problem.file.name, problem.faults)
    except ValueError as problem:
        return None, [_finding("intervals", "", "error", str(problem), rule="must be readable")]


def _faults(file, faults):
    return [_finding("intervals", file, "error", f"{fault.column} {fault.rule}", row=fault.row, column=fault.column,
                     value=fault.value, rule=fault.rule) for fault in faults.itertuples()]


def _complete(centre, reading):
    """The centre, made of assumptions where there is no file; each assumption is a note."""
    if centre is not None:
        return centre, [_finding("centre", FILE_NAME, "note", f"assumed: {words}") for words in centre.assumed]
    centre = assume_centre(reading, name=reading.file.parent.name or "Centre")
    return centre, [_finding("centre", "", "note", f"no usable {FILE_NAME}, assumed: {words}")
                    for words in centre.assumed]


def _missing_stretches(reading, centre):
    """Stretches of open intervals without a row."""
    missing = missing_intervals(reading.frame, reading.interval_s, centre)
    for (queue, _), run in missing.groupby(["queue", "run"], sort=False):
        first, last, count = run["start"].iloc[0], run["start"].iloc[-1], len(run)
        until = f" to {last:%Y-%m-%d %H:%M}" if count > 1 else ""
        yield _finding("intervals", reading.file.name, "warning", queue=queue, start=first, column="start", value=count,
                       rule="must have a row for every open interval",
                       message=f"{_intervals(count)} missing: {first:%a %Y-%m-%d %H:%M}{until}")


def _missing_months(reading, centre):
    """Months without any row: inside the data a warning, around it a note on the year's coverage."""
    months = reading.frame["start"].dt.tz_localize(None).dt.to_period("M")
    year = pd.period_range(f"{months.min().year}-01", f"{months.max().year}-12", freq="M")
    gone = year[~year.isin(months.unique())]
    run = np.cumsum(np.diff(gone.asi8, prepend=gone.asi8[:1]) != 1)
    for _, stretch in gone.to_series().groupby(run):
        yield _months_gone(reading, stretch.iloc[0], stretch.iloc[-1], months.min(), months.max())


def _months_gone(reading, first, last, begin, end):
    inside = begin < first < end
    side = "" if inside else ", before the data begins" if first < begin else ", after the data ends"
    named = f"in {first:%B %Y}" if first == last else f"from {first:%B %Y} to {last:%B %Y}"
    return _finding("intervals", reading.file.name, "warning" if inside else "note", f"no rows {named}{side}",
                    start=first.start_time.tz_localize(reading.time_zone), column="start",
                    value=f"{first} to {last}", rule="a year should be whole")


def _clock_changes(reading, centre):
    """Days of 23 or 25 hours within the data: intervals expected and found."""
    zone, starts = reading.time_zone, reading.frame["start"]
    days = pd.date_range(starts.min().tz_localize(None).normalize(), starts.max().tz_localize(None).normalize())
    edges = pd.DatetimeIndex([*days, days[-1] + pd.Timedelta(days=1)]).tz_localize(
        zone, ambiguous=np.ones(len(days) + 1, bool), nonexistent="shift_forward")
    hours = np.diff(edges.asi8) / pd.Timedelta(hours=1).as_unit(edges.unit).asm8.astype("int64")
    for at in np.flatnonzero(hours != 24):
        for queue, rows in reading.frame.groupby("queue"):
            yield from _changed_day(reading, centre, queue, rows["start"], edges[at], edges[at + 1], hours[at])


def _changed_day(reading, centre, queue, starts, begin, end, hours):
    found = int(((starts >= begin) & (starts < end)).sum())
    last = end - pd.Timedelta(seconds=reading.interval_s)
    expected = len(expected_starts(centre, queue, begin, last, reading.interval_s))
    if expected:
        yield _finding("intervals", reading.file.name, "note" if found == expected else "warning", queue=queue,
                       start=begin, column="start", value=found, rule="a clock change makes a day of 23 or 25 hours",
                       message=f"{begin:%Y-%m-%d} has {hours:g} hours: {_intervals(expected)} expected, {found} found")


def _extraordinary_days(reading, centre):
    """Days whose volume is far from the same weekdays around them; holidays are named as such."""
    for queue, rows in reading.frame.groupby("queue"):
        daily = rows.groupby(rows["start"].dt.tz_localize(None).dt.normalize())["offered"].sum()
        usual = _usual(daily)
        scores = pd.Series(robust_scores(daily, usual), daily.index)
        ratio = (daily + 1) / (usual + 1)
        odd = (scores.abs() > EXTRAORDINARY) & (np.log(ratio).abs() > AT_LEAST) & ((daily - usual).abs() > 10)
        free = centre.public_holidays(daily.index.min(), daily.index.max())
        for day in daily.index[odd]:
            yield _odd_day(reading, queue, day, int(daily[day]), usual[day], free.get(day.date()))


def _usual(daily):
    """Median of the same weekday in the weeks around."""
    return daily.groupby(daily.index.day_of_week).transform(
        lambda days: days.rolling(NEARBY_WEEKS, center=True, min_periods=1).median())


def _odd_day(reading, queue, day, count, usual, holiday):
    return _finding("intervals", reading.file.name, "note" if holiday else "warning", queue=queue, column="offered",
                    start=day.tz_localize(reading.time_zone), value=count, rule="far from the same weekdays around",
                    message=f"{day:%a %Y-%m-%d}: {count:,} contacts, usual is about {usual:,.0f}"
                            + (f" ({holiday})" if holiday else ""))


def _strange_values(reading, centre):
    """Values that are possible but hard to believe."""
    frame = reading.frame
    if {"talk_s", "answered"} <= set(frame):
        handle = frame[["talk_s", *({"hold_s", "acw_s"} & set(frame))]].sum(axis=1)
        yield from _strange(reading, frame, handle / frame["answered"].replace(0, np.nan) > MAX_PLAUSIBLE_AHT_S,
                            "talk_s", "a mean handle time above two hours")
        yield from _strange(reading, frame, (handle > 0) & (frame["answered"] == 0), "talk_s",
                            "handle time without an answered contact")
    if {"wait_answered_s", "answered"} <= set(frame):
        mean = frame["wait_answered_s"] / frame["answered"].replace(0, np.nan)
        yield from _strange(reading, frame, mean > 86400, "wait_answered_s", "a mean wait longer than a day")
    if {"agents", "answered"} <= set(frame):
        yield from _strange(reading, frame, (frame["agents"] == 0) & (frame["answered"] > 0), "agents",
                            "contacts answered with nobody on the phones")


def _strange(reading, frame, mask, column, what):
    for row in frame[mask].itertuples():
        yield _finding("intervals", reading.file.name, "warning", queue=row.queue, start=row.start, column=column,
                       value=getattr(row, column), rule="must be believable", row=_row(reading, row.Index),
                       message=f"{row.queue} {row.start:%Y-%m-%d %H:%M}: {what}")


def _row(reading, index):
    return int(reading.rows[index])


def _closed_hours(reading, centre):
    """Contacts outside opening hours: one finding a queue."""
    for queue, rows in reading.frame.groupby("queue"):
        if queue not in [known.name for known in centre.queues]:
            continue
        outside = rows[~centre.is_open(queue, rows["start"]) & (rows["offered"] > 0)]
        if len(outside):
            share = outside["offered"].sum() / max(rows["offered"].sum(), 1)
            yield _finding("intervals", reading.file.name, "warning" if share > 0.02 else "note", queue=queue,
                           column="offered", value=int(outside["offered"].sum()), start=outside["start"].iloc[0],
                           rule="contacts should come in opening hours",
                           message=f"{outside['offered'].sum():,} contacts ({share:.1%}) in "
                                   f"{_intervals(len(outside))} outside opening hours")


def _against_centre(reading, centre):
    """Queues and interval length: the table and `centre.toml` must mean the same."""
    here, there = set(reading.frame["queue"]), {queue.name for queue in centre.queues}
    for name in sorted(here - there):
        yield _finding("intervals", reading.file.name, "warning", queue=name, column="queue", value=name,
                       rule=f"must stand in {FILE_NAME}", message=f"queue {name} is not in {FILE_NAME}")
    for name in sorted(there - here):
        yield _finding("centre", FILE_NAME, "warning", queue=name, column="queue", value=name,
                       rule="must have rows", message=f"queue {name} has no row in {reading.file.name}")
    if centre.interval_s != reading.interval_s:
        yield _finding("centre", FILE_NAME, "note", column="interval_s", value=centre.interval_s,
                       rule="should be as in the table",
                       message=f"{FILE_NAME} plans in {centre.interval_s} s, the table counts in {reading.interval_s} s")


CHECKS = (_against_centre, _missing_months, _missing_stretches, _clock_changes, _extraordinary_days,
          _strange_values, _closed_hours)


def _intervals(count):
    return f"{count:,} interval{'s' if count != 1 else ''}"


def _note(reading, words):
    return _finding("intervals", reading.file.name, "note", words)


def _finding(table, file, severity, message, **more):
    return {"table": table, "file": file, "severity": severity, "message": message} | more


def _frame(findings):
    frame = pd.DataFrame(findings, columns=COLUMNS, dtype=object)
    frame["row"] = frame["row"].astype("Int64")
    frame["severity"] = pd.Categorical(frame["severity"], SEVERITIES, ordered=True)
    for name in ("queue", "column", "rule"):
        frame[name] = frame[name].fillna("")
    return frame.sort_values("severity", kind="stable", ignore_index=True)


def _verdicts(findings, reading):
    """One sentence a table."""
    tables = ["centre", "intervals"]
    counts = {table: findings.loc[findings["table"] == table, "severity"].value_counts() for table in tables}
    rows = [{"table": table, "rows": len(reading.frame) if reading is not None and table == "intervals" else pd.NA,
             **{severity + "s": int(counts[table].get(severity, 0)) for severity in SEVERITIES},
             "verdict": _verdict(table, counts[table], reading)} for table in tables]
    return pd.DataFrame(rows).astype({"rows": "Int64"})


def _verdict(table, counts, reading):
    errors, warnings = int(counts.get("error", 0)), int(counts.get("warning", 0))
    if table == "intervals" and reading is None:
        return "cannot be read: mend the errors first"
    state = ("must be mended" if errors else "can be used with care" if warnings else "can be used")
    counted = f"{errors:,} error{'s' * (errors != 1)}, {warnings:,} warning{'s' * (warnings != 1)}"
    what = f"; {_extent(reading)}" if table == "intervals" else ""
    return f"{state}: {counted}{what}"


def _extent(reading):
    frame = reading.frame
    return (f"{_intervals(len(frame))} of {reading.interval_s / 60:g} minutes, {frame['queue'].nunique()} "
            f"queue{'s' * (frame['queue'].nunique() != 1)}, {frame['start'].min():%Y-%m-%d} to {frame['start'].max():%Y-%m-%d}")


def _abilities(reading):
    """What the data can and cannot answer, and why."""
    if reading is None:
        rows = [(question, False, "the table cannot be read") for question, _ in QUESTIONS]
    else:
        rows = [_ability(reading.frame, question, needs) for question, needs in QUESTIONS]
        rows += _history(reading.frame)
    return pd.DataFrame(rows, columns=["question", "possible", "why"])


def _ability(frame, question, needs):
    lacks = [name for name in needs if name not in frame or frame[name].isna().all()]
    return question, not lacks, f"not measured: {', '.join(lacks)}" if lacks else f"measured: {', '.join(needs)}"


def _history(frame):
    weeks = (frame["start"].max() - frame["start"].min()).days / 7
    return [("What comes in the next two weeks?", weeks >= WEEKS_FOR_FORECAST,
             f"{weeks:.0f} weeks of data, {WEEKS_FOR_FORECAST} are needed"),
            ("Which season has the year?", weeks >= WEEKS_FOR_SEASON,
             f"{weeks:.0f} weeks of data, {WEEKS_FOR_SEASON} are needed")]
