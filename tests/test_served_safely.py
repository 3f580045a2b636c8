"""The dashboards in bad hands: guesses, floods, ways out, markup in tables; and that pages share what they have in
common.
"""

import contextlib
import json
import re
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import nbformat
import pandas as pd
import pytest
import websocket

from ccplan.cli import kept
from ccplan.data.bundled import notebooks_folder
from tests.browsers import browser  # noqa: F401 — a fixture
from tests.browsers import _free_port
from tests.ill_meant import MARK, ill_meant_centre
from tests.serving import TOKEN, ask, entered, kernel_of, message, own_server, serving, typed

PANELS = {
    "03_staffing": "staffing_panel(",
    "08_setup": "checklist_panel(",
}  # of long notebooks: the first cells and the panel's


@pytest.fixture(scope="module")
def centre(tmp_path_factory):
    return ill_meant_centre(tmp_path_factory.mktemp("ill"))


@pytest.fixture(scope="module")
def port(centre, tmp_path_factory):
    """The suite's pages over a centre whose names are markup."""
    notebooks, port = tmp_path_factory.mktemp("notebooks"), _free_port()
    for name in ("00_start", "07_audit"):
        shutil.copy(notebooks_folder() / f"{name}.ipynb", notebooks)
    for name, call in PANELS.items():
        notebook = nbformat.read(notebooks_folder() / f"{name}.ipynb", as_version=4)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        first = (
            [
                code[0],
                nbformat.v4.new_code_cell(
                    "from ccplan import display\nfrom ccplan.data import current_folder\nfolder = current_folder()"
                ),
            ]
            if name == "08_setup"
            else code[:2]
        )
        panel = next(cell for cell in code if call in cell.source)
        panel.source = panel.source.replace("at=case.at", "at='2026-10-01'")
        notebook.cells = [notebook.cells[0], *first, panel]
        nbformat.write(notebook, notebooks / f"{name}.ipynb")
    with serving(own_server(centre, notebooks, port), port, centre.parent / "log"):
        yield port


@pytest.fixture(scope="module")
def cookie(port):
    return entered(port)


@pytest.fixture(scope="module")
def start(port, cookie):
    status, _, text = ask(port, "/voila/render/00_start.ipynb", cookie=cookie)
    assert status == 200
    return text


# ------------------------------------------------------------------------------------------------- the door


@pytest.mark.parametrize(
    "onward",
    [
        "//elsewhere.example/",
        "https://elsewhere.example/",
        "https:elsewhere.example",
        "///elsewhere.example",
        "/\\elsewhere.example",
        "\\\\elsewhere.example",
        "javascript:alert(1)",
        "http:///elsewhere.example",
        "/%2f%2felsewhere.example/../..//elsewhere.example",
    ],
)
def test_the_door_leads_to_no_other_machine(port, onward):
    status, headers, _ = typed(port, TOKEN, onward)
    assert status == 302 and re.match(r"/($|[^/\\])", headers["Location"])
    shown = ask(port, f"/login?next={quote(onward)}")[2]
    assert f'href="{onward}' not in shown and 'action="/login?next=' in shown


def test_guesses_wait_in_turn_wherever_they_are_tried_and_the_right_token_does_not(port):
    ways = [("/?token=guess-one", {}), ("/api/kernels/x", {"Authorization": "token guess-two"})]
    begin = time.monotonic()
    with ThreadPoolExecutor(3) as together:
        guesses = [together.submit(ask, port, path, headers=headers) for path, headers in ways] + [
            together.submit(typed, port, "guess-three")
        ]
        time.sleep(0.3)
        entered(port)
        assert not all(one.done() for one in guesses), "the right token waited behind the guesses"
        assert all(one.result()[0] in (302, 401, 403) for one in guesses)
    assert time.monotonic() - begin >= 3, "three guesses at once took less than three turns"


# ------------------------------------------------------------------------------------------------- what is sent


def test_what_is_sent_is_bounded(port, cookie, start):
    begun = ask(port, "/login", method="POST", headers={"Content-Length": str(50 * 2**20)})
    assert begun[0] in (400, 413)
    line = websocket.create_connection(
        f"ws://127.0.0.1:{port}/api/kernels/{kernel_of(start)}/channels", cookie=cookie, timeout=20
    )
    with contextlib.suppress(websocket.WebSocketConnectionClosedException, ConnectionError):  # no timeout: it is closed
        line.send(json.dumps(message("comm_msg", "shell", comm_id="x", data={"file": "x" * 5 * 2**20})))
        while line.recv():
            pass
    line.shutdown()


def test_a_message_to_no_widget_does_nothing_and_the_page_goes_on(port, cookie, start):
    line = websocket.create_connection(
        f"ws://127.0.0.1:{port}/api/kernels/{kernel_of(start)}/channels", cookie=cookie, timeout=30
    )
    for told in (
        message("comm_open", "shell", comm_id="x", target_name="os.system", data={"command": "true"}),
        message(
            "comm_open",
            "shell",
            comm_id="y",
            target_name="jupyter.widget",
            target_module="os",
            data={"state": {"_model_module": "os", "_model_name": "system"}},
        ),
        message("comm_msg", "shell", comm_id="z", data={"method": "custom", "content": {}}),
        message("comm_info_request", "shell"),
    ):
        line.send(json.dumps(told))
    while (heard := json.loads(line.recv()))["header"]["msg_type"] != "comm_info_reply":
        assert heard["header"]["msg_type"] != "execute_result"
    line.close()
    assert not {"x", "z"} & set(heard["content"]["comms"])


# ------------------------------------------------------------------------------------------------- text from data


