"""A centre's own checklist, kept safely: ticked item by item, with a journal, undo, and no update lost between two
people.

It lies in the centre's folder as `checklist.csv`, which people edit and git can compare; `checklist.journal` says
who changed what and when, a line each, in JSON. Each change carries the value that its author saw: if somebody else
changed it in the meantime, the second is told and nothing is overwritten.
"""

import io
from pathlib import Path

import pandas as pd

from ...data.files import write_whole
from ...data.locks import locked
from ...data.tables import CHECKLIST, STATUSES
from ..checklists import starter
from ..journal import person, read_deeds, write_deed

FILE_NAME, JOURNAL = "checklist.csv", "checklist.journal"
CHANGEABLE = ("status", "department", "owner", "due", "done_on", "evidence", "cost")
KEY = ["checklist", "step", "item"]
DEED = ("number", "who", "did", "checklist", "item", "before", "after")
LONGEST = 500


class ChangedMeanwhile(ValueError):
    """Somebody else changed the same cell since it was read; the message says to what."""


class ChecklistStore:
    """The checklist of a centre's folder.

    `table()` is all of it as text, `change(...)` sets one cell, `undo()` takes back this person's last change,
    `journal()` who did what. `who` is the person at the keyboard (left out: the system's name).
    """

    def __init__(self, folder, *, who=None):
        self.folder, self.who = Path(folder), who or person()

    @property
    def file(self):
        """Where it lies."""
        return self.folder / FILE_NAME

    def begin(self, names=None):
        """Write the shipped lists (of these names; all if left out) as the centre's checklist: the file's Path.
        FileExistsError if it is there.
        """
        with locked(self.file):
            if self.file.exists():
                raise FileExistsError(f"{self.file} is there already and stays as it is")
            return self._write(starter(names).astype("object").where(lambda frame: frame.notna(), "").astype(str))

    def table(self):
        """Every item, all columns as text, in the file's order. Raises ValueError where the file is missing or
        damaged.
        """
        if not self.file.exists():
            raise ValueError(f"{self.file} is not there: begin() writes the shipped lists into it")
        try:
            frame = pd.read_csv(self.file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        except (ValueError, OSError) as problem:
            raise ValueError(f"{self.file} cannot be read as CSV: {str(problem)[:100]}") from None
        if missing := [name for name in KEY if name not in frame]:
            raise ValueError(f"{self.file} lacks the column {missing[0]}")
        more = [name for name in CHECKLIST.names if name not in frame]
        return frame.assign(**{name: "" for name in more})

    def change(self, checklist, item, column, value, *, seen):
        """Set one cell of an item; `seen` is the value that the author saw there. Returns the table after it.

        A change to done sets done_on to today where it is empty. Raises ValueError for what the column cannot hold
        or an item that is not there, ChangedMeanwhile where the cell holds something else than was seen, OSError
        where the disk refuses; then nothing is changed.
        """
        value = _checked(column, value)
        with locked(self.file):
            rows = self.table()
            at = _place(rows, checklist, item)
            now = rows.at[at, column]
            if now != str(seen) and now != value:
                raise ChangedMeanwhile(
                    f"{column} of {item!r} was changed to {now or 'nothing'!r} by somebody else: look again before you change it"
                )
            before = {column: now}
            rows.at[at, column] = value
            if column == "status" and value == "done" and not rows.at[at, "done_on"]:
                before["done_on"], rows.at[at, "done_on"] = "", f"{pd.Timestamp.now():%Y-%m-%d}"
            self._note("changed", checklist, item, before, {name: rows.at[at, name] for name in before})
            self._write(rows)
        return rows

    def undo(self):
        """Take back this person's last change that was not taken back yet: the table after it.

        Raises ValueError where there is none, ChangedMeanwhile where somebody else changed the cell since.
        """
        with locked(self.file):
            mine = self._open_deeds()
            if not mine:
                raise ValueError("there is no change of yours to take back")
            deed, rows = mine[-1], self.table()
            at = _place(rows, deed["checklist"], deed["item"])
            for column, value in deed["after"].items():
                if rows.at[at, column] != value:
                    raise ChangedMeanwhile(
                        f"{column} of {deed['item']!r} was changed to {rows.at[at, column]!r} since: it is not taken back"
                    )
            for column, value in deed["before"].items():
                rows.at[at, column] = value
            self._note("taken back", deed["checklist"], deed["item"], deed["after"], deed["before"], of=deed["number"])
            self._write(rows)
        return rows

    def journal(self):
        """A row a deed: number, when (UTC), who, did, checklist, item, before and after ({column: value}); a line
        that was cut off is left out.
        """
        return pd.DataFrame(
            self._deeds(), columns=["number", "when", "who", "did", "checklist", "item", "before", "after", "of"]
        )

    def _deeds(self):
        return read_deeds(self.folder / JOURNAL, needs=DEED)

    def _open_deeds(self):
        deeds = self._deeds()
        back = {one.get("of") for one in deeds if one["did"] == "taken back"}
        return [
            one for one in deeds if one["who"] == self.who and one["did"] == "changed" and one["number"] not in back
        ]

    def _note(self, did, checklist, item, before, after, of=None):
        """Write the deed down before it is done: a crash between the two leaves a line too many, never a change
        without a line.
        """
        number = max((one["number"] for one in self._deeds()), default=0) + 1
        told = (number, self.who, did, checklist, item, before, after)
        write_deed(self.folder / JOURNAL, {**dict(zip(DEED, told, strict=True)), "of": of})

    def _write(self, rows):
        out = io.StringIO()
        rows.to_csv(out, index=False, lineterminator="\n")
        return write_whole(self.file, out.getvalue())


def _checked(column, value):
    """The value as the column holds it; ValueError in words."""
    if column not in CHANGEABLE:
        raise ValueError(f"column must be one of {', '.join(CHANGEABLE)}, got {column!r}")
    text = str(value).strip()
    if len(text) > LONGEST or not text.isprintable():
        raise ValueError(f"{column} must be one line of at most {LONGEST} letters, got {text[:40]!r}")
    if column == "status" and text not in STATUSES:
        raise ValueError(f"status must be one of {', '.join(STATUSES)}, got {text!r}")
    if column in ("due", "done_on") and text:
        day = pd.to_datetime(text, errors="coerce", format="%Y-%m-%d")
        if pd.isna(day):
            raise ValueError(f"{column} must be a day such as 2027-01-31, got {text!r}")
    if column == "cost" and text:
        try:
            if not 0 <= float(text) < 1e12:
                raise ValueError
        except ValueError:
            raise ValueError(f"cost must be an amount of 0 or more, got {text!r}") from None
    return text


def _place(rows, checklist, item):
    found = rows.index[rows["checklist"].eq(checklist) & rows["item"].eq(item)]
    if not len(found):
        raise ValueError(f"there is no item {item!r} on the list {checklist!r}")
    return found[0]
