"""Wheel and sdist: what is in them, and that each works by itself on every Python that is here."""

import os
import shutil
import socket
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.commands import alone
from tests.effort import DEEP
from tests.serving import ask, entered, serving

ROOT = Path(__file__).parents[1]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
BUNDLED = (
    "data/sample",
    "data/validation",
    "notebooks",
)  # from the tree → ccplan/bundled in the wheel, by their last names
NOT_IN_SDIST = {".ci/run"}  # how one machine installs what the tests need
PYTHONS = ("3.11", "3.12", "3.13")


def tree():
    """The names of the files that belong to the project: tracked, or new and not ignored."""
    try:
        said = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout: what belongs to the project is not known")
    return {name for name in said.splitlines() if (ROOT / name).is_file()}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """(names of the tree, sdist, wheel), built from a copy in which a plan and a checkpoint were left behind."""
    copy, dist = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("dist")
    names = tree()
    for name in names:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, copy / name)
    for left in (
        "data/sample/plan/staffing.csv",
        "notebooks/.ipynb_checkpoints/00_start.ipynb",
        "ccplan/__pycache__/x.pyc",
        ".venv/pyvenv.cfg",
    ):
        (copy / left).parent.mkdir(parents=True, exist_ok=True)
        (copy / left).write_text("left behind")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(dist)],
        cwd=copy,
        check=True,
        capture_output=True,
        timeout=120,
    )
    return names, dist / f"ccplan-{VERSION}.tar.gz", dist / f"ccplan-{VERSION}-py3-none-any.whl"


def in_wheel(name):
    """Where a file of the tree lies in the wheel; None for what stays outside."""
    for folder in BUNDLED:
        if name.startswith(folder + "/"):
            return f"ccplan/bundled/{folder.split('/')[-1]}{name.removeprefix(folder)}"
    return name if name.startswith("ccplan/") else None


def test_the_wheel_holds_the_library_with_its_centre_and_notebooks_and_nothing_else(built):
    names, _, wheel = built
    with zipfile.ZipFile(wheel) as packed:
        held = set(packed.namelist())
        entry = packed.read(f"ccplan-{VERSION}.dist-info/entry_points.txt").decode()
    info = {name for name in held if name.startswith(f"ccplan-{VERSION}.dist-info/")}
    assert held - info == {place for name in names if (place := in_wheel(name))}
    assert "ccplan = ccplan.cli:main" in entry and f"ccplan-{VERSION}.dist-info/licenses/LICENSE" in info
    kinds = {Path(name).suffix for name in held}
    assert {".py", ".js", ".css", ".toml", ".j2", ".html", ".ipynb", ".parquet", ".csv"} <= kinds


def test_the_sdist_holds_the_tree_with_all_that_its_tests_need(built):
    names, sdist, _ = built
    with tarfile.open(sdist) as packed:
        held = {name.split("/", 1)[1] for name in packed.getnames()}
    assert names - held == NOT_IN_SDIST & names and held - names == {"PKG-INFO"}


def test_an_installed_lab_opens_a_copy_of_the_notebooks_and_keeps_what_was_written(tmp_path):
    from ccplan.cli.lab import OWN, own_notebooks

    packed, here = tmp_path / "bundled" / "notebooks", tmp_path / "here"
    packed.mkdir(parents=True), (here / OWN).mkdir(parents=True)
    for name in ("00_start.ipynb", "01_data.ipynb", "execute.py"):
        (packed / name).write_text("as delivered")
    (here / OWN / "01_data.ipynb").write_text("mine")
    assert own_notebooks(packed, here) == here / OWN
    assert {file.name: file.read_text() for file in (here / OWN).iterdir()} == {
        "00_start.ipynb": "as delivered",
        "01_data.ipynb": "mine",
    }
    assert own_notebooks(ROOT / "notebooks", here) == ROOT / "notebooks", "in a checkout the notebooks themselves"


