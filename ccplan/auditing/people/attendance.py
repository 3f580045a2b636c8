"""Attendance: scheduled time that was lost to sickness, kept as scheduled, or worked beyond it; and teams where
sickness rises.
"""

from math import nan

import numpy as np
import pandas as pd

from ...data.evidence.estimates import WORK
from ..measuring.intervals import wilson
from .funnel import ALPHA

AWAY = ("leave", "annual leave", "holiday", "public holidays", "family leave", "unpaid leave", "off")  # as planned
SICK = "sickness"
TEAM = "the centre"  # where nobody's team is known
DRAWS, SEED = 4999, 7  # reshufflings of the people among the teams
BEFORE = 12  # months before the quarter that it is held against, at most


def attendance(activities, teams):
    """Hours of each person and month, from the table `activities`; `teams` {agent: team}.

    Columns agent, team, month (first day), scheduled_h (without leave and public holidays), sick_h (of it, lost to
    sickness), present_h (of it, there and known), kept_h (of that, doing what was scheduled), beyond_h (worked where
    nothing was scheduled). A stretch counts to the month in which it starts. Raises ValueError where activities have no
    schedule.

    >>> day = pd.DataFrame({"agent": "a", "start": pd.to_datetime(["2026-07-01 08:00", "2026-07-01 10:00"]),
    ...                     "end": pd.to_datetime(["2026-07-01 10:00", "2026-07-01 11:00"]), "scheduled": "work", "actual": ["work", "break"]})
    >>> attendance(day, {"a": "Oak"})[["scheduled_h", "sick_h", "present_h", "kept_h", "beyond_h"]].iloc[0].tolist()
    [3.0, 0.0, 3.0, 2.0, 0.0]
    """
    for name in ("scheduled", "actual"):
        if name not in activities or activities[name].isna().all():
            raise ValueError(
                f"activities say nothing of what was {'done' if name == 'actual' else 'scheduled'}: the column {name} is needed"
            )
    said, done = activities["scheduled"], activities["actual"]
    hours = ((activities["end"] - activities["start"]).dt.total_seconds() / 3600).to_numpy()
    due = (said.notna() & ~said.isin(AWAY)).to_numpy()
    sick = (done.fillna(said) == SICK).to_numpy() & due
    there = due & ~sick & done.notna().to_numpy()
    month = activities["start"].dt.tz_localize(None).to_numpy().astype("datetime64[M]").astype("datetime64[us]")
    rows = pd.DataFrame(
        {
            "agent": activities["agent"].to_numpy(),
            "month": month,
            "scheduled_h": hours * due,
            "sick_h": hours * sick,
            "present_h": hours * there,
            "kept_h": hours * (there & (said == done).to_numpy(dtype=bool, na_value=False)),
            "beyond_h": hours * (said.isna() & done.isin(WORK)).to_numpy(dtype=bool, na_value=False),
        }
    )
    sums = rows.groupby(["agent", "month"], as_index=False).sum()
    sums.insert(1, "team", sums["agent"].map(dict(teams)).fillna(TEAM).astype(str))
    return sums


def ratio_by(rows, top, bottom, by):
    """Σ top ÷ Σ bottom of a frame of `attendance` by the columns `by`: by, top, bottom, value, low, high, people.

    The 95 % interval is Wilson's with as many observations as the people's own scatter is worth (a person's days go
    together: the ratio's linearised variance over people; Kish, Survey Sampling, 1965); blank for fewer than two
    people.
    """
    by = list(by)
    people = rows.groupby([*by, "agent"], observed=True)[[top, bottom]].sum()
    people = people[people[bottom] > 0]
    sums = people.groupby(level=by).sum()
    value = sums[top] / sums[bottom]
    spread = (people[top] - people[bottom] * value.reindex(people.index.droplevel("agent")).to_numpy()) ** 2
    count = people.groupby(level=by).size()
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = spread.groupby(level=by).sum() / sums[bottom] ** 2 * count / (count - 1)
        worth = np.where((count > 1) & (variance > 0), value * (1 - value) / variance, nan)
    low, high = wilson(value.to_numpy() * worth, worth)
    return sums.assign(value=value, low=low, high=high, people=count).reset_index()


