"""The same queue, call by call: the referee of every formula in this room."""

from collections import deque
from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf

import numpy as np

from .inputs import floats


@dataclass(frozen=True, kw_only=True)
class Outcomes:
    """What became of each call: `wait_s` (until answered or hung up), `answered` (bool); arrays."""

    wait_s: np.ndarray
    answered: np.ndarray


def simulate_calls(arrived_s, handle_s, patience_s, agents, changed_s=(0.0,)):
    """Pass calls through one first-come first-served queue whose number of agents changes in time.

    `arrived_s` (ascending), `handle_s` and `patience_s` (inf: never hangs up) are arrays of one
    length in seconds; `agents[k]` (whole) are on the phones from `changed_s[k]` (ascending) on,
    none before. An agent who leaves finishes the call in hand. A caller who hangs up waits exactly
    the patience; one who would wait for ever has `wait_s` inf and is not answered.
    Raises ValueError where lengths, order or values are wrong.

    Source: the event scheduling of the G/G/n+G queue; see Law, Simulation Modeling and Analysis,
    chapter 1.

    >>> simulate_calls([0, 10, 20], [60, 60, 60], [90, 20, 90], agents=[1]).wait_s
    array([ 0., 20., 40.])
    >>> simulate_calls([0, 10, 20], [60, 60, 60], [90, 20, 90], agents=[1]).answered
    array([ True, False,  True])
    """
    arrived, handle, patience = _calls(arrived_s, handle_s, patience_s)
    times, staff = _roster(changed_s, agents)
    # Lists are several times faster than arrays where elements are read one at a time.
    wait, answered = _run(arrived.tolist(), handle.tolist(), patience.tolist(), times.tolist(), staff.tolist())
    return Outcomes(wait_s=np.array(wait, dtype=float), answered=np.array(answered, dtype=bool))


def _calls(arrived_s, handle_s, patience_s):
    arrived = _ascending("arrived_s", arrived_s)
    handle = np.atleast_1d(floats("handle_s", handle_s, open_high=True))
    patience = np.atleast_1d(floats("patience_s", patience_s))
    if not len(arrived) == len(handle) == len(patience):
        raise ValueError(
            "arrived_s, handle_s and patience_s must have one length, "
            f"got {len(arrived)}, {len(handle)} and {len(patience)}"
        )
    return arrived, handle, patience


def _roster(changed_s, agents):
    times, staff = _ascending("changed_s", changed_s), np.atleast_1d(floats("agents", agents, open_high=True))
    if len(times) != len(staff):
        raise ValueError(f"changed_s and agents must have one length, got {len(times)} and {len(staff)}")
    if (staff % 1).any():
        raise ValueError(f"agents must be whole, got {staff[staff % 1 > 0][0]:g}")
    return times, staff


def _ascending(name, value):
    array = np.atleast_1d(floats(name, value, low=-inf, open_low=True, open_high=True))
    if (np.diff(array) < 0).any():
        raise ValueError(f"{name} must be in ascending order, got {array[1:][np.diff(array) < 0][0]:g} too late")
    return array


def _run(arrived, handle, patience, changed, agents):
    """Waits and answers; `busy` holds the ends of running calls, `waiting` the queue."""
    wait, answered = list(patience), [False] * len(arrived)  # hung up until an agent answers
    busy, waiting, on, k = [], deque(), 0, 0
    changed = [*changed, inf]
    for call, now in enumerate([*arrived, inf]):
        while True:  # all that happens before this call: ends of calls, changes of the roster
            end = busy[0] if busy else inf
            moment = min(end, changed[k])
            if moment > now or moment == inf:
                break
            if end <= changed[k]:
                heappop(busy)
            else:
                on, k = agents[k], k + 1
            while waiting and len(busy) < on:
                first = waiting.popleft()
                if arrived[first] + patience[first] > moment:  # else hung up before, seen only now
                    wait[first], answered[first] = moment - arrived[first], True
                    heappush(busy, moment + handle[first])
        if now == inf:
            return wait, answered
        if len(busy) < on:
            wait[call], answered[call] = 0.0, True
            heappush(busy, now + handle[call])
        else:
            waiting.append(call)
