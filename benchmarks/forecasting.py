"""The league of forecasts on real series and on the bundled centre: rolling origins, what came against what was said.

The peers are the same weekday last week, and statsmodels as one would use it by hand: days smoothed or by ARIMA,
cut into intervals by the shape of the last eight weeks. Real centres' tables stand beside the repository on some
machines (shared/data); where they are absent the bundled centre alone plays. `python -m benchmarks.forecasting
--all` takes every origin and plays our single models too (some minutes more).
"""

import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from .measuring import Row, alone, say

SHARED = Path(__file__).parents[2] / "shared" / "data"
SPANS = {"day 1": (0, 1), "days 1-7": (0, 7), "days 8-14": (7, 14)}
HORIZON = 14
BANK_BEST = {"day 1": 23.6, "days 1-7": 27.5, "days 8-14": 26.1}  # the best of each column in shared/data/README.md


def rows(every=False):
    """The rows of the table; with all origins and our single models as `every` says."""
    for make, name, sparing in series():
        history, centre, origins = make()
        origins = origins if every else origins[::sparing]
        say(f"forecasts of {name} from {len(origins)} origins ...")
        yield from league_rows(name, history, centre, origins, every)
    yield from many_rows()


def series():
    """What is on this machine: (what makes it, its name, of how many origins the table takes one)."""
    yield bundled, "the bundled centre's service line", 2
    if (SHARED / "technion_1999").is_dir():
        yield bank, "a bank, 1999", 3
    if (SHARED / "seattle_fire").is_dir():
        yield fire, "a city's fire calls", 4


def bundled():
    """24 origins of the bundled centre's largest queue."""
    from ccplan.data import load_centre, load_intervals, sample_centre

    centre, frame = load_centre(sample_centre()), load_intervals(sample_centre()).frame
    mine = frame[frame["queue"] == "service"]
    return mine, centre, pd.date_range("2025-12-01", periods=24, freq="11D")


def bank():
    """33 origins from 2 April, stride 8 days, 07-24 h, seven days a week: the trial of shared/data/README.md."""
    six = pd.read_csv(SHARED / "technion_1999" / "volume_6min.csv.gz", parse_dates=["interval_start"])
    half = six.set_index("interval_start")["calls"].resample("30min").sum()
    origins = pd.date_range("1999-04-02", periods=33, freq="8D")
    return _history(half[half.index.hour >= 7]), _centre(1800, "IL", "Asia/Jerusalem"), origins


def fire():
    """16 origins of a city's calls by the hour, round the clock."""
    rows = pd.read_csv(SHARED / "seattle_fire" / "volume_hourly.csv.gz", parse_dates=["interval_start"])
    hourly = rows.set_index("interval_start")["calls"]
    last = hourly.index.max().normalize()  # the last day is cut
    origins = pd.date_range("2020-01-01", periods=16, freq="65D")
    return _history(hourly[hourly.index < last]), _centre(3600, "US", "America/Los_Angeles"), origins


def trial(history, centre, origins, method="auto"):
    """What one method said and what came: frame of origin, ahead (days), offered, said, low, high."""
    from joblib import Parallel, delayed

    return pd.concat(
        Parallel(n_jobs=-1)(delayed(_one)(history, centre, origin, method) for origin in origins), ignore_index=True
    )


def _one(history, centre, origin, method):
    said = by_hand(history, origin, method) if method in BY_HAND else _ours(history, centre, origin, method)
    both = said.merge(history[["start", "offered"]], on="start", suffixes=("", "_came"))
    wall = both["start"].dt.tz_localize(None)
    return pd.DataFrame(
        {
            "origin": origin,
            "ahead": (wall.dt.normalize() - origin).dt.days,
            "offered": both["offered_came"],
            "said": both["offered"],
            "low": both["offered_p10"],
            "high": both["offered_p90"],
        }
    )


def _ours(history, centre, origin, method):
    from ccplan.planning import forecast

    return forecast(history, centre, f"{HORIZON}d", at=origin, method=method)


def _smoothed(days):
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    return ExponentialSmoothing(days, seasonal="add", seasonal_periods=7).fit().forecast(HORIZON)


def _arima(days):
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    return SARIMAX(days, order=(1, 0, 1), seasonal_order=(0, 1, 1, 7)).fit(disp=False).forecast(HORIZON)


BY_HAND = {"statsmodels, smoothing": _smoothed, "statsmodels, ARIMA": _arima}


