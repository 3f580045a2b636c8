"""Work that may wait: followed against a clock of small ticks, planned against brute force, refused in words."""

from dataclasses import replace
from itertools import product
from math import inf

import numpy as np
import pandas as pd
import pytest

from ccplan.data import Centre, OpeningHours, Queue
from ccplan.planning import plan_deferred, staff, totals
from ccplan.planning.service.certainty import staff_to_chance
from ccplan.planning.service.days import beside_given, day_table
from ccplan.queueing import Infeasible, Targets
from ccplan.queueing.backlog import work_off

MAIL = Queue(
    name="mail",
    channel="email",
    deadline_s=14_400,
    worked=OpeningHours.of(weekdays="09:00-17:00"),
    targets=Targets(service_level=1.0),
)
CENTRE = Centre(name="Example", queues=(MAIL, Queue(name="voice")))


def centre_with(**changes):
    return replace(CENTRE, queues=(replace(MAIL, **changes), *CENTRE.queues[1:]))


def mails(start="2026-09-07 09:00", offered=(20,) * 16, freq="30min", **columns):
    starts = pd.date_range(start, periods=len(offered), freq=freq, tz="Europe/Helsinki")
    return pd.DataFrame(
        {"queue": "mail", "start": starts, "offered": np.asarray(offered, float), "aht_s": 300.0, **columns}
    )


def tick_by_tick(offered, aht_s, agents, deadline_s, worked, counts, interval_s=1800, tick=2):
    """(share in time, mean wait, contacts left) by interval: arrivals and work counted tick by tick, first come
    first served.
    """
    per = interval_s // tick
    came = np.repeat(np.asarray(offered) / per, per)
    at_work = np.repeat(np.asarray(agents) * np.asarray(worked) * tick / aht_s, per)
    left, done = 0.0, []
    for new, able in zip(came, at_work, strict=True):
        left += new
        done.append(min(left, able))
        left -= done[-1]
    total_in, total_out = np.cumsum(came), np.cumsum(done)
    answered = np.searchsorted(total_out, total_in - 1e-6)
    clock = np.arange(came.size + 1) if counts == "by the clock" else np.append(0, np.cumsum(np.repeat(worked, per)))
    age = clock[np.minimum(answered, came.size)] - clock[:-1]
    late = (age * tick > deadline_s + tick / 2) | (answered >= came.size)
    waits = np.where(answered < came.size, (answered - np.arange(came.size)) * tick, inf)
    return (
        1 - late.reshape(-1, per).mean(axis=1),
        waits.reshape(-1, per).mean(axis=1),
        (total_in - total_out)[per - 1 :: per],
    )


@pytest.mark.parametrize("counts", ["by the clock", "in worked hours"])
@pytest.mark.parametrize("seed", range(8))
def test_followed_as_by_a_clock_of_ticks(seed, counts):
    rng = np.random.default_rng(seed)
    worked = np.tile([False, True, True, True, False, False], 5)
    offered, agents = rng.integers(0, 30, 30), rng.integers(0, 9, 30) * worked
    offered[24:], agents[24:] = 0, 20 * worked[24:]
    deadline_s = int(rng.choice([1800, 2700, 4500, 7200]))
    ours = work_off(offered, 300, agents, deadline_s=deadline_s, worked=worked, counts=counts)
    in_time, waits, left = tick_by_tick(offered, 300, agents, deadline_s, worked, counts)
    came = offered > 0
    assert ours.backlog == pytest.approx(left, abs=1e-6)
    assert np.abs(ours.in_time - in_time)[came].max() < 0.02
    assert ours.asa_s[came] == pytest.approx(waits[came], abs=200, rel=0.02)
    assert np.nansum(ours.done) == pytest.approx(offered.sum())


def test_a_backlog_by_hand():
    """60 mails of 300 s lie there, 3 people do 18 in half an hour: 42, 24, 6, 0; the last is 6000 s old when done."""
    there = work_off([0, 0, 0, 0], 300, 3, deadline_s=3600, backlog=60)
    assert there.backlog.tolist() == pytest.approx([42, 24, 6, 0], abs=1e-9)
    assert there.oldest_s.tolist() == [1800, 3600, 5400, 0]
    assert there.occupancy.tolist() == pytest.approx([1, 1, 1, 1 / 3])


