"""`ccplan audit` with the real notebook on a small centre whose names try to do harm: text everywhere, the same
bytes twice, and what changed since.
"""

import io
import re
import shutil
import subprocess
import zipfile

import nbformat
import pandas as pd
import pytest
from openpyxl import load_workbook

from ccplan.display.reporting.pdf import find_browser
from tests.commands import run
from tests.effort import DEEP
from tests.quarter_centre import FORMULA, HARMFUL, PICTURE, QUARTER, SCRIPT, hostile_frames, write
from tests.read_page import Read
from tests.test_reports import bytes_of

ON_PAPER = bool(find_browser() and shutil.which("pdftotext"))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("command") / "centre"


@pytest.fixture(scope="module")
def both(place):
    """The files of a run on the folder; deep, and of a second one without paper."""
    write(place, hostile_frames())
    made = []
    for env in ({}, {"CCPLAN_BROWSER": "no-such-browser"})[: 2 if DEEP else 1]:
        told = run("audit", place, "--quarter", QUARTER, "--names", "--by", "Ann Lee", **env)
        assert told.returncode == 0, told.stderr
        made.append(bytes_of(place / "audit" / QUARTER))
    return made


@pytest.mark.skipif(
    not DEEP,
    reason="the notebook's bytes are held in test_notebooks.py, a small report's in test_reports.py; the whole audit twice: CCPLAN_DEEP=1",
)
def test_two_runs_give_the_same_bytes(both):
    for name in ("audit.html", "audit.xlsx", "audit.ipynb", "findings.csv", "actions.csv", "verdict.txt"):
        assert both[0][name] == both[1][name], name


def test_names_that_try_to_do_harm_are_text_in_the_page(both):
    page = both[0]["audit.html"].decode()
    read = Read(page)
    assert not {"script", "iframe", "object", "form", "link", "base"} & read.tags
    assert not [name for name, _ in read.attributes if name.startswith("on")] and ("src", "x") not in read.attributes
    words = " ".join(read.words)
    for payload in (*HARMFUL, "<b>Alder</b>"):
        assert payload in words, payload
    assert "Traceback" not in words and "currencies never mix" in words and "csat must be at most 5" in words


def test_nothing_in_the_workbook_is_a_formula(both):
    book = load_workbook(io.BytesIO(both[0]["audit.xlsx"]))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]
    found = {cell.value for cell in cells if cell.data_type == "s"}
    assert set(HARMFUL) <= found
    inside = zipfile.ZipFile(io.BytesIO(both[0]["audit.xlsx"]))
    assert not [
        name
        for name in inside.namelist()
        if name.startswith("xl/worksheets/") and re.search(rb"<f[ >]", inside.read(name))
    ]
    assert not [name for name in inside.namelist() if "externalLink" in name or "hyperlink" in name]


def test_nothing_in_the_tables_of_text_is_a_formula(both):
    for name in ("findings.csv", "actions.csv"):
        frame = pd.read_csv(io.BytesIO(both[0][name]), dtype=str, keep_default_na=False)
        assert len(frame) and not any(
            str(cell).startswith(("=", "+", "-", "@", "\t")) and not re.fullmatch(r"-?[\d.]+", cell)
            for column in frame
            for cell in frame[column]
        )
        assert frame["says"].str.contains(FORMULA, regex=False).any()


def test_nothing_in_the_notebook_runs(both):
    notebook = nbformat.reads(both[0]["audit.ipynb"].decode(), 4)
    shown = [
        text for cell in notebook.cells for output in cell.get("outputs", []) for text in output.get("data", {}).items()
    ]
    for kind, text in shown:
        if kind in ("text/html", "text/markdown", "image/svg+xml"):
            assert "<script" not in text and "<img src=x" not in text and not re.search(r"<b>Alder", text), kind
    assert any("&lt;script&gt;" in text for kind, text in shown if kind == "text/html")


@pytest.mark.skipif(not ON_PAPER, reason="no browser that prints, or no pdftotext")
def test_names_that_try_to_do_harm_are_text_on_paper(both, tmp_path):
    (tmp_path / "a.pdf").write_bytes(both[0]["audit.pdf"])
    told = subprocess.run(
        ["pdftotext", "-raw", tmp_path / "a.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    close = re.sub(r"\s+", "", told)
    for payload in (SCRIPT, PICTURE, FORMULA):
        assert re.sub(r"\s+", "", payload) in close, payload


def test_what_changed_since_is_said(both, place):
    report = place / "audit" / QUARTER
    told = run("audit", "--verify", report)
    assert told.returncode == 0 and "run by Ann Lee" in told.stdout
    kept = (place / "ledger.csv").read_bytes()
    (place / "ledger.csv").write_bytes(kept + b"2026-06-01,labour,gifts,0,12.00,EUR\n")
    told = run("audit", "--verify", report)
    assert told.returncode == 1 and "ledger.csv changed: 1 row more" in told.stdout and "calls.csv" not in told.stdout
    (place / "ledger.csv").write_bytes(kept)
    assert run("audit", "--verify", report).returncode == 0
