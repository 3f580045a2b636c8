"""What the people who are here earn, by queue."""

import pandas as pd

from ..people.cohorts import contract_hours, employed, first_queue

FEW = 5  # agents: a mean of fewer would tell what one of them earns


def mean_wages(agents, centre, at, team_of=None):
    """Mean hourly wage of the people who are here `at` a date, weighted by their contract hours: queue,
    hourly_wage, agents.

    `agents` is the table of that name, `team_of` {agent's queue: name in the plan}; a person counts to the first of
    their skills that is a queue. A queue with fewer than five people is left out, so that nobody's wage can be read
    off, and so is one whose wages nobody told: `costs.hourly_wage` holds there.
    """
    at, columns = pd.Timestamp(at).tz_localize(None), ["queue", "hourly_wage", "agents"]
    if "hourly_wage" not in agents:
        return pd.DataFrame(columns=columns)
    here = employed(agents, at)
    here = here[here["hourly_wage"].notna()]
    hours = contract_hours(here, centre)
    queue = first_queue(here, {queue.name: queue.name for queue in centre.queues} | (team_of or {}))
    rows = pd.DataFrame({"queue": queue, "paid": here["hourly_wage"] * hours, "hours": hours})
    sums = rows.groupby("queue")[["paid", "hours"]].sum().assign(agents=rows.groupby("queue").size()).reset_index()
    sums = sums[sums["agents"] >= FEW]
    return sums.assign(hourly_wage=(sums["paid"] / sums["hours"]).round(6))[columns].reset_index(drop=True)
