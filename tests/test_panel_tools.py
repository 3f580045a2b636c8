"""The tools of a panel: undo and redo, scenarios, what is on screen as files; the week and the played days. In
Python, then in a real browser.
"""

import base64
import heapq
import io
import json
import random
import statistics
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from ccplan.data import Centre, Costs, Queue
from ccplan.display.panels import words
from ccplan.display.panels.shelf import MOST_BYTES, Shelf, as_file, from_file
from ccplan.display.panels.tools import Tools
from ccplan.display.staffing import panel as panels
from ccplan.display.staffing.at_rest import PLAYED, played_days
from ccplan.planning import staff
from ccplan.queueing import Targets, performance
from tests.browsers import browser, opened, outside, voila, write_notebook  # noqa: F401
from tests.test_panels import TURN, act, expected_tiles, settled, tiles_on

TARGETS = Targets(service_level=0.8, target_s=20)
CENTRE = Centre(
    name="Small & <b>sound</b>", currency="EUR",
    queues=(Queue(name="front", patience_s=180.0, targets=TARGETS), Queue(name="back", patience_s=240.0, targets=TARGETS)),
    costs=Costs(hourly_wage=15.0, on_costs=0.3),
)  # fmt: skip
DAY = "2027-03-03"  # a Wednesday
HOSTILE = "<img src=x onerror=document.title='broken'>"


def calls(weeks=10):
    """Ten weeks of two queues on weekdays, nine to five, busier at noon and on Mondays."""
    start = pd.date_range("2027-01-04 09:00", periods=weeks * 7 * 48, freq="30min", tz="Europe/Helsinki")
    start = start[(start.hour >= 9) & (start.hour < 17) & (start.dayofweek < 5)]
    shape = (1 + 0.5 * np.exp(-((start.hour - 12) ** 2) / 4)) * np.where(start.dayofweek == 0, 1.3, 1.0)
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "queue": name,
                    "start": start,
                    "offered": np.round(many * shape),
                    "aht_s": 301.37 + start.hour,
                    "agents": many / 5,
                }
            )
            for name, many in (("front", 50), ("back", 20))
        ],
        ignore_index=True,
    )


CALLS = calls()


def opened_desk(queue="front", day=DAY, frame=CALLS, folder=None):
    desk = panels._Desk(frame, CENTRE, folder=folder)
    desk.go(queue, day)
    return desk


@pytest.fixture
def tools(tmp_path):
    made = Tools(opened_desk(folder=tmp_path))
    made.answer({"seq": 0})
    return made


def message(tools, action=None, gesture=None, pickers=None, told=None, **dials):
    now = tools.desk.settings()
    return {
        "seq": 1,
        "dials": now["dials"] | dials,
        "switches": now["switches"],
        "pickers": now["pickers"] | (pickers or {}),
        "action": action,
        "gesture": gesture,
        "tools": told or {},
    }


def rested(tools):
    for _ in range(2000):
        answer = tools.answer(message(tools, "rest"))
        if not answer["unsettled"]:
            return answer
    raise AssertionError("the work at rest has no end")


# ------------------------------------------------------------------------------------------ undo and redo


def test_undo_brings_back_exactly_what_was_and_redo_what_was_undone(tools):
    start = tools.desk.inputs
    assert start.aht_s != round(start.aht_s, 1), "the dial shows a rounded figure: undo must bring back the exact one"
    tools.answer(message(tools, gesture=1, aht_s=400))
    tools.answer(message(tools, gesture=2, pickers={"queue": "back"}))
    back = tools.answer(message(tools, "undo"))
    assert tools.desk.queue == "front" and tools.desk.inputs == replace(start, aht_s=400.0)
    assert back["settings"]["pickers"]["queue"] == "front" and back["tools"]["can"] == {"undo": True, "redo": True}
    back = tools.answer(message(tools, "undo"))
    assert tools.desk.inputs == start and back["tools"]["can"] == {"undo": False, "redo": True}
    assert tools.answer(message(tools, "undo"))["tiles"] == back["tiles"], "nothing is left to take back"
    tools.answer(message(tools, "redo"))
    assert tools.desk.inputs.aht_s == 400
    assert tools.answer(message(tools, gesture=3, volume=10))["tools"]["can"] == {"undo": True, "redo": False}


