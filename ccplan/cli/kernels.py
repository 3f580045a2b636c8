"""Kernels of the dashboards: forks of one process that has loaded what they share, where the system can do that."""

import functools
import json
import os
import select
import signal
import subprocess
import sys
import threading
from importlib.metadata import EntryPoint

from jupyter_client.provisioning import LocalProvisioner

NAME = "ccplan-forked"
LAUNCHER = ["-m", "ipykernel_launcher"]
END_S = 10  # that the process which is forked has to end by itself
# Elsewhere a fork of a process that has loaded so much is not safe.
CAN_FORK = sys.platform == "linux" and hasattr(os, "pidfd_open")


def register():
    """Make the provisioner known to Jupyter in this process; its name, or Jupyter's own where nothing can be forked."""
    from jupyter_client.provisioning import KernelProvisionerFactory

    if not CAN_FORK:
        return "local-provisioner"
    place = f"{Forks.__module__}:{Forks.__name__}"
    KernelProvisionerFactory.provisioners[NAME] = EntryPoint(NAME, place, KernelProvisionerFactory.GROUP_NAME)
    return NAME


class Nursery:
    """The process that is forked, started at the first `fork` or by `start`; `close` ends it and all kernels that
    came of it.
    """

    def __init__(self):
        self._process, self._ready, self._turn = None, False, threading.Lock()

    def start(self):
        """Begin to load, without waiting for it."""
        if self._process is None or self._process.poll() is not None:
            # A process with threads must not be forked.
            env = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
            self._ready = False
            self._process = subprocess.Popen(  # nosec B603 # fixed words, no shell
                [sys.executable, "-m", "ccplan.cli.forked"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=env,
                start_new_session=True,
            )
        return self

    def fork(self, argv, env, cwd):
        """A new kernel, a Forked. OSError where the process that is forked has ended."""
        with self._turn:
            self.start()
            if not self._ready:
                self._ready = self._answer() == "ready"
            print(json.dumps({"argv": argv, "env": env, "cwd": str(cwd)}), file=self._process.stdin, flush=True)
            return Forked(int(self._answer()))

    def _answer(self):
        line = self._process.stdout.readline()
        if not line:
            raise OSError("the process that kernels are forked from has ended; the server's output says why")
        return line.strip()

    def close(self):
        if self._process is not None:
            self._process.stdin.close()
            try:
                self._process.wait(timeout=END_S)
            except subprocess.TimeoutExpired:  # it still loads, on a slow machine
                self._process.kill()
                self._process.wait()
            self._process = None


class Forked:
    """A process that is not our child, with as much of `subprocess.Popen` as a provisioner asks for."""

    stdin = stdout = stderr = None

    def __init__(self, pid):
        self.pid, self.returncode = pid, None
        try:
            self._handle = os.pidfd_open(pid)  # stays with this process, even when its number is given to another
        except ProcessLookupError:
            self._handle, self.returncode = None, 1

    def poll(self):
        """None while it runs, 0 after: how it ended is known to its parent only."""
        if self.returncode is None and self._has_ended(0):
            os.close(self._handle)
            self.returncode = 0
        return self.returncode

    def wait(self, timeout=None):
        if self.returncode is None and not self._has_ended(timeout):
            raise subprocess.TimeoutExpired("kernel", timeout)
        return self.poll()

    def _has_ended(self, timeout):
        """Whether it ends within so many seconds; None waits for ever. (`select` knows no handle above 1,023.)"""
        ended = select.poll()
        ended.register(self._handle, select.POLLIN)
        return bool(ended.poll(None if timeout is None else 1000 * timeout))

    def send_signal(self, number):
        if self.poll() is None:
            signal.pidfd_send_signal(self._handle, number)

    def terminate(self):
        self.send_signal(signal.SIGTERM)

    def kill(self):
        self.send_signal(signal.SIGKILL)


@functools.cache
def nursery():
    """The one of this server."""
    return Nursery()


class Forks(LocalProvisioner):
    """Starts kernels of Python as forks, any other as Jupyter does."""

    async def launch_kernel(self, cmd, **kwargs):
        if cmd[1:3] != LAUNCHER:
            return await super().launch_kernel(cmd, **kwargs)
        import asyncio

        self.cwd = kwargs.get("cwd") or os.getcwd()
        self.process = await asyncio.to_thread(
            nursery().fork, ["ipykernel_launcher", *cmd[3:]], dict(kwargs.get("env") or os.environ), self.cwd
        )
        self.pid = self.pgid = self.process.pid  # it leads a session of its own
        return self.connection_info
