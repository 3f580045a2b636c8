"""A whole centre of every table, small enough to be audited in seconds; some of its names may try to do harm."""

import numpy as np
import pandas as pd

TOML = """name = "Small"
time_zone = "Europe/Helsinki"
currency = "EUR"
[queues.service]
patience_s = 180
[queues.service.hours]
weekdays = "09:00-15:00"
[queues.service.targets]
service_level = 0.80
target_s = 20
[queues.nobody]
[queues.nobody.hours]
weekdays = "09:00-15:00"
[queues.nobody.targets]
service_level = 0.80
target_s = 20
[costs]
hourly_wage = 16
"""
QUARTER, FIRST, END = "2026Q2", "2026-03-02", "2026-07-01"
PEOPLE = tuple(f"Person {i:02}" for i in range(9))
TEAMS = ("Alder", "Birch", "Rowan")
STEPS = {"greeted": (4, False), "asked": (6, True), "helped": (5, False)}
CALLS_A_DAY = 48


def frames(people=PEOPLE, teams=TEAMS, reasons=("bill", "move"), new="", seed=5):
    """{table: frame} of four months to the end of 2026Q2, half-hours of weekdays from nine to three.

    A reason that is `new` makes half of the calls since April and takes twice as long.
    """
    chance = np.random.default_rng(seed)
    calls = _calls(chance, people, reasons)
    if new:
        late = calls["arrived"].ge("2026-04-01") & (calls.index % 2 == 0)
        calls = calls.assign(
            reason=calls["reason"].mask(late, new), talk_s=calls["talk_s"].where(~late, 2 * calls["talk_s"])
        )
    agents = pd.DataFrame(
        {
            "agent": people,
            "team": [teams[i % len(teams)] for i in range(len(people))],
            "hired": "2024-05-01",
            "left": "",
            "weekly_hours": 37.5,
            "hourly_wage": 16.0,
            "skills": "service",
        }
    )
    return {
        "calls": calls,
        "intervals": _intervals(calls),
        "agents": agents,
        "activities": _activities(chance, people),
        "evaluations": _evaluations(chance, calls),
        "ledger": _ledger(chance),
        "checklist": _checklist(),
    }


def _calls(chance, people, reasons):
    days = pd.bdate_range(FIRST, END, inclusive="left")
    number = len(days) * CALLS_A_DAY
    seconds = np.sort(chance.integers(9 * 3600, 15 * 3600, (len(days), CALLS_A_DAY)), axis=1)
    arrived = np.repeat(days, CALLS_A_DAY) + pd.to_timedelta(seconds.ravel(), unit="s")
    answered, asked = chance.random(number) < 0.95, chance.random(number) < 0.4
    return pd.DataFrame(
        {
            "call_id": [f"C{i:05}" for i in range(number)],
            "queue": "service",
            "channel": "voice",
            "arrived": arrived,
            "wait_s": np.where(chance.random(number) < 0.85, 5, 40),
            "outcome": np.where(answered, "answered", "abandoned"),
            "talk_s": np.where(answered, chance.integers(60, 400, number), 0),
            "hold_s": 0,
            "acw_s": np.where(answered, 30, 0),
            "agent": np.where(answered, chance.choice(people, number), ""),
            "transferred": np.where(answered, chance.random(number) < 0.05, ""),
            "customer": [f"K{i}" for i in chance.integers(0, 3000, number)],
            "reason": chance.choice(reasons, number),
            "resolved": np.where(answered, chance.random(number) < 0.8, ""),
            "csat": np.where(answered & asked, chance.integers(3, 6, number).astype(str), ""),
        }
    )


def _intervals(calls):
    rows = calls.assign(start=calls["arrived"].dt.floor("30min"), answered=calls["outcome"].eq("answered"))
    rows = rows.assign(
        abandoned=~rows["answered"],
        in_target=rows["answered"] & (rows["wait_s"] <= 20),
        waited=rows["wait_s"].where(rows["answered"], 0),
    )
    made = rows.groupby(["queue", "start"], as_index=False).agg(
        offered=("call_id", "size"),
        answered=("answered", "sum"),
        abandoned=("abandoned", "sum"),
        answered_in_target=("in_target", "sum"),
        talk_s=("talk_s", "sum"),
        hold_s=("hold_s", "sum"),
        acw_s=("acw_s", "sum"),
        wait_answered_s=("waited", "sum"),
    )
    return made.assign(agents=4.0)


