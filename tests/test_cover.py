"""Shifts that cover a requirement, against enumeration, hand-worked examples and pyworkforce."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccplan.data import Centre, Costs, Queue
from ccplan.data.shifts import Break, Rostering, Shift
from ccplan.planning import Stopped, cover_shifts, shift_table
from ccplan.planning.scheduling import programme
from ccplan.queueing import performance

from .cover_by_hand import allowed, explicit, presence, staffings
from .effort import DEEP, examples

STEP = 4 * 3600
OBJECTIVES = ("cost", "hours", "difference")
CASES = 500 if DEEP else 50  # of each objective, and as many for the best service
MONDAY = pd.Timestamp("2026-10-05")
CENTRE = Centre(
    name="small",
    queues=(Queue(name="q", patience_s=300),),
    costs=Costs(hourly_wage=10, on_costs=0.2),
    rostering=Rostering(missing_hour=40, idle_hour=3),
)


def a_need(rng, days, whole=False):
    """A requirement of some four-hour intervals of a few days, with calls."""
    start = pd.date_range(MONDAY + pd.Timedelta(days=int(rng.integers(4, 7))), periods=6 * days, freq="4h")
    agents = rng.integers(0, 3, len(start)) + (0 if whole else rng.choice([0, 0, 0, 0.5, 0.3], len(start)))
    frame = pd.DataFrame(
        {"start": start, "agents": np.minimum(agents, 2), "offered": rng.integers(0, 100, len(start)), "aht_s": 300.0}
    )
    return frame[(rng.random(len(start)) < 0.9) | (np.arange(len(start)) == 0)].reset_index(drop=True)


def some_shifts(rng):
    """One to three shifts of 8 to 16 hours, with breaks in windows, over midnight or not."""
    found = []
    for i in range(int(rng.integers(1, 4))):
        length = int(rng.choice([8, 12, 16]))
        breaks = []
        if rng.random() < 0.6:
            breaks.append(
                Break(
                    name="meal",
                    length_s=STEP if length > 8 else 3600,
                    earliest_s=STEP,
                    latest_s=STEP + 4 * 3600 * (length == 16),
                )
            )
        if rng.random() < 0.3 and length == 8:
            breaks = (
                [Break(name="rest", length_s=STEP // 2, earliest_s=STEP // 2, latest_s=STEP, paid=True)]
                if rng.random() < 0.5
                else breaks
            )
        starts = [f"{4 * int(h):02d}:00" for h in rng.choice(6, int(rng.integers(1, 3)), replace=False)]
        found.append(
            Shift(
                name=f"s{i}",
                starts=starts,
                length_s=length * 3600,
                breaks=breaks,
                most=float(rng.choice([np.inf, np.inf, 1])),
                days=sorted({int(d) for d in rng.choice(7, 5)}),
                extra_per_hour=float(rng.choice([0, 2.5])),
            )
        )
    return found


def cases(number, seed, parts=True):
    """Cases small enough for enumeration: (need, shifts, columns, how); `parts`: cover may come in parts of people, as
    half an interval's break leaves it (the model's line between whole people is not quite the queue's own curve)."""
    rng, made = np.random.default_rng(seed), 0
    while made < number:
        days = int(rng.integers(1, 3))
        need, shifts = a_need(rng, days), some_shifts(rng)
        how = {
            "cyclic": bool(rng.random() < 0.3),
            "people": float(rng.choice([np.inf, np.inf, 1, 2])),
            "days_a_week": 1 if rng.random() < 0.3 else 5,
        }
        columns = explicit(shifts, need, STEP, how["cyclic"])
        whole = all((one["cover"] % 1 == 0).all() for one in columns)
        if 1 <= len(columns) <= (7 if whole else 5) and (whole or parts):
            made += 1
            yield need, shifts, columns, how


