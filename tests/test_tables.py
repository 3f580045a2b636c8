"""The tables as data: schema, faults, data dictionary."""

from pathlib import Path

import numpy as np
import pandas as pd

from ccplan.data.dictionary import data_dictionary
from ccplan.data.faults import TableError, as_faults, faults_in, schema
from ccplan.data.shapes import KINDS
from ccplan.data.tables import INTERVALS, TABLES


def frame(**columns):
    base = {
        "queue": ["a", "a", "a"],
        "start": pd.date_range("2026-01-05", periods=3, freq="30min", tz="UTC"),
        "offered": [3, 4, 5],
    }
    return pd.DataFrame(base | columns, index=[2, 3, 4])


def found(**columns):
    return faults_in(frame(**columns), INTERVALS)[["row", "column", "rule"]].to_records(index=False).tolist()


def test_a_good_table_has_no_faults():
    assert found(answered=[3.0, 4.0, np.nan], talk_s=[1.5, 0.0, np.nan]) == []


def test_every_broken_rule_is_found_with_its_row():
    assert found(offered=[3, -4, 5]) == [(3, "offered", "must be 0 or more")]
    assert found(answered=[3.0, 5.0, 5.0]) == [(3, "answered", "answered must be no more than offered")]
    assert found(answered=[2.5, 4.0, 5.0]) == [(2, "answered", "must be a whole number")]
    assert found(answered=[3.0, 4.0, 5.0], abandoned=[0.0, 1.0, 0.0]) == [
        (3, "answered", "answered + abandoned must be no more than offered")
    ]
    assert found(queue=["a", " ", "a"]) == [(3, "queue", "must not be empty")]
    assert found(talk_s=[1.0, np.inf, 1.0]) == [(3, "talk_s", "must be a finite number")]
    assert found(answered=[3.0, 3.0, 3.0], answered_in_target=[1.0, 4.0, 3.0]) == [
        (3, "answered_in_target", "answered_in_target must be no more than answered")
    ]


def test_a_row_that_stands_twice_is_found():
    twice = frame().assign(start=pd.Timestamp("2026-01-05", tz="UTC"))
    assert faults_in(twice, INTERVALS)["row"].tolist() == [3, 4]


def test_the_report_counts_and_shows_some():
    many = as_faults([(row, "offered", -row, "must be 0 or more") for row in range(2, 1002)])
    words = str(TableError("a.csv", many))
    assert "a.csv: 1,000 faults" in words and "-2 in row 2" in words and "and 995 more" in words
    assert len(words) < 400
    assert len(TableError("a.csv", many).faults) == 1000


def test_the_schema_carries_units_and_words():
    column = schema(INTERVALS).columns["talk_s"]
    assert column.metadata["unit"] == "seconds" and "talk time" in column.description


def test_the_design_is_kept():
    assert TABLES["intervals"].names[:12] == (
        "queue",
        "start",
        "offered",
        "answered",
        "abandoned",
        "blocked",
        "answered_in_target",
        "talk_s",
        "hold_s",
        "acw_s",
        "wait_answered_s",
        "wait_abandoned_s",
    )
    assert [column.name for column in INTERVALS.columns if column.required] == ["queue", "start", "offered"]


DESIGN = {  # section 3 of the design: nothing may be missing, more may be there
    "calls": "call_id queue channel arrived wait_s outcome talk_s hold_s acw_s agent transferred customer reason resolved csat nps effort",
    "agents": "agent team hired left weekly_hours hourly_wage skills",
    "activities": "agent start end scheduled actual",
    "evaluations": "evaluation call_id agent evaluator date step points possible critical",
    "ledger": "month category line planned actual",
    "checklist": "checklist step item department owner due done_on status evidence cost",
    "equipment": "device station kind checked_on state fault cost",
    "candidates": "list name criterion weight score",
}


def test_every_table_of_the_design_is_there_and_says_what_it_means():
    assert list(TABLES)[1:] == list(DESIGN) and all(
        set(columns.split()) <= set(TABLES[name].names) for name, columns in DESIGN.items()
    )
    for table in TABLES.values():
        assert set(table.key) <= set(table.names) and set(table.required) <= set(table.names) and table.row
        assert all(column.says and column.kind in KINDS for column in table.columns)
        assert all(column.unit for column in table.columns if column.measured)
        assert list(schema(table).columns) == list(table.names)


def contacts(**columns):
    base = {
        "call_id": ["1", "2"],
        "queue": ["a", "a"],
        "channel": ["voice", "email"],
        "arrived": pd.date_range("2026-01-05", periods=2, tz="UTC"),
        "wait_s": [1.0, 1.0],
        "outcome": ["answered", "abandoned"],
        "talk_s": [5.0, 0.0],
    }
    return pd.DataFrame(base | columns, index=[2, 3])


def test_the_rules_of_calls():
    def found(**columns):
        return (
            faults_in(contacts(**columns), TABLES["calls"])[["row", "column", "rule"]].to_records(index=False).tolist()
        )

    assert found() == [] and found(wait_s=[86_400.0, 90_000.0]) == []  # an e-mail may wait longer than a day
    assert found(wait_s=[86_401.0, 1.0]) == [
        (2, "wait_s", "wait_s must be at most a day (86400 s) unless the channel is email")
    ]
    assert found(outcome=["answered", "lost"]) == [(3, "outcome", "must be one of answered, abandoned, blocked")]
    assert found(talk_s=[5.0, 9.0]) == [(3, "talk_s", "talk_s must be 0 or empty unless the outcome is answered")]
    assert found(csat=[6.0, np.nan]) == [(2, "csat", "must be at most 5")] and found(csat=[np.nan, 2.5]) == [
        (3, "csat", "must be a whole number")
    ]
    assert found(nps=[0.0, 10.0], effort=[1.0, 7.0]) == [] and found(effort=[0.0, 7.0]) == [
        (2, "effort", "must be 1 or more")
    ]
    assert found(call_id=["1", "1"])[0][:2] == (3, "call_id")


def test_the_rules_of_other_tables():
    day = pd.Timestamp("2026-01-05").as_unit("us")
    people = pd.DataFrame(
        {
            "agent": ["Eva", ""],
            "hired": [day, day],
            "left": [day - pd.Timedelta(days=1), pd.NaT],
            "weekly_hours": [37.5, 169],
        },
        index=[2, 3],
    )
    assert faults_in(people, TABLES["agents"])[["row", "column"]].to_records(index=False).tolist() == [
        (2, "left"),
        (3, "agent"),
        (3, "weekly_hours"),
    ]
    hours = pd.DataFrame({"agent": "Eva", "start": [day, day], "end": [day, day + pd.Timedelta(hours=1)]}, index=[2, 3])
    assert faults_in(hours, TABLES["activities"])["rule"].tolist()[0] == "end must be after start"
    money = pd.DataFrame(
        {"month": day, "category": "labour", "line": ["a", "b"], "planned": [-5.0, 1e13]}, index=[2, 3]
    )
    assert faults_in(money, TABLES["ledger"])[["row", "column"]].to_records(index=False).tolist() == [(3, "planned")]
    scores = pd.DataFrame(
        {"evaluation": "1", "step": ["x", "y"], "points": [3.0, np.nan], "possible": [2.0, 2.0]}, index=[2, 3]
    )
    assert faults_in(scores, TABLES["evaluations"])["value"].tolist() == ["points 3, possible 2"]


def test_the_data_dictionary_is_up_to_date():
    file = Path(__file__).parents[1] / "data" / "README.md"
    assert file.read_text(encoding="utf-8") == data_dictionary()
