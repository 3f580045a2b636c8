"""The language of panels and tiles: catalogues of user-facing text, `words/CODE.toml`; English is the source.

A catalogue has a head (`name`, `direction`), `[calendar]` (months and weekdays as axes say them), `[kpis]` by the
key of a KPI and `[labels]` by the English text, so a text that a catalogue lacks is shown in English. `python -m
ccplan.display.words.source` writes `en.toml` anew from the panels and KPIs: copied to `words/CODE.toml` and
translated, it is another language, without a line of code. Sentences made from data (findings, warnings) stay
English and are marked as English for a screen reader.
"""

import functools
import json
import os
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from .panels.words import AS_IT_IS, PINNED, SHOWN
from .theme import night

WORDS = Path(__file__).parent / "words"
SWITCH = "CCPLAN_LANGUAGE"
AMOUNT = re.compile(r"([+−±-]?[\d.,]+) (\D+)")  # a number and its unit, such as +3.0 points
DATE = re.compile(r"(\d{1,2}) ([A-Z][a-z]{2}) (\d{4})")
WAS = "was {value}"  # how a tile tells what a text or a day was before
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")  # as d3 counts them
DAYS = ("day", "weekday")  # fields of charts that hold the name of a weekday, with or without a number after it
# the rest of d3's time locale
TIME = {"dateTime": "%x, %X", "date": "%d.%m.%Y", "time": "%H:%M:%S", "periods": ["AM", "PM"]}
OF_PANEL = (AS_IT_IS, SHOWN, PINNED)  # what a panel itself calls a scenario
PHRASES = ("exact",)  # what the browser's part of a panel says by itself


class Filled(str):
    """An English text made from a template, which it remembers, so that the template can be said in another language.

    >>> Filled("{centre}: what will it cost?", centre="North")
    'North: what will it cost?'
    """

    template: str
    values: dict

    def __new__(cls, template, **values):
        made = super().__new__(cls, template.format(**values))
        made.template, made.values = template, values
        return made


class Term(str):
    """A word of the panel among the options of a picker, which otherwise are names of the data and are said by
    nobody.
    """


