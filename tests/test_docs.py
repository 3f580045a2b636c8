"""The documentation site: all that is public is in it, every link leads somewhere, it asks nobody for anything."""

import importlib
import importlib.util
import inspect
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("queueing", "data", "planning", "auditing", "display")


class Page(HTMLParser):
    """What the tests ask of a page: its links, what it loads, the ids on it, its text."""

    def __init__(self, text):
        super().__init__()
        self.links, self.loads, self.ids, self.words = set(), set(), set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        own = dict(attrs)
        self.ids.add(own.get("id"))
        if tag == "a":
            self.links.add(own.get("href"))
        elif tag in ("script", "link", "img", "iframe", "source"):
            self.loads.add(own.get("src") or own.get("href"))

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """{path: Page} made as `make docs` makes them."""
    folder = tmp_path_factory.mktemp("docs") / "site"
    subprocess.run([sys.executable, ROOT / "docs" / "site.py", folder], check=True, capture_output=True, timeout=300)
    return {page: Page(page.read_text(encoding="utf-8")) for page in folder.rglob("*.html")}


def test_every_link_leads_to_a_page_and_a_place_on_it(site):
    links = [(page, wanted, urlsplit(wanted)) for page, read in site.items() for wanted in read.links - {None}]
    lost = []
    for page, wanted, parts in links:
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        there = not parts.fragment or target not in site or {parts.fragment, unquote(parts.fragment)} & site[target].ids
        if not parts.scheme and not (target.is_file() and there):
            lost.append((page.name, wanted))
    assert not lost
    assert len(links) > 1000


def test_every_page_leads_back_to_the_index(site):
    folder = next(page for page in site if page.name == "glossary.html").parent
    for page, read in site.items():
        if page.name != "index.html":
            assert folder / "index.html" in {(page.parent / link).resolve() for link in read.links - {None}}, page


def test_the_pages_load_nothing_from_elsewhere(site):
    for page, read in site.items():
        for place in read.loads - {None}:
            assert urlsplit(place).scheme in ("", "data") and not urlsplit(place).netloc, (page, place)
            assert place.startswith("data:") or (page.parent / place).is_file(), (page, place)


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_name_of_a_room_is_on_its_page_with_its_words(site, room):
    page = next(read for path, read in site.items() if path.parts[-3:] == ("api", "ccplan", f"{room}.html"))
    offered = importlib.import_module(f"ccplan.{room}")
    names = {name: getattr(offered, name) for name in offered.__all__ if not inspect.ismodule(getattr(offered, name))}
    assert len(names) > 20 and not names.keys() - page.ids
    words = _letters("".join(page.words))
    said = {
        name: one.__doc__.strip().split("\n")[0]
        for name, one in names.items()
        if inspect.isroutine(one) or inspect.isclass(one)
    }
    assert not {name: line for name, line in said.items() if _letters(line) not in words}


def _letters(text):
    """The text without markup, signs and gaps, as Markdown leaves it."""
    return re.sub(r"[\W_]+", "", text)


def test_every_kpi_every_notebook_and_every_page_of_words_is_in_it(site):
    from ccplan.auditing import KPIS

    pages = {path.stem: read for path, read in site.items()}
    told = "".join(pages["kpis"].words)
    assert not [kpi.name for kpi in KPIS.values() if kpi.name not in told]
    assert {file.stem for file in (ROOT / "notebooks").glob("[0-9]*.ipynb")} <= pages.keys()
    assert {file.stem for file in (ROOT / "docs").glob("*.md")} - {"README"} <= pages.keys()


def maker():
    """docs/site.py as a module."""
    spec = importlib.util.spec_from_file_location("docs_site", ROOT / "docs" / "site.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_index_of_the_repository_is_the_one_that_is_made():
    told = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    assert told == maker().index(), "run python docs/site.py --index"


def test_no_other_folder_is_emptied_for_the_site(tmp_path):
    """It was: `python docs/site.py notebooks` left no notebook."""
    (tmp_path / "work.csv").write_text("mine", encoding="utf-8")
    (tmp_path / "index.html").write_text("<title>a page of mine</title>", encoding="utf-8")
    with pytest.raises(ValueError, match="holds other files and no earlier site"):
        maker().main([str(tmp_path)])
    assert (tmp_path / "work.csv").read_text(encoding="utf-8") == "mine"
    for free in (tmp_path / "new", tmp_path / "empty"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        maker().refuse_other_folder(free)


def test_an_earlier_site_is_made_again(site):
    maker().refuse_other_folder(next(page for page in site if page.name == "glossary.html").parent)


@pytest.mark.parametrize("script", ["docs/site.py", "docs/screenshots.py", "notebooks/execute.py"])
def test_scripts_say_what_they_do_and_nothing_else_happens(script, tmp_path):
    told = subprocess.run(
        [sys.executable, ROOT / script, "--help"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert told.returncode == 0 and told.stdout.startswith("usage:") and not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("docs/screenshots.py", "there is no picture golf; pictures are start,"),
        ("notebooks/execute.py", "no notebook golf"),
    ],
)
def test_a_name_that_is_not_known_is_told(script, words):
    told = subprocess.run([sys.executable, ROOT / script, "golf"], capture_output=True, text=True, timeout=60)
    assert told.returncode == 2 and words in told.stderr and "Traceback" not in told.stderr
