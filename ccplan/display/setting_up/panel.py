"""The checklist as a panel: tick items, set owners and days, each saved at once; what somebody else changed is told."""

import base64
import tempfile
from html import escape
from pathlib import Path

import pandas as pd

from ...auditing.checklists import checklists, progress
from ...auditing.setting_up.checklist_store import FILE_NAME, ChecklistStore
from ...data.files import harmless, write_whole
from ...data.tables import STATUSES
from ..data.panel import box, is_bundled, row, words
from ..data.sheet import Sheet
from ..language import Filled, Term, centre_of, chosen
from ..panels.saying import sentence

FIELDS = ("status", "owner", "due", "evidence")
HINTS = {"owner": "owner", "due": "due, 2027-01-31", "evidence": "evidence"}
COLUMNS = ("list", "items", "done", "late")
OWN = "An item of the centre's own."
STYLE = """<style>
.ccplan-data .ccplan-item { display: grid; grid-template-columns: minmax(220px, 1fr) 120px 140px 160px 150px; gap: 2px 10px; align-items: center;
  padding: 4px 0; border-bottom: 1px solid var(--ccplan-faint); overflow: visible; }
.ccplan-data .ccplan-item > * { width: auto; min-width: 0; margin: 0; }
.ccplan-data .ccplan-item .widget-label { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.ccplan-data .ccplan-item summary { cursor: pointer; list-style: none; }
.ccplan-data .ccplan-item summary:hover { text-decoration: underline; }
.ccplan-data .ccplan-item summary:focus-visible { outline: 2px solid var(--ccplan-accent); outline-offset: 1px; }
.ccplan-data .ccplan-item details p { color: var(--ccplan-quiet); font-size: 13px; max-width: 62ch; }
@media (max-width: 800px) { .ccplan-data .ccplan-item { grid-template-columns: 1fr 1fr; }
  .ccplan-data .ccplan-item > :first-child { grid-column: 1 / -1; } }
</style>"""


def checklist_panel(folder, who=None, at=None, language=None):
    """The checklists of a centre's folder to tick, a widget; every change is saved at once.

    A folder without checklist.csv begins with the shipped lists. With the bundled centre it works on a copy. `who`
    is the person at the keyboard for the journal (left out: the system's name), `at` the day against which late is
    reckoned (today), `language` a code such as "fi" (left out: CCPLAN_LANGUAGE, then what centre.toml says, then
    English). Raises ValueError in words where the file cannot be read.
    """
    desk = ChecklistDesk(folder, who, at, language)
    return box(desk.children, "the checklists of the centre", desk.summary()._repr_html_(), desk.language.direction)


def speak(language, folder):
    """Say every label of the panel to a language, for the source of the catalogues."""
    ChecklistDesk(folder, "", "2026-01-01", language)
    list(map(language.said, (OWN, "cost", *STATUSES)))


