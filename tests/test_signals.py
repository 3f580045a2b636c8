"""Process-behaviour charts and news: against published examples, a second implementation, known run lengths and
simulated noise.
"""

import numpy as np
import pandas as pd
import pytest

from ccplan.auditing.standing.news import is_material, news, quarter_of
from ccplan.auditing.quarter import Quarter
from ccplan.auditing.standing.signals import NEAR, ONE_SIDE, OUTSIDE, RULES, broken, xmr

FLOW = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]  # NIST/SEMATECH e-Handbook, section 6.3.2.2
LOANS = [
    310,
    288,
    297,
    298,
    307,
    303,
    294,
    297,
    308,
    306,
    294,
    299,
    297,
    299,
    314,
    295,
    293,
    306,
    301,
    304,
]  # Montgomery, ex. 6.5
Q2 = Quarter(2026, 2)


# ------------------------------------------------------------------------------------------- the chart


@pytest.mark.parametrize(
    "values, centre, lower, upper, within",
    [(FLOW, 50.81, 45.8159, 55.8041, 5e-5), (LOANS, 300.5, 279.78, 321.22, 5e-3)],
)
def test_limits_are_those_of_the_published_examples(values, centre, lower, upper, within):
    chart = xmr(values).iloc[-1]
    assert chart["centre"] == pytest.approx(centre, abs=1e-9)
    assert [chart["lower"], chart["upper"]] == pytest.approx([lower, upper], abs=2 * within)


def test_moving_ranges_and_their_limit_by_hand():
    chart = xmr([1.0, 3, 2, 6])  # ranges 2, 1, 4: mean 7/3, median 2
    assert chart["moving_range"].tolist()[1:] == [2, 1, 4] and np.isnan(chart["moving_range"].iloc[0])
    assert chart["range_limit"].iloc[0] == pytest.approx(3.267 * 7 / 3)
    robust = xmr([1.0, 3, 2, 6], ranges="median")
    assert robust["upper"].iloc[0] == pytest.approx(3 + 3.145 * 2, abs=0.001)
    assert robust["range_limit"].iloc[0] == pytest.approx(3.865 * 2)


def test_the_baseline_judges_what_came_after_and_a_missing_week_has_no_range():
    values = pd.Series([10, 11, np.nan, 10, 11, 10, 40.0])
    chart = xmr(values, [True] * 6 + [False])
    assert chart["centre"].iloc[0] == pytest.approx(52 / 5)
    assert chart["upper"].iloc[0] == pytest.approx(
        52 / 5 + 3 / 1.128
    )  # the ranges beside the gap are not there: all three are 1
    assert chart["rules"].tolist() == [""] * 6 + ["outside"]


def test_limits_stay_where_a_share_can_be():
    chart = xmr([0.99, 0.90, 1.0, 0.92, 0.99, 0.9], possible=(0, 1))
    assert chart["upper"].max() == 1 and chart["lower"].min() > 0


@pytest.mark.parametrize(
    "values, words",
    [([1.0], "got 0"), ([1.0, 2.0], "got 1"), ([np.nan] * 9, "got 0"), ([1, np.nan, 2, np.nan, 3], "got 0")],
)
def test_too_few_values_are_told(values, words):
    with pytest.raises(ValueError, match=f"at least 2 pairs of neighbouring values, {words}"):
        xmr(values)


@pytest.mark.parametrize("wrong", [{"rules": "Nelson"}, {"ranges": "mode"}])
def test_unknown_choices_are_refused(wrong):
    with pytest.raises(ValueError, match="must be one of"):
        xmr(LOANS, **wrong)


def test_values_that_never_move_raise_no_alarm():
    assert (xmr([5.0] * 20)["rules"] == "").all()
    assert xmr([5.0] * 20 + [5.1], [True] * 20 + [False])["rules"].iloc[-1] == "outside"


# ------------------------------------------------------------------------------------------- the rules