def pythons():
    """{version: interpreter} of this one and those in PATH or under pyenv that can make environments."""
    found = {".".join(map(str, sys.version_info[:2])): sys.executable}
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    for version in PYTHONS:
        for one in (shutil.which(f"python{version}"), *sorted(pyenv.glob(f"{version}.*/bin/python{version}"))):
            if one and version not in found and _can_make_environments(one, version):
                found[version] = str(one)
    return found


def _can_make_environments(python, version):
    asked = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
    return subprocess.run([str(python), "-c", asked], capture_output=True, text=True).stdout.strip() == version


SMOKE = f"""
import sys
from importlib.metadata import version
from pathlib import Path
import ccplan
from ccplan.cli.lab import own_notebooks
from ccplan.data import sample_centre
from ccplan.data.bundled import notebooks_folder, validation_folder
from ccplan.display import pages_by_role
from ccplan.queueing import erlang_c
assert version("ccplan") == {VERSION!r}
for place in (Path(ccplan.__file__), sample_centre(), notebooks_folder(), validation_folder()):
    assert place.resolve().is_relative_to(Path(sys.prefix).resolve()), place
own = own_notebooks(notebooks_folder(), Path.cwd())
assert len(list(own.glob("*.ipynb"))) == {len(list((ROOT / "notebooks").glob("*.ipynb")))}
assert pages_by_role()
print(sample_centre())
"""


@pytest.mark.skipif(not DEEP, reason="six new environments take minutes: CCPLAN_DEEP=1, or make package")
@pytest.mark.parametrize("kind", ["wheel", "sdist"])
@pytest.mark.parametrize("version", PYTHONS)
def test_it_installs_and_works_without_the_repo(version, kind, built, tmp_path):
    python = pythons().get(version) or pytest.skip(f"Python {version} is not here")
    home, empty, venv = tmp_path / "home", tmp_path / "empty", tmp_path / "venv"
    home.mkdir(), empty.mkdir()

    def run(*words):
        done = subprocess.run(
            [str(word) for word in words], cwd=empty, env=alone(home), capture_output=True, text=True, timeout=900
        )
        assert done.returncode == 0 and "Traceback" not in done.stderr, done.stdout[-2000:] + done.stderr[-3000:]
        return done.stdout

    run(python, "-m", "venv", venv)
    scripts = venv / ("Scripts" if os.name == "nt" else "bin")
    install = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "install",
        "-q",
        "--python",
        str(scripts / "python"),
        "-c",
        str(ROOT / "constraints.txt"),
    ]
    subprocess.run([*install, str(built[2] if kind == "wheel" else built[1])], cwd=empty, check=True, timeout=900)
    sample = Path(run(scripts / "python", "-c", SMOKE).strip())
    mine = empty / "mine"
    mine.mkdir()
    shutil.copyfile(sample / "intervals.csv", mine / "intervals.csv")
    ccplan = scripts / "ccplan"
    run(scripts / "python", "-c", "from ccplan.queueing import warm_up; warm_up()")
    run(ccplan, "init", mine, "--time-zone", "Europe/Helsinki", "--country", "FI")
    assert "intervals" in run(ccplan, "check", mine)
    run(ccplan, "plan", mine)
    assert (mine / "centre.toml").is_file() and list((mine / "plan").glob("*.csv"))
    _serves(ccplan, empty, alone(home))


def _serves(ccplan, folder, env):
    """The installed dashboards answer with the start page."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(ccplan), "serve", "--no-browser", "--ready", "0", "--no-ahead", "--port", str(port)]
    gone = dict.fromkeys(os.environ.keys() - env.keys(), "")
    with serving(command, port, folder / "serve.log", **gone, HOME=env["HOME"]):
        status, _, page = ask(port, "/voila/render/00_start.ipynb", cookie=entered(port))
    assert status == 200 and "What is here, and where do I begin?" in page, page[:500]
