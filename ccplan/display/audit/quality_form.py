"""The form of an evaluation: a call is heard, each step gets its mark, the score stands beside it, and it is kept."""

import base64
import tempfile
from html import escape

import pandas as pd

from ...auditing.evaluating.evaluation_store import Evaluation, EvaluationStore, outcome
from ...data.checks.findings import counted
from ..data.panel import box, is_bundled, row, words
from ..data.sheet import Sheet
from ..language import Filled, centre_of, chosen

MARKS = {"full": "full", "half": "half", "none": "not done", "does not apply": "N/A"}  # mark: as the form words it
LAST_SHOWN = 5
STYLE = """<style>
.ccplan-data .ccplan-step { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 18px; align-items: center; padding: 4px 0;
  border-bottom: 1px solid var(--ccplan-faint); overflow: visible; }
.ccplan-data .ccplan-step > * { min-width: 0; width: auto; margin: 0; }
.ccplan-data .ccplan-step summary { cursor: pointer; list-style: none; }
.ccplan-data .ccplan-step summary::-webkit-details-marker { display: none; }
.ccplan-data .ccplan-step summary:hover { text-decoration: underline; }
.ccplan-data .ccplan-step summary:focus-visible { outline: 2px solid var(--ccplan-accent); outline-offset: 1px; }
.ccplan-data .ccplan-step small { color: var(--ccplan-quiet); font-size: 12px; }
.ccplan-data .ccplan-step .ccplan-fails { color: var(--ccplan-fault); font-weight: 600; }
.ccplan-data .ccplan-step details p { color: var(--ccplan-quiet); font-size: 13px; max-width: 62ch; }
.ccplan-data .ccplan-step .widget-radio { height: auto; overflow: visible; }
.ccplan-data .ccplan-step .widget-radio > .widget-label { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.ccplan-data .ccplan-step .widget-radio-box { display: grid; grid-template-columns: repeat(4, minmax(76px, max-content)); margin: 0; gap: 0 6px; max-width: none; overflow: visible; }
.ccplan-data .ccplan-step .widget-radio-box label { width: auto; height: 26px; margin: 0; padding: 0; display: flex; gap: 5px; align-items: center; flex-direction: row-reverse; justify-content: flex-end; }
.ccplan-data .ccplan-step .widget-radio-box input { margin: 0; width: 16px; height: 16px; accent-color: var(--ccplan-accent); }
.ccplan-data .ccplan-critical .widget-radio-box label:nth-of-type(2) { grid-column: 3; }
.ccplan-data .ccplan-score { position: sticky; top: 0; z-index: 2; background: var(--ccplan-paper); border-bottom: 2px solid var(--ccplan-rule); margin: 0; padding: 6px 0; }
.ccplan-data .ccplan-score b { font-size: 24px; font-weight: 600; font-variant-numeric: tabular-nums; margin-right: 8px; }
.ccplan-data .ccplan-score .ccplan-alarm { border-left: 4px solid var(--ccplan-alarm); background: var(--ccplan-wash); padding: 6px 10px; }
.ccplan-data a.ccplan-file { color: var(--ccplan-accent); }
@media (max-width: 700px) {
  .ccplan-data .ccplan-step { grid-template-columns: minmax(0, 1fr); }
  .ccplan-data .ccplan-step .widget-radio-box { grid-template-columns: repeat(4, minmax(0, 1fr)); }
}
</style>"""


def quality_panel(folder, who=None, language=None):
    """A form in which calls are evaluated and kept in a centre's folder, a widget.

    The steps are those of the folder's scorecard.toml, else the twenty of the package. With the bundled centre it
    works on a copy. `who` is the person at the keyboard for the journal (left out: the system's name); `language` a
    code such as "fi" (left out: CCPLAN_LANGUAGE, then what centre.toml says, then English). Raises ValueError in
    words where the scorecard cannot be read.
    """
    desk = QualityDesk(folder, who, language)
    return box(
        desk.children,
        "an evaluation of a call",
        scorecard_sheet(desk.store.card)._repr_html_(),
        desk.language.direction,
    )


def speak(language, folder):
    """Say every label of the form to a language, for the source of the catalogues."""
    QualityDesk(folder, "", language)


def scorecard_sheet(card):
    """The steps of a Scorecard as a Sheet: step, points, whether it fails the call, why, how."""
    frame = card.frame()
    shown = pd.DataFrame(
        {
            "step": frame["step"],
            "points": frame["weight"].map("{:g}".format),
            "missed, it": frame["critical"].map({True: "fails the call", False: ""}),
            "why": frame["why"],
            "how it is marked": frame["how"],
        }
    )
    return Sheet(
        shown,
        f"{len(frame)} steps, {frame['weight'].sum():g} points; {frame['critical'].sum()} of them fail the call when missed",
        right=("points",),
    )


