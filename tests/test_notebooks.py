"""Notebooks: committed with their outputs, which come out again to the byte and read well."""

import importlib.util
import os
import statistics
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests.effort import DEEP

FOLDER = Path(__file__).parents[1] / "notebooks"
FILES = sorted(FOLDER.glob("[0-9]*.ipynb"))
SHORT = "08_setup"
named = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def code_cells(file):
    return [cell for cell in nbformat.read(file, as_version=4).cells if cell.cell_type == "code"]


def execute():
    spec = importlib.util.spec_from_file_location("execute", FOLDER / "execute.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_there_are_notebooks():
    assert FILES


def test_a_notebook_that_would_change_fails_the_check_alone(monkeypatch):
    module = execute()
    monkeypatch.setattr(module, "_again", lambda file, check: True)
    assert [module.main([SHORT, *how]) for how in ([], ["--check"], ["--che"])] == [0, 1, 1]


@named
def test_the_committed_outputs_come_out_again_to_the_byte_from_the_root_too(file):
    """They were made in the notebook's own folder: the same bytes from the root show that it runs in both."""
    assert execute().executed(file, FOLDER.parent) == file.read_text(encoding="utf-8"), "run: make notebooks"


@named
def test_nbval_agrees_strictly(file):
    """In its own folder; what comes out to the byte agrees with nbval too, so the long ones are left to make
    test-deep.
    """
    if file.stem != SHORT and not DEEP:
        pytest.skip("executed above and compared to the byte; by nbval as well: make test-deep")
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "--nbval",
            "-q",
            "-p",
            "no:cacheprovider",
            "-o",
            "addopts=",
            "-o",
            "filterwarnings=default",
            "-o",
            "testpaths=",
            "--nbval-cell-timeout=600",
            str(file),
        ],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        timeout=900,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-1000:]
    assert "skipped" not in run.stdout


@named
def test_cells_are_short_and_only_call_the_library(file):
    lines = [len(cell.source.splitlines()) for cell in code_cells(file)]
    assert max(lines) <= 12 and statistics.median(lines) <= 4
    words = " ".join(cell.source for cell in code_cells(file))
    assert "def " not in words and "class " not in words and "lambda" not in words


@named
def test_the_title_is_a_question_and_one_cell_holds_the_parameters(file):
    cells = nbformat.read(file, as_version=4).cells
    assert cells[0].source.startswith("# ") and cells[0].source.rstrip().endswith("?")
    tagged = [cell for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1
    assert all("#" in line for line in tagged[0].source.splitlines())


@named
def test_every_other_cell_shows_one_thing_and_nothing_warns(file):
    for cell in code_cells(file):
        expected = 0 if "parameters" in cell.metadata.get("tags", []) else 1
        assert [output.output_type for output in cell.outputs] == ["execute_result"] * expected


@named
def test_nothing_of_this_machine_or_run_is_kept(file):
    text = file.read_text(encoding="utf-8")
    for trace in (str(Path.home()), str(FOLDER.parent), "widget-state", "widget-view", "iopub", "0x7f", 'id="T_'):
        assert trace not in text
