"""What the tables say about `centre.toml`: suggestions with evidence, each taken over only when accepted.

Accepting changes one value in the text of the file; comments, order and layout stay as they are.
"""

import hashlib
import json
import re
import tomllib
from dataclasses import asdict, dataclass
from math import isnan
from pathlib import Path

import pandas as pd

from . import estimates as est
from .guesses import guess_hours
from ..centre import EXTERNAL, INTERNAL
from ..centre_file import FILE_NAME, read_centre, read_centre_text
from ..files import write_whole
from ..given import given_table
from ..hours import DAY, DAYS, GROUPS
from ..locks import locked
from ..reading.text_files import SourceError
from ..toml_text import toml_key, toml_word

WORTH = {
    "patience_s": 0.10,
    "aht_s": 0.05,
    "attrition_per_year": 0.20,
    "hourly_wage": 0.02,
    "weekly_hours": 0.01,
}  # relative change
OUTSIDE = 0.02  # share of contacts outside the hours that were decided, from which those are doubted
LEAST_WEEKS = 2  # of data, from which a weekday without a contact means closed
COMMON = 5  # agents with the same contract, that make it a usual one
WORTH_SHRINKAGE = 0.005  # of paid time: half a point
BOM = "\ufeff"  # some editors put it before UTF-8


class Several(dict):
    """Several settings of one section, {name: value}; written as words wherever a number would be."""

    def __format__(self, spec):
        return ", ".join(f"{name} {_plain(value)}" for name, value in self.items())


class Word(str):
    """A setting that is a word; it may stand where a number is formatted."""

    __slots__ = ()

    def __format__(self, spec):
        return str(self)


class _Unbounded(float):
    """NaN, where an interval has no such end; a dash wherever a number is formatted."""

    def __format__(self, spec):
        return "–"


