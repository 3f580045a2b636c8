"""The section on quality: scores by hand, sample sizes from the textbook and by simulation, planted changes found,
noise left alone.
"""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from ccplan.auditing.evaluating.call_scores import call_scores, group_scores, scored_steps, step_scores
from ccplan.auditing.evidence import Evidence
from ccplan.auditing.quality import quality, two_a_month
from ccplan.auditing.evaluating.quality_links import outcomes_of, score_links, step_links
from ccplan.auditing.quarter import Quarter
from ccplan.auditing.evaluating.sampling import adequacy, margin_of, needed_calls
from ccplan.data import sample_centre
from ccplan.display.audit import quality as shown
from tests.audited import QUARTERS, audited, made as told_of
from tests.effort import DEEP

NAN = np.nan
QUARTER = Quarter.of("2026Q2")


def table(*marks, **columns):
    """Evaluations: each a dict of step → (points, possible, critical)."""
    rows = [(f"E{n}", step, *cell) for n, one in enumerate(marks) for step, cell in one.items()]
    made = pd.DataFrame(rows, columns=["evaluation", "step", "points", "possible", "critical"])
    place = made["evaluation"].str[1:].astype(int)
    return made.assign(**{name: place.map(dict(enumerate(values))) for name, values in columns.items()})


def evidence(evaluations, quarter=QUARTER, **tables):
    check = SimpleNamespace(folder=sample_centre(), centre=None)
    frames = {"evaluations": evaluations, **tables} if evaluations is not None else tables
    return Evidence(
        quarter=quarter,
        check=check,
        tables=frames,
        absent={"evaluations": "the folder has no table evaluations", "calls": "the folder has no table calls"},
        names=True,
    )


