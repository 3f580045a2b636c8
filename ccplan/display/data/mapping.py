"""The panel that says what the columns of any export mean: a file is chosen, its first rows are seen as they would
be read.
"""

from dataclasses import replace
from html import escape
from pathlib import Path

import pandas as pd

from ...data.centre_file import FILE_NAME, read_centre
from ...data.reading.headers import HELPERS, SYNONYMS, UNITS_IN_NAMES, plain
from ...data.reading.mapping import CHOICES, FileMapping, Preview, mapping_of, preview, write_mapping
from ...data.reading.numbers import UNITS
from ...data.reading.opening import BOOK_ENDINGS, ENDINGS, NO_TABLES, open_file
from ...data.reading.text_files import SEPARATORS
from ...data.reading.understand import map_columns
from ...data.tables import TABLES
from .panel import box, is_bundled, row, words
from .sheet import Sheet

LEFT_OUT = "(not used)"
ROWS_SHOWN, MOST_COLUMNS, MOST_WORDS, MOST_FAULTS = 5, 60, 12, 8
DATES = {"ymd": "2026-01-31", "dmy": "31.1.2026", "mdy": "1/31/2026"}
AS_FOUND = "as found"
NEEDED = {"date": "start", "answered": "offered"}  # what is missing, told as what is looked for first


def mapping_panel(place, table="calls"):
    """A panel that reads the first rows of a file as they would be read, and writes `mapping.toml` beside it.

    `place` is a file, or a folder whose files are offered; another one can be named in the panel. A
    row for each column of the file: what it is called here and, of durations, its unit; then their
    words for what has words of ours. `table` is the table it opens on. What cannot be read is said in
    the panel. Returns a widget.
    """
    desk = MappingDesk(place, table)
    return box(desk.children, f"what the columns of {Path(place).name} mean", desk.shown.value)


