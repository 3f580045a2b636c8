"""The data dictionary, `data/README.md`, made from the tables: `python -m ccplan.data.dictionary`."""

from pathlib import Path

from .tables import TABLES

FILE = Path(__file__).resolve().parents[2] / "data" / "README.md"


def data_dictionary():
    """The text of data/README.md: every table with its columns, units and rules, in Markdown."""
    lines = [
        "# Data dictionary",
        "",
        "Made by `python -m ccplan.data.dictionary` from `ccplan/data/tables.py`; do not edit by hand.",
        "Durations in seconds, shares 0–1, timestamps in the centre's local time.",
        "Columns marked * are needed, the others make more answers possible.",
        "",
        "Only `intervals` or `calls` must be there: intervals are made from calls where they are not.",
        "What was entered through the form of evaluations lies in `evaluations.entered.csv`, with the same columns, and is read with `evaluations`.",
        "",
    ]
    for table in TABLES.values():
        lines += _table_text(table)
    return "\n".join(lines)


def _table_text(table):
    lines = [
        f"## {table.name}",
        "",
        f"A row is {table.row}; `{'`, `'.join(table.key)}` make it unique.",
        "",
        "| column | unit | dtype | meaning |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| `{c.name}`{' *' if c.required else ''} | {c.unit} | {c.dtype} | {_meaning(c)} |" for c in table.columns
    ]
    rules = ["", "Rules: " + "; ".join(rule.says for rule in table.rules) + "."] if table.rules else []
    return [*lines, *rules, ""]


def _meaning(column):
    """What a column says, and its words: the only ones, or the usual ones."""
    words = f" (one of: {', '.join(column.words)})" if column.words else ""
    usual = f" (usually {', '.join(column.usual)})" if column.usual else ""
    return column.says + words + usual


if __name__ == "__main__":
    FILE.write_text(data_dictionary(), encoding="utf-8", newline="\n")
