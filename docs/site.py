"""Make the documentation site, to be read without network: `make docs` writes it to `site/`.

Nothing is written twice: the library's pages come from its docstrings, the KPIs from their registry, the columns
from the tables, who reads what from the start page, the notebooks from their own outputs, the rest from the
repository's Markdown. A link that leads nowhere ends the making in words. `python docs/site.py --index` writes
docs/README.md, the same index for those who read the repository.
"""

import argparse
import importlib
import posixpath
import re
import shutil
import sys
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Callable
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
ROOMS = {
    "queueing": "the queue: numbers in, numbers out",
    "data": "the tables and centre.toml",
    "planning": "forecast, staffing, shifts, people, money",
    "auditing": "KPIs, why they changed, the quarterly audit",
    "display": "charts, tables, panels, reports",
    "cli": "the command line",
}
END_OF_TITLE = " – ccplan</title>"  # of every page: by it an earlier site is known
STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --rule: #c4cbd2; --quiet: #57606a; --accent: #0062a3; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8ea; --paper: #15181c; --rule: #444c56; --quiet: #9aa4ae; --accent: #6cb6ff; }
}
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 72rem; margin: 0 auto; padding: 12px 16px 48px; }
nav { border-bottom: 1px solid var(--rule); padding-bottom: 6px; font-size: 14px; } nav a { margin-right: 14px; }
a { color: var(--accent); } .anchor-link { visibility: hidden; text-decoration: none; }
:is(h1, h2, h3):hover .anchor-link { visibility: visible; }
pre, .table { overflow-x: auto; } pre, code { font-size: 14px; } img { max-width: 100%; height: auto; }
table { border-collapse: collapse; display: block; overflow-x: auto; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule); padding: 4px 12px 4px 0; }
"""


@dataclass(frozen=True)
class Page:
    """A page of words: where it stands in the site and in the repository (links start there), what makes its text."""

    address: str
    source: str
    title: str
    text: Callable


def written(name):
    """The Markdown of a file of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def kpis():
    """The KPIs, from their registry."""
    from ccplan.auditing.kpis import kpi_table

    return kpi_table()


def columns():
    """The data dictionary, from the tables."""
    from ccplan.data.dictionary import data_dictionary

    return data_dictionary()


def index():
    """The index: who reads what, the rooms of the library, the rest."""
    from ccplan.display.start.pages import ROLES, pages

    known = {page.name: page for page in pages(ROOT / "notebooks")}
    lines = [
        "# Documentation",
        "",
        "Made by `python docs/site.py --index`; `make docs` makes a site of all this, to be read without network.",
        "",
        "What ccplan is and the tour of it: [README](../README.md).",
        "",
        "## By reader",
        "",
    ]
    for role, (why, names) in ROLES.items():
        read = ", ".join(f"[{known[name].short}](../notebooks/{name}.ipynb)" for name in names)
        lines.append(f"- **{role}**, {why}: {read}")
    lines += ["", "## Notebooks", "", "| notebook | question |", "|---|---|"]
    lines += [f"| [{name}](../notebooks/{name}.ipynb) | {page.question} |" for name, page in known.items()]
    lines += ["", "## The library", "", "Everything that a room offers, from its docstrings.", ""]
    lines += [f"- [ccplan.{room}](../ccplan/{room}/__init__.py): {what}" for room, what in ROOMS.items()]
    lines += ["", "## To look things up", ""]
    lines += [f"- [{page.title}]({posixpath.relpath(page.source, 'docs')})" for page in PAGES[2:]]
    return "\n".join(lines) + "\n"


PAGES = (
    Page("index.html", "docs/README.md", "Documentation", index),
    Page("readme.html", "README.md", "README", lambda: written("README.md")),
    Page("kpis.html", "docs/kpis.md", "KPIs", kpis),
    Page("data.html", "data/README.md", "Data dictionary", columns),
    Page("glossary.html", "docs/glossary.md", "Glossary", lambda: written("docs/glossary.md")),
    Page("languages.html", "docs/languages.md", "Languages and accessibility", lambda: written("docs/languages.md")),
    Page("serving.html", "docs/serving.md", "Serving", lambda: written("docs/serving.md")),
    Page("contributing.html", "CONTRIBUTING.md", "Carrying on", lambda: written("CONTRIBUTING.md")),
    Page("changelog.html", "CHANGELOG.md", "Changelog", lambda: written("CHANGELOG.md")),
)


def addresses():
    """{file of the repository: address in the site} of all that has a page."""
    notebooks = {
        f"notebooks/{file.name}": f"notebooks/{file.stem}.html" for file in (ROOT / "notebooks").glob("[0-9]*.ipynb")
    }
    rooms = {f"ccplan/{room}/__init__.py": f"api/ccplan/{room}.html" for room in ROOMS}
    return {page.source: page.address for page in PAGES} | notebooks | rooms