def test_a_drag_is_one_step_back(tools):
    for value in range(1, 6):
        tools.answer(message(tools, gesture=7, volume=value))
    tools.answer(message(tools, "undo"))
    assert tools.desk.state == tools.desk.start


def test_a_reset_and_a_pin_are_taken_back_too(tools):
    tools.answer(message(tools, gesture=1, volume=20))
    tools.answer(message(tools, "pin", gesture=2))
    tools.answer(message(tools, "reset", gesture=3))
    tools.answer(message(tools, "undo"))
    assert tools.desk.inputs.volume == tools.desk.pinned.values["volume"] == 0.2


# ------------------------------------------------------------------------ what is sent before an answer is seen


def test_dials_of_the_queue_that_was_left_are_not_taken_for_turned_in_the_next(tools):
    front = message(tools, volume=10) | {"seq": 2, "seen": 0}
    tools.answer(message(tools, pickers={"queue": "back"}) | {"seq": 1, "seen": 0})
    back = tools.desk.state
    late = tools.answer(front | {"pickers": back.places})
    assert tools.desk.state == back and late["settings"]["dials"] == tools.desk.settings()["dials"]
    tools.answer(message(tools, volume=20) | {"seq": 3, "seen": 2})
    assert tools.desk.state.values == back.values | {"volume": 0.2}


def test_another_choice_made_before_the_first_was_answered_counts(tools):
    days = message(tools)["pickers"] | {"queue": "back"}
    tools.answer(message(tools) | {"seq": 1, "seen": 0, "pickers": days})
    tools.answer(message(tools) | {"seq": 2, "seen": 0, "pickers": days | {"rule": "through the day: every interval"}})
    assert tools.desk.state.places["queue"] == "back" and "through the day" in tools.desk.state.places["rule"]


def test_what_is_undone_stays_undone_when_a_dial_moves_before_it_is_seen(tools):
    tools.answer(message(tools, gesture=1, pickers={"queue": "back"}) | {"seq": 1, "seen": 0})
    moved = message(tools, volume=10) | {"seq": 3, "seen": 1}
    tools.answer(message(tools, "undo") | {"seq": 2, "seen": 1})
    assert tools.answer(moved)["settings"]["pickers"]["queue"] == tools.desk.state.places["queue"] == "front"


def test_what_was_turned_in_the_same_message_as_another_day_stays_turned(tools):
    other = pd.Timestamp(DAY) + pd.Timedelta(days=7)
    tools.answer(message(tools, pickers={"day": f"{other:%Y-%m-%d}"}, volume=10))
    assert tools.desk.state.values["volume"] == 0.1 and tools.desk.state.places["day"] == f"{other:%Y-%m-%d}"


# ----------------------------------------------------------------------------------------------- scenarios


def test_a_scenario_is_saved_and_another_desk_opens_it_exactly(tools, tmp_path):
    tools.answer(message(tools, gesture=1, volume=20, shrinkage=35))
    saved = tools.answer(message(tools, "keep", told={"name": "  a wet   spring "}))["tools"]
    assert saved["kept"] == [words.AS_IT_IS, "a wet spring"] and "Saved as" in saved["notice"]
    other = Tools(opened_desk("back", "2027-02-01", folder=tmp_path))
    assert other.answer({"seq": 0})["tools"]["kept"] == saved["kept"]
    told = other.answer(message(other, "open", told={"open": "a wet spring"}))
    assert other.desk.state == tools.desk.state and told["settings"]["dials"]["volume"] == 20
    other.answer(message(other, "undo"))
    assert other.desk.queue == "back"