class SuggestionError(ValueError):
    """A suggestion that cannot be taken over, because the file is not as it was; nothing was written."""


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A value for one setting of `centre.toml`, or for a section whose settings hold together (Several).

    `key` is the path of names in the file, `current` its value (None: not in the file), `suggested`
    the value from `n` observations between `low` and `high` (NaN where there is no such thing), `why` the
    reason in a sentence. `rest` stands for everything else that the file said, `family` for the keys
    suggested together.
    """

    key: tuple
    current: object
    suggested: float | Several
    low: float
    high: float
    n: int
    unit: str
    why: str
    rest: str = ""
    family: tuple = ()

    @property
    def name(self):
        """The key as it is written: queues.service.patience_s."""
        return ".".join(toml_key(part) for part in self.key)

    @property
    def interval(self):
        """The interval in words."""
        return "none" if isnan(self.low) else f"{self.low:.4g} to {self.high:.4g}"


def suggest(folder, tables=None):
    """Suggestions for a folder's `centre.toml` from its tables, as a tuple; settings that fit are left out.

    `tables` are frames by name (intervals, calls, activities, agents); without it the folder's own are
    read. Patience and handle time come from calls, else from intervals; opening hours from intervals;
    shrinkage from activities; attrition, wage and weekly hours from agents. Raises CentreError for a
    faulty file, SourceError (ValueError) where there is none.
    """
    file, tables = Path(folder) / FILE_NAME, tables_of(folder) if tables is None else tables
    if not file.is_file():
        raise SourceError(f"{file} is not there: make one with ccplan init {Path(folder).name}")
    centre, text = read_centre(file), _read(file)
    said = _said(text)
    found = [*_queue_values(centre, tables), *_shrinkage_values(said, centre, tables), *_people_values(centre, tables)]
    sections = [*_hours_sections(said, centre, tables), *_shrinkage_sections(said, centre, tables)]
    family = (*(key for key, *_ in found), *(key for key, *_ in sections))
    rest = _rest(said, family)
    made = [_suggestion(said, key, used, estimate, why, rest, family) for key, used, estimate, why in found]
    made += [
        Suggestion(
            key=key,
            current=_shown(_value(said, key)),
            suggested=Several(value),
            low=_Unbounded("nan"),
            high=_Unbounded("nan"),
            n=n,
            unit=unit,
            why=why,
            rest=rest,
            family=family,
        )
        for key, value, n, unit, why in sections
    ]
    return tuple(one for one in made if one is not None)


def evidence_only(centre, tables):
    """What the tables tell that no setting of `centre.toml` holds, as a DataFrame of Estimates with their queue.

    The scatter of arrivals beyond chance and the share of abandons within a few seconds: they are facts of
    the data, which forecasts and service levels take from it, not decisions.
    """
    free = tables["intervals"]["start"] if "intervals" in tables else None
    holidays = () if free is None else list(centre.public_holidays(free.min(), free.max()))
    rows = []
    for queue in centre.queues:
        early = est.tried(est.short_abandons, _of(tables, "calls", queue.name))
        scatter = est.tried(est.overdispersion, _of(tables, "intervals", queue.name), holidays)
        rows += [early] if early is None else [est.as_frame([early]).assign(queue=queue.name)]
        rows += [scatter]
    known = [row for row in rows if row is not None]
    return pd.concat(known, ignore_index=True) if known else est.as_frame([]).assign(queue=[])


def suggestions_frame(suggestions):
    """Suggestions as a DataFrame: setting, current, suggested, low, high, n, unit, why."""
    columns = ["name", "current", "suggested", "low", "high", "n", "unit", "why"]
    rows = [{"name": one.name} | asdict(one) for one in suggestions]
    return pd.DataFrame(rows, columns=["key", *columns])[columns].rename(columns={"name": "setting"})


def accept(folder, suggestion):
    """Write one suggestion into `centre.toml` and return the file's Path; nothing else in it changes.

    The file is written whole or not at all. Raises SuggestionError where it says something else than
    when the suggestion was made (other accepted suggestions aside), or cannot be changed safely.
    """
    file = Path(folder) / FILE_NAME
    with locked(file):
        return _accepted(file, suggestion)


def _accepted(file, suggestion):
    text = _read(file)
    said = _said(text)
    if _value(said, suggestion.key) != suggestion.current or _rest(said, suggestion.family) != suggestion.rest:
        raise SuggestionError(
            f"{file.name} changed since {suggestion.name} was suggested: look at the suggestions again"
        )
    write = set_section if isinstance(suggestion.suggested, dict) else set_value
    changed = BOM * text.startswith(BOM) + write(text.removeprefix(BOM), suggestion.key, suggestion.suggested)
    read_centre_text(changed.removeprefix(BOM), file)  # what the centre would refuse is never written
    if _read(file) != text:
        raise SuggestionError(f"{file.name} was changed by someone else just now: look at the suggestions again")
    return write_whole(file, changed.encode("utf-8"))


# -------------------------------------------------------------------------- one value in a text


def set_value(text, key, value):
    """The text of a TOML file with one value changed or added; every other character stays.

    `key` is the path of names, `value` a number or words. Raises SuggestionError where the value
    spans lines or the text would mean anything else than asked.

    >>> set_value("[costs]\\nhourly_wage = 14.2   # gross\\n", ("costs", "hourly_wage"), 15.0)
    '[costs]\\nhourly_wage = 15.0   # gross\\n'
    """
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)  # TOML knows fewer ends of line than Python
    at = _place(lines, key)
    changed = _replaced(lines, at, key, value) if at is not None else _added(lines, key, value)
    return _meant(text, changed, key, value)


def set_section(text, key, values):
    """The text of a TOML file in which one section says `values` and nothing else; comments in it stay.

    A single word in its place (`hours = "08:00-20:00"`) becomes the section. Raises SuggestionError as
    `set_value`.

    >>> set_section('[q.hours]  # local\\nsunday = "closed"\\n', ("q", "hours"), {"every_day": "08:00-20:00"})
    '[q.hours]  # local\\nevery_day = "08:00-20:00"\\n'
    """
    now = _value(tomllib.loads(text), key)
    before = text
    if now is not None and not isinstance(now, dict):
        text, now = _removed(text, key), {}
    for name, value in values.items():
        text = text if (now or {}).get(name) == value else set_value(text, (*key, name), value)
    for name in [name for name in now or {} if name not in values]:
        text = _removed(text, (*key, name))
    return _meant(before, text, key, dict(values))


def _removed(text, key):
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    at = _place(lines, key)
    if at is None:
        raise SuggestionError(f"{'.'.join(key)} is written in a way that cannot be changed safely: take it out by hand")
    return "".join([*lines[:at], *lines[at + 1 :]])


def _replaced(lines, at, key, value):
    head, rest = re.match(r"((?:[^=\"']|\"(?:[^\"\\]|\\.)*\"|'[^']*')*=[ \t]*)(.*)", lines[at], re.DOTALL).groups()
    old = _written_value(rest)
    return "".join([*lines[:at], head + toml_word(value) + rest[len(old) :], *lines[at + 1 :]])


def _written_value(rest):
    """The part of a line after `=` that is the value, without spaces and comment behind it."""
    ends = [found.start() for found in re.finditer(r"[ \t]*(#|\r?\n|$)", rest)]
    return next(rest[:end] for end in ends if _valid(f"x = {rest[:end]}"))


def _added(lines, key, value):
    """The value as a new line at the end of its section, or in a new section at the end of the file."""
    line = f"{toml_key(key[-1])} = {toml_word(value)}\n"
    heads = [at for at, words in enumerate(lines) if _header(words) == key[:-1]]
    if not heads and len(key) > 1:
        section = ".".join(toml_key(part) for part in key[:-1])
        return "".join(lines).rstrip("\n") + f"\n\n[{section}]\n{line}"
    end = next(
        (at for at in range(heads[0] + 1 if heads else 0, len(lines)) if _header(lines[at]) is not None), len(lines)
    )
    while end and not re.match(r"\s*[^#\s]", lines[end - 1]):
        end -= 1  # blank lines and comments above the next section belong to that
    before = "".join(lines[:end])
    return before + ("" if before.endswith("\n") or not before else "\n") + line + "".join(lines[end:])


def _place(lines, key):
    """The line that holds the key, None where none does."""
    section = ()
    for at, words in enumerate(lines):
        header = _header(words)
        section = section if header is None else header
        if header is None and "=" in words and section + _path(words) == key:
            return at
    return None


def _header(line):
    """The path of a section's heading; None for any other line."""
    if not line.lstrip().startswith("[") or not _valid(line):
        return None
    return _deepest(tomllib.loads(line))


