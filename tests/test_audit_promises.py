"""Forecast and plan against what came: by hand, by a draw whose truth is known, and on the bundled centre."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import poisson

from ccplan import display
from ccplan.auditing.evidence import Evidence
from ccplan.auditing.promising.expected import expected_of
from ccplan.auditing.promising.promises import _chance, accuracy, beside, promises
from ccplan.auditing.quarter import Quarter
from ccplan.data import Centre, Queue
from ccplan.queueing import Targets, performance, required_agents
from tests.audited import made as told_of

CENTRE = Centre(name="x", queues=(Queue(name="q", targets=Targets(service_level=0.8, target_s=20), patience_s=180.0),))


def evidence_from(intervals, centre=CENTRE, quarter="2026Q3", folder="nowhere", **tables):
    check = SimpleNamespace(centre=centre, folder=folder)
    return Evidence(quarter=Quarter.of(quarter), check=check, tables={"intervals": intervals} | tables, absent={})


def a_history(first="2025-04-01", end="2026-10-01", *, calls=80.0, aht=240.0, seed=7, agents=0, zone="Europe/Helsinki"):
    """Poisson contacts of one queue, half-hours of weekdays 9 to 17, answered all; agents as needed plus `agents`."""
    draw = np.random.default_rng(seed)
    start = pd.date_range(first, end, freq="30min", inclusive="left")
    start = start[(start.day_of_week < 5) & (start.hour >= 9) & (start.hour < 17)]
    offered = draw.poisson(calls, len(start))
    need = required_agents(calls, aht, CENTRE.queue("q").targets, patience_s=180.0)
    return pd.DataFrame(
        {
            "queue": "q",
            "start": start.tz_localize(zone) if zone else start,
            "offered": offered,
            "answered": offered.astype(float),
            "answered_in_target": np.round(0.85 * offered),
            "talk_s": offered * aht,
            "hold_s": 0.0,
            "acw_s": 0.0,
            "agents": float(need + agents),
        }
    )


EXPECTED = a_history("2026-07-01")[["queue", "start"]].assign(
    offered=80.0, aht_s=240.0, offered_p10=68.0, offered_p90=92.0
)


# ------------------------------------------------------------------------------------------- by hand


def test_accuracy_by_hand():
    day = pd.Timestamp("2026-07-01")
    rows = pd.DataFrame(
        {
            "queue": "q",
            "day": [day, day, day + pd.Timedelta(days=1), day + pd.Timedelta(days=1)],
            "forecast": [100.0, 52, 0, 20],
            "offered": [104.0, 40, 0, 30],
            "low": [90.0, 45, 0, 10],
            "high": [110.0, 60, 0, 40],
            "aht_expected": [300.0, 300, 300, 200],
            "aht_came": [330.0, 300, np.nan, 200],
        }
    )
    one = accuracy(rows, []).iloc[0]
    assert one["n"] == 3, "nothing came and nothing was forecast: not an interval to be right about"
    assert one["wape"] == pytest.approx((4 + 12 + 0 + 10) / 174) and one["bias"] == pytest.approx(172 / 174 - 1)
    assert one["wape_days"] == pytest.approx((8 + 10) / 174)
    assert one["within_5"] == pytest.approx(1 / 3) and one["coverage"] == pytest.approx(2 / 3)
    assert one["aht_expected"] == pytest.approx((152 * 300 + 20 * 200) / 172)
    assert one["aht_came"] == pytest.approx((104 * 330 + 40 * 300 + 30 * 200) / 174)
    by_day = accuracy(rows, ["day"])
    assert by_day["bias"].tolist() == pytest.approx([152 / 144 - 1, 20 / 30 - 1])


def test_chance_is_the_poissons_mean_absolute_deviation():
    counts = np.arange(2000)
    for mean in (0.0, 0.4, 3.0, 17.3, 240.0):
        assert _chance(np.array([mean]))[0] == pytest.approx(
            (np.abs(counts - mean) * poisson.pmf(counts, mean)).sum(), abs=1e-9
        )


def test_a_forecast_that_knows_the_truth_is_off_by_chance_alone_and_there_is_no_finding():
    told = promises(evidence_from(a_history()), EXPECTED)
    one = told.queues.iloc[0]
    assert one["wape"] == pytest.approx(one["wape_chance"], rel=0.05) and abs(one["bias"]) < 0.01
    inside = poisson.cdf(92, 80) - poisson.cdf(67, 80)
    assert one["coverage"] == pytest.approx(inside, abs=0.03)
    assert told.findings == ()


def test_plan_and_fit_are_the_formulas_own():
    told = promises(evidence_from(a_history(agents=2)), EXPECTED)
    need = required_agents(80.0, 240.0, CENTRE.queue("q").targets, patience_s=180.0)
    assert (told.intervals["planned"] == need).all()
    level = performance(80.0, 240.0, need, patience_s=180.0, target_s=20).service_level
    more = performance(80.0, 240.0, need + 2, patience_s=180.0, target_s=20).service_level
    total = told.kept_queues.iloc[0]
    assert total["promised"] == pytest.approx(level) and total["rostered"] == pytest.approx(more)
    came = told.intervals
    assert total["came"] == pytest.approx((came["came"] * came["offered"]).sum() / came["offered"].sum()) and total[
        "came"
    ] == pytest.approx(0.85, abs=0.005)
    row, hours = told.fit.iloc[0], len(came) / 2
    gap = (need + 2) - came["needed"].to_numpy()
    assert row["hours_there"] == pytest.approx((need + 2) * hours)
    assert row["under_hours"] == pytest.approx(np.maximum(-gap, 0).sum() / 2) and row["over_hours"] == pytest.approx(
        np.maximum(gap, 0).sum() / 2
    )
    assert row["over_hours"] - row["under_hours"] == pytest.approx(row["hours_there"] - row["hours_needed"])
    assert row["under_share"] == pytest.approx((gap < 0).mean()) and np.isnan(row["correlation"]), (
        "who is always as many has no correlation"
    )


# ------------------------------------------------------------------------------------------ findings


def changed(part, **factors):
    """The history with columns of 2026Q3 multiplied."""
    late = part["start"] >= pd.Timestamp("2026-07-01", tz="Europe/Helsinki")
    return part.assign(
        **{name: part[name].where(~late, (part[name] * factor).round()) for name, factor in factors.items()}
    )


def keys(told):
    return {one.key for one in told.findings}


def test_a_tenth_more_handle_time_is_found_and_priced():
    told = promises(evidence_from(changed(a_history(), talk_s=1.2)), EXPECTED)
    assert "forecast_aht q" in keys(told)
    one = next(found for found in told.findings if found.key == "forecast_aht q")
    hours = (told.intervals["needed"] - told.intervals["planned"]).sum() / 2
    assert "20% longer" in one.says and float(one.cost) == pytest.approx(
        hours / 0.7 * CENTRE.costs.loaded_hourly_cost, abs=1
    )
    small = promises(evidence_from(changed(a_history(), talk_s=1.05)), EXPECTED)
    assert "forecast_aht q" not in keys(small), "beyond chance, but too small to matter"


def test_volume_is_found_unless_the_forecast_missed_so_before():
    more = changed(a_history(), offered=1.25, answered=1.25, answered_in_target=1.25, talk_s=1.25)
    told = promises(evidence_from(more), EXPECTED)
    assert "forecast_offered q" in keys(told) and "25% more" in next(
        f.says for f in told.findings if f.key == "forecast_offered q"
    )
    usual = expected_of(evidence_from(more), EXPECTED)
    wild = replace(usual, held={"q": np.array([-0.3, 0.2, -0.25, 0.1])})
    young = replace(usual, young=("q",))
    assert "forecast_offered q" not in keys(promises(evidence_from(more), wild)) | keys(
        promises(evidence_from(more), young)
    )


def test_service_under_its_target_is_a_promise_broken():
    bad = promises(evidence_from(changed(a_history(), answered_in_target=0.88)), EXPECTED)  # 75 % where 80 % is asked
    found = {one.key: one for one in bad.findings}
    assert (
        found["promise q"].area == "customers"
        and found["promise q"].severity == "red"
        and "75% were" in found["promise q"].says
    )
    near = promises(evidence_from(changed(a_history(), answered_in_target=0.93)), EXPECTED)  # 79 %
    assert "promise q" not in keys(near)


def test_too_few_agents_more_often_than_before():
    told = promises(evidence_from(changed(a_history(agents=2), agents=0.85)), EXPECTED)
    assert "understaffed q" in keys(told)
    assert "understaffed q" not in keys(promises(evidence_from(a_history(agents=-1)), EXPECTED)), (
        "as bad as ever is no news here"
    )


@pytest.mark.parametrize("seed", range(6))
def test_chance_alone_gives_no_finding(seed):
    assert promises(evidence_from(a_history(seed=100 + seed, agents=1)), EXPECTED).findings == ()


# ----------------------------------------------------------------------------------------- bad input


def test_half_a_quarter_says_so_and_compares_what_came():
    half = a_history(end="2026-08-11")
    told = promises(evidence_from(half), EXPECTED)
    assert any("intervals end on 2026-08-10" in note for note in told.notes)
    assert told.queues["offered"].iloc[0] == half.loc[half["start"] >= "2026-07-01", "offered"].sum()


def test_without_optional_columns_the_rest_is_told():
    bare = a_history()[["queue", "start", "offered"]]
    told = promises(evidence_from(bare), EXPECTED)
    assert told.fit.empty and told.kept_queues["came"].isna().all() and np.isfinite(told.queues["wape"].iloc[0])
    assert any("column agents" in note for note in told.notes)


def test_what_cannot_be_is_refused_in_words():
    with pytest.raises(ValueError, match="no row in 2030Q1"):
        promises(evidence_from(a_history(), quarter="2030Q1"))
    with pytest.raises(ValueError, match="nothing was known before 2026-07-01"):
        promises(evidence_from(a_history("2026-07-01")))
    with pytest.raises(ValueError, match="missing: aht_s"):
        promises(evidence_from(a_history()), EXPECTED.drop(columns="aht_s"))
    with pytest.raises(ValueError, match="from 0 up"):
        promises(evidence_from(a_history()), EXPECTED.assign(offered=-1))


def test_callers_whom_nobody_expected():
    told = promises(evidence_from(a_history()), EXPECTED.assign(offered=0.0, offered_p10=0.0, offered_p90=0.0))
    assert "where 0 were expected;" in next(one.says for one in told.findings if one.key == "forecast_offered q")
    assert (
        "nothing was expected" in display.promises_answer(told).markdown
        and "<svg" in display.show(display.forecast_against_chart(told)).svg
    )


def test_nobody_called():
    told = promises(evidence_from(a_history(calls=1e-9)), EXPECTED)
    one = told.queues.iloc[0]
    assert np.isnan(one["wape"]) and np.isnan(one["bias"]) and np.isnan(one["aht_bias"])


def test_a_queue_that_the_centre_does_not_know_and_a_hostile_name():
    name = "<script>alert(1)</script>"
    mine = a_history().assign(queue=name)
    told = promises(evidence_from(mine), EXPECTED.assign(queue=name))
    assert told.queues["queue"].tolist() == [name]
    assert any("no plan to compare" in note for note in told.notes)


def test_three_weeks_of_history_are_enough_to_expect_something():
    told = promises(evidence_from(a_history("2026-06-08")))
    assert abs(told.queues["bias"].iloc[0]) < 0.1 and told.findings == ()


def test_a_forecast_kept_in_the_folder_goes_first(tmp_path):
    (tmp_path / "plan").mkdir()
    kept = EXPECTED.assign(start=EXPECTED["start"].dt.tz_localize(None), offered=99.0)
    kept.to_csv(tmp_path / "plan" / "forecast.csv", index=False)
    told = promises(evidence_from(a_history(), folder=tmp_path))
    assert "plan/forecast.csv" in told.source and (told.expected["offered"] == 99).all()
    kept.head(20).to_csv(tmp_path / "plan" / "forecast.csv", index=False)
    assert "as they stood on 2026-07-01" in promises(evidence_from(a_history(), folder=tmp_path)).source, (
        "two days are no quarter"
    )


def test_contacts_outside_the_forecasts_hours_count_as_missed():
    came = a_history("2026-07-01")
    rows = beside(EXPECTED.iloc[1:], came)
    assert rows["forecast"].iloc[0] == 0 and rows["offered"].iloc[0] == came["offered"].iloc[0]


def test_nothing_after_the_first_day_is_looked_at():
    known = a_history()
    blind = known[known["start"] < pd.Timestamp("2026-07-04", tz="Europe/Helsinki")]
    pd.testing.assert_frame_equal(expected_of(evidence_from(known)).frame, expected_of(evidence_from(blind)).frame)


# ----------------------------------------------------------------------------------- bundled centre


@pytest.fixture(scope="module")
def quarters():
    return {name: told_of(name)["promises"] for name in ("2025Q4", "2026Q1", "2026Q2")}


@pytest.mark.parametrize("name", ["2025Q4", "2026Q1"])
def test_a_quarter_without_a_story_of_forecast_or_plan_has_no_finding(quarters, name):
    assert quarters[name].findings == ()


def test_the_launch_is_found_with_what_it_did_to_the_plan(quarters):
    found = {one.key: one for one in quarters["2026Q2"].findings}
    assert {"forecast_aht service", "promise service", "understaffed service"} <= set(found) and not [
        key for key in found if "outage" in key
    ]
    queues = quarters["2026Q2"].queues.set_index("queue")
    assert queues.loc["service", "aht_came"] / queues.loc["service", "aht_expected"] == pytest.approx(
        1.175, abs=0.01
    ), "17-18 % as it was drawn"
