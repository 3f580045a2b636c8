"""Predicted against actual: what the formulas would have said of intervals that really were.

Calls, handle time and the agents at work are put in as they were, and the service, abandonment and wait that
come out are held against those that were measured. What is left is the error of the formulas, of the patience
and the agents that were put in, and chance: a half-hour of 40 calls is a draw, whatever the formula.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ...data import estimates
from ...data.given import given_table
from ...queueing import performance, predict_day, simulate_day
from ...queueing.inputs import floats
from ..service.days import local_days
from ..staffing import WORK, agents_by_row, given_intervals, handle_times

MODELS = ("Erlang C", "Erlang A", "through the day")
MEASURES = {"service_level": "offered", "abandonment": "offered", "asa_s": "answered"}  # measure: its weight
KEYS = ["queue", "start", "offered", "answered", "agents"]
PARTS = 3  # of an interval, so that 14.3 agents are whole ones: 14, 14, 15
EVERY, UNTIL = 50, 0.8  # simulated days, and E|x| of a normal x with deviation 1


@dataclass(frozen=True)
class Validation:
    """What was predicted of intervals beside what was: `predicted` and how many intervals were `left_out`.

    `predicted` has a row an interval and model: queue, start, model, offered, answered, agents, service_level,
    abandonment, asa_s, and each of the three measured, named `…_actual`. Left out are intervals without calls,
    without known agents, or without anybody at work.
    """

    predicted: pd.DataFrame
    left_out: int

    def errors(self, by=("model",)):
        """Bias and error of each measure (see `errors`), interval by interval."""
        return errors(self.predicted, by)

    def day_errors(self, by=("model",)):
        """The same for whole days: ratios of the day's sums."""
        return errors(days_of(self.predicted), by)


def validate(intervals, centre, *, agents=None, models=MODELS):
    """What each of `models` says of intervals that really were, beside what was measured: a `Validation`.

    `intervals` is a table of intervals with queue, start, offered, answered, answered_in_target, abandoned, the
    agents at work (a mean, fractions welcome; or `agents`, an array as long as the table) and aht_s or the seconds
    of work; wait_answered_s where waits are known. `centre` gives targets and patience. "Erlang C" and "Erlang A" take
    each interval by itself, between the answers for the whole numbers of agents on either side; "through the
    day" is `predict_day` from the empty queue at the day's first interval. Raises ValueError naming what is missing.

    >>> from ccplan.data import Centre, Queue
    >>> day = pd.DataFrame({"queue": "q", "start": pd.date_range("2026-09-01 08:00", periods=2, freq="30min"), "aht_s": 300,
    ...     "offered": [60, 70], "answered": [58, 66], "answered_in_target": [50, 55], "abandoned": [2, 4], "agents": [12, 13]})
    >>> found = validate(day, Centre(name="x", queues=(Queue(name="q", patience_s=180),)))
    >>> found.errors().query("measure == 'service_level'")[["model", "bias"]].round(2).values.tolist()
    [['Erlang C', -0.29], ['Erlang A', -0.04], ['through the day', 0.0]]
    """
    unknown = set(models) - set(MODELS)
    if unknown or not models:
        raise ValueError(f"models must be some of {', '.join(MODELS)}, got {', '.join(map(str, models)) or 'none'}")
    frame = _checked(intervals, agents)
    used = frame[(frame["offered"] > 0) & (frame["agents"] > 0)]
    parts = [
        _queue(rows, centre.queue(name), centre.interval_s, models)
        for name, rows in used.groupby("queue", sort=False, observed=True)
    ]
    nothing = dict.fromkeys((*MEASURES, *(f"{name}_actual" for name in MEASURES)), np.nan)
    empty = used[KEYS].iloc[:0].assign(model="", **nothing)
    return Validation(pd.concat(parts, ignore_index=True) if parts else empty, int(len(frame) - len(used)))


def errors(predicted, by=("model",)):
    """How far predictions are from what was: a row a group of `by` and measure.

    `predicted` as in `Validation`. Returns measure, n (intervals or days), actual and predicted (both weighted
    by calls, the waits by answered calls), bias (predicted − actual), mae, rmse and correlation. A
    wait that is infinite, where nobody hangs up and agents are fewer than the load, is left out and n is lower.
    """
    groups = predicted.groupby(list(by), sort=False, observed=True) if by else [((), predicted)]
    rows = [
        dict(zip(by, key if isinstance(key, tuple) else (key,))) | {"measure": name} | _error(part, name)
        for key, part in groups
        for name in MEASURES
    ]
    columns = [*by, "measure", "n", "actual", "predicted", "bias", "mae", "rmse", "correlation"]
    return pd.DataFrame([row for row in rows if row["n"]], columns=columns)


