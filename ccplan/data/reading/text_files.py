"""Read a text table by looking: compression, encoding, separator, header line. Cells stay text.

Nothing is guessed from a name. What was found is kept, so that the user can be shown it.
"""

import codecs
import contextlib
import csv
import gzip
import io
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
LOOK = 30  # lines that are looked at
CONTROL = bytes(code for code in range(32) if code not in b"\t\n\f\r")  # signs that do not stand in tables
AS_TEXT = {
    "dtype": str,
    "keep_default_na": False,
    "na_filter": False,
    "skip_blank_lines": False,
    "index_col": False,
    "encoding_errors": "strict",
}
MAX_COLUMNS = 2000
MAX_FOOT = 10  # short lines at the end that may be sums and remarks
MAX_BYTES = 2**31  # of text after unpacking: a guard against files made to fill the memory


class SourceError(ValueError):
    """A file or folder that cannot be read as a table; the message says which and why."""


@dataclass(frozen=True, kw_only=True)
class TextTable:
    """Cells as text (`cells`, index = row number in the file) and how they were found."""

    cells: pd.DataFrame
    encoding: str
    separator: str


def read_text_table(file, knows=lambda header: 0, *, encoding="", separator=""):
    """The cells of a text file (.csv, .tsv, .txt, each also gzipped) as a TextTable.

    `knows(header)` counts the header cells that mean something to the caller; it decides between
    separators and finds the header under title lines. `encoding` and `separator` override what is
    found. Raises SourceError (a ValueError) in words for a file that is missing, empty, binary or ragged.
    """
    text, encoding = read_text(file, encoding)
    lines = text.splitlines()[:LOOK]
    _refuse_width(file, lines)
    separator, at = _layout(lines, knows, (separator,) if separator else tuple(SEPARATORS))
    return TextTable(cells=_cells(file, text, separator, at), encoding=encoding, separator=separator)


def read_text(file, encoding=""):
    """(text, encoding) of a text file, gzipped or not; SourceError (a ValueError) where it is none."""
    return _decode(Path(file), _unpack(Path(file)), encoding)


def read_text_parts(file, knows=lambda header: 0, *, encoding="", separator="", rows=500_000):
    """The cells of a text file as TextTables of so many rows each, as `read_text_table` finds them: for a file that
    fills the memory.

    Raises SourceError (a ValueError) as `read_text_table` does, some of it only when its rows are reached.
    """
    file = Path(file)
    encoding = _encoding_throughout(file, encoding)
    lines = _head(file).decode(encoding, "replace").removeprefix("\ufeff").splitlines()[:LOOK]
    _refuse_width(file, lines)
    separator, at = _layout(lines, knows, (separator,) if separator else tuple(SEPARATORS))
    packed = "gzip" if _is_packed(file) else None
    with _in_words(file):
        parts = pd.read_csv(
            file, sep=separator, skiprows=at, encoding=encoding, compression=packed, chunksize=rows, **AS_TEXT
        )
    with parts:
        while (cells := _next(file, parts)) is not None:
            yield TextTable(cells=_tidy(cells, at), encoding=encoding, separator=separator)


def _next(file, parts):
    with _in_words(file):
        return next(parts, None)


def has_more_lines(file, limit):
    """True for a text file, gzipped or not, of more lines than the limit; False for one that cannot be read."""
    try:
        return (
            Path(file).stat().st_size > limit / 500 and count_lines(file, limit) > limit
        )  # nothing packs a line into less than that
    except (OSError, EOFError, zlib.error):
        return False


def count_lines(file, limit=None):
    """How many lines a text file has, gzipped or not; not counted further than `limit`."""
    lines = 0
    with _opened(file) as source:
        while (limit is None or lines <= limit) and (data := source.read(2**22)):
            lines += data.count(b"\n")
    return lines


def _is_packed(file):
    with open(file, "rb") as plain:
        return plain.read(2) == b"\x1f\x8b"


def _opened(file):
    return (gzip.open if _is_packed(file) else open)(file, "rb")


def _head(file):
    """The first lines of a file, as bytes."""
    with _opened(file) as source:
        return source.read(2**20)


def _encoding_throughout(file, asked):
    """The encoding in which every byte of a file can be read; in bounded memory, as `_decode` finds it."""
    for encoding in _asked_or_likely(asked, _head(file)):
        try:
            decoder = codecs.getincrementaldecoder(encoding)()
            with _opened(file) as source:
                while data := source.read(2**22):
                    if not encoding.startswith("utf-16") and data.translate(None, CONTROL) != data:
                        raise SourceError(f"{file} is not a text file: save it as CSV")
                    decoder.decode(data)
                decoder.decode(b"", True)
            return encoding
        except UnicodeError:
            continue
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise SourceError(f"{file} is a damaged gzip file: write it again") from None
    raise SourceError(f"{file} is not a text file: save it as CSV")