class MappingDesk:
    """The controls of the mapping panel and what they say: `mapping()` is a FileMapping."""

    def __init__(self, place, table="calls"):
        import ipywidgets as w

        place = Path(place)
        self.quiet, self.asked_file, self.settings = False, "", {}
        self.folder = w.Text(
            value=str(place.parent if place.is_file() else place), description="folder", continuous_update=False
        )
        self.file = w.Dropdown(options=_files(self.folder.value), description="file")
        self.table = w.Dropdown(options=tuple(TABLES), value=table, description="table")
        self.asks, self.rows, self.meant, self.shown, self.said = w.Box(), w.VBox(), w.VBox(), w.HTML(), w.HTML()
        self.asks.add_class("ccplan-asks")
        self.shown.add_class("ccplan-scroll")
        self.write = w.Button(description="Write mapping.toml", button_style="primary", disabled=True)
        self.children = [
            row([self.folder, self.file, self.table], "ccplan-asks"),
            self.asks,
            self.rows,
            self.meant,
            self.shown,
            self.said,
            self.write,
        ]
        self.file.value = place.name if place.name in self.file.options else _likely(self.file.options)
        self.folder.observe(lambda _: self._go(), names="value")
        self.file.observe(lambda _: self._open(), names="value")
        self.table.observe(lambda _: self._turn_to(), names="value")
        self.write.on_click(lambda _: self._write())
        self._open()

    @property
    def path(self):
        """The chosen file; None where none is."""
        return _named(self.folder.value) / self.file.value if self.file.value else None

    # ------------------------------------------------------------------------------ choosing a file

    def _go(self):
        """Another folder (or a file) was named: its files are offered."""
        named = _named(self.folder.value)
        if named.is_file():
            self.asked_file = named.name
            self.folder.value = str(named.parent)  # comes back here
            return
        self.file.options = _files(self.folder.value)
        self.file.value = self.asked_file if self.asked_file in self.file.options else _likely(self.file.options)
        self._open()

    def _open(self):
        """A file was chosen: what mapping.toml says of it, else what is found by looking."""
        self.settings, self.kept = {}, None
        if self.path is None:
            return self._refuse(_nothing_in(self.folder.value))
        try:
            self.kept = mapping_of(self.path) or FileMapping()
        except (ValueError, OSError) as problem:
            return self._refuse(str(problem))
        table = self.kept.table or self.path.name.lower().split(".")[0]
        if table in TABLES and table != self.table.value:
            self.table.value = table  # its observer starts
        else:
            self._turn_to()

    def _turn_to(self):
        """A table was chosen: what mapping.toml says of it, else how the file is written, as was said already."""
        if self.kept is None:  # no file, or a mapping.toml that could not be read
            return self._open()
        if self.kept.table == self.table.value:
            self.known = self.kept
        elif self.settings:
            self.known = replace(self.mapping(), columns={}, units={}, words={})
        else:
            self.known = FileMapping(table=self.table.value)
        self._start()

    def _refuse(self, problem):
        self.choices, self.meanings, self.worded, self.settings = {}, {}, {}, {}
        self.asks.children = self.rows.children = self.meant.children = ()
        self.shown.value, self.said.value, self.write.disabled = "", words(self._short(problem), fault=True), True

    def _short(self, text):
        """Words without the folder's place on this machine."""
        return text.replace(f"{_named(self.folder.value)}/", "")

    def _start(self, asked=False):
        """The controls for the table, as is `known` or as found by looking; `asked`: how the file is written stays
        asked.
        """
        try:
            raw = open_file(self.path, self.table.value, self.known)
        except (ValueError, OSError) as problem:
            self._refuse(str(problem))
            return
        self.quiet = True  # nothing is read again before all controls stand
        self.cells, (self.zone, self.why) = raw.cells, _zone(self.folder.value)
        ours, self.units = _by_name(raw, self.table.value, self.known)
        if not asked:
            self._ask_settings(raw)
        self.worded = {}  # another table or other columns: their words are asked for anew
        self.choices = {
            str(theirs): self._choice(str(theirs), ours.get(str(theirs), ""))
            for theirs in self.cells.columns[:MOST_COLUMNS]
        }
        self.rows.children = [self._line(theirs, *pair) for theirs, pair in self.choices.items()]
        self.quiet = False
        self._ask_words()
        self._look()

    # ------------------------------------------------------------------------------- what is asked

    def _ask_settings(self, raw):
        """How the file is written: found by looking, and what to say where that was wrong."""
        asks = {
            "separator": [
                (f"{AS_FOUND}: {SEPARATORS.get(raw.separator, raw.separator)}", ""),
                *((name, mark) for mark, name in SEPARATORS.items()),
            ],
            "decimal": [(AS_FOUND, ""), *((f"1{mark}5", mark) for mark in CHOICES["decimal"])],
            "dates": [(AS_FOUND, ""), *((DATES[order], order) for order in CHOICES["dates"])],
        }
        if not raw.separator:
            del asks["separator"]
        self.settings = {name: self._setting(name, options) for name, options in asks.items()}
        if self.path.name.lower().endswith(BOOK_ENDINGS):
            self.settings["sheet"] = self._text("sheet", raw.kind.split("sheet ")[-1])
        self.settings["time_zone"] = self._text("time_zone", f"{self.zone}")
        self.settings["queue"] = self._text("queue", "of every row, if no column says")
        self.asks.children = tuple(self.settings.values())

    def _setting(self, name, options):
        import ipywidgets as w

        value = getattr(self.known, name)
        chosen = w.Dropdown(options=options, value=value if value in dict(options).values() else "", description=name)
        chosen.observe(lambda _: self._again(), names="value")
        return chosen

    def _text(self, name, example):
        import ipywidgets as w

        value = str(self.known.constants.get("queue", "")) if name == "queue" else getattr(self.known, name)
        chosen = w.Text(value=value, placeholder=example, description=name.replace("_", " "), continuous_update=False)
        chosen.observe(lambda _: self._again(), names="value")
        return chosen

    def _again(self):
        """The file is to be read in another way: its cells, and their words, may be others."""
        if self.quiet or not self.settings:
            return
        try:
            raw = open_file(self.path, self.table.value, self.mapping())
        except (ValueError, OSError) as problem:
            self.shown.value, self.write.disabled = "", True
            self.said.value = words(self._short(str(problem)), fault=True)
            return
        if not raw.cells.columns.astype(str).equals(self.cells.columns.astype(str)):  # of another sheet or separator
            self.known = replace(self.mapping(), columns={}, units={})
            return self._start(asked=True)
        self.cells = raw.cells
        self._ask_words()
        self._look()

    def _choice(self, theirs, ours):
        import ipywidgets as w

        names = [LEFT_OUT, *dict.fromkeys([*TABLES[self.table.value].names, *SYNONYMS[self.table.value], *HELPERS])]
        # the label is for those who hear the page: the column's name stands to the left already
        name = w.Dropdown(
            options=names,
            value=ours if ours in names else LEFT_OUT,
            description="means",
            tooltip=f"what {theirs} means",
        )
        unit = w.Dropdown(
            options=((AS_FOUND, ""), *((unit, unit) for unit in UNITS)),
            value=self._unit(theirs, ours),
            description="in",
            tooltip=f"the unit of {theirs}",
        )
        name.observe(lambda _: self._chosen(theirs, name, unit), names="value")
        unit.observe(lambda _: self._look(), names="value")
        self._offer_unit(name, unit)
        return name, unit

    def _unit(self, theirs, ours):
        """What mapping.toml says, else what the column's name says: minutes must never pass for seconds."""
        if not ours.endswith("_s"):
            return ""
        if theirs in self.known.columns:
            return self.known.units.get(ours, "")
        return self.units.get(ours, "") or _unit_in(theirs)

    def _chosen(self, theirs, name, unit):
        self._offer_unit(name, unit)
        if not unit.value:
            unit.value = self._unit(theirs, name.value)
        if not self.quiet:
            self._ask_words()
            self._look()

    def _offer_unit(self, name, unit):
        """Only durations have a unit to choose."""
        unit.layout.display = None if name.value.endswith("_s") else "none"

    def _line(self, theirs, name, unit):
        import ipywidgets as w

        cells = self.cells[theirs] if theirs in self.cells else pd.Series(dtype=str)
        first = next((str(cell) for cell in cells.head(50) if str(cell).strip() not in ("", "nan", "None")), "")
        label = w.HTML(f"<b>{escape(theirs)}</b>" + (f" such as {escape(first[:40])}" if first else ""))
        label.add_class("ccplan-theirs")
        return row([label, name, unit])

    def _ask_words(self):
        """A dropdown for each of their words in a column that knows only ours: their outcomes, their channels.

        One that stands already stays, with what was chosen in it: a choice made elsewhere asks again.
        """
        asked, self.worded = self.worded, {}
        unread = self._unread()
        for theirs, (name, _) in self.choices.items():
            allowed = self._words_of(name.value)
            if not allowed:
                continue
            asking = (unread | set(self.known.words.get(name.value, {}))) - set(allowed)
            strange = [word for word in self._texts(theirs) if word in asking]
            for word in strange[:MOST_WORDS]:
                key = (theirs, name.value, word)
                self.worded[key] = asked[key] if key in asked else self._word_line(*key, allowed)
        self.meanings = {(ours, word): line.children[1] for (_, ours, word), line in self.worded.items()}
        self.meant.children = tuple(self.worded.values())

    def _word_line(self, theirs, ours, word, allowed):
        import ipywidgets as w

        label = w.HTML(f"<b>{escape(word)}</b> in {escape(theirs)}")
        label.add_class("ccplan-theirs")
        return row([label, self._meaning(ours, word, allowed)])

    def _unread(self):
        """Their words that nobody knows yet, wherever they stand in the file."""
        from ...data.reading.header_words import CELL_WORDS

        known = {plain(word) for column in CELL_WORDS.values() for others in column.values() for word in others}
        asked = [theirs for theirs, (name, _) in self.choices.items() if self._words_of(name.value)]
        return {word for theirs in asked for word in self._texts(theirs) if plain(word) not in known}

    def _words_of(self, ours):
        """The words that a column of ours knows; none where any text will do."""
        table = TABLES[self.table.value]
        return table.column(ours).words if ours in table.names else ()

    def _texts(self, theirs):
        """The different texts in a column of theirs."""
        return self.cells[theirs].dropna().astype(str).str.strip().unique() if theirs in self.cells else ()

    def _meaning(self, ours, word, allowed):
        import ipywidgets as w

        known = self.known.words.get(ours, {}).get(word, "")
        options = (("(choose)", ""), *((name, name) for name in allowed))
        chosen = w.Dropdown(
            options=options, value=known if known in allowed else "", description="means", tooltip=f"what {word} means"
        )
        chosen.observe(lambda _: self._look(), names="value")
        return chosen

    def mapping(self):
        """What the controls say, as a FileMapping; marks and other words of an earlier mapping.toml stay."""
        columns = {theirs: "" if name.value == LEFT_OUT else name.value for theirs, (name, _) in self.choices.items()}
        units = {
            name.value: unit.value for name, unit in self.choices.values() if unit.value and name.value.endswith("_s")
        }
        told = {ours: dict(said) for ours, said in self.known.words.items()}
        for (ours, word), chosen in self.meanings.items():
            told.setdefault(ours, {}).pop(word, None)
            told[ours] |= {word: chosen.value} if chosen.value else {}
        settings = {
            name: chosen.value.strip() if name != "separator" else chosen.value
            for name, chosen in self.settings.items()
            if name != "queue"
        }
        queue = self.settings["queue"].value.strip()
        constants = {name: value for name, value in self.known.constants.items() if name != "queue"} | (
            {"queue": queue} if queue else {}
        )
        return replace(
            self.known,
            table=self.table.value,
            columns=columns,
            units=units,
            constants=constants,
            **settings,
            words={ours: said for ours, said in told.items() if said},
        )

    # ------------------------------------------------------------------------------- what is shown

    def _look(self):
        """The first rows as they would be read; faults in words."""
        if self.quiet or not self.settings:
            return
        found = self._read(self.mapping())
        self.shown.value = _first_rows(found)._repr_html_() if len(found.frame) else ""
        self.said.value = (
            words(_problems(found), fault=True)
            if found.problems
            else words(
                f"The first {len(found.frame)} rows, as they would be read, in the time of {self.zone}{self.why}. Nothing is written yet."
            )
        )
        self.write.disabled = not len(found.frame)

    def _read(self, mapping):
        try:
            found = preview(self.path, mapping, ROWS_SHOWN, self.zone)
        except KeyError as problem:  # a column without which nothing can be read
            found = Preview(
                frame=pd.DataFrame(),
                cells=pd.DataFrame(),
                columns={},
                problems=(
                    f"{mapping.table} cannot be read without a column for {NEEDED.get(problem.args[0], problem.args[0])}",
                ),
            )
        return replace(found, problems=tuple(self._short(problem) for problem in found.problems))

    def _write(self):
        if self.write.disabled:  # what cannot be read is not written, whoever asks
            return
        if is_bundled(_named(self.folder.value)):
            self.said.value = words(
                "This is the bundled centre, which stays as it is: name a folder of your own above.", fault=True
            )
            return
        try:
            written = write_mapping(self.path, self.mapping())
        except (ValueError, OSError) as problem:
            self.said.value = words(self._short(str(problem)), fault=True)
            return
        self.said.value = words(
            f"Written: {Path(written).name}, beside {self.path.name}, which stays as it is. "
            f"From now on ccplan check {_named(self.folder.value).name} reads it so."
        )


