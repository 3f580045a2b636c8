"""Live panels: a plain function of numbers → what to show, and the controls made from the same numbers.

`staffing_view` is the plain function; `staffing_panel` puts dials, tiles and charts around it. The
dials' ranges, units, steps and defaults stand once, in `StaffingInputs`.
"""

import dataclasses
import threading
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from ...data.settings import a_share, number, settle
from ...queueing import is_compiled, warm_up
from ...queueing.compiled import SECONDS
from ...queueing.inputs import SHARE_HINT, one_of
from .. import charts, theme
from . import day_charts, week_charts
from ..language import Filled, chosen
from ..rows import records
from ..tables import Words, cornered, plain
from .at_rest import AtRest, played_days, staffed_week
from .standing import Standing
from .week_charts import week_of

NEGLECT = 0.10  # points below the target from which an interval is named
BURNOUT = 0.90  # share of the time on calls, hour after hour, above which people tire and leave


def dial(default, label, unit, low, high, step, *, group, check, says, scale=1):
    """A dataclass field that carries its range on screen, label, unit, step and rule.

    `slider` is the range of the dial in the field's own unit; what is shown is the value × `scale`.
    """
    known = {"label": label, "unit": unit, "slider": (low, high), "step": step, "scale": scale,
             "group": group, "check": check, "says": says}
    return dataclasses.field(default=default, metadata=known)


def switch(default, label, *, beside):
    """A dataclass field that switches the dial of the name `beside` on and off."""
    return dataclasses.field(default=default, metadata={"label": label, "beside": beside})


RULES = {  # as the panel words it: rule and meet of `staff`
    "each interval by itself": ("stationary", "every"),
    "lagged by a handle time": ("lagged", "every"),
    "by the calls in hand (offered load)": ("offered load", "every"),
    "through the day: every interval": ("through the day", "every"),
    "through the day: 95 % of intervals": ("through the day", 0.95),
    "through the day: the day as a whole": ("through the day", "day"),
}
ALONE = next(iter(RULES))


@dataclass(frozen=True, kw_only=True)
class StaffingInputs:
    """What a manager can turn: seconds and shares 0–1; the metadata makes and checks the dials.

    Raises ValueError naming every value that is out of range.

    >>> StaffingInputs().service_level
    0.8
    >>> StaffingInputs(shrinkage=30)
    Traceback (most recent call last):
    ValueError: shrinkage must be in [0, 1), got 30 — write 30 % as 0.30
    """

    volume: float = dial(0.0, "Volume, change", "%", -0.30, 0.50, 0.01, scale=100, group="demand",
                         check=number(low=-1, open_low=True, hint=SHARE_HINT),
                         says="calls offered against the day's own number")
    aht_s: float = dial(300.0, "Handle time, mean of the day (its profile is scaled)", "s", 60, 1200, 5,
                        group="demand", check=number(open_low=True, open_high=True),
                        says="talk, hold and after-call work per answered call; every interval moves alike")
    patience_s: float = dial(120.0, "Patience, mean", "s", 15, 600, 5, group="demand",
                             check=number(open_low=True),
                             says="how long a caller would wait before hanging up")
    hang_up: bool = switch(True, "callers hang up (Erlang A); off: Erlang C", beside="patience_s")
    service_level: float = dial(0.80, "Service target", "%", 0.50, 0.99, 0.01, scale=100, group="service target",
                                check=a_share(), says="share of the calls offered that is answered in time")
    target_s: float = dial(20.0, "Answered within", "s", 5, 300, 5, group="service target",
                           check=number(open_high=True), says="the threshold of the service target")
    max_occupancy: float = dial(0.85, "Occupancy cap", "%", 0.60, 0.95, 0.01, scale=100, group="people",
                                check=a_share(), says="largest share of the time on the phones spent on calls")
    cap: bool = switch(True, "the cap applies", beside="max_occupancy")
    shrinkage: float = dial(0.30, "Shrinkage", "%", 0.0, 0.60, 0.01, scale=100, group="people",
                            check=a_share(open_high=True),
                            says="share of paid time not on the phones: leave, sickness, breaks, training")
    rule: str = dataclasses.field(default=ALONE, metadata={"check": lambda name, value: one_of(name, value, tuple(RULES))})

    def __post_init__(self):
        settle(self)


# ------------------------------------------------------------------------------- what a day comes to


def total(label, says, form, better=0):
    """A dataclass field that carries how its tile is worded; `better` is +1 where more is better."""
    return dataclasses.field(metadata={"label": label, "says": says, "form": form, "better": better})


