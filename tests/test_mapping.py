"""mapping.toml: what is read, what is refused and how, what the panel is shown, what is written."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccplan.data import Centre, load_intervals
from ccplan.data.reading.mapping import MappingError, mapping_of, preview, read_mapping, write_mapping
from ccplan.data.sources import load_table, load_tables
from ccplan.data.reading.understand import FileMapping
from tests.effort import examples

HELSINKI = Centre(name="x", time_zone="Europe/Helsinki")
EXPORT = (
    "Beginn;Wo;Warten;Ende;Dauer;Bearbeiter;Nacharbeit;Note\n"
    "05.01.26 07:00;A;1500;V;1:30;Eva;0,5;gut\n05.01.26 07:02;A;40000;X;;;;\n"
)
MAPPING = FileMapping(
    table="calls",
    columns={
        "Beginn": "arrived",
        "Warten": "wait_s",
        "Ende": "outcome",
        "Dauer": "talk_s",
        "Bearbeiter": "agent",
        "Nacharbeit": "acw_s",
        "Wo": "",
        "Note": "csat",
    },
    units={"wait_s": "ms", "talk_s": "mm:ss", "acw_s": "min"},
    words={"outcome": {"V": "answered", "X": "abandoned"}},
    constants={"queue": "sales", "channel": "voice"},
    decimal=",",
    dates="dmy",
    time_zone="UTC",
)


def put(folder, text, name="anrufe.csv"):
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def refused(folder, text):
    put(folder, text, "mapping.toml")
    with pytest.raises(MappingError) as caught:
        read_mapping(folder)
    return str(caught.value)


def test_any_export_is_read_as_told(tmp_path):
    file = put(tmp_path, EXPORT.replace(";gut", ";5"))
    written = write_mapping(file, MAPPING)
    assert written == tmp_path / "mapping.toml" and mapping_of(file) == MAPPING
    frame = load_table(tmp_path, "calls", HELSINKI).frame
    assert (
        frame["wait_s"].tolist() == [1.5, 40] and frame["talk_s"].tolist()[0] == 90 and frame["acw_s"].tolist()[0] == 30
    )
    assert frame["outcome"].tolist() == ["answered", "abandoned"] and frame["queue"].tolist() == ["sales", "sales"]
    assert frame["arrived"].dt.strftime("%F %R").tolist() == ["2026-01-05 09:00", "2026-01-05 09:02"]  # UTC in the file
    assert frame["csat"].tolist()[0] == 5 and load_intervals(tmp_path, HELSINKI).frame["offered"].sum() == 2


def test_a_caller_s_word_counts_more_than_the_file_s(tmp_path):
    file = put(tmp_path, EXPORT.replace(";gut", ";5"))
    write_mapping(file, MAPPING)
    frame = load_table(file, "calls", HELSINKI, time_zone="Europe/Helsinki", units={"wait_s": "s"}).frame
    assert frame["wait_s"].tolist() == [1500, 40000] and frame["arrived"].dt.hour.tolist() == [7, 7]


def test_what_stands_about_other_files_is_kept(tmp_path):
    write_mapping(tmp_path / "a.csv", MAPPING)
    odd = FileMapping(
        table="intervals",
        columns={'he said "x" = \\ \x7f': "offered"},
        words={"queue": {"1": "sales"}},
        constants={"queue": "ä\n"},
    )
    write_mapping(tmp_path / "b [1].csv", odd)
    assert read_mapping(tmp_path) == {"a.csv": MAPPING, "b [1].csv": odd}
    write_mapping(tmp_path / "a.csv", FileMapping(table="calls"))
    assert read_mapping(tmp_path) == {"a.csv": FileMapping(table="calls"), "b [1].csv": odd}
    assert [file.name for file in tmp_path.iterdir() if file.suffix != ".lock"] == ["mapping.toml"]


def test_every_fault_is_told_with_file_key_rule_and_value(tmp_path):
    words = refused(
        tmp_path,
        '[files."a.csv"]\ntable = "call"\ndecimal = ";"\ndates = "ydm"\ntime_zone = "Finland/Oulu"\ncolour = "red"\n'
        '[files."a.csv".columns]\n"X" = "wait"\n[files."a.csv".units]\nwait_s = "hours"\n[files."a.csv".words]\noutcome = "x"\n'
        '[files."../b.csv"]\nsheet = 3\n',
    )
    assert words.startswith(str(tmp_path / "mapping.toml") + ": 10 faults\n")
    for part in (
        "table must be one of 'intervals', 'calls'",
        "got 'call'",
        "decimal must be one of '.', ','",
        "dates must be one of",
        "colour is not a known setting",
        "time_zone must be a zone of the IANA list such as Europe/Helsinki, got 'Finland/Oulu'",
        "columns.\"X\" must name a column of ours, got 'wait'",
        "units.wait_s must be one of s, ms, min",
        "got 'hours'",
        "words.outcome must be a table",
        "files.\"../b.csv\" must be the name of a file in this folder, got '../b.csv'",
        "sheet must be words in quotes, got 3",
    ):
        assert part in words, part


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("files = 3", "files must be tables"),
        ("[files.x]\ntable = ", "not valid TOML"),
        ("[file.x]", "did you mean files?"),
        ('[files."a.csv".columns]\n"A" = "wait_s"\n"B" = "wait_s"', "wait_s must stand once, got it 2 times"),
    ],
)
def test_other_faults_are_told(tmp_path, text, words):
    assert words in refused(tmp_path, text)


def test_a_broken_mapping_is_not_written_over(tmp_path):
    file = put(tmp_path, "files = 3", "mapping.toml")
    with pytest.raises(MappingError):
        write_mapping(tmp_path / "a.csv", MAPPING)
    with pytest.raises(MappingError, match="must name a column of ours"):
        write_mapping(tmp_path / "elsewhere" / "a.csv", FileMapping(columns={"a": "nonsense"}))
    assert file.read_text() == "files = 3"


def test_a_column_that_is_not_there_is_told(tmp_path):
    file = put(tmp_path, EXPORT)
    with pytest.raises(ValueError, match="has no column 'Gone', which the mapping names"):
        load_table(file, "calls", HELSINKI, columns={"Gone": "wait_s"})
    with pytest.raises(ValueError, match="unit of wait_s must be one of"):
        load_table(file, "calls", HELSINKI, units={"wait_s": "days"})
    with pytest.raises(ValueError, match="colour is no setting of a source"):
        load_table(file, "calls", HELSINKI, colour="red")


def test_the_preview_shows_rows_and_problems(tmp_path):
    file = put(tmp_path, EXPORT)
    shown = preview(file, MAPPING, rows=1, time_zone="Europe/Helsinki")
    assert (
        len(shown.frame) == len(shown.cells) == 1
        and shown.frame["talk_s"].tolist() == [90]
        and shown.columns["wait_s"] == "Warten"
    )
    assert shown.problems == ("row 2: csat must be a number, got 'gut'",)
    assert "outcome must be one of answered, abandoned, blocked, got 'V'" in " ".join(
        preview(
            file,
            FileMapping(table="calls", dates="dmy", units={"talk_s": "mm:ss"}, columns={"Ende": "outcome", "Note": ""}),
        ).problems
    )
    assert "no column for arrived" in preview(file, FileMapping(table="calls", columns={"Beginn": ""})).problems[0]
    assert "is of no kind that is read here" in preview(tmp_path / "no.pdf", MAPPING).problems[0]
    assert not (tmp_path / "mapping.toml").exists()


def test_all_tables_of_a_folder(tmp_path):
    put(
        tmp_path,
        "agent;team;hired;left;weekly_hours;hourly_wage;skills\nEva;A;31.01.2024;;37,5;14,50;sales;\n".replace(
            "sales;\n", "sales\n"
        ),
        "agents.csv",
    )
    put(
        tmp_path,
        "agent,start,end,scheduled,actual\nEva,2026-01-05 08:00,2026-01-05 10:00,work,work\nEva,2026-01-05 10:00,2026-01-05 09:00,break,\n",
        "activities.csv",
    )
    put(
        tmp_path,
        "month,category,line,planned,actual\n2026-01,labour,wages,1000.50,\n2026-02,labour,refund,-20,-20\n",
        "ledger.csv",
    )
    put(
        tmp_path,
        "evaluation,call_id,agent,evaluator,step,points,possible,critical\n1,c1,Eva,Bo,greets,2,2,no\n1,c1,Eva,Bo,verifies,0,3,yes\n",
        "evaluations.csv",
    )
    tables = load_tables(tmp_path, HELSINKI)
    agents = tables.frame("agents").iloc[0]
    assert (agents["hired"], agents["hourly_wage"], agents["weekly_hours"]) == (
        pd.Timestamp("2024-01-31"),
        14.5,
        37.5,
    ) and pd.isna(agents["left"])
    assert tables.frame("ledger")["month"].tolist() == [pd.Timestamp("2026-01-01"), pd.Timestamp("2026-02-01")]
    assert (
        tables.frame("evaluations")["critical"].tolist() == [False, True]
        and str(tables.frame("evaluations")["critical"].dtype) == "boolean"
    )
    assert set(tables.broken) == {"activities"} and "end must be after start" in str(tables.broken["activities"])
    assert "calls" in tables.absent and "no file named equipment" in tables.absent["equipment"]
    with pytest.raises(ValueError, match="has no table calls"):
        tables.frame("calls")
    assert tables.about().set_index("table")["state"].to_dict()["agents"] == "read"
    mended = load_tables(tmp_path, HELSINKI, faulty="leave out")
    assert not mended.broken and len(mended.frame("activities")) == 1


def test_a_table_in_parts(tmp_path):
    (tmp_path / "calls").mkdir()
    for month in (2, 1):
        pd.DataFrame(
            {
                "call_id": [f"c{month}"],
                "outcome": "answered",
                "arrived": pd.to_datetime([f"2026-0{month}-05 08:00"], utc=True),
            }
        ).to_parquet(tmp_path / "calls" / f"2026-0{month}.parquet")
    reading = load_table(tmp_path, "calls", HELSINKI)
    assert (
        reading.frame["call_id"].tolist() == ["c1", "c2"]
        and reading.rows.tolist() == [1, 2]
        and reading.kind == "Parquet in parts"
    )
    assert load_intervals(tmp_path, HELSINKI).frame["offered"].sum() == 2


WORDS = st.text(min_size=1, max_size=12).filter(lambda word: word.strip())


@settings(examples(30), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(WORDS, st.sampled_from(["", "reason"]), max_size=1),
    st.dictionaries(WORDS, st.sampled_from(["answered", "blocked"]), max_size=3),
    WORDS,
)
def test_whatever_is_written_is_read_back(tmp_path, columns, words, constant):
    mapping = FileMapping(
        table="calls", columns=columns, words={"outcome": words} if words else {}, constants={"queue": constant}
    )
    write_mapping(tmp_path / "x.csv", mapping)
    assert read_mapping(tmp_path) == {"x.csv": mapping}


@settings(examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200).map(lambda text: ('[files."a.csv"]\n' + text).encode("utf-8", "replace")),
    )
)
def test_any_bytes_are_a_mapping_or_refused_in_words(tmp_path, data):
    (tmp_path / "mapping.toml").write_bytes(data)
    try:
        read_mapping(tmp_path)
    except MappingError as problem:
        assert "mapping.toml: " in str(problem)


def test_a_unit_in_a_mapped_name_is_taken_unless_another_is_asked_for(tmp_path):
    """ "Puhetta (min)" of 1.5 is 90 s, though the mapping names no unit."""
    (tmp_path / "export.csv").write_text(
        "pvm;tulleet;Puhetta (min)\n2026-09-01 08:00;10;1,5\n2026-09-01 08:30;12;2,0\n"
    )
    columns = '"pvm" = "start"\n"tulleet" = "offered"\n"Puhetta (min)" = "talk_s"\n'
    head = '[files."export.csv"]\ntable = "intervals"\n\n[files."export.csv".columns]\n' + columns
    (tmp_path / "mapping.toml").write_text(head)
    assert load_intervals(tmp_path).frame["talk_s"].tolist() == [90.0, 120.0]
    (tmp_path / "mapping.toml").write_text(head + '\n[files."export.csv".units]\ntalk_s = "s"\n')
    assert load_intervals(tmp_path).frame["talk_s"].tolist() == [1.5, 2.0]


@pytest.mark.parametrize(
    "columns, lacks",
    [('"n" = "offered"', "start"), ('"t" = "start"', "offered"), ('"x" = "acw_s"', "start and offered")],
)
def test_a_mapping_without_what_every_row_needs_is_refused_in_words(tmp_path, columns, lacks):
    from ccplan.data import check_folder, preview

    (tmp_path / "export.csv").write_text("t,n,x\n2026-09-01 08:00,10,5\n2026-09-01 08:30,12,6\n")
    (tmp_path / "mapping.toml").write_text(
        f'[files."export.csv"]\ntable = "intervals"\n\n[files."export.csv".columns]\n{columns}\n'
    )
    with pytest.raises(ValueError, match=f"no column for {lacks}: name one under columns in mapping.toml"):
        load_intervals(tmp_path)
    assert check_folder(tmp_path).findings["message"].str.contains(f"no column for {lacks}").any()
    assert any(
        f"no column for {lacks}" in words
        for words in preview(tmp_path / "export.csv", mapping_of(tmp_path / "export.csv")).problems
    )


def test_counts_by_date_and_time_are_intervals_and_no_log_of_calls(tmp_path):
    from ccplan.data import check_folder

    rows = "\n".join(f"2026-09-01,{hour:02}:00,{10 + hour},{9 + hour}" for hour in range(8, 20))
    (tmp_path / "export.csv").write_text(f"date,time,offered,answered\n{rows}\n")
    report = check_folder(tmp_path)
    assert report.count("error") == 0 and report.usable


def test_a_number_without_bound_stays_readable(tmp_path):
    write_mapping(tmp_path / "a.csv", FileMapping(table="calls", constants={"wait_s": float("inf")}))
    assert read_mapping(tmp_path)["a.csv"].constants == {"wait_s": float("inf")}