def _unpack(file):
    try:
        data = file.read_bytes()
        data = _gunzip(file, data) if data[:2] == b"\x1f\x8b" else data
    except OSError as problem:
        raise SourceError(f"{file} cannot be read: {problem.strerror or problem}") from None
    if not data.strip():
        raise SourceError(f"{file} is empty")
    return data


def _gunzip(file, data):
    try:
        with gzip.open(io.BytesIO(data)) as packed:
            plain = packed.read(MAX_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise SourceError(f"{file} is a damaged gzip file: write it again") from None
    if len(plain) > MAX_BYTES:
        raise SourceError(f"{file} unpacks to more than {MAX_BYTES:,} bytes: split it")
    return plain


def _decode(file, data, asked=""):
    """The text and the name of its encoding: a mark at the start, else UTF-8, else Windows Latin."""
    for encoding in _asked_or_likely(asked, data):
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        if not _looks_binary(text):
            return text.removeprefix("\ufeff"), encoding
    raise SourceError(f"{file} is not a text file: save it as CSV")


def _asked_or_likely(asked, data):
    """The encodings to try: the one asked for, else those that the first bytes allow, the likeliest first."""
    if asked:
        try:
            " ".encode(asked)  # some that Python knows are of no text
        except (LookupError, UnicodeError):
            raise SourceError(
                f"encoding must be one that Python knows, such as utf-8 or cp1252, got {asked!r}"
            ) from None
        return (asked,)
    if data.startswith(b"\xef\xbb\xbf"):
        return ("utf-8-sig",)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    if data[1:2] == b"\0":
        return ("utf-16-le",)
    if data[:1] == b"\0":
        return ("utf-16-be",)
    return "utf-8", "cp1252", "latin-1"


def _looks_binary(text):
    return any(text.count(chr(code)) for code in CONTROL)


def _refuse_width(file, lines):
    widest = max((line.count(separator) + 1 for line in lines for separator in SEPARATORS), default=0)
    if widest > MAX_COLUMNS:
        raise SourceError(f"{file} has {widest:,} columns, at most {MAX_COLUMNS:,} can be read")


def _layout(lines, knows, separators):
    """The separator and the header's line: most known names, then most lines of equal width."""
    best, found = (-1, -1, -1), (separators[0], 0)
    for separator in separators:
        rows = _split(lines, separator)
        for at, row in enumerate(rows[:LOOK]):
            alike = sum(len(other) == len(row) for other in rows[at:])
            score = (knows(row), alike if len(row) > 1 else 0, -at)
            if score > best:
                best, found = score, (separator, at)
    separator, at = found
    return (separator, at) if best[0] else (separator, 0)


def _split(lines, separator):
    """Rows of fields; none where a field is longer than csv allows: that is no table."""
    try:
        return list(csv.reader(lines, delimiter=separator))
    except csv.Error:
        return []


def _cells(file, text, separator, at):
    with _in_words(file):
        cells = _tidy(pd.read_csv(io.StringIO(text), sep=separator, skiprows=at, **AS_TEXT), at)
    if text.rstrip().rsplit("\n", 1)[-1].count(separator) < len(cells.columns) - 1:
        _refuse_cut(file, cells)
    return cells


@contextlib.contextmanager
def _in_words(file):
    """What the parser raises, or warns of, for rows of unequal length, in words."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            yield
    except (pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError) as problem:
        raise SourceError(f"{file} has rows of unequal length: {_plain(problem)}") from None


def _plain(problem):
    words = " ".join(str(problem).split())
    return words.removeprefix("Error tokenizing data. C error: ")


def _refuse_cut(file, cells):
    """SourceError where a column that was always filled ends halfway: an export that was cut off reads as zeros
    otherwise.

    A few short lines at the end may be sums or remarks; those are judged by what they say.
    """
    for name in cells:
        filled = (cells[name] != "").to_numpy()
        first = int(filled.sum())
        if filled[:first].all() and first >= MAX_FOOT and len(cells) - first >= MAX_FOOT:
            raise SourceError(
                f"{file}: the column {name} ends at row {cells.index[first - 1]:,}: the rows from {cells.index[first]:,} to {cells.index[-1]:,} have fewer cells "
                "than the header — export the file again, or take the column out of it"
            )


def _tidy(cells, at):
    """Row numbers as in the file, blanks around cells gone, rows with nothing in them gone."""
    cells = cells.set_axis(cells.index + at + 2, axis=0)
    cells = cells.fillna("").apply(lambda column: column.str.strip())
    return cells[(cells != "").any(axis=1)] if len(cells.columns) else cells
