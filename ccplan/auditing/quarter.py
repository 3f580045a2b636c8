"""The quarter that is audited, and the quarters it is held against."""

import re
from dataclasses import dataclass

import pandas as pd

YEARS = range(1990, 2101)


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter of a calendar year: `year` and `number` 1 to 4; raises ValueError for others.

    >>> Quarter.of("2026Q3").first, str(Quarter.of("2026 q1").previous), str(Quarter(2026, 1).year_ago)
    (Timestamp('2026-07-01 00:00:00'), '2025Q4', '2025Q1')
    """

    year: int
    number: int

    def __post_init__(self):
        if self.year not in YEARS or self.number not in range(1, 5):
            raise ValueError(
                f"quarter must be a year from {YEARS[0]} to {YEARS[-1]} and 1 to 4, such as 2026Q3, "
                f"got {self.year}Q{self.number}"
            )

    @classmethod
    def of(cls, words):
        """The Quarter that words such as "2026Q3" or "2026-Q3" name, or a Quarter itself; ValueError for others."""
        if isinstance(words, cls):
            return words
        found = re.fullmatch(r"(\d{4})[ -]?[qQ]([1-4])", str(words).strip())
        if not found:
            raise ValueError(f"quarter must be written as a year and a quarter, such as 2026Q3, got {str(words)!r}")
        return cls(int(found[1]), int(found[2]))

    @property
    def first(self):
        """Its first day, as a Timestamp without a zone."""
        return pd.Timestamp(self.year, 3 * self.number - 2, 1)

    @property
    def end(self):
        """The first day after it."""
        return self.following.first

    @property
    def previous(self):
        """The quarter before."""
        return self._moved(-1)

    @property
    def following(self):
        """The quarter after."""
        return self._moved(1)

    @property
    def year_ago(self):
        """The same quarter a year before."""
        return self._moved(-4)

    def before(self, quarters):
        """The quarter so many quarters before."""
        return self._moved(-quarters)

    def _moved(self, quarters):
        year, number = divmod(4 * self.year + self.number - 1 + quarters, 4)
        return Quarter(year, number + 1)

    @property
    def months(self):
        """The first days of its three months, a DatetimeIndex."""
        return pd.date_range(self.first, periods=3, freq="MS")

    def holds(self, times):
        """Which of the times (a Series, with a zone or without) lie in it, a boolean Series."""
        local = times.dt.tz_localize(None)
        return (local >= self.first) & (local < self.end)

    def __str__(self):
        return f"{self.year}Q{self.number}"


def quarter_names(times):
    """The quarter that each of the times (a Series, without a zone) lies in, as text; NaN where there is no time.

    >>> quarter_names(pd.Series(pd.to_datetime(["2026-07-01", None]))).tolist()
    ['2026Q3', nan]
    """
    return times.dt.to_period("Q").astype("str").where(times.notna())
