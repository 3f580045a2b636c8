"""Odd histories, centres and questions: each works in a stated way or is refused in words; no warning, no nan."""

import numpy as np
import pandas as pd
import pytest

from ccplan.data import Centre, OpeningHours, Queue
from ccplan.planning import forecast, forecast_queues

ALWAYS = OpeningHours()
SHAPE = np.array([2, 1, 1, 1, 1, 2, 4, 8, 14, 18, 20, 20, 18, 18, 18, 17, 16, 14, 11, 9, 7, 5, 4, 3], float)


def quick(*what, **more):
    """A forecast by one model: where it is not the models that are tested."""
    return forecast(*what, method="calendar regression", **more)


def centre(*names, interval_s=3600, hours=ALWAYS, zone="UTC", country=""):
    return Centre(
        name="Edge",
        time_zone=zone,
        country=country,
        interval_s=interval_s,
        queues=tuple(Queue(name=name, hours=hours) for name in names or ("q",)),
    )


def hours_of(days, start="2026-01-05", scale=1.0, queue="q", zone=None, seed=3):
    """Hourly Poisson counts, weekends at 40 %."""
    stamps = pd.date_range(start, periods=24 * days, freq="h", tz=zone)
    mean = scale * SHAPE[stamps.hour] * np.where(stamps.day_of_week < 5, 1.0, 0.4)
    return pd.DataFrame({"queue": queue, "start": stamps, "offered": np.random.default_rng(seed).poisson(mean)})


def sound(frame, quantiles=("offered_p10", "offered_p50", "offered_p90")):
    """What every forecast keeps: no nan, nothing below 0, quantiles in order, a row an interval, times in order."""
    assert not frame.isna().any().any()
    numbers = frame.select_dtypes("number")
    assert np.isfinite(numbers.to_numpy()).all() and (numbers >= 0).all().all()
    for low, high in zip(quantiles, quantiles[1:], strict=False):
        assert (frame[low] <= frame[high] + 1e-9).all()
    assert not frame.duplicated(["queue", "start"]).any()
    assert all(rows["start"].is_monotonic_increasing for _, rows in frame.groupby("queue"))
    return frame


def daily(frame):
    return frame.groupby(frame["start"].dt.tz_localize(None).dt.normalize())["offered"].sum()


def test_a_week_of_history():
    past = hours_of(7)
    found = sound(forecast(past, centre(), "14d"))
    assert len(found) == 14 * 24
    assert daily(found).iloc[:7].to_numpy() == pytest.approx(daily(past).to_numpy(), rel=0.35), "like the week seen"


def test_a_single_interval():
    past = pd.DataFrame({"queue": ["q"], "start": pd.to_datetime(["2026-09-01 10:00"]), "offered": [12]})
    found = sound(forecast(past, centre(), "7d"))
    assert found["offered"].max() <= 12 + 1e-9


def test_all_zeros_stay_zero():
    found = sound(forecast(hours_of(60).assign(offered=0), centre(), "7d", samples=5))
    assert (found.drop(columns=["queue", "start", "aht_s"]) == 0).all().all() and len(found) == 7 * 24


def test_a_new_queue_borrows_its_mean_and_shape_and_is_less_sure():
    old, new = forecast_queues(
        hours_of(60, scale=20),
        centre("q", "new"),
        "7d",
        method="calendar regression",
        borrow={"new": ("q", 0.25)},
        samples=50,
    )
    sound(old.frame), sound(new.frame)
    assert new.queue == "new" and new.method == "borrowed: 0.25 × q"
    assert new.frame["offered"].to_numpy() == pytest.approx(0.25 * old.frame["offered"].to_numpy())
    width = [
        ((one.frame["offered_p90"] - one.frame["offered_p10"]) / one.frame["offered"]).median() for one in (old, new)
    ]
    assert width[1] > 1.5 * width[0]
    week = new.frame.filter(like="path_").sum()
    assert week.std() / week.mean() == pytest.approx(0.25, abs=0.12), "nobody knows the new level to a quarter"


