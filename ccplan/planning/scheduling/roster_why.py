"""Why a roster is as it is, in words: which rule a duty would break, what a wish would cost, what is locked against
a rule.
"""

import numpy as np
import pandas as pd

from .roster_input import OFF
from .roster_lines import PARTS, cover_price, line_price
from .roster_problem import HOUR, LONGEST_ROW, WEEKENDS, grants

CAUSES = ("missing", "idle", *PARTS)


def day_words(day):
    """A day as people write it.

    >>> day_words(pd.Timestamp("2026-08-03"))
    'Mon 3 Aug'
    """
    return f"{day:%a} {day.day} {day:%b}"


def duty_words(problem, kind):
    """A kind of duty: its shift, with the start where the shift has several and the skill where it asks for one."""
    row, kinds = problem.kinds.iloc[kind], problem.kinds
    same = kinds[kinds["shift"] == row["shift"]]
    words = row["shift"] + (
        f" at {int(row['clock_s']) // 3600:02d}:{int(row['clock_s']) % 3600 // 60:02d}"
        if same["clock_s"].nunique() > 1
        else ""
    )
    return words + (f" ({row['skill']})" if row["skill"] and same["skill"].nunique() > 1 else "")


def broken(problem, a, line):
    """Every rule that a line breaks: a list of (day, rule, words, whether a free day takes part)."""
    found = _not_there(problem, a, line) + _short_rest(problem, a, line) + _starts_apart(problem, a, line)
    work = line > 0
    found += _long_rows(problem, a, work, problem.rules.most_days, "days in a row", "day of work in a row")
    dark = work & problem.rules.night[np.arange(line.size), line]
    found += _long_rows(problem, a, dark, problem.rules.most_nights, "nights in a row", "night of work in a row")
    return sorted(found + _full_weeks(problem, a, line) + _weekends(problem, a, line), key=lambda one: one[0])


def _not_there(problem, a, line):
    rules, found = problem.rules, []
    for d in range(problem.first, line.size):
        k = line[d]
        if (
            k > 0
            and not rules.allowed[a, d, k]
            and (not problem.locked[a, d] or (words := barred(problem, a, d, k))[0] != "demand")
        ):
            rule, words = barred(problem, a, d, k)
            found.append((d, rule, words, not rules.fixed[a, d]))
    return found


def barred(problem, a, d, k):
    """(rule, words): why an agent cannot do a duty that day, whatever the other days are."""
    name, day, duty = problem.people["agent"].iloc[a], day_words(problem.days[d]), duty_words(problem, k)
    if not problem.employed[a, d]:
        return "employment", f"{day}: {name} is not employed that day"
    if problem.leave[a, d]:
        return "leave", f"{day}: {name} is away"
    if not problem.skilled[a, k]:
        return "skill", f"{day}: {name} does not have the skill {problem.kinds['skill'].iloc[k]} of {duty}"
    if (
        not problem.times["there"][d, k]
        or problem.demand[(problem.demand["at"] == d) & (problem.demand["kind"] == k)].empty
    ):
        return "demand", f"{day}: no {duty} is wanted that day"
    return "leave", f"{day}: {duty} ends on the next day, when {name} is away"


def _short_rest(problem, a, line):
    rules, times, found = problem.rules, problem.times, []
    for d in range(problem.first, line.size):
        for lag in range(1, rules.lags + 1):
            k, l = line[d - lag], line[d]
            if k and l and rules.clash[lag - 1, d, k, l]:
                hours = min(times[f"{c}_start"][d, l] - times[f"{c}_end"][d - lag, k] for c in ("wall", "real")) / HOUR
                found.append(
                    (
                        d,
                        "rest",
                        f"{max(hours, 0):.4g} h of rest between {duty_words(problem, k)} of {day_words(problem.days[d - lag])} and "
                        f"{duty_words(problem, l)} of {day_words(problem.days[d])}, {problem.prices.min_rest_s / HOUR:.4g} h are the rule",
                        not (rules.fixed[a, d] and rules.fixed[a, d - lag]),
                    )
                )
    return found


def _long_rows(problem, a, flags, most, rule, words):
    found, run = [], 0
    for d in range(problem.first - LONGEST_ROW, flags.size):
        run = run + 1 if flags[d] else 0
        if run > most and d >= problem.first:
            free = not problem.rules.fixed[a, d - most : d + 1].all()
            found.append(
                (d, rule, f"{day_words(problem.days[d])} would be {words} number {run}, {most} are the most", free)
            )
    return found


def _full_weeks(problem, a, line):
    rules, found, days = problem.rules, [], np.arange(line.size)
    hours = rules.paid[days, line]
    for w in range(rules.week[problem.first], rules.week[-1] + 1):
        worked, most = hours[rules.week == w].sum(), problem.prices.most_week_s / HOUR
        if worked > most + 1e-9:
            monday = int(np.flatnonzero(rules.week == w)[0])
            found.append(
                (
                    max(monday, problem.first),
                    "hours of the week",
                    f"week of {day_words(problem.days[monday])} has {worked:.4g} paid hours, {most:.4g} are the most",
                    bool(worked > rules.week_cap[a, w] + 1e-9),
                )
            )
    return found


def _weekends(problem, a, line):
    rules, found, days = problem.rules, [], np.arange(line.size)
    touch = rules.touch[days, line]
    worked = np.array([touch[rules.week == w].any() for w in range(rules.week[-1] + 1)])
    most = WEEKENDS - int(problem.prices.free_weekends)
    for w in range(rules.week[problem.first], rules.week[-1] + 1):
        count = int(worked[w - 3 : w + 1].sum())
        if count > most:
            day = int(np.flatnonzero(rules.week == w)[-1])
            found.append(
                (
                    day,
                    "free weekends",
                    f"{count} of the four weekends up to {day_words(problem.days[day])} are worked, {most} may be",
                    bool(count > rules.end_cap[a, w - 3]),
                )
            )
    return found


