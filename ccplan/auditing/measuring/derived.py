"""Tables that are made from a centre's own before a KPI is summed: chains of contacts, days of agents, whole
evaluations, employment.
"""

from functools import cache

import pandas as pd

from .kpi import Derived

DAY_S = 86_400


@cache
def contacts_in_a_row(days, same_reason):
    """Calls with `follows` and `followed`: another of the same customer within so many days before, or after.

    Empty where the customer (or the reason, if it must be the same) is not known, and where the table does not tell the whole window: `follows` in the days
    after its first call, `followed` in those before its last. (To keep the repeats that are seen there would count
    too many.)
    """

    who = ("customer", "reason") if same_reason else ("customer",)

    def rows(row):
        import ibis

        calls = row.table.mutate(at_s=row.seconds_of("arrived"))
        chain = ibis.window(group_by=who, order_by=["at_s", "call_id"])
        calls = calls.mutate(
            before_s=calls.at_s.lag().over(chain),
            after_s=calls.at_s.lead().over(chain),
            first_s=calls.at_s.min().over(),
            last_s=calls.at_s.max().over(),
        )
        window, known = days * DAY_S, calls.customer.notnull()
        if same_reason:
            known = known & calls.reason.notnull()
        told, over = calls.at_s - calls.first_s >= window, calls.last_s - calls.at_s >= window
        return calls.mutate(
            follows=ibis.ifelse(known & told, (calls.at_s - calls.before_s <= window).fill_null(False), None),
            followed=ibis.ifelse(known & over, (calls.after_s - calls.at_s <= window).fill_null(False), None),
        )

    name = f"calls in a row of {days} days, {'same reason' if same_reason else 'any reason'}"
    return Derived(name=name, of="calls", needs=(*who, "call_id"), rows=rows)


def _agent_days(table, keys):
    """A row for an agent on a day (and each further key): how many contacts were handled."""
    calls = table.filter((table.outcome == "answered") & table.agent.notnull())
    return calls.group_by(list(dict.fromkeys(["agent", "day", *keys]))).aggregate(handled=calls.count())


AGENT_DAYS = Derived(
    name="days of agents", of="calls", needs=("agent", "outcome", "arrived"), by_day=True, groups=_agent_days
)


def _evaluated(table, keys):
    """A row for an evaluation: its points, those that could be had in the steps that applied, and whether a
    critical step was missed.
    """
    applied = table.filter(table.points.notnull() & table.possible.notnull())
    made = {"points": applied.points.sum(), "possible": applied.possible.sum()}
    if "critical" in table.columns:
        made["missed"] = applied.count(where=applied.critical & (applied.points < applied.possible))
    return applied.group_by(list(dict.fromkeys(["evaluation", *keys]))).aggregate(**made)


EVALUATED = Derived(
    name="whole evaluations", of="evaluations", needs=("evaluation", "points", "possible"), groups=_evaluated
)


def employment(agents, start=None, end=None):
    """Who was employed when: a row an agent and month with `years` (of a person), `leavers` (0 or 1) and `at_start`
    (0 or 1).

    `agents` has agent and, as far as they are known, hired and left (the last day at work); further columns are kept.
    From `start` to `end` (excluded); without them from the first who was hired to the last day that the table tells.
    No hiring date: employed all along.
    """
    agents = agents.assign(
        **{name: pd.Series(pd.NaT, agents.index) for name in ("hired", "left") if name not in agents}
    )
    start = agents["hired"].min() if start is None else pd.Timestamp(start)
    last = agents[["hired", "left"]].max().max() + pd.Timedelta(days=1) if end is None else pd.Timestamp(end)
    if pd.isna(start) or pd.isna(last) or last <= start:
        return agents.iloc[:0].assign(month=pd.NaT, years=0.0, leavers=0, at_start=0)
    months = pd.date_range(start.to_period("M").to_timestamp(), last - pd.Timedelta(days=1), freq="MS")
    parts = [
        _in_month(agents, max(month, start), min(month + pd.offsets.MonthBegin(), last), month) for month in months
    ]
    return pd.concat(parts, ignore_index=True)


def _in_month(agents, first, end, month):
    """The agents of [first, end) within a month; a year is twelve months, however long they are."""
    hired = agents["hired"].fillna(pd.Timestamp(1900, 1, 1)).clip(lower=first)
    gone = (agents["left"] + pd.Timedelta(days=1)).fillna(pd.Timestamp(2200, 1, 1))
    days = (gone.clip(upper=end) - hired).dt.days.clip(lower=0)
    leaves = agents["left"].ge(first) & agents["left"].lt(end)
    at_start = agents["hired"].fillna(pd.Timestamp(1900, 1, 1)).le(first) & gone.gt(first)
    full = (month + pd.offsets.MonthBegin() - month).days
    made = agents.assign(
        month=month, years=days / full / 12, leavers=leaves.astype(float), at_start=at_start.astype(float)
    )
    return made[(days > 0) | leaves]


EMPLOYMENT = Derived(name="employment", of="agents", frame=employment)
