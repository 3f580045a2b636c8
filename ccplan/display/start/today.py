"""How a centre stands at the end of its tables: sums over whole weeks, beside the weeks before and what was promised.

Everything is counted back from the newest row, never from today's date: the same tables give the same page. Ratios are
ratios of sums, by the registry's definitions (`ccplan.auditing.KPIS`), summed here in pandas: a start page cannot wait
for a query engine to load.
"""

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from ...data import load_centre, load_intervals, load_table

DAY, WEEK = pd.Timedelta(days=1), pd.Timedelta(weeks=1)
HANDLE = ("talk_s", "hold_s", "acw_s")
BESIDE = (
    "ledger",
    "agents",
    "checklist",
)  # small tables, read whole; the others are left to the notebooks that need them
COLUMNS = (
    "queue",
    "contacts",
    "contacts_before",
    "service_level",
    "service_before",
    "target",
    "target_s",
    "abandonment",
    "abandonment_before",
    "most",
    "aht_s",
    "aht_before",
)


@dataclass(frozen=True, kw_only=True)
class Money:
    """A month of the ledger: `month`, cost_per_contact, the month before's, the `target` (None: none is set), the
    currency.
    """

    month: pd.Timestamp
    cost_per_contact: float
    before: float
    target: float | None
    currency: str


@dataclass(frozen=True, kw_only=True)
class Staff:
    """People on the last day: `people` and `fte` under contract; `net_fte` at the phones in the weeks (both NaN
    where unknown).
    """

    people: int | None
    fte: float
    net_fte: float


@dataclass(frozen=True, kw_only=True)
class Today:
    """How a centre stands from `start` to before `end` (local midnights, `weeks` whole weeks; 0: fewer days than that).

    `before` is where the weeks begin that it is held against, None where the tables do not reach back. `queues` a
    row a queue, the largest first, and `whole` the same for all together; `money`, `staff` and `overdue` are None
    where their table is not there; `fresh` {table: last day}; `notes` sentences about what is missing, left out or
    old.
    """

    folder: Path
    centre: object = field(repr=False)
    start: pd.Timestamp
    end: pd.Timestamp
    before: pd.Timestamp | None
    weeks: int
    queues: pd.DataFrame = field(repr=False)
    whole: pd.Series = field(repr=False)
    money: Money | None
    staff: Staff | None
    overdue: pd.DataFrame | None = field(repr=False)
    fresh: dict
    notes: tuple


def centre_today(folder, weeks=4):
    """How the centre of a folder stands in its last `weeks` whole weeks, Monday to Sunday, a Today.

    Reads intervals (or calls), ledger, agents and checklist only. Raises ValueError in words where the folder has no
    contacts to show.
    """
    if not isinstance(weeks, int) or weeks < 1:
        raise ValueError(f"weeks must be a whole number of 1 or more, got {weeks!r}")
    centre = load_centre(folder)
    reading = load_intervals(folder, centre, faulty="leave out")
    rows = reading.frame.assign(start=reading.frame["start"].dt.tz_localize(None))
    if rows.empty:
        raise ValueError(f"{reading.file} has no rows: nothing can be said of the centre yet")
    small, notes = _small_tables(folder, centre)
    start, end, before, taken = _span(rows["start"], weeks)
    newest = rows["start"].max()
    fresh = {"contacts": newest.normalize()} | _fresh(small)
    if len(reading.faults):
        notes.insert(0, "faulty rows of the contacts are left out of what you see here: the page Data lists them")
    now, past = rows[(rows["start"] >= start) & (rows["start"] < end)], _between(rows, before, start)
    return Today(
        folder=Path(folder),
        centre=centre,
        start=start,
        end=end,
        before=before,
        weeks=taken,
        queues=_queues(now, past, centre),
        whole=_whole(now, past),
        money=_money(small.get("ledger"), rows, centre),
        staff=_staff(small.get("agents"), now, reading, centre, (end - start) / WEEK, newest),
        overdue=_overdue(small.get("checklist"), newest),
        fresh=fresh,
        notes=(*notes, *_stale(rows, small.get("ledger"), newest)),
    )


def _small_tables(folder, centre):
    """({table: frame}, a sentence for each that is not there or cannot be read)."""
    small, notes = {}, []
    for name in BESIDE:
        try:
            small[name] = load_table(folder, name, centre).frame
        except (ValueError, OSError) as problem:
            there = (Path(folder) / f"{name}.csv").exists() or (Path(folder) / f"{name}.parquet").exists()
            notes.append(
                f"the table {name} cannot be read: {str(problem).splitlines()[0]}"
                if there
                else f"the folder has no table {name}"
            )
    return small, notes


def _span(times, weeks):
    """(start, end, before, weeks): the last whole weeks that the times reach, and where as many before them begin.

    >>> _span(pd.Series(pd.to_datetime(["2026-08-03 08:00", "2026-09-30 19:30"])), 4)[:3]
    (Timestamp('2026-08-31 00:00:00'), Timestamp('2026-09-28 00:00:00'), Timestamp('2026-08-03 00:00:00'))
    """
    first, last = times.min().normalize(), times.max().normalize() + DAY
    end, begin = last - last.weekday() * DAY, first + (-first.weekday() % 7) * DAY
    whole = int((end - begin) / WEEK)
    if whole < 1:
        return first, last, None, 0
    taken = min(weeks, whole)
    start = end - taken * WEEK
    return start, end, start - taken * WEEK if whole >= 2 * taken else None, taken


def _between(rows, before, start):
    return rows.iloc[:0] if before is None else rows[(rows["start"] >= before) & (rows["start"] < start)]


# ------------------------------------------------------------------------------------------------- contacts


