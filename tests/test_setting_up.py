"""Setting up: options weighed, lines, seats, floor plan, onboarding, buffer, types, goals, care, reviews, a
start-up; by hand and by search.
"""

import shutil
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from ccplan.auditing import KPIS, target_of
from ccplan.auditing.setting_up.equipment_care import (
    check_rota,
    faults_of,
    repeat_offenders,
    replacement_costs,
    replacements,
)
from ccplan.auditing.setting_up.goals import RISKS, Goal, goals_table, read_goals, save_goals
from ccplan.auditing.setting_up.reviews import reviews_due
from ccplan.auditing.setting_up.startup import plan_startup
from ccplan.data import Centre, Hiring, Queue, load_centre, load_intervals, sample_centre
from ccplan.display import gantt_chart, types_sheet
from ccplan.planning.setting_up.buffer import buffer_time
from ccplan.planning.setting_up.centre_types import CentreType, compare_types
from ccplan.planning.setting_up.floor_plan import Room, floor_plan
from ccplan.planning.setting_up.lines_and_seats import equipment_lines, equipment_list, lines_of, seats_of
from ccplan.planning.setting_up.onboarding import Stage, stages_table, training_weeks, with_training
from ccplan.planning.setting_up.weighing import weigh

# ------------------------------------------------------------------------------------------- weighing


def candidates(seed, options=4, criteria=3):
    luck = np.random.default_rng(seed)
    weights = luck.integers(1, 6, criteria)
    return pd.DataFrame(
        [("l", f"o{i}", f"c{j}", weights[j], luck.integers(1, 10)) for i in range(options) for j in range(criteria)],
        columns=["list", "name", "criterion", "weight", "score"],
    )


@pytest.mark.parametrize("seed", range(12))
def test_where_the_winner_changes_agrees_with_a_walk_over_every_weight(seed):
    table = candidates(seed)
    told = weigh(table, "l")
    scores = table.pivot(index="name", columns="criterion", values="score")
    weights = table.drop_duplicates("criterion").set_index("criterion")["weight"]
    means = (scores * weights).sum(axis=1) / weights.sum()
    assert told.ranking["score"].tolist() == pytest.approx(sorted(means, reverse=True)) and means[
        told.winner
    ] == pytest.approx(means.max())
    if told.ties:
        return
    for row in told.tipping.itertuples():
        rest = weights.drop(row.criterion)

        def best(share, criterion=row.criterion, rest=rest):
            mixed = share * scores[criterion] + (1 - share) * (scores[rest.index] * rest).sum(axis=1) / rest.sum()
            return mixed[told.winner] >= mixed.max() - 1e-9

        for share in np.linspace(0, 1, 201):
            inside = not (share < row.below - 1e-9 or share > row.above + 1e-9)
            near = min(abs(share - row.below), abs(share - row.above)) < 0.004
            assert near or best(share) == inside, (row, share)


def test_how_sure_the_winner_is_and_ties():
    table = pd.DataFrame(
        [
            ("l", name, c, 1, s)
            for name, scores in (("A", (9, 9)), ("B", (1, 1)))
            for c, s in zip("xy", scores, strict=True)
        ],
        columns=["list", "name", "criterion", "weight", "score"],
    )
    assert weigh(table, "l").sure == 1 and weigh(table, "l").tipping[["below", "above"]].isna().all(axis=None)
    tied = weigh(table.assign(score=5), "l")
    assert tied.ties == ("B",) and "alike" in tied.says
    assert "only option" in weigh(table[table["name"].eq("A")], "l").says


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda t: t.assign(weight=0), "not all 0"),
        (lambda t: t.iloc[:-1], "has no score for"),
        (lambda t: pd.concat([t, t.tail(1)]), "twice"),
        (lambda t: t.assign(weight=np.arange(len(t))), "the same for every option"),
        (lambda t: t.assign(weight=-1.0), "0 or more"),
    ],
)
def test_lists_that_cannot_be_weighed_are_told_in_words(change, words):
    with pytest.raises(ValueError, match=words):
        weigh(change(candidates(1)), "l")
    with pytest.raises(ValueError, match="must be one of l"):
        weigh(candidates(1), "party")


# ------------------------------------------------------------------------------- lines, seats, rooms