def _path(line):
    """The path of the key that a line sets; empty where the line by itself sets none."""
    return _deepest(tomllib.loads(line)) if _valid(line) else ()


def _deepest(said):
    path = ()
    while isinstance(said, dict) and len(said) == 1:
        ((name, said),) = said.items()
        path += (name,)
    return path


def _valid(text):
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _meant(text, changed, key, value):
    """The changed text, if it says exactly what the old one said but for the one value."""
    wanted = _with(tomllib.loads(text), key, value)
    if not _valid(changed) or tomllib.loads(changed) != wanted:
        raise SuggestionError(
            f"{'.'.join(key)} is written in a way that cannot be changed safely: "
            f"set it to {format(Several(value)) if isinstance(value, dict) else toml_word(value)} by hand"
        )
    return changed


def _with(said, key, value):
    if len(key) == 1:
        return said | {key[0]: value}
    inner = said.get(key[0], {})
    return said | {key[0]: _with(inner if isinstance(inner, dict) else {}, key[1:], value)}


def _without(said, key):
    """What is said without one key, and without sections that are empty then."""
    if key[0] not in said or not isinstance(said, dict):
        return said
    rest = {name: value for name, value in said.items() if name != key[0]}
    inner = _without(said[key[0]], key[1:]) if len(key) > 1 and isinstance(said[key[0]], dict) else {}
    return rest | ({key[0]: inner} if inner else {})


def _value(said, key):
    for name in key:
        said = said.get(name) if isinstance(said, dict) else None
    return said


def _rest(said, family):
    """A digest of everything the file says but the keys that are suggested together."""
    for key in family:
        said = _without(said, key)
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def _read(file):
    try:
        return file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise SuggestionError(f"{file.name} cannot be read: {problem}") from None


def _said(text):
    try:
        return tomllib.loads(text.removeprefix(BOM))
    except tomllib.TOMLDecodeError as problem:
        raise SuggestionError(f"{FILE_NAME} is not valid TOML: {problem}") from None


# ----------------------------------------------------------------- (key, value in use, estimate, why)


def _queue_values(centre, tables):
    for queue in centre.queues:
        if queue.channel != "email":  # nobody hangs up on an e-mail
            yield from _patience(queue, tables)
        yield from _aht(queue, tables)


def _patience(queue, tables):
    for name, estimate in (("calls", est.patience), ("intervals", est.patience_from_sums)):
        found = est.tried(estimate, _of(tables, name, queue.name))
        if found is not None:
            why = f"callers of {queue.name} would wait {found.estimate:.0f} s on average: {found.method} ({name})"
            yield ("queues", queue.name, "patience_s"), queue.patience_s, found, why
            return


