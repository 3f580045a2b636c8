"""The planner's overrides: rows of a table with who, when and why, and what they did to the forecast's accuracy.

offered = model × Π factors + contacts a day, spread over the day as the model spreads it. Both the model's
figure and the planner's stay in the table, so that neither can be forgotten.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from ...data.files import harmless, write_whole
from ...data.given import given_table
from ...data.locks import locked
from .backtest import wape
from .checking import checked_actuals
from .horizon import local, same_clock
from .own_tables import OVERRIDES, days_of, empty, needed, own_columns, read_own, told, written_factor
from .scaling import scaled, with_before

FILE = "overrides.csv"
EFFECT = ("queue", "override", "intervals", "contacts", "wape_before", "wape", "bias_before", "bias", "helped")


def overrides_of(folder, centre=None):
    """The overrides in a centre's folder (`overrides.csv`), checked; an empty frame where there is no such file.

    Columns made_on, who, why, queue, start, end (days, both included), factor (nan: none), contacts_per_day
    (nan: none). `centre` tells which queues there are. Raises SourceError or TableError (ValueError)
    naming file, column, row and value.
    """
    queues = [queue.name for queue in centre.queues] if centre is not None else None
    frame = read_own(Path(folder) / FILE, OVERRIDES, lambda frame: _faults(frame, queues))
    return _typed(empty(OVERRIDES) if frame is None else frame).reset_index(drop=True)


def add_override(folder, centre, *, who, why, queue, start, end, made_on, factor=None, contacts_per_day=None):
    """Write one more override into the folder's `overrides.csv`, and return all of them.

    Whole or not at all, one writer at a time: two who write at once both find their row there. Raises
    ValueError in words for a row that cannot be used, and then writes nothing.
    """
    row = dict(
        made_on=made_on,
        who=who,
        why=why,
        queue=queue,
        start=start,
        end=end,
        factor=factor,
        contacts_per_day=contacts_per_day,
    )
    new = checked_overrides(pd.DataFrame([row]), [each.name for each in centre.queues])
    file = Path(folder) / FILE
    with locked(file):
        known = overrides_of(folder, centre)
        _refuse_loss(file)
        rows = pd.concat([known, new], ignore_index=True) if len(known) else new
        written = harmless(_plain(rows))
        again = written.duplicated(list(OVERRIDES.key))
        if again.any():
            raise ValueError(
                f"this override stands in {FILE} already: {who}, {queue}, {new['start'][0]:%Y-%m-%d}, {why!r}"
            )
        write_whole(file, written.to_csv(index=False, lineterminator="\n", float_format="%.12g"))
    return rows


def checked_overrides(overrides, queues=None):
    """Overrides as a frame with all columns, days and factors; ValueError in words naming row and value.

    >>> row = dict(made_on="2026-07-20", who="Ann", why="campaign", queue="q", start="2026-08-01", end="2026-08-07")
    >>> row["factor"] = "+12 %"
    >>> checked_overrides(pd.DataFrame([row]))["factor"].tolist()
    [1.12]
    """
    frame = needed(overrides, OVERRIDES, "overrides")
    frame = frame.assign(**{name: days_of(frame[name], f"overrides: {name}") for name in ("made_on", "start", "end")})
    faults = _faults(frame, queues)
    if faults:
        raise ValueError(told("overrides", faults))
    return _typed(frame).reset_index(drop=True)


def apply_overrides(frame, overrides, *, centre=None, at=None):
    """The forecast with the planner's overrides: `offered_before` (the model), `offered` (after), quantiles and paths.

    `frame` comes from `forecast`; `overrides` from `overrides_of`, or a frame like it; of those only the ones
    made before the day of `at` are seen. Quantiles and paths change in proportion. The column `overrides` names the
    rows (from 1) that changed an interval. A day that the model leaves empty gets added contacts evenly. Raises
    ValueError in words.
    """
    given_table(frame, "frame", names=["queue"], times=["start"], numbers=["offered"])
    queues = [queue.name for queue in centre.queues] if centre is not None else list(frame["queue"].unique())
    rows = checked_overrides(overrides, queues)
    seen = rows["made_on"].notna() if at is None else rows["made_on"] < local(at, frame["start"]).normalize()
    day = frame["start"].dt.tz_localize(None).dt.normalize()
    ratio, added, names = np.ones(len(frame)), np.zeros(len(frame)), np.full(len(frame), "", object)
    model = frame["offered"].to_numpy(float)
    for number, row in rows[seen].iterrows():
        under = ((frame["queue"] == row.queue) & day.between(row.start, row.end)).to_numpy()
        if np.isfinite(row.factor):
            ratio[under] *= row.factor
        else:
            added[under] += row.contacts_per_day * _share_of_day(model[under], day[under])
        names[under] = [f"{name};{number + 1}" if name else str(number + 1) for name in names[under]]
    after = with_before(_grown(frame, model, ratio, added), model)
    return after.assign(overrides=pd.Series(names, index=frame.index, dtype="str"))


def override_effect(frame, actual, *, each=False):
    """Was the planner right? WAPE and bias with and without overrides, a row a queue; with `each`, a row an override.

    `frame` comes from `apply_overrides`, `actual` is a frame with queue, start and offered. Of a queue all its
    intervals count, of an override (number of its row) those it changed, with all overrides on them. Bias is
    (forecast − actual) ÷ actual.
    Raises ValueError where no interval is in both.
    """
    if "offered_before" not in frame:
        raise ValueError("frame must come from apply_overrides: it has no column offered_before")
    given_table(frame, "frame", keys=["queue"], times=["start"], numbers=["offered", "offered_before"])
    came = checked_actuals(actual, "actual")[["queue", "start", "offered"]].rename(columns={"offered": "came"})
    came = came.astype({"queue": "str"})
    same_clock(frame["start"], came["start"], "actual and the forecast")
    both = frame.astype({"queue": "str"}).merge(came, on=["queue", "start"]).dropna(subset="came")
    if not len(both):
        raise ValueError(
            "actual must hold intervals of the forecast, got none in common: "
            "the same queues, starts and time zone are needed"
        )
    if not each:
        return pd.DataFrame(
            [_effect(name, "", rows) for name, rows in both.groupby("queue", sort=False)], columns=list(EFFECT)
        )
    touched = both.assign(override=both["overrides"].str.split(";")).explode("override")
    touched = touched[touched["override"] != ""]
    groups = touched.groupby(["queue", "override"], sort=False)
    return pd.DataFrame([_effect(*name, rows=rows) for name, rows in groups], columns=list(EFFECT))


def _effect(queue, override, rows):
    came, before, after = (rows[name].to_numpy(float) for name in ("came", "offered_before", "offered"))
    total = came.sum()
    bias = [(each.sum() - total) / total if total else np.nan for each in (before, after)]
    errors = wape(came, before), wape(came, after)
    return queue, override, len(rows), total, *errors, *bias, errors[1] < errors[0]


def _grown(frame, model, ratio, added):
    """The frame in the proportion of what is wanted to the model; where the model has nothing, what is wanted."""
    wanted = np.maximum(model * ratio + added, 0)
    busy = model > 0
    return scaled(frame, np.where(busy, wanted / np.where(busy, model, 1), 1), np.where(busy, 0, wanted))


def _share_of_day(model, day):
    """Each interval's share of its day, by the model; evenly where the model has nothing."""
    rows = pd.DataFrame({"model": model, "day": day.to_numpy()}).groupby("day")["model"]
    total, number = rows.transform("sum").to_numpy(), rows.transform("size").to_numpy()
    return np.where(total > 0, model / np.where(total > 0, total, 1), 1 / number)


