"""People in a quarter: the story of the sample is found, noise is left alone, every figure against sums by hand,
bad input in words.
"""

from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ccplan.auditing.people.people import people
from ccplan.auditing.people.attendance import attendance, ratio_by, rising
from ccplan.auditing.evidence import Evidence
from ccplan.auditing.quarter import Quarter
from ccplan.auditing.people.turnover import turnover
from ccplan.auditing.people.workload import occupancy_by_queue, occupancy_by_team, strain
from ccplan.data import Centre, Hiring, Queue
from ccplan.data.sample.stories import SICK_TEAM
from ccplan.display.audit import people as shown
from ccplan.display import show
from tests.audited import audited, made
from tests.effort import DEEP

CENTRES = 1000 if DEEP else 40
FIRST = pd.Timestamp("2026-07-01")


def of_quarter(name):
    return made(name)["people"]


def evidence(absent=(), centre=None, quarter="2026Q3", **tables):
    centre = centre or Centre(name="x", queues=(Queue(name="q"),))
    return Evidence(
        quarter=Quarter.of(quarter),
        check=SimpleNamespace(centre=centre, folder="x"),
        tables=tables,
        absent={name: f"the folder has no table {name}" for name in absent},
    )


def small_calls(agents, each=60, seed=1):
    rng = np.random.default_rng(seed)
    n = each * len(agents)
    return pd.DataFrame(
        {
            "queue": "q",
            "arrived": FIRST + pd.to_timedelta(rng.integers(0, 80 * 86400, n), unit="s"),
            "outcome": "answered",
            "talk_s": rng.gamma(2, 120, n),
            "agent": np.repeat(agents, each),
            "resolved": rng.random(n) < 0.8,
            "csat": rng.integers(0, 9, n).astype(float),
        }
    )


# --------------------------------------------------------------------------------------- the sample


@pytest.mark.parametrize(
    "quarter, severity", [("2025Q4", None), ("2026Q1", None), ("2026Q2", "amber"), ("2026Q3", "red")]
)
def test_the_team_that_falls_ill_is_found_and_nothing_else(quarter, severity):
    findings = of_quarter(quarter).findings
    assert [finding.severity for finding in findings] == ([severity] if severity else [])
    for finding in findings:
        assert SICK_TEAM in finding.says and finding.due > Quarter.of(quarter).end and finding.area == "people"


def test_the_finding_costs_the_hours_beyond_the_other_teams():
    """Summed anew, stretch by stretch."""
    tables = audited("2026Q3").tables
    rows = tables["activities"].assign(
        team=tables["activities"]["agent"].map(tables["agents"].set_index("agent")["team"])
    )
    rows = rows[
        (rows["start"] >= "2026-07-01") & rows["scheduled"].notna() & ~rows["scheduled"].isin(["leave", "holiday"])
    ]
    hours = (rows["end"] - rows["start"]) / pd.Timedelta(hours=1)
    lost, due, mine = hours[rows["actual"] == "sickness"], hours, rows["team"] == SICK_TEAM
    others = lost[~mine].sum() / due[~mine].sum()
    beyond = lost[mine].sum() - others * due[mine].sum()
    (finding,) = of_quarter("2026Q3").findings
    assert float(finding.cost) == pytest.approx(beyond * 14.2 * 1.27, abs=0.01) and beyond > 600
    assert f"{100 * lost[mine].sum() / due[mine].sum():.1f} %" in finding.says


def test_nobody_of_the_sample_is_named_by_a_broken_recorder():
    """In its broken week one agent stands on every call and clocks stand still: no handle time is outside the
    limits for it.
    """
    found = of_quarter("2025Q4")
    assert not len(found.agents["aht_s"].outside) and found.agents["aht_s"].rows["value"].max() < 600
    for quarter in ("2025Q4", "2026Q1", "2026Q2", "2026Q3"):
        assert not any(len(one.outside) for one in of_quarter(quarter).teams.values())


def test_the_lists_name_who_is_truly_slow_or_quick():
    """Pace and skill are known to the sample's makers only."""
    from ccplan.data.sample.people import make_people

    pace = {one.name: one.pace for one in make_people()}
    for quarter in ("2026Q1", "2026Q2", "2026Q3"):
        found = of_quarter(quarter)
        times = [
            frame[frame["measure"] == "handle time"]["agent"].map(pace) for frame in (found.coaching, found.recognition)
        ]
        assert (times[0] > 1.03).all() and (times[1] < 0.97).all()
        assert max(map(len, (found.coaching, found.recognition))) <= 6


