"""What the commands share: their options, notes and progress on stderr, the key of a run."""

import contextlib
from pathlib import Path
from typing import Annotated, Optional

import typer

Folder = Annotated[Path, typer.Argument(help="The centre's folder: its tables and centre.toml.", show_default=False)]
SampleFolder = Annotated[
    Optional[Path], typer.Argument(help="The centre's folder; the bundled sample if left out.", show_default=False)
]

KeyFile = Annotated[
    Optional[Path],
    typer.Option("--key", help="A file made by ccplan key: people keep their codes.", show_default=False),
]
Names = Annotated[bool, typer.Option("--names", help="Show names and numbers of people as they are in the tables.")]

SHOWN_NOTES = 30


def places(folder, out, name):
    """(the centre's folder, where results go): the bundled sample where none is given, and FOLDER/NAME, or ./NAME for
    the sample, which may be read-only."""
    from ..data import sample_centre

    out = out or (folder / name if folder else Path(name))
    folder = folder or sample_centre()
    if out.resolve() == folder.resolve():
        raise ValueError(
            f"--out must not be the centre's folder: results beside its tables would be read as tables, got {out}"
        )
    return folder, out


def key_of_run(file, names, folder):
    """The key for a run: of a file, None where names are asked for, else one that is kept nowhere."""
    from ..data import privacy

    if file and names:
        raise ValueError("--names and --key exclude one another: names are shown, or codes")
    if file is None:
        return None if names else throwaway()
    secret = privacy.read_key(file)
    inside = privacy.centre_folder_of(file)
    warn_of_place(file, inside or (folder if folder.resolve() in file.resolve().parents else None))
    return secret


def throwaway():
    from ..data import privacy

    return privacy.throwaway_key()


def warn_of_place(file, folder):
    if folder is not None:
        typer.echo(
            f"warning: {file} lies in the centre's folder {folder}: whoever gets the tables gets the key too. "
            "Keep it elsewhere.",
            err=True,
        )


@contextlib.contextmanager
def private(secret):
    """Errors of reading quote cells of a file: with a key they are told without those that may be people."""
    from ..data import privacy

    try:
        yield
    except ValueError as problem:
        raise (privacy.private_error(problem, secret) if secret else problem) from None


def refuse_unknown_queues(rows, centre, folder, reading):
    """A queue of the table that centre.toml does not name: where to write it, or how to leave it out."""
    from ..data.toml_text import toml_key

    known = {one.name for one in centre.queues}
    unknown = [name for name in rows["queue"].unique() if name not in known]
    if unknown:
        others = [name for name in rows["queue"].unique() if name in known]
        both = f" (it has {', '.join(sorted(known))}, the table {', '.join(unknown)})"
        instead = f", or plan only --queue {others[0]!r}" if others else both
        raise ValueError(
            f"{folder / 'centre.toml'} has no queue {unknown[0]!r}, which {reading.file.name} holds: "
            f"write a section [queues.{toml_key(unknown[0])}] into it{instead}"
        )


def say_assumptions(centre, reading, secret, about=()):
    """What was assumed and noticed, on stderr; of the assumptions those that begin with `about`, if given."""
    from ..data.privacy import private_words

    assumed = [words for words in centre.assumed if not about or words.startswith(tuple(about))]
    read = [private_words(words, secret) if secret else words for words in (*reading.notes, *reading.left_aside)]
    notes = [*assumed, *read]
    for words in notes[:SHOWN_NOTES]:
        typer.echo(f"note: {words}", err=True)
    if len(notes) > SHOWN_NOTES:
        typer.echo(f"note: and {len(notes) - SHOWN_NOTES} more: ccplan check tells them all", err=True)


def busy(words):
    """A line on stderr that shows work going on, and nothing where stderr is not a terminal."""
    from rich.console import Console

    return Console(stderr=True).status(words + " ...")


def compile_once():
    """Compile the equations of the day where that has not been done, and say so: it takes a while."""
    from ..queueing import is_compiled, warm_up

    if not is_compiled():
        with busy("compiling the equations of the day (once, about 20 seconds)"):
            warm_up()


@contextlib.contextmanager
def bar(words):
    """A bar on stderr, moved by calling it with (done, number) and, where the work changes, what is being done; nothing
    where stderr is not a terminal."""
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words, total=None)
        yield lambda done, number, now=words: bar.update(task, completed=done, total=number, description=escape(now))
