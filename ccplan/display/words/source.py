"""The source of every catalogue, `en.toml`, made from the panels and KPIs themselves: `python -m
ccplan.display.words.source`.

The panels are asked to speak to a listener, so a panel that is built otherwise, or anew, needs no change here.
"""

from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pandas as pd

from ...auditing import KPIS
from ..language import OF_PANEL, PHRASES, WAS, Language, Term, lettered

HEAD = '''# The source of every catalogue, written by `python -m ccplan.display.words.source`: copy it, translate what stands to the right.
name = "English"
direction = "ltr"'''
CALENDAR = """[calendar]
date = "{day} {name} {year}"
month = "{name} {year}"
months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
short_months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
short_days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]"""
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
UNITS = ("points", "pts", "contacts", "FTE", "days a year", "% a year", "s")  # of tiles, after a number
VERDICTS = (
    "met",
    "missed",
    "too close to tell",
    "no target",
    "not measured",
    "better",
    "worse",
    "changed",
    "noise",
    "not known",
)  # of an audit's tiles


@dataclass(frozen=True)
class Listener(Language):
    """English that remembers what it was asked to say: `heard`, a set of texts; of a filled text its template."""

    heard: set = field(default_factory=set)

    def said(self, text):
        """The text as it is."""
        self.heard.add(getattr(text, "template", text))
        self.heard.update(value for value in getattr(text, "values", {}).values() if isinstance(value, Term))
        return text

    def view(self, view):
        """An answer as it is: what it says beside figures is in the tables of words."""
        return view


def listener():
    """A Listener that has heard nothing yet."""
    return Listener("en", "English", "ltr", {}, {})


def labels_of(ear):
    """What a Listener has heard that a catalogue has to hold: the names of the KPIs are there by their keys."""
    return set(filter(lettered, ear.heard)) - {kpi.name for kpi in KPIS.values()}


def texts_of(layouts):
    """The English texts of panels' layouts, a set."""
    ear = listener()
    for layout in layouts:
        ear.layout(layout)
    return labels_of(ear)


def texts_of_tables():
    """What the panels' own tables of words hold, whether or not a sketch of a centre makes use of it, a set."""
    from ...planning.scenarios import ASSUMPTIONS
    from ..audit import panel as audit
    from ..money import charts
    from ..money.entries import DIALS
    from ..money.words import LABELS
    from ..panels import words
    from ..scheduling.view import AIMS

    told = [(dial.label, dial.unit) for dial in DIALS]
    told += [
        (LABELS.get(name, name), one.says, one.unit.replace("currency", "{currency}"))
        for name, one in ASSUMPTIONS.items()
        if name not in {dial.name for dial in DIALS} and not one.unit.startswith("share")
    ]
    told += [
        AIMS,
        OF_PANEL,
        (words.SAVED, words.OPENED, words.SHARED, words.MEND, words.NO_FOLDER),
        WEEKDAYS,
        VERDICTS,
        UNITS,
        charts.CATEGORIES,
    ]
    told += [("as before", "no end", WAS), audit.GRAINS, audit.AGAINST.values(), *_counted()]
    return {text for texts in told for text in texts if lettered(text)} - {kpi.name for kpi in KPIS.values()}


def _counted():
    """The ways in which KPIs can be counted, as the audit's panel names them."""
    from ...auditing.standing.cuts import variants_of

    return [tuple(variants_of(key)) for key in KPIS]


FORMS = (
    "audit.quality_form",
    "setting_up.panel",
    "start.pages",
    "start.tiles",
    "start.words",
)  # rooms with a `speak(language, folder)` of their own


def texts_of_forms(folder):
    """What forms and pages say that are not laid out as panels are, a set."""
    ear = listener()
    for home in FORMS:
        import_module(f"..{home}", __package__).speak(ear, folder)
    return labels_of(ear)


# ---------------------------------------------------------------------------------------- a sketch to speak of


