"""Where a run's workers share what is dear to make: a folder that pytest keeps for the run and clears away later."""

import os

import pytest

from tests.audited import PLACE


@pytest.fixture(scope="session", autouse=True)
def shared_by_workers(tmp_path_factory):
    if "PYTEST_XDIST_WORKER" in os.environ:
        PLACE["folder"] = tmp_path_factory.getbasetemp().parent
