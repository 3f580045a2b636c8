"""Writing so that a reader, a crash or a second process never meets half a file."""

import contextlib
import os
import re
import tempfile
import time
from glob import escape
from pathlib import Path

UNIQUE = "?" * 8  # what `tempfile` puts into a name, as a pattern
DEAD_S = 3600  # a temporary file that old is of a process that was killed: writing takes a moment
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # a spreadsheet runs text that starts so
# Where a spreadsheet of another country begins a new cell, it runs what stands there.
_AFTER_BREAK = re.compile(r"([;\t\r\n])(?=[=+\-@])")


def write_whole(file, content):
    """Write text or bytes to `file` all at once: a temporary file beside it, fsync, rename.

    Makes the folder if it is not there. Raises OSError naming the file where the disk or the folder refuses; what
    stood in the file before then still stands there.
    """
    write_together({file: content})
    return Path(file)


def write_together(contents):
    """Write several files, {file: text or bytes}: all lie ready on the disk before the first takes its place.

    A disk that is full therefore leaves all of them as they were. Raises OSError as `write_whole`.
    """
    ready = {}
    try:
        for file, content in contents.items():
            ready[Path(file)] = ready_beside(Path(file), content)
        for file, temporary in ready.items():
            os.replace(temporary, file)
    except BaseException:
        for temporary in ready.values():
            Path(temporary).unlink(missing_ok=True)
        raise


def ready_beside(file, content):
    """The name of a temporary file beside `file` (a Path) that holds the text or bytes, on the disk; OSError names
    `file`.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    temporary = None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _sweep(file)
        handle, temporary = tempfile.mkstemp(prefix=f".{file.name}-", suffix=".tmp", dir=file.parent)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        os.chmod(temporary, 0o644)
    except BaseException as problem:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        if isinstance(problem, OSError):  # the system names the temporary file, or none
            raise type(problem)(problem.errno, problem.strerror, str(file)) from None
        raise
    return temporary


def _sweep(file):
    """Remove what processes that were killed left beside `file`; what another one is writing now is younger."""
    for left in file.parent.glob(f".{escape(file.name)}-{UNIQUE}.tmp"):
        with contextlib.suppress(OSError):  # somebody else swept it
            if time.time() - left.stat().st_mtime > DEAD_S:
                left.unlink()


def write_csv(file, frame):
    """Write a frame as CSV (UTF-8, comma, dot), whole or not at all; text never becomes a formula.

    An earlier result of the same kind is replaced. Raises FileExistsError where another file has the name.
    """
    return write_whole(file, csv_text(file, frame))


def csv_text(file, frame):
    """What `write_csv` would write to `file`: a text. Raises FileExistsError as it does."""
    _spare(Path(file), set(map(str, frame.columns)))
    return harmless(frame).to_csv(index=False, lineterminator="\n", float_format="%.10g")


def _spare(file, columns):
    """Refuse to replace a file that does not look like an earlier result: it may be somebody's data."""
    if not file.exists():
        return
    with open(file, encoding="utf-8", errors="replace") as there:
        known = set(there.readline().strip("\r\n").split(","))
    if len(known & columns) < 0.8 * len(columns):
        raise FileExistsError(f"{file} is there already and is no earlier result: name another file, or move it away")


def harmless(frame):
    """The frame with an apostrophe before each text that a spreadsheet would run as a formula, whatever it takes
    for the separator.

    Lines within a cell end in a line feed.

    >>> import pandas as pd
    >>> harmless(pd.DataFrame({"name": ["=cmd|' /C calc'!A0", "Ann"], "n": [-1, 2]}))["name"].tolist()
    ["'=cmd|' /C calc'!A0", 'Ann']
    """
    return frame.rename(columns=_quoted).apply(
        lambda column: column if column.dtype.kind in "biufmM" else column.map(_quoted)
    )


def _quoted(value):
    if not isinstance(value, str):
        return value
    # Python's csv would not quote a carriage return, and a reader would see a new row.
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    return "'" * value.startswith(FORMULA_SIGNS) + _AFTER_BREAK.sub(r"\1'", value)


def as_written(cell):
    """A cell without the apostrophes that kept it from running as a formula.

    >>> as_written("'=1+1"), as_written("all; 'x'"), as_written("a;'=1")
    ('=1+1', "all; 'x'", 'a;=1')
    """
    bare = cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_SIGNS) else cell
    return re.sub(r"([;\t\r\n])'(?=[=+\-@])", r"\1", bare)
