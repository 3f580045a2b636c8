"""Every panel in a real browser, all seven on one page: in Voila and in JupyterLab each slider at both ends and in
the middle shows the library's numbers; what is pinned, compared and saved is there after a reload; files open;
nothing is empty or too wide.

Pages of the app as they are committed: `test_pages.py`.
"""

import io
import xml.etree.ElementTree as ET
from unittest import mock

import openpyxl
import pandas as pd
import pytest

from ccplan.data import load_centre, load_intervals
from ccplan.display.money.panel import budget_view
from ccplan.display.panels.saying import tiles
from tests import test_data_panel as data
from tests.browsers import browser, jupyterlab, opened, outside, run_all, voila, write_notebook  # noqa: F401
from tests.panel_actions import TILES, act, settle, turn
from tests.small_panels import MOVED, NOTEBOOK, ON_PATH, PANELS, RESTED, auditing, found, money, staffing, words
from tests.test_forecast_panel import by_the_library

NUMBER = {name: number for number, name in enumerate(PANELS)}
ALL = f"document.querySelectorAll('.ccplan[data-painted]').length === {len(PANELS)}"
DIALLED = [name for name in PANELS if name != "audit"]

# Turns every dial of a panel to both ends, the middle and back, without a rest between, and reads the tiles as soon
# as they are painted.
DRIVE = """async (panel) => {
  const root = document.querySelectorAll('.ccplan')[panel], told = [];
  const move = async (range, value) => {
    range.value = value; range.dispatchEvent(new Event('input', {bubbles: true}));
    const asked = Number(root.dataset.asked), start = performance.now();
    while (Number(root.dataset.painted) < asked) {
      await new Promise(done => setTimeout(done, 1));
      if (performance.now() - start > 30000) throw new Error('nothing was painted for half a minute');
    }
    return Object.fromEntries([...root.querySelectorAll('[data-tile]')].map(n => [n.dataset.tile, n.textContent]));
  };
  for (const row of root.querySelectorAll('[data-dial]')) {
    const range = row.querySelector('input[type=range]'), exact = row.querySelector('input[type=number]');
    const [low, high, step, start] = [range.min, range.max, range.step, exact.value].map(Number);
    const middle = Number((low + Math.round((high - low) / 2 / step) * step).toFixed(6));
    for (const value of [low, high, middle]) told.push([row.dataset.dial, Number(range.value = value), start, await move(range, value)]);
    exact.value = start; exact.dispatchEvent(new Event('input', {bubbles: true}));
    while (Number(root.dataset.painted) < Number(root.dataset.asked)) await new Promise(done => setTimeout(done, 1));
  }
  return told;
}"""
CHARTS = """(panel) => [...document.querySelectorAll('.ccplan')[panel].querySelectorAll('figure:not([hidden]) .ccplan-chart')].map(place => {
  const svg = place.querySelector('svg'), room = place.getBoundingClientRect(), drawn = svg ? svg.getBoundingClientRect() : {width: 0, height: 0};
  const marks = [...place.querySelectorAll('.role-mark > *')].filter(n => { const box = n.getBBox(); return box.width + box.height > 1; });
  return {name: place.dataset.chart, label: place.getAttribute('aria-label'), wide: drawn.width - room.width, high: drawn.height, marks: marks.length};
})"""
NAMELESS = """() => [...document.querySelectorAll('.ccplan input, .ccplan select, .ccplan button')]
  .filter(n => !(n.getAttribute('aria-label') || (n.labels && n.labels.length) || n.textContent)).map(n => n.outerHTML)"""
FITTED = """() => [...document.querySelectorAll('figure:not([hidden]) .ccplan-chart')].every(place =>
  place.querySelector('svg') && place.querySelector('svg').getBoundingClientRect().width <= place.getBoundingClientRect().width + 1)"""
TOO_WIDE = "[...document.querySelectorAll('.ccplan, .ccplan-value')].filter(panel => panel.scrollWidth > panel.clientWidth + 1).map(panel => panel.ariaLabel ?? panel.textContent)"


