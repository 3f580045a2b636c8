"""Deeds that are killed (SIGKILL) at random moments, or at each change of a file, and what is left of them: run as
a process of its own by `test_killed.py`.

    python -m tests.killed scenario FOLDER ROUNDS
    python -m tests.killed scenario FOLDER each

A child is forked for each round, does the deed again and again and says after each what it was promised; it is
killed in the midst of one. What was said must be there, every file must be whole, and the next deed must work.
Prints "kills deeds". With `each`, the first child dies as it is about to change the first file of the folder, the
next at the second, and so on, until one gets through: no moment between two changes is left out.
"""

import contextlib
import itertools
import json
import os
import random
import signal
import sys
import time
import traceback
from pathlib import Path

WITHIN_S = {
    "scenario": 0.05,
    "shelf": 0.05,
    "checklist": 0.15,
    "report": 2.0,
    "evaluation": 0.4,
    "mapping": 0.1,
    "plan": None,
}  # a child lives for so long, at most; None: as long as one deed takes here


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
        assert last < 0 or owner in (f"owner {last}", f"owner {last + 1}"), (
            f"{owner} stands where owner {last} was promised"
        )
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
            names = sorted(
                file.name for file in made.iterdir() if file.suffix not in (".tmp", ".lock")
            )  # those are swept later
            wanted = json.loads((folder / "names.json").read_text()) if (folder / "names.json").exists() else names
            (folder / "names.json").write_text(json.dumps(names))
            assert names == wanted, f"the plan holds {names}, not {wanted}"
            assert all((made / name).stat().st_size for name in names), "a file of the plan is empty"

    return deed, check


def report(folder):
    """Audit a quarter: the report that stands is whole, verifies, and holds what people signed and wrote into it.

    All that `ccplan audit` does but for the run of the notebook itself, which takes half a minute and writes
    nothing that stays: what its cells would write is written here by what they call.
    """
    from ccplan.auditing.concluding.actions import keep_actions, read_actions
    from ccplan.auditing.concluding.sign_off import read_record, sign, verify
    from ccplan.auditing.findings import Finding
    from ccplan.data.files import write_whole
    from ccplan.data.swapped import recovered
    from ccplan.display.audit.report import audit_report
    from ccplan.display.reporting import reports
    from ccplan.display.reporting.html import report_html

    found = [Finding(key="k", area="money", severity="red", says="Rent doubled", evidence="why", action="ask why")]
    centre, out = _audited_centre(folder), folder / "report"
    pages = [f"table {number}.csv" for number in range(2)]
    here = {"deed": 0}

    def as_run(notebook, parameters, made, hidden, tell):
        for name in pages:
            write_whole(made / name, f"deed\n{here['deed']}\n" * 500)
        keep_actions(made / "actions.csv", found, "2026Q3")
        return _run_notebook()

    reports._run = as_run
    report_html(_run_notebook(), "Audit", "")  # loaded before the fork

    def deed(number):
        here["deed"] = number
        audit_report(centre, "2026Q3", out, by="Ann Lee", pdf=False)
        if number == 0:
            _write_note(out / "actions.csv")
        if number % 3 == 0:
            sign(out, f"Signer {number}")

    def check(last):
        whole = recovered(out)
        if last < 0 and not whole.exists():
            return
        told = {(whole / name).read_text() for name in pages}
        assert len(told) == 1 and told.pop() in {
            f"deed\n{number}\n" * 500 for number in range(max(last, 0), last + 2)
        }, "pages of two reports, or of none that was promised"
        checked = verify(whole)
        assert checked.holds, checked.changes
        assert {one["by"] for one in read_record(whole)["signatures"]} >= {
            f"Signer {number}" for number in range(0, last + 1, 3)
        }, "a signature is lost"
        assert last < 0 or "landlord" in read_actions(whole).frame["note"].item(), "what a person wrote is lost"
        assert not [name for name in os.listdir(whole) if name.startswith(".")]

    return deed, check


def _audited_centre(folder):
    (folder / "centre").mkdir()
    (folder / "centre" / "intervals.csv").write_text("queue,start,offered\nsales,2026-09-01 08:00,20\n")
    return folder / "centre"


def _run_notebook():
    from nbformat.v4 import new_markdown_cell, new_notebook

    return new_notebook(cells=[new_markdown_cell("# How did the quarter go?", id="one")])


def _write_note(actions):
    """A person writes into the file of actions, as a spreadsheet saves it."""
    from ccplan.data.files import write_whole

    head, row = actions.read_text().splitlines()
    write_whole(actions, f"{head}\n{row}asked the landlord\n")


