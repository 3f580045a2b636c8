"""The command line: `ccplan init`, `check`, `suggest`, `forecast`, `plan`, `key`, `lab`. Results on stdout, the rest on stderr."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Optional

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

Folder = Annotated[Path, typer.Argument(help="The centre's folder: its tables and centre.toml.", show_default=False)]
SampleFolder = Annotated[
    Optional[Path], typer.Argument(help="The centre's folder; the bundled sample if left out.", show_default=False)
]

KeyFile = Annotated[
    Optional[Path], typer.Option("--key", help="A file made by ccplan key: people keep their codes.", show_default=False)
]
Names = Annotated[bool, typer.Option("--names", help="Show names and numbers of people as they are in the tables.")]


def main():
    """Run the command line; bad input ends in one sentence on stderr and exit code 1, never a traceback."""
    try:
        app()
    except (ValueError, OSError) as problem:
        sys.exit(f"ccplan: {_in_words(problem)}")
    except KeyboardInterrupt:
        print("ccplan: stopped; nothing half-written is left behind", file=sys.stderr)
        sys.exit(130)


@app.command(epilog="Example: [bold]ccplan init my-centre --time-zone Europe/Helsinki --country FI[/bold]")
def init(
    folder: Folder,
    time_zone: Annotated[Optional[str], typer.Option(help="Such as Europe/Helsinki; guessed if left out.")] = None,
    country: Annotated[Optional[str], typer.Option(help="Two letters for public holidays, such as FI.")] = None,
):
    """Write a commented starter centre.toml from the folder's tables; never over an existing one."""
    from .data import init_centre

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
    from .data import check_folder, sample_centre
    from .data.files import write_csv

    folder = folder or sample_centre()
    if not folder.is_dir():
        raise ValueError(f"{folder} does not exist or is no folder: name a folder with tables")
    secret = _key(key, names, folder)
    with _busy("checking"), _private(secret):
        report = check_folder(folder, key=secret)
    typer.echo("\n".join(_report(report)))
    if secret and not key:
        typer.echo("\nPeople are shown as codes of this report only: --names shows them, --key FILE keeps their codes.")
    if csv:
        typer.echo(f"\nEvery finding: {write_csv(csv, report.findings)}")
    raise typer.Exit(0 if report.reading is not None else 1)


@app.command(
    epilog="Examples: [bold]ccplan plan[/bold] (the bundled centre) · "
    "[bold]ccplan plan my-centre --from 2026-09-01 --to 2026-09-30 --out plans/september[/bold] · "
    "[bold]ccplan plan my-centre --queue service --rule 'through the day'[/bold]"
)
def plan(
    folder: SampleFolder = None,
    queue: Annotated[Optional[list[str]], typer.Option(help="Only this queue; may be repeated.")] = None,
    from_: Annotated[Optional[str], typer.Option("--from", help="First day, such as 2026-09-01.")] = None,
    to: Annotated[Optional[str], typer.Option(help="Last day, included.")] = None,
    out: Annotated[Optional[Path], typer.Option(help="Where results go; FOLDER/plan if left out, ./plan for the bundled sample.")] = None,
    rule: Annotated[str, typer.Option(help="stationary (each interval by itself), lagged, 'offered load', or 'through the day'.")] = "stationary",
    meet: Annotated[str, typer.Option(help="Through the day: every (interval), day (as a whole), or a share of the intervals such as 0.95.")] = "every",
    key: KeyFile = None,
    names: Names = False,
):
    """Staff every interval of the folder: agents, heads to schedule, FTE, service and cost.

    By any rule but the stationary one, service is what the day as a whole then gives.
    """
    from .data import load_centre, load_intervals, sample_centre

    out = out or (folder / "plan" if folder else Path("plan"))  # a bundled centre may be read-only
    folder = folder or sample_centre()
    if out.resolve() == folder.resolve():
        raise ValueError(f"--out must not be the centre's folder: results beside its tables would be read as tables, got {out}")
    secret = _key(key, names, folder)
    with _busy("reading the tables"), _private(secret):
        centre = load_centre(folder)
        reading = load_intervals(folder, centre)
    rows = _chosen(reading.frame, queue, from_, to)
    _refuse_unknown_queues(rows, centre, folder, reading)
    _say_assumptions(centre, reading, secret)
    _write_plan(centre, rows, out, rule, _meet(meet))


