"""What can be turned and typed over in the budget panel: dials for the usual assumptions, a table for the rest and
for every line's price.
"""

import json
from dataclasses import replace

import numpy as np

from ..language import Filled
from ..panels.dials import Dial
from .plans import PRICE
from .words import LABELS

DIALS = (
    Dial(name="volume", label="Volume, change", unit="%", low=-30, high=50, step=1, group="demand", scale=100),
    Dial(name="aht", label="Handle time, change", unit="%", low=-30, high=50, step=1, group="demand", scale=100),
    Dial(name="service_level", label="Service target", unit="%", low=50, high=99, step=1, group="service", scale=100),
    Dial(name="max_occupancy", label="Occupancy cap", unit="%", low=60, high=95, step=1, group="service", scale=100),
    Dial(name="shrinkage", label="Shrinkage, all causes", unit="%", low=5, high=60, step=1, group="people", scale=100),
    Dial(
        name="attrition_per_year",
        label="Attrition a year",
        unit="%",
        low=0,
        high=100,
        step=1,
        group="people",
        scale=100,
    ),
    Dial(name="training_weeks", label="Training", unit="weeks", low=0, high=16, step=1, group="people"),
    Dial(name="hourly_wage", label="Hourly wage", unit="", low=8, high=40, step=0.1, group="money"),
    Dial(name="on_costs", label="On-costs", unit="%", low=10, high=60, step=1, group="money", scale=100),
    Dial(name="overtime_factor", label="Overtime, × wage", unit="×", low=1, high=2, step=0.05, group="money"),
    Dial(name="per_hire", label="Adverts and selection, a hire", unit="", low=0, high=10_000, step=50, group="money"),
)


def dials_of(ground):
    """The dials that the centre has a value for, widened to hold it, money in its currency; the entry beside takes
    all that is allowed.
    """
    found = []
    for dial in DIALS:
        now = ground.now(dial.name)
        if now is not None and np.isfinite(now):
            found.append(
                _bounded(
                    replace(dial, unit=dial.unit or Filled("{currency}", currency=ground.centre.currency))
                ).holding(now)
            )
    return tuple(found)


def rows_of(ground):
    """The rows of the table: what has no dial, then the lines of the budget."""
    from ...planning.scenarios import ASSUMPTIONS

    dialled, money = {dial.name for dial in DIALS}, ground.centre.currency
    rest = [
        one
        for one in ASSUMPTIONS.values()
        if one.name not in dialled and ground.now(one.name) is not None and np.isfinite(ground.now(one.name))
    ]
    share = {one.name: one.unit.startswith("share") for one in rest}
    rows = [
        Dial(
            name=one.name,
            label=LABELS.get(one.name, one.name),
            unit="%" if share[one.name] else Filled(one.unit.replace("currency", "{currency}"), currency=money),
            says=one.says,
            scale=100 if share[one.name] else 1,
        )
        for one in rest
    ]
    return (
        *map(_bounded, rows),
        *(
            Dial(
                name=PRICE + line.name,
                label=line.name,
                unit=f"{line.currency or money}, {line.driver}",
                least=0,
                most=1e12,
                says=line.source or "budget of centre.toml",
            )
            for line in ground.centre.budget
            if not line.steps
        ),
    )


def _bounded(dial):
    """An entry that takes what its assumption allows."""
    from ...planning.scenarios import ASSUMPTIONS

    known = ASSUMPTIONS[dial.name]
    return replace(dial, least=known.low * dial.scale, most=known.high * dial.scale)


def as_saved(overrides):
    """Overrides as `planning.scenarios` keeps them, prices of lines in the note."""
    from .plans import parted

    moved, prices = parted(overrides)
    return {"overrides": moved, "note": json.dumps({"prices": prices}) if prices else ""}


def from_saved(scenario, entries):
    """The overrides of a scenario as it is kept; ValueError in words for a shape, a name or a value that this plan
    does not have.

    `entries` {name: Dial}; a line that the budget has no more, and prices that cannot be read, override nothing.
    """
    from ...planning.scenarios import checked_overrides

    if not isinstance(scenario, dict) or not isinstance(scenario.get("overrides"), dict):
        raise ValueError("a scenario of budget must hold overrides")
    moved = checked_overrides(scenario["overrides"])
    lost = [name for name in moved if name not in entries]
    if lost:
        raise ValueError(f"this centre has no {lost[0]} to override")
    prices = {PRICE + line: price for line, price in _prices(scenario.get("note")).items() if PRICE + line in entries}
    return {name: entries[name].kept(value) for name, value in (moved | prices).items()}


def _prices(note):
    """The prices that a saved scenario keeps in its note; {} where there are none."""
    try:
        return {str(name): float(price) for name, price in json.loads(note)["prices"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
