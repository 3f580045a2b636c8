"""Avaya CMS split/skill interval report, exported as text, to intervals.

Source: Avaya Call Management System, split/skill interval report: Time, Avg Speed Ans, Avg Aban Time,
ACD Calls, Avg ACD Time, Avg ACW Time, Aban Calls, …, Avg Pos Staff; averages are minutes and seconds
(3:45, :05) over the ACD calls; date and split stand above the header. ACD time includes no hold
unless the report says so; offered = ACD calls + abandoned (+ busy, where it is reported).
"""

import re

from ..reading.headers import meaning, plain
from ..reading.text_files import SourceError
from ..reading.understand import Cells
from .report import read_report
from .shape import Reader

DATES, SPLITS = ("date", "date_of_report", "report_date"), ("split_skill", "split", "skill", "split_skill_name")


def read_split_report(file, table="intervals"):
    """The intervals of a split/skill interval report, as Cells: averages in mm:ss, start from date and time."""
    cells, titles, encoding, separator = read_report(file, lambda names: "avg_speed_ans" in names and "acd_calls" in names)
    named = {plain(name): name for name in cells}
    date = cells[named["date"]] if "date" in named else next((titles[word] for word in DATES if word in titles), None)
    if date is None or "time" not in named:
        raise SourceError(f"{file} read as avaya_cms has no date above its header (Date: …) or no column Time")
    time = cells[named["time"]].str.replace(r"\s*[-–].*$", "", regex=True).str.replace(r"(?i)\s*([ap]m)$", r" \1", regex=True)
    cells = cells.assign(start=date + " " + time).drop(columns=[named[name] for name in ("date", "time") if name in named])
    queue = next((titles[word] for word in SPLITS if word in titles), None)
    if queue and not any(meaning(name) == "queue" for name in cells):
        cells = cells.assign(queue=re.sub(r"\s+", " ", queue))
    units = {name: "mm:ss" for name in cells if (meaning(name) or "").endswith("_s")}
    return Cells(file=file, cells=cells, kind="avaya_cms", encoding=encoding, separator=separator, units=units)


READERS = (Reader(kind="avaya_cms", says="Avaya CMS split/skill interval report", tables=("intervals",), read=read_split_report,
                  looks_like=lambda head: "avg speed ans" in head.lower() and "acd calls" in head.lower()),)
