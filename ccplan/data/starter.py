"""A centre from its folder, with `centre.toml` or without; and the starter file that `init` writes."""

import os
import re
from dataclasses import replace
from math import inf
from pathlib import Path

from .centre import Centre
from .centre_file import FILE_NAME, read_centre
from .files import ready_beside
from .evidence.guesses import assume_centre, zone_and_country
from .groups import groups_of
from .hours import DAYS, write_spans
from .reading.text_files import SourceError
from .sources import load_intervals, load_table, refuse_unreadable
from .toml_text import toml_key, toml_word


def load_centre(folder):
    """The Centre of a folder (or of a `centre.toml`); without that file one of stated assumptions.

    Raises CentreError (a ValueError) listing every fault of the file, SourceError (a ValueError)
    where there is neither a `centre.toml` nor a table of intervals.

    >>> from ccplan.data import sample_centre
    >>> load_centre(sample_centre()).time_zone
    'Europe/Helsinki'
    """
    path = Path(folder)
    refuse_unreadable(path)
    file = path / FILE_NAME if path.is_dir() else path
    if file.is_file() and file.suffix == ".toml":
        return read_centre(file)
    if not path.exists():
        raise SourceError(f"{path} does not exist: name a folder with tables and {FILE_NAME}")
    centre, _ = _from_tables(path, None, None)
    return centre


def init_centre(folder, time_zone=None, country=None):
    """Look at a folder's tables and write a commented starter `centre.toml`; returns its Path.

    `time_zone` (IANA) and `country` (two letters) are guessed and marked as such where not given.
    Raises FileExistsError where there is a `centre.toml` already: it is never overwritten, not
    even by two at once. Raises SourceError or TableError (ValueError) for tables without use.
    """
    path = Path(folder)
    refuse_unreadable(path)
    file = path / FILE_NAME
    if file.exists():
        raise FileExistsError(f"{file} is there already and stays as it is: move it away first")
    centre, reading = _from_tables(path, time_zone, country)
    centre = replace(centre, groups=_groups_found(path, centre))
    _write_new(file, starter_toml(centre, about=_about(reading)))
    return file


def starter_toml(centre, about=()):
    """The text of a commented `centre.toml` for a Centre; `about` are lines for its head.

    What was assumed is marked `# ASSUMED`, costs `# CHANGE`. It is a start: campaigns, shifts, the lines of a budget
    and what else a starter has no place for are not in it.
    """
    head = [
        "# centre.toml: what is decided rather than measured. Change it freely; `ccplan check` reads it.",
        "# Durations in seconds, shares 0-1 (write 30 % as 0.30), times local.",
        *(f"# {_one_line(line)}" for line in about),
    ]
    assumed = [
        "",
        "# ASSUMED, because nobody said it; see to these first:",
        *(f"#  - {_one_line(words)}" for words in centre.assumed),
    ]
    parts = [*head, *(assumed if centre.assumed else []), "", *_top(centre)]
    for queue in centre.queues:
        parts += ["", *_queue(queue)]
    for number, group in enumerate(centre.groups):
        parts += ["", *_group(group, number)]
    parts += ["", *_campaign_hint()]
    return (
        "\n".join([*parts, "", *_shrinkage(centre.shrinkage), "", *_hiring(centre.hiring), "", *_costs(centre.costs)])
        + "\n"
    )


def _from_tables(path, time_zone, country):
    country = country and country.strip().upper()
    zone, _, _ = zone_and_country(time_zone, country)
    name = path.resolve().name if path.is_dir() else path.stem
    centre = Centre(name=name or "Centre", time_zone=zone, country=country or "")  # refuses a wrong zone or country
    reading = load_intervals(path, centre, faulty="leave out")
    return assume_centre(reading, name=centre.name, time_zone=time_zone, country=country), reading


def _about(reading):
    first, last = reading.frame["start"].min(), reading.frame["start"].max()
    return (
        f"Made from {reading.file.name}: {len(reading.frame):,} intervals of {reading.interval_s / 60:g} minutes, "
        f"{first:%Y-%m-%d} to {last:%Y-%m-%d}.",
        *reading.notes,
    )


