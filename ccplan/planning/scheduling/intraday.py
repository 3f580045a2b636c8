"""The day itself: how the plan was kept so far, what the rest of today needs, and what the people who are there
will give.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ...data.evidence.estimates import WORK
from ...data.given import given_table
from ..forecasting.horizon import same_clock
from ..forecasting.intraday import reforecast
from ..staffing import staff
from .adherence import AWAY, Adherence, adherence
from .breaks import desk_cover
from .day_service import DayModel, day_model, levels_of, totals_of
from .duty_tables import ACTIVITIES, checked, moment_of, seconds_of

GRACE_S = 900  # that somebody may be late before the plan does without


@dataclass(frozen=True, kw_only=True)
class Intraday:
    """A day at `now`: `adherence` so far (an `Adherence`), `away` (agent, why: who is planned and not there), and
    the `rest`: start, offered_before and offered (forecast of the morning and of now), required_before and
    required, planned and there (mean people at their desks by plan, and as things stand), gap (there − required),
    service_planned and service_level (with the calls of now, by the queueing model through the day). `totals` sums
    service up, a row each for the rest as planned and as things stand. `activities` are today's without those who
    are away; `day` is the queue's model.
    """

    now: pd.Timestamp
    queue: str
    adherence: Adherence = field(repr=False)
    away: pd.DataFrame = field(repr=False)
    rest: pd.DataFrame = field(repr=False)
    totals: pd.DataFrame = field(repr=False)
    activities: pd.DataFrame = field(repr=False)
    day: DayModel = field(repr=False)
    required: np.ndarray = field(repr=False)
    words: str = ""


def intraday(activities, forecast, actuals, centre, now, *, queue=None, grace_s=GRACE_S):
    """What the day looks like at `now`: an `Intraday`.

    `activities` are those of the people who serve the queue: agent, start, end, scheduled and, so far, actual;
    `forecast` a QueueForecast of `forecast_queues` or the frame of `forecast`, with aht_s, as it was this morning;
    `actuals` the intervals of today (queue, start, offered); `centre` a `Centre`; `queue` its name (needed where
    there are several). The rest of the day's calls are those of `reforecast`; the requirement is
    `staff(rule="through the day")`, service `predict_day` by quarters of an hour, from what the morning left
    waiting. Who is absent at `now`, or planned and not seen for `grace_s` seconds, is taken to stay away for the
    rest of the day; the others keep the share of their scheduled work that they have kept so far. Raises ValueError
    in words.

    On Monday 14 September 2026 four people of the bundled centre's service teams had called in sick. At eleven this
    told that of the rest of the day 73 % would be answered in time, not the 84 % of the plan; it became 65 %, as
    still more called.

    >>> from ccplan.data import Centre, Queue
    >>> at = pd.Timestamp("2026-10-05 08:00")
    >>> day = pd.DataFrame({"queue": "q", "start": pd.date_range(at, periods=4, freq="30min"), "offered": 4.0, "aht_s": 300,
    ...                     "offered_p10": 2.0, "offered_p90": 6.0})
    >>> team = pd.DataFrame({"agent": ["A", "B"], "start": at, "end": at + pd.Timedelta("2h"), "scheduled": "work", "actual": ["work", "sickness"]})
    >>> found = intraday(team, day, day.head(1).assign(offered=6), Centre(name="x", queues=(Queue(name="q", patience_s=180),)), "2026-10-05 08:30")
    >>> found.away.values.tolist(), found.rest["offered"].round(2).tolist()
    ([['B', 'sickness']], [4.99, 4.49, 4.25])
    >>> found.totals["service_level"].round(2).tolist()   # with two, and with one
    [0.84, 0.51]
    """
    rows = checked(activities, ACTIVITIES, "activities")
    now = moment_of(now, rows["start"])
    given_table(actuals, "actuals", keys=["queue"], times=["start"], numbers=["offered"])
    morning = _morning(forecast, queue, now)
    same_clock(rows["start"], morning["start"], "activities and forecast")
    queue = str(morning["queue"].iloc[0])
    day = _as_it_runs(morning, forecast, actuals, queue, now)
    kept_so_far = adherence(
        rows if "actual" in rows else rows.assign(actual=None), until=now, interval_s=int(centre.interval_s)
    )
    rows = _of_today(rows, morning)
    away = _away(rows, now, grace_s)
    there = _without(rows, away["agent"], now)
    over = seconds_of(day["start"]) + centre.interval_s <= seconds_of(pd.Series([now]))[0]
    model = day_model(day, centre, queue, _kept_by_slot(rows, day, centre, now))
    required = [staff(table, centre, rule="through the day")["agents"].to_numpy() for table in (morning, day)]
    services = [model.service(seen_then(model, rows, table, now)) for table in (rows, there)]
    rest = _rest(day, over, required, model, (rows, there), services)
    totals = pd.DataFrame(
        [
            {"plan": words, **totals_of(one[~over])}
            for words, one in zip(("as planned", "as things stand"), services, strict=True)
        ]
    )
    return Intraday(
        now=now,
        queue=queue,
        adherence=kept_so_far,
        away=away,
        rest=rest,
        totals=totals,
        activities=there,
        day=model,
        required=np.where(over, np.nan, required[1]),
        words=_words(now, kept_so_far, away, rest, totals, centre.queue(queue)),
    )


def _morning(forecast, queue, now):
    """Today's rows of the forecast of one queue."""
    frame = forecast.frame if hasattr(forecast, "frame") else forecast
    given_table(frame, "forecast", names=["queue"], times=["start"], numbers=["offered"])
    names = frame["queue"].astype(str).unique()
    if queue is None and len(names) > 1:
        raise ValueError(f"queue must name one of {', '.join(names)}: people are moved for one queue at a time")
    mine = frame[frame["queue"].astype(str) == (queue or names[0])]
    local = mine["start"].dt.tz_localize(None).dt.normalize()
    today = mine[(local == now.tz_localize(None).normalize()).to_numpy()]
    if not len(today):
        raise ValueError(
            f"forecast must hold the day of now, {now:%Y-%m-%d}, for queue {queue or names[0] if len(names) else queue}"
        )
    return today.sort_values("start").reset_index(drop=True)


