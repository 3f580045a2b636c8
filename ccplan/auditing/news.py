"""Which changes of a quarter are news: the chart says so, the change is large enough to matter, and it is not one of the
false alarms that are bound to come where many charts are looked at.

A change of a KPI in a queue is news when all of these hold:

1. a rule of its process-behaviour chart is broken in a week of the quarter, on the side of the change; limits are those
   of the weeks before it, up to four quarters;
2. the quarter's weeks differ from those before (Welch's test), and still do after Benjamini and Hochberg's correction
   for all the charts that were looked at: of what is called news, at most one in twenty is expected to be chance;
3. it matters: see `is_material`;
4. where the same quarter a year before is known, the change stands against it too: else it is season.

A week belongs to the quarter of its Thursday. Weeks that a gap in the data touches, and past quarters that were news
themselves, do not tell what is usual.

Source: Wheeler (1993), Understanding Variation; Benjamini and Hochberg (1995), Controlling the false discovery rate,
Journal of the Royal Statistical Society B 57; Welch (1947), Biometrika 34.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from .signals import RULES, xmr

FEWEST, FEWEST_USUAL = 4, 8   # weeks of the quarter, and of those before, without which nothing is judged
CHANCE = 0.05                 # of what is called news, the share that may be chance
BEFORE = 4                    # quarters that tell what is usual
SHARE_POINTS, SMALL_POINTS, OF_ITSELF, RELATIVE = 0.02, 0.01, 0.20, 0.05
MATERIAL = "a share: two points, or one point and a fifth of itself; all else: 5 %"
SERIES = ["kpi", "variant", "queue"]


@dataclass(frozen=True, kw_only=True)
class News:
    """What was looked at, and what of it is news.

    `table`: a row a series (kpi, variant, queue): usual and now (means of weeks), change, low and high (its 95 % interval),
    weeks, usual_weeks, rules (those broken in the quarter's weeks, on the side of the change), first (the first such
    week), chance (p), corrected (p after the correction), material, season, news, why (in words). `weeks`: the charts, a
    row a series and week, with `now` for the quarter's weeks and `touched` for those left out.
    """

    quarter: object
    table: pd.DataFrame = field(repr=False)
    weeks: pd.DataFrame = field(repr=False)
    rules: str = "Wheeler"


def news(weeks, quarter, *, rules="Wheeler", units=None):
    """The News of weekly values, of all series together.

    `weeks` has kpi, variant, queue, week (its Monday), value and, if known, touched; `quarter` is a Quarter; `units`
    {kpi: unit}, where "share" asks for points (default: all are shares). Raises ValueError for unknown rules.
    """
    if rules not in RULES:
        raise ValueError(f"rules must be one of {', '.join(RULES)}, got {rules!r}")
    weeks = weeks.assign(touched=weeks.get("touched", False))
    groups = list(weeks.sort_values("week").groupby(SERIES, sort=False, observed=True))
    judged = [_judged(rows, quarter, rules, (units or {}).get(key[0], "share")) for key, rows in groups]
    names = pd.DataFrame([key for key, _ in groups], columns=SERIES)
    table = pd.concat([names, pd.DataFrame([row for row, _ in judged], columns=list(_nothing("")))], axis=1)
    charts = [chart for _, chart in judged]
    return News(quarter=quarter, table=_concluded(table), weeks=pd.concat(charts, ignore_index=True) if charts else weeks, rules=rules)


def quarter_of(weeks, quarter):
    """Which of the weeks (Mondays) belong to a quarter: those whose Thursday lies in it."""
    return quarter.holds(weeks + pd.Timedelta(days=3))


def is_material(usual, now, unit="share"):
    """Whether a change is large enough to act on.

    A share: by two points, or by one point and a fifth of itself; all else: by 5 %.

    >>> is_material(0.84, 0.77), is_material(0.05, 0.068), is_material(0.84, 0.825), is_material(299, 351, "s")
    (True, True, False, True)
    """
    size = abs(now - usual)
    if unit == "share":
        return bool(size >= SHARE_POINTS or (size >= SMALL_POINTS and size >= OF_ITSELF * abs(usual)))
    return bool(size > 0 and size >= RELATIVE * abs(usual))


# ------------------------------------------------------------------------------------------- one series


def _judged(rows, quarter, rules, unit):
    """A series' row of the table, and its chart."""
    rows = rows.reset_index(drop=True)
    now, usual = quarter_of(rows["week"], quarter), _usual(rows, quarter, rules, unit)
    sound = rows["value"].notna() & ~rows["touched"]
    if (now & sound).sum() < FEWEST or (usual & sound).sum() < FEWEST_USUAL:
        return _nothing(_too_few(now & sound, usual & sound)), rows.assign(now=now, usual=usual)
    try:
        chart = xmr(rows["value"].where(sound), usual, rules=rules, possible=(0, 1) if unit == "share" else (-np.inf, np.inf))
    except ValueError:
        return _nothing("too few weeks in a row"), rows.assign(now=now, usual=usual)
    chart = rows.drop(columns="value").join(chart).assign(value=rows["value"], now=now, usual=usual)
    return _compared(chart, sound, quarter, unit), chart


