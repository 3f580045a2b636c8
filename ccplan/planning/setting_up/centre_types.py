"""Types of centre side by side: cost over some years, time to set up, capacity; from the centre's own seats, lines
and minutes.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...data.settings import number, settle
from ...data.settings import setting as told
from ...queueing.inputs import SHARE_HINT, floats, one_number

DIRECTIONS = {
    "inbound": "customers call: volume follows them, resources must be placed carefully",
    "outbound": "the centre calls: volume is planned",
    "blended": "both, in the same hands: outbound and mail fill the quiet hours",
}


@dataclass(frozen=True, kw_only=True)
class CentreType:
    """A way to build the centre. Money in the centre's currency; the usual figures are rough, replace them by quotes.

    >>> CentreType(name="cloud", hosting="cloud", telephony="voice over IP", seat_per_month=95).seat_per_month
    95.0
    """

    name: str
    hosting: str
    telephony: str
    capital: float = told(0.0, says="bought at the start", unit="currency", check=number(open_high=True))
    capital_per_seat: float = told(0.0, says="bought for each seat", unit="currency", check=number(open_high=True))
    care: float = told(0.0, says="upkeep a year, of what was bought", unit="share", check=number(high=1))
    seat_per_month: float = told(0.0, says="licence of a seat", unit="currency a month", check=number(open_high=True))
    line_per_month: float = told(0.0, says="a telephone line", unit="currency a month", check=number(open_high=True))
    per_minute: float = told(0.0, says="a minute of a call", unit="currency", check=number(open_high=True))
    set_up_weeks: float = told(4.0, says="from the order to the first call", unit="weeks", check=number(high=200))
    most_seats: float = told(
        np.inf, says="seats it can have without being built anew", unit="seats", check=number(low=1)
    )
    grows: str = ""

    def __post_init__(self):
        settle(self)


USUAL = (
    CentreType(
        name="cloud, voice over IP",
        hosting="cloud",
        telephony="voice over IP",
        capital=4_000,
        capital_per_seat=150,
        care=0.05,
        seat_per_month=95,
        per_minute=0.012,
        set_up_weeks=5,
        grows="in a day, both ways",
    ),
    CentreType(
        name="on-premises, voice over IP",
        hosting="on-premises",
        telephony="voice over IP",
        capital=45_000,
        capital_per_seat=420,
        care=0.18,
        seat_per_month=22,
        line_per_month=9,
        per_minute=0.009,
        set_up_weeks=16,
        most_seats=200,
        grows="in weeks; what is bought stays",
    ),
    CentreType(
        name="on-premises, analogue PBX",
        hosting="on-premises",
        telephony="PBX",
        capital=38_000,
        capital_per_seat=310,
        care=0.15,
        seat_per_month=8,
        line_per_month=21,
        per_minute=0.016,
        set_up_weeks=20,
        most_seats=120,
        grows="in months, card by card",
    ),
)


def compare_types(seats, lines, minutes, *, years=5, discount=0.0, types=USUAL):
    """The types side by side: a row a type (name, hosting, telephony, capital, running of the first year, total,
    per_seat_month, set_up_weeks, most_seats, fits, grows).

    `seats`, `lines` and `minutes` (of calls, a year) are a number, or one for each of the `years`; later seats are
    bought when they come. `total` is the cost over all years, discounted by `discount` a year. Raises ValueError
    where a list has another length, or a figure is negative.

    >>> compare_types(50, 40, 600_000).set_index("name").loc["cloud, voice over IP", "total"].item()   # by hand: 11,500 + 5 × 64,775
    335375.0
    """
    if not (isinstance(years, (int, np.integer)) and 1 <= years <= 30):
        raise ValueError(f"years must be a whole number from 1 to 30, got {years!r}")
    discount = one_number("discount", discount, high=1.0, open_high=True, hint=SHARE_HINT)
    need = {
        name: _yearly(name, value, years) for name, value in (("seats", seats), ("lines", lines), ("minutes", minutes))
    }
    return pd.DataFrame([_row(one, need, (1 + discount) ** -np.arange(years)) for one in types])


def _yearly(name, value, years):
    values = floats(name, value, open_high=True)
    if values.ndim and values.shape != (years,):
        raise ValueError(f"{name} must be a number or one for each of the {years} years, got {len(values)}")
    return np.broadcast_to(values, (years,))


def _row(one, need, worth):
    seats = need["seats"]
    bought = one.capital_per_seat * np.maximum(np.diff(np.maximum.accumulate(seats), prepend=0.0), 0)
    bought[0] += one.capital
    running = (
        12 * (one.seat_per_month * seats + one.line_per_month * need["lines"])
        + one.per_minute * need["minutes"]
        + one.care * np.cumsum(bought)
    )
    total = float(((bought + running) * worth).sum())
    return {
        "name": one.name,
        "hosting": one.hosting,
        "telephony": one.telephony,
        "capital": float(bought[0]),
        "running": float(running[0]),
        "total": total,
        "per_seat_month": total / (12 * seats.sum()) if seats.sum() else np.nan,
        "set_up_weeks": one.set_up_weeks,
        "most_seats": one.most_seats,
        "fits": bool(seats.max() <= one.most_seats),
        "grows": one.grows,
    }
