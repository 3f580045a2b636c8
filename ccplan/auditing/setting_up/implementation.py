"""The implementation plan: when each item of a checklist can begin and must end, what is critical, and the day of
the opening.

The critical path method: forward for the earliest days, backward for the latest; an item without slack is critical.
Working days only. Source: Kelley & Walker (1959), Critical-path planning and scheduling.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ..checklists import SETTLED, described, in_order

OPENING = "open the centre"


@dataclass(frozen=True)
class ImplementationPlan:
    """A row an item: checklist, step, item, department, owner, status, phase, days, start, finish (earliest),
    latest_finish, slack (working days), critical, overdue (the plan ends it after its due day); `opening` the day
    on which the centre opens, None where no item of the list is the opening; `finish` the day on which everything
    is done."""

    frame: pd.DataFrame = field(repr=False)
    opening: pd.Timestamp | None
    finish: pd.Timestamp


def implementation_plan(table, start, *, checklist="set-up", holidays=(), opening=OPENING):
    """The ImplementationPlan of a checklist as it stands on the day `start`: what is done is done, the rest begins
    now at the earliest.

    `holidays` are dates on which nobody works. Only items that lead to `opening` are held against its day: slack is
    how many working days one may slip without moving it; for the others, without moving the end. Raises ValueError
    for a list without items, and where items wait for one another.

    >>> from ccplan.auditing.checklists import starter
    >>> plan = implementation_plan(starter(["set-up"]), "2026-01-05")
    >>> plan.opening > pd.Timestamp("2026-04-01"), bool(plan.frame["critical"].any())
    (True, True)
    """
    rows = described(table[table["checklist"].eq(checklist)]).reset_index(drop=True)
    if rows.empty:
        raise ValueError(f"the table checklist has no items of the list {checklist!r}")
    rows = rows.assign(status=rows["status"].fillna("open"))
    ends = _earliest(rows)
    limits = _latest(rows, ends, opening)
    return _told(rows, ends, limits, _Calendar(start, holidays), opening)


def _earliest(rows):
    """{item: (start, finish)} in working days from now; what is settled ends before the first of them."""
    items = {row.item: row for row in rows.itertuples()}
    ends = {}
    for name in in_order({item: tuple(one for one in row.after if one in items) for item, row in items.items()}):
        row = items[name]
        begin = max((ends[one][1] for one in row.after if one in items), default=0.0)
        ends[name] = (0.0, 0.0) if row.status in SETTLED else (begin, begin + float(row.days))
    return ends


def _latest(rows, ends, opening):
    """{item: latest finish} without moving the opening (for what leads to it) or the end."""
    after = {row.item: tuple(one for one in row.after if one in ends) for row in rows.itertuples()}
    last = max(end for _, end in ends.values())
    limits = {name: last for name in ends}
    if opening in ends:
        limits[opening] = ends[opening][1]
    days = {name: end - begin for name, (begin, end) in ends.items()}
    for name in reversed(in_order(after)):
        for one in after[name]:
            limits[one] = min(limits[one], limits[name] - days[name])
    return limits


def _told(rows, ends, limits, calendar, opening):
    begin, finish = (np.array([ends[item][i] for item in rows["item"]]) for i in range(2))
    settled = rows["status"].isin(SETTLED).to_numpy()
    slack = np.array([limits[item] for item in rows["item"]]) - finish
    due = pd.to_datetime(rows["due"]) if "due" in rows else pd.Series(pd.NaT, index=rows.index)
    frame = rows.assign(
        start=calendar.first(begin),
        finish=calendar.last(finish),
        latest_finish=calendar.last(finish + slack),
        slack=slack,
    )
    frame.loc[settled, ["start", "finish", "latest_finish"]] = pd.NaT
    frame = frame.assign(critical=(slack < 1e-9) & ~settled, overdue=(frame["finish"] > due) & ~settled)
    columns = [
        "checklist",
        "step",
        "item",
        "department",
        "owner",
        "status",
        "phase",
        "days",
        "start",
        "finish",
        "latest_finish",
        "slack",
        "critical",
        "overdue",
    ]
    day = frame.loc[frame["item"].eq(opening), "finish"]
    done = [calendar.last(np.array([end]))[0] for _, end in [max(ends.values(), key=lambda one: one[1])]]
    return ImplementationPlan(
        frame=frame.reindex(columns=columns),
        opening=None if day.empty or day.isna().all() else day.iloc[0],
        finish=done[0],
    )


class _Calendar:
    """Working days counted from the first on or after a day."""

    def __init__(self, start, holidays):
        self.holidays = np.array([np.datetime64(pd.Timestamp(day), "D") for day in holidays], dtype="datetime64[D]")
        self.start = np.busday_offset(
            np.datetime64(pd.Timestamp(start), "D"), 0, roll="forward", holidays=self.holidays
        )

    def first(self, begun):
        """The days on which work begins that has so many working days before it."""
        return self._days(np.floor(begun + 1e-9))

    def last(self, ended):
        """The days on which work ends that takes up all working days until then."""
        return self._days(np.maximum(np.ceil(ended - 1e-9) - 1, 0))

    def _days(self, counts):
        return pd.DatetimeIndex(np.busday_offset(self.start, counts.astype(int), holidays=self.holidays)).astype(
            "datetime64[us]"
        )
