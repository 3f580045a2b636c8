"""The rules of a table over a log too large for a frame: counted where it lies, only examples fetched."""

import functools
import itertools
import operator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from .engine import engine, fast_hash, parquet_table
from ..faults import SHOWN, as_faults
from ..shapes import YEARS
from ..tables import TABLES
from ..reading.text_files import SourceError

AT_ONCE = 20_000_000  # hashes of keys (8 bytes each) that are sorted in memory at once
MOST_SUSPECTS = 100_000  # of keys that stand twice are looked at one by one


@dataclass(frozen=True, kw_only=True)
class LargeCheck:
    """What breaks a table's rules: `rows` in all, `counts` (column, rule, rows), `examples` (row, column, value, rule)."""

    table: str
    rows: int
    counts: pd.DataFrame
    examples: pd.DataFrame

    @property
    def faulty(self):
        """How many faults there are; a row may have several."""
        return int(self.counts["rows"].sum())


def faults_in_large(source, table="calls", shown=SHOWN):
    """Every rule of a table over a Parquet file or an Ibis table of our columns, as a LargeCheck.

    The rules are those of `faults_in`, as expressions that run where the rows lie; `shown` examples
    of each fault are fetched. Rows of a file count from 1. Raises SourceError (a ValueError) where a
    file cannot be read, ValueError for a table that is not known.

    >>> import ibis
    >>> calls = ibis.memtable({"call_id": ["a", "b"], "wait_s": [5.0, -1.0]})
    >>> faults_in_large(calls, "calls").counts.to_dict("records")
    [{'column': 'wait_s', 'rule': 'must be 0 or more', 'rows': 1}]
    """
    if table not in TABLES:
        raise ValueError(f"table must be one of {', '.join(TABLES)}, got {table!r}")
    with _opened(source, TABLES[table]) as rows:
        return _check(rows, TABLES[table], shown, in_file=isinstance(source, (str, Path)))


def without_faults(rows, table):
    """An Ibis table without the rows that break a rule by themselves (a key that stands twice stays)."""
    rows = _without_nan(rows)
    broken = [expression.fill_null(False) for _, _, expression, _ in _broken(rows, table)]
    return rows.filter(~functools.reduce(operator.or_, broken)) if broken else rows


@contextmanager
def _opened(source, table):
    if isinstance(source, (str, Path)):
        with engine() as connection:
            yield parquet_table(connection, source, table)
    else:
        yield source


def _check(rows, table, shown, in_file):
    rows = _without_nan(rows)
    broken = _broken(rows, table)
    counts = _count_by_column(rows, broken) if in_file else _count(rows, broken)
    said = [(column, rule, n) for (column, rule, _, _), n in zip(broken, counts, strict=True)]
    examples = [example for case, n in zip(broken, counts, strict=True) if n for example in _examples(rows, *case, shown)]
    again, more = _twice(rows, table, shown, fast_hash if in_file else lambda text: text.hash())
    frame = pd.DataFrame([*said, *again], columns=["column", "rule", "rows"])
    total = int(rows.count().to_pyarrow().as_py())
    return LargeCheck(table=table.name, rows=total, counts=frame[frame["rows"] > 0].reset_index(drop=True),
                      examples=as_faults([*examples, *more]))


def _without_nan(rows):
    """Not-a-number is missing, as in pandas; most databases hold it above every number."""
    floats = [name for name in rows.columns if rows[name].type().is_floating()]
    return rows.mutate(**{name: rows[name].nullif(float("nan")) for name in floats}) if floats else rows


def _broken(rows, table):
    """(column, rule, expression that is true where it is broken, columns to show) of every rule that can be checked."""
    _refuse_untyped(rows, table)
    cases = [(column.name, says, expression, (column.name,)) for column in table.columns if column.name in rows.columns
             for says, expression in _column_cases(rows[column.name], column)]
    return cases + [(rule.about, rule.says, ~rule.holds(rows), rule.columns) for rule in table.rules
                    if set(rule.columns) <= set(rows.columns)]


def _refuse_untyped(rows, table):
    """A log this long is judged where it lies, so its columns must be of their kind already."""
    for column in (column for column in table.columns if column.name in rows.columns):
        kind = rows[column.name].type()
        fits = kind.is_numeric() if column.measured else kind.is_temporal() if column.kind in ("time", "date") else True
        if not fits:
            raise SourceError(f"{column.name} must be {'numbers' if column.measured else 'times'} in a log that is checked where it lies, got {kind}: "
                              "use load_table, or write the file with typed columns")


