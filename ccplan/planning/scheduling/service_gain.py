"""The service that people at their desks give, by the queueing model: what one more is worth, and what a cover
comes to.
"""

import numpy as np
import pandas as pd

from ..staffing import refuse_deferred, service_of

ENOUGH = 1e-7  # share of the calls: who answers fewer more of them in target is not counted


def served_queue(needs, centre, queue):
    """The centre's queue that the requirement belongs to, or None where service cannot be told: no centre, calls or
    handle times.
    """
    if centre is None or not {"offered", "aht_s"} <= set(needs.frame.columns):
        return None
    names = [one.name for one in centre.queues]
    name = queue or (
        str(needs.frame["queue"].iloc[0]) if "queue" in needs.frame else names[0] if len(names) == 1 else None
    )
    if name is None:
        raise ValueError(
            f"queue must say which queue of the centre the requirement belongs to: one of {', '.join(names)}"
        )
    found = centre.queue(name)
    return None if found.deferred and queue is None else found


def calls_and_times(needs):
    """(offered, aht_s) of each interval; ValueError where one is missing or negative."""
    found = []
    for name in ("offered", "aht_s"):
        values = pd.to_numeric(needs.frame[name], errors="coerce").to_numpy(float, na_value=np.nan)
        bad = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
        if len(bad):
            raise ValueError(
                f"{name} must be a number, 0 or above, in every row of the requirement, got "
                f"{needs.frame[name].iloc[bad[0]]!r} in row {bad[0]}"
            )
        found.append(values)
    if (found[1] <= 0).any():
        raise ValueError(
            f"aht_s must be above 0 in every row of the requirement, got 0 in row {int(np.argmax(found[1] <= 0))}"
        )
    return found


def answered_by_people(needs, queue, at_desk=1.0):
    """Calls answered in target with 0, 1, 2, … people on shift in each interval, the share `at_desk` of them at a
    desk: an array intervals × people, as wide as any needs."""
    refuse_deferred(queue, "the best service of a cover")
    offered, aht_s = calls_and_times(needs)
    load = offered * aht_s / needs.step
    pairs, which = np.unique(np.column_stack([offered, aht_s]), axis=0, return_inverse=True)
    heads = np.arange(int(np.ceil((load.max() + 12 * np.sqrt(load.max()) + 12) / at_desk)) + 1)
    level = service_of(
        queue, pairs[:, :1], pairs[:, 1:], _at_work(heads * at_desk, queue)[None, :], needs.step
    ).service_level
    level = np.maximum.accumulate(np.where(heads > 0, np.nan_to_num(level), 0.0), axis=1)  # nobody there answers nobody
    level = np.where(level > level[:, -1:] - ENOUGH, level[:, -1:], np.where(level < ENOUGH, 0.0, level))
    return (pairs[:, :1] * level)[which.ravel()]


def _at_work(people, queue):
    """The same; whole people where the queue has lines: that model knows no others."""
    return np.floor(people + 1e-9) if np.isfinite(queue.lines) else people


def service_of_cover(needs, queue, cover):
    """service_level, asa_s, abandonment and occupancy of each interval with this cover; a frame with offered and
    aht_s.
    """
    offered, aht_s = calls_and_times(needs)
    given = service_of(queue, offered, aht_s, _at_work(cover, queue), needs.step)
    names = ("service_level", "asa_s", "abandonment", "occupancy")
    return pd.DataFrame(
        {"offered": offered, "aht_s": aht_s} | {name: np.asarray(getattr(given, name), float) for name in names}
    )
