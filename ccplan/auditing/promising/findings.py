"""What in forecast and plan is news: beyond what chance makes of thirteen weeks, and large enough to matter."""

from decimal import Decimal

import numpy as np
import pandas as pd

from ..findings import Finding

OFF = 0.10  # of contacts or handle time: a tenth more work moves service by some ten points
SHORT = 0.02  # points of service under the target, and under the promise
RED = 0.05  # so far under the target it is grave
OFTENER = 0.10  # more of the intervals short of agents than in the quarter before
CHANCE = 0.05  # of one false finding among all queues of one question
PAST = 2.0  # standard deviations of the forecast's own earlier misses
LEAST_WEEKS = 4
WHOLE_WEEK = 0.5  # of a usual week's contacts: stubs at the ends and weeks of holidays tell little


def promise_findings(rows, tables, told, evidence):
    """The findings of forecast and plan, a tuple: volume, handle time, service promised, agents there."""
    found = []
    for one in tables["queues"].sort_values("offered", ascending=False, kind="stable").to_dict("records"):
        weeks = _whole(tables["weeks"], one["queue"])
        found += [
            _volume(one, weeks, told, len(tables["queues"])),
            _handle_time(one, weeks, rows, evidence, len(tables["queues"])),
        ]
    for one in tables["kept_queues"].to_dict("records"):
        found.append(_service(one, tables["kept"], len(tables["kept_queues"])))
    found += list(_short_of_agents(rows, tables["fit"], evidence))
    return tuple(finding for finding in found if finding)


def _whole(weeks, queue):
    """A queue's weeks that hold at least half of a usual week's contacts."""
    mine = weeks[weeks["queue"] == queue]
    return mine[mine["offered"] >= WHOLE_WEEK * mine["offered"].median()]


def beyond_chance(misses, tests=1, side="two-sided"):
    """Whether the mean of weekly misses is further from nought than chance takes it (t test, Bonferroni for `tests`).

    `side` "greater" asks only whether it lies above.

    >>> beyond_chance([0.1, 0.12, 0.09, 0.11]), beyond_chance([0.1, -0.12, 0.09, -0.11]), beyond_chance([0.1])
    (True, False, False)
    """
    from scipy.stats import ttest_1samp

    misses = np.asarray(misses, float)
    misses = misses[np.isfinite(misses)]
    if len(misses) < LEAST_WEEKS:
        return False
    if misses.std() < 1e-12:
        return bool(abs(misses.mean()) > 1e-12)
    return bool(ttest_1samp(misses, 0.0, alternative=side).pvalue < CHANCE / max(tests, 1))


def _volume(one, weeks, told, tests):
    """Contacts far from the forecast: not where its history was too short to know the season."""
    held = np.asarray(told.held.get(one["queue"], ()), float)
    usual = len(held) > 2 and abs(one["bias"] - held.mean()) <= PAST * held.std(ddof=1)
    if not abs(one["bias"]) > OFF or one["queue"] in told.young or usual or not beyond_chance(weeks["bias"], tests):
        return None
    side = "fewer" if one["bias"] > 0 else "more"
    share = f", {abs(one['offered'] / one['forecast'] - 1):.0%} {side}" if one["forecast"] > 0 else ""
    return Finding(
        key=f"forecast_offered {one['queue']}",
        area="improvements",
        severity="amber",
        evidence="promises",
        says=f"{one['queue']}: {one['offered']:,.0f} contacts came where {one['forecast']:,.0f} were expected{share}; "
        f"an interval was off by {one['wape']:.0%} of its contacts",
        brief=f"{one['queue']}: {one['offered']:,.0f} contacts came, {one['forecast']:,.0f} were expected",
        action="Forecast again from the newest weeks, and ask who knew of what moved the contacts",
    )


def _handle_time(one, weeks, rows, evidence, tests):
    """A contact took longer or shorter than expected."""
    change = one["aht_came"] / one["aht_expected"] - 1 if one["aht_expected"] > 0 else np.nan
    if not abs(change) > OFF or not beyond_chance(np.log(weeks["aht_came"] / weeks["aht_expected"]), tests):
        return None
    hours = _extra_hours(rows, one["queue"], evidence.centre)
    longer = change > 0
    cost, basis = _priced(hours, evidence.centre) if longer and hours and hours > 0 else (None, "")
    agents = (
        ""
        if not hours
        else f"; the calls that came took {abs(hours):,.0f} agent-hours {'more' if hours > 0 else 'fewer'} than planned"
    )
    return Finding(
        key=f"forecast_aht {one['queue']}",
        area="improvements",
        severity="amber",
        evidence="promises",
        cost=cost,
        cost_basis=basis,
        says=f"{one['queue']}: a contact took {one['aht_came']:,.0f} s where {one['aht_expected']:,.0f} s were expected, {abs(change):.0%} "
        f"{'longer' if longer else 'shorter'}{agents}",
        brief=f"{one['queue']}: a contact took {one['aht_came']:,.0f} s, {one['aht_expected']:,.0f} s were expected",
        action="Plan with the handle time of the last four weeks, and tell the planners of changes before they come",
    )


