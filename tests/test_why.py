"""The section Why: stories of the bundled centre, worst intervals, ledger lines by hand, and tables that are not
there.
"""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from ccplan.auditing.explaining.ledger_lines import ledger_categories, ledger_lines
from ccplan.auditing.quarter import Quarter
from ccplan.auditing.explaining.why import why
from ccplan.auditing.explaining.worst_intervals import worst_intervals
from ccplan.data import Centre, Queue
from ccplan.data.sample.stories import NEW_REASON
from ccplan.display.audit import why as audit_why
from ccplan.display.charts import show
from ccplan.queueing import Targets
from tests.audited import audited, made as told_of
from tests.effort import DEEP

Q = Quarter(2026, 2)
CENTRE = Centre(name="x", country="FI", queues=(Queue(name="q", targets=Targets(service_level=0.8, target_s=20)),))


def found(quarter):
    return told_of(quarter)["why"]


# ------------------------------------------------------------------------------------- the stories


@pytest.mark.parametrize("quarter", ["2025Q4", "2026Q1"])
def test_a_quarter_of_noise_and_a_broken_recorder_are_no_news(quarter):
    assert found(quarter).findings == ()


def test_the_launch_is_found_and_named_from_the_data():
    made = found("2026Q2")
    findings = {one.key: one for one in made.findings}
    launch = findings[f"reason {NEW_REASON}"]
    assert (
        launch.severity == "red"
        and launch.says.startswith("New in 2026Q2")
        and "handle time went in service from 299 to 351" in launch.says
    )
    calls = audited("2026Q2").of("calls")
    calls = calls[calls["outcome"].eq("answered")].assign(
        aht=lambda rows: rows["talk_s"] + rows["hold_s"] + rows["acw_s"]
    )
    hours = sum(
        (mine["aht"].mean() - mine.loc[mine["reason"] != NEW_REASON, "aht"].mean())
        * len(mine)
        / 3600
        / (2 if queue == "chat" else 1)
        for queue, mine in calls.groupby("queue")
        if queue != "outage"
    )
    assert float(launch.cost) == pytest.approx(hours * 14.20 * 1.27 / 0.67, rel=0.05), (
        "as if the new reason had not come"
    )
    assert findings["over plan labour"].severity == "amber"
    assert set(findings) <= {f"reason {NEW_REASON}", "over plan labour", "service_level service"}
    steps = made.bridges["service"].table.set_index("driver")["effect"].astype(float)
    assert steps["aht"] < -8 and steps.iloc[1:-1].idxmin() == "aht" and abs(steps["unexplained"]) < 3


def test_the_overrun_is_found_with_its_lines():
    made = found("2026Q3")
    assert [one.key for one in made.findings] == ["over plan technology"]
    only = made.findings[0]
    assert only.cost == Decimal("69710.61") and only.severity == "red"
    assert "2.27 times" in only.says and "58,000, which no plan had" in only.says and "+40.0 %" in only.says
    bridge = made.cost_against_other.set_index("driver")
    assert bridge.loc["one_offs", "effect"] == 58_000
    ledger = audited("2026Q3").of("ledger")
    assert bridge["total"].iloc[-1] == Decimal(str(round(ledger["actual"].sum(), 2)))


def test_every_bridge_of_the_sample_adds_up_to_what_was_measured():
    for quarter in ("2025Q4", "2026Q1", "2026Q2", "2026Q3"):
        for name, one in found(quarter).bridges.items():
            rows = audited(quarter).of("intervals")
            rows = rows[rows["queue"].eq(name)]
            level = 100 * rows["answered_in_target"].sum() / rows["offered"].sum()
            assert float(one.table["effect"].iloc[-1]) == pytest.approx(level, abs=0.0051)
            assert sum(one.table["effect"].iloc[:-1], Decimal(0)) == one.table["effect"].iloc[-1]
            assert abs(one.table.set_index("driver")["effect"].astype(float).get("unexplained", 0)) < 2.5, (
                "the model tells most of it"
            )


def test_a_forecast_makes_calls_beyond_it_a_step_and_a_plan_of_the_cost():
    evidence = of_chat(audited("2026Q1"))
    rows = evidence.of("intervals")
    made = why(evidence, rows[["queue", "start"]].assign(offered=0.8 * rows["offered"], aht_s=600.0))
    step = made.bridges["chat"].table.set_index("driver").loc["forecast"]
    assert float(step["after"]) == pytest.approx(1.25 * float(step["before"])) and step["effect"] < -1
    plan = evidence.of("ledger")["planned"].sum()
    assert float(made.cost_against_plan["total"].iloc[0]) == pytest.approx(plan), "its first end is the ledger's plan"
    assert made.cost_against_plan.set_index("driver").loc["volume", "effect"] > 0


