"""A frame at a function's door: the columns that it needs are there, once, and of their kind; else refused in words."""

import numpy as np
import pandas as pd

LARGEST = 1e100  # beyond it squares and sums leave what a computer can hold
KINDS = {"keys": "text, days or numbers", "names": "text", "times": "timestamps", "numbers": "numbers"}


def given_table(frame, what, *, keys=(), names=(), times=(), numbers=(), perhaps=()):
    """The frame itself, if it has these columns: of text (names), of timestamps, of numbers, of anything to group
    by (keys).

    Those of `perhaps` are numbers, too, where they are there.

    `what` is the frame's name in the caller's words.

    Raises ValueError for what is no frame, for a column that is missing or stands twice, and for one of another kind.

    >>> given_table(pd.DataFrame({"queue": ["a"], "offered": ["20"]}), "intervals", names=["queue"], numbers=["offered"])
    Traceback (most recent call last):
    ValueError: intervals: offered must be a column of numbers, got str, such as '20' in row 1
    """
    wanted = (*keys, *names, *times, *numbers)
    if not isinstance(frame, pd.DataFrame):
        raise ValueError(f"{what} must be a table with the columns {_listed(wanted)}, got {type(frame).__name__}")
    missing = [name for name in wanted if name not in frame]
    if missing:
        raise ValueError(f"{what} must have the columns {_listed(wanted)}; missing: {', '.join(missing)}")
    numbers = (*numbers, *(name for name in perhaps if name in frame))
    twice = [name for name in (*keys, *names, *times, *numbers) if (frame.columns == name).sum() > 1]
    if twice:
        raise ValueError(f"{what} must have each column once, got {twice[0]} twice — leave one out, or rename it")
    for kind, columns in (("keys", keys), ("names", names), ("times", times), ("numbers", numbers)):
        for name in columns:
            _of_kind(frame[name], kind, f"{what}: {name}")
    return frame


def _listed(names):
    *first, last = map(str, names)
    return f"{', '.join(first)} and {last}" if first else last


def _of_kind(column, kind, what):
    wrong, beyond = _wrong(column, kind), _beyond(column) if kind == "numbers" else None
    if beyond is not None:
        raise ValueError(f"{what} must be no more than {LARGEST:g}, got {column.iloc[beyond]:g} in row {beyond + 1}")
    if wrong is not None:
        found = f", such as {column.iloc[wrong]!r}"[:80] + f" in row {wrong + 1}" if len(column) else ""
        raise ValueError(f"{what} must be a column of {KINDS[kind]}, got {column.dtype}{found}")


def _beyond(column):
    """The place of the first number that is finite and yet no quantity of anything; None where there is none."""
    if column.dtype.kind != "f":
        return None
    size = np.abs(column.to_numpy(float, na_value=np.nan))
    beyond = (size > LARGEST) & (size < np.inf)
    return int(np.argmax(beyond)) if beyond.any() else None


def _wrong(column, kind):
    """The place of the first cell that is of another kind, None where there is none."""
    dtype = column.dtype
    if kind == "times":
        return None if pd.api.types.is_datetime64_any_dtype(dtype) else 0
    if kind == "numbers":
        return None if pd.api.types.is_numeric_dtype(dtype) and dtype.kind != "c" else 0
    if kind == "keys":
        odd = [not pd.api.types.is_hashable(cell) for cell in column] if dtype == object else []
        return odd.index(True) if any(odd) else None
    if dtype == object or isinstance(dtype, pd.CategoricalDtype):
        cells = column.cat.categories if isinstance(dtype, pd.CategoricalDtype) else column
        odd = [not isinstance(cell, str) and not (pd.api.types.is_scalar(cell) and pd.isna(cell)) for cell in cells]
        return odd.index(True) if any(odd) and dtype == object else 0 if any(odd) else None
    return None if pd.api.types.is_string_dtype(dtype) else 0
