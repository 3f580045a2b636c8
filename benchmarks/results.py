"""What a run has measured, written whole: JSON for programs, Markdown for people; and the README's quotation of it.

`python -m benchmarks.results [FILE.json]` puts the headlines of a result (the newest, if none is named) in the README.
"""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from dataclasses import asdict
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .measuring import Row
from .table import QUOTED, markdown
from .topics import TOPICS

ROOT = Path(__file__).parents[1]
FOLDER, README = Path(__file__).parent / "results", ROOT / "README.md"
LIBRARIES = (
    "ccplan",
    "numpy",
    "scipy",
    "numba",
    "pandas",
    "duckdb",
    "ibis-framework",
    "statsmodels",
    "pyworkforce",
    "ortools",
    "ciw",
    "simpy",
    "mpmath",
    "voila",
)
QUOTATION = re.compile(r"(?<=<!-- results -->\n).*?(?=<!-- /results -->)", re.DOTALL)


def machine():
    """What the machine is, by its kind only: no names of hosts or people."""
    return {"processor": _processor(), "cores": cores(), "memory_gib": _memory_gib(), "system": _system()}


def versions():
    """{what: version} of Python, the libraries and the browser."""
    found = {"Python": platform.python_version()} | {name: _version(name) for name in LIBRARIES}
    return found | {"Chromium": _chromium()}


def result(rows, *, load, others, seconds):
    """All that a run has to tell, as plain data; `rows` is {topic: [Row]}, `seconds` how long each took."""
    return {
        "date": date.today().isoformat(),
        "machine": machine(),
        "versions": versions(),
        "load_before": round(load, 2),
        "share_of_other_programs": round(others, 3),
        "seconds": {name: round(took) for name, took in seconds.items()},
        "topics": {name: [asdict(row) for row in of] for name, of in rows.items()},
    }


def write(told, folder=FOLDER):
    """Write a result as JSON and as Markdown; the JSON file's name. A run of some topics has them in its name."""
    from ccplan.data.files import write_together

    some = "" if set(told["topics"]) == set(TOPICS) else "-" + "-".join(told["topics"])
    file = Path(folder) / f"{told['date']}-{told['machine']['cores']}cores{some}.json"
    write_together({file: json.dumps(told, indent=1, ensure_ascii=False) + "\n", file.with_suffix(".md"): page(told)})
    return file


def read(file):
    """A result and its rows by topic."""
    told = json.loads(Path(file).read_text(encoding="utf-8"))
    return told, {name: [Row(**row) for row in of] for name, of in told["topics"].items()}


def page(told):
    """A result as a page of Markdown."""
    words = (
        "Ratio: how many times better than the peer, below 1 worse. Errors are against a reference that neither"
        " has made, where there is one."
    )
    parts = [f"# Side by side, {told['date']}", _where(told), *filter(None, [told.get("remark")]), words]
    for name, rows in told["topics"].items():
        parts += [f"## {TOPICS[name][0]}", markdown([Row(**row) for row in rows])]
    return "\n\n".join(parts) + "\n"


def quotation(file):
    """What the README says of a result: its date, its machine and its headlines, with a link to all of it."""
    told, rows = read(file)
    headlines = [row for of in rows.values() for row in of if row.headline]
    where = f"{told['machine']['cores']} cores, Python {told['versions']['Python']}, {told['date']}"
    link = (Path("benchmarks/results") / Path(file).with_suffix(".md").name).as_posix()
    busy = f"other programs took {told['share_of_other_programs']:.0%} of the processors"
    heading = f"Measured by `make bench` ({where}; {busy}; [all rows, machine and versions]({link}))."
    remark = " " + told["remark"] if told.get("remark") else ""  # what a reader must know of this very run
    return f"\n{heading}{remark}\n\n{markdown(headlines, QUOTED)}\n\n"


def quote(file, readme=README):
    """Put the headlines of a result into the README, whole or not at all."""
    from ccplan.data.files import write_whole

    text = readme.read_text(encoding="utf-8")
    if not QUOTATION.search(text):
        raise ValueError(f"{readme.name} has no place for results: the lines <!-- results --> and <!-- /results -->")
    write_whole(readme, QUOTATION.sub(lambda _: quotation(file), text))


def cores():
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _where(told):
    place, of = told["machine"], told["versions"]
    return (
        f"{place['processor']}, {place['cores']} cores, {place['memory_gib']} GiB, {place['system']}; load before "
        f"the run {told['load_before']}, others took {told['share_of_other_programs']:.0%} of the processors; "
        f"the run took {sum(told['seconds'].values()) / 60:.0f} minutes. "
        + ", ".join(f"{name} {number}" for name, number in of.items())
        + "."
    )


def _processor():
    info = Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*:\s*(.+)$", info.read_text(), re.MULTILINE) if info.exists() else None
    return found[1].strip() if found else platform.processor() or platform.machine()


def _memory_gib():
    if "SC_PHYS_PAGES" not in getattr(os, "sysconf_names", {}):
        return None
    return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30)


def _system():
    try:
        return f"{platform.freedesktop_os_release()['PRETTY_NAME']}, {platform.machine()}"
    except OSError:
        return f"{platform.system()} {platform.release()}, {platform.machine()}"


def _version(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _chromium():
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        return "not installed"
    told = subprocess.run([found, "--version"], capture_output=True, text=True).stdout
    return next(iter(re.findall(r"\d+(?:\.\d+)+", told)), "unknown")


def newest(folder=FOLDER):
    """The newest result of all topics; SystemExit in words where there is none."""
    found = sorted(Path(folder).glob("*cores.json"))
    return found[-1] if found else sys.exit("there is no result of all topics yet: make bench")


if __name__ == "__main__":
    quote(Path(sys.argv[1]) if len(sys.argv) > 1 else newest())
