"""A plan without a search: person by person, whoever helps most. What is given when there is no time for more."""

from time import perf_counter

import numpy as np
from scipy import sparse


def first_plan(block, seconds=5.0):
    """People by column of a block: each next one where the loss falls most for the price, while it falls more than
    that.

    Kept are the limits; breaks are taken where they hurt least at that moment. After so many seconds nobody is added.
    """
    end = perf_counter() + seconds
    people, cover = np.zeros(len(block.columns)), np.zeros(len(block.rows))
    by_column, by_row = sparse.csr_array(block.cover.T), block.cover
    uses = sparse.csc_array(block.limited).toarray()[:, : block.starts]
    groups = np.split(block.equal.indices, block.equal.indptr[1:-1]) if block.equal.shape[0] else []
    ways = [(columns[columns < block.starts][0], columns[columns >= block.starts]) for columns in groups]
    while perf_counter() < end:
        gain = by_column @ (block.loss.value(cover) - block.loss.value(cover + 1)) - block.price
        worth = gain[: block.starts].copy()
        picks = {}
        for start, columns in ways:
            best = columns[np.argmax(gain[columns])]
            worth[start] += gain[best]
            picks.setdefault(int(start), []).append(int(best))
        if len(block.limits):
            room = block.limits - block.limited @ people
            worth[(uses > room[:, None] + 1e-9).any(axis=0)] = -np.inf
        start = int(np.argmax(worth)) if len(worth) else 0
        if not len(worth) or not worth[start] > 1e-9:
            break
        step = np.zeros(len(people))
        step[[start, *picks.get(start, [])]] = 1
        people, cover = people + step, cover + by_row @ step
    return people
