"""Rosters of named people, by ccplan and by pyworkforce's MinHoursRoster, on a question that both can express.

MinHoursRoster knows cover, hours at least, days off at most and pairs of shifts that may not follow each other. Its
pairs are summed with all the shifts of the next day: a shift with a forbidden follower bars every follower, and one
with two is barred itself, so that rosters that keep the rule are refused. It knows no rest in hours, no days or
nights in a row, no weekends, no weekly hours at most; where one cell of the demand cannot be covered it has no
answer at all. So it is given no pairs here, and what it then breaks is counted by the rules of the same roster.
"""

import time

import numpy as np
import pandas as pd

from .measuring import Row, alone

SHIFTS = {"morning": 6, "evening": 14, "night": 22}
FIRST = pd.Timestamp("2026-11-02")


def rows():
    """The rows of the table."""
    yield _side_by_side(20, 14)
    yield _side_by_side(100, 28, promise=5.0)
    yield _barred()


def question(agents, days):
    """(people, demand, wishes): a centre round the clock whose contracts are a little more than is wanted."""
    rng = np.random.default_rng(agents)
    people = pd.DataFrame({"agent": [f"agent {i}" for i in range(agents)], "weekly_hours": 37.5})
    heads, cells = agents * 5 / 7 * 0.97, []
    for i in range(days):
        day = FIRST + pd.Timedelta(days=i)
        for (name, hour), share in zip(SHIFTS.items(), (0.45, 0.38, 0.17), strict=True):
            start = day + pd.Timedelta(hours=hour)
            cells.append((day, name, start, start + pd.Timedelta(hours=8), int(heads * share), 27000.0))
    demand = pd.DataFrame(cells, columns=["day", "shift", "start", "end", "people", "paid_s"])
    wishes = pd.DataFrame(
        {
            "agent": rng.choice(people["agent"], agents),
            "day": FIRST + pd.to_timedelta(rng.integers(0, days, agents), "D"),
            "wish": "off",
        }
    )
    return people, demand, wishes


def _side_by_side(agents, days, promise=None):
    from ccplan.data.shifts import Rostering
    from ccplan.planning import roster

    people, demand, wishes = question(agents, days)
    roster(people.head(3), demand.head(6), Rostering())  # compiled, or read from disk
    roster(people.head(40), demand, Rostering(), limit_s=0.1)
    began = time.perf_counter()
    made = roster(people, demand, Rostering(), wishes=wishes)
    ours = time.perf_counter() - began
    theirs, status, line = pyworkforce(people, demand, days)
    broken = (
        ""
        if line is None
        else f", {_broken(people, demand, line)} people's rest, rows, weekends or weekly hours broken"
    )
    return Row(
        f"rosters of {agents} people × {days} days",
        ours,
        peer="pyworkforce",
        theirs=theirs,
        error="0 rules broken",
        peer_error=f"{status}{broken}",
        note=f"{made.unmet['missing'].sum():g} shifts missing, at most {made.gap:.0%} above the least price",
        promise="" if promise is None else f"≤ {promise:g} s",
        kept=None if promise is None else ours <= promise,
        headline=promise is not None,
    )


def pyworkforce(people, demand, days, pairs=None, limit_s=20):
    """(seconds, status, lines: agents × days of shift numbers, 0 off; None without an answer)."""
    from pyworkforce.rostering import MinHoursRoster

    names, agents = list(SHIFTS), people["agent"].tolist()
    wanted = {name: demand[demand["shift"] == name]["people"].tolist() for name in names}
    began = time.perf_counter()
    model = MinHoursRoster(
        num_days=days,
        resources=agents,
        shifts=names,
        shifts_hours=[8] * 3,
        min_working_hours=int(37.5 * days / 7 // 8 * 8),
        banned_shifts=[],
        max_resting=days,
        required_resources=wanted,
        non_sequential_shifts=pairs or [],
        max_search_time=limit_s,
        num_search_workers=2,
    )
    found = model.solve()
    seconds = time.perf_counter() - began
    if found["cost"] == -1:
        return seconds, found["status"], None
    lines = np.zeros((len(agents), days), int)
    for row in found["resource_shifts"]:
        lines[agents.index(row["resource"]), row["day"]] = 1 + names.index(row["shift"])
    return seconds, found["status"], lines


def _broken(people, demand, line):
    """Of how many people the peer's line breaks a rule that the roster keeps."""
    from ccplan.data.shifts import Rostering
    from ccplan.planning.scheduling.roster_problem import HISTORY, build
    from ccplan.planning.scheduling.roster_why import broken

    problem = build(people, demand, Rostering())
    names = problem.kinds["shift"].tolist()
    kind = np.array([0, *(names.index(name) for name in SHIFTS)])
    full = np.column_stack([np.zeros((len(line), HISTORY), int), kind[line]])
    return sum(bool(broken(problem, a, full[a])) for a in range(len(line)))


def _barred():
    """One person, a night and a night after it: legal, and refused by the peer once a night must not be followed by
    morning or evening.
    """
    from ccplan.data.shifts import Rostering
    from ccplan.planning import roster

    people, demand, _ = question(1, 2)
    demand = demand.assign(people=(demand["shift"] == "night").astype(int))
    began = time.perf_counter()
    made = roster(people, demand, Rostering())
    ours = time.perf_counter() - began
    seconds, status, _ = pyworkforce(
        people, demand, 2, [{"origin": "night", "destination": name} for name in ("morning", "evening")]
    )
    worked = len(made.duties)
    return Row(
        "two nights in a row, no day shift after a night",
        ours,
        peer="pyworkforce",
        theirs=seconds,
        error=f"{worked} of 2 nights worked",
        peer_error=status.lower(),
        promise="legal rosters are allowed",
        kept=worked == 2,
    )


if __name__ == "__main__":
    alone(rows())
