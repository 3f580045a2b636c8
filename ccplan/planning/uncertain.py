"""What a plan takes for granted and nobody knows: assumptions as data, each with its low, likely and high value.

A value is drawn from the triangle of low, mode and high, and the plan is made again with it. The usual ranges below are
a planner's rough guess, there to be replaced by the centre's own: the shares of risk are only as good as they are.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ..data.settings import number, setting, settle, text

PRICE = "price of "


def _attrition(centre, times):
    steps = tuple((months, min(share * times, 5.0)) for months, share in centre.hiring.attrition_by_tenure)
    yearly = min(centre.hiring.attrition_per_year * times, 5.0)
    return replace(centre, hiring=replace(centre.hiring, attrition_per_year=yearly, attrition_by_tenure=steps))


def _shrinkage(centre, times):
    def longer(causes):
        return {cause: share * times for cause, share in causes.items()}

    lost = centre.shrinkage
    return replace(centre, shrinkage=replace(lost, external=longer(lost.external), internal=longer(lost.internal)))


def _wage(centre, times):
    return replace(centre, costs=replace(centre.costs, hourly_wage=centre.costs.hourly_wage * times))


def _inflation(centre, more):
    return replace(centre, budget=tuple(replace(line, inflation=line.inflation + more) for line in centre.budget))


def _price(centre, name, price):
    lines = tuple(replace(line, price=price) if line.name == name else line for line in centre.budget)
    return replace(centre, budget=lines)


EFFECTS = {  # what a value does to the centre; contacts and handle times act on the forecast instead
    "attrition": _attrition, "shrinkage": _shrinkage, "wage": _wage, "inflation": _inflation,
    "growth": None, "handle time": None,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Uncertain:
    """An assumption and what it might be instead: low, mode (likely) and high.

    `name` is one of {NAMES}, or "price of LINE", a line of the centre's budget. attrition, shrinkage, wage and handle time
    are factors (1: as planned); growth and inflation are shares a year on top of the forecast's and the lines' own.
    Raises ValueError in words for an unknown name, or values that do not rise.

    >>> Uncertain(name="wage", low=0.98, mode=1.0, high=1.04).draw([0.0, 1.0]).tolist()
    [0.98, 1.04]
    """

    name: str = setting(says="what is uncertain", check=text())
    low: float = setting(says="at the least", check=number(low=-0.99))
    mode: float = setting(says="most likely", check=number(low=-0.99))
    high: float = setting(says="at the most", check=number(low=-0.99))
    source: str = setting("", says="where the range comes from", check=lambda name, value: str(value))

    def __post_init__(self):
        settle(self, where=f"{self.name}: ")
        if self.name not in EFFECTS and not str(self.name).startswith(PRICE):
            raise ValueError(f'assumption must be one of {", ".join(EFFECTS)} or "{PRICE}LINE", got {self.name!r}')
        if not self.low <= self.mode <= self.high < np.inf:
            raise ValueError(f"{self.name}: low, mode and high must rise, got {self.low:g}, {self.mode:g}, {self.high:g}")
        if self.low < 0 and self.name not in ("growth", "inflation"):
            raise ValueError(f"{self.name}: low must be 0 or more, got {self.low:g}")

    def draw(self, chances):
        """The values that are not exceeded with the given chances (0–1), by the triangle of low, mode and high."""
        chances, width = np.asarray(chances, float), self.high - self.low
        if width == 0:
            return np.full(chances.shape, self.mode)
        left = self.mode - self.low
        rising = self.low + np.sqrt(chances * width * left)
        falling = self.high - np.sqrt((1 - chances) * width * (width - left))
        return np.where(chances * width < left, rising, falling)


Uncertain.__doc__ = Uncertain.__doc__.replace("{NAMES}", ", ".join(EFFECTS))

USUAL = (
    Uncertain(name="attrition", low=0.80, mode=1.00, high=1.40, source="a rough guess: a fifth less to two fifths more leavers"),
    Uncertain(name="shrinkage", low=0.95, mode=1.00, high=1.10, source="a rough guess: 33 % might be 31 or 36 %"),
    Uncertain(name="handle time", low=0.95, mode=1.00, high=1.08, source="a rough guess: calls grow longer as the simple ones go online"),
    Uncertain(name="growth", low=-0.04, mode=0.00, high=0.05, source="a rough guess of customers and of contacts each makes, a year"),
    Uncertain(name="wage", low=0.99, mode=1.00, high=1.03, source="a rough guess of the next wage agreement against the plan"),
    Uncertain(name="inflation", low=-0.01, mode=0.00, high=0.02, source="a rough guess, a year on top of the lines' own"),
)


def assumptions_of(centre, given=None):
    """The assumptions that are drawn: the usual ones, and every budget line that tells its low and high price.

    `given` replaces them all: a list of `Uncertain`. Raises ValueError for a name that stands twice or a line that is not there.
    """
    if given is None:
        lines = [line for line in centre.budget if np.isfinite([line.low, line.high]).any() and not line.steps]
        given = (*USUAL, *(_of_line(line) for line in lines))
    names = [each.name for each in given]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"an assumption must stand once, got {', '.join(twice)} twice")
    known = {PRICE + line.name for line in centre.budget}
    strange = [name for name in names if name not in EFFECTS and name not in known]
    if strange:
        raise ValueError(f"{strange[0]}: the budget has no line {strange[0].removeprefix(PRICE)!r}")
    for each in given:
        if each.name == "shrinkage" and centre.shrinkage.total * each.high >= 1:
            raise ValueError(f"shrinkage: {centre.shrinkage.total:g} × {each.high:g} leaves nobody on the phones — lower high")
    return tuple(given)


def drawn(assumptions, paths, seed):
    """A value of each assumption for each path, a frame: each assumption's range is covered evenly (a Latin hypercube)."""
    rng = np.random.default_rng([seed, 1])
    table = {}
    for each in assumptions:
        chances = (rng.permutation(paths) + rng.random(paths)) / paths
        table[each.name] = each.draw(chances)
    return pd.DataFrame(table, index=range(paths))


def applied(centre, values):
    """The centre as it would be with those values ({name: value}); growth and handle time leave it as it is."""
    for name, value in values.items():
        if name.startswith(PRICE):
            centre = _price(centre, name.removeprefix(PRICE), value)
        elif EFFECTS[name] is not None:
            centre = EFFECTS[name](centre, value)
    return centre


def _of_line(line):
    low, high = (line.price if np.isinf(end) else end for end in (line.low, line.high))
    return Uncertain(name=PRICE + line.name, low=min(low, line.price), mode=line.price, high=max(high, line.price), source=line.source)
