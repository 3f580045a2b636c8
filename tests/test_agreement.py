"""Agreement of evaluators: published worked examples, the definition summed pair by pair, and who is milder,
planted and found.
"""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccplan.auditing.evaluating.agreement import LEVELS, alpha_interval, cohen_kappa, fleiss_kappa, krippendorff_alpha
from ccplan.auditing.evaluating.calibration import (
    agreement_of_calls,
    agreement_of_pairs,
    agreement_of_steps,
    heard_together,
    leniency,
)
from tests.effort import examples

NAN = np.nan
# K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section C to E: four observers, twelve units,
# missing data.
PUBLISHED = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
).T


@pytest.mark.parametrize(
    "level, alpha", [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_the_published_example(level, alpha):
    assert round(krippendorff_alpha(PUBLISHED, level), 3) == alpha


def test_two_observers_of_two_values_as_published():
    """The same paper, section A: ten units, two observers, 0 and 1, alpha 0.095."""
    first, second = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert round(krippendorff_alpha(np.array([first, second]).T, "nominal"), 3) == 0.095


def by_pairs(table, level):
    """The definition, one pair after the other: disagreement within units over disagreement of all that could be
    paired.
    """
    units = [row[~np.isnan(row)] for row in table]
    units = [list(row) for row in units if len(row) > 1]
    pool = sorted(itertools.chain(*units))

    def apart(a, b):
        if level == "nominal":
            return float(a != b)
        if level == "interval":
            return (a - b) ** 2
        if level == "ratio":
            return ((a - b) / (a + b)) ** 2 if a + b else 0.0
        low, high = sorted((a, b))
        between = sum(low <= one <= high for one in pool)
        return (between - (pool.count(low) + pool.count(high)) / 2) ** 2 if low != high else 0.0

    seen = sum(apart(a, b) / (len(unit) - 1) for unit in units for a, b in itertools.permutations(unit, 2)) / len(pool)
    chance = sum(apart(a, b) for a, b in itertools.permutations(pool, 2)) / (len(pool) * (len(pool) - 1))
    return 1 - seen / chance


@examples(25)
@given(
    st.lists(st.lists(st.sampled_from([0, 0.5, 1, 2, 5, NAN]), min_size=3, max_size=3), min_size=2, max_size=9),
    st.sampled_from(LEVELS),
)
def test_alpha_is_its_definition_pair_by_pair(rows, level):
    table = np.array(rows, dtype=float)
    paired = table[np.isfinite(table).sum(axis=1) > 1]
    alpha = krippendorff_alpha(table, level)
    if len(np.unique(paired[np.isfinite(paired)])) < 2:
        assert np.isnan(alpha)
    else:
        assert alpha == pytest.approx(by_pairs(table, level), abs=1e-9)


def test_what_cannot_be_compared_is_blank_and_bad_levels_are_refused():
    assert np.isnan(krippendorff_alpha([[1, NAN], [NAN, 2]])) and np.isnan(krippendorff_alpha([[1, 1], [1, 1]]))
    assert alpha_interval([[1, 1], [2, 2]]).isna().all()
    with pytest.raises(ValueError, match="level must be one of nominal, ordinal"):
        krippendorff_alpha([[1, 2]], "cardinal")
    with pytest.raises(ValueError, match="0 or more at level ratio, got -1"):
        krippendorff_alpha([[1, -1]], "ratio")


def noisy(rng, units):
    """Three raters, each with half the spread of the truth as noise: alpha 1 ÷ (1 + 0.25) = 0.8."""
    return rng.normal(size=units)[:, None] + 0.5 * rng.normal(size=(units, 3))


def test_the_interval_of_alpha_holds_it_and_narrows():
    rng = np.random.default_rng(1)
    told = [alpha_interval(noisy(rng, 40), draws=300) for _ in range(60)]
    assert sum(one["low"] < 0.8 < one["high"] for one in told) >= 50, "some 9 in 10 of 60 hold it"
    few, many = np.mean([one["high"] - one["low"] for one in told]), alpha_interval(noisy(rng, 400), draws=300)
    assert many["high"] - many["low"] < 0.5 * few


def test_the_interval_is_that_of_units_drawn_anew_one_by_one():
    table, rng = noisy(np.random.default_rng(2), 30), np.random.default_rng(3)
    table[:10, 2] = NAN
    drawn = [by_pairs(table[rng.integers(0, 30, 30)], "interval") for _ in range(300)]
    assert alpha_interval(table).tolist() == pytest.approx(np.quantile(drawn, [0.025, 0.975]).tolist(), abs=0.04)
    marks = (table > 0).astype(float)
    drawn = [by_pairs(marks[rng.integers(0, 30, 30)], "nominal") for _ in range(300)]
    assert alpha_interval(marks, "nominal").tolist() == pytest.approx(
        np.quantile(drawn, [0.025, 0.975]).tolist(), abs=0.06
    )


def test_cohens_and_fleiss_published_examples():
    """Cohen: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no give 0.4. Fleiss 1971 as retold everywhere: 10 subjects, 14
    raters, 0.210.
    """
    assert cohen_kappa([1] * 25 + [0] * 25 + [NAN], [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15 + [1]) == pytest.approx(
        0.4
    )
    counts = [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
    assert round(fleiss_kappa([np.repeat([1, 2, 3, 4, 5], row) for row in counts]), 3) == 0.210
    assert np.isnan(cohen_kappa([1, 1], [1, 1])) and np.isnan(fleiss_kappa([[1, NAN]]))


def together(rng, calls=20, mild=0.0, noise=0.04):
    """Scores of calls that four people heard; the first adds `mild`."""
    truth = rng.normal(0.9, 0.05, calls)
    rows = [
        (f"C{call}", name, truth[call] + noise * rng.normal() + mild * (name == "a"))
        for call in range(calls)
        for name in "abcd"
    ]
    made = pd.DataFrame(rows, columns=["call_id", "evaluator", "points"])
    return made.assign(score=made["points"], failed=False, evaluation=made.index.astype(str))


def test_the_milder_one_is_found_and_nobody_else():
    found = leniency(together(np.random.default_rng(3), mild=0.06)).set_index("evaluator")
    assert found["apart"].to_dict() == {"a": True, "b": False, "c": False, "d": False}
    assert found.loc["a", "low"] < 0.06 < found.loc["a", "high"] and found.loc["a", "together"] == 20


def test_luck_is_seldom_called_mildness():
    """Four who score alike: in 5 % of quarters at most somebody may be called apart; 40 quarters, so 8 or more
    would be past 1 in 1000.
    """
    rng = np.random.default_rng(8)
    assert sum(leniency(together(rng))["apart"].any() for _ in range(40)) < 8


def test_few_and_single_hearings_are_not_compared():
    few = together(np.random.default_rng(3), calls=4, mild=0.3)
    assert leniency(few)["p"].isna().all() and not leniency(few)["apart"].any()
    alone = few.drop_duplicates("call_id")
    assert heard_together(alone).empty and leniency(alone).empty and leniency(alone.drop(columns="evaluator")).empty
    assert agreement_of_calls(alone)["alpha"].isna().all()


def test_agreement_by_step_and_pair_by_hand():
    """Two calls, two people, two steps: they differ in one of four marks."""
    rows = [
        ("C1", "a", "s", 1),
        ("C1", "b", "s", 1),
        ("C2", "a", "s", 0),
        ("C2", "b", "s", 0.5),
        ("C1", "a", "t", 1),
        ("C1", "b", "t", 1),
        ("C2", "a", "t", 1),
        ("C2", "b", "t", 1),
    ]
    steps = pd.DataFrame(rows, columns=["call_id", "evaluator", "step", "share"])
    assert agreement_of_steps(steps).set_index("step")["agreement"].to_dict() == {"s": 0.5, "t": 1.0}
    pair = agreement_of_pairs(steps).iloc[0]
    assert (pair["marks"], pair["agreement"]) == (4, 0.75)
    assert (
        agreement_of_pairs(steps.drop(columns="evaluator")).empty
        and agreement_of_steps(steps.drop(columns="call_id")).empty
    )
