"""The forecast panel: the plain function behind the dials; in a browser: `test_every_panel.py`."""

import io
import itertools
import json

import numpy as np
import pandas as pd
import pytest

from ccplan.data import load_centre, load_intervals, sample_centre
from ccplan.display.forecast import live_charts, panel
from ccplan.display.panels.dials import dials_of
from ccplan.display.panels.tools import Tools
from ccplan.planning import forecast_queues
from ccplan.planning.forecasting import looks
from tests.panel_actions import message


@pytest.fixture(scope="module")
def centre():
    return load_centre(sample_centre())


@pytest.fixture(scope="module")
def intervals(centre):
    rows = load_intervals(sample_centre(), centre).frame
    return rows[rows["queue"].isin(["service", "chat"]) & (rows["start"] >= "2026-04-01")]


@pytest.fixture(scope="module")
def found(intervals, centre):
    """The forecast that the panel makes, made without it."""
    (one,) = forecast_queues(
        intervals[intervals["queue"] == "service"], centre, "56d", levels=panel.LEVELS, samples=panel.PATHS, cache=True
    )
    return one


@pytest.fixture(scope="module")
def prepared(found, intervals):
    return panel.ready(found, intervals[intervals["queue"] == "service"])


@pytest.fixture
def desk(intervals, centre, found):
    return panel.forecast_desk(intervals, centre, queue="service")


def by_the_library(found, days, uplift, band):
    """The tiles' words from the forecast's frame, without the panel."""
    frame = found.frame[
        found.frame["start"].dt.tz_localize(None)
        < found.frame["start"].dt.tz_localize(None).min().normalize() + pd.Timedelta(days=days)
    ]
    ends = (1 - band) / 2, (1 + band) / 2
    total = looks.with_band(frame, by=pd.Series(0, frame.index), levels=ends).iloc[0]
    low, high = total.iloc[-2:] * (1 + uplift)
    work = (frame["aht_s"] * frame["offered"]).sum() / frame["offered"].sum()
    return {
        "contacts": f"{total['offered'] * (1 + uplift):,.0f}",
        "low": f"{low:,.0f}",
        "high": f"{high:,.0f}",
        "aht_s": f"{work:,.1f} s",
        "peak": f"{frame['offered'].max() * (1 + uplift):,.0f}",
    }


# --------------------------------------------------------------------------------- the plain function


def test_as_it_is_the_panel_is_the_librarys_forecast(desk, found):
    shown = {name: tile["value"] for name, tile in desk.answer({"seq": 0})["tiles"].items()}
    assert shown == by_the_library(found, 28, 0.0, 0.8)
    assert desk.frame()["value"].tolist() == list(shown.values())


@pytest.mark.parametrize(
    "uplift, band, horizon", [(-0.5, 0.5, "1 week"), (0.12, 0.8, "4 weeks"), (1.0, 0.95, "8 weeks")]
)
def test_every_dial_and_horizon_gives_the_librarys_numbers(desk, found, uplift, band, horizon):
    desk.answer(message(desk, pickers={"horizon": horizon}))
    answer = desk.answer(message(desk, uplift=str(100 * uplift), band=str(100 * band)))
    assert {name: tile["value"] for name, tile in answer["tiles"].items()} == by_the_library(
        found, panel.HORIZONS[horizon], uplift, band
    )
    json.dumps(answer, allow_nan=False)


def test_a_day_by_interval_has_the_forecasts_own_quantiles(prepared, found):
    view = panel.forecast_view(prepared, panel.ForecastInputs(uplift=0.1), 28, "2026-10-05")
    rows = found.frame[found.frame["start"].dt.date == pd.Timestamp("2026-10-05").date()]
    assert view.intervals["low"].to_numpy() == pytest.approx(1.1 * rows["offered_p10"].to_numpy())
    assert view.intervals["high"].to_numpy() == pytest.approx(1.1 * rows["offered_p90"].to_numpy())
    assert (view.intervals["model"].to_numpy() * 1.1) == pytest.approx(view.intervals["offered"].to_numpy())


