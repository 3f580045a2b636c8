"""The table `evaluations`: twenty steps scored for a few calls of every agent each month.

Four people listen; one of them is milder. Six calls a month are heard by all four, so that they can
compare their scores.
"""

import numpy as np
import pandas as pd

from .clock import LAST, generator

STEPS = (  # step, points, critical, chance of full points, share to which it does not apply, hangs on the outcome
    ("told the caller that the call is recorded", 4, True, 0.985, 0.0, False),
    ("read the customer's account before speaking", 4, False, 0.90, 0.05, False),
    ("had script and documents at hand", 3, False, 0.92, 0.0, False),
    ("greeted at once when the call came in", 3, False, 0.95, 0.0, False),
    ("checked who was calling before sharing anything", 10, True, 0.965, 0.15, False),
    ("asked the questions that mattered, politely", 6, False, 0.90, 0.0, False),
    ("offered help in so many words", 4, False, 0.93, 0.0, False),
    ("listened and showed that it was understood", 6, False, 0.88, 0.0, False),
    ("asked which outcome the customer wants", 5, False, 0.80, 0.0, True),
    ("set a realistic time frame", 6, False, 0.84, 0.15, True),
    ("handed on only after trying everything", 5, False, 0.88, 0.85, False),
    ("gave a fair solution and promised nothing unsure", 10, True, 0.97, 0.0, True),
    ("explained benefits, costs and risks", 6, False, 0.82, 0.50, False),
    ("explained the next steps", 6, False, 0.88, 0.0, True),
    ("asked for further questions and left contact details", 4, False, 0.86, 0.0, False),
    ("thanked the customer", 3, False, 0.96, 0.0, False),
    ("made sure of satisfaction and sent the survey", 4, False, 0.80, 0.0, True),
    ("assessed the own call afterwards", 3, False, 0.78, 0.20, False),
    ("talked the call over with the team leader", 4, False, 0.85, 0.55, False),
    ("was trained where the standard was not met", 4, False, 0.80, 0.90, False),
)
EVALUATORS = {"Lynx": 0.0, "Otter": 0.07, "Marten": -0.01, "Badger": 0.0}  # added to the chance: Otter is milder
A_MONTH = 2  # calls of an agent
TOGETHER = 6  # calls of a month that all hear
UNSETTLED = 0.22  # taken off the chance where the matter was not settled


def evaluations_table(calls, people):
    """The rows of every evaluation: evaluation, call_id, agent, evaluator, date, step, points, possible, critical."""
    heard = _heard(calls)
    points = _points(heard, {person.name: person.skill for person in people})
    return pd.DataFrame(
        {
            **{
                name: np.repeat(heard[name].to_numpy(), len(STEPS))
                for name in ("evaluation", "call_id", "agent", "evaluator", "date")
            },
            "step": np.tile([step[0] for step in STEPS], len(heard)),
            "points": points.ravel(),
            "possible": np.tile([step[1] for step in STEPS], len(heard)),
            "critical": np.tile([step[2] for step in STEPS], len(heard)),
        }
    )


def _heard(calls):
    """Which call is heard by whom, and when: two to nine days after."""
    rng = generator(70)
    spoken = calls[(calls["channel"] == "voice") & (calls["outcome"] == "answered")]
    local = spoken["arrived"].dt.tz_localize(None)
    month = local.dt.year * 12 + local.dt.month
    spoken = spoken.assign(day=local.dt.normalize(), month=month, luck=rng.random(len(spoken)))
    spoken = spoken.sort_values("luck", kind="stable")
    chosen = spoken[spoken.groupby(["agent", "month"]).cumcount() < A_MONTH]
    one = chosen.assign(evaluator=rng.choice(list(EVALUATORS), len(chosen)))
    common = chosen[chosen.groupby("month").cumcount() < TOGETHER]
    rest = pd.concat([common.assign(evaluator=name) for name in EVALUATORS])
    heard = pd.concat([one, rest]).drop_duplicates(["call_id", "evaluator"])
    heard = heard.sort_values(["arrived", "evaluator"], ignore_index=True)
    days = pd.to_timedelta(rng.integers(2, 10, len(heard)), unit="D")
    heard = heard.assign(date=heard["day"] + days)
    heard = heard[heard["date"] <= pd.Timestamp(LAST)]
    return heard.assign(evaluation=[f"E{n:05d}" for n in range(1, len(heard) + 1)])


def _points(heard, skill):
    """Points of each evaluation (row) and step (column); nan where the step did not apply."""
    rng = generator(71)
    call = pd.factorize(heard["call_id"])[0]
    steps = pd.DataFrame(STEPS, columns=["step", "points", "critical", "chance", "not_applied", "outcome"])
    # The same call is the same to all who hear it, but for their own noise.
    said, applies = (rng.random((call.max() + 1, len(STEPS)))[call] for _ in range(2))
    chance = np.minimum(steps["chance"].to_numpy() + 0.01 * heard["agent"].map(skill).to_numpy()[:, None], 0.995)
    chance = chance - UNSETTLED * np.outer(~heard["resolved"].astype(bool), steps["outcome"] & ~steps["critical"])
    mild = heard["evaluator"].map(EVALUATORS).to_numpy()[:, None]
    heard_as = said + 0.06 * rng.standard_normal(said.shape) - mild
    half = (heard_as < chance + 0.5 * (1 - chance)) & ~steps["critical"].to_numpy()  # a critical step is met or missed
    share = np.where(heard_as < chance, 1.0, np.where(half, 0.5, 0.0))
    return np.where(applies < steps["not_applied"].to_numpy(), np.nan, share * steps["points"].to_numpy())
