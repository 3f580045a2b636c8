"""The bundled centre: synthetic and said so, the same bytes again, alive, and with its stories in it.

What is checked is computed here from the files with pandas, not with the generator's own functions.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ccplan.data import load_centre, load_intervals, sample_centre
from ccplan.data.sample import STORIES, write_sample
from ccplan.data.sample.stories import BROKEN_WEEK, LAUNCH, NOISE, OVERRUN, SICK_TEAM, SICKNESS
from ccplan.data.faults import faults_in
from ccplan.data.tables import TABLES

ZONE = "Europe/Helsinki"
TARGET_S = {"service": 20, "outage": 30, "chat": 60, "email": 14_400}
QUARTERS = ["2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3"]
FILES = {
    "README.md",
    "centre.toml",
    "intervals.csv",
    "agents.csv",
    "activities.parquet",
    "evaluations.parquet",
    "ledger.csv",
    "checklist.csv",
    "equipment.csv",
    "candidates.csv",
    *(f"calls/{quarter}.parquet" for quarter in QUARTERS),
}


def files_of(folder):
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


def quarter(times):
    local = times.dt.tz_localize(None) if times.dt.tz is not None else times
    return local.dt.to_period("Q").astype(str)


@pytest.fixture(scope="module")
def frame():
    return load_intervals(sample_centre()).frame


@pytest.fixture(scope="module")
def calls():
    """With answered (when), ended and quarter beside the table's own columns."""
    table = pd.read_parquet(sample_centre() / "calls")
    answered = table["arrived"] + pd.to_timedelta(table["wait_s"], unit="s")
    handle = table[["talk_s", "hold_s", "acw_s"]].sum(axis=1)
    return table.assign(
        answered=answered,
        handle_s=handle,
        ended=answered + pd.to_timedelta(handle, unit="s"),
        quarter=quarter(table["arrived"]),
    )


@pytest.fixture(scope="module")
def whole(calls):
    """The calls outside the broken week."""
    return calls[~in_broken_week(calls["arrived"])]


def in_broken_week(times):
    first, last = (pd.Timestamp(day, tz=ZONE) for day in (BROKEN_WEEK.first, BROKEN_WEEK.last))
    return (times >= first) & (times < last + pd.Timedelta(days=1))


@pytest.fixture(scope="module")
def activities():
    table = pd.read_parquet(sample_centre() / "activities.parquet")
    agents = pd.read_csv(sample_centre() / "agents.csv")
    return table.assign(
        minutes=(table["end"] - table["start"]) / pd.Timedelta(minutes=1),
        quarter=quarter(table["start"]),
        team=table["agent"].map(agents.set_index("agent")["team"]),
    )


@pytest.fixture(scope="module")
def ledger():
    table = pd.read_csv(sample_centre() / "ledger.csv", parse_dates=["month"])
    return table.assign(quarter=quarter(table["month"]))


# ---- the files


def test_the_same_bytes_again(tmp_path):
    write_sample(tmp_path)
    assert files_of(tmp_path) == FILES
    assert [
        name for name in sorted(FILES) if (tmp_path / name).read_bytes() != (sample_centre() / name).read_bytes()
    ] == []


def test_the_folder_holds_nothing_else_and_stays_small():
    """A plan's results may lie in `plan`."""
    assert {name for name in files_of(sample_centre()) if not name.startswith("plan/")} == FILES
    sizes = [(sample_centre() / name).stat().st_size for name in FILES]
    assert max(sizes) < 3_000_000 and sum(sizes) < 11_000_000


def test_it_is_marked_as_synthetic():
    assert "synthetic" in load_centre(sample_centre()).name and load_centre(sample_centre()).assumed == ()
    assert "SYNTHETIC" in (sample_centre() / "centre.toml").read_text(encoding="utf-8")
    assert "fictional" in (sample_centre() / "README.md").read_text(encoding="utf-8")


def test_the_command_wants_one_folder():
    asked = subprocess.run(
        [sys.executable, "-m", "ccplan.data.sample"],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
        env=os.environ,
    )
    assert asked.returncode == 1 and "name one folder" in asked.stderr


