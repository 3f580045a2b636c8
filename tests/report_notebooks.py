"""Small notebooks that are turned into reports in the tests, and a small centre whose names and reasons try to do
harm.
"""

import nbformat

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
SCRIPT, PICTURE, FORMULA = "<script>alert('x')</script>", "<img src=x onerror=alert(1)>", "=cmd|' /C calc'!A0"
TOML = 'name = "Small & <b>quick</b>"\ntime_zone = "Europe/Helsinki"\n[queues.service]\n[costs]\nhourly_wage = 16\n'
PARAMETERS = """folder = ""       # path of a centre's folder
quarter = "2026Q3"  # the quarter that is audited
names = False     # show names of people
key = ""          # file of a key
previous = ""     # folder of the last audit
by = ""           # who runs it
out = ""          # the folder that is being made"""
AUDIT = """from types import SimpleNamespace as Space
import pandas as pd
from ccplan import display
from ccplan.display.data.sheet import Sheet
from ccplan.display.tables import Words, plain
from ccplan.auditing.findings import Finding
from ccplan.auditing.quarter import Quarter
rows = pd.read_csv(f"{folder}/intervals.csv", sep=";")
found = Finding(key="k", area="people", severity="red", says=rows["note"].iloc[0], evidence="words", action="=1+1")
frames = {"people": rows}
audit = Space(quarter=Quarter.of(quarter), evidence=Space(centre=Space(name="Small")), findings=(found,), verdict=f"**{len(rows)} rows** were read",
              sheets=lambda: frames)"""


def notebook(file, *cells):
    """A notebook: text that begins with # is prose, with its tags before a bar; the first code holds the parameters."""
    made, first = [], True
    for source in cells:
        tags, _, source = source.rpartition("|tags|")
        more = {"metadata": {"tags": tags.split()}} if tags else {}
        if source.startswith("#"):
            made.append(nbformat.v4.new_markdown_cell(source, **more))
        else:
            made.append(nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]} if first else {}))
            first = False
    nbformat.write(nbformat.v4.new_notebook(cells=made, metadata=KERNEL), file)
    return file


def audit_notebook(file, *more):
    """A quick notebook with the parameters of the audit, which shows what is in the tables in every way that
    results are shown.
    """
    return notebook(
        file,
        "# How did the quarter go?",
        PARAMETERS,
        AUDIT,
        "section:words|tags|## In words\n\nProse with **stress** and a [link](#table).",
        "Words('Escaped: ' + plain(rows['note'].iloc[0]))",
        "Words('Raw: ' + rows['note'].iloc[0] + ' ' + rows['note'].iloc[1])",
        "section:table|tags|## In a table",
        "Sheet(rows, 'A caption ' + rows['note'].iloc[1])",
        "rows",
        "print(rows['note'].tolist(), folder, out)",
        *more,
        "display.audit_sheets(audit, out)",
    )


def small_centre(folder, rows=6):
    """A centre's folder with one table of a whole quarter's end, whose notes try to do harm."""
    folder.mkdir(parents=True, exist_ok=True)
    notes = [SCRIPT, PICTURE, FORMULA, "plain"]
    lines = [
        "start;offered;answered;aht_s;note",
        *(f"2026-09-30 {8 + i // 2:02}:{30 * (i % 2):02};10;9;180;{notes[i % 4]}" for i in range(rows)),
    ]
    (folder / "intervals.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "centre.toml").write_text(TOML, encoding="utf-8")
    return folder