def _queues(now, past, centre):
    """A row a queue with the columns of COLUMNS, the largest first."""
    known = {queue.name: queue.targets for queue in centre.queues}
    rows = [
        _figures(now[now["queue"] == name], past[past["queue"] == name], known.get(name), name)
        for name in now["queue"].unique()
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).sort_values(
        "contacts", ascending=False, kind="stable", ignore_index=True
    )


def _whole(now, past):
    return pd.Series(_figures(now, past, None, ""))


def _figures(now, past, targets, name):
    new, old = _ratios(now), _ratios(past)
    service = getattr(targets, "service_level", None)
    return {
        "queue": name,
        "contacts": new["contacts"],
        "contacts_before": old["contacts"] if len(past) else np.nan,
        "service_level": new["service_level"],
        "service_before": old["service_level"],
        "target": np.nan if service is None else service,
        "target_s": getattr(targets, "target_s", None) or np.nan,
        "abandonment": new["abandonment"],
        "abandonment_before": old["abandonment"],
        "most": np.nan if getattr(targets, "max_abandonment", None) is None else targets.max_abandonment,
        "aht_s": new["aht_s"],
        "aht_before": old["aht_s"],
    }


def _ratios(rows):
    """Σ ÷ Σ of the rows in which both parts are known; NaN where nothing is below the line."""
    reached = rows["answered"] + rows["abandoned"] if "abandoned" in rows else rows["offered"] - rows.get("blocked", 0)
    lost = rows["abandoned"] if "abandoned" in rows else reached - rows["answered"]
    handled = (
        sum(rows[name].fillna(0) if name != "talk_s" else rows[name] for name in HANDLE if name in rows)
        if "talk_s" in rows
        else None
    )
    return {
        "contacts": float(rows["offered"].sum()),
        "service_level": _ratio(rows.get("answered_in_target"), reached),
        "abandonment": _ratio(lost, reached),
        "aht_s": _ratio(handled, rows["answered"]),
    }


def _ratio(top, bottom):
    if top is None:
        return np.nan
    both = top.notna() & bottom.notna()
    below = float(bottom[both].sum())
    return float(top[both].sum()) / below if below else np.nan


# ------------------------------------------------------------------- money, people, promises to oneself


def _money(ledger, rows, centre):
    """Cost per contact of the last whole month that ledger and contacts both hold; None without one."""
    if ledger is None or ledger["actual"].isna().all():
        return None
    spent = ledger.dropna(subset=["actual"]).groupby(ledger["month"].dt.to_period("M"))["actual"].sum().astype(float)
    answered = rows.groupby(rows["start"].dt.to_period("M"))["answered"].sum()
    first, last = rows["start"].min().normalize(), rows["start"].max().normalize() + DAY
    answered = answered[(answered.index.start_time >= first) & (answered.index.end_time <= last)]
    costs = (spent / answered.where(answered > 0)).dropna()
    if costs.empty:
        return None
    month = costs.index.max()
    return Money(
        month=month.to_timestamp(),
        cost_per_contact=float(costs[month]),
        before=float(costs.get(month - 1, np.nan)),
        target=centre.kpi_targets.get("cost_per_contact"),
        currency=centre.currency,
    )


def _staff(agents, now, reading, centre, weeks, newest):
    """Who is under contract on the last day, and how many full weeks of people were at the phones."""
    full = centre.costs.weekly_hours
    net = (
        float((now["agents"] * reading.interval_s).sum() / 3600 / full / weeks)
        if "agents" in now and now["agents"].notna().any()
        else np.nan
    )
    if agents is None:
        return None if np.isnan(net) else Staff(people=None, fte=np.nan, net_fte=net)
    here = (
        agents[(agents["hired"] <= newest) & ~(agents["left"] < newest.normalize())]
        if {"hired", "left"} <= set(agents)
        else agents
    )
    hours = float(here["weekly_hours"].sum() / full) if "weekly_hours" in here else np.nan
    return Staff(people=len(here), fte=hours, net_fte=net)


def _overdue(checklist, newest):
    """The items of the checklist that were due by the last day and not done, the longest overdue first; None
    without a checklist.
    """
    if checklist is None:
        return None
    from ...auditing.concluding.improvements import open_items

    return open_items(checklist, SimpleNamespace(end=newest.normalize() + DAY))


# ------------------------------------------------------------------------------------------------- freshness


def _fresh(small):
    """{table: its last day}: the ledger reaches to the end of its last month with money spent."""
    ledger = small.get("ledger")
    if ledger is None or ledger["actual"].isna().all():
        return {}
    return {"ledger": ledger.loc[ledger["actual"].notna(), "month"].max() + pd.offsets.MonthEnd(0)}


def _stale(rows, ledger, newest):
    """What is older than the newest table by so much that pages would mislead, a sentence each."""
    last = rows.groupby("queue")["start"].max()
    for name, moment in last[last < newest - WEEK].items():
        yield f"{name} has no rows after {day_words(moment)}: what is said of it ends there"
    until = _fresh({"ledger": ledger}).get("ledger") if ledger is not None else None
    whole = newest.normalize() + DAY  # the months that end before it are whole
    behind = 0 if until is None else (whole.to_period("M") - until.to_period("M")).n - 1
    if behind > 0:
        yield f"the ledger ends in {until:%B %Y}, {behind} whole month{'s' * (behind != 1)} before the contacts: costs of the last weeks are not in it"


def day_words(moment):
    """A day as people say it.

    >>> day_words(pd.Timestamp("2026-09-03 12:00"))
    '3 September 2026'
    """
    return f"{moment.day} {moment:%B %Y}"
