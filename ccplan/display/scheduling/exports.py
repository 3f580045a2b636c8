"""A roster for other programs: a calendar for everybody (ICS), a table (CSV), a workbook (XLSX)."""

import hashlib
import re
from pathlib import Path

import pandas as pd

from ...data.files import write_csv, write_whole
from ...planning.scheduling.duty_tables import ACTIVITIES, checked, checked_duties

PRODUCT = "-//ccplan//rosters//EN"
SINCE = 1_500_000_000  # seconds since 1970 from which a calendar's version is counted: it must fit into 31 bits
ROSTER = ("agent", "day", "shift", "start", "end", "paid_h")


def duties_to_ics(duties, folder=None, *, zone=None, activities=None, title="Shifts", made=None):
    """A calendar for each agent with an event for each duty: a frame agent, file, text; written to `folder` where
    one is given.

    `duties` is a frame agent, day, shift, start, end. Times are written in UTC, which every calendar shows by its
    owner's clock, right also in the nights in which the clock changes; timestamps without a zone need `zone`, such
    as "Europe/Helsinki" (of a time that comes twice, the first; one that is leapt over, an hour later).
    `activities` put breaks and trainings into the event's notes. An event's UID follows from agent, day and the
    number of the duty on it, so that a later calendar replaces what changed rather than doubles it; `made` is the
    moment of writing (None: now), which tells calendars which version is the latest. The text is RFC 5545: lines
    end in CR LF, none is longer than 75 octets. Raises ValueError in words.

    >>> at = pd.Timestamp("2026-10-05 08:00", tz="Europe/Helsinki")
    >>> duties = pd.DataFrame({"agent": ["Ann"], "day": [at.date()], "shift": ["early"], "start": [at], "end": [at + pd.Timedelta("8h")]})
    >>> found = duties_to_ics(duties)
    >>> found["file"].item(), "DTSTART:20261005T050000Z" in found["text"].item()
    ('Ann.ics', True)
    """
    rows = checked_duties(duties)
    moment = (
        pd.Timestamp.now("UTC").floor("s") if made is None else _utc(pd.Series([pd.Timestamp(made)]), "UTC").iloc[0]
    )
    rows = rows.assign(start=_utc(rows["start"], zone), end=_utc(rows["end"], zone), local=rows["start"])
    notes = None if activities is None else checked(activities, ACTIVITIES, "activities")
    notes = None if notes is None else notes.assign(at=_utc(notes["start"], zone), until=_utc(notes["end"], zone))
    found = [
        (agent, _calendar(mine.sort_values("start"), notes, title, moment))
        for agent, mine in rows.groupby("agent", sort=True)
    ]
    frame = pd.DataFrame(
        {
            "agent": [agent for agent, _ in found],
            "file": _file_names([agent for agent, _ in found]),
            "text": [text for _, text in found],
        }
    )
    for row in frame.itertuples() if folder is not None else ():
        write_whole(Path(folder) / row.file, row.text.encode("utf-8"))  # bytes: CR LF stays as it is
    return frame


def _utc(stamps, zone):
    if stamps.dt.tz is None:
        if zone is None:
            raise ValueError('duties have no time zone: name the centre\'s, such as zone="Europe/Helsinki"')
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"zone must be a name of the IANA list, such as Europe/Helsinki, got {zone!r}") from None
        stamps = stamps.dt.tz_localize(zone, ambiguous=[True] * len(stamps), nonexistent="shift_forward")
    return stamps.dt.tz_convert("UTC")


def _calendar(mine, notes, title, moment):
    """The text of one agent's calendar."""
    from icalendar import Calendar, vText  # loads where it is used

    agent = str(mine["agent"].iloc[0])
    calendar = Calendar()
    for name, value in {
        "prodid": PRODUCT,
        "version": "2.0",
        "method": "PUBLISH",
        "x-wr-calname": vText(f"{title}: {agent}"),
    }.items():
        calendar.add(name, value)
    number = mine.groupby("day").cumcount()
    for row, place in zip(mine.itertuples(), number, strict=True):
        calendar.add_component(_event(row, place, notes, moment))
    return calendar.to_ical().decode("utf-8")


