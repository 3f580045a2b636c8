"""What the checks found, in tables and sentences as analysts read them."""

import base64
from html import escape

import numpy as np
import pandas as pd

from ...data.checks.findings import counted
from ...data.evidence import estimates
from ...data.files import harmless
from ...data.privacy import PEOPLE
from .sheet import NIL, Markup, Sheet
from ..tables import Words, plain

NAMES = {  # of the estimates, in words
    "patience_s": "patience, mean",
    "median_patience_s": "patience, median",
    "short_abandon_share": "short abandons",
    "aht_s": "handle time, mean",
    "aht_cv": "handle time, spread (CV)",
    "lognormal_median_s": "handle time, median of the lognormal",
    "lognormal_sigma": "handle time, σ of the lognormal",
    "variance_to_mean": "arrivals, variance ÷ mean",
    "day_factor_cv": "arrivals, a day's own factor (CV)",
    "p50_s": "handle time, half are shorter",
    "p80_s": "handle time, 80 % are shorter",
    "p90_s": "handle time, 90 % are shorter",
    "p95_s": "handle time, 95 % are shorter",
}
GRAVE = ("error", "warning")
MANY = 0.25  # of the grave findings in one week: then the answer names that week
PERSONAL = sorted({column for columns in PEOPLE.values() for column in columns if column != "name"})
WITHHELD = "(withheld)"
QUOTED = r"""(?s)(['"])(?:\\.|(?!\1).)*\1"""  # a value in a message, as Python writes it: "O'Brien" in double quotes
LINK_BYTES = 2**20  # of a CSV that travels in a link


# ----------------------------------------------------------------------------------------- the answer


def data_answer(report):
    """Whether the data can be trusted, in a paragraph made from a CheckReport."""
    good = report.verdicts["verdict"].str.startswith("can be used")
    names = report.verdicts["table"]
    fine = "Yes, with care" if report.count("warning") else "Yes, as far as can be seen from the tables"
    state = fine if report.usable else "Not yet"
    broken = "" if good.all() else f"To be mended first: {', '.join(names[~good])}. "
    able, asked = int(report.abilities["possible"].sum()), len(report.abilities)
    possible = f"All {asked}" if able == asked else f"{able} of {asked}"
    return Words(
        f"**{state}: {counted(report.count('error'), 'error')} and {counted(report.count('warning'), 'warning')} in {counted(len(report.readings), 'table')}.** "
        f"{broken}{_worst(report)}{possible} questions of planning and auditing can be answered from it."
    )


def _grave(report):
    return report.findings[report.findings["severity"].isin(GRAVE)]


def _worst(report):
    """Where to look first: the week that holds most of the findings, or the largest finding."""
    grave = _nameless(_grave(report), names=False)
    if grave.empty:
        return ""
    first = grave.loc[grave["rows"].idxmax()]
    example = f"{plain(first['table'])}, {plain(first['message'])}"
    dated = pd.to_datetime(grave["start"].map(_day))
    weeks = (dated - pd.to_timedelta(dated.dt.day_of_week, unit="D")).value_counts()
    if weeks.empty or weeks.iloc[0] < max(2, MANY * len(grave)):
        return f"The largest: {example}. "
    monday = weeks.index[0]
    return f"{weeks.iloc[0]:,} of the findings fall into the week of {monday:%A} {monday.day} {monday:%B %Y}; the largest: {example}. "


def _day(start):
    return pd.NaT if pd.isna(start) else pd.Timestamp(start).tz_localize(None).normalize()


def busiest_queue(report):
    """The queue with most contacts offered, "" where no intervals can be read."""
    rows = report.frame("intervals")
    return "" if rows is None or rows.empty else rows.groupby("queue", sort=False)["offered"].sum().idxmax()


