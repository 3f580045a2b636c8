"""What the contacts were to the customers: who they were, whether it was settled, how they liked it."""

from heapq import heappop, heappush

import numpy as np
import pandas as pd

from .clock import RECORDS_FROM, ZERO, generator, stamps
from .stories import LAUNCH, NEW_REASON
from .volumes import SHAPES

CUSTOMERS = 40_000
UNKNOWN = 0.15  # of the contacts come from somebody whom the system does not recognise
SETTLED = {
    "bill": 0.81,
    "contract": 0.77,
    "moving": 0.79,
    "payment": 0.87,
    "meter": 0.75,
    NEW_REASON: 0.75,
    "power cut": 0.84,
    "when will it be back": 0.86,
    "compensation": 0.70,
}
SETTLED_AT_LAUNCH = 0.58
TRANSFERRED, TRANSFERRED_NEW = 0.05, 0.13
BACK = {True: (0.60, 3 * 3600), False: (0.50, 2 * 86400)}  # hung up or unsettled: share that returns, mean delay (s)
ASKED = {"voice": 0.12, "chat": 0.20, "email": 0.07}  # share of the answered who answer the survey


def calls_table(served, people):
    """The table `calls` since the records began, in order of arrival; one row a contact."""
    calls = pd.concat(served, ignore_index=True)
    first = (pd.Timestamp(RECORDS_FROM, tz=ZERO.tz) - ZERO) // pd.Timedelta(seconds=1)
    calls = calls[calls["arrived"] >= first].sort_values("arrived", kind="stable", ignore_index=True)
    calls = _settled(calls, people)
    calls["customer"] = _customers(calls)
    return _columns(calls, people).assign(**_survey(calls, people))


def _settled(calls, people):
    """Adds skill of the agent, transferred and resolved, both False where nobody answered."""
    rng, answered = generator(50), calls["answered"].to_numpy()
    skill = np.array([person.skill for person in people] + [0.0])[calls["agent"]]
    new = (calls["reason"] == NEW_REASON).to_numpy()
    launch = (
        new & (calls["arrived"] < (pd.Timestamp(LAUNCH.last, tz=ZERO.tz) - ZERO).total_seconds() + 86400).to_numpy()
    )
    moved = answered & (rng.random(len(calls)) < np.where(new, TRANSFERRED_NEW, TRANSFERRED))
    chance = np.where(launch, SETTLED_AT_LAUNCH, calls["reason"].map(SETTLED)) + 0.008 * skill - 0.3 * moved
    return calls.assign(skill=skill, transferred=moved, resolved=answered & (rng.random(len(calls)) < chance))


def _customers(calls):
    """A customer whose matter is not settled may return with it; all others are drawn anew."""
    rng, lost = generator(51), ~calls["answered"].to_numpy()
    new = (CUSTOMERS * rng.random(len(calls)) ** 1.4).astype(int)
    new = np.where(rng.random(len(calls)) < UNKNOWN, -1, new).tolist()
    share, delay = (np.where(lost, BACK[True][k], BACK[False][k]) for k in (0, 1))
    returns = (~calls["resolved"] & (rng.random(len(calls)) < share)).tolist()
    back_at = calls["arrived"] + calls["wait"] + calls["handle"] + 300 + rng.exponential(1.0, len(calls)) * delay
    rows = zip(calls["arrived"].tolist(), calls["reason"].tolist(), returns, back_at.tolist(), new, strict=True)
    return _returning(rows)


def _returning(rows):
    due, customers = {reason: [] for reason in SETTLED}, []
    for arrived, reason, returns, back_at, customer in rows:
        heap = due[reason]
        if heap and heap[0][0] <= arrived:
            customer = heappop(heap)[1]
        customers.append(customer)
        if returns and customer >= 0:
            heappush(heap, (back_at, customer))
    return customers


def _columns(calls, people):
    """The columns of the table but for the survey. Work and settlement are empty where nobody answered."""
    answered = calls["answered"]
    names = np.array([person.name for person in people] + [None], dtype=object)
    return pd.DataFrame(
        {
            "call_id": [f"C{number:07d}" for number in range(1, len(calls) + 1)],
            "queue": calls["queue"],
            "channel": calls["queue"].map({name: shape.channel for name, shape in SHAPES.items()}),
            "arrived": stamps(calls["arrived"]),
            "wait_s": calls["wait"],
            "outcome": np.where(answered, "answered", "abandoned"),
            **{f"{work}_s": calls[work].astype("Int64").where(answered) for work in ("talk", "hold", "acw")},
            "agent": names[calls["agent"]],
            "transferred": calls["transferred"].astype("boolean").where(answered),
            "customer": [f"K{number:05d}" if number >= 0 else None for number in calls["customer"]],
            "reason": calls["reason"],
            "resolved": calls["resolved"].astype("boolean").where(answered),
        }
    )


def _survey(calls, people):
    """csat, nps and effort of those who answered the survey: settled soon by a good agent pleases."""
    rng, size = generator(53), len(calls)
    channel = calls["queue"].map({name: shape.channel for name, shape in SHAPES.items()})
    patience = channel.map({"voice": 200.0, "chat": 200.0, "email": 57_600.0}).to_numpy()
    pleased = (
        4.45
        + 0.08 * calls["skill"]
        - 1.2 * ~calls["resolved"]
        - 0.4 * calls["transferred"]
        - np.minimum(calls["wait"] / patience, 2.0)
    ).to_numpy() + 0.85 * rng.standard_normal(size)
    gave = calls["answered"].to_numpy() & (rng.random(size) < channel.map(ASKED).to_numpy())
    nps = 8.3 + 1.5 * (pleased - 4) + 1.2 * rng.standard_normal(size)
    effort = 5.4 + 1.0 * (pleased - 4) + 0.9 * rng.standard_normal(size)
    return {
        "csat": _score(pleased, 1, 5, gave),
        "nps": _score(nps, 0, 10, gave & (rng.random(size) < 0.6)),
        "effort": _score(effort, 1, 7, gave & (rng.random(size) < 0.5)),
    }


def _score(value, low, high, gave):
    return pd.Series(np.clip(np.rint(value), low, high).astype(int)).astype("Int64").where(gave)
