"""The tables that a roster is made from, checked at the door in words: people, demand, wishes, leave, duties."""

import numpy as np
import pandas as pd

from ...data.given import given_table
from . import duty_tables

OFF, WORK = "off", "work"
DAY = pd.Timedelta(days=1)


def need(frame, columns, what):
    """`frame` where it has the columns, each once; else a ValueError that names them."""
    given_table(frame, what, keys=columns)
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise ValueError(f"{what} must have each column once, got {twice[0]} twice — leave one out, or rename it")
    return frame


def checked_people(people):
    """agent, weekly_hours, hired, left (days; NaT: no end), skills (sets; None: can everything), in the given order."""
    need(people, ("agent", "weekly_hours"), "people")
    if not len(people):
        raise ValueError("people must have at least one agent, got none")
    names = people["agent"].astype(str)
    odd = names.duplicated() | people["agent"].isna()
    if odd.any():
        raise ValueError(f"people: every agent must stand once and have a name, got {names[odd].iloc[0]} twice or none")
    hours = _numbers(people["weekly_hours"]).to_numpy(float)
    odd = ~((hours >= 0) & (hours <= 168))
    if odd.any():
        at = int(np.flatnonzero(odd)[0])
        raise ValueError(
            f"people: weekly_hours of {names.iloc[at]} must be hours from 0 to 168, got {people['weekly_hours'].iloc[at]!r}"
        )
    return pd.DataFrame({
        "agent": names.to_numpy(object), "weekly_hours": hours,
        "hired": days_of(people["hired"] if "hired" in people else None, len(people), "people: hired"),
        "left": days_of(people["left"] if "left" in people else None, len(people), "people: left"),
        "skills": [duty_tables.skills_of(cell) for cell in people["skills"]] if "skills" in people else [None] * len(people),
    })  # fmt: skip


def _numbers(column):
    """A column as numbers, nan for what is none."""
    return pd.to_numeric(column.where(column.map(pd.api.types.is_scalar), None), errors="coerce")


def whole_people(column, what):
    """Numbers of people as an int array; ValueError that names the first that is no whole number from 0 on."""
    people = _numbers(column).to_numpy(float)
    odd = ~((people >= 0) & (people == np.floor(people)) & (people < 1e6))
    if odd.any():
        at = int(np.flatnonzero(odd)[0])
        raise ValueError(f"{what}: people must be whole numbers from 0 on, got {column.tolist()[at]!r} in row {at + 1}")
    return people.astype(int)


def days_of(column, count, what):
    """Dates without time of day or zone; NaT where there are none."""
    return duty_tables.days_of(
        pd.Series([pd.NaT] * count) if column is None else pd.Series(column).reset_index(drop=True), what
    )


def checked_duties(frame, what, zone=None, off=False):
    """agent?, day, shift, start, end (wall clock), real start and end in seconds, paid_s, skill; ValueError in words.

    `zone` is the demand's: None naive; every other frame must be as the demand is. `off`: rows without a start are
    days off.
    """
    frame = frame.reset_index(drop=True)
    day = days_of(frame["day"], len(frame), f"{what}: day")
    free = frame["start"].isna() if off else pd.Series(False, index=frame.index)
    blank = frame["shift"].isna() & ~free
    if blank.any():
        raise ValueError(f"{what}: shift must be a name in every row, got none in row {int(np.argmax(blank)) + 1}")
    shift = frame["shift"].astype(str).astype(object)
    ends = {}
    for name in ("start", "end"):
        at = duty_tables.moments_of(frame[name], f"{what}: {name}")
        if at[~free].isna().any():
            raise ValueError(
                f"{what}: {name} must be a time in every row, got none in row {int(np.flatnonzero(at.isna() & ~free)[0]) + 1}"
            )
        if zone is not False and str(at.dt.tz) != str(zone) and not free.all():
            raise ValueError(
                f"{what}: {name} must be in the demand's zone ({zone or 'none'}), got {at.dt.tz or 'none'}"
            )
        ends[name] = at
    wall = {name: at.dt.tz_localize(None) for name, at in ends.items()}
    out = pd.DataFrame({"day": day, "shift": shift.where(~free, OFF), "free": free})
    for name in ("start", "end"):
        out[name], out[f"wall_{name}"], out[f"real_{name}"] = ends[name], seconds(wall[name]), seconds(ends[name])
    _refuse_odd(out[~free], wall["start"], what)
    paid = _numbers(frame["paid_s"]) if "paid_s" in frame else out["real_end"] - out["real_start"]
    out["paid_s"] = paid.astype(float).where(~free, 0.0)
    wrong = ~(out["paid_s"] >= 0)
    if wrong.any():
        raise ValueError(f"{what}: paid_s must be seconds from 0 on, got {frame['paid_s'][wrong].iloc[0]!r}")
    return out


def _refuse_odd(rows, wall_start, what):
    wrong = rows[wall_start[rows.index].dt.normalize() != rows["day"]]
    if len(wrong):
        raise ValueError(
            f"{what}: a shift belongs to the day on which it starts; {wrong['shift'].iloc[0]} of day {wrong['day'].iloc[0]:%Y-%m-%d} starts {wrong['start'].iloc[0]}"
        )
    length = rows["real_end"] - rows["real_start"]
    wrong = rows[~((length > 0) & (length <= 25 * 3600))]
    if len(wrong):
        raise ValueError(
            f"{what}: a shift must end after its start and within a day, {wrong['shift'].iloc[0]} runs from {wrong['start'].iloc[0]} to {wrong['end'].iloc[0]}"
        )


def seconds(times):
    """Seconds since 1970 (of the wall clock where there is no zone), a Series; 0 where there is no time."""
    return pd.Series(duty_tables.seconds_of(times), times.index).where(times.notna(), 0)


