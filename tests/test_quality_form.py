"""The evaluation form: what it says, keeps and refuses; then in a real browser, in Voila, to the file on disk."""

import base64
import re

import pytest

from ccplan.auditing.evaluating.evaluation_store import EvaluationStore
from ccplan.auditing.evaluating.scorecard import load_scorecard
from ccplan.data import sample_centre
from ccplan.data.sources import load_table
from ccplan.display import quality_panel
from ccplan.display.audit.quality_form import QualityDesk, scorecard_sheet
from tests.browsers import browser, opened, outside, voila, write_notebook  # noqa: F401

CALLS = "call_id,queue,arrived,outcome,agent\nC1,a,2026-03-02 08:00,answered,Ann\nC2,a,2026-03-02 08:10,answered,Bo\n"
STEPS = load_scorecard().steps
TOLD, ASKED = STEPS[0].name, STEPS[5].name  # critical with 4 points; not critical with 6
PANEL = ".ccplan-data .ccplan-step"


@pytest.fixture
def centre(tmp_path):
    (tmp_path / "calls.csv").write_text(CALLS)
    (tmp_path / "agents.csv").write_text("agent,team\nAnn,x\nBo,y\n<script>alert(1)</script>,y\n")
    return tmp_path


def filled(desk, call="C1", **marks):
    desk.call.value, desk.evaluator.value = call, "Eve"
    for step, radio in desk.marks.items():
        radio.value = marks.get(step, "full")
    return desk


def test_a_call_that_is_known_names_its_agent_and_a_full_form_is_kept(centre):
    desk = filled(QualityDesk(centre, who="me"))
    assert desk.agent.value == "Ann" and "<b>100%</b>" in desk.score.value
    desk.save.click()
    assert "Saved as form-00001: call C1 of Ann, 100%" in desk.said.value
    assert load_table(centre, "evaluations").frame["points"].sum() == 100
    assert desk.call.value == "" and desk.marked() == {} and desk.evaluator.value == "Eve", "ready for the next call"


def test_the_score_is_live_and_a_critical_miss_is_said_in_words(centre):
    desk = filled(QualityDesk(centre), **{ASKED: "half"})
    assert "<b>97%</b>" in desk.score.value and "all 20 steps" in desk.score.value
    desk.marks[TOLD].value = "none"
    assert (
        "<b>0%</b>" in desk.score.value
        and "is critical and was missed" in desk.score.value
        and "alone come to 93%" in desk.score.value
    )
    desk.marks[TOLD].value = "does not apply"
    assert "<b>97%</b>" in desk.score.value, "93 of 96 points"


def test_what_is_wrong_is_said_and_what_was_typed_stays(centre):
    desk = QualityDesk(centre)
    desk.call.value = "C9"
    assert "no call C9" in desk.said.value
    desk.save.click()
    assert (
        "Evaluator must be filled in" in desk.said.value
        and "every step must have a mark" in desk.said.value.lower()
        and desk.call.value == "C9"
    )
    assert not EvaluationStore(centre).file.exists()


def test_undo_and_export(centre):
    desk = filled(QualityDesk(centre, who="me"))
    desk.export.click()
    assert "nothing to export" in desk.said.value
    desk.save.click(), desk.export.click()
    text = base64.b64decode(re.search(r"base64,([^\"]+)", desk.file.value)[1]).decode()
    assert text.count("form-00001") == 20 and "1 evaluation<" in desk.file.value
    desk.undo.click()
    assert "Taken back: form-00001" in desk.said.value and "No evaluation has been entered" in desk.last.value
    assert not desk.file.value, "the file held what was taken back"
    desk.undo.click()
    assert "nothing of yours" in desk.said.value


def test_names_from_data_are_text(tmp_path):
    (tmp_path / "scorecard.toml").write_text(
        '[[steps]]\nname = "<b>x</b>"\nweight = 2\ncritical = true\nwhy = "\\"><script>alert(1)</script>"\n'
    )
    desk = QualityDesk(tmp_path)
    desk.marks["<b>x</b>"].value = "none"
    html = desk.score.value + desk.children[3].children[0].value + scorecard_sheet(desk.store.card)._repr_html_()
    assert "<b>x" not in html and "<script" not in html and "&lt;b&gt;x" in html


def test_the_bundled_centre_stays_as_it_is():
    before = sorted(file.name for file in sample_centre().iterdir())
    desk = QualityDesk(sample_centre())
    assert "copy" in desk.said.value and desk.store.folder != sample_centre()
    for radio in desk.marks.values():
        radio.value = "full"
    desk.agent.value, desk.evaluator.value, desk.call.value = desk.store.agents()[0], "Eve", "no such call"
    desk.save.click()
    assert sorted(file.name for file in sample_centre().iterdir()) == before


