"""`ccplan serve`: the notebooks as dashboards, code hidden, at one address."""

import os
from pathlib import Path
from typing import Annotated, Optional

import typer

from .app import app
from .common import SampleFolder, compile_once
from .lab import notebooks_folder

HERE = ("127.0.0.1", "localhost", "::1")


@app.command(epilog="Example: [bold]ccplan serve my-centre --port 8866[/bold]")
def serve(
    folder: SampleFolder = None,
    port: Annotated[int, typer.Option(min=1024, max=65535, help="Where it listens; the next free one if it is taken.")] = 8866,
    host: Annotated[str, typer.Option(help="The address it listens at: this machine only, unless you say otherwise.")] = HERE[0],
    token: Annotated[Optional[str], typer.Option(envvar="CCPLAN_TOKEN", help="What opens the door; a new random one if left out. "
                                                 "Better in the variable than on a command line that others can see.")] = None,
    open_door: Annotated[bool, typer.Option("--no-token", help="No token; only at this machine's own address.")] = False,
    ready: Annotated[int, typer.Option(min=0, max=20, help="Copies of each page that are kept ready; 0: a page is worked out when it is asked for.")] = 0,
    browser: Annotated[bool, typer.Option(help="Open the browser.")] = True,
):
    """Serve the notebooks as dashboards for the folder's centre: a start page, code hidden, a token at the door."""
    from ..data import load_centre, sample_centre
    from .server import dashboards

    folder = (folder or sample_centre()).resolve()
    load_centre(folder)  # what is wrong with the folder is better said here than on a page
    compile_once()
    os.environ["CCPLAN_FOLDER"] = str(folder)
    server = dashboards(notebooks_folder(), host=host, port=port, token=_token(token, open_door, host), ready=ready, browser=browser)
    typer.echo(f"The dashboards of {folder.name}: {server.address}  (Ctrl-C ends it)", err=True)
    server.start()


def _token(token, open_door, host):
    """The token at the door; none only where nobody else can come to it."""
    import secrets

    if open_door and token:
        raise ValueError("--no-token and --token exclude one another")
    if open_door and host not in HERE:
        raise ValueError(f"--no-token opens the dashboards to everybody who reaches {host}: name a --token, or leave --host as it is")
    if token is not None and len(token) < 8:
        raise ValueError(f"--token must have 8 signs or more, got {len(token)}")
    return "" if open_door else token or secrets.token_urlsafe(24)