# ----------------------------------------------------------------------------------- the bad input


def of_chat(evidence):
    """The same with the smallest queue only: quick."""
    cut = {name: evidence.tables[name][evidence.tables[name]["queue"].eq("chat")] for name in ("calls", "intervals")}
    return replace(evidence, tables=evidence.tables | cut)


def half(evidence):
    """Tables that end in the middle of the quarter."""
    stop = evidence.quarter.first + pd.Timedelta(days=45)
    cut = {
        name: evidence.tables[name][evidence.tables[name][column].dt.tz_localize(None) < stop]
        for name, column in (("intervals", "start"), ("calls", "arrived"), ("activities", "start"), ("ledger", "month"))
    }
    return replace(evidence, tables=evidence.tables | cut)


def test_half_a_quarter_is_told_as_far_as_it_goes():
    made = why(half(of_chat(audited("2026Q1"))))
    assert made.findings == () and made.bridges and made.cost_against_other is None
    assert any("no actual amounts yet of March 2026" in note for note in made.notes)


@pytest.mark.parametrize(
    "lacking", ["activities", "calls", "ledger", "intervals", "agents"] if DEEP else ["intervals", "agents"]
)  # all: test_audit_inputs
def test_a_missing_table_is_a_note_and_the_rest_is_made(lacking):
    evidence = audited("2026Q1")
    small = {name: frame for name, frame in of_chat(evidence).tables.items() if name != lacking}
    made = why(replace(evidence, tables=small, absent={lacking: "the folder has no such table"}))
    assert made.findings == () and any(lacking in note or "no such table" in note for note in made.notes)
    for words in (
        audit_why.service_answer,
        audit_why.reasons_answer,
        audit_why.worst_answer,
        audit_why.ledger_answer,
        audit_why.why_notes,
    ):
        assert words(made).markdown
    for make in (
        audit_why.service_bridge_table,
        audit_why.reasons_table,
        audit_why.worst_table,
        audit_why.ledger_lines_table,
    ):
        make(made)


def test_a_quarter_before_all_tables_is_words():
    made = why(replace(audited("2026Q1"), quarter=Quarter(2019, 1)))
    assert made.findings == () and made.bridges == {} and made.worst.empty and made.categories.empty
    with pytest.raises(ValueError, match="no service bridge of 'service'"):
        audit_why.service_bridge_chart(made, "service")


# ------------------------------------------------------------------------------------- the ledger


def ledger(*rows, currency=None):
    frame = pd.DataFrame(rows, columns=["month", "category", "line", "planned", "actual"]).assign(
        month=lambda rows: pd.to_datetime(rows["month"])
    )
    return frame if currency is None else frame.assign(currency=currency)


def test_lines_over_plan_by_hand():
    past = [
        (f"2025-{month:02d}", "labour", "wages", 1000.0, 1000.0 + stray)
        for month, stray in zip(range(7, 13), (10, -10, 10, -10, 30, -30), strict=True)
    ]
    told = ledger(
        *past,
        ("2026-04", "labour", "wages", 1000.0, 1060.0),
        ("2026-05", "labour", "wages", 1000.0, None),
        ("2026-04", "it", "licence", None, 500.0),
    )
    lines = ledger_lines(told, Q, "EUR").set_index("line")
    assert lines.loc["wages", ["planned", "actual", "difference"]].tolist() == [
        Decimal("1000.00"),
        Decimal("1060.00"),
        Decimal("60.00"),
    ], "May is not known"
    assert lines.loc["wages", "noise"] == pytest.approx(1.4826 * 10 * 3**0.5) and lines.loc["licence", "unplanned"]
    over = ledger_categories(told, Q).set_index("category")["over"].to_dict()
    assert over == {"it": True, "labour": False}, "60 is 6 % of the plan, yet within three times its own noise of 25.7"


def test_a_ledger_of_two_currencies_or_without_the_quarter_is_told_in_words():
    row = ("2026-04", "it", "licence", 100.0, 500.0)
    with pytest.raises(ValueError, match="EUR and USD"):
        ledger_lines(ledger(row, row, currency=["EUR", "USD"]), Q, "EUR")
    with pytest.raises(ValueError, match="amounts in USD, the centre counts in EUR"):
        ledger_lines(ledger(row, currency=["USD"]), Q, "EUR")
    with pytest.raises(ValueError, match="no actual amounts in 2026Q2"):
        ledger_lines(ledger(("2026-01", *row[1:])), Q)
    with pytest.raises(ValueError, match="does not tell planned"):
        ledger_lines(ledger(row).drop(columns="planned"), Q)
    mixed = audited("2026Q1")
    mixed = replace(
        mixed,
        tables={"ledger": mixed.frame("ledger").assign(currency=lambda rows: np.where(rows.index % 2, "EUR", "USD"))},
    )
    assert any("currencies never mix" in note for note in why(mixed).notes)


