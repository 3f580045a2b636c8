"""What the tables say about `centre.toml`: suggestions with evidence, each taken over only when accepted.

Accepting changes one value in the text of the file; comments, order and layout stay as they are.
"""

import hashlib
import json
import re
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from . import estimates as est
from ..centre_file import FILE_NAME, read_centre, read_centre_text
from ..files import write_whole
from ..reading.text_files import SourceError

WORTH = {"patience_s": 0.10, "aht_s": 0.05, "attrition_per_year": 0.20, "hourly_wage": 0.02}  # relative change
WORTH_SHRINKAGE = 0.005  # of paid time: half a point
BOM = "\ufeff"  # some editors put it before UTF-8


class SuggestionError(ValueError):
    """A suggestion that cannot be taken over, because the file is not as it was; nothing was written."""


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A value for one setting of `centre.toml`.

    `key` is the path of names in the file, `current` its value (None: not in the file), `suggested`
    the value from `n` observations between `low` and `high`, `why` the reason in a sentence. `rest`
    stands for everything else that the file said, `family` for the keys suggested together.
    """

    key: tuple
    current: object
    suggested: float
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
        return ".".join(_bare(part) for part in self.key)


def suggest(folder, tables=None):
    """Suggestions for a folder's `centre.toml` from its tables, as a tuple; settings that fit are left out.

    `tables` are frames by name (intervals, calls, activities, agents); without it the folder's own are
    read. Patience and handle time come from calls, else from intervals; shrinkage from activities;
    attrition and wage from agents. Raises CentreError for a faulty file, SourceError (ValueError)
    where there is none.
    """
    file, tables = Path(folder) / FILE_NAME, _tables(folder) if tables is None else tables
    if not file.is_file():
        raise SourceError(f"{file} is not there: make one with ccplan init {Path(folder).name}")
    centre, text = read_centre(file), _read(file)
    said = _said(text)
    found = [*_queue_values(centre, tables), *_shrinkage_values(centre, tables), *_people_values(centre, tables)]
    family = tuple(key for key, *_ in found)
    rest = _rest(said, family)
    made = [_suggestion(said, key, used, estimate, why, rest, family) for key, used, estimate, why in found]
    return tuple(one for one in made if one is not None)


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
    text = _read(file)
    said = _said(text)
    if _value(said, suggestion.key) != suggestion.current or _rest(said, suggestion.family) != suggestion.rest:
        raise SuggestionError(f"{file.name} changed since {suggestion.name} was suggested: look at the suggestions again")
    changed = BOM * text.startswith(BOM) + set_value(text.removeprefix(BOM), suggestion.key, suggestion.suggested)
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


def _replaced(lines, at, key, value):
    head, rest = re.match(r"((?:[^=\"']|\"(?:[^\"\\]|\\.)*\"|'[^']*')*=[ \t]*)(.*)", lines[at], re.DOTALL).groups()
    old = _written_value(rest)
    return "".join([*lines[:at], head + _toml(value) + rest[len(old):], *lines[at + 1:]])


def _written_value(rest):
    """The part of a line after `=` that is the value, without spaces and comment behind it."""
    ends = [found.start() for found in re.finditer(r"[ \t]*(#|\r?\n|$)", rest)]
    return next(rest[:end] for end in ends if _valid(f"x = {rest[:end]}"))


def _added(lines, key, value):
    """The value as a new line at the end of its section, or in a new section at the end of the file."""
    line = f"{_bare(key[-1])} = {_toml(value)}\n"
    heads = [at for at, words in enumerate(lines) if _header(words) == key[:-1]]
    if not heads and len(key) > 1:
        section = ".".join(_bare(part) for part in key[:-1])
        return "".join(lines).rstrip("\n") + f"\n\n[{section}]\n{line}"
    end = next((at for at in range(heads[0] + 1 if heads else 0, len(lines)) if _header(lines[at]) is not None), len(lines))
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
        (name, said), = said.items()
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
        raise SuggestionError(f"{'.'.join(key)} is written in a way that cannot be changed safely: "
                              f"set it to {_toml(value)} by hand")
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


def _bare(name):
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)


def _toml(value):
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


# ----------------------------------------------------------------- (key, value in use, estimate, why)


def _queue_values(centre, tables):
    for queue in centre.queues:
        if queue.channel != "email":  # nobody hangs up on an e-mail
            yield from _patience(queue, tables)
        yield from _aht(queue, tables)


def _patience(queue, tables):
    for name, estimate in (("calls", est.patience), ("intervals", est.patience_from_sums)):
        found = _tried(estimate, _of(tables, name, queue.name))
        if found is not None:
            why = f"callers of {queue.name} would wait {found.estimate:.0f} s on average: {found.method} ({name})"
            yield ("queues", queue.name, "patience_s"), queue.patience_s, found, why
            return


def _aht(queue, tables):
    """The handle time stands in only where the tables have none, but is better right than wrong there."""
    found = _tried(est.handle_time, _of(tables, "calls", queue.name))
    if found is not None:
        row = est.Estimate(**found.set_index("name", drop=False).loc["aht_s"].to_dict())
        yield ("queues", queue.name, "aht_s"), queue.aht_s, row, f"answered contacts of {queue.name} took {row.estimate:.0f} s on average (calls)"


def _shrinkage_values(centre, tables):
    """Each cause of the activities; a share of scheduled time cannot be had from paid time."""
    found = _tried(est.shrinkage_by_cause, tables.get("activities"))
    if found is None or centre.shrinkage.base != "paid" or centre.shrinkage.combine != "additive":
        return
    for row in found.drop(columns="cause").itertuples(index=False):
        cause = row.name.removeprefix("shrinkage.")
        group = next((name for name in ("external", "internal") if cause in getattr(centre.shrinkage, name)), row.group)
        used = getattr(centre.shrinkage, group).get(cause, 0.0)
        estimate = est.Estimate(**{name: value for name, value in row._asdict().items() if name != "group"})
        yield ("shrinkage", group, cause), used, estimate, f"{cause} took {row.estimate:.1%} of {row.n:,} paid hours (activities)"


def _people_values(centre, tables):
    agents, dates = tables.get("agents"), _dates(tables)
    if agents is None:
        return
    if {"hired", "left"} <= set(agents) and dates:
        found = _tried(est.attrition, agents, *dates)
        if found is not None:
            yield ("hiring", "attrition_per_year"), centre.hiring.attrition_per_year, found, f"{found.method} (agents)"
    employed = agents[agents["left"].isna()] if "left" in agents else agents
    if "hourly_wage" in employed and employed["hourly_wage"].notna().sum() >= 5:
        found = est.mean_of(employed["hourly_wage"], "hourly_wage")
        yield ("costs", "hourly_wage"), centre.costs.hourly_wage, found, f"the mean wage of {found.n} agents is {found.estimate:.2f} (agents)"


def _dates(tables):
    """The first and last day that the data covers."""
    starts = [tables[name][column] for name, column in (("calls", "arrived"), ("intervals", "start"), ("activities", "start")) if name in tables]
    return (starts[0].min().tz_localize(None), starts[0].max().tz_localize(None)) if starts else None


def _of(tables, name, queue):
    frame = tables.get(name)
    return None if frame is None else frame[frame["queue"] == queue]


def _tried(estimate, frame, *more):
    """The estimate, None where the table is not there or has not enough for it."""
    try:
        return None if frame is None or not len(frame) else estimate(frame, *more)
    except (ValueError, KeyError):
        return None


def _suggestion(said, key, used, found, why, rest, family):
    """A suggestion where the value differs enough and the data rules the present one out."""
    value = _rounded(key, found.estimate)
    differs = abs(value - used) >= WORTH_SHRINKAGE if key[0] == "shrinkage" else abs(value - used) > WORTH[key[-1]] * abs(value)
    if not differs or found.low <= used <= found.high:
        return None
    if key[0] == "shrinkage" and not isinstance(_value(said, key[:-1]), dict):
        return None  # the usual causes hold together: one written down would drop the others
    return Suggestion(key=key, current=_value(said, key), suggested=value, low=found.low, high=found.high, n=found.n,
                      unit=found.unit, why=why, rest=rest, family=family)


def _rounded(key, value):
    """As many digits as people would write."""
    digits = 0 if key[-1] in ("patience_s", "aht_s") else 3 if key[0] == "shrinkage" else 2
    return float(round(value, digits)) if digits else int(round(value))


def _tables(folder):
    """The folder's tables that can be read, by name; the centre's own zone and hours hold."""
    from ..sources import load_tables

    return {name: reading.frame for name, reading in load_tables(folder, faulty="leave out").readings.items()}
