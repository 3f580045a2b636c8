"""The whole audit on tables that lack something: it says so in words, section by section, and makes the rest."""

from dataclasses import replace

import pandas as pd
import pytest

from ccplan.auditing import audit
from ccplan.auditing.audit import SECTIONS, audit_of
from ccplan.auditing.evidence import TIMES, evidence_of
from ccplan.auditing.quarter import Quarter
from tests.audited import once_a_run
from tests.effort import DEEP
from tests.quarter_centre import FORMULA, QUARTER, frames, hostile_frames, write

TABLES = ("calls", "intervals", "agents", "activities", "evaluations", "ledger", "checklist")
PAIRS = (
    [(name,) for name in TABLES]
    if DEEP
    else [("calls",), ("intervals", "checklist"), ("agents", "ledger"), ("activities", "evaluations")]
)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The Evidence of a small centre of every table."""
    return once_a_run(lambda: evidence_of(write(tmp_path_factory.mktemp("small"), frames()), QUARTER), "small centre")


def without(evidence, *names):
    return replace(
        evidence,
        tables={name: frame for name, frame in evidence.tables.items() if name not in names},
        absent=evidence.absent | {name: f"the folder has no table {name}" for name in names},
    )


def words_of(told):
    """{section: what it says of what it could not tell}."""
    said = dict(told.missing)
    for key, made in told.sections.items():
        notes = [getattr(made, name, None) or () for name in ("notes", "missing", "absent")]
        said[key] = " ".join(str(one) for some in notes for one in (some.values() if isinstance(some, dict) else some))
    return said


SAYS = {  # table that is not there → sections that say so
    "calls": ("why", "people"),
    "intervals": ("why", "promises", "standing"),
    "agents": ("people",),
    "activities": ("why", "people", "standing"),
    "evaluations": ("quality", "standing"),
    "ledger": ("why", "standing"),
    "checklist": ("improvements",),
}


@pytest.mark.parametrize("lost", PAIRS, ids="+".join)
def test_each_table_may_be_missing_and_the_rest_is_made(small, lost):
    told = audit_of(without(small, *lost))
    said = words_of(told)
    assert told.sections.keys() | told.missing.keys() == {one.key for one in SECTIONS}
    for table in lost:
        for key in SAYS[table]:
            assert table in said[key], f"{key} says nothing of {table}: {said[key]!r}"
    colours = {area.area: area.colour for area in told.verdict.areas}
    assert (colours["money"] == "grey") == ("ledger" in lost) and told.sheets()["contents"]["rows"].notna().all()
    assert ("adherence" in set(told["standing"].table["kpi"])) == ("activities" not in lost)


def test_a_whole_small_centre_of_noise_has_nothing_to_say(small):
    """And a queue that nobody called has no value anywhere, rather than a wrong one."""
    told = audit_of(small)
    assert told.findings == () and told.missing == {} and told.verdict.colour == "green"
    assert "nobody" not in set(told["standing"].table["queue"]) and "nobody" in words_of(told)["why"]


def test_half_a_quarter_is_told_as_half_a_quarter(small):
    stop = pd.Timestamp("2026-05-15")
    cut = {
        name: frame[frame[TIMES[name]].dt.tz_localize(None) < stop] if name in TIMES else frame
        for name, frame in small.tables.items()
    }
    told = audit_of(replace(small, tables=cut))
    assert told.missing == {} and {"coverage intervals", "coverage calls"} == {one.key for one in told.findings}
    assert "14 May 2026" in told.findings[0].says


def test_a_quarter_with_no_data_is_refused_in_words_or_told_empty(small, tmp_path):
    with pytest.raises(ValueError, match="has no contact in 2027Q1.*name a quarter that the tables reach"):
        audit(write(tmp_path, {"intervals": frames()["intervals"]}), "2027Q1")
    told = audit_of(replace(small, quarter=Quarter.of("2027Q1")))
    assert {area.area: area.colour for area in told.verdict.areas}["money"] == "grey"
    assert set(told["standing"].table["kpi"]) <= {"attrition"}, (
        "who is employed is known without a date; nothing else is"
    )
    assert "2027Q1" in told.missing["promises"] and "2027Q1" in told.missing["quality"]
    assert told["people"].agents == {} and told["people"].findings == ()


# ----------------------------------------------------------------------- strange rows, all in one folder


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    return once_a_run(
        lambda: audit(write(tmp_path_factory.mktemp("hostile"), hostile_frames()), QUARTER, names=True), "hostile audit"
    )


def test_a_newcomer_of_three_calls_is_counted_and_not_judged(hostile):
    for funnel in hostile["people"].agents.values():
        rows = funnel.rows.set_index("who")
        assert "Newcomer" not in rows.index or rows.loc["Newcomer", "state"] != "judged"
    rows = hostile["people"].agents["aht_s"].rows.set_index("who")
    assert rows.loc["Newcomer", ["n", "outside"]].tolist() == [3, ""]


def test_satisfaction_outside_its_scale_counts_nowhere_and_is_told(hostile):
    calls = hostile_frames()["calls"]
    calls = calls[Quarter.of(QUARTER).holds(calls["arrived"]) & calls["csat"].isin(list("12345"))]
    row = hostile["standing"].table.set_index(["kpi", "queue"]).loc[("csat", "service")]
    assert row["n"] == len(calls) and row["value"] == pytest.approx(calls["csat"].isin(["4", "5"]).mean())
    problems = hostile.evidence.check.findings
    assert problems.loc[problems["severity"].eq("error"), "message"].str.contains("csat must be at most 5").sum() == 5
    checks = hostile["trust"].checks.set_index("table")
    assert checks.loc[checks["message"].str.startswith("csat"), "rows"].tolist() == [5], (
        "rows that were left out are told in the report"
    )


def test_two_currencies_are_never_added(hostile):
    said = hostile.evidence.absent["ledger"]
    assert "EUR and USD" in said and "currencies never mix" in said
    assert (
        not {"cost_per_contact", "spend_of_plan"} & set(hostile["standing"].table["kpi"])
        and "currencies never mix" in words_of(hostile)["why"]
    )
    assert {area.area: area.colour for area in hostile.verdict.areas}["money"] == "grey"


def test_a_harmful_reason_is_found_by_its_name(hostile):
    assert f"reason {FORMULA}" in {one.key for one in hostile.findings}