def _meet(text):
    """`--meet` as `staff` takes it: a word, or a share."""
    try:
        return float(text)
    except ValueError:
        return text


def _compile():
    """Compile the equations of the day where that has not been done, and say so: it takes a while."""
    from .queueing import is_compiled, warm_up

    if not is_compiled():
        with _busy("compiling the equations of the day (once, about 20 seconds)"):
            warm_up()


@app.command(epilog="Example: [bold]ccplan forecast my-centre --horizon 14d --at 2026-08-01 --out forecast.csv[/bold]")
def forecast(
    folder: SampleFolder = None,
    horizon: Annotated[str, typer.Option(help="How far: 14d, 8w, 6months.")] = "14d",
    at: Annotated[Optional[str], typer.Option(help="As of this date, such as 2026-08-01; nothing from it on is looked at.")] = None,
    out: Annotated[Optional[Path], typer.Option(help="CSV file; FOLDER/plan/forecast.csv if left out, ./plan for the bundled sample.")] = None,
    method: Annotated[str, typer.Option(help="auto (the best on each queue's own past), combination, or a model's name.")] = "auto",
    samples: Annotated[int, typer.Option(min=0, max=10_000, help="Sample paths, as columns path_1, path_2, ...")] = 0,
    key: KeyFile = None,
    names: Names = False,
):
    """Forecast every queue of the folder: contacts and handle time by interval, with a band of 80 %.

    events.csv, school_holidays.csv and overrides.csv in the folder are taken in, where they are.
    """
    from .data import load_centre, load_intervals, sample_centre
    from .data.files import write_csv
    from .planning.forecast import forecast_queues
    from .planning.forecasting.events import events_of, school_of

    out = out or (folder or Path()) / "plan" / "forecast.csv"
    folder = folder or sample_centre()
    secret = _key(key, names, folder)
    with _busy("reading the tables"), _private(secret):
        centre = load_centre(folder)
        reading = load_intervals(folder, centre, faulty="leave out")  # a faulty row teaches nothing; how many is said
    _refuse_unknown_queues(reading.frame, centre, folder, reading)
    _say_assumptions(centre, reading, secret, FORECAST_NEEDS)
    with _bar("forecasting") as progress:
        found = forecast_queues(reading.frame, centre, horizon, at=at, method=method, samples=samples, progress=progress, cache=True,
                                events=events_of(folder, centre), school=school_of(folder))
    file = write_csv(out, _on_the_wall(_with_overrides(found, folder, centre, at)))
    for line in _forecast_lines(found, centre):
        typer.echo(line)
    typer.echo(f"\nEvery interval, in local time ({centre.time_zone}): {file}")


def _with_overrides(found, folder, centre, at):
    """All queues' rows, with the planner's overrides where the folder has an overrides.csv."""
    import pandas as pd

    from .planning.forecasting.overrides import apply_overrides, overrides_of

    rows, overrides = pd.concat([one.frame for one in found], ignore_index=True), overrides_of(folder, centre)
    if not len(overrides):
        return rows
    changed = apply_overrides(rows, overrides, centre=centre, at=at)
    typer.echo(f"note: overrides.csv changes {(changed['overrides'] != '').sum():,} intervals; offered_before is the model's own", err=True)
    return changed


def _on_the_wall(rows):
    """Rows with starts by the clock on the wall, as the tables have them."""
    return rows.assign(start=rows["start"].dt.tz_localize(None).dt.strftime("%Y-%m-%d %H:%M"))


