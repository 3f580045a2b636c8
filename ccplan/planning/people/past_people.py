"""Who was here in months gone by, as a headcount plan would have it: what a budget of the past is made from."""

import numpy as np
import pandas as pd

from ...data.given import given_table
from .cohorts import LONGEST, contract_hours, first_queue, output_shares, with_hired
from ..headcount import COLUMNS

DAY = pd.Timedelta(days=1)


def past_headcount(agents, centre, months, team_of=None):
    """The people of the table `agents` in each of `months` (first days), in the columns of `plan_headcount`.

    A person counts for the days from `hired` (long ago where it is not told) to `left`, both included, to the first of
    their skills that is a queue (`team_of` {queue: name in the plan}); paid FTE are contract hours × `costs.paid_share` ÷ full-time hours. What was
    required is not known here: required_fte and gap_fte are nan. Raises ValueError where no skill is a queue's.

    >>> from ccplan.data import Centre, Queue
    >>> one = pd.DataFrame({"hired": pd.to_datetime(["2026-04-16"]), "left": pd.NaT, "weekly_hours": 37.5, "skills": "q"})
    >>> centre = Centre(name="x", queues=(Queue(name="q"),))
    >>> past_headcount(one, centre, pd.to_datetime(["2026-04-01"]))[["starters", "heads_end", "paid_fte"]].iloc[0].tolist()
    [1.0, 1.0, 0.5]
    """
    if "skills" in agents:
        given_table(agents, "agents", names=["skills"])
    if not len(months):
        raise ValueError("months must hold the first day of one month at least, got none")
    agents = with_hired(agents, pd.Timestamp(months[0]))
    known = {queue.name: (team_of or {}).get(queue.name, queue.name) for queue in centre.queues}
    queue = first_queue(agents, known)
    if queue.isna().all():
        raise ValueError(
            f"agents: no skill of anybody is a queue of the centre ({', '.join(known)}) — write the queues' names into skills"
        )
    names = list(dict.fromkeys(queue.dropna()))
    fte = contract_hours(agents, centre) / (centre.costs.weekly_hours / centre.costs.paid_share)
    rows = []
    for name in names:
        mine = queue.eq(name)
        rows += [_month(pd.Timestamp(month), name, agents[mine], fte[mine], centre) for month in months]
    table = pd.DataFrame(rows)
    return table[[name for name in COLUMNS if name in table]]


def _month(first, name, people, fte, centre):
    """One queue's month: heads by day, people in training and ramp by the months they have been here."""
    last = first + pd.offsets.MonthEnd(0)
    hired, left = pd.to_datetime(people["hired"]), pd.to_datetime(people["left"]).fillna(last + DAY * 32)
    days = ((left.clip(upper=last) - hired.clip(lower=first)) / DAY + 1).clip(lower=0) / last.day
    ready = hired + DAY * 7 * centre.hiring.training_weeks  # first day on the phones
    trainee = (
        (ready.where(ready < left + DAY, left + DAY).clip(upper=last + DAY) - hired.clip(lower=first)) / DAY
    ).clip(lower=0) / last.day
    age = ((first.year - hired.dt.year) * 12 + first.month - hired.dt.month).clip(0, LONGEST - 1)
    output = output_shares(centre.hiring, LONGEST)[age]
    counts = {
        "heads_start": (hired < first) & (left >= first),
        "starters": (hired >= first) & (hired <= last),
        "leavers": (hired <= last) & (left >= first) & (left <= last),
        "heads_end": (hired <= last) & (left > last),
    }
    paid, productive = float((days * fte).sum()), float((days * fte * output).sum())
    return {
        "queue": name,
        "month": first,
        "required_fte": np.nan,
        "moved": 0.0,
        **{key: float(who.sum()) for key, who in counts.items()},
        "paid_fte": paid,
        "trainees": float(trainee.sum()),
        "ramping": max(0.0, float((days * (output < 1 - 1e-12)).sum() - trainee.sum())),
        "productive_fte": productive,
        "overtime_fte": 0.0,
        "outsourced_fte": 0.0,
        "available_fte": productive,
        "gap_fte": np.nan,
    }
