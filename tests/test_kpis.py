"""The registry, and `measure` where tables, columns, contacts or goals are missing; values by hand."""

import dataclasses
from math import isnan, nan
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from ccplan.auditing import KPIS, said, target_of, unknown_targets
from ccplan.auditing import measure
from ccplan.auditing.findings import AREAS
from ccplan.auditing.measuring.kpi import BETTER, KPI_AREAS
from ccplan.auditing.kpis import kpi_table
from ccplan.data import Centre, Queue
from ccplan.data.centre_file import CentreError, read_centre_text
from ccplan.queueing import Targets
from tests.small_centre import CENTRE, tables

NAMED = (
    "aht_s",
    "talk_s",
    "acw_s",
    "csat",
    "nps",
    "ces",
    "blocked",
    "queue_time_s",
    "asa_s",
    "abandonment",
    "service_level",
    "fcr",
    "call_resolution",
    "utilisation",
    "occupancy",
    "adherence",
    "absence_days",
    "attrition",
    "calls_per_agent",
)  # the sector's own list


@pytest.fixture(scope="module")
def frames():
    made = tables()
    return {
        name: frame.assign(
            **{column: frame[column].dt.tz_convert(CENTRE.time_zone) for column in frame.select_dtypes("datetimetz")}
        )
        for name, frame in made.items()
    }


def in_words(*args, **options):
    with pytest.raises(ValueError) as caught:
        measure(*args, **options)
    return str(caught.value)


def test_the_registry_is_whole():
    assert set(NAMED) <= set(KPIS) and len(KPIS) >= 24 and set(AREAS) - {"improvements"} <= set(KPI_AREAS)
    for key, kpi in KPIS.items():
        assert (
            kpi.key == key
            and kpi.name
            and kpi.formula
            and kpi.unit
            and kpi.source
            and kpi.area in KPI_AREAS
            and kpi.better in BETTER
            and kpi.low < kpi.high
        )
        for name, option in kpi.options.items():
            for value in option.words or [option.default]:
                assert kpi.with_(**{name: value}).ways and kpi.with_(**{name: value}).variant()


def test_the_table_for_readers_is_up_to_date():
    assert (Path(__file__).parents[1] / "docs/kpis.md").read_text(encoding="utf-8") == kpi_table(), (
        "run python -m ccplan.auditing.kpis"
    )


def test_local_hours_over_a_change_of_the_clock_and_teams_against_pandas(frames):
    calls = frames["calls"][frames["calls"]["outcome"] == "answered"].merge(
        frames["agents"][["agent", "team"]], on="agent"
    )
    expected = (
        calls.assign(handle=calls["talk_s"] + calls["hold_s"].fillna(0) + calls["acw_s"], hour=calls["arrived"].dt.hour)
        .groupby(["team", "hour"])["handle"]
        .mean()
    )
    found = (
        measure(frames, "aht_s", ["team", "hour"], centre=CENTRE)
        .dropna(subset="team")
        .set_index(["team", "hour"])["value"]
    )
    pd.testing.assert_series_equal(found, expected, check_names=False, check_dtype=False, check_index_type=False)


def test_sums_add_up_from_grain_to_grain(frames):
    whole = measure(frames, ["service_level", "aht_s", "csat", "adherence", "qa_score"], centre=CENTRE).set_index("kpi")
    days = (
        measure(frames, ["service_level", "aht_s", "csat", "adherence", "qa_score"], ["day"], centre=CENTRE)
        .groupby("kpi")[["top", "bottom"]]
        .sum()
    )
    assert np.allclose(days.loc[whole.index, ["top", "bottom"]], whole[["top", "bottom"]].astype(float))


def test_intervals_of_shares_and_means_against_other_libraries(frames):
    row = measure(frames, "csat").iloc[0]
    assert (row["low"], row["high"]) == pytest.approx(
        proportion_confint(row["top"], row["bottom"], method="wilson"), rel=1e-9
    )
    handle = frames["calls"].query("outcome == 'answered'")["talk_s"]
    row = measure({"calls": frames["calls"]}, "talk_s").iloc[0]
    assert (row["value"], row["high"] - row["value"]) == pytest.approx(
        (handle.mean(), 1.959963984540054 * handle.sem()), rel=1e-9
    )


