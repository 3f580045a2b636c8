"""The start page in words and tiles: a sentence, a tile a queue, a tile a figure of the centre, and how fresh it
all is.

A promise that is kept or missed is told by a word and a mark, never by colour alone.
"""

from html import escape
from math import isnan

import pandas as pd

from ...auditing.kpis import KPIS
from ...auditing.measuring.kpi import said
from ..data.sheet import NIL, Markup
from ..language import Filled, chosen
from ..tables import Words, plain
from .today import centre_today, day_words

SHOWN = 6  # queues with a tile of their own; the others are counted
STYLE = """<style>
.ccplan-today.ccplan-today { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr)); gap: 20px 28px; max-width: 72rem; margin: 4px 0 16px;
  font: 14px/1.4 "Liberation Sans", Arial, Helvetica, sans-serif; font-variant-numeric: tabular-nums; color: var(--ccplan-ink, #1F2328);
  background: var(--ccplan-paper, #FFFFFF); padding: 0; }
.ccplan-today.ccplan-today > div { display: block; border-top: 2px solid var(--ccplan-rule, #C4CBD2); padding: 8px 0 0; margin: 0; }
.ccplan-today.ccplan-today :is(dt, dd) { display: block; float: none; width: auto; margin: 0; padding: 0; color: inherit; font-weight: 400; background: none; }
.ccplan-today.ccplan-today dt { color: var(--ccplan-quiet, #57606A); font-size: 13px; }
.ccplan-today.ccplan-today .value { font-size: 26px; line-height: 1.25; font-weight: 600; }
.ccplan-today .value small { font-size: 13px; font-weight: 400; color: var(--ccplan-quiet, #57606A); }
.ccplan-today.ccplan-today .more { font-size: 13px; padding-top: 2px; }
.ccplan-today .kept { color: var(--ccplan-better, #006B4E); font-weight: 600; }
.ccplan-today .missed { color: var(--ccplan-worse, #A33C00); font-weight: 600; }
.ccplan-today .bar { display: block; position: relative; height: 8px; margin: 6px 0 4px; background: var(--ccplan-context, #DDE2E7); }
.ccplan-today .bar i { position: absolute; left: 0; top: 0; bottom: 0; background: var(--ccplan-accent, #0072B2); }
.ccplan-today .bar b { position: absolute; top: -4px; bottom: -4px; width: 2px; margin-left: -1px; background: var(--ccplan-ink, #1F2328); }
@media print { .ccplan-today.ccplan-today > div { break-inside: avoid; } }
</style>
"""


def today_answer(today):
    """The state of the centre in a paragraph: contacts against the weeks before, promises kept and missed, what is
    overdue.
    """
    parts = [
        f"**{_stretch(today)}** {plain(today.centre.name)} had {today.whole['contacts']:,.0f} contacts{_against_before(today)}.",
        _promises(today),
    ]
    late = today.overdue
    if late is not None and len(late):
        parts.append(
            f"{_number(len(late)).capitalize()} item{'s' * (len(late) != 1)} of the checklist {'is' if len(late) == 1 else 'are'} overdue."
        )
    return Words(" ".join(filter(None, parts)))


def _stretch(today):
    last = day_words(today.end - pd.Timedelta(days=1))
    if today.weeks == 0:
        return f"From {day_words(today.start)} to {last}"
    return f"In the {'week' if today.weeks == 1 else f'{_number(today.weeks)} weeks'} to {last}"


def _against_before(today):
    if today.before is None or not today.whole["contacts_before"]:
        return ""
    change = today.whole["contacts"] / today.whole["contacts_before"] - 1
    than = "the week before" if today.weeks == 1 else f"the {_number(today.weeks)} before"
    return (
        f", as many as in {than}"
        if abs(change) < 0.005
        else f", {abs(change):.0%} {'more' if change > 0 else 'fewer'} than in {than}"
    )


