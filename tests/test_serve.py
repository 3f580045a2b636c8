"""`ccplan serve`: who gets in, what is served and what is not, that nobody runs code, and that it ends cleanly."""

import json
import re
import shutil
import socket
import sys
import time
from urllib.parse import quote

import pytest
import websocket
from axe_playwright_python.sync_playwright import Axe

from ccplan.cli.serve import free_port
from ccplan.data import sample_centre
from ccplan.display.start.pages import ROLES, pages
from tests.browsers import browser, opened, outside  # noqa: F401 — a fixture
from tests.browsers import _free_port, write_notebook
from tests.commands import CCPLAN, refused
from tests.serving import TOKEN, alive, ask, entered, kernel_of, message, own_server, serving, typed

SECRET = "offered,never-to-be-served"
SOURCES = {
    "00_start": (
        "import os, sys; print('folder', os.environ['CCPLAN_FOLDER'], 'preheated', os.environ['VOILA_PREHEAT'], 'pid', os.getpid(), "
        "'token', any('a-token' in one for one in os.environ.values()), '.')",
    ),
    "01_wrong": (
        "raise ValueError('the file intervals.csv has no column <b>offered</b>: name one')",
        "print('not reached')",
    ),
    "02_fault": ("{}['an inner matter']",),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a centre and a folder of notebooks side by side, with things in both that are nobody's business."""
    root = tmp_path_factory.mktemp("served")
    centre, notebooks = root / "centre", root / "notebooks"
    centre.mkdir(), notebooks.mkdir()
    (centre / "centre.toml").write_text(
        'name = "Tiny <b>centre</b>"\ntime_zone = "UTC"\n[queues.a]\nchannel = "voice"\n'
    )
    rows = "".join(f"a,2026-03-02 {hour:02}:00,9,8,1,8,2000\n" for hour in range(8, 18))
    (centre / "intervals.csv").write_text("queue,start,offered,answered,abandoned,answered_in_target,talk_s\n" + rows)
    (notebooks / "secret.csv").write_text(SECRET)
    (root / "secret.csv").write_text(SECRET)
    for name, sources in SOURCES.items():
        write_notebook(notebooks / f"{name}.ipynb", *sources)
        _titled(notebooks / f"{name}.ipynb")
    write_notebook(notebooks / "private.ipynb", f"print('{SECRET}')")
    return root


def _titled(file, always=True):
    notebook = json.loads(file.read_text())
    notebook["cells"].insert(0, {"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# Which question?"})
    notebook["cells"][1]["metadata"]["tags"] = ["always"] * always  # it tells of its own kernel
    file.write_text(json.dumps(notebook))


@pytest.fixture(scope="module")
def port(place):
    port = _free_port()
    with serving(own_server(place / "centre", place / "notebooks", port), port, place / "log"):
        yield port


@pytest.fixture(scope="module")
def cookie(port):
    return entered(port)


@pytest.fixture(scope="module")
def page(port, cookie):
    status, _, text = ask(port, "/voila/render/00_start.ipynb", cookie=cookie)
    assert status == 200
    return text


# ------------------------------------------------------------------------------------------------- the door


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/voila/render/00_start.ipynb",
        "/voila/render/secret.csv",
        "/voila/tree",
        "/nothing",
        "/voila/files/secret.csv",
    ],
)
def test_without_the_token_every_address_leads_to_the_door(port, path):
    status, headers, text = ask(port, path)
    assert status == 302 and headers["Location"].startswith("/login?next=") and not text


def test_a_wrong_token_stays_outside_and_a_wrong_cookie_too(port):
    status, headers, text = typed(port, "a-token-for-nothing")
    assert status == 401 and "not the token" in text and "Set-Cookie" not in headers
    assert ask(port, "/?token=wrong")[0] == 302 and "Set-Cookie" not in ask(port, "/?token=wrong")[1]
    assert ask(port, "/voila/render/00_start.ipynb", cookie=f"username-127-0-0-1-{port}=2|1:0|forged")[0] == 302


