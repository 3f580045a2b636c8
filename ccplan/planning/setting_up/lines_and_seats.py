"""How many telephone lines and seats a centre needs, and what equipment they ask for, as lines of the budget."""

from dataclasses import dataclass
from math import ceil

import numpy as np
import pandas as pd

from ...data.budget_lines import BudgetLine
from ...data.given import given_table
from ...queueing import line_load, required_lines
from ...queueing.inputs import SHARE_HINT, one_number

# Device → a unit for every so many seats, usual price in currency, years it lasts; rough, to be replaced by quotes.
KINDS = {
    "headset": (1, 120.0, 3),
    "phone or softphone licence": (1, 90.0, 5),
    "computer": (1, 750.0, 4),
    "screen": (1, 180.0, 6),
    "router or switch": (24, 600.0, 6),
}
SPARE = 0.10  # of headsets, phones and computers, beyond the seats


@dataclass(frozen=True)
class Lines:
    """Lines for a queue: `load` Erlang on them in the busiest interval, `lines` by Erlang B for `max_blocking`,
    `at` that interval.
    """

    queue: str
    load: float
    lines: int
    max_blocking: float
    at: pd.Timestamp


def lines_of(staffed, centre, *, max_blocking=0.01, acw_share=0.0):
    """The Lines of each voice queue of a staffed frame (queue, start, offered, aht_s, wait_s or asa_s), a tuple.

    A line is held while a caller waits and talks, never in after-call work: `acw_share` is its share of the handle
    time. Source: Erlang B on queue and talk time, as in `line_load`. Raises ValueError for a share outside [0, 1).

    >>> from ccplan.data import Centre, Queue
    >>> day = pd.DataFrame({"queue": "q", "start": pd.to_datetime(["2026-09-01 09:00"]), "offered": [60.0], "aht_s": [300.0], "asa_s": [0.0]})
    >>> one, = lines_of(day, Centre(name="A", queues=(Queue(name="q"),)), max_blocking=0.02)
    >>> one.load, one.lines                      # Erlang B: 10 Erlang and 2 % ask for 17
    (10.0, 17)
    """
    acw_share = one_number("acw_share", acw_share, high=1.0, open_high=True, hint=SHARE_HINT)
    given_table(staffed, "staffed", names=["queue"], times=["start"], numbers=["offered", "aht_s"])
    waits = next((name for name in ("wait_s", "asa_s") if name in staffed), None)
    waited = 0.0 if waits is None else staffed[waits].replace([np.inf], np.nan).fillna(0.0)
    by_queue = dict(list(staffed.assign(waited=waited).groupby(staffed["queue"].astype(str))))
    voice = [queue.name for queue in centre.queues if queue.channel == "voice" and queue.name in by_queue]
    return tuple(_lines(name, by_queue[name], centre, max_blocking, acw_share) for name in voice)


def _lines(name, rows, centre, max_blocking, acw_share):
    loads = line_load(
        rows["offered"].to_numpy(float),
        rows["aht_s"].to_numpy(float) * (1 - acw_share),
        rows["waited"].to_numpy(float),
        interval_s=centre.interval_s,
    )
    busiest = int(np.argmax(loads))
    load = float(loads[busiest])
    return Lines(
        name, load, int(required_lines(load, max_blocking)) if load else 0, max_blocking, rows["start"].iloc[busiest]
    )


@dataclass(frozen=True)
class Seats:
    """Seats: `peak` people in the building at once, `by_sharing` people ÷ people who share a seat, `seats` the
    larger of both with the reserve, for those who do not work at home (`remote` share); `says` how that came
    about."""

    peak: int
    people: int
    seats: int
    by_sharing: int
    remote: float
    says: str


def seats_of(staffed, people, *, people_per_seat=1.0, remote=0.0, reserve=0.05, in_house=0.0):
    """The Seats for `people` employed, whose peak at once is the largest Σ of net agents over the queues ÷ (1 −
    in_house).

    `in_house` is the share of the time at work that is spent in the building off the phones (breaks, meetings,
    training); `people_per_seat` how many share one (1: everybody has an own); `reserve` the share of seats kept
    free. Raises ValueError for shares outside [0, 1), or fewer than 1 a seat.

    >>> day = pd.DataFrame({"queue": ["a", "b"], "start": pd.to_datetime(["2026-09-01 09:00"] * 2), "agents": [20.0, 7.0]})
    >>> seats_of(day, 60, people_per_seat=1.5, in_house=0.10, reserve=0.0).seats
    40
    """
    given_table(staffed, "staffed", keys=["start"], numbers=["agents"])
    for name, value in (("remote", remote), ("reserve", reserve), ("in_house", in_house)):
        one_number(name, value, high=1.0, open_high=True, hint=SHARE_HINT)
    one_number("people_per_seat", people_per_seat, low=1.0, open_high=True)
    one_number("people", people, open_high=True)
    peak = ceil(round(staffed.groupby("start")["agents"].sum().max() / (1 - in_house), 9)) if len(staffed) else 0
    shared = ceil(round(people / people_per_seat, 9))
    seats = ceil(round(max(peak, shared) * (1 - remote) * (1 + reserve), 9))
    why = (
        f"at most {peak} people are there at once"
        if peak > shared
        else f"{people} people at {people_per_seat:g} a seat"
    )
    return Seats(
        peak=peak,
        people=people,
        seats=seats,
        by_sharing=shared,
        remote=remote,
        says=f"{seats} seats: {why}, {remote:.0%} at home, {reserve:.0%} kept free",
    )


def equipment_list(seats, prices=None):
    """What so many seats ask for: a row a kind of device (kind, units, spares, price, amount, years).

    `prices` {kind: price} replace the usual ones of KINDS, which are rough. Raises ValueError for a kind that is
    not known.

    >>> equipment_list(40, {"headset": 100}).set_index("kind").loc["headset", ["units", "spares", "amount"]].tolist()
    [40.0, 4.0, 4400.0]
    """
    unknown = sorted(set(prices or {}) - set(KINDS))
    if unknown:
        raise ValueError(f"prices must name kinds of {', '.join(KINDS)}, got {', '.join(unknown)}")
    rows = []
    for kind, (every, price, years) in KINDS.items():
        units = ceil(seats / every)
        spares = ceil(round(units * SPARE, 9)) if every == 1 else 0
        cost = float((prices or {}).get(kind, price))
        rows.append((kind, units, spares, cost, (units + spares) * cost, years))
    return pd.DataFrame(rows, columns=["kind", "units", "spares", "price", "amount", "years"])


def equipment_lines(listed, start):
    """An equipment list as BudgetLines that set the centre up, bought and paid in the month `start` ("2027-01").

    >>> equipment_lines(equipment_list(40), "2027-01")[0].category
    'equipment'
    """
    return tuple(
        BudgetLine(
            name=f"set-up: {row.kind}",
            category="equipment",
            driver="once",
            start=start,
            price=float(row.amount),
            set_up=True,
            source=f"{row.units} and {row.spares} spare at {row.price:,.2f}",
        )
        for row in listed.itertuples()
        if row.amount
    )
