"""Rosters: the optimum of small ones, rules that are never broken, locks, repairs, nights and clock changes,
reasons that are true.
"""

from dataclasses import replace
from functools import lru_cache
from time import sleep

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccplan.data.shifts import Rostering, Shift
from ccplan.planning import repair, roster
from ccplan.planning.scheduling import roster_search
from ccplan.planning.scheduling.rostering import _bound
from ccplan.planning.uncertainty.risk import Stopped

from .effort import DEEP, examples
from .rosters_by_hand import HOUR, Duty, duties_by_agent, faults, is_night, line_price

DAY = pd.Timedelta(days=1)
SHIFTS = {"early": (6, 8), "late": (14, 8), "night": (22, 8), "short": (9, 4), "long": (8, 12)}  # start, hours


def demand_of(first, days, wanted, zone=None, skill=None):
    """A row for every shift of `wanted` (name → people by day)."""
    rows = []
    for name, people in wanted.items():
        hour, length = SHIFTS[name]
        for i in range(days):
            day = pd.Timestamp(first) + i * DAY
            start = (day + pd.Timedelta(hours=hour)).tz_localize(zone) if zone else day + pd.Timedelta(hours=hour)
            rows.append(
                (
                    day,
                    name,
                    start,
                    start + pd.Timedelta(hours=length),
                    int(people[i] if np.ndim(people) else people),
                    (length - 0.5) * HOUR,
                )
            )
    frame = pd.DataFrame(rows, columns=["day", "shift", "start", "end", "people", "paid_s"])
    return frame.assign(skill=frame["shift"].map(skill)) if skill else frame


def team(count, weekly=30.0, **more):
    return pd.DataFrame({"agent": [f"agent {i}" for i in range(count)], "weekly_hours": weekly, **more})


def small_case(seed):
    """A random question of two or three people and a few days, round a weekend more often than not."""
    rng = np.random.default_rng(seed)
    people, days = (2, int(rng.integers(3, 5))) if seed % 2 else (3, 3)
    names = list(rng.choice(list(SHIFTS), 2, replace=False))
    first = pd.Timestamp("2026-11-02") + int(rng.integers(0, 7)) * DAY
    demand = demand_of(first, days, {name: rng.integers(0, 3, days) for name in names})
    rules = Rostering(
        min_rest_s=float(rng.choice([0, 8, 11, 16, 30])) * HOUR,
        most_days_in_a_row=int(rng.integers(1, 5)),
        most_nights_in_a_row=int(rng.integers(1, 3)),
        most_week_s=float(rng.choice([16, 24, 48])) * HOUR,
        free_weekends=int(rng.choice([0, 1, 2, 4])),
        most_starts_apart_s=float(rng.choice([3, 9, 24])) * HOUR,
        single_day_off=float(rng.integers(0, 40)),
        refused_wish=float(rng.integers(0, 300)),
        uneven_night_or_weekend=float(rng.integers(0, 40)),
        moved_start=float(rng.integers(0, 6)),
        hour_off_contract=float(rng.integers(0, 30)),
        missing_hour=float(rng.integers(0, 80)),
        idle_hour=float(rng.integers(0, 20)),
    )
    here = team(people, rng.choice([12.0, 20.0, 37.5], people))
    wishes = pd.DataFrame(
        {
            "agent": rng.choice(here["agent"], 3),
            "day": first + rng.integers(0, days, 3) * DAY,
            "wish": rng.choice(["off", "work", *names], 3),
            "weight": rng.choice([0.5, 1, 2], 3),
        }
    )
    leave = (
        pd.DataFrame({"agent": ["agent 0"], "start": [first + DAY], "end": [first + DAY]}) if seed % 3 == 0 else None
    )
    before = _before(rng, first, names) if seed % 5 < 3 else None
    return {"people": here, "demand": demand, "rules": rules, "wishes": wishes, "leave": leave, "before": before}


