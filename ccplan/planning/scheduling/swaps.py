"""Shift swaps: whether two people may change shifts, or one may give a shift away, and what that does."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ...queueing.inputs import SHARE_HINT, one_number
from .breaks import desk_cover
from .day_service import day_model, totals_of
from .duty_tables import checked_duties, day_numbers, days_of, seconds_of, skills_of, stamps_of
from .rule_faults import fresh_faults, rule_faults

STEP_S = 1800


@dataclass(frozen=True, kw_only=True)
class Swap:
    """A swap that was looked at: whether it is `allowed`, the new `faults` that it would make (as `rule_faults`
    tells them), `hours` (agent, week, before, after: paid), `cover` (start, before, after: people on duty),
    `service` (a row before and one after: service_level, asa_s, abandonment; no rows where nothing is known of the
    calls), the `duties` after it, and `words`.
    """

    allowed: bool
    faults: pd.DataFrame = field(repr=False)
    hours: pd.DataFrame = field(repr=False)
    cover: pd.DataFrame = field(repr=False)
    service: pd.DataFrame = field(repr=False)
    duties: pd.DataFrame = field(repr=False)
    words: str


def check_swap(
    duties,
    people,
    rostering,
    one,
    other=None,
    *,
    shifts=(),
    leave=None,
    before=None,
    skill=None,
    intervals=None,
    centre=None,
    queue=None,
    at_desk=1.0,
):
    """Whether a swap keeps every rule, and what it does to hours, cover and service: a `Swap`.

    `one` and `other` are (agent, day). Where both have a duty on their day, these are exchanged; where `other` has
    none, that agent takes over the duty of `one`; where `other` is None the duty is given away to nobody. Only
    faults that the swap would make or worsen stand in its way (`rule_faults`, also for `shifts`, `leave` and
    `before`); nobody's old ones do. `skill` counts in `cover` only people who have it. With `intervals` (queue,
    start, offered, aht_s), `centre` and `queue`, service is that of `predict_day` on the days of the swap,
    `at_desk` being the share of people on duty who are at their desks (breaks take the rest). Raises ValueError
    where there is no such duty.

    >>> from ccplan.data import Rostering
    >>> starts = pd.to_datetime(["2026-10-05 14:00", "2026-10-06 06:00", "2026-10-06 14:00"])
    >>> duties = pd.DataFrame({"agent": ["A", "B", "A"], "shift": ["late", "early", "late"], "start": starts})
    >>> duties = duties.assign(day=duties["start"].dt.normalize(), end=duties["start"] + pd.Timedelta("8h"))
    >>> check_swap(duties, pd.DataFrame({"agent": ["A", "B"]}), Rostering(), ("A", "2026-10-06"), ("B", "2026-10-06")).words
    'Not allowed: A rests 8 h before 2026-10-06 (at least 11 h).'
    """
    rows = checked_duties(duties)
    one_number("at_desk", at_desk, high=1.0, open_low=True, hint=SHARE_HINT)
    after, touched = _swapped(rows, _pair("one", one), None if other is None else _pair("other", other))
    agents = sorted({agent for agent, _ in touched})
    known, then = (
        rule_faults(table[table["agent"].isin(agents)], people, rostering, shifts, leave, _of(before, agents))
        for table in (rows, after)
    )
    fresh = fresh_faults(then, known)
    days = sorted({day for _, day in touched})
    cover = _cover(rows, after, days, _skilled(people, skill))
    service = _service(rows, after, days, people, skill, intervals, centre, queue, at_desk)
    hours = _hours(rows, after, agents)
    return Swap(
        allowed=fresh.empty,
        faults=fresh,
        hours=hours,
        cover=cover,
        service=service,
        duties=after,
        words=_words(fresh, one, other, hours, cover, service),
    )


def _pair(name, value):
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise ValueError(f'{name} must be (agent, day), such as ("Ann", "2026-10-05"), got {value!r}')
    return value


def _of(before, agents):
    return None if before is None else before[before["agent"].isin(agents)]


def find_duty(rows, agent, day, needed=True):
    """The row's label of an agent's duty on a day, None where there is none; ValueError where it is `needed`."""
    number = day_numbers(days_of([day]))[0]
    found = rows.index[(rows["agent"] == agent).to_numpy() & (day_numbers(rows["day"]) == number)]
    if len(found) > 1:
        raise ValueError(f"{agent} has {len(found)} duties on {pd.Timestamp(day):%Y-%m-%d}: mend the roster first")
    if needed and not len(found):
        raise ValueError(f"{agent} has no duty on {pd.Timestamp(day):%Y-%m-%d} that could be swapped")
    return found[0] if len(found) else None


def _swapped(rows, one, other):
    """(the duties after the swap, the (agent, day) pairs that it touches)."""
    mine = find_duty(rows, *one)
    day = rows.loc[mine, "day"]
    if other is None:
        return rows.drop(mine).reset_index(drop=True), [(one[0], day)]
    if one[0] == other[0]:
        raise ValueError(f"one and other must be two people, got {one[0]} twice")
    theirs = find_duty(rows, *other, needed=False)
    after = rows.copy()
    after.loc[mine, "agent"] = other[0]
    touched = [(one[0], day), (other[0], day)]
    if theirs is not None:
        after.loc[theirs, "agent"] = one[0]
        touched += [(agent, rows.loc[theirs, "day"]) for agent in (one[0], other[0])]
    return after, touched


def _skilled(people, skill):
    """The people who count: those with the skill, all where none is asked for (None)."""
    if skill is None:
        return None
    if "skills" not in people:
        raise ValueError(f"people must have the column skills to tell who has {skill}")
    return {agent for agent, cell in zip(people["agent"], people["skills"], strict=True) if skill in skills_of(cell)}


def _on_duty(rows, counted):
    mine = rows if counted is None else rows[rows["agent"].isin(counted)]
    return mine[["agent", "start", "end"]].assign(scheduled="work")


def _cover(rows, after, days, counted):
    """People on duty by half hours from the first to the last moment of the days' duties."""
    both = pd.concat([rows, after])
    both = both[both["day"].isin(days)]
    if not len(both):
        return pd.DataFrame({"start": both["start"], "before": [], "after": []})
    first, last = seconds_of(both["start"]).min() // STEP_S, -(-seconds_of(both["end"]).max() // STEP_S)
    starts = stamps_of(np.arange(first, last) * STEP_S, rows["start"])
    counts = [desk_cover(_on_duty(table, counted), starts, STEP_S) for table in (rows, after)]
    return pd.DataFrame({"start": starts, "before": counts[0], "after": counts[1]})


