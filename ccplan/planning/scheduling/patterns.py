"""Shift patterns expanded to the starts that a plan can choose from, their breaks kept as choices rather than
multiplied out.

A shift with three breaks of five possible starts each could be worked in 125 ways. Here it is one start and 15 choices:
of the people on it, so many take this break then, so many later (Aykin 1996, "Optimal shift scheduling with multiple
break windows", Management Science 42: 591–602; the idea is Bechtold's and Jacobs', 1990, Management Science 36:
1339–1351). Only breaks whose windows overlap are chosen together, so that nobody has two at a time.
"""

from dataclasses import dataclass, field
from itertools import product
from math import gcd, inf, prod

import numpy as np
import pandas as pd

from ...data.shifts import Shift, clock_words

DAY = 86_400
MOST_WAYS = 20_000  # of breaks whose windows overlap: beyond this they no longer are a choice but a puzzle


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """One start of one shift: `cover` is the share of each interval from its start that lies in it, breaks not
    taken out.

    `choices` are its breaks: each a tuple of alternatives, each of those a tuple of (name, seconds after the start,
    length).
    """

    shift: str
    start_s: int
    length_s: int
    paid_s: float
    cover: np.ndarray = field(repr=False)
    choices: tuple = ()
    days: tuple = tuple(range(7))
    extra_per_hour: float = 0.0
    most: float = inf

    @property
    def fixed(self):
        """The breaks of which nothing is to be chosen."""
        return [way[0] for way in self.choices if len(way) == 1]

    @property
    def open(self):
        """The breaks that may be taken at several times."""
        return [way for way in self.choices if len(way) > 1]


def shift_table(shifts, step_s):
    """Every start that the shifts allow, a row each: shift, start, start_s, end_s, paid_s, breaks, ways, columns,
    days, most.

    `shifts` are `Shift`s, or {name: coverage} with 1 for each interval of the day that is worked and 0 for the others;
    `step_s` is the length of an interval in seconds. `start` is a time of the day, the others in seconds after its
    midnight; `ways` counts the ways to place the breaks, `columns` what the plan's programme needs for them.
    Raises ValueError in words, also for a start that no interval has.

    >>> lunch = {"length_s": 1800, "earliest_s": 10800, "latest_s": 14400}
    >>> early = Shift(name="early", starts="07:00-08:00", every_s=3600, length_s=28800, breaks=[lunch])
    >>> shift_table([early], 1800)[["shift", "start", "paid_s", "ways", "columns"]]
       shift  start   paid_s  ways  columns
    0  early  07:00  27000.0     3        4
    1  early  08:00  27000.0     3        4
    """
    rows = [
        {
            "shift": one.shift,
            "start": clock_words(one.start_s),
            "start_s": one.start_s,
            "end_s": one.start_s + one.length_s,
            "paid_s": float(one.paid_s),
            "breaks": sum(len(way[0]) for way in one.choices),
            "ways": prod(len(way) for way in one.choices),
            "columns": 1 + sum(len(way) for way in one.open),
            "days": one.days,
            "most": one.most,
        }
        for one in patterns_of(shifts, step_s)
    ]
    return pd.DataFrame(rows)


def patterns_of(shifts, step_s):
    """The `Pattern`s of shifts given as `Shift`s or as {name: coverage}, in their order."""
    step = _whole_step(step_s)
    if isinstance(shifts, dict):
        found = [_of_coverage(name, cover, step) for name, cover in shifts.items()]
    else:
        found = [one for shift in _listed(shifts) for one in _of_shift(shift, step)]
    if not found:
        raise ValueError("shifts must name at least one shift, got none — add a [shifts.NAME] to centre.toml")
    return found


def break_starts(one, step):
    """When a break may start, seconds after the shift's start: on a grid that breaks and intervals share, and at
    the latest time.

    >>> from ccplan.data.shifts import Break
    >>> break_starts(Break(length_s=900, earliest_s=3600, latest_s=5400), 1800)
    [3600, 4500, 5400]
    """
    first, last = round(one.earliest_s), round(one.latest_s)
    return sorted({*range(first, last + 1, gcd(step, round(one.length_s))), last})


def share_of_steps(begin, end, step, number):
    """The share of each of `number` intervals from a shift's start that lies between two moments after it; an array.

    >>> share_of_steps(1800, 4500, 1800, 4).tolist()
    [0.0, 1.0, 0.5, 0.0]
    """
    at = np.arange(number) * float(step)
    return np.clip(np.minimum(end, at + step) - np.maximum(begin, at), 0.0, None) / step


