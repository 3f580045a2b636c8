"""Months for the headcount plan: sums and bands of paths, drivers by hand, two years ahead of the bundled centre."""

import numpy as np
import pandas as pd
import pytest

from ccplan.data import Centre, Queue, load_centre, load_intervals, sample_centre
from ccplan.planning import forecast
from ccplan.planning.forecasting.long_range import apply_drivers, drivers_of, growth_drivers, monthly_volumes

DRIVERS = pd.DataFrame(
    {
        "month": ["2026-09", "2027-09"],
        "queue": "q",
        "customers": [1000.0, 1200.0],
        "contact_rate": [0.5, 0.5],
        "self_service": [0.0, 0.25],
    }
)


def paths(start="2026-09-10", end="2026-12-20", number=400):
    """A frame of daily intervals whose paths differ by one factor each, uniform 0.9 to 1.1: their sums are known."""
    days = pd.date_range(start, end)
    factors = np.random.default_rng(1).permutation(np.linspace(0.9, 1.1, number))
    drawn = {f"path_{k}": np.full(len(days), 100 * factor) for k, factor in enumerate(factors, 1)}
    return pd.DataFrame(
        {
            "queue": "q",
            "start": days,
            "offered": 100.0,
            "offered_p10": 92.0,
            "offered_p90": 108.0,
            "aht_s": 300.0,
            **drawn,
        }
    )


def test_months_are_sums_and_their_band_is_that_of_the_sums():
    found = monthly_volumes(paths(), drift=0.0)
    assert found["month"].dt.strftime("%Y-%m").tolist() == ["2026-09", "2026-10", "2026-11", "2026-12"]
    assert found["offered"].tolist() == [2100, 3100, 3000, 2000] and found["days"].tolist() == [21, 31, 30, 20]
    assert found["whole"].tolist() == [False, True, True, False]
    assert (found["offered_p10"] / found["offered"]).to_numpy() == pytest.approx(0.92, abs=2e-3)
    assert (found["offered_p90"] / found["offered"]).to_numpy() == pytest.approx(1.08, abs=2e-3)


def test_a_level_that_strays_widens_far_months():
    """Log-normal: P90 ÷ P50 = exp(1.2816 × drift × √years)."""
    one = paths("2026-01-01", "2027-12-31", 4000)
    one[one.filter(like="path_").columns] = 100.0
    found = monthly_volumes(one, drift=0.2)
    years = np.arange(1, 25) / 12
    ratio = (found["offered_p90"] / found["offered_p50"]).to_numpy()
    assert ratio == pytest.approx(np.exp(1.2816 * 0.2 * np.sqrt(years)), rel=0.03)
    pd.testing.assert_frame_equal(found, monthly_volumes(one, drift=0.2))


def test_a_month_is_whole_where_only_closed_weekdays_are_outside():
    one = paths("2026-11-02", "2026-11-30")  # the first of November 2026 is a Sunday
    weekdays = one[one["start"].dt.day_of_week < 5]
    assert monthly_volumes(weekdays)["whole"].tolist() == [True] and monthly_volumes(one)["whole"].tolist() == [False]


def test_months_without_paths_are_refused_with_the_remedy():
    with pytest.raises(ValueError, match=r"samples=200.*got 0"):
        monthly_volumes(paths().iloc[:, :6])
    with pytest.raises(ValueError, match="drift must be a share"):
        monthly_volumes(paths(), drift=10)
    with pytest.raises(ValueError, match="drift must be a share"):
        monthly_volumes(paths(), drift="some")
    with pytest.raises(ValueError, match="missing: start"):
        apply_drivers(paths().drop(columns="start"), DRIVERS, "2026-09")


def test_drivers_by_hand():
    """customers × rate × (1 − self-service): 500 at first, 1100 × 0.5 × 0.875 halfway, 1200 × 0.5 × 0.75 at the end."""
    found = growth_drivers(DRIVERS, "2026-09", ["2026-09", "2027-03", "2027-09", "2028-09"])
    assert found["contacts"].tolist() == pytest.approx([500, 481.25, 450, 450])
    assert found["factor"].tolist() == pytest.approx([1, 0.9625, 0.9, 0.9])
    assert found["known"].tolist() == ["given", "between", "given", "held"]


