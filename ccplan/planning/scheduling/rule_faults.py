"""A roster held against its rules: every breach in words, with the value and the rule's figure.

Read from the definitions of `Rostering` and nothing else, so that it can judge what a solver made, what two people
want to swap, and what a day's changes would do. A duty belongs to the day on which it starts; weeks run from
Monday; a weekend is the Saturday and Sunday of a week, and is free if no minute of either is worked: a Friday's
night shift takes it.
"""

import numpy as np
import pandas as pd

from ...data.given import given_table
from ..forecasting.horizon import same_clock
from .duty_tables import (
    DAY_S, by_name, checked, checked_duties, day_numbers, days_of, seconds_of, skills_of, wall_seconds_of,
)  # fmt: skip

COLUMNS = ("rule", "agent", "day", "value", "limit", "words")
RULES = (
    "one shift a day", "rest", "days in a row", "nights in a row", "hours a week", "free weekends", "starts apart",
    "leave", "employment", "skills", "shift",
)  # fmt: skip
WEEKENDS = 4  # in which so many are free


def rule_faults(duties, people, rostering, shifts=(), leave=None, before=None):
    """Every breach of a rule by the duties: a frame, a row a breach, none where all rules are kept.

    `duties` is a frame agent, day, shift, start, end and, where known, paid_s and skill (what the duty needs);
    `people` the agents with any of hired, left, skills (a; b); `rostering` a `Rostering`; `shifts` the `Shift` that
    may be worked (none: any); `leave` a frame agent, start, end, whole days, both in it; `before` the duties that
    led up to these: they count in every rule, but only breaches of the days of `duties` are told. Columns rule,
    agent, day, value, limit and words.

    The rules: one shift a day and no overlap; rest from the end of a duty to the start of the next, in real time
    where the timestamps have a zone (a night in which the clock leaps is an hour short); days of duty in a row;
    nights in a row, a night's duty being one that touches the span of `night`; paid hours of a week, day Monday;
    free weekends, of any four in a row, day Saturday; time between the earliest and latest start of a week; no duty
    that reaches into leave, before hired or after left; the skill that a duty needs; a shift's days and starts.
    Raises ValueError in words.

    >>> from ccplan.data import Rostering
    >>> duties = pd.DataFrame({"agent": "A", "shift": "s", "start": pd.to_datetime(["2026-10-05 14:00", "2026-10-06 06:00"])})
    >>> duties = duties.assign(day=duties["start"].dt.normalize(), end=duties["start"] + pd.Timedelta("8h"))
    >>> rule_faults(duties, pd.DataFrame({"agent": ["A"]}), Rostering())["words"].tolist()
    ['A rests 8 h before 2026-10-06 (at least 11 h)']
    """
    known = by_name(shifts)
    rows = _all_duties(duties, before, known)
    people = checked(people, ("agent",), "people").drop_duplicates("agent").set_index("agent")
    found = [
        *_same_day(rows), *_rest(rows, rostering), *_in_a_row(rows, "days in a row", rostering.most_days_in_a_row, "days"),
        *_in_a_row(rows[_is_night(rows, rostering)], "nights in a row", rostering.most_nights_in_a_row, "nights"),
        *_week_hours(rows, rostering), *_weekends(rows, rostering), *_starts_apart(rows, rostering), *_on_leave(rows, leave),
        *_employed(rows, people), *_skilled(rows, people), *_allowed(rows, known),
    ]  # fmt: skip
    frame = pd.DataFrame(found, columns=list(COLUMNS))
    frame["day"] = pd.to_datetime(frame["day"])
    return frame[_is_told(frame, rows)].sort_values(["agent", "day", "rule"], kind="stable").reset_index(drop=True)


def fresh_faults(faults, known):
    """The faults that are new, or worse than they were: those of `faults` that `known` does not hold with as bad a
    value.
    """
    worst = {(one.rule, one.agent, one.day): one.value for one in known.itertuples()}
    fresh = [_is_worse(one, worst.get((one.rule, one.agent, one.day))) for one in faults.itertuples()]
    return faults[np.array(fresh, dtype=bool)].reset_index(drop=True)


def _is_worse(fault, was):
    if was is None:
        return True
    return fault.value < was - 1e-9 if fault.rule == "rest" else fault.value > was + 1e-9


def _all_duties(duties, before, known):
    """The duties and those before them, by agent and start, with all that the rules look at."""
    parts = [checked_duties(duties).assign(new=True)]
    if before is not None and len(before):
        parts.append(checked_duties(before, "before").assign(new=False))
        same_clock(parts[0]["start"], parts[1]["start"], "duties and before")
    moments = {
        name: np.concatenate([read(part[column]) for part in parts])
        for name, read, column in (
            ("from_s", seconds_of, "start"),
            ("to_s", seconds_of, "end"),
            ("wall_s", wall_seconds_of, "start"),
        )
    }
    rows = pd.concat(parts, ignore_index=True).assign(**moments)
    rows = rows.assign(number=day_numbers(rows["day"]), paid=_paid(rows, known))
    return rows.sort_values(["agent", "from_s"], kind="stable").reset_index(drop=True)


