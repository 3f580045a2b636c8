"""The schedule's panel, charts and tables against `cover_shifts` asked directly, and against sums by hand."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from ccplan.data import Centre, Queue, Rostering
from ccplan.data.centre import Shrinkage
from ccplan.data.hours import OpeningHours
from ccplan.data.shifts import Break, Shift
from ccplan.display import fairness_chart, roster_chart, schedule_case, show
from ccplan.display.scheduling import case as cases, tables
from ccplan.display.scheduling.cover_charts import cover_chart, cover_rows, start_rows, week_cover_chart
from ccplan.display.scheduling.panel import ScheduleDesk
from ccplan.display.scheduling.roster_charts import fairness_rows, roster_rows
from ccplan.display.scheduling.today import duties_of, hard_day, today_of
from ccplan.display.scheduling.view import ScheduleGround
from ccplan.display.words.source import sketch_schedule
from ccplan.planning import at_desk_share, cover_shifts, desk_requirement, roster, shifts_of_queue, staff
from ccplan.queueing import performance
from tests.panel_actions import message, rested, words

MONDAY = pd.Timestamp("2026-05-04")


@pytest.fixture(scope="module")
def ground():
    return sketch_schedule()


def direct(ground, volume=1.0, off_desk=0.0, **more):
    """The same week by the library's own functions, day by day."""
    calls, _ = ground.of("front")
    staffed = staff(calls.assign(offered=calls["offered"] * volume), ground.centre)
    share = at_desk_share(ground.centre) - off_desk
    need = staffed[["start", "offered", "aht_s"]].assign(agents=staffed["agents"] / share)
    days = need["start"].dt.date
    return [
        cover_shifts(
            need[days == day],
            ground.centre.shifts,
            centre=ground.centre,
            queue="front",
            at_desk=share,
            within=0.02,
            **more,
        )
        for day in days.unique()
    ]


def number(tiles, name):
    return float(words(tiles)[name].replace(",", "").replace("EUR", "").replace("%", ""))


@pytest.mark.parametrize(
    "turned, asked",
    [
        ({}, {}),
        ({"volume": "20"}, {"volume": 1.2}),
        ({"off_desk": "10"}, {"off_desk": 0.1}),
        ({"missing_hour": "15"}, {"missing_hour": 15}),
        ({"people": "12"}, {"people": 12}),
    ],
)
def test_the_tiles_at_rest_are_those_of_cover_shifts(ground, turned, asked):
    told = rested(ScheduleDesk(ground), **turned)
    covers = direct(ground, **asked)
    assert not told["unsettled"] and "Whole people" in told["against"]
    assert number(told["tiles"], "cost") == pytest.approx(sum(one.cost for one in covers), abs=0.5)
    assert number(told["tiles"], "hours") == pytest.approx(sum(one.hours for one in covers), abs=0.05)
    assert number(told["tiles"], "missing") == pytest.approx(sum(one.shortage_hours for one in covers), abs=0.05)
    every = pd.concat([one.intervals for one in covers])
    assert number(told["tiles"], "service") == pytest.approx(
        100 * (every["service_level"] * every["offered"]).sum() / every["offered"].sum(), abs=0.06
    )
    assert number(told["tiles"], "worst") == pytest.approx(100 * every["service_level"].min(), abs=0.06)
    json.dumps(told, allow_nan=False)


def test_people_in_parts_are_never_dearer_than_whole_ones_and_are_said_to_be_parts(ground):
    desk = ScheduleDesk(ground)
    for volume in ("-20", "10", "35"):
        moved = desk.answer(message(desk, volume=volume))
        assert moved["unsettled"] and "in parts" in moved["against"] and desk.view().cover.status == "in parts"
        parts = desk.view().cover
        rested(desk, volume=volume)
        whole = desk.view().cover
        assert parts.objective <= whole.objective + 1e-6 and whole.objective <= parts.objective * 1.1
        assert (whole.shifts["people"] % 1 == 0).all() and whole.gap <= 0.02


def test_limits_are_kept_and_another_length_of_shift_helps(ground):
    desk = ScheduleDesk(ground)
    rested(desk, people="10")
    assert desk.view().cover.shifts.groupby("day")["people"].sum().max() == 10
    rested(desk, people="200", short_most="3")
    shifts = desk.view().cover.shifts
    assert 0 < shifts[shifts["shift"] == "short"].groupby("day")["people"].sum().max() <= 3
    rested(desk, people="200", short_most="0")
    before = desk.view().cover
    rested(desk, people="200", short_most="0", extra_h="5")
    after = desk.view().cover
    assert (
        "extra" in set(after.shifts["shift"])
        and after.bound <= before.objective + 1e-6
        and "short" not in set(after.shifts["shift"])
    )
    assert desk.answer(message(desk, extra_h="0.5"))["warnings"]


