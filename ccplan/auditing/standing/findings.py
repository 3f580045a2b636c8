"""What the standing of the KPIs comes to: promises that were broken, and changes that are news, each told once.

KPIs that move together have one cause more often than many: news of one queue, or of one KPI in several queues, is told
as one finding, led by what happens in a contact rather than by what follows from it.
"""

from decimal import Decimal

import pandas as pd

from ..findings import Finding
from ..measuring.kpi import said
from ..kpis import KPIS
from .remedies import remedy

AREA = {"customers": "customers", "people": "people", "money": "money", "plan": "improvements"}
ALSO = 3  # further changes that a sentence tells in numbers
SOON = pd.Timedelta(days=30)
CENT = Decimal("0.01")


def standing_findings(evidence, table, found):
    """Findings of broken promises and of news, the gravest first."""
    from .standing import missed_by_much

    broken = [row for row in table.itertuples() if missed_by_much(row)]
    return (*(_broken_promise(evidence, row) for row in broken), *_news_findings(evidence, table, found))


# ------------------------------------------------------------------------------------------- promises


def _broken_promise(evidence, row):
    kpi, unit = KPIS[row.kpi], evidence.centre.currency
    value, target = (said(kpi, one, unit) for one in (row.value, row.target))
    between = f" ({said(kpi, row.low, unit)} to {said(kpi, row.high, unit)})" if row.low == row.low else ""
    then = [
        f"{said(kpi, one, unit)} in {quarter}"
        for one, quarter in ((row.previous, evidence.quarter.previous), (row.year_ago, evidence.quarter.year_ago))
        if one == one
    ]
    return Finding(
        key=f"{row.kpi} {row.queue}".strip(),
        area=AREA[kpi.area],
        severity="red",
        evidence="kpis",
        owner=remedy(row.kpi).owner,
        says=f"{kpi.name}{_of(row.queue)} was {value}{between}, where {target} at {_bound(row.kpi)} is promised"
        + (f"; it was {' and '.join(then)}." if then else "."),
        brief=f"{kpi.name}{_of(row.queue)} was {value}, promised at {_bound(row.kpi)} {target}",
        action=remedy(row.kpi).action.format(where=_of(row.queue, "for"), of=_of(row.queue)),
        due=evidence.quarter.end + SOON,
        **_dearer(row, unit),
    )


def _dearer(row, currency):
    """What a promised price cost beyond the promise: of a KPI in money, for as many as it was counted over."""
    if KPIS[row.kpi].unit != "currency" or not row.n > 0:
        return {}
    return {
        "cost": Decimal(repr((row.value - row.target) * row.n)).quantize(CENT),
        "cost_basis": f"{currency} {row.value:,.4f} − {row.target:,.2f} × {row.n:,.0f} contacts",
    }


def _bound(kpi):
    from .standing import at_most

    return "most" if at_most(kpi) else "least"


def _of(queue, word="of"):
    return f" {word} {queue}" if queue else ""


# ------------------------------------------------------------------------------------------- news


def _news_findings(evidence, table, found):
    """A finding for each group of changes that go together, where any is for the worse."""
    from .standing import direction

    rows = with_quarters(found, table)
    rows = rows.assign(direction=[direction(row.kpi, row.change) for row in rows.itertuples()])
    for _, group in rows.groupby(together(rows), sort=False):
        if (group["direction"] == "worse").any() or (group["direction"] == "changed").all():
            yield _changed(evidence, group)


def with_quarters(found, table):
    """The news alone, in the order to tell it: `was` (Σ ÷ Σ of the usual weeks) and `now` (the quarter's value), size.

    `table` is that of a Standing.
    """
    from .standing import OF_PEOPLE, OF_QUEUES

    rows = found.table[found.table["news"].astype(bool)]
    usual = (
        found.weeks[found.weeks["usual"] & ~found.weeks["touched"]].groupby(["kpi", "queue"])[["top", "bottom"]].sum()
    )
    known = table.set_index(["kpi", "queue"])
    keys = list(zip(rows["kpi"], rows["queue"], strict=True))
    rows = rows.assign(
        was=[usual.loc[key, "top"] / usual.loc[key, "bottom"] for key in keys],
        now=[known["value"].get(key, float("nan")) for key in keys],
        n=[usual.loc[key, "bottom"] for key in keys],
    )
    rows = rows.assign(now=rows["now"].fillna(rows["was"] + rows["change"]))
    order = {key: i for i, key in enumerate((*OF_QUEUES, *OF_PEOPLE))}
    return rows.assign(order=rows["kpi"].map(order)).sort_values(["order", "n"], ascending=[True, False], kind="stable")


def together(rows):
    """The number of the group of each row: rows of one queue, or of one KPI, go together, and so do those that
    these join.
    """
    group = list(range(len(rows)))
    for column in ("queue", "kpi"):
        first = {}
        for i, name in enumerate(rows[column]):
            if name in first:
                old, new = group[i], group[first[name]]
                group = [new if one == old else one for one in group]
            first.setdefault(name, i)
    return pd.Series(group, index=rows.index)


def _changed(evidence, group):
    lead, currency = group.iloc[0], evidence.centre.currency
    kpi = KPIS[lead["kpi"]]
    since = (
        f"since the week of {lead['first'].day} {lead['first']:%B %Y}"
        if pd.notna(lead["first"])
        else f"in {evidence.quarter}"
    )
    return Finding(
        key=f"news {lead['kpi']} {lead['queue']}".strip(), area=AREA[kpi.area], severity="red" if group["kpi"].nunique() > 2 else "amber", evidence="signals",
        says=f"{kpi.name} has changed by more than chance {since}: {_moves(kpi, group[group['kpi'] == lead['kpi']], currency)}.{_also(group, currency)}",
        action="Find what the contacts of those weeks have in common (their reasons, and the bridge, stand in the section on why), "
               "and brief, train or mend what makes them differ.",
        brief=f"{kpi.name} has changed by more than chance: {_moves(kpi, group.head(1), currency)}",
        owner="operations", due=evidence.quarter.end + SOON)  # fmt: skip


def _also(group, currency):
    """What else moved, each KPI in the queue where it is told first."""
    others = group[group["kpi"] != group["kpi"].iloc[0]].drop_duplicates("kpi")
    if others.empty:
        return ""
    told = [
        f"{KPIS[row.kpi].name.lower()} ({_moves(KPIS[row.kpi], others[others['kpi'] == row.kpi], currency)})"
        for row in others.head(ALSO).itertuples()
    ]
    names = [KPIS[kpi].name.lower() for kpi in others["kpi"].iloc[ALSO:]]
    return f" With it: {', '.join(told)}{_and_also(names)}."


def _and_also(names):
    return f"; and also {', '.join(names)}" if names else ""


def _moves(kpi, part, currency):
    """Where a KPI moved: service from 297 s to 351 s, chat from ..."""
    return ", ".join(
        f"{row.queue} from {said(kpi, row.was, currency)} to {said(kpi, row.now, currency)}".strip()
        for row in part.itertuples()
    )
