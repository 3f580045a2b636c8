"""`measure`: KPIs of any tables, at any grain, in one pass through each table, wherever the tables lie."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from .intervals import delta, garwood, wilson
from .kpi import Derived, Part
from ..kpis import KPIS, kpi_of
from .periods import ALLOWED, DAY_S, PERIODS, WHY, decoded, step_of
from ..quarter import Quarter
from .rows import Context, Row
from .shelf import KNOWN, TIMES, Lacks, Shelf

COLUMNS = ("value", "top", "bottom", "n", "low", "high", "tables")
FROM_CALLS = ("queue", "channel", "reason", "customer")
MEASURED_S = 900


def measure(tables, kpis=None, by=(), *, centre=None, quarter=None, start=None, end=None, interval_s=MEASURED_S):
    """KPIs by columns and times: a row a KPI and cell with kpi, variant, *by, value, top, bottom, n, low, high, tables.

    `tables` is {name: DataFrame, Ibis table or path of Parquet}, an Evidence, a folder's Tables, or an Ibis connection to
    a warehouse that has tables of our names. `kpis` are keys of KPIS or KPIs with options chosen; None: all that the
    tables allow. `by` names columns (queue, channel, team, agent, reason, evaluator, step, category, line, ...) and times
    (year, quarter, month, week, day, weekday 0 = Monday, hour, interval of `interval_s`) in local time: times with a zone are
    told in the centre's, times without one are taken as local. Only rows of a `quarter` ("2026Q3"), or from `start` to
    before `end`, count; both local.

    value = top / bottom, both sums; NaN where bottom is 0. `n` is what bottom counts, or else the rows that count. `low` and
    `high` bound 95 %: Wilson's interval for shares of counted things, the delta method for other ratios, NaN where the
    parts come from two tables, whose common months then count. `attrs["missing"]` says {KPI: why} of those that
    could not be had. Raises ValueError in words for what is not known, or where nothing can be had.

    >>> calls = pd.DataFrame({"queue": ["a", "a", "b"], "outcome": ["answered", "abandoned", "answered"], "wait_s": [10.0, 30.0, 25.0]})
    >>> measure({"calls": calls}, ["service_level"], by=["queue"])[["queue", "value", "top", "bottom"]].to_dict("list")
    {'queue': ['a', 'b'], 'value': [0.5, 0.0], 'top': [1, 0], 'bottom': [2, 1]}
    """
    chosen, by = _kpis(kpis), _names(by)
    with Shelf(tables) as shelf:
        context = Context(shelf, _centre(tables, centre), *_period(quarter, start, end))
        _check_by(by, shelf)
        plan = _Plan(context, by, interval_s)
        ways, missing = _ways(chosen, plan)
        if plan.in_months:  # a table that is held against another by months is read once, by months, for all
            plan = _Plan(context, by, interval_s, frozenset(plan.in_months))
            ways, missing = _ways(chosen, plan)
        if not ways and missing:
            raise ValueError("nothing can be measured: " + "; ".join(f"{kpi}: {why}" for kpi, why in missing.items()))
        found = plan.run()
        frames = [_told(kpi, way, found, plan) for kpi, way in ways]
    result = pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)[["kpi", "variant", *by, *COLUMNS]]
    result.attrs["missing"] = missing
    return result


def _kpis(kpis):
    if kpis is None:
        return list(KPIS.values())
    return [kpi_of(kpi) for kpi in ([kpis] if isinstance(kpis, str) or hasattr(kpis, "key") else kpis)]


def _names(by):
    names = [by] if isinstance(by, str) else list(by)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"by must name each column once, got {', '.join(twice)} twice")
    return names


def _centre(tables, centre):
    return centre if centre is not None else getattr(tables, "centre", None)


def _period(quarter, start, end):
    if quarter is not None:
        if start is not None or end is not None:
            raise ValueError("either a quarter or start and end, not both")
        quarter = Quarter.of(quarter)
        return quarter.first, quarter.end
    return tuple(None if moment is None else pd.Timestamp(moment) for moment in (start, end))


def _check_by(by, shelf):
    columns = {name for table in shelf.names if table in KNOWN for name in shelf.columns(table)}
    for name in by:
        if name not in PERIODS and name not in columns:
            raise ValueError(f"by must be a time ({', '.join(PERIODS)}) or a column of the tables ({', '.join(sorted(columns))}), got {name!r}")


def _ways(kpis, plan):
    """[(KPI, its first way that can be gone)], {key: why of those that have none}."""
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


# ------------------------------------------------------------------------------------------------- queries


@dataclass
class _Query:
    """One pass through a table: the columns that it is cut by, and the sums that are asked of it by name."""

    base: object
    keys: list
    step: float | None
    table: object = None
    sums: dict = field(default_factory=dict)
    names: dict = field(default_factory=dict)

    def sum(self, expression):
        """The name of a sum; the same expression is summed once."""
        key = expression.op()
        if key not in self.names:
            self.names[key] = f"s{len(self.names)}"
            self.sums[self.names[key]] = expression
        return self.names[key]


@dataclass(frozen=True)
class _Taken:
    """A way as it is gone: the sums of it by name and the query of each; `notes` on what stood in for what."""

    way: object
    sums: dict
    queries: dict
    notes: tuple


class _Plan:
    """The queries of a measurement: one for each table (or Derived) and set of columns."""

    def __init__(self, context, by, interval_s, monthly=frozenset()):
        self.context, self.by, self.interval_s, self.monthly = context, by, interval_s, monthly
        self.queries, self.in_months = {}, set()

    def taken(self, way):
        """A way's sums put into the queries; Lacks where a table, a column or a grain is not there."""
        two = way.top.table != way.bottom.table
        top, bottom = self._query(way.top, (), two), self._query(way.bottom, way.spread, two)
        rows = {id(top): Row(top.table, way.top.base, self.context)}
        rows.setdefault(id(bottom), Row(bottom.table, way.bottom.base, self.context))
        made = _two(way, rows[id(top)], rows[id(bottom)]) if two else _one(way, rows[id(top)])
        query_of = {name: top if name == "top" and two else bottom for name in made}
        sums = {name: query_of[name].sum(expression) for name, expression in made.items()}
        return _Taken(way, sums, query_of, tuple(dict.fromkeys(note for row in rows.values() for note in row.notes)))

    def _query(self, part, spread, two):
        columns = self._columns(part, spread)
        keys = [name for name in columns if name not in PERIODS]
        if two:
            self.in_months.add(part.table)
        step = step_of(columns + (["month"] if two or part.table in self.monthly else []), self.interval_s)
        key = (part.table, tuple(keys), step)
        if key not in self.queries:
            query = _Query(part.table, keys, step)
            query.table = self._prepared(part, keys, step)
            self.queries[key] = query
        return self.queries[key]

    def _columns(self, part, spread):
        """The names in `by` that a part is cut by; Lacks where its table cannot be."""
        name = part.table.name if isinstance(part.table, Derived) and part.table.frame else part.base
        allowed = ALLOWED.get(name, PERIODS)
        coarse = [one for one in self.by if one in PERIODS and one not in allowed]
        if coarse:
            raise Lacks(f"not by {', '.join(coarse)}: {WHY[name]}")
        return [one for one in self.by if one not in spread or one in self.context.shelf.table(part.base).columns]

    def _prepared(self, part, keys, step):
        shelf, derived = self.context.shelf, part.table if isinstance(part.table, Derived) else None
        if derived and derived.frame:
            name, table = derived.name, shelf.lent(derived.name, derived.frame(shelf.frame(derived.of), *self._span()))
        else:
            name, table = part.base, shelf.table(part.base)
        table = self._joined(table, name, keys)
        if derived and derived.rows:
            table = derived.rows(Row(table, name, self.context))
        table = self._within(table, name)
        extra = {"slot": Row(table, name, self.context).slot(TIMES[name], step)} if step else {}
        if derived and derived.groups:
            extra |= {"day": Row(table, name, self.context).slot(TIMES[name], DAY_S)} if "agent" in table.columns and TIMES[name] in table.columns else {}
        table = table.mutate(**extra) if extra else table
        return derived.groups(table, keys + (["slot"] if step else [])) if derived and derived.groups else table

    def _within(self, table, name):
        if self.context.start is None and self.context.end is None:
            return table
        seconds = Row(table, name, self.context).seconds_of(TIMES[name])
        if self.context.start is not None:
            table = table.filter(seconds >= _seconds(self.context.start))
        if self.context.end is not None:
            table = table.filter(seconds < _seconds(self.context.end))
        return table

    def _joined(self, table, name, keys):
        """The table with columns that another knows: the team of an agent, the queue of an evaluated call."""
        for key in keys:
            if key in table.columns:
                continue
            table = self._with_team(table, name) if key == "team" else self._with_call(table, name, key)
        return table

    def _with_team(self, table, name):
        if "agent" not in table.columns:
            raise Lacks(f"{name} has no column team, nor agent")
        agents = self.context.shelf.table("agents")
        if "team" not in agents.columns:
            raise Lacks(f"neither {name} nor agents has a column team")
        teams = agents.group_by("agent").aggregate(team=agents.team.max())
        return table.left_join(teams, "agent").drop("agent_right")

    def _with_call(self, table, name, key):
        if key not in FROM_CALLS or "call_id" not in table.columns:
            raise Lacks(f"{name} has no column {key}")
        calls = self.context.shelf.table("calls")
        if key not in calls.columns:
            raise Lacks(f"neither {name} nor calls has a column {key}")
        known = calls.group_by("call_id").aggregate(**{key: calls[key].max()})
        return table.left_join(known, "call_id").drop("call_id_right")

    def _span(self):
        """From when to when people are counted: the period, else the time that the tables cover."""
        if self.context.start is not None and self.context.end is not None:
            return self.context.start, self.context.end
        ends = []
        for name in ("intervals", "calls", "activities"):
            if name in self.context.shelf.names:
                seconds = Row(self.context.shelf.table(name), name, self.context).seconds_of(TIMES[name])
                ends.append(seconds.name("s").as_table().aggregate(low=lambda t: t.s.min(), high=lambda t: t.s.max()).to_pandas())
        if not ends:
            return self.context.start, self.context.end
        known = pd.concat(ends)
        first, last = (pd.Timestamp(int(one), unit="s").normalize() for one in (known["low"].min(), known["high"].max()))
        return self.context.start or first, self.context.end or last + pd.Timedelta(days=1)

    def run(self):
        """{id of a query: its sums as a frame, with the times decoded}."""
        return {id(query): self._answer(query) for query in self.queries.values() if query.sums}

    def _answer(self, query):
        keys = [*query.keys, *(["slot"] if query.step else [])]
        expression = query.table.group_by(keys).aggregate(**query.sums) if keys else query.table.aggregate(**query.sums)
        frame = expression.to_pandas()
        frame = frame.assign(**{name: pd.to_numeric(frame[name]).astype(float).fillna(0.0) for name in query.sums})
        frame = decoded(frame, query.step, list(dict.fromkeys([*self.by, "month"]))) if query.step else frame
        return frame.sort_values([name for name in self.by if name in frame], kind="stable", ignore_index=True) if self.by else frame