def test_the_token_may_be_typed_and_the_way_on_stays_on_this_server(port):
    status, headers, _ = typed(port, TOKEN, "//elsewhere.example/")
    assert status == 302 and headers["Location"] in ("/", "/elsewhere.example/")
    assert "HttpOnly" in headers["Set-Cookie"] and "SameSite=Lax" in headers["Set-Cookie"]


def test_the_token_leaves_the_address_and_never_reaches_a_page_or_a_kernel(port, page):
    assert ask(port, f"/voila/render/00_start.ipynb?token={TOKEN}")[1]["Location"] == "/voila/render/00_start.ipynb"
    assert TOKEN not in page and "token False ." in page


def test_strangers_reach_no_kernel(port, page):
    kernel = kernel_of(page)
    assert ask(port, f"/api/kernels/{kernel}")[0] == 403
    assert ask(port, f"/voila/api/shutdown/{kernel}", method="POST", body="x=1")[0] == 403
    with pytest.raises(websocket.WebSocketBadStatusException) as refusal:
        websocket.create_connection(f"ws://127.0.0.1:{port}/api/kernels/{kernel}/channels")
    assert refusal.value.status_code == 403


def test_a_page_of_another_site_cannot_use_the_cookie_to_reach_a_kernel(port, cookie, page):
    with pytest.raises(websocket.WebSocketBadStatusException) as refusal:
        websocket.create_connection(
            f"ws://127.0.0.1:{port}/api/kernels/{kernel_of(page)}/channels",
            cookie=cookie,
            origin="http://elsewhere.example",
        )
    assert refusal.value.status_code == 403


# ------------------------------------------------------------------------------------------------- what is served


CLOSED = [
    "/voila/tree",
    "/voila/tree/",
    "/voila/api/contents",
    "/voila/api/contents/secret.csv",
    "/voila/files/secret.csv",
    "/files/secret.csv",
    "/tree",
    "/api/contents/secret.csv",
    "/lab",
    "/notebooks/00_start.ipynb",
    "/api/sessions",
    "/api/terminals",
    "/api/kernels",
    "/voila/execution/x",
    "/voila/query/x",
    "/voila/render/private.ipynb",
    "/voila/render/secret.csv",
    "/voila/render/",
    "/voila/render/00_start",
    "/secret.csv",
    "/voila/render/../secret.csv",
    "/voila/render/..%2fsecret.csv",
    "/voila/render/%2e%2e/secret.csv",
    "/voila/render/..%5csecret.csv",
    "/voila/render/./00_start.ipynb",
    "/voila/render//00_start.ipynb",
    "/voila/render/%252e%252e%252fsecret.csv",
    "/voila/render/00_start.ipynb%00.csv",
    "/voila/static/../../../../../../../../etc/passwd",
    "/voila/static/..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/voila/static/%2fetc%2fpasswd",
    "/voila/templates/ccplan/static/../index.html.j2",
    "/voila/templates/../static/x",
    "/voila/templates/lab/index.html.j2",
    "/voila/templates/ccplan/static/..%2f..%2f..%2findex.html.j2",
    "/voila/templates/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/voila/labextensions/..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/voila/api/themes/..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/voila/labextensions//etc/passwd",
    "/voila/templates/ccplan/static//etc/passwd",
]


@pytest.mark.parametrize("path", CLOSED)
def test_no_file_is_served_however_it_is_written(port, cookie, path):
    status, _, text = ask(port, path, cookie=cookie)
    assert status in (400, 403, 404, 405), text[:300]
    assert SECRET not in text and "root:" not in text and "Traceback" not in text and "{%" not in text


def test_a_template_or_a_theme_of_choice_is_not_taken(port, cookie, page, place):
    status, _, text = ask(port, f"/voila/render/00_start.ipynb?template=lab&theme={quote(str(place))}", cookie=cookie)
    assert status == 200 and "cdn." not in text and 'id="ccplan-bar"' in text


def test_every_page_forbids_the_browser_to_ask_another_machine(port, cookie):
    for path in ("/login", "/nothing"):
        headers = ask(port, path, cookie=cookie)[1]
        policy = headers["Content-Security-Policy"]
        assert (
            "default-src 'self'" in policy
            and "frame-ancestors 'self'" in policy
            and "http:" not in policy
            and "*" not in policy
        )
        assert headers["Referrer-Policy"] == "no-referrer"


