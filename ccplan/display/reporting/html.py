"""A run notebook as one HTML file: no script, no request, contents, one look for screen, telephone, dark room and
paper.
"""

from dataclasses import dataclass
from html import escape
from pathlib import Path

from ..data import sheet as data_sheet
from .. import theme
from .clean import Cleaner

HERE = Path(__file__).parents[1]
TEMPLATES = HERE / "share" / "nbconvert" / "templates"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
SHOWN_FIRST = ["image/svg+xml", "image/png", "image/jpeg", "text/html", "text/markdown", "text/plain", "text/latex"]
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>
{css}</style>
</head>
<body>
{body}
</body>
</html>
"""
REPORT = """<a class="skip" href="#report">Skip to the report</a>
<input type="checkbox" id="code-shown"><label class="switch" for="code-shown">show the code</label>
<p class="about">{about}</p>
<nav aria-label="Contents"><h2>Contents</h2>
<ol{numbered}>
{contents}
</ol></nav>
<main id="report">
{body}
</main>"""


@dataclass(frozen=True)
class _Heading:
    level: int
    anchor: str
    words: str


def still_page(title, css, body):
    """A page (a str) of HTML that runs nothing and asks for nothing; `body` is HTML that is clean already."""
    return PAGE.format(policy=POLICY, title=escape(title), css=css, body=body)


def report_html(notebook, title, about=""):
    """The HTML page (a str) of a run notebook (a NotebookNode): opens without network, runs nothing, the same every
    time.

    `title` names the page, `about` a line above it. Code is hidden behind one switch. Headings of the first two levels
    make the contents; a markdown cell tagged `section:NAME` can be linked to as #NAME.
    """
    cleaner = Cleaner()
    body, headings = _with_anchors(_body(notebook, cleaner))
    css = "\n".join([_variables(), (HERE / "static" / "report.css").read_text(encoding="utf-8"), *cleaner.styles])
    return still_page(
        title,
        css,
        REPORT.format(about=escape(about), contents=_contents(headings), numbered=_numbered(headings), body=body),
    )


def _body(notebook, cleaner):
    from nbconvert.exporters.templateexporter import TemplateExporter
    from traitlets.config import Config

    class Body(TemplateExporter):  # nbconvert's HTML exporter puts in scripts that this page has no use for
        export_from_notebook, output_mimetype = None, "text/html"

    asked = Config({"NbConvertBase": {"display_data_priority": SHOWN_FIRST}})
    exporter = Body(
        config=asked,
        template_name="ccplan",
        file_extension=".html",
        extra_template_basedirs=[str(TEMPLATES)],
        filters={
            "clean": cleaner.clean,
            "prose": lambda text: cleaner.clean(_markdown(text, markup=True)),
            "words": lambda text: cleaner.clean(_markdown(text, markup=False)),
        },
    )
    return exporter.from_notebook_node(notebook)[0]


def _markdown(text, markup):
    """Markdown as HTML. Markup in it stays in the notebook's own prose; in a result it may come from data and is
    text.
    """
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    class AsText(IPythonRenderer):
        def block_html(self, html):
            return f"<p>{escape(html)}</p>\n"

        def inline_html(self, html):
            return escape(html)

    renderer = (IPythonRenderer if markup else AsText)(escape=False, exclude_anchor_links=True)
    return MarkdownWithMath(renderer=renderer).render(text)


def _with_anchors(body):
    """The body with an anchor for every heading, and the headings."""
    from bs4 import BeautifulSoup

    soup, taken, headings = BeautifulSoup(body, "html.parser"), set(), []
    taken.update(each["id"] for each in soup.select("[id]"))
    for found in soup.select("h1, h2, h3, h4"):
        words = " ".join(found.get_text().split())
        first = found.find_parent("section")
        tagged = (
            first is not None
            and first.get("id")
            and "prose" in first.get("class", ())
            and first.select_one("h1, h2, h3, h4") is found
        )
        found["id"] = _anchor(words, taken)
        found.append(
            soup.new_tag("a", href=f"#{found['id']}", attrs={"class": "anchor", "aria-label": "link to this heading"})
        )
        headings.append(_Heading(int(found.name[1]), first["id"] if tagged else found["id"], words))
    return str(soup), headings


def _anchor(words, taken):
    """A short name for a heading that no other has.

    >>> _anchor("Can the data be trusted?", set())
    'can-the-data-be-trusted'
    """
    plain = "".join(letter if letter.isalnum() else " " for letter in words.lower()).split()
    name, number = "-".join(plain)[:60] or "section", 2
    while (tried := name if number == 2 else f"{name}-{number - 1}") in taken:
        number += 1
    taken.add(tried)
    return tried


def _contents(headings):
    return "\n".join(
        f'<li><a href="#{escape(one.anchor)}">{escape(one.words)}</a></li>' for one in headings if one.level == 2
    )


def _numbered(headings):
    """A class for contents whose headings bear numbers of their own, which are not numbered again."""
    own = [one.words[:1].isdigit() for one in headings if one.level == 2]
    return ' class="own"' if own and all(own) else ""


def _variables():
    """The house's colours as variables of the page, and what they are in the dark."""
    light = {
        "paper": theme.PAPER,
        "ink": theme.INK,
        "quiet": theme.QUIET,
        "context": theme.CONTEXT,
        "rule": theme.RULE,
        "faint": theme.LIGHT["faint"],
        "care": data_sheet.CARE,
        "fault": data_sheet.FAULT,
        "accent": theme.ACCENT,
        "alarm": theme.ALARM,
    }
    dark = {name: theme.DARK[name] for name in light}
    told = {
        name: "".join(f" --{key}: {value};" for key, value in colours.items())
        for name, colours in (("light", light), ("dark", dark))
    }
    return (
        f":root {{ --font: {theme.FONT};{told['light']} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{{told['dark']} color-scheme: dark; }} }}"
    )
