"""Month by month who is here, who is able, and who is missing: from required FTE to starters, leavers and the gap."""

import numpy as np
import pandas as pd

from .cohorts import LONGEST, leaving_shares, output_shares, staying_shares, training_shares

NEEDED = ("queue", "month", "fte")
COLUMNS = ("queue", "month", "required_fte", "heads_start", "starters", "moved", "leavers", "heads_end", "paid_fte", "trainees",
           "ramping", "productive_fte", "overtime_fte", "outsourced_fte", "available_fte", "gap_fte")


def plan_headcount(requirement, centre, months=None, *, people=None, hires=None, moves=None):
    """Month by month, a row a queue (or team): required FTE, starters, leavers, trainees, productive FTE and the gap.

    `requirement` is a frame of `monthly_requirement`, `months` how many of its months (all if left out). `people` are
    those who are here at the start (queue, started, heads, fte: see `people_here`); left out, the centre begins with
    the people that the first month needs. `hires` (queue, month, heads, fte) are the classes; left out, the cheapest that
    keep the requirement (see `hiring.cheapest_hires`). `moves` (queue, to, month, heads, fte) are moves between queues.

    Returns COLUMNS: heads at the start and end of the month; leavers and average heads in training (trainees) and in
    their ramp (ramping); paid_fte; productive_fte after training and ramp, comparable with required_fte (paid FTE);
    overtime_fte, outsourced_fte (used only as far as needed), available_fte = productive + overtime + outsourced, and
    gap_fte = available − required. Raises ValueError in words for bad tables.
    """
    needed = checked_requirement(requirement, months)
    people = opening(needed, centre) if people is None else people
    if hires is None:
        from .hiring import cheapest_hires  # it stands on this module

        hires = cheapest_hires(needed, centre, people=people, moves=moves).hires
    classes = classes_of(needed["month"].min(), people, hires, moves)
    parts = [_of_queue(rows, classes[classes["queue"] == name], centre) for name, rows in needed.groupby("queue", sort=False)]
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def checked_requirement(requirement, months=None):
    """The requirement's first `months` months, whole and without a hole; ValueError in words."""
    missing = [name for name in NEEDED if name not in requirement]
    if missing:
        raise ValueError(f"requirement must be a frame of monthly_requirement; missing: {', '.join(missing)}")
    frame = requirement.sort_values("month", kind="stable")
    if "whole" in frame:
        frame = frame[frame["whole"]]
    there = frame["month"].drop_duplicates()
    if not len(there):
        raise ValueError("requirement has no whole month: plan months from their first to their last day")
    count = len(there) if months is None else months
    if not (isinstance(count, (int, np.integer)) and 1 <= count <= len(there)):
        raise ValueError(f"months must be a whole number from 1 to {len(there)}, the whole months of the requirement, got {months!r}")
    wanted = pd.date_range(there.iloc[0], periods=count, freq="MS")
    for name, rows in frame.groupby("queue", sort=False):
        hole = wanted.difference(rows["month"])
        if len(hole):
            raise ValueError(f"requirement: {name} has no row for {hole[0]:%Y-%m} — a closed month needs a row with 0 FTE")
        if rows["month"].duplicated().any():
            raise ValueError(f"requirement: {name} has the month {rows.loc[rows['month'].duplicated(), 'month'].iloc[0]:%Y-%m} twice")
    if not np.isfinite(frame["fte"].to_numpy(float)).all() or (frame["fte"] < 0).any():
        raise ValueError("requirement: fte must be numbers from 0 on, got " + str(frame.loc[~(frame["fte"] >= 0), "fte"].iloc[0]))
    return frame[frame["month"].isin(wanted)].reset_index(drop=True)


