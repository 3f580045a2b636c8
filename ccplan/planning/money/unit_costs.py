"""What an hour, a contact and a solved contact cost; and by which means a missing hour is bought cheapest.

Running costs only: what sets the centre up is left out. An hour is productive when its agent is on the phones: paid
hours less shrinkage, training and what newcomers have yet to learn. Costs that belong to no queue are shared out by a
stated key, to the cent, so that the queues add up to the centre.
"""

from dataclasses import dataclass
from decimal import Decimal
from math import inf

import numpy as np
import pandas as pd

from ...data.given import given_table
from ..budget import NEEDED, driver_quantities
from .cents import exact
from ..people.cohorts import output_shares, staying_shares
from ..people.people_tables import contract
from ..people.phone_hours import overtime_output, phone_hours

LABOUR_BAND = (0.60, 0.75)  # labour ÷ running cost, as guides of the sector quote it
BAND_SOURCE = "guides of the sector quote (indicative, no verified standard)"
COLUMNS = (
    "queue",
    "cost",
    "labour",
    "labour_share",
    "paid_hours",
    "productive_hours",
    "contacts",
    "resolution",
    "labour_per_paid_hour",
    "cost_per_paid_hour",
    "cost_per_productive_hour",
    "cost_per_contact",
    "cost_per_resolution",
)


@dataclass(frozen=True)
class LabourShare:
    """Labour ÷ running cost (`share`) beside the sector's band (`low`, `high`), and what that means in words
    (`says`).
    """

    share: float
    low: float
    high: float
    says: str


def unit_costs(budget, headcount, centre, contacts=None, *, resolution=None, key="paid hour"):
    """Running cost by queue and in all (queue "all"), and what it comes to by hour, contact and resolution.

    `headcount` and `contacts` are the frames that the budget was made from; `resolution` {queue: share of contacts
    solved at first contact} or one share (see `first_contact_resolution`); `key` the driver by which costs of no
    queue are shared out ("paid hour", "agent", "seat", "call" or "minute"). nan where nothing can be divided by;
    where `resolution` leaves out a queue, that of all, and the cost of a solved contact, are of the other queues.
    Paid hours are those of one's own people, overtime too, and what an outsourcer is paid is left out of what they
    cost; productive hours are on the phones, the outsourcer's too, and all cost is in theirs. Raises ValueError in
    words.
    """
    numbers, perhaps = (*NEEDED[2:], "productive_fte"), ("classes", "abandonment")
    given_table(headcount, "headcount", keys=["queue"], times=["month"], numbers=numbers, perhaps=perhaps)
    amounts = _allocated(budget, key)
    chosen = headcount[headcount["month"] <= budget.quantities["month"].max()]
    hours = _hours(chosen, centre).join(_contacts(chosen, centre, contacts))
    table = hours.join(amounts).fillna(dict.fromkeys(amounts, Decimal(0)))
    table["resolution"] = _resolution(resolution, table.index)
    table["solved"] = table["contacts"] * table["resolution"]
    told = table["resolution"].notna()  # of which queues it is known
    table["told_contacts"], table["told_cost"] = table["contacts"].where(told), table["cost"].astype(float).where(told)
    whole = table.drop(columns="resolution").sum(min_count=1).rename("all").to_frame().T
    whole["resolution"] = whole["solved"].astype(float) / whole["told_contacts"].astype(float)
    return _ratios(pd.concat([table, whole]).rename_axis("queue").reset_index())


def allocated(budget, key="paid hour"):
    """Running cost and labour by queue, Decimals: the queues' own and their share of what belongs to none, by `key`.

    The share of each line and month is in proportion to the queues' quantities of `key` in that month (in the whole
    plan where the month has none); odd cents go to the largest remainders. The column cost adds up to `budget.running`.
    """
    return _allocated(budget, key)[["cost", "labour"]]


