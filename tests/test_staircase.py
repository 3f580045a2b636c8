"""The staircase of agents against `required_agents`, and the quick plan against `staff`, interval by interval."""

import numpy as np
import pandas as pd
import pytest

from ccplan.data import Centre, OpeningHours, Queue, load_centre, load_intervals
from ccplan.planning import monthly_requirement, staff
from ccplan.planning.uncertainty.quick_plan import quick_plan
from ccplan.planning.uncertainty.staircase import staircase
from ccplan.queueing import Infeasible, Targets, max_chats, required_agents, required_chat_agents

QUEUES = {
    "patient": Queue(name="patient"),
    "impatient": Queue(
        name="impatient", patience_s=120, targets=Targets(service_level=0.8, target_s=20, max_occupancy=0.88)
    ),
    "answer speed": Queue(name="answer speed", patience_s=300, targets=Targets(service_level=None, max_asa_s=15)),
    "few lines": Queue(name="few lines", patience_s=200, lines=30, targets=Targets(service_level=0.7, target_s=30)),
    "hours": Queue(name="hours", targets=Targets(service_level=0.8, target_s=14400)),
}


@pytest.mark.parametrize("queue", QUEUES.values(), ids=QUEUES)
@pytest.mark.parametrize("aht_s", [95.0, 300.0])
def test_one_handle_time_is_exact(queue, aht_s):
    rng = np.random.default_rng(3)
    most = 15 if np.isfinite(queue.lines) else 60
    calls = np.concatenate([[0.0, 1e-9], rng.uniform(0, most * 1800 / aht_s, 2000)])
    steps = staircase(queue, aht_s, most, exact=True)
    assert (
        steps.agents(calls, aht_s)
        == required_agents(calls, aht_s, queue.targets, patience_s=queue.patience_s, lines=queue.lines)
    ).all()


def test_a_load_at_the_edge_of_a_step_stays_on_it():
    queue = Queue(
        name="q", targets=Targets(service_level=None, max_occupancy=0.85)
    )  # 85 Erlang need 100 agents, not 101
    assert staircase(queue, 180.0, 120, exact=True).agents(850.0, 180.0) == 100
    assert staircase(queue, 180.0, 120, exact=True).agents(850.0001, 180.0) == 101


@pytest.mark.parametrize("name", ["patient", "impatient", "answer speed", "hours"])
def test_handle_times_between_the_steps_are_told_within_a_thousandth(name, record_property):
    queue, rng = QUEUES[name], np.random.default_rng(5)
    aht_s = rng.uniform(150, 450, 20_000)
    calls = rng.uniform(0, 150, 20_000) * 1800 / aht_s
    found = staircase(queue, (150, 450), 150).agents(calls, aht_s)
    true = required_agents(calls, aht_s, queue.targets, patience_s=queue.patience_s)
    wrong, sum_error = (found != true).mean(), found.sum() / true.sum() - 1
    print(f"{name}: {100 * wrong:.2f} % of the intervals one agent off, {sum_error:+.1e} of the agents in all")
    assert abs(found - true).max() <= 1 and wrong < 0.02 and abs(sum_error) < 2e-4


def test_the_end_of_the_stairs_is_told():
    with pytest.raises(ValueError, match="the staircase ends at .* Erlang, got"):
        staircase(QUEUES["patient"], 180.0, 10).agents(10_000, 180.0)


def test_a_target_out_of_reach_names_queue_and_target():
    with pytest.raises(Infeasible, match="queue q: service_level = 1"):
        staircase(Queue(name="q", targets=Targets(service_level=1.0)), 180.0, 10)


# ------------------------------------------------------------------------------------------------ the quick plan


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(8)
    start = pd.date_range("2027-01-01", "2027-03-01", freq="30min", inclusive="left", tz="Europe/Helsinki")
    day = 1 + np.sin(np.arange(len(start)) / 48 * 2 * np.pi)
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "queue": name,
                    "start": start,
                    "offered": size * day * rng.uniform(0.8, 1.2, len(start)),
                    "aht_s": rng.uniform(250, 330, len(start)),
                }
            )
            for name, size in (("patient", 40.0), ("impatient", 90.0))
        ]
    )


CENTRE = Centre(name="x", time_zone="Europe/Helsinki", queues=(QUEUES["patient"], QUEUES["impatient"]))


@pytest.mark.parametrize("move", [{}, {"volume": 1.2}, {"aht": 0.9}, {"volume": {"patient": 0.5}, "aht": 1.1}], ids=str)
def test_a_move_is_what_staff_says(frame, move):
    plan = quick_plan(frame, CENTRE)
    volume = (
        frame["queue"].map(move["volume"]).fillna(1.0)
        if isinstance(move.get("volume"), dict)
        else move.get("volume", 1.0)
    )
    moved = frame.assign(offered=frame["offered"] * volume, aht_s=frame["aht_s"] * move.get("aht", 1.0)).reset_index(
        drop=True
    )
    expected, found = monthly_requirement(staff(moved, CENTRE), CENTRE), plan.at(**move)
    assert list(found) == list(expected)
    assert np.allclose(found["agent_hours"], expected["agent_hours"], rtol=5e-4)
    assert np.allclose(found[["offered", "load_hours"]], expected[["offered", "load_hours"]], rtol=1e-9)
    assert np.allclose(found["service_level"], expected["service_level"], atol=2e-3)


