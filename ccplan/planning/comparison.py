"""The requirement seen from other sides: one agent more or fewer, without patience, by pyworkforce.

Agents are net (on the phones) unless a column is called scheduled (gross, incl. shrinkage).
"""

from dataclasses import replace
from fractions import Fraction
from math import ceil, inf

import numpy as np
import pandas as pd

from ..queueing import performance, required_agents


def around_requirement(calls, aht_s, targets, *, interval_s=1800, patience_s=inf, lines=inf, span=3):
    """The service of the fewest agents that meet `targets`, and of up to `span` more and fewer.

    Numbers of one interval, durations in seconds. Returns a frame with a row a number of agents:
    agents, chosen (the requirement), service_level, points (change of the service level in percentage
    points against one agent fewer), asa_s, abandonment, occupancy. Raises Infeasible where no number
    of agents meets the targets.

    >>> from ccplan.queueing import Targets
    >>> around_requirement(100, 180, Targets(), span=1)[["agents", "chosen", "service_level"]].round(3)
       agents  chosen  service_level
    0      13   False          0.796
    1      14    True          0.888
    2      15   False          0.941
    """
    chosen = int(required_agents(calls, aht_s, targets, interval_s=interval_s, patience_s=patience_s, lines=lines))
    agents = np.arange(max(chosen - span - 1, 0), chosen + span + 1)
    service = performance(calls, aht_s, agents, interval_s=interval_s, patience_s=patience_s, lines=lines,
                          target_s=targets.target_s, definition=targets.definition).frame()
    frame = pd.DataFrame({"agents": agents, "chosen": agents == chosen, "service_level": service["service_level"]})
    frame["points"] = frame["service_level"].diff() * 100
    frame = frame.join(service[["asa_s", "abandonment", "occupancy"]])
    return frame[frame["agents"] >= chosen - span].reset_index(drop=True)


def compare_erlang(day, centre):
    """The requirement by Erlang C (nobody hangs up) beside Erlang A (the queue's patience), an interval a row.

    `day` has the columns queue, start, offered and aht_s, as `staff` returns; `centre` holds the queues'
    targets and patience, and costs. Returns start, load, erlang_c, erlang_a (net agents),
    service_of_erlang_c (what its agents would really give, with the patience), cost_difference (the
    centre's currency, scheduled hours of the difference × loaded hourly cost).
    """
    parts = [_erlang_of_queue(part, centre.queue(name), centre) for name, part in day.groupby("queue", sort=False)]
    return pd.concat(parts, ignore_index=True)


def _erlang_of_queue(day, queue, centre):
    given = {"interval_s": centre.interval_s, "lines": queue.lines}
    calls, aht_s = day["offered"].to_numpy(float), day["aht_s"].to_numpy(float)
    erlang_c = required_agents(calls, aht_s, queue.targets, patience_s=inf, **given)
    erlang_a = required_agents(calls, aht_s, queue.targets, patience_s=queue.patience_s, **given)
    real = performance(calls, aht_s, erlang_c, patience_s=queue.patience_s, target_s=queue.targets.target_s,
                       definition=queue.targets.definition, **given)
    gross = (erlang_c - erlang_a) / (1 - centre.shrinkage.total)
    return pd.DataFrame({
        "queue": day["queue"], "start": day["start"], "load": calls * aht_s / centre.interval_s,
        "erlang_c": erlang_c, "erlang_a": erlang_a, "service_of_erlang_c": real.service_level,
        "cost_difference": gross * centre.interval_s / 3600 * centre.costs.loaded_hourly_cost,
    })


# ------------------------------------------------------------------------------------ pyworkforce

EMPTY = "no calls: pyworkforce refuses an empty interval, here nobody is needed"
SEARCH = "pyworkforce starts its search at round(load + 1) and never looks below"
CAP = "load ÷ occupancy cap is whole; floating point lifts it by a hair and pyworkforce rounds it up"
SHRINKAGE = "agents ÷ (1 − shrinkage) is whole; floating point lifts it by a hair and pyworkforce rounds it up"
UNKNOWN = "not explained"


