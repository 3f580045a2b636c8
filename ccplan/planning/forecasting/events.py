"""The centre's own events and the school holidays: what the planner knows and the numbers do not.

An event without an uplift teaches its effect from earlier occurrences of the same name; one with an
uplift multiplies by 1 + uplift while it lasts and halves every `decay_days` after. Days of an event do
not teach the ordinary week, so a past odd period is put right by naming it.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from .own_tables import EVENTS, SCHOOL, days_of, needed, read_own, told, written_share

LEARNED, KNOWN = "event: ", "known: "  # how the columns of the calendar begin
FAINT = 0.05  # of an event's strength below which its fading is over
STILL_TEACHES = 4  # days of a weekday that must be left to teach the ordinary, else event days teach too


def events_of(folder, centre=None):
    """The events of a centre's folder (`events.csv`), checked; None where there is no such file.

    Columns event, start, end, queue (empty: all), uplift (share, nan: learned), decay_days. `centre` tells
    which queues there are. Raises SourceError or TableError (ValueError) naming file, column, row and value.
    """
    frame = read_own(Path(folder) / "events.csv", EVENTS, lambda frame: _faults(frame, centre))
    return None if frame is None else checked_events(frame, centre).reset_index(drop=True)


def school_of(folder):
    """The school holidays of a centre's folder (`school_holidays.csv`: start, end, name); None without that file."""
    return read_own(Path(folder) / "school_holidays.csv", SCHOOL)


def checked_events(events, centre=None):
    """Events as a frame with all columns, dates and shares; ValueError in words naming row and value.

    >>> sale = pd.DataFrame({"event": ["Sale"], "start": ["2026-09-01"], "uplift": ["+12 %"]})
    >>> checked_events(sale)["uplift"].tolist()
    [0.12]
    """
    frame = needed(events, EVENTS, "events")
    faults = _faults(frame, centre)
    if faults:
        raise ValueError(told("events", faults))
    start, end = days_of(frame["start"], "events: start"), days_of(frame["end"], "events: end")
    end = end.fillna(start)
    if (end < start).any():
        row = frame.index[(end < start).to_numpy()][0]
        raise ValueError(
            f"events: end must be at or after start, got {end[row]:%Y-%m-%d} before {start[row]:%Y-%m-%d} in row {row}"
        )
    decay = pd.to_numeric(frame["decay_days"]).astype(float).fillna(0.0)
    shares = [np.nan if each is None else each for each in map(written_share, frame["uplift"])]
    uplift = pd.Series(shares, frame.index, dtype=float)
    return frame.assign(
        start=start, end=end, decay_days=decay, uplift=uplift, queue=frame["queue"].fillna("").astype(str)
    )


def checked_school(school):
    """School holidays as a frame of days; ValueError in words for what is none."""
    frame = needed(school, SCHOOL, "school")
    start, end = days_of(frame["start"], "school: start"), days_of(frame["end"], "school: end")
    if start.isna().any() or end.isna().any() or (end < start).any():
        row = frame.index[(start.isna() | end.isna() | (end < start)).to_numpy()][0]
        raise ValueError(
            f"school: end must be at or after start, got {frame['start'][row]} to {frame['end'][row]} in row {row}"
        )
    return frame.assign(start=start, end=end)


def checked_calendar(calendar, centre):
    """The calendar's own tables (`events`, `school`, `pay_days`) checked, as `forecast` passes them on."""
    known = dict(calendar)
    if known.get("events") is not None:
        known["events"] = checked_events(known["events"], centre)
    if known.get("school") is not None:
        known["school"] = checked_school(known["school"])
    days = known.get("pay_days", ())
    days, listed = tuple(days) if np.iterable(days) else (days,), np.iterable(days)
    for day in days:
        whole = isinstance(day, (int, np.integer)) and not isinstance(day, bool)
        if not (listed and whole and 1 <= day <= 31):
            raise ValueError(f"pay_days must be days of the month from 1 to 31, such as (15, 25), got {day!r}")
    return known | {"pay_days": tuple(days)}


def for_queue(calendar, name):
    """The calendar with the events of one queue: its own, and those of every queue."""
    events = calendar.get("events")
    if events is None or "queue" not in events:
        return calendar
    return calendar | {"events": events[events["queue"].isin(("", name))]}


