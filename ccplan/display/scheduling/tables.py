"""What a schedule says in words and tables: covers side by side, wishes and why, a repair, breaks, today's options,
files.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from ..charts import long_date, show
from ..tables import Words, cornered, plain
from .case import needs
from .exports import duties_to_ics, roster_grid, roster_table, roster_to_csv, roster_to_xlsx

AIMS = {
    "cost": "least cost",
    "hours": "fewest hours",
    "difference": "least difference",
    "service": "best service, same hours",
}


def schedule_answer(case):
    """Which shifts cover the first weeks, and how well: a paragraph."""
    cover, money = case.cover, case.centre.currency
    shifts = cover.shifts.groupby("shift")["people"].sum().sort_values(ascending=False)
    told = ", ".join(f"{number:,} × {name}" for name, number in shifts.items())
    weeks = cover.weeks
    promise = case.centre.queue(case.queue).targets.service_level
    service = (
        f" Callers would find {cover.service_level:.1%} answered in time" if np.isfinite(cover.service_level) else ""
    )
    service += f" ({promise:.0%} promised)." if service and promise is not None else "." * bool(service)
    return Words(
        f"**{shifts.sum():,} shifts cover the requirement of {plain(case.queue)} from {long_date(case.first)} on, {len(weeks)} weeks: {told}.** "
        f"They take {weeks['people'].max():,} people at {cover.days_a_week:g} days a week and cost {money} {cover.cost:,.0f}; of "
        f"{required_hours(cover):,.0f} person-hours {cover.shortage_hours:,.1f} stay open.{service} No plan can be more than {cover.gap:.1%} better."
    )


def required_hours(cover):
    """Person-hours that are asked for."""
    return float(cover.intervals["required"].sum() * cover.interval_s / 3600)


def shrinkage_held_table(case):
    """Each cause of shrinkage, its share and where it is kept."""
    from ...planning import shrinkage_held

    rows = shrinkage_held(case.centre, case.shifts)
    where = {"shifts": "in the shifts", "roster": "in the roster", "requirement": "on the requirement"}
    return cornered(
        pd.DataFrame(
            {
                "cause": rows["cause"],
                "share of paid time": [f"{share:.0%}" for share in rows["share"]],
                "kept": rows["held"].map(where),
            }
        ).set_index("cause")
    )


def covers_of(case):
    """{aim: Cover} of the busiest day: least cost, fewest hours, least difference, best service for the hours of
    the first.
    """
    day = case.busiest
    found = {aim: case.covered(day, aim, within=0.05) for aim in list(AIMS)[:3]}
    return found | {"service": case.covered(day, "service", within=0.05, hours=found["cost"].hours)}


def covers_table(covers, currency=""):
    """The covers side by side, a row an aim; service by the queueing model."""
    rows = [
        {
            "made best": AIMS.get(name, name),
            "shifts": f"{one.shifts['people'].sum():,.0f}",
            "paid hours": f"{one.hours:,.1f}",
            f"cost, {currency}": f"{one.cost:,.0f}",
            "hours missing": f"{one.shortage_hours:,.1f}",
            "hours too many": f"{one.surplus_hours:,.1f}",
            "service level": _share(one.service_level),
            "worst interval": _share(worst_of(one)),
            "at most better by": f"{one.gap:.1%}",
        }
        for name, one in covers.items()
    ]
    return cornered(pd.DataFrame(rows).set_index("made best"))


def worst_of(cover):
    """The lowest service level of an interval in which anybody calls; nan where service is not known."""
    rows = cover.intervals
    if "service_level" not in rows:
        return np.nan
    return float(rows.loc[rows["offered"] > 0, "service_level"].min())


def _share(value):
    return f"{value:.1%}" if np.isfinite(value) else "–"


def open_table(cover, most=6):
    """Where most is still missing, the worst intervals."""
    worst = cover.intervals.nlargest(most, "shortage").query("shortage > 0.05").sort_values("start")
    rows = {
        "day": worst["start"].dt.strftime("%a %-d %b"),
        "from": worst["start"].dt.strftime("%H:%M"),
        "required": worst["required"].map("{:.1f}".format),
        "on shift": worst["cover"].map("{:.1f}".format),
        "missing": worst["shortage"].map("{:.1f}".format),
    }
    if "service_level" in worst:
        rows["service level there"] = worst["service_level"].map(_share)
    return _bare(pd.DataFrame(rows))


def shifts_table(cover, days=1):
    """The shifts of the first day(s), a row a start."""
    rows = cover.shifts[cover.shifts["day"] < cover.shifts["day"].min() + pd.Timedelta(days=days)]
    return _bare(
        pd.DataFrame(
            {
                "day": rows["day"].dt.strftime("%a %-d %b"),
                "shift": rows["shift"],
                "from": rows["start"].dt.strftime("%H:%M"),
                "until": rows["end"].dt.strftime("%H:%M"),
                "people": rows["people"],
            }
        )
    )


def _bare(frame):
    return frame.set_axis([""] * len(frame))


def _written(frame):
    """A table whose words are too long for a frame's columns, as a paragraph."""
    rows = [" | ".join(plain(cell) for cell in row) for row in frame.itertuples(index=False)]
    return Words(
        "\n".join(f"| {row} |" for row in (" | ".join(frame.columns), " | ".join(["---"] * len(frame.columns)), *rows))
    )


