"""Opening hours: spans of local time by weekday, and on public holidays."""

import re
from dataclasses import dataclass
from numbers import Real

import numpy as np
import pandas as pd

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY = 24 * 60  # minutes
ALWAYS = ((0, DAY),)
GROUPS = {"every_day": DAYS, "weekdays": DAYS[:5], "weekend": DAYS[5:]}  # the finer key wins
KEYS = (*GROUPS, *DAYS, "holidays")


@dataclass(frozen=True, kw_only=True)
class OpeningHours:
    """When a queue is open: for each weekday the spans in minutes since local midnight.

    `week` holds seven tuples of (start, end), Monday first; an end beyond 1440 runs into the next
    day. `holidays` holds the spans of a public holiday, None where it is a day like any other.
    Raises ValueError where `week` has not seven days or a span is impossible.

    >>> shop = OpeningHours.of(weekdays="08:00-20:00", saturday="10:00-16:00", holidays="closed")
    >>> shop.is_open(pd.DatetimeIndex(["2026-07-20 07:30", "2026-07-20 08:00", "2026-07-19 12:00"]))
    array([False,  True, False])
    """

    week: tuple = (ALWAYS,) * 7
    holidays: tuple | None = None

    def __post_init__(self):
        if len(self.week) != 7:
            raise ValueError(f"week must hold seven days, got {len(self.week)}")
        for spans in (*self.week, self.holidays or ()):
            _refuse_impossible(spans)
            _refuse_overlaps(spans)

    @classmethod
    def of(cls, **days):
        """Hours from words: `every_day`, `weekdays`, `weekend`, a weekday, `holidays`.

        A day's words are spans such as "08:00-12:00, 13:00-17:00", "22:00-06:00" (over midnight),
        "00:00-24:00" or "closed"; a day that is not named is closed. The finer key wins.
        Raises ValueError naming every key that cannot be read.
        """
        hours, problems = read_hours(days)
        if problems:
            raise ValueError("; ".join(problems))
        return hours

    def is_open(self, local, holiday_dates=()):
        """Which local timestamps (DatetimeIndex or Series, zone or none) lie in opening hours.

        `holiday_dates` are dates on which the holiday hours hold. Returns an array of bool.
        """
        stamps = pd.DatetimeIndex(local)
        stamps = stamps.tz_localize(None) if stamps.tz is not None else stamps
        minute = (stamps.hour * 60 + stamps.minute).to_numpy()
        today = self._kind(stamps.normalize(), holiday_dates)
        yesterday = self._kind(stamps.normalize() - pd.Timedelta(days=1), holiday_dates)
        return _within(self._spans(), today, minute) | _within(self._spans(), yesterday, minute + DAY)

    def minutes_per_week(self):
        """Open minutes of a week without holidays."""
        return sum(end - start for spans in self.week for start, end in spans)

    def words(self):
        """The hours as the words of `centre.toml`: {"monday": "08:00-20:00", ...}."""
        days = {day: write_spans(spans) for day, spans in zip(DAYS, self.week, strict=True)}
        days = {"every_day": days["monday"]} if len(set(days.values())) == 1 else days
        return days | ({} if self.holidays is None else {"holidays": write_spans(self.holidays)})

    def _spans(self):
        return (*self.week, self.holidays or ())

    def _kind(self, dates, holiday_dates):
        """0–6 for a weekday, 7 for a holiday with hours of its own."""
        kind = dates.day_of_week.to_numpy().copy()
        if self.holidays is not None and len(holiday_dates):
            kind[dates.isin(pd.DatetimeIndex(list(holiday_dates)))] = 7
        return kind


def read_hours(days, where=""):
    """(OpeningHours, problems in words) from a mapping of day names to spans in words."""
    spans, problems = {}, []
    for key, words in days.items():
        try:
            read = read_spans(words)
            _refuse_overlaps(read)
            spans[key] = read
        except ValueError as problem:
            problems.append(f"{where}{key} {problem}")
    named = {day: spans[group] for group, members in GROUPS.items() if group in spans for day in members}
    named |= {day: spans[day] for day in DAYS if day in spans}
    week = tuple(named.get(day, ()) for day in DAYS)
    return OpeningHours(week=week, holidays=spans.get("holidays")), problems


def read_spans(words):
    """Spans in minutes from words; over midnight the end lies beyond 1440.

    >>> read_spans("08:00-12:00, 22:00-06:00")
    ((480, 720), (1320, 1800))
    >>> read_spans("8 to 16")
    Traceback (most recent call last):
    ValueError: must be spans such as "08:00-20:00" or "closed", got '8 to 16'
    """
    if not isinstance(words, str):
        raise ValueError(f'must be spans such as "08:00-20:00" or "closed", got {words!r}')
    if words.strip().lower() == "closed":
        return ()
    return tuple(_read_span(part, words) for part in words.split(","))


def write_spans(spans):
    """The words for spans.

    >>> write_spans(((480, 720), (1320, 1800))), write_spans(())
    ('08:00-12:00, 22:00-06:00', 'closed')
    """
    return ", ".join(f"{_clock(start)}-{_clock(end)}" for start, end in spans) or "closed"


def _clock(minute):
    minute = minute - DAY if minute > DAY else minute
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _read_span(part, words):
    match = re.fullmatch(r"\s*(\d{1,2}):(\d\d)\s*[-–]\s*(\d{1,2}):(\d\d)\s*", part)
    if not match:
        raise ValueError(f'must be spans such as "08:00-20:00" or "closed", got {words!r}')
    h1, m1, h2, m2 = map(int, match.groups())
    start, end = h1 * 60 + m1, h2 * 60 + m2
    if m1 > 59 or m2 > 59 or start >= DAY or end > DAY or start == end:
        raise ValueError(f"must hold times from 00:00 to 24:00, start and end apart, got {words!r}")
    return start, end if end > start else end + DAY


def _refuse_impossible(spans):
    for span in spans:
        is_pair = isinstance(span, (tuple, list)) and len(span) == 2 and all(isinstance(edge, Real) for edge in span)
        if not is_pair or not 0 <= span[0] < DAY or not span[0] < span[1] <= span[0] + DAY:
            raise ValueError(
                f"spans must be (start, end) in minutes, 0 <= start < {DAY} and end at most a day later, got {span!r}"
            )


def _refuse_overlaps(spans):
    ordered = sorted(spans)
    for (_, end), (start, _) in zip(ordered, ordered[1:], strict=False):
        if start < end:
            raise ValueError(f"must hold spans that do not overlap, got {write_spans(ordered)!r}")


def _within(spans_by_kind, kind, minute):
    inside = np.zeros(len(minute), dtype=bool)
    for which, spans in enumerate(spans_by_kind):
        for start, end in spans:
            inside |= (kind == which) & (minute >= start) & (minute < end)
    return inside