def compare_pyworkforce(day, targets, shrinkage, *, interval_s=1800):
    """Our requirement beside pyworkforce's for the same calls, with the reason wherever they differ.

    `day` has start, offered and aht_s (seconds); of `targets` the service level, its threshold and the
    occupancy cap are used, for both without patience (Erlang C), since this is what pyworkforce 0.5.1
    and 0.5.4 share. Returns start, load, agents and scheduled by either program, and `why` (empty
    where they agree).

    >>> from ccplan.queueing import Targets
    >>> day = pd.DataFrame({"start": [0, 1], "offered": [106.0, 0.0], "aht_s": [180.0, 180.0]})
    >>> compare_pyworkforce(day, Targets(target_s=3600), 0.0)[["agents", "pyworkforce_agents"]]
       agents  pyworkforce_agents
    0      11                12.0
    1       0                 NaN
    """
    from .staffing import scheduled_agents

    shared = replace(targets, max_asa_s=None, max_abandonment=None, max_blocking=None, definition="offered")
    agents = np.asarray(required_agents(day["offered"].to_numpy(float), day["aht_s"].to_numpy(float), shared,
                                        interval_s=interval_s))
    frame = pd.DataFrame({"start": day["start"].to_numpy(), "load": day["offered"] * day["aht_s"] / interval_s,
                          "agents": agents, "scheduled": scheduled_agents(agents, shrinkage)})
    theirs = [_pyworkforce(calls, aht_s, shared, shrinkage, interval_s)
              for calls, aht_s in zip(day["offered"], day["aht_s"], strict=True)]
    frame[["pyworkforce_agents", "pyworkforce_scheduled"]] = theirs
    frame["why"] = [_why(row, shared, shrinkage) for row in frame.itertuples()]
    return frame


def _pyworkforce(calls, aht_s, targets, shrinkage, interval_s):
    """(agents, scheduled) as pyworkforce answers; missing where it refuses the question."""
    from pyworkforce.queuing import ErlangC  # takes a second to load

    try:
        queue = ErlangC(transactions=calls, aht=aht_s / 60, asa=targets.target_s / 60,
                        interval=interval_s / 60, shrinkage=shrinkage)
        answer = queue.required_positions(targets.service_level, targets.max_occupancy or 1.0)
    except ValueError:
        return np.nan, np.nan
    return float(answer["raw_positions"]), float(answer["positions"])


def _why(row, targets, shrinkage):
    reasons = []
    if np.isnan(row.pyworkforce_agents):
        return EMPTY if row.load == 0 else UNKNOWN
    if row.pyworkforce_agents != row.agents:
        reasons.append(_why_net(row, targets))
    if row.pyworkforce_scheduled != row.scheduled and not (reasons and _follows(row, shrinkage)):
        reasons.append(SHRINKAGE if _lifted(row.pyworkforce_agents, 1 - shrinkage, shrinkage) else UNKNOWN)
    return "; ".join(reasons)


def _why_net(row, targets):
    if row.pyworkforce_agents == round(row.load + 1) > row.agents:
        return SEARCH
    cap = targets.max_occupancy
    if cap and row.pyworkforce_agents == row.agents + 1 and abs(row.load / cap - row.agents) < 1e-9 * row.agents:
        return CAP
    return UNKNOWN


def _follows(row, shrinkage):
    """Whether the gross figure is just the exact gross-up of pyworkforce's own net figure."""
    return row.pyworkforce_scheduled == _exact_gross(row.pyworkforce_agents, shrinkage)


def _lifted(agents, productive, shrinkage):
    """Whether floating point rounds agents ÷ productive up past the exact answer."""
    return ceil(agents / productive) == _exact_gross(agents, shrinkage) + 1


def _exact_gross(agents, shrinkage):
    """ceil(agents ÷ (1 − shrinkage)) with shrinkage read as the decimal that was written."""
    return ceil(Fraction(int(agents)) / (1 - Fraction(repr(float(shrinkage)))))
