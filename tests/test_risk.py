"""Risk against plain loops path by path, against formulas where there are some, and against itself by seed."""

import zlib
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import gammaincinv, ndtr
from scipy.stats import gamma, triang

from ccplan.data import Centre, Costs, Flex, Queue
from ccplan.data.budget_lines import BudgetLine
from ccplan.planning import monthly_requirement, plan_budget, plan_headcount, staff
from ccplan.planning.forecast import QueueForecast
from ccplan.planning.forecasting.ahead import Ahead
from ccplan.planning.forecasting.spread import Spread
from ccplan.planning.uncertainty.risk import Stopped, _limits, plan_risk
from ccplan.planning.uncertainty.risk_paths import BLOCK, levels, scores
from ccplan.planning.uncertainty.risk_service import RATIOS, service_at, service_curves
from ccplan.planning.uncertainty.risk_sources import variance_shares
from ccplan.planning.uncertainty.uncertain import USUAL, Uncertain, applied, drawn, uncertain_of
from ccplan.queueing import Targets

SURE = Spread(share=(1e-9, 0.0), day_share=(5e-10, 0.0), special=1e-5)
UNSURE = Spread(share=(0.04, 1e-5), day_share=(0.02, 1e-5), special=0.5, neighbours=0.4, days=(0.3, 0.5))
CENTRE = Centre(
    name="x", time_zone="Europe/Helsinki", queues=(Queue(name="calls", patience_s=180), Queue(name="sales", targets=Targets(service_level=0.9))),
    costs=Costs(hourly_wage=14.2, on_costs=0.27, seat_per_month=300.0, per_hire=2000.0), flex=Flex(overtime=0.1, outsourced_fte=2.0),
    budget=(BudgetLine(name="lines", category="technology", driver="call", price=0.05, start="2027-01", inflation=0.02, low=0.04, high=0.09),
            BudgetLine(name="rent", category="facilities", price=9000)),
)  # fmt: skip


def a_forecast(name="calls", spread=UNSURE, months=2, size=60.0, open_hours=6):
    days = pd.date_range("2027-03-01", periods=months * 31, freq="D")
    days = days[days < pd.Timestamp("2027-03-01") + pd.DateOffset(months=months)]
    slots = 8 * 3600.0 + 1800.0 * np.arange(open_hours * 2)
    mean = size * (1 + 0.5 * np.sin(np.arange(len(slots)) / 3)) * (1 + 0.2 * (days.day_of_week.to_numpy()[:, None] < 3))
    start = (days.repeat(len(slots)) + pd.to_timedelta(np.tile(slots, len(days)), unit="s")).tz_localize(
        "Europe/Helsinki"
    )
    aht_s = np.tile(np.linspace(280, 320, len(slots)), len(days))
    frame = pd.DataFrame({"queue": name, "start": start, "offered": mean.ravel(), "aht_s": aht_s})
    special = np.zeros(len(days), bool)
    special[5] = True
    return QueueForecast(
        queue=name,
        frame=frame,
        tested=None,
        repairs=pd.DataFrame(),
        spread=spread,
        method="",
        seasonal=False,
        ahead=Ahead(days=days, slots=slots, interval_s=1800, mean=mean, special=special),
    )


BOTH = (a_forecast(), a_forecast("sales", size=15.0))
PEOPLE = pd.DataFrame(
    {"queue": ["calls", "sales"], "started": pd.Timestamp("2026-01-01"), "heads": [22.0, 9.0], "fte": [22.0, 9.0]}
)
HIRES = pd.DataFrame({"queue": ["calls"], "month": [pd.Timestamp("2027-03-01")], "heads": [4.0], "fte": [4.0]})
DECIDED = {"people": PEOPLE, "hires": HIRES}


@pytest.fixture(scope="module")
def risk():
    return plan_risk(BOTH, CENTRE, paths=75, seed=7, jobs=1, **DECIDED)


# ------------------------------------------------------------------------------------- path by path, by plain loops


