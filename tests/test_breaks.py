"""Break placement: the optimum of small cases by trying everything, windows, order and tiling of random ones."""

from itertools import product
from time import process_time

import numpy as np
import pandas as pd
import pytest

from ccplan.data import Shift
from ccplan.planning import desk_cover, place_breaks
from tests.effort import DEEP

AT = pd.Timestamp("2026-10-05")
QUARTER = 900
FULL = Shift(
    name="full",
    starts="08:00-12:00",
    length_s=28800,
    breaks=[
        {"name": "first", "length_s": 900, "earliest_s": 5400, "latest_s": 9000, "paid": True},
        {"name": "lunch", "length_s": 1800, "earliest_s": 10800, "latest_s": 16200},
        {"name": "last", "length_s": 900, "earliest_s": 19800, "latest_s": 25200, "paid": True},
    ],
)
PART = Shift(
    name="part",
    starts="08:00-16:00",
    length_s=14400,
    breaks=[{"length_s": 900, "earliest_s": 5400, "latest_s": 9900, "paid": True}],
)


def duties_of(rows, zone=None):
    """Duties from (agent, shift, day offset, start in hours)."""
    frame = pd.DataFrame(rows, columns=["agent", "shift", "offset", "hour"])
    day = AT + pd.to_timedelta(frame["offset"], unit="D")
    start = (day + pd.to_timedelta(frame["hour"] * 3600, unit="s")).dt.tz_localize(zone)
    length = frame["shift"].map({one.name: one.length_s for one in (FULL, PART)} | {"short": 7200})
    return pd.DataFrame(
        {
            "agent": frame["agent"],
            "day": day,
            "shift": frame["shift"],
            "start": start,
            "end": start + pd.to_timedelta(length, unit="s"),
        }
    )


def need(agents, start=AT + pd.Timedelta("8h"), step="30min"):
    return pd.DataFrame(
        {"start": pd.date_range(start, periods=len(agents), freq=step), "agents": np.asarray(agents, dtype=float)}
    )


def key(activities, requirement):
    """(worst, missing, squares) counted quarter by quarter, person by person."""
    step = (requirement["start"].iloc[1] - requirement["start"].iloc[0]) // pd.Timedelta(seconds=QUARTER)
    gaps = []
    work = activities[activities["scheduled"] == "work"]
    for start, wanted in zip(requirement["start"], requirement["agents"], strict=True):
        for k in range(step):
            at = start + pd.Timedelta(seconds=QUARTER * k)
            gaps.append(wanted - ((work["start"] <= at) & (work["end"] > at)).sum())
    gaps = np.array(gaps)
    return round(max(gaps.max(), 0), 6), round(gaps[gaps > 0].sum(), 6), round((gaps[gaps < 0] ** 2).sum(), 6)


def every_placement(duties, shift):
    """Activities of every way to place the breaks of a shift, by trying all."""
    length = [int(one.length_s) for one in shift.breaks]
    starts = [range(int(one.earliest_s), int(one.latest_s) + 1, QUARTER) for one in shift.breaks]
    ways = [way for way in product(*starts) if all(a + size <= b for a, size, b in zip(way, length, way[1:]))]
    for chosen in product(ways, repeat=len(duties)):
        rows = []
        for duty, way in zip(duties.itertuples(), chosen, strict=True):
            at = duty.start
            for pause, size in zip(way, length, strict=True):
                rows.append((duty.agent, at, duty.start + pd.Timedelta(seconds=pause), "work"))
                at = duty.start + pd.Timedelta(seconds=pause + size)
            rows.append((duty.agent, at, duty.end, "work"))
        yield pd.DataFrame(rows, columns=["agent", "start", "end", "scheduled"])


