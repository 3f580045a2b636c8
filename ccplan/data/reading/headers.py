"""What the columns of other people's exports mean: names, languages, units in names, sums."""

import re
import unicodedata
from dataclasses import dataclass, field

import numpy as np

from . import header_words
from ..tables import TABLES

SYNONYMS = {table: dict.fromkeys(TABLES[table].names, ()) | words for table, words in header_words.TABLES.items()}
IN_TARGET = re.compile(r"(?:calls_)?(?:answered|handled|ans)_(?:in_|within_)?(\d+)_?(?:s|sec|secs|seconds)?")
USUAL_TARGET_S = 20
UNITS_IN_NAMES = {
    "ms": "ms",
    "milliseconds": "ms",
    "min": "min",
    "mins": "min",
    "minutes": "min",
    "s": "s",
    "sec": "s",
    "secs": "s",
    "seconds": "s",
    "h": "h",
    "hours": "h",
    "in_seconds": "s",
    "in_minutes": "min",
}
MAIN_TIME = {"intervals": "start", "calls": "arrived"}


def plain(name):
    """A header as it is compared: lower case, letters and digits, Persian letters in one form.

    >>> plain(" Calls Offered (n) "), plain("callsOffered")
    ('calls_offered_n', 'callsoffered')
    """
    text = unicodedata.normalize("NFKC", str(name)).strip().lower().replace("ي", "ی").replace("ك", "ک")
    return re.sub(r"[^\w]+", "_", text).strip("_")


def bare(name):
    """A plain header without accents: exports often lose them.

    >>> bare("Début")
    'debut'
    """
    parts = unicodedata.normalize("NFKD", plain(name))
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def _meanings(table):
    """{plain header: (our name, language)}; our own names first, English before other languages."""
    known = {}
    for ours in SYNONYMS[table]:
        known[ours] = (ours, "English")
    for ours, words in SYNONYMS[table].items():
        for word in words:
            known.setdefault(word, (ours, "English"))
    for language, words in header_words.LANGUAGES.items():
        for ours, theirs in words.items():
            ours = MAIN_TIME.get(table, ours) if ours == "start" else ours
            if ours in SYNONYMS[table]:
                for word in theirs:
                    known.setdefault(word, (ours, language))
                    known.setdefault(bare(word), (ours, language))
    return known


MEANING = {table: _meanings(table) for table in SYNONYMS}


@dataclass(frozen=True, kw_only=True)
class Sum:
    """A column of ours made from others: `count` of contacts times the `mean`, or the `total`."""

    to: str
    total: str = ""
    mean: str = ""
    count: str = ""

    @property
    def needs(self):
        """The columns that must be there."""
        return (self.total,) if self.total else (self.mean, self.count)

    @property
    def says(self):
        """How it is made, in words."""
        return f"{self.to} = {self.total or f'{self.mean} × {self.count}'}"

    def of(self, frame):
        """The column; where nobody was counted the sum is 0, whatever the mean says."""
        if self.total:
            return frame[self.total]
        return (frame[self.mean] * frame[self.count]).where(frame[self.count] != 0, 0.0)


SUMS = (  # the first that can be made is taken
    Sum(to="talk_s", mean="att_s", count="answered"),
    Sum(to="hold_s", mean="mean_hold_s", count="answered"),
    Sum(to="acw_s", mean="mean_acw_s", count="answered"),
    Sum(to="talk_s", total="handle_s"),
    Sum(to="talk_s", mean="aht_s", count="answered"),
    Sum(to="talk_s", mean="aht_s", count="offered"),  # as if all were answered: only the mean is used
    Sum(to="wait_answered_s", mean="asa_s", count="answered"),
    Sum(to="wait_abandoned_s", mean="wait_to_abandon_s", count="abandoned"),
)
HELPERS = ("handle_s", "aht_s", "att_s", "mean_hold_s", "mean_acw_s", "asa_s", "wait_to_abandon_s")


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """Which column of a file means what: `columns` {ours: theirs}, units in names, the target time."""

    columns: dict
    target_s: float | None = None
    notes: tuple = ()
    units: dict = field(default_factory=dict)
    language: str = ""


def known_headers(header, table="intervals"):
    """How many cells of a header mean something to us.

    >>> known_headers(["interval_start", "calls", "colour"])
    2
    """
    return len({meaning(name, table) for name in header} - {None})


def meaning(name, table="intervals"):
    """What a header means, None if nothing; answered_20s means answered_in_target."""
    return _look_up(name, table)[0]


def _look_up(name, table):
    """(our name or None, language, unit in the name or "")."""
    word, known = plain(name), MEANING[table]
    if "%" in str(name):  # "% ACD Time" is no time, and "Abandon %" no count
        return None, "", ""
    for key in (word, bare(name)):
        if key in known:
            return *known[key], ""
    if table == "intervals" and IN_TARGET.fullmatch(word):
        return "answered_in_target", "English", ""
    stem, unit = _without_unit(word)
    if stem in known and known[stem][0].endswith("_s"):
        return *known[stem], unit
    return None, "", ""


