"""What every live panel has in common: dials that are read and blamed, pickers, pin, undo and reset, tiles with their changes.

A panel's own desk says what is shown for a State; this one keeps where it stands. Nothing here knows a chart or a model.
"""

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from .language import Filled
from .rows import records
from .staffing.panel import _plain, _sentence, change, shown

UNDOABLE = 100  # moves that can be taken back


@dataclass(frozen=True, kw_only=True)
class Dial:
    """A slider in the unit that is shown (value × scale); `least` and `most` bound what may be typed beside it.

    `switch` is the label of a box beside it that switches it off; `whole` allows whole numbers only.
    """

    name: str
    label: str
    unit: str
    low: float
    high: float
    step: float
    group: str
    says: str = ""
    scale: float = 1
    least: float = -1e9
    most: float = 1e9
    whole: bool = False
    switch: str = ""

    def read(self, text):
        """The value that a text means, in its own unit; ValueError in words if it means none.

        >>> Dial(name="volume", label="Volume, change", unit="%", low=-30, high=50, step=1, group="demand", scale=100, least=-90, most=900).read("12.5")
        0.125
        """
        name = self.label.split(",")[0]
        try:
            value = float(str(text).replace("−", "-").replace(" ", ""))
        except ValueError:
            value = np.nan
        if not np.isfinite(value):
            raise ValueError(f"{name} must be a number, in {self.unit}.")
        if not self.least <= value <= self.most:
            raise ValueError(f"{name} must be between {self.least:,g} and {self.most:,g} {self.unit}, got {value:g}.")
        if self.whole and value != round(value):
            raise ValueError(f"{name} must be a whole number, got {value:g}.")
        return round(value / self.scale, 10)

    def dialled(self, value):
        """The number that the dial shows for a value."""
        return _plain(round(value * self.scale, 2))

    def holding(self, value):
        """The same dial, widened where it does not reach a value."""
        from dataclasses import replace

        at = self.dialled(value)
        return replace(self, low=min(self.low, _plain(np.floor(at))), high=max(self.high, _plain(np.ceil(at))))

    def told(self):
        """The dial as the browser draws it."""
        return {"name": self.name, "label": self.label, "unit": self.unit, "says": self.says, "low": self.low, "high": self.high,
                "step": self.step, "switch": {"label": self.switch} if self.switch else None}


@dataclass(frozen=True)
class State:
    """Where a panel stands: `values` of the dials in their own units, which are `on`, and what the pickers say; dicts."""

    values: dict
    on: dict
    places: dict


