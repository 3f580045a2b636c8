"""A real browser on a Voila or a JupyterLab of our own, on this machine only, for the tests of the panels.

Import the fixture `browser`; `voila` and `jupyterlab` are context managers that give an address.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest

from ccplan.display import frontend

CHROMIUM = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
PAINTED = ".ccplan[data-painted]"
KERNEL_IDLE = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
ACCEPT = """[...document.querySelectorAll('.jp-Dialog')].map(dialog => {
    [...dialog.querySelectorAll('.jp-Dialog-footer button')].at(-1).click(); return dialog.textContent })"""
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium, headless; the test is skipped in words where there is none, and fails in CI."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        words = "no Chromium was found: install Debian's chromium to test the panels in a browser"
        pytest.fail(words) if os.environ.get("CI") else pytest.skip(words)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        yield browser
        browser.close()


def write_notebook(file, *sources):
    """A notebook of code cells."""
    import nbformat

    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), file)


@contextlib.contextmanager
def voila(folder, **environment):
    """The address of a Voila that serves a folder's notebooks with the panels' own template."""
    port = _free_port()
    command = [
        sys.executable,
        "-m",
        "voila",
        str(folder),
        f"--port={port}",
        "--Voila.ip=127.0.0.1",
        "--no-browser",
        "--template=ccplan",
        "--VoilaConfiguration.extension_denylist=@voila-dashboards/jupyterlab-preview",
    ]
    environment = {**os.environ, "JUPYTER_PATH": str(frontend.VOILA), "JUPYTER_PLATFORM_DIRS": "1", **environment}
    with (folder / "voila.log").open("w") as log, _running(command, log, env=environment) as server:
        yield _ready(f"http://127.0.0.1:{port}", server)


@contextlib.contextmanager
def jupyterlab(folder, notebook):
    """The address of a notebook in a JupyterLab with settings of its own; it lies in `folder`/work."""
    port = _free_port()
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--port={port}",
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        "--ServerApp.token=",
        "--ServerApp.password=",
        f"--LabApp.user_settings_dir={folder / 'settings'}",
        f"--LabApp.workspaces_dir={folder / 'workspaces'}",
        "--LabApp.expose_app_in_browser=True",
    ]
    environment = {**os.environ, "JUPYTER_CONFIG_DIR": str(folder / "config")}
    with (folder / "lab.log").open("w") as log, _running(command, log, cwd=folder / "work", env=environment) as server:
        yield f"{_ready(f'http://127.0.0.1:{port}', server)}/lab/tree/{notebook}"


@contextlib.contextmanager
def _running(command, log, **more):
    server = subprocess.Popen(command, stdout=log, stderr=log, **more)
    try:
        yield server
    finally:
        server.terminate()
        try:
            server.wait(timeout=60)
        except subprocess.TimeoutExpired:  # a loaded machine: what was tested is tested
            server.kill()


def _free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _ready(address, server):
    for _ in range(600):
        assert server.poll() is None, "the server did not start"
        try:
            urllib.request.urlopen(f"{address}/no-such-page", timeout=2).close()
            return address
        except urllib.error.HTTPError as answered:
            answered.close()
            return address
        except OSError:
            time.sleep(0.2)
    pytest.fail("the server was not ready within two minutes")


def opened(browser, address, run=lambda page: None, painted=PAINTED):
    """A page with its panel painted; `page.log` keeps console errors, `page.asked` every request.

    `run` is what it takes to make the page execute its notebook.
    """
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.log, page.asked = [], []
    page.on("console", lambda said: page.log.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: page.log.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(address, timeout=150_000)  # Voila answers when the whole notebook has run
    run(page)
    page.wait_for_selector(painted, timeout=150_000)  # a loaded machine may take a minute
    return page


def run_all(page):
    """Run all cells of the notebook that is open in JupyterLab, once its kernel has said that it is idle."""
    page.add_locator_handler(page.locator(".jp-Dialog"), lambda _: _answer(page), no_wait_after=True)
    for _ in range(600):
        if page.evaluate(KERNEL_IDLE):
            page.evaluate("void jupyterapp.commands.execute('notebook:run-all-cells')")
            return
        _answer(page)
        page.wait_for_timeout(200)
    pytest.fail("the notebook had no idle kernel within two minutes")


def _answer(page):
    """Accept what JupyterLab asks, such as the choice of a kernel on a busy machine; a failing test shows the words."""
    for words in page.evaluate(ACCEPT):
        print("JupyterLab asked:", words)


def outside(page):
    """The requests of a page that asked another machine."""
    return [
        url
        for url in page.asked
        if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).hostname not in ("127.0.0.1", "localhost")
    ]
