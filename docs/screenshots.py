"""Take the README's pictures from the running app: `python docs/screenshots.py [NAME ...]`. Needs Chromium.

Each is a real page of the bundled centre as `ccplan serve` shows it. A picture larger than MOST bytes is refused: a
README is read over slow lines too.
"""

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).resolve().parent
PORT = 8766
MOST, ALL = 300_000, 1_000_000
FLAGS = "--headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update".split()
PANEL, PAGE = ".ccplan[data-painted]", "#rendered_cells:visible"


@dataclass(frozen=True)
class Picture:
    """A picture of a notebook's page from the element `top` on (the page's own top if empty), `width` × `height`
    CSS pixels.
    """

    notebook: str
    width: int = 1280
    height: int = 900
    top: str = ""
    ready: str = PANEL
    scheme: str = "light"


PICTURES = {
    "start": Picture("00_start", height=1120, ready=PAGE),
    "staffing_panel": Picture("03_staffing", height=1000, top=PANEL),
    "budget": Picture("06_budget", height=1000, top=PANEL),
    "audit": Picture("10_explore", height=1000, top=PANEL),
    "phone": Picture("03_staffing", width=390, height=844, top=PANEL),
    "dark": Picture("03_staffing", height=820, top=PANEL, scheme="dark"),
}


@contextlib.contextmanager
def serving():
    """`ccplan serve` on the bundled centre, on this machine only, as people see it."""
    command = [
        sys.executable,
        "-m",
        "ccplan.cli",
        "serve",
        "--no-browser",
        "--no-token",
        "--ready=0",
        "--no-ahead",
        f"--port={PORT}",
    ]
    server = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | {"PYTHONPATH": str(DOCS.parent)}
    )
    try:
        _wait(server)
        yield f"http://127.0.0.1:{PORT}/voila/render"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=60)


def _wait(server):
    for _ in range(600):
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/no-such-page", timeout=2).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"ccplan serve did not start: is port {PORT} taken?")


def shoot(browser, address, picture, file):
    """Write one picture."""
    page = browser.new_page(viewport={"width": picture.width, "height": picture.height}, color_scheme=picture.scheme)
    page.goto(f"{address}/{picture.notebook}.ipynb", timeout=300_000)
    page.wait_for_selector(picture.ready, timeout=120_000)
    page.wait_for_timeout(3000)  # what follows at rest
    page.add_style_tag(content="#ccplan-bar { position: static !important; }")
    if picture.top:
        page.locator(picture.top).first.evaluate("panel => panel.scrollIntoView({block: 'start', behavior: 'instant'})")
    page.wait_for_timeout(500)
    page.screenshot(path=file)
    page.close()
    if file.stat().st_size > MOST:
        raise RuntimeError(
            f"{file.name} has {file.stat().st_size:,} bytes, more than {MOST:,}: make it smaller in PICTURES"
        )


def main(arguments=None):
    """Take the pictures named, or all; RuntimeError where one of them, or all together, are too large."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(PICTURES)}; all if left out")
    names = ask.parse_args(arguments).names
    if unknown := [name for name in names if name not in PICTURES]:
        ask.error(f"there is no picture {', '.join(unknown)}; pictures are {', '.join(PICTURES)}")
    chromium = shutil.which("chromium")
    if not chromium:
        ask.error("no Chromium was found: install Debian's chromium to take the pictures")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, serving() as address:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for name in names or PICTURES:
            shoot(browser, address, PICTURES[name], DOCS / f"{name}.png")
            print(f"{name}.png", (DOCS / f"{name}.png").stat().st_size, flush=True)
        browser.close()
    total = sum(file.stat().st_size for file in DOCS.glob("*.png"))
    if total > ALL:
        raise RuntimeError(f"the pictures have {total:,} bytes together, more than {ALL:,}")


if __name__ == "__main__":
    try:
        main()
    except RuntimeError as problem:
        sys.exit(f"screenshots: {problem}")
