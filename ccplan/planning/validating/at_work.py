"""Who was at work: the agents of each interval, from a diary or, where nobody kept one, from the calls they took.

A switch seldom keeps who was logged on. What it keeps is who answered which call and when. An agent is taken
to be at work from the first to the last of his calls, but for gaps: longer ones than `gap_s`, those in which
callers waited and he took none, and those in which more calls went to others than two for everybody at work.
For somebody who is at work and free takes a waiting call at once, in the seconds of hidden work (after-call
work that no clock counts) that the calls themselves show, and where calls go to whoever has been free longest
he is not passed over twice. The settings were chosen on the bundled centre, where it is known who was there.

Source: the gaps are those of Brown et al. (2005), "Statistical analysis of a telephone call center: a
queueing-science perspective", JASA 100, where agents' presence is inferred from their calls as well.
"""

import numpy as np
import pandas as pd

from ...data.given import given_table
from ...queueing.inputs import floats

WORK = ("work", "phone", "available")
HANDLE = ("talk_s", "hold_s", "acw_s")
GAP_S, GRACE_S, PASSED_OVER = 3600.0, 30.0, 2.0
LONGEST_HIDDEN_S = 300.0  # of after-call work; longer is another activity
LONGEST_CALL_S = 7200.0  # handle times above are clocks that nobody stopped
SHARED = 0.10  # of a queue's calls answered by another queue's agents: the two are one pool


def spans_of_calls(calls, *, gap_s=GAP_S, grace_s=GRACE_S, passed_over=PASSED_OVER):
    """The stretches in which each agent was at work, read from the calls: a DataFrame agent, start, end.

    `calls` has arrived (timestamps), wait_s, outcome, agent and any of talk_s, hold_s, acw_s, of queues that
    share their agents. An agent with no call for `gap_s` seconds was away, and so was one whom `passed_over` calls
    for each agent at work passed by. One who let callers wait for `grace_s` in all since his last call was away
    from the middle of his idle time before to the middle of that after. With `grace_s` and `passed_over` inf only
    his own calls count, and pauses are taken for work. Raises ValueError for missing columns.

    >>> at = pd.Timestamp("2026-09-01 09:00")
    >>> calls = pd.DataFrame({"arrived": [at, at + pd.Timedelta("5min")], "wait_s": 0.0, "outcome": "answered",
    ...                       "agent": "A", "talk_s": 60.0})
    >>> spans_of_calls(calls)["end"].dt.strftime("%H:%M").tolist()
    ['09:06']
    """
    limits = {"gap_s": gap_s, "grace_s": grace_s, "passed_over": passed_over}
    limits = {name: float(floats(name, value)) for name, value in limits.items()}
    rows, origin = _answered(calls)
    if rows.empty:
        return pd.DataFrame({"agent": [], "start": calls["arrived"].iloc[:0], "end": calls["arrived"].iloc[:0]})
    rows = rows.assign(end=rows["end"] + _hidden(rows))
    starts, ends, first = _stretches(rows, _waiting(calls, origin), **limits)
    spans = pd.DataFrame(
        {"agent": rows["agent"].to_numpy()[first], "start": _stamps(starts, origin), "end": _stamps(ends, origin)}
    )
    return spans[ends > starts].reset_index(drop=True)


def hidden_work(calls):
    """Seconds after each call in which its agent could not yet take the next, though somebody waited: a float.

    The mean time from an agent's last call to his next over those calls whose callers were waiting when the
    last one ended, up to five minutes; it is added to the handle time. 0 where no call shows it.

    >>> at = pd.Timestamp("2026-09-01 09:00")
    >>> calls = pd.DataFrame({"arrived": [at, at + pd.Timedelta("30s")], "wait_s": [0.0, 40.0], "outcome": "answered",
    ...                       "agent": "A", "talk_s": 60.0})
    >>> hidden_work(calls)
    10.0
    """
    return _hidden(_answered(calls)[0])


