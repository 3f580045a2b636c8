"""From what nobody knows to money: the plan on a thousand sample paths of the forecast and of its uncertain
assumptions.

What is decided today is the same on every path: the people who are here, the classes that will start, the moves. What
can be done later, overtime and the outsourcer, is done as far as a path needs it and the centre's limits allow. So the
spread of cost and service is that of *this* hiring plan, not of one that would have known better.
"""

from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd

from ..budget import Budget, plan_budget
from ..forecasting.long_range import DRIFT
from ..headcount import checked_requirement, opening, plan_headcount
from ...queueing.inputs import SHARE_HINT, floats, one_number
from ..people.requirement import month_of, monthly_requirement
from .risk_paths import BLOCK, Work, block, growth, levels, queue_paths
from .risk_service import service_at, service_curves
from .risk_sources import variance_shares
from ..staffing import staff
from .uncertain import drawn, uncertain_of

BAND = (0.1, 0.5, 0.9)
FEWEST = 50  # paths from which a tenth percentile says something
MANY = 20_000_000  # intervals × paths from which more processes are worth their start
WHOLE = ""  # the queue of rows that tell of the whole centre
SHORT = 0.005  # of an FTE: a gap that is one
MEASURES = {  # measure of the monthly frame → a year's: summed, or the mean of its months
    "required_fte": "mean", "available_fte": "mean", "gap_fte": "mean", "heads_end": "mean", "cost": "sum",
}  # fmt: skip


class Stopped(RuntimeError):
    """Somebody stopped the work before enough paths were done to say anything."""


@dataclass(frozen=True)
class Risk:
    """What a plan may come to; every frame has the plan's own value beside P10, P50 and P90 of the paths.

    `monthly`: queue ("" the whole centre), month, measure (required_fte, available_fte, gap_fte, heads_end,
    service_level; of the whole centre also cost), plan, mean, p10, p50, p90; `yearly` the same by year with the
    months in it. `overrun`: month, budget, chance (of that month), budget_so_far and chance_so_far (of all months
    up to it). `misses`: queue, month, chance_short (people are missing) and chance_missed (service below the
    target). `sources`: source, share of the total cost's variance, swing (cost in its highest tenth less its
    lowest). `paths` the drawn assumptions and total cost of each path.
    """

    monthly: pd.DataFrame
    yearly: pd.DataFrame
    overrun: pd.DataFrame
    misses: pd.DataFrame
    sources: pd.DataFrame
    paths: pd.DataFrame
    currency: str
    sampled: str
    assumptions: tuple = field(repr=False)

    @property
    def chance_over(self):
        """Chance that the whole plan costs more than its budget."""
        return float(self.overrun["chance_so_far"].iloc[-1])

    @property
    def total(self):
        """The total cost: plan, mean, p10, p50, p90, as a Series."""
        cost = self.paths["cost"]
        plan = self.monthly.loc[self.monthly["measure"] == "cost", "plan"].sum()
        told = {"plan": plan, "mean": cost.mean()}
        return pd.Series(told | dict(zip(("p10", "p50", "p90"), np.quantile(cost, BAND), strict=True)))


