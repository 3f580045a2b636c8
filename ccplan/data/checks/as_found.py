"""A log of calls as it was found, before it was understood: words, names and numbers that stand out.

It looks at every column of the file, also those that ccplan has no use for: a device that writes
rubbish into one column is not to be trusted blindly in the next. Counting is done by Ibis, where the
cells lie: a Parquet file of any size is never held, and what comes back is a list of words.
"""

from dataclasses import dataclass

import pandas as pd

from .calls import garbled
from .findings import finding, rows_finding

FEW_WORDS, MANY_WORDS = 20, 500  # different values of a column that is a list of words, or of names
RARE = 1e-4  # share of the rows below which a word is likely a slip
FAR = 5  # times the value that one row in a thousand exceeds: far from all others
SOMETIMES = 0.01  # share of the rows below which being negative is a fault, not a meaning
NEARLY_ALL = 0.99  # share of the cells that are numbers, in a column of numbers written as text
LOOKED_AT, HALF = 1000, 0.5  # the first rows; a column that is not half numbers there is none of numbers
SURELY = 2  # times too many by an estimate: no need to count
EXAMPLES = 5  # rows that a finding names


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a file: its `name` there, and its `cells` (an Ibis column of text or numbers)."""

    name: str
    cells: object


def check_as_found(cells, table, file):
    """Findings of a file's cells: a frame whose index holds the rows of the file, or an Ibis table with `row`."""
    rows, columns = _columns(_in_ibis(cells) if isinstance(cells, pd.DataFrame) else cells)
    if not columns:
        return
    total, texts, numbers = _sorted_out(rows, columns)
    words = _counts(rows, texts)
    numeric = _numeric_texts(rows, texts, words)
    numbers |= {name: Column(name=name, cells=_number(texts[name].cells)) for name in numeric}
    about = _about_numbers(rows, numbers)
    for column in columns:
        if column.name in words:
            yield from _words(rows, column, words[column.name], total, table, file)
        if column.name in numbers:
            yield from _numeric(rows, numbers[column.name], about[column.name], total, table, file)


def _in_ibis(cells):
    """A frame of cells as an Ibis table; columns of times and of yes and no have nothing to be looked at."""
    import ibis  # loads where it is used

    kept = {}
    for name in cells:
        numeric = pd.api.types.is_numeric_dtype(cells[name].dtype) and not pd.api.types.is_bool_dtype(cells[name].dtype)
        if numeric or isinstance(cells[name].dtype, pd.StringDtype) or cells[name].dtype == object:
            kept[f"column {name}"] = cells[name] if numeric else cells[name].astype("str")
    return ibis.memtable(pd.DataFrame(kept, index=cells.index).rename_axis("row").reset_index())


def as_found_table(found):
    """What `engine.read_parquet` gives, as `check_as_found` takes it: no name of theirs can meet ours."""
    names = [name for name in found.columns if name != "file_row_number" and not name.startswith("__index_level_")]
    return found.select(row=found["file_row_number"] + 1, **{f"column {name}": found[name] for name in names})


def _columns(rows):
    """(the table, its Columns of text and of numbers)."""
    kinds = {name: rows[name].type() for name in rows.columns if name != "row"}
    kept = [name for name, kind in kinds.items() if kind.is_string() or kind.is_numeric()]
    floats = {name: rows[name].nullif(float("nan")) for name in kept if kinds[name].is_floating()}  # which is missing
    rows = rows.mutate(**floats) if floats else rows
    return rows, [Column(name=name.removeprefix("column "), cells=rows[name]) for name in kept]


def _sorted_out(rows, columns):
    """(how many rows, the columns of text by name, those of numbers by name)."""
    total = int(rows.count().execute())
    texts = {column.name: column for column in columns if column.cells.type().is_string()}
    return total, texts, {column.name: column for column in columns if column.name not in texts}


def _counts(rows, texts):
    """{column: how often each word stands in it, the commonest first}, of columns that hold a list of words."""
    import ibis

    few = [name for name, different in _different(rows, texts).items() if different <= SURELY * MANY_WORDS]
    if not few:
        return {}
    grouped = [rows.group_by(word=texts[name].cells).agg(n=rows.count(), first=rows["row"].min()) for name in few]
    found = (
        ibis.union(*(each.mutate(at=ibis.literal(i)) for i, each in enumerate(grouped)))
        .execute()
        .dropna(subset=["word"])
        .sort_values(["n", "first"], ascending=[False, True])
    )
    counts = {name: found[found["at"] == i].set_index("word")["n"] for i, name in enumerate(few)}
    return {name: n for name, n in counts.items() if len(n) <= MANY_WORDS}


def _different(rows, texts):
    """{column: about how many different words}: an estimate, good enough to spare counting millions of names."""
    if not texts:
        return {}
    asked = {f"n{i}": column.cells.approx_nunique() for i, column in enumerate(texts.values())}
    found = rows.aggregate(**asked).execute().iloc[0]
    return {name: int(found[f"n{i}"]) for i, name in enumerate(texts)}