def test_the_same_name_twice_is_told_and_nothing_is_lost(tools, tmp_path):
    other = Tools(opened_desk(folder=tmp_path))
    tools.answer(message(tools, gesture=1, volume=20))
    tools.answer(message(tools, "keep", told={"name": "Spring"}))
    other.answer(message(other, gesture=1, volume=30))
    refused = other.answer(message(other, "keep", told={"name": "spring"}))["tools"]["notice"]
    assert refused == words.TAKEN.format(name="Spring")
    assert Shelf(tmp_path, "staffing").all()["Spring"]["dials"]["volume"] == 0.2
    other.answer(message(other, "open", told={"open": "Spring"}))
    tools.answer(message(tools, "keep", told={"name": "Spring"}, volume=25))  # who has opened it may change it
    assert Shelf(tmp_path, "staffing").all()["Spring"]["dials"]["volume"] == 0.25
    refused = other.answer(message(other, "keep", told={"name": "Spring"}, volume=40))["tools"]["notice"]
    assert (
        refused == words.CHANGED.format(name="Spring")
        and Shelf(tmp_path, "staffing").all()["Spring"]["dials"]["volume"] == 0.25
    )


@pytest.mark.parametrize("number", ["1" + "0" * 400, "1" + "0" * 5000, "1e999", "NaN", "-Infinity"])
def test_a_number_beyond_all_reach_is_refused_in_words(tools, tmp_path, number):
    (tmp_path / "staffing_scenarios.json").write_text(f'{{"huge": {{"dials": {{"volume": {number}}}}}}}')
    told = tools.answer(message(tools, "open", told={"open": "huge"}))["tools"]["notice"]
    assert "must be between" in told or "cannot be read as scenarios" in told or "There is no scenario" in told


def test_many_who_save_at_once_lose_nothing(tmp_path):
    def save(person):
        shelf = Shelf(tmp_path, "staffing")
        return [shelf.keep(f"{person} {turn}", {"turn": turn}) for turn in range(5)]

    with ThreadPoolExecutor(8) as people:
        list(people.map(save, range(8)))
    assert set(Shelf(tmp_path, "staffing").all()) == {f"{person} {turn}" for person in range(8) for turn in range(5)}


def test_a_scenario_is_shared_as_a_file_and_opened_from_it(tools, tmp_path):
    tools.answer(message(tools, gesture=1, volume=20))
    file = tools.answer(message(tools, "share", told={"name": HOSTILE}))["download"]
    assert file["name"].endswith(".scenario.json") and not set(file["name"]) & set("<>=/\\'")
    other = Tools(opened_desk("back", folder=tmp_path))
    told = other.answer(message(other, "upload", told={"file": file["text"]}))
    assert other.desk.state == tools.desk.state and told["tools"]["name"] == HOSTILE


def file_of(**changed):
    told = {
        "kind": "ccplan scenario",
        "panel": "staffing",
        "name": "x",
        "scenario": {
            "pickers": {"queue": "front", "day": DAY} | changed.pop("pickers", {}),
            "dials": {"volume": 0.1} | changed.pop("dials", {}),
            "switches": {"max_occupancy": True} | changed.pop("switches", {}),
        }
        | changed.pop("scenario", {}),
    }
    return json.dumps(told | changed)