def enumerated(objective, need, columns, how):
    """The best value of an objective over every way to staff the columns."""
    parts = any((one["cover"] % 1 > 0).any() for one in columns)
    ways = staffings(
        len(columns), 4 if parts else 2
    )  # more never help: two are wanted at most, and half a person is there at least
    ways = ways[allowed(ways, columns, how["people"], how["days_a_week"])]
    cover = ways @ np.array([one["cover"] for one in columns])
    short = np.maximum(need["agents"].to_numpy() - cover, 0).sum(axis=1)
    over = np.maximum(cover - need["agents"].to_numpy(), 0).sum(axis=1)
    hours = ways @ np.array([one["hours"] for one in columns])
    if objective == "difference":
        return (short + over).min()
    if objective == "hours":
        return hours[short <= short.min() + 1e-9].min()
    if objective == "cost":
        extra = ways @ np.array([one["hours"] * one["shift"].extra_per_hour for one in columns])
        return (12 * hours + 1.2 * extra + 4 * (40 * short + 3 * over)).min()
    at, offered = np.rint(cover).astype(int), need["offered"].to_numpy(float)
    level = performance(offered[:, None], 300.0, np.arange(at.max() + 1), interval_s=STEP, patience_s=300).service_level
    return sum(level[t][at[:, t]] * calls for t, calls in enumerate(offered)).max()


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_the_best_cover_is_that_of_enumeration(objective):
    for need, shifts, columns, how in cases(CASES, seed=OBJECTIVES.index(objective)):
        cover = cover_shifts(need, shifts, objective=objective, centre=CENTRE, within=0, interval_s=STEP, **how)
        assert cover.status == "optimal" and cover.gap == 0
        assert cover.objective == pytest.approx(enumerated(objective, need, columns, how), abs=1e-6)
        check_told(cover, shifts, need, how)


def check_told(cover, shifts, need, how):
    """The frames of a cover, recomputed from shifts and breaks by the clock."""
    by_name = {shift.name: shift for shift in shifts}
    total, worked = np.zeros(len(need)), {}
    for row in cover.shifts.itertuples():
        shift = by_name[row.shift]
        assert (
            (row.end - row.start).total_seconds() == shift.length_s
            and row.day == row.start.normalize()
            and row.people > 0
        )
        assert (
            row.day.dayofweek in shift.days
            and (row.start - row.day).total_seconds() in shift.start_s
            and row.paid_s == shift.paid_s
        )
        worked[row.shift, row.day] = worked.get((row.shift, row.day), 0) + row.people
        total += row.people * presence(row.start, shift.length_s, [], need["start"], STEP, how["cyclic"])
        for one in shift.breaks:
            mine = cover.breaks[
                (cover.breaks["shift"] == row.shift)
                & (cover.breaks["start"] == row.start)
                & (cover.breaks["break"] == one.name)
            ]
            after = (mine["at"] - mine["start"]).dt.total_seconds()
            assert (
                mine["people"].sum() == row.people
                and after.between(one.earliest_s, one.latest_s).all()
                and (mine["length_s"] == one.length_s).all()
            )
    for row in cover.breaks.itertuples():
        total -= row.people * presence(row.at, row.length_s, [], need["start"], STEP, how["cyclic"])
    assert all(people <= by_name[name].most for (name, _), people in worked.items())
    assert np.allclose(total, cover.intervals["cover"]) and np.allclose(cover.intervals["required"], need["agents"])
    assert np.allclose(cover.intervals["shortage"], np.maximum(need["agents"] - total, 0))
    assert cover.hours == pytest.approx((cover.shifts["people"] * cover.shifts["paid_s"]).sum() / 3600)


def test_the_best_service_is_that_of_enumeration():
    for i, (need, shifts, columns, how) in enumerate(cases(CASES, seed=11, parts=False)):
        how = how | {"people": 1.0 + i % 2, "days_a_week": 7}
        cover = cover_shifts(need, shifts, objective="service", centre=CENTRE, within=0, interval_s=STEP, **how)
        assert cover.objective == pytest.approx(enumerated("service", need, columns, how), rel=1e-5, abs=1e-4)
        offered = need["offered"].sum()
        assert cover.status == "optimal" and cover.objective == pytest.approx(
            np.nansum([cover.service_level * offered]), rel=1e-5, abs=1e-4
        )


