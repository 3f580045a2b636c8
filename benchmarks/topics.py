"""The topics of the table: a heading and the modules that measure it, each in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

from .measuring import Row, say

TOPICS = {  # name: (heading, modules)
    "staffing": ("Staffing: a year of quarter-hours", ("staffing",)),
    "erlang_a": ("Erlang A: callers who hang up", ("patience",)),
    "day": ("A day whose calls come and go", ("through_day",)),
    "simulation": ("Simulation, call by call", ("simulation",)),
    "forecasting": ("Forecasting", ("forecasting",)),
    "scheduling": ("Shifts and rosters", ("scheduling", "rosters")),
    "audit": ("An audit over call records", ("call_log", "kpis")),
    "money": ("Money", ("money",)),
    "panels": ("Panels: from a move to the picture", ("panels",)),
}


def measured(topic):
    """The rows of a topic. A module that fails is a row that says so: what the others have measured is not lost."""
    return [row for module in TOPICS[topic][1] for row in _rows(module)]


def _rows(module):
    """In a process of its own: neither memory nor threads of one benchmark weigh on the next."""
    say(f"— {module}")
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", "--json"],
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=Path(__file__).parents[1],
    )
    rows = [Row(**json.loads(line)) for line in done.stdout.splitlines()]
    if done.returncode:
        words = f"it ended with an error ({done.returncode}), see above"
        rows.append(Row(f"benchmarks.{module}", note=words, promise="runs", kept=False))
    return rows
