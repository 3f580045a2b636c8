"""Writing so that a reader, a crash or a second process never meets half a file."""

import os
import tempfile
from pathlib import Path

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet runs text that starts so


def write_whole(file, content):
    """Write text or bytes to `file` all at once: a temporary file beside it, fsync, rename.

    Makes the folder if it is not there. Raises OSError where the disk or the folder refuses; what
    stood in the file before then still stands there.
    """
    file = Path(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode("utf-8") if isinstance(content, str) else content
    handle, temporary = tempfile.mkstemp(prefix=f".{file.name}-", suffix=".tmp", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return file


def write_csv(file, frame):
    """Write a frame as CSV (UTF-8, comma, dot), whole or not at all; text never becomes a formula.

    An earlier result of the same kind is replaced. Raises FileExistsError where another file has the name.
    """
    _spare(Path(file), set(map(str, frame.columns)))
    return write_whole(file, harmless(frame).to_csv(index=False, lineterminator="\n", float_format="%.10g"))


def _spare(file, columns):
    """Refuse to replace a file that does not look like an earlier result: it may be somebody's data."""
    if not file.exists():
        return
    with open(file, encoding="utf-8", errors="replace") as there:
        known = set(there.readline().strip("\r\n").split(","))
    if len(known & columns) < 0.8 * len(columns):
        raise FileExistsError(f"{file} is there already and is no earlier result: name another file, or move it away")


def harmless(frame):
    """The frame with an apostrophe before each text that a spreadsheet would run as a formula.

    >>> import pandas as pd
    >>> harmless(pd.DataFrame({"name": ["=cmd|' /C calc'!A0", "Ann"], "n": [-1, 2]}))["name"].tolist()
    ["'=cmd|' /C calc'!A0", 'Ann']
    """
    return frame.rename(columns=_quoted).apply(
        lambda column: column if column.dtype.kind in "biufmM" else column.map(_quoted)
    )


def _quoted(value):
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA_SIGNS) else value
