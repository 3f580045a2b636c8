"""What stands on the bar of every page: the centre, to which day its tables reach, the pages."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from ..display.language import chosen
from ..display.start.pages import pages
from ..display.start.words import frame_words, page_words, reach_words
from .kept import states

TABLES = ("*.csv", "*.parquet", "*.xlsx", "*.toml")


@dataclass(frozen=True, kw_only=True)
class Bar:
    """`centre` the centre's name, `fresh` a line about its tables, `pages` the pages, a tuple of Page."""

    centre: str
    fresh: str
    pages: tuple
    language: object

    def told(self):
        """The same as plain JSON values."""
        return {
            "centre": self.centre,
            "fresh": self.fresh,
            "pages": [page_words(page, self.language) for page in self.pages],
            **frame_words(self.language),
        }


def bar_of(folder, notebooks):
    """A function without arguments that gives the Bar of a centre's folder; tables are read again when a file has
    changed.
    """
    known = {}

    def bar():
        stamp = states(file for pattern in TABLES for file in Path(folder).glob(pattern))
        if known.get("stamp") != stamp:
            known.update(stamp=stamp, read=_read(folder))
        name, last, centre = known["read"]
        language = chosen(None, centre)
        return Bar(
            centre=name, fresh=fresh_words(last, date.today(), language), pages=pages(notebooks), language=language
        )

    return bar


def _read(folder):
    """(the centre's name, the last day of its contacts or None where they cannot be read, the Centre or None)."""
    from ..data import load_centre, load_intervals

    try:
        centre = load_centre(folder)
    except (ValueError, OSError):
        return Path(folder).name, None, None
    try:
        last = load_intervals(folder, centre, faulty="leave out").frame["start"].max().tz_localize(None)
    except (ValueError, OSError):
        last = None
    return centre.name, last, centre


def fresh_words(last, today, language=None):
    """To which day the tables reach, and how long ago that is where it is long.

    >>> fresh_words(pd.Timestamp("2026-09-30"), date(2026, 10, 3)), fresh_words(pd.Timestamp("2026-09-30"), date(2026, 11, 22))
    ('tables to 30 September 2026', 'tables to 30 September 2026, 53 days ago')
    """
    known = last is not None and not pd.isna(last)
    return reach_words(chosen(language), last if known else None, (today - last.date()).days if known else 0)
