"""The cheapest classes that keep the requirement: a mixed-integer programme, proven by HiGHS (scipy.optimize.milp).

Decided are the heads and the number of classes of each queue and month, on contracts without an end or for a
season, and overtime and outsourcing as priced recourse. Paid are wages of those who start (also where they are
surplus), seats, recruiting, classes, overtime and outsourcing within the plan's months. Attrition, training and
ramp are those of `headcount`. Where no plan keeps the requirement, what is missing has a price: `missing_price`
times an FTE's wages.
"""

from dataclasses import dataclass, field
from math import ceil, inf

import numpy as np
import pandas as pd

from ..headcount import NEVER, allowed, class_months, plan_headcount
from ..money.labour_prices import headcount_costs, labour_prices, outsourced_limit
from ...queueing.inputs import SHARE_HINT, one_number
from .people_tables import PERMANENT, checked_requirement, contract, opening
from ..service.quiet import quiet
from .training_room import in_training

HIRES = ("queue", "month", "heads", "fte", "contract_months")
NEAR_ENOUGH = 1e-4  # share of the cost within which a plan counts as the cheapest
SHORT = 1e-6  # FTE that do not count as missing
DEAR = 10.0  # wages that a missing FTE is worth: nobody hires for good to fill a corner of one month


@dataclass(frozen=True, kw_only=True)
class HiringPlan:
    """Whom to hire: `hires` (a row a class), the `headcount` they give, and how sure it is that nothing is cheaper.

    `cost` is what the plan's months cost beyond the wages and seats of those who are here, in currency; no plan costs
    less than `bound`; `gap` = (cost − bound) ÷ cost (where FTE are missing, with their price). `status` says in words
    what was found, `shortfalls` (queue, month, missing_fte, required_fte) where the requirement cannot be kept, and
    `unavoidable_fte` how many FTE-months every plan misses. `case` holds what it was made from.
    """

    hires: pd.DataFrame
    headcount: pd.DataFrame
    cost: float
    bound: float
    gap: float
    status: str
    shortfalls: pd.DataFrame
    unavoidable_fte: float
    case: dict = field(repr=False)

    @property
    def wanted(self):
        """FTE that each row of the headcount needs at least: the requirement less what may be missing; an array."""
        needed = self.case["requirement"]
        return needed["fte"].to_numpy(float) * (1 - allowed(needed, self.case["allowed_gap"]))

    @property
    def base_costs(self):
        """Costs of the months without any hire, a frame of `headcount_costs`: what `cost` does not count."""
        return self.case["base_costs"]

    @property
    def proven(self):
        """Whether the plan is proven to be the cheapest, to the share that was asked for."""
        return self.gap <= self.case["within"] + 1e-9

    @property
    def decisions(self):
        """Every class with its dates and the price of waiting: see `hiring_decisions`."""
        from .hiring_decisions import hiring_decisions  # it stands on this module

        return hiring_decisions(self)


def cheapest_hires(
    requirement,
    centre,
    *,
    people=None,
    moves=None,
    at=None,
    allowed_gap=0.0,
    curves=None,
    within=NEAR_ENOUGH,
    time_limit=30.0,
    missing_price=DEAR,
):
    """The cheapest hires that keep the requirement of every queue and month: a HiringPlan.

    `requirement`, `people`, `moves`, `at`, `allowed_gap` and `curves` as in `plan_headcount`; a service floor is an
    allowed_gap of `gap_service.gap_for_service`. No class starts before `at` + lead time. Kept are the smallest and the
    largest class, trainers, training seats and the centre's seats. The search ends when the plan is within `within` of
    the cheapest, or after `time_limit` seconds with the best so far and how far it may be off.
    Where nobody can keep the requirement (see `shortfalls`), a missing FTE is priced at `missing_price` × its wages.
    Raises ValueError in words for bad tables.
    """
    missing_price = one_number("missing_price", missing_price, open_low=True, open_high=True)
    within = one_number("within", within, high=1.0, open_high=True, hint=SHARE_HINT)
    time_limit = one_number("time_limit", time_limit, open_low=True)
    needed = checked_requirement(requirement)
    people = opening(needed, centre) if people is None else people
    at = needed["month"].min() if at is None else pd.Timestamp(at).tz_localize(None)
    case = {
        "requirement": needed,
        "centre": centre,
        "people": people,
        "moves": moves,
        "at": at,
        "allowed_gap": allowed_gap,
        "curves": curves,
        "within": within,
    }
    programme = Programme(needed, centre, people, moves, at, allowed_gap)
    solved = programme.solve(within, time_limit, missing_price)
    return _told(solved, programme, case)


