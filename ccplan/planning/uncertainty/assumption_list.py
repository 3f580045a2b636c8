"""Everything that a plan takes for granted and that may be otherwise: one list, for scenarios, tornado, risk and
budget.

An assumption is data: its name, meaning, unit, what is allowed, how far it usually strays, and what another value does
to the forecast and the centre. How far it strays is a planner's rough guess, there to be replaced by the centre's own.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from ..people.requirement import month_of

YEAR = 12


@dataclass(frozen=True, kw_only=True)
class Assumption:
    """One thing that may be otherwise: `now(centre)` is its value today, `changed(frame, centre, value)` the plan's
    ground with another.

    `low` and `high` bound what is allowed. `less` and `more` say how far it usually strays, for the reason `guess`:
    as factors of the value; where the value is a `change` of the forecast, of 1 + value; where it is a number of
    `points` a year, as values. `setting` is its key in centre.toml, `word` its name where it is drawn at random
    (none: it is not).
    """

    name: str
    says: str
    unit: str
    low: float
    high: float
    less: float
    more: float
    kind: str = "factor"  # or "change", "points"
    setting: str = ""
    word: str = ""
    guess: str = ""
    now: Callable = field(repr=False)
    changed: Callable = field(repr=False)

    def usual(self, centre):
        """(low, high) that it usually strays to in the centre, within what is allowed; as values of the assumption."""
        ends = (
            (self.less, self.more)
            if self.kind == "points"
            else (self.of_factor(centre, self.less), self.of_factor(centre, self.more))
        )
        return tuple(float(min(max(end, self.low), self.high)) for end in ends)

    def of_factor(self, centre, factor):
        """The value that is `factor` times today's."""
        return factor - 1 if self.kind == "change" else self.now(centre) * factor


def _setting(path):
    """(now, changed, path) of one setting of a section of the centre, such as "costs.per_hire"."""
    section, name = path.split(".")
    return {
        "setting": path,
        "now": lambda centre: getattr(getattr(centre, section), name),
        "changed": lambda frame, centre, value: (
            frame,
            replace(centre, **{section: replace(getattr(centre, section), **{name: value})}),
        ),
    }


def _nothing(centre):
    return 0.0


def _times(column):
    """A change of a column of the forecast, as a share: 0.1 is 10 % more."""
    return {
        "kind": "change",
        "now": _nothing,
        "changed": lambda frame, centre, value: (frame.assign(**{column: frame[column] * (1 + value)}), centre),
    }


def _growth(frame, centre, value):
    month = month_of(frame["start"]).to_numpy("datetime64[M]").astype(np.int64)
    return frame.assign(offered=frame["offered"] * (1 + value) ** ((month - month.min()) / YEAR)), centre


def _inflation(frame, centre, value):
    return frame, replace(
        centre, budget=tuple(replace(line, inflation=line.inflation + value) for line in centre.budget)
    )


def _promised(name):
    """One target of every queue that has it and is answered at once; work that may wait keeps its own promise."""

    def has(queue):
        return not queue.deferred and getattr(queue.targets, name) is not None

    def now(centre):
        return next((getattr(queue.targets, name) for queue in centre.queues if has(queue)), np.nan)

    def changed(frame, centre, value):
        return frame, replace(
            centre,
            queues=tuple(
                replace(q, targets=replace(q.targets, **{name: value})) if has(q) else q for q in centre.queues
            ),
        )

    return {"now": now, "changed": changed}


def _patience(frame, centre, value):
    return frame, replace(
        centre, queues=tuple(replace(q, patience_s=q.patience_s * (1 + value)) for q in centre.queues)
    )


def _attrition_now(centre):
    """That of those who are here longest; where they never leave, the highest of a tenure."""
    hiring = centre.hiring
    return hiring.attrition_per_year or max((share for _, share in hiring.attrition_by_tenure), default=0.0)


def _attrition(frame, centre, value):
    """Leavers of every tenure move alike."""
    hiring, now = centre.hiring, _attrition_now(centre)
    if not now:
        return frame, replace(centre, hiring=replace(hiring, attrition_per_year=value))
    steps = tuple((months, min(share * value / now, 5.0)) for months, share in hiring.attrition_by_tenure)
    return frame, replace(
        centre,
        hiring=replace(hiring, attrition_per_year=hiring.attrition_per_year * value / now, attrition_by_tenure=steps),
    )


def _shrinkage(frame, centre, value):
    """All causes grow or fall alike."""
    off = centre.shrinkage
    part = value / off.total if off.total else 0.0
    if off.combine == "multiplicative":  # causes that stack: their logarithms grow alike
        part = np.log1p(-value) / np.log1p(-off.total) if off.total else 0.0
        scaled = [
            {cause: float(-np.expm1(part * np.log1p(-share))) for cause, share in causes.items()}
            for causes in (off.external, off.internal)
        ]
    else:
        scaled = [{cause: share * part for cause, share in causes.items()} for causes in (off.external, off.internal)]
    return frame, replace(centre, shrinkage=replace(off, external=scaled[0], internal=scaled[1]))


