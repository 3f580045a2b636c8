"""What the data says about callers and people, with an interval: patience, handle time, arrivals, shrinkage.

Every estimate carries how many observations stand behind it, the method in words and its source.
Durations in seconds, shares 0–1. Intervals are of 95 % unless another confidence is asked for.
"""

from dataclasses import asdict, dataclass, fields
from math import inf, nan, sqrt

import numpy as np
import pandas as pd

from ..given import given_table

CONFIDENCE = 0.95
RESAMPLES = 999
SHORT_S = 5.0  # a caller who leaves sooner has not judged the wait: a wrong number, a second thought
HANDLE = ("talk_s", "hold_s", "acw_s")
QUANTILES = (0.50, 0.80, 0.90, 0.95)
WORK = ("work", "phone", "available", "email", "chat", "back office")  # a contact can be taken, or is being worked on
UNPAID = ("lunch", "off", "unpaid leave")
CAUSES = {  # what activities say → the cause as centre.toml usually names it
    "leave": "annual leave",
    "holiday": "public holidays",
    "break": "breaks",
    "meeting": "meetings and coaching",
    "coaching": "meetings and coaching",
}
EXTERNAL_CAUSES = ("annual leave", "sickness", "public holidays", "family leave", "absence")


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """One number from data: `estimate` between `low` and `high`, from `n` observations, and how.

    `name` is the setting or quantity, `unit` its unit; `method` and `source` are words. `low` and
    `high` are NaN where the data cannot bound it.
    """

    name: str
    estimate: float
    low: float
    high: float
    n: int
    unit: str
    method: str
    source: str


def as_frame(estimates):
    """Estimates as a DataFrame, a row each, in the order given."""
    return pd.DataFrame([asdict(estimate) for estimate in estimates], columns=[one.name for one in fields(Estimate)])


# ------------------------------------------------------------------------------------------- patience


def patience(calls, confidence=CONFIDENCE):
    """Mean patience (seconds) of exponential callers by maximum likelihood, as an Estimate.

    `calls` has wait_s and outcome (answered, abandoned). An answered call is censored: its caller
    would have waited longer than he did, so the estimate is Σ all waits ÷ number of abandons.
    Raises ValueError where nobody hung up. Source: Cox and Oakes, Analysis of Survival Data, 1984,
    section 3.2; the interval is Garwood's for a Poisson count, Biometrika 1936.

    >>> calls = pd.DataFrame({"wait_s": [10, 20, 30], "outcome": ["answered", "answered", "abandoned"]})
    >>> patience(calls).estimate
    60.0
    """
    waited, left = _waits(calls)
    return _exponential(waited.sum(), int(left.sum()), len(waited), confidence)


def patience_from_sums(intervals, confidence=CONFIDENCE):
    """The same Estimate as `patience`, from the sums of a table of intervals.

    `intervals` has abandoned, wait_answered_s and wait_abandoned_s; rows that lack one are left out.
    Raises ValueError where nobody hung up.

    >>> row = {"answered": 2, "abandoned": 1, "wait_answered_s": 30.0, "wait_abandoned_s": 30.0}
    >>> patience_from_sums(pd.DataFrame([row])).estimate
    60.0
    """
    columns = ["answered", "abandoned", "wait_answered_s", "wait_abandoned_s"]
    known = given_table(intervals, "intervals", numbers=columns)[columns].replace([inf, -inf], nan).dropna()
    waited = known[["wait_answered_s", "wait_abandoned_s"]].to_numpy().sum()
    abandons = int(known["abandoned"].sum())
    return _exponential(waited, abandons, int(known["answered"].sum()) + abandons, confidence)


def _exponential(waited, abandons, n, confidence):
    from scipy.stats import chi2  # loads where it is used

    if not (abandons > 0 and waited > 0):
        raise ValueError(
            f"patience cannot be estimated: {abandons:,} of {n:,} callers hung up, after {waited:,.0f} s of waiting"
        )
    tail = (1 - confidence) / 2
    return Estimate(
        name="patience_s",
        estimate=float(waited / abandons),
        n=n,
        unit="seconds",
        low=float(2 * waited / chi2.ppf(1 - tail, 2 * abandons + 2)),
        high=float(2 * waited / chi2.ppf(tail, 2 * abandons)),
        method="maximum likelihood, exponential: all waiting time ÷ abandons, answered calls censored",
        source="Cox and Oakes 1984, section 3.2",
    )


