"""Contacts that were offered in one interval and answered or lost in the next, put back where they arrived.

Genesys Cloud counts a contact as offered when it enters the queue, and as answered or abandoned when that
happens (help pages, "Why does the offered metric not always equal the answered plus abandoned metrics?").
In our tables a contact belongs to the interval in which it arrived.
"""

import numpy as np

BACK = 8  # intervals that a contact is looked for before the one in which it was answered
SUMS = {"answered": ("talk_s", "hold_s", "acw_s", "wait_answered_s"), "abandoned": ("wait_abandoned_s",)}


def carried_back(frame):
    """(frame, notes): no interval with more answered and abandoned than offered, where earlier ones have room.

    `frame` has queue, start, offered, answered, abandoned as numbers, and what else of SUMS and
    answered_in_target there is. Sums move in proportion. What arrived before a queue's first interval is
    left out. Where no earlier interval has room the row stays, and the table's rules tell it.
    """
    if not {"offered", "answered", "abandoned"} <= set(frame):
        return frame, ()
    columns = {name: frame[name].to_numpy(float).copy() for name in frame.columns if name in _moved()}
    moved = before = 0
    for _, rows in frame.reset_index(drop=True).sort_values("start", kind="stable").groupby("queue", sort=False):
        for place, at in enumerate(rows.index):
            earlier = rows.index[max(0, place - BACK) : place][::-1]
            done = sum(_move(columns, at, other) for other in earlier if _excess(columns, at) > 0)
            moved += done
            if place == 0 and _excess(columns, at) > 0:
                before += _drop(columns, at)
    notes = (
        [
            f"{moved:,.0f} contacts answered or abandoned in a later interval than they were offered are counted where "
            "they arrived"
        ]
        if moved
        else []
    )
    notes += [f"{before:,.0f} contacts that arrived before the first interval are left out"] if before else []
    return frame.assign(**columns) if notes else frame, tuple(notes)


def _moved():
    return ("offered", "answered", "abandoned", "answered_in_target", *SUMS["answered"], *SUMS["abandoned"])


def _excess(columns, at):
    over = np.nansum([columns["answered"][at], columns["abandoned"][at]]) - columns["offered"][at]
    return over if np.isfinite(over) else 0.0


def _move(columns, at, other):
    """Move what is too many from one row to an earlier one, as far as that has room; returns how many."""
    return _shift(columns, at, min(_excess(columns, at), max(0.0, -_excess(columns, other))), other)


def _drop(columns, at):
    return _shift(columns, at, _excess(columns, at), None)


def _shift(columns, at, count, other):
    """Answered ones first: who waited into the next interval was more often answered than not."""
    rest = count
    for kind in ("answered", "abandoned"):
        take = min(rest, np.nan_to_num(columns[kind][at]))
        if take > 0:
            share = take / columns[kind][at]
            for name in (name for name in SUMS[kind] if name in columns):
                _transfer(columns[name], at, other, columns[name][at] * share)
            _transfer(columns[kind], at, other, take)
            rest -= take
    if "answered_in_target" in columns:
        _transfer(
            columns["answered_in_target"],
            at,
            other,
            max(0.0, columns["answered_in_target"][at] - columns["answered"][at]),
        )
    return count - rest


def _transfer(column, at, other, amount):
    if np.isfinite(amount) and amount > 0:
        column[at] -= amount
        if other is not None:
            column[other] = np.nan_to_num(column[other]) + amount