def by_the_book(values, rule):
    """The rule as it is read aloud, point by point."""
    told = []
    for i in range(len(values)):
        window = values[max(0, i - rule.window + 1) : i + 1]
        above, below = (sum(side * v > rule.sigmas for v in window) for side in (1, -1))
        told.append(
            (values[i] > rule.sigmas and above >= rule.hits) or (-values[i] > rule.sigmas and below >= rule.hits)
        )
    return told


@pytest.mark.parametrize(
    "rule", sorted({rule for rules in RULES.values() for rule in rules}, key=lambda r: r.key), ids=lambda r: r.key
)
def test_rules_by_a_second_reading(rule):
    values = np.random.default_rng(7).normal(0.4, 1.3, 600)
    assert (broken(values, 0.0, 1.0, (rule,)) != "").tolist() == by_the_book(values, rule)


def test_rules_by_hand():
    assert broken([2, 2, 0, 2.0], 0, 1, (NEAR,)).tolist() == ["", "", "", "near the limit"]
    assert broken([0.1] * 9, 0, 1, (ONE_SIDE,)).tolist() == [""] * 7 + ["one side"] * 2
    assert broken([2.0, -2, 2, -2], 0, 1, (NEAR,)).tolist() == [""] * 4, "two sides are no run"
    assert broken([0.0] * 9, 0, 1, (ONE_SIDE,)).tolist() == [""] * 9, "the centre line is no side"


def test_one_point_in_370_is_outside_known_limits():
    """Average run length of the first rule, normal values: 1 ÷ 0.0027 = 370.4 (Shewhart)."""
    alarms = (broken(np.random.default_rng(1).normal(size=400_000), 0, 1, (OUTSIDE,)) != "").sum()
    assert 400_000 / alarms == pytest.approx(370.4, rel=0.09)  # three standard errors: 1,080 alarms


def test_run_length_of_all_western_electric_rules():
    """91.75 points to the first alarm of all four rules together: Champ and Woodall (1987), Technometrics 29."""
    noise = np.random.default_rng(2).normal(size=(1500, 900))
    lengths = [np.argmax(broken(one, 0, 1, RULES["Western Electric"]) != "") + 1 for one in noise]
    assert np.mean(lengths) == pytest.approx(91.75, abs=3 * np.std(lengths) / np.sqrt(1500))


# ------------------------------------------------------------------------------------------- news


def weekly(number, change=0.0, seed=1, carry=0.0, years=1, mean=100.0, spread=4.0):
    """`number` series of weeks up to the end of 2026Q2, noise of `spread` with lag-1 `carry`, and a step in that
    quarter.
    """
    mondays = pd.date_range(f"{2026 - years}-03-31", "2026-06-28", freq="W-MON")
    noise = np.random.default_rng(seed).normal(size=(number, len(mondays)))
    for i in range(1, len(mondays)):
        noise[:, i] = carry * noise[:, i - 1] + np.sqrt(1 - carry**2) * noise[:, i]
    values = mean + spread * noise + change * quarter_of(mondays.to_series(), Q2).to_numpy()
    return pd.concat(
        [
            pd.DataFrame({"kpi": f"k{i}", "variant": "", "queue": "a", "week": mondays, "value": row})
            for i, row in enumerate(values)
        ]
    )


SECONDS = {f"k{i}": "s" for i in range(1000)}


def test_a_week_belongs_to_the_quarter_of_its_thursday():
    mondays = pd.Series(pd.to_datetime(["2026-03-23", "2026-03-30", "2026-06-22", "2026-06-29"]))
    assert quarter_of(mondays, Q2).tolist() == [False, True, True, False]


@pytest.mark.parametrize("carry", [0.0, 0.3])
def test_noise_is_hardly_ever_news(carry):
    """Six audits of forty charts each, of changes large enough to matter: the charts alone alarm often, news is
    rare.
    """
    found = [news(weekly(40, seed=seed, carry=carry, spread=15.0), Q2, units=SECONDS).table for seed in range(6)]
    broke = sum((table["rules"] != "").sum() for table in found)
    told = sum(table["news"].sum() for table in found)
    assert broke > 15, "the charts alone would have cried wolf"
    assert told <= (1 if carry == 0 else 3)


