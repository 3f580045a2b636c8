"""Findings of one cause told as one: whoever reads the audit acts on causes, not on every figure that a cause has
moved.

Findings are gathered where they are of one subject (see `verdict.distinct`): a cause that was found speaks first,
then the gravest. What a plan should learn (possible improvements) stays a finding of its own beside what happened.
A price a contact that was promised is told with what was spent over the plan, where that alone explains it.
"""

from dataclasses import replace

from ..findings import Finding  # noqa: F401 — for the examples
from ..kpis import KPIS
from .verdict import CAUSES, named, ranked, subjects

MOST = 3  # of what is told with a finding, in words; the rest is counted
FEW = 2  # promises that are told with their numbers
OVER = "over plan "  # how keys of what was spent over the plan begin
APART = "improvements"


def gathered(findings):
    """The findings by cause, the gravest first: a tuple of Finding, those of one cause and kind as one with `also`.

    >>> of = dict(severity="amber", says="x", evidence="x", action="x")
    >>> told = gathered([Finding(key="csat a", area="customers", **of), Finding(key="reason b", area="customers", **of | {"says": "handle time of a"}),
    ...                  Finding(key="forecast_aht a", area="improvements", **of)])
    >>> [(one.key, [other.key for other in one.also]) for one in told]
    [('reason b', ['csat a']), ('forecast_aht a', [])]
    """
    groups = [group for subject in subjects(findings) for group in _kinds(subject)]
    return tuple(ranked(_told(group) for group in _with_prices(groups)))


def _kinds(subject):
    """A subject's findings: what happened, and what the plans should learn."""
    sides = ([one for one in subject if (one.area == APART) == apart] for apart in (False, True))
    return [side for side in sides if side]


def _with_prices(groups):
    """The groups, where prices a contact stand with what was spent over the plan if that was enough to explain them."""
    over = [group for group in groups if any(one.key.startswith(OVER) for one in group)]
    prices = [group for group in groups if all(one.key in KPIS and KPIS[one.key].unit == "currency" for one in group)]
    spent = sum(one.cost or 0 for group in over for one in group)
    for group in prices:
        if over and 0 < sum(one.cost or 0 for one in group) <= spent:
            dearest = max(over, key=lambda found: sum(one.cost or 0 for one in found))
            dearest += group
            groups = [one for one in groups if one is not group]
    return groups


def _told(group):
    """A group as one Finding: led by a cause, or what was overspent, else by the gravest."""
    if len(group) == 1:
        return group[0]
    group = sorted(group, key=lambda one: not _is_lead(one))  # the order of rank stays within
    lead, rest = group[0], tuple(group[1:])
    gravest = ranked(group)[0].severity
    actions = lead.action if _is_lead(lead) else "; ".join(dict.fromkeys(one.action.rstrip(" .") for one in group))
    return replace(
        lead,
        severity=gravest,
        action=actions,
        says=f"{lead.says.rstrip(' .')}. {_with_it(rest)}",
        also=rest,
        area="customers" if any(one.area == "customers" for one in group) else lead.area,
    )


def _is_lead(one):
    """Whether a finding tells the cause of others: its action is that of all."""
    return named(one.key)[0] in CAUSES or one.key.startswith(OVER)


def _with_it(rest):
    """What is told with a finding: promises that were missed by their KPI, all else in a few words each."""
    missed = [one for one in rest if one.evidence == "kpis"]
    others = [one for one in rest if one.evidence != "kpis"]
    told = [_missed(missed)] if missed else []
    if others:
        words = [one.short for one in others[:MOST]] + ([f"{len(others) - MOST} more"] if len(others) > MOST else [])
        told.append(f"With it: {'; '.join(words)}")
    return ". ".join(told)


def _missed(missed):
    """The promises that were missed with it: first contact resolution (service, chat); customer satisfaction
    (service).
    """
    if len(missed) <= FEW:
        return f"Promised and missed with it: {'; '.join(one.short for one in missed)}"
    by_kpi = {}
    for one in missed:
        kpi, _, queue = one.key.partition(" ")
        by_kpi.setdefault(KPIS[kpi].name.lower() if kpi in KPIS else kpi, []).append(queue)
    words = [name + (f" ({', '.join(filter(None, queues))})" if any(queues) else "") for name, queues in by_kpi.items()]
    return f"{len(missed)} promises were missed with it: {'; '.join(words)}"
