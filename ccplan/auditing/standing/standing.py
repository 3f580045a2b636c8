"""Where every KPI stands: against its target, the quarter before and the same quarter a year before; by queue, week
and hour.

A KPI of two quarters differs beyond noise where the 95 % interval of their difference leaves out 0. That interval takes
the weeks as what was sampled (a ratio's variance from its weeks), for calls of one week share its weather: thousands of
calls make every difference of a decimal "significant" that is nothing but the weeks' ups and downs.

Source: Cochran (1977), Sampling Techniques, section 2.11 (variance of a ratio); Wilson (1927) for the intervals of
shares.
"""

import re
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ..kpis import KPIS, target_of
from ..measuring.measure import measure
from ..quarter import quarter_names
from .news import is_material, news, quarter_of
from .trust import gaps_of, contacts_by_day

# What happens in a contact before what follows from it: the order in which a change that moves many KPIs is told.
OF_QUEUES = (
    "aht_s",
    "acw_s",
    "transfer",
    "fcr",
    "repeat_rate",
    "csat",
    "nps",
    "ces",
    "service_level",
    "abandonment",
    "asa_s",
    "occupancy",
)
OF_ALL = (
    "transfer",
    "fcr",
    "repeat_rate",
    "csat",
    "nps",
    "ces",
)  # told of the whole centre too: what channels promise is not alike
OF_PEOPLE = ("absenteeism", "adherence", "shrinkage")
OF_THE_WHOLE = ("attrition", "cost_per_contact", "spend_of_plan", "qa_score", "critical_accuracy")
BY_HOUR = ("service_level", "abandonment", "asa_s", "aht_s", "occupancy")
NUMBERS = ("value", "top", "bottom", "n", "low", "high")
FEWEST = 4  # weeks, below which a difference has no interval
SERIES = ["kpi", "queue"]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where the KPIs of a quarter stand.

    `table`: a row a KPI and queue ("" is the whole centre): kpi, queue, variant, value, low, high, n, target,
    status (met, missed, too close to tell, no target, not measured), touched (a gap of the data is in it); and for
    `previous` and `year_ago`: the value, _change, _low, _high (95 %) and _told (better, worse, changed, noise, ""
    where it cannot be told). `weeks` (kpi, queue, week, value, top, bottom, touched) of the quarter and the four
    before; `hours` (kpi, queue, hour, value, n) of the quarter; `news` the News of the weeks; `absent` {kpi: why};
    `currency`; `findings`.
    """

    quarter: object
    table: pd.DataFrame = field(repr=False)
    weeks: pd.DataFrame = field(repr=False)
    hours: pd.DataFrame = field(repr=False)
    news: object = field(repr=False)
    absent: dict
    currency: str
    findings: tuple


def standing(evidence, *, rules="Wheeler"):
    """The Standing of an Evidence's quarter; KPIs whose tables are not there are told in `absent`.

    `rules` of the charts: Wheeler or Western Electric. Raises ValueError where nothing can be measured.
    """
    quarters, weeks, hours, absent = _measured(evidence)
    weeks = weeks.assign(touched=_touched(evidence, weeks))
    found = news(weeks[_charted(weeks)], evidence.quarter, rules=rules, units={key: kpi_unit(key) for key in KPIS})
    table = _table(evidence, quarters, weeks)
    from .findings import standing_findings

    return Standing(
        quarter=evidence.quarter,
        table=table,
        weeks=weeks,
        hours=hours,
        news=found,
        absent=absent,
        currency=evidence.centre.currency,
        findings=standing_findings(evidence, table, found),
    )


def kpi_unit(key):
    """ "share" for shares, else the KPI's unit: what counts as a change that matters depends on it."""
    return "share" if KPIS[key].unit.startswith("share") else KPIS[key].unit


# ------------------------------------------------------------------------------------------- what is measured


def _measured(evidence):
    """Values by quarter and by week, of queues and of the whole centre; by hour; {kpi: why not}."""
    since = {
        "start": evidence.quarter.before(4).first - pd.Timedelta(days=7),
        "end": evidence.quarter.end + pd.Timedelta(days=7),
    }
    asked = [(OF_QUEUES, ["queue"]), ((*OF_ALL, *OF_PEOPLE, *OF_THE_WHOLE), [])]
    quarters, weeks, absent = [], [], {}
    for kpis, by in asked:
        quarters.append(_cells(evidence, kpis, [*by, "quarter"], absent, **since))
        weeks.append(_cells(evidence, kpis if by else OF_PEOPLE, [*by, "week"], {}, **since))
    hours = _cells(evidence, BY_HOUR, ["queue", "hour"], {}, quarter=evidence.quarter)
    if {*OF_QUEUES, *OF_PEOPLE, *OF_THE_WHOLE} <= set(absent):
        raise ValueError("no KPI can be measured: " + "; ".join(f"{kpi}: {why}" for kpi, why in absent.items()))
    weeks = pd.concat([*weeks, _of_all(weeks[0])], ignore_index=True)
    known = weeks["week"] + pd.Timedelta(days=3) < evidence.quarter.end  # what came later was not known to the quarter
    return pd.concat(quarters, ignore_index=True), weeks[known].reset_index(drop=True), hours, absent


