"""Run a notebook for a report: papermill executes it, and what differs from run to run or tells of this machine is
left out.
"""

import contextlib
import os
import re
import tempfile
from pathlib import Path

KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
LIVE = "application/vnd.jupyter.widget-view+json"
UNSTEADY = ((re.compile(r"\S*ipykernel_\d+[/\\]\d+\.py"), "cell"), (re.compile(r"\b0x[0-9a-f]{6,16}\b"), "0x…"))
SHOWN = 1500  # characters of an error


class ReportError(ValueError):
    """A notebook that did not run to its end; the message says in which section, and why."""


def run_notebook(notebook, parameters, progress=None, hidden=None):
    """The notebook (a path) after a run with `parameters` {name: value}: an nbformat NotebookNode, the same bytes
    every time.

    `progress`, if given, is called with (cells done, cells, heading of the section). Paths among the parameters
    appear in the result by their last name only, and those of `hidden` {path: words} as these words. Raises
    ReportError where a cell fails or a parameter is not known to the notebook, FileNotFoundError where there is no
    notebook.
    """
    import nbformat

    notebook = Path(notebook)
    if not notebook.is_file():
        raise FileNotFoundError(f"{notebook} is not there: it is the notebook that the report is made from")
    source = nbformat.read(notebook, as_version=4)
    parameters = {name: value.resolve() if isinstance(value, Path) else value for name, value in parameters.items()}
    _refuse_unknown(source, parameters, notebook)
    places = {value: value.name for value in parameters.values() if isinstance(value, Path)} | dict(hidden or {})
    told = {name: str(value) if isinstance(value, Path) else value for name, value in parameters.items()}
    return _settled(_executed(source, told, progress, notebook), _shortened(places))


def parameters_of(notebook):
    """The names that a notebook's cell tagged `parameters` sets, a set."""
    import nbformat

    return _known(nbformat.read(notebook, as_version=4))


def _known(source):
    cells = [cell for cell in source.cells if "parameters" in cell.metadata.get("tags", [])]
    return {found for cell in cells for found in re.findall(r"^(\w+)\s*(?::[^=]+)?=", cell.source, re.MULTILINE)}


def _refuse_unknown(source, parameters, notebook):
    unknown = sorted(set(parameters) - _known(source))
    if unknown:
        raise ReportError(
            f"{notebook.name} has no parameter {', '.join(unknown)}: its cell tagged parameters sets "
            f"{', '.join(sorted(_known(source))) or 'none'}"
        )


# ------------------------------------------------------------------------------------------ running


def _executed(source, parameters, progress, notebook):
    import papermill
    from papermill.exceptions import PapermillExecutionError

    hooks = {"on_cell_start": _telling(source, progress, bool(parameters))} if progress else {}
    try:
        with _steady(), _private() as config:
            return papermill.execute_notebook(
                source,
                None,
                parameters,
                kernel_name="python3",
                progress_bar=False,
                cwd=notebook.resolve().parent,
                store_widget_state=False,
                config=config,
                **hooks,
            )
    except PapermillExecutionError as problem:
        raise ReportError(
            _in_words(problem, notebook.name, _headings(source.cells)[max(problem.cell_index - bool(parameters), 0)])
        ) from None


def _telling(source, progress, with_parameters):
    """What the run calls before each cell; papermill puts a cell of parameters among them."""

    def tell(cell, cell_index):
        progress(cell_index, number, headings[max(cell_index - with_parameters, 0)])

    headings = _headings(source.cells)
    number = len(headings) + with_parameters
    return tell


def _headings(cells):
    """For each cell the heading of the section that it stands in."""
    found, now = [], ""
    for cell in cells:
        lines = re.findall(r"^#{1,2} (.+)$", cell.source, re.MULTILINE) if cell.cell_type == "markdown" else []
        now = lines[-1].strip() if lines else now
        found.append(now)
    return found


@contextlib.contextmanager
def _steady():
    """A kernel whose sets come in the same order every time, and that loads no program from the folder where
    somebody stands.
    """
    wanted = {"PYTHONHASHSEED": "0", "PYTHONSAFEPATH": "1"}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


@contextlib.contextmanager
def _private():
    """Settings of a kernel that is spoken to through files that only this user may open, where the system has such."""
    from traitlets.config import Config

    if os.name != "posix":
        yield Config()
        return
    with tempfile.TemporaryDirectory(prefix="ccplan-", ignore_cleanup_errors=True) as place:
        yield Config({"KernelManager": {"transport": "ipc", "ip": f"{place}/kernel"}})


def _in_words(problem, name, section):
    said = str(problem.evalue).strip()[:SHOWN]
    if problem.ename in ("ValueError", "SourceError", "TableError", "CentreError"):
        return said
    return f"{name} stopped in its section {section!r}: {problem.ename}: {said}"


# ----------------------------------------------------------------------------------------- settling


def _shortened(places):
    """[(pattern, what is written instead)] for folders and files of this machine."""
    names = {
        str(form): words
        for place, words in places.items()
        for form in (Path(place), Path(place).resolve())
        if len(form.parts) > 1
    }
    return [
        (re.compile(rf"(?<![\w/.<-]){re.escape(path)}(?![\w.-])"), name)
        for path, name in sorted(names.items(), key=lambda item: -len(item[0]))
    ]


def _settled(notebook, swaps):
    import nbformat

    notebook.metadata = nbformat.from_dict(KERNEL)
    for number, cell in enumerate(notebook.cells, start=1):
        cell["id"] = f"cell-{number:02d}"
        cell.metadata = nbformat.from_dict({name: cell.metadata[name] for name in ("tags",) if name in cell.metadata})
        cell.source = _swapped(cell.source, swaps)
        if cell.cell_type == "code":
            cell.outputs = [_output(output, swaps) for output in cell.outputs if not _is_live(output)]
    return notebook


def _is_live(output):
    """A widget is nothing without its kernel; what it shows in words beside is kept."""
    data = output.get("data", {})
    return LIVE in data and not set(data) - {LIVE, "text/plain"}


def _output(output, swaps):
    swaps = (*swaps, *UNSTEADY)
    if "text" in output:
        output["text"] = _swapped(output["text"], swaps)
    data = output.get("data", {})
    data.pop(LIVE, None)
    for kind in [kind for kind in data if kind.startswith("text/") or kind == "image/svg+xml"]:
        data[kind] = _swapped(data[kind], swaps)
    return output


def _swapped(text, swaps):
    for pattern, instead in swaps:
        text = pattern.sub(lambda _, instead=instead: instead, text)
    return text