def test_new_targets_and_teams(frame):
    tight = {"patient": Targets(service_level=0.95, target_s=10)}
    teams = {"both": ["patient", "impatient"]}
    found = quick_plan(frame, CENTRE, teams=teams).at(targets=tight)
    strict = Centre(
        name="x",
        time_zone="Europe/Helsinki",
        queues=(Queue(name="patient", targets=tight["patient"]), QUEUES["impatient"]),
    )
    expected = monthly_requirement(staff(frame.reset_index(drop=True), strict), strict, teams=teams)
    assert np.allclose(found["fte"], expected["fte"], rtol=5e-4) and list(found["queue"]) == ["both", "both"]


def test_moves_that_cannot_be_are_refused(frame):
    plan = quick_plan(frame, CENTRE)
    for move, words in [
        ({"volume": 0}, "volume of patient must be in"),
        ({"aht": "1"}, "aht of patient must be a number"),
        ({"volume": {"strange": 1.0}}, "volume names the queue 'strange'"),
        ({"targets": {"patient": 0.8}}, "must be Targets"),
    ]:
        with pytest.raises(ValueError, match=words):
            plan.at(**move)


# ------------------------------------------------------------------------------------ chat, and work that may wait

CHAT = Queue(
    name="chat",
    patience_s=240,
    at_once=3,
    slowdown=0.3,
    targets=Targets(service_level=0.8, target_s=60, max_occupancy=0.95),
)
MAIL = Queue(
    name="mail",
    channel="email",
    deadline_s=14_400,
    worked=OpeningHours.of(weekdays="09:00-17:00"),
    targets=Targets(service_level=0.8),
)


def test_chats_climb_the_steps_of_their_own_search():
    rng = np.random.default_rng(4)
    aht_s, calls = rng.uniform(400, 800, 3000), rng.uniform(0, 60, 3000)
    found = staircase(CHAT, (400, 800), 30).agents(calls, aht_s)
    how = {"at_once": 3, "slowdown": 0.3, "patience_s": 240}
    true = required_chat_agents(calls, aht_s, CHAT.targets, **how)
    assert abs(found - true).max() <= 1 and (found != true).mean() < 0.02 and abs(found.sum() / true.sum() - 1) < 5e-4
    most = max_chats(np.arange(1, 20), 600.0, CHAT.targets, **how)
    assert (required_chat_agents(most * 0.9999, 600.0, CHAT.targets, **how) == np.arange(1, 20)).all()
    assert (required_chat_agents(most * 1.0001, 600.0, CHAT.targets, **how) == np.arange(2, 21)).all()
    assert max_chats(0, 600.0, CHAT.targets, at_once=2) == 0


def test_work_that_may_wait_has_no_steps_and_no_quick_answer_to_other_targets():
    with pytest.raises(ValueError, match="queue mail: a staircase of agents is known for live queues only"):
        staircase(MAIL, 300.0, 10)
    centre = Centre(name="x", queues=(MAIL,))
    start = pd.date_range("2027-03-01 09:00", periods=8, freq="30min")
    plan = quick_plan(pd.DataFrame({"queue": "mail", "start": start, "offered": 24.0, "aht_s": 300.0}), centre)
    base, more = plan.at(), plan.at(volume=1.5)
    assert base["agent_hours"].tolist() == [16.0] and more["agent_hours"].tolist() == [
        24.0
    ]  # two and three agents for eight hours
    assert more["service_level"].tolist() == base["service_level"].tolist() == [1.0]
    with pytest.raises(ValueError, match="queue mail: a quick answer to other targets"):
        plan.at(targets={"mail": Targets(service_level=0.9)})


@pytest.fixture(scope="module")
def bundled():
    centre = load_centre("data/sample")
    frame = load_intervals("data/sample", centre, faulty="leave out").frame
    month = frame[(frame["start"] >= "2026-09-01") & (frame["start"] < "2026-10-01")]
    staffed = staff(month.reset_index(drop=True), centre)
    rows = staffed[staffed["offered"] > 0][["queue", "start", "offered", "aht_s"]].reset_index(drop=True)
    return centre, rows, quick_plan(staffed, centre)


@pytest.mark.parametrize(("volume", "aht"), [(0.8, 1.0), (1.2, 1.0), (1.0, 0.9), (1.0, 1.1)])
def test_moves_of_the_bundled_centre_are_those_of_the_full_chain(bundled, volume, aht):
    """Live queues agree to a thousandth; mail of one or two people goes in steps, of which the straight line misses
    some.
    """
    centre, rows, plan = bundled
    full = monthly_requirement(
        staff(rows.assign(offered=rows["offered"] * volume, aht_s=rows["aht_s"] * aht), centre), centre
    ).set_index("queue")
    quick = plan.at(volume=volume, aht=aht).set_index("queue")
    error = (quick["fte"] / full["fte"] - 1).abs()
    print(
        f"volume × {volume}, handle time × {aht}: " + ", ".join(f"{name} {value:.2%}" for name, value in error.items())
    )
    live = error.drop("email")
    assert live.max() < 2e-3 and error["email"] < 0.20
    assert abs(quick["fte"].sum() / full["fte"].sum() - 1) < 0.01
    assert (quick["service_level"] - full["service_level"]).drop("email").abs().max() < 5e-3


def test_an_interval_of_no_handle_time_is_no_load():
    start = pd.date_range("2026-06-01", "2026-07-01", freq="30min", inclusive="left")
    june = pd.DataFrame({"queue": "q", "start": start, "offered": 100.0, "aht_s": 180.0})
    june.loc[0, "aht_s"] = 0.0
    centre = Centre(name="x", queues=(Queue(name="q"),))
    hours = quick_plan(june, centre).at()["agent_hours"].item()
    assert hours == monthly_requirement(staff(june, centre), centre)["agent_hours"].item() == 14 * 719.5