@pytest.mark.parametrize(("deadline_s", "breaks_s"), [(3600, 0), (5999, 0), (6000, np.nan)])
def test_a_backlog_that_is_answered_late_breaks_the_promise(deadline_s, breaks_s):
    """The same 60 mails are done after 6000 s: nan, as if every promise were kept, was told of all of these."""
    there = work_off([0, 0, 0, 0], 300, 3, deadline_s=deadline_s, backlog=60)
    assert there.breaks_s == pytest.approx(breaks_s, nan_ok=True)


def test_one_number_for_all_intervals_is_each_intervals_own():
    """10 contacts of 300 s come in each half-hour and one agent does 6: 4, 8, 12 are left."""
    assert work_off(10, 300, [1, 1, 1], deadline_s=3600).backlog.tolist() == pytest.approx([4, 8, 12])


def test_too_few_hands_break_the_promise_and_say_when():
    """20 in, 6 done an interval: the first late mail comes when a backlog of 8 intervals' work lies before it."""
    told = plan_deferred(mails(), CENTRE, agents=1)
    # A mail that comes at t (intervals) is answered at 20 t ÷ 6; that is 8 intervals later from t = 8 ÷ (20 ÷ 6 −
    # 1) on.
    assert told.breaks_at == pd.Timestamp("2026-09-07 09:00", tz="Europe/Helsinki") + pd.Timedelta(
        minutes=30 * 8 / (20 / 6 - 1)
    ).round("s")
    assert not told.kept and told.service_level < 0.5
    assert (told.intervals["backlog"].diff().iloc[1:16] > 0).all(), "it grows all day"
    assert pd.isna(plan_deferred(mails(), CENTRE).breaks_at)


# ------------------------------------------------------------------------------------- the fewest


HOURS = OpeningHours.of(every_day="09:00-13:00")


