"""Forecasts kept by content: the same history and settings give the same forecast at once, from the user's own
cache folder.

Frames lie as Parquet, arrays as NPZ, the rest as JSON: nothing in the cache can run as a program.
"""

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pandas as pd

KEPT = 200  # forecasts; the oldest go first
AHEAD = ("slots", "mean", "special")
SWITCH = "CCPLAN_CACHE"  # a folder, or "off"
UNREADABLE = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error)


def folder():
    """Where forecasts are kept, or None where the user wants none."""
    import platformdirs  # loads where it is used

    asked = os.environ.get(SWITCH, "")
    if asked.lower() == "off":
        return None
    return Path(asked or platformdirs.user_cache_dir("ccplan")) / "forecasts"


def key_of(rows, *settings):
    """A name that changes with any cell, setting, library or line of the forecast's own code."""
    found = hashlib.sha256(pd.util.hash_pandas_object(rows, index=False).to_numpy().tobytes())
    found.update(repr([sorted(rows.columns), str(rows["start"].dtype), *map(_told, settings), _own_code()]).encode())
    return found.hexdigest()[:40]


def kept(key, make):
    """The QueueForecast kept under the key; else what `make()` returns, kept for the next time.

    A cache that cannot be read or written is as good as none; what cannot be read is written anew.
    """
    place = folder()
    if place is None:
        return make()
    try:
        found = load_forecast(place / key)
        os.utime(place / key)
        return found
    except UNREADABLE:
        made = make()
        shutil.rmtree(place / key, ignore_errors=True)
        _keep(made, place, key)
        return made


def save_forecast(found, into):
    """A QueueForecast as files in a folder."""
    found.frame.to_parquet(into / "frame.parquet")
    found.repairs.to_parquet(into / "repairs.parquet")
    facts = {name: getattr(found, name) for name in ("queue", "method", "seasonal")}
    facts["spread"] = {
        name: getattr(found.spread, name) for name in ("share", "day_share", "special", "lifts", "neighbours", "days")
    }
    facts["interval_s"] = found.ahead.interval_s
    arrays = {"days": _nanoseconds(found.ahead.days)} | {f"ahead_{name}": getattr(found.ahead, name) for name in AHEAD}
    arrays |= {} if found.spread.form is None else {"form": found.spread.form}
    if found.tested:
        test = found.tested
        facts["tested"] = {name: getattr(test, name) for name in ("scale", "seconds", "weights", "chosen")} | {
            "models": list(test.means)
        }
        arrays |= {"actual": test.actual, "special": test.special, "first_days": _nanoseconds(test.first_days)}
        arrays |= {f"mean_{number}": mean for number, mean in enumerate(test.means.values())}
    np.savez_compressed(into / "arrays.npz", **arrays)
    (into / "facts.json").write_text(json.dumps(facts, default=lambda value: value.item()), encoding="utf-8")


def load_forecast(source):
    """The QueueForecast that `save_forecast` wrote."""
    from ..forecast import QueueForecast  # it is made of this room's parts
    from .ahead import Ahead
    from .backtest import Backtest
    from .spread import Spread

    facts = json.loads((source / "facts.json").read_text(encoding="utf-8"))
    with (source / "arrays.npz").open("rb") as file, np.load(file, allow_pickle=False) as there:
        arrays = dict(there)
    said = {name: tuple(value) if isinstance(value, list) else value for name, value in facts["spread"].items()}
    tested = None
    if "tested" in facts:
        models = facts["tested"].pop("models")
        tested = Backtest(
            actual=arrays["actual"],
            special=arrays["special"],
            first_days=pd.DatetimeIndex(arrays["first_days"]),
            means={name: arrays[f"mean_{number}"] for number, name in enumerate(models)},
            **facts["tested"],
        )
    return QueueForecast(
        frame=pd.read_parquet(source / "frame.parquet"),
        repairs=pd.read_parquet(source / "repairs.parquet"),
        spread=Spread(form=arrays.get("form"), **said),
        tested=tested,
        ahead=Ahead(
            days=pd.DatetimeIndex(arrays["days"]),
            interval_s=facts["interval_s"],
            **{name: arrays[f"ahead_{name}"] for name in AHEAD},
        ),
        **{name: facts[name] for name in ("queue", "method", "seasonal")},
    )


def _nanoseconds(days):
    return days.to_numpy().astype("datetime64[ns]").astype("int64")


def _keep(made, place, key):
    try:
        place.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=".new-", dir=place))
        try:
            save_forecast(made, new)
            new.rename(place / key)
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise
        _forget(place)
    except OSError:
        return


def _forget(place):
    there = sorted(
        (each for each in place.iterdir() if not each.name.startswith(".")), key=lambda each: each.stat().st_mtime
    )
    for old in there[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def _told(setting):
    if isinstance(setting, pd.DataFrame):
        return setting.to_csv()
    return (
        {name: _told(value) for name, value in sorted(setting.items())} if isinstance(setting, dict) else repr(setting)
    )


def _own_code():
    """Fingerprint of this room's files and of the libraries behind it."""
    from importlib.metadata import version

    files = sorted([*Path(__file__).parent.glob("*.py"), Path(__file__).parents[1] / "forecast.py"])
    code = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    return code, [version(name) for name in ("numpy", "pandas", "scipy", "statsmodels", "holidays")]
