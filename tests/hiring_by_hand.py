"""A second reckoning of hiring, written another way: every plan of a small case is tried, person-months are added up by
loops, and what is missing in a month is filled by trying the cheapest corners."""

from functools import cache
from itertools import product
from math import ceil

DAYS = {1: 31, 2: 28, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}  # of 2027


def life(hiring, age, length):
    """(heads at the start, average heads, output) of one head, month by month from the age `age` on."""
    start, months = 1.0, []
    for old in range(age, age + length):
        yearly = next((share for until, share in hiring.attrition_by_tenure if old < until), hiring.attrition_per_year)
        gone = start * (yearly / 12) / (1 + yearly / 24)
        average = start - gone / 2
        months.append((start, average, average * output(hiring, old)))
        start -= gone
    return months


def output(hiring, old):
    """Mean output in the month of age `old`."""
    return mean_output(hiring.training_weeks, tuple(hiring.ramp), old)


@cache  # the small cases have few ways of training, and many people
def mean_output(training_weeks, ramp, old):
    """The same, by adding up 3,000 small steps of it."""
    steps, total = 3000, 0.0
    for i in range(steps):
        on_phones = old + (i + 0.5) / steps - training_weeks / (365.25 / 12 / 7)
        if on_phones > 0:
            total += ramp[int(on_phones)] if on_phones < len(ramp) else 1.0
    return total / steps


def cheapest(centre, required, here, earliest, most):
    """(cost, plan) of the cheapest plan that keeps `required` {queue: [FTE by month of 2027]}; (None, None) if
    there is none.

    `here` {queue: long-served heads}, `earliest` first month (0: January) of a start, `most` heads a queue and
    month tried.
    """
    queues, months = list(required), len(next(iter(required.values())))
    cells = [(q, m) for q in queues for m in range(months) if m >= earliest]
    new, old = life(centre.hiring, 0, months), life(centre.hiring, 600, months)
    best, plan = None, None
    for heads in product(*[sizes(centre.hiring, most) for _ in cells]):
        chosen = {cell: n for cell, n in zip(cells, heads, strict=True) if n}
        cost = price(centre, required, here, chosen, new, old, months, best)
        if cost is not None and (best is None or cost < best - 1e-9):
            best, plan = cost, chosen
    return best, plan


def sizes(hiring, most):
    """Heads that can start in a month: those that can be cut into classes of a size that is allowed."""
    return [n for n in range(most + 1) if n == 0 or ceil(n / hiring.class_size) * hiring.smallest_class <= n]


def price(centre, required, here, chosen, new, old, months, best):
    """Cost of a plan beyond the people who are here; None where it breaks a rule, or is dearer than `best`."""
    hiring, costs = centre.hiring, centre.costs
    weeks = hiring.training_weeks / (365.25 / 12 / 7)
    total = sum(n * costs.per_hire + ceil(n / hiring.class_size) * hiring.class_cost for n in chosen.values())
    for month in range(months):
        if best is not None and total > best:
            return None
        running = [(n, month - m, m) for (_, m), n in chosen.items() if m <= month]
        training = [(n, since) for n, since, _ in running if since < weeks - 1e-9]
        if sum(ceil(n / hiring.class_size) for n, _ in training) > hiring.trainers:
            return None
        if sum(n * new[since][0] for n, since in training) > hiring.training_seats + 1e-9:
            return None
        seated = sum(n * new[since][0] for n, since, _ in running)
        if seated > 1e-9 and seated + sum(here.values()) * old[month][0] > hiring.seats + 1e-9:
            return None
        hours = DAYS[month + 1] / 7 * costs.weekly_hours
        total += sum(n * new[since][1] for n, since, _ in running) * hours * costs.hourly_wage * (1 + costs.on_costs)
        total += seated * costs.seat_per_month
        filled = fill(
            centre,
            month,
            hours,
            [
                (
                    required[q][month],
                    here[q] * old[month][2]
                    + sum(n * new[month - m][2] for (p, m), n in chosen.items() if p == q and m <= month),
                )
                for q in required
            ],
        )
        if filled is None:
            return None
        total += filled
    return total


def fill(centre, month, hours, queues):
    """Cheapest way to fill what the queues miss in a month: each queue's overtime takes all it can, or as little as
    it must.
    """
    there = 1 - sum(centre.shrinkage.external.values())  # of paid time: nobody is on leave or ill in overtime
    overtime = hours * there * centre.costs.hourly_wage * (1 + centre.costs.on_costs) * centre.costs.overtime_factor
    bought = (
        hours
        * (1 - sum(centre.shrinkage.causes.values()))
        / centre.flex.outsourced_output
        * centre.flex.outsourced_hourly
    )
    best, short = None, [max(need - have, 0.0) for need, have in queues]
    caps = [centre.flex.overtime * have for _, have in queues]
    for corners in product((0, 1), repeat=len(queues)):
        over = [min(s, cap) if full else 0.0 for s, cap, full in zip(short, caps, corners, strict=True)]
        rest = sum(short) - sum(over)
        lack = rest - centre.flex.outsourced_fte
        if lack > 0:  # the least overtime that leaves no more than the outsourcer takes
            room = sum(min(s, cap) - o for s, cap, o in zip(short, caps, over, strict=True))
            if room < lack - 1e-9:
                continue
            rest, extra = centre.flex.outsourced_fte, lack
        else:
            extra = 0.0
        cost = (sum(over) + extra) * overtime + rest * bought
        best = cost if best is None or cost < best else best
    return best