def _event(row, place, notes, moment):
    from icalendar import Event

    event = Event()
    said = f"{row.agent}\n{row.day:%Y-%m-%d}\n{place}"
    told = {
        "uid": hashlib.sha256(said.encode()).hexdigest()[:32] + "@ccplan",
        "dtstamp": moment.to_pydatetime(),
        "summary": str(row.shift),
        "dtstart": row.start.to_pydatetime(),
        "dtend": row.end.to_pydatetime(),
        "sequence": max(int(moment.timestamp()) - SINCE, 0),
    }
    for name, value in told.items():
        event.add(name, value)
    if notes is not None:
        within = notes[
            (notes["agent"] == row.agent)
            & (notes["at"] < row.end)
            & (notes["until"] > row.start)
            & (notes["scheduled"] != "work")
        ]
        if len(within):
            event.add(
                "description",
                "\n".join(f"{one.scheduled} {one.start:%H:%M}–{one.end:%H:%M}" for one in within.itertuples()),
            )
    return event


def _file_names(agents):
    """A name of a file for each agent: no two alike, also where capitals do not count."""
    made, taken = [], set()
    for agent in agents:
        bare = re.sub(r"[^\w.-]+", "-", str(agent)).strip("-.")[:80] or "agent"
        name, number = bare, 2
        while name.lower() in taken:
            name, number = f"{bare}-{number}", number + 1
        taken.add(name.lower())
        made.append(f"{name}.ics")
    return made


def roster_table(duties):
    """The duties as people read them: agent, day, shift, start, end (local, as the clock shows them), paid_h."""
    rows = checked_duties(duties).sort_values(["day", "start", "agent"], kind="stable")
    lasted = (rows["end"] - rows["start"]).dt.total_seconds()
    paid = rows["paid_s"].astype(float) if "paid_s" in rows else lasted
    wall = {end: rows[end].dt.tz_localize(None) for end in ("start", "end")}
    return rows.assign(paid_h=paid / 3600, **wall)[list(ROSTER)].reset_index(drop=True)


def roster_grid(duties):
    """A row an agent, a column a day, the shift and its start in the cell; two on one day with a comma between.

    >>> at = pd.Timestamp("2026-10-05 08:00")
    >>> one = pd.DataFrame({"agent": ["Ann"], "day": [at], "shift": ["early"], "start": [at], "end": [at + pd.Timedelta("8h")]})
    >>> roster_grid(one).iloc[0].tolist()
    ['Ann', 'early 08:00']
    """
    rows = roster_table(duties)
    cells = rows.assign(cell=rows["shift"].astype(str) + rows["start"].dt.strftime(" %H:%M"))
    cells = cells.groupby(["agent", "day"], sort=True)["cell"].agg(", ".join)
    if not len(rows):
        return pd.DataFrame({"agent": []})
    grid = cells.unstack("day").reindex(columns=pd.date_range(rows["day"].min(), rows["day"].max()))
    short = (rows["day"].max() - rows["day"].min()).days < 300  # no day and month comes twice
    heads = grid.columns.strftime("%a %d.%m." if short else "%Y-%m-%d")
    return grid.set_axis(heads, axis=1).fillna("").reset_index()


def roster_to_csv(duties, file):
    """Write `roster_table` as CSV, text never a formula: the path."""
    rows = roster_table(duties)
    return write_csv(file, rows.assign(day=rows["day"].dt.strftime("%Y-%m-%d")))


def roster_to_xlsx(duties, file, *, activities=None, title="Roster", made=None):
    """Write the roster as a workbook: sheets "Roster" (a row an agent, a column a day), "Shifts" and, where
    `activities` are given, "Activities"; text never a formula. The same roster and `made`, a date (None: its first
    day), give the same bytes. The path."""
    from ..reporting.book import sheets_workbook

    sheets = {"Roster": roster_grid(duties), "Shifts": roster_table(duties)}
    if activities is not None:
        rows = checked(activities, ACTIVITIES, "activities")
        sheets["Activities"] = rows.assign(**{end: rows[end].dt.tz_localize(None) for end in ("start", "end")})[
            list(ACTIVITIES)
        ]
    if made is None:
        first = sheets["Shifts"]["day"].min()
        made = first if pd.notna(first) else pd.Timestamp("2000-01-01")
    return sheets_workbook(file, sheets, title=title, made=made)