def verdict_table(report):
    """A row a table: its verdict, what it covers, errors and warnings with the rows behind them, notes."""
    told = report.verdicts
    states = told["verdict"].str.split(":").str[0]
    shown = pd.DataFrame(
        {"table": told["table"], "verdict": states, "covers": [_covers(words) for words in told["verdict"]]}
    )
    for name, column in (
        ("errors", "errors"),
        ("rows with errors", "faulty_rows"),
        ("warnings", "warnings"),
        ("rows behind them", "doubtful_rows"),
        ("notes", "notes"),
    ):
        shown[name] = [f"{number:,}" if number else NIL for number in told[column]]
    return Sheet(shown, _states(states))


def _covers(verdict):
    return verdict.split("; ", 1)[1] if "; " in verdict else ""


def _states(states):
    """The verdicts counted, in a sentence."""
    fine, care = int((states == "can be used").sum()), int((states == "can be used with care").sum())
    rest = len(states) - fine - care
    words = [
        f"{fine} of {len(states)} can be used as they are",
        *([f"{care} with care"] * (care > 0)),
        *([f"{rest} must be mended first"] * (rest > 0)),
    ]
    return ", ".join(words)


# --------------------------------------------------------------------------------------- the findings


def findings_by_rule(report, names=False):
    """All findings counted: severity, table, rule, findings, rows behind them, first and last day, the largest.

    People's names and numbers are withheld unless `names` are asked for.
    """
    told = _nameless(report.findings[report.findings["rule"] != ""], names)
    told = told.assign(day=told["start"].map(_day))
    rows = [
        _rule_row(*key, found=found)
        for key, found in told.groupby(["severity", "table", "rule"], observed=True, sort=False)
    ]
    columns = ["severity", "table", "rule", "findings", "rows", "when", "the largest"]
    shown = pd.DataFrame(rows, columns=columns).sort_values("rows", ascending=False, kind="stable")
    shown = pd.concat([shown[shown["severity"] == severity] for severity in (*GRAVE, "note")])
    return Sheet(shown.assign(rows=[f"{n:,}" for n in shown["rows"]]), _rules(shown))


def _rules(shown):
    grave = shown[shown["severity"].isin(GRAVE)]
    return (
        f"{counted(int(grave['findings'].sum()), 'finding')} break {counted(len(grave), 'rule')}"
        if len(grave)
        else "No rule is broken"
    )


def _rule_row(severity, table, rule, found):
    largest = found.loc[found["rows"].idxmax()]
    return severity, table, rule, len(found), int(found["rows"].sum()), _span(found["day"].dropna()), _told(largest)


def _span(days):
    if days.empty:
        return ""
    first, last = days.min(), days.max()
    return f"{first:%Y-%m-%d}" if first == last else f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"


def _told(row):
    """The message, with the queue where it does not name it."""
    return row["message"] if not row["queue"] or row["queue"] in row["message"] else f"{row['queue']}: {row['message']}"


def findings_table(report, most=12, each=3, names=False):
    """The gravest findings with file, row and value: of each rule the `each` largest, `most` in all.

    People's names and numbers are withheld unless `names` are asked for: their row leads to them.
    """
    grave = _nameless(_grave(report), names).sort_values(["severity", "rows"], ascending=[True, False], kind="stable")
    grave = grave.groupby(["table", "rule"], sort=False).head(each).head(most)
    shown = pd.DataFrame(
        {
            "severity": grave["severity"].astype(str),
            "file": grave["file"],
            "row": [_whole(row) for row in grave["row"]],
            "column": grave["column"],
            "value": [_value(value) for value in grave["value"]],
            "rows behind it": [f"{n:,}" for n in grave["rows"]],
            "what": [_told(row) for _, row in grave.iterrows()],
        }
    )
    if shown.empty:
        return Words("No error and no warning was found.")
    return Sheet(shown, f"{len(shown)} of {counted(len(_grave(report)), 'finding')}, the largest of each rule")


def _whole(row):
    return "" if pd.isna(row) else f"{row}"


def _value(value):
    if isinstance(value, (int, float, np.number)) and not isinstance(value, bool):
        return "" if pd.isna(value) else f"{value:,g}" if abs(value) < 1e6 else f"{value:,.0f}"
    return "" if value is None else str(value)


