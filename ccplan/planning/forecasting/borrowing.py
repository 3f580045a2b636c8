"""A queue without a history borrows: mean by a factor, shape as it is, spread wider than that of a queue like it."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ...queueing.inputs import one_number
from .scaling import path_columns, quantile_columns, with_paths
from .spread import UNKNOWN


def checked_borrow(borrow, history_queues, centre):
    """{new queue: (lender, factor)} checked; ValueError in words for an unknown, an own or a missing history.

    `history_queues` are the queues that have a history.
    """
    rule = "borrow must be {new queue: (queue it is like, factor)}, such as {'new': ('service', 0.25)}"
    if borrow is not None and not isinstance(borrow, Mapping):
        raise ValueError(f"{rule}, got {borrow!r}")
    borrow = dict(borrow or {})
    for name, asked in borrow.items():
        centre.queue(name)
        if not isinstance(asked, (tuple, list)) or len(asked) != 2 or not isinstance(asked[0], str):
            raise ValueError(f"{rule}, got {name!r}: {asked!r}")
        if asked[0] not in history_queues:
            raise ValueError(
                f"borrow: {name} can only be like a queue with a history ({', '.join(history_queues)}), "
                f"got {asked[0]!r}"
            )
        if name in history_queues:
            raise ValueError(
                f"borrow: {name} has a history of its own: leave it out of borrow, or leave its rows out of the history"
            )
        one_number(f"borrow: factor of {name}", asked[1], open_low=True, high=1e6)
    return borrow


def borrowed(found, borrow, centre, levels, paths):
    """The QueueForecasts of the new queues, from those of their lenders (`found`).

    mean = factor × the lender's in every interval in which both are open; the error's share is widened by that of a
    queue of which nothing is known (v² + 0.25²), all of it shared by whole days. `paths(spread, mean, special, name)`
    draws sample paths.
    Raises ValueError where the two are never open together.
    """
    by_name = {one.queue: one for one in found}
    return [
        _one(name, by_name[lender], float(factor), centre, levels, paths) for name, (lender, factor) in borrow.items()
    ]


def _one(name, lender, factor, centre, levels, paths):
    rows = lender.frame[centre.is_open(name, lender.frame["start"])].reset_index(drop=True)
    if not len(rows):
        raise ValueError(f"borrow: {name} is never open when {lender.queue} is: name a queue with hours like its own")
    mean, spread = factor * lender.ahead.mean, _wider(lender.spread)
    where = lender.ahead.cells(rows["start"])
    frame = rows.drop(columns=[*quantile_columns(rows), *path_columns(rows)]).assign(queue=name, offered=mean[where])
    aht = frame.pop("aht_s")
    for level in levels:
        frame[f"offered_p{100 * level:g}"] = spread.quantile(mean, lender.ahead.special, level)[where]
    frame["aht_s"] = aht
    frame = with_paths(frame, [path[where] for path in paths(spread, mean, lender.ahead.special, name)])
    return replace(
        lender,
        queue=name,
        frame=frame,
        tested=None,
        repairs=lender.repairs.head(0),
        spread=spread,
        method=f"borrowed: {factor:g} × {lender.queue}",
        ahead=replace(lender.ahead, mean=mean),
    )


def _wider(spread):
    """The lender's spread, and on top what nobody knows of a new queue's level: days move together in it."""
    more, days = UNKNOWN**2, spread.days
    level = more / (more + max(spread.day_share[0], 1e-9))
    share = {each: (getattr(spread, each)[0] + more, getattr(spread, each)[1]) for each in ("share", "day_share")}
    return replace(
        spread,
        **share,
        special=float(np.hypot(spread.special, UNKNOWN)),
        days=(days[0] + (1 - days[0]) * level, days[1]),
    )