def _typed(frame):
    """Factors as numbers, days as days."""
    factor = [np.nan if each is None else each for each in map(written_factor, frame["factor"])]
    added = pd.to_numeric(frame["contacts_per_day"]).astype(float)
    return frame.assign(
        factor=pd.Series(factor, frame.index, dtype=float),
        contacts_per_day=added,
        **{name: frame[name].astype("datetime64[us]") for name in ("made_on", "start", "end")},
    )


def _refuse_loss(file):
    """The file is written anew from what is understood of it: a column of the user's own would be gone."""
    own = own_columns(file, OVERRIDES)
    if own:
        raise ValueError(
            f"{file} has columns of its own that writing would lose: {', '.join(own)} — move them to another file"
        )


def _plain(rows):
    """The rows as they stand in the file."""
    return rows.assign(**{name: rows[name].dt.strftime("%Y-%m-%d") for name in ("made_on", "start", "end")})[
        list(OVERRIDES.names)
    ]


def _faults(frame, queues):
    """(row, column, value, rule) of every cell that cannot be used."""
    return [(row, *fault) for row in frame.index for fault in _row_faults(frame.loc[row], queues)]


def _row_faults(row, queues):
    for name, says in (("who", "must say who made it"), ("why", "must say why"), ("queue", "must name a queue")):
        if not isinstance(row[name], str) or not row[name].strip():
            yield name, "" if pd.isna(row[name]) else row[name], says
    for name in ("made_on", "start", "end"):
        if pd.isna(row[name]):
            yield name, "", "must be a date such as 2026-08-01"
    if isinstance(row["queue"], str) and row["queue"].strip() and queues and row["queue"] not in queues:
        yield "queue", row["queue"], f"must be one of {', '.join(map(str, queues))}"
    if row["end"] < row["start"]:
        yield "end", f"{row['end']:%Y-%m-%d}", f"must be at or after start ({row['start']:%Y-%m-%d})"
    yield from _size_faults(row)


def _size_faults(row):
    try:
        factor = written_factor(row["factor"])
    except ValueError as problem:
        yield "factor", row["factor"], str(problem).split(", got ")[0]
        return
    added = pd.to_numeric(pd.Series([row["contacts_per_day"]]), errors="coerce").iloc[0]
    if pd.notna(row["contacts_per_day"]) and not np.isfinite(added):
        yield "contacts_per_day", row["contacts_per_day"], "must be a number of contacts to add to each day"
    elif (factor is None) == pd.isna(added):
        yield "factor", "" if factor is None else factor, "or contacts_per_day must be given, one of the two"
