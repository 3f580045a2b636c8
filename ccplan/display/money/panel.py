"""A live panel of a budget: turn an assumption and see what it does to people and money.

`budget_view` is the plain function behind the dials. While a dial moves the classes stay as hired; when it rests hiring
is planned anew, and the tornado and the waterfall, which take dozens of plans, follow.
"""

import base64
import functools
import json
import time
from dataclasses import dataclass, fields

import altair as alt
import numpy as np
import pandas as pd

from ...data.files import harmless
from . import charts as budget_charts
from .. import theme
from .plans import PRICE, bridge_of, labour_part, parted, states_between, tornado_cases, tornado_of
from .words import LABELS, value_words
from ..staffing.panel import _plain, _sentence, change, shown, total
from ..language import Filled, chosen
from ..rows import records
from ..tables import Words, cornered

REST_MS, SLICE_S = 400, 0.25  # after which a hand rests; how long the kernel works before it listens again
AS_IT_IS = "the plan as it is"
NOON_MS = 43_200_000  # the first noon of a month lies in that month wherever the browser is


@dataclass(frozen=True)
class Dial:
    """A slider over the usual range of an assumption, in the unit that is shown (value × scale); the entry takes all that is allowed."""

    name: str
    label: str
    unit: str
    low: float
    high: float
    step: float
    group: str
    scale: float = 100


DIALS = (
    Dial("volume", "Volume, change", "%", -30, 50, 1, "demand"),
    Dial("aht", "Handle time, change", "%", -30, 50, 1, "demand"),
    Dial("service_level", "Service target", "%", 50, 99, 1, "service"),
    Dial("max_occupancy", "Occupancy cap", "%", 60, 95, 1, "service"),
    Dial("shrinkage", "Shrinkage, all causes", "%", 5, 60, 1, "people"),
    Dial("attrition_per_year", "Attrition a year", "%", 0, 100, 1, "people"),
    Dial("training_weeks", "Training", "weeks", 0, 16, 1, "people", 1),
    Dial("hourly_wage", "Hourly wage", "", 8, 40, 0.1, "money", 1),
    Dial("on_costs", "On-costs", "%", 10, 60, 1, "money"),
    Dial("overtime_factor", "Overtime, × wage", "×", 1, 2, 0.05, "money", 1),
    Dial("per_hire", "Adverts and selection, a hire", "", 0, 10_000, 50, "money", 1),
)


@dataclass(frozen=True, kw_only=True)
class BudgetTotals:
    """What a plan comes to, as its tiles say it."""

    cost: float = total("Cost of the plan", "Σ all amounts of the ledger", "money", -1)
    cost_per_month: float = total("Cost a month, mean", "cost ÷ months", "money", -1)
    cost_per_contact: float = total("Cost of a contact offered", "cost ÷ Σ contacts offered", "coins", -1)
    labour: float = total("Labour's share", "labour ÷ running cost; guides of the sector quote 60–75 %", "share")
    fte: float = total("FTE required, mean", "paid FTE that the forecast asks for, mean of the months", "number", -1)
    heads_end: float = total("People at the end", "expected heads on the last day of the plan", "number")
    starters: float = total("People hired", "Σ starters of the classes", "count")
    gap_fte: float = total("Worst gap, FTE", "available less required in the worst month, overtime and outsourcing counted", "number", 1)


@dataclass(frozen=True)
class BudgetView:
    """What the panel shows for some overrides: the `plan` (a PointPlan), its `totals`, the classes `hires`, `warnings` in words."""

    overrides: dict
    plan: object
    totals: BudgetTotals
    hires: pd.DataFrame
    warnings: tuple
    currency: str = ""

    def answer(self):
        """The plan in a paragraph."""
        told, money = self.totals, self.currency
        return Words(f"**The plan costs {shown(told.cost, 'money', money)}: {shown(told.cost_per_month, 'money', money)} a month, "
                     f"{shown(told.cost_per_contact, 'coins', money)} a contact.** It asks for {told.fte:,.1f} FTE on average and hires {told.starters:,.0f} people; "
                     f"labour is {told.labour:.0%} of the running cost.")

    def frame(self):
        """The tiles as a table: a row a number, in words as shown."""
        rows = [(f.metadata["label"], shown(getattr(self.totals, f.name), f.metadata["form"], self.currency)) for f in fields(BudgetTotals)]
        return cornered(pd.DataFrame(rows, columns=["number", "value"]).set_index("number"))