# ------------------------------------------------------------------------------------------- the roster


@needs("people")
def refused_table(case, most=8):
    """Wishes that were refused, and why; those that would cost least to grant first."""
    wishes = case.roster.wishes
    rows = (
        wishes[~wishes["granted"].astype(bool)]
        .sort_values(["more", "day", "agent"], kind="stable")
        .drop_duplicates(["day", "cause"])
        .head(most)
    )
    return _written(
        pd.DataFrame(
            {
                "who": rows["agent"],
                "asked for": rows["wish"] + " on " + rows["day"].dt.strftime("%a %-d %b"),
                "why not": rows["why"].str.split(": ", n=1).str[-1],
            }
        )
    )


@needs("people")
def prices_table(case):
    """What the roster's compromises weigh, by cause."""
    price = case.roster.price
    rows = price[price > 0].sort_values(ascending=False)
    return cornered(
        pd.DataFrame({"cause": rows.index, f"weighs, {case.centre.currency}": rows.map("{:,.0f}".format)}).set_index(
            "cause"
        )
    )


def ill_in(roster):
    """Somebody's sickness for an example: who works most in the second week (or the only one) is ill from its
    Tuesday to its Thursday; a frame agent, start, end.
    """
    monday, last = roster.unmet["day"].min(), roster.unmet["day"].max()
    first = monday + pd.Timedelta(days=8 if last >= monday + pd.Timedelta(days=10) else 1)
    days = roster.duties[roster.duties["day"].between(first, first + pd.Timedelta(days=2))]
    agent = days.groupby("agent").size().sort_values(ascending=False, kind="stable").index[0]
    return pd.DataFrame({"agent": [agent], "start": [first], "end": [first + pd.Timedelta(days=2)]})


@needs("people")
def repair_table(case):
    """What a repair changed, a row a person and day."""
    from ...planning import repair

    rows = repair(case.roster, ill_in(case.roster), limit_s=600.0, effort=0.3).changes
    return _bare(
        pd.DataFrame(
            {"day": rows["day"].dt.strftime("%a %-d %b"), "who": rows["agent"], "was": rows["was"], "now": rows["now"]}
        )
    )


