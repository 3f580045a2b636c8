"""Blocks solved by HiGHS (scipy.optimize), in slices of time, so that progress is told and the work can be stopped.

A block whose columns cover neighbouring intervals and nothing else is totally unimodular: its linear programme is
solved by whole people, and no search follows (Hoffman and Kruskal 1956). The others are searched to the gap that is
asked for. A block that is the same as one before, as one Tuesday is as another, is not solved again.
"""

from dataclasses import dataclass, replace
from math import inf
from time import perf_counter

import numpy as np
from scipy import sparse

from ..service.quiet import quiet
from ..uncertainty.risk import Stopped
from .first_plan import first_plan

SLICE = 5.0  # seconds until the first look at whether somebody wants to stop; each further slice is twice as long
NEAR = 1e-6  # of a person that counts as none
MANY = 100  # columns from which on a plan is first looked for around the linear programme's


@dataclass(frozen=True, kw_only=True)
class Aim:
    """What is made least: `price` by column and the `loss` of intervals; `first` the loss first of all, then the
    price.
    """

    price: np.ndarray
    loss: object
    first: bool = False


@dataclass(frozen=True, kw_only=True)
class Found:
    """People by column of a block, what they cost by the aim, what no plan costs less than, and whether that is
    proven enough.
    """

    people: np.ndarray
    value: float
    bound: float
    proven: bool


@dataclass
class Clock:
    """Time that is left, and who is told how far the work is."""

    seconds: float
    progress: object = None
    stopped: bool = False

    def __post_init__(self):
        self.end = perf_counter() + self.seconds
        self.done, self.of, self.words = 0, 1, ""

    @property
    def left(self):
        """Seconds until the limit; none once somebody has stopped the work."""
        return 0.0 if self.stopped else max(self.end - perf_counter(), 0.0)

    def tell(self, done=None, words=None):
        """Progress told; a Stopped from the one who is told ends the work."""
        self.done, self.words = self.done if done is None else done, words or self.words
        if self.progress is None or self.stopped:
            return
        try:
            self.progress(self.done, self.of, self.words)
        except Stopped:
            self.stopped = True


def solve_blocks(blocks, aim, clock, within, words):
    """A `Found` for each block, the best that the time allows; `words` tells of a block which days it is."""
    clock.of, known, found = max(len(blocks), 1), {}, []
    for i, block in enumerate(blocks):
        key = block.key()
        if key not in known or not known[key].proven:
            known[key] = solve_block(block, aim, clock, clock.left / (len(blocks) - i), within)
        found.append(known[key])
        clock.tell(i + 1, words(block))
    late = sorted((i for i, one in enumerate(found) if not one.proven), key=lambda i: found[i].bound - found[i].value)
    for i in late:  # what is left of the time goes to those that need it most
        if len(blocks) > 1 and clock.left > 0.05 * clock.seconds:
            found[i] = _better(found[i], solve_block(blocks[i], aim, clock, clock.left, within))
    return found


def in_parts(block, aim, seconds):
    """The plan of the linear programme, in which people come in parts: a `Found` that no plan of whole people
    undercuts.
    """
    told = Told(block, 0.0 if aim.first and not len(block.limits) else None)
    x = told.run(max(seconds, 1.0), 0.0, whole=False).x
    if x is None:
        return _first(block, aim)
    people = np.maximum(x[: told.width], 0.0)
    value = value_of(block, people, aim.first)
    return Found(people=people, value=value, bound=value, proven=True)


def solve_block(block, aim, clock, seconds, within):
    """The best plan of a block within so many seconds: a `Found`."""
    if seconds <= 0 or clock.left <= 0:
        return _first(block, aim)
    if not aim.first:
        return _search(block, aim, clock, seconds, within)
    if not len(block.limits):  # nothing bounds the people: whoever can be there is there
        return _search(block, aim, clock, seconds, within, cap=0.0)
    soft = replace(block, loss=replace(block.loss, hard=np.zeros_like(block.loss.hard)))
    least = _search(replace(soft, price=0 * soft.price), replace(aim, first=False), clock, seconds / 2, 0.0)
    best = _search(soft, aim, clock, seconds / 2, within, cap=max(least.value, 0.0) * (1 + 1e-9) + 1e-7)
    return best if least.proven else replace(best, bound=0.0, proven=False)


def value_of(block, people, first):
    """What people by column cost a block by its prices and losses; of the prices alone where the loss comes first."""
    return float(block.price @ people) + (0.0 if first else float(block.loss.value(block.cover @ people).sum()))


def _first(block, aim):
    """A plan without search, and what is known without one: nothing costs less than nothing."""
    people = first_plan(block)
    return Found(people=people, value=value_of(block, people, aim.first), bound=0.0, proven=False)


def _better(old, new):
    """The cheaper of two, with the better of their bounds."""
    best = new if new.value <= old.value else old
    return replace(best, bound=max(old.bound, new.bound), proven=old.proven or new.proven)


def _search(block, aim, clock, seconds, within, cap=None):
    """HiGHS in slices; `cap` bounds the loss that the prices must not be paid with."""
    told = Told(block, cap)
    if block.in_a_row and cap in (None, 0.0):
        found = told.run(min(seconds, clock.left), 0.0, whole=False)
        if (
            found.x is not None
            and found.status == 0
            and np.abs(found.x - np.rint(found.x))[: len(block.columns)].max(initial=0.0) < NEAR
        ):
            return told.found(found, aim, whole=False)
    best, end, slice_s = None, perf_counter() + seconds, SLICE
    if len(block.columns) > MANY and min(seconds, clock.left) > 0:
        best = told.around(min(seconds / 4, clock.left), within, aim)
    while best is None or not best.proven:
        left = min(end - perf_counter(), clock.left)
        if left <= 0.0:
            break
        new = told.found(told.run(min(slice_s, left), told.relative(within, best), whole=True), aim)
        best, slice_s = new if best is None else _better(best, new), 2 * slice_s
        clock.tell()
    return best or _first(block, aim)


