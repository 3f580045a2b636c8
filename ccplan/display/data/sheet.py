"""A table of words for people: a caption that states the finding, numbers to the right, cards on a telephone."""

from dataclasses import dataclass
from html import escape

import pandas as pd

from .. import theme

RIGHT = (
    "row",
    "rows",
    "errors",
    "warnings",
    "notes",
    "findings",
    "estimate",
    "low",
    "high",
    "n",
    "now",
    "suggested",
    "value",
    "of paid time",
)
CARE = "#8A5000"  # a dark orange: 6 : 1 on white
FAULT = "#B34700"  # the alarm, dark enough for text: 5 : 1 on white
TONES = {
    "can be used with care": CARE,
    "warning": CARE,
    "error": FAULT,
    "must be mended": FAULT,
    "cannot be read": FAULT,
    "no": FAULT,
}
NIL = "–"
LONG = 60  # characters, from which on a cell needs room
TONED = ("verdict", "severity", "answer")
STYLE = f"""<style>
.ccplan-sheet.ccplan-sheet {{ border-collapse: collapse; margin: 4px 0 12px; background: {theme.PAPER}; color: {theme.INK};
  font: 13px/1.45 {theme.FONT}; font-variant-numeric: tabular-nums; }}
.ccplan-sheet caption {{ text-align: left; font-weight: 600; font-size: {theme.TITLE}px; color: {theme.INK}; padding: 0 0 8px; white-space: nowrap; }}
.ccplan-sheet.ccplan-sheet th, .ccplan-sheet.ccplan-sheet td {{ padding: 5px 18px 5px 0; text-align: left; vertical-align: top;
  border: 0; border-bottom: 1px solid #EEF1F4; background: {theme.PAPER}; max-width: 34em; white-space: normal; }}
.ccplan-sheet.ccplan-sheet th {{ color: {theme.QUIET}; font-weight: normal; vertical-align: bottom; border-bottom: 1px solid {theme.RULE}; }}
.ccplan-sheet.ccplan-sheet .n {{ text-align: right; white-space: nowrap; }}
.ccplan-sheet.ccplan-sheet .long {{ min-width: 17em; }}
@media (max-width: 600px) {{
  .ccplan-sheet.ccplan-sheet .long {{ min-width: 0; }}
  .ccplan-sheet.ccplan-sheet, .ccplan-sheet caption, .ccplan-sheet tbody {{ display: block; }}
  .ccplan-sheet caption {{ white-space: normal; }}
  .ccplan-sheet thead {{ display: none; }}
  .ccplan-sheet tr {{ display: block; padding: 8px 0; border-bottom: 1px solid {theme.RULE}; }}
  .ccplan-sheet.ccplan-sheet td {{ display: flex; gap: 12px; padding: 1px 0; border: 0; max-width: none; text-align: left; white-space: normal; }}
  .ccplan-sheet td::before {{ content: attr(data-name); flex: 0 0 9em; color: {theme.QUIET}; }}
  .ccplan-sheet.ccplan-sheet td.n {{ text-align: left; white-space: normal; }}
  .ccplan-sheet.ccplan-sheet td:empty, .ccplan-sheet.ccplan-sheet td.nil {{ display: none; }}
}}
</style>
"""


@dataclass(frozen=True)
class Sheet:
    """A frame of words shown whole, text never cut; `finding` is its caption, a sentence, `right` names more
    columns of numbers.
    """

    frame: pd.DataFrame
    finding: str = ""
    right: tuple = ()

    def _repr_html_(self):
        caption = f"<caption>{escape(self.finding)}</caption>\n" if self.finding else ""
        head = "".join(f"<th scope='col'{_side(self._kind(name))}>{escape(str(name))}</th>" for name in self.frame)
        rows = "".join(self._row(number, row) for number, row in enumerate(self.frame.itertuples(index=False)))
        return f"{STYLE}<table class='ccplan-sheet'>\n{caption}<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>"

    def _row(self, number, row):
        cells = (self._cell(number, name, value) for name, value in zip(self.frame, row, strict=True))
        return f"<tr>{''.join(cells)}</tr>\n"

    def _cell(self, number, name, value):
        """A cell of the row of that number."""
        kind = self._kind(name)
        tone = TONES.get(value) if name in TONED else None
        style = f" style='color:{tone};font-weight:600'" if tone else ""
        side = _side(kind, value) or (" class='long'" if len(str(value)) > LONG else "")
        return f"<td data-name='{escape(str(name))}'{side}{style}>{escape(str(value))}</td>"

    def _kind(self, name):
        return "n" if name in self.right else name

    def __repr__(self):
        words = self.frame.to_string(index=False, max_colwidth=None)
        return f"{self.finding}\n{words}" if self.finding else words


@dataclass(frozen=True)
class Markup:
    """A piece of HTML of the house, and the words that a text-only reader sees instead."""

    html: str
    words: str

    def _repr_html_(self):
        return self.html

    def __repr__(self):
        return self.words


def _side(name, value=None):
    """Numbers to the right; a dash says nothing and is left out where every line counts."""
    if name in RIGHT or str(name).startswith("rows "):
        return " class='n nil'" if value == NIL else " class='n'"
    return ""