def rising(rows, quarter, *, draws=DRAWS, alpha=ALPHA):
    """Teams whose sickness in a quarter rose against that of the other teams, a row a team.

    `rows` is a frame of `attendance`. Columns team, share, before (share of up to twelve months before), others
    (the other teams in the quarter), sick_h, excess_h (hours beyond the others' share), slope (points a month over
    the quarter and the three months before), z, p, rises. Season falls out: each month is held against all teams'.
    p is the share of `draws` reshufflings of the people among the teams in which any team rises as much (Westfall
    and Young 1993), so it is corrected for the number of teams and knows that a sick person is away for days; nan
    without months before or with one team only.
    """
    first = quarter.first - pd.DateOffset(months=BEFORE)
    rows = rows[(rows["month"] >= first) & (rows["month"] < quarter.end) & (rows["scheduled_h"] > 0)]
    now = rows[rows["month"] >= quarter.first]
    names = sorted(now["team"].unique())
    table = pd.DataFrame(
        [_team(rows, now, name, quarter) for name in names],
        columns=["team", "share", "before", "others", "sick_h", "excess_h", "slope"],
    )
    z, p = _reshuffled(rows, names, quarter, draws)
    return table.assign(z=z, p=p, rises=p <= alpha)


def _team(rows, now, name, quarter):
    mine, rest, early = (
        now[now["team"] == name],
        now[now["team"] != name],
        rows[(rows["team"] == name) & (rows["month"] < quarter.first)],
    )
    others = _share(rest)
    sick = float(mine["sick_h"].sum())
    recent = (
        rows[(rows["team"] == name) & (rows["month"] >= quarter.previous.first)]
        .groupby("month")[["sick_h", "scheduled_h"]]
        .sum()
    )
    shares = (recent["sick_h"] / recent["scheduled_h"]).to_numpy()
    slope = float(np.polyfit(np.arange(len(shares)), shares, 1)[0]) if len(shares) > 2 else nan
    return name, _share(mine), _share(early), others, sick, sick - others * float(mine["scheduled_h"].sum()), slope


def _share(rows):
    hours = float(rows["scheduled_h"].sum())
    return float(rows["sick_h"].sum()) / hours if hours else nan


def _reshuffled(rows, names, quarter, draws):
    """Each team's z of its change, and the corrected p, arrays."""
    unknown = np.full(len(names), nan)
    if len(names) < 2 or not (rows["month"] < quarter.first).any():
        return unknown, unknown
    change, variance, team = _changes(rows[rows["team"].isin(names)], quarter)
    member = (team[:, None] == np.array(names)[None]).astype(float)
    if not (variance @ member > 0).all():
        return unknown, unknown
    z = (change @ member) / np.sqrt(variance @ member)
    shuffle = np.random.default_rng(SEED)
    orders = np.array([shuffle.permutation(len(change)) for _ in range(draws)])
    highest = ((change[orders] @ member) / np.sqrt(variance[orders] @ member)).max(axis=1)
    return z, np.array([(1 + (highest >= one - 1e-9).sum()) / (draws + 1) for one in z])


def _changes(rows, quarter):
    """Of each person: sick hours beyond the month's share, in the quarter less before it (scaled to a quarter), its
    variance by chance, the team.
    """
    months = rows.groupby("month")[["sick_h", "scheduled_h"]].sum()
    usual = rows["month"].map(months["sick_h"] / months["scheduled_h"]).to_numpy()
    late = (months.index >= quarter.first).sum()
    weight = np.where(rows["month"] >= quarter.first, 1.0, -late / (len(months) - late))
    parts = pd.DataFrame(
        {
            "agent": rows["agent"],
            "team": rows["team"],
            "change": weight * (rows["sick_h"] - usual * rows["scheduled_h"]),
            "variance": weight**2 * rows["scheduled_h"] * usual * (1 - usual),
        }
    )
    people = parts.groupby("agent").agg({"change": "sum", "variance": "sum", "team": "first"})
    return people["change"].to_numpy(), people["variance"].to_numpy(), people["team"].to_numpy(dtype=object)
