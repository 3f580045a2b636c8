"""Months instead of half hours, for the headcount plan: volumes with their band, and growth from its drivers.

contacts of a month = customers × contact rate × (1 − self-service share). The forecast knows the season and the trend
of the past; drivers tell what it cannot: volume(month) = forecast(month) × drivers(month) ÷ drivers(base month).
"""

import zlib
from pathlib import Path

import numpy as np
import pandas as pd

from ...data.given import given_table
from .own_tables import DRIVERS, days_of, needed, read_own, told
from .scaling import path_columns, scaled, with_before

# Share by which a level strays in a year beyond what a backtest of some weeks can see: on six years of a city's fire
# calls 80 % of the months up to a year ahead then lie in the band of 80 %, without it some 60 %.
DRIFT = 0.10
BAND = (0.1, 0.5, 0.9)
ENOUGH = 50  # paths below which their tenth percentile says little


def monthly_volumes(frame, *, drift=DRIFT, seed=0):
    """Contacts by queue and month with P10, P50 and P90, from the sample paths of a forecast of up to 36 months.

    `frame` comes from `forecast(..., samples=200)`. A backtest sees some weeks ahead; beyond them a level strays by
    `drift` (a share, in a year; √2 times that in two, √3 times in three), which is added to each path. Returns
    queue, month (its first day), days (with open hours), whole (no day on which the queue is usually open lies
    outside the forecast), offered (mean), offered_p10, _p50, _p90. Raises ValueError in words without paths.
    """
    paths = path_columns(frame)
    if len(paths) < ENOUGH:
        raise ValueError(
            f"a band for months needs sample paths: forecast(..., samples=200), at least {ENOUGH}, got {len(paths)}"
        )
    given_table(frame, "frame", keys=["queue"], times=["start"], numbers=["offered", *paths])
    if not (isinstance(drift, (int, float, np.number)) and 0 <= drift < 1):
        raise ValueError(f"drift must be a share of a year from 0 to 1, such as 0.10, got {drift!r}")
    found = [_of_queue(rows, paths, drift, seed) for _, rows in frame.groupby("queue", sort=False, observed=True)]
    return pd.concat(found, ignore_index=True)


def drivers_of(folder, centre=None):
    """The growth drivers of a centre's folder (`drivers.csv`: month, queue, customers, contact_rate, self_service).

    None where there is no such file. Raises SourceError or TableError (ValueError) naming file, column, row and value.
    """
    queues = [queue.name for queue in centre.queues] if centre is not None else None
    return read_own(Path(folder) / "drivers.csv", DRIVERS, lambda frame: _faults(frame, queues))


def growth_drivers(drivers, base, months):
    """What the drivers make of each month, a row a queue and month: their columns, contacts (by the formula), and
    factor, contacts ÷ those of the `base` month.

    `drivers` has month, queue, customers, contact_rate (contacts a customer and month), self_service (share); `base`
    a month such as "2026-09", `months` those that are wanted. Between two given months each driver runs straight;
    after the last it stays as it is (`known` says which: given, between, held). Raises ValueError in words, also for
    a month before the first.

    >>> table = pd.DataFrame({"month": ["2026-09", "2027-09"], "queue": "q", "customers": [1000, 1200],
    ...                       "contact_rate": 0.5, "self_service": [0.0, 0.25]})
    >>> growth_drivers(table, "2026-09", ["2027-09"])[["contacts", "factor"]].round(2).values.tolist()
    [[450.0, 0.9]]
    """
    table = checked_drivers(drivers)
    wanted = pd.DatetimeIndex([_month(each, "months") for each in months]).unique().sort_values()
    found = [_path(queue, rows, _month(base, "base"), wanted) for queue, rows in table.groupby("queue", sort=False)]
    return pd.concat(found, ignore_index=True)


def apply_drivers(frame, drivers, base):
    """The forecast × factor of its month: offered, quantiles and paths; `offered_before` keeps the forecast's own.

    A queue without drivers stays as it is. A trend that the forecast has learned stays in it: drivers that tell the
    same growth would count it twice, so give those of what is new. Raises ValueError in words.
    """
    given_table(frame, "frame", keys=["queue"], times=["start"], numbers=["offered"])
    month = frame["start"].dt.tz_localize(None).dt.to_period("M").dt.to_timestamp()
    table = checked_drivers(drivers)
    strange = sorted(set(table["queue"]) - set(frame["queue"].astype(str)))
    if strange:
        there = ", ".join(map(str, frame["queue"].unique()))
        raise ValueError(f"drivers name a queue that the forecast has not: {', '.join(strange)} (it has {there})")
    path = growth_drivers(table, base, month.unique()).set_index(["queue", "month"])["factor"]
    keys = pd.MultiIndex.from_arrays([frame["queue"].astype(str), month.astype(path.index.levels[1].dtype)])
    return with_before(scaled(frame, path.reindex(keys).fillna(1.0).to_numpy()), frame["offered"].to_numpy())


