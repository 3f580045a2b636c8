"""Parts of the dashboards' server by themselves: kernels that are forks, and the bar of a folder that changes."""

import os
import resource
import subprocess
import sys

import pytest

from ccplan.cli import kernels
from ccplan.cli.navigation import bar_of
from ccplan.data.bundled import notebooks_folder

SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]
forks = pytest.mark.skipif(not kernels.CAN_FORK, reason="kernels are no forks on this system")


@forks
def test_a_kernel_is_waited_for_by_a_handle_of_any_number():
    """A server with many pages has more than 1,024 files open, which `select` does not know."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2048:
        pytest.skip(f"only {hard} files may be open here")
    fcntl = pytest.importorskip("fcntl")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2048), hard))
    process = subprocess.Popen(SLEEPS)
    try:
        kernel = kernels.Forked(process.pid)
        low, kernel._handle = kernel._handle, fcntl.fcntl(kernel._handle, fcntl.F_DUPFD, 1500)
        os.close(low)
        assert kernel.poll() is None
        with pytest.raises(subprocess.TimeoutExpired):
            kernel.wait(0.01)
        kernel.kill()
        assert kernel.wait(10) == 0 and kernel.poll() == 0
    finally:
        process.kill()
        process.wait()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_process_that_still_loads_when_the_server_ends_is_ended(monkeypatch):
    monkeypatch.setattr(kernels, "END_S", 0.1)
    nursery = kernels.Nursery()
    nursery._process = process = subprocess.Popen(SLEEPS, stdin=subprocess.PIPE)
    nursery.close()
    assert process.poll() is not None and nursery._process is None


def test_a_table_that_is_moved_away_leaves_the_bar_standing(tmp_path):
    (tmp_path / "centre.toml").write_text('name = "Tiny"\n[queues.a]\n', encoding="utf-8")
    (tmp_path / "gone.csv").symlink_to(tmp_path / "moved.csv")
    assert bar_of(tmp_path, notebooks_folder())().centre == "Tiny"
