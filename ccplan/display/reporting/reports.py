"""A notebook as a report: one folder with the run notebook, a page, a PDF and tables, made as a whole or not at all."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from ...data.files import write_whole
from ...data.swapped import new_folder
from .html import report_html
from .pdf import NoPdf, write_pdf
from .run import parameters_of, run_notebook

STEPS = 2  # after the cells: the page, the PDF
EDITED = "edited"


@dataclass(frozen=True, kw_only=True)
class Report:
    """A report that was made: its `folder`, its `files` (names in order), and `notes`, sentences on what should be
    known.
    """

    folder: Path
    files: tuple
    notes: tuple = ()


def write_report(
    notebook,
    out,
    parameters=None,
    *,
    name="report",
    title="Report",
    about="",
    hidden=(),
    progress=None,
    pdf=True,
    ours=None,
    living=(),
    finish=None,
):
    """Run a notebook (a path) with `parameters` and write it as a report into the folder `out`: a Report.

    The folder then holds `name`.ipynb, `name`.html (one file, no network), `name`.pdf and what the notebook's cells
    wrote: a notebook whose parameters include `out` is given the folder that is being made. `title` and `about`
    head the page; paths among the parameters and the `hidden` ones are shown by their last name. `progress` is
    called with (steps done, steps, what is being done). `finish(folder, files)` is called last, before the report
    takes its place.

    The new report takes the old one's place in one step when it is ready; stopped or failed before, the old one
    stands untouched. Files that others put into the folder stay. `ours` {name: SHA-256} says which files of the old
    report were made and how: what was edited since is kept beside the new one. `living` files are meant to be
    edited: the notebook finds those of the old report in the folder that is being made, and writes them anew with
    what people wrote. Raises ReportError (a ValueError) where a cell fails, OSError where the disk refuses or
    another run makes the same report.
    """
    out, tell, notes = Path(out), progress or (lambda done, number, what: None), []
    with new_folder(out, "report") as made:
        _hand_over(out.resolve(), made, living)
        ran = _run(notebook, parameters or {}, made, hidden, tell)
        _write(ran, made, name, title, about, tell, notes, pdf)
        for lock in made.glob(".*.lock"):  # of who wrote into it
            lock.unlink()
        files = tuple(sorted(file.name for file in made.iterdir()))
        notes += _taken_along(out.resolve(), made, ours or {}, living)
        if finish:
            finish(made, files)
    return Report(folder=out, files=files, notes=tuple(notes))


def parameters_of_file(notebook):
    """The parameters of a notebook, none where there is no notebook (running it says so)."""
    return parameters_of(notebook) if Path(notebook).is_file() else set()


def _run(notebook, parameters, made, hidden, tell):
    """The notebook after its run; the folder being made, whose name is of chance, is named nowhere in it."""
    made_in = {"out": str(made)} if "out" in parameters_of_file(notebook) else {}
    return run_notebook(
        notebook,
        {**parameters, **made_in},
        progress=lambda done, number, what: tell(done, number + STEPS, what),
        hidden={**{place: Path(place).name for place in hidden}, made: ""},
    )


def _write(ran, made, name, title, about, tell, notes, pdf):
    import nbformat

    number = len(ran.cells) + STEPS
    write_whole(made / f"{name}.ipynb", nbformat.writes(ran) + "\n")
    tell(number - 2, number, "writing the page")
    page = write_whole(made / f"{name}.html", report_html(ran, title, about))
    if pdf:
        tell(number - 1, number, "printing the PDF")
        try:
            write_pdf(page, made / f"{name}.pdf")
        except NoPdf as problem:
            notes.append(str(problem))
    tell(number, number, "done")


def _hand_over(old, made, living):
    for name in living:
        if (old / name).is_file():
            shutil.copy2(old / name, made / name)


def _taken_along(old, made, ours, living):
    """Copy what others put into the old folder, and what they wrote into our files: sentences on the latter."""
    notes = []
    for there in sorted(old.iterdir()) if old.is_dir() else ():
        if there.name in ("sign_off.json", *living) or there.name.startswith(("~$", ".")):
            continue
        if there.is_dir():
            shutil.copytree(there, made / there.name, dirs_exist_ok=True)
        elif there.name not in ours and not (made / there.name).exists():
            shutil.copy2(there, made / there.name)
        elif there.name in ours and _is_edited(there, ours[there.name], made / there.name):
            kept = _free(made, there)
            shutil.copy2(there, kept)
            notes.append(f"{there.name} was edited after the last run: the edited one is kept as {kept.name}")
    return notes


def _is_edited(there, digest, new):
    from ...auditing.concluding.fingerprints import fingerprint

    now = fingerprint(there).sha256
    return now != digest and not (new.is_file() and fingerprint(new).sha256 == now)


def _free(folder, file):
    tried, number = folder / f"{file.stem} ({EDITED}){file.suffix}", 2
    while tried.exists():
        tried, number = folder / f"{file.stem} ({EDITED} {number}){file.suffix}", number + 1
    return tried