def _allocated(budget, key):
    """Cost, labour and what of it is paid to an outsourcer, by queue."""
    if key not in budget.quantities or key == "wages":
        known = ", ".join(name for name in budget.quantities if name not in ("queue", "month", "wages"))
        raise ValueError(f"key must be a driver of the budget ({known}), got {key!r}")
    rows = budget.quantities
    weights = rows.pivot_table(index="month", columns="queue", values=key, aggfunc="sum", sort=False, fill_value=0.0)
    ledger = budget.ledger[~budget.ledger["set_up"].astype(bool)]
    sums = {queue: [Decimal(0)] * 3 for queue in weights.columns}
    for row in ledger.itertuples():
        counted = (True, row.category == "labour", row.driver == "outsourced hour")
        parts = {row.queue: row.amount} if row.queue else shared_out(row.amount, weights.loc[row.month], weights.sum())
        for name, part in parts.items():
            sums[name] = [total + part * counts for total, counts in zip(sums[name], counted, strict=True)]
    return pd.DataFrame.from_dict(sums, orient="index", columns=["cost", "labour", "bought"])


def shared_out(amount, weights, otherwise):
    """{name: part} of a Decimal in proportion to weights, to the cent; the parts add up to the amount.

    >>> one = pd.Series({"a": 1.0, "b": 1.0, "c": 1.0})
    >>> list(map(str, shared_out(Decimal("10.00"), one, one).values()))
    ['3.34', '3.33', '3.33']
    """
    weights = next((some for some in (weights, otherwise) if some.sum() > 0), otherwise * 0 + 1)
    cents, whole = int(amount * 100), sum(map(exact, weights))
    fair = [cents * exact(weight) / whole for weight in weights]
    floors = [int(part.to_integral_value("ROUND_FLOOR")) for part in fair]
    most = sorted(range(len(fair)), key=lambda i: floors[i] - fair[i])[: cents - sum(floors)]
    return {
        name: Decimal(floor + (i in most)).scaleb(-2)
        for i, (name, floor) in enumerate(zip(weights.index, floors, strict=True))
    }


def first_contact_resolution(calls):
    """Share of the answered contacts that were solved, by queue, where the table `calls` says; {} where it does not.

    A contact counts as solved if `resolved` says so; those without an answer in that column are left out of both sums.
    """
    if "resolved" not in calls:
        return {}
    given_table(calls, "calls", keys=["queue"])
    told = calls[calls["resolved"].notna()]
    told = told[told["outcome"].eq("answered")] if "outcome" in told else told
    sums = told["resolved"].astype(float).groupby(told["queue"].astype(str)).agg(["sum", "size"])
    return dict((sums["sum"] / sums["size"]).items())


def labour_share(budget):
    """Labour's share of the running cost beside the sector's 60–75 %, in words: a `LabourShare`."""
    ledger = budget.ledger[~budget.ledger["set_up"].astype(bool)]
    whole = sum(ledger["amount"], Decimal(0))
    labour = sum(ledger.loc[ledger["category"].eq("labour"), "amount"], Decimal(0))
    low, high = LABOUR_BAND
    if not whole:
        return LabourShare(float("nan"), low, high, "there is no running cost, so labour has no share of it")
    share = float(labour / whole)
    return LabourShare(share, low, high, f"labour is {share:.0%} of the running cost, {_beside_band(share)}")


def _beside_band(share):
    low, high = LABOUR_BAND
    band = f"the {low:.0%} to {high:.0%} that {BAND_SOURCE}"
    if share < low:
        return f"below {band}: look for wages, overtime or managers' pay that no line holds yet"
    if share > high:
        return f"above {band}: look for technology, rent and other costs that no line holds yet; else people are what this centre buys"
    return f"within {band}"


def hour_sources(centre, horizons=(1, 3, 6, 12, 24, 36)):
    """A productive hour by overtime, by a hire and by an outsourcer side by side, and the break-evens: a row a horizon.

    For each horizon (months): what a hire costs in all (hire_cost: wages while there, adverts, the share of a
    class, a seat as the budget prices one more), the productive hours that the hire gives (hire_hours: after
    training, ramp, shrinkage and the chance of leaving), the cost of a productive hour by hire, by overtime and by
    outsourcing, and the hours a month that must be missing, month after month, for the hire to be cheaper
    (beats_overtime, beats_outsourcing; inf: never within the horizon, for the hire gives fewer hours than that).
    `cheapest` names the means with the lowest cost of an hour where a hire is fully used.
    """
    if not len(horizons) or any(not (isinstance(h, (int, np.integer)) and 1 <= h <= 600) for h in horizons):
        raise ValueError(f"horizons must be whole months from 1 to 600, got {', '.join(map(repr, horizons)) or 'none'}")
    overtime = centre.costs.overtime_hourly_cost / overtime_output(centre.shrinkage)
    outsourcing = centre.flex.outsourced_hourly / centre.flex.outsourced_output
    return pd.DataFrame([_horizon(centre, int(horizon), overtime, outsourcing) for horizon in horizons])


