"""Four quarters of the bundled centre, two of them audited whole (deep: all): what was hidden in its tables is
found, and a quarter of noise yields nothing.
"""

import pandas as pd
import pytest

from ccplan.auditing.audit import SECTIONS, audit_of
from ccplan.auditing.concluding.actions import actions_of, keep_actions, read_actions
from ccplan.auditing.concluding.verdict import distinct
from ccplan.auditing.findings import AREAS
from ccplan.data.sample.stories import BROKEN_WEEK, LAUNCH, NEW_REASON, NOISE, OVERRUN, SICK_TEAM, SICKNESS, STORIES
from tests.audited import QUARTERS, audited, made
from tests.effort import DEEP

WHOLE = QUARTERS if DEEP else ("2026Q1", "2026Q2")  # the quarter of noise and the one with most to find

KEYS = {
    LAUNCH: f"reason {NEW_REASON}",
    SICKNESS: f"sickness {SICK_TEAM}",
    BROKEN_WEEK: "gap calls",
    OVERRUN: "over plan technology",
}
AREA = {LAUNCH: "customers", SICKNESS: "people", BROKEN_WEEK: "improvements", OVERRUN: "money"}


def keys(quarter):
    return {one.key for one in made(quarter).findings}


@pytest.mark.parametrize("quarter", QUARTERS)
def test_every_story_is_found_in_its_quarters_and_in_no_other(quarter):
    now = audited(quarter).quarter
    for story, key in KEYS.items():
        told = pd.Timestamp(story.first) < now.end and pd.Timestamp(story.last) >= now.first
        assert (key in keys(quarter)) == told, f"{story.name} in {quarter}"
        assert not told or next(one for one in made(quarter).findings if one.key == key).area == AREA[story]
    assert KEYS.keys() | {NOISE} == set(STORIES), "a story that was added to the sample is to be looked for here"


def test_a_quarter_of_pure_noise_yields_no_finding_and_four_green_areas():
    (quarter,) = [
        name
        for name in QUARTERS
        if audited(name).quarter.holds(pd.Series([pd.Timestamp(NOISE.first), pd.Timestamp(NOISE.last)])).all()
    ]
    told = made(quarter)
    assert told.findings == () and told.missing == {} and told.actions.empty and told.verdict.matters == ()
    assert {area.area: area.colour for area in told.verdict.areas} == dict.fromkeys(AREAS, "green")


@pytest.mark.parametrize("quarter", WHOLE)
def test_an_audit_is_whole(quarter):
    told = made(quarter)
    assert set(told.sections) == {one.key for one in SECTIONS} and told.missing == {}
    assert all(one.owner and pd.notna(one.due) and one.action for one in told.findings)
    judged = {area.area: area.colour for area in told.verdict.areas}
    every = [each for one in told.findings for each in one.each]
    by_hand = {
        area: min((one.severity for one in every if one.area == area), key=["red", "amber"].index, default="green")
        for area in AREAS
    }
    assert judged == by_hand
    spoken = [key for one in distinct(told.findings) for key in (one.finding.key, *one.also)]
    assert sorted(spoken) == sorted(one.key for one in every), "each finding has one cause"
    sheets = told.sheets()
    assert (
        len(sheets["findings"]) == len(every)
        and sheets["contents"]["sheet"].isin([*sheets, "left out: too long"]).all()
    )


def test_the_launch_is_one_matter_and_the_broken_week_breaks_nothing_else():
    launch, *_ = made("2026Q2").verdict.matters
    assert launch.finding.key == KEYS[LAUNCH] and {"service_level service", "news aht_s service"} <= set(launch.also)
    assert keys("2025Q4") == {KEYS[BROKEN_WEEK]}


def test_actions_of_one_quarter_are_carried_into_the_next(tmp_path):
    """Somebody writes an owner, a status and a note into the file of 2026Q2; the audit of 2026Q3 reads it."""
    file = tmp_path / "actions.csv"
    keep_actions(file, made("2026Q2").findings, "2026Q2")
    rows = pd.read_csv(file, keep_default_na=False, dtype=str).set_index("key")
    rows.loc[KEYS[SICKNESS], ["owner", "status", "note"]] = ["Ann Lee", "in progress", "spoke to the team"]
    rows.loc["checklist overdue", "status"] = "done"
    rows.reset_index().to_csv(file, index=False)
    assert (
        actions_of(made("2026Q2").findings, "2026Q2", edited=read_actions(file).frame)
        .set_index("key")
        .loc[KEYS[SICKNESS], "owner"]
        == "Ann Lee"
    )
    told = audit_of(
        audited("2026Q3"),
        before=read_actions(file),
        sections=[one for one in SECTIONS if one.key in ("people", "improvements")],
    )
    carried = told.carried.set_index("key")
    assert carried.loc[KEYS[SICKNESS], ["owner", "status", "note", "became", "quarter"]].tolist() == [
        "Ann Lee",
        "in progress",
        "spoke to the team",
        "worse",
        "2026Q2",
    ]
    assert (
        carried.loc[KEYS[SICKNESS], "overdue"]
        and carried.loc["checklist overdue", "became"] == "back"
        and carried.loc[KEYS[LAUNCH], "became"] == "gone"
    )
    assert set(carried.index) == keys("2026Q2") and told.notes == ()