# ----------------------------------------------------------------------------- the worst intervals


def half_hours():
    """26 weeks of 40 calls, 38 in time, 10 people; four half-hours of the last quarter are unlike them."""
    days = pd.date_range("2026-01-01", "2026-06-30")
    start = pd.DatetimeIndex([day + pd.Timedelta(hours=9, minutes=30 * i) for day in days for i in range(6)])
    rows = pd.DataFrame(
        {
            "queue": "q",
            "start": start,
            "offered": 40.0,
            "answered": 39.0,
            "abandoned": 1.0,
            "answered_in_target": 38.0,
            "talk_s": 39 * 300.0,
            "agents": 10.0,
        }
    )
    rows = rows.set_index("start")
    rows.loc[
        pd.to_datetime(["2026-05-05 10:00", "2026-05-05 10:30"]),
        ["offered", "answered", "answered_in_target", "talk_s"],
    ] = [80.0, 50.0, 10.0, 50 * 300.0]
    rows.loc["2026-04-14 11:00", ["agents", "answered", "answered_in_target", "talk_s"]] = [4.0, 20.0, 5.0, 20 * 300.0]
    rows.loc["2026-04-21 09:00", ["answered", "answered_in_target", "talk_s"]] = [30.0, 10.0, 30 * 400.0]
    return rows.reset_index()


def test_the_worst_and_what_happened_by_hand():
    table = worst_intervals(half_hours(), CENTRE, Q, most=3)
    assert table["start"].astype(str).tolist() == ["2026-05-05 10:00:00", "2026-04-14 11:00:00", "2026-04-21 09:00:00"]
    assert table["late"].tolist() == [70, 35, 30] and table["late_of_stretch"].tolist() == [140, 35, 30], (
        "two neighbours are one stretch"
    )
    assert table["until"].iloc[0] == pd.Timestamp("2026-05-05 11:00")
    assert table["cause"].tolist() == [
        "more contacts than usual",
        "fewer people than usual",
        "longer contacts than usual",
    ]
    assert table["usual_offered"].eq(40).all() and table["required"].iloc[1] == 10, "20 % idle at 6.7 Erlang"


def test_holidays_are_named_and_columns_may_be_missing():
    rows = half_hours().set_index("start")
    rows.loc["2026-05-01 09:00", "answered_in_target"] = 0.0
    table = worst_intervals(rows.reset_index(), CENTRE, Q, most=2)
    assert table["calendar"].iloc[1] == "May Day" and table["cause"].iloc[1].startswith("nothing unusual")
    bare = worst_intervals(rows.reset_index()[["queue", "start", "offered", "answered_in_target"]], CENTRE, Q, most=1)
    assert bare["cause"].tolist() == ["more contacts than usual"] and bare["required"].isna().all()
    with pytest.raises(ValueError, match="do not tell answered_in_target"):
        worst_intervals(rows.reset_index().drop(columns="answered_in_target"), CENTRE, Q)
    assert worst_intervals(rows.reset_index().head(0), CENTRE, Q).empty


# --------------------------------------------------------------------------------------- the charts


def test_charts_say_what_they_show_and_words_from_data_stay_words():
    made = found("2026Q2")
    assert "fell by 6.5 points to 77.2 %" in show(audit_why.service_bridge_chart(made, "service")).alt
    assert (
        f"the new reason '{NEW_REASON}' explains 100 % of it"
        in show(audit_why.reasons_chart(made, audit_why.most_changed(made))).alt
    )
    assert "over plan: technology (+69.7 thousand)" in show(audit_why.ledger_chart(found("2026Q3"))).alt
    one = made.explanations[0]
    odd = replace(
        one,
        table=one.table.assign(group=["<script>alert(1)</script>", *one.table["group"][1:]]),
        cause=replace(one.cause, group="<script>"),
    )
    bad = replace(made, explanations=(odd,))
    assert "<script" not in show(audit_why.reasons_chart(bad, one.queue, one.measure)).svg
    assert "<script" not in audit_why.reasons_answer(bad).markdown
    with pytest.raises(ValueError, match="does not explain 'aht_s' of 'nobody'"):
        audit_why.reasons_chart(made, "nobody")


def test_the_steps_of_the_waterfall_meet():
    rows = audit_why.service_rows(found("2026Q2").bridges["service"].table, "one", "other")
    ends = rows[["low", "high"]].to_numpy()
    for one, other in zip(ends[1:-1], ends[2:-1], strict=False):
        assert np.isclose(one[:, None], other[None]).any(), "each step starts where the last one ended"
    assert ends[0, 1] in ends[1] and np.isclose(ends[-1, 1], 77.17, atol=0.006)
