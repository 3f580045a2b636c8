"""The quarterly audit as a report: its notebook run on a centre's folder, with the record that a sign-off stands on."""

from pathlib import Path

from ...auditing.quarter import Quarter
from ...auditing.concluding.sign_off import LIVING, SignOffError, basis, read_record, write_record
from ...data import load_centre
from ...data.bundled import notebooks_folder
from ..reporting.run import ReportError
from ..reporting.reports import parameters_of_file, write_report

NOTEBOOK, NAME = "07_audit.ipynb", "audit"


def audit_report(
    folder, quarter, out, *, names=False, key=None, previous=None, by="", progress=None, pdf=True, notebook=None
):
    """Audit a quarter of a centre's folder and write the report into the folder `out`: a Report.

    It holds audit.ipynb, audit.html, audit.pdf, audit.xlsx, findings.csv, actions.csv, verdict.txt and
    sign_off.json. `names` shows people by name, a `key` (a file of `ccplan key`) keeps their codes from audit to
    audit; `previous` is the folder of the last audit, whose actions are carried over; `by` is who runs it, as they
    say. `progress` as for `write_report`. Raises ValueError in words for a quarter without data and where the data
    changes while the audit runs, OSError where the disk refuses or another run makes the same audit.
    """
    folder, out, quarter = Path(folder).resolve(), Path(out), Quarter.of(quarter)
    notebook = Path(notebook or notebooks_folder() / NOTEBOOK)
    parameters = {
        "folder": folder,
        "quarter": str(quarter),
        "names": bool(names),
        "key": Path(key).resolve() if key else "",
        "previous": Path(previous).resolve() if previous else "",
    }
    parameters |= {"by": by} if "by" in parameters_of_file(notebook) else {}
    rests_on = basis(folder, parameters, previous)
    name = load_centre(folder).name
    return write_report(
        notebook,
        out,
        parameters,
        name=NAME,
        title=f"Audit of {name}, {quarter}",
        about=f"Quarterly audit · {name} · {quarter}",
        hidden=(folder,),
        progress=progress,
        pdf=pdf,
        ours=_ours(out),
        living=LIVING,
        finish=lambda made, files: _finish(made, files, out, folder, rests_on, parameters, previous, by),
    )


def _ours(out):
    try:
        return read_record(out)["files"]
    except SignOffError:
        return {}


def _finish(made, files, out, folder, rests_on, parameters, previous, by):
    if basis(folder, parameters, previous) != rests_on:
        raise ReportError(f"the tables in {folder} changed while they were audited: run the audit again")
    write_record(made, out, folder, rests_on, files, by=by, previous=previous)
