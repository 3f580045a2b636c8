"""Findings of the section *Why*: what pulled service down, what made contacts longer or less often solved, what
cost more.
"""

from decimal import Decimal

import pandas as pd

from .change_by import MEASURES
from ..findings import Finding
from .ledger_lines import ONE_LINE
from .weeks import beyond_chance

ANCHOR = "why"
FELL = 0.03  # least fall of a service level that is worth telling, share
ONE_SIDED = 2.33  # standard errors: 1 % by chance, for only falls are looked at, and only those to below the target
TOLD = Decimal("0.5")  # points: smaller steps of a bridge are not named
RED_MONEY = 0.05  # of the quarter's whole plan
DUE = pd.Timedelta(days=30)
ACTIONS = {
    "reason": "Write a guide for {group}, train people in it, answer it online, and staff for it until its contacts are as short as the others",
    "team": "Listen to a sample of contacts of team {group} with its leader and compare with the others",
    "tenure": "Give people of {group} a coach beside them and a guide at hand; plan their longer contacts",
    "hour": "Look at what is different at {group}: systems, staffing, what customers ask",
}
NAMES = {
    "reason": "contacts about '{group}'",
    "team": "team '{group}'",
    "tenure": "people of {group}",
    "hour": "contacts at {group}",
}
WORSE = {"aht_s": "handle time longer", "resolved": "resolution worse", "transferred": "transfers more frequent"}
FEW = 3  # queues that a few words name
WHO = {"reason": "training", "team": "operations", "tenure": "training", "hour": "operations"}


def findings_of(evidence, other, parts):
    """The findings of the parts of a Why, a tuple of Finding."""
    due = evidence.quarter.end + DUE
    found = [
        *_causes(evidence, other, parts["explanations"], due),
        *_service(parts["bridges"], other, due),
        *_money(evidence, parts, due),
    ]
    return tuple(found)


def productive_hour(centre):
    """What an hour on the phones costs, a Decimal: loaded cost of a paid hour ÷ (1 − shrinkage)."""
    return Decimal(repr(centre.costs.loaded_hourly_cost / (1 - centre.shrinkage.total)))


# --------------------------------------------------------------- handle time, resolution, transfers


def _causes(evidence, other, explained, due):
    """A finding a cause, whatever it did and to whichever queues; those without a cause one each."""
    news = [one for one in explained if one.news]
    keys = dict.fromkeys(
        (one.cause.dimension, one.cause.group) if one.cause else (one.measure, one.queue) for one in news
    )
    for key in keys:
        mine = [
            one
            for one in news
            if key == ((one.cause.dimension, one.cause.group) if one.cause else (one.measure, one.queue))
        ]
        yield _cause(evidence, other, mine, due)


def _cause(evidence, other, mine, due):
    longest = max(mine, key=lambda one: (one.cause.n if one.cause else 0, one.measure == "aht_s"))
    cause = longest.cause
    cost = sum((_extra(evidence, one) for one in mine if one.measure == "aht_s"), Decimal(0)).quantize(Decimal("0.01"))
    moved = "; ".join(
        _moved(name, [one for one in mine if one.measure == name])
        for name in MEASURES
        if any(one.measure == name for one in mine)
    )
    says = (
        f"{_who(longest, evidence.quarter)}. Since {other} {moved}"
        if cause
        else f"Since {other} {moved}; no one reason, team, tenure or hour explains it"
    )
    severe = any(MEASURES[one.measure].matters(one.before.value, one.change / 2) for one in mine)
    hours = productive_hour(evidence.centre)
    return Finding(
        key=f"{cause.dimension} {cause.group}" if cause else f"{mine[0].measure} {mine[0].queue}", severity="red" if severe else "amber",
        area="customers" if any(one.measure == "resolved" for one in mine) else "people", says=says + ".", evidence=ANCHOR,
        action=(ACTIONS[cause.dimension].format(group=f"'{cause.group}'") if cause else "Listen to a sample of contacts and find what they share") + ".",
        cost=cost if cost else None, owner=WHO[cause.dimension] if cause else "operations", due=due, brief=_brief(longest, mine),
        cost_basis=f"extra handle time × contacts at {evidence.centre.currency} {hours:,.2f} an hour on the phones (loaded wage ÷ (1 − shrinkage)); "
                   "worth of people's time, paid in overtime or in customers' waits" if cost else "",
    )  # fmt: skip


def _extra(evidence, one):
    """Worth of the seconds that the cause (or the whole change) added."""
    part = min(1.0, one.cause.explains) if one.cause else 1.0
    at_once = next((queue.at_once for queue in evidence.centre.queues if queue.name == one.queue), 1)
    hours = one.change * part * float(one.table["n_after"].sum()) / 3600 / at_once
    return Decimal(repr(hours)) * productive_hour(evidence.centre)


def _who(longest, quarter):
    """The cause, and how large it is where most of its contacts are."""
    cause = longest.cause
    words = NAMES[cause.dimension].format(group=cause.group)
    how = f" and {cause.value:,.0f} s each" if longest.measure == "aht_s" and cause.kind != "gone" else ""
    size = f"{100 * cause.share:.0f} % of {longest.queue}{how}"
    return {"new": f"New in {quarter}: {words} ({size})", "gone": f"Gone in {quarter}: {words}"}.get(
        cause.kind, f"{_first_up(words)} ({size})"
    )


