"""Rules, swaps and bids: each rule by a case worked out by hand, all of them by a second checker written day by day."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from ccplan.data import Centre, Queue, Rostering, Shift
from ccplan.planning import award_bids, check_swap, rule_faults
from ccplan.queueing import simulate_day
from tests.effort import DEEP

MONDAY = pd.Timestamp("2026-10-05")
PEOPLE = pd.DataFrame(
    {
        "agent": ["A", "B", "C"],
        "hired": ["2020-01-01", "2024-06-01", "2022-03-01"],
        "left": [None, None, "2026-10-20"],
        "weekly_hours": [37.5, 37.5, 20.0],
        "skills": ["service; outage", "service", "outage"],
    }
)
LAX = {
    "min_rest_s": 0,
    "most_days_in_a_row": 14,
    "most_nights_in_a_row": 14,
    "most_week_s": 360_000,
    "free_weekends": 0,
}


def duties_of(rows, zone=None):
    """Duties from (agent, day offset from Monday, start in hours, length in hours)."""
    frame = pd.DataFrame(rows, columns=["agent", "offset", "hour", "length"])
    day = MONDAY + pd.to_timedelta(frame["offset"], unit="D")
    start = (day + pd.to_timedelta(frame["hour"] * 3600, unit="s")).dt.tz_localize(zone)
    return pd.DataFrame(
        {
            "agent": frame["agent"],
            "day": day,
            "shift": "s",
            "start": start,
            "end": start + pd.to_timedelta(frame["length"] * 3600, unit="s"),
        }
    )


def told(rows, rules, **more):
    """(rule, agent, day offset, value) of each fault."""
    zone = more.pop("zone", None)
    found = rule_faults(duties_of(rows, zone), PEOPLE, Rostering(**{**LAX, **rules}), **more)
    return [(one.rule, one.agent, (one.day - MONDAY).days, round(one.value, 6)) for one in found.itertuples()]


def test_each_rule_by_hand():
    late, early = ("A", 0, 14, 8), ("A", 1, 6, 8)
    assert told([late, early], {"min_rest_s": 39600}) == [("rest", "A", 1, 8.0)]
    assert told([late, early], {"min_rest_s": 28800}) == []
    week = [("A", day, 8, 8) for day in range(7)]
    assert told(week, {"most_days_in_a_row": 5}) == [("days in a row", "A", 5, 6), ("days in a row", "A", 6, 7)]
    assert told(week[:3] + week[4:], {"most_days_in_a_row": 3}) == []
    nights = [("A", day, 22, 8) for day in range(5)]
    assert told(nights, {"most_nights_in_a_row": 4}) == [("nights in a row", "A", 4, 5)]
    assert told([("A", day, 14, 10) for day in range(5)], {"most_nights_in_a_row": 4}) == [], (
        "until midnight is no night"
    )
    assert told([("A", day, 14, 10.5) for day in range(5)], {"most_nights_in_a_row": 4}) != []
    assert told([("A", day, 4.5, 8) for day in range(5)], {"most_nights_in_a_row": 4}) == [
        ("nights in a row", "A", 4, 5)
    ], "half past four is night"
    assert told(week, {"most_week_s": 48 * 3600}) == [("hours a week", "A", 0, 56)]
    weekends = [("A", 5, 8, 8), ("A", 13, 8, 8), ("A", 19, 8, 8), ("A", 20, 8, 8)]
    assert told(weekends, {"free_weekends": 2}) == [("free weekends", "A", 19, 3)]
    assert told([("A", 4, 16, 8)], {"free_weekends": 4}) == [] and told([("A", 4, 22, 8)], {"free_weekends": 4}) == [
        ("free weekends", "A", 5, 1)
    ], "a Friday's night"
    assert told([*weekends[:2], ("A", 33, 8, 8)], {"free_weekends": 2}) == [], "the first is more than four weeks ago"
    assert told([("A", 0, 6, 8), ("A", 3, 14, 8)], {"most_starts_apart_s": 4 * 3600}) == [("starts apart", "A", 0, 8.0)]
    assert told([("A", 0, 6, 4), ("A", 0, 14, 4)], {}) == [("one shift a day", "A", 0, 2)]
    assert told([("A", 0, 20, 12), ("A", 1, 6, 4)], {}) == [("one shift a day", "A", 1, 2)], (
        "an overlap of two days' shifts"
    )
    assert told([("C", 15, 8, 8), ("C", 16, 8, 8)], {}) == [("employment", "C", 16, 1)], "the last day is worked"
    assert told([("X", 0, 8, 8)], {}) == [("employment", "X", 0, 1)]
    leave = pd.DataFrame({"agent": ["A"], "start": ["2026-10-06"], "end": ["2026-10-07"]})
    assert told([("A", day, 8, 8) for day in range(4)], {}, leave=leave) == [("leave", "A", 1, 1), ("leave", "A", 2, 1)]
    assert told([("A", 0, 16, 8)], {}, leave=leave) == [] and told([("A", 0, 22, 8)], {}, leave=leave) == [
        ("leave", "A", 0, 1)
    ], "a night reaches into it"


def test_what_was_before_counts_but_is_not_told():
    week = duties_of([("A", day, 8, 8) for day in range(6)])
    rules = Rostering(**{**LAX, "most_days_in_a_row": 5})
    found = rule_faults(week.tail(1), PEOPLE, rules, before=week.head(5))
    assert found["words"].tolist() == ["A works 6 days in a row up to 2026-10-10 (at most 5)"]
    assert rule_faults(duties_of([("A", 9, 8, 8)]), PEOPLE, rules, before=week).empty


def test_rest_is_real_time_where_the_clock_changes():
    """22:00 to 09:00 is eleven hours on the clock; ten when the clock is put forward in between, twelve when it is
    put back.
    """
    forward = pd.Timestamp("2026-03-28") - MONDAY
    back = pd.Timestamp("2026-10-24") - MONDAY
    for change, rest in ((forward, 10.0), (back, None), (pd.Timedelta(days=1), None)):
        rows = [("A", change.days, 14, 8), ("A", change.days + 1, 9, 4)]
        assert told(rows, {"min_rest_s": 39600}, zone="Europe/Helsinki") == (
            [] if rest is None else [("rest", "A", change.days + 1, rest)]
        )
        assert told(rows, {"min_rest_s": 39600}) == [], "the clock on the wall alone does not know"
    assert (
        told([("A", back.days, 14, 8), ("A", back.days + 1, 8, 4)], {"min_rest_s": 39600}, zone="Europe/Helsinki") == []
    ), "ten on the clock, eleven in truth"


def test_skills_and_shifts():
    duties = duties_of([("A", 0, 8, 8), ("B", 0, 8, 8), ("C", 5, 8.25, 8)]).assign(skill=["outage", "outage", None])
    found = rule_faults(duties, PEOPLE, Rostering(**LAX))
    assert found["words"].tolist() == ["B lacks the skill outage on 2026-10-05"]
    shift = Shift(name="s", starts="08:00-09:00", length_s=28800, days="weekdays")
    assert rule_faults(duties, PEOPLE, Rostering(**LAX), [shift])[["rule", "agent"]].values.tolist() == [
        ["skills", "B"],
        ["shift", "C"],
    ]
    odd = duties.assign(shift="{agent}")
    assert "A works {agent} on" in rule_faults(odd, PEOPLE, Rostering(**LAX), [shift])["words"].iloc[0]


def second_opinion(duties, rules):
    """(rule, agent, date) of the faults of naive duties, day by day, in plain Python."""
    found = set()
    for agent in duties["agent"].unique():
        mine = sorted(
            (row.start.to_pydatetime(), row.end.to_pydatetime(), row.day.date())
            for row in duties.itertuples()
            if row.agent == agent
        )
        by_day = {day: [one for one in mine if one[2] == day] for _, _, day in mine}
        first, last = min(by_day), max(by_day)
        run = nights = 0
        day = first
        while day <= last:
            here = by_day.get(day, [])
            if len(here) > 1:
                found.add(("one shift a day", agent, day))
            run = run + 1 if here else 0
            dark = any(_is_dark(start, end) for start, end, _ in here)
            nights = nights + 1 if dark else 0
            found |= {("days in a row", agent, day)} if run > rules.most_days_in_a_row else set()
            found |= {("nights in a row", agent, day)} if nights > rules.most_nights_in_a_row else set()
            ended = [end for _, end, on in mine if on < day]
            for start, _, _ in here[:1]:
                if ended and start < max(ended):
                    found.add(("one shift a day", agent, day))
                elif ended and (start - max(ended)).total_seconds() < rules.min_rest_s:
                    found.add(("rest", agent, day))
            day += timedelta(days=1)
        for monday in {day - timedelta(days=day.weekday()) for day in by_day}:
            week = [one for d in range(7) for one in by_day.get(monday + timedelta(days=d), [])]
            if sum((end - start).total_seconds() for start, end, _ in week) > rules.most_week_s:
                found.add(("hours a week", agent, monday))
            clock = [(start - pd.Timestamp(on)).total_seconds() for start, _, on in week]
            if max(clock) - min(clock) > rules.most_starts_apart_s:
                found.add(("starts apart", agent, monday))
        saturday = pd.Timestamp(first - timedelta(days=first.weekday() - 5)).to_pydatetime()
        while saturday.date() <= last + timedelta(days=1):
            worked = [
                any(start < one + timedelta(days=2) and end > one for start, end, _ in mine)
                for one in (saturday - timedelta(days=7 * back) for back in range(4))
            ]
            found |= (
                {("free weekends", agent, saturday.date())}
                if worked[0] and sum(worked) > 4 - rules.free_weekends
                else set()
            )
            saturday += timedelta(days=7)
    return found


def _is_dark(start, end):
    """Whether a minute of the duty lies between midnight and five."""
    at = start
    while at < end:
        if at.hour < 5:
            return True
        at += timedelta(minutes=30)
    return False


@pytest.mark.parametrize("seed", range(500 if DEEP else 15))
def test_a_second_checker_finds_the_same(seed):
    rng = np.random.default_rng(seed)
    rules = Rostering(
        min_rest_s=float(rng.integers(8, 13)) * 3600,
        most_days_in_a_row=int(rng.integers(2, 7)),
        most_nights_in_a_row=int(rng.integers(1, 4)),
        most_week_s=float(rng.integers(20, 49)) * 3600,
        free_weekends=int(rng.integers(0, 4)),
        most_starts_apart_s=float(rng.integers(4, 25)) * 3600,
    )
    rows = [
        (agent, day, rng.integers(0, 48) / 2, rng.integers(4, 13))
        for agent in "AB"
        for day in range(35)
        if rng.random() < 0.65
    ]
    rows += [("A", int(rng.integers(0, 28)), 8, 4)]
    duties = duties_of(sorted(rows))
    found = {(one.rule, one.agent, one.day.date()) for one in rule_faults(duties, PEOPLE, rules).itertuples()}
    expected = second_opinion(duties, rules)
    doubled = {(agent, day) for rule, agent, day in found | expected if rule == "one shift a day"}
    near = {
        (agent, day + timedelta(days=d)) for agent, day in doubled for d in (0, 1)
    }  # which of two shifts of a day the rest is told of is free
    assert {one for one in found if one[1:] not in near} == {one for one in expected if one[1:] not in near}
    assert doubled == {one[1:] for one in expected if one[0] == "one shift a day"}
    assert len(expected) > 5


# ------------------------------------------------------------------------------------------------------------------
# swaps

RULES = Rostering(**{**LAX, "min_rest_s": 39600, "most_week_s": 40 * 3600})
WEEK = duties_of([("A", 0, 14, 8), ("A", 1, 14, 8), ("B", 0, 6, 8), ("B", 1, 6, 8), ("B", 2, 6, 8)])


def test_a_swap_that_breaks_a_rule_says_which_one():
    found = check_swap(WEEK, PEOPLE, RULES, ("A", MONDAY), ("B", MONDAY))
    assert not found.allowed, "B would work until 22 and begin at 6"
    assert found.words == "Not allowed: B rests 8 h before 2026-10-06 (at least 11 h)."
    assert check_swap(WEEK, PEOPLE, RULES, ("A", "2026-10-06"), ("B", "2026-10-06")).faults["agent"].tolist() == [
        "A",
        "B",
    ]


def test_a_lawful_swap_tells_hours_and_leaves_cover_as_it_is():
    found = check_swap(WEEK.drop([1, 2, 3]), PEOPLE, RULES, ("A", MONDAY), ("B", "2026-10-07"))
    assert found.allowed and "may swap" in found.words and "cover stays" in found.words
    assert (found.hours["before"] == found.hours["after"]).all() and (
        found.cover["before"] == found.cover["after"]
    ).all()
    who = found.duties.set_index(["agent", "day"])["start"].dt.hour.to_dict()
    assert who == {("A", pd.Timestamp("2026-10-07")): 6, ("B", MONDAY): 14}


def test_giving_away_and_taking_over():
    found = check_swap(WEEK, PEOPLE, RULES, ("B", "2026-10-07"), ("C", "2026-10-07"))
    assert found.allowed and found.hours.set_index("agent")["after"].to_dict() == {"B": 16.0, "C": 8.0}
    gone = check_swap(WEEK, PEOPLE, RULES, ("B", "2026-10-07"))
    assert (
        gone.allowed
        and (gone.cover["after"] - gone.cover["before"]).sum() * 0.5 == -8
        and "-8.0 person-hours" in gone.words
    )
    skilled = check_swap(WEEK, PEOPLE, RULES, ("B", "2026-10-07"), ("C", "2026-10-07"), skill="outage")
    assert (skilled.cover["after"] - skilled.cover["before"]).sum() * 0.5 == 8, "C has the skill, B has not"


def test_an_old_fault_does_not_stand_in_the_way():
    duties = pd.concat(
        [WEEK, duties_of([("B", 0, 20, 4)])], ignore_index=True
    )  # B has two shifts on Monday, before and after
    assert not rule_faults(duties, PEOPLE, RULES).empty
    assert check_swap(duties, PEOPLE, RULES, ("B", "2026-10-07"), ("C", "2026-10-07")).allowed


def test_the_service_of_a_swap_is_that_of_the_queue_call_by_call():
    centre = Centre(name="x", queues=(Queue(name="service", patience_s=180),))
    duties = duties_of([(f"a{k}", 0, 8, 4) for k in range(9)])
    people = pd.DataFrame({"agent": [f"a{k}" for k in range(9)]})
    calls = pd.DataFrame(
        {
            "queue": "service",
            "start": pd.date_range(MONDAY + pd.Timedelta("8h"), periods=8, freq="30min"),
            "offered": 40.0,
            "aht_s": 300.0,
        }
    )
    found = check_swap(duties, people, RULES, ("a3", MONDAY), intervals=calls, centre=centre)
    for when, agents in (("before", 9), ("after", 8)):
        played = (
            simulate_day([20.0] * 16, 300.0, [agents] * 16, interval_s=900, patience_s=180, days=2000, seed=1)
            .day["service_level"]
            .item()
        )
        assert found.service.set_index("when")["service_level"][when] == pytest.approx(played, abs=0.01)


@pytest.mark.parametrize(
    "one, other, words",
    [
        (("A", "2026-10-09"), None, "A has no duty on 2026-10-09"),
        (("A", MONDAY), ("A", "2026-10-06"), "two people"),
        ("A", None, r"one must be \(agent, day\)"),
        (("A", MONDAY), "B", r"other must be \(agent, day\)"),
    ],
)
def test_swaps_that_cannot_be(one, other, words):
    with pytest.raises(ValueError, match=words):
        check_swap(WEEK, PEOPLE, RULES, one, other)


# -------------------------------------------------------------------------------------------------------------------
# bids

OPEN = pd.DataFrame(
    {
        "day": [pd.Timestamp("2026-10-08"), pd.Timestamp("2026-10-09")],
        "shift": "s",
        "start": pd.to_datetime(["2026-10-08 08:00", "2026-10-09 08:00"]),
        "end": pd.to_datetime(["2026-10-08 16:00", "2026-10-09 16:00"]),
    }
)
BIDS = pd.DataFrame({"agent": ["B", "B", "A", "A"], "day": [*OPEN["day"], *OPEN["day"]], "shift": "s"})


def test_seniority_hears_the_first_hired_first():
    found = award_bids(OPEN, BIDS, WEEK.head(0), PEOPLE, RULES)
    assert found.awards[["agent", "day"]].values.tolist() == [["A", day] for day in OPEN["day"]]
    assert found.refused["reason"].tolist() == ["taken by A (hired 2020-01-01)"] * 2 and found.left.empty
    assert len(found.duties) == 2


def test_fair_gives_the_turn_to_whom_the_roster_gives_least():
    found = award_bids(OPEN, BIDS, WEEK.head(0), PEOPLE, RULES, order="fair")
    assert found.awards["agent"].tolist() == ["A", "B"], "A was hired first; then B has nothing yet"
    busy = award_bids(OPEN, BIDS, WEEK.drop([2, 3]).assign(paid_s=7.5 * 3600), PEOPLE, RULES, order="fair")
    assert busy.awards["agent"].tolist()[0] == "B", "A has 15 paid hours, B 7.5"


def test_a_bid_that_breaks_a_rule_is_refused_with_the_rule():
    full = duties_of([("A", day, 8, 8) for day in range(5) if day != 3] + [("A", 5, 8, 8)])
    found = award_bids(OPEN.head(1), BIDS.iloc[[0, 2]], full, PEOPLE, RULES)
    assert found.awards["agent"].tolist() == ["B"]
    assert found.refused.iloc[0]["reason"] == "A is paid for 48 h in the week of 2026-10-05 (at most 40 h)"
    nobody = award_bids(OPEN.head(1), BIDS.iloc[[1]], full, PEOPLE, RULES)
    assert nobody.refused["reason"].item() == "no shift s is open on 2026-10-09" and nobody.left["people"].tolist() == [
        1
    ]


def test_several_places_and_wishes_by_rank():
    wide = OPEN.head(1).assign(people=2)
    assert award_bids(wide, BIDS, WEEK.head(0), PEOPLE, RULES).awards["agent"].tolist() == ["A", "B"]
    ranked = BIDS.tail(2).assign(rank=[2, 1])
    assert award_bids(OPEN, ranked, WEEK.head(0), PEOPLE, RULES).awards["day"].tolist() == list(OPEN["day"][::-1])


def test_strangers_and_twins_are_refused_at_the_door():
    with pytest.raises(ValueError, match="X is not among the people"):
        award_bids(OPEN, BIDS.assign(agent="X"), WEEK.head(0), PEOPLE, RULES)
    with pytest.raises(ValueError, match="hold a day, shift and start once"):
        award_bids(pd.concat([OPEN, OPEN]), BIDS, WEEK.head(0), PEOPLE, RULES)
    with pytest.raises(ValueError, match="order must be one of"):
        award_bids(OPEN, BIDS, WEEK.head(0), PEOPLE, RULES, order="loud")


def test_the_share_at_desks_and_the_queue_of_a_swap_are_asked_for():
    calls = pd.DataFrame(
        {"start": pd.date_range(MONDAY + pd.Timedelta("8h"), periods=2, freq="30min"), "offered": 4.0, "aht_s": 300.0}
    )
    two = Centre(name="x", queues=(Queue(name="q", patience_s=180), Queue(name="r", patience_s=180)))
    with pytest.raises(ValueError, match="write 70 % as 0.70"):
        check_swap(WEEK, PEOPLE, RULES, ("A", MONDAY), at_desk=70)
    with pytest.raises(ValueError, match="queue must name one of q, r"):
        check_swap(WEEK, PEOPLE, RULES, ("A", MONDAY), intervals=calls, centre=two)
    zoned = calls.assign(start=calls["start"].dt.tz_localize("Europe/Helsinki"))
    with pytest.raises(ValueError, match="must both have a time zone"):
        check_swap(WEEK, PEOPLE, RULES, ("A", MONDAY), intervals=zoned, centre=two, queue="q")


def test_what_was_before_and_leave_are_looked_at_like_the_duties():
    late, early = duties_of([("A", 0, 14, 8)]), duties_of([("A", 1, 9, 8)], "Europe/Helsinki")
    with pytest.raises(ValueError, match="duties and before must both have a time zone"):
        rule_faults(early, PEOPLE, RULES, before=late)
    for leave, words in (
        ({"agent": ["A"], "start": ["2026-10-05"]}, "missing: end"),
        ({"agent": ["A"], "start": ["soon"], "end": ["later"]}, "leave: start must be dates"),
        ({"agent": ["A"], "start": ["2026-10-06"], "end": ["2026-10-05"]}, "leave: end must"),
    ):
        with pytest.raises(ValueError, match=words):
            rule_faults(early, PEOPLE, RULES, leave=pd.DataFrame(leave))


def test_skills_may_be_a_set_that_is_frozen():
    duty = duties_of([("A", 0, 8, 8)]).assign(skill="service")
    assert rule_faults(duty, PEOPLE.assign(skills=[frozenset({"service"})] * 3), RULES).empty
    assert rule_faults(duty, PEOPLE.assign(skills=[frozenset()] * 3), RULES)["rule"].tolist() == ["skills"]


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"people": 1.5}, "people must be whole numbers from 0 on, got 1.5 in row 1"),
        ({"people": -1}, "people must be whole numbers"),
        ({"people": np.nan}, "people must be whole numbers"),
        ({"end": pd.Timestamp("2026-10-08 07:00")}, "end must come after start"),
    ],
)
def test_open_shifts_that_cannot_be_are_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        award_bids(OPEN.assign(**wrong), BIDS, WEEK.head(0), PEOPLE, RULES)


def test_bids_in_words_and_people_without_hours():
    with pytest.raises(ValueError, match="rank must be a column of numbers"):
        award_bids(OPEN, BIDS.assign(rank=["10", "9", "10", "9"]), WEEK.head(0), PEOPLE, RULES)
    with pytest.raises(ValueError, match="people must be a table"):
        award_bids(OPEN, BIDS, WEEK.head(0), ["A", "B"], RULES)
    with pytest.raises(ValueError, match="open_shifts must be a table"):
        award_bids(None, BIDS, WEEK.head(0), PEOPLE, RULES)
    zoned = PEOPLE.assign(hired=pd.to_datetime(PEOPLE["hired"]).dt.tz_localize("UTC"))
    assert award_bids(OPEN, BIDS, WEEK.head(0), zoned, RULES).awards["agent"].tolist() == ["A", "A"]
    # A has 8 hours for a contract that nobody knows, taken as one hour; B 16 hours for 37.5
    duties = duties_of([("A", 0, 8, 8), ("B", 0, 8, 8), ("B", 1, 8, 8)])
    blank = PEOPLE.assign(weekly_hours=[np.nan, 37.5, 20.0])
    assert award_bids(OPEN, BIDS, duties, blank, RULES, order="fair").awards["agent"].tolist() == ["B", "B"]