class QualityDesk:
    """The controls of the form: `call`, `agent`, `evaluator`, `day`, `marks` {step: radio buttons}, `save`, `undo`,
    `export`, and what they say.
    """

    def __init__(self, folder, who=None, language=None):
        import ipywidgets as w

        self.copied = is_bundled(folder)
        self.place = tempfile.TemporaryDirectory(prefix="ccplan-") if self.copied else None
        self.store = EvaluationStore(self.place.name if self.copied else folder, known=folder, who=who)
        self.quiet, self.language = False, chosen(language, centre_of(folder))
        said = self.language.said
        text = {"continuous_update": False, "style": {"description_width": "66px"}, "layout": {"width": "252px"}}
        self.call = w.Text(description=said("call"), placeholder=said("number of the call"), **text)
        self.agent = w.Combobox(
            description=said("agent"), options=self.store.agents(), placeholder=said("who took it"), **text
        )
        self.evaluator = w.Text(description=said("evaluator"), placeholder=said("who listened"), **text)
        self.day = w.DatePicker(
            description=said("heard on"), value=pd.Timestamp.now().date(), style=text["style"], layout=text["layout"]
        )
        self.marks = {step.name: _radio(w, step, said) for step in self.store.card.steps}
        self.score, self.said, self.file, self.last = w.HTML(), w.HTML(), w.HTML(), w.HTML()
        self.score.add_class("ccplan-score")
        self.last.add_class("ccplan-scroll")
        self.save = w.Button(
            description=said("Save the evaluation"),
            button_style="primary",
            tooltip=said("check it and keep it in the centre's folder"),
        )
        self.undo = w.Button(
            description=said("Take back my last"),
            tooltip=said("the last evaluation that you saved here is taken out again"),
        )
        self.export = w.Button(
            description=said("Export as CSV"), tooltip=said("all evaluations entered here, as a file")
        )
        self.children = [
            w.HTML(STYLE, layout={"height": "0", "margin": "0"}),
            row([self.call, self.agent, self.evaluator, self.day], "ccplan-asks"),
            self.score,
            *(_line(w, step, self.marks[step.name], said) for step in self.store.card.steps),
            row([self.save, self.undo, self.export], "ccplan-asks"),
            self.said,
            self.file,
            self.last,
        ]
        self._watch()
        self._look()
        self._say(self._start())

    def _watch(self):
        self.call.observe(lambda _: self._called(), names="value")
        for radio in self.marks.values():
            radio.observe(lambda _: self._look(), names="value")
        self.save.on_click(lambda _: self._guarded(self._save))
        self.undo.on_click(lambda _: self._guarded(self._undo))
        self.export.on_click(lambda _: self._guarded(self._export))

    def _start(self):
        copy = (
            "This is the bundled centre: what you save goes into a copy that ends with this panel. "
            if self.copied
            else ""
        )
        return copy + "Click a step to read why it counts and how it is marked. Nothing is kept before you save."

    def evaluation(self):
        """What stands in the form, an Evaluation; blanks around names are nobody's."""
        return Evaluation(
            call_id=self.call.value.strip(),
            agent=self.agent.value.strip(),
            evaluator=self.evaluator.value.strip(),
            date=pd.Timestamp(self.day.value) if self.day.value else pd.NaT,
            marks=self.marked(),
        )

    def marked(self):
        """{step: mark} of the steps that have one."""
        return {name: radio.value for name, radio in self.marks.items() if radio.value is not None}

    # ---------------------------------------------------------------------------------- what is done

    def _called(self):
        """A call was named: who took it is known."""
        number = self.call.value.strip()
        if number and (took := self.store.taken_by(number)):
            self.agent.value = took
        elif number and took is None:
            self._say(f"There is no call {number} in the table calls.", fault=True)

    def _guarded(self, deed):
        """What goes wrong is said, and what was typed stays."""
        try:
            deed()
        except (ValueError, OSError) as problem:
            self._say("\n".join(one[:1].upper() + one[1:] + "." for one in str(problem).split("; ")), fault=True)
        self._list()

    def _save(self):
        one = self.evaluation()
        number, came = self.store.save(one), outcome(self.store.card, one.marks)
        self._clear()
        self._say(
            f"Saved as {number}: call {one.call_id} of {one.agent}, {_percent(came.score)}"
            + (", failed." if came.missed else ".")
        )

    def _clear(self):
        """The next call: evaluator and day stay."""
        self.quiet = True
        self.call.value = self.agent.value = self.file.value = ""
        for radio in self.marks.values():
            radio.value = None
        self.quiet = False
        self._look()

    def _undo(self):
        taken = self.store.undo()
        self.file.value = ""  # it holds what was taken back
        self._say(f"Taken back: {taken}.")

    def _export(self):
        count = self.store.entered()["evaluation"].nunique()
        if not count:
            raise ValueError("nothing has been entered here yet, so there is nothing to export")
        data = base64.b64encode(self.store.export().encode()).decode()
        self.file.value = (
            f'<a class="ccplan-file" download="evaluations.csv" href="data:text/csv;charset=utf-8;base64,{data}">'
            f"evaluations.csv, {counted(count, 'evaluation')}</a>"
        )
        self._say("The file is ready below.")

    # --------------------------------------------------------------------------------- what is shown

    def _say(self, text, fault=False):
        self.said.value = words(text, fault=fault)
        if not self.last.value:
            self._list()

    def _look(self):
        if not self.quiet:
            self.score.value = score_words(outcome(self.store.card, self.marked()), len(self.marks))

    def _list(self):
        """The evaluations that were entered last."""
        try:
            rows = self.store.entered()
        except (ValueError, OSError) as problem:
            self.last.value = words(str(problem), fault=True)
            return
        self.last.value = (
            _entered_sheet(rows)._repr_html_() if len(rows) else words("No evaluation has been entered here yet.")
        )


