"""The verdict, what could be better, and the audit that puts the sections together."""

import re
import sys
from dataclasses import dataclass, replace
from decimal import Decimal
from types import ModuleType, SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from ccplan import display
from ccplan.auditing.concluding.actions import Actions, actions_of
from ccplan.auditing.audit import SECTIONS, Section, audit_of, frames_of
from ccplan.auditing.findings import Finding
from ccplan.auditing.concluding.improvements import improvements, open_items
from ccplan.auditing.quarter import Quarter
from ccplan.auditing.concluding.verdict import cannot_be_judged, distinct, ranked, verdict
from ccplan.data import Shrinkage
from ccplan.queueing import required_agents

from .test_audit_promises import CENTRE, a_history, evidence_from

HOSTILE = "<script>alert(1)</script>"


def a_finding(key, severity="amber", area="money", cost=None, evidence="why", **more):
    return Finding(
        key=key,
        area=area,
        severity=severity,
        says=f"{key} is the matter",
        evidence=evidence,
        action="look",
        cost=cost,
        **more,
    )


# --------------------------------------------------------------------------------------- verdict


def test_areas_take_the_colour_of_their_gravest_finding():
    told = verdict(
        [a_finding("rent"), a_finding("platform", "red"), a_finding("sickness Oak", area="people")],
        "2026Q3",
        missing={"customers": "no calls", "people": "x"},
    )
    assert [(area.colour, area.word) for area in told.areas] == [
        ("grey", "cannot be judged"),
        ("amber", "look into it"),
        ("red", "act now"),
        ("green", "in order"),
    ]
    assert (
        told.areas[2].reason == "platform is the matter; and 1 more"
        and told.areas[0].reason == "cannot be judged: no calls"
    )
    assert (
        told.colour == "red"
        and "customer satisfaction cannot be judged" in told.sentence
        and "3 findings; red: financial data" in told.sentence
    )


def test_a_quarter_of_chance_is_green_and_says_nothing():
    told = verdict([], "2026Q1")
    assert (
        told.sentence == "2026Q1: nothing that chance does not explain."
        and told.matters == ()
        and told.colour == "green"
    )


def test_red_first_then_customers_then_money():
    found = [
        a_finding("a", cost=Decimal(9000)),
        a_finding("b", area="customers"),
        a_finding("c", "red"),
        a_finding("d", cost=Decimal(-20000)),
        a_finding("e", "red", cost=Decimal(1)),
    ]
    assert [one.key for one in ranked(found)] == ["e", "c", "b", "d", "a"]


def test_one_cause_counts_once_and_three_are_told():
    found = [
        a_finding("aht_s service", area="customers"),
        a_finding("resolution service", area="customers"),
        a_finding("understaffed service", area="people"),
        a_finding("forecast_aht chat", area="improvements"),
        a_finding("forecast_aht service", area="improvements"),
        a_finding("sickness Willow", area="people"),
        a_finding("turnover Willow", area="people"),
        a_finding("sickness Alder", area="people"),
        a_finding("technology", "red"),
        a_finding("rent"),
    ]
    told = distinct(found)
    assert [(one.finding.key, len(one.also)) for one in told] == [
        ("technology", 0),
        ("aht_s service", 4),
        ("sickness Willow", 1),
        ("sickness Alder", 0),
        ("rent", 0),
    ]
    assert [one.finding.key for one in verdict(found).matters] == ["technology", "aht_s service", "sickness Willow"]


def test_two_groups_that_a_later_finding_joins_are_one():
    told = distinct(
        [
            a_finding("aht_s a", "red", area="customers"),
            a_finding("csat b", "red", area="customers"),
            a_finding("aht_s b", area="customers"),
        ]
    )
    assert [(one.finding.key, one.also) for one in told] == [("aht_s a", ("csat b", "aht_s b"))]


def test_a_cause_is_one_with_what_it_moved():
    cause = replace(
        a_finding("reason flex", area="customers"),
        says="New: contacts about 'flex'. Since 2026Q1 handle time of service went from 299 to 351 s.",
    )
    rest = [
        a_finding("service_level service", "red", area="customers"),
        a_finding("news fcr mail", area="customers"),
        a_finding("promise out", area="customers"),
    ]
    assert [(one.finding.key, one.also) for one in distinct([cause, *rest])] == [
        ("service_level service", ("reason flex",)),
        ("news fcr mail", ()),
        ("promise out", ()),
    ]


def test_stops_are_set_once(stand_ins):
    ends = replace(a_finding("rent"), says="Rent doubled.", action="Ask why.")
    assert verdict([ends, a_finding("x")], "Q").areas[2].reason == "Rent doubled; and 1 more" and verdict(
        [ends]
    ).sentence.endswith("First: Rent doubled.")
    sys.modules["ccplan.auditing.stand_in"].finds = lambda evidence: Made(pd.DataFrame(), (ends,))
    told = audit_of(evidence_from(a_history()), sections=stand_ins.sections[1:2])
    assert told.findings[0].says == "Rent doubled" and ".." not in display.matters_page(told)._repr_html_()