def _activities(chance, people):
    days = pd.bdate_range(FIRST, END, inclusive="left")
    rows = [
        (who, day + pd.Timedelta(hours=hour), what)
        for day in days
        for who in people
        for hour, what in ((9, "work"), (12, "lunch"), (13, "work"))
    ]
    frame = pd.DataFrame(rows, columns=["agent", "start", "scheduled"])
    ill = pd.Series(chance.random(len(days) * len(people)) < 0.04).repeat(3).to_numpy()
    hours = frame["start"].dt.hour.map({9: 3, 12: 1, 13: 2})
    return frame.assign(
        end=frame["start"] + pd.to_timedelta(hours, unit="h"), actual=frame["scheduled"].mask(ill, "sickness")
    )[["agent", "start", "end", "scheduled", "actual"]]


def _evaluations(chance, calls):
    heard = calls[calls["outcome"].eq("answered")].iloc[::20]
    rows = [
        (
            f"E{i}",
            call.call_id,
            call.agent,
            ("Otter", "Stoat")[i % 2],
            call.arrived.strftime("%Y-%m-%d"),
            step,
            possible * (chance.random() < 0.9),
            possible,
            critical,
        )
        for i, call in enumerate(heard.itertuples())
        for step, (possible, critical) in STEPS.items()
    ]
    return pd.DataFrame(
        rows, columns=["evaluation", "call_id", "agent", "evaluator", "date", "step", "points", "possible", "critical"]
    )


def _ledger(chance):
    months = pd.date_range("2025-10-01", "2026-06-01", freq="MS").strftime("%Y-%m-%d")
    return pd.DataFrame(
        [
            (month, category, line, planned, round(planned * chance.uniform(0.99, 1.01), 2))
            for month in months
            for category, line, planned in (("labour", "wages", 30_000.0), ("premises", "rent", 4_000.0))
        ],
        columns=["month", "category", "line", "planned", "actual"],
    )


def _checklist():
    return pd.DataFrame(
        [("set-up", "goals", "agree goals", "management", "Ann", "2026-01-10", "2026-01-09", "done", "minutes", 0)],
        columns=["checklist", "step", "item", "department", "owner", "due", "done_on", "status", "evidence", "cost"],
    )


SCRIPT, PICTURE, FORMULA = "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "=cmd|' /C calc'!A0"
HARMFUL = (SCRIPT, PICTURE, FORMULA, "+1+1", "@SUM(A1)")


def hostile_frames():
    """The same with names that try to do harm, a newcomer of three calls, scores of 9 and a ledger of two
    currencies.
    """
    people = (*HARMFUL, *PEOPLE[len(HARMFUL) :])
    made = frames(people, ("<b>Alder</b>", "=1+1", "Rowan"), ("bill", PICTURE), FORMULA)
    calls, agents = made["calls"], made["agents"]
    three = calls.index[calls["outcome"].eq("answered")][-3:]
    calls = calls.assign(
        agent=calls["agent"].where(~calls.index.isin(three), "Newcomer"),
        csat=calls["csat"].mask(calls.index.isin(list(calls.index[calls["csat"].eq("5")][-5:])), "9"),
    )
    agents = pd.concat([agents, agents.tail(1).assign(agent="Newcomer", hired="2026-06-22")])
    ledger = made["ledger"].assign(currency=lambda rows: np.where(rows["line"].eq("rent"), "USD", "EUR"))
    return made | {"calls": calls, "agents": agents, "ledger": ledger}


def write(folder, tables, toml=TOML):
    """The tables as CSV files of a centre's folder, with its centre.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in tables.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    (folder / "centre.toml").write_text(toml, encoding="utf-8")
    return folder