def test_a_real_step_is_news_with_the_week_it_began():
    table = news(
        pd.concat([weekly(20), weekly(1, change=16.0, seed=9).assign(kpi="step")]), Q2, units=SECONDS | {"step": "s"}
    ).table.set_index("kpi")
    assert table.index[table["news"]].tolist() == ["step"]
    step = table.loc["step"]
    assert step["low"] < 16 < step["high"] and step["change"] == pytest.approx(step["now"] - step["usual"])
    assert pd.Timestamp("2026-03-30") <= step["first"] <= pd.Timestamp("2026-04-20")


def test_the_correction_is_that_of_benjamini_and_hochberg():
    """By the step-up rule as published: reject the k smallest where p(k) ≤ 0.05 k ÷ m."""
    table = news(pd.concat([weekly(20), weekly(6, change=8.0, seed=9).assign(queue="b")]), Q2, units=SECONDS).table
    chances = np.sort(table["chance"])
    passed = np.flatnonzero(chances <= 0.05 * np.arange(1, 27) / 26)
    assert (table["corrected"] < 0.05).sum() == passed.max() + 1 >= 4


def test_season_is_not_news():
    """The same rise came a year before: the chart and the test see it, but it is season."""
    rows = weekly(1, change=12.0, years=2)
    before = quarter_of(rows["week"], Q2.year_ago)
    seasonal = rows.assign(value=rows["value"] + 12.0 * before)
    assert news(rows, Q2, units=SECONDS).table["news"].all()
    told = news(seasonal, Q2, units=SECONDS).table.iloc[0]
    assert not told["news"] and told["why"] == "as a year before: season"


def test_a_quarter_that_was_news_does_not_tell_what_is_usual():
    rows = weekly(1, change=15.0)
    after = pd.DataFrame(
        {
            "kpi": "k0",
            "variant": "",
            "queue": "a",
            "week": pd.date_range("2026-06-29", periods=13, freq="W-MON"),
            "value": 100 + 4 * np.random.default_rng(5).normal(size=13),
        }
    )
    found = news(pd.concat([rows, after]), Quarter(2026, 3), units=SECONDS)
    assert not found.table["news"].iloc[0] and found.table["usual"].iloc[0] == pytest.approx(100, abs=2)
    assert not (found.weeks["usual"] & quarter_of(found.weeks["week"], Q2)).any()


def test_touched_weeks_neither_judge_nor_are_judged():
    rows = weekly(1).reset_index(drop=True)
    wild = rows["week"].isin(pd.to_datetime(["2025-11-17", "2026-05-11"]))
    rows = rows.assign(value=rows["value"].mask(wild, 900.0), touched=wild)
    told = news(rows, Q2, units=SECONDS).table.iloc[0]
    assert told["weeks"] == 12 and told["usual_weeks"] == 51 and not told["news"] and told["now"] < 110


@pytest.mark.parametrize("cut", [slice(0, 55), slice(50, None)], ids=["quarter", "usual"])
def test_too_few_weeks_are_said_and_not_judged(cut):
    told = news(weekly(1, change=50.0).iloc[cut], Q2).table.iloc[0]
    assert told["why"].startswith("too few weeks") and not told["news"] and np.isnan(told["chance"])


def test_nothing_to_look_at_is_an_empty_table():
    found = news(weekly(1).head(0), Q2)
    assert found.table.empty and "news" in found.table


def test_values_that_never_move():
    flat = weekly(1, spread=0.0)
    assert not news(flat, Q2, units=SECONDS).table["news"].any()
    assert news(weekly(1, spread=0.0, change=20.0), Q2, units=SECONDS).table["news"].all()


@pytest.mark.parametrize("usual, now, unit, yes", [
    (0.80, 0.78, "share", True), (0.80, 0.785, "share", False), (0.05, 0.06, "share", True), (0.05, 0.059, "share", False),
    (0.06, 0.07, "share", False), (300, 315, "s", True), (300, 314, "s", False), (0, 0, "s", False), (0, 1, "s", True),
])  # fmt: skip
def test_what_matters(usual, now, unit, yes):
    assert is_material(usual, now, unit) is yes