def evaluation(folder):
    """Score a call, and take back every fifth score: both the table and the journal tell it."""
    from ccplan.auditing.evaluating.evaluation_store import Evaluation, EvaluationStore

    (folder / "agents.csv").write_text("agent,team\nAnn,A\n")
    store = EvaluationStore(folder, who="Eve")

    def deed(number):
        store.save(
            Evaluation(
                call_id=f"C{number}.{os.getpid()}",
                agent="Ann",
                evaluator="Eve",
                date="2026-09-01",
                marks={step.name: "full" for step in store.card.steps},
            )
        )
        if number % 5 == 4:
            store.undo()

    def check(last):
        rows = store.entered()
        per_call = rows.groupby("call_id")["step"].nunique() if len(rows) else {}
        kept, there = (
            {f"C{number}" for number in range(last + 1) if number % 5 != 4},
            set(rows["call_id"].str.split(".").str[0]),
        )
        assert kept <= there, f"saved scores are lost: {kept - there}"
        assert all(per_call == len(store.card.steps)) if len(rows) else not kept, "half a form"

    return deed, check


def mapping(folder):
    """Write what a file's columns mean; what was said of others stays."""
    from ccplan.data import FileMapping, read_mapping, write_mapping

    def deed(number):
        write_mapping(
            folder / f"export {number % 30}.csv", FileMapping(table="calls", columns={f"Agent {number}": "agent"})
        )

    def check(last):
        kept = read_mapping(folder)
        assert set(kept) >= {f"export {number % 30}.csv" for number in range(last + 1)}, (
            "what was said of a file is lost"
        )
        assert last < 0 or list(kept[f"export {last % 30}.csv"].columns) in ([f"Agent {last}"], [f"Agent {last + 30}"])

    return deed, check


DEEDS = {one.__name__: one for one in (scenario, shelf, checklist, report, evaluation, mapping, plan)}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
TOUCHES = (
    "open",
    "os.rename",
    "os.remove",
    "os.mkdir",
    "os.rmdir",
    "os.link",
    "os.chmod",
    "os.truncate",
    "shutil.rmtree",
    "shutil.copyfile",
    "tempfile.mkdtemp",
)


def main(name, folder, rounds):
    folder, chance = Path(folder), random.Random(f"{name} {rounds}")
    deed, check = DEEDS[name](folder)
    last, within_s = -1, WITHIN_S[name] or 1.2 * _takes(deed)
    for _ in range(rounds):
        last = max(last, _killed(deed, last + 1, chance.uniform(0, within_s)))
        in_a_child(check, last)
    in_a_child(deed, last + 1)
    in_a_child(check, last + 1)
    print(rounds, last + 1)


def each(name, folder):
    """Kill the deed at its first change of a file of the folder, at its second, and so on."""
    folder = Path(folder)
    deed, check = DEEDS[name](folder)
    in_a_child(deed, 0)
    last = 0
    for touch in itertools.count(1):
        said, whole = _dies_at(deed, last + 1, touch, folder)
        in_a_child(check, last := max(last, said))
        if whole:
            break
    in_a_child(deed, last + 1)
    in_a_child(check, last + 1)
    print(touch - 1, last + 1)


def _dies_at(deed, number, touch, folder):
    """(the number of the deed if the child said that it was done, else −1; whether it got through) of a child that
    dies at a touch.
    """
    here, there = os.pipe()
    child = os.fork()
    if not child:
        left = itertools.count(touch - 1, -1)

        def hook(event, told):
            changes = event in TOUCHES and str(folder) in str(told[:2]) and (event != "open" or told[2] & WRITES)
            if (changes or event == "ctypes.dlsym" and "renameat2" in told) and not next(left):
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        deed(number)
        os.write(there, b"done")
        os._exit(0)
    os.close(there)
    _, status = os.waitpid(child, 0)
    with os.fdopen(here) as told:
        done = told.read() == "done"
    assert done == (status == 0), "the child ended by itself: the deed failed"
    return (number if done else -1), done


def _takes(deed):
    """Seconds of one deed in a child of its own, in peace."""
    begin = time.monotonic()
    in_a_child(deed, 0)
    return time.monotonic() - begin


def in_a_child(work, number):
    """Do it in a process of its own: this one is forked again, which it can be only as long as no library has
    threads here.
    """
    child = os.fork()
    if not child:
        try:
            work(number)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    assert not os.waitpid(child, 0)[1], "what was promised does not hold (see above)"


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
    each(*sys.argv[1:3]) if sys.argv[3] == "each" else main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
