"""The same queue with agents who have names: who took which call, and when each was really free."""

from collections import deque
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import inf

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Routed:
    """What became of each call, and of each span of an agent's time; arrays.

    `wait_s` until answered or hung up, `handle_s` by the agent who took it (0 if nobody did), `span`
    the number of the span in which it was answered (−1: nobody did). `ended_s` is when a span's last
    call ended (its start, if it had none).
    """

    wait_s: np.ndarray
    handle_s: np.ndarray
    span: np.ndarray
    ended_s: np.ndarray


def route_calls(arrived_s, handle_s, patience_s, *, agent, start_s, end_s, pace=1.0, at_once=1):
    """Pass calls to agents by name: first come, first served, by the agent who has been idle longest.

    `arrived_s` (ascending), `handle_s` and `patience_s` (inf: never hangs up) are arrays over the calls.
    `agent` (any numbers), `start_s` and `end_s` are arrays over the spans in which someone takes calls;
    a call in hand at the end is finished, and the agent's next span begins no earlier. `pace`, over
    the spans, multiplies handle times, in whole seconds. `at_once` calls go to one agent at a time, an
    agent without any first. Times in seconds. Raises ValueError where lengths or order are wrong.

    >>> routed = route_calls([0, 10, 20], [60, 60, 60], [90, 20, 90], agent=[7], start_s=[0], end_s=[50])
    >>> routed.wait_s.tolist(), routed.span.tolist(), routed.ended_s.tolist()
    ([0.0, 20.0, 90.0], [0, -1, -1], [60.0])
    """
    arrived, handle, patience = (np.asarray(a, dtype=float) for a in (arrived_s, handle_s, patience_s))
    if not len(arrived) == len(handle) == len(patience) or (np.diff(arrived) < 0).any():
        raise ValueError("arrived_s, handle_s and patience_s must have one length, arrived_s ascending")
    agent, start, end = (np.asarray(a) for a in (agent, start_s, end_s))
    if not len(agent) == len(start) == len(end) or (end < start).any():
        raise ValueError("agent, start_s and end_s must have one length, no end before its start")
    desk = _Desk(agent.tolist(), start.tolist(), end.tolist(), np.broadcast_to(pace, len(agent)).tolist(), at_once)
    wait, taken, span = desk.run(arrived.tolist(), handle.tolist(), patience.tolist())
    return Routed(
        wait_s=np.array(wait, dtype=float),
        handle_s=np.array(taken, dtype=float),
        span=np.array(span, dtype=int),
        ended_s=np.array(desk.ended, dtype=float),
    )


class _Desk:
    """Spans of time as seats; an agent who serves several at once has several seats."""

    def __init__(self, agent, start, end, pace, at_once):
        self.agent, self.end, self.pace, self.at_once = agent, end, pace, at_once
        self.ended = list(map(float, start))
        self.idle = []  # (seat, idle since, span): the longest idle first
        self.coming = [(at, span, seat) for span, at in enumerate(start) for seat in range(at_once)]
        heapify(self.coming)  # seats that become free: spans that begin, calls that end
        self.busy_until = {}

    def run(self, arrived, handle, patience):
        """Waits, handle times and spans of all calls."""
        self.arrived, self.handle, self.patience = arrived, handle, patience
        self.wait, self.taken, self.span = list(patience), [0.0] * len(arrived), [-1] * len(arrived)
        self.waiting, coming = deque(), self.coming
        for call, now in enumerate(arrived):
            while coming and coming[0][0] <= now:
                self._free(*heappop(coming))
            if not self._to_an_idle_agent(call, now):
                self.waiting.append(call)
        while self.waiting and coming:
            self._free(*heappop(coming))
        return self.wait, self.taken, self.span

    def _free(self, now, span, seat):
        """A seat becomes free: the first who still waits gets it."""
        until = self.busy_until.get((self.agent[span], seat), -inf)
        if until > now:  # still at the last call of the span before
            heappush(self.coming, (until, span, seat))
            return
        if now >= self.end[span]:
            return
        while self.waiting:
            call = self.waiting.popleft()
            if self.arrived[call] + self.patience[call] > now:  # else hung up before, seen only now
                return self._answer(call, now, span, seat)
        heappush(self.idle, (seat, now, span))

    def _to_an_idle_agent(self, call, now):
        while self.idle:
            seat, _, span = heappop(self.idle)
            if self.end[span] > now:  # else gone home before, seen only now
                self._answer(call, now, span, seat)
                return True
        return False

    def _answer(self, call, now, span, seat):
        seconds = max(float(round(self.handle[call] * self.pace[span])), 1.0)
        self.wait[call], self.taken[call], self.span[call] = now - self.arrived[call], seconds, span
        self.busy_until[self.agent[span], seat] = now + seconds
        self.ended[span] = max(self.ended[span], now + seconds)
        heappush(self.coming, (now + seconds, span, seat))
