"""The panels of the data notebook: what they show, write and refuse in words; then in a real browser, in Voila and
JupyterLab.
"""

import re
import shutil

import pandas as pd
import pytest

from ccplan.data import load_centre, load_intervals, sample_centre
from ccplan.data.reading.mapping import mapping_of
from ccplan.data.sources import load_table
from ccplan.display import mapping_panel, suggestions_panel
from ccplan.display.data.mapping import MappingDesk
from ccplan.display.data.suggestions import SuggestionDesk
from tests.browsers import browser, opened, outside, voila, write_notebook  # noqa: F401

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


USUAL = {
    "Anfang": ("arrived", ""),
    "Gruppe": ("queue", ""),
    "Ende_wie": ("outcome", ""),
    "Gewartet": ("wait_s", "mm:ss"),
    "Gesprochen": ("talk_s", "min"),
}


def seen(export):
    """The panel with all that the export needs."""
    desk = MappingDesk(export, "calls")
    settle(desk, **USUAL)
    desk.meanings["outcome", "Verbunden"].value = "answered"
    return desk


def test_what_a_word_means_stays_when_a_column_is_chosen_after_it(export):
    desk = MappingDesk(export, "calls")
    settle(desk, Ende_wie=("outcome", ""))
    desk.meanings["outcome", "Verbunden"].value = "answered"
    settle(desk, **USUAL)
    desk.settings["decimal"].value = ","
    assert desk.meanings["outcome", "Verbunden"].value == "answered" and desk.mapping().words == {
        "outcome": {"Verbunden": "answered"}
    }


def test_how_the_file_is_written_stays_said_when_other_columns_or_another_table_come(tmp_path):
    file = tmp_path / "export.csv"
    file.write_text("start|queue;offered\n2.3.2026 08:00|sales;4\n", encoding="utf-8")
    desk = MappingDesk(file, "intervals")
    dates = desk.settings["dates"]  # on screen, and being chosen in, while the other separator is read
    desk.settings["separator"].value = "|"
    dates.value = "dmy"
    assert list(desk.choices) == ["start", "queue;offered"] and desk.mapping().dates == "dmy"
    desk.settings["queue"].value = "sales"
    desk.table.value = "calls"
    told = desk.mapping()
    assert (told.table, told.separator, told.dates, told.constants) == ("calls", "|", "dmy", {"queue": "sales"})


def test_the_table_that_mapping_toml_tells_of_is_shown_again_when_it_is_chosen_again(export):
    desk = seen(export)
    desk.write.click()
    again = MappingDesk(export, "calls")
    written = again.mapping()
    again.table.value = "intervals"
    again.table.value = "calls"
    assert again.mapping() == written and again.mapping().columns["Gesprochen"] == "talk_s"


@pytest.mark.parametrize("text", ["  {folder}  ", "{folder}/"])
def test_a_folder_may_be_named_with_blanks_around_it(export, tmp_path, text):
    desk = MappingDesk(tmp_path / "nowhere", "calls")
    desk.folder.value = text.format(folder=tmp_path)
    assert desk.file.value == "export.csv" and str(tmp_path) not in desk.said.value


def test_a_home_of_nobody_is_said_in_words(export):
    desk = MappingDesk(export, "calls")
    desk.folder.value = "~nobody-of-that-name/tables"
    assert "There is no folder or file" in desk.said.value and desk.file.value is None


def test_a_choice_that_comes_after_a_refusal_changes_nothing(export):
    desk = seen(export)
    decimal, talk = desk.settings["decimal"], desk.choices["Gesprochen"][0]
    desk.folder.value = "/nowhere"
    refused = desk.said.value
    decimal.value, talk.value = ",", "hold_s"
    assert desk.said.value == refused and desk.write.disabled


def test_every_column_of_the_file_has_its_dropdowns_and_nothing_is_written_yet(export):
    desk = MappingDesk(export, "calls")
    assert list(desk.choices) == ["Anfang", "Gruppe", "Ende wie", "Gewartet", "Gesprochen"]
    assert {"arrived", "queue", "wait_s", "talk_s", "outcome"} <= set(desk.choices["Anfang"][0].options)
    assert [file.name for file in export.parent.iterdir()] == ["export.csv"]