def days_of(predicted):
    """The rows of whole days, from those of intervals: weighted by calls, as ratios of sums are; start is the day."""
    rows = predicted.assign(start=local_days(predicted["start"]))
    keys = ["queue", "start", "model"]
    sums = rows.groupby(keys, sort=False, observed=True)[["offered", "answered"]].sum()
    for name, weight in MEASURES.items():
        for column in (name, f"{name}_actual"):
            known = rows[rows[f"{name}_actual"].notna()]
            top = (
                (known[column] * known[weight])
                .groupby([known[key] for key in keys], sort=False, observed=True)
                .sum(min_count=1)
            )
            below = known.groupby(keys, sort=False, observed=True)[weight].sum()
            sums[column] = top / below.where(below > 0)
    return sums.reset_index()


def calibration(predicted, bins=10):
    """Predicted service in `bins` steps beside the actual: when the formula says 80 %, how much was it?

    Returns low and high of the step (shares), n (intervals), offered, service_level (mean predicted), actual, and
    p10 and p90, between which four intervals of five were; weighted by calls. Empty steps are left out.
    """
    edges = np.linspace(0, 1, int(floats("bins", bins, low=1, high=1000)) + 1)
    rows = predicted[predicted["service_level_actual"].notna()]
    place = np.clip(np.digitize(rows["service_level"], edges) - 1, 0, len(edges) - 2)
    found = [{"low": edges[k], "high": edges[k + 1]} | _step(rows[place == k]) for k in np.unique(place)]
    return pd.DataFrame(found, columns=["low", "high", "n", "offered", "service_level", "actual", "p10", "p90"])


def chance_error(intervals, centre, *, days=EVERY, seed=0):
    """The mean error of an interval's service that chance alone makes, weighted by calls: a share.

    If the rate, the agents and every average were known, single half-hours would still stray from what is
    expected. `intervals` as for `validate`; each of its days is simulated `days` times. nan where nobody was at work.
    """
    frame = _checked(intervals, None)
    spread, calls = [], []
    for name, rows in frame[frame["agents"] > 0].groupby("queue", sort=False, observed=True):
        queue = centre.queue(name)
        for _, day in _grids(rows.assign(aht_s=rows["aht_s"].fillna(queue.aht_s)), centre.interval_s):
            half = simulate_day(
                day["offered"],
                day["aht_s"],
                np.rint(day["agents"]),
                interval_s=centre.interval_s,
                days=days,
                patience_s=queue.patience_s,
                target_s=queue.targets.target_s,
                seed=seed,
            ).intervals["service_level_ci95"]
            spread.append(half.to_numpy() / 1.96 * np.sqrt(days))
            calls.append(day["offered"])
    if not spread:
        return float("nan")
    spread, calls = np.concatenate(spread), np.concatenate(calls)
    known = ~np.isnan(spread)
    return float(UNTIL * (spread[known] * calls[known]).sum() / calls[known].sum())


def learned(intervals, centre, train):
    """The table and the centre as a planner would have them who knows the rows `train` only: (intervals, centre).

    aht_s becomes the mean of the queue and hour in `train` (Σ work ÷ Σ answered), patience_s that of `train`
    (Σ waits ÷ hang-ups). What `train` does not tell stays as it is.
    """
    queues = tuple(
        replace(queue, patience_s=_patience(train[train["queue"] == queue.name], queue)) for queue in centre.queues
    )
    return intervals.assign(aht_s=_hourly_aht(intervals, train, centre)), replace(centre, queues=queues)


