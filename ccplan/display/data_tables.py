"""What the checks found, in tables and sentences as analysts read them."""

from dataclasses import dataclass
from html import escape

import pandas as pd

from ..data.evidence import estimates
from .tables import Words, plain

RIGHT = ("rows", "errors", "warnings", "notes", "findings", "estimate", "low", "high", "n", "now", "suggested")

NAMES = {  # of the estimates, in words
    "patience_s": "patience, mean", "median_patience_s": "patience, median", "short_abandon_share": "short abandons", "aht_s": "handle time, mean",
    "aht_cv": "handle time, spread (CV)", "lognormal_median_s": "handle time, median of the lognormal", "lognormal_sigma": "handle time, σ of the lognormal",
    "variance_to_mean": "arrivals, variance ÷ mean", "day_factor_cv": "arrivals, a day's own factor (CV)",
    "p50_s": "handle time, half are shorter", "p80_s": "handle time, 80 % are shorter", "p90_s": "handle time, 90 % are shorter",
    "p95_s": "handle time, 95 % are shorter",
}


@dataclass(frozen=True)
class Sheet:
    """A frame of words shown whole: text to the left and never cut, numbers to the right."""

    frame: pd.DataFrame

    def _repr_html_(self):
        head = "".join(f"<th style='text-align:{_side(name)}'>{escape(name)}</th>" for name in self.frame)
        return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{''.join(map(self._row, self.frame.itertuples(index=False)))}</tbody>\n</table>"

    def _row(self, row):
        cells = [f"<td style='text-align:{_side(name)}'>{escape(str(value))}</td>" for name, value in zip(self.frame, row, strict=True)]
        return f"<tr>{''.join(cells)}</tr>\n"

    def __repr__(self):
        return self.frame.to_string(index=False, max_colwidth=None)


def _side(name):
    return "right" if name in RIGHT or name.startswith("rows with") else "left"


def data_answer(report):
    """Whether the data can be trusted, in a paragraph made from a CheckReport."""
    good = report.verdicts["verdict"].str.startswith("can be used")
    names = report.verdicts["table"]
    state = ("Yes, as far as can be seen from the tables" if report.usable and not report.count("warning") else
             "Yes, with care" if report.usable else "Not yet")
    broken = "" if good.all() else f" To be mended first: {', '.join(names[~good])}."
    possible = int(report.abilities["possible"].sum())
    return Words(f"**{state}: {report.count('error'):,} errors and {report.count('warning'):,} warnings in {len(report.readings)} tables.**{broken} "
                 f"{possible} of {len(report.abilities)} questions of planning and auditing can be answered from them. "
                 f"{_worst(report)}")


def _worst(report):
    """The findings with most rows behind them, in a sentence."""
    grave = report.findings[report.findings["severity"].isin(["error", "warning"])].nlargest(1, "rows")
    return "" if grave.empty else f"The largest finding: {plain(grave['table'].iloc[0])}, {plain(grave['message'].iloc[0])}."


def verdict_table(report):
    """A row a table: rows, errors, warnings, notes, the rows behind them, the verdict."""
    shown = report.verdicts.drop(columns="verdict").assign(verdict=report.verdicts["verdict"])
    words = {"faulty_rows": "rows with errors", "doubtful_rows": "rows with warnings"}
    numbers = {name: shown[name].map(lambda n: "" if pd.isna(n) else f"{n:,}") for name in shown if name not in ("table", "verdict")}
    return Sheet(shown.assign(**numbers).rename(columns=words))


def findings_table(report, most=12):
    """The gravest findings by table, the largest first: table, where, rows behind, what."""
    grave = report.findings[report.findings["severity"] != "note"]
    grave = grave.sort_values(["severity", "rows"], ascending=[True, False], kind="stable").head(most)
    where = [f"{row.file}, row {row.row}" if pd.notna(row.row) else str(row.file) for row in grave.itertuples()]
    shown = pd.DataFrame({"severity": grave["severity"].astype(str), "table": grave["table"], "where": where,
                          "rows": [f"{n:,}" for n in grave["rows"]], "what": grave["message"]})
    return Sheet(shown)


def findings_by_rule(report):
    """All findings counted: table, rule, severity, findings, rows behind them."""
    counts = report.findings[report.findings["rule"] != ""].groupby(["table", "rule", "severity"], observed=True, sort=False)["rows"].agg(["size", "sum"])
    shown = counts.reset_index().sort_values(["severity", "sum"], ascending=[True, False], kind="stable")
    shown = shown.rename(columns={"size": "findings", "sum": "rows"}).astype({"severity": "str"})
    return Sheet(shown.assign(rows=[f"{n:,}" for n in shown["rows"]]))


def abilities_table(report):
    """What can and cannot be answered, the possible first, with the table that it needs."""
    rows = report.abilities.sort_values("possible", ascending=False, kind="stable")
    shown = pd.DataFrame({"answer": ["yes" if yes else "no" for yes in rows["possible"]], "question": rows["question"], "table": rows["table"],
                          "why": rows["why"]})
    return Sheet(shown)


def estimates_table(report, queue, leave_out=()):
    """The estimates of a queue with their 95 % intervals, observations and method."""
    found = estimates.estimates_of(report_frames(report), queue, leave_out)
    naive = found["method"].str.startswith("WRONG")
    names = [("patience if taken naively" if wrong else NAMES.get(name, name)) for name, wrong in zip(found["name"], naive, strict=True)]
    return _estimates(found, names)


def shrinkage_frame(report):
    """The causes of shrinkage with their shares of paid time, or a sentence where there are no activities."""
    activities = report.frame("activities")
    if activities is None:
        return Words("There is no table of activities in this folder, so shrinkage cannot be measured.")
    found = estimates.shrinkage_by_cause(activities)
    return _estimates(found.drop(columns=["cause", "group"]), [f"{row.cause} ({row.group})" for row in found.itertuples()])


def report_frames(report):
    """The frames of a report's tables, by name."""
    return {name: reading.frame for name, reading in report.readings.items()}


def _estimates(found, names):
    form = [".1%" if unit.startswith("share") else ",.2f" if unit in ("ratio", "log seconds") else ",.0f" for unit in found["unit"]]
    cells = {name: [_number(value, how) for value, how in zip(found[name], form, strict=True)] for name in ("estimate", "low", "high")}
    shown = pd.DataFrame({"what": names, **cells, "unit": found["unit"], "n": [f"{n:,}" for n in found["n"]], "how": found["method"]})
    return Sheet(shown)


def _number(value, how):
    return "–" if pd.isna(value) else "no end" if value == float("inf") else format(value, how)


def suggestions_table(suggestions):
    """Suggestions for `centre.toml` as a table, or a sentence where everything fits."""
    if not suggestions:
        return Words("The settings of `centre.toml` fit the data: nothing is suggested.")
    rows = [(one.name, "not there" if one.current is None else f"{one.current:g}", f"{one.suggested:g}", f"{one.low:.4g} to {one.high:.4g}",
             f"{one.n:,}", one.why) for one in suggestions]
    return Sheet(pd.DataFrame(rows, columns=["setting", "now", "suggested", "95 % interval", "n", "why"]))