def naive_patience(calls, confidence=CONFIDENCE):
    """The mean wait of those who hung up, as an Estimate: what it is often taken for, it is not.

    Only the impatient are in it, for the patient were answered; under good service it is several
    times too short. It is here to be shown beside `patience`. Raises ValueError where nobody hung up.
    """
    waited, left = _waits(calls)
    if not left.any():
        raise ValueError("nobody hung up, so there is no wait of theirs to average")
    return _mean(
        waited[left],
        "patience_s",
        "seconds",
        confidence,
        source="Gans, Koole and Mandelbaum 2003, section 6.3",
        method="WRONG for patience: mean wait of those who hung up, the patient are not among them",
    )


def still_waiting(calls, confidence=CONFIDENCE):
    """The share of callers who would still wait after each wait, were nobody answered: Kaplan–Meier.

    Returns a DataFrame: wait_s, still_waiting, low, high (shares), at_risk, hung_up; a row for each
    length of wait at which somebody hung up. Raises ValueError where nobody did. Source: Kaplan and
    Meier, JASA 1958; interval by the log-log transformation of Greenwood's variance.

    >>> calls = pd.DataFrame({"wait_s": [1, 2, 3, 4], "outcome": ["abandoned", "answered", "abandoned", "answered"]})
    >>> still_waiting(calls)["still_waiting"].tolist()
    [0.75, 0.375]
    """
    from scipy.stats import CensoredData, ecdf  # loads where it is used

    waited, left = _waits(calls)
    if not left.any():
        raise ValueError("nobody hung up, so patience leaves no trace in this data")
    curve = ecdf(CensoredData(uncensored=waited[left], right=waited[~left])).sf
    with np.errstate(all="ignore"):  # a share of 0 or 1 has no log-log interval: it is left open below
        low, high = _band(curve, confidence)
    events, sorted_waits = np.unique(waited[left], return_counts=True), np.sort(waited)
    at = np.searchsorted(curve.quantiles, events[0])
    return pd.DataFrame(
        {
            "wait_s": events[0],
            "still_waiting": curve.probabilities[at],
            "low": low[at],
            "high": high[at],
            "at_risk": len(waited) - np.searchsorted(sorted_waits, events[0]),
            "hung_up": events[1],
        }
    )


def _band(curve, confidence):
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # said by scipy of the open ends
        band = curve.confidence_interval(confidence, method="log-log")
    return band.low.probabilities, band.high.probabilities


def median_patience(calls, confidence=CONFIDENCE):
    """The wait after which half of the callers would have gone, as an Estimate, without assuming a shape.

    inf where even the longest wait leaves more than half. Source: Kaplan and Meier 1958; the
    interval is where the band of the curve crosses one half (Brookmeyer and Crowley, Biometrics 1982).
    """
    curve = still_waiting(calls, confidence)
    low, middle, high = (_first(curve, name) for name in ("low", "still_waiting", "high"))
    return Estimate(
        name="median_patience_s",
        estimate=middle,
        low=low,
        high=high,
        n=int(len(_waits(calls)[0])),
        unit="seconds",
        method="Kaplan–Meier: half have hung up, answered calls censored",
        source="Kaplan and Meier 1958",
    )


def _first(curve, column):
    crossed = curve.loc[curve[column] <= 0.5, "wait_s"]
    return float(crossed.iloc[0]) if len(crossed) else inf


def _waits(calls):
    """(waits, who hung up) of the calls that waited for an agent; blocked ones never did."""
    given_table(calls, "calls", names=["outcome"], numbers=["wait_s"])
    kept = calls[calls["outcome"].isin(["answered", "abandoned"]) & (calls["wait_s"] >= 0)]
    return kept["wait_s"].to_numpy(float), (kept["outcome"] == "abandoned").to_numpy()


