"""Findings become actions, people edit the file, and the next audit tells what became of them."""

from decimal import Decimal

import pandas as pd
import pytest

from ccplan.auditing.concluding.actions import (
    COLUMNS,
    FILE,
    actions_of,
    carried,
    default_owner,
    keep_actions,
    read_actions,
)
from ccplan.auditing.findings import Finding

HOSTILE = "=cmd|' /C calc'!A0 <script>alert(1)</script>"


def a_finding(key="rent", severity="amber", cost=None, area="money", **more):
    return Finding(
        key=key,
        area=area,
        severity=severity,
        says=f"{key} is the matter",
        evidence="why",
        action=f"look at {key}",
        cost=cost,
        **more,
    )


def test_owner_and_day_follow_from_area_and_severity():
    frame = actions_of(
        [a_finding(severity="red"), a_finding("x", area="people", owner="Ann", due=pd.Timestamp("2026-12-24"))],
        "2026Q3",
    )
    assert frame["owner"].tolist() == ["finance", "Ann"]
    assert frame["due"].tolist() == [pd.Timestamp("2026-10-31"), pd.Timestamp("2026-12-24")], (
        "30 days after 30 September are counted from 1 October"
    )
    assert (
        frame["quarter"].tolist() == ["2026Q3"] * 2
        and (frame["status"] == "open").all()
        and list(frame) == list(COLUMNS)
    )
    assert default_owner("customers", ["Legal", "Customer care", None, float("nan")]) == "Customer care"


def test_what_people_wrote_is_kept_when_the_audit_is_run_again(tmp_path):
    file = tmp_path / FILE
    keep_actions(file, [a_finding(cost=Decimal("10.50")), a_finding("wages")], "2026Q3")
    text = file.read_text()
    edited = text.replace(
        "look at rent,finance,2026-11-30,open,", "look at rent,Ann,24.12.2026,in progress,asked twice"
    )
    assert edited != text
    file.write_text(edited)
    again = keep_actions(
        file, [a_finding(cost=Decimal("12.00"), severity="red"), a_finding("new")], "2026Q3"
    ).set_index("key")
    assert again.loc["rent", ["owner", "status", "note"]].tolist() == ["Ann", "in progress", "asked twice"]
    assert again.loc["rent", "due"] == pd.Timestamp("2026-12-24") and again.loc["rent", "cost"] == Decimal("12.00")
    assert list(again.index) == ["rent", "new"], "what nobody touched and is not found any more goes"
    kept = keep_actions(file, [], "2026Q3")
    assert kept["key"].tolist() == ["rent"], "what somebody has touched stays"


def test_the_same_audit_writes_the_same_bytes_and_other_quarters_stay(tmp_path):
    file = tmp_path / FILE
    keep_actions(file, [a_finding("old")], "2026Q2")
    keep_actions(file, [a_finding()], "2026Q3")
    first = file.read_bytes()
    keep_actions(file, [a_finding()], "2026Q3")
    assert file.read_bytes() == first and b"old,2026Q2" in first and b"rent,2026Q3" in first


def test_hostile_text_is_text_in_the_file_and_comes_back_as_it_was(tmp_path):
    file = tmp_path / FILE
    keep_actions(file, [a_finding(HOSTILE, owner="@SUM(1)")], "2026Q3")
    assert "\n'=cmd" in file.read_text() and ",'@SUM(1)," in file.read_text()
    row = read_actions(tmp_path).frame.iloc[0]
    assert row["key"] == HOSTILE and row["owner"] == "@SUM(1)"
    keep_actions(file, [a_finding(HOSTILE)], "2026Q3")
    assert read_actions(file).frame["key"].tolist() == [HOSTILE]