@pytest.mark.parametrize("seed", range(300 if DEEP else 12))
def test_small_days_are_as_good_as_trying_everything(seed):
    rng = np.random.default_rng(seed)
    early = int(rng.integers(1, 4)) * QUARTER
    shift = Shift(
        name="short",
        starts="08:00-09:00",
        length_s=7200,
        breaks=[
            {"length_s": 900, "earliest_s": early, "latest_s": early + 900 * int(rng.integers(1, 3)), "paid": True},
            {
                "length_s": 900 * int(rng.integers(1, 3)),
                "earliest_s": 3600,
                "latest_s": 3600 + 900 * int(rng.integers(0, 3)),
            },
        ],
    )
    duties = duties_of([(f"a{k}", "short", 0, 8 + rng.integers(0, 3) / 2) for k in range(2)])
    wanted = need(rng.integers(0, 9, 6) / 3)
    best = min(key(each, wanted) for each in every_placement(duties, shift))
    assert key(place_breaks(duties, wanted, [shift]), wanted) == best
    assert key(place_breaks(duties, wanted, [shift], exact=False), wanted) >= best


@pytest.fixture(scope="module")
def month():
    """100 people, 28 days, their requirement somewhat above what is left of them."""
    rng = np.random.default_rng(3)
    rows = [
        (
            f"a{k}",
            *(
                ("full", day, 8 + rng.integers(0, 9) / 2)
                if rng.random() < 0.7
                else ("part", day, 8 + rng.integers(0, 17) / 2)
            ),
        )
        for day in range(28)
        for k in range(100)
    ]
    duties = duties_of(rows)
    starts = pd.Series([AT + pd.Timedelta(days=d, minutes=30 * k) for d in range(28) for k in range(16, 40)])
    on_duty = desk_cover(duties.assign(scheduled="work"), starts, 1800)
    return duties, pd.DataFrame({"start": starts, "agents": np.maximum(on_duty * 0.93 - 1, 0)})


