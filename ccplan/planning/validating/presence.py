"""A folder's intervals with the agents who were at work in each: what a validation needs, from whatever is there.

The diary comes first (`activities`, with `calls` to say who serves which queue), for it counts those who finish a
call after their time. Then what the switch reports, then what the calls themselves betray (`at_work`).
Queues that share their agents are one pool, and are held against the formulas as one.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ...data import Queue, SourceError, intervals_from_calls, load_intervals, load_table
from ...queueing.inputs import floats
from .at_work import agents_at_work, hidden_work, pools_of, spans_of_activities, spans_of_calls

DIARY, SWITCH, INFERRED = "the diary of activities", "the switch's own count", "inferred from the calls they took"
HARDLY = 0.002  # of all calls: too few for a queue of its own
TELLING = ("arrived", "wait_s", "outcome", "agent")


@dataclass(frozen=True, kw_only=True)
class Presence:
    """Intervals with agents (net, mean), the centre whose queues are the pools, and `told`: how each pool's agents
    are known.

    `skipped` says in words which queues could not be used, and why.
    """

    intervals: pd.DataFrame
    centre: object
    told: dict
    skipped: tuple = ()


def agents_present(folder, centre, *, months=4):
    """The last `months` (calendar months) of a folder's voice queues, with the agents at work in each interval: a
    `Presence`.

    `folder` holds intervals with agents, or calls that name who answered, better with activities. Raises
    ValueError in words where nothing tells who was at work.
    """
    months = int(floats("months", months, low=1, high=1200))
    calls = _table(folder, "calls", centre)
    if calls is not None and set(TELLING) <= set(calls) and calls["agent"].notna().any():
        return from_calls(_last(calls, "arrived", months), centre, activities=_table(folder, "activities", centre))
    rows = load_intervals(folder, centre, faulty="leave out").frame
    if "agents" not in rows or not rows["agents"].notna().any():
        raise ValueError(
            f"{folder} does not tell who was at work: it takes the table calls with the agent who answered, or intervals with "
            "the column agents; activities make it surer"
        )
    return _counted(_last(rows, "start", months), centre)


def from_calls(calls, centre, *, activities=None):
    """The same from a frame of calls (and of activities): pools, their intervals and the agents in them, as a
    `Presence`.
    """
    pool = pools_of(calls)
    voice, skipped = _voice(pool, centre)
    sizes = calls["queue"].astype(str).map(pool).value_counts(normalize=True)
    small = tuple(name for name in voice if sizes[name] < HARDLY)
    voice, skipped = (
        [name for name in voice if name not in small],
        (*skipped, *(f"{name}: it has hardly any calls" for name in small)),
    )
    known = replace(centre, queues=tuple(_pooled(name, calls, pool, centre) for name in voice))
    parts, told = [], {}
    for name in voice:
        mine = calls[calls["queue"].astype(str).map(pool) == name].assign(queue=name)
        rows = intervals_from_calls(mine, known, int(centre.interval_s))
        spans, told[name] = _spans(mine, activities)
        here = agents_at_work(spans, rows["start"], centre.interval_s)
        hidden = hidden_work(mine) if told[name] == INFERRED else 0.0
        parts.append(rows.assign(agents=np.round(here, 3), hidden_s=hidden))
    if not parts:
        raise ValueError(f"no voice queue can be held against the formulas: {'; '.join(skipped)}")
    return Presence(intervals=pd.concat(parts, ignore_index=True), centre=known, told=told, skipped=skipped)


def _table(folder, name, centre):
    """The frame of a table without its faulty rows; None where the folder has none that can be read."""
    try:
        return load_table(folder, name, centre, faulty="leave out").frame
    except SourceError:
        return None


def _counted(rows, centre):
    names = [
        name for name in rows["queue"].astype(str).unique() if rows.loc[rows["queue"] == name, "agents"].notna().any()
    ]
    voice, skipped = _voice(dict(zip(names, names)), centre)
    mine = rows[rows["queue"].isin(voice)]
    if mine.empty:
        raise ValueError(f"no voice queue can be held against the formulas: {'; '.join(skipped)}")
    return Presence(
        intervals=mine.reset_index(drop=True), centre=centre, told=dict.fromkeys(voice, SWITCH), skipped=skipped
    )


def _spans(calls, activities):
    if activities is not None and "actual" in activities and activities["actual"].notna().any():
        spans = spans_of_activities(activities[activities["agent"].isin(calls["agent"].dropna().unique())])
        if len(spans):
            return spans, DIARY
    return spans_of_calls(calls), INFERRED


def _voice(pool, centre):
    """The pools of voice queues alone, in the order of their size, and words on the others."""
    channel = {queue.name: queue.channel for queue in centre.queues}
    pools, skipped = [], []
    for name in dict.fromkeys(pool.values()):
        other = [queue for queue, its in pool.items() if its == name and channel.get(queue, "voice") != "voice"]
        if other:
            skipped.append(
                f"{name}: {', '.join(other)} {'is' if len(other) == 1 else 'are'} no voice queue, and its agents do "
                "several things at once"
            )
        else:
            pools.append(name)
    return pools, tuple(skipped)


def _pooled(name, calls, pool, centre):
    """The pool as a queue: hours, targets and patience of the largest of its queues."""
    sizes = calls["queue"].astype(str).value_counts()
    largest = max((queue for queue in pool if pool[queue] == name), key=lambda queue: sizes.get(queue, 0))
    known = {queue.name: queue for queue in centre.queues}
    return replace(known.get(largest, Queue(name=name)), name=name)


def _last(rows, column, months):
    """The rows of the last calendar months, the one that the data ends in counted."""
    end = rows[column].max()
    first = (end - pd.DateOffset(months=months - 1)).normalize().replace(day=1)
    return rows[rows[column] >= first]
