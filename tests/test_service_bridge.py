"""Why service changed: one driver moved at a time in a simulated world, sums that must hold, and slots cut by hand."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccplan.auditing.explaining.presence import Presence, people_of, presence
from ccplan.auditing.explaining.service_bridge import queue_quarter, service_bridge
from ccplan.data import Queue
from ccplan.queueing import Targets, erlang_a
from tests.effort import examples

QUEUE = Queue(name="q", patience_s=180.0, targets=Targets(service_level=0.8, target_s=20))
STARTS = {"Q1": "2026-01-05", "Q2": "2026-04-06"}  # Mondays
FULL = Presence(1.0, 1.0, 1.0, 1.0, 1000.0)


def simulated(quarter, rng, calls=60.0, aht_s=300.0, people=11, weeks=6):
    """Intervals of a queue simulated event by event: own code, which knows nothing of the queueing formulas."""
    days = pd.date_range(STARTS[quarter], periods=7 * weeks, freq="D")
    rows = [_day(day, rng, calls, aht_s, people) for day in days[days.dayofweek < 5]]
    return pd.concat(rows, ignore_index=True)


def _day(day, rng, calls, aht_s, people, hours=6):
    """A day of `hours` hours: who comes first is served first; callers leave when their patience ends."""
    span = hours * 3600
    arrivals = np.sort(rng.uniform(0, span, rng.poisson(calls * hours * 2)))
    free, out = np.zeros(people), []
    for at in arrivals:
        patience, work, agent = rng.exponential(180.0), rng.exponential(aht_s), int(free.argmin())
        wait = max(0.0, free[agent] - at)
        if wait > patience:
            out.append((at, 0, 1, 0, 0.0, 0.0, patience))
        else:
            free[agent] = at + wait + work
            out.append((at, 1, 0, int(wait <= 20), work, wait, 0.0))
    frame = pd.DataFrame(
        out,
        columns=["at", "answered", "abandoned", "answered_in_target", "talk_s", "wait_answered_s", "wait_abandoned_s"],
    )
    sums = frame.groupby((frame["at"] // 1800).astype(int)).agg(
        offered=("at", "size"), **{name: (name, "sum") for name in frame.columns[1:]}
    )
    sums = sums.reindex(range(2 * hours), fill_value=0)
    return sums.assign(
        start=day + pd.Timedelta(hours=9) + pd.to_timedelta(sums.index * 30, unit="min"), agents=float(people)
    ).reset_index(drop=True)


def bridged(before, after, presences=(None, None), **more):
    sides = [
        queue_quarter(rows, QUEUE, name, who)
        for rows, name, who in zip((before, after), STARTS, presences, strict=True)
    ]
    return service_bridge(*sides, QUEUE, 1800, **more)


@pytest.mark.parametrize(
    ("driver", "changed"), [("aht", {"aht_s": 340.0}), ("volume", {"calls": 68.0}), ("staffing", {"people": 10})]
)
def test_in_a_world_where_one_driver_changed_it_gets_the_effect(driver, changed):
    table = bridged(
        simulated("Q1", np.random.default_rng(1)), simulated("Q2", np.random.default_rng(2), **changed)
    ).set_index("driver")
    effects = table["effect"].astype(float).iloc[1:-1]
    whole = float(table.loc["after", "effect"] - table.loc["before", "effect"])
    assert whole < -8, "the world is much worse"
    assert effects[driver] == pytest.approx(whole, abs=3.0)
    assert (effects.drop(driver).abs() < 3.0).all(), "what did not change has next to no part"


def test_the_step_of_people_is_that_of_the_formula():
    start = pd.date_range("2026-01-05 08:00", periods=20, freq="30min")
    sides = [
        pd.DataFrame(
            {
                "start": start + pd.Timedelta(days=91 * i),
                "offered": 60,
                "answered": 60,
                "answered_in_target": 50,
                "talk_s": 60 * 300.0,
                "agents": people,
            }
        )
        for i, people in enumerate((11, 10))
    ]
    table = bridged(*sides).set_index("driver")
    levels = [_within(60 * 300 / 1800, people) for people in (11, 10)]
    assert float(table.loc["staffing", "effect"]) == pytest.approx(100 * (levels[1] - levels[0]), abs=0.011)
    assert table.loc["unexplained", "effect"] == -table.loc["staffing", "effect"], "the measured level stayed"
    assert table.loc["staffing", ["before", "after"]].tolist() == [110.0, 100.0], "hours on the phones"


def _within(load, people, patience_s=180.0, aht_s=300.0, target_s=20.0):
    """Share answered within the target in M/M/n+M, by integrating over the states: a second way to the number."""
    rate, mu, theta = load / aht_s, 1 / aht_s, 1 / patience_s
    states = np.arange(400)
    leave = np.minimum(states, people) * mu + np.maximum(states - people, 0) * theta
    share = np.cumprod(np.concatenate([[1.0], rate / leave[1:]]))
    share /= share.sum()
    rng = np.random.default_rng(0)
    level = share[:people].sum()
    for ahead in range(60):  # this many wait already: the next is served when ahead + 1 places have come free
        rates = people * mu + theta * np.arange(ahead, -1, -1)
        wait = (rng.exponential(size=(200_000, ahead + 1)) / rates).sum(axis=1)
        level += share[people + ahead] * np.mean((wait <= target_s) * np.exp(-theta * np.minimum(wait, target_s)))
        if share[people + ahead + 1 :].sum() < 1e-5 or np.mean(wait <= target_s) < 1e-4:
            break
    return level


def test_the_second_way_agrees_with_erlang_a_where_a_book_can_be_asked():
    states = _within(10.0, 11, target_s=1e6)  # within any time: all but those who hang up
    assert states == pytest.approx(1 - erlang_a(10.0, 11, 180 / 300), abs=0.003)


def rows_of(offered, people, start="2026-01-05 08:00", late=0.1):
    offered = np.asarray(offered, float)
    return pd.DataFrame(
        {
            "start": pd.date_range(start, periods=len(offered), freq="30min"),
            "offered": offered,
            "answered": offered,
            "answered_in_target": np.round(offered * (1 - late)),
            "talk_s": offered * 200.0,
            "agents": np.asarray(people, float),
        }
    )


shares = st.floats(0.5, 1.0)
presences = st.builds(Presence, shares, shares, shares, st.floats(0.8, 1.1), st.just(1000.0))


@examples(25)
@given(
    st.lists(st.tuples(st.integers(5, 80), st.integers(1, 14)), min_size=8, max_size=30),
    st.floats(0.7, 1.4),
    st.floats(0.7, 1.4),
    presences,
    presences,
    st.floats(0, 0.5),
    st.booleans(),
)
def test_it_adds_up_exactly(rows, more, longer, one, other, late, planned):
    before = rows_of([60] * 4 + [calls for calls, _ in rows], [9] * 4 + [people for _, people in rows])
    after = rows_of(np.round(before["offered"][::-1] * more), before["agents"], "2026-04-06 08:00", late).assign(
        talk_s=lambda frame: frame["answered"] * 200 * longer
    )
    expected = after[["start"]].assign(offered=after["offered"].mean()) if planned else None
    table = bridged(before, after, (one, other), expected=expected)
    first, last = (
        Decimal(repr(100 * float(frame["answered_in_target"].sum() / frame["offered"].sum()))).quantize(Decimal("0.01"))
        for frame in (before, after)
    )
    assert table["effect"].iloc[0] == first and table["effect"].iloc[-1] == last
    assert sum(table["effect"].iloc[:-1], Decimal(0)) == last == table["total"].iloc[-2] == table["total"].iloc[-1]


def test_sickness_alone_is_sickness_and_a_forecast_that_was_missed_is_its_own_step():
    before = rows_of([60.0] * 40, [8.0] * 40)
    sick = replace(FULL, sickness=0.9)
    table = bridged(
        before, before.assign(start=before["start"] + pd.Timedelta(days=91), agents=7.2), (FULL, sick)
    ).set_index("driver")
    assert set(table.index) == {"before", "staffing", "sickness", "unexplained", "after"}
    assert abs(table.loc["staffing", "effect"]) < Decimal("0.02") and table.loc["sickness", "effect"] < -5, (
        "as many were rostered"
    )
    after = before.assign(start=before["start"] + pd.Timedelta(days=91), offered=66.0, answered=66.0)
    table = bridged(before, after, expected=after[["start"]].assign(offered=60.0)).set_index("driver")
    assert table.loc["volume", "effect"] == 0 and table.loc["forecast", "effect"] < -2, (
        "60 were forecast, as before; 66 came"
    )


def test_times_that_only_one_quarter_opens_are_a_step_of_their_own():
    before = rows_of([60.0] * 20, [8.0] * 20)
    after = pd.concat([before, rows_of([60.0] * 6, [3.0] * 6, "2026-01-06 08:00")]).reset_index(drop=True)
    table = bridged(before, after.assign(start=after["start"] + pd.Timedelta(days=91))).set_index("driver")
    assert table.loc["hours", "effect"] < -5 and abs(
        table.loc["unexplained", "effect"] + table.loc["hours", "effect"]
    ) < Decimal("0.02")


def test_days_are_put_beside_each_other_by_their_staffing():
    from ccplan.auditing.explaining.service_bridge import _coupled

    monday = pd.to_datetime(["2026-01-05 09:00", "2026-01-12 09:00", "2026-01-19 09:00"])
    pairs = _coupled(
        pd.DataFrame({"start": monday, "agents": [9, 5, 7]}), pd.DataFrame({"start": monday[:2], "agents": [4, 8]})
    )
    found = pairs.round(
        4
    ).values.tolist()  # before in the order of staffing: 5, 7, 9; after 4, 8; the middle is cut in halves
    assert found == [[0, 1, 1, 0.6667], [1, 0, 1, 0.6667], [2, 0, 0.5, 0.3333], [2, 1, 0.5, 0.3333]]


def test_presence_by_hand():
    start = pd.to_datetime(["2026-01-05 08:00"] * 6)
    frame = pd.DataFrame(
        {
            "start": start,
            "end": start + pd.to_timedelta([8, 8, 8, 6, 1, 1], unit="h"),
            "scheduled": ["leave", "holiday", "work", "work", "break", "training"],
            "actual": ["leave", "holiday", "sickness", "work", "work", "training"],
        }
    )
    found = presence(frame)  # 32 rostered, 16 after leave, 8 after sickness, 6 of them scheduled for work, 7 worked
    assert (found.leave, found.sickness, found.off_phones, found.adherence, found.hours) == (
        0.5,
        0.5,
        0.75,
        pytest.approx(7 / 6),
        32.0,
    )
    assert found.kept == pytest.approx(7 / 32)
    assert presence(frame.head(2)) is None and presence(frame.drop(columns="actual")) is None
    agents = pd.DataFrame({"agent": ["a", "b", "c", "d"], "skills": ["q;r", "r;q", None, "s"]})
    assert people_of(agents, "q", ["q", "r"]) == {"a"} and people_of(agents[["agent"]], "q", ["q"]) == set()


def test_bad_input_is_told_in_words():
    rows = rows_of([60.0] * 20, [8.0] * 20)
    with pytest.raises(ValueError, match="waits for a deadline"):
        queue_quarter(rows, Queue(name="mail", channel="email", deadline_s=3600.0, patience_s=float("inf")), "2026Q1")
    with pytest.raises(ValueError, match="do not tell agents"):
        queue_quarter(rows.drop(columns="agents"), QUEUE, "2026Q1")
    with pytest.raises(ValueError, match="0 contacts in intervals"):
        queue_quarter(rows.head(0), QUEUE, "2026Q1")
    with pytest.raises(ValueError, match="no weekday and time of day is in both"):
        bridged(rows.head(10), rows_of([60.0] * 10, [8.0] * 10, "2026-01-06 20:00"))
