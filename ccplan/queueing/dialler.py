"""The dialler as a queue: dials, contacts, idle agents and dropped calls for each way of dialling.

An agent alone (preview, progressive) goes round a cycle, whose mean is all that matters. A dialler that
rings more lines than there are free agents (power, predictive) is a Markov chain of agents at work and
lines that ring: a ringing line ends after `ring_s` on average and is answered with `contact_rate`; a call
that is answered while all agents are busy waits for one, and is dropped after `abandon_after_s`.

Predictive pacing: with free and busy agents, f and b, lines are rung for
max(f, pacing · (f + look_ahead · b · ring_s / (handle_s + ring_s)) / contact_rate): as many answers as there
will be agents, times the pacing. Fractions of a line are rung by chance. The pacing is the highest that
keeps the dropped calls within their cap. Source of the chain: balance equations; of the cycles: renewal theory.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from .chains import long_run, rates
from .inputs import SHARE_HINT, one_number, one_of, whole_number

MODES = ("preview", "progressive", "power", "predictive")
MOST_AGENTS = 40  # that a chain is solved for; an agent of a larger team is told as one of these
MOST_LINES = 20.0  # a free agent; a power dialler with more is refused, a predictive one seeks no further
_WAITING = 12  # places for answered calls that wait for an agent
MOST_RINGING = 160  # lines that predictive dialling rings at a time for such a team
_TURNS = 14  # of the search for the pacing, at most
_LOOK_AHEADS = (1.0, 0.5, 0.0)


@dataclass(frozen=True)
class Dialling:
    """What a way of dialling comes to; rates are an hour and agent, durations means.

    `dials`; `answered` by a person; `contacts` that reach an agent; `occupancy` is the share of agents' time in
    handling contacts, `dialling` the share in looking at records and listening to ringing (preview and
    progressive), the rest is idle; `abandonment` is dropped ÷ answered; `lines` ring or talk at a time, for the
    whole team; `pacing` and `look_ahead` are the predictive dialler's, nan for the other modes.
    """

    mode: str
    agents: int
    dials: float
    answered: float
    contacts: float
    occupancy: float
    dialling: float
    abandonment: float
    lines: float
    pacing: float = np.nan
    look_ahead: float = np.nan


@dataclass(frozen=True)
class _Team:
    """The numbers of one chain, checked."""

    agents: int
    contact_rate: float
    handle_s: float
    ring_s: float
    patience_s: float

    @property
    def soon(self):
        """Share of the busy agents who will be free before a line that is dialled now stops ringing."""
        return self.ring_s / (self.handle_s + self.ring_s)


def dialling(
    agents, mode, *, contact_rate, handle_s, answer_s=12.0, no_answer_s=25.0, preview_s=25.0,
    lines_per_agent=2.0, max_abandonment=0.03, abandon_after_s=2.0,
):  # fmt: skip
    """What `agents` agents reach in a `mode` of dialling: preview, progressive, power or predictive.

    `contact_rate` is the share of dials a person answers, `handle_s` the agent's mean seconds a contact, `answer_s`
    and `no_answer_s` how long a dial rings with and without an answer, `preview_s` the look at a record before the
    dial (preview only), `lines_per_agent` the lines for each free agent (power, 1 to 20), `max_abandonment` the cap
    that predictive dialling keeps (power does not: compare). Handle and ring times are taken as exponential where
    the chain is used. An agent of a team above 40 is told as one of 40, with at most 160 lines ringing, which is on
    the safe side: the larger the team, the less an agent waits. Where ringing lasts a fixed time rather than an
    exponential one, large teams drop more at the same pacing; a dialler that counts its drops then slows down, at
    less than a point of occupancy. No agents: no dials. Raises ValueError for bad input.

    >>> alone = dialling(5, "progressive", contact_rate=1.0, handle_s=108, answer_s=12)
    >>> alone.occupancy, alone.dials
    (0.9, 30.0)
    >>> ahead = dialling(20, "predictive", contact_rate=0.3, handle_s=150)
    >>> bool(ahead.occupancy > dialling(20, "progressive", contact_rate=0.3, handle_s=150).occupancy)
    True
    """
    one_of("mode", mode, MODES)
    agents = whole_number("agents", agents, high=1e6)
    rate = one_number("contact_rate", contact_rate, high=1.0, open_low=True, hint=SHARE_HINT)
    seconds = {
        "handle_s": handle_s,
        "answer_s": answer_s,
        "no_answer_s": no_answer_s,
        "preview_s": preview_s,
        "abandon_after_s": abandon_after_s,
    }
    handle_s, answer_s, no_answer_s, preview_s, after_s = (one_number(k, v, high=1e6) for k, v in seconds.items())
    cap = one_number("max_abandonment", max_abandonment, high=1.0, hint=SHARE_HINT)
    lines = one_number("lines_per_agent", lines_per_agent, low=1.0, high=MOST_LINES)
    ring_s = rate * answer_s + (1 - rate) * no_answer_s
    if handle_s == 0 or ring_s == 0:
        raise ValueError(
            f"handle_s and the ringing must last above 0 s, got handle_s {handle_s:g} and {ring_s:g} of ringing"
        )
    if agents == 0:
        return Dialling(mode, 0, 0.0, 0.0, 0.0, np.nan, np.nan, 0.0, 0.0)
    if mode in ("preview", "progressive"):
        return _alone(agents, mode, rate, handle_s, ring_s, preview_s if mode == "preview" else 0.0)
    team = _Team(min(agents, MOST_AGENTS), rate, handle_s, ring_s, after_s)
    found = _power(team, lines) if mode == "power" else _predictive(team, cap)
    return replace(found, agents=agents, lines=found.lines * agents / team.agents)


def _alone(agents, mode, rate, handle_s, ring_s, preview_s):
    """An agent's own cycle: look, ring, and handle where a person answers."""
    cycle_s = preview_s + ring_s + rate * handle_s
    dials = 3600 / cycle_s
    return Dialling(
        mode, agents, dials=dials, answered=dials * rate, contacts=dials * rate,
        occupancy=rate * handle_s / cycle_s, dialling=(preview_s + ring_s) / cycle_s, abandonment=0.0,
        lines=agents * (ring_s + rate * handle_s) / cycle_s,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------ the chain


@lru_cache(maxsize=1024)
def _power(team, lines_per_agent):
    return _told("power", team, lines_per_agent * _free(team))


@lru_cache(maxsize=1024)
def _predictive(team, cap):
    """The best of a few look-aheads, each paced as fast as the cap allows."""
    return max((_paced(team, cap, ahead) for ahead in _LOOK_AHEADS), key=lambda found: found.occupancy)


def _paced(team, cap, ahead):
    """The fastest pacing within the cap, by halving: dropped calls grow with the pacing."""
    best, low, high = _at(team, 0.0, ahead), 0.0, 1.0
    while (found := _at(team, high, ahead)).abandonment <= cap and high < MOST_LINES * team.contact_rate:
        best, low, high = found, high, 2 * high
    for _ in range(_TURNS):
        if high - low < 1e-4 or best.abandonment > 0.99 * cap:
            break
        middle = (low + high) / 2
        found = _at(team, middle, ahead)
        best, low, high = (found, middle, high) if found.abandonment <= cap else (best, low, middle)
    return best


def _at(team, pacing, ahead):
    free = _free(team)
    busy = team.agents - free
    wanted = pacing * (free + ahead * busy * team.soon) / team.contact_rate
    return replace(
        _told("predictive", team, np.maximum(free, np.minimum(wanted, MOST_RINGING))), pacing=pacing, look_ahead=ahead
    )


def _free(team):
    """Free agents when 0, 1, ... calls are handled or wait for an agent."""
    return np.maximum(team.agents - np.arange(team.agents + 1 + _places(team)), 0).astype(float)


def _places(team):
    return 0 if team.patience_s == 0 else _WAITING


def _told(mode, team, wanted):
    """The long-run figures when `wanted` lines ring with 0, 1, ... calls in hand."""
    calls, ringing, chance = _chain(team, wanted)
    answers = team.contact_rate * (chance @ ringing) / team.ring_s  # a second
    busy = chance @ np.minimum(calls, team.agents)
    kept = busy / team.handle_s  # what is handled a second
    hourly = 3600 / team.agents
    dropped = max(0.0, 1 - kept / answers) if answers > 0 else 0.0
    return Dialling(
        mode, team.agents, dials=float(hourly * answers / team.contact_rate), answered=float(hourly * answers),
        contacts=float(hourly * kept), occupancy=float(busy / team.agents), dialling=0.0, abandonment=float(dropped),
        lines=float(chance @ (ringing + calls)),
    )  # fmt: skip


def _chain(team, wanted):
    """Calls in hand, lines that ring, and the chance of each such state."""
    most, lines = len(wanted) - 1, int(np.ceil(wanted.max()))
    calls, ringing = (part.ravel() for part in np.mgrid[0 : most + 1, 0 : lines + 1])
    here, width = np.arange(calls.size), lines + 1
    ends, caught = ringing / team.ring_s, _caught(team, most)[calls]
    moves = [
        (np.minimum(calls, team.agents) / team.handle_s, np.maximum(calls - 1, 0), ringing),
        (ends * (1 - team.contact_rate * caught), calls, np.maximum(ringing - 1, 0)),
        (ends * team.contact_rate * caught, np.minimum(calls + 1, most), np.maximum(ringing - 1, 0)),
    ]
    topped_up = [
        (rate * weight, here, then * width + lands)
        for rate, then, left in moves
        for weight, lands in _topped_up(wanted, then, left)
    ]
    flow = rates(topped_up, here.size)
    return calls, ringing, long_run(flow, _usual(team, wanted, width))


def _usual(team, wanted, width):
    """The state where calls are answered as fast as they are handled: one of the likely ones."""
    calls = np.arange(len(wanted))
    gap = team.contact_rate * wanted / team.ring_s - np.minimum(calls, team.agents) / team.handle_s
    at = min(int(np.argmax(gap <= 0)) if (gap <= 0).any() else team.agents, team.agents)
    return at * width + int(wanted[at])


def _topped_up(wanted, calls, ringing):
    """The two numbers of ringing lines after the dialler has topped them up, with their chances."""
    low = np.floor(wanted[calls]).astype(int)
    high, part = np.minimum(low + 1, int(np.ceil(wanted.max()))), wanted[calls] - low
    return (1 - part, np.maximum(ringing, low)), (part, np.maximum(ringing, high))


def _caught(team, most):
    """Chance that a call which is answered with 0, 1, ... calls in hand reaches an agent in time.

    With k waiting before it, it needs k + 1 agents to come free within the patience: a Poisson count.
    """
    from scipy.special import gammainc

    ahead = np.arange(most + 1) - team.agents
    chance = np.ones(most + 1)
    behind = ahead >= 0
    if team.patience_s:
        chance[behind] = gammainc(ahead[behind] + 1.0, team.agents / team.handle_s * team.patience_s)
    else:
        chance[behind] = 0.0
    chance[-1] = 0.0  # the last place is taken
    return chance
