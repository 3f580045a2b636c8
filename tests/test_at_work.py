"""Who was at work: by hand on small logs, and against the bundled centre's diary, where it is known."""

import numpy as np
import pandas as pd
import pytest

from ccplan.data import load_centre, load_table, sample_centre
from ccplan.planning import agents_at_work, hidden_work, pools_of, spans_of_activities, spans_of_calls
from ccplan.planning.validating.presence import DIARY, INFERRED, SWITCH, agents_present, from_calls

NINE = pd.Timestamp("2026-09-01 09:00")


def log(*rows):
    """Calls from (minute of arrival, wait in s, talk in s, agent or None where the caller hung up)."""
    at, wait, talk, agent = zip(*rows)
    return pd.DataFrame(
        {
            "arrived": NINE + pd.to_timedelta(at, unit="min"),
            "wait_s": np.array(wait, float),
            "talk_s": np.array(talk, float),
            "agent": agent,
            "outcome": ["answered" if name else "abandoned" for name in agent],
            "queue": "q",
        }
    )


def spans(calls, **how):
    found = spans_of_calls(calls, **how)
    return [
        (row.agent, (row.start - NINE).total_seconds() / 60, (row.end - NINE).total_seconds() / 60)
        for row in found.itertuples()
    ]


def test_from_the_first_to_the_last_call_but_for_long_gaps():
    calls = log((0, 0, 120, "A"), (20, 0, 120, "A"), (90, 0, 120, "A"), (10, 0, 60, "B"))
    assert spans(calls) == [("A", 0, 22), ("A", 90, 92), ("B", 10, 11)]
    assert spans(calls, gap_s=600) == [("A", 0, 2), ("A", 20, 22), ("A", 90, 92), ("B", 10, 11)]
    assert spans(calls, gap_s=1e6) == [("A", 0, 92), ("B", 10, 11)]


def test_who_lets_callers_wait_is_away():
    """A is idle from 2 to 30; a caller waits from 10 to 16 and B takes him: A was away from 6 (middle of 2–10) to
    23 (of 16–30).
    """
    calls = log((0, 0, 120, "A"), (0, 0, 960, "B"), (10, 360, 60, "B"), (30, 0, 60, "A"))
    assert spans(calls) == [("A", 0, 6), ("A", 23, 31), ("B", 0, 17)]
    assert spans(calls, grace_s=np.inf) == [("A", 0, 31), ("B", 0, 17)]
    hung_up = log((0, 0, 120, "A"), (10, 360, 0, None), (30, 0, 60, "A"))
    assert spans(hung_up) == [("A", 0, 6), ("A", 23, 31)]


def test_who_is_passed_over_again_and_again_is_away():
    """Two at work: nine calls go to B while A is idle, more than two for each."""
    calls = log((0, 0, 60, "A"), *((k, 0, 30, "B") for k in range(1, 10)), (20, 0, 60, "A"))
    assert spans(calls) == [("A", 0, 1), ("A", 20, 21), ("B", 1, 9.5)]
    assert spans(calls, passed_over=10) == [("A", 0, 21), ("B", 1, 9.5)]


def test_hidden_work_is_the_pause_while_somebody_waits():
    """The second caller came before A was free and was answered 12 s after; the third came later and tells nothing."""
    calls = log((0, 0, 60, "A"), (0.5, 42, 60, "A"), (10, 0, 60, "A"))
    assert hidden_work(calls) == pytest.approx(12) and hidden_work(calls.iloc[:1]) == 0


def test_a_mean_of_agents_counts_parts_of_an_interval():
    held = pd.DataFrame(
        {
            "start": [NINE, NINE + pd.Timedelta("10min")],
            "end": [NINE + pd.Timedelta("20min"), NINE + pd.Timedelta("45min")],
        }
    )
    starts = pd.Series(pd.date_range(NINE, periods=3, freq="30min"))
    assert agents_at_work(held, starts).tolist() == pytest.approx([(20 + 20) / 30, 15 / 30, 0])
    assert agents_at_work(held.iloc[:0], starts).tolist() == [0, 0, 0]


