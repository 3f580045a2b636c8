"""Scenarios side by side: a column each, the settings that differ, every number with its change against the first."""

from dataclasses import dataclass, fields

import numpy as np

from .saying import change, said


@dataclass(frozen=True)
class Column:
    """One scenario in a comparison: `place` it is of, `settings` {label: words} and `tiles` {name: (label, value,
    form, better, words)}.
    """

    place: str
    settings: dict
    tiles: dict
    problem: str = ""


def tiles_of(kind, totals, currency=""):
    """The tiles of a Column from the totals, a dataclass `kind`; blank where they are None."""
    return {f.name: _told(f, None if totals is None else getattr(totals, f.name), currency) for f in fields(kind)}


def _told(field, value, currency):
    known = field.metadata
    number = np.nan if value is None or known["form"] in ("text", "date") else float(value)
    return (
        known["label"],
        number,
        known["form"],
        known["better"],
        "–" if value is None else said(known, value, currency),
    )


def side_by_side(columns):
    """Scenarios as the table that is shown: settings that differ, then every number with its change against the first.

    `columns` {name: Column}.
    """
    first, places = next(iter(columns.values())), {one.place for one in columns.values()}
    heads = [name if len(places) == 1 else f"{name}, {one.place}" for name, one in columns.items()]
    rows = [
        {"label": label, "cells": [_cell(one.settings.get(label, "–")) for one in columns.values()]}
        for label in _differing(columns)
    ]
    for name, (label, *_) in first.tiles.items():
        rows.append({"label": label, "tile": name, "cells": [_against(one, first, name) for one in columns.values()]})
    problems = [
        {"label": f"{head}: {one.problem}", "cells": []}
        for head, one in zip(heads, columns.values(), strict=True)
        if one.problem
    ]
    return {"columns": heads, "rows": rows + problems}


def _differing(columns):
    labels = list(dict.fromkeys(label for one in columns.values() for label in one.settings))
    return [label for label in labels if len({one.settings.get(label) for one in columns.values()}) > 1]


def _cell(value, delta="", tone="same"):
    return {"value": value, "delta": delta, "tone": tone}


def _against(one, first, name):
    _, value, form, better, words = one.tiles[name]
    if one is first or not np.isfinite(first.tiles[name][1]):
        return _cell(words)
    delta, tone = change(value, first.tiles[name][1], form, better)
    return _cell(words, "" if delta == "as before" else delta, tone)
