"""Break placement: when everybody may have their break so that the worst moment of the day is as good as it can be."""

import numpy as np
import pandas as pd

from ...data.evidence.estimates import WORK
from ...data.given import given_table
from ..forecasting.horizon import same_clock
from .break_descent import descended
from .break_ground import EVERY_S, ground_of, in_the_middle, key_of, pieces
from .break_programme import classes_of, proven, size_of
from .duty_tables import ACTIVITIES, checked, moment_of, seconds_of, stamps_of

PAUSES = ("break", "lunch")
PROVABLE, FEW = 400, 2  # whole numbers of a piece, and pieces, up to which the optimum is proven unless told otherwise


def place_breaks(duties, requirement, shifts, *, every_s=EVERY_S, exact=None, placed=None, since=None):
    """The breaks of every duty, each in its window and in order, placed so that the worst moment is lifted: activities.

    `duties` is a frame agent, day, shift, start, end; `requirement` one of start and agents (people needed at their
    desks, fractions count); `shifts` the `Shift` that the duties name. Breaks start in steps of `every_s` seconds
    or finer, where lengths and windows ask for it. For each stretch of duties that overlap (mostly a day), in this
    order: the worst shortage of any moment is least, then the agent-seconds missing, then the sum of squares of the
    surplus, which is least when it lies evenly. Moments for which nothing is asked count nothing, so that breaks
    gather there.

    `exact`: True proves the optimum with HiGHS, False moves breaks one by one until none moves (hundredths of a
    second for 100 agents × 28 days), None proves what is small. `placed`, activities of before, is where the search
    starts: the result is never worse; with `since`, a moment, breaks that have begun by then stay where they are.
    Returns agent, start, end, scheduled, which tile every duty: "work", "break" where it is paid, "lunch" where it
    is not. Raises ValueError in words for shifts that are unknown, breaks that do not fit, blanks and mixed time
    zones.

    >>> from ccplan.data import Shift
    >>> early = Shift(name="early", starts="08:00", length_s=14400, breaks=[{"length_s": 900, "earliest_s": 5400, "latest_s": 8100}])
    >>> at = pd.Timestamp("2026-10-05 08:00")
    >>> duties = pd.DataFrame({"agent": ["A", "B"], "day": at.normalize(), "shift": "early", "start": at, "end": at + pd.Timedelta("4h")})
    >>> need = pd.DataFrame({"start": pd.date_range(at, periods=8, freq="30min"), "agents": [1, 1, 1, 2, 1, 1, 1, 1]})
    >>> found = place_breaks(duties, need, [early])
    >>> sorted(found[found["scheduled"] != "work"]["start"].dt.strftime("%H:%M"))   # from 9:30 to 10:00 both are needed, then one
    ['10:00', '10:15']
    """
    ground = ground_of(duties, requirement, shifts, every_s)
    low, high = ground.early.copy(), ground.late.copy()
    start = _as_placed(ground, placed, since, low, high) if placed is not None else in_the_middle(ground)
    at = _by_proof(ground, descended(ground, start, low, high), low, high, exact)
    return _activities(ground, at)


def _by_proof(ground, at, low, high, exact):
    """The placement with pieces that are small enough (or all, where exact) put to proven optimum."""
    number = pieces(ground)
    count = number.max(initial=-1) + 1
    if exact is False or (exact is None and count > FEW):
        return at
    for piece in range(count):
        duties = np.flatnonzero(number == piece)
        if exact or size_of(classes_of(ground, duties, low, high)) <= PROVABLE:
            at = _proven_piece(ground, at, duties, low, high)
    return at


def _proven_piece(ground, at, duties, low, high):
    slots = slice(ground.first[duties].min(), ground.last[duties].max())
    found = proven(ground, duties, low, high, key_of(ground, at, slots)[0])
    if not found:
        return at
    trial = at.copy()
    mine = np.isin(ground.duty, duties)
    trial[mine] = [
        found[int(duty), int(place)] for duty, place in zip(ground.duty[mine], ground.place[mine], strict=True)
    ]
    return trial if key_of(ground, trial, slots) < key_of(ground, at, slots) else at