def _promises(today):
    """Which queues keep what was promised to callers, and by how much the others miss it."""
    rows = today.queues[today.queues["target"].notna() & today.queues["service_level"].notna()]
    missed = rows[rows["service_level"] < rows["target"]]
    lost = today.queues[today.queues["abandonment"] > today.queues["most"]]
    if rows.empty and lost.empty:
        return "No service is promised in its `centre.toml`, or none can be measured."
    parts = [_service_words(rows, missed)] if len(rows) else []
    parts += [
        f"in {plain(row.queue)} {row.abandonment:.1%} of the callers hung up, more than the {row.most:.0%} allowed"
        for row in lost.itertuples()
    ]
    words = "; ".join(parts)
    return words[0].upper() + words[1:] + "."


def _service_words(rows, missed):
    if missed.empty:
        return "the service that was promised is kept" + (
            f" in all {_number(len(rows))} queues" if len(rows) > 1 else ""
        )
    named = "; ".join(
        f"{plain(row.queue)} answered {row.service_level:.1%} in {time_words(row.target_s)} instead of {row.target:.0%}"
        for row in missed.head(3).itertuples()
    )
    return f"{_number(len(missed))} of {_number(len(rows))} queues miss{'es' * (len(missed) == 1)} the promised service: {named}"


# ------------------------------------------------------------------------------------------------- tiles


def queue_tiles(today, language=None):
    """A tile a queue: its service level on a bar with a mark at the target, how it changed, and how many hung up.

    `language` is a code such as "fi" (left out: CCPLAN_LANGUAGE, then what centre.toml says, then English).
    """
    rows, spoken = today.queues.head(SHOWN), chosen(language, today.centre)
    tiles = [_queue_tile(row, today, spoken) for row in rows.itertuples()]
    left = len(today.queues) - len(rows)
    if left:
        tiles.append(
            _tile(
                spoken.said("Smaller queues"), str(left), "", [escape(_smaller(today.queues.iloc[SHOWN:], spoken.said))]
            )
        )
    words = "\n".join(
        f"{row.queue}: {_share(row.service_level)} answered in time, {_mark(row.service_level, row.target)[0]}"
        for row in rows.itertuples()
    )
    return _board(tiles, words, spoken)


def _queue_tile(row, today, spoken):
    say, (word, kind) = spoken.said, _mark(row.service_level, row.target)
    target = (
        ""
        if isnan(row.target)
        else f"{_badge(say(word), kind)} {escape(say(Filled('target {value}', value=f'{row.target:.0%}')))}"
    )
    lines = [
        _bar(row.service_level, row.target),
        " · ".join(filter(None, [target, _points(row.service_level, row.service_before, today, spoken)])),
        _hung_up(row, say),
    ]
    in_time = (
        say("answered in time")
        if isnan(row.target_s)
        else say(Filled("answered in {time}", time=time_words(row.target_s)))
    )
    return _tile(row.queue, _share(row.service_level), in_time, lines)


def _hung_up(row, say):
    if isnan(row.abandonment):
        return ""
    words = escape(say(Filled("{share} hung up", share=f"{row.abandonment:.1%}")))
    if isnan(row.most):
        return words
    kind = "missed" if row.abandonment > row.most else "kept"
    return f"{words}: {_badge(say(kind), kind)} {escape(say(Filled('at most {value}', value=f'{row.most:.0%}')))}"


def _smaller(rows, say):
    known = rows[rows["target"].notna() & rows["service_level"].notna()]
    missed = known[known["service_level"] < known["target"]]["queue"].tolist()
    kept = say(Filled("{count} keep their promise", count=len(known) - len(missed)))
    return kept + (f"; {say(Filled('missed: {queues}', queues=', '.join(map(str, missed))))}" if missed else "")