@pytest.mark.parametrize("name", sorted(set(TABLES) - {"intervals"}))
def test_every_table_keeps_the_rules(name, calls):
    table = calls if name == "calls" else read(name)
    frame = table[[column for column in TABLES[name].names if column in table]]
    assert set(TABLES[name].names) - set(frame) <= {"currency"}, "the ledger is in the centre's own"
    assert faults_in(as_declared(frame, TABLES[name]), TABLES[name]).empty


def read(name):
    file = sample_centre() / f"{name}.parquet"
    return pd.read_parquet(file) if file.is_file() else pd.read_csv(sample_centre() / f"{name}.csv")


def as_declared(frame, table):
    kinds = {"date": pd.to_datetime, "yes or no": lambda column: column.astype("boolean")}
    numbers = {column.name: frame[column.name].astype(float) for column in table.columns if column.measured}
    return frame.assign(**numbers, **{c.name: kinds[c.kind](frame[c.name]) for c in table.columns if c.kind in kinds})


def test_intervals_load_without_a_fault():
    reading = load_intervals(sample_centre())
    assert reading.faults.empty and reading.missing == 0


# ---- volume and service


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
    assert 20 <= load.quantile(0.99) <= 35 and load.max() <= 42


def test_service_is_the_largest_queue(frame):
    assert frame.groupby("queue")["offered"].sum().idxmax() == "service"


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


def test_patience_can_be_found_again(frame):
    """The callers' patience was drawn with these means in seconds: the estimate must come near."""
    from ccplan.data.evidence.guesses import mean_patience_s

    for name, drawn in {"service": 180, "outage": 240, "chat": 240}.items():
        assert np.isclose(mean_patience_s(frame[frame["queue"] == name]), drawn, rtol=0.10), name


# ---- one truth in all tables


def test_intervals_are_the_counts_of_the_calls(frame, whole):
    """Outside the broken week, cell by cell; a call belongs to the interval in which it arrived."""
    assert not whole["call_id"].duplicated().any()
    hit = (whole["outcome"] == "answered") & (whole["wait_s"] <= whole["queue"].map(TARGET_S))
    answered = whole["outcome"] == "answered"
    start = whole["arrived"].dt.tz_convert("UTC").dt.floor("30min")
    counted = whole.assign(
        offered=1,
        answered=answered,
        abandoned=~answered,
        answered_in_target=hit,
        wait_answered_s=whole["wait_s"].where(answered, 0),
        wait_abandoned_s=whole["wait_s"].where(~answered, 0),
    )
    columns = [
        "offered",
        "answered",
        "abandoned",
        "answered_in_target",
        "talk_s",
        "hold_s",
        "acw_s",
        "wait_answered_s",
        "wait_abandoned_s",
    ]
    counted = counted.groupby(["queue", start.rename("start")])[columns].sum().astype(float)
    told = frame[(frame["start"] >= pd.Timestamp("2025-07-01", tz=ZONE)) & ~in_broken_week(frame["start"])]
    told = told.assign(start=told["start"].dt.tz_convert("UTC")).set_index(["queue", "start"])[columns].astype(float)
    assert len(counted.index.difference(told.index)) == 0
    assert (counted.reindex(told.index, fill_value=0.0) == told).all(axis=None)


def test_nobody_has_two_calls_at_once(whole):
    voice = whole[(whole["channel"] == "voice") & (whole["outcome"] == "answered")].sort_values(["agent", "answered"])
    overlap = (voice["agent"] == voice["agent"].shift()) & (voice["answered"] < voice["ended"].shift())
    assert voice["agent"].notna().all() and not overlap.any()


def test_nobody_has_three_chats_at_once(whole):
    chat = whole[(whole["channel"] == "chat") & (whole["outcome"] == "answered")]
    steps = pd.concat(
        [
            pd.DataFrame({"agent": chat["agent"], "at": chat[at], "by": by})
            for at, by in (("answered", 1), ("ended", -1))
        ]
    )
    in_hand = steps.sort_values(["agent", "at", "by"]).groupby("agent")["by"].cumsum()
    assert in_hand.max() == 2 and in_hand.min() == 0 and (in_hand == 2).mean() > 0.15


