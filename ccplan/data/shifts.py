"""Shifts as patterns, and the rules a roster keeps: definitions as data, in `centre.toml` as [shifts.NAME] and
[rostering].
"""

import re
from dataclasses import dataclass
from math import inf

from .hours import DAYS, GROUPS
from .settings import number, setting, settle, text, yes_or_no

HOUR = 3600
CLOCK = r"([01]?\d|2[0-3]):([0-5]\d)"


def clock_s(name, value):
    """Seconds since midnight of a time such as "07:30".

    >>> clock_s("starts", "07:30")
    27000
    """
    found = re.fullmatch(CLOCK, value.strip()) if isinstance(value, str) else None
    if not found:
        raise ValueError(f'{name} must be a time such as "07:30", got {value!r}')
    return int(found[1]) * HOUR + int(found[2]) * 60


def clock_words(seconds):
    """The time of day, as people write it.

    >>> clock_words(27000), clock_words(90000)
    ('07:30', '01:00')
    """
    return f"{int(seconds) // HOUR % 24:02d}:{int(seconds) % HOUR // 60:02d}"


def start_times(name, value):
    """A check for starts: times, or spans of times "07:00-09:00", a text or a list; kept as written, a tuple of
    texts.
    """
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple)) or not parts:
        raise ValueError(f'{name} must be times such as "07:00-09:00, 12:00", got {value!r}')
    for part in parts:
        ends = (
            [clock_s(name, end) for end in part.split("-")]
            if isinstance(part, str) and part.count("-") < 2
            else [clock_s(name, part)]
        )
        if ends[0] > ends[-1]:
            raise ValueError(
                f"{name} must run from the earlier to the later start, got {part!r} — write two spans where they pass midnight"
            )
    return tuple(part.strip() for part in parts)


def work_days(name, value):
    """A check for days: "weekdays", "weekend", "every_day", or names of days; kept as numbers, Monday 0."""
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, (list, tuple)) or not words:
        raise ValueError(f'{name} must be "weekdays", "weekend", "every_day" or days such as ["monday"], got {value!r}')
    if all(isinstance(word, int) and not isinstance(word, bool) and 0 <= word < 7 for word in words):
        return tuple(sorted(set(words)))
    odd = [word for word in words if word not in (*GROUPS, *DAYS)]
    if odd:
        raise ValueError(
            f'{name} must be "weekdays", "weekend", "every_day" or days such as ["monday"], got {odd[0]!r}'
        )
    return tuple(sorted({DAYS.index(day) for word in words for day in GROUPS.get(word, (word,))}))


@dataclass(frozen=True, kw_only=True)
class Break:
    """A break of a shift: how long it is, when after the shift's start it may begin, whether it is paid.

    Raises ValueError with all that is wrong.

    >>> Break(name="lunch", length_s=1800, earliest_s=10800, latest_s=16200).paid
    False
    """

    name: str = setting("lunch", says="of the break", check=text())
    length_s: float = setting(
        says="from its start to its end", unit="seconds", check=number(open_low=True, high=6 * HOUR)
    )
    earliest_s: float = setting(
        says="its earliest start after the shift's", unit="seconds", check=number(high=24 * HOUR)
    )
    latest_s: float = setting(says="its latest start after the shift's", unit="seconds", check=number(high=24 * HOUR))
    paid: bool = setting(False, says="whether it is paid time", check=yes_or_no())

    def __post_init__(self):
        settle(self, where=f"break {self.name}: ")
        if self.latest_s < self.earliest_s:
            raise ValueError(
                f"break {self.name}: latest_s must be {self.earliest_s:g} or later, as earliest_s is, got {self.latest_s:g}"
            )


def breaks_in_order(name, value):
    """A check for breaks: a list of tables {name, length_s, earliest_s, latest_s, paid}, or of Break."""
    if not isinstance(value, (list, tuple)):
        raise ValueError(
            f'{name} must be a list such as [{{name = "lunch", length_s = 1800, earliest_s = 10800, latest_s = 16200}}], got {value!r}'
        )
    return tuple(one if isinstance(one, Break) else _break(f"{name}[{i}]", one) for i, one in enumerate(value))


def _break(name, said):
    known = ("name", "length_s", "earliest_s", "latest_s", "paid")
    if not isinstance(said, dict) or set(said) - set(known):
        raise ValueError(f"{name} must hold {', '.join(known)}, got {said!r}")
    missing = [key for key in known[1:4] if key not in said]
    if missing:
        raise ValueError(f"{name}.{missing[0]} is missing")
    try:
        return Break(**said)
    except ValueError as problem:
        raise ValueError(f"{name}: {problem}") from None