def _nameless(findings, names):
    """The findings without what identifies people: the values of such columns, and what messages quote of them."""
    if names:
        return findings
    about = findings["column"].isin(PERSONAL)
    quoted = findings["message"].where(~about, findings["message"].str.replace(QUOTED, "'\u2026'", regex=True))
    return findings.assign(value=findings["value"].where(~about, WITHHELD), message=quoted)


def findings_link(report, name="findings.csv", names=False):
    """A link that saves all findings as CSV from the page itself; nothing is sent, no file is written before it is
    followed.

    People's names and numbers are withheld unless `names` are asked for.
    """
    text = (
        harmless(_nameless(report.findings, names).astype({"severity": "str"}))
        .to_csv(index=False, lineterminator="\n")
        .encode("utf-8")
    )
    if len(text) > LINK_BYTES:
        return Words(
            f"{len(report.findings):,} findings are too many for a link: `ccplan check FOLDER --csv {name}` writes them."
        )
    words = f"Save all {len(report.findings):,} findings as {name}"
    return Markup(
        f'<a download="{escape(name)}" href="data:text/csv;charset=utf-8;base64,{base64.b64encode(text).decode()}">{words}</a>',
        words,
    )


def special_days_table(report, queue):
    """The days of a queue that are far from usual or made up, as the checks tell them, holidays aside."""
    from .charts import ODD_RULES

    found = report.findings
    mine = found[found["rule"].isin(ODD_RULES) & (found["queue"] == queue) & (found["severity"] == "warning")]
    shown = pd.DataFrame(
        {
            "day": [f"{_day(start):%A} {_day(start).day} {_day(start):%B %Y}" for start in mine["start"]],
            "what": [message.split(": ", 1)[-1] for message in mine["message"]],
        }
    )
    return (
        Sheet(shown, f"{counted(len(shown), 'day')} of {queue} cannot be chance alone")
        if len(shown)
        else Words(f"No day of {plain(queue)} stands out.")
    )


def abilities_table(report):
    """What can and cannot be answered: each impossible question with what it lacks, the possible ones by table."""
    rows = report.abilities
    no, yes = rows[~rows["possible"]], rows[rows["possible"]]
    lacking = pd.DataFrame({"answer": "no", "table": no["table"], "questions": no["question"], "why": no["why"]})
    found = [
        {"answer": "yes", "table": table, "questions": " ".join(mine["question"]), "why": _measured(mine["why"])}
        for table, mine in yes.groupby("table", sort=False)
    ]
    caption = (
        f"All {len(rows)} questions can be answered"
        if no.empty
        else f"{len(yes)} of {len(rows)} questions can be answered, {len(no)} cannot"
    )
    return Sheet(pd.concat([pd.DataFrame(found, columns=lacking.columns), lacking]), caption)


def _measured(whys):
    """The reasons of a table in one: what is measured, each column once."""
    columns = [
        name for why in whys if why.startswith("measured: ") for name in why.removeprefix("measured: ").split(", ")
    ]
    others = [why for why in whys if not why.startswith("measured: ")]
    return "; ".join([*(["measured: " + ", ".join(dict.fromkeys(columns))] if columns else []), *dict.fromkeys(others)])


# -------------------------------------------------------------------------------------- the estimates


def trusted_frames(report):
    """The frames of a report's tables by name, the calls without the days on which they differ from the intervals."""
    from .charts import record_days

    frames = {name: reading.frame for name, reading in report.readings.items()}
    if (
        "calls" not in frames
        or "intervals" not in frames
        or report.readings["calls"].file == report.readings["intervals"].file
    ):
        return frames
    calls = frames["calls"]
    day = calls["arrived"].dt.tz_localize(None).dt.normalize()
    doubted = pd.Series(False, index=calls.index)
    for queue in calls["queue"].unique():
        if (frames["intervals"]["queue"] == queue).any():
            days = record_days(report, queue)
            doubted |= (calls["queue"] == queue) & day.isin(days.loc[days["apart"], "date"])
    return frames | {"calls": calls[~doubted]}


