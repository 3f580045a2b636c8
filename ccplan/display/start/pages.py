"""The notebooks by name, question and reader: what the start page links to and the bar on every page lists."""

import functools
import json
import os
from dataclasses import dataclass
from html import escape
from pathlib import Path

from ...data.bundled import notebooks_folder
from ..data.sheet import Markup
from ..language import centre_of, chosen

START = "00_start"
SHORT = {START: "Start"}  # others are called by what follows their number
ROLES = {  # reader → what they are here for, and the notebooks in the order in which they are read
    "Manager": (
        "to see whether callers are served, and what one more person would do",
        ("03_staffing", "04_schedule", "10_explore", "07_audit", "08_setup"),
    ),
    "Planner": (
        "to know what is coming, and to put people where it comes",
        ("02_forecast", "03_staffing", "04_schedule", "05_headcount"),
    ),
    "Finance": (
        "to know what it costs, what it could cost, and who is to be hired when",
        ("06_budget", "05_headcount", "07_audit"),
    ),
    "Auditor": (
        "to find out what happened, why, and how far the figures carry",
        ("01_data", "07_audit", "10_explore", "09_validation"),
    ),
    "Founder": ("to open a centre, or to put one in order", ("08_setup", "03_staffing", "06_budget")),
}
STYLE = """<style>
.ccplan-roles.ccplan-roles { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); gap: 20px 36px; max-width: 72rem; margin: 4px 0 12px; }
.ccplan-roles section { border-top: 2px solid var(--ccplan-rule, #C4CBD2); padding-top: 8px; }
.ccplan-roles.ccplan-roles h3 { font-size: 16px; line-height: 1.3; font-weight: 600; margin: 0; }
.ccplan-roles.ccplan-roles p { color: var(--ccplan-quiet, #57606A); font-size: 13px; line-height: 1.4; margin: 0 0 6px; }
.ccplan-roles.ccplan-roles ul { list-style: none; margin: 0; padding: 0; }
.ccplan-roles.ccplan-roles li { margin: 0; padding: 6px 0; line-height: 1.35; border-bottom: 1px solid var(--ccplan-faint, #EEF1F4); }
.ccplan-roles.ccplan-roles li:last-child { border-bottom: 0; }
.ccplan-roles.ccplan-roles a { font-weight: 600; color: var(--ccplan-accent, #0062A3); }
.ccplan-roles li span { display: block; font-size: 14px; }
</style>
"""


@dataclass(frozen=True, kw_only=True)
class Page:
    """A notebook: `name` of its file without the ending, `short` for a menu, the `question` that is its title."""

    name: str
    short: str
    question: str


def pages(folder=None):
    """The notebooks of a folder (those of the suite if left out) in their order, a tuple of Page.

    A file that is no notebook with a title is left out.

    >>> [page.short for page in pages()][:2]
    ['Start', 'Data']
    """
    files = sorted(Path(folder or notebooks_folder()).glob("[0-9][0-9]_*.ipynb"))
    found = ((file, _question(file, file.stat().st_mtime_ns)) for file in files)
    return tuple(
        Page(name=file.stem, short=SHORT.get(file.stem, _short(file.stem)), question=words)
        for file, words in found
        if words
    )


def _short(stem):
    return stem.split("_", 1)[1].replace("_", " ").capitalize()


@functools.lru_cache(maxsize=64)
def _question(file, changed):
    """The title of a notebook, "" where it has none; read again when the file has changed."""
    try:
        source = json.loads(file.read_text(encoding="utf-8"))["cells"][0]["source"]
    except (OSError, ValueError, LookupError, TypeError):
        return ""
    first = "".join(source).strip().split("\n")[0]
    return first.removeprefix("# ").strip() if first.startswith("# ") else ""


def pages_by_role(folder=None, language=None):
    """Links to the notebooks for each reader, with the question that each answers; they work in JupyterLab and on
    the pages of `ccplan serve`.

    `language` is a code such as "fi" (left out: CCPLAN_LANGUAGE, then what the served centre's file says, then
    English).
    """
    spoken = chosen(language, centre_of(os.environ.get("CCPLAN_FOLDER", "")))
    say = spoken.said
    known = {page.name: page for page in pages(folder)}
    known = {name: Page(name=name, short=say(page.short), question=say(page.question)) for name, page in known.items()}
    parts = [
        (say(role), say(why), [known[name] for name in names if name in known]) for role, (why, names) in ROLES.items()
    ]
    parts = [part for part in parts if part[2]]
    words = "\n".join(
        f"{role}, {why}: " + "; ".join(f"{page.short} — {page.question}" for page in found)
        for role, why, found in parts
    )
    return Markup(
        f"{STYLE}<div class='ccplan-roles'{spoken.attributes()}>{''.join(_section(*part) for part in parts)}</div>",
        words,
    )


def speak(language, folder):
    """Say every label of the links to a language, for the source of the catalogues."""
    pages_by_role(language=language)
    list(map(language.said, [text for page in pages() for text in (page.short, page.question)]))


def _section(role, why, found):
    links = "".join(
        f"<li><a href='{escape(page.name)}.ipynb'>{escape(page.short)}</a><span>{escape(page.question)}</span></li>"
        for page in found
    )
    return f"<section><h3>{escape(role)}</h3><p>{escape(why)}</p><ul>{links}</ul></section>"
