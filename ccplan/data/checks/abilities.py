"""What the data can and cannot answer: a planner's and an auditor's questions, and what each needs."""

import pandas as pd

WEEKS_FOR_FORECAST, WEEKS_FOR_SEASON = 8, 56
QUESTIONS = (  # the question, its table, the columns that answer it; calls answer what intervals do
    ("How many contacts come, and when?", "intervals", ("offered",)),
    ("How many agents are needed?", "intervals", ("offered", "answered", "talk_s")),
    ("Which service was given?", "intervals", ("answered_in_target",)),
    ("How long did callers wait?", "intervals", ("answered", "wait_answered_s")),
    ("How many hung up?", "intervals", ("abandoned",)),
    ("How patient are callers?", "intervals", ("abandoned", "wait_answered_s", "wait_abandoned_s")),
    ("How many got a busy tone?", "intervals", ("blocked",)),
    ("Were enough agents on the phones?", "intervals", ("agents",)),
    ("How do waits and handle times scatter?", "calls", ("wait_s", "talk_s", "outcome")),
    ("Was the matter settled at the first contact?", "calls", ("customer", "resolved")),
    ("Are customers content?", "calls", ("csat",)),
    ("Would they recommend?", "calls", ("nps",)),
    ("Why do they make contact?", "calls", ("reason",)),
    ("Who answered what?", "calls", ("agent", "talk_s")),
    ("Do people keep to the schedule?", "activities", ("scheduled", "actual")),
    ("Where does the paid time go?", "activities", ("actual",)),
    ("How many leave in a year?", "agents", ("hired", "left")),
    ("What does an hour cost?", "agents", ("hourly_wage",)),
    ("Who can serve which queue?", "agents", ("skills",)),
    ("How good are the calls?", "evaluations", ("points", "possible")),
    ("Is scoring the same whoever scores?", "evaluations", ("evaluator", "points")),
    ("Was the budget kept?", "ledger", ("planned", "actual")),
    ("What is still to be done?", "checklist", ("status",)),
    ("Does the equipment work?", "equipment", ("state",)),
    ("Whom or what to choose?", "candidates", ("weight", "score")),
)


def abilities(readings):
    """The questions with an answer in `readings` (Readings by table): question, possible, why, table."""
    frames = {name: reading.frame for name, reading in readings.items()}
    rows = [_ability(frames, *question) for question in QUESTIONS] + list(_history(frames.get("intervals")))
    return pd.DataFrame(rows, columns=["question", "possible", "why", "table"])


def _ability(frames, question, table, needs):
    if table not in frames:
        return question, False, f"there is no table {table} that can be read", table
    lacks = [name for name in needs if name not in frames[table] or frames[table][name].isna().all()]
    return question, not lacks, f"not measured: {', '.join(lacks)}" if lacks else f"measured: {', '.join(needs)}", table


def _history(frame):
    weeks = 0 if frame is None else (frame["start"].max() - frame["start"].min()).days / 7
    for question, needed in (
        ("What comes in the next two weeks?", WEEKS_FOR_FORECAST),
        ("Which season has the year?", WEEKS_FOR_SEASON),
    ):
        yield question, weeks >= needed, f"{weeks:.0f} weeks of data, {needed} are needed", "intervals"
