"""`ccplan audit`: a quarter looked back on, as a report that can be signed and verified."""

from pathlib import Path
from typing import Annotated, Optional

import typer

from .app import app
from .common import KeyFile, Names, SampleFolder, bar, busy, key_of_run

LATE_DAYS = 4  # a quarter whose last rows lie that close to its end is whole: weekends and holidays are closed


@app.command(epilog='Example: [bold]ccplan audit my-centre --quarter 2026Q3 --by "Ann Lee"[/bold]')
def audit(
    folder: SampleFolder = None,
    quarter: Annotated[
        Optional[str],
        typer.Option(help="The quarter to audit, such as 2026Q3; the last whole one in the tables if left out."),
    ] = None,
    out: Annotated[
        Optional[Path],
        typer.Option(
            help="Where the report goes; FOLDER/audit/QUARTER if left out, ./audit/QUARTER for the bundled sample."
        ),
    ] = None,
    names: Names = False,
    key: KeyFile = None,
    by: Annotated[
        Optional[str], typer.Option(help="Who runs, or with --sign signs, the audit; never taken from the machine.")
    ] = None,
    previous: Annotated[
        Optional[Path],
        typer.Option(
            help="The last audit's folder, whose actions are carried over; the quarter before beside it if left out."
        ),
    ] = None,
    verify: Annotated[
        Optional[Path],
        typer.Option(help="Run nothing: say what changed since this report was made; exit code 1 if anything did."),
    ] = None,
    sign: Annotated[
        Optional[Path],
        typer.Option(help="Run nothing: sign this report as --by; void as soon as data, report or parameters change."),
    ] = None,
):
    """Audit a quarter: service, people, money, quality, what changed and why, and what to do about it.

    Writes one folder: the run notebook, a page that opens without network, a PDF, a workbook, findings.csv and
    actions.csv, and sign_off.json with the fingerprint of every input. People are codes unless --names is given.
    """
    if verify and sign:
        raise ValueError("--verify and --sign exclude one another: a report is verified before it is signed anyway")
    if verify or sign:
        _refuse_besides({"--quarter": quarter, "--out": out, "--names": names, "--key": key, "--previous": previous})
        return _verify(verify, folder) if verify else _sign(sign, by, folder)
    _run(folder, quarter, out, names, key, by, previous)


def _refuse_besides(options):
    given = [name for name, value in options.items() if value]
    if given:
        raise ValueError(
            f"{' and '.join(given)} {'is' if len(given) == 1 else 'are'} for a run of the audit, not for --verify or --sign"
        )


# ------------------------------------------------------------------------------------------ running


def _run(folder, quarter, out, names, key, by, previous):
    from ..auditing.quarter import Quarter
    from ..auditing.concluding.sign_off import refuse_name
    from ..data import load_centre, sample_centre
    from ..display.audit.report import audit_report

    if by is not None:
        refuse_name(by)
    at, folder = (folder / "audit" if folder else Path("audit")), folder or sample_centre()
    load_centre(folder)  # what is wrong with the folder is better said before a minute of work
    key_of_run(key, names, folder)  # and so is what is wrong with the key
    quarter = Quarter.of(quarter) if quarter else _last_quarter(folder)
    out = out or at / str(quarter)
    _refuse_out(out, folder)
    previous = _previous(previous, out, quarter)
    with bar(f"auditing {quarter}") as progress:
        report = audit_report(
            folder, quarter, out, names=names, key=key, previous=previous, by=by or "", progress=progress
        )
    _say(report, by)


def _refuse_out(out, folder):
    if out.resolve() == folder.resolve():
        raise ValueError(f"--out must not be the centre's folder: a report takes a folder of its own, got {out}")
    if out.resolve() in folder.resolve().parents:
        raise ValueError(
            f"--out must not hold the centre's folder {folder}: a report takes a folder of its own, got {out}"
        )
    from ..auditing.concluding.sign_off import RECORD

    if out.is_dir() and any(out.iterdir()) and not (out / RECORD).is_file():
        raise ValueError(f"{out} holds other files and no earlier report: name a new or an empty folder with --out")


def _previous(previous, out, quarter):
    from ..auditing.concluding.sign_off import RECORD

    if previous is None:
        beside = out.resolve().parent / str(quarter.previous)
        return beside if (beside / RECORD).is_file() else None
    if not previous.is_dir():
        raise ValueError(f"--previous must be the folder of the last audit, got {previous}, which is no folder")
    if previous.resolve() == out.resolve():
        raise ValueError(f"--previous must not be the folder that is written, got {previous}")
    return previous


def _last_quarter(folder):
    """The last quarter that the tables reach to the end; where none is whole, the last that they begin."""
    import pandas as pd

    from ..auditing.quarter import Quarter
    from ..data import load_intervals

    with busy("looking for the last whole quarter"):
        times = load_intervals(folder, faulty="leave out").frame["start"].dt.tz_localize(None)
    last = Quarter(times.max().year, (times.max().month + 2) // 3)
    if times.max().normalize() >= last.end - pd.Timedelta(days=LATE_DAYS) or times.min() >= last.first:
        return last
    return last.previous


def _say(report, by):
    verdict = report.folder / "verdict.txt"
    if verdict.is_file():
        typer.echo(verdict.read_text(encoding="utf-8").strip() + "\n")
    typer.echo(f"Report in {report.folder}:")
    for name in (*report.files, "sign_off.json"):
        typer.echo(f"  {name:20} {FILES.get(name, '')}".rstrip())
    for words in report.notes:
        typer.echo(f"note: {words}", err=True)
    if not by:
        typer.echo('note: nobody is named as having run it: add --by "Name"', err=True)


FILES = {
    "audit.html": "the report: open it in a browser, no network is needed",
    "audit.pdf": "the same on paper",
    "audit.xlsx": "its tables, a sheet a section",
    "audit.ipynb": "the notebook as it was run",
    "findings.csv": "what was found",
    "actions.csv": "what is to be done: write into it what became of each",
    "verdict.txt": "the verdict in a sentence",
    "sign_off.json": "fingerprints of every input, and who signed",
}


# ------------------------------------------------------------------------------ verifying and signing


def _verify(report, folder):
    from ..auditing.concluding.sign_off import verify

    with busy("comparing every input and every file"):
        check = verify(report, folder)
    if check.holds:
        typer.echo(f"{report}: nothing changed since it was made; data, report and parameters are as they were.")
    else:
        typer.echo(f"{report}: void, because since it was made")
    for words in check.changes:
        typer.echo(f"  {words}")
    _who(check)
    if not check.holds:
        raise typer.Exit(1)


def _sign(report, by, folder):
    from ..auditing.concluding.sign_off import sign

    if by is None:
        raise ValueError('--sign needs --by: who signs it, such as --by "Ann Lee"')
    check = sign(report, by, folder)
    typer.echo(f"{report} is signed; the sign-off is void as soon as data, report or parameters change.")
    _who(check)


def _who(check):
    typer.echo(f"run by {check.ran_by}" if check.ran_by else "nobody was named as having run it")
    for words in check.signatures or ("nobody has signed it",):
        typer.echo(words)
    for words in check.notes:
        typer.echo(f"note: {words}", err=True)
