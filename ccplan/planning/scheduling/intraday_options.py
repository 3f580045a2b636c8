"""Whom to move today: each option with its effect on service, cost and minutes before anybody decides, the most
worth first.
"""

import numpy as np
import pandas as pd

from ...queueing.inputs import one_number
from .day_service import levels_of, totals_of
from .duty_tables import ACTIVITIES, by_name, checked, checked_duties, seconds_of, stamps_of
from .intraday import seen_then
from .intraday_moves import KINDS, Slots, moved_activities, moved_breaks, overtime, time_off, turns_of
from .rule_faults import fresh_faults, rule_faults

COLUMNS = (
    "kind", "agent", "scheduled", "old_start", "old_end", "new_start", "new_end", "minutes", "paid_s", "cost", "missing_h", "idle_h",
    "service_before", "service_after", "worst_before", "worst_after", "worth", "words",
)  # fmt: skip


def intraday_options(
    state,
    duties,
    people,
    rostering,
    shifts,
    centre,
    *,
    kinds=KINDS,
    most=10,
    notice_s=1800,
    longest_overtime_s=7200,
    step_s=1800,
    leave=None,
    before=None,
):
    """What can still be done about today, the most worth first: a frame, a row an option.

    `state` is an `Intraday`; `duties` those of its people today and around it (the rest before tomorrow's shift
    counts); `people`, `rostering`, `shifts`, `leave` and `before` as for `rule_faults`; `centre` for wages and
    overtime. `kinds` of: "move break" within its window, "move activity" (training, meeting, coaching) to another
    time of the duty, "postpone activity" to another day (it costs its hours there), "overtime" (longer, or an
    earlier start, by steps of `step_s` up to `longest_overtime_s`), "time off", voluntary and unpaid, where nobody
    is missed in any moment of it. Nothing begins sooner than `notice_s` from now, overtime at the end excepted. No
    option breaks a rule that is kept now.

    Columns: kind, agent, scheduled (the activity), old_start, old_end, new_start, new_end, minutes (moved, added,
    or taken off), paid_s and cost (currency; less than 0 where it saves), missing_h and idle_h (the change in hours
    in which one is missing, or too many, against the requirement), service_before and service_after (service level
    of the rest of the day by the queueing model), worst_before and worst_after (of its worst interval), worth
    (currency: hours at the prices of `rostering`, less the cost) and words. At most `most` of each kind, each of
    them worth more than nothing; time off that would bring the rest of the day below its promise is left out.
    """
    odd = [kind for kind in kinds if kind not in KINDS]
    if odd:
        raise ValueError(f"kinds must be of {', '.join(KINDS)}, got {odd[0]!r}")
    for name, value in {"notice_s": notice_s, "longest_overtime_s": longest_overtime_s, "step_s": step_s}.items():
        one_number(name, value, low=1.0 if name == "step_s" else 0.0, high=86_400.0)
    desk = _Desk(state, checked_duties(duties), people, rostering, by_name(shifts), centre, leave, before)
    picked = []
    for kind in kinds:
        moves = desk.best(kind, int(notice_s), int(longest_overtime_s), int(step_s))
        picked += desk.kept(moves, most)
    rows = sorted(
        (desk.told(move, worth) for worth, move in picked), key=lambda row: (-row["worth"], row["agent"], row["kind"])
    )
    frame = pd.DataFrame(
        [row for row in rows if row["kind"] != "time off" or desk.is_promised(row)], columns=list(COLUMNS)
    )
    for name in ("old_start", "old_end", "new_start", "new_end"):
        frame[name] = pd.to_datetime(frame[name]) if frame[name].isna().all() else frame[name]
    return frame


