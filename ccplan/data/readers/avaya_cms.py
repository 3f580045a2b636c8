"""Avaya CMS: the split/skill interval report as text, and the `hsplit` table as it stands, to intervals.

Sources: Avaya Call Management System, "Database Items and Calculations" (Releases 16 to 18, and CentreVu
CMS R3V8): ACDCALLS, ABNCALLS, ACDTIME (talk time of the ACD calls), HOLDACDTIME, ACWTIME (after-call work
of ACDCALLS), ANSTIME and ABNTIME (time until answered, until abandoned), ACCEPTABLE (answered within
SERVICELEVEL seconds), I_STAFFTIME, STARTTIME (HHMM), INTRVL (minutes); seconds. Historical report
"Split/Skill Interval": Time, Avg Speed Ans, Avg Aban Time, ACD Calls, Avg ACD Time, Avg ACW Time, Aban
Calls, Max Delay, Flow In, Flow Out, Extn Out Calls, Avg Extn Out Time, Dequeued Calls, Avg Time to
Dequeue, % ACD Time, % Ans Calls, Avg Pos Staff, Calls Per Pos. Its averages are minutes and seconds
(3:45, :05); date and split stand above the header; the time is one cell ("8:00AM- 8:30AM") or three
("8:00", "-", "8:30AM"). % Within Service Level is 100 × ACCEPTABLE ÷ CALLSOFFERED, so it gives contacts
only where the report has the column Calls Offered.
"""

import re

import pandas as pd

from ..reading.headers import meaning, plain
from ..reading.text_files import SourceError
from ..reading.understand import Cells
from . import shares
from .report import read_report
from .shape import Reader

DATES, SPLITS = ("date", "date_of_report", "report_date"), ("split_skill", "split", "skill", "split_skill_name")
WITHIN = ("within_service_level", "within_serv_lvl", "within_service_lvl", "within_serv_level")
DASHES = ("-", "–", "")
CLOCK = r"^(?P<h>\d{1,2}):(?P<m>\d\d)\s*(?P<half>[AaPp][Mm])?$"
ITEMS = {  # database item → ours; the first that is there is taken
    "offered": ("callsoffered",),
    "answered": ("acdcalls",),
    "abandoned": ("abncalls",),
    "blocked": ("busycalls",),
    "talk_s": ("acdtime",),
    "hold_s": ("holdacdtime", "holdtime"),
    "acw_s": ("acwtime",),
    "wait_answered_s": ("anstime",),
    "wait_abandoned_s": ("abntime",),
}


def read_split_report(file, table="intervals"):
    """The intervals of a split/skill interval report, as Cells: averages in mm:ss, start from date and time."""
    cells, titles, encoding, separator = read_report(
        file, lambda names: "avg_speed_ans" in names and "acd_calls" in names, _widened
    )
    named = {plain(name): name for name in cells}
    date = cells[named["date"]] if "date" in named else next((titles[word] for word in DATES if word in titles), None)
    time = next((named[word] for word in ("time", "time_start", "start_time", "interval") if word in named), None)
    if date is None or time is None:
        raise SourceError(f"{file} read as avaya_cms has no date above its header (Date: …) or no column Time")
    ends = next((named[word] for word in ("time_end", "stop_time", "end_time") if word in named), None)
    start = date + " " + _start(cells[time], cells[ends] if ends else None)
    cells = cells.assign(start=start).drop(columns=[name for name in (time, ends, named.get("date")) if name])
    queue = next((titles[word] for word in SPLITS if word in titles), None)
    if queue and not any(meaning(name) == "queue" for name in cells):
        cells = cells.assign(queue=re.sub(r"\s+", " ", queue))
    cells, notes = _within_service_level(cells)
    units = {name: "mm:ss" for name in cells if (meaning(name) or "").endswith("_s")}
    return Cells(
        file=file, cells=cells, kind="avaya_cms", encoding=encoding, separator=separator, units=units, notes=notes
    )


def _widened(header, row):
    """The header with names for the cells of a time that stands in three: start, dash, end."""
    if len(row) > 2 and row[1] in DASHES and re.match(CLOCK, row[2]) and len(header) in (len(row), len(row) - 2):
        rest = header[3:] if len(header) == len(row) else header[1:]
        return ["Time", "-", "Time End", *rest]
    return header


