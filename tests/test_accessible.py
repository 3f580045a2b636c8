"""Panels for everyone, in a real browser: axe-core finds no serious fault by day and by night, wide and narrow, in
four languages.
"""

import pytest

from ccplan.display.language import catalogue, kpi_name
from tests.browsers import browser, opened, outside, voila, write_notebook  # noqa: F401
from tests.panel_actions import act, settle

SKETCH = """\
from pathlib import Path
import pandas as pd
from ccplan.data import sample_centre
from ccplan.display import audit_panel, checklist_panel, forecast_panel, headcount_panel, mapping_panel, quality_panel, staffing_panel, validation_panel
from ccplan.display.money.panel import BudgetDesk
from ccplan.display.money.plans import budget_ground
from ccplan.display.words.source import sketch, sketch_audit, sketch_case
centre, intervals = sketch()
people = pd.DataFrame({"queue": ["front"], "started": pd.Timestamp("2025-01-01"), "heads": [20.0], "fte": [20.0]})
may = intervals[intervals["start"].dt.month == 5]
ground = budget_ground(may, centre, people=people)
Path("acd.csv").write_text("Queue;Interval;Offered;Answered;Talk (min)\\nsales;1.3.2026 08:00;12;11;33,5\\n")
staffing_panel(intervals, centre)
"""
CELLS = (SKETCH, 'forecast_panel(intervals, centre, language="fi")', 'BudgetDesk(ground, language="fa").panel()',
         'quality_panel(sample_centre(), language="lt")', 'mapping_panel("acd.csv", table="intervals")')  # fmt: skip
MORE = (SKETCH.removesuffix("staffing_panel(intervals, centre)\n"), 'headcount_panel(None, case=sketch_case(may, centre, people), language="fi")', 'audit_panel(sketch_audit(centre, intervals), language="fa")',
         'validation_panel(None, centre, intervals=intervals, language="lt")', 'checklist_panel(".", language="fa", at="2027-01-01")')  # fmt: skip
ALL_THERE = "([panels, forms]) => document.querySelectorAll('.ccplan[data-painted]').length === panels && document.querySelectorAll('.ccplan-data').length === forms"
CLASSES = "theme => { document.body.classList.remove('ccplan-dark', 'ccplan-light'); document.body.classList.add(`ccplan-${theme}`); }"
TOO_WIDE = "[...document.querySelectorAll('.ccplan, .ccplan-data')].filter(panel => panel.scrollWidth > panel.clientWidth + 1).length"
FITS = f"document.documentElement.scrollWidth <= innerWidth && {TOO_WIDE} === 0"
PAPER = "getComputedStyle(document.querySelector('.ccplan')).backgroundColor"
DRAWN = (
    "getComputedStyle(document.querySelector('[data-chart=day] svg .mark-text text, [data-chart=day] svg text')).fill"
)
DAY, NIGHT = "rgb(255, 255, 255)", "rgb(21, 25, 30)"


@pytest.fixture(scope="module")
def rooms(tmp_path_factory):
    """A server of two pages, each with a kernel of its own: what one works out at rest does not hold up the other."""
    folder = tmp_path_factory.mktemp("rooms")
    write_notebook(folder / "rooms.ipynb", *CELLS)
    write_notebook(folder / "more.ipynb", *MORE)
    with voila(folder, CCPLAN_LANGUAGE="") as address:
        yield f"{address}/voila/render"


def standing(browser, address, panels, forms):  # noqa: F811
    page = opened(browser, address)
    page.wait_for_function(ALL_THERE, arg=[panels, forms], timeout=120_000)
    return page


@pytest.fixture(scope="module")
def page(browser, rooms):  # noqa: F811
    page = standing(browser, f"{rooms}/rooms.ipynb", 3, 2)
    yield page
    page.close()


@pytest.fixture(scope="module")
def more(browser, rooms):  # noqa: F811
    """Headcount, audit, validation and the checklists."""
    page = standing(browser, f"{rooms}/more.ipynb", 3, 1)
    yield page
    page.close()