def _forecast_lines(found, centre):
    """A line a queue: how many contacts, by which model, how well it did on days held out; queues without history."""
    for queue in centre.queues:
        if queue.name not in {one.queue for one in found}:
            yield f"{queue.name}: no history, so no forecast (in Python: forecast(..., borrow={{{queue.name!r}: (another queue, share)}}))"
    for one in found:
        sums = one.frame["offered"].sum()
        how = "too little history to hold days out: a band of the field's usual width"
        if one.tested:
            from .planning.forecasting.backtest import league_table

            row = league_table(one.tested).set_index("model").loc[one.method]
            how = f"off by {row.wape:.1%} of contacts an interval on days held out, its 80 % band held {row.coverage_80:.0%} of them"
        span = f"{one.frame['start'].min():%Y-%m-%d} to {one.frame['start'].max():%Y-%m-%d}" if len(one.frame) else "no open interval"
        yield f"{one.queue}: {sums:,.0f} contacts, {span}, by {one.method}; {how}."
        if len(one.repairs):
            yield f"  {len(one.repairs)} unusual or missing day{'s' * (len(one.repairs) > 1)} repaired in what the models learn from, the last on {one.repairs['day'].max():%Y-%m-%d}"


@app.command(epilog="Examples: [bold]ccplan suggest my-centre[/bold] · [bold]ccplan suggest my-centre --accept 1 --accept 3[/bold]")
def suggest(
    folder: Folder,
    accept: Annotated[Optional[list[int]], typer.Option(help="Take over the suggestion of this number; may be repeated.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Take over every suggestion.")] = False,
):
    """Say what the tables suggest for centre.toml, with the evidence; change it only where asked.

    What is accepted changes that setting and nothing else in the file: comments and layout stay.
    """
    from .data import load_centre, suggestions

    if accept and all_:
        raise ValueError("--all and --accept exclude one another: choose one")
    with _busy("reading the tables"), _private(_throwaway()):
        tables = suggestions.tables_of(folder)
        made = suggestions.suggest(folder, tables)
        evidence = suggestions.evidence_only(load_centre(folder), tables)
    typer.echo("\n".join(_suggested(made, evidence)))
    chosen = range(1, len(made) + 1) if all_ else dict.fromkeys(accept or ())
    for number in chosen:
        if not 1 <= number <= len(made):
            raise ValueError(f"--accept must be a number from 1 to {len(made)}, got {number}; nothing was changed" if made
                             else "--accept: nothing is suggested, so nothing was changed")
    for number in chosen:
        one = made[number - 1]
        file = suggestions.accept(folder, one)
        typer.echo(f"\nWritten into {file}: {one.name} = {one.suggested:g}")
    if made and not chosen:
        typer.echo(f"\nNothing is changed. Take over what you agree with: ccplan suggest {folder} --accept 1 (or --all)")


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


@app.command(epilog="Examples: [bold]ccplan key[/bold] · [bold]ccplan check my-centre --key ~/.config/ccplan/people.key[/bold]")
def key(
    file: Annotated[
        Optional[Path], typer.Argument(help="Where to keep it; your configuration folder if left out.", show_default=False)
    ] = None,
):
    """Make a key that turns people into codes: the same person, the same code, nobody named without the key.

    It is readable by you only, and one that is there is never replaced.
    """
    from .data import privacy

    file = privacy.make_key(file)
    typer.echo(f"Wrote {file}. Whoever has it can link codes to people: keep it, and do not pass it on with reports.")
    _warn_of_place(file, privacy.centre_folder_of(file))


def _warn_of_place(file, folder):
    if folder is not None:
        typer.echo(f"warning: {file} lies in the centre's folder {folder}: whoever gets the tables gets the key too. "
                   "Keep it elsewhere.", err=True)


def _key(file, names, folder):
    """The key for a run: of a file, None where names are asked for, else one that is kept nowhere."""
    from .data import privacy

    if file and names:
        raise ValueError("--names and --key exclude one another: names are shown, or codes")
    if file is None:
        return None if names else _throwaway()
    secret = privacy.read_key(file)
    inside = privacy.centre_folder_of(file)
    _warn_of_place(file, inside or (folder if folder.resolve() in file.resolve().parents else None))
    return secret


def _throwaway():
    from .data import privacy

    return privacy.throwaway_key()