def _start(times, ends):
    """Starts of the intervals as text; where only the end says AM or PM, the half in which the interval is shorter."""
    texts = times.str.replace(r"\s*[-–].*$", "", regex=True).str.strip()
    ends = times.str.extract(r"[-–]\s*(.*)$", expand=False).fillna("") if ends is None else ends
    start, end = texts.str.extract(CLOCK), ends.str.strip().str.extract(CLOCK)
    lacks = start["half"].isna() & end["half"].notna() & start["h"].notna()
    halves = [_half(*row) for row in zip(start["h"], start["m"], end["h"], end["m"], end["half"], strict=True)]
    half = start["half"].mask(lacks, halves)
    return (start["h"] + ":" + start["m"] + half.fillna("").radd(" ").where(half.notna(), "")).where(
        start["h"].notna(), texts
    )


def _half(hour, minute, end_hour, end_minute, end_half):
    if pd.isna(hour) or pd.isna(end_half):
        return None
    end = int(end_hour) % 12 * 60 + int(end_minute) + 720 * (end_half.lower() == "pm")
    start = int(hour) % 12 * 60 + int(minute)
    return min(("AM", "PM"), key=lambda half: (end - start - 720 * (half == "PM") - 1) % 1440)


def _within_service_level(cells):
    """(cells, notes): contacts within the target where the report says of how many the percentage is."""
    percent, offered = shares.column(cells, *WITHIN), shares.column(cells, "calls_offered")
    if percent is None or shares.column(cells, "acceptable") is not None:
        return cells, ()
    counted = None if offered is None else shares.counted_from(percent, offered)
    if counted is None:
        why = "is no column of the report" if offered is None else "does not fit it"
        return cells, (f"{percent.name} is not used: it is a share of the calls offered, which {why}",)
    named = shares.named_target(shares.column(cells, "target_seconds", "service_level", "acceptable_service_level"))
    return cells.assign(**{named: counted}), (f"{named} = {percent.name} × {offered.name}, to whole contacts",)


def read_hsplit(file, table="intervals"):
    """The intervals of an export of the table `hsplit` (split/skill by interval), as Cells: sums in seconds."""
    cells, _, encoding, separator = read_report(file, _is_hsplit)
    known = {plain(name): name for name in cells}
    made = {ours: cells[known[item]] for ours, items in ITEMS.items() for item in reversed(items) if item in known}
    notes = []
    if "offered" not in made:
        notes.append(
            "offered = ACDCALLS + ABNCALLS"
            + (" + BUSYCALLS" if "blocked" in made else "")
            + ": there is no CALLSOFFERED"
        )
    if "acceptable" in known:
        made[shares.named_target(shares.column(cells, "servicelevel"))] = cells[known["acceptable"]]
    if {"i_stafftime", "intrvl"} <= set(known):
        made["agents"] = shares.numbers(cells[known["i_stafftime"]]) / (60 * shares.numbers(cells[known["intrvl"]]))
    frame = pd.DataFrame(made | {"start": _moments(cells, known), "queue": _split_names(cells, known)})
    return Cells(
        file=file, cells=frame, kind="avaya_hsplit", encoding=encoding, separator=separator, notes=tuple(notes)
    )


def _is_hsplit(names):
    return {"row_date", "starttime", "acdcalls", "abncalls"} <= set(names) and "split" in names


def _moments(cells, known):
    """Date and HHMM as one text; a time of day that HHMM cannot be stays as it is and is told."""
    date = cells[known["row_date"]].str.replace(r"[T ]00:00(:00(\.0+)?)?$", "", regex=True)
    time = cells[known["starttime"]].str.replace(r"\.0+$", "", regex=True).str.zfill(4)
    return date + " " + time.str.replace(r"^(\d\d)(\d\d)$", r"\1:\2", regex=True)


def _split_names(cells, known):
    """The split, with its ACD where there are several: their numbers are the same."""
    split = cells[known["split"]]
    several = "acd" in known and cells[known["acd"]].nunique() > 1
    return "ACD " + cells[known["acd"]] + " split " + split if several else split


READERS = (
    Reader(
        kind="avaya_cms",
        says="Avaya CMS split/skill interval report",
        tables=("intervals",),
        read=read_split_report,
        looks_like=lambda head: "avg speed ans" in head.lower() and "acd calls" in head.lower(),
    ),
    Reader(
        kind="avaya_hsplit",
        says="Avaya CMS table hsplit",
        tables=("intervals",),
        read=read_hsplit,
        looks_like=lambda head: (
            all(word in head[:4000].lower() for word in ("row_date", "starttime", "acdcalls", "abncalls"))
            and "logid" not in head[:4000].lower()
        ),
    ),
)
