"""`ccplan lab`: JupyterLab on the notebooks."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from .app import app
from .common import SampleFolder, compile_once


@app.command(epilog="Example: [bold]ccplan lab my-centre[/bold]")
def lab(
    folder: SampleFolder = None,
    browser: Annotated[bool, typer.Option(help="Open the browser.")] = True,
):
    """Open JupyterLab on the notebooks, for the folder's centre; on this machine only."""
    from ..data import load_centre, sample_centre

    folder = (folder or sample_centre()).resolve()
    load_centre(folder)  # what is wrong with the folder is better said here than in a notebook
    compile_once()
    command = [sys.executable, "-m", "jupyterlab", "--LabApp.news_url=None", "--LabApp.check_for_updates_class"]
    command[-1] += "=jupyterlab.handlers.announcements.NeverCheckForUpdate"
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # in a container; the server listens on this machine only
        command.append("--allow-root")
    command += [f"--ServerApp.root_dir={notebooks_folder()}"] + ([] if browser else ["--no-browser"])
    environment = os.environ | {"CCPLAN_FOLDER": str(folder)}
    if os.name == "posix":  # become the server, so that whoever stops ccplan stops it too
        os.execve(sys.executable, command, environment)  # nosec B606 # our own Python, no shell
    done = subprocess.run(command, env=environment)  # nosec B603 # the same words, no shell
    raise typer.Exit(done.returncode)


def notebooks_folder():
    """The notebooks of the checkout; a bare install opens where it is called."""
    folder = Path(__file__).parents[2] / "notebooks"
    return folder if folder.is_dir() else Path.cwd()
