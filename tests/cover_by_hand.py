"""Covers by enumeration, written apart from the package: every way to staff a handful of shifts, tick by tick of a
clock.
"""

from itertools import product

import numpy as np
import pandas as pd

TICK = 1800


def explicit(shifts, need, step, cyclic):
    """Every (shift, start, breaks) one person could work on any day: a list of dicts with its cover of the
    intervals.
    """
    first, last = need["start"].iloc[0].normalize(), need["start"].iloc[-1].normalize()
    found = []
    for shift in shifts:
        for day in pd.date_range(first, last):
            if day.dayofweek not in shift.days:
                continue
            for start in shift.start_s:
                for taken in placements(shift.breaks):
                    begin = day + pd.Timedelta(seconds=start)
                    cover = presence(begin, shift.length_s, taken, need["start"], step, cyclic)
                    if cover.any():
                        found.append(
                            {"shift": shift, "day": day, "begin": begin, "cover": cover, "hours": shift.paid_s / 3600}
                        )
    return found


def placements(breaks):
    """Every way to place breaks in their windows, in steps of their length, one after the other: lists of (after,
    length).
    """
    times = [range(int(one.earliest_s), int(one.latest_s) + 1, int(one.length_s)) for one in breaks]
    for way in product(*times):
        taken = [(at, one.length_s) for at, one in zip(way, breaks)]
        if all(a + length <= b for (a, length), (b, _) in zip(taken, taken[1:])):
            yield taken


def presence(begin, length_s, taken, starts, step, cyclic):
    """The share of each interval in which a person is at the desk, counted by ticks of the clock."""
    share, first = np.zeros(len(starts)), starts.iloc[0].normalize()
    whole = (starts.iloc[-1].normalize() - first) / pd.Timedelta(days=1) + 1
    row = {moment: i for i, moment in enumerate(starts)}
    for tick in range(0, int(length_s), TICK):
        if any(at <= tick < at + length for at, length in taken):
            continue
        seconds = (begin + pd.Timedelta(seconds=tick) - first).total_seconds()
        if cyclic:
            seconds %= whole * 86400
        moment = first + pd.Timedelta(seconds=seconds // step * step)
        if moment in row:
            share[row[moment]] += TICK / step
    return share


def staffings(columns, most):
    """Every number of people, 0 to `most`, on each of so many columns; an array a way a row."""
    return np.indices((most + 1,) * columns).reshape(columns, -1).T


def allowed(ways, columns, people, days_a_week):
    """Which ways keep the most of a shift and day, the people of a day, and the shifts of a calendar week."""
    fine = np.ones(len(ways), bool)
    days, weeks = [one["day"] for one in columns], [one["day"].isocalendar()[:2] for one in columns]
    names = [(one["shift"].name, one["day"]) for one in columns]
    for key in set(names):
        mine = [i for i, name in enumerate(names) if name == key]
        fine &= ways[:, mine].sum(axis=1) <= columns[mine[0]]["shift"].most
    for keys, limit in ((days, people), (weeks, people * days_a_week)):
        for key in set(keys):
            fine &= ways[:, [i for i, one in enumerate(keys) if one == key]].sum(axis=1) <= limit
    return fine
