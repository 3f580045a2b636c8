"""The edges of auditing: odd arguments and tables that lack a column end in an answer or in words, never in a fault."""

import json
from dataclasses import replace
from math import inf, nan

import numpy as np
import pandas as pd
import pytest

from ccplan.auditing import KPIS, bridge, measure
from ccplan.auditing.audit import SECTIONS, audit_of
from ccplan.auditing.checklists import late_items, progress, starter
from ccplan.auditing.concluding.actions import read_actions
from ccplan.auditing.concluding.improvements import open_items
from ccplan.auditing.concluding.sign_off import SignOffError, verify
from ccplan.auditing.evaluating.evaluation_store import EvaluationStore
from ccplan.auditing.evidence import evidence_of
from ccplan.auditing.explaining.cost_bridge import CostState
from ccplan.auditing.explaining.ledger_lines import months_missing
from ccplan.auditing.people.attendance import attendance
from ccplan.auditing.promising.expected import expected_of
from ccplan.auditing.quarter import Quarter
from ccplan.auditing.setting_up.equipment_care import check_rota, repeat_offenders, replacements
from ccplan.auditing.setting_up.goals import Goal, read_goals, save_goals
from ccplan.auditing.setting_up.implementation import implementation_plan
from ccplan.auditing.setting_up.reviews import reviews_due
from tests.audited import once_a_run
from tests.quarter_centre import QUARTER, frames, write

CALLS = pd.DataFrame(
    {
        "call_id": list("1234"),
        "queue": "a",
        "outcome": "answered",
        "wait_s": [1.0, 2.0, 3.0, 50.0],
        "arrived": pd.to_datetime(["2026-08-01 08:10", "2026-08-01 09:20", "2026-08-01 10:10", "2026-08-01 11:59"]),
    }
)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The Evidence of a small centre of every table."""
    return once_a_run(lambda: evidence_of(write(tmp_path_factory.mktemp("small"), frames()), QUARTER), "small centre")


# ------------------------------------------------------------------------------------------- measuring


def test_a_period_that_begins_within_a_month_counts_the_people_of_its_days():
    """Three of four stay from 15 August to 30 September, one's last day is 20 August: (3 × 17 + 6) ÷ 31 and 3 months."""
    agents = pd.DataFrame({"agent": list("abcd"), "hired": pd.Timestamp("2020-01-01"), "left": pd.NaT})
    agents.loc[0, "left"] = pd.Timestamp("2026-08-20")
    row = measure({"agents": agents}, "attrition", start="2026-08-15", end="2026-10-01").iloc[0]
    assert row["top"] == 1 and row["bottom"] == pytest.approx(((3 * 17 + 6) / 31 + 3) / 12)


def test_people_without_a_hiring_date_are_there_all_along():
    agents = pd.DataFrame({"agent": ["a", "b"], "left": [pd.Timestamp("2026-07-31"), pd.NaT]})
    row = measure({"agents": agents}, "attrition", start="2026-07-01", end="2026-09-01").iloc[0]
    assert row["top"] == 1 and row["bottom"] == pytest.approx(3 / 12)


def test_a_row_without_a_day_does_not_spoil_the_names_of_the_quarters():
    days = [pd.Timestamp("2026-08-01"), pd.NaT]
    rows = pd.DataFrame({"evaluation": ["1", "2"], "date": days, "step": "a", "points": [1.0, 2.0], "possible": 2.0})
    assert measure({"evaluations": rows}, "qa_score", by="quarter")["quarter"].dropna().tolist() == ["2026Q3"]


@pytest.mark.parametrize(("step", "starts"), [(7200, [8, 8, 10, 10]), (5400, [7.5, 9, 9, 10.5])])
def test_an_interval_that_is_longer_than_an_hour_keeps_its_length_beside_hours(step, starts):
    found = measure({"calls": CALLS}, "service_level", by=["interval", "hour"], interval_s=step)
    assert found["hour"].tolist() == [8, 9, 10, 11]
    assert ((found["interval"] - pd.Timestamp("2026-08-01")) / pd.Timedelta(hours=1)).tolist() == starts


@pytest.mark.parametrize("step", [0, -5, nan, 0.5, 1000, "900", True, None])
def test_an_interval_that_does_not_divide_the_day_is_refused(step):
    with pytest.raises(ValueError, match="interval_s must be whole seconds that divide a day"):
        measure({"calls": CALLS}, "service_level", by="interval", interval_s=step)


def test_a_period_is_told_in_local_time_and_must_begin_before_it_ends():
    start = pd.Timestamp("2026-08-01 11:00", tz="Europe/Helsinki")  # 08:00 in UTC, which is taken without a centre
    assert measure({"calls": CALLS}, "service_level", start=start)["bottom"].item() == 4
    assert measure({"calls": CALLS}, "service_level", start=start.tz_localize(None))["bottom"].item() == 1
    for words in ({"start": "2026-09-01", "end": "2026-08-01"}, {"start": pd.NaT}):
        with pytest.raises(ValueError, match="start must be"):
            measure({"calls": CALLS}, "service_level", **words)
    with pytest.raises(ValueError, match="kpis must name at least one KPI"):
        measure({"calls": CALLS}, [])


