"""Why the service level of a queue changed from one quarter to another: drivers of the queueing model, and what it
leaves.

Each quarter is a set of intervals with calls, a mean handle time, people and callers' patience; the stationary model
(Erlang A, or its kin of the queue) gives its service level. A driver is moved from the one quarter to the other with
all else as it was, in every order, and its part is the Shapley mean (see `bridge`). To move only one of calls and
people, intervals of the same weekday and time are set beside each other in the order of their staffing: the quietest
planned Monday at nine with the quietest. What the model's change lacks of the measured one is a row of its own.

Source: Erlang A as in `queueing.erlang`; Shorrocks (2013) on decomposition. The pairing is the quantile coupling.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product

import numpy as np
import pandas as pd

from ...planning.staffing import service_of
from ..bridge import CENT, bridge
from .presence import SHARES

LABELS = {
    "volume": "volume and its pattern", "forecast": "calls beyond the forecast", "aht": "handle time", "patience": "callers' patience",
    "staffing": "people rostered", "leave": "leave and holidays", "sickness": "sickness", "off_phones": "breaks, training, meetings",
    "adherence": "adherence", "hours": "opening hours", "unexplained": "what the model does not explain",
}  # fmt: skip
NET = "people on the phones"  # the label of staffing where activities do not tell it apart
FEWEST_CALLS, FEWEST_ABANDONS = 100, 100
POINT, NODES = 100, 5
COUNTED = ("offered", "answered")  # definitions that intervals can be counted by


@dataclass(frozen=True, kw_only=True)
class QueueQuarter:
    """A live queue in a quarter, ready for the bridge; `rows` of intervals, `presence` the Presence of its people
    or None.

    `aht_s` Σ handle seconds ÷ Σ answered, `patience_s` Σ waits ÷ Σ abandoned (the centre's where few abandon), `level`
    the service level that was measured.
    """

    name: str
    rows: pd.DataFrame
    aht_s: float
    patience_s: float
    level: float
    presence: object = None


def queue_quarter(rows, queue, name, presence=None):
    """The QueueQuarter of a queue's intervals in a quarter; ValueError in words where they tell too little.

    `rows` need start, offered, answered, answered_in_target, agents and seconds of work; `name` is that of the quarter.
    """
    if queue.deferred:
        raise ValueError(
            f"queue {queue.name} is left out: its work waits for a deadline, so no interval has a service level of its own"
        )
    lacking = [
        column for column in ("offered", "answered", "answered_in_target", "agents", "talk_s") if column not in rows
    ]
    if lacking:
        raise ValueError(f"queue {queue.name} is left out: intervals do not tell {', '.join(lacking)}")
    rows = rows[rows["agents"].notna() & rows["offered"].notna() & rows["answered_in_target"].notna()]
    offered, answered = rows["offered"].sum(), rows["answered"].sum()
    if offered < FEWEST_CALLS or not answered:
        raise ValueError(
            f"queue {queue.name} is left out: {name} has {offered:,.0f} contacts in intervals with people told, fewer than {FEWEST_CALLS}"
        )
    seconds = rows[[one for one in ("talk_s", "hold_s", "acw_s") if one in rows]].sum().sum()
    base = answered if queue.targets.definition == "answered" else offered
    return QueueQuarter(
        name=name,
        rows=rows.reset_index(drop=True),
        aht_s=float(seconds / answered),
        patience_s=_patience(rows, queue),
        level=float(rows["answered_in_target"].sum() / base),
        presence=presence,
    )


def _patience(rows, queue):
    """Mean patience by maximum likelihood: all waits ÷ abandons; the centre's where too few hang up or waits are
    not told.
    """
    if not {"abandoned", "wait_answered_s", "wait_abandoned_s"} <= set(rows) or np.isinf(queue.patience_s):
        return queue.patience_s
    lost = rows["abandoned"].sum()
    waits = rows[["wait_answered_s", "wait_abandoned_s"]].sum().sum()
    return float(waits / lost) if lost >= FEWEST_ABANDONS and waits > 0 else queue.patience_s


def service_bridge(before, after, queue, interval_s, expected=None):
    """From one QueueQuarter's service level to another's, in points: the frame of `bridge` with LABELS, exact to
    0.01 point.

    `expected` (start, offered) is the forecast that was made for the quarter after: then what came beyond it, day
    by day, is a driver of its own. Rows before and after hold the measured service level; driver values stand in
    before and after. Raises ValueError in words where no weekday and time is in both quarters.

    >>> from ccplan.data import Queue
    >>> start = pd.date_range("2026-01-05 08:00", periods=40, freq="30min")
    >>> def quarter(name, people, late):
    ...     rows = pd.DataFrame({"start": start, "offered": 50, "answered": 50, "answered_in_target": 50 - late,
    ...                          "talk_s": 50 * 180.0, "agents": people})
    ...     return queue_quarter(rows, Queue(name="q"), name)
    >>> table = service_bridge(quarter("Q1", 8, 5), quarter("Q2", 7, 9), Queue(name="q"), 1800)
    >>> table["label"].tolist(), table["effect"].astype(str).tolist()
    (['before', 'people on the phones', 'what the model does not explain', 'after'], ['90.00', '-13.97', '5.97', '82.00'])
    """
    world = _World(before, after, queue, interval_s, expected)
    sides = world.drivers()
    table = bridge(
        world.points, {name: 0 for name in sides}, {name: 1 for name in sides}, labels=_labels(before, after)
    )
    steps = table.iloc[1:-1].copy()
    for place, column in enumerate(("before", "after")):
        steps[column] = [sides[driver][place] for driver in steps["driver"]]
    steps = pd.concat([steps, *world.opening_hours()], ignore_index=True) if world.left_out else steps
    return _closed(steps, before, after)


def _labels(before, after):
    apart = before.presence is not None and after.presence is not None
    return LABELS | ({} if apart else {"staffing": NET})


def _closed(steps, before, after):
    """The steps with the measured ends, and the row that makes them add up."""
    first, last = _points(before.level), _points(after.level)
    left = last - first - sum(steps["effect"], Decimal(0))
    if left:
        steps = pd.concat([steps, _step("unexplained", left)], ignore_index=True)
    ends = [
        pd.DataFrame([{"driver": side, "label": side, "before": np.nan, "after": np.nan, "effect": level}])
        for side, level in (("before", first), ("after", last))
    ]
    table = pd.concat([ends[0], steps.drop(columns="total", errors="ignore"), ends[1]], ignore_index=True)
    running = [sum(table["effect"].iloc[: i + 1], Decimal(0)) for i in range(len(table) - 1)]
    return table.assign(total=[*running, last])


def _step(driver, effect, before=np.nan, after=np.nan):
    return pd.DataFrame(
        [{"driver": driver, "label": LABELS[driver], "before": before, "after": after, "effect": effect}]
    )


def _points(level):
    return Decimal(repr(float(level) * POINT)).quantize(CENT)


class _World:
    """The two quarters' intervals set beside each other, and the model's service level of any mixture of their
    drivers.
    """

    def __init__(self, before, after, queue, interval_s, expected=None):
        self.sides, self.queue, self.interval_s, self.known = (before, after), queue, interval_s, {}
        self.pairs = _coupled(before.rows, after.rows)
        if self.pairs.empty:
            raise ValueError(
                f"queue {queue.name}: no weekday and time of day is in both {before.name} and {after.name}"
            )
        calls = [side.rows["offered"].to_numpy(float) for side in self.sides]
        people = [side.rows["agents"].to_numpy(float) for side in self.sides]
        places = [self.pairs["i"].to_numpy(), self.pairs["j"].to_numpy()]
        self.calls = [values[place] for values, place in zip(calls, places, strict=True)]
        self.people = [values[place] for values, place in zip(people, places, strict=True)]
        self.share = self._beyond(expected)[places[1]] if expected is not None else None
        self.left_out = [np.setdiff1d(np.arange(len(one)), place) for one, place in zip(calls, places, strict=True)]
        self.left_out = self.left_out if any(calls[i][rows].sum() for i, rows in enumerate(self.left_out)) else None

    def _beyond(self, expected):
        """Calls that came ÷ calls that were expected, of the day of each interval after; 1 where the forecast tells
        nothing.
        """
        rows = self.sides[1].rows
        planned = expected.drop_duplicates("start").set_index("start")["offered"].reindex(rows["start"]).to_numpy(float)
        day = rows["start"].dt.tz_localize(None).dt.normalize()
        known = np.isfinite(planned)
        sums = (
            pd.DataFrame({"came": rows["offered"].to_numpy(float) * known, "planned": np.where(known, planned, 0.0)})
            .groupby(day)
            .transform("sum")
        )
        ratio = (sums["came"] / sums["planned"].where(sums["planned"] > 0)).to_numpy()
        return np.where(np.isfinite(ratio) & (ratio > 0), ratio, 1.0)

    def drivers(self):
        """{driver: (value before, value after)} of those that differ."""
        one, other = self.sides
        values = {"volume": tuple(side.rows["offered"].sum() for side in self.sides)}
        if self.share is not None:
            planned = float((self.calls[1] / self.share * self.pairs["of_after"]).sum())
            values["volume"] = (values["volume"][0], planned)
            values["forecast"] = (planned, float((self.calls[1] * self.pairs["of_after"]).sum()))
        values |= {"aht": (one.aht_s, other.aht_s), "patience": (one.patience_s, other.patience_s)}
        values["staffing"] = tuple(
            side.rows["agents"].sum() * self.interval_s / 3600 / self._kept(side) for side in self.sides
        )
        if self._apart:
            values |= {
                name: tuple(_shown(name, getattr(side.presence, name)) for side in self.sides) for name in SHARES
            }
        moved = {"volume": not np.array_equal(*self.calls), "staffing": not np.array_equal(*self.people)}
        return {name: pair for name, pair in values.items() if moved.get(name, pair[0] != pair[1])}

    @property
    def _apart(self):
        return all(side.presence is not None for side in self.sides)

    def _kept(self, side):
        return side.presence.kept if self._apart else 1.0

    def points(self, **states):
        """The model's service level, in points, with each driver as before (0) or after (1)."""
        at = {name: states.get(name, 0) for name in LABELS}
        factors = self._factors(at["staffing"])
        chosen = factors[tuple(at[name] for name in SHARES)]
        key = tuple(at[name] for name in ("volume", "forecast", "aht", "patience", "staffing"))
        if key not in self.known:
            self.known[key] = _curve(
                lambda factor: self._at(*key, factor=factor), min(factors.values()), max(factors.values())
            )
        return self.known[key](chosen)

    def _at(self, volume, forecast, aht, patience, staffing, factor):
        """The model's points with people × factor."""
        calls = self.calls[volume]
        if self.share is not None:
            calls = calls / self.share if volume > forecast else calls * self.share if forecast > volume else calls
            calls = np.round(2 * calls) / 2 if volume != forecast else calls  # fewer different intervals to solve
        weight = self.pairs["of_after" if volume else "of_before"].to_numpy()
        return POINT * self._level(
            calls, self.people[staffing] * factor, weight, self.sides[aht].aht_s, self.sides[patience].patience_s
        )

    def _factors(self, staffing):
        """{which side each share of presence is from: what it makes of the people of a side's roster}."""
        states = product((0, 1), repeat=len(SHARES))
        if not self._apart:
            return {state: 1.0 for state in states}
        own = self.sides[staffing].presence
        ratios = [[getattr(side.presence, name) / getattr(own, name) for side in self.sides] for name in SHARES]
        return {
            state: float(np.prod([ratio[side] for ratio, side in zip(ratios, state, strict=True)])) for state in states
        }

    def _level(self, calls, people, weight, aht_s, patience_s):
        """Σ in time ÷ Σ calls of weighted intervals by the model of the queue."""
        queue = replace(self.queue, patience_s=patience_s)
        (calls, people), place = np.unique(np.stack([calls, np.round(people, 6)]), axis=1, return_inverse=True)
        weight = np.bincount(place.ravel(), weight, minlength=len(calls))
        served = _service(queue, calls, aht_s, people, self.interval_s)
        answered = 1 - served[1] if queue.targets.definition == "answered" else 1.0
        return float((weight * calls * answered * served[0]).sum() / (weight * calls * answered).sum())

    def opening_hours(self):
        """The step of weekdays and times that only one of the quarters has, a list of one frame."""
        gain = []
        for side, place in zip(self.sides, (("i", "of_before"), ("j", "of_after")), strict=True):
            calls, people = side.rows["offered"].to_numpy(float), side.rows["agents"].to_numpy(float)
            common = np.bincount(self.pairs[place[0]], self.pairs[place[1]], minlength=len(calls))
            gain.append(
                self._level(calls, people, np.ones(len(calls)), side.aht_s, side.patience_s)
                - self._level(calls, people, common, side.aht_s, side.patience_s)
            )
        hours = [float(len(side.rows)) * self.interval_s / 3600 for side in self.sides]
        return [_step("hours", _points(gain[1] - gain[0]), *hours)]


def _curve(points, low, high):
    """Service level as a curve in the people's factor, through a few points: it bends too gently to need every
    state by itself.
    """
    if high - low < 1e-12:
        level = points(low)
        return lambda factor: level
    fitted = np.polynomial.Chebyshev.interpolate(
        lambda factors: np.array([points(factor) for factor in factors]), NODES - 1, domain=[low, high]
    )
    return lambda factor: float(fitted(factor))


def _coupled(before, after):
    """Pairs of intervals of the same weekday and time: i, j (places), of_before and of_after (how much of each
    row's side it stands for).

    Within a weekday and time both sides are put in the order of their staffing and cut where either changes, so that
    the pairs of one side add up to 1 a row.
    """
    slots = [_slots(rows) for rows in (before, after)]
    parts = [_cut(slots[0][slot], slots[1][slot]) for slot in slots[0].keys() & slots[1].keys()]
    table = np.concatenate(parts, axis=1) if parts else np.empty((4, 0))
    pairs = pd.DataFrame(
        {"i": table[0].astype(int), "j": table[1].astype(int), "of_before": table[2], "of_after": table[3]}
    )
    return pairs.sort_values(["i", "j"], ignore_index=True)


def _slots(rows):
    """{(weekday, minute): places of the rows in the order of their staffing}."""
    local = rows["start"].dt.tz_localize(None)
    order = np.lexsort((local.to_numpy(), rows["agents"].to_numpy(float)))
    slot = pd.Series((local.dt.dayofweek * 1440 + local.dt.hour * 60 + local.dt.minute).to_numpy()[order])
    return {name: order[places] for name, places in slot.groupby(slot).indices.items()}


def _cut(one, other):
    """Two orders of places, cut where either changes: their places and the rows of each side that a piece is."""
    edges = np.unique(
        np.concatenate([np.arange(len(one)) * len(other), np.arange(len(other) + 1) * len(one)])
    )  # in whole numbers: exact
    width = np.diff(edges)
    return np.stack(
        [one[edges[:-1] // len(other)], other[edges[:-1] // len(one)], width / len(other), width / len(one)]
    )


def _service(queue, calls, aht_s, people, interval_s):
    """(service level, share not answered) of intervals; between whole numbers of people, in a line, where the model
    has only whole ones.
    """
    if queue.targets.definition not in COUNTED:
        queue = replace(queue, targets=replace(queue.targets, definition="offered"))
    if queue.at_once == 1 and np.isinf(queue.lines):
        return _both(service_of(queue, calls, aht_s, people, interval_s))
    low = np.floor(people)
    ends = [_both(service_of(queue, calls, aht_s, whole, interval_s)) for whole in (low, low + 1)]
    return tuple(one + (people - low) * (other - one) for one, other in zip(*ends, strict=True))


def _both(found):
    return np.nan_to_num(found.service_level), np.nan_to_num(found.abandonment + found.blocking)


def _shown(name, share):
    """A share that is lost where people think of it so (sickness), kept for adherence."""
    return share if name == "adherence" else 1 - share