def event_columns(days, events):
    """Columns of the calendar, one an event: 1 while it lasts (`event: name`), then halving every `decay_days`;
    of an uplift known in advance (`known: name`) the log effect itself."""
    if events is None or not len(events):
        return {}
    uplift = events["uplift"] if "uplift" in events else pd.Series(np.nan, events.index)
    known, learned = events[uplift.notna()], events[uplift.isna()]
    table = {
        LEARNED + str(name): np.max(_strengths(days, rows), axis=0)
        for name, rows in learned.groupby("event", sort=False)
    }
    for name, rows in known.groupby("event", sort=False):
        each = np.array(_strengths(days, rows)) * np.log(np.maximum(1 + rows["uplift"].to_numpy(float), 1e-3))[:, None]
        table[KNOWN + str(name)] = each[np.abs(each).argmax(axis=0), np.arange(len(days))]
    return table


def marked(table, train, weekdays, unknown):
    """Which of the first `train` days lie under an event and so do not teach the ordinary week.

    `unknown` days teach nothing anyhow. Where too few other days of a weekday would be left, none of them is marked.
    """
    names = [name for name in table if name.startswith((LEARNED, KNOWN))]
    if not names:
        return np.zeros(train, bool)
    under = (table[names].to_numpy()[:train] != 0).any(axis=1)
    for k in range(7):
        mine = weekdays[:train] == k
        if (mine & ~under & ~unknown).sum() < STILL_TEACHES:
            under &= ~mine
    return under


def events_seen(events, rows):
    """What the forecast makes of each event: event, queue, days (in the history), days_to_come, effect in words.

    `rows` is the history. An event that never came before and has no uplift changes nothing, and is said to.
    """
    first, last = [
        pd.Timestamp(each).tz_localize(None).normalize() for each in (rows["start"].min(), rows["start"].max())
    ]
    found = []
    for (name, queue), mine in checked_events(events).groupby(["event", "queue"], sort=False):
        spans = [pd.date_range(row.start, row.end) for row in mine.itertuples()]
        days = sum(int(((span >= first) & (span <= last)).sum()) for span in spans)
        ahead = sum(int((span > last).sum()) for span in spans)
        found.append((name, queue or "all", days, ahead, _says(mine["uplift"], days)))
    return pd.DataFrame(found, columns=["event", "queue", "days", "days_to_come", "effect"])


def _says(uplift, days):
    if uplift.notna().all():
        return "as given: " + ", ".join(f"{100 * each:+g} %" for each in uplift.unique())
    if uplift.notna().any():
        return "as given where it is, else learned"
    if days:
        return f"learned from {days} day{'s' * (days != 1)}"
    return "none: it never came before, and no uplift is given"


def _faults(frame, centre):
    """(row, column, value, rule) of every cell that cannot be used."""
    faults = []
    known = ["", *(queue.name for queue in centre.queues)] if centre is not None and centre.queues else None
    for row in frame.index:
        cells = frame.loc[row]
        if not isinstance(cells["event"], str) or not cells["event"].strip():
            faults.append((row, "event", cells["event"], "must be its name"))
        if pd.isna(cells["start"]):
            faults.append((row, "start", cells["start"], "must be a date such as 2026-08-01"))
        queue = "" if pd.isna(cells["queue"]) else str(cells["queue"])
        if known is not None and queue not in known:
            faults.append((row, "queue", queue, f"must be one of {', '.join(known[1:])}, or empty for all"))
        faults += [(row, name, cells[name], said) for name, said in _number_faults(cells)]
    return faults


def _number_faults(cells):
    try:
        written_share(cells["uplift"])
    except ValueError as problem:
        yield "uplift", str(problem).split(", got ")[0]
    decay = pd.to_numeric(pd.Series([cells["decay_days"]]), errors="coerce").iloc[0]
    if pd.notna(cells["decay_days"]) and not 0 <= decay <= 366:
        yield "decay_days", "must be days from 0 to 366"


def _strengths(days, rows):
    return [_fading(days, row.start, row.end, float(getattr(row, "decay_days", 0.0))) for row in rows.itertuples()]


def _fading(days, start, end, decay_days):
    start, end = pd.Timestamp(start), pd.Timestamp(end)
    past = ((days - end) / pd.Timedelta(days=1)).to_numpy()
    after = 0.5 ** (np.maximum(past, 0) / decay_days) if decay_days > 0 else np.zeros(len(days))
    return np.where(days < start, 0.0, np.where(past <= 0, 1.0, np.where(after > FAINT, after, 0.0)))