def _aht(queue, tables):
    """The handle time stands in only where the tables have none, but is better right than wrong there."""
    found = est.tried(est.handle_time, _of(tables, "calls", queue.name))
    if found is not None:
        row = est.Estimate(**found.set_index("name", drop=False).loc["aht_s"].to_dict())
        yield (
            ("queues", queue.name, "aht_s"),
            queue.aht_s,
            row,
            f"answered contacts of {queue.name} took {row.estimate:.0f} s on average (calls)",
        )


def _shrinkage_values(said, centre, tables):
    """Each cause of the activities, where its group is in the file."""
    for group, cause, estimate in _causes(centre, tables):
        if isinstance(_value(said, ("shrinkage", group)), dict):
            used = getattr(centre.shrinkage, group).get(cause, 0.0)
            yield ("shrinkage", group, cause), used, estimate, _took(cause, estimate)


def _shrinkage_sections(said, centre, tables):
    """A group of causes that the file does not name at all stands for the usual ones: they are written down
    together.
    """
    found = list(_causes(centre, tables))
    for group, usual in (("external", EXTERNAL), ("internal", INTERNAL)):
        mine = {cause: estimate for name, cause, estimate in found if name == group}
        if not mine or isinstance(_value(said, ("shrinkage", group)), dict):
            continue
        measured = {cause: _rounded(("shrinkage", group, cause), estimate.estimate) for cause, estimate in mine.items()}
        values = {cause: share for cause, share in (usual | measured).items() if share > 0}
        if any(abs(values.get(cause, 0.0) - usual.get(cause, 0.0)) >= WORTH_SHRINKAGE for cause in {*values, *usual}):
            kept = [cause for cause in usual if cause not in measured]
            why = [_took(cause, estimate) for cause, estimate in mine.items()]
            why += [f"{' and '.join(kept)} as usual, not being in the activities"] if kept else []
            yield ("shrinkage", group), values, next(iter(mine.values())).n, "share of paid time", "; ".join(why)


def _took(cause, estimate):
    return f"{cause} took {estimate.estimate:.1%} of {estimate.n:,} paid hours (activities)"


def _causes(centre, tables):
    """(group, cause, Estimate) of the activities; a share of scheduled time cannot be had from paid time."""
    found = est.tried(est.shrinkage_by_cause, tables.get("activities"))
    if found is None or centre.shrinkage.base != "paid" or centre.shrinkage.combine != "additive":
        return
    for row in found.drop(columns="cause").itertuples(index=False):
        cause = row.name.removeprefix("shrinkage.")
        group = next((name for name in ("external", "internal") if cause in getattr(centre.shrinkage, name)), row.group)
        yield group, cause, est.Estimate(**{name: value for name, value in row._asdict().items() if name != "group"})


# ----------------------------------------------------- sections: (key, values, observations, unit, why)


def _hours_sections(said, centre, tables):
    """Opening hours as the volume shows, where the file has none or contacts come outside those that it has."""
    for queue in centre.queues:
        rows = _of(tables, "intervals", queue.name)
        if rows is None or len(rows) < 2 or rows["start"].max() - rows["start"].min() < pd.Timedelta(weeks=LEAST_WEEKS):
            continue
        key = ("queues", queue.name, "hours")
        guessed = guess_hours(rows, _step_s(rows), centre.country)
        why = _why_hours(centre, queue, rows, guessed, _value(said, key) is not None)
        if why:
            yield key, _day_words(guessed, queue.hours), int(rows["offered"].sum()), "spans of local time", why


def _why_hours(centre, queue, rows, guessed, decided):
    """Why the guessed hours are better than those in use, "" where they are not."""
    if guessed.week == queue.hours.week or not any(guessed.week):
        return ""
    contacts = rows["offered"].sum()
    outside = float(rows["offered"][~centre.is_open(queue.name, rows["start"])].sum() / max(contacts, 1))
    if not decided:
        held = float(rows["offered"][guessed.is_open(rows["start"], _holidays(centre, rows))].sum() / max(contacts, 1))
        return (
            f"the file names no hours, so {queue.name} counts as open at all times; "
            f"{held:.1%} of {contacts:,} contacts came in these {guessed.minutes_per_week() / 60:g} hours a week (intervals)"
        )
    if outside >= OUTSIDE:
        return f"{outside:.1%} of {contacts:,} contacts of {queue.name} came outside its hours (intervals)"
    busy = set(rows["start"][rows["offered"] > 0].dt.day_of_week)
    idle = " or ".join(DAYS[at] for at, spans in enumerate(queue.hours.week) if spans and at not in busy)
    return (
        f"not one of {contacts:,} contacts of {queue.name} came on a {idle}, which is open (intervals)" if idle else ""
    )


