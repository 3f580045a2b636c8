"""Languages: every catalogue covers what the panels and KPIs really say, and what it says is laid out as it should
be.
"""

import re
import string
import unicodedata

import pytest

from ccplan.auditing import KPIS
from ccplan.data import sample_centre
from ccplan.data.centre_file import CentreError, read_centre_text
from ccplan.display import language
from ccplan.display.audit.quality_form import QualityDesk
from ccplan.display.language import Filled, Term, catalogue, chosen, kpi_name, languages
from ccplan.display.setting_up.panel import ChecklistDesk
from ccplan.display.start.pages import pages_by_role
from ccplan.display.start.tiles import centre_tiles, queue_tiles
from ccplan.display.start.today import centre_today
from ccplan.display.words import source

CENTRE = 'name = "North"\n[queues.front]\nchannel = "voice"\n'
TRANSLATED = [code for code in languages() if code != "en"]
WRITTEN_IN = {"fi": "LATIN", "lt": "LATIN", "fa": "ARABIC"}
SOURCES = {  # names as published texts in these languages write them
    "fi": {"aht_s": "Keskimääräinen käsittelyaika", "talk_s": "Keskimääräinen puhumisaika", "blocked": "Estettyjen puheluiden prosenttiosuus",
           "csat": "Asiakastyytyväisyyden pistemäärä", "queue_time_s": "Keskimääräinen odotusaika jonossa", "asa_s": "Keskimääräinen vastausaika"},
    "lt": {"aht_s": "Vidutinis tvarkymo laikas", "talk_s": "Pokalbio trukmė", "csat": "Kliento pasitenkinimas", "nps": "Grynasis rekomendacijos balas",
           "ces": "Kliento pastangų balas", "service_level": "Aptarnavimo lygis", "fcr": "Pirmasis skambučio sprendimas",
           "call_resolution": "Skambučio išsprendimas", "utilisation": "Agento panaudojimas", "attrition": "Agentų kaita"},
    "fa": {"aht_s": "میانگین زمان رسیدگی تماس", "acw_s": "میانگین زمانی که بعد از یک تماس صرف می‌شود", "csat": "میزان رضایت مشتری",
           "blocked": "درصد تماس‌های مسدود شده", "queue_time_s": "میانگین مدت‌زمان حضور در صف", "asa_s": "میانگین سرعت پاسخگویی",
           "abandonment": "میزان تماس‌های ترک شده", "fcr": "رفع نیاز مشتری در تماس اول", "adherence": "پایبندی به جدول زمان‌بندی",
           "absence_days": "غیبت کارمندان"},
}  # fmt: skip


@pytest.fixture(scope="module")
def layouts():
    return source.layouts()


@pytest.fixture(scope="module")
def said(layouts):
    """Every label, read from the panels, forms and pages themselves."""
    return (
        source.texts_of(layouts)
        | source.texts_of_tables()
        | source.texts_of_forms(sample_centre())
        | set(language.PHRASES)
    )


def labels_by_hand(layout):
    """The labels of a layout, gathered by a walk that knows only that a label stands under one of these names."""
    if isinstance(layout, dict):
        for name, part in layout.items():
            if name in ("label", "says", "note", "title") and isinstance(part, str):
                yield getattr(part, "template", part)
            elif name != "config":
                yield from labels_by_hand(part)
    elif isinstance(layout, (list, tuple)):
        for part in layout:
            yield from labels_by_hand(part)


def test_the_source_is_made_of_the_panels_as_they_are(said):
    told = catalogue("en")
    again = "run `python -m ccplan.display.words.source` and translate what is new"
    assert set(told.labels) == said, again
    assert told.kpis == {key: kpi.name for key, kpi in KPIS.items()}, again
    assert all(text == meant for text, meant in told.labels.items())