def short_abandons(calls, within_s=SHORT_S, confidence=CONFIDENCE):
    """The share of abandons that come within `within_s` seconds, as an Estimate.

    Such callers were not lost to the wait; some service levels leave them out. Raises ValueError
    where nobody hung up. Source: binomial share, Wilson's interval, JASA 1927.

    >>> calls = pd.DataFrame({"wait_s": [2.0, 40.0], "outcome": ["abandoned", "abandoned"]})
    >>> short_abandons(calls).estimate
    0.5
    """
    from scipy.stats import binomtest  # loads where it is used

    waited, left = _waits(calls)
    if not left.any():
        raise ValueError("nobody hung up, so no share of them did so early")
    test = binomtest(int((waited[left] <= within_s).sum()), int(left.sum()))
    low, high = test.proportion_ci(confidence, method="wilson")
    return Estimate(
        name="short_abandon_share",
        estimate=float(test.statistic),
        low=float(low),
        high=float(high),
        n=int(left.sum()),
        unit="share of abandons",
        method=f"abandons within {within_s:g} s ÷ abandons",
        source="Wilson 1927",
    )


# ---------------------------------------------------------------------------------------- handle time


def handle_time(calls, confidence=CONFIDENCE):
    """Mean, spread, lognormal fit and quantiles of the handle time, a DataFrame of Estimates.

    `calls` has outcome, talk_s and, where measured, hold_s and acw_s; answered calls with a handle
    time above zero count. Rows: aht_s, aht_cv (standard deviation ÷ mean, 1 for an exponential),
    lognormal_median_s, lognormal_sigma, p50_s to p95_s with the lognormal's own value in the method.
    Raises ValueError for fewer than two such calls. Source: Brown et al., Statistical analysis of a
    telephone call center, JASA 2005 (handle times are close to lognormal).
    """
    handle = _handled(calls)
    if len(handle) < 2:
        raise ValueError(f"handle time needs two answered calls at least, got {len(handle)}")
    mean = _mean(
        handle, "aht_s", "seconds", confidence, "mean of talk, hold and after-call work", "Student's t for a mean"
    )
    return as_frame(
        [
            mean,
            _spread(handle, confidence),
            *_lognormal(handle, confidence),
            *(_quantile(handle, share, confidence) for share in QUANTILES),
        ]
    )


def _handled(calls):
    given_table(calls, "calls", names=["outcome"], perhaps=HANDLE)
    answered = calls[calls["outcome"] == "answered"]
    total = answered[[name for name in HANDLE if name in answered]].sum(axis=1).to_numpy(float)
    return total[(total > 0) & (total < inf)]


def _mean(values, name, unit, confidence, method, source):
    from scipy.stats import t

    n, mean = len(values), float(np.mean(values))
    half = float(t.ppf((1 + confidence) / 2, n - 1) * np.std(values, ddof=1) / sqrt(n)) if n > 1 else nan
    return Estimate(
        name=name, estimate=mean, low=mean - half, high=mean + half, n=n, unit=unit, method=method, source=source
    )


def _spread(values, confidence):
    low, cv, high = _resampled(_cv, values, confidence=confidence)
    return Estimate(
        name="aht_cv",
        estimate=cv,
        low=low,
        high=high,
        n=len(values),
        unit="ratio",
        method="standard deviation ÷ mean, interval by 999 resamples",
        source="Efron and Tibshirani 1993",
    )


def _cv(values, axis=-1):
    return np.std(values, axis=axis, ddof=1) / np.mean(values, axis=axis)