@dataclass(frozen=True, kw_only=True)
class Shift:
    """A pattern of shifts: when it may start, how long it is, which breaks lie in it, on which days it is worked.

    `starts` are local times, spans of them in steps of `every_s`; `length_s` runs from the first minute to the last,
    breaks included, and may pass midnight: the shift then belongs to the day on which it starts. `extra_per_hour` is
    paid on top of the wage (nights, Sundays), `most` the people who may start it on one day (inf: any number).
    Raises ValueError with all that is wrong.

    >>> early = Shift(name="early", starts="07:00-08:00", length_s=28800, breaks=[{"length_s": 1800, "earliest_s": 10800, "latest_s": 16200}])
    >>> [clock_words(start) for start in early.start_s], early.paid_s
    (['07:00', '07:30', '08:00'], 27000.0)
    """

    name: str = setting(says="of the shift", check=text())
    starts: tuple = setting(says='when it may start, such as "07:00-09:00"', check=start_times)
    length_s: float = setting(
        says="from its start to its end, breaks included", unit="seconds", check=number(low=HOUR, high=24 * HOUR)
    )
    every_s: float = setting(
        1800, says="step between the starts of a span", unit="seconds", check=number(low=300, high=24 * HOUR)
    )
    breaks: tuple = setting((), says="breaks in it, in order", check=breaks_in_order)
    days: tuple = setting(tuple(range(7)), says="days on which it may start", check=work_days)
    extra_per_hour: float = setting(
        0, says="paid on top of the wage", unit="currency per paid hour", check=number(open_high=True)
    )
    most: float = setting(inf, says="people who may start it on one day", unit="people", check=number(whole=True))

    def __post_init__(self):
        settle(self, where=f"shift {self.name}: ")
        late = [one for one in self.breaks if one.latest_s + one.length_s > self.length_s]
        if late:
            raise ValueError(
                f"shift {self.name}: break {late[0].name} must end within the shift of {self.length_s:g} s, "
                f"got a latest start of {late[0].latest_s:g} s and a length of {late[0].length_s:g} s"
            )

    @property
    def start_s(self):
        """Its possible starts, seconds since midnight, rising."""
        return sorted({start for part in self.starts for start in _within(part, self.every_s)})

    @property
    def paid_s(self):
        """Paid seconds: its length less unpaid breaks."""
        return self.length_s - sum(one.length_s for one in self.breaks if not one.paid)


def _within(part, every_s):
    first, last = (clock_s("starts", end) for end in (part.split("-") * 2)[:2])
    return range(first, last + 1, int(every_s))


@dataclass(frozen=True, kw_only=True)
class Rostering:
    """The rules of a roster: hard ones are kept, whatever the cost; wishes are priced in currency, so that they can
    be weighed.

    Defaults are the European Union's working time directive (2003/88/EC: eleven hours of rest a day, a day of rest
    a week, 48 hours a week) and what collective agreements commonly add. Raises ValueError with all that is wrong.

    >>> Rostering().min_rest_s / 3600
    11.0
    """

    min_rest_s: float = setting(11 * HOUR, says="rest between two shifts", unit="seconds", check=number(high=48 * HOUR))
    most_days_in_a_row: int = setting(
        6, says="days of work in a row", unit="days", check=number(low=1, high=14, whole=True)
    )
    most_nights_in_a_row: int = setting(
        4, says="nights of work in a row", unit="nights", check=number(low=1, high=14, whole=True)
    )
    most_week_s: float = setting(
        48 * HOUR, says="paid time of a week", unit="seconds", check=number(low=HOUR, high=100 * HOUR)
    )
    free_weekends: int = setting(
        1, says="whole weekends free in four weeks", unit="weekends", check=number(high=4, whole=True)
    )
    night: str = setting(
        "00:00-05:00", says="a shift is a night's that touches this span", check=lambda name, value: _span(name, value)
    )
    most_starts_apart_s: float = setting(
        24 * HOUR,
        says="between the starts of two days of one person's week",
        unit="seconds",
        check=number(high=24 * HOUR),
    )
    single_day_off: float = setting(
        20, says="price of a day off that stands alone", unit="currency", check=number(open_high=True)
    )
    refused_wish: float = setting(
        30, says="price of a wish that is not granted, times its weight", unit="currency", check=number(open_high=True)
    )
    uneven_night_or_weekend: float = setting(
        25, says="price of a night or weekend day above the fair share", unit="currency", check=number(open_high=True)
    )
    moved_start: float = setting(
        2,
        says="price of an hour between the starts of two days in a row",
        unit="currency",
        check=number(open_high=True),
    )
    hour_off_contract: float = setting(
        15,
        says="price of an hour below or above the contract's over the roster",
        unit="currency",
        check=number(open_high=True),
    )
    missing_hour: float = setting(
        60, says="price of an hour in which one person is missing", unit="currency", check=number(open_high=True)
    )
    idle_hour: float = setting(
        5,
        says="price of an hour in which one person is too many, beside the wage",
        unit="currency",
        check=number(open_high=True),
    )

    def __post_init__(self):
        settle(self, where="rostering: ")

    @property
    def night_s(self):
        """(start, end) of the night, seconds since midnight."""
        first, last = (clock_s("night", end) for end in self.night.split("-"))
        return first, last + 24 * HOUR * (last <= first)


def _span(name, value):
    if not isinstance(value, str) or value.count("-") != 1:
        raise ValueError(f'{name} must be a span such as "00:00-05:00", got {value!r}')
    for end in value.split("-"):
        clock_s(name, end)
    return value
