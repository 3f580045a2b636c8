"""Funnel limits: exact where a textbook has them, and right in thousands of centres that were made up."""

from math import comb

import numpy as np
import pandas as pd
import pytest
from tests.effort import DEEP
from scipy import stats

from ccplan.auditing.people.funnel import ALPHA, between, corrected, funnel

CENTRES = 2000 if DEEP else 80


def of_counts(counts):
    """A frame of calls from {agent: (settled, not settled)}."""
    parts = [(agent, [1.0] * good + [0.0] * bad) for agent, (good, bad) in counts.items()]
    return pd.DataFrame(
        {
            "agent": [agent for agent, values in parts for _ in values],
            "settled": [value for _, values in parts for value in values],
        }
    )


def test_the_expected_value_follows_the_mix_of_calls():
    """By hand: bills are settled 15 of 20, moves 4 of 20; ann took 15 bills and 5 moves: she is expected 15 × 0.75
    + 5 × 0.2 = 12.25.
    """
    rows = []
    for agent, reason, good, bad in (
        ("ann", "bill", 12, 3),
        ("ann", "move", 1, 4),
        ("bob", "bill", 3, 2),
        ("bob", "move", 3, 12),
    ):
        rows += [(agent, reason, 1.0)] * good + [(agent, reason, 0.0)] * bad
    frame = pd.DataFrame(rows, columns=["agent", "reason", "settled"])
    table = funnel(frame, "settled", mix=("reason",), least=2).rows.set_index("who")
    assert table.loc["ann", ["n", "value", "expected"]].tolist() == pytest.approx([20, 13 / 20, 12.25 / 20])
    assert table.loc["bob", "expected"] == pytest.approx((5 * 0.75 + 15 * 0.2) / 20)
    # Chance: without the other's part nothing could differ; of a cell of N, n taken blindly scatter as n (1 − n/N) S².
    by_hand = (15 * 0.25 * (20 / 19 * 0.75 * 0.25) + 5 * 0.75 * (20 / 19 * 0.2 * 0.8)) ** 0.5 / 20
    assert table.loc["ann", "luck"] == pytest.approx(by_hand)


def test_the_spread_by_chance_is_that_of_blind_draws():
    """Reshuffle the calls among the agents: their differences scatter as `luck` says."""
    rng = np.random.default_rng(3)
    times = rng.lognormal(5, 0.8, 900)
    agent = np.repeat(["a", "b", "c"], [100, 300, 500])
    found = funnel(pd.DataFrame({"agent": agent, "handle_s": times}), "handle_s").rows
    shuffled = np.array(
        [[part.mean() - times.mean() for part in np.split(rng.permutation(times), [100, 400])] for _ in range(4000)]
    )
    assert shuffled.std(axis=0) == pytest.approx(found["luck"].to_numpy(), rel=0.05)


def test_a_share_has_the_exact_tail_of_the_binomial():
    counts = {"a": (1, 39), **{f"b{i}": (200, 800) for i in range(4)}}
    one = funnel(of_counts(counts), "settled")
    row = one.rows.set_index("who").loc["a"]
    p = 801 / 4040
    exact = sum(comb(40, k) * p**k * (1 - p) ** (40 - k) for k in range(2))
    wide = np.sqrt(p * (1 - p) / 40) / row["luck"]  # 1 % of the calls are its own
    assert row["p_chance"] == pytest.approx(2 * stats.norm.sf(stats.norm.isf(exact) * wide), rel=1e-6)
    assert wide == pytest.approx(1, abs=0.01)


def test_the_drawn_limits_are_where_people_begin_to_be_named():
    """Corrected for all: with one named at most, |z| of a normal tail of α ÷ (2 × number)."""
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"agent": np.repeat(np.arange(50), 80), "handle_s": rng.gamma(4, 60, 4000)})
    one = funnel(frame, "handle_s")
    assert one.critical == pytest.approx(stats.norm.isf(ALPHA / 50 / 2))
    inside = one.rows["adjusted"].between(one.rows["low"], one.rows["high"])
    assert (inside == (one.rows["outside"] == "")).all()
    frame.loc[frame["agent"] == 7, "handle_s"] *= 1.6
    one = funnel(frame, "handle_s")
    inside = one.rows["adjusted"].between(one.rows["low"], one.rows["high"])
    assert one.outside["who"].tolist() == [7] and (inside == (one.rows["outside"] == "")).all()
    limits = one.limits([80, 800])
    assert limits["high"].diff().iloc[1] < 0 < limits["low"].diff().iloc[1], "narrower for more calls"


def test_step_up_by_the_book():
    """Benjamini and Hochberg 1995, section 3.2: fifteen p values, four are named at 0.05."""
    p = np.array(
        [
            0.0001,
            0.0004,
            0.0019,
            0.0095,
            0.0201,
            0.0278,
            0.0298,
            0.0344,
            0.0459,
            0.3240,
            0.4262,
            0.5719,
            0.6528,
            0.7590,
            1.0,
        ]
    )
    critical, named = corrected(p, 0.05)
    assert named.tolist() == [True] * 4 + [False] * 11
    assert 2 * stats.norm.sf(critical) == pytest.approx(4 * 0.05 / 15)
    assert corrected(np.append(p, np.nan), 0.05)[1].tolist() == [True] * 4 + [False] * 12, (
        "who is not judged does not count"
    )


