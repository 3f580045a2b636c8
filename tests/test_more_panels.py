"""The panels of hiring, audit and trust: the plain function behind each held against another way; in a browser:
`test_every_panel.py`.
"""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ccplan.auditing.findings import Finding
from ccplan.display import audit_desk, headcount_desk, validation_desk
from ccplan.display.audit.panel import AGAINST, audit_view
from ccplan.display.panels.dials import Dial
from ccplan.display.panels.saying import tiles
from ccplan.display.panels.tools import Tools
from ccplan.display.people.panel import headcount_view
from ccplan.display.people.plans import headcount_ground, ramp_from, startable
from ccplan.display.validation.panel import DAYS, validation_view
from ccplan.auditing.standing.cuts import Cuts, variants_of
from ccplan.planning import cheapest_hires, hiring_decisions, plan_headcount, staff
from ccplan.planning.people.requirement import monthly_requirement
from ccplan.planning.validating.promises import PlannedDay
from ccplan.queueing import erlang_c, predict_day
from tests.panel_actions import message, rested, three_places, words
from tests.small_case import CENTRE, PEOPLE, forecast, small_calls, small_case, small_evidence, small_intervals

FINDINGS = (
    Finding(
        key="a", area="customers", severity="red", says="Callers waited", evidence="kpis", action="Staff <b>more</b>"
    ),
    Finding(key="b", area="money", severity="amber", says="It cost more", evidence="why", action="Ask who ordered"),
)


@pytest.fixture(scope="module")
def ground():
    return headcount_ground(small_case())


@pytest.fixture
def hiring():
    return headcount_desk(None, case=small_case())


@pytest.fixture(scope="module")
def cuts():
    return Cuts(small_evidence())


def findings_desk():
    told = small_evidence()
    told.findings = FINDINGS
    return audit_desk(told)


def trust():
    return validation_desk(None, CENTRE, intervals=small_intervals())


# ------------------------------------------------------------------------------------------ hiring


@pytest.mark.parametrize("overrides, frame, centre", [
    ({}, {}, {}), ({"volume": 0.2}, {"offered": 1.2}, {}), ({"attrition_per_year": 0.6}, {}, {"attrition_per_year": 0.6}),
    ({"lead_time_weeks": 9.0}, {}, {"lead_time_weeks": 9.0}), ({"class_size": 5.0}, {}, {"class_size": 5}), ({"first_month": 0.3}, {}, {"ramp": (0.3, 0.3, 0.3)}),
])  # fmt: skip
def test_a_hiring_view_is_the_plan_of_the_long_way(ground, overrides, frame, centre):
    """Every interval staffed and added up, then people and money by hand from the plan's frame."""
    long = replace(CENTRE, hiring=replace(CENTRE.hiring, **centre))
    needed = monthly_requirement(
        staff(forecast().assign(**{name: forecast()[name] * factor for name, factor in frame.items()}), long), long
    )
    view = headcount_view(ground, overrides, decisions=False)
    heads = plan_headcount(
        needed, long, people=PEOPLE, hires=view.hires, at=small_case().at, curves=small_case().curves
    )
    assert view.totals.required == pytest.approx(heads.groupby("month")["required_fte"].sum().mean(), rel=0.004)
    assert view.totals.available == pytest.approx(heads.groupby("month")["available_fte"].sum().mean(), rel=0.004)
    assert view.totals.starters == view.hires["heads"].sum()
    hours = pd.Series({month: 37.5 * month.days_in_month / 7 for month in heads["month"].unique()})
    wages = (heads["paid_fte"] * heads["month"].map(hours) * 15.0 * 1.3).sum()
    assert wages < view.totals.cost < 1.1 * wages, "overtime is on top, and little"
    assert cheapest_hires(needed, long, people=PEOPLE, at=small_case().at).hires["heads"].sum() == pytest.approx(
        view.totals.starters, abs=2
    )
    assert (view.hires["month"] >= small_case().at + pd.Timedelta(weeks=long.hiring.lead_time_weeks)).all()


