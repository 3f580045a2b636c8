"""The audit's first and last pages: the verdict, the findings that matter, what is to be done, and what became of
the last ones.
"""

import re
from dataclasses import dataclass
from html import escape

import pandas as pd

from ...auditing.concluding.actions import FILE
from ...auditing.audit import TITLES
from ...auditing.concluding.verdict import PLACES
from ...auditing.findings import AREAS
from .. import theme
from ..data.sheet import NIL, Markup, Sheet, _side
from ..tables import Words, plain

LOOKS = {  # colour of a verdict: (mark, ground, text); the mark and the word tell it to those who see no colour
    "red": ("■", "#FBE9DF", "#A33C00"),
    "amber": ("▲", "#FDF3DC", "#7A5200"),
    "green": ("●", "#E3F4EE", "#006B4F"),
    "grey": ("○", "#EEF1F4", theme.QUIET),
}
BECAME = {
    "back": "was done, is back",
    "worse": "worse",
    "still there": "still there",
    "better": "better",
    "gone": "gone",
}
PAGE = f"""<style>
.ccplan-verdict {{ font: 14px/1.45 {theme.FONT}; color: {theme.INK}; max-width: 920px; margin: 4px 0 16px; font-variant-numeric: tabular-nums; }}
.ccplan-verdict .row {{ display: grid; grid-template-columns: 12em 14.5em 1fr; gap: 0 16px; padding: 10px 0; border-bottom: 1px solid {theme.CONTEXT}; }}
.ccplan-verdict .row:first-child {{ border-top: 1px solid {theme.CONTEXT}; }}
.ccplan-verdict b {{ font-weight: 600; }}
.ccplan-verdict .sign {{ justify-self: start; align-self: start; padding: 1px 10px; border-radius: 10px; font-weight: 600; white-space: nowrap; }}
.ccplan-verdict li .sign {{ font-size: 13px; margin-right: 4px; }}
.ccplan-verdict ol {{ margin: 0; padding: 0; list-style: none; counter-reset: matter; }}
.ccplan-verdict li {{ display: grid; grid-template-columns: 2em 1fr; margin: 0 0 14px; }}
.ccplan-verdict li .number {{ font-size: 20px; line-height: 1.1; color: {theme.QUIET}; }}
.ccplan-verdict .says {{ display: block; margin-top: 3px; }}
.ccplan-verdict .less {{ color: {theme.QUIET}; font-size: 13px; }}
.ccplan-verdict a {{ color: {theme.ACCENT}; }}
@media (max-width: 600px) {{ .ccplan-verdict .row {{ grid-template-columns: 1fr; gap: 4px; }} }}
</style>
"""

# --------------------------------------------------------------------------------------- the verdict


def verdict_words(told):
    """The verdict on the whole, of an Audit: the areas by colour in one sentence, then each matter in a short one."""
    head, stop, rest = told.verdict.sentence.partition(f" {PLACES[0]}: ")
    return Words(f"**{plain(head)}**{plain(stop + rest)}")


def verdict_page(told):
    """The four areas of an Audit's verdict, a row each: a colour, the word for it, and the reason."""
    rows = "".join(_area(area) for area in told.verdict.areas)
    words = "\n".join(f"{area.name}: {area.colour}, {area.word} ({area.reason})" for area in told.verdict.areas)
    return Markup(f"{PAGE}<div class='ccplan-verdict'>\n{rows}</div>", words)


def _area(area):
    mark, ground, text = LOOKS[area.colour]
    sign = f"<span class='sign' style='background:{ground};color:{text}'>{mark} {area.colour}: {area.word}</span>"
    return (
        f"<div class='row'><b>{escape(area.name.capitalize())}</b>{sign}<span>{escape(_sentence(area))}</span></div>\n"
    )


def _sentence(area):
    """The reason as a sentence; one that begins with the name of a queue or a team is left as it is."""
    own = area.colour in ("red", "amber")
    return f"{area.reason if own else area.reason[:1].upper() + area.reason[1:]}."


def matters_page(told):
    """The findings that matter (three at most) of an Audit: what, what it cost, what to do, who and by when, and
    where it is shown.
    """
    matters = told.verdict.matters
    if not matters:
        return Words("Nothing was found that chance does not explain: there is nothing to act upon.")
    items = "".join(_matter(number, one, told) for number, one in enumerate(matters, start=1))
    words = "\n".join(f"{number}. {one.finding.says}" for number, one in enumerate(matters, start=1))
    return Markup(f"{PAGE}<div class='ccplan-verdict'>\n<ol>\n{items}</ol></div>", words)


