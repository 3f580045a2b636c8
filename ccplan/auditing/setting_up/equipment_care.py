"""Equipment care: which device is checked when, each device's faults, repeat offenders, replacement dates and their
cost.
"""

import numpy as np
import pandas as pd

from ...data.tables import EQUIPMENT
from ...planning.setting_up.lines_and_seats import KINDS

OFFENCES = 3  # faults of one device within a year from which it is replaced, not mended
CHANCE = 0.01  # that any of equally good devices would stand out so
WORKING = "working"
OTHER_YEARS = 5  # a kind that no list knows lasts so long


def _by_day(equipment):
    """The checks in their order of time, with every column of the table, empty where it has none."""
    missing = [name for name in EQUIPMENT.names if name not in equipment]
    blank = {name: pd.Series(pd.NaT if name == "checked_on" else None, equipment.index) for name in missing}
    return equipment.assign(**blank).sort_values("checked_on", kind="stable")


def faults_of(equipment):
    """The fault log: a row a check that found a device not working, by device and day (device, station, kind,
    checked_on, state, fault, cost).
    """
    equipment = _by_day(equipment)
    found = equipment[equipment["state"].notna() & equipment["state"].ne(WORKING)]
    return found.sort_values(["device", "checked_on"], ignore_index=True)


def check_rota(equipment, first, *, weeks=4):
    """Who is checked in which week from the Monday on or after `first`: a row a week and station (week, station,
    devices, last_checked).

    Stations are spread evenly, those whose last check lies longest ago first, so that each comes once in `weeks`.
    Raises ValueError for fewer than one week.
    """
    if not (isinstance(weeks, int) and not isinstance(weeks, bool) and weeks >= 1):
        raise ValueError(f"weeks must be a whole number of 1 or more, got {weeks!r}")
    if equipment.get("station", pd.Series(dtype=object)).isna().all():
        raise ValueError("the table equipment names no station: who is checked when goes by its column station")
    last = (
        _by_day(equipment)
        .groupby(["station", "device"])["checked_on"]
        .max()
        .groupby("station")
        .agg(last_checked="min", devices="size")
        .reset_index()
    )
    last = last.sort_values(["last_checked", "station"], ignore_index=True)
    monday = pd.Timestamp(first).normalize()
    monday += pd.Timedelta(days=(7 - monday.weekday()) % 7)
    week = np.arange(len(last)) * weeks // max(len(last), 1)
    return last.assign(week=monday + pd.to_timedelta(7 * week, unit="D"))[
        ["week", "station", "devices", "last_checked"]
    ]


def repeat_offenders(equipment, at, *, days=365):
    """Devices that failed again and again in the `days` before `at`: device, station, kind, faults, checks, cost,
    last_fault, chance.

    A device is named from 3 faults on, or where chance alone (faults by its kind's mean rate, Poisson, Šidák's
    correction for the number of devices) would hardly make it stand out. The worst first.
    """
    from scipy.stats import poisson

    at, equipment = pd.Timestamp(at), _by_day(equipment)
    recent = equipment[(equipment["checked_on"] <= at) & (equipment["checked_on"] > at - pd.Timedelta(days=days))]
    if recent.empty:
        return pd.DataFrame(columns=["device", "station", "kind", "faults", "checks", "cost", "last_fault", "chance"])
    failed = recent["state"].notna() & recent["state"].ne(WORKING)
    paid = pd.to_numeric(recent["cost"]).fillna(0)
    rows = recent.assign(failed=failed, paid=paid, when=recent["checked_on"].where(failed))
    by = rows.groupby(["device"], as_index=False).agg(
        station=("station", "last"),
        kind=("kind", "last"),
        faults=("failed", "sum"),
        checks=("failed", "size"),
        cost=("paid", "sum"),
        last_fault=("when", "max"),
    )
    rate = by.groupby("kind")["faults"].transform("sum") / by.groupby("kind")["checks"].transform("sum")
    alone = poisson.sf(by["faults"] - 1, rate * by["checks"])
    by = by.assign(chance=1 - (1 - alone) ** len(by))
    named = by[(by["faults"] >= OFFENCES) | ((by["chance"] < CHANCE) & (by["faults"] > 1))]
    return named.sort_values(["faults", "cost", "device"], ascending=[False, False, True], ignore_index=True)


def replacements(equipment, at, *, years=None, prices=None, months=24):
    """When devices are due to be replaced: a row a device whose day lies within `months` of `at` (device, station,
    kind, since, replace_on, price).

    A device's life begins at its first check, or after it was last replaced, and lasts the years of its kind
    (`years` {kind: years}, to the month; else the usual); `prices` {kind: price}, else the usual. What is overdue is named too.
    """
    at, equipment = pd.Timestamp(at), _by_day(equipment)
    fresh = equipment[equipment["state"].eq("replaced")].groupby("device")["checked_on"].max()
    first = equipment.groupby("device").agg(
        station=("station", "last"), kind=("kind", "last"), first=("checked_on", "min")
    )
    since = first["first"].where(~first.index.isin(fresh.index), fresh.reindex(first.index))
    usual = KINDS | {"phone": KINDS["phone or softphone licence"], "router": KINDS["router or switch"]}
    life = [(years or {}).get(kind, usual.get(kind, (1, np.nan, OTHER_YEARS))[2]) for kind in first["kind"]]
    price = [(prices or {}).get(kind, usual.get(kind, (1, np.nan, OTHER_YEARS))[1]) for kind in first["kind"]]
    ends = [
        begin + pd.DateOffset(months=round(12 * last)) if pd.notna(begin) else pd.NaT
        for begin, last in zip(since, life, strict=True)
    ]
    told = first.reset_index()[["device", "station", "kind"]].assign(
        since=since.to_numpy(), replace_on=pd.to_datetime(ends), price=price
    )
    return told[told["replace_on"] <= at + pd.DateOffset(months=months)].sort_values(
        ["replace_on", "device"], ignore_index=True
    )


def replacement_costs(due):
    """What the replacements cost, a row a month (month, devices, amount)."""
    month = due["replace_on"].dt.to_period("M").dt.to_timestamp()
    return (
        due.assign(month=month)
        .groupby("month", as_index=False)
        .agg(devices=("device", "size"), amount=("price", "sum"))
    )
