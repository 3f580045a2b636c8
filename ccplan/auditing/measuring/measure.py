"""`measure`: KPIs of any tables, at any grain, in one pass through each table, wherever the tables lie."""

from numbers import Real

import numpy as np
import pandas as pd

from .intervals import delta, garwood, wilson
from .kpi import KPI
from ..kpis import KPIS, kpi_of
from .periods import DAY_S, PERIODS
from .queries import Plan
from ..quarter import Quarter
from .rows import Context
from .shelf import KNOWN, Lacks, Shelf

COLUMNS = ("value", "top", "bottom", "n", "low", "high", "tables")
LARGEST = 2**53  # beyond it a float no longer tells whole numbers apart
MEASURED_S = 900


def measure(tables, kpis=None, by=(), *, centre=None, quarter=None, start=None, end=None, interval_s=MEASURED_S):
    """KPIs by columns and times: a row a KPI and cell with kpi, variant, *by, value, top, bottom, n, low, high, tables.

    `tables` is {name: DataFrame, Ibis table or path of Parquet}, an Evidence, a folder's Tables, or an Ibis
    connection to a warehouse that has tables of our names. `kpis` are keys of KPIS or KPIs with options chosen;
    None: all that the tables allow. `by` names columns (queue, channel, team, agent, reason, evaluator, step,
    category, line, ...) and times (year, quarter, month, week, day, weekday 0 = Monday, hour, interval of
    `interval_s`) in local time: times with a zone are told in the centre's, times without one are taken as local.
    Only rows of a `quarter` ("2026Q3"), or from `start` to before `end`, count; both local. `interval_s` divides a day.

    value = top / bottom, both sums; NaN where bottom is 0. `n` is what bottom counts, or else the rows that count.
    `low` and `high` bound 95 %: Wilson's interval for shares of counted things, the delta method for other ratios,
    NaN where the parts come from two tables, whose common months then count. Stretches of activities and steps of
    evaluations are not independent: bounds take a day of an agent, or an evaluation, as one, and `n` counts those.
    `attrs["missing"]` says {KPI: why} of those that could not be had. Raises ValueError in words for what is not
    known, or where nothing can be had.

    >>> calls = pd.DataFrame({"queue": ["a", "a", "b"], "outcome": ["answered", "abandoned", "answered"], "wait_s": [10.0, 30.0, 25.0]})
    >>> measure({"calls": calls}, ["service_level"], by=["queue"])[["queue", "value", "top", "bottom"]].to_dict("list")
    {'queue': ['a', 'b'], 'value': [0.5, 0.0], 'top': [1, 0], 'bottom': [2, 1]}
    """
    chosen, by, interval_s = _kpis(kpis), _names(by), _whole_step(interval_s)
    centre = centre if centre is not None else getattr(tables, "centre", None)
    with Shelf(tables) as shelf:
        context = Context(shelf, centre, *_period(quarter, start, end, centre))
        _check_by(by, shelf)
        return _measured(chosen, [by], context, interval_s)[0]


def measure_cuts(shelf, kpi, cuts, *, centre=None, start=None, end=None):
    """One KPI cut in several ways from one pass through its tables: a frame of `measure` for each of `cuts` (lists
    of columns and times).

    `shelf` is an open Shelf. The cuts must rest on one step, days or hours: coarser times are sums of the finer. Raises
    ValueError as `measure` does.
    """
    context = Context(shelf, centre, *_period(None, start, end, centre))
    for by in cuts:
        _check_by(by, shelf)
    return _measured([kpi_of(kpi)], cuts, context, MEASURED_S)


def _measured(kpis, cuts, context, interval_s):
    """A frame a cut; each table is read once, by all that the cuts name."""
    every = list(dict.fromkeys(name for by in cuts for name in by))
    plan = Plan(context, every, interval_s)
    ways, missing = _ways(kpis, plan)
    if plan.in_months:  # a table that is held against another by months is read once, by months, for all
        plan = Plan(context, every, interval_s, frozenset(plan.in_months))
        ways, missing = _ways(kpis, plan)
    if not ways and missing:
        raise ValueError("nothing can be measured: " + "; ".join(f"{kpi}: {why}" for kpi, why in missing.items()))
    found = plan.run()
    return [_framed([_told(kpi, way, found, plan, by) for kpi, way in ways], by, missing) for by in cuts]


def _framed(frames, by, missing):
    """The KPIs' rows one below another."""
    result = pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)[
        ["kpi", "variant", *by, *COLUMNS]
    ]
    result.attrs["missing"] = missing
    return result


def _kpis(kpis):
    if kpis is None:
        return list(KPIS.values())
    chosen = [kpi_of(kpi) for kpi in ([kpis] if isinstance(kpis, str | KPI) else kpis)]
    if not chosen:
        raise ValueError("kpis must name at least one KPI; leave it out for all that the tables allow")
    return chosen


def _names(by):
    names = [by] if isinstance(by, str) else list(by)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"by must name each column once, got {', '.join(twice)} twice")
    return names


