"""The panels of the data notebook: what they show, what they write, and what they refuse, in words."""

import pandas as pd
import pytest

from ccplan.data import load_centre
from ccplan.data.reading.mapping import mapping_of
from ccplan.data.sources import load_table
from ccplan.display import data_panel, mapping_panel, suggestions_panel
from ccplan.display.data_panel import _MappingDesk, _SuggestionDesk

EXPORT = "Anfang;Gruppe;Ende wie;Gewartet;Gesprochen\n2026-03-02 08:00:00;Service;Verbunden;0:05;2,5\n2026-03-02 08:01:00;Service;Verbunden;0:10;4,0\n"


@pytest.fixture
def export(tmp_path):
    file = tmp_path / "export.csv"
    file.write_text(EXPORT, encoding="utf-8")
    return file


def settle(desk, **ours):
    """Set the dropdowns: their column (underscores for blanks) to (ours, unit)."""
    for theirs, (name, unit) in ours.items():
        desk.choices[theirs.replace("_", " ")][0].value = name
        desk.choices[theirs.replace("_", " ")][1].value = unit


def test_every_column_of_the_file_has_its_dropdowns_and_nothing_is_written_yet(export):
    desk = _MappingDesk(export, "calls")
    assert list(desk.choices) == ["Anfang", "Gruppe", "Ende wie", "Gewartet", "Gesprochen"]
    assert {"arrived", "queue", "wait_s", "talk_s", "outcome"} <= set(desk.choices["Anfang"][0].options)
    assert [file.name for file in export.parent.iterdir()] == ["export.csv"]


def test_errors_are_words_in_the_panel(export):
    desk = _MappingDesk(export, "calls")
    settle(desk, Anfang=("arrived", ""), Gruppe=("queue", ""), Ende_wie=("outcome", ""), Gewartet=("queue", ""), Gesprochen=("talk_s", "min"))
    assert "queue must stand once" in desk.said.value and desk.write.disabled
    settle(desk, Gewartet=("wait_s", "mm:ss"))
    assert "must be one of answered, abandoned, blocked" in desk.said.value, "their words for the outcome are not ours yet"


def test_what_is_seen_is_written_and_read(export):
    text = export.read_bytes()
    (export.parent / "mapping.toml").write_text('[files."export.csv"]\ntable = "calls"\n[files."export.csv".words.outcome]\nVerbunden = "answered"\n')
    desk = _MappingDesk(export, "calls")
    settle(desk, Anfang=("arrived", ""), Gruppe=("queue", ""), Ende_wie=("outcome", ""), Gewartet=("wait_s", "mm:ss"), Gesprochen=("talk_s", "min"))
    assert "as they would be read" in desk.said.value and "240" in desk.shown.value
    desk.write.click()
    assert "Written: mapping.toml" in desk.said.value and export.read_bytes() == text
    told = mapping_of(export)
    assert told.columns["Gesprochen"] == "talk_s" and told.units == {"wait_s": "mm:ss", "talk_s": "min"}
    frame = load_table(export.parent, "calls").frame
    assert frame["talk_s"].tolist() == [150, 240] and frame["wait_s"].tolist() == [5, 10] and (frame["outcome"] == "answered").all()
    assert _MappingDesk(export, "calls").choices["Gewartet"][1].value == "mm:ss", "the panel opens where it was left"


def test_their_words_are_asked_for_and_written(export):
    desk = _MappingDesk(export, "calls")
    settle(desk, Anfang=("arrived", ""), Ende_wie=("outcome", ""), Gewartet=("wait_s", "mm:ss"))
    assert list(desk.meanings) == [("outcome", "Verbunden")]
    desk.meanings["outcome", "Verbunden"].value = "answered"
    assert "as they would be read" in desk.said.value
    desk.write.click()
    assert mapping_of(export).words == {"outcome": {"Verbunden": "answered"}}
    assert _MappingDesk(export, "calls").meanings["outcome", "Verbunden"].value == "answered"


def test_another_table_has_other_columns(export):
    desk = _MappingDesk(export, "calls")
    desk.table.value = "intervals"
    assert "offered" in desk.choices["Anfang"][0].options and "outcome" not in desk.choices["Anfang"][0].options


def test_markup_in_a_header_stays_text(tmp_path):
    file = tmp_path / "x.csv"
    file.write_text("<b>start</b>,offered\n2026-03-02 08:00,3\n")
    desk = _MappingDesk(file, "intervals")
    assert "&lt;b&gt;start" in desk.rows.children[0].children[0].value


def test_a_panel_is_the_same_words_in_every_saved_notebook(export):
    assert repr(mapping_panel(export)) == "Live panel, in JupyterLab or Voila: what the columns of export.csv mean"


CENTRE = 'name = "x"\n[queues.service]\npatience_s = 500   # guessed\n'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "centre.toml").write_text(CENTRE)
    return tmp_path


def calls():
    """A thousand calls of 9 s of waiting, 100 of them hung up: a patience of 9,000 ÷ 100 = 90 s."""
    left = [True] * 100 + [False] * 900
    return pd.DataFrame({"queue": "service", "arrived": pd.Timestamp("2026-03-02", tz="UTC"), "wait_s": [9.0] * 1000, "talk_s": 300.0,
                         "outcome": ["abandoned" if one else "answered" for one in left]})


def test_a_suggestion_is_written_when_it_is_accepted_and_not_before(folder):
    desk = _SuggestionDesk(folder, {"calls": calls()})
    text, button = desk.box[0].children
    assert "500 → <b>90</b>" in text.value and "before you accept" in desk.said.value
    assert (folder / "centre.toml").read_text() == CENTRE
    button.click()
    assert (folder / "centre.toml").read_text() == CENTRE.replace("500", "90") and load_centre(folder).queue("service").patience_s == 90
    assert button.disabled and "now says queues.service.patience_s = 90" in desk.said.value


def test_a_file_that_changed_is_said_in_the_panel(folder):
    desk = _SuggestionDesk(folder, {"calls": calls()})
    (folder / "centre.toml").write_text(CENTRE.replace("500", "400"))
    desk.box[0].children[1].click()
    assert "changed since" in desk.said.value and "400" in (folder / "centre.toml").read_text()


def test_nothing_to_suggest_and_no_file_are_said(folder, tmp_path):
    assert "nothing is suggested" in _SuggestionDesk(folder, {}).said.value
    assert "ccplan init" in _SuggestionDesk(tmp_path / "nowhere", {}).said.value
    assert repr(suggestions_panel(folder, {})) == "Live panel, in JupyterLab or Voila: suggestions for centre.toml"
    assert data_panel.LEFT_OUT == "(not used)"