def test_the_last_safe_day_is_the_earliest_of_all_classes(ground, hiring):
    plan = ground.replanned({})
    assert (
        rested(hiring)["tiles"]["safe"]["value"]
        == f"{(day := hiring_decisions(plan)['last_safe_date'].min()).day} {day:%b %Y}"
    )
    assert hiring.view().totals == headcount_view(ground).totals, "class by class, or all at once"


def test_while_a_dial_moves_hiring_stays_and_at_rest_it_is_planned_anew(hiring, ground):
    rested(hiring)
    moved = hiring.answer(message(hiring, volume="20"))
    held = headcount_view(ground, {"volume": 0.2}, hires=ground.replanned({}).hires)
    assert words(moved["tiles"]) == words(tiles(held.totals, None, "EUR")) and moved["tiles"]["safe"]["value"] == "–"
    assert moved["unsettled"] and "miss people" in moved["warnings"][0] and "decisions" not in moved["charts"]
    after = rested(hiring, "rest")
    assert (
        words(after["tiles"]) == words(tiles(headcount_view(ground, {"volume": 0.2}).totals, None, "EUR"))
        and not after["warnings"]
    )
    assert set(after["charts"]) == {"months", "gaps", "decisions"}
    json.dumps(after, allow_nan=False)


@pytest.mark.parametrize(
    "name",
    [
        "volume",
        "attrition_per_year",
        "shrinkage",
        "overtime",
        "lead_time_weeks",
        "training_weeks",
        "first_month",
        "class_size",
    ],
)
def test_each_dial_of_hiring_at_both_ends_and_the_middle(hiring, ground, name):
    dial = next(dial for dial in hiring.dials if dial.name == name)
    for value in three_places(dial):
        answer = hiring.answer(message(hiring, **{name: str(value)}))
        asked = {} if value == dial.dialled(ground.now(name)) else {name: value / dial.scale}
        assert words(answer["tiles"]) | {"safe": "–"} == words(
            tiles(headcount_view(ground, asked, hires=ground.replanned({}).hires).totals, None, "EUR")
        )
        assert answer["charts"] and not answer["faults"]
        json.dumps(answer, allow_nan=False)


def test_a_bad_entry_is_told_beside_its_dial_and_undo_and_reset_go_back(hiring):
    answer = hiring.answer(message(hiring, class_size="2.5", volume="many"))
    assert (
        answer["faults"]
        == {"class_size": "Class must be a whole number, got 2.5.", "volume": "Volume must be a number, in %."}
        and answer["charts"] is None
    )
    tools = Tools(hiring)
    for volume in ("5", "6", "7"):
        tools.answer(message(hiring, volume=volume) | {"gesture": 1})
    tools.answer(message(hiring, overtime="9") | {"gesture": 2})
    assert (
        tools.answer(message(hiring, "undo"))["settings"]["dials"]["overtime"] == hiring.start.values["overtime"] * 100
    )
    assert hiring.state.values["volume"] == 0.07
    assert tools.answer(message(hiring, "undo"))["settings"]["dials"]["volume"] == 0, "a drag is one move"
    hiring.answer(message(hiring, volume="11"))
    answer = hiring.answer(message(hiring, "pin"))
    assert "the pinned plan (volume 11 %)" in answer["against"] and answer["tiles"]["cost"]["delta"] == ""
    assert hiring.answer(message(hiring, "reset"))["settings"]["dials"]["volume"] == 0
    assert "month" in tools.answer(message(hiring, "csv"))["download"]["text"]


def test_ramps_and_put_off_classes():
    assert ramp_from((0.5, 0.75), 0.6) == (0.6, 0.8) and ramp_from((1.0,), 0.5) == (0.5,)
    hires = pd.DataFrame({"queue": "front", "month": pd.to_datetime(["2027-01-01", "2027-05-01"]), "heads": 3})
    late = replace(
        CENTRE, hiring=replace(CENTRE.hiring, lead_time_weeks=8)
    )  # eight weeks from 8 December end on 2 February
    assert startable(hires, late, "2026-12-08")["month"].dt.month.tolist() == [3, 5]
    assert startable(hires, late, "2026-12-07")["month"].dt.month.tolist() == [2, 5]