# --------------------------------------------------------------------------------------- attendance


def shifts(people, months, sick, seed=0):
    """Hours of each person and month: 20 shifts of 8 hours, each a sick one by `sick(person, month)`."""
    rows = pd.DataFrame(
        [(f"a{i}", f"team {i % 4}", month, 160.0, sick(i, month)) for i in range(people) for month in months],
        columns=["agent", "team", "month", "scheduled_h", "sick_h"],
    )
    return rows.assign(sick_h=8.0 * np.random.default_rng(seed).binomial(20, rows["sick_h"]))


def test_chance_makes_a_team_rise_no_more_often_than_was_promised():
    """Winter is worse for all and some people are always ill: neither is a team's rise."""
    months = pd.date_range("2026-01-01", "2026-09-01", freq="MS")
    flagged = sum(
        rising(
            shifts(40, months, lambda i, month: 0.02 + 0.06 * (month.month < 4) + 0.06 * (i % 5 == 0), seed),
            Quarter(2026, 3),
            draws=199,
        )["rises"].any()
        for seed in range(CENTRES)
    )
    assert flagged <= stats.binom.ppf(0.999, CENTRES, 0.05)


def test_a_rise_is_found_and_only_there():
    months = pd.date_range("2026-01-01", "2026-09-01", freq="MS")
    table = rising(
        shifts(40, months, lambda i, month: 0.05 + 0.12 * (i % 4 == 2 and month.month > 6)), Quarter(2026, 3)
    )
    assert table.loc[table["rises"], "team"].tolist() == ["team 2"] and table["p"].min() < 0.01
    alone = rising(shifts(4, months, lambda i, month: 0.05).assign(team="all"), Quarter(2026, 3))
    assert alone["p"].isna().all() and not alone["rises"].any()


def test_hours_are_sorted_by_hand():
    hour = pd.to_timedelta(np.arange(8), unit="h")
    day = pd.DataFrame(
        {
            "agent": "a",
            "start": FIRST + hour,
            "end": FIRST + hour + pd.Timedelta(hours=1),
            "scheduled": ["work", "work", "break", "leave", "work", "holiday", None, "sickness"],
            "actual": ["work", "break", "break", "leave", "sickness", "holiday", "work", None],
        }
    )
    row = attendance(day, {}).iloc[0]
    assert row[["scheduled_h", "sick_h", "present_h", "kept_h", "beyond_h"]].tolist() == [5, 2, 3, 2, 1]
    with pytest.raises(ValueError, match="the column actual is needed"):
        attendance(day.drop(columns="actual"), {})


def test_the_interval_knows_that_days_of_a_person_go_together():
    """Twenty people of whom two are away for all of a month: the interval is that of two of twenty, not of 3200
    hours.
    """
    rows = pd.DataFrame({"agent": range(20), "team": "t", "sick_h": [160.0] * 2 + [0.0] * 18, "scheduled_h": 160.0})
    row = ratio_by(rows, "sick_h", "scheduled_h", ["team"]).iloc[0]
    from statsmodels.stats.proportion import proportion_confint

    assert row[["low", "high"]].tolist() == pytest.approx(proportion_confint(0.1 * 19, 19, method="wilson"), rel=1e-6)


# --------------------------------------------------------------------------- occupancy and turnover