@pytest.mark.parametrize("name", ["00_start", "03_staffing", "07_audit"])
def test_markup_in_names_is_shown_as_text(port, browser, name):  # noqa: F811
    """Names of the centre, queues, people, teams, categories and items: no element is made of them, and nothing of
    them runs.
    """
    page = _visited(browser, port, name)
    if name in PANELS:
        page.wait_for_selector(".ccplan[data-painted]", timeout=120_000)
    page.wait_for_timeout(500)
    made = page.evaluate(
        "[...document.querySelectorAll('img[src=x], [onerror]')].map(e => e.parentElement.outerHTML.slice(0, 200))"
    )
    assert made == [] and page.evaluate("window.hit") is None
    assert MARK in page.evaluate("document.body.innerText")
    page.context.close()


def _visited(browser, port, name):  # noqa: F811
    """A page in a browser of its own that came in by the token."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"http://127.0.0.1:{port}/login?token={TOKEN}", timeout=60_000, wait_until="commit")
    page.goto(f"http://127.0.0.1:{port}/voila/render/{name}.ipynb", timeout=150_000)
    page.wait_for_selector("#rendered_cells:visible", timeout=60_000)
    assert page.locator(".ccplan-fault").all_inner_texts() == []
    return page


def test_a_founder_ticks_an_item_in_the_app_and_it_is_in_the_folder(port, browser, centre):  # noqa: F811
    page = _visited(browser, port, "08_setup")
    box = page.locator(".ccplan-data .ccplan-item select").first
    box.wait_for(timeout=60_000)
    box.select_option("done")
    page.wait_for_selector("text=Saved: status", timeout=20_000)
    assert pd.read_csv(centre / "checklist.csv")["status"].tolist() == ["done"]
    assert [file.name for file in centre.iterdir() if file.suffix in (".part", ".tmp")] == []
    page.context.close()


# ------------------------------------------------------------------------------------------------- what pages have
# in common


def test_a_page_that_is_closed_gives_its_kernel_back_and_a_strange_page_cannot_close_it(port, cookie):
    _, headers, text = ask(port, "/voila/render/00_start.ipynb", cookie=cookie)
    field, place = re.search(r"_xsrf=([^;]+)", headers["Set-Cookie"])[1], f"/voila/api/shutdown/{kernel_of(text)}"
    assert ask(port, place, method="POST", body="_xsrf=guessed", cookie=f"{cookie}; _xsrf={field}")[0] == 403
    assert ask(port, place, method="POST", body=f"_xsrf={quote(field)}", cookie=f"{cookie}; _xsrf={field}")[0] == 204
    assert ask(
        port,
        f"/voila/api/shutdown/{kernel_of(text)}",
        method="POST",
        body=f"_xsrf={quote(field)}",
        cookie=f"{cookie}; _xsrf={field}",
    )[0] in (404, 500)


def test_the_second_visitor_sees_the_same_without_its_being_worked_out_again(port, cookie, start, centre):
    again = ask(port, "/voila/render/00_start.ipynb", cookie=cookie)[2]
    assert _said(again) == _said(start) and kernel_of(again) != kernel_of(start)
    (centre / "intervals.csv").write_text((centre / "intervals.csv").read_text().replace("2026-09-30", "2026-10-01"))
    changed = ask(port, "/voila/render/00_start.ipynb", cookie=cookie)[2]
    assert _said(changed) != _said(start) and "1 October 2026" in changed


def test_the_second_visitor_of_a_page_has_its_live_panel_too(port, cookie):
    for name in PANELS:
        pages = [ask(port, f"/voila/render/{name}.ipynb", cookie=cookie)[2].split("<main")[1] for _ in range(2)]
        assert [page.count("application/vnd.jupyter.widget-view+json") for page in pages] == [1, 1], name
        assert not any("ccplan-fault" in page for page in pages), name


def _said(text):
    """The page without what differs from kernel to kernel and from cell to cell's name."""
    return re.sub(
        r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}|id=[\w-]+", "", text.split("<main")[1]
    )


def test_only_what_live_cells_need_is_run():
    cells = [
        "import math as m, os",
        "a = 1; b = a + 1",
        "c = {}",
        "c['x'] = m.pi",
        "def f(): return c",
        "print(b)",
        "f()",
        "d: int = 3",
    ]
    # f needs c, which is changed by a cell that needs m
    assert set(kept.needed(cells, {6})) == {0, 2, 3, 4, 6}
    assert kept.needed(cells, set()) == {}
    assert set(kept.needed([*cells, "%matplotlib inline"], {6})) == set(range(9)), "what cannot be read is run"
    assert set(kept.needed(["from x import *", "1"], {1})) == {0, 1}


def test_of_a_cell_that_is_kept_only_what_live_cells_need_is_run():
    cells = [
        "case = plan(1)\nrisk = dear(case)\nanswer(case, risk)",
        "a, b = [], risk\na.append(1)\nfor i in a:\n    c = i\nshow(a)",
        "panel(case, c)",
        "after = case",
    ]
    assert kept.needed(cells, {2}) == {
        0: "case = plan(1)",
        1: "a, b = ([], risk)\na.append(1)\nfor i in a:\n    c = i",
        2: cells[2],
    } | {0: "case = plan(1)\nrisk = dear(case)"}  # `b` is made with `a`, and needs the risk
    cells[1] = cells[1].replace("a, b = [], risk", "a = []")
    assert kept.needed(cells, {2})[0] == "case = plan(1)"


def test_the_stamp_changes_with_a_table_and_not_with_kept_scenarios(tmp_path):
    (tmp_path / "a.csv").write_text("1")
    first = kept.stamp(tmp_path)
    (tmp_path / "staffing_scenarios.json").write_text("{}")
    assert kept.stamp(tmp_path) == first
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.csv").write_text("2")
    assert kept.stamp(tmp_path) != first