def test_every_path_is_the_plan_made_again(risk):
    """Rates, agents, people and money of some paths by plain loops over days and intervals, `staff` and the ledger."""
    values = drawn(uncertain_of(CENTRE), 75, 7)
    for path in (0, 13, 61):
        cost, fte = one_path(path, values.loc[path])
        assert cost == pytest.approx(risk.paths["cost"][path], rel=2e-4)
        assert fte > 0


def one_path(path, value):
    number, within = divmod(path, BLOCK)
    frames = []
    for one in BOTH:
        name = zlib.crc32(one.queue.encode())
        rng = np.random.default_rng([7, name, number])
        stray = np.random.default_rng([7, name]).standard_normal((2, 75)).cumsum(axis=0)[:, path] * 0.10 / 12**0.5
        level = [np.exp(stray[m] - 0.10**2 * (m + 1) / 24) * (1 + value["growth"]) ** (m / 12) for m in (0, 1)]
        day = day_scores(rng, len(one.ahead.days), one.spread.days)
        calls = [rates_of_day(rng, one, day[p], d) for p in range(within + 1) for d in range(len(one.ahead.days))]
        calls = np.array(calls[-len(one.ahead.days) :])
        month = one.ahead.days.month.to_numpy() - 3
        frames.append(
            one.frame.assign(
                offered=(calls * np.array(level)[month][:, None]).ravel(),
                aht_s=one.frame["aht_s"] * value["handle time"],
            )
        )
    centre = applied(CENTRE, value.to_dict())
    needed = monthly_requirement(staff(pd.concat(frames, ignore_index=True), centre), centre)
    heads = plan_headcount(needed, centre, **DECIDED)
    return float(plan_budget(heads, centre, contacts=needed).total), heads["required_fte"].sum()


def day_scores(rng, days, spread_days):
    common, following = spread_days
    noise = rng.standard_normal((BLOCK, days))
    for d in range(1, days):
        noise[:, d] = following * noise[:, d - 1] + (1 - following**2) ** 0.5 * noise[:, d]
    return common**0.5 * rng.standard_normal((BLOCK, 1)) + (1 - common) ** 0.5 * noise


def rates_of_day(rng, one, score, d):
    spread, slots = one.spread, len(one.ahead.slots)
    share = [a + b * (d + 1) for a, b in (spread.share, spread.day_share)]
    if one.ahead.special[d]:
        share = [max(each, spread.special**2) for each in share]
    together = min(share[1] / share[0], 0.98)
    noise, found = rng.standard_normal(), []
    for slot in range(slots):
        chance = ndtr(together**0.5 * score[d] + (1 - together) ** 0.5 * noise)
        found.append(one.ahead.mean[d, slot] * gammaincinv(1 / share[0], np.clip(chance, 1e-6, 1 - 1e-6)) * share[0])
        noise = spread.neighbours * noise + (1 - spread.neighbours**2) ** 0.5 * rng.standard_normal()
    return found


# ------------------------------------------------------------------------------------------- where formulas know it


def test_where_nothing_is_unsure_every_path_is_the_plan():
    sure = [replace(one, spread=SURE) for one in BOTH]
    found = plan_risk(sure, CENTRE, paths=50, assumptions=(), drift=0.0, **DECIDED)
    for name in ("mean", "p10", "p50", "p90"):
        assert np.allclose(found.monthly[name], found.monthly["plan"], rtol=1e-3, atol=1e-3)
    assert found.total["p90"] == pytest.approx(found.total["plan"], rel=1e-4)
    assert (found.sources["swing"].dropna().abs() < 1).all()  # less than a euro


