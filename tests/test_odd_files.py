"""Thousands of good files of a centre, spoiled: what is read is an answer, or is refused in words; never a
traceback, a hang, a change of the folder.

Bytes are flipped, cut out, doubled and mixed; cells become huge numbers, signs of nothing, other alphabets; columns
come twice; the text comes in other encodings. Deeper: `make test-deep`, fifty times as many and new ones.
"""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ccplan.auditing.concluding.actions import keep_actions, read_actions
from ccplan.auditing.concluding.sign_off import read_record
from ccplan.auditing.evaluating import evaluation_store
from ccplan.auditing.evaluating.evaluation_store import Evaluation, EvaluationStore
from ccplan.auditing.evaluating.scorecard import load_scorecard
from ccplan.auditing.findings import Finding
from ccplan.auditing.setting_up.checklist_store import ChecklistStore
from ccplan.auditing.setting_up.goals import Goal, read_goals, save_goals
from ccplan.data import Centre, FileMapping, Queue, load_centre, read_mapping, sample_centre, write_mapping
from ccplan.data.sources import load_table
from ccplan.display.panels.shelf import Shelf, as_file, from_file
from ccplan.planning import add_override, overrides_of
from ccplan.planning.scenarios import load_scenarios, save_scenario
from tests.effort import DEEP
from tests.test_bad_input import within
from tests.test_killed import INTERVALS

HANG_S = 20
TOKENS = [
    word.encode()
    for word in (
        "1e999",
        "-1e999",
        "9" * 400,
        "nan",
        "inf",
        "-0",
        "0x10",
        "1_000",
        "١٢",
        "½",
        "−5",
        "1,234.5",
        "1.234,5",
        "",
        " ",
        "\x00",
        "\ufeff",
        "\u202e",
        "\u2028",
        "\x85",
        "\r",
        "\r\n\r\n",
        '"',
        "''",
        '"""',
        "[",
        "]]",
        "{",
        "}",
        "=1+1",
        "null",
        "true",
        "9999-12-31",
        "0000-00-00",
        "2026-02-30",
        "24:00",
        "2026-03-29 03:30",
        "é",
        "日本",
        "🙂",
        "\\",
        "\\u0000",
        ";",
        ",",
        "\t",
        "#",
        "[queues]",
        "__class__",
        "a" * 5000,
        "[" * 3000,
    )
]
ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "cp1252", "utf-7", "cp500")


def spoiled(good, chance):
    """The bytes of a file with one to three things wrong with them."""
    for _ in range(int(chance.integers(1, 4))):
        good = WAYS[int(chance.integers(len(WAYS)))](good, chance)
    return good


def place(good, chance):
    return int(chance.integers(len(good) + 1))


def flip(good, chance):
    data = bytearray(good)
    for _ in range(min(len(data), int(chance.integers(1, 8)))):
        data[int(chance.integers(len(data)))] = int(chance.integers(256))
    return bytes(data)


def cut(good, chance):
    return good[: place(good, chance)]


def cut_out(good, chance):
    at, to = sorted((place(good, chance), place(good, chance)))
    return good[:at] + good[to:]


def doubled(good, chance):
    at, to = sorted((place(good, chance), place(good, chance)))
    return good[:to] + good[at:to] + good[to:]


def token(good, chance):
    """A word or a number of the file becomes something odd."""
    at = place(good, chance)
    end = next((to for to in range(at, min(len(good), at + 40)) if good[to : to + 1] in b",;=\n\"' "), at)
    return good[:at] + TOKENS[int(chance.integers(len(TOKENS)))] + good[end:]


def column_twice(good, chance):
    """Each line's part before its first separator stands there twice, the header's too."""
    sign = b";" if good.split(b"\n")[0].count(b";") > good.split(b"\n")[0].count(b",") else b","
    return b"\n".join(sign.join([line.split(sign)[0], line]) for line in good.split(b"\n"))


def lines_mixed(good, chance):
    lines = good.split(b"\n")
    return b"\n".join(lines[number] for number in chance.permutation(len(lines)))


def encoded(good, chance):
    how = ENCODINGS[int(chance.integers(len(ENCODINGS)))]
    return good.decode("utf-8", "replace").encode(how, "replace")


WAYS = (flip, flip, cut, cut_out, doubled, token, token, token, token, column_twice, lines_mixed, encoded)

# --------------------------------------------------------------------------------- the files and who reads them


def centre_toml(folder):
    (folder / "centre.toml").write_bytes((sample_centre() / "centre.toml").read_bytes())


def mapping_toml(folder):
    write_mapping(
        folder / "a.csv",
        FileMapping(
            table="calls",
            columns={"When": "arrived"},
            units={"wait_s": "ms"},
            words={"outcome": {"ok": "answered"}},
            dates="dmy",
        ),
    )


def scenarios_json(folder):
    for number in range(3):
        save_scenario(folder, f"spring {number}", {"volume": 1.1}, note="wet")


def shelf_json(folder):
    Shelf(folder, "staffing").keep("spring", {"dials": {"volume": 5}, "pickers": {"queue": "sales"}})


def shared_json(folder):
    (folder / "shared.json").write_text(as_file("spring", "staffing", {"dials": {"volume": 5.5}})["text"])


