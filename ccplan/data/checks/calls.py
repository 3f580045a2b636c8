"""What is hard to believe in a log of calls, alone and beside the centre's other tables.

Everything is counted by Ibis, on DuckDB inside this process: a log of millions of rows is scanned a
few times and never held as Python objects. Rules of single rows (negative times, unknown outcomes,
a wait longer than a day) stand in `tables.py`; here is what needs judgement or another table.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from .findings import counted, finding, rows_finding
from ..tables import DAY_S
from ..reading.stamps import since_1970_s, start_of_day, wall_clock

LONG_WAIT_S = 4 * 3600
LONG_HANDLE_S = 7200
SLACK_S = 2  # clocks of a switch are not exact to the second
EXAMPLES = 5  # rows that a finding names
PLACEHOLDER = 10  # times as many calls as any other customer
EXTRA = 4  # letters by which a garbled name is longer than the one it holds
NOBODY = ("", "no server", "no agent", "none", "nobody", "n/a", "na", "unknown", "null", "-")
TOLERANCE = 0.01


@dataclass(frozen=True, kw_only=True)
class CallLog:
    """A log of calls for the checks: an Ibis table with `row` (of the file) and naive local `arrived`.

    `nobody` are the spellings, as they stand in the column of agents, that mean no agent; `counts`
    {column: {name: rows}} of agents and queues.
    """

    calls: Any
    file: str
    nobody: tuple = ()
    agents: tuple = field(default=(), repr=False)
    counts: dict = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, frame, rows, file):
        """The log of a pandas frame of the table `calls`; `rows` are its rows in the file."""
        import ibis  # loads where it is used

        known = frame.assign(
            row=np.asarray(rows), arrived=wall_clock(frame["arrived"]), at_s=since_1970_s(frame["arrived"])
        )
        return cls.over(ibis.memtable(known), file)

    @classmethod
    def over(cls, calls, file):
        """The log of an Ibis table that has `row` and `arrived` without a zone."""
        if "at_s" not in calls.columns:
            calls = calls.mutate(at_s=calls["arrived"].epoch_seconds())
        counts = _counts(calls, "agent")
        nobody = tuple(name for name in counts if _blank(name))
        return cls(
            calls=calls,
            file=file,
            nobody=nobody,
            agents=tuple(sorted(set(counts) - set(nobody))),
            counts={"agent": counts, "queue": _counts(calls, "queue")},
        )

    def has(self, *columns):
        """True where the log has all these columns."""
        return set(columns) <= set(self.calls.columns)

    @property
    def somebody(self):
        """A column of bool: an agent is named."""
        agent = self.calls["agent"]
        return agent.notnull() & (~agent.isin(self.nobody) if self.nobody else True)


def check_calls(log, centre, agents=None):
    """Findings of a CallLog, alone and against the centre's queues and the frame of `agents`."""
    yield from _believable(log)
    yield from _garbled(log, agents)
    yield from _queues(log, centre)
    yield from _customers(log)
    yield from _overlaps(log)
    if agents is not None and log.has("agent"):
        yield from _employment(log, agents)


# -------------------------------------------------------------------------------- rows by themselves


def _believable(log):
    """All rules of single rows are counted in one scan; rows are looked up only where one is broken."""
    rules = [
        found
        for rule in (_long_wait, _long_handle, _no_server, _served_yet_lost, _past_midnight)
        if (found := rule(log))
    ]
    if not rules:
        return
    found = log.calls.aggregate(
        **{f"n{i}": mask.fill_null(False).sum() for i, (mask, *_) in enumerate(rules)}
    ).execute()
    for i, (mask, column, severity, what, rule) in enumerate(rules):
        count = int(found[f"n{i}"].fillna(0).iloc[0])
        if count:
            yield rows_finding(
                "calls", log.file, severity, what, count, _examples(log.calls, mask, column), column, rule
            )


def _long_wait(log):
    return log.has("wait_s") and (
        _live(log) & (log.calls["wait_s"] > LONG_WAIT_S),
        "wait_s",
        "warning",
        f"a wait above {LONG_WAIT_S:,} s (four hours)",
        "must be believable",
    )