def test_no_label_of_a_layout_escapes(layouts, said):
    found = {
        text for layout in layouts for text in labels_by_hand({**layout, "table": None}) if language.lettered(text)
    }
    assert len(found) > 200 and found <= said | {kpi.name for kpi in KPIS.values()}
    assert {"each interval by itself", "2 weeks", "all queues", "{queue}, a typical {weekday}"} <= said, (
        "options that are words"
    )
    assert {
        "Open a scenario",
        "Undo",
        "as it is",
        "open",
        "Smaller queues",
        "Planner",
        "Skip to the page",
        "Token",
    } <= said, "tools, forms and pages"


DATA_WORDS = {"CSV", "XLSX", "PNG", "SVG", "HTML", "s"}  # kinds of files, and the second: the same in every language
OF_THE_CENTRE = {"2026-05-04", "Sketch", "front", "2026Q2"}  # names of the data


def english_left(part, english):
    """What stands in a told layout as it does in English, by a walk of every text but names, values and
    specifications' own words.
    """
    if isinstance(part, dict):
        for name, inner in part.items():
            if name not in ("name", "config", "value", "options", "spec"):
                yield from english_left(inner, english)
            elif name == "spec":
                yield from (title for title in titles(inner) if title in english)
    elif isinstance(part, (list, tuple)):
        for inner in part:
            yield from english_left(inner, english)
    elif isinstance(part, str) and (part in english or getattr(part, "template", None) in english):
        yield part


def titles(spec):
    """The titles in a chart's specification."""
    if isinstance(spec, dict):
        yield from (text for text in [spec.get("title")] if isinstance(text, str))
    for part in spec.values() if isinstance(spec, dict) else spec if isinstance(spec, list) else ():
        yield from titles(part)


@pytest.mark.parametrize("code", TRANSLATED)
def test_no_english_label_is_left_in_any_panel(layouts, said, code):
    english = {text for text in said if language.lettered(text)} | {kpi.name for kpi in KPIS.values()}
    for layout in layouts:
        told = chosen(code).layout(layout)
        assert set(english_left(told, english)) <= DATA_WORDS | OF_THE_CENTRE
        for picker, before in zip(told["pickers"], layout["pickers"], strict=True):
            plain = [option for option in before.get("options") or () if option not in (picker.get("words") or {})]
            assert set(plain) <= OF_THE_CENTRE, "options are said, but for names of the data"
        for chart in told["charts"]:
            assert chart["spec"]["config"]["locale"]["time"]["shortMonths"] == catalogue(code).calendar["short_months"]


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_catalogue_names_the_months_and_weekdays(code):
    told, english = catalogue(code).calendar, catalogue("en").calendar
    assert set(told) == set(english)
    assert all(len(set(told[name])) == len(english[name]) for name in ("months", "short_months", "days", "short_days"))
    assert chosen(code).date(2026, 9, 3) in ("3.9.2026", "2026-09-03") and chosen().date(2026, 9) == "September 2026"


def test_a_map_of_the_week_names_its_weekdays():
    spec = {
        "layer": [
            {
                "encoding": {
                    "x": {"field": "day", "type": "ordinal", "axis": {"orient": "top"}},
                    "y": {"field": "hour", "type": "ordinal"},
                }
            }
        ],
        "config": {"font": "x"},
    }
    told = chosen("fi").drawn(spec)
    axis = told["layer"][0]["encoding"]["x"]["axis"]
    assert (
        axis["orient"] == "top"
        and '"Mon": "ma"' in axis["labelExpr"]
        and "axis" not in told["layer"][0]["encoding"]["y"]
    )
    assert chosen().drawn(spec) is spec and told["config"]["font"] == "x"