def test_only_durations_have_a_unit(export):
    desk = MappingDesk(export, "calls")
    settle(desk, **USUAL)
    shown = {theirs for theirs, (_, unit) in desk.choices.items() if unit.layout.display != "none"}
    assert shown == {"Gewartet", "Gesprochen"}


def test_a_date_and_a_time_in_columns_of_their_own_are_found(tmp_path):
    """A Finnish export: half an hour from 8.30 on 3 March, 12,5 minutes of talk."""
    (tmp_path / "raportti.csv").write_text(
        "Päivä;Kellonaika;Saapuneet puhelut;Puheaika (min)\n3.3.2026;8.30;4;12,5\n13.3.2026;9.00;3;2,5\n",
        encoding="cp1252",
    )
    desk = MappingDesk(tmp_path, "intervals")
    assert {theirs: name.value for theirs, (name, _) in desk.choices.items()} == {
        "Päivä": "date",
        "Kellonaika": "time",
        "Saapuneet puhelut": "offered",
        "Puheaika (min)": "talk_s",
    }
    assert (
        "2026-03-03 08:30" in desk.shown.value and "750 (12,5)" in desk.shown.value and "alert" not in desk.said.value
    )


def test_a_unit_in_the_name_of_a_column_is_kept_when_the_mapping_is_written(tmp_path):
    """Minutes stay minutes, whether the column was known by its name or chosen by hand."""
    (tmp_path / "x.csv").write_text(
        "start;offered;Puheaika (min);Jotain min\n2026-03-03 08:30;4;12,5;1\n2026-03-03 09:00;3;2,5;2\n",
        encoding="cp1252",
    )
    desk = MappingDesk(tmp_path / "x.csv", "intervals")
    settle_name = desk.choices["Jotain min"][0]
    settle_name.value = "acw_s"
    desk.write.click()
    assert mapping_of(tmp_path / "x.csv").units == {"talk_s": "min", "acw_s": "min"}
    frame = load_intervals(tmp_path / "x.csv").frame
    assert frame["talk_s"].tolist() == [750, 150] and frame["acw_s"].tolist() == [60, 120]


def test_what_cannot_be_read_is_never_written(export):
    desk = MappingDesk(export, "intervals")
    assert desk.write.disabled
    desk.write.click()
    assert not (export.parent / "mapping.toml").exists()


def test_errors_are_words_in_the_panel(export):
    desk = MappingDesk(export, "calls")
    settle(desk, **USUAL | {"Gewartet": ("queue", "")})
    assert "queue must stand once" in desk.said.value and desk.write.disabled and 'role="alert"' in desk.said.value
    settle(desk, Gewartet=("wait_s", "mm:ss"))
    assert "must be one of answered, abandoned, blocked" in desk.said.value, (
        "their words for the outcome are not ours yet"
    )


def test_what_is_seen_is_written_and_read(export):
    text = export.read_bytes()
    (export.parent / "mapping.toml").write_text(
        '[files."export.csv"]\ntable = "calls"\n[files."export.csv".words.outcome]\nVerbunden = "answered"\n'
    )
    desk = MappingDesk(export, "calls")
    settle(desk, **USUAL)
    assert (
        "as they would be read" in desk.said.value
        and "240 (4,0)" in desk.shown.value
        and "talk_s ← Gesprochen" in desk.shown.value
    )
    desk.write.click()
    assert "Written: mapping.toml" in desk.said.value and export.read_bytes() == text
    told = mapping_of(export)
    assert told.columns["Gesprochen"] == "talk_s" and told.units == {"wait_s": "mm:ss", "talk_s": "min"}
    frame = load_table(export.parent, "calls").frame
    assert (
        frame["talk_s"].tolist() == [150, 240]
        and frame["wait_s"].tolist() == [5, 10]
        and (frame["outcome"] == "answered").all()
    )
    assert MappingDesk(export, "calls").choices["Gewartet"][1].value == "mm:ss", "the panel opens where it was left"


