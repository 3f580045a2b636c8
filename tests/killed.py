"""Deeds that are killed (SIGKILL) at random moments, and what is left of them: run as a process of its own by `test_killed.py`.

    python -m tests.killed scenario FOLDER ROUNDS

A child is forked for each round, does the deed again and again and says after each what it was promised; it is killed in
the midst of one. What was said must be there, every file must be whole, and the next deed must work. Prints "kills deeds".
"""

import contextlib
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

WITHIN_S = {"scenario": 0.05, "shelf": 0.05, "checklist": 0.15, "plan": None}  # a child lives for so long, at most; None: as long as one deed takes here


def scenario(folder):
    """Save scenarios; each that was promised is there, with what it held."""
    from ccplan.planning.scenarios import load_scenarios, save_scenario

    def deed(number):
        save_scenario(folder, f"spring {number % 40}", {"volume": number / 1e6})

    def check(last):
        kept = load_scenarios(folder)
        assert set(kept) >= {f"spring {one % 40}" for one in range(last + 1)}, "a saved scenario is lost"
        assert last < 0 or kept[f"spring {last % 40}"]["overrides"]["volume"] in (last / 1e6, (last + 40) / 1e6)

    return deed, check


def shelf(folder):
    """Save what stands on a panel."""
    from ccplan.display.panels.shelf import Shelf

    place = Shelf(folder, "staffing")

    def deed(number):
        place.keep(f"wet spring {number}", {"inputs": {"volume": number}})

    def check(last):
        kept = place.all()
        assert all(kept[f"wet spring {number}"] == {"inputs": {"volume": number}} for number in range(last + 1))

    return deed, check


def checklist(folder):
    """Write who owns an item; the list holds the last that was promised, and the journal tells each."""
    from ccplan.auditing.setting_up.checklist_store import ChecklistStore

    store = ChecklistStore(folder, who="Ann")
    if not store.file.exists():
        store.begin()
    first = store.table().iloc[0]

    def deed(number):
        seen = store.table().iloc[0]["owner"]
        store.change(first["checklist"], first["item"], "owner", f"owner {number}", seen=seen)

    def check(last):
        owner = store.table().iloc[0]["owner"]
        assert last < 0 or owner in (f"owner {last}", f"owner {last + 1}"), f"{owner} stands where owner {last} was promised"
        assert {one["owner"] for one in store.journal()["after"]} >= {f"owner {number}" for number in range(last + 1)}

    return deed, check


def plan(folder):
    """Plan a centre; the folder of results is the old or the new one, whole."""
    import altair, holidays, pandera, vl_convert  # noqa: E401, F401 - loaded before the fork, not used: their threads would not come along

    from ccplan.cli import main

    def deed(number):
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
            sys.argv = ["ccplan", "plan", str(folder)]
            with contextlib.suppress(SystemExit):
                main()

    def check(last):
        made = folder / "plan"
        assert last < 0 or made.is_dir(), "the plan is gone"
        if made.is_dir():
            names = sorted(file.name for file in made.iterdir())
            wanted = json.loads((folder / "names.json").read_text()) if (folder / "names.json").exists() else names
            (folder / "names.json").write_text(json.dumps(names))
            assert names == wanted, f"the plan holds {names}, not {wanted}"
            assert all(file.stat().st_size for file in made.iterdir()), "a file of the plan is empty"

    return deed, check


DEEDS = {one.__name__: one for one in (scenario, shelf, checklist, plan)}


def main(name, folder, rounds):
    folder, chance = Path(folder), random.Random(f"{name} {rounds}")
    deed, check = DEEDS[name](folder)
    last, within_s = -1, WITHIN_S[name] or 1.2 * _takes(deed)
    for _ in range(rounds):
        last = max(last, _killed(deed, last + 1, chance.uniform(0, within_s)))
        check(last)
    deed(last + 1)
    check(last + 1)
    print(rounds, last + 1)


def _takes(deed):
    """Seconds of one deed in a child of its own, in peace."""
    begin = time.monotonic()
    child = os.fork()
    if not child:
        deed(0)
        os._exit(0)
    os.waitpid(child, 0)
    return time.monotonic() - begin


def _killed(deed, first, after_s):
    """The number of the last deed that a child said was done before it was killed; `first` − 1 for none."""
    here, there = os.pipe()
    child = os.fork()
    if not child:
        os.close(here)
        for number in range(first, first + 100_000):
            deed(number)
            os.write(there, f"{number}\n".encode())
    os.close(there)
    time.sleep(after_s)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    with os.fdopen(here) as told:
        said = told.read().split()
    assert os.WIFSIGNALED(status), "the child ended by itself: a deed failed"
    return int(said[-1]) if said else first - 1


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