@dataclass(frozen=True, kw_only=True)
class DayTotals:
    """What a staffed day comes to: people at the peak, service as ratios of sums, money."""

    agents: int = total("On the phones (net), peak", "most agents needed on the phones at once", "count")
    scheduled: int = total("Scheduled, incl. shrinkage (gross), peak", "net agents ÷ (1 − shrinkage)", "count")
    fte: float = total("FTE at work that day (gross)",
                       "scheduled hours ÷ hours of a full-time day, a fifth of the weekly hours", "number")
    cost: float = total("Cost of the day", "scheduled hours × loaded hourly cost", "money", -1)
    cost_per_contact: float = total("Cost per answered call", "cost of the day ÷ Σ answered", "coins", -1)
    service_level: float = total("Service level, each interval by itself", "Σ answered within the threshold ÷ Σ "
                                 "offered, by the stationary formula", "share", 1)
    given: float = total("Service level, the day as a whole", "Σ answered within the threshold ÷ Σ offered, the day "
                         "solved as a whole: callers and calls in hand carry over", "share", 1)
    asa_s: float = total("ASA, mean wait of the answered", "Σ waits of the answered ÷ Σ answered", "seconds", -1)
    abandonment: float = total("Abandonment", "Σ abandoned ÷ Σ offered", "share", -1)
    occupancy: float = total("Occupancy", "Σ time on calls ÷ Σ time on the phones", "share")


@dataclass(frozen=True)
class StaffingView:
    """What the staffing panel shows for its inputs.

    `day` is the staffed day (a row an interval, with `promised` and `given` service, each interval by
    itself and the day as a whole, and `rostered` net agents where the data has them),
    `totals` the tiles, `curve` the service around the requirement at the peak, `warnings` sentences.
    """

    inputs: StaffingInputs
    day: pd.DataFrame
    totals: DayTotals
    curve: pd.DataFrame
    warnings: tuple
    currency: str = ""

    def answer(self):
        """The day's answer in a paragraph: people net and gross, when, service and cost."""
        return Words(" ".join(_answer(self)))

    def frame(self):
        """The tiles as a table: a row a number, in words as shown."""
        rows = [(f.metadata["label"], shown(getattr(self.totals, f.name), f.metadata["form"], self.currency))
                for f in fields(DayTotals)]
        return cornered(pd.DataFrame(rows, columns=["number", "value"]).set_index("number"))


def staffing_view(day, inputs, centre, *, through=True):
    """One queue's day staffed for `inputs`: the plain function behind the panel's dials.

    `day` holds queue, start, offered and aht_s (seconds) of one queue and day, and `agents`, the net
    agents rostered, where known; see `queue_day`. `centre` gives what the inputs leave open: lines, costs,
    interval. `through=False` leaves out what the day as a whole gives. Raises Infeasible where no number of agents meets the targets, ValueError for a day without
    calls.
    """
    from ...planning.staffing import refuse_deferred

    refuse_deferred(centre.queue(day["queue"].iloc[0]), "one day by itself")
    if not day["offered"].sum() > 0:
        raise ValueError("no calls were offered on this day, so there is nobody to plan for")
    asked = _centre_asked(centre, day["queue"].iloc[0], inputs)
    staffed = _staffed(_day_asked(day, inputs), asked, *RULES[inputs.rule], through)
    if "agents" in day:
        staffed["rostered"] = day["agents"].to_numpy(float)
    return StaffingView(inputs, staffed, _totals(staffed), _curve(staffed, asked),
                        tuple(_warnings(staffed, asked, inputs.rule)), centre.currency)


def _staffed(calls, centre, rule, meet, through):
    """The staffed day, with service promised (each interval by itself) and given (the day as a whole)."""
    from ...planning.staffing import staff

    plan = staff(calls, centre, rule=rule, meet=meet).reset_index(drop=True)
    if rule != "stationary":
        alone = staff(calls, centre, agents=plan["agents"].to_numpy())["service_level"].to_numpy()
        given = np.nan if centre.queues[0].at_once > 1 else plan["service_level"]  # chats keep the formula by whatever rule
        return plan.assign(promised=alone, given=given, service_level=alone)
    return plan.assign(promised=plan["service_level"], given=_given(plan, centre) if through else np.nan)


def _given(staffed, centre):
    """The service of each interval with the day solved as a whole; nan where lines are limited or
    contacts held together, which that cannot tell."""
    from ...queueing import predict_day

    queue, (calls, aht_s, agents) = centre.queues[0], staffed[["offered", "aht_s", "agents"]].to_numpy(float).T
    if np.isfinite(queue.lines) or queue.at_once > 1:
        return np.nan
    told = predict_day(calls, aht_s, agents, interval_s=centre.interval_s, patience_s=queue.patience_s,
                       target_s=queue.targets.target_s, definition=queue.targets.definition)
    return told["service_level"].to_numpy()


def _answer(view):
    day, totals, inputs = view.day, view.totals, view.inputs
    peak = day.loc[day["agents"].idxmax(), "start"]
    yield (f"**On {charts.long_date(peak)} the queue {plain(day['queue'].iloc[0])} needs up to {totals.agents} agents on "
           f"the phones (net), at {peak:%H:%M}; that is {totals.scheduled} scheduled, incl. {inputs.shrinkage:.0%} "
           "shrinkage (gross).**")
    yield (f"The day costs {shown(totals.cost, 'money', view.currency)}, or "
           f"{shown(totals.cost_per_contact, 'coins', view.currency)} an answered call, and answers "
           f"{totals.service_level:.0%} of calls within {inputs.target_s:g} seconds"
           + ("." if np.isnan(totals.given) else f" by the formula, {totals.given:.0%} when the day is solved as a whole."))
    fewer = view.curve[view.curve["agents"] == totals.agents - 1]
    if len(fewer):
        yield f"One agent fewer in the busiest interval would answer {fewer['service_level'].iloc[0]:.0%}."


