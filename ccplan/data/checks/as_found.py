"""A log of calls as it was found, before it was understood: words, names and numbers that stand out.

It looks at every column of the file, also those that ccplan has no use for: a device that writes
rubbish into one column is not to be trusted blindly in the next.
"""

import pandas as pd

from .calls import garbled
from .findings import finding, masked

FEW_WORDS, MANY_WORDS = 20, 500  # different values of a column that is a list of words, or of names
RARE = 1e-4                      # share of the rows below which a word is likely a slip
FAR = 5                          # times the value that one row in a thousand exceeds: far from all others
SOMETIMES = 0.01                 # share of the rows below which being negative is a fault, not a meaning


def check_as_found(cells, table, file):
    """Findings of a file's cells: a frame of text or numbers, whose index holds the rows of the file."""
    for name in cells:
        column = cells[name]
        if pd.api.types.is_numeric_dtype(column.dtype):
            yield from _numeric(column, table, file)
        elif isinstance(column.dtype, pd.StringDtype) or column.dtype == object:
            yield from _words(column.astype("str"), table, file)


def _words(column, table, file):
    counts = column.value_counts()
    if len(counts) <= MANY_WORDS:
        yield from _twins(column, counts, table, file)
        yield from _longer(column, counts, table, file)
    if len(counts) <= FEW_WORDS and not _numbers(counts.index).notna().any():
        yield from _rare(column, counts, table, file)
    if _numbers(counts.index[:1000]).notna().mean() > 0.99:
        yield from _numeric(_numbers(column), table, file)


def _numbers(texts):
    return pd.to_numeric(texts if isinstance(texts, pd.Series) else pd.Series(texts), errors="coerce")


def _twins(column, counts, table, file):
    """The same word with blanks around it or other capitals."""
    folded = pd.Series(counts.index, counts.index).str.strip().str.casefold()
    for word, fold in folded.items():
        same = [other for other in counts.index[folded == fold] if counts[other] > counts[word]]
        if same:
            yield from _value(column, word, table, file, f"{column.name} {word!r} is {same[0]!r} with blanks or other capitals")


def _longer(column, counts, table, file):
    """A name with rubbish around it: NO_SERVERAMA."""
    for word in counts.index:
        other = garbled(word, [name for name in counts.index if counts[name] > counts[word]])
        if other:
            yield from _value(column, word, table, file, f"{column.name} {word!r} looks like {other!r}, garbled")


def _rare(column, counts, table, file):
    for word in counts.index[counts < RARE * len(column)]:
        if word.strip() == word:
            yield from _value(column, word, table, file, f"{column.name} {word!r} is not among the usual words")


def _value(column, word, table, file, what):
    frame = column.to_frame()
    yield from masked(table, file, frame, column.index.to_numpy(), column == word, "warning", what, column.name, "a word is written one way")


def _numeric(column, table, file):
    yield from _negative(column, table, file)
    usual = column.quantile(0.999)
    far = column > FAR * usual
    if usual > 0 and 0 < far.sum() <= RARE * len(column):
        what = f"{column.name} is far above all others: up to {column.max():,.0f}, where one row in a thousand exceeds {usual:,.0f}"
        yield from masked(table, file, column.to_frame(), column.index.to_numpy(), far, "warning", what, column.name, "must be believable")


def _negative(column, table, file):
    below = column < 0
    if 0 < below.sum() < SOMETIMES * len(column):
        rows = column.index[below][:5]
        yield finding(table, file, "warning", f"{int(below.sum()):,} rows: {column.name} is below 0, down to {column.min():g} "
                      f"(rows {', '.join(map(str, rows))}{', …' if below.sum() > 5 else ''})", row=int(rows[0]), value=float(column.min()),
                      column=str(column.name), rule="must be 0 or more", rows=int(below.sum()))
