"""Why a month or a quarter cost more or less than another, or than planned: the drivers of labour, and the rest
beside it.

    cost = Σ queues (hours needed × staffing ÷ (1 − shrinkage)) × (wage rate + overtime premium) + one-offs + other
    lines

Hours needed come from staffing each interval for its calls, handle time and target; staffing is hours on the phones ÷
hours needed (above 1: more people than the target asks for, so a lower occupancy). Each factor is a driver of the
bridge. Put together from one state's own figures they give its cost exactly.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import numpy as np
import pandas as pd

from ...planning.staffing import staff
from ..bridge import bridge

LABELS = {
    "volume": "volume",
    "mix": "mix of queues",
    "aht": "handle time",
    "target": "service target",
    "occupancy": "occupancy (staffing against need)",
    "shrinkage": "shrinkage",
    "wage": "wage rate",
    "overtime": "overtime",
    "one_offs": "one-offs",
    "other": "other lines",
}


@dataclass(frozen=True, kw_only=True)
class CostState:
    """What a period cost and what it rested on, planned or actual.

    `intervals` (queue, start, offered, aht_s) of the period, `centre` with the targets, `agent_hours` on the phones by
    queue (a mapping), `paid_hours` in all; `labour` cost of them (without overtime's premium), `overtime` premium paid,
    `one_offs` and `other` lines, in currency. Raises ValueError in words for what cannot be.
    """

    intervals: pd.DataFrame
    centre: object
    agent_hours: dict
    paid_hours: float
    labour: Decimal
    overtime: Decimal = Decimal(0)
    one_offs: Decimal = Decimal(0)
    other: Decimal = Decimal(0)

    def __post_init__(self):
        for name in ("labour", "overtime", "one_offs", "other"):
            object.__setattr__(self, name, _money(name, getattr(self, name)))
        on_phones = sum(self.agent_hours.values())
        if not 0 < on_phones <= self.paid_hours:
            raise ValueError(
                f"paid_hours must be at least the hours on the phones, {on_phones:,.1f}, got {self.paid_hours:,.1f}"
            )
        for name in ("offered", "aht_s"):
            if not np.isfinite(self.intervals[name].to_numpy(float)).all():
                raise ValueError(f"{name} of the intervals must be known in every row — leave out those that are not")
        if not self.intervals["offered"].sum() > 0:
            raise ValueError("intervals must hold contacts: without any no cost can be laid to them")
        lost = set(self.intervals["queue"].astype(str)) - set(self.agent_hours)
        if lost:
            raise ValueError(f"agent_hours must name every queue of the intervals; missing: {', '.join(sorted(lost))}")

    @property
    def cost(self):
        """All of it, in currency."""
        return self.labour + self.overtime + self.one_offs + self.other


def cost_bridge(before, after):
    """From one CostState's cost to another's, driver by driver, exact to the cent: a frame of `bridge` with LABELS.

    Handle time is a queue's mean over the period; how it and the calls run through the days goes with the volume.
    `before` and `after` show each driver as one number. Raises ValueError where the states do not have the same
    queues or their currencies differ.
    """
    if set(before.agent_hours) != set(after.agent_hours):
        odd = sorted(set(before.agent_hours) ^ set(after.agent_hours))
        raise ValueError(f"both states must have the same queues; only one of them has {', '.join(odd)}")
    if before.centre.currency != after.centre.currency:
        raise ValueError(
            f"currencies never mix: the states are in {before.centre.currency} and {after.centre.currency}"
        )
    states, needed = _joined(before, after)
    known = {side: _drivers(state, needed, _sides(states, side)) for side, state in states.items()}

    def value(*, volume, mix, aht, target, occupancy, shrinkage, wage, overtime, one_offs, other):
        hours = sum(
            needed(queue, volume.pattern, volume.calls * mix[queue], aht[queue], target) * staffing
            for queue, staffing in occupancy.items()
        )
        return Decimal(repr(hours / (1 - shrinkage) * (wage + overtime))) + one_offs + other

    table = bridge(value, known["before"], known["after"], labels=LABELS)
    return table.assign(**{side: _shown(table, known[side], state) for side, state in states.items()})


@dataclass(frozen=True)
class Volume:
    """How many calls, and whose pattern through the days they follow."""

    calls: float
    pattern: str


def _joined(before, after):
    """The two states, and the hours that a queue needs with the pattern of one and the targets of another, kept
    once found.
    """
    states = {"before": before, "after": after}
    return states, lru_cache(maxsize=None)(lambda *which: _hours_needed(states, *which))


def _sides(states, side):
    """From which side the pattern and the targets of a state come: from `before` where they are the same."""
    before, mine = states["before"], states[side]
    promised = [
        [(q.targets, q.patience_s, q.lines) for q in map(state.centre.queue, state.agent_hours)]
        for state in (before, mine)
    ]
    return ("before" if mine.intervals.equals(before.intervals) else side), (
        "before" if promised[0] == promised[1] else side
    )


def _hours_needed(states, queue, pattern, calls, aht_s, target):
    """Net agent hours that the queue needs for so many calls of that mean handle time, by the pattern of one state."""
    state, centre = states[pattern], states[target].centre
    rows = state.intervals[state.intervals["queue"].astype(str) == queue]
    own = rows["offered"].sum()
    if not own or not calls:
        return 0.0
    scaled = rows.assign(offered=rows["offered"] * (calls / own), aht_s=rows["aht_s"] * (aht_s / _mean_aht(rows)))
    return float(staff(scaled, centre)["agents"].sum()) * centre.interval_s / 3600


def _drivers(state, needed, sides):
    """The state's drivers by name, as `value` takes them; put together they give its cost."""
    pattern, promised = sides
    rows = state.intervals.assign(queue=state.intervals["queue"].astype(str))
    calls = rows.groupby("queue")["offered"].sum()
    total = float(calls.sum())
    mix = {queue: float(calls.get(queue, 0.0)) / total for queue in state.agent_hours}
    aht = {queue: _mean_aht(rows[rows["queue"] == queue]) for queue in state.agent_hours}
    need = {queue: needed(queue, pattern, total * mix[queue], aht[queue], promised) for queue in state.agent_hours}
    idle = [queue for queue, hours in state.agent_hours.items() if hours and not need[queue]]
    if idle:
        raise ValueError(
            f"agent_hours: people are paid for the queue {idle[0]}, which has no calls — count their hours to other lines"
        )
    on_phones = sum(state.agent_hours.values())
    return {
        "volume": Volume(total, pattern), "mix": mix, "aht": aht, "target": promised,
        "occupancy": {queue: hours / need[queue] if need[queue] else 1.0 for queue, hours in state.agent_hours.items()},
        "shrinkage": 1 - on_phones / state.paid_hours, "wage": float(state.labour) / state.paid_hours,
        "overtime": float(state.overtime) / state.paid_hours, "one_offs": state.one_offs, "other": state.other,
    }  # fmt: skip


def _shown(table, drivers, state):
    """One number a driver, where it has one: calls, seconds, service target, occupancy, shares, currency an hour."""
    offered, seconds = (state.intervals["offered"], state.intervals["offered"] * state.intervals["aht_s"])
    first = state.centre.queue(next(iter(state.agent_hours))).targets
    numbers = {
        "volume": drivers["volume"].calls, "aht": seconds.sum() / offered.sum(), "target": first.service_level,
        "occupancy": seconds.sum() / 3600 / sum(state.agent_hours.values()),
        **{name: float(drivers[name]) for name in ("shrinkage", "wage", "overtime", "one_offs", "other")},
    }  # fmt: skip
    return [numbers.get(driver, np.nan) for driver in table["driver"]]


def _mean_aht(rows):
    """Σ seconds ÷ Σ calls, of a queue."""
    calls = rows["offered"].sum()
    return float((rows["offered"] * rows["aht_s"]).sum() / calls) if calls else 0.0


def _money(name, amount):
    if (
        isinstance(amount, bool)
        or not isinstance(amount, int | float | Decimal)
        or not Decimal(str(amount)).is_finite()
    ):
        raise ValueError(f"{name} must be an amount, got {amount!r}")
    return amount if isinstance(amount, Decimal) else Decimal(repr(amount))