def cheapest_by_trying(offered, deadline_s, target, days, most=7):
    """Least agent-hours, level by day, of all combinations; hours 9-13 worked, an interval an hour, by ticks."""
    worked = np.tile(np.arange(24) // 4 == 0, days + 1)  # the clock starts at nine
    best = inf
    for crew in product(range(most), repeat=days):
        if 4 * sum(crew) >= best:
            continue
        agents = np.append(np.repeat(crew, 24), np.zeros(24)) * worked
        in_time, _, left = tick_by_tick(
            offered, 600, agents, deadline_s, worked, "by the clock", interval_s=3600, tick=60
        )
        by_day = [np.average(in_time[24 * d : 24 * d + 24], weights=offered[24 * d : 24 * d + 24]) for d in range(days)]
        best = 4 * sum(crew) if min(by_day) >= target - 1e-9 and left[-1] < 1e-6 else best
    return best


@pytest.mark.parametrize("target", [1.0, 0.7])
@pytest.mark.parametrize("seed", range(4))
def test_as_cheap_as_the_best_of_all_combinations(seed, target):
    rng, days = np.random.default_rng(seed), 3
    offered = np.zeros(24 * (days + 1))
    for d in range(days):
        offered[24 * d : 24 * d + 4] = rng.integers(4, 24, 4)
    deadline_s = int(rng.choice([7200, 86_400])) if target < 1 else 86_400
    mail = replace(MAIL, worked=HOURS, deadline_s=deadline_s, targets=Targets(service_level=target))
    rows = mails(offered=offered[: 24 * days], freq="h").assign(aht_s=600.0)
    plan = plan_deferred(rows, replace(CENTRE, queues=(mail,), interval_s=3600))
    assert plan.kept and plan.agent_hours == cheapest_by_trying(offered, deadline_s, target, days)


@pytest.mark.parametrize("shape", ["level day", "level week", "following"])
def test_no_agent_of_a_plan_can_be_spared(shape):
    rng = np.random.default_rng(5)
    centre = centre_with(targets=Targets(service_level=0.9), deadline_counts="in worked hours")
    plan = plan_deferred(mails(offered=rng.poisson(9, 48 * 3)), centre, shape=shape)
    agents = plan.intervals["agents"].to_numpy()
    days = plan.intervals["start"].dt.date.to_numpy()
    groups = {"level day": days, "level week": np.zeros(len(agents)), "following": np.arange(len(agents))}[shape]
    for name in pd.unique(groups[agents > 0])[:12]:
        fewer = np.where(groups == name, np.maximum(agents - 1, 0), agents)
        again = plan_deferred(plan.intervals.drop(columns="row"), centre, agents=fewer)
        left = again.intervals["backlog"].iloc[-1] > 1e-6
        assert not again.kept or left, name


def test_freer_shapes_cost_less_and_fractions_least():
    rows = mails(offered=np.random.default_rng(2).poisson(7, 48 * 4))
    centre = centre_with(deadline_counts="in worked hours")
    hours = [plan_deferred(rows, centre, shape=shape).agent_hours for shape in ("level week", "level day", "following")]
    least = plan_deferred(rows, centre, shape="following", whole=False).agent_hours
    assert hours == sorted(hours, reverse=True)
    assert rows["offered"].sum() * 300 / 3600 - 1e-3 <= least <= hours[-1]


def test_two_weeks_planned_a_week_at_a_time_keep_every_day():
    rng = np.random.default_rng(8)
    rows = mails(offered=rng.poisson(6, 48 * 17))
    for target in (1.0, 0.8):
        plan = plan_deferred(
            rows, centre_with(targets=Targets(service_level=target), deadline_counts="in worked hours")
        )
        assert plan.kept and plan.intervals["backlog"].iloc[-1] == pytest.approx(0, abs=1e-6)
        assert (plan.intervals.loc[~plan.intervals["worked"], "agents"] == 0).all()


def test_contact_by_contact():
    """Poisson mails and exponential handle times: the flow's promise is missed by a few contacts only."""
    rng, late = np.random.default_rng(4), []
    rows = mails(offered=np.full(10, 60.0))
    plan = plan_deferred(rows, CENTRE).intervals
    agents, starts = plan["agents"].to_numpy(), np.arange(len(plan)) * 1800
    for _ in range(20):
        came = np.sort(np.concatenate([1800 * (i + rng.random(rng.poisson(60))) for i in range(10)]))
        free = [0.0] * int(agents.max())
        end = starts[agents > 0][-1] + 1800
        for at in came:
            k = int(np.argmin(free))
            free[k] = max(free[k], at) + rng.exponential(300)
            late.append(free[k] > at + 14_400 or free[k] > end)
    assert 1 - np.mean(late) > 0.93


# ------------------------------------------------------------------------------------- in `staff`


def test_staff_takes_the_queue_by_its_deadline_and_adds_the_hours_without_rows():
    rows = mails(offered=[30] * 8)  # till 13:00; worked till 17:00
    both = pd.concat([rows, rows.assign(queue="voice")], ignore_index=True)
    done = staff(both, CENTRE)
    assert done["queue"].iloc[:16].tolist() == both["queue"].tolist() and len(done) == 16 + 8
    assert (done["start"].iloc[16:].dt.hour >= 13).all() and done.index.tolist() == list(range(24))
    assert done["service_level"].iloc[:8].tolist() == [1] * 8 and done["backlog"].iloc[8:16].isna().all()
    mail = done[done["queue"] == "mail"]
    assert mail["agents"].nunique() == 1 and totals(done).loc["mail", "cost"] == pytest.approx(mail["cost"].sum())
    days = day_table(done, both, CENTRE)
    assert days.set_index("queue").loc["mail", "agent_hours"] == mail["agents"].sum() / 2
    assert len(beside_given(done, both.assign(agents=3.0))) == len(done)


def test_a_staff_that_is_given_back_gives_the_same_service():
    done = staff(mails(offered=[30] * 16), CENTRE)
    again = staff(done, CENTRE, agents=done["agents"].to_numpy())
    pd.testing.assert_frame_equal(done, again, check_dtype=False)


def test_chat_in_staff_counts_people():
    chat = Queue(name="chat", channel="chat", at_once=2, slowdown=0.3, patience_s=240, targets=Targets(target_s=60))
    centre = replace(CENTRE, queues=(chat,))
    rows = mails(offered=[20, 0, 40]).assign(queue="chat", aht_s=600.0)
    done = staff(rows, centre)
    alone = staff(rows, replace(centre, queues=(replace(chat, at_once=1, slowdown=0.0),)))
    assert (done["agents"] <= alone["agents"]).all() and done["agents"].sum() < alone["agents"].sum()
    assert 1 < done["concurrency"].iloc[0] <= 2 and np.isnan(done["concurrency"].iloc[1]) and "concurrency" not in alone
    paths = rows.assign(**{f"path_{k}": rows["offered"] * (0.8 + 0.01 * k) for k in range(41)})
    assert staff_to_chance(paths, centre, 0.9)["agents"].sum() >= done["agents"].sum()


# ---------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    "changes, words, kind",
    [
        ({"deadline_s": 900}, "deadline_s must be at least an interval of 1800 s, got 900", ValueError),
        ({"worked": OpeningHours.of(monday="closed")}, "worked must hold some hours", ValueError),
        ({"targets": Targets(max_asa_s=30)}, "max_asa_s is a promise of live contacts", ValueError),
        (
            {"worked": OpeningHours.of(tuesday="09:00-17:00")},
            "queue mail: service_level = 1 within deadline_s = 14400 cannot be met",
            Infeasible,
        ),
    ],
)
def test_queues_that_cannot_be_planned(changes, words, kind):
    with pytest.raises(kind, match=words):
        staff(mails(), centre_with(**changes))


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: plan_deferred(mails(), CENTRE, shape="flat"), "shape must be one of level day"),
        (lambda: plan_deferred(mails().assign(queue="voice"), CENTRE), "needs a deadline_s"),
        (lambda: plan_deferred(mails(), CENTRE, backlog=-1), "backlog must be"),
        (lambda: plan_deferred(mails(), CENTRE, agents=[1, 2]), "agents must be one number or one a row, got 2 for 16"),
        (lambda: plan_deferred(mails(offered=[]), CENTRE), "intervals must be of one queue, got no rows"),
        (
            lambda: plan_deferred(pd.concat([mails(offered=[1]), mails("2026-09-07 10:10", offered=[1])]), CENTRE),
            "1800 s apart",
        ),
        (
            lambda: plan_deferred(mails("2026-09-06 09:00"), CENTRE, agents=1),
            "agents must be 0 outside its worked hours",
        ),
        (lambda: staff(mails(path_1=1.0), CENTRE, confidence=0.9), "live queues only"),
        (lambda: Queue(name="q", at_once=2, deadline_s=3600), "cannot both be set"),
        (lambda: Queue(name="q", slowdown=0.2), "needs at_once = 2"),
        (lambda: Queue(name="q", worked=OpeningHours()), "need a deadline_s"),
        (lambda: work_off([1], 300, 1, deadline_s=3600, worked=[False]), "agents must be 0 outside"),
        (lambda: work_off([1], 300, 1, deadline_s=3600, counts="always"), "counts must be one of"),
        (lambda: work_off([1], 300, 1, deadline_s=[3600, 3600]), "deadline_s must be one number"),
        (lambda: work_off([1], 300, 1, deadline_s=3600, max_occupancy=[1, 1]), "max_occupancy must be one number"),
        (lambda: work_off([[1]], 300, [[1]], deadline_s=3600), "offered must be a number an interval"),
    ],
)
def test_bad_input_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_no_contacts_need_nobody():
    plan = plan_deferred(mails(offered=[0] * 16), CENTRE)
    assert plan.agent_hours == 0 and plan.kept and plan.service_level == 1


