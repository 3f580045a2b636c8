"""The audit's section on people: who stands apart, whom to coach and to recognise, strain, attendance and turnover."""

from dataclasses import dataclass, field
from decimal import Decimal

import pandas as pd

from ...data.privacy import LEAST as FEWEST
from ...data.privacy import pool_small_groups
from .attendance import TEAM, attendance, ratio_by, rising
from .coaching import MEASURES, contacts_of, funnels, learning, lists, percent
from ..findings import Finding
from .turnover import turnover
from .workload import occupancy_by_queue, occupancy_by_team, strain

MATERIAL = 0.02  # of scheduled time: sickness above the others' that is worth a finding
RARE = 0.01  # chance of as many leavers at the planned rate
DAYS = 30  # from the quarter's end until an action is due
CENT = Decimal("0.01")
SECTION = "people"


@dataclass(frozen=True, kw_only=True)
class People:
    """What a quarter says of a centre's people.

    `agents` and `teams` {measure: Funnel}; `coaching` and `recognition` (agent, team, measure, n, value, expected,
    likely, apart, says, also); `weeks` occupancy by queue, team and week and `strain` its summary; `attendance`
    hours by team and month, `absence` sickness by team and month with intervals, `rising` the test of its rise,
    `adherence` and `overtime` by team and quarter (this one and the one before); `turnover` by period and tenure.
    Where a table is missing the part is empty and `missing` {part: why} says so. `findings` is a tuple of Finding;
    money in the centre's `currency`.
    """

    quarter: object
    currency: str
    names: bool
    agents: dict = field(repr=False)
    teams: dict = field(repr=False)
    coaching: pd.DataFrame = field(repr=False)
    recognition: pd.DataFrame = field(repr=False)
    weeks: pd.DataFrame = field(repr=False)
    strain: pd.DataFrame = field(repr=False)
    absence: pd.DataFrame = field(repr=False)
    rising: pd.DataFrame = field(repr=False)
    adherence: pd.DataFrame = field(repr=False)
    overtime: pd.DataFrame = field(repr=False)
    turnover: pd.DataFrame = field(repr=False)
    missing: dict
    findings: tuple


def people(evidence):
    """The People of an Evidence: every part that its tables allow.

    Raises ValueError where there is nothing about people at all: no calls with agents, no activities, no agents.
    """
    parts, missing = {}, {}
    teams = _teams(evidence, missing)
    for name, make in {"comparison": _compared, "occupancy": _busy, "attendance": _attended, "turnover": _left}.items():
        try:
            parts |= make(evidence, teams, missing)
        except ValueError as problem:
            missing[name] = str(problem)
    if not parts:
        raise ValueError(
            f"the tables say nothing of people in {evidence.quarter}: {'; '.join(dict.fromkeys(missing.values()))}"
        )
    frames = {
        name: parts.get(name, pd.DataFrame())
        for name in (
            "coaching",
            "recognition",
            "weeks",
            "strain",
            "absence",
            "rising",
            "adherence",
            "overtime",
            "turnover",
        )
    }
    told = {"agents": parts.get("agents", {}), "teams": parts.get("teams", {}), **frames}
    return People(
        quarter=evidence.quarter,
        currency=evidence.centre.currency,
        names=evidence.names,
        missing=missing,
        findings=tuple(_findings(evidence, frames)),
        **told,
    )


def _teams(evidence, missing):
    """{agent: team}; empty where nobody says."""
    agents = evidence.tables.get("agents")
    if agents is None or "team" not in agents or agents["team"].isna().all():
        missing["teams"] = (
            evidence.absent.get("agents", "the table agents names no team")
            if agents is None
            else "the table agents names no team"
        )
        return {}
    known = agents[agents["team"].notna()]
    return dict(zip(known["agent"], known["team"].astype(str), strict=True))


# ---------------------------------------------------------------------------------------- the parts


def _compared(evidence, teams, missing):
    contacts = contacts_of(evidence.of("calls"), teams)
    agents = evidence.tables.get("agents")
    spared = learning(agents, evidence.quarter, evidence.centre.hiring) if agents is not None else {}
    found = funnels(contacts, spared=spared)
    for one in MEASURES:
        if one.key not in found:
            missing[one.name] = f"no contact of {evidence.quarter} says it: the column {one.needs} is needed"
    sorted_out = lists(found, teams)
    several = contacts["team"].nunique() > 1
    return {
        "agents": found,
        "teams": funnels(contacts, by="team", within="agent") if several else {},
        "coaching": sorted_out.coaching,
        "recognition": sorted_out.recognition,
    }


def _busy(evidence, teams, missing):
    """Occupancy by queue, by team, or by whichever the tables allow."""
    made = {
        "occupancy of queues": lambda: occupancy_by_queue(evidence.of("intervals"), evidence.centre),
        "occupancy of teams": lambda: _busy_teams(evidence, teams),
    }
    weeks = []
    for name, make in made.items():
        try:
            weeks.append(make())
        except ValueError as problem:
            missing[name] = str(problem)
    weeks = [one for one in weeks if len(one)]
    if not weeks:
        raise ValueError(
            f"nothing says how busy people were in {evidence.quarter}: intervals with agents, or calls and activities, are needed"
        )
    table = pd.concat([one.dropna(axis=1, how="all") for one in weeks], ignore_index=True)
    table = table.assign(above=table["above"] if "above" in table else float("nan"))
    return {"weeks": table, "strain": strain(table)}


