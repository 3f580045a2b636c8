"""The bundled centre as the audit sees it: its 816,609 calls are read once a run, and a quarter is audited once a run.

A run's workers share what was made through a file: the first who asks makes it, the others wait and read it.
"""

import pickle
from dataclasses import replace
from functools import cache
from pathlib import Path

from ccplan.auditing.audit import audit_of
from ccplan.auditing.evidence import evidence_of
from ccplan.auditing.quarter import Quarter
from ccplan.data.locks import locked

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
QUARTERS = ("2025Q4", "2026Q1", "2026Q2", "2026Q3")
PATIENCE_S = 600
PLACE = {"folder": None}  # of the run, set by conftest.py where it has several workers


def once_a_run(make, name):
    """What `make()` gives, made by one of the run's workers only."""
    if PLACE["folder"] is None:
        return make()
    file = PLACE["folder"] / f"{name}.pickle"
    with locked(file, PATIENCE_S):
        if not file.exists():
            file.write_bytes(pickle.dumps(make(), protocol=5))
    return pickle.loads(file.read_bytes())


@cache
def _read():
    return once_a_run(lambda: evidence_of(SAMPLE, "2026Q3", names=True), "evidence")


def audited(quarter):
    """The Evidence of a quarter of the bundled centre, people by name; never change its frames."""
    return replace(_read(), quarter=Quarter.of(quarter))


@cache
def made(quarter):
    """The Audit of a quarter of the bundled centre, people by name; never change its frames."""
    told = once_a_run(lambda: replace(audit_of(audited(quarter)), evidence=None), f"audit {quarter}")
    return replace(told, evidence=audited(quarter))
