"""The rows of an Ibis table as the parts of a KPI see them: columns by name, times in local wall time, the centre's
promises.
"""

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd

from ...data.centre import Centre
from .shelf import Lacks, Shelf

TARGET_S = 20.0  # where neither the KPI nor the centre says


@dataclass
class Context:
    """What a measurement knows beside the tables: the shelf, the Centre (or None), start and end (local, end
    excluded).
    """

    shelf: Shelf
    centre: Centre | None = None
    start: pd.Timestamp | None = None
    end: pd.Timestamp | None = None
    _interval_s: float | None = field(default=None, repr=False)
    _clocks: dict = field(default_factory=dict, repr=False)

    def clock(self, table, column, seconds):
        """The changes of the zone's clock in the years of a column of moments, which is asked for its first and
        last.
        """
        if self.zone == "UTC":
            return ((None, 0),)
        if (table, column) not in self._clocks:
            ends = (
                seconds.name("s")
                .as_table()
                .aggregate(low=lambda t: t.s.min(), high=lambda t: t.s.max())
                .to_pandas()
                .iloc[0]
            )
            years = [1970 if pd.isna(end) else pd.Timestamp(int(end), unit="s").year for end in ends]
            self._clocks[table, column] = clock_changes(self.zone, *years)
        return self._clocks[table, column]

    @property
    def zone(self):
        """The zone of the centre; UTC where none is known."""
        return self.centre.time_zone if self.centre is not None else "UTC"

    def interval_s(self):
        """How long the intervals of the table are: the usual step between two of a queue."""
        if self._interval_s is None:
            starts = Row(self.shelf.table("intervals"), "intervals", self).seconds_of("start")
            seen = np.sort(starts.name("s").as_table().distinct().to_pandas()["s"].dropna().to_numpy())
            steps = np.diff(seen)
            self._interval_s = (
                float(pd.Series(steps).mode().iloc[0])
                if len(steps)
                else float(self.centre.interval_s if self.centre else 1800)
            )
        return self._interval_s


class Row:
    """A row of an Ibis table: `row.wait_s` is a column; Lacks is raised where there is none. `notes` say what stood
    in.
    """

    def __init__(self, table, name, context):
        self.table, self.name, self.context, self.notes = table, name, context, []

    def __getattr__(self, column):
        return self[column]

    def __getitem__(self, column):
        if column == "lasted_s" and column not in self.table.columns:
            self.need("start", "end")
            return _whole_seconds(self.table["end"]) - _whole_seconds(self.table["start"])
        self.need(column)
        return self.table[column]

    def has(self, column):
        """Whether the table has the column."""
        return column in self.table.columns

    def need(self, *columns):
        """Lacks where a column is not there."""
        lacking = [column for column in columns if column not in self.table.columns]
        if lacking:
            raise Lacks(f"{self.name} has no column {', '.join(lacking)}")

    def or_zero(self, column):
        """A column with 0 for empty cells; 0 where there is none, which is noted."""
        if self.has(column):
            return self.table[column].fill_null(0)
        self.notes.append(f"without {column}")
        return 0

    def seconds_of(self, column):
        """Whole seconds since 1970 of a column of times, or of days, as local wall time."""
        times = self[column]
        if times.type().is_date():
            times = times.cast("timestamp")
        zone = getattr(times.type(), "timezone", None) or column in self.context.shelf.moments(self.name)
        seconds = _whole_seconds(times)
        return seconds + _offset(seconds, self.context.clock(self.name, column, seconds)) if zone else seconds

    def slot(self, column, step):
        """The number of the step (seconds) since 1970 that a time lies in."""
        times = self[column]
        if (
            times.type().is_timestamp()
            and not times.type().timezone
            and times._find_backend(use_default=False).name == "duckdb"
        ):
            return (microseconds(times) // (step * 1_000_000)).cast("int64")  # one division in place of two
        return (self.seconds_of(column) // step).cast("int64")

    def target_s(self, given=None):
        """Seconds within which a contact is to be answered: as given, else what the centre promises of its queue."""
        import ibis

        queues = (
            {}
            if self.context.centre is None
            else {queue.name: queue.targets.target_s for queue in self.context.centre.queues}
        )
        if given is not None or not queues:
            return TARGET_S if given is None else given
        return ibis.cases(*((self.queue == name, float(seconds)) for name, seconds in queues.items()), else_=TARGET_S)

    def counted_in_target(self, given=None):
        """Contacts of an interval that were answered in time; Lacks where another time is asked for than was
        counted.
        """
        centre = self.context.centre
        if given is not None and not (
            centre is not None and all(queue.targets.target_s == given for queue in centre.queues)
        ):
            raise Lacks(f"intervals count those answered in the target time of each queue, not within {given:g} s")
        return self.answered_in_target

    def at_once(self):
        """How many contacts an agent of the queue holds at a time."""
        import ibis

        several = (
            {}
            if self.context.centre is None
            else {queue.name: queue.at_once for queue in self.context.centre.queues if queue.at_once > 1}
        )
        if not several or not self.has("queue"):
            return 1
        return ibis.cases(*((self.queue == name, many) for name, many in several.items()), else_=1)

    def interval_s(self):
        """How long an interval is, in seconds."""
        return self.context.interval_s()


def microseconds(times):
    """Microseconds since 1970 of a column of times, on DuckDB."""
    import ibis

    @ibis.udf.scalar.builtin(name="epoch_us")
    def own(at: times.type()) -> int: ...

    return own(times)


def _whole_seconds(times):
    from ...data.logs.engine import whole_seconds

    backend = times._find_backend(use_default=False)
    return whole_seconds(times) if backend.name == "duckdb" else times.epoch_seconds()


def _offset(seconds, changes):
    """Seconds to add to moments for local wall time: a step at every change of the zone's clock."""
    import ibis

    if len(changes) == 1:
        return changes[0][1]
    return ibis.cases(*((seconds < at, before) for at, before in changes[:-1]), else_=changes[-1][1])


@cache
def clock_changes(zone, first, last):
    """((moment in seconds, seconds to add before it), ...) of a zone in some years; the last entry holds those to
    add after all changes.

    >>> clock_changes("Europe/Helsinki", 2026, 2026)
    ((1774746000, 7200), (1792890000, 10800), (None, 7200))
    """
    moments = pd.date_range(f"{first}-01-01", f"{last + 1}-01-01", freq="h", tz="UTC")
    offsets = (
        (moments.tz_convert(zone).tz_localize(None) - moments.tz_localize(None)) // pd.Timedelta(seconds=1)
    ).to_numpy()
    at = np.flatnonzero(np.diff(offsets)) + 1
    seconds = moments.as_unit("s").asi8
    return (*((int(seconds[i]), int(offsets[i - 1])) for i in at), (None, int(offsets[-1])))
