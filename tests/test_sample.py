"""The bundled centre: synthetic and said so, the same bytes again, and alive."""

import numpy as np
import pytest

from ccplan.data import check_folder, load_centre, load_intervals, sample_centre
from ccplan.data.sample import write_sample

FILES = ("README.md", "centre.toml", "intervals.csv")


@pytest.fixture(scope="module")
def frame():
    return load_intervals(sample_centre()).frame


def test_the_same_bytes_again(tmp_path):
    write_sample(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(FILES)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (sample_centre() / name).read_bytes(), name


def test_it_is_marked_as_synthetic_and_small():
    assert "synthetic" in load_centre(sample_centre()).name
    assert "SYNTHETIC" in (sample_centre() / "centre.toml").read_text(encoding="utf-8")
    assert "fictional" in (sample_centre() / "README.md").read_text(encoding="utf-8")
    assert (sample_centre() / "intervals.csv").stat().st_size < 3e6


def test_it_says_everything_and_checks_clean():
    assert load_centre(sample_centre()).assumed == ()
    report = check_folder(sample_centre())
    assert report.usable and report.abilities["possible"].all()


def test_two_years_of_half_hours(frame):
    """730 days of 48 half hours; two days of 23 and two of 25 hours even out."""
    outage = frame[frame["queue"] == "outage"]
    assert len(outage) == 730 * 48
    assert set(outage["start"].dt.date.value_counts()) == {46, 48, 50}
    assert (frame["answered"] + frame["abandoned"] == frame["offered"]).all()


def test_service_closes_on_sundays_and_holidays(frame):
    service = frame[frame["queue"] == "service"]["start"].dt
    assert set(service.day_of_week) == set(range(6))
    days = set(service.strftime("%m-%d"))
    assert "12-25" not in days and "12-06" not in days and "12-22" in days


def test_load_peaks_where_a_middling_centre_does(frame):
    service = frame[frame["queue"] == "service"]
    load = (service["talk_s"] + service["hold_s"] + service["acw_s"]) / 1800
    assert 20 <= load.quantile(0.99) <= 35 and load.max() <= 40


def test_service_really_varies(frame):
    service = frame[frame["queue"] == "service"]
    by_day = service.groupby(service["start"].dt.date)[["answered_in_target", "offered"]].sum()
    level = by_day["answered_in_target"] / by_day["offered"]
    assert 0.75 < level.mean() < 0.9 and level.quantile(0.05) < 0.7 and level.quantile(0.95) > 0.93


def test_volume_varies_more_than_chance(frame):
    """Poisson counts of one slot of the week would have a variance about equal to their mean."""
    service = frame[frame["queue"] == "service"]
    tuesdays = service[(service["start"].dt.day_of_week == 1) & (service["start"].dt.strftime("%R") == "10:00")]
    assert tuesdays["offered"].var() > 1.5 * tuesdays["offered"].mean()


def test_handle_time_varies_by_hour(frame):
    service = frame[frame["queue"] == "service"]
    sums = service.groupby(service["start"].dt.hour)[["talk_s", "hold_s", "acw_s", "answered"]].sum()
    aht = sums[["talk_s", "hold_s", "acw_s"]].sum(axis=1) / sums["answered"]
    assert aht[19] > 1.08 * aht[10]


def test_patience_can_be_found_again():
    """The callers' patience was drawn with a mean of 180 and 240 s: the estimate must come near."""
    from ccplan.data.guesses import mean_patience_s

    for name, rows in load_intervals(sample_centre()).frame.groupby("queue"):
        assert np.isclose(mean_patience_s(rows), {"service": 180, "outage": 240}[name], rtol=0.05)