def test_a_wider_band_holds_the_narrower_one(prepared):
    views = [
        panel.forecast_view(prepared, panel.ForecastInputs(band=band), 14, "2026-10-05")
        for band in (0.5, 0.66, 0.8, 0.95)
    ]
    for less, more in itertools.pairwise(views):
        assert (more.intervals["low"] <= less.intervals["low"]).all()
        assert (more.intervals["high"] >= less.intervals["high"]).all()
        assert (more.days["low"] <= less.days["low"]).all() and more.totals.high >= less.totals.high


def test_a_closed_day_and_a_bad_entry_are_said_in_words(desk):
    answer = desk.answer(message(desk, pickers={"day": "2026-10-04"}))
    assert answer["charts"] is None and "service has no open interval on Sunday 4 October 2026" in answer["warnings"][
        0
    ].replace("Service", "service")
    answer = desk.answer(message(desk, uplift="400"))
    assert answer["faults"] == {"uplift": "Volume must be between -50 and 100 %, got 400."}
    with pytest.raises(ValueError, match="horizon must be one of 1 week"):
        desk.go("service", "a year")
    with pytest.raises(ValueError, match="queue must be one of service, chat"):
        desk.go("fax", "1 week")


def test_the_csv_holds_what_is_seen(desk, found):
    tools = Tools(desk)
    assert tools.answer(message(desk, uplift="12"))["download"] is None
    file = tools.answer(message(desk, action="csv", uplift="12", band="90"))["download"]
    assert file["name"] == "forecast.csv"
    table = pd.read_csv(io.StringIO(file["text"]))
    assert list(table) == ["queue", "start", "offered_before", "offered", "offered_p5", "offered_p95", "aht_s"]
    assert table["offered"].sum() == pytest.approx(1.12 * table["offered_before"].sum(), rel=1e-5)
    rows = found.frame.head(len(table))
    assert table["offered_p95"].to_numpy() == pytest.approx(1.12 * rows["offered_p95"].to_numpy(), abs=1e-3)
    assert table["start"].iloc[0] == "2026-10-01 08:00"


def test_reset_goes_back_to_the_model(desk, found):
    desk.answer(message(desk, uplift="30", band="60"))
    answer = desk.answer(message(desk, action="reset"))
    assert answer["settings"]["dials"] == {"uplift": 0, "band": 80}
    assert answer["tiles"]["contacts"]["value"] == by_the_library(found, 28, 0.0, 0.8)["contacts"]


def test_another_queue_is_forecast_once_and_opens_on_its_own_busiest_day(desk):
    answer = desk.answer(message(desk, pickers={"queue": "chat"}))
    assert answer["settings"]["pickers"]["queue"] == "chat" and not answer["warnings"]
    first = desk.prepared("chat")
    assert desk.prepared("chat") is first
    assert np.isfinite(desk.view().totals.contacts)


def test_the_inputs_are_checked_by_their_own_metadata():
    with pytest.raises(ValueError, match="uplift"):
        panel.ForecastInputs(uplift=-1.0)
    with pytest.raises(ValueError, match="band"):
        panel.ForecastInputs(band=1.0)
    ranges = {dial.name: (dial.low, dial.high) for dial in dials_of(panel.ForecastInputs())}
    assert ranges == {"uplift": (-50, 100), "band": (50, 95)}


def test_a_band_wider_than_the_known_quantiles_is_refused():
    with pytest.raises(ValueError, match="band must be in"):
        panel.ForecastInputs(band=0.99)


def test_no_step_of_the_day_runs_on_while_the_queue_is_closed():
    start = pd.to_datetime(["2026-03-02 08:00", "2026-03-02 08:30", "2026-03-02 13:00"])
    rows = live_charts._clock_rows(pd.DataFrame({"start": start, "aht_s": 300.0, "offered": [4.0, 6.0, 8.0]}))
    assert rows["hour"].tolist() == [8.0, 8.5, 9.0, 13.0, 13.5] and rows["stretch"].tolist() == [0, 0, 0, 1, 1]
    assert rows["offered"].tolist() == [4.0, 6.0, 6.0, 8.0, 8.0]


def test_a_table_without_a_queue_of_the_centre_is_refused_in_words(intervals, centre):
    with pytest.raises(ValueError, match="queue must be one of none"):
        panel.forecast_desk(intervals.iloc[:0], centre)