def budget_view(ground, overrides=None, *, hires=None):
    """The plan of a `budget_ground` with some assumptions changed: a BudgetView, the plain function behind the dials.

    `overrides` {name of `planning.scenarios.ASSUMPTIONS`, or "price of LINE": value}; `hires` the classes as they are
    (left out: the cheapest for these assumptions). Raises ValueError in words.
    """
    overrides = dict(overrides or {})
    if hires is None:
        made = ground.replanned(overrides)
        plan, hires = made.plan, made.hires
    else:
        plan = ground.plan(overrides, hires=hires)
    return BudgetView(overrides, plan, _totals(plan), hires, tuple(_warnings(plan)), plan.budget.currency)


def _totals(plan):
    told, months = plan.measures, plan.headcount["month"].nunique()
    return BudgetTotals(cost=told["cost"], cost_per_month=told["cost"] / months, cost_per_contact=told["cost_per_contact"],
                        labour=labour_part(plan), fte=told["fte"], heads_end=told["heads_end"], starters=told["starters"], gap_fte=told["gap_fte"])


def _warnings(plan):
    gaps = plan.headcount[plan.headcount["gap_fte"] < -0.05]
    if len(gaps):
        worst = gaps.loc[gaps["gap_fte"].idxmin()]
        yield (f"{len(gaps)} months of queues lack people, most {worst['queue']} in {worst['month']:%B %Y}: {-worst['gap_fte']:.1f} FTE. "
               "What is not paid to them is not in the cost: it is paid for in service.")


# --------------------------------------------------------------------------------------- the panel


def budget_panel(folder, centre=None, *, months=12, ground=None, language=None):
    """A live budget panel, the widget of a `budget_desk`. Raises ValueError in words where the folder cannot be used."""
    return budget_desk(folder, centre, months=months, ground=ground, language=language).panel()


def budget_desk(folder, centre=None, *, months=12, ground=None, language=None):
    """What is behind the panel: dials, table of assumptions and lines, tiles, charts, scenarios, files.

    `folder` is a centre's folder, whose scenarios are opened and saved there (None: nothing is saved), `months` the
    whole months to plan; `ground` a BudgetGround that is laid ready already. `language` a code such as "fi" (left out:
    CCPLAN_LANGUAGE, then centre.toml, then English). `panel()` is its widget, `frame()` its tiles.
    """
    if ground is None:
        from ...data import load_centre
        from .tables import budget_case

        ground = budget_case(folder, centre or load_centre(folder), months=months).ground
    return BudgetDesk(ground, folder, language)