@contextlib.contextmanager
def _private(secret):
    """Errors of reading quote cells of a file: with a key they are told without those that may be people."""
    from .data import privacy

    try:
        yield
    except ValueError as problem:
        raise (privacy.private_error(problem, secret) if secret else problem) from None


def _refuse_unknown_queues(rows, centre, folder, reading):
    """A queue of the table that centre.toml does not name: where to write it, or how to leave it out."""
    from .data.evidence.suggestions import bare_key

    known = {one.name for one in centre.queues}
    unknown = [name for name in rows["queue"].unique() if name not in known]
    if unknown:
        others = [name for name in rows["queue"].unique() if name in known]
        both = f" (it has {', '.join(sorted(known))}, the table {', '.join(unknown)})"
        instead = f", or plan only --queue {others[0]!r}" if others else both
        raise ValueError(f"{folder / 'centre.toml'} has no queue {unknown[0]!r}, which {reading.file.name} holds: "
                         f"write a section [queues.{bare_key(unknown[0])}] into it{instead}")


@app.command(epilog="Example: [bold]ccplan lab my-centre[/bold]")
def lab(
    folder: SampleFolder = None,
    browser: Annotated[bool, typer.Option(help="Open the browser.")] = True,
):
    """Open JupyterLab on the notebooks, for the folder's centre; on this machine only."""
    from .data import load_centre, sample_centre

    folder = (folder or sample_centre()).resolve()
    load_centre(folder)  # what is wrong with the folder is better said here than in a notebook
    _compile()
    command = [sys.executable, "-m", "jupyterlab", "--LabApp.news_url=None", "--LabApp.check_for_updates_class"]
    command[-1] += "=jupyterlab.handlers.announcements.NeverCheckForUpdate"
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # in a container; the server listens on this machine only
        command.append("--allow-root")
    command += [f"--ServerApp.root_dir={_notebooks()}"] + ([] if browser else ["--no-browser"])
    environment = os.environ | {"CCPLAN_FOLDER": str(folder)}
    if os.name == "posix":  # become the server, so that whoever stops ccplan stops it too
        os.execve(sys.executable, command, environment)
    raise typer.Exit(subprocess.run(command, env=environment).returncode)


def _notebooks():
    """The notebooks of the checkout; a bare install opens where it is called."""
    folder = Path(__file__).parents[1] / "notebooks"
    return folder if folder.is_dir() else Path.cwd()


def _chosen(frame, queues, first, last):
    """The rows of the queues and days asked for; refused in words where there are none."""
    import pandas as pd

    known = frame["queue"].unique()
    for name in queues or ():
        if name not in known:
            raise ValueError(f"--queue must be one of {', '.join(map(str, known))}, got {name!r}")
    if first and last and _day("--from", first) > _day("--to", last):
        raise ValueError(f"--from must not be after --to, got {first} and {last}")
    days = frame["start"].dt.tz_localize(None).dt.normalize()
    keep = pd.Series(True, index=frame.index)
    keep &= frame["queue"].isin(queues) if queues else True
    keep &= days >= _day("--from", first) if first else True
    keep &= days <= _day("--to", last) if last else True
    if not keep.any():
        raise ValueError(f"nothing to plan between {first or days.min().date()} and {last or days.max().date()}: "
                         f"the table runs from {days.min().date()} to {days.max().date()}")
    return frame[keep]


def _day(option, text):
    import pandas as pd

    try:
        return pd.Timestamp(pd.to_datetime(text, format="%Y-%m-%d"))
    except ValueError:
        raise ValueError(f"{option} must be a day such as 2026-09-01, got {text!r}") from None


SHOWN_FINDINGS, SHOWN_NOTES = 15, 30


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


