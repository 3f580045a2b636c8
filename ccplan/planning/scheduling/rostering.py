"""A roster: who works which shift on which day, hard rules kept, everything else priced so that it can be weighed."""

import time
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ...data.shifts import Rostering
from ...queueing.inputs import one_number
from .duty_tables import by_name
from .roster_problem import HISTORY, build

MOVES = 800  # tries of the search for each free day of each agent, at effort 1
FEWEST, MOST = 20_000, 60_000_000
MOST_EFFORT = 1e6
SLICES = 40  # pieces of the search, after each of which progress is told and time is looked at
BOUND_ROUNDS = 150


@dataclass(frozen=True)
class Roster:
    """A roster and its price; what could not be kept is told in words.

    `duties`: agent, day, shift, start, end, paid_s, skill, locked. `unmet`: day, shift, start, skill, wanted,
    rostered, missing, idle (people), every row of the demand. `wishes`: agent, day, wish, weight, granted, cause,
    why, more (price if it were granted, the agent's other days as they are; blank where a rule forbids it).
    `fairness`: agent, contract_h, leave_h, hours, off_contract_h, nights, fair_nights, weekend_days,
    fair_weekend_days, single_days_off, free_weekends, wishes, granted. `price`: by cause, in currency. `bound`: no
    roster that keeps the rules is cheaper; `gap` = (total − bound) ÷ total. `status`: "optimal", "searched", "limit
    of time" or "stopped". `broken`: agent, day, rule, words of what is locked against a rule. `changes`: agent,
    day, was, now, words, after a repair.
    """

    duties: pd.DataFrame
    unmet: pd.DataFrame
    wishes: pd.DataFrame
    fairness: pd.DataFrame
    price: pd.Series
    bound: float
    gap: float
    status: str
    seconds: float
    broken: pd.DataFrame
    changes: pd.DataFrame
    case: dict = field(repr=False)

    @property
    def total(self):
        """The price of all causes."""
        return float(self.price.sum())

    def published(self, first=None, last=None):
        """The duties and days off from `first` to `last` (days; all if left out), as `locked` of another roster
        wants them.
        """
        problem, lines = self.case["problem"], self.case["lines"]
        days = problem.days[problem.first :]
        inside = days[
            (days >= (pd.Timestamp(first) if first is not None else days[0]))
            & (days <= (pd.Timestamp(last) if last is not None else days[-1]))
        ]
        free = [
            (name, day, "off", pd.NaT, pd.NaT, 0.0, "")
            for a, name in enumerate(problem.people["agent"])
            for day in inside
            if lines[a, problem.days.get_loc(day)] == 0
        ]
        off = pd.DataFrame(free, columns=["agent", "day", "shift", "start", "end", "paid_s", "skill"])
        duties = self.duties[self.duties["day"].isin(inside)].drop(columns="locked")
        both = [frame.astype(object) for frame in (duties, off) if len(frame)]
        told = pd.concat(both, ignore_index=True) if both else duties
        return told.assign(
            start=_stamps(told["start"], problem.zone),
            end=_stamps(told["end"], problem.zone),
            paid_s=told["paid_s"].astype(float),
        ).infer_objects()