class BudgetDesk:
    """What a panel remembers: the ground, where it stands, the pinned overrides, the work that waits for a rest."""

    def __init__(self, ground, folder=None, language=None):
        self.ground, self.folder, self.language = ground, folder, chosen(language, ground.centre)
        self.overrides, self.pinned, self.pinned_name, self.before = {}, {}, AS_IT_IS, {}
        self.scenario, self.hires, self.dials = AS_IT_IS, ground.hires, dials_of(ground)
        self.saved, self.fault = self._saved()
        self.resting, self.settled, self.held = None, None, None

    def panel(self):
        """The live widget, with undo and redo, and what is on screen as files."""
        from ..panels.tools import equipped

        return equipped(self, stem="budget", language=self.language)

    def remembered(self):
        """The state that undo comes back to: overrides, the pinned ones and what they are called, the scenario."""
        return dict(self.overrides), dict(self.pinned), self.pinned_name, self.scenario

    def recall(self, state):
        """Stand where the desk stood."""
        overrides, pinned, self.pinned_name, self.scenario = state
        self.overrides, self.pinned, self.resting = dict(overrides), dict(pinned), None

    def frame(self):
        """The tiles as a table."""
        return self.view().frame()

    def view(self):
        """The BudgetView where the panel stands."""
        return budget_view(self.ground, self.overrides, hires=None if self.settled == self.overrides else self.hires)

    def answer(self, message):
        """What to show for a message of the browser, as plain JSON values."""
        faults, words, download, settings = {}, [], None, None
        try:
            faults, settings = self._take(message)
            now = {} if faults else self._show(message.get("action") == "rest")
            download = None if faults else self._file(message.get("action"))
        except ValueError as problem:
            words, now = [_sentence(problem)], {}
        if not now:
            now = {**self.before, "charts": None, "warnings": words or list(faults.values()), "unsettled": 0}
        else:
            self.before = now
        return {"seq": message["seq"], "now": self._settings(), "settings": settings, "faults": faults, "download": download, **now}

    # ----------------------------------------------------------------------- what the user did

    def _take(self, message):
        """(faults, settings for the browser or None) after taking in what the user did."""
        action = message.get("action")
        if "dials" not in message:
            return {}, self._settings()
        if action == "reset":
            self.overrides, self.pinned, self.pinned_name, self.scenario = {}, {}, AS_IT_IS, AS_IT_IS
            return {}, self._settings()
        if message["pickers"]["scenario"] != self.scenario:
            self._open(message["pickers"]["scenario"])
            return {}, self._settings()
        overrides, faults = self._read(message["dials"], message["cells"])
        if faults:
            return faults, None
        if overrides != self.overrides:
            self.overrides, self.resting = overrides, None
        if action == "pin":
            self.pinned, self.pinned_name, self.resting = dict(overrides), self._name_of(overrides), None
        if action == "save":
            self._save(message["pickers"]["name"])
            return {}, self._settings()
        return {}, None

    def _open(self, name):
        known = {AS_IT_IS: {}} | self.saved
        if name not in known:
            raise ValueError(f"scenario must be one of {', '.join(known)}, got {name!r}")
        self.overrides, self.scenario, self.resting = dict(known[name]), name, None

    def _read(self, dials, cells):
        """(overrides, faults): what stands in the dials and in the table; what stands as it is overrides nothing."""
        found, faults = {}, {}
        told = [(dial, dials[dial.name]) for dial in self.dials] + [(row, cells[row.name]) for row in rows_of(self.ground)]
        for entry, text in told:
            try:
                if str(text) != str(self._shown(entry)):
                    value = read_entry(text, entry)
                else:  # it still shows what was set: its exact value is kept
                    value = self.overrides.get(entry.name, self.ground.now(entry.name))
                if value != self.ground.now(entry.name):
                    found[entry.name] = value
            except ValueError as problem:
                faults[entry.name] = str(problem)
        return found, faults

    def _shown(self, entry):
        return _plain(round(self.overrides.get(entry.name, self.ground.now(entry.name)) * entry.scale, 2))

    def _settings(self):
        return {"dials": {dial.name: self._shown(dial) for dial in self.dials}, "switches": {},
                "cells": {row.name: self._shown(row) for row in rows_of(self.ground)},
                "pickers": {"scenario": self.scenario, "name": "" if self.scenario == AS_IT_IS else self.scenario},
                "options": {"scenario": [AS_IT_IS, *self.saved]}}

    # --------------------------------------------------------------------------- scenarios kept

    def _saved(self):
        """({name: overrides} of the folder, what could not be read in words)."""
        from ...planning.scenarios import load_scenarios

        if self.folder is None:
            return {}, ""
        try:
            kept = load_scenarios(self.folder)
        except ValueError as problem:
            return {}, _sentence(problem)
        lines = {line.name for line in self.ground.centre.budget}
        return {name: one["overrides"] | {PRICE + line: price for line, price in _prices(one["note"]).items() if line in lines}
                for name, one in kept.items()}, ""

    def _save(self, name):
        from ...planning.scenarios import save_scenario

        if self.folder is None:
            raise ValueError("this panel was not opened from a centre's folder, so there is no place to save a scenario")
        if str(name).strip() == AS_IT_IS:
            raise ValueError(f"{AS_IT_IS!r} is what the folder says: choose another name")
        moved, prices = parted(self.overrides)
        save_scenario(self.folder, name, moved, note=json.dumps({"prices": prices}) if prices else "")
        self.saved, self.fault = self._saved()
        self.scenario = str(name).strip()

    def _name_of(self, overrides):
        return next((name for name, one in {AS_IT_IS: {}, **self.saved}.items() if one == overrides), "what was pinned")

    # ------------------------------------------------------------------------------ what is shown

    def _show(self, rest):
        if rest or self.overrides == {}:
            self._settle()
        view = self.view()
        pinned = None if self.pinned == self.overrides else self._pinned()[0]
        waiting = self._work(rest)
        return {"tiles": tiles(view, pinned), "against": self._against(), "charts": self._charts(view), "unsettled": waiting,
                "warnings": [*view.warnings, *([self.fault] if self.fault else [])]}

    def _pinned(self):
        """(totals, cost by month) of the pinned plan, worked out once for each pin."""
        if self.held is None or self.held[0] != self.pinned:
            plan = self.ground.replanned(self.pinned).plan
            self.held = (dict(self.pinned), _totals(plan), plan.budget.by("month"))
        return self.held[1:]

    def _settle(self):
        """Hiring as it would be planned for what is set."""
        if self.settled != self.overrides:
            self.hires = self.ground.replanned(self.overrides).hires
            self.settled = dict(self.overrides)

    def _work(self, rest):
        """Milliseconds after which the browser is to ask again, 0 when all is done; a slice of the work when it rests."""
        if self.resting is None:
            self.resting = self._plans()
            self.tornado = self.bridge = None
        if not rest:
            return REST_MS
        end = time.perf_counter() + SLICE_S
        for _ in self.resting:
            if time.perf_counter() > end:
                return 20
        return 0

    def _plans(self):
        """The plans behind waterfall and tornado, one at a time."""
        for state in states_between(self.ground, self.pinned, self.overrides):
            yield self.ground.replanned(state)
        self.bridge = bridge_of(self.ground, self.pinned, self.overrides)
        yield
        ranges, ends = tornado_cases(self.ground, self.overrides)
        for one in ends:
            yield self.ground.replanned(one)
        self.tornado = tornado_of(self.ground, self.overrides, ranges, ends)

    def _against(self):
        hired = ("Hiring is the cheapest for what is set." if self.settled == self.overrides else
                 "While a dial moves hiring stays as it was; it is planned anew when the dial rests.")
        return f"Changes are against {self.pinned_name}{self._words(self.pinned)}. {hired}"

    def _words(self, overrides):
        told = [f"{LABELS.get(name, name)} {value_words(name, value)}" for name, value in overrides.items()]
        return f" ({', '.join(told)})" if told else ""

    def _charts(self, view):
        limit = None if self.pinned == self.overrides else self._pinned()[1]
        rows = budget_charts.monthly_rows(view.plan.budget, limit)
        rows = rows.assign(**{name: rows[name].to_numpy().astype("datetime64[ms]").astype("int64") + NOON_MS for name in ("month", "end")})
        found = {"monthly": _live(rows, budget_charts.monthly_finding(view.plan.budget))}
        if self.bridge is not None:
            names = (self.pinned_name, "now")
            found["waterfall"] = _live(budget_charts.waterfall_rows(self.bridge, names), budget_charts.waterfall_finding(self.bridge, view.currency, names))
        if self.tornado is not None:
            found["tornado"] = _live(budget_charts.tornado_rows(self.tornado), budget_charts.tornado_finding(self.tornado, view.currency))
        return found

    def layout(self):
        """What is drawn once."""
        groups = {}
        for dial in self.dials:
            told = {"name": dial.name, "label": dial.label, "unit": dial.unit, "low": dial.low, "high": dial.high, "step": dial.step, "says": "", "switch": None}
            groups.setdefault(dial.group, []).append(told)
        return {
            "title": Filled("{centre}: what will it cost, and what if?", centre=self.ground.centre.name),
            "groups": [{"label": name.capitalize(), "dials": dials} for name, dials in groups.items()],
            "pickers": [{"name": "scenario", "label": "Scenario", "options": [AS_IT_IS, *self.saved], "words": [AS_IT_IS]},
                        {"name": "name", "label": "Name, to save it", "text": 80, "says": "such as: a warm winter"}],
            "actions": ACTIONS, "charts": chart_places(self.ground),
            "table": {"label": "All assumptions and budget lines, to be typed over", "columns": ["assumption or line", "value", "unit", "source"],
                      "rows": [{"name": row.name, "label": row.label, "unit": row.unit, "says": row.says, "own": row.name.startswith(PRICE)} for row in rows_of(self.ground)]},
            "tiles": [{"name": f.name, "label": f.metadata["label"], "says": f.metadata["says"]} for f in fields(BudgetTotals)],
        }

    # -------------------------------------------------------------------------------------- files

    def _file(self, action):
        """The file that an action asks for, as the browser saves it; None for other actions."""
        if action not in ("csv", "xlsx", "png", "svg"):
            return None
        self._settle()
        view = self.view()
        if action == "csv":
            ledger = view.plan.budget.ledger.assign(month=view.plan.budget.ledger["month"].dt.strftime("%Y-%m-%d"))
            return {"name": "budget.csv", "text": harmless(ledger).to_csv(index=False, lineterminator="\n")}
        if action == "xlsx":
            from ..workbook import workbook_bytes  # loads xlsxwriter

            book = workbook_bytes(view.plan, self.ground.changed(view.overrides), people=self.ground.people, hires=view.hires)
            return _based("budget.xlsx", book, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        limit = None if self.pinned == self.overrides else self._pinned()[1]
        return picture(view, limit, action)


def picture(view, limit, form):
    """The months as a picture, as the browser saves it; `form` is png or svg."""
    import vl_convert

    chart = budget_charts.monthly_cost_chart(view.plan.budget, limit)
    if form == "svg":
        return {"name": "budget.svg", "text": vl_convert.vegalite_to_svg(theme.themed(chart)), "type": "image/svg+xml"}
    return _based("budget.png", vl_convert.vegalite_to_png(theme.themed(chart), scale=2), "image/png")


def _based(name, content, kind):
    return {"name": name, "base64": base64.b64encode(content).decode(), "type": kind}


def _prices(note):
    """The prices that a saved scenario keeps in its note; {} where there are none."""
    try:
        told = json.loads(note)["prices"]
        return {str(name): float(price) for name, price in told.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


# ------------------------------------------------------------------------------- entries and words


@dataclass(frozen=True)
class Row:
    """A row of the table: an assumption without a dial, or the price of a budget line."""

    name: str
    label: str
    unit: str
    says: str
    scale: float = 1


def dials_of(ground):
    """The dials that the centre has a value for, widened to hold it, money in its currency."""
    from dataclasses import replace

    found = []
    for dial in DIALS:
        now = ground.now(dial.name)
        if now is None or not np.isfinite(now):
            continue
        unit = dial.unit or Filled("{currency}", currency=ground.centre.currency)
        found.append(replace(dial, unit=unit, low=min(dial.low, _plain(np.floor(now * dial.scale))), high=max(dial.high, _plain(np.ceil(now * dial.scale)))))
    return tuple(found)


def rows_of(ground):
    """The rows of the table: what has no dial, then the lines of the budget."""
    from ...planning.scenarios import ASSUMPTIONS

    dialled, money = {dial.name for dial in DIALS}, ground.centre.currency
    rest = [one for one in ASSUMPTIONS.values() if one.name not in dialled and ground.now(one.name) is not None and np.isfinite(ground.now(one.name))]
    share = {one.name: one.unit.startswith("share") for one in rest}
    rows = [Row(one.name, LABELS.get(one.name, one.name), "%" if share[one.name] else Filled(one.unit.replace("currency", "{currency}"), currency=money), one.says,
                100 if share[one.name] else 1) for one in rest]
    return (*rows, *(Row(PRICE + line.name, line.name, f"{line.currency or money}, {line.driver}", line.source or "budget of centre.toml")
                     for line in ground.centre.budget if not line.steps))


def read_entry(text, entry):
    """The value that an entry means, in the assumption's own unit; ValueError in words if it means none."""
    from ...planning.scenarios import ASSUMPTIONS

    name = entry.label.split(",")[0]
    try:
        shown_value = float(str(text).replace(" ", "").replace("\N{NO-BREAK SPACE}", "").replace("−", "-"))
    except ValueError:
        raise ValueError(f"{name} must be a number, in {entry.unit}, got {str(text)[:20]!r}.") from None
    known = ASSUMPTIONS.get(entry.name)
    low, high = (0.0, 1e12) if known is None else (known.low * entry.scale, known.high * entry.scale)
    if not low <= shown_value <= high:
        raise ValueError(f"{name} must be between {low:,g} and {high:,g} {entry.unit}, got {shown_value:g}.")
    return round(shown_value / entry.scale, 10)


def tiles(view, pinned):
    """The tiles' words by name: value, change against the pinned plan, tone of the change."""
    found = {}
    for f in fields(BudgetTotals):
        known, now = f.metadata, getattr(view.totals, f.name)
        words, tone = ("", "same") if pinned is None else change(now, getattr(pinned, f.name), known["form"], known["better"])
        found[f.name] = {"value": shown(now, known["form"], view.currency).replace("-", "−"), "delta": words, "tone": tone}
    return found


ACTIONS = (
    {"name": "pin", "label": "Pin", "says": "compare everything that follows with what is shown now"},
    {"name": "save", "label": "Save", "says": "keep what is set as a scenario of that name in the centre's folder"},
    {"name": "csv", "label": "CSV", "says": "the ledger of what is set, as a file"},
    {"name": "xlsx", "label": "XLSX", "says": "a workbook of live formulas of what is set"},
    {"name": "png", "label": "PNG", "says": "the months as a picture"},
    {"name": "svg", "label": "SVG", "says": "the months as a drawing that can be scaled"},
    {"name": "reset", "label": "Reset", "says": "back to the plan as it is"},
)


def chart_places(ground):
    """The panel's charts as drawn once: an empty live specification, a note, a key of direct words."""
    frame = {"width": "container", "autosize": alt.AutoSizeParams(type="fit-x", contains="padding")}
    charts, told = budget_charts, functools.partial(Filled, money=ground.centre.currency)
    monthly = alt.layer(*charts.monthly_layers(alt.NamedData("monthly"))).properties(height=240, **frame)
    waterfall = alt.layer(*charts.waterfall_layers(alt.NamedData("waterfall"))).properties(height=alt.Step(26), **frame)
    tornado = alt.layer(*charts.tornado_layers(alt.NamedData("tornado"))).properties(height=alt.Step(26), **frame)
    used = {line.category for line in ground.replanned({}).plan.budget.lines}
    key = [{"label": name, "colour": colour, "shape": "area"} for name, colour in charts.CATEGORIES.items() if name in used]
    return [
        {"name": "monthly", "spec": theme.themed(monthly), "note": told("{money} thousand a month"), "key": [*key, {"label": "pinned", "colour": theme.INK, "shape": "line"}]},
        {"name": "waterfall", "spec": theme.themed(waterfall), "key": [{"label": "dearer", "colour": charts.DEARER, "shape": "area"}, {"label": "cheaper", "colour": charts.SAVED, "shape": "area"}],
         "note": told("{money} thousand; from the pinned plan to this one, each step a fair share (Shapley), hiring planned anew at each; comes when the dial rests")},
        {"name": "tornado", "spec": theme.themed(tornado), "key": [{"label": "at its low", "colour": charts.LOWER, "shape": "area"}, {"label": "at its high", "colour": charts.HIGHER, "shape": "area"}],
         "note": told("{money} thousand; each assumption alone at its low and its high around what is set, hiring planned anew; comes when the dial rests")},
    ]


def _live(rows, finding):
    return {"rows": records(rows), "finding": finding, "alt": f"Chart. {finding}."}