def _matter(number, one, told):
    found, currency = one.finding, told.evidence.centre.currency
    mark, ground, text = LOOKS[found.severity]
    also = f" Told with it: {len(one.also)} more of the same cause." if one.also else ""
    says = "" if found.says.rstrip(" .") == found.short else f"<span class='says'>{escape(found.says)}.</span>"
    cost = (
        ""
        if found.cost is None
        else f"{_amount(found.cost)} {escape(currency)}: {escape(found.cost_basis)}.</span><span class='says'>"
    )
    who = f"{escape(found.action[:1].upper() + found.action[1:])} — {escape(found.owner)}, by {_day(found.due)}."
    return (
        f"<li><span class='number'>{number}</span><div><span class='sign' style='background:{ground};color:{text}'>{mark} {found.severity}</span> <b>{escape(found.short)}.</b>{says}"
        f"<span class='says'>{cost}{who}</span><span class='less'>{_link(found.evidence)}.{also}</span></div></li>\n"
    )


def _link(evidence):
    return f"Evidence: <a href='#{anchor(evidence)}'>{escape(title_of(evidence))}</a>"


def anchor(evidence):
    """The name of a section's place in the report: letters, digits and hyphens alone.

    >>> anchor("why <b>"), anchor("promises")
    ('why-b', 'promises')
    """
    return re.sub(r"[^a-z0-9]+", "-", str(evidence).lower()).strip("-")


def title_of(evidence):
    """What a section is called, by its key; an unknown key as it is written."""
    return TITLES.get(evidence, str(evidence))


def _day(day):
    return NIL if day is None or pd.isna(day) else f"{day.day} {day:%B %Y}"


def _amount(cost):
    return NIL if cost is None or pd.isna(cost) else f"{cost:,.0f}".replace("-", "−")


# ------------------------------------------------------------------------------- findings and actions


@dataclass(frozen=True)
class LinkedSheet(Sheet):
    """A Sheet whose cells of one column lead to a place in the report: `links` is the column, `places` an anchor a
    row.
    """

    links: str = ""
    places: tuple = ()

    def _cell(self, number, name, value):
        if name != self.links:
            return super()._cell(number, name, value)
        link = f"<a href='#{self.places[number]}'>{escape(str(value))}</a>"
        return f"<td data-name='{escape(name)}'{_side(name)}>{link}</td>"


def findings_and_actions(told):
    """All findings of an Audit with evidence, cost, action, owner, day and status, the gravest first; each leads to
    its section.
    """
    rows = told.actions
    if rows.empty:
        return Words("There is no finding, and so no action.")
    shown = pd.DataFrame(
        {
            "area": [
                f"{LOOKS[name][0]}\u00a0{name}, {AREAS[area]}" for name, area in zip(rows["severity"], rows["area"])
            ],
            "finding": _shorts(told, rows),
            "shown in": rows["evidence"].map(title_of),
            f"cost, {told.evidence.centre.currency}": rows["cost"].map(_amount),
            "action": rows["action"],
            "owner": rows["owner"],
            "due": rows["due"].map(_short_day),
            "status": rows["status"],
            "note": [note or NIL for note in rows["note"]],
        }
    )
    shown = shown if rows["note"].ne("").any() else shown.drop(columns="note")
    return LinkedSheet(
        shown,
        _counted(rows),
        (f"cost, {told.evidence.centre.currency}", "due"),
        links="shown in",
        places=tuple(map(anchor, rows["evidence"])),
    )


def _short_day(day):
    return NIL if pd.isna(day) else f"{day:%Y-%m-%d}"


def _counted(rows):
    red = int((rows["severity"] == "red").sum())
    done = int(rows["status"].eq("done").sum())
    words = f"{len(rows)} finding{'s' * (len(rows) != 1)}, {red or 'none'} of them red"
    return words + (f"; {done} done" if done else "")