def test_pages_have_the_bar_with_text_from_data_as_text(page):
    assert "Tiny &lt;b&gt;centre&lt;/b&gt;" in page and "tables to 2 March 2026" in page
    assert re.search(r'href="/voila/render/00_start.ipynb" title="Which question\?" aria-current="page"', page)
    assert "private" not in page


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("01_wrong", "the file intervals.csv has no column &lt;b&gt;offered&lt;/b&gt;: name one"),
        ("02_fault", "not foreseen (KeyError)"),
    ],
)
def test_an_error_is_told_in_words_without_its_trace(port, cookie, name, words):
    status, _, text = ask(port, f"/voila/render/{name}.ipynb", cookie=cookie)
    shown = text.replace("&#39;", "'")
    assert status == 200 and words in shown
    assert (
        "Traceback" not in text and "inner matter" not in text and "ipykernel" not in text and "not reached" not in text
    )


# ------------------------------------------------------------------------------------------------- no code


def as_v1(told):
    """A message in the newer form: offsets, then the channel and the four parts."""
    parts = [
        told["channel"].encode(),
        *(json.dumps(told[name]).encode() for name in ("header", "parent_header", "metadata", "content")),
    ]
    number = len(parts) + 1
    offsets = [8 * (number + 1)]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    return b"".join(one.to_bytes(8, "little") for one in (number, *offsets)) + b"".join(parts)


@pytest.mark.parametrize("form", ["json", "v1"])
def test_a_dashboard_runs_no_code(port, cookie, page, tmp_path, form):
    """Whoever is let in may move sliders; a request to run code is dropped, and what is asked after it is answered."""
    written = tmp_path / "written"
    code = {
        "code": f"open({str(written)!r}, 'w').write('run')",
        "silent": False,
        "store_history": False,
        "user_expressions": {},
        "allow_stdin": False,
    }
    asked = [
        message(kind, channel, **code)
        for kind in ("execute_request", "debug_request", "inspect_request", "complete_request")
        for channel in ("shell", "control")
    ]
    v1 = form == "v1"
    line = websocket.create_connection(
        f"ws://127.0.0.1:{port}/api/kernels/{kernel_of(page)}/channels",
        cookie=cookie,
        timeout=20,
        subprotocols=["v1.kernel.websocket.jupyter.org"] if v1 else None,
    )
    for told in [*asked, message("kernel_info_request", "shell")]:
        line.send(as_v1(told), websocket.ABNF.OPCODE_BINARY) if v1 else line.send(json.dumps(told))
    heard = b""
    while b'"kernel_info_reply"' not in heard or b'"idle"' not in heard:
        got = line.recv()
        heard += got if isinstance(got, bytes) else got.encode()
    line.close()
    assert (
        b"execute" not in heard
        and b"debug_reply" not in heard
        and b"inspect_reply" not in heard
        and not written.exists()
    )


# ------------------------------------------------------------------------------------------------- kept ready,
# given back, ended


def test_pages_are_kept_ready_for_the_folder_idle_ones_are_given_back_and_ctrl_c_ends_all(place):
    port = _free_port()
    with serving(
        own_server(place / "centre", place / "notebooks", port, idle_s=4, ready=1, most=2), port, place / "log2"
    ) as server:
        cookie = entered(port)
        status, _, first = ask(port, "/voila/render/00_start.ipynb", cookie=cookie)
        line = websocket.create_connection(  # somebody looks at it, however long the next pages take
            f"ws://127.0.0.1:{port}/api/kernels/{kernel_of(first)}/channels", cookie=cookie, timeout=30
        )
        told = re.search(r"folder (\S+) preheated (\w+) pid (\d+)", first)
        assert told[1] == str(place / "centre") and told[2] == "True", "the copy that was ready knows the folder"
        assert ask(port, "/voila/render/02_fault.ipynb", cookie=cookie)[0] == 200
        full, _, words = ask(port, "/voila/render/02_fault.ipynb", cookie=cookie)
        assert full == 503 and "All places are taken" in words
        line.close()
        _until(lambda: not alive(told[3]), "a page that nobody looks at is given back")
        again = {}
        pages = iter(
            lambda: ask(port, "/voila/render/00_start.ipynb", cookie=cookie), None
        )  # its place is counted free a moment later
        _until(
            lambda: again.update(zip(("status", "_", "text"), next(pages), strict=True)) or again["status"] == 200,
            "the place is free again",
        )
        second = re.search(r"pid (\d+)", again["text"])[1]
        assert alive(second) and second != told[3]
        server.send_signal(2)
        assert server.wait(timeout=30) == 0
        _until(lambda: not alive(second), "kernels end with the server")
    assert "Traceback" not in (place / "log2").read_text()


