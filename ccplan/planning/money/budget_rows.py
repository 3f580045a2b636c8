"""The rows of a ledger: each budget line's quantities and prices by month and queue, multiplied and rounded.

A line of months or a single payment stands once for the centre (queue ""), a line of people, hours or calls once for
each queue. A line with price steps is counted over the whole centre and stands once for every step that is reached.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .cents import MICRO, cents_of, decimals, micros, price_micros, rounded, written_off

LEDGER = ("month", "category", "line", "queue", "driver", "quantity", "price", "amount", "set_up")
FIXED = ("month", "once")


@dataclass(frozen=True)
class Rows:
    """Rows of one line in whole numbers: month numbers, places of queues (0 is the whole centre), millionths, cents."""

    month: np.ndarray
    queue: np.ndarray
    quantity: np.ndarray
    price: np.ndarray
    cents: np.ndarray


@dataclass(frozen=True)
class Grid:
    """Where the drivers are known: a row a queue and month."""

    month: np.ndarray  # number of the month, year × 12 + month − 1
    queue: np.ndarray  # place in `queues`
    queues: tuple  # "" first
    drivers: dict  # driver → millionths
    months: np.ndarray  # every month once, in order
    centre: object

    @property
    def first(self):
        return int(self.months[0])


def ledger_of(lines, quantities, centre, wages, wage_line):
    """The ledger of `lines`: a frame of LEDGER in order of month, category, line, queue; Decimals exact to the cent.

    `wages` {queue: price} takes the place of the price of the line `wage_line`, whose amounts are what lines with the
    driver "wages" are a share of.
    """
    grid = _grid(quantities, centre)
    ordered = sorted(lines, key=lambda line: line.driver == "wages")  # what wages come to is known last
    made = []
    for line in ordered:
        rows = _rows(line, grid, wages if line.name == wage_line else {})
        made.append(rows)
        if line.name == wage_line:
            grid.drivers["wages"] = _back_on_grid(rows, grid) * (MICRO // 100)
    return _as_frame(ordered, made, grid)


def month_number(month):
    """Year × 12 + month − 1 of "2027-01" or of a timestamp."""
    stamp = pd.Timestamp(month)
    return stamp.year * 12 + stamp.month - 1


def rises_between(line, as_of, months):
    """How often the price has risen by each of `months` since `as_of`: firsts of the calendar month `rises_in` passed.

    A month before `as_of` counts backwards: the price was lower by what it had yet to rise.
    """
    first = int(line.rises_in) - 1
    return (np.asarray(months) - first) // 12 - (as_of - first) // 12


def _grid(quantities, centre):
    queues = ("", *dict.fromkeys(quantities["queue"]))
    place = {name: i for i, name in enumerate(queues)}
    stamps = pd.DatetimeIndex(quantities["month"])
    number = (stamps.year * 12 + stamps.month - 1).to_numpy(np.int64)
    names = [name for name in quantities if name not in ("queue", "month", "wages")]
    drivers = {name: micros(quantities[name], name) for name in names}
    at = np.array([place[name] for name in quantities["queue"]], dtype=np.int64)
    drivers["wages"] = np.zeros(len(number), np.int64)
    return Grid(number, at, queues, drivers, np.unique(number), centre)


def _rows(line, grid, wages):
    if line.driver in FIXED:
        bought = _fixed(line, grid)
    elif line.steps:
        return _stepped(line, grid)
    else:
        due = _due(line, grid.month, grid)
        price = _prices(line, grid.month, grid, line.price)
        for queue, wage in wages.items():
            mine = grid.queue == grid.queues.index(queue)
            price[mine] = _prices(line, grid.month[mine], grid, wage, rate=1.0)  # wages are in the centre's currency
        quantity = grid.drivers[line.driver]
        bought = Rows(grid.month[due], grid.queue[due], quantity[due], price[due], cents_of(quantity[due], price[due]))
    return _spread(line, bought, grid) if line.life_months else bought


def _fixed(line, grid):
    """A month's or a single payment's rows; those before the plan too where they are still being written off."""
    if line.steps:
        return _stepped(line, grid)
    start = month_number(line.start) if line.start else grid.first
    months = np.arange(start, grid.months[-1] + 1) if line.life_months else grid.months
    months = months[_due(line, months, grid)]
    quantity = np.full(len(months), MICRO, np.int64)
    price = _prices(line, months, grid, line.price)
    return Rows(months, np.zeros(len(months), np.int64), quantity, price, cents_of(quantity, price))


def _stepped(line, grid):
    """The whole centre's quantity of a month, cut at the steps: a row for each step that is reached."""
    months = grid.months[_due(line, grid.months, grid)]
    whole = (
        np.full(len(months), MICRO, np.int64)
        if line.driver in FIXED
        else np.array([grid.drivers[line.driver][grid.month == month].sum() for month in months], dtype=np.int64)
    )
    parts = []
    starts = micros([at for at, _ in line.steps], f"budget.{line.name}: steps")
    ends = [*starts[1:].tolist(), np.iinfo(np.int64).max]
    for (_, price), start, end in zip(line.steps, starts.tolist(), ends, strict=True):
        inside = np.clip(whole, start, end) - start
        reached = (inside > 0) | ((start == 0) & (whole == 0))
        parts.append((months[reached], inside[reached], _prices(line, months[reached], grid, price)))
    month, quantity, price = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Rows(month, np.zeros(len(month), np.int64), quantity, price, cents_of(quantity, price))