def test_five_service_levels_by_hand():
    waits = [
        ("answered", 10.0),
        ("answered", 30.0),
        ("abandoned", 3.0),
        ("abandoned", 15.0),
        ("abandoned", 60.0),
        ("blocked", 0.0),
    ]
    calls = pd.DataFrame(waits, columns=["outcome", "wait_s"]).assign(queue="q")
    by_hand = {
        "offered": 1 / 5,
        "answered": 1 / 2,
        "without_short_abandons": 1 / 3,
        "abandons_count": 3 / 5,
        "short_abandons_count": 2 / 5,
    }
    for definition, value in by_hand.items():
        assert measure({"calls": calls}, KPIS["service_level"].with_(definition=definition, target_s=20))[
            "value"
        ].item() == pytest.approx(value)


def test_each_queue_has_its_own_target_time(frames):
    calls = pd.DataFrame({"queue": ["sales", "care"], "outcome": "answered", "wait_s": 30.0})
    found = measure({"calls": calls}, "service_level", ["queue"], centre=CENTRE)
    assert (
        found.set_index("queue")["value"].to_dict() == {"care": 1.0, "sales": 0.0}
        and "sales 20 s, care 40 s" in found["variant"][0]
    )
    assert measure(frames, "service_level", centre=CENTRE)["tables"].item() == "intervals"
    assert measure(frames, KPIS["service_level"].with_(target_s=33), centre=CENTRE)["tables"].item() == "calls"