def _whole_step(step_s):
    if not (
        np.isscalar(step_s)
        and not isinstance(step_s, str)
        and 0 < step_s <= DAY
        and float(step_s).is_integer()
        and DAY % int(step_s) == 0
    ):
        raise ValueError(f"step_s must be whole seconds that a day is a multiple of, such as 900, got {step_s!r}")
    return int(step_s)


def _listed(shifts):
    shifts = [shifts] if isinstance(shifts, Shift) else shifts
    if isinstance(shifts, (str, bytes)) or not hasattr(shifts, "__iter__"):
        raise ValueError(f"shifts must be a list of Shift or {{name: coverage}}, got {shifts!r}")
    shifts = list(shifts)
    odd = [one for one in shifts if not isinstance(one, Shift)]
    if odd:
        raise ValueError(f"shifts must be a list of Shift or {{name: coverage}}, got {odd[0]!r} in it")
    names = [one.name for one in shifts]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise ValueError(f"shifts must have names of their own, got {twice[0]!r} twice")
    return shifts


def _of_shift(shift, step):
    """A pattern a start of the shift."""
    odd = [start for start in shift.start_s if start % step]
    if odd:
        raise ValueError(
            f"shift {shift.name}: its start {clock_words(odd[0])} falls within an interval of {step} s — give the requirement "
            f"in steps of {gcd(step, odd[0])} s, or move the start"
        )
    length = round(shift.length_s)
    cover, choices = share_of_steps(0, length, step, -(-length // step)), _choices(shift, step)
    return [
        Pattern(
            shift=shift.name,
            start_s=start,
            length_s=length,
            paid_s=shift.paid_s,
            cover=cover,
            choices=choices,
            days=shift.days,
            extra_per_hour=shift.extra_per_hour,
            most=shift.most,
        )
        for start in shift.start_s
    ]


def _choices(shift, step):
    """The alternatives of each break; those of breaks whose windows overlap together."""
    chains, over = [], -1.0
    for one in sorted(shift.breaks, key=lambda one: (one.earliest_s, one.latest_s)):
        chains = [*chains[:-1], [*chains[-1], one]] if one.earliest_s < over else [*chains, [one]]
        over = max(over, one.latest_s + one.length_s)
    return tuple(_alternatives(shift.name, chain, step) for chain in chains)


def _alternatives(name, chain, step):
    starts = [break_starts(one, step) for one in chain]
    if prod(map(len, starts)) > MOST_WAYS:
        raise ValueError(
            f"shift {name}: the windows of {', '.join(one.name for one in chain)} overlap, which leaves {prod(map(len, starts)):,} ways "
            f"to place them, more than {MOST_WAYS:,} — narrow the windows so that one ends before the next begins"
        )
    ways = (
        tuple((one.name, at, round(one.length_s)) for one, at in zip(chain, times, strict=True))
        for times in product(*starts)
    )
    found = tuple(way for way in ways if all(a[1] + a[2] <= b[1] for a, b in zip(way, way[1:])))
    if not found:
        raise ValueError(
            f"shift {name}: breaks {' and '.join(one.name for one in chain)} cannot both be taken, one after the other — "
            "widen a window"
        )
    return found


def _of_coverage(name, cover, step):
    """The pattern that a coverage of 0 and 1 by interval of the day tells; gaps in it are unpaid breaks."""
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"names of shifts must be words, got {name!r}")
    values, periods = np.asarray(cover), DAY // step
    if values.ndim != 1 or values.dtype.kind not in "biuf" or not np.isin(values, (0, 1)).all() or not values.any():
        raise ValueError(f"coverage of shift {name} must be 0 and 1 by interval, with at least one 1, got {cover!r}")
    if not periods <= len(values) <= 2 * periods:
        raise ValueError(
            f"coverage of shift {name} must have the {periods} intervals of {step} s of a day, or up to twice as many for a shift "
            f"over midnight, got {len(values)}"
        )
    worked = np.flatnonzero(values)
    first, last = int(worked[0]), int(worked[-1])
    if first >= periods:
        raise ValueError(
            f"coverage of shift {name} must start within its own day, got its first 1 at interval {first} of {periods}"
        )
    gaps = [(int(a), int(b - a - 1)) for a, b in zip(worked, worked[1:]) if b > a + 1]
    choices = tuple(((("break", (a + 1 - first) * step, length * step),),) for a, length in gaps)
    return Pattern(
        shift=name,
        start_s=first * step,
        length_s=(last - first + 1) * step,
        paid_s=float(len(worked) * step),
        cover=np.ones(last - first + 1),
        choices=choices,
    )