@pytest.mark.parametrize(
    "borrow, words",
    [
        ({"nix": ("q", 1.0)}, "queue must be one of q, new, got 'nix'"),
        ({"new": "q"}, "borrow must be {new queue: (queue it is like, factor)}"),
        ({"new": ("nix", 1.0)}, "can only be like a queue with a history (q), got 'nix'"),
        ({"q": ("q", 1.0)}, "q has a history of its own"),
        ({"new": ("q", 0.0)}, r"factor of new must be in (0, 1e+06], got 0"),
    ],
)
def test_a_loan_that_cannot_be_is_refused(borrow, words):
    with pytest.raises(ValueError) as refused:
        forecast(hours_of(14), centre("q", "new"), "7d", borrow=borrow)
    assert words in str(refused.value)


def test_a_queue_whose_counts_are_all_missing_is_refused_with_the_remedy():
    past = pd.concat([hours_of(30), hours_of(30, queue="new").assign(offered=np.nan)])
    with pytest.raises(ValueError, match=r"new has no counts .*borrow"):
        forecast(past, centre("q", "new"), "7d")


def test_negative_counts_are_refused_in_words():
    past = hours_of(20).astype({"offered": float})
    past.loc[7, "offered"] = -3
    with pytest.raises(ValueError, match=r"offered must be in \[0, .*got -3"):
        forecast(past, centre(), "7d")


def test_missing_counts_are_unknown_not_zero():
    past = hours_of(70, scale=10).astype({"offered": float})
    whole = quick(past, centre(), "7d")
    past.loc[np.random.default_rng(0).random(len(past)) < 0.2, "offered"] = np.nan
    holes = sound(quick(past, centre(), "7d"))
    assert holes["offered"].sum() == pytest.approx(whole["offered"].sum(), rel=0.03)


def test_a_queue_over_midnight():
    hours = OpeningHours.of(every_day="22:00-06:00")
    past = hours_of(63)
    past = past[hours.is_open(past["start"])]
    found = sound(forecast(past, centre(hours=hours), "7d"))
    assert set(found["start"].dt.hour) == {22, 23, 0, 1, 2, 3, 4, 5} and len(found) == 7 * 8


@pytest.mark.parametrize("at, hours", [("2026-03-28", [24, 23, 24]), ("2026-10-24", [24, 25, 24])])
def test_days_on_which_the_clock_changes(at, hours):
    """In Helsinki 29 March 2026 has 23 hours, 25 October 25: a row for each hour that there is."""
    stamps = pd.date_range(
        pd.Timestamp(at) - pd.Timedelta(days=70), at, freq="h", tz="Europe/Helsinki", inclusive="left"
    )
    past = pd.DataFrame({"queue": "q", "start": stamps, "offered": SHAPE[stamps.hour] * 3})
    found = sound(quick(past, centre(zone="Europe/Helsinki"), "3d"))
    wanted = pd.date_range(
        at, pd.Timestamp(at) + pd.Timedelta(days=3), freq="h", tz="Europe/Helsinki", inclusive="left"
    )
    assert pd.DatetimeIndex(found["start"]).equals(wanted.as_unit(found["start"].dt.unit))
    assert found.groupby(found["start"].dt.date).size().tolist() == hours


@pytest.mark.parametrize("at", ["2026-04-12", "2026-11-08"])
def test_a_clock_change_in_the_history(at):
    stamps = pd.date_range(
        pd.Timestamp(at) - pd.Timedelta(days=70), at, freq="h", tz="Europe/Helsinki", inclusive="left"
    )
    past = pd.DataFrame({"queue": "q", "start": stamps, "offered": SHAPE[stamps.hour] * 3})
    found = sound(quick(past, centre(zone="Europe/Helsinki"), "7d"))
    assert found["offered"].to_numpy() == pytest.approx(np.tile(SHAPE, 7) * 3, rel=0.02)


