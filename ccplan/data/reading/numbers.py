"""Numbers that were written as text: which mark is the decimal one is found from all cells."""

import re

import numpy as np
import pandas as pd

from .text_files import SourceError

NOTHING = ("", "-", "–", "n/a", "na", "nan", "null", "none", "#n/a")
CLOCK = r"(\d+):([0-5]\d):([0-5]\d)(\.\d+)?"
SECONDS_IN = {"s": 1.0, "ms": 0.001, "min": 60.0, "h": 3600.0}
CLOCK_UNITS = {  # how a duration is written → hours, minutes, seconds of its parts
    "hh:mm:ss": r"^(?:(?P<h>\d+):)?(?P<m>\d+):(?P<s>[0-5]?\d(?:[.,]\d+)?)$",
    "mm:ss": r"^(?:(?P<h>\d+):)?(?P<m>\d*):(?P<s>[0-5]?\d(?:[.,]\d+)?)$",
    "hh:mm": r"^(?P<h>\d+):(?P<m>[0-5]?\d)(?::(?P<s>[0-5]\d))?$",
}
UNITS = (*SECONDS_IN, *CLOCK_UNITS)
SPACES = r"[\s\u00a0\u202f'’]"  # marks of thousands that are never decimal
EVIDENCE = {  # what a cell must look like to prove that the mark is the decimal one
    mark: re.compile(
        rf"-?(?:\d*{re.escape(mark)}(?:\d{{0,2}}|\d{{4,}})|0{re.escape(mark)}\d*"
        rf"|\d{{4,}}{re.escape(mark)}\d+|\d{{1,3}}(?:{re.escape(other)}\d{{3}})+{re.escape(mark)}\d+)"
    )
    for mark, other in ((".", ","), (",", "."))
}


def decimal_mark(cells, whole=()):
    """ "." or ",": the decimal mark of a file, from its measured columns as text (a DataFrame).

    `whole` names the columns that hold whole counts: there "1,234" is a thousand. Raises
    SourceError (a ValueError) where cells contradict one another or no cell tells.

    >>> decimal_mark(pd.DataFrame({"talk_s": ["1,5", "20"]}))
    ','
    """
    marked = _marked(cells)
    proof = {mark: _first(marked, pattern) for mark, pattern in EVIDENCE.items()}
    if proof["."] and proof[","]:
        raise SourceError(
            f"numbers are written in two ways, got {proof['.']!r} and {proof[',']!r} — "
            "write all with the same decimal mark"
        )
    if proof[","]:
        return ","
    unsure = _marked(cells.drop(columns=[name for name in whole if name in cells]))
    doubtful = [text for text in unsure if re.fullmatch(r"-?\d{1,3},\d{3}", text)]
    if doubtful and not proof["."]:
        raise SourceError(f'{doubtful[0]!r} can be a thousand or a decimal — pass decimal="." or decimal=","')
    return "."


def to_numbers(cells, decimal="."):
    """A column of text as floats; empty is NaN, h:mm:ss is seconds. Returns (values, bad mask).

    >>> to_numbers(pd.Series(["1.234,5", "", "0:02:10", "x"]), ",")[0].tolist()
    [1234.5, nan, 130.0, nan]
    """
    values = pd.to_numeric(cells, errors="coerce") if decimal == "." else pd.Series(np.nan, cells.index)
    rest = cells[values.isna()].str.lower()
    rest = rest[~rest.isin(NOTHING)]
    values = values.astype(float)
    values[rest.index] = _spelled(rest, decimal)
    bad = pd.Series(False, cells.index)
    bad[rest.index] = ~np.isfinite(values[rest.index])
    return values, bad | np.isinf(values)


def to_seconds(cells, unit="s", decimal="."):
    """A column of durations as seconds, from text or numbers in one of UNITS. Returns (values, bad mask).

    >>> to_seconds(pd.Series(["1:30", ":05", "1:00:00"]), "mm:ss")[0].tolist()
    [90.0, 5.0, 3600.0]
    """
    if pd.api.types.is_numeric_dtype(cells.dtype):  # a number where clock times are usual is seconds
        return pd.to_numeric(cells).astype(float) * SECONDS_IN.get(unit, 1.0), pd.Series(False, cells.index)
    if unit in SECONDS_IN:
        values, bad = to_numbers(cells, decimal)
        clock = cells.str.contains(":", regex=False)
        return values.where(clock, values * SECONDS_IN[unit]), bad
    texts = cells.astype(str).str.strip()
    parts = texts.str.extract(CLOCK_UNITS[unit])
    known = parts.notna().any(axis=1)
    h, m, s = (
        pd.to_numeric(parts[name].str.replace(",", ".", regex=False).replace("", "0")).fillna(0) for name in "hms"
    )
    plain, bad = to_numbers(texts, decimal)  # a bare number beside clock times is seconds: 0, or 45
    return (h * 3600 + m * 60 + s).where(known, plain), bad & ~known


def _marked(cells):
    """The cells of a frame that hold a comma or a point, once each, thousands' spaces gone."""
    texts = pd.unique(pd.concat([cells[name] for name in cells], ignore_index=True)) if len(cells.columns) else ()
    texts = (re.sub(SPACES, "", text) for text in texts if "," in text or "." in text)
    return [text for text in texts if re.fullmatch(r"-?[\d.,]+", text)]


def _first(texts, pattern):
    return next((text for text in texts if pattern.fullmatch(text)), None)


def _spelled(texts, decimal):
    """Texts that are not plain numbers: thousands marks, the decimal comma, clock times."""
    other = "," if decimal == "." else "."
    bare = texts.str.replace(SPACES, "", regex=True)
    grouped = bare.str.fullmatch(rf"-?\d{{1,3}}(?:{re.escape(other)}\d{{3}})+(?:{re.escape(decimal)}\d*)?")
    bare = bare.where(~grouped, bare.str.replace(other, "", regex=False))
    bare = bare.str.replace(",", ".", regex=False) if decimal == "," else bare
    single = bare.str.fullmatch(r"-?\d*\.?\d*(?:e[+-]?\d{1,3})?") & (grouped | ~texts.str.contains(other, regex=False))
    return pd.to_numeric(bare.where(single), errors="coerce").fillna(_clock_seconds(bare))


def _clock_seconds(texts):
    parts = texts.str.extract(rf"^{CLOCK}$").astype(float)
    return parts[0] * 3600 + parts[1] * 60 + parts[2] + parts[3].fillna(0)