def spans_of_activities(activities, work=WORK):
    """The stretches of work of a diary: a DataFrame agent, start, end. `work` are the words of `actual` that count."""
    given_table(activities, "activities", names=["agent", "actual"], times=["start", "end"])
    rows = activities[activities["actual"].isin(work)]
    return rows[["agent", "start", "end"]].reset_index(drop=True)


def agents_at_work(spans, starts, interval_s=1800):
    """The mean number of agents at work in each interval: an array as long as `starts`.

    `spans` is a frame with start and end (of `spans_of_calls` or `spans_of_activities`), `starts` the timestamps
    at which the intervals of `interval_s` seconds begin.

    >>> at = pd.Timestamp("2026-09-01 09:00")
    >>> agents_at_work(pd.DataFrame({"start": [at], "end": [at + pd.Timedelta("15min")]}), pd.Series([at])).tolist()
    [0.5]
    """
    interval_s = float(floats("interval_s", interval_s, open_low=True, open_high=True))
    if len(spans) == 0 or len(starts) == 0:
        return np.zeros(len(starts))
    starts = pd.Series(starts)
    given_table(spans, "spans", times=["start", "end"])
    if (spans["start"].dt.tz is None) != (starts.dt.tz is None):
        raise ValueError("spans and starts must both have a time zone, or both none")
    left = (starts - starts.iloc[0]).dt.total_seconds().to_numpy()
    came, went = (np.sort((spans[name] - starts.iloc[0]).dt.total_seconds().to_numpy()) for name in ("start", "end"))
    edges = np.stack([left, left + interval_s])
    worked = _seconds_since(came, edges) - _seconds_since(went, edges)
    return (worked[1] - worked[0]) / interval_s


def pools_of(calls, shared=SHARED):
    """Which queues share their agents: a dict from each queue to the name of its pool.

    Two queues are one pool where at least the share `shared` of the calls of either is answered by agents who
    take most of theirs from the other. A pool of several is called by its queues with plus signs between.

    >>> calls = pd.DataFrame({"queue": ["a", "a", "b", "c"], "agent": ["x", "x", "x", "y"], "outcome": "answered"})
    >>> pools_of(calls)
    {'a': 'a + b', 'b': 'a + b', 'c': 'c'}
    """
    given_table(calls, "calls", keys=["queue", "agent"], names=["outcome"])
    taken = calls.loc[(calls["outcome"] == "answered") & calls["agent"].notna(), ["queue", "agent"]].astype(str)
    table = pd.crosstab(taken["agent"], taken["queue"])
    home = table.idxmax(axis=1)
    parts = {queue: {queue} for queue in calls["queue"].dropna().astype(str).unique()}
    for queue in table:
        by_home = table[queue].groupby(home).sum() / table[queue].sum()
        for other in by_home.index[(by_home >= shared) & (by_home.index != queue)]:
            joined = parts[queue] | parts[other]
            parts |= dict.fromkeys(joined, joined)
    return {queue: " + ".join(sorted(part)) for queue, part in sorted(parts.items())}


def _answered(calls):
    """Answered calls that name their agent, in his order: agent, begin, end, arrived (s since the origin); the
    origin.
    """
    given_table(
        calls, "calls", keys=["agent"], names=["outcome"], times=["arrived"], numbers=["wait_s"], perhaps=HANDLE
    )
    origin = calls["arrived"].min()
    rows = calls[(calls["outcome"] == "answered") & calls["agent"].notna()]
    arrived = (rows["arrived"] - origin).dt.total_seconds().to_numpy()
    begin = arrived + rows["wait_s"].fillna(0).to_numpy(float)
    handle = sum(rows[name].fillna(0).to_numpy(float) for name in HANDLE if name in rows)
    frame = pd.DataFrame(
        {
            "agent": rows["agent"].astype(str).to_numpy(),
            "arrived": arrived,
            "begin": begin,
            "end": begin + np.minimum(handle, LONGEST_CALL_S),
        }
    )
    frame = frame.sort_values(["agent", "begin"], kind="stable", ignore_index=True)
    return frame.assign(end=frame.groupby("agent", sort=False)["end"].cummax()), origin


