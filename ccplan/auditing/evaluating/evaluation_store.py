"""Evaluations that are entered by hand: checked, kept safely in the centre's folder, taken back, exported.

They lie in `evaluations.entered.csv`, beside the centre's own file of evaluations, which is never touched; reading the
table
reads both. `evaluations.journal` says who saved and took back what, and when: a line each, in JSON.
"""

import io
import re
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from ...data.files import FORMULA_SIGNS, harmless, write_whole
from ...data.locks import locked
from ...data.sources import ENTERED, find_large, load_table
from ...data.tables import EVALUATIONS, TABLES
from ..journal import person, read_deeds, write_deed
from .scorecard import load_scorecard

FILE_NAME, JOURNAL = ENTERED["evaluations"], "evaluations.journal"
LONGEST = 200  # letters of a name


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """One scored call as it is entered: `marks` {step: "full", "half", "none" or "does not apply"}, `date` the day
    of listening.
    """

    call_id: str
    agent: str
    evaluator: str
    date: pd.Timestamp
    marks: dict = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an evaluation comes to as far as it is filled in: `points` and `score` (shares 0–1, None before a step
    is scored), `missed` (critical steps), `open` (steps without a mark)."""

    points: float | None
    score: float | None
    missed: tuple
    open: tuple


def outcome(card, marks):
    """The Outcome of {step: mark} on a Scorecard, the same as the audit's: N/A counts nowhere, a missed critical
    step makes it 0.

    Raises ValueError for a step that is not on the scorecard, and for a mark that it does not have.

    >>> from ccplan.auditing.evaluating.scorecard import Scorecard, Step
    >>> card = Scorecard((Step(name="told", weight=4, critical=True), Step(name="greeted", weight=6)))
    >>> outcome(card, {"told": "full", "greeted": "half"}).score, outcome(card, {"told": "none", "greeted": "full"}).score
    (0.7, 0.0)
    """
    points = {name: points_of(card, name, mark) for name, mark in marks.items()}
    there = [(card.step(name), got) for name, got in points.items() if got is not None]
    whole = sum(step.weight for step, _ in there)
    share = sum(got for _, got in there) / whole if whole else None
    missed = tuple(step.name for step, got in there if step.critical and got < step.weight)
    return Outcome(
        points=share,
        score=0.0 if missed else share,
        missed=missed,
        open=tuple(s.name for s in card.steps if s.name not in marks),
    )


def points_of(card, name, mark):
    """The points of a mark of a step, None where it does not apply; ValueError in words for what the scorecard does
    not have.
    """
    marks = card.step(name).marks
    if mark not in marks:
        raise ValueError(f"step {name!r} can be marked {', '.join(marks)}, got {mark!r}")
    return marks[mark]


class EvaluationStore:
    """The evaluations entered in a centre's folder.

    `save(evaluation)` checks and keeps one, `undo()` takes back the last of this person, `entered()` is all of them as
    a frame,
    `journal()` who did what. Several people may save at once. `known` is the folder that calls, agents and the
    scorecard
    are read from (left out: the same); `who` the person at the keyboard (left out: the system's name).
    """

    def __init__(self, folder, *, known=None, who=None):
        self.folder, self.known, self.who = Path(folder), Path(known or folder), who or person()
        self.card = load_scorecard(self.known)
        self._agents = self._calls = None

    @property
    def file(self):
        """Where they lie."""
        return self.folder / FILE_NAME

    # ------------------------------------------------------------------------------------ checking

    def faults(self, evaluation):
        """What is wrong with an Evaluation, a sentence each: empty where it can be saved."""
        told = [*_text_faults(evaluation), *_date_faults(evaluation), *_mark_faults(self.card, evaluation.marks)]
        return tuple(told) or tuple([*self._people_faults(evaluation), *self._twice(evaluation, self._all())])

    def _people_faults(self, one):
        if one.agent == one.evaluator:
            yield f"evaluator must be somebody else: nobody evaluates himself, got {one.agent!r} for both"
        if (agents := self.agents()) and one.agent not in agents:
            yield f"agent must be one of the table agents, got {one.agent!r}"
        took = self.taken_by(one.call_id)
        if took is None:
            yield f"call_id must stand in the table calls, got {one.call_id!r}"
        elif took and took != one.agent:
            yield f"agent must be the one who took the call: {one.call_id} was taken by {took}, got {one.agent!r}"

    def _twice(self, one, rows):
        same = (
            rows[(rows["call_id"] == one.call_id) & (rows["evaluator"] == one.evaluator)]
            if {"call_id", "evaluator"} <= set(rows)
            else rows.head(0)
        )
        if len(same):
            yield f"{one.evaluator} has evaluated the call {one.call_id} already ({same['evaluation'].iloc[0]}): take that back first"

    def agents(self):
        """The names of the table agents, sorted; empty where it is not there."""
        if self._agents is None:
            self._agents = tuple(sorted(map(str, self._known("agents")["agent"].dropna().unique())))
        return self._agents

    def taken_by(self, call_id):
        """The agent of a call; "" where no table says (or nobody took it), None where the call is not in the table."""
        if self._calls is None:
            calls = pd.DataFrame(columns=["call_id"]) if find_large(self.known) else self._known("calls")
            self._calls = calls.get("agent", pd.Series("", index=calls.index)).fillna("").set_axis(calls["call_id"])
        if self._calls.empty:
            return ""
        found = self._calls[self._calls.index == call_id]
        return str(found.iloc[0]) if len(found) else None

    def _known(self, table):
        """A table of the centre; without rows where it is not there or cannot be read: then nothing is held against
        it.
        """
        try:
            return load_table(self.known, table, faulty="leave out").frame
        except ValueError:
            return pd.DataFrame(columns=TABLES[table].names)

    def _all(self):
        """Every evaluation there is: the centre's own and those entered."""
        own = self._known("evaluations")
        return own if self.known == self.folder else pd.concat([own, self.entered()])

    # ------------------------------------------------------------------------------------- keeping

    def save(self, evaluation):
        """Keep an Evaluation: its number. Raises ValueError with all that is wrong, OSError where the disk refuses
        (nothing is lost).
        """
        if faults := self.faults(evaluation):
            raise ValueError("; ".join(faults))
        with locked(self.file):
            rows = self.entered()
            if faults := tuple(self._twice(evaluation, rows)):  # somebody saved it in the meantime
                raise ValueError("; ".join(faults))
            number = self._next(rows)
            self._write(pd.concat([rows, self._rows(number, evaluation)], ignore_index=True))
            self._note("saved", number, evaluation.call_id, evaluation.evaluator)
        return number

    def undo(self, number=None):
        """Take back an evaluation entered here, the last one of this person if no number is given: its number.

        Raises ValueError where there is none.
        """
        with locked(self.file):
            rows = self.entered()
            number = number or self._last(rows)
            mine = rows["evaluation"] == number
            if not mine.any():
                raise ValueError(
                    f"there is no entered evaluation {number} to take back"
                    if number
                    else "there is nothing of yours to take back"
                )
            gone = rows[mine].iloc[0]
            self._write(rows[~mine])
            self._note("taken back", number, gone["call_id"], gone["evaluator"])
        return number

    def entered(self):
        """The evaluations entered here, a row a step; empty where there are none. Raises ValueError where the file
        is damaged.
        """
        if not self.file.exists():
            return pd.DataFrame(columns=EVALUATIONS.names)
        frame = load_table(self.file, "evaluations").frame
        return frame.astype({"critical": bool})

    def journal(self):
        """A row a deed: when (UTC), who, did, evaluation, call_id, evaluator; a line that was cut off is left out."""
        columns = ["when", "who", "did", "evaluation", "call_id", "evaluator"]
        return pd.DataFrame(read_deeds(self.folder / JOURNAL), columns=columns)

    def export(self):
        """All evaluations entered here as the text of a CSV file in which nothing is a formula."""
        return harmless(_dated(self.entered())).to_csv(index=False, lineterminator="\n")

    def _rows(self, number, one):
        steps = [
            (
                number,
                one.call_id,
                one.agent,
                one.evaluator,
                pd.Timestamp(one.date).normalize(),
                step.name,
                points_of(self.card, step.name, one.marks[step.name]),
                float(step.weight),
                step.critical,
            )
            for step in self.card.steps
        ]
        return pd.DataFrame(steps, columns=EVALUATIONS.names)

    def _next(self, rows):
        """A number that no evaluation has had here, taken back or not; no other program gives one of this kind."""
        had = [*rows["evaluation"], *self.journal()["evaluation"]]
        return f"form-{max([int(name[5:]) for name in map(str, had) if re.fullmatch('form-[0-9]+', name)], default=0) + 1:05d}"

    def _last(self, rows):
        deeds = self.journal()
        mine = deeds[
            (deeds["who"] == self.who) & (deeds["did"] == "saved") & deeds["evaluation"].isin(rows["evaluation"])
        ]
        return mine["evaluation"].iloc[-1] if len(mine) else ""

    def _write(self, rows):
        """All rows as the file; without any there is no file, for a table without rows is none."""
        if rows.empty:
            self.file.unlink(missing_ok=True)
            return
        out = io.StringIO()
        _dated(rows).to_csv(out, index=False, lineterminator="\n")
        write_whole(self.file, out.getvalue())

    def _note(self, did, number, call_id, evaluator):
        told = {"evaluation": str(number), "call_id": str(call_id), "evaluator": str(evaluator)}
        write_deed(self.folder / JOURNAL, {"who": self.who, "did": did, **told})


def _dated(rows):
    return rows.assign(date=pd.to_datetime(rows["date"]).dt.strftime("%Y-%m-%d"))


def _text_faults(one):
    for name in ("call_id", "agent", "evaluator"):
        value = getattr(one, name)
        if not isinstance(value, str) or not value.strip():
            yield f"{name} must be filled in"
        elif value != value.strip() or len(value) > LONGEST or not value.isprintable():
            yield f"{name} must be one line of 1 to {LONGEST} letters without blanks around, got {value[:40]!r}"
        elif value.startswith(FORMULA_SIGNS):
            yield f"{name} must not start with {value[0]}, which a spreadsheet would run as a formula, got {value[:40]!r}"


def _date_faults(one):
    day = pd.to_datetime(one.date, errors="coerce")
    if pd.isna(day):
        yield f"date must be a day such as 2026-01-31, got {one.date!r}"
    elif not pd.Timestamp(1990, 1, 1) <= day.tz_localize(None) < pd.Timestamp.now() + pd.Timedelta(days=1):
        yield f"date must be a day from 1990 to today, got {day:%Y-%m-%d}"


def _mark_faults(card, marks):
    for name, mark in marks.items():
        try:
            points_of(card, name, mark)
        except ValueError as problem:
            yield str(problem)
    if lacking := [step.name for step in card.steps if step.name not in marks]:
        more = f" and {len(lacking) - 2} more" if len(lacking) > 2 else ""
        yield f"every step must have a mark, or that it does not apply: missing are {', '.join(lacking[:2])}{more}"
    elif all(mark == "does not apply" for mark in marks.values()):
        yield "at least one step must apply: a call in which none did is no evaluation"
