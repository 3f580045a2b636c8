"""The house itself: who may import whom, one list of dependencies, nothing of this machine in any file."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = [line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if line.strip()]
ROOMS = ("queueing", "data", "planning", "auditing", "display")  # each may use the rooms to its left
ONLY = {  # library → the rooms that may import it
    "altair": ("display",), "ipywidgets": ("display",), "anywidget": ("display",), "vl_convert": ("display",),
    "pyworkforce": ("planning",), "ortools": ("planning",),
}  # fmt: skip


def modules():
    return [f for f in sorted((ROOT / "ccplan").rglob("*.py")) if "__pycache__" not in f.parts]


def imports_of(file):
    """(top library, room of ccplan or None) for every import statement of a module, wherever it stands."""
    package = file.relative_to(ROOT).with_suffix("").parts
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (_split(alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level]) if node.level else ""
            names = [node.module] if node.module else [alias.name for alias in node.names]
            yield from (_split(".".join(filter(None, (base, name)))) for name in names)


def _split(name):
    parts = name.split(".")
    return parts[0], parts[1] if parts[0] == "ccplan" and len(parts) > 1 else None


@pytest.mark.parametrize("file", modules(), ids=lambda f: str(f.relative_to(ROOT)))
def test_imports_run_one_way(file):
    room = file.relative_to(ROOT / "ccplan").parts[0]
    for library, target in imports_of(file):
        if room in ROOMS and target in ROOMS:
            assert ROOMS.index(target) <= ROOMS.index(room), f"{room} must not use {target}"
        assert room not in ROOMS or target != "cli", "only the shell uses the command line"
        assert library not in ONLY or room in ONLY[library], f"{library} belongs in {ONLY.get(library)}"
        if room == "queueing":
            assert library in {"numpy", "scipy", "numba", "pandas", "ccplan"} | set(sys.stdlib_module_names)


def test_importing_the_package_is_light():
    code = "import sys, ccplan, ccplan.queueing, ccplan.planning, ccplan.data, ccplan.display, ccplan.cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"altair", "ipywidgets", "pandera", "pyworkforce", "holidays", "pyarrow.parquet", "nbformat", "matplotlib"}
    assert not heavy & set(loaded)


def test_every_dependency_has_one_tested_version_for_every_python():
    wanted = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]
    pins = [Requirement(line) for line in PINS]
    for python in ("3.11", "3.12", "3.13"):
        setting = {"python_version": python, "python_full_version": python + ".0"}
        tested = {canonicalize_name(p.name): p for p in pins if p.marker is None or p.marker.evaluate(setting)}
        for line in wanted:
            need = Requirement(line)
            pin = tested[canonicalize_name(need.name)]
            (version,) = pin.specifier
            assert version.operator == "==" and need.specifier.contains(version.version), f"{line} on Python {python}"


def test_pins_are_names_and_versions_only():
    plain = re.compile(r"[a-z0-9._-]+==[0-9a-z.+]+( ; [A-Za-z0-9_ <>=!'.()*-]+)?")
    assert [line for line in PINS if not plain.fullmatch(line)] == []


def test_conda_installs_the_same_project_with_the_same_pins():
    wanted = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    conda, pip = wanted["dependencies"][:-1], wanted["dependencies"][-1]["pip"]
    assert pip == ["--constraint constraints.txt", "--editable .[test]"], "pip's part names no package by itself"
    python, installer = conda
    assert installer == "pip"
    assert SpecifierSet(python.removeprefix("python ")) == SpecifierSet(PROJECT["requires-python"])


def test_make_installs_the_same_extras_with_the_same_pins():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert makefile.count("-c constraints.txt -e '.[$(EXTRAS)]'") == 2 and "EXTRAS ?= test\n" in makefile


def test_a_commit_is_looked_at_by_the_tools_of_make_lint():
    recipe = re.search(r"\nlint: .*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"))[1]
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    used = {re.sub(r"^.*/", "", hook["entry"].split()[0]) for hook in hooks}
    assert used and used == set(re.findall(r"\$\(BIN\)/(\w+)", recipe))


def test_the_citation_is_of_this_version_and_complete():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= cited.keys() and all(
        "name" in one or "family-names" in one for one in cited["authors"]
    )
    assert (cited["cff-version"], cited["type"], str(cited["version"]), cited["license"]) == (
        "1.2.0",
        "software",
        PROJECT["version"],
        PROJECT["license"],
    )


def tracked():
    try:
        names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
            "\n"
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout: nothing is tracked")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def test_files_name_no_machine_and_stay_small():
    # Put together here so that this file does not hold what it looks for.
    words = [
        ("/wo" + "rk/").encode(),
        ("/ro" + "ot/").encode(),
        ("pypi" + ".org").encode(),
        ("pythonhosted" + ".org").encode(),
        ("registry.npmjs" + ".org").encode(),
        ("deb.debian" + ".org").encode(),
    ]
    files = tracked()
    for file in files:
        content = file.read_bytes()
        assert not [word for word in words if word in content], file
        assert len(content) < 3_000_000, file
    assert sum(f.stat().st_size for f in files if "data" in f.relative_to(ROOT).parts[:1]) < 12_000_000
