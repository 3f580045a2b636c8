"""Files made to break a reader: an error in words, nothing written, nothing changed, no hang."""

import io
import json
import time
import zipfile

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccplan.data import Centre
from ccplan.data.reading.mapping import preview, write_mapping
from ccplan.data.readers.shape import readers
from ccplan.data.sources import load_intervals, load_table, load_tables
from ccplan.data.reading.understand import FileMapping
from tests.effort import examples
from tests.test_readers import AGGREGATES, AVAYA, CONVERSATIONS, QUEUE_LOG, RECORDS, UCCX

HELSINKI = Centre(name="x", time_zone="Europe/Helsinki")
GOOD = {
    "log": QUEUE_LOG,
    "ctr.jsonl": "\n".join(map(json.dumps, RECORDS)),
    "conv.json": json.dumps(CONVERSATIONS),
    "agg.json": json.dumps(AGGREGATES),
    "cms.csv": AVAYA,
    "csq.csv": UCCX,
    "calls.csv": "call_id,queue,arrived,outcome,wait_s\n1,a,2026-01-05 08:00,answered,3\n2,a,2026-01-05 08:01,abandoned,9\n",
}
TABLE_OF = {"agg.json": "intervals", "cms.csv": "intervals", "csq.csv": "intervals"}
CAREFUL = HealthCheck.function_scoped_fixture, HealthCheck.too_slow


def files_of(folder):
    return {
        file.relative_to(folder).as_posix(): (file.read_bytes(), file.stat().st_mtime_ns)
        for file in folder.rglob("*")
        if file.is_file()
    }


def read_or_refuse(file, table="calls", **asked):
    """Read, or be refused by a ValueError of one short report; the folder stays as it was."""
    before, start = files_of(file.parent), time.monotonic()
    try:
        frame = load_table(file, table, HELSINKI, faulty="leave out", **asked).frame
        assert len(frame)
    except ValueError as problem:
        assert str(problem).strip() and len(str(problem)) < 5000, repr(problem)
        assert type(problem) is not ValueError or "must be" in str(problem), repr(problem)
        assert not isinstance(problem, (UnicodeError, json.JSONDecodeError)), repr(problem)
    assert files_of(file.parent) == before and time.monotonic() - start < 20


@pytest.mark.parametrize("name", GOOD)
@settings(examples(12), suppress_health_check=CAREFUL)
@given(st.data())
def test_exports_cut_short_spoiled_or_mixed(tmp_path, name, data):
    text = GOOD[name].encode()
    at = data.draw(st.integers(0, len(text)))
    spoil = data.draw(
        st.one_of(
            st.just(b""),
            st.binary(max_size=12),
            st.text(max_size=12).map(lambda words: words.encode("utf-16")),
            st.just("ä€".encode("cp1252")),
        )
    )
    keep = data.draw(st.booleans())
    file = tmp_path / name
    file.write_bytes(text[:at] + spoil + (text[at:] if keep else b""))
    read_or_refuse(file, TABLE_OF.get(name, "calls"))


@settings(examples(25), suppress_health_check=CAREFUL)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5) | st.just("2026-01-05T07:00:00Z"),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "ContactId",
                        "Queue",
                        "Name",
                        "Agent",
                        "Channel",
                        "EnqueueTimestamp",
                        "ConnectedToAgentTimestamp",
                        "conversationId",
                        "participants",
                        "sessions",
                        "segments",
                        "purpose",
                        "segmentType",
                        "segmentStart",
                        "segmentEnd",
                        "results",
                        "group",
                        "data",
                        "metrics",
                        "stats",
                        "interval",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=25,
    ),
    st.sampled_from(["amazon_connect", "genesys_conversations", "genesys_aggregates"]),
)
def test_json_of_any_shape(tmp_path, value, kind):
    file = tmp_path / "x.json"
    file.write_text(json.dumps(value))
    read_or_refuse(file, "intervals" if kind == "genesys_aggregates" else "calls", kind=kind)


def test_json_nested_without_end(tmp_path):
    file = tmp_path / "x.json"
    file.write_text('{"ContactId": 1, "InitiationTimestamp":' + "[" * 200_000)
    read_or_refuse(file)


@pytest.mark.parametrize("kind", [reader.kind for reader in readers()])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff" * 99,
        b"{}",
        b"[]",
        b"a,b\n1,2\n",
        b"PK\x03\x04",
        b"1|2|3",
        b'{"results": [{}]}',
        b'{"conversations": [1, null]}',
    ],
)
def test_any_content_as_any_kind(tmp_path, kind, content):
    file = tmp_path / "x.dat"
    file.write_bytes(content)
    read_or_refuse(file, next(reader.tables[0] for reader in readers() if reader.kind == kind), kind=kind)


def workbook(folder, rows, name="calls.xlsx", sheet="Data"):
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    book.save(folder / name)
    return folder / name


def packed(file, parts, **how):
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, **how) as bundle:
        for name, content in parts.items():
            bundle.writestr(name, content)
    return file


def test_a_zip_bomb_as_xlsx(tmp_path):
    file = packed(
        tmp_path / "calls.xlsx",
        {"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>", "xl/worksheets/sheet1.xml": b" " * 300_000_000},
    )
    assert file.stat().st_size < 400_000
    start = time.monotonic()
    with pytest.raises(ValueError, match="calls.xlsx unpacks to 300,000,008 bytes"):
        load_table(file, "calls", HELSINKI)
    assert time.monotonic() - start < 5