def test_a_saved_notebook_shows_the_scorecard(centre):
    panel = quality_panel(centre)
    assert repr(panel) == "Live panel, in JupyterLab or Voila: an evaluation of a call"
    assert "fails the call" in panel._repr_mimebundle_()["text/html"]


# ------------------------------------------------------------------------------------ in a real browser


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("form")
    (folder / "centre").mkdir()
    (folder / "centre" / "calls.csv").write_text(CALLS)
    write_notebook(
        folder / "form.ipynb", f"from ccplan.display import quality_panel\nquality_panel({str(folder / 'centre')!r})"
    )
    with voila(folder) as address:
        yield folder / "centre", f"{address}/voila/render/form.ipynb"


def field(page, name):
    return page.locator(f".ccplan-asks .widget-inline-hbox:has(label:text-is('{name}')) input")


def mark(page, number, name):
    return (
        page.locator(PANEL).nth(number).locator(f"label:text-is('{name}') input, label:has-text('{name}') input").first
    )


def says(page, text):
    page.wait_for_selector(f"p:has-text('{text}')", timeout=20_000)


def test_a_form_is_filled_saved_on_disk_and_there_after_a_reload(browser, served):  # noqa: F811
    centre, address = served
    page = opened(browser, address, painted=PANEL)
    assert page.locator(PANEL).count() == 20
    field(page, "call").fill("C1")
    field(page, "call").press("Enter")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.ccplan-asks input')].some(one => one.value === 'Ann')"
    )
    field(page, "evaluator").fill("Eve")
    field(page, "evaluator").press("Enter")
    for number in range(20):
        mark(page, number, "half" if number == 5 else "full").check()
    says(page, "97%")
    mark(page, 0, "not done").check()
    says(page, "The call fails")
    assert "told the caller that the call is recorded" in page.inner_text(".ccplan-score")
    mark(page, 0, "full").check()
    says(page, "97%")
    page.click("button:text-is('Save the evaluation')")
    says(page, "Saved as form-00001")
    frame = load_table(centre, "evaluations").frame
    assert len(frame) == 20 and frame["points"].sum() == 97 and set(frame["evaluator"]) == {"Eve"}
    page.close()
    page = opened(browser, address, painted=PANEL)
    page.wait_for_selector("td:text-is('form-00001')")
    assert "97%" in page.inner_text(".ccplan-sheet")
    assert page.log == [] and outside(page) == []
    page.close()
    EvaluationStore(centre).undo("form-00001")


def test_the_form_can_be_filled_with_the_keyboard_alone_and_every_control_has_a_name(browser, served):  # noqa: F811
    centre, address = served
    page = opened(browser, address, painted=PANEL)
    nameless = page.evaluate("""() => [...document.querySelectorAll('.ccplan-data input, .ccplan-data button, .ccplan-data summary')]
      .filter(n => !(n.getAttribute('aria-label') || (n.labels && n.labels.length && n.labels[0].textContent.trim()) || n.textContent.trim())).map(n => n.outerHTML)""")
    assert nameless == []
    field(page, "call").focus()
    for text in ("C2", "Bo", "Ida"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        page.wait_for_timeout(300)
        page.keyboard.press("Tab")
    for _ in range(8):  # the parts of the date
        if page.evaluate("() => document.activeElement.tagName") == "SUMMARY":
            break
        page.keyboard.press("Tab")
    for _ in range(20):
        assert page.evaluate("() => document.activeElement.tagName") == "SUMMARY"
        page.keyboard.press("Tab")
        page.keyboard.press("Space")  # full, the first of its marks
        while page.evaluate("() => document.activeElement.type") == "radio":
            page.keyboard.press("Tab")
    says(page, "all 20 steps are marked")
    assert page.evaluate("() => document.activeElement.textContent").strip() == "Save the evaluation"
    page.keyboard.press("Enter")
    says(page, "Saved as")
    assert set(load_table(centre, "evaluations").frame["agent"]) == {"Bo"}
    for width in (1280, 390):
        nothing_overflows(page, width)
    page.close()


def nothing_overflows(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.wait_for_function("width => innerWidth === width", arg=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wide = page.evaluate(
        """width => [...document.querySelectorAll('.ccplan-data input, .ccplan-data button, .ccplan-data summary')]
      .filter(n => n.getBoundingClientRect().right > width).map(n => n.outerHTML)""",
        width,
    )
    assert wide == []
