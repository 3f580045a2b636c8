"""What stands on the bar of every page: the centre, to which day its tables reach, the pages."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from ..display.start.pages import pages
from ..display.start.today import day_words

TABLES = ("*.csv", "*.parquet", "*.xlsx", "*.toml")


@dataclass(frozen=True, kw_only=True)
class Bar:
    """`centre` the centre's name, `fresh` a line about its tables, `pages` the pages, a tuple of Page."""

    centre: str
    fresh: str
    pages: tuple

    def told(self):
        """The same as plain JSON values."""
        return {"centre": self.centre, "fresh": self.fresh,
                "pages": [{"name": page.name, "short": page.short, "question": page.question} for page in self.pages]}


def bar_of(folder, notebooks):
    """A function without arguments that gives the Bar of a centre's folder; tables are read again when a file has changed."""
    known = {}

    def bar():
        stamp = _stamp(folder)
        if known.get("stamp") != stamp:
            known.update(stamp=stamp, read=_read(folder))
        name, last = known["read"]
        return Bar(centre=name, fresh=fresh_words(last, date.today()), pages=pages(notebooks))

    return bar


def _stamp(folder):
    """What changes when a file of the folder does."""
    files = sorted(file for pattern in TABLES for file in Path(folder).glob(pattern))
    return tuple((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in files)


def _read(folder):
    """(the centre's name, the last day of its contacts or None where they cannot be read)."""
    from ..data import load_centre, load_intervals

    try:
        centre = load_centre(folder)
    except (ValueError, OSError):
        return Path(folder).name, None
    try:
        return centre.name, load_intervals(folder, centre, faulty="leave out").frame["start"].max().tz_localize(None)
    except (ValueError, OSError):
        return centre.name, None


def fresh_words(last, today):
    """To which day the tables reach, and how long ago that is where it is long.

    >>> fresh_words(pd.Timestamp("2026-09-30"), date(2026, 10, 3)), fresh_words(pd.Timestamp("2026-09-30"), date(2026, 11, 22))
    ('tables to 30 September 2026', 'tables to 30 September 2026, 53 days ago')
    """
    if last is None or pd.isna(last):
        return "the contacts cannot be read: see Data"
    days = (today - last.date()).days
    return f"tables to {day_words(last)}" + (f", {days:,} days ago" if days > 7 else "")
