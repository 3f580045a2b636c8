"""The tools of a panel, between its desk and the browser: undo and redo, scenarios, files of what is on screen.

Of a desk (see `desk.Desk`) they use `layout` and `answer`; `remembered` and `recall` for undo; `kind`, `folder`,
`scenario`, `take` and `compared` for scenarios; `settle` and `frames` for files.
"""

from ..language import Filled
from . import words
from .comparing import side_by_side
from .exports import KINDS, export, screen_of
from .history import History
from .saying import sentence
from .shelf import MOST_BYTES, MOST_LETTERS, Shelf, as_file, from_file, good_name

UNDONE = ("undo", "redo")
OWN = (*UNDONE, "keep", "open", "share", "upload")


def equipped(desk):
    """The live widget of a desk with its tools; scenarios are kept in the desk's folder, its files are called by
    its kind.
    """
    from .. import frontend

    tools = Tools(desk)
    return frontend.wire(tools.layout(), tools.answer, desk.language)


class Tools:
    """What stands between a desk and its page; `layout()` and `answer(message)` as those of a desk, and more in
    them.
    """

    def __init__(self, desk):
        self.desk, self.drawn = desk, desk.layout()
        self.history, self.shelf = History(desk.remembered()), Shelf(desk.folder, desk.kind)
        self.kept, self.ticked, self.name, self.opened = {}, (), words.AS_IT_IS, None

    def layout(self):
        """What is drawn once: the desk's layout and the tools. All files have one row, whoever makes them."""
        own = [one for one in self.drawn["actions"] if one["name"] not in KINDS]
        told = {one["name"]: one for one in self.drawn["actions"]}
        tools = {
            "files": [told.get(one["name"], one) for one in words.FILES],
            "words": words.WORDS,
            "most_bytes": MOST_BYTES,
            "most_letters": MOST_LETTERS,
            "history": list(words.HISTORY),
            "scenarios": list(words.SCENARIOS),
        }
        return self.drawn | {"actions": own, "tools": tools}

    def answer(self, message):
        """What to show for a message, as plain JSON values."""
        action = message.get("action")
        shown = self.desk.answer(message | ({"action": None} if action in OWN or "dials" not in message else {}))
        if shown.get("still"):
            return shown
        if "dials" in message:
            self.history.note(self.desk.remembered(), message.get("gesture"))
        if action == "reset":
            self.name, self.opened = words.AS_IT_IS, None
        told = message.get("tools") or {}
        shown, download, notice = self._do(action, told, shown, message["seq"])
        shown = shown | {
            "tools": self._tools(told, notice, look=action not in (None, "rest") or "dials" not in message)
        }
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
            return shown, None, sentence(problem)
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
        self.opened, self.desk.named[self.name] = scenario, self.desk.state
        return None, Filled(words.NO_FOLDER if self.shelf.file is None else words.SAVED, name=self.name), False

    def _open(self, told):
        name, kept = told.get("open"), self.shelf.all()
        if name != words.AS_IT_IS and name not in kept:
            raise ValueError(words.GONE.format(name=name))
        scenario = None if name == words.AS_IT_IS else kept[name]
        self._taken(scenario, name)
        self.name, self.opened = name, scenario
        return None, Filled(words.OPENED, name=name) if scenario else "", True

    def _share(self, told):
        name = good_name(told.get("name", "") or "scenario")
        return as_file(name, self.desk.kind, self.desk.scenario()), Filled(words.SHARED, name=name), False

    def _upload(self, told):
        name, scenario = from_file(told.get("file"), self.desk.kind)
        self._taken(scenario, name)
        self.name, self.opened = name, None
        return None, Filled(words.OPENED, name=name), True

    def _taken(self, scenario, name):
        self.desk.take(scenario)
        if scenario is not None:
            self.desk.named[name] = self.desk.state
        self.history.note(self.desk.remembered())

    # ------------------------------------------------------------------------------------ what is shown

    def _tools(self, told, notice, look):
        if look:  # a move of a dial reads no file
            notice = self._look(notice)
        self.ticked = tuple(told.get("compare", self.ticked))
        offered = [words.AS_IT_IS, *([words.PINNED] if self.desk.pinned != self.desk.start else []), *self.kept]
        can = {"undo": bool(self.history.past), "redo": bool(self.history.future)}
        return {
            "can": can,
            "notice": notice,
            "kept": [words.AS_IT_IS, *self.kept],
            "open": self.name if self.name in self.kept else words.AS_IT_IS,
            "name": "" if self.name == words.AS_IT_IS else self.name,
            "offered": offered,
            "ticked": [name for name in self.ticked if name in offered],
            "comparison": self._comparison(offered),
        }

    def _look(self, notice):
        try:
            self.kept = self.shelf.all()
        except (ValueError, OSError) as problem:
            self.kept, notice = {}, notice or sentence(problem)
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
        if shown.get("unsettled"):  # a file holds what is still being worked out, too
            self.desk.settle()
            shown = shown | self.desk.answer({"seq": shown["seq"]})
        return export(action, screen_of(self.drawn, shown, self.desk.frames()), self.desk.kind)