def test_what_cannot_be_judged_is_told_by_its_tables():
    evidence = evidence_from(a_history())
    assert cannot_be_judged(evidence) == {"money": "the table ledger is missing"}
    empty = replace(
        evidence, tables=evidence.tables | {"ledger": pd.DataFrame({"month": pd.to_datetime(["2025-01-01"])})}
    )
    assert cannot_be_judged(empty) == {"money": "the table ledger is without a row in 2026Q3"}


# ----------------------------------------------------------------------------------- improvements

ITEMS = pd.DataFrame(
    {
        "checklist": "set-up",
        "step": "s",
        "department": ["it", "it", "legal", "it", "it", "it"],
        "item": ["late", "just late", "done later", "done", "not yet due", "undated"],
        "due": pd.to_datetime(["2026-06-30", "2026-09-20", "2026-05-01", "2026-05-01", "2026-10-05", None]),
        "done_on": pd.to_datetime([None, None, "2026-10-02", "2026-05-03", None, None]),
        "status": ["open", "in progress", "done", "done", "open", "open"],
        "cost": [100.0, np.nan, 50.0, 7.0, 7.0, 7.0],
    }
)


def test_items_count_as_they_stood_at_the_quarters_end():
    late = open_items(ITEMS, Quarter.of("2026Q3"))
    assert late[["item", "days", "cost"]].values.tolist() == [
        ["done later", 153, 50.0],
        ["late", 93, 100.0],
        ["just late", 11, 0.0],
    ]
    assert open_items(ITEMS, Quarter.of("2026Q2"))["item"].tolist() == ["done later", "late"]


def test_long_overdue_items_are_one_finding():
    told = improvements(evidence_from(a_history(), checklist=ITEMS))
    (one,) = told.findings
    assert (
        "2 items of the checklist are overdue by more than 30 days, the longest by 153: done later; doing them costs 150"
        in one.says
    )
    assert improvements(evidence_from(a_history(), quarter="2026Q1", checklist=ITEMS)).findings == ()
    assert "no checklist is kept here" in improvements(evidence_from(a_history())).notes[0]


def test_levers_are_worth_the_hours_that_the_formula_saves():
    rows = a_history()
    came = rows[Quarter.of("2026Q3").holds(rows["start"])]
    worth = improvements(evidence_from(rows)).worth.set_index("lever")
    targets, price = CENTRE.queue("q").targets, CENTRE.costs.loaded_hourly_cost
    base = required_agents(came["offered"], 240.0, targets, patience_s=180.0).sum() / 2
    faster = required_agents(came["offered"], 228.0, targets, patience_s=180.0).sum() / 2
    assert float(worth.loc["handle time 5% shorter", "money"]) == pytest.approx((base - faster) / 0.7 * price, abs=0.01)
    assert worth.loc["one point of shrinkage less", "hours"] == pytest.approx(base / 0.7 - base / 0.71)
    none = replace(CENTRE, shrinkage=Shrinkage(external={}, internal={}))
    assert "one point of shrinkage less" not in set(improvements(evidence_from(rows, none)).worth["lever"])


# ------------------------------------------------------------------------------------------ audit


@dataclass(frozen=True)
class Made:
    rows: pd.DataFrame
    findings: tuple = ()


@pytest.fixture
def stand_ins(monkeypatch):
    """Sections of which one finds something, one lacks its table and one takes what was expected."""
    module = ModuleType("ccplan.auditing.stand_in")
    seen = {}

    def finds(evidence):
        rows = pd.DataFrame(
            {"start": pd.date_range("2026-07-01", periods=2, tz="Europe/Helsinki"), "name": [HOSTILE, "=cmd()"]}
        )
        return Made(
            rows,
            (
                a_finding("rent", cost=Decimal(5)),
                a_finding("rent", "red"),
                a_finding(f"sickness {HOSTILE}", area="people", evidence="people"),
            ),
        )

    def lacks(evidence):
        evidence.frame("evaluations")

    def takes(evidence, expected=None):
        seen["expected"] = expected
        return Made(pd.DataFrame())

    module.finds, module.lacks, module.takes = finds, lacks, takes
    monkeypatch.setitem(sys.modules, module.__name__, module)
    rest = [one for one in SECTIONS if one.key in ("promises", "improvements")]
    made = [
        Section(key="people", number=6, title="People", home="stand_in", make="finds"),
        Section(key="quality", number=7, title="Quality", home="stand_in", make="lacks"),
        Section(key="why", number=5, title="Why", home="stand_in", make="takes", uses_forecast=True),
    ]
    return SimpleNamespace(sections=(rest[0], *made, rest[1]), seen=seen)


