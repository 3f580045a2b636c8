"""A day as it ran, for a look at it in the middle: who was planned, what the morning expected, what can still be
done.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ..charts import show
from ..tables import Words, cornered, plain
from .case import needs

ILL = "sickness"
WORDS = {
    "move break": "moved breaks",
    "move activity": "moved trainings and meetings",
    "postpone activity": "postponed trainings and meetings",
    "overtime": "overtime",
    "time off": "voluntary time off",
}


@dataclass(frozen=True)
class Today:
    """A day at a moment: the `state` (an `Intraday`), the day's `activities`, the week's `duties` around it, the
    `options`.
    """

    state: object
    activities: pd.DataFrame = field(repr=False)
    duties: pd.DataFrame = field(repr=False)
    options: pd.DataFrame = field(repr=False)


@needs("activities", "people_then")
def today_of(case, day="", at="11:00", *, most=3):
    """The `Today` of a day that has passed; of the last four weeks' the one on which most people were ill, where
    none is named.

    The morning's forecast is made from what was known on the evening before. Raises ValueError in words.
    """
    from ...planning import forecast_queues, intraday, intraday_options

    day = pd.Timestamp(day) if day else hard_day(case.activities)
    local = case.activities["start"].dt.tz_localize(None).dt.normalize()
    mine = case.activities[local == day]
    if not len(mine):
        raise ValueError(
            f"day must be one of the activities ({local.min():%Y-%m-%d} to {local.max():%Y-%m-%d}), got {day:%Y-%m-%d}"
        )
    known = case.intervals[case.intervals["start"].dt.tz_localize(None) < day]
    morning = forecast_queues(known, case.centre, "1d", samples=200, cache=True, **case.calendar)[0]
    zone = mine["start"].dt.tz
    now = (day + pd.Timedelta(f"{at}:00")).tz_localize(zone)
    state = intraday(mine, morning, case.intervals, case.centre, now, queue=case.queue)
    around = case.activities[(local >= day - pd.Timedelta(days=6)) & (local <= day + pd.Timedelta(days=2))]
    duties = duties_of(around, case.shifts)
    options = intraday_options(
        state, duties, case.people_then, case.centre.rostering, case.shifts, case.centre, most=most
    )
    return Today(state, mine, duties, options)


def hard_day(activities):
    """Of the last four weeks the day on which most of those planned were ill; the last day, where nobody was."""
    local = activities["start"].dt.tz_localize(None).dt.normalize()
    lately = local > local.max() - pd.Timedelta(weeks=4)
    ill = activities[lately & (activities["actual"] == ILL) & (activities["scheduled"] == "work")]
    people = ill.groupby(local[ill.index])["agent"].nunique().sort_index()
    return people.idxmax() if len(people) else local.max()


def duties_of(activities, shifts):
    """A duty for each agent and day, from the first to the last moment scheduled at the centre; the shift is that
    of the length.
    """
    from ...planning.scheduling.adherence import AWAY

    there = activities[activities["scheduled"].notna() & ~activities["scheduled"].isin(AWAY)]
    day = there["start"].dt.tz_localize(None).dt.normalize()
    found = (
        there.assign(day=day).groupby(["agent", "day"]).agg(start=("start", "min"), end=("end", "max")).reset_index()
    )
    lengths = {shift.length_s: shift.name for shift in reversed(shifts)}
    last = (found["end"] - found["start"]).dt.total_seconds()
    return found.assign(shift=[lengths.get(length, "other") for length in last])


def day_so_far(today):
    """How the day stands, in a paragraph; what is missing, where it cannot be told."""
    return today if isinstance(today, Words) else Words(plain(today.state.words))


def today_picture(case, today):
    """The day as a Picture."""
    from .intraday_charts import intraday_chart

    return today if isinstance(today, Words) else show(intraday_chart(today.state, today.activities, case.centre))


def adherence_table(today, most=6):
    """What kept people from what was planned until now, the longest first."""
    if isinstance(today, Words):
        return today
    rows = today.state.adherence.causes.head(most)
    return cornered(
        pd.DataFrame(
            {
                "cause": rows["cause"],
                "hours": (rows["seconds"] / 3600).map("{:.1f}".format),
                "people": rows["agents"],
                "counts as": np.where(rows["counts"], "adherence", "absence"),
            }
        ).set_index("cause")
    )


def options_table(today, most=9):
    """What can still be done, with its cost and its effect on the rest of the day before anybody decides."""
    if isinstance(today, Words):
        return today
    rows = today.options.head(most)
    gain = 100 * (rows["service_after"] - rows["service_before"])
    told = pd.DataFrame(
        {
            "what": [_what(row) for row in rows.itertuples()],
            "cost": [_signed(cost, "+.0f").replace("+0", "0") for cost in rows["cost"]],
            "hours missing": [_signed(hours, "+.2f") for hours in rows["missing_h"]],
            "service, points": [_signed(points, "+.1f") for points in gain],
            "worth": rows["worth"].map("{:,.0f}".format),
        }
    )
    return told.set_axis([""] * len(told))


def _what(option):
    """What an option does, without what comes of it: who and what are two parts where something is moved."""
    parts = option.words.split(": ")
    return ": ".join(parts[: 2 if option.kind.startswith(("move", "postpone")) else 1])


def _signed(value, form):
    return format(value, form).replace("-", "−")


def options_answer(case, today):
    """What all the options together would do, one after the other as long as each still helps: a paragraph."""
    if isinstance(today, Words):
        return today
    from ...planning import apply_option
    from ...planning.scheduling.day_service import totals_of
    from ...planning.scheduling.intraday import seen_then

    activities, done, cost = today.state.activities, [], 0.0
    for option in today.options[today.options["kind"] != "time off"].to_dict("records"):
        try:
            activities = apply_option(activities, option)
        except ValueError:
            continue  # another option has taken its place
        done.append(option["kind"])
        cost += option["cost"]
    if not done:
        return Words("Nothing that the rules allow is worth its cost: the day goes on as it is.")
    model = today.state.day
    ahead = (model.rows["start"] >= today.state.now).to_numpy()
    service = [
        totals_of(model.service(seen_then(model, table, table, today.state.now))[ahead])["service_level"]
        for table in (today.state.activities, activities)
    ]
    kinds = ", ".join(f"{done.count(kind)} {WORDS[kind]}" for kind in dict.fromkeys(done))
    return Words(
        f"**All of them together ({kinds}) lift the rest of the day from {service[0]:.1%} to {service[1]:.1%} answered in time**, "
        f"for {case.centre.currency} {cost:,.0f}."
    )