def made_up(rng, agents=60, spread=0.0, odd=0.0):
    """Calls of a centre whose agents differ truly by `spread` (of handle time), the first by `odd` more; three have
    few calls.
    """
    n = np.append(rng.integers(60, 400, agents - 3), [3, 5, 12])
    who = np.repeat(np.arange(agents), n)
    reason = rng.integers(0, 3, len(who))
    pace = 1 + spread * rng.standard_normal(agents)
    pace[0] *= 1 + odd
    mean = np.array([200.0, 300.0, 500.0])[reason] * pace[who]
    settled = rng.random(len(who)) < np.array([0.9, 0.75, 0.6])[reason] - odd * (who == 0)
    return pd.DataFrame(
        {
            "agent": who,
            "reason": reason,
            "handle_s": mean * rng.lognormal(-0.247, 0.703, len(who)),
            "settled": settled.astype(float),
        }
    )


@pytest.mark.parametrize("top", ["handle_s", "settled"])
def test_luck_names_somebody_in_no_more_centres_than_was_promised(top):
    """With the limits of the funnel, and with those that do not allow for a spread between people."""
    rng, flagged, by_chance = np.random.default_rng(11), 0, 0
    for _ in range(CENTRES):
        one = funnel(made_up(rng), top, mix=("reason",))
        flagged += len(one.outside) > 0
        by_chance += corrected(one.rows["p_chance"].to_numpy(), ALPHA)[1].any()
    most = stats.binom.ppf(0.999, CENTRES, ALPHA)
    assert flagged <= most and by_chance <= most, f"{flagged} and {by_chance} of {CENTRES}"


def test_ordinary_differences_between_people_punish_nobody():
    """Where everybody differs a little, the limits widen: named are those beyond the colleagues' own spread."""
    rng = np.random.default_rng(13)
    ones = [funnel(made_up(rng, spread=0.10), "handle_s", mix=("reason",)) for _ in range(40)]
    assert np.mean([one.tau for one in ones]) == pytest.approx(0.10 * 333, rel=0.15)
    assert sum(len(one.outside) > 0 for one in ones) <= stats.binom.ppf(0.999, 40, 0.10), (
        "twice the share: the spread is estimated"
    )


def test_one_who_is_truly_worse_is_found():
    """60 agents of 60 to 400 calls, one settles 30 points fewer: found in more than nine centres of ten; nobody of
    few calls is judged.
    """
    rng = np.random.default_rng(14)
    ones = [funnel(made_up(rng, odd=0.30), "settled", mix=("reason",)) for _ in range(40)]
    found = sum(0 in one.outside["who"].tolist() for one in ones)
    assert found >= 36
    assert all(set(one.outside.loc[one.outside["who"] == 0, "outside"]) <= {"low"} for one in ones)
    assert all(one.rows.loc[one.rows["who"].isin([57, 58, 59]), "state"].eq("few contacts").all() for one in ones)
    assert all(one.rows.loc[one.rows["who"].isin([57, 58, 59]), "outside"].eq("").all() for one in ones)


def test_the_spread_between_people_comes_out_as_it_was_put_in():
    """φ is 1 where chance is all, and τ comes out where it was put in."""
    rng = np.random.default_rng(15)
    luck = rng.uniform(1, 3, 4000)
    phi, tau = between(rng.normal(0, luck), luck)
    assert phi == pytest.approx(1, abs=0.05) and tau < 0.4
    phi, tau = between(rng.normal(0, np.hypot(luck, 2.0)), luck)
    assert tau == pytest.approx(2.0, rel=0.1)
    assert between(np.ones(4), np.ones(4))[1] == 0, "too few to tell a spread"


def test_a_team_of_different_people_is_not_named_for_one_of_them():
    """Teams differ because their people do: limits of teams allow for it, those of chance alone do not."""
    rng = np.random.default_rng(16)
    named, by_chance = 0, 0
    for _ in range(30):
        frame = made_up(rng, agents=60, spread=0.10)
        frame["team"] = frame["agent"] % 5
        one = funnel(frame, "handle_s", by="team", within="agent", mix=("reason",))
        named += len(one.outside) > 0
        by_chance += corrected(one.rows["p_chance"].to_numpy(), ALPHA)[1].any()
    assert named <= stats.binom.ppf(0.999, 30, 2 * ALPHA) < by_chance


def test_who_cannot_be_compared_is_shown_and_not_judged():
    frame = pd.DataFrame(
        {
            "agent": ["a"] * 300 + ["b"] * 300 + ["c"] * 300 + ["d"] * 3,
            "queue": ["x"] * 600 + ["y"] * 300 + ["x"] * 3,
            "ok": [1, 0, 1] * 301,
        }
    )
    rows = funnel(frame, "ok", mix=("queue",), spared={"b": "still learning"}).rows.set_index("who")
    assert rows["state"].to_dict() == {
        "a": "judged",
        "b": "still learning",
        "c": "nobody to compare with",
        "d": "few contacts",
    }
    assert rows.loc["c", "difference"] == 0 and rows["p"].notna().to_dict() == {
        "a": True,
        "b": False,
        "c": False,
        "d": False,
    }


def test_all_alike_and_bad_input():
    same = funnel(of_counts({"a": (500, 0), "b": (600, 0)}), "settled")
    assert (
        same.rows["state"].tolist() == ["all alike"] * 2
        and not len(same.outside)
        and np.isfinite(same.rows[["low", "high"]]).all().all()
    )
    with pytest.raises(ValueError, match="missing: nothing"):
        funnel(of_counts({"a": (1, 1)}), "nothing")
    with pytest.raises(ValueError, match="nothing to compare"):
        funnel(pd.DataFrame({"agent": [None], "ok": [1.0]}), "ok")
    counted = funnel(
        pd.DataFrame({"agent": ["a", "a", "b"], "top": [1.0, 0.0, 1.0], "bottom": [1, 0, 1]}), "top", "bottom"
    )
    assert counted.rows["n"].tolist() == [1, 1]
