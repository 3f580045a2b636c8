"""What every live panel can do, each of the seven in turn: undo, scenarios saved, opened, compared and shared,
files of what is on screen.
"""

import base64
import io
import json
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial

import openpyxl
import pandas as pd
import pytest

from ccplan.auditing.standing.cuts import Cuts
from ccplan.display.audit.panel import AuditDesk
from ccplan.display.forecast.panel import forecast_desk
from ccplan.display.money import panel as budget_panel
from ccplan.display.money.panel import BudgetDesk
from ccplan.display.money.plans import budget_ground, tornado_cases
from ccplan.display.panels import words
from ccplan.display.panels.shelf import KIND, Shelf
from ccplan.display.panels.tools import Tools
from ccplan.display.people.panel import HeadcountDesk
from ccplan.display.people.plans import headcount_ground
from ccplan.display.scheduling.panel import ScheduleDesk
from ccplan.display.staffing import panel as staffing_panel
from ccplan.display.staffing.panel import _Desk
from ccplan.display.validation.panel import TrustDesk, day_types
from ccplan.display.words.source import sketch, sketch_schedule
from tests.panel_actions import message
from tests.panel_actions import words as said
from tests.small_case import CENTRE, PEOPLE, forecast, small_case, small_evidence, small_intervals

# What is slow to lay ready is laid once: the desks of a kind share it, as people who open one folder share its data.
KEPT = {
    "budget": cache(lambda: budget_ground(forecast(), CENTRE, people=PEOPLE)),
    "headcount": cache(lambda: headcount_ground(small_case())),
    "audit": cache(lambda: Cuts(small_evidence())),
    "validation": cache(lambda: day_types(small_intervals(), CENTRE)),
    "sketch": cache(sketch),
    "schedule": cache(sketch_schedule),
}


def staffing(folder):
    centre, intervals = KEPT["sketch"]()
    desk = _Desk(intervals, centre, folder=folder)
    desk.go("front", "2026-05-04")
    return desk


def forecasting(folder):
    centre, intervals = KEPT["sketch"]()
    return forecast_desk(intervals, centre, horizon="1 week", folder=folder)