def test_occupancy_by_hand_and_a_strain_of_four_weeks():
    centre = Centre(
        name="x",
        queues=(
            Queue(name="q"),
            Queue(name="chat", channel="chat", at_once=2),
            Queue(name="mail", channel="email", deadline_s=3600),
        ),
    )
    weeks = pd.date_range("2026-07-06", periods=6, freq="7D")
    busy = [1700, 1600, 1700, 1700, 1700, 1700]  # of 1800 seconds of one agent; the cap is 85 %
    rows = pd.DataFrame({"queue": "q", "start": weeks, "agents": 1.0, "talk_s": busy, "acw_s": 0.0})
    chat, none = rows.assign(queue="chat"), rows.assign(agents=0.0)
    table = occupancy_by_queue(pd.concat([rows, chat, none, rows.assign(queue="mail")]), centre)
    assert table.loc[table["who"] == "q", "occupancy"].tolist() == pytest.approx([one / 1800 for one in busy])
    assert table.loc[table["who"] == "chat", "occupancy"].iloc[0] == pytest.approx(1700 / 3600)
    told = strain(table).set_index("who")
    assert told["run"].to_dict() == {"chat": 0, "q": 6} and "mail" not in told.index and told.loc["q", "sustained"]
    found = people(evidence(intervals=rows.iloc[2:], centre=centre, absent=("calls", "agents", "activities")))
    assert [finding.key for finding in found.findings] == ["occupancy q"] and "4 weeks in a row" in found.findings[
        0
    ].says
    calls = pd.DataFrame(
        {"agent": ["a"] * 2, "queue": ["q", "chat"], "arrived": weeks[:2], "handle_s": [1800.0, 3600.0]}
    )
    work = pd.DataFrame({"agent": "a", "start": weeks[:2], "end": weeks[:2] + pd.Timedelta(hours=1), "actual": "work"})
    assert occupancy_by_team(calls, work, {"a": "t"}, centre)["occupancy"].tolist() == [0.5, 0.5]


def test_turnover_by_the_tables_of_poisson():
    """Ten leavers: Garwood's 95 % interval is 4.795 to 18.39 (Biometrika tables)."""
    hired = pd.Timestamp("2026-01-01") - pd.to_timedelta([30] * 4 + [4000] * 96, unit="D")
    left = pd.Series([pd.Timestamp("2026-08-20")] * 10 + [pd.NaT] * 90)
    table = turnover(pd.DataFrame({"hired": hired, "left": left}), Quarter(2026, 3), 0.10).set_index("of")
    years = (90 * 92 + 10 * 51) / 365.25
    row = table.loc["the quarter"]
    assert row["years"] == pytest.approx(years) and row["rate"] == pytest.approx(10 / years)
    assert (row[["low", "high"]] * years).tolist() == pytest.approx([4.795, 18.39], abs=0.005)
    assert row["p"] == pytest.approx(
        1 - sum(np.exp(-0.1 * years) * (0.1 * years) ** k / np.prod(range(1, k + 1)) for k in range(10))
    )
    assert table.loc["to the end of the first year", "leavers"] == 4 and table.loc["longer", "leavers"] == 6
    bands = table.iloc[2:]
    assert bands["leavers"].sum() == 10 and bands["years"].sum() == pytest.approx(table.loc["twelve months", "years"])
    agents = pd.DataFrame({"agent": [f"a{i}" for i in range(100)], "hired": hired, "left": left})
    centre = Centre(name="x", queues=(Queue(name="q"),), hiring=Hiring(attrition_per_year=0.10))
    found = people(evidence(agents=agents, centre=centre, absent=("calls", "activities", "intervals")))
    assert [finding.key for finding in found.findings] == ["turnover"] and found.findings[0].cost == Decimal("0.00")


# ----------------------------------------------------------------------------------------- bad input


def test_missing_tables_are_told_and_the_rest_runs():
    calls = small_calls([f"a{i}" for i in range(6)])
    found = people(evidence(calls=calls, absent=("agents", "activities", "intervals")))
    assert set(found.agents) == {"aht_s", "fcr", "csat"} and found.teams == {}
    assert {"teams", "occupancy", "attendance", "turnover", "share handed on"} <= set(found.missing)
    words = str(shown.people_answer(found))
    assert "the folder has no table activities" in words and "the column transferred is needed" in words
    for show_it in (
        shown.coaching_table,
        shown.recognition_table,
        shown.attendance_table,
        shown.turnover_table,
        shown.strain_table,
    ):
        assert "Traceback" not in repr(show_it(found)) and show_it(found)._repr_html_()
    with pytest.raises(ValueError, match="sickness is not told: .*activities"):
        shown.sickness_chart(found)
    with pytest.raises(ValueError, match="there is no funnel of transfers"):
        shown.funnel_chart(found, "transfers")