@pytest.mark.parametrize("text, said", [
    ("x" * (MOST_BYTES + 1), "larger than a scenario can be"), ("not json", "cannot be read as JSON"), ("[" * 60_000, "cannot be read as JSON"),
    ("[]", "no scenario of ccplan"), (None, "larger than a scenario can be"), (file_of(panel="budget"), "of another panel: 'budget'"),
    (file_of(name=""), "needs a name"), (file_of(name="a\u202eb"), "needs a name"), (file_of(dials={"volume": float("nan")}), "cannot be read as JSON"),
    (file_of(dials={"__class__": 1}), "knows no dial '__class__'"), (file_of(dials={"aht_s": 1e9}), "Handle time must be between 60 and 1,200 s"),
    (file_of(dials={"aht_s": True}), "must be a number"), (file_of(switches={"max_occupancy": "no"}), "must be true or false"),
    (file_of(pickers={"rule": "by luck"}), "rule must be one of"), (file_of(pickers={"queue": "nobody"}), "queue must be one of front, back"),
    (file_of(pickers={"day": "2027-03-06"}), "no intervals on Saturday 6 March 2027"), (file_of(pickers={"day": 7}), "day of a scenario must be text"), (file_of(pickers={"day": "soon"}), "day must be a date"), (file_of(pickers={"week": "9"}), "knows no picker 'week'"),
    (file_of(scenario={"dials": []}), "must hold dials, switches or pickers"), (file_of(switches={"volume": True}), "knows no switch 'volume'"),
])  # fmt: skip
def test_a_hostile_file_is_refused_in_words_and_changes_nothing(tools, text, said):
    tools.answer(message(tools, gesture=1, volume=20))
    before = tools.desk.remembered()
    told = tools.answer(message(tools, "upload", told={"file": text}))
    assert (
        said.casefold() in told["tools"]["notice"].casefold() and told["charts"] and tools.desk.remembered() == before
    )


def test_a_broken_file_in_the_folder_is_said_and_not_written_over(tools, tmp_path):
    (tmp_path / "staffing_scenarios.json").write_text("{broken", "utf-8")
    told = Tools(opened_desk(folder=tmp_path)).answer({"seq": 0})
    assert "cannot be read as scenarios" in told["tools"]["notice"] and told["charts"]
    assert "cannot be read" in tools.answer(message(tools, "keep", told={"name": "x"}))["tools"]["notice"]
    assert (tmp_path / "staffing_scenarios.json").read_text("utf-8") == "{broken"


def test_without_a_folder_a_scenario_lasts_as_long_as_the_page_and_that_is_said():
    tools = Tools(opened_desk())
    told = tools.answer(message(tools, "keep", told={"name": "x"}))["tools"]
    assert told["notice"] == words.NO_FOLDER.format(name="x") and told["kept"] == [words.AS_IT_IS, "x"]
    assert Tools(opened_desk()).answer({"seq": 0})["tools"]["kept"] == [words.AS_IT_IS]
    name, scenario = from_file(
        tools.answer(message(tools, "share", told={"name": "x"}))["download"]["text"], "staffing"
    )
    assert (name, scenario) == ("x", tools.desk.scenario())


def test_scenarios_side_by_side_are_the_librarys_numbers(tools):
    start = tools.desk.inputs
    tools.answer(message(tools, "keep", gesture=1, volume=20, told={"name": "more"}))
    tools.answer(message(tools, pickers={"queue": "back"}, gesture=2))
    tools.answer(message(tools, "keep", told={"name": "elsewhere"}))
    tools.answer(message(tools, "open", told={"open": "more"}))
    told = tools.answer(
        message(tools, gesture=3, shrinkage=40, told={"compare": [words.AS_IT_IS, "more", "elsewhere"]})
    )["tools"]["comparison"]
    front, back = (panels.queue_day(CALLS, queue, DAY) for queue in ("front", "back"))
    more = replace(start, volume=0.2)
    expected = [
        expected_tiles(front, start, CENTRE),
        expected_tiles(back, panels.start_inputs(back, CENTRE), CENTRE),
        expected_tiles(front, more, CENTRE),
        expected_tiles(front, replace(more, shrinkage=0.4), CENTRE),
    ]
    assert told["columns"] == [
        "as it is, front 03 Mar 2027",
        "elsewhere, back 03 Mar 2027",
        "more, front 03 Mar 2027",
        "shown now, front 03 Mar 2027",
    ]
    rows = {row["tile"]: row["cells"] for row in told["rows"] if "tile" in row}
    assert {name: [cell["value"] for cell in cells] for name, cells in rows.items()} == {
        name: [one[name] for one in expected] for name in rows
    }
    gaps = [cell["delta"] for cell in rows["agents"]]
    assert (
        gaps[0] == ""
        and gaps[2] == f"+{int(expected[2]['agents']) - int(expected[0]['agents'])}"
        and gaps[1].startswith("−")
    )
    assert {row["label"] for row in told["rows"] if "tile" not in row} >= {"Volume", "Shrinkage"}