def centre_tiles(today, language=None):
    """Tiles for the centre as a whole: contacts, handle time, callers who hung up, people, cost per contact, the
    checklist.

    `language` is a code such as "fi" (left out: CCPLAN_LANGUAGE, then what centre.toml says, then English).
    """
    spoken = chosen(language, today.centre)
    say, whole = spoken.said, today.whole
    tiles = [
        _contacts_tile(today, say),
        _tile(say("Average handle time"), _seconds(whole["aht_s"]), say("a contact"), [_change_s(today, say)]),
        _tile(
            say("Callers who hung up"),
            _share(whole["abandonment"]),
            say("of all contacts"),
            [_points(whole["abandonment"], whole["abandonment_before"], today, spoken)],
        ),
    ]
    tiles += [_people_tile(today, say), _money_tile(today, spoken), _late_tile(today, say)]
    figures = {
        "contacts": f"{today.whole['contacts']:,.0f}",
        "handle time": _seconds(today.whole["aht_s"]),
        "hung up": _share(today.whole["abandonment"]),
    }
    return _board(
        [tile for tile in tiles if tile], "; ".join(f"{name} {value}" for name, value in figures.items()), spoken
    )


def speak(language, folder):
    """Say every label of the tiles to a language, for the source of the catalogues."""
    today = centre_today(folder)
    queue_tiles(today, language)
    centre_tiles(today, language)
    list(map(language.said, WORDS))


WORDS = (  # what tiles say of other centres than the bundled one
    "kept",
    "missed",
    "no target",
    "not measured",
    "as before",
    "Smaller queues",
    "answered in time",
    "answered in {time}",
    "{share} hung up",
    "at most {value}",
    "{count} keep their promise",
    "missed: {queues}",
    "under contract",
    "under contract, {people} people",
    "{fte} at the phones, net of all that keeps people away",
    "items overdue",
    "item overdue",
    "longest: {item}, {days} days",
    "target {value}",
    "{value} the month before",
    "{seconds} longer than before",
    "{seconds} shorter than before",
    "as many as in the week before",
    "as many as in the {weeks} weeks before",
    "{share} more than in the week before",
    "{share} fewer than in the week before",
    "{share} more than in the {weeks} weeks before",
    "{share} fewer than in the {weeks} weeks before",
)


def _contacts_tile(today, say):
    return _tile(say("Contacts"), f"{today.whole['contacts']:,.0f}", "", [escape(_beside_before(today, say))])


def _beside_before(today, say):
    """The contacts beside those of as many weeks before, in few words; English says it as the sentence above does."""
    plain_words = _against_before(today).removeprefix(", ")
    if not plain_words:
        return ""
    change = today.whole["contacts"] / today.whole["contacts_before"] - 1
    than = "the week before" if today.weeks == 1 else "the {weeks} weeks before"
    amount = "as many as" if abs(change) < 0.005 else "{share} more than" if change > 0 else "{share} fewer than"
    said = say(f"{amount} in {than}")
    return plain_words if said == f"{amount} in {than}" else said.format(share=f"{abs(change):.0%}", weeks=today.weeks)


def _people_tile(today, say):
    staff = today.staff
    if staff is None:
        return ""
    net = (
        ""
        if isnan(staff.net_fte)
        else say(
            Filled("{fte} at the phones, net of all that keeps people away", fte=f"{staff.net_fte:,.1f} {say('FTE')}")
        )
    )
    if isnan(staff.fte):
        return _tile(
            say("People"),
            NIL if staff.people is None else f"{staff.people:,}",
            say("under contract") if staff.people is not None else "",
            [escape(net)],
        )
    return _tile(
        say("People"),
        f"{staff.fte:,.1f} {say('FTE')}",
        say(Filled("under contract, {people} people", people=f"{staff.people:,}")),
        [escape(net)],
    )


def _money_tile(today, spoken):
    money = today.money
    if money is None:
        return ""
    kpi, say = KPIS["cost_per_contact"], spoken.said
    before = (
        ""
        if isnan(money.before)
        else say(Filled("{value} the month before", value=said(kpi, money.before, money.currency)))
    )
    target = ""
    if money.target is not None:
        over = money.cost_per_contact > money.target
        target = _badge(say("missed"), "missed") if over else _badge(say("kept"), "kept")
        target += " " + escape(say(Filled("target {value}", value=said(kpi, money.target, money.currency))))
    return _tile(
        say("Cost per contact"),
        said(kpi, money.cost_per_contact, money.currency),
        spoken.date(money.month.year, money.month.month),
        [" · ".join(filter(None, [target, escape(before)]))],
    )