def queue_day(intervals, queue="", date="", *, centre=None):
    """The rows of one queue on one local date as queue, start, offered, aht_s and, where known, agents.

    `intervals` is the table of that name, or a forecast with aht_s; an interval in which nobody was
    answered takes the day's mean handle time. Without a queue it is the largest (with a `centre`, of those that may not
    wait), without a date the busiest of its last four weeks. Where the table has no handle times, `centre` gives the queue's own.
    Raises ValueError where there are no rows.
    """
    from ...planning.service.days import busiest_day

    if queue and queue not in set(intervals["queue"]):
        raise ValueError(f"queue must be one of {', '.join(map(str, intervals['queue'].unique()))}, got {queue!r}")
    if not (queue and date):
        live = [one.name for one in centre.queues if not one.deferred] if centre else intervals["queue"].unique()
        mine = intervals[intervals["queue"].isin(live)]
        top = busiest_day(intervals if queue or mine.empty else mine, queue)
        queue, date = top["queue"], date or top["day"]
    mine = intervals[(intervals["queue"] == queue)]
    return _tidy_day(mine[mine["start"].dt.date == pd.Timestamp(date).date()], queue, date, centre)


def _tidy_day(rows, queue, date, centre=None):
    if rows.empty:
        raise ValueError(f"{queue} has no intervals on {charts.long_date(pd.Timestamp(date))}: "
                         "the queue is closed or the data has a gap")
    from ...planning.staffing import handle_times

    rows = rows.sort_values("start", ignore_index=True)
    day = rows[["queue", "start", "offered"]].assign(aht_s=handle_times(rows))
    if centre is not None:
        day["aht_s"] = day["aht_s"].fillna(centre.queue(queue).aht_s)
    return day.join(rows[[name for name in ("agents",) if name in rows and rows[name].notna().all()]])


def mean_aht(day):
    """The day's mean handle time, seconds: each interval weighs as many calls as it was offered."""
    return float(np.average(day["aht_s"], weights=day["offered"]))


def start_inputs(day, centre):
    """The StaffingInputs that describe the day and the centre as they are; where a setting is not in
    use (no patience, no cap), its dial stands at the usual figure and is switched off."""
    queue = centre.queue(day["queue"].iloc[0])
    targets, usual = queue.targets, StaffingInputs()
    patient, capped = np.isinf(queue.patience_s), targets.max_occupancy is not None
    return StaffingInputs(
        aht_s=mean_aht(day), target_s=targets.target_s, shrinkage=centre.shrinkage.total,
        service_level=usual.service_level if targets.service_level is None else targets.service_level,
        patience_s=usual.patience_s if patient else queue.patience_s, hang_up=not patient,
        max_occupancy=targets.max_occupancy if capped else usual.max_occupancy, cap=capped)


def _centre_asked(centre, name, inputs):
    """The centre with one queue, its targets, patience and shrinkage as the inputs say."""
    queue = centre.queue(name)
    targets = dataclasses.replace(queue.targets, service_level=inputs.service_level, target_s=inputs.target_s,
                                  max_occupancy=inputs.max_occupancy if inputs.cap else None)
    patience_s = inputs.patience_s if inputs.hang_up else np.inf
    queue = dataclasses.replace(queue, targets=targets, patience_s=patience_s)
    shrinkage = dataclasses.replace(centre.shrinkage, external={}, internal={"all causes": inputs.shrinkage}, by_month={})
    return dataclasses.replace(centre, queues=(queue,), shrinkage=shrinkage)


def _day_asked(day, inputs):
    """The day's calls and handle times moved as the inputs say; the shapes through the day stay."""
    return day[["queue", "start"]].assign(
        offered=day["offered"] * (1 + inputs.volume), aht_s=day["aht_s"] * (inputs.aht_s / mean_aht(day)))


def _totals(staffed):
    """Ratios of sums in plain arrays: frames of frames would cost as much as the queue itself."""
    day = {name: staffed[name].to_numpy(float) for name in TOTALLED}
    answered = day["offered"] * (1 - day["abandonment"])
    return DayTotals(
        agents=int(day["agents"].max()), scheduled=int(day["scheduled"].max()), fte=float(day["fte"].sum() * 5),
        cost=float(day["cost"].sum()), cost_per_contact=_ratio(day["cost"], answered),
        service_level=_ratio(day["service_level"] * day["offered"], day["offered"]),
        given=np.nan if np.isnan(day["given"]).all() else _ratio(day["given"] * day["offered"], day["offered"]),
        asa_s=_ratio(day["asa_s"] * answered, answered),
        abandonment=_ratio(day["abandonment"] * day["offered"], day["offered"]),
        occupancy=_ratio(day["occupancy"] * day["agents"], day["agents"]))