def test_who_takes_calls_is_at_work(whole, activities):
    """From the answer to the end of after-call work. The clock of the last night runs beyond the records."""
    work = activities[activities["actual"] == "work"].sort_values(["agent", "start"])
    joined = (work["agent"] != work["agent"].shift()) | (work["start"] != work["end"].shift())
    spans = work.groupby(joined.cumsum()).agg(agent=("agent", "first"), start=("start", "first"), end=("end", "last"))
    took = whole[(whole["outcome"] == "answered") & (whole["ended"] < pd.Timestamp("2026-09-30 22:00", tz=ZONE))]
    met = pd.merge_asof(
        took.sort_values("answered"),
        spans.sort_values("start").astype({"start": took["answered"].dtype}),
        left_on="answered",
        right_on="start",
        by="agent",
    )
    assert met["start"].notna().all()
    assert (met["answered"] < met["end"]).all() and (met["ended"] <= met["end"]).all()


def test_everyone_is_employed_while_at_work(activities):
    agents = pd.read_csv(sample_centre() / "agents.csv", parse_dates=["hired", "left"]).set_index("agent")
    day = activities["start"].dt.tz_localize(None).dt.normalize()
    known = agents.reindex(activities["agent"]).reset_index()
    assert known["hired"].notna().all()
    assert (day.reset_index(drop=True) >= known["hired"]).all()
    assert not (day.reset_index(drop=True) > known["left"] + pd.Timedelta(days=1)).any()  # a night shift ends next day


def test_stretches_of_one_agent_do_not_overlap(activities):
    rows = activities.sort_values(["agent", "start"])
    assert not ((rows["agent"] == rows["agent"].shift()) & (rows["start"] < rows["end"].shift())).any()
    assert (rows["minutes"] > 0).all() and (rows["minutes"] % 1 == 0).all()


def test_wages_are_hours_times_wages_times_on_costs(activities, ledger):
    wage = pd.read_csv(sample_centre() / "agents.csv").set_index("agent")["hourly_wage"]
    paid = activities[activities["scheduled"] != "lunch"]
    month = paid["start"].dt.tz_localize(None).dt.to_period("M").dt.to_timestamp()
    cost = (paid["minutes"] / 60 * paid["agent"].map(wage)).groupby(month).sum()
    labour = ledger[ledger["line"].isin(["agents' wages", "on-costs of wages"])].groupby("month")["actual"].sum()
    assert len(labour) == 15 and np.allclose(labour, 1.27 * cost.loc["2025-07-01":], atol=0.02)


def test_repairs_in_the_ledger_are_those_of_the_devices(ledger):
    devices = pd.read_csv(sample_centre() / "equipment.csv", parse_dates=["checked_on"])
    spent = devices["cost"].groupby(quarter(devices["checked_on"])).sum()
    booked = ledger[ledger["line"] == "repairs and replacements"].groupby("quarter")["actual"].sum()
    assert np.allclose(booked, spent.reindex(booked.index))


def test_evaluated_calls_are_calls_of_that_agent(calls):
    heard = pd.read_parquet(sample_centre() / "evaluations.parquet")
    one = heard.drop_duplicates("evaluation").merge(
        calls[["call_id", "agent", "outcome", "arrived"]], on="call_id", how="left"
    )
    assert (one["agent_x"] == one["agent_y"]).all() and (one["outcome"] == "answered").all()
    assert (one["date"] > one["arrived"].dt.tz_localize(None)).all()
    assert heard.groupby("evaluation").size().eq(20).all() and heard["step"].nunique() == 20


# ---- plausible sizes


def share(part, of):
    return part.sum() / of.sum()


def test_adherence_shrinkage_and_occupancy_are_those_of_a_real_centre(frame, activities):
    scheduled = activities[activities["scheduled"].notna() & (activities["actual"] != "sickness")]
    adherence = share(scheduled["minutes"] * (scheduled["scheduled"] == scheduled["actual"]), scheduled["minutes"])
    paid = activities[activities["scheduled"].notna() & (activities["scheduled"] != "lunch")]
    shrinkage = 1 - share(paid["minutes"] * (paid["actual"] == "work"), paid["minutes"])
    sickness = share(paid["minutes"] * (paid["actual"] == "sickness"), paid["minutes"])
    service = frame[frame["queue"] == "service"]
    occupancy = service[["talk_s", "hold_s", "acw_s"]].sum().sum() / (1800 * service["agents"].sum())
    assert 0.93 < adherence < 0.98 and 0.27 < shrinkage < 0.36 and 0.04 < sickness < 0.07 and 0.68 < occupancy < 0.85


