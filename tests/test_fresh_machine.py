"""The README's two commands, word for word, for somebody who has just cloned the repository and has nothing else."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.commands import alone
from tests.effort import DEEP

ROOT = Path(__file__).parents[1]
LONG_S = 3 * 3600  # every test of the project, perhaps on a small machine


def commands():
    """The commands under the README's first heading but one."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("\n## Two commands\n")[1].split("\n## ")[0]
    return re.search(r"\n```\n(.*?)\n```\n", section, re.DOTALL)[1].splitlines()


@pytest.fixture(scope="module")
def cloned(tmp_path_factory):
    """(the clone, its environment): what is committed, in a new folder, under a HOME where nothing is."""
    place, home = tmp_path_factory.mktemp("fresh"), tmp_path_factory.mktemp("home")
    if subprocess.run(["git", "clone", "-q", str(ROOT), str(place / "ccplan")], capture_output=True).returncode:
        pytest.skip("not a git checkout: there is nothing to clone")
    return place / "ccplan", alone(home)


def test_the_readme_names_two_commands():
    assert commands() == ["make plan", "make test"]


@pytest.mark.skipif(not DEEP, reason="sets up from nothing and runs every test again: CCPLAN_DEEP=1")
@pytest.mark.parametrize("command", commands())
def test_the_readmes_commands_work_word_for_word(command, cloned):
    clone, environment = cloned
    done = subprocess.run(
        command, shell=True, cwd=clone, env=environment, capture_output=True, text=True, timeout=LONG_S
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    tidy = subprocess.run(
        ["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True
    ).stdout
    assert tidy == "", "the command changed files that belong to the project, or left some"
    if command == "make plan":
        assert (clone / "plan").is_dir() and list((clone / "plan").glob("*.csv")), done.stdout
    else:
        assert re.search(r"\d+ passed", done.stdout) and not re.search(r"\d+ (failed|error)", done.stdout)