TOTALLED = ("offered", "agents", "scheduled", "fte", "cost", "service_level", "given", "asa_s", "abandonment",
            "occupancy")


def _ratio(top, bottom):
    """Ratio of sums; an interval without a share (no calls, nobody there) adds nothing."""
    return float(np.nansum(top) / np.nansum(bottom))


def _curve(staffed, centre):
    """The service of a few agents more and fewer in the busiest interval."""
    from ...planning import around_requirement

    peak, queue = staffed.loc[staffed["load"].idxmax()], centre.queues[0]
    hours = centre.interval_s / 3600 / (1 - centre.shrinkage.total)
    curve = around_requirement(peak["offered"], peak["aht_s"], queue.targets, interval_s=centre.interval_s,
                               patience_s=queue.patience_s, lines=queue.lines, at_once=queue.at_once, slowdown=queue.slowdown)
    return curve.assign(cost=curve["agents"] * hours * centre.costs.loaded_hourly_cost, at=peak["start"])


# ------------------------------------------------------------------------------ warnings, in words


def _warnings(staffed, centre, rule):
    yield from _tired(staffed)
    yield from _broken_promises(staffed) if rule == ALONE else ()
    yield from _neglected(staffed, centre.queues[0].targets)
    if "rostered" in staffed and staffed["rostered"].notna().all():
        yield from _roster_warnings(staffed, centre)
    if centre.shrinkage.total >= 0.45:
        yield (f"Shrinkage of {centre.shrinkage.total:.0%} leaves less than {1 - centre.shrinkage.total:.0%} of paid "
               "time on the phones: check that no cause is counted twice.")


def _tired(staffed):
    busiest = staffed.loc[staffed["occupancy"].idxmax()]
    if busiest["occupancy"] > BURNOUT:
        yield (f"Occupancy reaches {busiest['occupancy']:.0%} at {busiest['start']:%H:%M}: above {BURNOUT:.0%} "
               "hour after hour burns people out, and they leave.")


def _broken_promises(staffed):
    """Where the day gives notably less than the formula promises."""
    less = (staffed["promised"] - staffed["given"]).where(staffed["offered"] > 0)
    notable = less > day_charts.NOTABLE
    if notable.any():
        worst = staffed.loc[less.idxmax()]
        yield (f"Promised and given part by more than {100 * day_charts.NOTABLE:g} points in {notable.sum()} of "
               f"{(staffed['offered'] > 0).sum()} intervals: at {worst['start']:%H:%M} the formula promises {worst['promised']:.0%}, the day "
               f"gives {worst['given']:.0%}.")


def _neglected(staffed, targets):
    """The hours that a day as a whole leaves to themselves."""
    level = staffed["given"].where(staffed["offered"] > 0)
    if (level < targets.service_level - NEGLECT).any():
        worst = staffed.loc[level.idxmin()]
        yield (f"{(level < targets.service_level - NEGLECT).sum()} of {level.notna().sum()} intervals are given more than {100 * NEGLECT:g} points less "
               f"than the target of {targets.service_level:.0%}: at {worst['start']:%H:%M} it is {worst['given']:.0%}.")


def _roster_warnings(staffed, centre):
    targets, now = centre.queues[0].targets, _service_of_roster(staffed, centre)
    service = _ratio(now.service_level * staffed["offered"].to_numpy(), staffed["offered"])
    if service < targets.service_level:
        yield (f"The roster as it stands would answer {service:.0%} within {targets.target_s:g} s; "
               f"the target is {targets.service_level:.0%}.")
    cap = targets.max_occupancy or BURNOUT
    over = int(np.sum(now.occupancy > cap + 1e-12))
    if over:
        yield (f"With the roster as it stands, people are on calls more than {cap:.0%} of the time in "
               f"{over} of {len(staffed)} intervals: above the cap burns people out.")


def _service_of_roster(staffed, centre):
    from ...planning.staffing import service_of

    queue, (calls, aht_s, agents) = centre.queues[0], staffed[["offered", "aht_s", "rostered"]].to_numpy(float).T
    whole = np.isfinite(queue.lines) or queue.at_once > 1  # with limited lines, or chats in hand, people come whole
    return service_of(queue, calls, aht_s, np.floor(agents) if whole else agents, centre.interval_s)


# ------------------------------------------------------------------------------------ how it is said


def shown(value, form, currency=""):
    """A number as its tile says it: `form` is count, number, share, seconds, money or coins.

    >>> shown(0.8125, "share"), shown(4020.4, "money", "EUR"), shown(float("inf"), "seconds")
    ('81.2%', 'EUR 4,020', 'no end')
    """
    if np.isnan(value):
        return "–"
    if np.isinf(value):
        return "no end"
    prefix = f"{currency} " if currency else ""
    return {"count": f"{value:,.0f}", "number": f"{value:,.1f}", "share": f"{value:.1%}", "seconds": f"{value:,.1f} s",
            "money": f"{prefix}{value:,.0f}", "coins": f"{prefix}{value:,.2f}"}[form]