def test_a_workbook_that_lies_about_its_size(tmp_path):
    """Rows and columns far out, and a dimension that claims the whole sheet: no hang, no memory."""
    from openpyxl import load_workbook  # noqa: F401 - the reader's own library must be there

    good = workbook(tmp_path, [["arrived", "outcome"], ["2026-01-05 08:00", "answered"]])
    with zipfile.ZipFile(good) as bundle:
        parts = {name: bundle.read(name) for name in bundle.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    for lie in (
        sheet.replace('ref="A1:B2"', 'ref="A1:XFD1048576"'),
        sheet.replace('r="2"', 'r="99999999999"'),
        sheet.replace('"B2"', '"ZZZ2"'),
        sheet[:300],
        "<x/>",
    ):
        file = packed(tmp_path / "lie.xlsx", parts | {"xl/worksheets/sheet1.xml": lie})
        read_or_refuse(file)


@settings(examples(25), suppress_health_check=CAREFUL)
@given(st.integers(0, 7000), st.binary(min_size=1, max_size=40), st.booleans())
def test_spoiled_workbooks(tmp_path, at, noise, cut):
    buffer = io.BytesIO()
    pd.DataFrame({"arrived": ["2026-01-05 08:00"] * 5, "outcome": "answered"}).to_excel(
        buffer, index=False, engine="openpyxl"
    )
    data = buffer.getvalue()
    file = tmp_path / "calls.xlsx"
    file.write_bytes(data[:at] + noise + (b"" if cut else data[at + len(noise) :]))
    read_or_refuse(file)


def test_formulas_are_values_and_never_run(tmp_path):
    file = workbook(
        tmp_path,
        [
            ["arrived", "outcome", "wait_s", "agent"],
            ["2026-01-05 08:00", "answered", "=1+1", "=cmd|' /C calc'!A0"],
            ["2026-01-05 08:05", "answered", 3, '=HYPERLINK("http://example.invalid")'],
        ],
    )
    frame = load_table(file, "calls", HELSINKI).frame
    assert (
        pd.isna(frame["wait_s"][0]) and frame["wait_s"][1] == 3 and frame["agent"].isna().all()
    )  # nothing was saved beside the formulas
    text = tmp_path / "text.csv"
    text.write_text("arrived,outcome,agent\n2026-01-05 08:00,answered,=cmd|' /C calc'!A0\n")
    assert load_table(text, "calls", HELSINKI).frame["agent"].tolist() == ["=cmd|' /C calc'!A0"]


def test_a_hundred_thousand_columns(tmp_path):
    header = ["arrived", "outcome", *(f"c{i}" for i in range(100_000))]
    (tmp_path / "calls.csv").write_text(",".join(header) + "\n" + ",".join("1" for _ in header) + "\n")
    with pytest.raises(ValueError, match="columns, at most 2,000 can be read"):
        load_table(tmp_path, "calls", HELSINKI)
    (tmp_path / "calls.csv").unlink()
    (tmp_path / "cms.csv").write_text("Time,Avg Speed Ans,ACD Calls," + ",".join(header) + "\n")
    read_or_refuse(tmp_path / "cms.csv", "intervals")
    (tmp_path / "calls.json").write_text(json.dumps([RECORDS[0] | {name: 1 for name in header}]))
    assert len(load_table(tmp_path / "calls.json", "calls", HELSINKI).frame) == 1


def test_a_very_wide_parquet_file(tmp_path):
    pd.DataFrame([[1] * 20_000], columns=[f"c{i}" for i in range(20_000)]).to_parquet(tmp_path / "x.parquet")
    read_or_refuse(tmp_path / "x.parquet")


def test_names_that_climb_out_of_the_folder(tmp_path):
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (outside / "calls.csv").write_text(GOOD["calls.csv"])
    (inside / "a..calls..csv").write_text(GOOD["calls.csv"])
    (inside / "mapping.toml").write_text('[files."../out/calls.csv"]\ntable = "calls"\n')
    with pytest.raises(ValueError, match="must be the name of a file in this folder"):
        load_tables(inside, HELSINKI).frame("calls")
    (inside / "mapping.toml").unlink()
    before = files_of(tmp_path)
    assert preview(inside / "a..calls..csv", FileMapping(table="calls")).problems == ()
    assert len(load_tables(inside, HELSINKI).frame("calls")) == 2
    load_tables(inside, HELSINKI)
    assert files_of(tmp_path) == before
    assert (
        write_mapping(inside / ".." / "in" / "a.csv", FileMapping(table="calls")).resolve() == inside / "mapping.toml"
    )
    assert {name for name in set(files_of(tmp_path)) - set(before) if not name.endswith(".lock")} == {"in/mapping.toml"}


def test_links_pipes_and_folders_with_names_of_tables(tmp_path):
    import os

    (tmp_path / "calls.csv").mkdir()
    os.mkfifo(tmp_path / "intervals.csv")
    (tmp_path / "agents.csv").symlink_to(tmp_path / "nowhere.csv")
    with pytest.raises(ValueError, match="holds no table of intervals"):
        load_intervals(tmp_path, HELSINKI)
    assert not load_tables(tmp_path, HELSINKI).readings
    with pytest.raises(ValueError):
        load_table(tmp_path / "intervals.csv", "intervals", HELSINKI)
