"""Rosters checked and priced a second time, from their frames alone: a timeline of minutes per person, rules one by
one.
"""

from collections import namedtuple
from functools import lru_cache
from itertools import product

import numpy as np
import pandas as pd

HOUR = 3600
Duty = namedtuple("Duty", "day shift start end paid_s free")  # free: decided by the roster, neither locked nor history


def duties_by_agent(duties, before=None):
    mine = {}
    for frame, free in ((before, False), (duties, None)):
        for row in frame.to_dict("records") if frame is not None else ():
            mine.setdefault(row["agent"], []).append(
                Duty(
                    row["day"],
                    row["shift"],
                    row["start"],
                    row["end"],
                    row.get("paid_s", (row["end"] - row["start"]).total_seconds()),
                    not row["locked"] if free is None else False,
                )
            )
    return mine


def wall(time):
    return time.tz_localize(None) if time.tzinfo else time


def is_night(duty, rules):
    return _is_night(duty, rules.night)


@lru_cache(20_000)
def _is_night(duty, night_words):
    first, last = (pd.Timedelta(end + ":00") for end in night_words.split("-"))
    last += pd.Timedelta(days=1) if last <= first else pd.Timedelta(0)
    nights = [duty.day + pd.Timedelta(days=i) for i in (-1, 0, 1)]
    return any(wall(duty.start) < night + last and wall(duty.end) > night + first for night in nights)


@lru_cache(20_000)
def weekend_of(duty):
    """The Saturday whose weekend the duty works in, minute by minute; None if in none."""
    minutes = pd.date_range(wall(duty.start), wall(duty.end), freq="15min", inclusive="left")
    for minute in minutes:
        if minute.weekday() >= 5:
            return minute.normalize() - pd.Timedelta(days=minute.weekday() - 5)
    return None


@lru_cache(20_000)
def days_touched(duty):
    return frozenset(
        pd.date_range(wall(duty.start), wall(duty.end) - pd.Timedelta(minutes=1), freq="15min").normalize()
    )


