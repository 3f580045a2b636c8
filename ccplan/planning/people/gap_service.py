"""What missing people do to service: each queue and month with a share of the agents it requires.

Every interval is taken with share × its required agents; what is not whole is mixed from the whole number below and
the one above, as on days when one more is there and days when not. Nothing is sampled: all intervals of the plan
count. Between two shares of the table service is read off a straight line. Of work that may wait, the service is
the share that is answered by its deadline (see `waiting_service`).
"""

import numpy as np
import pandas as pd

from ...data.given import given_table
from ...queueing.inputs import SHARE_HINT, one_number
from .. import staffing
from ..staffing import given_staffed
from .requirement import month_of, team_of
from .waiting_service import waiting_months

SHARES = (0.0, 0.4, 0.55, 0.7, 0.78, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2, 1.35)
MEASURES = ("service_level", "asa_s", "abandonment", "occupancy")


def service_curves(staffed, centre, *, teams=None, shares=SHARES):
    """Service of each queue (or team) and month where only a share of the required agents is there: a row a share.

    `staffed` is a frame of `staff`, `teams` as in `monthly_requirement`. Returns queue, month, share (agents ÷
    required), offered, service_level (Σ in time ÷ Σ offered), asa_s (of those answered, of live contacts where the
    team has any; inf where the queue grows for ever), abandonment and occupancy. Raises ValueError for shares that
    are not rising numbers from 0 on.

    >>> from ccplan.data import Centre, Queue
    >>> day = pd.DataFrame({"queue": "q", "start": pd.date_range("2026-06-01", periods=2, freq="30min"), "offered": [0.0, 100.0], "aht_s": 180.0})
    >>> from ccplan.planning import staff
    >>> centre = Centre(name="x", queues=(Queue(name="q", patience_s=180),))
    >>> service_curves(staff(day, centre), centre, shares=(0, 0.5, 1))["service_level"].round(2).tolist()
    [0.0, 0.12, 0.8]
    """
    given_table(staffed, "staffed", names=["queue"], times=["start"], numbers=["offered", "aht_s", "agents"])
    if not len(staffed):
        raise ValueError("staffed must hold intervals: without one there is no service to tell")
    shares = _rising(shares)
    given_staffed(staffed, "aht_s")
    team = team_of(staffed, teams)
    parts = [
        _of_queue(rows, centre.queue(name), centre, shares).assign(queue=team[str(name)])
        for name, rows in staffed.groupby("queue", sort=False, observed=True)
    ]
    parts = _answer_times_of_live(parts, [centre.queue(name).deferred for name in staffed["queue"].unique()])
    sums = pd.concat(parts).groupby(["queue", "month", "share"]).sum()
    # A closed month has no calls to serve.
    every = pd.date_range(*month_of(staffed["start"]).agg(["min", "max"]), freq="MS")
    cells = pd.MultiIndex.from_product([sorted(set(team.values())), every, shares], names=sums.index.names)
    sums = sums.reindex(cells, fill_value=0.0)
    with np.errstate(invalid="ignore"):
        table = pd.DataFrame({
            "offered": sums["offered"], "service_level": (sums["in_time"] / sums["offered"]).where(sums["offered"] > 0, 1.0),
            "asa_s": (sums["waited_s"] / sums["answered"]).where(sums["answered"] > 0, np.where(sums["offered"] > 0, np.inf, 0.0)),
            "abandonment": (sums["lost"] / sums["offered"]).where(sums["offered"] > 0, 0.0),
            "occupancy": (sums["busy"] / sums["agents"]).where(sums["agents"] > 0, 0.0),
        })  # fmt: skip
    return table.reset_index()


def service_of(curves, queue, month, share):
    """Service read off the curves at a share of the required agents, arrays alike: a frame of MEASURES.

    A share above the last of the table counts as that last one.
    """
    told = _checked_curves(curves)["share"].to_numpy(float)
    shares = np.unique(told)
    heads = np.flatnonzero(told == shares[0])
    if len(heads) * len(shares) != len(curves) or (told.reshape(-1, len(shares)) != shares).any():
        raise ValueError("curves must hold the same shares for every queue and month, as service_curves makes them")
    cells = _cells(curves["queue"].to_numpy(object)[heads], curves["month"].to_numpy()[heads])
    known = {cell: row for row, cell in enumerate(cells)}
    place = np.array([known.get(cell, -1) for cell in _cells(queue, month)], dtype=int)
    if (place < 0).any():
        missing = int(np.argmax(place < 0))
        raise ValueError(
            f"curves must hold every queue and month of the plan, {list(queue)[missing]} has no {list(month)[missing]:%Y-%m} "
            "— make them with service_curves from the same intervals and teams"
        )
    at = np.clip(np.asarray(share, float), shares[0], shares[-1])
    below = np.minimum(np.searchsorted(shares, at, side="right") - 1, len(shares) - 2)
    part = (at - shares[below]) / (shares[below + 1] - shares[below])
    table = {name: curves[name].to_numpy().reshape(-1, len(shares)) for name in MEASURES}
    return pd.DataFrame({name: _mix(grid[place, below], grid[place, below + 1], part) for name, grid in table.items()})