def test_a_day_worked_by_hand():
    # Eight hours; three shifts of four hours: 08–12, 10–14, 12–16. Six people from 10 to 14, two before and after.
    # The first and the last need 2 each, and 6 at 10–12 and at 12–14 need 4 of the middle one: 8 people, 32 hours.
    # At 10 an hour, without anybody missing or idle, that is 320. One fewer of the middle shift saves 40 and costs
    # 4 hours short: 160.
    need = pd.DataFrame({"start": pd.date_range("2026-10-05 08:00", periods=4, freq="2h"), "agents": [2, 6, 6, 2]})
    shift = Shift(name="four", starts="08:00, 10:00, 12:00", length_s=14400)
    prices = {"hour_cost": 10, "missing_hour": 40, "idle_hour": 5}
    cover = cover_shifts(need, [shift], **prices)
    assert cover.shifts["people"].tolist() == [2, 4, 2] and cover.cost == cover.objective == 320 and cover.hours == 32
    # At most 3 may start the shift on a day: two hours of 1 + 3 + 1 people are worth most in the middle.
    few = cover_shifts(need, [Shift(name="four", starts="08:00, 10:00, 12:00", length_s=14400, most=3)], **prices)
    assert few.shifts["people"].tolist() == [3] and few.shortage_hours == 32 - 12 and few.objective == 120 + 20 * 40
    # At 50 an hour nobody is worth it for 40: all is missing, and told.
    dear = cover_shifts(need, [shift], hour_cost=50, missing_hour=40, idle_hour=5)
    assert dear.shifts.empty and dear.breaks.empty and dear.shortage_hours == 32 and dear.objective == 32 * 40


def test_a_night_belongs_to_its_day_and_reaches_into_the_next():
    start = pd.date_range("2026-10-05", periods=6, freq="8h")
    need = pd.DataFrame({"start": start, "agents": [1, 0, 0, 3, 0, 2]})
    night = Shift(name="night", starts="16:00", length_s=57600, days=["monday", "tuesday"])
    cover = cover_shifts(need, [night], objective="difference")
    assert (
        cover.shifts["day"].tolist() == [pd.Timestamp("2026-10-05"), pd.Timestamp("2026-10-06")] and cover.blocks == 2
    )
    assert cover.shifts["end"].iloc[0] == pd.Timestamp("2026-10-06 08:00")
    assert cover.intervals["shortage"].iloc[0] == 1  # Sunday's night is not planned here
    again = cover_shifts(need, [night], objective="hours", cyclic=True)
    assert (
        again.intervals["shortage"].sum() == 0
        and again.intervals["cover"].iloc[0] == 2
        and again.intervals["cover"].iloc[3] == 3
    )


def test_a_day_of_a_clock_change_has_its_own_hours():
    start = pd.date_range(
        "2026-10-25", "2026-10-27", freq="h", inclusive="left", tz="Europe/Helsinki"
    )  # 25 hours, then 24
    need = pd.DataFrame({"start": start, "agents": 1})
    shift = Shift(name="all day", starts="00:00", length_s=86400)
    cover = cover_shifts(need, [shift], objective="hours")
    assert (
        len(start) == 49
        and cover.shortage_hours == 1
        and cover.shifts["end"].iloc[0] == pd.Timestamp("2026-10-25 23:00", tz="Europe/Helsinki")
    )
    early = cover_shifts(need, [Shift(name="early", starts="08:00", length_s=14400)], objective="hours")
    assert early.intervals.set_index("start")["cover"].loc["2026-10-25 08:00+02:00"] == 1 and early.hours == 8


def a_week(seed=4, days=2):
    """Quarter-hours of some days, and shifts of nine hours with a half-hour gap, as pyworkforce takes them."""
    rng, hour = np.random.default_rng(seed), np.arange(96) / 4
    day = 2 + 10 * np.exp(-(((hour - 11) / 3) ** 2)) + 8 * np.exp(-(((hour - 16) / 3) ** 2))
    agents = np.rint(day[None] * rng.uniform(0.8, 1.2, (days, 1)) + rng.normal(0, 1, (days, 96))).clip(0)
    shifts = {
        f"{s} {b}": [int(s <= p < s + 36 and not s + b <= p < s + b + 2) for p in range(96)]
        for s in range(0, 61, 6)
        for b in (14, 18)
    }
    return pd.DataFrame(
        {"start": pd.date_range(MONDAY, periods=96 * days, freq="15min"), "agents": agents.ravel()}
    ), shifts