@pytest.mark.parametrize(
    ("kpi", "option", "value"),
    [
        ("service_level", "target_s", nan),
        ("service_level", "target_s", "20"),
        ("service_level", "definition", ["offered"]),
        ("abandonment", "short_s", -1),
        ("repeat_rate", "days", "x"),
        ("fcr", "not_resolvable", "fault of the line"),
        ("fcr", "same_reason", "yes"),
    ],
)
def test_an_option_takes_values_of_its_kind_only(kpi, option, value):
    with pytest.raises(ValueError, match=f"{option} of {kpi} must be"):
        KPIS[kpi].with_(**{option: value})


def test_a_contact_whose_reason_is_not_known_repeats_none():
    """The customer called twice within the hour, and nobody wrote down why: that is no repeat of the same reason."""
    calls = CALLS.assign(customer=["k", "k", "k", "k"], reason=["x", None, None, "x"])
    row = measure({"calls": calls}, KPIS["repeat_rate"].with_(days=0.1)).iloc[0]  # 2.4 h: told from 10:34 on
    assert (row["top"], row["bottom"]) == (0, 1)


@pytest.mark.parametrize("key", ["calls_per_agent", "critical_accuracy", "repeat_rate"])
def test_a_kpi_whose_table_lacks_a_column_says_which(key):
    rows = pd.DataFrame({"evaluation": ["1"], "step": "a"})
    with pytest.raises(ValueError, match="has no column"):
        measure({"calls": CALLS.drop(columns="arrived"), "evaluations": rows}, key)


# ------------------------------------------------------------------------------------------- the whole audit

WITHOUT = {
    "evaluations": ("points", "possible"),
    "ledger": ("planned", "actual"),
    "agents": ("hired",),
    "activities": ("actual",),
}


@pytest.mark.parametrize(("table", "column"), [(table, one) for table, columns in WITHOUT.items() for one in columns])
def test_a_column_that_is_not_there_leaves_out_its_part_alone(small, table, column):
    tables = small.tables | {table: small.tables[table].drop(columns=column)}
    chosen = tuple(one for one in SECTIONS if one.key in ("standing", "why", "people", "quality"))
    told = audit_of(replace(small, tables=tables), sections=chosen)
    assert {"standing", "why", "people"} <= set(told.sections)


def test_evaluations_without_a_day_and_a_call_have_no_day(tmp_path):
    tables = {name: frame for name, frame in frames().items() if name in ("intervals", "evaluations")}
    tables["evaluations"] = tables["evaluations"].drop(columns=["date", "call_id"], errors="ignore")
    assert evidence_of(write(tmp_path, tables), QUARTER).of("evaluations").empty


def test_a_forecast_that_cannot_be_used_is_told_and_the_rest_is_made(small):
    chosen = tuple(one for one in SECTIONS if one.key in ("promises", "why"))
    told = audit_of(small, expected=pd.DataFrame({"queue": ["service"]}), sections=chosen)
    assert "missing: start, offered, aht_s" in told.missing["promises"] and "why" in told.sections


def test_a_forecast_may_be_written_in_any_zone_and_holds_numbers(small):
    rows = small.of("intervals")[["queue", "start", "offered"]].assign(aht_s=260.0)
    utc = expected_of(small, rows.assign(start=rows["start"].dt.tz_convert("UTC"))).frame
    assert utc["start"].dt.tz == rows["start"].dt.tz and utc["start"].tolist() == rows["start"].tolist()
    changed = ["2026-04-01T09:00:00+03:00", "2026-04-01T09:30:00+02:00"]  # as text across a change of the clocks
    told = expected_of(small, rows.head(2).assign(start=changed)).frame
    assert told["start"].dt.tz_localize(None).dt.strftime("%H:%M").tolist() == ["09:00", "10:30"]
    for value in (-5.0, inf):
        with pytest.raises(ValueError, match="aht_s must hold seconds"):
            expected_of(small, rows.assign(aht_s=value))


# ------------------------------------------------------------------------------------------- single parts


def test_drivers_that_are_arrays_of_another_length_have_changed():
    steps = bridge(lambda calls: float(np.sum(calls)), {"calls": np.array([])}, {"calls": np.array([7.0])})
    assert steps["driver"].tolist() == ["before", "calls", "after"] and steps["effect"].iloc[1] == 7
    for value in (1e30, nan, -inf):
        with pytest.raises(ValueError, match="value must be a finite number below"):
            bridge(lambda cost: cost, {"cost": 1.0}, {"cost": value})


def test_what_is_not_needed_is_not_overdue():
    rows = pd.DataFrame({"checklist": "l", "item": ["a", "b"], "due": pd.Timestamp("2026-01-01")})
    late = open_items(rows.assign(status=["not needed", "open"]), Quarter(2026, 3))
    assert late["item"].tolist() == ["b"]