def plan_risk(
    forecasts,
    centre,
    months=None,
    *,
    paths=1000,
    assumptions=None,
    people=None,
    hires=None,
    moves=None,
    teams=None,
    budget=None,
    priced=None,
    drift=DRIFT,
    seed=0,
    jobs=None,
    progress=None,
    stop=None,
):
    """The plan of the forecast on `paths` sample paths: a `Risk`.

    `forecasts` are those of `forecast_queues` (up to 36 months ahead; their frames may have been changed by drivers
    or overrides), `months` how many whole months (all if left out). `people`, `hires`, `moves`, `teams` as in
    `plan_headcount`; without `hires` the cheapest of the point plan. On each path every interval's rate is drawn
    from the forecast's spread (days and intervals together) and strays from it by `drift` in a year; each of
    `assumptions` (`Uncertain`; the usual ones if left out, () for none) is drawn too. Agents follow by the queue's
    staircase, people, recourse and money by `plan_headcount` and `plan_budget`, path by path. `budget` is what must
    not be overrun: a Budget, a Series by month or a total; the plan's own cost if left out. `priced` are further
    arguments of `plan_budget`. `progress(done, paths)` is called now and then; `stop()` is asked as often, and True
    ends the work with the paths done so far (Stopped where they are fewer than 50). The same `seed` gives the same
    answer with any number of `jobs` (processes). Raises ValueError in words.
    """
    paths = _checked_paths(paths)
    base, work, plan = _prepared(
        forecasts,
        centre,
        months,
        paths,
        assumptions,
        drift,
        seed,
        priced or {},
        teams,
        {"people": people, "hires": hires, "moves": moves},
    )
    point = _point(*plan, teams=list(dict.fromkeys(work.teams.values())), months=work.months)
    limits = _limits(budget, point["cost"][0], work.months)  # refused before the long work, not after it
    done = _all_blocks(work, paths, jobs, progress, stop, size=sum(len(one.frame) for one in forecasts))
    return _told(work, point, base, done, paths, limits)


def _checked_paths(paths):
    if not (isinstance(paths, (int, np.integer)) and not isinstance(paths, bool) and FEWEST <= paths <= 100_000):
        raise ValueError(
            f"paths must be a whole number from {FEWEST} to 100,000, got {paths!r}: "
            "fewer say nothing about a tenth percentile"
        )
    return int(paths)


def _prepared(forecasts, centre, months, paths, assumptions, drift, seed, priced, teams, decided):
    """(staffed plan, Work, the plan's own headcount and budget): all that is the same on every path."""
    if not len(forecasts):
        raise ValueError("forecasts must be those of forecast_queues, got none")
    drift = one_number("drift", drift, high=1.0, open_high=True, hint=SHARE_HINT)
    given = uncertain_of(centre, assumptions)
    staffed = staff(
        pd.concat([one.frame[["queue", "start", "offered", "aht_s"]] for one in forecasts], ignore_index=True), centre
    )
    needed = checked_requirement(monthly_requirement(staffed, centre, teams=teams), months)
    decided = _decided(needed, centre, **decided)
    span = pd.DatetimeIndex(needed["month"].drop_duplicates().sort_values())
    values, names = drawn(given, paths, seed), [one.queue for one in forecasts]
    volume = levels(names, len(span), paths, drift, seed)
    grown = growth(values, len(span), paths)
    own = monthly_requirement(staffed, centre).set_index(["queue", "month"])
    rate = (own["agent_hours"] / own["load_hours"].where(own["load_hours"] > 0)).fillna(0.0)
    queues = tuple(
        queue_paths(
            one,
            centre,
            span,
            volume[one.queue] * grown,
            values,
            rate[one.queue].reindex(span, fill_value=0.0).to_numpy(),
        )
        for one in forecasts
    )
    team = {name: team for team, members in (teams or {}).items() for name in members}
    team = {name: team.get(name, name) for name in names}
    work = Work(
        centre=centre,
        needed=needed,
        months=span,
        queues=queues,
        teams=team,
        volume=volume,
        values=values,
        decided=decided,
        priced=priced,
        seed=seed,
    )
    heads = plan_headcount(needed, centre, **decided)
    return staffed, work, (heads, plan_budget(heads, centre, contacts=needed, **priced))


def _decided(needed, centre, people, hires, moves):
    """What stands before anything is known: the people here, the classes, the moves."""
    people = opening(needed, centre) if people is None else people
    if hires is None:
        from ..people.hiring import cheapest_hires

        hires = cheapest_hires(needed, centre, people=people, moves=moves).hires
    return {"people": people, "hires": hires, "moves": moves}