def test_the_charts_of_the_panel_are_the_covers_frames(ground):
    desk = ScheduleDesk(ground)
    told = rested(desk, pickers={"day": "Tuesday"})
    cover = desk.view().cover
    mine = cover.intervals[cover.intervals["start"].dt.day_name() == "Tuesday"]
    rows = pd.DataFrame(told["charts"]["day"]["rows"])
    wide = rows[rows["end"] > rows["hour"]]
    assert wide["required"].tolist() == pytest.approx(mine["required"].tolist()) and wide[
        "cover"
    ].tolist() == pytest.approx(mine["cover"].tolist())
    starts = pd.DataFrame(told["charts"]["starts"]["rows"])
    assert starts["people"].sum() == cover.shifts["people"].sum() and told["charts"]["day"]["finding"].startswith(
        "Tuesday: "
    )


# ---------------------------------------------------------------------------------------------------------- from
# desks to shifts


def test_what_shifts_and_roster_hold_is_not_counted_twice():
    centre = Centre(
        name="x",
        queues=(Queue(name="q"),),
        shrinkage=Shrinkage(
            external={"annual leave": 0.10, "public holidays": 0.02, "sickness": 0.06},
            internal={"breaks": 0.07, "training": 0.05},
        ),
    )
    paid = Shift(
        name="s",
        starts="08:00",
        length_s=28800,
        breaks=[Break(length_s=900, earliest_s=3600, latest_s=7200, paid=True)],
    )
    bare = Shift(name="b", starts="08:00", length_s=28800)
    assert at_desk_share(centre, (paid,)) == pytest.approx(0.70 / 0.81) and at_desk_share(
        centre, (bare,)
    ) == pytest.approx(0.70 / 0.88)
    assert at_desk_share(centre, (paid,), causes={"annual leave": "requirement"}) == pytest.approx(0.70 / 0.91)
    multiplied = replace(
        centre,
        shrinkage=replace(
            centre.shrinkage, combine="multiplicative", external={"sickness": 0.1}, internal={"breaks": 0.1}
        ),
    )
    assert at_desk_share(multiplied, (bare,)) == pytest.approx(0.81)
    with pytest.raises(ValueError, match="causes must be"):
        at_desk_share(centre, (paid,), causes={"naps": "shifts"})
    need = desk_requirement(
        pd.DataFrame({"queue": "q", "start": pd.date_range("2026-05-04", periods=2, freq="h"), "agents": [7, 14]}),
        centre,
        (paid,),
    )
    assert need["agents"].tolist() == pytest.approx([8.1, 16.2]) and need["net"].tolist() == [7, 14]


def test_shifts_belong_to_the_queue_in_whose_hours_they_lie():
    shop, night = OpeningHours.of(weekdays="08:00-18:00"), OpeningHours.of(every_day="00:00-24:00")
    shifts = (
        Shift(name="day", starts="08:00-10:00", length_s=28800),
        Shift(name="late", starts="14:00", length_s=28800),
        Shift(name="night", starts="22:00", length_s=28800),
        Shift(name="saturday", starts="10:00", length_s=14400, days=["saturday"]),
    )
    centre = Centre(name="x", queues=(Queue(name="shop", hours=shop), Queue(name="line", hours=night)), shifts=shifts)
    assert [one.name for one in shifts_of_queue(centre, "shop")] == ["day"]
    assert [one.name for one in shifts_of_queue(centre, "line")] == ["late", "night", "saturday"]


def test_the_service_of_a_cover_counts_only_those_at_their_desks():
    centre = Centre(name="x", queues=(Queue(name="q", patience_s=180.0),))
    need = pd.DataFrame(
        {
            "start": pd.date_range(MONDAY + pd.Timedelta("8h"), periods=8, freq="30min"),
            "agents": 10.0,
            "offered": 40.0,
            "aht_s": 300.0,
        }
    )
    cover = cover_shifts(
        need,
        [Shift(name="s", starts="08:00", length_s=14400)],
        centre=centre,
        queue="q",
        at_desk=0.8,
        objective="hours",
    )
    target = centre.queue("q").targets
    model = performance(
        40.0, 300.0, 8.0, interval_s=1800, patience_s=180.0, target_s=target.target_s, definition=target.definition
    )
    assert cover.service_level == pytest.approx(float(model.service_level))
    with pytest.raises(ValueError, match="at_desk"):
        cover_shifts(need, [Shift(name="s", starts="08:00", length_s=14400)], at_desk=0)