def _checked_curves(curves):
    return given_table(curves, "curves", keys=["queue"], times=["month"], numbers=["share", *MEASURES])


def _cells(queue, month):
    """(queue, month as a number) one by one: looked up faster than labels of a frame."""
    return zip(map(str, queue), np.asarray(month, dtype="datetime64[M]").astype(int).tolist())


def gap_for_service(curves, service_level):
    """How much of the requirement may be missing so that the month still gives a service level: queue, month,
    allowed_gap.

    `service_level` is a share; allowed_gap may be negative where the requirement itself gives less.
    Raises ValueError for what is no share, and naming queue and month where no share of the curves gives it.
    """
    service_level = one_number("service_level", service_level, high=1.0, hint=SHARE_HINT)
    _checked_curves(curves)
    parts = [
        (queue, month, 1 - _least_share(rows, service_level, queue, month))
        for (queue, month), rows in curves.groupby(["queue", "month"])
    ]
    return pd.DataFrame(parts, columns=["queue", "month", "allowed_gap"])


def _least_share(rows, wanted, queue, month):
    level, share = np.maximum.accumulate(rows["service_level"].to_numpy()), rows["share"].to_numpy()
    if level[-1] < wanted:
        raise ValueError(
            f"{queue}: {month:%Y-%m} cannot give a service level of {wanted:.0%} with up to {share[-1]:.0%} of the "
            f"required agents (it gives {level[-1]:.1%}) — ask for less, or change the queue's targets"
        )
    at = int(np.argmax(level >= wanted))
    return share[0] if at == 0 else float(np.interp(wanted, level[at - 1 : at + 1], share[at - 1 : at + 1]))


def _answer_times_of_live(parts, deferred):
    """Hours of a letter and seconds of a call have no mean that says anything: a team's is that of its live
    contacts.
    """
    live = {part["queue"].iloc[0] for part, waits in zip(parts, deferred, strict=True) if len(part) and not waits}
    return [
        part.assign(answered=0.0, waited_s=0.0) if waits and len(part) and part["queue"].iloc[0] in live else part
        for part, waits in zip(parts, deferred, strict=True)
    ]


def _of_queue(rows, queue, centre, shares):
    """Sums by month and share of one queue's intervals."""
    if queue.deferred:
        return waiting_months(rows, queue, centre, shares)
    rows = rows[rows["offered"] > 0]
    agents = np.multiply.outer(shares, rows["agents"].to_numpy(float))
    low = np.floor(agents + 1e-9)
    part = np.clip(agents - low, 0.0, 1.0)
    below, above = _whole(rows, np.stack([low, low + (part > 0)]), queue, centre)
    mixed = {name: _mix(below[name], above[name], part) for name in below}
    month = month_of(rows["start"]).to_numpy()
    long = pd.DataFrame({name: values.ravel() for name, values in mixed.items()})
    long["share"], long["month"] = np.repeat(shares, len(rows)), np.tile(month, len(shares))
    return long.groupby(["month", "share"], as_index=False).sum()


def _mix(below, above, part):
    """(1 − part) × below + part × above, where nothing of an infinity is no infinity."""
    with np.errstate(invalid="ignore"):
        return np.where(part == 0, below, np.where(part == 1, above, (1 - part) * below + part * above))


def _whole(rows, agents, queue, centre):
    """For whole agents (2, shares, intervals): calls in time, answered, lost, seconds waited; each pair is asked
    once.
    """
    width = agents.max(initial=0) + 1
    pairs, again = np.unique(np.arange(len(rows)) * width + agents, return_inverse=True)
    asked = rows.take((pairs // width).astype(int))
    sums = _sums(asked, pairs % width, queue, centre)
    found = {name: values[again.reshape(agents.shape)] for name, values in sums.items()}
    return tuple({name: values[side] for name, values in found.items()} for side in (0, 1))


def _sums(rows, agents, queue, centre):
    """Calls in time, answered, lost, and seconds waited of each interval with whole agents."""
    calls = rows["offered"].to_numpy(float)
    given = staffing.service_of(queue, calls, rows["aht_s"].to_numpy(float), agents, centre.interval_s)
    answered = calls * (1 - given.abandonment - given.blocking)
    waited = np.where(answered > 0, answered * np.where(answered > 0, given.asa_s, 0.0), 0.0)
    busy = np.where(agents > 0, np.nan_to_num(given.occupancy) * agents, 0.0)
    return {
        "offered": calls,
        "in_time": calls * given.service_level,
        "answered": answered,
        "lost": calls * given.abandonment,
        "waited_s": waited,
        "busy": busy,
        "agents": agents,
    }


def _rising(shares):
    shares = np.asarray(shares, float)
    if (
        shares.ndim != 1
        or len(shares) < 2
        or not np.isfinite(shares).all()
        or shares[0] < 0
        or (np.diff(shares) <= 0).any()
    ):
        raise ValueError(f"shares must be rising numbers from 0 on, two at least, got {shares.tolist()}")
    return shares