class _Desk:
    """Where moves are weighed: the slots of the day, what is missing in each, the model of service, the rules."""

    def __init__(self, state, duties, people, rostering, shifts, centre, leave, before):
        self.state, self.duties, self.people, self.rules = state, duties, people, rostering
        self.leave, self.before, self.centre = leave, before, centre
        self.now_s = int(seconds_of(pd.Series([state.now]))[0])
        model = state.day
        self.cover = seen_then(model, state.activities, state.activities, state.now)
        required = np.repeat(state.required, model.per)
        self.ahead = model.slots >= self.now_s
        gap = np.where(self.ahead, self.cover * model.kept - required, np.nan)
        self.slots = Slots(model.slots, model.slot_s, gap, np.asarray(model.kept, dtype=float))
        self.turns = turns_of(state.activities, duties, people, shifts, self.now_s, centre)
        self.usual = self._service(self.cover)

    def _service(self, cover):
        counts = self.state.day.service(cover)
        rest = counts[self.ahead.reshape(-1, self.state.day.per).any(axis=1)]
        levels = levels_of(rest)
        return totals_of(rest)["service_level"], float(np.nanmin(levels)) if np.isfinite(levels).any() else np.nan

    def best(self, kind, notice_s, longest_s, step_s):
        """(worth, move) of the kind, the best of each break, activity or side of a duty, the most worth first."""
        found = []
        for turn in self.turns:
            for moves in self._moves(turn, kind, notice_s, longest_s, step_s):
                rated = sorted(
                    ((self.worth(move), -n, move) for n, move in enumerate(moves)),
                    key=lambda one: one[:2],
                    reverse=True,
                )
                found.append([(worth, move) for worth, _, move in rated if worth > 1e-9])
        return sorted((group for group in found if group), key=lambda group: (-group[0][0], group[0][1].agent))

    def _moves(self, turn, kind, notice_s, longest_s, step_s):
        """Lists of moves of which one can be chosen each."""
        if kind == "move break":
            return moved_breaks(turn, self.slots, self.now_s, notice_s)
        if kind == "overtime":
            return overtime(
                turn, self.slots, self.now_s, notice_s, longest_s, step_s, self.centre.costs.overtime_factor
            )
        if kind == "time off":
            return time_off(turn, self.slots, self.now_s, notice_s, step_s)
        return [one for one in moved_activities(turn, self.slots, self.now_s, notice_s) if one and one[0].kind == kind]

    def worth(self, move):
        missing, idle = self.slots.hours(move.change)
        return missing * self.rules.missing_hour + idle * self.rules.idle_hour - move.cost

    def kept(self, groups, most):
        """The best of each group that breaks no rule, at most so many."""
        found = []
        for group in groups:
            if len(found) == most:
                break
            lawful = next((one for one in group if self.is_lawful(one[1])), None)
            if lawful is not None:
                found.append(lawful)
        return found

    def is_lawful(self, move):
        if move.kind not in ("overtime", "time off"):
            return True  # the duty itself stays as it is
        mine = self.duties[self.duties["agent"] == move.agent]
        after = moved_duty(mine, move.duty, move.new if move.kind == "overtime" else None, move.old, move.paid_s)
        before = None if self.before is None else self.before[self.before["agent"] == move.agent]
        known, then = (rule_faults(table, self.people, self.rules, (), self.leave, before) for table in (mine, after))
        return fresh_faults(then, known).empty

    def is_promised(self, row):
        target = self.state.day.queue.targets.service_level
        return target is None or not row["service_after"] < target

    def told(self, move, worth):
        missing, idle = self.slots.hours(move.change)
        then = self._service(self.cover + np.where(self.ahead, move.change, 0.0))
        old, new = (self._stamps(span) for span in (move.old, move.new))
        minutes = (move.new or move.old)[1] - (move.new or move.old)[0]
        row = {
            "kind": move.kind,
            "agent": move.agent,
            "scheduled": move.word,
            "old_start": old[0],
            "old_end": old[1],
            "new_start": new[0],
            "new_end": new[1],
            "minutes": minutes / 60,
            "paid_s": move.paid_s,
            "cost": move.cost,
            "missing_h": -missing,
            "idle_h": -idle,
            "service_before": self.usual[0],
            "service_after": then[0],
            "worst_before": self.usual[1],
            "worst_after": then[1],
            "worth": worth,
        }
        return row | {"words": _words(row)}

    def _stamps(self, span):
        return (pd.NaT, pd.NaT) if span is None else tuple(stamps_of(span, self.state.activities["start"]))


def _words(row):
    def clock(name):
        return f"{row[name]:%H:%M}"

    told = {
        "move break": lambda: f"{row['agent']}: {row['scheduled']} of {clock('old_start')} at {clock('new_start')}",
        "move activity": lambda: f"{row['agent']}: {row['scheduled']} of {clock('old_start')} at {clock('new_start')}",
        "postpone activity": lambda: f"{row['agent']}: {row['scheduled']} of {clock('old_start')} on another day",
        "overtime": lambda: f"{row['agent']} works from {clock('new_start')} to {clock('new_end')} as well",
        "time off": lambda: f"{row['agent']} may go at {clock('old_start')}",
    }[row["kind"]]()
    level = (
        f"service of the rest of the day {row['service_before']:.1%} → {row['service_after']:.1%}"
        if np.isfinite(row["service_after"])
        else "nobody calls"
    )
    return f"{told}: {row['minutes']:.0f} min, cost {row['cost']:+.0f}, {level}"