def change(now, then, form, better):
    """(words, tone) for a number against the baseline's; tone is better, worse or same.

    >>> change(34, 31, "count", -1)
    ('+3', 'worse')
    >>> change(0.81, 0.81, "share", 1)
    ('as before', 'same')
    """
    scale, unit = {"share": (100, " points"), "seconds": (1, " s")}.get(form, (1, ""))
    gap = (now - then) * scale
    words = shown(abs(gap), {"share": "number", "seconds": "number"}.get(form, form)) + unit
    if not np.isfinite(gap) or not words.strip("0., points"):
        return ("" if np.isnan(gap) and now != then else "as before"), "same"
    tone = "same" if better == 0 else ("better" if gap * better > 0 else "worse")
    return ("+" if gap > 0 else "−") + words, tone


# --------------------------------------------------------------------------------------- the panel


def staffing_panel(folder_or_intervals, centre=None, *, queue=None, day=None, folder=None, language=None):
    """A live staffing panel: turn demand, service target or people and see what it does.

    `folder_or_intervals` is a centre's folder or an `intervals` table (then `centre` is needed);
    `queue` and `day` (local date) are where it opens, else the first queue and its last day with calls. `folder` is where
    scenarios are opened and saved (left out: the centre's folder, or nowhere for a table). `language` is a code such
    as "fi" (left out: CCPLAN_LANGUAGE, then what centre.toml says, then English).
    Returns a widget. Raises ValueError where the folder, queue or day cannot be used.
    """
    from ..panels.tools import equipped

    if not isinstance(folder_or_intervals, pd.DataFrame):
        from ...data import load_centre, load_intervals

        folder = folder or folder_or_intervals
        centre = centre or load_centre(folder_or_intervals)
        folder_or_intervals = load_intervals(folder_or_intervals, centre).frame
    desk = _Desk(folder_or_intervals, centre)
    desk.go(queue or next(iter(desk.days), ""), day)
    return equipped(desk, folder, stem="staffing", language=chosen(language, centre))