def test_a_day_with_many_breaks_is_near_its_bound_at_once():
    hour = np.arange(8, 20, 0.5)
    need = pd.DataFrame(
        {
            "start": MONDAY + pd.to_timedelta(hour * 3600, unit="s"),
            "agents": 32 * np.exp(-(((hour - 11) / 4.5) ** 2)) + 5.3,
        }
    )
    breaks = [
        {"name": "a", "length_s": 900, "earliest_s": 5400, "latest_s": 9000, "paid": True},
        {"length_s": 1800, "earliest_s": 10800, "latest_s": 16200},
        {"name": "b", "length_s": 900, "earliest_s": 19800, "latest_s": 25200, "paid": True},
    ]
    shifts = [
        Shift(name="full", starts="08:00-12:00", length_s=28800, breaks=breaks),
        Shift(name="part", starts="08:00-16:00", length_s=14400, breaks=[breaks[0]]),
    ]
    cover = cover_shifts(need, shifts, within=0.03, limit_s=30)
    assert cover.status == "optimal" and cover.gap <= 0.03 and cover.seconds < 20
    assert cover_shifts(need, shifts, whole=False).objective <= cover.objective


# -------------------------------------------------------------------------------------------------------------
# charts and words


@pytest.fixture(scope="module")
def made():
    """Two weeks of four people by hand: one on leave, one wish that cannot be."""
    days = pd.date_range(MONDAY, periods=14)
    demand = pd.DataFrame(
        {
            "day": days,
            "shift": "day",
            "start": days + pd.Timedelta("8h"),
            "end": days + pd.Timedelta("16h"),
            "people": 2,
            "paid_s": 27000.0,
        }
    )
    people = pd.DataFrame({"agent": ["A", "B", "C", "D"], "weekly_hours": 37.5})
    leave = pd.DataFrame({"agent": ["A"], "start": [MONDAY], "end": [MONDAY + pd.Timedelta(days=4)]})
    wishes = pd.DataFrame({"agent": ["B", "C", "D"], "day": MONDAY, "wish": "off"})
    return roster(
        people, demand, Rostering(free_weekends=0), weeks=2, leave=leave, wishes=wishes, limit_s=20, effort=0.2
    ), leave


def test_the_roster_chart_is_its_duties(made):
    found, leave = made
    rows, days = roster_rows(found, leave)
    assert len(rows) == 4 * 14 and len(days) == 14 and (rows["words"] != "").sum() == len(found.duties)
    assert (
        set(rows.loc[rows["words"] != "", "words"]) == {"8"}
        and rows["refused"].sum() == (~found.wishes["granted"].astype(bool)).sum() > 0
    )
    grey = rows[(rows["agent"] == "A") & rows["day"].isin(days[:5])]
    assert grey["colour"].nunique() == 1 and (grey["words"] == "").all() and grey["colour"].iloc[0] != "#FFFFFF"
    assert "<svg" in show(roster_chart(found, leave, Rostering())).svg


def test_every_dot_of_fairness_is_a_person(made):
    found, _ = made
    rows = fairness_rows(found.fairness)
    assert (
        rows["measure"].tolist() == ["weekend days"] * 4 and rows["value"].sum() == found.fairness["weekend_days"].sum()
    )
    assert not rows.duplicated(["above", "place"]).any() and "<svg" in show(fairness_chart(found)).svg


def test_cover_charts_hold_the_intervals(ground):
    cover = direct(ground)[0]
    rows = cover_rows(cover.intervals)
    wide = rows[rows["end"] > rows["hour"]]
    assert wide["cover"].tolist() == pytest.approx(cover.intervals["cover"].tolist())
    assert wide["short"].sum() == pytest.approx(
        cover.intervals["shortage"].where(cover.intervals["shortage"] > 0.05, 0).sum()
    )
    assert start_rows(cover.shifts)["people"].sum() == cover.shifts["people"].sum()
    assert "<svg" in show(cover_chart(cover)).svg and "<svg" in show(week_cover_chart(cover)).svg