def _top(centre):
    return [
        f"name = {toml_word(centre.name)}",
        f"time_zone = {toml_word(centre.time_zone)}   # IANA name; every timestamp of the tables is read in it",
        f'country = {toml_word(centre.country)}   # two letters, for public holidays; "" for none',
        f"currency = {toml_word(centre.currency)}",
        f"interval_s = {centre.interval_s}   # length of a planning interval",
    ]


def _queue(queue):
    key = f"queues.{toml_key(queue.name)}"
    return [
        f"[{key}]",
        f"channel = {toml_word(queue.channel)}   # voice, chat, email, back office, social or callback",
        f"patience_s = {_number(queue.patience_s)}   # mean patience of a caller; inf: nobody hangs up",
        f"lines = {_number(queue.lines)}   # calls that fit, waiting and talking; inf: no limit",
        f"aht_s = {_number(queue.aht_s)}   # handle time where the tables have none",
        *_channel(queue),
        "",
        f'[{key}.hours]   # spans of local time, "closed", or over midnight as "22:00-06:00"',
        *_hours(queue.hours),
        "",
        f"[{key}.targets]",
        *_targets(queue.targets),
    ]


def _channel(queue):
    """Settings of contacts that are held together or may wait: as they are, or as comments where the channel knows
    them.
    """
    held, waits = queue.at_once > 1, queue.deferred
    lines = []
    if held or queue.channel in ("chat", "social"):
        lines += [
            (held, f"at_once = {queue.at_once if held else 2}   # contacts that an agent holds at a time"),
            (
                held,
                f"slowdown = {_number(queue.slowdown if held else 0.3)}   # each further one makes all that are held longer by this share",
            ),
        ]
    if waits or queue.channel in ("email", "back office"):
        worked = 'weekdays = "09:00-17:00", holidays = "closed"' if queue.worked is None else _inline(queue.worked)
        lines += [
            (
                waits,
                f"deadline_s = {_number(queue.deadline_s if waits else 14_400)}   # work that may wait: answered within, seconds",
            ),
            (waits, f"deadline_counts = {toml_word(queue.deadline_counts)}   # by the clock, or in worked hours"),
            (queue.worked is not None, f"worked = {{ {worked} }}   # when people answer it; else in the queue's hours"),
        ]
    return [("" if said else "# ") + line for said, line in lines]


def _inline(hours):
    return ", ".join(f"{day} = {toml_word(spans)}" for day, spans in hours.words().items())


def _campaign_hint():
    """An outbound campaign as a comment: tables cannot tell whom one means to call."""
    return [
        "# Outbound: a list to be called, a section a campaign.",
        "# [campaigns.renewals]",
        "# records = 2000   # people on the list",
        "# contact_rate = [0.30, 0.22]   # dials that a person answers: first, second, ... attempt",
        '# mode = "progressive"   # preview, progressive, power or predictive',
    ]


def _group(group, number):
    """A group's section; what is not said stands as a comment."""
    about = ["# Who can take what, in order of priority; a list within the list: same priority."] if not number else []
    levels = [
        toml_word(level) if isinstance(level, str) else f"[{', '.join(map(toml_word, level))}]"
        for level in group.skills
    ]
    most = "# most = 20" if group.most == inf else f"most = {_number(group.most)}"
    wage = "# hourly_wage = 16.5" if group.hourly_wage is None else f"hourly_wage = {_number(group.hourly_wage)}"
    return [
        *about,
        f"[groups.{toml_key(group.name)}]",
        f"skills = [{', '.join(levels)}]",
        f"{most}   # heads that exist; without it as many as are needed",
        f"{wage}   # where it is not the centre's",
    ]


def _groups_found(path, centre):
    """The groups that a folder's agents suggest; none without several sets of skills that take every queue."""
    names = [queue.name for queue in centre.queues]
    try:
        groups = groups_of(load_table(path, "agents", centre).frame, names) if path.is_dir() else ()
    except ValueError:  # no such table, or one that `ccplan check` will speak of
        return ()
    taken = {queue for group in groups for queue in group.queues}
    return groups if len(groups) > 1 and taken == set(names) else ()


def _hours(hours):
    if hours.holidays is None:
        holidays = '# holidays = "closed"   # without this line a public holiday is a day like any other'
    else:
        holidays = f"holidays = {toml_word(write_spans(hours.holidays))}"
    days = {day: spans for day, spans in hours.words().items() if day in (*DAYS, "every_day")}
    return [*(f"{day} = {toml_word(spans)}" for day, spans in days.items()), holidays]


