"""The panel of suggestions: one value of `centre.toml` at a time, with its evidence, accepted or left."""

import shutil
import tempfile
from html import escape
from pathlib import Path

from ..tables import Words
from .panel import box, is_bundled, row, words
from .tables import said, suggestions_table


def suggestions_panel(folder, tables=None):
    """A panel with a button for each suggestion of `ccplan.data.evidence.suggestions`: accept it, or leave it.

    `folder` is the centre's; `tables` are frames by name, else the folder's own are read. A saved
    notebook shows the suggestions as a table. With the bundled centre the buttons work on a copy.
    Returns a widget.
    """
    desk = SuggestionDesk(folder, tables)
    return box(desk.children, "suggestions for centre.toml", desk.saved())


class SuggestionDesk:
    """A line and a button for each suggestion in `made`; `said` is a widget with what happened."""

    def __init__(self, folder, tables=None):
        import ipywidgets as w

        from ...data.evidence.suggestions import suggest

        self.folder, self.copied, self.said = Path(folder), is_bundled(folder), w.HTML()
        try:
            self.made = suggest(folder, tables)
        except (ValueError, OSError) as problem:
            self.made, self.fault = (), str(problem)
        else:
            self.fault = ""
        self.said.value = words(self.fault or self._start(), fault=bool(self.fault))
        if self.copied:
            self._copy()
        self.children = [*(self._line(one) for one in self.made), self.said]

    def saved(self):
        """What a saved notebook shows, HTML: the suggestions as a table, or why there are none."""
        shown = Words(self.fault) if self.fault else suggestions_table(self.made)
        return f"<p>{escape(shown.markdown)}</p>" if isinstance(shown, Words) else shown._repr_html_()

    def _start(self):
        if not self.made:
            return "The settings fit the data: nothing is suggested."
        return "Nothing changes before you accept it." + (
            " This is the bundled centre: the buttons work on a copy of its centre.toml." * self.copied
        )

    def _copy(self):
        """A copy of the bundled `centre.toml` that goes away with the panel."""
        self.place = tempfile.TemporaryDirectory(prefix="ccplan-")
        shutil.copyfile(self.folder / "centre.toml", Path(self.place.name) / "centre.toml")
        self.folder = Path(self.place.name)

    def _line(self, one):
        import ipywidgets as w

        now = "not there" if one.current is None else said(one, one.current)
        text = w.HTML(
            f"<b>{escape(one.name)}</b>: {escape(now)} → <b>{escape(said(one, one.suggested))}</b><br>"
            f"{escape(one.why)}; 95 % interval {escape(said(one, one.low))} to {escape(said(one, one.high))}"
        )
        text.add_class("ccplan-grows")
        button = w.Button(description="Accept", tooltip=f"write {one.name} = {one.suggested:g} into centre.toml")
        button.on_click(lambda _: self._accept(one, button))
        return row([text, button])

    def _accept(self, one, button):
        from ...data.evidence.suggestions import accept

        try:
            accept(self.folder, one)
        except (ValueError, OSError) as problem:
            self.said.value = words(str(problem), fault=True)
            return
        button.description, button.disabled = "Accepted", True
        which = "The copy of centre.toml" if self.copied else "centre.toml"
        self.said.value = words(
            f"{which} now says {one.name} = {one.suggested:g}. Comments and everything else stay as they were."
        )