def _brief(longest, mine):
    """The cause and what it did, in a few words: New contacts about 'x' made handle time longer and resolution
    worse in service and chat.
    """
    cause, worse = longest.cause, {one.measure for one in mine}
    done = _and([WORSE[name] for name in MEASURES if name in worse])
    queues = sorted({one.queue: one.table["n_after"].sum() for one in mine}.items(), key=lambda item: -item[1])
    where = _and([name for name, _ in queues]) if len(queues) <= FEW else f"{len(queues)} queues"
    return f"{_first_up(_cause_words(cause)) if cause else 'No one group alone'} made {done} in {where}"


def _and(words):
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _cause_words(cause):
    words = NAMES[cause.dimension].format(group=cause.group)
    return f"{words} ({cause.kind})" if cause.kind != "stayed" else words


def _moved(name, mine):
    """What a measure did in its queues: handle time went in service from 299 to 351, in chat from 580 to 687 s."""
    largest = sorted(mine, key=lambda one: -one.table["n_after"].sum())
    parts = [
        f"in {one.queue} from {_value(name, one.before.value)} to {_value(name, one.after.value)}" for one in largest
    ]
    unit = " s" if name == "aht_s" else " %"
    return f"{MEASURES[name].label} went {', '.join(parts)}{unit}"


def _value(name, value):
    return f"{value:,.0f}" if name == "aht_s" else f"{100 * value:.1f}"


# ----------------------------------------------------------------------------------------- service


def _service(bridges, other, due):
    """A finding a queue whose service level fell by more than chance, to below its target."""
    for one in bridges.values():
        fell = one.before.value - one.after.value
        if fell >= FELL and beyond_chance(one.before, one.after, ONE_SIDED) and not one.after.value >= one.target:
            yield Finding(
                key=f"service_level {one.queue}",
                area="customers",
                severity="red" if one.after.value < one.target else "amber",
                says=f"Service level of {one.queue} fell from {_percent(one.before.value)} in {other} to {_percent(one.after.value)}"
                f"{_below(one)}: {_steps(one.table)}.",
                evidence=ANCHOR,
                owner="planning",
                due=due,
                brief=f"Service level of {one.queue} fell from {_percent(one.before.value)} to {_percent(one.after.value)}",
                action=f"Plan {one.queue} for what pulled it down ({_worst(one.table)}), and put people there before the next such weeks.",
            )


def _percent(share):
    return f"{100 * share:.1f} %"


def _below(one):
    return f", below its target of {100 * one.target:.0f} %" if one.after.value < one.target else ""


def _steps(table):
    """The largest steps down and up, in words."""
    steps = table.iloc[1:-1].assign(size=lambda rows: rows["effect"].astype(float))
    down, up = (
        steps[(steps["size"] * sign >= float(TOLD))]
        .sort_values("size", key=abs, ascending=False, kind="stable")
        .head(3)
        for sign in (-1, 1)
    )
    words = [f"{row.label} −{abs(row.effect):.1f} points" for row in down.itertuples()] + [
        f"{row.label} +{row.effect:.1f}" for row in up.itertuples()
    ]
    return ", ".join(words) or "by many small steps"


def _worst(table):
    steps = table.iloc[1:-1]
    return str(steps.loc[steps["effect"].astype(float).idxmin(), "label"])


# ------------------------------------------------------------------------------------------- money


def _money(evidence, parts, due):
    """A finding a category over its plan."""
    lines, whole = parts["lines"], float(sum(parts["lines"]["planned"], Decimal(0)))
    for row in parts["categories"][parts["categories"]["over"].astype(bool)].itertuples():
        mine = lines[
            (lines["category"] == row.category)
            & (lines["difference"].astype(float) >= ONE_LINE * float(row.difference))
        ]
        severe = not whole or float(row.difference) >= RED_MONEY * whole
        currency = evidence.centre.currency
        yield Finding(
            key=f"over plan {row.category}",
            area="money",
            severity="red" if severe else "amber",
            evidence=ANCHOR,
            cost=row.difference,
            says=f"{_first_up(row.category)} cost {currency} {row.actual:,.0f} in {evidence.quarter}, {_times(row.planned, row.actual)}: "
            f"{'; '.join(map(_line, mine.itertuples()))}.",
            cost_basis="actual − planned in the ledger",
            owner="finance",
            due=due,
            brief=f"{_first_up(row.category)} cost {currency} {row.actual:,.0f}, {_times(row.planned, row.actual)}",
            action=f"Find who ordered it and whether it stays; put {', '.join(mine['line'])} into the budget as it is.",
        )


def _times(planned, actual):
    if not planned:
        return "which no plan had"
    ratio = float(actual / planned)
    return f"{ratio:.2f} times its plan" if ratio >= 1.5 else f"{100 * (ratio - 1):.1f} % over its plan"


def _line(row):
    if row.unplanned:
        return f"{row.line} {row.actual:,.0f}, which no plan had"
    change = f"{100 * float(row.difference / row.planned):+.1f} % ({row.difference:+,.0f})".replace("-", "−")
    return f"{row.line} {change}"


def _first_up(words):
    return words[:1].upper() + words[1:]