class Told:
    """A block as the solver wants it: columns of people, then segments of missing cover, then switches of chained
    segments.
    """

    def __init__(self, block, cap=None):
        self.block, self.parts = block, block.loss.segments(block.whole)
        parts, width = self.parts, len(block.columns)
        self.lower = (
            np.flatnonzero(parts.chained[1:] & (parts.row[1:] == parts.row[:-1])) + 1
        )  # they wait for the one before
        self.width, self.number = width, len(parts.row)
        top = block.cover.T @ parts.top
        lost = parts.price if cap is None else np.zeros(self.number)
        self.cost = np.concatenate([block.price + top, lost, np.zeros(len(self.lower))])
        self.constant = 0.0 if cap is not None else float((block.loss.value(parts.base) - parts.top * parts.base).sum())
        self.rows = self._rows(cap)

    def _rows(self, cap):
        from scipy.optimize import LinearConstraint

        block, parts, z = self.block, self.parts, len(self.lower)
        missing = sparse.csr_array(
            (np.ones(self.number), (parts.row, np.arange(self.number))), shape=(len(block.rows), self.number)
        )
        rows = [
            (self._wide(block.cover, missing), parts.base, inf),
            (self._wide(block.equal), 0.0, 0.0),
            (self._wide(block.limited), -inf, block.limits),
        ]
        if z:
            switch = sparse.eye_array(z, format="csr")
            full = sparse.csr_array((np.ones(z), (np.arange(z), self.lower - 1)), shape=(z, self.number))
            some = sparse.csr_array((np.ones(z), (np.arange(z), self.lower)), shape=(z, self.number))
            rows += [
                (self._wide(None, full, switch.multiply(-parts.width[self.lower - 1][:, None])), 0.0, inf),
                (self._wide(None, some, switch.multiply(-parts.width[self.lower][:, None])), -inf, 0.0),
            ]
        if cap and self.number:
            rows.append((self._wide(None, sparse.csr_array(parts.price[None])), -inf, cap))
        return [LinearConstraint(matrix, low, high) for matrix, low, high in rows if matrix.shape[0]]

    def _wide(self, people, missing=None, switches=None):
        """Rows over all columns, nothing where nothing is given."""
        height = next(part.shape[0] for part in (people, missing, switches) if part is not None)
        parts = [(people, self.width), (missing, self.number), (switches, len(self.lower))]
        return sparse.hstack(
            [sparse.csr_array((height, width)) if part is None else part for part, width in parts]
        ).tocsr()

    def relative(self, within, best):
        """The solver's relative gap that is `within` of the true aim: the solver does not see the constant."""
        if best is None or not within:
            return within
        return within * min(abs(best.value) / max(abs(best.value - self.constant), 1e-12), 1.0)

    def run(self, seconds, within, whole):
        """One run of HiGHS."""
        from scipy.optimize import Bounds, milp

        z = len(self.lower)
        top = np.concatenate([np.full(self.width, inf), self.parts.width, np.ones(z)])
        kind = np.concatenate([np.full(self.width, float(whole)), np.zeros(self.number), np.ones(z)])
        with quiet():
            return milp(
                self.cost,
                integrality=kind,
                bounds=Bounds(0.0, top),
                constraints=self.rows,
                options={"time_limit": max(seconds, 0.01), "mip_rel_gap": within},
            )

    def around(self, seconds, within, aim):
        """The best whole people beside those of the linear programme, and its bound: a good plan soon, where the
        search finds one late.
        """
        from scipy.optimize import Bounds, milp

        linear = self.run(seconds, 0.0, whole=False)
        if linear.x is None or linear.status:
            return None
        x, starts, width = linear.x, self.block.starts, self.width
        low, high = (
            np.zeros(len(x)),
            np.concatenate([np.ceil(x[:width] - NEAR) + 1, self.parts.width, np.ones(len(self.lower))]),
        )
        low[:starts], high[:starts] = np.floor(x[:starts] + NEAR), np.ceil(x[:starts] - NEAR)
        kind = np.concatenate([np.ones(width), np.zeros(self.number), np.ones(len(self.lower))])
        with quiet():
            near = milp(
                self.cost,
                integrality=kind,
                bounds=Bounds(low, high),
                constraints=self.rows,
                options={"time_limit": max(seconds, 0.01), "mip_rel_gap": max(within / 4, 1e-3)},
            )
        if near.x is None:
            return None
        bound = max(float(linear.fun) + self.constant, 0.0)
        people = np.rint(near.x[:width])
        value = value_of(self.block, people, aim.first)
        return Found(people=people, value=value, bound=min(bound, value), proven=value - bound <= within * abs(value))

    def found(self, result, aim, whole=True):
        """The solver's answer in people, checked against the aim itself."""
        bound = result.mip_dual_bound if whole else result.fun if result.status == 0 else None
        bound = 0.0 if bound is None or not np.isfinite(bound) else max(bound + self.constant, 0.0)
        if result.x is None:
            return replace(_first(self.block, aim), bound=bound)
        people = np.rint(result.x[: self.width])
        value = value_of(self.block, people, aim.first)
        return Found(people=people, value=value, bound=min(bound, value), proven=result.status == 0)