def linked(html, source, address, site):
    """The page with links that lead within the site: to a file's page or a copy of it. ValueError without such a
    file.
    """
    from bs4 import BeautifulSoup

    soup, places = BeautifulSoup(html, "html.parser"), addresses()
    for element, name in ((one, name) for name in ("href", "src") for one in soup.find_all(attrs={name: True})):
        parts = urlsplit(element[name])
        if parts.scheme or parts.netloc or not parts.path:
            continue
        wanted = posixpath.normpath(posixpath.join(posixpath.dirname(source), parts.path))
        place = places.get(wanted) or _copied(wanted, source, site)
        fragment = f"#{parts.fragment}" if parts.fragment else ""
        element[name] = posixpath.relpath(place, posixpath.dirname(address) or ".") + fragment
    return str(soup)


def _copied(name, source, site):
    if name.startswith("..") or not (ROOT / name).is_file():
        raise ValueError(f"{source} links to {name}, which is not there")
    (site / "files" / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ROOT / name, site / "files" / name)
    return f"files/{name}"


def framed(body, title, address):
    """A page of the site: its body below the way to the others."""
    up = "../" * address.count("/")
    ways = [(page.title, page.address) for page in PAGES] + [("Library", "api/ccplan.html")]
    nav = "".join(f'<a href="{up}{place}">{escape(name)}</a>' for name, place in ways)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}{END_OF_TITLE}<style>{STYLE}</style></head>\n"
        f"<body><nav>{nav}</nav>\n<main>{body}</main></body></html>\n"
    )


def put(site, address, html):
    """Write a page."""
    (site / address).parent.mkdir(parents=True, exist_ok=True)
    (site / address).write_text(html, encoding="utf-8")


def words(site):
    """The pages that are Markdown."""
    from nbconvert.filters import markdown2html

    for page in PAGES:
        body = linked(markdown2html(page.text()), page.source, page.address, site)
        put(site, page.address, framed(body, page.title, page.address))


def library(site):
    """The rooms of the library from their docstrings, with a search of their own."""
    import pdoc

    for name in ("ccplan.data", "ccplan.display"):  # names that are loaded when first used
        room = importlib.import_module(name)
        vars(room).update({one: getattr(room, one) for one in room.__all__})
    pdoc.render.configure(docformat="markdown", show_source=False)
    pdoc.pdoc("ccplan", "!ccplan[.][a-z]+[.].*", output_directory=site / "api")
    for file in (site / "api").rglob("*.html"):
        home = posixpath.relpath(".", file.parent.relative_to(site).as_posix())
        html, way = (
            _without_dead_ends(file.read_text(encoding="utf-8")),
            f'<a href="{home}/index.html">Documentation</a>',
        )
        html = re.sub(r'(<nav class="pdoc">.*?<div>)', rf"\1<p>{way}</p>", html, count=1, flags=re.DOTALL)
        file.write_text(html, encoding="utf-8")


def _without_dead_ends(html):
    """The page without links to places that are not on it: pdoc makes them for fields that a class has from another."""
    there = set(re.findall(r'id="([^"]+)"', html))
    return re.sub(r'<a href="#([^"]+)">(.*?)</a>', lambda link: link[0] if link[1] in there else link[2], html)


def notebooks(site):
    """The notebooks as they were run."""
    import nbformat

    from ccplan.display.reporting.html import report_html
    from ccplan.display.start.pages import pages

    for page in pages(ROOT / "notebooks"):
        source, address = f"notebooks/{page.name}.ipynb", f"notebooks/{page.name}.html"
        words = f"Notebook {page.name} of ccplan, as it was run on the bundled centre"
        html = report_html(nbformat.read(ROOT / source, as_version=4), page.question, words)
        html = linked(html, source, address, site)
        put(site, address, html.replace(" of ccplan, as", ' of <a href="../index.html">ccplan</a>, as', 1))


def refuse_other_folder(site):
    """ValueError where the folder holds anything but an earlier site: making a site begins with an empty folder."""
    if not site.exists() or (site.is_dir() and not any(site.iterdir())):
        return
    first = site / "index.html"
    if not first.is_file() or END_OF_TITLE not in first.read_text(encoding="utf-8", errors="replace"):
        raise ValueError(f"{site} holds other files and no earlier site: name a new or an empty folder")


def main(arguments=None):
    """Make the index of the repository (`--index`), or the site in the folder named (`site` if none is)."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("folder", nargs="?", default=ROOT / "site", type=Path, help="where the site goes")
    ask.add_argument("--index", action="store_true", help="write docs/README.md instead")
    asked = ask.parse_args(arguments)
    if asked.index:
        (ROOT / "docs" / "README.md").write_text(index(), encoding="utf-8")
        return
    site = asked.folder
    refuse_other_folder(site)
    shutil.rmtree(site, ignore_errors=True)
    for part in (words, library, notebooks):
        part(site)
    print(f"{len(list(site.rglob('*.html')))} pages: open {site / 'index.html'}")


if __name__ == "__main__":
    try:
        main()
    except ValueError as problem:
        sys.exit(f"docs: {problem}")