def _holidays(centre, rows):
    return list(centre.public_holidays(rows["start"].min(), rows["start"].max()))


def _day_words(guessed, used):
    """The words of the guessed week, in the fewest keys; on holidays as the file says, else as guessed."""
    days = {day: spans for day, spans in guessed.words().items() if day != "holidays"}
    for group in ("weekdays", "weekend"):
        members = {days.get(day) for day in GROUPS[group]}
        if len(members) == 1 and None not in members:
            days = {group: members.pop()} | {day: spans for day, spans in days.items() if day not in GROUPS[group]}
    kept = {name: spans for holder in (guessed, used) for name, spans in holder.words().items() if name == "holidays"}
    return days | kept


def _step_s(rows):
    """Length of an interval, s: the commonest step."""
    steps = rows["start"].drop_duplicates().sort_values().diff().dt.total_seconds().dropna()
    return min(float(steps.mode().iloc[0]), DAY * 60.0)


def _people_values(centre, tables):
    agents, dates = tables.get("agents"), _dates(tables)
    if agents is None:
        return
    if {"hired", "left"} <= set(agents) and dates:
        found = est.tried(est.attrition, agents, *dates)
        if found is not None:
            yield ("hiring", "attrition_per_year"), centre.hiring.attrition_per_year, found, f"{found.method} (agents)"
    employed = agents[agents["left"].isna()] if "left" in agents else agents
    if "hourly_wage" in employed and employed["hourly_wage"].notna().sum() >= 5:
        found = est.mean_of(employed["hourly_wage"], "hourly_wage")
        yield (
            ("costs", "hourly_wage"),
            centre.costs.hourly_wage,
            found,
            f"the mean wage of {found.n} agents is {found.estimate:.2f} (agents)",
        )

    contract = _full_time(employed)
    if contract is not None:
        yield ("costs", "weekly_hours"), centre.costs.weekly_hours, contract, f"{contract.method} (agents)"


def _full_time(employed):
    """The longest contract that is a usual one, as an Estimate: a full-time agent's hours."""
    if "weekly_hours" not in employed or not employed["weekly_hours"].notna().any():
        return None
    counts = employed["weekly_hours"].value_counts()
    usual = counts.index[counts >= max(COMMON, 0.1 * counts.sum())]
    if not len(usual):
        return None
    hours, n = float(max(usual)), int(counts[max(usual)])
    return est.Estimate(
        name="weekly_hours",
        estimate=hours,
        low=hours,
        high=hours,
        n=n,
        unit="hours a week",
        source="the contracts themselves",
        method=f"{n} of {counts.sum():,} agents have {hours:g} hours a week, the longest contract that is usual",
    )


def _dates(tables):
    """The first and last day that the data covers."""
    times = (("calls", "arrived"), ("intervals", "start"), ("activities", "start"))
    starts = [given_table(tables[name], name, times=[one])[one] for name, one in times if name in tables]
    return (starts[0].min().tz_localize(None), starts[0].max().tz_localize(None)) if starts else None


def _of(tables, name, queue):
    frame = tables.get(name)
    return None if frame is None else frame[frame["queue"] == queue]


def _suggestion(said, key, used, found, why, rest, family):
    """A suggestion where the value differs enough and the data rules the present one out."""
    value = _rounded(key, found.estimate)
    differs = (
        abs(value - used) >= WORTH_SHRINKAGE
        if key[0] == "shrinkage"
        else abs(value - used) > WORTH[key[-1]] * abs(value)
    )
    if not differs or found.low <= used <= found.high:
        return None
    return Suggestion(
        key=key,
        current=_value(said, key),
        suggested=value,
        low=found.low,
        high=found.high,
        n=found.n,
        unit=found.unit,
        why=why,
        rest=rest,
        family=family,
    )


def _rounded(key, value):
    """As many digits as people would write."""
    digits = 0 if key[-1] in ("patience_s", "aht_s") else 3 if key[0] == "shrinkage" else 2
    return float(round(value, digits)) if digits else int(round(value))


def _shown(value):
    """What the file says now; a section and a word can stand where a number is formatted."""
    return Several(value) if isinstance(value, dict) else Word(value) if isinstance(value, str) else value


def _plain(value):
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)


def tables_of(folder):
    """The folder's tables that can be read, {name: frame}; the centre's own zone and hours hold."""
    from ..sources import load_tables

    return {name: reading.frame for name, reading in load_tables(folder, faulty="leave out").readings.items()}