def test_bad_rows_are_told_in_words_and_never_overwritten(tmp_path):
    file = tmp_path / FILE
    rows = [
        "key;area;severity;says;status;due;cost;quarter",
        "good;money;amber;x;done;;1 200,50;2026q2",
        "a;cash;amber;x;open;;;",
        "b;money;amber;x;open;soon;;",
        "c;money;amber;x;maybe;;;",
        ";money;red;x;open;;;",
        "d;money;red;x;open;;a lot;",
        "e;money;red;x;open;;;Q3",
        "good;money;red;x;open;;;2026Q2",
        "",
        "f;money",
    ]
    file.write_text("\n".join(rows), encoding="utf-8-sig")
    told = read_actions(file)
    assert told.frame["key"].tolist() == ["good"] and told.frame["cost"].tolist() == [Decimal("1200.50")]
    said = "\n".join(told.faults)
    for words in (
        "row 3: area must be one of",
        "row 4: due must be a day such as 2026-10-31, got 'soon'",
        "row 5: status must be one of open",
        "row 6: key must not be empty",
        "row 7: cost must be a number",
        "row 8: quarter must be",
        "row 9: key 'good' stands there twice",
        "row 11: severity must be",
    ):
        assert words in said
    before = file.read_bytes()
    with pytest.raises(ValueError, match="mend them first"):
        keep_actions(file, [a_finding()], "2026Q3")
    assert file.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"hello\nworld\n", b"\xff\xfe\x00PK\x03\x04" * 50, b"name,amount\nrent,3\n"])
def test_other_files_are_refused_in_words(tmp_path, content):
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(ValueError, match="is no file of actions"):
        read_actions(tmp_path)
    with pytest.raises(ValueError, match="is no file of actions"):
        keep_actions(tmp_path / FILE, [], "2026Q3")
    assert (tmp_path / FILE).read_bytes() == content
    with pytest.raises(ValueError, match="cannot be read"):
        read_actions(tmp_path / "none.csv")


def became(before, after, **edits):
    previous = actions_of([before], "2026Q2").assign(**edits)
    return carried(previous, [after] if after else [], "2026Q3").iloc[0]


def test_what_became_of_each():
    ten, twelve, thirteen = (a_finding(cost=Decimal(cost)) for cost in (10, 12, 13))
    assert became(ten, None)["became"] == "gone"
    assert (
        became(ten, twelve)["became"] == "still there"
        and became(ten, thirteen)["became"] == "worse"
        and became(thirteen, ten)["became"] == "better"
    )
    assert (
        became(ten, a_finding(severity="red"))["became"] == "worse"
        and became(a_finding(severity="red"), ten)["became"] == "better"
    )
    assert (
        became(ten, ten, status="done")["became"] == "back"
        and became(ten, ten, status="dropped")["became"] == "still there"
    )
    assert became(a_finding(), a_finding())["became"] == "still there"
    row = became(ten, twelve)
    assert (row["cost"], row["cost_now"], row["severity_now"], row["quarter"]) == (10, 12, "amber", "2026Q2")


def test_overdue_is_what_is_still_there_and_past_its_day():
    assert became(a_finding(), a_finding())["overdue"], "due on 30 August, still there on 30 September"
    assert not became(a_finding(), a_finding(), due=pd.Timestamp("2026-10-15"))["overdue"]
    assert not became(a_finding(), a_finding(), status="done")["overdue"] and not became(a_finding(), None)["overdue"]
    assert not became(a_finding(), a_finding(), due=pd.NaT)["overdue"]


def test_the_last_word_on_a_finding_counts_and_later_quarters_do_not():
    rows = pd.concat(
        [
            actions_of([a_finding()], "2026Q1").assign(note="first"),
            actions_of([a_finding()], "2026Q2").assign(note="second"),
            actions_of([a_finding("other")], "2026Q3"),
            actions_of([a_finding("later")], "2026Q4"),
        ]
    )
    told = carried(rows, [a_finding()], "2026Q3")
    assert told["key"].tolist() == ["rent"] and told["note"].tolist() == ["second"]
    assert carried(rows[:0], [a_finding()], "2026Q3").empty