def _lognormal(values, confidence):
    """Mean and standard deviation of the logarithms, the first told as the median it means."""
    from scipy.stats import chi2

    logs, n, tail = np.log(values), len(values), (1 - confidence) / 2
    middle = _mean(logs, "", "", confidence, "", "")
    sigma = float(np.std(logs, ddof=1))
    yield Estimate(
        name="lognormal_median_s",
        estimate=float(np.exp(middle.estimate)),
        low=float(np.exp(middle.low)),
        high=float(np.exp(middle.high)),
        n=n,
        unit="seconds",
        method="exp of the mean logarithm",
        source="Brown et al. 2005",
    )
    yield Estimate(
        name="lognormal_sigma",
        estimate=sigma,
        low=sigma * sqrt((n - 1) / chi2.ppf(1 - tail, n - 1)),
        high=sigma * sqrt((n - 1) / chi2.ppf(tail, n - 1)),
        n=n,
        unit="log seconds",
        method="standard deviation of the logarithms",
        source="Brown et al. 2005",
    )


def _quantile(values, share, confidence):
    from scipy.stats import norm, quantile_test

    test = quantile_test(values, q=0, p=share)
    low, high = test.confidence_interval(confidence)
    fitted = np.exp(np.mean(np.log(values)) + norm.ppf(share) * np.std(np.log(values), ddof=1))
    return Estimate(
        name=f"p{share * 100:.0f}_s",
        estimate=float(np.quantile(values, share)),
        low=float(low),
        high=float(high),
        n=len(values),
        unit="seconds",
        method=f"quantile of the data; the lognormal says {fitted:,.0f}",
        source="order statistics, Conover 1999, section 3.2",
    )


