"""Which assumption matters: each at its own low and high (a tornado), and two together (a grid)."""

import numpy as np
import pandas as pd

from .assumption_list import ASSUMPTIONS
from ..scenarios import checked_overrides, point_plan


def usual_ranges(centre):
    """The low and high of every assumption that the centre has: a row an assumption, with name, says, unit, now,
    low, high.

    A range is the assumption's usual spread around its value today, within what is allowed.
    """
    rows = []
    for one in ASSUMPTIONS.values():
        now = one.now(centre)
        if now is None or not np.isfinite(now) or not _matters(one, now, centre):
            continue
        low, high = one.usual(centre)
        if low < high:
            rows.append((one.name, one.says, one.unit, now, min(low, now), max(high, now)))
    return pd.DataFrame(rows, columns=["name", "says", "unit", "now", "low", "high"])


def _matters(one, now, centre):
    """Whether the centre has what the assumption is about."""
    if one.name == "inflation":
        return bool(centre.budget)
    if one.name == "patience":
        return any(np.isfinite(queue.patience_s) for queue in centre.queues)
    return centre.flex.outsourced_fte > 0 if one.name.startswith("outsourced") else True


def tornado(frame, centre, months=None, *, ranges=None, measure="cost", progress=None, **plan):
    """What each assumption alone does to a measure: a row an assumption, those that matter most first.

    `frame`, `centre`, `months` and `plan` as in `point_plan`; `ranges` a frame of `usual_ranges` (that of the centre if
    left out), `measure` a name of `PointPlan.measures`; `progress(done, number)` is called after each plan. Returns the
    ranges with at_low, at_high (the measure there), base, and swing (the larger minus the smaller of the three).
    """
    ranges = usual_ranges(centre) if ranges is None else ranges
    base = _measure(point_plan(frame, centre, months, **plan), measure)
    found, count = [], 2 * len(ranges)
    for row in ranges.itertuples():
        for value in (row.low, row.high):
            found.append(_measure(point_plan(frame, centre, months, overrides={row.name: value}, **plan), measure))
            if progress:
                progress(len(found), count)
    table = ranges.assign(at_low=found[0::2], at_high=found[1::2], base=base)
    three = table[["at_low", "at_high", "base"]]
    return table.assign(swing=three.max(axis=1) - three.min(axis=1)).sort_values(
        "swing", ascending=False, kind="stable", ignore_index=True
    )


def two_way_grid(
    frame,
    centre,
    months=None,
    *,
    rows=("volume", (-0.2, -0.1, 0.0, 0.1, 0.2)),
    columns=("aht", (-0.1, 0.0, 0.1)),
    measure="cost",
    progress=None,
    **plan,
):
    """A measure over two assumptions: a frame with the values of one as rows, of the other as columns.

    `rows` and `columns` are (name of ASSUMPTIONS, values). The rest as in `tornado`.
    """
    if rows[0] == columns[0]:
        raise ValueError(f"rows and columns must be two assumptions, got {rows[0]} twice")
    found, count = [], len(rows[1]) * len(columns[1])
    for down in rows[1]:
        for across in columns[1]:
            overrides = checked_overrides({rows[0]: down, columns[0]: across})
            found.append(_measure(point_plan(frame, centre, months, overrides=overrides, **plan), measure))
            if progress:
                progress(len(found), count)
    return pd.DataFrame(
        np.reshape(found, (len(rows[1]), -1)),
        index=pd.Index(rows[1], name=rows[0]),
        columns=pd.Index(columns[1], name=columns[0]),
    )


def _measure(plan, name):
    if name not in plan.measures:
        raise ValueError(f"measure must be one of {', '.join(plan.measures.index)}, got {name!r}")
    return float(plan.measures[name])