def opening(requirement, centre):
    """The people whom the first month needs, all of them long here: what is assumed where no agents table says more."""
    first = requirement[requirement["month"] == requirement["month"].min()]
    fte = np.ceil(first["fte"].to_numpy() * (1 - 1e-12))
    started = first["month"] - pd.DateOffset(months=LONGEST // 12)
    return pd.DataFrame({"queue": first["queue"].to_numpy(), "started": started.to_numpy(), "heads": np.ceil(fte / contract(centre)), "fte": fte})


def contract(centre):
    """Mean contract of a starter ÷ full-time hours, by the part-time mix.

    >>> from ccplan.data import Centre, Flex
    >>> contract(Centre(name="x", flex=Flex(part_time=0.5, part_time_hours=18.75)))
    0.75
    """
    part = centre.flex.part_time_hours / centre.costs.weekly_hours
    return 1 - centre.flex.part_time * (1 - part)


def classes_of(first, people, hires=None, moves=None):
    """Everybody as classes: queue, kind (here, starter, moved), entered (month), age (months since their start), heads, fte.

    `first` is the first month. A move is a class of long-served people that enters one queue and, with negative heads,
    leaves another.
    """
    age = (first.year - people["started"].dt.year) * 12 + first.month - people["started"].dt.month
    parts = [people.assign(kind="here", entered=first, age=np.clip(age, 0, LONGEST))]
    if hires is not None and len(hires):
        parts.append(hires.assign(kind="starter", entered=hires["month"], age=0))
    if moves is not None and len(moves):
        come = moves.assign(kind="moved", entered=moves["month"], age=LONGEST)
        parts += [come.assign(queue=moves["to"]), come.assign(heads=-moves["heads"], fte=-moves["fte"])]
    return pd.concat(parts, ignore_index=True)[["queue", "kind", "entered", "age", "heads", "fte"]]


def class_months(classes, months, hiring):
    """The life of each class by month: start, leavers, average, trainees, ramping, output, in heads (classes × months)."""
    entered = pd.DatetimeIndex(classes["entered"])
    since = np.subtract.outer(-(entered.year * 12 + entered.month), -(months.year * 12 + months.month))
    age0, longest = classes["age"].to_numpy(int)[:, None], LONGEST + len(months) + 1
    age = np.clip(age0 + since, 0, longest - 1)
    stay, leave = staying_shares(hiring, longest), leaving_shares(hiring, longest)
    trained, output = 1 - training_shares(hiring, longest), output_shares(hiring, longest)
    start = np.where(since >= 0, classes["heads"].to_numpy(float)[:, None] * stay[age] / stay[age0], 0.0)
    average = start * (1 - leave[age] / 2)
    return {"start": start, "leavers": start * leave[age], "average": average, "trainees": average * (1 - trained[age]),
            "ramping": average * trained[age] * (output < trained - 1e-12)[age], "output": average * output[age]}


def _of_queue(rows, classes, centre):
    """One queue's months: its classes added up, with what overtime and the outsourcer add where people are missing."""
    months = pd.DatetimeIndex(rows["month"])
    lives = class_months(classes, months, centre.hiring)
    contract_of = (classes["fte"] / classes["heads"]).to_numpy()[:, None]
    entering = {kind: _entering(classes[classes["kind"] == kind], months) for kind in ("starter", "moved")}
    start = lives["start"].sum(axis=0) - entering["starter"] - entering["moved"]
    productive = (lives["output"] * contract_of).sum(axis=0)
    required = rows["fte"].to_numpy(float)
    overtime = np.clip(required - productive, 0.0, centre.flex.overtime * productive)
    outsourced = np.clip(required - productive - overtime, 0.0, centre.flex.outsourced_fte)
    available = productive + overtime + outsourced
    return pd.DataFrame({
        "queue": rows["queue"].to_numpy(), "month": months, "required_fte": required, "heads_start": start,
        "starters": entering["starter"], "moved": entering["moved"], "leavers": lives["leavers"].sum(axis=0),
        "heads_end": (lives["start"] - lives["leavers"]).sum(axis=0), "paid_fte": (lives["average"] * contract_of).sum(axis=0),
        "trainees": lives["trainees"].sum(axis=0), "ramping": lives["ramping"].sum(axis=0), "productive_fte": productive,
        "overtime_fte": overtime, "outsourced_fte": outsourced, "available_fte": available, "gap_fte": available - required,
    })  # fmt: skip


def _entering(classes, months):
    return classes.groupby("entered")["heads"].sum().reindex(months, fill_value=0.0).to_numpy(float)
