"""`ccplan plan`: staff every interval of the folder."""

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
    compile_once,
    key_of_run,
    places,
    private,
    refuse_unknown_queues,
    say_assumptions,
)


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
    out: Annotated[
        Optional[Path], typer.Option(help="Where results go; FOLDER/plan if left out, ./plan for the bundled sample.")
    ] = None,
    rule: Annotated[
        str, typer.Option(help="stationary (each interval by itself), lagged, 'offered load', or 'through the day'.")
    ] = "stationary",
    meet: Annotated[
        str,
        typer.Option(
            help="Through the day: every (interval), day (as a whole), or a share of the intervals such as 0.95."
        ),
    ] = "every",
    key: KeyFile = None,
    names: Names = False,
):
    """Staff every interval of the folder: agents, heads to schedule, FTE, service and cost.

    By any rule but the stationary one, service is what the day as a whole then gives.
    """
    from ..data import load_centre, load_intervals

    folder, out = places(folder, out, "plan")
    secret = key_of_run(key, names, folder)
    with busy("reading the tables"), private(secret):
        centre = load_centre(folder)
        reading = load_intervals(folder, centre)
    rows = _chosen(reading.frame, queue, from_, to)
    refuse_unknown_queues(rows, centre, folder, reading)
    say_assumptions(centre, reading, secret)
    _write_plan(centre, rows, out, rule, _meet(meet))


def _meet(text):
    """`--meet` as `staff` takes it: a word, or a share."""
    try:
        return float(text)
    except ValueError:
        return text


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
        raise ValueError(
            f"nothing to plan between {first or days.min().date()} and {last or days.max().date()}: "
            f"the table runs from {days.min().date()} to {days.max().date()}"
        )
    return frame[keep]


def _day(option, text):
    import pandas as pd

    try:
        return pd.Timestamp(pd.to_datetime(text, format="%Y-%m-%d"))
    except ValueError:
        raise ValueError(f"{option} must be a day such as 2026-09-01, got {text!r}") from None


def _write_plan(centre, rows, out, rule, meet):
    """Staff the rows, write the results, and say what they come to."""
    from ..data.files import csv_text, write_together
    from ..data.locks import locked
    from ..planning.service.days import beside_given, day_table, week_table
    from ..planning.staffing import staff

    if rule != "stationary":
        compile_once()
    with bar(f"staffing {len(rows):,} intervals") as progress:
        staffed = staff(rows, centre, rule=rule, meet=meet, progress=progress)
    days = day_table(staffed, rows, centre)
    with busy("writing the results"):
        frames = {out / "requirement.csv": beside_given(staffed, rows), out / "days.csv": days}
        drawing = out / "day.svg"
        drawn = _chart(staffed, rows)
        with locked(out / "requirement.csv"):  # of two plans at once, the files of one or of the other
            write_together({file: csv_text(file, frame) for file, frame in frames.items()} | {drawing: drawn})
    typer.echo(f"{centre.name}, {_span(days)}:\n")
    typer.echo(_in_columns(week_table(days), centre))
    typer.echo(f"\nResults in {out}:")
    for what, file in zip(("every interval", "every day", "the busiest recent day"), (*frames, drawing), strict=True):
        typer.echo(f"  {file.name:16} {what}")
    typer.echo("Play with it: make lab (or ccplan lab), notebook 03_staffing.")


def _chart(staffed, rows):
    """The busiest recent day's requirement as an SVG drawing, a text."""
    from ..display.charts import requirement_chart, show
    from ..planning.service.days import busiest_day, local_days

    top = busiest_day(staffed)
    mine = (staffed["queue"] == top["queue"]) & (local_days(staffed["start"]) == top["day"])
    rostered = (
        rows.loc[mine, "agents"].to_numpy() if "agents" in rows and rows.loc[mine, "agents"].notna().all() else None
    )
    return show(requirement_chart(staffed[mine].reset_index(drop=True), rostered)).svg


def _span(days):
    """What the figures are of: a mean week of the recent days, or the days themselves if less than a week."""
    from ..planning.service.days import recent, span_days

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
