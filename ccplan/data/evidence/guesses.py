"""What a table of intervals tells about its centre: hours, handle time, patience, country, zone."""

import importlib.resources
from math import inf
from pathlib import Path

import numpy as np
import pandas as pd

from ..centre import Centre, Queue, public_holidays
from ..hours import ALWAYS, DAY, OpeningHours

NEGLIGIBLE = 0.05  # of a busy slot: below it a slot of the week counts as closed
ALL_WEEK = 0.97  # of the slots in use: the queue is open at all times
SHORT_GAP_MIN = 60  # a shorter lull within a day does not close the queue
QUIET_HOLIDAY = 0.10
ZONE_TABLE = "zone.tab"


def assume_centre(reading, *, name="Centre", time_zone=None, country=None):
    """A Centre of stated assumptions for a table of intervals (a Reading) without `centre.toml`.

    Queues, interval length, opening hours, handle time and patience come from the table, the rest
    from the field's usual figures; `assumed` says each in words. `time_zone` and `country` are
    taken as given where they are not None, so they are not listed.
    """
    zone, code, said = zone_and_country(time_zone, country)
    queues = tuple(guess_queue(name, rows, reading, code) for name, rows in reading.frame.groupby("queue"))
    return Centre(
        name=name,
        time_zone=zone,
        country=code,
        currency="EUR",
        interval_s=reading.interval_s,
        queues=queues,
        assumed=(*said, *_assumed(queues, reading)),
    )


def zone_and_country(time_zone, country):
    """(zone, country, what was assumed): one is found from the other where the world allows it."""
    zone = time_zone or _only(_zones(), country) or "UTC"
    code = country if country is not None else _only(_countries(), time_zone) or ""
    said = (
        []
        if time_zone
        else [f"time zone {zone}" + (f", the only one of {country}" if zone != "UTC" else ", for none was named")]
    )
    if country is None:
        said.append(
            f"country {code}, for the time zone is its own" if code else "no public holidays, for no country is named"
        )
    return zone, code, tuple(said)


def guess_queue(name, rows, reading, country=""):
    """A Queue from its intervals."""
    return Queue(
        name=name,
        hours=guess_hours(rows, reading.interval_s, country),
        patience_s=mean_patience_s(rows),
        aht_s=mean_aht_s(rows) or 300.0,
    )


def guess_hours(rows, interval_s, country=""):
    """Opening hours from volume: slots of the week with next to no contacts are closed.

    A slot's mean count (answered where the table has it: a call that nobody takes opens no door)
    is held against the busy slots of the queue; lulls of an hour and less stay open.
    """
    counts = rows["answered"] if _has(rows, "answered") else rows["offered"]
    slots = _slots(rows["start"], counts, interval_s)
    busy = np.quantile(slots[slots > 0], 0.9) if (slots > 0).any() else 0.0
    is_open = slots > NEGLIGIBLE * busy
    if busy == 0 or is_open.mean() >= ALL_WEEK:
        return OpeningHours()
    week = tuple(_spans(day, interval_s / 60) for day in is_open)
    return OpeningHours(week=week, holidays=_holiday_spans(rows, counts, country))


def mean_aht_s(rows):
    """Σ handle time ÷ Σ answered (÷ Σ offered where nobody counted the answered), s; None without work."""
    count = "answered" if _has(rows, "answered") else "offered"
    if not _has(rows, "talk_s"):
        return None
    parts = [rows[name].fillna(0) for name in ("talk_s", "hold_s", "acw_s") if name in rows]
    measured = rows["talk_s"].notna() & rows[count].notna()
    answered = rows[count][measured].sum()
    total = sum(parts)[measured].sum()
    return round(float(total / answered), 1) if answered > 0 and total > 0 else None


def mean_patience_s(rows):
    """Mean patience in seconds: total wait of answered and abandoned ÷ abandons; inf without data.

    An answered call is censored: it would have waited longer than it did. For an exponential
    patience this quotient is the maximum likelihood estimate (events ÷ total time at risk is the
    rate); the mean wait of the abandoned alone would be far too short.
    """
    needs = ("abandoned", "wait_answered_s", "wait_abandoned_s")
    if not all(_has(rows, name) for name in needs):
        return inf
    known = rows[list(needs)].notna().all(axis=1)
    abandons = rows["abandoned"][known].sum()
    waited = (rows["wait_answered_s"] + rows["wait_abandoned_s"])[known].sum()
    return round(float(waited / abandons), 1) if abandons > 0 and waited > 0 else inf


