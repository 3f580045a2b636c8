"""A forecast made larger or smaller as a whole: mean, quantiles and paths by the same ratio."""

import numpy as np
import pandas as pd

PATH = "path_"


def path_columns(frame):
    """Names of the sample paths in a forecast's frame."""
    return [name for name in frame if str(name).startswith(PATH)]


def quantile_columns(frame):
    """Names of the quantiles in a forecast's frame."""
    return [name for name in frame if str(name).startswith("offered_p")]


def with_paths(frame, paths):
    """The frame with a column for each path (an array or arrays of a value a row); as it is without paths."""
    if not len(paths):
        return frame
    columns = {f"{PATH}{number}": path for number, path in enumerate(paths, 1)}
    return pd.concat([frame, pd.DataFrame(columns, index=frame.index)], axis=1)


def scaled(frame, ratio, added=0.0):
    """The frame with offered × ratio + added (arrays, a row each), quantiles and paths alike.

    Paths stay whole contacts: what rounding leaves over is carried to the next interval of the day, so that
    a day of many small intervals keeps its sum. Rows with ratio 1 and nothing added stay as they are.
    """
    ratio, added = np.broadcast_to(ratio, len(frame)).astype(float), np.broadcast_to(added, len(frame)).astype(float)
    touched = (ratio != 1) | (added != 0)
    if not touched.any():
        return frame.copy()
    columns = {
        name: np.maximum(frame[name].to_numpy(float) * ratio + added, 0)
        for name in ("offered", *quantile_columns(frame))
    }
    paths = path_columns(frame)
    if paths:
        values = frame[paths].to_numpy(float, copy=True)
        plain = np.maximum(values[touched] * ratio[touched, None] + added[touched, None], 0)
        values[touched] = _whole(plain, _days(frame)[touched])
        columns |= dict(zip(paths, values.T, strict=True))
    changed = pd.DataFrame(columns, index=frame.index)
    return pd.concat([frame.drop(columns=list(columns)), changed], axis=1)[list(frame)]


def with_before(frame, before):
    """The frame with `offered_before` left of `offered`, in place of what an earlier step left there."""
    frame = frame.drop(columns="offered_before", errors="ignore")
    at = frame.columns.get_loc("offered")
    kept = pd.Series(before, index=frame.index, name="offered_before", dtype=float)
    return pd.concat([frame.iloc[:, :at], kept, frame.iloc[:, at:]], axis=1)


def _days(frame):
    """A number for each queue and day."""
    day = frame["start"].dt.tz_localize(None).dt.normalize()
    return frame.groupby([frame["queue"].astype(str), day], sort=False).ngroup().to_numpy()


def _whole(values, day):
    """Whole numbers whose running sum within a day is the rounded running sum of the values (rows × paths)."""
    total = pd.DataFrame(values).groupby(day, sort=False).cumsum().to_numpy().round(6)
    before = pd.DataFrame(np.round(total)).groupby(day, sort=False).shift(fill_value=0.0).to_numpy()
    return np.round(total) - before
