"""Agents by group: against formulas where there are any, and against a second simulation where there are none."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from ccplan.data import Centre, Group, Queue
from ccplan.planning import cross_training, pooling_gain, staff_groups
from ccplan.queueing import Infeasible, Targets, performance, predict_day, required_agents, required_day, simulate_day

from .effort import DEEP
from .skilled_by_hand import simulate


def day(start="09:00", aht_s=180, **calls):
    """An intervals table of one day: queue=counts by half-hour."""
    parts = [
        pd.DataFrame(
            {
                "queue": name,
                "start": pd.date_range(f"2026-09-01 {start}", periods=len(counts), freq="30min"),
                "offered": np.asarray(counts, float),
                "aht_s": aht_s,
            }
        )
        for name, counts in calls.items()
    ]
    return pd.concat(parts, ignore_index=True)


def centre(*queues, groups=(), patience_s=np.inf, **how):
    made = tuple(queue if isinstance(queue, Queue) else Queue(name=queue, patience_s=patience_s) for queue in queues)
    return Centre(name="x", queues=made, groups=groups, **how)


def agents(found, group=None):
    rows = found.groups if group is None else found.groups[found.groups["group"] == group]
    return rows["agents"].to_numpy()


def test_two_queues_of_ten_erlang_that_share_all_agents_need_24_not_14():
    """Erlang C of 20 Erlang asks for 24 agents at 80/20 with calls of three minutes; 10 Erlang alone for 14, or 28
    for both.
    """
    pooled, alone = (required_agents(calls, 180, Targets()) for calls in (200, 100))
    assert (pooled, alone) == (24, 14)
    found = staff_groups(
        day(a=[100] * 5, b=[100] * 5), centre("a", "b"), groups=(Group(name="all", skills=[("a", "b")]),)
    )
    settled = agents(found)[2:]  # the day begins empty
    assert abs(settled.mean() - pooled) <= 0.5 and (np.abs(settled - pooled) <= 1).all()
    assert (found.day["service_level"] >= 0.8).all()


def test_one_queue_and_one_group_are_the_day_by_its_equations():
    calls = np.round(40 + 60 * np.sin(np.linspace(0.2, 2.9, 12)))
    exact = required_day(calls, 300, Targets(), patience_s=180)
    found = staff_groups(day(aht_s=300, q=calls), centre("q", patience_s=180))
    assert (np.abs(agents(found) - exact) <= 1).all() and abs(agents(found).sum() - exact.sum()) <= 3
    told = predict_day(calls, 300, agents(found), patience_s=180)
    near = (
        np.abs(found.intervals["service_level"] - told["service_level"])
        <= 1.6 * found.intervals["service_level_ci95"] + 1e-9
    )
    assert near.mean() >= 0.9
    whole = staff_groups(day(aht_s=300, q=calls), centre("q", patience_s=180), meet="day")
    exact = required_day(calls, 300, Targets(), patience_s=180, meet="day").sum()
    assert abs(agents(whole).sum() - exact) <= 0.02 * exact + 1 and whole.day["service_level"].item() >= 0.795


MODELS = {  # name: groups as levels of queues (all of one priority in a level)
    "N": {"both": [["a"], ["b"]], "only b": [["b"]]},
    "W": {"left": [["a", "b"]], "right": [["b", "c"]]},
    "M": {"only a": [["a"]], "all": [["b"], ["a", "c"]], "only c": [["c"]]},
}


@pytest.mark.parametrize("model", MODELS if DEEP else ["N", "M"])
def test_several_groups_against_a_second_simulation(model):
    """The staff, constant through the day, keeps every promise in a simulation that was written differently."""
    skills = MODELS[model]
    names = sorted({queue for levels in skills.values() for level in levels for queue in level})
    groups = tuple(Group(name=name, skills=levels) for name, levels in skills.items())
    calls = {name: [number] * 5 for name, number in zip(names, (40, 60, 25))}
    found = staff_groups(
        day(aht_s=240, **calls),
        centre(*names, patience_s=150, groups=groups),
        hold_s=9000,
        meet="day",
        seed=4,
        days=300,
    )
    staffed = {name: int(agents(found, name)[0]) for name in skills}
    assert (found.groups.groupby("group")["agents"].nunique() == 1).all(), "held through the day"
    other = simulate(calls, 240, 150, staffed, skills, 1800, 20, days=100, seed=11)
    for row in found.day.itertuples():
        level, error = other[row.queue]
        assert abs(level - row.service_level) <= 3 * np.hypot(error, row.service_level_ci95 / 1.96), (row, level, error)
        assert level >= 0.8 - 3 * error
    fewer = [staffed | {name: number - 1} for name, number in staffed.items() if number]
    for less in fewer:  # nobody is there for nothing
        lower = simulate_day(
            {n: c for n, c in calls.items()},
            240,
            {g: [n] * 5 for g, n in less.items()},
            patience_s=150,
            days=600,
            seed=5,
            skills={name: [tuple(level) for level in levels] for name, levels in skills.items()},
        )
        assert (lower.day["service_level"] < 0.8 + lower.day["service_level_ci95"]).any(), less


def test_dearer_agents_are_taken_only_where_they_pay():
    table, queues = day(a=[60] * 3, b=[60] * 3), centre("a", "b", patience_s=180)
    only = (Group(name="a", skills=["a"]), Group(name="b", skills=["b"]))
    both = Group(name="both", skills=[("a", "b")], hourly_wage=15.0 * 3)
    found = staff_groups(table, queues, groups=(*only, both), days=500)
    assert agents(found, "both").sum() == 0
    cheap = staff_groups(table, queues, groups=(*only, Group(name="both", skills=[("a", "b")])), days=500)
    assert cheap.totals["cost"].sum() < found.totals["cost"].sum()
    row = cheap.totals.set_index("group").loc["both"]
    assert row["cost"] == pytest.approx(row["agent_hours"] / 0.7 * 15 * 1.3)  # 30 % shrinkage, 30 % on-costs


def test_heads_that_do_not_suffice_name_the_queue():
    groups = (Group(name="team", skills=["q"], most=12),)  # 8 on the phones after 30 % of shrinkage
    with pytest.raises(
        Infeasible, match=r"queue q: service_level = 0.8 cannot be met at 09:30 .* team \(8\).*heads less shrinkage"
    ):
        staff_groups(day(q=[20, 200, 20]), centre("q", patience_s=180), groups=groups)
    enough = staff_groups(day(q=[20, 45, 20]), centre("q", patience_s=180), groups=groups)
    assert agents(enough).max() <= 8


def test_overload_before_is_an_answer_and_closed_hours_have_nobody():
    found = staff_groups(day(a=[0, 30, 0, 0], b=[10, 10, 0, 0]), centre("a", "b", patience_s=180))
    assert agents(found, "a").tolist()[0] == 0 and agents(found, "a")[-1] == 0 and agents(found, "b")[-1] == 0
    assert found.intervals.loc[found.intervals["offered"] == 0, "certified"].all()


def test_no_calls_at_all_and_an_empty_table():
    found = staff_groups(day(a=[0, 0]), centre("a"))
    assert agents(found).tolist() == [0, 0] and found.certified
    empty = staff_groups(day(a=[0]).iloc[:0], centre("a"))
    assert len(empty.groups) == 0 and len(empty.totals) == 0


def test_every_kind_of_promise_is_kept():
    targets = Targets(service_level=None, max_asa_s=15, max_abandonment=0.04, max_occupancy=0.8)
    found = staff_groups(
        day(a=[50] * 4, b=[30] * 4),
        centre(*(Queue(name=name, patience_s=120, targets=targets) for name in "ab")),
        groups=(Group(name="g", skills=[("a", "b")]),),
    )
    rows = found.intervals
    assert (rows["asa_s"] < 17).all() and (rows["abandonment"] < 0.045).all() and (rows["occupancy"] < 0.81).all()
    one_less = performance(80, 180, agents(found)[-1] - 2, patience_s=120)  # settled: Erlang A of both together
    assert one_less.occupancy > 0.8 or one_less.asa_s > 15 or one_less.abandonment > 0.04


def test_the_same_seed_gives_the_same_plan_and_it_can_be_stopped():
    table, queues, steps = day(a=[40, 50], b=[20, 30]), centre("a", "b", patience_s=100), []
    groups = (Group(name="g", skills=["a", "b"]), Group(name="b", skills=["b"]))
    one, same = (
        staff_groups(table, queues, groups=groups, seed=3, progress=lambda done, number: steps.append((done, number)))
        for _ in range(2)
    )
    assert one.groups.equals(same.groups) and one.intervals.equals(same.intervals) and steps[-1] == (2, 2)
    with pytest.raises(InterruptedError, match="stopped after 0 of 2"):
        staff_groups(table, queues, groups=groups, progress=lambda done, number: True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"groups": (Group(name="g", skills=["c"]),)}, "names c, which is no queue"),
        ({"groups": (Group(name="g", skills=["a"]),)}, "queue b is taken by no group"),
        ({"meet": "week"}, "meet must be one of every, day"),
        ({"hold_s": 60}, "hold_s must be in"),
        ({"seed": -1}, "seed must be"),
        ({"days": 0}, "days must be"),
    ],
)
def test_bad_input_is_refused_in_words(change, words):
    with pytest.raises(ValueError, match=words):
        staff_groups(day(a=[10], b=[10]), centre("a", "b"), **change)


@pytest.mark.parametrize(
    ("queue", "words"),
    [
        (Queue(name="a", lines=30), "unlimited lines only"),
        (Queue(name="a", targets=Targets(definition="virtual")), "cannot be counted call by call"),
        (
            Queue(name="a", targets=Targets(service_level=1.0)),
            "queue a: service_level = 1 cannot be met by any number of agents",
        ),
    ],
)
def test_promises_that_a_simulation_cannot_judge(queue, words):
    with pytest.raises(ValueError, match=words):
        staff_groups(day(a=[10]), centre(queue))


def test_pooling_lies_between_silos_and_one_queue():
    """Constant load of 10 and 5 Erlang: 14 and 8 agents in silos, 19 together, by Erlang C."""
    table = day(a=[100] * 4, b=[50] * 4)
    groups = (Group(name="both", skills=[("a", "b")], most=1), Group(name="b", skills=["b"]))
    found = pooling_gain(table, centre("a", "b", groups=groups), premium=0.1, days=400).set_index("arrangement")
    silos, pooled = (
        required_agents(100, 180, Targets()) + required_agents(50, 180, Targets()),
        required_agents(150, 180, Targets()),
    )
    assert found.loc["siloed", "agent_hours"] == pytest.approx(
        2 * silos, abs=2
    )  # half an agent less where the day begins
    assert found.loc["all cross-trained", "agent_hours"] == pytest.approx(2 * pooled, abs=2)
    assert (
        found.loc["all cross-trained", "agent_hours"]
        <= found.loc["as it is", "agent_hours"]
        <= found.loc["siloed", "agent_hours"]
    )
    dear = found.loc["all cross-trained"]
    assert dear["cost"] == pytest.approx(dear["scheduled_hours"] * 15 * 1.1 * 1.3) and dear["saved_hours"] > 0
    assert (
        "as it is"
        not in pooling_gain(day(a=[20], b=[10]), centre("a", "b"), meet="day", days=50)["arrangement"].tolist()
    )


def test_some_of_a_centres_queues_are_pooled_by_themselves():
    """Groups of the other queues, and queues that nobody in the table takes, do not stand in the way."""
    table, groups = day(a=[50] * 2, b=[25] * 2), (Group(name="all", skills=["a", "b"]), Group(name="c", skills=["c"]))
    found = pooling_gain(table, centre("a", "b", "c", groups=groups), meet="day", days=100)
    assert (
        found["arrangement"].tolist() == ["siloed", "as it is", "all cross-trained"]
        and (found["lowest_service"] > 0.75).all()
    )
    with pytest.raises(ValueError, match="queue b is taken by no group"):
        staff_groups(table, centre("a", "b", "c"), groups=(Group(name="a", skills=["a"]),))


def test_a_little_flexibility_buys_most_of_the_gain():
    found = cross_training(day(a=[100], b=[100]), centre("a", "b"), shares=(1, 0, 0.3))
    assert found["share"].tolist() == [0, 0.3, 1] and found["agents"].is_monotonic_decreasing
    assert found["agents"].iloc[0] == 2 * required_agents(100, 180, Targets())  # nobody shared: two silos
    assert abs(found["agents"].iloc[-1] - required_agents(200, 180, Targets())) <= 1
    assert found["gain"].iloc[1] >= 0.5 and (found["cross_trained"] <= found["share"] * found["agents"] + 1e-9).all()
    assert ((found["service_level"] - 0.8).abs() < 0.1).all()


def test_cross_training_needs_two_queues():
    with pytest.raises(ValueError, match="needs two queues with calls at least, got 1"):
        cross_training(day(a=[10], b=[0]), centre("a", "b"))
    with pytest.raises(ValueError, match="write 20 % as 0.20"):
        cross_training(day(a=[10], b=[10]), centre("a", "b"), shares=(20,))


SMALL = {  # name: queues' calls by half-hour, groups, seconds of one block; few enough to try every plan near the one that is found
    "a helper of a large queue": (
        dict(a=[8, 8], b=[90, 110]),
        (Group(name="b", skills=["b"]), Group(name="both", skills=["a", "b"], hourly_wage=15.5)),
        None,
    ),
    "two who share a queue": (
        dict(a=[80, 90], b=[60, 50], c=[40, 40]),
        (Group(name="left", skills=[("a", "b")]), Group(name="right", skills=[("b", "c")])),
        3600,
    ),
    "specialists and dearer all-rounders": (
        dict(a=[30, 40], b=[40, 30]),
        (
            Group(name="a", skills=["a"]),
            Group(name="b", skills=["b"]),
            Group(name="all", skills=[("a", "b")], hourly_wage=16),
        ),
        3600,
    ),
    "three blocks": (
        dict(a=[30, 50, 40], b=[6, 6, 6]),
        (Group(name="a", skills=["a"]), Group(name="ba", skills=["b", "a"])),
        None,
    ),
}


@pytest.mark.parametrize(
    ("name", "meet"),
    list(product(SMALL, ("every", "day")))
    if DEEP
    else list(zip(list(SMALL)[:3], ("every", "day", "every"), strict=True)),
)
def test_no_cheaper_plan_near_by_keeps_the_promises(name, meet):
    """Every plan that is cheaper by more than an agent, up to two agents of each group and block away, is short
    somewhere.

    The referee is `simulate_day` on callers of its own; a plan counts as kept if it does so with certainty.
    """
    calls, groups, hold_s = SMALL[name]
    found = staff_groups(
        day(**calls), centre(*calls, patience_s=180), groups=groups, meet=meet, hold_s=hold_s, days=300
    )
    number, per = len(next(iter(calls.values()))), int(hold_s or 1800) // 1800
    plan = found.groups["agents"].to_numpy().reshape(len(groups), number)[:, ::per]
    wage = np.array([group.hourly_wage or 15.0 for group in groups])
    steps = np.array(list(product((-2, -1, 0, 1, 2), repeat=plan.size))).reshape(-1, *plan.shape)
    saved = -(steps.sum(axis=2) @ wage)
    one = wage.max() + 1e-9  # within one agent of the cheapest
    near = [plan + step for step, less in zip(steps, saved) if one < less <= 2 * one and (plan + step >= 0).all()]
    assert near
    for other in np.random.default_rng(1).permutation(np.array(near))[: 2000 if DEEP else 12]:
        staffed = {group.name: np.repeat(mine, per) for group, mine in zip(groups, other)}
        seen = simulate_day(
            calls,
            180,
            staffed,
            patience_s=180,
            days=150,
            seed=77,
            skills={group.name: group.skills for group in groups},
        )
        rows = seen.intervals if meet == "every" else seen.day
        assert (rows["service_level"] - rows["service_level_ci95"] < 0.8).any(), (other, plan)


def test_a_start_between_two_intervals_is_refused_not_lost():
    table = day(a=[20, 20, 20], b=[20, 20, 20])
    at = table.index[table["queue"] == "b"][-1]
    table.loc[at, "start"] += pd.Timedelta("15min")
    with pytest.raises(ValueError, match="starts must be whole intervals of 1800 s apart"):
        staff_groups(table, centre("a", "b"), groups=(Group(name="all", skills=[("a", "b")]),))


def test_cross_training_takes_the_queues_that_groups_take():
    """Three chats at once, each a third of an agent's attention: 90 chats are as much work as 30 calls."""
    chats = Centre(name="x", queues=tuple(Queue(name=name, channel="chat", at_once=3) for name in "ab"))
    asked = cross_training(day(a=[90], b=[90]), chats, shares=(0,))["agents"].tolist()
    assert asked == cross_training(day(a=[90], b=[90], aht_s=60.0), centre("a", "b"), shares=(0,))["agents"].tolist()
    limited = Centre(name="x", queues=(Queue(name="a", lines=9), Queue(name="b")))
    with pytest.raises(ValueError, match="unlimited lines only"):
        cross_training(day(a=[90], b=[90]), limited, shares=(0, 1))
