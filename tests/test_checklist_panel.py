"""The checklist panel: what it saves, tells and takes back; then in a real browser, in Voila, to the file on disk."""

import base64
import re

import pytest

from ccplan.auditing.setting_up.checklist_store import ChecklistStore
from ccplan.data import load_table, sample_centre
from ccplan.display import checklist_panel
from ccplan.display.setting_up.panel import ChecklistDesk
from tests.browsers import browser, opened, outside, voila, write_notebook  # noqa: F401

ITEM = "encrypt laptops"
PANEL = ".ccplan-data .ccplan-item"


@pytest.fixture
def desk(tmp_path):
    ChecklistStore(tmp_path).begin(["security", "set-up"])
    desk = ChecklistDesk(tmp_path, who="Ann", at="2026-10-01")
    desk.which.value = "security"
    return desk


def kept(desk, item=ITEM):
    return ChecklistStore(desk.store.folder).table().set_index("item").loc[item]


def test_every_change_is_saved_at_once_and_can_be_taken_back(desk):
    desk.cells[ITEM, "owner"].value = "Bo"
    desk.cells[ITEM, "status"].value = "done"
    assert kept(desk)["owner"] == "Bo" and kept(desk)["status"] == "done" and "Saved: status" in desk.said.value
    assert "<td data-name='done' class='n'>1</td>" in desk.total.value.replace('"', "'")
    desk.undo.click()
    assert (
        kept(desk)["status"] == "open"
        and desk.cells[ITEM, "status"].value == "open"
        and "Taken back: status" in desk.said.value
    )


def test_what_cannot_be_is_said_and_the_field_shows_what_is_kept(desk):
    desk.cells[ITEM, "due"].value = "soon"
    assert (
        "must be a day such as" in desk.said.value and desk.cells[ITEM, "due"].value == "" and kept(desk)["due"] == ""
    )


def test_the_second_is_told_and_sees_what_the_first_wrote(desk):
    ChecklistStore(desk.store.folder, who="Cy").change("security", ITEM, "owner", "Cy", seen="")
    desk.cells[ITEM, "owner"].value = "Ann"
    assert "changed to" in desk.said.value and desk.cells[ITEM, "owner"].value == "Cy" and kept(desk)["owner"] == "Cy"
    desk.cells[ITEM, "owner"].value = "Ann"
    assert kept(desk)["owner"] == "Ann", "having seen it, one may change it"


def test_lists_steps_and_what_is_open(desk):
    assert {value for _, value in desk.step.options} == {"all", "access", "encryption", "back-up"}
    desk.step.value = "encryption"
    assert {item for item, _ in desk.cells} == {
        "encrypt calls and chats on their way",
        "encrypt recordings at rest",
        ITEM,
    }
    desk.cells[ITEM, "status"].value = "done"
    desk.only.value = True
    assert ITEM not in {item for item, _ in desk.cells}
    desk.which.value = "set-up"
    assert len(desk.step.options) == 18


def test_what_is_set_while_another_list_is_drawn_goes_into_its_own_list(desk):
    owner, due = (desk.cells[ITEM, column] for column in ("owner", "due"))
    desk.which.value = "set-up"
    owner.value = "Bo"
    assert kept(desk)["owner"] == "Bo" and "Saved: owner" in desk.said.value
    due.value = "soon"
    assert "must be a day such as" in desk.said.value and kept(desk)["due"] == ""


def test_what_is_set_while_the_list_is_drawn_anew_is_seen_in_it(desk):
    cell = desk.cells[ITEM, "owner"]
    desk.only.value = True
    cell.value = "Bo"
    assert desk.cells[ITEM, "owner"].value == kept(desk)["owner"] == "Bo"


def test_a_file_is_offered_until_something_changes(desk):
    for doing in (lambda: desk.cells[ITEM, "owner"].__setattr__("value", "Bo"), desk.undo.click, desk.again.click):
        desk.export.click()
        assert desk.file.value
        doing()
        assert not desk.file.value


def test_export_holds_no_formula_and_names_are_text(desk):
    desk.cells[ITEM, "owner"].value = "=cmd|' /C calc'!A0"
    desk.cells[ITEM, "evidence"].value = "<script>alert(1)</script>"
    desk.export.click()
    text = base64.b64decode(re.search(r"base64,([^\"]+)", desk.file.value)[1]).decode()
    assert "'=cmd" in text and "<script>" not in desk.said.value


def test_the_bundled_centre_is_never_changed():
    before = (sample_centre() / "checklist.csv").read_bytes()
    desk = ChecklistDesk(sample_centre(), who="Ann")
    item = next(iter(desk.cells))[0]
    desk.cells[item, "evidence"].value = "seen"
    assert (sample_centre() / "checklist.csv").read_bytes() == before and kept(desk, item)["evidence"] == "seen"
    assert "Live panel" in repr(checklist_panel(sample_centre()))


def test_in_a_browser_a_tick_reaches_the_file_and_a_new_page_sees_it(browser, tmp_path):  # noqa: F811
    folder, pages = tmp_path / "centre", tmp_path / "pages"
    pages.mkdir()
    ChecklistStore(folder).begin(["security"])
    write_notebook(
        pages / "list.ipynb",
        f"from ccplan.display import checklist_panel\nchecklist_panel({str(folder)!r}, who='Ann', at='2026-10-01')",
    )
    with voila(pages) as address:
        page = opened(browser, f"{address}/voila/render/list.ipynb", painted=PANEL)
        line = page.locator(PANEL).filter(has_text=ITEM)
        line.locator("select").select_option("done")
        page.get_by_text("Saved: status").wait_for(timeout=20_000)
        rows = load_table(folder, "checklist").frame.set_index("item")
        assert rows.loc[ITEM, "status"] == "done" and not outside(page)
        page.set_viewport_size({"width": 390, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 392
        again = opened(browser, f"{address}/voila/render/list.ipynb", painted=PANEL)
        assert again.locator(PANEL).filter(has_text=ITEM).locator("select").input_value() == "done"
        again.set_viewport_size({"width": 1280, "height": 900})
        again.screenshot(path=str(tmp_path / "panel.png"))
