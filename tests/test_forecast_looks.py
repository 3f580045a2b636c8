"""What the charts of a forecast are drawn from, against histories whose parts are known by construction."""

import numpy as np
import pandas as pd
import pytest

from ccplan.data import Centre, Queue
from ccplan.planning import forecast_queues
from ccplan.planning.forecasting import looks

WEEKDAY = np.array([1.4, 1.1, 1.0, 1.0, 0.9, 0.5, 0.4])
HOURS = np.array([1.0, 3.0, 4.0, 2.0])  # of four slots, contacts in proportion
CENTRE = Centre(name="Example", interval_s=3600, queues=(Queue(name="q"),))


def history(days=140, level=200.0, noise=0.0, seed=1, chance=False):
    """Four hours from 8 to 12 a day: level × weekday × hour, a day's own factor, by chance if asked."""
    rng = np.random.default_rng(seed)
    dates = pd.date_range("2026-01-05", periods=days)  # a Monday
    factor = rng.gamma(1 / noise**2, noise**2, days) if noise else np.ones(days)
    mean = (level * WEEKDAY[dates.day_of_week] * factor)[:, None] * HOURS / HOURS.sum()
    counts = rng.poisson(mean) if chance else mean
    start = dates.repeat(4) + pd.to_timedelta(np.tile([8, 9, 10, 11], days), unit="h")
    return pd.DataFrame({"queue": "q", "start": start, "offered": counts.ravel().astype(float)})


@pytest.fixture(scope="module")
def found():
    """A year and more of noisy days, forecast with paths."""
    (one,) = forecast_queues(
        history(days=300, noise=0.1, chance=True), CENTRE, "14d", samples=200, method="calendar regression"
    )
    return one


def test_a_days_parts_are_those_it_was_made_of():
    parts = looks.days_by_part(history(), CENTRE).set_index("day")
    inner = parts.iloc[14:-14]
    shape = WEEKDAY / WEEKDAY.mean()
    assert inner["weekday"].to_numpy() == pytest.approx(shape[inner.index.day_of_week], rel=0.01)
    assert inner["level"].to_numpy() == pytest.approx(200 * WEEKDAY.mean(), rel=0.02)
    assert (inner["season"] == 1).all(), "twenty weeks hold no year"
    product = parts[["level", "weekday", "calendar", "season", "remainder"]].prod(axis=1)
    assert product.to_numpy() == pytest.approx(parts["offered"].to_numpy())


def test_the_season_of_two_years_is_found_and_has_a_mean_of_nothing():
    rows = history(days=730)
    turn = 2 * np.pi * rows["start"].dt.day_of_year / 365.25
    rows["offered"] *= 1 + 0.2 * np.cos(turn)
    parts = looks.days_by_part(rows, CENTRE).tail(365).set_index("day")
    season = 1 + 0.2 * np.cos(2 * np.pi * parts.index.day_of_year / 365.25)
    assert parts["season"].to_numpy() == pytest.approx(season, abs=0.05)
    assert np.log(parts["season"]).mean() == pytest.approx(0, abs=0.01)


def test_a_wild_and_a_missing_day_are_shown_with_what_they_are_taken_as():
    rows = history(noise=0.05)
    day = rows["start"].dt.normalize()
    rows = rows[day != "2026-03-11"]
    rows.loc[day == "2026-04-15", "offered"] *= 10
    days = looks.history_days(rows, CENTRE).set_index("day")
    odd = days[days["why"] != ""]
    assert odd["why"].to_dict() == {pd.Timestamp("2026-03-11"): "missing", pd.Timestamp("2026-04-15"): "unusually many"}
    assert odd["taken_as"].iloc[0] == pytest.approx(200, rel=0.1) and np.isnan(odd["offered"].iloc[0])
    assert 200 < odd["taken_as"].iloc[1] < 500 < odd["offered"].iloc[1]
    listed = looks.repaired_days(rows, CENTRE)
    assert listed["day"].tolist() == odd.index.tolist() and set(listed["queue"]) == {"q"}


def test_events_and_holidays_stand_beside_their_days():
    centre = Centre(name="Example", country="FI", interval_s=3600, queues=(Queue(name="q"),))
    events = pd.DataFrame({"event": ["sale"], "start": ["2026-03-02"], "end": ["2026-03-04"], "decay_days": [0.0]})
    days = looks.history_days(history(), centre, events=events).set_index("day")
    assert days.index[days["event"] == "sale"].strftime("%d.%m.").tolist() == ["02.03.", "03.03.", "04.03."]
    assert days.loc["2026-05-01", "holiday"] != "" and days.loc["2026-05-06", "holiday"] == ""