def test_a_wage_that_is_unsure_is_a_triangle():
    """All cost is wages here, so that the total cost has the triangle's own quantiles and chance of overrun."""
    bare = Centre(
        name="x",
        time_zone="Europe/Helsinki",
        queues=CENTRE.queues,
        costs=Costs(hourly_wage=20.0, on_costs=0.0),
        flex=Flex(overtime=0.0),
    )
    wage = Uncertain(name="wage", low=0.9, mode=1.0, high=1.3)
    true = triang(c=0.25, loc=0.9, scale=0.4)
    found = plan_risk(
        [replace(one, spread=SURE) for one in BOTH],
        bare,
        paths=100,
        assumptions=(wage,),
        drift=0.0,
        people=PEOPLE,
        hires=HIRES[:0],
        jobs=1,
    )
    plan = found.total["plan"]
    assert [found.total[p] / plan for p in ("p10", "p50", "p90")] == pytest.approx(true.ppf([0.1, 0.5, 0.9]), abs=6e-3)
    assert found.chance_over == pytest.approx(true.sf(1.0), abs=0.015)
    assert found.sources.set_index("source")["share"]["wage"] == pytest.approx(1.0, abs=0.01)


def test_rates_have_the_spread_of_the_forecast():
    z = np.random.default_rng(2).standard_normal((1, 200_000))
    for share in (0.01, 0.2):
        rate = Spread(share=(share, 0.0)).rates(np.zeros(1, bool), z[0])[0]
        assert rate.mean() == pytest.approx(1, abs=0.005) and rate.var() == pytest.approx(share, rel=0.03)
        assert np.quantile(rate, 0.9) == pytest.approx(gamma(1 / share, scale=share).ppf(0.9), rel=0.01)


def test_day_totals_spread_like_the_forecast_s_own_paths():
    """Against Spread.paths, which draws whole contacts: with a thousand in an interval their own chance hardly
    counts.
    """
    mean, special = np.full((40, 12), 1000.0), np.zeros(40, bool)
    theirs = UNSURE.paths(mean, special, 3000, np.random.default_rng(1)).sum(axis=(1, 2))
    rng = np.random.default_rng(2)
    table, grid, t = (
        UNSURE.rates(special, np.linspace(-4.8, 4.8, 129)),
        np.linspace(-4.8, 4.8, 129),
        UNSURE.together_of_rates(special),
    )
    day, noise = scores(rng, UNSURE.days, 3000, 40), rng.standard_normal((3000, 40, 12))
    for slot in range(1, 12):
        noise[:, :, slot] = 0.4 * noise[:, :, slot - 1] + 0.84**0.5 * noise[:, :, slot]
    z = np.sqrt(t)[None, :, None] * day[:, :, None] + np.sqrt(1 - t)[None, :, None] * noise
    ours = 1000 * np.stack([np.interp(z[:, d], grid, table[d]) for d in range(40)], axis=1).sum(axis=(1, 2))
    assert ours.mean() == pytest.approx(theirs.mean(), rel=0.01) and ours.std() == pytest.approx(theirs.std(), rel=0.06)


def test_levels_stray_by_the_drift_and_days_have_their_correlation():
    level = levels(["q"], 36, 20_000, 0.10, 3)["q"]
    assert np.log(level).std(axis=0)[[11, 35]] == pytest.approx([0.10, 0.10 * 3**0.5], rel=0.02)
    assert level.mean(axis=0) == pytest.approx(np.ones(36), abs=0.01)
    day = scores(np.random.default_rng(1), (0.3, 0.5), 50_000, 10)
    assert np.corrcoef(day[:, 4], day[:, 6])[0, 1] == pytest.approx(0.3 + 0.7 * 0.25, abs=0.02)


def test_shares_of_variance_where_they_are_known():
    rng = np.random.default_rng(4)
    x = pd.DataFrame(rng.standard_normal((4000, 4)), columns=list("abcd")).assign(still=1.0)
    y = 3 * x["a"] - 2 * x["b"] + x["c"] ** 2 + rng.standard_normal(4000)  # variances 9, 4, 2, and 1 of chance
    found = variance_shares(x, y).set_index("source")
    assert found["share"][["a", "b", "c", "d", "still", "together"]].tolist() == pytest.approx(
        [9 / 16, 4 / 16, 2 / 16, 0, 0, 1 / 16], abs=0.03
    )
    assert found["swing"]["a"] == pytest.approx(2 * 3 * 1.755, rel=0.08) and found["swing"]["b"] < 0
    with pytest.raises(ValueError, match="need at least"):
        variance_shares(x[:20], y[:20])


