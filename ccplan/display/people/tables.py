"""What a headcount plan comes to, in sentences and tables as managers and finance read them."""

import numpy as np
import pandas as pd

from ..data.sheet import NIL, Sheet
from ..tables import Words, cornered, plain

SHORT = 0.05  # FTE from which people are said to be missing


def headcount_answer(plan):
    """Whom to hire, when, and by when to decide, in a paragraph; of a HiringPlan."""
    return Words(" ".join(_answer(plan)))


def _answer(plan):
    months = plan.headcount["month"]
    span = f"From {months.min():%B %Y} to {months.max():%B %Y}"
    if plan.hires.empty:
        yield f"**{span} nobody {'needs to be hired' if plan.shortfalls.empty else 'can be hired so that it helps'}.**"
    else:
        yield f"**{span} {_classes(plan.hires)}.**"
        yield _due(plan.decisions)
    if len(plan.shortfalls):
        worst = plan.shortfalls.loc[plan.shortfalls["missing_fte"].idxmax()]
        yield (
            f"Even so the requirement cannot be kept: {plain(worst['queue'])} lacks {worst['missing_fte']:.1f} of {worst['required_fte']:.1f} FTE "
            f"in {worst['month']:%B %Y}."
        )
    yield _price(plan)


def _classes(hires):
    """Who starts when: "2 people start in April for service, 4 in May for chat"."""
    groups = hires.groupby(["month", "queue"], sort=True)["heads"].sum()
    parts = [f"{number} in {month:%B %Y} for {plain(queue)}" for (month, queue), number in groups.items()]
    total = int(hires["heads"].sum())
    return f"{total} {'person has' if total == 1 else 'people have'} to start: {', '.join(parts)}"


def _due(decisions):
    safe = decisions.dropna(subset="last_safe_date").sort_values("last_safe_date", kind="stable")
    if safe.empty:
        return "None of these decisions does harm if it comes later."
    row = safe.iloc[0]
    return f"The first decision that cannot wait is due by {_date(row['last_safe_date'])}; after that {row['harm']}."


def _price(plan):
    how = "and no plan is cheaper" if plan.proven else f"at most {plan.gap:.1%} above the cheapest"
    money = f"{plan.cost:,.0f} {plan.case['centre'].currency}"
    return f"Beyond the people who are here that costs {money} in wages, overtime and hiring, {how}."


def _date(day):
    return f"{day.day} {day:%B %Y}" if pd.notna(day) else NIL


def people_table(headcount, queue):
    """One queue's months: required FTE, people, starters, leavers, training, ramp, productive FTE, gap, service."""
    rows = headcount[headcount["queue"] == queue]
    tenth = "{:,.1f}".format
    shown = pd.DataFrame({
        "required FTE": rows["required_fte"].map(tenth), "people": rows["heads_start"].map(tenth), "start": rows["starters"].map("{:,.0f}".format),
        "leave": rows["leavers"].map(tenth), "in training": rows["trainees"].map(tenth), "in their ramp": rows["ramping"].map(tenth),
        "productive FTE": rows["productive_fte"].map(tenth), "overtime": rows["overtime_fte"].map(tenth),
        "gap": [_signed(gap) for gap in rows["gap_fte"]],
        "service level": rows["service_level"].map("{:.0%}".format) if "service_level" in rows else NIL,
    })  # fmt: skip
    return cornered(shown.set_axis(pd.Index([f"{month:%b %Y}" for month in rows["month"]], name=queue)))


def _signed(value):
    return f"{0.0 if abs(value) < SHORT else value:+,.1f}".replace("-", "−").replace("+0.0", "0.0")


