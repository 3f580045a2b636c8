"""Forecast and plan against what came: how far off, how well the schedule fitted, what was promised and what was kept.

Accuracy is measured as the field does: WAPE = Σ |forecast − contacts| ÷ Σ contacts, bias = Σ forecast ÷ Σ contacts − 1,
the share of intervals within ±5 %, and how often the band of 80 % held. Beside the WAPE stands the one that pure chance
alone would have made: no forecast can be better.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from .expected import BAND, Expected, expected_of

NEAR = 0.05  # of the contacts: an interval that is forecast as well as the field asks


@dataclass(frozen=True, kw_only=True)
class Promises:
    """Forecast and plan of a quarter beside what came.

    `expected` the forecast (queue, start, offered, aht_s, its band); `source` where it is from. `intervals` a row a
    queue and interval: forecast, low, high and offered (contacts), aht_expected and aht_came (s), planned, needed
    (net agents: by the forecast, and for the calls that came) and there, target, and the shares promised (forecast
    and planned agents), rostered (forecast and the agents there) and came. `queues`, `weeks`, `days`: accuracy in
    all, by week and by day, a row a queue (see `accuracy`). `fit` a row a live queue (see `schedule_fit`); `kept` a
    row a queue and week, and `kept_queues` a row a queue, of promised, rostered, came (shares of contacts) and the
    target. `notes` what must be said; `findings`.
    """

    expected: pd.DataFrame = field(repr=False)
    source: str
    intervals: pd.DataFrame = field(repr=False)
    queues: pd.DataFrame = field(repr=False)
    weeks: pd.DataFrame = field(repr=False)
    days: pd.DataFrame = field(repr=False)
    fit: pd.DataFrame = field(repr=False)
    kept: pd.DataFrame = field(repr=False)
    kept_queues: pd.DataFrame = field(repr=False)
    notes: tuple = ()
    findings: tuple = ()


def promises(evidence, expected=None):
    """The Promises of an audit's quarter.

    `expected` is the forecast that was made (queue, start, offered, aht_s), or an Expected; without it the one kept in
    the folder, else one made from what was known on the first day. Raises ValueError in words where intervals are
    not there, or nothing could be expected.
    """
    from .findings import promise_findings

    told = expected if isinstance(expected, Expected) else expected_of(evidence, expected)
    came = evidence.of("intervals")
    if came.empty:
        raise ValueError(f"intervals has no row in {evidence.quarter}: nothing came to hold the forecast against")
    rows = beside(told.frame, came)
    rows, notes = with_plan(rows, evidence.centre)
    tables = dict(
        queues=accuracy(rows, []),
        weeks=accuracy(rows, ["week"]),
        days=accuracy(rows, ["day"]),
        fit=schedule_fit(rows, evidence.centre),
        kept=kept(rows, ["week"]),
        kept_queues=kept(rows, []),
    )
    ends = _half(came, evidence.quarter)
    return Promises(
        expected=told.frame,
        source=told.source,
        intervals=rows,
        notes=(*told.notes, *ends, *notes),
        **tables,
        findings=promise_findings(rows, tables, told, evidence),
    )


def beside(expected, came):
    """Forecast and contacts of each interval that the tables know, a row a queue and interval, with its local day
    and week.

    Contacts outside the hours that the forecast took as open stand beside a forecast of nought; queues that were not
    forecast at all are left out.
    """
    from ...planning.staffing import handle_times

    came = came[came["queue"].astype(str).isin(expected["queue"].unique())]
    work = [handle_times(mine) for _, mine in came.groupby("queue", observed=True, sort=False)]
    aht = pd.concat(work).reindex(came.index) if work else pd.Series(dtype=float)
    names = [name for name in ("answered_in_target", "agents") if name in came]
    there = came[["queue", "start", "offered", *names]].assign(queue=came["queue"].astype(str), aht_came=aht)
    told = expected.rename(columns={"offered": "forecast", "aht_s": "aht_expected", BAND[0]: "low", BAND[1]: "high"})
    told = told[[name for name in ("queue", "start", "forecast", "aht_expected", "low", "high") if name in told]]
    rows = there.merge(told, on=["queue", "start"], how="left").dropna(subset=["offered"])
    rows = rows.reindex(columns=[*rows.columns, *({"low", "high", "agents", "answered_in_target"} - set(rows))])
    wall = rows["start"].dt.tz_localize(None)
    day = wall.dt.normalize()
    return rows.assign(
        forecast=rows["forecast"].fillna(0.0),
        day=day,
        week=day - pd.to_timedelta(day.dt.day_of_week, unit="D"),
        aht_expected=rows["aht_expected"].fillna(rows["aht_came"]),
    ).rename(columns={"agents": "there"})


def accuracy(rows, by):
    """How far the forecast was from what came, a row a queue (and each column of `by`).

    n (intervals with contacts or a forecast), forecast, offered (contacts), wape (of intervals), wape_chance (what
    pure chance makes of the same forecast: mean absolute deviation of a Poisson), wape_days, bias, within_5 (share
    of intervals with contacts whose forecast is within ±5 % of them), coverage (share of intervals within the band
    of 80 %), aht_expected, aht_came (s, Σ work ÷ Σ contacts) and aht_bias. Ratios of nothing are blank.

    >>> rows = pd.DataFrame({"queue": "q", "day": 1, "forecast": [100.0, 100.0], "offered": [104, 120], "low": 90.0, "high": 110.0,
    ...                      "aht_expected": 300.0, "aht_came": 330.0})
    >>> accuracy(rows, []).loc[0, ["wape", "bias", "within_5", "coverage", "aht_bias"]].round(3).tolist()
    [0.107, -0.107, 0.5, 0.5, -0.091]
    """
    keys = ["queue", *by]
    error = (rows["forecast"] - rows["offered"]).abs()
    band = rows["low"].notna() & rows["high"].notna()
    parts = rows[["queue", *by, "forecast", "offered"]].assign(
        n=((rows["offered"] > 0) | (rows["forecast"] > 0)).astype(int),
        error=error,
        chance=_chance(rows["forecast"].to_numpy(float)),
        some=rows["offered"] > 0,
        near=(error <= NEAR * rows["offered"] * (1 + 1e-12)) & (rows["offered"] > 0),
        band=band & ((rows["offered"] > 0) | (rows["forecast"] > 0)),
        inside=band
        & ((rows["offered"] > 0) | (rows["forecast"] > 0))
        & rows["offered"].between(rows["low"], rows["high"]),
        told=rows["forecast"].where(rows["aht_expected"].notna(), 0.0),
        came=rows["offered"].where(rows["aht_came"].notna(), 0.0),
        work_told=rows["forecast"] * rows["aht_expected"].fillna(0),
        work_came=rows["offered"] * rows["aht_came"].fillna(0),
    )
    sums = parts.groupby(keys, sort=True).sum()
    daily = parts.groupby([*keys, rows["day"].rename("_day")], sort=True)[["forecast", "offered"]].sum()
    sums["day_error"] = (daily["forecast"] - daily["offered"]).abs().groupby(keys).sum()
    told, came = _over(sums["work_told"], sums["told"]), _over(sums["work_came"], sums["came"])
    return pd.DataFrame({
        "n": sums["n"], "forecast": sums["forecast"], "offered": sums["offered"], "wape": _over(sums["error"], sums["offered"]),
        "wape_chance": _over(sums["chance"], sums["forecast"]), "wape_days": _over(sums["day_error"], sums["offered"]),
        "bias": _over(sums["forecast"], sums["offered"]) - 1, "within_5": _over(sums["near"], sums["some"]),
        "coverage": _over(sums["inside"], sums["band"]), "aht_expected": told, "aht_came": came, "aht_bias": _over(told, came) - 1,
    }).reset_index()  # fmt: skip


def _over(top, bottom):
    """A ratio of sums; blank where there is nothing below the line."""
    return top.astype(float) / bottom.where(bottom > 0).astype(float)


def _chance(mean):
    """E|X − m| of a Poisson of mean m: 2 m^(k+1) e^(−m) ÷ k! with k = ⌊m⌋ (Crow, 1958)."""
    from scipy.special import gammaln

    floor = np.floor(mean)
    with np.errstate(divide="ignore"):
        logs = np.where(mean > 0, (floor + 1) * np.log(np.maximum(mean, 1e-300)) - mean - gammaln(floor + 1), -np.inf)
    return 2 * np.exp(logs)


def with_plan(rows, centre):
    """The rows with planned and needed agents, the target and the shares promised, rostered and came; and notes in
    words.

    Work that may wait (a queue with a deadline) has no agents of an interval: it is left blank, and said.
    """
    parts, notes = [], []
    for name, mine in rows.groupby("queue", sort=True):
        found = {}
        try:
            queue = centre.queue(name)
            if queue.deferred:
                notes.append(
                    f"{name} may wait until its deadline: its plan is by the day, so that no interval of it can be short"
                )
            else:
                found = _plan(mine, queue, centre)
        except ValueError as problem:
            notes.append(f"{name} has no plan to compare with: {problem}")
        parts.append(mine.assign(**found))
    rows = pd.concat(parts).sort_index()
    wanted = ("planned", "needed", "target", "promised", "rostered")
    rows = rows.reindex(columns=[*rows.columns, *(name for name in wanted if name not in rows)])
    rows["came"] = rows.pop("answered_in_target") / rows["offered"].where(rows["offered"] > 0)
    if rows["there"].isna().all():
        notes.append(
            "intervals do not tell how many agents were there (column agents): the fit of the schedule cannot be judged"
        )
    return rows, tuple(notes)


def _plan(mine, queue, centre):
    from ...planning.staffing import staff

    told = mine[["queue", "start"]].assign(offered=mine["forecast"], aht_s=mine["aht_expected"].fillna(queue.aht_s))
    came = mine[["queue", "start", "offered"]].assign(aht_s=mine["aht_came"].fillna(queue.aht_s))
    plan, needed = staff(told, centre), staff(came, centre)
    known = mine["there"].notna()
    rostered = pd.Series(np.nan, mine.index)
    if known.any():
        rostered[known] = staff(told[known], centre, agents=np.round(mine.loc[known, "there"].to_numpy(float)))[
            "service_level"
        ]
    return {
        "planned": plan["agents"],
        "needed": needed["agents"],
        "promised": plan["service_level"],
        "rostered": rostered,
        "target": np.nan if queue.targets.service_level is None else queue.targets.service_level,
    }


def schedule_fit(rows, centre):
    """The agents who were there against those needed for the calls that came, and by the forecast, a row a live queue.

    n (intervals whose agents are known), hours_there, hours_needed, hours_planned (net agent-hours), over_hours and
    under_hours (there above and below needed, each summed by itself), under_share (share of intervals with fewer
    than needed), under_planned (fewer than planned), correlation of there and needed.
    """
    hours = centre.interval_s / 3600
    known = rows.dropna(subset=["there", "needed"])
    columns = (
        "queue",
        "n",
        "hours_there",
        "hours_needed",
        "hours_planned",
        "over_hours",
        "under_hours",
        "under_share",
        "under_planned",
        "correlation",
    )
    return pd.DataFrame(
        [_fit(name, mine, hours) for name, mine in known.groupby("queue", sort=True)], columns=list(columns)
    )


def _fit(name, mine, hours):
    there, gap = np.round(mine["there"]), np.round(mine["there"]) - mine["needed"]
    moves = there.std() > 0 and mine["needed"].std() > 0 if len(mine) > 2 else False
    return (
        name,
        len(mine),
        there.sum() * hours,
        mine["needed"].sum() * hours,
        mine["planned"].sum() * hours,
        gap.clip(lower=0).sum() * hours,
        -gap.clip(upper=0).sum() * hours,
        (gap < 0).mean(),
        (there < mine["planned"]).mean(),
        np.corrcoef(there, mine["needed"])[0, 1] if moves else np.nan,
    )


def kept(rows, by):
    """Service promised (by forecast and plan), rostered (forecast, agents who were there) and given (came), a row a
    queue (and `by`).

    Shares of contacts, Σ in time ÷ Σ contacts, with offered and the target; a queue without a plan is left out.
    """
    known = rows.dropna(subset=["promised"])
    told, there = known["forecast"], known["forecast"].where(known["rostered"].notna(), 0.0)
    counted = known["offered"].where(known["came"].notna(), 0.0)
    parts = known[["queue", *by, "offered"]].assign(
        told=told,
        promised=known["promised"] * told,
        there=there,
        rostered=known["rostered"].fillna(0) * there,
        counted=counted,
        came=known["came"].fillna(0) * counted,
    )
    groups = parts.groupby(["queue", *by], sort=True)
    sums, target = groups.sum(), known.groupby(["queue", *by], sort=True)["target"].first()
    return pd.DataFrame(
        {
            "offered": sums["offered"],
            "promised": _over(sums["promised"], sums["told"]),
            "rostered": _over(sums["rostered"], sums["there"]),
            "came": _over(sums["came"], sums["counted"]),
            "target": target,
        }
    ).reset_index()


def _half(came, quarter):
    """Words where the table begins or ends inside the quarter."""
    wall = came["start"].dt.tz_localize(None)
    if wall.max() < quarter.end - pd.Timedelta(days=4):
        yield f"intervals end on {wall.max():%Y-%m-%d}: only what came by then is compared"
    if wall.min() > quarter.first + pd.Timedelta(days=4):
        yield f"intervals begin on {wall.min():%Y-%m-%d}: nothing before it is compared"