def _numeric_texts(rows, texts, words):
    """The columns of text that are numbers in nearly every cell that is not empty; where the words are known, by
    these.
    """
    for name, counts in words.items():
        counts = counts[counts.index != ""]
        numbers = pd.to_numeric(pd.Series(counts.index), errors="coerce").notna().to_numpy()
        if counts[numbers].sum() > NEARLY_ALL * counts.sum():
            yield name
    many = [name for name in texts if name not in words]
    many = _mostly_numbers(rows.filter(rows["row"] <= LOOKED_AT), texts, many, HALF)
    yield from _mostly_numbers(rows, texts, many, NEARLY_ALL)


def _mostly_numbers(rows, texts, names, share):
    """Those of the columns in which at least a share of the cells that are not empty are numbers."""
    if not names:
        return []
    filled = {f"all{i}": (rows[_source(texts[name])] != "").sum() for i, name in enumerate(names)}
    good = {f"good{i}": _number(rows[_source(texts[name])]).notnull().sum() for i, name in enumerate(names)}
    found = rows.aggregate(**filled, **good).execute().fillna(0).iloc[0]
    return [name for i, name in enumerate(names) if found[f"good{i}"] >= share * found[f"all{i}"]]


def _source(column):
    return column.cells.get_name()


def _number(texts):
    return texts.try_cast("float64").nullif(float("nan"))


def _about_numbers(rows, numbers):
    """{column: lowest, highest, the value that one row in a thousand exceeds, how many are below 0}."""
    about = {}
    for column in numbers.values():
        cells = column.cells.cast("float64")
        asked = {"low": cells.min(), "high": cells.max(), "usual": cells.quantile(0.999), "below": (cells < 0).sum()}
        about[column.name] = rows.aggregate(**asked).execute().astype(float).iloc[0]
    return about


# ------------------------------------------------------------------------------------------ words and names


def _words(rows, column, counts, total, table, file):
    yield from _twins(rows, column, counts, table, file)
    yield from _longer(rows, column, counts, table, file)
    if len(counts) <= FEW_WORDS and not pd.to_numeric(pd.Series(counts.index), errors="coerce").notna().any():
        yield from _rare(rows, column, counts, total, table, file)


def _twins(rows, column, counts, table, file):
    """The same word with blanks around it or other capitals."""
    usual = {}
    for word in counts.index:
        other = usual.setdefault(word.strip().casefold(), word)
        if counts[other] > counts[word]:
            what = f"{column.name} {word!r} is {other!r} with blanks or other capitals"
            yield _value(rows, column, word, counts[word], table, file, what)


def _longer(rows, column, counts, table, file):
    """A name with rubbish around it: NO_SERVERAMA."""
    for i, word in enumerate(counts.index):
        other = garbled(word, [name for name in counts.index[:i] if counts[name] > counts[word]])
        if other:
            what = f"{column.name} {word!r} looks like {other!r}, garbled"
            yield _value(rows, column, word, counts[word], table, file, what)


def _rare(rows, column, counts, total, table, file):
    for word in counts.index[counts < RARE * total]:
        if word.strip() == word:
            what = f"{column.name} {word!r} is not among the usual words"
            yield _value(rows, column, word, counts[word], table, file, what)


def _value(rows, column, word, count, table, file, what):
    return _told(rows, column, column.cells == word, count, table, file, what, "a word is written one way")


# ------------------------------------------------------------------------------------------------- numbers


def _numeric(rows, column, about, total, table, file):
    if 0 < about["below"] < SOMETIMES * total:
        yield _negative(rows, column, about, table, file)
    if not about["usual"] > 0 or not about["high"] > FAR * about["usual"]:
        return
    far = column.cells > FAR * about["usual"]
    count = int(rows.aggregate(n=far.sum()).execute()["n"].iloc[0])
    if 0 < count <= RARE * total:
        what = (
            f"{column.name} is far above all others: up to {about['high']:,.0f}, "
            f"where one row in a thousand exceeds {about['usual']:,.0f}"
        )
        yield _told(rows, column, far, count, table, file, what, "must be believable")


def _negative(rows, column, about, table, file):
    first = _first(rows, column, column.cells < 0)["row"]
    shown = f"rows {', '.join(map(str, first))}{', …' if about['below'] > EXAMPLES else ''}"
    what = f"{int(about['below']):,} rows: {column.name} is below 0, down to {about['low']:g} ({shown})"
    return finding(
        table,
        file,
        "warning",
        what,
        row=int(first.iloc[0]),
        value=float(about["low"]),
        column=column.name,
        rule="must be 0 or more",
        rows=int(about["below"]),
    )


def _told(rows, column, mask, count, table, file, what, rule):
    return rows_finding(table, file, "warning", what, int(count), _first(rows, column, mask), column.name, rule)


def _first(rows, column, mask):
    return rows.filter(mask).select("row", value=column.cells).order_by("row").limit(EXAMPLES).execute()
