"""`ccplan init`, `check`, `suggest` and `key`: a centre's data in, checked and described."""

from pathlib import Path
from typing import Annotated, Optional

import typer

from .app import app
from .common import Folder, KeyFile, Names, SampleFolder, busy, key_of_run, private, throwaway, warn_of_place

SHOWN_FINDINGS = 15


@app.command(epilog="Example: [bold]ccplan init my-centre --time-zone Europe/Helsinki --country FI[/bold]")
def init(
    folder: Folder,
    time_zone: Annotated[Optional[str], typer.Option(help="Such as Europe/Helsinki; guessed if left out.")] = None,
    country: Annotated[Optional[str], typer.Option(help="Two letters for public holidays, such as FI.")] = None,
):
    """Write a commented starter centre.toml from the folder's tables; never over an existing one."""
    from ..data import init_centre

    file = init_centre(folder, time_zone=time_zone, country=country)
    typer.echo(f"Wrote {file}. Read it through, change what is marked, then: ccplan plan {folder}")


@app.command(epilog="Example: [bold]ccplan check my-centre --csv findings.csv[/bold]")
def check(
    folder: SampleFolder = None,
    csv: Annotated[Optional[Path], typer.Option(help="Write every finding to this CSV file.")] = None,
    key: KeyFile = None,
    names: Names = False,
):
    """Say whether the folder's data can be trusted, finding by finding, and what it is good for.

    People are shown as codes, unless --names asks for them as they are. Ends with exit code 1 only where
    the data cannot be used at all; findings alone are an answer.
    """
    from ..data import check_folder, sample_centre
    from ..data.files import write_csv

    folder = folder or sample_centre()
    if not folder.is_dir():
        raise ValueError(f"{folder} does not exist or is no folder: name a folder with tables")
    secret = key_of_run(key, names, folder)
    with busy("checking"), private(secret):
        report = check_folder(folder, key=secret)
    typer.echo("\n".join(_report(report)))
    if secret and not key:
        typer.echo("\nPeople are shown as codes of this report only: --names shows them, --key FILE keeps their codes.")
    if csv:
        typer.echo(f"\nEvery finding: {write_csv(csv, report.findings)}")
    raise typer.Exit(0 if report.reading is not None else 1)


def _report(report):
    """The lines of a check: a verdict per table, the gravest findings, what the data is good for."""
    import pandas as pd

    for row in report.verdicts.itertuples():
        yield f"{row.table}: {row.verdict}"
    order = {"error": 0, "warning": 1, "note": 2}
    findings = report.findings.sort_values("severity", key=lambda column: column.map(order), kind="stable")
    for row in findings.head(SHOWN_FINDINGS).itertuples():
        place = str(row.file or "") + (f", row {row.row}" if pd.notna(row.row) else "")
        yield f"  {row.severity:7} {place}: {row.message}"
    if len(findings) > SHOWN_FINDINGS:
        yield f"  ... and {len(findings) - SHOWN_FINDINGS:,} more: write them all with --csv findings.csv"
    yield "\nWhat this data can answer:"
    for row in report.abilities.itertuples():
        yield f"  {'yes' if row.possible else 'no ':4} {row.question} ({row.why})"
    if not report.usable:
        yield f"\nNothing is planned from these tables until the {report.count('error')} errors above are mended."


@app.command(
    epilog="Examples: [bold]ccplan suggest my-centre[/bold] · [bold]ccplan suggest my-centre --accept 1 --accept 3[/bold]"
)
def suggest(
    folder: Folder,
    accept: Annotated[
        Optional[list[int]], typer.Option(help="Take over the suggestion of this number; may be repeated.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Take over every suggestion.")] = False,
):
    """Say what the tables suggest for centre.toml, with the evidence; change it only where asked.

    What is accepted changes that setting and nothing else in the file: comments and layout stay.
    """
    from ..data import load_centre, suggestions

    if accept and all_:
        raise ValueError("--all and --accept exclude one another: choose one")
    with busy("reading the tables"), private(throwaway()):
        tables = suggestions.tables_of(folder)
        made = suggestions.suggest(folder, tables)
        evidence = suggestions.evidence_only(load_centre(folder), tables)
    typer.echo("\n".join(_suggested(made, evidence)))
    chosen = range(1, len(made) + 1) if all_ else dict.fromkeys(accept or ())
    for number in chosen:
        if not 1 <= number <= len(made):
            raise ValueError(
                f"--accept must be a number from 1 to {len(made)}, got {number}; nothing was changed"
                if made
                else "--accept: nothing is suggested, so nothing was changed"
            )
    for number in chosen:
        one = made[number - 1]
        file = suggestions.accept(folder, one)
        typer.echo(f"\nWritten into {file}: {one.name} = {one.suggested:g}")
    if made and not chosen:
        typer.echo(
            f"\nNothing is changed. Take over what you agree with: ccplan suggest {folder} --accept 1 (or --all)"
        )


def _suggested(made, evidence):
    """The lines of the suggestions, numbered, and of the evidence that no setting holds."""
    if not made:
        yield "The settings of centre.toml fit the data: nothing is suggested."
    for number, one in enumerate(made, start=1):
        now = "not there" if one.current is None else f"{one.current:g}"
        between = "" if one.interval == "none" else f"95 % interval {one.interval}, "
        yield f"{number:3}. {one.name}: {now} -> {one.suggested:g}"
        yield f"     {one.why}; {between}from {one.n:,} {'contacts' if 'hours' in one.key else 'observations'}"
    if len(evidence):
        yield "\nEvidence without a setting (forecasts and service levels take it from the data):"
    for row in evidence.itertuples():
        yield f"  {row.queue}: {row.name} {row.estimate:.3g} ({row.low:.3g} to {row.high:.3g}, n {row.n:,}): {row.method}"


@app.command(
    epilog="Examples: [bold]ccplan key[/bold] · [bold]ccplan check my-centre --key ~/.config/ccplan/people.key[/bold]"
)
def key(
    file: Annotated[
        Optional[Path],
        typer.Argument(help="Where to keep it; your configuration folder if left out.", show_default=False),
    ] = None,
):
    """Make a key that turns people into codes: the same person, the same code, nobody named without the key.

    It is readable by you only, and one that is there is never replaced.
    """
    from ..data import privacy

    file = privacy.make_key(file)
    typer.echo(f"Wrote {file}. Whoever has it can link codes to people: keep it, and do not pass it on with reports.")
    warn_of_place(file, privacy.centre_folder_of(file))
