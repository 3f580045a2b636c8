"""Cisco Unified CCX contact service queue activity by interval, exported as text, to intervals.

Source: Cisco Unified CCX historical reports user guide, contact service queue activity report (by
interval): CSQ Name, Interval Start Time, Interval End Time, Calls Presented, Avg Queue Time, Calls
Handled, Avg Speed of Answer, Avg Handle Time, Calls Abandoned, Avg Time to Abandon, …; durations
hh:mm:ss, handle time is talk, hold and work of the handled calls.
"""

from ..reading.headers import meaning
from ..reading.understand import Cells
from .report import read_report
from .shape import Reader


def read_queue_activity(file, table="intervals"):
    """The intervals of a CSQ activity report, as Cells: averages in hh:mm:ss, totals left out."""
    cells, _, encoding, separator = read_report(
        file, lambda names: "calls_presented" in names and bool({"csq_name", "csq", "contact_service_queue"} & set(names)))
    units = {name: "hh:mm:ss" for name in cells if (meaning(name) or "").endswith("_s")}
    return Cells(file=file, cells=cells, kind="cisco_uccx", encoding=encoding, separator=separator, units=units)


READERS = (Reader(kind="cisco_uccx", says="Cisco Unified CCX queue activity by interval", tables=("intervals",), read=read_queue_activity,
                  looks_like=lambda head: "calls presented" in head.lower()
                  and ("csq" in head.lower() or "contact service queue" in head.lower())),)
