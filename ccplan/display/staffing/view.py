"""`staffing_view`, the plain function behind the dials of the staffing panel: a day staffed for what is set."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..charts import long_date
from ..panels.dials import total
from ..panels.saying import frame_of, shown
from ..tables import Words, plain
from .inputs import RULES, StaffingInputs, centre_asked, day_asked
from .warnings import ratio, warnings_of


@dataclass(frozen=True, kw_only=True)
class DayTotals:
    """What a staffed day comes to: people at the peak, service as ratios of sums, money."""

    agents: int = total("On the phones (net), peak", "most agents needed on the phones at once", "count")
    scheduled: int = total("Scheduled, incl. shrinkage (gross), peak", "net agents ÷ (1 − shrinkage)", "count")
    fte: float = total(
        "FTE at work that day (gross)",
        "scheduled hours ÷ hours of a full-time day, a fifth of the weekly hours",
        "number",
    )
    cost: float = total("Cost of the day", "scheduled hours × loaded hourly cost", "money", -1)
    cost_per_contact: float = total("Cost per answered call", "cost of the day ÷ Σ answered", "coins", -1)
    service_level: float = total(
        "Service level, each interval by itself",
        "Σ answered within the threshold ÷ Σ offered, by the stationary formula",
        "share",
        1,
    )
    given: float = total(
        "Service level, the day as a whole",
        "Σ answered within the threshold ÷ Σ offered, the day solved as a whole: callers and calls in hand carry over",
        "share",
        1,
    )
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
        return frame_of(self.totals, self.currency)


def staffing_view(day, inputs, centre, *, through=True):
    """One queue's day staffed for `inputs`: the plain function behind the panel's dials.

    `day` holds queue, start, offered and aht_s (seconds) of one queue and day, and `agents`, the net agents
    rostered, where known; see `queue_day`. `centre` gives what the inputs leave open: lines, costs, interval.
    `through=False` leaves out what the day as a whole gives. Raises Infeasible where no number of agents meets the
    targets, ValueError for a day without calls.
    """
    from ...planning.staffing import refuse_deferred

    refuse_deferred(centre.queue(day["queue"].iloc[0]), "one day by itself")
    if not day["offered"].sum() > 0:
        raise ValueError("no calls were offered on this day, so there is nobody to plan for")
    asked = centre_asked(centre, day["queue"].iloc[0], inputs)
    staffed = _staffed(day_asked(day, inputs), asked, *RULES[inputs.rule], through)
    if "agents" in day:
        staffed["rostered"] = day["agents"].to_numpy(float)
    return StaffingView(
        inputs,
        staffed,
        _totals(staffed),
        _curve(staffed, asked),
        tuple(warnings_of(staffed, asked, inputs.rule)),
        centre.currency,
    )


def _staffed(calls, centre, rule, meet, through):
    """The staffed day, with service promised (each interval by itself) and given (the day as a whole)."""
    from ...planning.staffing import staff

    plan = staff(calls, centre, rule=rule, meet=meet).reset_index(drop=True)
    if rule != "stationary":
        alone = staff(calls, centre, agents=plan["agents"].to_numpy())["service_level"].to_numpy()
        given = (
            np.nan if centre.queues[0].at_once > 1 else plan["service_level"]
        )  # chats keep the formula by whatever rule
        return plan.assign(promised=alone, given=given, service_level=alone)
    return plan.assign(promised=plan["service_level"], given=_given(plan, centre) if through else np.nan)


def _given(staffed, centre):
    """The service of each interval with the day solved as a whole; nan where lines are limited or contacts held
    together, which that cannot tell.
    """
    from ...queueing import predict_day

    queue, (calls, aht_s, agents) = centre.queues[0], staffed[["offered", "aht_s", "agents"]].to_numpy(float).T
    if np.isfinite(queue.lines) or queue.at_once > 1:
        return np.nan
    told = predict_day(
        calls,
        aht_s,
        agents,
        interval_s=centre.interval_s,
        patience_s=queue.patience_s,
        target_s=queue.targets.target_s,
        definition=queue.targets.definition,
    )
    return told["service_level"].to_numpy()


def _answer(view):
    day, totals, inputs = view.day, view.totals, view.inputs
    peak = day.loc[day["agents"].idxmax(), "start"]
    yield (
        f"**On {long_date(peak)} the queue {plain(day['queue'].iloc[0])} needs up to {totals.agents} agents on "
        f"the phones (net), at {peak:%H:%M}; that is {totals.scheduled} scheduled, incl. {inputs.shrinkage:.0%} "
        "shrinkage (gross).**"
    )
    yield (
        f"The day costs {shown(totals.cost, 'money', view.currency)}, or "
        f"{shown(totals.cost_per_contact, 'coins', view.currency)} an answered call, and answers "
        f"{totals.service_level:.0%} of calls within {inputs.target_s:g} seconds"
        + ("." if np.isnan(totals.given) else f" by the formula, {totals.given:.0%} when the day is solved as a whole.")
    )
    chosen = view.curve.loc[view.curve["chosen"], "agents"].iloc[0]
    fewer = view.curve[view.curve["agents"] == chosen - 1]
    if len(fewer):
        yield f"One agent fewer in the busiest interval would answer {fewer['service_level'].iloc[0]:.0%}."


def _totals(staffed):
    """Ratios of sums in plain arrays: frames of frames would cost as much as the queue itself."""
    day = {name: staffed[name].to_numpy(float) for name in TOTALLED}
    answered = day["offered"] * (1 - day["abandonment"])
    return DayTotals(
        agents=int(day["agents"].max()),
        scheduled=int(day["scheduled"].max()),
        fte=float(day["fte"].sum() * 5),
        cost=float(day["cost"].sum()),
        cost_per_contact=ratio(day["cost"], answered),
        service_level=ratio(day["service_level"] * day["offered"], day["offered"]),
        given=np.nan if np.isnan(day["given"]).all() else ratio(day["given"] * day["offered"], day["offered"]),
        asa_s=ratio(day["asa_s"] * answered, answered),
        abandonment=ratio(day["abandonment"] * day["offered"], day["offered"]),
        occupancy=ratio(day["occupancy"] * day["agents"], day["agents"]),
    )


TOTALLED = (
    "offered",
    "agents",
    "scheduled",
    "fte",
    "cost",
    "service_level",
    "given",
    "asa_s",
    "abandonment",
    "occupancy",
)


def _curve(staffed, centre):
    """The service of a few agents more and fewer in the busiest interval."""
    from ...planning import around_requirement

    peak, queue = staffed.loc[staffed["load"].idxmax()], centre.queues[0]
    hours = centre.interval_s / 3600 / (1 - centre.shrinkage.total)
    curve = around_requirement(
        peak["offered"],
        peak["aht_s"],
        queue.targets,
        interval_s=centre.interval_s,
        patience_s=queue.patience_s,
        lines=queue.lines,
        at_once=queue.at_once,
        slowdown=queue.slowdown,
    )
    return curve.assign(cost=curve["agents"] * hours * centre.costs.loaded_hourly_cost, at=peak["start"])
