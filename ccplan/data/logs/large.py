"""The rules of a table over a log too large for a frame: counted where it lies, only examples fetched."""

import functools
import operator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from .engine import engine, fast_hash, parquet_table, whole_seconds
from ..faults import SHOWN, as_faults
from ..shapes import YEARS
from ..tables import TABLES
from ..reading.text_files import SourceError

AT_ONCE = 20_000_000  # hashes of keys (8 bytes each) that are sorted in memory at once
FIRST_SIGN = "!"  # of those that are seen: a text that begins with an earlier one begins with a blank


@dataclass(frozen=True, kw_only=True)
class LargeCheck:
    """What breaks a table's rules: `rows` in all, `counts` (column, rule, rows), `examples` (row, column, value,
    rule).
    """

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
    broken = [expression.fill_null(False) for _, _, expression, _ in _broken(rows, table, {})]
    return rows.filter(~functools.reduce(operator.or_, broken)) if broken else rows


@contextmanager
def _opened(source, table):
    if isinstance(source, (str, Path)):
        with engine() as connection:
            yield parquet_table(connection, source, table)
    else:
        yield source


def _check(rows, table, shown, in_file):
    bounds = _bounds(rows, table) if in_file else {}
    rows = _without_nan(rows)
    broken = [(*case, n) for case, n in _counted(rows, _broken(rows, table, bounds))]
    examples = [example for *case, n in broken if n for example in _examples(rows, *case, shown=shown)]
    again, more = _twice(rows, table, shown, fast_hash if in_file else lambda text: text.hash())
    frame = pd.DataFrame(
        [*((column, rule, n) for column, rule, *_, n in broken), *again], columns=["column", "rule", "rows"]
    )
    total = int(rows.count().to_pyarrow().as_py())
    return LargeCheck(
        table=table.name,
        rows=total,
        counts=frame[frame["rows"] > 0].reset_index(drop=True),
        examples=as_faults([*examples, *more]),
    )


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What a file says of a column without being read: whether every cell is filled, the lowest and the highest
    value.
    """

    full: bool
    low: object
    high: object


def _bounds(rows, table):
    """{column: Bounds}; the engine takes them from a Parquet file's own statistics, so they cost nothing."""
    names = [name for name in table.names if name in rows.columns and _has_bounds(rows[name].type())]
    asked = {"rows": rows.count()}
    for i, name in enumerate(names):
        asked |= {
            f"filled{i}": rows[name].count(),
            f"low{i}": _plain(rows[name].min()),
            f"high{i}": _plain(rows[name].max()),
        }
    found = rows.aggregate(**asked).to_pyarrow().to_pylist()[0]
    return {
        name: Bounds(full=found[f"filled{i}"] == found["rows"], low=found[f"low{i}"], high=found[f"high{i}"])
        for i, name in enumerate(names)
        if found[f"low{i}"] is not None
    }


def _has_bounds(kind):
    return kind.is_string() or kind.is_integer() or kind.is_floating() or kind.is_timestamp()


def _plain(edge):
    """A time as seconds since 1970, for Python knows no year 20000."""
    return whole_seconds(edge) if edge.type().is_timestamp() else edge


def _without_nan(rows):
    """Not-a-number is missing, as in pandas; most databases hold it above every number."""
    floats = [name for name in rows.columns if rows[name].type().is_floating()]
    return rows.mutate(**{name: rows[name].nullif(float("nan")) for name in floats}) if floats else rows


def _broken(rows, table, bounds):
    """(column, rule, expression that is true where it is broken, columns to show) of every rule that can be checked.

    Rules that the bounds of a column prove are left out: no row breaks them.
    """
    _refuse_untyped(rows, table)
    cases = [
        (column.name, says, expression, (column.name,))
        for column in table.columns
        if column.name in rows.columns
        for says, expression, proves in _column_cases(rows[column.name], column)
        if not (column.name in bounds and proves(bounds[column.name]))
    ]
    return cases + [
        (rule.about, rule.says, ~rule.holds(rows), rule.columns)
        for rule in table.rules
        if set(rule.columns) <= set(rows.columns)
    ]


def _refuse_untyped(rows, table):
    """A log this long is judged where it lies, so its columns must be of their kind already."""
    for column in (column for column in table.columns if column.name in rows.columns):
        kind = rows[column.name].type()
        fits = kind.is_numeric() if column.measured else kind.is_temporal() if column.kind in ("time", "date") else True
        if not fits:
            raise SourceError(
                f"{column.name} must be {'numbers' if column.measured else 'times'} in a log that is checked where it lies, got {kind}: "
                "use load_table, or write the file with typed columns"
            )


def _column_cases(cells, column):
    """The rules of `faults.column_rules`, turned round: (rule, expression that is true where it is broken, what
    proves it).
    """
    text = cells.type().is_string()
    if column.required:
        yield (
            "must not be empty",
            cells.isnull() | _blank(cells) if text else cells.isnull(),
            lambda bounds: bounds.full and (bounds.low >= FIRST_SIGN if text else not cells.type().is_floating()),
        )
    if column.kind in ("time", "date"):
        first, end = f"{YEARS[0]}-01-01", f"{YEARS[1] + 1}-01-01"
        yield (
            f"must lie in the years {YEARS[0]} to {YEARS[1]}",
            _outside(cells, first, end),
            lambda bounds: (
                pd.Timestamp(first).timestamp() <= bounds.low and bounds.high < pd.Timestamp(end).timestamp()
            ),
        )
    elif column.words:
        yield (
            f"must be one of {', '.join(column.words)}",
            cells.notin(column.words),
            lambda bounds: bounds.low == bounds.high and bounds.low in column.words,
        )
    elif column.measured:
        yield from _number_cases(cells, column)


