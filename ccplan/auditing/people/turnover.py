"""Turnover: who left, against how many were there, with the interval that so few leavers leave open."""

from math import nan

import pandas as pd

from ..measuring.intervals import garwood

YEAR = 365.25
MONTH = YEAR / 12
BANDS = (
    (3, "first three months"),
    (12, "to the end of the first year"),
    (36, "second and third year"),
    (float("inf"), "longer"),
)


def turnover(agents, quarter, plan=nan):
    """Leavers a year ÷ average headcount, from the table `agents`: of the quarter, of the twelve months that end
    with it, and by tenure.

    Columns of, leavers, heads (average headcount), years (person-years at risk), rate (leavers ÷ person-years: a
    year's share), low, high (95 %, exact for a Poisson count: Garwood, Biometrika 1936;28:437), plan (a share a
    year), p (chance of as many leavers or more at the plan's rate). Tenure bands are of the twelve months. Where
    `hired` is not known people count as there from the start, and to no band. Raises ValueError where the table has
    no column `left`, or nobody was employed.

    >>> from ccplan.auditing.quarter import Quarter
    >>> ten = pd.DataFrame({"hired": pd.Timestamp("2020-01-01"), "left": [pd.Timestamp("2026-08-15")] + [pd.NaT] * 9})
    >>> turnover(ten, Quarter(2026, 3))[["leavers", "heads", "rate", "low", "high"]].round(2).iloc[0].tolist()
    [1.0, 9.5, 0.42, 0.01, 2.33]
    """
    if "left" not in agents:
        raise ValueError("turnover needs the column left of the table agents: the last day of those who went")
    hired = agents["hired"] if "hired" in agents else pd.Series(pd.NaT, agents.index, dtype="datetime64[us]")
    people = pd.DataFrame(
        {"hired": pd.to_datetime(hired), "gone": pd.to_datetime(agents["left"]) + pd.Timedelta(days=1)}
    )
    year = quarter.end - pd.DateOffset(years=1)
    rows = [
        _row("the quarter", people, quarter.first, quarter.end, plan),
        _row("twelve months", people, year, quarter.end, plan),
    ]
    start = 0.0
    for months, name in BANDS:
        rows.append(_row(name, people[people["hired"].notna()], year, quarter.end, nan, start * MONTH, months * MONTH))
        start = months
    if not rows[0]["years"]:
        raise ValueError(f"nobody of the table agents was employed in {quarter}")
    return pd.DataFrame(rows)


def _row(name, people, first, end, plan, young=None, old=None):
    """A period's leavers and person-years; with `young` and `old` those of a tenure in days."""
    start, stop = people["hired"].fillna(first).clip(lower=first), people["gone"].fillna(end).clip(upper=end)
    left = people["gone"].gt(first) & people["gone"].le(end)
    if young is not None:
        since = people["hired"]
        start = start.where(start > since + pd.Timedelta(days=young), since + pd.Timedelta(days=young))
        if old < float("inf"):
            until = since + pd.Timedelta(days=old)
            stop = stop.where(stop < until, until)
        served = (people["gone"] - since).dt.days
        left &= served.gt(young) & served.le(old)
    years = float(((stop - start) / pd.Timedelta(days=1)).clip(lower=0).sum()) / YEAR
    leavers = int(left.sum())
    low, high, p = _poisson(leavers, years, plan)
    return {
        "of": name,
        "leavers": leavers,
        "heads": years * YEAR / (end - first).days,
        "years": years,
        "rate": leavers / years if years else nan,
        "low": low,
        "high": high,
        "plan": plan,
        "p": p,
    }


def _poisson(count, years, plan):
    """Exact 95 % interval of a rate, and the chance of as many at the planned one."""
    from scipy.stats import poisson

    if not years:
        return nan, nan, nan
    low, high = map(float, garwood(count, years))
    return low, high, float(poisson.sf(count - 1, plan * years)) if plan == plan else nan