def test_an_answer_says_its_tools_and_what_can_be_chosen(layouts):
    cells = [{"value": "EUR 1", "delta": "+1.0 points", "tone": "worse"}]
    view = {
        "tiles": {},
        "now": {"options": {"kpi": [Term("Occupancy"), Term("as usual")], "queue": ["front"]}},
        "tools": {
            "notice": Filled("“{name}” is open.", name="a wet spring"),
            "comparison": {"columns": ["as it is", "mine"], "rows": [{"label": "Shrinkage", "cells": cells}]},
        },
    }
    told = chosen("fi").view(view)
    assert told["now"]["words"] == {"kpi": {"Occupancy": "Käyttöaste", "as usual": "tavalliseen tapaan"}}
    assert told["tools"]["notice"] == "”a wet spring” on avattu." and told["tools"]["comparison"]["columns"] == [
        "nykyinen",
        "mine",
    ]
    assert (
        told["tools"]["comparison"]["rows"][0]["label"] == "Työaikahävikki"
        and told["tools"]["comparison"]["rows"][0]["cells"][0]["delta"] == "+1.0 prosenttiyksikköä"
    )


def test_the_checklists_and_the_start_page_speak_the_language(tmp_path):
    desk = ChecklistDesk(tmp_path, "me", "2027-01-01", "lt")
    assert desk.undo.description == "Atšaukti mano paskutinį" and list(desk.summary().frame) == [
        "sąrašas",
        "punktai",
        "atlikta",
        "vėluoja",
    ]
    status = next(cell for (_, column), cell in desk.cells.items() if column == "status")
    assert dict(status.options)["neatlikta"] == "open", "what is kept stays the same"
    today = centre_today(sample_centre())
    shown = centre_tiles(today, "fa")._repr_html_() + queue_tiles(today, "fa")._repr_html_()
    assert "lang='fa' dir='rtl'" in shown and not re.findall(
        r"\b(?:Contacts|hung up|target|answered|contract|points|overdue|kept|missed)\b",
        re.sub(r"<style>.*?</style>|<[^>]*>", "", shown, flags=re.S),
    )
    links = pages_by_role(language="fi")._repr_html_()
    assert "Tarkastaja" in links and "Mitoitus" in links and "<h3>Auditor" not in links
    assert "lang=" not in pages_by_role(language="en")._repr_html_(), "English pages stay as they are"


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_catalogue_covers_all_labels_and_no_others(code):
    english, told = catalogue("en"), catalogue(code)
    assert set(told.labels) == set(english.labels) and set(told.kpis) == set(english.kpis)
    assert all(text.strip() == text and text for text in (*told.labels.values(), *told.kpis.values()))


@pytest.mark.parametrize("code", TRANSLATED)
def test_placeholders_agree(code):
    def gaps(text):
        return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)

    assert all(gaps(text) == gaps(told) for text, told in catalogue(code).labels.items() if "{" in text + told)


@pytest.mark.parametrize("code", TRANSLATED)
def test_formulas_keep_their_signs_and_figures(code):
    """What divides, adds up and takes away is the same in every language; digits may be written as the language
    does.
    """

    def figures(text):
        return sorted(
            str(unicodedata.digit(letter)) if letter.isdigit() else letter
            for letter in text
            if letter in "÷Σ×" or letter.isdigit()
        )

    wrong = {text: told for text, told in catalogue(code).labels.items() if figures(text) != figures(told)}
    assert not wrong


@pytest.mark.parametrize("code", TRANSLATED)
def test_words_are_translated_and_in_their_own_letters(code):
    told = catalogue(code)
    words = [text for text in (*told.labels.values(), *told.kpis.values()) if len(text) > 5]
    assert all(any(WRITTEN_IN[code] in unicodedata.name(letter, "") for letter in text) for text in words)
    same = [text for text, meant in told.labels.items() if text == meant]
    assert set(same) <= DATA_WORDS
    assert len(set(told.kpis.values())) == len(KPIS), "no two KPIs share a name"