def roster(
    people,
    demand,
    rules=None,
    *,
    shifts=None,
    start=None,
    weeks=None,
    days=None,
    wishes=None,
    leave=None,
    locked=None,
    before=None,
    limit_s=60.0,
    effort=1.0,
    progress=None,
    seed=0,
):
    """Named agents on the duties that are wanted, over weeks: a `Roster`.

    `people`: agent, weekly_hours and, where there are, hired, left (first and last day), skills ("a;b"). `demand`:
    day, shift, start, end, people (whole numbers), paid_s, and skill or group where only some can do it: `shifts`
    of a `Cover`. `rules` is a Centre (its rostering and shifts are taken) or a `Rostering`; `shifts` of `Shift`
    tell paid time and days. `start` and `weeks` or `days`: the demand's if left out. `wishes`: agent, day, wish
    ("off", "work" or a shift), weight (1). `leave`: agent, start, end (days, both included). `locked`: agent, day,
    shift ("off" for a day off), start, end: stay as they are, whatever the rules say (`Roster.published` gives
    them). `before`: duties up to the day before, as `Roster.duties`; they count for rest, rows, the week and
    weekends.

    Kept always: one shift a day, rest (by the wall clock and in real time), days and nights in a row, paid hours of a
    calendar week, free weekends (no duty touches Saturday or Sunday) in any four, leave and employment (also of the day
    that a night reaches into), skills, starts of a week. Priced: missing and idle people, hours off the contract (a day
    of leave from Monday to Friday counts a fifth of the week), single days off, nights and weekend days above the fair
    share (the demand's, shared by contract hours among those who can, rounded up), wishes, moved starts. A night is a
    shift that touches `Rostering.night`; it belongs to the day on which it starts.

    Small rosters are solved to the proven optimum; others are searched (simulated annealing, `effort` × the usual
    tries), the same for the same `seed` unless `limit_s` seconds end the search (compiling, once after an installation,
    not counted), and `gap` tells how far off they may be.
    `progress(done, of, words)` is called now and then; where it raises `Stopped` the best roster so far is returned.
    Raises ValueError in words.

    >>> from ccplan.data.shifts import Rostering
    >>> day = pd.Timestamp("2026-11-02")
    >>> demand = pd.DataFrame({"day": [day], "shift": ["early"], "start": [day + pd.Timedelta(hours=7)], "end": [day + pd.Timedelta(hours=15)], "people": [1]})
    >>> team = pd.DataFrame({"agent": ["Aino", "Veli"], "weekly_hours": [28, 28]})
    >>> made = roster(team, demand, Rostering(), wishes=pd.DataFrame({"agent": ["Aino"], "day": [day], "wish": ["off"]}))
    >>> made.duties["agent"].tolist(), made.status, made.wishes["granted"].tolist()
    (['Veli'], 'optimal', [True])
    """
    began = time.perf_counter()
    checked_effort(limit_s, effort, seed)
    centre = rules if hasattr(rules, "rostering") else None
    rostering = centre.rostering if centre else rules if rules is not None else Rostering()
    if not isinstance(rostering, Rostering):
        raise ValueError(f"rules must be a Centre or a Rostering, got {type(rules).__name__}")
    if locked is not None and not isinstance(locked, pd.DataFrame):
        raise ValueError(f"locked must be a frame such as Roster.published() gives, got {type(locked).__name__}")
    problem = build(
        people,
        demand,
        rostering,
        centre=centre,
        shifts=tuple(by_name(shifts if shifts is not None else centre.shifts if centre else ()).values()),
        start=start,
        weeks=weeks,
        days=days,
        wishes=wishes,
        leave=leave,
        locked=locked,
        before=before,
    )
    lines, bound, status = solve(
        problem, problem.lines.copy(), limit_s=limit_s, effort=effort, progress=progress, seed=seed, began=began
    )
    return told(problem, lines, bound, status, began)


def checked_effort(limit_s, effort, seed):
    """ValueError in words for a limit of time, an effort or a seed that cannot be."""
    one_number("limit_s", limit_s, open_low=True)
    one_number("effort", effort, open_low=True, high=MOST_EFFORT)
    if not (isinstance(seed, (int, np.integer)) and not isinstance(seed, bool) and 0 <= seed < 2**31):
        raise ValueError(f"seed must be a whole number from 0 on, got {seed!r}")


def solve(problem, lines, *, limit_s, effort, progress, seed, began, hot=None):
    """(lines, bound, status): the search from `lines`, then the proof where the question is small, or a bound.

    The search ends `limit_s` seconds after `began`; what compiling takes on top is not counted.
    """
    from .roster_exact import SMALL, choices, proven
    from .roster_lines import line_prices
    from .roster_search import polish

    R, free = problem.rules, np.argwhere(~problem.rules.fixed)
    options, counts = _options(R)
    end = began + limit_s + _seconds_of_compiling(problem, lines, free, options, counts)
    small = choices(problem) <= SMALL
    status = _search(R, lines, free, options, counts, end, effort, progress, seed, hot)
    polish(R, lines, free, options, counts, 30 if status == "searched" else 1)
    if small and status == "searched":
        exact, bound, done = proven(problem, end - time.perf_counter())
        if (
            exact is not None
            and np.isfinite(line_prices(R, exact)[0]).all()
            and total_price(R, exact) < total_price(R, lines) - 1e-9
        ):
            lines = exact
        if done:
            return lines, min(bound, total_price(R, lines)), "optimal"
        return lines, max(bound, _bound(problem, lines)), "limit of time"
    return lines, _bound(problem, lines), status