def _late_tile(today, say):
    late = today.overdue
    if late is None:
        return ""
    if late.empty:
        return _tile(say("Checklist"), "0", say("items overdue"), [_badge(say("kept"), "kept")])
    longest = late.iloc[0]
    words = say(Filled("longest: {item}, {days} days", item=longest["item"], days=f"{longest['days']:,}"))
    return _tile(
        say("Checklist"),
        f"{len(late):,}",
        say("item overdue" if len(late) == 1 else "items overdue"),
        [f"{_badge(say('missed'), 'missed')} {escape(words)}"],
    )


def _board(tiles, words, spoken):
    return Markup(f"{STYLE}<dl class='ccplan-today'{spoken.attributes()}>{''.join(tiles)}</dl>", words)


def _tile(name, value, unit, lines):
    """A tile; `lines` are markup, the other words are text."""
    unit = f" <small>{escape(unit)}</small>" if unit else ""
    more = "".join(f"<dd class='more'>{line}</dd>" for line in lines if line)
    return f"<div><dt>{escape(str(name))}</dt><dd class='value'>{escape(str(value))}{unit}</dd>{more}</div>"


def _bar(value, target):
    if isnan(value):
        return ""
    mark = "" if isnan(target) else f"<b style='left:{100 * target:.1f}%'></b>"
    return f"<span class='bar' aria-hidden='true'><i style='width:{100 * min(value, 1):.1f}%'></i>{mark}</span>"


def _mark(value, target):
    if isnan(value) or isnan(target):
        return ("no target" if isnan(target) else "not measured"), ""
    return ("kept", "kept") if value >= target else ("missed", "missed")


def _badge(word, kind):
    sign = {"kept": "✓ ", "missed": "✗ "}.get(kind, "")
    return f"<span class='{kind}'>{sign}{word}</span>"


def _points(value, before, today, spoken):
    if today.before is None or isnan(value) or isnan(before):
        return ""
    change = 100 * (value - before)
    return escape(spoken.amount("as before" if abs(change) < 0.05 else f"{change:+.1f} points".replace("-", "−")))


def _change_s(today, say):
    now, before = today.whole["aht_s"], today.whole["aht_before"]
    if today.before is None or isnan(now) or isnan(before):
        return ""
    change = now - before
    if abs(change) < 0.5:
        return say("as before")
    return escape(
        say(Filled(f"{{seconds}} {'longer' if change > 0 else 'shorter'} than before", seconds=f"{abs(change):,.0f} s"))
    )


def _share(value):
    return NIL if isnan(value) else f"{value:.1%}"


def _seconds(value):
    return NIL if isnan(value) else f"{value:,.0f} s"


def time_words(seconds):
    """A waiting time as people say it.

    >>> time_words(20), time_words(300), time_words(14400), time_words(5400)
    ('20 s', '5 min', '4 h', '1.5 h')
    """
    return f"{seconds:g} s" if seconds < 180 else f"{seconds / 60:g} min" if seconds < 3600 else f"{seconds / 3600:g} h"


def _number(count):
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return words[count] if count < len(words) else f"{count:,}"


# ------------------------------------------------------------------------------------------------- freshness


def freshness_words(today):
    """To which day the tables reach, and in words what is missing, left out or older than the rest."""
    reach = f"**The contacts reach to {day_words(today.fresh['contacts'])}**"
    reach += f", the ledger to {day_words(today.fresh['ledger'])}" if "ledger" in today.fresh else ""
    notes = "".join(f"\n- {plain(note[0].upper() + note[1:])}." for note in today.notes)
    return Words(
        f"{reach}. Every figure here is counted back from there, not from today's date."
        + (f"\n{notes}" if notes else "")
    )