def estimates_table(report, queue, leave_out=(), frames=None):
    """The estimates of a queue with their 95 % intervals, observations and method; `frames` (by name) else
    `trusted_frames`.
    """
    found = estimates.estimates_of(trusted_frames(report) if frames is None else frames, queue, leave_out)
    if found.empty:
        return Words(
            f"Nothing can be estimated for {plain(queue) or 'a queue'}: there are no contacts of it that can be read."
        )
    naive = found["method"].str.startswith("WRONG")
    names = [
        ("patience if taken naively" if wrong else NAMES.get(name, name))
        for name, wrong in zip(found["name"], naive, strict=True)
    ]
    return _estimates(
        found.assign(method=found["method"].str.replace("WRONG for patience", "wrong", regex=False)),
        names,
        _plan_with(found[~naive]),
    )


def _plan_with(found):
    """What a plan takes from the estimates, in a sentence."""
    value = found.set_index("name")["estimate"]
    words = {
        "patience_s": "a patience of {:,.0f} s",
        "aht_s": "a handle time of {:,.0f} s",
        "variance_to_mean": "counts that vary {:.1f} times as much as chance",
    }
    told = [how.format(value[name]) for name, how in words.items() if name in value]
    return f"Plan with {' and '.join([', '.join(told[:-1]), told[-1]] if len(told) > 1 else told)}" if told else ""


def shrinkage_frame(report):
    """The causes of shrinkage with their shares of paid time, or a sentence where there are no activities."""
    activities = report.frame("activities")
    if activities is None:
        return Words("There is no table of activities in this folder, so shrinkage cannot be measured.")
    found = estimates.shrinkage_by_cause(activities)
    shown = pd.DataFrame(
        {
            "cause": found["cause"],
            "kind": found["group"],
            "of paid time": [f"{value:.1%}" for value in found["estimate"]],
            "95 % interval": [f"{row.low:.1%} to {row.high:.1%}" for row in found.itertuples()],
        }
    )
    largest = found.loc[found["estimate"].idxmax()]
    return Sheet(
        shown,
        f"{found['estimate'].sum():.1%} of {found['n'].iloc[0]:,} paid hours are off the phones, {largest['cause']} the largest part",
    )


def _estimates(found, names, finding=""):
    form = [
        ".1%" if unit.startswith("share") else ",.2f" if unit in ("ratio", "log seconds") else ",.0f"
        for unit in found["unit"]
    ]
    cells = {
        name: [_number(value, how) for value, how in zip(found[name], form, strict=True)]
        for name in ("estimate", "low", "high")
    }
    shown = pd.DataFrame(
        {"what": names, **cells, "unit": found["unit"], "n": [f"{n:,}" for n in found["n"]], "how": found["method"]}
    )
    return Sheet(shown, finding)


def _number(value, how):
    return "–" if pd.isna(value) else "no end" if value == float("inf") else format(value, how)


# ------------------------------------------------------------------------------------ the suggestions


def suggestions_table(suggestions):
    """Suggestions for `centre.toml` as a table, or a sentence where everything fits."""
    if not suggestions:
        return Words("The settings of `centre.toml` fit the data: nothing is suggested.")
    rows = [
        (
            one.name,
            "not there" if one.current is None else said(one, one.current),
            said(one, one.suggested),
            f"{said(one, one.low)} to {said(one, one.high)}",
            one.why,
        )
        for one in suggestions
    ]
    return Sheet(
        pd.DataFrame(rows, columns=["setting", "now", "suggested", "95 % interval", "why"]),
        f"{counted(len(suggestions), 'setting')} of centre.toml differ{'s' * (len(suggestions) == 1)} from what was measured",
    )


def said(suggestion, value):
    """A value of a suggestion with its unit, as people say it.

    >>> from types import SimpleNamespace
    >>> said(SimpleNamespace(unit="share of paid time"), 0.1004), said(SimpleNamespace(unit="seconds"), 177.6)
    ('10.0%', '178 s')
    """
    if not isinstance(value, (int, float)):
        return str(value)
    if suggestion.unit.startswith("share"):
        return f"{value:.1%}"
    return f"{value:,.0f} s" if suggestion.unit == "seconds" else f"{value:,.4g}"
