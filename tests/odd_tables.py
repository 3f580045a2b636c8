"""A good table spoiled in one or two ways: odd cells, columns that are missing or stand twice, other types, other rows."""

import traceback
from pathlib import Path

import numpy as np
import pandas as pd

from tests.effort import DEEP
from tests.test_bad_input import ODD, within

HANG_S = 30


def refused(name, make, work, number):
    """How many of `number` spoiled tables were refused in words; AssertionError where one ended in anything else.

    The good table must have an answer. `name` seeds the chance; `make test-deep` takes fifty times as many and new ones.
    """
    good = make()
    work(good.copy())
    chance = np.random.default_rng(None if DEEP else [ord(letter) for letter in name])
    count, faults = 0, set()
    for _ in range(number * (50 if DEEP else 1)):
        table = spoiled(good.copy(), chance)
        with within(HANG_S):
            try:
                work(table)
            except ValueError as problem:
                count += 1
                if len(str(problem)) <= 10:
                    faults.add(repr(problem))
            except Exception as fault:
                faults.add(told(fault))
    assert not faults, "\n".join(sorted(faults))
    return count


def told(fault):
    """What went wrong, and the last place of ours where it did."""
    steps = [step for step in traceback.extract_tb(fault.__traceback__) if "ccplan" in step.filename]
    places = [f"{Path(step.filename).name}:{step.lineno}" for step in steps]
    return f"{type(fault).__name__} in {places[-1:]}: {str(fault)[:100]}"


def spoiled(frame, chance):
    """The table with one or two things wrong with it."""
    for _ in range(int(chance.integers(1, 3))):
        frame = WAYS[int(chance.integers(len(WAYS)))](frame, chance)
    return frame


def cell(frame, chance):
    if frame.empty or not len(frame.columns):
        return frame
    at, row, odd = (
        int(chance.integers(len(frame.columns))),
        int(chance.integers(len(frame))),
        ODD[int(chance.integers(len(ODD)))],
    )
    values = list(frame.iloc[:, at])
    values[row] = odd
    columns = [frame.iloc[:, number] for number in range(len(frame.columns))]
    columns[at] = pd.Series(pd.array(values, dtype=object), index=frame.index, name=frame.columns[at])
    return pd.concat(columns, axis=1)


def column(frame, chance):
    if not len(frame.columns):
        return frame
    odd = ODD[int(chance.integers(len(ODD)))]
    if not np.isscalar(odd) and odd is not None:
        odd = str(odd)
    return frame.assign(**{str(frame.columns[int(chance.integers(len(frame.columns)))]): odd})


def without(frame, chance):
    return frame.drop(columns=frame.columns[int(chance.integers(len(frame.columns)))]) if len(frame.columns) else frame


def twice(frame, chance):
    return (
        pd.concat([frame, frame.iloc[:, [int(chance.integers(len(frame.columns)))]]], axis=1)
        if len(frame.columns)
        else frame
    )


def rows(frame, chance):
    return frame.iloc[chance.integers(0, len(frame), int(chance.integers(0, 2 * len(frame))))] if len(frame) else frame


def texts(frame, chance):
    return frame.astype(str)


def wall(frame, chance):
    """Times without their zone."""
    return frame.assign(
        **{
            name: frame[name].dt.tz_localize(None)
            for name in frame.columns.unique()
            if isinstance(frame[name], pd.Series) and isinstance(frame[name].dtype, pd.DatetimeTZDtype)
        }
    )


def index(frame, chance):
    return frame.set_axis(pd.Index([7] * len(frame)), axis=0)


WAYS = (cell, cell, cell, cell, column, without, twice, rows, texts, wall, index)
