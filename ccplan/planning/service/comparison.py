"""The requirement seen from other sides: one agent more or fewer, without patience, by pyworkforce.

Agents are net (on the phones) unless a column is called scheduled (gross, incl. shrinkage).
"""

from dataclasses import replace
from fractions import Fraction
from math import ceil, inf

import numpy as np
import pandas as pd

from ...data.centre import Queue
from ...data.given import given_table
from ...queueing import Targets, required_agents
from ...queueing.inputs import one_number
from ..staffing import agents_of, refuse_deferred, scheduled_agents, service_of, staff, totals


def around_requirement(
    calls, aht_s, targets, *, interval_s=1800, patience_s=inf, lines=inf, span=3, at_once=1, slowdown=0.0
):
    """The service of the fewest agents that meet `targets`, and of up to `span` more and fewer.

    Numbers of one interval, durations in seconds; `at_once` and `slowdown` of agents who hold several chats.
    Returns a frame with a row a number of agents: agents, chosen (the requirement), service_level, points (change
    of the service level in percentage points against one agent fewer), asa_s, abandonment, occupancy. Raises
    Infeasible where no number of agents meets the targets.

    >>> from ccplan.queueing import Targets
    >>> around_requirement(100, 180, Targets(), span=1)[["agents", "chosen", "service_level"]].round(3)
       agents  chosen  service_level
    0      13   False          0.796
    1      14    True          0.888
    2      15   False          0.941
    """
    queue = Queue(name="queue", targets=targets, patience_s=patience_s, lines=lines, at_once=at_once, slowdown=slowdown)
    calls, aht_s = one_number("calls", calls, high=1e12), one_number("aht_s", aht_s, high=1e12)
    interval_s, span = (
        one_number("interval_s", interval_s, high=1e12, open_low=True),
        int(one_number("span", span, high=1000)),
    )
    chosen = int(agents_of(queue, calls, aht_s, interval_s))
    agents = np.arange(max(chosen - span - 1, 0), chosen + span + 1)
    service = service_of(queue, calls, aht_s, agents, interval_s)
    points = np.diff(service.service_level, prepend=np.nan) * 100
    columns = {
        "agents": agents,
        "chosen": agents == chosen,
        "service_level": service.service_level,
        "points": points,
        "asa_s": service.asa_s,
        "abandonment": service.abandonment,
        "occupancy": service.occupancy,
    }
    inside = agents >= chosen - span
    return pd.DataFrame({name: values[inside] for name, values in columns.items()})


def compare_erlang(day, centre):
    """The requirement by Erlang C (nobody hangs up) beside Erlang A (the queue's patience), an interval a row.

    `day` has the columns queue, start, offered and aht_s, as `staff` returns; `centre` holds the queues'
    targets and patience, and costs. Returns queue, start, offered, load, erlang_c, erlang_a (net agents),
    cost_difference (the centre's currency: scheduled hours of the difference × loaded hourly cost).
    """
    given_table(day, "day", names=["queue"], times=["start"], numbers=["offered", "aht_s"])
    if not len(day):
        raise ValueError("day must hold intervals, got none")
    parts = [_erlang_of_queue(part, centre.queue(name), centre) for name, part in day.groupby("queue", sort=False)]
    return pd.concat(parts, ignore_index=True)


def _erlang_of_queue(day, queue, centre):
    refuse_deferred(queue, "the comparison of Erlang's formulas")
    calls, aht_s = day["offered"].to_numpy(float), day["aht_s"].to_numpy(float)
    erlang_c = agents_of(replace(queue, patience_s=inf), calls, aht_s, centre.interval_s)
    erlang_a = agents_of(queue, calls, aht_s, centre.interval_s)
    gross_hours = (erlang_c - erlang_a) / (1 - centre.shrinkage.total) * centre.interval_s / 3600
    return pd.DataFrame(
        {
            "queue": day["queue"],
            "start": day["start"],
            "offered": calls,
            "aht_s": aht_s,
            "load": calls * aht_s / centre.interval_s,
            "erlang_c": erlang_c,
            "erlang_a": erlang_a,
            "cost_difference": gross_hours * centre.costs.loaded_hourly_cost,
        }
    )


def erlang_bill(compared, centre):
    """What either answer of `compare_erlang` costs, and what it gives to callers who do have patience.

    Returns a row a formula: agent_hours (net), cost (currency, incl. shrinkage), service_level and
    abandonment (Σ ÷ Σ offered) by the queue's patience, whatever formula chose the agents.
    """
    told = ["offered", "aht_s", "erlang_c", "erlang_a"]
    given_table(compared, "compared", names=["queue"], times=["start"], numbers=told)
    if not len(compared):
        raise ValueError("compared must hold an interval at least, got none")
    rows = [_bill(compared, name, centre) for name in ("erlang_c", "erlang_a")]
    return pd.DataFrame(rows, index=pd.Index(["Erlang C", "Erlang A"], name="staffed by"))


def _bill(compared, name, centre):
    calls = compared[["queue", "start", "offered", "aht_s"]]
    given = staff(calls, centre, agents=compared[name].to_numpy())
    sums = totals(given.assign(all="all"), by=("all",)).iloc[0]
    hours = compared[name].sum() * centre.interval_s / 3600
    return {
        "agent_hours": hours,
        "cost": sums["cost"],
        "service_level": sums["service_level"],
        "abandonment": sums["abandonment"],
    }


