"""Estimates: the truth of simulated data lies in the interval; published and hand-worked cases come out."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccplan.data import estimates as est

from .effort import examples


def simulated_calls(n, patience_s, mean_wait_s, seed):
    """Callers with exponential patience before a random offered wait: whichever ends first is seen."""
    chance = np.random.default_rng(seed)
    patience, offered = chance.exponential(patience_s, n), chance.exponential(mean_wait_s, n)
    return pd.DataFrame(
        {"wait_s": np.minimum(patience, offered), "outcome": np.where(patience < offered, "abandoned", "answered")}
    )


def freireich():
    """The 6-MP arm of Freireich et al. (Blood 1963), the textbook case of Kaplan–Meier: 9 events among 21."""
    weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    event = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    return pd.DataFrame({"wait_s": map(float, weeks), "outcome": ["abandoned" if e else "answered" for e in event]})


def test_kaplan_meier_is_the_textbooks():
    """Survival 0.857 0.807 0.753 0.690 0.627 0.538 0.448, median 23, as in Cox and Oakes and every textbook since."""
    curve = est.still_waiting(freireich())
    assert curve["wait_s"].tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve["still_waiting"].round(3).tolist() == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert curve["at_risk"].tolist() == [21, 17, 15, 12, 11, 7, 6] and curve["hung_up"].sum() == 9
    assert est.median_patience(freireich()).estimate == 23
    # R's survfit(conf.type = "log-log"): the band at week 6 is 0.620 to 0.952, the median's 13 to no end
    assert curve.loc[0, ["low", "high"]].astype(float).round(3).tolist() == [0.620, 0.952]
    assert (est.median_patience(freireich()).low, est.median_patience(freireich()).high) == (13, np.inf)


def test_exponential_patience_is_the_textbooks():
    """359 weeks in all ÷ 9 events = 39.9 weeks."""
    found = est.patience(freireich())
    assert found.estimate == pytest.approx(359 / 9) and found.n == 21
    assert found.low < found.estimate < found.high


def test_the_truth_lies_in_the_interval_and_the_naive_mean_does_not():
    """True patience 200 s under good service: of 200 data sets about 190 intervals hold it, no naive mean comes
    near.
    """
    inside, naive = [], []
    for seed in range(200):
        calls = simulated_calls(600, 200.0, 40.0, seed)
        found = est.patience(calls)
        inside.append(found.low <= 200 <= found.high)
        naive.append(est.naive_patience(calls).estimate)
    assert 183 <= sum(inside) <= 199
    # Whichever comes first of two exponentials has mean 1 ÷ (1/200 + 1/40) = 33.3 s: six times too short
    assert np.mean(naive) == pytest.approx(100 / 3, rel=0.03)
    assert "WRONG" in est.naive_patience(calls).method


def test_kaplan_meier_needs_no_shape():
    """Patience that is not exponential: uniform on 0 to 100 s has a median of 50 s."""
    chance = np.random.default_rng(5)
    patience, offered = chance.uniform(0, 100, 20_000), chance.exponential(60, 20_000)
    calls = pd.DataFrame(
        {"wait_s": np.minimum(patience, offered), "outcome": np.where(patience < offered, "abandoned", "answered")}
    )
    found = est.median_patience(calls)
    assert found.low <= 50 <= found.high and found.high - found.low < 3


def test_sums_and_calls_agree():
    calls = simulated_calls(500, 120.0, 60.0, 7)
    answered = calls["outcome"] == "answered"
    row = {
        "answered": answered.sum(),
        "abandoned": (~answered).sum(),
        "wait_answered_s": calls.loc[answered, "wait_s"].sum(),
        "wait_abandoned_s": calls.loc[~answered, "wait_s"].sum(),
    }
    sums, each = est.patience_from_sums(pd.DataFrame([row])), est.patience(calls)
    assert sums.estimate == pytest.approx(each.estimate) and sums.low == pytest.approx(each.low) and sums.n == each.n


def test_blocked_calls_say_nothing_of_patience():
    calls = simulated_calls(100, 100.0, 50.0, 1)
    blocked = pd.DataFrame({"wait_s": [0.0] * 50, "outcome": "blocked"})
    assert est.patience(pd.concat([calls, blocked])).n == 100


@pytest.mark.parametrize("estimate", [est.patience, est.naive_patience, est.still_waiting, est.short_abandons])
def test_nobody_hung_up(estimate):
    calls = pd.DataFrame({"wait_s": [5.0, 6.0], "outcome": "answered"})
    with pytest.raises(ValueError, match="hung up"):
        estimate(calls)


@examples(30)
@given(waits=st.lists(st.floats(0.1, 5000), min_size=2, max_size=60), seed=st.integers(0, 99))
def test_the_curve_falls_within_its_band(waits, seed):
    left = np.random.default_rng(seed).random(len(waits)) < 0.5
    left[0] = True
    calls = pd.DataFrame({"wait_s": waits, "outcome": np.where(left, "abandoned", "answered")})
    curve = est.still_waiting(calls)
    assert curve["still_waiting"].is_monotonic_decreasing and curve["still_waiting"].between(0, 1).all()
    bounded = curve.dropna()
    assert (
        (bounded["low"] <= bounded["still_waiting"] + 1e-12) & (bounded["still_waiting"] <= bounded["high"] + 1e-12)
    ).all()
    assert est.patience(calls).estimate >= est.naive_patience(calls).estimate - 1e-9


def test_handle_time_of_a_lognormal():
    """μ = log 240, σ = 0.8: mean 240 exp(0.32) = 330.5 s, cv √(exp 0.64 − 1) = 0.947, p90 = 240 exp(1.2816 × 0.8) =
    669.
    """
    talk = np.random.default_rng(3).lognormal(np.log(240), 0.8, 30_000)
    calls = pd.DataFrame({"outcome": "answered", "talk_s": talk * 0.8, "acw_s": talk * 0.2})
    found = est.handle_time(calls).set_index("name")
    truth = {"aht_s": 330.5, "aht_cv": 0.947, "lognormal_median_s": 240, "lognormal_sigma": 0.8, "p90_s": 669}
    for name, value in truth.items():
        assert found.loc[name, "estimate"] == pytest.approx(value, rel=0.03), name
        assert found.loc[name, "low"] * 0.99 <= value <= found.loc[name, "high"] * 1.01, name
    assert (found["n"] == 30_000).all() and (found["low"] < found["high"]).all()


def test_handle_time_leaves_the_unanswered_out():
    calls = pd.DataFrame({"outcome": ["answered", "answered", "abandoned"], "talk_s": [100.0, 200.0, 0.0]})
    assert est.handle_time(calls).set_index("name").loc["aht_s", "estimate"] == 150
    with pytest.raises(ValueError, match="two answered calls"):
        est.handle_time(calls.tail(2))


def arrivals(weeks, cv, seed, trend=0.0):
    """Half-hours of 26 weeks: Poisson around a profile, each day times its own gamma factor."""
    chance = np.random.default_rng(seed)
    start = pd.date_range("2026-01-05", periods=weeks * 7 * 20, freq="36min")
    day = np.arange(len(start)) // 40
    start = start.floor("D") + pd.to_timedelta(np.arange(len(start)) % 40 * 30, unit="min")
    factor = np.ones(day.max() + 1) if cv == 0 else chance.gamma(1 / cv**2, cv**2, day.max() + 1)
    mean = 12 * (1 + 0.5 * np.sin(np.arange(len(start)) % 40 / 6)) * factor[day] * (1 + trend * day / 7)
    return pd.DataFrame(
        {"queue": "all", "start": pd.DatetimeIndex(start).tz_localize("UTC"), "offered": chance.poisson(mean)}
    )


def test_pure_chance_has_a_ratio_of_one():
    found = est.overdispersion(arrivals(30, 0.0, 1)).set_index("name")
    assert found.loc["variance_to_mean", "low"] <= 1 <= found.loc["variance_to_mean", "high"]
    assert found.loc["day_factor_cv", "estimate"] < 0.03


@pytest.mark.parametrize("trend", [0.0, 0.01])
def test_a_days_own_factor_is_found(trend):
    """Gamma factor with cv 0.2; a trend of 1 % a week does not inflate it."""
    found = est.overdispersion(arrivals(52, 0.2, 2, trend)).set_index("name")
    factor = found.loc["day_factor_cv"]
    assert factor["estimate"] == pytest.approx(0.2, abs=0.025) and factor["low"] <= 0.2 <= factor["high"]
    assert found.loc["variance_to_mean", "estimate"] > 1.3


def test_days_can_be_left_out_of_the_scatter():
    frame = arrivals(20, 0.0, 4)
    wild = frame["start"].dt.strftime("%Y-%m-%d") == "2026-02-04"
    frame.loc[wild, "offered"] *= 6
    assert est.overdispersion(frame)["estimate"].iloc[0] > 2
    assert est.overdispersion(frame, [pd.Timestamp("2026-02-04")])["estimate"].iloc[0] == pytest.approx(1, abs=0.1)
    with pytest.raises(ValueError, match="two weeks in a row"):
        est.overdispersion(frame.head(40))


def test_shrinkage_by_cause():
    """Ten days of 7.5 paid hours: 30 min break each, one day sick; lunch is not paid. 7.5 ÷ 75 and 4.5 ÷ 75."""
    rows = []
    for day in pd.date_range("2026-03-02", periods=10, tz="Europe/Helsinki"):
        at = day + pd.Timedelta(hours=8)
        if day.day == 5:
            rows.append(("A", at, at + pd.Timedelta(hours=7.5), "work", "sickness"))
            continue
        rows.append(("A", at, at + pd.Timedelta(hours=7), "work", "work"))
        rows.append(("A", at + pd.Timedelta(hours=7), at + pd.Timedelta(hours=7.5), "break", "break"))
        rows.append(("A", at + pd.Timedelta(hours=7.5), at + pd.Timedelta(hours=8), "lunch", "lunch"))
    found = est.shrinkage_by_cause(
        pd.DataFrame(rows, columns=["agent", "start", "end", "scheduled", "actual"])
    ).set_index("cause")
    assert found["estimate"].to_dict() == pytest.approx({"breaks": 4.5 / 75, "sickness": 7.5 / 75})
    assert found["group"].to_dict() == {"sickness": "external", "breaks": "internal"} and (found["n"] == 75).all()


def test_attrition():
    """One leaver and (365 + 182) agent-days: 1 ÷ 1.4976 years."""
    agents = pd.DataFrame(
        {
            "agent": ["A", "B"],
            "hired": pd.to_datetime(["2020-01-01", "2025-01-01"]),
            "left": pd.to_datetime([None, "2025-07-02"]),
        }
    )
    found = est.attrition(agents, "2025-01-01", "2026-01-01")
    assert found.estimate == pytest.approx(1 / (547 / 365.25)) and found.low < found.estimate < found.high
    with pytest.raises(ValueError, match="nobody was employed"):
        est.attrition(agents, "2010-01-01", "2011-01-01")


def test_short_abandons():
    """Wilson's 95 % interval of 10 in 100 is 0.0552 to 0.1744 (Newcombe, Statistics in Medicine 1998)."""
    calls = pd.DataFrame({"wait_s": [2.0] * 10 + [50.0] * 90, "outcome": "abandoned"})
    found = est.short_abandons(calls)
    assert (found.estimate, found.n) == (0.1, 100)
    assert (round(found.low, 4), round(found.high, 4)) == (0.0552, 0.1744)


def test_a_confidence_or_a_table_that_is_none_is_refused():
    calls = simulated_calls(50, 60, 60, 1).assign(talk_s=100.0)
    for estimate in (est.patience, est.naive_patience, est.still_waiting, est.short_abandons, est.handle_time):
        for confidence in (95, 0, "high"):
            with pytest.raises(ValueError, match="confidence must be"):
                estimate(calls, confidence=confidence)
        with pytest.raises(ValueError, match="calls must have the columns outcome"):
            estimate(calls.drop(columns="outcome"))
    with pytest.raises(ValueError, match="no row"):
        est.overdispersion(
            pd.DataFrame({"queue": ["a"], "start": [pd.Timestamp("2026-01-05")], "offered": [1]}).head(0)
        )
    with pytest.raises(ValueError, match="agents must have the columns agent, hired and left"):
        est.attrition(calls, "2026-01-01", "2026-02-01")
