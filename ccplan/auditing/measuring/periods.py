"""Times that a measurement can be cut by, decoded from whole seconds of local wall time; the steps that each table
allows.
"""

from math import gcd

import pandas as pd

from ..quarter import quarter_names

HOUR_S, DAY_S = 3600, 86_400
STEPS = {
    "year": DAY_S,
    "quarter": DAY_S,
    "month": DAY_S,
    "week": DAY_S,
    "day": DAY_S,
    "weekday": DAY_S,
    "hour": HOUR_S,
}  # interval: as asked
MONTHLY = ("year", "quarter", "month")
DAILY = (*MONTHLY, "week", "day", "weekday")
PERIODS = (*DAILY, "hour", "interval")
ALLOWED = {"ledger": MONTHLY, "employment": MONTHLY, "activities": DAILY, "evaluations": DAILY}  # other tables: all
WHY = {
    "ledger": "the ledger has months",
    "employment": "employment is told by the month",
    "activities": "stretches of activities last for hours: they are told by the day",
    "evaluations": "evaluations have days",
}


def step_of(by, interval_s):
    """The step in seconds by which a table must be cut for the times in `by`, which each is a multiple of; None
    without any.

    >>> step_of(["queue", "hour"], 900), step_of(["interval", "hour"], 5400), step_of(["queue"], 900)
    (3600, 1800, None)
    """
    steps = [interval_s if name == "interval" else STEPS[name] for name in by if name in PERIODS]
    return gcd(*steps) if steps else None


def decoded(frame, step, by, interval_s):
    """The frame with columns for the times in `by`, from its column slot: the number of the step since 1970."""
    times = pd.to_datetime(frame["slot"] * step, unit="s").astype("datetime64[us]")
    return frame.assign(**{name: _decode(name, times, interval_s) for name in by if name in PERIODS})


def _decode(name, times, interval_s):
    if name == "quarter":
        return quarter_names(times)
    if name == "interval":
        return times.dt.floor(f"{interval_s}s")
    if name in ("week", "month"):
        starts = {
            "week": times.dt.normalize() - pd.to_timedelta(times.dt.weekday, unit="D"),
            "month": times.dt.to_period("M").dt.to_timestamp(),
        }
        return starts[name].astype("datetime64[us]")
    return {"year": times.dt.year, "day": times.dt.normalize(), "weekday": times.dt.weekday, "hour": times.dt.hour}[
        name
    ]
