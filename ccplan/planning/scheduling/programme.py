"""The programme of a cover: a column a start of a shift and day, a column a choice of its breaks; rows for what
must hold.

Cover of an interval = Σ people on shifts that lie in it − Σ people on a break in it. For each start of a shift and
each of its breaks, the people over the break's choices add up to the people on the shift (Aykin's equation):
windows add columns, they never multiply them.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import inf

import numpy as np
import pandas as pd
from scipy import sparse

from ...data.shifts import Shift, clock_words
from .patterns import patterns_of, share_of_steps


@dataclass(frozen=True, kw_only=True)
class Programme:
    """`cover` (intervals × columns), `equal` @ x = 0, `limited` @ x ≤ `limits`; columns are first the starts of
    shifts, then breaks.

    `starts` is a frame of the first: pattern, day (number), begins (moment); `taken` one of the others: start (its
    column), choice, way (numbers within the pattern). `paid_s` and `extra` (currency beside the wage) are by
    column; `reachable` tells of each interval whether anybody could be there at all.
    """

    needs: object
    patterns: list
    starts: pd.DataFrame
    taken: pd.DataFrame
    cover: sparse.csr_array
    equal: sparse.csr_array
    limited: sparse.csr_array
    limits: np.ndarray
    paid_s: np.ndarray
    extra: np.ndarray
    reachable: np.ndarray


def programme_of(needs, shifts, *, people=inf, days_a_week=5, hours=inf, cyclic=False):
    """The `Programme` of a requirement and the shifts that may cover it, as `patterns_of` takes them."""
    # Shifts can be looked up again; coverages, and what is refused further on, cannot.
    known = isinstance(shifts, list) and all(isinstance(one, Shift) for one in shifts)
    shape, shifts = (_shape, tuple(shifts)) if known else (_shape.__wrapped__, shifts)
    return Programme(needs=needs, **shape(needs.grid, shifts, people, days_a_week, hours, cyclic))


@lru_cache(maxsize=2)
def _shape(grid, shifts, people, days_a_week, hours, cyclic):
    """All of a programme but the requirement: the same while only that moves, as under a dial."""
    patterns = patterns_of(shifts, grid.step)
    rows = _rows_of_places(grid, cyclic)
    parts, number, reachable = [], 0, np.zeros(len(grid.place), bool)
    which, day, begins, place = _all_starts(grid, patterns)
    cuts = np.searchsorted(which, np.arange(1, len(patterns)))
    for pattern, days, places in zip(patterns, np.split(np.arange(len(day)), cuts), np.split(place, cuts), strict=True):
        part = _part(pattern, days, rows(places[:, None] + np.arange(len(pattern.cover))), grid.step, number, reachable)
        number += len(part["starts"])
        parts.append(part)
    used = np.concatenate([part["starts"] for part in parts])
    starts = pd.DataFrame({"pattern": which[used], "day": day[used], "begins": begins[used]})
    taken = pd.DataFrame(np.concatenate([part["taken"] for part in parts]), columns=["start", "choice", "way"])
    every = [_stacked(part["cover"], first) for part, first in zip(parts, _firsts(parts, "starts"), strict=True)]
    breaks = [
        _stacked(part["breaks"], number + first) for part, first in zip(parts, _firsts(parts, "taken"), strict=True)
    ]
    row, column, value = (np.concatenate(arrays) for arrays in zip(*every, *breaks, strict=True))
    width = number + len(taken)
    cover = sparse.csr_array((value, (row, column)), shape=(len(grid.place), width))
    limited, limits = _limits(grid, patterns, starts, width, people, days_a_week, hours)
    paid_s = np.array([float(one.paid_s) for one in patterns])
    extra = np.array([one.extra_per_hour for one in patterns]) * paid_s / 3600
    own, none = starts["pattern"].to_numpy(int), np.zeros(len(taken))
    return dict(
        patterns=patterns,
        starts=starts,
        taken=taken,
        cover=cover,
        equal=_equal(taken, width),
        limited=limited,
        limits=limits,
        paid_s=np.append(paid_s[own], none),
        extra=np.append(extra[own], none),
        reachable=reachable,
    )


def _firsts(parts, what):
    return np.cumsum([0, *(len(part[what]) for part in parts)])[:-1]


def _stacked(entries, first):
    row, column, value = entries
    return row, column + first, value


def _rows_of_places(grid, cyclic):
    """A function from steps since the first midnight to rows of the requirement, −1 where it has none."""
    whole = grid.whole_days
    table = np.full(max(whole, int(grid.place[-1]) + 1), -1)
    table[grid.place] = np.arange(len(grid.place))

    def rows(place):
        if cyclic:
            return table[place % whole]
        inside = (place >= 0) & (place < len(table))
        return np.where(inside, table[np.where(inside, place, 0)], -1)

    return rows


def _all_starts(grid, patterns):
    """(pattern, day, moment, steps since the first midnight) of every start on a day that its shift is worked;
    arrays.
    """
    days = [np.flatnonzero(np.isin(grid.days.dayofweek, one.days)) for one in patterns]
    which, day = np.repeat(np.arange(len(patterns)), [len(one) for one in days]), np.concatenate(days)
    begins = grid.moments(
        grid.days[day] + pd.to_timedelta(np.array([one.start_s for one in patterns])[which], unit="s")
    )
    place = grid.steps_to(begins)
    odd = np.flatnonzero(np.abs(place - np.rint(place)) > 1e-9)
    if len(odd):
        one = patterns[which[odd[0]]]
        raise ValueError(
            f"shift {one.shift}: its start {clock_words(one.start_s)} falls within an interval of {grid.step} s on "
            f"{begins[odd[0]]:%Y-%m-%d}, when the clock changes — give the requirement in shorter steps"
        )
    return which, day, begins, np.rint(place).astype(int)


def _part(pattern, starts, at, step, number, reachable):
    """The columns of one pattern's starts, those that cover anything; `at` are the rows that each could cover."""
    length = len(pattern.cover)
    own, least, ways = _profiles(pattern, step, length)
    use = ((at >= 0) & (own > 0)).any(axis=1)
    at, starts = at[use], starts[use]
    reachable[at[(at >= 0) & (least > 1e-9)]] = True
    shape = [(c, w) for c, choice in enumerate(pattern.choices) if len(choice) > 1 for w in range(len(choice))]
    taken = np.column_stack(
        [
            number + np.repeat(np.arange(len(starts)), len(shape)),
            np.tile(np.array(shape, int).reshape(-1, 2), (len(starts), 1)),
        ]
    )
    breaks = _entries(np.repeat(at, len(shape), axis=0), np.tile(-ways, (len(starts), 1)).reshape(-1, length))
    return {"starts": starts, "taken": taken, "cover": _entries(at, np.broadcast_to(own, at.shape)), "breaks": breaks}


