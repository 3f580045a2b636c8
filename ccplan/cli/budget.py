"""`ccplan budget`: from the forecast to the money, month by month."""

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

LONGEST = 23  # whole months ahead that a forecast reaches


@app.command(epilog="Example: [bold]ccplan budget my-centre --months 12 --out budget-2027[/bold]")
def budget(
    folder: SampleFolder = None,
    months: Annotated[int, typer.Option(min=1, max=LONGEST, help="How many whole months ahead.")] = 12,
    at: Annotated[
        Optional[str], typer.Option(help="As of this date, such as 2026-08-01; nothing from it on is looked at.")
    ] = None,
    out: Annotated[
        Optional[Path],
        typer.Option(help="Where results go; FOLDER/budget if left out, ./budget for the bundled sample."),
    ] = None,
    workbook: Annotated[
        Optional[Path], typer.Option(help="Also write the plan as an .xlsx of live formulas, such as budget.xlsx.")
    ] = None,
    key: KeyFile = None,
    names: Names = False,
):
    """Budget the months ahead: forecast, staff, hire, and price every line of centre.toml, exact to the cent.

    Wages are those of the agents table where it tells them, else costs.hourly_wage; open items of checklist.csv are
    paid when they are due.
    """
    from ..data import load_centre, load_intervals
    from ..planning.people.headcount_case import optional_table

    folder, out = places(folder, out, "budget")
    if workbook and workbook.suffix.lower() != ".xlsx":
        raise ValueError(f"--workbook must name an .xlsx file, got {workbook}")
    secret = key_of_run(key, names, folder)
    with busy("reading the tables"), private(secret):
        centre = load_centre(folder)
        reading = load_intervals(folder, centre, faulty="leave out")
        agents, checklist, ledger, calls = (
            optional_table(folder, name, centre) for name in ("agents", "checklist", "ledger", "calls")
        )
    refuse_unknown_queues(reading.frame, centre, folder, reading)
    say_assumptions(centre, reading, secret)
    needed = _needed(reading.frame, centre, months, at)
    with busy("hiring and pricing"):
        hires, headcount, made = _budget(needed, centre, agents, checklist)
        results = _results(made, headcount, needed, centre, ledger, calls)
    _say(made, results, centre)
    _write(results, out)
    if workbook:
        _workbook(workbook, needed, headcount, made, centre, hires)


def _needed(history, centre, months, at):
    """The requirement of the whole months ahead."""
    import pandas as pd

    from ..planning.forecast import forecast_queues
    from ..planning.people.requirement import monthly_requirement
    from ..planning.staffing import staff

    with bar("forecasting") as progress:
        found = forecast_queues(history, centre, f"{months + 1}months", at=at, progress=progress, cache=True)
    rows = pd.concat([one.frame for one in found], ignore_index=True)
    with busy(f"staffing {len(rows):,} intervals"):
        needed = monthly_requirement(staff(rows, centre), centre)
    whole = needed[needed["whole"]]
    first = whole["month"].drop_duplicates().sort_values()[:months]
    if len(first) < months:
        raise ValueError(
            f"--months must be at most {len(first)}: the forecast reaches no further in whole months, got {months}"
        )
    return whole[whole["month"].isin(first)].reset_index(drop=True)


def _budget(needed, centre, agents, checklist):
    from ..planning.budget import plan_budget
    from ..planning.people.hiring import cheapest_hires
    from ..planning.money.wages import mean_wages

    plan = cheapest_hires(needed, centre)
    headcount = plan.headcount
    wages = None if agents is None else mean_wages(agents, centre, needed["month"].min())
    return plan.hires, headcount, plan_budget(headcount, centre, contacts=needed, wages=wages, checklist=checklist)