@dataclass(frozen=True)
class Language:
    """A catalogue: its `code`, its own `name`, `direction` (ltr or rtl), `kpis` {key: name}, `labels` {English:
    said}, `calendar` {months, short_months, days, short_days: lists, days from Sunday}."""

    code: str
    name: str
    direction: str
    kpis: dict
    labels: dict
    calendar: dict = field(default_factory=dict)

    def said(self, text):
        """An English text, or the English name of a KPI, in this language; as it is where the catalogue lacks it.

        >>> chosen("fi").said("Occupancy"), chosen("fi").said("no such text"), chosen("lt").said("Service level")
        ('Käyttöaste', 'no such text', 'Aptarnavimo lygis')
        """
        template = getattr(text, "template", None)
        if template is None:
            return self.labels.get(text) or self._kpi_names.get(text, text)
        filled = {name: self.said(value) if isinstance(value, Term) else value for name, value in text.values.items()}
        return self.labels.get(template, template).format(**filled)

    @functools.cached_property
    def _kpi_names(self):
        """{English name: name} of the KPIs."""
        return {KPI.name: self.kpis.get(key) or KPI.name for key, KPI in _registry().items()}

    def kpi(self, key):
        """The name of a KPI of `ccplan.auditing.KPIS`.

        >>> chosen("lt").kpi("service_level")
        'Aptarnavimo lygis'
        """
        return self.kpis.get(key) or _registry()[key].name

    def attributes(self):
        """What an element of HTML in this language says of it; nothing for English, in which the pages are written."""
        return "" if self.code == "en" else f" lang='{self.code}' dir='{self.direction}'"

    def layout(self, layout):
        """A panel's layout, which is English, in this language; its names and values stay."""
        told = _told(layout, self.said)
        for chart in told["charts"]:
            chart["spec"] = self.drawn(chart["spec"])
        return told | {
            "language": self.code,
            "direction": self.direction,
            "phrases": {text: self.said(text) for text in PHRASES},
        }

    def view(self, view):
        """A panel's answer with its tiles, tools and words to choose from in this language; sentences stay as they
        are.
        """
        told = {**view, "tiles": {name: self._cell(tile) for name, tile in view.get("tiles", {}).items()}}
        told |= {name: self._settings(view[name]) for name in ("settings", "now") if view.get(name)}
        return told | ({"tools": self._tools(view["tools"])} if view.get("tools") else {})

    def _cell(self, tile):
        return {**tile, "value": self.amount(tile["value"]), "delta": self.amount(tile["delta"])}

    def _settings(self, settings):
        """Where a panel stands, with the words that its pickers offer now."""
        words = {
            name: told for name, options in settings.get("options", {}).items() if (told := _terms(options, self.said))
        }
        return {**settings, "words": words} if words else settings

    def _tools(self, tools):
        """What was done, and the scenarios side by side; names that people gave stay as they are."""
        told = {**tools, "notice": self.said(tools["notice"])}
        if tools.get("comparison"):
            rows = [
                {**row, "label": self.said(row["label"]), "cells": list(map(self._cell, row["cells"]))}
                for row in tools["comparison"]["rows"]
            ]
            told["comparison"] = {"columns": list(map(self.said, tools["comparison"]["columns"])), "rows": rows}
        return told

    def amount(self, words):
        """A number with its unit, or a day; figures stay in the digits 0–9, with a decimal point.

        >>> chosen("fi").amount("+3.0 points"), chosen("fi").amount("EUR 4,020"), chosen("lt").amount("was 3 May 2026")
        ('+3.0 prosenttiyksikköä', 'EUR 4,020', 'buvo 2026-05-03')
        """
        if words.startswith(before := WAS.split("{")[0]):
            return self.said(WAS).format(value=self.amount(words.removeprefix(before)))
        if found := AMOUNT.fullmatch(words):
            return f"{found[1]} {self.said(found[2])}"
        if self.code != "en" and (day := DATE.fullmatch(words)) and day[2] in MONTHS:
            return self.date(int(day[3]), MONTHS.index(day[2]) + 1, int(day[1]))
        return self.said(words)

    def date(self, year, month, day=None):
        """A day, or a month without one, as it is written in this language.

        >>> chosen("fi").date(2026, 9, 3), chosen("lt").date(2026, 9), chosen().date(2026, 9, 3)
        ('3.9.2026', '2026-09', '3 September 2026')
        """
        pattern = self.calendar.get(
            "month" if day is None else "date", "{day} {name} {year}" if day else "{name} {year}"
        )
        name = self.calendar["months"][month - 1] if "months" in self.calendar else MONTHS[month - 1]
        return pattern.format(year=year, month=month, day=day, name=name)

    def drawn(self, spec):
        """A chart's specification whose axes say months and weekdays in this language."""
        if self.code == "en" or not self.calendar:
            return spec
        names = {"months": "months", "shortMonths": "short_months", "days": "days", "shortDays": "short_days"}
        time = TIME | {name: self.calendar[ours] for name, ours in names.items()}
        weekdays = json.dumps(dict(zip(WEEKDAYS, self.calendar["short_days"], strict=True)), ensure_ascii=False)
        return _weekdays(spec, weekdays) | {"config": {**spec.get("config", {}), "locale": {"time": time}}}


def _told(layout, said):
    """The layout with every text said: the one place that knows where a layout holds text."""
    charts = [
        {
            **chart,
            "note": said(chart["note"]),
            "key": [
                {**entry, "label": said(entry["label"]), "night": night(entry["colour"])} for entry in chart["key"]
            ],
            "spec": _axes(chart["spec"], said),
        }
        for chart in layout["charts"]
    ]
    groups = [
        {"label": said(group["label"]), "dials": [_entry(dial, said) for dial in group["dials"]]}
        for group in layout["groups"]
    ]
    told = {
        "title": said(layout["title"]),
        "groups": groups,
        "charts": charts,
        "pickers": [_picker(picker, said) for picker in layout["pickers"]],
    }
    told |= {name: [_entry(one, said) for one in layout[name]] for name in ("actions", "tiles")}
    if layout.get("notes"):
        told["notes"] = said(layout["notes"])
    if "tools" in layout:
        told["tools"] = _tooled(layout["tools"], said)
    if "table" in layout:
        table = layout["table"]
        told["table"] = {
            "label": said(table["label"]),
            "columns": list(map(said, table["columns"])),
            "rows": [_row(row, said) for row in table["rows"]],
        }
    return {**layout, **told}


