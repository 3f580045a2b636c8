"""A queue's forecast as files: kept by content (see `planning.kept`), and the same when it is read again."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from .. import kept

KIND = "forecasts"
AHEAD = ("slots", "mean", "special")
LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels", "holidays")


def kept_forecast(rows, *settings, make):
    """The QueueForecast of a history and settings that is kept; else what `make()` returns, kept for the next time."""
    files = [*Path(__file__).parent.glob("*.py"), Path(__file__).parents[1] / "forecast.py"]
    key = kept.key_of(rows, *settings, code=kept.code_of(files, LIBRARIES))
    return kept.kept(KIND, key, make, save_forecast, load_forecast)


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