def _results(made, headcount, needed, centre, ledger, calls):
    """{file name: (what it is, frame)}"""
    from ..planning.money.against_ledger import against_ledger
    from ..planning.money.unit_costs import first_contact_resolution, hour_sources, unit_costs

    solved = first_contact_resolution(calls) if calls is not None else None
    results = {
        "ledger.csv": ("every month and line", made.ledger),
        "headcount.csv": ("people by month", headcount),
        "requirement.csv": ("what the forecast asks for", needed),
        "unit_costs.csv": (
            "cost of an hour, a contact, a solved contact",
            unit_costs(made, headcount, centre, needed, resolution=solved),
        ),
        "hour_sources.csv": ("overtime, hiring and outsourcing side by side", hour_sources(centre)),
        "assumptions.csv": ("every number it rests on", made.assumptions),
    }
    if ledger is not None:
        results["against_ledger.csv"] = ("beside what was planned and spent before", against_ledger(made, ledger))
    return results


def _say(made, results, centre):
    """Tiles, the categories, and what should be known."""
    import pandas as pd

    from ..planning.money.unit_costs import labour_share

    months, units = made.ledger["month"], results["unit_costs.csv"][1].set_index("queue").loc["all"]
    count, money = months.nunique(), centre.currency
    typer.echo(f"{centre.name}, {months.min():%Y-%m} to {months.max():%Y-%m}:\n")
    typer.echo(f"  {made.total:>14,.2f} {money}  in all, of it {made.set_up:,.2f} to set up")
    typer.echo(f"  {made.running / count:>14,.2f} {money}  a month to run")
    paid_fte = results["headcount.csv"][1].groupby("month")["paid_fte"].sum().mean()
    typer.echo(f"  {paid_fte:>14,.1f} FTE  on the payroll, mean")
    typer.echo(f"  {units['cost_per_contact']:>14,.2f} {money}  a contact")
    if pd.notna(units["resolution"]):
        solved = f"a contact that is solved ({units['resolution']:.0%} are)"
        typer.echo(f"  {units['cost_per_resolution']:>14,.2f} {money}  {solved}")
    typer.echo(f"  {units['cost_per_productive_hour']:>14,.2f} {money}  an hour on the phones\n")
    typer.echo(_categories(made, results, money))
    short = results["headcount.csv"][1].query("gap_fte < -0.05")
    notes = [
        f"{len(short)} months of queues lack people, the worst {row.queue} in {row.month:%Y-%m}: {-row.gap_fte:.1f} FTE"
        for row in short.nsmallest(1, "gap_fte").itertuples()
    ]
    for words in (*notes, *made.notes, labour_share(made).says):
        typer.echo(f"note: {words}", err=True)


def _categories(made, results, money):
    """The category table, beside the last year of the ledger where there is one."""
    import pandas as pd

    sums = made.by("category")
    table = pd.DataFrame(
        {
            "category": [*sums.index, "total"],
            money: [f"{amount:,.2f}" for amount in (*sums, made.total)],
            "share": [f"{float(amount / made.total) if made.total else 0:.1%}" for amount in (*sums, made.total)],
        }
    )
    if "against_ledger.csv" in results:
        from ..planning.money.against_ledger import by_category

        before = by_category(results["against_ledger.csv"][1]).set_index("category")["actual"]
        spent = [f"{before[name]:,.2f}" if name in before else "" for name in table["category"]]
        table["spent in those months before"] = spent
    return table.to_string(index=False)


def _write(results, out):
    from ..data.files import write_csv

    typer.echo(f"\nResults in {out}:")
    for name, (what, frame) in results.items():
        typer.echo(f"  {write_csv(out / name, frame).name:20} {what}")


def _workbook(file, needed, headcount, made, centre, hires):
    """The plan as a workbook beside the tables."""
    from ..display.workbook import budget_workbook
    from ..planning.scenarios import PointPlan

    with busy("writing the workbook"):
        budget_workbook(file, PointPlan(needed, headcount, made), centre, hires=hires)
    typer.echo(f"  {file.name:20} the plan as live formulas, in {file.resolve().parent}")