def _without_unit(word):
    """A header's words and the unit at their end: talk_time_ms is talk_time in ms."""
    for ending, unit in UNITS_IN_NAMES.items():
        if word.endswith("_" + ending):
            return word.removesuffix("_" + ending), unit
    return "", ""


def unit_in(name):
    """The unit that a column's name ends in, "" where there is none.

    >>> unit_in("Puheaika (min)"), unit_in("talk_time_ms"), unit_in("Talk time")
    ('min', 'ms', '')
    """
    return _without_unit(plain(name))[1]


def map_headers(names, table="intervals"):
    """The Mapping of a file's column names; our own name wins over a synonym, then the first.

    >>> map_headers(["interval_start", "calls", "answered_60s", "answered_20s"]).target_s
    20.0
    """
    columns, units, notes, languages = {}, {}, [], []
    for theirs in sorted(names, key=lambda name: _rank(name, table)):
        ours, language, unit = _look_up(theirs, table)
        if ours is None or ours in columns:
            notes.append(f"column {theirs} is not used" + (f": {columns[ours]} is {ours}" if ours else ""))
            continue
        columns[ours] = theirs
        languages.append(language)
        units |= {ours: unit} if unit not in ("", "s") else {}
    return Mapping(
        columns=columns,
        target_s=_target_s(columns.get("answered_in_target", "")),
        notes=tuple(notes),
        units=units,
        language=_commonest(languages),
    )


def _commonest(languages):
    """The language of most headers; English words stand in every file, so another language wins over them."""
    others = [language for language in languages if language != "English"] or languages
    return max(others, key=others.count, default="")


def can_be_intervals(columns):
    """True where a mapping holds what intervals need: a start (or a date) and the offered."""
    return ("offered" in columns or {"answered", "abandoned"} <= set(columns)) and (
        "start" in columns or "date" in columns
    )


def can_be_calls(columns):
    """True where a mapping holds what calls need: when, and how the wait ended (or who answered)."""
    when = "arrived" in columns or {"date", "time"} <= set(columns)
    return when and bool({"outcome", "answered", "abandoned", "agent"} & set(columns))


def make_sums(frame):
    """The frame with the columns that can be made from others, and a note on each."""
    frame, counted = _fill_counts(frame)  # first: a mean handle time is that of the answered, not of all who came
    notes = []
    for recipe in SUMS:
        if recipe.to not in frame and set(recipe.needs) <= set(frame):
            within, apart = _parts_of_handle(recipe, frame)
            rest = recipe.of(frame) - frame[apart].fillna(0).sum(axis=1)
            notes.append(
                recipe.says
                + "".join(f" − {part}" for part in apart)
                + (f" ({' and '.join(within)} within it, so 0 here)" if within else "")
            )
            frame = frame.assign(**{recipe.to: rest.clip(lower=0) if apart else rest}, **{part: 0.0 for part in within})
    return frame.drop(columns=[name for name in HELPERS if name in frame]), [*notes, *counted]


def _parts_of_handle(recipe, frame):
    """Parts of a handle time that stay within the talk time made from it, and those reported apart."""
    parts = ("hold_s", "acw_s") if recipe.to == "talk_s" and recipe.needs[0] in ("handle_s", "aht_s") else ()
    return [part for part in parts if part not in frame], [part for part in parts if part in frame]


def _fill_counts(frame):
    """The frame with offered, answered and abandoned from each other, where it has only two of them, and notes."""
    notes = []
    blocked = frame["blocked"].fillna(0) if "blocked" in frame else 0
    less = "" if np.isscalar(blocked) else " − blocked"
    for name, other in (("answered", "abandoned"), ("abandoned", "answered")):
        if name not in frame and other in frame and "offered" in frame:
            notes.append(f"{name} = offered − {other}{less}")
            rest = frame["offered"] - frame[other] - blocked
            frame = frame.assign(**{name: rest.clip(lower=0)})  # below 0 the other column is at fault
    if "offered" not in frame and {"answered", "abandoned"} <= set(frame):
        notes.append(f"offered = answered + abandoned{less.replace('−', '+')}")
        frame = frame.assign(offered=frame["answered"] + frame["abandoned"] + blocked)
    return frame, notes


def _rank(name, table):
    """Our own names first, then the target time nearest to 20 s; otherwise the file's order stays."""
    word = plain(name)
    match = IN_TARGET.fullmatch(word)
    return (word not in SYNONYMS[table], abs(int(match[1][:6]) - USUAL_TARGET_S) if match else 0)


def _target_s(theirs):
    match = IN_TARGET.fullmatch(plain(theirs))
    return float(match[1][:6]) if match else None