@pytest.mark.parametrize("text", ["", "nan", "inf", "1e99", "=1", "−200"])
def test_no_strange_number_is_taken(text):
    with pytest.raises(ValueError, match="^Volume must be"):
        Dial(name="v", label="Volume, change", unit="%", low=-30, high=50, group="d", least=-90, most=900).read(text)


# ------------------------------------------------------------------------------------------- audit


def by_hand(queue="", hour=None, first="2026-04-01", last="2026-07-01"):
    """(in time, all) counted from the calls without the library."""
    calls = small_calls()
    local = calls["arrived"].dt.tz_localize(None)
    mine = calls[
        (local >= first)
        & (local < last)
        & ((calls["queue"] == queue) | (queue == ""))
        & ((local.dt.hour == hour) | (hour is None))
    ]
    return int(((mine["outcome"] == "answered") & (mine["wait_s"] <= 20)).sum()), len(mine)


@pytest.mark.parametrize("queue", ["", "front", "back"])
def test_a_kpi_its_interval_and_its_hours_are_those_counted_by_hand(cuts, queue):
    view = audit_view(cuts, queue=queue, grain="hour")
    good, all_ = by_hand(queue)
    assert view.cut.now["value"] == good / all_ and view.totals.contacts == f"{all_:,}"
    low, high = wilson_by_hand(good, all_)
    assert (view.cut.now["low"], view.cut.now["high"]) == pytest.approx((low, high), abs=1e-9)
    for hour in (9, 11, 15):
        good, all_ = by_hand(queue, hour)
        assert view.cut.day_hours.set_index("hour").loc[hour, ["value", "n"]].tolist() == [good / all_, all_]
    assert view.totals.verdict == {"": "no target", "front": "missed", "back": "met"}[queue] and (
        queue == "" or (high < 0.8) == (queue == "front")
    )


def wilson_by_hand(good, all_, z=1.959963984540054):
    """Both roots of (p − good/n)² = z² p (1 − p) ÷ n."""
    share = good / all_
    roots = np.roots([1 + z * z / all_, -2 * share - z * z / all_, share * share])
    return min(roots), max(roots)


def test_quarters_are_held_against_each_other(cuts):
    now, before, year = (
        np.divide(*by_hand("front", None, *span))
        for span in (("2026-04-01", "2026-07-01"), ("2026-01-01", "2026-04-01"), ("2025-04-01", "2025-07-01"))
    )
    then, ago = (audit_view(cuts, queue="front", against=against).totals for against in ("then", "year_ago"))
    assert then.change == f"−{100 * (before - now):.1f} pts" and then.verdict == "worse"
    assert ago.against == f"{100 * year:.1f} %" and ago.verdict == "worse"
    assert audit_view(cuts, queue="back", against="then").totals.verdict == "noise"


def test_limits_are_mean_and_moving_ranges_of_the_weeks_before(cuts):
    course = audit_view(cuts, queue="front").cut.course
    usual = course.loc[~course["now"], "value"].to_numpy()
    mean, step = usual.mean(), np.abs(np.diff(usual)).mean()
    assert course["centre"].iloc[0] == pytest.approx(mean) and course["lower"].iloc[0] == pytest.approx(
        max(mean - 3 / 1.128 * step, 0)
    )
    assert course.loc[course["now"], "rules"].ne("").sum() > 8 and course["now"].sum() == 13
    days = audit_view(cuts, queue="front", grain="day").cut.course
    monday = days[days["time"].dt.weekday == 0]
    assert monday["centre"].nunique() == 1 and days["centre"].nunique() > 1