def costs_table(told):
    """Each finding of an Audit in full, with what it cost in the quarter and how that was reckoned."""
    rows = told.actions
    if rows.empty:
        return Words("There is nothing to tell in full.")
    unit = told.evidence.centre.currency
    shown = pd.DataFrame(
        {
            "in full": rows["says"],
            f"cost, {unit}": rows["cost"].map(_amount),
            "reckoned as": [basis or NIL for basis in rows["cost_basis"]],
        }
    )
    return Sheet(shown, "Each finding in full. Costs overlap, and do not add up", (f"cost, {unit}",))


def _shorts(told, rows):
    """Findings in a few words; one of an earlier run, that people have touched, as it was written."""
    short = {one.key: one.short for one in told.findings}
    return [short.get(key, says) for key, says in zip(rows["key"], rows["says"])]


def carried_table(told):
    """What became of the last audit's findings, of an Audit."""
    rows = told.carried
    if rows.empty:
        return Words(
            "No earlier audit was handed in: from the next one on, this table tells what became of the findings above."
        )
    unit = told.evidence.centre.currency
    shown = pd.DataFrame(
        {
            "became": [
                BECAME[name] + (", overdue" if late else "") for name, late in zip(rows["became"], rows["overdue"])
            ],
            "found in": rows["quarter"],
            "finding": rows["says"],
            f"cost then, {unit}": rows["cost"].map(_amount),
            f"now, {unit}": rows["cost_now"].map(_amount),
            "owner": rows["owner"],
            "due": rows["due"].map(_short_day),
            "status": rows["status"],
            "note": [note or NIL for note in rows["note"]],
        }
    )
    shown = shown if rows["note"].ne("").any() else shown.drop(columns="note")
    return Sheet(shown, carried_sentence(rows), (f"cost then, {unit}", f"now, {unit}", "due"))


def carried_sentence(rows):
    """What became of findings, counted in a sentence.

    >>> carried_sentence(pd.DataFrame({"became": ["gone", "worse", "gone"], "overdue": [False, True, False]}))
    'Of 3 earlier findings 1 is worse and 2 are gone; 1 is overdue'
    """
    counts = [
        (int((rows["became"] == name).sum()), words)
        for name, words in (BECAME | {"back": "back after it was done"}).items()
    ]
    parts = [f"{number} {'is' if number == 1 else 'are'} {words}" for number, words in counts if number]
    late = int(rows["overdue"].sum())
    joined = f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
    return f"Of {len(rows)} earlier finding{'s' * (len(rows) != 1)} {joined}" + (
        f"; {late} {'is' if late == 1 else 'are'} overdue" if late else ""
    )


def notes_words(told):
    """What an Audit could not do, or read, in words; each a line."""
    lines = [f"{title_of(key)}: {why}" for key, why in told.missing.items()]
    lines += [f"{FILE} of the last audit, {note}" for note in told.notes]
    return Words("\n".join(f"- {plain(line)}" for line in lines) if lines else "Every section could be made.")


# ------------------------------------------------------------------------------------- improvements


def overdue_table(better):
    """The items of the checklist that were overdue at the quarter's end, of an Improvements."""
    rows = better.overdue
    if rows.empty:
        return Words(
            "; ".join(map(plain, better.notes)) or "No item of the checklist was overdue at the quarter's end."
        )
    shown = pd.DataFrame(
        {
            "item": rows["item"],
            "checklist": rows["checklist"],
            "department": rows["department"].fillna(NIL),
            "due": rows["due"].map(_short_day),
            "days overdue": rows["days"].map("{:,}".format),
            "cost": rows["cost"].map(_amount),
        }
    )
    return Sheet(
        shown,
        f"{len(rows)} item{'s' * (len(rows) != 1)} of the checklist overdue at the quarter's end",
        ("days overdue", "cost", "due"),
    )


def worth_table(better, currency):
    """What each lever would have saved in the quarter, of an Improvements: a row a lever, a column a queue."""
    rows = better.worth
    if rows.empty:
        return Words("No lever can be priced without intervals of a live queue.")
    table = rows.pivot(index="lever", columns="queue", values="money")
    table = table.loc[rows["lever"].drop_duplicates()]
    shown = table.map(_amount).assign(**{"all queues": table.sum(axis=1).map(_amount)}).reset_index()
    best = table.sum(axis=1).astype(float).idxmax()
    return Sheet(
        shown,
        f"Dearest lever: {best}, worth {_amount(table.loc[best].sum())} {currency} of paid hours in the quarter",
        tuple(shown.columns[1:]),
    )