@pytest.mark.parametrize("objective", ["hours", "difference"])
def test_pyworkforce_finds_the_same(objective):
    need, shifts = a_week()
    ours = cover_shifts(need, shifts, objective=objective, within=0)
    theirs = cover_shifts(need, shifts, objective=objective, engine="pyworkforce", limit_s=20.0)
    assert theirs.engine == "pyworkforce" and ours.status == "optimal" and ours.blocks == 2
    if theirs.status == "optimal":
        assert theirs.objective == pytest.approx(ours.objective) and theirs.gap == 0
    assert ours.objective <= theirs.objective + 1e-6
    assert (ours.intervals["cover"] - ours.intervals["required"]).abs().sum() == ours.objective or objective == "hours"
    assert ours.shortage_hours == 0 or objective == "difference"


def test_pyworkforce_is_not_asked_what_it_cannot_say():
    need, shifts = a_week(days=1)
    half = Shift(name="half", starts="06:00-16:00", length_s=14400)
    windows = Shift(
        name="full", starts="06:00", length_s=28800, breaks=[Break(length_s=1800, earliest_s=7200, latest_s=14400)]
    )
    for given_shifts, how, words in [
        (shifts, {"objective": "cost"}, "fewest hours"),
        (shifts, {"people": 5}, "limits"),
        ([windows], {}, "windows"),
        ([Shift(name="night", starts="22:00", length_s=28800)], {}, "midnight"),
        ([half], {}, "no shift is worked"),
        ([Shift(name="weekend", starts="00:00", length_s=86400, days="weekend")], {}, "some days"),
    ]:
        with pytest.raises(ValueError, match=words):
            cover_shifts(need, given_shifts, engine="pyworkforce", **({"objective": "hours"} | how))
    with pytest.raises(ValueError, match="parts of people"):
        cover_shifts(need.assign(agents=need["agents"] + 0.5), shifts, objective="hours", engine="pyworkforce")


def hard_week():
    """Three days tied together by a limit on people, with breaks in windows."""
    need, _ = a_week(days=3)
    breaks = [
        Break(name="rest", length_s=900, earliest_s=3600, latest_s=7200, paid=True),
        Break(length_s=1800, earliest_s=9000, latest_s=16200),
    ]
    return need, [Shift(name="day", starts="06:00-14:00", every_s=3600, length_s=28800, breaks=breaks)]


def test_a_limit_of_time_gives_a_plan_and_its_gap():
    need, shifts = hard_week()
    cover = cover_shifts(need, shifts, people=30, days_a_week=2, limit_s=0.0)
    assert (
        cover.status == "limit of time"
        and 0 < cover.gap <= 1
        and cover.bound <= cover.objective
        and cover.shifts["people"].sum() > 20
    )
    best = cover_shifts(need, shifts, people=30, days_a_week=2, within=0.01)
    assert cover.bound <= best.bound <= best.objective <= cover.objective
    assert (
        best.shifts.groupby("day")["people"].sum().max() <= 30
        and best.shifts["people"].sum() <= 60
        and (best.weeks["people"] <= 30).all()
    )


def test_a_stop_keeps_what_is_there():
    need, shifts = hard_week()
    told = []

    def stop(done, of, words):
        told.append((done, of, words))
        if done:
            raise Stopped("enough")

    cover = cover_shifts(need, shifts, progress=stop, within=0.01)
    assert cover.status == "stopped" and cover.blocks == 3 and told[-1][:2] == (1, 3) and "2026-10-05" in told[-1][2]
    assert cover.shifts["day"].nunique() == 3 and cover.gap > 0
    whole = cover_shifts(need, shifts, within=0.01)
    assert whole.status == "optimal" and whole.objective <= cover.objective


