"""Shifts that cover a requirement: how many people on which shift, with their breaks, day by day.

A cover is always found: a missing person has a price, as one too many has, and what is missing is shown. Everything is
decided together and proven: days that nothing joins by themselves, the others in one programme (see `scheduling`).
"""

from dataclasses import dataclass, field
from math import inf
from time import perf_counter

import numpy as np
import pandas as pd

from ..data.centre import Costs
from ..data.shifts import Rostering, Shift
from ..queueing.inputs import SHARE_HINT, one_number, one_of
from .scheduling.blocks import blocks_of
from .scheduling.losses import CallsMissed, PricedHeads
from .scheduling.needs import checked_needs
from .scheduling.patterns import shift_table
from .scheduling.programme import programme_of
from .scheduling.second_engine import solve_by_pyworkforce
from .scheduling.service_gain import answered_by_people, served_queue, service_of_cover
from .scheduling.solving import Aim, Clock, Found, in_parts, solve_blocks
from .scheduling.telling import break_rows, interval_rows, shift_rows, weeks_of

__all__ = ["Cover", "cover_shifts", "shift_table"]

OBJECTIVES = ("cost", "hours", "difference", "service")
ENGINES = ("highs", "pyworkforce")
DEAR = 100.0  # hours that a missing person of one interval outweighs while a first plan is looked for: shortage comes first


@dataclass(frozen=True, kw_only=True)
class Cover:
    """People on shifts, and what their cover comes to.

    `shifts`: day (midnight of the day it belongs to), shift, start, end, people, paid_s (of one of them); `breaks`:
    day, shift, start (of the shift), break, at, people, length_s; `intervals`: start, required, cover (mean people
    at their desks), shortage, surplus, and, where calls, handle times and a centre are known, offered, aht_s,
    service_level, asa_s, abandonment and occupancy by the queueing model. `cost` is what is paid (wages and extras,
    currency), `prices` the same with shortage and surplus, by cause; `hours` are paid. `objective` is the value of
    the `aim`, no plan has a better one than `bound`, `gap` is the share between them. `status` is "optimal" (proven
    to the share asked for), "limit of time", "stopped" or "in parts"; `blocks` counts the parts that were solved by
    themselves.
    """

    shifts: pd.DataFrame
    breaks: pd.DataFrame
    intervals: pd.DataFrame
    cost: float
    prices: pd.Series
    hours: float
    aim: str
    objective: float
    bound: float
    gap: float
    status: str
    engine: str
    seconds: float
    blocks: int
    interval_s: int
    days_a_week: float = field(default=5, repr=False)

    @property
    def shortage_hours(self):
        """Hours in which a person is missing."""
        return float(self.intervals["shortage"].sum() * self.interval_s / 3600)

    @property
    def surplus_hours(self):
        """Hours in which a person is too many."""
        return float(self.intervals["surplus"].sum() * self.interval_s / 3600)

    @property
    def service_level(self):
        """Σ calls answered in target ÷ Σ offered, by the queueing model; nan where calls or the centre are not
        known.
        """
        if "service_level" not in self.intervals or not self.intervals["offered"].sum():
            return float("nan")
        offered = self.intervals["offered"]
        return float((self.intervals["service_level"] * offered).sum() / offered.sum())

    @property
    def weeks(self):
        """By calendar week (its Monday): day_shifts, busiest_day, and the people who can work them at `days_a_week`
        days each.
        """
        return weeks_of(self.shifts, self.days_a_week)


