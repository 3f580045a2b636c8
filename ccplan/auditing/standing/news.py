"""Which changes of a quarter are news: the chart says so, the change is large enough to matter, and it is not one
of the false alarms that are bound to come where many charts are looked at.

A change of a KPI in a queue is news when all of these hold:

1. a rule of its process-behaviour chart is broken in a week of the quarter, on the side of the change; limits are those
   of the weeks before it, up to four quarters;
2. the quarter's weeks differ from those before (Welch's test, with fewer weeks where a week is like the one before it),
   and still do after Benjamini and Hochberg's correction for all the charts that were looked at: of what is called
   news, at most one in twenty is expected to be chance;
3. it matters: see `is_material`;
4. where the same quarter a year before is known, the change stands against it too: else it is season.

A week belongs to the quarter of its Thursday. Weeks that a gap in the data touches, and past quarters that were news
themselves, do not tell what is usual.

Source: Wheeler (1993), Understanding Variation; Benjamini and Hochberg (1995), Controlling the false discovery
rate, Journal of the Royal Statistical Society B 57; Welch (1947), Biometrika 34; Bayley and Hammersley (1946), The
effective number of independent observations in an autocorrelated time series, the same journal, supplement 8.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from .signals import RULES, xmr

FEWEST, FEWEST_USUAL = 4, 8  # weeks of the quarter, and of those before, without which nothing is judged
CHANCE = 0.05  # of what is called news, the share that may be chance
BEFORE = 4  # quarters that tell what is usual
SHARE_POINTS, SMALL_POINTS, OF_ITSELF, RELATIVE = 0.02, 0.01, 0.20, 0.05
DUST = 1e-9  # 0.06 − 0.05 is a hair below 0.01
MATERIAL = "a share: two points, or one point and a fifth of itself; all else: 5 %"
SERIES = ["kpi", "variant", "queue"]


@dataclass(frozen=True, kw_only=True)
class News:
    """What was looked at, and what of it is news.

    `table`: a row a series (kpi, variant, queue): usual and now (means of weeks), change, low and high (its 95 %
    interval), weeks, usual_weeks, rules (those broken in the quarter's weeks, on the side of the change), first
    (the first such week), chance (p), corrected (p after the correction), material, season, news, why (in words).
    `weeks`: the charts, a row a series and week, with `now` for the quarter's weeks and `touched` for those left
    out.
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
    weeks = weeks.assign(touched=weeks.get("touched", False), ago=_ago(weeks["week"], quarter))
    groups = list(weeks.sort_values("week").groupby(SERIES, sort=False, observed=True))
    judged = [_judged(rows.reset_index(drop=True), rules, (units or {}).get(key[0], "share")) for key, rows in groups]
    names = pd.DataFrame([key for key, _ in groups], columns=SERIES)
    table = pd.concat([names, pd.DataFrame([row for row, _ in judged], columns=list(_nothing("")))], axis=1)
    charts = [chart for _, chart in judged]
    return News(
        quarter=quarter,
        table=_concluded(table),
        weeks=pd.concat(charts, ignore_index=True) if charts else weeks.assign(now=False, usual=False, rules=""),
        rules=rules,
    )


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
        return bool(
            size >= SHARE_POINTS - DUST or (size >= SMALL_POINTS - DUST and size >= OF_ITSELF * abs(usual) - DUST)
        )
    return bool(size > 0 and size >= RELATIVE * abs(usual) - DUST)


# ------------------------------------------------------------------------------------------- one series


def _ago(weeks, quarter):
    """How many quarters before the audited one a week lies: 0 for its own."""
    thursday = weeks + pd.Timedelta(days=3)
    return (4 * quarter.year + quarter.number) - (4 * thursday.dt.year + thursday.dt.quarter)


def _judged(rows, rules, unit):
    """A series' row of the table, and its chart."""
    values = np.where(rows["touched"], np.nan, rows["value"].to_numpy(float))
    ago = rows["ago"].to_numpy()
    usual = _usual(values, ago, unit)
    chart = rows.drop(columns="ago").assign(now=ago == 0, usual=usual)
    few = _too_few(_there(values[ago == 0]), _there(values[usual]))
    if few:
        return _nothing(few), chart
    try:
        told = xmr(values, usual, rules=rules, possible=(0, 1) if unit == "share" else (-np.inf, np.inf))
    except ValueError:
        return _nothing("too few weeks in a row"), chart
    return _compared(values, ago, usual, told, chart["week"], unit), chart.join(told.drop(columns="value"))


def _there(values):
    return values[~np.isnan(values)]


def _usual(values, ago, unit):
    """The weeks before that tell what is usual: up to four quarters, without one that was itself unlike the others."""
    past = [quarters for quarters in range(1, BEFORE + 1) if len(_there(values[ago == quarters])) >= FEWEST]
    while len(past) > 2:  # of two that differ, nobody can say which one is unusual
        chances = [
            _unlike(_there(values[np.isin(ago, past) & (ago != one)]), _there(values[ago == one]), unit) for one in past
        ]
        if min(chances) >= CHANCE / 10:
            break
        past.pop(int(np.argmin(chances)))
    return np.isin(ago, past)


def _unlike(others, mine, unit):
    """Chance that a past quarter differs so much from the others; 1 where that would not matter."""
    if len(others) < FEWEST_USUAL or not is_material(others.mean(), mine.mean(), unit):
        return 1.0
    return _welch(others, mine)[0]


def _compared(values, ago, usual, told, weeks, unit):
    mine, before, year = _there(values[ago == 0]), _there(values[usual]), _there(values[ago == 4])
    change = mine.mean() - before.mean()
    chance, low, high = _welch(before, mine)
    hit = (ago == 0) & (told["rules"].to_numpy() != "") & ((values - before.mean()) * change > 0)
    return {
        "usual": before.mean(),
        "now": mine.mean(),
        "change": change,
        "low": low,
        "high": high,
        "weeks": len(mine),
        "usual_weeks": len(before),
        "rules": _listed(told["rules"][hit]),
        "first": weeks[hit].min(),
        "chance": chance,
        "material": is_material(before.mean(), mine.mean(), unit),
        "season": len(year) >= FEWEST and _as_a_year_ago(year.mean(), mine.mean(), change, unit),
        "why": "",
    }


def _as_a_year_ago(year_ago, now, change, unit):
    """Whether the same quarter a year before was as this one is."""
    return not (is_material(year_ago, now, unit) and (now - year_ago) * change > 0)


def _welch(before, mine):
    """Chance that the weeks' means differ so much, and the change's 95 % interval; weeks that are like the one
    before count less.
    """
    from scipy.special import stdtr, stdtrit

    change, alike = mine.mean() - before.mean(), _alike(before)
    parts = np.array([one.var(ddof=1) / len(one) for one in (before, mine)]) * alike
    error = np.sqrt(parts.sum())
    if not error > 1e-9 * max(abs(before.mean()), abs(mine.mean())):  # neither ever moved
        return (1.0 if abs(change) <= 1e-9 * abs(before.mean()) else 0.0), change, change
    free = parts.sum() ** 2 / sum(part**2 / (len(one) - 1) for part, one in zip(parts, (before, mine), strict=True))
    half = stdtrit(free, 0.975) * error
    return float(2 * stdtr(free, -abs(change) / error)), change - half, change + half


def _alike(values):
    """How many weeks tell as much as one independent one: (1 + r) ÷ (1 − r), r the correlation of neighbours, 0 to
    0.8.
    """
    away = values - values.mean()
    whole = (away**2).sum()
    r = (away[1:] * away[:-1]).sum() / whole + 1 / len(values) if whole else 0.0  # it is too low by 1 ÷ n
    r = min(max(r, 0.0), 0.8)
    return (1 + r) / (1 - r)


def _listed(told):
    """The rules that were broken, each once."""
    return ", ".join(dict.fromkeys(rule for rules in told for rule in rules.split(", ")))


def _nothing(why):
    blank = dict.fromkeys(("usual", "now", "change", "low", "high"), np.nan)
    return blank | {
        "weeks": 0,
        "usual_weeks": 0,
        "rules": "",
        "first": pd.NaT,
        "chance": np.nan,
        "material": False,
        "season": False,
        "why": why,
    }


def _too_few(now, usual):
    """Why nothing can be judged, in words; "" where there are weeks enough."""
    if len(now) < FEWEST:
        return f"too few weeks: {len(now)} of this quarter"
    return f"too few weeks: {len(usual)} of the quarters before" if len(usual) < FEWEST_USUAL else ""


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
    why = (
        table["why"]
        .mask(known & found, "news")
        .mask(known & ~found, [_why_not(row, CHANCE) for row in table.assign(corrected=corrected).itertuples()])
    )
    columns = [*table.columns.drop("why").insert(table.columns.get_loc("chance") + 1, "corrected"), "news", "why"]
    return table.assign(corrected=corrected, news=found, why=why)[columns]


def _why_not(row, chance):
    if row.rules == "":
        return "within what is usual"
    if not row.corrected < chance:
        return "a signal, but with so many charts it may be chance"
    return "as a year before: season" if row.material else "a signal, but too small to matter"