def test_turnover_is_that_of_the_centre():
    agents = pd.read_csv(sample_centre() / "agents.csv", parse_dates=["hired", "left"])
    months = pd.date_range("2024-10-01", "2026-09-30", freq="MS")
    heads = np.mean([((agents["hired"] <= m) & ~(agents["left"] < m)).sum() for m in months])
    assert 80 < heads < 95
    assert 0.17 < agents["left"].notna().sum() / heads / 2 < 0.31  # 24 % a year are drawn
    assert not agents["agent"].duplicated().any()


def test_satisfaction_hangs_on_wait_and_outcome(whole):
    gave = whole[whole["csat"].notna()]
    assert 0.10 < len(gave) / (whole["outcome"] == "answered").sum() < 0.15
    settled, not_settled = (gave.loc[gave["resolved"] == answer, "csat"].mean() for answer in (True, False))
    voice = gave[gave["channel"] == "voice"]
    assert settled - not_settled > 0.7
    assert voice.loc[voice["wait_s"] == 0, "csat"].mean() - voice.loc[voice["wait_s"] > 120, "csat"].mean() > 0.3
    assert np.corrcoef(gave["csat"], gave["nps"].fillna(gave["nps"].mean()))[0, 1] > 0.4


def test_customers_return_with_what_was_not_settled(whole):
    known = whole[whole["customer"].notna()].sort_values("arrived")
    back = known.groupby(["customer", "reason"])["arrived"].shift(-1) - known["arrived"] < pd.Timedelta(days=7)
    assert 0.10 < back.mean() < 0.25
    settled = known["resolved"].astype("boolean")
    assert back[settled.eq(False).fillna(True)].mean() > 2 * back[settled.fillna(False)].mean()


def test_one_evaluator_is_milder():
    heard = pd.read_parquet(sample_centre() / "evaluations.parquet").dropna(subset="points")
    together = heard[heard.groupby("call_id")["evaluation"].transform("nunique") == 4]
    score = together.groupby("evaluator")[["points", "possible"]].sum()
    score = score["points"] / score["possible"]
    assert score.idxmax() == "Otter" and score["Otter"] - score.drop("Otter").max() > 0.02
    assert score.drop("Otter").max() - score.drop("Otter").min() < 0.02


# ---- the stories


def handle_time(calls, by="quarter"):
    sums = calls[calls["outcome"] == "answered"].groupby(by)["handle_s"].agg(["sum", "count"])
    return sums["sum"] / sums["count"]


def test_stories_name_tables_and_days():
    assert len(STORIES) == 5
    assert all(
        set(story.tables) <= set(TABLES) and "2025-07-01" <= story.first < story.last <= "2026-09-30"
        for story in STORIES
    )


def test_the_launch_lengthens_calls_for_one_quarter(whole):
    service = whole[whole["queue"] == "service"]
    aht = handle_time(service)
    assert 1.15 < aht["2026Q2"] / aht["2026Q1"] < 1.20 and abs(aht["2026Q3"] / aht["2026Q1"] - 1) < 0.02
    new = service[service["reason"] == "flex tariff"]
    assert new["arrived"].min() >= pd.Timestamp(LAUNCH.first, tz=ZONE)
    assert np.isclose(
        (new["quarter"] == "2026Q2").sum() / (service["quarter"] == "2026Q2").sum(), LAUNCH.size, atol=0.01
    )
    old = handle_time(service[service["reason"] != "flex tariff"])
    assert abs(old["2026Q2"] / old["2026Q1"] - 1) < 0.02  # nothing but the new matter takes longer
    settled = (
        service[service["outcome"] == "answered"].groupby("quarter")["resolved"].apply(lambda s: s.astype(float).mean())
    )
    assert settled["2026Q1"] - settled["2026Q2"] > 0.04


def test_service_suffers_from_the_launch(whole):
    service = whole[whole["queue"] == "service"]
    hit = ((service["outcome"] == "answered") & (service["wait_s"] <= 20)).groupby(service["quarter"]).mean()
    assert hit["2026Q2"] == hit.min() and hit["2026Q1"] - hit["2026Q2"] > 0.04


