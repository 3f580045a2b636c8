"""Campaigns: read from centre.toml, planned by hand calculation, played record by record."""

import datetime
import random

import pandas as pd
import pytest

from ccplan.data import Campaign, Centre, CentreError, Costs, OpeningHours, Shrinkage, load_centre, sample_centre
from ccplan.display import modes_chart, penetration_chart, show
from ccplan.planning import compare_modes, plan_campaign
from ccplan.planning.channels.outbound import calling_hours, list_passes
from ccplan.queueing import Infeasible

CENTRE = Centre(
    name="x",
    country="FI",
    costs=Costs(hourly_wage=20, on_costs=0.25),
    shrinkage=Shrinkage(external={"leave": 0.1}, internal={"breaks": 0.1}),
)  # 25.00 an hour, 20 % shrinkage
SIMPLE = Campaign(
    name="renewals",
    records=2000,
    attempts=3,
    contact_rate=0.3,
    right_party_rate=0.7,
    talk_s=240,
    acw_s=60,
    wrong_party_s=40,
    mode="progressive",
    conversion=0.2,
)
# By hand: 2000 × (1 + 0.79 + 0.79²) dials of 0.3 × 12 + 0.7 × 25 + 0.3 × (0.7 × 300 + 0.3 × 40) = 87.7 s.
DIALS = 2000 * (1 + 0.79 + 0.79**2)
HOURS = DIALS * 87.7 / 3600


def test_the_list_through_its_attempts_by_hand():
    passes = list_passes(SIMPLE, 5)
    assert passes["dials"].tolist() == pytest.approx([2000, 1580, 1248.2])
    assert passes["right_parties"].sum() == pytest.approx(2000 * (1 - 0.79**3))
    assert passes["penetration"].iloc[-1] == pytest.approx(1 - 0.79**3) and passes["left"].iloc[-1] == pytest.approx(
        2000 * 0.79**3
    )
    assert passes["agent_hours"].sum() == pytest.approx(HOURS) and passes["conversions"].sum() == pytest.approx(
        0.2 * 2000 * (1 - 0.79**3)
    )


def test_the_list_played_record_by_record():
    campaign = Campaign(
        name="r", records=20_000, attempts=4, contact_rate=(0.4, 0.3, 0.2), right_party_rate=0.6, mode="preview"
    )
    rng, reached = random.Random(3), [0, 0, 0, 0]
    for _ in range(20_000):
        for attempt, rate in enumerate((0.4, 0.3, 0.2, 0.2)):
            if rng.random() < rate and rng.random() < 0.6:
                reached[attempt] += 1
                break
    # A count of 20,000 trials lies within four standard deviations, at most 4 × √5000 = 283.
    for told, seen in zip(list_passes(campaign, 3)["right_parties"], reached, strict=True):
        assert abs(told - seen) < 4 * max(told, 1) ** 0.5


def test_the_agents_that_finish_in_time_by_hand():
    plan = plan_campaign(SIMPLE, CENTRE, starts="2026-09-07", by="2026-09-18")  # 10 weekdays of 9 hours
    assert (
        plan.agent_hours == pytest.approx(HOURS) and plan.agents_exact == pytest.approx(HOURS / 90) and plan.agents == 2
    )
    assert (
        plan.scheduled == 3
        and plan.paid_hours == pytest.approx(HOURS / 0.8)
        and plan.cost == pytest.approx(25 * HOURS / 0.8)
    )
    # 117.6 agent-hours are 58.8 hours for two: six days of nine and a bit, over a weekend.
    assert plan.ends == datetime.date(2026, 9, 15) and len(plan.days) == 7 and plan.done == 1 and plan.in_time
    assert plan.days["right_parties"].sum() == pytest.approx(plan.right_parties)
    assert plan.days["agent_hours"].sum() == pytest.approx(HOURS) and plan.days["penetration"].iloc[
        -1
    ] == pytest.approx(plan.penetration)


