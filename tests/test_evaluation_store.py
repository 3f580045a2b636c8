"""Evaluations entered by hand: refused in words, kept whole, read with the table, taken back, never lost by two at
once.
"""

import multiprocessing
import os
import re
from dataclasses import replace

import pandas as pd
import pytest

from ccplan.auditing.evaluating.call_scores import call_scores
from ccplan.auditing.evaluating.evaluation_store import JOURNAL, Evaluation, EvaluationStore, outcome, points_of
from ccplan.auditing.evaluating.scorecard import FILE_NAME, Scorecard, Step, load_scorecard
from ccplan.data import check_folder
from ccplan.data.sources import SourceError, load_table

CALLS = "call_id,queue,arrived,outcome,agent\n" + "".join(
    f"C{n},a,2026-03-02 08:{n:02d},answered,{'Ann' if n % 2 else 'Bo'}\n" for n in range(1, 60)
)
AGENTS = "agent,team\nAnn,x\nBo,y\n"
STEPS = load_scorecard().steps


def full(**changed):
    """All full, but what is named by its place: s3="half"."""
    return {step.name: changed.get(f"s{n}", "full") for n, step in enumerate(STEPS)}


def entry(call_id="C1", agent="Ann", evaluator="Eve", marks=None, date="2026-03-05"):
    return Evaluation(
        call_id=call_id,
        agent=agent,
        evaluator=evaluator,
        date=pd.Timestamp(date),
        marks=full() if marks is None else marks,
    )


@pytest.fixture
def place(tmp_path):
    (tmp_path / "calls.csv").write_text(CALLS)
    (tmp_path / "agents.csv").write_text(AGENTS)
    return tmp_path


@pytest.fixture
def store(place):
    return EvaluationStore(place, who="me")


def test_what_is_saved_is_in_the_table(place, store):
    store.save(entry(marks=full(s1="half", s2="none", s9="does not apply")))
    frame = load_table(place, "evaluations").frame.set_index("step")
    names = [step.name for step in STEPS]
    assert len(frame) == 20 and list(frame.index) == names
    assert (
        frame.loc[names[1], "points"] == 2
        and frame.loc[names[2], "points"] == 0
        and pd.isna(frame.loc[names[9], "points"])
    )
    assert frame["possible"].sum() == 100 and frame["critical"].sum() == 3
    assert set(frame["call_id"]) == {"C1"} and frame["date"].iloc[0] == pd.Timestamp("2026-03-05")
    assert not (check_folder(place).findings["table"] == "evaluations").any()


def test_the_live_score_is_the_audits(place, store):
    for n, marks in enumerate(
        (full(), full(s1="half", s7="none"), full(s0="none"), full(s9="does not apply", s12="half"))
    ):
        store.save(entry(call_id=f"C{2 * n + 1}", marks=marks))
        told = outcome(store.card, marks)
        scored = call_scores(store.entered()).iloc[-1]
        assert (told.points, told.score) == (pytest.approx(scored["points"]), pytest.approx(scored["score"]))
    assert outcome(store.card, full(s0="none")).score == 0 and outcome(store.card, full(s0="none")).missed == (
        STEPS[0].name,
    )
    assert outcome(store.card, {}).score is None and len(outcome(store.card, {}).open) == 20


