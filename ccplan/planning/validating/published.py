"""Worked examples that the field has published, and what the library makes of the same numbers.

The examples are data (`data/validation/published.csv`): what was asked, what was printed, and where the print is
wrong, why. A figure agrees if it is the library's to the last digit printed.
"""

from pathlib import Path

import pandas as pd

from ...data.bundled import validation_folder
from ...queueing import Targets, erlang_b, line_load, max_calls, performance, required_agents, required_lines
from ..staffing import scheduled_agents

AGREES, CUT, DIFFERS = "agrees", "last digit cut, not rounded", "differs"
PERFORMANCE = (
    "service_level",
    "asa_s",
    "wait_s",
    "occupancy",
    "wait_probability",
    "abandonment",
    "queue_length",
    "load",
)


def published_examples(file=None):
    """Every published figure beside the library's: a DataFrame, a row a figure.

    Returns source, what, measure, published, ours, verdict (agrees; last digit cut, not rounded; differs) and note,
    which says why where the print is wrong. `file` is a CSV laid out like `data/validation/published.csv`.

    >>> published_examples()["verdict"].value_counts().to_dict()["agrees"] > 80
    True
    """
    rows = pd.read_csv(
        validation_folder() / "published.csv" if file is None else Path(file), dtype={"published": str, "note": str}
    )
    ours = [_value(row) for row in rows.itertuples()]
    verdicts = [verdict(text, value) for text, value in zip(rows["published"], ours)]
    return rows[["source", "what", "measure", "published"]].assign(
        ours=ours, verdict=verdicts, note=rows["note"].fillna("")
    )


def published_tally(examples):
    """Published figures by source: how many there are, how many agree, were cut, or differ."""
    words = [AGREES, CUT, DIFFERS]
    counts = pd.crosstab(examples["source"], examples["verdict"]).reindex(columns=words, fill_value=0)
    counts = counts.reindex(examples["source"].unique()).rename_axis(columns=None)
    return counts.assign(figures=counts.sum(axis=1))[["figures", *words]].reset_index()


def bank_figures(file=None):
    """How prediction and reality agreed at a bank's call centre of 1999: the summary, a DataFrame.

    Returns cut (what a group is), group, model, measure, n, actual, predicted, bias, mae, rmse, correlation, p10,
    p90, as `validation.errors` and `validation.calibration` give; made by `benchmarks/real_centres.py`.

    >>> bool(bank_figures().query("cut == 'all' and group == 'days'")["n"].max() > 200)
    True
    """
    return pd.read_csv(validation_folder() / "bank_1999.csv" if file is None else Path(file), comment="#")


def verdict(published, ours):
    """Whether a printed figure is `ours` to its last digit: rounded, cut off, or another.

    >>> verdict("0.35", 0.3561), verdict("35.6", 35.61), verdict("194", 181.9)
    ('last digit cut, not rounded', 'agrees', 'differs')
    """
    digit = 10.0 ** -len(published.partition(".")[2])
    apart = abs(ours - float(published)) / digit
    return AGREES if apart <= 0.5 + 1e-9 else CUT if apart <= 1 else DIFFERS


def _value(row):
    given = {
        name: float(value)
        for name in (
            "calls",
            "interval_s",
            "aht_s",
            "patience_s",
            "lines",
            "target_s",
            "service_level",
            "agents",
            "other",
        )
        if pd.notna(value := getattr(row, name))
    }
    return float(
        _served(row.measure, given)
        if row.measure in PERFORMANCE or row.measure == "line_load"
        else OTHERS[row.measure](given)
    )


def _served(measure, given):
    how = {name: given[name] for name in ("interval_s", "patience_s", "target_s") if name in given}
    found = performance(given["calls"], given["aht_s"], int(given.get("agents", 1)), **how)
    if measure == "line_load":
        return line_load(given["calls"], given["other"], found.wait_s, interval_s=given["interval_s"])
    return getattr(found, measure)


def _needed(given):
    targets = Targets(
        service_level=given["service_level"], target_s=given["target_s"], max_occupancy=given.get("other")
    )
    return required_agents(given["calls"], given["aht_s"], targets, interval_s=given["interval_s"])


def _most(given):
    targets = Targets(service_level=given["service_level"], target_s=given["target_s"])
    return max_calls(int(given["agents"]), given["aht_s"], targets, interval_s=given["interval_s"])


OTHERS = {
    "agents": _needed,
    "max_calls": _most,
    "scheduled": lambda given: scheduled_agents(given["agents"], given["other"]),
    "gross": lambda given: scheduled_agents(given["agents"], given["other"], whole=False),
    "lines": lambda given: required_lines(given["calls"], given["other"]),
    "blocking": lambda given: erlang_b(given["calls"], int(given["lines"])),
    "trunk_occupancy": lambda given: given["calls"] * (1 - erlang_b(given["calls"], int(given["lines"]))) / given["lines"],
    "max_load": lambda given: max_calls(int(given["lines"]), 1, Targets(service_level=None, max_blocking=given["other"]), interval_s=1,
                                        lines=int(given["lines"])),
}  # fmt: skip