def placed_in_the_middle(duties):
    """Activities with each break in the middle of its window: what a planner without a program would do."""
    rows = []
    for duty in duties.itertuples():
        at = duty.start
        for one in {"full": FULL, "part": PART}[duty.shift].breaks:
            pause = duty.start + pd.Timedelta(seconds=(one.earliest_s + one.latest_s) // 2 // QUARTER * QUARTER)
            rows += [
                (duty.agent, at, pause, "work"),
                (duty.agent, pause, at := pause + pd.Timedelta(seconds=one.length_s), "break" if one.paid else "lunch"),
            ]
        rows.append((duty.agent, at, duty.end, "work"))
    return pd.DataFrame(rows, columns=["agent", "start", "end", "scheduled"])


def test_a_month_of_a_hundred_people_is_placed_in_seconds_and_every_day_is_better(month):
    duties, wanted = month
    place_breaks(duties.head(100), wanted, [FULL, PART], exact=False)  # compiled
    begun = process_time()
    found = place_breaks(duties, wanted, [FULL, PART])
    assert process_time() - begun < 3
    before = placed_in_the_middle(duties)
    for day in (0, 13, 27):
        on = AT + pd.Timedelta(days=day)
        mine, asked = (
            wanted["start"].dt.normalize() == on,
            [one["start"].dt.normalize() == on for one in (before, found)],
        )
        was, now = (key(one[rows], wanted[mine]) for one, rows in zip((before, found), asked, strict=True))
        assert now[0] < 0.6 * was[0] and now[1] < was[1]
    assert_lawful(duties, found)


def assert_lawful(duties, found):
    """Activities tile every duty; its breaks lie in their windows, in order."""
    shifts = {"full": FULL, "part": PART}
    assert (found["end"] > found["start"]).all()
    sums = found.groupby(["agent", found["start"].dt.tz_localize(None).dt.normalize()])
    lasted = sums.apply(
        lambda rows: pd.Series(
            {"first": rows["start"].min(), "last": rows["end"].max(), "sum": (rows["end"] - rows["start"]).sum()}
        )
    )
    told = duties.set_index(["agent", "day"]).sort_index()
    lasted.index.names = told.index.names
    lasted = lasted.sort_index()
    assert (lasted["first"] == told["start"]).all() and (lasted["last"] == told["end"]).all()
    assert (lasted["sum"] == told["end"] - told["start"]).all()
    assert (found["start"].to_numpy()[1:] == found["end"].to_numpy()[:-1])[
        (found["agent"] == found["agent"].shift())[1:] & (found["start"].diff()[1:] < pd.Timedelta("10h"))
    ].all()
    rests = found[found["scheduled"] != "work"]
    rests = rests.assign(
        day=rests["start"].dt.tz_localize(None).dt.normalize(),
        k=rests.groupby(["agent", rests["start"].dt.tz_localize(None).dt.normalize()]).cumcount(),
    )
    rests = rests.merge(duties, on=["agent", "day"], suffixes=("", "_duty"))
    assert len(rests) == sum(len(shifts[name].breaks) for name in duties["shift"])
    for row in rests.itertuples():
        window = shifts[row.shift].breaks[row.k]
        after = (row.start - row.start_duty).total_seconds()
        assert (
            window.earliest_s <= after <= window.latest_s and (row.end - row.start).total_seconds() == window.length_s
        )
        assert row.scheduled == ("break" if window.paid else "lunch")


def test_proof_and_descent_keep_what_was_placed_or_make_it_better(month):
    duties, wanted = month
    day = duties[duties["day"] == AT]
    asked = wanted[wanted["start"] < AT + pd.Timedelta(days=1)]
    quick = place_breaks(day, asked, [FULL, PART], exact=False)
    proven = place_breaks(day, asked, [FULL, PART], exact=True)
    again = place_breaks(day, asked, [FULL, PART], exact=False, placed=proven)
    assert key(proven, asked) <= key(quick, asked) < key(placed_in_the_middle(day), asked)
    assert key(again, asked) == key(proven, asked)
    assert_lawful(day, proven)


def test_breaks_that_have_begun_stay(month):
    duties, wanted = month
    day = duties[duties["day"] == AT]
    before = placed_in_the_middle(day)
    now = AT + pd.Timedelta("13h")
    found = place_breaks(day, wanted, [FULL, PART], placed=before, since=now, exact=False)
    begun, kept = (
        one[(one["scheduled"] != "work") & (one["start"] < now)].sort_values(["agent", "start"]).reset_index(drop=True)
        for one in (before, found)
    )
    pd.testing.assert_frame_equal(begun, kept, check_dtype=False)
    assert key(found, wanted.head(24)) < key(before, wanted.head(24))


def test_a_night_in_which_the_clock_goes_back_is_eight_real_hours():
    night = Shift(
        name="night", starts="22:00", length_s=28800, breaks=[{"length_s": 1800, "earliest_s": 9000, "latest_s": 18000}]
    )
    start = pd.Series(pd.to_datetime(["2026-10-24 22:00"])).dt.tz_localize("Europe/Helsinki")
    duties = pd.DataFrame(
        {
            "agent": ["A"],
            "day": [pd.Timestamp("2026-10-24")],
            "shift": "night",
            "start": start,
            "end": start + pd.Timedelta("8h"),
        }
    )
    hours = pd.date_range(start[0], periods=16, freq="30min")
    wanted = pd.DataFrame(
        {"start": hours, "agents": [1.0] * 9 + [0.0] + [1.0] * 6}
    )  # 4 h 30 after the start nobody is needed
    lunch = place_breaks(duties, wanted, [night]).query("scheduled == 'lunch'").iloc[0]
    assert (
        str(lunch["start"]) == "2026-10-25 02:30:00+03:00" and (lunch["end"] - lunch["start"]).total_seconds() == 1800
    )
    later = wanted.assign(
        agents=[1.0] * 10 + [0.0] + [1.0] * 5
    )  # 03:00 the first time, an hour before 03:00 the second
    assert (
        str(place_breaks(duties, later, [night]).query("scheduled == 'lunch'")["start"].iloc[0])
        == "2026-10-25 03:00:00+03:00"
    )
    latest = wanted.assign(agents=[1.0] * 10 + [1.0] * 5 + [0.0])
    assert place_breaks(duties, latest, [night])["end"].max() == duties["end"].iloc[0]


def test_breaks_gather_where_nobody_is_asked_for():
    duties = duties_of([(f"a{k}", "part", 0, 8) for k in range(4)])
    wanted = need([4, 4, 4], AT + pd.Timedelta("8h"))  # until 9:30; breaks may begin from then on
    found = place_breaks(duties, wanted, [PART])
    assert key(found, wanted)[1] == 0 and found.query("scheduled == 'break'")["start"].min() >= AT + pd.Timedelta(
        "9h30min"
    )


@pytest.mark.parametrize(
    "wrong, words",
    [
        (lambda d, r: (d.assign(shift="none"), r), "none of the shifts"),
        (lambda d, r: (d, r.head(0)), "got none"),
        (lambda d, r: (d, r.assign(agents=-1.0)), "0 or more"),
        (lambda d, r: (d, pd.concat([r, r])), "twice"),
        (
            lambda d, r: (
                d.assign(
                    start=d["start"].dt.tz_localize("Europe/Helsinki"), end=d["end"].dt.tz_localize("Europe/Helsinki")
                ),
                r,
            ),
            "time zone",
        ),
        (lambda d, r: (d.assign(start=d["start"] + pd.Timedelta("17s")), r), "whole minutes"),
        (lambda d, r: (d.assign(end=d["start"]), r), "end must come after start"),
        (lambda d, r: (d.drop(columns="agent"), r), "missing: agent"),
        (lambda d, r: (d, r.assign(agents=np.nan)), "blank"),
        (lambda d, r: (d, r.assign(agents="two")), "agents must be a column of numbers"),
    ],
)
def test_what_does_not_fit_is_told_in_words(wrong, words):
    duties, wanted = wrong(duties_of([("a", "part", 0, 8)]), need([1] * 8))
    with pytest.raises(ValueError, match=words):
        place_breaks(duties, wanted, [PART])


def test_a_roster_without_duties_has_no_activities():
    duties = duties_of([("a", "part", 0, 8)]).head(0)
    assert len(place_breaks(duties, need([1] * 8), [PART])) == 0


def test_a_duty_cut_short_keeps_the_breaks_that_fit():
    duties = duties_of([("a", "full", 0, 8)])
    duties["end"] = duties["start"] + pd.Timedelta("4h")
    found = place_breaks(duties, need([1] * 8), [FULL])
    assert (
        found["scheduled"].tolist() == ["work", "break", "work", "lunch", "work"]
        and found["end"].max() == duties["end"].iloc[0]
    )


@pytest.mark.parametrize("every_s", ["often", 30, 100.5])
def test_steps_that_cannot_be_are_told_in_words(every_s):
    with pytest.raises(ValueError, match="every_s must be"):
        place_breaks(duties_of([("a", "part", 0, 8)]), need([1] * 8), [PART], every_s=every_s)


def test_times_with_and_without_a_zone_are_not_held_against_each_other():
    """Eight o'clock in Helsinki is no five o'clock of nowhere: nobody would be at a desk, and nobody told."""
    plain, zoned = duties_of([("a", "part", 0, 8)]), duties_of([("a", "part", 0, 8)], "Europe/Helsinki")
    placed = place_breaks(plain, need([1] * 8), [PART])
    with pytest.raises(ValueError, match="activities and intervals must both have a time zone"):
        desk_cover(zoned.assign(scheduled="work"), need([1] * 8)["start"], 1800)
    with pytest.raises(ValueError, match="placed and duties must both have a time zone"):
        wanted = need([1] * 8, start=pd.Timestamp(zoned["start"].iloc[0]))
        place_breaks(zoned, wanted, [PART], placed=placed)


def test_breaks_that_have_begun_in_the_hour_that_comes_twice_stay():
    """At half past three for the first time the break of three is under way and stays, though later is as good."""
    night = pd.Timestamp("2026-10-25 00:00", tz="Europe/Helsinki")
    duties = pd.DataFrame(
        {"agent": ["a"], "day": [night.tz_localize(None)], "shift": PART.name, "start": night,
         "end": night + pd.Timedelta(seconds=PART.length_s)}
    )  # fmt: skip
    wanted = need([1] * 8, start=night)
    placed = place_breaks(duties, wanted, [PART])
    again = place_breaks(duties, wanted, [PART], placed=placed, since="2026-10-25 03:30")
    begun = placed["start"] < pd.Timestamp("2026-10-25 03:30+03:00")
    assert again[again["start"].isin(placed["start"][begun])]["start"].tolist() == placed["start"][begun].tolist()
