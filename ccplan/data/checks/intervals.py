"""What is missing, extraordinary or hard to believe in a table of intervals."""

import functools

import numpy as np
import pandas as pd

from ..centre_file import FILE_NAME
from .findings import LISTED, counted, finding, rows_finding
from .gaps import expected_starts, missing_intervals
from ..reading.stamps import start_of_day

EXTRAORDINARY = 3.0  # robust standard deviations from the usual day of the week ...
AT_LEAST = 0.35  # ... and as a log ratio: 40 % more or 30 % less
NEARBY_WEEKS = 17  # same weekdays around a day that make its usual
MAX_PLAUSIBLE_AHT_S = 7200
MANY_SMOOTH = 10  # days of a queue; more are one finding: the table is a forecast or an average
BY_CHANCE = 1e-6  # a day smoother than chance allows once in a million days is no count


def _found(reading, severity, message, **where):
    """A finding in the table of intervals."""
    return finding("intervals", reading.file.name, severity, message, **where)


def check_intervals(reading, centre):
    """Findings of a Reading of intervals against its centre, as dicts of `findings.finding`."""
    for check in CHECKS:
        yield from check(reading, centre)


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


def _missing_stretches(reading, centre):
    """Stretches of open intervals without a row."""
    missing = missing_intervals(reading.frame, reading.interval_s, centre)
    for (queue, _), run in missing.groupby(["queue", "run"], sort=False):
        first, last, count = run["start"].iloc[0], run["start"].iloc[-1], len(run)
        until = f" to {last:%Y-%m-%d %H:%M}" if count > 1 else ""
        yield _found(
            reading,
            "warning",
            queue=queue,
            start=first,
            column="start",
            value=count,
            rule="must have a row for every open interval",
            message=f"{_intervals(count)} missing: {first:%a %Y-%m-%d %H:%M}{until}",
        )


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
    return _found(
        reading,
        "warning" if inside else "note",
        f"no rows {named}{side}",
        start=start_of_day(first.start_time, reading.time_zone),
        column="start",
        value=f"{first} to {last}",
        rule="a year should be whole",
    )


def _clock_changes(reading, centre):
    """Days of 23 or 25 hours within the data: intervals expected and found."""
    zone, starts = reading.time_zone, reading.frame["start"]
    days = pd.date_range(starts.min().tz_localize(None).normalize(), starts.max().tz_localize(None).normalize())
    edges = pd.DatetimeIndex([*days, days[-1] + pd.Timedelta(days=1)]).tz_localize(
        zone, ambiguous=np.ones(len(days) + 1, bool), nonexistent="shift_forward"
    )
    hours = np.diff(edges.asi8) / pd.Timedelta(hours=1).as_unit(edges.unit).asm8.astype("int64")
    for at in np.flatnonzero(hours != 24):
        for queue, rows in reading.frame.groupby("queue"):
            yield from _changed_day(reading, centre, queue, rows["start"], edges[at], edges[at + 1], hours[at])


def _changed_day(reading, centre, queue, starts, begin, end, hours):
    found = int(((starts >= begin) & (starts < end)).sum())
    last = end - pd.Timedelta(seconds=reading.interval_s)
    expected = len(expected_starts(centre, queue, begin, last, reading.interval_s))
    if expected:
        yield _found(
            reading,
            "note" if found == expected else "warning",
            queue=queue,
            start=begin,
            column="start",
            value=found,
            rule="a clock change makes a day of 23 or 25 hours",
            message=f"{begin:%Y-%m-%d} has {hours:g} hours: {_intervals(expected)} expected, {found} found",
        )


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
        lambda days: days.rolling(NEARBY_WEEKS, center=True, min_periods=1).median()
    )


def _odd_day(reading, queue, day, count, usual, holiday):
    return _found(
        reading,
        "note" if holiday else "warning",
        queue=queue,
        column="offered",
        start=start_of_day(day, reading.time_zone),
        value=count,
        rule="far from the same weekdays around",
        message=f"{day:%a %Y-%m-%d}: {count:,} contacts, usual is about {usual:,.0f}"
        + (f" ({holiday})" if holiday else ""),
    )


def _strange_values(reading, centre):
    """Values that are possible but hard to believe."""
    frame = reading.frame
    if {"talk_s", "answered"} <= set(frame):
        handle = frame[["talk_s", *({"hold_s", "acw_s"} & set(frame))]].sum(axis=1)
        yield from _strange(
            reading,
            frame,
            handle / frame["answered"].replace(0, np.nan) > MAX_PLAUSIBLE_AHT_S,
            "talk_s",
            "a mean handle time above two hours",
        )
        yield from _strange(
            reading, frame, (handle > 0) & (frame["answered"] == 0), "talk_s", "handle time without an answered contact"
        )
    if {"wait_answered_s", "answered"} <= set(frame):
        mean = frame["wait_answered_s"] / frame["answered"].replace(0, np.nan)
        yield from _strange(reading, frame, mean > 86400, "wait_answered_s", "a mean wait longer than a day")
    if {"agents", "answered"} <= set(frame):
        # Who comes when nobody is there may be answered an interval later; who is answered at once is not.
        at_once = frame["answered_in_target" if "answered_in_target" in frame else "answered"] > 0
        yield from _strange(
            reading, frame, (frame["agents"] == 0) & at_once, "agents", "contacts answered with nobody on the phones"
        )


