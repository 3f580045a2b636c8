"""`ccplan serve`: the notebooks as dashboards, code hidden, at one address."""

import os
from typing import Annotated, Optional

import typer

from .app import app
from .common import SampleFolder, busy, compile_once

HERE = ("127.0.0.1", "localhost", "::1")
PORT = 8866
TRIED = 20  # ports after the usual one


@app.command(epilog="Example: [bold]ccplan serve my-centre --port 8866[/bold]")
def serve(
    folder: SampleFolder = None,
    port: Annotated[
        Optional[int],
        typer.Option(
            min=1, max=65535, help=f"Where it listens; {PORT}, or the next free one, if left out.", show_default=False
        ),
    ] = None,
    host: Annotated[
        str, typer.Option(help="The address it listens at: this machine only, unless you say otherwise.")
    ] = HERE[0],
    token: Annotated[
        Optional[str],
        typer.Option(
            envvar="CCPLAN_TOKEN",
            show_envvar=True,
            help="What opens the door; a new random one if left out. "
            "Better in the variable than on a command line that others can see.",
            show_default=False,
        ),
    ] = None,
    open_door: Annotated[
        bool, typer.Option("--no-token", help="No token; only at this machine's own address.")
    ] = False,
    ready: Annotated[
        int,
        typer.Option(
            min=0,
            max=20,
            help="Copies of the start page and of Staffing that are kept ready, 70 to 240 MB each; "
            "0: a page is worked out when it is asked for.",
        ),
    ] = 1,
    ahead: Annotated[
        bool,
        typer.Option(
            "--ahead/--no-ahead",
            help="Work out what all pages show before somebody asks, when the machine has nothing better to do.",
        ),
    ] = True,
    most: Annotated[
        int,
        typer.Option(
            min=1,
            help="Pages that may be open at once: 70 MB each (Start), 150 (Staffing), more where a quarter is audited.",
        ),
    ] = 40,
    base_url: Annotated[str, typer.Option(help="The path below which it is reached, behind a proxy.")] = "/",
    browser: Annotated[bool, typer.Option(help="Open the browser.")] = True,
):
    """Serve the notebooks as dashboards for the folder's centre: a start page, code hidden, a token at the door."""
    from ..data import load_centre, sample_centre
    from ..data.bundled import notebooks_folder

    token = _token(token, open_door, host)
    folder = _centre_folder(folder or sample_centre())
    load_centre(folder)  # what is wrong with the folder is better said here than on a page
    port = free_port(host, port)
    compile_once()
    with busy("reading the tables"):
        server = server_of(
            folder,
            notebooks_folder(),
            host=host,
            port=port,
            token=token,
            base_url=_base(base_url),
            ready=ready,
            ahead=ahead,
            most=most,
            browser=browser,
        )
    typer.echo(
        f"The dashboards of {folder.name}: {server.address}\nCtrl-C ends them and whatever is open in them.", err=True
    )
    server.start()
    typer.echo("ccplan: the dashboards are closed", err=True)


def server_of(folder, notebooks, **asked):
    """The server, not yet started, of a centre's folder and a folder of notebooks; `asked` is what `dashboards`
    takes.
    """
    from .navigation import bar_of
    from .server import dashboards

    os.environ["CCPLAN_FOLDER"] = str(folder)
    os.environ.pop("CCPLAN_TOKEN", None)  # kernels need not know it
    bar = bar_of(folder, notebooks)
    bar()
    return dashboards(notebooks, bar=bar, **asked)


def _centre_folder(folder):
    folder = folder.resolve()
    if not folder.is_dir():
        raise ValueError(
            f"{folder} is not a folder: name the folder that holds the centre's tables and its centre.toml"
            if folder.exists()
            else f"there is no folder {folder}: name one that is there, or leave it out for the bundled centre"
        )
    return folder


def _token(token, open_door, host):
    """The token at the door; none only where nobody else can come to it."""
    import secrets

    if open_door and token:
        raise ValueError("--no-token and a token (--token, or CCPLAN_TOKEN) exclude one another")
    if open_door and host not in HERE:
        raise ValueError(
            f"--no-token opens the dashboards to everybody who reaches {host}: name a --token, or leave --host as it is"
        )
    if token is not None and len(token) < 8:
        raise ValueError(f"the token must have 8 signs or more, got {len(token)}")
    return "" if open_door else token or secrets.token_urlsafe(24)


def _base(path):
    """A path with a slash at both ends."""
    return f"/{path.strip('/')}/" if path.strip("/") else "/"


def free_port(host, port=None):
    """The port asked for, or the first free one from PORT on; ValueError in words where it is taken or the address
    is not ours.
    """
    tried = [port] if port else range(PORT, PORT + TRIED)
    for one in tried:
        problem = _cannot_listen(host, one)
        if problem is None:
            return one
        if not problem.startswith("taken"):
            raise ValueError(f"cannot listen at {host}, port {one}: {problem}")
    what = f"port {port} at {host} is" if port else f"the ports {PORT} to {PORT + TRIED - 1} at {host} are all"
    raise ValueError(f"{what} taken, perhaps by dashboards that still run: end them, or name another --port")


def _cannot_listen(host, port):
    """Why nothing can listen there, in words; None where it can."""
    import errno
    import socket

    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, os.name == "posix")
            trial.bind(place)
    except socket.gaierror:
        return "no machine is known by that name — --host is an address of this machine, such as 127.0.0.1 or 0.0.0.0"
    except OSError as problem:
        words = {
            errno.EADDRINUSE: "taken",
            errno.EACCES: "this needs more rights — name a --port of 1024 or more",
            errno.EADDRNOTAVAIL: "this machine has no such address — --host is an address of this machine, such as 127.0.0.1 or 0.0.0.0",
        }
        return words.get(problem.errno, str(problem.strerror).lower())
    return None
