"""What the people who are here earn, by queue."""

import numpy as np
import pandas as pd

from ...data.given import given_table

FEW = 5  # agents: a mean of fewer would tell what one of them earns


def mean_wages(agents, centre, at, team_of=None):
    """Mean hourly wage of the people who are here `at` a date, weighted by their contract hours: queue,
    hourly_wage, agents.

    `agents` is the table of that name, `team_of` {agent's queue: name in the plan}; a person counts to the first of
    their skills. A queue with fewer than five people is left out, so that nobody's wage can be read off, and so is
    one whose wages nobody told: `costs.hourly_wage` holds there.
    """
    at, columns = pd.Timestamp(at), ["queue", "hourly_wage", "agents"]
    if "hourly_wage" not in agents:
        return pd.DataFrame(columns=columns)
    given_table(agents, "agents", times=["hired", "left"], numbers=["hourly_wage"], perhaps=["weekly_hours"])
    if "skills" in agents:
        given_table(agents, "agents", names=["skills"])
    here = agents[
        (agents["hired"] < at) & (agents["left"].isna() | (agents["left"] >= at)) & agents["hourly_wage"].notna()
    ]
    hours = (here["weekly_hours"] if "weekly_hours" in here else pd.Series(np.nan, here.index)).fillna(
        centre.costs.weekly_hours
    )
    first = here["skills"].fillna("").str.split(";").str[0] if "skills" in here else pd.Series("", here.index)
    queue = first.map(lambda skill: (team_of or {}).get(skill, skill))
    rows = pd.DataFrame({"queue": queue, "paid": here["hourly_wage"] * hours, "hours": hours})
    sums = (
        rows.groupby("queue").agg(paid=("paid", "sum"), hours=("hours", "sum"), agents=("hours", "size")).reset_index()
    )
    sums = sums[sums["agents"] >= FEW]
    return sums.assign(hourly_wage=(sums["paid"] / sums["hours"]).round(6))[columns].reset_index(drop=True)
