"""The forecast against hand calculation, known truths of made-up series, and its own promises."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from typer.testing import CliRunner

from ccplan.cli import app
from ccplan.data import Centre, OpeningHours, Queue, load_centre, load_intervals, sample_centre
from ccplan.planning import forecast, forecast_queues
from ccplan.planning.forecasting.backtest import held_out_bands, league_table, rolling_origins, wape

from .effort import DEEP

HOURS = 3600
FAST = "calendar regression"


def centre(country="", interval_s=HOURS, **queue):
    return Centre(
        name="x",
        time_zone="Europe/Helsinki",
        country=country,
        interval_s=interval_s,
        queues=(Queue(name="q", **queue),),
    )


def made_up(days=180, *, first="2026-01-01", level=40.0, day_noise=0.0, seed=1, effect=None, zone=None):
    """Hourly Poisson counts of a known course: a sine by day, weekends at half, a log-normal day factor."""
    generator = np.random.default_rng(seed)
    start = pd.date_range(first, periods=24 * days, freq="h")
    mean = level * (1 + np.sin((start.hour - 8) / 24 * 2 * np.pi)) * np.where(start.day_of_week < 5, 1.0, 0.5)
    mean = mean * np.repeat(np.exp(generator.normal(0, day_noise, days)), 24)
    if effect is not None:
        mean = mean * effect(start)
    offered = generator.poisson(mean)
    stamps = start.tz_localize(zone, nonexistent="NaT", ambiguous=np.ones(len(start), bool)) if zone else start
    return pd.DataFrame({"queue": "q", "start": stamps, "offered": offered, "mean": mean}).dropna(
        subset="start", ignore_index=True
    )


def test_the_columns_are_those_of_the_design():
    said = forecast(made_up(60), centre(), "3d", levels=(0.05, 0.5, 0.9), method=FAST, samples=2)
    assert list(said) == [
        "queue",
        "start",
        "offered",
        "offered_p5",
        "offered_p50",
        "offered_p90",
        "aht_s",
        "path_1",
        "path_2",
    ]
    assert len(said) == 72 and said["start"].iloc[0] == pd.Timestamp("2026-03-02")
    assert (said["offered_p5"] <= said["offered_p50"]).all() and (said["offered_p50"] <= said["offered_p90"]).all()


def test_same_weekday_last_week_and_the_mean_of_four_are_what_they_say():
    history = made_up(70)
    counts = history["offered"].to_numpy(float).reshape(70, 24)
    last = forecast(history, centre(), "9d", method="same weekday last week")["offered"].to_numpy().reshape(9, 24)
    four = forecast(history, centre(), "9d", method="mean of weekdays")["offered"].to_numpy().reshape(9, 24)
    for ahead in range(9):
        day = 63 + ahead % 7
        np.testing.assert_allclose(last[ahead], counts[day])
        np.testing.assert_allclose(four[ahead], counts[[day, day - 7, day - 14, day - 21]].mean(axis=0))


def test_ets_is_that_of_statsmodels_on_the_root_of_the_days():
    history = made_up(120, day_noise=0.05)
    days = history["offered"].groupby(history["start"].dt.normalize()).sum().to_numpy(float)
    fitted = ETSModel(
        np.sqrt(days), error="add", seasonal="add", seasonal_periods=7, initialization_method="heuristic"
    ).fit(disp=False)
    said = forecast(history, centre(), "7d", method="ETS")["offered"].to_numpy().reshape(7, 24).sum(axis=1)
    np.testing.assert_allclose(
        said, np.asarray(fitted.forecast(7)) ** 2, rtol=0.03
    )  # but for effects of the month's end


def test_a_known_course_is_found_to_the_noise_of_chance():
    history = made_up(240, level=60)
    known, later = history[: 24 * 226], history[24 * 226 :]
    said = forecast(known, centre(), "14d")
    error = np.abs(said["offered"].to_numpy() - later["mean"].to_numpy()).sum() / later["mean"].sum()
    assert error < 0.04  # the truth itself is off what came by 0.8 / sqrt(60), about 10 %


@pytest.mark.parametrize("day_noise", [0.0, 0.15])
def test_bands_and_paths_hold_what_they_promise_on_a_known_course(day_noise):
    """80 % of fresh intervals and days lie in the band, where the truth is known and fresh days are drawn from it."""
    inside, days_inside = [], []
    for seed in range(6):
        history = made_up(210, day_noise=day_noise, seed=seed)
        known, later = history[: 24 * 196], history[24 * 196 :]
        said = forecast(known, centre(), "14d", method=FAST, samples=400)
        came = later["offered"].to_numpy()
        inside.append(((came >= said["offered_p10"]) & (came <= said["offered_p90"])).mean())
        paths = said.filter(like="path_").to_numpy().reshape(14, 24, -1).sum(axis=1)
        low, high = np.quantile(paths, [0.1, 0.9], axis=1)
        day = came.reshape(14, 24).sum(axis=1)
        days_inside.append(((day >= low) & (day <= high)).mean())
    assert 0.75 <= np.mean(inside) <= 0.87
    assert 0.65 <= np.mean(days_inside) <= 0.93  # 84 days: two standard errors are 9 points


def test_paths_agree_with_the_bands_and_days_move_together():
    said = forecast(made_up(200, day_noise=0.2), centre(), "7d", method=FAST, samples=2000)
    paths = said.filter(like="path_").to_numpy()
    low, high = np.quantile(paths, [0.1, 0.9], axis=1)
    busy = (said["offered"] > 20).to_numpy()
    assert np.abs(low - said["offered_p10"])[busy].mean() < 0.05 * said["offered"][busy].mean()
    assert np.abs(high - said["offered_p90"])[busy].mean() < 0.05 * said["offered"][busy].mean()
    noon, one = paths[12], paths[13]
    assert np.corrcoef(noon, one)[0, 1] > 0.3  # independent intervals would make a day's sum far too sure
    assert abs(paths.mean(axis=1)[busy] / said["offered"][busy] - 1).mean() < 0.05


def test_a_holiday_that_history_taught_is_forecast():
    finnish = pd.DatetimeIndex(list(centre("FI").public_holidays("2024-01-01", "2026-12-31")))
    history = made_up(730, first="2024-01-01", effect=lambda start: np.where(start.normalize().isin(finnish), 0.3, 1.0))
    said = forecast(history[history["start"] < "2025-12-20"], centre("FI"), "10d", method=FAST)
    day = said.groupby(said["start"].dt.normalize())["offered"].sum()
    ratio = day["2025-12-25"] / day["2025-12-23"]  # a Thursday by a Tuesday
    assert 0.24 < ratio < 0.38
    plain = forecast(history[history["start"] < "2025-12-20"], centre(""), "10d", method=FAST)
    assert plain.groupby(plain["start"].dt.normalize())["offered"].sum()["2025-12-25"] > 2 * day["2025-12-25"]


def test_nothing_from_the_date_on_is_looked_at():
    history, known = made_up(150, zone="Europe/Helsinki"), centre("FI")
    changed = history.assign(offered=history["offered"].where(history["start"] < "2026-05-01", 9999))
    one, two = [forecast(each, known, "14d", at="2026-05-01", samples=3) for each in (history, changed)]
    pd.testing.assert_frame_equal(one, two)
    cut = forecast(history[history["start"] < "2026-05-01"], known, "14d", samples=3)
    pd.testing.assert_frame_equal(one, cut)


def test_the_command_line_on_a_folder_with_intervals_only(tmp_path, monkeypatch):
    monkeypatch.setenv("CCPLAN_CACHE", str(tmp_path / "cache"))
    history = made_up(120)[["queue", "start", "offered"]]
    first, second = tmp_path / "one", tmp_path / "two"
    for folder, rows in (
        (first, history),
        (second, history.assign(offered=history["offered"].where(history["start"] < "2026-04-20", 5))),
    ):
        folder.mkdir()
        rows.to_csv(folder / "intervals.csv", index=False)
    results = []
    for folder in (first, second):
        out = tmp_path / f"{folder.name}.csv"
        result = CliRunner().invoke(
            app, ["forecast", str(folder), "--horizon", "14d", "--at", "2026-04-20", "--out", str(out)]
        )
        assert result.exit_code == 0, result.output
        results.append(out.read_bytes())
    assert results[0] == results[1]
    rows = pd.read_csv(tmp_path / "one.csv", parse_dates=["start"])
    assert list(rows) == ["queue", "start", "offered", "offered_p10", "offered_p50", "offered_p90", "aht_s"]
    assert rows["start"].min() == pd.Timestamp("2026-04-20") and rows["start"].max() == pd.Timestamp("2026-05-03 23:00")


def test_the_command_line_takes_in_events_and_overrides(tmp_path, monkeypatch):
    """A sale known to bring 50 % more, and a planner's +20 % made after --at, which is not seen, and one made
    before, which is.
    """
    monkeypatch.setenv("CCPLAN_CACHE", "off")
    made_up(120)[["queue", "start", "offered"]].to_csv(tmp_path / "intervals.csv", index=False)

    def said(name):
        out = tmp_path.parent / f"{tmp_path.name}-{name}.csv"
        result = CliRunner().invoke(
            app,
            ["forecast", str(tmp_path), "--horizon", "7d", "--at", "2026-04-20", "--method", FAST, "--out", str(out)],
        )
        assert result.exit_code == 0, result.output
        rows = pd.read_csv(out, parse_dates=["start"])
        return rows.groupby(rows["start"].dt.normalize())["offered"].sum()

    plain = said("plain")
    (tmp_path / "events.csv").write_text("event,start,end,queue,uplift,decay_days\nSale,2026-04-22,2026-04-22,,0.5,0\n")
    assert (said("event") / plain).round(3).to_dict()[pd.Timestamp("2026-04-22")] == 1.5
    (tmp_path / "events.csv").unlink()
    (tmp_path / "overrides.csv").write_text(
        "made_on,who,why,queue,start,end,factor,contacts_per_day\n"
        "2026-04-10,Ann,letter,q,2026-04-23,2026-04-23,1.2,\n2026-04-25,Bo,too late,q,2026-04-24,2026-04-24,2,\n"
    )
    ratio = (said("override") / plain).round(3)
    assert ratio[pd.Timestamp("2026-04-23")] == 1.2 and ratio[pd.Timestamp("2026-04-24")] == 1.0


def test_closed_hours_and_holidays_get_no_row():
    hours = OpeningHours.of(weekdays="08:00-20:00", holidays="closed")
    history = made_up(120, first="2026-01-01", zone="Europe/Helsinki")
    history = history[centre("FI", hours=hours).is_open("q", history["start"])]
    said = forecast(history, centre("FI", hours=hours), "7d", method=FAST)  # holds 1 May, a Friday
    assert said["start"].dt.strftime("%m-%d").unique().tolist() == ["05-04", "05-05", "05-06", "05-07"]
    assert said["start"].dt.hour.between(8, 19).all()


def test_the_league_counts_as_a_hand_would():
    tested = forecast_queues(made_up(100), centre(), "7d")[0].tested
    table = league_table(tested).set_index("model")
    name = "mean of weekdays"
    actual, mean = tested.actual, tested.means[name]
    assert table.loc[name, "wape"] == pytest.approx(np.abs(actual - mean).sum() / actual.sum())
    assert table.loc[name, "bias"] == pytest.approx((mean - actual).sum() / actual.sum())
    counts = made_up(100)["offered"].to_numpy(float)
    assert table.loc[name, "mase"] == pytest.approx(
        np.abs(actual - mean).mean() / np.abs(counts[168:] - counts[:-168]).mean()
    )
    low, high = held_out_bands(tested, name, (0.1, 0.9))
    assert table.loc[name, "coverage_80"] == pytest.approx(
        ((actual >= low) & (actual <= high))[(mean > 0) | (actual > 0)].mean()
    )
    assert table["chosen"].sum() == 1 and table.index[0] in ("combination", *tested.means)


def test_no_origin_of_the_backtest_sees_its_own_days():
    origins, ahead = rolling_origins(120, 14)
    assert ahead == 14 and origins.max() + ahead == 120 and origins.min() >= 28 and len(set(np.diff(origins))) == 1


def test_unusual_and_missing_days_are_repaired_in_training_and_listed():
    history = made_up(150, level=80)
    wild = history["start"].dt.normalize() == pd.Timestamp("2026-04-15")
    gone = history["start"].dt.normalize() == pd.Timestamp("2026-04-22")
    found = forecast_queues(
        history.assign(offered=history["offered"] * np.where(wild, 10, 1))[~gone], centre(), "7d", method=FAST
    )[0]
    why = found.repairs.set_index("day")["why"]
    assert why[pd.Timestamp("2026-04-15")] == "unusually many" and why[pd.Timestamp("2026-04-22")] == "missing"
    clean = forecast(history, centre(), "7d", method=FAST)
    assert np.abs(found.frame["offered"] - clean["offered"]).sum() < 0.03 * clean["offered"].sum()


def test_handle_time_follows_its_level_and_its_course():
    history = made_up(120)
    aht = np.where(history["start"].dt.hour < 12, 200.0, 400.0) * np.where(history["start"] < "2026-03-15", 0.5, 1.0)
    said = forecast(
        history.assign(answered=history["offered"], talk_s=aht * history["offered"]), centre(), "1d", method=FAST
    )
    assert said["aht_s"][9] == pytest.approx(200, rel=0.15) and said["aht_s"][15] == pytest.approx(400, rel=0.15)


def test_the_same_results_in_two_processes_on_a_cluster_and_from_the_cache(tmp_path, monkeypatch):
    import joblib
    from distributed import Client, LocalCluster

    monkeypatch.setenv("CCPLAN_CACHE", str(tmp_path))
    names = ["a", "b", "c"]
    history = pd.concat([made_up(70, seed=n).assign(queue=name) for n, name in enumerate(names)], ignore_index=True)
    known = Centre(name="x", interval_s=HOURS, queues=tuple(Queue(name=name) for name in names))
    alone, steps = forecast(history, known, "7d", samples=2), []
    both = forecast_queues(
        history, known, "7d", samples=2, jobs=2, cache=True, progress=lambda done, number: steps.append((done, number))
    )
    pd.testing.assert_frame_equal(pd.concat([one.frame for one in both], ignore_index=True), alone)
    assert steps == [(1, 3), (2, 3), (3, 3)]
    again = forecast_queues(history, known, "7d", samples=2, cache=True)
    for one, two in zip(both, again):
        pd.testing.assert_frame_equal(one.frame, two.frame)
        assert one.method == two.method and league_table(one.tested).equals(league_table(two.tested))
    with (
        LocalCluster(
            n_workers=2 if DEEP else 1, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
        ) as cluster,
        Client(cluster),
    ):
        with joblib.parallel_config(backend="dask"):
            far = forecast_queues(history, known, "7d", samples=2, jobs=-1)
    pd.testing.assert_frame_equal(pd.concat([one.frame for one in far], ignore_index=True), alone)


def test_the_bundled_centre_is_forecast_with_its_night_of_the_clock_change():
    folder = sample_centre()
    rows = load_intervals(folder).frame
    said = forecast(rows[rows["queue"] == "outage"], load_centre(folder), "30d", method=FAST)
    night = said[said["start"].dt.strftime("%Y-%m-%d") == "2026-10-25"]
    assert len(night) == 50  # half hours of a day of 25 hours
    assert said["offered"].notna().all() and (said["offered"] >= 0).all()


def test_wape_of_nothing_is_not_a_number():
    assert np.isnan(wape(np.array([0.0]), np.array([1.0])))