def apply_option(activities, option):
    """The activities with an option of `intraday_options` carried out; still without gaps or overlaps.

    `option` is a row of that frame. Time off takes its stretch away, overtime adds one of work, what is moved gives its
    place to work and takes that of work, what is postponed leaves work. Raises ValueError where the activities are not
    those that the option was made for.
    """
    rows = checked(activities, ACTIVITIES, "activities")
    mine = rows["agent"] == option["agent"]
    rest, own = rows[~mine], rows[mine]
    if option["kind"] not in KINDS:
        raise ValueError(f"option must be a row of intraday_options, got the kind {option['kind']!r}")
    if pd.notna(option["old_start"]):
        _refuse_strange(own, option)
        fill = None if option["kind"] == "time off" else "work"
        own = _painted(own, option["old_start"], option["old_end"], fill)
    if pd.notna(option["new_start"]):
        own = _painted(own, option["new_start"], option["new_end"], option["scheduled"], option["agent"])
    both = pd.concat([rest, _one_after_another(own)], ignore_index=True)
    return both.sort_values(["agent", "start"], kind="stable").reset_index(drop=True)


def _refuse_strange(own, option):
    there = own[(own["start"] < option["old_end"]) & (own["end"] > option["old_start"])]
    lasted = (there["end"].clip(upper=option["old_end"]) - there["start"].clip(lower=option["old_start"])).sum()
    right = option["kind"] == "time off" or (there["scheduled"] == option["scheduled"]).all()
    if lasted != option["old_end"] - option["old_start"] or not right:
        raise ValueError(
            f"activities do not have {option['agent']}'s {option['scheduled']} from {option['old_start']} to {option['old_end']}: "
            "ask for the options of these activities first"
        )


def _painted(own, start, end, word, agent=None):
    """An agent's activities with a stretch taken out, and the word put in its place (None: nothing)."""
    hit = (own["start"] < end) & (own["end"] > start)
    left = own[hit & (own["start"] < start)].assign(end=start)
    right = own[hit & (own["end"] > end)].assign(start=end)
    parts = [own[~hit], left, right]
    if word is not None:
        name = agent if agent is not None else own["agent"].iloc[0]
        fresh = pd.DataFrame({"agent": [name], "start": [start], "end": [end], "scheduled": [word]})
        parts.append(fresh.astype({column: own[column].dtype for column in ("start", "end")}))
    return (
        pd.concat([part for part in parts if len(part)])
        .reindex(columns=own.columns)
        .sort_values("start", kind="stable")
    )


def _one_after_another(own):
    """Stretches of the same states that follow one another, as one."""
    if not len(own):
        return own
    states = [name for name in ("scheduled", "actual") if name in own]
    words = own[states].astype(object).where(own[states].notna(), "")
    same = (words == words.shift()).all(axis=1) & (own["start"] == own["end"].shift())
    group = (~same).cumsum()
    last = own.groupby(group.to_numpy())["end"].last()
    return own[~same].assign(end=last.to_numpy()).astype({"end": own["end"].dtype})


def moved_duty(duties, label, new, old, paid_s):
    """Duties with the one of this label made longer by `new`, or shorter by `old` ((start, end) in real seconds)."""
    after = duties.copy()
    start, end = (int(seconds_of(after.loc[[label], name])[0]) for name in ("start", "end"))
    start, end = (min(start, new[0]), max(end, new[1])) if new is not None else (start, old[0])
    if end <= start:
        return after.drop(label)
    if "paid_s" not in after:
        after["paid_s"] = (after["end"] - after["start"]).dt.total_seconds()
    lasted = float(after.loc[label, "paid_s"])
    like = duties["start"]
    after.loc[label, "start"], after.loc[label, "end"] = (
        stamps_of([start], like).iloc[0],
        stamps_of([end], like).iloc[0],
    )
    after.loc[label, "paid_s"] = lasted + paid_s
    return after


def apply_to_duties(duties, option):
    """The duties with an option of `intraday_options` carried out: overtime makes one longer, time off shorter."""
    rows = checked_duties(duties)
    if option["kind"] not in ("overtime", "time off"):
        return rows
    spans = {
        name: None
        if pd.isna(option[f"{name}_start"])
        else tuple(int(one) for one in seconds_of(pd.Series([option[f"{name}_start"], option[f"{name}_end"]])))
        for name in ("old", "new")
    }
    start, end = seconds_of(rows["start"]), seconds_of(rows["end"])
    first, last = spans["new"] or spans["old"]
    touching = np.flatnonzero((rows["agent"] == option["agent"]).to_numpy() & (start <= last) & (end >= first))
    if touching.size != 1:
        raise ValueError(f"duties have no duty of {option['agent']} that the option would change")
    return moved_duty(rows, int(touching[0]), spans["new"], spans["old"], float(option["paid_s"])).reset_index(
        drop=True
    )