def _usual(rows, quarter, rules, unit):
    """The weeks before that tell what is usual: four quarters, without those that were news themselves."""
    mask = pd.Series(False, index=rows.index)
    for ago in range(BEFORE, 0, -1):
        past = _ago(quarter, ago)
        within = quarter_of(rows["week"], past)
        if not _shifted(rows, within, mask, unit):
            mask |= within
    return mask


def _shifted(rows, within, usual, unit):
    """Whether a past quarter was itself unlike those before it."""
    sound = rows["value"].notna() & ~rows["touched"]
    mine, before = rows["value"][within & sound].to_numpy(), rows["value"][usual & sound].to_numpy()
    if len(mine) < FEWEST or len(before) < FEWEST_USUAL or not is_material(before.mean(), mine.mean(), unit):
        return False
    return _welch(before, mine)[0] < CHANCE / 10


def _ago(quarter, number):
    for _ in range(number):
        quarter = quarter.previous
    return quarter


def _compared(chart, sound, quarter, unit):
    mine, before = (chart["value"][chart[side] & sound].to_numpy() for side in ("now", "usual"))
    change = mine.mean() - before.mean()
    chance, low, high = _welch(before, mine)
    side = np.sign(chart["value"] - chart["centre"]) == np.sign(change)
    told = chart[chart["now"] & (chart["rules"] != "") & side]
    year = chart["value"][quarter_of(chart["week"], quarter.year_ago) & sound]
    return {"usual": before.mean(), "now": mine.mean(), "change": change, "low": low, "high": high, "weeks": len(mine),
            "usual_weeks": len(before), "rules": _listed(told["rules"]), "first": told["week"].min(), "chance": chance,
            "material": is_material(before.mean(), mine.mean(), unit),
            "season": len(year) >= FEWEST and _as_a_year_ago(year.mean(), mine.mean(), change, unit), "why": ""}


def _as_a_year_ago(year_ago, now, change, unit):
    """Whether the same quarter a year before was as this one is."""
    return not (is_material(year_ago, now, unit) and np.sign(now - year_ago) == np.sign(change))


def _welch(before, mine):
    """Chance that means of the weeks differ so much, and the change's 95 % interval; a series that never moves is told by its step."""
    from scipy import stats

    spread = before.var(ddof=1) / len(before) + mine.var(ddof=1) / len(mine)
    change = mine.mean() - before.mean()
    if not spread > 1e-12 * max(abs(before.mean()), abs(mine.mean())) ** 2:
        return (1.0 if abs(change) <= 1e-6 * abs(before.mean()) else 0.0), change, change
    test = stats.ttest_ind(mine, before, equal_var=False)
    between = test.confidence_interval()
    return float(test.pvalue), float(between.low), float(between.high)


def _listed(told):
    """The rules that were broken, each once."""
    return ", ".join(dict.fromkeys(rule for rules in told for rule in rules.split(", ")))


def _nothing(why):
    blank = dict.fromkeys(("usual", "now", "change", "low", "high"), np.nan)
    return blank | {"weeks": 0, "usual_weeks": 0, "rules": "", "first": pd.NaT, "chance": np.nan, "material": False, "season": False, "why": why}


def _too_few(now, usual):
    few, of = (now.sum(), "this quarter") if now.sum() < FEWEST else (usual.sum(), "the quarters before")
    return f"too few weeks: {few} of {of}"


# ------------------------------------------------------------------------------------------- all together


def _concluded(table):
    """The table with the corrected chance, the verdict and why it is so."""
    corrected = table["chance"].astype(float).copy()
    known = corrected.notna()
    if known.any():
        from scipy.stats import false_discovery_control

        corrected[known] = false_discovery_control(corrected[known])
    beyond = (corrected < CHANCE) & (table["rules"] != "")
    found = beyond & table["material"].astype(bool) & ~table["season"].astype(bool)
    why = table["why"].mask(known & found, "news").mask(known & ~found, [_why_not(row, CHANCE) for row in
                                                                        table.assign(corrected=corrected).itertuples()])
    columns = [*table.columns.drop("why").insert(table.columns.get_loc("chance") + 1, "corrected"), "news", "why"]
    return table.assign(corrected=corrected, news=found, why=why)[columns]


def _why_not(row, chance):
    if row.rules == "":
        return "within what is usual"
    if not row.corrected < chance:
        return "a signal, but with so many charts it may be chance"
    return "as a year before: season" if row.material else "a signal, but too small to matter"
