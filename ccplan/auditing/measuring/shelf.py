"""Where the tables of a measurement come from: frames, Parquet, an Ibis table or a warehouse; each as an Ibis table."""

import contextlib
from decimal import Decimal
from numbers import Real
from pathlib import Path

import pandas as pd

from ...data.given import given_table
from ...data.tables import TABLES

TIMES = {
    "intervals": "start",
    "calls": "arrived",
    "activities": "start",
    "evaluations": "date",
    "ledger": "month",
    "forecast": "start",
    "staffing": "start",
    "employment": "month",
}  # table → the column that says when
CLUSTERS = {
    "activities": ("agent", "day"),
    "evaluations": ("evaluation",),
}  # table → whose rows are not independent of one another
KNOWN = (*TIMES, "agents")


class Lacks(ValueError):
    """Something that a way to a KPI needs is not there."""


class Shelf:
    """Tables by name as Ibis tables; use it in a `with`. Raises Lacks where one is not there.

    `tables` is {name: DataFrame, Ibis table or path of Parquet}, an Ibis connection with tables of our names, or
    what has `.tables` (Evidence) or `.readings` (a folder's Tables). Frames run through an embedded DuckDB. One
    that `keeps` is asked many times: what is derived from a table row by row, such as chains of calls, is worked
    out once.
    """

    def __init__(self, tables, keeps=False):
        self.connection = tables if hasattr(tables, "list_tables") else None
        self.given = {} if self.connection else _by_name(tables)
        self.names = _names(self.connection) if self.connection else tuple(self.given)
        self._kept, self._stack, self._own, self.keeps, self._derived = {}, contextlib.ExitStack(), None, keeps, {}

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        self._stack.close()

    def frame(self, name):
        """A small table as a DataFrame."""
        given = self.given.get(name)
        return given if isinstance(given, pd.DataFrame) else self.table(name).to_pandas()

    def columns(self, name):
        """The names of a table's columns."""
        given = self.given.get(name)
        return tuple(map(str, given.columns)) if isinstance(given, pd.DataFrame) else tuple(self.table(name).columns)

    def table(self, name):
        """An Ibis table; times of frames are local wall time."""
        if name not in self.names:
            raise Lacks(f"there is no table {name}")
        if name not in self._kept:
            self._kept[name] = self._made(name)
        return self._kept[name]

    def moments(self, name):
        """Columns that are moments without Ibis knowing it: Spark's plain timestamps, unless they are of the kind
        without a zone.
        """
        backend = self.connection or (
            self.table(name)._find_backend(use_default=False)
            if not isinstance(self.given.get(name), pd.DataFrame) and name in self.names
            else None
        )
        if backend is None or backend.name != "pyspark":
            return ()
        return tuple(
            one.name
            for one in backend._session.table(self.given[name].get_name() if name in self.given else name).schema.fields
            if one.dataType.typeName() == "timestamp"
        )

    def derived(self, name, table):
        """A derived table as it is asked for, or, on a shelf that keeps, as it was worked out the first time."""
        if not self.keeps or self._own is None:
            return table
        key = (name, tuple(table.columns))
        if key not in self._derived:
            self._derived[key] = self._own.create_table(f"derived_{len(self._derived)}", table, temp=True)
        return self._derived[key]

    def _made(self, name):
        if self.connection:
            return self.connection.table(name)
        given = self.given[name]
        if isinstance(given, pd.DataFrame):
            return self.lent(name, given)
        return self.own.read_parquet(_parquet(given)) if isinstance(given, (str, Path)) else given

    @property
    def own(self):
        """The embedded DuckDB, started when it is needed."""
        if self._own is None:
            from ...data.logs.engine import engine

            self._own = self._stack.enter_context(engine())
        return self._own

    def lent(self, name, frame):
        """A frame as a table of the embedded DuckDB, without copying its numbers."""
        frame = given_table(frame, name, numbers=_doubted(frame, name))
        self.own.con.register(name, _arrow(_worded(frame, name)))
        return self.own.table(name)


def _by_name(tables):
    tables = getattr(tables, "tables", tables)
    if hasattr(tables, "readings"):
        return {name: reading.frame for name, reading in tables.readings.items()}
    if not isinstance(tables, dict):
        raise ValueError(
            f"tables must be frames by name, an Evidence, a folder's Tables or an Ibis connection, got {type(tables).__name__}"
        )
    return dict(tables)


def _names(connection):
    """Names of tables and views; from DuckDB by SQL, for Ibis's own listing needs an older DuckDB."""
    if connection.name != "duckdb":
        return tuple(connection.list_tables())
    return tuple(
        name for (name,) in connection.raw_sql("SELECT table_name FROM information_schema.tables ORDER BY 1").fetchall()
    )


def _parquet(path):
    path = Path(path)
    if not path.exists():
        raise ValueError(f"{path} does not exist: name a Parquet file, or a folder of them")
    return str(path / "*.parquet") if path.is_dir() else str(path)


def _doubted(frame, name):
    """The columns of a frame that stand there twice, and the measured ones that hold something else than numbers,
    which cannot be added up.
    """
    twice = list(frame.columns[frame.columns.duplicated()])
    measured = _columns(frame, name, lambda column: column.measured or column.kind in ("score", "number"))
    return [*twice, *(one for one in measured if one not in twice and not _adds_up(frame[one]))]


def _columns(frame, name, chosen):
    """The columns of a frame that its table defines and `chosen` says yes to."""
    return [one.name for one in TABLES[name].columns if one.name in frame and chosen(one)] if name in TABLES else []


def _worded(frame, name):
    """The frame with what the table defines as words as text: a number that names a queue compares with no name."""
    words = _columns(frame, name, lambda column: column.kind in ("text", "word"))
    kinds = (pd.CategoricalDtype, pd.StringDtype)
    odd = [one for one in words if not isinstance(frame[one].dtype, kinds)]
    return frame.assign(**{one: frame[one].astype("str") for one in odd}) if odd else frame


def _adds_up(column):
    """True for numbers, Decimals and empty cells."""
    return pd.api.types.is_numeric_dtype(column) or all(isinstance(cell, Real | Decimal) for cell in column.dropna())


def _arrow(frame):
    """An Arrow table: times with a zone become local wall time, empty cells null; stretches keep how long they
    lasted.
    """
    import pyarrow as pa

    if {"start", "end"} <= set(frame.columns):
        given_table(frame, "activities", times=["start", "end"])
        frame = frame.assign(lasted_s=(frame["end"] - frame["start"]).dt.total_seconds())
    return pa.table({str(name): _cells(frame[name], pa) for name in frame.columns})


def _cells(column, pa):
    if getattr(column.dtype, "tz", None) is not None:
        column = column.dt.tz_localize(None)
    try:
        return pa.array(column, from_pandas=True)
    except (pa.ArrowException, OverflowError):  # a mixed column: nothing of ours is, but a frame may hold more
        return pa.array(column.astype("str"), from_pandas=True)