def _horizon(centre, horizon, overtime, outsourcing):
    cost, given = _hire(centre, horizon)
    hire = cost / given if given > 0 else inf
    break_even = {
        name: _break_even(cost, given, other, horizon)
        for name, other in (("overtime", overtime), ("outsourcing", outsourcing))
    }
    means = {"hire": hire, "overtime": overtime, "outsourcing": outsourcing}
    return {
        "horizon": horizon,
        "hire_cost": cost,
        "hire_hours": given,
        **means,
        **{f"beats_{name}": hours for name, hours in break_even.items()},
        "cheapest": min(means, key=means.get),
    }


def _hire(centre, horizon):
    """Expected cost of one starter over the horizon, and the hours on the phones that they give."""
    costs, hiring = centre.costs, centre.hiring
    stay = staying_shares(hiring, horizon + 1)
    here = (stay[:-1] + stay[1:]) / 2
    hours = 365.25 / 12 / 7 * costs.weekly_hours * contract(centre) * costs.paid_share
    wages = hours * costs.loaded_hourly_cost * here.sum()  # today's prices: a rise touches all three means alike
    once = costs.per_hire + hiring.class_cost / hiring.class_size
    given = hours * (1 - centre.shrinkage.total) * (here * output_shares(hiring, horizon)).sum()
    return float(wages + once + _seat_price(centre) * here.sum()), float(given)


def _seat_price(centre):
    """What one more person's workplace costs a month: that of the line seats, if `[budget.seats]` takes its place."""
    own = [line for line in centre.budget if line.name == "seats"]
    if not own:
        return centre.costs.seat_per_month
    rate = 1.0 if own[0].currency in ("", centre.currency) else centre.exchange[own[0].currency]
    return own[0].price * rate if own[0].driver in ("seat", "agent") else 0.0


def _break_even(cost, given, other, horizon):
    hours = cost / (other * horizon) if other > 0 else inf
    return hours if hours * horizon <= given else inf


def _hours(headcount, centre):
    """Paid and productive hours by queue."""
    queue, drivers = headcount["queue"].astype(str).to_numpy(), driver_quantities(headcount, centre)
    own = (drivers["paid hour"] + drivers["overtime hour"]).to_numpy(float)
    fte = headcount["productive_fte"] + headcount["overtime_fte"] + headcount["outsourced_fte"]
    work = phone_hours(headcount["month"], centre) * fte.to_numpy(float)
    return pd.DataFrame({"paid_hours": own, "productive_hours": work}).groupby(queue, sort=False).sum()


def _contacts(headcount, centre, contacts):
    if contacts is None:
        return pd.DataFrame({"contacts": np.nan}, index=headcount["queue"].astype(str).unique())
    answered = driver_quantities(headcount, centre, contacts)
    return answered.groupby("queue", sort=False)["call"].sum().rename("contacts").to_frame()


def _resolution(resolution, queues):
    if resolution is None:
        return np.nan
    told = resolution if isinstance(resolution, dict) else dict.fromkeys(queues, resolution)
    shares = pd.Series({queue: told.get(queue, np.nan) for queue in queues}, dtype=float)
    wrong = shares[(shares < 0) | (shares > 1)]
    if len(wrong):
        raise ValueError(
            f"resolution must be in [0, 1], got {wrong.iloc[0]:g} for {wrong.index[0]} — write 70 % as 0.70"
        )
    return shares


def _ratios(table):
    cost, labour, bought = (table[name].astype(float) for name in ("cost", "labour", "bought"))
    over = {
        "labour_share": (labour, cost),
        "labour_per_paid_hour": (labour - bought, table["paid_hours"]),
        "cost_per_paid_hour": (cost - bought, table["paid_hours"]),
        "cost_per_productive_hour": (cost, table["productive_hours"]),
        "cost_per_contact": (cost, table["contacts"]),
        "cost_per_resolution": (table["told_cost"].astype(float), table["solved"]),
    }
    ratios = {name: top / bottom.astype(float).where(bottom.astype(float) > 0) for name, (top, bottom) in over.items()}
    numbers = {name: table[name].astype(float) for name in ("paid_hours", "productive_hours", "contacts", "resolution")}
    return table.assign(**numbers, **ratios)[list(COLUMNS)]