def _long_handle(log):
    return log.has("talk_s") and (
        _handle(log.calls) > LONG_HANDLE_S,
        "talk_s",
        "warning",
        "a handle time above two hours",
        "must be believable",
    )


def _no_server(log):
    return (
        log.has("agent", "outcome")
        and log.agents
        and (
            (log.calls["outcome"] == "answered") & ~log.somebody,
            "agent",
            "warning",
            "answered, but no agent is named",
            "an answered call has an agent",
        )
    )


def _served_yet_lost(log):
    return log.has("agent", "outcome") and (
        (log.calls["outcome"] != "answered") & log.somebody,
        "agent",
        "note",
        "not answered, but an agent is named",
        "only an answered call has an agent",
    )


def _past_midnight(log):
    if not log.has("wait_s", "talk_s"):
        return None
    local = log.calls["arrived"].epoch_seconds() % DAY_S
    past = (local + log.calls["wait_s"].fill_null(0) + log.calls["talk_s"].fill_null(0)) >= DAY_S
    return (
        past,
        "arrived",
        "note",
        "the call runs past midnight; it belongs to the day on which it arrived",
        "a day ends at midnight",
    )


def _live(log):
    """Contacts that somebody holds the line for: everything but e-mail."""
    return (log.calls["channel"] != "email") if log.has("channel") else (log.calls["row"] > 0)


def _handle(calls):
    parts = [calls[name].fill_null(0) for name in ("talk_s", "hold_s", "acw_s") if name in calls.columns]
    return sum(parts[1:], parts[0])


def _examples(calls, mask, column):
    found = calls.filter(mask.fill_null(False)).select("row", value=calls[column]).order_by("row").limit(EXAMPLES)
    return found.execute()


# ------------------------------------------------------------------------------------ names of things


def _counts(calls, column):
    """{spelling: rows} of a column, {} where the log has no such column."""
    if column not in calls.columns:
        return {}
    found = calls.group_by(column).agg(n=calls.count()).execute().dropna(subset=[column])
    return dict(zip(found[column], found["n"].astype(int), strict=True))


def _blank(name):
    return name.strip().replace("_", " ").lower() in NOBODY


def garbled(name, known):
    """The known name that a garbled one holds with a few letters more, None where there is none.

    Letters only: Agent1 and Agent12 are two people, NO_SERVERAMA is NO_SERVER with rubbish behind.

    >>> garbled("ANO_SERVERT", ["A01", "NO_SERVER"]), garbled("Agent12", ["Agent1"]), garbled("Mariana", ["Maria"])
    ('NO_SERVER', None, None)
    """
    for other in known:
        extra = name.replace(other, "", 1)
        if len(other) >= 6 and other in name and 0 < len(extra) <= EXTRA and extra.isalpha():
            return other
    return None


def _garbled(log, agents):
    """Names that hold another name and a few letters more; those on the list of agents are right."""
    right = set() if agents is None else set(agents["agent"])
    found = {name: garbled(name, [*log.agents, *log.nobody]) for name in log.agents if name not in right}
    yield from _spelled(
        log,
        "agent",
        {name: f"agent {name!r} looks like {other!r}, garbled" for name, other in found.items() if other},
        "a name is written one way",
    )


def _queues(log, centre):
    names = log.counts["queue"]
    known = [queue.name for queue in centre.queues]
    told = {}
    for name in sorted(set(names) - set(known) if known else ()):
        alike = (other for other in [*known, *sorted(names)] if other.strip().lower() == name.strip().lower())
        twin = next((other for other in alike if other != name), None)
        told[name] = (
            f"queue {name!r} is {twin!r} with blanks or other capitals"
            if twin
            else f"queue {name!r} is not in centre.toml"
        )
    yield from _spelled(log, "queue", told, "must stand in centre.toml")


def _spelled(log, column, told, rule):
    """A finding for each name of `told` {name: what is wrong with it}; the rows of all are looked up at once."""
    import ibis

    if not told:
        return
    rows = log.calls.filter(log.calls[column].isin(list(told))).select("row", value=log.calls[column])
    nth = ibis.row_number().over(group_by=rows["value"], order_by=rows["row"])
    first = rows.mutate(nth=nth).filter(lambda t: t["nth"] < EXAMPLES).execute().sort_values("row")
    for name, what in told.items():
        examples = first.loc[first["value"] == name, ["row", "value"]]
        yield rows_finding("calls", log.file, "warning", what, log.counts[column][name], examples, column, rule)