def _by_name(raw, table, known):
    """({their column: ours}, {ours: unit}) as mapping.toml says or as their names say, whether or not the cells can
    be read so.
    """
    try:
        found = map_columns(raw, TABLES[table], known)
    except ValueError:  # mapping.toml names a column that is not there: said below
        return {}, {}
    return {theirs: ours for ours, theirs in found.columns.items()}, found.units


def _unit_in(theirs):
    """The unit in a column's name, "" where it names none.

    >>> _unit_in("Puheaika (min)"), _unit_in("Talk time")
    ('min', '')
    """
    return UNITS_IN_NAMES.get(plain(theirs).split("_")[-1], "")


def _named(text):
    """The folder or file that a text names, a Path; blanks around it are nobody's."""
    path = Path(text.strip())
    try:
        return path.expanduser()
    except RuntimeError:  # ~somebody, who has no home on this machine
        return path


def _files(folder):
    """Names of the files in a folder that can be tables, in order; none where it cannot be read."""
    try:
        found = sorted(file.name for file in _named(folder).iterdir() if file.is_file())
    except (OSError, ValueError):
        return ()
    return tuple(
        name
        for name in found
        if name.lower().endswith((*ENDINGS, ".txt")) and name not in NO_TABLES and not name.startswith((".", "~$"))
    )


