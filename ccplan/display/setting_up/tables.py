"""Tables and sentences of setting up, as people read them."""

import pandas as pd

from ...auditing.checklists import checklists, late_items
from ...auditing.kpis import KPIS
from ...auditing.measuring.kpi import said
from ...auditing.setting_up.goals import goals_table
from ...planning.setting_up.onboarding import stages_table
from ..data.sheet import Sheet
from ..tables import Words, plain


def _day(day):
    return "" if day is None or pd.isna(day) else f"{pd.Timestamp(day).day} {pd.Timestamp(day):%b %Y}"


def setup_answer(table, progress, startup):
    """What is still missing, and what a start-up would come to: a paragraph."""
    whole = progress[progress["step"].eq("all")]
    left, late = int((whole["items"] - whole["done"] - whole["not_needed"]).sum()), int(whole["late"].sum())
    seats, money = startup.seats.seats, startup.budget.currency
    opens = startup.plan.opening if startup.plan.opening is not None else startup.plan.finish
    return Words(
        f"**{left} items of the centre's checklists are open, {late} of them late; they still cost {money} {whole['cost_open'].sum():,.0f}.** "
        f"A start-up of {seats} seats that began on the day below would open on {_day(opens)}, with {startup.headcount['heads_start'].iloc[0]:.0f} people, "
        f"{sum(one.lines for one in startup.lines)} telephone lines, {money} {startup.budget.set_up:,.0f} to set up and "
        f"{money} {startup.budget.running / 12:,.0f} a month to run."
    )


def late_table(table, at):
    """What is late, by how much, and how many open items wait for it, a Sheet."""
    rows = late_items(table, at)
    told = pd.DataFrame(
        {
            "item": rows["item"],
            "step": rows["checklist"] + ": " + rows["step"],
            "department": rows["department"],
            "owner": rows["owner"],
            "due": [_day(day) for day in rows["due"]],
            "days late": rows["days_late"].astype(str),
            "waited for by": rows["waiting"].map(lambda n: str(n or "")),
            "costs": [f"{cost:,.0f}" if cost else "" for cost in rows["cost_open"]],
        }
    )
    return Sheet(
        told,
        f"{len(told)} items are late" if len(told) else "Nothing is late",
        right=("days late", "waited for by", "costs"),
    )


def departments_table(progress):
    """How far each department is with each list, a Sheet; `progress` by department."""
    rows = progress[progress["department"].ne("all")]
    told = pd.DataFrame(
        {
            "list": rows["checklist"],
            "department": rows["department"],
            "items": rows["items"].astype(str),
            "done": rows["done"].astype(str),
            "late": rows["late"].map(lambda n: str(n or "")),
            "done, share": [f"{share:.0%}" if share == share else "" for share in rows["share"]],
            "open costs": [f"{cost:,.0f}" if cost else "" for cost in rows["cost_open"]],
        }
    )
    return Sheet(told, right=("items", "done", "late", "done, share", "open costs"))


def goals_sheet(goals, currency):
    """From goal to target, with what can go wrong, a Sheet."""
    frame = goals_table(goals)
    told = pd.DataFrame(
        {
            "goal": frame["goal"],
            "what must go right": frame["factor"],
            "until": [_day(day) for day in frame["until"]],
            "KPI": frame["kpi"],
            "target": [said(KPIS[one.kpi], one.target, currency) for one in goals],
            "could pull away because": frame["risk"],
            "shown by": frame["shown by"],
            "likely": frame["likely"],
        }
    )
    return Sheet(
        told, "Each target goes into [kpi_targets] of centre.toml, where the audit measures it", right=("target",)
    )