DESKS = {  # how each is opened, and two things that a hand may do to it, one after the other
    "staffing": (staffing, {"volume": "12"}, {"shrinkage": "35.5"}),
    "forecast": (forecasting, {"band": "90"}, {"uplift": "12"}),
    "budget": (lambda folder: BudgetDesk(KEPT["budget"](), folder), {"volume": "10"}, {"hourly_wage": "16.25"}),
    "headcount": (lambda folder: HeadcountDesk(KEPT["headcount"](), folder=folder), {"overtime": "2"}, {"volume": "5"}),
    "audit": (
        lambda folder: AuditDesk(KEPT["audit"](), folder=folder),
        {"pickers": {"queue": "front"}},
        {"pickers": {"against": "the quarter before"}},
    ),
    "schedule": (
        lambda folder: ScheduleDesk(KEPT["schedule"](), short_most=10, folder=folder),
        {"volume": "10"},
        {"off_desk": "5"},
    ),
    "validation": (lambda folder: TrustDesk(KEPT["validation"](), folder=folder), {"people": "2"}, {"volume": "-7"}),
}
MOVED = {  # that the second thing really shows: a tile that must change, by hand or by rule
    "staffing": "scheduled",
    "forecast": "contacts",
    "budget": "cost",
    "headcount": "required",
    "audit": "against",
    "validation": "hours",
    "schedule": "cost",
}


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Few of what only a chart shows, and takes long: played days, ends of the tornado."""
    monkeypatch.setattr(staffing_panel, "played_days", partial(staffing_panel.played_days, days=4))
    monkeypatch.setattr(
        budget_panel,
        "tornado_cases",
        lambda *asked: (lambda ranges, ends: (ranges.head(2), ends[:4]))(*tornado_cases(*asked)),
    )


@pytest.fixture(params=DESKS)
def kind(request):
    return request.param


def opened(kind, folder=None):
    """A panel of that kind, as its page has been drawn."""
    tools = Tools(DESKS[kind][0](folder))
    tools.answer({"seq": 0})
    return tools


def do(tools, action=None, gesture=None, told=None, **turned):
    """What the browser would send, and the answer to it."""
    return tools.answer(message(tools.desk, action, **turned) | {"gesture": gesture, "tools": told or {}})


def turn(tools, number):
    """The first or second thing that a hand does."""
    return do(tools, gesture=number, **DESKS[tools.desk.kind][number])


def at_rest(tools):
    """The tiles' words once all that they tell is worked out: of a budget and a day that is hiring and nothing;
    their charts follow.
    """
    if tools.desk.kind == "budget":
        do(tools, "rest")
    elif tools.desk.kind != "staffing":
        tools.desk.settle()
    return said(do(tools)["tiles"])


def content(file):
    return file["text"].encode() if "text" in file else base64.b64decode(file["base64"])


def test_undo_and_redo_bring_back_exactly_what_was(kind):
    tools = opened(kind)
    states = [tools.desk.state]
    for number in (1, 2):
        turn(tools, number)
        states.append(tools.desk.state)
    assert len({state.key() for state in states}) == 3
    for action, there in (("undo", 1), ("undo", 0), ("undo", 0), ("redo", 1), ("redo", 2), ("redo", 2)):
        answer = do(tools, action)
        assert tools.desk.state == states[there] and answer["settings"] == tools.desk.settings() and answer["charts"]
    do(tools, "pin")
    do(tools, "reset")
    assert tools.desk.state == tools.desk.pinned == tools.desk.start
    do(tools, "undo")
    assert tools.desk.state == tools.desk.pinned == states[2]


def test_a_scenario_is_saved_and_a_second_desk_opens_it_exactly(kind, tmp_path):
    one = opened(kind, tmp_path)
    turn(one, 1), turn(one, 2)
    told = do(one, "keep", told={"name": "  a wet   spring "})["tools"]
    assert told["notice"] == words.SAVED.format(name="a wet spring") and told["kept"] == [
        words.AS_IT_IS,
        "a wet spring",
    ]
    two = opened(kind, tmp_path)
    answer = do(two, "open", told={"open": "a wet spring"})
    assert (
        two.desk.state == one.desk.state
        and answer["settings"] == one.desk.settings()
        and answer["tools"]["name"] == "a wet spring"
    )
    assert at_rest(two) == at_rest(one) != at_rest(opened(kind))
    do(two, "open", told={"open": words.AS_IT_IS})
    assert two.desk.state == two.desk.start
    json.dumps(answer, allow_nan=False)


def test_scenarios_stand_side_by_side_as_each_alone(kind, tmp_path):
    tools = opened(kind, tmp_path)
    alone = {words.AS_IT_IS: at_rest(tools)}
    turn(tools, 1)
    do(tools, "keep", told={"name": "some"})
    do(tools, "pin")
    alone |= dict.fromkeys((words.PINNED, "some"), at_rest(tools))
    turn(tools, 2)
    alone[words.SHOWN] = at_rest(tools)
    told = do(tools, "compare", told={"compare": [words.AS_IT_IS, words.PINNED, "some"]})["tools"]
    table = told["comparison"]
    assert [head.split(", ")[0] for head in table["columns"]] == [
        words.AS_IT_IS,
        words.PINNED,
        "some",
        words.SHOWN,
    ] and len(told["ticked"]) == 3
    rows = {row["tile"]: [cell["value"] for cell in row["cells"]] for row in table["rows"] if "tile" in row}
    assert rows == {name: [one[name] for one in alone.values()] for name in rows} and set(rows) == set(
        alone[words.SHOWN]
    )
    assert rows[MOVED[kind]][2] != rows[MOVED[kind]][3], "the second turn is seen"
    assert [row for row in table["rows"] if "tile" not in row], "what differs is named"
    json.dumps(told, allow_nan=False)


def test_a_scenario_is_shared_as_a_file_that_another_opens(kind, tmp_path):
    one, two = opened(kind, tmp_path), opened(kind)
    turn(one, 1), turn(one, 2)
    file = do(one, "share", told={"name": "to you"})["download"]
    assert file["name"] == "to-you.scenario.json" and not list(tmp_path.iterdir()), "sharing saves nothing"
    answer = do(two, "upload", told={"file": file["text"]})
    assert two.desk.state == one.desk.state and answer["tools"]["notice"] == words.OPENED.format(name="to you")


def hostile(kind):
    """(text of a file, what is said of it)."""

    def file(scenario, panel=kind):
        return json.dumps({"kind": KIND, "panel": panel, "name": "x", "scenario": scenario})

    other = "budget" if kind != "budget" else "staffing"
    yield file({"dials": {"volume": 0.1}}, other), f"of another panel: {other!r}"
    yield "not json", "cannot be read as JSON"
    yield file({}), "must hold"
    if kind == "budget":
        for overrides, words_of in (
            ({"__class__": 1}, "__class__ is no assumption"),
            ({"volume": True}, "must be a number"),
            ({"volume": 1e9}, "volume must be"),
            ({"volume": None}, "must be a number"),
        ):
            yield file({"overrides": overrides}), words_of
        return
    yield file({"dials": {"__class__": 1}}), "knows no dial '__class__'"
    yield file({"pickers": {"queue" if kind != "validation" else "day": "<img src=x>"}}), "<img src=x>"
    yield file({"pickers": {"__init__": "x"}}), "knows no picker '__init__'"
    yield file({"switches": {"volume": True}}), "knows no switch 'volume'"
    for name in list(DESKS[kind][1])[: kind != "audit"]:
        yield file({"dials": {name: True}}), "must be a number"
        yield file({"dials": {name: 1e9}}), "must be between"
        yield file({"dials": {name: float("nan")}}), "cannot be read as JSON"


def test_a_scenario_of_another_panel_or_a_hostile_file_changes_nothing(kind):
    tools = opened(kind)
    turn(tools, 1)
    before = tools.desk.remembered()
    for text, words_of in hostile(kind):
        answer = do(tools, "upload", told={"file": text})
        assert words_of.casefold() in answer["tools"]["notice"].casefold(), (text, answer["tools"]["notice"])
        assert tools.desk.remembered() == before and answer["charts"] and not answer["faults"]


def test_two_who_save_at_once_lose_nothing(kind, tmp_path):
    people = [opened(kind, tmp_path) for _ in range(2)]
    turn(people[1], 1)
    with ThreadPoolExecutor(2) as hands:
        told = list(
            hands.map(
                lambda who: [do(people[who], "keep", told={"name": f"{who}-{i}"})["tools"]["notice"] for i in range(4)],
                range(2),
            )
        )
    assert all(notice.startswith("Saved as") for one in told for notice in one)
    kept = Shelf(tmp_path, kind).all()
    scenarios = [json.loads(json.dumps(one.desk.scenario())) for one in people]
    assert kept == {f"{who}-{i}": scenarios[who] for who in range(2) for i in range(4)} and scenarios[0] != scenarios[1]
    assert do(people[1], "keep", told={"name": "0-0"})["tools"]["notice"] == words.TAKEN.format(name="0-0")
    assert Shelf(tmp_path, kind).all() == kept


def test_the_files_hold_the_numbers_on_screen(kind):
    tools = opened(kind)
    turn(tools, 1)
    tiles = at_rest(tools)
    files = {action: do(tools, action)["download"] for action in ("csv", "xlsx", "html", "svg")}
    assert [file["name"] for file in files.values()] == [f"{kind}.{action}" for action in files]
    table = pd.read_csv(io.BytesIO(content(files["csv"])))
    assert len(table) == len(next(iter(tools.desk.frames().values()))) > 0
    page = content(files["html"]).decode()
    assert (
        all(value.replace("&", "&amp;") in page for value in tiles.values())
        and "default-src 'none'" in page
        and "<script" not in page
    )
    drawn = [chart for chart in do(tools)["charts"].values() if not chart.get("hidden")]
    assert page.count("<figure>") == len(drawn) and content(files["svg"]).startswith(b"<svg")
    book = openpyxl.load_workbook(io.BytesIO(content(files["xlsx"])), data_only=True)
    if kind == "budget":  # a workbook of its own, with live formulas
        assert any(
            cell.value == pytest.approx(float(tools.desk.view().totals.cost), abs=0.01)
            for row in book["Summary"].iter_rows()
            for cell in row
            if isinstance(cell.value, float | int)
        )
    else:
        told = {row[0].value: row[1].value for row in book["Numbers"].iter_rows() if len(row) > 1}
        assert set(map(str, told.values())) >= set(tiles.values())


def test_a_move_reads_and_writes_no_file(kind, tmp_path, monkeypatch):
    tools = opened(kind, tmp_path)
    monkeypatch.setattr(Shelf, "all", lambda self: pytest.fail("a move of the hand has read the folder"))
    assert turn(tools, 1)["charts"] and not list(tmp_path.iterdir())
    do(tools, "rest")