class _Desk(Standing):
    """What a panel remembers: the data, where it stands, and the pinned inputs."""

    panel = "staffing"

    def __init__(self, intervals, centre):
        self.centre = centre
        known = [queue.name for queue in centre.queues if not queue.deferred and (intervals["queue"] == queue.name).any()]
        by_queue = {name: intervals[intervals["queue"] == name] for name in known}
        self.days = {name: dict(list(rows.groupby(rows["start"].dt.date))) for name, rows in by_queue.items()}
        self.before, self.baselines, self.compiler, self.rests, self.view, self.compared_totals = {}, {}, None, {}, None, {}

    def go(self, queue, day=None):
        """Open a queue and a day; the dials then stand at what the day and the centre really are."""
        if queue not in self.days:
            waits = any(one.name == queue and one.deferred for one in self.centre.queues)
            raise ValueError(f"queue must be one of {', '.join(self.days) or 'none'}, got {queue!r}"
                             + (" — work that may wait is no matter of one day: plan it with plan_deferred" if waits else ""))
        date = pd.Timestamp(day).date() if day else _last_day(self.days[queue])
        rows = self.days[queue].get(date, pd.DataFrame())
        self.day = _tidy_day(rows, queue, date, self.centre)
        self.queue, self.date = queue, date
        self.start = self.inputs = self.pinned = start_inputs(self.day, self.centre)

    def answer(self, message):
        """What to show for a message of the browser, as plain JSON values."""
        settings, faults, words = {}, {}, []
        if message.get("action") == "rest" and not self._compiling() and not self._rested().go_on():
            return STILL | {"seq": message["seq"]}
        try:
            settings, faults = self._take(message)
            shown_now = self._show()
        except ValueError as problem:
            words, shown_now = [_sentence(problem)], {}
        if faults or not shown_now:
            shown_now = {**self.before, "charts": None, "warnings": words or list(faults.values()), "unsettled": 0}
        else:
            self.before = shown_now
        return {"seq": message["seq"], "now": self._settings(), "settings": settings or None, "faults": faults, **shown_now}

    def layout(self):
        """What is drawn once: dials from the inputs' metadata, tiles from the totals', charts."""
        groups = {}
        for field in dial_fields():
            groups.setdefault(field.metadata["group"], []).append(self._dial(field))
        return {
            "title": Filled("{centre}: how many people, and what each choice does", centre=self.centre.name),
            "groups": [{"label": name.capitalize(), "dials": dials} for name, dials in groups.items()],
            "pickers": self._pickers(), "actions": ACTIONS, "charts": chart_places(),
            "tiles": [{"name": f.name, "label": f.metadata["label"], "says": f.metadata["says"]}
                      for f in fields(DayTotals)],
        }

    def _pickers(self):
        dates = [date for days in self.days.values() for date in days]
        return [{"name": "queue", "label": "Queue", "options": list(self.days)},
                {"name": "day", "label": "Day", "low": min(dates).isoformat(), "high": max(dates).isoformat()},
                {"name": "rule", "label": "Staffed", "options": list(RULES), "words": list(RULES)}]

    def _dial(self, field):
        known = field.metadata
        low, high = self._range(field)
        beside = [f for f in fields(StaffingInputs) if f.metadata.get("beside") == field.name]
        return {"name": field.name, "label": known["label"], "unit": known["unit"], "says": known["says"],
                "low": low, "high": high, "step": _plain(known["step"] * known["scale"]),
                "switch": {"label": beside[0].metadata["label"]} if beside else None}

    def _range(self, field):
        """The dial's range as shown; a centre whose own figure lies outside widens it."""
        low, high = field.metadata["slider"]
        own = getattr(self.start, field.name)
        scale = field.metadata["scale"]
        return _plain(min(low * scale, np.floor(own * scale))), _plain(max(high * scale, np.ceil(own * scale)))

    def _take(self, message):
        """(settings for the browser, faults by dial) after taking in what the user did."""
        if "dials" not in message:
            return self._settings(), {}
        place = {name: message["pickers"][name] for name in ("queue", "day")}
        if place != {"queue": self.queue, "day": self.date.isoformat()}:
            self._move(**place)
            return self._settings(), {}
        if message["action"] == "reset":
            self.inputs = self.pinned = self.start
            return self._settings(), {}
        inputs, faults = self._read(message["dials"], message["switches"], message["pickers"]["rule"])
        self.inputs = inputs or self.inputs
        if message["action"] == "pin" and inputs:
            self.pinned = inputs
        return {}, faults

    def _move(self, queue, day):
        """Go elsewhere; on another day of the same queue what the user chose stays chosen."""
        chosen, start, same = (self.inputs, self.pinned), self.start, queue == self.queue
        self.go(queue, _date(day))
        if same:
            self.inputs, self.pinned = (_carried(inputs, start, self.start) for inputs in chosen)

    def _read(self, dials, switches, rule):
        values, faults = {}, {}
        for field in dial_fields():
            try:
                values[field.name] = self._value(dials[field.name], field)
            except ValueError as problem:
                faults[field.name] = str(problem)
        on = {f.name: bool(switches[f.metadata["beside"]]) for f in fields(StaffingInputs) if "beside" in f.metadata}
        return (None, faults) if faults else (StaffingInputs(**values, **on, rule=rule), {})

    def _value(self, text, field):
        """What a dial's text means; one that still shows what was set keeps its exact value."""
        if str(text) == str(_dialled(self.inputs, field)):
            return getattr(self.inputs, field.name)
        return read_dial(text, field, self._range(field))

    def _settings(self):
        dials = {f.name: _dialled(self.inputs, f) for f in dial_fields()}
        switches = {f.metadata["beside"]: getattr(self.inputs, f.name)
                    for f in fields(StaffingInputs) if "beside" in f.metadata}
        return {"dials": dials, "switches": switches,
                "pickers": {"queue": self.queue, "day": self.date.isoformat(), "rule": self.inputs.rule}}

    def _show(self):
        compiling = self._compiling()
        if compiling and self.inputs.rule != ALONE:
            raise ValueError(compiling)
        view = self.view = staffing_view(self.day, self.inputs, self.centre, through=not compiling)
        baseline, rested = None if self.inputs == self.pinned else self._baseline(), self._rested()
        return {"tiles": tiles(view.totals, baseline, self.centre.currency), "against": self._against(),
                "warnings": [*view.warnings, *self._short_history(), *([compiling] if compiling else [])],
                "says": [*one_more(view), *([rested.played.words(self.inputs.service_level)] if rested.played else [])],
                "charts": chart_data(view, rested, self.date), "unsettled": WAIT_MS if compiling else 0 if rested.done else REST_MS}

    def _rested(self):
        """What is worked out when the hand rests, for what is set; the latest few are kept, for undo."""
        key = (self.queue, self.date, self.inputs)
        if key not in self.rests:
            self.rests = dict(list(self.rests.items())[-KEPT:]) | {key: AtRest(self._week(), self._played())}
        return self.rests[key]

    def settle(self):
        """Work out at once what would follow when the hand rests."""
        while not self._compiling() and not self._rested().go_on():
            pass

    def _week(self):
        """The staffed days of the week, one at a time, moved as the dials move the day."""
        asked, inputs, (rule, meet) = _centre_asked(self.centre, self.queue, self.inputs), self.inputs, RULES[self.inputs.rule]
        factor = inputs.aht_s / mean_aht(self.day)
        from ...planning.staffing import staff

        rows = (_tidy_day(self.days[self.queue][date], self.queue, date, self.centre) for date in week_of(self.date) if date in self.days[self.queue])
        moved = (day[["queue", "start"]].assign(offered=day["offered"] * (1 + inputs.volume), aht_s=day["aht_s"] * factor) for day in rows)
        return staffed_week(moved, lambda day: staff(day, asked, rule=rule, meet=meet))

    def _played(self):
        view = self.view
        asked = _centre_asked(self.centre, self.queue, self.inputs)
        yield from played_days(view.day if view and view.inputs == self.inputs else
                               staffing_view(self.day, self.inputs, self.centre, through=False).day, asked.queues[0], asked.interval_s)

    def _short_history(self):
        """A warning where the data of the queue is too short to know its weeks."""
        dates = list(self.days[self.queue])
        weeks = ((max(dates) - min(dates)).days + 1) / 7
        if weeks < FEW_WEEKS:
            yield (f"History is too short: the data of {self.queue} spans {weeks:.0f} weeks, and with fewer than {FEW_WEEKS} one odd day "
                   "looks like a pattern. Take what is shown as one day, not as a usual one.")

    def _compiling(self):
        """What to say while the equations of the day are compiled, beside the panel; nothing once they are."""
        if is_compiled():
            return ""
        if self.compiler is None:
            self.compiler = threading.Thread(target=warm_up, daemon=True)
            self.compiler.start()
        return (f"The equations of the day are being compiled, once, which takes about {SECONDS} seconds; what the day as a whole "
                "gives is shown from the next move of a dial after that.")

    def _baseline(self):
        """What the pinned inputs come to; None where they cannot be met. Worked out once for each pin."""
        key = (self.queue, self.date, self.pinned)
        if key not in self.baselines:
            self.baselines = {key: self._pinned_totals()}
        return self.baselines[key]

    def _pinned_totals(self):
        try:
            return staffing_view(self.day, self.pinned, self.centre, through=is_compiled()).totals
        except ValueError:
            return None

    def _against(self):
        return f"Changes are against {self._baseline_words()}.{also_promised(self.centre.queue(self.queue).targets)}"

    def _baseline_words(self):
        if self.pinned == self.start:
            return "the day as it is, staffed to the centre's own targets"
        turned = [f"{f.metadata['label'].split(',')[0].lower()} {_dialled(self.pinned, f):g}"
                  f" {f.metadata['unit']}" for f in dial_fields()
                  if getattr(self.pinned, f.name) != getattr(self.start, f.name)]
        turned += [f"staffed {self.pinned.rule}"] if self.pinned.rule != self.start.rule else []
        return f"the pinned scenario ({', '.join(turned) or 'switches'})"


