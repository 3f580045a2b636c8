"""What an audit looks at: the centre's tables as they were checked, the quarter, and what is not there."""

import hashlib
from dataclasses import dataclass, field

import pandas as pd

from ..data import check_folder
from ..data.checks.folder import CheckReport
from ..data.privacy import pseudonymise, read_key
from ..data.tables import TABLES
from .quarter import Quarter


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The tables of a centre for the audit of a quarter.

    `tables` {name: frame without its faulty rows}, whole, with the quarters before; `absent` {name: why it is not
    there}; `check` the CheckReport. People are codes unless names were asked for.
    """

    quarter: Quarter
    check: CheckReport = field(repr=False)
    tables: dict = field(repr=False)
    absent: dict
    names: bool = False

    @property
    def centre(self):
        """The Centre of the folder."""
        return self.check.centre

    @property
    def folder(self):
        """Where the tables lie, a Path."""
        return self.check.folder

    def frame(self, table):
        """A whole table; ValueError saying why where it is not there."""
        if table not in self.tables:
            raise ValueError(f"the table {table} is needed: {self.absent.get(table, 'no such table is known')}")
        return self.tables[table]

    def of(self, table, quarter=None):
        """The rows of a table in the audited quarter, or in another; ValueError where the table is not there."""
        return within(self.frame(table), table, quarter or self.quarter)


TIMES = {
    "intervals": "start",
    "calls": "arrived",
    "activities": "start",
    "evaluations": "date",
    "ledger": "month",
    "equipment": "checked_on",
}  # table → the column that says when
NO_TABLE = "the folder has no table"


def within(frame, table, quarter):
    """The rows of a table's frame that lie in a quarter."""
    return frame[quarter.holds(frame[TIMES[table]])]


def evidence_of(folder, quarter, *, names=False, key=None):
    """The Evidence of a centre's folder for a quarter ("2026Q3").

    People are codes unless `names`; with a `key` (32 bytes, or a file of `ccplan key`) those of the key, else such
    as follow from the tables themselves: the same from run to run, and not to be had without the tables. Raises
    ValueError for a quarter that cannot be read, and where the folder has neither intervals nor calls of the
    quarter.
    """
    quarter = Quarter.of(quarter)
    check = check_folder(folder)
    tables = {name: reading.frame for name, reading in check.readings.items()}
    tables = {name: _dated(frame, tables) if name == "evaluations" else frame for name, frame in tables.items()}
    _refuse_empty(tables, quarter, folder)
    if not names:
        key = own_key(tables) if key is None else key if isinstance(key, bytes) else read_key(key)
        tables = {name: pseudonymise(frame, name, key) for name, frame in tables.items()}
    absent = {name: _why(check, name) for name in TABLES if name not in tables} | _unusable(tables, check.centre)
    return Evidence(
        quarter=quarter,
        check=check,
        tables={name: frame for name, frame in tables.items() if name not in absent},
        absent=absent,
        names=names,
    )


def _dated(evaluations, tables):
    """Evaluations with a day: their own, else the day of the call, else none."""
    if "date" in evaluations:
        return evaluations
    days = pd.Series(pd.NaT, evaluations.index)
    if "calls" in tables and "call_id" in evaluations:
        arrived = tables["calls"].set_index("call_id")["arrived"]
        days = evaluations["call_id"].map(arrived.dt.tz_localize(None).dt.normalize())
    return evaluations.assign(date=days.astype("datetime64[us]"))


def _refuse_empty(tables, quarter, folder):
    for name in ("intervals", "calls"):
        if name in tables and len(within(tables[name], name, quarter)):
            return
    spans = [
        f"{name} from {one.min():%Y-%m-%d} to {one.max():%Y-%m-%d}"
        for name in ("intervals", "calls")
        if name in tables and len(one := tables[name][TIMES[name]])
    ]
    raise ValueError(
        f"{folder} has no contact in {quarter}: {' and '.join(spans) or 'it has neither intervals nor calls'} — "
        "name a quarter that the tables reach"
    )


def _unusable(tables, centre):
    """{table: why} of tables that nothing may be reckoned from: a ledger whose amounts cannot be added up."""
    from .explaining.ledger_lines import refuse_currencies

    try:
        refuse_currencies(tables.get("ledger", ()), centre.currency)
    except ValueError as problem:
        return {"ledger": str(problem)}
    return {}


def own_key(tables):
    """32 bytes that follow from the people's names in the tables."""
    digest = hashlib.blake2b(digest_size=32)
    for name in ("agents", "activities", "evaluations", "calls"):
        if name in tables and "agent" in tables[name]:
            digest.update("\n".join(sorted(map(str, tables[name]["agent"].dropna().unique()))).encode())
            break
    for name in ("intervals", "calls"):
        if name in tables:
            digest.update(pd.util.hash_pandas_object(tables[name].head(1000), index=False).to_numpy().tobytes())
    return digest.digest()


def _why(check, table):
    verdict = check.verdicts
    row = verdict[verdict["table"] == table]
    return str(row["verdict"].iloc[0]) if len(row) and "verdict" in row else f"{NO_TABLE} {table}"