def by_hand(history, origin, method):
    """What statsmodels says of the days, cut into intervals by the shape of the same weekday in eight weeks;
    without a band.
    """
    wall = history["start"].dt.tz_localize(None)
    frame = pd.DataFrame(
        {
            "start": history["start"],
            "offered": history["offered"].astype(float),
            "day": wall.dt.normalize(),
            "time": wall - wall.dt.normalize(),
        }
    )
    past, last = frame[frame["day"] < origin], origin + pd.Timedelta(days=HORIZON - 1)
    coming = frame[frame["day"].between(origin, last)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        days = BY_HAND[method](past.groupby("day")["offered"].sum().asfreq("D", fill_value=0.0)).clip(lower=0.0)
    late = past[past["day"] >= origin - pd.Timedelta(weeks=8)]
    shape = late.groupby([late["day"].dt.day_of_week, "time"])["offered"].sum()
    shape = shape / shape.groupby(level=0).transform("sum").clip(lower=1.0)
    keys = pd.MultiIndex.from_arrays([coming["day"].dt.day_of_week, coming["time"]])
    said = days.reindex(coming["day"]).to_numpy() * shape.reindex(keys).fillna(0.0).to_numpy()
    return pd.DataFrame({"start": coming["start"], "offered": said, "offered_p10": np.nan, "offered_p90": np.nan})


def wapes(found):
    """WAPE in per cent by span of days ahead, and the coverage of the 80 % band (share)."""
    inside = found["offered"].between(found["low"], found["high"]).mean()
    spans = {}
    for name, (first, last) in SPANS.items():
        rows = found[found["ahead"].between(first, last - 1)]
        spans[name] = 100 * (rows["offered"] - rows["said"]).abs().sum() / rows["offered"].sum()
    return spans, inside


def league_rows(name, history, centre, origins, every):
    """A row a peer: seconds a forecast, each on all cores, and the errors of both; our best single model when
    `every`.
    """
    from ccplan.planning.forecasting.models import MODELS

    naive, *by_statsmodels = "same weekday last week", *BY_HAND
    _one(history, centre, origins[0], "auto")  # what is loaded once is not counted
    told = {
        method: _played(history, centre, origins, method)
        for method in ("auto", naive, *by_statsmodels, *(MODELS if every else ()))
    }
    auto, inside, ours = told["auto"]
    gain = min(1 - auto[span] / told[naive][0][span] for span in ("day 1", "days 8-14"))
    worst = max(auto[span] / min(told[method][0][span] for method in MODELS) for span in SPANS) if every else 1.0
    for method in (naive, *by_statsmodels):
        theirs, _, seconds = told[method]
        promise = (
            {
                "promise": "≥ 15 % better, band 76-84 %" + (", ≤ 1.02x the best single model" if every else ""),
                "kept": gain >= 0.15 and 0.76 <= inside <= 0.84 and worst <= 1.02,
            }
            if method == naive
            else {}
        )
        yield Row(
            f"14 days of {name}, {len(origins)} origins",
            ours,
            peer=method,
            theirs=seconds,
            error=_said(auto),
            peer_error=_said(theirs),
            note=f"errors at day 1 / 1-7 / 8-14; ccplan tries six models and adds a band: of 80 %, it held {inside:.1%}",
            headline=method == by_statsmodels[0] and "bundled" in name,
            **promise,
        )
    if "bank" in name and every:
        yield Row(
            "the same, beside the best of the reference accuracies",
            ours,
            error=_said(auto),
            peer="shared/data",
            peer_error=_said(BANK_BEST),
            promise="beat the best",
            kept=all(auto[span] < BANK_BEST[span] for span in SPANS),
        )


def _played(history, centre, origins, method):
    """(errors by span, share in the band, seconds a forecast) of a method."""
    begun = time.perf_counter()
    errors, inside = wapes(trial(history, centre, origins, method))
    each = (time.perf_counter() - begun) / len(origins)
    say(f"  {method:24} {_said(errors)}  band {inside:.1%}  {each:.2f} s each")
    return errors, inside, each


def _said(errors):
    return " / ".join(f"{value:.1f}" for value in errors.values()) + " % of calls"


def many_rows(queues=24, days=730):
    """Queues a minute: two years of half hours each, on all cores."""
    from ccplan.data import Centre, Queue
    from ccplan.planning import forecast_queues

    history = pd.concat([made_up(f"queue {number}", days, number) for number in range(queues)], ignore_index=True)
    centre = Centre(
        name="many",
        interval_s=1800,
        time_zone="Europe/Helsinki",
        country="FI",
        queues=tuple(Queue(name=name) for name in history["queue"].unique()),
    )
    for method in ("auto", "calendar regression"):
        begun = time.perf_counter()
        forecast_queues(history, centre, "14d", method=method, jobs=-1)
        speed = 60 * queues / (time.perf_counter() - begun)
        yield Row(
            f"{queues} queues, {days / 365:.0f} years of half-hours each, {method}",
            speed,
            "queues/min",
            more_is_better=True,
            note=f"2,000 queues in {2000 / speed:.0f} minutes",
        )


def made_up(queue, days, seed):
    """A queue made up for the speed of many: half hours round the clock."""
    generator = np.random.default_rng(seed)
    start = pd.date_range("2024-01-01", periods=days * 48, freq="30min")
    course = np.clip(np.sin((start.hour - 6) / 24 * 2 * np.pi), 0.05, None) * np.where(start.day_of_week < 5, 1.0, 0.5)
    level = 20 * np.exp(np.repeat(generator.normal(0, 0.1, days), 48))
    return pd.DataFrame({"queue": queue, "start": start, "offered": generator.poisson(level * course)})


def _history(counts):
    return pd.DataFrame({"queue": "all", "start": counts.index, "offered": counts.to_numpy()})


def _centre(interval_s, country, zone):
    from ccplan.data import Centre, Queue

    return Centre(name="real", interval_s=interval_s, country=country, time_zone=zone, queues=(Queue(name="all"),))


if __name__ == "__main__":
    alone(rows(every="--all" in sys.argv[1:]))