def _targets(targets):
    known = {
        "service_level": "share of calls within target_s",
        "target_s": "seconds",
        "definition": "offered, answered, without_short_abandons, abandons_count or virtual",
        "max_asa_s": "average speed of answer, seconds",
        "max_abandonment": "share",
        "max_occupancy": "share; above 0.85 people burn out",
        "max_blocking": "share",
    }
    usual = {
        "service_level": 0.80,
        "max_asa_s": 30,
        "max_abandonment": 0.05,
        "max_occupancy": 0.85,
        "max_blocking": 0.01,
    }
    lines = []
    for name, says in known.items():
        value = getattr(targets, name)
        shown = toml_word(value) if isinstance(value, str) else _number(usual[name] if value is None else value)
        lines.append(f"{'# ' if value is None else ''}{name} = {shown}   # {says}")
    return lines


def _shrinkage(shrinkage):
    return [
        "# The share of time in which people who are paid are not on the phones.",
        "[shrinkage]",
        f"base = {toml_word(shrinkage.base)}   # shares of paid or of scheduled time",
        f"combine = {toml_word(shrinkage.combine)}   # additive: shares of the same base; "
        "multiplicative: each of what the others leave",
        "",
        "[shrinkage.external]   # away from the building",
        *(f"{toml_key(cause)} = {_number(share)}" for cause, share in shrinkage.external.items()),
        "",
        "[shrinkage.internal]   # in the building, not on the phones",
        *(f"{toml_key(cause)} = {_number(share)}" for cause, share in shrinkage.internal.items()),
        *_by_month(shrinkage.by_month),
    ]


def _by_month(factors):
    if not factors:
        return []
    return [
        "",
        "[shrinkage.by_month]   # share of January, February, ... ÷ share of the year",
        *(f"{toml_key(cause)} = [{', '.join(map(_number, twelve))}]" for cause, twelve in factors.items()),
    ]


def _hiring(hiring):
    return [
        "[hiring]",
        f"attrition_per_year = {_number(hiring.attrition_per_year)}   # leavers ÷ average headcount",
        f"lead_time_weeks = {_number(hiring.lead_time_weeks)}   # decision to first day",
        f"training_weeks = {_number(hiring.training_weeks)}   # first day to first call",
        f"ramp = [{', '.join(map(_number, hiring.ramp))}]   # output in the first, second, ... month on the phones",
    ]


def _costs(costs):
    return [
        "# CHANGE: these are placeholders, not your centre's costs.",
        "[costs]",
        f"hourly_wage = {_number(costs.hourly_wage)}   # gross, per paid hour",
        f"on_costs = {_number(costs.on_costs)}   # employer's contributions ÷ wage",
        f"weekly_hours = {_number(costs.weekly_hours)}   # paid hours of a full-time agent",
        f"overtime_factor = {_number(costs.overtime_factor)}   # wage of an overtime hour ÷ wage",
        f"seat_per_month = {_number(costs.seat_per_month)}   # equipment, licences, rent",
        f"per_hire = {_number(costs.per_hire)}   # advertising and selection",
        "",
        "# What else the centre pays, a section a line of the budget; take the # away and write your own.",
        "# [budget.rent]",
        '# category = "facilities"',
        '# price = 5000   # a month; driver = "agent", "call", "hire" ... for other units',
    ]


def _one_line(words):
    """Words for a comment: names from a table could break the line, and so the file."""
    return re.sub(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+", " ", words)


def _number(value):
    return "inf" if value == inf else f"{value:.12g}"


def _write_new(file, text):
    """All of the text under a name that is free, or nothing."""
    temporary = ready_beside(file, text)
    try:
        _link(temporary, file, text)
    finally:
        os.unlink(temporary)


def _link(temporary, file, text):
    """A hard link fails where the name is taken, also in a race; `x` does the same without links."""
    try:
        os.link(temporary, file)
    except FileExistsError:
        raise FileExistsError(f"{file} is there already and stays as it is") from None
    except OSError:  # a file system without hard links
        with open(file, "x", encoding="utf-8", newline="\n") as out:
            out.write(text)