def test_their_words_are_asked_for_and_written(export):
    desk = MappingDesk(export, "calls")
    settle(desk, Anfang=("arrived", ""), Ende_wie=("outcome", ""), Gewartet=("wait_s", "mm:ss"))
    assert list(desk.meanings) == [("outcome", "Verbunden")]
    desk.meanings["outcome", "Verbunden"].value = "answered"
    assert "as they would be read" in desk.said.value
    desk.write.click()
    assert mapping_of(export).words == {"outcome": {"Verbunden": "answered"}}
    assert MappingDesk(export, "calls").meanings["outcome", "Verbunden"].value == "answered"


def test_another_table_has_other_columns(export):
    desk = MappingDesk(export, "calls")
    desk.table.value = "intervals"
    assert "offered" in desk.choices["Anfang"][0].options and "outcome" not in desk.choices["Anfang"][0].options


def test_a_folder_offers_its_files_and_another_can_be_named(export, tmp_path):
    (export.parent / "second.csv").write_text("start,offered\n2026-03-02 08:00,3\n")
    (export.parent / "centre.toml").write_text('name = "x"\n')
    desk = MappingDesk(export.parent, "intervals")
    assert desk.file.options == ("export.csv", "second.csv") and desk.file.value == "export.csv"
    desk.file.value = "second.csv"
    assert list(desk.choices) == ["start", "offered"] and "The first 1 rows" in desk.said.value
    (tmp_path / "other").mkdir()
    shutil.copy(export, tmp_path / "other" / "third.csv")
    desk.folder.value = str(tmp_path / "other" / "third.csv")
    assert desk.folder.value == str(tmp_path / "other") and desk.file.value == "third.csv" and "Anfang" in desk.choices


@pytest.mark.parametrize("place", ["nowhere", ".", "export.csv/x"])
def test_a_folder_without_files_is_said_in_words(tmp_path, place):
    desk = MappingDesk(tmp_path / place)
    assert "There is no folder" in desk.said.value or "holds no file that can be read" in desk.said.value
    assert desk.write.disabled and desk.choices == {}


def test_a_folder_that_was_misspelt_is_opened_once_it_is_mended(export):
    desk = MappingDesk(export.parent, "calls")
    desk.folder.value = "/no/such/folder"
    assert "There is no folder" in desk.said.value and desk.choices == {}
    desk.folder.value = str(export.parent)
    assert desk.file.value == "export.csv" and "Anfang" in desk.choices


def test_a_strange_file_is_opened_first_and_a_table_of_ours_as_what_it_is(tmp_path):
    (tmp_path / "agents.csv").write_text("agent,team\na1,Birch\n")
    assert MappingDesk(tmp_path, "intervals").table.value == "agents"
    (tmp_path / "weird.csv").write_text("start,offered\n2026-03-02 08:00,3\n")
    desk = MappingDesk(tmp_path, "intervals")
    assert desk.file.value == "weird.csv" and desk.table.value == "intervals"


def test_a_file_that_is_none_is_said_in_words(tmp_path):
    (tmp_path / "broken.parquet").write_bytes(b"\0\1\2")
    desk = MappingDesk(tmp_path)
    assert (
        "is not a Parquet file that can be read" in desk.said.value
        and str(tmp_path) not in desk.said.value
        and desk.write.disabled
    )


def test_a_mapping_that_is_broken_is_said_in_words(export):
    (export.parent / "mapping.toml").write_text("files = 3\n")
    assert "files must be tables" in MappingDesk(export).said.value


def test_how_the_file_is_written_can_be_said(tmp_path):
    """2 March, not 3 February; 08:00 in Helsinki is 06:00 UTC; one queue for all rows."""
    (tmp_path / "x.csv").write_text("start,offered\n2/3/2026 08:00,3\n2/3/2026 08:30,4\n")
    desk = MappingDesk(tmp_path / "x.csv", "intervals")
    desk.settings["dates"].value, desk.settings["time_zone"].value, desk.settings["queue"].value = (
        "dmy",
        "Europe/Helsinki",
        "sales",
    )
    assert "2026-03-02 06:00" in desk.shown.value and "sales" in desk.shown.value
    desk.write.click()
    told = mapping_of(tmp_path / "x.csv")
    assert (told.dates, told.time_zone, told.constants) == ("dmy", "Europe/Helsinki", {"queue": "sales"})
    desk.settings["time_zone"].value = "Mars"
    assert "IANA list" in desk.said.value and desk.write.disabled


