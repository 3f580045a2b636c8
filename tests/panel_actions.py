"""What a hand does to a panel in a browser, and what the panel then says; used by the tests and by the benchmark of
panels.
"""

import itertools

TURN = """([panel, dial, value]) => { const row = document.querySelectorAll('.ccplan')[panel].querySelector(`[data-dial=${dial}] input[type=range]`);
  row.value = value; row.dispatchEvent(new Event('input', {bubbles: true})); }"""
TILES = """(panel) => Object.fromEntries([...document.querySelectorAll('.ccplan')[panel].querySelectorAll('[data-tile]')].map(n => [n.dataset.tile, n.textContent]))"""


ASKED = "panel => Number(document.querySelectorAll('.ccplan')[panel].dataset.asked || 0)"
ANSWERED = """([panel, before]) => { const told = document.querySelectorAll('.ccplan')[panel].dataset;
  return Number(told.asked) > before && Number(told.painted) >= Number(told.asked); }"""


def act(page, panel, doing, timeout=20_000):
    """Do something to the panel of that number on the page, once it is at rest, and wait until its own answer is
    painted.
    """
    settle(page, panel)
    before = page.evaluate(ASKED, panel)
    doing()
    page.wait_for_function(ANSWERED, arg=[panel, before], timeout=timeout)


def settle(page, panel, timeout=60_000):
    """Wait until what takes longer has come."""
    page.wait_for_function(
        f"() => document.querySelectorAll('.ccplan')[{panel}].dataset.settled === 'true'", timeout=timeout
    )


def turn(page, panel, dial, value):
    """Move a slider to a value."""
    act(page, panel, lambda: page.evaluate(TURN, [panel, dial, value]))


def message(desk, action=None, pickers=None, switches=None, **dials):
    """What the browser would send if these dials were turned."""
    now = desk.settings()
    cells = {"cells": now["cells"]} if "cells" in now else {}
    return {
        "seq": 1,
        "dials": now["dials"] | dials,
        "switches": now["switches"] | (switches or {}),
        "pickers": now["pickers"] | (pickers or {}),
        "action": action,
    } | cells


def rested(desk, *turned, **dials):
    """The answer when all is known."""
    answer = desk.answer(message(desk, *turned, **dials))
    for _ in itertools.repeat(None, 300):
        if not answer["unsettled"]:
            return answer
        answer = desk.answer(message(desk, "rest"))
    raise AssertionError("the work at rest has no end")


def words(tiles):
    """The values of an answer's tiles, in words."""
    return {name: tile["value"] for name, tile in tiles.items()}


def three_places(dial):
    """Both ends and the middle of a slider, on its steps."""
    middle = dial.low + round((dial.high - dial.low) / 2 / dial.step) * dial.step
    return dial.low, dial.high, int(middle) if float(middle).is_integer() else middle