@dataclass(frozen=True, kw_only=True)
class Solved:
    """What the solver said: whole `heads` by column, how far its aim is `above` what is proven (share `gap` of the
    aim), whether time ran out, and the FTE-months that every plan misses."""

    heads: np.ndarray
    above: float
    gap: float
    late: bool = False
    unavoidable: float = 0.0


class Programme:
    """The programme's numbers: a column a queue, contract and month of start; rows for what must hold."""

    def __init__(self, needed, centre, people, moves, at, allowed_gap):
        self.needed, self.centre = needed, centre
        self.months = pd.DatetimeIndex(needed["month"].unique())
        self.queues = list(needed["queue"].unique())
        shape = (len(self.queues), len(self.months))
        self.base = plan_headcount(
            needed,
            centre,
            people=people,
            hires=needed.iloc[:0].assign(heads=[]),
            moves=moves,
            at=at,
            allowed_gap=allowed_gap,
        )
        self.productive = self.base["productive_fte"].to_numpy().reshape(shape)
        self.wanted = (needed["fte"].to_numpy(float) * (1 - allowed(needed, allowed_gap))).reshape(shape)
        self.prices = labour_prices(pd.Series(self.months), centre)
        self.outsourced = outsourced_limit(self.months, centre, at)
        self.columns = self._columns(at)
        self.lives = self._lives()
        self.large, self.price = self._most(), self._prices()

    def _columns(self, at):
        """Queue, month of start and contract of every class that might start."""
        ready = at + pd.Timedelta(weeks=self.centre.hiring.lead_time_weeks)
        season = self.centre.hiring.seasonal_months
        rows = [
            (q, m, length)
            for length in ([PERMANENT, season] if season else [PERMANENT])
            for q in range(len(self.queues))
            for m, month in enumerate(self.months)
            if month >= ready
        ]
        return pd.DataFrame(rows, columns=["q", "m", "contract_months"], dtype=int)

    def _lives(self):
        """The life of one head of each column, arrays columns × months."""
        one = contract(self.centre)
        stay = self.columns["contract_months"].astype(float).replace(PERMANENT, NEVER)
        classes = pd.DataFrame(
            {
                "entered": self.months[self.columns["m"]],
                "age": 0,
                "heads": 1.0,
                "fte": one,
                "contract_months": stay,
                "retraining_weeks": 0.0,
            }
        )
        return class_months(classes, self.months, self.centre.hiring)

    def _prices(self):
        """Cost of one head of each column over the months."""
        costs = self.centre.costs
        return (
            self.lives["paid_fte"] @ self.prices["wage"].to_numpy()
            + (self.lives["start"] > 0) * self.lives["start"] @ np.full(len(self.months), costs.seat_per_month)
            + costs.per_hire
        )

    def _most(self):
        """Heads of one column beyond which more never help: as many as would fill the largest gap alone."""
        hiring, out = self.centre.hiring, self.lives["output_fte"]
        best = out.max(axis=1, initial=0.0)
        gap = np.maximum(self.wanted - self.productive, 0.0)[self.columns["q"].to_numpy(int)]
        with np.errstate(divide="ignore", invalid="ignore"):
            each = np.where(out > 1e-9, gap / out, 0.0).max(axis=1, initial=0.0)
        most = np.ceil(np.where(best > 0, each, 0.0)) + hiring.class_size
        trainers = hiring.trainers if hiring.training_weeks > 0 else inf  # who needs no training needs no trainer
        return np.minimum(most, hiring.class_size * min(trainers, 1e6))

    def classes_matter(self):
        """Whether the number of classes changes anything: their price, their trainers, or their smallest size."""
        hiring = self.centre.hiring
        return hiring.class_cost > 0 or hiring.trainers < inf or hiring.smallest_class > 1

    def solve(self, within, time_limit, missing_price):
        """The cheapest plan that keeps the requirement; where there is none, the cheapest with missing FTE priced."""
        found = self._search(within, time_limit)
        if found.x is not None or found.status == 1:  # 1: time ran out; else nobody can keep it
            return self._solved(found)
        least = self._search(within, time_limit, np.ones(self.productive.size), only_missing=True)
        priced = self._search(within, time_limit, missing_price * np.maximum(self._by_cell("wage"), 1.0))
        return self._solved(priced, unavoidable=_proven(least))

    def _solved(self, found, unavoidable=0.0):
        if found.x is None:
            return Solved(heads=np.zeros(len(self.columns)), above=inf, gap=1.0, late=True, unavoidable=unavoidable)
        above = max(float(found.fun) - _proven(found), 0.0)
        return Solved(
            heads=np.rint(found.x[: len(self.columns)]),
            above=above,
            gap=above / max(float(found.fun), 1e-9),
            late=found.status == 1,
            unavoidable=unavoidable,
        )

    def _search(self, within, time_limit, missing=None, only_missing=False):
        """HiGHS on heads, classes, overtime, outsourcing and, if some may be missing at a price, missing FTE; in
        that order.
        """
        from scipy.optimize import Bounds, LinearConstraint, milp

        k, cells = len(self.columns), self.productive.size
        c = k if self.classes_matter() else 0
        s = 0 if missing is None else cells
        cost = np.concatenate(
            [
                self.price,
                np.full(c, float(self.centre.hiring.class_cost)),
                self._by_cell("overtime"),
                self._by_cell("outsourced"),
            ]
        )
        aim = np.concatenate([0 * cost if only_missing else cost, np.zeros(0) if missing is None else missing])
        top = np.concatenate(
            [self.large, np.ceil(self.large[:c] / self.centre.hiring.smallest_class), np.full(2 * cells + s, inf)]
        )
        whole = np.concatenate([np.ones(k + c), np.zeros(2 * cells + s)])
        rows = [LinearConstraint(a, low, high) for a, low, high in self._rows(k, c, cells, s)]
        with quiet():
            return milp(
                aim,
                integrality=whole,
                bounds=Bounds(0.0, top),
                constraints=rows,
                options={"time_limit": time_limit, "mip_rel_gap": within},
            )

    def _by_cell(self, what):
        return np.tile(self.prices[what].to_numpy(), len(self.queues))

    def _rows(self, k, c, cells, s):
        """(matrix, low, high) of everything that must hold."""
        t, n = len(self.months), len(self.queues)
        mine = self.columns["q"].to_numpy(int)[:, None, None] == np.arange(n)[None, :, None]
        output = (mine * self.lives["output_fte"][:, None, :]).reshape(k, cells).T
        here, eye, share = self.productive.ravel(), np.eye(cells), self.centre.flex.overtime
        none = np.zeros((cells, c))
        yield np.hstack([output, none, eye, eye, np.eye(cells)[:, :s]]), self.wanted.ravel() - here, inf
        yield np.hstack([-share * output, none, eye, 0 * eye, np.zeros((cells, s))]), -inf, share * here
        together = np.tile(np.eye(t), n)
        yield np.hstack([np.zeros((t, k + c)), 0 * together, together, np.zeros((t, s))]), -inf, self.outsourced
        rest = np.zeros((t, 2 * cells + s))
        yield from (self._filled(a, c, rest, most) for a, most in self._room(k))
        if c:
            yield from self._class_rows(k, 2 * cells + s)

    def _filled(self, per_head, c, rest, most):
        return np.hstack([per_head, np.zeros((len(per_head), c)), rest]), -inf, most

    def _room(self, k):
        """(heads by month of one head of each column, most) of the training room and the centre."""
        hiring, start = self.centre.hiring, self.lives["start"]
        if hiring.training_seats < inf:
            yield (start * self._training()).T, np.full(len(self.months), float(hiring.training_seats))
        if hiring.seats < inf:
            taken = (
                (self.base["heads_start"] + self.base["moved"].clip(lower=0))
                .to_numpy()
                .reshape(self.productive.shape)
                .sum(axis=0)
            )
            yield start.T, np.maximum(hiring.seats - taken, 0.0)

    def _training(self):
        """Whether a column's class is in training in a month, columns × months."""
        return in_training(self.columns["m"].to_numpy(int), len(self.months), self.centre.hiring)

    def _class_rows(self, k, rest):
        """Classes of the right size, and as many at once as there are trainers."""
        hiring, eye, zero = self.centre.hiring, np.eye(k), np.zeros((k, rest))
        yield np.hstack([eye, -hiring.class_size * eye, zero]), -inf, 0.0
        yield np.hstack([eye, -hiring.smallest_class * eye, zero]), 0.0, inf
        if hiring.trainers < inf:
            busy = self._training().T.astype(float)
            yield (
                np.hstack([np.zeros((len(busy), k)), busy, np.zeros((len(busy), rest))]),
                -inf,
                np.full(len(busy), float(hiring.trainers)),
            )

    def hires(self, heads):
        """The heads of each column as classes, as even as can be: a row a class."""
        rows = [
            (self.queues[row.q], self.months[row.m], size, row.contract_months)
            for row, number in zip(self.columns.itertuples(), heads, strict=True)
            for size in even_classes(int(number), self.centre.hiring.class_size)
        ]
        table = pd.DataFrame(rows, columns=["queue", "month", "heads", "contract_months"])
        table = table.astype({"heads": int, "contract_months": int, "queue": "str", "month": "datetime64[ns]"})
        table.insert(3, "fte", table["heads"] * contract(self.centre))
        return table.sort_values(["month", "queue"], kind="stable", ignore_index=True)[list(HIRES)]