def cover_shifts(
    requirement,
    shifts,
    *,
    objective="cost",
    engine="highs",
    centre=None,
    queue=None,
    people=inf,
    days_a_week=5,
    hours=inf,
    hour_cost=None,
    missing_hour=None,
    idle_hour=None,
    at_desk=1.0,
    whole=True,
    cyclic=False,
    interval_s=None,
    within=1e-4,
    limit_s=60.0,
    progress=None,
):
    """The people on each shift, start and day that cover a requirement best: a `Cover`.

    `requirement` is a frame with start (equal intervals of one time zone, rising; intervals without a row count
    nothing) and agents (people needed at their desks, also parts of people); with offered and aht_s too, and a
    `centre`, the service that the cover really gives is told. `shifts` are `Shift`s, names of the centre's shifts,
    or {name: 0 and 1 by interval of the day}. Shifts over midnight reach into the next day, from the last day into
    nothing, or into the first if `cyclic`. `objective` is made best:

    - "cost": wages and extras + `missing_hour` × hours short + `idle_hour` × hours too many (prices in currency; the
      centre's rostering and costs, or the usual ones, if left out; `hour_cost` is that of a paid hour with on-costs);
    - "hours": first the least shortage, then the fewest paid hours;
    - "difference": the least Σ |cover − required| (people × intervals);
    - "service": the most calls answered in target (by `queueing.performance`, interval by interval) for the `people` or paid
      `hours` that there are; the objective is calls.

    `people` exist at most: so many work on a day, and in a calendar week `days_a_week` shifts each; then days can
    be dealt out so that nobody works more (Gale 1957), rest and days in a row are the roster's. `hours` are paid at
    most in all. Of those who are on a shift and not on its breaks the share `at_desk` is at a desk (see
    `desk_requirement`): service counts them only. With `whole` False people come in parts, as the linear programme
    has them, in milliseconds: no plan of whole people is better (status "in parts", nothing is searched). Else the
    search ends within the share `within` of the best, or after `limit_s` seconds with the best plan so far and its
    gap; `progress(done, of, words)` is told, and ends the work with the best so far by raising `planning.Stopped`.
    `engine` "pyworkforce" puts objectives "hours" and "difference" to its CP-SAT models where they can express
    them. Raises ValueError in words.

    >>> need = pd.DataFrame({"start": pd.date_range("2026-10-05 08:00", periods=8, freq="h"), "agents": [1, 1, 3, 3, 3, 3, 1, 1]})
    >>> four = Shift(name="four hours", starts="08:00, 10:00, 12:00", length_s=14400)
    >>> cover = cover_shifts(need, [four], objective="hours")
    >>> cover.shifts[["start", "people"]].to_string(header=False, index=False).split("\\n")
    ['2026-10-05 08:00:00 1', '2026-10-05 10:00:00 2', '2026-10-05 12:00:00 1']
    >>> cover.hours, cover.status
    (16.0, 'optimal')
    """
    begin = perf_counter()
    one_of("objective", objective, OBJECTIVES)
    one_of("engine", engine, ENGINES)
    limits = _checked_limits(people, days_a_week, hours, within, limit_s)
    needs = checked_needs(requirement, interval_s)
    served = served_queue(needs, centre, queue)
    at_desk = one_number("at_desk", at_desk, high=1.0, open_low=True, hint=SHARE_HINT)
    paid = _prices(centre, hour_cost, missing_hour, idle_hour)
    programme = programme_of(needs, _named(shifts, centre), cyclic=cyclic, **limits)
    aim = _aim(objective, programme, served, paid, limits, at_desk)
    blocks = blocks_of(programme, aim.price, aim.loss)
    clock = Clock(seconds=float(limit_s), progress=progress)
    if not whole:
        found = _together(programme, blocks, [in_parts(block, aim, limit_s) for block in blocks])
    elif engine == "pyworkforce":
        found = solve_by_pyworkforce(programme, blocks, aim, objective, limit_s)
    else:
        found = _together(programme, blocks, solve_blocks(blocks, aim, clock, within, _words(programme)))
    found = _with_rest(found, aim, blocks, len(needs.agents))
    return _told(
        programme,
        found,
        objective,
        paid,
        served,
        within,
        {
            "engine": engine,
            "stopped": clock.stopped,
            "begin": begin,
            "blocks": len(blocks),
            "days_a_week": days_a_week,
            "at_desk": at_desk,
            "whole": whole,
        },
    )


def _checked_limits(people, days_a_week, hours, within, limit_s):
    """The limits as `programme_of` takes them; ValueError for what is no number in its range."""
    for name, value, low, high in (
        ("people", people, 0, inf),
        ("days_a_week", days_a_week, 1, 7),
        ("hours", hours, 0, inf),
        ("within", within, 0, 1),
        ("limit_s", limit_s, 0, 1e7),
    ):
        one_number(name, value, low=low, high=high)
    return {"people": float(people), "days_a_week": float(days_a_week), "hours": float(hours)}


def _named(shifts, centre):
    """Shifts, with those of the centre in place of their names."""
    if isinstance(shifts, (dict, Shift)):
        return shifts
    listed = [shifts] if isinstance(shifts, str) else shifts
    if not hasattr(listed, "__iter__"):
        return shifts  # refused where shifts are expanded
    known = {one.name: one for one in centre.shifts} if centre is not None else {}
    listed = list(listed)
    odd = [one for one in listed if isinstance(one, str) and one not in known]
    if odd:
        raise ValueError(f"shift {odd[0]!r} is not known: the centre has {', '.join(known) or 'none'}")
    return [known[one] if isinstance(one, str) else one for one in listed]


def _prices(centre, hour_cost, missing_hour, idle_hour):
    """Currency per hour: paid, missing, idle; and what on-costs make of an extra."""
    costs, rules = (Costs(), Rostering()) if centre is None else (centre.costs, centre.rostering)
    given = {
        "hour_cost": (hour_cost, costs.loaded_hourly_cost),
        "missing_hour": (missing_hour, rules.missing_hour),
        "idle_hour": (idle_hour, rules.idle_hour),
    }
    found = {
        name: one_number(name, usual if value is None else value, open_high=True)
        for name, (value, usual) in given.items()
    }
    return found | {"on_costs": 1 + costs.on_costs}


