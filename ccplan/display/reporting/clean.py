"""Markup of a report made inert: tags that are known stay, everything else is shown as the text that it is."""

import re
from html import unescape

from ..data import sheet as data_sheet
from .. import theme

TAGS = frozenset(
    "a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i "
    "img ins kbd li mark ol p pre s section small span strong sub summary sup table tbody td tfoot th thead tr ul "
    "svg g path line polyline polygon rect circle ellipse text tspan title desc".split()
)
ANYWHERE = frozenset(
    "class id title role lang dir style scope colspan rowspan headers tabindex open start align".split()
)
DRAWN = frozenset(
    "viewBox width height x y x1 x2 y1 y2 cx cy r rx ry d points transform fill fill-opacity stroke stroke-width stroke-opacity "
    "stroke-dasharray stroke-linecap stroke-linejoin opacity text-anchor dominant-baseline font-size font-weight font-family "
    "preserveAspectRatio focusable dx dy xmlns".split()
)
PICTURES = frozenset("svg g path line polyline polygon rect circle ellipse text tspan title desc".split())
PROPERTIES = frozenset(
    "color background background-color font-weight font-style font-size font-variant-numeric text-align text-decoration "
    "white-space vertical-align width min-width max-width height min-height border border-left border-right border-top "
    "border-bottom border-color border-radius padding padding-left padding-right padding-top padding-bottom margin "
    "margin-left margin-right margin-top margin-bottom display opacity line-height fill stroke stroke-width gap flex "
    "align-items justify-content grid-template-columns".split()
)
SAFE_IMAGES = ("data:image/png;base64,", "data:image/jpeg;base64,", "data:image/svg+xml;base64,")
COLOURS = {  # of the house, as names that a dark page gives other values
    theme.PAPER: "paper", theme.INK: "ink", theme.QUIET: "quiet", theme.CONTEXT: "context", theme.RULE: "rule", "#EEF1F4": "faint",
    data_sheet.CARE: "care", data_sheet.FAULT: "fault", theme.ACCENT: "accent", theme.ALARM: "alarm",
}  # fmt: skip
_HEX = re.compile("|".join(COLOURS), re.IGNORECASE)
_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style\s*>", re.IGNORECASE | re.DOTALL)


class Cleaner:
    """Cleans the markup of one report; `styles` collects the style sheets of its tables, each once, in order."""

    def __init__(self):
        from bleach.css_sanitizer import CSSSanitizer
        from bleach.sanitizer import Cleaner as Bleach

        self.styles = {}
        self._bleach = Bleach(
            tags=TAGS,
            attributes=_may,
            protocols=("http", "https", "mailto", "data"),
            strip=False,
            strip_comments=True,
            css_sanitizer=CSSSanitizer(allowed_css_properties=PROPERTIES, allowed_svg_properties=()),
        )

    def clean(self, html):
        """The markup without anything that could run, ask the network or cover the page; unknown tags become text.

        >>> Cleaner().clean('<b onclick="x()">1</b><script>alert(1)</script>')
        '<b>1</b>&lt;script&gt;alert(1)&lt;/script&gt;'
        """
        return named_colours(self._bleach.clean(_STYLE.sub(self._collected, str(html))), attributes_only=True)

    def _collected(self, found):
        if is_scoped(found[1]):
            self.styles[named_colours(found[1]).strip()] = True
        return ""


def _may(tag, name, value):
    if name in ANYWHERE or name.startswith(("aria-", "data-")):
        return True
    if tag == "a":
        return name == "download" or (name == "href" and _may_link(value))
    if tag == "img":
        return name in ("alt", "width", "height") or (name == "src" and value.startswith(SAFE_IMAGES))
    return tag in PICTURES and name in DRAWN


def _may_link(address):
    """True for an address of a page or a table of text; blanks and character codes hide no other `data:`.

    >>> _may_link("#why"), _may_link("data:text/csv;base64,YQ=="), _may_link(" &#100;ata:text/html,x")
    (True, True, False)
    """
    plain = re.sub(r"[\x00-\x20`\x7f-\xa0]", "", unescape(address)).lower()
    return not plain.startswith("data:") or plain.startswith("data:text/csv;")


def is_scoped(css):
    """True for a style sheet that only dresses classes of the house (.ccplan-...) and asks nobody for anything.

    >>> is_scoped(".ccplan-sheet td { color: red }"), is_scoped("body { color: red }"), is_scoped(".ccplan-x { background: url(//a) }")
    (True, False, False)
    """
    import tinycss2

    if re.search(r"url\(|@import|expression|<|\\", css, re.IGNORECASE):
        return False
    return all(map(_is_scoped_rule, tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)))


def _is_scoped_rule(rule):
    import tinycss2

    if rule.type == "at-rule" and rule.lower_at_keyword == "media" and rule.content:
        return all(
            map(_is_scoped_rule, tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True))
        )
    return rule.type == "qualified-rule" and all(
        ".ccplan-" in part for part in tinycss2.serialize(rule.prelude).split(",")
    )


def named_colours(text, attributes_only=False):
    """Text with the house's colours as variables of the page: in a style sheet, or in the style attributes of
    markup.
    """
    if attributes_only:
        return re.sub(r'(?<=\sstyle=")[^"]*', lambda found: named_colours(found[0]), text)
    return _HEX.sub(lambda found: f"var(--{_named(found[0])})", text)


def _named(colour):
    return next(name for known, name in COLOURS.items() if known.lower() == colour.lower())