def _spread(line, bought, grid):
    """What is bought, written off over its life: units in service × what a unit is written off by in the month."""
    life, parts = int(line.life_months), []
    for queue in np.unique(bought.queue):
        mine = bought.queue == queue
        off = written_off(bought.month[mine], bought.cents[mine], life, grid.months)
        age = grid.months[None, :] - bought.month[mine][:, None]
        units = np.where((age >= 0) & (age < life), bought.quantity[mine][:, None], 0).sum(axis=0)
        cents = off.sum(axis=0)
        used = units > 0
        parts.append((grid.months[used], np.full(used.sum(), queue), units[used], cents[used]))
    if not parts:
        return bought
    month, queue, units, cents = (np.concatenate(column) for column in zip(*parts, strict=True))
    price = rounded(cents.astype(object) * MICRO * (MICRO // 100), units.astype(object)) if len(units) else units
    return Rows(month, queue, units, price, cents)


def _due(line, months, grid):
    first = month_number(line.start) if line.start else grid.first
    last = month_number(line.end) if line.end else grid.months[-1]
    if line.driver == "once":
        return months == first
    return (months >= first) & (months <= last) & ((months - first) % int(line.every) == 0)


def _prices(line, months, grid, price, rate=None):
    """Price of each month, in millionths of the centre's currency."""
    as_of = month_number(line.as_of) if line.as_of else grid.first
    own = line.currency in ("", grid.centre.currency)
    rate = rate or (1.0 if own else float(grid.centre.exchange[line.currency]))
    rises = rises_between(line, as_of, months)
    by_rises = {k: price_micros(float(price), rate, float(line.inflation), k) for k in set(rises.tolist())}
    largest = max(by_rises.values(), default=0)
    return np.array([by_rises[k] for k in rises.tolist()], dtype=np.int64 if largest < 2**62 else object)


def _back_on_grid(rows, grid):
    """Cents of a line in the rows of the grid."""
    told = dict(zip(zip(rows.month.tolist(), rows.queue.tolist(), strict=True), rows.cents.tolist(), strict=True))
    cents = [told.get(key, 0) for key in zip(grid.month.tolist(), grid.queue.tolist(), strict=True)]
    return np.array(cents, dtype=np.int64)


def _as_frame(lines, made, grid):
    """All lines' rows as one frame, in order; whole numbers become Decimals."""
    sizes = [len(rows.month) for rows in made]
    month, queue, quantity, price, cents = (
        np.concatenate([getattr(rows, name) for rows in made]) if made else np.zeros(0, np.int64)
        for name in ("month", "queue", "quantity", "price", "cents")
    )
    of = np.repeat(np.arange(len(lines)), sizes)
    rank = _ranks([(line.category, line.name) for line in lines])
    order = np.lexsort((_ranks(grid.queues)[queue], rank[of], month))
    of, queue = of[order], queue[order]
    columns = {
        "month": (month[order] - 1970 * 12).astype("datetime64[M]").astype("datetime64[us]"),
        "category": _named([line.category for line in lines], of), "line": _named([line.name for line in lines], of),
        "queue": _named(grid.queues, queue), "driver": _named([line.driver for line in lines], of),
        "quantity": decimals(quantity[order], 6), "price": decimals(price[order], 6), "amount": decimals(cents[order], 2),
        "set_up": np.array([line.set_up for line in lines], dtype=bool)[of],
    }  # fmt: skip
    frame = pd.DataFrame(
        {
            name: pd.Series(values, dtype=object) if name in ("quantity", "price", "amount") else values
            for name, values in columns.items()
        }
    )
    return frame[list(LEDGER)]


def _ranks(names):
    place = {name: i for i, name in enumerate(sorted(set(names)))}
    return np.array([place[name] for name in names], dtype=np.int64)


def _named(names, at):
    return np.array(list(names), dtype=object)[at]
