"""Why the quarter went as it did: service, handle time and resolution, the worst intervals, and the money."""

from dataclasses import dataclass, field

import pandas as pd

from .change_by import sound_days
from .explanations import explanations
from .ledger_lines import ledger_categories, ledger_lines, months_missing
from .presence import people_of, presence
from ..evidence import Evidence
from ..quarter import Quarter
from .service_bridge import queue_quarter, service_bridge
from .weeks import Ratio, ratio_of_weeks
from .findings import findings_of
from .worst_intervals import COLUMNS, worst_intervals

HALF = 0.5  # of the hours in the intervals: fewer hours of work in activities tell too little of who was there


@dataclass(frozen=True, kw_only=True)
class QueueBridge:
    """The service bridge of a queue: the frame of `service_bridge`, the two quarters' measured levels as Ratios,
    the target (nan: none).
    """

    queue: str
    table: pd.DataFrame
    before: Ratio
    after: Ratio
    target: float


@dataclass(frozen=True, kw_only=True)
class Why:
    """Why a quarter went as it did, against the quarter `other`.

    `bridges` {queue: QueueBridge}; `explanations` of handle time, resolution and transfers (a tuple of Explanation);
    `worst` frame of `worst_intervals`; `lines` and `categories` of the ledger against its plan; `cost_against_plan` and
    `cost_against_other`, frames of `cost_bridge`, None where they could not be made; `notes` say what was left out and
    why; `findings` a tuple of Finding; `currency` of the money.
    """

    quarter: Quarter
    other: Quarter
    currency: str
    bridges: dict
    explanations: tuple
    worst: pd.DataFrame
    lines: pd.DataFrame
    categories: pd.DataFrame
    cost_against_plan: pd.DataFrame | None
    cost_against_other: pd.DataFrame | None
    notes: tuple
    findings: tuple = field(default=())


def why(evidence, expected=None, other=None):
    """The Why of an Evidence, against the quarter `other` (the one before; a year ago where the tables do not reach
    that).

    `expected` is the forecast made before the quarter (queue, start, offered, aht_s): then calls beyond it are a
    driver of service, and what it asks for is the plan of the cost bridge. A part whose table is missing is left
    out, with a note.

    >>> from ccplan.auditing.quarter import Quarter
    >>> Why(quarter=Quarter(2026, 1), other=Quarter(2025, 4), currency="EUR", bridges={}, explanations=(), worst=None, lines=None,
    ...     categories=None, cost_against_plan=None, cost_against_other=None, notes=("no forecast was given",)).findings
    ()
    """
    notes, other = [], Quarter.of(other) if other else _other(evidence)
    made = _Parts(evidence, expected, other, notes)
    parts = {
        "bridges": made.bridges(),
        "explanations": made.explanations(),
        "worst": made.worst(),
        **made.ledger(),
        **made.costs(),
    }
    findings = findings_of(evidence, other, parts)
    return Why(
        quarter=evidence.quarter,
        other=other,
        currency=evidence.centre.currency,
        **parts,
        notes=tuple(dict.fromkeys(notes)),
        findings=findings,
    )


def _other(evidence):
    """The quarter before, or a year ago where only that has contacts."""
    for quarter in (evidence.quarter.previous, evidence.quarter.year_ago):
        for table in ("intervals", "calls"):
            if table in evidence.tables and len(evidence.of(table, quarter)):
                return quarter
    return evidence.quarter.previous