def _proven(found):
    """The bound that HiGHS has proven; without a class that might start it is no integer programme, and exact."""
    bound = found.fun if found.mip_dual_bound is None else found.mip_dual_bound
    return 0.0 if bound is None or not np.isfinite(bound) else float(bound)


def even_classes(heads, largest):
    """Sizes of the fewest classes that hold so many heads, as even as can be.

    >>> even_classes(15, 12)
    [8, 7]
    """
    number = ceil(heads / largest)
    return [heads // number + (i < heads % number) for i in range(number)] if heads else []


def plan_cost(headcount, base):
    """Cost of a headcount plan beyond wages and seats of those who are here without any hire (`base`, also a plan)."""
    return float(headcount["cost"].sum() - base[["wages", "seats"]].sum().sum())


def _told(solved, programme, case):
    """The HiringPlan of what the solver found."""
    hires = programme.hires(solved.heads)
    headcount = headcount_of(case, hires)
    case["base_costs"] = headcount_costs(programme.base, case["centre"])
    cost = plan_cost(headcount_costs(headcount, case["centre"]), case["base_costs"])
    shortfalls = missing_fte(headcount, programme.wanted.ravel())
    return HiringPlan(
        hires=hires,
        headcount=headcount,
        cost=cost,
        bound=max(cost - solved.above, 0.0),
        gap=solved.gap,
        status=_words(hires, shortfalls, cost, solved, case),
        shortfalls=shortfalls,
        unavoidable_fte=solved.unavoidable,
        case=case,
    )


def headcount_of(case, hires):
    """The headcount of a HiringPlan's `case` with these classes, a frame of `plan_headcount`."""
    told = {name: case[name] for name in ("people", "moves", "at", "allowed_gap", "curves")}
    return plan_headcount(case["requirement"], case["centre"], hires=hires, **told)


def missing_fte(headcount, wanted):
    """Where less is available than `wanted` (an array): queue, month, missing_fte, required_fte; no row where all
    is there.
    """
    missing = wanted - headcount["available_fte"].to_numpy()
    table = headcount[["queue", "month", "required_fte"]].assign(missing_fte=missing)
    return table[missing > 10 * SHORT * np.maximum(wanted, 1.0)].reset_index(drop=True)[
        ["queue", "month", "missing_fte", "required_fte"]
    ]


def _words(hires, shortfalls, cost, solved, case):
    """What was found, in a sentence or two."""
    people, classes = int(hires["heads"].sum()), len(hires)
    number = (
        f"{people} {'person' if people == 1 else 'people'} in {classes} class{'es' * (classes != 1)}"
        if classes
        else "nobody"
    )
    found = f"{cost:,.0f} {case['centre'].currency}, {_how_sure(solved, case['within'])}"
    if shortfalls.empty:
        return f"hire {number}: {found}"
    first, worst = shortfalls.iloc[0], shortfalls.loc[shortfalls["missing_fte"].idxmax()]
    both = _missing(first) if first.name == worst.name else f"{_missing(first)} first, {_missing(worst)} at worst"
    total = shortfalls["missing_fte"].sum()
    return (
        f"the requirement cannot be kept: {both}; {total:.1f} FTE-months are missing in {len(shortfalls)} of "
        f"{len(case['requirement'])} queue-months, and no plan misses less than {solved.unavoidable:.1f}. Hire {number}: {found}"
    )


def _how_sure(solved, within):
    if solved.above == inf:
        return "but the search found no plan in its time, so this is the plan without hires: give it more (time_limit)"
    return (
        "proven cheapest"
        if solved.gap <= within + 1e-9
        else f"at most {solved.gap:.1%} above the cheapest when time ran out"
    )


def _missing(row):
    return f"{row['queue']} lacks {row['missing_fte']:.1f} of {row['required_fte']:.1f} FTE in {row['month']:%Y-%m}"
