"""People by the month they started: how many stay, how many are in training, and how much of a full agent they are.

A class starts on the first day of a month. Of those who are here at the start of a month a share p leaves in its
course, p = h ÷ (1 + h ÷ 2) with h = attrition of a year ÷ 12, so that leavers ÷ average headcount is h, as attrition
is defined. Training takes the first weeks, then output climbs by the ramp, month by month on the phones.
"""

import numpy as np
import pandas as pd

from ...data.given import given_table
from .requirement import month_of

WEEKS_A_MONTH = 365.25 / 12 / 7
LONGEST = 600  # months of tenure that are told apart


def leaving_shares(hiring, months):
    """Share of a class that leaves in its first, second, … month: an array of `months`.

    >>> from ccplan.data import Hiring
    >>> leaving_shares(Hiring(attrition_per_year=0.24), 2).round(5).tolist()   # 0.02 ÷ 1.01
    [0.0198, 0.0198]
    """
    yearly = np.full(months, float(hiring.attrition_per_year))
    for until, share in reversed(hiring.attrition_by_tenure):
        yearly[: int(np.ceil(until))] = share
    hazard = yearly / 12
    return hazard / (1 + hazard / 2)


def staying_shares(hiring, months):
    """Share of a class that is still here at the start of its first, second, … month: 1 at first."""
    return np.concatenate([[1.0], np.cumprod(1 - leaving_shares(hiring, months))[:-1]]) if months else np.ones(0)


def training_shares(hiring, months):
    """Share of the first, second, … month that a class spends in training.

    >>> from ccplan.data import Hiring
    >>> training_shares(Hiring(training_weeks=6), 3).round(2).tolist()
    [1.0, 0.38, 0.0]
    """
    return np.clip(hiring.training_weeks / WEEKS_A_MONTH - np.arange(months), 0.0, 1.0)


def output_shares(hiring, months):
    """Output of a class in its first, second, … month ÷ that of a full agent: nothing in training, then the ramp.

    >>> from ccplan.data import Hiring
    >>> output_shares(Hiring(training_weeks=0, ramp=(0.5, 0.8)), 3).round(6).tolist()
    [0.5, 0.8, 1.0]
    """
    weeks = hiring.training_weeks / WEEKS_A_MONTH
    ends = np.concatenate([[0.0], np.cumsum(np.ones(len(hiring.ramp)))])
    grown = np.concatenate([[0.0], np.cumsum(hiring.ramp)])

    def done_by(time):  # full agent's months worked in `time` months on the phones
        return np.interp(time, ends, grown) + np.maximum(time - ends[-1], 0.0)

    month = np.arange(months)
    return done_by(np.maximum(month + 1 - weeks, 0.0)) - done_by(np.maximum(month - weeks, 0.0))


ALIKE = 0.5  # queues are one team where more of their people can do both than only one


def teams_of(agents, centre):
    """Queues that the same people serve, joined: {team: (queues)}, in the order of the centre; others stay by
    themselves.

    `agents` is the table of that name with skills ("chat;email"). Two queues are a team where the people who can do
    both are more than half of those who can do either.

    >>> from ccplan.data import Centre, Queue
    >>> staff = pd.DataFrame({"skills": ["chat;email", "email;chat", "calls"]})
    >>> teams_of(staff, Centre(name="x", queues=(Queue(name="calls"), Queue(name="chat"), Queue(name="email"))))
    {'chat + email': ('chat', 'email')}
    """
    can = {queue.name: _able(agents, queue.name) for queue in centre.queues}
    groups = []
    for name, mine in can.items():
        joined = [group for group in groups if any(_alike(mine, can[other]) for other in group)]
        groups = [group for group in groups if group not in joined] + [sum(joined, []) + [name]]
    return {" + ".join(group): tuple(group) for group in groups if len(group) > 1}


def _able(agents, queue):
    """Numbers of the rows whose skills hold the queue."""
    skills = agents["skills"].fillna("") if "skills" in agents else pd.Series("", agents.index)
    return {row for row, words in enumerate(skills) if queue in _words(words)}


def _words(skills):
    return [word.strip() for word in str(skills).split(";")]


def _alike(one, other):
    return bool(one | other) and len(one & other) > ALIKE * len(one | other)


def first_queue(agents, known):
    """The queue (or team) that each row of `agents` counts to: of the first of its skills that is in `known` {queue:
    name}; None where none is.
    """
    skills = agents["skills"].fillna("") if "skills" in agents else pd.Series("", agents.index)
    return skills.map(lambda words: next((known[word] for word in _words(words) if word in known), None))


def contract_hours(agents, centre):
    """Weekly hours of each row of `agents`; full time where the table does not say."""
    hours = agents["weekly_hours"] if "weekly_hours" in agents else pd.Series(np.nan, agents.index)
    return hours.astype(float).fillna(centre.costs.weekly_hours)


def with_hired(agents, at):
    """The table with its dates without a time zone; who has no day of hire gets one long before `at`."""
    given_table(agents, "agents", times=["hired", "left"], perhaps=["weekly_hours", "hourly_wage"])
    hired, left = (agents[name].dt.tz_localize(None) for name in ("hired", "left"))
    return agents.assign(hired=hired.fillna(at - pd.DateOffset(months=LONGEST)), left=left)


def employed(agents, at):
    """The rows of `agents` who are here `at` a date; who has no day of hire gets one long ago."""
    dated = with_hired(agents, at)
    return dated[(dated["hired"] < at) & (dated["left"].isna() | (dated["left"] >= at))]


def people_here(agents, centre, at, teams=None):
    """Who is here `at` a date, as classes: queue (or team), started (month), heads, fte (paid ÷ full-time hours:
    contract × paid_share).

    `agents` is the table of that name; an agent counts to the team or queue of the first of their skills that the
    centre knows, and not to the others. `teams` {name: queues}, by default `teams_of` the agents. People who leave
    later count: attrition takes them; who has no day of hire counts as long here. Raises ValueError where nobody is
    here, or nobody's skills are known.
    """
    at = pd.Timestamp(at).tz_localize(None)
    here = employed(agents, at)
    if not len(here):
        raise ValueError(f"agents: nobody is here on {at:%Y-%m-%d} by the table's hired and left")
    teams = teams_of(here, centre) if teams is None else teams
    known = {queue.name: queue.name for queue in centre.queues}
    known |= {queue: team for team, queues in teams.items() for queue in queues if queue in known}
    team = first_queue(here, known)
    if team.isna().all():
        raise ValueError(
            f"agents: no skill of anybody is a queue of the centre ({', '.join(known)}) "
            "— write the queues' names into skills"
        )
    full_time = contract_hours(here, centre) / centre.costs.weekly_hours
    rows = pd.DataFrame(
        {"queue": team, "started": month_of(here["hired"]), "heads": 1.0, "fte": full_time * centre.costs.paid_share}
    )
    return rows.dropna().groupby(["queue", "started"], as_index=False)[["heads", "fte"]].sum()
