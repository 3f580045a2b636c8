"""Rows of a table as the browser takes them: plain JSON values, moments in milliseconds, null for what is missing."""

import numpy as np
import pandas as pd  # noqa: F401 — for the examples


def records(frame):
    """The rows of a frame as dicts of plain JSON values; moments are milliseconds since 1970, what is missing is None.

    >>> records(pd.DataFrame({"at": pd.to_datetime(["1970-01-01 00:00:01", None]), "n": [1, 2], "share": [0.5, float("nan")]}))
    [{'at': 1000, 'n': 1, 'share': 0.5}, {'at': None, 'n': 2, 'share': None}]
    """
    columns = {str(name): _plain(column) for name, column in frame.items()}
    return [dict(zip(columns, row)) for row in zip(*columns.values())]


def _plain(column):
    """A column's values, column by column: a frame of objects would cost as much as the queue behind it."""
    kind = column.dtype.kind
    if kind in "iub":
        return column.tolist()
    missing = np.isnan(column.to_numpy(float)) if kind == "f" else column.isna().to_numpy()
    if kind == "M":
        column = (
            column if getattr(column.dtype, "tz", None) is None else column.dt.tz_convert("UTC").dt.tz_localize(None)
        )
        values = column.to_numpy().astype("datetime64[ms]").astype("int64").tolist()
    else:
        values = column.tolist()
    return [None if gone else value for value, gone in zip(values, missing)] if missing.any() else values
