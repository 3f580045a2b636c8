"""Take the README's pictures from the running app: `python docs/screenshots.py`. Needs Chromium."""

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

from ccplan.display import frontend

DOCS = Path(__file__).resolve().parent
PORT = 8766
FLAGS = "--headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update".split()


def serve():
    """Voila on the notebooks, with the panels' own template, on this machine only."""
    command = [sys.executable, "-m", "voila", str(DOCS.parent / "notebooks"), f"--port={PORT}", "--Voila.ip=127.0.0.1",
               "--no-browser", "--template=ccplan",
               "--VoilaConfiguration.extension_denylist=@voila-dashboards/jupyterlab-preview"]  # fmt: skip
    environment = os.environ | {"JUPYTER_PATH": str(frontend.VOILA), "JUPYTER_PLATFORM_DIRS": "1"}
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/no-such-page", timeout=2).close()
        except urllib.error.HTTPError:
            return server
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("Voila did not start")


def shoot(notebook, selector, file, width=1280):
    """A picture of one element of a notebook's page; the window is tall so that nothing is cut off."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": width, "height": 6000})
        page.goto(f"http://127.0.0.1:{PORT}/voila/render/{notebook}.ipynb")
        page.wait_for_selector(f"{selector}[data-painted]", timeout=60_000)
        page.wait_for_timeout(1000)
        page.locator(selector).screenshot(path=DOCS / file)
        browser.close()


if __name__ == "__main__":
    server = serve()
    try:
        shoot("03_staffing", ".ccplan", "staffing_panel.png")
        print(*sorted(DOCS.glob("*.png")), sep="\n")
    finally:
        server.terminate()
