"""A centre whose tables hold markup where names stand: for tests that text from data stays text."""

import csv

import pandas as pd

MARK = "<img src=x onerror=window.hit=1>"


def ill_meant_centre(folder, days=120):
    """A folder with MARK as the name of the centre, its queue, a team, people, a category, a ledger's line and a
    checklist's item.
    """
    (folder / "centre.toml").write_text(
        f'name = "{MARK}"\ntime_zone = "UTC"\n[queues."{MARK}"]\nchannel = "voice"\n[queues."{MARK}".targets]\nservice_level = 0.8\ntarget_s = 20\n'
    )
    rows = [
        (MARK, f"{day:%Y-%m-%d} {hour:02}:{minute:02}", 20, 19, 1, 15, 4000, 6)
        for day in pd.date_range(end="2026-09-30", periods=days)
        for hour in range(9, 17)
        for minute in (0, 30)
    ]
    _table(folder / "intervals.csv", "queue start offered answered abandoned answered_in_target talk_s agents", rows)
    _table(
        folder / "agents.csv",
        "agent team hired weekly_hours",
        [(f"{MARK}{n}", MARK, "2025-01-01", 37.5) for n in range(8)],
    )
    _table(
        folder / "ledger.csv",
        "month category line planned actual",
        [(f"2026-{month:02}-01", MARK, MARK, 100, 90) for month in (6, 7, 8, 9)],
    )
    _table(
        folder / "checklist.csv", "checklist step item due status", [("set-up", "goals", MARK, "2026-01-06", "open")]
    )
    return folder


def _table(file, names, rows):
    with file.open("w", newline="") as stream:
        csv.writer(stream).writerows([names.split(), *rows])
