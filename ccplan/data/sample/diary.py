"""The table `activities`: each shift cut wherever the schedule or what was done changes."""

import numpy as np
import pandas as pd

from .clock import LAST, RECORDS_FROM, day_number, passed, stamps


def activities_table(people, days):
    """Stretches of every shift since the records began: agent, start, end, scheduled, actual."""
    first, end = passed(day_number(RECORDS_FROM), 0), passed(day_number(LAST), 1440)
    rows = [(day.shift.person, *row) for day in days if day.shift.end_s > first for row in _rows(day)]
    frame = pd.DataFrame(rows, columns=["agent", "start", "end", "scheduled", "actual"])
    frame = frame[(frame["end"] > first) & (frame["start"] < end)]  # of a night shift, what is in time
    names = np.array([person.name for person in people])
    frame = frame.assign(agent=names[frame["agent"]]).sort_values(["agent", "start"], ignore_index=True)
    return frame.assign(start=stamps(frame["start"]), end=stamps(frame["end"]))


def _rows(day):
    """[start, end, scheduled, actual] of a shift, without two alike in a row."""
    edges = sorted({edge for stretch in (*day.scheduled, *day.actual) for edge in stretch[:2]})
    planned, done = iter(day.scheduled), iter(day.actual)
    plan, fact, rows = next(planned), next(done), []
    for start, end in zip(edges, edges[1:], strict=False):
        plan, fact = _at(start, plan, planned), _at(start, fact, done)
        said, was = (s[2] if s and s[0] <= start < s[1] else None for s in (plan, fact))
        if rows and rows[-1][2:] == [said, was]:
            rows[-1][1] = end
        else:
            rows.append([start, end, said, was])
    return rows


def _at(moment, stretch, following):
    """The stretch that holds at a moment: this one or one of the following."""
    while stretch and stretch[1] <= moment:
        stretch = next(following, None)
    return stretch