def _before(rng, first, names):
    past = demand_of(first - 6 * DAY, 6, {names[0]: 1}).drop(columns="people")
    past = past[rng.random(len(past)) < 0.7]
    return past.assign(agent="agent 1")


def by_force(case):
    """The least price over every combination of lines that the hand-written rules let pass."""
    people, demand, rules, wishes = case["people"], case["demand"], case["rules"], case["wishes"]
    first, last = demand["day"].min(), demand["day"].max()
    days, names = pd.date_range(first, last), list(demand["shift"].unique())
    away = (
        {row.agent: list(pd.date_range(row.start, row.end)) for row in case["leave"].itertuples()}
        if case["leave"] is not None
        else {}
    )
    history = duties_by_agent(pd.DataFrame(), case["before"])
    rows = {(row.day, row.shift): row for row in demand.itertuples()}
    fair = _fair(people, demand, rules, away, rows)
    found = []
    for person in people.itertuples():
        mine, covers, prices = history.get(person.agent, []), [], []
        asked = [(row.day, row.wish, row.weight) for row in wishes.itertuples() if row.agent == person.agent]
        for line, duties in _legal_lines(days, names, rows, mine, rules, away.get(person.agent, ())):
            covers.append([line[i] == name for name in names for i in range(len(days))])
            prices.append(
                line_price(
                    duties,
                    rules,
                    first,
                    last,
                    person.weekly_hours,
                    fair[person.agent],
                    asked,
                    away.get(person.agent, ()),
                )
            )
        found.append((np.array(covers, float), np.array(prices)))
    wanted = np.array([rows[day, name].people for name in names for day in days], float)
    hours = np.array([SHIFTS[name][1] for name in names for _ in days], float)
    return _cheapest(found, wanted, hours, rules)


def _legal_lines(days, names, rows, mine, rules, away):
    """Every line without a fault, day by day: what breaks a rule is not mended by further duties."""
    lines = [((), mine)]
    for day in days:
        longer = [
            (
                (*line, name),
                duties + [Duty(day, name, rows[day, name].start, rows[day, name].end, rows[day, name].paid_s, True)]
                if name
                else duties,
            )
            for line, duties in lines
            for name in (None, *names)
        ]
        lines = [(line, duties) for line, duties in longer if line[-1] is None or not faults(duties, rules, leave=away)]
    return lines


def _fair(people, demand, rules, away, rows):
    shares = {name: np.zeros(2) for name in people["agent"]}
    for row in demand.itertuples():
        duty = Duty(row.day, row.shift, row.start, row.end, row.paid_s, True)
        can = {
            p.agent: p.weekly_hours
            for p in people.itertuples()
            if "away" not in faults([duty], replace(rules, free_weekends=0), leave=away.get(p.agent, ()))
        }
        for name, hours in can.items():
            shares[name] += (
                np.array([is_night(duty, rules), row.day.weekday() >= 5]) * row.people * hours / sum(can.values())
            )
    return shares


def _cheapest(found, wanted, hours, rules):
    cover, price = found[0]
    for more, further in found[1:]:
        cover = (cover[:, None, :] + more[None]).reshape(-1, cover.shape[1])
        price = (price[:, None] + further[None]).reshape(-1)
    off = wanted - cover
    return float(
        (price + (np.maximum(off, 0) * rules.missing_hour + np.maximum(-off, 0) * rules.idle_hour) @ hours).min()
    )


def made(case, **more):
    return roster(
        case["people"],
        case["demand"],
        case["rules"],
        wishes=case["wishes"],
        leave=case["leave"],
        before=case["before"],
        **more,
    )


@pytest.mark.parametrize("block", range(10))
def test_small_rosters_are_the_cheapest_of_all(block):
    for seed in range(block * 20, block * 20 + 20):
        case = small_case(seed)
        best, answer = by_force(case), made(case)
        assert answer.status == "optimal" and answer.total == pytest.approx(best, abs=1e-4), f"case {seed}"
        assert answer.gap <= 1e-4 and answer.bound <= best + 1e-4
        assert _bound(answer.case["problem"], answer.case["lines"]) <= best + 1e-4, (
            f"case {seed}: the bound of large rosters is none"
        )