def out_of_sample(intervals, centre, **how):
    """`validate`, month by month, with the handle times and the patience of the month before: a `Validation`.

    The first month only teaches. Calls and agents are those of the month itself. `how` as for `validate`.
    """
    given_table(given_intervals(intervals), "intervals", perhaps=["abandoned", "wait_answered_s", "wait_abandoned_s"])
    agents = how.pop("agents", None)
    intervals = (
        intervals if agents is None else intervals.assign(agents=agents_by_row(agents, intervals, nan=True).to_numpy())
    )
    month = intervals["start"].dt.tz_localize(None).dt.to_period("M")
    parts, left_out, known = [], 0, sorted(month.unique())
    if len(known) < 2:
        raise ValueError(
            f"intervals must span two months at least, one to learn from and one to test on, got {len(known)}"
        )
    for before, now in zip(known[:-1], known[1:]):
        found = validate(*learned(intervals[month == now], centre, intervals[month == before]), **how)
        parts.append(found.predicted)
        left_out += found.left_out
    return Validation(pd.concat(parts, ignore_index=True), left_out)


def _checked(intervals, agents):
    frame = given_intervals(intervals).reset_index(drop=True)
    frame = frame if agents is None else frame.assign(agents=agents_by_row(agents, frame, nan=True))
    needed = ("queue", "start", "offered", "answered", "abandoned", "answered_in_target", "agents")
    counted = needed[2:]
    given_table(frame, "intervals", names=["queue"], times=["start"], numbers=counted, perhaps=["wait_answered_s"])
    floats("offered", frame["offered"].to_numpy(float, na_value=np.nan), high=1e12)
    floats("agents", frame["agents"].to_numpy(float, na_value=np.nan), nan=True)
    if "aht_s" in frame:
        return frame
    aht_s = [handle_times(rows) for _, rows in frame.groupby("queue", sort=False, observed=True)]
    return frame.assign(aht_s=pd.concat(aht_s) if aht_s else np.nan)


def _queue(rows, queue, interval_s, models):
    rows = rows.sort_values("start", ignore_index=True)
    rows = rows.assign(aht_s=rows["aht_s"].fillna(queue.aht_s))
    told = {
        "Erlang C": lambda: _stationary(rows, queue, interval_s, np.inf),
        "Erlang A": lambda: _stationary(rows, queue, interval_s, queue.patience_s),
        "through the day": lambda: _through_day(rows, queue, interval_s),
    }
    actual = pd.DataFrame({
        "service_level_actual": rows["answered_in_target"] / rows["offered"],
        "abandonment_actual": rows["abandoned"] / rows["offered"],
        "asa_s_actual": rows.get("wait_answered_s", np.nan) / rows["answered"].where(rows["answered"] > 0),
    })  # fmt: skip
    return pd.concat(
        [rows[KEYS].assign(model=model).join(told[model]()).join(actual) for model in models], ignore_index=True
    )


def _stationary(rows, queue, interval_s, patience_s):
    agents = rows["agents"].to_numpy(float)
    whole = np.floor(agents).astype(int)
    low, high = (
        performance(
            rows["offered"].to_numpy(float),
            rows["aht_s"].to_numpy(float),
            whole + more,
            interval_s=interval_s,
            patience_s=patience_s,
            target_s=queue.targets.target_s,
        )
        for more in (0, 1)
    )
    share = agents - whole
    return pd.DataFrame({name: _between(getattr(low, name), getattr(high, name), share) for name in MEASURES})


def _between(low, high, share):
    """Linear between two answers; where the one is infinite or none, the nearer of the two."""
    with np.errstate(invalid="ignore"):
        middle = low * (1 - share) + high * share
    return np.where(
        share == 0, low, np.where(np.isfinite(low) & np.isfinite(high), middle, np.where(share < 0.5, low, high))
    )


