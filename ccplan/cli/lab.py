"""`ccplan lab`: JupyterLab on the notebooks."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from .app import app
from .common import SampleFolder, compile_once

OWN = "ccplan-notebooks"  # where an installed ccplan lays them
QUIET = (  # JupyterLab asks no other machine
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
)


@app.command(epilog="Example: [bold]ccplan lab my-centre[/bold]")
def lab(folder: SampleFolder = None, browser: Annotated[bool, typer.Option(help="Open the browser.")] = True):
    """Open JupyterLab on the notebooks, for the folder's centre; on this machine only."""
    from ..data import load_centre, sample_centre
    from ..data.bundled import notebooks_folder

    folder = (folder or sample_centre()).resolve()
    load_centre(folder)  # what is wrong with the folder is better said here than in a notebook
    compile_once()
    command = [sys.executable, "-m", "jupyterlab", *QUIET]
    command.append(f"--ServerApp.root_dir={own_notebooks(notebooks_folder(), Path.cwd())}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # in a container; the server listens on this machine only
        command.append("--allow-root")
    if not browser:
        command.append("--no-browser")
    environment = os.environ | {"CCPLAN_FOLDER": str(folder)}
    if os.name == "posix":  # become the server, so that whoever stops ccplan stops it too
        os.execve(sys.executable, command, environment)  # nosec B606 # our own Python, no shell
    done = subprocess.run(command, env=environment)  # nosec B603 # the same words, no shell
    raise typer.Exit(done.returncode)


def own_notebooks(bundled, here):
    """The notebooks of a checkout themselves; of an installed wheel a copy in `here`, in which what is there
    already is kept.
    """
    if bundled.parent.name != "bundled":
        return bundled
    own = here / OWN
    own.mkdir(exist_ok=True)
    for file in bundled.glob("*.ipynb"):
        if not (own / file.name).exists():
            shutil.copyfile(file, own / file.name)
    typer.echo(f"ccplan: your own copy of the notebooks is in {own}", err=True)
    return own
