"""`ccplan headcount`: whom to hire, when, and by when to decide."""

from pathlib import Path
from typing import Annotated, Optional

import typer

from .app import app
from .common import (
    KeyFile,
    Names,
    SampleFolder,
    bar,
    busy,
    key_of_run,
    places,
    private,
    refuse_unknown_queues,
    say_assumptions,
)


@app.command(
    epilog="Examples: [bold]ccplan headcount[/bold] (the bundled centre) · "
    "[bold]ccplan headcount my-centre --months 18 --out plans/people[/bold]"
)
def headcount(
    folder: SampleFolder = None,
    months: Annotated[
        int, typer.Option(min=1, max=24, help="Whole months to plan, from the first after the tables end.")
    ] = 12,
    gap: Annotated[float, typer.Option("--allowed-gap", help="Share of the required FTE that a month may miss.")] = 0.0,
    out: Annotated[
        Optional[Path], typer.Option(help="Where results go; FOLDER/plan if left out, ./plan for the bundled sample.")
    ] = None,
    key: KeyFile = None,
    names: Names = False,
):
    """Months of people: required and available FTE, the cheapest hires, and the last safe day to decide each.

    Who is here comes from the agents table, the months of shrinkage from the activities, where the folder has them.
    """
    from ..data import load_centre, load_intervals
    from ..planning.people.headcount_case import optional_table

    folder, out = places(folder, out, "plan")
    if not 0 <= gap < 1:
        raise ValueError(
            f"--allowed-gap must be a share of the required FTE in [0, 1), got {gap:g} — write 5 % as 0.05"
        )
    secret = key_of_run(key, names, folder)
    with busy("reading the tables"), private(secret):
        centre = load_centre(folder)
        reading = load_intervals(folder, centre, faulty="leave out")
        agents, activities = (optional_table(folder, name, centre) for name in ("agents", "activities"))
    refuse_unknown_queues(reading.frame, centre, folder, reading)
    say_assumptions(centre, reading, secret)
    _write(_planned(folder, centre, reading.frame, agents, activities, months, gap), out)


def _planned(folder, centre, intervals, agents, activities, months, gap):
    """Forecast, staff, add up by month, and find the hires: a HeadcountCase with its plan."""
    from ..planning.people.headcount_case import headcount_case

    with bar("forecasting") as progress:
        case = headcount_case(
            folder, centre, intervals, agents=agents, activities=activities, months=months, progress=progress
        )
    for words in case.notes:
        typer.echo(f"note: {words}", err=True)
    with busy("looking for the cheapest hires"):
        return case, case.plan(allowed_gap=gap)


def _write(planned, out):
    """Write the tables and say what they come to."""
    from ..data.files import write_csv
    from ..planning.people.headcount_notes import headcount_notes

    case, plan = planned
    with busy("writing the results"):
        tables = {
            "headcount.csv": (plan.headcount, "every queue and month: people, FTE, gap and service"),
            "requirement.csv": (case.requirement, "required FTE, net to gross, by cause of shrinkage"),
            "hires.csv": (plan.hires, "the classes to start"),
            "decisions.csv": (plan.decisions, "by when to decide each, and what waiting costs"),
        }
        files = {write_csv(out / name, _days(table)): what for name, (table, what) in tables.items()}
    typer.echo(f"{case.centre.name}, {plan.headcount['month'].min():%Y-%m} to {plan.headcount['month'].max():%Y-%m}\n")
    typer.echo(_in_columns(plan.headcount))
    typer.echo(f"\n{plan.status}.")
    for words in (*_decisions(plan.decisions), *headcount_notes(plan.headcount, case.centre, plan.hires)):
        typer.echo(f"  {words}")
    typer.echo(f"\nResults in {out}:")
    for file, what in files.items():
        typer.echo(f"  {file.name:16} {what}")
    typer.echo("More: make lab (or ccplan lab), notebook 05_headcount.")


def _days(table):
    """Dates as words without hours: what is shown is what is meant."""
    dates = table.select_dtypes("datetime")
    return table.assign(**{name: dates[name].dt.strftime("%Y-%m-%d") for name in dates})


def _decisions(decisions):
    for row in decisions.itertuples():
        safe = (
            f"safe until {row.last_safe_date:%Y-%m-%d}"
            if row.last_safe_date == row.last_safe_date
            else "no harm in these months if later"
        )
        people = "1 person starts" if row.heads == 1 else f"{row.heads} people start"
        yield f"{row.queue}: {people} {row.start:%Y-%m-%d}, decide by {row.decide_by:%Y-%m-%d} ({safe})"


def _in_columns(headcount):
    """A line a queue and month, as aligned text."""
    import pandas as pd

    whole, tenth = "{:,.0f}".format, "{:,.1f}".format
    shown = pd.DataFrame({
        "queue": headcount["queue"], "month": headcount["month"].dt.strftime("%Y-%m"), "required FTE": headcount["required_fte"].map(tenth),
        "people": headcount["heads_start"].map(tenth), "start": headcount["starters"].map(whole), "leave": headcount["leavers"].map(tenth),
        "productive FTE": headcount["productive_fte"].map(tenth), "overtime": headcount["overtime_fte"].map(tenth),
        "outsourced": headcount["outsourced_fte"].map(tenth), "gap FTE": headcount["gap_fte"].map("{:+,.1f}".format),
        "service": headcount["service_level"].map("{:.1%}".format),
    })  # fmt: skip
    return shown.to_string(index=False)
