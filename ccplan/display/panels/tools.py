"""The tools of a panel, between its desk and the browser: undo and redo, scenarios, files of what is on screen.

A desk answers messages (`layout`, `answer`). What it can do more is told by what it has:
`remembered()` and `recall(state)` for undo; `panel` (a word), `scenario()`, `take(scenario)` and `compared(scenario)` for
scenarios; `frames()` for tables of its own in CSV and XLSX.
"""

from dataclasses import dataclass

import numpy as np

from ..language import Filled
from ..staffing.panel import _sentence, change
from . import words
from .exports import KINDS, export, screen_of
from .history import History
from .shelf import MOST_BYTES, MOST_LETTERS, Shelf, as_file, from_file, good_name

UNDONE = ("undo", "redo")
OWN = (*UNDONE, "keep", "open", "share", "upload")


def equipped(desk, folder=None, *, stem="panel", language=None):
    """The live widget of a desk with its tools; `folder` is where scenarios are kept, `stem` what its files are called, `language` what it speaks."""
    from .. import frontend

    tools = Tools(desk, folder, stem=stem)
    return frontend.wire(tools.layout(), tools.answer, language)


class Tools:
    """What stands between a desk and its page; `layout()` and `answer(message)` as those of a desk, and more in them."""

    def __init__(self, desk, folder=None, *, stem="panel"):
        self.desk, self.stem, self.drawn = desk, stem, desk.layout()
        self.history = History(desk.remembered()) if hasattr(desk, "recall") else None
        self.shelf = Shelf(folder, desk.panel) if hasattr(desk, "compared") else None
        self.kept, self.ticked, self.name, self.opened = {}, (), words.AS_IT_IS, None

    def layout(self):
        """What is drawn once: the desk's layout and the tools. All files have one row, whoever makes them."""
        own = [one for one in self.drawn["actions"] if one["name"] not in KINDS]
        told = {one["name"]: one for one in self.drawn["actions"]}
        tools = {"files": [told.get(one["name"], one) for one in words.FILES], "words": words.WORDS, "most_bytes": MOST_BYTES,
                 "most_letters": MOST_LETTERS, "history": list(words.HISTORY) if self.history else [],
                 "scenarios": list(words.SCENARIOS) if self.shelf else []}
        return self.drawn | {"actions": own, "tools": tools}

    def answer(self, message):
        """What to show for a message, as plain JSON values."""
        action = message.get("action")
        shown = self.desk.answer(message | ({"action": None} if action in OWN or "dials" not in message else {}))
        if shown.get("still"):
            return shown
        if self.history and "dials" in message:
            self.history.note(self.desk.remembered(), message.get("gesture"))
        if action == "reset":
            self.name, self.opened = words.AS_IT_IS, None
        told = message.get("tools") or {}
        shown, download, notice = self._do(action, told, shown, message["seq"])
        shown = shown | {"tools": self._tools(told, notice, look=bool(action) or "dials" not in message)}
        return shown | {"download": download or shown.get("download") or self._file(action, shown)}

    def _do(self, action, told, shown, seq):
        """(what is shown, a file or None, words) after the tool that was asked for."""
        if action not in OWN:
            return shown, None, ""
        if shown["faults"] and action in ("keep", "share"):
            return shown, None, words.MEND
        try:
            download, notice, moved = getattr(self, f"_{action}")(told)
        except (ValueError, OSError) as problem:
            return shown, None, _sentence(problem)
        return (self.desk.answer({"seq": seq}) if moved else shown), download, notice

    # ------------------------------------------------------------------------------ what was asked for

    def _undo(self, told):
        return self._back(self.history.undo())

    def _redo(self, told):
        return self._back(self.history.redo())

    def _back(self, state):
        if state is not None:
            self.desk.recall(state)
        return None, "", True

    def _keep(self, told):
        name = good_name(told.get("name", ""))
        known = self.opened if self.name.casefold() == name.casefold() else None
        scenario = self.desk.scenario()
        self.name = self.shelf.keep(name, scenario, known)
        self.opened = scenario
        return None, Filled(words.SAVED, name=self.name), False

    def _open(self, told):
        name, kept = told.get("open"), self.shelf.all()
        if name != words.AS_IT_IS and name not in kept:
            raise ValueError(words.GONE.format(name=name))
        scenario = None if name == words.AS_IT_IS else kept[name]
        self._taken(scenario)
        self.name, self.opened = name, scenario
        return None, Filled(words.OPENED, name=name) if scenario else "", True

    def _share(self, told):
        name = good_name(told.get("name", "") or "scenario")
        return as_file(name, self.desk.panel, self.desk.scenario()), Filled(words.SHARED, name=name), False

    def _upload(self, told):
        name, scenario = from_file(told.get("file"), self.desk.panel)
        self._taken(scenario)
        self.name, self.opened = name, None
        return None, Filled(words.OPENED, name=name), True

    def _taken(self, scenario):
        self.desk.take(scenario)
        self.history.note(self.desk.remembered())

    # ------------------------------------------------------------------------------------ what is shown

    def _tools(self, told, notice, look):
        found = {"can": {"undo": bool(self.history and self.history.past), "redo": bool(self.history and self.history.future)}, "notice": notice}
        if self.shelf is None:
            return found
        if look:  # a move of a dial reads no file
            notice = self._look(notice)
        self.ticked = tuple(told.get("compare", self.ticked))
        offered = [words.AS_IT_IS, *([words.PINNED] if self.desk.pinned != self.desk.start else []), *self.kept]
        return found | {"notice": notice, "kept": [words.AS_IT_IS, *self.kept], "open": self.name if self.name in self.kept else words.AS_IT_IS,
                        "name": "" if self.name == words.AS_IT_IS else self.name, "offered": offered,
                        "ticked": [name for name in self.ticked if name in offered], "comparison": self._comparison(offered)}

    def _look(self, notice):
        try:
            self.kept = self.shelf.all()
        except (ValueError, OSError) as problem:
            self.kept, notice = {}, notice or _sentence(problem)
        return notice

    def _comparison(self, offered):
        """The ticked scenarios and what is shown now, side by side; None where nothing is ticked."""
        ticked = [name for name in offered if name in self.ticked]
        if not ticked:
            return None
        of_desk = {words.AS_IT_IS: "start", words.PINNED: "pinned"}
        columns = {name: self.desk.compared(of_desk.get(name) or self.kept[name]) for name in ticked}
        return side_by_side(columns | {words.SHOWN: self.desk.compared("now")})

    def _file(self, action, shown):
        if action not in KINDS or not shown["charts"]:
            return None
        if shown.get("unsettled") and hasattr(self.desk, "settle"):  # a file holds what is still being worked out, too
            self.desk.settle()
            shown = shown | self.desk.answer({"seq": shown["seq"]})
        frames = self.desk.frames() if hasattr(self.desk, "frames") else None
        return export(action, screen_of(self.drawn, shown, frames), self.stem)