FEW_WEEKS = 8  # of data, below which a weekday has been seen too seldom to be told from chance
REST_MS, WAIT_MS, KEPT = 350, 1500, 6  # after which a hand rests; while something is compiled; settings whose week and played days are kept
STILL = {"still": True, "unsettled": 10}  # the answer of a slice of work: nothing new to paint, ask again
ACTIONS = [{"name": "pin", "label": "Pin", "says": "compare everything that follows with what is shown now"},
           {"name": "reset", "label": "Reset", "says": "back to the day and the centre as they are"}]


def _dialled(inputs, field):
    """The number that a dial shows: in the dial's unit, to one decimal."""
    return _plain(round(getattr(inputs, field.name) * field.metadata["scale"], 1))


def also_promised(targets):
    """The promises of a queue that have no dial and stay in force, in words.

    >>> from ccplan.queueing import Targets
    >>> also_promised(Targets(max_abandonment=0.05))
    ' Kept besides, as the centre promises: abandonment at most 5%.'
    """
    kept = {"mean wait of the answered at most": (targets.max_asa_s, " s"), "abandonment at most":
            (targets.max_abandonment, "%"), "blocking at most": (targets.max_blocking, "%")}
    words = [f"{name} {limit * (100 if unit == '%' else 1):g}{unit}" for name, (limit, unit) in kept.items()
             if limit is not None]
    return f" Kept besides, as the centre promises: {', '.join(words)}." if words else ""


def dial_fields():
    """The fields of StaffingInputs that have a dial."""
    return [field for field in fields(StaffingInputs) if "slider" in field.metadata]


def read_dial(text, field, shown_range):
    """The value that a dial's text means, in the field's own unit; ValueError in words if it means none."""
    label, unit, scale = (field.metadata[key] for key in ("label", "unit", "scale"))
    name, (low, high) = label.split(",")[0], shown_range
    try:
        value = float(text)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a number, in {unit}.") from None
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low:g} and {high:g} {unit}, got {value:g}.")
    return round(value / scale, 10)


def tiles(totals, baseline, currency):
    """The tiles' words by name: value, change against the baseline, tone of the change."""
    return {f.name: _tile(f.metadata, getattr(totals, f.name), getattr(baseline, f.name, np.nan), currency)
            for f in fields(DayTotals)}


def _tile(known, now, then, currency):
    words, tone = change(now, then, known["form"], known["better"])
    return {"value": shown(now, known["form"], currency), "delta": words, "tone": tone}


def chart_places():
    """The panel's charts as drawn once: an empty live specification, a note, a key of direct words."""
    import altair as alt

    frame = {"width": "container", "autosize": alt.AutoSizeParams(type="fit-x", contains="padding")}
    day = charts.requirement_layers(alt.NamedData("day")).properties(height=260, **frame)
    curve = charts.curve_layers(alt.NamedData("curve")).properties(height=220, **frame)
    service = day_charts.service_layers(alt.NamedData("service"), band=True).properties(height=220, **frame)
    week = week_charts.week_layers(alt.NamedData("week")).properties(height=alt.Step(18), **frame)
    return [{"name": "day", "spec": theme.themed(day), "note": "agents through the day", "key": DAY_KEY},
            {"name": "service", "spec": theme.themed(service), "note": "share of calls answered in time", "key": SERVICE_KEY},
            {"name": "curve", "spec": theme.themed(curve), "key": CURVE_KEY,
             "note": "service level in the busiest interval by itself, with more or fewer agents on the phones (net)"},
            {"name": "week", "spec": theme.themed(week), "note": "agents on the phones (net), the most of each hour, the whole week staffed as the dials say; "
             "comes when the dial rests", "key": week_charts.WEEK_KEY}]


