"""Tables of people that a plan is given, checked in words: who is here, who is hired, who moves."""

import numpy as np
import pandas as pd

from ...data.given import given_table
from ...data.settings import unknown
from .cohorts import LONGEST

NEEDED = ("queue", "month", "fte")
PERMANENT = 0  # contract_months of a contract without an end


def checked_requirement(requirement, months=None):
    """The requirement's first `months` months, whole and without a hole; ValueError in words."""
    missing = [name for name in NEEDED if name not in requirement]
    if missing:
        raise ValueError(f"requirement must be a frame of monthly_requirement; missing: {', '.join(missing)}")
    given_table(requirement, "requirement", names=["queue"], times=["month"], numbers=["fte"], perhaps=["days"])
    if requirement["month"].dt.tz is not None:
        raise ValueError(f"requirement: month must be a day without a time zone, got {requirement['month'].dt.tz}")
    if "days" in requirement and not (requirement["days"].to_numpy(float) > 0).any():
        raise ValueError("requirement has no month with open days: check the dates and the opening hours")
    frame = requirement[requirement["whole"].astype(bool)] if "whole" in requirement else requirement
    there = pd.DatetimeIndex(np.unique(frame["month"].to_numpy()))
    if not len(there):
        raise ValueError("requirement has no whole month: plan months from their first to their last day")
    count = len(there) if months is None else months
    if not (isinstance(count, (int, np.integer)) and 1 <= count <= len(there)):
        raise ValueError(
            f"months must be a whole number from 1 to {len(there)}, the whole months of the requirement, got {months!r}"
        )
    wanted = pd.date_range(there[0], periods=count, freq="MS")
    month = frame["month"].to_numpy()
    frame = frame[(month >= wanted[0].to_datetime64()) & (month <= wanted[-1].to_datetime64())]
    _refuse_gaps(frame, wanted)
    frame = _numbers("requirement", frame, ("fte",))
    order = np.lexsort((frame["month"].to_numpy(), frame["queue"].astype(str).to_numpy(object)))
    return frame.take(order).reset_index(drop=True)


def _refuse_gaps(frame, wanted):
    """Every queue has each wanted month once."""
    twice = frame[frame.duplicated(["queue", "month"])]
    if len(twice):
        raise ValueError(f"requirement: {twice['queue'].iloc[0]} has the month {twice['month'].iloc[0]:%Y-%m} twice")
    place, names = pd.factorize(frame["queue"])
    counts = np.bincount(place)
    if (counts != len(wanted)).any():
        name = names[counts != len(wanted)][0]
        hole = wanted.difference(frame.loc[frame["queue"] == name, "month"])[0]
        raise ValueError(f"requirement: {name} has no row for {hole:%Y-%m} — a closed month needs a row with 0 FTE")


def contract(centre):
    """Mean contract of a starter ÷ full-time hours, by the part-time mix.

    >>> from ccplan.data import Centre, Flex
    >>> contract(Centre(name="x", flex=Flex(part_time=0.5, part_time_hours=18.75)))
    0.75
    """
    part = centre.flex.part_time_hours / centre.costs.weekly_hours
    return 1 - centre.flex.part_time * (1 - part)