def _profiles(pattern, step, length):
    """By interval from the start: the cover less fixed breaks; that less what open breaks cost at least; what each
    way costs.
    """
    fixed = sum((_share(way, step, length) for way in pattern.fixed), np.zeros(length))
    costs = [np.array([_share(way, step, length) for way in choice]) for choice in pattern.open]
    own = pattern.cover - fixed
    least = own - sum((cost.min(axis=0) for cost in costs), np.zeros(length))
    return own, least, np.concatenate(costs) if costs else np.zeros((0, length))


def _share(way, step, length):
    return sum(share_of_steps(at, at + long, step, length) for _, at, long in way)


def _entries(at, values):
    """(row, column, value) of what is not nothing; a column a line."""
    column, k = np.nonzero((at >= 0) & (values != 0))
    return at[column, k], column, values[column, k]


def _equal(taken, width):
    """A row a start and choice: its ways add up to the people of the start."""
    if not len(taken):
        return sparse.csr_array((0, width))
    group = taken.groupby(["start", "choice"], sort=False).ngroup().to_numpy()
    first = np.unique(group, return_index=True)[1]
    owner, rows = taken["start"].to_numpy()[first], int(group.max()) + 1
    ways = np.arange(width - len(taken), width)
    return sparse.csr_array(
        (
            np.concatenate([np.ones(len(ways)), -np.ones(rows)]),
            (np.concatenate([group, np.arange(rows)]), np.concatenate([ways, owner])),
        ),
        shape=(rows, width),
    )


def _limits(grid, patterns, starts, width, people, days_a_week, hours):
    """Rows and limits: people of a shift and day, people of a day and of a week, hours in all; those that bind
    nothing left out.
    """
    day, pattern = starts["day"].to_numpy(int), starts["pattern"].to_numpy(int)
    names = [one.shift for one in patterns]
    shift = np.array([names.index(name) for name in names])[pattern]
    rows = _grouped(day * len(names) + shift, np.array([one.most for one in patterns], float)[pattern])
    if np.isfinite(people):
        week = grid.days[day].to_period("W-SUN").astype(str).to_numpy() if len(day) else day
        rows += _grouped(day, np.full(len(day), people))
        if days_a_week < 7:  # else the days say it already
            rows += _grouped(week, np.full(len(day), people * days_a_week))
    if np.isfinite(hours):
        paid = np.array([one.paid_s for one in patterns])[pattern] / 3600
        rows.append((np.arange(len(day)), paid, hours))
    entries = [(np.full(len(columns), i), columns, values) for i, (columns, values, _) in enumerate(rows)]
    row, column, value = (
        (np.concatenate(arrays) for arrays in zip(*entries))
        if entries
        else (np.zeros(0, int), np.zeros(0, int), np.zeros(0))
    )
    return sparse.csr_array((value, (row, column)), shape=(len(rows), width)), np.array(
        [limit for _, _, limit in rows], float
    )


def _grouped(keys, limits):
    """A row a key with a finite limit: (its columns, ones, the limit)."""
    codes, _ = pd.factorize(np.asarray(keys))
    finite = np.flatnonzero(np.isfinite(limits))
    order = finite[np.argsort(codes[finite], kind="stable")]
    cuts = np.flatnonzero(np.diff(codes[order])) + 1
    return [
        (columns, np.ones(len(columns)), float(limits[columns[0]])) for columns in np.split(order, cuts) if len(columns)
    ]