def _column_cases(cells, column):
    """The rules of `faults.column_rules`, turned round, as Ibis expressions."""
    if column.required:
        yield "must not be empty", cells.isnull() | _blank(cells) if cells.type().is_string() else cells.isnull()
    if column.kind in ("time", "date"):
        yield f"must lie in the years {YEARS[0]} to {YEARS[1]}", _outside(cells, f"{YEARS[0]}-01-01", f"{YEARS[1] + 1}-01-01")
    elif column.words:
        yield f"must be one of {', '.join(column.words)}", cells.notin(column.words)
    elif column.measured:
        yield from _number_cases(cells, column)


def _outside(cells, first, end):
    """Times before the first day or from the end on; compared as moments, for a year of a zone is slow to find."""
    import ibis

    zone = getattr(cells.type(), "timezone", None)
    low, high = (ibis.literal(pd.Timestamp(day, tz="UTC" if zone else None).to_pydatetime(), type=cells.type()) for day in (first, end))
    return (cells < low) | (cells >= high)


def _blank(cells):
    """Nothing but blanks; only texts that begin with one are looked at more closely, for that is slow."""
    import ibis

    return ibis.ifelse(cells < "!", cells.strip() == "", False)


def _number_cases(cells, column):
    yield f"must be {column.low:g} or more", cells < column.low
    if cells.type().is_floating():
        yield "must be a finite number", cells.isinf()
        yield f"must be at most {column.high:g}", (cells > column.high) & ~cells.isinf()
        if column.whole:
            yield "must be a whole number", (cells != cells.floor()) & ~cells.isinf()
    else:
        yield f"must be at most {column.high:g}", cells > column.high


def _count(rows, broken):
    """How many rows break each rule: one pass."""
    counts = {f"c{i}": rows.count(where=expression) for i, (_, _, expression, _) in enumerate(broken)}
    found = rows.aggregate(**counts).to_pandas().iloc[0] if counts else {}
    return [int(found[name]) for name in counts]


def _count_by_column(rows, broken):
    """The same in a pass for each column: a file by columns gives each pass only what it needs, which is faster."""
    return [n for _, cases in itertools.groupby(broken, key=lambda case: case[0]) for n in _count(rows, list(cases))]


def _examples(rows, column, rule, expression, names, shown):
    chosen = rows.filter(expression).select(*dict.fromkeys([*_row(rows), *names]))
    chosen = chosen.order_by("row") if "row" in chosen.columns else chosen
    return [(row.get("row", pd.NA), column, _shown(row, names), rule) for row in chosen.limit(shown).to_pandas().to_dict("records")]


def _row(rows):
    return ["row"] if "row" in rows.columns else []


def _shown(row, names):
    """The value itself, or the values of all columns that a rule between columns compares."""
    return row[names[0]] if len(names) == 1 else ", ".join(f"{name} {row[name]}" for name in names)


def _twice(rows, table, shown, hash_of):
    """Rows whose key stands more than once: hashes find the candidates, the keys themselves decide."""
    key = [name for name in table.key if name in rows.columns]
    if len(key) < len(table.key):
        return [], []
    hashes = rows.filter(*(rows[name].notnull() for name in key)).mutate(hash=hash_of(_joined(rows, key)))
    parts = -(-int(hashes.count().to_pyarrow().as_py()) // AT_ONCE)
    suspects = [h for part in range(parts) for h in _repeated(hashes.filter((hashes.hash % parts + parts) % parts == part) if parts > 1 else hashes)]
    if not suspects:
        return [], []
    return _decide(hashes.filter(hashes.hash.isin(suspects[:MOST_SUSPECTS])), table, key, shown)


def _joined(rows, key):
    text = rows[key[0]].cast("string")
    for name in key[1:]:
        text = text + "\x1f" + rows[name].cast("string")
    return text


def _repeated(part):
    """Hashes that stand more than once: sorted, equal ones are neighbours; a tenth of the memory of a hash table."""
    found = np.sort(part.select("hash").to_pyarrow().column(0).to_numpy())
    return np.unique(found[1:][found[1:] == found[:-1]]).tolist()


def _decide(suspects, table, key, shown):
    rule = f"must stand once: the same {' and '.join(table.key)} as in an earlier row"
    found = suspects.select(*_row(suspects), *key).to_pandas()
    found = found.sort_values("row") if "row" in found else found
    again = found[found.duplicated(key)]
    examples = [(row.get("row", pd.NA), key[-1], " ".join(str(row[name]) for name in key), rule)
                for row in again.head(shown).to_dict("records")]
    return [(key[-1], rule, len(again))], examples
