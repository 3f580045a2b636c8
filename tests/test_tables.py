"""The tables as data: schema, faults, data dictionary."""

from pathlib import Path

import numpy as np
import pandas as pd

from ccplan.data.dictionary import data_dictionary
from ccplan.data.tables import INTERVALS, TABLES, TableError, as_faults, faults_in, schema


def frame(**columns):
    base = {"queue": ["a", "a", "a"], "start": pd.date_range("2026-01-05", periods=3, freq="30min", tz="UTC"),
            "offered": [3, 4, 5]}
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
        (3, "answered", "answered + abandoned must be no more than offered")]
    assert found(queue=["a", " ", "a"]) == [(3, "queue", "must not be empty")]
    assert found(talk_s=[1.0, np.inf, 1.0]) == [(3, "talk_s", "must be a finite number")]
    assert found(answered=[3.0, 3.0, 3.0], answered_in_target=[1.0, 4.0, 3.0]) == [
        (3, "answered_in_target", "answered_in_target must be no more than answered")]


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
        "queue", "start", "offered", "answered", "abandoned", "blocked", "answered_in_target", "talk_s", "hold_s",
        "acw_s", "wait_answered_s", "wait_abandoned_s")
    assert [column.name for column in INTERVALS.columns if column.required] == ["queue", "start", "offered"]


def test_the_data_dictionary_is_up_to_date():
    file = Path(__file__).parents[1] / "data" / "README.md"
    assert file.read_text(encoding="utf-8") == data_dictionary()
