"""Genesys Cloud: conversation details (JSON) to calls; interval metrics (JSON or CSV) to intervals.

Sources: Genesys Cloud developer centre, analytics detail and aggregate queries: a conversation holds
participants (purpose customer, acd, agent), these sessions with segments (segmentType interact, hold,
wrapup, …; segmentStart, segmentEnd); an aggregate holds results → data → interval "start/end" and
metrics with stats (count, sum; oServiceLevel: ratio, numerator, denominator, target). Durations are
milliseconds, times UTC. Genesys Cloud help, "Metric definitions", "Export view data" and "View available
columns in performance views": Offer, Answer, Abandon, Handle, Hold, ACW are counts, Total … and Avg …
are durations (Avg Hold per held contact); offered ones are answered, abandoned or flow-outs; what Service
Level % is a share of, each centre chooses, so it is not used. For contacts that cross intervals see `carried`.
"""

import pandas as pd

from ..reading.text_files import SourceError, read_text_table
from ..reading.understand import Cells
from . import shares
from .carried import carried_back
from .records import at, listed, read_records
from .shape import Reader

CHANNELS = {
    "voice": "voice",
    "callback": "voice",
    "chat": "chat",
    "webchat": "chat",
    "message": "chat",
    "webmessaging": "chat",
    "email": "email",
}
METRICS = {  # metric → (our count, our sum)
    "nOffered": ("offered", ""),
    "tAnswered": ("answered", "wait_answered_s"),
    "tAbandon": ("abandoned", "wait_abandoned_s"),
    "tTalk": ("", "talk_s"),
    "tTalkComplete": ("", "talk_s"),
    "tHeld": ("", "hold_s"),
    "tHeldComplete": ("", "hold_s"),
    "tAcw": ("", "acw_s"),
}
COUNTS = ("offered", "answered", "abandoned")
COUNTED = ("Handle", "Talk", "Hold", "ACW", "Alert", "Flow-Out")  # columns of the performance views that are counts


def read_conversations(file, table="calls"):
    """Inbound conversations as calls, a row for each queue that a conversation went through: Cells with our names."""
    records, encoding = read_records(file, within=("conversations",))
    inbound = [record for record in records if record.get("originatingDirection", "inbound") == "inbound"]
    rows = [row for record in inbound for row in _legs(record)]
    if not rows:
        raise SourceError(f"{file} read as genesys_conversations has no inbound conversation that was in a queue")
    frame = pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1))
    notes = ["times are UTC in the file", "queue and agent are ids: name them with words in mapping.toml"]
    notes += (
        [f"{len(records) - len(inbound):,} outbound conversations are left out"] if len(records) > len(inbound) else []
    )
    return Cells(file=file, cells=frame, kind="genesys_conversations", encoding=encoding, notes=tuple(notes))


def _legs(record):
    """A row for each queue: the acd participant, and the agents that follow it until the next one."""
    legs = []
    for participant in listed(record, "participants"):
        if participant.get("purpose") == "acd":
            legs.append((participant, []))
        elif participant.get("purpose") == "agent" and legs:
            legs[-1][1].append(participant)
    rows = [_row(record, acd, agents, last=i == len(legs) - 1) for i, (acd, agents) in enumerate(legs)]
    ids = [f"-{i}" if i > 1 else "" for i in range(1, len(rows) + 1)]
    return [row | {"call_id": f"{record.get('conversationId')}{ending}"} for row, ending in zip(rows, ids, strict=True)]


