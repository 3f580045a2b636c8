"""What an interval loses by the people who are there: a price of each one missing and each one too many, or calls
not answered in time.

The programme sees a loss as segments below a base cover, from the base downwards: so much cover may be missing at
such a price. Where cover comes in whole people, segments end at whole people, and the programme of shifts without
breaks is one of intervals and unit columns: totally unimodular, its linear programme is solved by whole people.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Segments:
    """`base` cover and price `top` of one more above it, by interval; below it segments (row, width, price of one
    missing), from the base downwards. `chained` is true where a segment may be used only after the one before it is
    used up."""

    base: np.ndarray
    top: np.ndarray
    row: np.ndarray
    width: np.ndarray
    price: np.ndarray
    chained: np.ndarray


@dataclass(frozen=True, kw_only=True)
class PricedHeads:
    """Each missing person costs `missing` an interval, each one too many `idle`; `hard` intervals must be covered
    in full.
    """

    required: np.ndarray
    missing: np.ndarray
    idle: np.ndarray
    hard: np.ndarray

    def value(self, cover):
        """The loss of each interval at this cover."""
        return self.missing * np.maximum(self.required - cover, 0) + self.idle * np.maximum(cover - self.required, 0)

    def take(self, rows):
        """The same for some of the intervals."""
        return PricedHeads(**{name: values[rows] for name, values in vars(self).items()})

    def segments(self, whole):
        """Its `Segments`; `whole` tells in which intervals cover comes in whole people."""
        n, r = len(self.required), self.required
        near = np.rint(r)
        r = np.where(np.abs(r - near) < 1e-9, near, r)
        part = np.where(whole, r - np.floor(r), 0.0)
        base, rows = np.where(whole, np.ceil(r), r), np.arange(n)
        deep = self.missing + self.idle
        first = np.flatnonzero((part > 0) & ~self.hard)
        rest = np.flatnonzero(~self.hard)
        return Segments(
            base=base,
            top=self.idle,
            row=np.concatenate([rows[first], rows[rest]]),
            width=np.concatenate([np.ones(len(first)), base[rest] - (part[rest] > 0)]),
            price=np.concatenate([(deep * part)[first], deep[rest]]),
            chained=np.zeros(len(first) + len(rest), bool),
        )

    def key(self):
        """Bytes that are the same for the same losses."""
        return b"".join(np.ascontiguousarray(values).tobytes() for values in vars(self).values())


@dataclass(frozen=True, kw_only=True)
class CallsMissed:
    """Calls not answered in target by whole people there: `calls` offered, `gain` (intervals × people from 0)
    answered in target.
    """

    calls: np.ndarray
    gain: np.ndarray

    def value(self, cover):
        """The loss of each interval at this cover, between whole people in a straight line."""
        cover = np.clip(cover, 0, self.gain.shape[1] - 1)
        low = np.minimum(np.floor(cover + 1e-9).astype(int), self.gain.shape[1] - 2)
        rows = np.arange(len(self.calls))
        below, above = self.gain[rows, low], self.gain[rows, low + 1]
        return self.calls - below - (above - below) * (cover - low)

    def take(self, rows):
        """The same for some of the intervals."""
        return CallsMissed(calls=self.calls[rows], gain=self.gain[rows])

    def segments(self, whole):
        """Its `Segments`: steps of whole people; chained below the point from which on one more always gives less
        than the one before.
        """
        found = [_steps(row, gain) for row, gain in enumerate(self.gain)]
        base = np.array([top for top, _ in found], float)
        row, width, price, chain = np.concatenate([part for _, part in found], axis=1) if found else np.zeros((4, 0))
        return Segments(
            base=base, top=np.zeros(len(base)), row=row.astype(int), width=width, price=price, chained=chain > 0
        )

    def key(self):
        """Bytes that are the same for the same losses."""
        return self.calls.tobytes() + self.gain.tobytes()


def _steps(row, gain):
    """(base, segments as rows row, width, price, chain) of one interval's gains."""
    more = np.diff(gain)
    useful = np.flatnonzero(more > 1e-12 * max(gain[-1], 1e-300))
    if not len(useful):
        return 0, np.zeros((4, 0))
    base = int(useful[-1]) + 1
    more = more[:base]
    bend = _concave_from(gain[: base + 1])
    price, width = more[::-1], np.ones(base)
    chain = (np.arange(base) >= base - bend).astype(float)
    price, width, chain = _merged(price, width, chain)
    return base, np.stack([np.full(len(price), row), width, price, chain])


def _concave_from(gain):
    """People from which on the gain lies on its concave envelope: the end of the last edge that passes above some
    points.
    """
    hull = []
    for u in range(len(gain)):  # the upper hull, by the monotone chain
        while len(hull) > 1 and (gain[hull[-1]] - gain[hull[-2]]) * (u - hull[-1]) <= (gain[u] - gain[hull[-1]]) * (
            hull[-1] - hull[-2]
        ):
            hull.pop()
        hull.append(u)
    lies = np.interp(np.arange(len(gain)), hull, gain[hull])
    below = np.flatnonzero(lies - gain > 1e-9 * max(gain[-1], 1e-300))
    return next((u for u in hull if u > below[-1]), 0) if len(below) else 0


def _merged(price, width, chain):
    """Neighbours of one price joined, as the flat stretch below the load of a queue without patience."""
    new = np.concatenate([[True], (np.abs(np.diff(price)) > 1e-12 * price.max()) | (np.diff(chain) != 0)])
    first = np.flatnonzero(new)
    return price[first], np.add.reduceat(width, first), chain[first]
