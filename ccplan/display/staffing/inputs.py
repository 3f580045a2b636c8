"""What a manager can turn in the staffing panel: ranges, units, steps and defaults of the dials stand here, once."""

import dataclasses
from dataclasses import dataclass

import numpy as np

from ...data.settings import a_share, number, settle
from ...queueing.inputs import SHARE_HINT, one_of
from ..panels.dials import dial, switch
from .days import mean_aht

RULES = {  # as the panel words it: rule and meet of `staff`
    "each interval by itself": ("stationary", "every"),
    "lagged by a handle time": ("lagged", "every"),
    "by the calls in hand (offered load)": ("offered load", "every"),
    "through the day: every interval": ("through the day", "every"),
    "through the day: 95 % of intervals": ("through the day", 0.95),
    "through the day: the day as a whole": ("through the day", "day"),
}
ALONE = next(iter(RULES))


@dataclass(frozen=True, kw_only=True)
class StaffingInputs:
    """What a manager can turn: seconds and shares 0–1; the metadata makes and checks the dials.

    Raises ValueError naming every value that is out of range.

    >>> StaffingInputs().service_level
    0.8
    >>> StaffingInputs(shrinkage=30)
    Traceback (most recent call last):
    ValueError: shrinkage must be in [0, 1), got 30 — write 30 % as 0.30
    """

    volume: float = dial(
        0.0,
        "Volume, change",
        "%",
        -0.30,
        0.50,
        0.01,
        scale=100,
        group="demand",
        check=number(low=-1, open_low=True, hint=SHARE_HINT),
        says="calls offered against the day's own number",
    )
    aht_s: float = dial(
        300.0,
        "Handle time, mean of the day (its profile is scaled)",
        "s",
        60,
        1200,
        5,
        group="demand",
        check=number(open_low=True, open_high=True),
        says="talk, hold and after-call work per answered call; every interval moves alike",
    )
    patience_s: float = dial(
        120.0,
        "Patience, mean",
        "s",
        15,
        600,
        5,
        group="demand",
        check=number(open_low=True),
        says="how long a caller would wait before hanging up",
    )
    hang_up: bool = switch(True, "callers hang up (Erlang A); off: Erlang C", beside="patience_s")
    service_level: float = dial(
        0.80,
        "Service target",
        "%",
        0.50,
        0.99,
        0.01,
        scale=100,
        group="service target",
        check=a_share(),
        says="share of the calls offered that is answered in time",
    )
    target_s: float = dial(
        20.0,
        "Answered within",
        "s",
        5,
        300,
        5,
        group="service target",
        check=number(open_high=True),
        says="the threshold of the service target",
    )
    max_occupancy: float = dial(
        0.85,
        "Occupancy cap",
        "%",
        0.60,
        0.95,
        0.01,
        scale=100,
        group="people",
        check=a_share(),
        says="largest share of the time on the phones spent on calls",
    )
    cap: bool = switch(True, "the cap applies", beside="max_occupancy")
    shrinkage: float = dial(
        0.30,
        "Shrinkage",
        "%",
        0.0,
        0.60,
        0.01,
        scale=100,
        group="people",
        check=a_share(open_high=True),
        says="share of paid time not on the phones: leave, sickness, breaks, training",
    )
    rule: str = dataclasses.field(
        default=ALONE, metadata={"check": lambda name, value: one_of(name, value, tuple(RULES))}
    )

    def __post_init__(self):
        settle(self)


def start_inputs(day, centre):
    """The StaffingInputs that describe the day and the centre as they are; where a setting is not in
    use (no patience, no cap), its dial stands at the usual figure and is switched off."""
    queue = centre.queue(day["queue"].iloc[0])
    targets, usual = queue.targets, StaffingInputs()
    patient, capped = np.isinf(queue.patience_s), targets.max_occupancy is not None
    return StaffingInputs(
        aht_s=mean_aht(day),
        target_s=targets.target_s,
        shrinkage=centre.shrinkage.total,
        service_level=usual.service_level if targets.service_level is None else targets.service_level,
        patience_s=usual.patience_s if patient else queue.patience_s,
        hang_up=not patient,
        max_occupancy=targets.max_occupancy if capped else usual.max_occupancy,
        cap=capped,
    )


def centre_asked(centre, name, inputs):
    """The centre with one queue, its targets, patience and shrinkage as the inputs say."""
    queue = centre.queue(name)
    targets = dataclasses.replace(
        queue.targets,
        service_level=inputs.service_level,
        target_s=inputs.target_s,
        max_occupancy=inputs.max_occupancy if inputs.cap else None,
    )
    patience_s = inputs.patience_s if inputs.hang_up else np.inf
    queue = dataclasses.replace(queue, targets=targets, patience_s=patience_s)
    shrinkage = dataclasses.replace(
        centre.shrinkage, external={}, internal={"all causes": inputs.shrinkage}, by_month={}
    )
    return dataclasses.replace(centre, queues=(queue,), shrinkage=shrinkage)


def day_asked(day, inputs):
    """The day's calls and handle times moved as the inputs say; the shapes through the day stay."""
    return day[["queue", "start"]].assign(
        offered=day["offered"] * (1 + inputs.volume), aht_s=day["aht_s"] * (inputs.aht_s / mean_aht(day))
    )