COUNTS = """import os
with open({log!r}, 'a') as log: log.write('run ')
print('worked out at priority', os.nice(0), 'with', os.environ['CCPLAN_FOLDER'], '.')"""
FAILS = "open({log!r}, 'a').write('failed ')\nraise ValueError('no')"


def test_what_pages_show_is_worked_out_before_anybody_asks_and_again_after_a_change(place, tmp_path):
    centre, log, port = tmp_path / "centre", tmp_path / "log.txt", _free_port()
    shutil.copytree(place / "centre", centre)
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    for name, source in (("00_start", FAILS), ("01_data", COUNTS)):
        write_notebook(notebooks / f"{name}.ipynb", source.format(log=str(log)))
        _titled(notebooks / f"{name}.ipynb", always=False)
    with serving(own_server(centre, notebooks, port, ahead=True, most=1), port, tmp_path / "log") as server:
        _until(lambda: log.exists() and log.read_text() == "failed run ", "both were run, nobody asked")
        status, _, page = ask(port, "/voila/render/01_data.ipynb", cookie=entered(port))
        assert status == 200 and f"worked out at priority 19 with {centre} ." in page
        with (centre / "intervals.csv").open("a") as table:
            table.write("a,2026-03-03 09:00,9,8,1,8,2000\n")
        _until(lambda: log.read_text() == "failed run failed run ", "the tables have changed, all is worked out again")
        time.sleep(3)  # three more looks
        assert log.read_text() == "failed run failed run ", "nothing is run again for the same tables"
        server.send_signal(2)
        assert server.wait(timeout=30) == 0
    assert "Traceback" not in (tmp_path / "log").read_text() and "pending" not in (tmp_path / "log").read_text()


def test_what_was_left_out_and_is_needed_after_all_is_run(place, tmp_path):
    """A call that changes what a later cell needs looks like one that shows something: the page is run whole."""
    notebooks, port = tmp_path / "notebooks", _free_port()
    notebooks.mkdir()
    told = ("told = {}", "told.update(a=1)", "first = told['a']; first", "print('it is', first, '.')")
    write_notebook(notebooks / "00_start.ipynb", *told)
    _titled(notebooks / "00_start.ipynb", always=False)
    notebook = json.loads((notebooks / "00_start.ipynb").read_text())
    notebook["cells"][-1]["metadata"]["tags"] = ["always"]
    (notebooks / "00_start.ipynb").write_text(json.dumps(notebook))
    with serving(own_server(place / "centre", notebooks, port), port, tmp_path / "log"):
        cookie = entered(port)
        pages = [ask(port, "/voila/render/00_start.ipynb", cookie=cookie)[2].split("<main")[1] for _ in range(3)]
    assert ["it is 1 ." in page and "ccplan-fault" not in page for page in pages] == [True] * 3


def _until(true, words, seconds=30):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, words
        time.sleep(0.2)


# ------------------------------------------------------------------------------------------------- refused before
# anything starts


def test_what_cannot_be_served_is_refused_in_words(tmp_path):
    assert "there is no folder" in refused("serve", tmp_path / "nowhere", "--no-browser")
    (tmp_path / "file").write_text("")
    assert "is not a folder" in refused("serve", tmp_path / "file", "--no-browser")
    assert "8 signs or more" in refused("serve", "--token", "short")
    assert "opens the dashboards to everybody" in refused("serve", "--no-token", "--host", "0.0.0.0")
    assert "exclude one another" in refused("serve", "--no-token", "--token", "long-enough-token")
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "centre.toml").write_text("name = \n")
    assert "centre.toml" in refused("serve", broken, "--no-browser")


