"""What the staffing panel works out when the hand rests: the whole week, and the day played call by call many times.

Both take longer than a move of the hand may; they are done a slice at a time, so that the next move never waits for
them.
"""

import time
from dataclasses import dataclass

import numpy as np
import pandas as pd

PLAYED = 200  # days
LOW, HIGH = 0.1, 0.9  # of the band: eight days of ten lie within
SLICE_S = 0.1  # how long the kernel works before it listens again


@dataclass(frozen=True)
class PlayedDays:
    """Days played call by call: `low` and `high` service of each interval (P10, P90), `kept` the share that meets
    the target.
    """

    low: np.ndarray
    high: np.ndarray
    kept: float
    days: int

    def words(self, target):
        """What the played days come to, in a sentence."""
        return (
            f"Played call by call {self.days} times, the day as a whole keeps the target of {target:.0%} on {self.kept:.0%} of the days; "
            "in eight of ten of them each interval's service lies in the pale band."
        )


class AtRest:
    """The week and the played days of one setting: `go_on()` works a slice and says whether all is done."""

    def __init__(self, week, played):
        self.week, self.played, self.done = None, None, False
        self.steps = self._steps(week, played)

    def go_on(self, seconds=SLICE_S):
        """Work for about so many seconds; True when nothing is left."""
        end = time.perf_counter() + seconds
        for _ in self.steps:
            if time.perf_counter() > end:
                return False
        self.done = True
        return True

    def _steps(self, week, played):
        days = []
        for one in week:
            days.append(one)
            yield
        self.week = pd.concat(days, ignore_index=True) if days else None
        yield
        for self.played in played:
            yield


def staffed_week(days, staffed):
    """The staffed days of a week, one at a time: `days` are frames of calls, `staffed` staffs one; one that cannot
    be staffed is left out.
    """
    for day in days:
        try:
            if day["offered"].sum() > 0:
                yield staffed(day)
        except ValueError:  # nobody can meet the targets on that day: it stays blank
            continue


def played_days(staffed, queue, interval_s, *, days=PLAYED):
    """PlayedDays of a staffed day, at last; None while the days are being played, one at a time.

    `staffed` has offered, aht_s and agents; handle times and patience are exponential, as the formulas take them.
    Nothing is yielded for limited lines or contacts held together, which single calls cannot tell.
    """
    from ...queueing import each_day

    if np.isfinite(queue.lines) or queue.at_once > 1 or queue.targets.definition == "virtual":
        return
    calls, aht_s, agents = staffed[["offered", "aht_s", "agents"]].to_numpy(float).T
    level, kept = np.full((days, len(calls)), np.nan), np.zeros(days)
    for number, (by_interval, day) in enumerate(
        each_day(
            calls,
            aht_s,
            agents,
            interval_s=interval_s,
            patience_s=queue.patience_s,
            days=days,
            target_s=queue.targets.target_s,
            definition=queue.targets.definition,
        )
    ):
        level[number], kept[number] = by_interval, day >= queue.targets.service_level
        yield None
    low, high = _band(level)
    yield PlayedDays(low, high, float(kept.mean()), days)


def _band(level):
    """P10 and P90 of each interval over its days with calls; blank where no day has any."""
    ends, some = np.full((2, level.shape[1]), np.nan), ~np.isnan(level).all(axis=0)
    ends[:, some] = np.nanquantile(level[:, some], [LOW, HIGH], axis=0)
    return ends
