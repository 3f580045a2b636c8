"""One writer at a time: who reads a file to write it again holds its lock, so that no row is lost."""

import contextlib
import sys
import time
from pathlib import Path

PATIENCE_S = 30.0
PAUSE_S = 0.02


@contextlib.contextmanager
def locked(file, patience_s=PATIENCE_S):
    """Hold the lock of `file` (a hidden file beside it, which stays) against other processes and threads.

    The system frees it when its holder ends, also by a crash. Raises TimeoutError in words after
    `patience_s` seconds, OSError where the folder refuses.
    """
    file = Path(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    with open(file.with_name(f".{file.name}.lock"), "a+b") as handle:
        _wait(handle, file, patience_s)
        try:
            yield
        finally:
            _free(handle)


def _wait(handle, file, patience_s):
    until = time.monotonic() + patience_s
    while not _taken(handle):
        if time.monotonic() > until:
            raise TimeoutError(f"{file} is being written by somebody else for {patience_s:g} s: try again")
        time.sleep(PAUSE_S)


if sys.platform != "win32":
    import fcntl

    def _taken(handle):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _free(handle):
        fcntl.flock(handle, fcntl.LOCK_UN)

else:
    import msvcrt

    def _taken(handle):
        handle.seek(0)
        try:
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _free(handle):
        handle.seek(0)
        msvcrt.locking(handle.fileno(), msvcrt.LK_UNLCK, 1)