def _of_all(weeks):
    """The weeks of the whole centre, summed over the queues."""
    mine = weeks[weeks["kpi"].isin(OF_ALL)]
    sums = mine.groupby(["kpi", "variant", "tables", "week"], as_index=False)[["top", "bottom", "n"]].sum()
    return sums.assign(queue="", value=sums["top"] / sums["bottom"].where(sums["bottom"] > 0)).dropna(subset="value")


def _cells(evidence, kpis, by, absent, **period):
    """A measurement with a column queue; empty where none of the KPIs can be had."""
    columns = ["kpi", "variant", *dict.fromkeys(["queue", *by]), "value", "top", "bottom", "n", "low", "high", "tables"]
    try:
        cells = measure(evidence, kpis, by=by, **period)
    except ValueError as problem:
        absent |= {kpi: _own_reason(kpi, str(problem)) for kpi in kpis if kpi not in absent}
        return pd.DataFrame(columns=columns).astype(
            dict.fromkeys(NUMBERS, float) | ({"week": "datetime64[us]"} if "week" in by else {})
        )
    absent |= cells.attrs["missing"]
    return cells.assign(queue=cells["queue"].astype(str) if "queue" in by else "")[columns].dropna(subset="value")


def _own_reason(kpi, words):
    """A KPI's own part of a message that tells why none of several can be had."""
    _, found, rest = words.partition(f"{kpi}: ")
    return re.split(r"; (?=(?:%s): )" % "|".join(KPIS), rest)[0] if found else words


def _charted(weeks):
    """What goes into the charts: whatever can be told by queue, and of the whole what cannot."""
    return (weeks["queue"] != "") | weeks["kpi"].isin(OF_PEOPLE)


def _touched(evidence, weeks):
    """Which weeks of a KPI hold a gap of a table that it rests on, or are not whole in it."""
    gaps = gaps_of(contacts_by_day(evidence))
    touched = pd.Series(False, index=weeks.index)
    for gap in gaps.itertuples():
        inside = (weeks["week"] + pd.Timedelta(days=6) >= gap.first) & (weeks["week"] <= gap.last)
        touched |= inside & rests_on(weeks["tables"], gap.table)
    return touched | _cut(evidence, weeks)


def rests_on(tables, name):
    """Whether each KPI's tables (in words, a Series) name a table."""
    return tables.map(lambda words: name in words.replace("÷", " ").replace(",", " ").split())


def _cut(evidence, weeks):
    """Weeks at the ends of the tables of which fewer than four days are there."""
    from ..evidence import TIMES

    cut = pd.Series(False, index=weeks.index)
    for name in TIMES:
        if name in evidence.tables and len(evidence.frame(name)):
            days = evidence.frame(name)[TIMES[name]].dt.tz_localize(None).dt.normalize()
            short = (weeks["week"] + pd.Timedelta(days=3) > days.max()) | (
                weeks["week"] + pd.Timedelta(days=3) < days.min()
            )
            cut |= short & rests_on(weeks["tables"], name)
    return cut


# ------------------------------------------------------------------------------------------- the table


def _table(evidence, quarters, weeks):
    now = quarters[quarters["quarter"] == str(evidence.quarter)].drop(columns="quarter").reset_index(drop=True)
    table = now[["kpi", "queue", "variant", "value", "low", "high", "n", "tables"]]
    table = table.assign(target=[_target(row.kpi, row.queue, evidence.centre) for row in table.itertuples()])
    table["target"] = table["target"].astype(float)
    table["status"] = [status_of(row) for row in table.itertuples()]
    table["touched"] = _touched_in(weeks, evidence.quarter, table)
    spread = errors_by_quarter(weeks)
    for name, quarter in (("previous", evidence.quarter.previous), ("year_ago", evidence.quarter.year_ago)):
        table = table.assign(**_against(table, quarters, spread, evidence.quarter, name, quarter))
    order = {key: i for i, key in enumerate((*OF_QUEUES, *OF_PEOPLE, *OF_THE_WHOLE))}
    return (
        table.assign(order=table["kpi"].map(order))
        .sort_values(["order", "n"], ascending=[True, False], kind="stable")
        .drop(columns="order")
        .reset_index(drop=True)
    )


