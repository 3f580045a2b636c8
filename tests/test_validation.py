"""Predicted against actual: errors by hand, and predictions of days that an independent simulation made."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccplan.data import Centre, Queue
from ccplan.planning import out_of_sample, validate
from ccplan.planning.validating.comparing import calibration, chance_error, days_of, errors, in_parts, learned
from ccplan.queueing import simulate_day

from .effort import examples
from .reference import by_sums

DAYS = 120  # played call by call
CENTRE = Centre(name="x", queues=(Queue(name="q", patience_s=180.0),))
CALLS, AGENTS = np.array([40.0, 70, 110, 120, 90, 60, 30, 20]), np.array([8, 14, 21, 22, 17, 12, 7, 5])


def table(days=1, **columns):
    """Intervals of some days, 8 to 12, with made-up but possible counts."""
    start = [
        day + pd.Timedelta(minutes=30 * k) for day in pd.date_range("2026-09-01 08:00", periods=days) for k in range(8)
    ]
    rows = pd.DataFrame(
        {
            "queue": "q",
            "start": start,
            "offered": np.tile(CALLS, days),
            "aht_s": 300.0,
            "agents": np.tile(AGENTS.astype(float), days),
        }
    )
    rows = rows.assign(
        answered=rows["offered"] - 2,
        abandoned=2.0,
        answered_in_target=rows["offered"] * 0.75,
        wait_answered_s=600.0,
        wait_abandoned_s=120.0,
    )
    return rows.assign(**columns)


def simulated(days=DAYS, seed=5):
    """Days played call by call, one after the other: what a switch would have counted, with the agents that were
    there.
    """
    parts = []
    for k in range(days):
        day = simulate_day(CALLS, 300, AGENTS, patience_s=180, days=1, seed=seed * 1000 + k).intervals
        rows = table().assign(start=lambda rows: rows["start"] + pd.Timedelta(days=k), offered=day["offered"])
        parts.append(
            rows.assign(
                answered_in_target=day["service_level"] * day["offered"],
                abandoned=day["abandonment"] * day["offered"],
                answered=(1 - day["abandonment"]) * day["offered"],
            )
        )
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def played():
    return simulated()


def test_service_through_the_day_is_predicted_without_bias_where_all_is_known(played):
    """The rate is put in (counts would be known too well), so what is left is chance: the day as a whole is right."""
    rows = played.assign(
        answered_in_target=played["answered_in_target"] / played["offered"].clip(lower=1) * np.tile(CALLS, DAYS),
        offered=np.tile(CALLS, DAYS),
    )
    found = validate(rows, CENTRE).errors().set_index(["model", "measure"])
    assert abs(found.loc[("through the day", "service_level"), "bias"]) < 0.015
    assert found.loc[("Erlang C", "service_level"), "bias"] < -0.03


def test_the_error_that_chance_makes_is_the_error_that_remains(played):
    chance = chance_error(table(), CENTRE, days=400)
    rate = pd.DataFrame(
        {
            "told": np.tile(
                simulate_day(CALLS, 300, AGENTS, patience_s=180, days=5000, seed=9).intervals["service_level"], DAYS
            )
        }
    )
    level = played["answered_in_target"] / played["offered"].where(played["offered"] > 0)
    weight = np.tile(CALLS, DAYS)
    left = ((level - rate["told"]).abs() * weight).sum() / weight.sum()
    assert chance == pytest.approx(left, rel=0.15)


def test_erlang_a_is_the_sum_over_states():
    rows = table().iloc[[1]]
    told = validate(rows, CENTRE, models=("Erlang A",)).predicted.iloc[0]
    exact = by_sums(70, 300, 14, patience_s=180)
    assert told["service_level"] == pytest.approx(float(exact["in_time"]), rel=1e-9)
    assert told["asa_s"] == pytest.approx(float(exact["asa_s"]), rel=1e-9)
    half = validate(rows.assign(agents=14.25), CENTRE, models=("Erlang A",)).predicted["service_level"].item()
    more = by_sums(70, 300, 15, patience_s=180)
    assert half == pytest.approx(0.75 * float(exact["in_time"]) + 0.25 * float(more["in_time"]), rel=1e-9)


def test_errors_by_hand():
    rows = pd.DataFrame(
        {
            "model": "m",
            "offered": [100.0, 300.0],
            "answered": [90.0, 300.0],
            "service_level": [0.9, 0.7],
            "abandonment": [0.0, 0.1],
            "asa_s": [np.inf, 30.0],
            "service_level_actual": [0.8, 0.8],
            "abandonment_actual": [0.1, 0.0],
            "asa_s_actual": [9.0, 20.0],
        }
    )
    found = errors(rows).set_index("measure")
    level = found.loc["service_level"]
    assert (level["n"], level["actual"], level["predicted"]) == (2, pytest.approx(0.8), pytest.approx(0.75))
    assert (level["bias"], level["mae"], level["rmse"]) == (
        pytest.approx(-0.05),
        pytest.approx(0.1),
        pytest.approx(0.1),
    )
    assert np.isnan(level["correlation"]), "what was did not vary"
    assert found.loc["asa_s", "n"] == 1 and found.loc["asa_s", "bias"] == pytest.approx(10)
    assert found.loc["abandonment", "correlation"] == pytest.approx(-1)


def test_days_are_ratios_of_sums():
    rows = table(2).iloc[:10]
    days = days_of(validate(rows, CENTRE, models=("Erlang A",)).predicted)
    first = rows.iloc[:8]
    assert len(days) == 2 and days["offered"].iloc[0] == CALLS.sum()
    assert days["service_level_actual"].iloc[0] == pytest.approx(
        first["answered_in_target"].sum() / first["offered"].sum()
    )
    assert days["asa_s_actual"].iloc[0] == pytest.approx(first["wait_answered_s"].sum() / first["answered"].sum())


def test_calibration_by_hand():
    rows = pd.DataFrame(
        {"offered": [10.0, 30, 60], "service_level": [0.81, 0.89, 1.0], "service_level_actual": [0.5, 0.9, 1.0]}
    )
    found = calibration(rows)
    assert found["low"].round(1).tolist() == [0.8, 0.9] and found["n"].tolist() == [2, 1]
    assert found["service_level"].iloc[0] == pytest.approx(0.87) and found["actual"].iloc[0] == pytest.approx(0.8)
    assert (found["p10"].iloc[0], found["p90"].iloc[0]) == (0.5, 0.9)


@given(st.lists(st.floats(0, 500), min_size=1, max_size=40), st.integers(1, 8))
@examples(60)
def test_parts_are_whole_and_keep_the_mean(agents, parts):
    found = in_parts(agents, parts).reshape(-1, parts)
    assert found.dtype.kind == "i" and (found.max(axis=1) - found.min(axis=1)).max() <= 1
    assert np.abs(found.mean(axis=1) - agents).max() <= 0.5 / parts + 1e-9


def test_what_is_learned_is_the_month_before_alone():
    rows = table(61).drop(columns="aht_s")
    rows = rows.assign(talk_s=rows["answered"] * np.where(rows["start"] < "2026-10-01", 200.0, 400.0))
    told, centre = learned(rows[rows["start"] >= "2026-10-01"], CENTRE, rows[rows["start"] < "2026-10-01"])
    assert told["aht_s"].to_numpy() == pytest.approx(200) and centre.queue("q").patience_s == pytest.approx(720 / 2)
    changed = rows.assign(talk_s=rows["talk_s"].where(rows["start"] < "2026-10-01", 9e6))
    both = [out_of_sample(one, CENTRE, models=("Erlang A",)).predicted for one in (rows, changed)]
    assert both[0]["start"].min() == pd.Timestamp("2026-10-01 08:00")
    pd.testing.assert_frame_equal(*both)


def test_what_cannot_be_used_is_left_out_and_counted():
    rows = table(1, agents=[np.nan, 0, 21, 22, 17, 12, 7, 5])
    rows.loc[3, "offered"] = 0
    found = validate(rows, CENTRE, models=("Erlang A", "through the day"))
    assert found.left_out == 3 and len(found.predicted) == 10 and found.predicted["service_level"].notna().all()
    assert validate(rows.assign(agents=np.nan), CENTRE).errors().empty


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (dict(intervals=table().drop(columns=["agents", "abandoned"])), "missing: abandoned, agents"),
        (dict(intervals=table(agents=-1.0)), "agents must be in"),
        (
            dict(intervals=table(), models=("Erlang X",)),
            "models must be some of Erlang C, Erlang A, through the day, got Erlang X",
        ),
        (dict(intervals=table(), models=()), "got none"),
        (dict(intervals=table(queue="other")), "queue must be one of q"),
    ],
)
def test_bad_input_is_refused_in_words(how, words):
    with pytest.raises(ValueError, match=words):
        validate(**{"centre": CENTRE} | how)


def test_one_month_cannot_teach_and_test():
    with pytest.raises(ValueError, match="two months at least"):
        out_of_sample(table(3), CENTRE)


def test_agents_are_taken_by_their_place_and_by_the_month_they_belong_to():
    rows = table(days=1).drop(columns="agents").set_axis(range(100, 100 + len(table(days=1))))
    given = pd.Series(12.0, index=range(len(rows)))
    assert validate(rows, CENTRE, agents=given).left_out == 0
    later = rows.assign(start=rows["start"] + pd.DateOffset(months=1))
    both = pd.concat([rows, later])
    assert len(out_of_sample(both, CENTRE, agents=[12.0] * len(both)).predicted) == 3 * len(later)


def test_where_nobody_was_at_work_there_are_no_errors():
    found = validate(table(days=1).assign(agents=0.0), CENTRE)
    assert found.errors().empty and found.day_errors().empty and calibration(found.predicted).empty
    assert np.isnan(chance_error(table(days=1).assign(agents=0.0), CENTRE))
