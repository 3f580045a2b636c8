"""`ccplan forecast`: contacts and handle time ahead, with a band."""

from pathlib import Path
from typing import Annotated, Optional

import typer

from .app import app
from .common import KeyFile, Names, SampleFolder, bar, busy, key_of_run, private, refuse_unknown_queues, say_assumptions

# How the assumptions that a forecast rests on begin.
FORECAST_NEEDS = ("time zone", "country", "no public holidays", "queue")


@app.command(epilog="Example: [bold]ccplan forecast my-centre --horizon 14d --at 2026-08-01 --out forecast.csv[/bold]")
def forecast(
    folder: SampleFolder = None,
    horizon: Annotated[str, typer.Option(help="How far: 14d, 8w, 6months.")] = "14d",
    at: Annotated[
        Optional[str], typer.Option(help="As of this date, such as 2026-08-01; nothing from it on is looked at.")
    ] = None,
    out: Annotated[
        Optional[Path],
        typer.Option(help="CSV file; FOLDER/plan/forecast.csv if left out, ./plan for the bundled sample."),
    ] = None,
    method: Annotated[
        str, typer.Option(help="auto (the best on each queue's own past), combination, or a model's name.")
    ] = "auto",
    samples: Annotated[int, typer.Option(min=0, max=10_000, help="Sample paths, as columns path_1, path_2, ...")] = 0,
    key: KeyFile = None,
    names: Names = False,
):
    """Forecast every queue of the folder: contacts and handle time by interval, with a band of 80 %.

    events.csv, school_holidays.csv and overrides.csv in the folder are taken in, where they are.
    """
    from ..data import load_centre, load_intervals, sample_centre
    from ..data.files import write_csv
    from ..planning.forecast import forecast_queues
    from ..planning.forecasting.events import events_of, school_of

    out = out or (folder or Path()) / "plan" / "forecast.csv"
    folder = folder or sample_centre()
    secret = key_of_run(key, names, folder)
    with busy("reading the tables"), private(secret):
        centre = load_centre(folder)
        reading = load_intervals(folder, centre, faulty="leave out")  # a faulty row teaches nothing; how many is said
    refuse_unknown_queues(reading.frame, centre, folder, reading)
    say_assumptions(centre, reading, secret, FORECAST_NEEDS)
    with bar("forecasting") as progress:
        found = forecast_queues(
            reading.frame,
            centre,
            horizon,
            at=at,
            method=method,
            samples=samples,
            progress=progress,
            cache=True,
            events=events_of(folder, centre),
            school=school_of(folder),
        )
    file = write_csv(out, _on_the_wall(_with_overrides(found, folder, centre, at)))
    for line in _forecast_lines(found, centre):
        typer.echo(line)
    typer.echo(f"\nEvery interval, in local time ({centre.time_zone}): {file}")


def _with_overrides(found, folder, centre, at):
    """All queues' rows, with the planner's overrides where the folder has an overrides.csv."""
    import pandas as pd

    from ..planning.forecasting.overrides import apply_overrides, overrides_of

    rows, overrides = pd.concat([one.frame for one in found], ignore_index=True), overrides_of(folder, centre)
    if not len(overrides):
        return rows
    changed = apply_overrides(rows, overrides, centre=centre, at=at)
    typer.echo(
        f"note: overrides.csv changes {(changed['overrides'] != '').sum():,} intervals; offered_before is the model's own",
        err=True,
    )
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
            from ..planning.forecasting.backtest import league_table

            row = league_table(one.tested).set_index("model").loc[one.method]
            how = f"off by {row.wape:.1%} of contacts an interval on days held out, its 80 % band held {row.coverage_80:.0%} of them"
        span = (
            f"{one.frame['start'].min():%Y-%m-%d} to {one.frame['start'].max():%Y-%m-%d}"
            if len(one.frame)
            else "no open interval"
        )
        yield f"{one.queue}: {sums:,.0f} contacts, {span}, by {one.method}; {how}."
        if len(one.repairs):
            yield f"  {len(one.repairs)} unusual or missing day{'s' * (len(one.repairs) > 1)} repaired in what the models learn from, the last on {one.repairs['day'].max():%Y-%m-%d}"