def _hours(rows, after, agents):
    """Paid hours by agent and week (its Monday), before and after."""
    return _paid(rows, agents, "before").join(_paid(after, agents, "after"), how="outer").fillna(0.0).reset_index()


def _paid(rows, agents, name):
    mine = rows[rows["agent"].isin(agents)]
    hours = (mine["paid_s"] if "paid_s" in mine else (mine["end"] - mine["start"]).dt.total_seconds()) / 3600
    week = (mine["day"] - pd.to_timedelta(mine["day"].dt.day_of_week, unit="D")).rename("week")
    return hours.astype(float).groupby([mine["agent"], week]).sum().to_frame(name)


def _service(rows, after, days, people, skill, intervals, centre, queue, at_desk):
    columns = ["when", "service_level", "asa_s", "abandonment"]
    if intervals is None:
        return pd.DataFrame(columns=columns)
    if centre is None:
        raise ValueError("centre must be given with intervals: it knows patience and targets")
    if queue is None and len(centre.queues) > 1:
        raise ValueError(
            f"queue must name one of {', '.join(one.name for one in centre.queues)}: whose service to tell"
        )
    found = {"before": [], "after": []}
    local = days_of(intervals["start"], "intervals: start")
    for day in sorted(set(days)):
        model = day_model(intervals[(local == day).to_numpy()], centre, queue or centre.queues[0].name, at_desk)
        for when, table in (("before", rows), ("after", after)):
            found[when].append(model.service(model.cover(_on_duty(table, _skilled(people, skill)))))
    return pd.DataFrame(
        [{"when": when, **totals_of(pd.concat(parts))} for when, parts in found.items()], columns=columns
    )


def _words(fresh, one, other, hours, cover, service):
    if len(fresh):
        return f"Not allowed: {'; '.join(fresh['words'])}."
    told = (
        f"{one[0]} gives the shift of {pd.Timestamp(one[1]):%Y-%m-%d} away"
        if other is None
        else f"{one[0]} and {other[0]} may swap"
    )
    change = (cover["after"] - cover["before"]).sum() * STEP_S / 3600
    told += f": cover changes by {change:+.1f} person-hours" if abs(change) > 0.01 else ": cover stays as it is"
    if len(service):
        was, will = service["service_level"]
        told += f", service from {was:.1%} to {will:.1%}"
    moved = hours[(hours["after"] - hours["before"]).abs() > 0.01]
    paid = ", ".join(f"{row.agent} {row.after - row.before:+.1f} h" for row in moved.itertuples())
    return told + (f"; paid hours: {paid}." if paid else ".")
