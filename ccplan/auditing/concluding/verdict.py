"""The verdict on one page: each of the four areas with its colour and its reason, and the three findings that
matter.
"""

import re
from dataclasses import dataclass

from ..evidence import NO_TABLE
from ..findings import AREAS

COLOURS = ("red", "amber", "green", "grey")
WORDS = {"red": "act now", "amber": "look into it", "green": "in order", "grey": "cannot be judged"}
NOTHING = "nothing that chance does not explain"
NEEDS = {  # area → tables; of each group one must be there, with rows in the quarter
    "customers": (("intervals", "calls"),),
    "people": (("activities", "calls", "intervals"),),
    "money": (("ledger",),),
    "improvements": (),
}
MOST = 3
PLACES = ("First", "Second", "Third")
BEFORE = ("news ", "over plan ", "forecast_")  # what a key may begin with before it names its measure
CAUSES = (
    "reason",
    "team",
    "tenure",
    "hour",
)  # keys of findings that explain others: they name whose contacts they moved
HANDLING = (  # measures of how contacts went: in one queue they move together, and in many queues for one reason
    "aht",
    "handle",
    "forecast",
    "promise",
    "understaffed",
    "service",
    "asa",
    "wait",
    "abandon",
    "resol",
    "fcr",
    "repeat",
    "csat",
    "nps",
    "effort",
    "satisf",
    "transfer",
    "queue_time",
    "call_resol",
    "missed",
    "hold",
    "acw",
    "talk",
    "offered",
    "volume",
    "reason",
    "occupancy",
    "block",
    "bridge",
    "interval",
    "worst",
    *CAUSES,
)


@dataclass(frozen=True, kw_only=True)
class AreaVerdict:
    """An area with its `colour` (red, amber, green; grey: cannot be judged), that colour's `word`, and the `reason`
    in a sentence.
    """

    area: str
    name: str
    colour: str
    reason: str

    @property
    def word(self):
        """What the colour says to those who see none."""
        return WORDS[self.colour]


