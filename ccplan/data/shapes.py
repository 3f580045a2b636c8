"""What a table is made of, as frozen records: columns with kinds and units, rules between columns, keys.

A rule is written so that it runs on a pandas frame and, unchanged, on an Ibis table: only operators
that both know (`==`, `>`, `&`, `|`, `~`, `clip`), and `nothing_as_zero` for empty cells.
"""

from collections.abc import Callable
from dataclasses import dataclass

KINDS = {  # kind of column → what the frame holds
    "text": "str",
    "word": "str",
    "time": "datetime64[us, zone of the centre]",
    "date": "datetime64[us]",
    "whole count": "int64",
    "count": "float64",
    "seconds": "float64",
    "number": "float64",
    "score": "float64",
    "money": "float64",
    "yes or no": "boolean",
}
NOT_MEASURED = ("text", "word", "time", "date", "yes or no")
LARGEST = 1e12  # of any measured number: beyond it a cell is broken, and integers overflow
YEARS = (1970, 2100)  # of any time: beyond them a date is mistyped, and the gaps would have no end


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: name, kind (see KINDS), unit, meaning, and whether the table needs it.

    `words` are the only ones allowed, `usual` the ones to prefer where others are allowed too;
    `low` and `high` bound a number; `otherwise` stands in a file that has no such column.
    """

    name: str
    kind: str
    unit: str = ""
    says: str
    required: bool = False
    words: tuple = ()
    usual: tuple = ()
    low: float = 0.0
    high: float = LARGEST
    otherwise: str = ""

    @property
    def dtype(self):
        """What the frame holds."""
        return KINDS[self.kind]

    @property
    def measured(self):
        """True for a number that a device counts or times, or a person gives."""
        return self.kind not in NOT_MEASURED

    @property
    def whole(self):
        """True for a number without a fraction."""
        return self.kind in ("whole count", "count", "score")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule between columns: `holds(frame)` is a column of bool; it counts if all columns are there.

    `about` is the column that is named when the rule is broken. `frame` may be an Ibis table.
    """

    says: str
    about: str
    columns: tuple
    holds: Callable


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table: what a row is, its columns, its rules, and the columns that make a row unique."""

    name: str
    row: str
    columns: tuple
    key: tuple
    rules: tuple = ()

    def column(self, name):
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self):
        """Names of all columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self):
        """Names of the columns that must be there."""
        return tuple(column.name for column in self.columns if column.required)


def nothing_as_zero(column):
    """A column of numbers with 0 for empty cells, in pandas or in Ibis."""
    return column.fillna(0) if hasattr(column, "fillna") else column.fill_null(0)


def no_more_than(parts, whole):
    """The rule that the parts together are no more than the whole; nothing counts as 0."""

    def holds(frame):
        total = sum(nothing_as_zero(frame[part]) for part in parts)
        return ~(total > frame[whole].clip(lower=0))

    return Rule(
        says=f"{' + '.join(parts)} must be no more than {whole}", about=parts[0], columns=(*parts, whole), holds=holds
    )


def not_before(later, earlier, *, nor_at=False):
    """The rule that one time comes after another (`nor_at`: nor at the same moment)."""

    def holds(frame):
        return ~(frame[later] <= frame[earlier]) if nor_at else ~(frame[later] < frame[earlier])

    words = "after" if nor_at else "at or after"
    return Rule(says=f"{later} must be {words} {earlier}", about=later, columns=(later, earlier), holds=holds)