def test_by_whatever_rule_mail_is_worked_off_as_it_is_and_calls_follow_the_rule():
    calls = mails(offered=[60, 100, 80]).assign(queue="voice")
    both = pd.concat([calls, mails()]).sample(frac=1, random_state=1)
    through = staff(both, CENTRE, rule="through the day")
    pd.testing.assert_frame_equal(
        through[through["queue"] == "mail"][["start", "agents", "backlog"]].sort_values("start", ignore_index=True),
        staff(mails(), CENTRE)[["start", "agents", "backlog"]].sort_values("start", ignore_index=True),
    )
    alone = staff(calls, CENTRE, rule="through the day").sort_values("start")
    mine = through[through["queue"] == "voice"].sort_values("start")
    assert (
        mine["agents"].tolist() == alone["agents"].tolist()
        and mine["service_level"].tolist() == alone["service_level"].tolist()
    )
    assert through["start"].iloc[: len(both)].tolist() == both["start"].tolist()


def test_agents_are_taken_by_their_place_whatever_their_labels():
    backwards, agents = mails().iloc[::-1], np.arange(16)[::-1]
    by_place = plan_deferred(backwards, CENTRE, agents=agents)
    labelled = plan_deferred(backwards, CENTRE, agents=pd.Series(agents, index=backwards.index))
    assert labelled.intervals["agents"].iloc[:16].tolist() == list(range(16))
    pd.testing.assert_frame_equal(by_place.intervals, labelled.intervals)