def _starts_apart(problem, a, line):
    rules, found = problem.rules, []
    if rules.apart >= 24:
        return found
    for d in range(problem.first, line.size):
        for e in range(d - 6, d):
            if (
                line[d]
                and line[e]
                and rules.week[d] == rules.week[e]
                and (gap := abs(rules.clock[line[d]] - rules.clock[line[e]])) > rules.apart + 1e-9
            ):
                found.append(
                    (
                        d,
                        "starts of a week",
                        f"starts on {day_words(problem.days[e])} and {day_words(problem.days[d])} are {gap:.4g} h apart, "
                        f"{rules.apart:.4g} h are the most",
                        not (rules.fixed[a, d] and rules.fixed[a, e]),
                    )
                )
    return found


def told_locks(problem, lines):
    """What is locked although it breaks a rule: agent, day, rule, words."""
    rows = []
    for a, line in enumerate(lines):
        if problem.locked[a].any():
            rows += [
                (problem.people["agent"].iloc[a], problem.days[d], rule, f"{words}: kept, as it is locked")
                for d, rule, words, free in broken(problem, a, line)
                if not free
            ]
    return pd.DataFrame(rows, columns=["agent", "day", "rule", "words"])


def told_wishes(problem, lines, cover):
    """Every wish: agent, day, wish, weight, granted, cause (what stands against it), why (in words), more (price if
    it were granted, the other days as they are).
    """
    rows = []
    for wish in problem.wishes.itertuples():
        a, d = wish.agent, wish.day
        fits = grants(wish.wish, problem.kinds)
        granted = bool(fits[lines[a, d]])
        cause, why, more = (
            ("", "", np.nan) if granted else against(problem, lines, cover, a, d, np.flatnonzero(fits), wish.wish)
        )
        rows.append(
            (problem.people["agent"].iloc[a], problem.days[d], wish.wish, wish.weight, granted, cause, why, more)
        )
    return pd.DataFrame(rows, columns=["agent", "day", "wish", "weight", "granted", "cause", "why", "more"])


def against(problem, lines, cover, a, d, kinds, wish):
    """(cause, words, price more) of doing one of `kinds` instead, the agent's other days as they are: the cheapest
    that can be.
    """
    if problem.locked[a, d]:
        return "locked", f"{day_words(problem.days[d])} is locked as published", np.nan
    tried = [_tried(problem, lines, cover, a, d, int(k)) for k in kinds if k == 0 or problem.times["there"][d, k]]
    if not tried:
        return "demand", f"{day_words(problem.days[d])}: no {wish} is wanted that day", np.nan
    can = [one for one in tried if np.isfinite(one[2])]
    return min(can, key=lambda one: one[2]) if can else (tried[0][0], tried[0][1], np.nan)


def _tried(problem, lines, cover, a, d, k):
    rules, parts, changed = problem.rules, np.zeros((2, len(PARTS))), lines[a].copy()
    if k > 0 and not rules.allowed[a, d, k]:
        return *barred(problem, a, d, k), np.inf
    changed[d] = k
    line_price(rules, a, lines[a], parts[0])
    if not np.isfinite(line_price(rules, a, changed, parts[1])):
        rule, words = next((rule, words) for _, rule, words, free in broken(problem, a, changed) if free)
        return rule, words, np.inf
    more = np.concatenate([_cover_change(problem, cover, d, lines[a, d], k), parts[1] - parts[0]])
    at = int(np.argmax(more))
    return CAUSES[at], _cause_words(problem, a, d, lines[a, d], k, at, more), float(more.sum())


def _cover_change(problem, cover, d, old, new):
    """(missing, idle): what the change costs."""
    out = np.zeros(2)
    for kind, step in ((old, -1), (new, 1)):
        if kind > 0:
            before, after = cover[d, kind], cover[d, kind] + step
            short = min(before, after) < problem.rules.demand[d, kind]
            out[0 if short else 1] += cover_price(problem.rules, d, kind, after) - cover_price(
                problem.rules, d, kind, before
            )
    return out


def _cause_words(problem, a, d, old, new, at, more):
    day, total = day_words(problem.days[d]), more.sum()
    if more[at] <= 1e-9:
        return f"{day}: it would cost as much as it gives"
    words = {
        "missing": f"{duty_words(problem, old)} would be one short", "idle": f"{duty_words(problem, new)} would be one too many",
        "contract hours": f"{problem.people['agent'].iloc[a]}'s hours would be further off the contract",
        "single days off": "a day off would stand alone", "nights and weekends": "it would be more nights or weekend days than a fair share",
        "wishes": "another wish of that day would be refused", "moved starts": "the starts of days in a row would lie further apart",
    }[CAUSES[at]]  # fmt: skip
    if total <= 1e-9:
        return f"{day}: {words}; it would cost as much as it gives"
    return f"{day}: {words} (price {more[at]:.0f}; {total:.0f} more than the wish is worth)"


def told_changes(problem, was, lines):
    """Every duty that differs between two rosters: agent, day, was, now, words."""
    rows = []
    for a, d in zip(*np.nonzero(was != lines), strict=True):
        name, before, now = (
            problem.people["agent"].iloc[a],
            *(OFF if k == 0 else duty_words(problem, k) for k in (was[a, d], lines[a, d])),
        )
        rows.append(
            (name, problem.days[d], before, now, f"{name}, {day_words(problem.days[d])}: {now} instead of {before}")
        )
    return pd.DataFrame(rows, columns=["agent", "day", "was", "now", "words"])
