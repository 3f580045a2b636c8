"""The table of `make bench`: what the README quotes of it, what a result holds, and that its references are right."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import exact_chain, results, simulation
from benchmarks.__main__ import main
from benchmarks.measuring import Row, alone, best_runs, late, missing
from benchmarks.table import COLUMNS, cells, markdown, printed
from benchmarks.topics import TOPICS, _rows

from .reference import by_sums

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def quoted():
    """The result that the README links to."""
    (name,) = set(re.findall(r"benchmarks/results/([\w-]+)\.md", README))
    return ROOT / "benchmarks" / "results" / f"{name}.json"


@pytest.fixture(scope="module")
def tiny():
    """The cheapest topic, made tiny."""
    return list(simulation.rows(days=40, peers_days=1))


def test_the_readme_quotes_the_result_word_for_word(quoted):
    (told,) = results.QUOTATION.findall(README)
    assert told == results.quotation(quoted) and told.count("\n|") >= 2 + 8
    assert quoted.with_suffix(".md").read_text(encoding="utf-8") == results.page(results.read(quoted)[0])


def test_the_result_has_every_topic_with_machine_and_versions(quoted):
    told, rows = results.read(quoted)
    assert list(rows) == list(TOPICS) and all(rows.values())
    assert not [row for of in rows.values() for row in of if "ended with an error" in row.note]
    assert quoted.stem == f"{told['date']}-{told['machine']['cores']}cores"
    assert told["machine"].keys() == results.machine().keys() and told["versions"].keys() == results.versions().keys()


def test_one_result_is_kept_in_the_repository(quoted):
    if not (ROOT / ".git").exists():
        pytest.skip("no git here: this is a copy without its history")
    asked = ["git", "ls-files", "benchmarks/results"]
    tracked = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert sorted(Path(name).name for name in tracked) == [quoted.name, quoted.with_suffix(".md").name]


def test_a_tiny_run_is_measured_told_and_written_whole(tiny, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["simulation", "--json"])
    some = [*tiny, Row("numpy's numbers", np.float32(1.5), kept=np.bool_(True))]
    alone(some)
    assert [Row(**json.loads(line)) for line in capsys.readouterr().out.splitlines()] == some
    told = results.result({"simulation": tiny}, load=0.5, others=0.1, seconds={"simulation": 1.0})
    file = results.write(told, tmp_path)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-\d+cores-simulation\.json", file.name)
    assert results.read(file)[1] == {"simulation": tiny}
    assert markdown(tiny) in file.with_suffix(".md").read_text(encoding="utf-8")
    assert sorted(each.name for each in tmp_path.iterdir()) == [file.name, file.with_suffix(".md").name]


def test_ccplan_ciw_and_simpy_find_the_same_queue(tiny):
    """In 40 days chance is about 2 points of service, in the peers' one day ten, and three of those who hang up."""
    ciw, simpy, _ = tiny
    assert (ciw.peer, simpy.peer) == ("Ciw", "SimPy") and ciw.theirs > 0 and simpy.theirs > 0
    judged = ((ciw, "error", 4, 2), (ciw, "peer_error", 20, 3), (simpy, "peer_error", 20, 3))
    for row, column, service, abandonment in judged:
        told = re.match(r"service (\S+) \(chance ± \S+\), abandonment (\S+) points", getattr(row, column))
        assert abs(float(told[1])) < service and abs(float(told[2])) < abandonment, (row.peer, column, told[0])


def test_the_chain_that_answers_are_held_against_is_right():
    queue = dict(calls=100, aht_s=180, agents=11, interval_s=1800, patience_s=120, target_s=20)
    exact = by_sums(**queue)
    told = [float(exact[name]) for name in ("in_time", "abandoned", "wait_s")]
    assert exact_chain.steady(**queue) == pytest.approx(told, rel=1e-11)
    long = queue | {"calls": 100 * 400, "interval_s": 1800 * 400}  # the empty start is forgotten
    assert exact_chain.from_empty(**long) == pytest.approx(exact_chain.steady(**queue)[:2], abs=5e-4)


def test_a_ratio_above_one_is_better_whatever_is_measured():
    assert Row("time", 2.0, theirs=6.0).ratio == 3
    assert Row("calls a second", 6.0, theirs=2.0, more_is_better=True).ratio == 3
    assert Row("alone", 2.0).ratio is None
    row = Row("a | b", 0.0314, peer="peer", theirs=7.62, promise="≥ 60x", kept=False)
    told = dict(zip(COLUMNS, cells(row), strict=True))
    some = [told[name] for name in ("ccplan", "peer", "ratio", "promise")]
    assert some == ["31.4 ms", "peer 7.62 s", "243x", "NOT kept: ≥ 60x"]
    assert printed([Row("a", 1.0)]).splitlines() == ["what  ccplan", "a     1.00 s"]
    assert "a \\| b" in markdown([row])


def test_of_runs_in_turn_the_least_time_and_the_most_memory_count():
    ours, theirs = best_runs(
        [
            [{"seconds": 3, "peak": 10, "rows": 5}, {"seconds": 4, "peak": 9}],
            [{"seconds": 2, "peak": 8}, {"seconds": 5, "peak": 11}],
        ]
    )
    assert ours == {"seconds": 2, "peak": 10, "rows": 5} and theirs == {"seconds": 4, "peak": 11}
    assert late(range(1, 101)) == 95


def test_what_cannot_be_measured_is_said_in_words():
    assert missing("numpy", "no_such_library").startswith("no_such_library is not installed: make bench")
    assert not missing("numpy")
    assert main(["staffing", "golf"]).startswith("there is no topic golf; topics are staffing, erlang_a,")
    for module in ("panels", "panel_answers"):
        ran = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{module}", "golf"], cwd=ROOT, capture_output=True, text=True
        )
        assert ran.returncode == 1 and ran.stderr.startswith("there is no panel golf; panels are floor, staffing,")
    (row,) = _rows("no_such_benchmark")
    assert row.kept is False and "ended with an error" in row.note
