"""The data dictionary, `data/README.md`, made from the tables: `python -m ccplan.data.dictionary`."""

from pathlib import Path

from .tables import TABLES

FILE = Path(__file__).resolve().parents[2] / "data" / "README.md"


def data_dictionary():
    """The text of data/README.md: every table with its columns, units and rules, in Markdown."""
    lines = ["# Data dictionary", "",
             "Made by `python -m ccplan.data.dictionary` from `ccplan/data/tables.py`; do not edit by hand.",
             "Durations in seconds, shares 0–1, timestamps in the centre's local time.",
             "Columns marked * are needed, the others make more answers possible.", ""]
    for table in TABLES.values():
        lines += _table_text(table)
    return "\n".join(lines)


def _table_text(table):
    lines = [f"## {table.name}", "", f"A row is {table.row}; `{'`, `'.join(table.key)}` make it unique.", "",
             "| column | unit | dtype | meaning |", "|---|---|---|---|"]
    lines += [f"| `{c.name}`{' *' if c.required else ''} | {c.unit} | {c.dtype} | {c.says} |"
              for c in table.columns]
    return [*lines, "", "Rules: " + "; ".join(rule.says for rule in table.rules) + ".", ""]


if __name__ == "__main__":
    FILE.write_text(data_dictionary(), encoding="utf-8", newline="\n")