def _row(record, acd, agents, last):
    waits, work = _segments(acd), [segment for agent in agents for segment in _segments(agent)]
    talks = [segment for segment in work if segment["kind"] == "interact"]
    arrived = min((segment["start"] for segment in waits), default=pd.NaT)
    until = (
        min(segment["start"] for segment in talks)
        if talks
        else max((segment["end"] for segment in waits), default=pd.NaT)
    )
    who = next(
        (agent.get("userId") for agent in agents if any(s["kind"] == "interact" for s in _segments(agent))), None
    )
    return {
        "queue": next((segment["queue"] for segment in [*waits, *work] if segment["queue"]), None),
        "channel": CHANNELS.get(_media(acd), _media(acd)),
        "arrived": arrived,
        "wait_s": (until - arrived).total_seconds(),
        "outcome": "answered" if talks else "abandoned",
        "talk_s": _total(work, "interact"),
        "hold_s": _total(work, "hold"),
        "acw_s": _total(work, "wrapup"),
        "agent": who,
        "transferred": not last or len(agents) > 1,
        "customer": _customer(record),
    }


def _segments(participant):
    return [
        {
            "kind": segment.get("segmentType"),
            "queue": segment.get("queueId"),
            "start": _moment(segment, "segmentStart"),
            "end": _moment(segment, "segmentEnd"),
        }
        for session in listed(participant, "sessions")
        for segment in listed(session, "segments")
    ]


def _moment(segment, name):
    return pd.to_datetime(segment.get(name), utc=True, errors="coerce")


def _total(segments, kind):
    return sum((segment["end"] - segment["start"]).total_seconds() for segment in segments if segment["kind"] == kind)


def _media(participant):
    return next(
        (str(session.get("mediaType", "voice")).lower() for session in listed(participant, "sessions")), "voice"
    )


def _customer(record):
    people = (p for p in listed(record, "participants") if p.get("purpose") in ("customer", "external"))
    return next((s.get("ani") for person in people for s in listed(person, "sessions") if s.get("ani")), None)


def read_aggregates(file, table="intervals"):
    """Interval metrics of an aggregate query as intervals: Cells with our names, durations in ms."""
    records, encoding = read_records(file, within=("results",))
    media = {}
    for record in records:
        media.setdefault(at(record, "group", "queueId"), set()).add(at(record, "group", "mediaType"))
    rows = [
        _interval(record, data, len(media[at(record, "group", "queueId")]) > 1)
        for record in records
        for data in listed(record, "data")
    ]
    if not rows:
        raise SourceError(f"{file} read as genesys_aggregates has no interval")
    frame = pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1))
    frame = frame.assign(**{name: frame[name].fillna(0) for name in COUNTS if name in frame})
    frame, notes = carried_back(frame)
    units = {name: "ms" for name in frame if name.endswith("_s")}
    return Cells(
        file=file,
        cells=frame,
        kind="genesys_aggregates",
        encoding=encoding,
        units=units,
        notes=("times are UTC in the file", *notes),
    )


def _interval(record, data, apart):
    """One row; a queue with several media has a row for each."""
    queue, medium = at(record, "group", "queueId") or "all", at(record, "group", "mediaType")
    row = {"queue": f"{queue} {medium}" if apart else queue, "start": str(data.get("interval", "")).split("/")[0]}
    for metric in listed(data, "metrics"):
        count, total = METRICS.get(metric.get("metric"), ("", ""))
        row |= {count: at(metric, "stats", "count")} if count else {}
        row |= {total: at(metric, "stats", "sum") or 0} if total else {}
        row |= (
            {"answered_in_target": at(metric, "stats", "numerator")} if metric.get("metric") == "oServiceLevel" else {}
        )
    return row


def read_interval_csv(file, table="intervals"):
    """An interval export as CSV: ISO intervals "start/end" or Interval Start, durations in milliseconds."""
    from ..reading.headers import known_headers, map_headers, meaning

    text = read_text_table(file, known_headers)
    cells, notes = _view(text.cells) if "Interval Start" in text.cells else (text.cells, [])
    for name in [name for name in cells if meaning(name) == "start"][:1]:
        cells = cells.assign(**{name: cells[name].str.replace(r"^([^/]*T[^/]*)/.*$", r"\1", regex=True)})
    cells, more = _carried(cells, map_headers(list(cells)).columns)
    units = {name: "ms" for name in cells if (meaning(name) or "").endswith("_s")}
    return Cells(
        file=file,
        cells=cells,
        kind="genesys_intervals",
        encoding=text.encoding,
        separator=text.separator,
        units=units,
        notes=("durations are milliseconds in the file", *notes, *more),
    )