@needs("people")
def swap_answer(case):
    """A swap for an example, looked at by the rules: two people of unlike starts on a day of the first week; a
    sentence.
    """
    from ...planning import check_swap

    duties = case.roster.duties
    there = duties.groupby("day")["agent"].nunique()
    days = there.index[there > 1]
    if not len(days):
        return Words("No two people work on one day, so there is nobody to swap with.")
    usual = duties["day"].min() + pd.Timedelta(days=2)
    day = usual if usual in days else days[0]
    mine = duties[duties["day"] == day].sort_values(["start", "agent"], kind="stable")
    one, other = mine.iloc[0]["agent"], mine.iloc[-1]["agent"]
    return Words(
        plain(check_swap(duties, case.people, case.centre.rostering, (one, day), (other, day), leave=case.leave).words)
    )


def bids_of(case):
    """Bids for one more shift, for an example, on the first day that suits somebody who is free; `Bids` by fairness.

    Two whom another day in a row does not trouble put their names down, two whom it may, and one who has a shift then.
    """
    from ...planning import award_bids

    roster, longest = case.roster, case.centre.rostering.most_days_in_a_row
    days = pd.date_range(case.first, roster.unmet["day"].max())
    works = (
        roster.duties.assign(there=1)
        .pivot_table(index="agent", columns="day", values="there", aggfunc="max")
        .reindex(roster.fairness["agent"], columns=days)
        .notna()
    )
    away = {
        (row.agent, day)
        for row in (case.leave if case.leave is not None else pd.DataFrame()).itertuples()
        for day in pd.date_range(row.start, row.end)
    }
    rows = case.cover.shifts.drop_duplicates("day").set_index("day", drop=False)
    free = {
        day: [agent for agent in works.index if not works.at[agent, day] and (agent, day) not in away]
        for day in rows.index
    }
    easy = {
        day: [agent for agent in free[day] if _row_with(works.loc[agent].to_numpy(), days.get_loc(day)) <= longest]
        for day in rows.index
    }
    day = next((day for day in rows.index if easy[day]), rows.index[0])
    asked = list(
        dict.fromkeys(
            [
                *sorted(works.index[works[day]])[:1],
                *[agent for agent in free[day] if agent not in easy[day]][:2],
                *easy[day][:2],
            ]
        )
    )
    one = rows.loc[[day]].reset_index(drop=True).assign(people=1)
    bids = pd.DataFrame({"agent": asked, "day": day, "shift": one["shift"].iloc[0]})
    return award_bids(one, bids, roster.duties, case.people, case.centre.rostering, "fair", leave=case.leave)


def _row_with(works, at):
    """Days of work in a row if the day of the number were worked as well."""
    after = np.flatnonzero(~works[at + 1 :])
    before = np.flatnonzero(~works[:at][::-1])
    return 1 + (after[0] if len(after) else len(works) - at - 1) + (before[0] if len(before) else at)


@needs("people")
def bids_table(case):
    """Who got which open shift, and why others did not."""
    found = bids_of(case)
    won = [(row.agent, f"{row.shift} on {row.day:%a %-d %b}", "gets it") for row in found.awards.itertuples()]
    lost = [(row.agent, f"{row.shift} on {row.day:%a %-d %b}", row.reason) for row in found.refused.itertuples()]
    return _written(pd.DataFrame(won + lost, columns=["who", "asked for", "what became of it"]))


@needs("people")
def roster_picture(case):
    """The roster as a Picture."""
    from .roster_charts import roster_chart

    return show(roster_chart(case.roster, case.leave, case.centre.rostering))


@needs("people")
def fairness_picture(case):
    """How weekends and nights are shared, as a Picture."""
    from .roster_charts import fairness_chart

    return show(fairness_chart(case.roster))


@needs("people")
def contracts_table(case):
    """Hours by contract and by roster, a row a kind of contract."""
    rows = case.roster.fairness
    weeks = len(case.cover.weeks)
    told = (
        rows.assign(week=(rows["contract_h"] / weeks).round(1))
        .groupby("week")
        .agg(people=("agent", "size"), contract=("contract_h", "sum"), leave=("leave_h", "sum"), hours=("hours", "sum"))
        .sort_index(ascending=False)
    )
    return cornered(
        pd.DataFrame(
            {
                "hours a week": told.index.map("{:g}".format),
                "people": told["people"],
                "contract hours": told["contract"].map("{:,.0f}".format),
                "of these on leave": told["leave"].map("{:,.0f}".format),
                "on the roster": told["hours"].map("{:,.0f}".format),
            }
        ).set_index("hours a week")
    )


