"""The panels in a real JupyterLab: one server for all of them, since each start of one takes ten seconds."""

import dataclasses
import os
from pathlib import Path
from unittest import mock

import pytest

from ccplan.data import load_centre, load_intervals, sample_centre
from ccplan.display.money import plans as budget_plans
from ccplan.display.money.panel import budget_view
from ccplan.display.panels.saying import tiles
from ccplan.display.staffing import panel as panels
from tests import test_budget_panel as budget
from tests import test_data_panel as data
from tests.browsers import browser, jupyterlab, opened, outside, run_all, write_notebook  # noqa: F401
from tests.test_panels import DAY, TURN, act, expected_tiles, tiles_on

STAFFING = f"""\
from ccplan import display
from ccplan.data import sample_centre
display.staffing_panel(sample_centre(), day={DAY!r})
"""


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """The folder of the notebooks, with an export that nobody knows and a centre.toml that guesses."""
    work = tmp_path_factory.mktemp("lab") / "work"
    (work / "centre").mkdir(parents=True)
    (work / "centre" / "raportti.csv").write_text(data.ODD)
    (work / "centre" / "centre.toml").write_text(data.HELSINKI + "[queues.service]\npatience_s = 500   # guessed\n")
    write_notebook(work / "staffing.ipynb", STAFFING)
    write_notebook(work / "data.ipynb", data.MAPPED.format(place="centre", table="intervals"), data.SUGGESTED.format(place="centre"))
    write_notebook(work / "budget.ipynb", budget.NOTEBOOK)
    return work


@pytest.fixture(scope="module")
def lab(work):
    """A function that gives a notebook's address, each in a workspace of its own: no other notebook is open beside it."""
    path = os.pathsep.join(filter(None, [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH")]))
    with mock.patch.dict(os.environ, {"PYTHONPATH": path}), jupyterlab(work.parent, "") as address:
        yield lambda name: address.replace("/lab/tree/", f"/lab/workspaces/{name}/tree/{name}.ipynb")


def test_the_arrow_keys_belong_to_the_dial(browser, lab):  # noqa: F811
    page = opened(browser, lab("staffing"), run_all)
    range_ = page.locator("[data-dial=volume] input[type=range]")
    act(page, lambda: range_.click())  # in the middle of the dial: +10 %
    for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
        act(page, lambda: page.keyboard.press(key))
    centre = load_centre(sample_centre())
    day = panels.queue_day(load_intervals(sample_centre(), centre).frame, "service", DAY)
    inputs = dataclasses.replace(panels.start_inputs(day, centre), volume=0.13)
    assert tiles_on(page) == expected_tiles(day, inputs, centre)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280 and outside(page) == []
    page.close()


def test_an_export_is_mapped_and_a_suggestion_accepted(browser, lab, work):  # noqa: F811
    """The same export and the same suggestion as in Voila, in one notebook."""
    accept = "button:text-is('Accept')"
    page = opened(browser, lab("data"), lambda page: run_all(page, accept), painted=accept)
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


def test_the_budget_follows_a_slider(browser, lab):  # noqa: F811
    page = opened(browser, lab("budget"), run_all)
    act(page, lambda: page.evaluate(TURN, ["volume", 20]))
    page.wait_for_function(budget.SETTLED, timeout=60_000)
    ground = budget_plans.budget_ground(budget.FRAME, budget.CENTRE, people=budget.PEOPLE)
    shown = {name: tile["value"] for name, tile in tiles(budget_view(ground, {"volume": 0.2}).totals, None, "EUR").items()}
    assert tiles_on(page) == shown and outside(page) == []
    page.close()