@pytest.fixture(scope="module")
def in_voila(browser, tmp_path_factory):  # noqa: F811
    folder = tmp_path_factory.mktemp("served")
    write_notebook(folder / "panels.ipynb", *NOTEBOOK)
    with voila(folder, **ON_PATH) as address:
        page = opened(browser, f"{address}/voila/render/panels.ipynb")
        page.wait_for_function(ALL, timeout=150_000)
        for number in NUMBER.values():
            settle(page, number)
        yield page
        page.close()


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """The folder of JupyterLab's notebooks, with an export that nobody knows and a centre.toml that guesses."""
    work = tmp_path_factory.mktemp("lab") / "work"
    (work / "centre").mkdir(parents=True)
    (work / "centre" / "raportti.csv").write_text(data.ODD)
    (work / "centre" / "centre.toml").write_text(data.HELSINKI + "[queues.service]\npatience_s = 500   # guessed\n")
    write_notebook(work / "panels.ipynb", *NOTEBOOK)
    write_notebook(
        work / "data.ipynb",
        data.MAPPED.format(place="centre", table="intervals"),
        data.SUGGESTED.format(place="centre"),
    )
    return work


@pytest.fixture(scope="module")
def lab(work):
    """A function that gives a notebook's address, each in a workspace of its own: no other notebook is open beside
    it.
    """
    with mock.patch.dict("os.environ", ON_PATH), jupyterlab(work.parent, "") as address:
        yield lambda name: address.replace("/lab/tree/", f"/lab/workspaces/{name}/tree/{name}.ipynb")


@pytest.fixture(scope="module")
def in_lab(browser, lab):  # noqa: F811
    page = opened(browser, lab("panels"), run_all)
    page.wait_for_function(ALL, timeout=150_000)
    yield page
    page.close()


@pytest.fixture(params=["in_voila", "in_lab"], scope="module")
def page(request):
    return request.getfixturevalue(request.param)


def tiles_on(page, name):
    return page.evaluate(TILES, NUMBER[name])


def panel(page, name):
    return page.locator(".ccplan").nth(NUMBER[name])


def values(select):
    """What can be chosen, whether or not the notebook has its cell on screen."""
    return select.evaluate("one => [...one.options].map(option => option.value)")


def charts_are_drawn(page, name):
    for chart in page.evaluate(CHARTS, NUMBER[name]):
        assert chart["label"] and chart["wide"] <= 1 and chart["high"] > 60 and chart["marks"] > 1, (name, chart)


@pytest.mark.parametrize("name", DIALLED)
def test_each_slider_at_both_ends_and_in_the_middle_shows_the_librarys_numbers(page, name):
    settle(page, NUMBER[name])
    told = page.evaluate(DRIVE, NUMBER[name])
    assert len(told) >= 3
    for dial, value, start, shown in told:
        if value != start:  # a dial that does not move leaves what is known at rest
            assert shown | {"safe": "–"} == MOVED[name](dial, value) | {"safe": "–"}, (dial, value)
    dial, value, *_ = told[1]
    turn(page, NUMBER[name], dial, value)
    settle(page, NUMBER[name])
    assert tiles_on(page, name) == RESTED[name](dial, value), "when the hand rests"
    charts_are_drawn(page, name)
    act(page, NUMBER[name], lambda: panel(page, name).locator("[data-action=reset]").click())
    assert page.log == [] and outside(page) == []