def overrides_csv(folder):
    for number in range(3):
        add_override(
            folder,
            SALES,
            who="Ann",
            why=f"fair {number}",
            queue="sales",
            start="2026-08-01",
            end="2026-08-02",
            made_on="2026-07-20",
            factor=1.1,
        )


def actions_csv(folder):
    keep_actions(
        folder / "actions.csv",
        [
            Finding(key=f"k{n}", area="money", severity="red", says="Rent", evidence="why", action="ask")
            for n in range(3)
        ],
        "2026Q3",
    )


def record_json(folder):
    (folder / "sign_off.json").write_text(
        json.dumps(
            {
                "format": 1,
                "inputs": [],
                "earlier": [],
                "settings": {},
                "versions": {},
                "files": {},
                "parameters": {},
                "seal": "x",
                "signatures": [],
                "places": {"folder": "."},
            },
            indent=1,
        )
    )


def goals_csv(folder):
    (folder / "centre.toml").write_text('name = "x"\n[queues.q]\n')
    save_goals(
        folder,
        [
            Goal(
                goal="fewer",
                factor="people",
                until="2026-12-31",
                kpi="abandonment",
                target=0.05,
                plan="hire",
                likely="medium",
            )
        ],
    )


def scorecard_toml(folder):
    (folder / "scorecard.toml").write_bytes((Path(evaluation_store.__file__).parent / "scorecard.toml").read_bytes())


def checklist_csv(folder):
    ChecklistStore(folder, who="Ann").begin()


def entered_csv(folder):
    (folder / "agents.csv").write_text("agent,team\nAnn,A\n")
    store = EvaluationStore(folder, who="Eve")
    for number in range(3):
        store.save(
            Evaluation(
                call_id=f"C{number}",
                agent="Ann",
                evaluator="Eve",
                date="2026-09-01",
                marks={step.name: "full" for step in store.card.steps},
            )
        )


def intervals_csv(folder):
    (folder / "intervals.csv").write_text("\n".join(INTERVALS.split("\n")[:12]) + "\n")


def calls_parquet(folder):
    pd.DataFrame(
        {
            "call_id": ["1", "2"],
            "queue": "a",
            "arrived": pd.to_datetime(["2026-01-05 08:00", "2026-01-05 08:01"]),
            "outcome": "answered",
            "wait_s": [3.0, 9.0],
        }
    ).to_parquet(folder / "calls.parquet")


SALES = Centre(name="x", queues=(Queue(name="sales"),))
LOAD = partial(load_table, centre=SALES)
READERS = {  # name of the file → (who makes it, who reads it, how many)
    "centre.toml": (centre_toml, load_centre, 80),
    "mapping.toml": (mapping_toml, read_mapping, 400),
    "scenarios.json": (scenarios_json, load_scenarios, 400),
    "staffing_scenarios.json": (shelf_json, lambda folder: Shelf(folder, "staffing").all(), 400),
    "shared.json": (
        shared_json,
        lambda folder: from_file((folder / "shared.json").read_bytes().decode("utf-8", "replace"), "staffing"),
        400,
    ),
    "overrides.csv": (overrides_csv, lambda folder: overrides_of(folder, SALES), 40),
    "actions.csv": (actions_csv, read_actions, 400),
    "sign_off.json": (record_json, read_record, 400),
    "goals.csv": (goals_csv, read_goals, 250),
    "scorecard.toml": (scorecard_toml, load_scorecard, 250),
    "checklist.csv": (checklist_csv, lambda folder: ChecklistStore(folder, who="Ann").table(), 100),
    "evaluations.entered.csv": (entered_csv, lambda folder: EvaluationStore(folder, who="Eve").entered(), 15),
    "intervals.csv": (intervals_csv, lambda folder: LOAD(folder / "intervals.csv", "intervals"), 40),
    "calls.parquet": (calls_parquet, lambda folder: LOAD(folder / "calls.parquet", "calls"), 150),
}


@pytest.mark.parametrize("name", READERS)
def test_a_spoiled_file_is_read_or_refused_in_words(name, tmp_path):
    make, read, number = READERS[name]
    make(tmp_path)
    file = tmp_path / name
    good = file.read_bytes()
    read(tmp_path)
    chance = np.random.default_rng(None if DEEP else [ord(letter) for letter in name])
    refused = 0
    for _ in range(number * (50 if DEEP else 1)):
        content = spoiled(good, chance)
        file.write_bytes(content)
        with within(HANG_S):
            try:
                read(tmp_path)
            except ValueError as problem:
                words = str(problem)
                assert 10 < len(words) < 6000 and not isinstance(problem, UnicodeError), f"{content!r}: {problem!r}"
                assert type(problem).__module__.startswith("ccplan") or type(problem) is ValueError, (
                    f"{content!r}: {problem!r}"
                )
                refused += 1
            except Exception as fault:
                pytest.fail(f"{name}: {content[:1500]!r} ended in {type(fault).__name__}: {fault}")
        assert file.read_bytes() == content, "reading changed the file"
    assert refused > number / 10, "most spoiled files were read: they were not spoiled enough"


def test_so_many_files_are_spoiled():
    assert sum(number for *_, number in READERS.values()) > 3000