@dataclass(frozen=True)
class Column:
    """One scenario in a comparison: `place` it is of, `settings` {label: words} and `tiles` {name: (label, value, form, better, words)}."""

    place: str
    settings: dict
    tiles: dict
    problem: str = ""


def side_by_side(columns):
    """Scenarios as the table that is shown: settings that differ, then every number with its change against the first.

    `columns` {name: Column}.
    """
    first, places = next(iter(columns.values())), {one.place for one in columns.values()}
    heads = [name if len(places) == 1 else f"{name}, {one.place}" for name, one in columns.items()]
    rows = [{"label": label, "cells": [_cell(one.settings.get(label, "–")) for one in columns.values()]} for label in _differing(columns)]
    for name, (label, *_) in first.tiles.items():
        rows.append({"label": label, "tile": name, "cells": [_against(one, first, name) for one in columns.values()]})
    problems = [{"label": f"{head}: {one.problem}", "cells": []} for head, one in zip(heads, columns.values(), strict=True) if one.problem]
    return {"columns": heads, "rows": rows + problems}


def _differing(columns):
    labels = list(dict.fromkeys(label for one in columns.values() for label in one.settings))
    return [label for label in labels if len({one.settings.get(label) for one in columns.values()}) > 1]


def _cell(value, delta="", tone="same"):
    return {"value": value, "delta": delta, "tone": tone}


def _against(one, first, name):
    _, value, form, better, said = one.tiles[name]
    if one is first or not np.isfinite(first.tiles[name][1]):
        return _cell(said)
    delta, tone = change(value, first.tiles[name][1], form, better)
    return _cell(said, "" if delta == "as before" else delta, tone)