def _paid(rows, known):
    """Paid seconds: as told, else those of the shift, else from start to end."""
    length = pd.Series(rows["to_s"] - rows["from_s"], dtype=float)
    by_shift = rows["shift"].map({name: one.paid_s for name, one in known.items()}).astype(float)
    told = rows["paid_s"].astype(float) if "paid_s" in rows else pd.Series(np.nan, rows.index)
    return told.fillna(by_shift).fillna(length)


def _is_told(frame, rows):
    """Whether a fault touches a day (or the week, or the weekend) of the new duties."""
    new = rows[rows["new"]]
    days = set(zip(new["agent"], new["number"], strict=True))
    weeks = set(zip(new["agent"], (new["number"] + 3) // 7, strict=True))
    number = day_numbers(frame["day"]) if len(frame) else np.zeros(0, int)
    by_week = frame["rule"].isin(("hours a week", "free weekends", "starts apart")).to_numpy()
    return np.array(
        [
            ((agent, (day + 3) // 7) in weeks) if weekly else ((agent, day) in days)
            for agent, day, weekly in zip(frame["agent"], number, by_week, strict=True)
        ],
        dtype=bool,
    )


def _fault(rule, agent, number, value, limit, words):
    day = pd.Timestamp(int(number) * DAY_S, unit="s")
    return (
        rule,
        agent,
        day,
        float(value),
        float(limit),
        words.format(agent=agent, day=f"{day:%Y-%m-%d}", value=_short(value), limit=_short(limit)),
    )


def _plain(name):
    """A name as it stands within a text that is filled in later."""
    return str(name).replace("{", "{{").replace("}", "}}")


def _short(value):
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _beside(rows):
    """Pairs of one agent's duties that follow one another: (the earlier, the later) as two frames."""
    same = (rows["agent"] == rows["agent"].shift()).to_numpy()
    return rows[np.append(same[1:], False)[: len(rows)].astype(bool)], rows[same]


def _same_day(rows):
    counts = rows.groupby(["agent", "number"], sort=False).size()
    found = [
        _fault("one shift a day", agent, day, count, 1, "{agent} has {value} shifts on {day} (at most {limit})")
        for (agent, day), count in counts[counts > 1].items()
    ]
    one, other = _beside(rows)
    over = (other["from_s"].to_numpy() < one["to_s"].to_numpy()) & (
        other["number"].to_numpy() != one["number"].to_numpy()
    )
    return found + [
        _fault(
            "one shift a day", row.agent, row.number, 2, 1, "{agent}'s shift of {day} begins before the last has ended"
        )
        for row in other[over].itertuples()
    ]


def _rest(rows, rules):
    one, other = _beside(rows)
    rest = other["from_s"].to_numpy() - one["to_s"].to_numpy()
    short = (rest < rules.min_rest_s) & (rest >= 0) & (one["number"].to_numpy() != other["number"].to_numpy())
    return [
        _fault(
            "rest",
            row.agent,
            row.number,
            hours / 3600,
            rules.min_rest_s / 3600,
            "{agent} rests {value} h before {day} (at least {limit} h)",
        )
        for row, hours in zip(other[short].itertuples(), rest[short], strict=True)
    ]


def _in_a_row(rows, rule, most, what):
    """A fault for every day that goes on a run which is already as long as may be."""
    days = rows[["agent", "number"]].drop_duplicates().sort_values(["agent", "number"], kind="stable")
    breaks = (days["number"].diff() != 1) | (days["agent"] != days["agent"].shift())
    run = days.groupby(breaks.cumsum()).cumcount() + 1
    return [
        _fault(
            rule,
            agent,
            day,
            length,
            most,
            f"{{agent}} works {{value}} {what} in a row up to {{day}} (at most {{limit}})",
        )
        for agent, day, length in zip(days["agent"], days["number"], run, strict=True)
        if length > most
    ]


def _is_night(rows, rules):
    """Whether a duty touches the night's span, by the clock on the wall."""
    first, last = rules.night_s
    start = rows["wall_s"].to_numpy() % DAY_S
    end = start + rows["to_s"].to_numpy() - rows["from_s"].to_numpy()
    touches = [(start < last + shift) & (end > first + shift) for shift in (-DAY_S, 0, DAY_S)]
    return np.logical_or.reduce(touches)


def _by_week(rows):
    return rows.groupby(["agent", (rows["number"] + 3) // 7], sort=False)


def _week_hours(rows, rules):
    paid = _by_week(rows)["paid"].sum()
    return [
        _fault(
            "hours a week",
            agent,
            week * 7 - 3,
            value / 3600,
            rules.most_week_s / 3600,
            "{agent} is paid for {value} h in the week of {day} (at most {limit} h)",
        )
        for (agent, week), value in paid[paid > rules.most_week_s + 1e-6].items()
    ]


def _weekends(rows, rules):
    """A fault for each weekend of work that is one too many among the last four."""
    most = WEEKENDS - rules.free_weekends
    saturday = ((rows["number"] + 3) // 7 * 7 + 2) * DAY_S
    weekend = rows[
        (rows["wall_s"] < saturday + 2 * DAY_S) & (rows["wall_s"] + rows["to_s"] - rows["from_s"] > saturday)
    ]
    found = []
    for agent, weeks in ((weekend["number"] + 3) // 7).groupby(weekend["agent"], sort=False):
        worked = np.unique(weeks)
        for week in worked:
            count = ((worked > week - WEEKENDS) & (worked <= week)).sum()
            if count > most:
                found.append(
                    _fault(
                        "free weekends",
                        agent,
                        week * 7 + 2,
                        count,
                        most,
                        "{agent} works {value} weekends of the four up to {day} (at most {limit})",
                    )
                )
    return found


def _starts_apart(rows, rules):
    start = (rows["wall_s"] - rows["number"] * DAY_S).groupby([rows["agent"], (rows["number"] + 3) // 7], sort=False)
    apart = start.max() - start.min()
    return [
        _fault(
            "starts apart",
            agent,
            week * 7 - 3,
            value / 3600,
            rules.most_starts_apart_s / 3600,
            "{agent}'s starts lie {value} h apart in the week of {day} (at most {limit} h)",
        )
        for (agent, week), value in apart[apart > rules.most_starts_apart_s].items()
    ]


def _on_leave(rows, leave):
    if leave is None or not len(leave):
        return []
    given_table(leave, "leave", keys=("agent", "start", "end"))
    first, last = (days_of(leave[name], f"leave: {name}") for name in ("start", "end"))
    spans = checked(leave.assign(start=first, end=last + pd.Timedelta(days=1)), ("agent", "start", "end"), "leave")
    both = rows.merge(
        pd.DataFrame(
            {"agent": spans["agent"], "begins": day_numbers(spans["start"]), "over": day_numbers(spans["end"])}
        ),
        on="agent",
    )
    ends = both["wall_s"] + both["to_s"] - both["from_s"]
    hit = both[(both["wall_s"] < both["over"] * DAY_S) & (ends > both["begins"] * DAY_S)]
    return [
        _fault("leave", row.agent, row.number, 1, 0, "{agent}'s shift of {day} lies in leave")
        for row in hit.itertuples()
    ]


def _employed(rows, people):
    found = [
        _fault("employment", row.agent, row.number, 1, 0, "{agent} is not among the people")
        for row in rows[~rows["agent"].isin(people.index)].itertuples()
    ]
    for column, words, side in (
        ("hired", "{agent} is not yet hired on {day}", -1),
        ("left", "{agent} has left by {day}", 1),
    ):
        if column in people:
            day = rows["agent"].map(days_of(people[column], f"people: {column}"))
            away = (rows["day"] - day).dt.days * side > 0  # a blank is no day
            found += [
                _fault("employment", row.agent, row.number, 1, 0, words) for row in rows[away.to_numpy()].itertuples()
            ]
    return found


def _skilled(rows, people):
    if "skill" not in rows or "skills" not in people:
        return []
    known = {agent: skills_of(cell) for agent, cell in people["skills"].items()}
    asked = rows[rows["skill"].notna() & rows["agent"].isin(people.index)]
    return [
        _fault("skills", row.agent, row.number, 1, 0, "{agent} lacks the skill " + _plain(row.skill) + " on {day}")
        for row in asked.itertuples()
        if not skills_of(row.skill) <= known[row.agent]
    ]


def _allowed(rows, known):
    """Shifts that nobody defined, on days or at starts that they do not have."""
    if not known:
        return []
    clock = (rows["wall_s"] - rows["number"] * DAY_S).to_numpy()
    found = []
    starts = {name: set(one.start_s) for name, one in known.items()}
    for row, start in zip(rows.itertuples(), clock, strict=True):
        shift = known.get(row.shift)
        if shift is None:
            found.append(
                _fault(
                    "shift",
                    row.agent,
                    row.number,
                    1,
                    0,
                    "{agent} works " + _plain(row.shift) + " on {day}, which is none of the shifts",
                )
            )
        elif (row.number + 3) % 7 not in shift.days or start not in starts[row.shift]:
            found.append(
                _fault(
                    "shift",
                    row.agent,
                    row.number,
                    1,
                    0,
                    _plain(row.shift) + " of {agent} on {day} is not on its days or at its starts",
                )
            )
    return found