def _all_blocks(work, paths, jobs, progress, stop, size):
    """The blocks' arrays joined, in the order of the paths."""
    from joblib import Parallel, delayed  # loads where it is used

    jobs = jobs if jobs is not None else (-1 if size * paths > MANY else 1)
    numbers, done = range(-(-paths // BLOCK)), []
    for one in Parallel(n_jobs=jobs, return_as="generator")(
        delayed(partial(block, work))(number) for number in numbers
    ):
        done.append(one)
        if progress:
            progress(min(len(done) * BLOCK, paths), paths)
        if stop and stop() and len(done) < len(numbers):
            break
    if len(done) * BLOCK < min(FEWEST, paths):
        raise Stopped(
            f"stopped after {len(done) * BLOCK} of {paths:,} paths: at least {FEWEST} are needed to say anything"
        )
    return {name: np.concatenate([one[name] for one in done]) for name in done[0]}


def _told(work, point, staffed, done, paths, limits):
    """All frames of a Risk from the paths' arrays."""
    ratios = _coverage(done["available_fte"], done["required_fte"])
    teams, names = list(dict.fromkeys(work.teams.values())), [queue.name for queue in work.queues]
    curves = service_curves(staffed, work.centre, work.months)
    own = [teams.index(work.teams[name]) for name in names]
    service = service_at(curves, ratios[:, own])
    at_plan = service_at(curves, _coverage(point["available_fte"], point["required_fte"])[:, own])
    offered = _offered(staffed, names, work.months)
    monthly, yearly = _frames(done, point, teams, work.months)
    for name, here, there, weight, weight_plan in _services(names, service, at_plan, done["offered"], offered):
        monthly.append(_band(name, "service_level", here, there, month=work.months))
        yearly.append(_year_service(name, here, there, weight, weight_plan, work.months))
    cost, inputs = done["cost"], _inputs(work, done, names)
    table = inputs.assign(cost=cost.sum(axis=1))
    return Risk(
        monthly=pd.concat(monthly, ignore_index=True), yearly=pd.concat(yearly, ignore_index=True),
        overrun=_overrun(cost, limits, work.months),
        misses=_misses(work, done["gap_fte"][:, own], service, names), sources=_sources(inputs, cost.sum(axis=1)), paths=table,
        currency=work.centre.currency, sampled=_said(work, staffed, len(cost), paths), assumptions=tuple(work.values),
    )  # fmt: skip


def _coverage(available, required):
    """Staff there ÷ staff needed; 1 where none are needed."""
    return np.where(required > 0, available / np.where(required > 0, required, 1.0), 1.0)


def _point(heads, priced, teams, months):
    """The plan's own arrays, shaped like those of one path."""
    table = heads.set_index(["queue", "month"]).reindex(pd.MultiIndex.from_product([teams, months]), fill_value=0.0)
    own = {name: table[name].to_numpy(float).reshape(1, len(teams), -1) for name in MEASURES if name != "cost"}
    return own | {"cost": priced.by("month").astype(float).reindex(months, fill_value=0.0).to_numpy()[None]}


def _offered(staffed, names, months):
    sums = staffed.groupby([staffed["queue"].astype(str), month_of(staffed["start"])])["offered"].sum()
    every = sums.reindex(pd.MultiIndex.from_product([names, months]), fill_value=0.0)
    return every.to_numpy().reshape(1, len(names), -1)


def _frames(done, point, teams, months):
    """Lists of monthly and yearly frames of all measures but service."""
    monthly, yearly = [], []
    for measure, how in MEASURES.items():
        parts = (
            [(WHOLE, done[measure], point[measure])]
            if measure == "cost"
            else [
                (WHOLE, done[measure].sum(axis=1), point[measure].sum(axis=1)),
                *((team, done[measure][:, i], point[measure][:, i]) for i, team in enumerate(teams)),
            ]
        )
        for name, here, there in parts:
            monthly.append(_band(name, measure, here, there, month=months))
            both = [_by_year(each, months, how) for each in (here, there)]
            yearly.append(_band(name, measure, *both, **_years(months)))
    return monthly, yearly


def _band(queue, measure, values, plan, **when):
    """A frame: queue, when, measure, plan, mean, p10, p50, p90; `values` paths × times, `plan` 1 × times."""
    low, middle, high = np.quantile(values, BAND, axis=0)
    return pd.DataFrame(
        {
            "queue": queue,
            **when,
            "measure": measure,
            "plan": plan[0],
            "mean": values.mean(axis=0),
            "p10": low,
            "p50": middle,
            "p90": high,
        }
    )


def _years(months):
    years, counts = np.unique(months.year, return_counts=True)
    return {"year": years, "months": counts}


def _by_year(values, months, how):
    member = (months.year.to_numpy()[:, None] == np.unique(months.year)).astype(float)
    sums = values @ member
    return sums if how == "sum" else sums / member.sum(axis=0)


def _services(names, service, at_plan, offered, offered_plan):
    """(queue, service, plan's, weights, plan's) of the whole centre and each queue; the whole is Σ in time ÷ Σ
    offered.
    """

    def mean(level, weight):
        return (level * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-9)

    yield WHOLE, mean(service, offered), mean(at_plan, offered_plan), offered.sum(axis=1), offered_plan.sum(axis=1)
    for i, name in enumerate(names):
        yield name, service[:, i], at_plan[:, i], offered[:, i], offered_plan[:, i]


def _year_service(name, here, there, weight, weight_plan, months):
    both = [
        _by_year(level * calls, months, "sum") / np.maximum(_by_year(calls, months, "sum"), 1e-9)
        for level, calls in ((here, weight), (there, weight_plan))
    ]
    return _band(name, "service_level", *both, **_years(months))


def _limits(budget, plan, months):
    """The budget by month: as given, or the plan's own; a total is spread over the months as the plan is."""
    if budget is None:
        return plan
    if isinstance(budget, Budget):
        budget = budget.by("month").astype(float)
    if isinstance(budget, pd.Series):
        missing = months.difference(pd.DatetimeIndex(budget.index))
        if len(missing):
            raise ValueError(f"budget has no amount for {missing[0]:%Y-%m} — give one for every month of the plan")
        return floats("budget", budget.reindex(months).to_numpy(dtype=float, na_value=np.nan), low=-np.inf)
    try:
        total = float(budget)
    except (TypeError, ValueError):
        total = np.nan
    if not 0 <= total < np.inf:
        raise ValueError(f"budget must be a Budget, amounts by month or one total from 0 on, got {budget!r}")
    return plan * total / plan.sum() if plan.sum() else np.full(len(plan), total / len(plan))


def _overrun(cost, limits, months):
    so_far, limit = cost.cumsum(axis=1), limits.cumsum()
    forgiven = 0.005  # half a cent: a plan that costs its budget does not overrun it
    return pd.DataFrame(
        {
            "month": months,
            "budget": limits,
            "chance": (cost > limits + forgiven).mean(axis=0),
            "budget_so_far": limit,
            "chance_so_far": (so_far > limit + forgiven).mean(axis=0),
        }
    )


def _misses(work, gaps, service, names):
    """Chance that people are missing, and that service is below the queue's target; nan where it has none."""
    targets = [work.centre.queue(name).targets.service_level for name in names]
    parts = [
        pd.DataFrame(
            {
                "queue": name,
                "month": work.months,
                "chance_short": (gaps[:, i] < -SHORT).mean(axis=0),
                "chance_missed": np.nan if targets[i] is None else (service[:, i] < targets[i]).mean(axis=0),
            }
        )
        for i, name in enumerate(names)
    ]
    return pd.concat(parts, ignore_index=True)


def _inputs(work, done, names):
    """What was drawn, a row a path: each queue's contacts by the forecast alone, and every assumption."""
    calls = pd.DataFrame(done["forecast"], columns=[f"forecast of {name}" for name in names], index=done["path"])
    return calls.join(work.values)


def _sources(inputs, cost):
    enough = len(cost) >= 3 * (2 * inputs.shape[1] + 1)
    return variance_shares(inputs, cost) if enough else pd.DataFrame(columns=["source", "share", "swing"])


def _said(work, staffed, done, paths):
    stopped = f" (stopped before all {paths:,})" if done < paths else ""
    inside = month_of(staffed["start"]).isin(work.months)
    minutes = work.centre.interval_s / 60
    return (
        f"all {int(inside.sum()):,} open intervals of {minutes:g} minutes in {len(work.months)} months and {len(work.queues)} queues, "
        f"on {done:,} sample paths{stopped}; {len(work.values.columns)} assumptions drawn with them; hiring as decided today"
    )
