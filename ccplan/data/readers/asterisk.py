"""Asterisk's `queue_log`: one line an event, `epoch|call|queue|agent|event|data…`, to calls.

Source: Asterisk documentation, "Queue Logs" (events and their parameters): ENTERQUEUE(url|callerid|
origposition[|calleridname]), CONNECT(holdtime|bridgedchanneluniqueid|ringtime), COMPLETEAGENT and
COMPLETECALLER(holdtime|calltime|origposition), ABANDON, EXITEMPTY, EXITWITHTIMEOUT(position|origposition|
waittime), EXITWITHKEY(key|position|origposition|waittime), TRANSFER and BLINDTRANSFER(extension|context|
holdtime|calltime|origposition), ATTENDEDTRANSFER(BRIDGE|bridge, APP|app or LINK|channel|channel, then
holdtime|calltime|origposition; the order as `app_queue.c` writes it), SYSCOMPAT. JOINEMPTY and FULL, which
some builds write for a caller who never got in: Wazo documentation, "Queue logs". Seconds; UTC epochs.
"""

import re

import numpy as np
import pandas as pd

from ..reading.text_files import SourceError, read_text
from ..reading.understand import Cells
from .shape import Reader

LINE = re.compile(
    r"(\d{9,11})(?:\.\d+)?\|([^|]*)\|([^|]*)\|([^|]*)\|(\w[^|]*)\|?(.*)"
)  # QueueLog() may write events of its own
WAIT_AT = {"ABANDON": 2, "EXITEMPTY": 2, "EXITWITHTIMEOUT": 2, "EXITWITHKEY": 3}
WHY = {"EXITEMPTY": "left: no agents", "EXITWITHTIMEOUT": "left: time out", "EXITWITHKEY": "left: pressed a key"}
TALK_AT = {"COMPLETEAGENT": 1, "COMPLETECALLER": 1, "TRANSFER": 3, "BLINDTRANSFER": 3, "ATTENDEDTRANSFER": -2}
REFUSED = ("JOINEMPTY", "JOINUNAVAIL", "FULL")
COLUMNS = ["call_id", "queue", "arrived", "wait_s", "outcome", "talk_s", "agent", "transferred", "customer", "reason"]


def read_queue_log(file, table="calls"):
    """The calls of a queue_log, as Cells with our column names; a call that enters a second queue is a row of its
    own.
    """
    text, encoding = read_text(file)
    calls, open_calls, legs, strange = {}, {}, {}, 0
    for number, line in enumerate(text.splitlines(), start=1):
        match = LINE.fullmatch(line.strip())
        strange += bool(line.strip()) and match is None
        if match:
            _event(calls, open_calls, legs, number, *match.groups())
    return _cells(file, calls, open_calls, strange, encoding)


def _event(calls, open_calls, legs, number, epoch, call, queue, agent, event, data):
    """One line into the call it belongs to; events of no call (agents, restarts) are passed over."""
    data = data.split("|")
    if event == "ENTERQUEUE" or event in REFUSED:
        legs[call] = legs.get(call, 0) + 1
        row = {"call_id": call if legs[call] == 1 else f"{call}-{legs[call]}", "queue": queue, "arrived": int(epoch)}
        calls[number] = open_calls[call] = row
        row |= (
            {"customer": _at(data, 1)}
            if event == "ENTERQUEUE"
            else {"outcome": "blocked", "wait_s": 0.0, "reason": event.lower()}
        )
    elif call in open_calls:
        _continue(open_calls[call], int(epoch), agent, event, data)


def _continue(row, epoch, agent, event, data):
    if event == "SYSCOMPAT":  # answered, but dropped at once: the channels did not fit; no parameter tells the wait
        row |= {"outcome": "abandoned", "wait_s": float(epoch - row["arrived"]), "reason": "left: the call was dropped"}
    elif event in WAIT_AT:
        row |= {"outcome": "abandoned", "wait_s": _number(_at(data, WAIT_AT[event])), "reason": WHY.get(event, "")}
    elif event == "CONNECT":
        row |= {"outcome": "answered", "wait_s": _number(_at(data, 0)), "agent": agent, "transferred": False}
    elif event in TALK_AT and row.get("outcome") == "answered":
        row |= {"talk_s": _number(_at(data, TALK_AT[event])), "transferred": "TRANSFER" in event}


def _cells(file, calls, open_calls, strange, encoding):
    ended = {number: row for number, row in calls.items() if "outcome" in row}
    if not ended:
        raise SourceError(f"{file} read as asterisk has no call that entered a queue and left it")
    frame = pd.DataFrame.from_dict(ended, orient="index").reindex(columns=COLUMNS)
    frame = frame.assign(arrived=pd.to_datetime(frame["arrived"], unit="s", utc=True))
    talking = int((frame["outcome"].eq("answered") & frame["talk_s"].isna()).sum())
    waiting = len(calls) - len(ended)
    notes = [
        "times are UTC in the file",
        f"{waiting:,} calls still waiting at its end are left out" if waiting else "",
        f"{talking:,} answered calls have no end in the file: their talk time is not known" if talking else "",
        f"{strange:,} lines are no events and are left out" if strange else "",
    ]
    return Cells(
        file=file,
        cells=frame,
        kind="asterisk",
        encoding=encoding,
        separator="|",
        notes=tuple(note for note in notes if note),
    )


def _at(data, place):
    """A parameter by its place; from the end, after the empty ones that a full line carries."""
    data = data if place >= 0 else [part for part in data if part]
    return data[place] if -len(data) <= place < len(data) else ""


def _number(text):
    return float(text) if re.fullmatch(r"\d{1,9}(\.\d+)?", text) else np.nan


READERS = (
    Reader(
        kind="asterisk",
        says="Asterisk queue_log",
        tables=("calls",),
        read=read_queue_log,
        looks_like=lambda head: bool(LINE.fullmatch(head.split("\n", 1)[0].strip())),
    ),
)
