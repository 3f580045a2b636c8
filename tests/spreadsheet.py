"""LibreOffice as the second opinion: it opens a workbook without its window, works every formula out anew, and
saves it.
"""

import os
import shutil
import subprocess

import pytest

RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>"""


def soffice():
    """The program; the test is skipped in words where there is none, but never in CI."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if not found:
        assert os.environ.get("CI") != "true", "LibreOffice must be there in CI: see .ci/run"
        pytest.skip("LibreOffice is not installed: nobody else can work the workbook out")
    return found


def recalculated(files, folder):
    """The files worked out anew by LibreOffice, in order: paths in `folder`."""
    out, home = folder / "recalculated", folder / "profile"
    (home / "user").mkdir(parents=True, exist_ok=True)
    (home / "user" / "registrymodifications.xcu").write_text(RECALCULATE, encoding="utf-8")
    command = [
        soffice(),
        f"-env:UserInstallation={home.as_uri()}",
        "--headless",
        "--norestore",
        "--convert-to",
        "xlsx",
        "--outdir",
        str(out),
    ]
    told = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, timeout=180, check=False)
    made = [out / file.name for file in files]
    assert all(file.exists() for file in made), told.stdout + told.stderr
    return made


def cells(file):
    """{sheet: {cell: value}} as last worked out."""
    from openpyxl import load_workbook

    return {
        sheet.title: {
            cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None
        }
        for sheet in load_workbook(file, data_only=True)
    }


def table(told, sheet, head=4):
    """A sheet's table as rows of {head: value}; heads stand in row `head`, and those that come twice are told apart
    by a number.
    """
    by_row = {}
    for cell, value in told[sheet].items():
        letters = cell.rstrip("0123456789")
        by_row.setdefault(int(cell[len(letters) :]), {})[letters] = value
    return [
        {by_row[head][letters]: value for letters, value in row.items() if letters in by_row[head]}
        for number, row in sorted(by_row.items())
        if number > head
    ]
