"""Validation as people see it: titles that follow from the frames, words where nothing can be shown."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ccplan.data import Centre, Queue
from ccplan.display import (
    bank_answer, foresight_words, held_against, held_picture, held_table, hours_chart, promise_chart, published_answer, show, told_words,
    trust_answer, trust_table, worlds_answer,
)  # fmt: skip
from ccplan.display.validation.charts import calibration_words, hours_words, promise_finding
from ccplan.display.validation.panel import TrustDesk
from ccplan.display.validation.tables import Held, errors_table
from ccplan.planning import hard_day

KEPT = pd.DataFrame(
    {
        "rule": ["stationary"] * 2 + ["through the day"] * 2,
        "hour": [8.0, 8.5] * 2,
        "offered": 20.0,
        "agents": 5,
        "promised": [0.84, 0.82, 0.83, 0.81],
        "delivered": [0.86, 0.55, 0.82, 0.80],
        "low": [0.84, 0.53, 0.80, 0.78],
        "high": [0.88, 0.57, 0.84, 0.82],
    }
)
WORLDS = pd.DataFrame(
    {
        "world": ["as the formulas assume", "days vary by 10 % in volume", "handle times 5 % longer"],
        "delivered": [0.82, 0.80, 0.77],
        "change": [0.0, -0.02, -0.05],
        "worst_interval": 0.7,
        "under_target": 0.1,
        "chance": [0.75, 0.6, 0.3],
    }
)
NOBODY = Held(why="This folder does not tell who was at work")


def test_the_title_is_the_worst_interval():
    assert (
        promise_finding(KEPT, ["stationary", "through the day"])
        == "Promised 82%, delivered 55% at 08:30; planned through the day, 80% at worst"
    )
    picture = show(promise_chart(KEPT, 0.8, "a day"))
    assert (
        "Promised 82%" in picture.alt
        and "Through the day" in picture.svg
        and picture.svg == show(promise_chart(KEPT, 0.8, "a day")).svg
    )


def test_the_hour_that_is_furthest_off():
    rows = pd.DataFrame(
        {"group": ["08:00", "09:00"], "bias": [0.02, -0.07], "mae": 0.1, "n": 10, "actual": 0.8, "predicted": 0.8}
    )
    assert hours_words(rows) == "Furthest off at 09:00: 7 points too little promised"
    assert "09:00" in show(hours_chart(rows, "q")).svg


def test_calibration_is_weighted_by_intervals():
    steps = pd.DataFrame({"n": [1, 3], "service_level": [0.2, 0.8], "actual": [0.4, 0.8]})
    assert calibration_words(steps) == "Intervals predicted alike came out within 5 points on average, 20 at most"


def test_figures_in_sentences_are_those_of_the_frames():
    words = repr(trust_answer(KEPT, 0.8, NOBODY))
    assert (
        "within 1 point of what it promises" in words
        and "within 14 points" in words
        and "does not tell who was at work" in words
    )
    words = repr(worlds_answer(WORLDS))
    assert (
        "**Handle times 5 % longer: that takes 5 points" in words and "75% of the days" in words and "60% do" in words
    )
    assert "102 of 110" in repr(published_answer()) and "half-hours" in repr(bank_answer())
    assert "too short" in repr(foresight_words(None))


def test_errors_read_in_points_and_seconds():
    row = {
        "model": "m",
        "n": 1200,
        "actual": 0.8,
        "predicted": 0.75,
        "bias": -0.05,
        "mae": 0.1,
        "rmse": 0.1,
        "correlation": 0.5,
    }
    frame = errors_table(
        pd.DataFrame(
            [row | {"measure": "service_level"}, row | {"measure": "asa_s", "actual": 20, "bias": 4, "mae": 6}]
        )
    ).frame
    assert frame.iloc[0].tolist() == ["m", "1,200", "80 %", "−5", "10", "20", "+4", "6", "0.50"]


def test_without_agents_every_part_says_so():
    for shown in (told_words(NOBODY), held_table(NOBODY), held_picture(NOBODY), held_picture(NOBODY, "days")):
        assert "needs to know who was at work" in repr(shown)
    table = trust_table({"a day": KEPT}, WORLDS, NOBODY, None).frame
    assert not table["measured on"].str.contains("this centre").any() and (table["how far off"] == "−5.0 points").any()


def test_a_folder_without_agents_is_told_in_words(tmp_path):
    starts = pd.date_range("2026-06-01", periods=48 * 70, freq="30min")
    pd.DataFrame({"queue": "q", "start": starts, "offered": 5}).to_csv(tmp_path / "intervals.csv", index=False)
    held = held_against(tmp_path, Centre(name="x", queues=(Queue(name="q"),)))
    assert held.result is None and "does not tell who was at work" in held.why and str(tmp_path) not in held.why


@pytest.mark.parametrize("months", [0, "x"])
def test_a_bad_number_of_months_is_told(tmp_path, months):
    assert "months must be" in held_against(tmp_path, Centre(name="x"), months).why


def test_the_dials_reach_what_every_day_has():
    day = hard_day()
    slow = replace(day, patience_s=1500.0, aht_s=np.append(900.0, np.full(len(day.calls) - 1, 2400.0)))
    desk = TrustDesk({"hard": day, "slow": slow})
    for name in ("hard", "slow"):
        values = desk.at({"day": name}).values
        assert all(dial.low <= values[dial.name] * dial.scale <= dial.high + 1e-6 for dial in desk.dials)
