"""Hours for a month that no contract covers: overtime of one's own people, and an outsourcer for all queues
together.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Recourse:
    """FTE of overtime and of an outsourcer, arrays queues × months."""

    overtime: np.ndarray
    outsourced: np.ndarray


def recourse(need, overtime_most, outsourced_most, overtime_first):
    """What fills the missing FTE as far as can be, the cheaper first: a Recourse.

    `need` (queues × months) is missing, `overtime_most` alike; `outsourced_most` (months) is for all queues together,
    and `overtime_first` (months) says which is cheaper. Where the outsourcer cannot fill all, each queue gets the same
    share of what it still misses.

    >>> filled = recourse(np.array([[2.0], [4.0]]), np.array([[1.0], [1.0]]), np.array([3.0]), np.array([True]))
    >>> filled.overtime.ravel().tolist(), filled.outsourced.ravel().tolist()
    ([1.0, 1.0], [0.75, 2.25])
    """
    beyond = np.maximum(need - overtime_most, 0.0)  # what overtime cannot fill
    must = _shared(beyond, outsourced_most)
    spare = np.where(overtime_first, 0.0, outsourced_most - must.sum(axis=0))
    bought = must + _shared(need - beyond, spare)
    return Recourse(overtime=np.minimum(need - bought, overtime_most), outsourced=bought)


def _shared(wanted, most):
    """`wanted`, cut by the same share in every queue where its sum is more than `most`."""
    total = wanted.sum(axis=0)
    return wanted * np.where(total > most, most / np.where(total > 0, total, 1.0), 1.0)
