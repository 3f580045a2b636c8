"""What a staffed day should warn of, in words."""

import numpy as np

from . import day_charts
from .inputs import ALONE

NEGLECT = 0.10  # points below the target from which an interval is named
BURNOUT = 0.90  # share of the time on calls, hour after hour, above which people tire and leave


def warnings_of(staffed, centre, rule):
    """The sentences of a staffed day, worst for people first."""
    yield from _tired(staffed)
    yield from _broken_promises(staffed) if rule == ALONE else ()
    yield from _neglected(staffed, centre.queues[0].targets)
    if "rostered" in staffed and staffed["rostered"].notna().all():
        yield from _roster_warnings(staffed, centre)
    if centre.shrinkage.total >= 0.45:
        yield (
            f"Shrinkage of {centre.shrinkage.total:.0%} leaves only {1 - centre.shrinkage.total:.0%} of paid "
            "time on the phones: check that no cause is counted twice."
        )


def _tired(staffed):
    busiest = staffed.loc[staffed["occupancy"].idxmax()]
    if busiest["occupancy"] > BURNOUT:
        yield (
            f"Occupancy reaches {busiest['occupancy']:.0%} at {busiest['start']:%H:%M}: above {BURNOUT:.0%} "
            "hour after hour burns people out, and they leave."
        )


def _broken_promises(staffed):
    """Where the day gives notably less than the formula promises."""
    less = (staffed["promised"] - staffed["given"]).where(staffed["offered"] > 0)
    notable = less > day_charts.NOTABLE
    if notable.any():
        worst = staffed.loc[less.idxmax()]
        yield (
            f"Promised and given part by more than {100 * day_charts.NOTABLE:g} points in {notable.sum()} of "
            f"{(staffed['offered'] > 0).sum()} intervals: at {worst['start']:%H:%M} the formula promises {worst['promised']:.0%}, the day "
            f"gives {worst['given']:.0%}."
        )


def _neglected(staffed, targets):
    """The hours that a day as a whole leaves to themselves."""
    level = staffed["given"].where(staffed["offered"] > 0)
    if (level < targets.service_level - NEGLECT).any():
        worst = staffed.loc[level.idxmin()]
        yield (
            f"{(level < targets.service_level - NEGLECT).sum()} of {level.notna().sum()} intervals are given more than {100 * NEGLECT:g} points less "
            f"than the target of {targets.service_level:.0%}: at {worst['start']:%H:%M} it is {worst['given']:.0%}."
        )


def _roster_warnings(staffed, centre):
    targets, now = centre.queues[0].targets, _service_of_roster(staffed, centre)
    service = ratio(now.service_level * staffed["offered"].to_numpy(), staffed["offered"])
    if service < targets.service_level:
        yield (
            f"The roster as it stands would answer {service:.0%} within {targets.target_s:g} s; "
            f"the target is {targets.service_level:.0%}."
        )
    cap = targets.max_occupancy or BURNOUT
    over = int(np.sum(now.occupancy > cap + 1e-12))
    if over:
        yield (
            f"With the roster as it stands, people are on calls more than {cap:.0%} of the time in "
            f"{over} of {len(staffed)} intervals: above the cap burns people out."
        )


def _service_of_roster(staffed, centre):
    from ...planning.staffing import service_of

    queue, (calls, aht_s, agents) = centre.queues[0], staffed[["offered", "aht_s", "rostered"]].to_numpy(float).T
    whole = np.isfinite(queue.lines) or queue.at_once > 1  # with limited lines, or chats in hand, people come whole
    return service_of(queue, calls, aht_s, np.floor(agents) if whole else agents, centre.interval_s)


def ratio(top, bottom):
    """Ratio of sums; an interval without a share (no calls, nobody there) adds nothing."""
    return float(np.nansum(top) / np.nansum(bottom))
