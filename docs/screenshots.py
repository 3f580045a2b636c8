"""Take the README's pictures from the running app: `python docs/screenshots.py`. Needs Chromium."""

import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

DOCS = Path(__file__).resolve().parent
PORT = 8766
FLAGS = "--headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update".split()


def serve():
    """`ccplan serve` on the bundled centre, on this machine only, as people see it."""
    command = [sys.executable, "-m", "ccplan.cli", "serve", "--no-browser", "--no-token", f"--port={PORT}"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(600):
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/no-such-page", timeout=2).close()
        except urllib.error.HTTPError:
            return server
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"ccplan serve did not start: is port {PORT} taken?")


def shoot(notebook, selector, file, width=1280, height=6000, ready="[data-painted]"):
    """A picture of one element of a notebook's page, or of the window where `selector` is "window"; by day."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="light")
        page.goto(f"http://127.0.0.1:{PORT}/voila/render/{notebook}.ipynb", timeout=300_000)
        page.wait_for_selector(f"{'' if selector == 'window' else selector}{ready}", timeout=60_000)
        page.wait_for_timeout(1000)
        (page if selector == "window" else page.locator(selector)).screenshot(path=DOCS / file)
        browser.close()


if __name__ == "__main__":
    server = serve()
    try:
        shoot("00_start", "window", "start.png", height=1120, ready="#rendered_cells:visible")
        shoot("03_staffing", ".ccplan", "staffing_panel.png")
        print(*sorted(DOCS.glob("*.png")), sep="\n")
    finally:
        server.terminate()
