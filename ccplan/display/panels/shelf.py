"""Scenarios of a panel in the centre's folder, and as files that people send each other.

A scenario is a dict of plain JSON values. Two who save at once lose nothing: the file is read, changed and written
whole under its lock, and what somebody else has saved meanwhile is never written over unsaid.
"""

import json
import re
from pathlib import Path

from ...data.files import write_whole
from ...data.locks import locked
from . import words

MOST_BYTES = 64_000  # of a scenario sent as a file
MOST_KEPT = 1_000_000  # bytes of a folder's file of scenarios
MOST_LETTERS = 80
KIND = "ccplan scenario"
FILES = {
    "budget": "scenarios.json"
}  # those of a plan, which `planning.scenarios` reads too; of others NAME_scenarios.json


class Shelf:
    """The scenarios of one kind of panel in a centre's folder; without a folder they last as long as the page."""

    def __init__(self, folder, panel):
        self.file = None if folder is None else Path(folder) / FILES.get(panel, f"{panel}_scenarios.json")
        self.here = {}

    def all(self):
        """{name: scenario} as they stand now. Raises ValueError naming the file where it cannot be read."""
        if self.file is None:
            return dict(self.here)
        try:
            large = self.file.stat().st_size > MOST_KEPT
            kept = None if large else json.loads(self.file.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (ValueError, RecursionError):  # no JSON, no UTF-8, a number of thousands of digits
            raise ValueError(f"{self.file.name} cannot be read as scenarios: mend it, or move it away") from None
        if large:
            raise ValueError(
                f"{self.file.name} is larger than {MOST_KEPT:,} bytes, which no folder of scenarios is: move it away"
            )
        if not isinstance(kept, dict) or not all(isinstance(one, dict) for one in kept.values()):
            raise ValueError(f"{self.file.name} must hold {{name: scenario}}: mend it, or move it away")
        return kept

    def keep(self, name, scenario, known=None):
        """Save a scenario: the name as it is kept. `known` is what the caller believes stands under that name.

        Raises ValueError in words for a bad name and for one under which something else stands, OSError where the
        folder refuses.
        """
        name = good_name(name)
        if self.file is None:
            kept, name = _put(self.here, name, scenario, known)
            self.here = kept
            return name
        with locked(self.file):
            kept, name = _put(self.all(), name, scenario, known)
            text = json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
            if len(text.encode()) > MOST_KEPT:
                raise ValueError(
                    f"{self.file.name} would be larger than {MOST_KEPT:,} bytes: take out scenarios that nobody needs"
                )
            write_whole(self.file, text)
        return name


def _put(kept, name, scenario, known):
    """(the scenarios with one more, the name that it has); ValueError where something else stands under that name."""
    there = next((one for one in kept if one.casefold() == name.casefold()), None)
    if there is not None and kept[there] not in (known, scenario):
        raise ValueError((words.TAKEN if known is None else words.CHANGED).format(name=there))
    return kept | {there or name: scenario}, there or name


def good_name(name):
    """A scenario's name without blanks around it; ValueError in words for none, or one that no list can show.

    >>> good_name("  a wet spring ")
    'a wet spring'
    """
    name = " ".join(str(name).split())
    if not name or len(name) > MOST_LETTERS or not name.isprintable():
        raise ValueError(f"A scenario needs a name of 1 to {MOST_LETTERS} letters.")
    if name.casefold() in (words.AS_IT_IS, words.SHOWN, words.PINNED):
        raise ValueError(f"“{name}” is what the panel itself says: choose another name.")
    return name


def as_file(name, panel, scenario):
    """A scenario as the file that is shared: a download of the browser."""
    told = {"kind": KIND, "panel": panel, "name": name, "scenario": scenario}
    stem = re.sub(r"[^\w-]+", "-", name).strip("-") or "scenario"
    return {
        "name": f"{stem}.scenario.json",
        "text": json.dumps(told, ensure_ascii=False, indent=1) + "\n",
        "type": "application/json",
    }


def from_file(text, panel):
    """(name, scenario) of a file that was shared. Raises ValueError in words for anything else, however it was made."""
    if not isinstance(text, str) or len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise ValueError(words.WORDS["too_large"].format(most=MOST_BYTES // 1000))
    try:
        told = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise ValueError("This file is no scenario: it cannot be read as JSON.") from None
    if not isinstance(told, dict) or told.get("kind") != KIND or not isinstance(told.get("scenario"), dict):
        raise ValueError("This file is no scenario of ccplan: open one that was saved with “Share as a file”.")
    if told.get("panel") != panel:
        raise ValueError(
            f"This is a scenario of another panel: {str(told.get('panel'))[:40]!r}; this is the {panel} panel."
        )
    return good_name(told.get("name", "")), told["scenario"]


def _no_constant(word):
    raise ValueError(f"{word} is no number")