def test_days_alike_are_solved_once_and_windows_do_not_multiply():
    breaks = [
        Break(name=name, length_s=900, earliest_s=at, latest_s=at + 3600)
        for name, at in (("a", 3600), ("b", 9000), ("c", 18000))
    ]
    table = shift_table([Shift(name="full", starts="08:00-09:00", length_s=28800, breaks=breaks)], 900)
    assert (
        table["ways"].tolist() == [125] * 3
        and table["columns"].tolist() == [16] * 3
        and table["start"].tolist() == ["08:00", "08:30", "09:00"]
    )
    one = cover_shifts(a_week(days=1)[0], a_week()[1], objective="difference", within=0)
    alike = pd.concat(
        [a_week(days=1)[0].assign(start=lambda f, d=d: f["start"] + pd.Timedelta(days=d)) for d in range(30)]
    )
    many = cover_shifts(alike, a_week()[1], objective="difference", within=0)
    assert many.objective == pytest.approx(30 * one.objective) and many.blocks == 30


def test_breaks_whose_windows_overlap_follow_each_other():
    breaks = [
        Break(name="a", length_s=3600, earliest_s=3600, latest_s=7200),
        Break(name="b", length_s=3600, earliest_s=3600, latest_s=10800),
    ]
    need = pd.DataFrame({"start": pd.date_range("2026-10-05 08:00", periods=6, freq="h"), "agents": [4, 1, 4, 2, 1, 4]})
    cover = cover_shifts(need, [Shift(name="s", starts="08:00", length_s=21600, breaks=breaks)], objective="difference")
    taken = cover.breaks.groupby("break")["at"].agg(["min", "max"])
    assert taken.loc["a", "max"] <= pd.Timestamp("2026-10-05 10:00") and taken.loc["b", "min"] >= pd.Timestamp(
        "2026-10-05 10:00"
    )
    assert (
        cover.objective == 6
    )  # four people: 3 too many at 12, and from 9 to 12 four of the seven wanted, as two of three hours are breaks


def test_the_service_of_a_cover_is_that_of_the_queue():
    need, shifts, _, _ = next(cases(1, seed=5, parts=False))
    cover = cover_shifts(need, shifts, centre=CENTRE, interval_s=STEP)
    given_service = performance(
        need["offered"], 300.0, cover.intervals["cover"], interval_s=STEP, patience_s=300
    ).service_level
    assert np.allclose(cover.intervals["service_level"], given_service)
    assert cover.service_level == pytest.approx((given_service * need["offered"]).sum() / need["offered"].sum())
    assert "service_level" not in cover_shifts(need, shifts, interval_s=STEP).intervals
    steep = Centre(
        name="patient", queues=(Queue(name="q"),)
    )  # nobody hangs up: below the load nothing is answered in time
    calls = pd.DataFrame(
        {
            "start": pd.date_range("2026-10-05 08:00", periods=2, freq="h"),
            "agents": 1,
            "offered": [36, 60],
            "aht_s": 300.0,
        }
    )
    hour = Shift(name="hour", starts="08:00, 09:00", length_s=3600)
    best = cover_shifts(calls, [hour], objective="service", hours=7, centre=steep)
    assert (
        best.shifts["people"].tolist() == [7] and best.shifts["start"].iloc[0].hour == 9
    )  # not four and three: 5 Erlang wait for ever


BAD = [
    ({"requirement": pd.DataFrame({"start": [], "agents": []})}, "at least one interval"),
    ({"agents": np.nan}, "agents must be a number"),
    ({"agents": -1}, "0 or above"),
    ({"reverse": True}, "start must rise"),
    ({"drop": "agents"}, "agents is missing"),
    ({"queue": True}, "one pool"),
    ({"shifts": []}, "at least one shift"),
    ({"shifts": "early"}, "not known"),
    ({"shifts": [Shift(name="odd", starts="08:10", length_s=14400)]}, "falls within an interval"),
    ({"shifts": {"a": [1, 2]}}, "0 and 1"),
    ({"shifts": {"a": [1, 0, 1]}}, "intervals of 3600 s of a day"),
    ({"objective": "least"}, "objective must be one of"),
    ({"engine": "cplex"}, "engine must be one of"),
    ({"people": -1}, "people must be in"),
    ({"hours": "many"}, "hours must be a number"),
    ({"objective": "service"}, "needs a centre"),
    ({"objective": "service", "centre": CENTRE, "calls": True}, "people=… or hours=…"),
    ({"interval_s": 7000}, "whole seconds"),
    ({"interval_s": "short"}, "interval_s must be a number"),
    ({"at_desk": [0.5, 1.0]}, "at_desk must be one number"),
    ({"at_desk": 70}, "write 70 % as 0.70"),
    ({"hour_cost": [20, 30]}, "hour_cost must be one number"),
    ({"missing_hour": -5}, "missing_hour must be in"),
    ({"mixed": True}, "one time zone"),
    ({"limit_s": np.nan}, "limit_s must be a number"),
    ({"shifts": 5}, "list of Shift"),
]


