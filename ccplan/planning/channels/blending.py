"""Blended agents through a day: work that may wait (outbound, e-mail) done in the quiet of a staffed queue.

Each interval keeps as many agents free for calls as the queue's promise asks for, and lets the others work: see
`queueing.blended`. Each interval is taken by itself, at its own rate, as the stationary rule of `staff` does.
A campaign's pieces are its dials, one agent and one number at a time: idle agents of a blended team are too few
and too uncertain to be dialled ahead for.
"""

import heapq
from dataclasses import asdict
from functools import lru_cache

import numpy as np
import pandas as pd

from ...data.campaigns import Campaign
from ...queueing import Infeasible, best_reserve, blended_service, dialling, required_blended
from ...queueing.blended import missed_target
from ...queueing.inputs import floats, one_of
from ..service.days import local_days
from ..staffing import given_intervals, given_staffed, refuse_deferred, staff

TOLD = ("reserve", "work", "service_level", "asa_s", "abandonment", "occupancy", "work_occupancy")
MOST_ADDED = 10_000  # agents over the intervals of a day


def blend_day(staffed, centre, work):
    """How much other work fits into the idle time of a staffed day, at no loss of the calls' promise.

    `staffed` is a frame of `staff` (queue, start, offered, aht_s, agents); `work` the seconds of a piece, or a
    Campaign, which is dialled in its own hours only, one number at a time. Returns the frame with reserve (agents
    kept free for calls), work (pieces an interval), work_hours (net agent-hours), the calls' service_level,
    asa_s (s), abandonment and occupancy beside the work, work_occupancy (share of the agents' time in it),
    service_alone (without any), kept (whether the promise holds; where even all agents miss it, no work is done) and,
    for a campaign, right_parties reached at the first attempt's rate. Raises ValueError in words, also for queues whose
    contacts may wait or are held together.

    >>> from ccplan.data import Centre, Queue
    >>> centre = Centre(name="Example", queues=(Queue(name="q", patience_s=180),))
    >>> day = pd.DataFrame({"queue": "q", "start": pd.date_range("2026-09-01 08:00", periods=2, freq="30min"),
    ...                     "offered": [60, 100], "aht_s": 300.0})
    >>> blend_day(staff(day, centre).assign(agents=[15, 21]), centre, work=240)[["agents", "reserve", "kept"]].values.tolist()
    [[15, 3, True], [21, 4, True]]
    """
    piece_s, reach = _piece(work)
    frame = _checked(staffed, centre)
    may_work = _in_hours(frame, centre, work)
    told = [
        _quiet(row, centre, piece_s, open_) for row, open_ in zip(frame.itertuples(index=False), may_work, strict=True)
    ]
    result = frame.assign(service_alone=[alone for alone, _, _ in told], **_columns([best for _, best, _ in told]))
    result["kept"] = [kept for _, _, kept in told]
    result["work_hours"] = result["work"] * piece_s / 3600
    if isinstance(work, Campaign):
        result["right_parties"] = result["work"] * reach
    return result.set_index(staffed.index)


def staff_blended(intervals, centre, work, pieces, *, per="day"):
    """Staffed intervals whose blended agents keep the calls' promises and do `pieces` of work each day or interval.

    `intervals` and `centre` as for `staff`, `work` as for `blend_day`; `pieces` a number `per` "day" (of all its
    queues together, whenever it is quiet) or "interval" (each row). By day, agents are added one at a time where
    one does most for the work: few, though not proven fewest. Returns the frame of `staff` with the columns of
    `blend_day`; separate teams stand beside it in `blending_gain`. Raises Infeasible, ValueError in words.
    """
    one_of("per", per, ("day", "interval"))
    pieces = _one_number("pieces", pieces)
    for name in given_intervals(intervals)["queue"].unique():
        _refuse_other(centre.queue(name))
    alone = staff(intervals, centre)
    _piece(work)
    agents = (_each_interval if per == "interval" else _each_day)(alone, centre, work, pieces)
    return blend_day(staff(intervals, centre, agents=agents), centre, work)