def _entry(entry, said):
    told = {name: said(entry[name]) for name in ("label", "unit", "says") if name in entry}
    switch = {"switch": {**entry["switch"], "label": said(entry["switch"]["label"])}} if entry.get("switch") else {}
    return {**entry, **told, **switch}


def _row(row, said):
    """A row of the table; what the centre's own file says (a line's name, its source) is nobody's to translate."""
    return row if row.get("own") else _entry(row, said)


def _tooled(tools, said):
    """The tools of a panel: buttons, their words, and what the panel itself calls a scenario."""
    buttons = {name: [_entry(one, said) for one in tools[name]] for name in ("files", "history", "scenarios")}
    return {
        **tools,
        **buttons,
        "words": {name: said(text) for name, text in tools["words"].items()},
        "said": {text: said(text) for text in OF_PANEL},
    }


def _picker(picker, said):
    """A picker; its options are names of the data, but for Terms, filled texts and those that it counts as `words`."""
    words = {option: said(option) for option in picker.get("words") or ()} | _terms(picker.get("options") or (), said)
    return _entry(picker, said) | ({"words": words} if words else {})


def _terms(options, said):
    """{option: said} of the Terms and filled texts among options."""
    return {option: said(option) for option in options if isinstance(option, (Term, Filled))}


def _axes(spec, said):
    """A chart's specification with the titles of its axes said."""
    if isinstance(spec, list):
        return [_axes(part, said) for part in spec]
    if not isinstance(spec, dict):
        return spec
    told = {name: part if name == "config" else _axes(part, said) for name, part in spec.items()}
    return told | ({"title": said(spec["title"])} if isinstance(spec.get("title"), str) else {})


def _weekdays(part, names):
    """A specification in which axes of weekdays say them by `names`, JSON {English: said}; another word stays as it
    is.
    """
    if isinstance(part, list):
        return [_weekdays(one, names) for one in part]
    if not isinstance(part, dict):
        return part
    told = {name: one if name == "config" else _weekdays(one, names) for name, one in part.items()}
    return told | {name: _weekday_axis(part[name], names) for name in ("x", "y") if name in part}


def _weekday_axis(place, names):
    if (
        not isinstance(place, dict)
        or place.get("field") not in DAYS
        or place.get("type") not in ("ordinal", "nominal")
        or place.get("axis", {}) is None
    ):
        return place
    label = f"({names}[slice(datum.label, 0, 3)] || slice(datum.label, 0, 3)) + slice(datum.label, 3)"
    return {**place, "axis": {**place.get("axis", {}), "labelExpr": label}}


def _registry():
    from ..auditing.kpis import KPIS

    return KPIS


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
        raise ValueError(
            f"language must be one of {', '.join(languages())}, got {code!r} — another one is a file {code}.toml beside theirs"
        )
    told = tomllib.loads((WORDS / f"{code}.toml").read_text(encoding="utf-8"))
    return Language(code, told["name"], told["direction"], told["kpis"], told["labels"], told.get("calendar", {}))


def chosen(language=None, centre=None):
    """The Language that is asked for: `language`, else CCPLAN_LANGUAGE of the environment, else what `centre` says,
    else English.

    >>> chosen("fa").direction, chosen().name
    ('rtl', 'English')
    """
    if isinstance(language, Language):
        return language
    return catalogue(language or os.environ.get(SWITCH) or getattr(centre, "language", "") or "en")


def centre_of(folder):
    """A folder's centre, for its language; None where there is none that can be read."""
    from ..data.centre_file import FILE_NAME, read_centre

    try:
        return read_centre(Path(folder) / FILE_NAME)
    except (ValueError, OSError):
        return None


def kpi_name(key, language=None, centre=None):
    """The name of a KPI for people, in the language that is chosen as by `chosen`.

    >>> kpi_name("abandonment", "fi")
    'Luopumisaste'
    """
    return chosen(language, centre).kpi(key)
