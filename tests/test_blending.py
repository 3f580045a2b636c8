"""A day of blended agents: the promise holds in every interval, the work is done, and blending beats two teams."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from ccplan.data import Campaign, Centre, OpeningHours, Queue
from ccplan.display import reserve_chart, show
from ccplan.planning import blend_day, blending_gain, reserve_curve, staff, staff_blended
from ccplan.queueing import Infeasible, best_reserve, blended_service, performance, required_agents

CENTRE = Centre(name="x", queues=(Queue(name="q", patience_s=180),))


def a_day(offered, start="2026-09-01 08:00", aht_s=300.0):
    starts = pd.date_range(start, periods=len(offered), freq="30min")
    return pd.DataFrame({"queue": "q", "start": starts, "offered": offered, "aht_s": aht_s})


def test_a_blended_day_keeps_the_promise_and_one_less_in_reserve_breaks_it():
    day = blend_day(staff(a_day([20, 60, 100]), CENTRE), CENTRE, work=240.0)
    assert day["kept"].all() and (day["service_level"] >= 0.8).all() and (day["work"] > 0).all()
    for row in day.itertuples():
        alone = performance(row.offered, 300, row.agents, patience_s=180)
        assert row.service_alone == pytest.approx(alone.service_level)
        if row.reserve:
            less = blended_service(row.offered, 300, row.agents, 240, row.reserve - 1, patience_s=180)
            assert less.service_level < 0.8
        # Time adds up: pieces × seconds = share of the agents' time.
        assert (
            row.work_hours == pytest.approx(row.work_occupancy * row.agents / 2) == pytest.approx(row.work * 240 / 3600)
        )


def test_short_of_staff_no_work_is_done_and_it_is_told():
    day = blend_day(staff(a_day([100, 0]), CENTRE, agents=np.array([12, 3])), CENTRE, work=240.0)
    assert day["kept"].tolist() == [False, True] and day["work"].tolist() == pytest.approx([0, 3 * 1800 / 240])
    assert day["reserve"].tolist() == [12, 0]


def test_a_campaign_is_dialled_in_its_hours_only():
    campaign = Campaign(name="r", records=100, contact_rate=0.3, hours=OpeningHours.of(every_day="08:30-09:00"))
    day = blend_day(staff(a_day([0, 0, 0]), CENTRE, agents=np.array([2, 2, 2])), CENTRE, campaign)
    # In preview mode a dial takes 25 + 21.1 + 0.3 × 222 = 112.7 s; 0.3 × 0.7 of them reach the right party.
    assert day["work"].tolist() == pytest.approx([0, 2 * 1800 / 112.7, 0])
    assert day["right_parties"].tolist() == pytest.approx([0, 0.21 * 2 * 1800 / 112.7, 0])


def test_enough_agents_for_the_days_work_against_all_rosters():
    rows, work, pieces = a_day([12, 30]), 300.0, 15.0
    found = staff_blended(rows, CENTRE, work, pieces)
    assert found["work"].sum() >= pieces and found["kept"].all()

    def done(offered, agents):
        try:
            return best_reserve(offered, 300, agents, work, CENTRE.queue("q").targets, patience_s=180).work
        except Infeasible:
            return -np.inf

    first, second = ([done(offered, n) for n in range(14)] for offered in (12, 30))
    fewest = min(n + m for n, m in product(range(14), repeat=2) if first[n] + second[m] >= pieces)
    assert found["agents"].sum() == fewest


def test_work_by_interval_is_done_in_each():
    found = staff_blended(a_day([12, 30]), CENTRE, 300.0, 5, per="interval")
    assert (found["work"] >= 5).all() and found["kept"].all()
    assert (
        staff_blended(a_day([12, 30]), CENTRE, 300.0, 0)["agents"].tolist()
        == staff(a_day([12, 30]), CENTRE)["agents"].tolist()
    )


def test_blending_beats_separate_teams_by_hand_counted_hours():
    rows = a_day([40, 60, 80, 60])
    gain = blending_gain(rows, CENTRE, 300.0, 18.0).iloc[0]
    inbound = sum(required_agents(n, 300, CENTRE.queue("q").targets, patience_s=180) for n in (40, 60, 80, 60)) / 2
    # 18 pieces of 300 s are 1.5 hours: one agent through the two hours.
    assert gain["inbound_hours"] == inbound and gain["team_hours"] == 2 and gain["separated_hours"] == inbound + 2
    assert gain["blended_hours"] < gain["separated_hours"] and gain["saved"] == pytest.approx(
        gain["saved_hours"] / (inbound + 2)
    )


@pytest.mark.parametrize("call, words", [
    (lambda: blend_day(a_day([3]), CENTRE, 240), "missing: agents"),
    (lambda: blend_day(a_day([3]).assign(agents=2.5), CENTRE, 240), "agents must be whole numbers, got 2.5"),
    (lambda: blend_day(a_day([3]).assign(agents=2), CENTRE, "email"), "work must be one number"),
    (lambda: blend_day(a_day([3]).assign(agents=2), CENTRE, 0), r"work must be in \(0"),
    (lambda: blend_day(a_day([3]).assign(agents=2, queue="z"), CENTRE, 240), "queue must be one of q"),
    (lambda: staff_blended(a_day([3]), CENTRE, 240, -1), "pieces must be in"),
    (lambda: staff_blended(a_day([3]), CENTRE, 240, 1, per="week"), "per must be one of day, interval"),
    (lambda: staff_blended(a_day([3]), CENTRE, Campaign(name="r", records=9, hours=OpeningHours.of(sunday="09:00-10:00")), 5), "none of its intervals"),
])  # fmt: skip
def test_wrong_input_is_refused_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_charts_state_the_finding():
    curve = reserve_curve(100, 300, 21, 240, CENTRE.queue("q"))
    kept = curve[curve["service_level"] >= 0.8]["reserve"].min()
    assert f"Keeping {kept} agents free holds the promise" in show(reserve_chart(curve, 0.8)).alt


def test_contacts_that_wait_or_are_held_together_are_refused():
    mail = Queue(name="q", deadline_s=14_400, worked=OpeningHours.of(weekdays="08:00-18:00"))
    for queue, words in ((mail, "live queues only"), (Queue(name="q", channel="chat", at_once=3), "at_once = 3")):
        centre = Centre(name="x", queues=(queue,))
        for work in (
            lambda c: blend_day(staff(a_day([30]), c), c, 240),
            lambda c: staff_blended(a_day([30]), c, 240, 3),
        ):
            with pytest.raises(ValueError, match=words):
                work(centre)


def test_a_day_without_hours_for_the_work_has_no_team_for_it():
    closed = Campaign(name="r", records=9, hours=OpeningHours.of(sunday="09:00-10:00"))
    gain = blending_gain(a_day([30]), CENTRE, closed, 0).iloc[0]
    assert gain["team_hours"] == 0 and gain["saved"] == 0 and gain["separated_hours"] == gain["inbound_hours"]
