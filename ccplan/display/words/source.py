"""The source of every catalogue, `en.toml`, made from the panels and KPIs themselves: `python -m ccplan.display.words.source`."""

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from ...auditing import KPIS
from ..language import PHRASES, Language, lettered

HEAD = '''# The source of every catalogue, written by `python -m ccplan.display.words.source`: copy it, translate what stands to the right.
name = "English"
direction = "ltr"'''


@dataclass(frozen=True)
class Listener(Language):
    """English that remembers what it was asked to say: `heard`, a set of texts; of a filled text its template."""

    heard: set = field(default_factory=set)

    def said(self, text):
        """The text as it is."""
        self.heard.add(getattr(text, "template", text))
        return text


def listener():
    """A Listener that has heard nothing yet."""
    return Listener("en", "English", "ltr", {}, {})


def texts_of(layouts):
    """The English texts of panels' layouts, a set."""
    ear = listener()
    for layout in layouts:
        ear.layout(layout)
    return set(filter(lettered, ear.heard))


def texts_of_tables():
    """What the panels' own tables of words hold, whether or not the bundled centre makes use of it, a set."""
    from ...planning.scenarios import ASSUMPTIONS
    from ..money import charts
    from ..money.entries import DIALS
    from ..money.words import LABELS

    told = [(dial.label, dial.unit) for dial in DIALS]
    told += [(LABELS.get(name, name), one.says, one.unit.replace("currency", "{currency}")) for name, one in ASSUMPTIONS.items()
             if name not in {dial.name for dial in DIALS} and not one.unit.startswith("share")]
    return {text for texts in told for text in texts if lettered(text)} | set(charts.CATEGORIES) | {"as before", "no end", "points"}


def texts_of_quality(folder):
    """What the form of an evaluation says around the steps of its scorecard, a set."""
    from ..audit.quality_form import QualityDesk

    ear = listener()
    QualityDesk(folder, "", ear)
    return set(filter(lettered, ear.heard))


def layouts():
    """The layouts of the staffing, forecast and budget panels, for a sketch of a centre: its figures are in no label."""
    from ..forecast.panel import forecast_desk
    from ..money.panel import BudgetDesk
    from ..money.plans import budget_ground
    from ..staffing.panel import _Desk

    centre, intervals = sketch()
    staffing = _Desk(intervals, centre)
    staffing.go("front")
    people = pd.DataFrame({"queue": ["front"], "started": pd.Timestamp("2025-01-01"), "heads": [20.0], "fte": [20.0]})
    ground = budget_ground(intervals[intervals["start"].dt.month == 5], centre, people=people)
    return [staffing.layout(), forecast_desk(intervals, centre).layout(), BudgetDesk(ground).layout()]


def sketch():
    """(centre, intervals): one queue, nine to five, eight weeks of the same day."""
    from ...data import Centre, Queue
    from ...queueing import Targets

    centre = Centre(name="Sketch", time_zone="Europe/Helsinki", queues=(Queue(name="front", patience_s=180.0, targets=Targets(service_level=0.8)),))
    start = pd.date_range("2026-04-06", "2026-06-01", freq="30min", inclusive="left", tz=centre.time_zone)
    start = start[(start.hour >= 9) & (start.hour < 17)]
    return centre, pd.DataFrame({"queue": "front", "start": start, "offered": 40, "answered": 38, "abandoned": 2, "blocked": 0, "answered_in_target": 33,
                                 "talk_s": 8000.0, "hold_s": 400.0, "acw_s": 3000.0, "aht_s": 300.0})


def every_text():
    """All English labels that a catalogue should hold, a set."""
    from ...data import sample_centre

    return texts_of(layouts()) | texts_of_tables() | texts_of_quality(sample_centre()) | set(PHRASES)


def source(labels):
    """The text of `en.toml` for a set of labels.

    >>> source({"Day"}).splitlines()[-2:]
    ['[labels]', '"Day" = "Day"']
    """
    kpis = [f'{key} = "{kpi.name}"' for key, kpi in KPIS.items()]
    return "\n".join([HEAD, "", "[kpis]", *kpis, "", "[labels]", *(f'"{text}" = "{text}"' for text in sorted(labels, key=lambda text: (text.casefold(), text))), ""])


if __name__ == "__main__":
    Path(__file__).with_name("en.toml").write_text(source(every_text()), encoding="utf-8")