def shrinkage_months(requirement, centre, queue):
    """Net, scheduled and paid FTE side by side by month, with both shrinkages and every cause as a share of paid
    time.
    """
    rows = requirement[requirement["queue"] == queue]
    share = {
        cause: [_percent(part, whole) for part, whole in zip(rows[f"fte_{cause}"], rows["fte"], strict=True)]
        for cause in centre.shrinkage.causes
    }
    shown = pd.DataFrame({
        "net FTE": rows["fte_net"].map("{:,.1f}".format), "scheduled": rows["fte_scheduled"].map("{:,.1f}".format),
        "paid": rows["fte"].map("{:,.1f}".format), "shrinkage, scheduled": rows["shrinkage_scheduled"].map("{:.0%}".format),
        "shrinkage, paid": rows["shrinkage_paid"].map("{:.0%}".format),
    })  # fmt: skip
    shown = shown.assign(**{cause: values for cause, values in share.items()})
    return cornered(shown.set_axis(pd.Index([f"{month:%b %Y}" for month in rows["month"]], name=queue)))


def _percent(part, whole):
    return f"{part / whole:.1%}" if whole > 0 else NIL


def decisions_table(decisions, currency):
    """Every class with its dates, and what a month's delay saves and harms."""
    if decisions.empty:
        return Words("There is no class to decide on.")
    rows = decisions.sort_values("decide_by", kind="stable")
    shown = pd.DataFrame({
        "queue": rows["queue"], "people": rows["heads"].map("{:d}".format), "contract": [_contract(n) for n in rows["contract_months"]],
        "first day": rows["start"].map(_date), "decide by": rows["decide_by"].map(_date), "last safe day": rows["last_safe_date"].map(_date),
        f"a month later costs, {currency}": [f"{cost:+,.0f}".replace("-", "−") for cost in rows["waiting_cost"]],
        "FTE-months missing": [f"{fte:.1f}" if fte >= SHORT else NIL for fte in rows["waiting_missing_fte"]],
        "service, points": [_points(change) for change in rows["waiting_service"]],
        "calls answered late": [f"{calls:,.0f}" if calls > 0.5 else NIL for calls in rows["waiting_calls_late"]], "too late, because": rows["harm"],
    })  # fmt: skip
    return Sheet(shown)


def _contract(months):
    return f"{months} months" if months else "permanent"


def _points(change):
    return NIL if not np.isfinite(change) or abs(change) < 0.0005 else f"{100 * change:+.1f}".replace("-", "−")


def without_hires(case):
    """What becomes of each queue if nobody is hired: its first and its worst month short, and the service there."""
    from ...planning import plan_headcount

    nobody = case.requirement.iloc[:0][["queue", "month"]].assign(heads=[])
    left = plan_headcount(
        case.requirement, case.centre, people=case.people, hires=nobody, at=case.at, curves=case.curves
    )
    rows = [_left_alone(name, rows) for name, rows in left.groupby("queue", sort=False)]
    return Sheet(
        pd.DataFrame(
            rows,
            columns=[
                "queue",
                "first month short",
                "worst month",
                "FTE missing then",
                "service level then",
                "months short",
            ],
        )
    )


def _left_alone(name, rows):
    short = rows[rows["gap_fte"] < -SHORT]
    if short.empty:
        return (name, NIL, NIL, NIL, NIL, "0")
    worst = short.loc[short["gap_fte"].idxmin()]
    return (
        name,
        f"{short['month'].min():%b %Y}",
        f"{worst['month']:%b %Y}",
        f"{-worst['gap_fte']:.1f} of {worst['required_fte']:.1f}",
        f"{worst['service_level']:.0%}",
        f"{len(short)} of {len(rows)}",
    )


def gap_prices(case, gaps=(0.0, 0.02, 0.05), **asked):
    """What it saves to let a share of the requirement go missing: people to hire, cost, lowest service level of a
    month.
    """
    plans = [case.plan(allowed_gap=gap, **asked) for gap in gaps]
    least = [plan.headcount.loc[plan.headcount["service_level"].idxmin()] for plan in plans]
    shown = pd.DataFrame({
        "may be missing": [f"{gap:.0%}" for gap in gaps], "people to hire": [f"{plan.hires['heads'].sum():d}" for plan in plans],
        f"cost, {case.centre.currency}": [f"{plan.cost:,.0f}" for plan in plans],
        "saved": [f"{plans[0].cost - plan.cost:,.0f}" for plan in plans],
        "lowest service level": [f"{row['service_level']:.0%}, {row['queue']} in {row['month']:%b %Y}" for row in least],
    })  # fmt: skip
    return Sheet(shown)