@pytest.mark.parametrize("code", TRANSLATED)
def test_kpis_are_named_as_published_texts_name_them(code):
    assert {key: kpi_name(key, code) for key in SOURCES[code]} == SOURCES[code]


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_layout_is_said_and_its_names_and_values_stay(layouts, code):
    for layout in layouts:
        told = chosen(code).layout(layout)
        assert told["direction"] == ("rtl" if code == "fa" else "ltr") and told["language"] == code
        for kind in ("pickers", "actions", "tiles", "charts"):
            assert [one["name"] for one in told[kind]] == [one["name"] for one in layout[kind]]
        for group, before in zip(told["groups"], layout["groups"], strict=True):
            assert group["label"] == catalogue(code).labels[before["label"]]
            assert [(dial["name"], dial["low"], dial["high"], dial["step"]) for dial in group["dials"]] == [
                (dial["name"], dial["low"], dial["high"], dial["step"]) for dial in before["dials"]
            ]
        assert told["title"] != layout["title"] and ("Sketch" in told["title"]) == ("Sketch" in layout["title"])


def test_what_is_not_in_a_catalogue_stays_english():
    finnish = chosen("fi")
    assert finnish.said("a label of tomorrow") == "a label of tomorrow"
    assert finnish.said(Filled("{n} labels of tomorrow", n=2)) == "2 labels of tomorrow"
    assert language.Language("sv", "svenska", "ltr", {}, {}).kpi("aht_s") == "Average handle time"


def test_braces_in_the_data_are_only_text():
    assert Filled("{centre}: what will it cost, and what if?", centre="{0} {x}").startswith("{0} {x}: ")
    assert chosen("lt").said(Filled("{centre}: what will it cost, and what if?", centre="{0}")).startswith("{0}: ")


@pytest.mark.parametrize(("words", "finnish"), [
    ("as before", "ennallaan"), ("no end", "ei päättymistä"), ("+12 s", "+12 s"), ("−3.5 points", "−3.5 prosenttiyksikköä"),
    ("EUR 4,020", "EUR 4,020"), ("81.2%", "81.2%"), ("–", "–"), ("", ""),
])  # fmt: skip
def test_amounts_keep_their_figures(words, finnish):
    assert chosen("fi").amount(words) == finnish
    assert re.findall(r"\d+", chosen("fa").amount(words)) == re.findall(r"\d+", words)


def test_a_view_says_its_tiles_and_leaves_sentences():
    view = {
        "seq": 3,
        "tiles": {"fte": {"value": "12.0", "delta": "as before", "tone": "same"}},
        "warnings": ["as before"],
        "against": "as before",
    }
    told = chosen("lt").view(view)
    assert told["tiles"]["fte"] == {"value": "12.0", "delta": "kaip anksčiau", "tone": "same"}
    assert told["warnings"] == ["as before"] and told["against"] == "as before" and told["seq"] == 3


def test_which_language_is_chosen(monkeypatch):
    centre = read_centre_text(f'language = "lt"\n{CENTRE}')
    monkeypatch.delenv("CCPLAN_LANGUAGE", raising=False)
    assert (
        chosen().code == "en"
        and chosen(None, read_centre_text(CENTRE)).code == "en"
        and chosen(None, centre).code == "lt"
    )
    monkeypatch.setenv("CCPLAN_LANGUAGE", "fa")
    assert chosen(None, centre).code == "fa" and chosen("fi", centre).code == "fi"


def test_what_is_no_language_is_refused_in_words():
    with pytest.raises(
        ValueError, match="language must be one of en, fa, fi, lt, got 'xx' — another one is a file xx.toml"
    ):
        chosen("xx")
    with pytest.raises(ValueError, match=r"language must be one of .* got '\.\./en'"):
        chosen("../en")
    with pytest.raises(CentreError, match="language must be two or three small letters such as fi"):
        read_centre_text(f'language = "Finnish"\n{CENTRE}')


def test_the_form_of_an_evaluation_speaks_the_language(tmp_path):
    desk = QualityDesk(tmp_path, "me", "fi")
    assert desk.save.description == "Tallenna arviointi" and desk.call.description == "puhelu"
    radio = next(iter(desk.marks.values()))
    assert [label for label, _ in radio.options][0] == "täydet" and radio.options[0][1] == "full", (
        "what is kept stays the same"
    )
