"""The command line itself, and how it ends: results on stdout, the rest on stderr, bad input in one sentence."""

import errno
import os
import sys

import typer

app = typer.Typer(
    name="ccplan",
    help="Workforce planning for call centres: staff a centre's folder, check its data, open the notebooks.",
    epilog="Start with [bold]ccplan init FOLDER[/bold], then [bold]check[/bold] and [bold]plan[/bold]. "
    "Nothing ever leaves this machine.",
    rich_markup_mode="rich",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main():
    """Run the command line; bad input ends in one sentence on stderr and exit code 1, never a traceback."""
    # Kernels and workers that are started load no program from the folder where somebody stands.
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        app()
    except (ValueError, OSError) as problem:
        sys.exit(f"ccplan: {_in_words(problem)}")
    except KeyboardInterrupt:
        print("ccplan: stopped; nothing half-written is left behind", file=sys.stderr)
        sys.exit(130)


FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
CLOSED = (errno.EROFS, errno.EACCES, errno.EPERM)


def _in_words(problem):
    if not isinstance(problem, OSError) or not problem.strerror:
        return str(problem)
    advice = ""
    if problem.errno in FULL:
        advice = ": make room, or name another place; what stood there is as it was"
    if problem.errno in CLOSED:
        advice = ": ask for the right to it, or name another place"
    return f"{problem.filename or 'a file'}: {problem.strerror.lower()}{advice}"
