"""The desk behind every live panel: dials that are read and blamed, pickers, pin, reset, tiles with their changes,
scenarios.

A panel's own desk says what is shown for a State; this one keeps where it stands. Nothing here knows a chart or a
model.
"""

from dataclasses import fields, replace

from .comparing import Column, tiles_of
from .dials import State
from .saying import sentence, tiles

RECKONED = 200  # states whose totals are kept for a comparison


class Desk:
    """What a panel remembers: its dials, where it stands, what is pinned, what things are called.

    A desk of its own has a `kind` (the word for its scenarios and files), `title`, `totals` (a dataclass of `total`
    fields), `options(state)` {picker: choices}, `charts()` as drawn once, `view()` and `show(rest)`: what to show
    for `self.state`; `totals_at(state)` reckons for a comparison. `rows` are dials that stand in a table. Where the
    pickers only choose what is drawn, `follows` is True: start and pin go along with them.
    """

    kind, title, totals, currency, notes, rows, follows = "panel", "", None, "", None, (), False
    as_it_is, a_pin, reset_says = "the plan as it is", "the pinned plan", "back to how it was at the start"
    table = None  # its label and the names of its columns, where there are rows

    def __init__(self, dials=(), state=None, *, folder=None, language=None):
        self.dials, self.folder, self.language = tuple(dials), folder, language
        self.start = self.state = self.pinned = state
        self.before, self.seen, self.reckoned, self.named = {}, None, {}, {}
        self.told, self.heard = (
            0,
            {} if state is None else state.places,
        )  # the last settings sent, by seq; pickers heard

    def panel(self):
        """The live widget with its tools; scenarios are kept in the centre's folder, or with the page where none is
        known.
        """
        from .tools import equipped

        return equipped(self)

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

    def pickers(self):
        """The pickers as the browser draws them."""
        options, labels = self.options(self.state), self.labels()
        return [{"name": name, "label": labels[name], "options": options[name]} for name in options]

    def at(self, places):
        """The State at other choices of the pickers, nothing turned; ValueError in words where the panel cannot
        stand there.
        """
        for name, choices in self.options(replace(self.start, places=places)).items():
            if places[name] not in choices:
                raise ValueError(
                    f"{self.labels()[name].lower()} must be one of {', '.join(choices)}, got {places[name]!r}"
                )
        return replace(self.start, places=places)

    def dials_at(self, state):
        """The dials, and the rows of the table, where a state stands."""
        return (*self.dials, *self.rows)

    def moved(self, places):
        """The State after other choices of the pickers: what is turned stays turned. ValueError in words."""
        return replace(self.at(places), values=self.state.values, on=self.state.on)

    def charts(self):
        """The panel's charts as drawn once."""
        return []

    def view(self):
        """What the panel's plain function says where it stands."""
        raise NotImplementedError

    def show(self, rest):
        """What to show where the panel stands: tiles, charts, warnings, against, unsettled."""
        raise NotImplementedError

    def totals_at(self, state):
        """What a state comes to, an instance of `totals`; ValueError in words."""
        raise NotImplementedError

    def frames(self):
        """{name: DataFrame} of what is on screen, for CSV (the first) and XLSX; None: the rows of the charts."""
        return None

    def files(self):
        """{kind of file: (what it is, function without arguments that makes what the browser saves)}, where the
        tools' own will not do.
        """
        return {}

    def settle(self):
        """Work out at once what would follow when the hand rests."""
        while self.answer({"seq": 0, "action": "rest"})["unsettled"]:
            pass

    # --------------------------------------------------------------------------------- what is heard

    def answer(self, message):
        """What to show for a message of the browser, as plain JSON values."""
        faults, words, settings, download, now = {}, [], None, None, {}
        try:
            faults, settings = self._take(message)
            now = {} if faults else self.show(message.get("action") == "rest")
            download = self._file(message.get("action")) if now else None
        except ValueError as problem:
            words = [sentence(problem)]
        if settings is not None:
            self.told = max(self.told, message["seq"])
        if now:
            self.before = now
        else:
            now = {**self.before, "charts": None, "warnings": words or list(faults.values()), "unsettled": 0}
        return {
            "seq": message["seq"],
            "now": self.settings(),
            "settings": settings,
            "faults": faults,
            "download": download,
            **now,
        }

    def _take(self, message):
        """(faults, settings for the browser or None) after taking in what the user did."""
        action = message.get("action")
        if "dials" not in message:
            return {}, self.settings()
        # sent before the page had heard where the panel stands now: its dials are those of where it stood
        late = message.get("seen", self.told) < self.told
        picked = message["pickers"] != (self.heard if late else self.state.places)
        self.heard = message["pickers"]
        if action == "reset":
            self.stand(self.start)
            self.pinned = self.start
            return {}, self.settings()
        values, faults = ({}, {}) if late else self._read(message["dials"] | message.get("cells", {}))
        if faults and not picked:
            return faults, None
        if values and not faults:  # what was turned just before another choice was made counts, too
            self.stand(State(values, {name: bool(on) for name, on in message["switches"].items()}, self.state.places))
        if picked:
            self.stand(self.moved(dict(message["pickers"])))
        if action == "pin":
            self.pinned = self.state
        return {}, self.settings() if picked or late else None

    def stand(self, state):
        """Stand elsewhere."""
        self.state = state
        if self.follows and self.start.places != state.places:
            self.start, self.pinned = (replace(one, places=state.places) for one in (self.start, self.pinned))

    def _read(self, given):
        values, faults = {}, {}
        for dial in (*self.dials, *self.rows):
            now = self.state.values[dial.name]
            try:  # one that still shows what was set keeps its exact value
                values[dial.name] = (
                    now if str(given[dial.name]) == str(dial.dialled(now)) else self._exact(dial, given[dial.name])
                )
            except ValueError as problem:
                faults[dial.name] = str(problem)
        return values, faults

    def _exact(self, dial, text):
        """The value that a text means; where it shows what stood there at the start, that to all its digits."""
        value, start = dial.read(text), self.start.values[dial.name]
        return start if dial.dialled(value) == dial.dialled(start) else value

    def _file(self, action):
        return self.files()[action][1]() if action in self.files() else None

    # -------------------------------------------------------------------------- undone, kept, compared

    def remembered(self):
        """The state that undo comes back to: where the panel stands, and what is pinned."""
        return self.state, self.pinned

    def recall(self, remembered):
        """Stand where the panel stood."""
        state, pinned = remembered
        self.stand(state)
        self.pinned = pinned

    def scenario(self):
        """What is set, as plain JSON values: every dial, switch and picker, exactly."""
        return {"dials": self.state.values, "switches": self.state.on, "pickers": self.state.places}

    def read(self, scenario):
        """The State of a scenario; ValueError in words for one that this panel cannot show, however it came about."""
        from .scenarios import read_scenario

        return read_scenario(self, scenario)

    def take(self, scenario):
        """Set what a scenario says; None is how it is. Raises ValueError in words for one that this panel cannot
        show.
        """
        self.stand(self.start if scenario is None else self.read(scenario))

    def compared(self, scenario):
        """A scenario as a Column; "now", "start" and "pinned" are what is shown, how it is, and what was pinned."""
        state, totals, problem = None, None, ""
        try:
            own = {"now": self.state, "start": self.start, "pinned": self.pinned}
            state = own[scenario] if isinstance(scenario, str) else self.read(scenario)
            totals = self.totals_of(state)
        except ValueError as words:
            problem = str(words)
        return Column(
            "" if state is None else self.place_of(state),
            {} if state is None else self.settings_of(state),
            tiles_of(self.totals, totals, self.currency),
            problem,
        )

    def place_of(self, state):
        """Where a state is, for the head of its column; "" where the pickers stand among the settings."""
        return ""

    def settings_of(self, state):
        """What a state sets, {label: words}."""
        told = {label: state.places[name] for name, label in self.labels().items() if name in state.places}
        return told | {
            dial.short: "off" if state.on.get(dial.name) is False else dial.words(state.values[dial.name])
            for dial in (*self.dials, *self.rows)
        }

    def key(self, state):
        """What the totals of a state depend on."""
        return state.key()

    def totals_of(self, state):
        """The totals of a state, reckoned once; those on screen where it is what is shown."""
        if self.seen is not None and self.seen[0] == state:
            return self.seen[1]
        key = self.key(state)
        if key not in self.reckoned:
            if len(self.reckoned) > RECKONED:
                self.reckoned.clear()
            self.reckoned[key] = self.totals_at(state)
        return self.reckoned[key]

    def tiles(self, totals):
        """The tiles' words for what is shown, with the changes against the pin; kept for a comparison."""
        self.seen = (self.state, totals)
        return tiles(totals, self.pinned_totals(), self.currency)

    def pinned_totals(self):
        """What is pinned comes to; None where that is what is shown, or where it cannot be met."""
        if self.pinned == self.state:
            return None
        try:
            return self.totals_of(self.pinned)
        except ValueError:
            return None

    # ---------------------------------------------------------------------------------- what is told

    def settings(self):
        """Where dials, switches and pickers stand, for the browser."""
        shown = {dial.name: dial.dialled(self.state.values[dial.name]) for dial in (*self.dials, *self.rows)}
        cells = {"cells": {row.name: shown.pop(row.name) for row in self.rows}} if self.table else {}
        return {
            "dials": shown,
            "switches": dict(self.state.on),
            "pickers": dict(self.state.places),
            "options": self.options(self.state),
            **cells,
        }

    def layout(self):
        """What is drawn once."""
        groups = {}
        for dial in self.dials:
            groups.setdefault(dial.group, []).append(dial.told())
        actions = [
            PIN,
            RESET | {"says": self.reset_says},
            *({"name": name, "label": name.upper(), "says": says} for name, (says, _) in self.files().items()),
        ]
        return {
            "title": self.title,
            "groups": [{"label": name.capitalize(), "dials": dials} for name, dials in groups.items()],
            "pickers": self.pickers(),
            "actions": actions,
            "charts": self.charts(),
            "notes": self.notes,
            "tiles": [
                {"name": f.name, "label": f.metadata["label"], "says": f.metadata["says"]} for f in fields(self.totals)
            ],
            **({"table": self.table | {"rows": self.told_rows()}} if self.table else {}),
        }

    def told_rows(self):
        """The rows of the table as the browser draws them."""
        return [{"name": row.name, "label": row.label, "unit": row.unit, "says": row.says} for row in self.rows]

    def turned(self, state):
        """{dial: value} of what a state turned against the start."""
        return {name: value for name, value in state.values.items() if value != self.start.values[name]}

    def turned_words(self, state):
        """What a state turned against the start, in words; "" for nothing."""
        told = [
            f"{dial.short.lower()} {dial.words(state.values[dial.name])}"
            for dial in (*self.dials, *self.rows)
            if state.values[dial.name] != self.start.values[dial.name]
        ]
        told += [
            f"{dial.short.lower()} {'on' if state.on[dial.name] else 'off'}"
            for dial in self.dials
            if dial.switch and state.on[dial.name] != self.start.on[dial.name]
        ]
        return ", ".join(told)

    def called(self, state):
        """What a state is called: as it was saved or opened, else that it was pinned, or how it is."""
        name = next((name for name, one in self.named.items() if one == state), "")
        return name or (self.as_it_is if state == self.start else self.a_pin)

    def pinned_words(self):
        """What is pinned, and what it turned, in words."""
        words = self.turned_words(self.pinned)
        return self.called(self.pinned) + (f" ({words})" if words else "")


PIN = {"name": "pin", "label": "Pin", "says": "compare everything that follows with what is shown now"}
RESET = {"name": "reset", "label": "Reset"}
