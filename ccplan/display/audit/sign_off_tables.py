"""The last page of an audit: what it rests on, with which versions and parameters it was made, and where it is
signed.
"""

from html import escape

import pandas as pd

from ...auditing.concluding.fingerprints import fingerprints, fingerprints_frame, versions
from ..data.sheet import Markup, Sheet

STYLE = """<style>
.ccplan-sign { border-top: 2px solid #1F2328; padding-top: 10px; max-width: 44rem; }
.ccplan-sign .ccplan-lines { display: grid; grid-template-columns: repeat(3, 1fr); gap: 18px; margin-top: 46px; }
.ccplan-sign .ccplan-lines span { border-top: 1px solid #57606A; padding-top: 4px; color: #57606A; font-size: 12px; }
@media (max-width: 600px) { .ccplan-sign .ccplan-lines { grid-template-columns: 1fr; gap: 44px; } }
</style>"""


def inputs_table(folder):
    """Every file of a centre's folder that the audit read, a Sheet: rows, bytes, SHA-256 (the fingerprint, 64
    hexadecimal digits).
    """
    frame = fingerprints_frame(fingerprints(folder))
    rows = ["–" if pd.isna(count) else f"{count:,}" for count in frame["rows"]]
    told = pd.DataFrame(
        {
            "file": frame["file"],
            "rows": rows,
            "bytes": [f"{size:,}" for size in frame["bytes"]],
            "SHA-256": [f"{digest[:32]} {digest[32:]}" for digest in frame["sha256"]],
        }
    )
    return Sheet(
        told, f"{len(told)} files were read; a single changed letter gives another fingerprint", right=("bytes",)
    )


def settings_table(parameters, *, of_machine=True):
    """With which parameters {name: value} and, unless they are left out, with which versions of this machine the
    audit was made, a Sheet.
    """
    given = [("parameter", name, _said(value)) for name, value in parameters.items()]
    rows = given + [("version", name, words) for name, words in (versions().items() if of_machine else ())]
    return Sheet(
        pd.DataFrame(rows, columns=["kind", "name", "what"]),
        "The same data, parameters and versions give the same report to the byte",
    )


def _said(value):
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) or "none"


def sign_off_block(quarter, by=""):
    """Where the audit of a quarter is signed, a Markup: who ran it, as they said, and lines for a signature on
    paper.
    """
    ran = f"Run by {by}." if by else "Nobody is named as having run it."
    words = (
        f"Audit of {quarter}. {ran} A sign-off is kept in sign_off.json beside this report and is void as soon as the data, the "
        "parameters or the report change; ccplan audit --verify tells what changed."
    )
    lines = "".join(f"<span>{one}</span>" for one in ("name", "date", "signature"))
    return Markup(
        f"{STYLE}<div class='ccplan-sign'><p>{escape(words)}</p><div class='ccplan-lines'>{lines}</div></div>", words
    )
