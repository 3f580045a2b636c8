"""Reports: a notebook becomes one folder of a page, a PDF and tables; harmless, the same bytes, made as a whole or
not at all.
"""

import io
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile

import nbformat
import pandas as pd
import pytest

from ccplan.data import swapped
from ccplan.display.reporting import pdf as report_pdf, reports
from ccplan.display.audit.report import audit_report
from ccplan.display.reporting.book import sheets_bytes, sheets_workbook
from ccplan.display.reporting.clean import Cleaner
from ccplan.display.reporting.html import report_html
from ccplan.display.reporting.run import ReportError, run_notebook

from .read_page import Read
from .report_notebooks import FORMULA, PARAMETERS, PICTURE, SCRIPT, audit_notebook, notebook, small_centre

BROWSER = report_pdf.find_browser()
ALL = {"audit.ipynb", "audit.html", "audit.xlsx", "findings.csv", "actions.csv", "verdict.txt", "sign_off.json"}


def bytes_of(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A report that was made twice in the same place, the second time from the same tables: (folder, its files both
    times).
    """
    place = tmp_path_factory.mktemp("made")
    centre, book = small_centre(place / "centre"), audit_notebook(place / "quick.ipynb")
    both, out = [], centre / "audit" / "2026Q3"
    for pdf in (True, False):
        report = audit_report(centre, "2026Q3", out, notebook=book, by="Ann Lee", pdf=pdf)
        both.append(bytes_of(report.folder))
        actions = pd.read_csv(out / "actions.csv", keep_default_na=False).assign(status="done", note=FORMULA)
        actions.to_csv(out / "actions.csv", index=False)
    return report.folder, *both


def test_a_report_holds_every_kind_of_file(made):
    _, first, _ = made
    assert ALL | ({"audit.pdf"} if BROWSER else set()) == set(first)
    assert first["verdict.txt"] == b"6 rows were read\n"


def test_the_same_folder_and_parameters_give_the_same_bytes(made):
    _, first, second = made
    for name in ALL - {"sign_off.json", "actions.csv"}:
        assert first[name] == second[name], name


def test_what_people_wrote_into_the_actions_stays(made):
    rows = [pd.read_csv(io.BytesIO(files["actions.csv"]), keep_default_na=False).iloc[0] for files in made[1:]]
    assert [row["status"] for row in rows] == ["open", "done"] and [row["note"] for row in rows] == ["", f"'{FORMULA}"]
    assert rows[0]["says"] == SCRIPT and rows[0]["action"] == "'=1+1"


def test_nothing_of_this_machine_or_run_is_in_it(made):
    folder, first, _ = made
    for name in ("audit.html", "audit.ipynb", "sign_off.json", "findings.csv", "verdict.txt"):
        text = first[name].decode()
        assert (
            str(folder.parents[2]) not in text
            and ".tmp" not in text
            and "papermill" not in text.replace('"papermill": "', "")
        )
    assert 'folder = "centre"' in first["audit.ipynb"].decode().replace("\\", "")


def test_payloads_are_text_in_the_page_and_nothing_runs(made):
    page = made[1]["audit.html"].decode()
    read = Read(page)
    assert not {"script", "iframe", "object", "form", "link", "base"} & read.tags
    assert not [name for name, _ in read.attributes if name.startswith("on")]
    outside = [
        value
        for name, value in read.attributes
        if name in ("src", "href") and not value.startswith(("#", "data:image/"))
    ]
    assert outside == [] and "url(" not in page and "@import" not in page
    assert "default-src 'none'" in page
    words = " ".join(read.words)
    for payload in (SCRIPT, PICTURE, FORMULA):
        assert payload in words
    assert f"Escaped: {SCRIPT}" in words and f"Raw: {SCRIPT} {PICTURE}" in re.sub(r"\s+", " ", words)


@pytest.mark.skipif(not BROWSER or not shutil.which("pdftotext"), reason="no browser that prints, or no pdftotext")
def test_payloads_are_text_on_paper(made, tmp_path):
    (tmp_path / "a.pdf").write_bytes(made[1]["audit.pdf"])
    told = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "a.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    assert SCRIPT in told and PICTURE in told and FORMULA in told


def test_payloads_are_text_in_the_tables(made):
    from openpyxl import load_workbook

    book = load_workbook(made[0] / "audit.xlsx")
    cells = [cell for row in book["people"].iter_rows() for cell in row]
    found = [cell for cell in cells if cell.value == FORMULA]
    assert found and all(cell.data_type == "s" for cell in found)
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    rows = pd.read_csv(made[0] / "findings.csv")
    assert rows["says"].tolist() == [SCRIPT] and rows["action"].tolist() == ["'=1+1"]


def test_sections_can_be_linked_to_and_are_listed(made):
    page = made[1]["audit.html"].decode()
    assert (
        'id="words"' in page
        and '<li><a href="#words">In words</a></li>' in page
        and '<a href="#table">link</a>' in page
    )


# -------------------------------------------------------------------------------------------- pieces


@pytest.mark.parametrize(
    "html",
    [
        "<svg><script>alert(1)</script></svg>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href='jav&#x61;script:alert(1)'>x</a>",
        "<a href='data:text/html;base64,AAAA'>x</a>",
        "<a href=' data:text/html;base64,AAAA'>x</a>",
        "<a href='&#100;ata&#9;:text/html;base64,AAAA'>x</a>",
        "<img src='http://elsewhere.test/x.png'>",
        "<td style='background:url(//e)'>x</td>",
        "<style>body{display:none}</style>",
        "<style>.ccplan-a{background:url(//e)}</style>",
        "<math><mtext></form><form><mglyph><style></math><img src onerror=x()>",
        "<p style='position:fixed;top:0'>x</p>",
        "<iframe srcdoc='<script>x()</script>'></iframe>",
        "<svg><a xlink:href='javascript:x()'>y</a></svg>",
        "<input autofocus onfocus=x()>",
        "<!--><script>x()</script>-->",
    ],
)
def test_markup_that_could_run_ask_or_cover_is_inert(html):
    cleaner = Cleaner()
    read = Read(cleaner.clean(html))
    assert not {"script", "iframe", "input", "form", "style", "math"} & read.tags
    assert not [
        (name, value)
        for name, value in read.attributes
        if name.startswith("on")
        or name in ("srcdoc", "xlink:href")
        or re.search(r"javascript|http|text/html|url|fixed", value or "")
    ]
    assert cleaner.styles == {}


def test_tables_and_drawings_of_the_house_stay():
    drawn = '<svg viewBox="0 0 9 9" width="40"><path d="M0 0L9 9" stroke="#0072B2"></path></svg>'
    assert Cleaner().clean(drawn) == drawn
    cleaner = Cleaner()
    assert (
        cleaner.clean(
            "<style>.ccplan-x { color: #1F2328 }</style><table class='ccplan-x'><tbody><tr><td data-name='a'>1</td></tr></tbody></table>"
        )
        == '<table class="ccplan-x"><tbody><tr><td data-name="a">1</td></tr></tbody></table>'
    )
    assert list(cleaner.styles) == [".ccplan-x { color: var(--ink) }"]


def test_headings_alike_have_anchors_of_their_own():
    cells = [nbformat.v4.new_markdown_cell(f"## {words}") for words in ("Why?", "Why!", "<b>Wh</b>y", "¿")]
    page = report_html(nbformat.v4.new_notebook(cells=cells), "a & b", "<i>")
    assert re.findall(r'<li><a href="#([^"]*)"', page) == ["why", "why-2", "why-3", "section"]
    assert "<title>a &amp; b</title>" in page and "&lt;i&gt;" in page


def test_a_workbook_is_formatted_by_units_and_the_same_every_time(tmp_path):
    from openpyxl import load_workbook

    frame = pd.DataFrame(
        {
            "kpi": ["sl", "aht"],
            "unit": ["share", "s"],
            "value": [0.81234, 301.26],
            "n": [7, 8],
            "when": pd.to_datetime(["2026-07-01 00:00", "2026-07-01 08:30"]).tz_localize("Europe/Helsinki"),
            "kept": [True, False],
        }
    )
    empty = pd.DataFrame({"a": []})
    sheets = {
        "A/B: [long] name that goes on and on and on": frame,
        "a b": empty,
        "A B": empty,
        "odd": pd.DataFrame({"x": [float("inf"), None], "x s": ["=1", "\x00ä"]}),
    }
    file = sheets_workbook(tmp_path / "b.xlsx", sheets, title="T", made="2026-10-01")
    assert file.read_bytes() == sheets_bytes(sheets, title="T", made="2026-10-01")
    book = load_workbook(file)
    assert all(len(name) <= 31 for name in book.sheetnames) and len(book.sheetnames) == 4
    first = book.worksheets[0]
    assert (first["C5"].number_format, first["C6"].number_format, first["D5"].number_format) == (
        "0.0%",
        '#,##0.0;-#,##0.0;"–"',
        "#,##0",
    )
    assert (first["E5"].number_format, first["E6"].number_format) == ("yyyy-mm-dd", "yyyy-mm-dd hh:mm") and first[
        "F5"
    ].value == "yes"
    assert first["E6"].value.isoformat() == "2026-07-01T08:30:00"
    assert (
        book.worksheets[3]["A5"].value == "no limit"
        and book.worksheets[3]["A6"].value is None
        and book.worksheets[3]["B5"].data_type == "s"
    )
    with pytest.raises(ValueError, match="must be an .xlsx"):
        sheets_workbook(tmp_path / "b.xls", sheets, title="T", made="2026-10-01")


def test_a_cell_that_fails_is_told_in_words_and_the_old_report_stays(made, tmp_path):
    folder, _, second = made
    before = bytes_of(folder)
    bad = audit_notebook(
        tmp_path / "bad.ipynb", "## People", "raise ValueError('no agent has calls: name a table of agents')"
    )
    with pytest.raises(ReportError, match="^no agent has calls: name a table of agents$"):
        audit_report(folder.parents[1], "2026Q3", folder, notebook=bad, pdf=False)
    worse = notebook(tmp_path / "worse.ipynb", "# Well?", PARAMETERS, "## People", "1 / 0", "## Money")
    with pytest.raises(
        ReportError, match="worse.ipynb stopped in its section 'People': ZeroDivisionError: division by zero"
    ):
        reports.write_report(worse, folder, {"quarter": "2026Q3"}, pdf=False)
    assert bytes_of(folder) == before and [file.name for file in folder.parent.iterdir() if file.suffix == ".tmp"] == []
    with pytest.raises(ReportError, match="has no parameter moon"):
        run_notebook(worse, {"moon": 1})
    with pytest.raises(FileNotFoundError, match="is not there"):
        run_notebook(tmp_path / "none.ipynb", {})


def test_without_a_browser_the_rest_is_written_and_words_say_why(tmp_path, monkeypatch):
    monkeypatch.setenv("CCPLAN_BROWSER", "no-such-browser")
    steps = []
    report = reports.write_report(
        notebook(tmp_path / "n.ipynb", "# Q?", "out = ''  # x", "1 + 1"),
        tmp_path / "r",
        progress=lambda *step: steps.append(step),
    )
    assert "no PDF was made" in report.notes[0] and set(report.files) == {"report.ipynb", "report.html"}
    assert steps[-1] == (6, 6, "done") and [done for done, *_ in steps] == sorted(done for done, *_ in steps)
    failing = tmp_path / "fails"
    failing.write_text("#!/bin/sh\nexit 3\n")
    failing.chmod(0o755)
    monkeypatch.setenv("CCPLAN_BROWSER", str(failing))
    with pytest.raises(report_pdf.NoPdf, match="no PDF was made: fails failed"):
        report_pdf.write_pdf(tmp_path / "r" / "report.html", tmp_path / "x.pdf")


# ------------------------------------------------------------------------------- as a whole or not at all


def test_files_of_others_stay_and_edits_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(reports, "_run", lambda *_: nbformat.v4.new_notebook())
    out = tmp_path / "r"
    reports.write_report("n.ipynb", out, pdf=False)
    made = {
        "report.html": reports_hash(out / "report.html"),
        "report.ipynb": reports_hash(out / "report.ipynb"),
        "gone.csv": "0",
    }
    (out / "notes.txt").write_text("mine")
    (out / "more").mkdir()
    (out / "more" / "x.txt").write_text("mine too")
    (out / "report.html").write_text("edited")
    report = reports.write_report("n.ipynb", out, pdf=False, ours=made)
    assert (out / "notes.txt").read_text() == "mine" and (out / "more" / "x.txt").read_text() == "mine too"
    assert (out / "report (edited).html").read_text() == "edited" and (out / "report.html").read_text() != "edited"
    assert report.notes == (
        "report.html was edited after the last run: the edited one is kept as report (edited).html",
    )


def reports_hash(file):
    import hashlib

    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.parametrize("exchanged", [True, False], ids=["in one step", "in two renames"])
def test_a_folder_is_swapped_and_put_back(tmp_path, monkeypatch, exchanged):
    if not exchanged:
        monkeypatch.setattr(swapped, "_exchanged", lambda made, target: False)
    for words in ("one", "two"):
        with swapped.new_folder(tmp_path / "r") as made:
            (made / "a.txt").write_text(words)
        assert (tmp_path / "r" / "a.txt").read_text() == words
    with pytest.raises(KeyboardInterrupt), swapped.new_folder(tmp_path / "r") as made:
        (made / "a.txt").write_text("three")
        raise KeyboardInterrupt
    assert (tmp_path / "r" / "a.txt").read_text() == "two"
    assert sorted(file.name for file in tmp_path.iterdir()) == [".r.lock", "r"]
    os.rename(tmp_path / "r", tmp_path / ".r.old")  # killed between two renames
    (tmp_path / ".r-abcd_123.tmp").mkdir()  # and before a swap
    with swapped.new_folder(tmp_path / "r"):
        assert (tmp_path / "r" / "a.txt").read_text() == "two" and not (tmp_path / ".r-abcd_123.tmp").exists()
    with swapped.new_folder(tmp_path / "r-2") as other, swapped.new_folder(tmp_path / "r"):
        (other / "a.txt").write_text("of another run, whose folder is not swept")
    assert (tmp_path / "r-2" / "a.txt").is_file()


def test_a_target_that_refuses_is_told(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError, match="is a file"), swapped.new_folder(tmp_path / "file"):
        pass
    with pytest.raises(OSError), swapped.new_folder(tmp_path / "file" / "r"):
        pass

    def full(*_):
        raise OSError(28, "No space left on device", "r")

    monkeypatch.setattr(swapped.os, "fsync", full)
    (tmp_path / "r").mkdir()
    with pytest.raises(OSError, match="No space left"), swapped.new_folder(tmp_path / "r") as made:
        (made / "a").write_text("x")
    assert (
        sorted(file.name for file in tmp_path.iterdir())
        == [".file.lock", ".r.lock", "file", "r"][1 - (tmp_path / ".file.lock").exists() :]
    )


def test_a_second_run_on_the_same_folder_is_told(tmp_path):
    inside, done = threading.Event(), threading.Event()

    def first():
        with swapped.new_folder(tmp_path / "r"):
            inside.set()
            done.wait(20)

    running = threading.Thread(target=first)
    running.start()
    assert inside.wait(10)
    with pytest.raises(TimeoutError, match="is being made by another run"), swapped.new_folder(tmp_path / "r"):
        pass
    done.set()
    running.join()
    assert (tmp_path / "r").is_dir()


def write_for_ever(target, words):
    """In a process of its own: write reports one after the other until somebody ends it."""
    try:
        for number in range(100_000):
            with swapped.new_folder(target) as made:
                for name in "abc":
                    (made / name).write_text(f"{words} {number}" * 200)
    finally:
        os._exit(1)


def wait_for_words(file, words, seconds=20):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if file.read_text().startswith(words):
                return
        except FileNotFoundError:  # between two renames
            pass
        time.sleep(0.001)
    pytest.fail(f"{file} was not written within {seconds} s")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.parametrize("exchanged", [True, False], ids=["in one step", "in two renames"])
def test_killed_at_any_moment_a_whole_report_stands(tmp_path, monkeypatch, exchanged):
    if not exchanged:
        monkeypatch.setattr(swapped, "_exchanged", lambda made, target: False)
    target, chance, now = tmp_path / "r", random.Random(7), {}
    with swapped.new_folder(target) as made:
        [(made / name).write_text("first") for name in "abc"]
    for attempt in range(20):
        child = os.fork()
        if child == 0:
            write_for_ever(target, attempt)
        wait_for_words(target / "a", f"{attempt} ")
        time.sleep(chance.uniform(0, 0.01))
        os.kill(child, signal.SIGINT if attempt % 4 == 0 else signal.SIGKILL)
        os.waitpid(child, 0)
        if (
            not exchanged
        ):  # between two renames it stands at its old place, from where the next run or --verify fetches it
            swapped.recovered(target)
        now = {file.name: file.read_text() for file in target.iterdir()}
        assert set(now) == set("abc") and len(set(now.values())) == 1 and now["a"].startswith(f"{attempt} ")
    with swapped.new_folder(target):
        left = [file.name for file in tmp_path.iterdir() if file.suffix == ".tmp"]
        assert len(left) == 1, "the next run removes what killed ones left"


RUN = """
import sys
from ccplan.display.audit.report import audit_report
audit_report(sys.argv[1], "2026Q3", sys.argv[2], notebook=sys.argv[3], pdf=False, progress=lambda done, *_: print(done, flush=True))
"""


@pytest.mark.parametrize("stop", ["SIGINT", "SIGKILL"])
def test_a_run_that_is_stopped_leaves_the_last_report(made, tmp_path, stop):
    folder = made[0]
    before = bytes_of(folder)
    slow = notebook(tmp_path / "slow.ipynb", "# Q?", PARAMETERS, "## Slow", "import time; time.sleep(60)")
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, str(folder.parents[1]), str(folder), str(slow)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    while process.stdout.readline().strip() != b"4":  # the slow cell has begun
        assert process.poll() is None
    process.send_signal(getattr(signal, stop))
    process.wait(20)
    process.stdout.close()
    assert process.returncode and bytes_of(folder) == before
    left = [file for file in folder.parent.iterdir() if file.suffix == ".tmp"]
    assert len(left) == (stop == "SIGKILL")


def test_the_page_asks_nothing_of_the_network_and_fits_a_telephone(made):
    if not BROWSER:
        pytest.skip("no browser")
    from playwright.sync_api import sync_playwright

    from .browsers import CHROMIUM

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=CHROMIUM)
        for width, scheme in ((390, "dark"), (1280, "light")):
            page = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme).new_page()
            said, asked = [], []
            page.on("console", lambda words: said.append(words.text))
            page.on("dialog", lambda dialog: said.append(dialog.message))
            page.on("request", lambda request: asked.append(request.url))
            page.goto((made[0] / "audit.html").as_uri())
            assert said == [] and [url for url in asked if not url.startswith(("file:", "data:"))] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.locator("pre.code").first.is_hidden()
            page.locator("label.switch").click()
            assert page.locator("pre.code").first.is_visible()
            assert page.locator("nav a").count() == 2
        browser.close()
    assert zipfile.ZipFile(made[0] / "audit.xlsx").testzip() is None
