"""What a plan takes for granted and nobody knows, drawn at random: each assumption with its low, likely and high value.

A value is drawn from the triangle of low, mode and high, and the plan is made again with it. The usual ranges are
those of `assumption_list`, there to be replaced by the centre's own: the shares of risk are only as good as they
are.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ...data.settings import number, setting, settle, text
from .assumption_list import DRAWN

PRICE = "price of "
OF_FORECAST = ("growth", "handle time")  # they change contacts and handle times, not the centre


def _price(centre, name, price):
    lines = tuple(replace(line, price=price) if line.name == name else line for line in centre.budget)
    return replace(centre, budget=lines)


@dataclass(frozen=True, kw_only=True)
class Uncertain:
    """An assumption and what it might be instead: low, mode (likely) and high.

    `name` is one of {NAMES}, or "price of LINE", a line of the centre's budget. attrition, shrinkage, wage and
    handle time are factors (1: as planned); growth and inflation are shares a year on top of the forecast's and the
    lines' own. Raises ValueError in words for an unknown name, or values that do not rise.

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
        if self.name not in DRAWN and not str(self.name).startswith(PRICE):
            raise ValueError(f'assumption must be one of {", ".join(DRAWN)} or "{PRICE}LINE", got {self.name!r}')
        if not self.low <= self.mode <= self.high < np.inf:
            raise ValueError(
                f"{self.name}: low, mode and high must rise, got {self.low:g}, {self.mode:g}, {self.high:g}"
            )
        if self.low < 0 and not (self.name in DRAWN and DRAWN[self.name].kind == "points"):
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


Uncertain.__doc__ = Uncertain.__doc__.replace("{NAMES}", ", ".join(DRAWN))

USUAL = tuple(
    Uncertain(
        name=one.word,
        low=one.less,
        mode=0.0 if one.kind == "points" else 1.0,
        high=one.more,
        source=f"a rough guess: {one.guess}",
    )
    for one in DRAWN.values()
)


def uncertain_of(centre, given=None):
    """The assumptions that are drawn: the usual ones, and every budget line that tells its low and high price.

    `given` replaces them all: a list of `Uncertain`. Raises ValueError for a name that stands twice or a line that
    is not there.
    """
    if given is None:
        lines = [line for line in centre.budget if np.isfinite([line.low, line.high]).any() and not line.steps]
        given = (*USUAL, *(_of_line(line) for line in lines))
    names = [each.name for each in given]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"an assumption must stand once, got {', '.join(twice)} twice")
    known = {PRICE + line.name for line in centre.budget}
    strange = [name for name in names if name not in DRAWN and name not in known]
    if strange:
        raise ValueError(f"{strange[0]}: the budget has no line {strange[0].removeprefix(PRICE)!r}")
    for each in given:
        if each.name == "shrinkage" and centre.shrinkage.total * each.high >= 1:
            raise ValueError(
                f"shrinkage: {centre.shrinkage.total:g} × {each.high:g} leaves nobody on the phones — lower high"
            )
    return tuple(given)


def drawn(assumptions, paths, seed):
    """A value of each assumption for each path, a frame: each assumption's range is covered evenly (a Latin
    hypercube).
    """
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
        elif name not in OF_FORECAST:
            one = DRAWN[name]
            value = value if one.kind == "points" else min(one.of_factor(centre, value), one.high)
            _, centre = one.changed(None, centre, value)
    return centre


def _of_line(line):
    low, high = (line.price if np.isinf(end) else end for end in (line.low, line.high))
    return Uncertain(
        name=PRICE + line.name,
        low=min(low, line.price),
        mode=line.price,
        high=max(high, line.price),
        source=line.source,
    )
