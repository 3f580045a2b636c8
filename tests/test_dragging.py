"""A slider is dragged in a real browser before a slow kernel: nothing queues up behind the hand, and the last
picture is of the last value.
"""

import dataclasses
import json
from pathlib import Path

import pytest

from ccplan.display.staffing import panel as staffing
from tests.browsers import browser, opened, voila, write_notebook  # noqa: F401
from tests.panel_actions import TILES
from tests.small_case import CENTRE, forecast
from tests.test_panels import expected_tiles

DAY, SECONDS, LAST, SLOW_S = "2027-03-01", 2, 17, 0.12
SETUP = f"""\
import json, time
from benchmarks.panel_desks import Shown
from tests.small_case import CENTRE, forecast
from ccplan.display.staffing import panel as staffing
desk, heard = staffing._Desk(forecast(), CENTRE), []
desk.go("front", {DAY!r})
def answer(message):
    if message.get("action") != "rest":
        heard.append([message["seq"], round(1000 * time.time())])
        time.sleep({SLOW_S})
    told = desk.answer(message)
    return told if told.get("still") else told | {{"says": [json.dumps(heard)]}}
Shown(desk.layout(), answer).panel()
"""
DRAG = """async ([seconds, last]) => {
  const root = document.querySelector('.ccplan'), range = root.querySelector('[data-dial=volume] input[type=range]');
  const turn = (value) => { range.value = value; range.dispatchEvent(new Event('input', {bubbles: true})); };
  const end = performance.now() + 1000 * seconds;
  for (let i = 0; performance.now() < end; i++) { turn(i % 50); await new Promise(done => setTimeout(done, 16)); }
  turn(last);
  return {sent: Number(root.dataset.asked), stopped: Date.now()};
}"""


@pytest.fixture(scope="module")
def dragged(browser, tmp_path_factory):  # noqa: F811
    """The page after the drag has come to its end; `told` what it sent and when the hand stopped, `heard` [seq, ms]
    that the kernel began to answer.
    """
    folder = tmp_path_factory.mktemp("served")
    write_notebook(folder / "drag.ipynb", SETUP)
    with voila(folder, PYTHONPATH=str(Path(__file__).parents[1])) as address:
        page = opened(browser, f"{address}/voila/render/drag.ipynb")
        page.told = page.evaluate(DRAG, [SECONDS, LAST])
        page.wait_for_function(
            f"() => Number(document.querySelector('.ccplan').dataset.painted) >= {page.told['sent']}", timeout=60_000
        )
        page.heard = json.loads(page.inner_text(".ccplan-says p:last-child"))
        yield page
        page.close()


def test_a_drag_never_queues_more_than_the_last_position(dragged):
    """While one is in work only the newest waits: after the hand stops the one under way and the last are answered,
    no more.
    """
    sent, heard = dragged.told["sent"], [seq for seq, _ in dragged.heard]
    assert heard == sorted(set(heard)) and heard[-1] == sent, "each is answered once, in order, the last one last"
    assert len([when for _, when in dragged.heard if when > dragged.told["stopped"]]) <= 2
    assert len(heard) <= SECONDS / SLOW_S + 4 and sent > len(heard), "a slow kernel skips what the hand has passed"


def test_the_last_picture_is_of_the_last_value(dragged):
    day = staffing.queue_day(forecast(), "front", DAY)
    assert dragged.evaluate(TILES, 0) == expected_tiles(
        day, dataclasses.replace(staffing.start_inputs(day, CENTRE), volume=LAST / 100), CENTRE
    )
    assert dragged.locator("[data-dial=volume] input[type=number]").input_value() == str(LAST) and dragged.log == []
