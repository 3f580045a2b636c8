"""Every panel in a real browser, all six on one page: in Voila and in JupyterLab each slider at both ends and in the middle shows the
library's numbers; what is pinned, compared and saved is there after a reload; files open; nothing is empty or too wide."""

import io
import xml.etree.ElementTree as ET
from unittest import mock

import nbformat
import openpyxl
import pandas as pd
import pytest

from tests.browsers import browser, jupyterlab, opened, outside, run_all, voila, write_notebook  # noqa: F401
from tests.panel_actions import TILES, act, settle, turn
from tests.small_panels import MOVED, NOTEBOOK, ON_PATH, PANELS, REQUIRED, RESTED, auditing

NUMBER = {name: number for number, name in enumerate(PANELS)}
ALL = f"document.querySelectorAll('.ccplan[data-painted]').length === {len(PANELS)}"
DIALLED = [name for name in PANELS if name != "audit"]

# Turns every dial of a panel to both ends, the middle and back, without a rest between, and reads the tiles as soon as they are painted.
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
TOO_WIDE = "[...document.querySelectorAll('.ccplan')].filter(panel => panel.scrollWidth > panel.clientWidth + 1).map(panel => panel.ariaLabel)"


@pytest.fixture(scope="module")
def in_voila(browser, tmp_path_factory):  # noqa: F811
    folder = tmp_path_factory.mktemp("served")
    write_notebook(folder / "panels.ipynb", *NOTEBOOK)
    with voila(folder, **ON_PATH) as address:
        page = opened(browser, f"{address}/voila/render/panels.ipynb")
        page.wait_for_function(ALL, timeout=60_000)
        yield page
        page.close()


@pytest.fixture(scope="module")
def in_lab(browser, tmp_path_factory):  # noqa: F811
    work = tmp_path_factory.mktemp("lab") / "work"
    work.mkdir()
    write_notebook(work / "panels.ipynb", *NOTEBOOK)
    with mock.patch.dict("os.environ", ON_PATH), jupyterlab(work.parent, "panels.ipynb") as address:
        page = opened(browser, address, run_all)
        page.wait_for_function(ALL, timeout=60_000)
        yield page
        page.close()


@pytest.fixture(params=["in_voila", "in_lab"], scope="module")
def page(request):
    return request.getfixturevalue(request.param)


def tiles_on(page, name):
    return page.evaluate(TILES, NUMBER[name])


def panel(page, name):
    return page.locator(".ccplan").nth(NUMBER[name])


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