DAY_KEY = [{"label": label, "colour": colour, "shape": "dashed" if dash else "line" if width > 2 else "thin"}
           for label, colour, width, dash in charts.SERIES.values()]
DAY_KEY += [{"label": "short of agents", "colour": "#F2C5AB", "shape": "area"},
            {"label": charts.LOAD_LABEL, "colour": theme.CONTEXT, "shape": "area"}]
SERVICE_KEY = [{"label": label, "colour": colour, "shape": "dashed" if dash else "line" if width > 2 else "thin"}
               for label, colour, width, dash in day_charts.SERVICE.values()]
SERVICE_KEY += [{"label": "eight of ten played days (P10–P90), when the dial rests", "colour": day_charts.BAND, "shape": "area"}]
SERVICE_KEY += [{"label": "given more than 2 points less than promised", "colour": "#F2C5AB", "shape": "area"}]
CURVE_KEY = [{"label": "the requirement", "colour": theme.ACCENT, "shape": "dot"},
             {"label": "service target", "colour": theme.INK, "shape": "dashed"}]


def one_more(view):
    """What one more person does in the busiest interval, and one fewer, in sentences."""
    curve, money = view.curve, view.currency
    here = curve[curve["chosen"]].iloc[0]
    more, fewer = (curve[curve["agents"] == here["agents"] + step] for step in (1, -1))
    if len(more):
        after = more.iloc[0]
        yield (f"One more person on the phones at {here['at']:%H:%M} lifts the service of that interval from {here['service_level']:.1%} to "
               f"{after['service_level']:.1%} and cuts the mean wait from {shown(here['asa_s'], 'seconds')} to {shown(after['asa_s'], 'seconds')}, "
               f"for {shown(after['cost'] - here['cost'], 'coins', money)} an interval"
               + (f"; one fewer leaves {fewer['service_level'].iloc[0]:.1%}." if len(fewer) else "."))


def chart_data(view, rested=None, date=None):
    """What the live charts are pushed: rows, finding and words for a screen reader, by chart; `rested` is what an AtRest has ready."""
    played, week = (None, None) if rested is None else (rested.played, rested.week)
    band = {"low": np.nan, "high": np.nan} if played is None else {"low": played.low, "high": played.high}
    service = day_charts.service_rows(view.day, view.inputs.service_level, band)
    if view.inputs.rule != ALONE:  # such a plan promises what the day gives
        service["gap"] = 0
    told = day_charts.service_finding(service) if view.inputs.rule == ALONE else day_charts.kept_finding(service)
    rows = charts.day_rows(view.day.drop(columns="rostered", errors="ignore"), view.day.get("rostered"))
    if "rostered" not in rows:
        rows = rows.assign(rostered=np.nan, short=0.0)
    finding = charts.requirement_finding(rows.dropna(axis=1, how="all"))
    curve = charts.curve_rows(view.curve, view.inputs.service_level)
    at = f"At {view.curve['at'].iloc[0]:%H:%M}, {charts.curve_finding(view.curve, view.inputs.service_level)}"
    keep = ["hour", "end", "stretch", "load", "agents", "scheduled", "rostered", "short"]
    found = {"day": {"rows": records(rows[keep]), "finding": finding, "alt": f"Step chart. {finding}."},
             "service": {"rows": records(service), "finding": told, "alt": f"Step chart. {told}."},
             "curve": {"rows": records(curve), "finding": at, "alt": f"Curve. {at}."}}
    if week is not None:
        cells = week_charts.week_rows(week, date)
        words = week_charts.week_finding(cells, week["fte"].sum())
        found["week"] = {"rows": records(cells), "finding": words, "alt": f"Map of heat. {words}."}
    return found


def _carried(inputs, old, new):
    """Inputs on another day: the handle time follows the day unless the user had turned it."""
    return dataclasses.replace(inputs, aht_s=new.aht_s) if inputs.aht_s == old.aht_s else inputs


def _last_day(days):
    return max(date for date, rows in days.items() if rows["offered"].sum() > 0)


def _date(text):
    try:
        return pd.Timestamp(text).date() if text else _no_date(text)
    except ValueError:
        return _no_date(text)


def _no_date(text):
    raise ValueError(f"day must be a date such as 2026-03-02, got {text!r}")


def _plain(value):
    """A float without the dust of binary fractions; whole numbers as whole numbers."""
    value = round(float(value), 6)
    return int(value) if value.is_integer() else value


def _sentence(problem):
    words = str(problem)
    return words[:1].upper() + words[1:] + ("" if words.endswith(".") else ".")