def _strange(reading, frame, mask, column, what):
    """Row by row up to LISTED rows, else one finding with their number."""
    bad = frame[mask]
    if len(bad) > LISTED:
        examples = pd.DataFrame({"row": reading.rows[bad.index[:5]], "value": bad[column].to_numpy()[:5]})
        yield rows_finding(
            "intervals", reading.file.name, "warning", what, len(bad), examples, column, "must be believable"
        )
        return
    for row in bad.itertuples():
        yield _found(
            reading,
            "warning",
            queue=row.queue,
            start=row.start,
            column=column,
            value=getattr(row, column),
            rule="must be believable",
            row=_row(reading, row.Index),
            message=f"{row.queue} {row.start:%Y-%m-%d %H:%M}: {what}",
        )


def _row(reading, index):
    return int(reading.rows[index])


def _smooth_days(reading, centre):
    """Days whose counts vary less than calls can: filled in by hand or by a formula, not counted."""
    wall = reading.frame["start"].dt.tz_localize(None).dt.normalize()
    for queue, rows in reading.frame.groupby("queue"):
        days = [
            (day, counts, smoothness(counts.to_numpy(float)))
            for day, counts in rows["offered"].groupby(wall[rows.index])
        ]
        smooth = [(day, counts, ratio) for day, counts, (ratio, number) in days if ratio < _smoothest(number)]
        if len(smooth) > MANY_SMOOTH:
            yield _smooth(
                reading,
                queue,
                smooth[0],
                f"{len(smooth):,} of {len(days):,} days, the first on {smooth[0][0]:%Y-%m-%d}",
                sum(len(counts) for _, counts, _ in smooth),
            )
        else:
            yield from (
                _smooth(reading, queue, one, f"{one[0]:%a %Y-%m-%d}, {int(one[1].sum()):,} contacts", len(one[1]))
                for one in smooth
            )


def _smooth(reading, queue, one, when, rows):
    day, counts, ratio = one
    times = f"{1 / ratio:,.0f} times" if ratio > 0.01 else "more than a hundred times"
    return _found(
        reading,
        "warning",
        f"{when}: counts {times} smoother than chance allows: made up, not counted",
        queue=queue,
        column="offered",
        value=round(ratio, 3),
        rows=rows,
        row=_row(reading, counts.index[0]),
        start=start_of_day(day, reading.time_zone),
        rule="counts must vary by chance",
    )


def smoothness(counts):
    """(half the mean squared step ÷ mean, number of counts): 1 for Poisson counts, near 0 for made-up ones.

    Stretches without a contact are left out. Source: von Neumann's ratio, Annals of Mathematical
    Statistics 1941, with the Poisson variance in place of the sample's.

    >>> smoothness(np.array([10.0, 11, 10, 11, 10, 11]))[0] < 0.1
    True
    """
    if len(counts) < 3:
        return np.inf, len(counts)
    busy = counts[np.convolve(counts, np.ones(3), "same") > 0]
    if not busy[1:].sum() > 0:
        return np.inf, len(busy)
    return float((np.diff(busy) ** 2 / 2).sum() / busy[1:].sum()), len(busy)


@functools.cache
def _smoothest(rows):
    """The ratio that Poisson counts fall below once in a million days; steps share counts, so two thirds are free."""
    from scipy.special import gammaincinv  # loads where it is used; scipy.stats takes a second

    free = rows * 2 / 3  # half a chi-square with as many degrees of freedom is a gamma variable of half that shape
    return 2 * gammaincinv(free / 2, BY_CHANCE) / free if rows >= 12 else 0.0


def _closed_hours(reading, centre):
    """Contacts outside opening hours: one finding a queue."""
    for queue, rows in reading.frame.groupby("queue"):
        if queue not in [known.name for known in centre.queues]:
            continue
        outside = rows[~centre.is_open(queue, rows["start"]) & (rows["offered"] > 0)]
        if len(outside):
            share = outside["offered"].sum() / max(rows["offered"].sum(), 1)
            yield _found(
                reading,
                "warning" if share > 0.02 else "note",
                queue=queue,
                column="offered",
                value=int(outside["offered"].sum()),
                start=outside["start"].iloc[0],
                rule="contacts should come in opening hours",
                message=f"{outside['offered'].sum():,} contacts ({share:.1%}) in "
                f"{_intervals(len(outside))} outside opening hours",
            )


def _against_centre(reading, centre):
    """Queues and interval length: the table and `centre.toml` must mean the same."""
    here, there = set(reading.frame["queue"]), {queue.name for queue in centre.queues}
    for name in sorted(here - there):
        what, rule = f"queue {name} is not in {FILE_NAME}", f"must stand in {FILE_NAME}"
        yield _found(reading, "warning", what, queue=name, column="queue", value=name, rule=rule)
    for name in sorted(there - here):
        what, rule = f"queue {name} has no row in {reading.file.name}", "must have rows"
        yield finding("centre", FILE_NAME, "warning", what, queue=name, column="queue", value=name, rule=rule)
    if (planned := centre.interval_s) != reading.interval_s:
        what = f"{FILE_NAME} plans in {planned} s, the table counts in {reading.interval_s} s"
        rule = "should be as in the table"
        yield finding("centre", FILE_NAME, "note", what, column="interval_s", value=planned, rule=rule)


CHECKS = (
    _against_centre,
    _missing_months,
    _missing_stretches,
    _clock_changes,
    _extraordinary_days,
    _smooth_days,
    _strange_values,
    _closed_hours,
)


def _intervals(count):
    return counted(count, "interval")