def made_up(rng, months=6, each=120, chance=None, drift=None, agents=20):
    """Calls scored in months from January 2026: {step: chance} by month, an evaluator `drift`ing from April on."""
    steps = {"told": (4, True, 0.97), "asked": (6, False, 0.85), "helped": (5, False, 0.9), "thanked": (5, False, 0.95)}
    rows, calls = [], []
    for month in range(months):
        for n in range(each):
            call, agent, day = f"C{month}-{n}", f"a{n % agents}", pd.Timestamp(2026, 1 + month, 1 + n % 28)
            said = {step: rng.random() for step in steps}
            calls.append((call, agent, day.tz_localize("UTC"), "answered", bool(rng.random() < 0.75)))
            for who in ("x", "y", "z") if n < 10 else ("xyz"[n % 3],):
                for step, (possible, critical, usual) in steps.items():
                    odds = (chance or {}).get((step, month // 3), usual) + (
                        (drift or 0) if who == "x" and month >= 3 else 0
                    )
                    rows.append(
                        (
                            f"E{month}-{n}{who}",
                            call,
                            agent,
                            who,
                            day,
                            step,
                            possible * (said[step] < odds),
                            possible,
                            critical,
                        )
                    )
    evaluations = pd.DataFrame(
        rows, columns=["evaluation", "call_id", "agent", "evaluator", "date", "step", "points", "possible", "critical"]
    )
    return evaluations, pd.DataFrame(calls, columns=["call_id", "agent", "arrived", "outcome", "resolved"])


# ------------------------------------------------------------------------------------------- scores


def test_scores_by_hand():
    """E0: 4+3 of 4+6, all critical met. E1: the critical missed: 6 of 10, score 0. E2: one step alone applied."""
    rows = table(
        {"told": (4, 4, True), "asked": (3, 6, False)},
        {"told": (0, 4, True), "asked": (6, 6, False)},
        {"told": (NAN, 4, True), "asked": (3, 6, False)},
    )
    made = call_scores(rows)
    assert made["points"].tolist() == pytest.approx([0.7, 0.6, 0.5]) and made["failed"].tolist() == [False, True, False]
    assert made["score"].tolist() == pytest.approx([0.7, 0, 0.5]) and made["other"].tolist() == pytest.approx(
        [0.5, 1, 0.5]
    )
    total = group_scores(made).iloc[0]
    assert (total["score"], total["points"], total["critical_accuracy"]) == pytest.approx((0.4, 0.6, 2 / 3))


def test_weights_of_ones_own():
    rows = table({"told": (4, 4, True), "asked": (3, 6, False)})
    assert call_scores(rows, weights={"told": 1, "asked": 3})["points"].tolist() == pytest.approx([(1 + 1.5) / 4])
    with pytest.raises(ValueError, match="weights must hold a number above 0 for every step, got None for 'asked'"):
        call_scores(rows, weights={"told": 1})


def test_half_a_critical_step_is_a_missed_one_and_nothing_possible_applies_not():
    made = call_scores(table({"told": (2, 4, True), "asked": (0, 0, False)}))
    assert made["failed"].tolist() == [True] and made["points"].tolist() == [0.5]


def test_a_call_heard_by_several_counts_once():
    rows = table(
        {"a": (10, 10, False)},
        {"a": (0, 10, False)},
        {"a": (10, 10, False)},
        call_id=["C1", "C1", "C2"],
        agent=["Ann", "Ann", "Ann"],
    )
    assert group_scores(call_scores(rows), "agent")[["calls", "points"]].values.tolist() == [[2, 0.75]]
    step = step_scores(rows).iloc[0]
    assert (step["calls"], step["share"], step["full"]) == (2, 0.75, pytest.approx(2 / 3))


def test_the_interval_of_a_mean_is_students():
    """Five calls: 0.8 0.9 1.0 0.7 0.6: mean 0.8, s 0.1581, t 2.776: ± 0.1963."""
    rows = table(*({"a": (10 * share, 10, False)} for share in (0.8, 0.9, 1.0, 0.7, 0.6)))
    total = group_scores(call_scores(rows)).iloc[0]
    assert total["points_low"] == pytest.approx(0.8 - 0.1963, abs=1e-4) and total["points_high"] == pytest.approx(
        0.9963, abs=1e-4
    )
    assert total[["accuracy_low", "accuracy_high"]].tolist() == pytest.approx([0.5655, 1.0], abs=1e-4), "Wilson, 5 of 5"


def test_a_ratio_of_steps_covers_its_truth():
    """A step of 6 points that is met in 70 %: the interval holds 0.7 in about 95 of 100 samples of 80 calls."""
    rng = np.random.default_rng(4)
    rows = table(*({f"step {n}": (6.0 * (rng.random() < 0.7), 6, False) for n in range(100)} for _ in range(80)))
    made = step_scores(rows)
    assert len(made) == 100 and 87 <= ((made["low"] <= 0.7) & (0.7 <= made["high"])).sum() <= 100


@pytest.mark.parametrize("column", ["points", "possible", "step"])
def test_without_a_needed_column_it_is_said(column):
    with pytest.raises(ValueError, match=f"cannot be scored without {column}"):
        scored_steps(table({"a": (1, 1, False)}).drop(columns=column))


# ------------------------------------------------------------------------------------------ samples


def test_sample_sizes_of_the_textbook():
    """Cochran: p = 0.5, ± 5 points at 95 %: 385 of many, 278 of 1000, 80 of 100; ± 3 points 1068."""
    assert [needed_calls(0.5, calls=calls) for calls in (np.inf, 1000, 100)] == [385, 278, 80]
    assert needed_calls(0.5, 0.03) == 1068 and needed_calls(0, calls=50) == 0 and needed_calls(0.3, calls=0) == 0
    for bad, words in (
        ((0.5, 0), "margin"),
        ((0.5, 0.05, 100, 1), "confidence"),
        ((-1,), "spread"),
        ((NAN,), "spread"),
    ):
        with pytest.raises(ValueError, match=f"{words} must be"):
            needed_calls(*bad)


def test_the_margin_holds_in_a_simulation():
    """A person's 60 calls, 12 heard: the mean of those lies within ± margin of the mean of all in 95 % of draws."""
    rng = np.random.default_rng(5)
    calls = rng.normal(0.9, 0.07, 60)
    margin = margin_of(calls.std(), 12, 60)
    misses = [abs(rng.choice(calls, 12, replace=False).mean() - calls.mean()) > margin for _ in range(4000)]
    assert np.mean(misses) == pytest.approx(0.05, abs=0.012)


def test_adequacy_by_agent():
    rows = table(*({"a": (points, 10, False)} for points in (8, 10, 6, 8, 7)), agent=["Ann", "Ann", "Bo", "Bo", "Cy"])
    made = adequacy(call_scores(rows), {"Ann": 2, "Bo": 1000}).set_index("agent")
    # within agents: ± 0.1 each of Ann's and Bo's two: s = sqrt(4 × 0.01 ÷ (5 − 3)) = 0.1414; n0 = (1.96 × 0.1414 ÷
    # 0.05)² = 30.7
    assert made["spread"].iloc[0] == pytest.approx(0.14142, abs=1e-5)
    assert made["needed"].tolist() == [2, 30, 31] and made["enough"].tolist() == [True, False, False]
    assert (
        made.loc["Ann", "margin"] == 0
        and np.isnan(made.loc["Cy", "calls"])
        and made.loc["Cy", "margin"] == pytest.approx(1.96 * 0.14142, abs=1e-3)
    )
    lone = adequacy(call_scores(table({"a": (1, 2, False)}, agent=["Ann"])))
    assert lone["needed"].isna().all() and not lone["enough"].any()


# -------------------------------------------------------------------------------------------- links


def test_a_planted_link_is_found_and_none_where_none_is():
    rng = np.random.default_rng(6)
    met, noise = rng.random(400) < 0.7, rng.random(400) < 0.7
    calls = pd.DataFrame(
        {
            "call_id": [f"C{n}" for n in range(400)],
            "resolved": rng.random(400) < np.where(met, 0.85, 0.5),
            "csat": rng.integers(1, 6, 400),
        }
    )
    rows = table(
        *({"asked": (6 * a, 6, False), "told": (4 * b, 4, False)} for a, b in zip(met, noise, strict=True)),
        call_id=list(calls["call_id"]),
    )
    joined = outcomes_of(call_scores(rows), calls)
    links, steps = score_links(joined).set_index("outcome"), step_links(scored_steps(rows), joined).set_index("step")
    assert links["beyond_chance"].to_dict() == {"resolved": True, "csat": False}
    assert (
        steps["beyond_chance"].to_dict() == {"asked": True, "told": False}
        and steps.loc["asked", "low"] < 0.35 < steps.loc["asked", "high"]
    )
    ranks = joined[["points", "resolved"]]
    drawn = [ranks.sample(400, replace=True, random_state=n).corr("spearman").iloc[0, 1] for n in range(300)]
    assert links.loc["resolved", ["low", "high"]].tolist() == pytest.approx(
        np.quantile(drawn, [0.025, 0.975]).tolist(), abs=0.03
    )


def test_few_calls_tell_nothing():
    calls = pd.DataFrame({"call_id": ["C1"], "resolved": [True], "csat": [5]})
    joined = outcomes_of(call_scores(table({"a": (1, 1, False)}, call_id=["C1"])), calls)
    assert score_links(joined)["correlation"].isna().all() and not score_links(joined)["beyond_chance"].any()


# -------------------------------------------------------------------------------- the whole section


def test_a_step_that_fell_is_found_and_nothing_else():
    rows, calls = made_up(np.random.default_rng(7), chance={("asked", 1): 0.6})
    found = quality(evidence(rows, calls=calls))
    assert {one.key for one in found.findings} <= {"quality asked", "quality points"} and "quality asked" in {
        one.key for one in found.findings
    }
    said = next(one.says for one in found.findings if one.key == "quality asked")
    now = found.steps.set_index("step").loc["asked"]
    assert f"{now['before']:.1%} in 2026Q1 to {now['share']:.1%}" in said and now["news"]
    assert "fell from" in str(shown.quality_answer(found)) and "changed beyond chance" in str(
        shown.steps_chart(found).title.text
    )


def test_an_evaluator_who_drifts_is_a_finding_and_one_who_was_always_so_is_none():
    drifting, calls = made_up(
        np.random.default_rng(9),
        drift=0.14,
        chance={(step, half): 0.7 for step in ("asked", "helped", "thanked") for half in (0, 1)},
    )
    found = quality(evidence(drifting, calls=calls))
    assert (
        any(one.key == "calibration x" and "milder" in one.says for one in found.findings)
        and found.leniency.iloc[0]["apart"]
    )
    always = drifting[drifting["date"] >= QUARTER.first]
    before = always.assign(
        date=always["date"] - pd.DateOffset(months=3),
        evaluation="b" + always["evaluation"],
        call_id="b" + always["call_id"],
    )
    still = quality(evidence(pd.concat([before, always]), calls=calls))
    assert (
        still.findings == ()
        and still.leniency.iloc[0]["apart"]
        and "Calibration: x gives" in str(shown.calibration_answer(still))
    )


def test_noise_is_no_finding():
    for seed in range(200 if DEEP else 2):
        assert quality(evidence(made_up(np.random.default_rng(100 + seed), each=60)[0])).findings == ()


def test_a_quarter_without_evaluations_and_a_centre_without_the_table_are_said():
    rows, _ = made_up(np.random.default_rng(7), months=2)
    with pytest.raises(ValueError, match="the table evaluations has none of 2026Q2"):
        quality(evidence(rows))
    with pytest.raises(ValueError, match="the table evaluations is needed: the folder has no table evaluations"):
        quality(evidence(None))
    blank = made_up(np.random.default_rng(7))[0].assign(points=NAN)
    with pytest.raises(ValueError, match="every cell of points is empty"):
        quality(evidence(blank))


LOST = ("agent", "evaluator", "call_id", "critical")


@pytest.mark.parametrize("lost", [("evaluator",), LOST, *([("agent",), ("call_id",), ("critical",)] if DEEP else [])])
def test_what_is_missing_is_noted_and_the_rest_is_told(lost):
    rows, calls = made_up(np.random.default_rng(7), months=4, each=40)
    found = quality(
        evidence(rows.drop(columns=list(lost)), calls=None if "call_id" in lost else calls)
        if "call_id" not in lost
        else evidence(rows.drop(columns=list(lost)))
    )
    assert all(any(f"no column {name}" in note for note in found.notes) for name in set(lost) - {"critical"})
    assert any("quarter is not whole" in note for note in found.notes) and 0 < found.total["points"].iloc[0] < 1
    for answer in (
        shown.quality_answer,
        shown.sampling_answer,
        shown.calibration_answer,
        shown.links_answer,
        shown.steps_picture,
        shown.leniency_picture,
        shown.links_picture,
        shown.sampling_table,
        shown.steps_table,
    ):
        assert "nan" not in repr(answer(found)).lower()
    for by in ("teams", "agents", "evaluators", "months"):
        repr(shown.groups_table(found, by))


def test_one_evaluation_is_enough_to_be_shown():
    rows = made_up(np.random.default_rng(7))[0]
    found = quality(evidence(rows[rows["evaluation"] == "E3-11z"]))
    assert (
        found.findings == ()
        and "1 call heard" in str(shown.quality_answer(found))
        and "nan" not in str(shown.quality_answer(found))
    )
    assert "Nobody had two calls heard" in str(shown.sampling_answer(found)) and "No call was heard by two" in str(
        shown.calibration_answer(found)
    )
    assert "svg" in shown.steps_picture(found).svg and "cannot be shown" in str(shown.leniency_picture(found))


def test_payloads_are_text():
    rows, calls = made_up(np.random.default_rng(7), each=40)
    bad = rows.replace(
        {
            "step": {"asked": "<script>alert(1)</script>"},
            "evaluator": {"x": "=cmd()<b>"},
            "agent": {"a1": "<img src=x>"},
        }
    )
    found = quality(evidence(bad, calls=calls))
    html = [
        shown.steps_picture(found).svg,
        shown.leniency_picture(found).svg,
        shown.links_picture(found).svg,
        shown.sampling_table(found)._repr_html_(),
        shown.steps_table(found)._repr_html_(),
        shown.groups_table(found, "evaluators")._repr_html_(),
        *(str(answer(found)) for answer in (shown.quality_answer, shown.calibration_answer, shown.links_answer)),
    ]
    assert not any("<script>alert" in one or "<img src" in one or "<b>" in one for one in html) and any(
        "&lt;script&gt;" in one for one in html
    )


# --------------------------------------------------------------------------------- the bundled centre


@pytest.fixture(scope="module")
def quarters():
    return {name: told_of(name)["quality"] for name in QUARTERS}


def test_the_bundled_centre_has_no_news_of_quality(quarters):
    assert {name: found.findings for name, found in quarters.items()} == dict.fromkeys(quarters, ())


def test_the_milder_evaluator_is_found_in_every_quarter(quarters):
    for found in quarters.values():
        assert found.leniency.loc[found.leniency["apart"], "evaluator"].tolist() == ["Otter"]
        assert len(found.observations) == 1 and found.observations[0].startswith("Calibration: evaluator Otter is")
        assert (
            "Calibration: Otter gives" in str(shown.calibration_answer(found))
            and "Otter is" in shown.leniency_chart(found).title.text
        )


def test_settled_matters_go_with_the_steps_that_hang_on_them(quarters):
    hang = {
        "asked which outcome the customer wants",
        "set a realistic time frame",
        "explained the next steps",
        "made sure of satisfaction and sent the survey",
    }
    for found in quarters.values():
        sure = set(found.step_links.loc[found.step_links["beyond_chance"], "step"])
        assert sure and sure <= hang
    assert (
        set().union(*(set(f.step_links.loc[f.step_links["beyond_chance"], "step"]) for f in quarters.values())) == hang
    )


def test_totals_are_those_of_a_second_way(quarters):
    """2026Q1 with plain loops: points of each evaluation, calls heard by several averaged."""
    rows = audited("2026Q1").frame("evaluations")
    rows = rows[(rows["date"] >= "2026-01-01") & (rows["date"] < "2026-04-01") & rows["points"].notna()]
    by_call, failed = {}, {}
    for (call, _), one in rows.groupby(["call_id", "evaluation"]):
        bad = any(one["critical"].astype(bool) & (one["points"] < one["possible"]))
        by_call.setdefault(call, []).append(one["points"].sum() / one["possible"].sum())
        failed.setdefault(call, []).append(bad)
    total = quarters["2026Q1"].total.iloc[0]
    assert total["points"] == pytest.approx(np.mean([np.mean(x) for x in by_call.values()])) and total["calls"] == len(
        by_call
    )
    assert total["critical_accuracy"] == pytest.approx(1 - np.mean([np.mean(x) for x in failed.values()]))


def test_two_calls_a_month_say_little(quarters):
    found = quarters["2026Q3"]
    told = two_a_month(found)
    assert (
        told["margin"] == pytest.approx(1.96 * found.sampling["spread"].iloc[0] / 2**0.5, rel=1e-3)
        and 0.07 < told["margin"] < 0.11
    )
    assert f"± {told['margin'] * 100:.0f} points" in str(shown.sampling_answer(found))
    assert found.sampling["calls"].notna().all() and (found.team_sampling["enough"]).all()