def _customers(log):
    """One number that stands on far more calls than any other is no person: 0, 'anonymous', the trunk."""
    if not log.has("customer"):
        return
    calls = log.calls.filter(log.calls["customer"].notnull())
    top = _top(calls)
    if len(top) == 2 and top["n"].iloc[0] > max(100, PLACEHOLDER * top["n"].iloc[1]):
        value, count = top["customer"].iloc[0], int(top["n"].iloc[0])
        what = f"customer {value!r} stands for nobody: no other has more than {counted(int(top['n'].iloc[1]), 'call')}"
        yield rows_finding(
            "calls",
            log.file,
            "warning",
            what,
            count,
            _examples(log.calls, log.calls["customer"] == value, "customer"),
            "customer",
            "a customer is one person",
        )


def _top(calls):
    return calls.group_by("customer").agg(n=calls["row"].count()).order_by(_down("n")).limit(2).execute()


def _text(words):
    import ibis

    return ibis.literal(words)


def _down(name):
    import ibis

    return ibis.desc(name)


# --------------------------------------------------------------------------- one agent, one call at once


def _overlaps(log):
    """Voice calls of one agent that begin before the one before has ended (after-call work aside)."""
    if not log.has("agent", "outcome", "talk_s", "wait_s"):
        return
    calls = log.calls.filter((log.calls["outcome"] == "answered") & log.somebody & _voice(log))
    begin = calls["at_s"] + calls["wait_s"].fill_null(0)
    hold = calls["hold_s"].fill_null(0) if log.has("hold_s") else 0
    spans = calls.select("row", "agent", begin=begin, end=begin + calls["talk_s"].fill_null(0) + hold)
    over = spans.mutate(busy=spans["end"].max().over(_before(spans))).filter(lambda t: t["begin"] < t["busy"] - SLACK_S)
    yield from _rows(
        over.select("row", value="agent"),
        "calls",
        log.file,
        "the agent was still on another call",
        "agent",
        "an agent is on one call at a time",
    )


def _before(spans):
    import ibis

    return ibis.window(group_by="agent", order_by=["begin", "row"], preceding=(None, 1))


def _voice(log):
    return (log.calls["channel"] == "voice") if log.has("channel") else (log.calls["row"] > 0)


# ------------------------------------------------------------------------------- beside other tables


def _employment(log, agents):
    """Agents that are on no list, and calls before the first or after the last day of employment."""
    unknown = [name for name in log.agents if name not in set(agents["agent"])]
    yield from _spelled(
        log, "agent", {name: f"agent {name!r} is not in the table agents" for name in unknown}, "must stand in agents"
    )
    if {"hired", "left"} & set(agents):
        yield from _outside(log, agents)


def _outside(log, agents):
    import ibis

    spans = pd.DataFrame({"agent": agents["agent"], "hired": _date(agents, "hired"), "left": _date(agents, "left")})
    joined = log.calls.select("row", "agent", "arrived").join(ibis.memtable(spans), "agent")
    day = joined["arrived"].truncate("D")
    out = joined.filter((day < joined["hired"]) | (day > joined["left"])).select("row", value="agent")
    yield from _rows(
        out, "calls", log.file, "the agent was not employed on that day", "agent", "must be between hired and left"
    )


def _date(agents, name):
    return wall_clock(agents[name]) if name in agents else pd.Series(pd.NaT, agents.index, dtype="datetime64[us]")