def erlang_b(load, lines):
    blocked = 1.0
    for n in range(1, lines + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def test_lines_hold_wait_and_talk_and_never_after_call_work():
    centre = Centre(name="A", queues=(Queue(name="q"), Queue(name="mail", channel="email")))
    day = pd.DataFrame(
        {
            "queue": ["q", "q", "mail"],
            "start": pd.to_datetime(["2026-09-01 09:00", "2026-09-01 09:30", "2026-09-01 09:00"]),
            "offered": [80.0, 120.0, 500.0],
            "aht_s": [300.0, 300.0, 300.0],
            "asa_s": [10.0, 20.0, 0.0],
        }
    )
    (one,) = lines_of(day, centre, max_blocking=0.01, acw_share=0.2)
    load = 120 * (240 + 20) / 1800
    assert one.load == pytest.approx(load) and one.at == pd.Timestamp("2026-09-01 09:30")
    assert erlang_b(load, one.lines) <= 0.01 < erlang_b(load, one.lines - 1)
    with pytest.raises(ValueError, match="acw_share"):
        lines_of(day, centre, acw_share=1.0)


def test_seats_by_the_peak_or_by_sharing_whichever_is_more():
    day = pd.DataFrame(
        {"start": pd.to_datetime(["2026-09-01 09:00"] * 2 + ["2026-09-01 09:30"]), "agents": [20.0, 16.0, 30.0]}
    )
    by_peak = seats_of(day, 60, people_per_seat=2, in_house=0.10, reserve=0.0)
    assert (by_peak.peak, by_peak.seats) == (40, 40), "36 ÷ 0.9"
    by_sharing = seats_of(day, 90, people_per_seat=1.5, remote=0.5, reserve=0.1)
    assert (by_sharing.by_sharing, by_sharing.seats) == (60, 33), "60 × 0.5 × 1.1"
    for bad in ({"remote": 1.0}, {"people_per_seat": 0.5}, {"reserve": -0.1}):
        with pytest.raises(ValueError, match=next(iter(bad))):
            seats_of(day, 60, **bad)


def test_equipment_is_priced_and_reaches_the_budget():
    listed = equipment_list(50, {"computer": 1000}).set_index("kind")
    assert (
        listed.loc["computer", "amount"] == 55 * 1000
        and listed.loc["router or switch", "units"] == 3
        and listed.loc["router or switch", "spares"] == 0
    )
    lines = equipment_lines(equipment_list(50), "2027-03")
    assert sum(line.price for line in lines) == equipment_list(50)["amount"].sum() and all(
        line.set_up and line.category == "equipment" for line in lines
    )
    with pytest.raises(ValueError, match="kinds of"):
        equipment_list(5, {"sofa": 1})


def test_stations_stand_inside_their_room_and_never_on_one_another():
    rooms = [Room(name="a", width=12, depth=9, stations=14), Room(name="b", width=7, depth=6, stations=4, x=12)]
    plan = floor_plan(rooms, known=[f"ST-{n:02d}" for n in range(3, 10)])
    assert (
        plan["station"].is_unique
        and plan["station"].tolist()[:7] == [f"ST-{n:02d}" for n in range(3, 10)]
        and plan["station"].iloc[7] == "ST-10"
    )
    for room in rooms:
        mine = plan[plan["room"] == room.name]
        assert (
            mine["x"].between(room.x + 0.7, room.x + room.width - 0.7).all()
            and mine["y"].between(room.y + 0.4, room.y + room.depth - 0.4).all()
        )
    spots = plan[["x", "y"]].to_numpy()
    apart = [max(abs(a - b)) for i, a in enumerate(spots) for b in spots[i + 1 :]]
    assert min(apart) >= 1.5
    with pytest.raises(ValueError, match="holds 10 stations, asked for 11"):
        floor_plan([Room(name="hall", width=10, depth=8, stations=11)])
    with pytest.raises(ValueError, match="overlap"):
        floor_plan([Room(name="a", width=5, depth=5), Room(name="b", width=5, depth=5, x=4)])


# ------------------------------------------------------------------------ types, training, buffer


def test_five_years_by_hand():
    one = CentreType(
        name="x",
        hosting="cloud",
        telephony="VoIP",
        capital=1000,
        capital_per_seat=100,
        care=0.1,
        seat_per_month=10,
        line_per_month=5,
        per_minute=0.01,
    )
    told = compare_types([10, 20], 8, 1000, years=2, types=(one,)).iloc[0]
    first = 1000 + 10 * 100 + 12 * (10 * 10 + 5 * 8) + 10 + 0.1 * 2000
    second = 10 * 100 + 12 * (10 * 20 + 5 * 8) + 10 + 0.1 * 3000
    assert told["capital"] == 2000 and told["total"] == pytest.approx(first + second) and told["fits"]
    assert compare_types([10, 20], 8, 1000, years=2, discount=0.1, types=(one,))["total"].item() == pytest.approx(
        first + second / 1.1
    )
    shrinking = compare_types([20, 10], 8, 1000, years=2, types=(one,))["total"].item()
    assert shrinking == pytest.approx(1000 + 2000 + 12 * (200 + 40) + 10 + 300 + 12 * (100 + 40) + 10 + 300), (
        "what was bought stays"
    )
    with pytest.raises(ValueError, match="each of the 5 years"):
        compare_types([1, 2], 1, 1)
    with pytest.raises(ValueError, match="seats must be in"):
        compare_types(-1, 1, 1)


def test_hours_of_the_stages_are_the_training_weeks_of_the_plan():
    stages = (
        Stage(name="a", classroom=30, e_learning=15),
        Stage(name="b", on_the_job=30),
        Stage(name="c", on_the_job=99, on_phones=True),
    )
    assert training_weeks(stages, 37.5) == 2.0
    centre = with_training(
        Centre(name="A", queues=(Queue(name="q"),), hiring=Hiring(training_weeks=9)), stages, refresher_hours=39
    )
    assert centre.hiring.training_weeks == 2.0 and centre.shrinkage.internal["training"] == pytest.approx(
        39 / (52 * centre.costs.weekly_hours)
    )
    with pytest.raises(ValueError, match="classroom"):
        Stage(name="x", classroom=-1)


def test_the_buffer_is_enough_on_the_share_of_paths_that_is_asked_for():
    luck = np.random.default_rng(5)
    start = pd.date_range("2026-09-01 09:00", periods=6, freq="30min")
    level = luck.normal(1, 0.12, 300)
    day = pd.DataFrame(
        {"queue": "q", "start": start, "offered": 90.0, "aht_s": 240.0}
        | {f"path_{k}": 90.0 * level[k] for k in range(300)}
    )
    centre = Centre(name="A", queues=(Queue(name="q"),))
    told = buffer_time(day, centre, (0.5, 0.8, 0.95)).set_index("chance")
    from ccplan.queueing import Targets, required_agents

    needed = np.array([required_agents(90.0 * factor, 240, Targets(), patience_s=np.inf) for factor in level]) * 3.0
    for chance, row in told.iterrows():
        enough = (needed <= row["planned"] + row["buffer"] + 1e-9).mean()
        assert enough >= chance, "enough that often"
        assert row["buffer"] == 0 or (needed <= row["planned"] + row["buffer"] - 3.0 + 1e-9).mean() < chance, (
            "and no agent more"
        )
    assert all(a <= b for a, b in pairwise(told["buffer"]))
    with pytest.raises(ValueError, match="sample paths"):
        buffer_time(day[["queue", "start", "offered", "aht_s"]], centre)
    with pytest.raises(ValueError, match="in \\(0, 1\\)"):
        buffer_time(day, centre, (1.0,))


# ----------------------------------------------------------------------------- goals, care, reviews


def goal(**more):
    return Goal(
        **(
            {"goal": "keep customers", "factor": "settled at once", "until": "2027-06-30", "kpi": "fcr", "target": 0.77}
            | more
        )
    )


def test_goals_write_the_targets_that_the_audit_measures_and_comments_stay(tmp_path):
    shutil.copy(sample_centre() / "centre.toml", tmp_path)
    comments = [line for line in (tmp_path / "centre.toml").read_text().splitlines() if line.startswith("#")]
    save_goals(tmp_path, (goal(), goal(kpi="cost_per_contact", target=5.1)))
    centre = load_centre(tmp_path)
    assert target_of("fcr", centre) == 0.77 and target_of("cost_per_contact", centre) == 5.1
    assert [line for line in (tmp_path / "centre.toml").read_text().splitlines() if line.startswith("#")] == comments
    assert (
        read_goals(tmp_path) == (goal(), goal(kpi="cost_per_contact", target=5.1))
        and read_goals(tmp_path / "nowhere") == ()
    )


@pytest.mark.parametrize(
    "more, words",
    [
        ({"target": 77}, "write 75 % as 0.75"),
        ({"kpi": "joy"}, "joy"),
        ({"until": "soon"}, "until"),
        ({"likely": "very"}, "likely"),
        ({"goal": " "}, "goal"),
    ],
)
def test_goals_that_cannot_be_are_told_in_words(more, words):
    with pytest.raises(ValueError, match=words):
        goal(**more)


def test_two_targets_for_one_kpi_write_nothing(tmp_path):
    shutil.copy(sample_centre() / "centre.toml", tmp_path)
    before = (tmp_path / "centre.toml").read_bytes()
    with pytest.raises(ValueError, match="agree on one target"):
        save_goals(tmp_path, (goal(), goal(target=0.8)))
    assert (tmp_path / "centre.toml").read_bytes() == before and not (tmp_path / "goals.csv").exists()
    (tmp_path / "goals.csv").write_text("goal,factor,until,kpi,target\na,b,2027-01-01,fcr,much\n")
    with pytest.raises(ValueError, match="row 2: target must be a number"):
        read_goals(tmp_path)


def test_every_risk_names_kpis_that_exist():
    assert (
        set(RISKS) <= set(KPIS)
        and {partner for _, partner in RISKS.values()} <= set(KPIS)
        and not any(key == partner for key, (_, partner) in RISKS.items())
    )
    assert goals_table((goal(),))["shown by"].item() == "Repeat contact rate"


def devices(faulty, checks=12, count=60, seed=2):
    luck = np.random.default_rng(seed)
    rows = [
        (
            f"D{i:02d}",
            f"ST-{i:02d}",
            "headset",
            pd.Timestamp("2026-01-05") + pd.Timedelta(days=30 * k),
            "faulty" if (i in faulty and k % 3 == 0) or luck.random() < 0.01 else "working",
            "",
            20.0,
        )
        for i in range(count)
        for k in range(checks)
    ]
    return pd.DataFrame(rows, columns=["device", "station", "kind", "checked_on", "state", "fault", "cost"])


def test_repeat_offenders_are_found_and_luck_is_not():
    found = repeat_offenders(devices({7}), "2026-12-31")
    assert found["device"].iloc[0] == "D07" and len(found) <= 2 and found["faults"].iloc[0] >= 4
    named = sum(len(repeat_offenders(devices(set(), seed=seed), "2026-12-31")) for seed in range(20))
    assert named <= 3, "of 1,200 equally good devices hardly any is named"
    assert repeat_offenders(devices({7}), "2020-01-01").empty and len(faults_of(devices({7}))) >= 4


def test_the_rota_brings_every_station_once_and_replacements_follow_the_first_check():
    table = devices({7})
    rota = check_rota(table, "2026-12-30", weeks=4)
    assert (
        sorted(rota["station"]) == sorted(table["station"].unique())
        and rota["week"].nunique() == 4
        and rota["week"].min() == pd.Timestamp("2027-01-04")
    )
    assert rota.groupby("week").size().between(14, 16).all()
    due = replacements(table, "2027-01-01", months=30)
    assert (due["replace_on"] == pd.Timestamp("2029-01-05")).all() and replacement_costs(due)[
        "amount"
    ].sum() == 60 * 120
    fresh = table.assign(
        state=table["state"].where(~(table["device"].eq("D01") & table["checked_on"].eq("2026-03-06")), "replaced")
    )
    assert "D01" in set(fresh.loc[fresh["state"].eq("replaced"), "device"])
    assert replacements(fresh, "2027-01-01", months=30).set_index("device").loc["D01", "replace_on"] == pd.Timestamp(
        "2029-03-06"
    )
    with pytest.raises(ValueError, match="weeks"):
        check_rota(table, "2026-01-01", weeks=0)


def test_who_is_due_by_rhythm():
    agents = pd.DataFrame(
        {
            "agent": ["new", "young", "old", "gone"],
            "team": "t",
            "hired": pd.to_datetime(["2026-09-10", "2026-08-01", "2020-01-01", "2019-01-01"]),
            "left": pd.to_datetime([None, None, None, "2026-01-31"]),
        }
    )
    heard = pd.DataFrame(
        {
            "agent": ["new", "young", "old", "old"],
            "date": pd.to_datetime(["2026-09-19", "2026-09-15", "2026-08-01", "2026-12-01"]),
        }
    )
    told = reviews_due(agents, "2026-09-20", evaluations=heard).set_index("agent")
    assert told["rhythm"].to_dict() == {"new": "daily", "young": "weekly", "old": "monthly"}
    assert told["days_late"].to_dict() == {"new": 0, "young": -2, "old": 19}, "a review after the day does not count"
    with pytest.raises(ValueError, match="evaluations or activities"):
        reviews_due(agents, "2026-09-20")


# --------------------------------------------------------------------------------------- a start-up


@pytest.fixture(scope="module")
def startup():
    centre = load_centre(sample_centre())
    goals = (goal(target=0.75), goal(kpi="csat", target=0.74))
    return plan_startup(
        load_intervals(sample_centre(), centre).frame,
        centre,
        "service",
        "2027-01-11",
        goals=goals,
        volume=1.31,
        people_per_seat=1.3,
    )


def test_a_start_up_of_fifty_seats_goes_from_goals_to_an_opening_a_budget_and_targets(startup):
    assert startup.seats.seats == 50
    assert target_of("fcr", startup.centre) == 0.75 and target_of("csat", startup.centre) == 0.74
    assert (
        pd.Timestamp("2027-03-01") < startup.plan.opening < pd.Timestamp("2027-09-01")
        and startup.plan.opening.weekday() < 5
    )
    assert (
        startup.headcount["month"].min() >= startup.plan.opening.to_period("M").to_timestamp()
        and len(startup.headcount) == 12
    )
    set_up = startup.budget.ledger.query("set_up")
    equipment = set_up[set_up["category"] == "equipment"]["amount"].sum()
    assert float(equipment) == pytest.approx(startup.equipment["amount"].sum())
    people = startup.headcount["heads_start"].iloc[0]
    hired = set_up[set_up["line"].eq("set-up: hiring the first agents")]["amount"].sum()
    assert float(hired) == pytest.approx(people * startup.centre.costs.per_hire)
    (one,) = startup.lines
    assert erlang_b(one.load, one.lines) <= 0.01 < erlang_b(one.load, one.lines - 1)
    assert startup.centre.hiring.training_weeks == 4.0 and startup.types["total"].gt(0).all()


def test_the_start_ups_week_has_the_contacts_that_were_asked_for(startup):
    centre = load_centre(sample_centre())
    mine = load_intervals(sample_centre(), centre).frame.query("queue == 'service'")
    local = mine["start"].dt.tz_localize(None)
    weeks = mine[local >= local.max().normalize() - pd.Timedelta(weeks=13)]
    assert startup.week["offered"].sum() == pytest.approx(1.31 * weeks["offered"].sum() / 13, rel=0.03)


# ------------------------------------------------------------------------------------------------ on screen


def test_two_items_of_one_name_have_a_bar_each():
    day = pd.Timestamp("2027-01-11")
    frame = pd.DataFrame(
        {
            "item": ["test the exits", "test the exits", "open"],
            "department": ["people", "building", "people"],
            "start": day,
            "finish": day,
            "latest_finish": day,
            "critical": False,
        }
    )
    plan = SimpleNamespace(frame=frame, opening=None, finish=day)
    rows = gantt_chart(plan).data
    assert rows["label"].is_unique and rows["label"].tolist() == ["test the exits", "test the exits (2)", "open"]


def test_where_no_type_of_centre_has_room_none_is_said_to_fit():
    types = compare_types(500, 40, 600_000)
    some, none = (str(types_sheet(types.assign(fits=fits), "EUR").finding) for fits in (types["fits"], False))
    best = types[types["fits"]].sort_values("total").iloc[0]
    assert f"{best['name']} is the cheapest that fits (EUR {best['total']:,.0f})" in some
    assert none.startswith("None of these types has room for so many seats")


def test_odd_input_of_setting_up_is_told_in_words():
    for work, words in (
        (lambda: compare_types("many", 1, 1), "seats must be a number"),
        (lambda: compare_types(1, 1, 1, discount="none"), "discount must be a number"),
        (lambda: seats_of(pd.DataFrame({"start": [], "agents": []}), 5, remote="half"), "staffed|remote"),
        (lambda: weigh(pd.DataFrame({"list": ["phone"]}), "phone"), "missing: name, criterion"),
    ):
        with pytest.raises(ValueError, match=words):
            work()
    assert len(compare_types(1, 1, 1, years=np.int64(3))) == 3 and stages_table(()).empty
    assert floor_plan([Room(name="hall", width=10, depth=8, stations=3)], known=[7, 8])["station"].tolist() == [
        "7",
        "8",
        "ST-09",
    ]
