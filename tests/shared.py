"""Tables of real centres, which stand beside the repository on some machines and are never copied into it."""

import shutil
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared" / "data"


def copy_of(centre, target):
    """A writable copy of a real centre's folder; the test is skipped in words where it is absent."""
    source = SHARED / centre
    if not source.is_dir():
        pytest.skip(f"the tables of {centre} are not on this machine (shared/data/{centre} beside the repository)")
    target.mkdir()
    for file in source.iterdir():
        shutil.copyfile(file, target / file.name)
    return target