def test_a_scenario_of_a_day_that_is_gone_says_so_in_the_comparison(tools, tmp_path):
    gone = tools.desk.scenario() | {"pickers": {"queue": "front", "day": "2020-01-01"}}
    Shelf(tmp_path, "staffing").keep("old", gone)
    told = tools.answer(message(tools, "compare", told={"compare": ["old"]}))["tools"]["comparison"]
    assert "front has no intervals on Wednesday 1 January 2020" in told["rows"][-1]["label"]
    assert all(row["cells"][1]["value"] != "–" for row in told["rows"] if "tile" in row)


# ---------------------------------------------------------------------------------------- what comes at rest


def test_the_map_of_the_week_is_the_week_staffed(tools):
    tools.answer(message(tools, gesture=1, volume=20))
    assert "week" not in tools.answer(message(tools))["charts"], "while a dial moves the week waits"
    rows = pd.DataFrame(rested(tools)["charts"]["week"]["rows"])
    week = CALLS[(CALLS["queue"] == "front") & (CALLS["start"].dt.isocalendar().week == 9)]
    staffed = staff(week.assign(offered=week["offered"] * 1.2).drop(columns="agents"), CENTRE)
    expected = staffed.groupby([staffed["start"].dt.dayofweek, staffed["start"].dt.hour])["agents"].max()
    assert rows.set_index(["order", rows["hour"].str[:2].astype(int)])["agents"].to_dict() == expected.to_dict()
    assert rows.loc[rows["chosen"] == 1, "day"].unique().tolist() == ["Wed 3"] and len(rows) == 5 * 8


def play(many, aht_s, agents, patience_s, target_s, days, seed):
    """A second simulation, a call at a time: first come, first served, callers hang up; the service of each day."""
    rng, found = random.Random(seed), []
    for _ in range(days):
        free, met, came, now = [0.0] * agents, 0, 0, rng.expovariate(many / 1800)
        while now < 1800:
            begins, gives_up = max(now, free[0]), now + rng.expovariate(1 / patience_s)
            if begins <= gives_up:  # the next free agent takes the call: who waits longest comes first
                heapq.heapreplace(free, begins + rng.expovariate(1 / aht_s))
                met += begins - now <= target_s
            came, now = came + 1, now + rng.expovariate(many / 1800)
        found.append(met / came if came else 1.0)
    return sorted(found)


def test_the_band_is_that_of_a_second_simulation():
    day = pd.DataFrame({"offered": [60.0], "aht_s": [300.0], "agents": [11]})
    queue = Queue(name="q", patience_s=180.0, targets=TARGETS)
    *_, played = played_days(day, queue, 1800, days=500)
    other = play(60, 300, 11, 180, 20, 3000, 5)
    assert played.low[0] == pytest.approx(np.quantile(other, 0.1), abs=0.06) and played.high[0] == pytest.approx(
        np.quantile(other, 0.9), abs=0.04
    )
    assert played.kept == pytest.approx(statistics.mean(one >= 0.8 for one in other), abs=0.08)


def test_chats_and_limited_lines_are_not_played():
    day = pd.DataFrame({"offered": [60.0], "aht_s": [300.0], "agents": [11]})
    assert (
        list(played_days(day, Queue(name="q", lines=20.0), 1800))
        == []
        == list(played_days(day, Queue(name="q", at_once=2), 1800))
    )


