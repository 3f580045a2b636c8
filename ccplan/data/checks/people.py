"""What is wrong in the tables of people and money: activities, evaluations, ledger, beside `agents`."""

import pandas as pd

from .findings import counted, finding, masked
from ..reading.stamps import wall_clock

PRESENT = ("work", "break", "lunch", "training", "meeting", "coaching", "systems down")
LONGEST_S = 16 * 3600  # of one stretch of an agent's day
CLOSED_MONTHS = 2  # after which a month's spending should be known


def check_activities(reading, agents=None):
    """Findings of the activities: overlaps of one agent, stretches too long, people on no list, days outside
    employment.
    """
    frame, doubt = reading.frame, _doubts("activities", reading)
    if not {"agent", "start", "end"} <= set(frame):
        return
    what = "an earlier stretch of the same agent has not ended yet"
    yield from doubt(_overlapping(frame), what, "start", "stretches of an agent must not overlap")
    long = (frame["end"] - frame["start"]).dt.total_seconds() > LONGEST_S
    if "actual" in frame:
        long &= frame["actual"].isin(PRESENT)
    yield from doubt(long, "a stretch at work of more than 16 hours", "end", "must be believable")
    if agents is not None:
        yield from _listed(frame, agents, doubt)
        away = _not_employed(frame, agents)
        yield from doubt(away, "the agent was not employed on that day", "agent", "must be between hired and left")


def _doubts(table, reading):
    """A function of (mask, what, column, rule) that tells of a table's rows where the mask holds, as a warning."""

    def doubt(mask, what, column, rule):
        return masked(table, reading.file.name, reading.frame, reading.rows, mask, "warning", what, column, rule)

    return doubt


def _overlapping(frame):
    """Rows that begin before an earlier one of the same agent ends."""
    ordered = frame[["agent", "start", "end"]].sort_values(["agent", "start"], kind="stable")
    ends = (
        ordered["end"]
        .astype("int64")
        .groupby(ordered["agent"], sort=False)
        .cummax()
        .groupby(ordered["agent"], sort=False)
        .shift()
    )
    return (ordered["start"].astype("int64") < ends).reindex(frame.index)


def _not_employed(frame, agents):
    day = wall_clock(frame["start"]).dt.normalize()
    known = agents.drop_duplicates("agent").set_index("agent")
    hired, left = (
        frame["agent"].map(wall_clock(known[name])) if name in known else pd.Series(pd.NaT, frame.index)
        for name in ("hired", "left")
    )
    return (day < hired) | (day > left)


def _listed(frame, agents, doubt):
    """People who are not in the table of agents, a finding each."""
    unknown = frame["agent"].notna() & ~frame["agent"].isin(agents["agent"])
    for name in sorted(frame["agent"][unknown].unique()):
        what = f"agent {name!r} is not in the table agents"
        yield from doubt(frame["agent"] == name, what, "agent", "must stand in agents")


def check_evaluations(reading, agents=None):
    """Findings of the evaluations by themselves: people on no list, evaluations of one's own calls."""
    frame, doubt = reading.frame, _doubts("evaluations", reading)
    if agents is not None and "agent" in frame:
        yield from _listed(frame, agents, doubt)
    if {"agent", "evaluator"} <= set(frame):
        own = frame["agent"] == frame["evaluator"]
        yield from doubt(own, "the agent evaluated himself", "evaluator", "nobody evaluates himself")


def check_ledger(reading, last=None):
    """Findings of the ledger: months missing between the first and the last, and spending not yet known.

    `last` is the last day that the other tables cover; a month two months before it should be spent.
    """
    frame, file = reading.frame, reading.file.name
    months = frame["month"].dt.to_period("M")
    for (category, line), rows in frame.groupby(["category", "line"]):
        yield from _gone(file, category, line, _between(months[rows.index]))
    for month in _between(months):
        yield _month_finding(file, f"no line at all in {month:%B %Y}", month)
    if last is not None and "actual" in frame:
        due = frame["actual"].isna() & (months < (pd.Timestamp(last).to_period("M") - CLOSED_MONTHS))
        what, rule = "what was spent is not known, two months later", "spending must be known after two months"
        yield from _doubts("ledger", reading)(due, what, "month", rule)


def _between(months):
    """The months that are missing between the first and the last."""
    return pd.period_range(months.min(), months.max(), freq="M").difference(pd.PeriodIndex(months))


def _gone(file, category, line, months):
    if len(months):
        named = ", ".join(f"{month:%B %Y}" for month in months[:5])
        more = f" and {len(months) - 5:,} more" if len(months) > 5 else ""
        what = f"{category}, {line}: {counted(len(months), 'month')} missing: {named}{more}"
        yield _month_finding(file, what, months[0], rows=len(months))


def _month_finding(file, what, month, **more):
    rule = "every month must be there"
    return finding("ledger", file, "warning", what, column="month", value=str(month), rule=rule, **more)


def check_agents(reading, activities=None):
    """Findings of the agents: wages and hours far from everybody's, and people without a single activity."""
    frame, rows, file, doubt = reading.frame, reading.rows, reading.file.name, _doubts("agents", reading)
    for column, what in (("hourly_wage", "a wage"), ("weekly_hours", "weekly hours")):
        if column in frame and frame[column].notna().sum() >= 8:
            usual = frame[column].median()
            odd = (frame[column] > 3 * usual) | (frame[column] < usual / 3)
            far = f"{what} above three times the usual {usual:,.2f}, or below a third of it"
            yield from doubt(odd, far, column, "must be believable")
    if activities is not None and len(activities):
        first, last = (
            wall_clock(activities["start"]).min().normalize(),
            wall_clock(activities["start"]).max().normalize(),
        )
        there = (wall_clock(frame["hired"]) < last) if "hired" in frame else pd.Series(True, frame.index)
        there &= ~(wall_clock(frame["left"]) <= first) if "left" in frame else True
        idle = there & ~frame["agent"].isin(activities["agent"].unique())
        yield from masked(
            "agents", file, frame, rows, idle, "note", "employed, but without an activity", "agent", "must do something"
        )