class Desk:
    """What a panel remembers: its dials, where it stands, what is pinned, what can be undone.

    A desk of its own has `title`, `totals` (a dataclass of `total` fields), `options(state)` {picker: choices}, `charts()` as drawn
    once, and `show(rest)`: what to show for `self.state`; `moved(places)` is the State after other choices of the pickers.
    """

    title, totals, currency, notes, language = "", None, "", None, None

    def __init__(self, dials, state):
        self.dials, self.start, self.state, self.pinned = tuple(dials), state, state, state
        self.past, self.turned, self.before = [], None, {}

    def panel(self):
        """The live widget."""
        from . import frontend

        return frontend.wire(self.layout(), self.answer, self.language)

    def frame(self):
        """The tiles as a table: a row a number, in words as shown."""
        return self.view().frame()

    # ------------------------------------------------------------------------------- what a desk says

    def options(self, state):
        """{picker: its choices} where a state stands."""
        return {}

    def labels(self):
        """{picker: its label}."""
        return {}

    def moved(self, places):
        """The State after other choices of the pickers; ValueError in words."""
        return State(self.state.values, self.state.on, places)

    def charts(self):
        """The panel's charts as drawn once."""
        return []

    def view(self):
        """What the panel's plain function says where it stands."""
        raise NotImplementedError

    def show(self, rest):
        """What to show where the panel stands: tiles, charts, warnings, against, unsettled."""
        raise NotImplementedError

    def files(self):
        """{action: function without arguments that makes what the browser saves}."""
        return {}

    # --------------------------------------------------------------------------------- what is heard

    def answer(self, message):
        """What to show for a message of the browser, as plain JSON values."""
        faults, words, settings, download, now = {}, [], None, None, {}
        try:
            faults, settings = self._take(message)
            now = {} if faults else self.show(message.get("action") == "rest")
            download = self._file(message.get("action")) if now else None
        except ValueError as problem:
            words = [_sentence(problem)]
        if now:
            self.before = now
        else:
            now = {**self.before, "charts": None, "warnings": words or list(faults.values()), "unsettled": 0}
        return {"seq": message["seq"], "now": self.settings(), "settings": settings, "faults": faults, "download": download, **now}

    def _take(self, message):
        """(faults, settings for the browser or None) after taking in what the user did."""
        action = message.get("action")
        if "dials" not in message:
            return {}, self.settings()
        if action == "reset":
            self._go(self.start)
            self.pinned = self.start
            return {}, self.settings()
        if action == "undo":
            self.state, self.turned = (self.past.pop() if self.past else self.state), None
            return {}, self.settings()
        if message["pickers"] != self.state.places:
            self._go(self.moved(dict(message["pickers"])))
            return {}, self.settings()
        values, faults = self._read(message["dials"])
        if faults:
            return faults, None
        self._go(State(values, {name: bool(on) for name, on in message["switches"].items()}, self.state.places))
        if action == "pin":
            self.pinned = self.state
        return {}, None

    def _go(self, state):
        """Stand elsewhere; a drag of one dial is one move to undo."""
        if state == self.state:
            return
        turned = _turned(self.state, state)
        if turned is None or turned != self.turned:
            self.past = [*self.past[-UNDOABLE:], self.state]
        self.state, self.turned = state, turned

    def _read(self, dials):
        values, faults = {}, {}
        for dial in self.dials:
            now = self.state.values[dial.name]
            try:  # one that still shows what was set keeps its exact value
                values[dial.name] = now if str(dials[dial.name]) == str(dial.dialled(now)) else self._exact(dial, dials[dial.name])
            except ValueError as problem:
                faults[dial.name] = str(problem)
        return values, faults

    def _exact(self, dial, text):
        """The value that a text means; where it shows what stood there at the start, that to all its digits."""
        value, start = dial.read(text), self.start.values[dial.name]
        return start if dial.dialled(value) == dial.dialled(start) else value

    def _file(self, action):
        return self.files()[action]() if action in self.files() else None

    # ---------------------------------------------------------------------------------- what is told

    def settings(self):
        """Where dials, switches and pickers stand, for the browser."""
        return {"dials": {dial.name: dial.dialled(self.state.values[dial.name]) for dial in self.dials}, "switches": dict(self.state.on),
                "pickers": dict(self.state.places), "options": self.options(self.state)}

    def layout(self):
        """What is drawn once."""
        groups = {}
        for dial in self.dials:
            groups.setdefault(dial.group, []).append(dial.told())
        options, labels = self.options(self.state), self.labels()
        files = [{"name": name, "label": name.upper(), "says": Filled("what is shown, as {kind}", kind=name.upper())} for name in self.files()]
        return {"title": self.title, "groups": [{"label": name.capitalize(), "dials": dials} for name, dials in groups.items()],
                "pickers": [{"name": name, "label": labels[name], "options": options[name]} for name in options],
                "actions": [*ACTIONS, *files], "charts": self.charts(), "notes": self.notes,
                "tiles": [{"name": f.name, "label": f.metadata["label"], "says": f.metadata["says"]} for f in fields(self.totals)]}

    def turned_words(self, state):
        """What a state turned against the start, in words; "" for nothing."""
        told = [f"{dial.label.split(',')[0].lower()} {dial.dialled(state.values[dial.name]):g} {dial.unit}".rstrip() for dial in self.dials
                if state.values[dial.name] != self.start.values[dial.name]]
        told += [f"{dial.label.split(',')[0].lower()} {'on' if state.on[dial.name] else 'off'}" for dial in self.dials
                 if dial.switch and state.on[dial.name] != self.start.on[dial.name]]
        return ", ".join(told)


ACTIONS = ({"name": "pin", "label": "Pin", "says": "compare everything that follows with what is shown now"},
           {"name": "undo", "label": "Undo", "says": "take the last move back"},
           {"name": "reset", "label": "Reset", "says": "back to how it was at the start"})


def _turned(before, after):
    """The one dial that was turned from one state to another; None for anything else."""
    names = [name for name, value in after.values.items() if before.values.get(name) != value]
    return names[0] if len(names) == 1 and (before.on, before.places) == (after.on, after.places) else None


def tiles(totals, pinned, currency=""):
    """The tiles' words by name: value, change against the pinned ones (None: none), tone of the change."""
    return {f.name: _tile(f.metadata, getattr(totals, f.name), None if pinned is None else getattr(pinned, f.name), currency) for f in fields(totals)}


def _tile(known, now, then, currency):
    if known["form"] in ("text", "date"):
        return {"value": _said(now), "delta": "" if then is None or _said(then) == _said(now) else f"was {_said(then)}", "tone": "same"}
    words, tone = ("", "same") if then is None else change(now, then, known["form"], known["better"])
    return {"value": shown(now, known["form"], currency).replace("-", "−"), "delta": words, "tone": tone}


def _said(value):
    """A text, or a day as people write it."""
    return value if isinstance(value, str) else f"{value.day} {value:%b %Y}" if pd.notna(value) else "–"


def live(rows, finding):
    """What a live chart is pushed: rows as plain JSON values, what is missing as null; its finding, its words for a screen reader."""
    return {"rows": records(rows), "finding": finding, "alt": f"Chart. {finding}."}


def frame_of(totals, currency=""):
    """The tiles as a table: a row a number, in words as shown."""
    from .tables import cornered

    words = tiles(totals, None, currency)
    rows = [(f.metadata["label"], words[f.name]["value"]) for f in fields(totals)]
    return cornered(pd.DataFrame(rows, columns=["number", "value"]).set_index("number"))