def _days_of_agents(chance, centres=250, agents=12, days=4, stretches=6):
    """Stretches of many small centres (a column team): on some days an agent keeps to hardly any of the plan, 85 %
    at large.
    """
    day = np.arange(centres * agents * days)
    at = np.repeat(day, stretches)
    kept = chance.random(len(at)) < chance.choice([0.4, 1.0], len(day), p=[0.25, 0.75])[at]
    start = (
        pd.Timestamp("2026-03-02 08:00")
        + pd.to_timedelta(at % days, unit="D")
        + pd.to_timedelta(np.tile(np.arange(stretches), len(day)), unit="h")
    )
    return pd.DataFrame(
        {
            "team": [f"t{one}" for one in at // (agents * days)],
            "agent": [f"a{one}" for one in at // days],
            "start": start,
            "end": start + pd.to_timedelta(chance.choice([30, 60], len(at)), unit="min"),
            "scheduled": "work",
            "actual": np.where(kept, "work", "break"),
        }
    )


def test_bounds_of_adherence_cover_the_truth_though_a_day_of_an_agent_hangs_together():
    frame = _days_of_agents(np.random.default_rng(8))
    found = measure({"activities": frame}, "adherence", ["team"])
    covered = ((found["low"] <= 0.85) & (found["high"] >= 0.85)).mean()
    assert 0.89 <= covered <= 0.98 and (found["n"] == 48).all(), (
        "48 days of agents; with stretches as if independent it is three in four"
    )


def test_bounds_of_stretches_and_steps_are_those_of_their_days_and_evaluations(frames):
    for table, kpi, cluster in (("activities", "adherence", None), ("evaluations", "qa_score", "evaluation")):
        frame = frames[table].copy()
        if cluster:
            frame = frame.dropna(subset=["points", "possible"]).assign(
                x=lambda t: t.points, y=lambda t: t.possible, cluster=lambda t: t.evaluation
            )
        else:
            lasted = (frame["end"] - frame["start"]).dt.total_seconds()
            there = frame["scheduled"].notna() & (frame["actual"] != "sickness")
            frame = frame.assign(
                y=lasted,
                x=lasted * (frame["scheduled"] == frame["actual"]),
                cluster=frame["agent"] + frame["start"].dt.strftime("%F"),
            )[there]
        sums = frame.groupby("cluster")[["x", "y"]].sum()
        value = frame["x"].sum() / frame["y"].sum()
        error = (sums["x"] - value * sums["y"]).std() * len(sums) ** 0.5 / sums["y"].sum()  # the residuals' mean is 0
        row = measure({table: frames[table]}, kpi, centre=CENTRE).iloc[0]
        assert (row["value"], row["n"], row["high"] - row["value"]) == pytest.approx(
            (value, len(sums), 1.959963984540054 * error), rel=1e-9
        ), table


def test_a_channel_is_known_from_the_queue(frames):
    several = dataclasses.replace(
        CENTRE, queues=(CENTRE.queues[0], Queue(name="care", channel="email", deadline_s=14_400))
    )
    found = measure(frames, "abandonment", ["channel"], centre=several).set_index("channel")
    queues = measure(frames, "abandonment", ["queue"], centre=several).set_index("queue")
    assert found["bottom"].to_dict() == {
        "email": queues.loc["care", "bottom"],
        "voice": queues.loc["sales", "bottom"],
    } and set(found["tables"]) == {"intervals"}


def test_a_quarter_of_people_ends_with_the_tables(frames):
    row = measure(frames, "attrition", centre=CENTRE, quarter="2026Q2").iloc[0]
    assert row["top"] == 1 and row["bottom"] == pytest.approx((11 * 14 + 5) / 30 / 12, rel=0.1), (
        "up to 13 April, and one left on the fifth"
    )


def test_repeats_look_back_and_ahead():
    days = [0, 2, 20, 29]
    calls = pd.DataFrame(
        {
            "call_id": list("abcd"),
            "customer": "k",
            "reason": "bill",
            "queue": "q",
            "outcome": "answered",
            "arrived": pd.Timestamp("2026-01-01") + pd.to_timedelta(days, unit="D"),
        }
    )
    calls = pd.concat([calls, calls.iloc[:1].assign(call_id="x", customer=None)], ignore_index=True)
    assert measure({"calls": calls}, "repeat_rate")[["top", "bottom"]].values.tolist() == [[0, 2]], (
        "what came before a and b is not told"
    )
    longer = pd.concat([calls, calls.iloc[-1:].assign(call_id="y", arrived=pd.Timestamp("2025-12-20"))])
    assert measure({"calls": longer}, "repeat_rate")[["top", "bottom"]].values.tolist() == [[1, 4]]
    found = measure({"calls": calls}, KPIS["fcr"].with_(definition="repeats"))[["top", "bottom"]].values.tolist()
    assert found == [[2, 3]], "b and c were the last of theirs; a came again; the week after d is not known yet"


def test_cost_counts_the_months_that_both_tables_have(frames):
    row = measure(frames, "cost_per_contact", centre=CENTRE).iloc[0]
    months = measure(frames, "cost_per_contact", ["month"], centre=CENTRE)
    assert (
        row["top"] == months["top"].sum() == pytest.approx(2100.5 + 1990.25)
        and row["bottom"] == months["bottom"].sum()
        and isnan(row["low"])
    )
    lines = measure(frames, "cost_per_contact", ["line"], centre=CENTRE)
    assert lines["value"].sum() == pytest.approx(row["value"]) and row["tables"] == "ledger ÷ intervals"


def test_what_is_not_there_is_told(frames):
    few = measure({"calls": frames["calls"]}, ["aht_s", "adherence", "cost_per_contact"])
    assert few["kpi"].tolist() == ["aht_s"] and few.attrs["missing"] == {
        "adherence": "there is no table activities",
        "cost_per_contact": "there is no table ledger",
    }
    assert "nothing can be measured: adherence: there is no table activities" in in_words(
        {"calls": frames["calls"]}, "adherence"
    )
    assert "activities last for hours: they are told by the day" in in_words(frames, "adherence", ["hour"])
    assert "KPI must be one of service_level" in in_words(frames, "svl")
    assert "by must be a time (year, " in (words := in_words(frames, "aht_s", ["quue"])) and "queue" in words
    assert "got queue twice" in in_words(frames, "aht_s", ["queue", "queue"])
    assert "not both" in in_words(frames, "aht_s", quarter="2026Q1", start="2026-01-01")
    assert "does not exist" in in_words({"calls": "nowhere.parquet"}, "aht_s")
    assert "got list" in in_words([1], "aht_s")
    with pytest.raises(ValueError, match="target is no option of service_level: it has definition"):
        KPIS["service_level"].with_(target=30)
    with pytest.raises(ValueError, match="definition of service_level must be one of offered"):
        KPIS["service_level"].with_(definition="best")


def test_a_missing_column_is_told_and_one_that_stands_in_is_noted(frames):
    calls = frames["calls"].drop(columns=["hold_s", "csat"])
    found = measure({"calls": calls}, ["aht_s", "csat"])
    assert found["tables"].tolist() == ["calls (without hold_s)"] and found.attrs["missing"] == {
        "csat": "calls has no column csat"
    }


def test_nothing_below_is_nan_and_never_an_exception(frames):
    empty = measure(frames, centre=CENTRE, quarter="2031Q1")
    assert empty["value"].isna().all(), "people without a last day are not counted beyond the tables' last day either"
    assert not np.isinf(empty[["low", "high"]].to_numpy(float)).any()
    one = pd.DataFrame({"queue": ["q"], "outcome": ["answered"], "wait_s": [5.0], "talk_s": [60.0], "csat": [nan]})
    found = measure({"calls": one}, ["aht_s", "csat", "asa_s"]).set_index("kpi")
    assert (
        found.loc["aht_s", "value"] == 60
        and isnan(found.loc["aht_s", "low"])
        and isnan(found.loc["csat", "value"])
        and found.loc["csat", "n"] == 0
    )


def test_scores_outside_their_scale_and_names_that_are_code_do_no_harm():
    calls = pd.DataFrame(
        {"queue": "=cmd()", "outcome": "answered", "agent": "<script>alert('x')</script>", "csat": [5.0, 9.0, 0.0, 1.0]}
    )
    row = measure({"calls": calls}, "csat", ["queue", "agent"]).iloc[0]
    assert (row["queue"], row["agent"], row["top"], row["bottom"]) == ("=cmd()", "<script>alert('x')</script>", 1, 2)


def test_goals_of_a_centre():
    centre = Centre(
        name="x",
        queues=(Queue(name="q", targets=Targets(service_level=0.9, max_occupancy=0.85)),),
        kpi_targets={"csat": 0.7, "csta": 1.0},
    )
    assert (
        target_of("service_level", centre, "q"),
        target_of("occupancy", centre, "q"),
        target_of("abandonment", centre, "q"),
    ) == (0.9, 0.85, None)
    assert (
        target_of("csat", centre),
        target_of("csat", centre, "q"),
        target_of("fcr", centre),
        target_of("service_level", centre),
    ) == (0.7, 0.7, None, None)
    assert unknown_targets(centre) == ("kpi_targets.csta is not a known setting — did you mean csat?",)


def test_goals_are_read_from_centre_toml():
    text = 'name = "x"\n[queues.q]\n[kpi_targets]\n'
    assert read_centre_text(text + "csat = 0.7\nnps = -5").kpi_targets == {"csat": 0.7, "nps": -5.0}
    for line, words in (
        ('csat = "70 %"', "kpi_targets.csat must be a number"),
        ('"c sat" = 0.7', "must name KPIs by their keys"),
        ("csat = inf", "kpi_targets.csat"),
    ):
        with pytest.raises(CentreError, match=words):
            read_centre_text(text + line)


def test_values_are_said_in_their_units():
    words = {
        "service_level": (0.8384, "83.8 %"),
        "aht_s": (296.4, "296 s"),
        "asa_s": (9.26, "9.3 s"),
        "cost_per_contact": (4.1, "EUR 4.10"),
        "nps": (37.4, "37"),
        "ces": (5.476, "5.48"),
        "attrition": (0.275, "27.5 % a year"),
        "calls_per_agent": (37.64, "37.6 contacts"),
        "fcr": (nan, "–"),
    }
    assert {key: said(KPIS[key], value) for key, (value, _) in words.items()} == {
        key: word for key, (_, word) in words.items()
    }
    assert said(KPIS["cost_per_contact"], 1234.5, "USD") == "USD 1,234.50"


def test_a_kpi_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        KPIS["csat"].key = "x"
