"""What no file of ours may do, and what may be installed beside us: read from the code, the pins and the licences
themselves.
"""

import ast
import importlib.metadata
import re
import tomllib
from pathlib import Path

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = [
    Requirement(line) for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if line.strip()
]

# ----------------------------------------------------------------------------------------------- the code

RUNS_TEXT = {"eval", "exec", "compile", "__import__"}  # as bare names; re.compile and model.eval are others
UNPICKLES = {
    "pickle",
    "cPickle",
    "_pickle",
    "dill",
    "cloudpickle",
    "marshal",
    "shelve",
    "jsonpickle",
    "imp",
    "code",
    "codeop",
}
ATTRIBUTES = {
    ("os", "system"),
    ("os", "popen"),
    ("pandas", "read_pickle"),
    ("pd", "read_pickle"),
    ("joblib", "load"),
    ("yaml", "load"),
    ("yaml", "load_all"),
    ("yaml", "unsafe_load"),
    ("yaml", "full_load"),
    ("yaml", "unsafe_load_all"),
    ("tempfile", "mktemp"),
    ("subprocess", "getoutput"),
    ("subprocess", "getstatusoutput"),
    ("ssl", "_create_unverified_context"),
}
UNSAFE_WORDS = {
    "shell": True,
    "allow_pickle": True,
    "verify": False,
}  # keyword → the value that is refused; one worked out is refused, too


def unsafe(text):
    """What a piece of Python does that none of ours may do, as words with their line."""
    for node in ast.walk(ast.parse(text)):
        at = getattr(node, "lineno", 0)
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = (
                [one.name for one in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""] * (not node.level)
            )
            yield from (f"line {at}: imports {name}" for name in names if name.split(".")[0] in UNPICKLES)
        elif isinstance(node, ast.Name) and node.id in RUNS_TEXT:
            yield f"line {at}: {node.id}"
        elif isinstance(node, ast.Attribute) and (getattr(node.value, "id", ""), node.attr) in ATTRIBUTES:
            yield f"line {at}: {node.value.id}.{node.attr}"
        elif isinstance(node, ast.Attribute) and node.attr in ("to_pickle", "read_pickle", "extractall"):
            yield f"line {at}: {node.attr}"
        elif isinstance(node, ast.keyword) and node.arg in UNSAFE_WORDS:
            if getattr(node.value, "value", UNSAFE_WORDS[node.arg]) == UNSAFE_WORDS[node.arg]:
                yield f"line {node.value.lineno}: {node.arg}={ast.unparse(node.value)}"


def python_of(file):
    """The Python of a file: of a notebook its code cells without magics."""
    if file.suffix != ".ipynb":
        return file.read_text(encoding="utf-8")
    cells = [cell.source for cell in nbformat.read(file, as_version=4).cells if cell.cell_type == "code"]
    return "\n".join(line for cell in cells for line in cell.splitlines() if not line.lstrip().startswith(("%", "!")))


def ours(*folders):
    return sorted(
        file
        for folder in folders
        for file in (ROOT / folder).rglob("*")
        if file.suffix in (".py", ".ipynb") and "checkpoint" not in str(file)
    )


def test_no_file_of_ours_runs_text_unpickles_or_opens_a_shell():
    files = ours("ccplan", "benchmarks", "notebooks")
    assert len(files) > 300 and any(file.suffix == ".ipynb" for file in files)
    assert [f"{file.relative_to(ROOT)}: {words}" for file in files for words in unsafe(python_of(file))] == []


def test_no_notebook_hands_a_line_to_the_system():
    told = [
        (file.name, line)
        for file in ours("notebooks")
        if file.suffix == ".ipynb"
        for cell in nbformat.read(file, as_version=4).cells
        if cell.cell_type == "code"
        for line in cell.source.splitlines()
        if line.lstrip().startswith(("!", "%", "get_ipython"))
    ]
    assert told == []


@pytest.mark.parametrize(
    "text",
    [
        "eval('1')",
        "exec(text)",
        "import pickle",
        "from pickle import loads",
        "import marshal as m",
        "import shelve",
        "yaml.load(text)",
        "os.system('ls')",
        "pd.read_pickle(f)",
        "frame.to_pickle(f)",
        "subprocess.run(words, shell=True)",
        "subprocess.run(words, shell=asked)",
        "np.load(f, allow_pickle=True)",
        "joblib.load(f)",
        "bundle.extractall(there)",
        "f = eval",
        "requests.get(url, verify=False)",
    ],
)
def test_each_of_these_would_be_found(text):
    assert list(unsafe(text))


def test_what_is_harmless_is_not_found():
    assert (
        list(
            unsafe(
                "import re\nre.compile('a')\nyaml.safe_load(text)\nsubprocess.run(words, shell=False)\nnp.load(f, allow_pickle=False)"
            )
        )
        == []
    )


# ----------------------------------------------------------------------------------- what is installed with us