@pytest.mark.parametrize("mode", ["preview", "power", "predictive"])
def test_one_agent_fewer_would_be_late(mode):
    campaign = Campaign(name="r", records=9000, contact_rate=(0.35, 0.25), mode=mode)
    plan = plan_campaign(campaign, CENTRE, starts="2026-09-07", by="2026-09-18")
    assert (
        plan.agents > 1
        and plan_campaign(campaign, CENTRE, starts="2026-09-07", by="2026-09-18", agents=plan.agents).done == 1
    )
    with pytest.raises(
        Infeasible, match=rf"{plan.agents - 1} agents have {(plan.agents - 1) * 90} by 2026-09-18, [\d,]+ too few"
    ):
        plan_campaign(campaign, CENTRE, starts="2026-09-07", by="2026-09-18", agents=plan.agents - 1)


def test_given_agents_finish_when_they_finish_and_late_is_told():
    late = Campaign(
        name="r",
        records=2000,
        contact_rate=0.3,
        mode="progressive",
        starts=datetime.date(2026, 9, 7),
        ends=datetime.date(2026, 9, 8),
    )
    plan = plan_campaign(late, CENTRE, agents=1)
    assert (
        plan.ends == datetime.date(2026, 9, 24) and not plan.in_time and plan.agents_exact == 1
    )  # 117.6 h ÷ 9 h: the 14th weekday
    nobody = plan_campaign(late, CENTRE, agents=0)
    assert nobody.ends is None and nobody.done == 0 and nobody.days.empty


def test_a_list_of_nobody_needs_nobody():
    plan = plan_campaign(Campaign(name="r", records=0), CENTRE, starts="2026-09-07", by="2026-09-18")
    assert (plan.agents, plan.agent_hours, plan.cost, plan.done) == (0, 0, 0, 1)


def test_calling_hours_leave_out_holidays_and_weekends():
    hours = calling_hours(
        SIMPLE, CENTRE, "2026-12-28", "2027-01-10"
    )  # New Year's Day is a Friday, Epiphany a Wednesday
    assert (
        hours.index.strftime("%d").tolist() == ["28", "29", "30", "31", "04", "05", "07", "08"] and (hours == 9).all()
    )
    odd = Campaign(name="r", records=1, hours=OpeningHours.of(monday="08:10-12:00, 22:00-01:00"))
    assert calling_hours(odd, CENTRE, "2026-09-07", "2026-09-13").tolist() == [pytest.approx(230 / 60 + 3)]


def test_modes_side_by_side():
    modes = compare_modes(SIMPLE, CENTRE, agents=10).set_index("mode")
    each = HOURS / (2000 * (1 - 0.79**3))
    assert modes.loc["progressive", "hours_per_right_party"] == pytest.approx(each)
    assert modes.loc["progressive", "cost_per_right_party"] == pytest.approx(25 * each / 0.8)
    assert (
        modes.loc["predictive", "right_parties"]
        > modes.loc["progressive", "right_parties"]
        > modes.loc["preview", "right_parties"]
    )
    assert modes["within_cap"].to_dict() == {"preview": True, "progressive": True, "power": False, "predictive": True}
    assert modes.loc["predictive", "abandonment"] <= 0.03 * (1 + 1e-6) < modes.loc["power", "abandonment"]


def test_a_campaign_is_read_from_centre_toml(tmp_path):
    (tmp_path / "centre.toml").write_text(
        """
name = "x"
[queues.q]
[campaigns.renewals]
records = 4000
contact_rate = [0.3, 0.2]
mode = "predictive"
starts = 2026-10-05
hours = { weekdays = "10:00-19:00" }
""",
        encoding="utf-8",
    )
    campaign = load_centre(tmp_path).campaign("renewals")
    assert (campaign.records, campaign.contact_rate, campaign.mode, campaign.starts) == (
        4000,
        (0.3, 0.2),
        "predictive",
        datetime.date(2026, 10, 5),
    )
    assert campaign.hours == OpeningHours.of(weekdays="10:00-19:00") and campaign.max_abandonment == 0.03
    with pytest.raises(ValueError, match="campaign must be one of renewals, got 'sales'"):
        load_centre(tmp_path).campaign("sales")