def types_sheet(types, currency):
    """Types of centre side by side, a Sheet."""
    fits = types[types["fits"]]
    told = pd.DataFrame(
        {
            "type": types["name"],
            "at the start": types["capital"].map("{:,.0f}".format),
            "running, first year": types["running"].map("{:,.0f}".format),
            "five years": types["total"].map("{:,.0f}".format),
            "a seat and month": types["per_seat_month"].map("{:,.0f}".format),
            "weeks to set up": types["set_up_weeks"].map("{:g}".format),
            "room for": types["most_seats"].map(lambda n: "no limit" if n == float("inf") else f"{n:g} seats"),
            "grows": types["grows"],
        }
    )
    words = "None of these types has room for so many seats"
    if len(fits):
        best = fits.loc[fits["total"].idxmin()]
        words = f"Over five years {best['name']} is the cheapest that fits ({currency} {best['total']:,.0f})"
    return Sheet(
        told,
        f"{words}; prices are usual ones, put quotes in their place",
        right=("at the start", "running, first year", "five years", "a seat and month", "weeks to set up"),
    )


def weighing_sheet(weighing):
    """The options of one decision, the best first, a Sheet."""
    fixed = ["name", "score", "rank", "behind", "wins"]
    criteria = [name for name in weighing.ranking if name not in fixed]
    rows = weighing.ranking
    told = pd.DataFrame(
        {
            "option": rows["name"],
            "score": rows["score"].map("{:.2f}".format),
            "wins when weights move": rows["wins"].map("{:.0%}".format),
            **{name: rows[name].map("{:g}".format) for name in criteria},
        }
    )
    return Sheet(told, weighing.says, right=("score", "wins when weights move", *criteria))


def tipping_words(weighing):
    """At which weight another option would win, a sentence a criterion."""
    told = []
    for row in weighing.tipping.itertuples():
        ways = [
            f"below {row.below:.0%} {plain(row.other_below)} wins" if row.other_below else "",
            f"above {row.above:.0%} {plain(row.other_above)} wins" if row.other_above else "",
        ]
        ways = [one for one in ways if one]
        told.append(
            f"- {plain(row.criterion)}, weight {row.weight:.0%}: {', '.join(ways) if ways else 'no weight of it changes the winner'}."
        )
    return Words("\n".join(told))


def equipment_sheet(listed, seats, currency):
    """What the seats ask for, with prices, a Sheet."""
    told = pd.DataFrame(
        {
            "device": listed["kind"],
            "units": listed["units"].astype(str),
            "spares": listed["spares"].map(lambda n: str(n or "")),
            "price": listed["price"].map("{:,.2f}".format),
            "amount": listed["amount"].map("{:,.0f}".format),
            "lasts, years": listed["years"].astype(str),
        }
    )
    return Sheet(
        told,
        f"{seats.says}: equipment for {currency} {listed['amount'].sum():,.0f}",
        right=("units", "spares", "price", "amount", "lasts, years"),
    )


def stages_sheet(stages, weeks):
    """The stages of onboarding, a Sheet."""
    frame = stages_table(stages)
    told = pd.DataFrame(
        {
            "stage": frame["stage"],
            "class": frame["classroom"].map("{:g} h".format),
            "alone": frame["e_learning"].map("{:g} h".format),
            "on the job": frame["on_the_job"].map("{:g} h".format),
            "until then": frame["until"].map("{:g} h".format),
            "milestone": frame["milestone"],
            "can then": frame["can_do"],
        }
    )
    return Sheet(
        told,
        f"{weeks:g} weeks from the first day to the first call",
        right=("class", "alone", "on the job", "until then"),
    )


def buffer_sheet(buffer):
    """How much slack a day needs, mean of the days, by queue and chance, a Sheet."""
    sums = buffer.groupby(["queue", "chance"], as_index=False)[["planned", "needed", "buffer"]].mean()
    told = pd.DataFrame(
        {
            "queue": sums["queue"],
            "enough on": sums["chance"].map("{:.0%} of days".format),
            "planned hours a day": sums["planned"].map("{:.1f}".format),
            "buffer, hours": sums["buffer"].map("{:.1f}".format),
            "buffer, share": (sums["buffer"] / sums["planned"]).map("{:.1%}".format),
        }
    )
    at = sums[sums["chance"].sub(0.9).abs() < 1e-9]
    words = (
        f"To be enough on nine days in ten, {at['queue'].iloc[0]} needs {at['buffer'].iloc[0] / at['planned'].iloc[0]:.0%} more than the plan for the mean"
        if len(at)
        else ""
    )
    return Sheet(told, words, right=("planned hours a day", "buffer, hours", "buffer, share"))