def _through_day(rows, queue, interval_s):
    found = pd.DataFrame(np.nan, index=rows.index, columns=list(MEASURES))
    for at, day in _grids(rows, interval_s):
        told = predict_day(
            np.repeat(day["offered"] / PARTS, PARTS),
            np.repeat(day["aht_s"], PARTS),
            in_parts(day["agents"], PARTS),
            interval_s=interval_s / PARTS,
            patience_s=queue.patience_s,
            target_s=queue.targets.target_s,
        )
        sums = told.groupby(np.arange(len(told)) // PARTS).sum()
        calls, answered = sums["offered"].where(sums["offered"] > 0), sums["answered"].where(sums["answered"] > 0)
        found.loc[at.index, "service_level"] = (sums["answered_in_target"] / calls).to_numpy()[at]
        found.loc[at.index, "abandonment"] = (sums["abandoned"] / calls).to_numpy()[at]
        found.loc[at.index, "asa_s"] = (sums["wait_answered_s"] / answered).to_numpy()[at]
    return found


def _grids(rows, interval_s):
    """Each local day as (place of each row in it, arrays offered, aht_s, agents by interval); gaps hold no calls."""
    for _, day in rows.groupby(local_days(rows["start"]), sort=False):
        at = ((day["start"] - day["start"].min()).dt.total_seconds() // interval_s).astype(int)
        grid = {name: np.zeros(at.max() + 1) for name in ("offered", "agents")} | {
            "aht_s": np.full(at.max() + 1, day["aht_s"].mean())
        }
        for name in grid:
            grid[name][at] = day[name]
        yield at, grid


def in_parts(agents, parts):
    """Mean agents of intervals as whole ones of `parts` parts each, the more ones toward the busier neighbour.

    >>> in_parts([14.3, 16.0], 3).tolist()
    [14, 14, 15, 16, 16, 16]
    """
    agents = np.asarray(agents, float)
    total = np.rint(agents * parts).astype(int)
    around = np.concatenate([agents[:1], agents, agents[-1:]])
    rising = around[2:] >= around[:-2]
    place = np.where(rising[:, None], np.arange(parts)[::-1], np.arange(parts))
    return (total[:, None] // parts + (place < (total % parts)[:, None])).ravel()


def _error(part, name):
    told, was, weight = part[name], part[f"{name}_actual"], part[MEASURES[name]]
    known = np.isfinite(told) & np.isfinite(was) & (weight > 0)
    if not known.any():
        return {"n": 0}
    told, was, weight = (column[known].to_numpy(float) for column in (told, was, weight))
    weight = weight / weight.sum()
    actual, predicted, apart = weight @ was, weight @ told, told - was
    spread = np.sqrt((weight @ (was - actual) ** 2) * (weight @ (told - predicted) ** 2))
    together = weight @ ((was - actual) * (told - predicted))
    return {
        "n": int(known.sum()),
        "actual": actual,
        "predicted": predicted,
        "bias": predicted - actual,
        "mae": weight @ np.abs(apart),
        "rmse": np.sqrt(weight @ apart**2),
        "correlation": together / spread if spread > 0 else np.nan,
    }


def _step(rows):
    calls = rows["offered"].to_numpy(float)
    order = np.argsort(rows["service_level_actual"].to_numpy(), kind="stable")
    heap = np.cumsum(calls[order]) / calls.sum()
    low, high = (rows["service_level_actual"].to_numpy()[order][np.searchsorted(heap, share)] for share in (0.1, 0.9))
    return {
        "n": len(rows),
        "offered": calls.sum(),
        "service_level": (rows["service_level"] @ calls) / calls.sum(),
        "actual": (rows["service_level_actual"] @ calls) / calls.sum(),
        "p10": low,
        "p90": high,
    }


def _patience(train, queue):
    waits = ("abandoned", "answered", "wait_answered_s", "wait_abandoned_s")
    if not set(waits) <= set(train) or not train["abandoned"].sum() > 0 or not train[list(waits[2:])].sum().sum() > 0:
        return queue.patience_s
    return estimates.patience_from_sums(train).estimate


def _hourly_aht(intervals, train, centre):
    """Mean handle time of the queue and hour in `train`; of the queue where the hour is not in it."""
    hidden = train["hidden_s"] if "hidden_s" in train else 0.0
    seconds = train[[name for name in WORK if name in train]].sum(axis=1) + hidden * train["answered"]
    if "aht_s" in train:
        seconds = train["aht_s"] * train["answered"]

    def mean(keys):
        sums = pd.DataFrame({"work": seconds, "answered": train["answered"]}).groupby(keys, observed=True).sum()
        return sums["work"] / sums["answered"].where(sums["answered"] > 0)

    queue, by_queue = intervals["queue"], mean(train["queue"])
    by_hour = mean([train["queue"], train["start"].dt.hour])
    both = pd.Series(
        by_hour.reindex(pd.MultiIndex.from_arrays([queue, intervals["start"].dt.hour])).to_numpy(), intervals.index
    )
    return both.where(both > 0).fillna(queue.map(by_queue)).fillna(queue.map({q.name: q.aht_s for q in centre.queues}))