def _seconds_of_compiling(problem, lines, free, options, counts):
    """Compiles what the search runs through, by runs without a round; a quarter of a minute once after an installation,
    later next to nothing: numba keeps it on disk.
    """
    from .roster_bound import raise_bound
    from .roster_search import anneal, polish

    begun, R, trial = time.perf_counter(), problem.rules, lines.copy()
    anneal(R, trial, free, options, counts, 0, 1.0, 1.0, 0)
    polish(R, trial, free, options, counts, 0)
    cells, people = np.zeros_like(R.paid), np.zeros(len(lines))
    raise_bound(R, problem.lines, cells, people, people.copy(), people.copy(), total_price(R, trial), 0)
    return time.perf_counter() - begun


def _options(R):
    """(kinds that anybody may do on each day, how many): arrays for the search."""
    can = R.allowed.any(axis=0)
    options, counts = np.zeros(can.shape, np.int64), can.sum(axis=1)
    for d, row in enumerate(can):
        options[d, : counts[d]] = np.flatnonzero(row)
    return options, counts


def _search(R, lines, free, options, counts, end, effort, progress, seed, hot):
    from ..uncertainty.risk import Stopped
    from .roster_search import anneal

    if not len(free):
        return "searched"
    moves = int(min(max(MOVES * len(free), FEWEST), MOST) * effort)
    hot = hot or _heat(R)
    cold, best, least = hot / 50, lines.copy(), total_price(R, lines)
    for piece in range(SLICES):
        heat = [hot * (cold / hot) ** (at / SLICES) for at in (piece, piece + 1)]
        anneal(R, lines, free, options, counts, max(moves // SLICES, 1), heat[0], heat[1], seed * 1000 + piece)
        if (price := total_price(R, lines)) < least:
            best[:], least = lines, price
        try:
            if progress:
                progress(piece + 1, SLICES, f"roster of {len(lines)} people, price {least:,.0f}")
        except Stopped:
            lines[:] = best
            return "stopped"
        if time.perf_counter() > end:
            lines[:] = best
            return "limit of time"
    lines[:] = best
    return "searched"


def _heat(R):
    """Temperature at which the search begins: half of what a wish or a single day off costs."""
    soft = [
        price for price in (R.single_price, R.uneven_price, float(R.wish.max(initial=0.0)), R.hour_price) if price > 0
    ]
    hard = R.miss[R.demand > 0]
    return float(np.mean(soft)) / 2 if soft else float(hard.mean()) / 50 if len(hard) and hard.mean() > 0 else 1.0


def total_price(R, lines):
    """The price of a roster's lines, inf where one breaks a rule."""
    from .roster_lines import cover_total, covered, line_prices

    missing, idle = cover_total(R, covered(R, lines))
    return float(line_prices(R, lines)[0].sum() + missing + idle)


def _bound(problem, lines):
    from .roster_bound import raise_bound, reachable

    R, upper = problem.rules, total_price(problem.rules, lines)
    low, high = reachable(R, problem.lines)
    best, prices = -np.inf, None
    # Where people are short or idle everywhere, an hour has one price in all cells: the best of these is the start.
    for hour in np.linspace(-R.hour_price, R.hour_price, 11):
        cells, people = np.clip(hour * R.paid, -R.miss, R.idle), np.full(len(lines), -hour)
        start = cells.copy(), people.copy()
        bound = raise_bound(R, problem.lines, cells, people, low, high, upper, 1)
        if bound > best:
            best, prices = bound, start
    if prices is not None:
        best = max(best, raise_bound(R, problem.lines, *prices, low, high, upper, BOUND_ROUNDS))
    return max(float(best), 0.0)


def told(problem, lines, bound, status, began, was=None, changed=0.0):
    """The Roster of these lines; `was` are those before a repair, in which every change cost `changed`."""
    from .roster_lines import cover_total, covered, line_prices, PARTS
    from .roster_why import told_changes, told_locks, told_wishes

    R, cover = problem.rules, covered(problem.rules, lines)
    _, parts = line_prices(R, lines)
    missing, idle = cover_total(R, cover)
    price = pd.Series([missing, idle, *parts.sum(axis=0)], index=["missing", "idle", *PARTS], name="price", dtype=float)
    changes = told_changes(problem, was if was is not None else lines, lines)
    if was is not None:
        paid = changed * float((was != lines).sum())
        price["wishes"] -= paid
        price["changed duties"] = paid
    price = price.round(6) + 0.0
    total, wishes = float(price.sum()), told_wishes(problem, lines, cover)
    return Roster(
        duties=_duties(problem, lines),
        unmet=_unmet(problem, cover),
        wishes=wishes,
        fairness=_fairness(problem, lines, wishes),
        price=price,
        bound=float(bound),
        gap=max(0.0, (total - bound) / total) if total > 1e-9 else 0.0,
        status=status,
        seconds=time.perf_counter() - began,
        broken=told_locks(problem, lines),
        changes=changes,
        case={"problem": problem, "lines": lines, "was": was},
    )


def _duties(problem, lines):
    rows = []
    for a, d in np.argwhere(lines[:, HISTORY:] > 0) + [0, HISTORY]:
        start, end = problem.times["stamps"][int(d), int(lines[a, d])]
        kind = problem.kinds.iloc[lines[a, d]]
        rows.append(
            (
                problem.people["agent"].iloc[a],
                problem.days[d],
                kind["shift"],
                start,
                end,
                problem.times["paid_s"][d, lines[a, d]],
                kind["skill"],
                bool(problem.locked[a, d]),
            )
        )
    frame = pd.DataFrame(rows, columns=["agent", "day", "shift", "start", "end", "paid_s", "skill", "locked"])
    return frame.assign(
        day=pd.to_datetime(frame["day"]),
        start=_stamps(frame["start"], problem.zone),
        end=_stamps(frame["end"], problem.zone),
    )


def _stamps(column, zone):
    if zone is None:
        return pd.to_datetime(column)
    return pd.to_datetime(column, utc=True).dt.tz_convert(zone)


def _unmet(problem, cover):
    rows = problem.demand
    there = cover[rows["at"], rows["kind"]].astype(int)
    off = rows["people"].to_numpy() - there
    return pd.DataFrame(
        {
            "day": rows["day"],
            "shift": rows["shift"],
            "start": rows["start"],
            "skill": rows["skill"],
            "wanted": rows["people"],
            "rostered": there,
            "missing": np.maximum(off, 0),
            "idle": np.maximum(-off, 0),
        }
    ).sort_values(["start", "shift", "skill"], ignore_index=True)


def _fairness(problem, lines, wishes):
    R, days = problem.rules, np.arange(lines.shape[1])
    mine = days >= HISTORY
    hours, worked = R.paid[days, lines], lines > 0
    alone = worked[:, :-2] & ~worked[:, 1:-1] & worked[:, 2:] & ~R.own_free[:, 1:-1]
    touch = R.touch[days, lines]
    weekends = [w for w in range(R.week[HISTORY], R.week[-1] + 1) if (mine & (R.week == w) & R.weekend).any()]
    free = np.array([[not row[R.week == w].any() for w in weekends] for row in touch], bool).reshape(
        len(lines), len(weekends)
    )
    asked = (
        wishes.groupby("agent")["granted"].agg(["size", "sum"]).reindex(problem.people["agent"]).fillna(0).astype(int)
    )
    return pd.DataFrame({
        "agent": problem.people["agent"], "contract_h": problem.contract, "leave_h": problem.contract - R.target, "hours": hours[:, mine].sum(axis=1),
        "off_contract_h": hours[:, mine].sum(axis=1) - R.target, "nights": R.night[days, lines][:, mine].sum(axis=1), "fair_nights": problem.shares[:, 0],
        "weekend_days": (worked & R.weekend)[:, mine].sum(axis=1), "fair_weekend_days": problem.shares[:, 1],
        "single_days_off": alone[:, HISTORY - 2 :].sum(axis=1), "free_weekends": free.sum(axis=1), "wishes": asked["size"].to_numpy(), "granted": asked["sum"].to_numpy(),
    })  # fmt: skip