def test_a_taken_port_is_told_and_the_next_is_taken_where_none_was_asked_for(monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"port {port} at 127.0.0.1 is taken" in refused("serve", "--port", port, "--no-browser")
        monkeypatch.setattr("ccplan.cli.serve.PORT", port)
        assert port < free_port("127.0.0.1") < port + 20
    assert "no such address" in refused("serve", "--host", "192.0.2.1", "--no-browser") or sys.platform != "linux"


# ------------------------------------------------------------------------------------------------- in a browser


@pytest.fixture(scope="module")
def start(tmp_path_factory, browser):  # noqa: F811
    """The start page of the bundled centre in a browser, as `ccplan serve` shows it."""
    root, port = tmp_path_factory.mktemp("start"), _free_port()
    with serving(
        [*CCPLAN, "serve", str(sample_centre()), "--no-browser", "--no-ahead", "--port", str(port)], port, root / "log"
    ):
        page = opened(browser, f"http://127.0.0.1:{port}/?token={TOKEN}", painted="#rendered_cells:visible")
        yield page
        page.close()


def test_the_start_page_fits_both_widths_and_asks_no_other_machine(start):
    for width in (1280, 390):
        start.set_viewport_size({"width": width, "height": 900})
        assert start.evaluate("document.documentElement.scrollWidth") <= width
        wide = start.evaluate(
            "[...document.querySelectorAll('#rendered_cells *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 120))"
        )
        assert wide == []
    assert outside(start) == [] and start.log == []
    assert start.url.endswith("/voila/render/00_start.ipynb") and start.title() == "What is here, and where do I begin?"


def test_no_barrier_on_the_start_page_by_day_or_night(start):
    for width in (1280, 390):
        start.set_viewport_size({"width": width, "height": 900})
        for _ in ("day", "night"):
            found = Axe().run(start).response["violations"]
            assert [
                (one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in ("serious", "critical")
            ] == []
            start.click("#ccplan-night")


def test_the_start_page_links_to_every_page_for_every_reader(start):
    links = start.evaluate("[...document.querySelectorAll('.ccplan-roles a')].map(a => new URL(a.href).pathname)")
    known = {f"/voila/render/{page.name}.ipynb" for page in pages()}
    assert links and set(links) <= known and start.locator(".ccplan-roles section").count() == len(ROLES)
    bar = start.evaluate("[...document.querySelectorAll('#ccplan-pages a')].map(a => new URL(a.href).pathname)")
    assert set(bar) == known


def test_the_bar_is_a_menu_on_a_telephone_and_the_keyboard_opens_it(start):
    start.set_viewport_size({"width": 390, "height": 900})
    assert not start.locator("#ccplan-pages").is_visible()
    start.focus("#ccplan-menu")
    start.keyboard.press("Enter")
    assert (
        start.locator("#ccplan-pages").is_visible() and start.get_attribute("#ccplan-menu", "aria-expanded") == "true"
    )
    start.keyboard.press("Escape")
    assert not start.locator("#ccplan-pages").is_visible()
    start.set_viewport_size({"width": 1280, "height": 900})
    assert start.locator("#ccplan-pages").is_visible() and not start.locator("#ccplan-menu").is_visible()
    start.emulate_media(media="print")
    assert not start.locator("#ccplan-bar").is_visible()
    start.emulate_media(media="screen")


def test_night_is_remembered_and_links_lead_on(start):
    if "ccplan-dark" not in start.get_attribute("body", "class"):
        start.click("#ccplan-night")
    start.click("#ccplan-pages a:has-text('Data')", no_wait_after=True)
    start.wait_for_function(
        "document.title === 'Can this data be trusted?' && document.body?.classList.contains('ccplan-dark')",
        timeout=60_000,
    )
    assert start.get_attribute("#ccplan-pages a:has-text('Data')", "aria-current") == "page"