def test_attendance_of_the_quarter_before_alone_is_no_table():
    columns = ["team", "quarter", "value", "low", "high"]
    before = pd.DataFrame([("a", "2026Q2", 0.9, 0.8, 0.95)], columns=columns)
    told = SimpleNamespace(quarter=Quarter.of("2026Q3"), adherence=before, overtime=before, rising=pd.DataFrame())
    assert "the activities hold nothing of 2026Q3" in repr(shown.attendance_table(told))


def test_nothing_about_people_at_all():
    with pytest.raises(ValueError, match="say nothing of people in 2026Q3"):
        people(evidence(absent=("calls", "agents", "activities", "intervals")))
    with pytest.raises(ValueError, match="say nothing of people in 2030Q1"):
        people(evidence(quarter="2030Q1", calls=small_calls(["a", "b"]), absent=("agents", "activities", "intervals")))


def test_half_a_quarter_and_three_calls():
    calls, three = (
        small_calls(["ann", "bob", "cid"], each=150),
        small_calls(["newcomer"], each=3).assign(resolved=False),
    )
    agents = pd.DataFrame(
        {
            "agent": ["ann", "bob", "cid", "newcomer", "late"],
            "team": list("ttuuu"),
            "hired": [pd.Timestamp("2020-01-01")] * 4 + [pd.Timestamp("2026-08-01")],
            "left": pd.NaT,
        }
    )
    found = people(
        evidence(
            calls=pd.concat([calls[calls["arrived"] < "2026-08-10"], three, small_calls(["late"])]),
            agents=agents,
            absent=("activities", "intervals"),
        )
    )
    states = found.agents["fcr"].rows.set_index("who")["state"]
    assert (
        states["newcomer"] == "few contacts"
        and states["late"] == "still learning"
        and not len(found.agents["fcr"].outside)
    )
    assert found.agents["csat"].rows["n"].sum() < found.agents["fcr"].rows["n"].sum(), (
        "scores of 0 and of 6 to 8 are none"
    )


def test_few_people_are_not_shown_ill():
    hours = pd.date_range("2026-07-01 08:00", periods=40, freq="D")
    rows = pd.concat(
        [
            pd.DataFrame(
                {
                    "agent": name,
                    "start": hours,
                    "end": hours + pd.Timedelta(hours=8),
                    "scheduled": "work",
                    "actual": "sickness",
                }
            )
            for name in "abc"
        ]
    )
    found = people(evidence(activities=rows, absent=("calls", "agents", "intervals")))
    assert not len(found.absence) and "5 people or more" in found.missing["absence"]


def test_hostile_names_are_text_everywhere():
    names = ["<script>alert(1)</script>", "=cmd()|' /C calc'!A0", *(f"a{i}" for i in range(10))]
    calls = small_calls(names, each=200)
    calls.loc[calls["agent"] == names[0], "talk_s"] *= 3
    calls.loc[calls["agent"] == names[1], "talk_s"] /= 4
    agents = pd.DataFrame(
        {"agent": names, "team": ["<b>team</b>", "u"] * 6, "hired": pd.Timestamp("2020-01-01"), "left": pd.NaT}
    )
    found = people(evidence(calls=calls, agents=agents, absent=("activities", "intervals")))
    assert names[0] in set(found.coaching["agent"]) and names[1] in set(found.recognition["agent"])
    picture = show(shown.funnel_chart(found)).svg
    html = shown.coaching_table(found)._repr_html_() + shown.recognition_table(found)._repr_html_()
    for text in (picture, html):
        assert "<script>" not in text and "<b>" not in text and "&lt;script&gt;" in text
    assert "=cmd()|&#x27; /C calc&#x27;!A0" in html


def test_pictures_say_what_they_show():
    found = of_quarter("2026Q3")
    assert SICK_TEAM in shown.sickness_finding(found) and "in no team" in shown.sickness_finding(of_quarter("2026Q1"))
    assert SICK_TEAM in show(shown.sickness_chart(found)).svg
    assert show(shown.funnel_chart(found, "fcr")).svg == show(shown.funnel_chart(found, "fcr")).svg
    assert "of 4 teams" in show(shown.funnel_chart(found, "csat", "teams")).alt
    assert "Nothing about people in 2026Q1" in str(shown.people_answer(of_quarter("2026Q1")))
    assert SICK_TEAM in repr(shown.attendance_table(found)) and "19.6 %" in repr(shown.attendance_table(found))
