"""Why a mean changed: sums by hand, exactness, and a recorder that fails."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccplan.auditing.explaining.change_by import change_by, sound_days
from ccplan.auditing.explaining.explanations import explanations
from ccplan.auditing.explaining.weeks import Ratio, beyond_chance, ratio_of_weeks
from tests.effort import examples


def calls(groups, times, resolved=None):
    return pd.DataFrame(
        {"reason": groups, "talk_s": np.asarray(times, float)} | ({} if resolved is None else {"resolved": resolved})
    )


def test_mix_and_within_by_hand():
    """a: 3 calls of 100, then 1 of 120; b: 1 of 300, then 3 of 280. Means 150 and 240."""
    found = change_by(calls(list("aaab"), [100, 100, 100, 300]), calls(list("abbb"), [120, 280, 280, 280])).set_index(
        "group"
    )
    middle = (150 + 240) / 2  # of all
    assert found.loc["a", "mix"] == pytest.approx((0.25 - 0.75) * (110 - middle)) and found.loc[
        "b", "mix"
    ] == pytest.approx(0.5 * (290 - middle))
    assert found.loc["a", "within"] == pytest.approx(0.5 * 20) and found.loc["b", "within"] == pytest.approx(0.5 * -20)
    assert found["effect"].sum() == pytest.approx(90)


def test_what_came_and_what_went_by_hand():
    """Half of the calls after are new and last 500; a quarter of those before is gone and lasted 40; the one that
    stays is 100, then 110.
    """
    found = change_by(calls(list("sssg"), [100, 100, 100, 40]), calls(list("ssnn"), [110, 110, 500, 500])).set_index(
        "group"
    )
    assert found["kind"].to_dict() == {"n": "new", "g": "gone", "s": "stayed"}
    assert found["effect"].to_dict() == pytest.approx({"n": 0.5 * (500 - 110), "g": 0.25 * (100 - 40), "s": 10})
    nothing = change_by(calls(["x"], [100]), calls(["y"], [150]))
    assert nothing["effect"].sum() == pytest.approx(50), "where nothing stays, it adds up all the same"


@examples(25)
@given(*[st.lists(st.tuples(st.sampled_from("abcde"), st.floats(0, 5000)), min_size=1, max_size=40)] * 2)
def test_it_adds_up(one, other):
    frames = [calls([group for group, _ in rows], [time for _, time in rows]) for rows in (one, other)]
    found = change_by(*frames)
    assert found["effect"].sum() == pytest.approx(frames[1]["talk_s"].mean() - frames[0]["talk_s"].mean(), abs=1e-6)
    assert found[["share_before", "share_after"]].sum().tolist() == pytest.approx([1, 1])


def test_words_of_any_kind_stay_words_and_missing_ones_are_a_group():
    found = change_by(calls(["<script>", "=cmd()", None], [1, 2, 3]), calls(["<script>", "=cmd()", None], [1, 2, 6]))
    assert set(found["group"]) == {"<script>", "=cmd()", "(not told)"} and found["group"].iloc[0] == "(not told)"


def test_bad_input_is_told_in_words():
    one = calls(["a"], [1])
    for make, words in (
        (lambda: change_by(one, one, "joy"), "measure must be one of aht_s"),
        (lambda: change_by(one, one, dimension="moon"), "dimension must be"),
        (lambda: change_by(one, one, "resolved"), "calls do not tell resolved"),
        (lambda: change_by(one, one.head(0)), "no answered contact"),
        (lambda: change_by(one, one, dimension="team"), "calls.agent, agents.agent, agents.team"),
    ):
        with pytest.raises(ValueError, match=words):
            make()


# ------------------------------------------------------------------- what is told, and what is not

AGENTS = pd.DataFrame(
    {"agent": [f"a{i}" for i in range(20)], "team": ["x", "y"] * 10, "hired": pd.Timestamp("2024-01-01")}
)


def quarter(first, rng, count=12_000, longer=None, **shares):
    """A quarter of calls: 300 s each on average, a tenth unsolved; `longer` {agent or reason: seconds more}."""
    shares = shares or {"bill": 0.6, "move": 0.4}
    frame = pd.DataFrame(
        {
            "queue": "q",
            "arrived": pd.Timestamp(first) + pd.to_timedelta(np.sort(rng.uniform(0, 91 * 86400, count)), unit="s"),
            "outcome": "answered",
            "reason": rng.choice(list(shares), count, p=list(shares.values())),
            "agent": rng.choice(AGENTS["agent"], count),
            "talk_s": rng.gamma(4, 75, count),
            "resolved": rng.random(count) < 0.9,
        }
    )
    team = frame["agent"].map(AGENTS.set_index("agent")["team"])
    for who, more in (longer or {}).items():
        frame["talk_s"] += more * (frame["reason"].eq(who) | team.eq(who))
    return frame


def test_a_new_reason_is_named_and_one_team_that_slowed_is_named():
    rng = np.random.default_rng(3)
    before = quarter("2026-01-01", rng)
    new = explanations(before, quarter("2026-04-01", rng, longer={"odd": 250}, bill=0.5, move=0.3, odd=0.2), AGENTS)
    aht = next(one for one in new if one.measure == "aht_s")
    assert (
        aht.news
        and (aht.cause.dimension, aht.cause.group, aht.cause.kind) == ("reason", "odd", "new")
        and aht.cause.explains == pytest.approx(1, abs=0.15)
    )
    slow = next(
        one
        for one in explanations(before, quarter("2026-04-01", rng, longer={"y": 60}), AGENTS)
        if one.measure == "aht_s"
    )
    assert slow.news and (slow.cause.dimension, slow.cause.group) == ("team", "y")
    spread = next(
        one
        for one in explanations(before, quarter("2026-04-01", rng, longer={"x": 40, "y": 40}), AGENTS)
        if one.measure == "aht_s"
    )
    assert spread.news and spread.cause is None, "all became longer: no one group did it"


def test_noise_is_no_news_nor_is_a_season_nor_what_became_better():
    rng = np.random.default_rng(4)
    plain = [quarter(first, rng) for first in ("2025-04-01", "2026-01-01", "2026-04-01")]
    assert not any(one.news or one.cause for one in explanations(plain[1], plain[2], AGENTS, plain[0]))
    spring = [quarter(first, rng, longer={"bill": 80}) for first in ("2025-04-01", "2026-04-01")]
    season = next(one for one in explanations(plain[1], spring[1], AGENTS, spring[0]) if one.measure == "aht_s")
    assert season.beyond and not season.news, "as long as a year ago"
    better = next(one for one in explanations(spring[1], plain[1], AGENTS) if one.measure == "aht_s")
    assert better.beyond and not better.news and better.cause.group == "bill"
    assert explanations(plain[1].head(3), plain[2]) == (), "three calls tell nothing"


def test_the_error_of_a_ratio_is_that_of_its_weeks():
    rng = np.random.default_rng(5)
    times = pd.Series(np.repeat(pd.date_range("2026-01-05", periods=13, freq="7D"), 50))
    strays = []
    for _ in range(150):  # weeks move together: 0.03 a week; a call's own chance is besides
        share = np.repeat(0.8 + 0.03 * rng.standard_normal(13), 50)
        strays.append(ratio_of_weeks(pd.Series(rng.random(650) < share), pd.Series(np.ones(650)), times))
    spread = np.std([one.value for one in strays])
    assert np.mean([one.error for one in strays]) == pytest.approx(spread, rel=0.2)
    assert not beyond_chance(Ratio(0.8, float("nan"), 2), Ratio(0.2, 0.01, 13)), "two weeks tell nothing of chance"
    assert np.isnan(ratio_of_weeks(pd.Series([0.0]), pd.Series([0.0]), times.head(1)).value)


def test_days_on_which_the_recorder_failed_are_left_out():
    days = pd.date_range("2026-01-05 10:00", periods=3, freq="D")
    rows = pd.DataFrame(
        {
            "queue": "q",
            "arrived": np.repeat(days, [40, 20, 40]),
            "outcome": "answered",
            "talk_s": [300.0] * 60 + [300.0] * 39 + [35_999.0],
        }
    )
    told = pd.DataFrame({"queue": "q", "start": days, "answered": 40.0, "talk_s": 12_000.0})
    found = sound_days(rows, told)
    assert found.left_out["day"].dt.day.tolist() == [6, 7], "half of the records; a clock that stuck"
    assert len(found.calls) == 40 and len(sound_days(rows, None).calls) == 100
    assert len(sound_days(rows.head(40), told).calls) == 40