def test_a_missing_table_is_told_and_the_rest_is_made(stand_ins):
    steps = []
    told = audit_of(
        evidence_from(a_history(agents=1), checklist=ITEMS),
        sections=stand_ins.sections,
        progress=lambda *step: steps.append(step),
    )
    assert told.missing == {"quality": "the table evaluations is needed: no such table is known"}
    assert list(told.sections) == ["promises", "people", "why", "improvements"]
    assert stand_ins.seen["expected"] is told["promises"].expected, "what was expected is reckoned once"
    assert [one.key for one in told.findings] == ["rent", f"sickness {HOSTILE}", "checklist overdue"], (
        "one finding a key, the gravest of two"
    )
    assert all(one.owner and one.due is not None for one in told.findings) and told.findings[2].owner in ("it", "legal")
    assert steps[0][1:] == (1, 6) and steps[-1] == ("Verdict", 6, 6)
    with pytest.raises(ValueError, match="evaluations is needed"):
        told["quality"]
    sheets = told.sheets()
    assert frames_of({"a": Made(ITEMS), "b": {"c": ITEMS}, "d": 3}).keys() == {"a rows", "b c"}
    assert (
        list(sheets)[:6] == ["verdict", "contents", "findings", "actions", "carried over", "missing"]
        and "people rows" in sheets
    )
    assert all(len(name) <= 31 for name in sheets)
    assert not [
        name
        for frame in sheets.values()
        for name, column in frame.items()
        if getattr(column.dtype, "tz", None) is not None
    ]


def test_what_was_edited_and_what_was_carried_over(stand_ins):
    before = pd.concat(
        [
            actions_of([a_finding("rent"), a_finding("gone")], "2026Q2"),
            actions_of([a_finding("rent")], "2026Q3").assign(owner="Ann"),
        ]
    )
    told = audit_of(
        evidence_from(a_history(agents=1)), before=Actions(before, ("row 9: x",)), sections=stand_ins.sections
    )
    assert told.actions.set_index("key").loc["rent", "owner"] == "Ann" and told.notes == ("row 9: x",)
    assert told.carried.set_index("key")["became"].to_dict() == {"rent": "worse", "gone": "gone"}


def test_a_fault_of_our_own_is_no_missing_table(stand_ins):
    broken = replace(stand_ins.sections[1], make="not_there")
    with pytest.raises(AttributeError):
        audit_of(evidence_from(a_history()), sections=(broken,))


# ---------------------------------------------------------------------------------------- display


@pytest.fixture
def shown(stand_ins):
    before = actions_of([a_finding("rent"), a_finding("gone")], "2026Q2").assign(note=HOSTILE)
    return audit_of(
        evidence_from(a_history(agents=1), checklist=ITEMS.assign(item=HOSTILE)),
        before=Actions(before),
        sections=stand_ins.sections,
    )


def test_text_from_tables_stays_text_on_every_page(shown):
    told, better = shown["promises"], shown["improvements"]
    pages = [
        display.verdict_page(shown),
        display.matters_page(shown),
        display.findings_and_actions(shown),
        display.costs_table(shown),
        display.carried_table(shown),
        display.overdue_table(better),
        display.worth_table(better, "EUR"),
        display.accuracy_table(told),
        display.fit_table(told),
        display.kept_table(told),
        display.promise_definitions(),
        display.assumptions_table(shown),
    ]
    for page in pages:
        html = page._repr_html_() if hasattr(page, "_repr_html_") else page.markdown
        assert "<script" not in html
        assert html == (page._repr_html_() if hasattr(page, "_repr_html_") else page.markdown), "the same twice"
    for words in (display.verdict_words(shown), display.notes_words(shown), display.promises_answer(told)):
        assert "<script" not in words.markdown


def test_colour_is_never_alone_and_every_finding_leads_to_its_section(shown):
    page = display.verdict_page(shown)._repr_html_()
    assert [word for word in re.findall(r"(red|amber|green|grey): ", page)] == ["green", "amber", "red", "amber"]
    html = display.findings_and_actions(shown)._repr_html_()
    assert re.findall(r"href='#([a-z-]+)'", html) == ["why", "people", "improvements"]
    assert "3 findings, 1 of them red" in html


def test_nothing_found_reads_well():
    quiet = audit_of(
        evidence_from(a_history(agents=1)),
        sections=tuple(one for one in SECTIONS if one.key in ("promises", "improvements")),
    )
    assert quiet.findings == () and "nothing to act upon" in display.matters_page(quiet).markdown
    assert (
        "no finding" in display.findings_and_actions(quiet).markdown
        and "No earlier audit" in display.carried_table(quiet).markdown
    )
    assert (
        display.verdict_words(quiet).markdown
        == "**2026Q3: nothing that chance does not explain; financial data cannot be judged.**"
    )


def test_charts_state_what_they_show_and_refuse_other_queues(shown):
    told = shown["promises"]
    for chart, words in (
        (display.forecast_against_chart(told), "contacts came"),
        (display.promise_kept_chart(told), "were promised"),
        (display.schedule_fit_chart(told), "too few agents in"),
    ):
        picture = display.show(chart)
        assert words in picture.alt and "<svg" in picture.svg and "NaN" not in picture.svg
    with pytest.raises(ValueError, match="queue must be one of q, got 'nowhere'"):
        display.forecast_against_chart(told, "nowhere")