def _seconds(moment):
    return int((moment - pd.Timestamp(0)) // pd.Timedelta(seconds=1))


# ------------------------------------------------------------------------------------------------- sums


def _value(part, row):
    """A part's number of a row in floating point: whole numbers would overflow when squared."""
    return None if part.value is None else part.value(row).cast("float64")


def _where(part, row):
    return None if part.where is None else part.where(row)


def _all(*conditions):
    given = list({one.op(): one for one in conditions if one is not None}.values())
    return given[0] if len(given) == 1 else None if not given else given[0] & _all(*given[1:])


def _alike(one, other):
    """Whether two conditions are the same expression: engines do not see it, and would work it out twice."""
    return one is not None and other is not None and one.op() == other.op()


def _summed(row, value, where):
    return row.table.count(where=where) if value is None else value.sum(where=where)


def _one(way, row):
    """The sums of a way whose parts are of one table: a row counts where all that it needs is known."""
    x, y = _value(way.top, row), _value(way.bottom, row)
    over, under = _where(way.top, row), _where(way.bottom, row)
    known = None if x is None else x.notnull() if over is None or _alike(over, under) else x.notnull() | ~over.fill_null(False)
    under = _all(under, known, None if y is None else y.notnull())
    over = under if over is None or x is not None and known is not None and _alike(over, _where(way.bottom, row)) else _all(over, under)
    sums = {"top": _summed(row, x, over), "bottom": _summed(row, y, under)}
    if not way.is_counts:
        sums |= {"n": row.table.count(where=under), "xx": _square(row, x, x, over), "xy": _square(row, x, y, over), "yy": _square(row, y, y, under)}
    for name, part in way.more.items():
        sums[name] = _summed(row, _value(part, row), _all(_where(part, row), under))
    return sums


def _square(row, x, y, where):
    """Σ x y; a part that counts is 1 where it counts."""
    factors = [one for one in (x, y) if one is not None]
    value = None if not factors else factors[0] * factors[1] if len(factors) == 2 else factors[0]
    return _summed(row, value, where)


def _two(way, above, below):
    return {"top": _summed(above, _value(way.top, above), _where(way.top, above)),
            "bottom": _summed(below, _value(way.bottom, below), _where(way.bottom, below)),
            "n": below.table.count(where=_where(way.bottom, below))}


# ------------------------------------------------------------------------------------------------- answers


def _told(kpi, taken, found, plan):
    """The rows of a KPI."""
    way, by = taken.way, plan.by
    sums = _sums_of_two(taken, found, plan) if way.top.table != way.bottom.table else _rolled(taken, found, by, plan.interval_s)
    if way.top_of:
        sums["top"] = way.top_of({name: sums[name] for name in ("top", "bottom", *way.more)})
    top, bottom = sums["top"].to_numpy(float), sums["bottom"].to_numpy(float)
    with np.errstate(all="ignore"):
        value = np.where(bottom != 0, top / bottom, np.nan)
    n = bottom if way.bottom.value is None or way.bottom.counts else sums["n"].to_numpy(float)
    low, high = _bounds(way, value, sums)
    note = f" ({', '.join(taken.notes)})" if taken.notes else ""
    frame = sums[by].assign(kpi=kpi.key, variant=kpi.variant(plan.context.centre), value=value, top=_whole(top), bottom=_whole(bottom), n=_whole(n),
                            low=low, high=high, tables=" ÷ ".join(way.tables) + note)
    return frame


def _rolled(taken, found, by, interval_s):
    """The sums of a way of one table, named as the way names them, by the cells that are asked for."""
    query = next(iter(taken.queries.values()))
    finest = query.step is None or (query.step == interval_s and "interval" in by) or (query.step == DAY_S and "day" in by)
    return _grouped(found[id(query)], taken.sums, by, finest)


def _grouped(frame, names, by, finest=False):
    """Sums by the cells that are asked for; rows of the finest grain are such cells already."""
    columns = {name: frame[of] for name, of in names.items()}
    made = pd.DataFrame({**{name: frame[name] for name in by}, **columns})
    if finest and by:
        return made
    if not by:
        return made.sum().to_frame().T
    return made.groupby(by, dropna=False, as_index=False, observed=True).sum()


def _sums_of_two(taken, found, plan):
    """The sums of parts of two tables over the months that both have."""
    top, bottom = found[id(taken.queries["top"])], found[id(taken.queries["bottom"])]
    months = set(top["month"]) & set(bottom["month"])
    top, bottom = (frame[frame["month"].isin(months)] for frame in (top, bottom))
    below = [name for name in plan.by if name in bottom.columns]
    above = _grouped(top, {"top": taken.sums["top"]}, plan.by)
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
    return numbers.astype("int64") if np.isfinite(numbers).all() and (numbers == np.round(numbers)).all() else numbers
