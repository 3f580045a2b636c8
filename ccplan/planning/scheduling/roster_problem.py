"""A roster's question as arrays: agents × days × kinds of duty, what each may do, what is wanted, what everything
costs.

A kind is a shift with its start on the clock and the skill that it asks for; 0 is a day off. Days begin HISTORY
days before the roster's first, so that rest, days in a row, weeks and weekends count what was worked before it.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

from .roster_input import (
    DAY,
    OFF,
    WORK,
    agent_index,
    checked_demand,
    checked_duties,
    checked_leave,
    checked_people,
    checked_wishes,
    need,
    span,
)

HISTORY = 28  # days before the first: three whole weekends and the longest row
WEEKENDS = 4  # weekends that the rule of free weekends looks at
HOUR = 3600.0
LONGEST_ROW = 15  # days before the first that a row of days or nights can reach back


class Rules(NamedTuple):
    """What the search needs of one person's line, as numbers and arrays (A agents, N days with history, K kinds
    with off).
    """

    first: int  # the roster's first day
    begin: int  # the day from which history counts: the first where there is none
    most_days: int
    most_nights: int
    lags: int  # days over which rest can be broken: 1, or more after very long shifts
    apart: float  # hours between the starts of a week; 24 or more: no rule
    fixed: np.ndarray  # A, N: locked days and history
    allowed: np.ndarray  # A, N, K
    clash: np.ndarray  # lags, N, K, K: too little rest between kind k of day d - lag and kind l of day d
    paid: np.ndarray  # N, K: hours
    night: np.ndarray  # N, K
    touch: np.ndarray  # N, K: the duty touches a Saturday or Sunday
    weekend: np.ndarray  # N: the day is a Saturday or Sunday
    clock: np.ndarray  # K: hours since midnight
    week: np.ndarray  # N: calendar week, 0 the first
    week_cap: np.ndarray  # A, weeks: paid hours
    week_base: np.ndarray  # A, weeks: paid hours of history
    end_cap: np.ndarray  # A, weeks - 3: weekends worked in four
    end_base: np.ndarray  # A, weeks: weekend worked in history
    target: np.ndarray  # A: contract hours of the roster less leave
    fair_nights: np.ndarray  # A: nights that are no more than fair
    fair_days: np.ndarray  # A: weekend days that are no more than fair
    own_free: np.ndarray  # A, N: days off that are no rest day asked of the roster (leave, not employed)
    wish: np.ndarray  # A, N, K: price of wishes refused (and of changes, in a repair)
    demand: np.ndarray  # N, K
    miss: np.ndarray  # N, K: price of one person missing
    idle: np.ndarray  # N, K: price of one person too many
    hour_price: float
    single_price: float
    uneven_price: float
    moved_price: float


@dataclass(frozen=True)
class Problem:
    """The question in frames (for words) and in arrays (for the search)."""

    people: pd.DataFrame
    days: pd.DatetimeIndex
    first: int
    kinds: pd.DataFrame  # shift, clock_s, skill; row 0 is off
    demand: pd.DataFrame  # day (index), kind, people and the times
    wishes: pd.DataFrame
    leave: np.ndarray  # A, N
    employed: np.ndarray  # A, N
    skilled: np.ndarray  # A, K
    contract: np.ndarray  # A: contract hours of the roster
    shares: np.ndarray  # A, 2: fair share of nights and of weekend days, before rounding up
    times: dict = field(repr=False)  # start, end (timestamps), wall_start, wall_end, real_start, real_end, paid_s: N, K
    lines: np.ndarray  # A, N: history and locks, 0 elsewhere
    locked: np.ndarray  # A, N: locked days of the roster
    rules: Rules = field(repr=False)
    prices: object  # Rostering
    zone: object = None


def build(
    people,
    demand,
    rostering,
    *,
    centre=None,
    shifts=(),
    start=None,
    weeks=None,
    days=None,
    wishes=None,
    leave=None,
    locked=None,
    before=None,
):
    """A Problem of the frames that `roster` is given; ValueError in words."""
    people = checked_people(people)
    rows, zone = checked_demand(demand, shifts, centre)
    first, count = span(rows, start, weeks, days)
    calendar = pd.DatetimeIndex(pd.date_range(first - HISTORY * DAY, periods=HISTORY + count))
    rows = rows[rows["day"].between(first, calendar[-1])].assign(
        at=lambda f: ((f["day"] - calendar[0]) / DAY).astype(int)
    )
    kinds = Kinds(len(calendar))
    rows["kind"] = [kinds.of(row) for row in rows.to_dict("records")]
    rows = rows.sort_values(["at", "kind"]).reset_index(drop=True)
    shape = len(people), len(calendar)
    lines, is_locked = np.zeros(shape, int), np.zeros(shape, bool)
    needs = dict(zip(rows["kind"], rows["needs"], strict=True))
    _put_history(lines, kinds, before, people, calendar, first, zone)
    _put_locks(lines, is_locked, kinds, locked, people, calendar, first, zone, needs)
    table = kinds.table()
    known = sorted({*table["shift"][1:], *(shift.name for shift in shifts or ())})
    asked = checked_wishes(wishes, people["agent"], first, count, known) if wishes is not None else _no_wishes()
    asked = asked.assign(day=asked["day"] + HISTORY)
    longer = calendar.append(
        calendar[-1:] + DAY
    )  # the day after the last: a night may reach into leave that begins then
    employed, away = _there(people, longer), _away(leave, people, longer)
    skilled = np.array(
        [
            [k == 0 or skills is None or needs.get(k, frozenset()) <= skills for k in range(len(table))]
            for skills in people["skills"]
        ],
        bool,
    )
    made = {
        "people": people,
        "days": calendar,
        "kinds": table,
        "demand": rows,
        "wishes": asked,
        "leave": away[:, :-1],
        "employed": employed[:, :-1],
        "skilled": skilled,
        "times": kinds.times(),
        "lines": lines,
        "locked": is_locked,
        "prices": rostering,
        "zone": zone,
    }
    return _with_rules(made, employed & ~away)


def _no_wishes():
    return pd.DataFrame(
        {
            "agent": np.array([], int),
            "day": np.array([], int),
            "wish": np.array([], object),
            "weight": np.array([], float),
        }
    )


class Kinds:
    """Kinds of duty, numbered as they are met, and the times of each on each day."""

    def __init__(self, days):
        self.days, self.rows, self.at = days, [{"shift": OFF, "clock_s": 0, "skill": ""}], {}
        self.known = {}

    def of(self, row, skill=None):
        """The kind of a duty: the same shift, start and skill; another one where its end or pay differs on that day."""
        clock, skill = int(row["wall_start"] % 86400), row.get("skill", "") if skill is None else skill
        told = tuple(
            row[name] for name in ("wall_start", "wall_end", "real_start", "real_end", "paid_s", "start", "end")
        )
        variant = 0
        while True:
            key = (row["shift"], clock, skill, variant)
            kind = self.known.setdefault(key, len(self.rows))
            if kind == len(self.rows):
                self.rows.append({"shift": row["shift"], "clock_s": clock, "skill": skill})
            if self.at.setdefault((row["at"], kind), told)[:5] == told[:5]:
                return kind
            variant += 1

    def table(self):
        return pd.DataFrame(self.rows)

    def times(self):
        """Arrays (days, kinds) of each time; 0 and NaT where a kind is not met on a day."""
        names = ("wall_start", "wall_end", "real_start", "real_end", "paid_s")
        out = {name: np.zeros((self.days, len(self.rows))) for name in names}
        out["there"] = np.zeros((self.days, len(self.rows)), bool)
        out["stamps"] = {at: told[5:] for at, told in self.at.items()}
        for (day, kind), told in self.at.items():
            out["there"][day, kind] = True
            for name, value in zip(names, told[:5], strict=True):
                out[name][day, kind] = value
        return out


def _put_history(lines, kinds, before, people, calendar, first, zone):
    if before is None or not len(before):
        return
    rows = checked_duties(need(before, ("agent", "day", "shift", "start", "end"), "before"), "before", zone)
    rows["who"] = agent_index(before.reset_index(drop=True), people["agent"], "before")
    if (rows["day"] >= first).any():
        raise ValueError(
            f"before must end before the roster's first day {first:%Y-%m-%d}, got {rows['day'].max():%Y-%m-%d}: give such days as locked"
        )
    rows = rows[rows["day"] >= calendar[0]].assign(at=lambda f: ((f["day"] - calendar[0]) / DAY).astype(int))
    _refuse_twice(rows, people, "before")
    for row in rows.to_dict("records"):
        lines[row["who"], row["at"]] = kinds.of(row, "")


def _put_locks(lines, is_locked, kinds, locked, people, calendar, first, zone, needs):
    if locked is None or not len(locked):
        return
    need(locked, ("agent", "day", "shift", "start", "end"), "locked")
    rows = checked_duties(locked, "locked", zone, off=True)
    rows["who"] = agent_index(locked.reset_index(drop=True), people["agent"], "locked")
    rows["skill"] = locked["skill"].fillna("").astype(str).to_numpy(object) if "skill" in locked else None
    rows["at"] = ((rows["day"] - calendar[0]) / DAY).astype(int)
    outside = ~rows["day"].between(first, calendar[-1])
    if outside.any():
        raise ValueError(
            f"locked: {rows['day'][outside].iloc[0]:%Y-%m-%d} is no day of the roster: give earlier duties as before"
        )
    _refuse_twice(rows, people, "locked")
    for row in rows.to_dict("records"):
        is_locked[row["who"], row["at"]] = True
        lines[row["who"], row["at"]] = 0 if row["free"] else kinds.of(row, _skill_of_lock(row, kinds, people, needs))


def _skill_of_lock(row, kinds, people, needs):
    """The skill that a locked duty serves: as it says, else the first that the demand has at that time and the
    agent has too.
    """
    if row["skill"] is not None:
        return row["skill"]
    clock, skills = int(row["wall_start"] % 86400), people["skills"].iloc[row["who"]]
    fits = [
        told["skill"]
        for k, told in enumerate(kinds.rows)
        if (told["shift"], told["clock_s"]) == (row["shift"], clock)
        and (row["at"], k) in kinds.at
        and (skills is None or needs.get(k, frozenset()) <= skills)
    ]
    return fits[0] if fits else ""


def _refuse_twice(rows, people, what):
    twice = rows.duplicated(["who", "day"])
    if twice.any():
        row = rows[twice].iloc[0]
        raise ValueError(
            f"{what}: {people['agent'].iloc[row['who']]} must have one row on {row['day']:%Y-%m-%d}, got two"
        )


def _there(people, calendar):
    hired, left = people["hired"].to_numpy()[:, None], people["left"].to_numpy()[:, None]
    days = calendar.to_numpy()[None, :]
    return (np.isnat(hired) | (days >= hired)) & (np.isnat(left) | (days <= left))


def _away(leave, people, calendar):
    away = np.zeros((len(people), len(calendar)), bool)
    if leave is not None and len(leave):
        for row in checked_leave(leave, people["agent"]).itertuples():
            away[row.agent] |= (calendar >= row.start) & (calendar <= row.end)
    return away


def _with_rules(made, here):
    first, n = HISTORY, len(made["days"])
    rostering, people, times, lines = made["prices"], made["people"], made["times"], made["lines"]
    weekday = made["days"].weekday.to_numpy()
    week = (np.arange(n) + weekday[0]) // 7
    length = (times["real_end"] - times["real_start"]) / HOUR
    paid, night, touch = (
        times["paid_s"] / HOUR,
        _touches(times, made["days"], *rostering.night_s),
        _weekend(times, made["days"]),
    )
    fixed = made["locked"].copy()
    fixed[:, :first] = True
    clash = _clashes(times, rostering.min_rest_s)
    demand = np.zeros_like(paid)
    demand[made["demand"]["at"], made["demand"]["kind"]] = made["demand"]["people"]
    there = np.zeros_like(times["there"])
    there[made["demand"]["at"], made["demand"]["kind"]] = True
    allowed = _allowed(made, there, here)
    contract, target = _contract(people, made["employed"], made["leave"], weekday, first)
    shares = _shares(people, made["demand"], allowed, night, weekday)
    base_hours, base_ends, cap_hours, cap_ends = _caps(lines, fixed, paid, touch, week, rostering, first)
    rules = Rules(
        first=first,
        begin=first - LONGEST_ROW if lines[:, :first].any() else first,
        most_days=rostering.most_days_in_a_row,
        most_nights=rostering.most_nights_in_a_row,
        lags=len(clash),
        apart=rostering.most_starts_apart_s / HOUR,
        fixed=fixed,
        allowed=allowed,
        clash=clash,
        paid=paid,
        night=night,
        touch=touch,
        weekend=weekday >= 5,
        clock=made["kinds"]["clock_s"].to_numpy(float) / HOUR,
        week=week,
        week_cap=cap_hours,
        week_base=base_hours,
        end_cap=cap_ends,
        end_base=base_ends,
        target=target,
        fair_nights=np.ceil(shares[:, 0] - 1e-9),
        fair_days=np.ceil(shares[:, 1] - 1e-9),
        own_free=made["leave"] | ~made["employed"],
        wish=refusals(made["wishes"], made["kinds"], lines.shape, rostering.refused_wish),
        demand=demand,
        miss=length * rostering.missing_hour,
        idle=length * rostering.idle_hour,
        hour_price=float(rostering.hour_off_contract),
        single_price=float(rostering.single_day_off),
        uneven_price=float(rostering.uneven_night_or_weekend),
        moved_price=float(rostering.moved_start),
    )
    return Problem(first=first, contract=contract, shares=shares, rules=rules, **made)


def _touches(times, days, first_s, last_s):
    """Whether a duty touches the night that begins the evening before, on, or after its day."""
    midnight = ((days - pd.Timestamp("1970-01-01")) // pd.Timedelta("1s")).to_numpy(float)[:, None]
    touch = np.zeros(times["there"].shape, bool)
    for day in (-1, 0, 1, 2):
        begin, end = midnight + day * 86400 + first_s, midnight + day * 86400 + last_s
        touch |= times["there"] & (times["wall_start"] < end) & (times["wall_end"] > begin)
    return touch


def _weekend(times, days):
    midnight = ((days - pd.Timestamp("1970-01-01")) // pd.Timedelta("1s")).to_numpy(float)
    saturday = (midnight + (5 - days.weekday.to_numpy()) * 86400)[:, None]
    return times["there"] & (times["wall_start"] < saturday + 2 * 86400) & (times["wall_end"] > saturday)


def _clashes(times, rest_s):
    """(lags, N, K, K): between kind k of day d − lag and kind l of day d lies less than the rest, by the wall clock
    or in real time.
    """
    there, found = times["there"], []
    for lag in (1, 2, 3):
        pair = np.zeros((*there.shape, there.shape[1]), bool)
        for clock in ("wall", "real"):
            end, start = times[f"{clock}_end"][:-lag, :, None], times[f"{clock}_start"][lag:, None, :]
            pair[lag:] |= (start - end < rest_s) & there[:-lag, :, None] & there[lag:, None, :]
        found.append(pair)
    last = max([1, *(lag for lag in (1, 2, 3) if found[lag - 1].any())])
    return np.array(found[:last])


def _allowed(made, there, here):
    """A, N, K: off always; a duty that is wanted that day, by who has the skill and is there on every day that it
    touches.
    """
    times, here, next_day = made["times"], here[:, :-1], here[:, 1:]
    into_next = times["wall_end"] > (times["wall_start"] // 86400 + 1) * 86400
    allowed = there[None] & made["skilled"][:, None, :] & here[:, :, None] & (next_day[:, :, None] | ~into_next[None])
    allowed[:, :, 0] = True
    return allowed


def _contract(people, employed, leave, weekday, first):
    """(contract hours, contract hours less leave): a leave day from Monday to Friday counts a fifth of the week."""
    weekly = people["weekly_hours"].to_numpy(float)
    contract = weekly * employed[:, first:].sum(axis=1) / 7
    credit = weekly / 5 * (leave & employed & (weekday < 5))[:, first:].sum(axis=1)
    return contract, np.maximum(contract - credit, 0.0)


def _shares(people, demand, allowed, night, weekday):
    """A, 2: nights and weekend days of the demand, each shared by contract hours among those who could take it."""
    weight, shares = people["weekly_hours"].to_numpy(float), np.zeros((len(people), 2))
    for row in demand[demand["people"] > 0].itertuples():
        counts = np.array([night[row.at, row.kind], weekday[row.at] >= 5], float)
        who = weight * allowed[:, row.at, row.kind]
        if counts.any() and who.sum() > 0:
            shares += np.outer(who / who.sum(), counts * row.people)
    return shares


def _caps(lines, fixed, paid, touch, week, rostering, first):
    """Paid hours and worked weekends of history by week, and how many there may be: what is locked already may
    stand above the rule.
    """
    weeks, n = int(week[-1]) + 1, len(week)
    day = np.arange(n)[None, :]
    hours, ends = paid[day, lines], touch[day, lines]
    locked_hours, base_hours = np.zeros((2, len(lines), max(weeks, WEEKENDS)))
    locked_ends, base_ends = np.zeros_like(base_hours, dtype=bool), np.zeros_like(base_hours, dtype=bool)
    for w in range(weeks):
        here = week == w
        locked_hours[:, w] = hours[:, here].sum(axis=1)
        base_hours[:, w] = hours[:, here & (np.arange(n) < first)].sum(axis=1)
        locked_ends[:, w] = ends[:, here].any(axis=1)
        base_ends[:, w] = ends[:, here & (np.arange(n) < first)].any(axis=1)
    worked = np.lib.stride_tricks.sliding_window_view(locked_ends, WEEKENDS, axis=1).sum(axis=2)
    return (
        base_hours,
        base_ends,
        np.maximum(rostering.most_week_s / HOUR, locked_hours),
        np.maximum(WEEKENDS - int(rostering.free_weekends), worked),
    )


def limits(lines, fixed, rules, rostering):
    """The fields of `Rules` that depend on what is locked."""
    base_hours, base_ends, hours, ends = _caps(
        lines, fixed, rules.paid, rules.touch, rules.week, rostering, rules.first
    )
    return {"week_base": base_hours, "end_base": base_ends, "week_cap": hours, "end_cap": ends}


def refusals(wishes, kinds, shape, price):
    """A, N, K: what it costs that a wish is not granted, by what is done on that day instead."""
    cost = np.zeros((*shape, len(kinds)))
    for row in wishes.itertuples():
        cost[row.agent, row.day] += price * row.weight * ~grants(row.wish, kinds)
    return cost


def grants(wish, kinds):
    """Which kinds grant a wish: an array of the kinds."""
    shift = kinds["shift"].to_numpy(object)
    off = np.arange(len(kinds)) == 0
    return off if wish == OFF else ~off if wish == WORK else (shift == wish) & ~off