def checked_demand(demand, shifts, centre):
    """(rows of `checked_duties` with people and needs (skills), zone); ValueError in words."""
    need(demand, ("day", "shift", "start", "end", "people"), "demand")
    if not len(demand):
        raise ValueError("demand must have at least one row (day, shift, start, end, people), got none")
    demand = demand.reset_index(drop=True)
    if "paid_s" not in demand and shifts:
        paid = {shift.name: shift.length_s - shift.paid_s for shift in shifts}
        start, end = (duty_tables.moments_of(demand[name], f"demand: {name}") for name in ("start", "end"))
        length = (end - start).dt.total_seconds()
        demand = demand.assign(paid_s=length - demand["shift"].map(paid).fillna(0.0).astype(float))
    rows = checked_duties(demand, "demand", zone=False)
    rows["people"], rows["skill"] = whole_people(demand["people"], "demand"), _asked(demand)
    rows["needs"] = [_needs(skill, "group" in demand, centre) for skill in rows["skill"]]
    _refuse_foreign_days(rows, shifts)
    twice = rows.duplicated(["day", "shift", "wall_start", "wall_end", "skill"])
    if twice.any():
        raise ValueError(
            f"demand: {rows['shift'][twice].iloc[0]} of {rows['start'][twice].iloc[0]} must stand once, got it twice: add its people up"
        )
    return rows, rows["start"].dt.tz


def _asked(demand):
    for name in ("skill", "group"):
        if name in demand:
            return demand[name].where(demand[name].notna(), "").astype(str).to_numpy(object)
    return [""] * len(demand)


def _needs(name, grouped, centre):
    """The skills that a duty asks for: those of the centre's group of that name, or the skill itself."""
    if not name:
        return frozenset()
    groups = {group.name: group for group in getattr(centre, "groups", ())}
    if grouped and name in groups:
        return frozenset(groups[name].queues)
    return duty_tables.skills_of(name)


def _refuse_foreign_days(rows, shifts):
    for shift in shifts or ():
        wrong = rows[(rows["shift"] == shift.name) & ~rows["day"].dt.weekday.isin(shift.days) & (rows["people"] > 0)]
        if len(wrong):
            raise ValueError(
                f"demand: {shift.name} is not worked on a {wrong['day'].iloc[0]:%A} (days of the shift), got {wrong['day'].iloc[0]:%Y-%m-%d}"
            )


def span(rows, start, weeks, days):
    """(first day, number of days) of the roster."""
    if weeks is not None and days is not None:
        raise ValueError("give weeks or days, not both")
    first = pd.Timestamp(start).tz_localize(None).normalize() if start is not None else rows["day"].min()
    given = weeks * 7 if weeks is not None else days
    count = (rows["day"].max() - first).days + 1 if given is None else given
    if not (isinstance(count, (int, np.integer)) and 1 <= count <= 370):
        raise ValueError(
            f"the roster must have 1 to 370 days, got {count!r}: give weeks or days and a start before the demand's last day"
        )
    if not rows["day"].between(first, first + (count - 1) * DAY).any():
        raise ValueError(f"demand has no row from {first:%Y-%m-%d} on for {count} days: check start and weeks")
    return first, int(count)


def agent_index(frame, names, what):
    """Index of each row's agent; ValueError that names one who is not among the people."""
    at = pd.Index(names).get_indexer(frame["agent"].astype(str))
    if (at < 0).any():
        raise ValueError(f"{what}: {frame['agent'][at < 0].iloc[0]} is not among the people")
    return at


def checked_wishes(wishes, names, first, count, known):
    """agent (index), day (of the roster, 0 the first), wish, weight."""
    need(wishes, ("agent", "day", "wish"), "wishes")
    wishes = wishes.reset_index(drop=True)
    at, day = agent_index(wishes, names, "wishes"), days_of(wishes["day"], len(wishes), "wishes: day")
    place = (day - first) / DAY
    outside = ~((place >= 0) & (place < count))
    if outside.any():
        raise ValueError(
            f"wishes: day must be one of the roster's ({first:%Y-%m-%d} and {count} days), got {wishes['day'][outside].iloc[0]}"
        )
    odd = ~wishes["wish"].isin([OFF, WORK, *known])
    if odd.any():
        raise ValueError(
            f'wishes: wish must be "off", "work" or a shift ({", ".join(known)}), got {wishes["wish"][odd].iloc[0]!r}'
        )
    weight = _numbers(wishes["weight"]) if "weight" in wishes else pd.Series(1.0, index=wishes.index)
    wrong = ~((weight >= 0) & np.isfinite(weight))
    if wrong.any():
        raise ValueError(f"wishes: weight must be a number from 0 on, got {wishes['weight'][wrong].iloc[0]!r}")
    return pd.DataFrame(
        {"agent": at, "day": place.astype(int), "wish": wishes["wish"].astype(str), "weight": weight.astype(float)}
    )


def checked_leave(leave, names, what="leave"):
    """agent (index), start, end: first and last day; a frame with `day` instead tells single days."""
    if isinstance(leave, pd.DataFrame) and "day" in leave and "start" not in leave:
        leave = leave.assign(start=leave["day"], end=leave["day"])
    need(leave, ("agent", "start", "end"), what)
    leave = leave.reset_index(drop=True)
    out = pd.DataFrame(
        {
            "agent": agent_index(leave, names, what),
            "start": days_of(leave["start"], len(leave), f"{what}: start"),
            "end": days_of(leave["end"], len(leave), f"{what}: end"),
        }
    )
    wrong = leave[~(out["end"] >= out["start"])]
    if len(wrong):
        first, last = wrong[["start", "end"]].iloc[0]
        raise ValueError(f"{what}: end must be the last day, on or after start; got {first} to {last}")
    return out