def test_what_comes_at_rest_comes_in_slices_and_belongs_to_what_is_set(tools):
    first = tools.answer(message(tools, "rest"))
    assert first.get("still") or first["charts"], "a slice has nothing to paint"
    done = rested(tools)
    assert (
        any(row["low"] is not None for row in done["charts"]["service"]["rows"])
        and f"{PLAYED} times" in done["says"][-1]
    )
    moved = tools.answer(message(tools, gesture=1, volume=5))
    assert (
        all(row["low"] is None for row in moved["charts"]["service"]["rows"])
        and "week" not in moved["charts"]
        and len(moved["says"]) == 1
    )
    assert tools.answer(message(tools, "undo"))["charts"]["week"] == done["charts"]["week"], (
        "what was worked out once is kept"
    )
    json.dumps(done, allow_nan=False)


def test_one_more_person_is_the_formula_with_one_more(tools):
    (said,) = tools.answer(message(tools))["says"][:1]
    busiest = tools.desk.view().day.loc[tools.desk.view().day["load"].idxmax()]
    now, more = (
        performance(busiest["offered"], busiest["aht_s"], busiest["agents"] + step, patience_s=180, target_s=20)
        for step in (0, 1)
    )
    assert (
        f"from {now.service_level:.1%} to {more.service_level:.1%}" in said
        and f"from {now.asa_s:.1f} s to {more.asa_s:.1f} s" in said
    )


@pytest.mark.parametrize("weeks, said", [(3, True), (10, False)])
def test_a_short_history_is_said(weeks, said):
    told = opened_desk("front", "2027-01-13", calls(weeks)).answer({"seq": 0})["warnings"]
    assert any("History is too short" in line and "spans 3 weeks" in line for line in told) == said


# --------------------------------------------------------------------------------------------------- files


def content(file):
    return file["text"].encode() if "text" in file else base64.b64decode(file["base64"])