def blending_gain(intervals, centre, work, pieces):
    """Blended agents against two separate teams, a row a day that has calls or work.

    Arguments as for `staff_blended`, by day. Returns day, pieces, work_hours (the pieces' bare seconds), inbound_hours
    (of `staff`), team_hours (a level team of whole agents who do the work and nothing else in the same intervals),
    separated_hours (both), blended_hours, saved_hours and saved (share of the separated); all net agent-hours.
    """
    piece_s, _ = _piece(work)
    both, hour = staff_blended(intervals, centre, work, pieces), centre.interval_s / 3600
    alone = staff(intervals, centre)
    days = local_days(both["start"])
    spans = pd.Series(_in_hours(both, centre, work), index=both.index) & ~both.duplicated("start")
    frame = pd.DataFrame({
        "pieces": float(pieces), "work_hours": pieces * piece_s / 3600, "inbound_hours": alone["agents"].groupby(days).sum() * hour,
        "span_hours": spans.groupby(days).sum() * hour, "blended_hours": both["agents"].groupby(days).sum() * hour,
    })  # fmt: skip
    span = frame["span_hours"].where(frame["span_hours"] > 0)
    team = (np.ceil(frame["work_hours"] / span * (1 - 1e-12)) * span).fillna(
        0.0
    )  # no hours to work in: no work, no team
    apart = frame["inbound_hours"] + team
    frame = frame.assign(team_hours=team, separated_hours=apart, saved_hours=apart - frame["blended_hours"])
    return frame.assign(saved=frame["saved_hours"] / apart).drop(columns="span_hours").rename_axis("day").reset_index()


def reserve_curve(calls, aht_s, agents, work_s, queue, *, interval_s=1800):
    """What each reserve gives, from none to all agents: a row a reserve with the fields of `queueing.Blended`.

    `calls` an interval, `aht_s` and `work_s` seconds, `queue` a Queue, whose patience, lines and targets hold. Adds
    kept: whether its targets are met. Raises ValueError for bad input.
    """
    _refuse_other(queue)
    how = dict(
        interval_s=interval_s,
        patience_s=queue.patience_s,
        lines=queue.lines,
        target_s=queue.targets.target_s,
        definition=queue.targets.definition,
    )
    told = [blended_service(calls, aht_s, agents, work_s, reserve, **how) for reserve in range(int(agents) + 1)]
    return pd.DataFrame([asdict(one) | {"kept": not missed_target(one, queue.targets)} for one in told])


def _piece(work):
    """Seconds of an agent for a piece of work, and right parties reached by it."""
    if not isinstance(work, Campaign):
        return _one_number("work", work, open_low=True), np.nan
    mode = "preview" if work.mode == "preview" else "progressive"
    rate = work.contact_rate_of(1)
    alone = dialling(
        1,
        mode,
        contact_rate=rate,
        handle_s=work.handle_s,
        answer_s=work.answer_s,
        no_answer_s=work.no_answer_s,
        preview_s=work.preview_s,
    )
    return 3600 / alone.dials, rate * work.right_party_rate


def _one_number(name, value, **bounds):
    if isinstance(value, (str, bytes)) or np.ndim(value):
        raise ValueError(f"{name} must be one number, got {value!r}")
    return float(floats(name, value, high=1e9, **bounds))


def _checked(staffed, centre):
    given_staffed(staffed, "aht_s")
    agents = floats("agents", staffed["agents"].to_numpy(dtype=float, na_value=np.nan), high=1e6)
    if (agents != agents.astype(int)).any():
        raise ValueError(f"agents must be whole numbers, got {agents[agents != agents.astype(int)][0]:g}")
    offered = floats("offered", staffed["offered"].to_numpy(dtype=float, na_value=np.nan), high=1e12)
    floats("aht_s", staffed["aht_s"].to_numpy(dtype=float, na_value=np.nan)[offered > 0], high=1e12)
    for name in staffed["queue"].unique():
        _refuse_other(centre.queue(name))
    return staffed.reset_index(drop=True).assign(agents=agents.astype(int))


def _refuse_other(queue):
    """Only what is answered at once, one contact at a time, is known beside other work."""
    refuse_deferred(queue, "other work in the quiet of a queue")
    if queue.at_once > 1:
        raise ValueError(
            f"queue {queue.name}: other work in the quiet of a queue is known for one contact at a time only, got "
            f"at_once = {queue.at_once:g} — leave the queue out"
        )