def opening(requirement, centre):
    """The people whom the first month needs, all of them long here: what is assumed where no agents table says more."""
    first = requirement[requirement["month"] == requirement["month"].min()]
    fte = np.ceil(first["fte"].to_numpy() * (1 - 1e-12))
    started = first["month"] - pd.DateOffset(months=LONGEST // 12)
    return pd.DataFrame(
        {
            "queue": first["queue"].to_numpy(),
            "started": started.to_numpy(),
            "heads": np.ceil(fte / contract(centre)),
            "fte": fte,
        }
    )


def checked_people(people, queues, first):
    """Those who are here at the start: queue, started (before the first month), heads, fte. ValueError in words."""
    frame = _table("people", people, ("queue", "started", "heads", "fte"), queues)
    frame = _numbers("people", frame, ("heads", "fte"))
    if frame["started"].isna().any():
        who = frame.loc[frame["started"].isna(), "queue"].iloc[0]
        raise ValueError(f"people: started must be a date in every row, {who} has none — write one long ago if unknown")
    late = frame[frame["started"] >= first]
    if len(late):
        raise ValueError(
            f"people: started must lie before the first month, {first:%Y-%m}, got {late['started'].iloc[0]:%Y-%m-%d} "
            f"in {late['queue'].iloc[0]} — who starts later belongs into hires"
        )
    return frame


def checked_hires(hires, queues, first, centre):
    """Classes of starters: queue, month, heads, fte, contract_months (0: no end). ValueError in words.

    Without fte it follows from the part-time mix; a class that the training room cannot hold is refused.
    """
    frame = _table("hires", hires, ("queue", "month", "heads"), queues, first)
    frame = _numbers("hires", frame, ("heads",))
    frame = frame.assign(
        fte=frame["fte"] if "fte" in frame else frame["heads"] * contract(centre),
        contract_months=frame["contract_months"].fillna(PERMANENT) if "contract_months" in frame else PERMANENT,
    )
    frame = _numbers("hires", frame, ("fte", "contract_months"))
    large = frame[np.minimum(frame["heads"], centre.hiring.class_size) > centre.hiring.training_seats]
    if len(large):
        row = large.iloc[0]
        raise ValueError(
            f"hires: a class must fit the training room of {centre.hiring.training_seats:g}, "
            f"got {row['heads']:g} in {row['queue']} {row['month']:%Y-%m}"
        )
    return frame


def checked_moves(moves, queues, first, centre):
    """Moves between queues: queue (from), to, month, heads, fte, retraining_weeks. ValueError in words."""
    frame = _table("moves", moves, ("queue", "to", "month", "heads"), queues, first)
    frame = _numbers("moves", frame, ("heads",))
    strange = sorted(set(map(str, frame["to"])) - set(queues))
    if strange:
        raise ValueError(_strange("moves", "to", strange[0], queues))
    frame = frame.assign(
        fte=frame["fte"] if "fte" in frame else frame["heads"] * contract(centre),
        retraining_weeks=frame["retraining_weeks"].fillna(0.0) if "retraining_weeks" in frame else 0.0,
    )
    return _numbers("moves", frame, ("fte", "retraining_weeks"))


def _table(name, table, needed, queues, first=None):
    """A frame with the needed columns, known queues and first days of months."""
    frame = pd.DataFrame(table).reset_index(drop=True)  # a copy: the table is not ours
    missing = [column for column in needed if column not in frame]
    if missing:
        raise ValueError(f"{name} must have the columns {', '.join(needed)}; missing: {', '.join(missing)}")
    given_table(frame, name, names=[column for column in needed if column in ("queue", "to")], keys=needed)
    date = "started" if "started" in needed else "month"
    try:
        frame[date] = pd.to_datetime(frame[date])
    except (ValueError, TypeError):
        raise ValueError(f"{name}: {date} must be dates such as 2027-01-01, got {frame[date].iloc[0]!r}") from None
    if frame[date].dt.tz is not None:
        raise ValueError(f"{name}: {date} must be days without a time zone, got {frame[date].dt.tz}")
    strange = set(map(str, frame["queue"].unique())) - set(queues)
    if strange:
        raise ValueError(_strange(name, "queue", min(strange), queues))
    if first is not None and len(frame):
        _months(name, frame["month"], first)
    return frame


def _months(name, month, first):
    wrong = month.to_numpy() != month.to_numpy().astype("datetime64[M]")  # also where it is missing
    if wrong.any():
        raise ValueError(
            f"{name}: month must be the first day of a month, for a class starts then, got {month[wrong].iloc[0]}"
        )
    if (month < first).any():
        raise ValueError(
            f"{name}: month must not lie before the plan's first month, {first:%Y-%m}, got {month.min():%Y-%m} "
            "— who has started already belongs into people"
        )


def _numbers(name, frame, columns):
    """The frame with these columns as floats from 0 on."""
    found = {}
    for column in columns:
        values = pd.to_numeric(frame[column], errors="coerce").to_numpy(float)
        wrong = ~((values >= 0) & np.isfinite(values))
        if wrong.any():
            value = frame.loc[wrong, column].iloc[0]
            raise ValueError(
                f"{name}: {column} must be numbers from 0 on, got {getattr(value, 'item', lambda: value)()!r} "
                f"in {frame.loc[wrong, 'queue'].iloc[0]}"
            )
        found[column] = values
    return frame.assign(**found)


def _strange(name, column, queue, queues):
    return unknown([queue], queues, f"{name}: {column} ")[0].replace(
        "is not a known setting", "is not in the requirement"
    )