def test_a_checklist_may_lack_all_but_its_items():
    bare = starter(["security"])[["checklist", "step", "item"]]
    assert late_items(bare, "2026-01-01").empty and progress(bare, "2026-01-01")["done"].sum() == 0
    assert implementation_plan(bare, "2026-01-05", checklist="security").frame["status"].eq("open").all()


def test_a_ledger_may_name_any_day_of_a_month():
    months = pd.to_datetime(["2026-07-31", "2026-08-15", "2026-09-01"])
    rows = pd.DataFrame({"month": months, "category": "labour", "line": "pay", "planned": 1.0, "actual": 1.0})
    assert months_missing(rows, Quarter(2026, 3)) == []


def test_costs_of_a_period_without_contacts_are_refused_in_words():
    rows = pd.DataFrame({"queue": ["a"], "start": pd.Timestamp("2026-08-01"), "offered": 0.0, "aht_s": 200.0})
    for change, words in (({}, "must hold contacts"), ({"aht_s": nan}, "aht_s of the intervals must be known")):
        with pytest.raises(ValueError, match=words):
            CostState(intervals=rows.assign(**change), centre=None, agent_hours={"a": 1.0}, paid_hours=2.0, labour=30.0)


def test_work_is_what_the_kpis_call_work():
    """Somebody on the phone where nothing was scheduled worked beyond the schedule; annual leave is no time due."""
    start = pd.to_datetime(["2026-07-01 08:00", "2026-07-01 10:00", "2026-07-01 12:00"])
    day = pd.DataFrame({"agent": "a", "start": start, "end": start + pd.Timedelta(hours=1)})
    rows = attendance(
        day.assign(scheduled=["work", None, "annual leave"], actual=["work", "phone", "annual leave"]), {}
    )
    assert rows.loc[0, ["scheduled_h", "beyond_h"]].tolist() == [1.0, 1.0]


EQUIPMENT = pd.DataFrame(
    {
        "device": "d",
        "station": ["new", "old", "old"],
        "kind": "headset",
        "checked_on": pd.to_datetime(["2026-05-01", "2026-01-01", "2026-02-01"]),
        "state": "faulty",
    }
)


def test_a_device_stands_where_its_last_check_found_it_whatever_the_order_of_rows():
    assert repeat_offenders(EQUIPMENT, "2026-06-01")["station"].tolist() == ["new"]
    due = replacements(EQUIPMENT, "2026-06-01", years={"headset": 2.5}, months=60)
    assert due.loc[0, ["station", "replace_on"]].tolist() == ["new", pd.Timestamp("2028-07-01")]
    with pytest.raises(ValueError, match="names no station"):
        check_rota(EQUIPMENT.drop(columns="station"), "2026-06-01")


def test_reviews_say_which_column_they_need():
    agents, heard = pd.DataFrame({"agent": ["a"]}), pd.DataFrame({"agent": ["a"], "date": pd.Timestamp("2026-01-01")})
    with pytest.raises(ValueError, match="column hired"):
        reviews_due(agents, "2026-06-01", evaluations=heard)
    with pytest.raises(ValueError, match="at least one of them is needed"):
        reviews_due(agents.assign(hired=pd.Timestamp("2025-01-01")), "2026-06-01", evaluations=heard[["date"]])


def test_goals_are_read_as_they_were_written(tmp_path):
    goal = Goal(goal="+10 % content customers", factor="=asked", until="2027-01-01", kpi="fcr", target=0.7)
    with pytest.raises(ValueError, match="cannot be read"):
        save_goals(tmp_path, [goal])
    assert not (tmp_path / "goals.csv").exists()
    (tmp_path / "centre.toml").write_text('name = "x"\ntime_zone = "UTC"\n[queues.a]\n', encoding="utf-8")
    save_goals(tmp_path, [goal])
    assert read_goals(tmp_path) == (goal,)
    with pytest.raises(ValueError, match="target of aht_s must be from"):
        replace(goal, kpi="aht_s", target=inf)


def test_a_journal_cut_within_a_letter_is_read_and_written_on(tmp_path):
    (tmp_path / "evaluations.journal").write_bytes('{"who": "me", "did": "saved"}\n{"who": "Å'.encode()[:-1])
    assert EvaluationStore(tmp_path, who="me").journal()["did"].tolist() == ["saved"]


def test_actions_of_an_unclosed_quotation_are_told(tmp_path):
    (tmp_path / "actions.csv").write_text('key,area,severity,says,status\n"k' + "x" * 200_000, encoding="utf-8")
    with pytest.raises(ValueError, match="cannot be read as CSV"):
        read_actions(tmp_path)


@pytest.mark.parametrize(
    "change",
    [{}, {"files": None}, {"inputs": [{"file": "a"}]}, {"signatures": [{"by": "me"}]}, {"versions": []}],
    ids=str,
)
def test_a_damaged_record_is_told_in_words(tmp_path, change):
    record = {"format": 1, "inputs": [], "files": {}, "parameters": {}, "seal": "", "signatures": [], "places": {}}
    (tmp_path / "sign_off.json").write_text(json.dumps(record | change), encoding="utf-8")
    with pytest.raises(SignOffError, match="is damaged"):
        verify(tmp_path)