def score_words(came, steps):
    """The live score as HTML, a screen reader says it: a number, how far it is filled in, and in words that a
    critical step fails the call.
    """
    if came.points is None:
        return f'<p role="status" lang="en" dir="auto"><b>–</b> no step is marked yet: {steps} to go</p>'
    left = f"{len(came.open)} of {steps} steps still to mark" if came.open else f"all {steps} steps are marked"
    if not came.missed:
        return (
            f'<p role="status" lang="en" dir="auto"><b>{_percent(came.score)}</b> of the points that apply; {left}</p>'
        )
    named = ", ".join(f"“{escape(name)}”" for name in came.missed)
    return (
        f'<p role="alert" class="ccplan-alarm" lang="en" dir="auto"><b>0%</b> The call fails: {named} is critical and was missed. '
        f"The points alone come to {_percent(came.points)}; {left}</p>"
    )


def _entered_sheet(rows):
    from ...auditing.evaluating.call_scores import call_scores

    made = call_scores(rows).sort_values("evaluation", ascending=False).head(LAST_SHOWN)
    shown = pd.DataFrame(
        {
            "evaluation": made["evaluation"],
            "call": made["call_id"],
            "agent": made["agent"],
            "evaluator": made["evaluator"],
            "heard on": made["date"].dt.strftime("%Y-%m-%d"),
            "score": made["score"].map(_percent),
            "verdict": made["failed"].map({True: "failed", False: "passed"}),
        }
    )
    return Sheet(
        shown.astype(str),
        f"{counted(rows['evaluation'].nunique(), 'evaluation')} entered here; the last {len(made)}"
        if len(made) > 1
        else "1 evaluation entered here",
        right=("score",),
    )


def _radio(w, step, said):
    options = [(said(MARKS[mark]), mark) for mark in step.marks]
    return w.RadioButtons(
        options=options,
        value=None,
        description=said(Filled("mark of: {step}", step=step.name)),
        orientation="horizontal",
    )


def _line(w, step, radio, said):
    told = " ".join(
        part for part in (f"Why: {step.why}." if step.why else "", f"How: {step.how}" if step.how else "") if part
    )
    critical = (
        f' <span class="ccplan-fails">{escape(said("critical: missed, it fails the call"))}</span>'
        if step.critical
        else ""
    )
    label = w.HTML(
        f'<details><summary title="{escape(told)}"><bdi>{escape(step.name)}</bdi> <small>{escape(said(Filled("{number} points", number=f"{step.weight:g}")))}{critical}</small></summary>'
        f"<p>{escape(told) or 'The scorecard says no more of it.'}</p></details>"
    )
    line = w.Box([label, radio])
    line.add_class("ccplan-step")
    if step.critical:
        line.add_class("ccplan-critical")
    return line


def _percent(share):
    return "–" if share is None or pd.isna(share) else f"{share:.0%}"