def check_file(kind, data, desk, expected):
    """That a file can be opened by what people open it with, and holds the numbers on screen."""
    text = data.decode("utf-8") if kind in ("csv", "svg", "html") else ""
    if kind == "csv":
        table = pd.read_csv(io.StringIO(text))
        assert (
            table["agents"].tolist() == desk.view().day["agents"].tolist() and table["start"].iloc[0] == f"{DAY} 09:00"
        )
    elif kind == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(data))
        assert {"Numbers", "Settings", "by interval", "week"} <= set(book.sheetnames)
        told = {row[0].value: row[1].value for row in book["Numbers"].iter_rows() if len(row) > 1}
        assert set(expected.values()) <= set(told.values())
        assert not any(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    elif kind == "png":
        assert data.startswith(b"\x89PNG") and int.from_bytes(data[16:20]) > 1200
    elif kind == "svg":
        root = ET.fromstring(text)
        ids = [node.get("id") for node in root.iter() if node.get("id")]
        assert root.tag.endswith("svg") and len(ids) == len(set(ids)) and "The week is busiest" in text
    else:
        assert all(value in text for value in expected.values()) and "default-src 'none'" in text
        assert "<script" not in text and "<b>sound" not in text and text.count("<figure>") == 4


@pytest.fixture(scope="module")
def turned():
    """A panel whose volume is turned; what comes at rest has not come yet."""
    made = Tools(opened_desk())
    made.answer(message(made, volume=10))
    return made


@pytest.mark.parametrize("kind", ["csv", "xlsx", "png", "svg", "html"])
def test_each_file_holds_what_is_shown_and_what_would_come_at_rest(turned, kind):
    told = turned.answer(message(turned, kind))
    tiles = {name: tile["value"] for name, tile in told["tiles"].items()}
    check_file(kind, content(told["download"]), turned.desk, tiles)
    assert told["download"]["name"] == f"staffing.{kind}" and turned.answer(message(turned))["download"] is None


def test_a_file_has_a_name_that_a_disk_takes():
    assert as_file("../../etc/passwd", "staffing", {})["name"] == "etc-passwd.scenario.json"
    assert as_file("keväällä 2027!", "staffing", {})["name"] == "keväällä-2027.scenario.json"


# --------------------------------------------------------------------------------------------- in the browser

NOTEBOOK = """\
from ccplan.display import staffing_panel
from tests.test_panel_tools import CALLS, CENTRE, DAY
staffing_panel(CALLS, CENTRE, queue="front", day=DAY, folder=".")
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    write_notebook(folder / "panel.ipynb", NOTEBOOK)
    with voila(folder, PYTHONPATH=str(Path(__file__).parents[1])) as served:
        yield f"{served}/voila/render/panel.ipynb"


@pytest.fixture(scope="module")
def page(browser, address):  # noqa: F811
    page = opened(browser, address)
    yield page
    page.close()


@pytest.fixture
def fresh(page):
    page.set_viewport_size({"width": 1280, "height": 900})
    act(page, lambda: page.click("[data-action=reset]"))
    page.evaluate("document.querySelector('.ccplan-scenarios').open = true")
    return page


@pytest.fixture(scope="module")
def front():
    day = panels.queue_day(CALLS, "front", DAY)
    return day, panels.start_inputs(day, CENTRE)


def notice(page):
    return page.locator(".ccplan-notice").inner_text()


def test_undo_redo_and_keyboard_in_the_page(fresh, front):
    day, start = front
    dial = fresh.locator("[data-dial=volume] input[type=range]")
    dial.focus()
    act(fresh, lambda: fresh.keyboard.press("PageUp"))
    assert tiles_on(fresh) == expected_tiles(day, replace(start, volume=0.1), CENTRE), "ten steps"
    fresh.wait_for_timeout(750)  # quick steps of one dial are undone together; this is a new one
    act(fresh, lambda: fresh.keyboard.press("End"))
    assert tiles_on(fresh) == expected_tiles(day, replace(start, volume=0.5), CENTRE)
    act(fresh, lambda: fresh.keyboard.press("Control+z"))
    assert tiles_on(fresh) == expected_tiles(day, replace(start, volume=0.1), CENTRE) and dial.input_value() == "10"
    act(fresh, lambda: fresh.keyboard.press("Control+Shift+Z"))
    assert tiles_on(fresh) == expected_tiles(day, replace(start, volume=0.5), CENTRE)
    for _ in range(2):
        act(fresh, lambda: fresh.click("[data-action=undo]"))
    assert tiles_on(fresh) == expected_tiles(day, start, CENTRE)
    exact = fresh.locator("[data-dial=target_s] input[type=number]")
    exact.focus()
    act(fresh, lambda: fresh.keyboard.press("PageDown"))
    assert exact.input_value() == "5", "the end of the dial"
    act(fresh, lambda: fresh.keyboard.press("ArrowUp"))
    assert tiles_on(fresh) == expected_tiles(day, replace(start, target_s=10), CENTRE)


def test_two_pages_save_at_once_and_a_third_sees_both(fresh, browser, address, front):  # noqa: F811
    other = opened(browser, address)
    other.context.add_cookies(
        [{"name": "_xsrf", "value": "0" * 32, "domain": "127.0.0.1", "path": "/"}]
    )  # as `ccplan serve` gives it: its farewell is heard
    other.click(".ccplan-scenarios summary")
    for page, name, volume in ((fresh, "wet spring", 20), (other, "dry spring", -10)):
        page.evaluate(TURN, ["volume", volume])
        page.locator(".ccplan-scenarios input[type=text]").fill(name)
    for page in (fresh, other):
        page.evaluate("document.querySelector('[data-action=keep]').click()")
    for page in (fresh, other):
        page.wait_for_function(
            "document.querySelector('.ccplan-notice').textContent.startsWith('Saved as')", timeout=10_000
        )
    other.locator(".ccplan-scenarios input[type=text]").fill("wet spring")
    act(other, lambda: other.click("[data-action=keep]"))
    assert notice(other) == words.TAKEN.format(name="wet spring")
    settled(other)  # what is still worked out would be asked of a kernel that has been given back
    other.goto(address)
    other.wait_for_selector(".ccplan[data-painted]", timeout=60_000)
    other.click(".ccplan-scenarios summary")
    choice = other.locator(".ccplan-scenarios select")
    assert choice.locator("option").all_inner_texts() == ["as it is", "dry spring", "wet spring"]
    act(other, lambda: choice.select_option("wet spring"))
    day, start = front
    assert tiles_on(other) == expected_tiles(day, replace(start, volume=0.2), CENTRE)
    for name in ("as it is", "dry spring", "wet spring"):
        act(other, lambda name=name: other.locator(f".ccplan-ticks input[value='{name}']").check())
    shown = other.evaluate(
        "() => [...document.querySelectorAll('.ccplan-compared [data-row]')].map(r => [r.dataset.row, [...r.querySelectorAll('td')].map(d => d.firstChild.textContent)])"
    )
    columns = [expected_tiles(day, replace(start, volume=volume), CENTRE) for volume in (0.0, -0.1, 0.2, 0.2)]
    assert dict(shown) == {name: [one[name] for one in columns] for name in columns[0]}
    other.set_viewport_size({"width": 390, "height": 900})
    settled(other)
    assert other.evaluate("document.documentElement.scrollWidth") <= 390
    nameless = other.evaluate("""() => [...document.querySelectorAll('.ccplan input, .ccplan select, .ccplan button')]
      .filter(n => !(n.getAttribute('aria-label') || (n.labels && n.labels.length) || n.textContent)).map(n => n.outerHTML)""")
    assert nameless == [] and other.log == [] and outside(other) == []
    other.close()


def test_the_page_is_saved_by_the_browser_and_opens_in_it(fresh, browser, tmp_path, front):  # noqa: F811
    with fresh.expect_download() as caught:
        fresh.click("[data-action=html]")
    file = tmp_path / caught.value.suggested_filename
    caught.value.save_as(file)
    desk = opened_desk()
    desk.answer({"seq": 0})
    check_file("html", file.read_bytes(), desk, expected_tiles(*front, CENTRE))
    still = browser.new_page(viewport={"width": 390, "height": 900})
    asked, log = [], []
    still.on("request", lambda request: asked.append(request.url))
    still.on("console", lambda said: log.append(said.text))
    still.goto(file.as_uri())
    drawn = still.evaluate("[...document.images].map(i => i.complete && i.naturalWidth)")
    assert len(drawn) == 4 and min(drawn) > 300 and still.evaluate("document.documentElement.scrollWidth") <= 390
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == [] and log == []
    still.close()


def test_a_strange_file_is_refused_in_words_and_text_from_a_file_never_runs(fresh, tmp_path):
    chooser = fresh.locator(".ccplan-scenarios input[type=file]")

    def give(name, text):
        (tmp_path / name).write_text(text, "utf-8")
        chooser.set_input_files(tmp_path / name)

    give("large.json", "x" * (MOST_BYTES + 1))
    fresh.wait_for_function(
        "document.querySelector('.ccplan-notice').textContent.includes('larger than a scenario can be (64 kB)')",
        timeout=5000,
    )
    give("odd.json", file_of(dials={"aht_s": 1e9}))
    fresh.wait_for_function(
        "document.querySelector('.ccplan-notice').textContent.includes('Handle time must be between 60 and 1,200 s')",
        timeout=10_000,
    )
    give("named.json", file_of(name=HOSTILE, dials={"volume": 0.3}))
    fresh.wait_for_function(
        "document.querySelector('.ccplan-notice').textContent.includes('<img src=x')", timeout=10_000
    )
    assert fresh.locator("[data-dial=volume] input[type=range]").input_value() == "30"
    act(fresh, lambda: fresh.click("[data-action=keep]"))
    act(fresh, lambda: fresh.locator(".ccplan-ticks label", has_text="<img src=x").locator("input").check())
    assert "<img src=x" in fresh.locator(".ccplan-compared").inner_text() and fresh.locator(".ccplan img").count() == 0
    assert fresh.title() != "broken" and fresh.log == []