def test_nothing_from_the_date_on_is_looked_at():
    rows, at = history(noise=0.1, chance=True), "2026-04-01"
    other = rows.assign(offered=rows["offered"].where(rows["start"] < at, 9_999))
    for look in (looks.history_days, looks.days_by_part, looks.week_shape):
        pd.testing.assert_frame_equal(look(rows, CENTRE, at=at), look(other, CENTRE, at=at))


def test_the_weeks_shape_adds_up_to_the_day_and_keeps_its_hours():
    shape = looks.week_shape(history(), CENTRE)
    assert shape.groupby("weekday")["contacts"].sum().to_numpy() == pytest.approx(200 * WEEKDAY, rel=0.01)
    monday = shape[shape["weekday"] == 0].set_index("hour")["contacts"]
    assert (monday / monday.sum()).to_dict() == pytest.approx(
        dict(zip([8, 9, 10, 11], HOURS / HOURS.sum(), strict=True)), abs=0.01
    )


def test_chances_error_is_that_of_poisson_counts():
    counts = np.arange(400)
    for mean in (0.2, 1.0, 7.5, 90.0):
        chances = np.exp(counts * np.log(mean) - mean - np.concatenate([[0], np.cumsum(np.log(np.arange(1, 400)))]))
        assert looks.chance_error(mean) == pytest.approx((np.abs(counts - mean) * chances).sum(), rel=1e-9)


def test_errors_ahead_are_sums_over_origins_and_slots(found):
    tested, ahead = found.tested, looks.errors_ahead(found.tested)
    actual, mean = tested.actual[:, 2], tested.means[tested.chosen][:, 2]
    assert ahead.loc[2, "wape"] == pytest.approx(np.nansum(np.abs(actual - mean)) / np.nansum(actual))
    assert (ahead["chance"] < ahead["wape"]).mean() > 0.9, "nobody forecasts better than chance allows"
    assert ahead["naive"].isna().all(), "only the one method was tested"
    hours = looks.errors_by_hour(tested, found.ahead.slots)
    assert hours["hour"].tolist() == [8, 9, 10, 11] and hours["contacts"].sum() == pytest.approx(1)
    assert (hours["wape"] * hours["contacts"]).sum() == pytest.approx(
        np.nansum(np.abs(tested.actual - tested.means[tested.chosen])) / np.nansum(tested.actual)
    )


def test_calibration_of_a_well_behaved_queue_lies_on_the_line(found):
    held = looks.calibration(found.tested).set_index("level")
    assert (held["intervals"] - held.index).abs().max() < 0.03
    assert (held["days"] - held.index).abs().max() < 0.13, "some two hundred days, not independent"
    assert held["held_out_intervals"].iloc[0] == np.isfinite(found.tested.actual[:, :, 8:12]).sum()
    assert looks.coverage(found.tested) == pytest.approx(
        held.loc[0.9, "intervals"] - held.loc[0.1, "intervals"], abs=0.01
    )


def test_a_band_of_totals_is_narrower_than_the_sum_of_its_parts(found):
    days = looks.with_band(found.frame)
    total = looks.with_band(found.frame, by=pd.Series(0, found.frame.index)).iloc[0]
    assert days["offered"].sum() == pytest.approx(total["offered"])
    assert total["offered_p90"] - total["offered_p10"] < (days["offered_p90"] - days["offered_p10"]).sum()
    paths = found.frame.filter(like="path_").to_numpy()[:4].sum(axis=0)
    assert days["offered_p90"].iloc[0] == pytest.approx(np.quantile(paths, 0.9))


def test_a_forecast_without_paths_has_no_band_of_totals():
    with pytest.raises(ValueError, match="ask for some with samples=1000"):
        looks.with_band(pd.DataFrame({"start": pd.to_datetime(["2026-01-01"]), "offered": [1.0]}))


def test_a_history_in_utc_is_looked_at_by_the_centres_clock():
    """Eleven at night by UTC is two in the morning of the next day in Helsinki in summer."""
    start = pd.date_range("2026-06-01 23:00", periods=28, freq="D", tz="UTC")
    rows = pd.DataFrame({"queue": "q", "start": start, "offered": 10.0})
    centre = Centre(name="E", time_zone="Europe/Helsinki", interval_s=3600, queues=(Queue(name="q"),))
    assert looks.history_days(rows, centre)["day"].iloc[0] == pd.Timestamp("2026-06-02")
    assert set(looks.week_shape(rows, centre)["hour"]) == {2.0}