@pytest.mark.parametrize("section, words", [
    ("[campaigns.r]", ["campaigns.r.records is missing"]),
    ("[campaigns.r]\nrecords = 3\ncontact_rat = 0.3", ["campaigns.r.contact_rat is not a known setting — did you mean contact_rate?"]),
    ("[campaigns.r]\nrecords = 2.5\nmode = 'auto'", ["records must be a whole number", "mode must be one of preview"]),
    ("[campaigns.r]\nrecords = 3\ncontact_rate = 30", ["write 30 % as 0.30"]),
    ("[campaigns.r]\nrecords = 3\ncontact_rate = []", ["got an empty list"]),
    ("[campaigns.r]\nrecords = 3\nstarts = '2026-01-01'", ["starts must be a date such as"]),
    ("[campaigns.r]\nrecords = 3\nstarts = 2026-02-01\nends = 2026-01-01", ["campaigns.r.ends must not lie before starts"]),
    ("[campaigns.r]\nrecords = 3\nhours = 'closed'", ["campaigns.r.hours must be open at some time"]),
    ("[campaigns.r]\nrecords = 3\nattempts = 1\ncontact_rate = [0.3, 0.2]", ["campaigns.r.contact_rate must have one share an attempt at most, got 2 for 1"]),
    ("[campaigns]\nr = 3", ["campaigns.r must be a table"]),
])  # fmt: skip
def test_faults_of_a_campaign_are_told(tmp_path, section, words):
    (tmp_path / "centre.toml").write_text(f'name = "x"\n[queues.q]\n{section}\n', encoding="utf-8")
    with pytest.raises(CentreError) as caught:
        load_centre(tmp_path)
    assert all(any(word in fault for fault in caught.value.faults) for word in words)


@pytest.mark.parametrize("given, words", [
    (dict(), "starts must be set"), (dict(starts="2026-09-07"), "name the agents, or the day"),
    (dict(starts="soon", agents=3), "starts must be a date"), (dict(starts="2026-09-07", by="2026-09-01"), "by must not lie before"),
    (dict(starts="2026-09-07", agents=2.5), "whole number"), (dict(starts="2026-09-05", by="2026-09-06"), "no calling hour from 2026-09-05"),
    (dict(starts="2026-09-07", by="2126-09-06"), "within 1098 days"),
])  # fmt: skip
def test_wrong_windows_are_refused_in_words(given, words):
    with pytest.raises(ValueError, match=words):
        plan_campaign(SIMPLE, CENTRE, **given)


def test_a_window_too_short_for_any_team_is_told():
    with pytest.raises(Infeasible, match="do not fit into 9 calling hours with 2,000 agents"):
        plan_campaign(Campaign(name="r", records=10_000_000), CENTRE, starts="2026-09-07", by="2026-09-07")


def test_the_bundled_centre_has_a_campaign_that_can_be_planned():
    plan = plan_campaign("renewals", load_centre(sample_centre()))
    assert plan.in_time and 0 < plan.agents < 20 and plan.ends <= datetime.date(2026, 10, 30)


def test_charts_state_the_finding():
    plan = plan_campaign(SIMPLE, CENTRE, starts="2026-09-07", by="2026-09-18")
    # The third attempt is 1248.2 of 4828.2 dials, and 0.79² of 1 + 0.79 + 0.79² of those reached: both 26 %.
    assert (
        "51% of the list is reached by 15 September; the last attempt takes 26% of the hours for 26% of them"
        in show(penetration_chart(plan)).alt
    )
    assert "Predictive dialling reaches" in show(modes_chart(compare_modes(SIMPLE, CENTRE, 10), "EUR", cap=0.03)).alt
    with pytest.raises(ValueError, match="nobody is called"):
        penetration_chart(plan_campaign(SIMPLE, CENTRE, starts="2026-09-07", agents=0))
    assert isinstance(plan.days, pd.DataFrame)