def _whole_step(interval_s):
    number = isinstance(interval_s, Real) and not isinstance(interval_s, bool)
    if not (number and interval_s >= 1 and interval_s == int(interval_s) and DAY_S % interval_s == 0):
        raise ValueError(f"interval_s must be whole seconds that divide a day, such as 1800, got {interval_s!r}")
    return int(interval_s)


def _period(quarter, start, end, centre):
    if quarter is not None:
        if start is not None or end is not None:
            raise ValueError("either a quarter or start and end, not both")
        quarter = Quarter.of(quarter)
        return quarter.first, quarter.end
    start, end = (_local(name, moment, centre) for name, moment in (("start", start), ("end", end)))
    if start is not None and end is not None and not start < end:
        raise ValueError(f"start must be before end, got {start} and {end}")
    return start, end


def _local(name, moment, centre):
    """A moment as local wall time; with a zone of its own it is told in the centre's."""
    if moment is None:
        return None
    moment = pd.Timestamp(moment)
    if pd.isna(moment):
        raise ValueError(f"{name} must be a time such as 2026-07-01, got {moment!r}")
    if moment.tz is None:
        return moment
    return moment.tz_convert(centre.time_zone if centre is not None else "UTC").tz_localize(None)


def _check_by(by, shelf):
    columns = {name for table in shelf.names if table in KNOWN for name in shelf.columns(table)}
    for name in by:
        if name not in PERIODS and name not in columns:
            raise ValueError(
                f"by must be a time ({', '.join(PERIODS)}) or a column of the tables ({', '.join(sorted(columns))}), got {name!r}"
            )


def _ways(kpis, plan):
    """[(KPI, its first way that the tables allow)], {key: why of those that have none}."""
    ways, missing = [], {}
    for kpi in kpis:
        why = []
        for way in kpi.ways:
            try:
                ways.append((kpi, plan.taken(way)))
                break
            except Lacks as problem:
                why.append(str(problem))
        else:
            missing[kpi.key] = "; ".join(dict.fromkeys(why))
    return ways, missing


# ------------------------------------------------------------------------------------------------- answers


def _told(kpi, taken, found, plan, by):
    """The rows of a KPI by the columns and times of a cut, which may be fewer than those of the plan."""
    way = taken.way
    sums = _sums_of_two(taken, found, by) if way.top.table != way.bottom.table else _rolled(taken, found, by, plan)
    if way.top_of:
        sums["top"] = way.top_of({name: sums[name] for name in ("top", "bottom", *way.more)})
    top, bottom = sums["top"].to_numpy(float), sums["bottom"].to_numpy(float)
    with np.errstate(all="ignore"):
        value = np.where(bottom != 0, top / bottom, np.nan)
    n = bottom if way.bottom.value is None or way.bottom.counts else sums["n"].to_numpy(float)
    low, high = _bounds(way, value, sums)
    note = f" ({', '.join(taken.notes)})" if taken.notes else ""
    return sums[by].assign(
        kpi=kpi.key,
        variant=kpi.variant(plan.context.centre),
        value=value,
        top=_whole(top),
        bottom=_whole(bottom),
        n=_whole(n),
        low=low,
        high=high,
        tables=" ÷ ".join(way.tables) + note,
    )


def _rolled(taken, found, by, plan):
    """The sums of a way of one table, named as the way names them, by the cells that are asked for."""
    query = next(iter(taken.queries.values()))
    finest_times = (
        query.step is None
        or (query.step == plan.interval_s and "interval" in by)
        or (query.step == DAY_S and "day" in by)
    )
    every_column = {name for name in plan.by if name not in PERIODS} <= set(by)
    return _grouped(found[id(query)], taken.sums, by, finest_times and every_column)


def _grouped(frame, names, by, finest=False):
    """Sums by the cells that are asked for; rows of the finest grain are such cells already."""
    columns = {name: frame[of] for name, of in names.items()}
    made = pd.DataFrame({**{name: frame[name] for name in by}, **columns})
    if finest and by:
        return made
    if not by:
        return made.sum().to_frame().T
    return made.groupby(by, dropna=False, as_index=False, observed=True).sum()


def _sums_of_two(taken, found, by):
    """The sums of parts of two tables over the months that both have."""
    top, bottom = found[id(taken.queries["top"])], found[id(taken.queries["bottom"])]
    months = set(top["month"]) & set(bottom["month"])
    top, bottom = (frame[frame["month"].isin(months)] for frame in (top, bottom))
    below = [name for name in by if name in bottom.columns]
    above = _grouped(top, {"top": taken.sums["top"]}, by)
    under = _grouped(bottom, {name: taken.sums[name] for name in ("bottom", "n")}, below)
    return above.merge(under, on=below) if below else above.merge(under, how="cross")


def _bounds(way, value, sums):
    if way.top_of or way.top.table != way.bottom.table:
        return np.full(len(value), np.nan), np.full(len(value), np.nan)
    if way.is_counts or way.events:
        return (garwood if way.events else wilson)(sums["top"].to_numpy(float), sums["bottom"].to_numpy(float))
    return delta(value, sums)


def _whole(numbers):
    """Counts as whole numbers where all are."""
    whole = (numbers == np.round(numbers)) & (np.abs(numbers) < LARGEST)
    return numbers.astype("int64") if whole.all() else numbers
