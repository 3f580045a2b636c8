"""Two small panels for one's own data: say what a file's columns mean, and take suggestions over.

Both are plain widgets around functions of the data room; what goes wrong is said in the panel.
Nothing is written before a button is pressed.
"""

from dataclasses import replace
from html import escape
from pathlib import Path

import pandas as pd

from ..data.reading.headers import HELPERS
from ..data.reading.mapping import FileMapping, Preview, mapping_of, preview, write_mapping
from ..data.reading.numbers import UNITS
from ..data.reading.opening import open_file
from ..data.tables import TABLES
from . import theme

LEFT_OUT = "(not used)"
TABLE_CHOICES = ("calls", "intervals", "agents", "activities", "evaluations", "ledger")
ROWS_SHOWN, MOST_COLUMNS, MOST_WORDS = 5, 60, 12


def mapping_panel(file, table="calls"):
    """A panel that reads the first rows of a file as they would be read, and writes `mapping.toml` beside it.

    A row of dropdowns for each column of the file: what it is called here, and its unit. `table` is
    the table it opens on. Returns a widget. Raises SourceError (a ValueError) where the file cannot be
    opened at all.
    """
    desk = _MappingDesk(Path(file), table)
    return _named(desk.box, f"what the columns of {Path(file).name} mean")


def suggestions_panel(folder, tables=None):
    """A panel with a button for each suggestion of `ccplan.data.evidence.suggestions`: accept it, or leave it.

    `folder` is the centre's; `tables` are frames by name, else the folder's own are read. Returns a widget.
    """
    desk = _SuggestionDesk(folder, tables)
    return _named(desk.box, "suggestions for centre.toml")


def _named(children, title):
    """A box that is the same words in a saved notebook every time."""
    import ipywidgets

    class Panel(ipywidgets.VBox):
        def __repr__(self):
            return f"Live panel, in JupyterLab or Voila: {title}"

    return Panel(children)


def _said(words, colour=theme.QUIET):
    return f'<p style="color:{colour};font-family:{theme.FONT};margin:4px 0;white-space:pre-wrap">{escape(words)}</p>'


def _label(words):
    import ipywidgets as w

    return w.HTML(f'<span style="font-family:{theme.FONT}">{escape(str(words))}</span>', layout=w.Layout(width="240px"))


# ------------------------------------------------------------------------------------------- mapping


