"""Programs that lie in a centre's folder are data: no command runs, imports or opens one of them."""

import contextlib
import json
import os
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from ccplan.auditing.setting_up.checklist_store import ChecklistStore
from tests.effort import DEEP
from tests.test_killed import INTERVALS

STAND_IN = (
    "sitecustomize",
    "usercustomize",
    "pandas",
    "numpy",
    "ccplan",
    "site",
    "json",
    "typer",
    "conftest",
    "setup",
    "__init__",
    "__main__",
    "intervals",
    "centre",
    "ipykernel_launcher",
    "ipykernel",
    "IPython",
    "debugpy",
    "runpy",
    "tornado",
    "nbconvert",
    "joblib",
    "loky",
)


def mark_text(mark, name):
    return f"open({str(mark)!r}, 'a').write({name + chr(10)!r})\n"


@pytest.fixture
def folder(tmp_path):
    """A centre with programs of every kind, each of which writes its name into the file `ran` when it runs."""
    folder, mark = tmp_path / "centre", tmp_path / "ran"
    folder.mkdir()
    (folder / "intervals.csv").write_text(
        INTERVALS + INTERVALS.split("\n", 1)[1].replace("sales", "care")
    )  # two queues: worked out by two processes
    (folder / "centre.toml").write_text('name = "x"\ntime_zone = "UTC"\n[queues.sales]\n[queues.care]\n')
    for name in STAND_IN:
        (folder / f"{name}.py").write_text(mark_text(mark, name))
    (folder / "evil.pth").write_text(f"import os; {mark_text(mark, 'pth')}")
    cells = [new_code_cell(mark_text(mark, "notebook"), metadata={"tags": ["parameters"]})]
    for name in ("00_start", "03_staffing", "07_audit", "calls"):
        nbformat.write(new_notebook(cells=cells), folder / f"{name}.ipynb")
    (folder / "ipython_config.py").write_text(mark_text(mark, "ipython"))
    (folder / "jupyter_server_config.py").write_text(mark_text(mark, "jupyter"))
    (folder / "voila.json").write_text(json.dumps({"VoilaConfiguration": {"extension_allowlist": ["evil"]}}))
    startup = folder / "startup.sh"
    startup.write_text(f"#!/bin/sh\necho shell >> {mark}\n")
    startup.chmod(0o755)
    (folder / "calls.pickle").write_bytes(b"cos\nsystem\n(S'echo pickle >> " + str(mark).encode() + b"'\ntR.")
    (folder / "agents.csv.pkl").write_bytes((folder / "calls.pickle").read_bytes())
    return folder


def ran(folder):
    mark = folder.parent / "ran"
    return mark.read_text().split() if mark.exists() else []


COMMANDS = r"""
import contextlib, io, sys
from unittest import mock
folder, DEEP = sys.argv[1], [[name] for name in sys.argv[2:]]
from ccplan.cli import main
for words in (["check"], ["plan"], ["init", "--help"], ["forecast", "--horizon", "2d", "--out", folder + "/f.csv"], ["suggest"], *DEEP):
    with mock.patch.object(sys, "argv", ["ccplan", words[0], folder, *words[1:]]), contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        main()
from joblib import Parallel, delayed  # as many queues on many cores are forecast
assert Parallel(n_jobs=2, backend="loky")(delayed(abs)(one) for one in (-1, -2)) == [1, 2]
"""


def test_the_programs_would_run_if_they_were_asked_to(folder):
    """The trap works: Python started in the folder, told to look there, runs the first of them."""
    subprocess.run(
        [sys.executable, "-c", "pass"], cwd=folder, env=os.environ | {"PYTHONPATH": str(folder)}, capture_output=True
    )
    assert ran(folder)


def test_no_command_runs_what_lies_in_the_folder(folder):
    """As somebody works who stands in the folder: `ccplan check .` and the others, in a process whose working
    folder it is.
    """
    program = folder.parent / "program.py"  # as the command `ccplan` is: a file somewhere else
    program.write_text(COMMANDS)
    done = subprocess.run(
        [sys.executable, str(program), str(folder), *["budget", "headcount"] * DEEP],
        cwd=folder,
        env=os.environ | {"CCPLAN_CACHE": "off"},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr[-2000:]
    assert (folder / "plan" / "requirement.csv").exists() and ran(folder) == []


def test_an_audit_runs_our_notebook_and_not_the_folders(folder):
    """The kernel of the report is not started in the folder: its programs are not in the way of ours."""
    from ccplan.display.reporting.run import run_notebook

    ours = folder.parent / "ours.ipynb"
    code = "import sys, json, pandas\nprint(folder, len(pandas.DataFrame({'a': [1]})))"
    cells = [new_code_cell("folder = ''", metadata={"tags": ["parameters"]}), new_code_cell(code)]
    nbformat.write(
        new_notebook(
            cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        ),
        ours,
    )
    with contextlib.chdir(folder):
        told = run_notebook(ours, {"folder": folder})
    assert [one["text"] for one in told.cells[-1].outputs] == ["centre 1\n"] and ran(folder) == []


def test_the_checklist_and_the_pages_list_none_of_it(folder):
    from ccplan.cli.navigation import bar_of
    from ccplan.data.bundled import notebooks_folder

    ChecklistStore(folder, who="Ann").begin()
    pages = {page["name"] for page in bar_of(folder, notebooks_folder())().told()["pages"]}
    assert "calls" not in pages and "03_staffing" in pages and ran(folder) == []
