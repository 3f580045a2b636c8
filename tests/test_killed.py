"""Nothing that was promised is lost when a process is killed at any moment, and no half-written file is ever met."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.effort import DEEP

ROUNDS = {"scenario": 140, "shelf": 140, "checklist": 20, "plan": 3} | (
    {"report": 40, "evaluation": 100, "mapping": 100} if DEEP else {}
)
CHANGES = {"mapping": 5, "evaluation": 5, "report": 30} | (
    {"scenario": 5, "shelf": 5, "checklist": 5} if DEEP else {}
)  # deed → so many changes of files it makes at least
INTERVALS = "queue;start;offered;answered;talk_s\n" + "".join(
    f"sales;2026-09-{1 + i // 20:02d} {8 + i % 20 // 2:02d}:{i % 2 * 30:02d};{20 + i % 7};{19 + i % 7};{(19 + i % 7) * 240}\n"
    for i in range(200)
)


@pytest.mark.skipif(
    not hasattr(os, "fork"), reason="this system has no fork: a process cannot be killed in the midst of a deed"
)
@pytest.mark.parametrize("name", ROUNDS)
def test_a_kill_at_any_moment_loses_nothing_that_was_promised(name, tmp_path):
    if name == "plan":
        (tmp_path / "intervals.csv").write_text(INTERVALS)
    rounds = ROUNDS[name] * (20 if DEEP and name in ("plan", "checklist") else 3 if DEEP else 1)
    done = subprocess.run(
        [sys.executable, "-m", "tests.killed", name, str(tmp_path), str(rounds)],
        capture_output=True,
        text=True,
        timeout=1200,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    kills, deeds = map(int, done.stdout.split())
    assert kills == rounds and deeds >= (name != "plan") * rounds / 4, "too few deeds came between the kills"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("name", CHANGES)
def test_a_kill_before_each_change_of_a_file_loses_nothing_that_was_promised(name, tmp_path):
    """Random moments may miss a gap of a microsecond; here none is left out: each rename, each swap, each new file."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.killed", name, str(tmp_path), "each"], capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout.split()[0]) >= CHANGES[name]


@pytest.mark.skipif(not DEEP, reason="a real audit takes half a minute: CCPLAN_DEEP=1")
def test_a_real_audit_that_is_killed_leaves_the_last_report_whole_and_nothing_running(tmp_path):
    from ccplan.auditing.concluding.sign_off import verify
    from tests.quarter_centre import QUARTER, frames, write

    centre = write(tmp_path / "centre", frames())
    out, words = (
        centre / "audit" / QUARTER,
        [sys.executable, "-m", "ccplan.cli", "audit", str(centre), "--quarter", QUARTER],
    )
    begin = time.monotonic()
    subprocess.run(words, check=True, capture_output=True, timeout=600)
    takes = time.monotonic() - begin
    whole = {file.name: file.read_bytes() for file in out.iterdir()}
    for share in (0.1, 0.4, 0.7, 0.9, 0.97):
        running = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        time.sleep(share * takes)
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
        assert verify(out).holds and set(whole) <= {file.name for file in out.iterdir()}
    subprocess.run(words, check=True, capture_output=True, timeout=600)
    assert verify(out).holds and [place.name for place in out.parent.iterdir() if place.name.endswith(".tmp")] == []


def test_what_a_killed_process_left_is_swept_by_a_later_one(tmp_path):
    """Not what another process is writing at this moment."""
    from ccplan.data.files import write_whole

    names = (".plan.csv-aaaaaaaa.tmp", ".plan.csv-bbbbbbbb.tmp", ".other.csv-aaaaaaaa.tmp")
    old, young, other = (tmp_path / name for name in names)
    for left in (old, young, other):
        left.write_text("half")
    for left in (old, other):
        os.utime(left, (time.time() - 2 * 3600,) * 2)
    write_whole(tmp_path / "plan.csv", "whole")
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted([young.name, other.name, "plan.csv"])