def check_evaluated(log, evaluations):
    """Findings of a Reading of evaluations: of calls that do not exist, or that somebody else took."""
    import ibis

    frame, file = evaluations.frame, evaluations.file.name
    if "call_id" not in frame or not log.has("call_id"):
        return
    scored = ibis.memtable(
        frame.assign(row=evaluations.rows)[["row", *[n for n in ("call_id", "agent") if n in frame]]]
    )
    scored = scored.filter(scored["call_id"].notnull())
    lost = scored.anti_join(log.calls, "call_id").select("row", value="call_id")
    yield from _rows(lost, "evaluations", file, "the evaluated call is not in calls", "call_id", "must stand in calls")
    if log.has("agent") and "agent" in frame:
        taken = scored.join(log.calls.select("call_id", took="agent"), "call_id")
        other = taken.filter(taken["agent"] != taken["took"]).select("row", value="agent")
        yield from _rows(
            other, "evaluations", file, "somebody else took the evaluated call", "agent", "must be as in calls"
        )


def _rows(found, table, file, what, column, rule):
    """One finding for the rows (row, value) of an Ibis table, nothing where it is empty; it is worked out once."""
    import ibis

    first = found.mutate(rows=ibis.row_number().over(order_by=found["row"]), n=found.count().over()).filter(
        lambda t: t["rows"] < EXAMPLES
    )
    first = first.select("row", "value", "n").order_by("row").execute()
    if len(first):
        yield rows_finding(table, file, "warning", what, int(first["n"].iloc[0]), first[["row", "value"]], column, rule)


def against_intervals(log, reading):
    """Calls against the table of intervals, by queue and day: offered, and answered where both have it.

    Tables that name no queue alike are compared as wholes.
    """
    if not set(log.counts["queue"]) & set(reading.frame["queue"]):
        log = replace(log, calls=log.calls.mutate(queue=_text("all queues")))
        reading = replace(reading, frame=reading.frame.assign(queue="all queues"))
    records = _per_day(log)
    wall = reading.frame["start"].dt.tz_localize(None).dt.normalize()
    for column in [name for name in ("offered", "answered") if name in reading.frame]:
        totals = reading.frame.groupby([reading.frame["queue"], wall])[column].sum()
        both = pd.DataFrame({"table": totals, "records": records[column].reindex(totals.index)}).dropna()
        both = both[(both["table"] - both["records"]).abs() > np.maximum(2, TOLERANCE * both["table"])]
        yield from _apart(both, column, reading)
    yield from _only_one(records["offered"], reading, wall, log)


def _per_day(log):
    calls = log.calls.mutate(day=log.calls["arrived"].truncate("D"))
    counts = calls.group_by(["queue", "day"]).agg(
        offered=calls["row"].count(), answered=(calls["outcome"] == "answered").sum()
    )
    return counts.execute().astype({"day": "datetime64[us]"}).set_index(["queue", "day"])


def _apart(both, column, reading):
    for (queue, day), pair in both.iterrows():
        yield finding(
            "intervals",
            reading.file.name,
            "warning",
            f"{day:%a %Y-%m-%d}, {queue}: {pair['table']:,.0f} {column} in the intervals, "
            f"{pair['records']:,.0f} in the calls",
            queue=queue,
            start=start_of_day(day, reading.time_zone),
            column=column,
            value=float(pair["table"]),
            rule="must be as in calls",
        )


def _only_one(records, reading, wall, log):
    """Days that one of the tables lacks, within the span that both cover."""
    totals = reading.frame.groupby([reading.frame["queue"], wall])["offered"].sum()
    totals = totals[totals > 0]
    first, last = (
        max(one.index.get_level_values(1).min() for one in (records, totals)),
        min(one.index.get_level_values(1).max() for one in (records, totals)),
    )
    for one, other, table, file in (
        (totals, records, "calls", log.file),
        (records, totals, "intervals", reading.file.name),
    ):
        gone = one.index.difference(other.index)
        for queue, day in gone[(gone.get_level_values(1) >= first) & (gone.get_level_values(1) <= last)]:
            yield finding(
                table,
                file,
                "warning",
                f"{day:%a %Y-%m-%d}, {queue}: no row here, {int(one[queue, day]):,} contacts in the "
                f"{'intervals' if table == 'calls' else 'calls'}",
                queue=queue,
                start=start_of_day(day, reading.time_zone),
                column="arrived" if table == "calls" else "start",
                value=int(one[queue, day]),
                rule="must be in both tables",
                rows=int(one[queue, day]) if table == "calls" else 1,
            )
