"""Staffing through the day on a centre's table, held against days played call by call."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from ccplan.data import Centre, Queue, load_centre, load_intervals, sample_centre
from ccplan.planning import compare_rules, play_day, staff
from ccplan.queueing import Infeasible, Targets, simulate_day

CALLS = [20, 45, 90, 120, 130, 110, 80, 60, 70, 65, 40, 20]


def centre(**queue):
    return Centre(name="x", queues=(Queue(name="q", patience_s=queue.pop("patience_s", 240.0), **queue),))


def day(aht_s=1200.0, first="2026-09-01 08:00", calls=CALLS):
    return pd.DataFrame(
        {
            "queue": "q",
            "start": pd.date_range(first, periods=len(calls), freq="30min"),
            "offered": calls,
            "aht_s": aht_s,
        }
    )


def played(frame, staffed, known, days=400):
    queue = known.queue("q")
    return simulate_day(
        frame["offered"].to_numpy(float),
        frame["aht_s"].iloc[0],
        staffed["agents"].to_numpy(),
        patience_s=queue.patience_s,
        target_s=queue.targets.target_s,
        days=days,
        seed=4,
    ).intervals


def test_every_interval_keeps_its_promise_on_days_played_call_by_call():
    frame, known = day(), centre()
    staffed = staff(frame, known, rule="through the day")
    came = played(frame, staffed, known)
    assert (staffed["service_level"] >= 0.8 - 1e-6).all()
    error = np.abs(came["service_level"].to_numpy() - staffed["service_level"].to_numpy())
    assert error.mean() < 0.01 and error.max() < 0.03
    assert (came["service_level"] > 0.77).all()


def test_the_stationary_plan_breaks_its_promise_when_calls_are_long_and_this_says_so():
    frame, known = day(), centre()
    plain = staff(frame, known)
    told = staff(frame, known, rule="through the day", agents=plain["agents"].to_numpy())
    came = played(frame, plain, known)
    assert plain["service_level"].min() >= 0.8 > told["service_level"].min() + 0.1
    assert np.abs(came["service_level"].to_numpy() - told["service_level"].to_numpy()).max() < 0.03


def test_rules_are_told_apart_by_what_they_cost_and_keep():
    table = compare_rules(day(), centre()).set_index("rule")
    assert (
        table.loc["through the day", "under_target"] == 0
        and table.loc["through the day", "worst_interval"] >= 0.8 - 1e-6
    )
    assert table.loc["stationary", "under_target"] > 0.1
    assert table.loc["through the day", "cost"] == pytest.approx(
        table.loc["through the day", "agent_hours"] / 0.7 * 19.5
    )


def test_the_day_as_a_whole_needs_fewer_hours_than_every_interval():
    frame, known = day(300.0), centre()
    every, whole = (staff(frame, known, rule="through the day", meet=meet) for meet in ("every", "day"))
    assert whole["agents"].sum() <= every["agents"].sum()
    assert (whole["service_level"] * frame["offered"]).sum() / frame["offered"].sum() >= 0.8 - 1e-6


def test_a_day_that_goes_on_from_the_one_before_does_not_begin_empty():
    two = day(calls=[40] * 96, first="2026-09-01 00:00")
    staffed = staff(two, centre(), rule="through the day", agents=np.full(96, 28))
    first, second = staffed["service_level"].iloc[0], staffed["service_level"].iloc[48]
    assert first > second + 0.05 and second == pytest.approx(staffed["service_level"].iloc[40], abs=0.01)


def test_limited_lines_and_unknown_rules_are_refused_in_words():
    with pytest.raises(ValueError, match="unlimited lines"):
        staff(day(), centre(lines=40), rule="through the day")
    with pytest.raises(ValueError, match="rule must be one of"):
        staff(day(), centre(), rule="best")
    with pytest.raises(ValueError, match="stationary rule"):
        staff(day(), centre(), rule="lagged", confidence=0.9)
    with pytest.raises(ValueError, match='meet goes with rule "through the day" only'):
        staff(day(), centre(), meet="day")


def test_a_week_of_the_bundled_centre():
    rows = load_intervals(sample_centre()).frame
    week = rows[
        (rows["start"] >= "2026-09-21") & (rows["start"] < "2026-09-28") & rows["queue"].isin(["service", "outage"])
    ].reset_index(drop=True)
    known = load_centre(sample_centre())
    staffed = staff(week, known, rule="through the day")
    for name in ("service", "outage"):
        mine = staffed[(staffed["queue"] == name) & (staffed["offered"] > 0)]
        assert (mine["service_level"] >= known.queue(name).targets.service_level - 1e-6).all()
        assert (mine["agents"] > 0).all()


def test_days_that_are_alike_are_solved_once_and_progress_tells_how_far():
    first, seen = day(), []
    week = pd.concat(
        [day(first=f"2026-09-0{k} 08:00") for k in range(1, 6)] + [day(first="2026-09-06 08:00", calls=CALLS[::-1])],
        ignore_index=True,
    )
    staffed = staff(week, centre(), rule="through the day", progress=lambda done, number: seen.append((done, number)))
    assert seen == [(1, 2), (2, 2)]
    alone = staff(first, centre(), rule="through the day")
    for k in range(5):
        assert staffed["agents"].iloc[12 * k : 12 * k + 12].tolist() == alone["agents"].tolist()
    assert (
        staffed["agents"].iloc[60:].tolist()
        == staff(day(calls=CALLS[::-1]), centre(), rule="through the day")["agents"].tolist()
    )


def test_rows_in_any_order_give_the_same_plan_on_one_core_or_two():
    week = pd.concat(
        [day(first=f"2026-09-0{k} 08:00", calls=np.array(CALLS) + k) for k in range(1, 5)], ignore_index=True
    )
    mixed = week.sample(frac=1, random_state=1)
    plan = staff(week, centre(), rule="through the day", jobs=2)
    again = staff(mixed, centre(), rule="through the day", jobs=1).reindex(week.index)
    pd.testing.assert_frame_equal(plan, again)


def test_an_overloaded_day_without_hang_ups_takes_its_queue_into_the_next():
    """40 calls of 600 s a half hour are 13.3 Erlang; 13 agents fall behind by a third of a call in ten minutes."""
    two = day(600.0, "2026-09-01 00:00", [40] * 96)
    patient = centre(patience_s=np.inf)
    staffed = staff(two, patient, rule="through the day", agents=np.full(96, 13))
    came = simulate_day(np.full(96, 40.0), 600.0, np.full(96, 13), days=2000, seed=5).intervals
    error = np.abs(staffed["service_level"].to_numpy() - came["service_level"].to_numpy())
    assert error.max() < 0.04 and staffed["service_level"].iloc[48] < 0.3
    assert (staff(two, patient, rule="through the day")["service_level"] >= 0.8 - 1e-6).all()


def test_an_infeasible_target_names_its_queue():
    known = Centre(name="x", queues=(Queue(name="q", targets=Targets(service_level=1.0)),))
    with pytest.raises(Infeasible, match="q"):
        staff(day(), known, rule="through the day")


def test_chats_are_played_as_they_are_held():
    """With no slowdown two chats at a time are two agents with one each: the same stationary queue as by the chat's
    own model.
    """
    queue = Queue(name="chat", channel="chat", at_once=2, patience_s=240, targets=Targets(target_s=60))
    table = pd.DataFrame(
        {
            "queue": "chat",
            "start": pd.date_range("2026-09-01 09:00", periods=12, freq="30min"),
            "offered": 40,
            "aht_s": 600.0,
        }
    )
    plan = staff(table, Centre(name="x", queues=(queue,)))
    played = play_day(plan, Centre(name="x", queues=(queue,)), days=400)
    later = played.intervals["service_level"].iloc[3:]  # the day begins empty
    assert abs(later.mean() - plan["service_level"].iloc[0]) < 0.02
    slow = Centre(name="x", queues=(dataclasses.replace(queue, slowdown=0.3),))
    assert play_day(plan, slow, days=50).day["service_level"].item() < played.day["service_level"].item() - 0.05


def test_mail_is_not_played():
    mail = Queue(name="mail", channel="email", deadline_s=14_400)
    rows = pd.DataFrame(
        {"queue": "mail", "start": [pd.Timestamp("2026-09-01 09:00")], "offered": 10, "aht_s": 300.0, "agents": 2}
    )
    with pytest.raises(ValueError, match="queue mail: a day played call by call is known for live queues only"):
        play_day(rows, Centre(name="x", queues=(mail,)))