def _has(rows, name):
    return name in rows and rows[name].notna().any()


def _slots(starts, counts, interval_s):
    """Mean count by weekday (7 rows) and slot of the day, over days on which anything happened."""
    wall = starts.dt.tz_localize(None)
    date = wall.dt.normalize()
    slot = ((wall - date).dt.total_seconds() // interval_s).astype(int)
    total = counts.groupby([wall.dt.day_of_week, slot]).sum().unstack(fill_value=0)
    total = total.reindex(index=range(7), columns=range(int(86400 // interval_s)), fill_value=0)
    active = date[counts.groupby(date).transform("sum") > 0].drop_duplicates()
    days = active.dt.day_of_week.value_counts().reindex(range(7), fill_value=0)
    # A weekday that is rarely active is closed: its few days must not make a profile of their own.
    return total.div(np.maximum(days, days.max() / 2), axis=0).fillna(0.0).to_numpy()


def _spans(is_open, minutes):
    """Runs of open slots as spans in minutes of the day, short lulls bridged, lone slots dropped."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_open.astype(int), [0]])))
    spans = []
    for start, end in (edges.reshape(-1, 2) * minutes).round().astype(int).tolist():
        if spans and start - spans[-1][1] <= SHORT_GAP_MIN:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    long = [span for span in spans if span[1] - span[0] >= SHORT_GAP_MIN]
    return tuple(long) if long != [(0, DAY)] else ALWAYS


def _holiday_spans(rows, counts, country):
    """Closed where holidays bring next to nothing on days of the week that are open, else None."""
    date = rows["start"].dt.tz_localize(None).dt.normalize()
    free = public_holidays(country, date.min(), date.max())
    daily = counts.groupby(date).sum()
    daily = daily.reindex(pd.date_range(date.min(), date.max()), fill_value=0)
    usual = daily.groupby(daily.index.day_of_week).median().reindex(range(7), fill_value=0)
    on_holidays = daily[daily.index.isin(pd.DatetimeIndex(list(free)))] if free else daily[:0]
    expected = usual[on_holidays.index.day_of_week].sum()
    return () if expected > 0 and on_holidays.sum() < QUIET_HOLIDAY * expected else None


def _assumed(queues, reading):
    said = [
        "currency EUR",
        "targets of 80 % answered in 20 s",
        "shrinkage of 30 % of paid time, by the usual causes",
        "attrition of 30 % a year, 6 weeks to the first day, 4 of training",
        "a wage of 15.00 an hour, 30 % on-costs, 37.5 hours a week, overtime at 1.5",
    ]
    for queue in queues:
        rows = reading.frame[reading.frame["queue"] == queue.name]
        said += [f"queue {queue.name}: {words}" for words in _queue_assumed(queue, mean_aht_s(rows))]
    return said


def _queue_assumed(queue, aht_s):
    hours = ", ".join(f"{day} {spans}" for day, spans in queue.hours.words().items())
    patience = (
        f"mean patience {queue.patience_s:g} s, from the waits of answered and abandoned"
        if queue.patience_s < inf
        else "callers never hang up, for the table does not tell"
    )
    aht = f"handle time {aht_s:g} s, from the table" if aht_s else "handle time 300 s, for the table has none"
    return f"hours as the volume shows ({hours})", patience, aht


def _zone_rows():
    """(country, zone) pairs of the time zone database; none where it is not installed."""
    for table in _zone_tables():
        if table.is_file():
            lines = table.read_text(encoding="utf-8").splitlines()
            return [(line.split("\t")[0], line.split("\t")[2]) for line in lines if line[:1] not in ("#", "")]
    return []


def _zone_tables():
    try:
        yield importlib.resources.files("tzdata") / "zoneinfo" / ZONE_TABLE
    except ModuleNotFoundError:
        pass
    yield Path("/usr/share/zoneinfo") / ZONE_TABLE


def _zones():
    return _zone_rows()


def _countries():
    return [(zone, country) for country, zone in _zone_rows()]


def _only(pairs, key):
    found = [value for name, value in pairs if name == key]
    return found[0] if len(found) == 1 else None