def _as_placed(ground, placed, since, low, high):
    """The slots of breaks as they were placed, and, in `low` and `high`, those that have begun by `since` held fast."""
    placed = checked(placed, ACTIVITIES, "placed")
    same_clock(placed["start"], ground.duties["start"], "placed and duties")
    rows = placed[placed["scheduled"].isin(PAUSES)].sort_values("start")
    starts = (seconds_of(rows["start"]) - ground.origin_s) // ground.slot_s
    mine = {
        agent: np.sort(starts[index]) for agent, index in rows.reset_index(drop=True).groupby("agent").indices.items()
    }
    at, now = in_the_middle(ground), _slot_of(ground, since)
    for duty in range(ground.first.size):
        breaks = np.flatnonzero(ground.duty == duty)
        seen = mine.get(ground.duties["agent"].iloc[duty], np.zeros(0, int))
        seen = seen[(seen >= ground.first[duty]) & (seen < ground.last[duty])]
        if seen.size == breaks.size:
            at[breaks] = seen
            held = breaks[seen < now]
            low[held] = high[held] = at[held]
            free = breaks[seen >= now]
            low[free] = np.minimum(np.maximum(low[free], now), at[free])
            high[free] = np.maximum(high[free], at[free])
    return at


def _slot_of(ground, since):
    if since is None:
        return -1
    moment = moment_of(since, ground.duties["start"], "since")
    return -((ground.origin_s - int(seconds_of([moment])[0])) // ground.slot_s)


def _activities(ground, at):
    """Work, breaks and lunches that tile every duty."""
    duty = np.concatenate([np.arange(ground.first.size), ground.duty])
    start = np.concatenate([ground.first, at + ground.length])  # of each stretch of work
    order = np.lexsort((start, duty))
    duty, start = duty[order], start[order]
    after = np.concatenate([at, ground.last])  # its end: the next break, or that of the duty
    owner = np.concatenate([ground.duty, np.arange(ground.first.size)])
    end = after[np.lexsort((after, owner))]
    work = pd.DataFrame({"duty": duty, "from": start, "to": end, "scheduled": "work"})
    words = np.where(ground.paid, "break", "lunch")
    rest = pd.DataFrame({"duty": ground.duty, "from": at, "to": at + ground.length, "scheduled": words})
    rows = pd.concat([work[work["to"] > work["from"]], rest], ignore_index=True).sort_values(
        ["duty", "from"], kind="stable"
    )
    like = ground.duties["start"]
    return pd.DataFrame({
        "agent": ground.duties["agent"].to_numpy()[rows["duty"]], "start": stamps_of(ground.origin_s + rows["from"] * ground.slot_s, like),
        "end": stamps_of(ground.origin_s + rows["to"] * ground.slot_s, like), "scheduled": rows["scheduled"].to_numpy(),
    })  # fmt: skip


def desk_cover(activities, starts, interval_s, *, work=WORK):
    """The mean number of people at their desks in each interval by activities scheduled: an array as long as `starts`.

    `work` are the words of `scheduled` that count. Raises ValueError where only one of the two has a time zone.

    >>> at = pd.Timestamp("2026-10-05 08:00")
    >>> one = pd.DataFrame({"agent": ["A"], "start": [at], "end": [at + pd.Timedelta("45min")], "scheduled": ["work"]})
    >>> desk_cover(one, pd.Series(pd.date_range(at, periods=2, freq="30min")), 1800).tolist()
    [1.0, 0.5]
    """
    given_table(activities, "activities", names=["scheduled"], times=["start", "end"])
    starts = pd.Series(starts)
    rows = activities[activities["scheduled"].isin(work)]
    same_clock(rows["start"], starts, "activities and intervals")
    begin = np.sort(seconds_of(rows["start"])) if len(rows) else np.zeros(0, np.int64)
    end = np.sort(seconds_of(rows["end"])) if len(rows) else np.zeros(0, np.int64)
    edges = seconds_of(starts)
    return (_seconds_before(edges + int(interval_s), begin, end) - _seconds_before(edges, begin, end)) / interval_s


def _seconds_before(moments, begin, end):
    """Agent-seconds of work before each moment."""

    def passed(stamps):
        sums = np.concatenate([[0], stamps.cumsum()])
        count = np.searchsorted(stamps, moments)
        return moments * count - sums[count]

    return (passed(begin) - passed(end)).astype(float)