def _likely(names):
    """The file to open first: one that no table of ours is named after, else the intervals, else any; None of none."""
    strange = [name for name in names if name.lower().split(".")[0] not in TABLES]
    return next(iter([*strange, *(name for name in names if name.lower().startswith("intervals")), *names]), None)


def _nothing_in(folder):
    if not folder.strip() or not _named(folder).is_dir():
        return f"There is no folder or file {folder!r}: name a folder that holds an export."
    return f"The folder {_named(folder).name} holds no file that can be read: {', '.join(ENDINGS)}."


def _zone(folder):
    """(time zone of the folder's centre, why it is taken): UTC where no centre.toml can be read."""
    file = _named(folder) / FILE_NAME
    try:
        return read_centre(file).time_zone, ""
    except (ValueError, OSError):
        return (
            "UTC",
            f", for {FILE_NAME} has faults (ccplan check names them)"
            if file.exists()
            else f", for there is no {FILE_NAME} yet",
        )


def _problems(found):
    """What is wrong with the first rows, at most MOST_FAULTS of it."""
    more = len(found.problems) - MOST_FAULTS
    return "\n".join([*found.problems[:MOST_FAULTS], *([f"… and {more} more"] if more > 0 else [])])


def _first_rows(found):
    """The rows as read, each cell with what the file says where that looks different."""
    shown = {"row": [str(row) for row in found.frame.index]}
    for ours, values in found.frame.items():
        theirs = found.columns.get(ours, "")
        head = ours if theirs in ("", ours) else f"{ours} ← {theirs}"
        raw = found.cells[theirs].reindex(found.frame.index) if theirs in found.cells else [""] * len(values)
        shown[head] = [_beside(_read_as(value), str(cell).strip()) for value, cell in zip(values, raw, strict=True)]
    return Sheet(pd.DataFrame(shown))


def _read_as(value):
    if value is None or value is pd.NaT or (isinstance(value, float) and pd.isna(value)) or value is pd.NA:
        return ""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d %H:%M:%S}".removesuffix(":00")
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _beside(ours, theirs):
    return ours if theirs in ("", "nan", ours) else f"{ours} ({theirs})"