@pytest.mark.parametrize("interval_s", [900, 3600, 86400])
def test_intervals_of_any_length(interval_s):
    quarters = hours_of(63, scale=8)
    past = quarters.loc[quarters.index.repeat(4)].reset_index(drop=True)
    past["start"] += pd.to_timedelta(np.tile(np.arange(4) * 15, len(quarters)), unit="min")
    past["offered"] = past["offered"] / 4
    past = past.assign(start=past["start"].dt.floor(f"{interval_s}s"))
    past = past.groupby(["queue", "start"], as_index=False)["offered"].sum()
    found = sound(forecast(past, centre(interval_s=interval_s), "7d"))
    assert len(found) == 7 * 86400 // interval_s
    assert daily(found).to_numpy() == pytest.approx(
        daily(past).iloc[-35:].to_numpy().reshape(5, 7).mean(axis=0), rel=0.1
    )


def test_times_in_utc():
    past = hours_of(63, zone="UTC")
    naive = quick(hours_of(63), centre(), "7d")
    found = sound(quick(past, centre(), "7d"))
    assert str(found["start"].dt.tz) == "UTC"
    assert found["offered"].to_numpy() == pytest.approx(naive["offered"].to_numpy())


@pytest.mark.parametrize("name", ["Kundendienst – Süd/Nord", "=cmd|' /C calc'!A0", "  spaces  ", "صف", "0", 'a,"b"\n'])
def test_names_with_odd_characters(name):
    found = sound(quick(hours_of(21, queue=name), centre(name), "2d", samples=2))
    assert found["queue"].unique().tolist() == [name]


def test_a_centre_of_working_days():
    hours = OpeningHours.of(weekdays="08:00-16:00")
    past = hours_of(70)
    past = past[hours.is_open(past["start"])]
    found = sound(quick(past, centre(hours=hours), "14d"))
    assert len(found) == 10 * 8 and found["start"].dt.day_of_week.max() == 4


def test_horizons_of_a_day_and_of_two_years():
    past = hours_of(120, scale=5)
    assert len(sound(quick(past, centre(), "1d"))) == 24
    assert len(sound(quick(past, centre(), 1))) == 24
    assert len(sound(quick(past, centre(), pd.Timedelta(hours=1)))) == 1
    long = sound(quick(past, centre(), "24 months"))
    assert long["start"].dt.to_period("M").nunique() == 25 and daily(long).max() < 2 * daily(past).max()


def test_days_from_a_spreadsheet_are_days():
    past = hours_of(14)
    pd.testing.assert_frame_equal(quick(past, centre(), 2.0), quick(past, centre(), "2d"))


@pytest.mark.parametrize("horizon", ["", "0d", "-3d", "4 years", "soon", 0, 2.5, np.nan, True, 2.5j, None, "99999d"])
def test_a_horizon_that_cannot_be_is_refused(horizon):
    with pytest.raises(ValueError, match="horizon must be"):
        forecast(hours_of(14), centre(), horizon)


def test_as_of_the_middle_of_a_day():
    past = hours_of(63)
    found = sound(quick(past, centre(), "1d", at="2026-03-04 12:00"))
    assert found["start"].min() == pd.Timestamp("2026-03-04 12:00") and len(found) == 24
    later = past.assign(offered=past["offered"].where(past["start"] < pd.Timestamp("2026-03-04 12:00"), 9999))
    pd.testing.assert_frame_equal(found, quick(later, centre(), "1d", at="2026-03-04 12:00"))


@pytest.mark.parametrize(
    "at, words",
    [
        ("2026-01-05", "there is no row before it"),
        ("2020-01-01", "there is no row before it"),
        ("yesterday-ish", "at must be a date"),
        (pd.NaT, "at must be a date"),
    ],
)
def test_as_of_no_time_is_refused(at, words):
    with pytest.raises(ValueError, match=words):
        forecast(hours_of(14), centre(), "7d", at=at)