def test_another_definition_is_another_number(cuts):
    variant = next(one for one in variants_of("service_level").values() if one.settings["definition"] == "answered")
    view, calls = audit_view(cuts, variant, queue="front"), small_calls()
    answered = (
        (calls["queue"] == "front") & (calls["arrived"] >= "2026-04-01") & (calls["outcome"] == "answered")
    ).sum()
    assert view.cut.now["value"] == by_hand("front")[0] / answered


def test_pickers_findings_and_words(cuts):
    desk = findings_desk()
    answer = desk.answer({"seq": 0})
    assert [note["tone"] for note in answer["notes"]] == ["red", "amber"]
    for places in (
        {"queue": "front"},
        {"grain": "day"},
        {"grain": "hour"},
        {"against": AGAINST["then"]},
        {"area": "Financial data"},
        {"kpi": "Average handle time"},
    ):
        answer = desk.answer(message(desk, pickers=places))
        json.dumps(answer, allow_nan=False)
        assert answer["charts"], answer["warnings"]
    assert [note["text"] for note in answer["notes"]] == ["Financial data, amber: It cost more. Ask who ordered."]
    assert answer["charts"]["course"]["hidden"] and answer["now"]["pickers"]["variant"] == "as usual"
    strange = desk.answer(message(desk, pickers={"queue": "nobody"}))
    assert (
        "Queue must be one of all queues, front, back, got 'nobody'" in strange["warnings"][0]
        and strange["charts"] is None
    )
    with pytest.raises(ValueError, match="grain must be one of week, day, hour"):
        audit_view(cuts, grain="year")


# ------------------------------------------------------------------------------------------- trust


def test_the_three_answers_are_those_of_the_formulas_alone():
    """A flat day without patience: Erlang C's service by hand; the prediction of the library's own day; many days
    within chance.
    """
    day = PlannedDay(
        name="flat",
        calls=np.full(16, 60.0),
        aht_s=np.full(16, 300.0),
        patience_s=np.inf,
        targets=CENTRE.queues[0].targets,
    )
    view = validation_view(day, people=1, days=400)
    agents, load = int(view.rows["agents"].iloc[0]), 60 * 300 / 1800
    wait = float(erlang_c(load, agents))
    assert view.totals.promised == pytest.approx(1 - wait * np.exp(-(agents - load) * 20 / 300), rel=1e-9)
    told = predict_day(day.calls, day.aht_s, np.full(16, agents), patience_s=np.inf, target_s=20)
    assert view.totals.predicted == pytest.approx(
        float(np.average(told["service_level"], weights=day.calls)), rel=1e-12
    )
    assert abs(view.totals.simulated - view.totals.predicted) < 0.01 and view.totals.hours == agents * 8
    assert view.totals.off == pytest.approx(100 * (view.totals.promised - view.totals.simulated))


def test_each_dial_of_trust_at_both_ends_and_the_middle():
    desk = trust()
    assert list(desk.days)[0].startswith("front, a typical") and len(desk.days) == 6
    for dial in desk.dials:
        for value in three_places(dial):
            answer = desk.answer(message(desk, **{dial.name: str(value)}))
            assert answer["charts"] and not answer["faults"], answer["warnings"]
            json.dumps(answer, allow_nan=False)
        desk.answer(message(desk, "reset"))
    more = desk.answer(message(desk, people="3"))
    assert more["unsettled"] and more["tiles"]["hours"]["value"] == f"{desk.view(desk.start).totals.hours + 24:,.1f}"
    assert rested(desk, "rest")["against"].startswith(f"{DAYS:,} simulated days.")
    patient = desk.answer(message(desk, switches={"patience_s": False}))
    assert patient["tiles"]["promised"]["value"] != more["tiles"]["promised"]["value"]
    other = desk.answer(message(desk, pickers={"day": list(desk.days)[-1]}))
    assert other["settings"]["dials"]["aht_s"] == 1200 and other["settings"]["dials"]["people"] == 3
