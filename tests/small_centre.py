"""A small centre's tables, drawn at random, for measuring the same on several engines."""

import numpy as np
import pandas as pd

from ccplan.data import Centre, Queue
from ccplan.queueing import Targets

ZONE = "Europe/Helsinki"
CENTRE = Centre(
    name="x",
    time_zone=ZONE,
    queues=(Queue(name="sales", targets=Targets(target_s=20)), Queue(name="care", targets=Targets(target_s=40))),
)
BY = (["queue", "hour"], ["team", "month"], ["day"], ["reason", "weekday"], [])


def tables(rows=3000, seed=3):
    """Frames of calls, intervals, agents, activities, evaluations and a ledger, with empty cells; times are moments
    over a change of the clock.
    """
    chance = np.random.default_rng(seed)
    agents = pd.DataFrame(
        {
            "agent": [f"a{i}" for i in range(12)],
            "team": ["Alder", "Birch", "Rowan"] * 4,
            "hired": pd.Timestamp("2024-05-01"),
            "left": [pd.Timestamp("2026-04-05"), *[pd.NaT] * 11],
        }
    )
    return {
        "calls": _calls(chance, rows),
        "intervals": _intervals(chance),
        "agents": agents.astype({"hired": "datetime64[us]", "left": "datetime64[us]"}),
        "activities": _activities(chance),
        "evaluations": _evaluations(chance),
        "ledger": _ledger(),
    }


def _calls(chance, rows):
    answered = chance.random(rows) < 0.9
    arrived = pd.Timestamp("2026-03-20", tz="UTC") + pd.to_timedelta(
        np.sort(chance.integers(0, 25 * 86400, rows)), unit="s"
    )

    def known(values, share=1.0):
        return np.where(answered & (chance.random(rows) < share), values, np.nan)

    return pd.DataFrame(
        {
            "call_id": [f"c{i}" for i in range(rows)],
            "queue": chance.choice(["sales", "care"], rows),
            "channel": "voice",
            "arrived": arrived.as_unit("us"),
            "wait_s": chance.integers(0, 90, rows).astype(float),
            "outcome": np.where(answered, "answered", "abandoned"),
            "talk_s": known(chance.integers(30, 600, rows)),
            "hold_s": known(chance.integers(0, 60, rows), 0.8),
            "acw_s": known(chance.integers(0, 60, rows)),
            "agent": pd.Series([f"a{i}" for i in chance.integers(0, 12, rows)]).where(answered),
            "transferred": pd.array(np.where(answered, chance.random(rows) < 0.1, None), dtype="boolean"),
            "customer": pd.Series([f"k{i}" for i in chance.integers(0, 900, rows)]).where(chance.random(rows) < 0.9),
            "reason": chance.choice(["bill", "move"], rows),
            "resolved": pd.array(np.where(answered, chance.random(rows) < 0.8, None), dtype="boolean"),
            "csat": known(chance.integers(1, 6, rows), 0.3),
            "nps": known(chance.integers(0, 11, rows), 0.3),
            "effort": known(chance.integers(1, 8, rows), 0.3),
        }
    )


def _intervals(chance):
    start = pd.date_range("2026-03-20", periods=1200, freq="30min", tz="UTC").as_unit("us")
    answered = chance.integers(0, 20, 2400).astype(float)
    return pd.DataFrame(
        {
            "queue": ["sales"] * 1200 + ["care"] * 1200,
            "start": [*start, *start],
            "offered": answered + 2,
            "answered": answered,
            "abandoned": 1.0,
            "blocked": 1.0,
            "answered_in_target": np.floor(answered * 0.8),
            "talk_s": answered * 200,
            "hold_s": answered * 10,
            "acw_s": answered * 30,
            "wait_answered_s": answered * 12,
            "wait_abandoned_s": 30.0,
            "agents": 4.0,
        }
    )


def _activities(chance):
    start = pd.date_range("2026-03-20 06:00", periods=300, freq="2h", tz="UTC").as_unit("us")
    return pd.DataFrame(
        {
            "agent": [f"a{i % 12}" for i in range(300)],
            "start": start,
            "end": start + pd.Timedelta(minutes=90),
            "scheduled": chance.choice(["work", "break", "lunch"], 300, p=[0.7, 0.2, 0.1]),
            "actual": chance.choice(["work", "break", "sickness"], 300, p=[0.8, 0.1, 0.1]),
        }
    )


def _evaluations(chance):
    frame = pd.DataFrame(
        {
            "evaluation": np.repeat([f"e{i}" for i in range(60)], 4),
            "call_id": np.repeat([f"c{i}" for i in range(0, 3000, 50)], 4),
            "agent": np.repeat([f"a{i % 12}" for i in range(60)], 4),
            "evaluator": "z",
            "date": np.repeat(pd.date_range("2026-03-20", periods=60, freq="8h").normalize(), 4),
            "step": ["p", "q", "r", "s"] * 60,
            "possible": 5.0,
            "critical": [True, False, False, False] * 60,
        }
    )
    return frame.assign(
        points=np.where(chance.random(240) < 0.1, np.nan, chance.integers(3, 6, 240)),
        date=frame["date"].astype("datetime64[us]"),
    )


def _ledger():
    months = pd.to_datetime(["2026-03-01", "2026-04-01", "2026-05-01"]).astype("datetime64[us]")
    return pd.DataFrame(
        {
            "month": [*months, *months],
            "category": ["labour"] * 3 + ["rent"] * 3,
            "line": ["wages"] * 3 + ["rent"] * 3,
            "planned": 1000.0,
            "actual": [1100.5, 990.25, None, 1000.0, 1000.0, None],
        }
    )
