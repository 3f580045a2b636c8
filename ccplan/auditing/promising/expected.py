"""What was expected of a quarter on its first day: the forecast that the centre kept, or the one that could have
been made.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

METHOD = "ETS"  # one model: the full league takes five times as long and is nearer by less than a point of WAPE
KEPT = ("plan/forecast_{quarter}.csv", "plan/forecast.csv")  # where `ccplan forecast` leaves one
NEEDED = ("queue", "start", "offered", "aht_s")
BAND = ("offered_p10", "offered_p90")
SEASON_DAYS = 430  # of history; with less no model knows a season
EDGE = pd.Timedelta(days=7)  # a kept forecast may begin and end so much inside the quarter: closed days


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What was expected of a quarter.

    `frame`: queue, start, offered (contacts), aht_s (s) and, where known, offered_p10 and offered_p90; `source`
    says in words where it is from; `held` {queue: bias of each forecast of its own past}; `young` the queues whose
    history is too short to know the season; `notes` what else must be said.
    """

    frame: pd.DataFrame = field(repr=False)
    source: str
    held: dict = field(default_factory=dict, repr=False)
    young: tuple = ()
    notes: tuple = ()


def expected_of(evidence, given=None, *, method=METHOD):
    """The Expected of an audit's quarter: `given` (a frame), else the forecast kept in the folder, else one made as
    of its first day.

    A forecast that is made looks at nothing from the first day on. Raises ValueError in words where there is no
    history before the quarter, or `given` cannot be used.
    """
    if given is not None:
        return Expected(
            frame=_in_quarter(_checked(given, "expected"), evidence), source="the forecast that was handed in"
        )
    return _kept(evidence) or _made(evidence, method)


def _made(evidence, method):
    from ...planning import forecast_queues

    history, first = evidence.frame("intervals"), evidence.quarter.first
    before = history[_wall(history["start"]) < first]
    if before.empty:
        raise ValueError(
            f"nothing was known before {first:%Y-%m-%d}: intervals begin on {_wall(history['start']).min():%Y-%m-%d}, so there is "
            f"no forecast of {evidence.quarter} to hold against what came"
        )
    found = forecast_queues(history, evidence.centre, "3 months", at=first, method=method, cache=True)
    came = set(evidence.of("intervals")["queue"].astype(str))
    lost = sorted(came - {one.queue for one in found if len(one.frame)})
    notes = tuple(f"{queue} had no history on {first:%Y-%m-%d}: nothing could be expected of it" for queue in lost)
    spans = _wall(before["start"]).groupby(before["queue"].astype(str)).agg(["min", "max"])
    young = tuple(sorted(name for name, row in spans.iterrows() if (row["max"] - row["min"]).days < SEASON_DAYS))
    return Expected(
        frame=pd.concat([one.frame for one in found], ignore_index=True),
        young=young,
        notes=notes,
        source=f"a forecast made from the tables as they stood on {first:%Y-%m-%d} ({method}, one model for every queue)",
        held={one.queue: _held(one.tested) for one in found if one.tested},
    )


def _held(tested):
    """Bias of each forecast of the past: Σ forecast ÷ Σ contacts − 1 over what is known."""
    known = np.isfinite(tested.actual)
    mean = np.where(known, tested.means[tested.chosen], 0).sum(axis=(1, 2))
    came = np.where(known, tested.actual, 0).sum(axis=(1, 2))
    return mean[came > 0] / came[came > 0] - 1


def _kept(evidence):
    """The folder's own forecast, where it covers the quarter."""
    for place in KEPT:
        file = Path(evidence.folder) / place.format(quarter=evidence.quarter)
        if not file.is_file():
            continue
        try:
            rows = _in_quarter(_checked(pd.read_csv(file), str(place)), evidence)
        except (ValueError, OSError):
            continue  # the folder's check tells of files that cannot be read; a forecast can be made instead
        wall = _wall(rows["start"])
        if wall.min() <= evidence.quarter.first + EDGE and wall.max() >= evidence.quarter.end - EDGE:
            return Expected(frame=rows, source=f"the forecast kept in {file.parent.name}/{file.name}")
    return None


def _checked(rows, name):
    missing = [column for column in NEEDED if column not in rows]
    if missing:
        raise ValueError(f"{name} must have the columns {', '.join(NEEDED)}; missing: {', '.join(missing)}")
    rows = rows.assign(queue=rows["queue"].astype(str), start=_times(rows["start"]))
    numbers = {one: pd.to_numeric(rows[one], errors="coerce") for one in ("offered", "aht_s", *BAND) if one in rows}
    if (~np.isfinite(numbers["offered"]) | (numbers["offered"] < 0)).any():
        raise ValueError(f"{name}: offered must hold numbers of contacts from 0 up in every row")
    if ((numbers["aht_s"] < 0) | np.isinf(numbers["aht_s"])).any():
        raise ValueError(f"{name}: aht_s must hold seconds from 0 up, or nothing where it is not known")
    return rows.assign(**numbers)


def _times(starts):
    """Times as pandas keeps them; those written with the hours from UTC, which change with the clocks, in UTC."""
    try:
        return pd.to_datetime(starts)
    except ValueError:
        return pd.to_datetime(starts, utc=True)


def _in_quarter(rows, evidence):
    """The rows of the audited quarter, in the zone of the intervals."""
    zone = evidence.frame("intervals")["start"].dt.tz
    if rows["start"].dt.tz is not None:
        rows = rows.assign(start=rows["start"].dt.tz_convert(zone or evidence.centre.time_zone))
    if rows["start"].dt.tz is None and zone is not None:
        local = rows["start"].dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
        rows = rows.assign(start=local)[local.notna()]
    if zone is None:
        rows = rows.assign(start=_wall(rows["start"]))
    mine = rows[evidence.quarter.holds(rows["start"])].drop_duplicates(["queue", "start"]).reset_index(drop=True)
    if mine.empty:
        raise ValueError(f"expected has no row in {evidence.quarter}")
    return mine


def _wall(times):
    return times.dt.tz_localize(None)
