"""The contacts meet the agents, one by one; what then stands on the switch and in the diary."""

from math import ceil

import numpy as np
import pandas as pd

from ...queueing.routing import route_calls
from .clock import INTERVAL_S, generator
from .days import CLOSING_S
from .volumes import SHAPES

HOLD_SHARE, HOLD_OF_HANDLE = 0.2, 0.2
SUMMED = ("answered", "abandoned", "in_target", "talk", "hold", "acw", "wait_answered", "wait_abandoned")
ACW_OF_HANDLE = {"voice": 0.17, "chat": 0.10, "email": 0.05}


def serve(name, grid, contacts, people, days):
    """Pass a queue's contacts to its agents; the contacts with wait, outcome, agent and times of work.

    The diary follows: a stretch of work ends when its last contact does.
    """
    spans = _spans(name, people, days)
    last = _last_seconds(grid, name)
    until = np.array([end + CLOSING_S * (end in last) for _, _, end, _, _ in spans], dtype=float)
    until[-1 if name == "email" else len(until) :] = np.inf  # the last mail is answered before the doors close for good
    routed = route_calls(
        contacts["arrived"],
        contacts["handle"],
        contacts["patience"],
        agent=[s[0] for s in spans],
        start_s=[s[1] for s in spans],
        end_s=until,
        pace=np.array([s[3] for s in spans]),
        at_once=SHAPES[name].at_once,
    )
    _stay_until(spans, routed.ended_s)
    person = np.array([s[0] for s in spans])[routed.span]
    done = contacts.assign(
        queue=name,
        wait=routed.wait_s.astype(int),
        answered=routed.span >= 0,
        agent=np.where(routed.span >= 0, person, -1),
        handle=routed.handle_s.astype(int),
    )
    return _times_of_work(done, name)


def _spans(name, people, days):
    """(person, start, end, pace, day) of all stretches in which the queue's contacts are taken, by start."""
    spans = [
        (d.shift.person, start, end, people[d.shift.person].pace_on(d.shift.day), d)
        for d in days
        for queue, start, end in d.calls
        if queue == name
    ]
    return sorted(spans, key=lambda s: (s[1], s[0]))


def _last_seconds(grid, name):
    """Ends of the queue's opening hours."""
    second = grid["second"].to_numpy()
    ends = np.append(np.diff(second) > INTERVAL_S, True)
    return set((second[ends] + INTERVAL_S).tolist()) if SHAPES[name].channel != "email" else set()


def _stay_until(spans, ended):
    """Who is still at a call goes on working, to the full minute, and what comes next begins later."""
    for (_, _, end, _, day), last in zip(spans, ended.tolist(), strict=True):
        if last > end:
            _lengthen(day.actual, end, ceil(last / 60) * 60)


def _lengthen(actual, end, until):
    k = next((k for k, stretch in enumerate(actual) if stretch[2] == "work" and stretch[1] >= end > stretch[0]), None)
    if k is None or actual[k][1] >= until:
        return
    actual[k][1] = until
    while k + 1 < len(actual) and actual[k + 1][0] < until:
        if actual[k + 1][1] > until:
            actual[k + 1][0] = until
            return
        # Swallowed whole; if it was work, its own last call may have ended later, but never before.
        del actual[k + 1]


def _times_of_work(done, name):
    """Handle time cut into talk, hold and after-call work."""
    rng, channel = generator(41, list(SHAPES).index(name)), SHAPES[name].channel
    handle = done["handle"].to_numpy()
    held = (rng.random(len(done)) < HOLD_SHARE) & (channel == "voice")
    acw = 5 * np.rint(handle * ACW_OF_HANDLE[channel] * (0.5 + rng.random(len(done))) / 5).astype(int)  # a slow clock
    hold = np.rint(handle * held * HOLD_OF_HANDLE).astype(int)
    return done.assign(hold=hold, acw=acw, talk=handle - hold - acw)


def count_intervals(name, grid, served, days):
    """The table `intervals` of one queue: the sums of its contacts, by interval of arrival."""
    sums = served.assign(
        abandoned=~served["answered"],
        in_target=served["answered"] & (served["wait"] <= SHAPES[name].target_s),
        wait_answered=served["wait"] * served["answered"],
        wait_abandoned=served["wait"] * ~served["answered"],
    ).groupby("interval")[list(SUMMED)]
    sums = sums.sum().reindex(range(len(grid)), fill_value=0).astype(int).reset_index(drop=True)
    return pd.DataFrame(
        {
            "queue": name,
            "start": grid["start"].dt.strftime("%Y-%m-%d %H:%M"),
            "offered": grid["offered"],
            "answered": sums["answered"],
            "abandoned": sums["abandoned"],
            "blocked": 0,
            "answered_in_target": sums["in_target"],
            "talk_s": sums["talk"],
            "hold_s": sums["hold"],
            "acw_s": sums["acw"],
            "wait_answered_s": sums["wait_answered"],
            "wait_abandoned_s": sums["wait_abandoned"],
            "agents": _on_the_phones(name, grid, days),
        }
    )


def _on_the_phones(name, grid, days):
    """Mean number of agents at work in each interval, to a tenth; whole on the small line open day and night.

    The switch does not see who answers mail.
    """
    if SHAPES[name].channel == "email":
        return np.full(len(grid), np.nan)
    spans = np.array([(start, end) for d in days for queue, start, end in d.calls if queue == name], dtype=float)
    edges = np.concatenate([grid["second"], grid["second"] + INTERVAL_S]).astype(float)
    order = np.argsort(spans[:, 0]), np.argsort(spans[:, 1])
    total = _seconds_before(spans[order[0], 0], edges) - _seconds_before(spans[order[1], 1], edges)
    mean = (total[len(grid) :] - total[: len(grid)]) / INTERVAL_S
    return np.where(mean > 0, np.maximum(np.round(mean), 1), 0) if name == "outage" else np.round(mean, 1)


def _seconds_before(sorted_at, edges):
    """Σ max(edge − at, 0) for each edge."""
    sums = np.concatenate([[0.0], np.cumsum(sorted_at)])
    number = np.searchsorted(sorted_at, edges)
    return number * edges - sums[number]