def _as_it_runs(morning, forecast, actuals, queue, now):
    """Today's rows with the calls that came, and those that are now expected."""
    mine = actuals[actuals["queue"].astype(str) == queue]
    own = forecast if hasattr(forecast, "frame") else forecast[forecast["queue"].astype(str) == queue]
    fresh = reforecast(own, mine, now).set_index("start")["offered"]
    came = pd.Series(mine["offered"].to_numpy(float), index=pd.DatetimeIndex(mine["start"]))
    start = pd.DatetimeIndex(morning["start"])
    seen = came.reindex(start).to_numpy()
    expected = fresh.reindex(start).to_numpy(float)
    offered = np.where(np.isnan(expected), np.where(np.isnan(seen), morning["offered"].to_numpy(float), seen), expected)
    return morning.assign(offered_before=morning["offered"], offered=offered)


def _of_today(rows, morning):
    """The activities that touch the day."""
    first = moment_of(morning["start"].iloc[0].normalize(), rows["start"])
    touching = (rows["end"] > first) & (rows["start"] < first + pd.DateOffset(days=1))
    return rows[touching.to_numpy()].sort_values(["agent", "start"]).reset_index(drop=True)


def _away(rows, now, grace_s):
    """Who has something planned after `now` and is absent, or should have been seen by now and was not: agent, why."""
    columns = ["agent", "why"]
    if "actual" not in rows:
        return pd.DataFrame(columns=columns)
    planned = rows[rows["scheduled"].notna() & ~rows["scheduled"].isin(AWAY)]
    coming = set(planned[planned["end"] > now]["agent"])
    begun = planned[planned["start"] <= now - pd.Timedelta(seconds=grace_s)]
    seen = rows[rows["actual"].notna() & (rows["start"] < now)]
    last = seen.sort_values("start", kind="stable").drop_duplicates("agent", keep="last").set_index("agent")["actual"]
    found = [(agent, str(last[agent])) for agent in sorted(coming & set(last.index)) if last[agent] in AWAY]
    found += [(agent, "not seen") for agent in sorted((coming & set(begun["agent"])) - set(last.index))]
    return pd.DataFrame(found, columns=columns)


def _without(rows, agents, now):
    """The activities without what these agents had planned after `now`."""
    gone = rows["agent"].isin(agents) & (rows["end"] > now)
    kept = rows[~(gone & (rows["start"] >= now))]
    return kept.assign(end=kept["end"].where(~gone.reindex(kept.index), now)).reset_index(drop=True)


def _kept_by_slot(rows, day, centre, now):
    """1 until `now`, then the share of scheduled work that those who came have kept so far."""
    model = day_model(day, centre, str(day["queue"].iloc[0]))
    share = work_kept(rows, now)
    return np.where(model.slots < seconds_of(pd.Series([now]))[0], 1.0, share)


def work_kept(rows, now):
    """The share of the work scheduled until `now` in which those who are not absent were at work; 1 where nothing
    is known.
    """
    if "actual" not in rows:
        return 1.0
    found = adherence(rows[rows["scheduled"].isin(WORK)], until=now).intervals
    total = found["scheduled_s"].sum()
    return float(found["kept_s"].sum() / total) if total > 0 else 1.0


def seen_then(model, rows, planned, now):
    """People at their desks by slot: until `now` those who were, from then on those who are planned."""
    then = model.cover(planned)
    if "actual" not in rows or not rows["actual"].notna().any():
        return then
    was = model.cover(rows.assign(scheduled=rows["actual"]))
    return np.where(model.slots < seconds_of(pd.Series([now]))[0], was, then)


def _rest(day, over, required, model, tables, services):
    planned, there = (desk_cover(table, day["start"], model.interval_s) for table in tables)
    later = model.kept.reshape(-1, model.per)[:, -1]
    frame = pd.DataFrame({
        "start": day["start"], "offered_before": day["offered_before"], "offered": day["offered"], "required_before": required[0],
        "required": required[1], "planned": planned, "there": there * later, "gap": there * later - required[1],
        "service_planned": levels_of(services[0]), "service_level": levels_of(services[1]),
    })  # fmt: skip
    return frame[~over].reset_index(drop=True)


def _words(now, kept, away, rest, totals, queue):
    calls = rest["offered"].sum() / rest["offered_before"].sum() - 1 if rest["offered_before"].sum() > 0 else np.nan
    told = f"At {now:%H:%M} the rest of the day brings {rest['offered'].sum():,.0f} contacts"
    told += f", {calls:+.0%} of the morning's forecast" if np.isfinite(calls) else ""
    told += f"; {len(away)} planned {'person is' if len(away) == 1 else 'people are'} away"
    told += f", adherence so far is {kept.share:.1%}" if np.isfinite(kept.share) else ""
    level = totals["service_level"].iloc[-1]
    target = queue.targets.service_level
    told += (
        f". As things stand {level:.0%} will be answered in {queue.targets.target_s:g} s" if np.isfinite(level) else ""
    )
    return told + (f" (promised {target:.0%})." if target is not None and np.isfinite(level) else ".")
