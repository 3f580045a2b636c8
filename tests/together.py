"""What one of two processes does in a folder that both write into at once: run by `test_two_at_once.py`.

    python -m tests.together NAME FOLDER DEEDS

Waits until the file FOLDER/go is there, so that both begin together, and then saves a scenario, an owner, a mapping, an
override and what stands on a panel, again and again.
"""

import sys
import time
from pathlib import Path


def main(name, folder, deeds):
    from ccplan.auditing.setting_up.checklist_store import ChecklistStore
    from ccplan.data import Centre, FileMapping, Queue, write_mapping
    from ccplan.display.panels.shelf import Shelf
    from ccplan.planning import add_override
    from ccplan.planning.scenarios import save_scenario

    centre, lists, panel = (
        Centre(name="x", queues=(Queue(name="sales"),)),
        ChecklistStore(folder, who=name),
        Shelf(folder, "staffing"),
    )
    items = lists.table()
    mine = items.iloc[range(0, len(items), 2) if name == "Ann" else range(1, len(items), 2)]
    print("ready", flush=True)
    while not (folder / "go").exists():
        time.sleep(0.001)
    for number in range(deeds):
        save_scenario(folder, f"{name} {number}", {"volume": 1 + number / 100})
        panel.keep(f"{name} {number}", {"inputs": {"volume": number}})
        write_mapping(folder / f"{name} {number}.csv", FileMapping(table="calls"))
        add_override(
            folder,
            centre,
            who=name,
            why=f"reason {number}",
            queue="sales",
            start="2026-08-01",
            end="2026-08-02",
            made_on="2026-07-20",
            factor=1.1,
        )
        row = mine.iloc[number]
        lists.change(row["checklist"], row["item"], "owner", f"{name} {number}", seen=row["owner"])


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
