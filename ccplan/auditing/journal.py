"""The journal of what people did in a centre's folder: a line a deed, in JSON, each written down for good before the
next.
"""

import getpass
import json
import os

import pandas as pd


def person():
    """The system's name of who is at the keyboard; "somebody" where it has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "somebody"


def read_deeds(file, needs=()):
    """The deeds of a journal in their order, a tuple of dicts; a line that was cut off, or lacks what it `needs`, is
    left out.
    """
    lines = file.read_text(encoding="utf-8", errors="replace").split("\n") if file.exists() else []
    return tuple(deed for deed in map(_deed, lines) if deed is not None and set(needs) <= set(deed))


def _deed(line):
    try:
        told = json.loads(line)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def write_deed(file, deed):
    """Write a deed (a dict) at the journal's end, with the time in UTC; after a line that a crash cut off on a new one."""
    told = {**deed, "when": f"{pd.Timestamp.now('UTC'):%Y-%m-%dT%H:%M:%SZ}"}
    cut = file.exists() and file.read_bytes()[-1:] not in (b"", b"\n")
    with open(file, "a", encoding="utf-8") as journal:
        journal.write("\n" * bool(cut) + json.dumps(told, ensure_ascii=False) + "\n")
        journal.flush()
        os.fsync(journal.fileno())