def _view(cells):
    """(cells, notes) of an exported performance view: counts named as such, totals made, half-done intervals left
    out.
    """
    notes = []
    whole = (
        cells["Interval Complete"].str.lower() != "false"
        if "Interval Complete" in cells
        else pd.Series(True, cells.index)
    )
    if not whole.all():
        notes.append(f"{int((~whole).sum()):,} intervals that were not complete are left out")
    cells = cells[whole]
    for name in ("Handle", "Talk", "Hold", "ACW"):
        if f"Avg {name}" in cells and f"Total {name}" not in cells and name in cells:
            total = shares.numbers(cells[f"Avg {name}"]).fillna(0) * shares.numbers(cells[name]).fillna(0)
            cells = cells.assign(**{f"Total {name}": total})
            notes.append(f"Total {name} = Avg {name} × {name}")
    if "Avg Hold" in cells and "Total Hold" not in cells:
        notes.append(
            "Avg Hold is not used: it is the mean of the held contacts, and how many those were the file does not tell"
        )
    cells = cells.drop(
        columns=[
            f"Avg {name}"
            for name in ("Handle", "Talk", "Hold", "ACW")
            if f"Avg {name}" in cells and (f"Total {name}" in cells or name == "Hold")
        ]
    )
    cells = cells.rename(columns={name: f"{name} (count)" for name in COUNTED if name in cells})
    if "Service Level %" in cells:
        notes.append("Service Level % is not used: what it is a share of is a setting of the centre")
    return _by_medium(cells), notes


def _by_medium(cells):
    """A queue with several media has a row for each; each is a queue of its own."""
    if not {"Queue Name", "Media Type"} <= set(cells):
        return cells
    apart = cells.groupby("Queue Name")["Media Type"].transform("nunique") > 1
    return cells.assign(
        **{"Queue Name": cells["Queue Name"].where(~apart, cells["Queue Name"] + " " + cells["Media Type"])}
    )


def _carried(cells, columns):
    """`carried_back` for cells of text, where all that it needs are numbers."""
    if not {"offered", "answered", "abandoned", "start"} <= set(columns):
        return cells, ()
    named = {theirs: ours for ours, theirs in columns.items()}
    typed = cells.rename(columns=named)[list(columns)]
    counted = [name for name in typed if name not in ("queue", "start", "date", "time")]
    typed = typed.assign(
        **{name: shares.numbers(typed[name].astype("str")) for name in counted}, queue=typed.get("queue", "all")
    )
    moment = pd.to_datetime(typed["start"], errors="coerce", format="mixed", utc=True)
    fixed, notes = carried_back(typed.assign(start=moment)) if moment.notna().all() else (typed, ())
    if not notes:
        return cells, ()
    return cells.assign(**{columns[name]: fixed[name] for name in counted if columns[name] in cells}), notes


def _first_line(head):
    return head.lstrip().split("\n", 1)[0]


READERS = (
    Reader(
        kind="genesys_conversations",
        says="Genesys Cloud conversation details",
        tables=("calls",),
        read=read_conversations,
        looks_like=lambda head: (
            head.lstrip()[:1] in ("{", "[") and '"conversationId"' in head and '"participants"' in head
        ),
    ),
    Reader(
        kind="genesys_aggregates",
        says="Genesys Cloud interval metrics",
        tables=("intervals",),
        read=read_aggregates,
        looks_like=lambda head: (
            head.lstrip()[:1] in ("{", "[") and '"metrics"' in head and '"interval"' in head and '"group"' in head
        ),
    ),
    Reader(
        kind="genesys_intervals",
        says="Genesys Cloud interval export",
        tables=("intervals",),
        read=read_interval_csv,
        looks_like=lambda head: (
            ("Interval Start" in _first_line(head) and "Interval Complete" in _first_line(head))
            or ("nOffered" in _first_line(head) and "tHandle" in _first_line(head))
        ),
    ),
)