class _MappingDesk:
    """The controls of the mapping panel and what they say: a FileMapping."""

    def __init__(self, file, table):
        import ipywidgets as w

        self.file, self.known = file, mapping_of(file) or FileMapping()
        self.table = w.Dropdown(options=TABLE_CHOICES, value=self.known.table or table, description="table")
        self.rows, self.words, self.shown, self.said = w.VBox(), w.VBox(), w.HTML(), w.HTML()
        self.write = w.Button(description="Write mapping.toml", button_style="primary", tooltip=f"beside {file.name}")
        self.box = [self.table, self.rows, self.words, self.shown, self.said, self.write]
        self.table.observe(lambda _: self._start(), names="value")
        self.write.on_click(lambda _: self._write())
        self._start()

    def _start(self):
        """The dropdowns for the table, as mapping.toml says or as found by looking."""
        said = self.known if self.known.table == self.table.value else FileMapping(table=self.table.value)
        ours = {theirs: name for name, theirs in self._read(said).columns.items()}
        self.cells, self.meanings = open_file(self.file, self.table.value, said).cells, {}
        self.choices = {str(theirs): self._choice(ours.get(str(theirs), "")) for theirs in self.cells.columns[:MOST_COLUMNS]}
        self.rows.children = [self._line(theirs, *pair) for theirs, pair in self.choices.items()]
        self._ask_words()
        self._look()

    def _choice(self, ours):
        import ipywidgets as w

        names = [LEFT_OUT, *TABLES[self.table.value].names, *(name for name in HELPERS if name not in TABLES[self.table.value].names)]
        name = w.Dropdown(options=names, value=ours if ours in names else LEFT_OUT, layout=w.Layout(width="190px"))
        unit = w.Dropdown(options=("", *UNITS), value=self.known.units.get(ours, ""), layout=w.Layout(width="110px"))
        name.observe(lambda _: (self._ask_words(), self._look()), names="value")
        unit.observe(lambda _: self._look(), names="value")
        return name, unit

    def _ask_words(self):
        """A dropdown for each of their words in a column that knows only ours: their outcomes, their channels."""
        import ipywidgets as w

        self.meanings, lines = {}, []
        for theirs, (name, _) in self.choices.items():
            allowed = TABLES[self.table.value].column(name.value).words if name.value in TABLES[self.table.value].names else ()
            found = self.cells[theirs].dropna().astype(str).str.strip().unique() if allowed and theirs in self.cells else ()
            for word in [word for word in found[:MOST_WORDS] if word not in allowed]:
                self.meanings[name.value, word] = self._meaning(name.value, word, allowed)
                lines.append(w.HBox([_label(f"{name.value} {word!r} means"), self.meanings[name.value, word]]))
        self.words.children = lines

    def _meaning(self, ours, word, allowed):
        import ipywidgets as w

        known = self.known.words.get(ours, {}).get(word, "")
        chosen = w.Dropdown(options=("", *allowed), value=known if known in allowed else "", layout=w.Layout(width="190px"))
        chosen.observe(lambda _: self._look(), names="value")
        return chosen

    def _line(self, theirs, name, unit):
        import ipywidgets as w

        first = str(self.cells[theirs].iloc[0]) if theirs in self.cells and len(self.cells) else ""
        return w.HBox([_label(theirs), name, w.Label("unit"), unit, _label(f"such as {first[:40]}" if first else "")])

    def mapping(self):
        """What the dropdowns say, as a FileMapping; marks, zones and other words of an earlier mapping.toml stay."""
        columns = {theirs: "" if name.value == LEFT_OUT else name.value for theirs, (name, _) in self.choices.items()}
        units = {name.value: unit.value for name, unit in self.choices.values() if unit.value and name.value != LEFT_OUT}
        words = {ours: dict(said) for ours, said in self.known.words.items()}
        for (ours, word), chosen in self.meanings.items():
            words.setdefault(ours, {}).pop(word, None)
            words[ours] |= {word: chosen.value} if chosen.value else {}
        return replace(self.known, table=self.table.value, columns=columns, units=units, words={ours: said for ours, said in words.items() if said})

    def _look(self):
        """The first rows as they would be read; faults in words."""
        found = self._read(self.mapping())
        self.shown.value = found.frame.to_html(border=0) if len(found.frame) else ""
        self.said.value = _said("\n".join(found.problems), theme.ALARM) if found.problems else _said(
            f"The first {len(found.frame)} rows, as they would be read.")
        self.write.disabled = not len(found.frame)

    def _read(self, mapping):
        try:
            return preview(self.file, mapping, ROWS_SHOWN)
        except KeyError as problem:  # a column without which nothing can be read
            words = f"{mapping.table} cannot be read without a column for {problem.args[0]}"
            return Preview(frame=pd.DataFrame(), cells=pd.DataFrame(), problems=(words,), columns={})

    def _write(self):
        try:
            written = write_mapping(self.file, self.mapping())
        except (ValueError, OSError) as problem:
            self.said.value = _said(str(problem), theme.ALARM)
            return
        self.said.value = _said(f"Written: {Path(written).name}, beside {self.file.name}. The file itself stays as it is.")


# --------------------------------------------------------------------------------------- suggestions


class _SuggestionDesk:
    """A line and a button for each suggestion."""

    def __init__(self, folder, tables):
        import ipywidgets as w

        from ..data.evidence.suggestions import suggest

        self.folder, self.said = folder, w.HTML()
        try:
            made = suggest(folder, tables)
        except ValueError as problem:
            made, self.said.value = (), _said(str(problem), theme.ALARM)
        else:
            self.said.value = _said("Nothing changes before you accept it." if made else "The settings fit the data: nothing is suggested.")
        self.box = [*(self._line(one) for one in made), self.said]

    def _line(self, one):
        import ipywidgets as w

        now = "not there" if one.current is None else f"{one.current:g}"
        words = f"<b>{escape(one.name)}</b>: {now} → <b>{one.suggested:g}</b><br>{escape(one.why)}; 95 % interval {one.low:.4g} to {one.high:.4g}"
        text = w.HTML(f'<div style="font-family:{theme.FONT};line-height:1.4">{words}</div>', layout=w.Layout(width="620px"))
        button = w.Button(description="Accept", tooltip=f"write {one.name} = {one.suggested:g} into centre.toml", layout=w.Layout(width="100px"))
        button.on_click(lambda _: self._accept(one, button))
        return w.HBox([text, button], layout=w.Layout(margin="0 0 8px 0", align_items="center"))

    def _accept(self, one, button):
        from ..data.evidence.suggestions import accept

        try:
            accept(self.folder, one)
        except (ValueError, OSError) as problem:
            self.said.value = _said(str(problem), theme.ALARM)
            return
        button.description, button.disabled = "Accepted", True
        self.said.value = _said(f"centre.toml now says {one.name} = {one.suggested:g}. Comments and everything else stay as they were.")