@lru_cache(20_000)
def minutes(duty, real):
    """(first minute, minute after the last) in real time or by the wall clock."""
    times = [
        time.tz_convert("UTC").tz_localize(None) if real and time.tzinfo else wall(time)
        for time in (duty.start, duty.end)
    ]
    return tuple((time - pd.Timestamp("1970-01-01")) // pd.Timedelta(minutes=1) for time in times)


def faults(mine, rules, leave=(), hired=None, left=None):
    """What one person's duties break where a free duty takes part, in a set of words."""
    found, mine = set(), sorted(mine, key=lambda duty: (duty.day, duty.start))
    for one, other in zip(mine, mine[1:]):
        if one.day == other.day and (one.free or other.free):
            found.add("two a day")
    for real in (True, False) if any(duty.start.tzinfo for duty in mine) else (False,):
        found |= _timeline_faults(mine, rules, real)
    by_day = {duty.day.toordinal(): duty for duty in mine}
    for name, most, counts in (
        ("days", rules.most_days_in_a_row, lambda duty: True),
        ("nights", rules.most_nights_in_a_row, lambda duty: is_night(duty, rules)),
    ):
        for day in by_day:
            row = [by_day.get(day + i) for i in range(most + 1)]
            if all(duty and counts(duty) for duty in row) and any(duty.free for duty in row):
                found.add(name)
    for monday in {duty.day - pd.Timedelta(days=duty.day.weekday()) for duty in mine}:
        week = [duty for duty in mine if 0 <= (duty.day - monday).days < 7]
        if sum(duty.paid_s for duty in week) > rules.most_week_s + 1e-6 and any(
            duty.free and duty.paid_s for duty in week
        ):
            found.add("week")
        for one, other in product(week, week):
            apart = abs((wall(one.start) - one.day) - (wall(other.start) - other.day)).total_seconds()
            if rules.most_starts_apart_s < 24 * HOUR and apart > rules.most_starts_apart_s and one.free:
                found.add("apart")
    ends = {}
    for duty in mine:
        ends.setdefault(weekend_of(duty), []).append(duty)
    ends.pop(None, None)
    for saturday in {s + pd.Timedelta(days=7 * i) for s in ends for i in (-3, -2, -1, 0)}:
        worked = [ends[s] for i in range(4) if (s := saturday + pd.Timedelta(days=7 * i)) in ends]
        fixed = sum(any(not duty.free for duty in weekend) for weekend in worked)
        if len(worked) > max(4 - rules.free_weekends, fixed):
            found.add("weekends")
    for duty in mine:
        touched = days_touched(duty)
        if duty.free and (
            touched & set(leave)
            or any(hired is not None and day < hired or left is not None and day > left for day in touched)
        ):
            found.add("away")
    return found


def _timeline_faults(mine, rules, real):
    """A minute belongs to one duty at most, and between two duties lie as many free minutes as the rule wants."""
    if not mine:
        return set()
    begin = min(minutes(duty, real)[0] for duty in mine)
    line = np.full(max(minutes(duty, real)[1] for duty in mine) - begin, -1)
    for i, duty in enumerate(mine):
        part = slice(*(minute - begin for minute in minutes(duty, real)))
        if (line[part] >= 0).any() and (duty.free or any(mine[j].free for j in set(line[part]) - {-1})):
            return {"overlap"}
        line[part] = i
    edges = np.flatnonzero(np.diff(line)) + 1
    runs = [(line[at], size) for at, size in zip([0, *edges], np.diff([0, *edges, line.size]), strict=True)]
    order = [(i, size) for i, size in runs if size]
    found = set()
    for at, (i, _) in enumerate(order):
        if (
            i < 0
            and order[at][1] < rules.min_rest_s / 60
            and (mine[order[at - 1][0]].free or mine[order[at + 1][0]].free)
        ):
            found.add("rest")
        if (
            i >= 0
            and at
            and order[at - 1][0] >= 0
            and rules.min_rest_s > 0
            and (mine[i].free or mine[order[at - 1][0]].free)
        ):
            found.add("rest")
    return found


def line_price(mine, rules, first, last, weekly, fair, wishes=(), leave=()):
    """Price of one person's duties by the causes of a roster, wishes and all; no demand."""
    ours = sorted((duty for duty in mine if first <= duty.day <= last), key=lambda duty: duty.day)
    by_day, days = {duty.day: duty for duty in mine}, pd.date_range(first, last)
    away = set(leave)
    target = max(0.0, weekly * len(days) / 7 - weekly / 5 * sum(day in away and day.weekday() < 5 for day in days))
    price = rules.hour_off_contract * abs(sum(duty.paid_s for duty in ours) / HOUR - target)
    for day in pd.date_range(first - pd.Timedelta(days=1), last - pd.Timedelta(days=1)):
        near = [day - pd.Timedelta(days=1), day + pd.Timedelta(days=1)]
        price += rules.single_day_off * (
            day not in by_day and day not in away and all(other in by_day for other in near)
        )
    nights, weekend = sum(is_night(duty, rules) for duty in ours), sum(duty.day.weekday() >= 5 for duty in ours)
    price += rules.uneven_night_or_weekend * (
        max(0, nights - np.ceil(fair[0] - 1e-9)) + max(0, weekend - np.ceil(fair[1] - 1e-9))
    )
    for day, wish, weight in wishes:
        duty = by_day.get(day)
        granted = duty is None if wish == "off" else duty is not None and wish in ("work", duty.shift)
        price += 0 if granted else rules.refused_wish * weight
    for duty in ours:
        if yesterday := by_day.get(duty.day - pd.Timedelta(days=1)):
            apart = abs((wall(duty.start) - duty.day) - (wall(yesterday.start) - yesterday.day))
            price += rules.moved_start * apart.total_seconds() / HOUR
    return price
