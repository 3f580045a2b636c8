"""Execute the notebooks again and keep their outputs: the same bytes when nothing has changed.

    python notebooks/execute.py              all notebooks of this folder
    python notebooks/execute.py 03_staffing  only this one
    python notebooks/execute.py --check      change nothing; exit code 1 if any file would change

What differs from run to run or from machine to machine is left out: timings, widget state, the ids of
live widgets, the interpreter's version.
"""

import argparse
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parent
KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
LIVE = "application/vnd.jupyter.widget-view+json"


def executed(file, folder=None):
    """The text of the notebook `file` after a run in `folder` (its own if left out); raises if a cell fails."""
    notebook = nbformat.read(file, as_version=4)
    NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(folder or file.parent)}},
    ).execute()
    notebook.metadata = nbformat.from_dict({**notebook.metadata, **KERNEL})
    notebook.metadata.pop("widgets", None)
    for number, cell in enumerate(notebook.cells, start=1):
        _settle(cell, number)
    return nbformat.writes(notebook) + "\n"


def _settle(cell, number):
    """Names of its own for the cell, and outputs that come out alike every time."""
    cell["id"] = f"cell-{number:02d}"
    cell.metadata.pop("execution", None)
    if "outputs" in cell:  # a bar that a slow machine showed on the way is no result
        cell.outputs = [
            output for output in cell.outputs if output.output_type != "display_data" or LIVE not in output.data
        ]
    for output in cell.get("outputs", []):
        output.get("data", {}).pop(LIVE, None)


def main(arguments=None):
    """Execute what was asked for; the exit code, 1 where --check found a file that would change."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("names", nargs="*", help="notebooks without their ending")
    ask.add_argument("--check", action="store_true", help="change nothing, say what would change")
    asked = ask.parse_args(arguments)
    files = [FOLDER / f"{Path(name).stem}.ipynb" for name in asked.names] or sorted(FOLDER.glob("[0-9]*.ipynb"))
    if unknown := [file.stem for file in files if not file.is_file()]:
        ask.error(f"there is no notebook {', '.join(unknown)} in {FOLDER}")
    changed = [_again(file, asked.check) for file in files]
    return int(asked.check and any(changed))


def _again(file, check):
    text = executed(file)
    changed = text != file.read_text(encoding="utf-8")
    if changed and not check:
        file.write_text(text, encoding="utf-8", newline="\n")
    print(f"{file.name}: {'changed' if changed else 'the same'}")
    return changed


if __name__ == "__main__":
    sys.exit(main())