def panels(language=None):
    """All live panels, widgets, for a sketch of a centre: its figures are in no label."""
    from ..scheduling.panel import ScheduleDesk
    from .. import (
        audit_panel,
        budget_ground,
        budget_panel,
        forecast_panel,
        headcount_panel,
        staffing_panel,
        validation_panel,
    )

    centre, intervals = sketch()
    people = pd.DataFrame({"queue": ["front"], "started": pd.Timestamp("2025-01-01"), "heads": [20.0], "fte": [20.0]})
    may = intervals[intervals["start"].dt.month == 5]
    return [
        staffing_panel(intervals, centre, language=language), forecast_panel(intervals, centre, language=language),
        budget_panel(None, ground=budget_ground(may, centre, people=people), language=language),
        headcount_panel(None, case=sketch_case(may, centre, people), language=language), audit_panel(sketch_audit(centre, intervals), language=language),
        validation_panel(None, centre, intervals=intervals, language=language),
        ScheduleDesk(sketch_schedule(), short_most=10, language=language).panel(),
    ]  # fmt: skip


def layouts():
    """The layouts of all live panels, dicts in English."""
    return [panel.plan for panel in panels(listener())]


def sketch():
    """(centre, intervals): one queue, nine to five, eight weeks of the same day."""
    from ...data import Centre, Queue
    from ...queueing import Targets

    centre = Centre(
        name="Sketch",
        time_zone="Europe/Helsinki",
        queues=(Queue(name="front", patience_s=180.0, targets=Targets(service_level=0.8)),),
    )
    start = pd.date_range("2026-04-06", "2026-06-01", freq="30min", inclusive="left", tz=centre.time_zone)
    start = start[(start.hour >= 9) & (start.hour < 17)]
    return centre, pd.DataFrame(
        {
            "queue": "front",
            "start": start,
            "offered": 40,
            "answered": 38,
            "abandoned": 2,
            "blocked": 0,
            "answered_in_target": 33,
            "talk_s": 8000.0,
            "hold_s": 400.0,
            "acw_s": 3000.0,
            "aht_s": 300.0,
        }
    )


def sketch_schedule():
    """A ScheduleGround of the sketch: one week, an eight-hour shift with a lunch and a short one."""
    from dataclasses import replace

    from ...data.shifts import Shift
    from ..scheduling.view import ScheduleGround

    centre, intervals = sketch()
    lunch = {"length_s": 1800, "earliest_s": 10800, "latest_s": 14400}
    shifts = (
        Shift(name="full", starts="09:00", length_s=28800, breaks=[lunch]),
        Shift(name="short", starts="09:00-13:00", every_s=3600, length_s=14400),
    )
    week = intervals[(intervals["start"] >= "2026-05-04") & (intervals["start"] < "2026-05-11")]
    return ScheduleGround(
        replace(centre, shifts=shifts), ("front",), lambda name: (week[["start", "offered", "aht_s"]], 30)
    )


def sketch_case(intervals, centre, people):
    """A HeadcountCase of the sketch."""
    from ...planning import HeadcountCase, service_curves, staff
    from ...planning.people.requirement import monthly_requirement

    staffed = staff(intervals, centre)
    return HeadcountCase(
        centre=centre,
        staffed=staffed,
        requirement=monthly_requirement(staffed, centre),
        people=people,
        curves=service_curves(staffed, centre),
        teams={},
        at=intervals["start"].min().tz_localize(None).normalize(),
    )


def sketch_audit(centre, intervals):
    """What the panel of an audit needs of one: its tables, quarter, centre and a finding."""
    from ...auditing.findings import Finding
    from ...auditing.quarter import Quarter

    found = Finding(
        key="a", area="customers", severity="red", says="Callers waited", evidence="kpis", action="Staff more"
    )
    return SimpleNamespace(
        tables={"intervals": intervals}, quarter=Quarter.of("2026Q2"), centre=centre, findings=(found,)
    )


# ---------------------------------------------------------------------------------------- the file


def every_text():
    """All English labels that a catalogue should hold, a set."""
    from ...data import sample_centre

    return texts_of(layouts()) | texts_of_tables() | texts_of_forms(sample_centre()) | set(PHRASES)


def source(labels):
    """The text of `en.toml` for a set of labels.

    >>> source({"Day"}).splitlines()[-2:]
    ['[labels]', '"Day" = "Day"']
    """
    kpis = [f'{key} = "{kpi.name}"' for key, kpi in KPIS.items()]
    return "\n".join(
        [
            HEAD,
            "",
            CALENDAR,
            "",
            "[kpis]",
            *kpis,
            "",
            "[labels]",
            *(f'"{text}" = "{text}"' for text in sorted(labels, key=lambda text: (text.casefold(), text))),
            "",
        ]
    )


if __name__ == "__main__":
    Path(__file__).with_name("en.toml").write_text(source(every_text()), encoding="utf-8")