def _extra_hours(rows, queue, centre):
    """Net agent-hours that the calls that came needed beyond the plan; None where there is no plan."""
    mine = rows[rows["queue"] == queue].dropna(subset=["needed", "planned"])
    return float((mine["needed"] - mine["planned"]).sum() * centre.interval_s / 3600) if len(mine) else None


def _priced(hours, centre):
    """What net agent-hours cost, a Decimal in whole units of currency, and how that was reckoned."""
    paid = hours / (1 - centre.shrinkage.total)
    rate = centre.costs.loaded_hourly_cost
    basis = f"{hours:,.0f} hours on the phones ÷ (1 − {centre.shrinkage.total:.0%} shrinkage) × {rate:,.2f} {centre.currency} an hour with on-costs"
    return Decimal(f"{paid * rate:.0f}"), basis


def _service(one, kept, tests):
    """Service under its target that the plan had promised to keep."""
    weeks, told = _whole(kept, one["queue"]), kept[(kept["queue"] == one["queue"]) & kept["came"].notna()]
    under, short = one["target"] - one["came"], one["promised"] - one["came"]
    if not (under > SHORT and short > SHORT) or not beyond_chance(weeks["promised"] - weeks["came"], tests, "greater"):
        return None
    missed = int((told["came"] < told["target"]).sum())
    there = (
        ""
        if pd.isna(one["rostered"])
        else f", and the agents who were there would have given the expected calls {one['rostered']:.0%}"
    )
    return Finding(
        key=f"promise {one['queue']}",
        area="customers",
        severity="red" if under > RED else "amber",
        evidence="promises",
        says=f"{one['queue']}: the plan promised that {one['promised']:.0%} are answered in time, {one['came']:.0%} were; the target of "
        f"{one['target']:.0%} was missed in {missed} of {len(told)} weeks{there}",
        brief=f"{one['queue']}: {one['promised']:.0%} answered in time were planned, {one['came']:.0%} came",
        action=f"Look at the plan of {one['queue']} every week, and mend it while the quarter runs",
    )


def _short_of_agents(rows, fit, evidence):
    """Queues that had too few agents more often than in the quarter before."""
    before = evidence.of("intervals", evidence.quarter.previous)
    if fit.empty or before.empty or "agents" not in before:
        return
    for one in fit.to_dict("records"):
        now, then = _short(rows, one["queue"]), _short(_needed(before, one["queue"], evidence.centre), one["queue"])
        if not _oftener(now, then, len(fit)):
            continue
        cost, basis = _priced(one["under_hours"], evidence.centre)
        yield Finding(
            key=f"understaffed {one['queue']}",
            area="people",
            severity="amber",
            evidence="promises",
            cost=cost,
            cost_basis=f"what the missing hours would have cost: {basis}",
            says=f"{one['queue']}: {now['short'].mean():.0%} of the intervals had fewer agents than the calls took, {then['short'].mean():.0%} in the "
            f"quarter before; {one['under_hours']:,.0f} agent-hours were missing while {one['over_hours']:,.0f} were there without need",
            brief=f"{one['queue']}: too few agents in {now['short'].mean():.0%} of the intervals, {then['short'].mean():.0%} in the quarter before",
            action=f"Move hours of {one['queue']} from the intervals with too many to those with too few",
        )


def _needed(before, queue, centre):
    """The quarter before with the agents that its calls needed."""
    from ...planning.staffing import staff

    mine = before[(before["queue"].astype(str) == queue) & before["agents"].notna()]
    if mine.empty:
        return mine.assign(there=[], needed=[], week=[])
    day = mine["start"].dt.tz_localize(None).dt.normalize()
    try:
        needed = staff(mine, centre)["agents"]
    except ValueError:
        needed = np.nan
    return mine.assign(there=mine["agents"], needed=needed, week=day - pd.to_timedelta(day.dt.day_of_week, unit="D"))


def _short(rows, queue):
    """A queue's intervals: their week, and whether they had too few agents."""
    mine = rows[rows["queue"].astype(str) == queue].dropna(subset=["there", "needed"])
    return pd.DataFrame({"week": mine["week"], "short": np.round(mine["there"].astype(float)) < mine["needed"]})


def _oftener(now, then, tests):
    """Whether too few were there more often, by the weeks of both quarters (Welch's t test)."""
    from scipy.stats import ttest_ind

    weeks, earlier = (rows.groupby("week")["short"].mean() for rows in (now, then))
    if min(len(weeks), len(earlier)) < LEAST_WEEKS or not now["short"].mean() - then["short"].mean() > OFTENER:
        return False
    if max(weeks.std(), earlier.std()) < 1e-12:
        return True
    return bool(ttest_ind(weeks, earlier, equal_var=False, alternative="greater").pvalue < CHANCE / max(tests, 1))
