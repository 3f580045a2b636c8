"""A finding: what is wrong, where (file, row, value), how grave, and how many rows stand behind it."""

import pandas as pd

from ..faults import said

COLUMNS = ["table", "file", "row", "queue", "start", "column", "value", "rule", "severity", "rows", "message"]
SEVERITIES = ("error", "warning", "note")
LISTED = 20  # rows that break one rule and are told one by one; the others as one finding with their number


def finding(table, file, severity, message, **more):
    """One finding as a dict; `rows` is 1 unless more rows stand behind it."""
    return {"table": table, "file": file, "severity": severity, "message": message, "rows": 1} | more


def findings_frame(findings):
    """Findings as a DataFrame with COLUMNS, the gravest first, else in the order found."""
    frame = pd.DataFrame(findings, columns=COLUMNS, dtype=object)
    frame["row"], frame["rows"] = frame["row"].astype("Int64"), frame["rows"].astype("int64")
    frame["severity"] = pd.Categorical(frame["severity"], SEVERITIES, ordered=True)
    for name in ("queue", "column", "rule"):
        frame[name] = frame[name].fillna("")
    return frame.sort_values("severity", kind="stable", ignore_index=True)


def fault_findings(table, file, faults, counts=None):
    """The faults of a table (row, column, value, rule) as errors; of each rule LISTED rows one by one.

    `counts` {(column, rule): rows} where `faults` holds only the first ones.
    """
    for (column, rule), rows in faults.groupby(["column", "rule"], sort=False):
        words = said(column, rule)
        count = (counts or {}).get((column, rule), len(rows))
        for fault in rows.head(LISTED).itertuples():
            yield finding(table, file, "error", words, row=fault.row, column=column, value=fault.value, rule=rule)
        if count > LISTED:
            yield finding(
                table,
                file,
                "error",
                f"{words}: {counted(count - LISTED, 'row')} more",
                column=column,
                rule=rule,
                row=rows["row"].iloc[LISTED],
                value=rows["value"].iloc[LISTED],
                rows=count - LISTED,
            )


def rows_finding(table, file, severity, what, count, examples, column, rule, **more):
    """One finding for many rows: `examples` is a frame of row and value, the first ones."""
    shown = ", ".join(f"{row}" for row in examples["row"])
    rest = ", …" if count > len(examples) else ""
    return finding(
        table,
        file,
        severity,
        f"{counted(count, 'row')}: {what} (row{'s' * (count != 1)} {shown}{rest})",
        rows=int(count),
        row=int(examples["row"].iloc[0]),
        value=examples["value"].iloc[0],
        column=column,
        rule=rule,
        **more,
    )


def masked(table, file, frame, rows, mask, severity, what, column, rule):
    """`rows_finding` for the rows of a pandas frame where `mask` holds; nothing where it never does."""
    bad = frame.loc[mask.to_numpy(bool), column].head(5)
    if len(bad):
        examples = pd.DataFrame({"row": rows[mask.to_numpy(bool)][:5], "value": bad.to_numpy()})
        yield rows_finding(table, file, severity, what, int(mask.sum()), examples, column, rule)


def counted(count, what):
    """A number with its noun.

    >>> counted(1, "row"), counted(4119, "row")
    ('1 row', '4,119 rows')
    """
    return f"{count:,} {what}{'s' * (count != 1)}"
