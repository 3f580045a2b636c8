"""Nothing that was promised is lost when a process is killed at any moment, and no half-written file is ever met."""

import subprocess
import sys

import pytest

from tests.effort import DEEP

ROUNDS = {"scenario": 100, "shelf": 100, "checklist": 100, "plan": 8}
INTERVALS = "queue;start;offered;answered;talk_s\n" + "".join(
    f"sales;2026-09-{1 + i // 20:02d} {8 + i % 20 // 2:02d}:{i % 2 * 30:02d};{20 + i % 7};{19 + i % 7};{(19 + i % 7) * 240}\n" for i in range(200))


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="this system has no fork: a process cannot be killed in the midst of a deed")
@pytest.mark.parametrize("name", ROUNDS)
def test_a_kill_at_any_moment_loses_nothing_that_was_promised(name, tmp_path):
    if name == "plan":
        (tmp_path / "intervals.csv").write_text(INTERVALS)
    rounds = ROUNDS[name] * (10 if DEEP and name == "plan" else 3 if DEEP else 1)
    done = subprocess.run([sys.executable, "-m", "tests.killed", name, str(tmp_path), str(rounds)], capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stderr[-2000:]
    kills, deeds = map(int, done.stdout.split())
    assert kills == rounds and deeds >= (name != "plan") * rounds / 4, "too few deeds came between the kills"
