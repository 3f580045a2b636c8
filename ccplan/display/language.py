"""The language of panels and tiles: catalogues of user-facing text, `words/CODE.toml`; English is the source.

A catalogue has a head (`name`, `direction`), `[kpis]` by the key of a KPI and `[labels]` by the English text, so a text that
a catalogue lacks is shown in English. `python -m ccplan.display.words.source` writes `en.toml` anew from the
panels and KPIs: copied to `words/CODE.toml` and translated, it is another language, without a line of code. Sentences made from data
(findings, warnings) stay English and are marked as English for a screen reader.
"""

import functools
import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from .theme import night

WORDS = Path(__file__).parent / "words"
SWITCH = "CCPLAN_LANGUAGE"
AMOUNT = re.compile(r"([+−-]?[\d.,]+) (\D+)")  # a number and its unit, such as +3.0 points
PHRASES = ("exact",)  # what the browser's part of a panel says by itself


class Filled(str):
    """An English text made from a template, which it remembers, so that the template can be said in another language.

    >>> Filled("{centre}: what will it cost?", centre="North")
    'North: what will it cost?'
    """

    def __new__(cls, template, **values):
        made = super().__new__(cls, template.format(**values))
        made.template, made.values = template, values
        return made


@dataclass(frozen=True)
class Language:
    """A catalogue: its `code`, its own `name`, `direction` (ltr or rtl), `kpis` {key: name}, `labels` {English: said}."""

    code: str
    name: str
    direction: str
    kpis: dict
    labels: dict

    def said(self, text):
        """An English text in this language; as it is where the catalogue lacks it.

        >>> chosen("fi").said("Occupancy"), chosen("fi").said("no such text")
        ('Käyttöaste', 'no such text')
        """
        template = getattr(text, "template", None)
        return self.labels.get(text, text) if template is None else self.labels.get(template, template).format(**text.values)

    def kpi(self, key):
        """The name of a KPI of `ccplan.auditing.KPIS`.

        >>> chosen("lt").kpi("service_level")
        'Aptarnavimo lygis'
        """
        from ..auditing import KPIS

        return self.kpis.get(key) or KPIS[key].name

    def layout(self, layout):
        """A panel's layout, which is English, in this language; its names and values stay."""
        told = _told(layout, self.said)
        return told | {"language": self.code, "direction": self.direction, "phrases": {text: self.said(text) for text in PHRASES}}

    def view(self, view):
        """A panel's answer with its tiles in this language; sentences stay as they are."""
        tiles = {name: {**tile, "value": self.amount(tile["value"]), "delta": self.amount(tile["delta"])} for name, tile in view.get("tiles", {}).items()}
        return {**view, "tiles": tiles}

    def amount(self, words):
        """A number with its unit; figures stay in the digits 0–9, with a decimal point.

        >>> chosen("fi").amount("+3.0 points"), chosen("fi").amount("EUR 4,020")
        ('+3.0 prosenttiyksikköä', 'EUR 4,020')
        """
        found = AMOUNT.fullmatch(words)
        return f"{found[1]} {self.said(found[2])}" if found else self.said(words)


def _told(layout, said):
    """The layout with every text said: the one place that knows where a layout holds text."""
    charts = [{**chart, "note": said(chart["note"]), "key": [{**entry, "label": said(entry["label"]), "night": night(entry["colour"])} for entry in chart["key"]],
               "spec": _axes(chart["spec"], said)} for chart in layout["charts"]]
    groups = [{"label": said(group["label"]), "dials": [_entry(dial, said) for dial in group["dials"]]} for group in layout["groups"]]
    told = {"title": said(layout["title"]), "groups": groups, "charts": charts, "pickers": [_picker(picker, said) for picker in layout["pickers"]]}
    told |= {name: [_entry(one, said) for one in layout[name]] for name in ("actions", "tiles")}
    if "table" in layout:
        table = layout["table"]
        told["table"] = {"label": said(table["label"]), "columns": list(map(said, table["columns"])), "rows": [_row(row, said) for row in table["rows"]]}
    return {**layout, **told}


def _entry(entry, said):
    told = {name: said(entry[name]) for name in ("label", "unit", "says") if name in entry}
    switch = {"switch": {**entry["switch"], "label": said(entry["switch"]["label"])}} if entry.get("switch") else {}
    return {**entry, **told, **switch}


def _row(row, said):
    """A row of the table; what the centre's own file says (a line's name, its source) is nobody's to translate."""
    return row if row.get("own") else _entry(row, said)


def _picker(picker, said):
    """A picker; its options are names of the data, but for those that it counts as `words`."""
    words = {"words": {option: said(option) for option in picker["words"]}} if picker.get("words") else {}
    return _entry(picker, said) | words


def _axes(spec, said):
    """A chart's specification with the titles of its axes said."""
    if isinstance(spec, list):
        return [_axes(part, said) for part in spec]
    if not isinstance(spec, dict):
        return spec
    return {name: said(part) if name == "title" and isinstance(part, str) else part if name == "config" else _axes(part, said)
            for name, part in spec.items()}


def lettered(text):
    """True where a text has letters of its own, beside what is filled in.

    >>> lettered("{currency} per hour"), lettered("{currency}"), lettered("%")
    (True, False, False)
    """
    return bool(re.search("[A-Za-z]", re.sub(r"{\w+}", "", text)))


# ------------------------------------------------------------------------------------- the catalogues


def languages():
    """The codes of the languages that there is a catalogue of.

    >>> languages()
    ('en', 'fa', 'fi', 'lt')
    """
    return tuple(sorted(file.stem for file in WORDS.glob("*.toml")))


@functools.cache
def catalogue(code):
    """The Language of a code such as "fi"; ValueError that lists what there is."""
    if code not in languages():
        raise ValueError(f"language must be one of {', '.join(languages())}, got {code!r} — another one is a file {code}.toml beside theirs")
    told = tomllib.loads((WORDS / f"{code}.toml").read_text(encoding="utf-8"))
    return Language(code, told["name"], told["direction"], told["kpis"], told["labels"])


def chosen(language=None, centre=None):
    """The Language that is asked for: `language`, else CCPLAN_LANGUAGE of the environment, else what `centre` says, else English.

    >>> chosen("fa").direction, chosen().name
    ('rtl', 'English')
    """
    return language if isinstance(language, Language) else catalogue(language or os.environ.get(SWITCH) or getattr(centre, "language", "") or "en")


def kpi_name(key, language=None, centre=None):
    """The name of a KPI for people, in the language that is chosen as by `chosen`.

    >>> kpi_name("abandonment", "fi")
    'Luopumisaste'
    """
    return chosen(language, centre).kpi(key)
