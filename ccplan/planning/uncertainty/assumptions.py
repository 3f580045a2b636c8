"""Every number that a budget rests on, with where it comes from and how far off it may be: what finance argues with.

`low` and `high` are those of the line where it names them, else the usual spread of such a number
(`assumption_list`): an assumption of its own, and said to be one. Names are the keys of centre.toml, so that each
can be looked up and changed.
"""

import dataclasses
from math import inf, isfinite

import pandas as pd

from ...data.budget_lines import DRIVERS
from ..budget import standard_lines
from ..money.cents import exact
from .assumption_list import POINTS, SPREAD

COLUMNS = ("name", "value", "unit", "source", "low", "high")
SECTIONS = ("costs", "hiring", "flex")


def assumptions_of(centre, lines=(), wages=None):
    """Settings of `[costs]`, `[hiring]`, `[flex]`, `[shrinkage]`, `[exchange]` and the prices of `lines`: a row each.

    Returns name (the key of centre.toml), value, unit, source, low, high. Only numbers that are finite are listed;
    of the standard lines the setting stands here, not the line. `wages` {queue: hourly wage} are those of the
    people who are here, where they took the place of `costs.hourly_wage`.

    >>> from ccplan.data import Centre
    >>> assumptions_of(Centre(name="x")).set_index("name").loc["costs.hourly_wage", ["value", "low", "high"]].tolist()
    [15.0, 14.55, 15.75]
    """
    rows = [
        _row(f"wages.{queue}", wage, f"{centre.currency} per paid hour", "mean of the table agents, by contract hours")
        for queue, wage in (wages or {}).items()
    ]
    rows += [row for name in SECTIONS for row in _of_section(name, getattr(centre, name))]
    rows += _of_shrinkage(centre.shrinkage)
    rows += [
        _row(f"exchange.{code}", rate, f"{centre.currency} for one {code}", "exchange of centre.toml")
        for code, rate in centre.exchange.items()
    ]
    rows += [row for line in lines if not _is_setting(line, centre) for row in _of_line(line, centre)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _of_section(section, record):
    for field in dataclasses.fields(record):
        value, name = getattr(record, field.name), f"{section}.{field.name}"
        usual = value == field.default
        source = "usual figure, where centre.toml says nothing else" if usual else "centre.toml"
        if isinstance(value, tuple):
            for i, part in enumerate(value):
                yield from _of_part(name, i, part, field.metadata["unit"], source)
        elif isinstance(value, (int, float)) and isfinite(value):
            yield _row(name, value, field.metadata["unit"], f"{source}: {field.metadata['says']}")


def _of_part(name, i, part, unit, source):
    """One entry of a list: a share, or a step whose last number it is."""
    value = part[-1] if isinstance(part, tuple) else part
    yield _row(f"{name}[{i}]", value, unit, source)


def _of_shrinkage(shrinkage):
    return [
        _row(
            f"shrinkage.{side}.{cause}",
            share,
            f"share of {shrinkage.base} time",
            "shrinkage of centre.toml, or the usual figure",
        )
        for side in ("external", "internal")
        for cause, share in getattr(shrinkage, side).items()
    ]


def _of_line(line, centre):
    unit, source = f"{line.currency or centre.currency} for {_unit_of(line)}", line.source or "budget of centre.toml"
    told = [(f"budget.{line.name}.steps[{i}]", price) for i, (_, price) in enumerate(line.steps)] or [
        (f"budget.{line.name}.price", line.price)
    ]
    for name, price in told:
        row = _row(name, price, unit, source)
        low, high = row[4], row[5]
        yield (*row[:4], low if line.low == inf else line.low, high if line.high == inf else line.high)
    if line.inflation:
        yield _row(f"budget.{line.name}.inflation", line.inflation, "share a year", source)


def _unit_of(line):
    return DRIVERS[line.driver].split(",")[0].split(" (")[0]


def _is_setting(line, centre):
    return line in standard_lines(centre)


def _row(name, value, unit, source):
    if name.endswith((".inflation", ".wage_rise")):
        return name, float(value), unit, source, *(float(exact(value) + exact(points)) for points in POINTS)
    low, high = _spread(name)
    return name, float(value), unit, source, _times(value, low), _times(value, high)


def _spread(name):
    section = name.split(".")[0]
    return SPREAD.get(name.split("[")[0], SPREAD.get(section, (1.0, 1.0)))


def _times(value, factor):
    """Value × factor to the decimals that are written: 0.10 × 1.2 is 0.12."""
    return float(exact(value) * exact(factor))
