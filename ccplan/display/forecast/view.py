"""`forecast_view`, the plain function behind the dials of the forecast panel: a forecast that is there, scaled and
selected.

The forecast is made once a queue, with joint paths and many quantiles.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...data.settings import number, settle
from ..charts import long_date
from ..panels.dials import dial, total
from .charts import ACTUAL_DAYS

HORIZONS = {"1 week": 7, "2 weeks": 14, "4 weeks": 28, "8 weeks": 56}
LEVELS = (0.01, 0.025, 0.05, 0.075, 0.1, 0.125, 0.15, 0.175, 0.2, 0.225, 0.25, 0.375, 0.5)
LEVELS += tuple(round(1 - level, 3) for level in LEVELS[-2::-1])


@dataclass(frozen=True, kw_only=True)
class ForecastInputs:
    """What a planner can turn: shares 0–1; the metadata makes and checks the dials.

    >>> ForecastInputs().band
    0.8
    """

    uplift: float = dial(
        0.0,
        "Volume, the planner's uplift",
        "%",
        -0.5,
        1.0,
        0.01,
        scale=100,
        group="override",
        check=number(low=-1, open_low=True),
        says="contacts against the model's, on every day of the horizon",
    )
    band: float = dial(
        0.8,
        "Band, share of cases that it holds",
        "%",
        0.5,
        0.95,
        0.01,
        scale=100,
        group="how sure",
        check=number(low=0, high=1 - 2 * LEVELS[0], open_low=True),
        says="80 % is from P10 to P90: one case in ten lies above, one below",
    )

    def __post_init__(self):
        settle(self)


@dataclass(frozen=True, kw_only=True)
class ForecastTotals:
    """What the horizon comes to: contacts with their band, handle time, the peak."""

    contacts: float = total("Contacts in the horizon (mean)", "Σ mean contacts of the intervals", "count")
    low: float = total("Lower end of the band", "quantile of the horizon's total over joint paths", "count")
    high: float = total("Upper end of the band", "quantile of the horizon's total over joint paths", "count")
    aht_s: float = total("AHT, mean", "Σ contacts × handle time ÷ Σ contacts", "seconds")
    peak: float = total("Peak interval (mean)", "most contacts in one interval", "count")


@dataclass(frozen=True)
class ForecastView:
    """What the forecast panel shows for its inputs.

    `days` and `intervals` (of one day) hold the mean, its band (low, high), the middle half and the model's own mean;
    `totals` the tiles, `peak_at` when the peak is.
    """

    days: pd.DataFrame
    intervals: pd.DataFrame
    totals: ForecastTotals
    peak_at: pd.Timestamp


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A queue's forecast laid out for quick answers: `frame` a row an interval without paths, `day` its row of `days`,
    `sums` days × paths, `quantiles` levels × intervals."""

    queue: str
    frame: pd.DataFrame
    days: pd.DatetimeIndex
    day: np.ndarray
    sums: np.ndarray
    quantiles: np.ndarray
    seen: pd.DataFrame

    def within(self, days):
        """Which of `days` lie in the first so many calendar days, a boolean array."""
        return np.asarray(self.days < self.days[0] + pd.Timedelta(days=days))


def ready(found, rows):
    """A QueueForecast (with the LEVELS and paths) and its history's rows, laid out for `forecast_view`."""
    from ...planning.forecasting.looks import day_totals

    frame = found.frame
    paths = [name for name in frame if name.startswith("path_")]
    stamps = frame["start"].dt.tz_localize(None).dt.normalize()
    days, day = np.unique(stamps.to_numpy(), return_inverse=True)
    sums = frame[paths].groupby(day).sum().to_numpy()
    quantiles = frame[[f"offered_p{100 * level:g}" for level in LEVELS]].to_numpy(float).T
    seen = day_totals(rows).tail(ACTUAL_DAYS)
    return Ready(
        queue=found.queue,
        frame=frame[["queue", "start", "offered", "aht_s"]],
        days=pd.DatetimeIndex(days),
        day=day,
        sums=sums,
        quantiles=quantiles,
        seen=seen[seen["day"] < days[0]],
    )


def forecast_view(prepared, inputs, days, date):
    """A queue's forecast (`ready`) for the inputs: the first `days` calendar days, and one local `date` by interval.

    Raises ValueError where the queue is closed on that date or the date lies beyond the forecast.
    """
    inside = prepared.within(days)
    rows = inside[prepared.day]
    lift, ends = 1 + inputs.uplift, ends_of(inputs.band)
    frame = prepared.frame[rows]
    offered = frame["offered"].to_numpy() * lift
    top = int(offered.argmax())
    low, high = np.quantile(prepared.sums[inside].sum(axis=0), ends) * lift
    work = (offered * frame["aht_s"].to_numpy()).sum() / offered.sum() if offered.sum() > 0 else np.nan
    totals = ForecastTotals(
        contacts=float(offered.sum()), low=float(low), high=float(high), aht_s=float(work), peak=float(offered[top])
    )
    return ForecastView(
        _days(prepared, inside, lift, ends), intervals_of(prepared, date, lift, ends), totals, frame["start"].iloc[top]
    )


def ends_of(band):
    """The two levels between which a band lies."""
    return round((1 - band) / 2, 6), round((1 + band) / 2, 6)


def _days(prepared, inside, lift, ends):
    sums = prepared.sums[inside] * lift
    low, first, third, high = np.quantile(sums, [ends[0], 0.25, 0.75, ends[1]], axis=1)
    model = np.bincount(prepared.day, prepared.frame["offered"])[inside]
    return pd.DataFrame(
        {
            "day": prepared.days[inside],
            "model": model,
            "offered": model * lift,
            "low": low,
            "first": first,
            "third": third,
            "high": high,
        }
    )


def intervals_of(prepared, date, lift, ends):
    """The rows of one local date; ValueError where the queue is closed or the forecast does not reach."""
    where = np.flatnonzero(prepared.days[prepared.day] == pd.Timestamp(date))
    if not len(where):
        raise ValueError(
            f"{prepared.queue} has no open interval on {long_date(pd.Timestamp(date))} within the forecast, which runs "
            f"from {long_date(prepared.days[0])} to {long_date(prepared.days[-1])}"
        )
    rows = prepared.frame.iloc[where].reset_index(drop=True)
    bands = quantiles_at(prepared.quantiles[:, where], (ends[0], 0.25, 0.75, ends[1])) * lift
    model = rows["offered"].to_numpy()
    return pd.DataFrame(
        {
            "start": rows["start"],
            "model": model,
            "offered": model * lift,
            **dict(zip(("low", "first", "third", "high"), bands, strict=True)),
            "aht_s": rows["aht_s"],
        }
    )


def quantiles_at(known, levels):
    """Quantiles between those that are known, straight from one to the next: levels × intervals."""
    place = np.interp(levels, LEVELS, np.arange(len(LEVELS)))
    low = np.minimum(place.astype(int), len(LEVELS) - 2)
    return known[low] + (known[low + 1] - known[low]) * (place - low)[:, None]