def test_service_of_a_short_month_is_what_staff_says():
    frame = BOTH[0].frame
    staffed = staff(frame, CENTRE)
    months = pd.DatetimeIndex(["2027-03-01", "2027-04-01"])
    curve = service_curves(staffed, CENTRE, months)
    for ratio in (0.84, 0.9, 1.0, 1.15):
        there = staffed["agents"] * ratio
        served = [
            staff(frame, CENTRE, agents=(np.floor(there + 1e-9) + more).to_numpy()).pipe(lambda s: s["service_level"])
            for more in (0, 1)
        ]
        part = there - np.floor(there + 1e-9)
        level = ((served[0] * (1 - part) + served[1] * part) * frame["offered"]).groupby(frame["start"].dt.month).sum()
        true = (level / frame["offered"].groupby(frame["start"].dt.month).sum()).to_numpy()
        found = service_at(curve, np.full((1, 2), ratio))[0]
        print(f"staff there ÷ needed {ratio:g}: service off by {abs(found - true).max():.4f}")
        assert found == pytest.approx(true, abs=0.012)
    assert service_at(curve, np.full((1, 2), 0.0)) == pytest.approx(0.0, abs=1e-9) and RATIOS[-1] == 2.0


# --------------------------------------------------------------------------------------------- what the result says


def test_frames_agree_with_each_other(risk):
    cost = risk.monthly.query("measure == 'cost'")
    assert cost["plan"].sum() == pytest.approx(risk.total["plan"]) and cost["mean"].sum() == pytest.approx(
        risk.paths["cost"].mean()
    )
    assert (risk.monthly["p10"] <= risk.monthly["p50"]).all() and (risk.monthly["p50"] <= risk.monthly["p90"]).all()
    assert risk.chance_over == (risk.paths["cost"] > risk.total["plan"] + 0.005).mean()
    fte = risk.monthly.query("measure == 'required_fte'").set_index(["queue", "month"])["mean"]
    assert fte[""].to_numpy() == pytest.approx((fte["calls"] + fte["sales"]).to_numpy())
    year = risk.yearly.query("measure == 'cost'")
    assert year["months"].tolist() == [2] and year["p50"].item() == pytest.approx(risk.total["p50"])
    assert "1,464 open intervals of 30 minutes in 2 months and 2 queues, on 75 sample paths" in risk.sampled
    assert (
        set(risk.misses) == {"queue", "month", "chance_short", "chance_missed"}
        and risk.misses["chance_missed"].between(0, 1).all()
    )


def test_a_budget_is_a_total_a_series_or_a_budget(risk):
    months = pd.DatetimeIndex(["2027-03-01", "2027-04-01"])
    half = risk.paths["cost"].median()
    found = plan_risk(BOTH, CENTRE, paths=75, seed=7, jobs=2, budget=half, **DECIDED)  # two processes agree with one
    assert found.overrun["budget_so_far"].iloc[-1] == pytest.approx(half) and found.chance_over == pytest.approx(
        0.5, abs=0.011
    )
    pd.testing.assert_frame_equal(found.monthly, risk.monthly)
    pd.testing.assert_frame_equal(found.sources, risk.sources)
    plan = np.array([1.0, 3.0])
    assert _limits(pd.Series([7.0, 5.0], months[::-1]), plan, months).tolist() == [5.0, 7.0]
    assert _limits(8, plan, months).tolist() == [2.0, 6.0] and _limits(None, plan, months).tolist() == [1.0, 3.0]


def test_another_seed_is_another_answer(risk):
    other = plan_risk(BOTH, CENTRE, paths=50, seed=8, jobs=1, **DECIDED)
    assert other.total["p50"] != risk.total["p50"] and other.total["plan"] == risk.total["plan"]