# --------------------------------------------------------------------------------------- shrinkage


def shrinkage_table(shrinkage, agents=100):
    """Shrinkage by cause, and what its causes make together when added and when multiplied.

    `shrinkage` is a centre's `Shrinkage`; `agents` net agents are grossed up by either total. Returns
    cause, where (outside or inside the building), share (of the base that its heading names), remaining
    (share of the base still on the phones when causes are taken one after the other), scheduled (gross).

    >>> from ccplan.data import Shrinkage
    >>> shrinkage_table(Shrinkage(external={"leave": 0.1}, internal={"breaks": 0.2}))["share of paid time"].tolist()
    [0.1, 0.2, 0.3, 0.28]
    """
    share = f"share of {shrinkage.base} time"
    places = ["outside the building"] * len(shrinkage.external) + ["inside, off the phones"] * len(shrinkage.internal)
    rows = [
        {"cause": cause, "where": place, share: value}
        for (cause, value), place in zip(shrinkage.causes.items(), places, strict=True)
    ]
    rows += [
        _together("all, added: Σ shares", shrinkage.additive, share, agents),
        _together("all, multiplied: 1 − Π (1 − share)", shrinkage.multiplicative, share, agents),
    ]
    return pd.DataFrame(rows).set_index("cause")


def _together(cause, total, share, agents):
    return {
        "cause": cause,
        "where": "",
        share: total,
        f"scheduled (gross) for {agents} net": scheduled_agents(agents, total),
    }


# ------------------------------------------------------------------------------------ pyworkforce

# Why the two may differ, each short enough for a column of a table.
EMPTY = "no calls: pyworkforce refuses, nobody is needed"
SEARCH = "its search starts at round(load + 1), not below"
CAP = "floating point lifts load ÷ cap past a whole"
SHRINKAGE = "floating point lifts net ÷ (1 − s) past a whole"
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
    given_table(day, "day", keys=["start"], numbers=["offered", "aht_s"])
    shared = replace(targets, max_asa_s=None, max_abandonment=None, max_blocking=None, definition="offered")
    agents = np.asarray(
        required_agents(day["offered"].to_numpy(float), day["aht_s"].to_numpy(float), shared, interval_s=interval_s)
    )
    frame = pd.DataFrame(
        {
            "start": day["start"].to_numpy(),
            "load": day["offered"] * day["aht_s"] / interval_s,
            "agents": agents,
            "scheduled": scheduled_agents(agents, shrinkage),
        }
    )
    theirs = [
        _pyworkforce(calls, aht_s, shared, shrinkage, interval_s)
        for calls, aht_s in zip(day["offered"], day["aht_s"], strict=True)
    ]
    frame[["pyworkforce_agents", "pyworkforce_scheduled"]] = theirs
    frame["why"] = [_why(row, shared, shrinkage) for row in frame.itertuples()]
    return frame


def tally_pyworkforce(calls, targets, shrinkages, *, interval_s=1800):
    """How often the two programs agree over many intervals: a row a reason, a column a shrinkage."""

    def counted(shrinkage):
        return compare_pyworkforce(calls, targets, shrinkage, interval_s=interval_s)["why"].value_counts()

    counts = pd.DataFrame({f"shrinkage {value:.0%}": counted(value) for value in shrinkages})
    counts = counts.fillna(0).astype(int).rename(index={"": "the same answer"}).rename_axis("intervals with")
    return counts.sort_values(list(counts), ascending=False)


def known_disagreements():
    """Questions on which the two programs are known to differ, as `compare_pyworkforce` answers them."""
    cases = [
        ("21 agents at 30 % shrinkage", 168.0, 180.0, 20, None, 0.30, 1800),
        ("one hour to answer", 106.0, 180.0, 3600, None, 0.0, 1800),
        ("occupancy cap of 85 %, quarter-hour", 255.0, 297.0, 20, 0.85, 0.0, 900),
        ("an empty interval", 0.0, 180.0, 20, None, 0.0, 1800),
    ]
    return pd.concat([_known(*case) for case in cases], ignore_index=True).set_index("question")


def _known(question, calls, aht_s, target_s, max_occupancy, shrinkage, interval_s):
    targets = Targets(service_level=0.80, target_s=target_s, max_occupancy=max_occupancy)
    day = pd.DataFrame({"start": [pd.NaT], "offered": [calls], "aht_s": [aht_s]})
    seen = compare_pyworkforce(day, targets, shrinkage, interval_s=interval_s)
    seen.insert(0, "question", question)
    return seen.drop(columns="start")


def _pyworkforce(calls, aht_s, targets, shrinkage, interval_s):
    """(agents, scheduled) as pyworkforce answers; missing where it refuses the question."""
    from pyworkforce.queuing import ErlangC  # takes a second to load

    try:
        queue = ErlangC(
            transactions=calls, aht=aht_s / 60, asa=targets.target_s / 60, interval=interval_s / 60, shrinkage=shrinkage
        )
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