PERMISSIVE = (
    "mit",
    "mit-0",
    "bsd",
    "bsd-2-clause",
    "bsd-3-clause",
    "0bsd",
    "apache-2.0",
    "isc",
    "psf-2.0",
    "python software foundation",
    "zlib",
    "cc0-1.0",
    "unlicense",
    "public domain",
    "apache software",
    "apache 2.0",
    "apache license, version 2.0",
    "apache-2.0 with llvm-exception",
    "isc license (iscl)",
    "psfl",
)
EXCEPTIONS = {  # distribution → (what its licence says, why it may lie beside us): none is changed or bundled, each is loaded as it comes
    "certifi": ("MPL-2.0", "a list of certificates, used by requests as it comes; the MPL covers its own files alone"),
    "fqdn": ("MPL-2.0", "one of jsonschema's formats, which Jupyter asks for; the MPL covers its own files alone"),
    "hypothesis": ("MPL-2.0", "for tests alone"),
    "pathspec": ("MPL-2.0", "mypy's patterns of files, for make lint alone"),
    "tqdm": ("MPL-2.0", "a bar for papermill; the MPL covers its own files alone"),
    "psycopg": ("LGPL-3.0", "PostgreSQL's driver, loaded by Ibis as a library of its own, which the LGPL allows"),
}
NOT_SAID = {  # distribution → its licence, where it is written in a file alone
    "axe-playwright-python": "MIT",
    "ciw": "MIT",
}


def licence(name):
    """What a distribution says of its licence, as one line of words."""
    told = importlib.metadata.metadata(name)
    plain = (told.get("License") or "").strip().split("\n")[0]
    said = [
        told.get("License-Expression") or "",
        *(one.split("::")[-1] for one in told.get_all("Classifier") or () if one.startswith("License ::")),
    ]
    return " AND ".join(filter(None, map(str.strip, said))) or (plain if plain != "UNKNOWN" else "")


def is_permissive(words):
    """True where each part of a licence that must be kept is permissive; of parts to choose from one is enough."""

    def plain(part):
        part = re.sub(r"\b(the|licen[cs]e)\b|[()]", "", part.lower()).strip()
        return " ".join(part.split()) in {
            " ".join(re.sub(r"\b(the|licen[cs]e)\b|[()]", "", one).split()) for one in PERMISSIVE
        } or re.fullmatch(r"((2|3)-clause )?(new )?bsd( (2|3)-clause)?|mit( mit)?|isc( iscl)?", " ".join(part.split()))

    return bool(words) and all(any(plain(choice) for choice in part.split(" OR ")) for part in words.split(" AND "))


def needed(*extras):
    """Names of all distributions that ccplan with these extras brings along here, from what each says it needs."""
    found, left = (
        set(),
        [
            Requirement(line)
            for line in [
                *PROJECT["dependencies"],
                *(one for extra in extras for one in PROJECT["optional-dependencies"][extra]),
            ]
        ],
    )
    while left:
        need = left.pop()
        name = canonicalize_name(need.name)
        if (name, extra := frozenset(need.extras)) in found:
            continue
        try:
            more = importlib.metadata.requires(name) or ()
        except importlib.metadata.PackageNotFoundError:
            continue  # not on this system, or an extra that is not set up
        found.add((name, extra))
        left += [
            one
            for one in map(Requirement, more)
            if one.marker is None or any(one.marker.evaluate({"extra": name}) for name in (*extra, ""))
        ]
    return sorted({name for name, _ in found})


def test_all_that_comes_with_us_is_pinned_to_one_exact_version():
    pinned = {canonicalize_name(pin.name) for pin in PINS}
    there = needed("test")
    assert len(there) > 100 and {"numpy", "tornado", "psycopg", "hypothesis"} <= set(there)
    assert set(there) - pinned - {"setuptools", "pip"} == set()
    loose = [
        str(pin)
        for pin in PINS
        if [one.operator for one in pin.specifier] != ["=="] or "*" in str(pin.specifier) or pin.url
    ]
    assert loose == []


def test_what_is_installed_is_the_version_that_was_tested():
    """A pin says nothing where another version lies in the environment; only the pins of this Python count."""
    here = {
        canonicalize_name(pin.name): next(iter(pin.specifier)).version
        for pin in PINS
        if pin.marker is None or pin.marker.evaluate()
    }
    installed = {name: importlib.metadata.version(name) for name in needed("test") if name in here}
    other = {name: (version, here[name]) for name, version in installed.items() if version != here[name]}
    assert other == {}


def test_every_licence_is_permissive_or_an_exception_with_a_reason():
    strange = {}
    for name in needed("test"):
        said = licence(name) or NOT_SAID.get(name, "")
        if name in EXCEPTIONS:
            assert EXCEPTIONS[name][0] in said.replace("Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0"), (
                f"{name} says {said}"
            )
        elif not is_permissive(said):
            strange[name] = said
    assert strange == {}


@pytest.mark.parametrize(
    "words",
    [
        "GPL-3.0-or-later",
        "MIT AND GPL-2.0",
        "GNU Affero General Public License v3",
        "LGPL-3.0-only",
        "Proprietary",
        "",
        "BUSL-1.1",
    ],
)
def test_these_would_be_noticed(words):
    assert not is_permissive(words)