@pytest.mark.parametrize("levels", [(0.0, 0.5), (1.0,), (10, 50, 90), (-0.1,), ("a",), (np.nan,)])
def test_levels_outside_the_open_interval_are_refused(levels):
    with pytest.raises(ValueError, match="levels"):
        forecast(hours_of(14), centre(), "7d", levels=levels)


def test_other_levels_have_their_columns():
    found = quick(hours_of(35), centre(), "1d", levels=(0.05, 0.25, 0.975))
    sound(found, ("offered_p5", "offered_p25", "offered_p97.5"))


@pytest.mark.parametrize("samples", [-1, 2.5, "many"])
def test_samples_that_cannot_be_are_refused(samples):
    with pytest.raises(ValueError, match="samples"):
        forecast(hours_of(14), centre(), "1d", samples=samples)


def test_the_order_of_rows_changes_nothing():
    past = pd.concat([hours_of(63), hours_of(63, queue="r", scale=2, seed=4)], ignore_index=True)
    straight = quick(past, centre("q", "r"), "7d", samples=3, seed=11)
    mixed = quick(past.sample(frac=1, random_state=1), centre("q", "r"), "7d", samples=3, seed=11)
    order = dict(by=["queue", "start"], ignore_index=True)
    pd.testing.assert_frame_equal(straight.sort_values(**order), mixed.sort_values(**order))


def test_samples_follow_their_seed():
    past = hours_of(63)
    one, two, three = (quick(past, centre(), "2d", samples=4, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, two)
    assert not one["path_1"].equals(three["path_1"]) and one["offered"].equals(three["offered"])
    alone = quick(pd.concat([past, hours_of(63, queue="a", seed=9)]), centre("a", "q"), "2d", samples=4, seed=1)
    assert alone.loc[alone["queue"] == "q", "path_1"].tolist() == one["path_1"].tolist(), "other queues change nothing"


def test_an_interval_that_stands_twice_is_refused():
    past = hours_of(14)
    with pytest.raises(ValueError, match=r"history must hold an interval once, got q 2026-01-05 03:00:00 twice"):
        forecast(pd.concat([past, past.iloc[3:5]]), centre(), "7d")


def test_the_repeated_hour_may_stand_twice_without_a_zone():
    """A table without a zone shows 03:00 of 26 October 2025 twice, by the centre's clock; no other hour may."""
    stamps = pd.date_range("2025-09-01", "2025-11-10", freq="h", tz="Europe/Helsinki", inclusive="left").tz_localize(
        None
    )
    past = pd.DataFrame({"queue": "q", "start": stamps, "offered": SHAPE[stamps.hour]})
    assert past["start"].duplicated().sum() == 1
    sound(quick(past, centre(zone="Europe/Helsinki"), "2d"))
    with pytest.raises(ValueError, match="2025-10-26 03:00:00 twice"):
        quick(past, centre(), "2d")


def test_times_in_utc_are_read_by_the_centres_clock():
    hours = OpeningHours.of(weekdays="08:00-16:00")
    stamps = pd.date_range("2026-06-01", periods=63 * 24, freq="h", tz="Europe/Helsinki")
    past = pd.DataFrame({"queue": "q", "start": stamps, "offered": SHAPE[stamps.hour] * 3})
    past = past[hours.is_open(past["start"])]
    there = centre(hours=hours, zone="Europe/Helsinki")
    pd.testing.assert_frame_equal(
        forecast(past.assign(start=past["start"].dt.tz_convert("UTC")), there, "7d"), forecast(past, there, "7d")
    )


def test_very_large_counts():
    found = sound(quick(hours_of(63, scale=1e7), centre(), "7d", samples=2))
    past = hours_of(63, scale=1e7)
    assert daily(found).sum() == pytest.approx(daily(past).iloc[-7:].sum(), rel=0.02)
    with pytest.raises(ValueError, match="offered must be in"):
        quick(past.assign(offered=1e15), centre(), "7d")


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_infinite_counts_are_refused(value):
    past = hours_of(14).astype({"offered": float})
    past.loc[3, "offered"] = value
    with pytest.raises(ValueError, match="offered must be in"):
        forecast(past, centre(), "7d")


def test_one_huge_outlier_is_repaired_and_listed():
    past = hours_of(70, scale=10)
    calm = quick(past, centre(), "7d")
    odd = past.copy()
    odd.loc[24 * 60 + 11, "offered"] = 1_000_000
    (one,) = forecast_queues(odd, centre(), "7d", method="calendar regression")
    assert sound(one.frame)["offered"].sum() == pytest.approx(calm["offered"].sum(), rel=0.1)
    repairs = one.repairs.set_index("day")
    assert repairs.loc[pd.Timestamp("2026-03-06"), "why"] == "unusually many"


def test_a_gap_of_a_month():
    past = hours_of(120, scale=5)
    gap = past[~past["start"].between("2026-03-01", "2026-03-31 23:59")]
    (one,) = forecast_queues(gap, centre(), "7d", method="calendar regression")
    assert sound(one.frame)["offered"].sum() == pytest.approx(daily(past).iloc[-7:].sum(), rel=0.1)
    assert (one.repairs["why"] == "missing").sum() == 31


def test_history_that_is_no_history_is_refused():
    past = hours_of(14)
    for wrong, words in [
        (past.iloc[:0], "at least one row"),
        (past.drop(columns="offered"), "missing: offered"),
        (past.assign(start=past["start"].astype(str)), "start must be a column of timestamps"),
        (past.assign(offered="12"), "offered must be a column of numbers"),
        (past.assign(queue="nix"), "queue must be one of q, got 'nix'"),
        (past.assign(start=past["start"].where(past.index != 5)), "start must not be empty"),
        (pd.concat([past, past[["offered"]]], axis=1), "each column once, got offered twice"),
        (None, "history must be a table"),
    ]:
        with pytest.raises(ValueError, match=words):
            forecast(wrong, centre(), "7d")


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match="method must be one of auto, combination"):
        forecast(hours_of(14), centre(), "7d", method="magic")