# ---------------------------------------------------------------------------------------------- breaks


@needs("people")
def breaks_table(case):
    """The first week's worst moment, people-hours missing and calm, with breaks in the middle of their windows and
    with breaks placed.
    """
    from ...planning import desk_cover

    duties = case.roster.duties
    duties = duties[duties["day"] < case.first + pd.Timedelta(days=7)]
    rows = {}
    for name, placed in (
        ("in the middle of their windows", placed_breaks(case, duties, middle=True)),
        ("placed", placed_breaks(case, duties)),
    ):
        step = case.centre.interval_s
        need = case.requirement[case.days < case.first + pd.Timedelta(days=7)]
        gap = need["agents"].to_numpy() - desk_cover(placed, need["start"], step)
        at = int(np.argmax(gap))
        rows[name] = {
            "worst interval": f"{need['start'].iloc[at]:%a %H:%M}",
            "people missing then": f"{gap[at]:.1f}",
            "person-hours missing": f"{np.maximum(gap, 0).sum() * step / 3600:.1f}",
            "intervals short by over a person": int((gap > 1).sum()),
        }
    return cornered(pd.DataFrame(rows).T.rename_axis("breaks"))


def placed_breaks(case, duties, middle=False):
    """Activities of the duties with their breaks placed by `place_breaks`; `middle`: all in the middle of their
    windows.
    """
    from ...planning import place_breaks

    shifts = (
        [replace(shift, breaks=tuple(_middle(one) for one in shift.breaks)) for shift in case.shifts]
        if middle
        else case.shifts
    )
    return place_breaks(duties, case.requirement, shifts, exact=False)


def _middle(one):
    at = (one.earliest_s + one.latest_s) / 2 // 300 * 300
    return replace(one, earliest_s=at, latest_s=at)


# ----------------------------------------------------------------------------------------------- files


@needs("people")
def files_table(case, folder=""):
    """The files of a roster: what each is for and how large it is; written into `folder` where one is named, else
    only told.
    """
    duties, made = case.roster.duties, case.first
    activities = placed_breaks(case, duties)
    calendars = duties_to_ics(duties, folder or None, activities=activities, made=made)
    table, grid = roster_table(duties), roster_grid(duties)
    if folder:
        roster_to_csv(duties, Path(folder) / "roster.csv")
        roster_to_xlsx(duties, Path(folder) / "roster.xlsx", activities=activities)
    rows = [
        ("roster.csv", "for payroll and other programs", f"{len(table):,} shifts, {len(table.columns)} columns"),
        (
            "roster.xlsx",
            "for the wall and for people",
            f"{len(grid):,} people × {len(grid.columns) - 1} days, shifts and activities beside",
        ),
        (
            f"{calendars['file'].iloc[0]} …",
            "for everybody's telephone",
            f"{len(calendars)} calendars, {len(table):,} events",
        ),
    ]
    return cornered(
        pd.DataFrame(rows, columns=["file", "for whom", "what is in it"])
        .assign(written=folder or "not written")
        .set_index("file")
    )


@needs("people")
def calendar_words(case):
    """The beginning of one person's calendar, as it would be written."""
    duties = case.roster.duties
    duties = duties[duties["agent"] == duties["agent"].min()]
    text = duties_to_ics(duties, activities=placed_breaks(case, duties), made=case.first)["text"].iloc[0]
    event = text[text.index("BEGIN:VEVENT") : text.index("END:VEVENT") + len("END:VEVENT")]
    return Words("```\n" + "\n".join(event.split("\r\n")) + "\n```")