def _in_hours(frame, centre, work):
    """Which intervals the work may be done in: all, or those that begin in a campaign's hours."""
    if not isinstance(work, Campaign) or frame.empty:
        return np.ones(len(frame), dtype=bool)
    free = centre.public_holidays(frame["start"].min() - pd.Timedelta(days=1), frame["start"].max())
    return work.hours.is_open(frame["start"], list(free))


def _columns(found):
    return {name: [getattr(one, name) for one in found] for name in TOLD}


@lru_cache(maxsize=4096)
def _best(calls, aht_s, agents, work_s, queue_of, interval_s):
    """The Blended of the smallest reserve that keeps the targets, None where no reserve does."""
    targets, patience_s, lines = queue_of
    try:
        return best_reserve(
            calls, aht_s, agents, work_s, targets, interval_s=interval_s, patience_s=patience_s, lines=lines
        )
    except Infeasible:
        return None


def _queue_of(centre, name):
    queue = centre.queue(name)
    return queue.targets, queue.patience_s, queue.lines


def _quiet(row, centre, piece_s, may_work):
    """A row's service level with no other work, its Blended, and whether the promise holds."""
    targets, patience_s, lines = queue_of = _queue_of(centre, row.queue)
    aht_s = row.aht_s if row.offered > 0 and row.aht_s > 0 else 1.0
    how = dict(
        interval_s=centre.interval_s,
        patience_s=patience_s,
        lines=lines,
        target_s=targets.target_s,
        definition=targets.definition,
    )
    alone = blended_service(row.offered, aht_s, row.agents, piece_s, row.agents, **how)
    best = _best(float(row.offered), float(aht_s), int(row.agents), piece_s, queue_of, centre.interval_s)
    return alone.service_level, (best if best and may_work else alone), best is not None


def _each_interval(alone, centre, work, pieces):
    piece_s, _ = _piece(work)
    needed = []
    for row, open_ in zip(alone.itertuples(index=False), _in_hours(alone, centre, work), strict=True):
        targets, patience_s, lines = _queue_of(centre, row.queue)
        gain = required_blended(
            row.offered,
            row.aht_s,
            pieces if open_ else 0.0,
            piece_s,
            targets,
            interval_s=centre.interval_s,
            patience_s=patience_s,
            lines=lines,
        )
        needed.append(gain.blended.agents)
    return np.array(needed, dtype=int)


def _each_day(alone, centre, work, pieces):
    agents = alone["agents"].to_numpy().copy()
    may_work = _in_hours(alone, centre, work)
    rows = alone.reset_index(drop=True)
    for day, places in rows.groupby(local_days(rows["start"])).groups.items():
        places = np.array([place for place in places if may_work[place]], dtype=int)
        if pieces > 0 and not len(places):
            raise Infeasible(
                f"no work can be done on {day:%Y-%m-%d}: none of its intervals lies in the campaign's hours"
            )
        agents[places] = _enough(rows.loc[places], agents[places], centre, _piece(work)[0], pieces)
    return agents


def _enough(rows, agents, centre, piece_s, pieces):
    """Agents of a day's rows, with one more at a time where it adds most work, until `pieces` are done."""
    agents, rows = agents.copy(), list(rows.itertuples(index=False))

    def done(place, extra=0):
        row = rows[place]
        aht_s = row.aht_s if row.offered > 0 else 1.0
        found = _best(
            float(row.offered),
            float(aht_s),
            int(agents[place] + extra),
            piece_s,
            _queue_of(centre, row.queue),
            centre.interval_s,
        )
        return found.work if found else 0.0

    work = [done(place) for place in range(len(rows))]
    total = sum(work)
    if total >= pieces * (1 - 1e-12):
        return agents
    gains = [(work[place] - done(place, 1), place) for place in range(len(rows))]
    heapq.heapify(gains)
    for _ in range(MOST_ADDED):
        gain, place = heapq.heappop(gains)
        agents[place] += 1
        total -= gain
        if total >= pieces * (1 - 1e-12):
            return agents
        heapq.heappush(gains, (done(place) - done(place, 1), place))
    raise Infeasible(
        f"{pieces:,.0f} pieces a day take more than {MOST_ADDED:,} agents beyond those for calls: do them on more days"
    )
