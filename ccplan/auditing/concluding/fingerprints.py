"""Fingerprints of what an audit rests on: every input file, every key of centre.toml, the versions that worked on
them.
"""

import hashlib
import platform
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from ...data.centre_file import FILE_NAME
from ...data.sources import input_files

LIBRARIES = (
    "ccplan",
    "pandas",
    "numpy",
    "scipy",
    "statsmodels",
    "ibis-framework",
    "duckdb",
    "altair",
    "vl-convert-python",
    "xlsxwriter",
    "papermill",
    "nbconvert",
)


@dataclass(frozen=True, kw_only=True)
class Fingerprint:
    """A file as it was: `file` its path within the folder, `sha256`, `bytes`, and `rows` (None where rows cannot be
    counted).
    """

    file: str
    sha256: str
    bytes: int
    rows: int | None


def fingerprints(folder):
    """The Fingerprint of every file of a centre's folder that is read, centre.toml among them, a tuple in order of
    their names.

    Raises SourceError (a ValueError) in words where the folder cannot be read.
    """
    folder = Path(folder)
    return tuple(fingerprint(file, file.relative_to(folder).as_posix()) for file in input_files(folder))


def fingerprint(file, name=None):
    """The Fingerprint of one file; rows are those below the header, of Parquet those that it says it has."""
    file = Path(file)
    with open(file, "rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
    return Fingerprint(file=name or file.name, sha256=digest, bytes=file.stat().st_size, rows=_rows(file))


def _rows(file):
    name = file.name.lower()
    if name.endswith(".parquet"):
        return _parquet_rows(file)
    if not name.endswith((".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")):
        return None
    from ...data.reading.text_files import count_lines

    try:
        return max(count_lines(file) - 1, 0)
    except (OSError, EOFError):  # a damaged archive: the reader says so
        return None


def _parquet_rows(file):
    import pyarrow.parquet
    from pyarrow import ArrowException

    try:
        return pyarrow.parquet.read_metadata(file).num_rows
    except (ArrowException, OSError):
        return None


def fingerprints_frame(prints):
    """Fingerprints as a DataFrame: file, rows, bytes, sha256."""
    return pd.DataFrame([asdict(one) for one in prints], columns=["file", "rows", "bytes", "sha256"]).astype(
        {"rows": "Int64"}
    )


def setting_marks(folder):
    """{key of centre.toml: mark}: which keys are the same later on can be told, what they said cannot be read from
    it.
    """
    file = Path(folder) / FILE_NAME
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {key: hashlib.sha256(f"{key}={value!r}".encode()).hexdigest()[:16] for key, value in sorted(_keys(told))}


def _keys(told, path=""):
    for key, value in told.items():
        if isinstance(value, dict):
            yield from _keys(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def versions():
    """{name: version} of ccplan, Python and the main libraries."""
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return {"ccplan": found.pop("ccplan"), **found}