def check(answer, rules, people, leave=(), before=None):
    """No hard rule is broken by a free duty, skills are there, and the price told is the price counted anew."""
    mine = duties_by_agent(answer.duties, before)
    for person in people.itertuples():
        away = [day for row in leave if row[0] == person.agent for day in pd.date_range(row[1], row[2])]
        hired, left = (getattr(person, name, None) for name in ("hired", "left"))
        told = faults(
            mine.get(person.agent, []),
            rules,
            leave=away,
            hired=None if pd.isna(hired) else hired,
            left=None if pd.isna(left) else left,
        )
        assert not told, (person.agent, told)
    if "skills" in people:
        skills = people.set_index("agent")["skills"]
        free = answer.duties[~answer.duties["locked"]]
        assert all(
            not need or need in skills[agent].split(";")
            for agent, need in zip(free["agent"], free["skill"], strict=True)
        )


@st.composite
def questions(draw):
    """A roster's question of some weeks: people who come and go, skills, leave, history, locks, a clock change
    perhaps.
    """
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    zone = draw(st.sampled_from([None, "Europe/Helsinki"]))
    first = pd.Timestamp(draw(st.sampled_from(["2026-03-23", "2026-10-19", "2026-10-22", "2026-11-04"])))
    days, count = draw(st.integers(7, 24)), draw(st.integers(3, 9))
    names = draw(st.lists(st.sampled_from(sorted(SHIFTS)), min_size=2, max_size=4, unique=True))
    skill = {name: ["", "a", "b"][i % 3] for i, name in enumerate(names)}
    rules = Rostering(
        min_rest_s=draw(st.sampled_from([8, 11, 14, 36])) * HOUR,
        most_days_in_a_row=draw(st.integers(1, 7)),
        most_nights_in_a_row=draw(st.integers(1, 4)),
        most_week_s=draw(st.sampled_from([24, 40, 48])) * HOUR,
        free_weekends=draw(st.integers(0, 4)),
        most_starts_apart_s=draw(st.sampled_from([4, 24])) * HOUR,
        night=draw(st.sampled_from(["00:00-05:00", "23:00-06:00"])),
    )
    people = team(
        count,
        rng.choice([15.0, 25.0, 37.5], count),
        hired=pd.Timestamp("2020-01-01"),
        left=[first + 8 * DAY] + [pd.NaT] * (count - 1),
        skills=rng.choice(["a", "b", "a;b"], count),
    )
    demand = demand_of(first, days, {name: rng.integers(0, 1 + count // 2, days) for name in names}, zone, skill)
    leave = [("agent 1", first + 2 * DAY, first + 5 * DAY)]
    past = demand_of(first - 10 * DAY, 10, {names[0]: 1}, zone).drop(columns="people")
    before = pd.concat([past[rng.random(len(past)) < 0.8].assign(agent=f"agent {i}") for i in range(2)])
    rows = demand.sample(min(3, len(demand)), random_state=1).drop_duplicates("day").drop(columns=["people", "skill"])
    return people, demand, rules, leave, before, rows.assign(agent="agent 2")


@examples(6)
@given(questions())
def test_no_rule_is_ever_broken(question):
    people, demand, rules, leave, before, locked = question
    away = pd.DataFrame(leave, columns=["agent", "start", "end"])
    answer = roster(people, demand, rules, leave=away, before=before, locked=locked, effort=0.2)
    check(answer, rules, people, leave, before)
    kept = (
        answer.duties[answer.duties["locked"]][["agent", "day", "shift", "start"]]
        .sort_values("day")
        .reset_index(drop=True)
    )
    pd.testing.assert_frame_equal(
        kept, locked[["agent", "day", "shift", "start"]].sort_values("day").reset_index(drop=True), check_dtype=False
    )
    assert answer.bound <= answer.total + 1e-6
    ill = answer.duties[~answer.duties["locked"]]
    if len(ill):
        mended = repair(answer, ill[["agent", "day"]].tail(1), effort=0.2)
        gone = ill.tail(1)
        check(mended, rules, people, [*leave, *zip(gone["agent"], gone["day"], gone["day"], strict=True)], before)


def test_one_whom_no_shift_can_use_is_left_out_and_told():
    """A person without the skill of any shift, in a roster large enough to be searched."""
    demand = demand_of("2026-11-02", 14, {"early": 4, "late": 4}, skill={"early": "a", "late": "a"})
    people, rules = team(24, 37.5, skills=["b"] + ["a"] * 23), Rostering()
    answer = roster(people, demand, rules, effort=0.05)
    check(answer, rules, people)
    told = answer.fairness.set_index("agent").loc["agent 0"]
    assert answer.status == "searched" and told["hours"] == 0 and told["off_contract_h"] == pytest.approx(-75)
    assert answer.bound <= answer.total + 1e-6


@lru_cache(None)
def month():
    """Forty people over four weeks, with wishes; searched, not proven."""
    rng = np.random.default_rng(4)
    people = team(40, rng.choice([20.0, 30.0, 37.5], 40))
    heads = people["weekly_hours"].sum() / 7.5 / 7
    demand = demand_of(
        "2026-11-02", 28, {"early": int(heads * 0.4), "late": int(heads * 0.35), "night": int(heads * 0.15)}
    )
    wishes = pd.DataFrame(
        {
            "agent": np.repeat(people["agent"].to_numpy(), 3),
            "day": pd.Timestamp("2026-11-02") + rng.integers(0, 28, 120) * DAY,
            "wish": rng.choice(["off", "off", "early", "work"], 120),
        }
    )
    rules = Rostering(free_weekends=1, most_days_in_a_row=5)
    return people, demand, wishes, rules, roster(people, demand, rules, wishes=wishes, effort=0.3)


def test_a_month_is_covered_near_its_contracts_and_the_same_every_time():
    people, demand, wishes, rules, answer = month()
    check(answer, rules, people)
    assert answer.unmet["missing"].sum() == 0 and answer.status == "searched"
    assert answer.fairness["off_contract_h"].abs().max() <= 7.5
    again = roster(people, demand, rules, wishes=wishes, effort=0.3)
    pd.testing.assert_frame_equal(again.duties, answer.duties)


def test_the_price_told_is_the_price_counted_by_hand():
    people, demand, wishes, rules, answer = month()
    mine, rows = duties_by_agent(answer.duties), {}
    fair = _fair(people, demand, rules, {}, rows)
    first, last = demand["day"].min(), demand["day"].max()
    total = sum(
        line_price(
            mine.get(p.agent, []),
            rules,
            first,
            last,
            p.weekly_hours,
            fair[p.agent],
            [(w.day, w.wish, 1.0) for w in wishes.itertuples() if w.agent == p.agent],
        )
        for p in people.itertuples()
    )
    there = answer.duties.groupby(["day", "shift"]).size()
    for row in demand.itertuples():
        off = row.people - there.get((row.day, row.shift), 0)
        total += SHIFTS[row.shift][1] * (rules.missing_hour * max(off, 0) + rules.idle_hour * max(-off, 0))
    assert answer.total == pytest.approx(total, abs=1e-3)


def test_refused_wishes_are_explained_and_the_reason_is_true():
    for seed in range(40 if DEEP else 12):
        case = small_case(seed)
        answer = made(case)
        told = answer.wishes
        assert (told["why"] != "").eq(~told["granted"]).all()
        for row in told[~told["granted"]].head(1).itertuples():
            dearer = forced(case, answer, row)
            if row.cause in ("demand", "leave"):
                assert not dearer, f"case {seed}: {row.why}"
            else:  # where a rule forbids it, it forbids it beside the other days; where it costs, it costs what is told
                alone = _forced_alone(case, answer, row)
                assert (
                    not alone if np.isnan(row.more) else min(alone) == pytest.approx(answer.total + row.more, abs=1e-4)
                ), f"case {seed}: {row.why}"
                assert not dearer or min(dearer) >= answer.total - 1e-4


def _locks(case, row):
    """Each duty (or day off) that would grant the wish, as a lock of one row."""
    day = case["demand"][case["demand"]["day"] == row.day]
    fits = day if row.wish == "work" else day[day["shift"] == row.wish]
    if row.wish == "off":
        return [
            pd.DataFrame({"agent": [row.agent], "day": [row.day], "shift": ["off"], "start": [pd.NaT], "end": [pd.NaT]})
        ]
    return [fits.iloc[[i]].drop(columns="people").assign(agent=row.agent) for i in range(len(fits))]


def forced(case, answer, row):
    """Prices of the best rosters in which the wish is granted; none where the person cannot."""
    prices = []
    for lock in _locks(case, row):
        again = roster(
            case["people"],
            case["demand"],
            case["rules"],
            wishes=case["wishes"],
            leave=case["leave"],
            before=case["before"],
            locked=lock,
        )
        if again.broken.empty:
            prices.append(again.total)
    return prices


def _forced_alone(case, answer, row):
    """Prices where all but that day stay as they are."""
    rest = answer.published()
    as_it_is = set(_again(case, rest).broken.itertuples(index=False, name=None))  # what history breaks by itself
    rest = rest[(rest["agent"] != row.agent) | (rest["day"] != row.day)]
    prices = []
    for lock in _locks(case, row):
        again = _again(case, pd.concat([rest.astype(object), lock.astype(object)], ignore_index=True))
        if not set(again.broken.itertuples(index=False, name=None)) - as_it_is:
            prices.append(again.total)
    return prices


def _again(case, locked):
    locked = locked.assign(start=pd.to_datetime(locked["start"]), end=pd.to_datetime(locked["end"]))
    return roster(
        case["people"],
        case["demand"],
        case["rules"],
        wishes=case["wishes"],
        leave=case["leave"],
        before=case["before"],
        locked=locked,
    )


def test_the_reason_names_the_duty_that_would_be_missed():
    day = pd.Timestamp("2026-08-03")
    answer = roster(
        team(1, 7.5),
        demand_of(day, 1, {"early": 1}),
        Rostering(),
        wishes=pd.DataFrame({"agent": ["agent 0"], "day": [day], "wish": ["off"]}),
    )
    (why,) = answer.wishes["why"]
    assert why.startswith("Mon 3 Aug: early would be one short") and answer.wishes["more"].iloc[0] > 0


def test_the_reason_names_the_rule():
    day = pd.Timestamp("2026-08-03")
    past = demand_of(day, 1, {"late": 1}).drop(columns="people").assign(agent="agent 0")
    answer = roster(
        team(1),
        demand_of(day + DAY, 1, {"early": 1}),
        Rostering(),
        before=past,
        wishes=pd.DataFrame({"agent": ["agent 0"], "day": [day + DAY], "wish": ["early"]}),
    )
    assert (
        answer.wishes["why"].iloc[0]
        == "8 h of rest between late of Mon 3 Aug and early of Tue 4 Aug, 11 h are the rule"
        and answer.wishes["cause"].iloc[0] == "rest"
    )


def test_locks_stay_even_against_a_rule_which_is_told():
    first = pd.Timestamp("2026-11-02")
    demand = demand_of(first, 4, {"early": 1, "late": 1})
    lock = demand[
        (demand["shift"] == "late") & (demand["day"] == first)
        | (demand["shift"] == "early") & (demand["day"] == first + DAY)
    ].drop(columns="people")
    off = pd.DataFrame(
        {"agent": ["agent 1"], "day": [first + 2 * DAY], "shift": ["off"], "start": [pd.NaT], "end": [pd.NaT]}
    )
    answer = roster(team(2), demand, Rostering(), locked=pd.concat([lock.assign(agent="agent 0"), off]))
    kept = answer.duties[answer.duties["locked"]]
    assert kept["shift"].tolist() == ["late", "early"] and set(kept["agent"]) == {"agent 0"}
    assert not ((answer.duties["agent"] == "agent 1") & (answer.duties["day"] == first + 2 * DAY)).any()
    assert (
        answer.broken["rule"].tolist() == ["rest"]
        and "8 h of rest" in answer.broken["words"].iloc[0]
        and "kept" in answer.broken["words"].iloc[0]
    )


@pytest.mark.parametrize("day, hours", [("2026-03-28", 7), ("2026-10-24", 9), ("2026-11-07", 8)])
def test_rest_after_a_night_is_counted_through_the_clock_change(day, hours):
    """A night from 22:00 ends eight real hours later, at 07:00, 05:00 or 06:00; the rest to 14:00 is 7, 9 or 8
    hours.
    """
    night, zone = pd.Timestamp(day), "Europe/Helsinki"
    past = demand_of(night, 1, {"night": 1}, zone).drop(columns="people").assign(agent="agent 0")
    for rest, people in ((hours, 1), (hours + 0.5, 0)):
        answer = roster(
            team(1), demand_of(night + DAY, 1, {"late": 1}, zone), Rostering(min_rest_s=rest * HOUR), before=past
        )
        assert answer.unmet["rostered"].iloc[0] == people


def test_a_night_belongs_to_the_day_on_which_it_starts():
    saturday = pd.Timestamp("2026-11-07")
    fair = roster(team(1), demand_of(saturday - DAY, 3, {"night": 1}), Rostering(free_weekends=0)).fairness.iloc[0]
    assert (fair["nights"], fair["weekend_days"]) == (3, 2)
    barred = roster(
        team(1), demand_of(saturday - DAY, 1, {"night": 1}), Rostering(free_weekends=4)
    )  # it works into Saturday: the weekend is not free
    assert barred.unmet["missing"].iloc[0] == 1
    tomorrow = pd.DataFrame({"agent": ["agent 0"], "start": [saturday], "end": [saturday]})
    assert (
        roster(team(1), demand_of(saturday - DAY, 1, {"night": 1}), Rostering(), leave=tomorrow)
        .unmet["missing"]
        .iloc[0]
        == 1
    )


def test_a_period_that_nobody_can_cover_leaves_the_rest_covered():
    first = pd.Timestamp("2026-11-02")
    answer = roster(team(3), demand_of(first, 5, {"early": [1, 1, 9, 1, 1]}), Rostering())
    assert answer.unmet["missing"].tolist() == [0, 0, 6, 0, 0]


def test_leave_counts_as_contract_hours():
    first = pd.Timestamp("2026-11-02")
    off = pd.DataFrame({"agent": ["agent 0"], "start": [first], "end": [first + 6 * DAY]})
    fair = roster(
        team(1, 37.5), demand_of(first, 14, {"early": 1}), Rostering(idle_hour=0, missing_hour=0), leave=off
    ).fairness.iloc[0]
    assert (fair["contract_h"], fair["leave_h"], fair["hours"]) == (75.0, 37.5, 37.5)


def test_repair_changes_only_what_it_must():
    first = pd.Timestamp("2026-11-02")
    people, demand = team(4, 22.5), demand_of(first, 7, {"early": [1, 1, 1, 1, 1, 0, 0], "late": [1, 1, 1, 1, 1, 0, 0]})
    before = roster(people, demand, Rostering())
    ill = before.duties[before.duties["day"] == first + 2 * DAY].head(1)
    after = repair(before, ill[["agent", "day"]])
    assert len(after.changes) == 2 and after.unmet["missing"].sum() == 0
    assert after.price["changed duties"] == 400
    assert set(after.changes["now"]) == {"off", ill["shift"].iloc[0]} and "instead of" in after.changes["words"].iloc[0]
    check(after, Rostering(), people, [(ill["agent"].iloc[0], first + 2 * DAY, first + 2 * DAY)])
    dear = repair(before, ill[["agent", "day"]], changed=10_000.0)  # nobody is moved at that price: the duty stays open
    assert len(dear.changes) == 1 and dear.unmet["missing"].sum() == 1


def test_repair_of_a_month_changes_few_duties():
    people, _, _, rules, answer = month()
    ill = answer.duties[answer.duties["day"] == "2026-11-18"].head(2)[["agent", "day"]]
    after = repair(answer, ill, effort=0.3)
    check(after, rules, people, [(a, d, d) for a, d in zip(ill["agent"], ill["day"], strict=True)])
    assert len(after.changes) <= 6 and (after.changes["day"] >= "2026-11-18").all()
    assert after.unmet["missing"].sum() == 0


def test_published_days_are_kept_when_the_roster_is_made_again():
    people, demand, wishes, rules, answer = month()
    again = roster(
        people, demand, rules, wishes=wishes, locked=answer.published(last="2026-11-08"), effort=0.05, seed=7
    )
    week = [
        frame[frame["day"] <= "2026-11-08"].drop(columns="locked").reset_index(drop=True)
        for frame in (answer.duties, again.duties)
    ]
    pd.testing.assert_frame_equal(*week)
    assert again.broken.empty


def test_progress_is_told_and_a_stop_or_the_limit_gives_the_best_so_far():
    people, demand, wishes, rules, _ = month()
    seen = []

    def progress(done, of, words):
        seen.append((done, of, words))
        if done == 3:
            raise Stopped("enough")

    answer = roster(people, demand, rules, effort=0.1, progress=progress)
    assert [done for done, _, _ in seen] == [1, 2, 3] and answer.status == "stopped" and answer.gap >= 0
    check(answer, rules, people)
    assert roster(people, demand, rules, limit_s=0.01).status == "limit of time"


def test_compiling_is_not_counted_in_the_limit(monkeypatch):
    """What numba compiles on its first call, once after an installation, is stood in for by a sleep."""
    question = team(2), demand_of("2026-11-02", 3, {"early": 1}), Rostering()
    anneal, calls = roster_search.anneal, []

    def compiled_at_first(*given):
        calls.append(given)
        sleep(2.0 if len(calls) == 1 else 0.0)
        return anneal(*given)

    roster(*question)
    monkeypatch.setattr(roster_search, "anneal", compiled_at_first)
    answer = roster(*question, limit_s=1.5)
    assert answer.status == "optimal" and answer.seconds > 2


WRONG = [
    ({"demand": lambda d: d.iloc[:0]}, "demand must have at least one row"),
    ({"demand": lambda d: d.drop(columns="people")}, "missing: people"),
    ({"demand": lambda d: d.assign(people=1.5)}, "whole numbers"),
    ({"demand": lambda d: d.assign(people=-1)}, "whole numbers"),
    ({"demand": lambda d: d.assign(people=float("nan"))}, "whole numbers"),
    ({"demand": lambda d: pd.concat([d, d])}, "must stand once"),
    ({"demand": lambda d: d.assign(day=d["day"] + DAY)}, "belongs to the day on which it starts"),
    ({"demand": lambda d: d.assign(end=d["start"])}, "must end after its start"),
    ({"people": lambda p: pd.concat([p, p])}, "must stand once"),
    ({"people": lambda p: p.assign(weekly_hours=-3)}, "weekly_hours of agent 0"),
    ({"people": lambda p: p.iloc[:0]}, "at least one agent"),
    ({"wishes": pd.DataFrame({"agent": ["nobody"], "day": ["2026-11-02"], "wish": ["off"]})}, "nobody is not among the people"),
    ({"wishes": pd.DataFrame({"agent": ["agent 0"], "day": ["2026-11-02"], "wish": ["holiday"]})}, "wish must be"),
    ({"wishes": pd.DataFrame({"agent": ["agent 0"], "day": ["2027-11-02"], "wish": ["off"]})}, "one of the roster's"),
    ({"leave": pd.DataFrame({"agent": ["agent 0"], "start": ["2026-11-04"], "end": ["2026-11-02"]})}, "end must be the last day"),
    ({"locked": demand_of("2026-11-02", 1, {"early": 1}, "Europe/Helsinki").assign(agent="agent 0")}, "demand's zone"),
    ({"locked": demand_of("2027-11-02", 1, {"early": 1}).assign(agent="agent 0")}, "no day of the roster"),
    ({"before": demand_of("2026-11-02", 1, {"early": 1}).assign(agent="agent 0")}, "before must end before"),
    ({"rules": "strict"}, "rules must be a Centre or a Rostering"),
    ({"weeks": 1, "days": 7}, "weeks or days, not both"),
    ({"days": 0}, "1 to 370 days"),
    ({"start": "2028-01-01", "days": 7}, "demand has no row"),
    ({"demand": lambda d: d.assign(shift=None)}, "shift must be a name in every row, got none in row 1"),
    ({"effort": 0}, "effort must be"),
    ({"effort": float("inf")}, "effort must be"),
    ({"limit_s": "soon"}, "limit_s must be"),
    ({"shifts": Shift(name="early", starts="06:00", length_s=8 * HOUR)}, "shifts must be a list of Shift"),
    ({"seed": -1}, "seed must be"),
    ({"shifts": [Shift(name="early", starts="06:00", length_s=8 * HOUR, days="weekend")]}, "is not worked on a Monday"),
]  # fmt: skip


@pytest.mark.parametrize("change, words", WRONG)
def test_bad_input_is_told_in_words(change, words):
    given = {"people": team(2), "demand": demand_of("2026-11-02", 3, {"early": 1}), "rules": Rostering()}
    given |= {name: value(given[name]) if callable(value) else value for name, value in change.items()}
    with pytest.raises(ValueError, match=words):
        roster(**given)


def test_bad_repairs_are_told_in_words():
    answer = roster(team(2), demand_of("2026-11-02", 3, {"early": 1}), Rostering())
    with pytest.raises(ValueError, match="no day of the roster"):
        repair(answer, pd.DataFrame({"agent": ["agent 0"], "day": ["2027-01-01"]}))
    with pytest.raises(ValueError, match="not among the people"):
        repair(answer, pd.DataFrame({"agent": ["x"], "day": ["2026-11-02"]}))
    ill = pd.DataFrame({"agent": ["agent 0"], "day": ["2026-11-02"]})
    for how, words in (({"limit_s": "soon"}, "limit_s must be"), ({"changed": float("inf")}, "changed must be")):
        with pytest.raises(ValueError, match=words):
            repair(answer, ill, **how)
    with pytest.raises(ValueError, match="roster must be a Roster"):
        repair(answer.duties, ill)


def test_shifts_may_be_called_by_numbers():
    """Two starts of a shift 1, so that its start is told in words too."""
    wanted = demand_of("2026-11-02", 1, {"early": 1, "late": 1}).assign(shift=1)
    day = pd.Timestamp("2026-11-02")
    answer = roster(
        team(2), wanted, Rostering(), wishes=pd.DataFrame({"agent": ["agent 0"], "day": [day], "wish": ["off"]})
    )
    assert answer.duties["shift"].tolist() == ["1", "1"] and "1 at 0" in answer.wishes["why"].item()


@pytest.mark.skipif(not DEEP, reason="a thousand more small cases")
def test_many_more_small_rosters_are_the_cheapest():
    for seed in range(1000, 2000):
        case = small_case(seed)
        assert made(case).total == pytest.approx(by_force(case), abs=1e-4), f"case {seed}"
