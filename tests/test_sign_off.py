"""The sign-off: fingerprints against another implementation, and everything that makes it void, told in words."""

import datetime
import hashlib
import json
import re
import shutil

import pandas as pd
import pytest

from ccplan.auditing.concluding.fingerprints import fingerprint, fingerprints, setting_marks, versions
from ccplan.auditing.concluding.sign_off import RECORD, SignOffError, basis, read_record, sign, verify, write_record
from ccplan.data import SourceError
from ccplan.display.audit.sign_off_tables import inputs_table, settings_table, sign_off_block

TOML = 'name = "Small"\n[queues.service]\n[costs]\nhourly_wage = 16\nper_hire = 10\n'
TODAY = datetime.date(2026, 10, 5)


@pytest.fixture
def centre(tmp_path):
    folder = tmp_path / "centre"
    (folder / "calls").mkdir(parents=True)
    (folder / "centre.toml").write_text(TOML, encoding="utf-8")
    (folder / "intervals.csv").write_text("start;offered\n2026-09-01 08:00;1\n2026-09-01 08:30;2\n", encoding="utf-8")
    pd.DataFrame({"a": range(5)}).to_parquet(folder / "calls" / "2026-09.parquet")
    (folder / "plan").mkdir()
    (folder / "plan" / "days.csv").write_text("a\n1\n", encoding="utf-8")
    return folder


def record(centre, quarter="2026Q3", previous=None, by="Ann Lee", report="one"):
    """A report of a centre without its notebook: two files and the record."""
    target = centre / "audit" / quarter
    target.mkdir(parents=True, exist_ok=True)
    (target / "audit.html").write_text(report)
    (target / "actions.csv").write_text("key,status\nk,open\n")
    parameters = {"folder": centre, "quarter": quarter, "names": False, "key": "", "previous": previous or ""}
    write_record(
        target,
        target,
        centre,
        basis(centre, parameters, previous),
        ("audit.html", "actions.csv"),
        by=by,
        previous=previous,
    )
    return target


def test_fingerprints_name_every_input_and_nothing_else(centre):
    found = {one.file: one for one in fingerprints(centre)}
    assert set(found) == {"calls/2026-09.parquet", "centre.toml", "intervals.csv"}
    for name, one in found.items():
        content = (centre / name).read_bytes()
        assert one.sha256 == hashlib.sha256(content).hexdigest() and one.bytes == len(content)
    assert [found[name].rows for name in sorted(found)] == [5, None, 2]
    (centre / "intervals.csv").write_bytes(b"")
    assert fingerprint(centre / "intervals.csv").rows == 0
    (centre / "calls" / "2026-09.parquet").write_bytes(b"broken")
    assert fingerprint(centre / "calls" / "2026-09.parquet").rows is None
    with pytest.raises(SourceError, match="does not exist"):
        fingerprints(centre / "none")


def test_settings_can_be_compared_and_not_read(centre):
    marks = setting_marks(centre)
    assert set(marks) == {"name", "costs.hourly_wage", "costs.per_hire"}
    assert all(re.fullmatch("[0-9a-f]{16}", mark) for mark in marks.values())
    assert setting_marks(centre / "none") == {}
    assert versions()["pandas"] == pd.__version__ and list(versions())[:2] == ["ccplan", "python"]


def test_a_report_that_nobody_touched_holds_and_can_be_signed(centre):
    report = record(centre)
    assert verify(report).holds and verify(report).signatures == () and verify(report).ran_by == "Ann Lee"
    check = sign(report, "  Bo   Berg ", today=TODAY)
    assert check.signatures == ("signed by Bo Berg on 2026-10-05: holds",)
    assert sign(report, "Ann Lee", today=TODAY).signatures[1:] == ("signed by Ann Lee on 2026-10-05: holds",)
    record(centre)  # the same run again
    assert [words.endswith(": holds") for words in verify(report).signatures] == [True, True]