def _made(name, says, unit, low, high, less, more, how, **more_of_it):
    return Assumption(name=name, says=says, unit=unit, low=low, high=high, less=less, more=more, **how, **more_of_it)


ASSUMPTIONS = {one.name: one for one in (
    _made("volume", "contacts, change", "share", -0.9, 9.0, 0.90, 1.10, _times("offered")),
    _made("growth", "contacts, on top of the forecast", "share a year", -0.5, 1.0, -0.04, 0.05, {"now": _nothing, "changed": _growth},
          kind="points", word="growth", guess="customers, and the contacts that each makes"),
    _made("aht", "handle time, change", "share", -0.9, 9.0, 0.95, 1.08, _times("aht_s"), word="handle time",
          guess="calls grow longer as the simple ones go online"),
    _made("patience", "patience of callers, change", "share", -0.99, 9.0, 0.75, 1.25, {"now": _nothing, "changed": _patience}, kind="change"),
    _made("service_level", "service target", "share", 0.01, 0.999, 0.95, 1.05, _promised("service_level")),
    _made("max_occupancy", "occupancy cap", "share", 0.3, 1.0, 0.95, 1.05, _promised("max_occupancy")),
    _made("shrinkage", "shrinkage, all causes together", "share", 0.0, 0.95, 0.95, 1.10,
          {"now": lambda centre: centre.shrinkage.total, "changed": _shrinkage}, word="shrinkage", guess="33 % might be 31 or 36 %"),
    _made("attrition_per_year", "leavers ÷ average headcount", "share per year", 0.0, 5.0, 0.75, 1.35,
          _setting("hiring.attrition_per_year") | {"now": _attrition_now, "changed": _attrition}, word="attrition", guess="a quarter less to a third more leavers"),
    _made("training_weeks", "first day to first call", "weeks", 0.0, 104.0, 0.75, 1.50, _setting("hiring.training_weeks")),
    _made("class_cost", "trainer and material of a class", "currency per class", 0.0, 1e9, 0.80, 1.25, _setting("hiring.class_cost")),
    _made("hourly_wage", "gross wage", "currency per paid hour", 0.0, 1e6, 0.97, 1.05, _setting("costs.hourly_wage"), word="wage",
          guess="the next wage agreement against the plan"),
    _made("on_costs", "employer's contributions ÷ wage", "share", 0.0, 3.0, 0.95, 1.05, _setting("costs.on_costs")),
    _made("overtime_factor", "wage of an overtime hour ÷ wage", "ratio", 1.0, 5.0, 0.90, 1.20, _setting("costs.overtime_factor")),
    _made("seat_per_month", "a seat", "currency per month", 0.0, 1e9, 0.90, 1.10, _setting("costs.seat_per_month")),
    _made("per_hire", "advertising and selection", "currency per hire", 0.0, 1e9, 0.80, 1.30, _setting("costs.per_hire")),
    _made("overtime", "overtime that people will do ÷ their contract hours", "share", 0.0, 1.0, 0.50, 1.50, _setting("flex.overtime")),
    _made("outsourced_hourly", "an outsourcer's hour", "currency per hour", 0.0, 1e6, 0.90, 1.15, _setting("flex.outsourced_hourly")),
    _made("outsourced_output", "output of an outsourcer's hour ÷ an own agent's", "share", 0.01, 1.0, 0.90, 1.05, _setting("flex.outsourced_output")),
    _made("inflation", "rise of the budget lines' prices, on top of their own", "share a year", -0.5, 1.0, -0.01, 0.02,
          {"now": _nothing, "changed": _inflation}, kind="points", word="inflation", guess="as far as forecasts of a year were off"),
)}  # fmt: skip

DRAWN = {one.word: one for one in ASSUMPTIONS.values() if one.word}

OTHERS = {  # numbers of a budget that are no assumption of the plan as a whole: a part of one, or of the past
    "wages": (0.97, 1.05),
    "shrinkage": (0.85, 1.20),
    "exchange": (0.92, 1.08),
    "budget": (0.95, 1.10),
    "costs.paid_share": (0.97, 1.03),
    "hiring.lead_time_weeks": (0.75, 1.50),
}
SPREAD = OTHERS | {one.setting: (one.less, one.more) for one in ASSUMPTIONS.values() if one.setting}
# A rise in a year is off by points, not by a share of itself.
POINTS = (ASSUMPTIONS["inflation"].less, ASSUMPTIONS["inflation"].more)
