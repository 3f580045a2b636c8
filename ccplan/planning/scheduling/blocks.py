"""A programme cut into blocks that nothing joins: days that no shift over midnight and no weekly limit ties
together.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from .losses import CallsMissed, PricedHeads, Segments


@dataclass(frozen=True, kw_only=True)
class Block:
    """Rows and columns of the programme that belong together, with the matrices and prices cut to them."""

    rows: np.ndarray
    columns: np.ndarray
    cover: sparse.csr_array
    equal: sparse.csr_array
    limited: sparse.csr_array
    limits: np.ndarray
    price: np.ndarray
    loss: Segments | PricedHeads | CallsMissed
    starts: int

    @property
    def in_a_row(self):
        """Whether each column covers neighbouring intervals in full and nothing else holds: a totally unimodular
        programme.
        """
        if self.equal.shape[0] or self.limited.shape[0] or (self.cover.data != 1).any():
            return False
        by = sparse.csc_array(self.cover)
        by.sort_indices()
        apart = np.diff(by.indices) != 1
        apart[by.indptr[1:-1][(by.indptr[1:-1] > 0) & (by.indptr[1:-1] < by.nnz)] - 1] = False
        return not apart.any()

    @property
    def whole(self):
        """In which intervals cover comes in whole people."""
        odd = self.cover.data != np.rint(self.cover.data)
        return (
            np.bincount(
                np.repeat(np.arange(self.cover.shape[0]), np.diff(self.cover.indptr))[odd],
                minlength=self.cover.shape[0],
            )
            == 0
        )

    def key(self):
        """Bytes that are the same for blocks with the same solution."""
        parts = [
            self.price,
            self.limits,
            *(
                part
                for matrix in (self.cover, self.equal, self.limited)
                for part in (matrix.data, matrix.indices, matrix.indptr)
            ),
        ]
        return b"".join(np.ascontiguousarray(part).tobytes() for part in parts) + self.loss.key()


def blocks_of(programme, price, loss):
    """The `Block`s of a programme in the order of time; rows that no column reaches are in none.

    `price` is by column; a column's number in `columns` is that of the programme.
    """
    tied = sparse.vstack([programme.cover, programme.equal, programme.limited]).tocsr()
    label = _labels(tied)
    columns = label[tied.shape[0] :]
    cover, equal, limited = (
        _by_label(matrix, labels)
        for matrix, labels in zip(
            (programme.cover, programme.equal, programme.limited),
            np.split(label[: tied.shape[0]], np.cumsum([programme.cover.shape[0], programme.equal.shape[0]])),
            strict=True,
        )
    )
    starts = len(programme.starts)
    found = []
    place = np.argsort(columns, kind="stable")
    cuts = np.flatnonzero(np.diff(columns[place])) + 1
    number = np.empty(len(columns), int)
    for mine in np.split(place, cuts) if len(place) else []:
        mine = np.sort(mine)
        number[mine] = np.arange(len(mine))
        one = columns[mine[0]]
        rows = cover.get(one, np.zeros(0, int))
        found.append(
            Block(
                rows=rows,
                columns=mine,
                cover=_cut(programme.cover, rows, number, len(mine)),
                equal=_cut(programme.equal, equal.get(one, np.zeros(0, int)), number, len(mine)),
                limited=_cut(programme.limited, limited.get(one, np.zeros(0, int)), number, len(mine)),
                limits=programme.limits[limited.get(one, np.zeros(0, int))],
                price=price[mine],
                loss=loss.take(rows),
                starts=int((mine < starts).sum()),
            )
        )
    return sorted(found, key=lambda block: block.rows[0] if len(block.rows) else 0)


def _labels(tied):
    """The number of the block of every row, then of every column."""
    rows, columns = tied.shape
    graph = sparse.coo_array(tied)
    joined = sparse.coo_array((np.ones(graph.nnz), (graph.row, graph.col + rows)), shape=(rows + columns,) * 2)
    return connected_components(joined, directed=False)[1]


def _by_label(matrix, labels):
    """Rows by the number of their block."""
    order = np.argsort(labels, kind="stable")
    cuts = np.flatnonzero(np.diff(labels[order])) + 1
    return {labels[rows[0]]: np.sort(rows) for rows in np.split(order, cuts) if len(rows)}


def _cut(matrix, rows, number, width):
    """Some rows, with their columns numbered anew."""
    part = matrix[rows]
    return sparse.csr_array((part.data, number[part.indices], part.indptr), shape=(len(rows), width))