def test_a_stop_keeps_what_is_done_and_breaks_nothing(risk):
    seen = []
    some = plan_risk(
        BOTH,
        CENTRE,
        paths=75,
        seed=7,
        jobs=1,
        progress=lambda done, of: seen.append((done, of)),
        stop=lambda: len(seen) == 2,
        **DECIDED,
    )
    assert seen == [(25, 75), (50, 75)] and "on 50 sample paths (stopped before all 75)" in some.sampled
    pd.testing.assert_frame_equal(some.paths, risk.paths.iloc[:50], check_flags=False)
    with pytest.raises(Stopped, match="stopped after 25 of 75 paths: at least 50 are needed"):
        plan_risk(BOTH, CENTRE, paths=75, seed=7, jobs=1, stop=lambda: True, **DECIDED)


def test_a_team_is_counted_once():
    teams, people = (
        {"all": ["calls", "sales"]},
        pd.DataFrame({"queue": ["all"], "started": pd.Timestamp("2026-01-01"), "heads": 31.0, "fte": 31.0}),
    )
    found = plan_risk(BOTH, CENTRE, 1, paths=50, jobs=1, teams=teams, people=people, hires=HIRES[:0])
    assert set(found.monthly["queue"]) == {"", "all", "calls", "sales"} and len(found.overrun) == 1
    assert set(found.monthly.loc[found.monthly["queue"] == "sales", "measure"]) == {"service_level"}


# ------------------------------------------------------------------------------------------------------- assumptions


def test_an_assumption_does_what_it_says():
    assert applied(CENTRE, {"attrition": 1.5}).hiring.attrition_per_year == pytest.approx(0.45)
    assert applied(CENTRE, {"shrinkage": 1.1}).shrinkage.total == pytest.approx(0.33)
    assert applied(CENTRE, {"wage": 1.1}).costs.hourly_wage == pytest.approx(15.62)
    assert applied(CENTRE, {"inflation": 0.01}).budget[0].inflation == pytest.approx(0.03)
    assert applied(CENTRE, {"price of lines": 0.07}).budget[0].price == 0.07
    assert [each.name for each in uncertain_of(CENTRE)] == [*(each.name for each in USUAL), "price of lines"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": "weather", "low": 0, "mode": 1, "high": 2}, "assumption must be one of growth"),
        ({"name": "wage", "low": 1.1, "mode": 1.0, "high": 1.2}, "low, mode and high must rise"),
        ({"name": "wage", "low": -0.1, "mode": 1.0, "high": 1.2}, "low must be 0 or more"),
        ({"name": "wage", "low": "a", "mode": 1.0, "high": 1.2}, "must be a number"),
    ],
)
def test_a_range_that_cannot_be_is_refused(given, words):
    with pytest.raises(ValueError, match=words):
        Uncertain(**given)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"paths": 10}, "paths must be a whole number from 50"),
        ({"paths": True}, "paths must be"),
        ({"drift": 2.0}, "drift must be in "),
        ({"budget": -1}, "budget must be a Budget"),
        (
            {"budget": pd.Series([np.nan] * 2, pd.date_range("2027-03-01", periods=2, freq="MS"))},
            "budget must be a number, got nan",
        ),
        ({"budget": pd.Series([1.0], [pd.Timestamp("2027-03-01")])}, "no amount for 2027-04"),
        ({"months": 5}, "months must be a whole number from 1 to 2"),
        ({"assumptions": (USUAL[0], USUAL[0])}, "must stand once"),
        ({"assumptions": (Uncertain(name="price of cake", low=1, mode=1, high=1),)}, "no line 'cake'"),
        ({"assumptions": (Uncertain(name="shrinkage", low=1, mode=1, high=4),)}, "leaves nobody on the phones"),
    ],
)
def test_bad_input_is_told_in_words(how, words):
    with pytest.raises(ValueError, match=words):
        plan_risk(BOTH, CENTRE, **({"paths": 50, "jobs": 1} | how), **DECIDED)


def test_no_forecast_is_told():
    with pytest.raises(ValueError, match="forecasts must be those of forecast_queues"):
        plan_risk([], CENTRE, **DECIDED)