def checked_drivers(drivers):
    """Drivers as a frame of first days of months and numbers; ValueError in words naming row and value."""
    frame = needed(drivers, DRIVERS, "drivers")
    month = days_of(frame["month"], "drivers: month")
    faults = _faults(frame.assign(month=month), None)
    if faults:
        raise ValueError(told("drivers", faults))
    frame = frame.assign(month=month.dt.to_period("M").dt.to_timestamp(), queue=frame["queue"].astype(str))
    twice = frame[frame.duplicated(["queue", "month"])]
    if len(twice):
        raise ValueError(
            "drivers: a month must stand once a queue, "
            f"got {twice['queue'].iloc[0]} {twice['month'].iloc[0]:%Y-%m} twice"
        )
    return frame.sort_values(["queue", "month"], kind="stable", ignore_index=True)


def _of_queue(rows, paths, drift, seed):
    day = rows["start"].dt.tz_localize(None).dt.normalize()
    month = day.dt.to_period("M")
    sums = rows[["offered", *paths]].groupby(month, sort=True).sum()
    own = [seed, zlib.crc32(str(rows["queue"].iloc[0]).encode())]
    strayed = sums[paths].to_numpy() * straying(sums.index, len(paths), drift, own)
    table = {
        "queue": rows["queue"].iloc[0],
        "month": sums.index.to_timestamp(),
        "days": day.groupby(month).nunique().to_numpy(),
        "whole": [_is_whole(each, day) for each in sums.index],
        "offered": sums["offered"].to_numpy(),
    }
    return pd.DataFrame(table | {f"offered_p{100 * p:g}": np.quantile(strayed, p, axis=1) for p in BAND})


def _is_whole(month, day):
    """No day of the month before the first or after the last forecast day is of a weekday on which the queue opens."""
    every = pd.date_range(month.start_time, month.end_time.normalize())
    outside = every[(every < day.min()) | (every > day.max())]
    return not outside.day_of_week.isin(day.dt.day_of_week.unique()).any()


def straying(months, number, drift, seed):
    """Months × paths: a level that strays by `drift` (share) in a year, mean 1, from the first month on."""
    steps = np.random.default_rng(seed).standard_normal((len(months), number)) * drift / np.sqrt(12)
    variance = drift**2 * np.arange(1, len(months) + 1) / 12
    return np.exp(steps.cumsum(axis=0) - variance[:, None] / 2)


def _path(queue, rows, base, wanted):
    given = pd.DatetimeIndex(rows["month"])
    every = wanted.union([base])
    if every[0] < given[0]:
        raise ValueError(f"drivers of {queue} begin in {given[0]:%Y-%m}: there are none for {every[0]:%Y-%m}")
    at, when = _number(every), _number(given)
    table = pd.DataFrame(
        {"queue": queue, "month": every}
        | {
            name: np.interp(at, when, rows[name].to_numpy(float))
            for name in ("customers", "contact_rate", "self_service")
        }
    )
    table["contacts"] = table["customers"] * table["contact_rate"] * (1 - table["self_service"])
    start = table.loc[table["month"] == base, "contacts"].iloc[0]
    if not start > 1e-6:
        raise ValueError(
            f"drivers of {queue} make no contacts in the base month {base:%Y-%m}: nothing can grow from there"
        )
    table["factor"] = table["contacts"] / start
    table["known"] = np.where(every.isin(given), "given", np.where(every > given[-1], "held", "between"))
    return table[table["month"].isin(wanted)]


def _number(months):
    return np.asarray(months.year * 12 + months.month, float)


def _month(value, what):
    try:
        stamp = pd.Timestamp(value)
    except (ValueError, TypeError):
        stamp = pd.NaT
    if stamp is pd.NaT:
        raise ValueError(f"{what} must be a month such as 2026-09, got {value!r}")
    return stamp.tz_localize(None).to_period("M").to_timestamp()


def _faults(frame, queues):
    """(row, column, value, rule) of every cell that cannot be used."""
    faults = []
    for row, cells in frame.iterrows():
        if pd.isna(cells["month"]):
            faults.append((row, "month", "", "must be a month such as 2026-09"))
        if not isinstance(cells["queue"], str) or not cells["queue"].strip():
            faults.append((row, "queue", cells["queue"], "must name a queue"))
        elif queues and cells["queue"] not in queues:
            faults.append((row, "queue", cells["queue"], f"must be one of {', '.join(queues)}"))
        for name, high, says in (
            ("customers", 1e12, "must be customers, 0 or more"),
            ("contact_rate", 1e3, "must be contacts a customer and month, 0 or more"),
            ("self_service", 1.0, "must be a share from 0 to 1 — write 30 % as 0.30"),
        ):
            value = pd.to_numeric(pd.Series([cells[name]]), errors="coerce").iloc[0]
            if np.iscomplexobj(value) or not 0 <= value <= high:
                faults.append((row, name, cells[name], says))
    return faults
