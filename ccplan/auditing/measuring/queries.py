"""The queries of a measurement: one pass through each table, by the columns and times that are asked for."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from .kpi import Derived
from .periods import ALLOWED, DAY_S, PERIODS, WHY, decoded, step_of
from .rows import Row
from .shelf import CLUSTERS, TIMES, Lacks
from .sums import sums_in_clusters, sums_of_one, sums_of_two

FROM_CALLS = ("queue", "channel", "reason", "customer")


@dataclass
class Query:
    """One pass through a table: the columns that it is cut by, and the sums that are asked of it by name.

    Rows of a cluster (a day of an agent, an evaluation) are summed `within` it first: they are not independent.
    """

    base: Any  # an Ibis table, as `table`
    keys: list
    step: float | None
    clusters: tuple = ()
    table: Any = None
    sums: dict = field(default_factory=dict)
    names: dict = field(default_factory=dict)
    within: dict = field(default_factory=dict)

    def sum(self, expression):
        """The name of a sum; the same expression is summed once."""
        key = expression.op()
        if key not in self.names:
            self.names[key] = f"s{len(self.names)}"
            self.sums[self.names[key]] = expression
        return self.names[key]

    def sum_within(self, way, row):
        """{name in the way: name of a sum over the clusters}."""
        within, over = sums_in_clusters(way, row)
        column = {name: f"w{len(self.within) + i}" for i, name in enumerate(within)}
        self.within |= {column[name]: expression for name, expression in within.items()}
        names = {name: f"s{len(self.sums) + i}" for i, name in enumerate(over)}
        self.sums |= {names[name]: _over(made, column) for name, made in over.items()}
        return names

    @property
    def grouped(self):
        """The sums as an expression, by the columns."""
        keys = [*self.keys, *(["slot"] if self.step else [])]
        table = (
            self.table.group_by(list(dict.fromkeys([*keys, *self.clusters]))).aggregate(**self.within)
            if self.clusters
            else self.table
        )
        return table.group_by(keys).aggregate(**self.sums) if keys else table.aggregate(**self.sums)


def _over(made, column):
    return lambda clusters: made({name: clusters[own] for name, own in column.items()})


@dataclass(frozen=True)
class Taken:
    """A way as it is taken: its sums by name and the query of each; `notes` on what stood in for what."""

    way: object
    sums: dict
    queries: dict
    notes: tuple


class Plan:
    """The queries of a measurement: one for each table (or Derived) and set of columns."""

    def __init__(self, context, by, interval_s, monthly=frozenset()):
        self.context, self.by, self.interval_s, self.monthly = context, by, interval_s, monthly
        self.queries, self.in_months = {}, set()

    def taken(self, way):
        """A way's sums put into the queries; Lacks where a table, a column or a grain is not there."""
        two = way.top.table != way.bottom.table
        clusters = () if two or way.is_counts or way.top_of else CLUSTERS.get(way.bottom.table, ())
        top, bottom = self._query(way.top, (), two, clusters), self._query(way.bottom, way.spread, two, clusters)
        rows = {id(top): Row(top.table, way.top.base, self.context)}
        rows.setdefault(id(bottom), Row(bottom.table, way.bottom.base, self.context))
        if clusters:
            sums = bottom.sum_within(way, rows[id(bottom)])
            query_of = dict.fromkeys(sums, bottom)
        else:
            made = sums_of_two(way, rows[id(top)], rows[id(bottom)]) if two else sums_of_one(way, rows[id(top)])
            query_of = {name: top if name == "top" and two else bottom for name in made}
            sums = {name: query_of[name].sum(expression) for name, expression in made.items()}
        return Taken(way, sums, query_of, tuple(dict.fromkeys(note for row in rows.values() for note in row.notes)))

    def _query(self, part, spread, two, clusters=()):
        columns = self._columns(part, spread)
        keys = [name for name in columns if name not in PERIODS]
        if two:
            self.in_months.add(part.table)
        step = step_of(columns + (["month"] if two or part.table in self.monthly else []), self.interval_s)
        key = (part.table, tuple(keys), step, clusters)
        if key not in self.queries:
            query = Query(part.table, keys, step, clusters)
            query.table = self._prepared(part, keys, step, clusters)
            Row(query.table, part.base, self.context).need(*clusters)
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

    def _prepared(self, part, keys, step, clusters):
        shelf, derived = self.context.shelf, part.table if isinstance(part.table, Derived) else None
        if derived and derived.frame:
            made = derived.frame(shelf.frame(derived.of), *self._span())  # of the period alone, its first month too
            name, table = derived.name, self._joined(shelf.lent(derived.name, made), derived.name, keys)
        else:
            name, table = part.base, self._joined(shelf.table(part.base), part.base, keys)
            if derived:
                Row(table, name, self.context).need(*derived.needs)
            if derived and derived.rows:
                table = shelf.derived(derived.name, derived.rows(Row(table, name, self.context)))
            table = self._within(table, name)
        steps = {"slot": step} if step else {}
        if "day" in clusters or (derived and derived.by_day):
            steps["day"] = DAY_S
        row = Row(table, name, self.context)
        if steps:
            table = table.mutate(**{column: row.slot(TIMES[name], size) for column, size in steps.items()})
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
            if key == "team":
                table = self._with_team(table, name)
            elif key == "channel" and "queue" in table.columns and self.context.centre is not None:
                table = self._with_channel(table)
            else:
                table = self._with_call(table, name, key)
        return table

    def _with_channel(self, table):
        """The channel of a queue as the centre says; none for a queue that it does not know."""
        import ibis

        channels = {queue.name: queue.channel for queue in self.context.centre.queues}
        return table.mutate(
            channel=ibis.cases(
                *((table.queue == name, channel) for name, channel in channels.items()), else_=ibis.null("string")
            )
        )

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
        """From when to when people are counted: the period, but not beyond the time that the tables cover."""
        ends = [self._ends(name) for name in ("intervals", "calls", "activities") if name in self.context.shelf.names]
        known = pd.concat(ends).dropna() if ends else pd.DataFrame()
        if not len(known):
            return self.context.start, self.context.end
        first, last = (
            pd.Timestamp(int(one), unit="s").normalize() for one in (known["low"].min(), known["high"].max())
        )
        end = last + pd.Timedelta(days=1)
        return self.context.start or first, end if self.context.end is None else min(self.context.end, end)

    def _ends(self, name):
        seconds = Row(self.context.shelf.table(name), name, self.context).seconds_of(TIMES[name])
        return seconds.name("s").as_table().aggregate(low=lambda t: t.s.min(), high=lambda t: t.s.max()).to_pandas()

    def run(self):
        """{id of a query: its sums as a frame, with the times decoded}."""
        return {id(query): self._answer(query) for query in self.queries.values() if query.sums}

    def _answer(self, query):
        frame = query.grouped.to_pandas()
        frame = frame.assign(**{name: pd.to_numeric(frame[name]).astype(float).fillna(0.0) for name in query.sums})
        if query.step:
            frame = decoded(frame, query.step, dict.fromkeys([*self.by, "month"]), self.interval_s)
        order = [name for name in self.by if name in frame]
        return frame.sort_values(order, kind="stable", ignore_index=True) if self.by else frame


def _seconds(moment):
    return int((moment - pd.Timestamp(0)) // pd.Timedelta(seconds=1))