def _outside(cells, first, end):
    """Times before the first day or from the end on; compared as moments, for a year of a zone is slow to find."""
    import ibis

    zone = getattr(cells.type(), "timezone", None)
    low, high = (
        ibis.literal(pd.Timestamp(day, tz="UTC" if zone else None).to_pydatetime(), type=cells.type())
        for day in (first, end)
    )
    return (cells < low) | (cells >= high)


def _blank(cells):
    """Nothing but blanks; only texts that begin with one are looked at more closely, for that is slow."""
    import ibis

    return ibis.ifelse(cells < FIRST_SIGN, cells.strip() == "", False)


def _number_cases(cells, column):
    yield f"must be {column.low:g} or more", cells < column.low, lambda bounds: bounds.low >= column.low
    if cells.type().is_floating():
        yield "must be a finite number", cells.isinf(), lambda bounds: -np.inf < bounds.low and bounds.high < np.inf
        yield (
            f"must be at most {column.high:g}",
            (cells > column.high) & ~cells.isinf(),
            lambda bounds: bounds.high <= column.high,
        )
        if column.whole:
            yield "must be a whole number", (cells != cells.floor()) & ~cells.isinf(), lambda bounds: False
    else:
        yield f"must be at most {column.high:g}", cells > column.high, lambda bounds: bounds.high <= column.high


def _counted(rows, broken):
    """(case, how many rows break it) of each: one pass, and only over rows that break any."""
    if not broken:
        return []
    marked = rows.select(**{f"c{i}": expression for i, (_, _, expression, _) in enumerate(broken)})
    bad = marked.filter(functools.reduce(operator.or_, (marked[name] for name in marked.columns)))
    found = bad.aggregate(**{name: bad[name].sum() for name in bad.columns}).to_pyarrow().to_pylist()[0]
    return [(case, found[f"c{i}"] or 0) for i, case in enumerate(broken)]


def _examples(rows, column, rule, expression, names, shown):
    chosen = rows.filter(expression).select(*dict.fromkeys([*_row(rows), *names]))
    chosen = chosen.order_by("row") if "row" in chosen.columns else chosen
    return [
        (row.get("row", pd.NA), column, _shown(row, names), rule)
        for row in chosen.limit(shown).to_pandas().to_dict("records")
    ]


def _row(rows):
    return ["row"] if "row" in rows.columns else []


def _shown(row, names):
    """The value itself, or the values of all columns that a rule between columns compares."""
    return row[names[0]] if len(names) == 1 else ", ".join(f"{name} {row[name]}" for name in names)


def _twice(rows, table, shown, hash_of):
    """([(column, rule, how many)], examples) of rows whose key stands in an earlier row too."""
    return again_in(repeated_rows(rows, table, hash_of), table, shown, numbered="row" in rows.columns)


def again_in(again, table, shown, numbered):
    """The same of the table that `repeated_rows` gives; rows of a source that does not number them are not told."""
    import ibis

    if again is None:
        return [], []
    rule = f"must stand once: the same {' and '.join(table.key)} as in an earlier row"
    nth = ibis.row_number().over(order_by=again["row"])
    first = again.mutate(n=again.count().over(), nth=nth).filter(lambda t: t["nth"] < shown).order_by("nth").to_pandas()
    examples = [
        (row["row"] if numbered else pd.NA, table.key[-1], " ".join(str(row[name]) for name in table.key), rule)
        for row in first.to_dict("records")
    ]
    return [(table.key[-1], rule, int(first["n"].iloc[0]))] if len(first) else [], examples


def repeated_rows(rows, table, hash_of=fast_hash):
    """The rows (row and key) whose key stands in an earlier row too, as an Ibis table; None where no key is suspected.

    Hashes find the suspects, in a tenth of the memory of a table of keys; the keys themselves decide.
    """
    import ibis

    key = [name for name in table.key if name in rows.columns]
    if len(key) < len(table.key):
        return None
    known = rows.filter(*(rows[name].notnull() for name in key))
    parts = -(-int(known.count().to_pyarrow().as_py()) // AT_ONCE)
    known = known.mutate(hash=_hash(_joined(known, key), hash_of, parts))
    suspects = _suspects(known, parts)
    if not len(suspects):
        return None
    found = known.semi_join(ibis.memtable({"hash": suspects}), "hash")
    found = found if "row" in rows.columns else found.mutate(row=ibis.row_number())
    first = found["row"].min().over(group_by=[found[name] for name in key])
    return found.mutate(first=first).filter(lambda t: t["row"] > t["first"]).select("row", *key)


def _joined(rows, key):
    text = rows[key[0]].cast("string")
    for name in key[1:]:
        text = text + "\x1f" + rows[name].cast("string")
    return text


def _hash(text, hash_of, parts):
    """A number that tells texts apart; of few rows 32 bits tell enough (a thousandth is suspected wrongly), in half
    the time.
    """
    return (fast_hash(text) >> 31).cast("uint32") if hash_of is fast_hash and parts == 1 else hash_of(text)


def _suspects(known, parts):
    """Hashes that stand more than once, of at most AT_ONCE rows at a time."""
    return np.concatenate(
        [
            _repeated(known.filter((known.hash % parts + parts) % parts == part) if parts > 1 else known)
            for part in range(parts)
        ]
        or [np.array([], "int64")]
    )


def _repeated(part):
    """Hashes of a part that stand more than once: sorted, equal ones are neighbours."""
    found = np.sort(part.select("hash").to_pyarrow().column(0).to_numpy())
    return np.unique(found[1:][found[1:] == found[:-1]])