def _target(kpi, queue, centre):
    """What was promised; nothing for queues that the centre does not name."""
    known = centre is not None and (not queue or queue in [one.name for one in centre.queues])
    return target_of(kpi, centre, queue or None) if known else None


def status_of(row):
    """Where a row stands (kpi, value, low, high, target): met, missed, too close to tell, no target or not measured."""
    if np.isnan(row.value):
        return "not measured"
    if row.target is None or np.isnan(row.target):
        return "no target"
    side = at_most(row.kpi)
    low, high = (row.low, row.high) if not np.isnan(row.low) else (row.value, row.value)
    if low > row.target or high < row.target:
        return "missed" if (low > row.target) == side else "met"
    return "too close to tell" if low < row.target < high else "met"


def at_most(kpi):
    """Whether a target of the KPI is the most that is allowed (else the least)."""
    return KPIS[kpi].better != "higher"


def _touched_in(weeks, quarter, table):
    """Whether a week of the quarter is touched of each row's KPI and queue; of any queue for the whole centre."""
    gone = weeks.loc[weeks["touched"] & quarter_of(weeks["week"], quarter), SERIES]
    touched, kpis = set(gone.itertuples(index=False, name=None)), set(gone["kpi"])
    return [(row.kpi, row.queue) in touched if row.queue else row.kpi in kpis for row in table.itertuples()]


def errors_by_quarter(weeks):
    """The standard error of a ratio by quarter, a Series by kpi, queue, quarter; from its weeks: kpi, queue, week,
    top, bottom and touched.
    """
    sound = weeks[~weeks["touched"] & (weeks["bottom"] > 0)]
    sound = sound.assign(quarter=quarter_names(sound["week"] + pd.Timedelta(days=3)))
    cells = [*SERIES, "quarter"]
    whole = sound.groupby(cells)[["top", "bottom"]].transform("sum")
    sound["strays"] = (sound["top"] - whole["top"] / whole["bottom"] * sound["bottom"]) ** 2
    sums = sound.groupby(cells).agg(strays=("strays", "sum"), bottom=("bottom", "sum"), weeks=("week", "size"))
    error = np.sqrt(sums["strays"] * sums["weeks"] / (sums["weeks"] - 1).clip(lower=1)) / sums["bottom"]
    return error.where(sums["weeks"] >= FEWEST)


def _against(table, quarters, errors, quarter, name, other):
    """The columns of a comparison: value, change, low, high, told."""
    values = quarters[quarters["quarter"] == str(other)].set_index(SERIES)["value"]
    then = values.reindex(pd.MultiIndex.from_frame(table[SERIES])).to_numpy(float)
    change = table["value"].to_numpy(float) - then
    spread = [
        errors.reindex([(row.kpi, row.queue, str(one)) for row in table.itertuples()]).to_numpy(float)
        for one in (quarter, other)
    ]
    half = 1.96 * np.hypot(*spread)
    told = [_told(kpi, *three) for kpi, *three in zip(table["kpi"], change, change - half, change + half, strict=True)]
    return {
        name: then,
        f"{name}_change": change,
        f"{name}_low": change - half,
        f"{name}_high": change + half,
        f"{name}_told": told,
    }


def held_against(table, quarters, errors, quarter, other):
    """KPIs of a `quarter` against an `other` one: a row a row of `table` with then, then_change, then_low,
    then_high (95 %), then_told.

    `table` has kpi, queue and value; `quarters` also the quarter; `errors` are of `errors_by_quarter`.
    """
    return pd.DataFrame(_against(table, quarters, errors, quarter, "then", other))


def _told(kpi, change, low, high):
    """What a change is: better, worse, changed (where neither way is better), noise, or "" where it cannot be told."""
    if np.isnan(change) or np.isnan(low):
        return ""
    return "noise" if low <= 0 <= high else direction(kpi, change)


def direction(kpi, change):
    """better, worse or changed."""
    better = KPIS[kpi].better
    return "changed" if better == "band" else "better" if (change > 0) == (better == "higher") else "worse"


def missed_by_much(row):
    """Whether a row's promise is broken beyond noise and by as much as matters."""
    return row.status == "missed" and is_material(row.target, row.value, kpi_unit(row.kpi))
