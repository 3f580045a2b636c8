"""What callers meet through a day with the people whom activities put at their desks: the queueing model, slot by
slot.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...data.centre import Queue
from ...queueing import predict_day
from .breaks import desk_cover
from .duty_tables import seconds_of, stamps_of

SLOT_S = 900
COUNTS = ("offered", "answered_in_target", "answered", "abandoned", "wait_answered_s")


@dataclass(frozen=True)
class DayModel:
    """One queue's day: `rows` (start, offered, aht_s, in order, `interval_s` apart), its `Queue`, and the people by
    slots.

    `kept` is the share of their scheduled work that people who are there keep: in a slot, cover × kept, rounded,
    are at work.
    """

    rows: pd.DataFrame
    queue: Queue
    interval_s: int
    kept: np.ndarray

    @property
    def slot_s(self):
        """Seconds of a slot: a quarter of an hour where the interval holds whole ones."""
        return SLOT_S if self.interval_s % SLOT_S == 0 else int(self.interval_s)

    @property
    def per(self):
        """Slots an interval."""
        return int(self.interval_s) // self.slot_s

    @property
    def slots(self):
        """The starts of the slots, real seconds."""
        return (seconds_of(self.rows["start"])[:, None] + np.arange(self.per) * self.slot_s).ravel()

    def cover(self, activities):
        """The mean number of people at their desks in each slot."""
        return desk_cover(activities, stamps_of(self.slots, self.rows["start"]), self.slot_s)

    def service(self, cover):
        """A row an interval: start and the counts of the calls that arrive in it, with `cover` people by slot."""
        agents = np.floor(cover * self.kept + 0.5).astype(int)
        calls, aht_s = (np.repeat(self.rows[name].to_numpy(float), self.per) for name in ("offered", "aht_s"))
        told = predict_day(
            calls / self.per,
            aht_s,
            agents,
            interval_s=self.slot_s,
            patience_s=self.queue.patience_s,
            target_s=self.queue.targets.target_s,
            definition=self.queue.targets.definition,
        )
        sums = told[list(COUNTS)].to_numpy().reshape(len(self.rows), self.per, -1).sum(axis=1)
        in_time = (told["service_level"] * told["offered"]).to_numpy().reshape(len(self.rows), self.per).sum(axis=1)
        return pd.DataFrame(sums, columns=list(COUNTS)).assign(in_time=in_time).set_index(self.rows["start"].to_numpy())


def totals_of(counts):
    """Service level, ASA in seconds and abandonment of rows of counts: ratios of sums, blank where nobody calls."""
    offered, answered = counts["offered"].sum(), counts["answered"].sum()
    return {
        "service_level": counts["in_time"].sum() / offered if offered > 0 else np.nan,
        "asa_s": counts["wait_answered_s"].sum() / answered if answered > 0 else np.nan,
        "abandonment": counts["abandoned"].sum() / offered if offered > 0 else np.nan,
    }


def levels_of(counts):
    """The service level of each row of counts, blank where nobody calls."""
    offered = counts["offered"].to_numpy(float)
    return np.divide(counts["in_time"].to_numpy(float), offered, out=np.full(len(counts), np.nan), where=offered > 0)


def day_model(intervals, centre, queue, kept=1.0):
    """The DayModel of the rows of `intervals` (queue, start, offered, aht_s) of one queue, or a ValueError in words."""
    rows = intervals[intervals["queue"].astype(str) == queue] if "queue" in intervals else intervals
    missing = [name for name in ("start", "offered", "aht_s") if name not in rows]
    if missing:
        raise ValueError(f"intervals must have the columns start, offered and aht_s; missing: {', '.join(missing)}")
    if not len(rows):
        raise ValueError(f"intervals hold nothing of the queue {queue}")
    known = centre.queue(queue)
    if known.deferred or known.at_once > 1 or np.isfinite(known.lines):
        raise ValueError(
            f"queue {queue}: the service of a day is told for calls with unlimited lines, one at a time, that cannot wait for hours"
        )
    model = DayModel(rows.sort_values("start").reset_index(drop=True), known, int(centre.interval_s), np.ones(1))
    return DayModel(
        model.rows, known, model.interval_s, np.broadcast_to(np.asarray(kept, dtype=float), len(model.slots))
    )
