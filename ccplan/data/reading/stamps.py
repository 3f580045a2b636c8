"""Times that were written as text: which date format, which zone, and what a clock change did."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from .text_files import SourceError

PATTERN = (
    r"^(?P<a>\d{1,4})(?P<mark>[-./])(?P<b>\d{1,2})[-./](?P<c>\d{1,4})"
    r"(?:[T\s,]+(?P<h>\d{1,2})[:.](?P<m>\d\d)(?:[:.](?P<s>\d\d)(?:[.,]\d+)?)?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>Z|[+-]\d\d:?\d\d)?$"
)
ORDERS = {"ymd": ("a", "b", "c"), "dmy": ("c", "b", "a"), "mdy": ("c", "a", "b")}  # where year, month, day stand
SHOWN = {"ymd": "year-month-day", "dmy": "day.month.year", "mdy": "month/day/year"}


@dataclass(frozen=True, kw_only=True)
class Stamps:
    """Times as read: `values` naive local (or UTC where `utc`), bad rows NaT; how dates are written."""

    values: pd.Series
    order: str
    utc: bool = False
    note: str = ""


def read_stamps(texts, order=None, name="start"):
    """Times from a Series of text, as Stamps; cells that are no time are NaT.

    `order` ("ymd", "dmy", "mdy") overrides what is found. Raises SourceError (a ValueError) where
    the order of day and month cannot be told, or only some times carry an offset.

    >>> read_stamps(pd.Series(["31/01/2026 08:00", "01/02/2026 08:30"])).order
    'dmy'
    """
    codes, unique = pd.factorize(texts.fillna(""))  # every queue repeats the same times: read each once
    found = _read_each(_spaced(pd.Series(unique, dtype="str"), order), order, name)
    return replace(found, values=pd.Series(found.values.to_numpy()[codes], texts.index))


def one_of_each_date(texts):
    """The first text of each date in a Series of times, with an offset and without: they tell how all are written."""
    unique = pd.Series(texts.unique(), dtype="str")
    parts = _extracted(_spaced(unique, None), PATTERN)
    date = parts["a"] + parts["mark"] + parts["b"] + parts["mark"] + parts["c"]
    return unique[
        parts["a"].notna() & ~pd.DataFrame({"date": date, "zoned": parts["zone"].notna()}).duplicated()
    ].tolist()


def _spaced(texts, order):
    """Dates of digits alone with marks put in: 20260131 always, 260131 where the order is given."""
    texts = _replaced(texts, r"^(\d{4})(\d\d)(\d\d)($|\D)", r"\1-\2-\3\4")
    texts = _replaced(texts, r"^(\d{4})-(\d\d)$", r"\1-\2-01")  # a month is its first day
    if order == "ymd":
        texts = _replaced(texts, r"^([7-9]\d)(\d\d)(\d\d)($|\D)", r"19\1-\2-\3\4")
        texts = _replaced(texts, r"^([0-6]\d)(\d\d)(\d\d)($|\D)", r"20\1-\2-\3\4")
    return texts


def _replaced(texts, pattern, by):
    """What `str.replace` does; in Arrow, many times faster, where digits can only be those of ASCII."""
    import pyarrow as pa  # loads where it is used
    import pyarrow.compute as pc

    cells = pa.array(texts, type=pa.large_string())
    if not _is_ascii(cells):
        return texts.str.replace(pattern, by, regex=True)
    return pd.Series(pc.replace_substring_regex(cells, pattern, by), texts.index, dtype="str")


def _extracted(texts, pattern):
    """What `str.extract` does with named groups, in Arrow where it can be; a group that is not there is missing."""
    import pyarrow as pa  # loads where it is used
    import pyarrow.compute as pc

    cells = pa.array(texts, type=pa.large_string())
    if not _is_ascii(cells):
        return texts.str.extract(pattern)
    found = pc.extract_regex(cells, pattern)
    parts = {field.name: pc.struct_field(found, field.name) for field in found.type}
    there = {name: pc.if_else(pc.equal(part, ""), None, part) for name, part in parts.items()}
    return pd.DataFrame({name: pd.Series(part, texts.index, dtype="str") for name, part in there.items()})


def _is_ascii(cells):
    import pyarrow.compute as pc

    return pc.all(pc.string_is_ascii(cells)).as_py() is not False


def _read_each(texts, order, name):
    parts = _extracted(texts, PATTERN)
    order, note = (order, "") if order else _order(parts, name)
    zoned = parts["zone"].notna()
    if zoned.any() and not zoned[parts["a"].notna()].all():
        raise SourceError(
            f"{name} must carry an offset in all rows or in none, got {texts[zoned].iloc[0]!r} "
            f"and {texts[parts['a'].notna() & ~zoned].iloc[0]!r}"
        )
    values = _moments(parts, order)
    values = values - _offsets(parts["zone"]) if zoned.any() else values
    return Stamps(values=values, order=order, utc=bool(zoned.any()), note=note)


def join_date_and_time(dates, times):
    """One text from a date and a time of day; of "08:00-08:30" the start counts."""
    return dates.str.strip() + " " + times.str.replace(r"\s*[-–].*$", "", regex=True)


def to_zone(stamps, queues, zone, empty):
    """Stamps as times of a zone. Returns (Series, mask of rows to leave out, mask of faults, notes).

    The repeated hour of a 25-hour day: of two rows of a queue with the same time the first is summer
    time, the second winter time; a single row is taken as the first. The hour that a 23-hour day
    has not: a row in it is left out if it is `empty` (a mask: no contacts), else it is a fault. Rows by day
    lose none: where clocks skip midnight the day begins after it.
    """
    values = stamps.values
    if stamps.utc:
        return values.dt.tz_localize("UTC").dt.tz_convert(zone), values.isna() & False, values.isna() & False, []
    nth = pd.DataFrame({"queue": queues, "start": values}).groupby(["queue", "start"]).cumcount()
    skipped = "shift_forward" if (values.dropna() == values.dropna().dt.normalize()).all() else "NaT"
    local = values.dt.tz_localize(zone, ambiguous=(nth == 0).to_numpy(), nonexistent=skipped)
    gone = local.isna() & values.notna()
    return local, gone & empty, gone & ~empty, _clock_notes(values, nth, zone, gone & empty)


def wall_clock(stamps):
    """A column of times as the clock on the wall shows them: without the zone, where they have one."""
    return (stamps if stamps.dt.tz is None else stamps.dt.tz_localize(None)).dt.as_unit("us")


def since_1970_s(stamps):
    """Seconds of real time since 1970 of a column of times, so that none is before another when clocks go back."""
    utc = stamps if stamps.dt.tz is None else stamps.dt.tz_convert("UTC").dt.tz_localize(None)
    return (utc - pd.Timestamp("1970-01-01")).dt.total_seconds()


def start_of_day(day, zone):
    """The first moment of a day (a Timestamp without zone) in a zone; clocks may skip or repeat midnight.

    >>> start_of_day(pd.Timestamp("2026-09-06"), "America/Santiago")
    Timestamp('2026-09-06 01:00:00-0300', tz='America/Santiago')
    """
    return day.tz_localize(zone, ambiguous=True, nonexistent="shift_forward")


@dataclass
class RepeatedHours:
    """What the parts of a file that were read so far tell of repeated hours, so that the next goes on where they ended.

    `last` is the last time in a repeated hour and whether it was winter time; `times` and `late` count all and
    those of winter time.
    """

    last: tuple = ()
    times: int = 0
    late: int = 0


def moments_to_zone(stamps, zone, before=None):
    """Moments (not intervals) as times of a zone. Returns (Series, mask of faults, notes).

    In the repeated hour of a 25-hour day nobody can tell summer from winter time but by the file's
    order: after the first step back rows are winter time, before it summer time. `before` are the
    RepeatedHours of the parts of the file that were read before.
    """
    values = stamps.values
    if stamps.utc:
        return values.dt.tz_localize("UTC").dt.tz_convert(zone), values.isna() & False, []
    first, second, twice = _both_ways(values, zone)
    before = before or RepeatedHours()
    late = _after_step_back(values[twice], before) if twice.any() else first.isna() & False
    local = first.where(~late.reindex(values.index, fill_value=False), second)
    notes = (
        [
            f"{before.times:,} times stand in a repeated hour (clocks back): rows after the first step back are "
            f"winter time ({before.late:,}), the others summer time"
        ]
        if before.times
        else []
    )
    return local, first.isna() & values.notna(), notes


def _both_ways(values, zone):
    """Times of the clock in a zone: (a repeated hour as summer time, as winter time, mask of the repeated hours)."""
    first, second = (
        values.dt.tz_localize(zone, ambiguous=np.full(len(values), summer), nonexistent="NaT")
        for summer in (True, False)
    )
    return first, second, (first != second) & first.notna()


def _after_step_back(values, before):
    """True from the first row of its date at which the clock runs back by a quarter of an hour or more; `before`
    goes on.
    """
    whole = pd.concat([pd.Series([before.last[0]], dtype=values.dtype), values]) if before.last else values
    day = whole.dt.normalize()
    step = whole.groupby(day).diff() <= -pd.Timedelta(minutes=15)
    if before.last:
        step.iloc[0] = before.last[1]
    late = step.groupby(day).cummax().fillna(False).astype(bool)
    late = late.iloc[1:] if before.last else late
    before.last = (values.iloc[-1], bool(late.iloc[-1]))
    before.times, before.late = before.times + len(values), before.late + int(late.sum())
    return late


def _order(parts, name):
    """How dates are written, and a note where only the calendar tells."""
    parts = parts.dropna(subset=["a"])
    if not len(parts) or (parts["a"].str.len() == 4).all():
        return "ymd", ""
    first, second = parts["a"].astype(int), parts["b"].astype(int)
    if (parts["mark"] == ".").all():
        return "dmy", ""
    if (first > 12).any() and (second > 12).any():
        raise SourceError("dates are written in two ways, day first and month first: write all as 2026-01-31")
    if (first > 12).any() or (second > 12).any():
        return ("dmy" if (first > 12).any() else "mdy"), ""
    return _order_by_calendar(parts, name)


def _order_by_calendar(parts, name):
    """Days follow one another in one reading only; otherwise nobody can tell."""
    whole = {order: _without_holes(_moments(parts, order)) for order in ("dmy", "mdy")}
    if whole["dmy"] == whole["mdy"]:
        day = f"{parts['a'].iloc[0]}{parts['mark'].iloc[0]}{parts['b'].iloc[0]}"
        raise SourceError(
            f"{name} does not tell whether {day} is day or month first — write dates as "
            '2026-01-31, or pass dates="dmy" or dates="mdy"'
        )
    order = "dmy" if whole["dmy"] else "mdy"
    return order, f"dates are read as {SHOWN[order]}: only so do the days follow one another"


def _without_holes(moments):
    days = np.sort(moments.dt.normalize().dropna().unique())
    return len(days) > 2 and bool((np.diff(days) == np.timedelta64(1, "D")).all())


def _moments(parts, order):
    hour = pd.to_numeric(parts["h"]).fillna(0)
    hour = hour.where(parts["half"].isna(), hour % 12 + 12 * parts["half"].str.lower().str.startswith("p"))
    minute, second = (pd.to_numeric(parts[name]).fillna(0) for name in ("m", "s"))
    passed = hour * 3600 + minute * 60 + second
    good = (passed <= 86400) & (minute < 60) & (second <= 60)  # 24:00 ends a day; a leap second is the sixtieth
    return (_days(parts, order) + pd.to_timedelta(passed, unit="s")).where(good).astype("datetime64[us]")


def _days(parts, order):
    """The days, each date read once however many times of day it has."""
    year, month, day = (parts[name] for name in ORDERS[order])
    codes, unique = pd.factorize(year + "-" + month + "-" + day)
    dates = pd.Series(unique, dtype="str").str.replace(r"^([0-6]\d)-", r"20\1-", regex=True)
    dates = dates.str.replace(r"^([7-9]\d)-", r"19\1-", regex=True)
    dates = dates.str.replace(r"-(\d)(?=-|$)", r"-0\1", regex=True)
    days = pd.to_datetime(dates, format="%Y-%m-%d", errors="coerce").astype("datetime64[us]").to_numpy()
    return pd.Series(np.append(days, np.datetime64("NaT", "us"))[codes], parts.index)  # code -1 is no date


def _offsets(zone):
    parts = zone.str.extract(r"(?P<sign>[+-])(?P<h>\d\d):?(?P<m>\d\d)")
    minutes = pd.to_numeric(parts["h"]).fillna(0) * 60 + pd.to_numeric(parts["m"]).fillna(0)
    return pd.to_timedelta(minutes * np.where(parts["sign"] == "-", -1, 1), unit="min")


def _clock_notes(values, nth, zone, gone):
    notes = []
    *_, twice = _both_ways(values, zone)
    if twice.any():
        notes.append(
            f"{int((twice & (nth == 0)).sum())} intervals of repeated hours (clocks back): the first row "
            f"of two is summer time; {int((twice & (nth == 1)).sum())} have their second row"
        )
    if gone.any():
        notes.append(f"{int(gone.sum())} empty rows stand in hours that {zone} skipped (clocks forward): left out")
    return notes