def test_another_separator_makes_other_columns(tmp_path):
    (tmp_path / "x.csv").write_text("start|offered;x\n2026-03-02 08:00|3;1\n2026-03-02 08:30|4;1\n")
    desk = MappingDesk(tmp_path / "x.csv", "intervals")
    desk.settings["separator"].value = "|"
    assert list(desk.choices) == ["start", "offered;x"]
    desk.settings["separator"].value = ";"
    assert list(desk.choices) == ["start|offered", "x"]


def test_the_bundled_centre_is_never_written_to(tmp_path):
    desk = MappingDesk(sample_centre() / "intervals.csv", "intervals")
    desk.write.click()
    assert "bundled centre, which stays as it is" in desk.said.value and not (sample_centre() / "mapping.toml").exists()


def test_the_first_rows_are_told_in_the_centres_time(export):
    assert "in the time of UTC, for there is no centre.toml yet" in seen(export).said.value
    (export.parent / "centre.toml").write_text('name = "x"\n')
    assert "in the time of UTC, for centre.toml has faults" in seen(export).said.value
    (export.parent / "centre.toml").write_text('name = "x"\ntime_zone = "Europe/Helsinki"\n[queues.Service]\n')
    desk = seen(export)
    assert "2026-03-02 08:00" in desk.shown.value and "in the time of Europe/Helsinki" in desk.said.value


def test_markup_in_a_header_or_a_cell_stays_text(tmp_path):
    file = tmp_path / "x.csv"
    file.write_text("<b>start</b>,offered,queue\n2026-03-02 08:00,3,<script>alert(1)</script>\n")
    desk = MappingDesk(file, "intervals")
    settle(desk, **{"<b>start</b>": ("start", "")})
    assert (
        "&lt;b&gt;start" in desk.rows.children[0].children[0].value
        and "&lt;script&gt;" in desk.shown.value
        and "<script>" not in desk.shown.value
    )


def test_a_saved_notebook_keeps_the_same_words_and_the_rows(export):
    panel = mapping_panel(export)
    assert repr(panel) == "Live panel, in JupyterLab or Voila: what the columns of export.csv mean"
    again = mapping_panel(export)
    assert panel._repr_mimebundle_().get("text/html") == again._repr_mimebundle_().get("text/html")


CENTRE = 'name = "x"\n[queues.service]\npatience_s = 500   # guessed\n'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "centre.toml").write_text(CENTRE)
    return tmp_path


def calls():
    """A thousand calls of 9 s of waiting, 100 of them hung up: a patience of 9,000 ÷ 100 = 90 s."""
    left = [True] * 100 + [False] * 900
    return pd.DataFrame(
        {
            "queue": "service",
            "arrived": pd.Timestamp("2026-03-02", tz="UTC"),
            "wait_s": [9.0] * 1000,
            "talk_s": 300.0,
            "outcome": ["abandoned" if one else "answered" for one in left],
        }
    )


def test_a_suggestion_is_written_when_it_is_accepted_and_not_before(folder):
    desk = SuggestionDesk(folder, {"calls": calls()})
    text, button = desk.children[0].children
    assert "500 s → <b>90 s</b>" in text.value and "before you accept" in desk.said.value
    assert (folder / "centre.toml").read_text() == CENTRE
    button.click()
    assert (folder / "centre.toml").read_text() == CENTRE.replace("500", "90") and load_centre(folder).queue(
        "service"
    ).patience_s == 90
    assert button.disabled and "now says queues.service.patience_s = 90" in desk.said.value


def test_a_saved_notebook_shows_the_suggestions_as_a_table(folder):
    panel = suggestions_panel(folder, {"calls": calls()})
    assert "<td data-name='setting'>queues.service.patience_s</td>" in panel._repr_mimebundle_()["text/html"]
    assert "nothing is suggested" in suggestions_panel(folder, {})._repr_mimebundle_()["text/html"]


def test_a_file_that_changed_is_said_in_the_panel(folder):
    desk = SuggestionDesk(folder, {"calls": calls()})
    (folder / "centre.toml").write_text(CENTRE.replace("500", "400"))
    desk.children[0].children[1].click()
    assert "changed since" in desk.said.value and "400" in (folder / "centre.toml").read_text()