def faults(page):
    """What axe-core finds serious or critical: rule, where, and why."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        (one["id"], node["target"], node["failureSummary"])
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("which", ["page", "more"])
def test_no_serious_fault_and_nothing_too_wide(request, which, theme, width):
    page = request.getfixturevalue(which)
    page.evaluate(CLASSES, theme)
    page.set_viewport_size({"width": width, "height": 900})
    page.wait_for_function(FITS, timeout=20_000)  # charts follow their place a moment later
    assert page.evaluate(PAPER) == (DAY if theme == "light" else NIGHT)
    assert faults(page) == []
    assert page.evaluate(FITS), "what came later is too wide"


def test_axe_would_find_a_fault(page):
    page.evaluate("document.querySelector('.ccplan form').insertAdjacentHTML('beforeend', '<input id=nameless>')")
    assert [rule for rule, *_ in faults(page)] == ["label"]
    page.evaluate("document.querySelector('#nameless').remove()")


def test_a_change_of_theme_turns_the_charts_without_drawing_them_anew(page):
    page.evaluate(CLASSES, "light")
    page.evaluate("window.kept = document.querySelector('[data-chart=day] svg')")
    before = page.evaluate(DRAWN)
    page.evaluate(CLASSES, "dark")
    assert page.evaluate(DRAWN) != before and page.evaluate(
        "window.kept === document.querySelector('[data-chart=day] svg')"
    )


def test_the_theme_of_jupyter_and_the_readers_wish_are_followed(page):
    page.evaluate("document.body.classList.remove('ccplan-dark', 'ccplan-light')")
    seen = {}
    for jupyter in ("true", "false", None):
        page.evaluate(
            "light => light === null ? document.body.removeAttribute('data-jp-theme-light') : document.body.setAttribute('data-jp-theme-light', light)",
            jupyter,
        )
        for wish in ("light", "dark"):
            page.emulate_media(color_scheme=wish)
            seen[jupyter, wish] = page.evaluate(PAPER) == NIGHT
    page.emulate_media(color_scheme="light")
    assert seen == {
        ("true", "light"): False,
        ("true", "dark"): False,
        ("false", "light"): True,
        ("false", "dark"): True,
        (None, "light"): False,
        (None, "dark"): True,
    }


LANGUAGES = "all => all.map(one => [one.lang, one.dir, getComputedStyle(one).direction])"


def test_a_panel_speaks_its_language_and_runs_from_right_to_left(page):
    panels = page.locator(".ccplan").evaluate_all(LANGUAGES)
    assert panels == [["en", "ltr", "ltr"], ["fi", "ltr", "ltr"], ["fa", "rtl", "rtl"]]
    budget = page.locator(".ccplan[lang=fa]").first
    assert "تقاضا" in budget.inner_text() and budget.locator("select").first.input_value() == "as it is", (
        "the value stays, its name is said"
    )
    assert budget.locator("h3:visible").first.get_attribute("lang") == "en", (
        "a sentence made from data is marked as English"
    )
    assert page.locator(".ccplan-data.ccplan-ltr button:has-text('Išsaugoti vertinimą')").count() == 1
    page.set_viewport_size({"width": 1280, "height": 900})
    dials, chart = budget.locator(".ccplan-dials").bounding_box(), budget.locator(".ccplan-charts").bounding_box()
    assert dials["x"] > chart["x"], "the dials stand at the right, where reading begins"
    assert budget.locator(".ccplan-chart").first.evaluate("one => getComputedStyle(one).direction") == "ltr", (
        "time runs from left to right"
    )


def test_kpis_months_and_checklists_speak_the_language_too(more):
    more.set_viewport_size({"width": 1280, "height": 900})
    assert more.locator(".ccplan").evaluate_all(LANGUAGES) == [
        ["fi", "ltr", "ltr"],
        ["fa", "rtl", "rtl"],
        ["lt", "ltr", "ltr"],
    ]
    assert more.locator(".ccplan-data.ccplan-rtl button:has-text('تازه‌سازی')").count() == 1, "the checklists, too"
    audit = more.locator(".ccplan[lang=fa]")
    kpi = audit.locator("select").first
    assert kpi.input_value() == "Service level" and kpi.locator("option:checked").inner_text() == kpi_name(
        "service_level", "fa"
    ), "KPIs are called by their names"
    assert any(
        month in audit.locator("[data-chart=course] svg").text_content()
        for month in catalogue("fa").calendar["short_months"]
    ), "months on the axis"
    english = audit.locator("h3[lang=en]:visible").first.bounding_box(), audit.bounding_box()
    assert abs(english[0]["x"] + english[0]["width"] - english[1]["x"] - english[1]["width"]) < 8, (
        "a sentence begins at the panel's own edge"
    )
    assert audit.locator("h3[lang=en]:visible").first.evaluate("one => getComputedStyle(one).textAlign") == "right"


def spoken_tiles(panel):
    """{label: value} of the tiles as they stand."""
    return dict(
        panel.locator(".ccplan-tile").evaluate_all(
            "all => all.map(one => [one.querySelector('dt').textContent, one.querySelector('.ccplan-value').textContent])"
        )
    )


def pressed(page, key, times):
    """(tiles before, tiles after, what a screen reader hears) of the staffing panel when a key was pressed and the
    hand rests.
    """
    settle(page, 0)
    staffing = page.locator(".ccplan[lang=en]").first
    before = spoken_tiles(staffing)
    staffing.evaluate("one => one.querySelector('.ccplan-heard').textContent = ''")
    staffing.locator("[data-dial=volume] input[type=range]").focus()
    act(page, 0, lambda: [page.keyboard.press(key) for _ in range(times)], timeout=90_000)
    page.wait_for_function(
        "document.querySelector('.ccplan[lang=en] .ccplan-heard').textContent !== ''", timeout=20_000
    )
    return before, spoken_tiles(staffing), staffing.locator(".ccplan-heard").text_content()


@pytest.mark.parametrize(("key", "times", "costlier"), [("ArrowRight", 5, False), ("PageUp", 1, True)])
def test_what_changed_is_said_once_the_hand_rests(page, key, times, costlier):
    """Five per cent more calls need the same people, so the day's cost is not said; ten more need others, and it is."""
    assert page.locator(".ccplan[lang=en] .ccplan-heard").first.get_attribute("role") == "status"
    before, after, heard = pressed(page, key, times)
    changed = [f"{label}: {value}" for label, value in after.items() if before[label] != value]
    assert heard == "; ".join(changed) and len(changed) >= 5
    assert ("Cost of the day: EUR" in heard) == costlier


def test_the_focus_can_be_seen_and_nothing_left_this_machine(page):
    page.locator(".ccplan[lang=fi] input[type=range]").first.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert outside(page) == [] and [said for said in page.log if "Error" in said] == []