@pytest.mark.parametrize(
    "bad, words",
    [
        ({"call_id": ""}, "call_id must be filled in"),
        ({"call_id": "C99"}, "call_id must stand in the table calls, got 'C99'"),
        ({"agent": "Bo"}, "C1 was taken by Ann, got 'Bo'"),
        ({"agent": "Zoe"}, "agent must be one of the table agents, got 'Zoe'"),
        ({"evaluator": "Ann"}, "nobody evaluates himself"),
        ({"evaluator": "=cmd()"}, "must not start with ="),
        ({"evaluator": "a\nb"}, "one line"),
        ({"evaluator": "x" * 201}, "1 to 200 letters"),
        ({"date": pd.Timestamp("2126-01-01")}, "from 1990 to today"),
        ({"date": pd.NaT}, "must be a day"),
        ({"marks": full(s1="most")}, "can be marked full, half, none, does not apply, got 'most'"),
        ({"marks": full(s0="half")}, "can be marked full, none"),
        ({"marks": full() | {"sang": "full"}}, "step must be on the scorecard, got 'sang'"),
        ({"marks": {}}, "missing are"),
        ({"marks": dict.fromkeys(full(), "does not apply")}, "at least one step must apply"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_is_written(place, store, bad, words):
    before = sorted(os.listdir(place))
    with pytest.raises(ValueError, match=re.escape(words)):
        store.save(replace(entry(), **bad))
    assert sorted(os.listdir(place)) == before


def test_the_same_call_is_not_scored_twice_by_one_but_by_two(store):
    store.save(entry())
    with pytest.raises(ValueError, match="Eve has evaluated the call C1 already"):
        store.save(entry())
    assert store.save(entry(evaluator="Ida")) == "form-00002"


def test_without_calls_and_agents_anything_named_is_taken(tmp_path):
    store = EvaluationStore(tmp_path)
    store.save(entry(call_id="X", agent="Zoe"))
    assert load_table(tmp_path, "evaluations").frame["agent"].unique().tolist() == ["Zoe"]


def test_the_last_of_ones_own_is_taken_back_and_its_number_not_given_again(place, store):
    other = EvaluationStore(place, who="you")
    store.save(entry("C1")), other.save(entry("C3"))
    assert store.undo() == "form-00001" and set(store.entered()["call_id"]) == {"C3"}
    with pytest.raises(ValueError, match="nothing of yours"):
        store.undo()
    assert other.undo() == "form-00002" and not store.file.exists()
    assert store.save(entry("C1")) == "form-00003"
    assert store.journal()[["who", "did", "evaluation"]].values.tolist() == [
        ["me", "saved", "form-00001"],
        ["you", "saved", "form-00002"],
        ["me", "taken back", "form-00001"],
        ["you", "taken back", "form-00002"],
        ["me", "saved", "form-00003"],
    ]


OWN = "evaluation,call_id,agent,evaluator,date,step,points,possible,critical\nE1,C5,Ann,Eve,2026-03-03,greeted,3,3,no\n"


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_centres_own_file_stays_and_both_are_read(place, store, kind):
    (place / "own.csv").write_text(OWN)
    frame = load_table(place / "own.csv", "evaluations").frame
    (place / "own.csv").unlink()
    frame.to_csv(place / "evaluations.csv", index=False) if kind == "csv" else frame.to_parquet(
        place / "evaluations.parquet"
    )
    before = (place / f"evaluations.{kind}").read_bytes()
    store.save(entry())
    reading = load_table(place, "evaluations")
    assert (
        reading.frame["evaluation"].value_counts().to_dict() == {"form-00001": 20, "E1": 1} and len(reading.rows) == 21
    )
    assert (place / f"evaluations.{kind}").read_bytes() == before and "20 rows entered by hand" in " ".join(
        reading.notes
    )
    with pytest.raises(ValueError, match="already"):
        store.save(entry("C5"))
    assert not any("evaluations" in words for words in load_table(place, "calls").left_aside)


def test_the_same_evaluation_in_both_files_is_said(place, store):
    store.save(entry())
    (place / "evaluations.csv").write_bytes(store.file.read_bytes())
    with pytest.raises(SourceError, match="both hold form-00001"):
        load_table(place, "evaluations")


def _save(place, evaluator):
    store = EvaluationStore(place, who=evaluator)
    for n in range(1, 12, 2):
        store.save(entry(f"C{n}", evaluator=evaluator))


def test_three_people_at_once_lose_nothing(place):
    context = multiprocessing.get_context("fork")
    people = [context.Process(target=_save, args=(place, name)) for name in ("Eve", "Ida", "Uma")]
    [one.start() for one in people], [one.join() for one in people]
    frame = EvaluationStore(place).entered()
    assert [one.exitcode for one in people] == [0, 0, 0]
    assert frame["evaluation"].nunique() == 18 and (frame.groupby("evaluation").size() == 20).all()
    assert (
        frame.groupby("evaluator")["call_id"].nunique().tolist() == [6, 6, 6]
        and len(EvaluationStore(place).journal()) == 18
    )


def test_a_disk_that_refuses_leaves_what_was_there(place, store, monkeypatch):
    store.save(entry())
    before = store.file.read_bytes()
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        store.save(entry("C3"))
    monkeypatch.undo()
    assert store.file.read_bytes() == before and not list(place.glob("*.tmp")) and len(store.journal()) == 1


def test_a_journal_that_was_cut_off_is_read_as_far_as_it_goes(place, store):
    store.save(entry())
    with open(place / JOURNAL, "a") as journal:
        journal.write('{"when": "2026')
    assert len(store.journal()) == 1
    store.save(entry("C3"))
    assert store.journal()["call_id"].tolist() == ["C1", "C3"]


def test_the_export_holds_no_formula(place):
    (place / FILE_NAME).write_text(
        '[[steps]]\nname = "=1+1"\nweight = 2\n[[steps]]\nname = "<script>alert(1)</script>"\nweight = 3\n'
    )
    store = EvaluationStore(place)
    store.save(entry(marks={"=1+1": "half", "<script>alert(1)</script>": "full"}))
    text = store.export()
    assert ",'=1+1,1.0,2.0," in text and ",=1+1" not in text
    assert load_table(place, "evaluations").frame["step"].tolist() == ["=1+1", "<script>alert(1)</script>"], (
        "the data keep what was said"
    )


def test_a_centre_has_its_own_scorecard(place):
    (place / FILE_NAME).write_text('[[steps]]\nname = "greeted"\nweight = 1.5\ncritical = true\n')
    card = load_scorecard(place)
    assert (
        card == Scorecard((Step(name="greeted", weight=1.5, critical=True),))
        and points_of(card, "greeted", "full") == 1.5
    )


@pytest.mark.parametrize(
    "text, words",
    [
        ("steps = 3", "written as"),
        ("[[steps]]\nname='a'\n", "needs weight"),
        ("[[steps]]\nname='a'\nweight=0\n", "above 0, got 0"),
        ("[[steps]]\nname='a'\nweight=1\ncolour=1\n", "has colour"),
        ("[[steps]]\nname='a'\nweight=1\n" * 2, "got a twice"),
        ("steps = []", "1 to 200"),
        ("not toml", "cannot be read"),
        ("[[steps]]\nname='a'\nweight=nan\n", "above 0"),
        ("[[steps]]\nname='a'\nweight=1\ncritical='x'\n", "true or false"),
    ],
)
def test_a_broken_scorecard_is_said_in_words(tmp_path, text, words):
    (tmp_path / FILE_NAME).write_text(text)
    with pytest.raises(ValueError, match=words):
        load_scorecard(tmp_path)


def test_the_shipped_scorecard_explains_each_of_twenty_steps():
    frame = load_scorecard().frame()
    assert len(frame) == 20 and frame["share"].sum() == pytest.approx(1) and frame["critical"].sum() == 3
    assert (frame["why"].str.len() > 20).all() and (frame["how"].str.len() > 20).all()