def sick_share(activities, by):
    due = activities[~activities["scheduled"].isin(["leave", "holiday", "lunch"]) & activities["scheduled"].notna()]
    sick = (due["minutes"] * (due["actual"] == "sickness")).groupby([due["team"], due[by]]).sum()
    return (sick / due["minutes"].groupby([due["team"], due[by]]).sum()).unstack(0)


def test_one_team_is_sick_more_and_more(activities):
    share = sick_share(activities, "quarter").loc[QUARTERS]
    team = share[SICK_TEAM]
    assert SICKNESS.first == "2026-04-01" and team[:"2026Q1"].max() < 0.075
    assert team["2026Q1"] < team["2026Q2"] < team["2026Q3"] and team["2026Q3"] > 0.13
    assert share.drop(columns=SICK_TEAM).max(axis=None) < 0.09


def test_the_broken_week_is_broken_and_no_other(frame, calls):
    """The switch went on counting, so the intervals tell what the recorder lost."""
    week, told = calls[in_broken_week(calls["arrived"])], frame[in_broken_week(frame["start"])]
    assert not (week["arrived"] < pd.Timestamp("2025-11-19", tz=ZONE)).any()
    after = told[told["start"] >= pd.Timestamp("2025-11-19", tz=ZONE)]["offered"].sum()
    assert 0.57 < len(week) / after < 0.63 and len(told) == 7 * 48 + 5 * 24 + 12 + 5 * (10 + 10)
    voice = calls[(calls["channel"] == "voice") & (calls["outcome"] == "answered")].sort_values(["agent", "answered"])
    overlap = (voice["agent"] == voice["agent"].shift()) & (voice["answered"] < voice["ended"].shift())
    assert overlap.sum() > 100 and in_broken_week(voice.loc[overlap, "arrived"]).all()
    stuck, twice = calls["talk_s"] == 35_999, calls["call_id"].str.endswith("-2")
    assert stuck.sum() > 15 and twice.sum() > 15 and in_broken_week(calls.loc[stuck | twice, "arrived"]).all()


def test_the_budget_is_overrun_in_the_last_quarter(ledger):
    sums = ledger.groupby("quarter")[["planned", "actual"]].sum()
    over = sums["actual"] / sums["planned"] - 1
    assert OVERRUN.first == "2026-07-01" and 0.06 < over["2026Q3"] < 0.10
    assert over.drop(["2026Q2", "2026Q3"]).abs().max() < 0.015 and 0 < over["2026Q2"] < 0.03
    technology = ledger[ledger["category"] == "technology"].groupby("quarter")[["planned", "actual"]].sum()
    assert technology.loc["2026Q3", "actual"] > 2 * technology.loc["2026Q3", "planned"]
    platform = ledger[(ledger["line"] == "telephone platform") & (ledger["quarter"] == "2026Q3")]
    assert np.allclose(platform["actual"] / platform["planned"], 1 + OVERRUN.size)


def test_a_quarter_of_noise_has_no_news(whole, activities, ledger):
    """The first quarter of 2026 beside the two before it, in all that the stories touch."""
    assert (NOISE.first, NOISE.last) == ("2026-01-01", "2026-03-31")
    service = whole[whole["queue"] == "service"]
    answered = service[service["outcome"] == "answered"]
    means = answered.groupby("quarter").agg(aht=("handle_s", "mean"), csat=("csat", "mean"))
    rates = answered.groupby("quarter")[["resolved", "transferred"]].agg(lambda column: column.astype(float).mean())
    assert abs(means.loc["2026Q1", "aht"] / means.loc["2025Q4", "aht"] - 1) < 0.02
    assert abs(means.loc["2026Q1", "csat"] - means.loc["2025Q4", "csat"]) < 0.03
    assert (rates.loc["2026Q1"] - rates.loc["2025Q4"]).abs().max() < 0.005
    assert abs(sick_share(activities, "quarter").loc["2026Q1", SICK_TEAM] - 0.055) < 0.02
    sums = ledger[ledger["quarter"] == "2026Q1"][["planned", "actual"]].sum()
    assert abs(sums["actual"] / sums["planned"] - 1) < 0.01
