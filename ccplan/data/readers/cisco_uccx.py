"""Cisco Unified CCX contact service queue (CSQ) activity by interval, exported as text, to intervals.

Sources: "Cisco Unified CCX Historical Reports User Guide", Release 7.0(1), and "Historical Reporting
Administrator and Developer Guide", Releases 8.0 to 11.5, Contact Service Queue Activity Report (by CSQ, by
Interval): CSQ Name, Interval Start Time, Interval End Time, Service Level (seconds), Calls Handled and
Calls Abandoned within it (< SL), Percentage of Service Level Met (Only Handled: ÷ calls handled; Without
Abandon; Positive Abandon; Negative Abandon: ÷ calls presented), Calls Presented, Handled, Abandoned,
Dequeued (a number, or a number and a percentage). The Contact Service Queue Activity Report adds Avg Queue
Time, Avg Speed of Answer, Avg Handle Time (talk, hold and work of the handled calls) and Avg Time to
Abandon, hh:mm:ss. Dequeued calls went on elsewhere: they stay offered, neither answered nor abandoned.
"""

import re

from ..reading.headers import meaning, plain
from ..reading.understand import Cells
from . import shares
from .report import read_report
from .shape import Reader

WITHIN = re.compile(r"(number_of_)?(calls_)?handled(_calls)?_(within_|in_)?(sl|service_level)")
COUNTS = ("calls_presented", "calls_handled", "calls_abandoned")
PERCENTAGES = {"negative_abandon": "calls_presented", "only_handled": "calls_handled"}  # of which count each is a share


def read_queue_activity(file, table="intervals"):
    """The intervals of a CSQ activity report, as Cells: averages in hh:mm:ss, totals left out."""
    cells, _, encoding, separator = read_report(
        file,
        lambda names: "calls_presented" in names and bool({"csq_name", "csq", "contact_service_queue"} & set(names)),
    )
    for name in [name for name in cells if plain(name) in COUNTS]:
        cells = cells.assign(**{name: cells[name].str.replace(r"\s*\(.*\)$", "", regex=True)})
    cells, notes = _within_service_level(cells)
    units = {name: "hh:mm:ss" for name in cells if (meaning(name) or "").endswith("_s")}
    return Cells(
        file=file, cells=cells, kind="cisco_uccx", encoding=encoding, separator=separator, units=units, notes=notes
    )


def _within_service_level(cells):
    """(cells, notes): calls handled within the service level, counted or from a percentage of a count that is there."""
    named = shares.named_target(
        shares.column(cells, "service_level", "service_level_sec", "service_level_seconds", "service_level_s")
    )
    counted = next((name for name in cells if WITHIN.fullmatch(plain(name))), None)
    if counted:
        return cells.rename(columns={counted: named}), (f"{named} = {counted}",)
    for ending, whole in PERCENTAGES.items():
        percent, base = (
            next((name for name in cells if plain(name).endswith(ending)), None),
            shares.column(cells, whole),
        )
        made = None if percent is None or base is None else shares.counted_from(cells[percent], base)
        if made is not None:
            return cells.assign(**{named: made}), (f"{named} = {percent} × {base.name}, to whole calls",)
    return cells, ()


READERS = (
    Reader(
        kind="cisco_uccx",
        says="Cisco Unified CCX queue activity by interval",
        tables=("intervals",),
        read=read_queue_activity,
        looks_like=lambda head: (
            "calls presented" in head.lower() and ("csq" in head.lower() or "contact service queue" in head.lower())
        ),
    ),
)