def test_queues_that_share_agents_are_one_pool():
    taken = [("a", "x", 90), ("b", "x", 20), ("b", "y", 80), ("c", "z", 95), ("c", "x", 5)]
    calls = pd.DataFrame(
        [(queue, agent) for queue, agent, n in taken for _ in range(n)], columns=["queue", "agent"]
    ).assign(outcome="answered")
    assert pools_of(calls) == {"a": "a + b", "b": "a + b", "c": "c"}
    assert pools_of(calls, shared=0.5) == {"a": "a", "b": "b", "c": "c"}


@pytest.mark.parametrize(
    ("change", "words"), [({"gap_s": -1}, "gap_s must be in"), ({"grace_s": "x"}, "grace_s must be a number")]
)
def test_bad_settings_are_refused(change, words):
    with pytest.raises(ValueError, match=words):
        spans_of_calls(log((0, 0, 60, "A")), **change)


def test_calls_without_agents_are_refused_in_words():
    with pytest.raises(ValueError, match="missing: agent"):
        spans_of_calls(log((0, 0, 60, "A")).drop(columns="agent"))
    assert spans_of_calls(log((0, 5, 0, None))).empty


@pytest.fixture(scope="module")
def sample():
    folder = sample_centre()
    centre = load_centre(folder)
    calls = load_table(folder, "calls", centre).frame
    calls = calls[calls["arrived"] >= "2026-08-15"]
    diary = load_table(folder, "activities", centre).frame
    return centre, calls, diary[diary["start"] >= "2026-08-15"]


@pytest.mark.parametrize(("queue", "most"), [("service", 0.05), ("outage", 0.10)])
def test_what_is_inferred_from_calls_is_near_the_diary(sample, queue, most):
    """The diary is known and the inference does not see it: bias of the agents, weighted by calls."""
    _, calls, diary = sample
    mine = calls[calls["queue"] == queue]
    starts = pd.Series(pd.date_range(mine["arrived"].min().floor("30min"), mine["arrived"].max(), freq="30min"))
    weight = mine.groupby(mine["arrived"].dt.floor("30min")).size().reindex(starts, fill_value=0).to_numpy()
    known = agents_at_work(spans_of_activities(diary[diary["agent"].isin(mine["agent"].unique())]), starts)
    told = agents_at_work(spans_of_calls(mine), starts)
    naive = agents_at_work(spans_of_calls(mine, grace_s=np.inf, passed_over=np.inf), starts)
    assert abs(weight @ told / (weight @ known) - 1) < most
    assert weight @ np.abs(told - known) < weight @ np.abs(naive - known)


def test_a_folder_tells_by_diary_or_by_calls(sample):
    centre, calls, diary = sample
    by_diary, by_calls = from_calls(calls, centre, activities=diary), from_calls(calls, centre)
    assert set(by_diary.told.values()) == {DIARY} and set(by_calls.told.values()) == {INFERRED}
    assert set(by_diary.told) == {"service", "outage"} and "no voice queue" in by_diary.skipped[0]
    assert by_calls.intervals["offered"].sum() == calls["queue"].isin(["service", "outage"]).sum()


def test_a_folder_with_the_switchs_count_only(tmp_path):
    rows = pd.read_csv(sample_centre() / "intervals.csv").query("queue == 'service' and start >= '2026-07-01'")
    rows.to_csv(tmp_path / "intervals.csv", index=False)
    centre = load_centre(sample_centre())
    found = agents_present(tmp_path, centre, months=2)
    assert found.told == {"service": SWITCH} and found.intervals["start"].min() == pd.Timestamp(
        "2026-08-01 10:00", tz="Europe/Helsinki"
    )
    rows.drop(columns="agents").to_csv(tmp_path / "intervals.csv", index=False)
    with pytest.raises(ValueError, match="does not tell who was at work"):
        agents_present(tmp_path, centre)