@dataclass(frozen=True)
class _Parts:
    """The parts of Why, each of which leaves a note where it cannot be made."""

    evidence: Evidence
    expected: pd.DataFrame | None
    other: Quarter
    notes: list

    def _try(self, make, otherwise=None):
        try:
            return make()
        except ValueError as problem:
            self.notes.append(str(problem))
            return otherwise

    @property
    def _quarters(self):
        return self.other, self.evidence.quarter

    def bridges(self):
        """{queue: QueueBridge}."""
        if "intervals" not in self.evidence.tables:
            self.notes.append("the service bridge needs the table intervals")
            return {}
        found = {
            queue.name: self._try(lambda queue=queue: self._bridge(queue)) for queue in self.evidence.centre.queues
        }
        return {name: one for name, one in found.items() if one is not None}

    def _bridge(self, queue):
        rows = [_of_queue(self.evidence.of("intervals", quarter), queue.name) for quarter in self._quarters]
        people = (
            [None, None]
            if queue.deferred
            else [self._presence(queue, quarter, one) for quarter, one in zip(self._quarters, rows, strict=True)]
        )
        if None in people:
            people = [None, None]
        sides = [
            queue_quarter(one, queue, str(quarter), who)
            for one, quarter, who in zip(rows, self._quarters, people, strict=True)
        ]
        expected = None if self.expected is None else _of_queue(self.expected, queue.name)
        table = service_bridge(
            *sides,
            queue=queue,
            interval_s=self.evidence.centre.interval_s,
            expected=expected if expected is not None and len(expected) else None,
        )
        base = "answered" if queue.targets.definition == "answered" else "offered"
        levels = [
            ratio_of_weeks(side.rows["answered_in_target"], side.rows[base], side.rows["start"]) for side in sides
        ]
        target = queue.targets.service_level
        return QueueBridge(
            queue=queue.name,
            table=table,
            before=levels[0],
            after=levels[1],
            target=float("nan") if target is None else float(target),
        )

    def _presence(self, queue, quarter, rows):
        """The Presence of a queue's people; None, with a note, where activities tell too little of them."""
        tables = self.evidence.tables
        if not {"activities", "agents"} <= set(tables) or "agents" not in rows:
            self.notes.append(
                "people on the phones are one driver of service: the tables activities and agents would tell leave, sickness and adherence apart"
            )
            return None
        codes = people_of(tables["agents"], queue.name, [one.name for one in self.evidence.centre.queues])
        mine = self.evidence.of("activities", quarter)
        found = presence(mine[mine["agent"].isin(codes)])
        hours = rows["agents"].sum() * self.evidence.centre.interval_s / 3600
        if found is None or found.hours * found.kept < HALF * hours:
            self.notes.append(
                f"queue {queue.name}: activities of {quarter} tell too little of its people, so that people on the phones are one driver"
            )
            return None
        return found

    def explanations(self):
        """Explanations of the calls on days that agree with the intervals."""
        if "calls" not in self.evidence.tables:
            self.notes.append("why handle time and resolution changed needs the table calls")
            return ()
        sound = {
            quarter: self._sound(quarter)
            for quarter in dict.fromkeys((*self._quarters, self.evidence.quarter.year_ago))
        }
        before, after = (sound[quarter] for quarter in self._quarters)
        year_ago = sound[self.evidence.quarter.year_ago]
        found = self._try(
            lambda: explanations(
                before, after, self.evidence.tables.get("agents"), year_ago if len(year_ago) else None
            ),
            (),
        )
        if not found:
            self.notes.append(
                f"calls tell too little of {self.other} and {self.evidence.quarter} to say why handle time and resolution changed"
            )
        return found

    def _sound(self, quarter):
        calls, told = self.evidence.of("calls", quarter), self.evidence.tables.get("intervals")
        sound = sound_days(calls, None if told is None else self.evidence.of("intervals", quarter))
        for queue, days in sound.left_out.groupby("queue"):
            self.notes.append(
                f"calls of {queue}: {len(days)} days of {quarter} ({_span(days['day'])}) are left out, for the records and the switch's "
                "intervals disagree"
            )
        return sound.calls

    def worst(self):
        """The frame of `worst_intervals`, empty where it cannot be told."""
        empty = pd.DataFrame(columns=list(COLUMNS))
        return self._try(
            lambda: worst_intervals(self.evidence.frame("intervals"), self.evidence.centre, self.evidence.quarter),
            empty,
        )

    def ledger(self):
        """lines and categories."""

        def made():
            ledger, currency = self.evidence.frame("ledger"), self.evidence.centre.currency
            missing = months_missing(ledger, self.evidence.quarter)
            if 0 < len(missing) < 3:
                self.notes.append(
                    f"the ledger has no actual amounts yet of {', '.join(f'{month:%B %Y}' for month in missing)}: what is told covers the rest"
                )
            return {
                name: make(ledger, self.evidence.quarter, currency)
                for name, make in (("lines", ledger_lines), ("categories", ledger_categories))
            }

        empty = pd.DataFrame(columns=["category", "line", "planned", "actual", "difference", "noise", "unplanned"])
        return self._try(
            made,
            {
                "lines": empty,
                "categories": empty.drop(columns=["line", "unplanned"]).assign(over=pd.Series(dtype=bool)),
            },
        )

    def costs(self):
        """The two cost bridges."""
        against = {"cost_against_plan": None, "cost_against_other": None}
        if self.expected is not None:
            against["cost_against_plan"] = self._try(self._against_plan)
        else:
            self.notes.append("no forecast was given, so that cost is not held against what the forecast asked for")
        return against | {"cost_against_other": self._try(self._against_other)}

    def _against_plan(self):
        from .cost_bridge import cost_bridge
        from .ledger_costs import ledger_costs

        frames = [self.evidence.frame(name) for name in ("ledger", "agents")]
        states = ledger_costs(self.expected, self.evidence.of("intervals"), self.evidence.centre, *frames)
        return cost_bridge(states.planned, states.actual)

    def _against_other(self):
        from .cost_bridge import cost_bridge
        from .ledger_costs import spent

        frames = [self.evidence.frame(name) for name in ("ledger", "agents")]
        for quarter in self._quarters:
            if missing := months_missing(frames[0], quarter):
                raise ValueError(
                    f"cost is not held against {self.other}: the ledger has no actual amounts of {missing[0]:%B %Y}"
                )
        return cost_bridge(
            *(
                spent(self.evidence.of("intervals", quarter), self.evidence.centre, *frames, months=quarter.months)
                for quarter in self._quarters
            )
        )


def _of_queue(rows, name):
    return rows[rows["queue"].astype(str).eq(name)]


def _span(days):
    first, last = pd.Timestamp(days.min()), pd.Timestamp(days.max())
    return f"{first:%Y-%m-%d}" if first == last else f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
