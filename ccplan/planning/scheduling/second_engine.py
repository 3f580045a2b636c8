"""The same problem put to pyworkforce (CP-SAT), where its two models can express it; refused in words where they
cannot.

`MinRequiredResources` wants the cheapest cover without any shortage: objective "hours". `MinAbsDifference` is
objective "difference". Both know days that are alike and by themselves, whole people, and shifts as 0 and 1 by
interval of the day.
"""

from math import gcd

import numpy as np

from .first_plan import first_plan
from .patterns import DAY, clock_words
from .solving import Found, value_of


def solve_by_pyworkforce(programme, blocks, aim, objective, limit_s):
    """The `Found` of the whole by pyworkforce's models; ValueError where they cannot."""
    coverage = _expressed(programme, objective)
    needs, days = programme.needs, len(programme.needs.grid.days)
    required = needs.agents.astype(int).reshape(days, -1).tolist()
    most = int(max(needs.agents.sum(), 1))
    scheduler = _scheduler(
        objective,
        num_days=days,
        periods=DAY // needs.step,
        shifts_coverage=coverage,
        required_resources=required,
        max_period_concurrency=most,
        max_shift_concurrency=most,
        max_search_time=float(limit_s),
        **({} if objective == "difference" else {"cost_dict": _prices(programme, coverage)}),
    )
    answer = scheduler.solve()
    if answer["status"] == "INFEASIBLE":
        raise ValueError(
            'pyworkforce finds no cover without shortage, and knows no other — use engine "highs", which shows what is missing'
        )
    if answer["status"] not in ("OPTIMAL", "FEASIBLE"):  # it found nothing in its time
        people = np.zeros(programme.cover.shape[1])
        for block in blocks:
            people[block.columns] = first_plan(block)
        return _found(blocks, people, aim, proven=False)
    return _found(
        blocks,
        _people(programme, list(coverage), answer["resources_shifts"]),
        aim,
        proven=answer["status"] == "OPTIMAL",
    )


def _found(blocks, people, aim, proven):
    """Its own value is the bound of a proven plan; of others nothing is known."""
    value = sum(value_of(block, people[block.columns], aim.first) for block in blocks)
    return Found(people=people, value=value, bound=value if proven else 0.0, proven=proven)


def _scheduler(objective, **problem):
    from pyworkforce.scheduling import MinAbsDifference, MinRequiredResources  # a second to load

    return (MinAbsDifference if objective == "difference" else MinRequiredResources)(**problem)


def _expressed(programme, objective):
    """{name of a pattern: 0 and 1 by interval of the day}, or ValueError telling what pyworkforce cannot say."""
    needs, periods = programme.needs, DAY // programme.needs.step
    whole = len(needs.grid.place) == periods * len(needs.grid.days) == needs.grid.whole_days
    refusals = [
        (
            objective not in ("hours", "difference"),
            f'objective "{objective}": it knows the fewest hours and the least difference only',
        ),
        (not whole, "days that are not whole: it wants every interval of every day"),
        (
            not np.array_equal(needs.agents, np.rint(needs.agents)),
            "a requirement of parts of people: round it up first",
        ),
        (len(programme.limits) > 0, "limits on people or hours"),
        (len(programme.taken) > 0, "breaks in windows: give each time of the break as a shift of its own"),
        (any(one.start_s + one.length_s > DAY for one in programme.patterns), "shifts over midnight"),
        (
            any(
                len(one.days) < 7 and not set(needs.grid.days.dayofweek) <= set(one.days) for one in programme.patterns
            ),
            "shifts on some days only",
        ),
        (bool((programme.cover.data != 1).any()), "shifts or breaks that end within an interval"),
        (
            objective == "hours" and bool((needs.agents[~programme.reachable] > 0).any()),
            "a requirement when no shift is worked: it would call all infeasible",
        ),
    ]
    told = [words for wrong, words in refusals if wrong]
    if told:
        raise ValueError(f'pyworkforce cannot express {told[0]} — use engine "highs"')
    return {
        f"{i} {one.shift} {clock_words(one.start_s)}": _by_interval(one, needs.step, periods)
        for i, one in enumerate(programme.patterns)
    }


def _by_interval(pattern, step, periods):
    values = np.zeros(periods, int)
    first = pattern.start_s // step
    values[first : first + len(pattern.cover)] = 1
    for way in pattern.fixed:
        for _, at, length in way:
            values[first + at // step : first + (at + length) // step] = 0
    return values.tolist()


def _prices(programme, coverage):
    """Paid hours as the whole numbers that it wants."""
    paid = [round(one.paid_s) for one in programme.patterns]
    unit = gcd(*paid) or 1
    return dict(zip(coverage, (value // unit for value in paid), strict=True))


def _people(programme, names, rows):
    told = {(int(row["day"]), row["shift"]): row["resources"] for row in rows}
    people = np.zeros(programme.cover.shape[1])
    for i, (pattern, day) in enumerate(zip(programme.starts["pattern"], programme.starts["day"], strict=True)):
        people[i] = told[day, names[pattern]]
    return people
