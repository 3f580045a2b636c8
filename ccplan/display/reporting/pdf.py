"""A report on paper: a browser of this machine, without a window and without network, prints the HTML file."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "microsoft-edge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
FLAGS = (
    "--headless --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --no-pdf-header-footer"
).split()
PATIENCE_S = 120
NO_BROWSER = (
    "no PDF was made: it takes Chromium, Chrome or Edge, and none was found — install one, name it in CCPLAN_BROWSER, "
    "or print the HTML file from any browser"
)
_WHEN = re.compile(rb"/(CreationDate|ModDate) \(D:[^)]*\)")
_NODE = re.compile(rb"\bnode\d{8}\b")


class NoPdf(OSError):
    """The PDF could not be made; the message says why and what to do."""


def find_browser():
    """The path of a browser that can print, or None; the environment's CCPLAN_BROWSER comes first."""
    asked = os.environ.get("CCPLAN_BROWSER")
    if asked:
        return shutil.which(asked)
    found = filter(None, map(shutil.which, NAMES))
    return next(found, None) or next((place for place in PLACES if Path(place).is_file()), None)


def write_pdf(html, file):
    """Print an HTML file as PDF to `file`: its path. The same page and browser give the same bytes.

    Raises NoPdf in words where there is no browser, or it fails.
    """
    browser, file = find_browser(), Path(file)
    if browser is None:
        raise NoPdf(NO_BROWSER)
    with tempfile.TemporaryDirectory(prefix="ccplan-", ignore_cleanup_errors=True) as profile:
        root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # in a container
        _print(
            [
                browser,
                *FLAGS,
                *root,
                f"--user-data-dir={profile}",
                f"--print-to-pdf={file}",
                Path(html).resolve().as_uri(),
            ],
            browser,
        )
    content = file.read_bytes() if file.is_file() else b""
    if not content.startswith(b"%PDF"):
        file.unlink(missing_ok=True)
        raise NoPdf(f"no PDF was made: {Path(browser).name} printed nothing — print the HTML file from any browser")
    file.write_bytes(_steady(content))
    return file


def _print(command, browser):
    try:
        subprocess.run(command, timeout=PATIENCE_S, check=True, capture_output=True)  # nosec B603 # a browser's path and flags, no shell
    except subprocess.TimeoutExpired:
        raise NoPdf(
            f"no PDF was made: {Path(browser).name} was not done in {PATIENCE_S} s — print the HTML file"
        ) from None
    except (OSError, subprocess.CalledProcessError) as problem:
        raise NoPdf(
            f"no PDF was made: {Path(browser).name} failed ({problem}) — print the HTML file from any browser"[:400]
        ) from None


def _steady(content):
    """The same page as the same bytes: a fixed day, and the browser's counters from 0; places in the file do not
    move.
    """
    numbers = {found: b"node%08d" % place for place, found in enumerate(sorted(set(_NODE.findall(content))))}
    return _NODE.sub(lambda found: numbers[found[0]], _WHEN.sub(_no_date, content))


def _no_date(found):
    day = b"D:20000101000000+00'00'"
    room = len(found[0]) - len(found[1]) - 4
    return b"/" + found[1] + b" (" + day[:room].ljust(room) + b")"
