"""Amazon Connect contact records (JSON lines, or one object after the other as Firehose writes them) to calls.

Source: Amazon Connect administrator guide, "Data model for Amazon Connect contact records": ContactId,
Channel, InitiationMethod, Queue.Name / EnqueueTimestamp / Duration, Agent.Username /
ConnectedToAgentTimestamp / AgentInteractionDuration / CustomerHoldDuration / AfterContactWorkDuration,
CustomerEndpoint.Address, TransferredToEndpoint, NextContactId, DisconnectTimestamp, LastUpdateTimestamp.
Times are UTC, durations whole seconds. Records are delivered at least once: the last update of each counts.
"Metric definitions": interaction time has no hold in it; a contact that left the queue for another one or
for a callback is not abandoned. Such a record has no agent but a next contact, which is counted instead.
"""

import pandas as pd

from ..reading.text_files import SourceError
from ..reading.understand import Cells
from .records import at, read_records
from .shape import Reader

CHANNELS = {"VOICE": "voice", "CHAT": "chat", "EMAIL": "email"}
NOT_INBOUND = ("OUTBOUND", "EXTERNAL_OUTBOUND", "MONITOR", "DISCONNECT")  # DISCONNECT: a survey after the call


def read_contact_records(file, table="calls"):
    """The queued inbound contacts of a file of contact records, as Cells with our column names."""
    records, encoding = read_records(file)
    latest = {}
    for number, record in enumerate(records, start=1):
        key = str(record.get("ContactId"))
        if key not in latest or str(record.get("LastUpdateTimestamp") or "") >= str(
            latest[key][1].get("LastUpdateTimestamp") or ""
        ):
            latest[key] = (number, record)
    after = {key for key, (_, record) in latest.items() if record.get("InitiationMethod") == "DISCONNECT"}
    ours = {number: (record, _went_on(record, after)) for number, record in latest.values() if _is_ours(record)}
    queued = {number: row for number, row in ours.items() if row[0].get("Agent") or not row[1]}
    if not queued:
        raise SourceError(f"{file} read as amazon_connect has no inbound contact that was in a queue")
    frame = pd.DataFrame.from_dict({number: _row(*row) for number, row in queued.items()}, orient="index")
    notes = _notes(len(records) - len(latest), len(latest) - len(ours), len(ours) - len(queued))
    return Cells(file=file, cells=_timed(frame), kind="amazon_connect", encoding=encoding, notes=notes)


def _went_on(record, after):
    """True where another contact continues this one: another queue, agent or callback, but not a survey after it."""
    return bool(record.get("NextContactId")) and str(record["NextContactId"]) not in after


def _is_ours(record):
    return bool(
        isinstance(record.get("Queue"), dict)
        and record.get("InitiationMethod") not in NOT_INBOUND
        and str(record.get("Channel", "VOICE")) in CHANNELS
    )


def _row(record, went_on):
    agent = at(record, "Agent", "ConnectedToAgentTimestamp")
    return {
        "call_id": record.get("ContactId"),
        "queue": at(record, "Queue", "Name"),
        "channel": CHANNELS[record.get("Channel", "VOICE")],
        "arrived": at(record, "Queue", "EnqueueTimestamp") or record.get("InitiationTimestamp"),
        "answered_at": agent,
        "gone_at": record.get("DisconnectTimestamp"),
        "queued_s": at(record, "Queue", "Duration"),
        "outcome": "answered" if agent else "abandoned",
        "talk_s": at(record, "Agent", "AgentInteractionDuration"),
        "hold_s": at(record, "Agent", "CustomerHoldDuration"),
        "acw_s": at(record, "Agent", "AfterContactWorkDuration"),
        "agent": at(record, "Agent", "Username"),
        "transferred": went_on or bool(record.get("TransferredToEndpoint")),
        "customer": at(record, "CustomerEndpoint", "Address"),
    }


def _timed(frame):
    """Times typed; the wait runs to the agent's answer, or as long as the contact was queued."""
    times = {
        name: pd.to_datetime(frame[name].astype("str"), utc=True, errors="coerce", format="ISO8601")
        for name in ("arrived", "answered_at", "gone_at")
    }
    frame = frame.assign(
        **{
            name: pd.to_numeric(frame[name], errors="coerce").astype(float)
            for name in ("queued_s", "talk_s", "hold_s", "acw_s")
        }
    )
    ended = (times["gone_at"] - times["arrived"]).dt.total_seconds()
    answered = (times["answered_at"] - times["arrived"]).dt.total_seconds()
    frame = frame.assign(wait_s=answered.fillna(frame["queued_s"]).fillna(ended), arrived=times["arrived"])
    return frame.drop(columns=["answered_at", "gone_at", "queued_s"])


def _notes(again, other, moved):
    return tuple(
        note
        for note in (
            "times are UTC in the file",
            f"{again:,} earlier copies of records are left out" if again else "",
            f"{other:,} contacts that were in no queue, outbound or tasks are left out" if other else "",
            f"{moved:,} contacts left their queue for another one or a callback: counted there, not as abandoned"
            if moved
            else "",
        )
        if note
    )


READERS = (
    Reader(
        kind="amazon_connect",
        says="Amazon Connect contact records",
        tables=("calls",),
        read=read_contact_records,
        looks_like=lambda head: (
            head.lstrip()[:1] in ("{", "[") and '"ContactId"' in head and '"InitiationTimestamp"' in head
        ),
    ),
)