@dataclass(frozen=True, kw_only=True)
class Matter:
    """One of the findings that matter: the Finding that speaks for its cause, and the keys of those with the same
    (`also`).
    """

    finding: object
    also: tuple = ()


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The verdict of an audit: `areas` in the order of AREAS, the `matters` (three at most), and the `sentence` for
    the whole.
    """

    areas: tuple
    matters: tuple
    sentence: str

    @property
    def colour(self):
        """The worst colour of an area that could be judged, grey where none could."""
        return min((area.colour for area in self.areas), key=COLOURS.index)


def verdict(findings, quarter="", *, missing=None):
    """The Verdict on an audit's findings.

    `missing` {area: why it cannot be judged, in words}. An area is red where one of its findings is, amber where it has
    any, else green; one that cannot be judged is grey, unless something was found there all the same.

    >>> told = verdict([], "2026Q1", missing={"money": "the table ledger is missing"})
    >>> [area.colour for area in told.areas], told.matters
    (['green', 'green', 'grey', 'green'], ())
    >>> told.sentence
    '2026Q1: nothing that chance does not explain; financial data cannot be judged.'
    """
    findings, missing = ranked(findings), missing or {}
    areas = tuple(_area(area, _of_area(area, findings), missing.get(area)) for area in AREAS)
    matters = distinct(findings)[:MOST]
    return Verdict(areas=areas, matters=matters, sentence=_sentence(areas, matters, findings, quarter))


def _of_area(area, findings):
    """What was found in an area, alone or told with a finding of another: one of each cause, the gravest first."""
    mine = [ranked(one for one in found.each if one.area == area) for found in findings]
    return ranked(found[0] for found in mine if found)


def _area(area, found, why):
    if found:
        colour, first = found[0].severity, found[0].short
        rest = (
            ""
            if len(found) == 1
            else f"; and {len(found) - 1} more" + (f", {_reds(found)} red in all" if _reds(found) > 1 else "")
        )
        reason = first + rest
    else:
        colour, reason = ("grey", f"cannot be judged: {why}") if why else ("green", NOTHING)
    return AreaVerdict(area=area, name=AREAS[area], colour=colour, reason=reason)


def _reds(found):
    return sum(one.severity == "red" for one in found)


def _sentence(areas, matters, findings, quarter):
    """How the quarter went: the areas by colour, then each matter in a short sentence."""
    start, blind = f"{quarter}: " if str(quarter) else "", [area.name for area in areas if area.colour == "grey"]
    last = f"; {' and '.join(blind)} cannot be judged" if blind else ""
    if not findings:
        return f"{start}{NOTHING}{last}."
    number = f"{len(findings)} finding" + "s" * (len(findings) != 1)
    colours = [(colour, [area.name for area in areas if area.colour == colour]) for colour in ("red", "amber")]
    told = "; ".join(f"{colour}: {', '.join(names)}" for colour, names in colours if names)
    return f"{start}{number}; {told}{last}. " + " ".join(
        f"{place}: {one.finding.short}." for place, one in zip(PLACES, matters)
    )


# -------------------------------------------------------------------------------------------- ranking


def ranked(findings):
    """The findings in order: red before amber, then promises to customers, then money (dearest first), then as they
    were found.
    """
    return sorted(findings, key=lambda one: (one.severity != "red", one.area != "customers", -abs(one.cost or 0)))


def distinct(findings):
    """The findings by cause, as Matters in order of rank: those of one subject count as one, told by the first.

    One subject: the same thing of the same area ("rent", a team), or how contacts went in one queue; a measure of
    contacts that moved in several queues has one reason too.

    >>> from ccplan.auditing import Finding
    >>> of = dict(severity="amber", says="x", evidence="x", action="x")
    >>> told = distinct([Finding(key="aht_s a", area="customers", **of), Finding(key="csat a", area="customers", **of),
    ...                  Finding(key="aht_s b", area="customers", **of), Finding(key="sickness a", area="people", **of)])
    >>> [(one.finding.key, one.also) for one in told]
    [('aht_s a', ('csat a', 'aht_s b')), ('sickness a', ())]
    """
    return tuple(
        Matter(
            finding=found[0], also=tuple(other.key for one in found for other in one.each if other.key != found[0].key)
        )
        for found in subjects(findings)
    )


def subjects(findings):
    """The findings by subject, lists in order of rank: what `distinct` tells of."""
    groups, things = (
        [],
        {thing for one in findings for kind, thing in _marks(one) if kind == "contacts"},
    )  # groups: [marks, findings]
    for one in ranked(findings):
        marks = _marks(one) | _moved(one, things)
        mine = [group for group in groups if group[0] & marks]
        joined = [
            set().union(marks, *(group[0] for group in mine)),
            [found for group in mine for found in group[1]] + [one],
        ]
        at = groups.index(mine[0]) if mine else len(groups)
        groups = [group for group in groups if group not in mine]
        groups.insert(at, joined)
    return [found for _, found in groups]


def _marks(finding):
    """What a finding, or those told with it, share with others of the same cause: pairs of a kind and a name."""
    return set().union(*map(_own_marks, finding.each))


def _own_marks(finding):
    measure, thing = named(finding.key)
    if measure.startswith(HANDLING) or finding.area == "customers":
        return {("measure", measure)} | ({("contacts", thing)} if thing else set())
    return {(finding.area, thing or measure)}


def named(key):
    """(measure, what it was measured of) of a finding's key, both in small letters.

    >>> named("news aht_s service"), named("forecast_aht chat"), named("over plan technology"), named("sickness: Oak")
    (('aht', 'service'), ('aht', 'chat'), ('technology', ''), ('sickness', 'oak'))
    """
    words = str(key).lower().strip()
    for start in BEFORE:
        words = words.removeprefix(start)
    measure, _, thing = re.sub(r"[\s:/|]+", " ", words, count=1).partition(" ")
    return measure.removesuffix("_s"), thing.strip()


def _moved(finding, things):
    """The queues that a finding of a cause says it moved: "handle time of service went from ..."."""
    says = [one.says.lower() for one in finding.each if named(one.key)[0] in CAUSES]
    return {
        ("contacts", thing)
        for thing in things
        if any(re.search(rf"\b(?:of|in) {re.escape(thing)}(?!\w)", words) for words in says)
    }


# ------------------------------------------------------------------------------------- what is missing


def cannot_be_judged(evidence):
    """{area: why} of the areas whose tables are not there, or have no row in the quarter."""
    found = {}
    for area, groups in NEEDS.items():
        for tables in groups:
            there = [name for name in tables if name in evidence.tables]
            if not there:
                found[area] = _unusable(evidence, tables) or f"{_named(tables)} missing"
            elif not any(len(evidence.of(name)) for name in there):
                found[area] = f"{_named(there)} without a row in {evidence.quarter}"
    return found


def _unusable(evidence, tables):
    """Why tables that the folder has were left out, "" where it has none."""
    reasons = [
        f"{_named([name])} left out: {evidence.absent[name]}"
        for name in tables
        if not evidence.absent.get(name, NO_TABLE).startswith(NO_TABLE)
    ]
    return " and ".join(reasons)


def _named(tables):
    return f"the table {tables[0]} is" if len(tables) == 1 else f"the tables {' and '.join(tables)} are"
