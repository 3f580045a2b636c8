"""Money in whole numbers: millionths of a unit × millionths of a price, rounded half up to the cent.

A column of numbers is multiplied in 64-bit integers where the products fit, else in Python's own, which never overflow:
the cents are the same. Decimals are made at the door.
"""

from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from functools import lru_cache

import numpy as np

MICRO = 1_000_000  # millionths: how finely quantities and prices are told
MICROS_A_CENT = 10**10  # a cent, in millionths × millionths
LARGEST = 9.0e9  # units of a driver in a month: above this a float cannot tell millionths
ROOM = Context(prec=200)  # of digits: no whole number here is cut
FITS = 4.0e18  # products below this fit 64 bits with room to round


def micros(quantities, name="quantity"):
    """Quantities in whole millionths; ValueError where they are not numbers or too large to be told so finely."""
    values = np.asarray(quantities, dtype=float)
    if not (np.abs(values) <= LARGEST).all():
        raise ValueError(f"{name} must be a number up to {LARGEST:g}, got {values[~(np.abs(values) <= LARGEST)][0]:g}")
    return np.rint(values * MICRO).astype(np.int64)


def cents_of(quantity, price):
    """Whole cents of millionths × millionths, half up (away from zero), arrays of one length.

    >>> cents_of(np.array([1_500_000]), np.array([10_010_000])).tolist()   # 1.5 × 10.01 = 15.015
    [1502]
    """
    quantity, price = np.asarray(quantity), np.asarray(price)
    if not quantity.size:
        return np.zeros(0, np.int64)
    if float(np.abs(quantity).max()) * float(np.abs(price).max()) > FITS:
        quantity, price = quantity.astype(object), price.astype(object)
    return rounded(quantity * price, MICROS_A_CENT)


def rounded(top, bottom):
    """Whole numbers top ÷ bottom, half away from zero; `bottom` is above 0."""
    away = (abs(top) * 2 + bottom) // (2 * bottom) if top.dtype == object else (np.abs(top) + bottom // 2) // bottom
    return np.where(top < 0, -away, away)


@lru_cache(maxsize=65_536)
def price_micros(price, rate, inflation, rises):
    """A price in the centre's currency after `rises` rises, in whole millionths: price × rate × (1 + inflation) ^
    rises.

    All three are floats, each read as the decimal that it is written as.

    >>> price_micros(100.0, 1.0, 0.02, 2)
    104040000
    """
    with localcontext() as context:
        context.prec = 60
        grown = exact(price) * exact(rate) * (1 + exact(inflation)) ** rises
        return int((grown * MICRO).to_integral_value(ROUND_HALF_UP))


def exact(value):
    """A float as the Decimal that it is written as."""
    return Decimal(repr(float(value)))


def decimals(whole, places):
    """Whole numbers as Decimals with `places` decimals, equal ones made once.

    >>> decimals(np.array([500, -1]), 2)
    [Decimal('5.00'), Decimal('-0.01')]
    """
    values = whole.tolist()
    made = {value: _decimal(value, places) for value in set(values)}
    return [made[value] for value in values]


def _decimal(value, places):
    return Decimal(value).scaleb(-places, ROOM)


def written_off(bought, cents, life, months):
    """Cents written off in each of `months` of what was bought for `cents` in the month numbers `bought`: one row a
    purchase.

    Straight line: what is written off by the end of a month is rounded half up, so that all months add up to the price.

    >>> written_off(np.array([0]), np.array([10000]), 3, np.arange(4)).tolist()
    [[3333, 3334, 3333, 0]]
    """
    age = months[None, :] - bought[:, None]
    price = np.asarray(cents)[:, None].astype(object if np.abs(cents).max(initial=0) * float(life) > FITS else np.int64)

    def by_now(done):
        return (price * np.clip(done, 0, life) * 2 + life) // (2 * life)

    return by_now(age + 1) - by_now(age)
