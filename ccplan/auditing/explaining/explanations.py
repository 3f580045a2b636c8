"""Which means of a quarter became worse by more than chance, and the one group that explains it, where there is one."""

from dataclasses import dataclass

import pandas as pd

from .change_by import DIMENSIONS, MEASURES, SECONDS, change_by, told
from .weeks import Ratio, beyond_chance, ratio_of_weeks

FEWEST = 200  # answered contacts a side, below which nothing is looked at
EXPLAINS, LIFT = 0.5, 0.25  # a cause explains half of the change, and a quarter more of it than its share of contacts


@dataclass(frozen=True, kw_only=True)
class Cause:
    """A group that explains a change: `share` of contacts after, `explains` its effect ÷ the change, `value` after,
    `n` contacts after.
    """

    dimension: str
    group: str
    kind: str
    share: float
    explains: float
    value_before: float
    value: float
    n: int


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """A measure of a queue in two quarters: Ratios, the frame of `change_by` in the dimension that tells most, the
    Cause or None.

    `beyond` says whether it changed by as much as is material and by more than chance, for better or worse; `news`
    whether it is worse, and not by the season alone.
    """

    queue: str
    measure: str
    before: Ratio
    after: Ratio
    dimension: str
    table: pd.DataFrame
    cause: Cause | None = None
    beyond: bool = False
    news: bool = False

    @property
    def change(self):
        """After − before, in the measure's unit."""
        return self.after.value - self.before.value


def explanations(before, after, agents=None, year_ago=None):
    """An Explanation a queue and measure of frames of calls; a measure or queue that the tables do not tell is left
    out.

    News is what is worse by as much as is material (see MEASURES) and by more than three standard errors of its weeks;
    with calls of the same quarter a `year_ago`, it must be half that much worse than then, too, or it is the season.
    """
    found, (before, after, year_ago) = [], map(_narrow, (before, after, year_ago))
    for queue in sorted(set(before["queue"]) & set(after["queue"])):
        sides = [calls[calls["queue"].eq(queue)] for calls in (before, after)]
        old = None if year_ago is None else year_ago[year_ago["queue"].eq(queue)]
        found += [
            one
            for name in MEASURES
            if (one := _explanation(queue, name, *sides, agents=agents, year_ago=old)) is not None
        ]
    return tuple(found)


def _narrow(calls):
    """Answered calls with the columns that are looked at: frames of many columns are slow to cut."""
    if calls is None:
        return None
    used = {
        "queue",
        "arrived",
        *SECONDS,
        *(name for measure in MEASURES.values() for name in measure.needs),
        *(name for columns, _, _ in DIMENSIONS.values() for name in columns),
    }
    rows = calls[calls["outcome"].eq("answered")] if "outcome" in calls else calls
    rows = rows[[name for name in rows if name in used]]
    return rows.assign(
        queue=rows["queue"].astype(str), arrived=rows["arrived"].dt.tz_localize(None)
    )  # once: clocks with a zone are slow


def _explanation(queue, name, before, after, agents, year_ago):
    measure = MEASURES[name]
    try:
        before, after = sides = [told(calls, measure) for calls in (before, after)]
    except ValueError:
        return None
    if min(map(len, sides)) < FEWEST:
        return None
    ratios = [ratio_of_weeks(calls["value"], calls["value"] * 0 + 1, calls["arrived"]) for calls in sides]
    change = ratios[1].value - ratios[0].value
    beyond = any(measure.matters(ratios[0].value, one) for one in (change, -change)) and beyond_chance(*ratios)
    news = beyond and measure.worse(change) > 0 and _unseasonal(measure, ratios, year_ago)
    tables = _tables(before, after, name, agents, tuple(DIMENSIONS) if beyond else ("reason",))
    if not tables:
        return None
    dimension, cause = _best(tables, change)
    return Explanation(
        queue=queue,
        measure=name,
        before=ratios[0],
        after=ratios[1],
        dimension=dimension,
        table=tables[dimension],
        cause=cause if beyond else None,
        beyond=beyond,
        news=news,
    )


def _unseasonal(measure, ratios, year_ago):
    """Whether it is half as much as is material worse than a year ago as well; so where a year ago tells nothing."""
    try:
        old = told(year_ago, measure)["value"] if year_ago is not None else []
    except ValueError:
        old = []
    if len(old) < FEWEST:
        return True
    return measure.matters(old.mean(), 2 * (ratios[1].value - old.mean()))


def _tables(before, after, measure, agents, dimensions):
    """{dimension: frame of change_by} of those that the tables tell."""
    found = {}
    for dimension in dimensions:
        try:
            found[dimension] = change_by(before, after, measure, dimension, agents)
        except ValueError:
            continue
    return found


def _best(tables, change):
    """The dimension whose group explains most beyond its share of contacts, and that Cause; the first without one
    where none does.
    """
    best, lift = None, LIFT
    for dimension, table in tables.items():
        for row in table.itertuples():
            explains = row.effect / change if change else 0.0
            above = min(explains, 1.0) - max(row.share_before, row.share_after)
            if explains >= EXPLAINS and above > lift:
                best, lift = _cause(dimension, row, explains), above
    return (best.dimension if best else next(iter(tables))), best


def _cause(dimension, row, explains):
    return Cause(
        dimension=dimension,
        group=row.group,
        kind=row.kind,
        share=row.share_after,
        explains=explains,
        value_before=row.value_before,
        value=row.value_after,
        n=int(row.n_after),
    )