def _busy_teams(evidence, teams):
    if not teams:
        raise ValueError("nobody's team is known")
    contacts = contacts_of(evidence.of("calls"), teams)
    return occupancy_by_team(contacts, evidence.of("activities"), teams, evidence.centre)


def _attended(evidence, teams, missing):
    rows = attendance(evidence.frame("activities"), teams)
    now, before = (rows[one.holds(rows["month"])] for one in (evidence.quarter, evidence.quarter.previous))
    if not now["scheduled_h"].sum():
        raise ValueError(f"the table activities has no scheduled time in {evidence.quarter}")
    pooled = pool_small_groups(rows, "team", "agent")  # of few people it would be told who was sick
    if not len(pooled):
        missing["absence"] = f"sickness is shown for {FEWEST} people or more, and activities have fewer"
        absence, table = pd.DataFrame(), pd.DataFrame()
    else:
        pooled = pooled[pooled["month"] < evidence.quarter.end]
        absence, table = ratio_by(pooled, "sick_h", "scheduled_h", ["team", "month"]), rising(pooled, evidence.quarter)
        if len(table) and table["p"].isna().all():
            missing["rise of sickness"] = "it needs two teams and months before the quarter to be told from chance"
    quarters = pd.concat(
        [before.assign(quarter=str(evidence.quarter.previous)), now.assign(quarter=str(evidence.quarter))]
    )
    return {
        "absence": absence,
        "rising": table,
        "adherence": ratio_by(quarters, "kept_h", "present_h", ["team", "quarter"]),
        "overtime": ratio_by(quarters, "beyond_h", "scheduled_h", ["team", "quarter"]),
    }


def _left(evidence, teams, missing):
    return {"turnover": turnover(evidence.frame("agents"), evidence.quarter, evidence.centre.hiring.attrition_per_year)}


# ------------------------------------------------------------------------------------------ findings


def _findings(evidence, frames):
    due = evidence.quarter.end + pd.Timedelta(days=DAYS)
    if len(frames["rising"]):
        rose = frames["rising"]
        rose = rose[
            rose["rises"] & (rose["share"] - rose["others"] >= MATERIAL) & (rose["share"] - rose["before"] >= MATERIAL)
        ]
        yield from (_of_sickness(evidence, row, due) for row in rose.to_dict("records"))
    if len(frames["strain"]):
        yield from (_of_strain(evidence, row, due) for row in frames["strain"].to_dict("records") if row["sustained"])
    if len(frames["turnover"]):
        row = frames["turnover"].iloc[0]
        if row["p"] <= RARE:
            yield _of_turnover(evidence, row, due)


def _of_sickness(evidence, row, due):
    costs, currency = evidence.centre.costs, evidence.centre.currency
    team = row["team"] if row["team"] != TEAM else "no team"
    cost = _money(row["excess_h"], costs.loaded_hourly_cost)
    return Finding(
        key=f"sickness {row['team']}",
        area=SECTION,
        severity="red" if row["share"] >= 2 * row["others"] else "amber",
        evidence=SECTION,
        says=f"Sickness in team {team} took {percent(row['share'])} of scheduled time in {evidence.quarter}, after {percent(row['before'])} before; the other "
        f"teams lost {percent(row['others'])}. Chance alone makes some team rise so in {_chance(row['p'])}.",
        action=f"Talk with team {team} about what makes people ill (load, shifts, leading), with occupational health; plan its shifts with the higher share until it falls.",
        cost=cost,
        cost_basis=f"{row['excess_h']:,.0f} of {row['sick_h']:,.0f} hours lost to sickness, those beyond the other teams' share, "
        f"× {costs.loaded_hourly_cost:,.2f} {currency} (loaded cost of a paid hour)",
        brief=f"Team {team} lost {percent(row['share'])} of scheduled time to sickness, the other teams {percent(row['others'])}",
        owner=f"leader of team {team}",
        due=due,
    )


def _chance(p):
    return f"fewer than 1 in {int(1 / p):,d} centres" if p < 0.001 else f"1 in {max(round(1 / p), 1):,d} centres"


def _of_strain(evidence, row, due):
    return Finding(
        key=f"occupancy {row['who']}",
        area=SECTION,
        severity="amber",
        evidence=SECTION,
        says=f"People of {row['kind']} {row['who']} were busy for more than {percent(row['cap'], 0)} of their time for {row['run']} weeks in a row "
        f"({percent(row['occupancy'], 0)} over {evidence.quarter}): so long a strain wears people out.",
        action=f"Roster more people for {row['who']} in its busiest hours, or move breaks and back-office work there, until occupancy is under {percent(row['cap'], 0)}.",
        owner="workforce planning",
        due=due,
    )


def _of_turnover(evidence, row, due):
    beyond = row["leavers"] - row["plan"] * row["years"]
    per_hire = evidence.centre.costs.per_hire
    return Finding(
        key="turnover",
        area=SECTION,
        severity="amber",
        evidence=SECTION,
        says=f"{row['leavers']:,d} people left in {evidence.quarter}, {percent(row['rate'], 0)} a year of {row['heads']:,.0f} on average, against {percent(row['plan'], 0)} planned; "
        f"by chance so many leave in {_chance(row['p'])}.",
        action="Ask those who left why, and those who stay what would keep them; raise the hiring plan to the rate that came.",
        cost=_money(beyond, per_hire),
        cost_basis=f"{beyond:,.1f} leavers beyond the plan × {per_hire:,.2f} {evidence.centre.currency} for a hire",
        owner="management",
        due=due,
    )


def _money(quantity, price):
    return (Decimal(str(round(quantity, 4))) * Decimal(str(price))).quantize(CENT)