def test_a_folder_with_calls_alone_is_covered_and_told_what_is_missing(tmp_path, ground):
    start = pd.date_range("2026-03-02", "2026-05-04", freq="30min", inclusive="left")
    start = start[(start.hour >= 9) & (start.hour < 17) & (start.dayofweek < 5)]
    calls = pd.DataFrame(
        {
            "queue": "front",
            "start": start.strftime("%Y-%m-%d %H:%M"),
            "offered": 40,
            "answered": 38,
            "abandoned": 2,
            "talk_s": 9000,
            "acw_s": 2400,
        }
    )
    calls.to_csv(tmp_path / "intervals.csv", index=False)
    (tmp_path / "centre.toml").write_text(
        'name = "North"\ntime_zone = "Europe/Helsinki"\n[queues.front]\nchannel = "voice"\n[queues.front.hours]\nweekdays = "09:00-17:00"\n'
    )
    with pytest.raises(ValueError, match="has no shifts"):
        schedule_case(tmp_path)
    with pytest.raises(ValueError, match="weeks must be a whole number of 1 or more, got 0"):
        schedule_case(tmp_path, weeks=0)
    with (tmp_path / "centre.toml").open("a") as file:
        file.write(
            '[shifts.full]\nstarts = "09:00"\nlength_s = 28800\ndays = "weekdays"\n[shifts.half]\nstarts = "09:00-13:00"\nlength_s = 14400\ndays = "weekdays"\n'
        )
    case = schedule_case(tmp_path, weeks=1)
    assert case.first == pd.Timestamp("2026-05-04")
    assert (
        "shifts cover the requirement of front" in str(tables.schedule_answer(case)) and case.cover.status == "optimal"
    )
    for told in (
        tables.roster_picture(case),
        tables.bids_table(case),
        tables.files_table(case),
        tables.refused_table(case),
        today_of(case),
    ):
        assert "There is no table `a" in str(told)


# -------------------------------------------------------------------------------------------------------------
# edges


def two_queues(ground, heads):
    calls, _ = ground.of("front")
    return ScheduleGround(ground.centre, tuple(heads), lambda name: (calls, heads[name]))


def test_where_no_table_tells_the_people_the_dials_of_limits_limit_nobody(ground):
    desk = ScheduleDesk(two_queues(ground, {"front": 0}))
    asked = desk.asked(desk.state)
    assert np.isinf(asked.people) and np.isinf(asked.short_most)
    rested(desk, people="10")
    assert desk.asked(desk.state).people == 10


def test_another_queue_has_its_own_people_unless_the_dial_was_turned(ground):
    desk = ScheduleDesk(two_queues(ground, {"front": 40, "back": 60}))
    places = desk.state.places | {"queue": "back"}
    assert desk.state.values["people"] == 40 and desk.moved(places).values["people"] == 60
    desk.stand(replace(desk.state, values=desk.state.values | {"people": 12.0}))
    assert desk.moved(places).values["people"] == 12


def test_leave_of_people_whose_names_are_numbers_is_theirs(tmp_path):
    people = pd.DataFrame({"agent": pd.Series(["007", "12"], dtype="str")})
    (tmp_path / "leave.csv").write_text(
        "agent,start,end\n007,2026-05-04,2026-05-05\n12,2026-05-06,2026-05-06\n99,2026-05-06,2026-05-06\n"
    )
    leave = cases._leave(tmp_path, None, people, MONDAY, MONDAY + pd.Timedelta(days=6))
    assert leave["agent"].tolist() == ["007", "12"] and leave["start"].tolist() == ["2026-05-04", "2026-05-06"]
    (tmp_path / "wishes.csv").write_text("")
    with pytest.raises(ValueError, match="wishes.csv cannot be read as CSV"):
        cases._wishes(tmp_path, people, MONDAY, 2)


def worked(scheduled, actual="work"):
    start = pd.date_range("2026-05-04 08:00", periods=3, freq="D", tz="Europe/Helsinki")
    told = {"agent": "A", "start": start, "end": start + pd.Timedelta("8h"), "scheduled": scheduled, "actual": actual}
    return pd.DataFrame(told)


def test_where_nobody_was_ill_the_last_day_is_looked_at():
    assert hard_day(worked("work")) == pd.Timestamp("2026-05-06")
    assert hard_day(worked("work", ["work", "sickness", "work"])) == pd.Timestamp("2026-05-05")


def test_who_was_planned_to_be_away_had_no_duty():
    shifts = (Shift(name="day", starts="08:00", length_s=28800),)
    duties = duties_of(worked(["work", "sickness", "leave"]), shifts)
    assert duties["day"].tolist() == [pd.Timestamp("2026-05-04")] and duties["shift"].tolist() == ["day"]


def test_examples_of_a_roster_of_one_week_and_of_one_person(made):
    found, _ = made
    week = found.unmet["day"] < MONDAY + pd.Timedelta(days=7)
    duties = found.duties[found.duties["day"] < MONDAY + pd.Timedelta(days=7)]
    ill = tables.ill_in(replace(found, unmet=found.unmet[week], duties=duties))
    assert ill["start"].item() == MONDAY + pd.Timedelta(days=1) and ill["end"].item() == MONDAY + pd.Timedelta(days=3)
    assert tables.ill_in(found)["start"].item() == MONDAY + pd.Timedelta(days=8)
    alone = SimpleNamespace(people=1, roster=replace(found, duties=duties[duties["agent"] == "B"]))
    assert "nobody to swap with" in str(tables.swap_answer(alone))