def _stretches(rows, waiting, gap_s, grace_s, passed_over):
    """(begins, ends, first row) of the stretches of work of all agents, seconds since the origin."""
    agent, begin, end = (rows[name].to_numpy() for name in ("agent", "begin", "end"))
    idle_from, idle_to = end[:-1], np.maximum(begin[1:], end[:-1])
    gone = (agent[1:] != agent[:-1]) | (idle_to - idle_from > gap_s)
    there = _number_there(np.append(begin[0], begin[1:][gone]), np.append(end[:-1][gone], end[-1]), idle_from)
    gone |= _taken_between(begin, idle_from, idle_to) > passed_over * there
    first, last, ignored = _ignored(waiting, idle_from, idle_to)
    away = ~gone & (ignored > grace_s)
    cut = np.flatnonzero(gone | away)
    starts = np.where(away, (last + idle_to) / 2, begin[1:])[cut]
    ends = np.where(away, (idle_from + first) / 2, end[:-1])[cut]
    return np.append(begin[0], starts), np.append(ends, end[-1]), np.append(0, cut + 1)


def _number_there(starts, ends, at):
    """How many stretches cover each moment, 1 at least."""
    came, went = (
        np.searchsorted(np.sort(moments), at, side=side) for moments, side in ((starts, "right"), (ends, "left"))
    )
    return np.maximum(came - went, 1)


def _taken_between(begin, left, right):
    """How many calls were begun between two moments, by anybody."""
    order = np.sort(begin)
    return np.searchsorted(order, right, side="left") - np.searchsorted(order, left, side="right")


def _hidden(rows):
    same = rows["agent"].eq(rows["agent"].shift())
    before = rows["end"].shift().where(same)
    gap = (rows["begin"] - before)[rows["arrived"] < before]
    gap = gap[(gap >= 0) & (gap <= LONGEST_HIDDEN_S)]
    return float(gap.mean()) if len(gap) else 0.0


def _waiting(calls, origin):
    """The stretches in which somebody waited: begins, ends (s since the origin), in order and apart."""
    rows = calls[calls["outcome"].isin(["answered", "abandoned"]) & (calls["wait_s"] > 0) & (calls["wait_s"] < GAP_S)]
    begin = (rows["arrived"] - origin).dt.total_seconds().to_numpy()
    order = np.argsort(begin, kind="stable")
    begin = begin[order]
    end = np.maximum.accumulate(begin + rows["wait_s"].to_numpy(float)[order])
    if not len(begin):
        return begin, end
    first = np.flatnonzero(np.append(True, begin[1:] > end[:-1]))
    return begin[first], np.maximum.reduceat(end, first)


def _ignored(waiting, left, right):
    """In each idle time from left to right: when somebody first and last waited in it, and for how long in all."""
    begin, end = waiting
    if not len(begin):
        return right, left, np.zeros(len(left))
    seconds = _waited_before(right, begin, end) - _waited_before(left, begin, end)
    first = np.maximum(begin[np.minimum(np.searchsorted(end, left, side="right"), len(begin) - 1)], left)
    last = np.minimum(end[np.maximum(np.searchsorted(begin, right, side="left") - 1, 0)], right)
    return first, last, seconds


def _waited_before(at, begin, end):
    sums = np.concatenate([[0.0], np.cumsum(end - begin)])
    i = np.searchsorted(begin, at, side="right")
    return sums[np.maximum(i - 1, 0)] + np.where(i > 0, np.minimum(at, end[i - 1]) - begin[i - 1], 0.0)


def _seconds_since(moments, edges):
    """Σ max(edge − moment, 0) for each edge."""
    sums = np.concatenate([[0.0], np.cumsum(moments)])
    number = np.searchsorted(moments, edges)
    return number * edges - sums[number]


def _stamps(seconds, origin):
    return origin + pd.to_timedelta(np.round(seconds), unit="s")