def rota_sheet(rota):
    """Which stations are checked in which week, a Sheet."""
    weeks = (
        rota.groupby("week")
        .agg(stations=("station", lambda names: ", ".join(names)), devices=("devices", "sum"))
        .reset_index()
    )
    told = pd.DataFrame(
        {
            "week of": [_day(day) for day in weeks["week"]],
            "stations": weeks["stations"],
            "devices": weeks["devices"].astype(str),
        }
    )
    return Sheet(told, right=("devices",))


def offenders_sheet(found, at):
    """Devices that fail again and again, a Sheet; a sentence where there are none."""
    if found.empty:
        return Words(
            f"In the year before {_day(at)} no device failed more often than chance allows, and none three times."
        )
    told = pd.DataFrame(
        {
            "device": found["device"],
            "station": found["station"],
            "kind": found["kind"],
            "faults": found["faults"].astype(str),
            "mending cost": found["cost"].map("{:,.0f}".format),
            "last": [_day(day) for day in found["last_fault"]],
        }
    )
    return Sheet(told, f"{len(told)} devices fail again and again: replace them", right=("faults", "mending cost"))


def replacements_sheet(costs, currency):
    """What the replacements of the months ahead cost, a Sheet; a sentence where none is due."""
    if costs.empty:
        return Words("No device is due to be replaced in the months ahead.")
    told = pd.DataFrame(
        {
            "month": costs["month"].dt.strftime("%b %Y"),
            "devices": costs["devices"].astype(str),
            "costs": costs["amount"].map("{:,.0f}".format),
        }
    )
    return Sheet(
        told,
        f"{int(costs['devices'].sum())} devices are due, for {currency} {costs['amount'].sum():,.0f}",
        right=("devices", "costs"),
    )


def reviews_sheet(due, most=8):
    """Who is due for a review, the longest waiting first, a Sheet."""
    late = due[due["days_late"] >= 0]
    told = pd.DataFrame(
        {
            "agent": late["agent"],
            "team": late.get("team", ""),
            "rhythm": late["rhythm"],
            "last": [_day(day) or "never" for day in late["last_review"]],
            "due": [_day(day) for day in late["due"]],
            "days late": late["days_late"].astype(str),
        }
    ).head(most)
    return Sheet(
        told,
        f"{len(late)} of {len(due)} people are due for a review"
        + (f"; the {most} longest waiting" if len(late) > most else ""),
        right=("days late",),
    )


def list_sheet(name):
    """A shipped checklist, a row an item, with how and why, a Sheet."""
    one = checklists()[name]
    told = pd.DataFrame(
        [
            {
                "step": step.name,
                "item": item.item,
                "how": item.how,
                "department": item.department,
                "days": f"{item.days:g}",
            }
            for step in one.steps
            for item in step.items
        ]
    )
    return Sheet(told, one.says, right=("days",))


def startup_budget_sheet(budget):
    """The start-up's money by category, to set up and to run a year, a Sheet."""
    rows = budget.ledger.groupby(["category", "set_up"])["amount"].sum().unstack(fill_value=0)
    rows = rows.reindex(columns=[True, False], fill_value=0).astype(float)
    told = pd.DataFrame(
        {
            "category": rows.index,
            "to set up": [f"{amount:,.0f}" for amount in rows[True]],
            "to run, a year": [f"{amount:,.0f}" for amount in rows[False]],
        }
    )
    return Sheet(
        told,
        f"{budget.currency} {budget.set_up:,.0f} to set up, {budget.currency} {budget.running:,.0f} to run a year",
        right=("to set up", "to run, a year"),
    )