def test_each_picker_of_the_audit_shows_the_librarys_numbers(page):
    """It has no sliders: the last and a middle choice of every picker that leads to other numbers."""
    number, root = NUMBER["audit"], panel(page, "audit")
    root.scroll_into_view_if_needed()
    for picker in ("kpi", "queue", "grain", "against"):
        select = root.locator(f"select[id$='-{picker}']")
        choices = values(select)
        for choice in dict.fromkeys((choices[len(choices) // 2], choices[-1])):
            act(page, number, lambda choice=choice, select=select: select.select_option(choice))
            assert tiles_on(page, "audit") == auditing(picker, choice), (picker, choice)
        act(page, number, lambda: root.locator("[data-action=reset]").click())
    charts_are_drawn(page, "audit")
    assert page.log == [] and outside(page) == []


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_too_wide_no_chart_is_empty_and_every_control_has_a_name(in_voila, tmp_path, width):
    in_voila.set_viewport_size({"width": width, "height": 900})
    in_voila.wait_for_function(FITTED, timeout=30_000)  # the charts follow the window
    assert in_voila.evaluate("document.documentElement.scrollWidth") <= width and in_voila.evaluate(TOO_WIDE) == []
    for name in PANELS:
        charts_are_drawn(in_voila, name)
    assert in_voila.evaluate(NAMELESS) == []
    in_voila.screenshot(path=(shot := tmp_path / "panels.png"), full_page=True)
    assert int.from_bytes(shot.read_bytes()[16:20]) == width and shot.stat().st_size > 20_000  # what is on screen of it
    in_voila.set_viewport_size({"width": 1280, "height": 900})


# ------------------------------------------------------------------------------ what one panel or one place alone has


def test_in_jupyterlab_the_arrow_keys_belong_to_the_dial(in_lab):
    number, dial = NUMBER["staffing"], panel(in_lab, "staffing").locator("[data-dial=volume] input[type=range]")
    act(in_lab, number, lambda: dial.click())  # in the middle of the dial: +10 %
    for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
        act(in_lab, number, lambda key=key: in_lab.keyboard.press(key))
    assert tiles_on(in_lab, "staffing") == staffing("volume", 13)
    assert in_lab.evaluate("document.documentElement.scrollWidth") <= 1280


def test_in_jupyterlab_an_export_is_mapped_and_a_suggestion_accepted(browser, lab, work):  # noqa: F811
    """The same export and the same suggestion as in Voila, in one notebook."""
    accept = "button:text-is('Accept')"
    page = opened(browser, lab("data"), run_all, painted=accept)
    data.means(page, "Jakso", "start")
    data.means(page, "Puheluja", "offered")
    data.means(page, "Puheaika min", "talk_s", "min")
    page.wait_for_selector("td:text-is('1830 (30,5)')")
    page.click("button:has-text('Write mapping.toml')")
    data.says(page, "Written: mapping.toml")
    page.click(accept)
    data.says(page, "now says queues.service.patience_s = 90")
    assert outside(page) == []
    page.close()
    place = work / "centre"
    assert load_intervals(place).frame["talk_s"].tolist() == [1830, 1095, 1320, 600]
    assert load_centre(place).queue("service").patience_s == 90 and "# guessed" in (place / "centre.toml").read_text()


def test_horizon_and_day_of_a_forecast_are_picked(in_voila):
    root, number = panel(in_voila, "forecast"), NUMBER["forecast"]
    act(in_voila, number, lambda: root.locator("select[id$='-horizon']").select_option("8 weeks"))
    assert tiles_on(in_voila, "forecast") == by_the_library(found(), 56, 0.0, 0.8)
    act(in_voila, number, lambda: root.locator("input[type=date]").fill("2026-03-11"))
    assert "Wednesday 11 March 2026" in root.locator("figure h3").nth(1).inner_text()
    act(in_voila, number, lambda: root.locator("input[type=date]").fill("2026-03-15"))
    assert "no open interval on Sunday 15 March 2026" in root.locator("[role=status]").first.inner_text()
    act(in_voila, number, lambda: root.locator("[data-action=reset]").click())


def test_a_price_of_the_budget_is_typed_and_a_bad_one_told_beside_it(in_voila):
    root, number = panel(in_voila, "budget"), NUMBER["budget"]
    root.locator(".ccplan-table summary").click()
    cell = root.locator("tr[data-cell='price of rent'] input")
    act(in_voila, number, lambda: (cell.fill("10000"), cell.press("Tab")))
    settle(in_voila, number)
    assert tiles_on(in_voila, "budget") == words(
        tiles(budget_view(money(), {"price of rent": 10_000.0}).totals, None, "EUR")
    )
    act(in_voila, number, lambda: (cell.fill("ten"), cell.press("Tab")))
    assert "rent must be a number" in root.locator("tr[data-cell='price of rent'] .ccplan-fault").inner_text()
    act(in_voila, number, lambda: root.locator("[data-action=reset]").click())
    root.locator(".ccplan-table summary").click()


# --------------------------------------------------------------------- pinned, compared, saved, opened again

FILES = ("csv", "xlsx", "png", "svg", "html")
BUTTONS = {"pin", "reset", "undo", "redo", "keep", "share", *FILES}


@pytest.mark.parametrize("name", PANELS)
def test_every_panel_has_every_tool(page, name):
    assert BUTTONS <= set(
        panel(page, name).locator("[data-action]").evaluate_all("all => all.map(one => one.dataset.action)")
    )


def moved(page, name):
    """The panel with its first dial at the high end, or its queue at the last choice, and at rest; its tiles."""
    first = panel(page, name).locator("[data-dial] input[type=range]").first
    if first.count():
        dial = panel(page, name).locator("[data-dial]").first.get_attribute("data-dial")
        turn(page, NUMBER[name], dial, first.get_attribute("max"))
    else:
        choice = panel(page, name).locator("select[id$='-queue']")
        act(page, NUMBER[name], lambda: choice.select_option(values(choice)[-1]))
    settle(page, NUMBER[name])
    return tiles_on(page, name)


@pytest.mark.parametrize("name", PANELS)
def test_what_is_pinned_is_what_changes_are_told_against(in_voila, name):
    root, number = panel(in_voila, name), NUMBER[name]
    settle(in_voila, number)
    start, after = tiles_on(in_voila, name), moved(in_voila, name)
    told = root.locator("dd.ccplan-delta, .ccplan-against")
    before = told.all_inner_texts()
    assert after != start and any(before)
    act(in_voila, number, lambda: root.locator("[data-action=pin]").click())
    settle(in_voila, number)
    assert told.all_inner_texts() != before and tiles_on(in_voila, name) == after
    assert not root.locator("dd.ccplan-better, dd.ccplan-worse").count(), "against itself nothing has changed"
    act(in_voila, number, lambda: root.locator("[data-action=reset]").click())
    settle(in_voila, number)
    assert tiles_on(in_voila, name) == start


@pytest.mark.parametrize("name", PANELS)
def test_undo_and_redo(in_voila, name):
    root, number = panel(in_voila, name), NUMBER[name]
    settle(in_voila, number)
    start, after = tiles_on(in_voila, name), moved(in_voila, name)
    for action, told in (("undo", start), ("redo", after), ("undo", start)):
        act(in_voila, number, lambda action=action: root.locator(f"[data-action={action}]").click())
        settle(in_voila, number)
        assert tiles_on(in_voila, name) == told, action


@pytest.mark.parametrize("name", PANELS)
def test_every_file_is_saved_and_opens(in_voila, name, tmp_path):
    for kind in FILES:
        with in_voila.expect_download() as caught:
            panel(in_voila, name).locator(f"[data-action={kind}]").click()
        caught.value.save_as(file := tmp_path / f"x.{kind}")
        opens(kind, file.read_bytes(), tiles_on(in_voila, name))
        assert caught.value.suggested_filename.endswith(f".{kind}")


def opens(kind, data, shown):
    """That people's programs can open a file, and that it holds the numbers on screen."""
    if kind == "csv":
        assert len(pd.read_csv(io.BytesIO(data)))
    elif kind == "xlsx":
        cells = {
            str(cell.value)
            for sheet in openpyxl.load_workbook(io.BytesIO(data))
            for row in sheet.iter_rows()
            for cell in row
        }
        assert len(cells) > 10
    elif kind == "png":
        assert data.startswith(b"\x89PNG") and int.from_bytes(data[16:20]) > 600 and len(data) > 10_000
    elif kind == "svg":
        assert sum(1 for _ in ET.fromstring(data).iter("{http://www.w3.org/2000/svg}path")) > 3
    else:
        assert all(value in data.decode() for value in shown.values()) and b"<script" not in data


def test_scenarios_are_compared_saved_and_there_after_a_reload(in_voila):
    """All panels on one page are saved, then the page is loaded again, once; what is still being worked out is
    waited for first.
    """
    saved, page = {}, in_voila
    for name in PANELS:
        root, number = panel(page, name), NUMBER[name]
        root.locator(".ccplan-scenarios").evaluate("one => { one.open = true; }")
        saved[name] = moved(page, name)
        root.locator(".ccplan-scenarios input[type=text]").fill("a busy spring")
        act(page, number, lambda root=root: root.locator("[data-action=keep]").click())
        act(page, number, lambda root=root: root.locator("[data-action=reset]").click())
        settle(page, number)
        act(page, number, lambda root=root: root.locator(".ccplan-ticks input[value='a busy spring']").check())
        compared = root.locator(".ccplan-compared [data-row]").evaluate_all(
            "rows => Object.fromEntries(rows.map(r => [r.dataset.row, r.querySelector('td').firstChild.textContent]))"
        )
        assert compared.items() <= saved[name].items() and len(compared) > 3
    page.reload(timeout=150_000)
    page.wait_for_function(ALL, timeout=150_000)
    for name, told in saved.items():
        panel(page, name).locator(".ccplan-scenarios").evaluate("one => { one.open = true; }")
        act(
            page,
            NUMBER[name],
            lambda name=name: panel(page, name).locator(".ccplan-scenarios select").select_option("a busy spring"),
        )
        settle(page, NUMBER[name])
        assert tiles_on(page, name) == told, name
    assert outside(page) == []