def test_drivers_change_mean_band_and_paths_alike():
    found = apply_drivers(paths(), DRIVERS, "2026-09")
    factor = growth_drivers(DRIVERS, "2026-09", ["2026-11"])["factor"].iloc[0]
    november = (found["start"].dt.month == 11).to_numpy()
    for name in ("offered", "offered_p10", "offered_p90"):
        assert found.loc[november, name].to_numpy() == pytest.approx(factor * paths().loc[november, name].to_numpy())
    assert found["offered_before"].eq(100).all() and found["offered"].iloc[0] == 100
    drawn = found.filter(like="path_").to_numpy()[november].sum(axis=0)
    assert drawn == pytest.approx(factor * paths().filter(like="path_").to_numpy()[november].sum(axis=0), abs=16), (
        "whole contacts a day"
    )


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"customers": -1}, "customers must be customers, 0 or more, got"),
        ({"self_service": 30}, "write 30 % as 0.30"),
        ({"contact_rate": None}, "contact_rate must be"),
        ({"month": "soon"}, "month must be a date"),
        ({"queue": ""}, "queue must name a queue"),
        ({"month": "2026-09"}, "a month must stand once a queue"),
        ({"customers": 0}, "make no contacts in the base month"),
    ],
)
def test_drivers_that_cannot_be_are_refused_in_words(wrong, words):
    with pytest.raises(ValueError, match=words):
        growth_drivers(DRIVERS.assign(**wrong), "2026-09", ["2026-10"])


def test_months_before_the_drivers_and_strange_queues_are_refused():
    with pytest.raises(ValueError, match="begin in 2026-09: there are none for 2026-08"):
        growth_drivers(DRIVERS, "2026-08", ["2026-10"])
    with pytest.raises(ValueError, match="base must be a month"):
        growth_drivers(DRIVERS, "soon", ["2026-10"])
    with pytest.raises(ValueError, match="a queue that the forecast has not: nix"):
        apply_drivers(paths(), DRIVERS.assign(queue="nix"), "2026-09")


def test_drivers_of_a_folder(tmp_path):
    centre = Centre(name="E", queues=(Queue(name="q"),))
    assert drivers_of(tmp_path) is None
    (tmp_path / "drivers.csv").write_text(
        "month;queue;customers;contact_rate;self_service\n1.9.2026;q;1000;0,5;0\n1.9.2027;q;1200;0,5;0,25\n"
    )
    assert growth_drivers(drivers_of(tmp_path, centre), "2026-09", ["2027-03"])["factor"].tolist() == pytest.approx(
        [0.9625]
    )
    (tmp_path / "drivers.csv").write_text("month,queue,customers,contact_rate,self_service\n2026-09-01,nix,-5,0.5,30\n")
    with pytest.raises(ValueError) as refused:
        drivers_of(tmp_path, centre)
    for words in (
        "3 faults",
        "customers must be",
        "queue must be one of q, got 'nix' in row 2",
        "self_service must be",
    ):
        assert words in str(refused.value)


@pytest.mark.parametrize("queue", ["service", "outage"])
def test_two_years_ahead_of_the_bundled_centre(queue):
    """Each month near the same months of the past, highs and lows where they were; far ones less sure."""
    centre = load_centre(sample_centre())
    past = load_intervals(sample_centre(), centre).frame.query("queue == @queue")
    found = monthly_volumes(forecast(past, centre, "24 months", samples=60, method="calendar regression"))
    assert len(found) == 24 and found["whole"].all() and (found["offered_p10"] < found["offered_p90"]).all()
    seen = past.groupby(past["start"].dt.tz_localize(None).dt.to_period("M"))["offered"].sum()
    usual = np.array([seen[seen.index.month == month].mean() for month in found["month"].dt.month])
    ratio = found["offered"].to_numpy() / usual
    assert 0.8 < ratio.min() and ratio.max() < 1.25
    assert np.corrcoef(found["offered"].iloc[:12], usual[:12])[0, 1] > 0.6
    years = found["offered"].to_numpy().reshape(2, 12).sum(axis=1)
    assert years[1] / years[0] == pytest.approx(1, abs=0.06), "a trend is damped"
    width = ((found["offered_p90"] - found["offered_p10"]) / found["offered_p50"]).to_numpy()
    assert width[-6:].mean() > 1.15 * width[:6].mean(), "far months are less sure"