def test_a_queue_that_closed_long_ago_still_ends_where_its_own_history_does():
    """Histories of different ends: without `at` each forecast begins where its own ends; with it all together."""
    past = pd.concat([hours_of(63), hours_of(28, queue="r")])
    found = quick(past, centre("q", "r"), "2d", at="2026-03-09")
    assert found.groupby("queue")["start"].min().tolist() == [pd.Timestamp("2026-03-09")] * 2


def test_extra_columns_and_categories_do_not_disturb():
    past = hours_of(28).assign(note="x").astype({"queue": "category"})
    past["queue"] = past["queue"].cat.add_categories("unused")
    sound(quick(past, centre(), "1d"))


def test_handle_time_where_nobody_was_answered_is_the_centres():
    found = quick(hours_of(28).assign(answered=0, talk_s=0.0), centre(), "1d")
    assert (found["aht_s"] == 300).all()


def test_a_queue_that_opens_on_more_weekdays_than_before():
    """Mondays alone for a hundred days, then Tuesdays too: the models' parameters of the one week fit no other."""
    days = pd.date_range("2026-03-02", periods=140, freq="D")
    open_days = (days.day_of_week == 0) | ((days.day_of_week == 1) & (np.arange(140) >= 100))
    counts = np.random.default_rng(0).poisson(100, open_days.sum())
    past = pd.DataFrame({"queue": "q", "start": days[open_days], "offered": counts})
    found = sound(forecast(past, centre(interval_s=86400), "14d"))
    assert found["start"].dt.day_of_week.tolist() == [0, 1, 0, 1]
    assert found["offered"].to_numpy() == pytest.approx(100, rel=0.15)