def _write_plan(centre, rows, out, rule, meet):
    """Staff the rows, write the results, and say what they come to."""
    from .data.files import write_csv
    from .planning.days import beside_given, day_table, week_table
    from .planning.staffing import staff

    if rule != "stationary":
        _compile()
    with _bar(f"staffing {len(rows):,} intervals") as progress:
        staffed = staff(rows, centre, rule=rule, meet=meet, progress=progress)
    days = day_table(staffed, rows, centre)
    with _busy("writing the results"):
        results = {
            "every interval": write_csv(out / "requirement.csv", beside_given(staffed, rows)),
            "every day": write_csv(out / "days.csv", days),
            "the busiest recent day": _write_chart(out / "day.svg", staffed, rows),
        }
    typer.echo(f"{centre.name}, {_span(days)}:\n")
    typer.echo(_in_columns(week_table(days), centre))
    typer.echo(f"\nResults in {out}:")
    for what, file in results.items():
        typer.echo(f"  {file.name:16} {what}")
    typer.echo("Play with it: make lab (or ccplan lab), notebook 03_staffing.")


def _write_chart(file, staffed, rows):
    """The busiest recent day's requirement as an SVG drawing."""
    from .data.files import write_whole
    from .display.charts import requirement_chart, show
    from .planning.days import busiest_day, local_days

    top = busiest_day(staffed)
    mine = (staffed["queue"] == top["queue"]) & (local_days(staffed["start"]) == top["day"])
    rostered = rows.loc[mine, "agents"].to_numpy() if "agents" in rows and rows.loc[mine, "agents"].notna().all() else None
    return write_whole(file, show(requirement_chart(staffed[mine].reset_index(drop=True), rostered)).svg)


def _span(days):
    """What the figures are of: a mean week of the recent days, or the days themselves if less than a week."""
    from .planning.days import recent, span_days

    last, length = recent(days)["day"], span_days(days)
    what = f"a mean week of the last {length} days" if length >= 7 else f"{length} day{'s' * (length > 1)}"
    return f"{what} ({last.min():%Y-%m-%d} to {last.max():%Y-%m-%d})"


def _in_columns(weeks, centre):
    """The week table as aligned text: net, gross, promised and given each named as such."""
    import pandas as pd

    shown = pd.DataFrame(
        {
            "calls": weeks["offered"].map("{:,.0f}".format),
            "peak on phones (net)": weeks["agents_peak"].map("{:,.0f}".format),
            "peak to schedule (gross)": weeks["scheduled_peak"].map("{:,.0f}".format),
            "FTE": weeks["fte"].map("{:,.1f}".format),
            f"cost {centre.currency}": weeks["cost"].map("{:,.0f}".format),
            "service planned": weeks["service_level"].map("{:.1%}".format),
            "service given": weeks["service_given"].map(lambda v: "not known" if pd.isna(v) else f"{v:.1%}"),
        }
    )
    return shown.rename_axis("queue").reset_index().to_string(index=False)


FORECAST_NEEDS = ("time zone", "country", "no public holidays", "queue")  # begins of assumptions that a forecast rests on


def _say_assumptions(centre, reading, secret, about=()):
    """What was assumed and noticed, on stderr; of the assumptions those that begin with `about`, if given."""
    from .data.privacy import private_words

    assumed = [words for words in centre.assumed if not about or words.startswith(tuple(about))]
    read = [private_words(words, secret) if secret else words for words in (*reading.notes, *reading.left_aside)]
    notes = [*assumed, *read]
    for words in notes[:SHOWN_NOTES]:
        typer.echo(f"note: {words}", err=True)
    if len(notes) > SHOWN_NOTES:
        typer.echo(f"note: and {len(notes) - SHOWN_NOTES} more: ccplan check tells them all", err=True)


def _busy(words):
    """A line on stderr that shows work going on, and nothing where stderr is not a terminal."""
    from rich.console import Console

    return Console(stderr=True).status(words + " ...")


@contextlib.contextmanager
def _bar(words):
    """A bar on stderr, moved by calling it with (done, number); nothing where stderr is not a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words, total=None)
        yield lambda done, number: bar.update(task, completed=done, total=number)


def _in_words(problem):
    if isinstance(problem, OSError) and problem.strerror:
        return f"{problem.filename or 'a file'}: {problem.strerror.lower()}"
    return str(problem)


if __name__ == "__main__":
    main()
