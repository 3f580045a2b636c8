"""What the columns of other people's exports mean: synonyms and sums, kept as data."""

import re
from dataclasses import dataclass

import numpy as np

# Our column ← names that exports use. Compared in lower case, with all but letters and digits as "_".
SYNONYMS = {
    "queue": ("queue_name", "skill", "skill_name", "split", "vdn", "queue_id", "csq", "csq_name"),
    "start": ("interval_start", "start_time", "starttime", "interval", "timestamp", "datetime",
              "date_time", "interval_begin", "period_start", "starts_at", "local_start"),
    "date": ("day", "interval_date"),
    "time": ("time_of_day", "interval_time", "clock", "half_hour"),
    "offered": ("calls", "calls_offered", "contacts", "contacts_offered", "offered_calls", "arrivals",
                "volume", "received", "calls_received", "noffered"),
    "answered": ("calls_answered", "contacts_answered", "handled", "calls_handled", "contacts_handled",
                 "acd_calls", "answered_calls", "nanswered"),
    "abandoned": ("calls_abandoned", "contacts_abandoned", "abandoned_calls", "abandons", "aban_calls",
                  "nabandon", "abandon"),
    "blocked": ("calls_blocked", "busy", "blocked_calls"),
    "answered_in_target": ("answered_within_target", "within_sl", "answered_in_sl", "acceptable"),
    "talk_s": ("talk_time_s", "talk_seconds", "acd_time", "talk_time", "ttalk"),
    "hold_s": ("hold_time_s", "hold_seconds", "hold_time", "theld"),
    "acw_s": ("acw_time_s", "acw_seconds", "acw_time", "after_call_work_s", "wrap_s", "wrap_time_s", "tacw"),
    "wait_answered_s": ("wait_answered", "answer_wait_s", "answered_wait_s", "tanswered"),
    "wait_abandoned_s": ("wait_abandoned", "abandon_wait_s", "abandoned_wait_s", "tabandon"),
    "agents": ("agents_on_phones", "agents_staffed", "staffed_agents", "positions_staffed", "avg_staffed"),
    # Not columns of ours, but ours can be made from them: see SUMS.
    "handle_s": ("handle_s_total", "handle_time_s", "handle_time_total_s", "total_handle_time", "thandle"),
    "aht_s": ("aht", "avg_handle_time", "average_handle_time", "avg_handle_s"),
    "asa_s": ("asa", "average_speed_of_answer", "avg_speed_of_answer", "avg_answer_s"),
    "wait_to_abandon_s": ("avg_wait_to_abandon_s", "average_time_to_abandon", "time_to_abandon_s",
                          "avg_abandon_s"),
}
IN_TARGET = re.compile(r"(?:calls_)?(?:answered|handled|ans)_(?:in_|within_)?(\d+)_?(?:s|sec|secs|seconds)?")
USUAL_TARGET_S = 20
MEANING = {alias: name for name, aliases in SYNONYMS.items() for alias in (name, *aliases)}


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
    Sum(to="talk_s", total="handle_s"),
    Sum(to="talk_s", mean="aht_s", count="answered"),
    Sum(to="talk_s", mean="aht_s", count="offered"),  # as if all were answered: only the mean is used
    Sum(to="wait_answered_s", mean="asa_s", count="answered"),
    Sum(to="wait_abandoned_s", mean="wait_to_abandon_s", count="abandoned"),
)
HELPERS = ("handle_s", "aht_s", "asa_s", "wait_to_abandon_s")


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """Which column of a file means what: `columns` {ours: theirs}, the target time, what is left aside."""

    columns: dict
    target_s: float | None = None
    notes: tuple = ()


def plain(name):
    """A header as it is compared.

    >>> plain(" Calls Offered (n) ")
    'calls_offered_n'
    """
    return re.sub(r"[^\w]+", "_", str(name).strip().lower()).strip("_")


def known_headers(header):
    """How many cells of a header mean something to us.

    >>> known_headers(["interval_start", "calls", "colour"])
    2
    """
    return len({meaning(name) for name in header} - {None})


def meaning(name):
    """What a header means, None if nothing; answered_20s means answered_in_target."""
    word = plain(name)
    return MEANING.get(word) or ("answered_in_target" if IN_TARGET.fullmatch(word) else None)


def map_headers(names):
    """The Mapping of a file's column names; our own name wins over a synonym, then the first.

    >>> map_headers(["interval_start", "calls", "answered_60s", "answered_20s"]).target_s
    20.0
    """
    columns, notes = {}, []
    for theirs in sorted(names, key=_rank):
        ours = meaning(theirs)
        if ours is None or ours in columns:
            notes.append(f"column {theirs} is not used" + (f": {columns[ours]} is {ours}" if ours else ""))
        else:
            columns[ours] = theirs
    return Mapping(columns=columns, target_s=_target_s(columns.get("answered_in_target", "")), notes=tuple(notes))


def can_be_intervals(columns):
    """True where a mapping holds what intervals need: a start (or a date) and the offered."""
    return "offered" in columns and ("start" in columns or "date" in columns)


def make_sums(frame):
    """The frame with the columns that can be made from others, and a note on each."""
    notes = []
    for recipe in SUMS:
        if recipe.to not in frame and set(recipe.needs) <= set(frame):
            frame = frame.assign(**{recipe.to: recipe.of(frame)})
            notes.append(recipe.says + _split_note(recipe.to, frame))
            frame = frame.assign(**{part: 0.0 for part in _within_talk(recipe.to, frame)})
    return _fill_counts(frame.drop(columns=[name for name in HELPERS if name in frame]), notes)


def _within_talk(name, frame):
    """Parts of handle time that nobody reports apart: they are 0 beside a talk time that holds them."""
    return [part for part in ("hold_s", "acw_s") if name == "talk_s" and part not in frame]


def _split_note(name, frame):
    parts = _within_talk(name, frame)
    return f" ({' and '.join(parts)} within it, so 0 here)" if parts else ""


def _fill_counts(frame, notes):
    """Answered and abandoned from each other, where the file has only one of them."""
    blocked = frame["blocked"].fillna(0) if "blocked" in frame else 0
    for name, other in (("answered", "abandoned"), ("abandoned", "answered")):
        if name not in frame and other in frame and "offered" in frame:
            notes.append(f"{name} = offered − {other}{'' if np.isscalar(blocked) else ' − blocked'}")
            rest = frame["offered"] - frame[other] - blocked
            frame = frame.assign(**{name: rest.clip(lower=0)})  # below 0 the other column is at fault
    return frame, notes


def _rank(name):
    """Our own names first, then the target time nearest to 20 s; otherwise the file's order stays."""
    word = plain(name)
    match = IN_TARGET.fullmatch(word)
    return (word not in SYNONYMS, abs(int(match[1][:6]) - USUAL_TARGET_S) if match else 0)


def _target_s(theirs):
    match = IN_TARGET.fullmatch(plain(theirs))
    return float(match[1][:6]) if match else None