def _aim(objective, programme, served, paid, limits, at_desk=1.0):
    """What is made least, for each objective."""
    needs, nothing = programme.needs, np.zeros(len(programme.paid_s))
    free, same = np.zeros(len(needs.agents), bool), np.ones(len(needs.agents))
    if objective == "cost":
        heads = PricedHeads(
            required=needs.agents,
            missing=same * paid["missing_hour"] * needs.hours,
            idle=same * paid["idle_hour"] * needs.hours,
            hard=free,
        )
        wages = programme.paid_s / 3600 * paid["hour_cost"]
        return Aim(price=wages + programme.extra * paid["on_costs"], loss=heads)
    if objective == "hours":
        heads = PricedHeads(required=needs.agents, missing=same * DEAR, idle=0 * same, hard=programme.reachable)
        return Aim(price=programme.paid_s / 3600, loss=heads, first=True)
    if objective == "difference":
        return Aim(price=nothing, loss=PricedHeads(required=needs.agents, missing=same, idle=same, hard=free))
    if served is None:
        raise ValueError(
            'objective "service" needs a centre, and offered and aht_s in the requirement: the calls that are to be answered'
        )
    if not (np.isfinite(limits["people"]) or np.isfinite(limits["hours"])):
        raise ValueError(
            'objective "service" needs the people or the paid hours that there are: give people=… or hours=…'
        )
    return Aim(
        price=nothing,
        loss=CallsMissed(calls=needs.frame["offered"].to_numpy(float), gain=answered_by_people(needs, served, at_desk)),
    )


def _words(programme):
    """A function from a block to the days that it covers, in words."""
    days, day = programme.needs.grid.days, programme.starts["day"].to_numpy(int)

    def words(block):
        mine = day[block.columns[: block.starts]]
        first, last = days[mine.min()], days[mine.max()]
        return f"{first:%Y-%m-%d} covered" if first == last else f"{first:%Y-%m-%d} to {last:%Y-%m-%d} covered"

    return words


def _together(programme, blocks, found):
    """One `Found` of the blocks' own."""
    people = np.zeros(programme.cover.shape[1])
    for block, one in zip(blocks, found, strict=True):
        people[block.columns] = one.people
    return Found(
        people=people,
        value=sum(one.value for one in found),
        bound=sum(one.bound for one in found),
        proven=all(one.proven for one in found),
    )


def _with_rest(found, aim, blocks, number):
    """The same with what intervals lose that no shift reaches, whatever is decided."""
    if aim.first:
        return found
    alone = np.setdiff1d(np.arange(number), np.concatenate([block.rows for block in blocks] or [np.zeros(0, int)]))
    lost = float(aim.loss.take(alone).value(np.zeros(len(alone))).sum())
    return Found(people=found.people, value=found.value + lost, bound=found.bound + lost, proven=found.proven)


def _told(programme, found, objective, paid, served, within, run):
    needs, cover = programme.needs, np.asarray(programme.cover @ found.people)
    cover = np.where(np.abs(cover - np.rint(cover)) < 1e-9, np.rint(cover), cover)
    intervals = interval_rows(needs, cover)
    if served is not None and not served.deferred:
        intervals = intervals.join(service_of_cover(needs, served, cover * run["at_desk"]))
    hours = float(programme.paid_s @ found.people) / 3600
    prices = pd.Series(
        {
            "wages": hours * paid["hour_cost"],
            "extras": float(programme.extra @ found.people) * paid["on_costs"],
            "shortage": float(intervals["shortage"].sum()) * needs.hours * paid["missing_hour"],
            "surplus": float(intervals["surplus"].sum()) * needs.hours * paid["idle_hour"],
        }
    )
    calls = float(needs.frame["offered"].sum()) if objective == "service" else 0.0
    value, bound = (calls - found.value, calls - found.bound) if objective == "service" else (found.value, found.bound)
    gap = _gap(value, bound)
    return Cover(
        shifts=shift_rows(programme, found.people, run["whole"]),
        breaks=break_rows(programme, found.people, run["whole"]),
        intervals=intervals,
        cost=float(prices["wages"] + prices["extras"]),
        prices=prices,
        hours=hours,
        aim=objective,
        objective=value,
        bound=bound,
        gap=gap,
        status=_status(found.proven or gap <= within, found.proven, run),
        engine=run["engine"],
        seconds=perf_counter() - run["begin"],
        blocks=run["blocks"],
        interval_s=needs.step,
        days_a_week=run["days_a_week"],
    )


def _gap(value, bound):
    """The share between a plan and its bound; what floating point leaves is none."""
    apart = abs(value - bound)
    if apart <= 1e-7 * max(abs(value), 1.0):
        return 0.0
    return min(apart / abs(value), 1.0) if value else 1.0


def _status(near, proven, run):
    """What the search came to: `near` enough to the best for what was asked, or ended before."""
    if not run["whole"]:
        return "in parts"
    if run["stopped"] and not proven:
        return "stopped"
    return "optimal" if near else "limit of time"
