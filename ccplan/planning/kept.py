"""What takes long is kept by content: the same tables and settings give the same answer at once, from the user's own
cache folder.

Frames lie as Parquet, arrays as NPZ, the rest as JSON: nothing in the cache can run as a program.
"""

import hashlib
import os
import shutil
import tempfile
import zipfile
import zlib
from pathlib import Path

import pandas as pd

KEPT = {"forecasts": 200, "staffed": 20}  # answers of a kind, a few megabytes at the most; the oldest go first
SWITCH = "CCPLAN_CACHE"  # a folder, or "off"
UNREADABLE = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error)


def folder(kind):
    """Where answers of a kind are kept, or None where the user wants none."""
    import platformdirs  # loads where it is used

    asked = os.environ.get(SWITCH, "")
    if asked.lower() == "off":
        return None
    return Path(asked or platformdirs.user_cache_dir("ccplan")) / kind


def key_of(rows, *settings, code):
    """A name that changes with any cell, setting, library or line of the `code` (see `code_of`)."""
    found = hashlib.sha256(pd.util.hash_pandas_object(rows, index=False).to_numpy().tobytes())
    found.update(repr([sorted(rows.columns), str(rows["start"].dtype), *map(_told, settings), code]).encode())
    return found.hexdigest()[:40]


def code_of(files, libraries):
    """Fingerprint of some files and of the libraries behind them."""
    from importlib.metadata import version

    told = hashlib.sha256(b"".join(file.read_bytes() for file in sorted(files))).hexdigest()
    return told, [version(name) for name in libraries]


def kept(kind, key, make, save, load):
    """The answer of a kind kept under the key; else what `make()` returns, kept for the next time.

    `save(made, folder)` writes its files, `load(folder)` reads them. A cache that cannot be read or written is as
    good as none; what cannot be read is written anew.
    """
    place = folder(kind)
    if place is None:
        return make()
    try:
        found = load(place / key)
        os.utime(place / key)
        return found
    except UNREADABLE:
        made = make()
        shutil.rmtree(place / key, ignore_errors=True)
        _keep(made, place, key, save)
        return made


def kept_frame(kind, key, make):
    """The same for an answer that is a DataFrame."""
    return kept(
        kind,
        key,
        make,
        lambda made, into: made.to_parquet(into / "frame.parquet"),
        lambda source: pd.read_parquet(source / "frame.parquet"),
    )


def _keep(made, place, key, save):
    try:
        place.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=".new-", dir=place))
        try:
            save(made, new)
            new.rename(place / key)
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise
        _forget(place, KEPT[place.name])
    except OSError:
        return


def _forget(place, most):
    there = sorted(
        (each for each in place.iterdir() if not each.name.startswith(".")), key=lambda each: each.stat().st_mtime
    )
    for old in there[:-most]:
        shutil.rmtree(old, ignore_errors=True)


def _told(setting):
    if isinstance(setting, pd.DataFrame):
        return setting.to_csv()
    return (
        {name: _told(value) for name, value in sorted(setting.items())} if isinstance(setting, dict) else repr(setting)
    )