def _resampled(statistic, *columns, confidence, n=20_000):
    """(low, estimate, high) of a statistic by resampling rows; large data is thinned evenly for speed."""
    from scipy.stats import bootstrap

    value = float(statistic(*columns))
    step = max(1, len(columns[0]) // n)
    thin = (
        [np.sort(column)[::step] for column in columns] if len(columns) == 1 else [column[::step] for column in columns]
    )
    if len(thin[0]) < 2:
        return nan, value, nan
    found = bootstrap(
        thin,
        statistic,
        paired=True,
        vectorized=True,
        n_resamples=RESAMPLES,
        confidence_level=confidence,
        method="percentile",
        batch=50,
        rng=np.random.default_rng(2026),
    ).confidence_interval
    width = 1 / sqrt(step)  # a thinned sample scatters more than the whole one
    return value + (found.low - value) * width, value, value + (found.high - value) * width


# ------------------------------------------------------------------------------------------- arrivals


def overdispersion(intervals, leave_out=(), confidence=CONFIDENCE):
    """How much more arrivals scatter than pure chance (Poisson), by queue: a DataFrame of Estimates.

    `intervals` has queue, start, offered; `leave_out` are dates not to be used (holidays, broken
    days). variance_to_mean compares the same weekday and time a week apart and is 1 for Poisson;
    day_factor_cv is the standard deviation of a day's own factor (gamma, mean 1), 0 for Poisson.
    Variance is half the mean squared difference of neighbours, which no trend inflates. Source: von
    Neumann et al., Annals of Mathematical Statistics 1941; Jongbloed and Koole, Managing uncertainty
    in call centres using Poisson mixtures, 2001. Raises ValueError without a pair of same weekdays.
    """
    given_table(intervals, "intervals", keys=["queue"], times=["start"], numbers=["offered"])
    parts = [_dispersion(queue, rows, leave_out, confidence) for queue, rows in intervals.groupby("queue")]
    return pd.concat(parts, ignore_index=True)


def _dispersion(queue, rows, leave_out, confidence):
    wall = rows["start"].dt.tz_localize(None)
    used = ~wall.dt.normalize().isin(pd.DatetimeIndex(list(leave_out)))
    counts = rows.loc[used].assign(wall=wall[used]).groupby("wall")["offered"].sum()
    daily = counts.groupby(counts.index.normalize()).sum()
    ratio = _Pairs.of(counts, queue)
    day = _Pairs.of(daily, queue)
    found = as_frame(
        [
            ratio.estimate(
                "variance_to_mean", "ratio", _ratio, confidence, "Σ half squared weekly differences ÷ Σ means"
            ),
            day.estimate(
                "day_factor_cv",
                "ratio",
                _gamma_cv,
                confidence,
                "(variance − mean) ÷ mean² of same weekdays, square root",
            ),
        ]
    )
    found.insert(0, "queue", queue)
    return found


@dataclass(frozen=True)
class _Pairs:
    """Counts and those a week later, summed by week so that resampling keeps days together."""

    weeks: pd.DataFrame
    n: int

    @classmethod
    def of(cls, counts, queue):
        later = counts.reindex(counts.index + pd.Timedelta(weeks=1)).set_axis(counts.index)
        both = pd.DataFrame({"now": counts, "later": later}).dropna()
        both = both[(both > 0).any(axis=1)]
        if both.empty:
            raise ValueError(f"queue {queue} has no two weeks in a row, so the scatter of arrivals cannot be told")
        sums = pd.DataFrame(
            {
                "variance": (both["now"] - both["later"]) ** 2 / 2,
                "mean": both.mean(axis=1),
                "product": both["now"] * both["later"],
            }
        )
        return cls(sums.groupby(both.index.to_period("W")).sum(), len(both))

    def estimate(self, name, unit, statistic, confidence, method):
        """The statistic of the weeks with an interval from resampled weeks."""
        columns = [self.weeks[name].to_numpy(float) for name in ("variance", "mean", "product")]
        low, value, high = _resampled(statistic, *columns, confidence=confidence)
        return Estimate(
            name=name,
            estimate=value,
            low=low,
            high=high,
            n=self.n,
            unit=unit,
            method=method,
            source="Jongbloed and Koole 2001",
        )


def _ratio(variance, mean, product, axis=-1):
    return np.sum(variance, axis=axis) / np.sum(mean, axis=axis)


def _gamma_cv(variance, mean, product, axis=-1):
    excess = np.sum(variance, axis=axis) - np.sum(mean, axis=axis)
    return np.sqrt(np.maximum(excess, 0) / np.maximum(np.sum(product, axis=axis), 1e-300))


# ------------------------------------------------------------------------------------------ shrinkage


def shrinkage_by_cause(activities, work=WORK, unpaid=UNPAID, causes=None, confidence=CONFIDENCE):
    """The share of paid time that each cause takes from the phones: a DataFrame of Estimates.

    `activities` has agent, start, end, actual (scheduled where no actual is known). Paid time is
    all of it but `unpaid`; what is not `work` is a cause, named as `causes` says ({activity: cause},
    default CAUSES). Adds `cause` and `group` (external: away from the building, internal). n counts
    paid hours. The interval comes from resampled weeks. Raises ValueError without paid time.

    >>> day = pd.Timestamp("2026-03-02 08:00")
    >>> rows = [("Ann", day, day + pd.Timedelta(hours=7), "work"), ("Ann", day, day + pd.Timedelta(hours=1), "training")]
    >>> shrinkage_by_cause(pd.DataFrame(rows, columns=["agent", "start", "end", "actual"]))["estimate"].tolist()
    [0.125]
    """
    weekly = weekly_hours(activities, unpaid, CAUSES if causes is None else causes)
    paid = weekly.sum(axis=1).to_numpy(float)
    if not paid.sum() > 0:
        raise ValueError("shrinkage cannot be told: the activities hold no paid time")
    away = [cause for cause in weekly if cause not in work]
    found = as_frame([_cause(cause, weekly[cause].to_numpy(float), paid, confidence) for cause in away])
    found.insert(0, "group", ["external" if cause in EXTERNAL_CAUSES else "internal" for cause in away])
    found.insert(0, "cause", away)
    return found.sort_values(["group", "estimate"], ascending=[True, False], ignore_index=True)


def weekly_hours(activities, unpaid, causes):
    """Paid hours by week (rows) and what was done (columns)."""
    told = [name for name in ("actual", "scheduled") if name in activities]
    given_table(activities, "activities", names=told or ["actual"], times=["start", "end"])
    did = activities["actual"] if "actual" in activities else pd.Series(None, activities.index, dtype="str")
    did = did.fillna(activities["scheduled"]) if "scheduled" in activities else did
    hours = (activities["end"] - activities["start"]).dt.total_seconds() / 3600
    paid = did.notna() & ~did.isin(unpaid) & (hours > 0)
    week = activities["start"].dt.tz_localize(None).dt.to_period("W")
    return (
        hours[paid]
        .groupby([week[paid], did[paid].map(lambda word: causes.get(word, word))])
        .sum()
        .unstack(fill_value=0.0)
    )


def _cause(cause, hours, paid, confidence):
    low, value, high = _resampled(_share, hours, paid, confidence=confidence)
    return Estimate(
        name=f"shrinkage.{cause}",
        estimate=value,
        low=low,
        high=high,
        n=int(paid.sum()),
        unit="share of paid time",
        method="hours of the cause ÷ paid hours, interval by resampled weeks",
        source="Cleveland, Call Center Management 2012",
    )


def _share(hours, paid, axis=-1):
    return np.sum(hours, axis=axis) / np.sum(paid, axis=axis)


def attrition(agents, first, last, confidence=CONFIDENCE):
    """Leavers ÷ average headcount per year between two dates, as an Estimate.

    `agents` has hired and left (missing: still there). The average headcount is agent-days ÷ days.
    Raises ValueError where nobody was employed. Source: Garwood's interval for the count of leavers.
    """
    from scipy.stats import chi2

    given_table(agents, "agents", keys=["agent"], times=["hired", "left"])
    first, last = pd.Timestamp(first), pd.Timestamp(last)
    hired, left = (
        agents[name].dt.tz_localize(None) if agents[name].dt.tz else agents[name] for name in ("hired", "left")
    )
    days = (left.fillna(last).clip(upper=last) - hired.clip(lower=first)).dt.days.clip(lower=0).sum()
    if not days > 0:
        raise ValueError(f"nobody was employed between {first:%Y-%m-%d} and {last:%Y-%m-%d}")
    leavers, tail = int(left.between(first, last).sum()), (1 - confidence) / 2
    years = days / 365.25
    return Estimate(
        name="attrition_per_year",
        estimate=leavers / years,
        low=float(chi2.ppf(tail, 2 * leavers) / 2 / years) if leavers else 0.0,
        high=float(chi2.ppf(1 - tail, 2 * leavers + 2) / 2 / years),
        n=int(agents["agent"].nunique()),
        unit="share per year",
        method=f"{leavers} leavers ÷ {years:,.1f} agent-years",
        source="Garwood 1936",
    )


def mean_of(values, name, unit="", confidence=CONFIDENCE):
    """The mean of a Series of numbers as an Estimate; empty cells are left out. Raises ValueError without any.

    >>> mean_of(pd.Series([14.0, 16.0, None]), "hourly_wage").estimate
    15.0
    """
    known = values.dropna().to_numpy(float)
    if not len(known):
        raise ValueError(f"{name} is empty, so it has no mean")
    return _mean(known, name, unit, confidence, "mean", "Student's t for a mean")


def estimates_of(frames, queue, leave_out=()):
    """All estimates of a queue that the tables allow, as a DataFrame of Estimates.

    `frames` are frames by table name (intervals, calls); `leave_out` are dates left out of the scatter
    of arrivals. What the data cannot tell is not in it.
    """
    for name, frame in frames.items():
        if name in ("calls", "intervals") and frame is not None:
            given_table(frame, name, keys=["queue"])
    calls, intervals = (
        frames[name][frames[name]["queue"] == queue] if frames.get(name) is not None else None
        for name in ("calls", "intervals")
    )
    singles = [_tried(one, calls) for one in (patience, median_patience, naive_patience, short_abandons)]
    singles[0] = singles[0] or _tried(patience_from_sums, intervals)
    tables = [
        as_frame([one for one in singles if one is not None]),
        _tried(handle_time, calls),
        _tried(overdispersion, intervals, leave_out),
    ]
    known = [one.drop(columns="queue", errors="ignore") for one in tables if one is not None and len(one)]
    return pd.concat(known, ignore_index=True) if known else as_frame([])


def _tried(estimate, frame, *more):
    try:
        return None if frame is None or not len(frame) else estimate(frame, *more)
    except (ValueError, KeyError):
        return None