def test_nothing_to_suggest_and_no_file_are_said(folder, tmp_path):
    assert "nothing is suggested" in SuggestionDesk(folder, {}).said.value
    assert "ccplan init" in SuggestionDesk(tmp_path / "nowhere", {}).said.value
    assert repr(suggestions_panel(folder, {})) == "Live panel, in JupyterLab or Voila: suggestions for centre.toml"


def test_what_cannot_be_read_is_never_said_to_fit(folder):
    (folder / "centre.toml").write_text("name = [\n", encoding="utf-8")
    panel = suggestions_panel(folder)
    saved = panel._repr_mimebundle_()["text/html"]
    assert "nothing is suggested" not in saved and "centre.toml" in saved
    assert saved == panel._repr_mimebundle_()["text/html"]


def test_with_the_bundled_centre_the_buttons_work_on_a_copy():
    text = (sample_centre() / "centre.toml").read_bytes()
    desk = SuggestionDesk(sample_centre(), {"calls": calls()})
    desk.children[0].children[1].click()
    assert "The copy of centre.toml now says queues.service" in desk.said.value
    assert (sample_centre() / "centre.toml").read_bytes() == text


# ------------------------------------------------------------------------------------- in the browser

ODD = "Jakso;Puheluja;Puheaika min;Lisatieto\n2.3.2026 8.00;12;30,5;aamu\n2.3.2026 8.30;9;18,25;\n3.3.2026 8.00;11;22,0;\n13.3.2026 8.00;7;10,0;\n"
LOG = "Alku;Jono;Tulos;Odotus;Puhe\n2.3.2026 8.00.10;myynti;Hoidettu;5;2,5\n2.3.2026 8.05.00;myynti;Hylky;40;0\n13.3.2026 8.40.00;myynti;Hoidettu;12;4,0\n"
HELSINKI = 'name = "x"\ntime_zone = "Europe/Helsinki"\n'
MAPPED = """\
from ccplan import display
display.mapping_panel({place!r}, "{table}")
"""
SUGGESTED = """\
import pandas as pd
from ccplan import display
left = [True] * 100 + [False] * 900
calls = pd.DataFrame({{"queue": "service", "arrived": pd.Timestamp("2026-03-02", tz="UTC"), "wait_s": 9.0, "talk_s": 300.0,
                      "outcome": ["abandoned" if one else "answered" for one in left]}})
display.suggestions_panel({place!r}, {{"calls": calls}})
"""
SAVED = """\
from ccplan import display
from ccplan.data import check_folder
display.findings_link(check_folder({place!r}))
"""
PANEL = ".ccplan-data button"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a centre.toml and two exports that nobody knows."""
    place = tmp_path_factory.mktemp("centre")
    (place / "centre.toml").write_text(HELSINKI + "[queues.service]\npatience_s = 500   # guessed\n")
    (place / "raportti.csv").write_text(ODD)
    (place / "loki.csv").write_text(LOG)
    return place


@pytest.fixture(scope="module")
def served(tmp_path_factory, place):
    """The address of a Voila with a notebook for the mapping, and one for all else."""
    folder = tmp_path_factory.mktemp("served")
    write_notebook(folder / "mapping.ipynb", MAPPED.format(place=str(place), table="intervals"))
    write_notebook(folder / "others.ipynb", SUGGESTED.format(place=str(place)), SAVED.format(place=str(place)))
    with voila(folder) as address:
        yield address


@pytest.fixture(scope="module")
def others(browser, served):  # noqa: F811
    page = opened(browser, f"{served}/voila/render/others.ipynb", painted=PANEL)
    yield page
    page.close()


def test_the_findings_are_saved_from_the_page(others):
    with others.expect_download() as saving:
        others.click("a[download='findings.csv']")
    saved = pd.read_csv(saving.value.path())
    assert saving.value.suggested_filename == "findings.csv" and len(saved) and {"file", "row", "value"} <= set(saved)
    assert others.log == [] and outside(others) == []


@pytest.fixture(scope="module")
def mapping_page(browser, served):  # noqa: F811
    page = opened(browser, f"{served}/voila/render/mapping.ipynb", painted=PANEL)
    yield page
    page.close()


@pytest.fixture
def mapping(mapping_page, place):
    """The page as it was opened: the folder is left and entered again."""
    (place / "mapping.toml").unlink(missing_ok=True)
    mapping_page.set_viewport_size({"width": 1280, "height": 900})
    enter(mapping_page, "/no/such/folder")
    says(mapping_page, "There is no folder or file '/no/such/folder'")
    mapping_page.wait_for_selector(".ccplan-line", state="detached")
    control(mapping_page, "table").select_option(label="intervals")
    enter(mapping_page, str(place))
    mapping_page.wait_for_selector(".ccplan-line select")
    yield mapping_page
    assert mapping_page.log == [] and outside(mapping_page) == [] and "Traceback" not in mapping_page.inner_text("body")


def enter(page, folder):
    control(page, "folder").fill(folder)
    control(page, "folder").press("Enter")


def line(page, theirs):
    """The row of controls for a column or a word of theirs."""
    return page.locator(".ccplan-line").filter(has=page.locator(f"b:text-is({theirs!r})"))


def means(page, theirs, ours, unit=None):
    line(page, theirs).locator("select").first.select_option(label=ours)
    if unit:
        line(page, theirs).locator("select").nth(1).select_option(label=unit)


def says(page, words):
    """Wait until the panel says something that holds these words."""
    page.wait_for_function(
        "words => [...document.querySelectorAll('.ccplan-data p[role]')].some(p => p.textContent.includes(words))",
        arg=words,
        timeout=20_000,
    )


def control(page, label):
    """The control with that label."""
    return (
        page.locator(".ccplan-asks > *")
        .filter(has=page.locator(f"label:text-is({label!r})"))
        .locator("select, input")
        .first
    )


def first_rows(page):
    """The cells of the table of first rows, by row."""
    return page.evaluate(
        "() => [...document.querySelectorAll('.ccplan-scroll tbody tr')].map(r => [...r.cells].map(c => c.textContent))"
    )


def test_an_odd_export_is_mapped_in_voila_written_and_loaded(mapping, place):
    """12, 9, 11 and 7 calls; 30,5 minutes of talk are 1,830 s; 2.3. is 2 March, for there is a 13.3."""
    control(mapping, "file").select_option(label="raportti.csv")
    mapping.wait_for_selector("b:text-is('Jakso')")
    means(mapping, "Jakso", "start")
    means(mapping, "Puheluja", "offered")
    means(mapping, "Puheaika min", "talk_s", "min")
    says(mapping, "The first 4 rows, as they would be read, in the time of Europe/Helsinki")
    mapping.wait_for_selector("td:text-is('1830 (30,5)')")
    assert any("2026-03-02 08:00" in cell for cell in first_rows(mapping)[0])
    means(mapping, "Puheaika min", "talk_s", "h")
    mapping.wait_for_selector("td:text-is('109800 (30,5)')")
    means(mapping, "Puheaika min", "talk_s", "min")
    mapping.wait_for_selector("td:text-is('1830 (30,5)')")
    assert not (place / "mapping.toml").exists()
    mapping.click("button:has-text('Write mapping.toml')")
    says(mapping, "Written: mapping.toml")
    assert (place / "raportti.csv").read_text() == ODD
    frame = load_intervals(place / "raportti.csv").frame
    assert frame["offered"].tolist() == [12, 9, 11, 7] and frame["talk_s"].tolist() == [1830, 1095, 1320, 600]
    assert (
        frame["start"].iloc[0] == pd.Timestamp("2026-03-02 08:00", tz="Europe/Helsinki")
        and frame["start"].iloc[3].day == 13
    )


def test_their_words_are_given_a_meaning_in_voila(mapping, place):
    control(mapping, "file").select_option(label="loki.csv")
    control(mapping, "table").select_option(label="calls")
    mapping.wait_for_selector(".ccplan-line option:text-is('outcome')", state="attached")  # the rows of the other table
    for theirs, ours, unit in (
        ("Alku", "arrived", None),
        ("Jono", "queue", None),
        ("Tulos", "outcome", None),
        ("Odotus", "wait_s", "s"),
        ("Puhe", "talk_s", "min"),
    ):
        means(mapping, theirs, ours, unit)
    says(mapping, "outcome must be one of answered, abandoned, blocked, got 'Hoidettu'")
    means(mapping, "Hoidettu", "answered")
    means(mapping, "Hylky", "abandoned")
    says(mapping, "The first 3 rows, as they would be read")
    mapping.click("button:has-text('Write mapping.toml')")
    says(mapping, "Written: mapping.toml")
    made = load_intervals(place)  # the folder as a whole: intervals are made from the calls
    assert made.frame[["offered", "answered", "abandoned"]].sum().tolist() == [3, 2, 1]
    assert load_table(place, "calls").frame["talk_s"].tolist() == [150, 0, 240]


def test_bad_choices_give_words_and_are_mended(mapping, place):
    control(mapping, "file").select_option(label="raportti.csv")
    means(mapping, "Jakso", "start")
    means(mapping, "Puheluja", "start")
    says(mapping, "start must stand once")
    assert mapping.locator("button:has-text('Write mapping.toml')").is_disabled()
    means(mapping, "Puheluja", "offered")
    control(mapping, "time zone").fill("Mars")
    control(mapping, "time zone").press("Enter")
    says(mapping, "must be a zone of the IANA list")
    control(mapping, "time zone").fill("")
    control(mapping, "time zone").press("Enter")
    says(mapping, "as they would be read")
    enter(mapping, str(place / "loki.csv"))
    mapping.wait_for_selector("b:text-is('Tulos')")


def test_the_mapping_panel_is_reached_by_keyboard_and_every_control_has_a_name(mapping):
    nameless = mapping.evaluate("""() => [...document.querySelectorAll('.ccplan-data input, .ccplan-data select, .ccplan-data button')]
      .filter(n => !(n.getAttribute('aria-label') || (n.labels && n.labels.length && n.labels[0].textContent) || n.textContent.trim())).length""")
    assert nameless == 0
    control(mapping, "file").select_option(label="raportti.csv")
    control(mapping, "folder").focus()
    reached = set()
    for _ in range(40):
        mapping.keyboard.press("Tab")
        reached.add(
            mapping.evaluate(
                "() => document.activeElement.tagName + (document.activeElement.closest('.ccplan-line')?.querySelector('b')?.textContent ?? '')"
            )
        )
    assert {"SELECTJakso", "SELECTPuheluja", "SELECTPuheaika min"} <= reached
    line(mapping, "Jakso").locator("select").first.focus()
    for letter in "start":
        mapping.keyboard.press(letter)
    line(mapping, "Puheluja").locator("select").first.focus()
    for letter in "offered":
        mapping.keyboard.press(letter)
    says(mapping, "as they would be read")


def test_nothing_overflows(mapping):
    assert all(overflowing(mapping, width) == [] for width in (1280, 390))


def overflowing(page, width):
    """What reaches beyond the page's right edge when the page is so wide."""
    page.set_viewport_size({"width": width, "height": 900})
    page.wait_for_function("width => innerWidth === width", arg=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    return page.evaluate(
        """width => [...document.querySelectorAll('.ccplan-data select, .ccplan-data input, .ccplan-data button, .ccplan-data b')]
      .filter(n => n.getBoundingClientRect().right > width).map(n => n.outerHTML)""",
        width,
    )


def test_one_suggestion_is_accepted_in_voila_and_changes_exactly_that_value(others, place):
    page, text = others, (place / "centre.toml").read_text()
    assert (
        "queues.service.patience_s: 500 s → 90 s" in page.inner_text("body")
        and (place / "centre.toml").read_text() == text
    )
    page.locator("button:text-is('Accept')").first.focus()
    page.keyboard.press("Enter")
    says(page, "now says queues.service.patience_s = 90")
    assert (place / "centre.toml").read_text() == re.sub("= 500 ", "= 90 ", text)
    page.wait_for_selector("button:text-is('Accepted'):disabled")
    assert page.log == [] and outside(page) == [] and "Traceback" not in page.inner_text("body")
    (place / "centre.toml").write_text(text)
