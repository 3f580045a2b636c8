"""A solution told in frames: who starts when, when they have their breaks, and what each interval then has."""

import numpy as np
import pandas as pd

SHIFTS = ("day", "shift", "start", "end", "people", "paid_s")
LEAST = 1e-9  # of a person that counts
BREAKS = ("day", "shift", "start", "break", "at", "people", "length_s")


def shift_rows(programme, people, whole=True):
    """A row a shift, start and day with anybody on it, in the order of time; `paid_s` are the paid seconds of one
    of them.
    """
    used = np.flatnonzero(people[: len(programme.starts)] > LEAST)
    mine = programme.starts.iloc[used]
    patterns = [programme.patterns[i] for i in mine["pattern"]]
    begins = pd.DatetimeIndex(mine["begins"])
    table = pd.DataFrame({
        "day": programme.needs.grid.days[mine["day"].to_numpy(int)], "shift": [one.shift for one in patterns], "start": begins,
        "end": begins + pd.to_timedelta([one.length_s for one in patterns], unit="s"),
        "people": people[used].astype(int if whole else float), "paid_s": [float(one.paid_s) for one in patterns]}, columns=list(SHIFTS))  # fmt: skip
    return table.sort_values(["start", "end", "shift"], kind="stable", ignore_index=True)


def break_rows(programme, people, whole=True):
    """A row a shift, start, day, break and time of it; `people` who take it then, `length_s` seconds long."""
    if not whole:  # nobody goes to lunch in parts
        people = 0 * people
    rows = [*_fixed_breaks(programme, people), *_open_breaks(programme, people)]
    table = pd.DataFrame(rows, columns=["day", "shift", "start", "break", "after_s", "people", "length_s"])
    table["day"] = programme.needs.grid.days[table["day"].to_numpy(int)]
    table["start"] = pd.DatetimeIndex(programme.starts["begins"])[table["start"].to_numpy(int)]
    table["at"] = table["start"] + pd.to_timedelta(table["after_s"].astype(float), unit="s")
    table = table.astype({"people": int, "length_s": float})[list(BREAKS)]
    return table.sort_values(["start", "shift", "at", "break"], kind="stable", ignore_index=True)


def interval_rows(needs, cover):
    """start, required, cover (people at their desks, the mean of the interval), shortage and surplus."""
    return pd.DataFrame(
        {
            "start": needs.frame["start"],
            "required": needs.agents,
            "cover": cover,
            "shortage": np.maximum(needs.agents - cover, 0.0),
            "surplus": np.maximum(cover - needs.agents, 0.0),
        }
    )


def weeks_of(shifts, days_a_week):
    """By calendar week: shifts worked, the busiest day, and the people who can work them at so many shifts each."""
    week = shifts["day"].dt.to_period("W-SUN").dt.start_time
    daily = shifts.groupby([week.rename("week"), "day"])["people"].sum()
    table = daily.groupby("week").agg(day_shifts="sum", busiest_day="max").reset_index()
    return table.assign(people=np.maximum(-(-table["day_shifts"] // days_a_week), table["busiest_day"]))


def _fixed_breaks(programme, people):
    mine, fixed = programme.starts["pattern"].to_numpy(int), [bool(one.fixed) for one in programme.patterns]
    for start in np.flatnonzero((people[: len(programme.starts)] > 0) & np.array(fixed)[mine]):
        pattern = programme.patterns[mine[start]]
        for way in pattern.fixed:
            yield from _rows(programme, pattern, start, way, people[start])


def _open_breaks(programme, people):
    first = len(programme.starts)
    for i in np.flatnonzero(people[first:] > 0):
        start, choice, way = programme.taken.iloc[i][["start", "choice", "way"]]
        pattern = programme.patterns[programme.starts["pattern"].iat[start]]
        yield from _rows(programme, pattern, start, pattern.choices[choice][way], people[first + i])


def _rows(programme, pattern, start, way, people):
    for name, at, length in way:
        yield programme.starts["day"].iat[start], pattern.shift, start, name, at, people, length