@pytest.mark.parametrize(
    "change, said",
    [
        (
            lambda c: (c / "intervals.csv").write_text("start;offered\n" + "2026-09-01 08:00;1\n" * 3),
            "intervals.csv changed: 1 row more, 3 instead of 2",
        ),
        (
            lambda c: (c / "intervals.csv").write_text("start;offered\n2026-09-01 08:00;1\n"),
            "intervals.csv changed: 1 row less, 1 instead of 2",
        ),
        (
            lambda c: (c / "intervals.csv").write_text("start;offered\n2026-09-01 08:00;1\n2026-09-01 08:30;9\n"),
            "intervals.csv changed: still 2 rows, other content",
        ),
        (lambda c: (c / "agents.csv").write_text("agent\nx\n"), "agents.csv is new (1 row)"),
        (lambda c: (c / "calls" / "2026-09.parquet").unlink(), "calls/2026-09.parquet is gone (5 rows)"),
        (lambda c: (c / "centre.toml").write_text(TOML.replace("16", "17")), "centre.toml: costs.hourly_wage changed"),
        (lambda c: (c / "centre.toml").write_text(TOML + "on_costs = 0.3\n"), "centre.toml: costs.on_costs is new"),
        (
            lambda c: (c / "centre.toml").write_text(TOML.replace("per_hire = 10\n", "")),
            "centre.toml: costs.per_hire is gone",
        ),
        (
            lambda c: (c / "audit" / "2026Q3" / "audit.html").write_text("nicer"),
            "the report's audit.html was changed after it was made",
        ),
        (lambda c: (c / "audit" / "2026Q3" / "audit.html").unlink(), "the report's audit.html is gone"),
    ],
)
def test_every_change_makes_a_sign_off_void_and_is_told(centre, change, said):
    report = record(centre)
    sign(report, "Bo Berg", today=TODAY)
    change(centre)
    check = verify(report)
    assert not check.holds and said in check.changes
    assert check.signatures == ("signed by Bo Berg on 2026-10-05: void, see what changed",)
    with pytest.raises(SignOffError, match="cannot be signed: it is not what was made"):
        sign(report, "Cy")


def test_other_parameters_or_results_make_earlier_signatures_void(centre):
    report = record(centre)
    sign(report, "Bo Berg", today=TODAY)
    record(centre, report="two")
    assert verify(report).holds and verify(report).signatures == (
        "signed by Bo Berg on 2026-10-05: void, the audit was run again since with other data, parameters or results",
    )


@pytest.mark.parametrize(
    "key, value",
    [("parameters", {"quarter": "2026Q2"}), ("ran_by", "Somebody else"), ("inputs", []), ("seal", "0" * 64)],
)
def test_a_record_changed_by_hand_is_found(centre, key, value):
    report = record(centre)
    sign(report, "Bo Berg", today=TODAY)
    told = json.loads((report / RECORD).read_text())
    (report / RECORD).write_text(json.dumps(told | {key: value}))
    assert f"{RECORD}: its record of files, parameters or versions was changed by hand" in verify(report).changes


def test_actions_are_written_into_and_stay_signed(centre):
    report = record(centre)
    sign(report, "Bo Berg", today=TODAY)
    (report / "actions.csv").write_text("key,status\nk,done\n")
    check = verify(report)
    assert (
        check.holds and check.signatures[0].endswith("holds") and "actions.csv was written into since" in check.notes[0]
    )


def test_a_folder_that_moved_is_told_and_can_be_named(centre, tmp_path):
    report, moved = record(centre), tmp_path / "some" / "where" / "else"
    moved.parent.mkdir(parents=True)
    shutil.move(report, moved)
    (tmp_path / "some" / "centre.toml").write_text(
        "name = 'Another centre'"
    )  # two up, where the record says that its own lies
    (said,) = verify(moved).changes
    assert "is not there: it was moved or removed — name where it lies now" in said
    assert verify(moved, centre).holds
    shutil.move(moved, report)
    shutil.move(centre, tmp_path / "moved")  # all together: nothing is lost
    assert verify(tmp_path / "moved" / "audit" / "2026Q3").holds


def test_the_last_audit_is_an_input_too(centre):
    last = record(centre, "2026Q2")
    report = record(centre, previous=last)
    assert verify(report).holds
    (last / "actions.csv").write_text("key,status\n")
    assert verify(report).changes == ("last audit: actions.csv changed: 1 row less, 0 instead of 1",)


def test_a_key_and_paths_are_not_written_down(centre, tmp_path):
    (tmp_path / "key").write_bytes(b"0123456789abcdef" * 2)
    told = basis(centre, {"key": tmp_path / "key", "folder": centre}).parameters
    assert told["folder"] == "centre" and hashlib.sha256(b"0123456789abcdef" * 2).hexdigest()[:16] in told["key"]


@pytest.mark.parametrize("by", ["", "   ", None, "a\x00b", "x" * 201])
def test_a_name_is_needed(centre, by):
    with pytest.raises(SignOffError, match="--by must be the name of a person"):
        sign(record(centre), by)


def test_what_is_no_report_is_told(tmp_path):
    with pytest.raises(SignOffError, match="is no folder"):
        verify(tmp_path / "none")
    with pytest.raises(SignOffError, match="has no sign_off.json"):
        verify(tmp_path)
    for broken in ("{", "[]", '{"format": 99}', '{"format": 1}', "\udcff"):
        (tmp_path / RECORD).write_text(broken, errors="surrogateescape")
        with pytest.raises(SignOffError, match="run the audit again"):
            read_record(tmp_path)


def test_the_last_page_shows_it(centre):
    shown = inputs_table(centre)._repr_html_()
    digest = hashlib.sha256((centre / "intervals.csv").read_bytes()).hexdigest()
    assert digest[:32] in shown and digest[32:] in shown
    assert "yes" in settings_table({"names": True})._repr_html_()
    assert "&lt;b&gt;" in sign_off_block("2026Q3", "<b>")._repr_html_()