class ChecklistDesk:
    """The controls: `which` list, `step`, the items' fields `cells` {(item, column): widget}, `undo`, `export`, and
    what they say (`said`).
    """

    def __init__(self, folder, who=None, at=None, language=None):
        import ipywidgets as w

        self.w, self.at, self.place = w, at, None
        self.language = chosen(language, centre_of(folder))
        said = self.language.said
        if is_bundled(folder):
            self.place = tempfile.TemporaryDirectory(prefix="ccplan-")
            write_whole(Path(self.place.name) / FILE_NAME, (Path(folder) / FILE_NAME).read_bytes())
        self.store = ChecklistStore(self.place.name if self.place else folder, who=who)
        if not self.store.file.exists():
            self.store.begin()
        self.seen, self.cells, self.quiet = self.store.table(), {}, False
        wide = {"style": {"description_width": "40px"}, "layout": {"width": "260px"}}
        names = list(dict.fromkeys(self.seen["checklist"]))
        self.which = w.Dropdown(description=said("list"), options=names, **wide)
        self.step = w.Dropdown(description=said("step"), options=[(said("all"), "all")], **wide)
        self.only = w.Checkbox(description=said("only what is open"), value=False, indent=False)
        self.undo = w.Button(
            description=said("Take back my last"), tooltip=said("the last change that you made here is taken back")
        )
        self.again = w.Button(description=said("Look again"), tooltip=said("read what others have changed"))
        self.export = w.Button(
            description=said("Export as CSV"),
            tooltip=said("the whole checklist as a file in which nothing is a formula"),
        )
        self.said, self.file, self.total = w.HTML(), w.HTML(), w.HTML()
        self.items = w.VBox([])
        self.children = [
            w.HTML(STYLE, layout={"height": "0", "margin": "0"}),
            row([self.which, self.step, self.only], "ccplan-asks"),
            self.total,
            self.items,
            row([self.undo, self.again, self.export], "ccplan-asks"),
            self.said,
            self.file,
        ]
        self._steps()
        self._draw()
        self._watch()
        copied = "This is the bundled centre: what you change goes into a copy that ends with this panel. "
        self._say(f"{copied if self.place else ''}Every change is saved at once. Click an item to read why and how.")

    def summary(self):
        """How far each list is, a Sheet."""
        rows = progress(self._typed(), self._today())
        rows = rows[rows["step"].eq("all")]
        told = pd.DataFrame(
            {
                "list": rows["checklist"],
                "items": rows["items"].astype(str),
                "done": rows["done"].astype(str),
                "late": rows["late"].map(lambda n: str(n or "")),
            }
        )
        told.columns = list(map(self.language.said, COLUMNS))
        return Sheet(told, right=tuple(told.columns[1:]))

    def _typed(self):
        return self.seen.assign(
            due=pd.to_datetime(self.seen["due"], errors="coerce"),
            status=self.seen["status"].replace("", "open"),
            cost=pd.to_numeric(self.seen["cost"], errors="coerce"),
        )

    def _today(self):
        return pd.Timestamp(self.at) if self.at else pd.Timestamp.now().normalize()

    def _watch(self):
        self.which.observe(lambda _: (self._steps(), self._draw()), names="value")
        for control in (self.step, self.only):
            control.observe(lambda _: None if self.quiet else self._draw(), names="value")
        self.undo.on_click(lambda _: self._guarded(self._undo))
        self.again.on_click(lambda _: self._guarded(self._look))
        self.export.on_click(lambda _: self._guarded(self._export))

    # ------------------------------------------------------------------------------------ what is shown

    def _steps(self):
        mine = self.seen[self.seen["checklist"].eq(self.which.value)]
        self.quiet = True
        self.step.options = [
            (self.language.said("all"), "all"),
            *((step, step) for step in dict.fromkeys(mine["step"])),
        ]
        self.step.value = "all"
        self.quiet = False

    def _draw(self):
        mine = self.seen[self.seen["checklist"].eq(self.which.value)]
        mine = mine[mine["step"].eq(self.step.value)] if self.step.value != "all" else mine
        mine = mine[~mine["status"].isin(("done", "not needed"))] if self.only.value else mine
        self.cells = {}
        self.items.children = [self._line(one) for one in mine.to_dict("records")]
        self.total.value = self.summary()._repr_html_()

    def _line(self, one):
        shipped = checklists().get(one["checklist"])
        known = next((item for item in shipped.items if item.item == one["item"]), None) if shipped else None
        told = known.how if known else self.language.said(OWN)
        label = self.w.HTML(
            f"<details><summary>{escape(one['item'])}</summary><p>{escape(one['step'])}: {escape(told)}</p></details>"
        )
        for column in FIELDS:
            self.cells[one["item"], column] = self._cell(one, column)
        line = self.w.Box([label, *(self.cells[one["item"], column] for column in FIELDS)])
        line.add_class("ccplan-item")
        return line

    def _cell(self, one, column):
        said = self.language.said
        value, about = one[column], said(Filled("{field} of: {item}", field=Term(column), item=one["item"]))
        if column == "status":
            options = [*STATUSES] if value in STATUSES else [*STATUSES, value]
            cell = self.w.Dropdown(
                options=[(said(option), option) for option in options], value=value or "open", description=about
            )
        else:
            cell = self.w.Text(value=value, placeholder=said(HINTS[column]), description=about, continuous_update=False)
        place = (one["checklist"], one["item"], column)
        cell.observe(lambda change: self._changed(*place, change["new"]), names="value")
        return cell

    def _say(self, text, fault=False):
        self.said.value = words(text, fault=fault)

    # -------------------------------------------------------------------------------------- what is done

    def _changed(self, checklist, item, column, value):
        """Save what was set in a cell, in the list that it was drawn for: another one may be on screen by now."""
        if self.quiet:
            return
        self.file.value = ""
        try:
            seen = self._saw(checklist, item, column)
            self.seen = self.store.change(checklist, item, column, value, seen=seen)
            self._say(f"Saved: {column} of “{item}” is now {value or 'empty'}.")
            self.total.value = self.summary()._repr_html_()
        except (ValueError, OSError) as problem:
            self._say(sentence(problem), fault=True)
            self.seen = self.store.table()
        self._put(checklist, item, column)

    def _saw(self, checklist, item, column):
        rows = self.seen[self.seen["checklist"].eq(checklist) & self.seen["item"].eq(item)]
        return rows[column].iloc[0] if len(rows) else ""

    def _put(self, checklist, item, column):
        """Show what the file holds without taking that for a change."""
        cell = self.cells.get((item, column)) if checklist == self.which.value else None
        if cell is None:
            return
        self.quiet = True
        cell.value = self._saw(checklist, item, column) or ("open" if column == "status" else "")
        self.quiet = False

    def _guarded(self, deed):
        try:
            deed()
        except (ValueError, OSError) as problem:
            self._say(sentence(problem), fault=True)

    def _undo(self):
        self.seen, self.file.value = self.store.undo(), ""
        self._draw()
        last = self.store.journal().iloc[-1]
        self._say(f"Taken back: {', '.join(last['after'])} of “{last['item']}”.")

    def _look(self):
        self.seen, self.file.value = self.store.table(), ""
        self._draw()
        self._say("This is what the file holds now.")

    def _export(self):
        data = base64.b64encode(harmless(self.store.table()).to_csv(index=False, lineterminator="\n").encode()).decode()
        self.file.value = f'<a class="ccplan-file" download="checklist.csv" href="data:text/csv;charset=utf-8;base64,{data}">checklist.csv</a>'
        self._say("The file is ready below.")