@pytest.mark.parametrize("what, words", BAD, ids=[words for _, words in BAD])
def test_what_is_wrong_is_refused_in_words(what, words):
    what = dict(what)
    need = what.pop(
        "requirement", pd.DataFrame({"start": pd.date_range("2026-10-05 08:00", periods=4, freq="h"), "agents": 1.0})
    )
    need = need.assign(agents=what.pop("agents", 1.0)) if len(need) else need
    need = need[::-1] if what.pop("reverse", False) else need.drop(columns=what.pop("drop", []))
    need = need.assign(queue=["a", "b"] * 2) if what.pop("queue", False) else need
    need = need.assign(offered=10, aht_s=300.0) if what.pop("calls", False) else need
    if what.pop("mixed", False):
        need = need.assign(
            start=[one.tz_localize(zone) for one, zone in zip(need["start"], ["Europe/Vilnius", "Asia/Tehran"] * 2)]
        )
    shifts = what.pop("shifts", [Shift(name="four", starts="08:00", length_s=14400)])
    with pytest.raises(ValueError, match=words):
        cover_shifts(need, shifts, **what)


@examples(10)
@given(
    st.lists(
        st.one_of(st.floats(allow_nan=True), st.integers(-2, 5), st.none(), st.text(max_size=2)), min_size=1, max_size=4
    ),
    st.floats(),
)
def test_whatever_comes_is_answered_or_refused_in_words(agents, price):
    need = pd.DataFrame(
        {
            "start": pd.date_range("2026-10-05 08:00", periods=len(agents), freq="h"),
            "agents": pd.Series(agents, dtype=object),
        }
    )
    try:
        cover = cover_shifts(
            need,
            [Shift(name="two", starts="08:00-09:00", every_s=3600, length_s=7200)],
            missing_hour=price,
            interval_s=3600,
        )
    except ValueError as problem:
        assert "must" in str(problem)
    else:
        assert cover.status == "optimal" and np.isfinite(cover.objective)


def test_what_hangs_on_the_intervals_alone_is_worked_out_once_and_never_for_others():
    """Weeks with and without a change of the clock, an hour left out, other limits: in turn, twice, as alone."""
    shift = Shift(name="day", starts="00:00-16:00", every_s=3600, length_s=8 * 3600)
    weeks = [pd.date_range(day, periods=72, freq="h", tz="Europe/Helsinki") for day in ("2026-10-17", "2026-10-24")]
    weeks.append(weeks[0].delete(30))
    asked = [(pd.DataFrame({"start": week, "agents": 2.0}), more) for week in weeks for more in ({}, {"people": 4})]

    def told(frame, more):
        cover = cover_shifts(frame, [shift], centre=CENTRE, days_a_week=7, whole=False, **more)
        return cover.objective, cover.hours, list(cover.intervals["start"]), list(cover.intervals["cover"].round(9))

    alone = []
    for frame, more in asked:
        programme._shape.cache_clear()
        alone.append(told(frame, more))
    assert all(one not in alone[:i] for i, one in enumerate(alone))
    assert [told(frame, more) for frame, more in asked * 2] == alone * 2
    before = programme._shape.cache_info()
    frame, more = asked[-1]
    told(frame.assign(agents=1.0), more)
    assert programme._shape.cache_info().hits == before.hits + 1
